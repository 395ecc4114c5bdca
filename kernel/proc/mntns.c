/*
 * kernel/proc/mntns.c - the identity of mount namespaces
 *
 * What:  a number and an owner behind mount_ns->private; the list of all, in
 *        the order they were made.
 * Locks: all_lock: the list; who is on it has memory, if no reference.
 * Life:  born and freed with the struct mount_ns it belongs to, whose
 *        reference count is the only one: common.refs stays 1.
 * See:   mount_namespaces(7).
 */
#include <proc/mntns.h>

#include <core/assert.h>
#include <core/spinlock.h>
#include <mm/kmalloc.h>
#include <proc/task.h>
#include <proc/user.h>
#include <uapi/errno.h>
#include <uapi/sched.h>

struct mnt_id {
	struct ns_common common;
	struct mount_ns *ns;		/* [I] whose identity this is */
	struct list link;		/* [all_lock] in this order */
};

static DEFINE_SPINLOCK(all_lock, RANK_MNTNS_LIST);
static struct list all = LIST_INIT(all);
static u64 last_seq;			/* [all_lock] */

static void all_add(struct mnt_id *id)
{
	spin_lock(&all_lock);
	id->ns->seq = ++last_seq;
	list_add_tail(&all, &id->link);
	spin_unlock(&all_lock);
}

static struct mnt_id *id_of(struct ns_common *common)
{
	return container_of(common, struct mnt_id, common);
}

u64 mntns_seq(struct ns_common *common)
{
	return id_of(common)->ns->seq;
}

struct mount_ns *mntns_by_seq(u64 seq)
{
	struct mount_ns *found = NULL;
	struct mnt_id *id;

	spin_lock(&all_lock);
	for_each_list(id, &all, link) {
		if (id->ns->seq == seq && refcount_try_get(&id->ns->refs))
			found = id->ns;
	}
	spin_unlock(&all_lock);
	return found;
}

int mntns_neighbour(struct ns_common *common, bool before,
		    struct ns_common **out)
{
	struct mnt_id *id = id_of(common);
	int err = -ENOENT;

	spin_lock(&all_lock);
	for (;;) {
		struct list *next = before ? id->link.prev : id->link.next;

		if (next == &all)
			break;
		id = list_entry(next, struct mnt_id, link);
		if (!ns_capable(id->common.owner, CAP_SYS_ADMIN) ||
		    !refcount_try_get(&id->ns->refs))
			continue;
		*out = &id->common;
		err = 0;
		break;
	}
	spin_unlock(&all_lock);
	return err;
}

static void mntns_put(struct ns_common *common)
{
	mount_ns_put(mntns_of(common));
}

static void mntns_common_get(struct ns_common *common)
{
	mount_ns_get(mntns_of(common));
}

const struct ns_ops mntns_ops = {
	.name = "mnt",
	.clone_flag = CLONE_NEWNS,
	.kind = NS_KIND_MNT,
	.get = mntns_common_get,
	.put = mntns_put,
};

static struct mnt_id first_id = {
	.common = {
		.refs = REFCOUNT_INIT(1),
		.ops = &mntns_ops,
		.owner = &user_ns_init,
	},
};

static void mntns_release(struct mount_ns *ns)
{
	struct mnt_id *id = ns->private;

	spin_lock(&all_lock);
	list_del(&id->link);
	spin_unlock(&all_lock);
	ns_common_fini(&id->common);
	kfree(id);
}

void mntns_init(void)
{
	struct mount_ns *ns = mount_ns_init();

	first_id.common.ino = ns_ino_alloc();
	first_id.ns = ns;
	all_add(&first_id);
	ns->private = &first_id;
}

int mntns_create(struct mount_ns *src, struct user_ns *owner,
		 struct fs_context *fs, struct mount_ns **out)
{
	bool other_owner = mntns_common(src)->owner != owner;
	struct mount_ns *ns;
	struct mnt_id *id;
	int err = -ENOMEM;

	if (!mount_ns_clone_for)
		return -EINVAL;
	id = kzalloc(sizeof(*id));
	if (id)
		err = ns_common_init(&id->common, &mntns_ops, owner);
	if (err)
		goto undo_id;
	err = mount_ns_clone_for(src, fs, other_owner, &ns);
	if (err) {
		ns_common_fini(&id->common);
		goto undo_id;
	}
	id->ns = ns;
	ns->private = id;
	ns->owner = owner;
	ns->release = mntns_release;
	all_add(id);
	*out = ns;
	return 0;
undo_id:
	kfree(id);
	return err;
}

struct ns_common *mntns_common(struct mount_ns *ns)
{
	return &((struct mnt_id *)ns->private)->common;
}

struct mount_ns *mntns_of(struct ns_common *common)
{
	return id_of(common)->ns;
}

void mntns_enter(struct mount_ns *ns, struct fs_context *fs)
{
	struct path root;

	mount_ns_root(ns, &root);
	fs_context_set_root(fs, &root);
	fs_context_set_cwd(fs, &root);
	path_put(&root);
}
