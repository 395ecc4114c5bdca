/*
 * tests/scenario/programs/world.c - a machine that stands still
 *
 * What:  a pid namespace with an init, its sleeping child and a zombie; a
 *        reader of an empty pipe; then one line, and all wait for ever.
 * See:   tests/scenario/gdb.py
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int pair[2], ready[2];

static pid_t born(const char *name, unsigned long flags)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD | flags, 0, 0, 0, 0);

	if (!pid)
		prctl(PR_SET_NAME, name);
	return pid;
}

static void sleeps(void)
{
	for (;;)
		pause();
}

static void inner(void)
{
	char byte;

	if (!born("zombie", 0))
		_exit(4);
	if (!born("reader", 0)) {
		(void)!write(ready[1], "", 1);
		(void)!read(pair[0], &byte, 1);
	}
	sleeps();
}

int main(void)
{
	char byte;

	if (pipe(pair) || pipe(ready))
		return 1;
	if (!born("inner", CLONE_NEWPID))
		inner();
	(void)!read(ready[0], &byte, 1);
	usleep(100000);
	printf("world stands still at %p\n", (void *)main);
	fflush(stdout);
	sleeps();
}
