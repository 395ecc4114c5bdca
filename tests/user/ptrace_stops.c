/*
 * tests/user/ptrace_stops.c - attaching, stopping and going on under ptrace
 *
 * What:  TRACEME, ATTACH, SEIZE and who may; signal-delivery-stops, group
 *        stops, INTERRUPT, LISTEN, DETACH, death of either side.
 * Not:   registers (ptrace_regs.c), events (ptrace_events.c).
 * See:   ptrace(2)
 */
#include "lib/trace.h"

#include "lib/proc.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

static struct gate ready, answer;

static int exit_7(void *arg)
{
	(void)arg;
	return 7;
}

static long tracer_of(pid_t pid)
{
	return proc_number(proc_path("/proc/", pid, "/status"), "TracerPid:");
}

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

/* sends itself SIGUSR1: the exit code is the signal that arrived */
static int raiser(void *arg)
{
	(void)arg;
	signal(SIGUSR1, on_signal);
	signal(SIGUSR2, on_signal);
	raise(SIGUSR1);
	return caught;
}

static void refusals(void)
{
	pid_t pid = child_idle();
	pid_t self = getpid();

	CHECK_EQ("nobody", pt(PTRACE_ATTACH, 999999, 0, 0), -ESRCH);
	CHECK_EQ("not oneself", pt(PTRACE_ATTACH, self, 0, 0), -EPERM);
	CHECK_EQ("a request before attaching", pt(PTRACE_CONT, pid, 0, 0),
		 -ESRCH);
	CHECK_EQ("seize with an address", pt(PTRACE_SEIZE, pid, 1, 0), -EIO);
	CHECK_EQ("seize with unknown options",
		 pt(PTRACE_SEIZE, pid, 0, 1 << 30), -EIO);
	CHECK_EQ("seize", pt(PTRACE_SEIZE, pid, 0, 0), 0);
	CHECK_EQ("not twice", pt(PTRACE_ATTACH, pid, 0, 0), -EPERM);
	CHECK_EQ("it runs: no request", pt(PTRACE_CONT, pid, 0, 0), -ESRCH);
	CHECK_EQ("and no letting go", pt(PTRACE_DETACH, pid, 0, 0), -ESRCH);
	CHECK_EQ("interrupt", pt(PTRACE_INTERRUPT, pid, 0, 0), 0);
	CHECK_STATUS("interrupted", next(pid), GROUP_STATUS(SIGTRAP));
	CHECK_EQ("no such request", pt(12345, pid, 0, 0), -EIO);
	CHECK_EQ("no such signal", pt(PTRACE_CONT, pid, 0, 65), -EIO);
	CHECK_EQ("no such option", pt(PTRACE_SETOPTIONS, pid, 0, 1 << 30),
		 -EINVAL);
	CHECK_EQ("detach with no such signal", pt(PTRACE_DETACH, pid, 0, 65),
		 -EIO);
	CHECK_EQ("detach", pt(PTRACE_DETACH, pid, 0, 0), 0);
	CHECK_EQ("once", pt(PTRACE_DETACH, pid, 0, 0), -ESRCH);
	child_kill(pid);
}

static int try_attach(void *arg)
{
	become_user();
	return (int)-pt(PTRACE_ATTACH, *(pid_t *)arg, 0, 0);
}

static int traceme_twice(void *arg)
{
	(void)arg;
	if (pt(PTRACE_TRACEME, 0, 0, 0))
		return 1;
	return pt(PTRACE_TRACEME, 0, 0, 0) == -EPERM ? 0 : 2;
}

static int undumpable(void *arg)
{
	(void)arg;
	become_user();
	prctl(PR_SET_DUMPABLE, 0);
	gate_open(&ready);
	gate_wait(&answer);
	return 0;
}

static int as_user(void *arg)
{
	pid_t pid;

	(void)arg;
	become_user();
	prctl(PR_SET_DUMPABLE, 1);
	pid = fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	if (pt(PTRACE_ATTACH, pid, 0, 0) || next(pid) != STOPPED(SIGSTOP))
		return 1;
	kill(pid, SIGKILL);
	return next(pid) == SIGKILL ? 0 : 2;
}

static void permission(void)
{
	pid_t pid = child_idle();

	CHECK_STATUS("a user does not trace root", child_run(try_attach, &pid),
		     EXITED(EPERM));
	child_kill(pid);
	CHECK_STATUS("TRACEME twice", child_run(traceme_twice, NULL),
		     EXITED(0));
	CHECK_STATUS("a user traces his own", child_run(as_user, NULL),
		     EXITED(0));
	gate_init(&ready);
	gate_init(&answer);
	pid = child_start(undumpable, NULL);
	gate_wait(&ready);
	CHECK_STATUS("but not what is not dumpable",
		     child_run(try_attach, &pid), EXITED(EPERM));
	gate_open(&answer);
	reap(pid);
}

static void signals(void)
{
	siginfo_t si;
	pid_t pid = trace_start(raiser, NULL, 0);

	CHECK_STATUS("a signal stops", resume_next(pid, 0), STOPPED(SIGUSR1));
	CHECK_EQ("its siginfo", pt(PTRACE_GETSIGINFO, pid, 0, P(&si)), 0);
	CHECK("says who", si.si_signo == SIGUSR1 && si.si_code == SI_TKILL &&
	      si.si_pid == pid);
	CHECK_STATUS("delivered", resume_next(pid, SIGUSR1), EXITED(SIGUSR1));
	pid = trace_start(raiser, NULL, 0);
	resume_next(pid, 0);
	CHECK_STATUS("taken away", resume_next(pid, 0), EXITED(0));
	pid = trace_start(raiser, NULL, 0);
	resume_next(pid, 0);
	CHECK_STATUS("replaced", resume_next(pid, SIGUSR2), EXITED(SIGUSR2));
	pid = trace_start(raiser, NULL, 0);
	resume_next(pid, 0);
	CHECK_STATUS("deadly", resume_next(pid, SIGTERM), SIGTERM);
	pid = trace_start(exit_7, NULL, 0);
	kill(pid, SIGCHLD);
	CHECK_STATUS("an ignored one is shown", resume_next(pid, 0),
		     STOPPED(SIGCHLD));
	CHECK_STATUS("and ignored", resume_next(pid, SIGCHLD), EXITED(7));
}

static int blocker(void *arg)
{
	sigset_t set;

	(void)arg;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGUSR2, on_signal);
	raise(SIGUSR2);
	sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 5 });
	sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 6 });
	raise(SIGSTOP);
	return caught;
}

static void masks(void)
{
	struct { uint64_t off; uint32_t flags; int32_t nr; } args = { 0 };
	uint64_t mask = 0, none = 0;
	siginfo_t si[4];
	pid_t pid = trace_start(blocker, NULL, 0);

	CHECK_STATUS("it stops itself", resume_next(pid, 0), STOPPED(SIGSTOP));
	CHECK_EQ("size of a mask", pt(PTRACE_GETSIGMASK, pid, 4, P(&mask)),
		 -EINVAL);
	CHECK_EQ("its mask", pt(PTRACE_GETSIGMASK, pid, 8, P(&mask)), 0);
	CHECK("has SIGUSR2", mask & 1ull << (SIGUSR2 - 1));
	args.nr = 4;
	CHECK_EQ("pending for the thread",
		 pt(PTRACE_PEEKSIGINFO, pid, P(&args), P(si)), 1);
	CHECK_EQ("is SIGUSR2", si[0].si_signo, SIGUSR2);
	args.flags = 1;
	CHECK_EQ("pending for the process",
		 pt(PTRACE_PEEKSIGINFO, pid, P(&args), P(si)), 2);
	CHECK("are both of SIGRTMIN", si[0].si_value.sival_int == 5 &&
	      si[1].si_value.sival_int == 6);
	args.off = 1;
	CHECK_EQ("from an offset",
		 pt(PTRACE_PEEKSIGINFO, pid, P(&args), P(si)), 1);
	args.flags = 2;
	CHECK_EQ("unknown flag",
		 pt(PTRACE_PEEKSIGINFO, pid, P(&args), P(si)), -EINVAL);
	none = 1ull << (SIGRTMIN - 1);
	CHECK_EQ("open it", pt(PTRACE_SETSIGMASK, pid, 8, P(&none)), 0);
	CHECK_STATUS("SIGUSR2 comes", resume_next(pid, 0), STOPPED(SIGUSR2));
	CHECK_STATUS("and is handled", resume_next(pid, SIGUSR2),
		     EXITED(SIGUSR2));
}

static void change_info(void)
{
	siginfo_t si;
	pid_t pid = trace_start(raiser, NULL, 0);

	resume_next(pid, 0);
	pt(PTRACE_GETSIGINFO, pid, 0, P(&si));
	si.si_code = SI_QUEUE;
	si.si_signo = SIGUSR1;
	CHECK_EQ("set siginfo", pt(PTRACE_SETSIGINFO, pid, 0, P(&si)), 0);
	memset(&si, 0, sizeof(si));
	pt(PTRACE_GETSIGINFO, pid, 0, P(&si));
	CHECK_EQ("it stays", si.si_code, SI_QUEUE);
	CHECK_STATUS("and is delivered", resume_next(pid, SIGUSR1),
		     EXITED(SIGUSR1));
}

static void attach_stop(void)
{
	pid_t pid = child_idle();

	CHECK_EQ("attach", pt(PTRACE_ATTACH, pid, 0, 0), 0);
	CHECK_STATUS("stops by SIGSTOP", next(pid), STOPPED(SIGSTOP));
	CHECK_EQ("state is t", proc_state(pid), 't');
	CHECK_EQ("TracerPid", tracer_of(pid), getpid());
	CHECK_EQ("detach with SIGSTOP", pt(PTRACE_DETACH, pid, 0, SIGSTOP), 0);
	CHECK_EQ("is a stop for the parent", waitpid(pid, NULL, WUNTRACED),
		 pid);
	CHECK_EQ("state is T", proc_state(pid), 'T');
	CHECK_EQ("attach to a stopped one", pt(PTRACE_ATTACH, pid, 0, 0), 0);
	CHECK_STATUS("its stop is ours", next(pid), STOPPED(SIGSTOP));
	CHECK_EQ("state is t again", proc_state(pid), 't');
	CHECK_EQ("let go", pt(PTRACE_DETACH, pid, 0, 0), 0);
	child_kill(pid);
}

static void seized_group_stop(void)
{
	siginfo_t si;
	pid_t pid = child_idle();

	pt(PTRACE_SEIZE, pid, 0, 0);
	kill(pid, SIGSTOP);
	CHECK_STATUS("first the signal", next(pid), STOPPED(SIGSTOP));
	CHECK_STATUS("then the group stop", resume_next(pid, SIGSTOP),
		     GROUP_STATUS(SIGSTOP));
	CHECK_EQ("siginfo", pt(PTRACE_GETSIGINFO, pid, 0, P(&si)), 0);
	CHECK_EQ("of the event", si.si_code, SIGSTOP | PTRACE_EVENT_STOP << 8);
	CHECK_EQ("listen", pt(PTRACE_LISTEN, pid, 0, 0), 0);
	CHECK("nothing to wait for", quiet(pid));
	CHECK_EQ("no request", pt(PTRACE_CONT, pid, 0, 0), -ESRCH);
	kill(pid, SIGCONT);
	CHECK_STATUS("SIGCONT: it traps", next(pid), GROUP_STATUS(SIGTRAP));
	CHECK_STATUS("and then the signal", resume_next(pid, 0),
		     STOPPED(SIGCONT));
	CHECK_EQ("go on", resume(pid, SIGCONT), 0);
	pt(PTRACE_INTERRUPT, pid, 0, 0);
	CHECK_STATUS("interrupt", next(pid), GROUP_STATUS(SIGTRAP));
	kill(pid, SIGKILL);
	CHECK_STATUS("SIGKILL ends a stop", next(pid), SIGKILL);
}

static void listen_needs_stop(void)
{
	pid_t pid = trace_start(raiser, NULL, 0);

	CHECK_EQ("not seized: no listen", pt(PTRACE_LISTEN, pid, 0, 0), -EIO);
	CHECK_EQ("nor interrupt", pt(PTRACE_INTERRUPT, pid, 0, 0), -EIO);
	CHECK_EQ("kill", pt(PTRACE_KILL, pid, 0, 0), 0);
	CHECK_STATUS("killed", next(pid), SIGKILL);
}

static void group_stop_attached(void)
{
	siginfo_t si;
	pid_t pid = child_idle();

	pt(PTRACE_ATTACH, pid, 0, 0);
	next(pid);
	CHECK_STATUS("inject SIGSTOP: group stop", resume_next(pid, SIGSTOP),
		     STOPPED(SIGSTOP));
	CHECK_EQ("has no siginfo", pt(PTRACE_GETSIGINFO, pid, 0, P(&si)),
		 -EINVAL);
	CHECK_EQ("goes on", resume(pid, 0), 0);
	CHECK("although stopped", quiet(pid));
	kill(pid, SIGUSR1);
	CHECK_STATUS("and takes signals", next(pid), STOPPED(SIGUSR1));
	child_kill(pid);
}

static int idle_tracer(void *arg)
{
	pid_t *other = arg;

	if (pt(PTRACE_SEIZE, *other, 0, PTRACE_O_EXITKILL))
		return 1;
	gate_open(&ready);
	gate_wait(&answer);
	return 0;
}

static void exitkill(void)
{
	pid_t pid, tracer;

	gate_init(&ready);
	gate_init(&answer);
	pid = child_idle();
	tracer = child_start(idle_tracer, &pid);
	gate_wait(&ready);
	CHECK_EQ("traced by another", tracer_of(pid),
		 tracer);
	gate_open(&answer);
	CHECK_EXIT("the tracer ends", tracer, 0);
	CHECK_KILLED("and its tracee with it", pid, SIGKILL);
}

static int stop_and_leave(void *arg)
{
	pid_t *other = arg;

	if (pt(PTRACE_ATTACH, *other, 0, 0) ||
	    next(*other) != STOPPED(SIGSTOP))
		return 1;
	return 0;
}

static void tracer_dies(void)
{
	pid_t pid = child_idle();

	CHECK_STATUS("a tracer comes and goes", child_run(stop_and_leave, &pid),
		     EXITED(0));
	CHECK_EQ("nobody traces", tracer_of(pid), 0);
	CHECK_EQ("and it runs on", waitpid(pid, NULL, WUNTRACED | WNOHANG), 0);
	child_kill(pid);
}

static int kill_and_wait(void *arg)
{
	pid_t *other = arg;

	if (pt(PTRACE_SEIZE, *other, 0, 0))
		return 1;
	gate_open(&ready);
	gate_wait(&answer);
	return next(*other) == SIGKILL ? 0 : 2;
}

static void zombie_twice(void)
{
	pid_t pid, tracer;
	int status;

	gate_init(&ready);
	gate_init(&answer);
	pid = child_idle();
	tracer = child_start(kill_and_wait, &pid);
	gate_wait(&ready);
	kill(pid, SIGKILL);
	while (proc_state(pid) != 'Z')
		;
	CHECK_EQ("a zombie is its tracer's first",
		 waitpid(pid, &status, WNOHANG), 0);
	gate_open(&answer);
	CHECK_KILLED("then its parent's", pid, SIGKILL);
	CHECK_EXIT("the tracer saw it", tracer, 0);
}

static void *thread_idle(void *arg)
{
	*(volatile pid_t *)arg = (pid_t)sys(SYS_gettid);
	for (;;)
		pause();
	return NULL;
}

static int two_threads(void *arg)
{
	pthread_t t;

	pthread_create(&t, NULL, thread_idle, arg);
	pause();
	return 0;
}

static void threads(void)
{
	volatile pid_t *tid = shared_alloc(4096);
	pid_t pid = child_start(two_threads, (void *)(uintptr_t)tid);
	int first, second;
	pid_t taker;

	while (!*tid)
		;
	CHECK_EQ("seize the leader", pt(PTRACE_SEIZE, pid, 0, 0), 0);
	CHECK_EQ("and the other", pt(PTRACE_SEIZE, *tid, 0, 0), 0);
	kill(pid, SIGTSTP);
	taker = waitpid(-1, &first, __WALL);
	CHECK_STATUS("one has the signal", first, STOPPED(SIGTSTP));
	need(resume(taker, SIGTSTP) == 0);
	first = next(pid);
	second = next(*tid);
	CHECK_STATUS("the leader stops", first, GROUP_STATUS(SIGTSTP));
	CHECK_STATUS("the thread stops", second, GROUP_STATUS(SIGTSTP));
	pt(PTRACE_LISTEN, pid, 0, 0);
	pt(PTRACE_LISTEN, *tid, 0, 0);
	kill(pid, SIGCONT);
	CHECK_STATUS("the leader traps", next(pid), GROUP_STATUS(SIGTRAP));
	CHECK_STATUS("the thread traps", next(*tid), GROUP_STATUS(SIGTRAP));
	kill(pid, SIGKILL);
	CHECK_STATUS("a dead thread is its tracer's", next(*tid), SIGKILL);
	CHECK_STATUS("then comes the leader", next(pid), SIGKILL);
}

static const struct test tests[] = {
	{ "refusals", refusals, 0 },
	{ "permission", permission, 0 },
	{ "signals", signals, 0 },
	{ "masks", masks, 0 },
	{ "change_info", change_info, 0 },
	{ "attach_stop", attach_stop, 0 },
	{ "seized_group_stop", seized_group_stop, 0 },
	{ "listen_needs_stop", listen_needs_stop, 0 },
	{ "group_stop_attached", group_stop_attached, 0 },
	{ "exitkill", exitkill, 0 },
	{ "tracer_dies", tracer_dies, 0 },
	{ "zombie_twice", zombie_twice, 0 },
	{ "threads", threads, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
