/*
 * include/core/rcu.h - read-copy-update for a kernel that is not preempted
 *
 * What:  a read section costs nothing: it only may not sleep. A grace period
 *        has passed when every CPU has switched context, been in user mode or
 *        idle since it began.
 * Not:   waiting for one: sched/rcu_wait.h.
 * See:   docs/rcu.md.
 */
#ifndef CORE_RCU_H
#define CORE_RCU_H

#include <arch/percpu.h>
#include <lib/atomic.h>
#include <lib/types.h>

struct rcu_head {
	struct rcu_head *next;
	void (*fn)(struct rcu_head *head);
};

#ifdef NIDUS_DEBUG
void rcu_read_lock(void);	/* counts, so that sleeping inside panics */
void rcu_read_unlock(void);
bool rcu_read_held(void);
#else
static inline void rcu_read_lock(void)
{
	barrier();
}

static inline void rcu_read_unlock(void)
{
	barrier();
}

static inline bool rcu_read_held(void)
{
	return true;
}
#endif

/* Partner of rcu_assign. x86 keeps dependent loads in order. */
#define rcu_dereference(p) load_acquire(&(p))
#define rcu_assign(p, v) store_release(&(p), v)

/*
 * rcu_call - run @fn(@head) after a grace period
 * @head:     inside the object; owned by RCU until @fn runs
 * Context:   any, with locks of rank above RANK_RCU. @fn runs in the context
 *            of some thread inside schedule(), in idle or in RCU's own thread,
 *            interrupts on, no spinlock held; it must not sleep.
 */
void rcu_call(struct rcu_head *head, void (*fn)(struct rcu_head *head));

/* Per-CPU flags that the inline functions below test. */
struct rcu_cpu_flags {
	u32 need_qs;	/* [a] a grace period waits for this CPU */
	u32 away;	/* [C] idle, not asked; read by starters */
	u32 irq_nest;	/* [C] interrupts that brought it back from away */
};
DECLARE_PER_CPU(struct rcu_cpu_flags, rcu_cpu_flags);

/* Slow halves of the functions below; interrupts off. */
void rcu_report(void);
/* rcu_irq_enter on a CPU that was away. */
void rcu_irq_enter_slow(void);
/* rcu_irq_leave of such an interrupt. */
void rcu_irq_leave_slow(void);

/* A quiescent state of this CPU: called by the context switch, and by an
 * interrupt that hit user mode. Context: interrupts off. */
static inline void rcu_quiescent(void)
{
	if (unlikely(READ_ONCE(this_cpu(rcu_cpu_flags).need_qs)))
		rcu_report();
}

/* Around every interrupt handler, called by arch: one that hits an idle CPU
 * may read under RCU, so the CPU is asked again meanwhile. Interrupts off. */
static inline void rcu_irq_enter(void)
{
	struct rcu_cpu_flags *f = this_cpu_ptr(&rcu_cpu_flags);

	if (unlikely(f->away | f->irq_nest))
		rcu_irq_enter_slow();
}

static inline void rcu_irq_leave(void)
{
	if (unlikely(this_cpu(rcu_cpu_flags).irq_nest))
		rcu_irq_leave_slow();
}

/* Does a grace period wait for this CPU? Interrupts off. */
static inline bool rcu_qs_wanted(void)
{
	return READ_ONCE(this_cpu(rcu_cpu_flags).need_qs);
}

/* This CPU goes into or comes out of idle: while away it needs no asking.
 * Interrupts off; no read section until it is back. */
void rcu_idle_enter(void);
void rcu_idle_leave(void);
/* Called by the timer interrupt; @from_user: the interrupt hit user mode. */
void rcu_tick(bool from_user, u64 now_ns);
/* Are there callbacks on this CPU, due or not? It keeps its tick then. */
bool rcu_pending(void);
/* Can callbacks of this CPU run now? */
bool rcu_due(void);
/* Run callbacks that are due on this CPU, a bounded batch. Task context. */
void rcu_run_callbacks(void);
/* Ask for the grace period that this CPU's callbacks wait for, without
 * collecting a batch first. Context: any. */
void rcu_advance(void);
/* A CPU comes to life. Interrupts off. */
void rcu_cpu_online(void);
/* Ask for a grace period now and by IPI (expedited). Context: any. */
void rcu_expedite(void);
/* Number of completed grace periods, for waiting and for tests. */
u64 rcu_completed(void);
/* The grace period a caller must see completed to have waited one in full. */
u64 rcu_target(void);

/* What RCU wants from the scheduler above it; set once at boot. */
struct rcu_hooks {
	/* The first callback came: this CPU needs a tick. Interrupts off. */
	void (*need_tick)(void);
	/* Callbacks pile up: wake the thread that calls rcu_run_bulk. Any
	 * context with interrupts off; run-queue locks are not held. */
	void (*wake_bulk)(void);
};
void rcu_set_hooks(const struct rcu_hooks *hooks);
/* Run what other CPUs left for RCU's thread. False: there was nothing. */
bool rcu_run_bulk(void);
/* @head's @fn runs after everything this CPU, or the bulk list, had queued. */
void rcu_call_bulk(struct rcu_head *head, void (*fn)(struct rcu_head *head));

#ifdef NIDUS_DEBUG
/* Tests only: grace periods end at once, which the torture test must notice. */
void rcu_sabotage(bool on);
#endif

#endif
