/*
 * tests/user/threads.c - threads as libc uses them
 *
 * What:  pthreads: create, join, mutexes, conditions, thread-local memory,
 *        keys, cancellation, barriers, semaphores, signals to threads.
 * Not:   bare kernel threads are in threads_raw.c, futexes in futex.c.
 * See:   pthreads(7)
 */
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static __thread int local = 7;
static volatile int stage, destroyed, cleaned;
static volatile sig_atomic_t caught_tid;
static int fds[2];

static pthread_t start(void *(*fn)(void *), void *arg)
{
	pthread_t thread;

	need(!pthread_create(&thread, NULL, fn, arg));
	return thread;
}

static void *join(pthread_t thread)
{
	void *result = NULL;

	need(!pthread_join(thread, &result));
	return result;
}

static void *give_back(void *arg)
{
	return (char *)arg + 1;
}

static void creating(void)
{
	char bytes[50];
	pthread_t threads[50];
	int good = 0;

	CHECK("join gives the result", join(start(give_back, bytes)) ==
	      bytes + 1);
	for (int i = 0; i < 50; i++)
		threads[i] = start(give_back, bytes + i);
	for (int i = 0; i < 50; i++)
		good += join(threads[i]) == bytes + i + 1;
	CHECK_EQ("fifty threads", good, 50);
	good = 0;
	for (int i = 0; i < 300; i++)
		good += join(start(give_back, bytes)) == bytes + 1;
	CHECK_EQ("three hundred one after another", good, 300);
}

static int counter;

static void *add(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2000; i++) {
		pthread_mutex_lock(&mutex);
		counter++;
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void mutexes(void)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		threads[i] = start(add, NULL);
	for (int i = 0; i < 4; i++)
		join(threads[i]);
	CHECK_EQ("a mutex keeps four threads apart", counter, 8000);
	CHECK_EQ("trylock", pthread_mutex_trylock(&mutex), 0);
	CHECK_EQ("trylock of a locked one", pthread_mutex_trylock(&mutex),
		 EBUSY);
}

static void *pong(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&mutex);
	for (int i = 0; i < 100; i++) {
		while (stage != 1)
			pthread_cond_wait(&cond, &mutex);
		stage = 0;
		pthread_cond_broadcast(&cond);
	}
	pthread_mutex_unlock(&mutex);
	return NULL;
}

static void conditions(void)
{
	struct timespec past = { 1, 0 };
	pthread_t thread = start(pong, NULL);

	pthread_mutex_lock(&mutex);
	for (int i = 0; i < 100; i++) {
		stage = 1;
		pthread_cond_broadcast(&cond);
		while (stage != 0)
			pthread_cond_wait(&cond, &mutex);
	}
	CHECK_EQ("a wait with a time gone by",
		 pthread_cond_timedwait(&cond, &mutex, &past), ETIMEDOUT);
	pthread_mutex_unlock(&mutex);
	join(thread);
	CHECK_EQ("a hundred turns by conditions", stage, 0);
}

static void *use_local(void *arg)
{
	int fresh = local == 7;

	local = 9;
	errno = 77;
	return fresh ? arg : NULL;
}

static void local_memory(void)
{
	local = 8;
	errno = 66;
	CHECK("a thread starts with its own", join(start(use_local, &local)) ==
	      &local);
	CHECK("and leaves mine", local == 8 && errno == 66);
}

static void destroy(void *value)
{
	destroyed += *(int *)value;
}

static void *set_key(void *arg)
{
	static int value = 5;

	pthread_setspecific(*(pthread_key_t *)arg, &value);
	return NULL;
}

static void keys(void)
{
	pthread_key_t key;

	need(!pthread_key_create(&key, destroy));
	join(start(set_key, &key));
	CHECK_EQ("a key's destructor runs", destroyed, 5);
	CHECK("the value is the thread's own", !pthread_getspecific(key));
}

static void clean(void *arg)
{
	(void)arg;
	cleaned = 1;
}

static void *read_for_ever(void *arg)
{
	char byte;

	pthread_cleanup_push(clean, NULL);
	sem_post(arg);
	while (read(fds[0], &byte, 1))
		;
	pthread_cleanup_pop(0);
	return NULL;
}

static void *spin_for_ever(void *arg)
{
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	sem_post(arg);
	for (;;)
		;
	return NULL;
}

static void cancellation(void)
{
	pthread_t thread;
	sem_t ready;

	need(!pipe(fds) && !sem_init(&ready, 0, 0));
	thread = start(read_for_ever, &ready);
	sem_wait(&ready);
	CHECK_EQ("cancel a thread that reads", pthread_cancel(thread), 0);
	CHECK("it ends", join(thread) == PTHREAD_CANCELED);
	CHECK_EQ("and cleans up", cleaned, 1);
	thread = start(spin_for_ever, &ready);
	sem_wait(&ready);
	pthread_cancel(thread);
	CHECK("cancel one that spins", join(thread) == PTHREAD_CANCELED);
}

static void note_tid(int sig)
{
	(void)sig;
	caught_tid = (int)sys(SYS_gettid);
}

static void *wait_for_signal(void *arg)
{
	pthread_barrier_wait(arg);
	while (!caught_tid)
		sys(SYS_sched_yield);
	return (void *)sys(SYS_gettid);
}

static void signals(void)
{
	pthread_barrier_t barrier;
	pthread_t thread;
	long tid;

	need(!pthread_barrier_init(&barrier, NULL, 2));
	handle(SIGUSR1, note_tid, 0);
	thread = start(wait_for_signal, &barrier);
	pthread_barrier_wait(&barrier);
	CHECK_EQ("pthread_kill", pthread_kill(thread, SIGUSR1), 0);
	tid = (long)join(thread);
	CHECK_EQ("runs the handler in that thread", caught_tid, tid);
	CHECK("which is another", tid != getpid());
}

static void *post(void *arg)
{
	sem_post(arg);
	return NULL;
}

static void detached(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	sem_t done;

	need(!sem_init(&done, 0, 0) && !pthread_attr_init(&attr));
	need(!pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED));
	for (int i = 0; i < 50; i++)
		need(!pthread_create(&thread, &attr, post, &done));
	for (int i = 0; i < 50; i++)
		sem_wait(&done);
	CHECK("fifty detached threads come and go", 1);
}

static int once_count;

static void once(void)
{
	once_count++;
}

static void *meet(void *arg)
{
	static pthread_once_t control = PTHREAD_ONCE_INIT;

	pthread_once(&control, once);
	return (void *)(long)pthread_barrier_wait(arg);
}

static void barriers(void)
{
	pthread_barrier_t barrier;
	pthread_t threads[5];
	long serial = 0;

	need(!pthread_barrier_init(&barrier, NULL, 5));
	for (int i = 0; i < 5; i++)
		threads[i] = start(meet, &barrier);
	for (int i = 0; i < 5; i++)
		serial += (long)join(threads[i]) != 0;
	CHECK_EQ("one of five is the last at a barrier", serial, 1);
	CHECK_EQ("once is once", once_count, 1);
}

static void *fork_here(void *arg)
{
	int *status = arg;
	pid_t pid = fork();

	if (!pid) {
		pthread_t thread = start(give_back, NULL);

		_exit(join(thread) == (char *)NULL + 1 ? 4 : 5);
	}
	*status = reap(pid);
	return NULL;
}

static void forks(void)
{
	int status = -1;

	join(start(fork_here, &status));
	CHECK_STATUS("a child forked by a thread makes threads of its own",
		     status, EXITED(4));
}

static void *exit_here(void *arg)
{
	(void)arg;
	exit(6);
}

static int wait_for_exit(void *arg)
{
	(void)arg;
	start(exit_here, NULL);
	for (;;)
		pause();
	return 0;
}

static int leave_thread(void *arg)
{
	static pthread_barrier_t barrier;

	(void)arg;
	pthread_barrier_init(&barrier, NULL, 2);
	start(meet, &barrier);
	return 8;
}

static int end_main_thread(void *arg)
{
	(void)arg;
	start(exit_here, NULL);
	pthread_exit(NULL);
}

static void ends(void)
{
	CHECK_STATUS("exit in a thread ends the process",
		     child_run(wait_for_exit, NULL), EXITED(6));
	CHECK_STATUS("the end of main ends all threads",
		     child_run(leave_thread, NULL), EXITED(8));
	CHECK_STATUS("pthread_exit of main does not",
		     child_run(end_main_thread, NULL), EXITED(6));
}

#define CROWD	8
#define TURNS	3000

/* Each changes a page of its own, in the address space of all. */
static void *change_page(void *page)
{
	for (int i = 0; i < TURNS; i++)
		need(!mprotect(page, 4096, i % 2 ? PROT_READ : PROT_NONE));
	return NULL;
}

/* What guards the address space is free while the next one wakes up: if it were
 * handed to sleepers only, each change would cost a sleep. */
static void crowd(void)
{
	char *area = mmap(NULL, CROWD * 8192, PROT_READ, MAP_PRIVATE |
			  MAP_ANONYMOUS, -1, 0);
	pthread_t threads[CROWD];
	struct rusage u;

	need(area != MAP_FAILED);
	for (int i = 0; i < CROWD; i++)
		threads[i] = start(change_page, area + i * 8192);
	for (int i = 0; i < CROWD; i++)
		join(threads[i]);
	need(!getrusage(RUSAGE_SELF, &u));
	test_note("sleeps", u.ru_nvcsw);
	CHECK("few have to sleep", u.ru_nvcsw < CROWD * TURNS / 4);
}

static const struct test tests[] = {
	{ "creating", creating, 0 },
	{ "mutexes", mutexes, 0 },
	{ "conditions", conditions, 0 },
	{ "local memory", local_memory, 0 },
	{ "keys", keys, 0 },
	{ "cancellation", cancellation, 0 },
	{ "signals", signals, 0 },
	{ "detached", detached, 0 },
	{ "barriers", barriers, 0 },
	{ "crowd", crowd, 0 },
	{ "fork", forks, 0 },
	{ "ends", ends, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
