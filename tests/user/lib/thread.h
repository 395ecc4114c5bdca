/*
 * tests/user/lib/thread.h - bare kernel threads for guest tests
 *
 * What:  threads made by clone(2) with the flags of a pthread but without
 *        libc knowing of them, so that a test chooses every flag and every
 *        end. They share libc's errno with the thread that made them.
 * Not:   pthreads are tested with libc's own functions.
 * See:   clone(2), set_tid_address(2)
 */
#ifndef TESTS_USER_THREAD_H
#define TESTS_USER_THREAD_H

#include "sys.h"

#include <sched.h>
#include <stddef.h>

/* the flags of an ordinary thread */
#define THREAD_FLAGS \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
	 CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

#define THREAD_STACK	65536

/*
 * struct thread - one thread
 * @tid:   its number; the kernel makes it zero when the thread has ended
 * @stack: its lowest stack address
 */
struct thread {
	int tid;
	char *stack;
};

/*
 * thread_start - make an ordinary thread that runs @fn and exits
 * The test ends as failed if it cannot be made.
 */
void thread_start(struct thread *thread, int (*fn)(void *arg), void *arg);

/*
 * thread_clone - call clone(2) with any flags on a new stack
 * @flags: the flags and exit signal; tid words are those of @thread
 * Return: the number, or -1 with errno
 */
int thread_clone(struct thread *thread, int flags, int (*fn)(void *arg),
		 void *arg);

/* wait for the end of a thread with CLONE_CHILD_CLEARTID; frees its stack */
void thread_join(struct thread *thread);

/* futex(2) with five arguments, in the kernel's convention */
long futex(int *word, int op, int value, const void *timeout, int *word2,
	   int value3);

#endif
