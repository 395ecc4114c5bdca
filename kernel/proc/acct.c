/*
 * kernel/proc/acct.c - process accounting: a record for each process that ends
 *
 * What:  one open file for each pid namespace that has it on; the last thread
 *        of a process writes to that of its own namespace and of all above,
 *        numbers as each of them has it. Writing pauses while the file system
 *        is nearly full.
 * Locks: acct->lock (RANK_MUTEX_ACCT): file, active, next_check_ns.
 *        ns->acct is exchanged atomically and read under RCU. accts_lock: the
 *        list.
 * Life:  acct_on -> acct_off, by acct(2), by the end of the namespace
 *        (pidns_zap) or of the mount. The file is opened once more on a mount
 *        of its own, so that accounting keeps nobody from unmounting.
 * See:   acct(2), acct(5).
 */
#include <proc/acct.h>

#include <arch/clock.h>
#include <core/start_call.h>
#include <core/spinlock.h>
#include <fs/file.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/lifecycle.h>
#include <proc/pidns.h>
#include <proc/session.h>
#include <proc/user_ns.h>
#include <sched/wallclock.h>
#include <uapi/acct.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/kdev.h>
#include <vm/aspace.h>
#include <vm/iobuf.h>

#include "procfs_internal.h"
#include "signal_internal.h"

struct acct {
	struct refcount refs;		/* ns->acct has one */
	struct mutex lock;
	struct file *file;		/* [lock] owned; NULL: it is off */
	bool active;			/* [lock] there is room */
	u64 next_check_ns;		/* [lock] of the room */
	struct pid_ns *ns;		/* [I] borrowed: valid while it is on */
	const struct mount *mount;	/* [I] where the file is; a key */
	struct list link;		/* [accts_lock] */
	struct rcu_head rcu;
};

static DEFINE_SPINLOCK(accts_lock, RANK_PIDNS_LIST);
static struct list accts = LIST_INIT(accts);

/* Percent of the file system free to go on, and to stop; seconds between two
 * looks. Source: proc(5), /proc/sys/kernel/acct. */
static struct {
	int resume, suspend, seconds;
} room = { 4, 2, 30 };			/* [a] single words */

/* --- numbers as acct(5) has them ----------------------------------------- */

static u16 to_comp(u64 v)
{
	u32 exponent = 0;
	u64 dropped = 0;

	for (; v > 0x1fff; exponent++) {
		dropped = v & 4;
		v >>= 3;
	}
	if (dropped && ++v > 0x1fff) {
		v >>= 3;
		exponent++;
	}
	return exponent > 7 ? 0xffff : (u16)(exponent << 13 | v);
}

/* IEEE 754 single precision, cut off. */
static u32 to_float(u64 v)
{
	u32 top;

	if (!v)
		return 0;
	top = 63 - (u32)__builtin_clzll(v);
	v = top > 23 ? v >> (top - 23) : v << (23 - top);
	return (127 + top) << 23 | (v & 0x7fffff);
}

static u64 to_ticks(u64 ns)
{
	return ns / (NSEC_PER_SEC / ACCT_HZ);
}

/* --- one record ---------------------------------------------------------- */

/* What the current process used, if it has come to its end. */
static void fill_usage(struct process *p, struct acct_v3 *r)
{
	struct rusage_sum sum;

	if (READ_ONCE(p->nlive))
		return;
	process_sum(p, &sum);
	r->utime = to_comp(to_ticks(sum.user_ns));
	r->stime = to_comp(to_ticks(sum.system_ns));
	r->minflt = to_comp(sum.minflt);
	r->majflt = to_comp(sum.majflt);
	r->mem = to_comp(p->acct_mem_kb);
	r->flag = (u8)p->acct_flags;
	r->exitcode = (u32)p->leader->exit_code;
}

/* Only a thread of the process itself could change its session. */
static u16 terminal_of(struct process *p, struct pid_ns *ns)
{
	dev_t dev = 0;
	s32 pgrp;

	session_terminal(p, ns, &dev, &pgrp);
	return (u16)(DEV_MAJOR(dev) << 8 | (DEV_MINOR(dev) & 0xff));
}

/* For the reader of @f, who sees numbers of @ns. */
static void fill_identity(struct process *p, struct pid_ns *ns,
			  const struct file *f, struct acct_v3 *r)
{
	const struct user_ns *owner = f->cred->user_ns;

	r->uid = uid_shown(owner, current_cred()->uid);
	r->gid = gid_shown(owner, current_cred()->gid);
	r->tty = terminal_of(p, ns);
	rcu_read_lock();
	r->pid = (u32)pid_nr(p->tgid, ns);
	r->ppid = (u32)pid_nr(rcu_dereference(p->parent)->tgid, ns);
	rcu_read_unlock();
	memcpy(r->comm, current_task()->comm, ACCT_COMM);
}

static void fill(struct pid_ns *ns, const struct file *f, struct acct_v3 *r)
{
	struct process *p = current_process();
	u64 ran_ns = clock_now_ns() - p->leader->start_ns;

	memset(r, 0, sizeof(*r));
	r->version = ACCT_VERSION_3;
	r->etime = to_float(to_ticks(ran_ns));
	r->btime = (u32)(wallclock_now_ns() / NSEC_PER_SEC -
			 ran_ns / NSEC_PER_SEC);
	fill_identity(p, ns, f, r);
	fill_usage(p, r);
}

/* Is there room for more? Looked at now and then. acct->lock held. */
static bool has_room(struct acct *a)
{
	u64 now = clock_now_ns();
	struct statfs st;

	if (now < a->next_check_ns || vfs_statfs(&a->file->path, &st))
		return a->active;
	if (a->active && st.f_bavail <= st.f_blocks * (u64)room.suspend / 100)
		a->active = false;
	else if (!a->active &&
		 st.f_bavail >= st.f_blocks * (u64)room.resume / 100)
		a->active = true;
	a->next_check_ns = now + (u64)room.seconds * NSEC_PER_SEC;
	return a->active;
}

/* acct->lock held. A record that cannot be written is lost. */
static void write_record(struct acct *a)
{
	struct acct_v3 record;
	struct iobuf b;

	if (!a->file || !has_room(a))
		return;
	fill(a->ns, a->file, &record);
	iobuf_kernel(&b, &record, sizeof(record));
	current_task()->flags |= TASK_UNLIMITED;
	(void)file_pwrite(a->file, &b, 0);
	current_task()->flags &= ~(u32)TASK_UNLIMITED;
}

/* --- on and off ---------------------------------------------------------- */

static void acct_free_rcu(struct rcu_head *head)
{
	kfree(container_of(head, struct acct, rcu));
}

static void acct_put(struct acct *a)
{
	if (refcount_put(&a->refs))
		rcu_call(&a->rcu, acct_free_rcu);
}

static struct acct *acct_find_get(struct pid_ns *ns)
{
	struct acct *a;

	rcu_read_lock();
	a = rcu_dereference(ns->acct);
	if (a && !refcount_try_get(&a->refs))
		a = NULL;
	rcu_read_unlock();
	return a;
}

/* @a was taken out of its namespace; that reference is given up. */
static void acct_close(struct acct *a)
{
	struct file *f;

	spin_lock(&accts_lock);
	list_del(&a->link);
	spin_unlock(&accts_lock);
	mutex_lock(&a->lock);
	write_record(a);
	f = a->file;
	a->file = NULL;
	mutex_unlock(&a->lock);
	file_put(f);
	acct_put(a);
}

void acct_off(struct pid_ns *ns)
{
	struct acct *a = __atomic_exchange_n(&ns->acct, NULL,
					     __ATOMIC_ACQ_REL);

	if (a)
		acct_close(a);
}

/* The mount goes, and with it the accounting to files there. */
static void mount_gone(const struct mount *m)
{
	struct acct *a, *found = NULL;

	spin_lock(&accts_lock);
	for_each_list(a, &accts, link) {
		if (a->mount == m && cas(&a->ns->acct, a, NULL)) {
			found = a;
			break;
		}
	}
	spin_unlock(&accts_lock);
	if (found) {
		acct_close(found);
		mount_gone(m);
	}
}

/* @f once more, by a mount that is in no tree. */
static int reopen(struct file *f, struct file **out)
{
	struct path p = { .dentry = f->path.dentry };
	int err = mount_create_internal(path_inode(&f->path)->sb, &p.mount);

	if (err)
		return err;
	err = vfs_open_path(&p, O_WRONLY | O_APPEND | O_LARGEFILE, f->cred,
			    out);
	mount_put(p.mount);
	return err;
}

static void acct_install(struct acct *a, struct pid_ns *ns)
{
	struct acct *old;

	spin_lock(&accts_lock);
	list_add_tail(&accts, &a->link);
	spin_unlock(&accts_lock);
	old = __atomic_exchange_n(&ns->acct, a, __ATOMIC_ACQ_REL);
	if (old)
		acct_close(old);
}

int acct_on(struct file *f)
{
	struct acct *a;
	int err;

	if (!S_ISREG(path_inode(&f->path)->mode))
		return -EACCES;
	if ((procfs_path_pidns && procfs_path_pidns(&f->path)) ||
	    path_ns(&f->path))
		return -EINVAL;
	a = kzalloc(sizeof(*a));
	if (!a)
		return -ENOMEM;
	err = reopen(f, &a->file);
	if (err) {
		kfree(a);
		return err;
	}
	refcount_set(&a->refs, 1);
	mutex_init(&a->lock, "acct", RANK_MUTEX_ACCT);
	a->active = true;
	a->ns = current_pidns();
	a->mount = f->path.mount;
	acct_install(a, a->ns);
	return 0;
}

/* --- the end of a process ------------------------------------------------ */

static void collect(struct task *t, bool last)
{
	struct process *p = t->process;
	u32 flags = 0;

	if (task_is_leader(t) && (t->flags & TASK_FORKNOEXEC))
		flags |= AFORK;
	if (t->flags & TASK_SUPERPRIV)
		flags |= ASU;
	if (t->flags & TASK_SIGNALED)
		flags |= AXSIG;
	if (t->flags & TASK_DUMPS)
		flags |= ACORE;
	spin_lock_irq(&p->siglock);
	p->acct_flags |= flags;
	if (last && t->aspace)
		p->acct_mem_kb = READ_ONCE(t->aspace->total_pages) *
				 (PAGE_SIZE / 1024);
	spin_unlock_irq(&p->siglock);
}

void acct_exit(struct task *t, bool last)
{
	struct pid_ns *ns = current_pidns();
	struct acct *a;

	if (!last)
		collect(t, last);
	for (; last && ns; ns = ns->parent) {
		if (likely(!READ_ONCE(ns->acct)))
			continue;
		collect(t, last);
		a = acct_find_get(ns);
		if (!a)
			continue;
		mutex_lock(&a->lock);
		write_record(a);
		mutex_unlock(&a->lock);
		acct_put(a);
	}
}

/* --- /proc/sys/kernel/acct ------------------------------------------------ */

static int show_room(struct seq_buf *out)
{
	seq_printf(out, "%d\t%d\t%d\n", room.resume, room.suspend,
		   room.seconds);
	return 0;
}

/* Cut the next word off: its length, 0 at the end, -1 when it is too long. */
static int next_word(const char **at, char *word, size_t size)
{
	size_t n = 0;

	while (**at == ' ' || **at == '\t' || **at == '\n')
		++*at;
	for (; **at > ' '; ++*at) {
		if (n + 1 == size)
			return -1;
		word[n++] = **at;
	}
	word[n] = 0;
	return (int)n;
}

/* As many of the three as are there. */
static ssize_t store_room(const char *text, size_t len)
{
	int *values[] = { &room.resume, &room.suspend, &room.seconds };
	const char *at = text;
	char word[16];

	for (u32 i = 0; i < ARRAY_SIZE(values); i++) {
		int n = next_word(&at, word, sizeof(word));

		if (!n)
			break;
		if (n < 0 || parse_int(word, values[i]))
			return -EINVAL;
	}
	return (ssize_t)len;
}

static struct proc_entry room_entry = {
	.path = "sys/kernel/acct", .mode = 0644, .show = show_room,
	.write = store_room,
};

static void acct_start(void)
{
	mount_set_gone_hook(mount_gone);
	proc_entry_add(&room_entry);
}
START_CALL(acct_start);
