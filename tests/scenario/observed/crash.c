/*
 * tests/scenario/observed/crash.c - a program that dumps core
 *
 * What:  one thread waits; main calls middle, middle calls inner, which writes
 *        where nothing is.
 */
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

const char *volatile text = "what it was about";
int *volatile nowhere;

static __attribute__((noinline)) void *waits(void *ready)
{
	(void)!write(*(int *)ready, "", 1);
	for (;;)
		pause();
	return NULL;
}

static __attribute__((noinline)) int inner(int value)
{
	*nowhere = value;
	return value;
}

static __attribute__((noinline)) int middle(int value)
{
	return inner(value) + 1;
}

int main(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	pthread_t thread;
	int ends[2];
	char one;

	if (setrlimit(RLIMIT_CORE, &all) || pipe(ends) ||
	    pthread_create(&thread, NULL, waits, &ends[1]) ||
	    read(ends[0], &one, 1) != 1)
		return 1;
	usleep(50000);
	return middle(40);
}
