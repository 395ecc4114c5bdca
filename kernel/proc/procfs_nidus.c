/*
 * kernel/proc/procfs_nidus.c - /proc/nidus/pidns: the tree of worlds, and why
 *                              each is still there
 *
 * What:  one line a pid namespace at or below the reader's own, parents
 *        first, and below it an indented line for whatever holds it. Numbers
 *        are as the reader's namespace has them.
 * Locks: none: each value was true at some moment.
 * Not:   finding the holders (pidns_holders.c).
 * See:   docs/pidns.md, "Why is it still there?", has the format.
 */
#include "procfs_internal.h"

#include "pidns_holders.h"

#include <proc/pidns.h>
#include <proc/user_ns.h>
#include <sched/sched.h>
#include <uapi/errno.h>

static const char *const state_names[] = {
	[PIDNS_NASCENT] = "nascent",
	[PIDNS_LIVE] = "live",
	[PIDNS_CLOSING] = "closing",
	[PIDNS_DRAINED] = "drained",
	[PIDNS_REAPED] = "dead",
	[PIDNS_FREED] = "freed",
};

static const char *const kind_names[] = {
	[HOLD_ZOMBIE] = "zombie",
	[HOLD_GROUP] = "group",
	[HOLD_SESSION] = "session",
	[HOLD_CHILDREN] = "pid_for_children",
	[HOLD_FD] = "fd",
	[HOLD_PIDFD] = "pidfd",
	[HOLD_PROC_FD] = "proc_fd",
	[HOLD_PROC_CWD] = "proc_cwd",
	[HOLD_PROC_MOUNT] = "proc_mount",
	[HOLD_BIND] = "bind",
};

/* Those who were born in a namespace itself, not below it. */
struct members {
	u32 processes, threads, zombies;
};

static void count_members(struct pid_ns *ns, struct members *m)
{
	struct pid *pid;
	s32 nr = 1;

	for (; (pid = pid_next(&nr, ns)); nr++) {
		struct task *t;

		rcu_read_lock();
		t = pid->level == ns->level ? rcu_dereference(pid->task) :
					      NULL;
		if (t && task_is_leader(t) &&
		    READ_ONCE(t->exit_state) != EXIT_ALIVE)
			m->zombies++;
		else if (t)
			m->threads++;
		if (t && task_is_leader(t))
			m->processes++;
		rcu_read_unlock();
		pid_put(pid);
		cond_resched();
	}
}

static s32 init_number(struct pid_ns *ns)
{
	struct process *init;
	s32 nr = 0;

	rcu_read_lock();
	init = rcu_dereference(ns->reaper);
	if (init)
		nr = pid_vnr(init->tgid);
	rcu_read_unlock();
	return nr;
}

static void show_ns(struct pid_ns *ns, bool top, struct seq_buf *out)
{
	struct members m = { 0, 0, 0 };

	count_members(ns, &m);
	seq_printf(out, "pid:[%u] parent=%u level=%u state=%s init=%d",
		   ns->common.ino, top ? 0 : ns->parent->common.ino,
		   ns->level, state_names[READ_ONCE(ns->state)],
		   init_number(ns));
	seq_printf(out, " numbers=%lu processes=%u threads=%u zombies=%u",
		   pidns_members(ns), m.processes, m.threads, m.zombies);
	/* Without the one that this reader holds. */
	seq_printf(out, " last=%d pid_max=%d refs=%u owner=%u\n",
		   max(pid_last(ns), 0), pid_max_get(ns),
		   refcount_read(&ns->common.refs) - 1,
		   ns->common.owner->common.ino);
}

static void show_holder(const struct pidns_holder *h, struct seq_buf *out)
{
	seq_printf(out, "\t%s pid=%d", kind_names[h->kind], h->pid);
	if (h->kind == HOLD_ZOMBIE)
		seq_printf(out, " parent=%d", h->other);
	if (h->kind == HOLD_FD || h->kind == HOLD_PIDFD ||
	    h->kind == HOLD_PROC_FD)
		seq_printf(out, " fd=%d", h->other);
	if (h->number)
		seq_printf(out, " number=%d", h->number);
	if (h->place) {
		seq_puts(out, " on=");
		seq_escape(out, h->place, " \t\n\\");
	}
	seq_putc(out, '\n');
}

static int show_pidns(struct seq_buf *out)
{
	struct pidns_holders holders;
	struct pidns_list list;
	int err = pidns_list_below(current_pidns(), &list);

	if (err)
		return err;
	err = pidns_holders_collect(&holders);
	if (err)
		goto undo_list;
	for (size_t i = 0; i < list.n; i++) {
		struct pid_ns *ns = list.ns[i];
		const struct pidns_holder *h = pidns_holders_of(&holders, ns);

		show_ns(ns, i == 0, out);
		for (; h && h < holders.list + holders.n && h->ns == ns; h++)
			show_holder(h, out);
	}
	pidns_holders_fini(&holders);
undo_list:
	pidns_list_fini(&list);
	return err;
}

static struct proc_entry pidns_entry = {
	.path = "nidus/pidns", .mode = 0444, .show = show_pidns,
};

void proc_nidus_init(void)
{
	proc_entry_add(&pidns_entry);
}
