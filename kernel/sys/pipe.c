/*
 * kernel/sys/pipe.c - pipe, pipe2
 *
 * What:  two files, two descriptors. Optional.
 * Not:   the work: fs/pipe.c, fs/fifo.c.
 * See:   pipe(2).
 */
#include "calls.h"

#include "path_util.h"

#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

long sys_pipe2(uptr_t ufds, int flags)
{
	struct pipe_ends pipe;
	struct file *ends[2];
	int err;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	err = pipe_create(current_cred(), (u32)flags, &pipe);
	if (err)
		return err;
	ends[0] = pipe.read;
	ends[1] = pipe.write;
	err = pair_to_fds(ends, flags & O_CLOEXEC, ufds);
	if (err) {
		file_put(pipe.read);
		file_put(pipe.write);
	}
	return err;
}

long sys_pipe(uptr_t ufds)
{
	return sys_pipe2(ufds, 0);
}
