/*
 * tests/kernel/selftest.h - tests that run inside the kernel
 *
 * What:  the runner, called by kernel_main when selftest= says so, and what the
 *        tests use: CHECK, threads on all CPUs, a small random generator.
 * Not:   tests of what user programs see (tests/user).
 * See:   docs/testing.md
 */
#ifndef KERNEL_SELFTEST_H
#define KERNEL_SELFTEST_H

#include <lib/types.h>

/* Run all tests and print TAP on the console. @only: "1", or begins of the
 * names of those to run, with commas between and '_' for blanks.
 * Context: a kernel thread, all CPUs
 * running. Return: true when none failed. */
OPTIONAL bool selftest_run_all(const char *only);

struct selftest {
	const char *name;
	void (*run)(void);
};

/* Each file's tests, ended by a NULL name. */
extern const struct selftest lock_tests[];
extern const struct selftest sync_tests[];
extern const struct selftest thread_tests[];
extern const struct selftest rcu_tests[];
extern const struct selftest page_tests[];
extern const struct selftest slab_tests[];
extern const struct selftest mmu_tests[];
extern const struct selftest smp_tests[];
extern const struct selftest trace_tests[];
extern const struct selftest numbers_tests[];

/* Note a failure of the running test. Context: any. */
void test_fail(const char *text, const char *file, int line);
/* The running test does not apply here; @why: constant text. */
void test_skip(const char *why);
/* A line of explanation. Context: any. */
PRINTF_LIKE(1, 2) void test_note(const char *fmt, ...);

#define CHECK(cond)							\
	do {								\
		if (!(cond))						\
			test_fail(#cond, __FILE__, __LINE__);		\
	} while (0)

/*
 * test_on_cpus - run @fn(@arg, i) on threads bound to CPU 0 .. @n - 1 at the
 *                same time, and wait until all of them and their stacks are
 *                gone
 */
void test_on_cpus(u32 n, void (*fn)(void *arg, u32 cpu), void *arg);
/* Move the calling thread to @cpu. */
void test_move_to(u32 cpu);

/* xorshift: the same numbers from the same seed, not 0. */
static inline u64 test_random(u64 *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

#endif
