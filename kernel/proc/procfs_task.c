/*
 * kernel/proc/procfs_task.c - /proc/PID/task: the threads of a process
 *
 * What:  a directory for each thread, by its number in the mount's namespace.
 * Locks: threads are walked under RCU.
 * See:   proc(5), /proc/pid/task.
 */
#include "procfs_internal.h"

#include <lib/format.h>
#include <proc/pidns.h>
#include <uapi/dirent.h>
#include <uapi/errno.h>

static int task_lookup(struct inode *dir, const char *name, size_t len,
		       struct inode **out)
{
	struct proc_node *n = proc_node(dir);
	struct pid_ns *ns = proc_sb_ns(dir->sb);
	struct task *leader = proc_task(n);
	s32 nr = proc_parse_nr(name, len);
	struct pid *pid = NULL;
	struct task *t;
	int err;

	if (!leader)
		return -ENOENT;
	rcu_read_lock();
	pid = pid_find(nr, ns);
	t = pid ? rcu_dereference(pid->task) : NULL;
	if (!t || t->process != leader->process ||
	    !refcount_try_get(&pid->refs))
		pid = NULL;
	rcu_read_unlock();
	task_put(leader);
	if (!pid)
		return -ENOENT;
	err = proc_pid_inode(dir->sb, pid, true, out);
	pid_put(pid);
	return err;
}

/* The thread of @p with the lowest number at or above *@nr: sorted listing
 * that survives births and deaths between calls; one that was reaped meanwhile
 * has no number. RCU. */
static u64 next_thread(struct process *p, struct pid_ns *ns, s32 *nr)
{
	s32 best = INT_MAX;
	u64 ino = 0;
	struct task *t;

	for_each_thread(t, p) {
		struct pid *pid = rcu_dereference(t->pid);
		s32 n = pid ? pid_nr(pid, ns) : -1;

		if (n >= *nr && n < best) {
			best = n;
			ino = pid->ino;
		}
	}
	*nr = best;
	return ino;
}

static int task_readdir(struct file *f, struct dir_context *c)
{
	struct inode *dir = path_inode(&f->path);
	struct pid_ns *ns = proc_sb_ns(dir->sb);
	struct task *leader = proc_task(proc_node(dir));
	char name[16];

	if (!leader)
		return -ENOENT;
	if (!proc_emit_dots(f, c))
		goto out;
	for (;;) {
		s32 nr = (s32)c->pos - 2;
		u64 ino;
		int len;

		rcu_read_lock();
		ino = next_thread(leader->process, ns, &nr);
		rcu_read_unlock();
		if (!ino)
			break;
		c->pos = nr + 2;
		len = scnprintf(name, sizeof(name), "%d", nr);
		if (!c->emit(c, name, (size_t)len, proc_pid_ino(ino, true),
			     DT_DIR))
			break;
		c->pos++;
	}
out:
	task_put(leader);
	return 0;
}

static int task_dir_getattr(struct inode *inode, struct stat *st)
{
	struct task *t = proc_task(proc_node(inode));

	if (!t)
		return -ENOENT;
	inode_fill_stat(inode, st);
	st->st_nlink = 2 + READ_ONCE(t->process->nthreads);
	task_put(t);
	return 0;
}

static bool task_revalidate(struct dentry *d)
{
	struct task *t = proc_task(proc_node(dentry_inode(d)));

	if (t)
		task_put(t);
	return t != NULL;
}

const struct inode_ops proc_task_ops = {
	.lookup = task_lookup,
	.getattr = task_dir_getattr,
	.revalidate = task_revalidate,
	.setattr = proc_refuse_setattr,
	.evict = proc_node_free,
};
const struct file_ops proc_task_fops = {
	.readdir = task_readdir,
	.seek = generic_seek,
};
