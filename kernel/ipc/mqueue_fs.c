/*
 * kernel/ipc/mqueue_fs.c - names, rights and limits of POSIX message queues
 *
 * What:  each IPC namespace has one file system, whose only directory holds
 *        the queues; mq_open works in it whether it is mounted or not.
 * Locks: the directory's inode lock for names; part->lock.
 * Life:  a queue lives as long as it has a name or is open. A file system
 *        that is still mounted outlives its namespace, empty of new queues.
 * See:   mq_overview(7).
 */
#include "mqueue.h"

#include <core/start_call.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/procfs.h>
#include <proc/user.h>
#include <uapi/capability.h>
#include <uapi/dirent.h>
#include <uapi/fcntl.h>
#include <uapi/stat.h>

#define HARD_MSG_MAX 65536
#define HARD_SIZE_MAX (16 << 20)
#define SHOWN_SIZE 80		/* of a queue, and of a name */
/* What Linux counts for each message, and for each priority in use. */
#define MSG_COST 48
#define PRIORITY_COST 48

static struct mq_part *part_of(const struct superblock *sb)
{
	return sb->private;
}

void mq_part_put(struct mq_part *part)
{
	if (refcount_put(&part->refs))
		kfree(part);
}

/* --- a new queue ---------------------------------------------------------- */

/* Inside mq_open, what it asked for. */
static const struct mq_attr *wished_attr(struct mq_part *part)
{
	const struct mq_attr *attr = NULL;
	struct mq_wish *w;

	spin_lock(&part->lock);
	for_each_list(w, &part->wishes, link) {
		if (w->thread == current_thread())
			attr = w->attr;
	}
	spin_unlock(&part->lock);
	return attr;
}

static int check_attr(const struct mq_part *part, const struct mq_attr *a)
{
	bool free = capable(CAP_SYS_RESOURCE);
	s64 msgs = free ? HARD_MSG_MAX : (s64)READ_ONCE(part->msg_max);
	s64 size = free ? HARD_SIZE_MAX : (s64)READ_ONCE(part->msgsize_max);

	if (a->mq_maxmsg <= 0 || a->mq_msgsize <= 0)
		return -EINVAL;
	return a->mq_maxmsg > msgs || a->mq_msgsize > size ? -EINVAL : 0;
}

static int charge(struct mq_queue *q)
{
	const struct mq_attr *a = &q->attr;
	struct user *u = current_cred()->user;
	s64 now;

	q->bytes = (u64)(a->mq_maxmsg * (a->mq_msgsize + MSG_COST) +
			 min(a->mq_maxmsg, (s64)MQ_PRIO_MAX) * PRIORITY_COST);
	now = user_try_charge(u, USER_MQ_BYTES, (s64)q->bytes);
	if (now < 0)
		return -EMFILE;
	if ((u64)now > current_rlimit(RLIMIT_MSGQUEUE)) {
		user_charge(u, USER_MQ_BYTES, -(s64)q->bytes);
		return -EMFILE;
	}
	user_get(u);
	q->payer = u;
	return 0;
}

static int set_attr(struct mq_queue *q)
{
	struct mq_part *part = q->part;
	const struct mq_attr *a = wished_attr(part);
	int err;

	q->attr.mq_maxmsg = (s64)min(part->msg_max, part->msg_default);
	q->attr.mq_msgsize = (s64)min(part->msgsize_max,
				      part->msgsize_default);
	if (a) {
		q->attr.mq_maxmsg = a->mq_maxmsg;
		q->attr.mq_msgsize = a->mq_msgsize;
	}
	err = check_attr(part, &q->attr);
	return err ? err : charge(q);
}

static int queue_make(struct mq_part *part, struct mq_queue **out)
{
	struct mq_queue *q = mq_queue_create(part);
	int err;

	if (!q)
		return -ENOMEM;
	err = set_attr(q);
	if (err)
		mq_queue_destroy(q);
	else
		*out = q;
	return err;
}

static void mq_evict(struct inode *inode)
{
	struct mq_part *part = part_of(inode->sb);

	if (!inode->private)
		return;
	mq_queue_destroy(inode->private);
	atomic_dec(&part->count);
}

static const struct inode_ops queue_ops = {
	.evict = mq_evict,
};

static int inode_make(struct inode *dir, mode_t mode, const struct cred *cred,
		      struct inode **out)
{
	struct mq_queue *q;
	struct inode *inode;
	int err = queue_make(part_of(dir->sb), &q);

	if (err)
		return err;
	inode = inode_create(dir->sb, mode);
	if (!inode) {
		mq_queue_destroy(q);
		return -ENOMEM;
	}
	inode_init_owner(inode, dir, mode, cred);
	inode->ops = &queue_ops;
	inode->fops = &mq_file_ops;
	inode->private = q;
	inode->size = SHOWN_SIZE;
	*out = inode;
	return 0;
}

static void dir_changed(struct inode *dir, int names)
{
	spin_lock(&dir->attr_lock);
	dir->size += (u64)(names * SHOWN_SIZE);
	spin_unlock(&dir->attr_lock);
	inode_touch(dir);
}

static int mq_create(struct inode *dir, struct dentry *d,
		     const struct dentry_make_args *args,
		     const struct cred *cred)
{
	struct mq_part *part = part_of(dir->sb);
	struct inode *inode;
	int err;

	if (!S_ISREG(args->mode))
		return -EPERM;
	if (!READ_ONCE(part->ns))
		return -EACCES;
	if ((u64)atomic_read(&part->count) >= READ_ONCE(part->queues_max) &&
	    !capable(CAP_SYS_RESOURCE))
		return -ENOSPC;
	err = inode_make(dir, args->mode, cred, &inode);
	if (err)
		return err;
	atomic_inc(&part->count);
	dir_changed(dir, 1);
	dentry_instantiate(d, inode);
	return 0;
}

static int mq_unlink_name(struct inode *dir, struct dentry *d)
{
	struct inode *inode = dentry_inode(d);

	spin_lock(&inode->attr_lock);
	inode->nlink--;
	spin_unlock(&inode->attr_lock);
	inode_touch_ctime(inode);
	dir_changed(dir, -1);
	return 0;
}

static const struct inode_ops dir_ops = {
	.create = mq_create,
	.unlink = mq_unlink_name,
};

static bool emit_name(struct dentry *d, void *arg)
{
	struct dir_context *c = arg;

	return c->emit(c, dentry_name(d), strlen(dentry_name(d)),
		       dentry_inode(d)->ino, DT_REG);
}

static int mq_readdir(struct file *f, struct dir_context *c)
{
	struct dentry *d = f->path.dentry;
	u64 ino = dentry_inode(d)->ino;

	if (c->pos < 2) {
		if (c->pos == 0 && !c->emit(c, ".", 1, ino, DT_DIR))
			return 0;
		c->pos = 1;
		if (!c->emit(c, "..", 2, ino, DT_DIR))
			return 0;
		c->pos = 2;
	}
	dentry_for_each(d, &c->pos, emit_name, c);
	return 0;
}

static const struct file_ops dir_fops = {
	.seek = generic_seek,
	.readdir = mq_readdir,
};

/* --- names ---------------------------------------------------------------- */

static struct mq_part *part_now(void)
{
	return ipc_part_of_current(IPC_MQUEUE);
}

/* One component: the directory has no others. */
static int check_name(const char *name)
{
	if (!*name)
		return -ENOENT;
	if (strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
		return -EACCES;
	return 0;
}

static struct walk walk_at(const struct path *root)
{
	return (struct walk){
		.fs = current_task()->fs, .cred = current_cred(), .base = root,
	};
}

int mq_open(const struct mq_open_args *a, struct file **out)
{
	struct mq_part *part = part_now();
	const struct path root = { part->mount, part->sb->root };
	struct walk w = walk_at(&root);
	struct mq_wish wish = { .thread = current_thread(), .attr = a->attr };
	int err = check_name(a->name);

	if (err)
		return err;
	spin_lock(&part->lock);
	list_add_tail(&part->wishes, &wish.link);
	spin_unlock(&part->lock);
	err = vfs_open(&w, a->name, a->flags & (O_ACCMODE | O_CREAT | O_EXCL |
						O_NONBLOCK),
		       a->mode & ~fs_context_umask(w.fs), out);
	spin_lock(&part->lock);
	list_del(&wish.link);
	spin_unlock(&part->lock);
	return err;
}

int mq_unlink(const char *name)
{
	struct mq_part *part = part_now();
	const struct path root = { part->mount, part->sb->root };
	struct walk w = walk_at(&root);
	int err = check_name(name);

	return err ? err : vfs_unlink(&w, name);
}

/* --- instances ------------------------------------------------------------ */

static void sb_destroy(struct superblock *sb)
{
	if (sb->private)
		mq_part_put(sb->private);
}

static const struct sb_ops mq_sb_ops = {
	.destroy = sb_destroy,
};

static int make_root(struct superblock *sb)
{
	struct inode *root = inode_create(sb, S_IFDIR | S_ISVTX | S_IRWXUGO);

	if (!root)
		return -ENOMEM;
	root->nlink = 2;
	root->size = 2 * 20;
	root->ops = &dir_ops;
	root->fops = &dir_fops;
	sb->root = dentry_create_root(root);
	return sb->root ? 0 : -ENOMEM;
}

static int sb_make(struct mq_part *part)
{
	struct superblock *sb;
	int err = superblock_create("mqueue", MQUEUE_MAGIC, &mq_sb_ops, &sb);

	if (err)
		return err;
	sb->flags = SB_PINNED;
	refcount_get(&part->refs);
	sb->private = part;
	err = make_root(sb);
	if (!err)
		err = mount_create_internal(sb, &part->mount);
	if (err)
		superblock_put(sb);
	else
		part->sb = sb;
	return err;
}

static int mq_part_create(struct plain_ns *ns, void **out)
{
	struct mq_part *part = kzalloc(sizeof(*part));
	int err;

	if (!part)
		return -ENOMEM;
	refcount_set(&part->refs, 1);
	spin_init(&part->lock, "mqueue part", RANK_IPC_TABLE);
	list_init(&part->wishes);
	part->ns = ns;
	part->queues_max = 256;
	part->msg_max = 10;
	part->msg_default = 10;
	part->msgsize_max = 8192;
	part->msgsize_default = 8192;
	err = sb_make(part);
	if (err)
		mq_part_put(part);
	else
		*out = part;
	return err == -EMFILE ? -ENOMEM : err;
}

static void mq_part_destroy(void *p)
{
	struct mq_part *part = p;

	spin_lock(&part->lock);
	WRITE_ONCE(part->ns, NULL);
	spin_unlock(&part->lock);
	mount_put(part->mount);
	superblock_put(part->sb);
	mq_part_put(part);
}

/* The caller's namespace's instance. */
static int mq_mount(const struct fs_type *t UNUSED, u32 flags UNUSED,
		    const char *data UNUSED, void *arg UNUSED,
		    struct superblock **out)
{
	struct mq_part *part = part_now();

	if (!ns_capable(part->ns->common.owner, CAP_SYS_ADMIN))
		return -EPERM;
	superblock_get(part->sb);
	*out = part->sb;
	return 0;
}

static int mq_own(struct superblock *sb UNUSED,
		  const struct cred *mounter UNUSED)
{
	return 0;
}

/* There are none. */
static int mq_check(const char *option UNUSED)
{
	return -EINVAL;
}

#define MQ_SETTING(field, least, most) { \
	.part = IPC_MQUEUE, .offset = offsetof(struct mq_part, field), \
	.count = 1, .min = (least), .max = (most) }

static void mqueue_start(void)
{
	static const struct ipc_facility facility = {
		.part = IPC_MQUEUE, .create = mq_part_create,
		.destroy = mq_part_destroy,
	};
	static struct fs_type type = {
		.name = "mqueue", .nodev = true, .for_users = true,
		.mount = mq_mount, .own = mq_own, .check = mq_check,
	};
	static const struct ipc_setting settings[] = {
		MQ_SETTING(queues_max, 0, INT_MAX),
		MQ_SETTING(msg_max, 1, HARD_MSG_MAX),
		MQ_SETTING(msgsize_max, 128, HARD_SIZE_MAX),
		MQ_SETTING(msg_default, 1, HARD_MSG_MAX),
		MQ_SETTING(msgsize_default, 128, HARD_SIZE_MAX),
	};
	static struct proc_entry entries[] = {
		IPC_SETTING("sys/fs/mqueue/queues_max", &settings[0]),
		IPC_SETTING("sys/fs/mqueue/msg_max", &settings[1]),
		IPC_SETTING("sys/fs/mqueue/msgsize_max", &settings[2]),
		IPC_SETTING("sys/fs/mqueue/msg_default", &settings[3]),
		IPC_SETTING("sys/fs/mqueue/msgsize_default", &settings[4]),
	};

	ipc_facility_register(&facility);
	fs_type_register(&type);
	for (u32 i = 0; i < ARRAY_SIZE(entries); i++)
		proc_entry_add(&entries[i]);
}
START_CALL(mqueue_start);
