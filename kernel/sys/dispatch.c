/*
 * kernel/sys/dispatch.c - from the entry code to a system call and back
 *
 * What:  number to function; what is left to do before user mode runs again;
 *        the census of refused calls.
 * Locks: none; the census counters are atomic.
 * Not:   the entry itself (arch/x86_64/syscall_entry.asm), the log of strace=1
 *        (strace.c).
 * See:   docs/syscalls.md; syscall(2).
 */
#include "dispatch.h"

#include <arch/upcall.h>
#include <core/printk.h>
#include <core/rcu.h>
#include <proc/lifecycle.h>
#include <proc/rseq.h>
#include <proc/signal.h>
#include "path_util.h"
#include "strace.h"
#include "syscall_watch.h"
#include "table.h"
#include <uapi/errno.h>

u64 upcall_fast_calls = NR_SYSCALLS;	/* [I] after the command line */
static bool trace_calls;
static bool census_on;
static struct atomic refused[NR_SYSCALLS];	/* answered -ENOSYS */

void syscalls_init(void)
{
	names_init();
}

void syscall_trace_enable(void)
{
	if (!strace_enter) {
		pr_warn("strace: not in this kernel\n");
		return;
	}
	trace_calls = true;
	signal_log = &strace_signals;
	upcall_fast_calls = 0;
}

void syscall_census_enable(void)
{
	census_on = true;
}

void syscall_census_print(void)
{
	if (!census_on)
		return;
	for (u32 nr = 0; nr < NR_SYSCALLS; nr++) {
		int n = atomic_read(&refused[nr]);

		if (n)
			pr_notice("census: %s (%u) refused %d times\n",
				  syscall_absent_name(nr), nr, n);
	}
}

static long refuse(u64 nr)
{
	atomic_inc(&refused[nr]);
	return -ENOSYS;
}

static long call(struct regs *r, const struct syscall_entry *e)
{
	syscall_fn fn = (syscall_fn)e->fn;

	return fn(regs_arg(r, 0), regs_arg(r, 1), regs_arg(r, 2),
		  regs_arg(r, 3), regs_arg(r, 4), regs_arg(r, 5));
}

static NOINLINE long call_traced(struct regs *r, const struct syscall_entry *e)
{
	struct strace_call c;
	long ret;

	strace_enter(&c, r, e);
	ret = e->fn ? call(r, e) : refuse((u64)regs_syscall_nr(r));
	strace_leave(&c, ret);
	return ret;
}

static long run(struct regs *r)
{
	u64 nr = (u64)regs_syscall_nr(r);
	const struct syscall_entry *e = &syscall_table[nr];

	if (unlikely(nr >= NR_SYSCALLS))
		return -ENOSYS;
	if (unlikely(trace_calls))
		return call_traced(r, e);
	return likely(e->fn) ? call(r, e) : refuse(nr);
}

static bool watched(void)
{
	return unlikely(READ_ONCE(arch_current()->work) & WORK_TRACE);
}

void upcall_syscall_finish(struct regs *r, long ret)
{
	if (watched())
		syscall_leave(r);
	/* A call to be restarted passes signal_deliver, whoever took the
	 * signal that interrupted it. */
	if (unlikely(ret <= -ERESTARTSYS && ret >= -ERESTART_RESTARTBLOCK &&
		     regs_syscall_nr(r) >= 0))
		signal_deliver(r);
}

void upcall_syscall(struct regs *r)
{
	long ret = 0;

	/* A tracer or a filter may change the call, or forbid it. */
	if (!watched() || syscall_enter(r)) {
		ret = run(r);
		regs_set_return(r, (u64)ret);
	}
	upcall_syscall_finish(r, ret);
}

static void clear_work(u32 bits)
{
	struct arch_thread *t = arch_current();

	__atomic_fetch_and(&t->work, ~bits, __ATOMIC_SEQ_CST);
}

void upcall_user_work(struct regs *r)
{
	struct arch_thread *t = arch_current();
	u32 work;

	while ((work = READ_ONCE(t->work) &
		       (u32)(WORK_RESCHED | WORK_SIGNAL | WORK_NOTIFY |
			     WORK_RSEQ))) {
		if (work & WORK_NOTIFY) {
			clear_work(WORK_NOTIFY);
			task_child_start();
		}
		if (work & WORK_RESCHED)
			schedule();
		if (work & WORK_SIGNAL)
			signal_deliver(r);
		if (work & WORK_RSEQ) {
			clear_work(WORK_RSEQ);
			rseq_resume(r);
		}
		if (rcu_due())
			rcu_run_callbacks();
	}
}
