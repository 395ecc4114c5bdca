/*
 * tests/user/sig_action.c - handlers, masks and default actions
 *
 * What:  sigaction with each flag, the mask during a handler, sigprocmask,
 *        sigpending, sigsuspend, what each signal does by default.
 * Not:   queues are in sig_queue.c, siginfo in sig_info.c, stop and continue
 *        in sig_stop.c.
 * See:   sigaction(2), signal(7), sigprocmask(2), sigsuspend(2)
 */
#include "lib/sys.h"
#include "lib/test.h"

#include <string.h>

static volatile sig_atomic_t caught, count, nested, depth;
static sigset_t seen_mask;

static void on_signal(int sig)
{
	caught = sig;
	count++;
}

static void note_mask(int sig)
{
	caught = sig;
	sigprocmask(SIG_BLOCK, NULL, &seen_mask);
}

static void raise_again(int sig)
{
	count++;
	depth++;
	if (depth > nested)
		nested = depth;
	if (count < 3)
		kill(getpid(), sig);
	depth--;
}

static int is_pending(int sig)
{
	sigset_t set;

	need(!sigpending(&set));
	return sigismember(&set, sig);
}

static int is_blocked(int sig)
{
	sigset_t set;

	need(!sigprocmask(SIG_BLOCK, NULL, &set));
	return sigismember(&set, sig);
}

static void handlers(void)
{
	struct sigaction old;

	handle(SIGUSR1, on_signal, SA_RESTART);
	CHECK_EQ("kill of oneself", kill(getpid(), SIGUSR1), 0);
	CHECK_EQ("runs the handler before it returns", caught, SIGUSR1);
	CHECK_OK("the old action", sigaction(SIGUSR1, NULL, &old));
	CHECK("is given back", old.sa_handler == on_signal &&
	      (old.sa_flags & SA_RESTART));
	signal(SIGUSR1, SIG_IGN);
	count = 0;
	kill(getpid(), SIGUSR1);
	CHECK_EQ("an ignored signal does nothing", count, 0);
	CHECK_EQ("and does not pend", is_pending(SIGUSR1), 0);
	handle(36, on_signal, 0);
	kill(getpid(), 36);
	CHECK_EQ("a realtime signal has handlers too", caught, 36);
	handle(64, on_signal, 0);
	kill(getpid(), 64);
	CHECK_EQ("up to 64", caught, 64);
}

static void errors(void)
{
	char act[32] = { 0 };

	CHECK_EQ("signal 0", sys(SYS_rt_sigaction, 0, P(act), 0, 8), -EINVAL);
	CHECK_EQ("signal 65", sys(SYS_rt_sigaction, 65, P(act), 0, 8),
		 -EINVAL);
	CHECK_EQ("signal -1", sys(SYS_rt_sigaction, -1, P(act), 0, 8),
		 -EINVAL);
	CHECK_EQ("SIGKILL has no handler",
		 sys(SYS_rt_sigaction, SIGKILL, P(act), 0, 8), -EINVAL);
	CHECK_EQ("SIGSTOP neither",
		 sys(SYS_rt_sigaction, SIGSTOP, P(act), 0, 8), -EINVAL);
	CHECK_EQ("but they may be asked",
		 sys(SYS_rt_sigaction, SIGKILL, 0, P(act), 8), 0);
	CHECK_EQ("a wrong size of set",
		 sys(SYS_rt_sigaction, SIGUSR1, P(act), 0, 4), -EINVAL);
	CHECK_EQ("a bad action", sys(SYS_rt_sigaction, SIGUSR1, 8, 0, 8),
		 -EFAULT);
	CHECK_EQ("a bad old action", sys(SYS_rt_sigaction, SIGUSR1, 0, 8, 8),
		 -EFAULT);
	CHECK_EQ("an unknown way to mask",
		 sys(SYS_rt_sigprocmask, 7, P(act), 0, 8), -EINVAL);
	CHECK_EQ("which matters only with a set",
		 sys(SYS_rt_sigprocmask, 7, 0, P(act), 8), 0);
	CHECK_EQ("a bad set", sys(SYS_rt_sigprocmask, SIG_BLOCK, 8, 0, 8),
		 -EFAULT);
	CHECK_EQ("a wrong size", sys(SYS_rt_sigprocmask, SIG_BLOCK, P(act), 0,
				     16), -EINVAL);
	CHECK_EQ("a bad pending set", sys(SYS_rt_sigpending, 8, 8), -EFAULT);
	CHECK_EQ("too large a pending set", sys(SYS_rt_sigpending, P(act), 16),
		 -EINVAL);
	CHECK_EQ("a wrong size of sigsuspend",
		 sys(SYS_rt_sigsuspend, P(act), 4), -EINVAL);
	CHECK_EQ("a bad set of sigsuspend", sys(SYS_rt_sigsuspend, 8, 8),
		 -EFAULT);
}

static void unknown_flags(void)
{
	unsigned long act[4] = { 0, 0xfffff000ffff0000UL | SA_RESTART, 0, 0 };
	unsigned long old[4];

	act[0] = (unsigned long)SIG_IGN;
	need(!sys(SYS_rt_sigaction, SIGUSR1, P(act), 0, 8));
	need(!sys(SYS_rt_sigaction, SIGUSR1, 0, P(old), 8));
	CHECK("unknown flags are not kept", !(old[1] & 0xff0000) &&
	      (old[1] & SA_RESTART));
	act[3] = -1UL;
	need(!sys(SYS_rt_sigaction, SIGUSR1, P(act), 0, 8));
	need(!sys(SYS_rt_sigaction, SIGUSR1, 0, P(old), 8));
	CHECK_EQ("SIGKILL and SIGSTOP are never in a mask", ~old[3],
		 1UL << (SIGKILL - 1) | 1UL << (SIGSTOP - 1));
}

static void masks(void)
{
	struct sigaction act = { .sa_handler = note_mask };

	sigemptyset(&act.sa_mask);
	sigaddset(&act.sa_mask, SIGUSR2);
	need(!sigaction(SIGUSR1, &act, NULL));
	block(SIGHUP);
	kill(getpid(), SIGUSR1);
	CHECK("a handler's mask is the old one, its own signal and sa_mask",
	      sigismember(&seen_mask, SIGHUP) &&
	      sigismember(&seen_mask, SIGUSR1) &&
	      sigismember(&seen_mask, SIGUSR2) &&
	      !sigismember(&seen_mask, SIGTERM));
	CHECK("afterwards the old one is back", is_blocked(SIGHUP) &&
	      !is_blocked(SIGUSR1) && !is_blocked(SIGUSR2));
	act.sa_flags = SA_NODEFER;
	need(!sigaction(SIGUSR1, &act, NULL));
	kill(getpid(), SIGUSR1);
	CHECK("SA_NODEFER leaves the own signal open",
	      !sigismember(&seen_mask, SIGUSR1) &&
	      sigismember(&seen_mask, SIGUSR2));
}

static void nesting(void)
{
	handle(SIGUSR1, raise_again, 0);
	kill(getpid(), SIGUSR1);
	CHECK_EQ("a signal raised in its handler runs after it", count, 3);
	CHECK_EQ("not inside", nested, 1);
	count = nested = depth = 0;
	handle(SIGUSR1, raise_again, SA_NODEFER);
	kill(getpid(), SIGUSR1);
	CHECK_EQ("with SA_NODEFER inside", nested, 3);
}

static void once_only(void)
{
	struct sigaction act;

	handle(SIGUSR1, on_signal, SA_RESETHAND);
	kill(getpid(), SIGUSR1);
	CHECK_EQ("SA_RESETHAND runs once", count, 1);
	CHECK("and is the default again", !sigaction(SIGUSR1, NULL, &act) &&
	      act.sa_handler == SIG_DFL);
	if (!fork()) {
		kill(getpid(), SIGUSR1);
		_exit(0);
	}
	CHECK_KILLED("which kills", -1, SIGUSR1);
}

static void blocking(void)
{
	sigset_t all;

	handle(SIGUSR1, on_signal, 0);
	block(SIGUSR1);
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR1);
	CHECK_EQ("a blocked signal waits", count, 0);
	CHECK_EQ("pending", is_pending(SIGUSR1), 1);
	CHECK_EQ("and no other", is_pending(SIGUSR2), 0);
	unblock(SIGUSR1);
	CHECK_EQ("and comes once when unblocked", count, 1);
	CHECK_EQ("then no more", is_pending(SIGUSR1), 0);
	sigfillset(&all);
	need(!sigprocmask(SIG_SETMASK, &all, NULL));
	CHECK("SIGKILL and SIGSTOP are never blocked", !is_blocked(SIGKILL) &&
	      !is_blocked(SIGSTOP) && is_blocked(SIGTERM));
	kill(getpid(), SIGUSR2);
	signal(SIGUSR2, SIG_IGN);
	CHECK_EQ("ignoring throws a pending signal away",
		 is_pending(SIGUSR2), 0);
	kill(getpid(), SIGUSR2);
	CHECK_EQ("a blocked ignored signal pends all the same",
		 is_pending(SIGUSR2), 1);
	kill(getpid(), SIGCHLD);
	CHECK_EQ("one that is ignored by default too",
		 is_pending(SIGCHLD), 1);
	signal(SIGCHLD, SIG_DFL);
	CHECK_EQ("and SIG_DFL throws it away", is_pending(SIGCHLD), 0);
}

static void inheritance(void)
{
	handle(SIGUSR1, on_signal, 0);
	block(SIGUSR2);
	kill(getpid(), SIGUSR2);
	if (!fork()) {
		kill(getpid(), SIGUSR1);
		_exit(caught == SIGUSR1 && is_blocked(SIGUSR2) &&
		      !is_pending(SIGUSR2) ? 0 : 1);
	}
	CHECK_EXIT("a child has handlers and mask, and nothing pending", -1,
		   0);
}

static void suspending(void)
{
	sigset_t open_mask;

	handle(SIGUSR1, on_signal, SA_RESTART);
	block(SIGUSR1);
	block(SIGUSR2);
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR2);
	sigemptyset(&open_mask);
	sigaddset(&open_mask, SIGUSR2);
	CHECK_ERRNO("sigsuspend is EINTR", sigsuspend(&open_mask), EINTR);
	CHECK_EQ("after the handler", caught, SIGUSR1);
	CHECK("under the old mask again", is_blocked(SIGUSR1));
	CHECK_EQ("what it blocked still pends", is_pending(SIGUSR2), 1);
}

static void suspend_mask(void)
{
	sigset_t open_mask;

	handle(SIGUSR1, note_mask, 0);
	block(SIGUSR1);
	block(SIGUSR2);
	kill(getpid(), SIGUSR1);
	sigemptyset(&open_mask);
	sigaddset(&open_mask, SIGHUP);
	sigsuspend(&open_mask);
	CHECK("the handler runs under sigsuspend's mask",
	      sigismember(&seen_mask, SIGHUP) &&
	      !sigismember(&seen_mask, SIGUSR2));
}

static int wait_for_it(void *arg)
{
	sigset_t none;

	gate_open(arg);
	sigemptyset(&none);
	while (sigsuspend(&none) == -1 && !count)
		;
	return count == 1 ? 0 : 1;
}

static void suspended_child(void)
{
	struct gate ready;
	pid_t pid;

	gate_init(&ready);
	handle(SIGUSR1, on_signal, 0);
	block(SIGUSR1);
	pid = child_start(wait_for_it, &ready);
	gate_wait(&ready);
	kill(pid, SIGUSR1);
	CHECK_EXIT("sigsuspend misses no signal", pid, 0);
}

static int default_action(int sig)
{
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		signal(sig, SIG_DFL);
		kill(getpid(), sig);
		_exit(0);
	}
	return reap(pid) & ~0x80;
}

static void defaults(void)
{
	static const int fatal[] = {
		SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS,
		SIGFPE, SIGKILL, SIGUSR1, SIGSEGV, SIGUSR2, SIGPIPE, SIGALRM,
		SIGTERM, SIGSTKFLT, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF,
		SIGIO, SIGPWR, SIGSYS, 32, 33, 34, 50, 64,
	};
	static const int harmless[] = { SIGCHLD, SIGCONT, SIGURG, SIGWINCH };
	int good = 0;

	for (size_t i = 0; i < COUNT(fatal); i++) {
		int status = default_action(fatal[i]);

		if (status == fatal[i])
			good++;
		else
			test_note("did not kill:", fatal[i]);
	}
	CHECK_EQ("signals that kill by default", good, COUNT(fatal));
	good = 0;
	for (size_t i = 0; i < COUNT(harmless); i++)
		good += default_action(harmless[i]) == 0;
	CHECK_EQ("signals that do nothing by default", good, COUNT(harmless));
}

static const struct test tests[] = {
	{ "handlers", handlers, 0 },
	{ "errors", errors, 0 },
	{ "unknown flags", unknown_flags, 0 },
	{ "masks", masks, 0 },
	{ "nesting", nesting, 0 },
	{ "SA_RESETHAND", once_only, 0 },
	{ "blocking", blocking, 0 },
	{ "inheritance", inheritance, 0 },
	{ "sigsuspend", suspending, 0 },
	{ "sigsuspend mask", suspend_mask, 0 },
	{ "sigsuspend race", suspended_child, 0 },
	{ "defaults", defaults, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
