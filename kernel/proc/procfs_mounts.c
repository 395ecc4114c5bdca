/*
 * kernel/proc/procfs_mounts.c - /proc/mounts and what is in /proc/PID of it
 *
 * What:  mounts, mountinfo and mountstats. Optional.
 * Locks: alloc_lock of the task while a reference is taken of its mount
 *        namespace, which vanishes as it exits.
 * Not:   how mounts are printed (fs/mount_show.c).
 * See:   proc_pid_mounts(5), proc_pid_mountinfo(5), proc_pid_mountstats(5).
 */
#include "procfs_internal.h"

#include <core/start_call.h>
#include <fs/vfs.h>
#include <lib/string.h>
#include <proc/nsproxy.h>
#include <uapi/errno.h>

static int show_mount_lines(struct task *t, struct seq_buf *out,
			    enum mount_show kind)
{
	struct fs_context *fs = proc_task_fs(t);
	struct mount_ns *ns = NULL;
	struct path root;

	spin_lock(&t->alloc_lock);
	if (t->nsproxy)
		ns = mount_ns_get(t->nsproxy->mnt);
	spin_unlock(&t->alloc_lock);
	if (fs && ns) {
		fs_context_root(fs, &root);
		mount_show(ns, &root, out, kind);
		path_put(&root);
	}
	if (fs)
		fs_context_put(fs);
	if (ns)
		mount_ns_put(ns);
	return fs && ns ? 0 : -EINVAL;
}

int proc_show_mounts(struct task *t, struct seq_buf *out)
{
	return show_mount_lines(t, out, MOUNT_SHOW_PLAIN);
}

int proc_show_mountinfo(struct task *t, struct seq_buf *out)
{
	return show_mount_lines(t, out, MOUNT_SHOW_INFO);
}

int proc_show_mountstats(struct task *t, struct seq_buf *out)
{
	return show_mount_lines(t, out, MOUNT_SHOW_STATS);
}

static ssize_t mounts_link(char *buf, size_t size,
			   const struct pid_ns *ns UNUSED)
{
	static const char text[] = "self/mounts";
	size_t len = min(sizeof(text) - 1, size);

	memcpy(buf, text, len);
	return (ssize_t)len;
}

static struct proc_entry mounts_entry = {
	.path = "mounts", .mode = S_IFLNK | 0777, .link = mounts_link,
};

static void mounts_start(void)
{
	proc_entry_add(&mounts_entry);
}
START_CALL(mounts_start);
