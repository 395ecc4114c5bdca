/*
 * tests/user/exec_state.c - what a process keeps and loses in execve
 *
 * What:  descriptors, signals, ids, limits, names, memory, floating point
 *        and set-id programs. The program executes itself; the word after
 *        the name chooses what the new image checks.
 * Not:   threads are in threads_exec.c, arguments in exec_args.c.
 * See:   execve(2)
 */
#include "lib/fault.h"
#include "lib/image.h"
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>

static const char *self;

static void nothing(int sig)
{
	(void)sig;
}

static int become(const char *what, const char *arg)
{
	char *argv[] = { "x", (char *)what, (char *)arg, NULL };
	char *none[] = { NULL };

	execve(self, argv, none);
	return 128 + errno;
}

/* run the helper @what in a child after @prepare */
static int run(const char *what, void (*prepare)(void))
{
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		if (prepare)
			prepare();
		_exit(become(what, NULL));
	}
	return reap(pid);
}

static int check_fds(void)
{
	char byte;

	if (fcntl(20, F_GETFD) != 0 || lseek(20, 0, SEEK_CUR) != 3)
		return 1;
	if (fcntl(21, F_GETFD) != -1 || fcntl(300, F_GETFD) != -1)
		return 2;
	return read(20, &byte, 1) == 1 && byte == '3' ? 0 : 3;
}

static void descriptors(void)
{
	int fd;

	file_make("file", "0123456789", 0644);
	fd = open("file", O_RDONLY);
	need(lseek(fd, 3, SEEK_SET) == 3 && dup2(fd, 20) == 20);
	need(dup3(fd, 21, O_CLOEXEC) == 21 && dup3(fd, 300, O_CLOEXEC) == 300);
	CHECK_STATUS("descriptors stay, but for close-on-exec",
		     run("--fds", NULL), EXITED(0));
	CHECK_EQ("those of the parent too", lseek(21, 0, SEEK_CUR), 4);
}

static void prepare_signals(void)
{
	stack_t stack = { .ss_sp = malloc(65536), .ss_size = 65536 };

	handle(SIGUSR1, nothing, SA_ONSTACK);
	signal(SIGUSR2, SIG_IGN);
	sigaltstack(&stack, NULL);
	block(SIGTERM);
	block(SIGHUP);
	kill(getpid(), SIGTERM);
}

static int check_signals(void)
{
	struct sigaction act;
	sigset_t set;
	stack_t stack;

	sigaction(SIGUSR1, NULL, &act);
	if (act.sa_handler != SIG_DFL || act.sa_flags & SA_ONSTACK)
		return 1;
	sigaction(SIGUSR2, NULL, &act);
	if (act.sa_handler != SIG_IGN)
		return 2;
	sigprocmask(SIG_BLOCK, NULL, &set);
	if (!sigismember(&set, SIGTERM) || !sigismember(&set, SIGHUP) ||
	    sigismember(&set, SIGUSR1))
		return 3;
	sigpending(&set);
	if (!sigismember(&set, SIGTERM) || sigismember(&set, SIGHUP))
		return 4;
	return sigaltstack(NULL, &stack) || stack.ss_flags != SS_DISABLE ?
	       5 : 0;
}

static void signals(void)
{
	CHECK_STATUS("handlers go; ignored, blocked and pending stay",
		     run("--signals", prepare_signals), EXITED(0));
}

static void prepare_ids(void)
{
	struct rlimit limit = { 77, 99 };
	struct itimerval timer = { { 0, 0 }, { 1000, 0 } };
	char ids[64];

	need(!setsid() || getsid(0) == getpid());
	snprintf(ids, sizeof(ids), "%d %d %d", getpid(), getppid(), getsid(0));
	file_make("ids", ids, 0600);
	setrlimit(RLIMIT_NOFILE, &limit);
	setitimer(ITIMER_REAL, &timer, NULL);
	umask(0123);
	nice(3);
	prctl(PR_SET_NAME, "old name");
}

static int check_ids(void)
{
	struct itimerval timer;
	struct rlimit limit;
	char ids[64], found[64] = "";
	int fd = open("ids", O_RDONLY);

	snprintf(ids, sizeof(ids), "%d %d %d", getpid(), getppid(), getsid(0));
	if (read(fd, found, 63) <= 0 || strcmp(ids, found))
		return 1;
	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur != 77 ||
	    limit.rlim_max != 99)
		return 2;
	if (umask(0) != 0123)
		return 3;
	if (getitimer(ITIMER_REAL, &timer) || !timer.it_value.tv_sec)
		return 4;
	return getpriority(PRIO_PROCESS, 0) == 3 ? 0 : 5;
}

static void ids(void)
{
	CHECK_STATUS("ids, session, limits, umask, timer, nice and directory",
		     run("--ids", prepare_ids), EXITED(0));
}

static int check_name(void)
{
	const char *base = strrchr(self, '/') ? strrchr(self, '/') + 1 : self;
	char name[16] = "", text[256], exe[256] = "";
	ssize_t len;

	prctl(PR_GET_NAME, name);
	if (strncmp(name, base, 15))
		return 1;
	if (proc_read("/proc/self/comm", text, sizeof(text)) < 0 ||
	    strncmp(text, name, strlen(name)))
		return 2;
	len = proc_read("/proc/self/cmdline", text, sizeof(text));
	if (len < 9 || memcmp(text, "x\0--name", 9))
		return 3;
	return readlink("/proc/self/exe", exe, 255) > 0 && !strcmp(exe, self) ?
	       0 : 4;
}

static void names(void)
{
	CHECK_STATUS("name, command line and file are the new ones",
		     run("--name", prepare_ids), EXITED(0));
}

static int check_memory(char **argv)
{
	void *at = (void *)strtoul(argv[2], NULL, 16);

	return fault_read(at) == FAULT_MAPERR ? 0 : 1;
}

static void memory(void)
{
	char *at = shared_alloc(4096);
	char text[32];

	snprintf(text, sizeof(text), "%lx", (unsigned long)at);
	if (!fork())
		_exit(become("--memory", text));
	CHECK_EXIT("mappings go", -1, 0);
	CHECK_EQ("and not those of the parent", fault_read(at), 0);
}

static void prepare_fpu(void)
{
	unsigned int mxcsr = 0x7f80;
	unsigned short control = 0x0f7f;

	__asm__ volatile("ldmxcsr %0\n\tfldcw %1\n\tfldpi"
			 : : "m"(mxcsr), "m"(control));
}

static int check_fpu(void)
{
	unsigned int mxcsr;
	unsigned short control, status;

	__asm__ volatile("stmxcsr %0\n\tfnstcw %1\n\tfnstsw %2"
			 : "=m"(mxcsr), "=m"(control), "=m"(status));
	if (mxcsr != 0x1f80)
		return 1;
	return control == 0x37f && status == 0 ? 0 : 2;
}

static void floating_point(void)
{
	CHECK_STATUS("floating point starts afresh",
		     run("--fpu", prepare_fpu), EXITED(0));
}

static void failed_exec(void)
{
	int *at = shared_alloc(4096);
	char *none[] = { NULL };
	int fd = open("/", O_RDONLY | O_CLOEXEC);
	struct sigaction act;

	file_make("bad", "\177ELF", 0755);
	handle(SIGUSR1, nothing, 0);
	*at = 7;
	CHECK_ERRNO("a failed exec", execve("bad", none, none), ENOEXEC);
	CHECK_OK("keeps close-on-exec descriptors", fcntl(fd, F_GETFD));
	CHECK("handlers", !sigaction(SIGUSR1, NULL, &act) &&
	      act.sa_handler == nothing);
	CHECK_EQ("and memory", *at, 7);
}

static int stay(void)
{
	for (char byte; read(0, &byte, 1) == 1;)
		;
	return 0;
}

static void vforks(void)
{
	static char *argv[] = { "x", "--stay", NULL };
	static char *none[] = { NULL };
	struct gate gate;
	pid_t pid;

	gate_init(&gate);
	fcntl(gate.write_fd, F_SETFD, FD_CLOEXEC);
	pid = vfork();
	if (!pid) {
		dup2(gate.read_fd, 0);
		execve(self, argv, none);
		_exit(1);
	}
	CHECK_EQ("a vfork parent goes on when the child has executed",
		 waitpid(pid, NULL, WNOHANG), 0);
	gate_close(&gate);
	CHECK_EXIT("and the child runs", pid, 0);
}

static int euid_status(const char *path)
{
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		become_user();
		_exit(exec_status(path) >> 8);
	}
	return reap(pid);
}

static void set_ids(void)
{
	struct image image;

	image_init(&image, code_euid, code_euid_end);
	image_write(&image, "a", sizeof(image));
	CHECK_STATUS("an ordinary program keeps the user", euid_status("a"),
		     EXITED(TEST_UID & 0xff));
	need(!chown("a", 42, 42) && !chmod("a", 04755));
	CHECK_STATUS("a set-uid program changes it", euid_status("a"),
		     EXITED(42));
	CHECK_STATUS("also for root", exec_status("a"), EXITED(42));
	need(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	CHECK_STATUS("and not with no_new_privs", euid_status("a"),
		     EXITED(TEST_UID & 0xff));
}

static void program_of_prctl(const char *path, int option)
{
	struct image image;

	image_init(&image, code_prctl, code_prctl_end);
	image.bytes[1] = (unsigned char)option;
	image_write(&image, path, sizeof(image));
}

/* what the program "a" finds, when these users run it */
static int pdeathsig_status(uid_t real, uid_t effective)
{
	char *none[] = { NULL };
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		need(!setresuid(real, effective, effective));
		need(!prctl(PR_SET_PDEATHSIG, SIGUSR1));
		execve("a", none, none);
		_exit(128 + errno);
	}
	return reap(pid);
}

static void parent_death(void)
{
	program_of_prctl("a", PR_GET_PDEATHSIG);
	CHECK_STATUS("the signal at the parent's death stays",
		     pdeathsig_status(5, 5), EXITED(SIGUSR1));
	CHECK_STATUS("but not where real and effective user differ",
		     pdeathsig_status(5, 6), EXITED(0));
	need(!chown("a", 42, 42) && !chmod("a", 04755));
	CHECK_STATUS("nor for a set-uid program", pdeathsig_status(5, 5),
		     EXITED(0));
	CHECK_STATUS("even if it changes nothing", pdeathsig_status(5, 42),
		     EXITED(0));
}

static void tid_address(void)
{
	static int words[64] __attribute__((aligned(256)));
	char *none[] = { NULL };
	pid_t pid;

	program_of_prctl("a", PR_GET_TID_ADDRESS);
	pid = fork();
	if (!pid) {
		sys(SYS_set_tid_address, P(&words[17]));
		execve("a", none, none);
		_exit(128 + errno);
	}
	CHECK_EXIT("the place for the end of a thread is forgotten", pid, 0);
}

static void exit_signal(void)
{
	struct gate gate;
	long pid;

	gate_init(&gate);
	fcntl(gate.write_fd, F_SETFD, FD_CLOEXEC);
	pid = sys(SYS_clone, SIGUSR1);
	if (!pid)
		_exit(become("--nothing", NULL));
	gate_drop_write(&gate);
	gate_wait(&gate);
	CHECK_EXIT("CLONE-42 after exec a child reports SIGCHLD", pid, 0);
}

static int helper(char **argv)
{
	const char *what = argv[1];

	if (!strcmp(what, "--fds"))
		return check_fds();
	if (!strcmp(what, "--signals"))
		return check_signals();
	if (!strcmp(what, "--ids"))
		return check_ids();
	if (!strcmp(what, "--name"))
		return check_name();
	if (!strcmp(what, "--memory"))
		return check_memory(argv);
	if (!strcmp(what, "--fpu"))
		return check_fpu();
	if (!strcmp(what, "--stay"))
		return stay();
	return strcmp(what, "--nothing") ? 99 : 0;
}

static const struct test tests[] = {
	{ "descriptors", descriptors, 0 },
	{ "signals", signals, 0 },
	{ "ids", ids, 0 },
	{ "names", names, 0 },
	{ "memory", memory, 0 },
	{ "floating point", floating_point, 0 },
	{ "failed exec", failed_exec, 0 },
	{ "vfork", vforks, 0 },
	{ "set-uid", set_ids, 0 },
	{ "PDEATHSIG", parent_death, 0 },
	{ "tid address", tid_address, 0 },
	{ "exit signal", exit_signal, 0 },
};

int main(int argc, char **argv)
{
	static char path[256];

	if (argc > 1) {
		if (readlink("/proc/self/exe", path, 255) > 0)
			self = path;
		return helper(argv);
	}
	self = argv[0];
	return test_main(tests, COUNT(tests));
}
