/*
 * tests/user/pidfd.c - descriptors of processes
 *
 * What:  opening, flags, polling, signals, what becomes of them when the
 *        process ends or its number is given again, threads.
 * Not:   pidfds and namespaces are in pidfd_ns.c, waitid(P_PIDFD) in
 *        waitid.c too.
 * See:   pidfd_open(2), pidfd_send_signal(2); ids PIDFD of docs/pidns-table.md
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
#include <sys/stat.h>
#include <sys/vfs.h>

#define PIDFD_THREAD	0x80
#define GONE		(POLLIN | POLLHUP)

static const char *self;

static int wait_go(void *arg)
{
	gate_open(&ready);
	gate_wait(&go);
	return arg ? *(int *)arg : 0;
}

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

static pid_t waiting(void)
{
	pid_t pid = child_start(wait_go, NULL);

	gate_wait(&ready);
	return pid;
}

static long send_to(int fd, int sig, void *info, unsigned int flags)
{
	return sys(SYS_pidfd_send_signal, fd, sig, P(info), flags);
}

static int own_numbers(void *arg)
{
	CHECK_EQ("PIDFD-01 a number of outside is unknown inside",
		 pidfd_open(*(pid_t *)arg, 0), -ESRCH);
	CHECK_EQ("PIDFD-01 1 is the caller's own",
		 proc_number(proc_path("/proc/self/fdinfo/",
				       pidfd_open(1, 0), ""), "NSpid:") > 0,
		 1);
	return 0;
}

static void opening(void)
{
	pid_t pid = child_start(nothing, NULL);
	pid_t idle;

	reap(pid);
	CHECK_EQ("PIDFD-01 a bad flag", pidfd_open(getpid(), 1), -EINVAL);
	CHECK_EQ("PIDFD-01 number 0", pidfd_open(0, 0), -EINVAL);
	CHECK_EQ("PIDFD-01 a negative number", pidfd_open(-1, 0), -EINVAL);
	CHECK_EQ("PIDFD-01 an unknown number", pidfd_open(pid, 0), -ESRCH);
	CHECK("PIDFD-01 NONBLOCK", pidfd_open(getpid(), O_NONBLOCK) > 0);
	CHECK("PIDFD-01 THREAD", pidfd_open(getpid(), PIDFD_THREAD) > 0);
	do {
		idle = child_idle();
		if (idle < 20)
			child_kill(idle);
	} while (idle < 20);
	CHECK_STATUS("PIDFD-01 a namespace", ns_run(own_numbers, &idle),
		     EXITED(0));
	child_kill(idle);
}

static int note_and_wait(void *arg)
{
	words[0] = (int)sys(SYS_gettid);
	return wait_go(arg);
}

static void of_threads(void)
{
	struct thread thread;

	stage_set();
	thread_start(&thread, note_and_wait, NULL);
	gate_wait(&ready);
	CHECK_EQ("PIDFD-02 a thread's number without THREAD",
		 pidfd_open(words[0], 0), -EINVAL);
	CHECK("PIDFD-02 with it", pidfd_open(words[0], PIDFD_THREAD) > 0);
	gate_open(&go);
	thread_join(&thread);
}

static void of_zombies(void)
{
	pid_t pid = child_start(nothing, NULL);
	int fd;

	need(!waitid(P_PID, pid, NULL, WEXITED | WNOWAIT));
	fd = (int)pidfd_open(pid, 0);
	CHECK("PIDFD-03 a zombie is opened", fd > 0);
	CHECK_EQ("PIDFD-11 and takes signals", send_to(fd, SIGKILL, NULL, 0),
		 0);
	CHECK_EQ("PIDFD-05 a zombie is readable", pidfd_events(fd), POLLIN);
	reap(pid);
	CHECK_EQ("PIDFD-03 a reaped one is not", pidfd_open(pid, 0), -ESRCH);
	CHECK_EQ("PIDFD-11 nor takes signals", send_to(fd, SIGKILL, NULL, 0),
		 -ESRCH);
	CHECK_EQ("PIDFD-05 and hangs up", pidfd_events(fd), GONE);
}

static void flags(void)
{
	int plain = (int)pidfd_open(getpid(), 0);
	int other = (int)pidfd_open(getpid(), O_NONBLOCK);
	int thread = (int)pidfd_open(getpid(), PIDFD_THREAD);
	char byte;

	CHECK_EQ("PIDFD-04 close-on-exec", fcntl(plain, F_GETFD), FD_CLOEXEC);
	CHECK_EQ("PIDFD-04 read and write", fcntl(plain, F_GETFL), O_RDWR);
	CHECK_EQ("PIDFD-04 NONBLOCK is a flag", fcntl(other, F_GETFL),
		 O_RDWR | O_NONBLOCK);
	CHECK_EQ("PIDFD-04 and THREAD", fcntl(thread, F_GETFL),
		 O_RDWR | O_EXCL);
	CHECK_ERRNO("PIDFD-04 read", read(plain, &byte, 1), EINVAL);
	CHECK_EQ("PIDFD-05 the living is not readable", pidfd_events(plain),
		 0);
}

static int leader_first(void *arg)
{
	struct thread thread;

	thread_start(&thread, wait_go, arg);
	sys(SYS_exit, 5);
	return 0;
}

static void early_leader(void)
{
	int process, leader;
	pid_t pid;

	stage_set();
	pid = child_start(leader_first, NULL);
	gate_wait(&ready);
	process = (int)pidfd_open(pid, 0);
	leader = (int)pidfd_open(pid, PIDFD_THREAD);
	proc_await(pid, "Z");
	CHECK_EQ("PIDFD-06 BUG-17 with its leader gone a process is not ended",
		 pidfd_events(process), 0);
	CHECK_EQ("PIDFD-06 nor is the leader's own descriptor",
		 pidfd_events(leader), 0);
	gate_open(&go);
	CHECK_EXIT("PIDFD-06 with the last thread it is", pid, 0);
	CHECK_EQ("PIDFD-06 and readable", pidfd_events(process), GONE);
}

static int with_thread(void *arg)
{
	struct thread thread;

	thread_start(&thread, note_and_wait, arg);
	thread_join(&thread);
	gate_open(&ready);
	gate_wait(&go);
	return 7;
}

static void end_of_thread(void)
{
	pid_t pid;
	int fd;

	stage_set();
	pid = child_start(with_thread, NULL);
	gate_wait(&ready);
	fd = (int)pidfd_open(words[0], PIDFD_THREAD);
	CHECK("PIDFD-07 a thread of another process", fd > 0);
	CHECK_EQ("PIDFD-07 is not readable", pidfd_events(fd), 0);
	gate_open(&go);
	gate_wait(&ready);
	while (!pidfd_events(fd))
		sched_yield();
	CHECK_EQ("PIDFD-07 until it ends", pidfd_events(fd), GONE);
	gate_open(&go);
	CHECK_EXIT("PIDFD-07 the process goes on", pid, 7);
}

static int exec_in_thread(void *arg)
{
	char *argv[] = { "x", "--sleep", (char *)arg, NULL };
	char *none[] = { NULL };

	note_and_wait(NULL);
	sys(SYS_execve, P(self), P(argv), P(none));
	sys(SYS_exit_group, 9);
	return 0;
}

static int execs(void *arg)
{
	struct thread thread;

	thread_start(&thread, exec_in_thread, arg);
	for (;;)
		pause();
	return 0;
}

static void exec_of_thread(void)
{
	struct gate started;
	char number[12];
	int process, thread;
	pid_t pid;

	stage_set();
	gate_init(&started);
	snprintf(number, sizeof(number), "%d", started.write_fd);
	pid = child_start(execs, number);
	gate_wait(&ready);
	process = (int)pidfd_open(pid, 0);
	thread = (int)pidfd_open(words[0], PIDFD_THREAD);
	need(process > 0 && thread > 0);
	gate_open(&go);
	gate_wait(&started);
	CHECK_EQ("PIDFD-07 exec by a thread ends its number",
		 send_to(thread, 0, NULL, 0), -ESRCH);
	CHECK_EQ("PIDFD-07 whose descriptor hangs up", pidfd_events(thread),
		 GONE);
	CHECK_EQ("PIDFD-07 the process lives on", pidfd_events(process), 0);
	CHECK_EQ("PIDFD-07 and takes signals",
		 send_to(process, SIGKILL, NULL, 0), 0);
	CHECK_KILLED("PIDFD-07 as its new self", pid, SIGKILL);
}

static void sending(void)
{
	siginfo_t info;
	pid_t pid;
	int fd, dir;

	stage_set();
	pid = waiting();
	fd = (int)pidfd_open(pid, 0);
	dir = open(proc_path("/proc/", pid, ""), O_RDONLY | O_DIRECTORY);
	CHECK_EQ("PIDFD-09 to the thread", send_to(fd, 0, NULL, 1), 0);
	CHECK_EQ("PIDFD-09 to the process", send_to(fd, 0, NULL, 2), 0);
	CHECK_EQ("PIDFD-09 to its group", send_to(dir, 0, NULL, 4), -ESRCH);
	need(!setpgid(pid, pid));
	CHECK_EQ("PIDFD-09 which it leads now", send_to(fd, 0, NULL, 4), 0);
	CHECK_EQ("PIDFD-09 two at once", send_to(fd, 0, NULL, 3), -EINVAL);
	CHECK_EQ("PIDFD-09 an unknown one", send_to(fd, 0, NULL, 8), -EINVAL);
	CHECK_EQ("PIDFD-10 another file", send_to(1, 0, NULL, 0), -EBADF);
	CHECK_EQ("PIDFD-10 a directory of /proc", send_to(dir, 0, NULL, 0),
		 0);
	CHECK_EQ("PIDFD-11 signal 65", send_to(fd, 65, NULL, 0), -EINVAL);
	CHECK_EQ("PIDFD-11 a bad pointer", send_to(fd, 10, (void *)8, 0),
		 -EFAULT);
	memset(&info, 0, sizeof(info));
	info.si_signo = SIGUSR2;
	info.si_code = SI_QUEUE;
	CHECK_EQ("PIDFD-11 another signal in the information",
		 send_to(fd, SIGUSR1, &info, 0), -EINVAL);
	info.si_code = SI_USER;
	CHECK_EQ("PIDFD-11 the kernel's own codes",
		 send_to(fd, SIGUSR2, &info, 0), -EPERM);
	info.si_code = SI_TKILL;
	CHECK_EQ("PIDFD-11 and that of tkill",
		 send_to(fd, SIGUSR2, &info, 0), -EPERM);
	info.si_code = SI_QUEUE;
	CHECK_EQ("PIDFD-11 a good one", send_to(fd, SIGUSR2, &info, 0), 0);
	CHECK_KILLED("PIDFD-11 arrives", pid, SIGUSR2);
}

static int again_in_ns(void *arg)
{
	pid_t pid = child_start(nothing, arg);
	int fd = (int)pidfd_open(pid, 0);
	long next;

	reap(pid);
	next = ns_clone3(&(struct clone3_args){
		.exit_signal = SIGCHLD, .set_tid = P(&pid),
		.set_tid_size = 1 });
	if (!next)
		_exit(wait_go(NULL));
	gate_wait(&ready);
	CHECK_EQ("PIDFD-12 a number is given again", next, pid);
	CHECK_EQ("PIDFD-12 BUG-16 the old descriptor does not reach the new",
		 send_to(fd, SIGKILL, NULL, 0), -ESRCH);
	CHECK_EQ("PIDFD-12 nor shows it", pidfd_events(fd), GONE);
	gate_open(&go);
	CHECK_EXIT("PIDFD-12 which lives on", (pid_t)next, 0);
	return 0;
}

static void again(void)
{
	stage_set();
	CHECK_STATUS("PIDFD-12 a namespace", ns_run(again_in_ns, NULL),
		     EXITED(0));
}

static void files(void)
{
	int a = (int)pidfd_open(getpid(), 0);
	int b = (int)pidfd_open(getpid(), 0);
	int c = (int)pidfd_open(getppid(), 0);
	char text[64] = "";
	struct statfs fs;
	struct stat st;

	CHECK("PIDFD-16 those of one process have one inode",
	      fd_ino(a) == fd_ino(b));
	CHECK("PIDFD-16 those of two have two", fd_ino(a) != fd_ino(c));
	CHECK("PIDFD-16 mode", !fstat(a, &st) && st.st_mode == 0700);
	CHECK("PIDFD-16 file system", !fstatfs(a, &fs) &&
	      fs.f_type == 0x50494446);
	CHECK("PIDFD-16 link", readlink(proc_path("/proc/self/fd/", a, ""),
					text, 63) > 0 &&
	      !strcmp(text, "anon_inode:[pidfd]"));
}

static void later_kernels(void)
{
	char info[64] = "";
	int fd = (int)pidfd_open(getpid(), 0);

	CHECK_EQ("PIDFD-20 information by ioctl is of later kernels",
		 sys(SYS_ioctl, fd, 0xc040ff0b, P(info)), -EINVAL);
	CHECK_EQ("PIDFD-20 so is a descriptor for oneself",
		 send_to(-10000, 0, NULL, 0), -EBADF);
}

static const struct test tests[] = {
	{ "opening", opening, 0 },
	{ "threads", of_threads, 0 },
	{ "zombies", of_zombies, 0 },
	{ "flags", flags, 0 },
	{ "early leader", early_leader, 0 },
	{ "end of a thread", end_of_thread, 0 },
	{ "exec of a thread", exec_of_thread, 0 },
	{ "sending", sending, 0 },
	{ "again", again, 0 },
	{ "files", files, 0 },
	{ "later kernels", later_kernels, 0 },
};

/* the program that a thread executes: tell, then sleep */
static int sleeps(const char *number)
{
	int fd = 0;

	sscanf(number, "%d", &fd);
	(void)!write(fd, "x", 1);
	for (;;)
		pause();
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 2)
		return sleeps(argv[2]);
	self = argv[0];
	return test_main(tests, COUNT(tests));
}
