/*
 * tests/kernel/test_sync.c - mutexes, wait queues, completions, timers
 */
#include "selftest.h"

#include <arch/clock.h>
#include <arch/cpu.h>
#include <lib/string.h>
#include <sched/mutex.h>
#include <sched/sched.h>
#include <sched/timer.h>
#include <sched/wait.h>
#include <uapi/errno.h>

#define TURNS 3000u

static DEFINE_MUTEX(test_mutex, RANK_MUTEX_SMALL);
static u64 mutex_count, mutex_twin;	/* [test_mutex] */

static void mutex_cpu(void *arg UNUSED, u32 cpu)
{
	u64 seed = cpu + 77;

	for (u32 i = 0; i < TURNS; i++) {
		mutex_lock(&test_mutex);
		CHECK(mutex_held(&test_mutex));
		mutex_count++;
		if (test_random(&seed) % 16 == 0)
			sched_yield();
		mutex_twin++;
		CHECK(mutex_count == mutex_twin);
		mutex_unlock(&test_mutex);
		cond_resched();
	}
}

static void test_mutex_stress(void)
{
	mutex_count = 0;
	mutex_twin = 0;
	test_on_cpus(cpu_online_count(), mutex_cpu, NULL);
	CHECK(mutex_count == cpu_online_count() * (u64)TURNS);
	CHECK(mutex_trylock(&test_mutex));
	CHECK(!mutex_trylock(&test_mutex));
	mutex_unlock(&test_mutex);
	CHECK(!mutex_held(&test_mutex));
}

/* Sleepers in a queue for one mutex, in order of arrival. */
struct fifo {
	struct completion done;
	struct atomic arrived;
	u32 order[8];
	u32 n;			/* [test_mutex] */
};

static void fifo_main(void *arg)
{
	struct fifo *f = arg;
	u32 me = (u32)atomic_inc_return(&f->arrived) - 1;

	mutex_lock(&test_mutex);
	f->order[f->n++] = me;
	mutex_unlock(&test_mutex);
	complete(&f->done);
}

static void sleep_ms(u64 ms)
{
	CHECK(sleep_until_interruptible(clock_now_ns() +
					ms * NSEC_PER_MSEC) == 0);
}

static void test_mutex_fifo(void)
{
	struct fifo f = { .n = 0 };

	completion_init(&f.done);
	mutex_lock(&test_mutex);
	for (u32 i = 0; i < ARRAY_SIZE(f.order); i++) {
		CHECK(!kthread_create("fifo", fifo_main, &f, NULL));
		while ((u32)atomic_read(&f.arrived) <= i)
			sched_yield();
		sleep_ms(2);	/* until it sleeps in the queue */
	}
	mutex_unlock(&test_mutex);
	for (u32 i = 0; i < ARRAY_SIZE(f.order); i++)
		completion_wait(&f.done);
	for (u32 i = 0; i < ARRAY_SIZE(f.order); i++)
		CHECK(f.order[i] == i);
}

/* More threads than CPUs want one mutex again and again, for short. */
struct crowd {
	struct completion done;
	struct atomic arrived;
	u64 switches;		/* [test_mutex] by sleeping, all of them */
	u64 turns_left;		/* [test_mutex] of the one that is waited for */
	bool until;		/* [I] the others go on until that has its */
};

static void crowd_main(void *arg)
{
	struct crowd *c = arg;

	(void)atomic_inc_return(&c->arrived);
	for (u32 i = 0; i < TURNS || (c->until && READ_ONCE(c->turns_left));
	     i++) {
		mutex_lock(&test_mutex);
		mutex_unlock(&test_mutex);
		cond_resched();
	}
	mutex_lock(&test_mutex);
	c->switches += current_thread()->nvcsw;
	mutex_unlock(&test_mutex);
	complete(&c->done);
}

/* They begin as sleepers of the queue. */
static u32 crowd_start(struct crowd *c)
{
	u32 n = 2 * cpu_online_count() + 2;

	completion_init(&c->done);
	mutex_lock(&test_mutex);
	for (u32 i = 0; i < n; i++)
		CHECK(!kthread_create("crowd", crowd_main, c, NULL));
	while ((u32)atomic_read(&c->arrived) < n)
		sched_yield();
	sleep_ms(2);
	mutex_unlock(&test_mutex);
	return n;
}

static void test_mutex_crowd(void)
{
	struct crowd c = { .switches = 0 };
	u32 n = crowd_start(&c);

	for (u32 i = 0; i < n; i++)
		completion_wait(&c.done);
	CHECK(c.switches < (u64)n * TURNS / 4);
}

static void test_mutex_starving(void)
{
	struct crowd c = { .turns_left = 200, .until = true };
	u32 n = crowd_start(&c);
	u64 start = clock_now_ns();

	while (c.turns_left) {
		mutex_lock(&test_mutex);
		WRITE_ONCE(c.turns_left, c.turns_left - 1);
		mutex_unlock(&test_mutex);
	}
	CHECK(clock_now_ns() - start < 10 * NSEC_PER_SEC);
	for (u32 i = 0; i < n; i++)
		completion_wait(&c.done);
}

struct kill {
	struct thread *thread;
	struct completion ready, done;
	int result;
};

static void kill_main(void *arg)
{
	struct kill *k = arg;

	k->thread = current_thread();
	complete(&k->ready);
	k->result = mutex_lock_killable(&test_mutex);
	if (!k->result)
		mutex_unlock(&test_mutex);
	complete(&k->done);
}

static void test_mutex_killable(void)
{
	struct kill k = { .result = 1 };

	completion_init(&k.ready);
	completion_init(&k.done);
	mutex_lock(&test_mutex);
	CHECK(!kthread_create("kill", kill_main, &k, NULL));
	completion_wait(&k.ready);
	sleep_ms(2);
	WRITE_ONCE(k.thread->sig_pending, 1);
	thread_wake(k.thread, WAKE_SIGNAL);
	sleep_ms(2);
	CHECK(READ_ONCE(k.result) == 1);	/* not a fatal one */
	WRITE_ONCE(k.thread->sig_pending, 2);
	thread_wake(k.thread, WAKE_KILL);
	completion_wait(&k.done);
	CHECK(k.result == -ERESTARTSYS);
	mutex_unlock(&test_mutex);
	CHECK(mutex_trylock(&test_mutex));
	mutex_unlock(&test_mutex);
}

/* A ring of threads passing a token. */
struct ring {
	struct wait_queue queue;
	u32 token;
	u32 n;
	struct atomic next;
	struct completion done;
};

static void ring_main(void *arg)
{
	struct ring *r = arg;
	u32 me = (u32)atomic_inc_return(&r->next) - 1;

	for (u32 i = 0; i < TURNS / 10; i++) {
		wait_event(&r->queue, READ_ONCE(r->token) % r->n == me);
		WRITE_ONCE(r->token, r->token + 1);
		wake_all(&r->queue);
	}
	complete(&r->done);
}

static void test_wait_ring(void)
{
	struct ring r = { .n = 5 };

	wait_queue_init(&r.queue);
	completion_init(&r.done);
	for (u32 i = 0; i < r.n; i++)
		CHECK(!kthread_create("ring", ring_main, &r, NULL));
	for (u32 i = 0; i < r.n; i++)
		completion_wait(&r.done);
	CHECK(r.token == r.n * (TURNS / 10));
	CHECK(!wait_queue_active(&r.queue));
}

/* Exclusive waiters: one wake-up, one thread. */
struct herd {
	struct wait_queue queue;
	struct atomic waked;
	struct atomic waiting;
	u32 open;
	struct completion done;
};

static void herd_main(void *arg)
{
	struct herd *h = arg;
	struct wait_entry e;

	wait_entry_init(&e);
	wait_queue_add_exclusive(&h->queue, &e);
	thread_set_state(THREAD_UNINTERRUPTIBLE);
	atomic_inc(&h->waiting);
	schedule();
	wait_queue_remove(&h->queue, &e);
	atomic_inc(&h->waked);
	complete(&h->done);
}

static void test_wait_exclusive(void)
{
	struct herd h = { .open = 0 };

	wait_queue_init(&h.queue);
	completion_init(&h.done);
	for (u32 i = 0; i < 6; i++)
		CHECK(!kthread_create("herd", herd_main, &h, NULL));
	while (atomic_read(&h.waiting) < 6)
		sched_yield();
	sleep_ms(2);
	wake_one(&h.queue);
	completion_wait(&h.done);
	sleep_ms(5);
	CHECK(atomic_read(&h.waked) == 1);
	wait_queue_wake(&h.queue, 2, 0);
	completion_wait(&h.done);
	completion_wait(&h.done);
	sleep_ms(5);
	CHECK(atomic_read(&h.waked) == 3);
	wake_all(&h.queue);
	for (u32 i = 0; i < 3; i++)
		completion_wait(&h.done);
	CHECK(atomic_read(&h.waked) == 6);
}

static struct completion ping, pong;

static void pong_main(void *arg UNUSED)
{
	for (u32 i = 0; i < TURNS; i++) {
		completion_wait(&ping);
		complete(&pong);
	}
}

static void test_completion(void)
{
	completion_init(&ping);
	completion_init(&pong);
	CHECK(!kthread_create("pong", pong_main, NULL, NULL));
	for (u32 i = 0; i < TURNS; i++) {
		complete(&ping);
		completion_wait(&pong);
	}
	complete_all(&ping);
	completion_wait(&ping);
	completion_wait(&ping);
	CHECK(ping.done == U32_MAX);
}

#define NTIMERS 32
static struct timer timers[NTIMERS];
static u32 timer_order[NTIMERS];
static struct atomic timer_count;
static u64 timer_late_max, timer_early;

static void timer_note(struct timer *t)
{
	u64 now = clock_now_ns();
	int i = atomic_inc_return(&timer_count) - 1;

	if (now < t->deadline_ns)
		timer_early++;
	else
		timer_late_max = max(timer_late_max, now - t->deadline_ns);
	timer_order[i] = (u32)(t - timers);
}

/* Set all in a mixed order, due in order of i. False: the machine was so slow
 * that the first was due before all were set. */
static bool set_timers(u64 base)
{
	atomic_set(&timer_count, 0);
	timer_early = 0;
	timer_late_max = 0;
	for (u32 i = 0; i < NTIMERS; i++) {
		u32 k = i * 13 % NTIMERS;

		timer_set(&timers[k], base + k * 200 * NSEC_PER_USEC);
	}
	if (!atomic_read(&timer_count) && timer_cancel(&timers[7]))
		return true;
	for (u32 i = 0; i < NTIMERS; i++)
		timer_cancel_sync(&timers[i]);
	return false;
}

static void test_timer_order(void)
{
	u64 margin = 10 * NSEC_PER_MSEC;

	test_move_to(0);
	for (u32 i = 0; i < NTIMERS; i++)
		timer_init(&timers[i], timer_note);
	while (!set_timers(clock_now_ns() + margin))
		margin *= 2;
	CHECK(!timer_cancel(&timers[7]));
	while (atomic_read(&timer_count) < NTIMERS - 1)
		sleep_ms(1);
	CHECK(timer_early == 0);
	for (u32 i = 1; i < NTIMERS - 1; i++)
		CHECK(timer_order[i - 1] < timer_order[i]);
	test_note("latest timer: %lu us", timer_late_max / NSEC_PER_USEC);
}

static struct timer shared_timer;
static struct atomic shared_runs;

static void shared_fn(struct timer *t)
{
	atomic_inc(&shared_runs);
	timer_set(t, clock_now_ns() + 50 * NSEC_PER_USEC);
}

/* All CPUs set and cancel one timer whose handler sets it again. */
static void timer_cpu(void *arg UNUSED, u32 cpu)
{
	u64 seed = cpu + 5;

	for (u32 i = 0; i < TURNS; i++) {
		u64 now = clock_now_ns();

		switch (test_random(&seed) % 3) {
		case 0:
			timer_set(&shared_timer, now + 20 * NSEC_PER_USEC);
			break;
		case 1:
			timer_cancel(&shared_timer);
			break;
		default:
			timer_set(&shared_timer, now);
			break;
		}
		cond_resched();
	}
}

static void test_timer_race(void)
{
	int runs;

	atomic_set(&shared_runs, 0);
	timer_init(&shared_timer, shared_fn);
	test_on_cpus(cpu_online_count(), timer_cpu, NULL);
	timer_set(&shared_timer, clock_now_ns());
	sleep_ms(3);
	timer_cancel_sync(&shared_timer);
	runs = atomic_read(&shared_runs);
	CHECK(runs > 0);
	sleep_ms(3);
	CHECK(atomic_read(&shared_runs) == runs);
}

static void test_sleep(void)
{
	u64 start = clock_now_ns();
	struct wait_queue q;

	sleep_ms(20);
	CHECK(clock_now_ns() - start >= 20 * NSEC_PER_MSEC);
	wait_queue_init(&q);
	start = clock_now_ns();
	CHECK(wait_event_state(&q, false, THREAD_UNINTERRUPTIBLE,
			       start + 5 * NSEC_PER_MSEC) == -ETIMEDOUT);
	CHECK(clock_now_ns() - start >= 5 * NSEC_PER_MSEC);
	current_thread()->sig_pending = 1;
	CHECK(wait_event_interruptible(&q, false) == -ERESTARTSYS);
	CHECK(sleep_until_interruptible(U64_MAX - 1) == -ERESTARTSYS);
	current_thread()->sig_pending = 0;
	CHECK(current_thread()->state == THREAD_RUNNING);
}

const struct selftest sync_tests[] = {
	{ "mutex: exclusion", test_mutex_stress },
	{ "mutex: sleepers get it in order", test_mutex_fifo },
	{ "mutex: free while a sleeper wakes", test_mutex_crowd },
	{ "mutex: nobody starves", test_mutex_starving },
	{ "mutex: a fatal signal ends the wait", test_mutex_killable },
	{ "wait: a token goes round", test_wait_ring },
	{ "wait: exclusive waiters wake one by one", test_wait_exclusive },
	{ "completion: ping-pong, and done for all", test_completion },
	{ "timer: in order, never early", test_timer_order },
	{ "timer: set and cancelled by all CPUs", test_timer_race },
	{ "sleep: long enough, with timeout and signal", test_sleep },
	{ NULL, NULL },
};
