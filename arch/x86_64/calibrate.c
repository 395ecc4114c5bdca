/*
 * arch/x86_64/calibrate.c - how fast the time stamp counter and APIC timer go
 *
 * What:  takes the frequency from a hypervisor or from CPUID where they give
 *        it (the latter only if a counter agrees), else measures it.
 *        A measurement compares both counters at two moments. Each moment is
 *        read several times between two readings of the TSC, and the closest
 *        pair counts: so it does not matter whether the (virtual) processor
 *        is away between, which on a busy host is the rule.
 * Locks: none: boot CPU, before others run.
 * See:   Intel SDM volume 3, section 19.7.3; volume 2, CPUID leaves 15H, 16H;
 *        the KVM/VMware timing leaf 40000010H.
 */
#include <asm/clock.h>

#include <arch/cpu.h>
#include <asm/apic.h>
#include <asm/cpu.h>
#include <core/printk.h>
#include <lib/atomic.h>

#define MIN_KHZ 10000ull
#define MAX_KHZ 20000000ull
/* When nothing on the machine tells: wrong times, but it runs. */
#define GUESS_KHZ 2000000ull

#define NPAIRS 5		/* readings of a moment */
#define NAGREE 3		/* samples in a row that must agree */
#define NSAMPLES 8		/* at most */
#define AGREE_PER_MILLE 1
#define TOLD_PER_MILLE 10	/* CPUID against a counter */
#define SHORT_US 1000
#define WAIT_MAX_CYCLES 4000000000ull

/* All counters at (nearly) one moment. */
struct moment {
	u64 tsc;
	u64 ref;
	u32 apic;
	u64 error;		/* half the distance of the TSC readings */
};

static void moment_take(const struct ref_clock *ref, struct moment *out)
{
	out->error = U64_MAX;
	for (u32 i = 0; i < NPAIRS; i++) {
		struct moment m;
		u64 before = tsc_ordered();

		m.ref = ref ? ref->read() : 0;
		m.apic = lapic_timer_count();
		m.error = (tsc_ordered() - before) / 2;
		m.tsc = before + m.error;
		if (m.error < out->error)
			*out = m;
	}
}

static u64 ref_elapsed(const struct ref_clock *ref, u64 from, u64 to)
{
	return (to - from) & ref->mask;
}

/* A counter that stops meanwhile does not hold us for ever. */
static void ref_wait(const struct ref_clock *ref, u64 from, u64 ticks)
{
	u64 start = cpu_cycles();

	while (ref_elapsed(ref, from, ref->read()) < ticks &&
	       cpu_cycles() - start < WAIT_MAX_CYCLES)
		cpu_relax();
}

/* a * b / c, with 128 bits between; both quotients fit in practice. */
static u64 mul_div(u64 a, u64 b, u64 c)
{
	u64 lo, hi, q;

	if (!c)
		return 0;
	lo = a * b;
	hi = (u64)(((unsigned __int128)a * b) >> 64);
	if (hi >= c)
		return U64_MAX;
	__asm__("divq %4"
		: "=a"(q), "=d"(hi) : "a"(lo), "d"(hi), "r"(c) : "cc");
	return q;
}

static u64 rate_khz(const struct ref_clock *ref, const struct moment *a,
		    const struct moment *b)
{
	return mul_div(b->tsc - a->tsc, ref->hz,
		       ref_elapsed(ref, a->ref, b->ref) * 1000);
}

static u64 apic_khz(const struct moment *a, const struct moment *b, u64 tsc_khz)
{
	return mul_div(a->apic - b->apic, tsc_khz, b->tsc - a->tsc);
}

static bool agree(u64 a, u64 b, u64 per_mille)
{
	u64 d = a > b ? a - b : b - a;

	return d <= a / 1000 * per_mille;
}

static bool is_sane(u64 khz)
{
	return khz >= MIN_KHZ && khz <= MAX_KHZ;
}

/*
 * Samples in a row until NAGREE of them agree; then the frequency over all of
 * those, which is more exact than each. If they never do, the least: what
 * disturbs a counter makes it lose ticks, and the TSC look fast.
 */
static bool measure(const struct ref_clock *ref, u32 total_us,
		    struct calibration *out)
{
	u64 ticks = mul_div(total_us / NAGREE, ref->hz, 1000000);
	struct moment m[NSAMPLES + 1];
	u64 khz, last = 0, least = U64_MAX;
	u32 n, run = 0;

	moment_take(ref, &m[0]);
	for (n = 1; n <= NSAMPLES && run < NAGREE; n++) {
		ref_wait(ref, m[n - 1].ref, ticks);
		moment_take(ref, &m[n]);
		khz = rate_khz(ref, &m[n - 1], &m[n]);
		run = run && agree(khz, last, AGREE_PER_MILLE) ? run + 1 : 1;
		last = khz;
		least = min(least, khz);
	}
	n--;
	out->tsc_khz = least;
	if (run == NAGREE)
		out->tsc_khz = rate_khz(ref, &m[n - NAGREE], &m[n]);
	else
		pr_warn("clock: samples by %s disagree\n", ref->name);
	out->lapic_khz = apic_khz(&m[0], &m[n], out->tsc_khz);
	out->how = ref->name;
	return is_sane(out->tsc_khz);
}

/* A hypervisor's word; 0: none. */
static u64 khz_of_hypervisor(void)
{
	struct cpuid c;

	if (!cpu_has(CPU_HYPERVISOR))
		return 0;
	c = cpuid(0x40000000);
	if (c.eax < 0x40000010 || c.eax > 0x400000ff)
		return 0;
	c = cpuid(0x40000010);
	return is_sane(c.eax) ? c.eax : 0;
}

/* The processor's word: ratio of TSC and crystal, and the crystal (or the base
 * frequency from which it follows); 0: none. */
static u64 khz_of_cpuid(void)
{
	struct cpuid c;
	u64 khz;

	if (cpuid_max_basic() < 0x15)
		return 0;
	c = cpuid(0x15);
	if (!c.eax || !c.ebx)
		return 0;
	if (c.ecx)
		khz = mul_div(c.ecx, c.ebx, c.eax * 1000ull);
	else if (cpuid_max_basic() >= 0x16)
		khz = (cpuid(0x16).eax & 0xffff) * 1000ull;
	else
		khz = 0;
	return is_sane(khz) ? khz : 0;
}

/* About a millisecond, by @ref or by the TSC at @khz. */
static void wait_short(const struct ref_clock *ref, const struct moment *from,
		       u64 khz)
{
	if (ref) {
		ref_wait(ref, from->ref, mul_div(SHORT_US, ref->hz, 1000000));
		return;
	}
	while (tsc_ordered() - from->tsc < khz * SHORT_US / 1000)
		cpu_relax();
}

/* Frequency known to be @khz: the APIC timer's from a short sample, in which
 * @ref, if there is one, must not contradict. */
static bool adopt(const struct ref_clock *ref, u64 khz, const char *how,
		  struct calibration *out)
{
	struct moment a, b;
	u64 seen;

	moment_take(ref, &a);
	wait_short(ref, &a, khz);
	moment_take(ref, &b);
	seen = ref ? rate_khz(ref, &a, &b) : khz;
	if (!agree(khz, seen, TOLD_PER_MILLE)) {
		pr_warn("clock: %s says %lu kHz, %s %lu kHz\n", how, khz,
			ref ? ref->name : "", seen);
		return false;
	}
	out->tsc_khz = khz;
	out->lapic_khz = apic_khz(&a, &b, khz);
	out->how = how;
	return true;
}

void calibrate(const struct ref_clock *ref, u32 total_us,
	       struct calibration *out)
{
	u64 khz;

	lapic_timer_set(U32_MAX);
	khz = khz_of_hypervisor();
	if (khz && adopt(NULL, khz, "hypervisor", out))
		goto done;
	khz = khz_of_cpuid();
	if (khz && adopt(ref, khz, "cpuid", out))
		goto done;
	if (ref && measure(ref, total_us, out))
		goto done;
	khz = rtc_measure_tsc_khz ? rtc_measure_tsc_khz() : 0;
	if (is_sane(khz) && adopt(NULL, khz, "rtc", out))
		goto done;
	pr_warn("clock: nothing to measure by; %llu MHz is a guess\n",
		GUESS_KHZ / 1000);
	adopt(NULL, GUESS_KHZ, "guess", out);
done:
	lapic_timer_set(0);
}
