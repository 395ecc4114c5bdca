/*
 * tests/kernel/test_numbers.c - tables of process numbers, and the order of
 * births and deaths in them
 *
 * What:  one CPU makes pids of a namespace of its own, and another looks: who
 *        is counted is in all tables, who is visible is counted, and who is
 *        counted no more is in no table.
 * Not:   what processes see of it: tests/user/ns_pid.c, race_zap.c.
 * See:   docs/process-tree.md, invariants 1 and 9
 */
#include "selftest.h"

#include <arch/cpu.h>
#include <core/panic.h>
#include <core/rcu.h>
#include <proc/pid.h>
#include <proc/pidns.h>
#include <proc/user.h>
#include <sched/rcu_wait.h>
#include <sched/sched.h>
#include <uapi/errno.h>

#define TURNS 4000
#define BIRTHS 600

static u64 marks[64];	/* stand for pids: only their addresses count */

static struct pid *mark(u32 i)
{
	return (struct pid *)(void *)&marks[i % ARRAY_SIZE(marks)];
}

static void test_order(void)
{
	struct pid_table t;
	s32 nr = 0;

	pid_table_init(&t);
	for (s32 i = 1; i <= 3; i++)
		CHECK(pid_table_take(&t, 400) == i);
	pid_table_give(&t, 2);
	CHECK(pid_table_take(&t, 400) == 4);
	CHECK(pid_table_take(&t, 5) == 2);
	CHECK(pid_table_take(&t, 5) == -EAGAIN);
	t.cursor = 399;
	CHECK(pid_table_take(&t, 400) == 399);
	CHECK(pid_table_take(&t, 400) == PID_RESERVED);
	CHECK(pid_table_take_this(&t, 70000) == 0);
	CHECK(pid_table_take_this(&t, 70000) == -EEXIST);

	pid_table_fill_embryo(&t, 399, mark(0));
	CHECK(!pid_table_find(&t, 399) && !pid_table_find(&t, 4));
	CHECK(pid_table_next(&t, &nr, true) == mark(0) && nr == 399);
	pid_table_fill(&t, 399, mark(0));
	CHECK(pid_table_find(&t, 399) == mark(0));
	for (s32 i = 1; i <= 4; i++)
		pid_table_give(&t, i);
	pid_table_give(&t, PID_RESERVED);
	pid_table_give(&t, 399);
	pid_table_give(&t, 70000);
	CHECK(!pid_table_find(&t, 399));
	pid_table_fini(&t);
}

/* All want number 1; whoever has it is alone in its slot. */
static void holder_cpu(void *arg, u32 cpu)
{
	struct pid_table *t = arg;

	for (u32 i = 0; i < TURNS;) {
		s32 nr = pid_table_take(t, 2);

		cond_resched();
		if (nr < 0) {
			CHECK(nr == -EAGAIN);
			cpu_relax();
			continue;
		}
		CHECK(nr == 1);
		pid_table_fill(t, nr, mark(cpu));
		for (u32 k = 0; k < 20; k++)
			CHECK(pid_table_find(t, nr) == mark(cpu));
		pid_table_give(t, nr);
		i++;
	}
}

static void test_holders(void)
{
	static struct pid_table t;

	pid_table_init(&t);
	test_on_cpus(cpu_online_count(), holder_cpu, &t);
	pid_table_fini(&t);
}

/* A birth on CPU 0, and who looks on CPU 1. */
static struct stage {
	struct pid_ns *ns;
	s32 inner, outer;	/* its numbers */
	u32 round;		/* [a] odd: being born, even: dying */
	u32 seen;		/* [a] rounds that the other one has seen */
} stage;

static bool is_there(struct pid_ns *ns, s32 nr, bool embryos)
{
	s32 at = nr;
	bool there;

	rcu_read_lock();
	there = pid_table_next(&ns->table, &at, embryos) && at == nr;
	rcu_read_unlock();
	return there;
}

static void wait_for(const u32 *word, u32 least)
{
	while (load_acquire(word) < least) {
		cond_resched();
		cpu_relax();
	}
}

static void look_at_birth(struct stage *s)
{
	bool visible;

	do {
		visible = is_there(s->ns, s->inner, false);
		if (visible)
			CHECK(pidns_members(s->ns) == 1);
		if (pidns_members(s->ns)) {
			CHECK(is_there(s->ns, s->inner, true));
			CHECK(is_there(s->ns->parent, s->outer, true));
		}
		cond_resched();
	} while (!visible);
}

static void look_at_death(struct stage *s)
{
	while (pidns_members(s->ns))
		cond_resched();
	CHECK(!is_there(s->ns, s->inner, true));
	CHECK(!is_there(s->ns->parent, s->outer, true));
}

static void bear(struct stage *s, u32 i)
{
	struct pid_alloc_args args = { .ns = s->ns };
	struct pid *pid;

	if (pid_alloc(&args, &pid))
		panic("selftest: no number");
	s->inner = pid_nr(pid, s->ns);
	s->outer = pid_nr(pid, s->ns->parent);
	pid_attach(pid, PID_TASK);
	store_release(&s->round, 2 * i + 1);
	CHECK(pid_publish(pid));
	wait_for(&s->seen, 2 * i + 1);
	store_release(&s->round, 2 * i + 2);
	pid_detach(pid, PID_TASK);
	wait_for(&s->seen, 2 * i + 2);
}

static void birth_cpu(void *arg, u32 cpu)
{
	struct stage *s = arg;

	for (u32 i = 0; i < BIRTHS; i++) {
		if (!cpu) {
			bear(s, i);
			continue;
		}
		wait_for(&s->round, 2 * i + 1);
		look_at_birth(s);
		store_release(&s->seen, 2 * i + 1);
		wait_for(&s->round, 2 * i + 2);
		look_at_death(s);
		store_release(&s->seen, 2 * i + 2);
	}
}

static struct pid_ns *world_below(struct pid_ns *parent)
{
	struct pid_ns *ns;

	if (pidns_create(parent, &user_ns_init, &ns))
		panic("selftest: no memory for a namespace");
	return ns;
}

static void test_births(void)
{
	s32 last = pid_last(&pidns_init_ns);

	if (cpu_online_count() < 2) {
		test_skip("needs two CPUs");
		return;
	}
	stage = (struct stage){ .ns = world_below(&pidns_init_ns) };
	test_on_cpus(2, birth_cpu, &stage);
	pid_set_last(&pidns_init_ns, last);
	pidns_put(stage.ns);
	rcu_barrier();
}

static struct pid_ns *refusing;		/* closed */
static u32 refused_done;		/* [a] */

/* Nobody sees who is refused. */
static void refused_cpu(void *arg, u32 cpu)
{
	struct pid_alloc_args args = { .ns = arg };
	struct pid_ns *ns = arg;

	while (cpu && !load_acquire(&refused_done)) {
		CHECK(!is_there(ns, 1, false));
		CHECK(!is_there(refusing, 1, false));
		cond_resched();
	}
	for (u32 i = 0; !cpu && i < BIRTHS; i++) {
		struct pid *pid;

		if (pid_alloc(&args, &pid))
			panic("selftest: no number");
		atomic_set(&refusing->members, 0);
		CHECK(!pid_publish(pid));
		CHECK(!pidns_members(ns) && !pidns_members(refusing));
		CHECK(!is_there(ns, 1, true) && !is_there(refusing, 1, true));
		atomic_set(&refusing->members, (long)PIDNS_ACCEPTING);
		ns->table.cursor = 0;
		refusing->table.cursor = 0;
		atomic_set(&ns->members, 0);
		pid_abort(pid);
		atomic_set(&ns->members, (long)PIDNS_ACCEPTING);
	}
	if (!cpu)
		store_release(&refused_done, 1u);
}

/* A level between that does not accept: as if nothing had been. */
static void test_refused(void)
{
	s32 last = pid_last(&pidns_init_ns);
	struct pid_ns *ns;

	refusing = world_below(&pidns_init_ns);
	ns = world_below(refusing);
	refused_done = 0;
	test_on_cpus(min(cpu_online_count(), 2u), refused_cpu, ns);
	CHECK(pidns_members(&pidns_init_ns) == 0);
	pid_set_last(&pidns_init_ns, last);
	pidns_put(ns);
	pidns_put(refusing);
	rcu_barrier();
}

const struct selftest numbers_tests[] = {
	{ "numbers: follow each other, and are given again", test_order },
	{ "numbers: whoever has one is alone in its slot", test_holders },
	{ "numbers: in the tables, counted, visible; and back", test_births },
	{ "numbers: who is refused is seen by nobody", test_refused },
	{ NULL, NULL },
};
