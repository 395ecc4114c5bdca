/*
 * kernel/sched/trace.c - events of threads
 *
 * Locks: a thread's number is given once, by compare-and-swap.
 * See:   include/sched/trace.h
 */
#include <sched/trace.h>

#include <core/start_call.h>
#include <mm/kmalloc.h>

static u32 last_id;		/* [a] */

/* Kernel threads have no birth of their own in the record. */
static void introduce(const struct thread *t, u32 id)
{
	struct trace_record r;

	r.words[0] = id;
	trace_put_u64(r.words + 1, (u64)t->name);
	trace_write(&r, TRACE_THREAD, 3);
}

u32 trace_thread_id(struct thread *t)
{
	u32 id = READ_ONCE(t->trace_id);

	if (id || t->is_idle)
		return id;
	id = __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED);
	if (!cas(&t->trace_id, 0u, id))
		return READ_ONCE(t->trace_id);
	if (t->name)
		introduce(t, id);
	return id;
}

const char *trace_state_name(const struct thread *t)
{
	static const char *const names[] = {
		[THREAD_RUNNING] = "runnable",
		[THREAD_INTERRUPTIBLE] = "sleeping",
		[THREAD_KILLABLE] = "killable",
		[THREAD_UNINTERRUPTIBLE] = "waiting",
		[THREAD_STOPPED] = "stopped",
		[THREAD_TRACED] = "traced",
		[THREAD_DEAD] = "gone",
	};

	return names[READ_ONCE(t->state)];
}

void trace_switch_slow(struct thread *prev, struct thread *next)
{
	struct trace_record r;

	trace_put_u64(r.words, (u64)trace_state_name(prev));
	r.words[2] = trace_thread_id(next);
	trace_write(&r, TRACE_SWITCH, 3);
}

void trace_wake_slow(struct thread *t, u32 cpu)
{
	struct trace_record r;

	r.words[0] = trace_thread_id(t);
	r.words[1] = cpu;
	trace_write(&r, TRACE_WAKE, 2);
}

static u32 self(void)
{
	return trace_thread_id(current_thread());
}

static const struct trace_hooks hooks = {
	.self = self,
	.memory = kmalloc,
};

static void trace_threads_start(void)
{
	trace_start(&hooks);
}
START_CALL(trace_threads_start);
