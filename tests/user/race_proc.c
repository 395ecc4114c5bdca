/*
 * tests/user/race_proc.c - looking at processes that die
 *
 * What:  /proc is read and signals are sent by number while processes come
 *        and go and their numbers are used again: what is read belongs to one
 *        process, and an open directory never shows another.
 * See:   proc(5), pidfd_open(2)
 */
#include "lib/proc.h"
#include "lib/race.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define FEW_NUMBERS	400
#define CROWD		3
#define READERS		2

static int come_and_go(void *arg)
{
	(void)arg;
	for (;;) {
		pid_t pid = fork();

		if (!pid) {
			if (race_random(4) == 0)
				setsid();
			_exit(0);
		}
		race_reap(pid);
	}
}

/* 0: the number in stat is another's */
static int look_at(const char *name)
{
	char text[1024];
	long pid = atol(name);

	if (proc_read(proc_path("/proc/", pid, "/status"), text,
		      sizeof(text)) < 0 && errno != ENOENT && errno != ESRCH)
		return 0;
	if (proc_read(proc_path("/proc/", pid, "/stat"), text,
		      sizeof(text)) <= 0)
		return 1;
	getpgid(pid);
	getsid(pid);
	sched_getscheduler(pid);
	sys(SYS_tgkill, pid, pid, 0);
	return atol(text) == pid;
}

static int look_at_all(void *arg)
{
	(void)arg;
	while (race_more()) {
		DIR *dir = opendir("/proc");
		struct dirent *d;

		if (!dir)
			return 1;
		while ((d = readdir(dir)))
			if (d->d_name[0] >= '1' && d->d_name[0] <= '9' &&
			    !look_at(d->d_name))
				return 2;
		closedir(dir);
	}
	return 0;
}

static void looked_at(void)
{
	pid_t crowd[CROWD], reader[READERS];
	int good = 0;

	race_pid_max(FEW_NUMBERS);
	race_begin();
	for (int i = 0; i < CROWD; i++)
		crowd[i] = child_start(come_and_go, NULL);
	for (int i = 0; i < READERS; i++)
		reader[i] = child_start(look_at_all, NULL);
	for (int i = 0; i < READERS; i++)
		good += reap(reader[i]) == 0;
	for (int i = 0; i < CROWD; i++)
		child_kill(crowd[i]);
	race_pid_max(0);
	CHECK_EQ("what is shown belongs to one process", good, READERS);
}

static int quit(void *arg)
{
	(void)arg;
	return 0;
}

/* its directory, held open, and its pidfd, once the number is another's */
static int stays_dead(pid_t pid)
{
	int dir = open(proc_path("/proc/", pid, ""), O_RDONLY | O_DIRECTORY);
	long pidfd = sys(SYS_pidfd_open, pid, 0);
	int good = dir >= 0 && pidfd >= 0;
	pid_t next;

	kill(pid, SIGKILL);
	good &= race_reap(pid) == SIGKILL;
	do {
		next = child_start(quit, NULL);
		if (next == pid)
			good &= openat(dir, "stat", O_RDONLY) < 0 &&
				sys(SYS_pidfd_send_signal, pidfd, 0, 0, 0) ==
					-ESRCH;
		reap(next);
	} while (next != pid && race_more());
	close(dir);
	close(pidfd);
	return good;
}

static void used_again(void)
{
	int rounds = 0, good = 0;

	race_pid_max(FEW_NUMBERS);
	race_begin();
	do {
		rounds++;
		good += stays_dead(child_idle());
	} while (good == rounds && race_more());
	race_pid_max(0);
	CHECK_EQ("PROC-11: a number used again is another process", good,
		 rounds);
}

static int threads_come_and_go(void *arg)
{
	struct thread thread;

	(void)arg;
	for (;;) {
		thread_start(&thread, quit, NULL);
		thread_join(&thread);
	}
	return 0;
}

/* threads that end while they are listed have no entry, above all not "0" */
static void threads_listed(void)
{
	pid_t pid = child_start(threads_come_and_go, NULL);
	int zeros = 0, leader = 0, rounds = 0;

	race_begin();
	do {
		DIR *dir = opendir(proc_path("/proc/", pid, "/task"));
		struct dirent *d;

		need(dir);
		rounds++;
		while ((d = readdir(dir))) {
			zeros += !strcmp(d->d_name, "0");
			leader += atol(d->d_name) == pid;
		}
		closedir(dir);
	} while (race_more());
	child_kill(pid);
	CHECK_EQ("no thread has the number 0", zeros, 0);
	CHECK_EQ("the first one is always there", leader, rounds);
}

static const struct test tests[] = {
	{ "looked at", looked_at, 600 },
	{ "used again", used_again, 600 },
	{ "threads listed", threads_listed, 600 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
