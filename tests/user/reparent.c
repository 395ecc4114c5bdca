/*
 * tests/user/reparent.c - whose child an orphan becomes
 *
 * What:  orphans go to another thread's group, a subreaper, the namespace's
 *        init or, for injected processes, to the outside.
 * See:   prctl(2) on PR_SET_CHILD_SUBREAPER, pid_namespaces(7); ids of the
 *        catalogue, family REAP
 */
#include "lib/ns.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <sched.h>
#include <sys/prctl.h>

static struct gate ask;

static void set_up(void)
{
	stage_set();
	gate_init(&ask);
}

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

/* the orphan: when asked, say who its parent is */
static int orphan(void *arg)
{
	(void)arg;
	gate_wait(&ask);
	words[0] = getpid();
	words[1] = getppid();
	return 5;
}

/* leave a child behind */
static int leaves_orphan(void *arg)
{
	words[2] = child_start(orphan, arg);
	return 4;
}

static int in_init(void *arg)
{
	pid_t middle;

	(void)arg;
	middle = child_start(leaves_orphan, NULL);
	if (reap(middle) != EXITED(4))
		return 1;
	gate_open(&ask);
	if (reap(words[2]) != EXITED(5))
		return 2;
	return words[1] == 1 ? 0 : 3;
}

static void to_init(void)
{
	set_up();
	CHECK_STATUS("REAP-01 an orphan is init's to reap",
		     ns_run(in_init, NULL), EXITED(0));
}

static int is_subreaper(void *arg)
{
	pid_t middle;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	middle = child_start(leaves_orphan, arg);
	reap(middle);
	gate_open(&ask);
	if (reap(words[2]) != EXITED(5))
		return 1;
	return words[1] == getpid() ? 0 : 2;
}

static int subreaper_inside(void *arg)
{
	(void)arg;
	CHECK_STATUS("REAP-04 a subreaper in a namespace adopts",
		     child_run(is_subreaper, NULL), EXITED(0));
	return 0;
}

static void to_subreaper(void)
{
	set_up();
	CHECK_STATUS("REAP-02 the nearest subreaper adopts",
		     child_run(is_subreaper, NULL), EXITED(0));
	CHECK_STATUS("REAP-04 a namespace with a subreaper",
		     ns_run(subreaper_inside, NULL), EXITED(0));
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	CHECK_STATUS("REAP-05 BUG-22 a subreaper outside does not",
		     ns_run(in_init, NULL), EXITED(0));
	CHECK_ERRNO("REAP-05 and gets nobody", waitpid(-1, NULL, WNOHANG),
		    ECHILD);
}

static int forks_first(void *arg)
{
	reap(child_start(leaves_orphan, arg));
	return 0;
}

static int waits_then_leaves(void *arg)
{
	words[2] = child_start(orphan, arg);
	gate_open(&ready);
	gate_wait(&go);
	return 4;
}

/* a subreaper that stops being one after it has adopted */
static int clears_late(void *arg)
{
	pid_t first, self = getpid();

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	reap(child_start(leaves_orphan, arg));
	first = words[2];
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	reap(child_start(leaves_orphan, arg));
	gate_open(&ask);
	gate_open(&ask);
	CHECK_EXIT("REAP-11 keeps those adopted before", first, 5);
	CHECK_ERRNO("REAP-11 and gets no more", waitpid(-1, NULL, 0), ECHILD);
	return self == getpid() ? 0 : 1;
}

static void set_later(void)
{
	pid_t middle;

	set_up();
	middle = child_start(waits_then_leaves, NULL);
	gate_wait(&ready);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	gate_open(&go);
	gate_open(&ask);
	reap(middle);
	CHECK_EXIT("REAP-10 setting it covers those already there", words[2],
		   5);
	reap(child_start(forks_first, NULL));
	gate_open(&ask);
	CHECK_EXIT("REAP-02 and children of children", words[2], 5);
	CHECK_STATUS("REAP-11 clearing it", child_run(clears_late, NULL),
		     EXITED(0));
}

/* a process that forks an injected orphan and ends */
static int leaves_injected(void *arg)
{
	need(!ns_join(*(int *)arg, CLONE_NEWPID));
	return leaves_orphan(NULL);
}

static void injected(void)
{
	pid_t init;
	int fd;

	set_up();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	init = ns_start(wait_go, NULL);
	gate_wait(&ready);
	fd = ns_fd_of(init);
	CHECK_STATUS("REAP-06 an injected process loses its parent",
		     child_run(leaves_injected, &fd), EXITED(4));
	gate_open(&ask);
	CHECK("REAP-06 and becomes ours", waitpid(-1, NULL, 0) > 0);
	CHECK_EQ("REAP-06 inside it still has no parent", words[1], 0);
	gate_open(&go);
	CHECK_EXIT("REAP-06 the namespace ends", init, 6);
}

/* an init that waits for the first SIGCHLD, and the child it tells of */
static int init_reaps(void *arg)
{
	unsigned long set = 1UL << (SIGCHLD - 1);
	int status;

	(void)arg;
	block(SIGCHLD);
	gate_open(&ready);
	sys(SYS_rt_sigtimedwait, P(&set), 0, 0, 8);
	return waitpid(-1, &status, 0) > 0 && status == EXITED(5) ? 0 : 1;
}

static void child_of_injected(void)
{
	pid_t init;

	set_up();
	init = ns_start(init_reaps, NULL);
	gate_wait(&ready);
	need(!ns_join(ns_fd_of(init), CLONE_NEWPID));
	CHECK_STATUS("REAP-07 an injected process ends",
		     child_run(leaves_orphan, NULL), EXITED(4));
	gate_open(&ask);
	CHECK_EXIT("REAP-07 and init reaps its child", init, 0);
	CHECK_EQ("REAP-07 BUG-22 whose parent was 1", words[1], 1);
}

static void injected_subreaper(void)
{
	pid_t init;

	set_up();
	init = ns_start(wait_go, NULL);
	gate_wait(&ready);
	need(!ns_join(ns_fd_of(init), CLONE_NEWPID));
	CHECK_STATUS("REAP-08 an injected subreaper adopts its own",
		     child_run(is_subreaper, NULL), EXITED(0));
	gate_open(&go);
	CHECK_EXIT("REAP-08 the namespace ends", init, 6);
}

static int odd_child(void *arg)
{
	long pid = sys(SYS_clone, SIGUSR2);

	(void)arg;
	if (!pid)
		_exit(orphan(NULL));
	words[2] = (int)pid;
	return 0;
}

static void exit_signal(void)
{
	set_up();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	reap(child_start(odd_child, NULL));
	gate_open(&ask);
	CHECK_EXIT("REAP-12 an orphan's exit signal becomes SIGCHLD",
		   words[2], 5);
}

static int leaves_zombie(void *arg)
{
	pid_t pid = fork();

	(void)arg;
	if (!pid)
		_exit(5);
	waitid(P_PID, pid, NULL, WEXITED | WNOWAIT);
	words[2] = pid;
	return 0;
}

static void zombies(void)
{
	set_up();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	reap(child_start(leaves_zombie, NULL));
	CHECK_EXIT("REAP-12 a zombie is handed over too", words[2], 5);
}

static int thread_forks(void *arg)
{
	long pid = sys(SYS_fork);

	if (!pid)
		sys(SYS_exit_group, orphan(arg));
	words[2] = (int)pid;
	return 0;
}

static void threads(void)
{
	struct thread thread;

	set_up();
	thread_start(&thread, thread_forks, NULL);
	thread_join(&thread);
	gate_open(&ask);
	CHECK_EXIT("REAP-02 another thread of the group comes first",
		   words[2], 5);
	CHECK_EQ("REAP-03 and the parent's number is the same", words[1],
		 getpid());
}

/* a thread that wants to hear of the death of its process' parent */
static int hears(void *arg)
{
	(void)arg;
	sys(SYS_prctl, PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
	gate_open(&ready);
	gate_wait(&ask);
	return 0;
}

static int thread_hears(void *arg)
{
	struct thread thread;

	thread_start(&thread, hears, arg);
	thread_join(&thread);
	return 5;
}

static int leaves_hearer(void *arg)
{
	words[2] = child_start(thread_hears, arg);
	gate_wait(&ready);
	return 4;
}

static int hearer_dies(void *arg)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (child_run(leaves_hearer, arg) != EXITED(4))
		return 1;
	gate_open(&ask);
	return reap(words[2]) == SIGUSR1 ? 0 : 2;
}

static int thread_leaves_hearer(void *arg)
{
	long pid = sys(SYS_fork);

	if (!pid) {
		hears(arg);
		sys(SYS_exit_group, 5);
	}
	words[2] = (int)pid;
	words[3] = (int)sys(SYS_gettid);
	gate_wait(&ready);
	return 0;
}

static void parent_death(void)
{
	struct thread thread;

	set_up();
	CHECK_STATUS("any thread may ask to hear of a parent's death",
		     child_run(hearer_dies, NULL), EXITED(0));
	set_up();
	thread_start(&thread, thread_leaves_hearer, NULL);
	thread_join(&thread);
	/* It has ended for us when its word is 0, for the kernel later. */
	while (!sys(SYS_tgkill, getpid(), words[3], 0))
		sched_yield();
	gate_open(&ask);
	CHECK_KILLED("any thread that forked is a parent", words[2],
		     SIGUSR1);
}

static const struct test tests[] = {
	{ "to init", to_init, 0 },
	{ "to subreaper", to_subreaper, 0 },
	{ "set later", set_later, 0 },
	{ "injected", injected, 0 },
	{ "child of injected", child_of_injected, 0 },
	{ "injected subreaper", injected_subreaper, 0 },
	{ "exit signal", exit_signal, 0 },
	{ "zombies", zombies, 0 },
	{ "threads", threads, 0 },
	{ "parent's death", parent_death, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
