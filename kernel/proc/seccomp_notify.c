/*
 * kernel/proc/seccomp_notify.c - calls that another process decides about
 *
 * What:  the file of SECCOMP_FILTER_FLAG_NEW_LISTENER: whoever reads it is
 *        told of each call that the filter answered with USER_NOTIF, and says
 *        what becomes of it; files can be put into the caller's table.
 * Locks: filter->lock for the list of calls and their state. Nothing that may
 *        run foreign code (descriptors) happens under it.
 * Life:  a call is on the stack of the thread that makes it, which takes it
 *        off the list before it leaves. The file holds the filter.
 * See:   docs/seccomp.md; seccomp_unotify(2).
 */
#include "seccomp_internal.h"

#include <arch/thread.h>
#include <fs/file.h>
#include <lib/string.h>
#include <proc/signal.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <vm/uaccess.h>

enum call_state {
	CALL_NEW,
	CALL_SENT,		/* the listener has it */
	CALL_ANSWERED,
};

/* A thread that waits for the listener's answer. */
struct notified_call {
	struct list link;	/* [lock] filter->calls; unlinked: empty */
	u64 id;			/* [I] */
	struct task *task;	/* [I] borrowed: it is the waiting thread */
	const struct seccomp_data *data;	/* [I] */
	u32 state;		/* [lock] enum call_state */
	u32 events;		/* [lock] raised for the thread to look */
	s64 value;		/* [lock] */
	s32 error;		/* [lock] */
	u32 flags;		/* [lock] */
	struct list addfds;	/* [lock] struct addfd by link */
	struct wait_queue wait;	/* the thread's */
};

/* A file on its way into the table of the thread that waits. */
struct addfd {
	struct list link;	/* [lock] */
	struct file *file;	/* the listener's reference */
	struct seccomp_notif_addfd args;
	bool done;		/* [lock] */
	int ret;
	struct wait_queue wait;	/* the listener's */
};

/* [lock] held. */
static void call_wake(struct notified_call *c)
{
	WRITE_ONCE(c->events, 1);
	wake_all(&c->wait);
}

/* [lock] held. */
static void call_set(struct seccomp_filter *f, struct notified_call *c,
		     u32 state)
{
	u32 nnew = f->nnew + (state == CALL_NEW) - (c->state == CALL_NEW);

	WRITE_ONCE(f->nnew, nnew);
	c->state = state;
}

static struct notified_call *call_find(struct seccomp_filter *f, u64 id)
{
	struct notified_call *c;

	for_each_list(c, &f->calls, link) {
		if (c->id == id)
			return c;
	}
	return NULL;
}

static struct notified_call *call_in_state(struct seccomp_filter *f, u32 state)
{
	struct notified_call *c;

	for_each_list(c, &f->calls, link) {
		if (c->state == state)
			return c;
	}
	return NULL;
}

/* ----------------------------------------------------- the thread that asks */

static int addfd_install(const struct addfd *a)
{
	struct file_table *files = current_task()->files;
	bool cloexec = a->args.newfd_flags & O_CLOEXEC;
	u64 limit = current_rlimit(RLIMIT_NOFILE);
	int fd;

	if (a->args.flags & SECCOMP_ADDFD_FLAG_SETFD)
		return fd_replace(files, (int)a->args.newfd, limit, a->file,
				  cloexec);
	fd = fd_alloc(files, 0, limit, cloexec);
	if (fd >= 0) {
		file_get(a->file);
		fd_install(files, fd, a->file);
	}
	return fd;
}

/* [lock] held, dropped meanwhile. */
static void addfd_take(struct seccomp_filter *f, struct notified_call *c)
{
	struct addfd *a = list_first(&c->addfds, struct addfd, link);
	int fd;

	list_del(&a->link);
	file_get(a->file);
	mutex_unlock(&f->lock);
	fd = addfd_install(a);
	file_put(a->file);
	mutex_lock(&f->lock);
	a->ret = fd;
	if (a->args.flags & SECCOMP_ADDFD_FLAG_SEND) {
		call_set(f, c, fd < 0 ? CALL_SENT : CALL_ANSWERED);
		c->value = fd;
	}
	a->done = true;
	wake_all(&a->wait);
}

/* [lock] held, dropped meanwhile. 0, -ERESTARTSYS. */
static int call_sleep(struct seccomp_filter *f, struct notified_call *c)
{
	enum thread_state state = f->killable && c->state == CALL_SENT ?
				  THREAD_KILLABLE : THREAD_INTERRUPTIBLE;
	int err;

	mutex_unlock(&f->lock);
	err = wait_event_state(&c->wait, READ_ONCE(c->events), state, U64_MAX);
	mutex_lock(&f->lock);
	/* It was received meanwhile: from now on only death interrupts. */
	if (err && state == THREAD_INTERRUPTIBLE && f->killable &&
	    c->state == CALL_SENT)
		err = 0;
	WRITE_ONCE(c->events, 0);
	return err;
}

static void addfds_cancel(struct notified_call *c)
{
	while (!list_empty(&c->addfds)) {
		struct addfd *a = list_first(&c->addfds, struct addfd, link);

		list_del(&a->link);
		a->ret = -ESRCH;
		a->done = true;
		wake_all(&a->wait);
	}
}

/* [lock] held, dropped meanwhile. */
static int call_wait(struct seccomp_filter *f, struct notified_call *c)
{
	int err = 0;

	do {
		err = call_sleep(f, c);
		if (!err && !list_empty(&c->addfds))
			addfd_take(f, c);
	} while (!err && (c->state != CALL_ANSWERED ||
			  !list_empty(&c->addfds)));
	addfds_cancel(c);
	return err;
}

bool seccomp_ask(struct seccomp_filter *f, struct regs *r,
		 const struct seccomp_data *data)
{
	struct notified_call c = {
		.task = current_task(),
		.data = data,
		.state = CALL_ANSWERED,
	};
	int err = -ENOSYS;

	list_init(&c.addfds);
	wait_queue_init(&c.wait);
	mutex_lock(&f->lock);
	if (f->listened) {
		c.id = ++f->next_id;
		list_add_tail(&f->calls, &c.link);
		call_set(f, &c, CALL_NEW);
		wake_all(&f->wait);
		err = call_wait(f, &c);
		call_set(f, &c, CALL_ANSWERED);
		list_del(&c.link);
	}
	mutex_unlock(&f->lock);
	if (!err && (c.flags & SECCOMP_USER_NOTIF_FLAG_CONTINUE))
		return true;
	if (!err)
		err = c.error;
	regs_set_return(r, err ? (u64)(s64)err : (u64)c.value);
	return false;
}

/* ------------------------------------------------------------- the listener */

static int wait_news(struct seccomp_filter *f)
{
	return wait_event_interruptible(&f->wait, READ_ONCE(f->nnew) ||
					!refcount_read(&f->users));
}

static int buffer_is_zero(uptr_t buf)
{
	struct seccomp_notif n;
	const u8 *bytes = (const u8 *)&n;

	if (copy_from_user(&n, buf, sizeof(n)))
		return -EFAULT;
	for (u32 i = 0; i < sizeof(n); i++) {
		if (bytes[i])
			return -EINVAL;
	}
	return 0;
}

/* The user's buffer was bad: as if it had not been received. */
static void unreceive(struct seccomp_filter *f, u64 id)
{
	struct notified_call *c;

	mutex_lock(&f->lock);
	c = call_find(f, id);
	if (c) {
		call_set(f, c, CALL_NEW);
		call_wake(c);
		wake_all(&f->wait);
	}
	mutex_unlock(&f->lock);
}

static long receive(struct seccomp_filter *f, uptr_t buf)
{
	struct seccomp_notif n = { 0 };
	struct notified_call *c;
	int err = buffer_is_zero(buf);

	if (!err)
		err = wait_news(f);
	if (err)
		return err;
	mutex_lock(&f->lock);
	c = call_in_state(f, CALL_NEW);
	if (c) {
		n.id = c->id;
		n.pid = (u32)pid_vnr(c->task->pid);
		n.data = *c->data;
		call_set(f, c, CALL_SENT);
		if (f->killable)
			call_wake(c);
		wake_all(&f->wait);
	}
	mutex_unlock(&f->lock);
	if (!c)
		return -ENOENT;
	if (!copy_to_user(buf, &n, sizeof(n)))
		return 0;
	unreceive(f, n.id);
	return -EFAULT;
}

static int call_answer(struct notified_call *c,
		       const struct seccomp_notif_resp *resp)
{
	if (!c)
		return -ENOENT;
	if (c->state != CALL_SENT)
		return -EINPROGRESS;
	c->state = CALL_ANSWERED;
	c->error = resp->error;
	c->value = resp->val;
	c->flags = resp->flags;
	call_wake(c);
	return 0;
}

static long answer(struct seccomp_filter *f, uptr_t buf)
{
	struct seccomp_notif_resp resp;
	long ret;

	if (copy_from_user(&resp, buf, sizeof(resp)))
		return -EFAULT;
	if (resp.flags & ~SECCOMP_USER_NOTIF_FLAG_CONTINUE)
		return -EINVAL;
	if (resp.flags && (resp.error || resp.val))
		return -EINVAL;
	mutex_lock(&f->lock);
	ret = call_answer(call_find(f, resp.id), &resp);
	mutex_unlock(&f->lock);
	return ret;
}

static long id_valid(struct seccomp_filter *f, uptr_t buf)
{
	struct notified_call *c;
	bool valid;
	u64 id;

	if (get_user_u64(&id, buf))
		return -EFAULT;
	mutex_lock(&f->lock);
	c = call_find(f, id);
	valid = c && c->state == CALL_SENT;
	mutex_unlock(&f->lock);
	return valid ? 0 : -ENOENT;
}

/* Extensible: bytes that this kernel does not know must be zero. */
static int addfd_read(struct addfd *a, uptr_t buf, u32 size)
{
	if (size < sizeof(a->args) || size >= PAGE_SIZE)
		return -EINVAL;
	if (copy_from_user(&a->args, buf, sizeof(a->args)))
		return -EFAULT;
	for (u32 i = sizeof(a->args); i < size; i++) {
		u8 byte;

		if (copy_from_user(&byte, buf + i, 1))
			return -EFAULT;
		if (byte)
			return -E2BIG;
	}
	if (a->args.newfd_flags & ~(u32)O_CLOEXEC)
		return -EINVAL;
	if (a->args.flags & ~(SECCOMP_ADDFD_FLAG_SETFD |
			      SECCOMP_ADDFD_FLAG_SEND))
		return -EINVAL;
	if (a->args.newfd && !(a->args.flags & SECCOMP_ADDFD_FLAG_SETFD))
		return -EINVAL;
	return 0;
}

/* [lock] held. */
static int addfd_queue(struct notified_call *c, struct addfd *a)
{
	if (!c)
		return -ENOENT;
	if (c->state != CALL_SENT)
		return -EINPROGRESS;
	if (a->args.flags & SECCOMP_ADDFD_FLAG_SEND) {
		if (!list_empty(&c->addfds))
			return -EBUSY;
		c->state = CALL_ANSWERED;
	}
	list_add(&c->addfds, &a->link);
	call_wake(c);
	return 0;
}

/* The listener does not wait any more: as if it had not asked. [lock] False:
 * the thread is at it already. */
static bool addfd_cancel(struct seccomp_filter *f, struct addfd *a)
{
	struct notified_call *c = call_find(f, a->args.id);

	if (list_empty(&a->link))
		return false;
	list_del(&a->link);
	if (c && (a->args.flags & SECCOMP_ADDFD_FLAG_SEND))
		c->state = CALL_SENT;
	return true;
}

static int addfd_wait(struct seccomp_filter *f, struct addfd *a)
{
	int err = wait_event_interruptible(&a->wait, READ_ONCE(a->done));
	bool cancelled;

	mutex_lock(&f->lock);
	cancelled = err && !a->done && addfd_cancel(f, a);
	mutex_unlock(&f->lock);
	if (cancelled)
		return err;
	wait_event(&a->wait, READ_ONCE(a->done));
	/* The thread that woke us leaves the lock before we forget @a. */
	mutex_lock(&f->lock);
	mutex_unlock(&f->lock);
	return a->ret;
}

static long addfd(struct seccomp_filter *f, uptr_t buf, u32 size)
{
	struct addfd a = { .done = false };
	int ret = addfd_read(&a, buf, size);

	if (ret)
		return ret;
	a.file = fd_get_file(current_task()->files, (int)a.args.srcfd);
	if (!a.file)
		return -EBADF;
	list_init(&a.link);
	wait_queue_init(&a.wait);
	mutex_lock(&f->lock);
	ret = addfd_queue(call_find(f, a.args.id), &a);
	mutex_unlock(&f->lock);
	if (!ret)
		ret = addfd_wait(f, &a);
	file_put(a.file);
	return ret;
}

/* A hint for the scheduler, which wakes a waiting thread nearby anyhow. */
static long set_flags(u64 flags)
{
	return flags & ~(u64)SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP ? -EINVAL : 0;
}

static long listener_ioctl(struct file *file, u32 cmd, u64 arg)
{
	struct seccomp_filter *f = file->private;

	switch (cmd) {
	case SECCOMP_IOCTL_NOTIF_RECV:
		return receive(f, arg);
	case SECCOMP_IOCTL_NOTIF_SEND:
		return answer(f, arg);
	case SECCOMP_IOCTL_NOTIF_ID_VALID:
	case SECCOMP_IOCTL_NOTIF_ID_VALID_OLD:
		return id_valid(f, arg);
	case SECCOMP_IOCTL_NOTIF_SET_FLAGS:
		return set_flags(arg);
	}
	if (IOC_TYPE(cmd) == '!' && IOC_NR(cmd) == 3)
		return addfd(f, arg, IOC_SIZE(cmd));
	return -EINVAL;
}

static u32 listener_poll(struct file *file, struct poll_table *pt)
{
	struct seccomp_filter *f = file->private;
	u32 mask = 0;

	poll_wait(pt, file, &f->wait);
	mutex_lock(&f->lock);
	if (call_in_state(f, CALL_NEW))
		mask |= POLLIN | POLLRDNORM;
	if (call_in_state(f, CALL_SENT))
		mask |= POLLOUT | POLLWRNORM;
	mutex_unlock(&f->lock);
	if (!refcount_read(&f->users))
		mask |= POLLHUP;
	return mask;
}

/* Whoever waits gets ENOSYS. */
static void listener_release(struct file *file)
{
	struct seccomp_filter *f = file->private;
	struct notified_call *c;

	mutex_lock(&f->lock);
	f->listened = false;
	for_each_list(c, &f->calls, link) {
		if (c->state == CALL_ANSWERED)
			continue;
		call_set(f, c, CALL_ANSWERED);
		c->error = -ENOSYS;
		c->value = 0;
		call_wake(c);
	}
	mutex_unlock(&f->lock);
	seccomp_filter_put(f);
}

static const struct file_ops listener_ops = {
	.ioctl = listener_ioctl,
	.poll = listener_poll,
	.release = listener_release,
};

int seccomp_listener_create(struct seccomp_filter *f, struct file **out)
{
	int err;

	refcount_get(&f->refs);
	f->listened = true;
	err = file_create_anon("anon_inode:seccomp notify", &listener_ops,
			       O_RDWR, f, out);
	if (err) {
		f->listened = false;
		seccomp_filter_put(f);
	}
	return err;
}
