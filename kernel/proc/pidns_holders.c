/*
 * kernel/proc/pidns_holders.c - who keeps pid namespaces alive
 *
 * What:  a walk over all tasks that the reader sees: what they are, which
 *        files they have open, what is mounted where they live. What belongs
 *        to a process that the reader may not look into is left out, as in
 *        /proc/PID/fd.
 * Locks: each for itself: alloc_lock of a task, the mount mutex. Relatives
 *        are read under RCU.
 * Life:  the result is the caller's; namespaces in it are keys only.
 * See:   docs/pidns.md, "Why is it still there?"
 */
#include "pidns_holders.h"

#include <fs/file.h>
#include <lib/sort.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/nsproxy.h>
#include <proc/pidns.h>
#include <proc/procfs.h>
#include <proc/task.h>
#include <sched/sched.h>
#include <uapi/errno.h>
#include <uapi/limits.h>
#include <uapi/sched.h>

/* The walk stands at this task. */
struct visit {
	struct pidns_holders *h;
	struct task *task;
	s32 nr;			/* its number for the reader */
};

/* The text of a place is stolen. */
static void add(struct pidns_holders *h, const struct pidns_holder *one)
{
	if (one->ns == &pidns_init_ns) {
		kfree(one->place);
		return;		/* never freed, whoever holds it */
	}
	if (h->n == h->room) {
		size_t room = h->room ? h->room * 2 : 32;
		void *list = krealloc(h->list, room * sizeof(h->list[0]));

		if (!list) {
			h->failed = true;
			kfree(one->place);
			return;
		}
		h->list = list;
		h->room = room;
	}
	h->list[h->n++] = *one;
}

static void hold(const struct visit *v, const struct pid_ns *ns,
		 enum holder_kind kind, s32 other)
{
	const struct pidns_holder one = {
		.ns = ns, .kind = kind, .pid = v->nr, .other = other,
	};

	add(v->h, &one);
}

/* By way of @pid, born in the namespace that it holds. */
static void hold_pid(const struct visit *v, const struct pid *pid,
		     enum holder_kind kind, s32 other)
{
	const struct pidns_holder one = {
		.ns = pid_ns_of(pid), .kind = kind, .pid = v->nr,
		.other = other, .number = pid_own_nr(pid),
	};

	add(v->h, &one);
}

/* --- what a process is --------------------------------------------------- */

/* A zombie waits to be waited for; groups and sessions outlive those they
 * are named after. */
static void visit_numbers(const struct visit *v)
{
	struct process *p = v->task->process;
	struct pid *pgid, *sid;

	rcu_read_lock();
	pgid = rcu_dereference(p->pgid);
	sid = rcu_dereference(p->sid);
	if (READ_ONCE(v->task->exit_state) == EXIT_ZOMBIE)
		hold_pid(v, p->tgid, HOLD_ZOMBIE,
			 pid_vnr(rcu_dereference(p->parent)->tgid));
	if (!rcu_dereference(pgid->task))
		hold_pid(v, pgid, HOLD_GROUP, 0);
	if (!rcu_dereference(sid->task))
		hold_pid(v, sid, HOLD_SESSION, 0);
	rcu_read_unlock();
}

static void visit_children(const struct visit *v)
{
	struct ns_common *ns = nsproxy_find_get(v->task, CLONE_NEWPID, true);
	struct pid_ns *later;

	if (!ns)
		return;
	later = container_of(ns, struct pid_ns, common);
	rcu_read_lock();
	if (task_pidns(v->task) != later)
		hold(v, later, HOLD_CHILDREN, 0);
	rcu_read_unlock();
	pidns_put(later);
}

/* --- what it has open ---------------------------------------------------- */

static const struct pid_ns *path_pidns(const struct path *path)
{
	struct ns_common *ns = path_ns(path);

	if (!ns || ns->ops != &pidns_ops)
		return NULL;
	return container_of(ns, struct pid_ns, common);
}

static void visit_file(const struct visit *v, int fd, struct file *f)
{
	const struct pid_ns *ns = path_pidns(&f->path);
	struct pid *pid = file_pidfd(f);

	if (ns)
		hold(v, ns, HOLD_FD, fd);
	else if (pid)
		hold_pid(v, pid, HOLD_PIDFD, fd);
	else if ((ns = procfs_path_pidns(&f->path)) != NULL)
		hold(v, ns, HOLD_PROC_FD, fd);
}

static void visit_files(const struct visit *v)
{
	struct file_table *files;
	struct file *f;

	spin_lock(&v->task->alloc_lock);
	files = v->task->files;
	/* A thread that shares its leader's table has nothing new. */
	if (files && !task_is_leader(v->task) &&
	    files == READ_ONCE(v->task->process->leader->files))
		files = NULL;
	if (files)
		file_table_get(files);
	spin_unlock(&v->task->alloc_lock);
	if (!files)
		return;
	for (int fd = 0; (fd = fd_next(files, fd)) >= 0; fd++) {
		f = fd_get_any(files, fd);
		if (f) {
			visit_file(v, fd, f);
			file_put(f);
		}
		cond_resched();
	}
	file_table_put(files);
}

static void visit_place(const struct visit *v, struct path *p)
{
	const struct pid_ns *ns = procfs_path_pidns(p);

	if (ns)
		hold(v, ns, HOLD_PROC_CWD, 0);
	path_put(p);
}

static void visit_context(const struct visit *v)
{
	struct fs_context *fs;
	struct path p;

	spin_lock(&v->task->alloc_lock);
	fs = v->task->fs;
	if (fs)
		fs_context_get(fs);
	spin_unlock(&v->task->alloc_lock);
	if (!fs)
		return;
	fs_context_cwd(fs, &p);
	visit_place(v, &p);
	fs_context_root(fs, &p);
	visit_place(v, &p);
	fs_context_put(fs);
}

/* --- what is mounted where it lives -------------------------------------- */

static void visit_mount(const struct path *root, void *arg)
{
	const struct visit *v = arg;
	struct pidns_holder one = { .pid = v->nr, .kind = HOLD_BIND };
	char *buf, *text;

	one.ns = path_pidns(root);
	if (!one.ns) {
		one.kind = HOLD_PROC_MOUNT;
		one.ns = procfs_path_pidns(root);
	}
	if (!one.ns)
		return;
	buf = kmalloc(PATH_MAX);
	text = buf ? path_text(root, NULL, buf, PATH_MAX) : NULL;
	one.place = kstrdup(text ? text : "?");
	kfree(buf);
	add(v->h, &one);
}

/* Is it the first time that this mount namespace is met? */
static bool first_met(struct pidns_holders *h, const struct mount_ns *mnt)
{
	void *seen;

	for (size_t i = 0; i < h->nseen; i++) {
		if (h->seen[i] == mnt)
			return false;
	}
	seen = krealloc(h->seen, (h->nseen + 1) * sizeof(h->seen[0]));
	if (!seen) {
		h->failed = true;
		return false;
	}
	h->seen = seen;
	h->seen[h->nseen++] = mnt;
	return true;
}

static void visit_mounts(struct visit *v)
{
	struct mount_ns *mnt = NULL;

	spin_lock(&v->task->alloc_lock);
	if (v->task->nsproxy)
		mnt = mount_ns_get(v->task->nsproxy->mnt);
	spin_unlock(&v->task->alloc_lock);
	if (!mnt)
		return;
	if (first_met(v->h, mnt))
		mount_ns_for_each(mnt, visit_mount, v);
	mount_ns_put(mnt);
}

/* --- the walk ------------------------------------------------------------ */

static void visit_task(struct visit *v)
{
	if (task_is_leader(v->task))
		visit_numbers(v);
	visit_children(v);
	if (!task_may_access(v->task, false))
		return;
	visit_files(v);
	visit_context(v);
	visit_mounts(v);
}

static int by_namespace(const void *a, const void *b)
{
	const struct pidns_holder *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->other < y->other ? -1 : x->other > y->other;
}

int pidns_holders_collect(struct pidns_holders *out)
{
	struct pid *pid;
	s32 nr = 1;

	memset(out, 0, sizeof(*out));
	while ((pid = pid_next(&nr, current_pidns()))) {
		struct visit v = { .h = out, .nr = nr };

		v.task = pid_task_get(pid);
		pid_put(pid);
		if (v.task) {
			visit_task(&v);
			task_put(v.task);
		}
		nr++;
		cond_resched();
	}
	heap_sort(out->list, out->n, sizeof(out->list[0]), by_namespace);
	if (!out->failed)
		return 0;
	pidns_holders_fini(out);
	return -ENOMEM;
}

void pidns_holders_fini(struct pidns_holders *h)
{
	for (size_t i = 0; i < h->n; i++)
		kfree(h->list[i].place);
	kfree(h->list);
	kfree(h->seen);
}

const struct pidns_holder *pidns_holders_of(const struct pidns_holders *h,
					    const struct pid_ns *ns)
{
	size_t low = 0, high = h->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (h->list[mid].ns < ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low < h->n && h->list[low].ns == ns ? &h->list[low] : NULL;
}
