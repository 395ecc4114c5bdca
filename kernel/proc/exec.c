/*
 * kernel/proc/exec.c - execve: a program takes the place of another
 *
 * What:  check, prepare, commit. Everything that may fail, the whole new
 *        address space with its stack included, is made beside the old
 *        program; commit then ends the other threads and changes over.
 * Locks: task->alloc_lock for fields others look at; siglock for the
 *        pointer to the signal actions.
 * Life:  struct exec owns what is prepared until commit takes it.
 * Not:   the end of the other threads (takeover.c).
 * See:   execve(2), "Effect on process attributes".
 */
#include "exec.h"

#include <arch/thread.h>
#include <fs/file.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/nsproxy.h>
#include <proc/ptrace.h>
#include <proc/signal.h>
#include <proc/trace.h>
#include <proc/user.h>
#include <proc/user_ns.h>
#include <proc/vdso.h>
#include <uapi/errno.h>
#include <uapi/mman.h>
#include <uapi/personality.h>
#include <vm/aspace.h>

/* Interpreters of interpreters, at most. */
#define MAX_SCRIPTS 5

/* Distance of mmap's area from the top: room for the stack. */
#define STACK_GAP_MIN (128ul << 20)
#define STACK_GAP_MAX (USER_END / 6 * 5)

int exec_open(const char *name, struct file **out)
{
	struct walk w = {
		.fs = current_task()->fs,
		.cred = current_cred(),
		.flags = WALK_FOLLOW,
	};

	return vfs_open_exec(&w, name, out);
}

/* The file that was named, found by the caller already. */
static int open_program(struct exec *x)
{
	struct walk w = {
		.fs = current_task()->fs,
		.cred = current_cred(),
		.base = x->req->path,
		.flags = WALK_FOLLOW | WALK_EMPTY,
	};

	return vfs_open_exec(&w, "", &x->program.file);
}

static int read_head(struct exec *x)
{
	ssize_t n;

	n = file_read_kernel(x->program.file, x->head, sizeof(x->head), 0);
	if (n < 0)
		return (int)n;
	memset(x->head + n, 0, sizeof(x->head) - (size_t)n);
	x->head_len = (size_t)n;
	return 0;
}

/* From script to interpreter until there is a program. */
static int find_program(struct exec *x)
{
	for (u32 depth = 0;; depth++) {
		int err;

		if (depth > MAX_SCRIPTS)
			return -ELOOP;
		err = read_head(x);
		if (err)
			return err;
		err = exec_elf_check(x);
		if (err != -ENOEXEC || x->head[0] != '#' || !exec_script)
			return err;
		err = exec_script(x);
		if (err)
			return err;
	}
}

static void place_mmap(struct exec *x)
{
	u64 gap = STACK_GAP_MAX;

	if (x->stack_limit < STACK_GAP_MAX)
		gap = x->stack_limit + VM_STACK_GUARD;
	gap = min(max(gap, STACK_GAP_MIN), STACK_GAP_MAX);
	x->as->mmap_top = PAGE_ALIGN_UP(x->as->stack_top - gap);
}

/* What a program says of its memory that is true of the next one's, too. */
static void inherit_settings(struct aspace *to, struct aspace *from)
{
	aspace_inherit_mdwe(to, from);
	to->no_huge = READ_ONCE(from->no_huge);
	to->dump_filter = READ_ONCE(from->dump_filter);
}

static int build_aspace(struct exec *x)
{
	int err = aspace_create(&x->as);

	if (err)
		return err;
	if (current_task()->aspace)
		inherit_settings(x->as, current_task()->aspace);
	place_mmap(x);
	exec_place(x);
	x->late = true;
	err = vdso_map ? vdso_map(x->as) : 0;
	if (!err)
		err = exec_elf_map(x);
	if (!err)
		err = exec_stack_build(x);
	if (!err)
		x->late = false;
	return err;
}

/* Own copies of what is shared: the threads that share it will be gone, but
 * other processes may too. */
static int unshare_tables(struct exec *x)
{
	struct task *t = current_task();
	int err = 0;

	if (file_table_shared(t->files))
		err = file_table_clone(t->files, &x->files);
	if (!err && refcount_read(&t->sighand->refs) > 1)
		err = sighand_clone(t->sighand, &x->sighand);
	if (!err)
		err = nsproxy_prepare_exec(&x->nsproxy);
	return err;
}

static int exec_prepare(struct exec *x)
{
	int err = open_program(x);

	if (!err)
		err = exec_args_copy(x);
	if (!err)
		err = find_program(x);
	if (!err)
		err = exec_cred_prepare(x);
	if (!err)
		err = build_aspace(x);
	if (err)
		return err;
	aspace_set_exe_file(x->as, x->program.file);
	return unshare_tables(x);
}

static void exec_free(struct exec *x)
{
	exec_args_free(&x->args);
	if (x->as)
		aspace_put(x->as);
	exec_elf_free(&x->program);
	exec_elf_free(&x->interp);
	if (x->files)
		file_table_put(x->files);
	if (x->sighand)
		sighand_put(x->sighand);
	if (x->cred)
		cred_put(x->cred);
	nsproxy_put(x->nsproxy);
	kfree(x);
}

/* ------------------------------------------------------------------ commit */

static void change_files(struct exec *x, struct task *t)
{
	struct file_table *old = t->files;

	if (x->files) {
		spin_lock(&t->alloc_lock);
		t->files = x->files;
		spin_unlock(&t->alloc_lock);
		x->files = NULL;
		file_table_put(old);
	}
	file_table_close_exec(t->files);
}

static void change_sighand(struct exec *x, struct task *t)
{
	struct sighand *old = t->sighand;

	if (x->sighand) {
		spin_lock_irq(&t->process->siglock);
		rcu_assign(t->sighand, x->sighand);
		spin_unlock_irq(&t->process->siglock);
		x->sighand = NULL;
		sighand_put(old);
	}
	sighand_reset_caught(t->sighand);
}

/* Whoever judges and looks without a lock sees by the count that this came
 * between: task_access.c. */
struct user_ns *exec_change_over(struct exec *x, struct task *t)
{
	struct process *p = t->process;
	const struct cred *c;
	struct user_ns *old;

	spin_lock(&t->alloc_lock);
	seq_write_begin(&p->exec_seq);
	t->aspace = x->as;
	if (x->cred)
		cred_commit(x->cred);
	c = t->cred;
	old = xchg(&p->exec_ns, user_ns_get(c->user_ns));
	p->dumpable = !x->set_id && c->euid == c->uid && c->egid == c->gid ?
		      1 : (u32)READ_ONCE(suid_dumpable);
	seq_write_end(&p->exec_seq);
	spin_unlock(&t->alloc_lock);
	x->cred = NULL;
	x->as = NULL;
	return old;
}

static void change_program(struct exec *x, struct task *t)
{
	struct process *p = t->process;
	struct aspace *old = t->aspace;
	struct user_ns *old_ns;

	/* While the old memory is still there to be written. */
	task_leave_aspace(t);
	if (old)
		p->max_rss = max(p->max_rss, READ_ONCE(old->max_rss));
	old_ns = x->cred ? exec_change_rights(x, t) :
			   exec_change_over(x, t);
	(void)aspace_use(t->aspace);
	user_ns_put(old_ns);
	if (old)
		aspace_put(old);
}

static void change_rest(struct exec *x, struct task *t)
{
	if (x->nsproxy)
		nsproxy_switch(x->nsproxy);
	x->nsproxy = NULL;
	if (x->secure || x->set_id)
		t->pdeath_signal = 0;
	t->personality &= ~(x->runs_set_id ? PER_CLEAR_ON_SETID :
					     READ_IMPLIES_EXEC);
}

static void change_name(const struct exec *x, struct task *t)
{
	const char *base = strrchr(x->req->name, '/');

	spin_lock(&t->alloc_lock);
	memset(t->comm, 0, sizeof(t->comm));
	(void)str_copy(t->comm, sizeof(t->comm),
		       base ? base + 1 : x->req->name);
	spin_unlock(&t->alloc_lock);
}

static void reset_task(const struct exec *x, struct task *t)
{
	t->flags &= ~(u32)(TASK_FORKNOEXEC | TASK_RANDOM);
	if (x->chance.on)
		t->flags |= TASK_RANDOM;
	t->altstack_sp = 0;
	t->altstack_size = 0;
	t->altstack_flags = SS_DISABLE;
	t->robust_list = 0;
	t->set_child_tid = 0;
	t->restart_fn = NULL;
	if (t->tracee.syscalls & TRACE_DISPATCH) {
		spin_lock_irq(&t->process->siglock);
		trace_syscalls_set(t, 0, TRACE_DISPATCH);
		spin_unlock_irq(&t->process->siglock);
	}
}

/* Nothing fails from here on. */
static void exec_commit(struct exec *x)
{
	struct task *t = current_task();

	change_sighand(x, t);
	if (process_timers_exec)
		process_timers_exec(t->process);
	change_program(x, t);
	change_rest(x, t);
	change_name(x, t);
	trace_exec(t);
	reset_task(x, t);
	change_files(x, t);
	arch_user_reset(exec_elf_entry(x), x->sp);
}

/* The death that Linux gives a process whose new program cannot be loaded:
 * no handler, and it cannot be blocked. */
static void die(void)
{
	const struct k_sigaction dfl = { .handler = SIG_DFL };

	(void)signal_action_set(SIGSEGV, &dfl, NULL);
	signal_force(SIGSEGV, SEND_KERNEL);
}

/* Its user had too many processes, and still has. */
static bool crowded(struct task *t)
{
	if (user_is_over(t->cred->user, USER_TASKS,
			 current_rlimit(RLIMIT_NPROC)))
		return true;
	t->flags &= ~(u32)TASK_CROWDED;
	return false;
}

int task_exec(const struct exec_request *req)
{
	bool traced = unlikely(current_task()->tracee.flags);
	s32 old_nr = traced ? ptrace_own_nr() : 0;
	struct exec *x;
	bool late;
	int err;

	if (unlikely(current_task()->flags & TASK_CROWDED) &&
	    crowded(current_task()))
		return -EAGAIN;
	x = kmalloc(sizeof(*x));
	if (!x)
		return -ENOMEM;
	memset(x, 0, offsetof(struct exec, head));
	x->script[0] = '\0';
	x->req = req;
	x->stack_limit = current_rlimit(RLIMIT_STACK);
	err = exec_prepare(x);
	late = err && x->late && !req->kargv;
	if (!err)
		err = exec_take_over();
	if (!err)
		exec_commit(x);
	exec_free(x);
	if (late)
		die();
	if (!err && unlikely(current_task()->tracee.flags))
		ptrace_event(PTRACE_EVENT_EXEC, (u64)old_nr);
	return err;
}
