/*
 * tests/user/race_init.c - a newborn init and signals from outside
 *
 * What:  from its first moment an init ignores what would end others: SIGTERM
 *        is sent to numbers before they are given out.
 * See:   pid_namespaces(7)
 */
#include "lib/ns.h"
#include "lib/race.h"
#include "lib/test.h"

#define AHEAD	3

struct chance {
	pid_t last;	/* newest number given out */
	int stop;
};

static int sniper(void *arg)
{
	volatile struct chance *c = arg;

	while (!c->stop)
		for (int i = 1; i <= AHEAD; i++)
			kill(c->last + i, SIGTERM);
	return 0;
}

static int sleeper(void *arg)
{
	(void)arg;
	while (pause())
		;
	return 0;
}

static void newborn(void)
{
	volatile struct chance *c = shared_alloc(sizeof(*c));
	int rounds = 0, good = 0;
	pid_t snipers[2];

	race_begin();
	for (int i = 0; i < 2; i++) {
		c->last = 1 << 30;
		snipers[i] = child_start(sniper, (void *)c);
	}
	c->last = snipers[1];
	do {
		pid_t pid = ns_start(sleeper, NULL);

		c->last = pid;
		rounds++;
		kill(pid, SIGKILL);
		good += race_reap(pid) == SIGKILL;
	} while (good == rounds && race_more());
	c->stop = 1;
	for (int i = 0; i < 2; i++)
		reap(snipers[i]);
	test_note("rounds", rounds);
	CHECK_EQ("INIT-01: immune from the first moment", good, rounds);
}

static const struct test tests[] = {
	{ "newborn", newborn, 600 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
