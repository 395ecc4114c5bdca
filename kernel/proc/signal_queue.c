/*
 * kernel/proc/signal_queue.c - pending signals: entries, sets, actions
 *
 * What:  the queue of one task or process, the entries that carry siginfo,
 *        and struct sighand.
 * Locks: a queue belongs to its process's siglock; actions to sighand->lock.
 * Life:  entries are charged to the target's user (RLIMIT_SIGPENDING) from
 *        allocation until they are freed.
 * See:   signal(7), sigaction(2), getrlimit(2).
 */
#include <proc/signal.h>

#include <core/assert.h>
#include <lib/string.h>
#include <mm/slab.h>
#include <proc/posix_timers.h>
#include <proc/user.h>
#include "signal_internal.h"
#include <uapi/errno.h>

static struct slab_cache *entry_cache;
static struct slab_cache *sighand_cache;

void signal_init(void)
{
	entry_cache = slab_cache_create("sigqueue",
					sizeof(struct sigqueue_entry), 0, 0);
	sighand_cache = slab_cache_create("sighand", sizeof(struct sighand),
					  0, 0);
	if (!entry_cache || !sighand_cache)
		panic("signal: no memory for the caches");
}

/* The user of @t, who may be changing it just now. */
static struct user *user_of_get(struct task *t)
{
	struct user *user;

	rcu_read_lock();
	do {
		user = rcu_dereference(t->cred)->user;
	} while (!user_try_get(user));
	rcu_read_unlock();
	return user;
}

struct sigqueue_entry *sigqueue_entry_alloc(struct task *t, bool force)
{
	struct user *user = user_of_get(t);
	u64 limit = rlimit_get(t->process, RLIMIT_SIGPENDING);
	s64 pending = user_try_charge(user, USER_SIGPENDING, 1);
	struct sigqueue_entry *e = NULL;

	if (pending >= 0 && ((u64)pending <= limit || force))
		e = slab_alloc(entry_cache);
	if (!e) {
		if (pending >= 0)
			user_charge(user, USER_SIGPENDING, -1);
		user_put(user);
		return NULL;
	}
	e->user = user;
	e->timer = NULL;
	list_init(&e->link);
	return e;
}

void sigqueue_entry_free(struct sigqueue_entry *e)
{
	struct user *user = e->user;

	if (e->timer)
		return;
	user_charge(user, USER_SIGPENDING, -1);
	user_put(user);
	slab_free(entry_cache, e);
}

void sigqueue_init(struct sigqueue *q)
{
	q->set = 0;
	list_init(&q->entries);
}

void sigqueue_flush(struct sigqueue *q, u64 set)
{
	struct sigqueue_entry *e, *tmp;

	if (!(q->set & set))
		return;
	q->set &= ~set;
	for_each_list_safe(e, tmp, &q->entries, link) {
		if (!(SIGMASK(e->info.si_signo) & set))
			continue;
		list_del(&e->link);
		sigqueue_entry_free(e);
	}
}

static bool has_entry(const struct sigqueue *q, int sig)
{
	const struct sigqueue_entry *e;

	for_each_list(e, &q->entries, link) {
		if (e->info.si_signo == sig)
			return true;
	}
	return false;
}

static void drop_timers(struct sigqueue *q)
{
	struct sigqueue_entry *e, *tmp;

	for_each_list_safe(e, tmp, &q->entries, link) {
		int sig = e->info.si_signo;

		if (e->info.si_code != SI_TIMER)
			continue;
		list_del(&e->link);
		sigqueue_entry_free(e);
		if (!has_entry(q, sig))
			q->set &= ~SIGMASK(sig);
	}
}

void signal_drop_timers_locked(struct process *p)
{
	struct task *t;

	drop_timers(&p->pending);
	for_each_list(t, &p->threads, thread_link)
		drop_timers(&t->pending);
}

/* The oldest entry of @sig; its bit stays while there are more. */
static void collect(struct sigqueue *q, int sig, struct siginfo *si)
{
	struct sigqueue_entry *e, *first = NULL;
	bool more = false;

	for_each_list(e, &q->entries, link) {
		if (e->info.si_signo != sig)
			continue;
		if (first) {
			more = true;
			break;
		}
		first = e;
	}
	if (!more)
		q->set &= ~SIGMASK(sig);
	if (first) {
		*si = first->info;
		list_del(&first->link);
		if (first->timer)
			posix_timer_delivered(first->timer, si);
		sigqueue_entry_free(first);
		return;
	}
	/* Sent without memory for an entry. */
	memset(si, 0, sizeof(*si));
	si->si_signo = sig;
	si->si_code = SI_USER;
}

static int take_from(struct sigqueue *q, u64 mask, struct siginfo *si)
{
	u64 ready = q->set & ~mask;
	u64 first = ready & SIG_SYNCHRONOUS;
	int sig;

	if (!ready)
		return 0;
	sig = __builtin_ctzll(first ? first : ready) + 1;
	collect(q, sig, si);
	return sig;
}

int signal_take(struct task *t, u64 mask, struct siginfo *si, bool *group)
{
	int sig;

	if (group)
		*group = false;
	if (t->pending.set & SIGMASK(SIGKILL) & ~mask) {
		collect(&t->pending, SIGKILL, si);
		return SIGKILL;
	}
	sig = take_from(&t->pending, mask, si);
	if (sig)
		return sig;
	if (group)
		*group = true;
	return take_from(&t->process->pending, mask, si);
}

int signal_dequeue(u64 set, struct siginfo *info)
{
	struct task *t = current_task();
	u64 flags = spin_lock_irqsave(&t->process->siglock);
	int sig = signal_take(t, ~set, info, NULL);

	signal_recalc();
	spin_unlock_irqrestore(&t->process->siglock, flags);
	return sig;
}

const struct k_sigaction sigaction_default;

int sighand_create(struct sighand **out)
{
	struct sighand *s = slab_alloc(sighand_cache);

	if (!s)
		return -ENOMEM;
	refcount_set(&s->refs, 1);
	spin_init(&s->lock, "sighand", RANK_SIGHAND);
	s->changed = 0;
	*out = s;
	return 0;
}

int sighand_clone(const struct sighand *src, struct sighand **out)
{
	struct sighand *from = (struct sighand *)(u64)src;
	int err = sighand_create(out);
	u64 flags;

	if (err)
		return err;
	flags = spin_lock_irqsave(&from->lock);
	(*out)->changed = from->changed;
	for (u64 left = from->changed; left; left &= left - 1) {
		int i = __builtin_ctzll(left);

		(*out)->action[i] = from->action[i];
	}
	spin_unlock_irqrestore(&from->lock, flags);
	return 0;
}

void sighand_get(struct sighand *s)
{
	refcount_get(&s->refs);
}

static void sighand_free_rcu(struct rcu_head *head)
{
	slab_free(sighand_cache, container_of(head, struct sighand, rcu));
}

void sighand_put(struct sighand *s)
{
	if (refcount_put(&s->refs))
		rcu_call(&s->rcu, sighand_free_rcu);
}

void sighand_reset_caught(struct sighand *s)
{
	u64 flags = spin_lock_irqsave(&s->lock);

	for (u64 left = s->changed; left; left &= left - 1) {
		struct k_sigaction *a = &s->action[__builtin_ctzll(left)];

		if (a->handler != SIG_IGN)
			a->handler = SIG_DFL;
		a->flags = 0;
		a->restorer = 0;
		a->mask = 0;
	}
	spin_unlock_irqrestore(&s->lock, flags);
}

/* A signal that becomes ignored is no longer pending. Source: POSIX.1,
 * "Signal Actions". [S] */
static void drop_ignored(struct process *p, int sig)
{
	struct task *t;

	sigqueue_flush(&p->pending, SIGMASK(sig));
	for_each_list(t, &p->threads, thread_link)
		sigqueue_flush(&t->pending, SIGMASK(sig));
}

/* [S] and the lock of the actions. */
static void set_action(struct task *t, int sig, const struct k_sigaction *act)
{
	struct sighand *s = t->sighand;
	struct k_sigaction *a = &s->action[sig - 1];

	*a = *act;
	a->mask &= ~SIG_UNBLOCKABLE;
	a->flags &= SIG_KNOWN_FLAGS;
	store_release(&s->changed, s->changed | SIGMASK(sig));
	if (a->handler == SIG_IGN ||
	    (a->handler == SIG_DFL && (SIGMASK(sig) & SIG_DEFAULT_IGNORE)))
		drop_ignored(t->process, sig);
}

int signal_action_get(int sig, struct k_sigaction *out)
{
	struct sighand *s = current_task()->sighand;

	if (sig < 1 || sig > NSIG)
		return -EINVAL;
	spin_lock_irq(&s->lock);
	*out = *sighand_action(s, sig);
	spin_unlock_irq(&s->lock);
	return 0;
}

int signal_action_set(int sig, const struct k_sigaction *act,
		      struct k_sigaction *old)
{
	struct task *t = current_task();

	if (sig < 1 || sig > NSIG || (SIGMASK(sig) & SIG_UNBLOCKABLE))
		return -EINVAL;
	spin_lock_irq(&t->process->siglock);
	spin_lock(&t->sighand->lock);
	if (old)
		*old = *sighand_action(t->sighand, sig);
	set_action(t, sig, act);
	spin_unlock(&t->sighand->lock);
	spin_unlock_irq(&t->process->siglock);
	return 0;
}

void signal_ignore_children(void)
{
	struct sighand *s = current_task()->sighand;
	u64 flags = spin_lock_irqsave(&s->lock);

	s->action[SIGCHLD - 1] = *sighand_action(s, SIGCHLD);
	s->action[SIGCHLD - 1].handler = SIG_IGN;
	store_release(&s->changed, s->changed | SIGMASK(SIGCHLD));
	spin_unlock_irqrestore(&s->lock, flags);
}
