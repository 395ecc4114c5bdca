/*
 * kernel/proc/futex_internal.h - between the files of futexes
 */
#ifndef FUTEX_INTERNAL_H
#define FUTEX_INTERNAL_H

#include <proc/futex.h>
#include <proc/task.h>

/* What tells one word from another, whoever maps it where. */
struct futex_key {
	struct vm_object *object;	/* shared: with a reference */
	struct aspace *aspace;		/* private: borrowed */
	u64 offset;			/* into the object, or the address */
};

enum futex_use {
	FUTEX_KEY_PRIVATE = 1,	/* the caller says that nobody else maps it */
	FUTEX_KEY_WRITE = 2,	/* the word must be writable */
};
/* 0, -EINVAL (not aligned), -EFAULT. */
int futex_key_get(struct futex_key *k, uptr_t addr, u32 use);
void futex_key_put(struct futex_key *k);
bool futex_key_equal(const struct futex_key *a, const struct futex_key *b);

struct pi_waiter;

struct futex_waiter {
	struct list link;		/* [bucket lock] */
	struct futex_key key;		/* [bucket lock] */
	struct futex_bucket *bucket;	/* [a] where it waits; NULL: woken */
	struct thread *thread;		/* [I] */
	u32 bitset;			/* [I] */
	/* FUTEX_WAIT_REQUEUE_PI: the lock it is to be moved to, and as what. */
	const struct futex_key *target;	/* [I] */
	struct pi_waiter *pi;		/* [I] */
};
/*
 * futex_waiter_join - wait for @w->key if the word still has the value
 * Return:   0, -EAGAIN (it has another), -EFAULT
 */
int futex_waiter_join(struct futex_waiter *w, uptr_t addr, u32 val);
/* Off the bucket by its own thread. False: somebody took it off before. */
bool futex_waiter_leave(struct futex_waiter *w);

/*
 * futex_requeue_check - may the waiters of @w->key go to @target?
 * @addr, @val: the word of @key, and what it must hold
 * @first:   the first of them, borrowed; NULL: there is none
 * Return:   0, -EAGAIN (another value), -EINVAL (one waits for another lock,
 *           or for none), -EFAULT
 */
struct futex_requeue {
	struct futex_key key, target;
	uptr_t addr;
	u32 val;
};
int futex_requeue_check(const struct futex_requeue *r);
/* Does anybody wait for @key? */
bool futex_has_waiter(const struct futex_key *key);
/*
 * futex_requeue_next - the first waiter, who may have come after the check
 * @out:     borrowed: who waits for a requeue leaves only under the caller's
 *           mutex; NULL: there is none
 * Return:   0, -EINVAL (it waits for another lock, or for none)
 */
int futex_requeue_next(const struct futex_requeue *r,
		       struct futex_waiter **out);
/* Take it off without waking it. */
void futex_take_off(struct futex_waiter *w);

/* futex_pi.c: locks with priority inheritance; ENOSYS without it. */
OPTIONAL long futex_pi_call(const struct futex_args *a);
/* The locks of the dying current task go to their next owners. */
OPTIONAL void futex_pi_exit(struct task *t);

#endif
