/*
 * kernel/proc/task_access.c - who may look into another process
 *
 * What:  the rule, and another's memory for who may look at it.
 * Locks: none are held between the rule and the look, so an exec may come
 *        between: process->exec_seq tells. What was seen counts only if the
 *        program that was judged is the one that was seen.
 * See:   ptrace(2), "Ptrace access mode checking"; exec.c: change_over.
 */
#include <proc/task.h>

#include <core/race.h>
#include <proc/user_ns.h>
#include <uapi/errno.h>
#include <vm/aspace.h>

static bool ids_match(const struct cred *me, const struct cred *cred, bool real)
{
	uid_t uid = real ? me->uid : me->fsuid;
	gid_t gid = real ? me->gid : me->fsgid;

	return uid == cred->euid && uid == cred->suid && uid == cred->uid &&
	       gid == cred->egid && gid == cred->sgid && gid == cred->gid;
}

/* A program that is not dumpable is for those who rule where it started. */
static bool may_look_at_memory(const struct process *p)
{
	const struct user_ns *ns;
	bool ok;

	if (READ_ONCE(p->dumpable) == 1)
		return true;
	rcu_read_lock();
	ns = rcu_dereference(p->exec_ns);
	ok = ns && ns_capable(ns, CAP_SYS_PTRACE);
	rcu_read_unlock();
	return ok;
}

bool task_may_access(struct task *t, bool real)
{
	const struct cred *me = current_cred();
	const struct cred *cred;
	u64 caps = real ? me->cap_permitted : me->cap_effective;
	bool ok;

	if (t->process == current_process())
		return true;
	cred = task_cred_get(t);
	ok = (ids_match(me, cred, real) && me->user_ns == cred->user_ns &&
	      !(cred->cap_permitted & ~caps)) ||
	     ns_capable(cred->user_ns, CAP_SYS_PTRACE);
	cred_put(cred);
	return ok && may_look_at_memory(t->process);
}

int task_aspace_look(struct task *t, bool real, struct aspace **out)
{
	struct aspace *as;
	bool may, again;

	do {
		u32 seq = task_look_begin(t);

		as = task_aspace_get(t);
		race_point("look: memory taken");
		may = !as || as == current_task()->aspace ||
		      task_may_access(t, real);
		again = task_look_retry(t, seq);
		if (as && (again || !may))
			aspace_put(as);
	} while (again);
	if (!may)
		return -EACCES;
	*out = as;
	return 0;
}
