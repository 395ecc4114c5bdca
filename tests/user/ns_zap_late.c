/*
 * tests/user/ns_zap_late.c - births, waits and files around a namespace's end
 *
 * What:  who may still be born when a namespace dies, or one above it; what a
 *        dying init waits for; what is left afterwards.
 * Not:   the end as such is in ns_zap.c.
 * See:   pid_namespaces(7); ids ZAP, THR and INIT of docs/pidns-table.md,
 *        which tells where Nidus is stricter than Linux
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <time.h>

#define IOC_CHILDREN	0xff06
#define NS_GET_PARENT	0xb702
#define PID_FROM	0x8004b706

static struct gate life;

static void set_up(void)
{
	stage_set();
	gate_init(&life);
}

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

static pid_t waiting_init(void)
{
	pid_t pid = ns_start(wait_go, NULL);

	gate_wait(&ready);
	return pid;
}

/* --- below a dead world --------------------------------------------------- */

static int unshares(void *arg)
{
	return sys(SYS_unshare, CLONE_NEWPID) ? 1 : wait_go(arg);
}

/* a namespace, a member of it from here, and its nascent child as a file */
struct family {
	pid_t init, member;
	int nascent;
};

static void make_family(struct family *f)
{
	f->init = waiting_init();
	need(!ns_join(ns_fd_of(f->init), CLONE_NEWPID));
	f->member = child_start(unshares, NULL);
	gate_wait(&ready);
	f->nascent = (int)sys(SYS_ioctl, pidfd_open(f->member, 0),
			      IOC_CHILDREN, 0);
	need(f->nascent >= 0 && !ns_join(ns_fd_self(), CLONE_NEWPID));
}

/* fork into the namespace: a number of a child that waits, or the error */
static long born_in(int fd)
{
	long pid;

	need(!ns_join(fd, CLONE_NEWPID));
	pid = ns_clone(0);
	if (!pid)
		_exit(wait_go(NULL));
	need(!ns_join(ns_fd_self(), CLONE_NEWPID));
	if (pid > 0)
		gate_wait(&ready);
	return pid;
}

static void below_the_dead(void)
{
	struct family f;
	long pid;

	set_up();
	make_family(&f);
	kill(f.init, SIGKILL);
	CHECK_KILLED("ZAP-25 a member is killed", f.member, SIGKILL);
	CHECK_KILLED("ZAP-25 and the init", f.init, SIGKILL);
	pid = born_in(f.nascent);
	CHECK("ZAP-25 below a dead namespace nobody is born (on Linux: one)",
	      on_nidus() ? pid == -ENOMEM : pid > 0);
	if (pid > 0)
		child_kill((pid_t)pid);
}

static void below_the_dying(void)
{
	struct family f;
	long pid;

	set_up();
	make_family(&f);
	kill(f.init, SIGKILL);
	need(!waitid(P_PID, f.member, NULL, WEXITED | WNOWAIT));
	pid = born_in(f.nascent);
	CHECK("ZAP-26 nor below a dying one (on Linux: one)",
	      on_nidus() ? pid == -ENOMEM : pid > 0);
	CHECK_KILLED("ZAP-26 the member is reaped", f.member, SIGKILL);
	usleep(20000);
	CHECK("ZAP-26 which leaves the init free (on Linux: held)",
	      (waitpid(f.init, NULL, WNOHANG | __WALL) == 0) == !on_nidus());
	if (pid > 0)
		child_kill((pid_t)pid);
	waitpid(f.init, NULL, 0);
}

/* --- while it dies -------------------------------------------------------- */

/* what a dying init of @how ignores, and when it ends, is seen from here */
static void dying(void)
{
	unsigned long ignored;
	char text[64] = "";
	pid_t init, member;

	set_up();
	init = waiting_init();
	need(!ns_join(ns_fd_of(init), CLONE_NEWPID));
	member = child_start(wait_go, NULL);
	gate_wait(&ready);
	kill(init, SIGKILL);
	need(!waitid(P_PID, member, NULL, WEXITED | WNOWAIT));
	need(!proc_line(proc_path("/proc/", init, "/status"), "SigIgn:\t",
			text, sizeof(text)));
	ignored = strtoul(text, NULL, 16);
	CHECK("ZAP-05 ZAP-15 a dying init ignores SIGCHLD",
	      ignored & 1UL << (SIGCHLD - 1));
	CHECK_EQ("ZAP-08 births there are ENOMEM", ns_clone(0), -ENOMEM);
	CHECK_EQ("ZAP-16 while two numbers are left it waits",
		 waitpid(init, NULL, WNOHANG), 0);
	CHECK_KILLED("ZAP-16 with one it goes on", member, SIGKILL);
	CHECK_KILLED("ZAP-16 and ends", init, SIGKILL);
}

/* the last thread is not the leader: the leader's number is left as well */
static int leader_gone(void *arg)
{
	struct thread thread;

	child_idle();
	thread_start(&thread, wait_go, arg);
	sys(SYS_exit, 5);
	return 0;
}

static void two_numbers(void)
{
	pid_t init;

	set_up();
	init = ns_start(leader_gone, NULL);
	gate_wait(&ready);
	proc_await(init, "Z");
	CHECK_EQ("WAIT-17 the last thread is waited for",
		 waitpid(init, NULL, WNOHANG), 0);
	gate_open(&go);
	CHECK_EXIT("ZAP-16 BUG-04 the last thread is not the leader", init,
		   6);
}

static void spin_ms(long ms)
{
	struct timespec from, now;

	clock_gettime(CLOCK_MONOTONIC, &from);
	do {
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - from.tv_sec) * 1000 +
		 (now.tv_nsec - from.tv_nsec) / 1000000 < ms);
}

/* a zombie that used the processor, left to the end of the namespace */
static int leaves_user(void *arg)
{
	(void)arg;
	if (!fork()) {
		spin_ms(300);
		_exit(0);
	}
	waitid(P_ALL, 0, NULL, WEXITED | WNOWAIT);
	return 6;
}

static void times(void)
{
	struct rusage usage;
	long ms;

	CHECK_STATUS("ZAP-15 an init leaves a zombie",
		     ns_run(leaves_user, NULL), EXITED(6));
	getrusage(RUSAGE_CHILDREN, &usage);
	ms = usage.ru_utime.tv_sec * 1000 + usage.ru_utime.tv_usec / 1000 +
	     usage.ru_stime.tv_sec * 1000 + usage.ru_stime.tv_usec / 1000;
	CHECK("ZAP-15 whose time is not lost", ms >= 100);
}

static int takes_signals(void *arg)
{
	sigset_t all;

	(void)arg;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (int sig = 1; sig <= 64; sig++)
		signal(sig, SIG_IGN);
	gate_open(&ready);
	for (;;)
		pause();
	return 0;
}

static int has_stubborn(void *arg)
{
	(void)arg;
	for (int i = 0; i < 3; i++)
		child_start(takes_signals, NULL);
	for (int i = 0; i < 3; i++)
		gate_wait(&ready);
	ns_start(takes_signals, NULL);
	gate_wait(&ready);
	return 6;
}

static void stubborn(void)
{
	set_up();
	CHECK_STATUS("ZAP-14 members and a nested init that ignore all",
		     ns_run(has_stubborn, NULL), EXITED(6));
	gate_drop_write(&life);
	CHECK("ZAP-14 are killed as by the kernel", !gate_wait(&life));
}

/* a member asleep where no signal wakes it: its child has its memory */
static int vforks(void *arg)
{
	long pid = sys(SYS_vfork);

	if (!pid) {
		gate_open(&ready);
		gate_wait(&go);
		sys(SYS_exit, 0);
	}
	(void)arg;
	return 0;
}

static int has_sleeper(void *arg)
{
	child_start(vforks, arg);
	gate_wait(&ready);
	return 6;
}

static void sleepers(void)
{
	set_up();
	CHECK_STATUS("ZAP-23 a member in an uninterruptible wait",
		     ns_run(has_sleeper, NULL), EXITED(6));
	gate_drop_write(&life);
	CHECK("ZAP-23 delays the end, not for ever", !gate_wait(&life));
}

/* --- threads -------------------------------------------------------------- */

static int ends_at_once(void *arg)
{
	words[1] = (int)sys(SYS_gettid);
	(void)arg;
	return 0;
}

static int thread_numbers(void *arg)
{
	struct thread thread;
	pid_t tid;

	(void)arg;
	thread_start(&thread, ends_at_once, NULL);
	thread_join(&thread);
	tid = words[1];
	while (!sys(SYS_tkill, tid, 0))
		sched_yield();
	CHECK_EQ("THR-07 an ended thread has no number at once",
		 sys(SYS_tkill, tid, 0), -ESRCH);
	CHECK_EQ("THR-07 which can be given again",
		 ns_fork_as(0, &tid, 1), tid);
	CHECK_EXIT("THR-07 to a process", tid, tid);
	CHECK_ERRNO("THR-07 and is nobody's child", waitpid(-1, NULL, 0),
		    ECHILD);
	return 6;
}

static int many_threads(void *arg)
{
	struct thread threads[4];

	for (int i = 0; i < 4; i++)
		thread_start(&threads[i], wait_go, arg);
	for (;;)
		pause();
	return 0;
}

static void of_threads(void)
{
	pid_t init, member;

	set_up();
	CHECK_STATUS("THR-07 a namespace", ns_run(thread_numbers, NULL),
		     EXITED(6));
	init = waiting_init();
	need(!ns_join(ns_fd_of(init), CLONE_NEWPID));
	member = child_start(many_threads, NULL);
	for (int i = 0; i < 4; i++)
		gate_wait(&ready);
	kill(init, SIGKILL);
	gate_drop_write(&life);
	CHECK_KILLED("THR-09 threads of an injected process die with it",
		     member, SIGKILL);
	CHECK("THR-09 all of them", !gate_wait(&life));
	CHECK_KILLED("THR-09 and with the namespace", init, SIGKILL);
}

/* --- what is left --------------------------------------------------------- */

static int mounts_proc(void *arg)
{
	return ns_mount_proc("inner") ? 1 : wait_go(arg);
}

static void handles(void)
{
	char text[32] = "";
	pid_t init;
	int fd;

	set_up();
	init = ns_start(mounts_proc, NULL);
	gate_wait(&ready);
	fd = ns_fd_of(init);
	child_kill(init);
	CHECK("ZAP-19 a dead namespace has a parent",
	      fd_ino(ioctl(fd, NS_GET_PARENT)) == fd_ino(ns_fd_self()));
	CHECK("ZAP-19 a name",
	      readlink(proc_path("/proc/self/fd/", fd, ""), text, 31) > 0 &&
	      !strncmp(text, "pid:[", 5));
	CHECK_ERRNO("ZAP-19 no numbers", ioctl(fd, PID_FROM, 1), ESRCH);
	CHECK_ERRNO("ZAP-19 PROC-24 in its proc neither",
		    access("inner/1", F_OK), ENOENT);
	CHECK_EQ("ZAP-19 and is entered", ns_join(fd, CLONE_NEWPID), 0);
	umount2("inner", MNT_DETACH);
}

static const struct test tests[] = {
	{ "below the dead", below_the_dead, 0 },
	{ "below the dying", below_the_dying, 0 },
	{ "dying", dying, 0 },
	{ "two numbers", two_numbers, 0 },
	{ "times", times, 0 },
	{ "stubborn", stubborn, 0 },
	{ "sleepers", sleepers, 0 },
	{ "threads", of_threads, 0 },
	{ "handles", handles, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
