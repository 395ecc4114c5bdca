/*
 * kernel/sys/user_vec.h - vectors of user buffers
 *
 * Life:  a struct user_vec holds its copy of the vector from a successful init
 *        to fini. In file_io.c.
 */
#ifndef SYS_USER_VEC_H
#define SYS_USER_VEC_H

#include <vm/iobuf.h>

struct user_vec {
	struct iovec fast[UIO_FASTIOV];
	struct iovec *vec;	/* fast, or owned */
	struct iobuf buf;
};

/* 0, -EINVAL (too many, or a negative length), -EFAULT, -ENOMEM. */
int user_vec_init(struct user_vec *v, uptr_t uvec, u64 n);
void user_vec_fini(struct user_vec *v);

#endif
