/*
 * kernel/proc/plainns.c - namespaces that are empty worlds so far
 *
 * Locks: none: everything is constant but the reference count.
 * Life:  see the header.
 * See:   namespaces(7).
 */
#include <proc/plainns.h>

#include <mm/kmalloc.h>
#include <proc/ipc.h>
#include <proc/user.h>
#include <uapi/errno.h>
#include <uapi/sched.h>

static void plain_common_get(struct ns_common *common)
{
	plainns_get(container_of(common, struct plain_ns, common));
}

static void plain_common_put(struct ns_common *common)
{
	plainns_put(container_of(common, struct plain_ns, common));
}

const struct ns_ops ipcns_ops = {
	.name = "ipc",
	.clone_flag = CLONE_NEWIPC,
	.kind = NS_KIND_IPC,
	.get = plain_common_get,
	.put = plain_common_put,
};
const struct ns_ops netns_ops = {
	.name = "net",
	.clone_flag = CLONE_NEWNET,
	.kind = NS_KIND_NET,
	.get = plain_common_get,
	.put = plain_common_put,
};
const struct ns_ops cgroupns_ops = {
	.name = "cgroup",
	.clone_flag = CLONE_NEWCGROUP,
	.kind = NS_KIND_CGROUP,
	.get = plain_common_get,
	.put = plain_common_put,
};

struct plain_ns ipcns_init_ns = {
	.common = {
		.refs = REFCOUNT_INIT(1),
		.ino = NS_INO_IPC,
		.ops = &ipcns_ops,
		.owner = &user_ns_init,
	},
};
/* The first one of this kind has no fixed number. */
struct plain_ns netns_init_ns = {
	.common = {
		.refs = REFCOUNT_INIT(1),
		.ops = &netns_ops,
		.owner = &user_ns_init,
	},
};
struct plain_ns cgroupns_init_ns = {
	.common = {
		.refs = REFCOUNT_INIT(1),
		.ino = NS_INO_CGROUP,
		.ops = &cgroupns_ops,
		.owner = &user_ns_init,
	},
};

void plainns_init(void)
{
	netns_init_ns.common.ino = ns_ino_alloc();
}

int plainns_create(const struct plain_ns *src, struct user_ns *owner,
		   struct plain_ns **out)
{
	struct plain_ns *ns = kzalloc(sizeof(*ns));
	int err = -ENOMEM;

	if (ns)
		err = ns_common_init(&ns->common, src->common.ops, owner);
	if (err) {
		kfree(ns);
		return err;
	}
	if (src->common.ops == &ipcns_ops && ipcns_fill)
		err = ipcns_fill(ns);
	if (err)
		plainns_put(ns);
	else
		*out = ns;
	return err;
}

struct plain_ns *plainns_get(struct plain_ns *ns)
{
	refcount_get(&ns->common.refs);
	return ns;
}

void plainns_put(struct plain_ns *ns)
{
	if (!refcount_put(&ns->common.refs))
		return;
	if (ns->ipc)
		ipcns_empty(ns);
	ns_common_fini(&ns->common);
	kfree(ns);
}
