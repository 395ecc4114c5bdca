/*
 * include/core/spinlock.h - fair spinlocks with a rank
 *
 * What:  ticket lock; PAUSE while waiting. A CPU that finds the lock taken
 *        first tries for a while to catch it free, and draws a ticket only
 *        then: from its ticket on nobody gets in front of it. (Tickets from
 *        the start make a convoy when the hypervisor has fewer processors
 *        than the machine: each hand-over waits for one that is not running.)
 *        In debug builds owner, rank, interrupt state and a stall (with both
 *        back traces) are checked. In release builds the free case is inline.
 * Context: the plain form is for locks never taken in interrupts; the _irq
 *        forms for those that are. Nothing sleeps while one is held.
 * Not:   once a CPU panics nobody waits for a lock any more: the data may be
 *        half changed, and the report is worth more.
 */
#ifndef CORE_SPINLOCK_H
#define CORE_SPINLOCK_H

#include <arch/cpu.h>
#include <core/rank.h>
#include <lib/atomic.h>
#include <lib/types.h>

struct spinlock {
	union {
		u32 tickets;		/* [a] both halves */
		struct {
			u16 serving;	/* [a] ticket that holds the lock */
			u16 next;	/* [a] ticket of the next to come */
		};
	};
#ifdef NIDUS_DEBUG
	u16 rank;		/* [I] enum lock_rank */
	u8 irq_use;		/* [a] LOCK_IRQ_* seen so far */
	u8 in_irq;		/* [L] its holder is an interrupt handler */
	u32 owner;		/* [a] CPU + 1 that holds it, 0 free */
	const char *name;	/* [I] */
	u64 caller;		/* [L] return address of the holder */
	struct spinlock *below;	/* [C] next older lock held by this CPU */
	const void *world;	/* [L] lock_stat: whom it was last taken for */
#endif
};

#ifdef NIDUS_DEBUG
#define SPINLOCK_INIT(lockname, lockrank) \
	{ .name = (lockname), .rank = (lockrank) }
#else
#define SPINLOCK_INIT(lockname, lockrank) { .tickets = 0 * (lockrank) }
#endif
#define DEFINE_SPINLOCK(var, lockrank) \
	struct spinlock var = SPINLOCK_INIT(#var, lockrank)

/* Take a lock that was not free. Only for the inline form below. */
void spin_lock_slow(struct spinlock *l);

/* Draw the next ticket if it is served at once. */
static inline bool spin_try_ticket(struct spinlock *l)
{
	u32 t = READ_ONCE(l->tickets);

	return (t >> 16) == (t & 0xffff) && cas(&l->tickets, t, t + (1u << 16));
}

#ifdef NIDUS_DEBUG
void spin_init(struct spinlock *l, const char *name, enum lock_rank rank);
void spin_lock(struct spinlock *l);
/* Second lock of the class @l belongs to; the caller knows an order. */
void spin_lock_nested(struct spinlock *l);
bool spin_trylock(struct spinlock *l);
void spin_unlock(struct spinlock *l);
#else
static inline void spin_init(struct spinlock *l, const char *name UNUSED,
			     enum lock_rank rank UNUSED)
{
	l->tickets = 0;
}

static inline void spin_lock(struct spinlock *l)
{
	if (unlikely(!spin_try_ticket(l)))
		spin_lock_slow(l);
}

static inline void spin_lock_nested(struct spinlock *l)
{
	spin_lock(l);
}

static inline bool spin_trylock(struct spinlock *l)
{
	return spin_try_ticket(l);
}

static inline void spin_unlock(struct spinlock *l)
{
	store_release(&l->serving, (u16)(l->serving + 1));
}
#endif

static inline void spin_lock_irq(struct spinlock *l)
{
	irq_disable();
	spin_lock(l);
}

static inline void spin_unlock_irq(struct spinlock *l)
{
	spin_unlock(l);
	irq_enable();
}

static inline MUST_CHECK u64 spin_lock_irqsave(struct spinlock *l)
{
	u64 flags = irq_save();

	spin_lock(l);
	return flags;
}

static inline void spin_unlock_irqrestore(struct spinlock *l, u64 flags)
{
	spin_unlock(l);
	irq_restore(flags);
}

#ifdef NIDUS_DEBUG
/* Does this CPU hold it? Release builds: always true. */
bool spin_held(const struct spinlock *l);
/* How many spinlocks this CPU holds (release builds: 0). */
u32 spin_held_count(void);
/* Panic if sleeping is not allowed here: a spinlock is held, interrupts are
 * off, an interrupt or an RCU section is running. Release builds: nothing. */
void assert_may_sleep(const char *what);
/* Print the locks each CPU holds, for the panic report. Context: any. */
void spin_dump_held(void);
/*
 * lock_capture_begin - tests: record what the lock checks find, on this CPU
 * lock_capture_end   - stop; how many violations there were, and the last text
 * Context: the same CPU, no sleep between. A violation is not fatal then.
 */
void lock_capture_begin(void);
u32 lock_capture_end(const char **text);
#else
static inline bool spin_held(const struct spinlock *l UNUSED)
{
	return true;
}

static inline u32 spin_held_count(void)
{
	return 0;
}

static inline void assert_may_sleep(const char *what UNUSED)
{
}

static inline void spin_dump_held(void)
{
}
#endif

#endif
