/*
 * fs/mount_detached.c - mounts that stand nowhere, and attributes of mounts
 *
 * What:  a tree of mounts that an open file holds, in a namespace of its own;
 *        mount_setattr(2).
 * Locks: mount_mutex.
 * Life:  the tree is unmounted when the file is closed, unless it was moved
 *        to a place meanwhile (mount_move).
 * See:   open_tree(2), fsmount(2), mount_setattr(2)
 */
#include "mount_detached.h"

#include <fs/file.h>
#include <fs/fs_setup.h>
#include <uapi/fcntl.h>

#include "file_internal.h"

static void detached_release(struct file *f)
{
	struct mount *m = f->path.mount;
	struct mount_ns *ns;

	mount_tree_lock();
	ns = m->ns;
	if (ns && ns->detached) {
		mount_tree_umount(m, false);
		mount_ns_put(ns);
	}
	mount_tree_unlock();
}

static const struct file_ops detached_ops = {
	.release = detached_release,
};

int mount_detached_open(struct mount *top, const struct cred *cred,
			struct file **out)
{
	struct path p = { .mount = top, .dentry = top->root };
	int err = file_create(&p, &detached_ops, O_PATH, cred, out);

	if (!err) {
		err = mount_ns_detached(top);
		if (!err) {
			(*out)->mode = FILE_PATH | FILE_OPENED;
			return 0;
		}
		(*out)->mode = FILE_PATH;
		file_put(*out);
	}
	mount_tree_put(top);
	return err;
}

int mount_open_copy(const struct path *from, const struct mount_args *a,
		    struct file **out)
{
	struct mount *copy;
	int err;

	mount_tree_lock();
	err = mount_bind_copy(from, a->ns, a->flags & MS_REC, &copy);
	if (!err)
		err = mount_detached_open(copy, a->walk->cred, out);
	mount_tree_unlock();
	return err;
}

int mount_open_plain(const struct path *at, const struct cred *cred,
		     struct file **out)
{
	int err = file_create(at, NULL, O_PATH, cred, out);

	return err ? err : file_open(*out, O_PATH);
}

/* -------------------------------------------------------------- attributes */

static u32 changed(const struct mount *m, const struct mount_change *c)
{
	return (m->flags & ~c->clear) | c->set;
}

/* Of the mounts that become read-only, those before @end: writable again. */
static void undo_readonly(struct mount *top, const struct mount *end,
			  const struct mount_change *c)
{
	struct mount *m;

	for_each_mount(m, top) {
		if (m == end)
			return;
		if ((changed(m, c) & MS_RDONLY) && !(m->flags & MS_RDONLY))
			atomic_set(&m->writers, 0);
	}
}

/* All that can fail, for @top and, if asked, what is below. */
static int prepare(struct mount *top, const struct mount_change *c)
{
	struct mount *m;
	int err = 0;

	for_each_mount(m, top) {
		u32 flags = changed(m, c);

		if (m != top && !c->recursive)
			break;
		if (!mount_may_become(m, flags))
			err = -EPERM;
		else if ((flags & MS_RDONLY) && !(m->flags & MS_RDONLY) &&
			 !atomic_cas(&m->writers, 0, -1))
			err = -EBUSY;
		else if (c->propagation == MS_SHARED && !m->group)
			err = mount_group_alloc(m);
		if (err) {
			undo_readonly(top, m, c);
			return err;
		}
	}
	return 0;
}

static void commit(struct mount *top, const struct mount_change *c)
{
	struct mount *m;

	for_each_mount(m, top) {
		u32 flags = changed(m, c);
		bool writable = !(flags & MS_RDONLY) && (m->flags & MS_RDONLY);

		if (m != top && !c->recursive)
			break;
		WRITE_ONCE(m->flags, flags);
		if (writable)
			atomic_set(&m->writers, 0);
		if (c->propagation)
			mount_set_propagation(m, c->propagation);
	}
}

/* One of @ns, or the top of a tree that stands nowhere. */
static bool may_change(const struct mount *m, const struct mount_ns *ns)
{
	return m->ns == ns || (!m->parent && m->ns && m->ns->detached);
}

int mount_change_attr(const struct path *at, struct mount_ns *ns,
		      const struct mount_change *c)
{
	int err = -EINVAL;

	mount_tree_lock();
	if (path_is_mount_root(at) && may_change(at->mount, ns))
		err = prepare(at->mount, c);
	if (!err) {
		commit(at->mount, c);
		ns->event++;
		wake_all(&ns->changed);
	}
	mount_tree_unlock();
	return err;
}
