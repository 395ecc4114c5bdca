/*
 * include/uapi/poll.h - poll and select
 *
 * See:   poll(2), select(2).
 */
#ifndef UAPI_POLL_H
#define UAPI_POLL_H

#include <uapi/types.h>

#define POLLIN 0x0001
#define POLLPRI 0x0002
#define POLLOUT 0x0004
#define POLLERR 0x0008
#define POLLHUP 0x0010
#define POLLNVAL 0x0020
#define POLLRDNORM 0x0040
#define POLLRDBAND 0x0080
#define POLLWRNORM 0x0100
#define POLLWRBAND 0x0200
#define POLLMSG 0x0400
#define POLLREMOVE 0x1000
#define POLLRDHUP 0x2000

struct pollfd {
	int fd;
	s16 events;
	s16 revents;
};
_Static_assert(sizeof(struct pollfd) == 8, "struct pollfd");

/* A set of descriptors is an array of words; libc's has FD_SETSIZE bits. */
#define FD_SETSIZE 1024
#define NFDBITS 64
/* Bytes of one set of @n descriptors as select(2) reads and writes it. */
#define FDSET_BYTES(n) (((u64)(n) + NFDBITS - 1) / NFDBITS * sizeof(u64))

/* Sixth argument of pselect6: a pointer to this. */
struct sigset_argpack {
	u64 p;
	u64 size;
};

#endif
