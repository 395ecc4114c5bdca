/*
 * kernel/sys/strace.c - the log of strace=1
 *
 * What:  which call has the line that is being written. It is printed whole
 *        when the call is over; "unfinished" as soon as another one wants to
 *        be printed, or after a while, so that a call that never ends is seen.
 * Locks: strace (RANK_STRACE, taken with interrupts off): the open line.
 * Life:  the record of a call is on its kernel stack, and is the open line at
 *        most until it returns.
 * Not:   the words (strace_text.c, strace_names.c).
 * See:   strace(1); docs/syscalls.md
 */
#include "strace.h"

#include <core/printk.h>
#include <core/spinlock.h>
#include <lib/string.h>
#include <proc/pid.h>
#include <proc/task.h>
#include <sched/timer.h>

#define PATIENCE_NS 1000000000ul

static DEFINE_SPINLOCK(strace_lock, RANK_STRACE);
static struct strace_call *open_line;	/* [strace] */
static void be_impatient(struct timer *t);
static struct timer patience = { .fn = be_impatient };

static void print_line(const struct strace_call *c, const char *more)
{
	pr_info("strace: [pid %d] %.*s%s\n", c->tid, (int)c->text.len,
		c->text.data ? c->text.data : "", more);
}

static void interrupt_line_locked(void)
{
	if (open_line)
		print_line(open_line, " <unfinished ...>");
	open_line = NULL;
}

static void be_impatient(struct timer *t UNUSED)
{
	u64 flags = spin_lock_irqsave(&strace_lock);

	interrupt_line_locked();
	spin_unlock_irqrestore(&strace_lock, flags);
}

void strace_enter(struct strace_call *c, struct regs *r,
		  const struct syscall_entry *e)
{
	u64 flags;
	bool last;

	c->nr = (u64)regs_syscall_nr(r);
	c->name = e->fn ? e->name : syscall_absent_name(c->nr);
	c->nargs = e->fn ? e->nargs : 6;
	c->tid = pid_vnr(current_task()->pid);
	c->shown = 0;
	for (u32 i = 0; i < 6; i++)
		c->arg[i] = regs_arg(r, i);
	seq_init(&c->text);
	last = strace_show_enter(c);
	flags = spin_lock_irqsave(&strace_lock);
	interrupt_line_locked();
	if (last) {
		print_line(c, "");
	} else {
		open_line = c;
		timer_set(&patience, clock_now_ns() + PATIENCE_NS);
	}
	spin_unlock_irqrestore(&strace_lock, flags);
	if (last)
		seq_fini(&c->text);
}

void strace_event(const char *text)
{
	pid_t tid = pid_vnr(current_task()->pid);
	u64 flags = spin_lock_irqsave(&strace_lock);

	interrupt_line_locked();
	pr_info("strace: [pid %d] %s\n", tid, text);
	spin_unlock_irqrestore(&strace_lock, flags);
}

void strace_leave(struct strace_call *c, long ret)
{
	struct seq_buf begun;
	u64 flags;

	if (!c->text.data)
		return;
	begun = c->text;
	seq_init(&c->text);
	strace_show_leave(c, ret);
	flags = spin_lock_irqsave(&strace_lock);
	if (open_line == c) {
		open_line = NULL;
		pr_info("strace: [pid %d] %.*s%.*s\n", c->tid, (int)begun.len,
			begun.data, (int)c->text.len, c->text.data);
	} else {
		interrupt_line_locked();
		pr_info("strace: [pid %d] <... %s resumed>%.*s\n", c->tid,
			c->name, (int)c->text.len, c->text.data);
	}
	spin_unlock_irqrestore(&strace_lock, flags);
	seq_fini(&begun);
	seq_fini(&c->text);
}
