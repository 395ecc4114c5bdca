/*
 * arch/x86_64/vdso/vdso.c - a library that the kernel maps into each program
 *
 * What:  the time, and the number of the CPU, without a system call where
 *        that is possible. Runs in user mode, below the caller's stack
 *        pointer, and has no data but the page in front of it.
 * Not:   how it is mapped (kernel/proc/vdso.c), who fills the page
 *        (arch/x86_64/vdso_page.c).
 * See:   vdso(7), clock_gettime(2), getcpu(2).
 */
#include <asm/vdso.h>
#include <uapi/syscall_nr.h>
#include <uapi/time.h>

#define EXPORT(name) __asm__("__vdso_" name)

/* gettimeofday(2) */
struct zone {
	int minutes_west, dst_time;
};

int vdso_clock_gettime(clockid_t clock, struct timespec *ts)
	EXPORT("clock_gettime");
int vdso_clock_getres(clockid_t clock, struct timespec *ts)
	EXPORT("clock_getres");
int vdso_gettimeofday(struct timeval *tv, struct zone *zone)
	EXPORT("gettimeofday");
s64 vdso_time(s64 *out) EXPORT("time");
long vdso_getcpu(u32 *cpu, u32 *node, void *unused) EXPORT("getcpu");

static long kernel_call(long nr, u64 a, u64 b, u64 c)
{
	long ret;

	__asm__ volatile("syscall" : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return ret;
}

static inline u64 tsc(void)
{
	u32 lo, hi;

	__asm__ volatile("lfence; rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	return ((u64)hi << 32) | lo;
}

static inline void barrier(void)
{
	__asm__ volatile("" : : : "memory");
}

/* Nanoseconds since boot, or of the time of day. False: ask the kernel. */
static bool now(bool realtime, u64 *ns)
{
	u32 seq;

	do {
		u64 ticks;

		seq = vdso_page.seq;
		barrier();
		if (!vdso_page.use_tsc)
			return false;
		ticks = tsc() - vdso_page.base_tsc;
		*ns = (u64)(((unsigned __int128)ticks * vdso_page.tsc_to_ns) >>
			    VDSO_SCALE_SHIFT);
		if (realtime)
			*ns += (u64)vdso_page.realtime_ns;
		barrier();
	} while ((seq & 1) || seq != vdso_page.seq);
	return true;
}

int vdso_clock_gettime(clockid_t clock, struct timespec *ts)
{
	bool realtime = clock == CLOCK_REALTIME || clock == CLOCK_TAI;
	u64 ns;

	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_TAI:
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_BOOTTIME:
		if (now(realtime, &ns)) {
			ts->tv_sec = (s64)(ns / NSEC_PER_SEC);
			ts->tv_nsec = (s64)(ns % NSEC_PER_SEC);
			return 0;
		}
	}
	return (int)kernel_call(NR_clock_gettime, (u64)clock, (u64)ts, 0);
}

int vdso_clock_getres(clockid_t clock, struct timespec *ts)
{
	return (int)kernel_call(NR_clock_getres, (u64)clock, (u64)ts, 0);
}

int vdso_gettimeofday(struct timeval *tv, struct zone *zone)
{
	u64 ns;

	if (zone || !now(true, &ns))
		return (int)kernel_call(NR_gettimeofday, (u64)tv, (u64)zone,
					0);
	if (tv) {
		tv->tv_sec = (s64)(ns / NSEC_PER_SEC);
		tv->tv_usec = (s64)(ns % NSEC_PER_SEC / NSEC_PER_USEC);
	}
	return 0;
}

s64 vdso_time(s64 *out)
{
	u64 ns;

	if (!now(true, &ns))
		return kernel_call(NR_time, (u64)out, 0, 0);
	ns /= NSEC_PER_SEC;
	if (out)
		*out = (s64)ns;
	return (s64)ns;
}

long vdso_getcpu(u32 *cpu, u32 *node, void *unused)
{
	u32 lo, hi, aux;

	if (!vdso_page.cpu_in_aux)
		return kernel_call(NR_getcpu, (u64)cpu, (u64)node,
				   (u64)unused);
	__asm__ volatile("rdtscp" : "=a"(lo), "=d"(hi), "=c"(aux));
	if (cpu)
		*cpu = aux;
	if (node)
		*node = 0;
	return 0;
}
