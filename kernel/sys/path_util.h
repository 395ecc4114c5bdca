/*
 * kernel/sys/path_util.h - names and descriptors that come with a system call
 *
 * What:  one way to turn (dirfd, user string, flags) into what the file layer
 *        walks, and descriptors into files and paths.
 * Life:  a struct user_path holds its copy of the name and its directory from
 *        a successful begin to end.
 */
#ifndef SYS_PATH_UTIL_H
#define SYS_PATH_UTIL_H

#include <fs/file.h>
#include <fs/vfs.h>
#include <lib/types.h>
#include <uapi/ioctl.h>

struct user_path {
	char *name;		/* owned; "" only with WALK_EMPTY */
	struct file *dir;	/* keeps walk.base alive; NULL: none needed */
	struct walk walk;
};

/* The cache of name buffers; once, at boot. Panics without memory. */
void names_init(void);
/*
 * name_from_user - copy of a path, PATH_MAX bytes of memory
 * @empty_ok: "" is allowed
 * @out:     owned; given back by name_free
 * Return:   0, -ENOMEM, -EFAULT, -ENAMETOOLONG, -ENOENT (empty)
 */
int name_from_user(uptr_t uname, bool empty_ok, char **out);
void name_free(char *name);
/* An empty buffer of PATH_MAX bytes. NULL: no memory. */
char *name_alloc(void);
/*
 * user_path_begin - name and start of a walk
 * @dirfd:   AT_FDCWD or a descriptor; looked at for relative names only
 * @flags:   WALK_*
 * Return:   0, what name_from_user gives, -EBADF (@dirfd not open), -ENOTDIR
 *           (a name below something that is no directory)
 */
int user_path_begin(struct user_path *p, int dirfd, uptr_t uname, u32 flags);
void user_path_end(struct user_path *p);
/* Both, and path_walk between: @out with references. */
int user_path_resolve(int dirfd, uptr_t uname, u32 flags, struct path *out);

/* Descriptor to file, with a reference. -EBADF; O_PATH files only from
 * fd_to_any. */
int fd_to_file(int fd, struct file **out);
int fd_to_any(int fd, struct file **out);
/* The task behind a process descriptor, with a reference. 0, -EBADF, -ESRCH (it
 * was reaped). In pidfd.c. */
struct task;
OPTIONAL int task_of_pidfd(int fd, struct task **out);
/* F_SETOWN and F_GETOWN of sockets as ioctls, by two numbers each: cmd is one
 * of them; what it does. 0, -EFAULT, -EINVAL, -ESRCH. In fcntl.c. */
static inline bool ioctl_is_owner(u32 cmd)
{
	return cmd >= FIOSETOWN && cmd <= SIOCGPGRP;
}
OPTIONAL long ioctl_owner(struct file *f, u32 cmd, u64 arg);
/* The commands of fcntl for owners; -EINVAL: none of them. Optional too. */
OPTIONAL long fcntl_owner(struct file *f, u32 cmd, u64 arg);
/* Put @f at the lowest free descriptor; @f is stolen. fd, -EMFILE, -ENOMEM. */
long file_to_fd(struct file *f, bool cloexec);
/* Both get a number, stolen, and user space both numbers, or nothing happens.
 * 0, -EMFILE, -ENOMEM, -EFAULT. In file_open.c. */
int pair_to_fds(struct file *ends[2], bool cloexec, uptr_t ufds);
/* -EPIPE of @f becomes SIGPIPE as well, unless it is a socket of messages. */
long raise_broken_pipe(const struct file *f, long result);
/* AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH as WALK_* flags. */
u32 at_to_walk(int at_flags);

#endif
