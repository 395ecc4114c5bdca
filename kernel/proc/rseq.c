/*
 * kernel/proc/rseq.c - restartable sequences
 *
 * What:  a thread's area says which processor it runs on. A piece of code that
 *        the area points to is left by its abort address when the thread was
 *        switched away from in it, or takes a signal.
 *        mm_cid is a number that no two threads of one memory have while both
 *        run: below the number of such threads, and below that of processors.
 *        A thread keeps its number until another takes it, while it is not
 *        running; it looks when it comes back.
 * Locks: the address space's ptable_lock for who owns which number. A thread
 *        that is alone in its memory does without: rq_set_curr makes on_cpu
 *        visible before this looks, and a second thread takes the lock, and
 *        is counted, before it looks at on_cpu.
 * Not:   rseq(2) itself: kernel/sys/rseq.c.
 * See:   docs/rseq.md.
 */
#include <proc/rseq.h>

#include <arch/cpu.h>
#include <arch/smp.h>
#include <mm/kmalloc.h>
#include <proc/signal.h>
#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/sched.h>
#include <vm/aspace.h>
#include <vm/uaccess.h>

#define NO_NUMBER U32_MAX

/* ----------------------------------------------------------------- numbers */

static const void **slot(struct rseq_numbers *n, u32 number)
{
	return number ? &n->others[number - 1] : &n->first;
}

/* How many numbers there are to be had. [P] */
static u32 numbers(const struct rseq_numbers *n)
{
	return n->others ? min(n->users, cpu_online_count()) : 1;
}

/* One that is free, or whose owner does not run. Of the owners that run, the
 * others cannot have all; one just leaving its processor may count, shortly. */
static u32 number_find(struct rseq_numbers *n)
{
	u32 all = numbers(n);

	for (u32 i = 0; i < all; i++) {
		if (!*slot(n, i))
			return i;
	}
	for (u32 i = 0;; i = (i + 1) % all) {
		const struct task *owner = *slot(n, i);

		if (!READ_ONCE(owner->thread.on_cpu))
			return i;
		cpu_relax();
	}
}

static bool owns(struct rseq_numbers *n, const struct task *t)
{
	u32 number = t->rseq.number;

	return (!number || (n->others && number < cpu_online_count())) &&
	       *slot(n, number) == t;
}

static u32 number_take(struct task *t)
{
	struct aspace *as = t->aspace;
	struct rseq_numbers *n = &as->rseq;

	if (READ_ONCE(n->users) == 1 && READ_ONCE(n->first) == t)
		return t->rseq.number;
	spin_lock(&as->ptable_lock);
	if (!owns(n, t) || t->rseq.number >= numbers(n)) {
		if (owns(n, t))
			*slot(n, t->rseq.number) = NULL;
		t->rseq.number = number_find(n);
		*slot(n, t->rseq.number) = t;
	}
	spin_unlock(&as->ptable_lock);
	return t->rseq.number;
}

/* Count one more, with room for numbers when it is the second. */
static int numbers_join(struct aspace *as)
{
	struct rseq_numbers *n = &as->rseq;
	u32 others = cpu_online_count() - 1;
	const void **room = NULL;

	spin_lock(&as->ptable_lock);
	if (n->users && !n->others && others) {
		spin_unlock(&as->ptable_lock);
		room = kzalloc(others * sizeof(*room));
		if (!room)
			return -ENOMEM;
		spin_lock(&as->ptable_lock);
		if (!n->others) {
			n->others = room;
			room = NULL;
		}
	}
	WRITE_ONCE(n->users, n->users + 1);
	spin_unlock(&as->ptable_lock);
	kfree(room);
	return 0;
}

static void numbers_leave(struct task *t)
{
	struct aspace *as = t->aspace;
	struct rseq_numbers *n = &as->rseq;

	spin_lock(&as->ptable_lock);
	if (owns(n, t))
		*slot(n, t->rseq.number) = NULL;
	WRITE_ONCE(n->users, n->users - 1);
	spin_unlock(&as->ptable_lock);
}

/* ------------------------------------------------------------------- areas */

int rseq_register(uptr_t at, u32 len, u32 signature)
{
	struct task *t = current_task();
	int err = numbers_join(t->aspace);

	if (err)
		return err;
	t->rseq = (struct rseq_area){
		.at = at, .len = len, .signature = signature,
		.number = NO_NUMBER,
	};
	t->thread.resume_work = WORK_RSEQ;
	__atomic_fetch_or(&t->thread.arch.work, (u32)WORK_RSEQ,
			  __ATOMIC_SEQ_CST);
	return 0;
}

void rseq_leave(void)
{
	struct task *t = current_task();

	numbers_leave(t);
	t->thread.resume_work = 0;
	t->rseq = (struct rseq_area){ 0 };
}

void rseq_inherit(struct task *child)
{
	struct rseq_numbers *n = &child->aspace->rseq;

	child->rseq = current_task()->rseq;
	child->rseq.number = 0;
	child->thread.resume_work = WORK_RSEQ;
	n->users = 1;
	n->first = child;
}

/* The piece of code at @from, of a program that can be believed. */
static int sequence_get(uptr_t from, u32 signature, struct rseq_cs *cs)
{
	u32 found;

	if (from >= USER_END)
		return -EINVAL;
	if (copy_from_user(cs, from, sizeof(*cs)))
		return -EFAULT;
	if (cs->version || cs->start_ip >= USER_END ||
	    cs->post_commit_offset >= USER_END - cs->start_ip ||
	    cs->abort_ip >= USER_END ||
	    cs->abort_ip - cs->start_ip < cs->post_commit_offset)
		return -EINVAL;
	if (get_user_u32(&found, cs->abort_ip - sizeof(found)))
		return -EFAULT;
	return found == signature ? 0 : -EINVAL;
}

/* The thread may be in the piece of code that its area @a points to. */
static int sequence_abort(const struct task *t, const struct rseq *a,
			  struct regs *r)
{
	struct rseq_cs cs;
	bool inside;
	int err = sequence_get(a->rseq_cs, t->rseq.signature, &cs);

	if (err)
		return err;
	inside = regs_ip(r) - cs.start_ip < cs.post_commit_offset;
	if (inside && (cs.flags || a->flags))
		return -EINVAL;
	err = put_user_u64(t->rseq.at + offsetof(struct rseq, rseq_cs), 0);
	if (!err && inside)
		regs_set_ip(r, cs.abort_ip);
	return err;
}

/* Written the first time, and then only where it changes: a child of fork
 * needs no copy of the page for it. */
static int area_update(struct task *t, const struct rseq *a)
{
	bool fresh = t->rseq.number == NO_NUMBER;
	u32 where[2] = { cpu_id(), cpu_id() };
	u32 what[2] = { 0, number_take(t) };	/* one node */
	int err = 0;

	if (fresh || a->cpu_id_start != where[0] || a->cpu_id != where[1])
		err = copy_to_user(t->rseq.at, where, sizeof(where));
	if (!err && (a->node_id != what[0] || a->mm_cid != what[1]))
		err = copy_to_user(t->rseq.at + offsetof(struct rseq, node_id),
				   what, sizeof(what));
	return err;
}

static int resume(struct regs *r)
{
	struct task *t = current_task();
	struct rseq a;
	int err = 0;

	if (copy_from_user(&a, t->rseq.at, RSEQ_FEATURE_SIZE))
		return -EFAULT;
	if (unlikely(a.rseq_cs))
		err = sequence_abort(t, &a, r);
	return err ? err : area_update(t, &a);
}

void rseq_resume(struct regs *r)
{
	if (current_task()->rseq.at && resume(r))
		signal_force(SIGSEGV, SEND_KERNEL);
}

void rseq_signal(struct regs *r, int sig)
{
	if (resume(r))
		signal_force_frame_failed(sig);
}
