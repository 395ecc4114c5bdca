/*
 * tests/user/unix_net.c - local sockets and network namespaces
 *
 * What:  abstract names belong to the namespace that the socket was made in,
 *        names in the file system to nobody; /proc/net/unix; SIOCGSKNS.
 * See:   unix(7), network_namespaces(7), proc(5)
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#ifndef SIOCGSKNS
#define SIOCGSKNS 0x894C
#endif

#define NAME "@unix-net-test"
#define FILE_NAME "/tmp/unix-net-test"

static char text[65536];
static int own_net = -1;

/* "@": an abstract name */
static socklen_t address(struct sockaddr_un *a, const char *name)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	memcpy(a->sun_path, name, strlen(name));
	if (*name == '@')
		a->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
			   strlen(name) + (*name != '@'));
}

static int bind_to(int fd, const char *name)
{
	struct sockaddr_un a;
	socklen_t len = address(&a, name);

	return bind(fd, (struct sockaddr *)&a, len);
}

static int connect_to(int fd, const char *name)
{
	struct sockaddr_un a;
	socklen_t len = address(&a, name);

	return connect(fd, (struct sockaddr *)&a, len);
}

static int fresh(int type)
{
	int fd = socket(AF_UNIX, type, 0);

	need(fd >= 0);
	return fd;
}

static int listener(const char *name)
{
	int fd = fresh(SOCK_STREAM);

	need(!bind_to(fd, name) && !listen(fd, 5));
	return fd;
}

static void elsewhere(void)
{
	own_net = open("/proc/self/ns/net", O_RDONLY);
	need(own_net >= 0 && !unshare(CLONE_NEWNET));
}

static void back(void)
{
	need(!ns_join(own_net, CLONE_NEWNET));
	close(own_net);
}

static void streams(void)
{
	int l = listener(NAME), other;

	CHECK_ERRNO("a name is taken", bind_to(fresh(SOCK_STREAM), NAME),
		    EADDRINUSE);
	CHECK_OK("another type has its own", bind_to(fresh(SOCK_SEQPACKET),
						     NAME));
	CHECK_OK("and is found", connect_to(fresh(SOCK_STREAM), NAME));
	elsewhere();
	CHECK_ERRNO("not from another namespace",
		    connect_to(fresh(SOCK_STREAM), NAME), ECONNREFUSED);
	other = fresh(SOCK_STREAM);
	CHECK_OK("where it is free", bind_to(other, NAME));
	CHECK_ERRNO("once", bind_to(fresh(SOCK_STREAM), NAME), EADDRINUSE);
	need(!listen(other, 5));
	CHECK_OK("and found", connect_to(fresh(SOCK_STREAM), NAME));
	back();
	close(l);
	CHECK_ERRNO("by none outside", connect_to(fresh(SOCK_STREAM), NAME),
		    ECONNREFUSED);
}

static void datagrams(void)
{
	int d = fresh(SOCK_DGRAM), from;
	struct sockaddr_un a;
	socklen_t len = address(&a, NAME);

	need(!bind_to(d, NAME));
	from = fresh(SOCK_DGRAM);
	CHECK_EQ("a datagram", sendto(from, "x", 1, 0, (void *)&a, len), 1);
	elsewhere();
	CHECK_EQ("a socket keeps its namespace",
		 sendto(from, "x", 1, 0, (void *)&a, len), 1);
	CHECK_ERRNO("a new one has another",
		    sendto(fresh(SOCK_DGRAM), "x", 1, 0, (void *)&a, len),
		    ECONNREFUSED);
	CHECK_ERRNO("no connection either", connect_to(fresh(SOCK_DGRAM), NAME),
		    ECONNREFUSED);
	CHECK_ERRNO("nor a second name by the old one", bind_to(from, NAME),
		    EADDRINUSE);
	back();
}

static void by_file(void)
{
	int l, pending;

	unlink(FILE_NAME);
	l = listener(FILE_NAME);
	elsewhere();
	pending = fresh(SOCK_STREAM);
	CHECK_OK("a file is found from everywhere",
		 connect_to(pending, FILE_NAME));
	CHECK("and answers", accept(l, NULL, NULL) >= 0);
	back();
	unlink(FILE_NAME);
}

/* One line of a file like /proc/net/unix. */
struct line {
	unsigned int refs, protocol, flags, type, state;
	unsigned long number, inode;
	char path[128];
};

static int parse(const char *p, struct line *l)
{
	l->path[0] = '\0';
	return sscanf(p, "%lx: %x %x %x %x %x %lu%*1[ ]%127[^\n]", &l->number,
		      &l->refs, &l->protocol, &l->flags, &l->type, &l->state,
		      &l->inode, l->path) >= 7;
}

static const char *next_line(const char *p)
{
	p = strchr(p, '\n');
	return p ? p + 1 : "";
}

/* Lines of @file: how many that have this inode, or this name. */
static int find(const char *file, unsigned long inode, const char *name,
		struct line *out)
{
	struct line l;
	int n = 0;

	if (proc_read(file, text, sizeof(text)) < 0)
		return -errno;
	for (const char *p = next_line(text); *p; p = next_line(p)) {
		need(parse(p, &l));
		if (name ? strcmp(l.path, name) : l.inode != inode)
			continue;
		*out = l;
		n++;
	}
	return n;
}

static int find_fd(int fd, struct line *out)
{
	return find("/proc/net/unix", fd_ino(fd), NULL, out);
}

static void lines(void)
{
	int l = listener(NAME), s = fresh(SOCK_STREAM), end, sv[2];
	char want[128];
	struct line a;

	CHECK_EQ("a listener", find_fd(l, &a), 1);
	CHECK("its head", !strncmp(text, "Num       RefCount Protocol Flags"
				   "    Type St Inode Path\n", 56));
	CHECK_EQ("users", a.refs, 2);
	CHECK_EQ("protocol", a.protocol, 0);
	CHECK_EQ("flags", a.flags, 0x10000);
	CHECK_EQ("type", a.type, SOCK_STREAM);
	CHECK_EQ("state", a.state, 1);
	CHECK("name", !strcmp(a.path, NAME));
	snprintf(want, sizeof(want), ": %08X %08X %08X %04X %02X %5lu %s\n", 2,
		 0, 0x10000, 1, 1, fd_ino(l), NAME);
	CHECK("the line", strstr(text, want) != NULL);
	CHECK_EQ("a socket of its own", find_fd(s, &a), 1);
	CHECK("no name", a.state == 1 && !a.flags && !a.path[0]);
	CHECK_EQ("users", a.refs, 2);
	need(!connect_to(s, NAME));
	CHECK_EQ("connected", find_fd(s, &a), 1);
	CHECK_EQ("state", a.state, 3);
	CHECK_EQ("users", a.refs, 3);
	CHECK_EQ("the other end waits", find("/proc/net/unix", 0, NULL, &a),
		 1);
	CHECK_EQ("state", a.state, 2);
	CHECK("by the listener's name", !strcmp(a.path, NAME));
	end = accept(l, NULL, NULL);
	CHECK_EQ("accepted", find_fd(end, &a), 1);
	CHECK("state", a.state == 3 && !strcmp(a.path, NAME));
	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, sv));
	CHECK_EQ("datagrams", find_fd(sv[0], &a), 1);
	CHECK("state", a.state == 3 && a.type == SOCK_DGRAM);
	close(sv[0]);
	close(s);
	close(end);
	CHECK_EQ("closed", find("/proc/net/unix", 0, NAME, &a), 1);
	close(l);
	CHECK_EQ("all closed", find("/proc/net/unix", 0, NAME, &a), 0);
}

static void lines_of_names(void)
{
	int s = fresh(SOCK_DGRAM), u = fresh(SOCK_DGRAM);
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct line l;

	unlink(FILE_NAME);
	need(!bind_to(s, FILE_NAME));
	CHECK_EQ("a file", find_fd(s, &l), 1);
	CHECK("its name", !strcmp(l.path, FILE_NAME));
	unlink(FILE_NAME);
	CHECK_EQ("stays", find_fd(s, &l), 1);
	CHECK("its name", !strcmp(l.path, FILE_NAME));
	memcpy(a.sun_path, "\0a\0b", 4);
	need(!bind(u, (struct sockaddr *)&a,
		   offsetof(struct sockaddr_un, sun_path) + 4));
	CHECK_EQ("zeros", find_fd(u, &l), 1);
	CHECK("are shown", !strcmp(l.path, "@a@b"));
}

static int other_world(void *arg)
{
	struct gate *gates = arg;
	int s;

	need(!unshare(CLONE_NEWNET));
	s = listener(NAME);
	(void)s;
	gate_open(&gates[0]);
	gate_wait(&gates[1]);
	return 0;
}

static void of_others(void)
{
	static struct gate gates[2];
	char buf[64] = "";
	char path[64];
	struct line l;
	pid_t pid;
	DIR *d;

	CHECK("a link", readlink("/proc/net", buf, sizeof(buf)) == 8 &&
	      !strcmp(buf, "self/net"));
	gate_init(&gates[0]);
	gate_init(&gates[1]);
	pid = child_start(other_world, gates);
	gate_wait(&gates[0]);
	snprintf(path, sizeof(path), "/proc/%d/net/unix", pid);
	CHECK_EQ("another's", find(path, 0, NAME, &l), 1);
	CHECK_EQ("not one's own", find("/proc/net/unix", 0, NAME, &l), 0);
	CHECK_EQ("by a thread", find("/proc/thread-self/net/unix", 0, NAME,
				     &l), 0);
	gate_open(&gates[1]);
	need(!waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT));
	CHECK_ERRNO("a zombie has none", open(path, O_RDONLY), ENOENT);
	snprintf(path, sizeof(path), "/proc/%d/net", pid);
	d = opendir(path);
	errno = 0;
	CHECK("its directory", d && !readdir(d) && errno == EINVAL);
	closedir(d);
	reap(pid);
}

static void moving(void)
{
	int l = listener(NAME), fd;
	struct line a;

	(void)l;
	CHECK_EQ("here", find("/proc/net/unix", 0, NAME, &a), 1);
	fd = open("/proc/net/unix", O_RDONLY);
	elsewhere();
	CHECK_EQ("not there", find("/proc/net/unix", 0, NAME, &a), 0);
	memset(text, 0, sizeof(text));
	need(read(fd, text, sizeof(text) - 1) > 0);
	CHECK("an open file stays", strstr(text, NAME) != NULL);
	back();
	CHECK_EQ("back again", find("/proc/net/unix", 0, NAME, &a), 1);
}

static void its_namespace(void)
{
	unsigned long here, there;
	int s = fresh(SOCK_STREAM), other, fd;

	fd = ioctl(s, SIOCGSKNS);
	CHECK("a descriptor", fd >= 0);
	elsewhere();
	here = fd_ino(own_net);
	CHECK_EQ("of the namespace it was made in", fd_ino(fd), here);
	there = fd_ino(open("/proc/self/ns/net", O_RDONLY));
	other = fresh(SOCK_DGRAM);
	back();
	fd = ioctl(other, SIOCGSKNS);
	CHECK("a socket keeps its namespace",
	      fd_ino(fd) == there && there != here);
	CHECK_EQ("close on exec", fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ("it can be entered", ns_join(fd, CLONE_NEWNET), 0);
	become_user();
	CHECK_ERRNO("with the right to", ioctl(s, SIOCGSKNS), EPERM);
}

static const struct test tests[] = {
	{ "streams", streams, 0 },
	{ "datagrams", datagrams, 0 },
	{ "by file", by_file, 0 },
	{ "lines", lines, 0 },
	{ "lines of names", lines_of_names, 0 },
	{ "of others", of_others, 0 },
	{ "moving", moving, 0 },
	{ "its namespace", its_namespace, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
