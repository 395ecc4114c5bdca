/*
 * kernel/sys/misc.c - names of the system, figures, random bytes
 *
 * See:   the manual page of each call.
 */
#include "calls.h"

#include <arch/clock.h>
#include <fs/random.h>
#include <lib/string.h>
#include <mm/page.h>
#include <proc/nsproxy.h>
#include <proc/session.h>
#include <proc/signal.h>
#include <proc/timens.h>
#include <proc/utsns.h>
#include <uapi/errno.h>
#include <uapi/random.h>
#include <uapi/sysinfo.h>
#include <vm/uaccess.h>

long sys_uname(uptr_t ubuf)
{
	struct new_utsname name;

	utsns_read(current_task()->nsproxy->uts, &name);
	return copy_to_user(ubuf, &name, sizeof(name));
}

static long set_name(size_t field, uptr_t uname, int len)
{
	struct uts_ns *ns = current_task()->nsproxy->uts;
	char name[UTS_NAME_MAX];

	if (!ns_capable(ns->common.owner, CAP_SYS_ADMIN))
		return -EPERM;
	if (len < 0 || len > UTS_NAME_MAX)
		return -EINVAL;
	if (copy_from_user(name, uname, (size_t)len))
		return -EFAULT;
	utsns_set(ns, field, name, (size_t)len);
	return 0;
}

long sys_sethostname(uptr_t uname, int len)
{
	return set_name(offsetof(struct new_utsname, nodename), uname, len);
}

long sys_setdomainname(uptr_t uname, int len)
{
	return set_name(offsetof(struct new_utsname, domainname), uname, len);
}

long sys_sysinfo(uptr_t uinfo)
{
	struct sysinfo info;
	struct mm_stat mm;

	memset(&info, 0, sizeof(info));
	mm_stat_get(&mm);
	sched_loadavg(info.loads);
	info.uptime = (s64)DIV_ROUND_UP(timens_from_host(CLOCK_BOOTTIME,
							 clock_now_ns()),
					NSEC_PER_SEC);
	info.totalram = mm.total_pages * PAGE_SIZE;
	info.freeram = mm.free_pages * PAGE_SIZE;
	info.sharedram = mm.kind_pages[PAGE_FILE] * PAGE_SIZE;
	info.procs = (u16)task_count();
	info.mem_unit = 1;
	return copy_to_user(uinfo, &info, sizeof(info));
}

/* Up to so many bytes come at once, uninterrupted. Source: getrandom(2). */
#define RANDOM_PIECE 256

static long random_to_user(uptr_t buf, size_t len)
{
	u8 piece[RANDOM_PIECE];
	size_t done = 0;
	long err = 0;

	while (done < len) {
		size_t n = min(len - done, sizeof(piece));

		random_bytes(piece, n);
		err = copy_to_user(buf + done, piece, n);
		if (err)
			break;
		done += n;
		cond_resched();
		if (signal_pending())
			break;
	}
	memset(piece, 0, sizeof(piece));
	return done ? (long)done : err;
}

long sys_getrandom(uptr_t buf, size_t len, u32 flags)
{
	if (flags & ~(u32)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	if ((flags & GRND_RANDOM) && (flags & GRND_INSECURE))
		return -EINVAL;
	return random_to_user(buf, min(len, (size_t)INT_MAX));
}
