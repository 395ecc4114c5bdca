/*
 * fs/mount_locked.c - what a mount namespace of another owner may not undo
 *
 * What:  locks on the mounts that came along, and the rule that a new mount
 *        of a file system such as proc may show no more than one that is
 *        there already.
 * Locks: mount_mutex held by all callers.
 * See:   mount_namespaces(7), "Restrictions on mount namespaces";
 *        user_namespaces(7)
 */
#include "mount.h"

#include <lib/string.h>

#include "dentry.h"

/* Flags that hide or forbid something. */
#define GUARD_FLAGS (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)

void mount_tree_lock_down(struct mount *top)
{
	struct mount *m;

	for_each_mount(m, top) {
		m->locked = m != top;
		m->locked_atime = true;
		m->locked_flags |= m->flags & (u32)GUARD_FLAGS;
	}
}

bool mount_has_locked(struct mount *m, const struct dentry *d)
{
	struct mount *child;

	for_each_list(child, &m->children, child_link) {
		if (child->locked && dentry_is_below(child->point, d))
			return true;
	}
	return false;
}

bool mount_may_become(const struct mount *m, u32 flags)
{
	if (m->locked_flags & ~flags)
		return false;
	return !m->locked_atime ||
	       !((m->flags ^ flags) & (u32)MOUNT_ATIME_FLAGS);
}

/* Would a mount with @flags show what @old does, and no more? */
static bool shows_as_much(struct mount *old, u32 flags)
{
	if (old->root != old->sb->root)
		return false;
	if (((old->locked_flags | old->sb->flags) & MS_RDONLY) &&
	    !(flags & MS_RDONLY))
		return false;
	if (old->locked_atime && ((old->flags ^ flags) & MOUNT_ATIME_FLAGS))
		return false;
	return !mount_has_locked(old, old->root);
}

bool mount_reveals(struct mount *new, u32 flags, struct mount_ns *ns)
{
	struct mount *m;

	if (!ns->owner || ns->owner == cred_init.user_ns)
		return false;
	for_each_list(m, &ns->mounts, ns_link) {
		if (strcmp(m->sb->type, new->sb->type) ||
		    !shows_as_much(m, flags))
			continue;
		new->locked_flags = m->locked_flags & (u32)MS_RDONLY;
		new->locked_atime = m->locked_atime;
		return false;
	}
	return true;
}
