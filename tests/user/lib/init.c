/*
 * tests/user/lib/init.c - pid 1 of a guest test run
 *
 * What:  mounts /proc and /tmp, runs each program named in /tests in order
 *        and alone, prints what the runner looks for, powers the machine off.
 *        A line of /tests is a program and its arguments, parted by blanks;
 *        a bare name is looked for in /bin; lines that start with # are
 *        comments. Output: "# begin NAME", the program's TAP, "# end NAME
 *        status=N" (exit code, or 128 + signal), the time it took, a summary,
 *        and at last NIDUS-TEST-END ok or NIDUS-TEST-END failed.
 * Life:  a program is the leader of its own process group; when it ends,
 *        everything it left behind is killed and reaped before the next.
 * Not:   points are counted by tests/run.py.
 * See:   docs/testing.md, reboot(2)
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIST		"/tests"
#define LIMIT_S		600
#define MAX_ARGS	16

static volatile pid_t running;

static void say(const char *text)
{
	(void)!write(1, text, strlen(text));
}

/* the machine's console and the devices the tests use, if nobody made them */
static void make_devices(void)
{
	(void)!mkdir("/dev", 0755);
	(void)!mknod("/dev/console", S_IFCHR | 0600, makedev(5, 1));
	(void)!mknod("/dev/null", S_IFCHR | 0666, makedev(1, 3));
	(void)!mknod("/dev/zero", S_IFCHR | 0666, makedev(1, 5));
	chmod("/dev/null", 0666);
	chmod("/dev/zero", 0666);
	if (fcntl(1, F_GETFD) >= 0)
		return;
	if (open("/dev/console", O_RDWR) == 0) {
		dup2(0, 1);
		dup2(0, 2);
	}
}

static void make_mounts(void)
{
	(void)!mkdir("/proc", 0755);
	if (mount("proc", "/proc", "proc", 0, NULL))
		say("# no /proc\n");
	(void)!mkdir("/tmp", 01777);
	if (mount("tmpfs", "/tmp", "tmpfs", 0, "mode=1777"))
		say("# /tmp is on the root\n");
	chmod("/tmp", 01777);
}

/* Linux tells the console of each fault, in the middle of a test's line. */
static void keep_quiet(void)
{
	int fd = open("/proc/sys/debug/exception-trace", O_WRONLY);

	if (fd < 0)
		return;
	(void)!write(fd, "0", 1);
	close(fd);
}

static void ring(int sig)
{
	(void)sig;
	say("# over the time limit\n");
	kill(-running, SIGKILL);
}

/* cut the line into words: their number */
static int split(char *line, char *argv[])
{
	int argc = 0;

	for (char *word = strtok(line, " \t"); word && argc < MAX_ARGS - 1;
	     word = strtok(NULL, " \t"))
		argv[argc++] = word;
	argv[argc] = NULL;
	return argc;
}

static void exec_program(char *argv[])
{
	static char *environment[] = {
		"HOME=/", "PATH=/bin", "TERM=linux", NULL
	};
	char path[256];

	setpgid(0, 0);
	snprintf(path, sizeof(path), "%s%s", argv[0][0] == '/' ? "" : "/bin/",
		 argv[0]);
	argv[0] = path;
	execve(path, argv, environment);
	printf("# %s: %s\n", path, strerror(errno));
	fflush(stdout);
	_exit(127);
}

/* wait for one program, reaping whatever else ends meanwhile */
static int await(pid_t pid)
{
	int status;
	pid_t got;

	for (;;) {
		got = waitpid(-1, &status, 0);
		if (got == pid)
			break;
		if (got == -1 && errno != EINTR)
			return -1;
	}
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	return WEXITSTATUS(status);
}

/* kill and reap what the last program left behind */
static void sweep(void)
{
	if (getpid() != 1)
		return;
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

static long now_ms(void)
{
	struct timespec now = { 0, 0 };

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int run(char *line)
{
	long before = now_ms();
	char *argv[MAX_ARGS];
	int status = -1;

	split(line, argv);
	printf("# begin %s\n", argv[0]);
	fflush(stdout);
	running = fork();
	if (!running)
		exec_program(argv);
	if (running > 0) {
		setpgid(running, running);
		alarm(LIMIT_S);
		status = await(running);
		alarm(0);
		kill(-running, SIGKILL);
	}
	sweep();
	printf("# end %s status=%d\n", argv[0], status);
	printf("# time %s %ld ms\n", argv[0], now_ms() - before);
	fflush(stdout);
	return status;
}

static void finish(int programs, int bad)
{
	printf("# programs: %d run, %d failed\n", programs, bad);
	printf("NIDUS-TEST-END %s\n", programs && !bad ? "ok" : "failed");
	fflush(stdout);
	sync();
	if (getpid() == 1)
		reboot(RB_POWER_OFF);
	exit(bad != 0);
}

int main(void)
{
	struct sigaction act = { .sa_handler = ring };
	char line[1024];
	int programs = 0;
	int bad = 0;
	FILE *list;

	make_devices();
	make_mounts();
	keep_quiet();
	sigaction(SIGALRM, &act, NULL);
	list = fopen(LIST, "re");
	if (!list)
		say("# no " LIST "\n");
	while (list && fgets(line, sizeof(line), list)) {
		line[strcspn(line, "\r\n")] = 0;
		if (!line[strspn(line, " \t")] || line[0] == '#')
			continue;
		programs++;
		if (run(line))
			bad++;
	}
	finish(programs, bad);
}
