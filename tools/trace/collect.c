/*
 * tools/trace/collect.c - the first process of a machine that is traced
 *
 * What:  runs a program, as a child or (TRACE_WORLD=1) as the init of a pid
 *        namespace of its own, so that even one that powers the machine off
 *        comes to an end; reads /proc/nidus/trace all the while, and prints
 *        what it read between two marks when the program has ended, or
 *        TRACE_SECONDS have passed. Then the power is off.
 * See:   docs/tracing.md; tools/trace/trace.py, which boots it
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PIECE 65536
#define LOOK_MS 20
#define SETTLE_MS 60

static char *text;
static size_t len, room;

static void die(const char *what)
{
	perror(what);
	sync();
	reboot(RB_POWER_OFF);
	_exit(1);
}

/* All that the rings have now, behind what there was. */
static void drain(int fd)
{
	for (;;) {
		ssize_t n;

		if (room - len < PIECE) {
			room = room ? 2 * room : 16 * PIECE;
			text = realloc(text, room);
			if (!text)
				die("collect: memory");
		}
		n = read(fd, text + len, PIECE);
		if (n < 0)
			die("collect: /proc/nidus/trace");
		if (!n)
			return;
		len += (size_t)n;
	}
}

static pid_t start(char **argv, int world)
{
	unsigned long flags = SIGCHLD;
	pid_t pid;

	if (world)
		flags |= CLONE_NEWPID | CLONE_NEWNS;
	pid = (pid_t)syscall(SYS_clone, flags, 0, 0, 0, 0);
	if (pid < 0)
		die("collect: clone");
	if (pid)
		return pid;
	setsid();
	if (world && mount("proc", "/proc", "proc", 0, NULL))
		die("collect: mount");
	execv(argv[0], argv);
	die(argv[0]);
	return -1;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

/* Until @pid has ended or @seconds are over; other children are reaped too. */
static void watch(int fd, pid_t pid, double seconds)
{
	double end = now() + seconds;
	int running = 1;

	while (running && now() < end) {
		pid_t gone = waitpid(-1, NULL, WNOHANG);

		if (gone == pid)
			running = 0;
		drain(fd);
		if (gone <= 0)
			poll(NULL, 0, LOOK_MS);
	}
	poll(NULL, 0, SETTLE_MS);
	drain(fd);
}

static void print_status(void)
{
	char line[256];
	FILE *f = fopen("/proc/nidus/trace_status", "r");

	while (f && fgets(line, sizeof(line), f))
		printf("# %s", line);
}

int main(int argc, char **argv)
{
	const char *seconds = getenv("TRACE_SECONDS");
	const char *groups = getenv("TRACE_GROUPS");
	int world = getenv("TRACE_WORLD") != NULL;
	int fd, on;

	if (argc < 2)
		die("collect: no program");
	mkdir("/proc", 0755);
	mkdir("/tmp", 01777);
	mount("proc", "/proc", "proc", 0, NULL);
	fd = open("/proc/nidus/trace", O_RDONLY | O_CLOEXEC);
	on = open("/proc/nidus/trace", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || on < 0)
		die("collect: /proc/nidus/trace");
	if (groups && write(on, groups, strlen(groups)) < 0)
		die("collect: groups");
	watch(fd, start(argv + 1, world), seconds ? atof(seconds) : 30);
	if (write(on, "none", 4) < 0)
		die("collect: none");
	drain(fd);
	printf("NIDUS-TRACE-BEGIN\n");
	print_status();
	fwrite(text, 1, len, stdout);
	printf("NIDUS-TRACE-END\n");
	fflush(stdout);
	reboot(RB_POWER_OFF);
	return 0;
}
