/*
 * kernel/proc/procfs_pipe.c - /proc/sys/fs/pipe-max-size
 *
 * See:   proc_sys_fs(5); fs/pipe.c.
 */
#include "procfs_internal.h"

#include <core/start_call.h>
#include <fs/file.h>
#include <fs/seq_buf.h>
#include <lib/parse.h>
#include <proc/user.h>
#include <uapi/errno.h>

static int show_pipe_max(struct seq_buf *out)
{
	seq_printf(out, "%lu\n", pipe_max_size());
	return 0;
}

static ssize_t write_pipe_max(const char *text, size_t len)
{
	u64 n;

	if (!capable(CAP_SYS_RESOURCE))
		return -EPERM;
	if (parse_u64(text, &n) || pipe_set_max_size(n))
		return -EINVAL;
	return (ssize_t)len;
}

static struct proc_entry max_entry = {
	.path = "sys/fs/pipe-max-size", .mode = 0644, .show = show_pipe_max,
	.write = write_pipe_max,
};

static void pipe_max_start(void)
{
	proc_entry_add(&max_entry);
}
START_CALL(pipe_max_start);
