/*
 * include/fs/splice.h - data between pipes and files without user memory
 *
 * What:  what splice(2), tee(2) and vmsplice(2) do after their arguments are
 *        read. A facility that a build can leave out.
 */
#ifndef FS_SPLICE_H
#define FS_SPLICE_H

#include <fs/file.h>

/*
 * file_splice - move up to @len bytes, or share them between pipes (@copy)
 * @in, @out: borrowed
 * @in_pos, @out_pos: where in the file, and moved on; NULL: its own position,
 *           or a stream
 * Context:  task, may sleep
 * Return:   bytes; 0: the end of @in; -EBADF (modes), -ESPIPE (a position in a
 *           pipe), -EINVAL (no pipe, twice the same, a position in a stream,
 *           O_APPEND), -EAGAIN, -EPIPE, -ERESTARTSYS, -ENOMEM, what reading or
 *           writing the file gives
 * Source:   splice(2), tee(2)
 */
struct splice_args {
	struct file *in, *out;
	off_t *in_pos, *out_pos;
	size_t len;
	bool nonblock;
	bool copy;
};
ssize_t file_splice(struct splice_args *a);
/* vmsplice(2): what fits of @b goes into the pipe @f, or, when that is open for
 * reading, what there is into @b. As file_splice; -EBADF: no pipe. */
ssize_t file_vmsplice(struct file *f, struct iobuf *b, bool nonblock);

#endif
