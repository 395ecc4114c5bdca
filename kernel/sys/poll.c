/*
 * kernel/sys/poll.c - poll, ppoll, select, pselect6
 *
 * What:  sets of descriptors and timeouts come in, answers go out; restarts.
 *        Optional.
 * Not:   the wait: fs/poll.c; its signal mask: wait_mask.c.
 * See:   poll(2), select(2).
 */
#include "calls.h"

#include <fs/file.h>
#include <fs/poll.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/signal.h>
#include "time_util.h"
#include <uapi/errno.h>
#include "wait_mask.h"
#include <vm/uaccess.h>

/* So many descriptors need no allocation. */
#define FAST_FDS 32

/* Only the answers are written: the rest may be in use by other threads. */
static int put_events(uptr_t ufds, const struct pollfd *fds, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		uptr_t to = ufds + i * sizeof(*fds) +
			    offsetof(struct pollfd, revents);

		if (copy_to_user(to, &fds[i].revents, sizeof(fds[i].revents)))
			return -EFAULT;
	}
	return 0;
}

static long poll_array(uptr_t ufds, struct pollfd *fds,
		       const struct poll_args *args)
{
	long ret;

	if (copy_from_user(fds, ufds, args->n * sizeof(*fds)))
		return -EFAULT;
	ret = poll_files(args, fds);
	if (ret >= 0 && put_events(ufds, fds, args->n))
		return -EFAULT;
	return ret;
}

static long do_poll(uptr_t ufds, u32 n, u64 deadline_ns)
{
	const struct poll_args args = {
		.table = current_task()->files,
		.n = n,
		.deadline_ns = deadline_ns,
	};
	struct pollfd fast[FAST_FDS];
	struct pollfd *fds = fast;
	long ret;

	if (n > current_rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	if (n > FAST_FDS)
		fds = kcalloc(n, sizeof(*fds));
	if (!fds)
		return -ENOMEM;
	ret = poll_array(ufds, fds, &args);
	if (fds != fast)
		kfree(fds);
	return ret;
}

static long poll_restart(struct task *t);

/* A handler ends the call; without one it goes on to the same deadline. */
static long poll_until(uptr_t ufds, u32 n, u64 deadline_ns)
{
	struct task *t = current_task();
	long ret = do_poll(ufds, n, deadline_ns);

	if (ret != -ERESTARTNOHAND)
		return ret;
	t->restart_fn = poll_restart;
	t->restart_poll.fds = ufds;
	t->restart_poll.n = n;
	t->restart_poll.deadline_ns = deadline_ns;
	return -ERESTART_RESTARTBLOCK;
}

static long poll_restart(struct task *t)
{
	return poll_until(t->restart_poll.fds, t->restart_poll.n,
			  t->restart_poll.deadline_ns);
}

long sys_poll(uptr_t ufds, u32 n, int timeout_ms)
{
	u64 deadline = 0;

	if (timeout_ms < 0)
		deadline = U64_MAX;
	else if (timeout_ms > 0)
		deadline = deadline_after((u64)timeout_ms * NSEC_PER_MSEC);
	return poll_until(ufds, n, deadline);
}

/* Tell how much time was left. A restart needs that in user memory, for it
 * begins with what is there. */
static long put_time_left(long ret, uptr_t utime, u64 deadline_ns, bool timeval)
{
	u64 left = time_left_ns(deadline_ns);
	struct timeval tv = ns_to_timeval(left);
	int err;

	if (!utime)
		return ret;
	err = timeval ? copy_to_user(utime, &tv, sizeof(tv)) :
			timespec_to_user(utime, left);
	return err && ret == -ERESTARTNOHAND ? -EINTR : ret;
}

long sys_ppoll(uptr_t ufds, u32 n, uptr_t uts, uptr_t umask, size_t size)
{
	u64 deadline = U64_MAX;
	long ret = uts ? deadline_from_user(&deadline, uts) : 0;

	if (!ret)
		ret = wait_mask_set(umask, size);
	if (ret)
		return ret;
	ret = do_poll(ufds, n, deadline);
	wait_mask_end(ret == -ERESTARTNOHAND);
	return put_time_left(ret, uts, deadline, false);
}

/* The user's three sets and their copies. */
struct user_sets {
	uptr_t user[3];
	u64 *words[3];		/* NULL: not given */
	u64 bytes;		/* of each */
};

#define FAST_SET_WORDS (FD_SETSIZE / NFDBITS)

static int sets_copy_in(struct user_sets *s)
{
	for (u32 i = 0; i < 3; i++) {
		if (!s->user[i])
			s->words[i] = NULL;
		else if (copy_from_user(s->words[i], s->user[i], s->bytes))
			return -EFAULT;
	}
	return 0;
}

static int sets_copy_out(const struct user_sets *s)
{
	for (u32 i = 0; i < 3; i++) {
		if (s->user[i] &&
		    copy_to_user(s->user[i], s->words[i], s->bytes))
			return -EFAULT;
	}
	return 0;
}

static long select_copies(struct user_sets *s, const struct poll_args *args)
{
	struct select_sets sets;
	long ret = sets_copy_in(s);

	if (ret)
		return ret;
	sets.in = s->words[0];
	sets.out = s->words[1];
	sets.except = s->words[2];
	ret = select_files(args, &sets);
	if (ret >= 0 && sets_copy_out(s))
		return -EFAULT;
	return ret;
}

/* @s has the user's addresses. */
static long do_select(int n, struct user_sets *s, u64 deadline_ns)
{
	struct poll_args args = {
		.table = current_task()->files,
		.deadline_ns = deadline_ns,
	};
	u64 fast[3 * FAST_SET_WORDS];
	u64 *words = fast;
	long ret;

	if (n < 0)
		return -EINVAL;
	args.n = min((u32)n, file_table_size(args.table));
	s->bytes = FDSET_BYTES(args.n);
	if (s->bytes > FAST_SET_WORDS * sizeof(u64))
		words = kcalloc(3, s->bytes);
	if (!words)
		return -ENOMEM;
	for (u32 i = 0; i < 3; i++)
		s->words[i] = words + i * (s->bytes / sizeof(u64));
	ret = select_copies(s, &args);
	if (words != fast)
		kfree(words);
	return ret;
}

long sys_select(int n, uptr_t in, uptr_t out, uptr_t except, uptr_t utv)
{
	struct user_sets s = { .user = { in, out, except } };
	u64 deadline = U64_MAX;
	long ret = utv ? deadline_from_user_timeval(&deadline, utv) : 0;

	if (ret)
		return ret;
	ret = do_select(n, &s, deadline);
	return put_time_left(ret, utv, deadline, true);
}

long sys_pselect6(int n, uptr_t in, uptr_t out, uptr_t except, uptr_t uts,
		  uptr_t usig)
{
	struct user_sets s = { .user = { in, out, except } };
	struct sigset_argpack mask = { 0, 0 };
	u64 deadline = U64_MAX;
	long ret = 0;

	if (usig && copy_from_user(&mask, usig, sizeof(mask)))
		return -EFAULT;
	if (uts)
		ret = deadline_from_user(&deadline, uts);
	if (!ret)
		ret = wait_mask_set(mask.p, mask.size);
	if (ret)
		return ret;
	ret = do_select(n, &s, deadline);
	wait_mask_end(ret == -ERESTARTNOHAND);
	return put_time_left(ret, uts, deadline, false);
}
