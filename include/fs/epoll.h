/*
 * include/fs/epoll.h - waiting for many files that are named once
 *
 * What:  an optional facility: without fs/epoll.c, fs/epoll_ready.c and
 *        kernel/sys/epoll.c the system calls are -ENOSYS.
 * See:   epoll(7)
 */
#ifndef FS_EPOLL_H
#define FS_EPOLL_H

#include <lib/types.h>
#include <uapi/eventpoll.h>

struct file;

/* epoll_create1(2). Return: 0, -ENOMEM, -ENFILE. */
int epoll_create_file(struct file **out);
bool file_is_epoll(const struct file *f);

struct epoll_control_args {
	struct file *ep;	/* borrowed */
	struct file *target;	/* borrowed */
	int fd;			/* that named @target */
	int op;			/* EPOLL_CTL_* */
	struct epoll_event event;	/* not for EPOLL_CTL_DEL */
};
/*
 * epoll_control - epoll_ctl(2)
 * Context:  task, may sleep, no lock held
 * Return:   0, -EPERM (a file that is always ready), -EINVAL (no epoll, itself,
 *           operation, rules of EPOLLEXCLUSIVE), -EEXIST, -ENOENT, -ELOOP
 *           (a circle, or too deep), -EINVAL also if too many ways lead from
 *           a file to the epolls above, -ENOMEM
 * Source:   epoll_ctl(2)
 */
int epoll_control(const struct epoll_control_args *args);

/*
 * epoll_peek_item - what file does it watch?
 * @fd:  the number it was added by
 * @nth: several items may have that number: which
 * @out: set on success; only to be compared, it may be gone
 * Context:  task, may sleep
 * Return:   0, -EINVAL (no epoll), -ENOENT (no such item)
 * Source:   kcmp(2), KCMP_EPOLL_TFD
 */
OPTIONAL int epoll_peek_item(struct file *ep, int fd, u32 nth,
			     const struct file **out);

struct epoll_collect_args {
	uptr_t events;		/* user array of struct epoll_event */
	u32 max;		/* its length, at least 1 */
	u64 deadline_ns;	/* 0: do not wait; U64_MAX: for ever */
};
/*
 * epoll_collect - epoll_wait(2)
 * Return:   events written, 0 at the deadline, -EINTR, -EFAULT
 */
long epoll_collect(struct file *ep, const struct epoll_collect_args *args);

#endif
