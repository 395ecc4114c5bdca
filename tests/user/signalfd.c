/*
 * tests/user/signalfd.c - signals that are read from a descriptor
 *
 * What:  what a read tells by origin of the signal, sets that change, waiting,
 *        poll, fdinfo, numbers across pid namespaces, errors.
 * See:   signalfd(2)
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/time.h>

static struct signalfd_siginfo si;
static sigset_t set;

static int open_for(int sig, int other, int flags)
{
	int fd;

	sigemptyset(&set);
	sigaddset(&set, sig);
	block(sig);
	if (other) {
		sigaddset(&set, other);
		block(other);
	}
	fd = signalfd(-1, &set, flags);
	need(fd >= 0);
	return fd;
}

static int get(int fd)
{
	memset(&si, 0x55, sizeof(si));
	return read(fd, &si, sizeof(si)) == sizeof(si) ? (int)si.ssi_signo :
		-errno;
}

static void by_kill(void)
{
	int fd = open_for(SIGUSR1, 0, SFD_NONBLOCK);
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

	CHECK_EQ("nothing", get(fd), -EAGAIN);
	CHECK_EQ("not ready", poll(&p, 1, 0), 0);
	need(!kill(getpid(), SIGUSR1));
	CHECK_EQ("ready", poll(&p, 1, 0), 1);
	CHECK_EQ("readable", p.revents, POLLIN);
	CHECK_EQ("read", get(fd), SIGUSR1);
	CHECK_EQ("code", si.ssi_code, SI_USER);
	CHECK_EQ("pid", si.ssi_pid, getpid());
	CHECK_EQ("uid", si.ssi_uid, getuid());
	CHECK_EQ("the rest is zero", si.ssi_status | si.ssi_int |
		 (int)si.ssi_addr | (int)si.ssi_tid | si.ssi_fd, 0);
	CHECK_EQ("taken", get(fd), -EAGAIN);
}

static void by_queue(void)
{
	int fd = open_for(SIGRTMIN, 0, SFD_NONBLOCK);
	union sigval v = { .sival_ptr = (void *)0x1122334455667788 };

	need(!sigqueue(getpid(), SIGRTMIN, v));
	CHECK_EQ("read", get(fd), SIGRTMIN);
	CHECK_EQ("code", si.ssi_code, SI_QUEUE);
	CHECK_EQ("pid", si.ssi_pid, getpid());
	CHECK_EQ("pointer", si.ssi_ptr, 0x1122334455667788);
	CHECK_EQ("integer", si.ssi_int, 0x55667788);
	need(!sys(SYS_tgkill, getpid(), getpid(), SIGRTMIN));
	CHECK_EQ("read", get(fd), SIGRTMIN);
	CHECK_EQ("of a thread", si.ssi_code, SI_TKILL);
	CHECK_EQ("its pid", si.ssi_pid, getpid());
}

static int exits(void *arg)
{
	return (int)(long)arg;
}

static void by_child(void)
{
	int fd = open_for(SIGCHLD, 0, 0);
	pid_t pid = child_start(exits, (void *)7);

	CHECK_EQ("read waits", get(fd), SIGCHLD);
	CHECK_EQ("code", si.ssi_code, CLD_EXITED);
	CHECK_EQ("pid", si.ssi_pid, pid);
	CHECK_EQ("status", si.ssi_status, 7);
	CHECK_EXIT("reaped", pid, 7);
}

static void by_timer(void)
{
	struct itimerval it = { .it_value.tv_usec = 20000 };
	int fd = open_for(SIGALRM, 0, 0);

	need(!setitimer(ITIMER_REAL, &it, NULL));
	CHECK_EQ("read waits", get(fd), SIGALRM);
	CHECK_EQ("code", si.ssi_code, SI_KERNEL);
	CHECK_EQ("pid", si.ssi_pid, 0);
}

static void several(void)
{
	int fd = open_for(SIGRTMIN + 1, SIGUSR1, SFD_NONBLOCK);
	union sigval v = { .sival_int = 1 };
	struct signalfd_siginfo many[4];

	need(!sigqueue(getpid(), SIGRTMIN + 1, v));
	v.sival_int = 2;
	need(!sigqueue(getpid(), SIGRTMIN + 1, v));
	need(!kill(getpid(), SIGUSR1) && !kill(getpid(), SIGUSR1));
	CHECK_EQ("three at once", read(fd, many, sizeof(many)),
		 3 * sizeof(si));
	CHECK_EQ("lowest first", many[0].ssi_signo, SIGUSR1);
	CHECK_EQ("then in order", many[1].ssi_int, 1);
	CHECK_EQ("then in order", many[2].ssi_int, 2);
	CHECK_ERRNO("too small", read(fd, many, sizeof(si) - 1), EINVAL);
}

static void other_sets(void)
{
	int fd = open_for(SIGUSR1, SIGUSR2, SFD_NONBLOCK);

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	CHECK_EQ("changed", signalfd(fd, &set, 0), fd);
	need(!kill(getpid(), SIGUSR1));
	CHECK_EQ("no longer in the set", get(fd), -EAGAIN);
	need(!kill(getpid(), SIGUSR2));
	CHECK_EQ("in the set", get(fd), SIGUSR2);
	sigaddset(&set, SIGUSR1);
	CHECK_EQ("changed again", signalfd(fd, &set, 0), fd);
	CHECK_EQ("what was pending", get(fd), SIGUSR1);
}

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

static int kill_parent(void *arg)
{
	usleep(100000);
	return kill(getppid(), (int)(long)arg);
}

static void waiting(void)
{
	int fd = open_for(SIGUSR1, 0, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	pid_t pid;

	handle(SIGUSR2, on_signal, 0);
	pid = child_start(kill_parent, (void *)SIGUSR2);
	CHECK_EQ("another signal ends it", get(fd), -EINTR);
	CHECK_EXIT("sent", pid, 0);
	pid = child_start(kill_parent, (void *)SIGUSR1);
	CHECK_EQ("read waits", get(fd), SIGUSR1);
	CHECK_EQ("pid", si.ssi_pid, pid);
	CHECK_EXIT("sent", pid, 0);
	pid = child_start(kill_parent, (void *)SIGUSR1);
	CHECK_EQ("poll waits", poll(&p, 1, 20000), 1);
	CHECK_EXIT("sent", pid, 0);
}

/* a child reads its own signals, not those of whoever made the descriptor */
static int reads_own(void *arg)
{
	int fd = (int)(long)arg;

	if (get(fd) != -EAGAIN)
		return 1;
	raise(SIGUSR1);
	return get(fd) == SIGUSR1 && si.ssi_pid == (uint32_t)getpid() ? 0 : 2;
}

static void inherited(void)
{
	int fd = open_for(SIGUSR1, 0, SFD_NONBLOCK);

	need(!kill(getpid(), SIGUSR1));
	CHECK_EXIT("child", child_start(reads_own, (void *)(long)fd), 0);
	CHECK_EQ("mine is still there", get(fd), SIGUSR1);
}

static void errors(void)
{
	int fd = open_for(SIGUSR1, 0, 0);
	uint64_t mask = 1;

	CHECK_EQ("size", sys(SYS_signalfd4, -1, P(&mask), 4, 0), -EINVAL);
	CHECK_EQ("address", sys(SYS_signalfd4, -1, 8, 8, 0), -EFAULT);
	CHECK_EQ("flags", sys(SYS_signalfd4, -1, P(&mask), 8, 1), -EINVAL);
	CHECK_EQ("descriptor", sys(SYS_signalfd4, 99, P(&mask), 8, 0), -EBADF);
	CHECK_EQ("no signalfd", sys(SYS_signalfd4, 0, P(&mask), 8, 0),
		 -EINVAL);
	CHECK_EQ("the old call", sys(SYS_signalfd, fd, P(&mask), 8), fd);
	CHECK_ERRNO("write", write(fd, &mask, 8), EINVAL);
}

static void fdinfo(void)
{
	int fd = open_for(SIGUSR1, SIGRTMAX, SFD_CLOEXEC);
	char path[64], text[256];
	int n;

	sigaddset(&set, SIGKILL);
	need(signalfd(fd, &set, 0) == fd);
	CHECK_EQ("close on exec", fcntl(fd, F_GETFD), FD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	n = read(open(path, O_RDONLY), text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = 0;
	CHECK("the set", strstr(text, "sigmask:\t8000000000000200\n"));
}

static int reads_outer(void *arg)
{
	int fd = (int)(long)arg;

	return get(fd) == SIGUSR1 && si.ssi_pid == 0 ? 0 : 1;
}

static void across(void)
{
	int fd = open_for(SIGUSR1, 0, 0);
	pid_t pid;

	need(!unshare(CLONE_NEWPID));
	pid = child_start(reads_outer, (void *)(long)fd);
	need(!kill(pid, SIGUSR1));
	CHECK_EXIT("SIG-14 from above: pid 0", pid, 0);
}

static const struct test tests[] = {
	{ "by_kill", by_kill, 0 },
	{ "by_queue", by_queue, 0 },
	{ "by_child", by_child, 0 },
	{ "by_timer", by_timer, 0 },
	{ "several", several, 0 },
	{ "other_sets", other_sets, 0 },
	{ "waiting", waiting, 0 },
	{ "inherited", inherited, 0 },
	{ "errors", errors, 0 },
	{ "fdinfo", fdinfo, 0 },
	{ "across", across, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
