/*
 * kernel/core/rank_check.h - what the lock code asks of the order checks
 *
 * What:  called by spinlock.c in debug builds around each acquisition.
 * Not:   the public side, core/spinlock.h.
 */
#ifndef CORE_RANK_CHECK_H
#define CORE_RANK_CHECK_H

#include <core/spinlock.h>

#ifdef NIDUS_DEBUG
/* Bits of spinlock.irq_use. */
#define LOCK_IRQ_INSIDE 1	/* taken inside an interrupt handler */
#define LOCK_IRQ_OPEN 2		/* taken with interrupts on */

/* Would waiting for @l break a rule? Before the ticket is drawn. */
void rank_check(struct spinlock *l, bool nested);
/* @l is held now, or about to be released. */
void rank_push(struct spinlock *l, u64 caller);
void rank_pop(struct spinlock *l);
/* A rule of locking is broken: panic, or note it while a test captures. */
PRINTF_LIKE(1, 2) void lock_violation(const char *fmt, ...);
#endif

#endif
