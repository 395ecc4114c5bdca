/*
 * kernel/proc/procfs_stat.c - what a process is, in numbers
 *
 * What:  stat, status, statm, limits.
 * Locks: group, session and parent are read under RCU, the terminal under the
 *        session's lock; signals under the siglock; memory by its own counters.
 * See:   proc(5), the fields in their order.
 */
#include "procfs_internal.h"

#include <lib/string.h>
#include <proc/pidns.h>
#include <proc/seccomp.h>
#include <proc/session.h>
#include <proc/signal.h>
#include "signal_internal.h"
#include <proc/timens.h>
#include <proc/user_ns.h>
#include <uapi/errno.h>
#include <uapi/kdev.h>
#include <vm/aspace.h>

#define USER_HZ 100
#define STATUS_BYTES 1200	/* most of status is shorter */
#define NS_PER_USER_HZ ((u64)NSEC_PER_SEC / USER_HZ)

/* Numbers of relatives, as the mount's namespace shows them. */
struct kin {
	s32 pid, ppid, tgid, pgid, sid, tty_pgrp, tracer;
	u32 nthreads;
	dev_t tty;
};

static s32 tracer_nr(struct task *t, struct pid_ns *ns)
{
	const struct task *tracer;
	s32 nr = 0;

	rcu_read_lock();
	tracer = rcu_dereference(t->tracee.tracer);
	if (tracer)
		nr = pid_nr(rcu_dereference(tracer->pid), ns);
	rcu_read_unlock();
	return nr;
}

/* All 0 if @t is reaped meanwhile: the caller of show finds out. */
static void read_kin(struct task *t, struct pid_ns *ns, struct kin *k)
{
	struct process *p = t->process, *parent;
	const struct pid *pid;

	memset(k, 0, sizeof(*k));
	k->tty_pgrp = -1;
	k->nthreads = READ_ONCE(p->nthreads);
	k->tracer = tracer_nr(t, ns);
	rcu_read_lock();
	pid = rcu_dereference(t->pid);
	if (pid) {
		parent = rcu_dereference(p->parent);
		k->pid = pid_nr(pid, ns);
		k->tgid = pid_nr(p->tgid, ns);
		k->ppid = parent == p ? 0 : pid_nr(parent->tgid, ns);
		k->pgid = pid_nr(rcu_dereference(p->pgid), ns);
		k->sid = pid_nr(rcu_dereference(p->sid), ns);
		if (session_terminal)
			session_terminal(p, ns, &k->tty, &k->tty_pgrp);
	}
	rcu_read_unlock();
}

/* The letter of proc(5). */
static char state_letter(struct task *t)
{
	if (t->exit_state == EXIT_ZOMBIE)
		return 'Z';
	if (t->exit_state == EXIT_DEAD)
		return 'X';
	switch (READ_ONCE(t->thread.state)) {
	case THREAD_RUNNING:
		return 'R';
	case THREAD_INTERRUPTIBLE:
		return 'S';
	case THREAD_STOPPED:
		return 'T';
	case THREAD_TRACED:
		return 't';
	}
	return 'D';
}

static const char *state_name(char letter)
{
	switch (letter) {
	case 'R':
		return "R (running)";
	case 'S':
		return "S (sleeping)";
	case 'T':
		return "T (stopped)";
	case 't':
		return "t (tracing stop)";
	case 'Z':
		return "Z (zombie)";
	case 'X':
		return "X (dead)";
	}
	return "D (disk sleep)";
}

struct sigsets {
	u64 pending, shared, blocked, ignored, caught;
	u64 queued;
};

static void read_actions(const struct sighand *h, struct sigsets *s)
{
	for (u64 left = READ_ONCE(h->changed); left; left &= left - 1) {
		u32 i = (u32)__builtin_ctzll(left);
		u64 handler = READ_ONCE(h->action[i].handler);

		if (handler == SIG_IGN)
			s->ignored |= BIT(i);
		else if (handler != SIG_DFL)
			s->caught |= BIT(i);
	}
}

static void read_signals(struct task *t, struct sigsets *s)
{
	struct process *p = t->process;

	memset(s, 0, sizeof(*s));
	spin_lock_irq(&p->siglock);
	s->pending = t->pending.set;
	s->shared = p->pending.set;
	s->blocked = t->blocked;
	if (t->sighand)
		read_actions(t->sighand, s);
	spin_unlock_irq(&p->siglock);
}

static void read_comm(struct task *t, char comm[16])
{
	spin_lock(&t->alloc_lock);
	memcpy(comm, t->comm, 16);
	spin_unlock(&t->alloc_lock);
}

/* Linux's own, of one that will not run again. */
#define FLAG_NOFREEZE 0x8000u

/* Field 9. Source: proc(5) refers to Linux's numbers; ps shows some as F. */
static u32 stat_flags(const struct task *t)
{
	u32 flags = (READ_ONCE(t->flags) & TASK_SHOWN) | READ_ONCE(t->hints);

	return t->exit_state == EXIT_ALIVE ? flags : flags | FLAG_NOFREEZE;
}

/* Fields 1 to 9 of stat: who it is. */
static void stat_identity(struct task *t, const struct kin *k,
			  struct seq_buf *out)
{
	char comm[16];

	read_comm(t, comm);
	seq_dec(out, "", k->pid);
	seq_puts(out, " (");
	seq_puts(out, comm);
	seq_puts(out, ") ");
	seq_putc(out, state_letter(t));
	seq_dec(out, " ", k->ppid);
	seq_dec(out, " ", k->pgid);
	seq_dec(out, " ", k->sid);
	seq_dec(out, " ", (int)k->tty);
	seq_dec(out, " ", k->tty_pgrp);
	seq_udec(out, " ", stat_flags(t));
}

/* Fields 10 to 17: faults and times. */
static void stat_usage(struct task *t, bool whole, struct seq_buf *out)
{
	struct process *p = t->process;
	struct rusage_sum sum;
	u64 flags;

	if (whole)
		process_sum(p, &sum);
	else
		task_sum(t, &sum);
	flags = spin_lock_irqsave(&p->siglock);
	seq_udec(out, " ", sum.minflt);
	seq_udec(out, " ", p->child_minflt);
	seq_udec(out, " ", sum.majflt);
	seq_udec(out, " ", p->child_majflt);
	seq_udec(out, " ", sum.user_ns / NS_PER_USER_HZ);
	seq_udec(out, " ", sum.system_ns / NS_PER_USER_HZ);
	seq_udec(out, " ", p->child_user_ns / NS_PER_USER_HZ);
	seq_udec(out, " ", p->child_system_ns / NS_PER_USER_HZ);
	spin_unlock_irqrestore(&p->siglock, flags);
}

/* Fields 23 to 30: memory, for those who may look. */
static void stat_memory(struct task *t, struct aspace *as, bool look,
			struct seq_buf *out)
{
	seq_udec(out, " ", as ? as->total_pages * PAGE_SIZE : 0);
	seq_dec(out, " ", as ? (long)atomic_read(&as->rss) : 0l);
	seq_udec(out, " ", rlimit_get(t->process, RLIMIT_RSS));
	if (!as || !look) {
		seq_puts(out, as ? " 1 1 0 0 0" : " 0 0 0 0 0");
		return;
	}
	seq_udec(out, " ", as->code_start);
	seq_udec(out, " ", as->code_end);
	seq_udec(out, " ", as->stack_top);
	seq_puts(out, " 0 0");
}

/* Fields 31 to 41: signals, exit signal, CPU, policy. */
static void stat_signals(struct task *t, const struct sched_params *sp,
			 struct seq_buf *out)
{
	struct sigsets s;

	read_signals(t, &s);
	seq_udec(out, " ", s.pending & 0x7fffffff);
	seq_udec(out, " ", s.blocked & 0x7fffffff);
	seq_udec(out, " ", s.ignored & 0x7fffffff);
	seq_udec(out, " ", s.caught & 0x7fffffff);
	seq_dec(out, " 0 0 0 ", t->exit_signal);
	seq_udec(out, " ", READ_ONCE(t->thread.cpu));
	seq_udec(out, " ", sp->policy == SCHED_DEADLINE ? 0 :
							 sp->rt_priority);
	seq_udec(out, " ", sp->policy);
}

/* Fields 42 to 52. */
static void stat_tail(struct task *t, struct aspace *as, bool look,
		      struct seq_buf *out)
{
	seq_puts(out, " 0 0 0");
	if (as && look) {
		seq_udec(out, " ", as->data_start);
		seq_udec(out, " ", as->data_end);
		seq_udec(out, " ", as->brk_start);
		seq_udec(out, " ", as->arg_start);
		seq_udec(out, " ", as->arg_end);
		seq_udec(out, " ", as->env_start);
		seq_udec(out, " ", as->env_end);
	} else {
		seq_puts(out, " 0 0 0 0 0 0 0");
	}
	seq_dec(out, " ", look ? t->exit_code : 0);
	seq_putc(out, '\n');
}

int proc_show_stat(struct task *t, struct pid_ns *ns, struct seq_buf *out)
{
	bool look = proc_may_look(t) == 0;
	struct sched_params sp;
	struct aspace *as;
	struct kin k;

	read_kin(t, ns, &k);
	as = task_aspace_get(t);
	sched_get_params(&t->thread, &sp);
	stat_identity(t, &k, out);
	stat_usage(t, task_is_leader(t), out);
	/* Fields 18 to 22: priority, nice, threads, 0, start time. */
	seq_dec(out, " ", sp.rt_priority ? -1 - (int)sp.rt_priority :
					   20 + sp.nice);
	seq_dec(out, " ", sp.nice);
	seq_udec(out, " ", k.nthreads);
	seq_udec(out, " 0 ", timens_from_host(CLOCK_BOOTTIME, t->start_ns) /
			     NS_PER_USER_HZ);
	stat_memory(t, as, look, out);
	stat_signals(t, &sp, out);
	stat_tail(t, as, look, out);
	if (as)
		aspace_put(as);
	return 0;
}

/* The numbers of @role at each level where @self has one, from the mount's
 * namespace inward; 0 where @role is not seen. */
static void show_levels(struct seq_buf *out, struct pid_ns *ns,
			const struct pid *self, const struct pid *role)
{
	for (u32 i = ns->level; i <= self->level; i++)
		seq_dec(out, "\t", pid_nr(role, self->numbers[i].ns));
	seq_putc(out, '\n');
}

static void status_ids(struct task *t, struct seq_buf *out)
{
	const struct user_ns *ns = current_cred()->user_ns;
	const struct cred *c = task_cred_get(t);

	seq_udec(out, "Uid:\t", uid_shown(ns, c->uid));
	seq_udec(out, "\t", uid_shown(ns, c->euid));
	seq_udec(out, "\t", uid_shown(ns, c->suid));
	seq_udec(out, "\t", uid_shown(ns, c->fsuid));
	seq_udec(out, "\nGid:\t", gid_shown(ns, c->gid));
	seq_udec(out, "\t", gid_shown(ns, c->egid));
	seq_udec(out, "\t", gid_shown(ns, c->sgid));
	seq_udec(out, "\t", gid_shown(ns, c->fsgid));
	seq_udec(out, "\nFDSize:\t", proc_fd_size(t));
	seq_puts(out, "\nGroups:\t");
	for (u32 i = 0; c->groups && i < c->groups->n; i++)
		seq_printf(out, "%u ", gid_shown(ns, c->groups->gid[i]));
	seq_puts(out, c->groups && c->groups->n ? "\n" : " \n");
	cred_put(c);
}

static void status_caps(struct task *t, struct seq_buf *out)
{
	const struct cred *c = task_cred_get(t);

	seq_hex(out, "\nCapInh:\t", c->cap_inheritable);
	seq_hex(out, "\nCapPrm:\t", c->cap_permitted);
	seq_hex(out, "\nCapEff:\t", c->cap_effective);
	seq_hex(out, "\nCapBnd:\t", c->cap_bset);
	seq_hex(out, "\nCapAmb:\t", c->cap_ambient);
	seq_udec(out, "\nNoNewPrivs:\t", READ_ONCE(t->no_new_privs));
	seq_udec(out, "\nSeccomp:\t", READ_ONCE(t->seccomp_mode));
	seq_udec(out, "\nSeccomp_filters:\t",
		 t->syscall_filter ? seccomp_count(t) : 0);
	seq_putc(out, '\n');
	cred_put(c);
}

static void status_memory(struct task *t, struct seq_buf *out)
{
	struct aspace *as = task_aspace_get(t);
	u64 kb = PAGE_SIZE / 1024;
	u64 rss, shared;

	if (!as)
		return;
	rss = (u64)atomic_read(&as->rss);
	seq_udec_wide(out, "VmPeak:\t", as->max_pages * kb, 8);
	seq_udec_wide(out, " kB\nVmSize:\t", as->total_pages * kb, 8);
	seq_udec_wide(out, " kB\nVmLck:\t", as->locked_pages * kb, 8);
	seq_udec_wide(out, " kB\nVmPin:\t", 0, 8);
	seq_udec_wide(out, " kB\nVmHWM:\t", max(as->max_rss, rss) * kb, 8);
	seq_udec_wide(out, " kB\nVmRSS:\t", rss * kb, 8);
	/* Every file is in memory, as in tmpfs. */
	shared = (u64)atomic_read(&as->rss_file);
	seq_udec_wide(out, " kB\nRssAnon:\t",
		      (rss - min(rss, shared)) * kb, 8);
	seq_udec_wide(out, " kB\nRssFile:\t", 0, 8);
	seq_udec_wide(out, " kB\nRssShmem:\t", shared * kb, 8);
	seq_udec_wide(out, " kB\nVmData:\t", as->data_pages * kb, 8);
	seq_udec_wide(out, " kB\nVmStk:\t", as->stack_pages * kb, 8);
	seq_udec_wide(out, " kB\nVmExe:\t",
		      (as->code_end - as->code_start + 1023) / 1024, 8);
	seq_udec_wide(out, " kB\nVmLib:\t", 0, 8);
	seq_udec_wide(out, " kB\nVmPTE:\t", as->mmu.npagetables * kb, 8);
	seq_udec_wide(out, " kB\nVmSwap:\t", 0, 8);
	seq_udec(out, " kB\nCoreDumping:\t",
		 READ_ONCE(t->process->core_dump) != NULL);
	seq_puts(out, "\nTHP_enabled:\t0\n");
	aspace_put(as);
}

static void status_signals(struct task *t, const struct kin *k,
			   struct seq_buf *out)
{
	struct sigsets s;

	read_signals(t, &s);
	seq_udec(out, "Threads:\t", k->nthreads);
	seq_udec(out, "\nSigQ:\t", proc_sigqueue_used(t));
	seq_udec(out, "/", rlimit_get(t->process, RLIMIT_SIGPENDING));
	seq_hex(out, "\nSigPnd:\t", s.pending);
	seq_hex(out, "\nShdPnd:\t", s.shared);
	seq_hex(out, "\nSigBlk:\t", s.blocked);
	seq_hex(out, "\nSigIgn:\t", s.ignored);
	seq_hex(out, "\nSigCgt:\t", s.caught);
}

static void status_numbers(struct task *t, struct pid_ns *ns,
			   struct seq_buf *out)
{
	struct process *p = t->process;
	struct pid *pid;

	rcu_read_lock();
	pid = rcu_dereference(t->pid);
	if (pid) {
		seq_puts(out, "NStgid:");
		show_levels(out, ns, pid, p->tgid);
		seq_puts(out, "NSpid:");
		show_levels(out, ns, pid, pid);
		seq_puts(out, "NSpgid:");
		show_levels(out, ns, pid, rcu_dereference(p->pgid));
		seq_puts(out, "NSsid:");
		show_levels(out, ns, pid, rcu_dereference(p->sid));
	}
	rcu_read_unlock();
}

/* "0-3,8" */
static void show_cpu_list(struct seq_buf *out, const struct cpumask *mask)
{
	u32 n = cpu_possible_count(), from, to = 0;
	const char *comma = "";

	seq_puts(out, "Cpus_allowed_list:\t");
	for (from = 0; from < n; from = to + 1) {
		to = from;
		if (!cpumask_test(mask, from))
			continue;
		while (to + 1 < n && cpumask_test(mask, to + 1))
			to++;
		seq_printf(out, from == to ? "%s%u" : "%s%u-%u", comma, from,
			   to);
		comma = ",";
	}
	seq_putc(out, '\n');
}

static void status_cpus(struct task *t, struct seq_buf *out)
{
	struct cpumask mask;
	u32 words = DIV_ROUND_UP(cpu_possible_count(), 32u);

	sched_get_affinity(&t->thread, &mask);
	seq_puts(out, "Cpus_allowed:\t");
	for (u32 i = words; i-- > 0;)
		seq_printf(out, "%08x%s",
			   (u32)(mask.bits[i / 2] >> (i % 2 * 32)),
			   i ? "," : "\n");
	show_cpu_list(out, &mask);
	seq_udec(out, "voluntary_ctxt_switches:\t", t->thread.nvcsw);
	seq_udec(out, "\nnonvoluntary_ctxt_switches:\t", t->thread.nivcsw);
	seq_putc(out, '\n');
}

int proc_show_status(struct task *t, struct pid_ns *ns, struct seq_buf *out)
{
	char comm[16];
	struct kin k;

	read_kin(t, ns, &k);
	read_comm(t, comm);
	seq_expect(out, STATUS_BYTES);
	seq_puts(out, "Name:\t");
	seq_escape(out, comm, "\n\\");
	seq_printf(out, "\nUmask:\t%04o\nState:\t", proc_umask(t));
	seq_puts(out, state_name(state_letter(t)));
	seq_dec(out, "\nTgid:\t", k.tgid);
	seq_dec(out, "\nNgid:\t0\nPid:\t", k.pid);
	seq_dec(out, "\nPPid:\t", k.ppid);
	seq_dec(out, "\nTracerPid:\t", k.tracer);
	seq_putc(out, '\n');
	status_ids(t, out);
	status_numbers(t, ns, out);
	seq_puts(out, "Kthread:\t0\n");
	status_memory(t, out);
	status_signals(t, &k, out);
	status_caps(t, out);
	status_cpus(t, out);
	return 0;
}

int proc_show_statm(struct task *t, struct seq_buf *out)
{
	struct aspace *as = task_aspace_get(t);

	if (!as) {
		seq_puts(out, "0 0 0 0 0 0 0\n");
		return 0;
	}
	seq_printf(out, "%lu %ld %ld %lu 0 %lu 0\n", as->total_pages,
		   (long)atomic_read(&as->rss),
		   (long)atomic_read(&as->rss_file),
		   PAGE_ALIGN_UP(as->code_end - as->code_start) / PAGE_SIZE,
		   as->data_pages + as->stack_pages);
	aspace_put(as);
	return 0;
}

static const struct {
	const char *name, *unit;
} limit_names[RLIM_NLIMITS] = {
	[RLIMIT_CPU] = { "Max cpu time", "seconds" },
	[RLIMIT_FSIZE] = { "Max file size", "bytes" },
	[RLIMIT_DATA] = { "Max data size", "bytes" },
	[RLIMIT_STACK] = { "Max stack size", "bytes" },
	[RLIMIT_CORE] = { "Max core file size", "bytes" },
	[RLIMIT_RSS] = { "Max resident set", "bytes" },
	[RLIMIT_NPROC] = { "Max processes", "processes" },
	[RLIMIT_NOFILE] = { "Max open files", "files" },
	[RLIMIT_MEMLOCK] = { "Max locked memory", "bytes" },
	[RLIMIT_AS] = { "Max address space", "bytes" },
	[RLIMIT_LOCKS] = { "Max file locks", "locks" },
	[RLIMIT_SIGPENDING] = { "Max pending signals", "signals" },
	[RLIMIT_MSGQUEUE] = { "Max msgqueue size", "bytes" },
	[RLIMIT_NICE] = { "Max nice priority", "" },
	[RLIMIT_RTPRIO] = { "Max realtime priority", "" },
	[RLIMIT_RTTIME] = { "Max realtime timeout", "us" },
};

static void show_limit_value(struct seq_buf *out, u64 v)
{
	if (v == RLIM_INFINITY)
		seq_printf(out, "%-20s ", "unlimited");
	else
		seq_printf(out, "%-20lu ", v);
}

int proc_show_limits(struct task *t, struct seq_buf *out)
{
	seq_printf(out, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit",
		   "Hard Limit", "Units");
	for (u32 i = 0; i < RLIM_NLIMITS; i++) {
		seq_printf(out, "%-25s ", limit_names[i].name);
		show_limit_value(out, t->process->rlimits[i].rlim_cur);
		show_limit_value(out, t->process->rlimits[i].rlim_max);
		seq_printf(out, limit_names[i].unit[0] ? "%-10s\n" : "%s\n",
			   limit_names[i].unit);
	}
	return 0;
}
