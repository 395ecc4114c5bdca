/*
 * tests/user/race_exec.c - exec by a thread that is not the leader
 *
 * What:  a process's number is in use at every moment of such an exec: for
 *        signals to the process, for signals to the thread of that number,
 *        and in /proc; and SIGKILL sent meanwhile is not lost.
 * See:   execve(2), tgkill(2)
 */
#include "lib/proc.h"
#include "lib/race.h"
#include "lib/test.h"
#include "lib/thread.h"

static int exec_sleeper(void *arg)
{
	(void)arg;
	race_pause(200);
	execl("/proc/self/exe", "race_exec", "sleep", NULL);
	return 1;
}

static int exec_by_thread(void *arg)
{
	struct thread thread;

	thread_start(&thread, exec_sleeper, arg);
	thread_join(&thread);
	return 1;
}

/* the letter of a state, or 0: it cannot be found */
static int found(pid_t pid)
{
	if (kill(pid, 0) || sys(SYS_tgkill, pid, pid, 0))
		return 0;
	return proc_state(pid) != 0;
}

static int round_of_exec(int looks)
{
	pid_t pid = child_start(exec_by_thread, NULL);
	int good = 1;

	for (int i = 0; i < looks; i++)
		good &= found(pid);
	kill(pid, SIGKILL);
	return race_reap(pid) == SIGKILL && good;
}

static void number_is_kept(void)
{
	int rounds = 0, good = 0;

	race_begin();
	do {
		rounds++;
		good += round_of_exec(20 + race_random(100));
	} while (good == rounds && race_more());
	test_note("rounds", rounds);
	CHECK_EQ("THR-03: the number is in use throughout an exec", good,
		 rounds);
}

static const struct test tests[] = {
	{ "number is kept", number_is_kept, 600 },
};

int main(int argc, char **argv)
{
	(void)argv;
	while (argc > 1)
		pause();
	return test_main(tests, COUNT(tests));
}
