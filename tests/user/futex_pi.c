/*
 * tests/user/futex_pi.c - futexes with priority inheritance, and the younger
 *                         calls
 *
 * What:  locking, handing over, deadlock, death of owners, inherited
 *        priorities, conditions that are requeued to a lock; futex_waitv,
 *        futex_wake, futex_wait, futex_requeue.
 * See:   futex(2), "Priority-inheritance futexes"
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <linux/futex.h>
#include <sched.h>
#include <stddef.h>
#include <time.h>

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2	13
#endif
#define NR_WAITV	449
#define NR_WAKE		454
#define NR_WAIT		455
#define NR_REQUEUE	456
#define SIZE_U32	2
#define WAITERS		0x80000000u
#define OWNER_DIED	0x40000000u
#define TID_MASK	0x3fffffffu
#define MIXED_TIMES	40000

struct wait_word {
	uint64_t val, addr;
	uint32_t flags, reserved;
};

/* shared: words and notes of the children */
static unsigned int *words;

#define LOCK	(&words[0])
#define OTHER	(&words[1])
#define COND	(&words[2])

static void set_up(void)
{
	words = shared_alloc(4096);
}

static long pi(unsigned int *word, int op)
{
	return futex((int *)word, op, 0, NULL, NULL, 0);
}

static long self(void)
{
	return sys(SYS_gettid);
}

static void alone(void)
{
	set_up();
	CHECK_EQ("lock", pi(LOCK, FUTEX_LOCK_PI), 0);
	CHECK_EQ("ours", *LOCK, self());
	CHECK_EQ("again", pi(LOCK, FUTEX_LOCK_PI), -EDEADLK);
	CHECK_EQ("try again", pi(LOCK, FUTEX_TRYLOCK_PI), -EDEADLK);
	CHECK_EQ("unlock", pi(LOCK, FUTEX_UNLOCK_PI), 0);
	CHECK_EQ("free", *LOCK, 0);
	CHECK_EQ("unlock what is free", pi(LOCK, FUTEX_UNLOCK_PI), -EPERM);
	CHECK_EQ("try", pi(LOCK, FUTEX_TRYLOCK_PI), 0);
	CHECK_EQ("private unlock", pi(LOCK, FUTEX_UNLOCK_PI |
				      FUTEX_PRIVATE_FLAG), 0);
	CHECK_EQ("LOCK_PI2", pi(LOCK, FUTEX_LOCK_PI2), 0);
	pi(LOCK, FUTEX_UNLOCK_PI);
	*LOCK = 0x3ffffff0;
	CHECK_EQ("nobody has that number", pi(LOCK, FUTEX_LOCK_PI), -ESRCH);
	CHECK_EQ("a bad address", sys(SYS_futex, 8, FUTEX_LOCK_PI, 0, 0),
		 -EFAULT);
	CHECK_EQ("not aligned", sys(SYS_futex, P(LOCK) + 1, FUTEX_LOCK_PI, 0,
				    0), -EINVAL);
	*LOCK = OWNER_DIED;
	CHECK_EQ("of one who died", pi(LOCK, FUTEX_LOCK_PI), 0);
	CHECK_EQ("it tells", *LOCK, OWNER_DIED | (unsigned int)self());
}

static int take_and_tell(void *arg)
{
	long ret = pi(LOCK, FUTEX_LOCK_PI);

	(void)arg;
	if (ret)
		return (int)-ret;
	if ((*LOCK & TID_MASK) != (unsigned int)self())
		return 200;
	words[10]++;
	return pi(LOCK, FUTEX_UNLOCK_PI) ? 201 : 0;
}

static pid_t waiter(int (*fn)(void *arg))
{
	pid_t pid = child_start(fn, NULL);

	proc_await(pid, "S");
	return pid;
}

static int try_it(void *arg)
{
	(void)arg;
	return (int)-pi(LOCK, FUTEX_TRYLOCK_PI);
}

static int unlock_it(void *arg)
{
	(void)arg;
	return (int)-pi(LOCK, FUTEX_UNLOCK_PI);
}

static void handing_over(void)
{
	pid_t a, b;

	set_up();
	pi(LOCK, FUTEX_LOCK_PI);
	a = waiter(take_and_tell);
	CHECK_EQ("somebody waits", *LOCK, WAITERS | (unsigned int)self());
	b = waiter(take_and_tell);
	CHECK_STATUS("one may not try", child_run(try_it, NULL),
		     EXITED(EAGAIN));
	CHECK_STATUS("nor unlock for us", child_run(unlock_it, NULL),
		     EXITED(EPERM));
	CHECK_EQ("unlock", pi(LOCK, FUTEX_UNLOCK_PI), 0);
	CHECK_EXIT("the first had it", a, 0);
	CHECK_EXIT("the second had it", b, 0);
	CHECK_EQ("both", words[10], 2);
	CHECK_EQ("free at the end", pi(LOCK, FUTEX_TRYLOCK_PI), 0);
}

static void on_signal(int sig)
{
	(void)sig;
	words[11]++;
}

static int take_handled(void *arg)
{
	handle(SIGUSR1, on_signal, 0);
	return take_and_tell(arg);
}

static int take_limited(void *arg)
{
	struct timespec t;

	(void)arg;
	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += 20000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	return (int)-sys(SYS_futex, P(LOCK), FUTEX_LOCK_PI, 0, P(&t));
}

static int take_limited_monotonic(void *arg)
{
	struct timespec t;

	(void)arg;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int)-sys(SYS_futex, P(LOCK), FUTEX_LOCK_PI2, 0, P(&t));
}

static void ends_of_sleep(void)
{
	pid_t pid;

	set_up();
	pi(LOCK, FUTEX_LOCK_PI);
	CHECK_STATUS("a time limit", child_run(take_limited, NULL),
		     EXITED(ETIMEDOUT));
	CHECK_STATUS("of the other clock",
		     child_run(take_limited_monotonic, NULL),
		     EXITED(ETIMEDOUT));
	pid = waiter(take_handled);
	kill(pid, SIGUSR1);
	while (!__atomic_load_n(&words[11], __ATOMIC_ACQUIRE))
		sched_yield();
	proc_await(pid, "S");
	CHECK_EQ("a signal only interrupts", *LOCK & TID_MASK, self());
	pi(LOCK, FUTEX_UNLOCK_PI);
	CHECK_EXIT("it goes on waiting", pid, 0);
	CHECK_EQ("a clock flag is not for LOCK_PI",
		 pi(LOCK, FUTEX_LOCK_PI | FUTEX_CLOCK_REALTIME), -ENOSYS);
	pi(LOCK, FUTEX_LOCK_PI);
	pid = waiter(take_and_tell);
	child_kill(pid);
	CHECK_EQ("a waiter that dies", pi(LOCK, FUTEX_UNLOCK_PI), 0);
	CHECK_EQ("leaves it free", *LOCK & TID_MASK, 0);
}

static int cross(void *arg)
{
	(void)arg;
	pi(OTHER, FUTEX_LOCK_PI);
	__atomic_store_n(&words[12], 1, __ATOMIC_RELEASE);
	pi(LOCK, FUTEX_LOCK_PI);	/* waits for us */
	pi(LOCK, FUTEX_UNLOCK_PI);
	pi(OTHER, FUTEX_UNLOCK_PI);
	return 0;
}

static void deadlock(void)
{
	pid_t pid;

	set_up();
	pi(LOCK, FUTEX_LOCK_PI);
	pid = child_start(cross, NULL);
	while (!__atomic_load_n(&words[12], __ATOMIC_ACQUIRE))
		sched_yield();
	proc_await(pid, "S");
	CHECK_EQ("a circle of two", pi(OTHER, FUTEX_LOCK_PI), -EDEADLK);
	pi(LOCK, FUTEX_UNLOCK_PI);
	CHECK_EXIT("the other goes on", pid, 0);
}

static int take_and_die(void *arg)
{
	(void)arg;
	pi(LOCK, FUTEX_LOCK_PI);
	__atomic_store_n(&words[12], 1, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&words[13], __ATOMIC_ACQUIRE))
		sched_yield();
	return 0;
}

static int inherit(void *arg)
{
	(void)arg;
	if (pi(LOCK, FUTEX_LOCK_PI))
		return 1;
	return *LOCK & OWNER_DIED ? 0 : 2;
}

static void death(void)
{
	pid_t owner, heir;

	set_up();
	owner = child_start(take_and_die, NULL);
	while (!__atomic_load_n(&words[12], __ATOMIC_ACQUIRE))
		sched_yield();
	heir = waiter(inherit);
	__atomic_store_n(&words[13], 1, __ATOMIC_RELEASE);
	reap(owner);
	CHECK_EXIT("the heir learns that the owner died", heir, 0);
	CHECK_EQ("who left without telling: nobody", pi(LOCK, FUTEX_LOCK_PI),
		 -ESRCH);
}

struct robust {
	struct robust_list_head head;
	struct robust_list entry;
	unsigned int word;
};

static struct robust *robust;

static int die_robustly(void *arg)
{
	(void)arg;
	robust->head.list.next = (void *)((char *)&robust->entry + 1);
	robust->entry.next = &robust->head.list;
	robust->head.futex_offset = (long)(offsetof(struct robust, word) -
					   offsetof(struct robust, entry));
	sys(SYS_set_robust_list, P(&robust->head), sizeof(robust->head));
	return (int)-pi(&robust->word, FUTEX_LOCK_PI);
}

static void robust_death(void)
{
	robust = shared_alloc(4096);
	CHECK_STATUS("an owner with a robust list",
		     child_run(die_robustly, NULL), EXITED(0));
	CHECK_EQ("marks the word", robust->word, OWNER_DIED);
	CHECK_EQ("the next one gets it", pi(&robust->word, FUTEX_LOCK_PI), 0);
	CHECK_EQ("and sees it", robust->word,
		 OWNER_DIED | (unsigned int)self());
}

/*
 * One processor: a low owner, a middle one that never rests, a high waiter.
 * Without inheritance the high one would wait for the middle one.
 */
static void on_one_cpu(int priority)
{
	struct sched_param p = { .sched_priority = priority };
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	need(!sys(SYS_sched_setaffinity, 0, sizeof(one), P(&one)));
	need(!sys(SYS_sched_setscheduler, 0, SCHED_FIFO, P(&p)));
}

static int low(void *arg)
{
	(void)arg;
	on_one_cpu(2);
	pi(LOCK, FUTEX_LOCK_PI);
	__atomic_store_n(&words[12], 1, __ATOMIC_RELEASE);
	/* until the high one waits, and then some work */
	while (!(__atomic_load_n(LOCK, __ATOMIC_ACQUIRE) & WAITERS))
		sched_yield();
	for (int i = 0; i < 100; i++)
		sys(SYS_getppid);
	words[14] = words[15];	/* has the middle one run meanwhile? */
	pi(LOCK, FUTEX_UNLOCK_PI);
	return 0;
}

static int middle(void *arg)
{
	struct timespec t0, t;

	(void)arg;
	on_one_cpu(5);
	clock_gettime(CLOCK_MONOTONIC, &t0);
	do {
		clock_gettime(CLOCK_MONOTONIC, &t);
	} while (!__atomic_load_n(&words[16], __ATOMIC_ACQUIRE) &&
		 t.tv_sec - t0.tv_sec < 20);
	words[15] = 1;
	return 0;
}

static int high(void *arg)
{
	(void)arg;
	on_one_cpu(9);
	words[13] = (unsigned int)fork();
	if (!words[13])
		_exit(middle(NULL));
	pi(LOCK, FUTEX_LOCK_PI);
	__atomic_store_n(&words[16], 1, __ATOMIC_RELEASE);
	pi(LOCK, FUTEX_UNLOCK_PI);
	return reap((pid_t)words[13]) ? 1 : 0;
}

static void inheritance(void)
{
	struct sched_param p;
	pid_t owner, waiter_pid;

	set_up();
	owner = child_start(low, NULL);
	while (!__atomic_load_n(&words[12], __ATOMIC_ACQUIRE))
		sched_yield();
	waiter_pid = child_start(high, NULL);
	CHECK_EXIT("the owner ran ahead of the middle one", owner, 0);
	CHECK_EXIT("and the high one got the lock", waiter_pid, 0);
	CHECK_EQ("before the middle one ended", words[14], 0);
	CHECK_EQ("ours is as before", sys(SYS_sched_getparam, 0, P(&p)), 0);
}

static int wait_requeue(void *arg)
{
	long ret = sys(SYS_futex, P(COND), FUTEX_WAIT_REQUEUE_PI, 0, 0,
		       P(LOCK), 0);

	(void)arg;
	if (ret)
		return (int)-ret;
	if ((*LOCK & TID_MASK) != (unsigned int)self())
		return 200;
	words[10]++;
	return pi(LOCK, FUTEX_UNLOCK_PI) ? 201 : 0;
}

static int wait_plain(void *arg)
{
	(void)arg;
	return (int)-sys(SYS_futex, P(COND), FUTEX_WAIT, 0, 0);
}

static long requeue(int wake, int move, unsigned int value)
{
	return sys(SYS_futex, P(COND), FUTEX_CMP_REQUEUE_PI, wake, move,
		   P(LOCK), value);
}

static void conditions(void)
{
	pid_t a, b, c;

	set_up();
	CHECK_EQ("a lock for itself",
		 sys(SYS_futex, P(COND), FUTEX_WAIT_REQUEUE_PI, 0, 0, P(COND),
		     0), -EINVAL);
	CHECK_EQ("another value",
		 sys(SYS_futex, P(COND), FUTEX_WAIT_REQUEUE_PI, 1, 0, P(LOCK),
		     0), -EAGAIN);
	CHECK_EQ("nobody there", requeue(1, 10, 0), 0);
	CHECK_EQ("exactly one is woken", requeue(2, 10, 0), -EINVAL);
	a = waiter(wait_requeue);
	b = waiter(wait_requeue);
	c = waiter(wait_requeue);
	CHECK_EQ("another value of the condition", requeue(1, 10, 5), -EAGAIN);
	pi(LOCK, FUTEX_LOCK_PI);
	CHECK_EQ("all of them, to a lock that is taken", requeue(1, 10, 0), 3);
	CHECK_EQ("none has run", words[10], 0);
	CHECK_EQ("they wait", *LOCK, WAITERS | (unsigned int)self());
	pi(LOCK, FUTEX_UNLOCK_PI);
	CHECK_EXIT("one", a, 0);
	CHECK_EXIT("after", b, 0);
	CHECK_EXIT("another", c, 0);
	a = waiter(wait_requeue);
	CHECK_EQ("to a free lock, of as many as can be",
		 requeue(1, 0x7fffffff, 0), 1);
	CHECK_EXIT("at once", a, 0);
	a = waiter(wait_plain);
	CHECK_EQ("who waits for no lock", requeue(1, 10, 0), -EINVAL);
	CHECK_EQ("stays", futex((int *)COND, FUTEX_WAKE, 1, NULL, NULL, 0), 1);
	CHECK_EXIT("and is woken as always", a, 0);
}

/* Until words[12] says that it is over. */
static int wait_plain_often(void *arg)
{
	const struct timespec t = { 0, 1 };

	(void)arg;
	while (!__atomic_load_n(&words[12], __ATOMIC_ACQUIRE))
		futex((int *)COND, FUTEX_WAIT, 0, &t, NULL, 0);
	return 0;
}

static int wait_requeue_often(void *arg)
{
	const struct timespec t = { 0, 0 };

	(void)arg;
	while (!__atomic_load_n(&words[12], __ATOMIC_ACQUIRE)) {
		if (!sys(SYS_futex, P(COND), FUTEX_WAIT_REQUEUE_PI, 0, P(&t),
			 P(LOCK), 0))
			pi(LOCK, FUTEX_UNLOCK_PI);
	}
	return 0;
}

/* Who waits for no lock may come while others are moved. */
static void mixed(void)
{
	pid_t pids[3];

	set_up();
	pids[0] = child_start(wait_plain_often, NULL);
	pids[1] = child_start(wait_requeue_often, NULL);
	pids[2] = child_start(wait_plain_often, NULL);
	for (int i = 0; i < MIXED_TIMES; i++)
		requeue(1, 1000, 0);
	__atomic_store_n(&words[12], 1, __ATOMIC_RELEASE);
	for (int i = 0; i < 3; i++)
		CHECK_EXIT("came to its end", pids[i], 0);
}

static struct wait_word word_of(unsigned int *word, uint64_t val)
{
	return (struct wait_word){ val, (uint64_t)(uintptr_t)word, SIZE_U32,
				   0 };
}

static int wait_many(void *arg)
{
	struct wait_word w[3] = {
		word_of(&words[20], 0), word_of(&words[21], 0),
		word_of(&words[22], 0),
	};

	(void)arg;
	return (int)sys(NR_WAITV, P(w), 3, 0, 0, 0);
}

static void many(void)
{
	struct wait_word w[2];
	struct timespec t = { 0, 0 };
	pid_t pid;

	set_up();
	pid = waiter(wait_many);
	CHECK_EQ("one of three", futex((int *)&words[21], FUTEX_WAKE, 1, NULL,
				       NULL, 0), 1);
	CHECK_EXIT("it tells which", pid, 1);
	w[0] = word_of(&words[20], 0);
	w[1] = word_of(&words[21], 5);
	CHECK_EQ("one has another value", sys(NR_WAITV, P(w), 2, 0, 0, 0),
		 -EAGAIN);
	w[1] = word_of(&words[21], 0);
	CHECK_EQ("late", sys(NR_WAITV, P(w), 2, 0, P(&t), CLOCK_MONOTONIC),
		 -ETIMEDOUT);
	CHECK_EQ("an unknown clock", sys(NR_WAITV, P(w), 2, 0, P(&t), 7),
		 -EINVAL);
	CHECK_EQ("none", sys(NR_WAITV, P(w), 0, 0, 0, 0), -EINVAL);
	CHECK_EQ("too many", sys(NR_WAITV, P(w), 129, 0, 0, 0), -EINVAL);
	CHECK_EQ("flags", sys(NR_WAITV, P(w), 2, 1, 0, 0), -EINVAL);
	w[1].flags = 0;
	CHECK_EQ("another size", sys(NR_WAITV, P(w), 2, 0, 0, 0), -EINVAL);
	w[1].flags = SIZE_U32;
	w[1].reserved = 1;
	CHECK_EQ("a reserved field", sys(NR_WAITV, P(w), 2, 0, 0, 0), -EINVAL);
	CHECK_EQ("a bad address", sys(NR_WAITV, 8, 2, 0, 0, 0), -EFAULT);
	w[1] = word_of((unsigned int *)8, 0);
	CHECK_EQ("a bad word", sys(NR_WAITV, P(w), 2, 0, 0, 0), -EFAULT);
}

static int wait_new(void *arg)
{
	(void)arg;
	return (int)-sys(NR_WAIT, P(&words[20]), 0, 2, SIZE_U32, 0, 0);
}

static void younger(void)
{
	struct wait_word w[2];
	struct timespec t = { 0, 0 };
	pid_t a, b;

	set_up();
	w[0] = word_of(&words[20], 0);
	w[1] = word_of(&words[21], 0);
	a = waiter(wait_new);
	CHECK_EQ("other bits", sys(NR_WAKE, P(&words[20]), 4, 1, SIZE_U32), 0);
	CHECK_EQ("none means none", sys(NR_WAKE, P(&words[20]), 2, 0,
					SIZE_U32), 0);
	CHECK_EQ("its bits", sys(NR_WAKE, P(&words[20]), 2, 1, SIZE_U32), 1);
	CHECK_EXIT("woken", a, 0);
	CHECK_EQ("another value", sys(NR_WAIT, P(&words[20]), 1, 1, SIZE_U32,
				      0, 0), -EAGAIN);
	CHECK_EQ("late", sys(NR_WAIT, P(&words[20]), 0, 1, SIZE_U32, P(&t),
			     CLOCK_REALTIME), -ETIMEDOUT);
	CHECK_EQ("no bits", sys(NR_WAIT, P(&words[20]), 0, 0, SIZE_U32, 0, 0),
		 -EINVAL);
	CHECK_EQ("another size", sys(NR_WAIT, P(&words[20]), 0, 1, 0, 0, 0),
		 -EINVAL);
	CHECK_EQ("no bits to wake", sys(NR_WAKE, P(&words[20]), 0, 1,
					SIZE_U32), -EINVAL);
	a = waiter(wait_new);
	b = waiter(wait_new);
	CHECK_EQ("requeue", sys(NR_REQUEUE, P(w), 0, 1, 1), 2);
	CHECK_EXIT("one woken", a, 0);
	CHECK_EQ("the other moved", sys(NR_WAKE, P(&words[21]), 2, 1,
					SIZE_U32), 1);
	CHECK_EXIT("woken there", b, 0);
	w[0].val = 1;
	CHECK_EQ("requeue of another value", sys(NR_REQUEUE, P(w), 0, 1, 1),
		 -EAGAIN);
	CHECK_EQ("with flags", sys(NR_REQUEUE, P(w), 1, 1, 1), -EINVAL);
}

#define WORKERS	4
#define ROUNDS	2000

/* a lock as libc would use it */
static int worker(void *arg)
{
	unsigned int me = (unsigned int)self();

	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		unsigned int was = 0;

		if (!__atomic_compare_exchange_n(LOCK, &was, me, 0,
						 __ATOMIC_ACQUIRE,
						 __ATOMIC_RELAXED) &&
		    pi(LOCK, FUTEX_LOCK_PI))
			return 1;
		words[30]++;
		was = me;
		if (!__atomic_compare_exchange_n(LOCK, &was, 0, 0,
						 __ATOMIC_RELEASE,
						 __ATOMIC_RELAXED) &&
		    pi(LOCK, FUTEX_UNLOCK_PI))
			return 2;
	}
	return 0;
}

static void contention(void)
{
	pid_t pids[WORKERS];

	set_up();
	for (int i = 0; i < WORKERS; i++)
		pids[i] = child_start(worker, NULL);
	for (int i = 0; i < WORKERS; i++)
		CHECK_EXIT("a worker", pids[i], 0);
	CHECK_EQ("nothing was lost", words[30], WORKERS * ROUNDS);
}

int main(void)
{
	static const struct test tests[] = {
		{ "alone", alone, 0 },
		{ "handing_over", handing_over, 0 },
		{ "ends_of_sleep", ends_of_sleep, 0 },
		{ "deadlock", deadlock, 0 },
		{ "death", death, 0 },
		{ "robust_death", robust_death, 0 },
		{ "inheritance", inheritance, 0 },
		{ "conditions", conditions, 0 },
		{ "mixed", mixed, 0 },
		{ "many", many, 0 },
		{ "younger", younger, 0 },
		{ "contention", contention, 0 },
	};

	return test_main(tests, COUNT(tests));
}
