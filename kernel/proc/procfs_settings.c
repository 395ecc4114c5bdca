/*
 * kernel/proc/procfs_settings.c - settings in /proc/sys that are plain numbers
 *
 * What:  each is a word of the part of the kernel that it changes, and the
 *        range that is taken.
 * Locks: single words, read as they are when they are needed.
 * See:   proc(5), /proc/sys; sched(7); core(5) for suid_dumpable.
 */
#include "procfs_internal.h"

#include <core/panic.h>
#include <core/printk.h>
#include <lib/parse.h>
#include <proc/lifecycle.h>
#include <proc/user_ns.h>
#include <sched/deadline.h>
#include <sched/sched.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <vm/aspace.h>

struct setting {
	int *word;		/* [a] */
	int min, max;
};

static int show_setting(const struct proc_entry *e, struct seq_buf *out)
{
	const struct setting *s = e->arg;

	seq_printf(out, "%d\n", READ_ONCE(*s->word));
	return 0;
}

static ssize_t write_setting(const struct proc_entry *e, const char *text,
			     size_t len)
{
	const struct setting *s = e->arg;
	int n;

	if (parse_int(text, &n) || n < s->min || n > s->max)
		return -EINVAL;
	WRITE_ONCE(*s->word, n);
	return (ssize_t)len;
}

/* What file systems with 16 bits for an id would show; there are none. */
static int fs_overflow_uid = ID_OVERFLOW, fs_overflow_gid = ID_OVERFLOW;

static const struct setting overflow_uid = { &id_overflow_uid, 0, 65535 };
static const struct setting overflow_gid = { &id_overflow_gid, 0, 65535 };
static const struct setting fs_uid = { &fs_overflow_uid, 0, 65535 };
static const struct setting fs_gid = { &fs_overflow_gid, 0, 65535 };
static const struct setting panic_after = { &panic_timeout_s, INT_MIN,
					    INT_MAX };
static const struct setting randomize = { &exec_randomize, INT_MIN, INT_MAX };
static const struct setting dumpable = { &suid_dumpable, 0, 2 };
/* Memory is never reserved: 2 would promise that. */
static const struct setting overcommit = { &vm_overcommit, 0, 1 };

/* --- real-time threads --------------------------------------------------- */

static int show_rr_slice(struct seq_buf *out)
{
	seq_printf(out, "%d\n", (int)(READ_ONCE(sched_rr_slice_ns) /
				      NSEC_PER_MSEC));
	return 0;
}

static ssize_t write_rr_slice(const char *text, size_t len)
{
	int ms;

	if (parse_int(text, &ms))
		return -EINVAL;
	WRITE_ONCE(sched_rr_slice_ns, ms > 0 ? (u64)ms * NSEC_PER_MSEC :
		   SCHED_RR_SLICE_NS);
	return (ssize_t)len;
}

static int show_rt_period(struct seq_buf *out)
{
	seq_printf(out, "%lu\n",
		   READ_ONCE(sched_rt_period_ns) / NSEC_PER_USEC);
	return 0;
}

static ssize_t write_rt_period(const char *text, size_t len)
{
	u64 runtime = READ_ONCE(sched_rt_runtime_ns);
	int us;

	if (parse_int(text, &us) || us <= 0 ||
	    (runtime != U64_MAX && runtime > (u64)us * NSEC_PER_USEC))
		return -EINVAL;
	if (deadline_share_suffices &&
	    !deadline_share_suffices(runtime, (u64)us * NSEC_PER_USEC))
		return -EBUSY;
	WRITE_ONCE(sched_rt_period_ns, (u64)us * NSEC_PER_USEC);
	return (ssize_t)len;
}

static int show_rt_runtime(struct seq_buf *out)
{
	u64 ns = READ_ONCE(sched_rt_runtime_ns);

	seq_printf(out, "%ld\n", ns == U64_MAX ? -1l :
		   (s64)(ns / NSEC_PER_USEC));
	return 0;
}

/* -1: as much as they want. */
static ssize_t write_rt_runtime(const char *text, size_t len)
{
	u64 ns;
	int us;

	if (parse_int(text, &us) || us < -1)
		return -EINVAL;
	ns = us < 0 ? U64_MAX : (u64)us * NSEC_PER_USEC;
	if (us >= 0 && ns > READ_ONCE(sched_rt_period_ns))
		return -EINVAL;
	if (deadline_share_suffices &&
	    !deadline_share_suffices(ns, READ_ONCE(sched_rt_period_ns)))
		return -EBUSY;
	WRITE_ONCE(sched_rt_runtime_ns, ns);
	return (ssize_t)len;
}

/* --- the log, and marks on the kernel ------------------------------------ */

static int show_printk(struct seq_buf *out)
{
	seq_printf(out, "%d\t%d\t%d\t%d\n", log_level(), LOG_WARNING,
		   LOG_LEVEL_LEAST, LOG_LEVEL_FIRST);
	return 0;
}

/* The first number counts; what follows cannot be changed. */
static ssize_t write_printk(const char *text, size_t len)
{
	char first[16];
	size_t n = 0;
	int level;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	while (n < sizeof(first) - 1 && text[n] >= '0' && text[n] <= '9') {
		first[n] = text[n];
		n++;
	}
	first[n] = '\0';
	if (parse_int(first, &level))
		return -EINVAL;
	log_set_level(level);
	return (ssize_t)len;
}

static u64 taints;	/* [a] what a program said; the kernel says nothing */

static int show_tainted(struct seq_buf *out)
{
	seq_printf(out, "%lu\n", READ_ONCE(taints));
	return 0;
}

/* Marks are added, never taken away. */
static ssize_t write_tainted(const char *text, size_t len)
{
	u64 marks;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (parse_u64(text, &marks))
		return -EINVAL;
	__atomic_fetch_or(&taints, marks & (BIT(19) - 1), __ATOMIC_RELAXED);
	return (ssize_t)len;
}

/* Addresses are where they are. */

#define SETTING(p, s) \
	{ .path = p, .mode = 0644, .show_arg = show_setting, \
	  .write_arg = write_setting, .arg = s }

void proc_settings_init(void)
{
	static struct proc_entry entries[] = {
		SETTING("sys/fs/overflowgid", &fs_gid),
		SETTING("sys/fs/overflowuid", &fs_uid),
		SETTING("sys/fs/suid_dumpable", &dumpable),
		SETTING("sys/kernel/overflowgid", &overflow_gid),
		SETTING("sys/kernel/overflowuid", &overflow_uid),
		SETTING("sys/kernel/panic", &panic_after),
		SETTING("sys/kernel/randomize_va_space", &randomize),
		SETTING("sys/vm/overcommit_memory", &overcommit),
		{ .path = "sys/kernel/printk", .mode = 0644,
		  .show = show_printk, .write = write_printk },
		{ .path = "sys/kernel/sched_rr_timeslice_ms", .mode = 0644,
		  .show = show_rr_slice, .write = write_rr_slice },
		{ .path = "sys/kernel/sched_rt_period_us", .mode = 0644,
		  .show = show_rt_period, .write = write_rt_period },
		{ .path = "sys/kernel/sched_rt_runtime_us", .mode = 0644,
		  .show = show_rt_runtime, .write = write_rt_runtime },
		{ .path = "sys/kernel/tainted", .mode = 0644,
		  .show = show_tainted, .write = write_tainted },
	};

	for (u32 i = 0; i < ARRAY_SIZE(entries); i++)
		proc_entry_add(&entries[i]);
}
