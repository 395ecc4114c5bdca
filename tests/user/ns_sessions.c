/*
 * tests/user/ns_sessions.c - groups and sessions across pid namespaces
 *
 * What:  who may move an init between groups, groups whose leader is outside,
 *        the lines of /proc, what an exec keeps; a listing of threads, options
 *        and right of a mounted proc; memfd_noexec.
 * Not:   setpgid and setsid as such are in sessions.c.
 * See:   setpgid(2), pid_namespaces(7), proc(5); ids SESS and PROC of
 *        docs/pidns-table.md
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static const char *self;

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

static int note_groups(void *arg)
{
	for (int i = 0; i < 3; i++) {
		gate_open(&ready);
		gate_wait(&go);
		words[i] = getpgrp();
	}
	(void)arg;
	return 6;
}

static void by_parent(void)
{
	pid_t init;

	stage_set();
	init = ns_start(note_groups, NULL);
	gate_wait(&ready);
	CHECK_OK("SESS-06 the parent moves an init into a group of its own",
		 setpgid(init, init));
	gate_open(&go);
	gate_wait(&ready);
	CHECK_OK("SESS-06 and into the parent's", setpgid(init, getpgrp()));
	CHECK_EQ("SESS-06 as seen from outside", getpgid(init), getpgrp());
	gate_open(&go);
	gate_wait(&ready);
	gate_open(&go);
	CHECK_EXIT("SESS-06 the init ends", init, 6);
	CHECK("SESS-06 SESS-07 inside that was 1, then 0",
	      words[0] == 1 && words[1] == 0);
}

static int in_outer_group(void *arg)
{
	pid_t leader = *(pid_t *)arg;

	CHECK_EQ("SESS-07 a leader outside is 0", getpgrp(), 0);
	CHECK_ERRNO("SESS-07 and cannot be named", setpgid(0, leader), EPERM);
	CHECK_ERRNO("SESS-07 nor asked about", getpgid(leader), ESRCH);
	CHECK_OK("SESS-07 setpgid(0, 0) leaves the group", setpgid(0, 0));
	CHECK_EQ("SESS-07 for one of its own", getpgrp(), 1);
	return 6;
}

static void led_outside(void)
{
	pid_t idle = child_idle();

	while (idle < 50) {
		child_kill(idle);
		idle = child_idle();
	}
	need(!setpgid(idle, idle));
	CHECK_STATUS("SESS-07 a namespace", ns_run(in_outer_group, &idle),
		     EXITED(6));
	child_kill(idle);
}

static int makes_session(void *arg)
{
	(void)arg;
	setsid();
	return wait_go(NULL);
}

/* does the line of a process read so? */
static int line_is(pid_t pid, const char *key, int outer, int inner)
{
	char text[64] = "", want[64];

	snprintf(want, sizeof(want), "\t%d\t%d", outer, inner);
	return !proc_line(proc_path("/proc/", pid, "/status"), key, text,
			  sizeof(text)) && !strcmp(text, want);
}

static void lines(void)
{
	pid_t init;

	stage_set();
	init = ns_start(wait_go, NULL);
	gate_wait(&ready);
	CHECK("SESS-09 a group of outside is 0 inside",
	      line_is(init, "NSpgid:", getpgrp(), 0));
	CHECK("SESS-09 the session too",
	      line_is(init, "NSsid:", getsid(0), 0));
	gate_open(&go);
	reap(init);
	init = ns_start(makes_session, NULL);
	gate_wait(&ready);
	CHECK("SESS-09 SESS-03 a session of its own has both numbers",
	      line_is(init, "NSsid:", init, 1) &&
	      line_is(init, "NSpgid:", init, 1));
	gate_open(&go);
	reap(init);
}

/* --- exec in a joined namespace ------------------------------------------- */

static void joined_exec(void)
{
	char *argv[] = { "x", "--children", NULL, NULL };
	char *none[] = { NULL };
	char ino[32];
	pid_t init, pid;

	stage_set();
	init = ns_start(wait_go, NULL);
	gate_wait(&ready);
	snprintf(ino, sizeof(ino), "%lu", fd_ino(ns_fd_of(init)));
	argv[2] = ino;
	pid = fork();
	if (!pid) {
		need(!ns_join(ns_fd_of(init), CLONE_NEWPID));
		execve(self, argv, none);
		_exit(9);
	}
	CHECK_EXIT("SETNS-22 a joined namespace lasts over exec", pid, 7);
	gate_open(&go);
	CHECK_EXIT("SETNS-22 the namespace ends", init, 6);
}

/* the new program: is its namespace for children @ino, and a child's own? */
static int children_are(const char *ino)
{
	unsigned long want = strtoul(ino, NULL, 10);

	if (fd_ino(open("/proc/self/ns/pid_for_children", O_RDONLY)) != want)
		return 1;
	if (!fork())
		_exit(getpid() == 2 && getppid() == 0 &&
		      fd_ino(open("/proc/thread-self/ns/pid_for_children",
				  O_RDONLY)) == want ? 0 : 1);
	return reap(-1) == 0 ? 7 : 8;
}

/* --- proc ----------------------------------------------------------------- */

/* the numbers in a directory, in order: "1 2 " */
static const char *listing(const char *dir)
{
	static char text[512];
	struct dirent *e;
	DIR *d = opendir(dir);
	size_t len = 0;

	text[0] = 0;
	while (d && (e = readdir(d)))
		if (atoi(e->d_name) > 0 && len < sizeof(text) - 12)
			len += sprintf(text + len, "%s ", e->d_name);
	if (d)
		closedir(d);
	return text;
}

static int note_thread(void *arg)
{
	words[0] = (int)sys(SYS_gettid);
	return wait_go(arg);
}

static int lists_threads(void *arg)
{
	struct thread thread;
	char path[64];

	(void)arg;
	need(!ns_mount_proc("inner"));
	thread_start(&thread, note_thread, NULL);
	gate_wait(&ready);
	CHECK("PROC-06 threads by the mount's numbers",
	      !strcmp(listing("inner/1/task"), "1 2 ") && words[0] == 2);
	CHECK_ERRNO("PROC-06 a thread of nobody",
		    access("inner/1/task/3", F_OK), ENOENT);
	CHECK("PROC-06 by the outer mount they are others",
	      strcmp(listing("/proc/self/task"), "1 2 "));
	words[1] = child_idle();
	snprintf(path, sizeof(path), "inner/1/task/%d", words[1]);
	CHECK_ERRNO("PROC-06 another process is no thread of it",
		    access(path, F_OK), ENOENT);
	CHECK("PROC-28 links by inner numbers are those of outer ones",
	      fd_ino(open("inner/1/ns/pid", O_RDONLY)) ==
	      fd_ino(ns_fd_self()) &&
	      fd_ino(open("inner/3/ns/user", O_RDONLY)) ==
	      fd_ino(open("/proc/self/ns/user", O_RDONLY)));
	gate_open(&go);
	thread_join(&thread);
	umount2("inner", MNT_DETACH);
	return 6;
}

static void threads(void)
{
	stage_set();
	CHECK_STATUS("PROC-06 a namespace", ns_run(lists_threads, NULL),
		     EXITED(6));
}

static int mounts_as_user(void *arg)
{
	long flags = *(long *)arg;
	long pid;

	need(!chmod(".", 0777));
	become_user();
	prctl(PR_SET_DUMPABLE, 1);
	pid = ns_clone(CLONE_NEWUSER | CLONE_NEWPID | (unsigned long)flags);
	if (!pid)
		_exit(ns_mount_proc("own") ? errno : 0);
	return reap((pid_t)pid) >> 8;
}

static void mounting(void)
{
	long none = 0, mounts = CLONE_NEWNS;

	CHECK_STATUS("PROC-14 mounting proc needs the mount namespace too",
		     child_run(mounts_as_user, &none), EXITED(EPERM));
	CHECK_STATUS("PROC-14 with a new one it works",
		     child_run(mounts_as_user, &mounts), EXITED(0));
	need(!mkdir("mnt", 0755));
	CHECK_ERRNO("PROC-26 the option of later kernels",
		    mount("proc", "mnt", "proc", 0, "pidns=/proc/self/ns/pid"),
		    EINVAL);
}

/* --- hidden processes ----------------------------------------------------- */

/* an ordinary user looks at number 1, which is root's */
static int looks(void *arg)
{
	char text[64];

	(void)arg;
	become_user();
	words[0] = access("mnt/1", F_OK) ? errno : 0;
	words[1] = proc_read("mnt/1/status", text, sizeof(text)) < 0 ? errno :
		   0;
	words[2] = !strncmp(listing("mnt"), "1 ", 2);
	words[3] = proc_exists("mnt/self/status");
	words[4] = proc_exists("mnt/uptime");
	return 0;
}

static void look_with(const char *options)
{
	need(!mount("proc", "mnt", "proc", 0, options));
	child_run(looks, NULL);
	umount2("mnt", MNT_DETACH);
}

static void hidden(void)
{
	stage_set();
	need(!mkdir("mnt", 0755));
	look_with("hidepid=1");
	CHECK("PROC-22 hidepid=1: listed, not to be read", words[0] == EPERM &&
	      words[1] == EPERM && words[2] && words[3]);
	look_with("hidepid=invisible");
	CHECK("PROC-22 hidepid=2: not there", words[0] == ENOENT &&
	      words[1] == ENOENT && !words[2] && words[3]);
	look_with("hidepid=4");
	CHECK("PROC-22 hidepid=4: not there without the right to trace",
	      words[0] == ENOENT && !words[2] && words[3]);
	look_with("hidepid=2,gid=65534");
	CHECK("PROC-22 gid: a group that sees all", words[0] == 0 &&
	      words[1] == 0 && words[2]);
	need(!mount("proc", "mnt", "proc", 0, NULL));
	CHECK_OK("PROC-22 remount", mount("proc", "mnt", "proc", MS_REMOUNT,
					  "hidepid=2"));
	child_run(looks, NULL);
	CHECK("PROC-22 changes it", !words[2]);
	umount2("mnt", MNT_DETACH);
	look_with("subset=pid");
	CHECK("PROC-13 subset=pid: processes only", words[2] && !words[4]);
	CHECK_ERRNO("PROC-22 hidepid=3",
		    mount("proc", "mnt", "proc", 0, "hidepid=3"), EINVAL);
}

/* --- files in memory ------------------------------------------------------ */

#define NOEXEC		"/proc/sys/vm/memfd_noexec"
#define PLAIN		0
#define NOEXEC_SEAL	8
#define EXEC		16

/* the mode of a file of memfd_create, or the error */
static long memfd_mode(unsigned int flags)
{
	long fd = sys(SYS_memfd_create, P("x"), flags);
	struct stat st;

	if (fd < 0 || fstat((int)fd, &st))
		return fd < 0 ? fd : -1;
	return st.st_mode & 0777;
}

static int below_strict(void *arg)
{
	(void)arg;
	CHECK_EQ("PROC-23 a new namespace has its parent's",
		 proc_number(NOEXEC, ""), 1);
	CHECK_ERRNO("PROC-23 and cannot be weaker", proc_write(NOEXEC, "0"),
		    EINVAL);
	CHECK_EQ("PROC-23 but stricter", proc_write(NOEXEC, "2"), 0);
	CHECK_EQ("PROC-23 then executable files are refused",
		 memfd_mode(EXEC), -EACCES);
	CHECK_EQ("PROC-23 others not", memfd_mode(NOEXEC_SEAL), 0666);
	CHECK_ERRNO("PROC-23 3 is no value", proc_write(NOEXEC, "3"), EINVAL);
	return 6;
}

static int strict(void *arg)
{
	(void)arg;
	CHECK_EQ("PROC-23 at first files may be executed", memfd_mode(PLAIN),
		 0777);
	CHECK_EQ("PROC-23 set to 1", proc_write(NOEXEC, "1"), 0);
	CHECK_EQ("PROC-23 only on request", memfd_mode(PLAIN), 0666);
	CHECK_EQ("PROC-23 which is this", memfd_mode(EXEC), 0777);
	CHECK_STATUS("PROC-23 a namespace below", ns_run(below_strict, NULL),
		     EXITED(6));
	CHECK_EQ("PROC-23 leaves this one", proc_number(NOEXEC, ""), 1);
	return 6;
}

static struct gate born, weaker;

static int keeps_its_own(void *arg)
{
	(void)arg;
	gate_open(&born);
	gate_wait(&weaker);
	return proc_number(NOEXEC, "") == 1 ? 6 : 7;
}

static void memfds(void)
{
	pid_t pid;

	CHECK_STATUS("PROC-23 a namespace", ns_run(strict, NULL), EXITED(6));
	CHECK_EQ("PROC-23 leaves the first one", proc_number(NOEXEC, ""), 0);
	gate_init(&born);
	gate_init(&weaker);
	CHECK_EQ("the first one is strict", proc_write(NOEXEC, "1"), 0);
	pid = ns_start(keeps_its_own, NULL);
	gate_wait(&born);
	CHECK_EQ("and no more", proc_write(NOEXEC, "0"), 0);
	gate_open(&weaker);
	CHECK_EXIT("who was born meanwhile keeps what it had", pid, 6);
}

static const struct test tests[] = {
	{ "by parent", by_parent, 0 },
	{ "led outside", led_outside, 0 },
	{ "lines", lines, 0 },
	{ "joined exec", joined_exec, 0 },
	{ "threads", threads, 0 },
	{ "mounting", mounting, 0 },
	{ "hidden", hidden, 0 },
	{ "files in memory", memfds, 0 },
};

int main(int argc, char **argv)
{
	if (argc > 2)
		return children_are(argv[2]);
	self = argv[0];
	return test_main(tests, COUNT(tests));
}
