/*
 * kernel/sched/thread.c - threads: birth, death, and the list of all
 *
 * What:  the scheduler's part of a thread's life, and kernel threads.
 * Locks: each CPU has a list of the threads that were started on it, under
 *        list->lock (RANK_THREADS, interrupts off), so that fork and exit on
 *        different CPUs share nothing.
 * Life:  a kernel thread's memory and stack are freed by its dead() hook.
 * Not:   tasks (kernel/proc/task.c), which embed a thread.
 */
#include <sched/thread.h>

#include <arch/cpu.h>
#include <arch/percpu.h>
#include <arch/system.h>
#include <core/assert.h>
#include <core/printk.h>
#include <mm/kmalloc.h>
#include <mm/kstack.h>
#include <uapi/errno.h>
#include <uapi/sched.h>

#include "rq.h"

#define TRACE_DEPTH 12

struct thread_list {
	struct spinlock lock;
	struct list threads;	/* [L] by all_link */
};

static DEFINE_PER_CPU(struct thread_list, thread_lists);

void thread_list_init(u32 cpu)
{
	struct thread_list *l = per_cpu_ptr(&thread_lists, cpu);

	spin_init(&l->lock, "threads", RANK_THREADS);
	list_init(&l->threads);
}

static void thread_list_add(struct thread *t)
{
	struct thread_list *l = this_cpu_ptr(&thread_lists);

	t->all_cpu = cpu_id();
	spin_lock(&l->lock);
	list_add_tail(&l->threads, &t->all_link);
	spin_unlock(&l->lock);
}

void thread_list_remove(struct thread *t)
{
	struct thread_list *l = per_cpu_ptr(&thread_lists, t->all_cpu);
	u64 irq = spin_lock_irqsave(&l->lock);

	list_del(&t->all_link);
	spin_unlock_irqrestore(&l->lock, irq);
}

void thread_for_each(void (*fn)(struct thread *t, void *arg), void *arg)
{
	struct thread *t;
	u32 cpu;

	for_each_cpu(cpu, cpu_online_mask()) {
		struct thread_list *l = per_cpu_ptr(&thread_lists, cpu);
		u64 irq = spin_lock_irqsave(&l->lock);

		for_each_list(t, &l->threads, all_link)
			fn(t, arg);
		spin_unlock_irqrestore(&l->lock, irq);
	}
}

static void dump_one(struct thread *t, void *arg UNUSED)
{
	u64 addrs[TRACE_DEPTH];

	pr_info("thread %p %s: state %u, CPU %u, %s\n", (void *)t,
		t->name ? t->name : "(user)", READ_ONCE(t->state), t->cpu,
		t->on_cpu ? "running" : t->on_queue ? "queued" : "asleep");
	if (!READ_ONCE(t->on_cpu) && backtrace_thread)
		backtrace_print(addrs, backtrace_thread(&t->arch, addrs,
							TRACE_DEPTH));
}

void thread_dump_all(void)
{
	thread_for_each(dump_one, NULL);
}

/* Policy of a child: what its parent was given, not what that inherited;
 * reset-on-fork leaves none of the favours. */
static struct sched_params inherit_policy(const struct thread *parent)
{
	struct sched_params p = parent->own;

	p.reset_on_fork = 0;
	if (!parent->own.reset_on_fork)
		return p;
	p.turn_ns = 0;
	if (p.rt_priority) {
		p.policy = SCHED_NORMAL;
		p.rt_priority = 0;
		p.nice = 0;
	}
	p.nice = max(p.nice, 0);
	return p;
}

void thread_init(struct thread *t, const struct thread *parent)
{
	t->state = THREAD_UNINTERRUPTIBLE;
	t->cpu = cpu_id();
	t->on_queue = 0;
	t->on_cpu = 0;
	t->moving = 0;
	t->yielding = 0;
	t->vruntime = 0;
	t->runtime_ns = 0;
	t->slice_ns = 0;
	t->in_load = 0;
	t->user_ticks = 0;
	t->system_ticks = 0;
	t->user_ns = 0;
	t->system_ns = 0;
	t->nvcsw = 0;
	t->nivcsw = 0;
	t->nmoves = 0;
	t->sig_pending = 0;
	t->is_idle = 0;
	t->resume_work = 0;
	t->held_sleep_locks = NULL;
	list_init(&t->all_link);
	list_init(&t->rt_link);
	t->deadline = NULL;
	t->is_lent = 0;
	t->own = (struct sched_params){ .policy = SCHED_NORMAL };
	if (parent) {
		t->own = inherit_policy(parent);
		t->affinity = parent->affinity;
	} else {
		for (u32 i = 0; i < ARRAY_SIZE(t->affinity.bits); i++)
			t->affinity.bits[i] = U64_MAX;
	}
	t->policy = t->own.policy;
	t->nice = t->own.nice;
	t->rt_priority = t->own.rt_priority;
	t->weight = fair_weight(t->policy, t->nice);
}

void thread_start(struct thread *t)
{
	u64 irq = irq_save();

	ASSERT(t->state != THREAD_RUNNING);
	thread_list_add(t);
	thread_enqueue_new(t);
	irq_restore(irq);
}

NORETURN void thread_exit(void)
{
	ASSERT(!current_thread()->held_sleep_locks);
	assert_may_sleep("thread_exit");
	thread_set_state(THREAD_DEAD);
	schedule();
	panic("thread %p runs after its death", (void *)current_thread());
}

/* A kernel thread: its own memory, freed at its end. */
struct kthread {
	struct thread thread;
	void (*fn)(void *arg);
	void *arg;
	u64 stack_top;
};

static void kthread_main(void *arg)
{
	struct kthread *k = arg;

	k->fn(k->arg);
	thread_exit();
}

static void kthread_dead(struct thread *t)
{
	struct kthread *k = container_of(t, struct kthread, thread);

	kstack_free(k->stack_top);
	kfree(k);
}

int kthread_create(const char *name, void (*fn)(void *), void *arg,
		   struct thread **out)
{
	struct kthread *k = kzalloc(sizeof(*k));

	if (!k)
		return -ENOMEM;
	k->stack_top = kstack_alloc();
	if (!k->stack_top) {
		kfree(k);
		return -ENOMEM;
	}
	k->fn = fn;
	k->arg = arg;
	arch_thread_init_kernel(&k->thread.arch, k->stack_top, kthread_main, k);
	thread_init(&k->thread, NULL);
	k->thread.name = name;
	k->thread.dead = kthread_dead;
	if (out)
		*out = &k->thread;
	thread_start(&k->thread);
	return 0;
}
