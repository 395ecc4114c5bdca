/*
 * tests/bench/processes.c - birth, exec and death of processes and threads
 *
 * See:   bench.h
 */
#define _GNU_SOURCE
#include "bench.h"

#include <linux/futex.h>

static char stack[16384] __attribute__((aligned(4096)));
static volatile int tid_word;	/* the kernel clears it when a thread ends */

#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | \
		      CLONE_THREAD | CLONE_SYSVSEM | CLONE_PARENT_SETTID | \
		      CLONE_CHILD_CLEARTID)

/* A child on a stack of its own that ends at once. */
static long clone_on_stack(u64 flags)
{
	register int *tid_at __asm__("r10") = (int *)&tid_word;
	register long tls __asm__("r8") = 0;
	long ret;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%edi, %%edi\n\t"
			 "mov %[nr_exit], %%eax\n\t"
			 "syscall\n"
			 "1:"
			 : "=a"(ret)
			 : "a"(SYS_clone), "D"(flags),
			   "S"(stack + sizeof(stack)), "d"(&tid_word),
			   "r"(tid_at), "r"(tls),
			   [nr_exit] "i"(SYS_exit)
			 : "rcx", "r11", "memory");
	return ret;
}

static void vfork_loop(int n)
{
	for (int i = 0; i < n; i++)
		wait_for(clone_on_stack(CLONE_VM | CLONE_VFORK | SIGCHLD));
}

static void exec_self(void)
{
	const char *argv[] = { self_path, "X", NULL };
	const char *envp[] = { NULL };

	CALL(SYS_execve, ADDR(self_path), ADDR(argv), ADDR(envp));
	leave(127);
}

static void fork_exec_loop(int n)
{
	for (int i = 0; i < n; i++) {
		long pid = fork_plain();

		if (!pid)
			exec_self();
		wait_for(pid);
	}
}

static void vfork_exec_loop(int n)
{
	for (int i = 0; i < n; i++) {
		long pid = CALL(SYS_vfork, 0);

		if (!pid)
			exec_self();
		wait_for(pid);
	}
}

static void thread_loop(int n)
{
	for (int i = 0; i < n; i++) {
		int value;

		tid_word = 1;
		clone_on_stack(THREAD_FLAGS);
		while ((value = tid_word) != 0)
			CALL(SYS_futex, ADDR(&tid_word), FUTEX_WAIT, value);
	}
}

void bench_processes(void)
{
	measure("fork_exit_wait", fork_loop, 10, scaled(1000));
	measure("vfork_exit_wait", vfork_loop, 10, scaled(1000));
	measure("fork_exec_wait", fork_exec_loop, 5, scaled(300));
	measure("vfork_exec_wait", vfork_exec_loop, 5, scaled(300));
	measure("thread_create_join", thread_loop, 20, scaled(2000));
}
