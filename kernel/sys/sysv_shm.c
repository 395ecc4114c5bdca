/*
 * kernel/sys/sysv_shm.c - System V shared memory: the calls
 *
 * Not:   the work: kernel/ipc/shm.c.
 * See:   shmget(2), shmop(2), shmctl(2).
 */
#include "calls.h"

#include "memory_limits.h"

#include <proc/sysv.h>
#include <uapi/errno.h>
#include <vm/uaccess.h>

long sys_shmget(s32 key, size_t size, int flags)
{
	return shm_get(key, size, flags);
}

long sys_shmat(s32 id, u64 addr, int flags)
{
	const struct vm_limits limits = vm_limits_now();
	const struct shm_attach_args a = {
		.id = id, .addr = addr, .flags = flags, .limits = &limits,
	};
	u64 at;
	int err = id < 0 ? -EINVAL : shm_attach(&a, &at);

	return err ? err : (long)at;
}

long sys_shmdt(u64 addr)
{
	return shm_detach(addr);
}

static long show_limits(uptr_t arg)
{
	struct shminfo64 info;
	int highest = shm_limits(&info);

	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : highest;
}

static long show_usage(uptr_t arg)
{
	struct shm_info info;
	int highest = shm_usage(&info);

	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : highest;
}

static long show_state(s32 id, int cmd, uptr_t arg)
{
	struct shmid64_ds ds;
	int ret = shm_stat(id, cmd, &ds);

	if (ret < 0)
		return ret;
	return copy_to_user(arg, &ds, sizeof(ds)) ? -EFAULT : ret;
}

static long change(s32 id, uptr_t arg)
{
	struct shmid64_ds ds;

	if (copy_from_user(&ds, arg, sizeof(ds)))
		return -EFAULT;
	return shm_control(id, &ds.shm_perm);
}

long sys_shmctl(s32 id, int cmd, uptr_t arg)
{
	if (id < 0 || cmd < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO:
		return show_limits(arg);
	case SHM_INFO:
		return show_usage(arg);
	case IPC_STAT:
	case SHM_STAT:
	case SHM_STAT_ANY:
		return show_state(id, cmd, arg);
	case IPC_SET:
		return change(id, arg);
	case IPC_RMID:
		return shm_control(id, NULL);
	case SHM_LOCK:
	case SHM_UNLOCK:
		return shm_lock(id, cmd == SHM_LOCK);
	}
	return -EINVAL;
}
