/*
 * kernel/sys/memory.c - system calls about the address space
 *
 * What:  copy in, check what only this layer knows (files, limits), call.
 * Not:   the work: mm/vm/; mremap, advice, msync, mlock: files of their own.
 * See:   the manual page of each call.
 */
#include "calls.h"

#include "memory_limits.h"
#include "path_util.h"

#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/mman.h>
#include <vm/aspace.h>
#include <vm/uaccess.h>

struct vm_limits vm_limits_now(void)
{
	struct vm_limits l = {
		.as_bytes = current_rlimit(RLIMIT_AS),
		.data_bytes = current_rlimit(RLIMIT_DATA),
		.stack_bytes = current_rlimit(RLIMIT_STACK),
		.memlock_bytes = RLIM_INFINITY,
		.may_map_low = has_capability(CAP_SYS_RAWIO),
	};

	if (!has_capability(CAP_IPC_LOCK))
		l.memlock_bytes = current_rlimit(RLIMIT_MEMLOCK);
	return l;
}

/* Flags that change what a shared mapping is; MAP_SHARED_VALIDATE refuses the
 * ones no file here has. */
#define LEGACY_FLAGS (MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | \
		      MAP_DENYWRITE | MAP_EXECUTABLE | MAP_UNINITIALIZED | \
		      MAP_GROWSDOWN | MAP_LOCKED | MAP_NORESERVE | \
		      MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB | \
		      MAP_32BIT | MAP_ABOVE4G | \
		      (MAP_HUGE_MASK << MAP_HUGE_SHIFT))

static int check_file_flags(u64 flags)
{
	switch (flags & MAP_TYPE) {
	case MAP_SHARED_VALIDATE:
		/* An int on Linux: nothing above bit 25 is refused. */
		return flags & ~(u64)(s32)(LEGACY_FLAGS | MAP_FIXED_NOREPLACE) ?
		       -EOPNOTSUPP : 0;
	case MAP_SHARED:
	case MAP_PRIVATE:
		return 0;
	}
	return -EINVAL;
}

static int map_file(struct mmap_args *args, struct file *f, u64 *out)
{
	struct file_mmap_result r;
	int err = check_file_flags(args->flags);

	if (!err)
		err = file_mmap(f, args->prot, args->flags, &r);
	if (err)
		return err;
	args->object = r.object;
	args->file = f;
	if (r.may_write)
		args->max_flags |= REGION_MAYWRITE;
	if (path_noexec(&f->path))
		args->max_flags |= REGION_NOEXEC;
	err = vm_mmap(current_task()->aspace, args, out);
	file_mmap_end(&r);
	return err;
}

static int map_fd(struct mmap_args *args, int fd, u64 *out)
{
	struct file *f;
	int err = fd_to_file(fd, &f);

	if (err)
		return err;
	if (args->flags & MAP_HUGETLB)
		err = -EINVAL;
	else if (!args->len)
		err = -EINVAL;
	else
		err = map_file(args, f, out);
	file_put(f);
	return err;
}

long sys_mmap(u64 addr, u64 len, u64 prot, u64 flags, u64 fd, u64 off)
{
	struct mmap_args args = {
		.addr = addr, .len = len, .prot = (u32)prot,
		.flags = (u32)flags, .offset = off,
	};
	u64 at;
	int err;

	if (off & ~PAGE_MASK)
		return -EINVAL;
	args.limits = vm_limits_now();
	if (!(flags & MAP_ANONYMOUS))
		err = map_fd(&args, (int)fd, &at);
	else if (flags & MAP_HUGETLB)
		err = -ENOMEM;	/* there are no huge pages in reserve */
	else
		err = vm_mmap(current_task()->aspace, &args, &at);
	return err ? err : (long)at;
}

long sys_munmap(u64 addr, u64 len)
{
	return vm_munmap(current_task()->aspace, addr, len);
}

long sys_mprotect(u64 addr, u64 len, u64 prot)
{
	return vm_mprotect(current_task()->aspace, addr, len, (u32)prot);
}

long sys_brk(u64 brk)
{
	const struct vm_limits l = vm_limits_now();

	return (long)vm_brk(current_task()->aspace, brk, &l);
}
