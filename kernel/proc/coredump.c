/*
 * kernel/proc/coredump.c - who dumps core, and when
 *
 * What:  the thread that takes the signal ends the process, waits until the
 *        others stand still in coredump_park, makes the file, and lets go.
 * Locks: siglock: the start, which is a group exit; the count of those who are
 *        yet to come; the list; the end. The file is made with no lock held.
 * Life:  struct core_dump is on the dumper's stack. process->core_dump points
 *        to it from start to end; who finds it there under siglock may use it.
 * Not:   the name (coredump_name.c), what is in the file (coredump_elf.c,
 *        coredump_notes.c).
 * See:   core(5), docs/signals.md; tests/models/coredump.pml.
 *
 * No dump waits for ever, and none is waited for that could:
 * - It begins only if no other thread execs or ends the process, and after it
 *   began no thread can do either, nor make a thread: all have SIGKILL.
 * - The dumper waits for threads with SIGKILL pending. They meet no stop of a
 *   tracer on their way to coredump_park, which comes before
 *   PTRACE_EVENT_EXIT, before a dying init sweeps its namespace, and before
 *   anything is handed on; who is past it (TASK_ENDING) is not waited for.
 * - Who is parked holds no lock, and waits for the dumper alone. The dumper
 *   holds none either, and waits for files.
 * - SIGKILL to the process, which a dying namespace sends as well, ends the
 *   dump at the next page: signal_send.c lets it through.
 */
#include "coredump_internal.h"

#include <arch/cpu.h>
#include <arch/thread.h>
#include <core/assert.h>
#include <core/printk.h>
#include <core/race.h>
#include <fs/file.h>
#include <proc/lifecycle.h>
#include <proc/pidns.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/wait.h>

#include "signal_internal.h"

/* A smaller limit allows nothing. Source: core(5); Linux's rule is a page. */
#define CORE_MIN_BYTES PAGE_SIZE

/* --- the threads ---------------------------------------------------------- */

/* All others are told to end. False: somebody did so before. [S] */
static bool begin_locked(struct core_dump *d)
{
	struct task *self = current_task();
	struct process *p = self->process;
	struct task *t;

	if ((p->sigflags & SIGNAL_GROUP_EXIT) || p->group_exec)
		return false;
	p->sigflags = SIGNAL_GROUP_EXIT;
	p->group_exit_code = d->info->si_signo;
	p->stop_count = 0;
	p->core_dump = d;
	for_each_list(t, &p->threads, thread_link) {
		signal_job_clear(t, JOB_PENDING_MASK);
		if (t == self || (READ_ONCE(t->flags) & TASK_ENDING))
			continue;
		t->pending.set |= SIGMASK(SIGKILL);
		signal_wake(t, true);
		d->waiting++;
	}
	self->flags |= TASK_DUMPS;
	/* What else is pending must not disturb the writing. */
	WRITE_ONCE(self->thread.sig_pending, 0);
	return true;
}

/* Sleep, for a change that is made with siglock. [S] held, and again after. */
static void sleep_locked(struct process *p)
{
	thread_set_state(THREAD_UNINTERRUPTIBLE);
	spin_unlock_irq(&p->siglock);
	schedule();
	thread_set_state(THREAD_RUNNING);
	spin_lock_irq(&p->siglock);
}

/* False: there will be no dump. */
static bool begin(struct core_dump *d)
{
	struct process *p = current_process();
	struct core_thread *c;
	bool ok;

	spin_lock_irq(&p->siglock);
	ok = begin_locked(d);
	while (d->waiting)
		sleep_locked(p);
	spin_unlock_irq(&p->siglock);
	race_point("core: others parked");
	/* Then all that their processors held of them is in memory. */
	for_each_list(c, &d->threads, link)
		thread_wait_off_cpu(&c->task->thread);
	arch_thread_save();
	return ok;
}

static void finish(const struct core_dump *d, bool dumped)
{
	struct process *p = current_process();
	struct core_thread *c;

	spin_lock_irq(&p->siglock);
	if (dumped && !(current_task()->pending.set & SIGMASK(SIGKILL)))
		p->group_exit_code |= WCOREFLAG;
	p->core_dump = NULL;
	for_each_list(c, &d->threads, link)
		thread_wake(&c->task->thread, BIT(THREAD_UNINTERRUPTIBLE));
	spin_unlock_irq(&p->siglock);
}

/* Who ends by itself, with exit(2), is not in the dump and does not wait. */
static void park_locked(struct core_dump *d)
{
	struct task *t = current_task();
	struct process *p = t->process;
	struct core_thread self = { .task = t };

	ASSERT(d->waiting);
	d->waiting--;
	if (!d->waiting)
		thread_wake(&d->dumper->thread, BIT(THREAD_UNINTERRUPTIBLE));
	if (!(t->flags & TASK_SIGNALED))
		return;
	list_add_tail(&d->threads, &self.link);
	while (p->core_dump)
		sleep_locked(p);
}

void coredump_park(void)
{
	struct task *t = current_task();
	struct process *p = t->process;

	spin_lock_irq(&p->siglock);
	t->flags |= TASK_ENDING;
	if (unlikely(p->core_dump))
		park_locked(p->core_dump);
	spin_unlock_irq(&p->siglock);
}

/* --- the file ------------------------------------------------------------- */

#define OPEN_FLAGS (O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_LARGEFILE)
#define OPEN_MODE 0600

/* The root that the machine's init has. 0, -ENOENT: it is gone. */
static int machine_root(struct path *out)
{
	struct fs_context *fs;
	struct task *init;

	rcu_read_lock();
	init = rcu_dereference(pidns_init_ns.reaper)->leader;
	spin_lock(&init->alloc_lock);
	fs = init->fs;
	if (fs)
		fs_context_get(fs);
	spin_unlock(&init->alloc_lock);
	rcu_read_unlock();
	if (!fs)
		return -ENOENT;
	fs_context_root(fs, out);
	fs_context_put(fs);
	return 0;
}

/* For a program with rights of its own: as root, and from the root of the
 * machine, for the program may have chosen another. */
static int open_private(const struct core_dump *d, const char *name,
			struct file **out)
{
	struct path root;
	const struct walk w = {
		.fs = current_task()->fs,
		.cred = d->cred,
		.base = &root,
		.flags = WALK_IN_ROOT,
	};
	int err;

	if (name[0] != '/') {
		pr_info("core: %s is not dumped: no absolute path\n",
			d->dumper->comm);
		return -EINVAL;
	}
	err = machine_root(&root);
	if (err)
		return err;
	err = vfs_open(&w, name, OPEN_FLAGS, OPEN_MODE, out);
	path_put(&root);
	return err;
}

static int open_named(const struct core_dump *d, const char *name,
		      struct file **out)
{
	const struct walk w = {
		.fs = current_task()->fs,
		.cred = d->cred,
	};
	int err = vfs_unlink(&w, name);

	if (err && err != -ENOENT)
		return err;
	return vfs_open(&w, name, OPEN_FLAGS, OPEN_MODE, out);
}

/* Is it nobody's but the process's, as it was asked for? */
static bool is_fit(const struct core_dump *d, const struct file *f)
{
	const struct inode *inode = path_inode(&f->path);

	return S_ISREG(inode->mode) && READ_ONCE(inode->nlink) == 1 &&
	       READ_ONCE(inode->uid) == d->cred->fsuid &&
	       (READ_ONCE(inode->mode) & 0677) == 0600;
}

/* True: there is one, complete or not. */
static bool make_file(struct core_dump *d)
{
	struct seq_buf name;
	bool dumped = false;
	int err = -ENOMEM;

	if (d->limit < CORE_MIN_BYTES)
		return false;
	seq_init(&name);
	coredump_name(d, &name);
	if (!name.failed)
		err = d->dumpable == 1 ?
		      open_named(d, name.data, &d->file) :
		      open_private(d, name.data, &d->file);
	seq_fini(&name);
	if (err)
		return false;
	if (is_fit(d, d->file))
		dumped = coredump_write(d);
	file_put(d->file);
	return dumped;
}

/* Who makes the file: the process; root for one that has rights of its own.
 * NULL: no memory. */
static const struct cred *make_cred(u32 dumpable)
{
	struct cred *c = cred_copy(current_cred());

	if (c && dumpable != 1)
		c->fsuid = 0;
	return c;
}

void coredump(const struct siginfo *si)
{
	struct core_dump d = {
		.dumper = current_task(),
		.info = si,
		.dumpable = READ_ONCE(current_process()->dumpable),
		.cpu = cpu_id(),
		.limit = current_rlimit(RLIMIT_CORE),
		.threads = LIST_INIT(d.threads),
	};

	if (!d.dumpable)
		return;
	d.cred = make_cred(d.dumpable);
	if (!d.cred)
		return;
	if (begin(&d))
		finish(&d, make_file(&d));
	cred_put(d.cred);
}
