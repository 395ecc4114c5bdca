/*
 * kernel/proc/seccomp_log.c - which verdicts of filters go to the log
 *
 * What:  the line for a call that a filter refused or had logged, and
 *        /proc/sys/kernel/seccomp.
 * Locks: one word.
 * See:   seccomp(2), "/proc interfaces".
 */
#include "seccomp_internal.h"

#include <core/printk.h>
#include <core/start_call.h>
#include <fs/seq_buf.h>
#include <lib/string.h>
#include <proc/procfs.h>
#include <proc/task.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <uapi/seccomp.h>

/* @always: without that the filter asks for it. */
static const struct action {
	u32 code;
	bool always;
	const char *name;
} actions[] = {
	{ SECCOMP_RET_KILL_PROCESS, true, "kill_process" },
	{ SECCOMP_RET_KILL_THREAD, true, "kill_thread" },
	{ SECCOMP_RET_TRAP, false, "trap" },
	{ SECCOMP_RET_ERRNO, false, "errno" },
	{ SECCOMP_RET_USER_NOTIF, false, "user_notif" },
	{ SECCOMP_RET_TRACE, false, "trace" },
	{ SECCOMP_RET_LOG, true, "log" },
	{ SECCOMP_RET_ALLOW, false, "allow" },
};

/* [a] bits by place in the table: all but "allow", which is never logged */
static u32 logged = BIT(ARRAY_SIZE(actions) - 1) - 1;

void seccomp_log(u32 verdict, bool asked, int nr)
{
	u32 i;

	verdict &= SECCOMP_RET_ACTION_FULL;
	for (i = 0; i < ARRAY_SIZE(actions) - 1; i++) {
		if (actions[i].code == verdict)
			break;
	}
	if (!(READ_ONCE(logged) & BIT(i)) || !(asked || actions[i].always))
		return;
	pr_info("seccomp: %s makes call %d: %s\n", current_task()->comm, nr,
		actions[i].name);
}

static int show(struct seq_buf *out, u32 mask)
{
	const char *gap = "";

	for (u32 i = 0; i < ARRAY_SIZE(actions); i++) {
		if (!(mask & BIT(i)))
			continue;
		seq_printf(out, "%s%s", gap, actions[i].name);
		gap = " ";
	}
	seq_putc(out, '\n');
	return 0;
}

static int show_avail(struct seq_buf *out)
{
	return show(out, U32_MAX);
}

static int show_logged(struct seq_buf *out)
{
	return show(out, READ_ONCE(logged));
}

/* The bit of the name, or 0. */
static u32 action_bit(const char *name, size_t len)
{
	for (u32 i = 0; i < ARRAY_SIZE(actions) - 1; i++) {
		if (strlen(actions[i].name) == len &&
		    !memcmp(actions[i].name, name, len))
			return BIT(i);
	}
	return 0;
}

static ssize_t write_logged(const char *text, size_t len)
{
	const char *end = text + len;
	u32 mask = 0;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (len && end[-1] == '\n')
		end--;
	while (text < end) {
		const char *gap = text;
		u32 bit;

		while (gap < end && *gap != ' ')
			gap++;
		bit = action_bit(text, (size_t)(gap - text));
		if (!bit && gap > text)
			return -EINVAL;
		mask |= bit;
		text = gap + 1;
	}
	WRITE_ONCE(logged, mask);
	return (ssize_t)len;
}

static void seccomp_log_start(void)
{
	static struct proc_entry entries[] = {
		{ .path = "sys/kernel/seccomp/actions_avail", .mode = 0444,
		  .show = show_avail },
		{ .path = "sys/kernel/seccomp/actions_logged", .mode = 0644,
		  .show = show_logged, .write = write_logged },
	};

	for (u32 i = 0; i < ARRAY_SIZE(entries); i++)
		proc_entry_add(&entries[i]);
}
START_CALL(seccomp_log_start);
