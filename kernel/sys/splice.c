/*
 * kernel/sys/splice.c - splice, tee, vmsplice
 *
 * Not:   the work: fs/splice.c.
 * See:   splice(2), tee(2), vmsplice(2)
 */
#include "calls.h"

#include "path_util.h"
#include "user_vec.h"

#include <fs/splice.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <vm/uaccess.h>

/* One position: from user memory, and back. */
static int get_position(uptr_t upos, off_t *pos, off_t **out)
{
	u64 v;

	if (!upos)
		return 0;
	if (get_user_u64(&v, upos))
		return -EFAULT;
	*pos = (off_t)v;
	*out = pos;
	return *pos < 0 ? -EINVAL : 0;
}

static long splice_files(struct splice_args *a)
{
	long ret = file_splice(a);

	return raise_broken_pipe(a->out, ret);
}

/* Both descriptors for as long as the call lasts. */
static long with_files(struct splice_args *a, int in_fd, int out_fd)
{
	long ret = fd_to_file(in_fd, &a->in);

	if (ret)
		return ret;
	ret = fd_to_file(out_fd, &a->out);
	if (!ret) {
		ret = splice_files(a);
		file_put(a->out);
	}
	file_put(a->in);
	return ret;
}

long sys_splice(int in_fd, uptr_t uin_pos, int out_fd, uptr_t uout_pos,
		size_t len, u32 flags)
{
	struct splice_args a = {
		.len = min(len, (size_t)MAX_RW_COUNT),
		.nonblock = flags & SPLICE_F_NONBLOCK,
	};
	off_t in_pos, out_pos;
	long ret;

	if (!len)
		return 0;
	if (flags & ~(u32)SPLICE_F_ALL)
		return -EINVAL;
	ret = get_position(uin_pos, &in_pos, &a.in_pos);
	if (!ret)
		ret = get_position(uout_pos, &out_pos, &a.out_pos);
	if (ret)
		return ret;
	ret = with_files(&a, in_fd, out_fd);
	if (ret > 0 && ((a.in_pos && put_user_u64(uin_pos, (u64)in_pos)) ||
			(a.out_pos && put_user_u64(uout_pos, (u64)out_pos))))
		return -EFAULT;
	return ret;
}

long sys_tee(int in_fd, int out_fd, size_t len, u32 flags)
{
	struct splice_args a = {
		.len = min(len, (size_t)MAX_RW_COUNT),
		.nonblock = flags & SPLICE_F_NONBLOCK,
		.copy = true,
	};

	if (flags & ~(u32)SPLICE_F_ALL)
		return -EINVAL;
	if (!len)
		return 0;
	return with_files(&a, in_fd, out_fd);
}

long sys_vmsplice(int fd, uptr_t uvec, u64 n, u32 flags)
{
	struct user_vec v;
	struct file *f;
	long ret;

	if (flags & ~(u32)SPLICE_F_ALL)
		return -EINVAL;
	ret = fd_to_file(fd, &f);
	if (ret)
		return ret;
	ret = user_vec_init(&v, uvec, n);
	if (!ret) {
		ret = file_vmsplice(f, &v.buf, flags & SPLICE_F_NONBLOCK);
		ret = raise_broken_pipe(f, ret);
		user_vec_fini(&v);
	}
	file_put(f);
	return ret;
}
