/*
 * kernel/sys/kcmp.c - do two processes share something?
 *
 * What:  compares what two tasks point to. The order told is stable but says
 *        nothing about addresses: they are mixed with a secret first.
 * Locks: each task's alloc_lock while its pointer is read; nothing is
 *        dereferenced.
 * See:   kcmp(2).
 */
#include "calls.h"

#include <fs/epoll.h>
#include <fs/file.h>
#include <fs/random.h>
#include <lib/hash.h>
#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/sched.h>
#include <vm/uaccess.h>

static u64 secret;		/* [a] 0: not chosen yet */

static u64 mix(const void *p)
{
	u64 fresh;

	if (!READ_ONCE(secret)) {
		random_bytes(&fresh, sizeof(fresh));
		(void)cas(&secret, 0ul, fresh | 1);
	}
	return hash_u64((u64)p ^ READ_ONCE(secret));
}

/* 0 equal, 1 less, 2 greater. */
static long order(const void *a, const void *b)
{
	u64 x = mix(a), y = mix(b);

	return (x < y) | (x > y) << 1;
}

/* The file @fd of @t, with a reference; NULL: none. */
static struct file *task_file(struct task *t, u64 fd)
{
	struct file_table *table;
	struct file *f;

	spin_lock(&t->alloc_lock);
	table = t->files;
	if (table)
		file_table_get(table);
	spin_unlock(&t->alloc_lock);
	if (!table)
		return NULL;
	f = fd <= INT_MAX ? fd_get_any(table, (int)fd) : NULL;
	file_table_put(table);
	return f;
}

/* The same, only to be compared. */
static int peek_file(struct task *t, u64 fd, const void **out)
{
	struct file *f = task_file(t, fd);

	if (!f)
		return -EBADF;
	*out = f;
	file_put(f);
	return 0;
}

static const void *peek(struct task *t, int type)
{
	const void *p;

	spin_lock(&t->alloc_lock);
	if (type == KCMP_VM)
		p = t->aspace;
	else if (type == KCMP_FILES)
		p = t->files;
	else if (type == KCMP_FS)
		p = t->fs;
	else
		p = READ_ONCE(t->sighand);
	spin_unlock(&t->alloc_lock);
	return p;
}

static long compare_files(struct task *t1, u64 fd1, struct task *t2, u64 fd2)
{
	const void *a, *b;
	int err = peek_file(t1, fd1, &a);

	if (!err)
		err = peek_file(t2, fd2, &b);
	return err ? err : order(a, b);
}

/* Is the file @fd of @t1 what an epoll of @t2 watches? */
static long compare_watched(struct task *t1, u64 fd, struct task *t2,
			    uptr_t user_slot)
{
	const struct file *watched;
	struct kcmp_epoll_slot slot;
	struct file *ep;
	const void *a;
	int err;

	if (!epoll_peek_item)
		return -EOPNOTSUPP;
	if (copy_from_user(&slot, user_slot, sizeof(slot)))
		return -EFAULT;
	err = peek_file(t1, fd, &a);
	if (err)
		return err;
	ep = task_file(t2, slot.efd);
	if (!ep)
		return -EBADF;
	err = epoll_peek_item(ep, (int)slot.tfd, slot.toff, &watched);
	file_put(ep);
	return err ? err : order(a, watched);
}

static long compare(struct task *t1, struct task *t2, int type)
{
	switch (type) {
	case KCMP_VM:
	case KCMP_FILES:
	case KCMP_FS:
	case KCMP_SIGHAND:
		return order(peek(t1, type), peek(t2, type));
	case KCMP_IO:
		return 0;	/* nobody has an I/O context */
	case KCMP_SYSVSEM:
		return -EOPNOTSUPP;
	}
	return -EINVAL;
}

long sys_kcmp(pid_t pid1, pid_t pid2, int type, u64 idx1, u64 idx2)
{
	struct task *t1 = task_find_get(pid1);
	struct task *t2 = task_find_get(pid2);
	long ret;

	if (!t1 || !t2)
		ret = -ESRCH;
	else if (!task_may_access(t1, true) || !task_may_access(t2, true))
		ret = -EPERM;
	else if (type == KCMP_FILE)
		ret = compare_files(t1, idx1, t2, idx2);
	else if (type == KCMP_EPOLL_TFD)
		ret = compare_watched(t1, idx1, t2, idx2);
	else
		ret = compare(t1, t2, type);
	if (t1)
		task_put(t1);
	if (t2)
		task_put(t2);
	return ret;
}
