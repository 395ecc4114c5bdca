/*
 * kernel/sys/sysv_msg.c - System V message queues: the calls
 *
 * Not:   the work: kernel/ipc/msg.c.
 * See:   msgget(2), msgop(2), msgctl(2).
 */
#include "calls.h"

#include <proc/msg_text.h>
#include <proc/sysv.h>
#include <uapi/errno.h>
#include <vm/uaccess.h>

long sys_msgget(s32 key, int flags)
{
	return msg_get(key, flags);
}

long sys_msgsnd(s32 id, uptr_t umsg, size_t size, int flags)
{
	struct msg_args a = { .id = id, .size = size, .flags = flags };
	struct msg_text *text;
	int err;

	if (get_user_u64((u64 *)&a.type, umsg))
		return -EFAULT;
	if (size > msg_max_bytes() || (ssize_t)size < 0 || id < 0 || a.type < 1)
		return -EINVAL;
	err = msg_text_load(umsg + sizeof(s64), size, &text);
	if (err)
		return err;
	err = msg_send(&a, text);
	if (err)
		msg_text_free(text);
	return err;
}

long sys_msgrcv(s32 id, uptr_t umsg, size_t size, s64 type, int flags)
{
	const struct msg_args a = {
		.id = id, .size = size, .flags = flags, .type = type,
	};
	struct msg_text *m;
	long ret;

	if (id < 0 || (ssize_t)size < 0)
		return -EINVAL;
	ret = msg_receive(&a, &m);
	if (ret)
		return ret;
	size = min(size, m->size);
	ret = (long)size;
	if (put_user_u64(umsg, (u64)m->type) ||
	    msg_text_store(umsg + sizeof(s64), m, size))
		ret = -EFAULT;
	msg_text_free(m);
	return ret;
}

static long show_info(int cmd, uptr_t arg)
{
	struct msginfo info;
	int highest = msg_info(cmd, &info);

	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : highest;
}

static long show_state(s32 id, int cmd, uptr_t arg)
{
	struct msqid64_ds ds;
	int ret = msg_stat(id, cmd, &ds);

	if (ret < 0)
		return ret;
	return copy_to_user(arg, &ds, sizeof(ds)) ? -EFAULT : ret;
}

static long change(s32 id, uptr_t arg)
{
	struct msqid64_ds ds;

	if (copy_from_user(&ds, arg, sizeof(ds)))
		return -EFAULT;
	return msg_control(id, &ds);
}

long sys_msgctl(s32 id, int cmd, uptr_t arg)
{
	if (id < 0 || cmd < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO:
	case MSG_INFO:
		return show_info(cmd, arg);
	case IPC_STAT:
	case MSG_STAT:
	case MSG_STAT_ANY:
		return show_state(id, cmd, arg);
	case IPC_SET:
		return change(id, arg);
	case IPC_RMID:
		return msg_control(id, NULL);
	}
	return -EINVAL;
}
