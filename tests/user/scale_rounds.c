/*
 * tests/user/scale_rounds.c - ten thousand pid namespaces, one after another
 *
 * What:  each is filled with five processes and destroyed; then chains of 32
 *        levels; every object of the kernel is given back. Slow: runs only
 *        when ONLY names it.
 * See:   docs/testing.md
 */
#include "lib/ns.h"
#include "lib/slabs.h"
#include "lib/sys.h"
#include "lib/test.h"

#define WARM_UP		300
#define ROUNDS		10000
#define LEVELS		32
#define SLACK		4

static int five_members(void *arg)
{
	(void)arg;
	for (int i = 0; i < 5; i++)
		child_idle();
	return 5;
}

static int do_rounds(int rounds)
{
	int good = 0;

	for (int i = 0; i < rounds; i++)
		good += ns_run(five_members, NULL) == EXITED(5);
	return good;
}

static void namespaces(void)
{
	static struct slabs before, after;

	need(do_rounds(WARM_UP) == WARM_UP);
	slabs_read(&before);
	CHECK_EQ("REF-08 LIM-10 10,000 namespaces of five processes",
		 do_rounds(ROUNDS), ROUNDS);
	slabs_read(&after);
	CHECK("REF-08 leave nothing", !slabs_exact() ||
	      !slabs_grown(&before, &after, SLACK));
}

/* one more level with two idle members, or back: the depth that was reached */
static int dive(int level)
{
	long pid;

	child_idle();
	if (level == LEVELS)
		return level;
	pid = ns_clone(CLONE_NEWPID);
	if (!pid)
		_exit(dive(level + 1));
	return pid > 0 ? reap((pid_t)pid) >> 8 : level;
}

static int do_chains(int chains)
{
	int good = 0;

	for (int i = 0; i < chains; i++) {
		pid_t pid = fork();

		need(pid >= 0);
		if (!pid) {
			pid = (pid_t)ns_clone(CLONE_NEWPID);
			if (!pid)
				_exit(dive(1));
			_exit(reap(pid) >> 8);
		}
		good += reap(pid) == EXITED(LEVELS);
	}
	return good;
}

static void chains(void)
{
	static struct slabs before, after;

	need(do_chains(10) == 10);
	slabs_read(&before);
	CHECK_EQ("REF-03 LIM-01 a hundred chains of 32 levels", do_chains(100),
		 100);
	slabs_read(&after);
	CHECK("REF-03 leave nothing", !slabs_exact() ||
	      !slabs_grown(&before, &after, SLACK));
}

static const struct test tests[] = {
	{ "namespaces", namespaces, 580 },
	{ "chains", chains, 200 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
