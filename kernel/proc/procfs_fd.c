/*
 * kernel/proc/procfs_fd.c - /proc/PID/fd and /proc/PID/fdinfo
 *
 * What:  one link and one text file for each open descriptor.
 * Locks: the table is borrowed with a reference taken under the task's
 *        alloc_lock.
 * See:   proc(5).
 */
#include "procfs_internal.h"

#include <fs/file.h>
#include <lib/format.h>
#include <uapi/dirent.h>
#include <uapi/errno.h>

/* With a reference; NULL: it has exited. */
static struct file_table *task_files(struct task *t)
{
	struct file_table *files;

	spin_lock(&t->alloc_lock);
	files = t->files;
	if (files)
		file_table_get(files);
	spin_unlock(&t->alloc_lock);
	return files;
}

u32 proc_fd_size(struct task *t)
{
	struct file_table *files = task_files(t);
	u32 n = 0;

	if (files) {
		n = file_table_size(files);
		file_table_put(files);
	}
	return n;
}

/* The table of @t, after the check of access: 0, -ENOENT, -EACCES. */
static int look_at_files(struct task *t, struct file_table **out)
{
	int err = proc_may_look(t);

	*out = err ? NULL : task_files(t);
	return err || *out ? err : -ENOENT;
}

static int task_file(struct task *t, int fd, struct file **out, bool *cloexec)
{
	struct file_table *files;
	int err = look_at_files(t, &files);

	if (err)
		return err;
	*out = fd_get_any(files, fd);
	*cloexec = fd_get_cloexec(files, fd);
	file_table_put(files);
	return *out ? 0 : -ENOENT;
}

/* The file behind a node, of a program that the caller may look into. */
static int node_file(struct proc_node *n, struct file **out, bool *cloexec)
{
	struct task *t = proc_task(n);
	bool again;
	int err;

	if (!t)
		return -ENOENT;
	do {
		u32 seq = task_look_begin(t);

		err = task_file(t, n->fd, out, cloexec);
		again = task_look_retry(t, seq);
		if (again && !err)
			file_put(*out);
	} while (again);
	task_put(t);
	return err;
}

static int fd_follow(struct inode *inode, struct path *out,
		     const struct cred *cred)
{
	struct file *f;
	bool cloexec;
	int err = node_file(proc_node(inode), &f, &cloexec);

	(void)cred;
	if (err)
		return err;
	*out = f->path;
	path_get(out);
	file_put(f);
	return 0;
}

static ssize_t fd_readlink(struct inode *inode, char *buf, size_t size,
			   const struct cred *cred)
{
	struct path p;
	ssize_t n = fd_follow(inode, &p, cred);

	if (n)
		return n;
	n = proc_path_text(&p, buf, size);
	path_put(&p);
	return n;
}

static int fdinfo_show(struct seq_source *src, struct seq_buf *out)
{
	struct proc_node *n = container_of(src, struct proc_node, source);
	struct file *f;
	bool cloexec;
	int err = node_file(n, &f, &cloexec);

	if (err)
		return err;
	file_show_fdinfo(f, cloexec, out);
	if (file_pidfd(f))
		pidfd_show_fdinfo(file_pidfd(f), n->ns, out);
	file_put(f);
	return 0;
}

/* Looked up anew each time: another file may have taken the number, and the
 * link's mode tells how it is open. */
static bool fd_revalidate(struct dentry *d)
{
	(void)d;
	return false;
}

static const struct inode_ops fd_link_ops = {
	.readlink = fd_readlink,
	.follow = fd_follow,
	.revalidate = fd_revalidate,
	.setattr = proc_refuse_setattr,
	.evict = proc_node_free,
};
static const struct inode_ops fdinfo_file_ops = {
	.revalidate = fd_revalidate,
	.setattr = proc_refuse_setattr,
	.evict = proc_node_free,
};

/* A link's mode tells how the file is open. */
static mode_t fd_mode(struct file *f)
{
	mode_t mode = S_IFLNK;

	if (f->mode & (FILE_READ | FILE_PATH))
		mode |= 0500;
	if (f->mode & (FILE_WRITE | FILE_PATH))
		mode |= 0300;
	return mode;
}

/* In fd a link, in fdinfo a file. */
static int fd_lookup(struct inode *dir, const char *name, size_t len,
		     struct inode **out)
{
	bool info = dir->ops == &proc_fdinfo_ops;
	struct proc_node *parent = proc_node(dir);
	struct proc_node node = {
		.source = { .show = fdinfo_show },
		.pid = parent->pid,
		.fd = proc_parse_nr(name, len),
		.thread = parent->thread,
	};
	struct inode *inode;
	struct file *f;
	bool cloexec;
	int err;

	if (node.fd < 0)
		return -ENOENT;
	err = node_file(&node, &f, &cloexec);
	if (err)
		return err;
	inode = proc_inode(dir->sb, &node, info ? S_IFREG | 0444 : fd_mode(f));
	file_put(f);
	if (!inode)
		return -ENOMEM;
	inode->ops = info ? &fdinfo_file_ops : &fd_link_ops;
	inode->fops = &seq_file_ops;
	inode->uid = dir->uid;
	inode->gid = dir->gid;
	*out = inode;
	return 0;
}

static int node_files(const struct proc_node *n, struct file_table **out)
{
	struct task *t = proc_task(n);
	int err = t ? look_at_files(t, out) : -ENOENT;

	if (t)
		task_put(t);
	return err;
}

static int fd_readdir(struct file *f, struct dir_context *c)
{
	struct inode *dir = path_inode(&f->path);
	u32 type = dir->ops == &proc_fd_ops ? DT_LNK : DT_REG;
	struct file_table *files;
	char name[16];
	int fd, len;
	int err = node_files(proc_node(dir), &files);

	if (err)
		return err;
	if (!proc_emit_dots(f, c))
		goto out;
	while ((fd = fd_next(files, (int)c->pos - 2)) >= 0) {
		c->pos = fd + 2;
		len = scnprintf(name, sizeof(name), "%d", fd);
		if (!c->emit(c, name, (size_t)len, dir->ino + (u64)fd + 1,
			     type))
			break;
		c->pos++;
	}
out:
	file_table_put(files);
	return 0;
}

static bool fd_dir_revalidate(struct dentry *d)
{
	struct task *t = proc_task(proc_node(dentry_inode(d)));

	if (t)
		task_put(t);
	return t != NULL;
}

const struct inode_ops proc_fd_ops = {
	.lookup = fd_lookup,
	.revalidate = fd_dir_revalidate,
	.setattr = proc_refuse_setattr,
	.evict = proc_node_free,
};
const struct inode_ops proc_fdinfo_ops = {
	.lookup = fd_lookup,
	.revalidate = fd_dir_revalidate,
	.setattr = proc_refuse_setattr,
	.evict = proc_node_free,
};
const struct file_ops proc_fd_fops = {
	.readdir = fd_readdir,
	.seek = generic_seek,
};
