/*
 * kernel/proc/posix_timers.c - timers of timer_create(2)
 *
 * What:  a timer fires once, queues its signal, and stands still until that
 *        is delivered: then the intervals that went by are counted as overruns
 *        and it is set for the next. So a slow program is not flooded, and one
 *        queue entry a timer is enough, which is made with it. Timers of
 *        processor time are looked at when they could be due, as those of
 *        setitimer(2).
 * Locks: the siglock of the timer's process covers everything; the handler
 *        takes it in interrupts. A clock that is set only makes the timers of
 *        times of day fire early: the handler looks again.
 * Life:  in process->posix_timers until timer_delete, exec or the end of the
 *        last thread; then the handler is waited for. An entry that is queued
 *        outlives its timer and becomes an ordinary one.
 * See:   timer_create(2), timer_settime(2), timer_getoverrun(2)
 */
#include <proc/posix_timers.h>

#include <fs/seq_buf.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/lifecycle.h>
#include <proc/signal.h>
#include <proc/timens.h>
#include <sched/wallclock.h>
#include "signal_internal.h"
#include <uapi/errno.h>

/* Time used is only looked at so often; an ignored signal does not come more
 * often. */
#define LOOK_MIN_NS NSEC_PER_MSEC
#define IGNORED_MIN_NS (4 * NSEC_PER_MSEC)

enum timer_scale {
	SCALE_MONOTONIC,
	SCALE_OF_DAY,		/* when the time is absolute */
	SCALE_PROCESS,		/* time used */
	SCALE_PROCESS_USER,
	SCALE_THREAD,
	SCALE_THREAD_USER,
};

struct posix_timer {
	struct list link;		/* [S] process->posix_timers */
	struct process *process;	/* [I] borrowed: it ends its timers */
	s32 id;				/* [I] */
	enum timer_scale scale;		/* [I] */
	clockid_t clock;		/* [I] as timer_create was told */
	struct task *thread;		/* [I] owned; NULL: of a process */
	struct pid *target;		/* [I] owned; NULL: any thread */
	struct sigqueue_entry *entry;	/* [I] owned; NULL: no signal */
	struct sigevent event;		/* [I] as timer_create was told */
	struct timer timer;
	struct wait_entry clock_set;	/* on the clock's queue */
	u64 expires_ns;			/* [S] 0: not set, or over */
	u64 interval_ns;		/* [S] */
	s64 overrun;			/* [S] since the last delivery; -1 */
	s64 overrun_last;		/* [S] told with that */
	bool absolute;			/* [S] */
	bool armed;			/* [S] the kernel timer counts */
	bool queued;			/* [S] to be set anew at delivery */
};

static u64 thread_used(struct posix_timer *t)
{
	u64 user_ns, system_ns;

	if (t->scale == SCALE_THREAD)
		return sched_runtime(&t->thread->thread);
	sched_times(&t->thread->thread, &user_ns, &system_ns);
	return user_ns;
}

/* [S] */
static u64 own_now(struct posix_timer *t)
{
	struct rusage_sum sum;

	switch (t->scale) {
	case SCALE_MONOTONIC:
		break;
	case SCALE_OF_DAY:
		return t->absolute ? wallclock_now_ns() : clock_now_ns();
	case SCALE_PROCESS:
	case SCALE_PROCESS_USER:
		process_sum_locked(t->process, &sum);
		return t->scale == SCALE_PROCESS ?
		       sum.user_ns + sum.system_ns : sum.user_ns;
	case SCALE_THREAD:
	case SCALE_THREAD_USER:
		return thread_used(t);
	}
	return clock_now_ns();
}

/* Real time until @left_ns of the timer's scale can be over. [S] */
static u64 shortest_wait(const struct posix_timer *t, u64 left_ns)
{
	switch (t->scale) {
	case SCALE_MONOTONIC:
	case SCALE_OF_DAY:
		return left_ns;
	case SCALE_PROCESS:
	case SCALE_PROCESS_USER:
		left_ns /= max(t->process->nlive, 1u);
		break;
	case SCALE_THREAD:
	case SCALE_THREAD_USER:
		break;
	}
	return max(left_ns, (u64)LOOK_MIN_NS);
}

/* Have the handler called when the time comes, not before @min_ns. [S] */
static void start(struct posix_timer *t, u64 min_ns)
{
	u64 now = own_now(t);
	u64 wait = t->expires_ns > now ? t->expires_ns - now : 0;
	u64 at;

	t->armed = t->entry != NULL;
	if (!t->armed)
		return;
	wait = max(shortest_wait(t, wait), min_ns);
	if (!add_overflow(clock_now_ns(), wait, &at) && at != U64_MAX)
		timer_set(&t->timer, at);
}

/* Move the expiry behind the present: so many intervals. [S] */
static void forward(struct posix_timer *t)
{
	u64 now = own_now(t);
	u64 n;

	if (!t->interval_ns || now < t->expires_ns)
		return;
	n = (now - t->expires_ns) / t->interval_ns + 1;
	t->expires_ns += (n - 1) * t->interval_ns;
	t->expires_ns = add_saturated(t->expires_ns, t->interval_ns);
	t->overrun += (s64)n;
}

/* [S] 0, 1: ignored, -ESRCH. */
static int send(struct posix_timer *t)
{
	struct task *thread = NULL;

	if (t->target) {
		thread = rcu_dereference(t->target->task);
		if (!thread || thread->process != t->process)
			return -ESRCH;
	}
	return signal_send_entry_locked(t->entry, t->process, thread);
}

/* The time came. [S] */
static void expire(struct posix_timer *t)
{
	int ignored;

	t->armed = false;
	ignored = send(t) == 1;
	if (!t->interval_ns) {
		t->expires_ns = 0;
	} else if (ignored) {
		/* It may be wanted later: go on, but slowly. */
		forward(t);
		start(t, IGNORED_MIN_NS);
	} else {
		t->queued = true;
	}
}

/* Context: interrupt. */
static void fired(struct timer *timer)
{
	struct posix_timer *t = container_of(timer, struct posix_timer, timer);
	struct process *p = t->process;
	u64 flags = spin_lock_irqsave(&p->siglock);

	rcu_read_lock();
	if (t->armed && own_now(t) >= t->expires_ns)
		expire(t);
	else if (t->armed)
		start(t, 0);
	rcu_read_unlock();
	spin_unlock_irqrestore(&p->siglock, flags);
}

/* Context: any, under the lock of the clock's queue. */
static bool clock_was_set(struct wait_entry *e, u32 key)
{
	struct posix_timer *t = container_of(e, struct posix_timer, clock_set);

	(void)key;
	timer_set(&t->timer, clock_now_ns());
	return false;
}

void posix_timer_delivered(void *timer, struct siginfo *si)
{
	struct posix_timer *t = timer;

	if (!t->queued)
		return;
	t->queued = false;
	forward(t);
	t->overrun_last = t->overrun;
	t->overrun = -1;
	start(t, 0);
	si->f.timer.overrun = (s32)min(t->overrun_last + si->f.timer.overrun,
				       (s64)INT_MAX);
}

/* [S] */
static struct posix_timer *find(struct process *p, s32 id)
{
	struct posix_timer *t;

	for_each_list(t, &p->posix_timers, link) {
		if (t->id == id)
			return t;
	}
	return NULL;
}

/* Own thread @nr (0: the caller) with a reference, or NULL. */
static struct task *own_thread(pid_t nr)
{
	struct task *t;

	if (!nr)
		return task_get(current_task());
	rcu_read_lock();
	t = task_find(nr);
	if (t && (t->process != current_process() || !task_try_get(t)))
		t = NULL;
	rcu_read_unlock();
	return t;
}

static bool is_own_process(pid_t nr)
{
	return !nr || nr == pid_vnr(current_process()->tgid);
}

/* A clock of processor time, named by number: those of this process. */
static int set_cpu_clock(struct posix_timer *t, clockid_t clock)
{
	bool user = (clock & CPUCLOCK_CLOCK_MASK) == CPUCLOCK_VIRT;
	pid_t nr = CPUCLOCK_PID(clock);

	if ((clock & CPUCLOCK_CLOCK_MASK) > CPUCLOCK_SCHED)
		return -EINVAL;
	if (clock & CPUCLOCK_PERTHREAD_MASK) {
		t->scale = user ? SCALE_THREAD_USER : SCALE_THREAD;
		t->thread = own_thread(nr);
		return t->thread ? 0 : -EINVAL;
	}
	t->scale = user ? SCALE_PROCESS_USER : SCALE_PROCESS;
	return is_own_process(nr) ? 0 : -EINVAL;
}

static int set_clock(struct posix_timer *t, clockid_t clock)
{
	t->clock = clock;
	if (clock < 0)
		return set_cpu_clock(t, clock);
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI:
		t->scale = SCALE_OF_DAY;
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		t->scale = SCALE_MONOTONIC;
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		t->scale = SCALE_PROCESS;
		return 0;
	case CLOCK_THREAD_CPUTIME_ID:
		t->scale = SCALE_THREAD;
		t->thread = own_thread(0);
		return 0;
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_MONOTONIC_COARSE:
		return -EOPNOTSUPP;
	}
	return -EINVAL;
}

static int set_target(struct posix_timer *t, pid_t tid)
{
	struct task *thread = tid > 0 ? own_thread(tid) : NULL;

	if (!thread)
		return -EINVAL;
	rcu_read_lock();
	t->target = rcu_dereference(thread->pid);
	if (t->target && !refcount_try_get(&t->target->refs))
		t->target = NULL;
	rcu_read_unlock();
	task_put(thread);
	return t->target ? 0 : -EINVAL;
}

/* What happens at expiry; @t has an entry, and loses it if none is wanted. */
static int set_event(struct posix_timer *t, const struct sigevent *event)
{
	struct siginfo *si = &t->entry->info;
	int err;

	t->event = *event;
	switch (event->sigev_notify) {
	case SIGEV_THREAD_ID:
		err = set_target(t, event->sigev_un.tid);
		if (err)
			return err;
		break;
	case SIGEV_SIGNAL:
	case SIGEV_THREAD:
		break;
	case SIGEV_NONE:
		sigqueue_entry_free(t->entry);
		t->entry = NULL;
		return 0;
	default:
		return -EINVAL;
	}
	if (event->sigev_signo <= 0 || event->sigev_signo > NSIG)
		return -EINVAL;
	si->si_signo = event->sigev_signo;
	si->si_code = SI_TIMER;
	si->f.timer.value = event->sigev_value;
	t->entry->timer = t;
	return 0;
}

/* Half-made ones too; out of the list, the handler not to run any more. */
static void timer_free(struct posix_timer *t)
{
	if (t->entry) {
		t->entry->timer = NULL;
		sigqueue_entry_free(t->entry);
	}
	if (t->thread)
		task_put(t->thread);
	pid_put(t->target);
	kfree(t);
}

/* Give @t a number and publish it. */
static void publish(struct posix_timer *t, bool default_event)
{
	struct process *p = t->process;

	if (t->scale == SCALE_OF_DAY)
		wait_queue_add(wallclock_changed(), &t->clock_set);
	spin_lock_irq(&p->siglock);
	do {
		t->id = p->next_timer_id;
		p->next_timer_id = (s32)(((u32)t->id + 1) & INT_MAX);
	} while (find(p, t->id));
	if (default_event)
		t->event.sigev_value.sival_int = t->id;
	if (t->entry) {
		t->entry->info.f.timer.tid = t->id;
		t->entry->info.f.timer.value = t->event.sigev_value;
	}
	list_add_tail(&p->posix_timers, &t->link);
	spin_unlock_irq(&p->siglock);
}

static int timer_alloc(struct posix_timer **out)
{
	struct posix_timer *t = kzalloc(sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->entry = sigqueue_entry_alloc(current_task(), false);
	if (!t->entry) {
		kfree(t);
		return -EAGAIN;
	}
	memset(&t->entry->info, 0, sizeof(t->entry->info));
	list_init(&t->link);
	t->process = current_process();
	t->overrun = -1;
	timer_init(&t->timer, fired);
	wait_entry_init(&t->clock_set);
	t->clock_set.wake = clock_was_set;
	*out = t;
	return 0;
}

int posix_timer_create(clockid_t clock, const struct sigevent *event, s32 *id)
{
	static const struct sigevent usual = {
		.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM,
	};
	struct posix_timer *t;
	int err = timer_alloc(&t);

	if (err)
		return err;
	err = set_clock(t, clock);
	if (!err)
		err = set_event(t, event ? event : &usual);
	if (err) {
		timer_free(t);
		return err;
	}
	publish(t, !event);
	*id = t->id;
	return 0;
}

/* [S] */
static void get_locked(struct posix_timer *t, struct posix_timer_time *out)
{
	u64 now;

	out->interval_ns = t->interval_ns;
	out->value_ns = 0;
	if (!t->expires_ns)
		return;
	if (t->queued || !t->entry)
		forward(t);
	now = own_now(t);
	if (t->expires_ns > now)
		out->value_ns = t->expires_ns - now;
	else if (t->entry)
		out->value_ns = 1;	/* the signal is on its way */
}

/* [S] */
static void set_locked(struct posix_timer *t, bool absolute,
		       const struct posix_timer_time *new)
{
	timer_cancel(&t->timer);
	t->armed = false;
	t->queued = false;
	t->overrun = -1;
	t->overrun_last = 0;
	t->absolute = absolute;
	t->interval_ns = new->interval_ns;
	t->expires_ns = absolute ? timens_to_host(t->clock, new->value_ns) :
				   new->value_ns;
	if (!new->value_ns)
		return;
	if (!absolute)
		t->expires_ns = add_saturated(own_now(t), new->value_ns);
	start(t, 0);
}

int posix_timer_set(s32 id, bool absolute, const struct posix_timer_time *new,
		    struct posix_timer_time *old)
{
	struct process *p = current_process();
	struct posix_timer *t;

	spin_lock_irq(&p->siglock);
	t = find(p, id);
	if (t) {
		get_locked(t, old);
		set_locked(t, absolute, new);
	}
	spin_unlock_irq(&p->siglock);
	return t ? 0 : -EINVAL;
}

int posix_timer_get(s32 id, struct posix_timer_time *out)
{
	struct process *p = current_process();
	struct posix_timer *t;

	spin_lock_irq(&p->siglock);
	t = find(p, id);
	if (t)
		get_locked(t, out);
	spin_unlock_irq(&p->siglock);
	return t ? 0 : -EINVAL;
}

int posix_timer_overrun(s32 id)
{
	struct process *p = current_process();
	struct posix_timer *t;
	int overrun = -EINVAL;

	spin_lock_irq(&p->siglock);
	t = find(p, id);
	if (t)
		overrun = (int)min(t->overrun_last, (s64)INT_MAX);
	spin_unlock_irq(&p->siglock);
	return overrun;
}

/* Out of the list; an entry on a queue is no longer the timer's. [S] */
static void unlink_locked(struct posix_timer *t)
{
	list_del(&t->link);
	t->armed = false;
	if (t->entry && !list_empty(&t->entry->link)) {
		t->entry->timer = NULL;
		t->entry = NULL;
	}
}

/* An unlinked timer ends. */
static void destroy(struct posix_timer *t)
{
	if (t->scale == SCALE_OF_DAY)
		wait_queue_remove(wallclock_changed(), &t->clock_set);
	timer_cancel_sync(&t->timer);
	timer_free(t);
}

int posix_timer_delete(s32 id)
{
	struct process *p = current_process();
	struct posix_timer *t;

	spin_lock_irq(&p->siglock);
	t = find(p, id);
	if (t)
		unlink_locked(t);
	spin_unlock_irq(&p->siglock);
	if (!t)
		return -EINVAL;
	destroy(t);
	return 0;
}

void posix_timers_delete_all(struct process *p)
{
	struct posix_timer *t;

	for (;;) {
		spin_lock_irq(&p->siglock);
		t = NULL;
		if (!list_empty(&p->posix_timers)) {
			t = list_first(&p->posix_timers, struct posix_timer,
				       link);
			unlink_locked(t);
		}
		spin_unlock_irq(&p->siglock);
		if (!t)
			return;
		destroy(t);
	}
}

/* --- /proc/PID/timers ----------------------------------------------------- */

/* A timer as it is shown. */
struct timer_line {
	struct sigevent event;
	struct pid *target;	/* owned */
	clockid_t clock;
	s32 id;
};

/* At most @most, the newest first. Return: how many. */
static u32 take_lines(struct process *p, struct timer_line *lines, u32 most)
{
	struct posix_timer *t;
	u32 n = 0;

	spin_lock_irq(&p->siglock);
	for_each_list(t, &p->posix_timers, link) {
		if (n++ >= most)
			continue;
		lines[most - n] = (struct timer_line){
			t->event, pid_get(t->target ? t->target : p->tgid),
			t->clock, t->id
		};
	}
	spin_unlock_irq(&p->siglock);
	return n;
}

/* The clocks of the caller's own time have numbers like those of others. */
static clockid_t shown_clock(clockid_t clock)
{
	switch (clock) {
	case CLOCK_PROCESS_CPUTIME_ID:
		return -6;
	case CLOCK_THREAD_CPUTIME_ID:
		return -2;
	}
	return clock;
}

static void show_line(const struct timer_line *l, struct pid_ns *ns,
		      struct seq_buf *out)
{
	static const char *const ways[] = { "signal", "none", "thread" };
	s32 notify = l->event.sigev_notify;

	seq_printf(out, "ID: %d\nsignal: %d/%016lx\n", l->id,
		   l->event.sigev_signo, l->event.sigev_value.sival_ptr);
	seq_printf(out, "notify: %s/%s.%d\nClockID: %d\n",
		   ways[notify & ~SIGEV_THREAD_ID],
		   notify & SIGEV_THREAD_ID ? "tid" : "pid",
		   pid_nr(l->target, ns), shown_clock(l->clock));
}

/* Source: proc(5), /proc/pid/timers. */
int posix_timers_show(struct task *t, struct pid_ns *ns, struct seq_buf *out)
{
	struct timer_line *lines = NULL;
	u32 room = 0, n;

	while ((n = take_lines(t->process, lines, room)) != room) {
		for (u32 i = 0; i < min(n, room); i++)
			pid_put(lines[room - 1 - i].target);
		kfree(lines);
		lines = kcalloc(max(n, 1u), sizeof(*lines));
		if (!lines)
			return -ENOMEM;
		room = n;
	}
	for (u32 i = 0; i < n; i++) {
		show_line(&lines[i], ns, out);
		pid_put(lines[i].target);
	}
	kfree(lines);
	return 0;
}
