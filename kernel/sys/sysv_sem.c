/*
 * kernel/sys/sysv_sem.c - System V semaphores: the calls
 *
 * Not:   the work: kernel/ipc/sem.c.
 * See:   semget(2), semop(2), semctl(2).
 */
#include "calls.h"

#include <mm/kmalloc.h>
#include <proc/sysv.h>
#include "time_util.h"
#include <uapi/errno.h>
#include <vm/uaccess.h>

long sys_semget(s32 key, int nsems, int flags)
{
	return sem_get(key, nsems, flags);
}

static int operate(s32 id, uptr_t uops, u32 n, u64 deadline_ns)
{
	struct sem_op_args a = { .id = id, .n = n, .deadline_ns = deadline_ns };
	struct sembuf *ops;
	int err;

	if (n < 1)
		return -EINVAL;
	if (n > sem_max_operations())
		return -E2BIG;
	ops = kcalloc(n, sizeof(*ops));
	if (!ops)
		return -ENOMEM;
	err = copy_from_user(ops, uops, n * sizeof(*ops));
	a.ops = ops;
	if (!err)
		err = sem_operate(&a);
	kfree(ops);
	return err;
}

long sys_semtimedop(s32 id, uptr_t uops, u32 n, uptr_t uts)
{
	struct timespec ts;
	u64 ns = U64_MAX;
	int err = 0;

	if (!uts)
		return operate(id, uops, n, U64_MAX);
	if (timespec_from_user(&ts, uts))
		return -EFAULT;
	err = timespec_to_ns(&ts, &ns);
	if (err && (n < 1 || n > sem_max_operations()))
		return n < 1 ? -EINVAL : -E2BIG;
	return err ? err : operate(id, uops, n, deadline_after(ns));
}

long sys_semop(s32 id, uptr_t uops, u32 n)
{
	return operate(id, uops, n, U64_MAX);
}

static long show_info(int cmd, uptr_t arg)
{
	struct seminfo info;
	int highest = sem_info(cmd, &info);

	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : highest;
}

static long show_state(s32 id, int cmd, uptr_t arg)
{
	struct semid64_ds ds;
	int ret = sem_stat(id, cmd, &ds);

	if (ret < 0)
		return ret;
	return copy_to_user(arg, &ds, sizeof(ds)) ? -EFAULT : ret;
}

static long change(s32 id, uptr_t arg)
{
	struct semid64_ds ds;

	if (copy_from_user(&ds, arg, sizeof(ds)))
		return -EFAULT;
	return sem_control(id, &ds.sem_perm);
}

long sys_semctl(s32 id, int semnum, int cmd, u64 arg)
{
	if (id < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO:
	case SEM_INFO:
		return show_info(cmd, arg);
	case IPC_STAT:
	case SEM_STAT:
	case SEM_STAT_ANY:
		return show_state(id, cmd, arg);
	case GETVAL:
	case GETPID:
	case GETNCNT:
	case GETZCNT:
		return sem_get_one(id, semnum, cmd);
	case GETALL:
		return sem_get_all(id, arg);
	case SETVAL:
		return sem_set_one(id, semnum, (int)arg);
	case SETALL:
		return sem_set_all(id, arg);
	case IPC_SET:
		return change(id, arg);
	case IPC_RMID:
		return sem_control(id, NULL);
	}
	return -EINVAL;
}
