/*
 * kernel/core/lock_stat.c - how often locks are taken and waited for
 *
 * What:  per-CPU counters by rank, and their sums.
 * Locks: none. An interrupt may come between the halves of an increment and
 *        count too: such a step is lost, which statistics can bear.
 * See:   docs/locking.md
 */
#include <core/lock_stat.h>

#ifdef NIDUS_DEBUG
#include <arch/clock.h>
#include <arch/irq.h>
#include <arch/percpu.h>
#include <arch/smp.h>
#include <core/spinlock.h>

struct counters {
	struct lock_class_stat of[RANK_SLEEP_LOWEST];
};

bool lock_stat_on;
static DEFINE_PER_CPU(struct counters, counters);
static const void *(*world_now)(void);

void lock_stat_enable(void)
{
	lock_stat_on = true;
}

void lock_stat_set_world(const void *(*world)(void))
{
	WRITE_ONCE(world_now, world);
}

static const void *current_world(void)
{
	const void *(*world)(void) = READ_ONCE(world_now);

	return world && !in_irq() ? world() : NULL;
}

static struct lock_class_stat *stat_of(const struct spinlock *l)
{
	return &this_cpu_ptr(&counters)->of[l->rank];
}

void lock_stat_taken(struct spinlock *l)
{
	struct lock_class_stat *s = stat_of(l);

	s->taken++;
	if (!s->name)
		s->name = l->name;
	WRITE_ONCE(l->world, current_world());
}

u64 lock_stat_begin_wait(const struct spinlock *l)
{
	const void *theirs = READ_ONCE(l->world);
	const void *ours = current_world();
	struct lock_class_stat *s = stat_of(l);

	s->contended++;
	if (ours && theirs && ours != theirs)
		s->foreign++;
	return clock_now_ns();
}

void lock_stat_waited(const struct spinlock *l, u64 start_ns)
{
	struct lock_class_stat *s = stat_of(l);
	u64 waited = clock_now_ns() - start_ns;

	s->waited_ns += waited;
	s->longest_ns = max(s->longest_ns, waited);
}

void lock_stat_read(enum lock_rank rank, struct lock_class_stat *out)
{
	u32 cpu;

	*out = (struct lock_class_stat){ 0 };
	for_each_cpu(cpu, cpu_online_mask()) {
		const struct lock_class_stat *s =
			&per_cpu(counters, cpu).of[rank];

		if (!out->name)
			out->name = s->name;
		out->taken += s->taken;
		out->contended += s->contended;
		out->foreign += s->foreign;
		out->waited_ns += s->waited_ns;
		out->longest_ns = max(out->longest_ns, s->longest_ns);
	}
}
#endif
