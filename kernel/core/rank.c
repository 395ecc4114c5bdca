/*
 * kernel/core/rank.c - run-time check of lock order and of sleeping
 *
 * What:  each CPU keeps a list of the spinlocks it holds, newest first. Before
 *        it waits for another, its rank, its owner and its use in interrupts
 *        are checked; before a thread sleeps, that the list is empty.
 * Locks: the list belongs to its CPU. An interrupt leaves it as found, so it
 *        may come at any moment.
 * Not:   release builds: nothing of this exists there. Sleeping locks check
 *        their order themselves (kernel/sched/mutex.c).
 * See:   docs/locking.md.
 */
#include "rank_check.h"

#ifdef NIDUS_DEBUG
#include <arch/irq.h>
#include <arch/percpu.h>
#include <core/ksyms.h>
#include <core/panic.h>
#include <core/printk.h>
#include <core/rcu.h>
#include <lib/format.h>

#define CAPTURE_TEXT 160

struct held {
	struct spinlock *newest;
	u32 count;
	u32 capturing;		/* a test wants to see violations */
	u32 captured;
	char text[CAPTURE_TEXT];
};

static DEFINE_PER_CPU(struct held, held);

void lock_violation(const char *fmt, ...)
{
	struct held *h = this_cpu_ptr(&held);
	char text[CAPTURE_TEXT];
	va_list args;

	if (panicking())
		return;
	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (!h->capturing)
		panic("%s", text);
	h->captured++;
	scnprintf(h->text, sizeof(h->text), "%s", text);
}

void lock_capture_begin(void)
{
	struct held *h = this_cpu_ptr(&held);

	h->captured = 0;
	h->text[0] = '\0';
	h->capturing = 1;
}

u32 lock_capture_end(const char **text)
{
	struct held *h = this_cpu_ptr(&held);

	h->capturing = 0;
	if (text)
		*text = h->text;
	return h->captured;
}

/* A lock taken in interrupt handlers must never be taken with interrupts on:
 * the handler may come while it is held, on the same CPU. */
static void check_irq_use(struct spinlock *l)
{
	u8 use = in_irq() ? LOCK_IRQ_INSIDE :
		 irqs_enabled() ? LOCK_IRQ_OPEN : 0;
	u8 seen = READ_ONCE(l->irq_use);

	if ((seen | use) == seen)
		return;
	seen = __atomic_or_fetch(&l->irq_use, use, __ATOMIC_RELAXED);
	if (seen != (LOCK_IRQ_INSIDE | LOCK_IRQ_OPEN))
		return;
	lock_violation("lock: %s is taken in interrupts and with interrupts on",
		       l->name);
	WRITE_ONCE(l->irq_use, 0);
}

/* May @l be taken by a CPU that holds @o? */
static bool order_allows(const struct spinlock *l, const struct spinlock *o,
			 bool nested)
{
	if ((READ_ONCE(o->irq_use) & LOCK_IRQ_INSIDE) &&
	    (READ_ONCE(l->irq_use) & LOCK_IRQ_OPEN))
		return false;
	return o->rank > l->rank || (nested && o->rank == l->rank);
}

static const char *irq_use(const struct spinlock *l)
{
	static const char *const text[] = {
		[0] = "",
		[LOCK_IRQ_INSIDE] = ", taken in interrupts",
		[LOCK_IRQ_OPEN] = ", taken with interrupts on",
		[LOCK_IRQ_INSIDE | LOCK_IRQ_OPEN] = ", taken both ways",
	};

	return text[READ_ONCE(l->irq_use)];
}

static void check_order(const struct spinlock *l, bool nested)
{
	const struct spinlock *o;

	for (o = this_cpu(held).newest; o; o = o->below) {
		/* A handler's locks only: below are the interrupted code's. */
		if (in_irq() && !o->in_irq)
			return;
		if (order_allows(l, o, nested))
			continue;
		lock_violation(
			"lock: %s (rank %u%s) taken under %s (rank %u%s)",
			l->name, l->rank, irq_use(l), o->name, o->rank,
			irq_use(o));
		return;
	}
}

void rank_check(struct spinlock *l, bool nested)
{
	if (l->rank == RANK_NONE || l->rank > RANK_SLEEP_LOWEST)
		lock_violation("lock: %p has rank %u, was it initialised?",
			       (void *)l, l->rank);
	if (READ_ONCE(l->owner) == cpu_id() + 1)
		lock_violation("lock: CPU %u takes %s, which it holds",
			       cpu_id(), l->name);
	check_irq_use(l);
	check_order(l, nested);
}

void rank_push(struct spinlock *l, u64 caller)
{
	struct held *h = this_cpu_ptr(&held);

	/* The list stays as it was, to be printed. */
	if (panicking())
		return;
	WRITE_ONCE(l->owner, cpu_id() + 1);
	WRITE_ONCE(l->caller, caller);
	l->in_irq = in_irq();
	l->below = h->newest;
	barrier();
	h->newest = l;
	h->count++;
}

void rank_pop(struct spinlock *l)
{
	struct held *h = this_cpu_ptr(&held);
	struct spinlock **link = &h->newest;

	if (panicking())
		return;
	if (READ_ONCE(l->owner) != cpu_id() + 1)
		lock_violation("lock: CPU %u releases %s, owner is CPU+1 %u",
			       cpu_id(), l->name, READ_ONCE(l->owner));
	while (*link && *link != l)
		link = &(*link)->below;
	if (*link)
		*link = l->below;
	h->count--;
	WRITE_ONCE(l->owner, 0);
}

bool spin_held(const struct spinlock *l)
{
	return READ_ONCE(l->owner) == cpu_id() + 1 || panicking();
}

u32 spin_held_count(void)
{
	return this_cpu(held).count;
}

void assert_may_sleep(const char *what)
{
	const struct spinlock *l = this_cpu(held).newest;

	if (panicking())
		return;
	if (l)
		lock_violation("%s sleeps, holding %s", what, l->name);
	if (in_irq())
		lock_violation("%s sleeps in an interrupt", what);
	if (rcu_read_held())
		lock_violation("%s sleeps in an RCU section", what);
	if (!irqs_enabled())
		lock_violation("%s sleeps with interrupts off", what);
}

static void dump_cpu(u32 cpu)
{
	const struct spinlock *l = per_cpu(held, cpu).newest;
	const char *name;
	u64 offset;

	for (u32 depth = 0; l && depth < 8; depth++, l = l->below) {
		if (!ksym_lookup(l->caller, &name, &offset)) {
			name = "?";
			offset = 0;
		}
		pr_err("lock: CPU %u holds %s, taken in %s+%#lx\n", cpu,
		       l->name, name, offset);
	}
}

void spin_dump_held(void)
{
	u32 cpu;

	for_each_cpu(cpu, cpu_online_mask())
		dump_cpu(cpu);
}
#endif
