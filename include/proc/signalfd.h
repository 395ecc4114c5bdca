/*
 * include/proc/signalfd.h - signals that are read from a descriptor
 *
 * What:  an optional facility: without kernel/proc/signalfd.c and
 *        kernel/sys/signalfd.c the system calls are -ENOSYS.
 * See:   signalfd(2)
 */
#ifndef PROC_SIGNALFD_H
#define PROC_SIGNALFD_H

#include <lib/types.h>

struct file;

/* @flags: SFD_NONBLOCK counts. Return: 0, -ENOMEM, -ENFILE. */
int signalfd_create(u64 mask, u32 flags, struct file **out);
/* Another set for an existing one. -EINVAL: @f is no signalfd. */
int signalfd_set_mask(struct file *f, u64 mask);

#endif
