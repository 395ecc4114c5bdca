/*
 * tests/user/ns_files.c - files that stand for pid namespaces
 *
 * What:  the links in /proc/PID/ns, what can be done with an open one, who
 *        may look, bind mounts, parents, numbers translated by ioctl.
 * Not:   other kinds of namespaces are in ns_others.c, entering is in
 *        ns_setns.c.
 * See:   namespaces(7), ioctl_ns(2); ids NSFS of docs/pidns-table.md
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define OWN			"/proc/self/ns/pid"
#define CHILDREN		"/proc/self/ns/pid_for_children"
#define FIRST_INO		4026531840UL

#define NS_GET_USERNS		0xb701
#define NS_GET_PARENT		0xb702
#define NS_GET_NSTYPE		0xb703
#define NS_GET_MNTNS_ID		0x8008b705
#define PID_FROM		0x8004b706
#define TGID_FROM		0x8004b707
#define PID_IN			0x8004b708
#define TGID_IN			0x8004b709
#define NS_MNT_GET_INFO		0x8010b70a
#define NS_MNT_GET_NEXT		0x8010b70b
#define NS_GET_ID		0x8008b70d
#define PIDFD_PID		0xff05

static struct gate told;

static void set_up(void)
{
	stage_set();
	gate_init(&told);
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

static void end(pid_t pid)
{
	gate_open(&go);
	reap(pid);
}

/* does the link read "pid:[INO]"? */
static int link_says(const char *path, unsigned long ino)
{
	char text[64] = "", want[64];

	snprintf(want, sizeof(want), "pid:[%lu]", ino);
	return readlink(path, text, sizeof(text) - 1) > 0 &&
	       !strcmp(text, want);
}

static void links(void)
{
	unsigned long ino = fd_ino(ns_fd_self());
	struct stat st;
	pid_t init;

	set_up();
	CHECK("NSFS-01 the link's text", link_says(OWN, ino));
	CHECK("NSFS-01 the link's mode and size", !lstat(OWN, &st) &&
	      st.st_mode == (S_IFLNK | 0777) && st.st_size == 0);
	CHECK("NSFS-02 the first has a fixed number", ino == 4026531836UL);
	CHECK("NSFS-04 the one for children has the same text",
	      link_says(CHILDREN, ino));
	need(!sys(SYS_unshare, CLONE_NEWPID));
	CHECK_ERRNO("NSFS-04 none while it is nascent",
		    open(CHILDREN, O_RDONLY), ENOENT);
	init = child_start(wait_go, NULL);
	gate_wait(&ready);
	ino = fd_ino(ns_fd_of(init));
	CHECK("NSFS-04 with an init it has its own number",
	      link_says(CHILDREN, ino));
	CHECK("NSFS-03 which is above those of the first ones",
	      ino >= FIRST_INO);
	end(init);
}

static int forks_one(void *arg)
{
	if (!fork()) {
		words[0] = (int)fd_ino(ns_fd_self());
		_exit(0);
	}
	reap(-1);
	words[1] = (int)fd_ino(ns_fd_self());
	return wait_go(arg);
}

static void members(void)
{
	unsigned long seen[8];
	int same = 0;
	struct stat a, b;
	pid_t init;

	set_up();
	init = ns_start(forks_one, NULL);
	gate_wait(&ready);
	CHECK("NSFS-05 all members have one file", words[0] == words[1] &&
	      words[0] == (int)fd_ino(ns_fd_of(init)));
	CHECK("NSFS-05 on one device", !fstat(ns_fd_of(init), &a) &&
	      !fstat(ns_fd_self(), &b) && a.st_dev == b.st_dev);
	end(init);
	for (int i = 0; i < 8; i++) {
		init = waiting_init();
		seen[i] = fd_ino(ns_fd_of(init));
		end(init);
		for (int j = 0; j < i; j++)
			same += seen[i] == seen[j];
	}
	CHECK_EQ("NSFS-03 no number is used twice while a file is open", same,
		 0);
}

static void open_ones(void)
{
	int fd = ns_fd_self();
	struct statfs fs;
	struct stat st;
	char text[64];

	CHECK("NSFS-06 fstat", !fstat(fd, &st) && st.st_mode == 0100444 &&
	      st.st_nlink == 1 && st.st_size == 0 && st.st_uid == 0);
	CHECK("NSFS-06 its file system", !fstatfs(fd, &fs) &&
	      fs.f_type == 0x6e736673);
	CHECK_ERRNO("NSFS-07 open for writing", open(OWN, O_WRONLY), EPERM);
	CHECK_ERRNO("NSFS-07 for both", open(OWN, O_RDWR), EPERM);
	CHECK_ERRNO("NSFS-07 with NOFOLLOW",
		    open(OWN, O_RDONLY | O_NOFOLLOW), ELOOP);
	fd = open(OWN, O_PATH | O_NOFOLLOW);
	CHECK("NSFS-07 with PATH too it is the link", !fstat(fd, &st) &&
	      S_ISLNK(st.st_mode));
	fd = ns_fd_self();
	CHECK_ERRNO("NSFS-08 read", read(fd, text, 1), EINVAL);
	CHECK_ERRNO("NSFS-08 write", write(fd, "x", 1), EBADF);
	CHECK_ERRNO("NSFS-08 lseek", lseek(fd, 0, SEEK_SET), ESPIPE);
	CHECK("NSFS-08 mmap", mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0)
	      == MAP_FAILED && errno == ENODEV);
	CHECK_ERRNO("NSFS-08 ftruncate", ftruncate(fd, 0), EINVAL);
	CHECK_ERRNO("NSFS-08 fchmod", fchmod(fd, 0600), EPERM);
}

static void polled(void)
{
	struct pollfd one = { .events = POLLIN | POLLOUT };
	char text[64] = "";
	pid_t init;
	int fd;

	set_up();
	init = waiting_init();
	one.fd = ns_fd_of(init);
	CHECK("NSFS-09 poll says all at once", poll(&one, 1, -1) == 1 &&
	      one.revents == (POLLIN | POLLOUT));
	end(init);
	one.revents = 0;
	CHECK("NSFS-09 of a dead one too", poll(&one, 1, -1) == 1 &&
	      one.revents == (POLLIN | POLLOUT));
	strcpy(text, proc_path("/proc/self/fd/", one.fd, ""));
	CHECK("NSFS-10 its link in /proc/self/fd",
	      link_says(text, fd_ino(one.fd)));
	fd = open(text, O_RDONLY);
	CHECK("NSFS-10 by which it opens again",
	      fd >= 0 && fd_ino(fd) == fd_ino(one.fd));
	CHECK_EQ("NSFS-11 an open file keeps the namespace",
		 ns_join(fd, CLONE_NEWPID), 0);
	CHECK_EQ("NSFS-11 without its processes", ns_clone(0), -ENOMEM);
	CHECK_EQ("NSFS-28 FIONREAD says 0",
		 ioctl(fd, FIONREAD, &one.events) || one.events, 0);
}

static void bound(void)
{
	char text[8192];
	unsigned long ino;
	pid_t init;
	int fd;

	set_up();
	need(!sys(SYS_unshare, CLONE_NEWNS));
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	file_make("place", "", 0600);
	init = waiting_init();
	ino = fd_ino(ns_fd_of(init));
	CHECK_OK("NSFS-12 a bind mount",
		 mount(proc_path("/proc/", init, "/ns/pid"), "place", NULL,
		       MS_BIND, NULL));
	end(init);
	fd = open("place", O_RDONLY);
	CHECK("NSFS-12 SETNS-21 is opened after the end", fd_ino(fd) == ino &&
	      !ns_join(fd, CLONE_NEWPID) && ns_clone(0) == -ENOMEM);
	need(!ns_join(ns_fd_self(), CLONE_NEWPID));
	need(proc_read("/proc/self/mountinfo", text, sizeof(text)) > 0);
	CHECK("NSFS-12 mountinfo shows it", strstr(text, " pid:[") &&
	      strstr(text, " - nsfs nsfs "));
	need(!sys(SYS_unshare, CLONE_NEWPID));
	file_make("other", "", 0600);
	CHECK_ERRNO("NSFS-12 a nascent one cannot be bound",
		    mount(CHILDREN, "other", NULL, MS_BIND, NULL), ENOENT);
	umount2("place", MNT_DETACH);
}

static int looks(void *arg)
{
	pid_t pid = *(pid_t *)arg;
	char text[8];

	become_user();
	CHECK_ERRNO("NSFS-13 an ordinary user reads no link of root's",
		    readlink(proc_path("/proc/", pid, "/ns/pid"), text, 8),
		    EACCES);
	CHECK_ERRNO("NSFS-13 nor opens one",
		    open(proc_path("/proc/", pid, "/ns/pid"), O_RDONLY),
		    EACCES);
	CHECK_OK("NSFS-13 but may search the directory",
		 access(proc_path("/proc/", pid, "/ns"), X_OK));
	return 0;
}

static void permission(void)
{
	pid_t pid = child_idle();

	CHECK_STATUS("NSFS-13 a user", child_run(looks, &pid), EXITED(0));
	child_kill(pid);
}

static void zombies(void)
{
	char text[64];
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	need(!waitid(P_PID, pid, NULL, WEXITED | WNOWAIT));
	CHECK_OK("NSFS-14 a zombie has a pid namespace",
		 open(proc_path("/proc/", pid, "/ns/pid"), O_RDONLY));
	CHECK("NSFS-14 and a user namespace",
	      readlink(proc_path("/proc/", pid, "/ns/user"), text, 64) > 0);
	CHECK_ERRNO("NSFS-14 but none for children",
		    open(proc_path("/proc/", pid, "/ns/pid_for_children"),
			 O_RDONLY), ENOENT);
	CHECK_ERRNO("NSFS-14 nor others",
		    readlink(proc_path("/proc/", pid, "/ns/uts"), text, 64),
		    ENOENT);
	reap(pid);
	CHECK_ERRNO("NSFS-14 a reaped one has nothing",
		    open(proc_path("/proc/", pid, "/ns/pid"), O_RDONLY),
		    ENOENT);
}

static void names(void)
{
	char text[8];

	memset(text, 'x', sizeof(text));
	CHECK("NSFS-15 a short buffer", readlink(OWN, text, 4) == 4 &&
	      !memcmp(text, "pid:x", 5));
	CHECK_EQ("NSFS-15 none", sys(SYS_readlink, P(OWN), P(text), 0),
		 -EINVAL);
	CHECK_ERRNO("NSFS-15 an unknown name",
		    open("/proc/self/ns/pids", O_RDONLY), ENOENT);
	CHECK_ERRNO("NSFS-15 unlink", unlink(OWN), EPERM);
}

static int unshares(void *arg)
{
	sys(SYS_unshare, CLONE_NEWPID);
	if (!sys(SYS_fork)) {
		gate_open(&ready);
		gate_wait(&go);
		sys(SYS_exit_group, 0);
	}
	words[0] = (int)sys(SYS_gettid);
	return wait_go(arg);
}

static void of_threads(void)
{
	struct thread thread;
	char path[64];

	set_up();
	thread_start(&thread, unshares, NULL);
	gate_wait(&ready);
	gate_wait(&ready);
	snprintf(path, sizeof(path), "/proc/self/task/%d/ns/pid_for_children",
		 words[0]);
	CHECK("NSFS-16 THR-02 each thread has its own for children",
	      fd_ino(open(path, O_RDONLY)) != fd_ino(ns_fd_self()) &&
	      fd_ino(open(CHILDREN, O_RDONLY)) == fd_ino(ns_fd_self()));
	gate_open(&go);
	gate_open(&go);
	thread_join(&thread);
}

static int two_levels(void *arg)
{
	pid_t inner = waiting_init();
	int fd = (int)sys(SYS_ioctl, pidfd_open(inner, 0), PIDFD_PID, 0);

	(void)arg;
	CHECK("NSFS-17 a middle one has the parent of its child",
	      fd_ino(ioctl(fd, NS_GET_PARENT)) == fd_ino(ns_fd_self()));
	CHECK_ERRNO("NSFS-17 not its own", ioctl(ns_fd_self(), NS_GET_PARENT),
		    EPERM);
	end(inner);
	words[0] = fd;
	gate_open(&told);
	gate_wait(&go);
	return 6;
}

static void parents(void)
{
	pid_t outer;
	int dead, fd;
	unsigned long ino;
	pid_t init;

	set_up();
	CHECK_ERRNO("NSFS-17 the first has none",
		    ioctl(ns_fd_self(), NS_GET_PARENT), EPERM);
	outer = ns_start(two_levels, NULL);
	gate_wait(&told);
	ino = fd_ino(ns_fd_of(outer));
	fd = (int)sys(SYS_pidfd_getfd, pidfd_open(outer, 0), words[0], 0);
	need(fd >= 0);
	end(outer);
	dead = ioctl(fd, NS_GET_PARENT);
	CHECK("NSFS-18 REF-02 of a dead one in a dead one", dead >= 0 &&
	      fd_ino(dead) == ino);
	CHECK("NSFS-18 and the parent of that",
	      fd_ino(ioctl(dead, NS_GET_PARENT)) == fd_ino(ns_fd_self()));
	CHECK_EQ("NSFS-17 is close-on-exec", fcntl(dead, F_GETFD),
		 FD_CLOEXEC);
	CHECK_EQ("ZAP-19 a dead one can be entered", ns_join(fd, 0), 0);
	need(!ns_join(ns_fd_self(), 0));
	init = waiting_init();
	CHECK_EQ("NSFS-21 type", ioctl(ns_fd_of(init), NS_GET_NSTYPE),
		 CLONE_NEWPID);
	CHECK("NSFS-20 owner",
	      fd_ino(ioctl(ns_fd_of(init), NS_GET_USERNS)) == 4026531837);
	end(init);
}

static int note_thread(void *arg)
{
	words[0] = (int)sys(SYS_gettid);
	return wait_go(arg);
}

static int has_thread(void *arg)
{
	struct thread thread;

	thread_start(&thread, note_thread, arg);
	thread_join(&thread);
	return 6;
}

static void translated(void)
{
	pid_t idle = child_idle();
	pid_t init;
	int fd;

	set_up();
	init = ns_start(has_thread, NULL);
	gate_wait(&ready);
	fd = ns_fd_of(init);
	CHECK_EQ("NSFS-23 1 is the init", ioctl(fd, PID_FROM, 1), init);
	CHECK("NSFS-23 the thread is another number",
	      ioctl(fd, PID_FROM, words[0]) > init);
	CHECK_ERRNO("NSFS-23 number 0", ioctl(fd, PID_FROM, 0), ESRCH);
	CHECK_ERRNO("NSFS-23 a negative one", ioctl(fd, PID_FROM, -1), ESRCH);
	CHECK_ERRNO("NSFS-23 an unknown one", ioctl(fd, PID_FROM, 77), ESRCH);
	CHECK_EQ("NSFS-24 the group of the thread",
		 ioctl(fd, TGID_FROM, words[0]), init);
	CHECK_EQ("NSFS-25 the init is 1", ioctl(fd, PID_IN, init), 1);
	CHECK_EQ("NSFS-25 the thread's group too",
		 ioctl(fd, TGID_IN, ioctl(fd, PID_FROM, words[0])), 1);
	CHECK_ERRNO("NSFS-25 one of outside only", ioctl(fd, PID_IN, idle),
		    ESRCH);
	child_kill(idle);
	kill(init, SIGKILL);
	need(!waitid(P_PID, init, NULL, WEXITED | WNOWAIT));
	CHECK_EQ("NSFS-26 a zombie has its numbers", ioctl(fd, PID_IN, init),
		 1);
	reap(init);
	CHECK_ERRNO("NSFS-26 a reaped one not", ioctl(fd, PID_IN, init),
		    ESRCH);
	CHECK_ERRNO("NSFS-26 ZAP-19 nor a dead namespace",
		    ioctl(fd, PID_FROM, 1), ESRCH);
	fd = open("/proc/self/ns/uts", O_RDONLY);
	CHECK_ERRNO("NSFS-26 another kind", ioctl(fd, PID_FROM, 1), EINVAL);
	CHECK_ERRNO("NSFS-26 in every way", ioctl(fd, TGID_IN, 1), EINVAL);
}

static int asks_upward(void *arg)
{
	words[0] = ioctl(*(int *)arg, PID_IN, getpid());
	words[1] = ioctl(*(int *)arg, PID_FROM, words[2]);
	words[3] = errno;
	become_user();
	words[4] = ioctl(*(int *)arg, TGID_IN, 1);
	return 6;
}

static void upward(void)
{
	pid_t idle = child_idle();
	int fd = ns_fd_self();
	pid_t init;

	set_up();
	words[2] = idle;
	init = ns_start(asks_upward, &fd);
	CHECK_EXIT("NSFS-26 a namespace that asks", init, 6);
	CHECK_EQ("NSFS-26 gets its number of outside", words[0], init);
	CHECK_EQ("NSFS-26 without privilege too", words[4], init);
	CHECK("NSFS-26 but none for what it does not see",
	      words[1] == -1 && words[3] == ESRCH);
	child_kill(idle);
}

static void other_requests(void)
{
	int fd = ns_fd_self();
	char buf[64];

	CHECK_ERRNO("NSFS-27 the mount namespace's number",
		    ioctl(fd, NS_GET_MNTNS_ID, buf), EINVAL);
	CHECK_ERRNO("NSFS-27 and what it is",
		    ioctl(fd, NS_MNT_GET_INFO, buf), EINVAL);
	CHECK_ERRNO("NSFS-27 and the next of them",
		    ioctl(fd, NS_MNT_GET_NEXT, buf), EINVAL);
	CHECK_ERRNO("NSFS-27 an unknown request", ioctl(fd, 0xb744, buf),
		    ENOTTY);
	CHECK_ERRNO("NSFS-27 a known one of another size",
		    ioctl(fd, 0x8008b706, 1), ENOTTY);
	CHECK_ERRNO("NSFS-30 the id of later kernels",
		    ioctl(fd, NS_GET_ID, buf), ENOTTY);
}

/* send a descriptor through a socket */
static void send_fd(int sock, int fd)
{
	char room[CMSG_SPACE(sizeof(int))] = "";
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = room,
		.msg_controllen = sizeof(room),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(int));
	need(sendmsg(sock, &msg, 0) == 1);
}

static int receive_fd(int sock)
{
	char room[CMSG_SPACE(sizeof(int))] = "", byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = room,
		.msg_controllen = sizeof(room),
	};
	int fd = -1;

	need(recvmsg(sock, &msg, 0) == 1 && CMSG_FIRSTHDR(&msg));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(int));
	return fd;
}

static void passed(void)
{
	unsigned long ino;
	int pair[2];
	pid_t init;
	int fd;

	set_up();
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	init = waiting_init();
	fd = ns_fd_of(init);
	ino = fd_ino(fd);
	send_fd(pair[0], fd);
	close(fd);
	fd = receive_fd(pair[1]);
	CHECK("NSFS-29 SETNS-21 a file that was sent", fd_ino(fd) == ino &&
	      !ns_join(fd, CLONE_NEWPID));
	if (!ns_clone(0))
		_exit(getpid());
	CHECK_EXIT("NSFS-29 leads to the same namespace", -1, 2);
	end(init);
}

static const struct test tests[] = {
	{ "links", links, 0 },
	{ "members", members, 0 },
	{ "open ones", open_ones, 0 },
	{ "polled", polled, 0 },
	{ "bound", bound, 0 },
	{ "permission", permission, 0 },
	{ "zombies", zombies, 0 },
	{ "names", names, 0 },
	{ "threads", of_threads, 0 },
	{ "parents", parents, 0 },
	{ "translated", translated, 0 },
	{ "upward", upward, 0 },
	{ "other requests", other_requests, 0 },
	{ "passed", passed, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
