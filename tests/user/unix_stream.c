/*
 * tests/user/unix_stream.c - local sockets that are connections
 *
 * What:  pairs, names in the file system and abstract ones, listen, connect,
 *        accept, half-closed connections, poll, buffers, timeouts, who is at
 *        the other end, records, errors.
 * See:   unix(7), socket(7), connect(2), accept(2)
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

static int sv[2];
static struct sockaddr_un addr;
static socklen_t addr_len;

static void pair(int type)
{
	need(!socketpair(AF_UNIX, type, 0, sv));
}

static void name(const char *text)
{
	memset(&addr, 0, sizeof(addr));
	addr.sun_family = AF_UNIX;
	if (*text == '@') {
		strcpy(addr.sun_path + 1, text + 1);
		addr_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				       strlen(text));
	} else {
		strcpy(addr.sun_path, text);
		addr_len = sizeof(addr);
	}
}

static int bind_to(int fd, const char *text)
{
	name(text);
	return bind(fd, (struct sockaddr *)&addr, addr_len);
}

static int connect_to(int fd, const char *text)
{
	name(text);
	return connect(fd, (struct sockaddr *)&addr, addr_len);
}

static int listener(int type, const char *text)
{
	int fd = socket(AF_UNIX, type, 0);

	need(fd >= 0 && !bind_to(fd, text) && !listen(fd, 5));
	return fd;
}

static int option(int fd, int opt)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, opt, &value, &len) ? -errno : value;
}

static int events_of(int fd)
{
	struct pollfd p = { fd, POLLIN | POLLOUT | POLLRDHUP, 0 };

	return poll(&p, 1, 0) < 0 ? -1 : p.revents;
}

static void pairs(void)
{
	char buf[64];
	int n;

	pair(SOCK_STREAM);
	CHECK_EQ("write", write(sv[0], "hello", 5), 5);
	CHECK_EQ("send", send(sv[0], "world", 5, 0), 5);
	CHECK_EQ("waiting", ioctl(sv[1], FIONREAD, &n), 0);
	CHECK_EQ("waiting", n, 10);
	CHECK_EQ("no limits in a stream", recv(sv[1], buf, 7, 0), 7);
	CHECK("bytes", !memcmp(buf, "hellowo", 7));
	CHECK_EQ("peek", recv(sv[1], buf, 64, MSG_PEEK), 3);
	CHECK_EQ("read", read(sv[1], buf, 64), 3);
	CHECK("bytes", !memcmp(buf, "rld", 3));
	CHECK_ERRNO("nothing", recv(sv[1], buf, 64, MSG_DONTWAIT), EAGAIN);
	CHECK_EQ("the other way", write(sv[1], "back", 4), 4);
	CHECK_EQ("the other way", read(sv[0], buf, 64), 4);
	CHECK_EQ("type", option(sv[0], SO_TYPE), SOCK_STREAM);
	CHECK_EQ("domain", option(sv[0], SO_DOMAIN), AF_UNIX);
	CHECK_EQ("protocol", option(sv[0], SO_PROTOCOL), 0);
	CHECK_EQ("does not listen", option(sv[0], SO_ACCEPTCONN), 0);
	CHECK_EQ("poll", events_of(sv[0]), POLLOUT);
}

static void closing(void)
{
	char buf[64];

	pair(SOCK_STREAM);
	need(write(sv[0], "last", 4) == 4);
	close(sv[0]);
	CHECK_EQ("poll", events_of(sv[1]),
		 POLLIN | POLLOUT | POLLHUP | POLLRDHUP);
	CHECK_EQ("what was sent", read(sv[1], buf, 64), 4);
	CHECK_EQ("the end", read(sv[1], buf, 64), 0);
	CHECK_ERRNO("no reader", send(sv[1], "x", 1, MSG_NOSIGNAL), EPIPE);
	pair(SOCK_STREAM);
	need(write(sv[0], "lost", 4) == 4);
	close(sv[1]);
	CHECK("unread: error",
	      events_of(sv[0]) & POLLERR);
	CHECK_ERRNO("reset", read(sv[0], buf, 64), ECONNRESET);
	CHECK_EQ("once", read(sv[0], buf, 64), 0);
}

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

static void broken(void)
{
	handle(SIGPIPE, on_signal, 0);
	pair(SOCK_STREAM);
	close(sv[1]);
	CHECK_ERRNO("no signal asked", send(sv[0], "x", 1, MSG_NOSIGNAL),
		    EPIPE);
	CHECK_EQ("none came", caught, 0);
	CHECK_ERRNO("send", send(sv[0], "x", 1, 0), EPIPE);
	CHECK_EQ("SIGPIPE", caught, SIGPIPE);
	caught = 0;
	CHECK_ERRNO("write", write(sv[0], "x", 1), EPIPE);
	CHECK_EQ("SIGPIPE", caught, SIGPIPE);
}

static void half_closed(void)
{
	char buf[8];

	pair(SOCK_STREAM);
	CHECK_OK("no more sending", shutdown(sv[0], SHUT_WR));
	CHECK_EQ("the other reads the end", read(sv[1], buf, 8), 0);
	CHECK_EQ("poll", events_of(sv[1]), POLLIN | POLLOUT | POLLRDHUP);
	CHECK_EQ("and may send", write(sv[1], "x", 1), 1);
	CHECK_EQ("which arrives", read(sv[0], buf, 8), 1);
	CHECK_ERRNO("not the first", send(sv[0], "x", 1, MSG_NOSIGNAL), EPIPE);
	CHECK_OK("nor reading", shutdown(sv[0], SHUT_RD));
	CHECK_EQ("poll", events_of(sv[0]),
		 POLLIN | POLLOUT | POLLHUP | POLLRDHUP);
	CHECK_ERRNO("how", shutdown(sv[0], 3), EINVAL);
}

static int client(void *arg)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char c;

	if (connect_to(fd, arg) || write(fd, "c", 1) != 1)
		return 1;
	return read(fd, &c, 1) == 1 && c == 's' ? 0 : 2;
}

static void serve(const char *text)
{
	int l = listener(SOCK_STREAM, text);
	struct sockaddr_un from;
	socklen_t len = sizeof(from);
	pid_t pid = child_start(client, (void *)text);
	struct ucred cred;
	char c;
	int fd;

	fd = accept4(l, (struct sockaddr *)&from, &len, SOCK_CLOEXEC);
	CHECK("accepted", fd >= 0);
	CHECK_EQ("from nobody", len, 2);
	CHECK_EQ("close on exec", fcntl(fd, F_GETFD), FD_CLOEXEC);
	len = sizeof(cred);
	CHECK_OK("who", getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len));
	CHECK_EQ("pid", cred.pid, pid);
	CHECK_EQ("uid", cred.uid, getuid());
	CHECK_EQ("read", read(fd, &c, 1), 1);
	CHECK_EQ("write", write(fd, "s", 1), 1);
	CHECK_EXIT("client", pid, 0);
	CHECK_EQ("listens", option(l, SO_ACCEPTCONN), 1);
	len = sizeof(from);
	CHECK_OK("own name", getsockname(fd, (struct sockaddr *)&from, &len));
	name(text);
	CHECK("is the listener's", !memcmp(from.sun_path, addr.sun_path,
					   strlen(text)));
	close(l);
}

static void by_path(void)
{
	struct stat st;
	int fd;

	umask(027);
	serve("sock");
	CHECK_OK("a file", stat("sock", &st));
	CHECK_EQ("of its kind", st.st_mode, S_IFSOCK | 0750);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK_ERRNO("nobody listens", connect_to(fd, "sock"), ECONNREFUSED);
	CHECK_ERRNO("taken", bind_to(fd, "sock"), EADDRINUSE);
	CHECK_ERRNO("no file", connect_to(fd, "nothing"), ENOENT);
	file_make("plain", "x", 0600);
	CHECK_ERRNO("no socket", connect_to(fd, "plain"), ECONNREFUSED);
	CHECK_ERRNO("not to be opened", open("sock", O_RDWR), ENXIO);
	CHECK_OK("unlinked", unlink("sock"));
	CHECK_OK("free again", bind_to(fd, "sock"));
	CHECK_ERRNO("a second name", bind_to(fd, "other"), EINVAL);
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	CHECK_ERRNO("not of this type", connect_to(fd, "sock"), EPROTOTYPE);
	need(!chmod("sock", 0600));
	become_user();
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK_ERRNO("no permission", connect_to(fd, "sock"), EACCES);
}

static void by_abstract_name(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un a;
	socklen_t len = sizeof(a);

	serve("@nidus-stream");
	CHECK_OK("gone with its socket", bind_to(fd, "@nidus-stream"));
	CHECK_OK("name", getsockname(fd, (struct sockaddr *)&a, &len));
	CHECK_EQ("length", len, 2 + 13);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK_ERRNO("in use", bind_to(fd, "@nidus-stream"), EADDRINUSE);
	CHECK_ERRNO("nobody listens", connect_to(fd, "@nidus-stream"),
		    ECONNREFUSED);
	a.sun_family = AF_UNIX;
	CHECK_OK("any name", bind(fd, (struct sockaddr *)&a, 2));
	len = sizeof(a);
	CHECK_OK("name", getsockname(fd, (struct sockaddr *)&a, &len));
	CHECK_EQ("five digits", len, 2 + 6);
}

static void backlog(void)
{
	int l = socket(AF_UNIX, SOCK_STREAM, 0);
	int fd[4];

	need(!bind_to(l, "@backlog") && !listen(l, 1));
	for (int i = 0; i < 4; i++)
		fd[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CHECK_OK("one", connect_to(fd[0], "@backlog"));
	CHECK_OK("and one more", connect_to(fd[1], "@backlog"));
	CHECK_ERRNO("full", connect_to(fd[2], "@backlog"), EAGAIN);
	CHECK_EQ("ready", events_of(l), POLLIN);
	CHECK("taken", accept(l, NULL, NULL) >= 0);
	CHECK_ERRNO("connected", connect_to(fd[0], "@backlog"), EISCONN);
	CHECK_OK("room", connect_to(fd[2], "@backlog"));
	close(l);
	CHECK("never accepted", events_of(fd[1]) & POLLHUP);
	CHECK_EQ("reset", option(fd[1], SO_ERROR), ECONNRESET);
}

static int wait_connect(void *arg)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)arg;
	return connect_to(fd, "@waits") ? 1 : 0;
}

static void waits(void)
{
	int l = socket(AF_UNIX, SOCK_STREAM, 0);
	pid_t pids[4];

	need(!bind_to(l, "@waits") && !listen(l, 0));
	for (int i = 0; i < 4; i++)
		pids[i] = child_start(wait_connect, NULL);
	usleep(100000);
	for (int i = 0; i < 4; i++)
		CHECK("accepted", accept(l, NULL, NULL) >= 0);
	for (int i = 0; i < 4; i++)
		CHECK_EXIT("connected", pids[i], 0);
	need(!fcntl(l, F_SETFL, O_NONBLOCK));
	CHECK_ERRNO("no more", accept(l, NULL, NULL), EAGAIN);
}

#define BULK (1 << 20)
static int bulk_sender(void *arg)
{
	static char buf[70001];
	long left = BULK;

	(void)arg;
	for (unsigned int i = 0; i < sizeof(buf); i++)
		buf[i] = (char)(i * 7);
	while (left) {
		long n = left < (long)sizeof(buf) ? left : (long)sizeof(buf);

		n = write(sv[0], buf, n);
		if (n <= 0)
			return 1;
		left -= n;
	}
	return 0;
}

static void bulk(void)
{
	static char buf[30000];
	long got = 0, n, bad = 0;
	pid_t pid;

	pair(SOCK_STREAM);
	pid = child_start(bulk_sender, NULL);
	close(sv[0]);
	while ((n = recv(sv[1], buf, sizeof(buf), MSG_WAITALL)) > 0) {
		for (long i = 0; i < n; i++)
			bad += buf[i] != (char)((got + i) % 70001 * 7);
		got += n;
	}
	CHECK_EQ("all", got, BULK);
	CHECK_EQ("as sent", bad, 0);
	CHECK_EXIT("sender", pid, 0);
}

static void buffers(void)
{
	static char buf[65536];
	int one = 1, n = 0;
	long total = 0, r;

	pair(SOCK_STREAM);
	CHECK_EQ("send buffer", option(sv[0], SO_SNDBUF), 212992);
	CHECK_EQ("receive buffer", option(sv[0], SO_RCVBUF), 212992);
	need(!setsockopt(sv[0], SOL_SOCKET, SO_SNDBUF, &one, sizeof(one)));
	CHECK_EQ("least", option(sv[0], SO_SNDBUF), 4608);
	one = 10000;
	need(!setsockopt(sv[0], SOL_SOCKET, SO_SNDBUF, &one, sizeof(one)));
	CHECK_EQ("doubled", option(sv[0], SO_SNDBUF), 20000);
	while ((r = send(sv[0], buf, 1000, MSG_DONTWAIT)) > 0)
		total += r;
	CHECK_ERRNO("full", r, EAGAIN);
	CHECK("after a while", total >= 5000 && total <= 100000);
	CHECK_EQ("not writable", events_of(sv[0]) & POLLOUT, 0);
	CHECK_EQ("waiting", ioctl(sv[1], FIONREAD, &n), 0);
	CHECK_EQ("waiting", n, total);
	while (recv(sv[1], buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
	CHECK_EQ("writable", events_of(sv[0]), POLLOUT);
	CHECK_OK("in the sender's buffer", ioctl(sv[0], 0x5411, &n));
	CHECK_EQ("nothing", n, 0);
}

static void timeouts(void)
{
	struct timeval tv = { 0, 60000 }, got;
	socklen_t len = sizeof(got);
	struct timespec a, b;
	char c;

	pair(SOCK_STREAM);
	CHECK_OK("set", setsockopt(sv[0], SOL_SOCKET, SO_RCVTIMEO, &tv,
				   sizeof(tv)));
	CHECK_OK("get", getsockopt(sv[0], SOL_SOCKET, SO_RCVTIMEO, &got,
				   &len));
	CHECK_EQ("as set", got.tv_usec / 1000, 60);
	clock_gettime(CLOCK_MONOTONIC, &a);
	CHECK_ERRNO("in time", read(sv[0], &c, 1), EAGAIN);
	clock_gettime(CLOCK_MONOTONIC, &b);
	CHECK("not before", (b.tv_sec - a.tv_sec) * 1000 +
	      (b.tv_nsec - a.tv_nsec) / 1000000 >= 50);
	handle(SIGALRM, on_signal, SA_RESTART);
	tv.tv_sec = 20;
	setsockopt(sv[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	ualarm(50000, 0);
	CHECK_ERRNO("never restarted", read(sv[0], &c, 1), EINTR);
}

static void peer_names(void)
{
	struct sockaddr_un a;
	socklen_t len = sizeof(a);
	int l = listener(SOCK_STREAM, "@peer"), fd;

	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK_ERRNO("not connected", getpeername(fd, (struct sockaddr *)&a,
						 &len), ENOTCONN);
	CHECK_EQ("poll", events_of(fd), POLLOUT | POLLHUP);
	CHECK_ERRNO("read", read(fd, &a, 1), EINVAL);
	CHECK_ERRNO("write", send(fd, &a, 1, MSG_NOSIGNAL), ENOTCONN);
	need(!bind_to(fd, "@client") && !connect_to(fd, "@peer"));
	CHECK_OK("peer", getpeername(fd, (struct sockaddr *)&a, &len));
	CHECK("its name", len == 2 + 5 && !memcmp(a.sun_path + 1, "peer", 4));
	len = 4;
	fd = accept(l, (struct sockaddr *)&a, &len);
	CHECK("accepted", fd >= 0);
	CHECK_EQ("the real length", len, 2 + 7);
	len = sizeof(a);
	CHECK_OK("peer", getpeername(fd, (struct sockaddr *)&a, &len));
	CHECK("its name", !memcmp(a.sun_path + 1, "client", 6));
}

static void records(void)
{
	struct sockaddr_un a;
	socklen_t len = sizeof(a);
	char buf[64];
	int l, c, s;

	pair(SOCK_SEQPACKET);
	need(write(sv[0], "one", 3) == 3 && write(sv[0], "second", 6) == 6);
	CHECK_EQ("one at a time", read(sv[1], buf, 64), 3);
	CHECK_EQ("cut", recv(sv[1], buf, 2, MSG_TRUNC), 6);
	CHECK_ERRNO("the rest is lost", recv(sv[1], buf, 64, MSG_DONTWAIT),
		    EAGAIN);
	close(sv[0]);
	CHECK_EQ("the end", read(sv[1], buf, 64), 0);
	l = listener(SOCK_SEQPACKET, "@records");
	c = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	CHECK_ERRNO("not connected", send(c, "x", 1, 0), ENOTCONN);
	CHECK_ERRNO("not connected", recv(c, buf, 1, 0), ENOTCONN);
	CHECK_OK("connect", connect_to(c, "@records"));
	s = accept(l, (struct sockaddr *)&a, &len);
	CHECK_EQ("write", write(s, "abc", 3), 3);
	CHECK_EQ("read", read(c, buf, 64), 3);
}

static void errors(void)
{
	int file = open("plain", O_RDWR | O_CREAT, 0600);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	int value = 0;
	socklen_t len = sizeof(value);

	CHECK_ERRNO("family", socket(77, SOCK_STREAM, 0), EAFNOSUPPORT);
	CHECK_ERRNO("type", socket(AF_UNIX, 9, 0), ESOCKTNOSUPPORT);
	CHECK_ERRNO("type", socket(AF_UNIX, 12, 0), EINVAL);
	CHECK_ERRNO("protocol", socket(AF_UNIX, SOCK_STREAM, 5),
		    EPROTONOSUPPORT);
	CHECK_EQ("address", sys(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, 8),
		 -EFAULT);
	CHECK_ERRNO("no socket", listen(file, 1), ENOTSOCK);
	CHECK_ERRNO("closed", listen(99, 1), EBADF);
	CHECK_ERRNO("no name", listen(fd, 1), EINVAL);
	CHECK_ERRNO("does not listen", accept(fd, NULL, NULL), EINVAL);
	CHECK_ERRNO("option", setsockopt(fd, SOL_SOCKET, 999, &value, len),
		    ENOPROTOOPT);
	CHECK_ERRNO("level", setsockopt(fd, 6, 1, &value, len), EOPNOTSUPP);
	CHECK_ERRNO("short", setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &value, 3),
		    EINVAL);
	name("x");
	CHECK_ERRNO("long", bind(fd, (struct sockaddr *)&addr, 111), EINVAL);
	addr.sun_family = AF_INET;
	CHECK_ERRNO("family", bind(fd, (struct sockaddr *)&addr, addr_len),
		    EINVAL);
	CHECK_ERRNO("family", connect(fd, (struct sockaddr *)&addr, addr_len),
		    EINVAL);
	CHECK_ERRNO("seek", lseek(fd, 0, SEEK_CUR), ESPIPE);
	pair(SOCK_STREAM);
	name("@x");
	CHECK_ERRNO("to somebody", sendto(sv[0], "x", 1, 0,
		    (struct sockaddr *)&addr, addr_len), EISCONN);
	CHECK_EQ("bad data", sys(SYS_sendto, sv[0], 8, 10, 0, 0, 0), -EFAULT);
	need(write(sv[0], "x", 1) == 1);
	CHECK_EQ("bad buffer", sys(SYS_recvfrom, sv[1], 8, 10, 0, 0, 0),
		 -EFAULT);
}

static int inner(void *arg)
{
	struct ucred cred = { -1, 0, 0 };
	socklen_t len = sizeof(cred);

	(void)arg;
	getsockopt(sv[1], SOL_SOCKET, SO_PEERCRED, &cred, &len);
	return cred.pid ? 1 : 0;
}

static int makes_pair(void *arg)
{
	struct ucred cred = { -1, 0, 0 };
	socklen_t len = sizeof(cred);
	int own[2];

	(void)arg;
	socketpair(AF_UNIX, SOCK_STREAM, 0, own);
	getsockopt(own[1], SOL_SOCKET, SO_PEERCRED, &cred, &len);
	return cred.pid == 1 ? 0 : 1;
}

static void across(void)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), next;

	need(!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len));
	CHECK("nobody", !cred.pid && cred.uid == (uid_t)-1 &&
	      cred.gid == (gid_t)-1);
	pair(SOCK_STREAM);
	need(!getsockopt(sv[0], SOL_SOCKET, SO_PEERCRED, &cred, &len));
	CHECK_EQ("CRED-03 own", cred.pid, getpid());
	need(!unshare(CLONE_NEWPID));
	CHECK_EXIT("CRED-03 the init's own", child_start(makes_pair, NULL), 0);
	CHECK_EQ("CRED-10 pidfd", fcntl(option(sv[0], SO_PEERPIDFD), F_GETFD),
		 FD_CLOEXEC);
	CHECK_EQ("no pidfd", option(fd, SO_PEERPIDFD), -ENODATA);
	next = dup(fd);
	close(next);
	CHECK_EQ("nowhere to put it", sys(SYS_getsockopt, sv[0], SOL_SOCKET,
					  SO_PEERPIDFD, 8, P(&len)), -EFAULT);
	CHECK_EQ("leaves none behind", dup(fd), next);
}

static void across_down(void)
{
	pair(SOCK_STREAM);
	need(!unshare(CLONE_NEWPID));
	CHECK_EXIT("CRED-03 invisible: 0", child_start(inner, NULL), 0);
}

static const struct test tests[] = {
	{ "pairs", pairs, 0 },
	{ "closing", closing, 0 },
	{ "broken", broken, 0 },
	{ "half_closed", half_closed, 0 },
	{ "by_path", by_path, 0 },
	{ "by_abstract_name", by_abstract_name, 0 },
	{ "backlog", backlog, 0 },
	{ "waits", waits, 0 },
	{ "bulk", bulk, 0 },
	{ "buffers", buffers, 0 },
	{ "timeouts", timeouts, 0 },
	{ "peer_names", peer_names, 0 },
	{ "records", records, 0 },
	{ "errors", errors, 0 },
	{ "across", across, 0 },
	{ "across_down", across_down, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
