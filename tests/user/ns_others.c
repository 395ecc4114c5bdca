/*
 * tests/user/ns_others.c - IPC, network, cgroup, UTS and time namespaces
 *
 * What:  each kind is made by clone and unshare, joined by setns and through
 *        a pidfd, shown in /proc/PID/ns, owned and limited; a time namespace
 *        shifts its members' clocks.
 * See:   namespaces(7), time_namespaces(7), ioctl_ns(2); ids of the catalogue,
 *        families CLONE, SETNS and NSFS
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/stage.h"
#include "lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x80
#endif

#define NS_GET_USERNS		0xb701
#define NS_GET_PARENT		0xb702
#define NS_GET_NSTYPE		0xb703
#define NS_GET_OWNER_UID	0xb704
#define OFFSETS			"/proc/self/timens_offsets"

struct kind {
	const char *name;
	const char *link;
	unsigned long flag;
	unsigned int pidfd_nr;
	unsigned long first_ino;	/* 0: any */
};

static const struct kind kinds[] = {
	{ "cgroup", "cgroup", CLONE_NEWCGROUP, 1, 4026531835 },
	{ "ipc", "ipc", CLONE_NEWIPC, 2, 4026531839 },
	{ "mnt", "mnt", CLONE_NEWNS, 3, 0 },
	{ "net", "net", CLONE_NEWNET, 4, 0 },
	{ "time", "time_for_children", CLONE_NEWTIME, 8, 4026531834 },
	{ "user", "user", CLONE_NEWUSER, 9, 4026531837 },
	{ "uts", "uts", CLONE_NEWUTS, 10, 4026531838 },
};

/* "KIND: TEXT" */
static const char *point_of(const struct kind *kind, const char *text)
{
	static char point[128];

	snprintf(point, sizeof(point), "%s: %s", kind->name, text);
	return point;
}

static unsigned long link_ino(long pid, const char *name)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%ld/ns/%s", pid, name);
	return stat(path, &st) ? 0 : st.st_ino;
}

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 0;
}

/* a child that unshared @flags and waits */
static pid_t start_with(unsigned long flags)
{
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		if (flags && ns_unshare(flags))
			_exit(1);
		_exit(wait_go(NULL));
	}
	gate_wait(&ready);
	return pid;
}

static void end(pid_t pid)
{
	gate_open(&go);
	reap(pid);
}

static void links(void)
{
	char text[64], want[64], path[64];

	for (unsigned int i = 0; i < COUNT(kinds); i++) {
		const struct kind *k = &kinds[i];
		unsigned long ino = link_ino(getpid(), k->link);
		ssize_t n;

		CHECK(point_of(k, "has a number"),
		      k->first_ino ? ino == k->first_ino : ino > 0);
		snprintf(path, sizeof(path), "/proc/self/ns/%s", k->link);
		n = readlink(path, text, sizeof(text) - 1);
		text[n < 0 ? 0 : n] = 0;
		snprintf(want, sizeof(want), "%s:[%lu]", k->name, ino);
		CHECK(point_of(k, "the link says it"), !strcmp(text, want));
	}
	CHECK("NSFS-01 time is there as well",
	      link_ino(getpid(), "time") == 4026531834);
}

static void makes(void)
{
	stage_set();
	for (unsigned int i = 0; i < COUNT(kinds); i++) {
		const struct kind *k = &kinds[i];
		unsigned long own = link_ino(getpid(), k->link);
		unsigned long ino;
		pid_t pid = start_with(k->flag);

		ino = link_ino(pid, k->link);
		CHECK(point_of(k, "unshare makes another"),
		      ino && ino != own && ino >= 4026531840);
		CHECK(point_of(k, "ours stays"),
		      link_ino(getpid(), k->link) == own);
		end(pid);
		if (k->flag == CLONE_NEWTIME)
			continue;
		pid = (pid_t)ns_clone(k->flag);
		if (!pid)
			_exit(wait_go(NULL));
		CHECK(point_of(k, "CLONE-17 and so does clone"), pid > 0);
		gate_wait(&ready);
		ino = link_ino(pid, k->link);
		CHECK(point_of(k, "for the child"), ino && ino != own);
		end(pid);
	}
}

static void joins(void)
{
	stage_set();
	for (unsigned int i = 0; i < COUNT(kinds); i++) {
		const struct kind *k = &kinds[i];
		pid_t pid = start_with(k->flag);
		int pidfd = (int)sys(SYS_pidfd_open, pid, 0);
		int child, fd = open(proc_path("/proc/", pid, "/ns"),
				     O_RDONLY | O_DIRECTORY);
		int ns = openat(fd, k->link, O_RDONLY);
		int other;

		CHECK(point_of(k, "pidfd ioctl gives the same"),
		      fd_ino((int)sys(SYS_ioctl, pidfd, 0xff00 | k->pidfd_nr,
				      0)) == fd_ino(ns));
		CHECK_EQ(point_of(k, "NSFS-21 type"), ioctl(ns, NS_GET_NSTYPE),
			 k->flag);
		other = ioctl(ns, NS_GET_USERNS);
		CHECK(point_of(k, "NSFS-20 owner"),
		      fd_ino(other) == 4026531837);
		if (k->flag != CLONE_NEWUSER) {
			CHECK_ERRNO(point_of(k, "NSFS-19 no parent"),
				    ioctl(ns, NS_GET_PARENT), EINVAL);
			CHECK_ERRNO(point_of(k, "NSFS-22 no uid"),
				    ioctl(ns, NS_GET_OWNER_UID, &other),
				    EINVAL);
		}
		CHECK_EQ(point_of(k, "SETNS-02 wrong type"),
			 ns_join(ns, CLONE_NEWPID), -EINVAL);
		child = fork();
		if (!child) {
			words[0] = (int)ns_join(ns, k->flag);
			words[1] = link_ino(getpid(), k->link) == fd_ino(ns);
			_exit(0);
		}
		reap(child);
		CHECK_EQ(point_of(k, "SETNS-21 setns"), words[0], 0);
		CHECK(point_of(k, "SETNS-21 and is there"), words[1] == 1);
		child = fork();
		if (!child) {
			words[0] = (int)sys(SYS_setns, pidfd, k->flag);
			words[1] = link_ino(getpid(), k->link) == fd_ino(ns);
			_exit(0);
		}
		reap(child);
		/* a pidfd leads to where a process is, not its children */
		CHECK_EQ(point_of(k, "SETNS-14 by pidfd"), words[0], 0);
		CHECK_EQ(point_of(k, "SETNS-14 and is there"), words[1],
			 k->flag != CLONE_NEWTIME);
		end(pid);
		close(pidfd);
		close(ns);
		close(fd);
	}
}

static void as_user(void)
{
	int ns;
	pid_t pid;

	stage_set();
	pid = start_with(CLONE_NEWUTS | CLONE_NEWIPC);
	ns = open(proc_path("/proc/", pid, "/ns/ipc"), O_RDONLY);
	need(ns >= 0);
	become_user();
	prctl(PR_SET_DUMPABLE, 1);
	for (unsigned int i = 0; i < COUNT(kinds); i++) {
		if (kinds[i].flag == CLONE_NEWUSER)
			continue;
		CHECK_EQ(point_of(&kinds[i], "UNSH-12 needs a capability"),
			 ns_unshare(kinds[i].flag), -EPERM);
		if (kinds[i].flag == CLONE_NEWTIME)
			continue;
		CHECK_EQ(point_of(&kinds[i], "CLONE-02 and in clone"),
			 ns_clone(kinds[i].flag), -EPERM);
	}
	CHECK_EQ("SETNS-11 joining too", ns_join(ns, 0), -EPERM);
	CHECK_EQ("UNSH-12 all with NEWUSER",
		 ns_unshare(CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWIPC |
			     CLONE_NEWNET | CLONE_NEWCGROUP | CLONE_NEWTIME |
			     CLONE_NEWNS | CLONE_NEWPID), 0);
	CHECK_EQ("UNSH-22 the new one owns them",
		 fd_ino(ioctl(open("/proc/self/ns/net", O_RDONLY),
			      NS_GET_USERNS)),
		 link_ino(getpid(), "user"));
	CHECK_EQ("SETNS-11 the old are out of reach", ns_join(ns, 0), -EPERM);
	gate_open(&go);
}

static void refused(void)
{
	stage_set();
	CHECK_EQ("CLONE-15 NEWIPC with SYSVSEM",
		 ns_clone(CLONE_NEWIPC | CLONE_SYSVSEM), -EINVAL);
	CHECK_EQ("CLONE-15 NEWNS with FS", ns_clone(CLONE_NEWNS | CLONE_FS),
		 -EINVAL);
	CHECK_EQ("UNSH-13 unshare takes NEWIPC with SYSVSEM",
		 ns_unshare(CLONE_NEWIPC | CLONE_SYSVSEM), 0);
}

static void limits(void)
{
	char path[64];

	stage_set();
	become_user();
	prctl(PR_SET_DUMPABLE, 1);
	need(!ns_unshare(CLONE_NEWUSER));
	for (unsigned int i = 0; i < COUNT(kinds); i++) {
		snprintf(path, sizeof(path),
			 "/proc/sys/user/max_%s_namespaces", kinds[i].name);
		CHECK_EQ(point_of(&kinds[i], "LIM-09 limit 0"),
			 proc_put(path, "0"), 0);
		CHECK_EQ(point_of(&kinds[i], "LIM-02 is ENOSPC"),
			 ns_unshare(kinds[i].flag), -ENOSPC);
		CHECK_EQ(point_of(&kinds[i], "LIM-02 limit 100"),
			 proc_put(path, "100"), 0);
	}
	CHECK_EQ("LIM-02 all together then",
		 ns_unshare(CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWTIME), 0);
}

static long seconds(clockid_t clock)
{
	struct timespec ts;

	need(!clock_gettime(clock, &ts));
	return ts.tv_sec;
}

static int in_shifted(void *arg)
{
	struct timespec ts;
	struct timespec until;
	char text[64];

	(void)arg;
	words[0] = (int)seconds(CLOCK_MONOTONIC);
	words[1] = (int)seconds(CLOCK_BOOTTIME);
	need(proc_read("/proc/uptime", text, sizeof(text)) > 0);
	sscanf(text, "%d", &words[2]);
	words[3] = proc_put(OFFSETS, "monotonic 1 0");
	need(!clock_gettime(CLOCK_MONOTONIC, &ts));
	until = ts;
	until.tv_nsec += 100000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	words[4] = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until,
				   NULL);
	words[5] = (int)(seconds(CLOCK_MONOTONIC) - ts.tv_sec);
	return 0;
}

static void offsets(void)
{
	long before;
	char text[128];

	stage_set();
	CHECK_EQ("the first one's are fixed",
		 proc_put(OFFSETS, "monotonic 1 0"), -EACCES);
	need(!ns_unshare(CLONE_NEWTIME));
	CHECK("offsets are zero at first",
	      proc_read(OFFSETS, text, sizeof(text)) > 0 &&
	      !strcmp(text, "monotonic           0         0\n"
		      "boottime            0         0\n"));
	CHECK_EQ("a bad clock", proc_put(OFFSETS, "realtime 1 0"), -EINVAL);
	CHECK_EQ("bad nanoseconds", proc_put(OFFSETS, "monotonic 1 1000000000"),
		 -EINVAL);
	CHECK_EQ("no number", proc_put(OFFSETS, "monotonic x 0"), -EINVAL);
	CHECK_EQ("a clock below zero",
		 proc_put(OFFSETS, "monotonic -100000000 0"), -ERANGE);
	CHECK_EQ("two lines", proc_put(OFFSETS, "monotonic 100000 0\n"
				  "boottime 200000 5\n"), 0);
	CHECK("are shown",
	      proc_read(OFFSETS, text, sizeof(text)) > 0 &&
	      !strcmp(text, "monotonic      100000         0\n"
		      "boottime       200000         5\n"));
	before = seconds(CLOCK_MONOTONIC);
	CHECK("our clocks stay", before < 100000);
	CHECK_EQ("a child runs", child_run(in_shifted, NULL), 0);
	CHECK("its monotonic clock is shifted",
	      words[0] >= before + 100000 && words[0] < before + 100060);
	CHECK("its boot time too", words[1] >= 200000 && words[1] < 300000);
	CHECK("and its uptime", words[2] >= 200000 && words[2] < 300000);
	CHECK_EQ("offsets are fixed then", words[3], -EACCES);
	CHECK_EQ("an absolute sleep", words[4], 0);
	CHECK("is as long as it says", words[5] >= 0 && words[5] < 20);
	CHECK_EQ("also for the parent", proc_put(OFFSETS, "monotonic 5 0"),
		 -EACCES);
	CHECK("who is still outside",
	      link_ino(getpid(), "time") == 4026531834 &&
	      link_ino(getpid(), "time_for_children") != 4026531834);
}

static void entering_time(void)
{
	int own = open("/proc/self/ns/time", O_RDONLY);

	stage_set();
	need(!ns_unshare(CLONE_NEWTIME));
	need(!proc_put(OFFSETS, "1 100000 0"));
	need(!ns_join(open("/proc/self/ns/time_for_children", O_RDONLY), 0));
	CHECK("setns enters at once", seconds(CLOCK_MONOTONIC) >= 100000);
	CHECK("both links agree", link_ino(getpid(), "time") ==
	      link_ino(getpid(), "time_for_children"));
	need(!ns_join(own, CLONE_NEWTIME));
	CHECK("and leaves it", seconds(CLOCK_MONOTONIC) < 100000);
}

static void born_by_clone3(void)
{
	unsigned long args[8] = { [0] = CLONE_NEWTIME, [4] = SIGCHLD };
	long pid;

	stage_set();
	pid = sys(SYS_clone3, P(args), sizeof(args));
	if (!pid) {
		words[0] = link_ino(getpid(), "time") ==
			   link_ino(getpid(), "time_for_children");
		words[1] = link_ino(getpid(), "time") != 4026531834;
		_exit(0);
	}
	CHECK("clone3 takes NEWTIME", pid > 0);
	reap((pid_t)pid);
	CHECK("the child is inside", words[0] == 1 && words[1] == 1);
}

static const struct test tests[] = {
	{ "links", links, 0 },
	{ "makes", makes, 0 },
	{ "joins", joins, 0 },
	{ "as user", as_user, 0 },
	{ "refused", refused, 0 },
	{ "limits", limits, 0 },
	{ "offsets", offsets, 0 },
	{ "entering time", entering_time, 0 },
	{ "born by clone3", born_by_clone3, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
