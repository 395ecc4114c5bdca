/*
 * kernel/core/trace.c - the rings of the trace
 *
 * What:  a ring of bytes for each CPU, which of the groups are on, and reading
 *        the rings in the order of time.
 * Locks: written by their CPU, interrupts off; one reader (the caller sees to
 *        that): so lib/ring.h needs none. Counts are the writer's; readers
 *        look without order.
 * Life:  rings are made once. A CPU without one (it came later) counts what
 *        it loses.
 * See:   docs/tracing.md
 */
#include <core/trace.h>

#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/percpu.h>
#include <core/printk.h>
#include <lib/atomic.h>
#include <lib/cpumask.h>
#include <lib/parse.h>
#include <lib/ring.h>
#include <lib/string.h>
#include <uapi/errno.h>

const char *const trace_formats[TRACE_NKINDS] = {
	[TRACE_LOST] = "lost records:u",
	[TRACE_THREAD] = "thread id:u name:p",
	[TRACE_SWITCH] = "switch state:p next:u",
	[TRACE_WAKE] = "wake thread:u on:u",
	[TRACE_TASK] = "task thread:u task:u process:u parent:u ns:u nr:n "
		       "name:s state:p",
	[TRACE_CLONE] = "clone flags:x thread:u task:u process:u parent:u "
			"ns:u nr:n name:s",
	[TRACE_EXEC] = "exec thread:u task:u process:u ns:u nr:n name:s",
	[TRACE_NAME] = "name task:u nr:n name:s",
	[TRACE_EXIT] = "exit task:u process:u last:u status:d nr:n",
	[TRACE_DEAD] = "dead process:u zombie:u nr:n",
	[TRACE_REAP] = "reap task:u process:u nr:n",
	[TRACE_REPARENT] = "reparent process:u from:u to:u nr:n to_nr:n",
	[TRACE_SEND] = "signal sig:u process:u task:u from:u origin:p "
		       "result:p nr:n from_nr:n",
	[TRACE_DELIVER] = "deliver sig:u task:u how:p nr:n",
	[TRACE_PIDNS] = "pidns ns:u parent:u level:u state:p",
	[TRACE_WAIT] = "wait lock:x name:p waited:u by:f",
	[TRACE_GP_START] = "gp_start number:u",
	[TRACE_GP_END] = "gp_end number:u",
};

static const struct {
	const char *name;
	u32 groups;
} choices[] = {
	{ "sched", TRACE_SCHED }, { "proc", TRACE_PROC },
	{ "signal", TRACE_SIGNAL }, { "ns", TRACE_NS },
	{ "lock", TRACE_LOCK }, { "rcu", TRACE_RCU },
	{ "all", TRACE_ALL }, { "none", 0 },
};

#define KB_DEFAULT 1024u
#define KB_MAX 4096u		/* the largest block of the allocator */
#define WORD_MAX 16

struct trace_cpu {
	struct ring ring;	/* [C] writes; size 0: not there */
	u64 written, lost;	/* [C] records */
	u64 told;		/* [C] of lost */
};

static DEFINE_PER_CPU(struct trace_cpu, trace_rings);
static u32 ring_bytes;			/* [one selector] 0: no rings yet */
static const struct trace_hooks *hooks;	/* [I] after boot */
static const char *boot_text;		/* [I] trace= */

/* Interrupts off. */
static bool append(struct trace_cpu *c, struct trace_record *r,
		   enum trace_kind kind, u32 nwords)
{
	/* First: it may write a record of its own. */
	r->head.thread = hooks->self();
	r->head.time_ns = clock_now_ns();
	r->head.len_bytes = (u16)(sizeof(r->head) + 4 * nwords);
	r->head.kind = (u16)kind;
	if (!ring_write_all(&c->ring, r, r->head.len_bytes))
		return false;
	c->written++;
	return true;
}

/* What could not be written is told first. False: still no room. */
static bool tell_lost(struct trace_cpu *c)
{
	struct trace_record r;

	r.words[0] = (u32)(c->lost - c->told);
	if (!append(c, &r, TRACE_LOST, 1))
		return false;
	c->told = c->lost;
	return true;
}

void trace_write(struct trace_record *r, enum trace_kind kind, u32 nwords)
{
	u64 flags = irq_save();
	struct trace_cpu *c = this_cpu_ptr(&trace_rings);

	if (!c->ring.size || (c->lost != c->told && !tell_lost(c)) ||
	    !append(c, r, kind, nwords))
		c->lost++;
	irq_restore(flags);
}

/* The time of the oldest record of @c; false: it is empty. */
static bool oldest(const struct trace_cpu *c, struct trace_head *out)
{
	return c->ring.size &&
	       ring_peek(&c->ring, 0, out, sizeof(*out)) == sizeof(*out);
}

bool trace_read(struct trace_record *r, u32 *cpu)
{
	struct trace_head h;
	u64 first_ns = U64_MAX;
	u32 i;

	for_each_cpu(i, cpu_online_mask()) {
		if (!oldest(per_cpu_ptr(&trace_rings, i), &h) ||
		    h.time_ns >= first_ns)
			continue;
		first_ns = h.time_ns;
		r->head = h;
		*cpu = i;
	}
	if (first_ns == U64_MAX)
		return false;
	ring_read(&per_cpu(trace_rings, *cpu).ring, r, r->head.len_bytes);
	return true;
}

void trace_count(u32 cpu, struct trace_counts *out)
{
	const struct trace_cpu *c = per_cpu_ptr(&trace_rings, cpu);

	*out = (struct trace_counts){
		.size_bytes = c->ring.size,
		.used_bytes = c->ring.size ? ring_used(&c->ring) : 0,
		.written = READ_ONCE(c->written),
		.lost = READ_ONCE(c->lost),
	};
}

static int make_rings(u32 bytes)
{
	u32 cpu;

	if (ring_bytes)
		return 0;
	for_each_cpu(cpu, cpu_online_mask()) {
		struct ring *r = &per_cpu(trace_rings, cpu).ring;
		void *memory = r->size ? r->data :
					 hooks->memory(bytes);

		if (!memory)
			return -ENOMEM;
		ring_init(r, memory, 0);
		/* The writer looks at the size: the rest is there. */
		store_release(&r->size, bytes);
	}
	ring_bytes = bytes;
	return 0;
}

/* A ring's size in bytes: a power of two. */
static int parse_kb(const char *text, u32 *out)
{
	u64 kb;

	if (parse_u64(text, &kb) || kb < 1 || kb > KB_MAX || (kb & (kb - 1)))
		return -EINVAL;
	if (ring_bytes && ring_bytes != kb * 1024)
		return -EBUSY;
	*out = (u32)kb * 1024;
	return 0;
}

static int parse_word(const char *word, u32 *groups, u32 *bytes)
{
	if (!strncmp(word, "kb=", 3))
		return parse_kb(word + 3, bytes);
	for (u32 i = 0; i < ARRAY_SIZE(choices); i++) {
		if (strcmp(word, choices[i].name))
			continue;
		*groups |= choices[i].groups;
		return 0;
	}
	return -EINVAL;
}

static bool is_gap(char c)
{
	return c == ' ' || c == ',' || c == '\n' || c == '\t';
}

int trace_select(const char *text)
{
	u32 groups = 0, bytes = ring_bytes ? ring_bytes : KB_DEFAULT * 1024;
	char word[WORD_MAX];
	int err;

	while (*text) {
		u32 n = 0;

		for (; *text && !is_gap(*text); text++) {
			if (n == WORD_MAX - 1)
				return -EINVAL;
			word[n++] = *text;
		}
		word[n] = 0;
		err = n ? parse_word(word, &groups, &bytes) : 0;
		if (err)
			return err;
		if (*text)
			text++;
	}
	err = groups ? make_rings(bytes) : 0;
	if (!err)
		WRITE_ONCE(trace_groups, groups);
	return err;
}

void trace_boot_word(const char *text)
{
	boot_text = text;
}

void trace_start(const struct trace_hooks *h)
{
	int err;

	hooks = h;
	err = boot_text ? trace_select(boot_text) : 0;
	if (err)
		pr_warn("trace: \"%s\" is not understood (error %d)\n",
			boot_text, err);
}

/* --- events of this layer ------------------------------------------------- */

void trace_gp_slow(bool start, u64 n)
{
	struct trace_record r;

	r.words[0] = (u32)n;
	trace_write(&r, start ? TRACE_GP_START : TRACE_GP_END, 1);
}

u64 trace_wait_begin_slow(void)
{
	return clock_now_ns();
}

void trace_wait_end_slow(const struct trace_lock *l, u64 begin_ns)
{
	struct trace_record r;

	trace_put_u64(r.words, (u64)l->lock);
	trace_put_u64(r.words + 2, (u64)l->name);
	r.words[4] = (u32)min(clock_now_ns() - begin_ns, (u64)U32_MAX);
	trace_put_u64(r.words + 5, l->caller);
	trace_write(&r, TRACE_WAIT, 7);
}
