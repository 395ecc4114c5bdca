/*
 * kernel/proc/exec_cred.c - who a new program is
 *
 * What:  set-user-ID and set-group-ID files, and the transformation of the
 *        capability sets. Files have no capabilities of their own here.
 * Locks: credentials are constant; a changed copy is made only when they do
 *        change. trace_lock while they do, so that no tracer comes between.
 * See:   execve(2); capabilities(7), "Transformation of capabilities during
 *        execve()" and "Capabilities and execution of programs by root".
 */
#include "exec.h"

#include <core/race.h>
#include <fs/file.h>
#include <fs/vfs.h>
#include <lib/string.h>
#include <proc/ptrace.h>
#include <proc/user_ns.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <uapi/prctl.h>

/* What the file's mode asks for: ids that mean something to the caller. True:
 * it asks for any. */
static bool apply_mode(const struct file *file, struct cred *new)
{
	struct inode *inode = path_inode(&file->path);
	mode_t mode = READ_ONCE(inode->mode);
	uid_t uid = READ_ONCE(inode->uid);
	gid_t gid = READ_ONCE(inode->gid);

	if (!(mode & (S_ISUID | S_ISGID)))
		return false;
	if (path_nosuid(&file->path) || current_task()->no_new_privs ||
	    !user_ns_maps_ids(new->user_ns, uid, gid) ||
	    !user_ns_is_below(new->user_ns, superblock_user_ns(inode->sb)))
		return false;
	if (mode & S_ISUID)
		new->euid = uid;
	/* Without group execution the bit asks for mandatory locks. */
	if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		new->egid = gid;
	else
		mode &= ~(mode_t)S_ISGID;
	return mode & (S_ISUID | S_ISGID);
}

/* The file system context is shared with another process: that one could
 * change the root of a program with more rights than it has itself. */
static bool fs_is_shared(const struct task *t)
{
	return (u32)refcount_read(&t->fs->refs) >
	       READ_ONCE(t->process->nthreads);
}

/* What root gets, and what of it is effective at once. */
static bool apply_root(struct cred *new)
{
	uid_t root = uid_to_global(new->user_ns, 0);

	new->cap_permitted = 0;
	if ((new->securebits & SECBIT_NOROOT) || root == ID_INVALID)
		return false;
	if (new->uid == root || new->euid == root)
		new->cap_permitted = new->cap_inheritable | new->cap_bset;
	return new->euid == root;
}

/* No more than before for who must not gain anything by it. */
static void restrain(struct cred *new, const struct cred *old)
{
	bool no_new = current_task()->no_new_privs;

	if (!no_new && !fs_is_shared(current_task()))
		return;
	if (!self_capable(CAP_SETUID) || no_new) {
		new->euid = new->uid;
		new->egid = new->gid;
	}
	new->cap_permitted &= old->cap_permitted;
}

static bool changes_id(const struct cred *new, const struct cred *old)
{
	return new->euid != old->uid || new->egid != old->gid;
}

/* The ids are known, but for suid and fsuid. True: the program must be wary
 * of who started it. */
static bool apply_capabilities(struct cred *new, const struct cred *old)
{
	bool effective = apply_root(new);
	bool set_id = changes_id(new, old);
	bool real_root = new->uid == uid_to_global(new->user_ns, 0);

	if (set_id || (new->cap_permitted & ~old->cap_permitted))
		restrain(new, old);
	if (set_id)
		new->cap_ambient = 0;
	new->cap_permitted |= new->cap_ambient;
	new->cap_effective = effective ? new->cap_permitted :
					 new->cap_ambient;
	new->securebits &= ~(u32)SECBIT_KEEP_CAPS;
	return set_id || (!real_root &&
			  (effective || new->cap_permitted &
			   ~new->cap_ambient));
}

static bool same_cred(const struct cred *a, const struct cred *b)
{
	return a->euid == b->euid && a->suid == b->suid &&
	       a->fsuid == b->fsuid && a->egid == b->egid &&
	       a->sgid == b->sgid && a->fsgid == b->fsgid &&
	       a->cap_permitted == b->cap_permitted &&
	       a->cap_effective == b->cap_effective &&
	       a->cap_ambient == b->cap_ambient &&
	       a->securebits == b->securebits;
}

int exec_cred_prepare(struct exec *x)
{
	const struct cred *old = current_cred();
	struct cred new = *old;

	x->runs_set_id = apply_mode(x->program.file, &new);
	x->secure = apply_capabilities(&new, old);
	new.suid = new.fsuid = new.euid;
	new.sgid = new.fsgid = new.egid;
	x->set_id = new.euid != old->euid || new.egid != old->egid ||
		    (new.cap_permitted & ~old->cap_permitted);
	if (same_cred(old, &new))
		return 0;
	x->cred = cred_copy(old);
	if (!x->cred)
		return -ENOMEM;
	x->cred->euid = x->cred->suid = x->cred->fsuid = new.euid;
	x->cred->egid = x->cred->sgid = x->cred->fsgid = new.egid;
	x->cred->cap_permitted = new.cap_permitted;
	x->cred->cap_effective = new.cap_effective;
	x->cred->cap_ambient = new.cap_ambient;
	x->cred->securebits = new.securebits;
	return 0;
}

/* While a tracer looks. */
static void restrain_traced(struct exec *x)
{
	const struct cred *old = current_cred();
	struct cred *new = x->cred;

	if (x->set_id && !ptrace_tracer_capable(new->user_ns)) {
		if (!self_capable(CAP_SETUID)) {
			new->euid = new->suid = new->fsuid = new->uid;
			new->egid = new->sgid = new->fsgid = new->gid;
		}
		new->cap_permitted &= old->cap_permitted;
		new->cap_effective &= new->cap_permitted;
		x->set_id = new->euid != old->euid || new->egid != old->egid;
	}
}

/* An attach comes before this, and is seen, or after, and is checked against
 * the new credentials. */
struct user_ns *exec_change_rights(struct exec *x, struct task *t)
{
	struct user_ns *old;

	spin_lock(&trace_lock);
	if (t->tracee.flags)
		restrain_traced(x);
	race_point("exec: tracer looked at");
	old = exec_change_over(x, t);
	spin_unlock(&trace_lock);
	return old;
}
