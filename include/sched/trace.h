/*
 * include/sched/trace.h - events of threads
 *
 * What:  who runs where, and who wakes whom. A thread gets its number for
 *        records when it first appears in one: thread->trace_id.
 * See:   core/trace.h; docs/tracing.md
 */
#ifndef SCHED_TRACE_H
#define SCHED_TRACE_H

#include <core/trace.h>
#include <sched/thread.h>

/* The number of @t in records; 0: an idle thread. Context: any. */
OPTIONAL u32 trace_thread_id(struct thread *t);
/* What a thread that is not dead does, as a word: "running", "sleeping". */
OPTIONAL const char *trace_state_name(const struct thread *t);

/* The slow halves of the hooks below. */
OPTIONAL void trace_switch_slow(struct thread *prev, struct thread *next);
OPTIONAL void trace_wake_slow(struct thread *t, u32 cpu);

/* This CPU goes from @prev to @next. [Q] */
static inline void trace_switch(struct thread *prev, struct thread *next)
{
	if (trace_on(TRACE_SCHED))
		trace_switch_slow(prev, next);
}

/* @t becomes runnable on @cpu. [Q] */
static inline void trace_wake(struct thread *t, u32 cpu)
{
	if (trace_on(TRACE_SCHED))
		trace_wake_slow(t, cpu);
}

#endif
