/*
 * tests/user/ns_refs.c - what keeps a pid namespace
 *
 * What:  a user namespace's limit counts the pid namespaces that still are;
 *        so each holder of a dead one is seen by what cannot be made beside
 *        it, and its end by what can.
 * See:   pid_namespaces(7), namespaces(7); ids REF and LIM of
 *        docs/pidns-table.md
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#define PIDS		"/proc/sys/user/max_pid_namespaces"
#define SLABS		"/proc/slabinfo"
#define DRAIN		"/proc/nidus/drain"
#define KEEPS_MS	60	/* how long a holder is watched */
#define TRIES_MS	4000	/* how long an end may take */

static int *words;
static struct gate ready, go;

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	need(fd >= 0 && write(fd, text, strlen(text)) > 0);
	close(fd);
}

/* maps are written from outside, by whoever has the right */
static int write_maps(void *arg)
{
	pid_t pid = getppid();

	gate_wait(arg);
	put(proc_path("/proc/", pid, "/uid_map"), "0 0 5");
	put(proc_path("/proc/", pid, "/gid_map"), "0 0 5");
	return 0;
}

/* enter a new user namespace with five ids */
static void be_mapped(unsigned long flags)
{
	struct gate entered;
	pid_t writer;

	gate_init(&entered);
	writer = child_start(write_maps, &entered);
	need(!sys(SYS_unshare, CLONE_NEWUSER | flags));
	gate_open(&entered);
	need(reap(writer) == 0);
	gate_close(&entered);
}

/* root of a user namespace that may have @limit pid namespaces */
static void set_up(int limit)
{
	char text[16];

	words = shared_alloc(4096);
	gate_init(&ready);
	gate_init(&go);
	snprintf(text, sizeof(text), "%d", limit);
	be_mapped(CLONE_NEWNS);
	put(PIDS, text);
}

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

/* an init that ends at once: 0, or the error of clone */
static long make_one(void)
{
	long pid = ns_clone(CLONE_NEWPID);

	if (!pid)
		_exit(0);
	if (pid > 0)
		reap((pid_t)pid);
	return pid < 0 ? pid : 0;
}

/* is there room for another, at once or soon? */
static int room(void)
{
	for (int i = 0; i < TRIES_MS / 5; i++) {
		if (!make_one())
			return 1;
		usleep(5000);
	}
	return 0;
}

/* is there none, and does it stay so? */
static int full(void)
{
	for (int i = 0; i < KEEPS_MS / 5; i++) {
		if (make_one() != -ENOSPC)
			return 0;
		usleep(5000);
	}
	return 1;
}

/* the init of the only namespace, once there is room for it */
static pid_t only_init(void)
{
	long pid;

	for (int i = 0; i < TRIES_MS / 5; i++) {
		pid = ns_clone(CLONE_NEWPID);
		if (!pid)
			_exit(wait_go(NULL));
		if (pid > 0)
			break;
		usleep(5000);
	}
	need(pid > 0);
	gate_wait(&ready);
	return (pid_t)pid;
}

static void end(pid_t pid)
{
	gate_open(&go);
	reap(pid);
}

static void by_processes(void)
{
	pid_t init;
	int fd;

	set_up(1);
	init = only_init();
	CHECK("REF-01 a process keeps a namespace", full());
	kill(init, SIGKILL);
	need(!waitid(P_PID, init, NULL, WEXITED | WNOWAIT));
	CHECK("REF-01 so does its zombie", full());
	reap(init);
	CHECK("REF-01 REF-04 reaped it goes, after a grace period", room());
	init = only_init();
	fd = (int)pidfd_open(init, 0);
	end(init);
	CHECK("REF-07 REF-01 a pidfd of a reaped init keeps it", full());
	close(fd);
	CHECK("REF-07 until it is closed", room());
}

static int joins(void *arg)
{
	return ns_join(*(int *)arg, CLONE_NEWPID) ? 1 : wait_go(NULL);
}

static void by_files(void)
{
	pid_t init, holder;
	int fd;

	set_up(1);
	init = only_init();
	fd = ns_fd_of(init);
	holder = child_start(joins, &fd);
	gate_wait(&ready);
	gate_open(&go);
	gate_open(&go);
	CHECK("REF-01 two processes end", reap(-1) == EXITED(6) &&
	      reap(-1) == EXITED(6) && holder);
	CHECK("REF-01 an open file keeps it", full());
	close(fd);
	CHECK("REF-01 until it is closed", room());
	init = only_init();
	fd = ns_fd_of(init);
	need(!ns_join(fd, CLONE_NEWPID));
	close(fd);
	child_kill(init);
	CHECK_EQ("REF-01 a process with it for its children",
		 ns_clone(0), -ENOMEM);
}

/* the holder is another process with the dead one for its children */
static void by_children(void)
{
	pid_t init, holder;
	int fd;

	set_up(1);
	init = only_init();
	fd = ns_fd_of(init);
	holder = child_start(joins, &fd);
	gate_wait(&ready);
	close(fd);
	kill(init, SIGKILL);
	reap(init);
	CHECK("REF-01 a namespace for children is kept by its process",
	      full());
	child_kill(holder);
	CHECK("REF-01 until that ends", room());
}

static int mounts_proc(void *arg)
{
	if (ns_mount_proc("inner"))
		return 1;
	return wait_go(arg);
}

static void by_mounts(void)
{
	pid_t init;
	long pid;

	set_up(1);
	file_make("place", "", 0600);
	init = only_init();
	need(!mount(proc_path("/proc/", init, "/ns/pid"), "place", NULL,
		    MS_BIND, NULL));
	end(init);
	CHECK("REF-01 a bind mount keeps it", full());
	need(!umount("place"));
	CHECK("REF-01 until it is taken away", room());
	do {
		pid = ns_clone(CLONE_NEWPID);
		if (!pid)
			_exit(mounts_proc(NULL));
	} while (pid == -ENOSPC);
	gate_wait(&ready);
	end((pid_t)pid);
	CHECK("REF-01 PROC-24 a mounted proc keeps it", full());
	CHECK_OK("PROC-24 though nobody is in it", access("inner", F_OK));
	need(!umount("inner"));
	CHECK("REF-01 until it is unmounted", room());
}

static int dive(int left)
{
	long pid;

	if (!left) {
		words[0] = ns_fd_self();
		gate_open(&ready);
		gate_wait(&go);
		return 6;
	}
	pid = ns_clone(CLONE_NEWPID);
	if (!pid)
		_exit(dive(left - 1));
	return pid > 0 ? reap((pid_t)pid) >> 8 : 9;
}

/* a chain of @levels; returns a file of the innermost when all are dead */
static int chain(int levels)
{
	pid_t top = fork();
	int fd;

	if (!top)
		_exit(dive(levels));
	gate_wait(&ready);
	fd = open(proc_path("/proc/", top, "/stat"), O_RDONLY);
	close(fd);
	for (pid_t at = top; at < top + 1000; at++) {
		char text[256];
		int count = 0;

		if (proc_line(proc_path("/proc/", at, "/status"), "NSpid:",
			      text, sizeof(text)))
			continue;
		for (char *c = text; *c; c++)
			count += *c == '\t';
		if (count == levels + 1)
			fd = ns_fd_of(at);
	}
	gate_open(&go);
	need(reap(top) == EXITED(6));
	return fd;
}

static void by_child(void)
{
	int fd;

	set_up(2);
	fd = chain(2);
	need(fd >= 0);
	CHECK("REF-01 REF-02 a namespace keeps the one above it", full());
	close(fd);
	CHECK("REF-01 until it goes itself", room());
}

static void deep_chains(void)
{
	int good = 0;

	set_up(32);
	for (int i = 0; i < 3; i++) {
		int fd = chain(32);

		good += fd >= 0 && full();
		close(fd);
		good += room();
		/* all the other levels follow before the next round */
		for (int left = TRIES_MS / 5; left; left--) {
			long pid = fork();

			if (!pid)
				_exit(dive(0));
			gate_wait(&ready);
			end((pid_t)pid);
			usleep(5000);
			if (left < TRIES_MS / 5 - 20)
				break;
		}
	}
	CHECK_EQ("REF-03 the end of one frees 32 levels, three times", good,
		 6);
}

static int as_uid(void *arg)
{
	int made = 0;

	need(!prctl(PR_SET_SECUREBITS, 1 << 2));
	need(!setresuid(-1, *(int *)arg, -1));
	while (made < 5) {
		long pid = ns_clone(CLONE_NEWPID);

		if (!pid)
			_exit(wait_go(NULL));
		if (pid < 0)
			return pid == -ENOSPC ? made : 9;
		gate_wait(&ready);
		made++;
	}
	return made;
}

static void each_creator(void)
{
	int one = 1, two = 2, three = 3;

	set_up(2);
	CHECK_STATUS("LIM-04 the limit is for each user who creates",
		     child_run(as_uid, &one), EXITED(2));
	CHECK_STATUS("LIM-04 so a second one has as much again",
		     child_run(as_uid, &two), EXITED(2));
	put(PIDS, "1");
	CHECK_STATUS("LIM-04 and a third what is set then",
		     child_run(as_uid, &three), EXITED(1));
}

/* below: two user namespaces in a limited one share its room */
static int in_another(void *arg)
{
	(void)arg;
	be_mapped(0);
	for (int made = 0; made < 5; made++) {
		long pid = ns_clone(CLONE_NEWPID);

		if (!pid)
			_exit(wait_go(NULL));
		if (pid < 0)
			return pid == -ENOSPC ? made : 9;
		gate_wait(&ready);
	}
	return 5;
}

static void each_ancestor(void)
{
	set_up(3);
	CHECK_STATUS("LIM-04 a user namespace below counts here as well",
		     child_run(in_another, NULL), EXITED(3));
	CHECK_STATUS("LIM-04 so another has no room",
		     child_run(in_another, NULL), EXITED(0));
}

/* --- objects of the kernel ------------------------------------------------ */

/* the sum of live objects of caches whose name begins so; -1: not told */
static long objects(const char *prefix)
{
	static char text[65536];
	char *line, *rest = text;
	long sum = 0;

	proc_write(DRAIN, "1");
	if (proc_read(SLABS, text, sizeof(text)) < 0)
		return -1;
	while ((line = strsep(&rest, "\n")))
		if (!strncmp(line, prefix, strlen(prefix)))
			sum += strtol(strchr(line, ' ') ?: "0", NULL, 10);
	return sum;
}

static int caches(void)
{
	static char text[65536];
	char *line, *rest = text;
	int count = 0;

	if (proc_read(SLABS, text, sizeof(text)) < 0)
		return -1;
	while ((line = strsep(&rest, "\n")))
		count += !strncmp(line, "pid_", 4) && line[4] <= '9';
	return count;
}

static void of_each_level(void)
{
	int many;

	words = shared_alloc(4096);
	gate_init(&ready);
	gate_init(&go);
	close(chain(32));
	many = caches();
	CHECK("REF-05 32 levels below the first make at most 32 caches more",
	      many <= 32 && (many > 0 || !on_nidus()));
	close(chain(32));
	CHECK_EQ("REF-05 which are used again", caches(), many);
}

static int two_members(void *arg)
{
	(void)arg;
	child_idle();
	child_idle();
	return 0;
}

static void rounds(void)
{
	long pids, worlds;
	int good = 0;

	for (int i = 0; i < 20; i++)
		ns_run(two_members, NULL);
	pids = objects("pid_2");
	worlds = objects("pid_namespace");
	for (int i = 0; i < 300; i++)
		good += ns_run(two_members, NULL) == EXITED(0);
	CHECK_EQ("REF-08 LIM-10 300 namespaces come and go", good, 300);
	CHECK("REF-08 and leave no namespace", !on_nidus() ||
	      objects("pid_namespace") == worlds);
	CHECK("REF-08 nor a number", !on_nidus() || objects("pid_2") == pids);
}

/* --- look-ups beside births and deaths ------------------------------------ */

static int forks_on(void *arg)
{
	(void)arg;
	while (!*(volatile int *)&words[0]) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		reap(pid);
	}
	return 0;
}

/* every way to look a number up, on numbers that come and go */
static int looks_up(void *arg)
{
	int bad = 0;
	char text[512];

	(void)arg;
	for (int i = 0; i < 4000; i++) {
		pid_t nr = 2 + (pid_t)(i * 7 % 60);
		long fd = pidfd_open(nr, 0);
		long err = sys(SYS_kill, nr, 0);

		bad += err && err != -ESRCH;
		err = sys(SYS_getpgid, nr);
		bad += err < 0 && err != -ESRCH;
		bad += fd < 0 && fd != -ESRCH && fd != -EINVAL;
		if (fd >= 0)
			close((int)fd);
		if (i % 8 == 0)
			proc_read(proc_path("/proc/", nr, "/status"), text,
				  sizeof(text));
	}
	words[0] = 1;
	return bad;
}

static int busy(void *arg)
{
	int limited = open("/proc/sys/kernel/ns_last_pid", O_WRONLY);
	pid_t looker;

	for (int i = 0; i < 3; i++)
		child_start(forks_on, arg);
	looker = child_start(looks_up, arg);
	for (;;) {
		int status;
		pid_t pid;

		/* numbers stay small, so that many looks find one */
		(void)!pwrite(limited, "8", 1, 0);
		pid = waitpid(looker, &status, WNOHANG);
		if (pid == looker)
			return WEXITSTATUS(status);
		usleep(1000);
	}
}

static void lookups(void)
{
	words = shared_alloc(4096);
	CHECK_STATUS("REF-06 numbers looked up while they come and go",
		     ns_run(busy, NULL), EXITED(0));
}

static const struct test tests[] = {
	{ "processes", by_processes, 0 },
	{ "files", by_files, 0 },
	{ "children", by_children, 0 },
	{ "mounts", by_mounts, 0 },
	{ "child", by_child, 0 },
	{ "deep chains", deep_chains, 120 },
	{ "each creator", each_creator, 0 },
	{ "each ancestor", each_ancestor, 0 },
	{ "each level", of_each_level, 0 },
	{ "rounds", rounds, 120 },
	{ "look-ups", lookups, 120 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
