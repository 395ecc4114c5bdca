/*
 * kernel/proc/procfs_net.c - /proc/PID/net: the network of a process
 *
 * What:  what is in its network namespace: "unix", the local sockets. A file
 *        shows the namespace that was the process's when it was looked up.
 * Locks: none of its own.
 * Life:  an inode holds its namespace.
 * See:   proc(5), /proc/pid/net; network_namespaces(7).
 */
#include "procfs_internal.h"

#include <fs/nscommon.h>
#include <fs/socket.h>
#include <lib/string.h>
#include <proc/nsproxy.h>
#include <uapi/dirent.h>
#include <uapi/errno.h>
#include <uapi/sched.h>

/* Its place among the inode numbers of a process. */
#define INO_UNIX 112

/* With reference; NULL: the process has left it, or has ended. */
static struct ns_common *net_of(const struct proc_node *n)
{
	struct task *t = proc_task(n);
	struct ns_common *ns = NULL;

	if (t) {
		ns = nsproxy_find_get(t, CLONE_NEWNET, false);
		task_put(t);
	}
	return ns;
}

static int show_unix(struct seq_source *src, struct seq_buf *out)
{
	struct proc_node *n = container_of(src, struct proc_node, source);

	socket_show_unix(n->net, out);
	return 0;
}

static void net_evict(struct inode *inode)
{
	struct ns_common *ns = proc_node(inode)->net;

	ns->ops->put(ns);
	proc_node_free(inode);
}

/* A name found before is the wrong one once the process went elsewhere. */
static bool net_revalidate(struct dentry *d)
{
	struct proc_node *n = proc_node(dentry_inode(d));
	struct ns_common *ns = net_of(n);

	if (ns)
		ns->ops->put(ns);
	return ns == n->net;
}

static const struct inode_ops net_file_ops = {
	.revalidate = net_revalidate,
	.setattr = proc_refuse_setattr,
	.evict = net_evict,
};

static ino_t unix_ino(const struct proc_node *dir)
{
	return proc_pid_ino(dir->pid->ino, dir->thread) + INO_UNIX;
}

/* @ns is stolen on success. */
static int make_unix(struct inode *dir, struct ns_common *ns,
		     struct inode **out)
{
	const struct proc_node node = {
		.source = { .show = show_unix },
		.pid = proc_node(dir)->pid,
		.thread = proc_node(dir)->thread,
		.net = ns,
	};
	struct inode *inode = proc_inode(dir->sb, &node, S_IFREG | 0444);

	if (!inode)
		return -ENOMEM;
	inode->ino = unix_ino(proc_node(dir));
	inode->ops = &net_file_ops;
	inode->fops = &seq_file_ops;
	*out = inode;
	return 0;
}

static int net_lookup(struct inode *dir, const char *name, size_t len,
		      struct inode **out)
{
	struct ns_common *ns;
	int err;

	if (!socket_show_unix || len != 4 || memcmp(name, "unix", 4))
		return -ENOENT;
	ns = net_of(proc_node(dir));
	if (!ns)
		return -ENOENT;
	err = make_unix(dir, ns, out);
	if (err)
		ns->ops->put(ns);
	return err;
}

static int net_readdir(struct file *f, struct dir_context *c)
{
	const struct proc_node *n = proc_node(path_inode(&f->path));
	struct ns_common *ns = net_of(n);

	if (!ns)
		return -EINVAL;
	ns->ops->put(ns);
	if (proc_emit_dots(f, c) && c->pos == 2 && socket_show_unix &&
	    c->emit(c, "unix", 4, unix_ino(n), DT_REG))
		c->pos = 3;
	return 0;
}

const struct inode_ops proc_net_ops = {
	.lookup = net_lookup,
	.getattr = proc_task_getattr,
	.revalidate = proc_task_revalidate,
	.setattr = proc_refuse_setattr,
	.evict = proc_node_free,
};
const struct file_ops proc_net_fops = {
	.readdir = net_readdir,
	.seek = generic_seek,
};
