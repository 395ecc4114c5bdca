/*
 * tests/user/sigio.c - signals of files with O_ASYNC
 *
 * What:  who is told (F_SETOWN, F_SETOWN_EX), by which signal (F_SETSIG) and
 *        with what in siginfo, for pipes and terminals; numbers of owners in
 *        other pid namespaces.
 * See:   fcntl(2), "Managing signals"; open(2), O_ASYNC
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/pty.h"
#include "lib/test.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

struct news {
	volatile int count, code, fd, pid;
	volatile long band;
};

static struct news *news;

static void on_news(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	news->code = info->si_code;
	news->fd = info->si_fd;
	news->band = info->si_band;
	news->pid = info->si_pid;
	news->count++;
}

static int told(int n)
{
	for (int i = 0; i < 300 && news->count < n; i++)
		poll(NULL, 0, 10);
	return news->count == n;
}

static void listen_to(int fd, int sig, pid_t owner)
{
	need(!fcntl(fd, F_SETOWN, owner));
	need(!fcntl(fd, F_SETSIG, sig));
	need(!fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC));
}

static void begin(void)
{
	news = shared_alloc(sizeof(*news));
	handle_info(SIGIO, on_news, SA_RESTART);
	handle_info(SIGUSR1, on_news, SA_RESTART);
}

static void of_pipes(void)
{
	char buf[8];
	int fd[2], other;

	begin();
	need(!pipe(fd));
	CHECK_EQ("nobody at first", fcntl(fd[0], F_GETOWN), 0);
	CHECK_EQ("no signal at first", fcntl(fd[0], F_GETSIG), 0);
	listen_to(fd[0], SIGUSR1, getpid());
	CHECK_EQ("owner", fcntl(fd[0], F_GETOWN), getpid());
	CHECK("O_ASYNC is shown", fcntl(fd[0], F_GETFL) & O_ASYNC);
	need(write(fd[1], "x", 1) == 1);
	CHECK("a write tells the reader", told(1));
	CHECK_EQ("SIG-22 si_code", news->code, POLL_IN);
	CHECK_EQ("SIG-22 si_fd", news->fd, fd[0]);
	CHECK_EQ("SIG-22 si_band", news->band, POLLIN | POLLRDNORM);
	need(read(fd[0], buf, 8) == 1);
	poll(NULL, 0, 20);
	CHECK_EQ("a read does not", news->count, 1);
	listen_to(fd[1], SIGUSR1, getpid());
	need(write(fd[1], "x", 1) == 1);
	CHECK("one more", told(2));
	need(read(fd[0], buf, 8) == 1);
	CHECK("a read tells the writer", told(3));
	CHECK_EQ("si_code", news->code, POLL_OUT);
	CHECK_EQ("si_band of it", news->band, POLLOUT | POLLWRNORM |
		 POLLWRBAND);
	need(!fcntl(fd[0], F_SETSIG, 0));
	need(write(fd[1], "x", 1) == 1);
	CHECK("signal 0 is SIGIO", told(4));
	CHECK_EQ("from the kernel", news->code, SI_KERNEL);
	need(!fcntl(fd[0], F_SETFL, 0));
	need(write(fd[1], "x", 1) == 1);
	poll(NULL, 0, 20);
	CHECK_EQ("without O_ASYNC nothing", news->count, 4);
	need(!fcntl(fd[1], F_SETFL, O_WRONLY));
	other = 1;
	CHECK_OK("FIOASYNC", ioctl(fd[0], FIOASYNC, &other));
	CHECK("sets it", fcntl(fd[0], F_GETFL) & O_ASYNC);
	close(fd[1]);
	CHECK("the last writer's close tells", told(5));
	close(fd[0]);
}

static int waits_for_news(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return 0;
}

static void owners(void)
{
	struct f_owner_ex ex = { .type = F_OWNER_PGRP };
	int fd[2], none = 1, reg;
	pid_t pid;

	begin();
	need(!pipe(fd));
	pid = child_start(waits_for_news, NULL);
	need(!setpgid(pid, pid));
	listen_to(fd[0], SIGUSR1, -pid);
	CHECK_EQ("a group is negative", fcntl(fd[0], F_GETOWN), -pid);
	need(!fcntl(fd[0], F_GETOWN_EX, &ex));
	CHECK("in F_GETOWN_EX", ex.type == F_OWNER_PGRP && ex.pid == pid);
	need(write(fd[1], "x", 1) == 1);
	CHECK("it is told", told(1));
	ex.type = F_OWNER_TID;
	ex.pid = pid;
	CHECK_OK("a thread", fcntl(fd[0], F_SETOWN_EX, &ex));
	need(write(fd[1], "x", 1) == 1);
	CHECK("too", told(2));
	ex.type = 7;
	CHECK_ERRNO("another kind", fcntl(fd[0], F_SETOWN_EX, &ex), EINVAL);
	CHECK_ERRNO("nobody", fcntl(fd[0], F_SETOWN, 4000000), ESRCH);
	CHECK_ERRNO("a bad signal", fcntl(fd[0], F_SETSIG, 65), EINVAL);
	CHECK_OK("owner 0", fcntl(fd[0], F_SETOWN, 0));
	need(write(fd[1], "x", 1) == 1);
	poll(NULL, 0, 20);
	CHECK_EQ("nobody is told", news->count, 2);
	need(!fcntl(fd[0], F_SETOWN, pid));
	child_kill(pid);
	CHECK_EQ("the owner's end", fcntl(fd[0], F_GETOWN), 0);
	reg = open("file", O_CREAT | O_RDWR, 0600);
	CHECK_ERRNO("a regular file has no news", ioctl(reg, FIOASYNC, &none),
		    ENOTTY);
	CHECK_OK("by fcntl it is ignored", fcntl(reg, F_SETFL, O_ASYNC));
}

static struct gate inside, done;
static int shared_fd[2];

static int inner(void *arg)
{
	(void)arg;
	begin();
	CHECK_EQ("SIG-22 an owner outside is 0", fcntl(shared_fd[0],
						       F_GETOWN), 0);
	listen_to(shared_fd[0], SIGUSR1, 1);
	CHECK_EQ("one's own number", fcntl(shared_fd[0], F_GETOWN), 1);
	gate_open(&inside);
	CHECK("SIG-22 told from outside", told(1));
	CHECK_EQ("SIG-22 si_code inside", news->code, POLL_IN);
	gate_open(&done);
	return 0;
}

static void across(void)
{
	pid_t pid;

	gate_init(&inside);
	gate_init(&done);
	need(!pipe(shared_fd));
	need(!fcntl(shared_fd[0], F_SETOWN, getpid()));
	pid = ns_start(inner, NULL);
	gate_wait(&inside);
	CHECK_EQ("SIG-22 the number outside", fcntl(shared_fd[0], F_GETOWN),
		 pid);
	need(write(shared_fd[1], "x", 1) == 1);
	gate_wait(&done);
	CHECK_EXIT("inner ends", pid, 0);
}

static void of_terminals(void)
{
	struct pty p;

	begin();
	need(!pty_mount(NULL));
	pty_pair(&p);
	pty_set(p.slave, (struct pty_change){ .loff = ECHO });
	listen_to(p.slave, SIGUSR1, getpid());
	pty_type(p.master, "half");
	poll(NULL, 0, 50);
	CHECK_EQ("half a line is no news", news->count, 0);
	pty_type(p.master, "\n");
	CHECK("a line is", told(1));
	CHECK_EQ("si_fd", news->fd, p.slave);
	CHECK_EQ("si_code", news->code, POLL_IN);
	need(!fcntl(p.slave, F_SETFL, O_RDWR));
	listen_to(p.master, SIGUSR1, getpid());
	pty_type(p.slave, "x");
	CHECK("output tells the master", told(2));
	CHECK_EQ("si_fd of it", news->fd, p.master);
	pty_end(&p);
}

static void of_sockets(void)
{
	static char big[1 << 16];
	int fd[2];

	begin();
	need(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd));
	listen_to(fd[0], SIGUSR1, getpid());
	need(write(fd[1], "x", 1) == 1);
	CHECK("data tell", told(1));
	CHECK_EQ("si_code", news->code, POLL_IN);
	CHECK_EQ("si_fd", news->fd, fd[0]);
	need(read(fd[0], big, 8) == 1);
	poll(NULL, 0, 20);
	CHECK_EQ("reading does not", news->count, 1);
	while (write(fd[0], big, sizeof(big)) > 0)
		continue;
	poll(NULL, 0, 20);
	CHECK_EQ("nor does a full buffer", news->count, 1);
	while (read(fd[1], big, sizeof(big)) > 0)
		continue;
	for (int i = 0; i < 100 && news->count < 2; i++)
		poll(NULL, 0, 10);
	CHECK("room again tells", news->count >= 2);
	CHECK_EQ("si_code of it", news->code, POLL_OUT);
	CHECK_EQ("si_band of it", news->band, POLLOUT | POLLWRNORM |
		 POLLWRBAND);
	news->count = 0;
	need(!shutdown(fd[1], SHUT_WR));
	CHECK("half an end tells", told(1));
	CHECK_EQ("si_code of half an end", news->code, POLL_IN);
	close(fd[1]);
	CHECK("the end tells", told(2));
	CHECK_EQ("si_code of the end", news->code, POLL_HUP);
	CHECK_EQ("si_band of the end", news->band, POLLHUP | POLLERR);
	close(fd[0]);
}

static void socket_owners(void)
{
	int fd[2], who, on = 1;

	begin();
	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, fd));
	CHECK_OK("FIOASYNC", ioctl(fd[0], FIOASYNC, &on));
	who = getpid();
	CHECK_OK("FIOSETOWN", ioctl(fd[0], FIOSETOWN, &who));
	CHECK_EQ("is F_SETOWN", fcntl(fd[0], F_GETOWN), getpid());
	who = -getpgrp();
	CHECK_OK("SIOCSPGRP", ioctl(fd[0], SIOCSPGRP, &who));
	who = 0;
	CHECK_OK("FIOGETOWN", ioctl(fd[0], FIOGETOWN, &who));
	CHECK_EQ("a group", who, -getpgrp());
	CHECK_OK("SIOCGPGRP", ioctl(fd[0], SIOCGPGRP, &who));
	CHECK_EQ("the same", who, -getpgrp());
	who = 4000000;
	CHECK_ERRNO("nobody", ioctl(fd[0], FIOSETOWN, &who), ESRCH);
	CHECK_ERRNO("a bad address", ioctl(fd[0], FIOSETOWN, 8), EFAULT);
	CHECK_ERRNO("to write to", ioctl(fd[0], FIOGETOWN, 8), EFAULT);
	who = getpid();
	need(!ioctl(fd[0], FIOSETOWN, &who));
	news->count = 0;
	need(write(fd[1], "x", 1) == 1);
	CHECK("a datagram tells", told(1));
	CHECK_EQ("without F_SETSIG from the kernel", news->code, SI_KERNEL);
	close(fd[0]);
	close(fd[1]);
	need(!pipe(fd));
	CHECK_ERRNO("pipes have no FIOSETOWN", ioctl(fd[0], FIOSETOWN, &who),
		    ENOTTY);
}

static void of_listeners(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int l, c;

	begin();
	l = socket(AF_UNIX, SOCK_STREAM, 0);
	c = socket(AF_UNIX, SOCK_STREAM, 0);
	strcpy(name.sun_path, "here");
	need(!bind(l, (void *)&name, sizeof(name)) && !listen(l, 5));
	listen_to(l, SIGUSR1, getpid());
	need(!connect(c, (void *)&name, sizeof(name)));
	CHECK("a connection tells the listener", told(1));
	CHECK_EQ("si_code of it", news->code, POLL_IN);
	need(!fcntl(l, F_SETFL, O_RDWR));
	close(c);
	close(l);
}

static const struct test tests[] = {
	{ "pipes", of_pipes, 0 },
	{ "owners", owners, 0 },
	{ "across", across, 0 },
	{ "terminals", of_terminals, 0 },
	{ "sockets", of_sockets, 0 },
	{ "socket_owners", socket_owners, 0 },
	{ "listeners", of_listeners, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
