/*
 * include/proc/file_owner.h - who is told when an O_ASYNC file is ready
 *
 * Locks: file->owner_lock.
 * See:   fcntl(2), "Managing signals".
 */
#ifndef PROC_FILE_OWNER_H
#define PROC_FILE_OWNER_H

struct f_owner_ex;
struct file;

/*
 * file_owner_set - F_SETOWN, F_SETOWN_EX
 * @owner:   number in the caller's namespace; 0: nobody
 * Return:   0, -ESRCH
 */
int file_owner_set(struct file *f, const struct f_owner_ex *owner);
/* Number 0: nobody, or not visible from here. */
void file_owner_get(struct file *f, struct f_owner_ex *out);

#endif
