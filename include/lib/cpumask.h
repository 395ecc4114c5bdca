/*
 * include/lib/cpumask.h - a set of CPUs
 *
 * What:  one bit for each CPU the kernel can address. 256 is the number of
 *        xAPIC ids; ids beyond it are reported at boot and not started.
 * Locks: the plain forms are the caller's; the *_atomic ones need none.
 */
#ifndef LIB_CPUMASK_H
#define LIB_CPUMASK_H

#include <lib/atomic.h>
#include <lib/types.h>

#define MAX_CPUS 256

struct cpumask {
	u64 bits[MAX_CPUS / 64];
};

static inline bool cpumask_test(const struct cpumask *m, u32 cpu)
{
	return READ_ONCE(m->bits[cpu / 64]) & BIT(cpu % 64);
}

static inline void cpumask_set(struct cpumask *m, u32 cpu)
{
	m->bits[cpu / 64] |= BIT(cpu % 64);
}

static inline void cpumask_clear(struct cpumask *m, u32 cpu)
{
	m->bits[cpu / 64] &= ~BIT(cpu % 64);
}

static inline void cpumask_set_atomic(struct cpumask *m, u32 cpu)
{
	__atomic_fetch_or(&m->bits[cpu / 64], BIT(cpu % 64), __ATOMIC_SEQ_CST);
}

static inline void cpumask_clear_atomic(struct cpumask *m, u32 cpu)
{
	__atomic_fetch_and(&m->bits[cpu / 64], ~BIT(cpu % 64),
			   __ATOMIC_SEQ_CST);
}

/* First CPU of @m at or after @cpu; MAX_CPUS when there is none. */
static inline u32 cpumask_next(const struct cpumask *m, u32 cpu)
{
	while (cpu < MAX_CPUS) {
		u64 word = READ_ONCE(m->bits[cpu / 64]) >> (cpu % 64);

		if (word)
			return cpu + (u32)__builtin_ctzll(word);
		cpu = ALIGN_DOWN(cpu, 64) + 64;
	}
	return MAX_CPUS;
}

static inline bool cpumask_empty(const struct cpumask *m)
{
	return cpumask_next(m, 0) == MAX_CPUS;
}

static inline u32 cpumask_weight(const struct cpumask *m)
{
	u32 n = 0;

	/* Each turn takes the lowest bit away; a builtin would be a call into
	 * the compiler's library. */
	for (u32 i = 0; i < ARRAY_SIZE(m->bits); i++) {
		for (u64 word = m->bits[i]; word; word &= word - 1)
			n++;
	}
	return n;
}

#define for_each_cpu(cpu, mask)					\
	for ((cpu) = cpumask_next(mask, 0); (cpu) < MAX_CPUS;		\
	     (cpu) = cpumask_next(mask, (cpu) + 1))

#endif
