/*
 * kernel/sys/cpu_clock.c - clocks that count processor time
 *
 * See:   clock_gettime(2), clock_getcpuclockid(3).
 */
#include "cpu_clock.h"

#include <arch/clock.h>
#include <proc/lifecycle.h>
#include <sched/timer.h>
#include <uapi/errno.h>

/* A clock's number taken apart. */
struct cpu_clock {
	pid_t pid;		/* 0: the caller */
	bool thread;
	u32 kind;		/* CPUCLOCK_* */
};

/* False: not a clock of processor time. */
static bool decode(clockid_t clock, struct cpu_clock *c)
{
	*c = (struct cpu_clock){ .kind = CPUCLOCK_SCHED };
	if (clock >= 0) {
		c->thread = clock == CLOCK_THREAD_CPUTIME_ID;
		return c->thread || clock == CLOCK_PROCESS_CPUTIME_ID;
	}
	c->pid = CPUCLOCK_PID(clock);
	c->thread = clock & CPUCLOCK_PERTHREAD_MASK;
	c->kind = clock & CPUCLOCK_CLOCK_MASK;
	return c->kind <= CPUCLOCK_SCHED;
}

/* The thread that is meant, or one of the process, with a reference. */
static struct task *find_target(const struct cpu_clock *c)
{
	struct task *t = current_task();
	struct process *p;

	if (!c->pid)
		return task_get(t);
	rcu_read_lock();
	if (c->thread) {
		t = task_find(c->pid);
		if (t && t->process != current_process())
			t = NULL;
	} else {
		p = process_find(c->pid);
		t = p ? rcu_dereference(p->leader) : NULL;
	}
	if (t && !task_try_get(t))
		t = NULL;
	rcu_read_unlock();
	return t;
}

static u64 pick(u32 kind, u64 user_ns, u64 system_ns)
{
	return kind == CPUCLOCK_VIRT ? user_ns : user_ns + system_ns;
}

static u64 read_target(const struct cpu_clock *c, struct task *t)
{
	struct rusage_sum sum;
	u64 user_ns, system_ns;

	if (c->thread && c->kind == CPUCLOCK_SCHED)
		return sched_runtime(&t->thread);
	if (c->thread) {
		sched_times(&t->thread, &user_ns, &system_ns);
		return pick(c->kind, user_ns, system_ns);
	}
	process_sum(t->process, &sum);
	return pick(c->kind, sum.user_ns, sum.system_ns);
}

int cpu_clock_read(clockid_t clock, u64 *ns)
{
	struct cpu_clock c;
	struct task *t;

	if (!decode(clock, &c))
		return -EINVAL;
	t = find_target(&c);
	if (!t)
		return -EINVAL;
	*ns = read_target(&c, t);
	task_put(t);
	return 0;
}

/* The clock cannot be waited for: look when it could be there at the earliest,
 * which with all processors at work is a fraction of what is left. */
int cpu_clock_sleep_until(clockid_t clock, u64 at_ns)
{
	u64 now, wait;
	int err;

	for (;;) {
		err = cpu_clock_read(clock, &now);
		if (err || now >= at_ns)
			return err;
		wait = (at_ns - now) / cpu_online_count();
		wait = max(wait, (u64)NSEC_PER_MSEC);
		err = sleep_until_interruptible(add_saturated(clock_now_ns(),
							      wait));
		if (err)
			return err;
	}
}
