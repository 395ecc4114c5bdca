/*
 * kernel/sched/idle.c - what a CPU does when it has nothing to do
 *
 * What:  the idle threads, the start of the scheduler on each CPU, and the
 *        loop: run due RCU callbacks, look for work elsewhere, halt.
 * Locks: the last look for work, and telling others that this CPU is idle,
 *        happen with interrupts off; a wake-up that comes after it is an
 *        interrupt that ends the halt at once.
 * Life:  the boot CPU's idle thread is static and is the flow that started
 *        the kernel; the others' are made before their CPU starts. They never
 *        end.
 */
#include <sched/sched.h>

#include <arch/cpu.h>
#include <arch/upcall.h>
#include <core/rcu.h>
#include <mm/kmalloc.h>
#include <mm/kstack.h>

#include "rq.h"

static struct thread boot_idle = {
	.name = "idle", .is_idle = 1, .on_cpu = 1,
};
static struct thread *idle_threads[MAX_CPUS] = { &boot_idle };	/* [I] */

void rq_init(struct rq *rq, u32 cpu, struct thread *idle)
{
	spin_init(&rq->lock, "runqueue", RANK_RUNQUEUE);
	for (u32 i = 0; i < RT_PRIORITIES; i++)
		list_init(&rq->rt[i]);
	rq->cpu = cpu;
	rq->curr = idle;
	rq->idle = idle;
	rq->now_ns = clock_now_ns();
	rq->online_ns = rq->now_ns;
	idle->cpu = cpu;
	idle->exec_start_ns = rq->now_ns;
	list_init(&idle->all_link);
	thread_list_init(cpu);
}

/* Timers, ticks and RCU of this CPU. Interrupts off. */
static void cpu_join(void)
{
	timer_cpu_init();
	tick_cpu_init();
	rcu_cpu_online();
	__atomic_fetch_add(&sched_ncpus, 1, __ATOMIC_SEQ_CST);
}

void sched_init(void)
{
	u64 irq = irq_save();

	rq_init(this_rq(), cpu_id(), &boot_idle);
	arch_set_current(&boot_idle.arch);
	cpu_join();
	irq_restore(irq);
}

struct arch_thread *upcall_idle_thread(u32 cpu)
{
	struct thread *t = idle_threads[cpu];
	u64 top;

	if (t)
		return &t->arch;
	t = kzalloc(sizeof(*t));
	top = t ? kstack_alloc() : 0;
	if (!top) {
		kfree(t);
		return NULL;
	}
	t->name = "idle";
	t->is_idle = 1;
	t->on_cpu = 1;
	t->arch.kstack_top = top;
	rq_init(rq_of(cpu), cpu, t);
	idle_threads[cpu] = t;
	return &t->arch;
}

NORETURN void upcall_cpu_start(void)
{
	struct rq *rq = this_rq();

	rq->online_ns = clock_now_ns();
	rq->idle->exec_start_ns = rq->online_ns;
	cpu_join();
	irq_enable();
	sched_idle_loop();
}

/* With interrupts off: is there really nothing? Then halt until there is. */
static void idle_halt(struct rq *rq)
{
	bool many = READ_ONCE(sched_ncpus) > 1;

	if (many)
		cpumask_set_atomic(&idle_cpus, rq->cpu);
	rcu_idle_enter();
	/* Callbacks that wait for other CPUs: force them from time to time. */
	if (rcu_pending())
		tick_for_rcu();
	if (!need_resched() && !READ_ONCE(rq->nr) && !rcu_due())
		cpu_idle_wait();
	irq_disable();
	rcu_idle_leave();
	if (many && cpumask_test(&idle_cpus, rq->cpu))
		cpumask_clear_atomic(&idle_cpus, rq->cpu);
}

NORETURN void sched_idle_loop(void)
{
	struct rq *rq = this_rq();

	for (;;) {
		if (rcu_due())
			rcu_run_callbacks();
		if (need_resched() || READ_ONCE(rq->nr) || idle_steal(rq)) {
			schedule();
			continue;
		}
		irq_disable();
		idle_halt(rq);
		irq_enable();
	}
}
