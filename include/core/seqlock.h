/*
 * include/core/seqlock.h - readers that retry instead of waiting
 *
 * What:  a sequence count beside data that changes rarely. Writers are
 *        serialised by a lock of the caller's and have interrupts off if a
 *        reader may run in an interrupt.
 */
#ifndef CORE_SEQLOCK_H
#define CORE_SEQLOCK_H

#include <arch/cpu.h>
#include <lib/atomic.h>

struct seqcount {
	u32 seq;		/* [a] odd while a writer is inside */
};

static inline u32 seq_read_begin(const struct seqcount *s)
{
	u32 seq;

	while ((seq = load_acquire(&s->seq)) & 1)
		cpu_relax();
	return seq;
}

/* Partner: the release in seq_write_end. True: read again. */
static inline bool seq_read_retry(const struct seqcount *s, u32 seq)
{
	smp_rmb();
	return READ_ONCE(s->seq) != seq;
}

static inline void seq_write_begin(struct seqcount *s)
{
	WRITE_ONCE(s->seq, s->seq + 1);
	smp_mb();
}

static inline void seq_write_end(struct seqcount *s)
{
	store_release(&s->seq, s->seq + 1);
}

#endif
