/*
 * kernel/proc/session.c - process groups and sessions
 *
 * What:  setsid, setpgid, the orphan rules.
 * Locks: session->lock covers the groups and processes in it. Never two of
 *        them at once: setsid holds the old one, for nobody knows the new one
 *        yet.
 * Life:  a session lives as long as a process points to it or a terminal
 *        operation runs; freed a grace period later, for who looks it up.
 * Not:   its terminal (session_tty.c).
 * See:   setsid(2), setpgid(2), docs/process-tree.md
 */
#include <proc/session.h>

#include <core/assert.h>
#include <core/race.h>
#include <mm/slab.h>
#include <proc/pidns.h>
#include <proc/signal.h>
#include <proc/tree.h>
#include "signal_internal.h"
#include <uapi/errno.h>

static struct slab_cache *session_cache;

void session_init(void)
{
	session_cache = slab_cache_create("session", sizeof(struct session),
					  0, 0);
	if (!session_cache)
		panic("session: no memory for the cache");
}

int session_create(struct pid *sid, struct session **out)
{
	struct session *s = slab_zalloc(session_cache);

	if (!s)
		return -ENOMEM;
	refcount_set(&s->refs, 1);
	spin_init(&s->lock, "session", RANK_SESSION);
	s->sid = pid_get(sid);
	*out = s;
	return 0;
}

struct session *session_get(struct session *s)
{
	refcount_get(&s->refs);
	return s;
}

static void session_free_rcu(struct rcu_head *head)
{
	slab_free(session_cache, container_of(head, struct session, rcu));
}

void session_put(struct session *s)
{
	if (!refcount_put(&s->refs))
		return;
	if (session_put_tty)
		session_put_tty(s);
	pid_put(s->sid);
	rcu_call(&s->rcu, session_free_rcu);
}

/* Invariant 10: look it up, lock it, look again. */
struct session *session_lock(struct process *p)
{
	for (;;) {
		struct session *s;

		rcu_read_lock();
		s = rcu_dereference(p->session);
		race_point("session: found");
		if (SABOTAGED(no_second_look))
			race_delay_us(100);
		spin_lock(&s->lock);
		rcu_read_unlock();
		if (s == READ_ONCE(p->session) || SABOTAGED(no_second_look))
			return s;
		spin_unlock(&s->lock);
	}
}

/* Invariant 11: who has no session any more points to its heir before. */
struct session *session_lock_group(struct pid **pgrp)
{
	for (;;) {
		struct session *s;
		struct pid *heir;

		rcu_read_lock();
		s = rcu_dereference((*pgrp)->group_session);
		if (s)
			spin_lock(&s->lock);
		heir = rcu_dereference((*pgrp)->heir);
		rcu_read_unlock();
		if (s && s == READ_ONCE((*pgrp)->group_session))
			return s;
		if (s)
			spin_unlock(&s->lock);
		else if (heir)
			*pgrp = heir;
		else
			return NULL;
	}
}

void session_unlock(struct session *s)
{
	spin_unlock(&s->lock);
}

/* A new member of its group. [G], or the session @s is nobody's yet. */
static void group_add(struct session *s, struct process *p)
{
	pid_attach(p->pgid, PID_PGID);
	list_add_tail(&p->pgid->group, &p->group_link);
	rcu_assign(p->pgid->group_session, s);
}

void session_join(struct session *s, struct process *p)
{
	ASSERT(p->sid == s->sid);
	group_add(s, p);
	pid_attach(p->sid, PID_SID);
	list_add_tail(&p->sid->session, &p->session_link);
}

void session_part(struct process *p)
{
	ASSERT(spin_held(&p->session->lock));
	list_del(&p->group_link);
	list_del(&p->session_link);
	pid_detach(p->pgid, PID_PGID);
	pid_detach(p->sid, PID_SID);
}

struct session *session_of_current(void)
{
	struct session *s;

	rcu_read_lock();
	do {
		s = rcu_dereference(current_process()->session);
	} while (!refcount_try_get(&s->refs));
	rcu_read_unlock();
	return s;
}

/* Leave one group for another of session @s; the last member's leaving frees
 * it. [G] */
static void change_group(struct session *s, struct process *p, struct pid *to)
{
	struct pid *from = p->pgid;

	if (from == to)
		return;
	list_del(&p->group_link);
	rcu_assign(p->pgid, to);
	group_add(s, p);
	pid_detach(from, PID_PGID);
}

/* Out of one session and group, into a new session and its first group. [G] of
 * the old one; the new one is published last. */
static void change_session(struct process *p, struct session *new)
{
	struct pid *from_group = p->pgid, *from = p->sid;

	list_del(&p->session_link);
	list_del(&p->group_link);
	rcu_assign(p->pgid, new->sid);
	rcu_assign(p->sid, new->sid);
	race_point("setsid: between two sessions");
	session_join(new, p);
	pid_detach(from_group, PID_PGID);
	pid_detach(from, PID_SID);
	rcu_assign(p->session, new);
}

int session_setsid(pid_t *out)
{
	struct process *p = current_process();
	struct session *new, *old;
	int err = session_create(p->tgid, &new);

	if (err)
		return err;
	old = session_lock(p);
	/* A group with our number, even one that we are not in, forbids it. It
	 * would be in our session. */
	if (p->sid == p->tgid || !list_empty(&p->tgid->group)) {
		session_unlock(old);
		session_put(new);
		return -EPERM;
	}
	WRITE_ONCE(p->left_tty, 0);
	change_session(p, new);
	session_unlock(old);
	session_put(old);
	*out = pid_vnr(p->tgid);
	return 0;
}

/* The process meant by setpgid: the caller or a child of it, whose [P] is
 * held. [G] of the caller's session: who is in it stays. */
static int setpgid_target(pid_t pid, struct process **out)
{
	struct process *self = current_process();
	struct task *t = pid ? task_find(pid) : self->leader;
	struct process *p = t ? t->process : NULL;

	if (!p || !p->nthreads)
		return -ESRCH;
	if (t != p->leader)
		return -EINVAL;
	if (p != self) {
		if (p->parent != self)
			return -ESRCH;
		if (p->sid != self->sid)
			return -EPERM;
		if (!(p->leader->flags & TASK_FORKNOEXEC))
			return -EACCES;
	}
	if (p->sid == p->tgid)
		return -EPERM;
	*out = p;
	return 0;
}

/* Source: setpgid(2), errors in Linux's order. */
static int setpgid_locked(struct session *s, pid_t pid, pid_t pgid)
{
	struct pid *group;
	struct process *p;
	int err = setpgid_target(pid, &p);

	if (err)
		return err;
	group = pgid ? pid_find(pgid, current_pidns()) : p->tgid;
	if (group == p->tgid) {
		change_group(s, p, group);
		return 0;
	}
	if (!group || READ_ONCE(group->group_session) != s)
		return -EPERM;
	change_group(s, p, group);
	return 0;
}

int session_setpgid(pid_t pid, pid_t pgid)
{
	struct pid_ns *ns = current_pidns();
	struct session *s;
	int err;

	if (pgid < 0 || (!pgid && pid < 0))
		return -EINVAL;
	tree_lock(ns);
	s = session_lock(current_process());
	err = setpgid_locked(s, pid, pgid);
	session_unlock(s);
	tree_unlock(ns);
	return err;
}

/* The process a number means for getpgid and getsid. RCU. */
static struct process *named(pid_t nr)
{
	struct task *t;

	if (!nr)
		return current_process();
	t = nr > 0 ? task_find(nr) : NULL;
	return t ? t->process : NULL;
}

int session_getpgid(pid_t pid, pid_t *out)
{
	struct process *p;

	rcu_read_lock();
	p = named(pid);
	if (p)
		*out = pid_vnr(rcu_dereference(p->pgid));
	rcu_read_unlock();
	return p ? 0 : -ESRCH;
}

int session_getsid(pid_t pid, pid_t *out)
{
	struct process *p;

	rcu_read_lock();
	p = named(pid);
	if (p)
		*out = pid_vnr(rcu_dereference(p->sid));
	rcu_read_unlock();
	return p ? 0 : -ESRCH;
}

/*
 * A group is orphaned when no member has a parent in another group of the same
 * session: nobody who could continue it. Dead members and parents that are
 * the first init do not count. Source: POSIX.1, "Orphaned Process Group".
 * Parents are of other worlds and may change meanwhile: whoever changes one
 * looks again afterwards (session_exit_check), so the last look sees all.
 */
bool group_is_orphaned(struct pid *pgrp)
{
	struct process *p;

	for_each_list(p, &pgrp->group, group_link) {
		struct process *parent = rcu_dereference(p->parent);

		if (!READ_ONCE(p->nlive) || parent == pidns_init_ns.reaper)
			continue;
		if (rcu_dereference(parent->pgid) != pgrp &&
		    rcu_dereference(parent->sid) == p->sid)
			return false;
	}
	return true;
}

bool group_has_stopped(struct pid *pgrp)
{
	struct process *p;

	for_each_list(p, &pgrp->group, group_link) {
		if (READ_ONCE(p->sigflags) & SIGNAL_STOPPED)
			return true;
	}
	return false;
}

/* Was it @other that kept @p's group from being orphaned, and now is not? */
static bool newly_orphaned(struct process *p, const struct process *other)
{
	if (rcu_dereference(other->pgid) == p->pgid ||
	    rcu_dereference(other->sid) != p->sid)
		return false;
	return group_is_orphaned(p->pgid);
}

void session_exit_check(struct process *p, struct process *parent)
{
	struct session *s = session_lock(p);

	if (!parent)
		parent = rcu_dereference(p->parent);
	if (newly_orphaned(p, parent) && group_has_stopped(p->pgid)) {
		signal_send_group_locked(p->pgid, SIGHUP, SEND_KERNEL);
		signal_send_group_locked(p->pgid, SIGCONT, SEND_KERNEL);
	}
	session_unlock(s);
}
