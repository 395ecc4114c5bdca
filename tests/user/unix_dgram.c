/*
 * tests/user/unix_dgram.c - local sockets for datagrams
 *
 * What:  limits of messages, senders' names, peers, full queues, many messages
 *        in one call, errors.
 * See:   unix(7), sendto(2), recvmmsg(2)
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

static struct sockaddr_un addr;
static socklen_t addr_len;

static void name(const char *text)
{
	memset(&addr, 0, sizeof(addr));
	addr.sun_family = AF_UNIX;
	strcpy(addr.sun_path + 1, text + 1);
	addr_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
			       strlen(text));
}

static int bound(const char *text)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	name(text);
	need(fd >= 0 && !bind(fd, (struct sockaddr *)&addr, addr_len));
	return fd;
}

static long send_to(int fd, const char *text, const char *data)
{
	name(text);
	return sendto(fd, data, strlen(data), MSG_DONTWAIT,
		      (struct sockaddr *)&addr, addr_len);
}

static int connect_to(int fd, const char *text)
{
	name(text);
	return connect(fd, (struct sockaddr *)&addr, addr_len);
}

static int events_of(int fd)
{
	struct pollfd p = { fd, POLLIN | POLLOUT, 0 };

	return poll(&p, 1, 0) < 0 ? -1 : p.revents;
}

static void messages(void)
{
	int a = bound("@a"), b = bound("@b"), n;
	struct sockaddr_un from;
	socklen_t len = sizeof(from);
	char buf[64];

	CHECK_EQ("send", send_to(a, "@b", "hello"), 5);
	CHECK_EQ("another", send_to(a, "@b", "x"), 1);
	CHECK_EQ("readable", events_of(b), POLLIN | POLLOUT);
	need(!ioctl(b, FIONREAD, &n));
	CHECK_EQ("the first one's size", n, 5);
	CHECK_EQ("receive", recvfrom(b, buf, 64, 0, (struct sockaddr *)&from,
				     &len), 5);
	CHECK("from whom", len == 4 && !memcmp(from.sun_path + 1, "a", 1));
	CHECK_EQ("the other", recv(b, buf, 64, 0), 1);
	CHECK_EQ("send", send_to(a, "@b", "hello"), 5);
	CHECK_EQ("peek", recv(b, buf, 2, MSG_PEEK | MSG_TRUNC), 5);
	CHECK_EQ("cut", recv(b, buf, 2, 0), 2);
	CHECK_ERRNO("the rest is lost", recv(b, buf, 64, MSG_DONTWAIT),
		    EAGAIN);
	CHECK_EQ("empty", send_to(a, "@b", ""), 0);
	CHECK_EQ("readable", events_of(b), POLLIN | POLLOUT);
	CHECK_EQ("empty", recv(b, buf, 64, MSG_DONTWAIT), 0);
	CHECK_EQ("to itself", send_to(a, "@a", "me"), 2);
	CHECK_EQ("from itself", recv(a, buf, 64, MSG_DONTWAIT), 2);
}

static void peers(void)
{
	int a = bound("@a"), b = bound("@b"), c = bound("@c");
	char buf[64];

	CHECK_ERRNO("no peer", send(a, "x", 1, 0), ENOTCONN);
	CHECK_OK("connect", connect_to(a, "@b"));
	CHECK_EQ("send", send(a, "x", 1, 0), 1);
	CHECK_EQ("receive", recv(b, buf, 64, 0), 1);
	CHECK_ERRNO("only from its peer", send_to(c, "@a", "x"), EPERM);
	CHECK_ERRNO("nor connected", connect_to(c, "@a"), EPERM);
	CHECK_EQ("from its peer", send_to(b, "@a", "x"), 1);
	CHECK_EQ("elsewhere by name", send_to(a, "@c", "x"), 1);
	CHECK_OK("another peer", connect_to(a, "@c"));
	addr.sun_family = AF_UNSPEC;
	CHECK_OK("none", connect(a, (struct sockaddr *)&addr, addr_len));
	CHECK_ERRNO("no peer", send(a, "x", 1, 0), ENOTCONN);
	need(!connect_to(a, "@b"));
	close(b);
	CHECK_ERRNO("gone", send(a, "x", 1, 0), ECONNREFUSED);
	CHECK_ERRNO("and forgotten", send(a, "x", 1, 0), ENOTCONN);
	CHECK_ERRNO("nobody", send_to(a, "@b", "x"), ECONNREFUSED);
	CHECK_ERRNO("no listening", listen(a, 1), EOPNOTSUPP);
	CHECK_ERRNO("no accepting", accept(a, NULL, NULL), EOPNOTSUPP);
}

static int drain(void *arg)
{
	char buf[8];

	usleep(100000);
	return recv((int)(long)arg, buf, 8, 0) == 1 ? 0 : 1;
}

static void full(void)
{
	int a = bound("@a"), b = bound("@b"), n = 0;
	struct pollfd p = { a, POLLOUT, 0 };
	char buf[8];
	pid_t pid;

	need(!connect_to(a, "@b"));
	while (n < 100 && send(a, "x", 1, MSG_DONTWAIT) == 1)
		n++;
	CHECK_EQ("so many fit", n, 11);
	CHECK_EQ("not writable", events_of(a), 0);
	need(recv(b, buf, 8, 0) == 1);
	CHECK_EQ("writable", events_of(a), POLLOUT);
	need(send(a, "x", 1, 0) == 1);
	pid = child_start(drain, (void *)(long)b);
	CHECK_EQ("poll waits for room", poll(&p, 1, 20000), 1);
	CHECK_EXIT("reader", pid, 0);
	need(send(a, "x", 1, 0) == 1);
	pid = child_start(drain, (void *)(long)b);
	CHECK_EQ("so does send", send(a, "x", 1, 0), 1);
	CHECK_EXIT("reader", pid, 0);
}

static void pairs(void)
{
	static char big[300000];
	int sv[2], n = 0;
	char buf[8];

	need(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, sv));
	while (n < 100 && send(sv[0], "x", 1, 0) == 1)
		n++;
	CHECK_EQ("no limit of messages", n, 100);
	for (int i = 0; i < n; i++)
		need(recv(sv[1], buf, 8, 0) == 1);
	CHECK_ERRNO("too large", send(sv[0], big, sizeof(big), 0), EMSGSIZE);
	CHECK_EQ("large", send(sv[0], big, 200000, 0), 200000);
	CHECK_EQ("large", recv(sv[1], big, sizeof(big), 0), 200000);
	CHECK_OK("no more", shutdown(sv[0], SHUT_WR));
	CHECK_ERRNO("send", send(sv[0], "x", 1, MSG_NOSIGNAL), EPIPE);
	CHECK_EQ("the other way", send(sv[1], "x", 1, 0), 1);
	close(sv[1]);
	CHECK_EQ("what was sent", recv(sv[0], buf, 8, 0), 1);
	CHECK_ERRNO("no end", recv(sv[0], buf, 8, 0), EAGAIN);
}

static void several(void)
{
	struct mmsghdr m[3];
	struct iovec v[3];
	char buf[3][8];
	int sv[2];

	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, sv));
	memset(m, 0, sizeof(m));
	for (int i = 0; i < 3; i++) {
		v[i] = (struct iovec){ (void *)"abcdef", (size_t)i + 1 };
		m[i].msg_hdr.msg_iov = &v[i];
		m[i].msg_hdr.msg_iovlen = 1;
	}
	CHECK_EQ("send three", sendmmsg(sv[0], m, 3, 0), 3);
	CHECK_EQ("lengths", m[2].msg_len, 3);
	for (int i = 0; i < 3; i++) {
		v[i] = (struct iovec){ buf[i], 2 };
		m[i].msg_len = 99;
	}
	CHECK_EQ("receive two", recvmmsg(sv[1], m, 2, 0, NULL), 2);
	CHECK_EQ("length", m[0].msg_len, 1);
	CHECK_EQ("length", m[1].msg_len, 2);
	CHECK_EQ("for one at least", recvmmsg(sv[1], m, 3, MSG_WAITFORONE,
					      NULL), 1);
	CHECK_EQ("cut", m[0].msg_hdr.msg_flags, MSG_TRUNC);
	CHECK_ERRNO("no more", recvmmsg(sv[1], m, 3, MSG_DONTWAIT, NULL),
		    EAGAIN);
}

static void vectors(void)
{
	struct iovec v[2] = { { (void *)"abc", 3 }, { (void *)"def", 3 } };
	struct msghdr m = { .msg_iov = v, .msg_iovlen = 2 };
	char x[2], y[8];
	int sv[2];

	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, sv));
	CHECK_EQ("send", sendmsg(sv[0], &m, 0), 6);
	v[0] = (struct iovec){ x, 2 };
	v[1] = (struct iovec){ y, 8 };
	CHECK_EQ("receive", recvmsg(sv[1], &m, 0), 6);
	CHECK("spread", !memcmp(x, "ab", 2) && !memcmp(y, "cdef", 4));
	CHECK_EQ("writev", writev(sv[0], v, 2), 10);
	CHECK_EQ("is one message", read(sv[1], y, 8), 8);
	CHECK_ERRNO("only one", recv(sv[1], y, 8, MSG_DONTWAIT), EAGAIN);
	m.msg_iovlen = 1025;
	CHECK_EQ("too many", sys(SYS_sendmsg, sv[0], P(&m), 0), -EMSGSIZE);
}

static volatile sig_atomic_t pipes_broken;

static void on_pipe(int sig)
{
	(void)sig;
	pipes_broken++;
}

/* Only streams raise SIGPIPE, by whatever call. */
static void broken(void)
{
	static const int types[] = { SOCK_DGRAM, SOCK_SEQPACKET };
	struct iovec iov = { "x", 1 };
	int sv[2];

	handle(SIGPIPE, on_pipe, 0);
	for (unsigned int i = 0; i < COUNT(types); i++) {
		need(!socketpair(AF_UNIX, types[i], 0, sv));
		need(!shutdown(sv[0], SHUT_WR));
		CHECK_ERRNO("write", write(sv[0], "x", 1), EPIPE);
		CHECK_ERRNO("writev", writev(sv[0], &iov, 1), EPIPE);
		CHECK_ERRNO("send", send(sv[0], "x", 1, 0), EPIPE);
		close(sv[0]);
		close(sv[1]);
	}
	CHECK_EQ("no SIGPIPE", pipes_broken, 0);
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	need(!shutdown(sv[0], SHUT_WR));
	CHECK_ERRNO("write to a stream", write(sv[0], "x", 1), EPIPE);
	CHECK_EQ("SIGPIPE", pipes_broken, 1);
}

static const struct test tests[] = {
	{ "messages", messages, 0 },
	{ "peers", peers, 0 },
	{ "full", full, 0 },
	{ "pairs", pairs, 0 },
	{ "several", several, 0 },
	{ "vectors", vectors, 0 },
	{ "broken", broken, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
