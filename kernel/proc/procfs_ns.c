/*
 * kernel/proc/procfs_ns.c - /proc/PID/ns: handles of a task's namespaces
 *
 * What:  links that lead to nsfs. pid_for_children is absent while its
 *        namespace has no init.
 * Locks: the task's alloc_lock while its nsproxy is read.
 * See:   namespaces(7), pid_namespaces(7).
 */
#include "procfs_internal.h"

#include <fs/nscommon.h>
#include <lib/format.h>
#include <lib/string.h>
#include <proc/mntns.h>
#include <proc/nsproxy.h>
#include <proc/pidns.h>
#include <proc/user.h>
#include <proc/utsns.h>
#include <uapi/errno.h>

/* With a reference; NULL: the task has none any more, or it is nascent. */
typedef struct ns_common *(*ns_getter)(struct task *t, struct nsproxy *set);

static struct ns_common *get_pid(struct task *t, struct nsproxy *set)
{
	struct ns_common *ns = NULL;
	struct pid_ns *active;

	(void)set;
	rcu_read_lock();
	active = task_pidns(t);
	if (active)
		ns = &pidns_get(active)->common;
	rcu_read_unlock();
	return ns;
}

static struct ns_common *get_children(struct task *t, struct nsproxy *set)
{
	(void)t;
	if (!set || !READ_ONCE(set->pid_for_children->had_init))
		return NULL;
	return &pidns_get(set->pid_for_children)->common;
}

static struct ns_common *get_uts(struct task *t, struct nsproxy *set)
{
	(void)t;
	return set ? &utsns_get(set->uts)->common : NULL;
}

static struct ns_common *get_mnt(struct task *t, struct nsproxy *set)
{
	(void)t;
	if (!set)
		return NULL;
	mount_ns_get(set->mnt);
	return mntns_common(set->mnt);
}

static struct ns_common *get_user(struct task *t, struct nsproxy *set)
{
	const struct cred *cred = task_cred_get(t);
	struct ns_common *ns = &user_ns_get(cred->user_ns)->common;

	(void)set;
	cred_put(cred);
	return ns;
}

static struct ns_common *ns_of(struct task *t, ns_getter get)
{
	struct nsproxy *set;
	struct ns_common *ns;

	spin_lock(&t->alloc_lock);
	set = t->nsproxy;
	if (set)
		nsproxy_get(set);
	spin_unlock(&t->alloc_lock);
	ns = get(t, set);
	nsproxy_put(set);
	return ns;
}

static int follow(struct task *t, ns_getter get, struct path *out)
{
	struct ns_common *ns = ns_of(t, get);
	int err;

	if (!ns)
		return -ENOENT;
	err = nsfs_path(ns, out);
	ns->ops->put(ns);
	return err;
}

static ssize_t text(struct task *t, ns_getter get, char *buf, size_t size)
{
	struct ns_common *ns = ns_of(t, get);
	char name[32];
	size_t n;

	if (!ns)
		return -ENOENT;
	n = (size_t)scnprintf(name, sizeof(name), "%s:[%u]", ns->ops->name,
			      ns->ino);
	ns->ops->put(ns);
	n = min(n, size);
	memcpy(buf, name, n);
	return (ssize_t)n;
}

static int follow_pid(struct task *t, struct path *out)
{
	return follow(t, get_pid, out);
}

static ssize_t text_pid(struct task *t, char *buf, size_t size)
{
	return text(t, get_pid, buf, size);
}

static int follow_children(struct task *t, struct path *out)
{
	return follow(t, get_children, out);
}

static ssize_t text_children(struct task *t, char *buf, size_t size)
{
	return text(t, get_children, buf, size);
}

static int follow_uts(struct task *t, struct path *out)
{
	return follow(t, get_uts, out);
}

static ssize_t text_uts(struct task *t, char *buf, size_t size)
{
	return text(t, get_uts, buf, size);
}

static int follow_mnt(struct task *t, struct path *out)
{
	return follow(t, get_mnt, out);
}

static ssize_t text_mnt(struct task *t, char *buf, size_t size)
{
	return text(t, get_mnt, buf, size);
}

static int follow_user(struct task *t, struct path *out)
{
	return follow(t, get_user, out);
}

static ssize_t text_user(struct task *t, char *buf, size_t size)
{
	return text(t, get_user, buf, size);
}

#define NS_LINK(n, f, r) \
	{ .name = n, .mode = S_IFLNK | 0777, .follow = f, .readlink = r }

const struct proc_file proc_ns_table[] = {
	NS_LINK("mnt", follow_mnt, text_mnt),
	NS_LINK("pid", follow_pid, text_pid),
	NS_LINK("pid_for_children", follow_children, text_children),
	NS_LINK("user", follow_user, text_user),
	NS_LINK("uts", follow_uts, text_uts),
	{ 0 },
};
