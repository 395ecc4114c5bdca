/*
 * tests/user/acct.c - process accounting, and of pid namespaces
 *
 * What:  errors and their order, what a record says of each kind of end,
 *        which files get it, on and off, the end of a namespace.
 * See:   acct(2), acct(5); id REBOOT-09
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <fcntl.h>
#include <linux/acct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#define MAX_RECORDS	32

static struct gate ready, go;

/* files in a tmpfs of their own: the room for records is known */
static void set_up(void)
{
	gate_init(&ready);
	gate_init(&go);
	need(!unshare(CLONE_NEWNS));
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mkdir("t", 0755));
	need(!mount("t", "t", "tmpfs", 0, "size=1m"));
	file_make("t/a", "", 0600);
	file_make("t/b", "", 0600);
}

/* all records of a file: how many */
static int records(const char *path, struct acct_v3 *r)
{
	int fd = open(path, O_RDONLY);
	ssize_t n;

	need(fd >= 0);
	n = read(fd, r, MAX_RECORDS * sizeof(*r));
	close(fd);
	return n < 0 || n % (ssize_t)sizeof(*r) ? -1 :
		(int)(n / (ssize_t)sizeof(*r));
}

/* the record of process @pid, or NULL */
static struct acct_v3 *record_of(const char *path, unsigned int pid)
{
	static struct acct_v3 all[MAX_RECORDS];
	int n = records(path, all);

	for (int i = 0; i < n; i++) {
		if (all[i].ac_pid == pid)
			return &all[i];
	}
	return NULL;
}

static int is_available(void)
{
	if (sys(SYS_acct, 0) != -ENOSYS)
		return 1;
	SKIP("acct", "this kernel has no accounting");
	return 0;
}

static void errors(void)
{
	char name[5000];

	if (!is_available())
		return;
	set_up();
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = 0;
	CHECK_EQ("off when it is off", sys(SYS_acct, 0), 0);
	CHECK_EQ("no address", sys(SYS_acct, 8), -EFAULT);
	CHECK_EQ("no name", sys(SYS_acct, P("")), -ENOENT);
	CHECK_EQ("no such file", sys(SYS_acct, P("t/none")), -ENOENT);
	CHECK_EQ("too long", sys(SYS_acct, P(name)), -ENAMETOOLONG);
	CHECK_EQ("a directory", sys(SYS_acct, P("t")), -EISDIR);
	CHECK_EQ("below a file", sys(SYS_acct, P("t/a/x")), -ENOTDIR);
	CHECK_EQ("a device", sys(SYS_acct, P("/dev/null")), -EACCES);
	CHECK_EQ("a file of proc",
		 sys(SYS_acct, P("/proc/sys/kernel/ns_last_pid")), -EINVAL);
	need(!symlink("l", "t/l"));
	CHECK_EQ("a loop", sys(SYS_acct, P("t/l")), -ELOOP);
	need(!mount(NULL, "t", NULL, MS_REMOUNT | MS_RDONLY, "size=1m"));
	CHECK_EQ("read-only", sys(SYS_acct, P("t/a")), -EROFS);
	become_user();
	CHECK_EQ("EPERM comes first", sys(SYS_acct, 8), -EPERM);
	CHECK_EQ("also to switch it off", sys(SYS_acct, 0), -EPERM);
}

static void user_namespace(void)
{
	if (!is_available())
		return;
	set_up();
	need(!unshare(CLONE_NEWUSER));
	CHECK_EQ("all capabilities of a user namespace do not do",
		 sys(SYS_acct, P("t/a")), -EPERM);
}

static int exits_7(void *arg)
{
	(void)arg;
	return 7;
}

static int dies(void *arg)
{
	(void)arg;
	raise(SIGTERM);
	return 0;
}

static int aborts(void *arg)
{
	const struct rlimit none = { 0, 0 };

	(void)arg;
	setrlimit(RLIMIT_CORE, &none);
	raise(SIGQUIT);
	return 0;
}

static int ordinary(void *arg)
{
	(void)arg;
	become_user();
	prctl(PR_SET_NAME, P("clerk"), 0, 0, 0);
	for (clock_t end = clock() + CLOCKS_PER_SEC / 10; clock() < end; )
		;
	return 0;
}

static long comp(unsigned int c)
{
	return (long)(c & 0x1fff) << (c >> 13) * 3;
}

static void kinds_of_end(void)
{
	unsigned int pid[4];
	struct acct_v3 *r;

	pid[0] = (unsigned int)child_start(exits_7, NULL);
	reap((pid_t)pid[0]);
	r = record_of("t/a", pid[0]);
	CHECK("there is a record", r);
	if (!r)
		return;
	CHECK_EQ("version", r->ac_version, 3);
	CHECK_EQ("exit code", r->ac_exitcode, EXITED(7));
	CHECK_EQ("parent", r->ac_ppid, getpid());
	CHECK_EQ("user", r->ac_uid, 0);
	CHECK_EQ("it only forked", r->ac_flag & AFORK, AFORK);
	CHECK_EQ("no signal", r->ac_flag & (AXSIG | ACORE), 0);
	CHECK("it began just now", labs((long)r->ac_btime - time(NULL)) < 30);
	CHECK("it had memory", comp(r->ac_mem) > 100 &&
	      comp(r->ac_mem) < 1000000);
	CHECK("and took page faults", comp(r->ac_minflt) > 0);
	CHECK("not long", r->ac_etime >= 0 && r->ac_etime < 3000);
	CHECK_EQ("no terminal", r->ac_tty, 0);
	pid[1] = (unsigned int)child_start(dies, NULL);
	reap((pid_t)pid[1]);
	r = record_of("t/a", pid[1]);
	CHECK("a signal", r && r->ac_exitcode == SIGTERM &&
	      (r->ac_flag & (AXSIG | ACORE)) == AXSIG);
	pid[2] = (unsigned int)child_start(aborts, NULL);
	reap((pid_t)pid[2]);
	r = record_of("t/a", pid[2]);
	CHECK("a signal that dumps core", r &&
	      (r->ac_exitcode & 0x7f) == SIGQUIT &&
	      (r->ac_flag & (AXSIG | ACORE)) == (AXSIG | ACORE));
	pid[3] = (unsigned int)child_start(ordinary, NULL);
	reap((pid_t)pid[3]);
	r = record_of("t/a", pid[3]);
	CHECK("an ordinary user", r && r->ac_uid == TEST_UID &&
	      r->ac_gid == TEST_UID && !strcmp(r->ac_comm, "clerk"));
	CHECK("its time", r && comp(r->ac_utime) + comp(r->ac_stime) >= 5 &&
	      comp(r->ac_utime) + comp(r->ac_stime) < 1000);
	CHECK("and how long it took", r && r->ac_etime >= 9);
}

static void contents(void)
{
	struct acct_v3 all[MAX_RECORDS];
	int n;

	if (!is_available())
		return;
	set_up();
	CHECK_EQ("on", sys(SYS_acct, P("t/a")), 0);
	kinds_of_end();
	n = records("t/a", all);
	CHECK_EQ("to another file", sys(SYS_acct, P("t/b")), 0);
	CHECK_EQ("the old one gets a last record", records("t/a", all), n + 1);
	CHECK_EQ("about us", all[n].ac_pid, getpid());
	CHECK_EQ("who have not ended", all[n].ac_exitcode, 0);
	child_run(exits_7, NULL);
	CHECK_EQ("one goes to the new file", records("t/b", all), 1);
	CHECK_EQ("none to the old one", records("t/a", all), n + 1);
	CHECK_EQ("off", sys(SYS_acct, 0), 0);
	child_run(exits_7, NULL);
	CHECK_EQ("with a last record", records("t/b", all), 2);
	CHECK_EQ("only one for each time it was on", sys(SYS_acct, 0), 0);
	CHECK_EQ("and none after that", records("t/b", all), 2);
}

static int lasts(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 0;
}

static int two_threads(void *arg)
{
	struct thread thread;

	thread_start(&thread, lasts, arg);
	gate_wait(&ready);
	gate_open(&go);
	sys(SYS_exit, 3);
	return 0;
}

static void limits_and_threads(void)
{
	const struct rlimit none = { 0, RLIM_INFINITY };
	struct acct_v3 all[MAX_RECORDS];

	if (!is_available())
		return;
	set_up();
	need(!sys(SYS_acct, P("t/a")));
	child_run(two_threads, NULL);
	CHECK_EQ("one record for all threads", records("t/a", all), 1);
	need(!setrlimit(RLIMIT_FSIZE, &none));
	child_run(exits_7, NULL);
	CHECK_EQ("no limit of file size counts", records("t/a", all), 2);
	need(!sys(SYS_acct, 0));
}

static void unmounting(void)
{
	if (!is_available())
		return;
	set_up();
	need(!sys(SYS_acct, P("t/a")));
	CHECK_OK("it is not busy", umount("t"));
	child_run(exits_7, NULL);
	CHECK_EQ("nothing is left to switch off", sys(SYS_acct, 0), 0);
}

static void full(void)
{
	char block[4096] = "x";
	struct acct_v3 all[MAX_RECORDS];
	int fd, room;

	if (!is_available())
		return;
	set_up();
	fd = open("t/big", O_CREAT | O_WRONLY, 0600);
	while (write(fd, block, sizeof(block)) > 0)
		;
	need(!ftruncate(fd, 252 * 4096));
	need(!sys(SYS_acct, P("t/a")));
	child_run(exits_7, NULL);
	room = records("t/a", all);
	CHECK_EQ("nearly full: it pauses", room, 0);
	close(fd);
	need(!sys(SYS_acct, 0));
}

static __attribute__((noreturn)) int member(void *arg)
{
	(void)arg;
	gate_open(&ready);
	for (;;)
		pause();
}

static int inner_init(void *arg)
{
	(void)arg;
	need(!sys(SYS_acct, P("t/b")));
	if (!fork())
		member(NULL);
	reap(child_start(exits_7, NULL));
	gate_wait(&ready);
	return 5;
}

static void namespaces(void)
{
	struct acct_v3 all[MAX_RECORDS];
	struct acct_v3 *r;
	pid_t init;
	int n;

	if (!is_available())
		return;
	set_up();
	need(!sys(SYS_acct, P("t/a")));
	init = ns_start(inner_init, NULL);
	CHECK_EXIT("the init ends", init, 5);
	need(!sys(SYS_acct, 0));
	n = records("t/b", all);
	CHECK_EQ("inside: two children, the init, and once more at the end",
		 n, 4);
	CHECK_EQ("numbers as inside", all[0].ac_pid, 3);
	CHECK_EQ("parents too", all[0].ac_ppid, 1);
	CHECK_EQ("then the init", all[1].ac_pid, 1);
	CHECK_EQ("whose parent is unseen", all[1].ac_ppid, 0);
	CHECK_EQ("then who is killed with it", all[2].ac_pid, 2);
	CHECK_EQ("by SIGKILL", all[2].ac_exitcode, SIGKILL);
	CHECK_EQ("REBOOT-09 the end switches it off, with a last record",
		 all[3].ac_pid, 1);
	r = record_of("t/a", (unsigned int)init);
	CHECK("outside the same, by outer numbers", r &&
	      r->ac_exitcode == EXITED(5) &&
	      r->ac_ppid == (unsigned int)getpid());
	CHECK_EQ("all of them, and a last one", records("t/a", all), 4);
	CHECK_OK("and the file system is free again", umount("t"));
}

static void settings(void)
{
	char text[64];

	if (!is_available())
		return;
	need(proc_read("/proc/sys/kernel/acct", text, sizeof(text)) > 0);
	CHECK("percents and seconds", !strcmp(text, "4\t2\t30\n"));
	CHECK_OK("one may be set alone",
		 proc_write("/proc/sys/kernel/acct", "5"));
	need(proc_read("/proc/sys/kernel/acct", text, sizeof(text)) > 0);
	CHECK("and is", !strcmp(text, "5\t2\t30\n"));
	CHECK_OK("or all", proc_write("/proc/sys/kernel/acct", "4 2 30\n"));
	CHECK_ERRNO("but no words", proc_write("/proc/sys/kernel/acct", "x"),
		    EINVAL);
}

static const struct test tests[] = {
	{ "errors", errors, 0 },
	{ "user namespace", user_namespace, 0 },
	{ "contents", contents, 0 },
	{ "limits and threads", limits_and_threads, 0 },
	{ "unmounting", unmounting, 0 },
	{ "full", full, 0 },
	{ "namespaces", namespaces, 0 },
	{ "settings", settings, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
