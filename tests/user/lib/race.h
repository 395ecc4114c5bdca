/*
 * tests/user/lib/race.h - tests that race for a while
 *
 * What:  a race goes on for the time of the kernel's command line word
 *        racetime=SECONDS, or a moment; what is left to chance comes from the
 *        word seed=N, which perturbs the kernel as well.
 * Not:   whether it was worth it: make test-saboteurs.
 * See:   docs/testing.md
 */
#ifndef TESTS_USER_RACE_H
#define TESTS_USER_RACE_H

#include <sys/types.h>

/* Seconds after which a child that should be dead is said to hang, unless the
 * command line says racehang=. */
#define RACE_HANG_S	90

/* read the words, note the seed, start the time: once a test */
void race_begin(void);

/* is there time left? */
int race_more(void);

/* the words' seed, or 1 */
unsigned int race_seed(void);

/* a number below @n; each process goes its own way */
unsigned int race_random(unsigned int n);

/* do nothing for up to @max_us microseconds */
void race_pause(unsigned int max_us);

/*
 * race_reap - wait for one child, or any (-1), but not for ever
 * Return: its wait status, -1 with errno: ECHILD, ETIMEDOUT
 */
int race_reap(pid_t pid);

/* a number of /proc/sys/kernel/pid_max; 0: put back what was there */
void race_pid_max(int max);

#endif
