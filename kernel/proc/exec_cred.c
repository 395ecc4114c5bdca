/*
 * kernel/proc/exec_cred.c - who a new program is
 *
 * What:  set-user-ID and set-group-ID files, and the transformation of the
 *        capability sets. Files have no capabilities of their own here.
 * Locks: credentials are constant; a changed copy is made only when they do
 *        change.
 * See:   execve(2); capabilities(7), "Transformation of capabilities during
 *        execve()" and "Capabilities and execution of programs by root".
 */
#include "exec.h"

#include <fs/file.h>
#include <fs/vfs.h>
#include <lib/string.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <uapi/prctl.h>

/* What the file's mode asks for. */
static void apply_mode(const struct file *file, struct cred *new)
{
	struct inode *inode = path_inode(&file->path);
	mode_t mode = READ_ONCE(inode->mode);

	if (!(mode & (S_ISUID | S_ISGID)))
		return;
	if (path_nosuid(&file->path) || current_task()->no_new_privs)
		return;
	if (mode & S_ISUID)
		new->euid = READ_ONCE(inode->uid);
	/* Without group execution the bit asks for mandatory locks. */
	if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		new->egid = READ_ONCE(inode->gid);
}

/* The file system context is shared with another process: that one could
 * change the root of a program with more rights than it has itself. */
static bool fs_is_shared(const struct task *t)
{
	return (u32)refcount_read(&t->fs->refs) >
	       READ_ONCE(t->process->nthreads);
}

static void apply_capabilities(struct cred *new)
{
	bool root = !(new->securebits & SECBIT_NOROOT) &&
		    (!new->uid || !new->euid);
	bool set_id = new->euid != new->uid || new->egid != new->gid;

	if (set_id)
		new->cap_ambient = 0;
	new->cap_permitted = new->cap_ambient;
	if (root)
		new->cap_permitted |= new->cap_inheritable | new->cap_bset;
	new->cap_effective = root && !new->euid ? new->cap_permitted :
						  new->cap_ambient;
	new->securebits &= ~(u32)SECBIT_KEEP_CAPS;
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

/* Must the program be wary of whom it was started by? */
static bool is_secure(const struct cred *old, const struct cred *new)
{
	if (new->euid != old->uid || new->egid != old->gid)
		return true;
	return new->uid && (new->cap_effective & ~new->cap_ambient ||
			    new->cap_permitted & ~new->cap_ambient);
}

int exec_cred_prepare(struct exec *x)
{
	const struct cred *old = current_cred();
	struct cred new = *old;
	bool gains;

	apply_mode(x->program.file, &new);
	gains = new.euid != old->euid || new.egid != old->egid;
	if (gains && fs_is_shared(current_task()) && !capable(CAP_SETUID)) {
		new.euid = new.uid;
		new.egid = new.gid;
	}
	new.suid = new.fsuid = new.euid;
	new.sgid = new.fsgid = new.egid;
	apply_capabilities(&new);
	x->secure = is_secure(old, &new);
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
