/*
 * kernel/proc/rusage.c - what threads and processes have used
 *
 * Locks: sums are read under the siglock; a running thread's share is taken
 *        from the scheduler as of now.
 * See:   getrusage(2), times(2).
 */
#include <proc/lifecycle.h>

#include <lib/string.h>
#include <uapi/errno.h>
#include <vm/aspace.h>

static void add_thread(struct rusage_sum *sum, struct task *t)
{
	u64 user_ns, system_ns;

	sched_times(&t->thread, &user_ns, &system_ns);
	sum->user_ns += user_ns;
	sum->system_ns += system_ns;
	sum->minflt += t->minflt;
	sum->majflt += t->majflt;
	sum->nvcsw += t->thread.nvcsw;
	sum->nivcsw += t->thread.nivcsw;
}

void task_sum(struct task *t, struct rusage_sum *out)
{
	memset(out, 0, sizeof(*out));
	add_thread(out, t);
}

void process_sum_locked(struct process *p, struct rusage_sum *out)
{
	struct task *t;

	*out = (struct rusage_sum){
		.user_ns = p->user_ns,
		.system_ns = p->system_ns,
		.minflt = p->minflt,
		.majflt = p->majflt,
		.nvcsw = p->nvcsw,
		.nivcsw = p->nivcsw,
	};
	for_each_list(t, &p->threads, thread_link)
		add_thread(out, t);
}

void process_sum(struct process *p, struct rusage_sum *out)
{
	u64 flags = spin_lock_irqsave(&p->siglock);

	process_sum_locked(p, out);
	spin_unlock_irqrestore(&p->siglock, flags);
}

static struct timeval to_timeval(u64 ns)
{
	return (struct timeval){
		.tv_sec = (s64)(ns / NSEC_PER_SEC),
		.tv_usec = (s64)(ns % NSEC_PER_SEC / NSEC_PER_USEC),
	};
}

static void to_rusage(const struct rusage_sum *sum, u64 max_rss_pages,
		      struct rusage *out)
{
	memset(out, 0, sizeof(*out));
	out->ru_utime = to_timeval(sum->user_ns);
	out->ru_stime = to_timeval(sum->system_ns);
	out->ru_maxrss = (s64)(max_rss_pages * (PAGE_SIZE / 1024));
	out->ru_minflt = (s64)sum->minflt;
	out->ru_majflt = (s64)sum->majflt;
	out->ru_nvcsw = (s64)sum->nvcsw;
	out->ru_nivcsw = (s64)sum->nivcsw;
}

static void add_children(struct process *p, struct rusage_sum *sum)
{
	u64 flags = spin_lock_irqsave(&p->siglock);

	sum->user_ns += p->child_user_ns;
	sum->system_ns += p->child_system_ns;
	sum->minflt += p->child_minflt;
	sum->majflt += p->child_majflt;
	sum->nvcsw += p->child_nvcsw;
	sum->nivcsw += p->child_nivcsw;
	spin_unlock_irqrestore(&p->siglock, flags);
}

/* Of the memory it has now, or had when it left it. */
static u64 own_max_rss(struct process *p)
{
	struct task *self = current_task();
	u64 rss = p->max_rss;

	if (p == self->process && self->aspace)
		rss = max(rss, READ_ONCE(self->aspace->max_rss));
	return rss;
}

void process_rusage(struct process *p, int who, struct rusage *out)
{
	struct rusage_sum sum = { 0 };
	u64 rss = 0;

	if (who != RUSAGE_CHILDREN) {
		process_sum(p, &sum);
		rss = own_max_rss(p);
	}
	if (who != RUSAGE_SELF) {
		add_children(p, &sum);
		rss = max(rss, p->child_max_rss);
	}
	to_rusage(&sum, rss, out);
}

void task_rusage(struct task *t, struct rusage *out)
{
	struct rusage_sum sum = { 0 };

	add_thread(&sum, t);
	to_rusage(&sum, own_max_rss(t->process), out);
}
