/*
 * kernel/proc/procfs.c - /proc: the file system and its root
 *
 * What:  one superblock a mount, bound to the mounter's pid namespace: its
 *        root lists that namespace's processes and the fixed files. Nodes are
 *        made when they are looked up, from tables.
 * Locks: none of its own; processes are found under RCU and held by
 *        reference. The list of fixed entries is constant after boot.
 * Life:  a node holds its struct pid, never a number: when the process is
 *        reaped, its cached names are dropped at the next look (revalidate),
 *        even if the number was given to another.
 * Not:   /proc/PID (procfs_pid.c), fixed files (procfs_sys.c, procfs_sysctl.c).
 * See:   proc(5), pid_namespaces(7).
 */
#include "procfs_internal.h"

#include <core/panic.h>
#include <lib/format.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <mm/slab.h>
#include <proc/acct.h>
#include <proc/pidns.h>
#include <uapi/dirent.h>
#include <uapi/errno.h>
#include <uapi/mount.h>

/* Cookies of a listing: dots, fixed entries, then processes by number. */
#define POS_FIXED 2
#define POS_PIDS 256

/* Fixed inode numbers start here, those of processes above. */
#define INO_ROOT 1
#define INO_FIXED 0xF0000000ul

static struct slab_cache *node_cache;
static struct proc_entry *entries;	/* [I] after boot, in order added */

/* Under subset=pid there is nothing at the root but processes. */
static bool shows_entry(const struct inode *dir, const struct proc_entry *e)
{
	return !READ_ONCE(proc_sb_view(dir->sb)->pids_only) ||
	       !strcmp(e->path, "self") || !strcmp(e->path, "thread-self");
}

void proc_entry_link(struct proc_entry *e)
{
	struct proc_entry **last = &entries;

	while (*last)
		last = &(*last)->next;
	*last = e;
}

static void proc_evict(struct inode *inode)
{
	struct proc_node *n = inode->private;

	pid_put(n->pid);
	slab_free(node_cache, n);
}

int proc_refuse_setattr(struct inode *inode, const struct attr_change *c,
			const struct cred *cred)
{
	(void)inode;
	(void)cred;
	return c->mask & (ATTR_MODE | ATTR_OWNER | ATTR_ATIME_SET |
			  ATTR_MTIME_SET) ? -EPERM : 0;
}

void proc_node_free(struct inode *inode)
{
	proc_evict(inode);
}

struct inode *proc_inode(struct superblock *sb, const struct proc_node *from,
			 mode_t mode)
{
	struct proc_node *n = slab_alloc(node_cache);
	struct inode *inode;

	if (!n)
		return NULL;
	inode = inode_create(sb, mode);
	if (!inode) {
		slab_free(node_cache, n);
		return NULL;
	}
	*n = *from;
	n->ns = proc_sb_ns(sb);
	pid_get(n->pid);
	inode->private = n;
	return inode;
}

struct task *proc_task(const struct proc_node *n)
{
	return pid_task_get(n->pid);
}

int proc_may_look(struct task *t)
{
	return task_may_access(t, false) ? 0 : -EACCES;
}

bool proc_emit_dots(struct file *f, struct dir_context *c)
{
	struct dentry *d = f->path.dentry;

	if (c->pos == 0) {
		if (!c->emit(c, ".", 1, dentry_inode(d)->ino, DT_DIR))
			return false;
		c->pos = 1;
	}
	if (c->pos == 1) {
		if (!c->emit(c, "..", 2, dentry_inode(dentry_parent(d))->ino,
			     DT_DIR))
			return false;
		c->pos = 2;
	}
	return true;
}

/* --- fixed entries: paths such as "sys/kernel/pid_max" ------------------- */

static int show_entry(struct seq_source *src, struct seq_buf *out)
{
	struct proc_node *n = container_of(src, struct proc_node, source);
	struct proc_entry *e = n->entry;

	if (e->show_arg)
		return e->show_arg(e, out);
	return e->show_ns ? e->show_ns(out, n->ns) : e->show(out);
}

static ssize_t write_entry(struct seq_source *src, const char *text,
			   size_t len)
{
	struct proc_node *n = container_of(src, struct proc_node, source);

	if (n->entry->write_arg)
		return n->entry->write_arg(n->entry, text, len);
	return n->entry->write(text, len);
}

/* The path of @prefix's directory inside an entry's path: what follows it, or
 * NULL. The root's prefix is empty. */
static const char *below(const struct proc_entry *e, const char *prefix,
			 size_t len)
{
	if (!len)
		return e->path;
	if (strncmp(e->path, prefix, len) || e->path[len] != '/')
		return NULL;
	return e->path + len + 1;
}

static size_t component(const char *path)
{
	const char *slash = strchr(path, '/');

	return slash ? (size_t)(slash - path) : strlen(path);
}

/* A directory of fixed entries is named by its first entry and the length of
 * the path that leads to it (node->fd). */
static const char *dir_prefix(const struct proc_node *n, size_t *len)
{
	*len = n->entry ? (size_t)n->fd : 0;
	return n->entry ? n->entry->path : "";
}

static const struct inode_ops fixed_file_ops = {
	.evict = proc_evict,
};

static int entry_permission(struct inode *inode, const struct cred *cred,
			    u32 mask)
{
	return proc_node(inode)->entry->permission(cred, mask);
}

/* Settings: what the mode does not give, no capability gives. */
static int setting_permission(struct inode *inode, const struct cred *cred,
			      u32 mask)
{
	u32 mode = inode->mode;

	if (cred->euid == 0)
		mode >>= 6;
	else if (cred_in_group(cred, 0))
		mode >>= 3;
	return mask & (MAY_READ | MAY_WRITE | MAY_EXEC) & ~mode ? -EACCES : 0;
}

static const struct inode_ops setting_file_ops = {
	.permission = setting_permission,
	.evict = proc_evict,
};

static const struct inode_ops ruled_file_ops = {
	.permission = entry_permission,
	.evict = proc_evict,
};

static ssize_t fixed_readlink(struct inode *inode, char *buf, size_t size,
			      const struct cred *cred)
{
	const struct proc_node *n = proc_node(inode);

	(void)cred;
	return n->entry->link(buf, size, n->ns);
}

static const struct inode_ops fixed_link_ops = {
	.readlink = fixed_readlink,
	.evict = proc_evict,
};

static int fixed_lookup(struct inode *dir, const char *name, size_t len,
			struct inode **out);
static int fixed_readdir(struct file *f, struct dir_context *c);

static const struct inode_ops fixed_dir_ops = {
	.lookup = fixed_lookup,
	.evict = proc_evict,
};
static const struct file_ops fixed_dir_fops = {
	.readdir = fixed_readdir,
	.seek = generic_seek,
};

/* Numbers that stay the same for every look at an entry. */
static ino_t fixed_ino(const struct proc_entry *e, size_t depth)
{
	ino_t n = INO_FIXED;
	struct proc_entry *i;

	for (i = entries; i != e; i = i->next)
		n += 16;
	return n + depth;
}

static const struct inode_ops *file_ops_of(const struct proc_entry *e)
{
	if (S_ISLNK(e->mode))
		return &fixed_link_ops;
	if (e->permission)
		return &ruled_file_ops;
	return strncmp(e->path, "sys/", 4) ? &fixed_file_ops :
					     &setting_file_ops;
}

static struct inode *fixed_inode(struct superblock *sb, struct proc_entry *e,
				 const char *rest, size_t len)
{
	struct proc_node node = { .entry = e };
	bool is_dir = rest[len] == '/';
	size_t path_len = (size_t)(rest + len - e->path);
	struct inode *inode;

	node.fd = (int)path_len;
	node.source.show = show_entry;
	node.source.write = e->write || e->write_arg ? write_entry : NULL;
	inode = proc_inode(sb, &node, is_dir ? S_IFDIR | 0555 :
			   e->mode & S_IFMT ? e->mode : S_IFREG | e->mode);
	if (!inode)
		return NULL;
	inode->flags |= INODE_KEPT;
	inode->ino = fixed_ino(e, is_dir ? path_len % 15 + 1 : 0);
	inode->ops = is_dir ? &fixed_dir_ops : file_ops_of(e);
	inode->fops = is_dir ? &fixed_dir_fops :
		      e->fops ? e->fops : &seq_file_ops;
	if (is_dir)
		inode->nlink = 2;
	return inode;
}

static int fixed_lookup(struct inode *dir, const char *name, size_t len,
			struct inode **out)
{
	struct proc_entry *e;
	size_t plen;
	const char *prefix = dir_prefix(proc_node(dir), &plen);

	for (e = entries; e; e = e->next) {
		const char *rest = below(e, prefix, plen);

		if (!rest || component(rest) != len ||
		    memcmp(rest, name, len) || !shows_entry(dir, e))
			continue;
		*out = fixed_inode(dir->sb, e, rest, len);
		return *out ? 0 : -ENOMEM;
	}
	return -ENOENT;
}

/* Has the directory that @rest begins with been listed by an earlier entry? A
 * file has one entry only. */
static bool listed_before(const struct proc_entry *e, const char *rest,
			  const char *prefix, size_t plen)
{
	size_t len = component(rest);
	const struct proc_entry *i;

	if (rest[len] != '/')
		return false;
	for (i = entries; i != e; i = i->next) {
		const char *other = below(i, prefix, plen);

		if (other && *other == *rest &&
		    !strncmp(other, rest, len + 1))
			return true;
	}
	return false;
}

static u32 fixed_type(const struct proc_entry *e, const char *rest, size_t len)
{
	if (rest[len] == '/')
		return DT_DIR;
	return S_ISLNK(e->mode) ? DT_LNK : DT_REG;
}

/* Fixed entries from c->pos on. False: full. */
static bool emit_fixed(struct inode *dir, struct dir_context *c)
{
	size_t plen;
	const char *prefix = dir_prefix(proc_node(dir), &plen);
	off_t pos = POS_FIXED;
	struct proc_entry *e;

	for (e = entries; e; e = e->next, pos++) {
		const char *rest = below(e, prefix, plen);
		size_t len;

		if (!rest || pos < c->pos || !shows_entry(dir, e) ||
		    listed_before(e, rest, prefix, plen))
			continue;
		len = component(rest);
		c->pos = pos;
		if (!c->emit(c, rest, len,
			     fixed_ino(e, rest[len] == '/' ?
				       (size_t)(rest + len - e->path) % 15 + 1 :
				       0),
			     fixed_type(e, rest, len)))
			return false;
		c->pos = pos + 1;
	}
	return true;
}

static int fixed_readdir(struct file *f, struct dir_context *c)
{
	if (proc_emit_dots(f, c))
		emit_fixed(path_inode(&f->path), c);
	return 0;
}

/* --- the root ------------------------------------------------------------ */

/* May the caller know of the process, as far as hidepid=@what goes? */
static bool may_know(struct superblock *sb, struct pid *pid, u32 what)
{
	const struct proc_node node = { .pid = pid };
	const struct proc_view *v = proc_sb_view(sb);
	struct task *t;
	bool may;

	if (READ_ONCE(v->hide) < what)
		return true;
	t = proc_task(&node);
	if (!t)
		return false;
	may = proc_view_allows(v, t, what);
	task_put(t);
	return may;
}

static int root_lookup(struct inode *dir, const char *name, size_t len,
		       struct inode **out)
{
	struct pid_ns *ns = proc_sb_ns(dir->sb);
	s32 nr = proc_parse_nr(name, len);
	struct pid *pid = NULL;
	int err;

	/* No fixed name is a number. */
	if (nr <= 0)
		return fixed_lookup(dir, name, len, out);
	rcu_read_lock();
	pid = pid_find(nr, ns);
	/* A thread's number works too, though it is not listed. */
	if (pid && (!rcu_dereference(pid->task) ||
		    !refcount_try_get(&pid->refs)))
		pid = NULL;
	rcu_read_unlock();
	if (!pid)
		return -ENOENT;
	err = -ENOENT;
	if (may_know(dir->sb, pid, PROC_HIDE_NOT_TRACEABLE))
		err = proc_pid_inode(dir->sb, pid, false, out);
	pid_put(pid);
	return err;
}

s32 proc_parse_nr(const char *name, size_t len)
{
	s32 nr = 0;

	if (!len || len > 9 || (name[0] == '0' && len > 1))
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return -1;
		nr = nr * 10 + (name[i] - '0');
	}
	return nr;
}

/* Processes from number c->pos - POS_PIDS on. */
static void emit_pids(struct superblock *sb, struct dir_context *c)
{
	struct pid_ns *ns = proc_sb_ns(sb);
	s32 nr = (s32)(c->pos - POS_PIDS);
	struct pid *pid;

	while ((pid = pid_next(&nr, ns))) {
		bool leader = READ_ONCE(pid->process) != NULL &&
			      may_know(sb, pid, PROC_HIDE_INVISIBLE);
		u64 ino = pid->ino;
		char digits[DECIMAL_MAX];
		char *end = digits + sizeof(digits);
		char *name = format_decimal(end, (u64)nr);

		pid_put(pid);
		c->pos = POS_PIDS + nr;
		if (leader && !c->emit(c, name, (size_t)(end - name),
				       proc_pid_ino(ino, false), DT_DIR))
			return;
		nr++;
		cond_resched();
	}
	c->pos = POS_PIDS + (off_t)INT_MAX;
}

static int root_readdir(struct file *f, struct dir_context *c)
{
	struct inode *dir = path_inode(&f->path);

	if (!proc_emit_dots(f, c))
		return 0;
	if (c->pos < POS_PIDS) {
		if (!emit_fixed(dir, c))
			return 0;
		c->pos = POS_PIDS + 1;
	}
	emit_pids(dir->sb, c);
	return 0;
}

static const struct inode_ops root_ops = {
	.lookup = root_lookup,
	.evict = proc_evict,
};
static const struct file_ops root_fops = {
	.readdir = root_readdir,
	.seek = generic_seek,
};

static int proc_statfs(struct superblock *sb, struct statfs *out)
{
	memset(out, 0, sizeof(*out));
	out->f_type = sb->magic;
	out->f_bsize = PAGE_SIZE;
	out->f_namelen = NAME_MAX;
	return 0;
}

static int proc_remount(struct superblock *sb, u32 flags, const char *data)
{
	struct proc_view *v = proc_sb_view(sb);
	struct proc_view new = *v;
	int err = proc_view_parse(&new, data);

	(void)flags;
	if (err)
		return err;
	WRITE_ONCE(v->hide, new.hide);
	WRITE_ONCE(v->gid, new.gid);
	WRITE_ONCE(v->pids_only, new.pids_only);
	return 0;
}

static size_t proc_show_options(struct superblock *sb, char *buf, size_t size)
{
	return proc_view_show(proc_sb_view(sb), buf, size);
}

static const struct sb_ops proc_sb_ops = {
	.statfs = proc_statfs,
	.remount = proc_remount,
	.show_options = proc_show_options,
	.destroy = proc_super_destroy,
};

static int make_root(struct superblock *sb)
{
	const struct proc_node node = { 0 };
	struct inode *root = proc_inode(sb, &node, S_IFDIR | 0555);

	if (!root)
		return -ENOMEM;
	root->ino = INO_ROOT;
	root->nlink = 2;
	root->ops = &root_ops;
	root->fops = &root_fops;
	sb->root = dentry_create_root(root);
	return sb->root ? 0 : -ENOMEM;
}

static int proc_mount(const struct fs_type *t, u32 flags, const char *data,
		      void *arg, struct superblock **out)
{
	struct pid_ns *ns = arg ? arg : current_pidns();
	struct superblock *sb;
	int err;

	/* Not asked by the kernel: who mounts it must rule the processes. */
	if (arg && !ns_capable(ns->common.owner, CAP_SYS_ADMIN))
		return -EPERM;
	err = superblock_create(t->name, PROC_SUPER_MAGIC, &proc_sb_ops, &sb);
	if (err)
		return err;
	sb->flags = flags & MS_RDONLY;
	err = proc_super_create(sb, ns);
	if (!err)
		err = proc_view_parse(proc_sb_view(sb), data);
	if (!err)
		err = make_root(sb);
	if (err) {
		superblock_put(sb);
		return err;
	}
	sb->flags = flags & MS_RDONLY;
	*out = sb;
	return 0;
}

struct pid_ns *procfs_path_pidns(const struct path *path)
{
	const struct superblock *sb = path_inode(path)->sb;

	return sb->ops == &proc_sb_ops ? proc_sb_ns(sb) : NULL;
}

/* Its mounter is remembered, its files belong to root of the machine. */
static int proc_own(struct superblock *sb, const struct cred *mounter)
{
	(void)sb;
	(void)mounter;
	return 0;
}

static int proc_check(const char *option)
{
	struct proc_view scratch = { 0 };

	return proc_view_parse(&scratch, option);
}

static struct fs_type proc_type = {
	.check = proc_check,
	.name = "proc",
	.for_users = true,
	.revealing = true,
	.own = proc_own,
	.nodev = true,
	.mount = proc_mount,
};

void procfs_init(void)
{
	node_cache = slab_cache_create("proc_node", sizeof(struct proc_node),
				       0, 0);
	if (!node_cache)
		panic("procfs: no memory for the cache");
	proc_system_init();
	proc_cpu_init();
	proc_sysctl_init();
	proc_settings_init();
	proc_user_init();
	if (proc_nidus_init)
		proc_nidus_init();
	if (proc_lock_stat_init)
		proc_lock_stat_init();
	fs_type_register(&proc_type);
}
