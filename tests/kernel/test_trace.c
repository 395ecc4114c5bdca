/*
 * tests/kernel/test_trace.c - the rings of the trace
 *
 * What:  records come out as they went in and in order; what does not fit is
 *        counted to the last one; writers on all CPUs, their interrupts and a
 *        reader at once.
 * Locks: one test at a time, so one reader.
 */
#include "selftest.h"

#include <arch/cpu.h>
#include <arch/smp.h>
#include <core/trace.h>
#include <lib/string.h>
#include <sched/sched.h>
#include <uapi/errno.h>

#define RING_BYTES 4096u
/* A record of one of these tests: who wrote it, and its number there. */
#define WORDS 2u
#define RECORD_BYTES (16u + 4u * WORDS)
#define FITS (RING_BYTES / RECORD_BYTES)
#define TURNS 400u
#define READ_SOME (8 * FITS)
#define FROM_IRQ BIT(31)

static void write_one(u32 writer, u32 n)
{
	struct trace_record r;

	r.words[0] = writer;
	r.words[1] = n;
	trace_write(&r, TRACE_WAKE, WORDS);
}

/* Small rings, empty, and nobody else writes. False: there is no trace. */
static bool begin(void)
{
	struct trace_record r;
	u32 cpu;

	if (!trace_select) {
		test_skip("built without");
		return false;
	}
	CHECK(trace_select("rcu kb=4") == 0);
	CHECK(trace_select("none") == 0);
	write_one(0, 0);	/* this thread has a number from here on */
	while (trace_read(&r, &cpu))
		;
	return true;
}

static void test_words(void)
{
	if (!begin())
		return;
	CHECK(trace_select("sched,proc signal\n") == 0);
	CHECK(trace_groups == (TRACE_SCHED | TRACE_PROC | TRACE_SIGNAL));
	CHECK(trace_select("kb=8") == -EBUSY);
	CHECK(trace_select("kb=3") == -EINVAL);
	CHECK(trace_select("nonsense") == -EINVAL);
	CHECK(trace_select("proc nonsense") == -EINVAL);
	CHECK(trace_groups == (TRACE_SCHED | TRACE_PROC | TRACE_SIGNAL));
	CHECK(trace_select("all") == 0 && trace_groups == TRACE_ALL);
	CHECK(trace_select("none") == 0 && trace_groups == 0);
}

/* Fill the ring of this CPU, where the thread stays (kernel code is not
 * preempted), and write @excess records more. */
static void overflow(u32 excess)
{
	struct trace_counts before, after;

	trace_count(cpu_id(), &before);
	for (u32 i = 0; i < FITS + excess; i++)
		write_one(1, i);
	trace_count(cpu_id(), &after);
	CHECK(after.size_bytes == RING_BYTES);
	CHECK(after.used_bytes == FITS * RECORD_BYTES);
	CHECK(after.written - before.written == FITS);
	CHECK(after.lost - before.lost == excess);
}

static void check_full(void)
{
	struct trace_record r;
	u64 last_ns = 0;
	u32 cpu;

	for (u32 i = 0; i < FITS; i++) {
		CHECK(trace_read(&r, &cpu) && cpu == cpu_id());
		CHECK(r.head.kind == TRACE_WAKE && r.words[1] == i);
		CHECK(r.head.len_bytes == RECORD_BYTES);
		CHECK(r.head.time_ns >= last_ns);
		last_ns = r.head.time_ns;
	}
	CHECK(!trace_read(&r, &cpu));
}

static void test_overflow(void)
{
	struct trace_record r;
	u32 cpu;

	if (!begin())
		return;
	for (u32 excess = 1; excess < 8; excess++) {
		overflow(excess);
		check_full();
		write_one(1, FITS + excess);
		CHECK(trace_read(&r, &cpu) && r.head.kind == TRACE_LOST);
		CHECK(r.words[0] == excess);
		CHECK(trace_read(&r, &cpu) && r.words[1] == FITS + excess);
		CHECK(!trace_read(&r, &cpu));
	}
}

static u32 irq_turns;		/* by the reader's thread alone */
static bool enough;		/* [a] the writers are to end */

static void write_from_irq(void *arg)
{
	write_one(cpu_id() | (u32)FROM_IRQ, *(u32 *)arg);
}

/* What a reader has seen of one writer. */
struct seen {
	u32 records, next;
	bool begun;
};

struct tally {
	struct seen task[256], irq[256];	/* by CPU */
	u32 sent[256];			/* each by its CPU */
	u64 all, lost;			/* records of any kind; those told of */
	u64 strange;
};

static void tally_add(struct tally *t, const struct trace_record *r, u32 cpu)
{
	struct seen *s = r->words[0] & FROM_IRQ ? &t->irq[cpu] : &t->task[cpu];

	t->all++;
	if (r->head.kind == TRACE_LOST)
		t->lost += r->words[0];
	if (r->head.kind == TRACE_LOST || r->head.kind == TRACE_THREAD)
		return;
	if (r->head.kind != TRACE_WAKE || r->head.len_bytes != RECORD_BYTES ||
	    (r->words[0] & ~(u32)FROM_IRQ) != cpu ||
	    (s->begun && r->words[1] < s->next))
		t->strange++;
	s->begun = true;
	s->next = r->words[1] + 1;
	s->records++;
}

/* Until the reader has made room, so that most of the time is spent writing.
 * It comes round every few microseconds. */
static void wait_for_room(u32 cpu)
{
	struct trace_counts c;

	do {
		trace_count(cpu, &c);
		cpu_relax();
		cond_resched();
	} while (c.used_bytes > RING_BYTES / 2 && !READ_ONCE(enough));
}

/* CPU 0 reads, and interrupts the others, which write. */
static void crowd_cpu(void *arg, u32 cpu)
{
	struct tally *t = arg;
	struct trace_record r;
	u32 from;

	for (u32 i = 0; cpu && !READ_ONCE(enough); i++) {
		wait_for_room(cpu);
		write_one(cpu, i);
		t->sent[cpu]++;
	}
	for (u32 i = 0; !cpu && i < TURNS; i++) {
		smp_call(cpu_online_mask(), write_from_irq, &irq_turns);
		irq_turns++;
		/* The writers may be quicker: it would never be all. */
		for (u32 k = 0; k < READ_SOME && trace_read(&r, &from); k++)
			tally_add(t, &r, from);
		cond_resched();
	}
	WRITE_ONCE(enough, true);
}

/* Of all rings together. */
static struct trace_counts counts(void)
{
	struct trace_counts c, sum = { 0 };
	u32 cpu;

	for_each_cpu(cpu, cpu_online_mask()) {
		trace_count(cpu, &c);
		sum.written += c.written;
		sum.lost += c.lost;
	}
	return sum;
}

/* What is left, and a last record of each CPU that tells what it lost. */
static void tally_rest(struct tally *t)
{
	struct trace_record r;
	u32 cpu;

	while (trace_read(&r, &cpu))
		tally_add(t, &r, cpu);
	smp_call(cpu_online_mask(), write_from_irq, &irq_turns);
	while (trace_read(&r, &cpu))
		tally_add(t, &r, cpu);
}

static void test_crowd(void)
{
	static struct tally t;
	u32 others = cpu_online_count() - 1, cpu;
	struct trace_counts before, after;
	u64 got = 0, sent;

	if (!begin())
		return;
	before = counts();
	memset(&t, 0, sizeof(t));
	irq_turns = 0;
	enough = false;
	test_on_cpus(others + 1, crowd_cpu, &t);
	tally_rest(&t);
	after = counts();
	sent = (u64)others * (irq_turns + 1);
	for_each_cpu(cpu, cpu_online_mask()) {
		got += t.task[cpu].records + t.irq[cpu].records;
		sent += t.sent[cpu];
	}
	CHECK(t.strange == 0);
	CHECK(t.all == after.written - before.written);
	CHECK(t.lost == after.lost - before.lost);
	/* Names of threads may be among the lost. */
	CHECK(got <= sent && got + t.lost >= sent);
	test_note("%lu records, %lu lost", got, t.lost);
}

const struct selftest trace_tests[] = {
	{ "trace: words choose groups", test_words },
	{ "trace: overflow is counted", test_overflow },
	{ "trace: writers, interrupts, a reader", test_crowd },
	{ NULL, NULL },
};
