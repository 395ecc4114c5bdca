/*
 * tests/user/futex.c - futexes
 *
 * What:  wait, wake, requeue, bit sets, time limits, errors; sharing between
 *        processes; robust lists of threads and processes that die.
 * Not:   interruption by signals is in sig_restart.c.
 * See:   futex(2), get_robust_list(2)
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>
#include <time.h>

static int *words;

struct waiter {
	int word;
	int op;
	int bits;
};

static void errors(void)
{
	struct timespec bad = { 0, 1000000000 };
	int word = 5;

	CHECK_EQ("another value: EAGAIN",
		 futex(&word, FUTEX_WAIT, 4, NULL, NULL, 0), -EAGAIN);
	CHECK_EQ("not aligned",
		 futex((int *)((char *)&word + 1), FUTEX_WAIT, 5, NULL, NULL,
		       0), -EINVAL);
	CHECK_EQ("a bad address",
		 sys(SYS_futex, 8, FUTEX_WAIT, 0, 0, 0, 0), -EFAULT);
	CHECK_EQ("an address in the kernel",
		 sys(SYS_futex, (long)0xffff800000000000UL, FUTEX_WAIT, 0, 0,
		     0, 0), -EFAULT);
	CHECK_EQ("wake of a bad address",
		 sys(SYS_futex, 8, FUTEX_WAKE, 1, 0, 0, 0), -EFAULT);
	CHECK_EQ("wake of a private bad address wakes nobody",
		 sys(SYS_futex, 8, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, 0, 0,
		     0), 0);
	CHECK_EQ("an unknown operation", futex(&word, 99, 0, NULL, NULL, 0),
		 -ENOSYS);
	CHECK_EQ("no bits to wait for",
		 futex(&word, FUTEX_WAIT_BITSET, 5, NULL, NULL, 0), -EINVAL);
	CHECK_EQ("no bits to wake",
		 futex(&word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0), -EINVAL);
	CHECK_EQ("a bad time", futex(&word, FUTEX_WAIT, 5, &bad, NULL, 0),
		 -EINVAL);
	bad = (struct timespec){ -1, 0 };
	CHECK_EQ("a negative time", futex(&word, FUTEX_WAIT, 5, &bad, NULL,
					  0), -EINVAL);
	CHECK_EQ("a bad pointer to a time",
		 futex(&word, FUTEX_WAIT, 5, (void *)8, NULL, 0), -EFAULT);
	CHECK_EQ("nobody to wake", futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0),
		 0);
	CHECK_EQ("a negative number to requeue",
		 sys(SYS_futex, P(&word), FUTEX_REQUEUE, 1, -1, P(&word), 0),
		 -EINVAL);
}

static void limits(void)
{
	struct timespec limit = { 0, 20000000 }, before, after;
	int word = 5;
	long ns;

	clock_gettime(CLOCK_MONOTONIC, &before);
	CHECK_EQ("a time limit", futex(&word, FUTEX_WAIT, 5, &limit, NULL, 0),
		 -ETIMEDOUT);
	clock_gettime(CLOCK_MONOTONIC, &after);
	ns = (after.tv_sec - before.tv_sec) * 1000000000L + after.tv_nsec -
	     before.tv_nsec;
	CHECK("is not early", ns >= 20000000);
	after.tv_nsec = 0;
	CHECK_EQ("an absolute time gone by",
		 futex(&word, FUTEX_WAIT_BITSET, 5, &after, NULL, -1),
		 -ETIMEDOUT);
	clock_gettime(CLOCK_REALTIME, &after);
	CHECK_EQ("one of the wall clock",
		 futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 5,
		       &after, NULL, -1), -ETIMEDOUT);
	limit = (struct timespec){ 0, 0 };
	CHECK_EQ("no time at all", futex(&word, FUTEX_WAIT, 5, &limit, NULL,
					 0), -ETIMEDOUT);
}

static int wait_on(void *arg)
{
	struct waiter *w = arg;

	return (int)-futex(&words[w->word], w->op, 0, NULL, NULL, w->bits);
}

/* a child that is asleep on a word of the shared page */
static pid_t sleeper(int word, int op, int bits)
{
	struct waiter w = { word, op, bits };
	pid_t pid = child_start(wait_on, &w);

	proc_await(pid, "S");
	return pid;
}

static int wake(int word, int n)
{
	return (int)futex(&words[word], FUTEX_WAKE, n, NULL, NULL, 0);
}

/* how many of the children have ended well */
static int ended(const pid_t *pids, int n)
{
	int good = 0;

	for (int i = 0; i < n; i++)
		good += waitpid(pids[i], NULL, 0) == pids[i];
	return good;
}

static void waking(void)
{
	pid_t pids[5];

	words = shared_alloc(4096);
	for (int i = 0; i < 5; i++)
		pids[i] = sleeper(0, FUTEX_WAIT, 0);
	CHECK_EQ("wake two of five", wake(0, 2), 2);
	CHECK_EQ("of another word nobody", wake(1, 5), 0);
	CHECK_EQ("wake the rest", wake(0, 100), 3);
	CHECK_EQ("all go on", ended(pids, 5), 5);
	pids[0] = sleeper(0, FUTEX_WAIT, 0);
	CHECK_EQ("a private wake does not meet a shared wait",
		 futex(&words[0], FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL,
		       NULL, 0), 0);
	CHECK_EQ("a shared one does", wake(0, 1), 1);
	CHECK_EXIT("with result 0", pids[0], 0);
}

static void bit_sets(void)
{
	pid_t one, two;

	words = shared_alloc(4096);
	one = sleeper(0, FUTEX_WAIT_BITSET, 1);
	two = sleeper(0, FUTEX_WAIT_BITSET, 6);
	CHECK_EQ("wake by bits that nobody has",
		 futex(&words[0], FUTEX_WAKE_BITSET, 9, NULL, NULL, 8), 0);
	CHECK_EQ("by bits that one has",
		 futex(&words[0], FUTEX_WAKE_BITSET, 9, NULL, NULL, 4), 1);
	CHECK_EXIT("it goes on", two, 0);
	CHECK_EQ("a plain wake meets all bits", wake(0, 9), 1);
	CHECK_EXIT("the other goes on", one, 0);
}

static long requeue(int op, int nwake, long nmove, int expected)
{
	return sys(SYS_futex, P(&words[0]), op, nwake, nmove, P(&words[1]),
		   expected);
}

static void requeueing(void)
{
	pid_t pids[5];

	words = shared_alloc(4096);
	for (int i = 0; i < 5; i++)
		pids[i] = sleeper(0, FUTEX_WAIT, 0);
	CHECK_EQ("CMP_REQUEUE with another value: EAGAIN",
		 requeue(FUTEX_CMP_REQUEUE, 1, 2, 7), -EAGAIN);
	CHECK_EQ("CMP_REQUEUE wakes one and moves two",
		 requeue(FUTEX_CMP_REQUEUE, 1, 2, 0), 3);
	CHECK_EQ("REQUEUE moves one", requeue(FUTEX_REQUEUE, 0, 1, 0), 1);
	CHECK_EQ("the moved ones wait on the other word", wake(1, 9), 3);
	CHECK_EQ("and one on the first", wake(0, 9), 1);
	CHECK_EQ("all go on", ended(pids, 5), 5);
}

static void wake_op(void)
{
	pid_t pids[2];
	int op = FUTEX_OP(FUTEX_OP_SET, 9, FUTEX_OP_CMP_EQ, 0);

	words = shared_alloc(4096);
	pids[0] = sleeper(0, FUTEX_WAIT, 0);
	pids[1] = sleeper(1, FUTEX_WAIT, 0);
	CHECK_EQ("WAKE_OP wakes both",
		 sys(SYS_futex, P(&words[0]), FUTEX_WAKE_OP, 1, 1,
		     P(&words[1]), op), 2);
	CHECK_EQ("and sets the second word", words[1], 9);
	CHECK_EQ("both go on", ended(pids, 2), 2);
	CHECK_EQ("if the condition fails the second is left",
		 sys(SYS_futex, P(&words[0]), FUTEX_WAKE_OP, 1, 1,
		     P(&words[1]), op), 0);
}

static int wait_elsewhere(void *arg)
{
	int *there = mremap(words, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED,
			    (char *)arg);

	if (there == MAP_FAILED)
		return 1;
	return (int)-futex(&there[3], FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void addresses(void)
{
	char *room;
	pid_t pid;

	words = shared_alloc(4096);
	room = shared_alloc(4096);
	pid = child_start(wait_elsewhere, room);
	while (wake(3, 1) == 0)
		sched_yield();
	CHECK_EXIT("processes meet at one word under two addresses", pid, 0);
}

static int thread_word;

static int thread_wait(void *arg)
{
	*(volatile long *)arg =
		futex(&thread_word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, NULL,
		      NULL, 0);
	return 0;
}

static void threads(void)
{
	struct thread thread[3];
	long results[3] = { 1, 1, 1 };
	int woken = 0;

	thread_word = 0;
	for (int i = 0; i < 3; i++)
		thread_start(&thread[i], thread_wait, &results[i]);
	while (woken < 3) {
		woken += futex(&thread_word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG,
			       1, NULL, NULL, 0);
		sched_yield();
	}
	for (int i = 0; i < 3; i++)
		thread_join(&thread[i]);
	CHECK_EQ("three threads are woken one by one",
		 results[0] | results[1] | results[2], 0);
}

struct robust {
	struct robust_list_head head;
	struct robust_list node[3];
	int word[4];
};

/* take the three locks and die with them */
static int die_with_locks(void *arg)
{
	struct robust *r = arg;
	int tid = (int)sys(SYS_gettid);

	r->head.list.next = &r->node[0];
	r->node[0].next = &r->node[1];
	r->node[1].next = &r->head.list;
	r->head.futex_offset = (char *)&r->word[0] - (char *)&r->node[0];
	r->head.list_op_pending = NULL;
	r->word[0] = tid | FUTEX_WAITERS;
	r->word[2] = tid;
	sys(SYS_set_robust_list, P(&r->head), sizeof(r->head));
	return 0;
}

static void robust_layout(struct robust *r)
{
	CHECK_EQ("the owner's death is marked, waiters kept",
		 r->word[0], (int)(FUTEX_OWNER_DIED | FUTEX_WAITERS));
	CHECK_EQ("for each lock in the list", r->word[2],
		 (int)FUTEX_OWNER_DIED);
}

static void robust_threads(void)
{
	struct robust *r = shared_alloc(4096);
	struct thread thread;

	thread_start(&thread, die_with_locks, r);
	thread_join(&thread);
	robust_layout(r);
}

static int wait_for_owner(void *arg)
{
	int *word = arg;
	int value = *word;

	while (!(*(volatile int *)word & FUTEX_OWNER_DIED))
		futex(word, FUTEX_WAIT, value, NULL, NULL, 0);
	return 0;
}

static int lock_and_wait(void *arg)
{
	die_with_locks(arg);
	return pause();
}

static void robust_processes(void)
{
	struct robust *r = shared_alloc(4096);
	pid_t owner = child_start(lock_and_wait, r);
	pid_t waiter;

	proc_await(owner, "S");
	while (!*(volatile int *)&r->word[2])
		sched_yield();
	proc_await(owner, "S");
	waiter = child_start(wait_for_owner, &r->word[0]);
	proc_await(waiter, "S");
	child_kill(owner);
	CHECK_EXIT("a waiter is woken when the owner is killed", waiter, 0);
	CHECK_EQ("the word tells why", r->word[0],
		 (int)(FUTEX_OWNER_DIED | FUTEX_WAITERS));
}

static int broken_list(void *arg)
{
	struct robust *r = arg;

	r->head.list.next = (void *)8;
	r->head.futex_offset = 0;
	sys(SYS_set_robust_list, P(&r->head), sizeof(r->head));
	return 0;
}

static int endless_list(void *arg)
{
	struct robust *r = arg;

	r->head.list.next = &r->node[0];
	r->node[0].next = &r->node[0];
	r->head.futex_offset = (char *)&r->word[0] - (char *)&r->node[0];
	r->word[0] = 0;
	sys(SYS_set_robust_list, P(&r->head), sizeof(r->head));
	return 0;
}

static void robust_errors(void)
{
	struct robust *r = shared_alloc(4096);
	struct robust_list_head *head = NULL;
	size_t len = 0;

	CHECK_EQ("set_robust_list of another size",
		 sys(SYS_set_robust_list, P(&r->head), 23), -EINVAL);
	CHECK_EQ("set_robust_list", sys(SYS_set_robust_list, P(&r->head), 24),
		 0);
	CHECK_EQ("get_robust_list",
		 sys(SYS_get_robust_list, 0, P(&head), P(&len)), 0);
	CHECK("gives it back", head == &r->head && len == 24);
	CHECK_EQ("of nobody",
		 sys(SYS_get_robust_list, 4000000, P(&head), P(&len)), -ESRCH);
	sys(SYS_set_robust_list, 0, 24);
	CHECK_STATUS("a list that points nowhere does no harm",
		     child_run(broken_list, r), EXITED(0));
	CHECK_STATUS("nor one without an end", child_run(endless_list, r),
		     EXITED(0));
}

static const struct test tests[] = {
	{ "errors", errors, 0 },
	{ "time limits", limits, 0 },
	{ "wake", waking, 0 },
	{ "bit sets", bit_sets, 0 },
	{ "requeue", requeueing, 0 },
	{ "WAKE_OP", wake_op, 0 },
	{ "addresses", addresses, 0 },
	{ "threads", threads, 0 },
	{ "robust threads", robust_threads, 0 },
	{ "robust processes", robust_processes, 0 },
	{ "robust errors", robust_errors, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
