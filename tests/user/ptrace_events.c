/*
 * tests/user/ptrace_events.c - births, exec and death under ptrace
 *
 * What:  the events of PTRACE_SETOPTIONS and their messages, exec by threads,
 *        tracers and tracees in different pid namespaces.
 * See:   ptrace(2), pid_namespaces(7)
 */
#include "lib/trace.h"

#include "lib/ns.h"
#include "lib/proc.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

static struct gate ready, answer;

/* whom @pid brought forth: who waited for @pid itself would wait for ever */
static pid_t born_of(pid_t pid)
{
	pid_t born = (pid_t)event_message(pid);

	need(born > 0 && born != pid);
	return born;
}

static int forker(void *arg)
{
	pid_t pid = fork();

	(void)arg;
	if (!pid)
		_exit(5);
	return reap(pid) == EXITED(5) ? 6 : 7;
}

static void fork_event(void)
{
	pid_t pid = trace_start(forker, NULL, PTRACE_O_TRACEFORK);
	pid_t child;

	CHECK_STATUS("fork stops", resume_next(pid, 0),
		     EVENT_STATUS(PTRACE_EVENT_FORK));
	child = born_of(pid);
	CHECK_STATUS("the child is traced", next(child), STOPPED(SIGSTOP));
	CHECK_EQ("on", resume(pid, 0), 0);
	CHECK_STATUS("it ends for its tracer", resume_next(child, 0),
		     EXITED(5));
	CHECK_STATUS("its parent hears of it", next(pid), STOPPED(SIGCHLD));
	CHECK_STATUS("and waits for it", resume_next(pid, SIGCHLD), EXITED(6));
}

static int vforker(void *arg)
{
	pid_t pid = vfork();

	(void)arg;
	if (!pid)
		_exit(5);
	reap(pid);
	return 6;
}

static void vfork_events(void)
{
	pid_t pid = trace_start(vforker, NULL, PTRACE_O_TRACEVFORK |
				PTRACE_O_TRACEVFORKDONE);
	pid_t child;

	CHECK_STATUS("vfork stops", resume_next(pid, 0),
		     EVENT_STATUS(PTRACE_EVENT_VFORK));
	child = born_of(pid);
	CHECK_STATUS("the child is traced", next(child), STOPPED(SIGSTOP));
	resume(child, 0);
	CHECK_STATUS("when it is done", resume_next(pid, 0),
		     EVENT_STATUS(PTRACE_EVENT_VFORK_DONE));
	CHECK_EQ("it says whose", event_message(pid), child);
	CHECK_STATUS("the child ends", next(child), EXITED(5));
	while (resume_next(pid, 0) != EXITED(6))
		;
}

static void seized_birth(void)
{
	pid_t pid = fork();
	pid_t child;

	if (!pid) {
		raise(SIGSTOP);
		_exit(forker(NULL));
	}
	waitpid(pid, NULL, WUNTRACED);
	pt(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACEFORK);
	need(next(pid) == GROUP_STATUS(SIGSTOP));
	kill(pid, SIGCONT);
	while (resume_next(pid, 0) != EVENT_STATUS(PTRACE_EVENT_FORK))
		;
	child = born_of(pid);
	CHECK_STATUS("a seized one's child stops by itself", next(child),
		     GROUP_STATUS(SIGTRAP));
	kill(child, SIGKILL);
	kill(pid, SIGKILL);
	CHECK_STATUS("the child is killed", next(child), SIGKILL);
	CHECK_STATUS("so is its parent", next(pid), SIGKILL);
}

static int execer(void *arg)
{
	char *argv[] = { (char *)"true", NULL };

	(void)arg;
	execve("/bin/ptrace_events", argv, NULL);
	return 99;
}

static void exec_event(void)
{
	pid_t pid = trace_start(execer, NULL, PTRACE_O_TRACEEXEC);

	CHECK_STATUS("exec stops", resume_next(pid, 0),
		     EVENT_STATUS(PTRACE_EVENT_EXEC));
	CHECK_EQ("with its number", event_message(pid), pid);
	child_kill(pid);
	pid = trace_start(execer, NULL, 0);
	CHECK_STATUS("without the option: SIGTRAP", resume_next(pid, 0),
		     STOPPED(SIGTRAP));
	child_kill(pid);
}

static void *exec_thread(void *arg)
{
	*(volatile pid_t *)arg = (pid_t)sys(SYS_gettid);
	execer(NULL);
	return NULL;
}

static int thread_execer(void *arg)
{
	pthread_t t;

	pthread_create(&t, NULL, exec_thread, arg);
	for (;;)
		pause();
	return 0;
}

static void exec_by_thread(void)
{
	volatile pid_t *tid = shared_alloc(4096);
	pid_t pid = trace_start(thread_execer, (void *)(uintptr_t)tid,
				PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
				PTRACE_O_TRACEEXIT);
	pid_t thread;

	need(resume_next(pid, 0) == EVENT_STATUS(PTRACE_EVENT_CLONE));
	thread = born_of(pid);
	CHECK_STATUS("the thread is traced", next(thread), STOPPED(SIGSTOP));
	resume(pid, 0);
	resume(thread, 0);
	CHECK_STATUS("the leader has to go", next(pid),
		     EVENT_STATUS(PTRACE_EVENT_EXIT));
	resume(pid, 0);
	CHECK_STATUS("the thread stops as the leader", next(pid),
		     EVENT_STATUS(PTRACE_EVENT_EXEC));
	CHECK_EQ("and says who it was", event_message(pid), thread);
	CHECK_EQ("its number is free", pt(PTRACE_CONT, thread, 0, 0), -ESRCH);
	child_kill(pid);
}

static int exit_9(void *arg)
{
	(void)arg;
	return 9;
}

static void exit_event(void)
{
	pid_t pid = trace_start(exit_9, NULL, PTRACE_O_TRACEEXIT);

	CHECK_STATUS("exit stops", resume_next(pid, 0),
		     EVENT_STATUS(PTRACE_EVENT_EXIT));
	CHECK_EQ("with the status to be", event_message(pid), EXITED(9));
	CHECK_STATUS("and ends", resume_next(pid, 0), EXITED(9));
	pid = trace_start(exit_9, NULL, PTRACE_O_TRACEEXIT);
	kill(pid, SIGKILL);
	CHECK_STATUS("death by SIGKILL too", next(pid),
		     EVENT_STATUS(PTRACE_EVENT_EXIT));
	CHECK_EQ("says so", event_message(pid), SIGKILL);
	CHECK_STATUS("and dies", resume_next(pid, 0), SIGKILL);
}

/* --- pid namespaces ------------------------------------------------------ */

static int attach_to_init(void *arg)
{
	(void)arg;
	if (pt(PTRACE_ATTACH, 1, 0, 0) || next(1) != STOPPED(SIGSTOP))
		return 1;
	if (pt(PTRACE_CONT, 1, 0, 0))
		return 2;
	kill(1, SIGTERM);
	if (next(1) != STOPPED(SIGTERM))
		return 3;
	kill(1, SIGKILL);
	if (pt(PTRACE_DETACH, 1, 0, SIGTERM))
		return 4;
	return 0;
}

static int init_traced(void *arg)
{
	pid_t pid = fork();

	(void)arg;
	if (!pid)
		_exit(attach_to_init(NULL));
	return reap(pid) >> 8;
}

static void init_of_namespace(void)
{
	CHECK_STATUS("INIT-27: a member traces its init, which lives on",
		     ns_run(init_traced, NULL), EXITED(0));
}

static int inner_forker(void *arg)
{
	pid_t pid;

	(void)arg;
	gate_wait(&ready);
	pid = fork();
	if (!pid)
		_exit(0);
	return reap(pid) == 0 && pid == 2 ? 0 : 1;
}

static void outer_numbers(void)
{
	pid_t init, child;
	int status;

	gate_init(&ready);
	init = ns_start(inner_forker, NULL);
	need(pt(PTRACE_SEIZE, init, 0, PTRACE_O_TRACEFORK) == 0);
	gate_open(&ready);
	need(next(init) == EVENT_STATUS(PTRACE_EVENT_FORK));
	child = born_of(init);
	if (!CHECK("SIG-26: the message is the tracer's number", child > 2))
		return;
	CHECK_STATUS("SIG-26: by which it is waited for", next(child),
		     GROUP_STATUS(SIGTRAP));
	resume(child, 0);
	resume(init, 0);
	CHECK_STATUS("the child ends", next(child), EXITED(0));
	for (status = next(init); status == STOPPED(SIGCHLD);)
		status = resume_next(init, 0);
	CHECK_STATUS("and the init, which saw number 2", status, EXITED(0));
}

static int init_with_child(void *arg)
{
	int (*pipe_fd)[2] = arg;
	pid_t pid = fork();

	if (!pid) {
		for (;;)
			pause();
	}
	need(write((*pipe_fd)[1], "x", 1) == 1);
	gate_wait(&ready);
	return 4;
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* the only child of a process, by /proc */
static pid_t child_of(pid_t pid)
{
	for (pid_t nr = pid + 1; nr < pid + 200; nr++) {
		if (proc_number(proc_path("/proc/", nr, "/status"), "PPid:") ==
		    pid)
			return nr;
	}
	return -1;
}

static void zap_waits(void)
{
	int fds[2], status;
	pid_t init, inner;
	long start;
	char c;

	need(pipe(fds) == 0);
	gate_init(&ready);
	init = ns_start(init_with_child, &fds);
	need(read(fds[0], &c, 1) == 1);
	inner = child_of(init);
	need(inner > 0);
	need(pt(PTRACE_SEIZE, inner, 0, 0) == 0);
	start = now_ms();
	gate_open(&ready);
	while (proc_state(inner) != 'Z')
		;
	usleep(300000);
	CHECK_EQ("ZAP-12: the init waits for its member's tracer",
		 waitpid(init, &status, WNOHANG), 0);
	CHECK_STATUS("ZAP-12: the zombie is the tracer's", next(inner),
		     SIGKILL);
	CHECK_EXIT("ZAP-12: then it ends", init, 4);
	CHECK("it took as long", now_ms() - start >= 300);
}

static int middle(void *arg)
{
	pid_t pid = fork();

	if (!pid) {
		for (;;)
			pause();
	}
	*(volatile pid_t *)arg = pid;
	gate_wait(&ready);
	return 0;
}

static int trace_orphan(void *arg)
{
	pid_t pid = *(pid_t *)arg;

	if (pt(PTRACE_SEIZE, pid, 0, 0))
		return 1;
	gate_open(&answer);
	return next(pid) == STOPPED(SIGTERM) ? 0 : 2;
}

static void orphan(void)
{
	volatile pid_t *pid = shared_alloc(4096);
	pid_t parent, tracer;

	gate_init(&ready);
	gate_init(&answer);
	need(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
	parent = child_start(middle, (void *)(uintptr_t)pid);
	while (!*pid)
		;
	tracer = child_start(trace_orphan, (void *)(uintptr_t)pid);
	gate_wait(&answer);
	gate_open(&ready);
	CHECK_EXIT("the parent ends", parent, 0);
	CHECK_EQ("REAP-18: the orphan has a new parent",
		 proc_number(proc_path("/proc/", *pid, "/status"), "PPid:"),
		 getpid());
	kill(*pid, SIGTERM);
	CHECK_EXIT("REAP-18: its tracer keeps waiting for it", tracer, 0);
	CHECK_EQ("REAP-18: the parent sees nothing of that",
		 waitpid(*pid, NULL, WNOHANG), 0);
	kill(*pid, SIGKILL);
	CHECK_KILLED("REAP-18: it dies for its new parent", *pid, SIGKILL);
}

static int numbers_inside(void *arg)
{
	long outer = *(long *)arg;

	if (pt(PTRACE_ATTACH, outer, 0, 0) != -ESRCH)
		return 1;
	return pt(PTRACE_ATTACH, 77, 0, 0) == -ESRCH ? 0 : 2;
}

static void numbers(void)
{
	long outer = getpid();

	CHECK_STATUS("CRED-06: ptrace takes the caller's numbers",
		     ns_run(numbers_inside, &outer), EXITED(0));
}

static const struct test tests[] = {
	{ "fork_event", fork_event, 0 },
	{ "vfork_events", vfork_events, 0 },
	{ "seized_birth", seized_birth, 0 },
	{ "exec_event", exec_event, 0 },
	{ "exec_by_thread", exec_by_thread, 0 },
	{ "exit_event", exit_event, 0 },
	{ "init_of_namespace", init_of_namespace, 0 },
	{ "outer_numbers", outer_numbers, 0 },
	{ "zap_waits", zap_waits, 0 },
	{ "orphan", orphan, 0 },
	{ "numbers", numbers, 0 },
};

int main(int argc, char **argv)
{
	/* what exec finds */
	if (argc == 1 && !strcmp(argv[0], "true"))
		return 0;
	return test_main(tests, COUNT(tests));
}
