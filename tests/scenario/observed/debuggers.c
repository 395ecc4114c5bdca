/*
 * tests/scenario/observed/debuggers.c - a program to be debugged
 *
 * What:  main calls middle, middle calls inner, which changes a variable.
 */
#include <stdio.h>
#include <unistd.h>

int counter = 40;

static __attribute__((noinline)) int inner(int by)
{
	counter += by;
	return counter;
}

static __attribute__((noinline)) int middle(int by)
{
	return inner(by) + 1;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		usleep(300000);
	printf("result %d\n", middle(2));
	return counter == 42 ? 5 : 6;
}
