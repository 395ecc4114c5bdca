/*
 * kernel/proc/procfs_small.c - files of a process that hold one figure or few
 *
 * What:  comm, children, timerslack_ns, personality, oom_score, oom_adj,
 *        oom_score_adj, cgroup, schedstat, wchan, io.
 * Locks: the task is held by reference; words are read as they are. comm is
 *        covered by alloc_lock, children by the tree lock of their namespace.
 * Not:   io counts in the process what its threads did and do; what they
 *        read by mapping a file is in no count.
 * See:   proc(5), each by its name.
 */
#include "procfs_internal.h"

#include <lib/parse.h>
#include <lib/string.h>
#include <mm/page.h>
#include <proc/trace.h>
#include <proc/tree.h>
#include <uapi/errno.h>
#include <vm/aspace.h>

#define OOM_SCORE_MAX 1000
#define OOM_ADJ_MAX 15
#define OOM_ADJ_OFF (-17)

int proc_show_comm(struct task *t, struct seq_buf *out)
{
	char comm[16];

	spin_lock(&t->alloc_lock);
	memcpy(comm, t->comm, sizeof(comm));
	spin_unlock(&t->alloc_lock);
	seq_printf(out, "%s\n", comm);
	return 0;
}

ssize_t proc_write_comm(struct task *t, const char *text, size_t len)
{
	size_t n = min(len, sizeof(t->comm) - 1);

	if (t->process != current_process())
		return -EINVAL;
	spin_lock(&t->alloc_lock);
	memset(t->comm, 0, sizeof(t->comm));
	memcpy(t->comm, text, n);
	spin_unlock(&t->alloc_lock);
	trace_name(t);
	return (ssize_t)len;
}

int proc_show_children(struct task *t, struct pid_ns *ns,
			 struct seq_buf *out)
{
	struct pid_ns *own = tree_lock_own(t->process);
	struct process *p;

	for_each_list(p, &t->children, sibling)
		seq_printf(out, "%d ", pid_nr(p->tgid, ns));
	tree_unlock(own);
	return 0;
}

/* One may set one's own; another's with CAP_SYS_NICE. */
static int may_slack(const struct task *t)
{
	return t == current_task() || capable(CAP_SYS_NICE) ? 0 : -EPERM;
}

int proc_show_timerslack(struct task *t, struct seq_buf *out)
{
	int err = may_slack(t);

	if (!err)
		seq_printf(out, "%lu\n", READ_ONCE(t->timer_slack_ns));
	return err;
}

ssize_t proc_write_timerslack(struct task *t, const char *text, size_t len)
{
	u64 ns;
	int err = may_slack(t);

	if (err)
		return err;
	if (parse_u64(text, &ns))
		return -EINVAL;
	task_set_timer_slack(t, ns);
	return (ssize_t)len;
}

int proc_show_personality(struct task *t, struct seq_buf *out)
{
	seq_printf(out, "%08x\n", READ_ONCE(t->personality));
	return 0;
}

/* Which share of memory it uses, of 1000, and what was asked to be added. */
int proc_show_oom_score(struct task *t, struct seq_buf *out)
{
	struct aspace *as = task_aspace_get(t);
	u64 total = mm_total_pages();
	s64 points = 0;

	if (as) {
		points = (s64)((u64)atomic_read(&as->rss) +
			       READ_ONCE(as->mmu.npagetables));
		aspace_put(as);
	}
	points += READ_ONCE(t->process->oom_score_adj) *
		  (s64)(total / OOM_SCORE_MAX);
	points = points * OOM_SCORE_MAX / (s64)total;
	/* Scaled as Linux does since 5.9: 2000 is the most, 666 is none. */
	points = as ? (OOM_SCORE_MAX + points) * 2 / 3 : 0;
	seq_printf(out, "%ld\n", max(points, (s64)0));
	return 0;
}

/* Who makes it less likely to be chosen needs a right. */
static int set_oom_score_adj(struct task *t, s32 adj)
{
	if (adj < t->process->oom_score_adj && !capable(CAP_SYS_RESOURCE))
		return -EACCES;
	WRITE_ONCE(t->process->oom_score_adj, adj);
	return 0;
}

int proc_show_oom_score_adj(struct task *t, struct seq_buf *out)
{
	seq_printf(out, "%d\n", READ_ONCE(t->process->oom_score_adj));
	return 0;
}

ssize_t proc_write_oom_score_adj(struct task *t, const char *text,
				   size_t len)
{
	s64 v;
	int err;

	if (parse_s64(text, &v))
		return -EINVAL;
	if (v < -1000 || v > 1000)
		return -EINVAL;
	err = set_oom_score_adj(t, (s32)v);
	return err ? err : (ssize_t)len;
}

/* The older scale, -17 to 15. */
int proc_show_oom_adj(struct task *t, struct seq_buf *out)
{
	s32 adj = READ_ONCE(t->process->oom_score_adj);

	if (adj == OOM_SCORE_MAX)
		adj = OOM_ADJ_MAX;
	else
		adj = adj * -OOM_ADJ_OFF / OOM_SCORE_MAX;
	seq_printf(out, "%d\n", adj);
	return 0;
}

ssize_t proc_write_oom_adj(struct task *t, const char *text, size_t len)
{
	int adj, err;

	if (parse_int(text, &adj))
		return -EINVAL;
	if ((adj < -16 || adj > OOM_ADJ_MAX) && adj != OOM_ADJ_OFF)
		return -EINVAL;
	adj = adj == OOM_ADJ_MAX ? OOM_SCORE_MAX :
				   adj * OOM_SCORE_MAX / -OOM_ADJ_OFF;
	err = set_oom_score_adj(t, adj);
	return err ? err : (ssize_t)len;
}

/* A line for each mounted hierarchy, and none is ever mounted. */
int proc_show_cgroup(struct task *t, struct seq_buf *out)
{
	(void)t;
	(void)out;
	return 0;
}

/* Time on a processor, time waited for one, turns. */
int proc_show_schedstat(struct task *t, struct seq_buf *out)
{
	struct rusage_sum sum;

	task_sum(t, &sum);
	seq_printf(out, "%lu 0 %lu\n", sum.user_ns + sum.system_ns,
		   t->thread.nvcsw + t->thread.nivcsw);
	return 0;
}

/* What a task waits in: "0" is for those that run, or when it is not told. */
int proc_show_wchan(struct task *t, struct seq_buf *out)
{
	(void)t;
	seq_putc(out, '0');
	return 0;
}

static void io_sum(struct process *p, struct io_count *out)
{
	struct task *t;
	u64 flags = spin_lock_irqsave(&p->siglock);

	*out = p->io;
	for_each_list(t, &p->threads, thread_link)
		io_count_add(out, &t->io);
	spin_unlock_irqrestore(&p->siglock, flags);
}

/* No disk: what is read from it and written to it is nothing. */
int proc_show_io(struct task *t, struct seq_buf *out)
{
	struct io_count c;

	io_sum(t->process, &c);
	seq_printf(out, "rchar: %lu\nwchar: %lu\nsyscr: %lu\nsyscw: %lu\n"
		   "read_bytes: 0\nwrite_bytes: 0\n"
		   "cancelled_write_bytes: 0\n", c.read_bytes,
		   c.written_bytes, c.reads, c.writes);
	return 0;
}
