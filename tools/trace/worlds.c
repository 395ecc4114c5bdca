/*
 * tools/trace/worlds.c - a small story of pid namespaces, to be looked at
 *
 * What:  a world is born, and one inside it; a worker dies, and its child goes
 *        to the init of its world; a signal between neighbours, one that an
 *        init is immune to; then the outer init is killed, and all of its
 *        world, with the world inside, goes with it.
 * See:   docs/tracing.md
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void ms(long n)
{
	struct timespec ts = { n / 1000, n % 1000 * 1000000 };

	while (nanosleep(&ts, &ts))
		;
}

/* As fork, with flags and a name for the child. */
static pid_t born(const char *name, unsigned long flags)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD | flags, 0, 0, 0, 0);

	if (pid < 0) {
		perror("worlds: clone");
		exit(1);
	}
	if (!pid)
		prctl(PR_SET_NAME, name);
	return pid;
}

static void sleeps(void)
{
	for (;;)
		pause();
}

static void noticed(int sig)
{
	(void)sig;
}

/* Its child outlives it. */
static void worker(void)
{
	if (!born("orphan", 0))
		sleeps();
	ms(12);
	_exit(3);
}

static void inner_init(void)
{
	pid_t reader;

	ms(4);
	reader = born("reader", 0);
	if (!reader) {
		signal(SIGUSR1, noticed);
		sleeps();
	}
	ms(6);
	if (!born("writer", 0)) {
		ms(6);
		kill(reader, SIGUSR1);
		sleeps();
	}
	sleeps();
}

static void outer_init(void)
{
	ms(6);
	if (!born("worker", 0))
		worker();
	ms(26);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	if (!born("init-B", CLONE_NEWPID))
		inner_init();
	sleeps();
}

int main(void)
{
	pid_t init;

	prctl(PR_SET_NAME, "host");
	init = born("init-A", CLONE_NEWPID);
	if (!init)
		outer_init();
	ms(70);
	kill(init, SIGTERM);	/* an init is immune to it */
	ms(14);
	kill(init, SIGKILL);
	waitpid(init, NULL, 0);
	ms(8);
	return 0;
}
