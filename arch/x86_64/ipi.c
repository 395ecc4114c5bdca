/*
 * arch/x86_64/ipi.c - messages between running CPUs
 *
 * What:  reschedule, function calls, the question where a CPU is, and the
 *        stop before the end.
 * Locks: none. Each CPU has one call of its own (a task has the CPU to itself
 *        while it waits) and a set of the CPUs whose call it has to serve.
 *        The caller fills the call, then sets its bit in the callee's set
 *        (full barrier); the callee takes the set by exchange (full barrier),
 *        runs the functions, and clears its bit in call->waiting with a full
 *        barrier, after which it does not touch the call. Pairs with the
 *        acquire in call_wait.
 * Life:  a call lives from call_post until nobody waits; two CPUs that call
 *        each other serve each other, since both wait with interrupts on.
 * Not:   flushing the TLB, which is one of the functions called (tlb.c).
 */
#include <arch/smp.h>

#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/percpu.h>
#include <arch/system.h>
#include <arch/upcall.h>
#include <asm/apic.h>
#include <asm/regs.h>
#include <asm/smp.h>
#include <asm/trap.h>
#include <core/assert.h>
#include <core/printk.h>

#define CALL_STALL_NS (10 * NSEC_PER_SEC)
#define STOP_MAX_MS 100
#define TRACE_MAX 32
#define TRACE_WAIT_TURNS 5000	/* of 10 microseconds */

struct call {
	void (*fn)(void *);	/* [C] the caller's */
	void *arg;		/* [C] */
	struct cpumask waiting;	/* [a] CPUs that have not run it yet */
};

static DEFINE_PER_CPU(struct call, call_own);
static DEFINE_PER_CPU(struct cpumask, call_from);	/* [a] callers */

/* What trace.state says; from 1 on: CPU + 1 that is to answer. */
enum trace_state {
	TRACE_FREE = 0,
	TRACE_FILLING = MAX_CPUS + 1,
	TRACE_DONE,
};

/* One question at a time; who moves the state owns the rest. */
static struct {
	u32 state;		/* [a] */
	u32 n;
	u64 addrs[TRACE_MAX];
} trace;

/* CPU + 1 that stopped all others. [a] */
static u32 stopper;
static struct atomic stopped_count;

void ipi_resched(u32 cpu)
{
	lapic_send_ipi(smp_apic_id(cpu), VECTOR_RESCHED);
}

static void resched_irq(struct regs *r UNUSED, void *arg UNUSED)
{
	lapic_eoi();
	upcall_resched_ipi();
}

static void call_serve(u32 caller)
{
	struct call *c = per_cpu_ptr(&call_own, caller);

	c->fn(c->arg);
	cpumask_clear_atomic(&c->waiting, cpu_id());
}

static void call_irq(struct regs *r UNUSED, void *arg UNUSED)
{
	struct cpumask *from = this_cpu_ptr(&call_from);

	lapic_eoi();
	for (u32 i = 0; i < ARRAY_SIZE(from->bits); i++) {
		u64 callers;

		if (!READ_ONCE(from->bits[i]))
			continue;
		callers = xchg(&from->bits[i], 0);
		while (callers) {
			call_serve(i * 64 + (u32)__builtin_ctzll(callers));
			callers &= callers - 1;
		}
	}
}

/* Tell @cpu. Who finds the word not empty knows that a message is on its way:
 * its sender set the first bit, and the word is taken as a whole. */
static void call_post(u32 cpu)
{
	u32 self = cpu_id();
	u64 *word = &per_cpu(call_from, cpu).bits[self / 64];

	if (!__atomic_fetch_or(word, BIT(self % 64), __ATOMIC_SEQ_CST))
		lapic_send_ipi(smp_apic_id(cpu), VECTOR_CALL);
}

static bool call_is_done(const struct call *c)
{
	for (u32 i = 0; i < ARRAY_SIZE(c->waiting.bits); i++) {
		if (load_acquire(&c->waiting.bits[i]))
			return false;
	}
	return true;
}

static void call_wait(struct call *c)
{
	u64 start = clock_now_ns();
	bool told = false;

	while (!call_is_done(c)) {
		if (unlikely(READ_ONCE(stopper)))
			return;
		cpu_relax();
		if (told || clock_now_ns() - start < CALL_STALL_NS)
			continue;
		told = true;
		pr_err("smp: CPU %u waits for CPU %u to run %p\n", cpu_id(),
		       cpumask_next(&c->waiting, 0), c->fn);
	}
}

/* Online CPUs of @mask but this one; false when there are none. */
static bool call_targets(const struct cpumask *mask, struct cpumask *out)
{
	const struct cpumask *online = cpu_online_mask();

	for (u32 i = 0; i < ARRAY_SIZE(out->bits); i++)
		out->bits[i] = READ_ONCE(mask->bits[i]) &
			       READ_ONCE(online->bits[i]);
	cpumask_clear(out, cpu_id());
	return !cpumask_empty(out);
}

void smp_call(const struct cpumask *mask, void (*fn)(void *), void *arg)
{
	struct call *c = this_cpu_ptr(&call_own);
	struct cpumask targets;
	u32 cpu;

	if (READ_ONCE(stopper) || !call_targets(mask, &targets))
		return;
	ASSERT(irqs_enabled() && !in_irq());
	c->fn = fn;
	c->arg = arg;
	c->waiting = targets;
	for_each_cpu(cpu, &targets)
		call_post(cpu);
	call_wait(c);
}

/* On the CPU that was asked, with its registers. */
static void trace_fill(const struct regs *r)
{
	trace.addrs[0] = regs_ip(r);
	trace.n = 1;
	if (backtrace_walk)
		trace.n += backtrace_walk(backtrace_start(r), trace.addrs + 1,
					  TRACE_MAX - 1);
	store_release(&trace.state, TRACE_DONE);
}

static void nmi(struct regs *r, void *arg UNUSED)
{
	u32 self = cpu_id() + 1;

	if (READ_ONCE(stopper) && READ_ONCE(stopper) != self) {
		atomic_inc(&stopped_count);
		cpu_halt_forever();
	}
	if (cas(&trace.state, self, TRACE_FILLING))
		trace_fill(r);
	else
		pr_err("nmi: unexpected on CPU %u, rip %#lx\n", self - 1,
		       regs_ip(r));
}

/* Did the answer come? If not, it will not from here on. */
static bool trace_wait(u32 cpu)
{
	for (u32 i = 0; i < TRACE_WAIT_TURNS; i++) {
		if (load_acquire(&trace.state) == TRACE_DONE)
			return true;
		clock_delay_us(10);
	}
	if (cas(&trace.state, cpu + 1, TRACE_FREE))
		return false;
	while (load_acquire(&trace.state) != TRACE_DONE) {
		if (READ_ONCE(stopper))
			return false;
		cpu_relax();
	}
	return true;
}

u32 smp_backtrace(u32 cpu, u64 *out, u32 max)
{
	u32 n;

	if (READ_ONCE(stopper) || cpu == cpu_id() ||
	    !cpumask_test(cpu_online_mask(), cpu) ||
	    !cas(&trace.state, TRACE_FREE, cpu + 1))
		return 0;
	lapic_send_nmi(smp_apic_id(cpu));
	if (!trace_wait(cpu))
		return 0;
	n = min(trace.n, max);
	for (u32 i = 0; i < n; i++)
		out[i] = trace.addrs[i];
	store_release(&trace.state, TRACE_FREE);
	return n;
}

void smp_stop_others(void)
{
	u32 self = cpu_id() + 1;
	int wanted = (int)cpu_online_count() - 1;
	u32 cpu;

	irq_disable();
	if (READ_ONCE(stopper) == self)
		return;
	if (!cas(&stopper, 0, self)) {
		atomic_inc(&stopped_count);
		cpu_halt_forever();
	}
	for_each_cpu(cpu, cpu_online_mask()) {
		if (cpu != self - 1)
			lapic_send_nmi(smp_apic_id(cpu));
	}
	for (u32 ms = 0; ms < STOP_MAX_MS; ms++) {
		if (atomic_read(&stopped_count) >= wanted)
			return;
		clock_delay_us(1000);
	}
}

void ipi_init(void)
{
	trap_set_handler(VECTOR_RESCHED, resched_irq, NULL);
	trap_set_handler(VECTOR_CALL, call_irq, NULL);
	trap_set_handler(TRAP_NMI, nmi, NULL);
}
