/*
 * kernel/core/rcu.c - grace periods and deferred calls
 *
 * What:  callbacks are collected for each CPU in three lists: next (no grace
 *        period chosen yet), wait (for one number), done (may run). One grace
 *        period at a time runs for the machine: each CPU that is not idle is
 *        marked, unmarks itself at its next quiescent state, and the last one
 *        ends it. Nobody is waked for it; who waits for long sends IPIs.
 * Locks: rcu.lock (RANK_RCU) covers the start and the end of grace periods,
 *        not the reports in between, which cost one atomic decrement a CPU.
 *        The lists belong to their CPU, interrupts off.
 * Life:  a callback's memory is the caller's again when fn runs.
 * Not:   waiting (kernel/sched/rcu_wait.c).
 * See:   docs/rcu.md.
 */
#include <core/rcu.h>

#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/smp.h>
#include <core/assert.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <core/trace.h>

/* A CPU asks for a grace period when it has as many callbacks, or at a tick. */
#define RCU_BATCH 32
/* At most as many callbacks run in one go. */
#define RCU_RUN_BATCH 64
/* More due callbacks than this go to RCU's own thread. */
#define RCU_BULK 1024
/* After this time CPUs that have not reported are interrupted. */
#define RCU_FORCE_NS (8 * NSEC_PER_MSEC)
#define RCU_STALL_NS (20 * NSEC_PER_SEC)
#define TRACE_DEPTH 16

struct cb_list {
	struct rcu_head *head;
	struct rcu_head *last;	/* valid when head is not NULL */
	u32 n;
};

struct rcu_cpu {
	struct cb_list next;	/* [C] */
	struct cb_list wait;	/* [C] */
	struct cb_list done;	/* [C] */
	u64 wait_gp;		/* [C] number that wait waits for */
	u32 running;		/* [C] callbacks are being run */
	u32 wake_me;		/* [a] idle, wants an IPI at the end of a
				   grace period */
};

static struct {
	struct spinlock lock;
	u64 started;		/* [L] read without; number of the newest */
	u64 completed;		/* [L] read without */
	u64 requested;		/* [L] highest number anybody waits for */
	u64 hurry;		/* [a] IPIs at once up to this number */
	struct atomic pending;	/* CPUs that have not reported, plus the
				   starter while it counts */
	u64 start_ns;		/* [L] read without, for force and stall */
	u64 force_ns;		/* [a] when to interrupt next */
	u64 stall_ns;		/* [a] when to complain next */
	struct cpumask online;	/* [a] */
	const struct rcu_hooks *hooks;	/* [I] after boot */
	struct rcu_head *bulk;	/* [a] newest first */
#ifdef NIDUS_DEBUG
	bool sabotaged;
#endif
} rcu = { .lock = SPINLOCK_INIT("rcu", RANK_RCU) };

DEFINE_PER_CPU(struct rcu_cpu_flags, rcu_cpu_flags);
static DEFINE_PER_CPU(struct rcu_cpu, rcu_cpu);

#ifdef NIDUS_DEBUG
static DEFINE_PER_CPU(u32, read_depth);

void rcu_read_lock(void)
{
	ASSERT(!this_cpu(rcu_cpu_flags).away);
	this_cpu(read_depth)++;
	barrier();
}

void rcu_read_unlock(void)
{
	barrier();
	ASSERT(this_cpu(read_depth));
	this_cpu(read_depth)--;
}

bool rcu_read_held(void)
{
	return this_cpu(read_depth) != 0;
}

void rcu_sabotage(bool on)
{
	WRITE_ONCE(rcu.sabotaged, on);
}

static bool sabotaged(void)
{
	return READ_ONCE(rcu.sabotaged);
}
#else
static bool sabotaged(void)
{
	return false;
}
#endif

static void cb_append(struct cb_list *l, struct rcu_head *head)
{
	if (l->head)
		l->last->next = head;
	else
		l->head = head;
	l->last = head;
	l->n++;
}

static void cb_splice(struct cb_list *to, struct cb_list *from)
{
	if (!from->head)
		return;
	if (to->head)
		to->last->next = from->head;
	else
		to->head = from->head;
	to->last = from->last;
	to->n += from->n;
	*from = (struct cb_list){ 0 };
}

/* Take at most @max from the front. */
static struct rcu_head *cb_take(struct cb_list *l, u32 max)
{
	struct rcu_head *first = l->head, *last = first;
	u32 n = 1;

	if (!first || l->n <= max) {
		*l = (struct cb_list){ 0 };
		return first;
	}
	for (; n < max; n++)
		last = last->next;
	l->head = last->next;
	l->n -= n;
	last->next = NULL;
	return first;
}

u64 rcu_completed(void)
{
	return load_acquire(&rcu.completed);
}

u64 rcu_target(void)
{
	/* What the caller unlinked is seen by every section that begins after
	 * the next start; partner: the barrier in gp_start. */
	smp_mb();
	return READ_ONCE(rcu.started) + 1;
}

/* Mark one CPU as waited for, unless it is idle. The exchange is a barrier
 * between the mark and the look; partner: rcu_idle_enter. */
static void gp_mark(u32 cpu)
{
	struct rcu_cpu_flags *f = per_cpu_ptr(&rcu_cpu_flags, cpu);

	atomic_inc(&rcu.pending);
	(void)xchg(&f->need_qs, 1u);
	if ((READ_ONCE(f->away) || sabotaged()) && xchg(&f->need_qs, 0u))
		atomic_dec(&rcu.pending);
}

static void gp_interrupt_all(void)
{
	u32 me = cpu_id();
	u32 cpu;

	for_each_cpu(cpu, &rcu.online) {
		if (cpu != me && READ_ONCE(per_cpu(rcu_cpu_flags,
						   cpu).need_qs))
			ipi_resched(cpu);
	}
}

/* True: every CPU was idle, so the grace period has passed already. */
static bool gp_start(void)
{
	u64 now = clock_now_ns();
	u32 cpu;

	WRITE_ONCE(rcu.start_ns, now);
	WRITE_ONCE(rcu.force_ns, now + RCU_FORCE_NS);
	WRITE_ONCE(rcu.stall_ns, now + RCU_STALL_NS);
	atomic_set(&rcu.pending, 1);
	WRITE_ONCE(rcu.started, rcu.started + 1);
	trace_gp(true, rcu.started);
	smp_mb();	/* partner: rcu_target */
	for_each_cpu(cpu, &rcu.online)
		gp_mark(cpu);
	if (READ_ONCE(rcu.hurry) >= rcu.started)
		gp_interrupt_all();
	return atomic_dec_and_test(&rcu.pending);
}

/* Idle CPUs with callbacks sleep until their grace period ends. */
static void gp_wake_idle(void)
{
	u32 me = cpu_id();
	u32 cpu;

	for_each_cpu(cpu, &rcu.online) {
		struct rcu_cpu *c = per_cpu_ptr(&rcu_cpu, cpu);

		if (READ_ONCE(c->wake_me) && xchg(&c->wake_me, 0u) &&
		    cpu != me)
			ipi_resched(cpu);
	}
}

static void gp_end_locked(void)
{
	store_release(&rcu.completed, rcu.started);
	trace_gp(false, rcu.started);
	smp_mb();	/* partner: rcu_idle_enter */
	gp_wake_idle();
}

/* Start what is asked for, and end what ends at once. */
static void gp_run_locked(void)
{
	ASSERT(spin_held(&rcu.lock));
	while (rcu.started == rcu.completed && rcu.requested > rcu.completed) {
		if (!gp_start())
			return;
		gp_end_locked();
	}
}

static void gp_request(u64 gp)
{
	u64 flags;

	if (rcu_completed() >= gp)
		return;
	flags = spin_lock_irqsave(&rcu.lock);
	if (rcu.requested < gp)
		rcu.requested = gp;
	gp_run_locked();
	spin_unlock_irqrestore(&rcu.lock, flags);
}

void rcu_report(void)
{
	struct rcu_cpu_flags *f = this_cpu_ptr(&rcu_cpu_flags);

	/* Full barrier: the sections before end before the count falls. */
	if (!xchg(&f->need_qs, 0u) || !atomic_dec_and_test(&rcu.pending))
		return;
	spin_lock(&rcu.lock);
	gp_end_locked();
	gp_run_locked();
	spin_unlock(&rcu.lock);
}

/* What waited for a grace period that has passed may run. */
static void cb_collect(struct rcu_cpu *c)
{
	if (c->wait.head && rcu_completed() >= c->wait_gp)
		cb_splice(&c->done, &c->wait);
}

/* Move this CPU's lists on by as much as grace periods allow, and ask for the
 * next one. */
static void cb_advance(struct rcu_cpu *c)
{
	cb_collect(c);
	if (c->wait.head || !c->next.head)
		return;
	cb_splice(&c->wait, &c->next);
	c->wait_gp = rcu_target();
	gp_request(c->wait_gp);
	cb_collect(c);
}

void rcu_call(struct rcu_head *head, void (*fn)(struct rcu_head *head))
{
	u64 flags = irq_save();
	struct rcu_cpu *c = this_cpu_ptr(&rcu_cpu);

	head->fn = fn;
	head->next = NULL;
	cb_append(&c->next, head);
	if (unlikely(c->next.n >= RCU_BATCH))
		cb_advance(c);
	else if (c->next.n == 1 && !c->wait.head && rcu.hooks)
		rcu.hooks->need_tick();
	irq_restore(flags);
}

void rcu_advance(void)
{
	u64 flags = irq_save();

	cb_advance(this_cpu_ptr(&rcu_cpu));
	irq_restore(flags);
}

bool rcu_pending(void)
{
	const struct rcu_cpu *c = this_cpu_ptr(&rcu_cpu);

	return c->next.head || c->wait.head || c->done.head;
}

bool rcu_due(void)
{
	const struct rcu_cpu *c = this_cpu_ptr(&rcu_cpu);

	return c->done.head ||
	       (c->wait.head && rcu_completed() >= c->wait_gp);
}

static void cb_run(struct rcu_head *list)
{
	while (list) {
		struct rcu_head *next = list->next;

		list->fn(list);
		list = next;
	}
}

/* Push a chain onto the list of RCU's thread. */
static void bulk_push(struct rcu_head *first, struct rcu_head *last)
{
	struct rcu_head *seen = READ_ONCE(rcu.bulk);

	do {
		last->next = seen;
	} while (!__atomic_compare_exchange_n(&rcu.bulk, &seen, first, false,
					      __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
}

/* Too much is due for one thread's patience: leave it to RCU's own. Chunks
 * lie newest first in the list, which is turned round when it is taken; a
 * chain is reversed here so that it comes out in order. */
static void bulk_leave(struct rcu_cpu *c)
{
	struct rcu_head *head = NULL, *h, *last;

	if (c->done.n <= RCU_BULK || !rcu.hooks)
		return;
	last = c->done.head;
	for (h = last; h;) {
		struct rcu_head *next = h->next;

		h->next = head;
		head = h;
		h = next;
	}
	c->done = (struct cb_list){ 0 };
	bulk_push(head, last);
	rcu.hooks->wake_bulk();
}

bool rcu_run_bulk(void)
{
	struct rcu_head *h = xchg(&rcu.bulk, (struct rcu_head *)NULL);
	struct rcu_head *list = NULL;

	if (!h)
		return false;
	while (h) {
		struct rcu_head *next = h->next;

		h->next = list;
		list = h;
		h = next;
	}
	cb_run(list);
	return true;
}

void rcu_call_bulk(struct rcu_head *head, void (*fn)(struct rcu_head *head))
{
	u64 flags;

	head->fn = fn;
	bulk_push(head, head);
	flags = irq_save();
	rcu.hooks->wake_bulk();
	irq_restore(flags);
}

void rcu_run_callbacks(void)
{
	u64 flags = irq_save();
	struct rcu_cpu *c = this_cpu_ptr(&rcu_cpu);
	struct rcu_head *list = NULL;

	if (!c->running) {
		cb_collect(c);
		list = cb_take(&c->done, RCU_RUN_BATCH);
		bulk_leave(c);
	}
	if (!list) {
		irq_restore(flags);
		return;
	}
	c->running = 1;
	irq_enable();
	cb_run(list);
	irq_disable();
	this_cpu(rcu_cpu).running = 0;
	irq_restore(flags);
}

/* Going away is a quiescent state. With callbacks waiting, ask to be waked. */
void rcu_idle_enter(void)
{
	struct rcu_cpu_flags *f = this_cpu_ptr(&rcu_cpu_flags);
	struct rcu_cpu *c = this_cpu_ptr(&rcu_cpu);

	ASSERT(!rcu_read_held());
	cb_advance(c);
	if (c->wait.head)
		WRITE_ONCE(c->wake_me, 1);
	/* Full barrier; partners: gp_mark, gp_end_locked. */
	(void)xchg(&f->away, 1u);
	if (READ_ONCE(f->need_qs))
		rcu_report();
}

void rcu_idle_leave(void)
{
	/* Full barrier: what was published before a grace period that did not
	 * ask this CPU is seen by the sections that begin now. */
	(void)xchg(&this_cpu(rcu_cpu_flags).away, 0u);
	WRITE_ONCE(this_cpu(rcu_cpu).wake_me, 0);
}

void rcu_irq_enter_slow(void)
{
	struct rcu_cpu_flags *f = this_cpu_ptr(&rcu_cpu_flags);

	f->irq_nest++;
	if (f->away)
		(void)xchg(&f->away, 0u);
}

void rcu_irq_leave_slow(void)
{
	struct rcu_cpu_flags *f = this_cpu_ptr(&rcu_cpu_flags);

	if (--f->irq_nest)
		return;
	(void)xchg(&f->away, 1u);
	if (READ_ONCE(f->need_qs))
		rcu_report();
}

static void stall_report(u64 now_ns)
{
	u64 addrs[TRACE_DEPTH];
	u32 cpu;

	for_each_cpu(cpu, &rcu.online) {
		if (!READ_ONCE(per_cpu(rcu_cpu_flags, cpu).need_qs))
			continue;
		pr_err("rcu: grace period %lu waits %lu ms for CPU %u\n",
		       READ_ONCE(rcu.started),
		       (now_ns - READ_ONCE(rcu.start_ns)) / NSEC_PER_MSEC, cpu);
		if (cpu != cpu_id())
			backtrace_print(addrs, smp_backtrace(cpu, addrs,
							     TRACE_DEPTH));
		else
			dump_stack();
	}
}

/* True for one caller when the time at *@when has come; moves it on. */
static bool claim_time(u64 *when, u64 now_ns, u64 step_ns)
{
	u64 seen = READ_ONCE(*when);

	return now_ns >= seen && cas(when, seen, now_ns + step_ns);
}

static void gp_force(u64 now_ns)
{
	if (READ_ONCE(rcu.started) == rcu_completed())
		return;
	if (claim_time(&rcu.force_ns, now_ns, RCU_FORCE_NS))
		gp_interrupt_all();
	if (claim_time(&rcu.stall_ns, now_ns, RCU_STALL_NS))
		stall_report(now_ns);
}

void rcu_tick(bool from_user, u64 now_ns)
{
	struct rcu_cpu *c = this_cpu_ptr(&rcu_cpu);

	if (from_user)
		rcu_quiescent();
	if (c->next.head || c->wait.head) {
		cb_advance(c);
		gp_force(now_ns);
	}
}

void rcu_cpu_online(void)
{
	cpumask_set_atomic(&rcu.online, cpu_id());
}

void rcu_expedite(void)
{
	/* The callbacks that are waiting, and those behind them. */
	u64 until = rcu_target() + 1;
	u64 seen = READ_ONCE(rcu.hurry);

	while (seen < until && !cas(&rcu.hurry, seen, until))
		seen = READ_ONCE(rcu.hurry);
	rcu_advance();
	if (READ_ONCE(rcu.started) != rcu_completed())
		gp_interrupt_all();
}

void rcu_set_hooks(const struct rcu_hooks *hooks)
{
	rcu.hooks = hooks;
}
