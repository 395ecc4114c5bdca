/*
 * include/fs/file.h - open files and the tables that number them
 *
 * Locks: file->pos_lock (mutex) position; table->lock (spin) slots; look-up
 *        under RCU with a try_get of the file.
 * Life:  file_create -> fd_install or file_put; release() at the last put.
 */
#ifndef FS_FILE_H
#define FS_FILE_H

#include <core/rcu.h>
#include <fs/poll.h>
#include <fs/vfs.h>
#include <lib/refcount.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <vm/iobuf.h>

struct file_table;
struct seq_buf;

struct file_ops {
	int (*open)(struct inode *inode, struct file *f);
	/* *@pos moves by what was transferred; NULL @pos: a stream. */
	ssize_t (*read)(struct file *f, struct iobuf *b, off_t *pos);
	ssize_t (*write)(struct file *f, struct iobuf *b, off_t *pos);
	off_t (*seek)(struct file *f, off_t off, int whence);
	/* Ready POLL* bits; adds the caller to wait queues by poll_wait. */
	u32 (*poll)(struct file *f, struct poll_table *pt);
	/* -ENOTTY: unknown. @arg: user address or value. */
	long (*ioctl)(struct file *f, u32 cmd, u64 arg);
	/* What a mapping is made of, with a reference. NULL operation: -ENODEV.
	 * 0 with *@out NULL: zeros, as MAP_ANONYMOUS (/dev/zero). */
	int (*mmap)(struct file *f, u64 prot, u64 flags,
		    struct vm_object **out);
	int (*readdir)(struct file *f, struct dir_context *c);
	/* close(2) of one descriptor (flush), then the last reference. */
	void (*flush)(struct file *f, void *owner);
	void (*release)(struct file *f);
	int (*fsync)(struct file *f);
	/* O_ASYNC and status flags changed. */
	int (*set_flags)(struct file *f, u32 flags);
	/* Lines for /proc/PID/fdinfo/N beyond pos, flags, mnt_id, ino. */
	void (*show_fdinfo)(struct file *f, struct seq_buf *out);
	/* fallocate(2). NULL: -EOPNOTSUPP. */
	int (*fallocate)(struct file *f, int mode, off_t off, off_t len);
};

struct file {
	struct refcount refs;
	u32 flags;			/* [a] O_* status flags */
	const struct file_ops *ops;	/* [I] */
	struct path path;		/* [I] owned */
	const struct cred *cred;	/* [I] owned: the opener's */
	u32 mode;			/* [I] FILE_* */
	u32 type_data;			/* [I] the type's, set by open */
	struct mutex pos_lock;
	off_t pos;			/* [pos_lock] */
	void *private;			/* [I] the type's */
	struct spinlock owner_lock;	/* fcntl(F_SETOWN) */
	void *owner;			/* [owner_lock] struct pid * (proc) */
	s32 owner_type, owner_sig;
	uid_t owner_uid, owner_euid;
	struct list epoll_links;	/* epoll items that watch this file */
	struct list async_link;		/* [async_mutex] -> listeners */
	s32 async_fd;			/* [a] number when O_ASYNC was set */
};
#define FILE_READ 1
#define FILE_WRITE 2
#define FILE_STREAM 4		/* no position */
#define FILE_PATH 8		/* O_PATH */
#define FILE_NO_LOCK_POS 16	/* read and write need no pos_lock */
#define FILE_WRITER 32		/* counted in inode->write_count and mount */
#define FILE_PROGRAM 64		/* keeps others from writing (execve) */
#define FILE_OPENED 128		/* release() is due */
#define FILE_QUIET 512		/* -EPIPE raises no SIGPIPE */
#define FILE_CREATED 1024	/* by this open */
#define FILE_SERIAL 256		/* pread and pwrite take pos_lock as well */

struct file *file_get(struct file *f);
bool file_try_get(struct file *f);
void file_put(struct file *f);
/* @path: references taken. Return: 0, -ENOMEM, -ENFILE. */
int file_create(const struct path *path, const struct file_ops *ops,
		u32 flags, const struct cred *cred, struct file **out);
/* A file without a name: pipes, eventfd, pidfd. @name as in readlink of
 * /proc/PID/fd ("anon_inode:[eventfd]"). */
int file_create_anon(const char *name, const struct file_ops *ops, u32 flags,
		     void *private, struct file **out);
/* open(2): @mode for O_CREAT has the umask applied. */
int vfs_open(const struct walk *w, const char *name, u32 flags, mode_t mode,
	     struct file **out);
/* Open what is already resolved (exec, /proc). */
int vfs_open_path(const struct path *p, u32 flags, const struct cred *cred,
		  struct file **out);
/*
 * vfs_open_exec - open a program: executable, regular, no writer; as long as
 *                 the file lives nobody may open it for writing (-ETXTBSY)
 * Return:   0, -EACCES (not regular, not executable, noexec), -ETXTBSY, errors
 *           of the walk
 */
int vfs_open_exec(const struct walk *w, const char *name, struct file **out);
/* Does @inode, about to be opened for writing or truncated, run? For a
 * program found some other way: keep writers out, let them in. */
int inode_deny_write(struct inode *inode);	/* 0, -ETXTBSY */
void inode_allow_write(struct inode *inode);
int inode_get_write(struct inode *inode);	/* 0, -ETXTBSY */
void inode_put_write(struct inode *inode);

ssize_t file_read(struct file *f, struct iobuf *b);	/* at f->pos */
ssize_t file_write(struct file *f, struct iobuf *b);
/* The same for who knows that it is open for that and has the operation. */
ssize_t file_read_checked(struct file *f, struct iobuf *b);
ssize_t file_write_checked(struct file *f, struct iobuf *b);
ssize_t file_pread(struct file *f, struct iobuf *b, off_t pos);
ssize_t file_pwrite(struct file *f, struct iobuf *b, off_t pos);
/* Into kernel memory, for exec and links. */
ssize_t file_read_kernel(struct file *f, void *buf, size_t len, off_t pos);
off_t file_seek(struct file *f, off_t off, int whence);
ssize_t file_sendfile(struct file *out, struct file *in, off_t *in_pos,
		      size_t len);
off_t generic_seek(struct file *f, off_t off, int whence);
/* seek() of files whose position means nothing: stays 0, no error. */
off_t noop_seek(struct file *f, off_t off, int whence);
/* The rest of the calls on descriptors: checks, then the operation.
 * -ENOTDIR: no directory; -ENOENT: a removed one. */
int file_readdir(struct file *f, struct dir_context *c);
/* -ENOTTY. FIONREAD, FIONBIO, FIOASYNC, FIOQSIZE are done here. */
long file_ioctl(struct file *f, u32 cmd, u64 arg);
/* F_SETFL: O_APPEND, O_NONBLOCK, O_ASYNC, O_DIRECT, O_NOATIME change.
 * -EPERM (O_NOATIME), -EINVAL (O_DIRECT). */
int file_set_flags(struct file *f, u32 flags);
u32 file_poll(struct file *f, struct poll_table *pt);
int file_fsync(struct file *f);		/* -EINVAL: nothing to sync */
int file_truncate(struct file *f, u64 size);	/* ftruncate(2) */
int file_fallocate(struct file *f, int mode, off_t off, off_t len);
/* mmap(2): access mode and MS_NOEXEC against @prot and @flags. *@may_write:
 * mprotect may add PROT_WRITE. -EACCES, -ENODEV, -EPERM (noexec, seals). */
struct file_mmap_result {
	struct vm_object *object;	/* with a reference, or NULL: zeros */
	bool may_write;
	bool counted;		/* as writable already: it is not sealed */
};
int file_mmap(struct file *f, u64 prot, u64 flags,
	      struct file_mmap_result *out);
/* It is mapped, or will not be: let go of what @r holds. */
void file_mmap_end(struct file_mmap_result *r);
/* fdinfo lines pos, flags, mnt_id, ino and those of the type. @cloexec: of
 * the descriptor. */
void file_show_fdinfo(struct file *f, bool cloexec, struct seq_buf *out);
/* RLIMIT_FSIZE of the caller: a hook of proc, set once at boot. @exceeded
 * raises SIGXFSZ. */
struct file_limit_hooks {
	u64 (*fsize)(void);
	void (*exceeded)(void);
};
void file_set_limit_hooks(const struct file_limit_hooks *h);
/* Bytes that may be written at @pos, at most @len; 0 with @len > 0: -EFBIG
 * (SIGXFSZ was raised). */
size_t file_limit_write(u64 pos, size_t len);
/* Limit of open files, and how many there are (/proc/sys/fs/file-nr). */
u64 file_count(void);
u64 file_max_get(void);
void file_max_set(u64 n);
/* Called for a file with epoll_links that is about to go; set by epoll. */
void file_set_epoll_hook(void (*release)(struct file *f));

/* Numbers that a table may have at all (/proc/sys/fs/nr_open), from 64 on.
 * Return of set: 0, -EINVAL. */
u32 fd_max_get(void);
int fd_max_set(int n);

/* Descriptor tables. */
int file_table_create(struct file_table **out);
int file_table_clone(struct file_table *src, struct file_table **out);
void file_table_get(struct file_table *t);
bool file_table_shared(struct file_table *t);
void file_table_put(struct file_table *t);	/* closes all at the last */
void file_table_close_exec(struct file_table *t);
/* For the length of one call of the table's user: a reference is taken, and
 * *@owned says so, only if others could close the file meanwhile. NULL: not
 * open, or O_PATH. */
struct file *fd_borrow(struct file_table *t, int fd, bool *owned);
/* With a reference. NULL: not open (or O_PATH, for fd_get_file). */
struct file *fd_get_file(struct file_table *t, int fd);
struct file *fd_get_any(struct file_table *t, int fd);	/* O_PATH too */
/* A slot reserved at the lowest number >= @min. Return: fd, -EMFILE (@limit =
 * RLIMIT_NOFILE), -ENOMEM. */
int fd_alloc(struct file_table *t, int min, u64 limit, bool cloexec);
void fd_install(struct file_table *t, int fd, struct file *f);	/* steals */
void fd_cancel(struct file_table *t, int fd);
/* dup2: replace whatever is at @fd. */
int fd_replace(struct file_table *t, int fd, u64 limit, struct file *f,
	       bool cloexec);
int fd_close(struct file_table *t, int fd);	/* 0, -EBADF */
int fd_close_range(struct file_table *t, u32 first, u32 last, u32 flags);
bool fd_get_cloexec(struct file_table *t, int fd);
int fd_set_cloexec(struct file_table *t, int fd, bool on);
/* Next open descriptor >= @fd for /proc/PID/fd; -1: none. */
int fd_next(struct file_table *t, int fd);
u32 file_table_size(struct file_table *t);

/* Files of each kind. */
/* pipe2(2): O_NONBLOCK and O_DIRECT (packets) of @flags count; the inode
 * belongs to @cred. Return: 0, -ENOMEM, -ENFILE. */
struct pipe_ends {
	struct file *read, *write;
};
OPTIONAL int pipe_create(const struct cred *cred, u32 flags,
			 struct pipe_ends *out);
OPTIONAL long pipe_set_size(struct file *f, u64 bytes, const struct cred *cred);
OPTIONAL long pipe_get_size(struct file *f);	/* -EBADF: no pipe */
u64 pipe_max_size(void);		/* /proc/sys/fs/pipe-max-size */
int pipe_set_max_size(u64 bytes);	/* 0, -EINVAL */
int eventfd_create(u32 count, u32 flags, struct file **out);
/* memfd_create(2): MFD_ALLOW_SEALING, MFD_NOEXEC_SEAL, MFD_EXEC count. */
int memfd_create_file(const char *name, u32 flags, const struct cred *cred,
		      struct file **out);
/* F_ADD_SEALS, F_GET_SEALS: -EINVAL (no such file), -EPERM, -EBUSY. */
OPTIONAL int file_add_seals(struct file *f, u32 seals);
OPTIONAL int file_get_seals(struct file *f);

/* Who owns an O_ASYNC file is told by proc: hooks set once at boot, if it is
 * part of the build. */
struct file_owner_hooks {
	void (*put)(void *owner);
	void (*signal)(struct file *f, int fd, int band);
};
void file_set_owner_hooks(const struct file_owner_hooks *h);
/*
 * file_async_set    - what a type's set_flags does with the new @flags: the
 *                     file joins or leaves who listens to its object
 * file_async_notify - signals to them; FILE_ASYNC_OUT is told to those open
 *                     for writing, the others to those open for reading
 * Context: task, may sleep; no spinlock, no mutex below RANK_MUTEX_SMALL
 * Return:  0, -EINVAL (O_ASYNC without the facility)
 */
#define FILE_ASYNC_IN 1		/* POLL_IN */
#define FILE_ASYNC_OUT 2	/* POLL_OUT */
#define FILE_ASYNC_HUP 3	/* POLL_HUP: the other end is gone */
OPTIONAL int file_async_change(struct file *f, struct list *listeners,
			       u32 flags);
static inline int file_async_set(struct file *f, struct list *listeners,
				 u32 flags)
{
	if (file_async_change)
		return file_async_change(f, listeners, flags);
	return flags & FASYNC ? -EINVAL : 0;
}
OPTIONAL void file_async_tell(struct list *listeners, int band);
static inline void file_async_notify(struct list *listeners, int band)
{
	if (file_async_tell && !list_empty(listeners))
		file_async_tell(listeners, band);
}

/* Character devices register what opening (major, minor) gives. @minor
 * CHARDEV_ANY: all those of @major that nobody else has. @name: of the
 * region of numbers that it is one of; borrowed for ever. Return: 0, -EBUSY,
 * -ENOMEM. */
#define CHARDEV_ANY U32_MAX
int chardev_register(u32 major, u32 minor, const char *name,
		     const struct file_ops *ops);
const struct file_ops *chardev_find(dev_t dev);	/* NULL: -ENXIO */
/* Lines of /proc/devices. */
void chardev_show(struct seq_buf *out);

/* initramfs.c: unpack @data into the root. Panics with kind and offset of
 * the first error, as the contract says: "initramfs: gzip-compressed at offset
 * 0: not supported". @what names the archive in the messages. */
void initramfs_unpack(const void *data, size_t len, const char *what);
/* The same for a boot module, whose pages become free memory on the way. */
void initramfs_unpack_module(paddr_t start, paddr_t end, const char *what);

#endif
