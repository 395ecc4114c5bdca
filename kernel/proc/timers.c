/*
 * kernel/proc/timers.c - interval timers and the limit of processor time
 *
 * What:  ITIMER_REAL is one kernel timer. ITIMER_VIRTUAL, ITIMER_PROF and
 *        RLIMIT_CPU need no tick: a second timer fires when the process could
 *        have used the time that is left, if all its threads ran since; the
 *        handler looks and, if it was too early, sets itself again.
 * Locks: siglock covers the settings; both handlers run in interrupts, take it
 *        and look whether what they were set for is still wanted.
 * Life:  nothing is set before the process is published; process_timers_stop
 *        waits for the handlers.
 * Not:   timers by timer_create(2) (posix_timers.c).
 * See:   setitimer(2), getrlimit(2), RLIMIT_CPU.
 */
#include <proc/lifecycle.h>

#include <core/assert.h>
#include <proc/posix_timers.h>
#include "signal_internal.h"

/* No timer of a process fires more often. */
#define MIN_PERIOD_NS (50 * NSEC_PER_USEC)
/* Time used is only looked at so often. */
#define CPU_LOOK_MIN_NS NSEC_PER_MSEC

/* Move @it to its next expiry after @now. [S] */
static void advance(struct interval_timer *it, u64 now)
{
	u64 behind = now - it->expires_ns;

	if (!it->interval_ns) {
		it->expires_ns = 0;
		return;
	}
	it->expires_ns += behind / it->interval_ns * it->interval_ns;
	it->expires_ns = add_saturated(it->expires_ns, it->interval_ns);
}

/* Context: interrupt. */
static void real_fired(struct timer *timer)
{
	struct process *p = container_of(timer, struct process, real_timer);
	struct interval_timer *it = &p->itimers[ITIMER_REAL];
	u64 now = clock_now_ns();
	u64 flags = spin_lock_irqsave(&p->siglock);
	bool due = it->expires_ns && it->expires_ns <= now;

	if (due)
		advance(it, now);
	if (it->expires_ns)
		timer_set(timer, max(it->expires_ns, now + MIN_PERIOD_NS));
	spin_unlock_irqrestore(&p->siglock, flags);
	if (due)
		(void)signal_send_process(p, SIGALRM, SEND_KERNEL);
}

/* What the handler for processor time has found. */
struct cpu_look {
	struct rusage_sum sum;
	u64 total_ns;
	u64 soonest_ns;		/* until something may be due */
	u64 signals;		/* set of those that are */
};

static void note_left(struct cpu_look *l, u64 used, u64 at)
{
	l->soonest_ns = min(l->soonest_ns, at - used);
}

static void look_itimer(struct cpu_look *l, struct interval_timer *it,
			u64 used, int sig)
{
	if (!it->expires_ns)
		return;
	if (it->expires_ns <= used) {
		l->signals |= SIGMASK(sig);
		advance(it, used);
	}
	if (it->expires_ns)
		note_left(l, used, it->expires_ns);
}

static u64 limit_ns(u64 seconds)
{
	return seconds >= S64_MAX / NSEC_PER_SEC ? U64_MAX :
						   seconds * NSEC_PER_SEC;
}

/* Past the soft limit SIGXCPU once a second, at the hard one the end. */
static void look_limit(struct cpu_look *l, struct process *p)
{
	u64 soft = limit_ns(READ_ONCE(p->rlimits[RLIMIT_CPU].rlim_cur));
	u64 hard = limit_ns(READ_ONCE(p->rlimits[RLIMIT_CPU].rlim_max));
	u64 warn = max(soft, p->cpu_warn_ns);

	if (soft == U64_MAX && hard == U64_MAX)
		return;
	if (l->total_ns >= hard) {
		l->signals |= SIGMASK(SIGKILL);
		return;
	}
	if (l->total_ns >= warn) {
		l->signals |= SIGMASK(SIGXCPU);
		warn = (l->total_ns / NSEC_PER_SEC + 1) * NSEC_PER_SEC;
		p->cpu_warn_ns = warn;
	}
	note_left(l, l->total_ns, min(warn, hard));
}

/* Set the timer for when all threads together may have used @left. [S] */
static void cpu_timer_set(struct process *p, u64 left_ns)
{
	u64 after = left_ns / max(p->nlive, 1u);

	after = max(after, (u64)CPU_LOOK_MIN_NS);
	timer_set(&p->cpu_timer, add_saturated(clock_now_ns(), after));
}

/* See what is due, and set the timer for the rest. [S] dropped inside. */
static void cpu_look(struct process *p)
{
	struct cpu_look l = { .soonest_ns = U64_MAX };
	u64 flags;

	process_sum(p, &l.sum);
	l.total_ns = l.sum.user_ns + l.sum.system_ns;
	flags = spin_lock_irqsave(&p->siglock);
	look_itimer(&l, &p->itimers[ITIMER_VIRTUAL], l.sum.user_ns, SIGVTALRM);
	look_itimer(&l, &p->itimers[ITIMER_PROF], l.total_ns, SIGPROF);
	look_limit(&l, p);
	if (l.soonest_ns != U64_MAX && p->nlive)
		cpu_timer_set(p, l.soonest_ns);
	spin_unlock_irqrestore(&p->siglock, flags);
	for (int sig = 1; l.signals >> (sig - 1); sig++) {
		if (l.signals & SIGMASK(sig))
			(void)signal_send_process(p, sig, SEND_KERNEL);
	}
}

/* Context: interrupt. */
static void cpu_fired(struct timer *timer)
{
	cpu_look(container_of(timer, struct process, cpu_timer));
}

void process_timers_init(struct process *p)
{
	timer_init(&p->real_timer, real_fired);
	timer_init(&p->cpu_timer, cpu_fired);
}

void process_timers_start(struct process *p)
{
	if (READ_ONCE(p->rlimits[RLIMIT_CPU].rlim_cur) == RLIM_INFINITY &&
	    READ_ONCE(p->rlimits[RLIMIT_CPU].rlim_max) == RLIM_INFINITY)
		return;
	cpu_look(p);
}

void process_timers_stop(struct process *p)
{
	spin_lock_irq(&p->siglock);
	for (u32 i = 0; i < ARRAY_SIZE(p->itimers); i++)
		p->itimers[i].expires_ns = 0;
	spin_unlock_irq(&p->siglock);
	timer_cancel_sync(&p->real_timer);
	timer_cancel_sync(&p->cpu_timer);
	if (posix_timers_delete_all)
		posix_timers_delete_all(p);
	ASSERT(list_empty(&p->posix_timers));
}

void process_timers_exec(struct process *p)
{
	if (list_empty(&p->posix_timers))
		return;
	posix_timers_delete_all(p);
	spin_lock_irq(&p->siglock);
	signal_drop_timers_locked(p);
	signal_recalc();
	spin_unlock_irq(&p->siglock);
}

/* The time that timer @which counts. */
static u64 itimer_clock(struct process *p, u32 which)
{
	struct rusage_sum sum;

	if (which == ITIMER_REAL)
		return clock_now_ns();
	process_sum(p, &sum);
	return which == ITIMER_VIRTUAL ? sum.user_ns :
					 sum.user_ns + sum.system_ns;
}

void itimer_set(u32 which, u64 value_ns, u64 interval_ns)
{
	struct process *p = current_process();
	struct interval_timer *it = &p->itimers[which];
	u64 now = itimer_clock(p, which);
	u64 at = add_saturated(now, value_ns);

	spin_lock_irq(&p->siglock);
	it->expires_ns = value_ns ? at : 0;
	it->interval_ns = interval_ns;
	if (which == ITIMER_REAL) {
		timer_cancel(&p->real_timer);
		if (value_ns)
			timer_set(&p->real_timer, at);
	}
	spin_unlock_irq(&p->siglock);
	if (which != ITIMER_REAL && value_ns)
		cpu_look(p);
}

void itimer_get(u32 which, u64 *left_ns, u64 *interval_ns)
{
	struct process *p = current_process();
	struct interval_timer *it = &p->itimers[which];
	u64 now = itimer_clock(p, which);

	spin_lock_irq(&p->siglock);
	*interval_ns = it->interval_ns;
	*left_ns = 0;
	/* Due but not yet fired: as if a moment were left. */
	if (it->expires_ns)
		*left_ns = it->expires_ns > now ? it->expires_ns - now :
						  NSEC_PER_USEC;
	spin_unlock_irq(&p->siglock);
}
