/*
 * kernel/proc/user_ns_create.c - new user namespaces
 *
 * What:  one below that of given credentials, which move into it. Optional:
 *        without it there is the first one only.
 * Locks: none: nobody else sees it yet.
 * Not:   what a namespace is (user_ns.c), its ids (user_ns_map.c).
 * See:   user_namespaces(7).
 */
#include <proc/user_ns.h>

#include <fs/vfs.h>
#include <mm/kmalloc.h>
#include <proc/nsproxy.h>
#include <proc/task.h>
#include <proc/user.h>
#include <uapi/errno.h>

/* Who sees only a part of the tree may not get CAP_SYS_CHROOT and leave. */
static bool root_is_narrowed(void)
{
	struct task *t = current_task();
	struct path top, root;
	bool same;

	mount_ns_root(t->nsproxy->mnt, &top);
	fs_context_root(t->fs, &root);
	same = path_equal(&top, &root);
	path_put(&root);
	path_put(&top);
	return !same;
}

/* The rlimits that bound all users of the namespace together. */
static void inherit_limits(struct user_ns *ns)
{
	const struct cred *c = current_cred();

	for (u32 i = 0; i < NS_KINDS; i++)
		ns->max_namespaces[i] = INT_MAX;
	/* RLIMIT_NPROC does not bind root of the first namespace. */
	ns->limits[USER_TASKS] = !c->uid && c->user_ns == &user_ns_init ?
		S64_MAX : current_rlimit(RLIMIT_NPROC);
	ns->limits[USER_SIGPENDING] = current_rlimit(RLIMIT_SIGPENDING);
	ns->limits[USER_MQ_BYTES] = current_rlimit(RLIMIT_MSGQUEUE);
	ns->limits[USER_LOCKED_PAGES] = current_rlimit(RLIMIT_MEMLOCK);
	if (ns->limits[USER_LOCKED_PAGES] != RLIM_INFINITY)
		ns->limits[USER_LOCKED_PAGES] /= PAGE_SIZE;
}

static int user_ns_alloc(const struct cred *c, struct user_ns **out)
{
	struct user_ns *parent = c->user_ns;
	struct user_ns *ns = kzalloc(sizeof(*ns));
	int err = -ENOMEM;

	if (ns)
		err = ns_common_init(&ns->common, &userns_ops, parent);
	if (err) {
		kfree(ns);
		return err;
	}
	ns->parent = parent;
	ns->level = parent->level + 1;
	ns->owner_uid = c->euid;
	ns->owner_gid = c->egid;
	ns->creator_setfcap = c->cap_effective & CAP_BIT(CAP_SETFCAP);
	ns->may_setgroups = READ_ONCE(parent->may_setgroups);
	inherit_limits(ns);
	*out = ns;
	return 0;
}

int user_ns_create(struct cred *new)
{
	struct user_ns *ns;
	int err;

	if (new->user_ns->level >= USER_NS_MAX_LEVEL)
		return -ENOSPC;
	err = user_ns_alloc(new, &ns);
	if (err)
		return err;
	if (root_is_narrowed() ||
	    !user_ns_maps_ids(ns->parent, new->euid, new->egid))
		err = -EPERM;
	else
		err = user_ns_enter(new, ns);
	user_ns_put(ns);
	return err;
}
