/*
 * include/uapi/uio.h - vectors of buffers
 *
 * See:   readv(2), preadv2(2), process_vm_readv(2).
 */
#ifndef UAPI_UIO_H
#define UAPI_UIO_H

#include <uapi/types.h>

struct iovec {
	u64 iov_base;
	u64 iov_len;
};
_Static_assert(sizeof(struct iovec) == 16, "struct iovec");

#define UIO_FASTIOV 8
#define UIO_MAXIOV 1024

#define RWF_HIPRI 0x01
#define RWF_DSYNC 0x02
#define RWF_SYNC 0x04
#define RWF_NOWAIT 0x08
#define RWF_APPEND 0x10
#define RWF_NOAPPEND 0x20
#define RWF_ATOMIC 0x40

#endif
