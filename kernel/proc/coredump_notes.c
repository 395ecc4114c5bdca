/*
 * kernel/proc/coredump_notes.c - what a core file says of threads and process
 *
 * What:  the notes, in the order in which debuggers expect them: the state of
 *        each thread, the dumper first, whose is followed by what is said of
 *        the process. All numbers are as the process's own namespace has them.
 * Locks: the other threads are parked (coredump.c), their registers in memory;
 *        relatives are read under RCU, signals under siglock.
 * See:   core(5); elf(5), "Notes (Nhdr)"; uapi/elfcore.h.
 */
#include "coredump_internal.h"

#include <arch/ptrace.h>
#include <fs/file.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/lifecycle.h>
#include <proc/pidns.h>
#include <proc/user_ns.h>
#include <uapi/elf.h>
#include <uapi/elfcore.h>
#include <vm/aspace.h>

#define NOTE_ALIGN 4u

static void put_zeros(struct seq_buf *out, size_t n)
{
	char *room = seq_room(out, n);

	if (room)
		memset(room, 0, n);
}

static void put_head(struct seq_buf *out, const char *name, u32 type,
		     size_t len)
{
	const struct elf64_nhdr head = {
		.n_namesz = (u32)strlen(name) + 1,
		.n_descsz = (u32)len,
		.n_type = type,
	};

	seq_write(out, &head, sizeof(head));
	seq_write(out, name, head.n_namesz);
	put_zeros(out, ALIGN_UP((size_t)head.n_namesz, NOTE_ALIGN) -
		       head.n_namesz);
}

/* Notes, and what follows them, begin at multiples of four bytes. */
static void put_end(struct seq_buf *out)
{
	put_zeros(out, ALIGN_UP(out->len, (size_t)NOTE_ALIGN) - out->len);
}

static void put_note(struct seq_buf *out, u32 type, const void *data,
		     size_t len)
{
	put_head(out, "CORE", type, len);
	seq_write(out, data, len);
	put_end(out);
}

/* --- a thread ------------------------------------------------------------- */

static struct timeval to_timeval(u64 ns)
{
	return (struct timeval){
		.tv_sec = (s64)(ns / NSEC_PER_SEC),
		.tv_usec = (s64)(ns % NSEC_PER_SEC / NSEC_PER_USEC),
	};
}

/* The relatives of a thread, or of a process if it is the leader. */
struct kin {
	s32 pid, ppid, pgrp, sid;
};

static struct kin kin_of(const struct task *t)
{
	const struct process *p = t->process;
	const struct pid *parent;
	struct kin k;

	rcu_read_lock();
	parent = rcu_dereference(rcu_dereference(p->parent_task)->pid);
	k.pid = pid_vnr(rcu_dereference(t->pid));
	k.ppid = parent ? pid_vnr(parent) : 0;
	k.pgrp = pid_vnr(rcu_dereference(p->pgid));
	k.sid = pid_vnr(rcu_dereference(p->sid));
	rcu_read_unlock();
	return k;
}

/* The leader stands for the whole process. */
static void fill_times(struct task *t, struct elf_prstatus *s)
{
	struct process *p = t->process;
	struct rusage_sum sum;

	if (task_is_leader(t))
		process_sum(p, &sum);
	else
		task_sum(t, &sum);
	s->pr_utime = to_timeval(sum.user_ns);
	s->pr_stime = to_timeval(sum.system_ns);
	s->pr_cutime = to_timeval(READ_ONCE(p->child_user_ns));
	s->pr_cstime = to_timeval(READ_ONCE(p->child_system_ns));
}

static void fill_regs(struct task *t, struct user_regs *regs)
{
	u64 words[sizeof(*regs) / sizeof(u64)];

	for (u32 i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = arch_reg_get(&t->thread.arch, i);
	memcpy(regs, words, sizeof(words));
}

static void put_status(const struct core_dump *d, struct task *t,
		       struct seq_buf *out)
{
	const struct kin k = kin_of(t);
	struct elf_prstatus s;

	memset(&s, 0, sizeof(s));
	s.si_signo = d->info->si_signo;
	s.pr_cursig = (s16)d->info->si_signo;
	spin_lock_irq(&t->process->siglock);
	s.pr_sigpend = t->pending.set;
	s.pr_sighold = t->blocked;
	spin_unlock_irq(&t->process->siglock);
	s.pr_pid = k.pid;
	s.pr_ppid = k.ppid;
	s.pr_pgrp = k.pgrp;
	s.pr_sid = k.sid;
	fill_times(t, &s);
	fill_regs(t, &s.pr_reg);
	s.pr_fpvalid = 1;
	put_note(out, NT_PRSTATUS, &s, sizeof(s));
}

static void put_xstate(struct task *t, struct seq_buf *out, const char *name,
		       u32 type)
{
	u32 size = type == NT_PRFPREG ? ARCH_FXSTATE_SIZE : arch_xstate_size();
	char *room;

	if (!size)
		return;
	put_head(out, name, type, size);
	room = seq_room(out, size);
	if (room)
		arch_xstate_get(&t->thread.arch, room, size);
	put_end(out);
}

static void put_float(struct task *t, struct seq_buf *out)
{
	put_xstate(t, out, "CORE", NT_PRFPREG);
	put_xstate(t, out, "LINUX", NT_X86_XSTATE);
}

/* The part @n of the state; a number of 0: there is none. */
static struct elf_xstate_part part_of(u32 n)
{
	struct elf_xstate_part p = { .number = n };

	if (!arch_xstate_part(n, &p.offset, &p.size))
		p.number = 0;
	return p;
}

static void put_layout(struct seq_buf *out)
{
	size_t n = 0;

	for (u32 i = 2; i < ARCH_XSTATE_PARTS; i++)
		n += part_of(i).number != 0;
	if (!n)
		return;
	put_head(out, "LINUX", NT_X86_XSAVE_LAYOUT,
		 n * sizeof(struct elf_xstate_part));
	for (u32 i = 2; i < ARCH_XSTATE_PARTS; i++) {
		const struct elf_xstate_part p = part_of(i);

		if (p.number)
			seq_write(out, &p, sizeof(p));
	}
	put_end(out);
}

/* --- the process ---------------------------------------------------------- */

/* The letter and number of a leader that runs, is parked, or is dead.
 * Source: the order of Linux's states, "RSDTZW". */
static void fill_state(const struct task *leader, struct elf_prpsinfo *i)
{
	if (leader == current_task()) {
		i->pr_sname = 'R';
	} else if (READ_ONCE(leader->exit_state) == EXIT_ALIVE) {
		i->pr_state = 2;
		i->pr_sname = 'D';
	} else {
		i->pr_state = 8;
		i->pr_sname = '.';
	}
}

static void fill_arguments(struct elf_prpsinfo *i)
{
	struct aspace *as = current_task()->aspace;
	size_t len = min(as->arg_end - as->arg_start,
			 (u64)sizeof(i->pr_psargs) - 1);

	len = aspace_read(as, as->arg_start, i->pr_psargs, len);
	for (size_t n = 0; n < len; n++) {
		if (!i->pr_psargs[n])
			i->pr_psargs[n] = ' ';
	}
}

static void put_process(struct seq_buf *out)
{
	struct task *leader = current_process()->leader;
	const struct cred *cred = task_cred_get(leader);
	const struct kin k = kin_of(leader);
	struct sched_params sp;
	struct elf_prpsinfo i;

	sched_get_params(&leader->thread, &sp);
	memset(&i, 0, sizeof(i));
	fill_state(leader, &i);
	i.pr_nice = (s8)sp.nice;
	i.pr_flag = READ_ONCE(leader->flags) & TASK_SHOWN;
	i.pr_uid = uid_shown(cred->user_ns, cred->uid);
	i.pr_gid = gid_shown(cred->user_ns, cred->gid);
	i.pr_pid = k.pid;
	i.pr_ppid = k.ppid;
	i.pr_pgrp = k.pgrp;
	i.pr_sid = k.sid;
	spin_lock(&leader->alloc_lock);
	memcpy(i.pr_fname, leader->comm, sizeof(i.pr_fname));
	spin_unlock(&leader->alloc_lock);
	fill_arguments(&i);
	cred_put(cred);
	put_note(out, NT_PRPSINFO, &i, sizeof(i));
}

static void put_auxv(struct seq_buf *out)
{
	const struct vm_auxv *v = current_task()->aspace->auxv;
	u32 words = 0;

	while (v && words + 2 < AUXV_WORDS && v->at[words])
		words += 2;
	if (v)
		put_note(out, NT_AUXV, v->at, (words + 2) * sizeof(u64));
}

/* --- mapped files --------------------------------------------------------- */

struct files {
	struct seq_buf entries, names;
	u64 count;
};

static void add_file(struct files *f, const struct core_segment *s,
		     const struct path *root, char *page)
{
	const struct elf_files_entry e = {
		.start = s->start,
		.end = s->end,
		.offset = s->offset / PAGE_SIZE,
	};
	const char *name = path_text(&s->file->path, root, page, PAGE_SIZE);

	if (!name)
		return;
	seq_write(&f->entries, &e, sizeof(e));
	seq_write(&f->names, name, strlen(name) + 1);
	f->count++;
}

static void collect_files(struct files *f, const struct core_map *m)
{
	char *page = kmalloc(PAGE_SIZE);
	struct path root;

	if (!page) {
		f->names.failed = true;
		return;
	}
	fs_context_root(current_task()->fs, &root);
	for (size_t i = 0; i < m->n; i++) {
		if (m->segments[i].file)
			add_file(f, &m->segments[i], &root, page);
	}
	path_put(&root);
	kfree(page);
}

static void put_files(const struct core_map *m, struct seq_buf *out)
{
	struct elf_files_head head = { .page_size = PAGE_SIZE };
	struct files f = { .count = 0 };

	seq_init(&f.entries);
	seq_init(&f.names);
	collect_files(&f, m);
	head.count = f.count;
	if (f.entries.failed || f.names.failed) {
		out->failed = true;
	} else {
		put_head(out, "CORE", NT_FILE, sizeof(head) + f.entries.len +
					       f.names.len);
		seq_write(out, &head, sizeof(head));
		seq_write(out, f.entries.data, f.entries.len);
		seq_write(out, f.names.data, f.names.len);
		put_end(out);
	}
	seq_fini(&f.entries);
	seq_fini(&f.names);
}

void coredump_notes(const struct core_dump *d, const struct core_map *m,
		    struct seq_buf *out)
{
	put_status(d, d->dumper, out);
	put_process(out);
	put_note(out, NT_SIGINFO, d->info, sizeof(*d->info));
	put_auxv(out);
	put_files(m, out);
	put_float(d->dumper, out);
}

void coredump_notes_thread(const struct core_dump *d, struct task *t,
			   struct seq_buf *out)
{
	put_status(d, t, out);
	put_float(t, out);
}

void coredump_notes_end(struct seq_buf *out)
{
	put_layout(out);
}
