/*
 * kernel/proc/procfs_aspace.c - files that stand for the memory there was
 *
 * What:  maps, smaps, environ and their like show the memory that the process
 *        had at open(2), to whom open(2) allowed it, also when the descriptor
 *        has gone to another since, and nothing once that memory is gone.
 * Life:  a view (vm/aspace_view.h) belongs to the open file: an open file does
 *        not keep the memory.
 * Not:   what they show (procfs_mem.c, procfs_smaps.c, procfs_trace.c).
 * See:   proc(5); ptrace(2), "Ptrace access mode checking".
 */
#include "procfs_internal.h"

#include <mm/kmalloc.h>
#include <uapi/errno.h>
#include <vm/aspace.h>
#include <vm/aspace_view.h>

static int open_view(struct task *t, bool must, struct aspace_view *v)
{
	struct aspace *as;
	int err = task_aspace_look(t, false, &as);

	if (err || !as)
		return err || !must ? err : -ESRCH;
	aspace_view_init(v, as);
	aspace_put(as);
	return 0;
}

int proc_memory_open(const struct proc_node *n, bool must,
		     struct aspace_view **out)
{
	struct aspace_view *v = kzalloc(sizeof(*v));
	struct task *t = proc_task(n);
	int err = t ? -ENOMEM : -ESRCH;

	if (t && v)
		err = open_view(t, must, v);
	if (t)
		task_put(t);
	if (err)
		kfree(v);
	else
		*out = v;
	return err;
}

void proc_memory_close(struct aspace_view *v)
{
	aspace_view_fini(v);
	kfree(v);
}

/* ------------------------------------------------------------------- texts */

static int source_open(struct seq_source *src, void **opened)
{
	const struct proc_node *n = container_of(src, struct proc_node, source);
	struct aspace_view *v;
	int err = proc_memory_open(n, !n->file->may_lack, &v);

	if (!err)
		*opened = v;
	return err;
}

static void source_close(void *opened)
{
	proc_memory_close(opened);
}

static int source_step(struct seq_source *src, struct seq_buf *out,
		       struct seq_place *place)
{
	const struct proc_node *n = container_of(src, struct proc_node, source);
	struct aspace *as = aspace_view_get(place->opened);
	int more = n->file->memory(n, as, out, place);

	if (as)
		aspace_put(as);
	return more;
}

static long source_ioctl(struct seq_source *src, void *opened, u32 cmd,
			 uptr_t arg)
{
	const struct proc_node *n = container_of(src, struct proc_node, source);
	struct aspace *as = aspace_view_get(opened);
	long ret = n->file->ioctl(as, cmd, arg);

	if (as)
		aspace_put(as);
	return ret;
}

void proc_memory_source(struct proc_node *n)
{
	n->source.open = source_open;
	n->source.close = source_close;
	n->source.step = source_step;
	n->source.ioctl = n->file->ioctl ? source_ioctl : NULL;
}
