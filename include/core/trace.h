/*
 * include/core/trace.h - a record of what happens, for who looks inside
 *
 * What:  events of the kernel go into a ring of each CPU, stamped with its
 *        clock, once somebody asks for their group. A record is a head and
 *        32-bit words, which a format of trace_formats names; who reads the
 *        rings (/proc/nidus/trace, gdb) needs nothing else.
 * Locks: a ring is written by its CPU with interrupts off, and read by one
 *        reader at a time on any CPU.
 * Life:  rings are made when the first group is asked for, and stay. One that
 *        is full takes nothing more until it is read; what was lost is
 *        counted, and told in front of the next record.
 * Not:   events of threads (sched/trace.h) and processes (proc/trace.h).
 *        Nothing is recorded, and a hook is one test of a word that nobody
 *        writes, until a group is on. A build may leave all of it out but
 *        that word (kernel/core/trace_groups.c).
 * See:   docs/tracing.md
 */
#ifndef CORE_TRACE_H
#define CORE_TRACE_H

#include <lib/atomic.h>
#include <lib/types.h>

enum trace_group {
	TRACE_SCHED = BIT(0),	/* switches, wake-ups */
	TRACE_PROC = BIT(1),	/* births, exec, deaths, new parents */
	TRACE_SIGNAL = BIT(2),	/* sent, taken */
	TRACE_NS = BIT(3),	/* states of pid namespaces */
	TRACE_LOCK = BIT(4),	/* waits for spinlocks and mutexes */
	TRACE_RCU = BIT(5),	/* grace periods */
	TRACE_ALL = BIT(6) - 1,
};

enum trace_kind {
	TRACE_LOST, TRACE_THREAD, TRACE_SWITCH, TRACE_WAKE, TRACE_TASK,
	TRACE_CLONE, TRACE_EXEC, TRACE_NAME, TRACE_EXIT, TRACE_DEAD,
	TRACE_REAP, TRACE_REPARENT, TRACE_SEND, TRACE_DELIVER, TRACE_PIDNS,
	TRACE_WAIT, TRACE_GP_START, TRACE_GP_END,
	TRACE_NKINDS,
};

/* For each kind its name, then "key:type": u a number, d a signed one, x 64
 * bits in hexadecimal, n numbers in pid namespaces, outermost first, behind
 * their count, s 16 bytes of text, p the address of a constant text, f the
 * address of a function. */
extern const char *const trace_formats[TRACE_NKINDS] OPTIONAL;

#define TRACE_WORDS 84		/* two pids of the deepest level, and more */

struct trace_head {
	u64 time_ns;
	u16 len_bytes;		/* of head and words */
	u16 kind;
	u32 thread;		/* who ran: trace_self, 0: the idle thread */
};

struct trace_record {
	struct trace_head head;
	u32 words[TRACE_WORDS];
};
static_assert(sizeof(struct trace_record) == 16 + 4 * TRACE_WORDS,
	      "records are copied and compared as bytes");

extern u32 trace_groups;	/* [a] TRACE_*: what is recorded */

/* Is @group recorded? Context: any. */
static inline bool trace_on(enum trace_group group)
{
	return unlikely(READ_ONCE(trace_groups) & (u32)group);
}

/* A record of @kind, of @words 32-bit words, into this CPU's ring. @r: its
 * words are filled. Context: any but NMI. */
OPTIONAL void trace_write(struct trace_record *r, enum trace_kind kind,
			  u32 words);
/* Words for an address, and for text of at most 15 bytes. */
static inline void trace_put_u64(u32 *words, u64 v)
{
	words[0] = (u32)v;
	words[1] = (u32)(v >> 32);
}

/*
 * trace_select - choose what is recorded from now on
 * @text:    words between blanks or commas: groups, "all", "none", "kb=N" for
 *           the size of each ring, before the first group
 * Context:  task; one at a time (/proc/nidus/trace, boot)
 * Return:   0, -EINVAL (another word), -EBUSY (kb=, but there are rings),
 *           -ENOMEM
 */
OPTIONAL int trace_select(const char *text);
/* The boot word trace=: kept until there is memory. @text lasts. */
OPTIONAL void trace_boot_word(const char *text);
/* What the layers above give; constant. */
struct trace_hooks {
	u32 (*self)(void);	/* who runs here, as a number for records */
	void *(*memory)(size_t bytes);	/* for a ring, for ever; NULL: none */
};
/* Once, at boot: now rings can be made, and the boot word is obeyed. */
OPTIONAL void trace_start(const struct trace_hooks *hooks);
/*
 * trace_read - take the oldest record out of the rings
 * @cpu:     set to the CPU that wrote it
 * Context:  one reader at a time
 * Return:   false: there is none
 */
OPTIONAL bool trace_read(struct trace_record *r, u32 *cpu);

struct trace_counts {
	u32 size_bytes, used_bytes;
	u64 written, lost;	/* records */
};
OPTIONAL void trace_count(u32 cpu, struct trace_counts *out);

/* RCU begins (@start) or ends grace period @n. Context: rcu.lock. */
OPTIONAL void trace_gp_slow(bool start, u64 n);
static inline void trace_gp(bool start, u64 n)
{
	if (trace_on(TRACE_RCU))
		trace_gp_slow(start, n);
}

/* Waits for locks. trace_wait_begin: a time, 0 when nobody wants to know;
 * @lock: address, @name: constant text, @caller: who wanted it. */
struct trace_lock {
	const void *lock;
	const char *name;
	u64 caller;
};
OPTIONAL u64 trace_wait_begin_slow(void);
OPTIONAL void trace_wait_end_slow(const struct trace_lock *l, u64 begin_ns);
static inline u64 trace_wait_begin(void)
{
	return trace_on(TRACE_LOCK) ? trace_wait_begin_slow() : 0;
}
static inline void trace_wait_end(const struct trace_lock *l, u64 begin_ns)
{
	if (unlikely(begin_ns))
		trace_wait_end_slow(l, begin_ns);
}

#endif
