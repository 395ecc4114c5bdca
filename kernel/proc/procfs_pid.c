/*
 * kernel/proc/procfs_pid.c - directories of a process, made from tables
 *
 * What:  lookup and listing of directories described by struct proc_file
 *        tables; text files and links that stand for a task, and whose they
 *        are.
 * Locks: the task is held by reference while it is shown; its ids are read
 *        under RCU.
 * Not:   the table of /proc/PID (procfs_pid_table.c), what its entries show.
 * See:   proc(5).
 */
#include "procfs_internal.h"

#include <fs/file.h>
#include <lib/format.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/mntns.h>
#include <proc/nsproxy.h>
#include <proc/posix_timers.h>
#include <proc/timens.h>
#include <proc/trace.h>
#include <proc/tree.h>
#include <proc/user_ns.h>
#include <uapi/dirent.h>
#include <uapi/errno.h>
#include <vm/aspace.h>

static int show_one(const struct proc_node *n, struct task *t,
		    struct seq_buf *out)
{
	int err = n->file->guarded ? proc_may_look(t) : 0;

	if (err)
		return err;
	if (n->file->show_ns)
		return n->file->show_ns(t, n->ns, out);
	return n->file->show(t, out);
}

/* What a task says counts if the number is still its own afterwards. It may
 * have been reaped; or another thread's exec took the number over, and that
 * one is asked. So it is after an exec of its own: the caller may look at the
 * old program, but perhaps not at this one. */
static int show_task(struct seq_source *src, struct seq_buf *out)
{
	struct proc_node *n = container_of(src, struct proc_node, source);
	bool same;
	u32 seq;
	int err;

	do {
		struct task *t = proc_task(n);

		if (!t)
			return -ESRCH;
		seq_rewind(out);
		seq = task_look_begin(t);
		err = show_one(n, t, out);
		same = READ_ONCE(n->pid->task) == t && !task_look_retry(t, seq);
		task_put(t);
	} while (!same);
	return err;
}

static ssize_t write_task(struct seq_source *src, const char *text, size_t len)
{
	struct proc_node *n = container_of(src, struct proc_node, source);
	struct task *t = proc_task(n);
	ssize_t ret;

	if (!t)
		return -ESRCH;
	ret = n->file->write(t, text, len);
	task_put(t);
	return ret;
}

/* Root of where the program was started; of the machine, if that has none. */
static void own_by_root(struct inode *inode, const struct process *p)
{
	const struct user_ns *ns;
	uid_t uid;
	gid_t gid;

	rcu_read_lock();
	ns = rcu_dereference(p->exec_ns);
	uid = uid_to_global(ns, 0);
	gid = gid_to_global(ns, 0);
	rcu_read_unlock();
	inode->uid = uid == ID_INVALID ? 0 : uid;
	inode->gid = gid == ID_INVALID ? 0 : gid;
}

/* /proc/PID belongs to who the process is, or to root if it may not be looked
 * into. In an RCU section, if @t is not held. */
static void own_by_task(struct inode *inode, struct task *t)
{
	const struct cred *cred;

	rcu_read_lock();
	cred = rcu_dereference(t->cred);
	if (t->process->dumpable == 1 || S_ISDIR(inode->mode)) {
		inode->uid = cred->euid;
		inode->gid = cred->egid;
	} else {
		own_by_root(inode, t->process);
	}
	rcu_read_unlock();
}

int proc_task_getattr(struct inode *inode, struct stat *st)
{
	struct task *t = proc_task(proc_node(inode));

	if (!t)
		return -ENOENT;
	if (!proc_view_allows(proc_sb_view(inode->sb), t,
			      PROC_HIDE_INVISIBLE)) {
		task_put(t);
		return -ENOENT;
	}
	own_by_task(inode, t);
	task_put(t);
	inode_fill_stat(inode, st);
	return 0;
}

static ssize_t link_readlink(struct inode *inode, char *buf, size_t size,
			     const struct cred *cred)
{
	struct proc_node *n = proc_node(inode);
	struct task *t = proc_task(n);
	ssize_t ret;

	(void)cred;
	if (!t)
		return -ENOENT;
	ret = proc_may_look(t);
	if (!ret)
		ret = n->file->readlink(t, buf, size);
	task_put(t);
	return ret;
}

static int link_follow(struct inode *inode, struct path *out,
		       const struct cred *cred)
{
	struct proc_node *n = proc_node(inode);
	struct task *t = proc_task(n);
	int ret;

	(void)cred;
	if (!t)
		return -ENOENT;
	ret = proc_may_look(t);
	if (!ret)
		ret = n->file->follow(t, out);
	task_put(t);
	return ret;
}

bool proc_node_alive(const struct proc_node *n)
{
	bool alive;

	rcu_read_lock();
	alive = rcu_dereference(n->pid->task) != NULL;
	rcu_read_unlock();
	return alive;
}

/* The owner follows the process; a look-up is the time to see. */
bool proc_task_revalidate(struct dentry *d)
{
	struct inode *inode = dentry_inode(d);
	struct task *t;

	rcu_read_lock();
	t = rcu_dereference(proc_node(inode)->pid->task);
	if (t)
		own_by_task(inode, t);
	rcu_read_unlock();
	return t != NULL;
}

static const struct inode_ops file_ops_inode = {
	.revalidate = proc_task_revalidate,
	.getattr = proc_task_getattr,
	.setattr = proc_refuse_setattr,
	.evict = proc_node_free,
};
static const struct inode_ops link_ops = {
	.readlink = link_readlink,
	.follow = link_follow,
	.revalidate = proc_task_revalidate,
	.getattr = proc_task_getattr,
	.setattr = proc_refuse_setattr,
	.evict = proc_node_free,
};

static const struct proc_file *dir_table(const struct proc_node *n)
{
	return n->file && n->file->table ? n->file->table : proc_pid_table;
}

/* A process's own number and its place in the table make the inode number. */
static ino_t entry_ino(const struct proc_node *dir, u32 index)
{
	return proc_pid_ino(dir->pid->ino, dir->thread) + 1 + index +
	       (dir->file ? 80 : 0);
}

static void give_ops(struct inode *inode, const struct proc_file *file)
{
	if (S_ISLNK(inode->mode)) {
		inode->ops = &link_ops;
	} else if (S_ISDIR(inode->mode)) {
		inode->ops = file->dir_ops ? file->dir_ops : &proc_dir_ops;
		inode->fops = file->dir_fops ? file->dir_fops : &proc_dir_fops;
		inode->nlink = 2;
	} else {
		inode->ops = &file_ops_inode;
		inode->fops = file->fops ? file->fops : &seq_file_ops;
	}
}

static int make_entry(struct inode *dir, u32 index, struct inode **out)
{
	struct proc_node *parent = proc_node(dir);
	const struct proc_file *file = &dir_table(parent)[index];
	struct proc_node node = {
		.source = {
			.show = show_task,
			.write = file->write ? write_task : NULL,
		},
		.pid = parent->pid,
		.file = file,
		.thread = parent->thread,
	};
	struct inode *inode;
	struct task *t;

	if (file->memory)
		proc_memory_source(&node);
	inode = proc_inode(dir->sb, &node, file->mode);
	if (!inode)
		return -ENOMEM;
	inode->ino = entry_ino(parent, index);
	inode->flags |= INODE_KEPT;
	give_ops(inode, file);
	t = proc_task(&node);
	if (t) {
		own_by_task(inode, t);
		task_put(t);
	}
	*out = inode;
	return 0;
}

static bool hidden(const struct proc_node *dir, const struct proc_file *file)
{
	if (file->of == (dir->thread ? PROC_OF_PROCESS : PROC_OF_THREAD))
		return true;
	switch (file->mode & S_IFMT) {
	case S_IFDIR:
		return !file->table && !file->dir_ops;
	case S_IFREG:
		return !file->show && !file->memory && !file->show_ns &&
		       !file->fops;
	default:
		return false;
	}
}

static bool entry_is(const struct proc_file *file, const char *name, size_t len)
{
	return file->name[0] == name[0] && !strncmp(file->name, name, len) &&
	       !file->name[len];
}

static int dir_lookup(struct inode *dir, const char *name, size_t len,
		      struct inode **out)
{
	struct proc_node *n = proc_node(dir);
	const struct proc_file *table = dir_table(n);

	if (!proc_node_alive(n))
		return -ESRCH;
	for (u32 i = 0; table[i].name; i++) {
		if (entry_is(&table[i], name, len) && !hidden(n, &table[i]))
			return make_entry(dir, i, out);
	}
	return -ENOENT;
}

static u32 entry_type(mode_t mode)
{
	return (mode & S_IFMT) >> 12;
}

static int dir_readdir(struct file *f, struct dir_context *c)
{
	struct proc_node *n = proc_node(path_inode(&f->path));
	const struct proc_file *table = dir_table(n);

	if (!proc_emit_dots(f, c))
		return 0;
	for (u32 i = 0; table[i].name; i++) {
		if ((off_t)i + 2 < c->pos || hidden(n, &table[i]))
			continue;
		if (!c->emit(c, table[i].name, strlen(table[i].name),
			     entry_ino(n, i), entry_type(table[i].mode)))
			return 0;
		c->pos = (off_t)i + 3;
	}
	return 0;
}

/* What hides /proc/PID itself hides all below it. */
static int dir_permission(struct inode *inode, const struct cred *cred,
			  u32 mask)
{
	if (proc_node(inode)->file)
		return inode_mode_permission(inode, cred, mask);
	return proc_view_permission(inode, cred, mask);
}

const struct inode_ops proc_dir_ops = {
	.lookup = dir_lookup,
	.permission = dir_permission,
	.getattr = proc_task_getattr,
	.revalidate = proc_task_revalidate,
	.setattr = proc_refuse_setattr,
	.evict = proc_node_free,
};
const struct file_ops proc_dir_fops = {
	.readdir = dir_readdir,
	.seek = generic_seek,
};

int proc_pid_inode(struct superblock *sb, struct pid *pid, bool thread,
		   struct inode **out)
{
	const struct proc_node node = { .pid = pid, .thread = thread };
	struct inode *inode = proc_inode(sb, &node, S_IFDIR | 0555);
	struct task *t;

	if (!inode)
		return -ENOMEM;
	inode->ino = proc_pid_ino(pid->ino, thread);
	inode->flags |= INODE_KEPT;
	WRITE_ONCE(pid->shown, true);
	inode->nlink = 2;
	inode->ops = &proc_dir_ops;
	inode->fops = &proc_dir_fops;
	t = proc_task(&node);
	if (t) {
		own_by_task(inode, t);
		task_put(t);
	}
	*out = inode;
	return 0;
}

struct pid *proc_file_pid(struct file *f)
{
	struct inode *inode = path_inode(&f->path);
	struct proc_node *n = proc_node(inode);

	if (inode->ops != &proc_dir_ops || n->file || n->thread)
		return NULL;
	return n->pid;
}
