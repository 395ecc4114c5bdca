/*
 * kernel/proc/procfs_pid.c - /proc/PID, made from a table
 *
 * What:  lookup and listing of directories described by struct proc_file
 *        tables; text files and links that stand for a task.
 * Locks: the task is held by reference while it is shown. Its children are
 *        listed under the tree lock of its namespace.
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

static int show_children(struct task *t, struct pid_ns *ns,
			 struct seq_buf *out);
static int show_mountstats(struct task *t, struct seq_buf *out);
static int show_timers(struct task *t, struct pid_ns *ns,
		       struct seq_buf *out);

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
 * one is asked. */
static int show_task(struct seq_source *src, struct seq_buf *out)
{
	struct proc_node *n = container_of(src, struct proc_node, source);
	bool same;
	int err;

	do {
		struct task *t = proc_task(n);

		if (!t)
			return -ESRCH;
		seq_rewind(out);
		err = show_one(n, t, out);
		same = READ_ONCE(n->pid->task) == t;
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

static long ioctl_task(struct seq_source *src, u32 cmd, uptr_t arg)
{
	struct proc_node *n = container_of(src, struct proc_node, source);
	struct task *t = proc_task(n);
	long ret;

	if (!t)
		return -ESRCH;
	ret = n->file->guarded ? proc_may_look(t) : 0;
	if (!ret)
		ret = n->file->ioctl(t, cmd, arg);
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

static bool node_alive(const struct proc_node *n)
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
			.ioctl = file->ioctl ? ioctl_task : NULL,
		},
		.pid = parent->pid,
		.file = file,
		.thread = parent->thread,
	};
	struct inode *inode = proc_inode(dir->sb, &node, file->mode);
	struct task *t;

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

/* Some entries are there for processes only, and one for threads only. */
static bool hidden(const struct proc_node *dir, const struct proc_file *file)
{
	if (!dir->thread)
		return file->show_ns == show_children ||
		       (file->show_ns == show_timers && !posix_timers_show);
	return file->dir_ops == &proc_task_ops ||
	       file->dir_ops == &proc_map_files_ops ||
	       file->show == show_mountstats ||
	       file->show_ns == show_timers ||
	       file->show == timens_show ||
	       file->show == proc_show_timerslack;
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

	if (!node_alive(n))
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

/* --- small files and the links to objects -------------------------------- */

static int show_comm(struct task *t, struct seq_buf *out)
{
	char comm[16];

	spin_lock(&t->alloc_lock);
	memcpy(comm, t->comm, sizeof(comm));
	spin_unlock(&t->alloc_lock);
	seq_printf(out, "%s\n", comm);
	return 0;
}

static ssize_t write_comm(struct task *t, const char *text, size_t len)
{
	size_t n = min(len, sizeof(t->comm) - 1);

	if (t->process != current_process())
		return -EINVAL;
	spin_lock(&t->alloc_lock);
	memset(t->comm, 0, sizeof(t->comm));
	memcpy(t->comm, text, n);
	spin_unlock(&t->alloc_lock);
	trace_name(t);
	return (ssize_t)len;
}

static int show_oom_score_adj(struct task *t, struct seq_buf *out)
{
	seq_printf(out, "%d\n", READ_ONCE(t->process->oom_score_adj));
	return 0;
}

static ssize_t write_oom_score_adj(struct task *t, const char *text,
				   size_t len)
{
	s64 v;

	if (parse_s64(text, &v))
		return -EINVAL;
	if (v < -1000 || v > 1000)
		return -EINVAL;
	if (v < t->process->oom_score_adj && !capable(CAP_SYS_RESOURCE))
		return -EACCES;
	WRITE_ONCE(t->process->oom_score_adj, (s32)v);
	return (ssize_t)len;
}

static int show_children(struct task *t, struct pid_ns *ns,
			 struct seq_buf *out)
{
	struct pid_ns *own = tree_lock_own(t->process);
	struct process *p;

	for_each_list(p, &t->children, sibling)
		seq_printf(out, "%d ", pid_nr(p->tgid, ns));
	tree_unlock(own);
	return 0;
}

static struct fs_context *task_fs(struct task *t)
{
	struct fs_context *fs;

	spin_lock(&t->alloc_lock);
	fs = t->fs;
	if (fs)
		fs_context_get(fs);
	spin_unlock(&t->alloc_lock);
	return fs;
}

mode_t proc_umask(struct task *t)
{
	struct fs_context *fs = task_fs(t);
	mode_t mask = 0;

	if (fs) {
		mask = fs_context_umask(fs);
		fs_context_put(fs);
	}
	return mask;
}

static int show_mount_lines(struct task *t, struct seq_buf *out,
			    enum mount_show kind)
{
	struct fs_context *fs = task_fs(t);
	struct mount_ns *ns = NULL;
	struct path root;

	spin_lock(&t->alloc_lock);
	if (t->nsproxy)
		ns = mount_ns_get(t->nsproxy->mnt);
	spin_unlock(&t->alloc_lock);
	if (fs && ns) {
		fs_context_root(fs, &root);
		mount_show(ns, &root, out, kind);
		path_put(&root);
	}
	if (fs)
		fs_context_put(fs);
	if (ns)
		mount_ns_put(ns);
	return fs && ns ? 0 : -EINVAL;
}

static int show_mounts(struct task *t, struct seq_buf *out)
{
	return show_mount_lines(t, out, MOUNT_SHOW_PLAIN);
}

static int show_mountinfo(struct task *t, struct seq_buf *out)
{
	return show_mount_lines(t, out, MOUNT_SHOW_INFO);
}

static int show_mountstats(struct task *t, struct seq_buf *out)
{
	return show_mount_lines(t, out, MOUNT_SHOW_STATS);
}

static int follow_cwd(struct task *t, struct path *out)
{
	struct fs_context *fs = task_fs(t);

	if (!fs)
		return -ENOENT;
	fs_context_cwd(fs, out);
	fs_context_put(fs);
	return 0;
}

static int follow_root(struct task *t, struct path *out)
{
	struct fs_context *fs = task_fs(t);

	if (!fs)
		return -ENOENT;
	fs_context_root(fs, out);
	fs_context_put(fs);
	return 0;
}

static int follow_exe(struct task *t, struct path *out)
{
	struct aspace *as = task_aspace_get(t);
	struct file *f = as ? aspace_get_exe_file(as) : NULL;

	if (as)
		aspace_put(as);
	if (!f)
		return -ENOENT;
	*out = f->path;
	path_get(out);
	file_put(f);
	return 0;
}

ssize_t proc_path_text(const struct path *p, char *buf, size_t size)
{
	struct path root;
	char *page = kmalloc(PAGE_SIZE);
	ssize_t n = -ENAMETOOLONG;
	char *text;

	if (!page)
		return -ENOMEM;
	fs_context_root(current_task()->fs, &root);
	text = path_text(p, &root, page, PAGE_SIZE);
	path_put(&root);
	if (text) {
		n = (ssize_t)min(strlen(text), size);
		memcpy(buf, text, (size_t)n);
	}
	kfree(page);
	return n;
}

static ssize_t readlink_by(int (*follow)(struct task *t, struct path *out),
			   struct task *t, char *buf, size_t size)
{
	struct path p;
	ssize_t n = follow(t, &p);

	if (n)
		return n;
	n = proc_path_text(&p, buf, size);
	path_put(&p);
	return n;
}

static ssize_t readlink_cwd(struct task *t, char *buf, size_t size)
{
	return readlink_by(follow_cwd, t, buf, size);
}

static ssize_t readlink_root(struct task *t, char *buf, size_t size)
{
	return readlink_by(follow_root, t, buf, size);
}

static ssize_t readlink_exe(struct task *t, char *buf, size_t size)
{
	return readlink_by(follow_exe, t, buf, size);
}

static int show_timers(struct task *t, struct pid_ns *ns, struct seq_buf *out)
{
	return posix_timers_show(t, ns, out);
}

#define REG(n, m, s) { .name = n, .mode = S_IFREG | (m), .show = s }
#define NUMBERS(n, s) { .name = n, .mode = S_IFREG | 0444, .show_ns = s }
#define GUARDED(n, m, s) \
	{ .name = n, .mode = S_IFREG | (m), .show = s, .guarded = true }

const struct proc_file proc_pid_table[] = {
	{ .name = "task", .mode = S_IFDIR | 0555, .dir_ops = &proc_task_ops,
	  .dir_fops = &proc_task_fops },
	{ .name = "fd", .mode = S_IFDIR | 0500, .dir_ops = &proc_fd_ops,
	  .dir_fops = &proc_fd_fops },
	{ .name = "fdinfo", .mode = S_IFDIR | 0555,
	  .dir_ops = &proc_fdinfo_ops, .dir_fops = &proc_fd_fops },
	{ .name = "map_files", .mode = S_IFDIR | 0500,
	  .dir_ops = &proc_map_files_ops,
	  .dir_fops = &proc_map_files_fops },
	{ .name = "ns", .mode = S_IFDIR | 0511, .table = proc_ns_table },
	GUARDED("environ", 0400, proc_show_environ),
	GUARDED("auxv", 0400, proc_show_auxv),
	NUMBERS("status", proc_show_status),
	REG("limits", 0444, proc_show_limits),
	{ .name = "comm", .mode = S_IFREG | 0644, .show = show_comm,
	  .write = write_comm },
	{ .name = "fail-nth", .mode = S_IFREG | 0644,
	  .fops = &proc_fail_fops },
	REG("cmdline", 0444, proc_show_cmdline),
	NUMBERS("stat", proc_show_stat),
	REG("statm", 0444, proc_show_statm),
	{ .name = "maps", .mode = S_IFREG | 0444, .show = proc_show_maps,
	  .ioctl = proc_maps_ioctl, .guarded = true },
	{ .name = "mem", .mode = S_IFREG | 0600, .fops = &proc_mem_fops },
	REG("syscall", 0400, proc_show_syscall),
	GUARDED("smaps", 0444, proc_show_smaps),
	GUARDED("smaps_rollup", 0444, proc_show_smaps_rollup),
	{ .name = "pagemap", .mode = S_IFREG | 0400,
	  .fops = &proc_pagemap_fops },
	NUMBERS("children", show_children),
	{ .name = "cwd", .mode = S_IFLNK | 0777, .follow = follow_cwd,
	  .readlink = readlink_cwd },
	{ .name = "root", .mode = S_IFLNK | 0777, .follow = follow_root,
	  .readlink = readlink_root },
	{ .name = "exe", .mode = S_IFLNK | 0777, .follow = follow_exe,
	  .readlink = readlink_exe },
	NUMBERS("timers", show_timers),
	REG("mounts", 0444, show_mounts),
	REG("mountinfo", 0444, show_mountinfo),
	REG("mountstats", 0400, show_mountstats),
	{ .name = "net", .mode = S_IFDIR | 0555, .dir_ops = &proc_net_ops,
	  .dir_fops = &proc_net_fops },
	REG("cgroup", 0444, proc_show_cgroup),
	REG("schedstat", 0444, proc_show_schedstat),
	REG("wchan", 0444, proc_show_wchan),
	GUARDED("personality", 0400, proc_show_personality),
	GUARDED("io", 0400, proc_show_io),
	REG("oom_score", 0444, proc_show_oom_score),
	{ .name = "oom_adj", .mode = S_IFREG | 0644,
	  .show = proc_show_oom_adj, .write = proc_write_oom_adj },
	{ .name = "timerslack_ns", .mode = S_IFREG | 0666,
	  .show = proc_show_timerslack, .write = proc_write_timerslack },
	{ .name = "uid_map", .mode = S_IFREG | 0644,
	  .fops = &proc_uid_map_fops },
	{ .name = "gid_map", .mode = S_IFREG | 0644,
	  .fops = &proc_gid_map_fops },
	{ .name = "projid_map", .mode = S_IFREG | 0644,
	  .fops = &proc_projid_map_fops },
	{ .name = "setgroups", .mode = S_IFREG | 0644,
	  .fops = &proc_setgroups_fops },
	{ .name = "timens_offsets", .mode = S_IFREG | 0644,
	  .show = timens_show, .write = timens_write },
	{ .name = "oom_score_adj", .mode = S_IFREG | 0644,
	  .show = show_oom_score_adj, .write = write_oom_score_adj },
	{ 0 },
};
