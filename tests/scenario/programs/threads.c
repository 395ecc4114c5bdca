/*
 * tests/scenario/programs/threads.c - an init with threads, for any C library
 *
 * What:  what a program with threads expects of its C library and kernel:
 *        start, join, thread-local storage, mutex, condition, semaphore,
 *        cancellation, detached threads, signals to threads, fork among
 *        threads, much memory. Prints TAP and powers off if it is pid 1.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 8
#define ROUNDS 500

static int points;

static void check(const char *what, int good)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++points, what);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static __thread long mine = 7;
static long counted, turn;

static void *count(void *arg)
{
	long number = (long)arg;

	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		counted++;
		pthread_mutex_unlock(&mutex);
		mine++;
	}
	return (void *)(mine == 7 + ROUNDS ? number : -1);
}

static void test_counting(void)
{
	pthread_t t[THREADS];
	int started = 0, joined = 0;

	for (long i = 0; i < THREADS; i++)
		started += !pthread_create(&t[i], NULL, count, (void *)i);
	for (long i = 0; i < THREADS; i++) {
		void *result;

		joined += !pthread_join(t[i], &result) && result == (void *)i;
	}
	check("threads start", started == THREADS);
	check("and are joined, each with its own variables", joined == THREADS);
	check("a mutex keeps them apart", counted == THREADS * ROUNDS);
	check("the first thread's variable is untouched", mine == 7);
}

static void *take_turns(void *arg)
{
	long number = (long)arg;

	pthread_mutex_lock(&mutex);
	for (int i = 0; i < 50; i++) {
		while (turn % 4 != number)
			pthread_cond_wait(&condition, &mutex);
		turn++;
		pthread_cond_broadcast(&condition);
	}
	pthread_mutex_unlock(&mutex);
	return NULL;
}

static void test_turns(void)
{
	pthread_t t[4];

	for (long i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, take_turns, (void *)i);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	check("conditions pass the turn", turn == 200);
}

static void test_time_limit(void)
{
	struct timespec until;
	int err;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 20 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&mutex);
	err = pthread_cond_timedwait(&condition, &mutex, &until);
	pthread_mutex_unlock(&mutex);
	check("waiting has a time limit", err == ETIMEDOUT);
}

static sem_t semaphore;
static atomic_int arrived;

static void *detached(void *arg)
{
	(void)arg;
	arrived++;
	sem_post(&semaphore);
	return NULL;
}

static void test_detached(void)
{
	pthread_attr_t attr;
	pthread_t t;

	sem_init(&semaphore, 0, 0);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (int i = 0; i < 100; i++) {
		if (pthread_create(&t, &attr, detached, NULL))
			break;
		sem_wait(&semaphore);
	}
	check("a hundred detached threads come and go", arrived == 100);
}

static atomic_int cleaned;

static void clean(void *arg)
{
	(void)arg;
	cleaned++;
}

static void *sleep_forever(void *arg)
{
	pthread_cleanup_push(clean, NULL);
	sem_post(&semaphore);
	for (;;)
		pause();
	pthread_cleanup_pop(0);
	return arg;
}

static void test_cancel(void)
{
	pthread_t t;
	void *result = NULL;

	pthread_create(&t, NULL, sleep_forever, NULL);
	sem_wait(&semaphore);
	pthread_cancel(t);
	pthread_join(t, &result);
	check("a sleeping thread is cancelled", result == PTHREAD_CANCELED);
	check("and cleans up", cleaned == 1);
}

static atomic_long caught_by;

static void note(int sig)
{
	(void)sig;
	caught_by = (long)pthread_self();
	sem_post(&semaphore);
}

static void test_signals(void)
{
	struct sigaction sa = { .sa_handler = note };
	pthread_t t;

	sigaction(SIGUSR1, &sa, NULL);
	pthread_create(&t, NULL, sleep_forever, NULL);
	sem_wait(&semaphore);
	pthread_kill(t, SIGUSR1);
	while (sem_wait(&semaphore) && errno == EINTR)
		;
	check("a signal finds its thread", caught_by == (long)t);
	pthread_cancel(t);
	pthread_join(t, NULL);
}

static void *fork_and_wait(void *arg)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid)
		_exit(3 + mine);
	waitpid(pid, &status, 0);
	return (void *)(long)(WIFEXITED(status) ? WEXITSTATUS(status) : -1) +
	       (long)arg;
}

static void test_fork(void)
{
	pthread_t t[THREADS];
	int good = 0;

	for (int i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, fork_and_wait, NULL);
	for (int i = 0; i < THREADS; i++) {
		void *result;

		pthread_join(t[i], &result);
		good += result == (void *)10;
	}
	check("threads fork", good == THREADS);
}

static void *use_memory(void *arg)
{
	int good = 1;

	for (int i = 1; i < 40; i++) {
		size_t size = (size_t)i * 9000;
		char *p = malloc(size);

		memset(p, i, size);
		good &= p[0] == i && p[size - 1] == i;
		free(p);
	}
	return good ? arg : NULL;
}

static void test_memory(void)
{
	pthread_t t[THREADS];
	int good = 0;

	for (int i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, use_memory, &mutex);
	for (int i = 0; i < THREADS; i++) {
		void *result;

		pthread_join(t[i], &result);
		good += result == &mutex;
	}
	check("threads allocate", good == THREADS);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_counting();
	test_turns();
	test_time_limit();
	test_detached();
	test_cancel();
	test_signals();
	test_fork();
	test_memory();
	check("arguments", argc == 2 && !strcmp(argv[1], "word"));
	printf("1..%d\n", points);
	if (getpid() == 1)
		reboot(RB_POWER_OFF);
	return 0;
}
