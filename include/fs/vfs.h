/*
 * include/fs/vfs.h - inodes, names, mounts and paths
 *
 * What:  an inode is a file; a dentry is its name in a directory and stays in
 *        the tree as long as the file system says (ramfs: always; procfs:
 *        while used); a mount attaches a superblock's tree (or part of it) at
 *        a dentry; a path is (mount, dentry).
 * Locks: inode->lock (mutex): a directory's entries and a file's content;
 *        inode->attr_lock (spin): times, owner, mode, size as stat shows them;
 *        dcache_lock (spin): tree links, names, mount marks; the mount mutex:
 *        the mount tree. Reference counts are atomic.
 * Life:  path_get/put hold mount and dentry; a dentry holds its inode and
 *        parent; an inode without links and references is evicted.
 */
#ifndef FS_VFS_H
#define FS_VFS_H

#include <core/rcu.h>
#include <fs/cred.h>
#include <lib/list.h>
#include <lib/refcount.h>
#include <sched/mutex.h>
#include <uapi/limits.h>
#include <uapi/stat.h>
#include <uapi/statfs.h>
#include <uapi/time.h>

struct dentry;
struct file;
struct file_ops;
struct inode;
struct mount;
struct path;
struct statx;
struct superblock;
struct vm_object;

struct attr_change;
struct dentry_make_args;

struct dir_context {
	/* One entry: false stops the listing (buffer full). */
	bool (*emit)(struct dir_context *c, const char *name, size_t len,
		     u64 ino, u32 type);
	off_t pos;		/* cookie of the next entry */
};

/*
 * NULL entries: lookup - all names are in the cache (ramfs); create, symlink,
 * link, unlink, rmdir, rename, tmpfile - refused as Linux does (-EACCES for
 * create, -EPERM for the others); permission, getattr, setattr - the generic
 * rules.
 */
struct inode_ops {
	/* @name is not in the cache: find or make its inode. Return: 0,
	 * -ENOENT (and nobody may make it), -ENOMEM, ... The new inode's
	 * reference is the caller's; NULL: it is not there, but might be made.
	 * dir->lock held. */
	int (*lookup)(struct inode *dir, const char *name, size_t len,
		      struct inode **out);
	/* Names are checked absent and permitted; dir->lock held. On success
	 * the new inode was given to @d by dentry_instantiate. @args: mode
	 * with the file type (S_IFDIR: mkdir) and rdev count. */
	int (*create)(struct inode *dir, struct dentry *d,
		      const struct dentry_make_args *args,
		      const struct cred *cred);
	int (*symlink)(struct inode *dir, struct dentry *d, const char *target,
		       const struct cred *cred);
	int (*link)(struct inode *dir, struct dentry *d, struct inode *target);
	int (*unlink)(struct inode *dir, struct dentry *d);
	int (*rmdir)(struct inode *dir, struct dentry *d);	/* -ENOTEMPTY */
	/* @to has an inode when it is replaced or exchanged (RENAME_EXCHANGE).
	 * Both directories and the victim are locked. The caller moves the
	 * dentries afterwards. */
	int (*rename)(struct dentry *from, struct dentry *to, u32 flags);
	/* Text of a link. Bytes written or -errno. NULL: not a link. */
	ssize_t (*readlink)(struct inode *inode, char *buf, size_t size,
			    const struct cred *cred);
	/* A link that leads to an object, not a text (/proc/PID/exe, fd, ns).
	 * @out with references. */
	int (*follow)(struct inode *inode, struct path *out,
		      const struct cred *cred);
	/* The mount namespace that the file stands for, borrowed; NULL (also
	 * for this function): it is no such file. */
	struct mount_ns *(*mount_ns)(const struct inode *inode);
	/* May the caller? NULL: the mode bits decide. @mask: MAY_*. */
	int (*permission)(struct inode *inode, const struct cred *cred,
			  u32 mask);
	int (*getattr)(struct inode *inode, struct stat *st);
	/* inode->lock held; sets inode->size. */
	int (*truncate)(struct inode *inode, u64 size);
	/* Is a cached name still right? false: drop and look up again. */
	bool (*revalidate)(struct dentry *d);
	/* Last reference of an unlinked or uncached inode: free ->private.
	 * Context: task, may sleep. */
	void (*evict)(struct inode *inode);
	/* A regular file without a name (O_TMPFILE); the reference is the
	 * caller's. */
	int (*tmpfile)(struct inode *dir, mode_t mode, const struct cred *cred,
		       struct inode **out);
	/* May this change happen at all? Called after the generic checks and
	 * before the change. */
	int (*setattr)(struct inode *inode, const struct attr_change *c,
		       const struct cred *cred);
};

#define MAY_EXEC 1
#define MAY_WRITE 2
#define MAY_READ 4

/* inode->flags */
#define INODE_DEAD 1		/* a removed directory: nothing may be added */
#define INODE_NO_TIMES 2	/* reading leaves atime alone (pipes, proc) */
#define INODE_NAMELESS 8	/* never had a name: no look-up meets it */
#define INODE_KEPT 4		/* its name stays in the cache for a while,
				   until revalidate or dentry_forget */

struct inode {
	struct refcount refs;
	u32 flags;			/* [lock] INODE_* */
	const struct inode_ops *ops;	/* [I] */
	const struct file_ops *fops;	/* [I] what open gives; NULL: -ENXIO */
	struct superblock *sb;		/* [I] */
	ino_t ino;			/* [I] */
	dev_t rdev;			/* [I] */
	struct mutex lock;		/* RANK_MUTEX_INODE */
	struct spinlock attr_lock;	/* RANK_INODE_ATTR */
	mode_t mode;			/* [attr_lock] type bits: [I] */
	u32 nlink;			/* [lock] */
	uid_t uid;			/* [attr_lock] */
	gid_t gid;			/* [attr_lock] */
	u64 size;			/* [lock], read anywhere */
	struct timespec atime, mtime, ctime, btime;	/* [attr_lock] */
	struct atomic write_count;	/* [a] >0: writers, <0: -programs */
	struct vm_object *object;	/* [I] content that can be mapped; its
					   reference is the inode's */
	void *locks;			/* [a] struct lock_context, fs/lock.c */
	void *pipe;			/* [lock] FIFO state while open */
	void *private;			/* [I] the file system's */
	struct rcu_head rcu;
};

struct superblock {
	const char *type;		/* [I] "proc", "tmpfs", "rootfs" */
	u32 magic;			/* [I] statfs f_type */
	dev_t dev;			/* [I] st_dev, anonymous */
	struct refcount refs;		/* mounts and other users of the tree */
	struct refcount holders;	/* inodes, and one for refs above 0 */
	struct dentry *root;		/* [I] owned; set by the creator */
	const struct sb_ops *ops;	/* [I] */
	u32 flags;			/* [mount mutex] SB_* and MS_RDONLY */
	struct atomic writers;		/* [a] who writes; -1: read-only */
	struct atomic64 next_ino;	/* [a] last one of inode_create */
	struct mount *internal;		/* [a] of nameless files; stays */
	const struct cred *mounter;	/* [a] owned; the first; NULL: kernel */
	void *private;
};
/* The user namespace that may change the file system: its mounter's. */
struct user_ns *superblock_user_ns(const struct superblock *sb);

/* superblock->flags, beside MS_RDONLY: names stay in the cache as long as they
 * exist (no lookup operation); set before the first name. */
#define SB_PINNED (1u << 31)
/* Files have a time of birth, which statx tells. */
#define SB_BTIME (1u << 30)

struct sb_ops {
	int (*statfs)(struct superblock *sb, struct statfs *out);
	int (*remount)(struct superblock *sb, u32 flags, const char *data);
	/* Options for /proc/mounts, with a leading comma each. */
	size_t (*show_options)(struct superblock *sb, char *buf, size_t size);
	void (*destroy)(struct superblock *sb);
};

struct path {
	struct mount *mount;
	struct dentry *dentry;
};

/* A kind of file system, for mount(2) and /proc/filesystems. */
struct fs_type {
	struct list link;
	const char *name;
	bool nodev;
	bool for_users;		/* root of any user namespace may mount it */
	bool revealing;		/* but only if it shows no more than a mount
				   that is already there */
	/* A new superblock gets its mounter; NULL: no difference. 0, -EINVAL */
	int (*own)(struct superblock *sb, const struct cred *mounter);
	/* Is this one option all right, "key" or "key=value"? 0, -EINVAL. NULL:
	 * it is not known before all are there. */
	int (*check)(const char *option);
	/* Make or find a superblock; the caller's reference. NULL: it is the
	 * kernel's alone, the home of files without names. @data: options,
	 * never NULL. @arg: what mount_args.fs_arg holds (proc: the pid
	 * namespace; NULL inside the kernel). */
	int (*mount)(const struct fs_type *t, u32 flags, const char *data,
		     void *arg, struct superblock **out);
};
/* At start-up; @t is static. */
void fs_type_register(struct fs_type *t);
const struct fs_type *fs_type_find(const char *name);	/* NULL: -ENODEV */
void fs_type_for_each(void (*fn)(const struct fs_type *t, void *arg),
		      void *arg);

/* Where a walk starts and as whom. */
struct fs_context {
	struct refcount refs;
	struct spinlock lock;		/* RANK_FS_CONTEXT */
	struct path root, cwd;		/* [lock] */
	mode_t umask;			/* [lock] */
};
int fs_context_clone(struct fs_context *src, struct fs_context **out);
void fs_context_put(struct fs_context *fs);
void fs_context_get(struct fs_context *fs);
bool fs_context_shared(struct fs_context *fs);	/* more than one user */
void fs_context_root(struct fs_context *fs, struct path *out);	/* ref */
void fs_context_cwd(struct fs_context *fs, struct path *out);	/* ref */
void fs_context_set_cwd(struct fs_context *fs, const struct path *p);
void fs_context_set_root(struct fs_context *fs, const struct path *p);
mode_t fs_context_umask(struct fs_context *fs);
/* Return: the mask before. Only the permission bits of @mask count. */
mode_t fs_context_set_umask(struct fs_context *fs, mode_t mask);
/* chdir(2), fchdir(2): @p must be a directory the caller may search.
 * Return: 0, -ENOTDIR, -EACCES. */
int fs_context_chdir(struct fs_context *fs, const struct path *p,
		     const struct cred *cred);
/* chroot(2): also -EPERM without CAP_SYS_CHROOT. */
int fs_context_chroot(struct fs_context *fs, const struct path *p,
		      const struct cred *cred);
/* Some context's root or cwd was @from and should be @to (pivot_root): proc
 * calls it for each task. */
void fs_context_replace(struct fs_context *fs, const struct path *from,
			const struct path *to);

enum walk_flags {
	WALK_FOLLOW = 1,	/* a link as last component is followed */
	WALK_DIRECTORY = 2,	/* the result must be a directory */
	WALK_EMPTY = 8,		/* AT_EMPTY_PATH */
	WALK_NO_AUTOMOUNT = 16,
	/* openat2(2), RESOLVE_* */
	WALK_NO_XDEV = 32,	/* -EXDEV: another mount is reached */
	WALK_NO_MAGIC = 64,	/* -ELOOP: a link to an object */
	WALK_NO_LINKS = 128,	/* -ELOOP: any link */
	WALK_BENEATH = 256,	/* -EXDEV: above the start, or absolute */
	WALK_IN_ROOT = 512,	/* the start is the root */
	WALK_CACHED = 1024,	/* -EAGAIN: a name is not in the cache */
};
struct walk {
	struct fs_context *fs;	/* borrowed */
	const struct cred *cred;	/* borrowed */
	const struct path *base;	/* where a relative path starts; NULL:
					   the working directory */
	u32 flags;
};
/*
 * path_walk - resolve @name
 * @out:     on success with references
 * Context:  task, may sleep; no lock held
 * Return:   0, -ENOENT, -ENOTDIR, -EACCES, -ELOOP, -ENAMETOOLONG, -ENOMEM,
 *           -EXDEV, -EAGAIN (flags of openat2)
 * Source:   path_resolution(7)
 */
int path_walk(const struct walk *w, const char *name, struct path *out);
void path_get(const struct path *p);
void path_put(const struct path *p);
static inline bool path_equal(const struct path *a, const struct path *b)
{
	return a->mount == b->mount && a->dentry == b->dentry;
}
struct inode *path_inode(const struct path *p);	/* borrowed */
bool path_is_dir(const struct path *p);
/* Has its last name been removed (getcwd: -ENOENT)? */
bool path_unlinked(const struct path *p);
/* Is it where something is mounted? For statx and mountpoint checks. */
bool path_is_mount_root(const struct path *p);
u64 path_mount_id(const struct path *p);
/* From the root of a mount to where it is mounted: true when that changed
 * @p. */
bool path_leave_mount(struct path *p);
/* What has the name @name in the directory of @p, whoever may look there; @out
 * with references. 0, -ENOENT, -ENOMEM. */
int path_beside(const struct path *p, const char *name, struct path *out);
bool path_noexec(const struct path *p);	/* MS_NOEXEC of mount or type */
bool path_nosuid(const struct path *p);	/* set-id bits do not count */
/*
 * path_text - absolute text of @p into the end of @buf
 * @root:    borrowed; what lies above it is not shown. NULL, or not above @p
 *           (another mount namespace): all up to the top
 * A name that is gone has " (deleted)" behind it; a nameless file gives its
 * label alone ("pipe:[7]").
 * Return:   pointer into @buf, or NULL: too long
 */
char *path_text(const struct path *p, const struct path *root, char *buf,
		size_t size);
/* The same for getcwd(2): "(unreachable)" in front when @root is not above. */
char *path_text_cwd(const struct path *p, const struct path *root, char *buf,
		    size_t size);

/* Calls on names; errors as the system calls of the same names have them. */
int vfs_mknod(const struct walk *w, const char *name, mode_t mode, dev_t dev);
int vfs_mkdir(const struct walk *w, const char *name, mode_t mode);
int vfs_symlink(const struct walk *w, const char *target, const char *name);
int vfs_link(const struct walk *w, const char *from, const struct walk *to_w,
	     const char *to);
int vfs_unlink(const struct walk *w, const char *name);
int vfs_rmdir(const struct walk *w, const char *name);
int vfs_rename(const struct walk *w, const char *from,
	       const struct walk *to_w, const char *to, u32 flags);
int vfs_getattr(const struct path *p, struct stat *out);
/* statx(2): everything known, whatever was asked. */
/* @mask: STATX_MNT_ID_UNIQUE asks for that id of the mount. */
int vfs_statx(const struct path *p, u32 mask, struct statx *out);
int vfs_statfs(const struct path *p, struct statfs *out);
/* readlink(2): bytes written to @buf (cut at @size), -EINVAL: no link. */
ssize_t vfs_readlink(const struct path *p, char *buf, size_t size,
		     const struct cred *cred);
/* truncate(2): -EISDIR, -EINVAL (not regular), -EACCES, -EROFS, -ETXTBSY,
 * -EPERM (sealed), -EFBIG. */
int vfs_truncate(const struct path *p, u64 size, const struct cred *cred);
struct timespec vfs_now(void);
struct attr_change {
	u32 mask;		/* ATTR_* */
	mode_t mode;
	uid_t uid;		/* -1: leave */
	gid_t gid;
	u64 size;
	struct timespec atime, mtime;	/* with ATTR_ATIME_SET etc. */
};
#define ATTR_MODE 1
#define ATTR_OWNER 2
#define ATTR_SIZE 4
#define ATTR_ATIME 8		/* to now */
#define ATTR_MTIME 16
#define ATTR_ATIME_SET 32	/* to the given value */
#define ATTR_MTIME_SET 64
/*
 * vfs_setattr - chmod, chown, utimensat
 * ATTR_ATIME | ATTR_MTIME without the _SET bits is "touch": write permission
 * is enough for it.
 * Return:   0, -EROFS, -EPERM (not owner, no capability), -EACCES (touch)
 */
int vfs_setattr(const struct path *p, const struct attr_change *c,
		const struct cred *cred);
/* -EACCES, -EROFS ... @mask: MAY_*. */
int inode_permission(struct inode *inode, const struct cred *cred, u32 mask);
/* What owner, group and mode alone say: 0, -EACCES. */
int inode_mode_permission(const struct inode *inode, const struct cred *cred,
			  u32 mask);
int path_permission(const struct path *p, const struct cred *cred, u32 mask);

/*
 * inode_create - an inode in no directory yet
 * @sb:      kept alive by the inode
 * @mode:    with the file type; uid, gid 0, nlink 1, all times now, ino the
 *           next of @sb; the creator sets ops, fops, private and what differs
 *           before others can find it
 * Return:   one reference, or NULL: no memory
 */
struct inode *inode_create(struct superblock *sb, mode_t mode);
void inode_get(struct inode *inode);
/* Context: task, may sleep at the last reference. */
void inode_put(struct inode *inode);
/* Owner and mode of a new file in @dir: set-group-id directories, and the
 * set-group-id bit of those who are not in the group. */
void inode_init_owner(struct inode *inode, const struct inode *dir,
		      mode_t mode, const struct cred *cred);
/* Owner, or capable over the owner (CAP_FOWNER). */
bool inode_owner_or_capable(const struct inode *inode,
			    const struct cred *cred);
/* mtime and ctime, or ctime alone, become now. */
void inode_touch(struct inode *inode);
void inode_touch_ctime(struct inode *inode);
/* Content was read through @p: atime, by the mount's rules. */
void path_touch_atime(const struct path *p);
/* What set-id bits a write takes away; inode->lock held. */
void inode_strip_suid(struct inode *inode, const struct cred *cred);
/* What stat shows without the operation of the file system. */
void inode_fill_stat(struct inode *inode, struct stat *st);
struct dentry *dentry_get(struct dentry *d);
void dentry_put(struct dentry *d);
struct inode *dentry_inode(const struct dentry *d);
const char *dentry_name(const struct dentry *d);
/* The root dentry of a superblock. @inode: reference stolen. NULL: memory. */
struct dentry *dentry_create_root(struct inode *inode);
struct dentry *dentry_parent(const struct dentry *d);	/* itself: a root */
/* The new name @d, in a locked directory, gets its inode (reference stolen)
 * and is found from now on. Called by create, symlink and link. */
void dentry_instantiate(struct dentry *d, struct inode *inode);
/*
 * dentry_for_each - the names in @dir, for readdir of a pinned file system
 * @pos:     cookie to begin at (0 begins); ends behind the last one seen
 * @fn:      false stops the walk before @pos moves past this entry
 * Context:  dir->lock held; @fn may sleep
 */
void dentry_for_each(struct dentry *dir, off_t *pos,
		     bool (*fn)(struct dentry *d, void *arg), void *arg);
bool dentry_has_children(struct dentry *dir);
/* A name that the kernel puts into a pinned directory, or the one that is
 * there (boot, devtmpfs). Return: 0 and *@out with a reference; -ENOMEM, or
 * what create gives. */
struct dentry_make_args {
	const char *name;
	mode_t mode;
	dev_t rdev;
	const char *target;	/* of a symbolic link */
};
int dentry_make(struct dentry *dir, const struct dentry_make_args *args,
		struct dentry **out);
/*
 * path_create_anon - a path of a nameless file (anon_inode:[eventfd])
 * @inode:   borrowed: the path takes its own reference
 * @name:    copied; what readlink of /proc/PID/fd/N shows
 * @out:     on success with references; its mount is an internal one of the
 *           inode's superblock, made at the first call
 * Return:   0, -ENOMEM
 */
int path_create_anon(struct inode *inode, const char *name, struct path *out);
/* The same, shown as "@kind:[inode number]"; @kind is borrowed for ever. */
int path_create_numbered(struct inode *inode, const char *kind,
			 struct path *out);
/* Drop the cached name @path below @root and all below it. What it stands for
 * is gone, followed by a full barrier. May sleep. */
void dentry_forget(struct dentry *root, const char *path);
/* Drop the names that are cached for later use only: for leak tests. */
void dentry_kept_drain(void);
/* Drop cached names below @dir that revalidate refuses (procfs: exit). */
void dentry_prune(struct dentry *dir);

/*
 * superblock_create - a file system's instance
 * The creator sets private, flags and root; superblock_put frees a half-made
 * one too. With the last reference all names go; destroy runs when the last
 * inode is gone.
 * Return:   0 and one reference, -ENOMEM, -EMFILE (no device number left)
 */
int superblock_create(const char *type, u32 magic, const struct sb_ops *ops,
		      struct superblock **out);
void superblock_get(struct superblock *sb);
bool superblock_try_get(struct superblock *sb);
void superblock_put(struct superblock *sb);

/*
 * mounted things - a mount namespace is a tree of mounts
 *
 * The number and the owner of a namespace are proc's: it keeps them behind
 * ns->private, which ns->release gives back with the last reference.
 */
struct mount_ns {
	struct refcount refs;
	struct mount *root;		/* [mount mutex] owned */
	struct list mounts;		/* [mount mutex] all, by id */
	u32 nmounts;			/* [mount mutex] */
	struct user_ns *owner;		/* [I] borrowed from private; NULL: the
					   first user namespace */
	u64 seq;			/* [I] counts all that were made; 0: of
					   a detached tree */
	void *private;			/* [I] struct ns_common of proc */
	void (*release)(struct mount_ns *ns);	/* [I] may be NULL */
	struct wait_queue changed;	/* poll of /proc/PID/mounts */
	u32 event;			/* [mount mutex] counts changes */
	bool detached;			/* [I] of one tree that stands nowhere,
					   and belongs to an open file */
};
struct mount_args {
	const struct walk *walk;
	const char *source, *target, *type;	/* source, type may be NULL */
	u64 flags;		/* MS_* of mount(2) */
	const char *data;	/* NULL: none */
	void *fs_arg;
	struct mount_ns *ns;	/* the caller's */
};
/*
 * vfs_mount - mount(2): new, MS_REMOUNT, MS_BIND, MS_MOVE and the propagation
 *             types
 * Return:   0, -EPERM (no CAP_SYS_ADMIN over the namespace), -ENODEV (type),
 *           -ENOENT, -ENOTDIR, -EINVAL, -EBUSY, -ELOOP, -ENOMEM, -ENOSPC (too
 *           many mounts), -EACCES, what the type's mount gives
 * Source:   mount(2), mount_namespaces(7)
 */
int vfs_mount(const struct mount_args *args);
/* umount2(2): -EPERM, -EINVAL (no mount point, locked, flags), -EBUSY,
 * -EAGAIN (MNT_EXPIRE marked it). */
int vfs_umount(const struct walk *w, const char *target, int flags,
	       struct mount_ns *ns);
/* move_mount(2), MS_MOVE: the mount @from, or a tree that stands nowhere, to
 * @at. 0, -EINVAL, -ELOOP, -ENOENT, -ENOTDIR, -ENOMEM, -ENOSPC. */
int mount_move_path(const struct path *from, const struct path *at,
		    struct mount_ns *ns);
/* pivot_root(2). On success *@old and *@new are the roots before and after,
 * with references: the caller gives them to fs_context_replace of each task
 * of the namespace. */
struct pivot_result {
	struct path old, new;
};
struct pivot_args {
	const struct walk *walk;
	const char *new_root, *put_old;
	struct mount_ns *ns;
};
int vfs_pivot_root(const struct pivot_args *args, struct pivot_result *out);
/*
 * mount_ns_clone - copy of all mounts for CLONE_NEWNS; optional
 * @fs:      root and cwd are moved to the same places of the copy; NULL: none.
 *           Must not be in use by another task.
 * @other_owner: the copy belongs to another user namespace: its mounts become
 *           slaves of the originals (-> mount_ns_clone_for)
 * Return:   0 and one reference, -ENOMEM, -ENOSPC
 */
int mount_ns_clone(struct mount_ns *src, struct fs_context *fs,
		   struct mount_ns **out);
OPTIONAL int mount_ns_clone_for(struct mount_ns *src, struct fs_context *fs,
				bool other_owner, struct mount_ns **out);
struct mount_ns *mount_ns_get(struct mount_ns *ns);
/* The last one unmounts everything. Context: task, may sleep. */
void mount_ns_put(struct mount_ns *ns);
struct mount_ns *mount_ns_init(void);	/* the first one; borrowed */
/* Root of the namespace, topmost mount there, with references (setns). */
void mount_ns_root(struct mount_ns *ns, struct path *out);
/* Every mount of @ns: @fn gets its root, borrowed, under the mount mutex. */
void mount_ns_for_each(struct mount_ns *ns,
		       void (*fn)(const struct path *root, void *arg),
		       void *arg);
/* An internal mount of a superblock, not in any tree (pipes, nsfs). Takes its
 * own reference of @sb. */
int mount_create_internal(struct superblock *sb, struct mount **out);
void mount_put(struct mount *m);
/* Boot: @fn is called when the last reference of a mount is gone; it may
 * sleep, and compare the pointer. */
void mount_set_gone_hook(void (*fn)(const struct mount *m));
/* Lines of /proc/PID/mounts, mountinfo, mountstats. */
struct seq_buf;
enum mount_show { MOUNT_SHOW_PLAIN, MOUNT_SHOW_INFO, MOUNT_SHOW_STATS };
void mount_show(struct mount_ns *ns, const struct path *root,
		struct seq_buf *out, enum mount_show kind);
/* Nobody may make @p read-only until mount_end_write. Return: 0, -EROFS. */
int mount_want_write(const struct path *p);
void mount_end_write(const struct path *p);

/* Boot: make rootfs, the first mount namespace and its context, register the
 * types of this layer (rootfs, tmpfs, devtmpfs) and the memory devices. */
void vfs_init(void);
struct fs_context *vfs_init_context(void);	/* borrowed */
/* Boot, after the initramfs: /dev and the nodes console, null, zero, full,
 * random, urandom, kmsg, tty, ttyS0 that are missing. */
void devnodes_populate(void);
/* One more node, in devtmpfs at once and in /dev by devnodes_populate. At
 * boot, after vfs_init; static storage. 0, -ENOMEM */
struct devnode {
	struct dentry_make_args args;
	struct devnode *next;
};
int devnode_add(struct devnode *node);

#endif
