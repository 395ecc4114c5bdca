/*
 * tests/user/ns_user_ids.c - ids in user namespaces
 *
 * What:  maps and who may write them; ids as seen from inside: of files, of
 *        senders of signals, of peers of sockets.
 * Not:   what a user namespace gives power over is in ns_user.c.
 * See:   user_namespaces(7); ids of the catalogue, family USER
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/stage.h"
#include "lib/test.h"
#include "lib/userns.h"

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

static void before_maps(void)
{
	struct stat st;
	gid_t list[4];

	stage_set();
	need(!setgroups(2, (gid_t[]){ 5, 7 }));
	userns_be_user();
	CHECK_EQ("USER-02 an ordinary user makes one",
		 ns_unshare(CLONE_NEWUSER), 0);
	CHECK_EQ("USER-03 getuid without a map", getuid(), 65534);
	CHECK_EQ("USER-03 getegid without a map", getegid(), 65534);
	CHECK_EQ("USER-03 groups without a map", getgroups(4, list), 2);
	CHECK("USER-03 read 65534", list[0] == 65534 && list[1] == 65534);
	CHECK("a file of root", !stat("/", &st) && st.st_uid == 65534);
	CHECK_ERRNO("chown to an id that is not mapped",
		    chown(".", 1, -1), EINVAL);
	CHECK_ERRNO("setuid to one", setuid(0), EINVAL);
	CHECK_ERRNO("setresuid to one", setresuid(-1, 3, -1), EINVAL);
	CHECK_ERRNO("setgroups without a map", setgroups(0, NULL), EPERM);
	CHECK("the map is empty", proc_text_is("/proc/self/uid_map", ""));
	CHECK("setgroups are allowed",
	      proc_text_is("/proc/self/setgroups", "allow\n"));
}

static void one_line(void)
{
	struct stat st;

	stage_set();
	userns_be_user();
	file_make("mine", "", 0644);
	need(!ns_unshare(CLONE_NEWUSER));
	CHECK_EQ("a foreign id", proc_put("/proc/self/uid_map", "0 1 1"),
		 -EPERM);
	CHECK_EQ("two ids", proc_put("/proc/self/uid_map", "0 65534 2"),
		 -EPERM);
	CHECK_EQ("one's own id", proc_put("/proc/self/uid_map", "0 65534 1"),
		 0);
	CHECK_EQ("is root then", getuid(), 0);
	CHECK_EQ("the map is written once",
		 proc_put("/proc/self/uid_map", "0 65534 1"), -EPERM);
	CHECK("and reads in columns",
	      proc_text_is("/proc/self/uid_map",
		      "         0      65534          1\n"));
	CHECK_EQ("gid_map while setgroups are allowed",
		 proc_put("/proc/self/gid_map", "0 65534 1"), -EPERM);
	CHECK_EQ("deny", proc_put("/proc/self/setgroups", "deny\n"), 0);
	CHECK_EQ("allow again", proc_put("/proc/self/setgroups", "allow"),
		 -EPERM);
	CHECK_EQ("gid_map now", proc_put("/proc/self/gid_map", "0 65534 1\n"),
		 0);
	CHECK_EQ("getgid", getgid(), 0);
	CHECK_ERRNO("setgroups stay denied", setgroups(0, NULL), EPERM);
	CHECK("the file is root's", !stat("mine", &st) && !st.st_uid &&
	      !st.st_gid);
	CHECK_OK("and may be changed", chmod("mine", 0600));
	CHECK("a status file says so",
	      proc_number("/proc/self/status", "Uid:") == 0);
}

static void bad_texts(void)
{
	static const char *const bad[] = {
		"", "\n", "0", "0 1", "0 0 0", "0 0 1 x", "a 0 1", "0 0 -1",
		"0 4294967295 1", "4294967295 0 1", "0 0 1\n0 5 1",
		"0 0 1\n5 0 1", "4294967290 0 10", "0 0 1\n\n",
		"00 0 1x", "0 0x0 1",
	};
	char point[64];
	long pid;

	stage_set();
	pid = userns_start(userns_stay);
	gate_wait(&ready);
	for (unsigned int i = 0; i < COUNT(bad); i++) {
		snprintf(point, sizeof(point), "text %u is refused", i);
		CHECK_EQ(point, userns_put(pid, "/uid_map", bad[i]), -EINVAL);
	}
	CHECK_EQ("setgroups takes two words",
		 userns_put(pid, "/setgroups", "maybe"), -EINVAL);
	CHECK_EQ("not longer ones",
		 userns_put(pid, "/setgroups", "deny     "), -EINVAL);
	CHECK_EQ("nothing behind them",
		 userns_put(pid, "/setgroups", "denyx"), -EINVAL);
	child_kill((pid_t)pid);
}

static int show_ids(void *arg)
{
	(void)arg;
	words[0] = (int)getuid();
	words[1] = (int)getgid();
	words[2] = setuid(12);
	words[3] = (int)getuid();
	words[4] = setuid(1200);
	words[5] = errno;
	return 0;
}

static void extents(void)
{
	char want[256];
	pid_t pid;

	stage_set();
	pid = userns_start(show_ids);
	gate_wait(&ready);
	CHECK_EQ("root of the parent writes several lines",
		 userns_put(pid, "/uid_map",
			"  500 0 1 \n10 1000 5\n0 2000 10\n20 30 1"), 0);
	CHECK_EQ("and many lines",
		 userns_put(pid, "/gid_map",
			    "0 0 1\n1 1 1\n2 2 1\n3 3 1\n4 4 1\n"
			    "5 5 1\n9 7 1\n8 8 1\n"),
		 0);
	snprintf(want, sizeof(want), "%10u %10u %10u\n%10u %10u %10u\n"
		 "%10u %10u %10u\n%10u %10u %10u\n", 500, 0, 1, 10, 1000, 5,
		 0, 2000, 10, 20, 30, 1);
	CHECK("few lines are shown as they were written",
	      proc_text_is(proc_path("/proc/", pid, "/uid_map"), want));
	gate_open(&go);
	CHECK_EXIT("the child runs", pid, 0);
	CHECK("root outside is 500 inside", words[0] == 500 && words[1] == 0);
	CHECK("setuid to a mapped id", words[2] == 0 && words[3] == 12);
	CHECK("and to one that is not", words[4] == -1 && words[5] == EINVAL);
}

static int inside_signals(void *arg)
{
	siginfo_t info;
	sigset_t set;

	(void)arg;
	block(SIGUSR1);
	gate_open(&ready);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigwaitinfo(&set, &info);
	words[0] = (int)info.si_uid;
	return 0;
}

static void signals(void)
{
	pid_t pid, sender;

	stage_set();
	pid = userns_start(inside_signals);
	need(!userns_put(pid, "/uid_map", "0 0 1\n7 1000 1"));
	gate_wait(&ready);
	gate_open(&go);
	gate_wait(&ready);
	sender = fork();
	if (!sender) {
		need(!setresuid(1000, 0, 0));
		_exit(kill(pid, SIGUSR1));
	}
	reap(sender);
	CHECK_EXIT("USER-11 the signal comes", pid, 0);
	CHECK_EQ("USER-11 with the uid as the receiver calls it", words[0], 7);
	pid = userns_start(userns_stay);
	need(!userns_put(pid, "/uid_map", "0 0 1\n7 1000 1"));
	gate_wait(&ready);
	gate_open(&go);
	gate_wait(&ready);
	sender = fork();
	if (!sender) {
		need(!setresuid(1001, 1001, 1001));
		_exit(kill(pid, SIGTERM) == -1 && errno == EPERM ? 0 : 1);
	}
	CHECK_EXIT("USER-10 a foreign user may not kill", sender, 0);
	gate_open(&go);
	CHECK_EXIT("USER-10 the child lives on", pid, 0);
}

static void rights_by_creation(void)
{
	pid_t pid;
	char text[64];

	stage_set();
	need(!setresgid(1000, 1000, 1000) && !setresuid(1000, 1000, 1000));
	prctl(PR_SET_DUMPABLE, 1);
	pid = child_start(userns_make_inner, NULL);
	gate_wait(&ready);
	CHECK_EQ("the creator outside maps its own id",
		 userns_put(pid, "/uid_map", "5 1000 1"), 0);
	CHECK("seen from outside",
	      proc_text_is(proc_path("/proc/", pid, "/uid_map"),
		      "         5       1000          1\n"));
	need(!proc_line(proc_path("/proc/", pid, "/status"), "Uid:", text,
			sizeof(text)));
	CHECK("its status has outer ids", !strncmp(text, "\t1000\t1000", 10));
	gate_open(&go);
	CHECK_EXIT("the child ends", pid, 0);
}

static void project_ids(void)
{
	char text[128] = "";
	pid_t child;

	stage_set();
	need(proc_read("/proc/self/projid_map", text, sizeof(text)) > 0);
	CHECK("all of them",
	      !strcmp(text, "         0          0 4294967295\n"));
	userns_be_user();
	child = child_start(userns_make_inner, NULL);
	gate_wait(&ready);
	need(proc_read(proc_path("/proc/", child, "/projid_map"), text,
		       sizeof(text)) == 0);
	CHECK_ERRNO("what the parent lacks",
		    proc_write(proc_path("/proc/", child, "/projid_map"),
			       "0 4294967290 10"), EINVAL);
	CHECK_OK("no right is needed",
		 proc_write(proc_path("/proc/", child, "/projid_map"),
			    "0 100 5\n10 200 5"));
	CHECK_ERRNO("once", proc_write(proc_path("/proc/", child,
						 "/projid_map"), "0 0 1"),
		    EPERM);
	need(proc_read(proc_path("/proc/", child, "/projid_map"), text,
		       sizeof(text)) > 0);
	CHECK("and so they are",
	      !strcmp(text, "         0        100          5\n"
			    "        10        200          5\n"));
	gate_open(&go);
	reap(child);
}

static int peer_fds[2];

/* who made the socket at the other end, and who wrote to it */
static int reads_peers(void *arg)
{
	char control[64];
	struct iovec iov = { control, 1 };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct ucred cred = { 0, 0, 0 };
	socklen_t len = sizeof(cred);
	int on = 1;

	(void)arg;
	need(!getsockopt(peer_fds[0], SOL_SOCKET, SO_PEERCRED, &cred, &len));
	words[0] = (int)cred.uid;
	need(!setsockopt(peer_fds[0], SOL_SOCKET, SO_PASSCRED, &on,
			 sizeof(on)));
	gate_open(&ready);
	iov.iov_base = words + 16;
	need(recvmsg(peer_fds[0], &m, 0) == 1);
	memcpy(&cred, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(cred));
	words[1] = (int)cred.uid;
	return 0;
}

static int writes_as_1000(void *arg)
{
	(void)arg;
	need(!setresuid(1000, 0, 0));
	return write(peer_fds[1], "x", 1) == 1 ? 0 : 1;
}

static void peers(void)
{
	pid_t pid;

	stage_set();
	need(!seteuid(1000));
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, peer_fds));
	need(!seteuid(0));
	pid = userns_start(reads_peers);
	need(!userns_put(pid, "/uid_map", "0 0 1\n7 1000 1"));
	gate_wait(&ready);
	gate_open(&go);
	gate_wait(&ready);
	CHECK_STATUS("it is written to", child_run(writes_as_1000, NULL),
		     EXITED(0));
	CHECK_EXIT("the reader ends", pid, 0);
	CHECK_EQ("USER-11 SO_PEERCRED", words[0], 7);
	CHECK_EQ("USER-11 SCM_CREDENTIALS", words[1], 7);
}

/* from a sender outside, then from the parent that dies */
static int reads_signals(void *arg)
{
	struct signalfd_siginfo si;
	sigset_t set;
	int fd;

	(void)arg;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	need(!sigprocmask(SIG_BLOCK, &set, NULL));
	fd = signalfd(-1, &set, 0);
	need(!prctl(PR_SET_PDEATHSIG, SIGUSR2));
	words[6] = getpid();
	gate_open(&ready);
	need(read(fd, &si, sizeof(si)) == sizeof(si));
	words[2] = (int)si.ssi_uid;
	gate_open(&ready);
	need(read(fd, &si, sizeof(si)) == sizeof(si));
	words[3] = (int)si.ssi_uid;
	words[4] = (int)si.ssi_pid;
	gate_open(&ready);
	return 0;
}

static int dies_before_child(void *arg)
{
	need(!setresuid(7, 7, 7));
	child_start(reads_signals, arg);
	gate_wait(&go);
	return 0;
}

static int kills_as_1000(void *arg)
{
	(void)arg;
	need(!setresuid(1000, 0, 0));
	return kill(words[6], SIGUSR1);
}

static void told_uids(void)
{
	pid_t pid;

	stage_set();
	pid = userns_start(dies_before_child);
	need(!userns_put(pid, "/uid_map", "0 0 1\n7 1000 1"));
	gate_wait(&ready);
	gate_open(&go);
	gate_wait(&ready);
	CHECK_STATUS("a signal from outside", child_run(kills_as_1000, NULL),
		     EXITED(0));
	gate_wait(&ready);
	CHECK_EQ("USER-11 ssi_uid", words[2], 7);
	gate_open(&go);
	CHECK_EXIT("the parent dies", pid, 0);
	gate_wait(&ready);
	CHECK_EQ("USER-11 uid of a parent that died", words[3], 7);
	CHECK_EQ("and its number", words[4], pid);
}

static const struct test tests[] = {
	{ "before maps", before_maps, 0 },
	{ "one line", one_line, 0 },
	{ "bad texts", bad_texts, 0 },
	{ "extents", extents, 0 },
	{ "signals", signals, 0 },
	{ "rights by creation", rights_by_creation, 0 },
	{ "peers", peers, 0 },
	{ "told uids", told_uids, 0 },
	{ "project ids", project_ids, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
