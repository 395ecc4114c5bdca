/*
 * kernel/proc/procfs_user.c - /proc/sys/user: how many namespaces of a kind
 *
 * What:  the limits of the caller's user namespace, for each of its users.
 * Locks: none: single words.
 * See:   namespaces(7), "The /proc/sys/user directory".
 */
#include "procfs_internal.h"

#include <lib/parse.h>
#include <proc/user_ns.h>
#include <uapi/errno.h>
#include <uapi/limits.h>

static int show(struct seq_buf *out, enum ns_kind kind)
{
	const struct user_ns *ns = current_cred()->user_ns;

	seq_printf(out, "%lu\n", READ_ONCE(ns->max_namespaces[kind]));
	return 0;
}

static ssize_t store(const char *text, size_t len, enum ns_kind kind)
{
	struct user_ns *ns = current_cred()->user_ns;
	u64 n;

	if (parse_u64(text, &n) || n > INT_MAX)
		return -EINVAL;
	WRITE_ONCE(ns->max_namespaces[kind], n);
	return (ssize_t)len;
}

/* Not the file's owner counts, but who rules the namespace that is shown. */
static int permission(const struct cred *cred, u32 mask)
{
	if (mask & MAY_EXEC)
		return -EACCES;
	if ((mask & MAY_WRITE) &&
	    !cred_has_cap(cred, cred->user_ns, CAP_SYS_RESOURCE))
		return -EACCES;
	return 0;
}

static int show_cgroup(struct seq_buf *out)
{
	return show(out, NS_KIND_CGROUP);
}

static ssize_t store_cgroup(const char *text, size_t len)
{
	return store(text, len, NS_KIND_CGROUP);
}

static int show_ipc(struct seq_buf *out)
{
	return show(out, NS_KIND_IPC);
}

static ssize_t store_ipc(const char *text, size_t len)
{
	return store(text, len, NS_KIND_IPC);
}

static int show_mnt(struct seq_buf *out)
{
	return show(out, NS_KIND_MNT);
}

static ssize_t store_mnt(const char *text, size_t len)
{
	return store(text, len, NS_KIND_MNT);
}

static int show_net(struct seq_buf *out)
{
	return show(out, NS_KIND_NET);
}

static ssize_t store_net(const char *text, size_t len)
{
	return store(text, len, NS_KIND_NET);
}

static int show_pid(struct seq_buf *out)
{
	return show(out, NS_KIND_PID);
}

static ssize_t store_pid(const char *text, size_t len)
{
	return store(text, len, NS_KIND_PID);
}

static int show_time(struct seq_buf *out)
{
	return show(out, NS_KIND_TIME);
}

static ssize_t store_time(const char *text, size_t len)
{
	return store(text, len, NS_KIND_TIME);
}

static int show_user(struct seq_buf *out)
{
	return show(out, NS_KIND_USER);
}

static ssize_t store_user(const char *text, size_t len)
{
	return store(text, len, NS_KIND_USER);
}

static int show_uts(struct seq_buf *out)
{
	return show(out, NS_KIND_UTS);
}

static ssize_t store_uts(const char *text, size_t len)
{
	return store(text, len, NS_KIND_UTS);
}

#define LIMIT(kind, s, w) \
	{ .path = "sys/user/max_" kind "_namespaces", .mode = 0644, \
	  .show = s, .write = w, .permission = permission }

static struct proc_entry entries[] = {
	LIMIT("cgroup", show_cgroup, store_cgroup),
	LIMIT("ipc", show_ipc, store_ipc),
	LIMIT("mnt", show_mnt, store_mnt),
	LIMIT("net", show_net, store_net),
	LIMIT("pid", show_pid, store_pid),
	LIMIT("time", show_time, store_time),
	LIMIT("user", show_user, store_user),
	LIMIT("uts", show_uts, store_uts),
};

void proc_user_init(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(entries); i++)
		proc_entry_add(&entries[i]);
}
