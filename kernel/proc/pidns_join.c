/*
 * kernel/proc/pidns_join.c - a process itself enters a pid namespace
 *
 * What:  unlike setns(2), which moves only the children to come, the caller
 *        becomes a member of a namespace directly below its own: it keeps its
 *        numbers and gets one more. Off unless the boot word pidns.join=on is
 *        given: Linux has nothing like it.
 * Locks: commit: the tree locks of the parent's namespace, the old and the
 *        new one; the session lock; siglock. What is checked before is
 *        checked again there, if others could change it.
 * Life:  the new struct pid takes over slots and roles; the old one stays as
 *        new->former, for those who hold it: it leads to the same process
 *        until that is released.
 * See:   docs/pidns.md, "Joining by oneself".
 */
#include <proc/pidns_join.h>

#include <core/race.h>
#include <fs/file.h>
#include <fs/nscommon.h>
#include <proc/nsproxy.h>
#include <proc/procfs.h>
#include <proc/session.h>
#include <proc/signal.h>
#include <proc/trace.h>
#include <proc/tree.h>
#include <uapi/capability.h>
#include <uapi/errno.h>

static bool enabled;			/* [I] after boot */

struct join {
	struct process *p;
	struct pid_ns *from, *to;	/* borrowed; owned */
	struct pid *old, *new;		/* borrowed; owned until committed */
	struct nsproxy *set;		/* owned until committed */
	u32 put_old;			/* references of @old that are due */
};

void pidns_join_enable(void)
{
	enabled = true;
}

/* --- check ---------------------------------------------------------------- */

static int find_target(int fd, struct pid_ns **out)
{
	struct file *f = fd_get_file(current_task()->files, fd);
	struct ns_common *ns;

	if (!f)
		return -EBADF;
	ns = file_ns_get(f);
	file_put(f);
	if (!ns)
		return -EINVAL;
	if (ns->ops != &pidns_ops) {
		ns->ops->put(ns);
		return -EINVAL;
	}
	*out = container_of(ns, struct pid_ns, common);
	return 0;
}

static int check_caller(const struct join *j)
{
	if (pid_own_nr(j->old) == 1 || READ_ONCE(j->p->nthreads) > 1)
		return -EINVAL;
	if (current_task()->nsproxy->pid_for_children != j->from)
		return -EINVAL;
	return 0;
}

static int check_target(const struct join *j)
{
	if (j->to->parent != j->from)
		return -EPERM;
	if (!ns_capable(j->to->common.owner, CAP_SYS_ADMIN) ||
	    !self_capable(CAP_SYS_ADMIN))
		return -EPERM;
	return READ_ONCE(j->to->had_init) ? 0 : -EINVAL;
}

static bool is_alone(const struct list *members, const struct list *link)
{
	return members->next == link && link->next == members;
}

/* Leader of its group and session, and nobody else is in them. [G] */
static bool owns_session(const struct join *j)
{
	return j->p->pgid == j->old && j->p->sid == j->old &&
	       is_alone(&j->old->group, &j->p->group_link) &&
	       is_alone(&j->old->session, &j->p->session_link);
}

/* No relatives that know it by its present world. [N] */
static bool is_unattached(const struct task *t)
{
	return list_empty(&t->children) && list_empty(&t->tracees) &&
	       !t->tracee.tracer;
}

/* What others may change until the commit. All locks held. */
static int check_relations(const struct join *j)
{
	if (!owns_session(j))
		return -EPERM;
	if (!is_unattached(current_task()))
		return -EBUSY;
	if (signal_fatal_pending(current_task()))
		return -EINTR;
	return READ_ONCE(j->to->reaper) ? 0 : -ENOMEM;
}

/* --- prepare -------------------------------------------------------------- */

static int prepare_set(struct join *j)
{
	const struct nsproxy_args args = { .from = current_task() };
	int err = nsproxy_copy(&args, &j->set);

	if (err)
		return err;
	pidns_put(j->set->pid_for_children);
	j->set->pid_for_children = pidns_get(j->to);
	return 0;
}

/* --- commit --------------------------------------------------------------- */

/* Every role, and the session that bears its number. [G] */
static void move_roles(struct join *j, struct session *s)
{
	struct process *p = j->p;

	list_del(&p->group_link);
	list_del(&p->session_link);
	rcu_assign(p->pgid, j->new);
	rcu_assign(p->sid, j->new);
	rcu_assign(s->sid, pid_get(j->new));
	session_join(s, p);
	rcu_assign(j->old->heir, j->new);
	race_point("join: an heir");
	rcu_assign(j->old->group_session, NULL);
	j->old->uses = 0;
	j->put_old += 2;	/* of the roles, and the session's */
	if (s->foreground == j->old) {
		s->foreground = pid_get(j->new);
		j->put_old++;
	}
}

/* All locks held. */
static int commit_locked(struct join *j, struct session *s)
{
	struct task *t = current_task();
	int err = check_relations(j);

	if (err)
		return err;
	rcu_assign(j->new->task, t);
	rcu_assign(j->new->process, j->p);
	pid_attach(j->new, PID_TGID);
	pid_attach(j->new, PID_TASK);
	if (!pid_enter(j->new))
		return -ENOMEM;
	move_roles(j, s);
	race_point("join: roles moved");
	pid_succeed(j->new);
	rcu_assign(t->pid, j->new);
	rcu_assign(j->p->tgid, pid_get(j->new));
	j->put_old++;
	if (j->p->is_subreaper)
		j->to->had_subreaper = 1;
	return 0;
}

static int commit(struct join *j)
{
	struct tree_trio trio = { { j->p->parent_ns, j->from, j->to } };
	struct session *s;
	int err;

	tree_lock_trio(&trio);
	s = session_lock(j->p);
	spin_lock_irq(&j->p->siglock);
	err = commit_locked(j, s);
	spin_unlock_irq(&j->p->siglock);
	session_unlock(s);
	tree_unlock_trio(&trio);
	return err;
}

static int join_checked(struct join *j)
{
	int err = pid_alloc_successor(j->old, j->to, &j->new);

	if (err)
		return err;
	err = prepare_set(j);
	if (!err)
		err = commit(j);
	if (err) {
		pid_abort_successor(j->new);
		if (j->set)
			nsproxy_put(j->set);
		return err;
	}
	nsproxy_switch(j->set);
	trace_exec(current_task());
	while (j->put_old--)
		pid_put(j->old);
	return 0;
}

int pidns_join(int fd)
{
	struct join j = { .p = current_process(), .from = current_pidns() };
	int err;

	if (!enabled)
		return -EINVAL;
	j.old = j.p->tgid;
	err = find_target(fd, &j.to);
	if (err)
		return err;
	err = check_caller(&j);
	if (!err)
		err = check_target(&j);
	if (!err)
		err = join_checked(&j);
	pidns_put(j.to);
	return err;
}
