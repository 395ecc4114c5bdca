/*
 * tests/user/race_kill.c - kill(-1) against forks, with few numbers
 *
 * What:  chains and trees of processes fork as fast as they can, in a
 *        namespace whose numbers come round all the time. One kill(-1) leaves
 *        nobody. A signal with a handler comes to each process once, and not
 *        to children of one that had it before they were born.
 * See:   kill(2)
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/race.h"
#include "lib/test.h"

#define FEW_NUMBERS	420
#define CHAINS		12
/* so that the numbers come round at once */
#define LAST_PID	"/proc/sys/kernel/ns_last_pid"
#define NEARLY_ROUND	"400"

/* always one process, each time another */
static void chain(void)
{
	for (;;) {
		pid_t pid = fork();

		if (pid > 0)
			_exit(0);
		if (pid < 0)
			race_pause(100);
	}
}

static int kill_chains(void *arg)
{
	int status;

	(void)arg;
	/* of this namespace, where it has its own */
	race_pid_max(FEW_NUMBERS);
	need(!proc_write(LAST_PID, NEARLY_ROUND));
	signal(SIGCHLD, SIG_IGN);
	for (int i = 0; i < CHAINS; i++)
		if (fork() == 0)
			chain();
	race_pause(3000);
	if (kill(-1, SIGKILL))
		return 1;
	for (;;) {
		status = race_reap(-1);
		if (status == -1)
			return errno == ECHILD ? 0 : 2;
	}
}

static void nobody_is_left(void)
{
	int rounds = 0, good = 0;

	race_pid_max(FEW_NUMBERS);
	race_begin();
	do {
		pid_t init = ns_start(kill_chains, NULL);
		int status = race_reap(init);

		rounds++;
		good += status == 0;
		if (status == -1)
			child_kill(init);
	} while (good == rounds && race_more());
	race_pid_max(0);
	test_note("rounds", rounds);
	CHECK_EQ("SIG-23: kill(-1) leaves nobody", good, rounds);
}

static volatile sig_atomic_t hits;

static void hit(int sig)
{
	(void)sig;
	hits++;
}

/* until hit; then a child, born after the signal, that must not be hit */
static int hit_once(void)
{
	pid_t pid;

	while (!hits) {
		pid = fork();
		if (!pid)
			_exit(0);
		if (pid > 0)
			race_reap(pid);
	}
	hits = 0;
	pid = fork();
	if (!pid) {
		race_pause(3000);
		_exit(hits != 0);
	}
	if (pid < 0 || race_reap(pid) != 0)
		return 3;
	return hits ? 4 : 0;
}

static int hit_all(void *arg)
{
	int bad = 0, status;

	(void)arg;
	handle(SIGUSR1, hit, 0);
	for (int i = 0; i < 4; i++)
		if (fork() == 0)
			_exit(hit_once());
	race_pause(2000);
	if (kill(-1, SIGUSR1))
		return 1;
	while ((status = race_reap(-1)) != -1)
		bad |= status;
	return errno == ECHILD ? bad >> 8 : 2;
}

static void nobody_is_hit_twice(void)
{
	int rounds = 0, good = 0;

	race_begin();
	do {
		rounds++;
		good += race_reap(ns_start(hit_all, NULL)) == 0;
	} while (good == rounds && race_more());
	test_note("rounds", rounds);
	CHECK_EQ("a signal to all is for who was there", good, rounds);
}

static const struct test tests[] = {
	{ "nobody is left", nobody_is_left, 600 },
	{ "nobody is hit twice", nobody_is_hit_twice, 600 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
