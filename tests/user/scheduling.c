/*
 * tests/user/scheduling.c - what programs may ask of the scheduler
 *
 * What:  sched_yield, affinity, getcpu, nice and priorities, policies, and
 *        that nobody starves, nor waits where there are more than elsewhere.
 * See:   sched_setaffinity(2), getpriority(2), sched_setscheduler(2)
 */
#include "lib/sys.h"
#include "lib/test.h"

#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define NOBODY	4000000

static void yielding(void)
{
	int good = 0;

	for (int i = 0; i < 1000; i++)
		good += sched_yield() == 0;
	CHECK_EQ("sched_yield", good, 1000);
}

static void affinity(void)
{
	unsigned long set[16] = { 0 }, one[16] = { 0 };
	long size = sys(SYS_sched_getaffinity, 0, sizeof(set), P(set));
	int last = 0;

	CHECK("sched_getaffinity tells its size", size >= 8 && size % 8 == 0);
	CHECK("some CPU", set[0] & 1 || set[0]);
	for (int i = 0; i < 64; i++)
		if (set[0] >> i & 1)
			last = i;
	one[0] = 1UL << last;
	CHECK_EQ("sched_setaffinity to one",
		 sys(SYS_sched_setaffinity, 0, sizeof(one), P(one)), 0);
	CHECK("is kept", sys(SYS_sched_getaffinity, 0, sizeof(set), P(set)) >
	      0 && set[0] == one[0]);
	CHECK_EQ("and obeyed", sched_getcpu(), last);
	if (!fork())
		_exit(sched_getcpu() == last ? 0 : 1);
	CHECK_EXIT("by children too", -1, 0);
	one[0] = 0;
	CHECK_EQ("to none", sys(SYS_sched_setaffinity, 0, sizeof(one), P(one)),
		 -EINVAL);
	one[0] = 1UL << 63;
	CHECK_EQ("to one that is not there",
		 sys(SYS_sched_setaffinity, 0, 8, P(one)), -EINVAL);
	CHECK_EQ("a short buffer", sys(SYS_sched_getaffinity, 0, 0, P(set)),
		 -EINVAL);
	CHECK_EQ("an odd size", sys(SYS_sched_getaffinity, 0, 129, P(set)),
		 -EINVAL);
	CHECK_EQ("a bad pointer", sys(SYS_sched_getaffinity, 0, 128, 8),
		 -EFAULT);
	CHECK_EQ("of nobody", sys(SYS_sched_getaffinity, NOBODY, 128, P(set)),
		 -ESRCH);
	CHECK_EQ("of another", sys(SYS_sched_getaffinity, 1, 128, P(set)) > 0,
		 1);
}

static void processor(void)
{
	unsigned int cpu = 999, node = 999;

	CHECK_EQ("getcpu", sys(SYS_getcpu, P(&cpu), P(&node), 0), 0);
	CHECK("tells", cpu < 256 && node < 256);
	CHECK_EQ("nobody need know", sys(SYS_getcpu, 0, 0, 0), 0);
	CHECK_EQ("a bad pointer", sys(SYS_getcpu, 8, 0, 0), -EFAULT);
}

static int as_user(void *arg)
{
	(void)arg;
	become_user();
	errno = 0;
	if (setpriority(PRIO_PROCESS, 0, 5) || setpriority(PRIO_PROCESS, 0, 9))
		return 1;
	if (setpriority(PRIO_PROCESS, 0, 8) != -1 || errno != EACCES)
		return 2;
	if (setpriority(PRIO_PROCESS, getppid(), 9) != -1 || errno != EPERM)
		return 3;
	return getpriority(PRIO_PROCESS, 0) == 9 ? 0 : 4;
}

static void priorities(void)
{
	pid_t pid = child_idle();

	CHECK_EQ("nice is 0 at first", getpriority(PRIO_PROCESS, 0), 0);
	CHECK_OK("setpriority", setpriority(PRIO_PROCESS, pid, 7));
	CHECK_EQ("is kept", getpriority(PRIO_PROCESS, pid), 7);
	CHECK_EQ("raw: 20 minus nice",
		 sys(SYS_getpriority, PRIO_PROCESS, pid), 13);
	CHECK_OK("too much", setpriority(PRIO_PROCESS, pid, 100));
	CHECK_EQ("is 19", getpriority(PRIO_PROCESS, pid), 19);
	CHECK_OK("too little", setpriority(PRIO_PROCESS, pid, -100));
	CHECK_EQ("is -20", getpriority(PRIO_PROCESS, pid), -20);
	CHECK_EQ("the best of a group",
		 sys(SYS_getpriority, PRIO_PGRP, 0), 40);
	CHECK_OK("of a whole group", setpriority(PRIO_PGRP, 0, 4));
	CHECK_EQ("each member", getpriority(PRIO_PROCESS, pid), 4);
	if (!fork())
		_exit(getpriority(PRIO_PROCESS, 0));
	CHECK_EXIT("a child inherits it", -1, 4);
	CHECK_STATUS("an ordinary user only gives way",
		     child_run(as_user, NULL), EXITED(0));
	CHECK_ERRNO("an unknown kind", setpriority(9, 0, 0), EINVAL);
	CHECK_ERRNO("of nobody", setpriority(PRIO_PROCESS, NOBODY, 0), ESRCH);
	CHECK_EQ("asked of nobody",
		 sys(SYS_getpriority, PRIO_PROCESS, NOBODY), -ESRCH);
	child_kill(pid);
}

static void policies(void)
{
	int param = 0, ten = 10, bad = 100;

	CHECK_EQ("the policy is 0 at first", sys(SYS_sched_getscheduler, 0),
		 0);
	CHECK_EQ("sched_getparam", sys(SYS_sched_getparam, 0, P(&param)), 0);
	CHECK_EQ("is 0", param, 0);
	CHECK_EQ("realtime priorities",
		 sys(SYS_sched_get_priority_max, SCHED_FIFO) * 1000 +
		 sys(SYS_sched_get_priority_min, SCHED_FIFO), 99001);
	CHECK_EQ("of others",
		 sys(SYS_sched_get_priority_max, SCHED_OTHER), 0);
	CHECK_EQ("of none", sys(SYS_sched_get_priority_max, 77), -EINVAL);
	CHECK_EQ("SCHED_FIFO",
		 sys(SYS_sched_setscheduler, 0, SCHED_FIFO, P(&ten)), 0);
	CHECK_EQ("is kept", sys(SYS_sched_getscheduler, 0), SCHED_FIFO);
	CHECK_EQ("a priority it has not",
		 sys(SYS_sched_setscheduler, 0, SCHED_FIFO, P(&bad)), -EINVAL);
	CHECK_EQ("an ordinary one has none",
		 sys(SYS_sched_setscheduler, 0, SCHED_OTHER, P(&ten)),
		 -EINVAL);
	CHECK_EQ("back", sys(SYS_sched_setscheduler, 0, SCHED_OTHER,
			     P(&param)), 0);
	CHECK_EQ("SCHED_BATCH",
		 sys(SYS_sched_setscheduler, 0, SCHED_BATCH, P(&param)), 0);
	CHECK_EQ("of nobody",
		 sys(SYS_sched_getscheduler, NOBODY), -ESRCH);
	CHECK_EQ("an unknown policy",
		 sys(SYS_sched_setscheduler, 0, 77, P(&param)), -EINVAL);
}

static int spin(void *arg)
{
	volatile unsigned long *n = arg;

	for (;;)
		(*n)++;
	return 0;
}

static void fairness(void)
{
	unsigned long *counters = shared_alloc(4096);
	unsigned long start[8];
	pid_t pids[8];
	int moved = 0;

	for (int i = 0; i < 8; i++)
		pids[i] = child_start(spin, &counters[i * 8]);
	for (int i = 0; i < 8; i++)
		while (!*(volatile unsigned long *)&counters[i * 8])
			sched_yield();
	CHECK("eight that spin all start", 1);
	for (int i = 0; i < 8; i++)
		start[i] = *(volatile unsigned long *)&counters[i * 8];
	for (int i = 0; i < 8; i++) {
		while (*(volatile unsigned long *)&counters[i * 8] == start[i])
			sched_yield();
		moved++;
	}
	CHECK_EQ("and all go on", moved, 8);
	for (int i = 0; i < 8; i++)
		child_kill(pids[i]);
}

/* --- real-time threads and the other processors --------------------------- */

#define MS	1000000ul
#define TRIES	3

struct trio {
	volatile unsigned long turns;	/* of the least urgent one */
	volatile int stop;
	int processors;
};

static void bind(int cpu)
{
	unsigned long set[16] = { 0 };

	set[cpu / 64] = 1UL << cpu % 64;
	need(!sys(SYS_sched_setaffinity, 0, sizeof(set), P(set)));
}

static void unbind(void)
{
	unsigned long set[16];

	memset(set, 0xff, sizeof(set));
	need(!sys(SYS_sched_setaffinity, 0, sizeof(set), P(set)));
}

static void be_fifo(int priority)
{
	need(!sys(SYS_sched_setscheduler, 0, SCHED_FIFO, P(&priority)));
}

static unsigned long spent(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (unsigned long)t.tv_sec * 1000 * MS + (unsigned long)t.tv_nsec;
}

/* Runs on the first processor, and may go on anywhere. */
static int least(void *arg)
{
	struct trio *t = arg;

	bind(0);
	be_fifo(10);
	unbind();
	while (!t->stop)
		t->turns++;
	return 0;
}

/* Takes that processor for 150 ms: 0 if the other one went on meanwhile. */
static int most(struct trio *t)
{
	struct timespec nap = { 0, 20 * MS };
	unsigned long end, before;

	bind(0);
	be_fifo(20);
	nanosleep(&nap, NULL);
	before = t->turns;
	end = spent() + 150 * MS;
	while (spent() < end && t->turns - before < 1000)
		;
	return t->turns - before < 1000;
}

/* Keeps the second processor for the first 50 ms of that. */
static int third(void *arg)
{
	unsigned long end;

	(void)arg;
	bind(1);
	be_fifo(30);
	end = spent() + 70 * MS;
	while (spent() < end)
		;
	return 0;
}

/* Does the least urgent of the real-time threads go on, when a more urgent
 * one takes its processor and all others have ordinary work? */
static int goes_on(struct trio *t, int with_third)
{
	pid_t ordinary[64], second, last;
	int good;

	for (int i = 1; i < t->processors; i++) {
		ordinary[i] = fork();
		if (!ordinary[i]) {
			bind(i);
			spin(&(unsigned long){ 0 });
		}
	}
	t->stop = 0;
	t->turns = 0;
	second = child_start(least, t);
	while (!t->turns)
		sched_yield();
	last = with_third ? child_start(third, t) : 0;
	good = child_run((int (*)(void *))most, t) == EXITED(0);
	t->stop = 1;
	need(reap(second) == EXITED(0));
	need(!last || reap(last) == EXITED(0));
	for (int i = 1; i < t->processors; i++)
		child_kill(ordinary[i]);
	return good;
}

static void urgent(void)
{
	struct trio *t = shared_alloc(sizeof(*t));
	unsigned long set[16] = { 0 };
	int good[2] = { 0 };

	need(sys(SYS_sched_getaffinity, 0, sizeof(set), P(set)) > 0);
	t->processors = __builtin_popcountl(set[0]);
	if (t->processors == 1) {
		SKIP("an interrupted one goes on elsewhere", "one processor");
		SKIP("also where another one ends", "one processor");
		return;
	}
	for (int kind = 0; kind < 2; kind++)
		for (int i = 0; i < TRIES && !good[kind]; i++)
			good[kind] = goes_on(t, kind);
	CHECK("an interrupted one goes on elsewhere", good[0]);
	CHECK("also where another one ends", good[1]);
}

/* --- ordinary threads and the other processors ---------------------------- */

/* run for ever, and note on which processors */
static int roam(void *arg)
{
	for (;;)
		__atomic_or_fetch((unsigned long *)arg,
				  1UL << sched_getcpu() % 64, __ATOMIC_RELAXED);
	return 0;
}

/* Each processor has a thread of its own that never sleeps; the first one has
 * many more, which may leave it. */
static void crowd(void)
{
	volatile unsigned long *seen = shared_alloc(4096);
	unsigned long set[16] = { 0 };
	pid_t own[64], guests[8];
	int n;

	need(sys(SYS_sched_getaffinity, 0, sizeof(set), P(set)) > 0);
	n = __builtin_popcountl(set[0]);
	for (int i = 0; i < n; i++) {
		bind(i);
		own[i] = child_start(roam, (void *)&seen[8]);
	}
	bind(0);
	while (seen[8] != set[0])
		sched_yield();
	for (unsigned int i = 0; i < COUNT(guests); i++)
		guests[i] = child_start(roam, (void *)&seen[0]);
	for (unsigned int i = 0; i < COUNT(guests); i++)
		need(!sys(SYS_sched_setaffinity, guests[i], sizeof(set),
			  P(set)));
	for (int i = 0; i < 1000 && seen[0] != set[0]; i++)
		usleep(10000);
	CHECK_EQ("spreads over all processors", seen[0], set[0]);
	for (unsigned int i = 0; i < COUNT(guests); i++)
		child_kill(guests[i]);
	for (int i = 0; i < n; i++)
		child_kill(own[i]);
}

static const struct test tests[] = {
	{ "yield", yielding, 0 },
	{ "affinity", affinity, 0 },
	{ "getcpu", processor, 0 },
	{ "priorities", priorities, 0 },
	{ "policies", policies, 0 },
	{ "fairness", fairness, 0 },
	{ "urgent", urgent, 0 },
	{ "crowd", crowd, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
