/*
 * kernel/proc/procfs_map_files.c - /proc/PID/map_files
 *
 * What:  a link for each region of memory that comes from a file, named by its
 *        first and last address.
 * Locks: a region is found under its address space's mutex; what its file is
 *        has a reference of its own afterwards.
 * See:   proc_pid_map_files(5).
 */
#include "procfs_internal.h"

#include <fs/file.h>
#include <lib/format.h>
#include <lib/string.h>
#include <uapi/dirent.h>
#include <uapi/errno.h>
#include <vm/aspace.h>

/* Bytes of "START-END". */
#define NAME_BYTES 34

/* The memory behind a node, after the check of access, with a reference.
 * 0, -ENOENT, -EACCES. */
static int node_aspace(const struct proc_node *n, struct aspace **out)
{
	struct task *t = proc_task(n);
	int err;

	if (!t)
		return -ENOENT;
	err = task_aspace_look(t, false, out);
	task_put(t);
	return err || *out ? err : -ENOENT;
}

/* The file of exactly the region that a node names, with a reference; its
 * mode tells what the region was allowed when it was made. */
static int node_file(const struct proc_node *n, struct file **out)
{
	struct region *r;
	struct aspace *as;
	int err = node_aspace(n, &as);

	if (err)
		return err;
	mutex_lock(&as->lock);
	r = region_find(as, n->start);
	if (r && r->start == n->start && r->end == n->end && r->file)
		*out = file_get(r->file);
	else
		err = -ENOENT;
	mutex_unlock(&as->lock);
	aspace_put(as);
	return err;
}

static int file_path_get(struct inode *inode, struct path *out)
{
	struct file *f;
	int err = node_file(proc_node(inode), &f);

	if (err)
		return err;
	*out = f->path;
	path_get(out);
	file_put(f);
	return 0;
}

/* What is mapped may lie where the opener could not walk to. */
static int map_follow(struct inode *inode, struct path *out,
		      const struct cred *cred)
{
	(void)cred;
	if (!capable(CAP_CHECKPOINT_RESTORE) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	return file_path_get(inode, out);
}

static ssize_t map_readlink(struct inode *inode, char *buf, size_t size,
			    const struct cred *cred)
{
	struct path p;
	ssize_t n = file_path_get(inode, &p);

	(void)cred;
	if (n)
		return n;
	n = proc_path_text(&p, buf, size);
	path_put(&p);
	return n;
}

/* Looked up anew each time: the mapping may be gone, or another. */
static bool map_revalidate(struct dentry *d)
{
	(void)d;
	return false;
}

static const struct inode_ops map_link_ops = {
	.readlink = map_readlink,
	.follow = map_follow,
	.revalidate = map_revalidate,
	.setattr = proc_refuse_setattr,
	.evict = proc_node_free,
};

static size_t map_name(char out[NAME_BYTES], u64 start, u64 end)
{
	return (size_t)scnprintf(out, NAME_BYTES, "%lx-%lx", start, end);
}

static u64 hex_digits(const char **at, const char *end)
{
	u64 v = 0;

	for (; *at < end; (*at)++) {
		char c = **at;

		if (c >= '0' && c <= '9')
			v = v << 4 | (u64)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (u64)(c - 'a' + 10);
		else
			break;
	}
	return v;
}

/* Only the name that map_name writes is one. */
static int parse_name(struct proc_node *n, const char *name, size_t len)
{
	const char *at = name, *end = name + len;
	char again[NAME_BYTES];

	n->start = hex_digits(&at, end);
	if (at == end || *at++ != '-')
		return -ENOENT;
	n->end = hex_digits(&at, end);
	if (map_name(again, n->start, n->end) != len ||
	    memcmp(again, name, len))
		return -ENOENT;
	return 0;
}

static mode_t link_mode(const struct file *f)
{
	return S_IFLNK | (f->mode & FILE_READ ? 0400 : 0) |
	       (f->mode & FILE_WRITE ? 0200 : 0);
}

static int map_lookup(struct inode *dir, const char *name, size_t len,
		      struct inode **out)
{
	struct proc_node *parent = proc_node(dir);
	struct proc_node node = {
		.pid = parent->pid,
		.thread = parent->thread,
	};
	struct aspace *as;
	struct inode *inode;
	struct file *f;
	int err = node_aspace(&node, &as);

	if (err)
		return err;
	aspace_put(as);
	err = parse_name(&node, name, len);
	if (!err)
		err = node_file(&node, &f);
	if (err)
		return err;
	inode = proc_inode(dir->sb, &node, link_mode(f));
	file_put(f);
	if (!inode)
		return -ENOMEM;
	inode->ops = &map_link_ops;
	inode->uid = dir->uid;
	inode->gid = dir->gid;
	*out = inode;
	return 0;
}

/* The first region with a file that ends above *@start. */
static bool next_mapping(struct aspace *as, u64 *start, u64 *end)
{
	struct region *r;

	mutex_lock(&as->lock);
	r = region_above(as, *start);
	while (r && !r->file)
		r = region_next(r);
	if (r) {
		*start = r->start;
		*end = r->end;
	}
	mutex_unlock(&as->lock);
	return r != NULL;
}

/* A place in the listing is a page number, behind the dots. */
static int map_readdir(struct file *f, struct dir_context *c)
{
	struct inode *dir = path_inode(&f->path);
	char name[NAME_BYTES];
	struct aspace *as;
	u64 start, end;
	int err = node_aspace(proc_node(dir), &as);

	if (err)
		return err == -ENOENT ? 0 : err;
	if (!proc_emit_dots(f, c))
		goto out;
	start = (u64)(c->pos - 2) << PAGE_SHIFT;
	while (next_mapping(as, &start, &end)) {
		size_t len = map_name(name, start, end);

		if (!c->emit(c, name, len, dir->ino + (start >> PAGE_SHIFT),
			     DT_LNK))
			break;
		start = end;
		c->pos = (off_t)(end >> PAGE_SHIFT) + 2;
		cond_resched();
	}
out:
	aspace_put(as);
	return 0;
}

static bool map_dir_revalidate(struct dentry *d)
{
	struct task *t = proc_task(proc_node(dentry_inode(d)));

	if (t)
		task_put(t);
	return t != NULL;
}

const struct inode_ops proc_map_files_ops = {
	.lookup = map_lookup,
	.revalidate = map_dir_revalidate,
	.setattr = proc_refuse_setattr,
	.evict = proc_node_free,
};
const struct file_ops proc_map_files_fops = {
	.readdir = map_readdir,
	.seek = generic_seek,
};
