/*
 * kernel/proc/trace.c - events of processes and their worlds
 *
 * Locks: each function is called where what it looks at stands still, or
 *        looks under RCU.
 * Not:   the file that shows them (procfs_nidus_trace.c).
 * See:   include/proc/trace.h
 */
#include <proc/trace.h>

#include <arch/irq.h>
#include <lib/string.h>
#include <proc/pidns.h>
#include <proc/task.h>
#include <sched/trace.h>

#define NAME_WORDS 4

static u32 process_id(const struct process *p)
{
	return (u32)p->tgid->ino;
}

/* The numbers of @pid, outermost first, behind their count. NULL: none. */
static u32 put_numbers(u32 *words, const struct pid *pid)
{
	u32 n = pid ? pid->level + 1 : 0;

	words[0] = n;
	for (u32 i = 0; i < n; i++)
		words[1 + i] = (u32)pid->numbers[i].nr;
	return n + 1;
}

static u32 put_name(u32 *words, const struct task *t)
{
	static_assert(sizeof(t->comm) == 4 * NAME_WORDS, "comm as words");
	memcpy(words, t->comm, sizeof(t->comm));
	return NAME_WORDS;
}

/* thread task process [parent] ns nr name. Return: words. */
static u32 put_task(u32 *words, const struct task *t, bool with_parent)
{
	/* Numbers stand for the trace's own eyes: const is of the task. */
	struct thread *thread = (struct thread *)(u64)&t->thread;
	const struct pid *pid = rcu_dereference(t->pid);
	u32 n = 0;

	words[n++] = trace_thread_id(thread);
	words[n++] = pid ? (u32)pid->ino : 0;
	words[n++] = process_id(t->process);
	if (with_parent)
		words[n++] = process_id(rcu_dereference(t->process->parent));
	words[n++] = pid ? pid_ns_of(pid)->common.ino : 0;
	n += put_numbers(words + n, pid);
	n += put_name(words + n, t);
	return n;
}

void trace_clone_slow(const struct task *child, u64 flags)
{
	struct trace_record r;

	trace_put_u64(r.words, flags);
	trace_write(&r, TRACE_CLONE, 2 + put_task(r.words + 2, child, true));
}

void trace_exec_slow(const struct task *t)
{
	struct trace_record r;

	trace_write(&r, TRACE_EXEC, put_task(r.words, t, false));
}

void trace_name_slow(const struct task *t)
{
	struct trace_record r;
	const struct pid *pid;
	u32 n = 1;

	rcu_read_lock();
	pid = rcu_dereference(t->pid);
	r.words[0] = pid ? (u32)pid->ino : 0;
	n += put_numbers(r.words + n, pid);
	n += put_name(r.words + n, t);
	rcu_read_unlock();
	trace_write(&r, TRACE_NAME, n);
}

void trace_exit_slow(const struct task *t, bool last)
{
	struct trace_record r;

	r.words[0] = (u32)t->pid->ino;
	r.words[1] = process_id(t->process);
	r.words[2] = last;
	r.words[3] = (u32)t->exit_code;
	trace_write(&r, TRACE_EXIT, 4 + put_numbers(r.words + 4, t->pid));
}

void trace_dead_slow(const struct process *p, bool zombie)
{
	struct trace_record r;

	r.words[0] = process_id(p);
	r.words[1] = zombie;
	trace_write(&r, TRACE_DEAD, 2 + put_numbers(r.words + 2, p->tgid));
}

void trace_reap_slow(const struct task *t)
{
	struct trace_record r;

	r.words[0] = (u32)t->pid->ino;
	r.words[1] = process_id(t->process);
	trace_write(&r, TRACE_REAP, 2 + put_numbers(r.words + 2, t->pid));
}

void trace_reparent_slow(const struct process *child, const struct process *to)
{
	struct trace_record r;
	u32 n = 3;

	r.words[0] = process_id(child);
	r.words[1] = process_id(child->parent);
	r.words[2] = process_id(to);
	n += put_numbers(r.words + n, child->tgid);
	n += put_numbers(r.words + n, to->tgid);
	trace_write(&r, TRACE_REPARENT, n);
}

void trace_pidns_slow(const struct pid_ns *ns)
{
	static const char *const names[] = {
		[PIDNS_NASCENT] = "nascent",
		[PIDNS_LIVE] = "live",
		[PIDNS_CLOSING] = "closing",
		[PIDNS_DRAINED] = "drained",
		[PIDNS_REAPED] = "reaped",
		[PIDNS_FREED] = "freed",
	};
	struct trace_record r;

	r.words[0] = ns->common.ino;
	r.words[1] = ns->parent ? ns->parent->common.ino : 0;
	r.words[2] = ns->level;
	trace_put_u64(r.words + 3, (u64)names[READ_ONCE(ns->state)]);
	trace_write(&r, TRACE_PIDNS, 5);
}

void trace_send_slow(const struct trace_signal *s)
{
	bool by_task = current_is_task() && !in_irq();
	const struct pid *from = by_task ? current_process()->tgid : NULL;
	const struct pid *task = s->task ? s->task->pid : NULL;
	struct trace_record r;
	u32 n = 8;

	r.words[0] = (u32)s->sig;
	r.words[1] = process_id(s->to);
	r.words[2] = task ? (u32)task->ino : 0;
	r.words[3] = from ? (u32)from->ino : 0;
	trace_put_u64(r.words + 4, (u64)(s->user ? "user" : "kernel"));
	trace_put_u64(r.words + 6, (u64)s->result);
	n += put_numbers(r.words + n, task ? task : s->to->tgid);
	n += put_numbers(r.words + n, from);
	trace_write(&r, TRACE_SEND, n);
}

void trace_deliver_slow(int sig, const char *how)
{
	const struct pid *pid = current_task()->pid;
	struct trace_record r;

	r.words[0] = (u32)sig;
	r.words[1] = (u32)pid->ino;
	trace_put_u64(r.words + 2, (u64)how);
	trace_write(&r, TRACE_DELIVER, 4 + put_numbers(r.words + 4, pid));
}

/* Who lives already when recording begins. RCU */
static void snapshot_task(const struct task *t)
{
	static const char *const ended[] = {
		[EXIT_ALIVE] = "alive",
		[EXIT_ZOMBIE] = "zombie",
		[EXIT_DEAD] = "dead",
	};
	struct trace_record r;
	u32 n = put_task(r.words, t, true);

	trace_put_u64(r.words + n, (u64)ended[READ_ONCE(t->exit_state)]);
	trace_write(&r, TRACE_TASK, n + 2);
}

static void snapshot_tasks(void)
{
	struct pid *pid;
	s32 nr = 1;

	for (; (pid = pid_next(&nr, &pidns_init_ns)); nr++) {
		const struct task *t;

		rcu_read_lock();
		t = rcu_dereference(pid->task);
		if (t)
			snapshot_task(t);
		rcu_read_unlock();
		pid_put(pid);
		cond_resched();
	}
}

int trace_snapshot(void)
{
	struct pidns_list list;
	int err = pidns_list_below(&pidns_init_ns, &list);

	if (err)
		return err;
	for (size_t i = 0; trace_on(TRACE_NS) && i < list.n; i++)
		trace_pidns_slow(list.ns[i]);
	pidns_list_fini(&list);
	if (trace_on(TRACE_PROC))
		snapshot_tasks();
	return 0;
}
