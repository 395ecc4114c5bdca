/*
 * kernel/proc/procfs_ns.c - /proc/PID/ns: handles of a task's namespaces
 *
 * What:  links that lead to nsfs. pid_for_children is absent while its
 *        namespace has no init.
 * Locks: none of its own.
 * See:   namespaces(7), pid_namespaces(7).
 */
#include "procfs_internal.h"

#include <fs/nscommon.h>
#include <lib/string.h>
#include <proc/nsproxy.h>
#include <proc/pidns.h>
#include <uapi/errno.h>

/* What a link stands for. */
struct ns_link {
	u64 clone_flag;
	bool for_children;
};

/* With a reference; NULL: the task has none any more, or it is nascent. */
static struct ns_common *ns_of(struct task *t, const struct ns_link *l)
{
	struct ns_common *ns = nsproxy_find_get(t, l->clone_flag,
						l->for_children);

	if (!ns || ns->ops != &pidns_ops || !l->for_children)
		return ns;
	if (READ_ONCE(container_of(ns, struct pid_ns, common)->had_init))
		return ns;
	ns->ops->put(ns);
	return NULL;
}

static int follow(struct task *t, const struct ns_link *l, struct path *out)
{
	struct ns_common *ns = ns_of(t, l);
	int err;

	if (!ns)
		return -ENOENT;
	err = nsfs_path(ns, out);
	ns->ops->put(ns);
	return err;
}

static ssize_t text(struct task *t, const struct ns_link *l, char *buf,
		    size_t size)
{
	struct ns_common *ns = ns_of(t, l);
	char name[NS_LABEL_MAX];
	size_t n;

	if (!ns)
		return -ENOENT;
	n = min(ns_label(ns, name), size);
	ns->ops->put(ns);
	memcpy(buf, name, n);
	return (ssize_t)n;
}

static const struct ns_link cgroup_link = { CLONE_NEWCGROUP, false };

static int follow_cgroup(struct task *t, struct path *out)
{
	return follow(t, &cgroup_link, out);
}

static ssize_t text_cgroup(struct task *t, char *buf, size_t size)
{
	return text(t, &cgroup_link, buf, size);
}

static const struct ns_link ipc_link = { CLONE_NEWIPC, false };

static int follow_ipc(struct task *t, struct path *out)
{
	return follow(t, &ipc_link, out);
}

static ssize_t text_ipc(struct task *t, char *buf, size_t size)
{
	return text(t, &ipc_link, buf, size);
}

static const struct ns_link mnt_link = { CLONE_NEWNS, false };

static int follow_mnt(struct task *t, struct path *out)
{
	return follow(t, &mnt_link, out);
}

static ssize_t text_mnt(struct task *t, char *buf, size_t size)
{
	return text(t, &mnt_link, buf, size);
}

static const struct ns_link net_link = { CLONE_NEWNET, false };

static int follow_net(struct task *t, struct path *out)
{
	return follow(t, &net_link, out);
}

static ssize_t text_net(struct task *t, char *buf, size_t size)
{
	return text(t, &net_link, buf, size);
}

static const struct ns_link pid_link = { CLONE_NEWPID, false };

static int follow_pid(struct task *t, struct path *out)
{
	return follow(t, &pid_link, out);
}

static ssize_t text_pid(struct task *t, char *buf, size_t size)
{
	return text(t, &pid_link, buf, size);
}

static const struct ns_link pid_later_link = { CLONE_NEWPID, true };

static int follow_pid_later(struct task *t, struct path *out)
{
	return follow(t, &pid_later_link, out);
}

static ssize_t text_pid_later(struct task *t, char *buf, size_t size)
{
	return text(t, &pid_later_link, buf, size);
}

static const struct ns_link time_link = { CLONE_NEWTIME, false };

static int follow_time(struct task *t, struct path *out)
{
	return follow(t, &time_link, out);
}

static ssize_t text_time(struct task *t, char *buf, size_t size)
{
	return text(t, &time_link, buf, size);
}

static const struct ns_link time_later_link = { CLONE_NEWTIME, true };

static int follow_time_later(struct task *t, struct path *out)
{
	return follow(t, &time_later_link, out);
}

static ssize_t text_time_later(struct task *t, char *buf, size_t size)
{
	return text(t, &time_later_link, buf, size);
}

static const struct ns_link user_link = { CLONE_NEWUSER, false };

static int follow_user(struct task *t, struct path *out)
{
	return follow(t, &user_link, out);
}

static ssize_t text_user(struct task *t, char *buf, size_t size)
{
	return text(t, &user_link, buf, size);
}

static const struct ns_link uts_link = { CLONE_NEWUTS, false };

static int follow_uts(struct task *t, struct path *out)
{
	return follow(t, &uts_link, out);
}

static ssize_t text_uts(struct task *t, char *buf, size_t size)
{
	return text(t, &uts_link, buf, size);
}

#define NS_LINK(n, f, r) \
	{ .name = n, .mode = S_IFLNK | 0777, .follow = f, .readlink = r }

const struct proc_file proc_ns_table[] = {
	NS_LINK("cgroup", follow_cgroup, text_cgroup),
	NS_LINK("ipc", follow_ipc, text_ipc),
	NS_LINK("mnt", follow_mnt, text_mnt),
	NS_LINK("net", follow_net, text_net),
	NS_LINK("pid", follow_pid, text_pid),
	NS_LINK("pid_for_children", follow_pid_later, text_pid_later),
	NS_LINK("time", follow_time, text_time),
	NS_LINK("time_for_children", follow_time_later, text_time_later),
	NS_LINK("user", follow_user, text_user),
	NS_LINK("uts", follow_uts, text_uts),
	{ 0 },
};
