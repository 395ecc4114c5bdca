/*
 * kernel/sys/wait_mask.h - a signal mask that holds for one wait
 *
 * What:  the last arguments of ppoll, pselect6 and epoll_pwait.
 */
#ifndef SYS_WAIT_MASK_H
#define SYS_WAIT_MASK_H

#include <lib/types.h>

/* @umask: 0 leaves the mask alone. Return: 0, -EINVAL (@size), -EFAULT. */
int wait_mask_set(uptr_t umask, size_t size);
/* After a signal the handler runs with the mask of the wait: the delivery
 * restores the old one. */
void wait_mask_end(bool interrupted);

#endif
