/*
 * tests/user/ns_init.c - what an init survives and what it does not
 *
 * What:  signals to number 1 of a namespace from inside and from outside,
 *        handlers, blocked signals, faults, and other ends of it.
 * Not:   its threads and exec are in ns_init_threads.c; the end of the
 *        namespace is in ns_zap.c.
 * See:   pid_namespaces(7); ids of the catalogue, family INIT
 */
#include "lib/ns.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <time.h>

static volatile sig_atomic_t caught, caught_pid, caught_code;

static void keep(int sig, siginfo_t *info, void *context)
{
	(void)context;
	caught = sig;
	caught_pid = info->si_pid;
	caught_code = info->si_code;
}

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

static long forged(pid_t pid, int sig)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_code = SI_QUEUE;
	return sys(SYS_rt_sigqueueinfo, pid, sig, P(&info));
}

/* kill number 1 in every way: how many calls did not return 0 */
static int kill_one(void *arg)
{
	static const int sigs[] = { SIGKILL, SIGSTOP, SIGTERM, SIGHUP,
				    SIGUSR1, SIGTSTP, SIGSEGV, SIGABRT, 40 };
	int wrong = 0;

	(void)arg;
	for (size_t i = 0; i < COUNT(sigs); i++) {
		wrong += sys(SYS_kill, 1, sigs[i]) != 0;
		wrong += sys(SYS_tkill, 1, sigs[i]) != 0;
		wrong += sys(SYS_tgkill, 1, 1, sigs[i]) != 0;
		wrong += forged(1, sigs[i]) != 0;
	}
	return wrong;
}

static int inside(void *arg)
{
	long fd = sys(SYS_pidfd_open, 1, 0);

	(void)arg;
	CHECK_STATUS("INIT-01 a child's signals do nothing to init",
		     child_run(kill_one, NULL), EXITED(0));
	CHECK_EQ("INIT-02 nor its own, in any way", kill_one(NULL), 0);
	if (fd < 0)
		SKIP("INIT-02 nor by a pidfd", "no pidfd_open");
	else
		CHECK_EQ("INIT-02 nor by a pidfd",
			 sys(SYS_pidfd_send_signal, fd, SIGKILL, 0, 0), 0);
	return 6;
}

static void from_inside(void)
{
	stage_set();
	CHECK_STATUS("INIT-01 init lives on", ns_run(inside, NULL), EXITED(6));
}

static void injected(void)
{
	pid_t init;

	stage_set();
	init = ns_start(wait_go, NULL);
	gate_wait(&ready);
	need(!ns_join(ns_fd_of(init), CLONE_NEWPID));
	CHECK_STATUS("INIT-03 an injected process counts as inside",
		     child_run(kill_one, NULL), EXITED(0));
	gate_open(&go);
	CHECK_EXIT("INIT-03 init lives on", init, 6);
}

static long outer_kill(int way, pid_t init)
{
	if (way == 0)
		return sys(SYS_kill, init, SIGKILL);
	if (way == 1)
		return sys(SYS_tkill, init, SIGKILL);
	if (way == 2)
		return sys(SYS_tgkill, init, init, SIGKILL);
	return forged(init, SIGKILL);
}

static void from_outside(void)
{
	static const char *const points[] = {
		"INIT-04 kill from outside", "INIT-04 tkill from outside",
		"INIT-04 tgkill from outside",
		"INIT-04 rt_sigqueueinfo from outside",
	};
	pid_t init;

	for (int way = 0; way < 4; way++) {
		stage_set();
		init = ns_start(wait_go, NULL);
		gate_wait(&ready);
		need(outer_kill(way, init) == 0);
		CHECK_KILLED(points[way], init, SIGKILL);
	}
}

static void stopping(void)
{
	pid_t init;
	int status;

	stage_set();
	init = ns_start(wait_go, NULL);
	gate_wait(&ready);
	kill(init, SIGSTOP);
	need(waitpid(init, &status, WUNTRACED) == init);
	CHECK_STATUS("INIT-05 SIGSTOP from outside stops", status,
		     STOPPED(SIGSTOP));
	kill(init, SIGCONT);
	need(waitpid(init, &status, WCONTINUED) == init);
	CHECK_STATUS("INIT-05 SIGCONT continues", status, CONTINUED);
	gate_open(&go);
	CHECK_EXIT("INIT-05 init lives on", init, 6);
}

static int has_continuer(void *arg)
{
	pid_t pid = fork();

	(void)arg;
	if (!pid) {
		gate_open(&ready);
		gate_wait(&go);
		_exit(kill(1, SIGCONT));
	}
	if (reap(pid))
		return 1;
	gate_wait(&go);
	return 6;
}

static void continued_inside(void)
{
	pid_t init;
	int status;

	stage_set();
	init = ns_start(has_continuer, NULL);
	gate_wait(&ready);
	kill(init, SIGSTOP);
	need(waitpid(init, &status, WUNTRACED) == init);
	gate_open(&go);
	need(waitpid(init, &status, WCONTINUED) == init);
	CHECK_STATUS("INIT-18 SIGCONT from inside continues", status,
		     CONTINUED);
	gate_open(&go);
	CHECK_EXIT("INIT-18 init lives on", init, 6);
}

static void harmless(void)
{
	static const int sigs[] = {
		SIGTERM, SIGINT, SIGHUP, SIGSEGV, SIGABRT, SIGTSTP, SIGUSR1,
		SIGQUIT, SIGTTIN, 40,
	};
	pid_t init;
	int good = 0;

	stage_set();
	init = ns_start(wait_go, NULL);
	gate_wait(&ready);
	for (size_t i = 0; i < COUNT(sigs); i++)
		good += kill(init, sigs[i]) == 0;
	CHECK_EQ("INIT-06 others from outside return 0", good, COUNT(sigs));
	gate_open(&go);
	CHECK_EXIT("INIT-06 and do nothing", init, 6);
}

static int kill_term(void *arg)
{
	(void)arg;
	return kill(1, SIGTERM);
}

static int handles(void *arg)
{
	pid_t pid;

	(void)arg;
	handle_info(SIGTERM, keep, SA_RESTART);
	pid = child_start(kill_term, NULL);
	reap(pid);
	CHECK("INIT-07 a handler runs for a member's signal",
	      caught == SIGTERM && caught_pid == pid);
	caught = 0;
	gate_open(&ready);
	gate_wait(&go);
	CHECK("INIT-07 and for one from outside, which is 0",
	      caught == SIGTERM && caught_pid == 0);
	signal(SIGTERM, SIG_IGN);
	reap(child_start(kill_term, NULL));
	CHECK("INIT-08 an ignored one does nothing", 1);
	return 6;
}

static void handlers(void)
{
	pid_t init;

	stage_set();
	init = ns_start(handles, NULL);
	gate_wait(&ready);
	kill(init, SIGTERM);
	gate_open(&go);
	CHECK_EXIT("INIT-07 init ends well", init, 6);
}

static int blocks(void *arg)
{
	unsigned long set = 1UL << (SIGTERM - 1);
	sigset_t pending;

	(void)arg;
	block(SIGTERM);
	reap(child_start(kill_term, NULL));
	sigpending(&pending);
	CHECK("INIT-09 a blocked signal pends",
	      sigismember(&pending, SIGTERM));
	CHECK_EQ("INIT-09 and can be taken",
		 sys(SYS_rt_sigtimedwait, P(&set), 0, 0, 8), SIGTERM);
	reap(child_start(kill_term, NULL));
	unblock(SIGTERM);
	sigpending(&pending);
	CHECK("INIT-09 unblocked it is gone without harm",
	      !sigismember(&pending, SIGTERM));
	return 6;
}

static void blocking(void)
{
	CHECK_STATUS("INIT-09 init lives on", ns_run(blocks, NULL),
		     EXITED(6));
}

static int faults(void *arg)
{
	int how = *(int *)arg;

	if (how == 2)
		signal(SIGSEGV, SIG_IGN);
	if (how == 3)
		block(SIGSEGV);
	if (how == 1)
		__asm__ volatile("ud2");
	__asm__ volatile("movb $1, 16" : : : "memory");
	return 0;
}

static void leave_55(int sig)
{
	(void)sig;
	_exit(55);
}

static int fault_with_handler(void *arg)
{
	handle(SIGSEGV, leave_55, 0);
	return faults(arg);
}

static void faulting(void)
{
	static const char *const points[] = {
		"INIT-11 a bad write kills init",
		"INIT-11 an undefined instruction does",
		"INIT-11 a bad write with SIGSEGV ignored",
		"INIT-11 and with it blocked",
	};
	int how;

	for (how = 0; how < 4; how++)
		CHECK_STATUS(points[how], ns_run(faults, &how) & ~0x80,
			     how == 1 ? SIGILL : SIGSEGV);
	how = 0;
	CHECK_STATUS("INIT-12 with a handler the handler runs",
		     ns_run(fault_with_handler, &how), EXITED(55));
}

static int alarms(void *arg)
{
	struct itimerval each = { { 0, 4000 }, { 0, 4000 } };
	struct timespec length = { 0, 30000000 };
	int fds[2];

	(void)arg;
	need(!pipe(fds) && !close(fds[0]));
	CHECK_ERRNO("INIT-14 a broken pipe is only EPIPE",
		    write(fds[1], "x", 1), EPIPE);
	need(!setitimer(ITIMER_REAL, &each, NULL));
	CHECK_EQ("INIT-14 SIGALRM does not even interrupt",
		 nanosleep(&length, NULL), 0);
	handle_info(SIGALRM, keep, 0);
	need(!setitimer(ITIMER_REAL, &each, NULL));
	while (!caught)
		pause();
	CHECK("INIT-15 with a handler it comes from the kernel",
	      caught == SIGALRM && caught_code == SI_KERNEL &&
	      caught_pid == 0);
	return 6;
}

static void kernel_signals(void)
{
	CHECK_STATUS("INIT-14 init lives on", ns_run(alarms, NULL), EXITED(6));
}

static int kills_nested(void *arg)
{
	pid_t nested;

	(void)arg;
	stage_set();
	nested = ns_start(wait_go, NULL);
	gate_wait(&ready);
	if (!fork())
		_exit(kill(nested, SIGKILL));
	for (int i = 0; i < 2; i++) {
		int status;
		pid_t pid = waitpid(-1, &status, 0);

		words[0] += pid == nested ? status == SIGKILL : status == 0;
	}
	CHECK_EQ("INIT-19 a member kills a nested init", words[0], 2);
	return 6;
}

static void nested(void)
{
	CHECK_STATUS("INIT-19 the outer init lives on",
		     ns_run(kills_nested, NULL), EXITED(6));
}

static int sessions(void *arg)
{
	(void)arg;
	CHECK("INIT-30 group and session lie outside: 0",
	      getpgid(0) == 0 && getsid(0) == 0);
	CHECK_EQ("INIT-30 setsid gives 1", setsid(), 1);
	CHECK("INIT-30 then both are 1", getpgid(0) == 1 && getsid(0) == 1);
	return 6;
}

static int groups(void *arg)
{
	(void)arg;
	CHECK_OK("INIT-30 setpgid", setpgid(0, 0));
	CHECK("INIT-30 makes group 1", getpgid(0) == 1 && getsid(0) == 0);
	CHECK_ERRNO("SESS-04 then setsid is EPERM", setsid(), EPERM);
	return 6;
}

static void own_session(void)
{
	CHECK_STATUS("INIT-30 an init with a session", ns_run(sessions, NULL),
		     EXITED(6));
	CHECK_STATUS("INIT-30 an init with a group", ns_run(groups, NULL),
		     EXITED(6));
}

static int dies_with_parent(void *arg)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return wait_go(arg);
}

static int leaves_init(void *arg)
{
	words[1] = ns_start(dies_with_parent, arg);
	gate_wait(&ready);
	return 0;
}

static void parent_death(void)
{
	stage_set();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	CHECK_STATUS("INIT-29 the parent of an init ends",
		     child_run(leaves_init, NULL), EXITED(0));
	CHECK_KILLED("INIT-29 PDEATHSIG counts as from outside", words[1],
		     SIGKILL);
}

static const struct test tests[] = {
	{ "from inside", from_inside, 0 },
	{ "injected", injected, 0 },
	{ "from outside", from_outside, 0 },
	{ "stopping", stopping, 0 },
	{ "continued inside", continued_inside, 0 },
	{ "harmless", harmless, 0 },
	{ "handlers", handlers, 0 },
	{ "blocking", blocking, 0 },
	{ "faulting", faulting, 0 },
	{ "kernel signals", kernel_signals, 0 },
	{ "nested", nested, 0 },
	{ "own session", own_session, 0 },
	{ "parent death", parent_death, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
