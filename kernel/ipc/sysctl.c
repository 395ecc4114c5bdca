/*
 * kernel/ipc/sysctl.c - limits of IPC namespaces in /proc/sys
 *
 * What:  one setting is one or more numbers in a row in a facility's part of
 *        the namespace of who opens the file.
 * Locks: none: the numbers are words that are read once where they count.
 * See:   proc(5), /proc/sys/kernel/sem and the others; ipc_namespaces(7).
 */
#include "ipc.h"

#include <fs/seq_buf.h>
#include <lib/ctype.h>
#include <lib/parse.h>
#include <proc/nsproxy.h>
#include <proc/procfs.h>
#include <proc/user_ns.h>
#include <uapi/capability.h>
#include <uapi/stat.h>

static u64 *first_value(const struct ipc_setting *s)
{
	return (u64 *)(void *)((char *)ipc_part_of_current(s->part) +
			       s->offset);
}

int ipc_setting_show(const struct proc_entry *e, struct seq_buf *out)
{
	const struct ipc_setting *s = e->arg;
	const u64 *value = first_value(s);

	for (u32 i = 0; i < s->count; i++)
		seq_printf(out, "%s%lu", i ? "\t" : "", READ_ONCE(value[i]));
	seq_putc(out, '\n');
	return 0;
}

/* As many numbers as there are; the others stay. */
ssize_t ipc_setting_write(const struct proc_entry *e, const char *text,
			  size_t len)
{
	const struct ipc_setting *s = e->arg;
	u64 *value = first_value(s);
	const char *at = text;
	u64 n;

	for (u32 i = 0; i < s->count; i++) {
		while (char_is_space(*at))
			at++;
		if (!*at && i)
			break;
		if (parse_number(at, &at, &n) || (*at && !char_is_space(*at)))
			return -EINVAL;
		if (n < s->min || n > s->max)
			return -EINVAL;
		WRITE_ONCE(value[i], n);
	}
	return (ssize_t)len;
}

/* They belong to root of the user namespace that owns the IPC namespace. */
int ipc_setting_permission(const struct cred *cred, u32 mask)
{
	const struct user_ns *owner =
		current_task()->nsproxy->ipc->common.owner;

	if (!(mask & MAY_WRITE) || cred->euid == uid_to_global(owner, 0))
		return 0;
	return -EACCES;
}

static s32 *next_id(const struct ipc_setting *s)
{
	struct ipc_ids *ids = ipc_part_of_current(s->part);

	return &ids->next_id;
}

int ipc_next_id_show(const struct proc_entry *e, struct seq_buf *out)
{
	seq_printf(out, "%d\n", READ_ONCE(*next_id(e->arg)));
	return 0;
}

ssize_t ipc_next_id_write(const struct proc_entry *e, const char *text,
			  size_t len)
{
	int id;

	if (parse_int(text, &id) || id < 0)
		return -EINVAL;
	WRITE_ONCE(*next_id(e->arg), id);
	return (ssize_t)len;
}

int ipc_next_id_permission(const struct cred *cred, u32 mask)
{
	const struct user_ns *owner =
		current_task()->nsproxy->ipc->common.owner;

	if (!(mask & MAY_WRITE) ||
	    cred_has_cap(cred, owner, CAP_CHECKPOINT_RESTORE) ||
	    cred_has_cap(cred, owner, CAP_SYS_ADMIN))
		return 0;
	return -EACCES;
}
