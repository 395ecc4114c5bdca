/*
 * kernel/proc/procfs_fault.c - /proc/PID/fail-nth
 *
 * What:  a number written makes that allocation of the task fail, counted
 *        from the write; read, it is what is left to it, 0 once it has failed.
 *        Neither reading nor writing allocates, so that a test counts nothing
 *        but the call it is about.
 * Locks: the countdown is the task's own: only it writes it, others read.
 * Not:   release builds: reading gives 0, writing is EPERM.
 * See:   docs/testing.md. Linux has the same file where it is built with
 *        fault injection.
 */
#include "procfs_internal.h"

#include <fs/file.h>
#include <lib/format.h>
#include <lib/parse.h>
#include <mm/alloc_fault.h>
#include <uapi/errno.h>

#define TEXT_MAX 12

static ssize_t fail_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct task *t = proc_task(proc_node(path_inode(&f->path)));
	char text[TEXT_MAX];
	size_t len, n;

	if (!t)
		return -ESRCH;
	len = (size_t)scnprintf(text, sizeof(text), "%u\n",
				READ_ONCE(t->thread.fault.left));
	task_put(t);
	if (*pos >= (off_t)len)
		return 0;
	n = min(len - (size_t)*pos, b->left);
	if (iobuf_put(b, text + *pos, n) != n)
		return -EFAULT;
	*pos += (off_t)n;
	return (ssize_t)n;
}

/* Of one's own only: another's countdown may be running. */
static ssize_t fail_write(struct file *f, struct iobuf *b, off_t *pos)
{
	struct task *t = proc_task(proc_node(path_inode(&f->path)));
	bool own = t == current_task();
	char text[TEXT_MAX];
	size_t len = b->left;
	int n;

	(void)pos;
	if (t)
		task_put(t);
	if (!own)
		return t ? -EPERM : -ESRCH;
	if (len >= sizeof(text))
		return -EINVAL;
	if (iobuf_take(b, text, len) != len)
		return -EFAULT;
	text[len] = 0;
	if (parse_int(text, &n) || n < 0)
		return -EINVAL;
	return alloc_fault_set((u32)n) ? (ssize_t)len : -EPERM;
}

const struct file_ops proc_fail_fops = {
	.read = fail_read,
	.write = fail_write,
	.seek = generic_seek,
};
