/*
 * kernel/sched/mutex.c - the lock one may sleep under
 *
 * What:  a free mutex is taken and left by one compare-and-swap. A waiter
 *        first spins for a short time if the owner is running; then it sleeps.
 *        The owner frees the mutex and wakes the first sleeper, and until that
 *        one runs others may take it: it does not lie idle for the time of a
 *        wake-up. A sleeper that was waked and came too late asks for it; it
 *        is handed over to it then, so that nobody starves.
 * Locks: owner holds the thread's address and two bits, which are set and
 *        cleared under waiters.lock (RANK_WAIT).
 * Life:  the memory may go when nobody holds or wants the mutex and the last
 *        unlock has returned.
 */
#include <sched/mutex.h>

#include <arch/cpu.h>
#include <core/assert.h>
#include <core/panic.h>
#include <core/trace.h>

#define HAS_SLEEPERS 1ul
#define HAND_OVER 2ul		/* to the first sleeper; only with an owner */
#define SPIN_MAX 200

static u64 self(void)
{
	return (u64)current_thread();
}

static struct thread *owner_of(u64 word)
{
	return (struct thread *)(word & ~(HAS_SLEEPERS | HAND_OVER));
}

#ifdef NIDUS_DEBUG
void mutex_init(struct mutex *m, const char *name, enum lock_rank rank)
{
	m->owner = 0;
	wait_queue_init(&m->waiters);
	m->name = name;
	m->rank = rank;
	m->below = NULL;
}

/* Before waiting: rank, and not our own already. */
static void check_lock(const struct mutex *m, bool nested)
{
	const struct mutex *o = current_thread()->held_sleep_locks;

	if (m->rank <= RANK_SLEEP_LOWEST)
		panic("mutex %p has rank %u, was it initialised?",
		      (const void *)m, m->rank);
	if (owner_of(READ_ONCE(m->owner)) == current_thread())
		panic("mutex %s: its owner locks it again", m->name);
	for (; o; o = o->below) {
		if (o->rank > m->rank || (nested && o->rank == m->rank))
			continue;
		panic("mutex %s (rank %u) locked under %s (rank %u)", m->name,
		      m->rank, o->name, o->rank);
	}
}

static void note_locked(struct mutex *m)
{
	struct thread *t = current_thread();

	m->below = t->held_sleep_locks;
	t->held_sleep_locks = m;
}

static void note_unlock(struct mutex *m)
{
	struct mutex *o = current_thread()->held_sleep_locks;

	if (!mutex_held(m) && !panicking())
		panic("mutex %s: unlocked by another thread", m->name);
	if (o == m) {
		current_thread()->held_sleep_locks = m->below;
		return;
	}
	while (o && o->below != m)
		o = o->below;
	if (o)
		o->below = m->below;
}

static const char *mutex_name(const struct mutex *m)
{
	return m->name;
}
#else
static const char *mutex_name(const struct mutex *m UNUSED)
{
	return "?";
}

void mutex_init(struct mutex *m, const char *name UNUSED,
		enum lock_rank rank UNUSED)
{
	m->owner = 0;
	wait_queue_init(&m->waiters);
}

static void check_lock(const struct mutex *m UNUSED, bool nested UNUSED)
{
}

static void note_locked(struct mutex *m UNUSED)
{
}

static void note_unlock(struct mutex *m UNUSED)
{
}
#endif

bool mutex_held(const struct mutex *m)
{
	return owner_of(READ_ONCE(m->owner)) == current_thread();
}

/* Is whoever holds the mutex running? The memory may be another thread's by
 * now, but it is always a thread's, or free: the worst is a wrong guess. */
static bool owner_runs(u64 word)
{
	return READ_ONCE(owner_of(word)->on_cpu);
}

/* Wait for a running owner without sleeping. True: got it. */
static bool mutex_spin(struct mutex *m)
{
	for (u32 i = 0; i < SPIN_MAX && !need_resched(); i++) {
		u64 word = READ_ONCE(m->owner);

		if (!owner_of(word)) {
			if (cas(&m->owner, word, word | self()))
				return true;
		} else if ((word & HAND_OVER) || !owner_runs(word)) {
			return false;
		}
		cpu_relax();
	}
	return false;
}

/* Take the mutex if it is free; @bits are set if it is not. Queue lock held. */
static bool take_or_mark(struct mutex *m, u64 bits)
{
	u64 word = READ_ONCE(m->owner);
	u64 want;

	do {
		want = word | (owner_of(word) ? bits : self());
	} while (!__atomic_compare_exchange_n(&m->owner, &word, want, false,
					      __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
	return !owner_of(word);
}

/* Become a sleeper, or the owner. Queue lock held. True: owner. */
static bool mutex_queue(struct mutex *m, struct wait_entry *e)
{
	if (take_or_mark(m, HAS_SLEEPERS))
		return true;
	list_add_tail(&m->waiters.entries, &e->link);
	return false;
}

/* Sleep no more. Queue lock held. */
static void leave_queue(struct mutex *m, struct wait_entry *e)
{
	list_del(&e->link);
	if (list_empty(&m->waiters.entries))
		__atomic_fetch_and(&m->owner, ~(HAS_SLEEPERS | HAND_OVER),
				   __ATOMIC_SEQ_CST);
}

static void wake_first(struct mutex *m)
{
	thread_wake(list_first(&m->waiters.entries, struct wait_entry,
			       link)->thread, WAKE_NORMAL);
}

/* Give up waiting; a wake-up that was ours goes to the next. True: too late,
 * the mutex was handed to us. */
static bool mutex_unqueue(struct mutex *m, struct wait_entry *e)
{
	u64 irq = spin_lock_irqsave(&m->waiters.lock);
	bool owner = mutex_held(m);

	if (!owner) {
		leave_queue(m, e);
		if (READ_ONCE(m->owner) == HAS_SLEEPERS)
			wake_first(m);
	}
	spin_unlock_irqrestore(&m->waiters.lock, irq);
	return owner;
}

/* A sleeper runs. True: the mutex is its own. If others were faster, the first
 * in the queue asks for it. */
static bool mutex_awake(struct mutex *m, struct wait_entry *e)
{
	u64 irq = spin_lock_irqsave(&m->waiters.lock);
	bool first = m->waiters.entries.next == &e->link;
	bool owner = mutex_held(m);

	if (!owner && take_or_mark(m, first ? HAND_OVER : 0)) {
		leave_queue(m, e);
		owner = true;
	}
	spin_unlock_irqrestore(&m->waiters.lock, irq);
	for (u32 i = 0; first && !owner && i < SPIN_MAX; i++) {
		if (need_resched() || !owner_runs(READ_ONCE(m->owner)))
			break;
		cpu_relax();
		owner = mutex_held(m);
	}
	return owner;
}

static bool held_by_another(const struct mutex *m)
{
	const struct thread *owner = owner_of(READ_ONCE(m->owner));

	return owner && owner != current_thread();
}

static int mutex_sleep(struct mutex *m, struct wait_entry *e,
		       enum thread_state state)
{
	int r = 0;

	do {
		thread_set_state(state);
		if (held_by_another(m)) {
			if (signal_interrupts(state)) {
				r = mutex_unqueue(m, e) ? 0 : -ERESTARTSYS;
				break;
			}
			schedule();
		}
		thread_set_state(THREAD_RUNNING);
	} while (!mutex_awake(m, e));
	thread_set_state(THREAD_RUNNING);
	/* Who handed over may not have waked us yet: not before it lets go of
	 * the queue may this thread, or the mutex, end. */
	spin_lock_irq(&m->waiters.lock);
	spin_unlock_irq(&m->waiters.lock);
	return r;
}

static int wait_for_mutex(struct mutex *m, enum thread_state state)
{
	struct wait_entry e;
	bool owner;
	u64 irq;

	if (mutex_spin(m))
		return 0;
	wait_entry_init(&e);
	irq = spin_lock_irqsave(&m->waiters.lock);
	owner = mutex_queue(m, &e);
	spin_unlock_irqrestore(&m->waiters.lock, irq);
	return owner ? 0 : mutex_sleep(m, &e, state);
}

static NOINLINE int lock_slow(struct mutex *m, enum thread_state state,
			      u64 caller)
{
	const struct trace_lock who = { m, mutex_name(m), caller };
	u64 begin_ns = trace_wait_begin();
	int r = wait_for_mutex(m, state);

	trace_wait_end(&who, begin_ns);
	return r;
}

static inline int lock_state(struct mutex *m, enum thread_state state,
			     bool nested, u64 caller)
{
	int r = 0;

	assert_may_sleep("mutex_lock");
	check_lock(m, nested);
	if (unlikely(!cas(&m->owner, 0ul, self())))
		r = lock_slow(m, state, caller);
	if (!r)
		note_locked(m);
	return r;
}

void mutex_lock(struct mutex *m)
{
	(void)lock_state(m, THREAD_UNINTERRUPTIBLE, false,
			 (u64)__builtin_return_address(0));
}

void mutex_lock_nested(struct mutex *m)
{
	(void)lock_state(m, THREAD_UNINTERRUPTIBLE, true,
			 (u64)__builtin_return_address(0));
}

int mutex_lock_killable(struct mutex *m)
{
	return lock_state(m, THREAD_KILLABLE, false,
			  (u64)__builtin_return_address(0));
}

bool mutex_trylock(struct mutex *m)
{
	u64 word = READ_ONCE(m->owner);

	if (owner_of(word) || !cas(&m->owner, word, word | self()))
		return false;
	note_locked(m);
	return true;
}

/* To the first sleeper, which asked for it. Queue lock held. */
static void hand_over(struct mutex *m)
{
	struct wait_entry *e = list_first(&m->waiters.entries,
					  struct wait_entry, link);
	u64 next = (u64)e->thread;

	list_del(&e->link);
	if (!list_empty(&m->waiters.entries))
		next |= HAS_SLEEPERS;
	store_release(&m->owner, next);
	/* Partner: the end of mutex_sleep. */
	thread_wake(owner_of(next), WAKE_NORMAL);
}

static NOINLINE void unlock_slow(struct mutex *m)
{
	u64 irq = spin_lock_irqsave(&m->waiters.lock);

	if (list_empty(&m->waiters.entries)) {
		/* The last sleeper gave up. */
		store_release(&m->owner, 0ul);
	} else if (READ_ONCE(m->owner) & HAND_OVER) {
		hand_over(m);
	} else {
		store_release(&m->owner, HAS_SLEEPERS);
		wake_first(m);
	}
	spin_unlock_irqrestore(&m->waiters.lock, irq);
}

void mutex_unlock(struct mutex *m)
{
	note_unlock(m);
	if (unlikely(!cas(&m->owner, self(), 0ul)))
		unlock_slow(m);
}
