/*
 * kernel/proc/nsfs.c - files that stand for namespaces
 *
 * What:  what /proc/PID/ns/X leads to: an open one keeps its namespace alive,
 *        setns(2) takes it, ioctls ask for relatives and translate numbers.
 * Locks: none of its own.
 * Life:  an inode holds a reference on its namespace until it is evicted; two
 *        inodes of one namespace have the same number and count as the same
 *        file for stat(2).
 * See:   namespaces(7), ioctl_ns(2).
 */
#include <proc/procfs.h>

#include <core/panic.h>
#include <fs/file.h>
#include <fs/nscommon.h>
#include <proc/mntns.h>
#include <proc/pidns.h>
#include <proc/task.h>
#include <proc/user.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/ns.h>
#include <uapi/sched.h>
#include <vm/uaccess.h>

static struct superblock *nsfs_sb;

static void nsfs_evict(struct inode *inode)
{
	struct ns_common *ns = inode->private;

	ns->ops->put(ns);
}

/* Whoever got here may read; nobody ever writes or changes one. */
static int nsfs_permission(struct inode *inode, const struct cred *cred,
			   u32 mask)
{
	(void)inode;
	(void)cred;
	if (mask & MAY_WRITE)
		return -EPERM;
	return mask & MAY_EXEC ? -EACCES : 0;
}

static int nsfs_setattr(struct inode *inode, const struct attr_change *c,
			const struct cred *cred)
{
	(void)inode;
	(void)cred;
	return c->mask & ATTR_SIZE ? -EINVAL : -EPERM;
}

static struct mount_ns *nsfs_mount_ns(const struct inode *inode)
{
	struct ns_common *ns = inode->private;

	return ns->ops == &mntns_ops ? mntns_of(ns) : NULL;
}

static const struct inode_ops nsfs_inode_ops = {
	.mount_ns = nsfs_mount_ns,
	.permission = nsfs_permission,
	.setattr = nsfs_setattr,
	.evict = nsfs_evict,
};

static struct ns_common *file_ns(const struct file *f)
{
	return path_inode(&f->path)->private;
}

long nsfs_open(struct ns_common *ns)
{
	struct file_table *files = current_task()->files;
	struct path path;
	struct file *f;
	int fd, err;

	err = nsfs_path(ns, &path);
	if (err)
		return err;
	err = vfs_open_path(&path, O_RDONLY, current_cred(), &f);
	path_put(&path);
	if (err)
		return err;
	fd = fd_alloc(files, 0, current_rlimit(RLIMIT_NOFILE), true);
	if (fd < 0)
		file_put(f);
	else
		fd_install(files, fd, f);
	return fd;
}

/* The same; the reference of @ns is given up in any case. */
static long open_relative(struct ns_common *ns)
{
	long fd = nsfs_open(ns);

	ns->ops->put(ns);
	return fd;
}

static long get_userns(struct ns_common *ns)
{
	struct user_ns *owner = ns->owner;

	if (!owner || !user_ns_is_below(owner, current_cred()->user_ns))
		return -EPERM;
	return open_relative(&user_ns_get(owner)->common);
}

static uid_t owner_uid(const struct ns_common *ns)
{
	uid_t uid = container_of(ns, struct user_ns, common)->owner_uid;

	return uid_shown(current_cred()->user_ns, uid);
}

static long get_parent(struct ns_common *ns)
{
	struct ns_common *parent;
	int err;

	if (!ns->ops->parent)
		return -EINVAL;
	err = ns->ops->parent(ns, &parent);
	return err ? err : open_relative(parent);
}

/*
 * Numbers across namespaces: @nr there is which number here, or the reverse.
 * Source: ioctl_ns(2); since Linux 6.11.
 */
static long translate(struct ns_common *common, u32 cmd, s32 nr)
{
	struct pid_ns *there = container_of(common, struct pid_ns, common);
	bool inward = cmd == NS_GET_PID_IN_PIDNS ||
		      cmd == NS_GET_TGID_IN_PIDNS;
	bool tgid = cmd == NS_GET_TGID_FROM_PIDNS ||
		    cmd == NS_GET_TGID_IN_PIDNS;
	struct pid_ns *from = inward ? current_pidns() : there;
	struct pid_ns *to = inward ? there : current_pidns();
	struct pid *pid;
	struct task *t;
	long out = -ESRCH;

	if (common->ops != &pidns_ops)
		return -EINVAL;
	rcu_read_lock();
	pid = pid_find(nr, from);
	t = pid ? rcu_dereference(pid->task) : NULL;
	if (t)
		out = pid_nr(tgid ? t->process->tgid : pid, to);
	rcu_read_unlock();
	return out ? out : -ESRCH;
}

/* How many mounts there are besides the root: as much of it as the caller
 * has room for. */
static int put_info(struct ns_common *ns, u32 cmd, u64 arg)
{
	struct mnt_ns_info info = {
		.size = min((u32)IOC_SIZE(cmd), (u32)sizeof(info)),
		.nr_mounts = mntns_of(ns)->nmounts,
		.mnt_ns_id = mntns_seq(ns),
	};

	if (info.nr_mounts)
		info.nr_mounts--;
	return copy_to_user(arg, &info, info.size);
}

/* The mount namespace made after or before @ns that the caller rules. */
static long neighbour(struct ns_common *ns, u32 cmd, u64 arg)
{
	bool before = IOC_NR(cmd) == IOC_NR(NS_MNT_GET_PREV);
	struct ns_common *other;
	int err = mntns_neighbour(ns, before, &other);

	if (err)
		return err;
	if (arg)
		err = put_info(other, cmd, arg);
	if (!err)
		return open_relative(other);
	other->ops->put(other);
	return err;
}

static bool may_see_all(void)
{
	return current_pidns() == &pidns_init_ns && capable(CAP_SYS_ADMIN);
}

/* Requests whose size may grow. Source: ioctl_nsfs(2); since Linux 6.12. */
static long mount_request(struct ns_common *ns, u32 cmd, u64 arg)
{
	u32 nr = IOC_NR(cmd);

	if (nr != IOC_NR(NS_MNT_GET_INFO) && nr != IOC_NR(NS_MNT_GET_NEXT) &&
	    nr != IOC_NR(NS_MNT_GET_PREV))
		return -ENOTTY;
	if (nr != IOC_NR(NS_MNT_GET_INFO) && !may_see_all())
		return -EPERM;
	if (ns->ops != &mntns_ops ||
	    IOC_SIZE(cmd) < sizeof(struct mnt_ns_info))
		return -EINVAL;
	if (nr != IOC_NR(NS_MNT_GET_INFO))
		return neighbour(ns, cmd, arg);
	return arg ? put_info(ns, cmd, arg) : -EINVAL;
}

static long nsfs_ioctl(struct file *f, u32 cmd, u64 arg)
{
	struct ns_common *ns = file_ns(f);

	switch (cmd) {
	case NS_GET_USERNS:
		return get_userns(ns);
	case NS_GET_PARENT:
		return get_parent(ns);
	case NS_GET_NSTYPE:
		return ns->ops->clone_flag;
	case NS_GET_OWNER_UID:
		if (ns->ops->clone_flag != CLONE_NEWUSER)
			return -EINVAL;
		return put_user_u32(arg, owner_uid(ns));
	case NS_GET_MNTNS_ID:
		if (ns->ops != &mntns_ops)
			return -EINVAL;
		return put_user_u64(arg, mntns_seq(ns));
	case NS_GET_PID_FROM_PIDNS:
	case NS_GET_TGID_FROM_PIDNS:
	case NS_GET_PID_IN_PIDNS:
	case NS_GET_TGID_IN_PIDNS:
		return translate(ns, cmd, (s32)arg);
	}
	return mount_request(ns, cmd, arg);
}

static const struct file_ops nsfs_file_ops = {
	.ioctl = nsfs_ioctl,
};

struct ns_common *nsfs_file_ns(struct file *f)
{
	struct ns_common *ns;

	if (f->ops != &nsfs_file_ops)
		return NULL;
	ns = file_ns(f);
	ns->ops->get(ns);
	return ns;
}

struct ns_common *nsfs_path_ns(const struct path *path)
{
	struct inode *inode = path_inode(path);

	return inode->sb == nsfs_sb ? inode->private : NULL;
}

int nsfs_path(struct ns_common *ns, struct path *out)
{
	struct inode *inode = inode_create(nsfs_sb, S_IFREG | 0444);
	int err;

	if (!inode)
		return -ENOMEM;
	ns->ops->get(ns);
	inode->ops = &nsfs_inode_ops;
	inode->fops = &nsfs_file_ops;
	inode->private = ns;
	inode->ino = ns->ino;
	err = path_create_numbered(inode, ns->ops->name, out);
	inode_put(inode);
	return err;
}

void nsfs_init(void)
{
	if (superblock_create("nsfs", NSFS_MAGIC, NULL, &nsfs_sb))
		panic("nsfs: no memory for the superblock");
}
