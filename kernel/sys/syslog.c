/*
 * kernel/sys/syslog.c - the kernel log for programs
 *
 * Locks: log_mutex (RANK_MUTEX_SMALL): the two cursors and the saved level.
 *        It is not held while a reader waits.
 * Not:   the log: kernel/core/printk.c; /dev/kmsg: fs/kmsg.c.
 * See:   syslog(2).
 */
#include "calls.h"

#include <arch/clock.h>
#include <core/printk.h>
#include <mm/kmalloc.h>
#include <proc/task.h>
#include <sched/mutex.h>
#include <sched/timer.h>
#include <uapi/errno.h>
#include <uapi/sysinfo.h>
#include <vm/uaccess.h>

/* How often a waiting reader looks: the log may be written from anywhere and
 * so wakes nobody. */
#define LOOK_NS (100 * NSEC_PER_MSEC)
#define HIGHEST_LEVEL 8

static DEFINE_MUTEX(log_mutex, RANK_MUTEX_SMALL);
static u64 read_pos;		/* [log_mutex] SYSLOG_ACTION_READ is here */
static u64 clear_pos;		/* [log_mutex] what READ_ALL begins with */
static int saved_level = -1;	/* [log_mutex] while the console is off */

/* Lines from *@pos on, as many as fit. Bytes or -errno. */
static long copy_lines(u64 *pos, uptr_t buf, size_t len)
{
	char *page = kmalloc(PAGE_SIZE);
	size_t done = 0, n;
	long err = 0;

	if (!page)
		return -ENOMEM;
	while (done < len) {
		n = log_read(pos, page, min(len - done, PAGE_SIZE));
		if (!n)
			break;
		if (copy_to_user(buf + done, page, n)) {
			err = -EFAULT;
			break;
		}
		done += n;
	}
	kfree(page);
	return done ? (long)done : err;
}

static int wait_for_lines(void)
{
	int err = 0;

	while (!err && !log_unread(READ_ONCE(read_pos)))
		err = sleep_until_interruptible(clock_now_ns() + LOOK_NS);
	return err;
}

static long read_new(uptr_t buf, int len)
{
	long ret;

	if (!buf || len < 0)
		return -EINVAL;
	if (!len)
		return 0;
	do {
		ret = wait_for_lines();
		if (ret)
			return ret;
		mutex_lock(&log_mutex);
		ret = copy_lines(&read_pos, buf, (size_t)len);
		mutex_unlock(&log_mutex);
	} while (!ret);
	return ret;
}

/* Skip old lines until the rest fits. */
static void skip_to_fit(u64 *pos, size_t len)
{
	struct log_record r;

	while (log_unread(*pos) > len) {
		if (!log_read_record(pos, &r, NULL))
			break;
	}
}

static long read_all(uptr_t buf, int len, bool clear)
{
	long ret;
	u64 pos;

	if (!buf || len < 0)
		return -EINVAL;
	if (!len)
		return 0;
	mutex_lock(&log_mutex);
	pos = clear_pos;
	skip_to_fit(&pos, (size_t)len);
	ret = copy_lines(&pos, buf, (size_t)len);
	if (clear)
		clear_pos = log_end();
	mutex_unlock(&log_mutex);
	return ret;
}

static long clear_log(void)
{
	mutex_lock(&log_mutex);
	clear_pos = log_end();
	mutex_unlock(&log_mutex);
	return 0;
}

static long console_off(void)
{
	mutex_lock(&log_mutex);
	if (saved_level < 0)
		saved_level = log_level();
	log_set_level(LOG_LEVEL_LEAST);
	mutex_unlock(&log_mutex);
	return 0;
}

static long console_on(void)
{
	mutex_lock(&log_mutex);
	if (saved_level >= 0)
		log_set_level(saved_level);
	saved_level = -1;
	mutex_unlock(&log_mutex);
	return 0;
}

static long console_level(int level)
{
	if (level < LOG_LEVEL_LEAST || level > HIGHEST_LEVEL)
		return -EINVAL;
	mutex_lock(&log_mutex);
	log_set_level(level);
	saved_level = -1;
	mutex_unlock(&log_mutex);
	return 0;
}

static bool may_use(int type)
{
	return type == SYSLOG_ACTION_READ_ALL ||
	       type == SYSLOG_ACTION_SIZE_BUFFER || capable(CAP_SYSLOG);
}

long sys_syslog(int type, uptr_t buf, int len)
{
	if (!may_use(type))
		return -EPERM;
	switch (type) {
	case SYSLOG_ACTION_CLOSE:
	case SYSLOG_ACTION_OPEN:
		return 0;
	case SYSLOG_ACTION_READ:
		return read_new(buf, len);
	case SYSLOG_ACTION_READ_CLEAR:
	case SYSLOG_ACTION_READ_ALL:
		return read_all(buf, len, type == SYSLOG_ACTION_READ_CLEAR);
	case SYSLOG_ACTION_CLEAR:
		return clear_log();
	case SYSLOG_ACTION_CONSOLE_OFF:
		return console_off();
	case SYSLOG_ACTION_CONSOLE_ON:
		return console_on();
	case SYSLOG_ACTION_CONSOLE_LEVEL:
		return console_level(len);
	case SYSLOG_ACTION_SIZE_UNREAD:
		return (long)log_unread(READ_ONCE(read_pos));
	case SYSLOG_ACTION_SIZE_BUFFER:
		return (long)log_size();
	}
	return -EINVAL;
}
