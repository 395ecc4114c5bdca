/*
 * kernel/core/spinlock.c - ticket locks: the waiting and the checked form
 *
 * What:  spin_lock_slow, which every build uses when a lock is not free, and
 *        the checked lock and unlock of debug builds.
 * Locks: owner and caller of a lock are written by its holder only; a waiter
 *        reads them without order, for the stall report.
 * Not:   the order of locks (rank.c).
 * See:   docs/locking.md.
 */
#include <core/spinlock.h>

#include <arch/clock.h>
#include <arch/smp.h>
#include <arch/system.h>
#include <core/ksyms.h>
#include <core/lock_stat.h>
#include <core/panic.h>
#include <core/printk.h>
#include <core/race.h>
#include <core/trace.h>

#include "rank_check.h"

/* An emulator may take a processor away from a lock holder for long, so this
 * is patient; a real deadlock waits for ever anyway. */
#define STALL_REPORT_NS (10 * NSEC_PER_SEC)
#define STALL_PANIC_NS (60 * NSEC_PER_SEC)
#define STALL_LOOK_SPINS 0x3fffu
#define TRACE_DEPTH 16
/* Turns without a ticket: about a millisecond. */
#define PATIENCE_SPINS 16384u

#ifdef NIDUS_DEBUG
static const char *lock_name(const struct spinlock *l)
{
	return l->name;
}

static u32 lock_owner(const struct spinlock *l)
{
	return READ_ONCE(l->owner);
}

static u64 lock_caller(const struct spinlock *l)
{
	return READ_ONCE(l->caller);
}
#else
static const char *lock_name(const struct spinlock *l UNUSED)
{
	return "?";
}

static u32 lock_owner(const struct spinlock *l UNUSED)
{
	return 0;
}

static u64 lock_caller(const struct spinlock *l UNUSED)
{
	return 0;
}
#endif

static void stall_report(const struct spinlock *l, u64 waited_ns)
{
	u64 addrs[TRACE_DEPTH];
	u64 caller = lock_caller(l);
	u32 owner = lock_owner(l);

	pr_err("lock: CPU %u waits %lu s for %s (%p), ticket %u of %u\n",
	       cpu_id(), waited_ns / NSEC_PER_SEC, lock_name(l), (void *)l,
	       READ_ONCE(l->serving), READ_ONCE(l->next));
	dump_stack();
	if (!owner)
		return;
	pr_err("lock: held by CPU %u, taken at:\n", owner - 1);
	backtrace_print(&caller, 1);
	if (owner - 1 != cpu_id())
		backtrace_print(addrs, smp_backtrace(owner - 1, addrs,
						     TRACE_DEPTH));
}

/* Called now and then by a waiter; @start and @next_report are its memory. */
static void stall_look(const struct spinlock *l, u64 *start, u64 *next_report)
{
	u64 now = clock_now_ns();
	u64 waited;

	if (!*start) {
		*start = now;
		*next_report = STALL_REPORT_NS;
		return;
	}
	waited = now - *start;
	if (waited < *next_report)
		return;
	*next_report += STALL_REPORT_NS;
	stall_report(l, waited);
	if (waited > STALL_PANIC_NS)
		panic("lock: %s (%p) is never released", lock_name(l),
		      (void *)l);
}

/* Until the ticket @mine is served. */
static void spin_wait(struct spinlock *l, u16 mine)
{
	u64 start = 0, next_report = 0;
	u32 spins = 0;

	/* Partner: the release in spin_unlock. */
	while (load_acquire(&l->serving) != mine) {
		if (unlikely(panicking()))
			return;
		cpu_relax();
		if (unlikely((++spins & STALL_LOOK_SPINS) == 0))
			stall_look(l, &start, &next_report);
	}
}

static void wait_for_lock(struct spinlock *l)
{
	u32 t;

	for (u32 i = 0; i < PATIENCE_SPINS; i++) {
		if (spin_try_ticket(l))
			return;
		cpu_relax();
	}
	t = __atomic_fetch_add(&l->tickets, 1u << 16, __ATOMIC_ACQUIRE);
	spin_wait(l, (u16)(t >> 16));
}

static void wait_traced(struct spinlock *l, u64 caller)
{
	const struct trace_lock who = { l, lock_name(l), caller };
	u64 begin_ns = trace_wait_begin();

	wait_for_lock(l);
	trace_wait_end(&who, begin_ns);
}

void spin_lock_slow(struct spinlock *l)
{
	wait_traced(l, (u64)__builtin_return_address(0));
}

#ifdef NIDUS_DEBUG
void spin_init(struct spinlock *l, const char *name, enum lock_rank rank)
{
	*l = (struct spinlock)SPINLOCK_INIT(name, rank);
}

static void wait_counted(struct spinlock *l, u64 caller)
{
	u64 start_ns;

	if (!lock_stat_counts()) {
		wait_traced(l, caller);
		return;
	}
	start_ns = lock_stat_begin_wait(l);
	wait_traced(l, caller);
	lock_stat_waited(l, start_ns);
}

static void lock_checked(struct spinlock *l, bool nested, u64 caller)
{
	rank_check(l, nested);
	race_lock();
	if (!spin_try_ticket(l))
		wait_counted(l, caller);
	rank_push(l, caller);
	if (lock_stat_counts())
		lock_stat_taken(l);
}

void spin_lock(struct spinlock *l)
{
	lock_checked(l, false, (u64)__builtin_return_address(0));
}

void spin_lock_nested(struct spinlock *l)
{
	lock_checked(l, true, (u64)__builtin_return_address(0));
}

bool spin_trylock(struct spinlock *l)
{
	if (!spin_try_ticket(l))
		return false;
	rank_push(l, (u64)__builtin_return_address(0));
	return true;
}

void spin_unlock(struct spinlock *l)
{
	rank_pop(l);
	/* The lock may be gone right after this store. */
	store_release(&l->serving, (u16)(l->serving + 1));
}
#endif
