/*
 * arch/x86_64/clock.c - what time it is, and the one-shot timer
 *
 * What:  nanoseconds since the kernel's first instruction from the time stamp
 *        counter, or from HPET or PM timer where that one cannot be trusted;
 *        the timer of each CPU; the RTC's time, read once.
 * Locks: none. The parameters are constant once CPUs other than the first
 *        run, but for the step away from the TSC, which publishes the slow
 *        clock with one store (store_release in go_slow, pairs with
 *        load_acquire in clock_now_ns). The slow clock's last value is moved
 *        forward by compare-and-swap.
 * Not:   who waits for what (kernel/sched/timer.c), how frequencies are found
 *        (calibrate.c).
 * See:   Intel SDM volume 3, sections 11.5.4 and 18.17.
 */
#include <arch/clock.h>

#include <arch/boot.h>
#include <arch/cpu.h>
#include <arch/percpu.h>
#include <arch/upcall.h>
#include <asm/apic.h>
#include <asm/clock.h>
#include <asm/cpu.h>
#include <asm/hostile.h>
#include <asm/port.h>
#include <asm/trap.h>
#include <asm/vdso.h>
#include <core/panic.h>
#include <core/printk.h>
#include <lib/atomic.h>

/* A full calibration takes this long unless more time passes anyway. */
#define CALIBRATE_US 4500
/* Beyond this the timer is armed again when it fires: 2^60 ns is 36 years. */
#define MAX_DEADLINE_NS (1ul << 60)
/* The slow clock wants to be read at least this often. */
#define KEEPALIVE_NS ((u64)NSEC_PER_SEC)
#define PORT_DELAY 0x80

/* Quotients of two frequencies have this many bits behind the point: exact to
 * 10^-9 for those that occur, with room for 2^60 ns at 16 GHz. */
#define SCALE_SHIFT 40

static struct {
	u64 base_tsc;			/* where ns 0 is */
	u64 tsc_to_ns;			/* scales, see scale_make */
	u64 ns_to_tsc;
	u64 ns_to_apic;
	u32 tsc_khz;
	bool deadline;			/* the timer compares with the TSC */
	u64 epoch_ns;			/* RTC time of ns 0 */
	const struct ref_clock *ref;	/* for go_slow */
} clock;

/* The clock when the TSC does not serve. */
static struct {
	const struct ref_clock *ref;	/* [a] NULL: the TSC serves */
	u64 last;			/* [a] counter, extended to 64 bits */
	u64 start;			/* counter at start_ns */
	u64 start_ns;
	u64 to_ns;			/* scale */
} slow;

/* What clock_warp_probe saw on all CPUs. [a] */
static u64 warp_last, warp_max;

/* [C] upcall_timer is due then; U64_MAX: never. */
static DEFINE_PER_CPU(u64, timer_deadline);

static inline u64 scale(u64 mult, u64 v)
{
	return (u64)(((unsigned __int128)v * mult) >> SCALE_SHIFT);
}

/* The scale from ticks of @from_hz to ticks of @to_hz: long division. */
static u64 scale_make(u64 from_hz, u64 to_hz)
{
	u64 mult = to_hz / from_hz;
	u64 rest = to_hz % from_hz;

	for (u32 i = 0; i < SCALE_SHIFT; i++) {
		rest *= 2;
		mult *= 2;
		if (rest >= from_hz) {
			mult++;
			rest -= from_hz;
		}
	}
	return mult;
}

static u64 tsc_now_ns(void)
{
	return scale(clock.tsc_to_ns, tsc_ordered() - clock.base_tsc);
}

/* A reading older than one that another CPU has stored already looks like a
 * step of more than half the range: then no time has passed. */
static u64 slow_now_ns(const struct ref_clock *ref)
{
	u64 last = READ_ONCE(slow.last);
	u64 now;

	do {
		u64 step = (ref->read() - last) & ref->mask;

		now = last + (step <= ref->mask / 2 ? step : 0);
	} while (!__atomic_compare_exchange_n(&slow.last, &last, now, false,
					      __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
	return slow.start_ns + scale(slow.to_ns, now - slow.start);
}

u64 clock_now_ns(void)
{
	const struct ref_clock *ref = load_acquire(&slow.ref);

	if (unlikely(ref))
		return slow_now_ns(ref);
	return tsc_now_ns();
}

bool clock_tsc_params(u64 *base, u64 *to_ns)
{
	static_assert(SCALE_SHIFT == VDSO_SCALE_SHIFT, "one scale for both");
	*base = clock.base_tsc;
	*to_ns = clock.tsc_to_ns;
	return !READ_ONCE(slow.ref);
}

u64 clock_boot_epoch_ns(void)
{
	return clock.epoch_ns;
}

u32 clock_tsc_khz(void)
{
	return clock.tsc_khz;
}

const char *clock_source_name(void)
{
	return slow.ref ? slow.ref->name : "tsc";
}

void clock_delay_us(u32 us)
{
	u64 start = cpu_cycles();
	u64 cycles = (u64)us * clock.tsc_khz / 1000;

	if (!clock.tsc_khz) {
		while (us--)
			port_out8(PORT_DELAY, 0); /* about a microsecond */
		return;
	}
	while (cpu_cycles() - start < cycles)
		cpu_relax();
}

/* Ticks of the APIC timer; the shortest and the longest it can do are the
 * bounds, and what comes too early is armed again. */
static u32 apic_ticks(u64 ns)
{
	u64 ticks = scale(clock.ns_to_apic, min(ns, MAX_DEADLINE_NS)) + 1;

	return (u32)min(ticks, (u64)U32_MAX);
}

/* Time that is left, not more than the slow clock can bear on the boot CPU. */
static u64 slow_left(u64 deadline_ns, u64 now)
{
	u64 left = deadline_ns > now ? deadline_ns - now : 0;

	if (deadline_ns == U64_MAX)
		left = U64_MAX;
	return cpu_id() == 0 ? min(left, KEEPALIVE_NS) : left;
}

static void timer_stop(void)
{
	if (clock.deadline)
		lapic_timer_set_deadline(0);
	else
		lapic_timer_set(0);
}

static void program_slow(u64 deadline_ns)
{
	u64 left = slow_left(deadline_ns, clock_now_ns());

	if (left == U64_MAX)
		timer_stop();
	else if (clock.deadline)
		lapic_timer_set_deadline(cpu_cycles() + 1 +
					 scale(clock.ns_to_tsc,
					       min(left, MAX_DEADLINE_NS)));
	else
		lapic_timer_set(apic_ticks(left));
}

static void program(u64 deadline_ns)
{
	u64 now, ns = min(deadline_ns, MAX_DEADLINE_NS);

	if (unlikely(slow.ref)) {
		program_slow(deadline_ns);
	} else if (clock.deadline) {
		lapic_timer_set_deadline(clock.base_tsc + 1 +
					 scale(clock.ns_to_tsc, ns));
	} else {
		now = tsc_now_ns();
		lapic_timer_set(apic_ticks(ns > now ? ns - now : 0));
	}
}

void clock_arm(u64 deadline_ns)
{
	this_cpu(timer_deadline) = deadline_ns;
	if (deadline_ns == U64_MAX && !slow.ref)
		timer_stop();
	else
		program(deadline_ns);
}

static void timer_irq(struct regs *r UNUSED, void *arg UNUSED)
{
	u64 *deadline = this_cpu_ptr(&timer_deadline);

	lapic_eoi();
	if (*deadline == U64_MAX) {
		if (slow.ref)
			program(U64_MAX);
		return;
	}
	if (clock_now_ns() < *deadline) {
		program(*deadline);
		return;
	}
	*deadline = U64_MAX;
	upcall_timer();
}

/* From now on @ref is the clock, with no step in time. */
static void go_slow(const struct ref_clock *ref, const char *why)
{
	slow.start_ns = tsc_now_ns();
	slow.start = ref->read();
	slow.last = slow.start;
	slow.to_ns = scale_make(ref->hz, NSEC_PER_SEC);
	store_release(&slow.ref, ref);
	if (vdso_page_refresh)
		vdso_page_refresh();
	pr_warn("clock: %s, using %s\n", why, ref->name);
}

/* Does the TSC tick at one rate, whatever the processor does? A hypervisor
 * sees to it. */
static bool tsc_is_steady(void)
{
	return cpu_has(CPU_INVTSC) || cpu_has(CPU_HYPERVISOR);
}

static void set_frequencies(const struct calibration *c)
{
	u64 tsc_hz = c->tsc_khz * 1000;

	clock.tsc_khz = (u32)c->tsc_khz;
	clock.ns_to_tsc = scale_make(NSEC_PER_SEC, tsc_hz);
	clock.ns_to_apic = scale_make(NSEC_PER_SEC, c->lapic_khz * 1000);
	clock.base_tsc = boot_info()->entry_cycles;
	clock.tsc_to_ns = scale_make(tsc_hz, NSEC_PER_SEC);
	pr_info("clock: TSC %lu.%03lu MHz by %s, APIC timer %lu.%03lu MHz\n",
		c->tsc_khz / 1000, c->tsc_khz % 1000, c->how,
		c->lapic_khz / 1000, c->lapic_khz % 1000);
}

static void read_epoch(void)
{
	u64 seconds, now = clock_now_ns();

	if (!rtc_read || !rtc_read(&seconds)) {
		pr_notice("clock: no RTC, it is 1970\n");
		return;
	}
	clock.epoch_ns = seconds * NSEC_PER_SEC - now;
}

void clock_init(u32 settle_us)
{
	const struct ref_clock *ref = refclock_find();
	struct calibration c = { 0 };

	calibrate(ref, max(settle_us, (u32)CALIBRATE_US), &c);
	set_frequencies(&c);
	if (ref && refclock_is_shared(ref))
		clock.ref = ref;
	trap_set_handler(VECTOR_TIMER, timer_irq, NULL);
	if (!tsc_is_steady() && clock.ref)
		go_slow(clock.ref, "TSC rate may vary");
	else if (cpu_has(CPU_TSC_DEADLINE) && cpu_has(CPU_INVTSC))
		clock.deadline = true;
	if (clock.deadline)
		pr_info("clock: timer by TSC deadline\n");
	if (!c.lapic_khz && !clock.deadline)
		panic("clock: the APIC timer stands still");
	clock_init_cpu();
	read_epoch();
}

void clock_init_cpu(void)
{
	this_cpu(timer_deadline) = U64_MAX;
	if (clock.deadline)
		lapic_timer_use_deadline();
	if (slow.ref)
		program(U64_MAX);
}

/* Not before earlier loads on any processor; LFENCE, which is quicker, does
 * not stop RDTSC on some. */
static u64 tsc_strict(void)
{
	u32 lo, hi;

	if (!cpu_has(CPU_RDTSCP))
		return tsc_ordered();
	__asm__ volatile("rdtscp" : "=a"(lo), "=d"(hi) : : "ecx", "memory");
	return ((u64)hi << 32) | lo;
}

void clock_warp_probe(void)
{
	u64 last = load_acquire(&warp_last);
	u64 now = tsc_strict();
	u64 worst = READ_ONCE(warp_max);

	if (cpu_id() == 1 && hostile(HOSTILE_TSC))
		now /= 2;
	if (now >= last) {
		__atomic_compare_exchange_n(&warp_last, &last, now, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
		return;
	}
	while (last - now > worst) {
		if (__atomic_compare_exchange_n(&warp_max, &worst, last - now,
						false, __ATOMIC_SEQ_CST,
						__ATOMIC_RELAXED))
			break;
	}
}

/* The TSC as a slow clock: never backwards, though perhaps uneven. */
static u64 tsc_read(void)
{
	return tsc_ordered() & S64_MAX;
}

static struct ref_clock tsc_clock = {
	.name = "tsc", .mask = S64_MAX, .read = tsc_read,
};

void clock_warp_judge(void)
{
	if (!warp_max || slow.ref)
		return;
	pr_warn("clock: TSCs differ by %lu cycles\n", warp_max);
	tsc_clock.hz = clock.tsc_khz * 1000ull;
	go_slow(clock.ref ? clock.ref : &tsc_clock, "TSCs are not in step");
}
