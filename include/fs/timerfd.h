/*
 * include/fs/timerfd.h - timers that are read from a descriptor
 *
 * What:  an optional facility: without fs/timerfd.c and kernel/sys/timerfd.c
 *        the system calls are -ENOSYS.
 * See:   timerfd_create(2)
 */
#ifndef FS_TIMERFD_H
#define FS_TIMERFD_H

#include <lib/types.h>

struct file;

/* @clock: a CLOCK_* that timerfd_clock_ok allows. @flags: TFD_NONBLOCK counts.
 * Return: 0, -ENOMEM, -ENFILE. */
int timerfd_create_file(clockid_t clock, u32 flags, struct file **out);
bool timerfd_clock_ok(clockid_t clock);
bool file_is_timerfd(const struct file *f);
clockid_t timerfd_clock(const struct file *f);

struct timerfd_time {
	u64 value_ns;		/* until it expires, or when; 0: not set */
	u64 interval_ns;	/* 0: once */
};
/*
 * timerfd_set - timerfd_settime(2)
 * @flags:   TFD_TIMER_*
 * @old:     as timerfd_get
 * Return:   0, -ECANCELED (the clock was set before; the new time counts)
 */
int timerfd_set(struct file *f, u32 flags, const struct timerfd_time *new,
		struct timerfd_time *old);
void timerfd_get(struct file *f, struct timerfd_time *out);

#endif
