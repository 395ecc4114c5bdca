/*
 * kernel/proc/procfs_sysctl.c - /proc/sys
 *
 * What:  the settings that programs read or write, and nothing that has no
 *        effect here.
 * Locks: each value's own; single words are atomic.
 * See:   proc(5), /proc/sys; pid_namespaces(7) for ns_last_pid.
 */
#include "procfs_internal.h"

#include <arch/clock.h>
#include <fs/file.h>
#include <fs/random.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <proc/nsproxy.h>
#include <proc/pidns.h>
#include <proc/user_ns.h>
#include <proc/utsns.h>
#include <sched/mutex.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <uapi/limits.h>
#include <vm/aspace.h>

#define NR_OPEN_DEFAULT 1048576

static int show_pid_max(struct seq_buf *out)
{
	seq_printf(out, "%d\n", pid_max_get(current_pidns()));
	return 0;
}

static ssize_t write_pid_max(const char *text, size_t len)
{
	struct pid_ns *ns = current_pidns();
	int max;

	if (!capable(CAP_SYS_ADMIN) && !pid_max_is_per_ns())
		return -EPERM;
	if (parse_int(text, &max))
		return -EINVAL;
	return pid_max_set(ns, max) ? -EINVAL : (ssize_t)len;
}

/* A limit of its own belongs to root of the namespace's owner. */
static int pid_max_permission(const struct cred *cred, u32 mask)
{
	const struct user_ns *owner = current_pidns()->common.owner;

	if (mask & MAY_EXEC)
		return -EACCES;
	if (!(mask & MAY_WRITE))
		return 0;
	if (!pid_max_is_per_ns())
		return cred->euid == 0 ? 0 : -EACCES;
	return cred->euid == uid_to_global(owner, 0) ||
	       cred_has_cap(cred, owner, CAP_SYS_ADMIN) ? 0 : -EACCES;
}

static int show_last_pid(struct seq_buf *out)
{
	seq_printf(out, "%d\n", max(pid_last(current_pidns()), 0));
	return 0;
}

static ssize_t write_last_pid(const char *text, size_t len)
{
	struct pid_ns *ns = current_pidns();
	int nr;

	if (!ns_capable(ns->common.owner, CAP_SYS_ADMIN) &&
	    !ns_capable(ns->common.owner, CAP_CHECKPOINT_RESTORE))
		return -EPERM;
	if (parse_int(text, &nr) || nr < 0 || nr > pid_max_get(ns))
		return -EINVAL;
	pid_set_last(ns, nr);
	return (ssize_t)len;
}

static int show_cap_last_cap(struct seq_buf *out)
{
	seq_printf(out, "%d\n", CAP_LAST_CAP);
	return 0;
}

static int show_threads_max(struct seq_buf *out)
{
	seq_printf(out, "%u\n", task_max());
	return 0;
}

/* Source: proc(5); the largest number is what fits into a futex word. */
static ssize_t write_threads_max(const char *text, size_t len)
{
	int n;

	if (parse_int(text, &n) || n < 1 || n > 0x3fffffff)
		return -EINVAL;
	task_max_set((u32)n);
	return (ssize_t)len;
}

static int show_ostype(struct seq_buf *out)
{
	seq_printf(out, "%s\n", utsns_init_ns.name.sysname);
	return 0;
}

static int show_osrelease(struct seq_buf *out)
{
	seq_printf(out, "%s\n", utsns_init_ns.name.release);
	return 0;
}

static int show_version(struct seq_buf *out)
{
	seq_printf(out, "%s\n", utsns_init_ns.name.version);
	return 0;
}

/* One of the two names that can be set, at @offset of struct new_utsname. */
static int show_name(struct seq_buf *out, size_t offset)
{
	struct new_utsname n;

	utsns_read(current_task()->nsproxy->uts, &n);
	seq_printf(out, "%s\n", (const char *)&n + offset);
	return 0;
}

static ssize_t write_name(const char *text, size_t len, size_t offset)
{
	size_t n = len;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (n && text[n - 1] == '\n')
		n--;
	utsns_set(current_task()->nsproxy->uts, offset, text,
		  min(n, (size_t)UTS_NAME_MAX));
	return (ssize_t)len;
}

static int show_hostname(struct seq_buf *out)
{
	return show_name(out, offsetof(struct new_utsname, nodename));
}

static ssize_t write_hostname(const char *text, size_t len)
{
	return write_name(text, len, offsetof(struct new_utsname, nodename));
}

static int show_domainname(struct seq_buf *out)
{
	return show_name(out, offsetof(struct new_utsname, domainname));
}

static ssize_t write_domainname(const char *text, size_t len)
{
	return write_name(text, len, offsetof(struct new_utsname, domainname));
}

static int show_ngroups_max(struct seq_buf *out)
{
	seq_printf(out, "%d\n", NGROUPS_MAX);
	return 0;
}

/* @b: 16 random bytes. */
static void show_uuid(struct seq_buf *out, u8 *b)
{
	/* Version 4, variant 1. Source: RFC 4122, section 4.4. */
	b[6] = (u8)((b[6] & 0x0f) | 0x40);
	b[8] = (u8)((b[8] & 0x3f) | 0x80);
	for (u32 i = 0; i < 16; i++)
		seq_printf(out, "%s%02x",
			   i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			   b[i]);
	seq_putc(out, '\n');
}

static int show_random_uuid(struct seq_buf *out)
{
	u8 b[16];

	random_bytes(b, sizeof(b));
	show_uuid(out, b);
	return 0;
}

/* Chosen by the first who asks, the same until the machine ends. */
static int show_boot_id(struct seq_buf *out)
{
	static DEFINE_MUTEX(lock, RANK_MUTEX_SMALL);
	static u8 id[16];		/* [lock] */
	static bool known;		/* [lock] */

	mutex_lock(&lock);
	if (!known)
		random_bytes(id, sizeof(id));
	known = true;
	show_uuid(out, id);
	mutex_unlock(&lock);
	return 0;
}

static int show_file_max(struct seq_buf *out)
{
	seq_printf(out, "%lu\n", file_max_get());
	return 0;
}

static ssize_t write_file_max(const char *text, size_t len)
{
	u64 n;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (parse_u64(text, &n))
		return -EINVAL;
	file_max_set(n);
	return (ssize_t)len;
}

static int show_file_nr(struct seq_buf *out)
{
	seq_printf(out, "%lu\t0\t%lu\n", file_count(), file_max_get());
	return 0;
}

static int show_nr_open(struct seq_buf *out)
{
	seq_printf(out, "%u\n", fd_max_get());
	return 0;
}

static ssize_t write_nr_open(const char *text, size_t len)
{
	int n;

	if (parse_int(text, &n) || fd_max_set(n))
		return -EINVAL;
	return (ssize_t)len;
}

static int show_memfd_noexec(struct seq_buf *out)
{
	seq_printf(out, "%d\n", pidns_memfd_noexec(current_pidns()));
	return 0;
}

/* Never weaker than the namespaces above. */
static ssize_t write_memfd_noexec(const char *text, size_t len)
{
	struct pid_ns *ns = current_pidns();
	s32 least = ns->parent ? pidns_memfd_noexec(ns->parent) : 0;
	int n;

	if (!ns_capable(ns->common.owner, CAP_SYS_ADMIN))
		return -EPERM;
	if (parse_int(text, &n) || n < least || n > 2)
		return -EINVAL;
	WRITE_ONCE(ns->memfd_noexec, n);
	return (ssize_t)len;
}

static int show_max_map_count(struct seq_buf *out)
{
	seq_printf(out, "%d\n", (int)atomic_read(&vm_max_map_count));
	return 0;
}

static ssize_t write_max_map_count(const char *text, size_t len)
{
	int n;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (parse_int(text, &n) || n < 0)
		return -EINVAL;
	atomic_set(&vm_max_map_count, n);
	return (ssize_t)len;
}

static int show_mmap_min_addr(struct seq_buf *out)
{
	seq_printf(out, "%lu\n", VM_MMAP_MIN_ADDR);
	return 0;
}

static struct proc_entry sysctl_entries[] = {
	{ .path = "sys/fs/file-max", .mode = 0644, .show = show_file_max,
	  .write = write_file_max },
	{ .path = "sys/fs/file-nr", .mode = 0444, .show = show_file_nr },
	{ .path = "sys/fs/nr_open", .mode = 0644, .show = show_nr_open,
	  .write = write_nr_open },
	{ .path = "sys/kernel/cap_last_cap", .mode = 0444,
	  .show = show_cap_last_cap },
	{ .path = "sys/kernel/domainname", .mode = 0644,
	  .show = show_domainname, .write = write_domainname },
	{ .path = "sys/kernel/ngroups_max", .mode = 0444,
	  .show = show_ngroups_max },
	{ .path = "sys/kernel/version", .mode = 0444, .show = show_version },
	{ .path = "sys/kernel/random/boot_id", .mode = 0444,
	  .show = show_boot_id },
	{ .path = "sys/kernel/hostname", .mode = 0644, .show = show_hostname,
	  .write = write_hostname },
	{ .path = "sys/kernel/ns_last_pid", .mode = 0666,
	  .show = show_last_pid, .write = write_last_pid },
	{ .path = "sys/kernel/osrelease", .mode = 0444,
	  .show = show_osrelease },
	{ .path = "sys/kernel/ostype", .mode = 0444, .show = show_ostype },
	{ .path = "sys/kernel/pid_max", .mode = 0644, .show = show_pid_max,
	  .write = write_pid_max, .permission = pid_max_permission },
	{ .path = "sys/kernel/random/uuid", .mode = 0444,
	  .show = show_random_uuid },
	{ .path = "sys/kernel/threads-max", .mode = 0644,
	  .show = show_threads_max, .write = write_threads_max },
	{ .path = "sys/vm/max_map_count", .mode = 0644,
	  .show = show_max_map_count, .write = write_max_map_count },
	{ .path = "sys/vm/memfd_noexec", .mode = 0644,
	  .show = show_memfd_noexec, .write = write_memfd_noexec },
	{ .path = "sys/vm/mmap_min_addr", .mode = 0444,
	  .show = show_mmap_min_addr },
};

void proc_sysctl_init(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(sysctl_entries); i++)
		proc_entry_add(&sysctl_entries[i]);
}
