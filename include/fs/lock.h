/*
 * include/fs/lock.h - locks on files: flock, POSIX and open-file ones
 *
 * What:  advisory locks. A flock lock belongs to an open file, a POSIX lock to
 *        a table of descriptors (which stands for the process), an OFD lock to
 *        an open file.
 * See:   flock(2), fcntl(2) "Advisory record locking"
 */
#ifndef FS_LOCK_H
#define FS_LOCK_H

#include <fs/file.h>
#include <uapi/fcntl.h>

/*
 * file_flock - flock(2)
 * @pid:     the caller's number in the first pid namespace
 * @op:      LOCK_SH, LOCK_EX or LOCK_UN, with LOCK_NB or without
 * Return:   0, -EINVAL, -EAGAIN (LOCK_NB), -ERESTARTSYS, -ENOMEM
 */
int file_flock(struct file *f, u32 op, pid_t pid);

/* Who asks for a record lock, and how. */
struct record_lock_args {
	void *owner;		/* file_table for POSIX, file for OFD locks */
	pid_t pid;		/* in the first pid namespace; -1 for OFD
				   locks */
	bool wait;		/* F_SETLKW, F_OFD_SETLKW */
	bool ofd;
};
/*
 * file_lock_set - F_SETLK, F_SETLKW and their OFD forms
 * @l:       as the caller gave it
 * Return:   0, -EINVAL, -EOVERFLOW (range), -EBADF (mode of @f), -EAGAIN (a
 *           conflict), -EDEADLK, -ERESTARTSYS, -ENOMEM
 */
int file_lock_set(struct file *f, const struct flock *l,
		  const struct record_lock_args *a);
/* F_GETLK: @l becomes the first lock in the way, or type F_UNLCK. */
int file_lock_get(struct file *f, struct flock *l,
		  const struct record_lock_args *a);
/* Lines of /proc/locks: those whose owner's number, given that in the first
 * pid namespace, @number knows (0: it does not). Called in atomic context. */
OPTIONAL void file_lock_show(struct seq_buf *out,
			     pid_t (*number)(pid_t pid, void *arg), void *arg);

#endif
