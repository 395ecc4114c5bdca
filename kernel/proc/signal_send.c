/*
 * kernel/proc/signal_send.c - generation of signals
 *
 * What:  the decision at send time: is it ignored, does it stop or continue,
 *        who is woken, does it end the whole process at once.
 * Locks: the target process's siglock. A process is reached under RCU or with
 *        a reference; a dead one has no threads left and takes nothing.
 * Life:  an entry belongs to the queue it is on; a signal without memory for
 *        an entry still sets its bit (standard signals), or fails (real time).
 * Not:   delivery (signal_deliver.c), permission and kill(2) (signal_kill.c).
 * See:   signal(7), sigqueue(3).
 */
#include <proc/signal.h>

#include <core/assert.h>
#include <lib/string.h>
#include <proc/pidns.h>
#include <proc/trace.h>
#include <proc/user.h>
#include "signal_internal.h"
#include <uapi/errno.h>
#include <uapi/wait.h>

/* Where one signal goes. */
struct target {
	struct process *process;
	struct task *task;	/* named thread, or the one to look at first */
	bool group;		/* any thread may take it */
};

u64 signal_handler(struct task *t, int sig)
{
	return READ_ONCE(sighand_action(t->sighand, sig)->handler);
}

static bool default_ignored(int sig)
{
	return SIGMASK(sig) & SIG_DEFAULT_IGNORE;
}

/*
 * Signals of an unkillable process with default action are dropped when they
 * come from inside: kernel origin and senders in an ancestor namespace pass
 * with SIGKILL and SIGSTOP ("forced").
 */
static bool immune(const struct target *to, int sig, bool forced)
{
	if (!to->process->unkillable)
		return false;
	if (signal_handler(to->task, sig) != SIG_DFL)
		return false;
	return !(forced && (sig == SIGKILL || sig == SIGSTOP));
}

/* Dropped at once? A blocked signal is kept: its action may change. */
static bool ignored(const struct target *to, int sig, bool forced)
{
	u64 handler;

	if ((to->task->blocked | to->task->wait_mask) & SIGMASK(sig))
		return false;
	/* Tracers see also what is ignored. */
	if (to->task->tracee.flags && sig != SIGKILL)
		return false;
	if (immune(to, sig, forced))
		return true;
	handler = signal_handler(to->task, sig);
	return handler == SIG_IGN ||
	       (handler == SIG_DFL && default_ignored(sig));
}

static bool wants(struct task *t, int sig)
{
	if (t->blocked & ~t->wait_mask & SIGMASK(sig))
		return false;
	if (READ_ONCE(t->flags) & TASK_EXITING)
		return false;
	if (sig == SIGKILL)
		return true;
	return READ_ONCE(t->thread.state) != THREAD_STOPPED &&
	       READ_ONCE(t->thread.state) != THREAD_TRACED;
}

static void wake(struct task *t, u32 pending, u32 states)
{
	if (t->jobctl & JOB_FROZEN)
		states &= ~(u32)BIT(THREAD_TRACED);
	WRITE_ONCE(t->thread.sig_pending, max(t->thread.sig_pending, pending));
	__atomic_fetch_or(&t->thread.arch.work, (u32)WORK_SIGNAL,
			  __ATOMIC_SEQ_CST);
	if (!thread_wake(&t->thread, states))
		thread_kick(&t->thread);
}

/* Tell @t to look; @fatal ends killable sleeps and stops as well. [S] */
void signal_wake(struct task *t, bool fatal)
{
	wake(t, fatal ? 2 : 1, fatal ? WAKE_KILL : WAKE_SIGNAL);
}

void signal_wake_states(struct task *t, u32 states)
{
	wake(t, 1, states | WAKE_SIGNAL);
}

/* The thread that is to take a process-wide signal; NULL: none can now. */
static struct task *choose_thread(const struct target *to, int sig)
{
	struct task *t;

	if (wants(to->task, sig))
		return to->task;
	if (!to->group)
		return NULL;
	for_each_list(t, &to->process->threads, thread_link) {
		if (wants(t, sig))
			return t;
	}
	return NULL;
}

/* Does it end the process right now, without a handler or a core? */
static bool ends_process(struct task *t, int sig)
{
	if (SIGMASK(sig) & (SIG_DEFAULT_STOP | SIG_DEFAULT_IGNORE |
			    SIG_DEFAULT_CORE))
		return false;
	/* SIGKILL ends a dump, too. */
	if ((t->process->sigflags & SIGNAL_GROUP_EXIT) &&
	    !t->process->core_dump)
		return false;
	if (t->blocked & SIGMASK(sig))
		return false;
	if ((t->process->unkillable || t->tracee.flags || signal_log) &&
	    sig != SIGKILL)
		return false;
	return sig == SIGKILL || signal_handler(t, sig) == SIG_DFL;
}

/* All threads die with @code. [S] */
void signal_group_exit_locked(struct process *p, int code)
{
	struct task *t;

	p->sigflags = SIGNAL_GROUP_EXIT;
	p->group_exit_code = code;
	p->stop_count = 0;
	for_each_list(t, &p->threads, thread_link) {
		if (READ_ONCE(t->flags) & TASK_EXITING)
			continue;
		signal_job_clear(t, JOB_PENDING_MASK);
		t->pending.set |= SIGMASK(SIGKILL);
		signal_wake(t, true);
	}
}

static void announce(const struct target *to, int sig)
{
	struct task *t = choose_thread(to, sig);

	if (!t)
		return;
	if (ends_process(t, sig)) {
		signal_group_exit_locked(to->process, sig);
		return;
	}
	signal_wake(t, sig == SIGKILL);
}

/* Stop signals cancel a pending SIGCONT and the reverse; SIGCONT resumes even
 * when it is blocked or ignored. [S] */
static void stop_continue_rules(const struct target *to, int sig)
{
	struct process *p = to->process;
	struct task *t;

	if (SIGMASK(sig) & SIG_DEFAULT_STOP) {
		sigqueue_flush(&p->pending, SIGMASK(SIGCONT));
		for_each_list(t, &p->threads, thread_link)
			sigqueue_flush(&t->pending, SIGMASK(SIGCONT));
		return;
	}
	if (sig != SIGCONT)
		return;
	sigqueue_flush(&p->pending, SIG_DEFAULT_STOP);
	for_each_list(t, &p->threads, thread_link)
		sigqueue_flush(&t->pending, SIG_DEFAULT_STOP);
	signal_continue_locked(p);
}

uid_t signal_uid_for(uid_t uid, const struct process *target)
{
	uid_t shown;

	rcu_read_lock();
	shown = uid_shown(rcu_dereference(target->leader->cred)->user_ns, uid);
	rcu_read_unlock();
	return shown;
}

/* Made by a program: number and uid are as the sender's namespaces have
 * them. */
static bool carries_sender(const struct siginfo *info)
{
	return info->si_code <= 0 && info->si_code != SI_TIMER &&
	       info->si_code != SI_SIGIO && current_is_task();
}

static uid_t translate_uid(uid_t uid, const struct process *target)
{
	const struct user_ns *own = current_cred()->user_ns;
	uid_t shown = uid;

	rcu_read_lock();
	if (rcu_dereference(target->leader->cred)->user_ns != own)
		shown = signal_uid_for(uid_to_global(own, uid), target);
	rcu_read_unlock();
	return shown;
}

static void sender_info(struct siginfo *si, int sig, const struct process *p)
{
	siginfo_from_current(si, sig, SI_USER, p->tgid);
	si->f.kill.uid = signal_uid_for(current_cred()->uid, p);
}

static void fill_info(struct siginfo *si, int sig, const struct siginfo *from,
		      const struct process *p)
{
	if (from == SEND_NOINFO || from == SEND_KERNEL) {
		memset(si, 0, sizeof(*si));
		si->si_signo = sig;
		si->si_code = from == SEND_KERNEL ? SI_KERNEL : SI_USER;
		if (from == SEND_NOINFO && current_is_task())
			sender_info(si, sig, p);
		return;
	}
	*si = *from;
	si->si_signo = sig;
	if (!carries_sender(from))
		return;
	si->f.kill.uid = translate_uid(from->f.kill.uid, p);
	if (!pid_nr(current_process()->tgid, pid_ns_of(p->tgid)))
		si->f.kill.pid = 0;
}

/* Queue the information; the bit is set by the caller. 0, -EAGAIN. */
static int queue_info(const struct target *to, int sig,
		      const struct siginfo *info)
{
	struct sigqueue *q = to->group ? &to->process->pending :
					 &to->task->pending;
	bool user_queued = info != SEND_NOINFO && info != SEND_KERNEL &&
			   info->si_code < 0;
	struct sigqueue_entry *e;

	e = sigqueue_entry_alloc(to->task, sig < SIGRTMIN && !user_queued);
	if (!e) {
		if (sig >= SIGRTMIN && info != SEND_NOINFO &&
		    info != SEND_KERNEL && info->si_code != SI_USER)
			return -EAGAIN;
		return 0;
	}
	fill_info(&e->info, sig, info, to->process);
	list_add_tail(&q->entries, &e->link);
	return 0;
}

/* @info is of kernel origin, or its sender is invisible to the target. */
static bool is_forced(const struct process *p, const struct siginfo *info)
{
	if (info == SEND_KERNEL)
		return true;
	if (info == SEND_NOINFO || info->si_code <= 0) {
		if (!current_is_task())
			return true;
		return !pid_nr(current_process()->tgid, pid_ns_of(p->tgid));
	}
	return true;
}

/* Made by a program, not by the kernel? */
static bool from_user(const struct siginfo *info)
{
	return info == SEND_NOINFO ||
	       (info != SEND_KERNEL && info->si_code <= 0);
}

/* What became of it. Always 0. */
static int told(const struct target *to, int sig, bool user,
		const char *result)
{
	struct trace_signal s;

	if (!trace_on(TRACE_SIGNAL))
		return 0;
	s = (struct trace_signal){
		.sig = sig,
		.to = to->process,
		.task = to->group ? NULL : to->task,
		.user = user,
		.result = result,
	};

	trace_send(&s);
	return 0;
}

/* [S] held. */
static int send_locked(const struct target *to, int sig,
		       const struct siginfo *info)
{
	struct sigqueue *q = to->group ? &to->process->pending :
					 &to->task->pending;
	bool forced = is_forced(to->process, info);
	int err;

	if (to->process->sigflags & SIGNAL_GROUP_EXIT) {
		if (sig != SIGKILL)
			return told(to, sig, from_user(info), "late");
	} else {
		stop_continue_rules(to, sig);
	}
	if (ignored(to, sig, forced))
		return told(to, sig, from_user(info), "ignored");
	if (sig < SIGRTMIN && (q->set & SIGMASK(sig)))
		return told(to, sig, from_user(info), "pending");
	if (sig != SIGKILL) {
		err = queue_info(to, sig, info);
		if (err)
			return err;
	}
	q->set |= SIGMASK(sig);
	signal_notify_fd(to->process);
	told(to, sig, from_user(info), "sent");
	announce(to, sig);
	return 0;
}

int signal_send_entry_locked(struct sigqueue_entry *e, struct process *p,
			     struct task *t)
{
	const struct target to = {
		.process = p,
		.task = t ? t : p->leader,
		.group = !t,
	};
	struct sigqueue *q = t ? &t->pending : &p->pending;
	int sig = e->info.si_signo;

	if (!p->nthreads || (t && (!t->pid || !t->sighand)))
		return -ESRCH;
	if (p->sigflags & SIGNAL_GROUP_EXIT)
		return 0;
	stop_continue_rules(&to, sig);
	if (ignored(&to, sig, false))
		return 1;
	if (!list_empty(&e->link)) {
		e->info.f.timer.overrun++;
		return 0;
	}
	e->info.f.timer.overrun = 0;
	list_add_tail(&q->entries, &e->link);
	q->set |= SIGMASK(sig);
	signal_notify_fd(p);
	told(&to, sig, false, "sent");
	announce(&to, sig);
	return 0;
}

bool signal_dropped_locked(struct process *p, int sig)
{
	const struct target to = {
		.process = p,
		.task = p->leader,
		.group = true,
	};

	return ignored(&to, sig, true);
}

int signal_send_locked(struct process *p, int sig, const struct siginfo *info)
{
	const struct target to = {
		.process = p,
		.task = p->leader,
		.group = true,
	};

	return p->nthreads ? send_locked(&to, sig, info) : -ESRCH;
}

void signal_requeue_locked(struct task *t, const struct siginfo *si,
			   bool group)
{
	const struct target to = {
		.process = t->process,
		.task = t,
		.group = group,
	};

	(void)send_locked(&to, si->si_signo, si);
}

int signal_send_process(struct process *p, int sig, const struct siginfo *info)
{
	u64 flags = spin_lock_irqsave(&p->siglock);
	int err = signal_send_locked(p, sig, info);

	spin_unlock_irqrestore(&p->siglock, flags);
	return err;
}

int signal_send_task(struct task *t, int sig, const struct siginfo *info)
{
	struct target to = { .process = t->process, .task = t };
	u64 flags = spin_lock_irqsave(&t->process->siglock);
	int err = -ESRCH;

	if (t->pid && t->sighand)
		err = send_locked(&to, sig, info);
	spin_unlock_irqrestore(&t->process->siglock, flags);
	return err;
}

/* A fault cannot be held off: blocked or ignored means death. */
void signal_force(int sig, const struct siginfo *info)
{
	struct task *t = current_task();
	struct process *p = t->process;
	struct target to = { .process = p, .task = t };
	u64 flags = spin_lock_irqsave(&p->siglock);
	u64 handler;

	spin_lock(&t->sighand->lock);
	handler = sighand_action(t->sighand, sig)->handler;
	if (handler == SIG_IGN || (t->blocked & SIGMASK(sig))) {
		handler = SIG_DFL;
		t->sighand->action[sig - 1].handler = SIG_DFL;
		t->blocked &= ~SIGMASK(sig);
	}
	if (handler == SIG_DFL && !t->tracee.flags)
		p->unkillable = 0;
	spin_unlock(&t->sighand->lock);
	send_locked(&to, sig, info);
	signal_recalc();
	spin_unlock_irqrestore(&p->siglock, flags);
}

void signal_force_fault(int sig, int code, uptr_t addr)
{
	struct siginfo si = {
		.si_signo = sig,
		.si_code = code,
		.f.fault.addr = addr,
	};

	signal_force(sig, &si);
}

/* As on Linux the sender is named by its own number, even to those who know it
 * by another; whoever does not see it is told 0 (fill_info). */
void siginfo_for_kill(struct siginfo *si, int sig)
{
	const struct cred *c = current_cred();

	memset(si, 0, sizeof(*si));
	si->si_signo = sig;
	si->si_code = SI_USER;
	si->f.kill.pid = pid_vnr(current_process()->tgid);
	si->f.kill.uid = uid_shown(c->user_ns, c->uid);
}

void siginfo_from_current(struct siginfo *si, int sig, int code,
			  const struct pid *target)
{
	const struct cred *c = current_cred();

	memset(si, 0, sizeof(*si));
	si->si_signo = sig;
	si->si_code = code;
	/* As on Linux the sender is named by its own number, even to those who
	 * know it by another; it is 0 to those who cannot see it. */
	if (pid_nr(current_process()->tgid, pid_ns_of(target)))
		si->f.kill.pid = pid_vnr(current_process()->tgid);
	si->f.kill.uid = uid_shown(c->user_ns, c->uid);
}

int signal_kill_other_threads(void)
{
	struct task *self = current_task();
	struct process *p = self->process;
	struct task *t;
	int err = 0;

	spin_lock_irq(&p->siglock);
	if ((p->sigflags & SIGNAL_GROUP_EXIT) || p->group_exec) {
		err = -EAGAIN;
	} else {
		p->group_exec = self;
		p->stop_count = 0;
		for_each_list(t, &p->threads, thread_link) {
			if (t == self || (READ_ONCE(t->flags) & TASK_EXITING))
				continue;
			signal_job_clear(t, JOB_PENDING_MASK);
			t->pending.set |= SIGMASK(SIGKILL);
			signal_wake(t, true);
		}
	}
	spin_unlock_irq(&p->siglock);
	return err;
}
