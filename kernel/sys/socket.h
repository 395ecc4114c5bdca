/*
 * kernel/sys/socket.h - between the files of the socket calls
 */
#ifndef SYS_SOCKET_H
#define SYS_SOCKET_H

#include <fs/socket.h>

struct walk;

/* Descriptor to socket, with a reference. -EBADF, -ENOTSOCK. */
int fd_to_socket(int fd, struct file **out);
/* -EINVAL (length), -EFAULT. */
int address_from_user(struct socket_address *a, uptr_t uaddr, int len);
/* As far as *@ulen allows, which becomes the real length. -EINVAL, -EFAULT. */
int address_to_user(const struct socket_address *a, uptr_t uaddr, uptr_t ulen);
/* How the current task looks addresses up. */
struct walk socket_walk(void);

#endif
