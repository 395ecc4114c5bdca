/*
 * tests/user/ns_numbers.c - choosing numbers, and limits of them
 *
 * What:  clone3's set_tid, ns_last_pid, pid_max and the other files of /proc
 *        that numbers depend on, numbers in robust lists, limits of users.
 * Not:   how numbers follow each other is in ns_pid.c, set_tid without the
 *        right to it in ns_user.c.
 * See:   clone(2), proc(5); ids CR, PID, PROC and LIM of docs/pidns-table.md
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define LAST_PID	"/proc/sys/kernel/ns_last_pid"
#define PID_MAX		"/proc/sys/kernel/pid_max"
#define MAX_PIDNS	"/proc/sys/user/max_pid_namespaces"

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

static pid_t passing(void)
{
	pid_t pid = child_start(nothing, NULL);

	reap(pid);
	return pid;
}

static void put_number(const char *path, long number)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", number);
	need(!proc_write(path, text));
}

/* clone3 with numbers, reaped: its number, or the error */
static long with(unsigned long flags, pid_t inner, pid_t outer, int n)
{
	pid_t tids[3] = { inner, outer, 1 };
	long pid = ns_fork_as(flags, tids, n);

	if (pid > 0)
		reap((pid_t)pid);
	return pid;
}

static void chosen(void)
{
	long max = proc_number(PID_MAX, "");

	CHECK_EQ("CR-01 innermost first, then the parent's",
		 with(CLONE_NEWPID, 1, 30123, 2), 30123);
	CHECK_EQ("CR-02 two numbers at level 0", with(0, 30001, 1, 2),
		 -EINVAL);
	CHECK("CR-02 two at level 1", with(CLONE_NEWPID, 1, 30124, 2) > 0);
	CHECK_EQ("CR-02 three at level 1", with(CLONE_NEWPID, 1, 30124, 3),
		 -EINVAL);
	CHECK_EQ("CR-03 number 0", with(0, 0, 0, 1), -EINVAL);
	CHECK_EQ("CR-03 a negative one", with(0, -1, 0, 1), -EINVAL);
	CHECK_EQ("CR-03 pid_max", with(0, (pid_t)max, 0, 1), -EINVAL);
	CHECK_EQ("CR-03 the one below it", with(0, (pid_t)max - 1, 0, 1),
		 max - 1);
	CHECK_EQ("CR-04 the first of a namespace is 1",
		 with(CLONE_NEWPID, 2, 0, 1), -EINVAL);
	CHECK_EQ("CR-05 a busy one", with(0, 1, 0, 1), -EEXIST);
	CHECK_EQ("CR-05 the caller's", with(0, getpid(), 0, 1), -EEXIST);
	CHECK_EQ("CR-05 at an outer level", with(CLONE_NEWPID, 1, 1, 2),
		 -EEXIST);
}

static int lingers(void *arg)
{
	(void)arg;
	setsid();
	child_start(wait_go, NULL);
	return 0;
}

static int chosen_in_ns(void *arg)
{
	pid_t pid;

	(void)arg;
	CHECK_EQ("CR-08 a number above the cursor", with(0, 100, 0, 1), 100);
	CHECK_EQ("CR-08 leaves the cursor", passing(), 2);
	CHECK_EQ("CR-08 one below 300 behind it", with(0, 250, 0, 1), 250);
	CHECK_EQ("CR-08 leaves it too", passing(), 3);
	CHECK_EQ("CR-11 a failure at an outer level",
		 with(0, 43, -1, 2), -EINVAL);
	CHECK_EQ("CR-11 frees the inner number", with(0, 43, 30777, 2), 43);
	pid = child_start(lingers, NULL);
	reap(pid);
	gate_wait(&ready);
	CHECK_EQ("CR-05 PID-21 one kept as a session's", with(0, pid, 0, 1),
		 -EEXIST);
	gate_open(&go);
	reap(-1);
	put_number(LAST_PID, 776);
	CHECK_EQ("CR-12 written to ns_last_pid the next is one more",
		 passing(), 777);
	CHECK_EQ("CR-12 which is read back", proc_number(LAST_PID, ""), 777);
	return 6;
}

static void inside(void)
{
	stage_set();
	CHECK_STATUS("CR-08 a namespace", ns_run(chosen_in_ns, NULL),
		     EXITED(6));
}

static void nascent(void)
{
	need(!sys(SYS_unshare, CLONE_NEWPID));
	CHECK_EQ("CR-04 UNSH-24 not 1 in a nascent namespace",
		 with(0, 5, 0, 1), -EINVAL);
	CHECK("CR-09 1 makes its init", with(0, 1, 0, 1) > 0);
	CHECK_EQ("CR-09 dead it is ENOMEM for any number", with(0, 5, 0, 1),
		 -ENOMEM);
	CHECK_EQ("CR-09 for 1 too", with(0, 1, 0, 1), -ENOMEM);
}

/* A thread that shares the caller's stack while that waits, as in vfork. */
static long thread_as(pid_t tid)
{
	struct clone3_args args = {
		.flags = CLONE_VM | CLONE_VFORK | CLONE_SIGHAND |
			 CLONE_THREAD | CLONE_FS | CLONE_FILES,
		.set_tid = P(&tid), .set_tid_size = 1,
	};
	long result = sys(SYS_clone3, P(&args), sizeof(args));

	if (!result) {
		words[0] = (int)sys(SYS_gettid);
		sys(SYS_exit, 0);
	}
	return result;
}

static void threads(void)
{
	stage_set();
	CHECK_EQ("CR-10 a thread with a chosen number", thread_as(30500),
		 30500);
	CHECK_EQ("CR-10 which it has", words[0], 30500);
	CHECK_EQ("CR-10 a busy one", thread_as(getpid()), -EEXIST);
}

static int fills(void *arg)
{
	int made = 0;
	long pid;

	gate_wait(arg);
	put_number(LAST_PID, 299);
	while ((pid = ns_clone(0)) > 0)
		made++;
	if (!pid)
		_exit(wait_go(NULL));
	CHECK_EQ("PID-07 ten numbers from 300 on", made, 10);
	CHECK_EQ("PID-07 then it is full, though 2 is free", pid, -EAGAIN);
	put_number(LAST_PID, 4);
	CHECK_EQ("PID-07 unless the search begins there", passing(), 5);
	while (made--)
		gate_open(&go);
	return 6;
}

static int is_full(void *arg)
{
	static struct gate small;
	pid_t init;

	(void)arg;
	stage_set();
	gate_init(&small);
	need(getpid() < 32000);
	put_number(LAST_PID, 100);
	init = ns_start(fills, &small);
	put_number(PID_MAX, 310);
	put_number(LAST_PID, 100);
	gate_open(&small);
	CHECK_EXIT("PID-07 a namespace that is full", init, 6);
	return 0;
}

/* in a child with a small number, however many there were before */
static void full(void)
{
	long max = proc_number(PID_MAX, "");
	long last = proc_number(LAST_PID, "");

	put_number(LAST_PID, 400);
	need(child_run(is_full, NULL) == EXITED(0));
	put_number(PID_MAX, max);
	put_number(LAST_PID, last);
}

/* the only number that is left outside is taken */
static void first_fails(void)
{
	long max = proc_number(PID_MAX, "");
	long last = proc_number(LAST_PID, "");
	long refused, pid;
	pid_t holder;

	stage_set();
	put_number(LAST_PID, 299);
	holder = child_start(wait_go, NULL);
	gate_wait(&ready);
	need(holder == 300);
	need(!sys(SYS_unshare, CLONE_NEWPID));
	put_number(PID_MAX, 301);
	refused = ns_clone(0);
	if (!refused)
		_exit(0);
	put_number(PID_MAX, max);
	CHECK_EQ("a first birth finds no number outside", refused, -EAGAIN);
	pid = ns_clone(0);
	if (!pid)
		_exit(getpid() == 1 ? 6 : 7);
	CHECK_STATUS("the next one is number 1", reap((pid_t)pid), EXITED(6));
	gate_open(&go);
	reap(holder);
	put_number(LAST_PID, last);
}

static int writes_max(void *arg)
{
	put_number(PID_MAX, 30000);
	return wait_go(arg);
}

static void limit_of_all(void)
{
	long max = proc_number(PID_MAX, "");
	pid_t init;

	stage_set();
	CHECK_EQ("PID-27 pid_max is 32768 for fewer than 33 processors", max,
		 32768);
	init = ns_start(writes_max, NULL);
	gate_wait(&ready);
	CHECK_EQ("PROC-19 PID-26 set in any namespace it is set in all",
		 proc_number(PID_MAX, ""), 30000);
	put_number(PID_MAX, max);
	gate_open(&go);
	CHECK_EXIT("PROC-19 the namespace ends", init, 6);
	CHECK_ERRNO("PROC-16 ns_last_pid above pid_max",
		    proc_write(LAST_PID, "32769"), EINVAL);
	CHECK_ERRNO("PROC-16 and -1", proc_write(LAST_PID, "-1"), EINVAL);
}

static int last_in_ns(void *arg)
{
	char text[64] = "", *at;

	(void)arg;
	put_number(LAST_PID, 500);
	passing();
	need(proc_read("/proc/loadavg", text, sizeof(text)) > 0);
	at = strrchr(text, ' ');
	CHECK_EQ("PROC-18 loadavg ends with the last number of the reader's",
		 at ? strtol(at, NULL, 10) : -1, 501);
	CHECK_EQ("PROC-15 as ns_last_pid says by any mount",
		 proc_number(LAST_PID, ""), 501);
	put_number(LAST_PID, 32768);
	CHECK_EQ("PROC-16 pid_max itself makes 300 the next", passing(), 300);
	need(!sys(SYS_unshare, CLONE_NEWPID));
	CHECK_EQ("PROC-15 after unshare it is still the own",
		 proc_number(LAST_PID, ""), 300);
	return 6;
}

static int writes_as_user(void *arg)
{
	int fd = open(LAST_PID, O_RDWR);
	struct stat st;
	char text[16];

	(void)arg;
	CHECK("PROC-17 the mode", !fstat(fd, &st) &&
	      (st.st_mode & 07777) == 0666);
	become_user();
	CHECK("PROC-17 anyone reads it", read(fd, text, 16) > 0);
	CHECK_ERRNO("PROC-17 but writes need a capability",
		    pwrite(fd, "5", 1, 0), EPERM);
	CHECK_OK("PROC-17 opening does not", open(LAST_PID, O_WRONLY));
	return 6;
}

static void last_number(void)
{
	stage_set();
	CHECK_STATUS("PROC-18 a namespace", ns_run(last_in_ns, NULL),
		     EXITED(6));
	CHECK_STATUS("PROC-17 a user", ns_run(writes_as_user, NULL),
		     EXITED(6));
}

static int limit_inside(void *arg)
{
	(void)arg;
	need(!sys(SYS_unshare, CLONE_NEWUSER));
	CHECK_EQ("PROC-20 a new user namespace has no limit",
		 proc_number(MAX_PIDNS, ""), 2147483647);
	return 6;
}

static int limit_as_user(void *arg)
{
	(void)arg;
	become_user();
	CHECK_ERRNO("PROC-20 an ordinary user cannot open it for writing",
		    open(MAX_PIDNS, O_WRONLY), EACCES);
	return 6;
}

static void limit_file(void)
{
	long before = proc_number(MAX_PIDNS, "");
	long threads = proc_number("/proc/sys/kernel/threads-max", "");

	CHECK("PROC-20 the first is half of threads-max",
	      before >= threads / 2 - 1 && before <= threads / 2 + 1);
	CHECK_ERRNO("PROC-20 -1", proc_write(MAX_PIDNS, "-1"), EINVAL);
	CHECK_ERRNO("PROC-20 2^31", proc_write(MAX_PIDNS, "2147483648"),
		    EINVAL);
	CHECK_EQ("PROC-20 2^31 - 1", proc_write(MAX_PIDNS, "2147483647"), 0);
	put_number(MAX_PIDNS, before);
	CHECK_STATUS("PROC-20 inside", child_run(limit_inside, NULL),
		     EXITED(6));
	CHECK_STATUS("PROC-20 a user", child_run(limit_as_user, NULL),
		     EXITED(6));
}

#define OTHER_UID	61234

static int be_other(void *arg)
{
	need(!setresuid(OTHER_UID, OTHER_UID, OTHER_UID));
	return wait_go(arg);
}

static int two_of_user(void *arg)
{
	child_start(be_other, arg);
	child_start(be_other, arg);
	return wait_go(arg);
}

static int fork_as_other(void *arg)
{
	struct rlimit limit = { *(unsigned int *)arg, *(unsigned int *)arg };
	long pid;

	need(!setrlimit(RLIMIT_NPROC, &limit));
	need(!setresuid(OTHER_UID, OTHER_UID, OTHER_UID));
	pid = ns_clone(0);
	if (!pid)
		_exit(0);
	return pid == -EAGAIN ? EAGAIN : pid < 0 ? 99 : 0;
}

static void of_users(void)
{
	unsigned int three = 3, four = 4;
	pid_t init;

	stage_set();
	init = ns_start(two_of_user, NULL);
	for (int i = 0; i < 3; i++)
		gate_wait(&ready);
	CHECK_STATUS("LIM-07 processes of a user in other namespaces count",
		     child_run(fork_as_other, &three), EXITED(EAGAIN));
	CHECK_STATUS("LIM-07 one by one", child_run(fork_as_other, &four),
		     EXITED(0));
	child_kill(init);
}

/* a process in a namespace that dies with one word in its robust list */
struct robust {
	struct robust_list_head head;
	struct robust_list only;
	int word;
};

static int dies_with_lock(struct robust *r, int own)
{
	gate_wait(&go);
	r->head.list.next = &r->only;
	r->only.next = &r->head.list;
	r->head.futex_offset = (char *)&r->word - (char *)&r->only;
	if (own)
		r->word = getpid();
	need(!sys(SYS_set_robust_list, P(&r->head), sizeof(r->head)));
	return 6;
}

static void robust_word(int own)
{
	struct robust *r = shared_alloc(4096);
	long pid;

	stage_set();
	pid = ns_clone(CLONE_NEWPID);
	if (!pid)
		_exit(dies_with_lock(r, own));
	r->word = (int)pid;
	gate_open(&go);
	CHECK_EXIT("PID-31 a process with a robust futex", (pid_t)pid, 6);
	if (own)
		CHECK_EQ("PID-31 which holds the number it has for itself",
			 r->word, FUTEX_OWNER_DIED);
	else
		CHECK_EQ("PID-31 its number of outside is not its own",
			 r->word, pid);
}

static void robust_words(void)
{
	robust_word(1);
	robust_word(0);
}

static const struct test tests[] = {
	{ "chosen", chosen, 0 },
	{ "inside", inside, 0 },
	{ "nascent", nascent, 0 },
	{ "threads", threads, 0 },
	{ "full", full, 0 },
	{ "first fails", first_fails, 0 },
	{ "limit of all", limit_of_all, 0 },
	{ "last number", last_number, 0 },
	{ "limit file", limit_file, 0 },
	{ "users", of_users, 0 },
	{ "robust words", robust_words, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
