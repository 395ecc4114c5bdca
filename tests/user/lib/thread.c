/*
 * tests/user/lib/thread.c - bare kernel threads for guest tests
 *
 * What:  clone(2) on a mapped stack, and a join that waits on the tid word.
 * Life:  a stack is mapped by thread_clone and unmapped by thread_join, which
 *        only returns when the kernel has cleared the word: nobody runs on
 *        the stack any more.
 */
#include "thread.h"

#include "sys.h"
#include "test.h"

#include <linux/futex.h>
#include <sys/mman.h>

long futex(int *word, int op, int value, const void *timeout, int *word2,
	   int value3)
{
	return sys(SYS_futex, P(word), op, value, P(timeout), P(word2),
		   value3);
}

int thread_clone(struct thread *thread, int flags, int (*fn)(void *arg),
		 void *arg)
{
	void *area = mmap(NULL, THREAD_STACK, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(area != MAP_FAILED);
	thread->stack = area;
	thread->tid = 0;
	return clone(fn, thread->stack + THREAD_STACK, flags, arg,
		     &thread->tid, NULL, &thread->tid);
}

void thread_start(struct thread *thread, int (*fn)(void *arg), void *arg)
{
	need(thread_clone(thread, THREAD_FLAGS, fn, arg) > 0);
}

void thread_join(struct thread *thread)
{
	int tid;

	for (;;) {
		tid = __atomic_load_n(&thread->tid, __ATOMIC_ACQUIRE);
		if (!tid)
			break;
		futex(&thread->tid, FUTEX_WAIT, tid, NULL, NULL, 0);
	}
	munmap(thread->stack, THREAD_STACK);
}
