/*
 * include/core/start_call.h - optional facilities come to life
 *
 * What:  a file that may be left out of the build names the function that
 *        sets it up. The linker collects the names: nobody else needs to know
 *        of it.
 * Context: the functions run in link order, once, when the rest of the kernel
 *        stands (kernel/proc/start.c); they may sleep, and panic without
 *        memory.
 */
#ifndef CORE_START_CALL_H
#define CORE_START_CALL_H

typedef void start_call_fn(void);

#define START_CALL(fn) \
	static start_call_fn *const start_call \
		__attribute__((section(".start_calls"), used)) = (fn)

extern start_call_fn *const start_calls_begin[], *const start_calls_end[];

static inline void start_calls_run(void)
{
	for (start_call_fn *const *c = start_calls_begin;
	     c < start_calls_end; c++)
		(*c)();
}

#endif
