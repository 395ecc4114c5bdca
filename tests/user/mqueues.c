/*
 * tests/user/mqueues.c - POSIX message queues
 *
 * What:  names and attributes, order by priority, sleeping, notices, the file
 *        system, limits, namespaces.
 * See:   mq_overview(7), mq_notify(3), mq_getattr(3); ids of the catalogue,
 *        family CRED
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/test.h"

#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#define NAME	"/nidus-test"

static mqd_t queue;

static mqd_t make(const char *name, long msgs, long size)
{
	struct mq_attr a = { .mq_maxmsg = msgs, .mq_msgsize = size };

	return mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &a);
}

static void start(long msgs, long size)
{
	queue = make(NAME, msgs, size);
	need(queue >= 0);
}

static void finish(void)
{
	need(!mq_close(queue));
	need(!mq_unlink(NAME));
}

static void names(void)
{
	char longer[300];
	struct mq_attr a;
	mqd_t q;

	CHECK_ERRNO("none of that name", mq_open(NAME, O_RDWR), ENOENT);
	q = mq_open(NAME, O_RDWR | O_CREAT, 0600, NULL);
	CHECK_OK("made", q);
	CHECK_EQ("closed by exec", fcntl(q, F_GETFD), FD_CLOEXEC);
	CHECK_OK("its attributes", mq_getattr(q, &a));
	CHECK("are the defaults", a.mq_maxmsg == 10 && a.mq_msgsize == 8192 &&
				  a.mq_curmsgs == 0 && a.mq_flags == 0);
	CHECK_ERRNO("exclusive", make(NAME, 1, 1), EEXIST);
	CHECK_OK("again", mq_open(NAME, O_RDONLY));
	CHECK_OK("unlinked", mq_unlink(NAME));
	CHECK_ERRNO("only once", mq_unlink(NAME), ENOENT);
	CHECK_OK("what is open works", mq_send(q, "x", 1, 0));
	mq_close(q);
	CHECK_EQ("a name with a slash", sys(SYS_mq_open, P("a/b"), O_RDWR),
		 -EACCES);
	CHECK_EQ("one that is a dot", sys(SYS_mq_open, P(".."), O_RDWR),
		 -EACCES);
	CHECK_EQ("no name", sys(SYS_mq_open, P(""), O_RDWR), -ENOENT);
	CHECK_EQ("a bad address", sys(SYS_mq_open, 8, O_RDWR), -EFAULT);
	memset(longer, 'x', sizeof(longer));
	longer[299] = 0;
	CHECK_EQ("too long", sys(SYS_mq_open, P(longer), O_RDWR | O_CREAT,
				 0600, 0), -ENAMETOOLONG);
	CHECK_EQ("attributes at a bad address",
		 sys(SYS_mq_open, P("x"), O_RDWR | O_CREAT, 0600, 8), -EFAULT);
	CHECK_ERRNO("no messages", make(NAME, 0, 1), EINVAL);
	CHECK_ERRNO("no size", make(NAME, 1, 0), EINVAL);
	CHECK_ERRNO("too many", make(NAME, 65537, 1), EINVAL);
	CHECK_ERRNO("too large", make(NAME, 1, (16 << 20) + 1), EINVAL);
}

static void order(void)
{
	unsigned int p = 99;
	char buf[16];

	start(8, 16);
	mq_send(queue, "low", 4, 1);
	mq_send(queue, "high", 5, 7);
	mq_send(queue, "low2", 5, 1);
	mq_send(queue, "high2", 6, 7);
	CHECK_EQ("the highest", mq_receive(queue, buf, 16, &p), 5);
	CHECK("first come", !strcmp(buf, "high") && p == 7);
	mq_receive(queue, buf, 16, NULL);
	CHECK("first served", !strcmp(buf, "high2"));
	mq_receive(queue, buf, 16, &p);
	CHECK("then the low ones", !strcmp(buf, "low") && p == 1);
	mq_receive(queue, buf, 16, &p);
	CHECK("in order", !strcmp(buf, "low2"));
	CHECK_OK("an empty message", mq_send(queue, NULL, 0, 0));
	CHECK_EQ("is received", mq_receive(queue, buf, 16, &p), 0);
	finish();
}

static void arguments(void)
{
	struct mq_attr a = { .mq_flags = O_NONBLOCK }, old;
	struct timespec bad = { 0, 1000000000 }, past = { 1, 0 };
	char buf[16];
	mqd_t other;

	start(2, 16);
	CHECK_ERRNO("too long", mq_send(queue, "12345678901234567", 17, 0),
		    EMSGSIZE);
	CHECK_ERRNO("too little room", mq_receive(queue, buf, 15, NULL),
		    EMSGSIZE);
	CHECK_ERRNO("too high", mq_send(queue, "x", 1, 32768), EINVAL);
	CHECK_OK("as high as can be", mq_send(queue, "x", 1, 32767));
	CHECK_EQ("a bad address", sys(SYS_mq_timedsend, queue, 8, 1, 0, 0),
		 -EFAULT);
	CHECK_ERRNO("no queue", mq_send(0, "x", 1, 0), EBADF);
	CHECK_ERRNO("no file", mq_send(99, "x", 1, 0), EBADF);
	other = mq_open(NAME, O_RDONLY);
	CHECK_ERRNO("not for sending", mq_send(other, "x", 1, 0), EBADF);
	mq_close(other);
	other = mq_open(NAME, O_WRONLY);
	CHECK_ERRNO("nor for receiving", mq_receive(other, buf, 16, NULL),
		    EBADF);
	mq_close(other);
	CHECK_OK("mq_setattr", mq_setattr(queue, &a, &old));
	CHECK("as it was", old.mq_flags == 0 && old.mq_curmsgs == 1);
	need(mq_receive(queue, buf, 16, NULL) == 1);
	CHECK_ERRNO("nothing to wait for", mq_receive(queue, buf, 16, NULL),
		    EAGAIN);
	mq_send(queue, "x", 1, 0);
	mq_send(queue, "x", 1, 0);
	CHECK_ERRNO("full", mq_send(queue, "x", 1, 0), EAGAIN);
	a.mq_flags = O_APPEND;
	CHECK_EQ("another flag", sys(SYS_mq_getsetattr, queue, P(&a), 0),
		 -EINVAL);
	a.mq_flags = 0;
	mq_setattr(queue, &a, NULL);
	CHECK_ERRNO("late", mq_timedsend(queue, "x", 1, 0, &past), ETIMEDOUT);
	CHECK_ERRNO("a bad time", mq_timedsend(queue, "x", 1, 0, &bad),
		    EINVAL);
	CHECK_EQ("a time at a bad address",
		 sys(SYS_mq_timedsend, queue, P("x"), 1, 0, 8), -EFAULT);
	finish();
}

static int receive_one(void *arg)
{
	char buf[16];

	(void)arg;
	return mq_receive(queue, buf, 16, NULL) < 0 ? errno : buf[0];
}

static int send_one(void *arg)
{
	return mq_send(queue, arg, 1, 3) ? errno : 0;
}

static void on_signal(int sig)
{
	(void)sig;
}

static int receive_handled(void *arg)
{
	handle(SIGUSR1, on_signal, 0);
	return receive_one(arg);
}

static void sleepers(void)
{
	struct timespec soon;
	char buf[16];
	pid_t pid;

	start(1, 16);
	pid = child_start(receive_one, NULL);
	proc_await(pid, "S");
	mq_send(queue, "a", 1, 0);
	CHECK_EXIT("a message wakes", pid, 'a');
	mq_send(queue, "1", 1, 0);
	pid = child_start(send_one, "2");
	proc_await(pid, "S");
	need(mq_receive(queue, buf, 16, NULL) == 1);
	CHECK_EXIT("room wakes", pid, 0);
	CHECK("what waited is in", mq_receive(queue, buf, 16, NULL) == 1 &&
				   buf[0] == '2');
	pid = child_start(receive_handled, NULL);
	proc_await(pid, "S");
	kill(pid, SIGUSR1);
	CHECK_EXIT("a signal ends it", pid, EINTR);
	clock_gettime(CLOCK_REALTIME, &soon);
	soon.tv_nsec += 20000000;
	if (soon.tv_nsec >= 1000000000) {
		soon.tv_nsec -= 1000000000;
		soon.tv_sec++;
	}
	CHECK_ERRNO("a time limit", mq_timedreceive(queue, buf, 16, NULL,
						    &soon), ETIMEDOUT);
	finish();
}

static void polling(void)
{
	struct epoll_event e = { .events = EPOLLIN }, got;
	struct pollfd p;
	char buf[16];
	int ep = epoll_create1(0);

	start(2, 16);
	p = (struct pollfd){ queue, POLLIN | POLLOUT, 0 };
	need(ep >= 0 && !epoll_ctl(ep, EPOLL_CTL_ADD, queue, &e));
	CHECK_EQ("empty", poll(&p, 1, 0), 1);
	CHECK_EQ("one may send", p.revents, POLLOUT);
	CHECK_EQ("epoll waits", epoll_wait(ep, &got, 1, 0), 0);
	mq_send(queue, "x", 1, 0);
	poll(&p, 1, 0);
	CHECK_EQ("half full: both", p.revents, POLLIN | POLLOUT);
	CHECK_EQ("epoll is told", epoll_wait(ep, &got, 1, 0), 1);
	mq_send(queue, "x", 1, 0);
	poll(&p, 1, 0);
	CHECK_EQ("full", p.revents, POLLIN);
	mq_receive(queue, buf, 16, NULL);
	poll(&p, 1, 0);
	CHECK_EQ("room again", p.revents, POLLIN | POLLOUT);
	close(ep);
	finish();
}

static siginfo_t info;
static int signals;

static void on_notice(int sig, siginfo_t *si, void *context)
{
	(void)sig;
	(void)context;
	info = *si;
	signals++;
}

static int try_notify(void *arg)
{
	struct sigevent e = { .sigev_notify = SIGEV_NONE };

	(void)arg;
	return mq_notify(queue, &e) ? errno : 0;
}

static int notify_and_exit(void *arg)
{
	(void)arg;
	return try_notify(NULL);
}

static int send_as_init(void *arg)
{
	(void)arg;
	return send_one("i");
}

static void notices(void)
{
	struct sigevent e = { .sigev_notify = SIGEV_SIGNAL,
			      .sigev_signo = SIGUSR1 };
	char buf[16], text[128];
	pid_t pid;

	start(4, 16);
	handle_info(SIGUSR1, on_notice, 0);
	e.sigev_value.sival_int = 4711;
	CHECK_OK("registered", mq_notify(queue, &e));
	CHECK_ERRNO("only one", mq_notify(queue, &e), EBUSY);
	CHECK_STATUS("whoever it is", child_run(try_notify, NULL),
		     EXITED(EBUSY));
	mq_send(queue, "x", 1, 0);
	CHECK_EQ("a signal", signals, 1);
	CHECK("with its value", info.si_code == SI_MESGQ &&
				info.si_value.sival_int == 4711);
	CHECK_EQ("and its sender", info.si_pid, getpid());
	CHECK_OK("used up", mq_notify(queue, &e));
	mq_send(queue, "y", 1, 0);
	CHECK_EQ("the queue was not empty", signals, 1);
	mq_receive(queue, buf, 16, NULL);
	mq_receive(queue, buf, 16, NULL);
	pid = child_start(receive_one, NULL);
	proc_await(pid, "S");
	mq_send(queue, "z", 1, 0);
	CHECK_EXIT("who waits comes first", pid, 'z');
	CHECK_EQ("no signal then", signals, 1);
	pid = ns_start(send_as_init, NULL);
	reap(pid);
	CHECK_EQ("a signal from another world", signals, 2);
	CHECK_EQ("CRED-08: its sender as we call it", info.si_pid, pid);
	mq_receive(queue, buf, 16, NULL);
	CHECK_OK("none is registered", mq_notify(queue, NULL));
	need(!mq_notify(queue, &e));
	CHECK_OK("taken back", mq_notify(queue, NULL));
	mq_send(queue, "x", 1, 0);
	CHECK_EQ("none came", signals, 2);
	mq_receive(queue, buf, 16, NULL);
	CHECK_STATUS("one by another", child_run(notify_and_exit, NULL),
		     EXITED(0));
	CHECK_OK("ends with it", mq_notify(queue, &e));
	need(pread(queue, text, sizeof(text), 0) > 0);
	snprintf(buf, sizeof(buf), "PID:%d", getpid());
	CHECK("shown in the file", strstr(text, "QSIZE:0") &&
				   strstr(text, "SIGNO:10") &&
				   strstr(text, buf));
	e.sigev_notify = 99;
	CHECK_ERRNO("an unknown method", mq_notify(queue, &e), EINVAL);
	e.sigev_notify = SIGEV_SIGNAL;
	e.sigev_signo = 65;
	CHECK_ERRNO("an unknown signal", mq_notify(queue, &e), EINVAL);
	finish();
}

static void file_system(void)
{
	char text[128];
	struct stat st;
	int fd;

	need(!mkdir("q", 0755));
	need(!mount("none", "q", "mqueue", 0, NULL));
	start(4, 16);
	CHECK_OK("a queue is a file", stat("q/nidus-test", &st));
	CHECK_EQ("its mode", st.st_mode, S_IFREG | 0600);
	CHECK_EQ("its size", st.st_size, 80);
	mq_send(queue, "12345", 5, 0);
	fd = open("q/nidus-test", O_RDONLY);
	need(fd >= 0 && read(fd, text, sizeof(text)) > 0);
	CHECK("what it says", !strncmp(text, "QSIZE:5          NOTIFY:0     "
				       "SIGNO:0     NOTIFY_PID:0     \n", 58));
	close(fd);
	fd = open("q/other", O_RDWR | O_CREAT, 0644);
	CHECK_OK("made by open", fd);
	CHECK_OK("it is a queue", mq_send(fd, "x", 1, 0));
	close(fd);
	CHECK_OK("known by name", mq_open("/other", O_RDONLY));
	CHECK_OK("removed by name", unlink("q/other"));
	CHECK_ERRNO("gone", mq_open("/other", O_RDONLY), ENOENT);
	CHECK_ERRNO("no directories", mkdir("q/d", 0755), EPERM);
	finish();
	CHECK_ERRNO("gone too", stat("q/nidus-test", &st), ENOENT);
	need(!umount("q"));
}

static int stranger(void *arg)
{
	struct rlimit little = { 20000, 20000 };

	(void)arg;
	become_user();
	CHECK_ERRNO("no right", mq_open(NAME, O_RDWR), EACCES);
	CHECK_EQ("to unlink", sys(SYS_mq_unlink, P(NAME + 1)), -EPERM);
	CHECK_ERRNO("more messages than settings allow", make("/x", 11, 1),
		    EINVAL);
	CHECK_ERRNO("larger ones", make("/x", 1, 8193), EINVAL);
	need(!setrlimit(RLIMIT_MSGQUEUE, &little));
	CHECK_ERRNO("more bytes than RLIMIT_MSGQUEUE", make("/x", 10, 2000),
		    EMFILE);
	CHECK_OK("as many as it allows", make("/x", 10, 1900));
	CHECK_ERRNO("they add up", make("/y", 10, 100), EMFILE);
	mq_unlink("/x");
	return 0;
}

static int few(void *arg)
{
	(void)arg;
	need(!proc_write("/proc/sys/fs/mqueue/queues_max", "1"));
	CHECK_ERRNO("queues of another namespace", mq_open(NAME, O_RDWR),
		    ENOENT);
	CHECK_OK("the same name once more", make(NAME, 1, 1));
	become_user();
	CHECK_ERRNO("too many queues", make("/two", 1, 1), ENOSPC);
	return 0;
}

static void limits(void)
{
	long pid;

	start(2, 2);
	CHECK_STATUS("a stranger", child_run(stranger, NULL), EXITED(0));
	CHECK_EQ("queues_max",
		 proc_number("/proc/sys/fs/mqueue/queues_max", ""), 256);
	CHECK_EQ("msg_max", proc_number("/proc/sys/fs/mqueue/msg_max", ""),
		 10);
	CHECK_EQ("msgsize_max",
		 proc_number("/proc/sys/fs/mqueue/msgsize_max", ""), 8192);
	pid = ns_clone(CLONE_NEWIPC);
	need(pid >= 0);
	if (!pid)
		_exit(few(NULL));
	CHECK_EXIT("another world", (pid_t)pid, 0);
	CHECK_EQ("its settings are its own",
		 proc_number("/proc/sys/fs/mqueue/queues_max", ""), 256);
	finish();
}

int main(void)
{
	static const struct test tests[] = {
		{ "names", names, 0 },
		{ "order", order, 0 },
		{ "arguments", arguments, 0 },
		{ "sleepers", sleepers, 0 },
		{ "polling", polling, 0 },
		{ "notices", notices, 0 },
		{ "file_system", file_system, 0 },
		{ "limits", limits, 0 },
	};

	return test_main(tests, COUNT(tests));
}
