/*
 * kernel/sys/process_vm.c - calls on the memory of another process
 *
 * What:  process_vm_readv and process_vm_writev copy through a page of the
 *        kernel's; process_madvise advises; process_mrelease takes the memory
 *        of a process that is dying.
 * Locks: none for long: the address space is held by a reference.
 * Not:   how a page of somebody else's is found (mm/vm/access.c).
 * See:   process_vm_readv(2), process_madvise(2), process_mrelease(2).
 */
#include "calls.h"

#include "path_util.h"
#include "user_vec.h"

#include <mm/kmalloc.h>
#include <mm/page.h>
#include <proc/signal.h>
#include <proc/task.h>
#include <sched/sched.h>
#include <uapi/errno.h>
#include <uapi/limits.h>
#include <uapi/mman.h>
#include <vm/aspace.h>
#include <vm/uaccess.h>

/* ------------------------------------------------------------------ copies */

/* One piece after the other goes through a page. */
struct transfer {
	struct aspace *as;
	struct user_vec local;
	struct iovec *remote;	/* owned */
	u32 nremote;
	bool write;		/* to the other process */
	char *page;		/* owned */
	size_t done;
};

/* Bytes moved; less than @len: one of both sides is not there. */
static size_t move(struct transfer *t, uptr_t addr, size_t len)
{
	if (t->write) {
		len = iobuf_take(&t->local.buf, t->page, len);
		return aspace_write(t->as, addr, t->page, len);
	}
	len = aspace_read(t->as, addr, t->page, len);
	return iobuf_put(&t->local.buf, t->page, len);
}

static int move_segment(struct transfer *t, const struct iovec *v)
{
	size_t off = 0;

	while (off < v->iov_len && t->local.buf.left) {
		uptr_t addr = v->iov_base + off;
		size_t n = min(v->iov_len - off,
			       PAGE_SIZE - addr % PAGE_SIZE);
		size_t moved;

		n = min(n, t->local.buf.left);
		moved = move(t, addr, n);
		t->done += moved;
		off += moved;
		if (moved < n)
			return -EFAULT;
		if (signal_interrupts(THREAD_KILLABLE))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static long move_all(struct transfer *t)
{
	int err = 0;

	t->page = kmalloc(PAGE_SIZE);
	if (!t->page)
		return -ENOMEM;
	for (u32 i = 0; i < t->nremote && !err; i++)
		err = move_segment(t, &t->remote[i]);
	kfree(t->page);
	return t->done ? (long)t->done : err;
}

/* The other's buffers: where they are is not looked at yet. */
static int remote_get(struct transfer *t, uptr_t uvec, u64 n)
{
	if (n > UIO_MAXIOV)
		return -EINVAL;
	t->nremote = (u32)n;
	t->remote = kcalloc(max(n, 1ul), sizeof(*t->remote));
	if (!t->remote)
		return -ENOMEM;
	if (copy_from_user(t->remote, uvec, n * sizeof(*t->remote)))
		return -EFAULT;
	for (u64 i = 0; i < n; i++) {
		if ((s64)t->remote[i].iov_len < 0)
			return -EINVAL;
	}
	return 0;
}

static bool remote_is_empty(const struct transfer *t)
{
	for (u32 i = 0; i < t->nremote; i++) {
		if (t->remote[i].iov_len)
			return false;
	}
	return true;
}

/*
 * Another's memory, with a reference, for who may look at it. @real: as for
 * task_may_access. 0, -ESRCH (no memory any more), -EACCES.
 */
static int memory_of(struct task *t, bool real, struct aspace **out)
{
	int err = task_aspace_look(t, real, out);

	return err || *out ? err : -ESRCH;
}

static long transfer_with(struct transfer *t, pid_t pid)
{
	struct task *task;
	long ret;

	if (remote_is_empty(t))
		return 0;
	task = task_find_get(pid);
	if (!task)
		return -ESRCH;
	ret = memory_of(task, true, &t->as);
	task_put(task);
	if (ret)
		return ret == -EACCES ? -EPERM : ret;
	ret = move_all(t);
	aspace_put(t->as);
	return ret;
}

struct process_vm_args {
	pid_t pid;
	uptr_t local, remote;
	u64 nlocal, nremote, flags;
	bool write;
};

static long process_vm(const struct process_vm_args *a)
{
	struct transfer t = { .write = a->write };
	long ret;

	if (a->flags)
		return -EINVAL;
	ret = user_vec_init(&t.local, a->local, a->nlocal);
	if (ret)
		return ret;
	if (t.local.buf.left) {
		ret = remote_get(&t, a->remote, a->nremote);
		if (!ret)
			ret = transfer_with(&t, a->pid);
		kfree(t.remote);
	}
	user_vec_fini(&t.local);
	return ret;
}

long sys_process_vm_readv(pid_t pid, uptr_t local, u64 nlocal, uptr_t remote,
			  u64 nremote, u64 flags)
{
	const struct process_vm_args a = {
		pid, local, remote, nlocal, nremote, flags, false
	};

	return process_vm(&a);
}

long sys_process_vm_writev(pid_t pid, uptr_t local, u64 nlocal, uptr_t remote,
			   u64 nremote, u64 flags)
{
	const struct process_vm_args a = {
		pid, local, remote, nlocal, nremote, flags, true
	};

	return process_vm(&a);
}

/* ------------------------------------------------------------------ advice */

static bool may_be_told_another(int advice)
{
	switch (advice) {
	case MADV_COLD:
	case MADV_PAGEOUT:
	case MADV_WILLNEED:
	case MADV_COLLAPSE:
		return true;
	}
	return false;
}

static long advise_all(struct aspace *as, const struct user_vec *v, int advice)
{
	const struct iobuf *b = &v->buf;
	size_t done = 0;
	int err = 0;

	for (u32 i = 0; i < b->nvec && done < b->left && !err; i++) {
		err = vm_madvise(as, v->vec[i].iov_base, v->vec[i].iov_len,
				 advice);
		if (!err)
			done += v->vec[i].iov_len;
	}
	return done ? (long)done : err;
}

static long advise_task(struct task *t, const struct user_vec *v, int advice)
{
	struct aspace *as;
	long ret;

	if (!may_be_told_another(advice))
		return -EINVAL;
	ret = memory_of(t, false, &as);
	if (ret)
		return ret;
	if (as != current_task()->aspace && !capable(CAP_SYS_NICE))
		ret = -EPERM;
	else
		ret = advise_all(as, v, advice);
	aspace_put(as);
	return ret;
}

long sys_process_madvise(int pidfd, uptr_t uvec, u64 n, int advice, u32 flags)
{
	struct user_vec v;
	struct task *t;
	long ret;

	if (!vm_madvise || !task_of_pidfd)
		return -ENOSYS;
	if (flags)
		return -EINVAL;
	ret = user_vec_init(&v, uvec, n);
	if (ret)
		return ret;
	ret = task_of_pidfd(pidfd, &t);
	if (!ret) {
		ret = advise_task(t, &v, advice);
		task_put(t);
	}
	user_vec_fini(&v);
	return ret;
}

/* ----------------------------------------------------------------- release */

/* The memory of a thread of @p that still has one, with a reference, and how
 * many threads have it. */
static struct aspace *memory_left(struct process *p, u32 *nthreads)
{
	struct aspace *as = NULL;
	struct task *t;

	*nthreads = 0;
	rcu_read_lock();
	for_each_thread(t, p) {
		if (!as)
			as = task_aspace_get(t);
		*nthreads += as && READ_ONCE(t->aspace) == as;
	}
	rcu_read_unlock();
	return as;
}

/* While it dumps core it dies, too, but its memory is still wanted. */
static bool is_dying(struct process *p)
{
	bool dying;

	spin_lock_irq(&p->siglock);
	dying = !p->core_dump && ((p->sigflags & SIGNAL_GROUP_EXIT) ||
				  p->nlive == 0);
	spin_unlock_irq(&p->siglock);
	return dying;
}

static long release(struct process *p)
{
	u32 nthreads;
	struct aspace *as = memory_left(p, &nthreads);
	long ret = 0;

	if (!as)
		return -ESRCH;
	/* One reference is this function's. */
	if (!is_dying(p) || (u32)refcount_read(&as->users) > nthreads + 1)
		ret = -EINVAL;
	else
		vm_release(as);
	aspace_put(as);
	return ret;
}

long sys_process_mrelease(int pidfd, u32 flags)
{
	struct task *t;
	long ret;

	if (!vm_release || !task_of_pidfd)
		return -ENOSYS;
	if (flags)
		return -EINVAL;
	ret = task_of_pidfd(pidfd, &t);
	if (ret)
		return ret;
	ret = release(t->process);
	task_put(t);
	return ret;
}
