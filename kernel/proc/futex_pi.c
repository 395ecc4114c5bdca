/*
 * kernel/proc/futex_pi.c - locks with priority inheritance
 *
 * What:  the word of such a lock holds its owner's number. Who has to wait
 *        lends the owner its priority, and so on along the chain of locks. An
 *        unlock hands the lock to the most urgent waiter; so does the owner's
 *        death.
 * Locks: [F] pi_mutex, one for all: only who finds a lock taken comes here.
 *        The word is changed under it. Exit does not take it unless the task
 *        owns something: pi_dead and pi_owned are written and read in opposite
 *        order by owner_add and futex_pi_exit.
 * Life:  a state exists while anybody waits for the lock, and as long as a
 *        waiter that inherited it from the dead has not written the word. A
 *        waiter lies on its thread's stack.
 * See:   futex(2), "Priority-inheritance futexes".
 */
#include "futex_internal.h"

#include <arch/usercopy.h>
#include <core/assert.h>
#include <lib/hash.h>
#include <mm/kmalloc.h>
#include <proc/signal.h>
#include <sched/mutex.h>
#include <uapi/errno.h>
#include <uapi/futex.h>
#include <vm/aspace.h>
#include <vm/uaccess.h>

#define HASH_BITS 6
/* Locks that wait for locks: more than this is taken for a circle. */
#define CHAIN_MAX 1024

struct pi_state {
	struct list hash_link;		/* [F] */
	struct futex_key key;		/* [I] with its reference */
	struct task *owner;		/* [F] owned */
	struct list owner_link;		/* [F] owner->pi_owned */
	struct list waiters;		/* [F] most urgent first, then oldest */
	bool word_is_late;		/* [F] the owner has to write it yet */
};

enum pi_grant {
	PI_WAITING,
	PI_GRANTED,
	PI_INHERITED,			/* its owner died */
};

struct pi_waiter {
	struct list link;		/* [F] state->waiters */
	struct pi_state *state;		/* [F] */
	struct task *task;		/* [I] */
	s64 rank;			/* [F] as sched_rank */
	u32 grant;			/* [a] enum pi_grant */
};

static DEFINE_MUTEX(pi_mutex, RANK_MUTEX_PI);
static struct list states[1 << HASH_BITS];	/* [F] next NULL: unused */

/* --- states --------------------------------------------------------------- */

static struct list *state_chain(const struct futex_key *k)
{
	u64 h = hash_ptr(k->object ? (void *)k->object : (void *)k->aspace);
	struct list *chain = &states[hash_index(h ^ k->offset, HASH_BITS)];

	if (!chain->next)
		list_init(chain);
	return chain;
}

static struct pi_state *state_find(const struct futex_key *k)
{
	struct list *chain = state_chain(k);
	struct pi_state *s;

	for_each_list(s, chain, hash_link) {
		if (futex_key_equal(&s->key, k))
			return s;
	}
	return NULL;
}

/* False: @t is dying and looked already. */
static bool owner_add(struct pi_state *s, struct task *t)
{
	if (!t->pi_owned.next)
		list_init(&t->pi_owned);
	list_add_tail(&t->pi_owned, &s->owner_link);
	smp_mb();	/* partner: futex_pi_exit */
	if (READ_ONCE(t->pi_dead)) {
		list_del(&s->owner_link);
		return false;
	}
	s->owner = task_get(t);
	return true;
}

static void owner_remove(struct pi_state *s)
{
	list_del(&s->owner_link);
	task_put(s->owner);
	s->owner = NULL;
}

/* 0, -ENOMEM, -ESRCH (the owner is dying). */
static int state_create(const struct futex_key *k, struct task *owner,
			struct pi_state **out)
{
	struct pi_state *s = kzalloc(sizeof(*s));

	if (!s)
		return -ENOMEM;
	list_init(&s->waiters);
	if (!owner_add(s, owner)) {
		kfree(s);
		return -ESRCH;
	}
	s->key = *k;
	if (s->key.object)
		vm_object_get(s->key.object);
	list_add_tail(state_chain(k), &s->hash_link);
	*out = s;
	return 0;
}

/* Nobody waits: the word alone says it all. */
static void state_trim(struct pi_state *s)
{
	if (!list_empty(&s->waiters) || s->word_is_late)
		return;
	if (s->owner)
		owner_remove(s);
	list_del(&s->hash_link);
	futex_key_put(&s->key);
	kfree(s);
}

/* --- priorities ----------------------------------------------------------- */

static void insert_by_rank(struct pi_waiter *w)
{
	struct pi_waiter *other;
	struct sched_params p;

	sched_get_effective(&w->task->thread, &p);
	w->rank = sched_rank(&p);
	for_each_list(other, &w->state->waiters, link) {
		if (other->rank > w->rank)
			break;
	}
	list_add_tail(&other->link, &w->link);
}

/* The most urgent of those who wait for locks of @t. */
static struct pi_waiter *top_waiter(struct task *t)
{
	struct pi_waiter *top = NULL;
	struct pi_state *s;

	if (!t->pi_owned.next)
		return NULL;
	for_each_list(s, &t->pi_owned, owner_link) {
		struct pi_waiter *w;

		if (list_empty(&s->waiters))
			continue;
		w = list_first(&s->waiters, struct pi_waiter, link);
		if (!top || w->rank < top->rank)
			top = w;
	}
	return top;
}

/* Who waits for @t, or for its locks, has changed: lend it what it is due, and
 * whoever it waits for, too. */
static void adjust_chain(struct task *t)
{
	for (u32 i = 0; t && i < CHAIN_MAX; i++) {
		struct pi_waiter *top = top_waiter(t), *w = t->pi_waiting;
		struct sched_params p;

		if (top)
			sched_get_effective(&top->task->thread, &p);
		sched_lend(&t->thread, top ? &p : NULL);
		if (!w)
			return;
		list_del(&w->link);
		insert_by_rank(w);
		t = w->state->owner;
	}
}

/* Does @owner wait, by whatever chain, for @t? */
static bool leads_to(struct task *owner, const struct task *t)
{
	for (u32 i = 0; owner; i++) {
		if (owner == t || i == CHAIN_MAX)
			return true;
		owner = owner->pi_waiting ? owner->pi_waiting->state->owner :
					    NULL;
	}
	return false;
}

/* 0, -EDEADLK. */
static int waiter_join(struct pi_state *s, struct pi_waiter *w)
{
	if (leads_to(s->owner, w->task)) {
		state_trim(s);
		return -EDEADLK;
	}
	w->state = s;
	w->task->pi_waiting = w;
	insert_by_rank(w);
	adjust_chain(s->owner);
	return 0;
}

static void waiter_part(struct pi_waiter *w)
{
	struct pi_state *s = w->state;

	list_del(&w->link);
	w->task->pi_waiting = NULL;
	adjust_chain(s->owner);
	state_trim(s);
}

/* @s goes to its first waiter. */
static void state_grant(struct pi_state *s, enum pi_grant how)
{
	struct pi_waiter *w = list_first(&s->waiters, struct pi_waiter, link);
	struct task *old = task_get(s->owner), *new = w->task;

	list_del(&w->link);
	new->pi_waiting = NULL;
	owner_remove(s);
	s->word_is_late = how == PI_INHERITED;
	if (!owner_add(s, new))
		panic("futex: a waiter of a lock is dead");
	adjust_chain(old);
	adjust_chain(new);
	state_trim(s);
	task_put(old);
	/* Partner: waiter_sleep. */
	store_release(&w->grant, (u32)how);
	thread_wake(&new->thread, WAKE_NORMAL);
}

/* --- the word ------------------------------------------------------------- */

/* Change the word from *@now. 0, -EFAULT, -EAGAIN (*@now has become another).*/
static int word_change(uptr_t addr, u32 *now, u32 new)
{
	u32 seen;

	if (usercopy_cas32(addr, *now, new, &seen))
		return -EFAULT;
	if (seen == *now)
		return 0;
	*now = seen;
	cond_resched();
	return -EAGAIN;
}

/* The state of a lock whose word names @tid as owner. 0, -ESRCH, -ENOMEM. */
static int state_for(const struct futex_key *k, u32 tid, struct pi_state **out)
{
	struct task *owner = task_find_get((pid_t)tid);
	int err;

	if (!owner)
		return -ESRCH;
	err = state_create(k, owner, out);
	task_put(owner);
	return err;
}

struct pi_attempt {
	uptr_t addr;
	const struct futex_key *key;
	struct task *task;		/* who wants it */
	struct pi_state *state;		/* when it must wait */
};

#define MUST_WAIT 1

/* One look at the word. 0: it is @a->task's; MUST_WAIT; -EAGAIN: the word
 * changed; -EDEADLK, -ESRCH, -EFAULT, -ENOMEM. */
static int attempt_once(struct pi_attempt *a, u32 *now)
{
	u32 self = (u32)pid_vnr(a->task->pid);
	u32 tid = *now & FUTEX_TID_MASK;
	u32 was = *now;
	int err;

	if (tid == self)
		return -EDEADLK;
	a->state = state_find(a->key);
	if (!tid && !a->state)
		return word_change(a->addr, now,
				   (*now & FUTEX_OWNER_DIED) | self);
	if (!(*now & FUTEX_WAITERS)) {
		err = word_change(a->addr, now, *now | FUTEX_WAITERS);
		if (err)
			return err;
		*now |= FUTEX_WAITERS;
		was = *now;
	}
	if (a->state)
		return MUST_WAIT;
	err = state_for(a->key, tid, &a->state);
	if (err != -ESRCH)
		return err ? err : MUST_WAIT;
	/* It died: has it told, by its robust list? */
	if (get_user_u32(now, a->addr))
		return -EFAULT;
	return *now == was ? -ESRCH : -EAGAIN;
}

static int attempt(struct pi_attempt *a)
{
	u32 now;
	int err;

	if (get_user_u32(&now, a->addr))
		return -EFAULT;
	do {
		err = attempt_once(a, &now);
	} while (err == -EAGAIN);
	return err;
}

/* The owner died before us: the word becomes ours, and tells so. */
static int take_over_word(struct pi_waiter *w, uptr_t addr)
{
	struct pi_state *s = w->state;
	u32 self = (u32)pid_vnr(w->task->pid);
	u32 now;
	int err;

	err = get_user_u32(&now, addr) ? -EFAULT : -EAGAIN;
	while (err == -EAGAIN)
		err = word_change(addr, &now, self | FUTEX_WAITERS |
				  FUTEX_OWNER_DIED);
	s->word_is_late = false;
	state_trim(s);
	return err;
}

/* --- locking and unlocking ------------------------------------------------ */

/* Sleep until the lock is ours. 0, -ETIMEDOUT, -EINTR, -EFAULT. */
static int waiter_sleep(struct pi_waiter *w, uptr_t addr, u64 deadline_ns)
{
	int err = 0;

	for (;;) {
		thread_set_state(THREAD_INTERRUPTIBLE);
		if (load_acquire(&w->grant) != PI_WAITING || err)
			break;
		if (signal_pending())
			err = -EINTR;
		else
			err = schedule_until(deadline_ns);
	}
	thread_set_state(THREAD_RUNNING);
	mutex_lock(&pi_mutex);
	if (w->grant == PI_WAITING)
		waiter_part(w);
	else
		err = w->grant == PI_INHERITED ? take_over_word(w, addr) : 0;
	mutex_unlock(&pi_mutex);
	return err;
}

static u32 use_of(int op)
{
	return op & FUTEX_PRIVATE_FLAG ? FUTEX_KEY_PRIVATE : 0;
}

/* 0, MUST_WAIT (then @w waits), -errno. */
static int lock_or_join(const struct futex_args *a, struct futex_key *k,
			struct pi_waiter *w)
{
	struct pi_attempt t = {
		.addr = a->addr, .key = k, .task = current_task(),
	};
	int err;

	if (futex_has_waiter(k))
		return -EINVAL;	/* somebody uses it as an ordinary futex */
	err = attempt(&t);
	if (err != MUST_WAIT)
		return err;
	if (w)
		err = waiter_join(t.state, w);
	else
		state_trim(t.state);
	return err ? err : MUST_WAIT;
}

static long lock_pi(const struct futex_args *a, bool try)
{
	struct pi_waiter w = { .task = current_task() };
	struct futex_key k;
	int err = futex_key_get(&k, a->addr, use_of(a->op) | FUTEX_KEY_WRITE);

	if (err)
		return err;
	mutex_lock(&pi_mutex);
	err = lock_or_join(a, &k, try ? NULL : &w);
	mutex_unlock(&pi_mutex);
	if (err == MUST_WAIT)
		err = try ? -EAGAIN : waiter_sleep(&w, a->addr, a->deadline_ns);
	futex_key_put(&k);
	return err == -EINTR ? -ERESTARTNOINTR : err;
}

/* The word was read as *@now and names us. */
static int unlock_once(const struct futex_args *a, const struct futex_key *k,
		       u32 *now)
{
	struct pi_state *s = state_find(k);
	struct pi_waiter *w;
	int err;

	if ((*now & FUTEX_TID_MASK) != (u32)pid_vnr(current_task()->pid))
		return -EPERM;
	if (!s) {
		if (futex_has_waiter(k))
			return -EINVAL;
		return word_change(a->addr, now, 0);
	}
	if (s->owner != current_task())
		return -EINVAL;
	w = list_first(&s->waiters, struct pi_waiter, link);
	err = word_change(a->addr, now, FUTEX_WAITERS |
			  (u32)pid_vnr(w->task->pid));
	if (!err)
		state_grant(s, PI_GRANTED);
	return err;
}

static long unlock_pi(const struct futex_args *a)
{
	struct futex_key k;
	u32 now;
	int err;

	if (get_user_u32(&now, a->addr))
		return -EFAULT;
	if ((now & FUTEX_TID_MASK) != (u32)pid_vnr(current_task()->pid))
		return -EPERM;
	err = futex_key_get(&k, a->addr, use_of(a->op) | FUTEX_KEY_WRITE);
	if (err)
		return err;
	mutex_lock(&pi_mutex);
	do {
		err = unlock_once(a, &k, &now);
	} while (err == -EAGAIN);
	mutex_unlock(&pi_mutex);
	futex_key_put(&k);
	return err;
}

void futex_pi_exit(struct task *t)
{
	if (t->flags & TASK_EXITING)
		WRITE_ONCE(t->pi_dead, 1);
	smp_mb();	/* partner: owner_add */
	if (!READ_ONCE(t->pi_owned.next) || list_empty(&t->pi_owned))
		return;
	mutex_lock(&pi_mutex);
	while (!list_empty(&t->pi_owned)) {
		struct pi_state *s = list_first(&t->pi_owned, struct pi_state,
						owner_link);

		if (list_empty(&s->waiters)) {
			s->word_is_late = false;
			state_trim(s);
		} else {
			state_grant(s, PI_INHERITED);
		}
	}
	mutex_unlock(&pi_mutex);
}

/* --- from an ordinary futex to a lock ------------------------------------- */

/* Sleep until somebody moved us to the lock's waiters. */
static int sleep_for_requeue(struct futex_waiter *w, u64 deadline_ns)
{
	int err = 0;

	for (;;) {
		thread_set_state(THREAD_INTERRUPTIBLE);
		if (!load_acquire(&w->bucket) || err)
			break;
		if (signal_pending())
			err = -ERESTARTNOINTR;
		else
			err = schedule_until(deadline_ns);
	}
	thread_set_state(THREAD_RUNNING);
	mutex_lock(&pi_mutex);
	if (futex_waiter_leave(w))
		err = err ? err : -EAGAIN;
	else
		err = MUST_WAIT;
	mutex_unlock(&pi_mutex);
	return err;
}

static int wait_with_keys(const struct futex_args *a, struct futex_waiter *w)
{
	int err;

	if (futex_key_equal(&w->key, w->target))
		return -EINVAL;
	err = futex_waiter_join(w, a->addr, a->val);
	if (!err)
		err = sleep_for_requeue(w, a->deadline_ns);
	if (err != MUST_WAIT)
		return err;
	err = waiter_sleep(w->pi, a->addr2, a->deadline_ns);
	/* It cannot begin anew: it waits for another word by now. */
	return err == -EINTR ? -EAGAIN : err;
}

static long wait_requeue_pi(const struct futex_args *a)
{
	struct pi_waiter pi = { .task = current_task() };
	struct futex_key target;
	struct futex_waiter w = {
		.thread = current_thread(), .bitset = FUTEX_BITSET_MATCH_ANY,
		.target = &target, .pi = &pi,
	};
	int err;

	if (a->addr == a->addr2)
		return -EINVAL;
	err = futex_key_get(&target, a->addr2,
			    use_of(a->op) | FUTEX_KEY_WRITE);
	if (err)
		return err;
	err = futex_key_get(&w.key, a->addr, use_of(a->op));
	if (!err) {
		err = wait_with_keys(a, &w);
		futex_key_put(&w.key);
	}
	futex_key_put(&target);
	return err;
}

/* The next waiter gets the lock, or waits for it. 1: done, 0: none is left. */
static int requeue_one(const struct futex_args *a,
		       const struct futex_requeue *r)
{
	struct pi_attempt t = { .addr = a->addr2, .key = &r->target };
	struct futex_waiter *w;
	int err = futex_requeue_next(r, &w);

	if (err || !w)
		return err;
	t.task = w->pi->task;
	err = attempt(&t);
	if (err == MUST_WAIT)
		err = waiter_join(t.state, w->pi);
	else if (!err)
		w->pi->grant = PI_GRANTED;
	if (err)
		return err;
	futex_take_off(w);
	if (t.task->pi_waiting != w->pi)
		thread_wake(&t.task->thread, WAKE_NORMAL);
	return 1;
}

static long requeue_locked(const struct futex_args *a,
			   const struct futex_requeue *r)
{
	int n = 0, ret = futex_requeue_check(r);

	if (ret)
		return ret;
	for (;;) {
		if (n > (int)a->val2)
			return n;
		ret = requeue_one(a, r);
		if (ret <= 0)
			return n ? n : ret;
		n++;
	}
}

static long cmp_requeue_pi(const struct futex_args *a)
{
	struct futex_requeue r = { .addr = a->addr, .val = a->val3 };
	long ret;

	if (a->addr == a->addr2 || a->val != 1 || (int)a->val2 < 0)
		return -EINVAL;
	ret = futex_key_get(&r.key, a->addr, use_of(a->op));
	if (ret)
		return ret;
	ret = futex_key_get(&r.target, a->addr2,
			    use_of(a->op) | FUTEX_KEY_WRITE);
	if (!ret) {
		ret = -EINVAL;
		mutex_lock(&pi_mutex);
		if (!futex_key_equal(&r.key, &r.target))
			ret = requeue_locked(a, &r);
		mutex_unlock(&pi_mutex);
		futex_key_put(&r.target);
	}
	futex_key_put(&r.key);
	return ret;
}

long futex_pi_call(const struct futex_args *a)
{
	switch (a->op & FUTEX_CMD_MASK) {
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		return lock_pi(a, false);
	case FUTEX_TRYLOCK_PI:
		return lock_pi(a, true);
	case FUTEX_UNLOCK_PI:
		return unlock_pi(a);
	case FUTEX_WAIT_REQUEUE_PI:
		return wait_requeue_pi(a);
	case FUTEX_CMP_REQUEUE_PI:
		return cmp_requeue_pi(a);
	}
	return -ENOSYS;
}
