/*
 * fs/mount_ops.c - mount(2), umount2(2), pivot_root(2)
 *
 * What:  the checks of each kind of call, in Linux's order, and then the steps
 *        of mount_copy.c and propagate.c.
 * Locks: mount_mutex around each change; the inode lock of a mount point while
 *        something is attached, so that rmdir does not come between.
 * See:   mount(2), umount2(2), pivot_root(2), mount_namespaces(7)
 */
#include "mount.h"

#include <fs/file.h>
#include <lib/string.h>
#include <sched/mutex.h>

#include "dentry.h"
#include "inode.h"

/* Flags that say how a mount treats access times. */
#define ATIME_FLAGS (MS_NOATIME | MS_NODIRATIME | MS_RELATIME | \
		     MS_STRICTATIME)
#define PROPAGATION_FLAGS (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)
#define NO_USER_FLAG (1ul << 31)

u32 mount_flags_of(u64 flags)
{
	u32 result = (u32)(flags & MOUNT_FLAGS);

	if (!(flags & MS_NOATIME))
		result |= MS_RELATIME;
	if (flags & MS_STRICTATIME)
		result &= ~(u32)(MS_RELATIME | MS_NOATIME);
	return result;
}

bool mount_ns_allows(const struct mount_ns *ns, const struct cred *cred)
{
	return cred_capable_ns(cred, ns->owner ? ns->owner :
			       cred_init.user_ns, CAP_SYS_ADMIN);
}

static bool may_mount(const struct mount_args *a)
{
	return mount_ns_allows(a->ns, a->walk->cred);
}

static int walk_follow(const struct walk *w, const char *name,
		       struct path *out)
{
	struct walk follow = *w;

	follow.flags |= WALK_FOLLOW;
	return path_walk(&follow, name, out);
}

/* Put the tree @top on the topmost thing at @at; mutex held. */
static int graft(struct mount *top, const struct path *at, struct mount_ns *ns)
{
	struct path on = *at;
	struct inode *inode;
	int err;

	path_get(&on);
	path_enter_mounts(&on);
	inode = path_inode(&on);
	mutex_lock(&inode->lock);
	if (on.mount->ns != ns)
		err = -EINVAL;
	else if ((inode->flags & INODE_DEAD) || path_unlinked(&on))
		err = -ENOENT;
	else if (S_ISDIR(inode->mode) != S_ISDIR(top->root->inode->mode))
		err = -ENOTDIR;
	else
		err = mount_tree_attach(top, &on);
	mutex_unlock(&inode->lock);
	path_put(&on);
	return err;
}

/* Attach a new tree, or free it. Mutex held. */
static int graft_or_free(struct mount *top, const struct path *at,
			 struct mount_ns *ns)
{
	int err = graft(top, at, ns);

	if (err)
		mount_tree_put(top);
	return err;
}

static bool same_already_there(const struct superblock *sb,
			       const struct path *at)
{
	struct path on = *at;
	bool same;

	path_get(&on);
	path_enter_mounts(&on);
	same = on.mount->sb == sb && path_is_mount_root(&on) &&
	       on.dentry == sb->root;
	path_put(&on);
	return same;
}

/* Not for one that another mount made and owns (a namespace's mqueue). */
static int own_superblock(const struct fs_type *type, struct superblock *sb,
			  const struct cred *cred)
{
	const struct cred *mine = cred_get(cred);

	if (cas(&sb->mounter, NULL, mine))
		return type->own(sb, cred);
	cred_put(mine);
	return 0;
}

int mount_superblock(const struct mount_args *a, const struct fs_type *type,
		     struct superblock **out)
{
	const struct cred *cred = a->walk->cred;
	struct superblock *sb;
	int err;

	if (!type->for_users && !cred_capable(cred, CAP_SYS_ADMIN))
		return -EPERM;
	if (!type->mount)
		return -EINVAL;
	err = type->mount(type, (u32)(a->flags & MS_RMT_MASK),
			  a->data ? a->data : "", a->fs_arg, &sb);
	if (err)
		return err;
	if (type->own)
		err = own_superblock(type, sb, cred);
	if (err)
		superblock_put(sb);
	else if ((a->flags & MS_RDONLY) && refcount_read(&sb->refs) == 1)
		(void)superblock_make_readonly(sb);
	*out = sb;
	return err;
}

static int do_new(const struct mount_args *a, const struct path *at)
{
	const struct fs_type *type;
	struct superblock *sb;
	struct mount *m = NULL;
	int err;

	if (!a->type)
		return -EINVAL;
	type = fs_type_find(a->type);
	if (!type)
		return -ENODEV;
	err = mount_superblock(a, type, &sb);
	if (err)
		return err;
	mount_tree_lock();
	err = same_already_there(sb, at) ? -EBUSY :
		mount_alloc(sb, sb->root, a->source, &m);
	if (!err) {
		m->flags = mount_flags_of(a->flags & ~MS_RDONLY);
		if (a->flags & MS_RDONLY)
			(void)mount_make_readonly(m);
		if (type->revealing && mount_reveals(m, m->flags, a->ns)) {
			mount_tree_put(m);
			err = -EPERM;
		}
	}
	if (!err)
		err = graft_or_free(m, at, a->ns);
	mount_tree_unlock();
	superblock_put(sb);
	return err;
}

/* Mounts of nsfs and its like have no tree but may be bound. */
static bool may_be_bound(const struct path *p, const struct mount_ns *ns)
{
	return p->mount->ns == ns || (!p->mount->ns && !p->mount->parent &&
				      (p->dentry->flags & DENTRY_ANON));
}

int mount_bind_copy(const struct path *from, struct mount_ns *ns,
		    bool recursive, struct mount **out)
{
	int err;

	if (!may_be_bound(from, ns) || from->mount->unbindable)
		return -EINVAL;
	if (!recursive && mount_has_locked(from->mount, from->dentry))
		return -EINVAL;
	if (recursive)
		err = mount_copy_tree(from->mount, from->dentry, COPY_NS_FILES,
				      out);
	else
		err = mount_copy(from->mount, from->dentry, 0, out);
	if (!err)
		(*out)->locked = false;
	return err;
}

static int do_bind(const struct mount_args *a, const struct path *at)
{
	struct mount *copy;
	struct path from;
	int err;

	if (!a->source || !*a->source)
		return -EINVAL;
	err = walk_follow(a->walk, a->source, &from);
	if (err)
		return err;
	mount_tree_lock();
	err = at->mount->ns != a->ns || mount_would_loop(from.dentry, a->ns) ?
		-EINVAL :
		mount_bind_copy(&from, a->ns, a->flags & MS_REC, &copy);
	if (!err)
		err = graft_or_free(copy, at, a->ns);
	mount_tree_unlock();
	path_put(&from);
	return err;
}

static bool tree_has_unbindable(struct mount *top)
{
	struct mount *m;

	for_each_mount(m, top) {
		if (m->unbindable)
			return true;
	}
	return false;
}

static bool tree_would_loop(struct mount *top, const struct mount_ns *ns)
{
	struct mount *m;

	for_each_mount(m, top) {
		if (mount_would_loop(m->root, ns))
			return true;
	}
	return false;
}

/* Is it one of @ns that stands on something, or the top of a tree that stands
 * nowhere? */
static bool may_be_moved(const struct mount *m, const struct mount_ns *ns)
{
	if (m->locked)
		return false;
	if (m->parent)
		return m->ns == ns && !m->parent->group;
	return m->ns && m->ns->detached;
}

/* May @m be moved to @at? */
static int check_move(const struct path *from, const struct path *at,
		      const struct mount_ns *ns)
{
	const struct mount *up;

	if (at->mount->ns != ns || !may_be_moved(from->mount, ns))
		return -EINVAL;
	if (!path_is_mount_root(from))
		return -EINVAL;
	if (path_is_dir(from) != path_is_dir(at))
		return -EINVAL;
	if (at->mount->group && tree_has_unbindable(from->mount))
		return -EINVAL;
	if (tree_would_loop(from->mount, ns))
		return -ELOOP;
	for (up = at->mount; up; up = up->parent) {
		if (up == from->mount)
			return -ELOOP;
	}
	return 0;
}

int mount_move_path(const struct path *from, const struct path *at,
		    struct mount_ns *ns)
{
	struct mount_ns *old;
	struct path on = *at;
	int err;

	mount_tree_lock();
	path_get(&on);
	path_enter_mounts(&on);
	old = from->mount->ns;
	err = check_move(from, &on, ns);
	if (!err)
		err = graft(from->mount, &on, ns);
	if (!err && old->detached)
		mount_ns_put(old);
	path_put(&on);
	mount_tree_unlock();
	return err;
}

static int do_move(const struct mount_args *a, const struct path *at)
{
	struct path from;
	int err;

	if (!a->source || !*a->source)
		return -EINVAL;
	err = walk_follow(a->walk, a->source, &from);
	if (err)
		return err;
	err = mount_move_path(&from, at, a->ns);
	path_put(&from);
	return err;
}

static int do_propagation(const struct mount_args *a, const struct path *at)
{
	u64 type = a->flags & ~(MS_REC | MS_SILENT);
	struct mount *m;
	int err = 0;

	if ((type & ~PROPAGATION_FLAGS) || (type & (type - 1)))
		return -EINVAL;
	mount_tree_lock();
	if (!path_is_mount_root(at) || at->mount->ns != a->ns)
		err = -EINVAL;
	for_each_mount(m, at->mount) {
		if (err || (m != at->mount && !(a->flags & MS_REC)))
			break;
		if (type == MS_SHARED && !m->group)
			err = mount_group_alloc(m);
		if (!err)
			mount_set_propagation(m, type);
	}
	mount_tree_unlock();
	return err;
}

/* What MS_REMOUNT leaves alone when the call does not say. */
static u32 remount_flags(const struct mount *m, u64 flags)
{
	u32 result = mount_flags_of(flags) & ~(u32)MS_RDONLY;

	if (flags & ATIME_FLAGS)
		return result;
	result &= ~(u32)ATIME_FLAGS;
	return result | (m->flags & (u32)ATIME_FLAGS);
}

static int set_mount_flags(struct mount *m, u64 flags)
{
	u32 wanted = remount_flags(m, flags);
	int err = 0;

	if (flags & MS_RDONLY)
		err = mount_make_readonly(m);
	else
		mount_make_writable(m);
	if (!err)
		WRITE_ONCE(m->flags, wanted | (m->flags & (u32)MS_RDONLY));
	return err;
}

static bool may_change(const struct cred *cred, const struct superblock *sb)
{
	return cred_capable_ns(cred, superblock_user_ns(sb), CAP_SYS_ADMIN);
}

int mount_change_superblock(const struct mount_args *a, struct superblock *sb)
{
	int err = 0;

	if (!may_change(a->walk->cred, sb))
		return -EPERM;
	if (sb->ops && sb->ops->remount)
		err = sb->ops->remount(sb, (u32)(a->flags & MS_RMT_MASK),
				       a->data ? a->data : "");
	if (err)
		return err;
	if (a->flags & MS_RDONLY)
		return superblock_make_readonly(sb);
	superblock_make_writable(sb);
	return 0;
}

static int do_remount(const struct mount_args *a, const struct path *at)
{
	int err = 0;

	mount_tree_lock();
	if (at->mount->ns != a->ns || !path_is_mount_root(at))
		err = -EINVAL;
	else if (!mount_may_become(at->mount,
				   remount_flags(at->mount, a->flags) |
				   (u32)(a->flags & MS_RDONLY)))
		err = -EPERM;
	if (!err && !(a->flags & MS_BIND))
		err = mount_change_superblock(a, at->mount->sb);
	if (!err)
		err = set_mount_flags(at->mount, a->flags);
	a->ns->event++;
	wake_all(&a->ns->changed);
	mount_tree_unlock();
	return err;
}

static int mount_at(const struct mount_args *a, const struct path *at)
{
	if (a->flags & NO_USER_FLAG)
		return -EINVAL;
	if (!may_mount(a))
		return -EPERM;
	if (a->flags & MS_REMOUNT)
		return do_remount(a, at);
	if (a->flags & MS_BIND)
		return do_bind(a, at);
	if (a->flags & PROPAGATION_FLAGS)
		return do_propagation(a, at);
	if (a->flags & MS_MOVE)
		return do_move(a, at);
	return do_new(a, at);
}

int vfs_mount(const struct mount_args *args)
{
	struct mount_args a = *args;
	struct path at;
	int err;

	if ((a.flags & MS_MGC_MSK) == MS_MGC_VAL)
		a.flags &= ~MS_MGC_MSK;
	err = walk_follow(a.walk, a.target, &at);
	if (err)
		return err;
	err = mount_at(&a, &at);
	path_put(&at);
	return err;
}

/* umount of the caller's root without MNT_DETACH: it becomes read-only. */
static int umount_root(const struct walk *w, struct mount *m)
{
	int err = 0;

	if (!may_change(w->cred, m->sb))
		return -EPERM;
	if (m->sb->ops && m->sb->ops->remount)
		err = m->sb->ops->remount(m->sb, (u32)MS_RDONLY, "");
	return err ? err : superblock_make_readonly(m->sb);
}

static bool is_own_root(const struct walk *w, const struct mount *m)
{
	struct path root;
	bool same;

	fs_context_root(w->fs, &root);
	same = root.mount == m;
	path_put(&root);
	return same;
}

/* MNT_EXPIRE: the first call marks, the second one unmounts. */
static int check_expire(struct mount *m, const struct walk *w)
{
	if (is_own_root(w, m))
		return -EINVAL;
	if (refcount_read(&m->refs) > 2)
		return -EBUSY;
	if (!m->expiring) {
		m->expiring = true;
		return -EAGAIN;
	}
	return 0;
}

static int umount_locked(const struct walk *w, struct mount *m, int flags)
{
	int err = 0;

	if (flags & MNT_EXPIRE)
		err = check_expire(m, w);
	if (err)
		return err;
	if (!(flags & MNT_DETACH) && is_own_root(w, m))
		return umount_root(w, m);
	if (!m->parent)
		return -EINVAL;
	if (!(flags & MNT_DETACH) && propagate_busy(m))
		return -EBUSY;
	mount_tree_umount(m, true);
	return 0;
}

int vfs_umount(const struct walk *w, const char *target, int flags,
	       struct mount_ns *ns)
{
	struct mount_args a = { .walk = w, .ns = ns };
	struct walk how = *w;
	struct path at;
	int err;

	if (flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	if (!(flags & UMOUNT_NOFOLLOW))
		how.flags |= WALK_FOLLOW;
	err = path_walk(&how, target, &at);
	if (err)
		return err;
	mount_tree_lock();
	if (!may_mount(&a))
		err = -EPERM;
	else if (!path_is_mount_root(&at) || at.mount->ns != ns ||
		 at.mount->locked)
		err = -EINVAL;
	else if ((flags & MNT_EXPIRE) && (flags & (MNT_FORCE | MNT_DETACH)))
		err = -EINVAL;
	else
		err = umount_locked(w, at.mount, flags);
	mount_tree_unlock();
	path_put(&at);
	return err;
}

static int check_pivot(const struct path *new, const struct path *old,
		       const struct path *root, const struct mount_ns *ns)
{
	if (new->mount->ns != ns || root->mount->ns != ns ||
	    old->mount->ns != ns)
		return -EINVAL;
	if (new->mount->locked)
		return -EINVAL;
	if (path_unlinked(new))
		return -ENOENT;
	if (new->mount == root->mount || old->mount == root->mount)
		return -EBUSY;
	if (!path_is_mount_root(root) || !root->mount->parent ||
	    !path_is_mount_root(new) || !new->mount->parent)
		return -EINVAL;
	if (old->mount->group || new->mount->parent->group ||
	    root->mount->parent->group)
		return -EINVAL;
	if (!path_is_below(old, new) || !path_is_below(new, root))
		return -EINVAL;
	return 0;
}

/* The new root takes the place of the old one, which goes to @old. */
static void pivot(const struct path *new, const struct path *old,
		  const struct path *root)
{
	struct path place = {
		.mount = root->mount->parent,
		.dentry = dentry_get(root->mount->point),
	};

	mount_detach(new->mount);
	mount_detach(root->mount);
	mount_attach(root->mount, old);
	mount_attach(new->mount, &place);
	dentry_put(place.dentry);
}

int vfs_pivot_root(const struct pivot_args *args, struct pivot_result *out)
{
	struct mount_args a = { .walk = args->walk, .ns = args->ns };
	struct walk dir = *args->walk;
	struct path old;
	int err;

	if (!may_mount(&a))
		return -EPERM;
	dir.flags |= WALK_FOLLOW | WALK_DIRECTORY;
	err = path_walk(&dir, args->new_root, &out->new);
	if (err)
		return err;
	err = path_walk(&dir, args->put_old, &old);
	if (err) {
		path_put(&out->new);
		return err;
	}
	fs_context_root(dir.fs, &out->old);
	mount_tree_lock();
	err = check_pivot(&out->new, &old, &out->old, args->ns);
	if (!err)
		pivot(&out->new, &old, &out->old);
	mount_tree_unlock();
	path_put(&old);
	if (err) {
		path_put(&out->new);
		path_put(&out->old);
	}
	return err;
}
