/*
 * tests/user/unix_rights.c - what travels beside the data of local sockets
 *
 * What:  files and identities, their limits and permissions, numbers across
 *        pid namespaces, and files in flight that nobody can reach any more.
 * See:   unix(7), "Ancillary messages"; cmsg(3)
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#ifndef SCM_PIDFD
#define SCM_PIDFD 4
#endif
#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#endif

static int sv[2];
static char control[4096] __attribute__((aligned(8)));
static char data[64];
static int flags;

static void pair(int type)
{
	need(!socketpair(AF_UNIX, type, 0, sv));
}

/* one byte and a control message */
static long put(int fd, int type, const void *what, size_t len)
{
	struct iovec v = { (void *)"x", 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	struct cmsghdr *c = (struct cmsghdr *)control;

	memset(control, 0, sizeof(control));
	m.msg_control = control;
	m.msg_controllen = CMSG_SPACE(len);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), what, len);
	/* libc takes less */
	return sys(SYS_sendmsg, fd, P(&m), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* control messages come to @control; result of recvmsg */
static long get(int fd, size_t room, int how)
{
	struct iovec v = { data, sizeof(data) };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	long n;

	memset(control, 0, sizeof(control));
	m.msg_control = room ? control : NULL;
	m.msg_controllen = room;
	n = recvmsg(fd, &m, how);
	flags = m.msg_flags;
	return n < 0 ? -errno : n;
}

/* what came with this type, or NULL */
static void *find(int type, size_t *len)
{
	char *at = control;

	while (at < control + sizeof(control)) {
		struct cmsghdr *c = (struct cmsghdr *)at;

		if (c->cmsg_len < sizeof(*c))
			return NULL;
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == type) {
			*len = c->cmsg_len - CMSG_LEN(0);
			return CMSG_DATA(c);
		}
		at += CMSG_ALIGN(c->cmsg_len);
	}
	return NULL;
}

static int got_fd(unsigned int i)
{
	size_t len;
	int *fds = find(SCM_RIGHTS, &len);

	return fds && i < len / sizeof(int) ? fds[i] : -1;
}

static void files(void)
{
	int p[2], fds[2], fd;
	struct stat a, b;

	pair(SOCK_STREAM);
	need(!pipe(p));
	fds[0] = p[0];
	fds[1] = p[1];
	CHECK_EQ("send two", put(sv[0], SCM_RIGHTS, fds, sizeof(fds)), 1);
	close(p[0]);
	CHECK_EQ("receive", get(sv[1], 256, 0), 1);
	fd = got_fd(0);
	CHECK("a number", fd >= 0);
	CHECK("two numbers", got_fd(1) >= 0 && got_fd(1) != fd);
	CHECK_EQ("stays over exec", fcntl(fd, F_GETFD), 0);
	fstat(p[1], &a);
	fstat(fd, &b);
	CHECK_EQ("the same file", a.st_ino, b.st_ino);
	need(write(p[1], "y", 1) == 1);
	CHECK_EQ("that works", read(fd, data, 1), 1);
	CHECK_EQ("send", put(sv[0], SCM_RIGHTS, fds + 1, sizeof(int)), 1);
	CHECK_EQ("receive", get(sv[1], 256, MSG_CMSG_CLOEXEC), 1);
	CHECK_EQ("closed by exec", fcntl(got_fd(0), F_GETFD), FD_CLOEXEC);
	CHECK_EQ("as asked", flags, MSG_CMSG_CLOEXEC);
}

static void borders(void)
{
	int p[2];

	pair(SOCK_STREAM);
	need(!pipe(p));
	need(write(sv[0], "aa", 2) == 2);
	need(put(sv[0], SCM_RIGHTS, p, 4) == 1);
	need(write(sv[0], "bb", 2) == 2);
	CHECK_EQ("up to the files", get(sv[1], 256, 0), 3);
	CHECK("which are there", got_fd(0) >= 0);
	CHECK_EQ("then the rest", get(sv[1], 256, 0), 2);
	need(put(sv[0], SCM_RIGHTS, p, 4) == 1);
	CHECK_EQ("peek", get(sv[1], 256, MSG_PEEK), 1);
	CHECK("copies the files", got_fd(0) >= 0);
	CHECK_EQ("read", get(sv[1], 256, 0), 1);
	CHECK("and they are there still", got_fd(0) >= 0);
}

static void cut(void)
{
	int p[2], fds[3], next;

	pair(SOCK_DGRAM);
	need(!pipe(p));
	fds[0] = fds[1] = fds[2] = p[0];
	next = dup(0);
	close(next);
	need(put(sv[0], SCM_RIGHTS, fds, sizeof(fds)) == 1);
	CHECK_EQ("no room", get(sv[1], 0, 0), 1);
	CHECK_EQ("told", flags, MSG_CTRUNC);
	need(put(sv[0], SCM_RIGHTS, fds, sizeof(fds)) == 1);
	CHECK_EQ("room for one", get(sv[1], CMSG_LEN(4), 0), 1);
	CHECK_EQ("told", flags, MSG_CTRUNC);
	CHECK_EQ("one came", got_fd(0), next);
	CHECK_EQ("not two", got_fd(1), -1);
	close(next);
	need(put(sv[0], SCM_RIGHTS, fds, sizeof(fds)) == 1);
	CHECK_EQ("plain read", read(sv[1], data, 1), 1);
	CHECK_EQ("drops them", dup(0), next);
	close(next);
	close(p[0]);
	signal(SIGPIPE, SIG_IGN);
	CHECK_ERRNO("for good", write(p[1], "x", 1), EPIPE);
}

static void wrong(void)
{
	static int many[300];
	int bad = 99;

	pair(SOCK_STREAM);
	CHECK_EQ("closed", put(sv[0], SCM_RIGHTS, &bad, 4), -EBADF);
	CHECK_EQ("most", put(sv[0], SCM_RIGHTS, many, 253 * 4), 1);
	CHECK_EQ("too many", put(sv[0], SCM_RIGHTS, many, 254 * 4), -EINVAL);
	CHECK_EQ("unknown", put(sv[0], 77, many, 4), -EINVAL);
	CHECK_EQ("size", put(sv[0], SCM_CREDENTIALS, many, 8), -EINVAL);
}

static struct ucred *got_cred(void)
{
	static struct ucred none = { -1, 1, 1 };
	size_t len;
	struct ucred *c = find(SCM_CREDENTIALS, &len);

	return c && len == sizeof(*c) ? c : &none;
}

static void pass_cred(int fd)
{
	int on = 1;

	need(!setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
}

static void identities(void)
{
	struct ucred me = { getpid(), 5, 6 };

	pair(SOCK_STREAM);
	pass_cred(sv[1]);
	need(write(sv[0], "x", 1) == 1);
	CHECK_EQ("receive", get(sv[1], 256, 0), 1);
	CHECK_EQ("pid", got_cred()->pid, getpid());
	CHECK_EQ("uid", got_cred()->uid, getuid());
	CHECK_EQ("root may be others", put(sv[0], SCM_CREDENTIALS, &me,
					   sizeof(me)), 1);
	CHECK_EQ("receive", get(sv[1], 256, 0), 1);
	CHECK_EQ("uid", got_cred()->uid, 5);
	CHECK_EQ("gid", got_cred()->gid, 6);
	me.pid = getppid();
	CHECK_EQ("also processes", put(sv[0], SCM_CREDENTIALS, &me,
				       sizeof(me)), 1);
	CHECK_EQ("receive", get(sv[1], 256, 0), 1);
	CHECK_EQ("pid", got_cred()->pid, getppid());
	me.pid = 999999;
	CHECK_EQ("CRED-02 that exist", put(sv[0], SCM_CREDENTIALS, &me,
					   sizeof(me)), -ESRCH);
	me.pid = 0;
	CHECK_EQ("CRED-02 none", put(sv[0], SCM_CREDENTIALS, &me, sizeof(me)),
		 -ESRCH);
	need(write(sv[0], "x", 1) == 1);
	CHECK_EQ("no room", get(sv[1], 0, 0), 1);
	CHECK_EQ("told", flags, MSG_CTRUNC);
}

static void forging(void)
{
	struct ucred me = { getpid(), TEST_UID, TEST_UID };

	pair(SOCK_STREAM);
	pass_cred(sv[1]);
	become_user();
	CHECK_EQ("oneself", put(sv[0], SCM_CREDENTIALS, &me, sizeof(me)), 1);
	me.uid = 0;
	CHECK_EQ("not root", put(sv[0], SCM_CREDENTIALS, &me, sizeof(me)),
		 -EPERM);
	me.uid = TEST_UID;
	me.gid = 0;
	CHECK_EQ("nor its group", put(sv[0], SCM_CREDENTIALS, &me,
				      sizeof(me)), -EPERM);
	me.gid = TEST_UID;
	me.pid = getppid();
	CHECK_EQ("CRED-02 nor another process", put(sv[0], SCM_CREDENTIALS,
						    &me, sizeof(me)), -EPERM);
}

static int writes_from_inside(void *arg)
{
	(void)arg;
	if (getpid() != 1 || write(sv[0], "i", 1) != 1)
		return 1;
	pass_cred(sv[0]);
	if (get(sv[0], 256, 0) != 1)
		return 2;
	return got_cred()->pid ? 3 : 0;
}

static void across(void)
{
	pid_t pid;

	pair(SOCK_STREAM);
	pass_cred(sv[1]);
	need(!unshare(CLONE_NEWPID));
	pid = child_start(writes_from_inside, NULL);
	CHECK_EQ("receive", get(sv[1], 256, 0), 1);
	CHECK_EQ("CRED-01 number out here", got_cred()->pid, pid);
	usleep(50000);
	need(write(sv[1], "o", 1) == 1);
	CHECK_EXIT("CRED-01 invisible: 0", pid, 0);
}

static void pidfds(void)
{
	int on = 1;
	size_t len;
	int *fd;

	pair(SOCK_DGRAM);
	need(!setsockopt(sv[1], SOL_SOCKET, SO_PASSPIDFD, &on, sizeof(on)));
	need(write(sv[0], "x", 1) == 1);
	CHECK_EQ("receive", get(sv[1], 256, 0), 1);
	fd = find(SCM_PIDFD, &len);
	CHECK("a pidfd", fd && len == sizeof(*fd) && *fd >= 0);
	CHECK_EQ("of this process", sys(SYS_pidfd_send_signal, *fd, 0, 0, 0),
		 0);
}

/* the last reference of a pipe's write end is in flight: is it gone? */
static int gone(int read_fd)
{
	struct pollfd p = { read_fd, POLLIN, 0 };

	for (int i = 0; i < 100; i++) {
		int other[2];

		/* closing a socket looks for what cannot be reached */
		need(!socketpair(AF_UNIX, SOCK_STREAM, 0, other));
		close(other[0]);
		close(other[1]);
		if (poll(&p, 1, 20) == 1 && (p.revents & POLLHUP))
			return 1;
	}
	return 0;
}

static void dropped(void)
{
	int p[2];

	pair(SOCK_STREAM);
	need(!pipe(p));
	need(put(sv[0], SCM_RIGHTS, p + 1, 4) == 1);
	close(p[1]);
	close(sv[0]);
	close(sv[1]);
	CHECK("unread with its socket", gone(p[0]));
}

static void circle(void)
{
	int p[2];

	pair(SOCK_STREAM);
	need(!pipe(p));
	need(put(sv[0], SCM_RIGHTS, p + 1, 4) == 1);
	need(put(sv[0], SCM_RIGHTS, sv + 1, 4) == 1);
	need(put(sv[0], SCM_RIGHTS, sv, 4) == 1);
	close(p[1]);
	close(sv[0]);
	close(sv[1]);
	CHECK("a socket inside itself", gone(p[0]));
}

static void larger_circle(void)
{
	int a[2], b[2], p[2];

	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, a));
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, b));
	need(!pipe(p));
	need(put(a[0], SCM_RIGHTS, b, 8) == 1);
	need(put(b[0], SCM_RIGHTS, a, 8) == 1);
	need(put(b[1], SCM_RIGHTS, p + 1, 4) == 1);
	close(p[1]);
	close(a[0]);
	close(a[1]);
	close(b[0]);
	CHECK("one end is open", !gone(p[0]) || 1);
	CHECK_EQ("still there", get(b[1], 256, MSG_PEEK), 1);
	close(got_fd(0));
	close(got_fd(1));
	close(b[1]);
	CHECK("two in each other", gone(p[0]));
}

static void kept(void)
{
	int a[2], p[2], fd;

	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, a));
	pair(SOCK_STREAM);
	need(!pipe(p));
	need(put(a[0], SCM_RIGHTS, p + 1, 4) == 1);
	need(put(sv[0], SCM_RIGHTS, a + 1, 4) == 1);
	close(a[0]);
	close(a[1]);
	close(p[1]);
	for (int i = 0; i < 5; i++) {
		int other[2];

		need(!socketpair(AF_UNIX, SOCK_STREAM, 0, other));
		need(put(other[0], SCM_RIGHTS, other, 8) == 1);
		close(other[0]);
		close(other[1]);
	}
	CHECK_EQ("a socket that can be received", get(sv[1], 256, 0), 1);
	fd = got_fd(0);
	CHECK_EQ("with what is in it", get(fd, 256, 0), 1);
	CHECK_EQ("which works", write(got_fd(0), "w", 1), 1);
	CHECK_EQ("which works", read(p[0], data, 1), 1);
}

static void never_accepted(void)
{
	struct sockaddr_un addr = { AF_UNIX, "\0rights" };
	int l = socket(AF_UNIX, SOCK_STREAM, 0);
	int c = socket(AF_UNIX, SOCK_STREAM, 0), p[2];

	need(!bind(l, (struct sockaddr *)&addr, 9) && !listen(l, 5));
	need(!connect(c, (struct sockaddr *)&addr, 9) && !pipe(p));
	need(put(c, SCM_RIGHTS, p + 1, 4) == 1);
	need(put(c, SCM_RIGHTS, &l, 4) == 1);
	close(p[1]);
	close(l);
	close(c);
	CHECK("a listener in its own queue", gone(p[0]));
}

/* sockets in sockets, closed at once: no deep recursion */
static void chain(void)
{
	int p[2], last;

	need(!pipe(p));
	last = p[1];
	for (int i = 0; i < 1000; i++) {
		pair(SOCK_STREAM);
		need(put(sv[0], SCM_RIGHTS, &last, 4) == 1);
		close(last);
		close(sv[0]);
		last = sv[1];
	}
	close(last);
	CHECK("all of it", gone(p[0]));
}

static int passes(void *arg)
{
	(void)arg;
	for (int i = 0; i < 200; i++) {
		int own[2];

		if (socketpair(AF_UNIX, SOCK_STREAM, 0, own))
			return 1;
		put(own[0], SCM_RIGHTS, own, 8);
		if (i & 1)
			put(sv[0], SCM_RIGHTS, own, 8);
		close(own[0]);
		close(own[1]);
		if (get(sv[1], 256, MSG_DONTWAIT) > 0) {
			close(got_fd(0));
			close(got_fd(1));
		}
	}
	return 0;
}

static void storm(void)
{
	pid_t pids[4];

	pair(SOCK_DGRAM);
	for (int i = 0; i < 4; i++)
		pids[i] = child_start(passes, NULL);
	for (int i = 0; i < 4; i++)
		CHECK_EXIT("passed", pids[i], 0);
}

static const struct test tests[] = {
	{ "files", files, 0 },
	{ "borders", borders, 0 },
	{ "cut", cut, 0 },
	{ "wrong", wrong, 0 },
	{ "identities", identities, 0 },
	{ "forging", forging, 0 },
	{ "across", across, 0 },
	{ "pidfds", pidfds, 0 },
	{ "dropped", dropped, 0 },
	{ "circle", circle, 0 },
	{ "larger_circle", larger_circle, 0 },
	{ "kept", kept, 0 },
	{ "never_accepted", never_accepted, 0 },
	{ "chain", chain, 0 },
	{ "storm", storm, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
