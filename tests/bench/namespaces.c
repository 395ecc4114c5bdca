/*
 * tests/bench/namespaces.c - pid namespaces: made, entered, nested, left
 *
 * See:   bench.h
 */
#define _GNU_SOURCE
#include "bench.h"

#include <stdio.h>

#define CHAIN 32		/* the deepest nest there may be */

static long own_ns, other_ns;	/* descriptors */
static long target;

static void unshare_loop(int n)
{
	for (int i = 0; i < n; i++) {
		CALL(SYS_unshare, CLONE_NEWPID);
		CALL(SYS_setns, own_ns, CLONE_NEWPID);
	}
}

static void unshare_fork_loop(int n)
{
	for (int i = 0; i < n; i++) {
		CALL(SYS_unshare, CLONE_NEWPID);
		fork_loop(1);
		CALL(SYS_setns, own_ns, CLONE_NEWPID);
	}
}

static void setns_loop(int n)
{
	for (int i = 0; i < n; i++) {
		CALL(SYS_setns, other_ns, CLONE_NEWPID);
		CALL(SYS_setns, own_ns, CLONE_NEWPID);
	}
}

static void setns_fork_loop(int n)
{
	for (int i = 0; i < n; i++) {
		CALL(SYS_setns, other_ns, CLONE_NEWPID);
		fork_loop(1);
		CALL(SYS_setns, own_ns, CLONE_NEWPID);
	}
}

static void kill_loop(int n)
{
	for (int i = 0; i < n; i++)
		CALL(SYS_kill, target, 0);
}

static void getpid_loop(int n)
{
	for (int i = 0; i < n; i++)
		CALL(SYS_getpid, 0);
}

static void getppid_loop(int n)
{
	for (int i = 0; i < n; i++)
		CALL(SYS_getppid, 0);
}

/* What unshare(1) does: a helper, a new world, its init. */
static void double_fork_loop(int n)
{
	for (int i = 0; i < n; i++) {
		long pid = fork_plain();

		if (!pid) {
			CALL(SYS_unshare, CLONE_NEWPID);
			fork_loop(1);
			leave(0);
		}
		wait_for(pid);
	}
}

static long open_ns(long pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld/ns/pid", pid);
	return must("ns/pid", CALL(SYS_open, ADDR(path), O_CLOEXEC));
}

/* In a helper: its namespace for children changes. */
static void entering(void)
{
	own_ns = open_ns(CALL(SYS_getpid, 0));
	measure("unshare_newpid_only(+setns_back)", unshare_loop, 5,
		scaled(300));
	measure("unshare_newpid_fork_wait(+setns_back)", unshare_fork_loop, 5,
		scaled(300));
	target = sleeper(CLONE_NEWPID);
	other_ns = open_ns(target);
	measure("setns_pair", setns_loop, 10, scaled(2000));
	measure("setns_fork_wait(+setns_back)", setns_fork_loop, 10,
		scaled(500));
	measure("kill0_into_child_ns", kill_loop, 0, scaled(5000));
	kill_sleeper(target);
}

/* A grandchild, blocked in a pipe, becomes the init's and ends. */
static void orphan(const int ends[2])
{
	char c;

	if (!fork_plain()) {
		CALL(SYS_close, ends[1]);
		CALL(SYS_read, ends[0], ADDR(&c), 1);
	}
	leave(0);
}

static void reap_loop(int n)
{
	for (int i = 0; i < n; i++) {
		int ends[2];
		long pid;

		open_pipe(ends);
		pid = fork_plain();
		if (!pid)
			orphan(ends);
		wait_for(pid);
		CALL(SYS_close, ends[1]);
		wait_for(-1);
		CALL(SYS_close, ends[0]);
	}
}

static void mount_loop(int n)
{
	for (int i = 0; i < n; i++) {
		CALL(SYS_mount, ADDR("proc"), ADDR("/mnt"), ADDR("proc"));
		CALL(SYS_umount2, ADDR("/mnt"));
	}
}

/* As init of a namespace. */
static void inside(void)
{
	target = sleeper(0);
	measure("kill0_inside_ns_L1", kill_loop, 0, scaled(5000));
	measure("getpid_L1", getpid_loop, 0, scaled(5000));
	measure("reparent_reap_ns_init", reap_loop, 5, scaled(300));
	kill_sleeper(target);
	measure("mount_umount_proc", mount_loop, 3, scaled(1000));
}

/* @part in a child that has these clone flags. */
static void in_child(u64 flags, void (*part)(void))
{
	long pid = must("clone", fork_with(flags));

	if (!pid) {
		part();
		leave(0);
	}
	wait_for(pid);
}

void bench_namespaces(void)
{
	measure("clone_newpid_exit_wait", new_pid_ns_loop, 5, scaled(300));
	in_child(0, entering);
	measure("fork_unshare_fork_wait2", double_fork_loop, 3, scaled(200));
	in_child(CLONE_NEWPID, inside);
}

static int level;

static void measure_level(void)
{
	char name[64];

	snprintf(name, sizeof(name), "fork_exit_wait_L%d", level);
	if (level == 1 || level == 8 || level == 16 || level == CHAIN)
		measure(name, fork_loop, 10, scaled(500));
	snprintf(name, sizeof(name), "clone_newpid_at_L%d", level);
	if (level == 1 || level == 7 || level == 15 || level == CHAIN - 1)
		measure(name, new_pid_ns_loop, 5, scaled(300));
}

static void nest(void)
{
	level++;
	measure_level();
	if (level < CHAIN) {
		in_child(CLONE_NEWPID, nest);
		return;
	}
	measure("getpid_L32", getpid_loop, 0, scaled(50000));
	measure("getppid_L32", getppid_loop, 0, scaled(50000));
}

/* Inits of nested namespaces, each asleep, the last one after a word. */
static void be_chain(int depth, int fd)
{
	while (depth > 1 && !must("chain", fork_with(CLONE_NEWPID)))
		depth--;
	if (depth == 1)
		CALL(SYS_write, fd, ADDR("x"), 1);
	for (;;)
		CALL(SYS_pause, 0);
}

static void teardown_chain(int rounds)
{
	u64 ticks = 0, ns = 0;
	int ends[2];
	char c;

	open_pipe(ends);
	for (int i = 0; i < rounds; i++) {
		long pid = fork_with(CLONE_NEWPID);

		if (!pid)
			be_chain(CHAIN, ends[1]);
		CALL(SYS_read, ends[0], ADDR(&c), 1);
		sleep_ms(20);
		span_begin();
		kill_sleeper(pid);
		span_end();
		ticks += span_to.ticks - span_from.ticks;
		ns += span_to.ns - span_from.ns;
	}
	close_pipe(ends);
	span_from = (struct span){ 0 };
	span_to = (struct span){ ns, ticks };
	report("teardown_chain32", (u64)rounds);
}

void bench_nesting(void)
{
	level = 0;
	in_child(CLONE_NEWPID, nest);
	teardown_chain(scaled(20));
}
