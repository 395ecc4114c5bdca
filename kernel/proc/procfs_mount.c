/*
 * kernel/proc/procfs_mount.c - options of a mounted proc
 *
 * What:  hidepid, gid and subset: which processes a mount shows to whom, and
 *        whether it has anything but processes.
 * Locks: options change by remount while others read them: each is read
 *        once.
 * See:   proc(5), "Mount options".
 */
#include "procfs_internal.h"

#include <fs/mount_options.h>
#include <lib/format.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <proc/user_ns.h>
#include <uapi/errno.h>

static const char *const hide_names[] = {
	[PROC_HIDE_OFF] = "off",
	[PROC_HIDE_NO_ACCESS] = "noaccess",
	[PROC_HIDE_INVISIBLE] = "invisible",
	[PROC_HIDE_NOT_TRACEABLE] = "ptraceable",
};

static int parse_hide(const char *value, u32 *out)
{
	u64 n;

	for (u32 i = 0; i < ARRAY_SIZE(hide_names); i++) {
		if (hide_names[i] && !strcmp(value, hide_names[i])) {
			*out = i;
			return 0;
		}
	}
	if (parse_u64(value, &n) || n >= ARRAY_SIZE(hide_names) ||
	    !hide_names[n])
		return -EINVAL;
	*out = (u32)n;
	return 0;
}

static int parse_gid(const char *value, gid_t *out)
{
	u32 n;

	if (mount_option_id(value, &n))
		return -EINVAL;
	*out = gid_to_global(current_cred()->user_ns, n);
	return *out == (gid_t)-1 ? -EINVAL : 0;
}

static int parse_option(void *arg, const char *key, const char *value)
{
	struct proc_view *v = arg;

	if (!value)
		return -EINVAL;
	if (!strcmp(key, "hidepid"))
		return parse_hide(value, &v->hide);
	if (!strcmp(key, "gid"))
		return parse_gid(value, &v->gid);
	if (strcmp(key, "subset") || strcmp(value, "pid"))
		return -EINVAL;
	v->pids_only = true;
	return 0;
}

int proc_view_parse(struct proc_view *v, const char *data)
{
	return mount_options_each(data, parse_option, v);
}

size_t proc_view_show(const struct proc_view *v, char *buf, size_t size)
{
	u32 hide = READ_ONCE(v->hide);
	size_t n = 0;

	if (v->gid)
		n += (size_t)scnprintf(buf + n, size - n, ",gid=%u", v->gid);
	if (hide)
		n += (size_t)scnprintf(buf + n, size - n, ",hidepid=%s",
				       hide_names[hide]);
	if (v->pids_only)
		n += (size_t)scnprintf(buf + n, size - n, ",subset=pid");
	return n;
}

bool proc_view_allows(const struct proc_view *v, struct task *t, u32 what)
{
	u32 hide = READ_ONCE(v->hide);

	if (hide == PROC_HIDE_NOT_TRACEABLE)
		return task_may_access(t, false);
	if (hide < what || cred_in_group(current_cred(), READ_ONCE(v->gid)))
		return true;
	return task_may_access(t, false);
}

int proc_view_permission(struct inode *inode, const struct cred *cred,
			 u32 mask)
{
	const struct proc_view *v = proc_sb_view(inode->sb);
	struct task *t;
	bool allowed;

	if (!READ_ONCE(v->hide))
		return inode_mode_permission(inode, cred, mask);
	t = proc_task(proc_node(inode));
	if (!t)
		return -ESRCH;
	allowed = proc_view_allows(v, t, PROC_HIDE_NO_ACCESS);
	task_put(t);
	if (allowed)
		return inode_mode_permission(inode, cred, mask);
	return READ_ONCE(v->hide) == PROC_HIDE_NO_ACCESS ? -EPERM : -ENOENT;
}
