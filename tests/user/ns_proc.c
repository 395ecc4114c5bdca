/*
 * tests/user/ns_proc.c - /proc as seen from pid namespaces
 *
 * What:  each mount shows one namespace: which numbers it lists, what self
 *        is, how parents, groups and numbers of other levels are shown.
 * See:   proc(5), pid_namespaces(7); ids of the catalogue, family PROC
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

/* the numbers in a directory, in order: "1 2 5 " */
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

static int nested_waits(void *arg)
{
	return ns_run(wait_go, arg) == EXITED(6) ? 6 : 1;
}

static void status_files(void)
{
	char text[128];

	CHECK_EQ("PROC-07 Pid", proc_number("inner/self/status", "Pid:"), 1);
	CHECK_EQ("PROC-07 Tgid", proc_number("inner/self/status", "Tgid:"), 1);
	CHECK_EQ("PROC-07 PPid of init",
		 proc_number("inner/1/status", "PPid:"), 0);
	CHECK_EQ("PROC-07 PPid of its child",
		 proc_number("inner/2/status", "PPid:"), 1);
	CHECK("PROC-08 a status line has this level and those below",
	      !proc_line("inner/4/status", "NSpid:", text, sizeof(text)) &&
	      !strcmp(text, "\t4\t2\t1"));
	CHECK("PROC-09 a group of outside is 0",
	      !proc_line("inner/1/status", "NSpgid:", text, sizeof(text)) &&
	      !strcmp(text, "\t0"));
	CHECK("PROC-10 the stat line agrees",
	      proc_read("inner/1/stat", text, sizeof(text)) > 0 &&
	      !strncmp(text, "1 (", 3) && strstr(text, ") R 0 0 0 0 -1 "));
}

static void names(void)
{
	char text[32];

	CHECK("PROC-04 self is the reader's number",
	      readlink("inner/self", text, sizeof(text)) == 1 &&
	      text[0] == '1');
	snprintf(text, sizeof(text), "inner/%d", words[0]);
	CHECK_ERRNO("PROC-25 a number of outside is not there",
		    access(text, F_OK), ENOENT);
	CHECK_ERRNO("PROC-05 0 is not there", access("inner/0", F_OK),
		    ENOENT);
	CHECK_ERRNO("PROC-05 nor 01", access("inner/01", F_OK), ENOENT);
	CHECK("PROC-03 the outer mount goes on showing outer numbers",
	      proc_number("/proc/self/status", "Pid:") == words[1]);
}

static int check_mount(void *arg)
{
	pid_t a, b;

	(void)arg;
	CHECK_OK("PROC-01 proc is mounted in a namespace",
		 ns_mount_proc("inner"));
	a = child_start(wait_go, NULL);
	gate_wait(&ready);
	CHECK("PROC-02 it lists the members", !strcmp(listing("inner"),
						      "1 2 "));
	b = ns_start(nested_waits, NULL);
	gate_wait(&ready);
	CHECK("PROC-02 and those of namespaces below",
	      !strcmp(listing("inner"), "1 2 3 4 "));
	status_files();
	names();
	gate_open(&go);
	gate_open(&go);
	CHECK_EXIT("PROC-02 a member ends", a, 6);
	CHECK_EXIT("PROC-02 a nested namespace ends", b, 6);
	CHECK("PROC-02 they are no longer listed", !strcmp(listing("inner"),
							   "1 "));
	return 7;
}

/* the numbers of outside are learnt through shared words */
static int check_when_told(void *arg)
{
	gate_wait(&go);
	return check_mount(arg);
}

static void mounts(void)
{
	char text[64] = "";
	struct stat a, b;
	pid_t init;

	stage_set();
	words[0] = 3000000;
	init = ns_start(check_when_told, NULL);
	words[1] = init;
	words[0] = getpid() > 10 ? getpid() : 3000000;
	gate_open(&go);
	CHECK_EXIT("PROC-01 a namespace with its own proc", init, 7);
	CHECK("PROC-12 the mount outlives it", !strcmp(listing("inner"), ""));
	CHECK_ERRNO("PROC-12 without self",
		    readlink("inner/self", text, sizeof(text)), ENOENT);
	CHECK("PROC-12 but with what is not of processes",
	      proc_read("inner/uptime", text, sizeof(text)) > 0);
	CHECK("PROC-13 it is another file system than ours",
	      !stat("inner", &a) && !stat("/proc", &b) &&
	      a.st_dev != b.st_dev);
	CHECK_OK("PROC-12 and can be taken away", umount2("inner",
							  MNT_DETACH));
}

static int mount_and_wait(void *arg)
{
	if (ns_mount_proc("inner"))
		return 1;
	return wait_go(arg);
}

static void from_outside(void)
{
	char text[64] = "";
	pid_t init;

	stage_set();
	init = ns_start(mount_and_wait, NULL);
	gate_wait(&ready);
	CHECK("PROC-03 an inner mount is read from outside",
	      !strcmp(listing("inner"), "1 "));
	CHECK_ERRNO("PROC-04 where self is nobody",
		    readlink("inner/self", text, sizeof(text)), ENOENT);
	CHECK_ERRNO("PROC-04 nor a way", access("inner/self/stat", F_OK),
		    ENOENT);
	gate_open(&go);
	CHECK_EXIT("PROC-03 the namespace ends", init, 6);
	umount2("inner", MNT_DETACH);
}

static void by_unshare(void)
{
	int before;

	need(!unshare(CLONE_NEWPID));
	before = getpid();
	CHECK_OK("PROC-01 a mount after unshare", ns_mount_proc("inner"));
	CHECK_EQ("PROC-01 shows the mounter's own namespace",
		 proc_number("inner/self/status", "Pid:"), before);
	umount2("inner", MNT_DETACH);
}

static int inject_look(void *arg)
{
	char text[64];

	(void)arg;
	CHECK_EQ("PROC-07 an injected process has parent 0 inside",
		 proc_number("inner/self/status", "PPid:"), 0);
	CHECK("PROC-09 and its group too",
	      !proc_line("inner/self/status", "NSpgid:", text,
			 sizeof(text)) && !strcmp(text, "\t0"));
	return 7;
}

static void injected(void)
{
	char text[64], want[64];
	pid_t init, pid;

	stage_set();
	init = ns_start(mount_and_wait, NULL);
	gate_wait(&ready);
	need(!ns_join(ns_fd_of(init), CLONE_NEWPID));
	CHECK_STATUS("PROC-07 an injected process",
		     child_run(inject_look, NULL), EXITED(7));
	pid = child_start(wait_go, NULL);
	gate_wait(&ready);
	snprintf(want, sizeof(want), "\t%d\t0", getpgrp());
	CHECK("PROC-09 outside its group is shown, with 0 behind",
	      !proc_line(proc_path("/proc/", pid, "/status"), "NSpgid:",
			 text, sizeof(text)) && !strcmp(text, want));
	CHECK_EQ("PROC-07 and its parent",
		 proc_number(proc_path("/proc/", pid, "/status"), "PPid:"),
		 getpid());
	gate_open(&go);
	gate_open(&go);
	reap(pid);
	reap(init);
	umount2("inner", MNT_DETACH);
}

static void gone(void)
{
	char text[64];
	pid_t pid = child_idle();
	int file = open(proc_path("/proc/", pid, "/stat"), O_RDONLY);
	int dir = open(proc_path("/proc/", pid, ""), O_RDONLY | O_DIRECTORY);

	need(file >= 0 && dir >= 0);
	child_kill(pid);
	CHECK_ERRNO("PROC-11 a file of a reaped process",
		    read(file, text, sizeof(text)), ESRCH);
	CHECK_ERRNO("PROC-11 its directory", openat(dir, "stat", O_RDONLY),
		    ESRCH);
	CHECK_ERRNO("PROC-11 BUG-16 its name",
		    open(proc_path("/proc/", pid, "/stat"), O_RDONLY),
		    ENOENT);
}

static int last_in_ns(void *arg)
{
	int first = (int)proc_number("/proc/sys/kernel/ns_last_pid", "");

	(void)arg;
	reap(child_start(wait_go, NULL));
	return first == 1 &&
	       proc_number("/proc/sys/kernel/ns_last_pid", "") == 2 ? 7 : 8;
}

static void last_number(void)
{
	stage_set();
	gate_open(&go);
	if (!proc_exists("/proc/sys/kernel/ns_last_pid")) {
		SKIP("PROC-15 ns_last_pid", "not there");
		return;
	}
	CHECK_STATUS("PROC-15 ns_last_pid is the reader's namespace's",
		     ns_run(last_in_ns, NULL), EXITED(7));
	CHECK_ERRNO("PROC-16 a number over pid_max",
		    proc_write("/proc/sys/kernel/ns_last_pid", "4194305"),
		    EINVAL);
	CHECK_ERRNO("PROC-16 a negative one",
		    proc_write("/proc/sys/kernel/ns_last_pid", "-1"), EINVAL);
}

static const struct test tests[] = {
	{ "mounts", mounts, 0 },
	{ "from outside", from_outside, 0 },
	{ "unshare", by_unshare, 0 },
	{ "injected", injected, 0 },
	{ "gone", gone, 0 },
	{ "last number", last_number, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
