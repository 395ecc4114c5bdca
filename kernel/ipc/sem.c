/*
 * kernel/ipc/sem.c - System V semaphores: sets and operations
 *
 * What:  semget and semop. All operations of a call happen, or none. Who has
 *        to wait leaves its call on the set; whoever changes a value carries
 *        out what has become possible, so that a sleeper finds its call done.
 * Locks: the set's lock covers values and waiters.
 * Life:  a waiter lies on its thread's stack; after its status was set it may
 *        vanish.
 * Not:   adjustments at exit (sem_undo.c), semctl (sem_control.c).
 * See:   semget(2), semop(2).
 */
#include "sem.h"

#include <core/start_call.h>
#include <fs/seq_buf.h>
#include <mm/kmalloc.h>
#include <proc/procfs.h>
#include <proc/signal.h>
#include <proc/sysv.h>
#include <uapi/stat.h>

static struct sem_set *to_set(struct ipc_object *o)
{
	return container_of(o, struct sem_set, obj);
}

static struct sem_part *part_of(const struct ipc_ids *ids)
{
	return container_of(ids, struct sem_part, ids);
}

/* --- sets ----------------------------------------------------------------- */

static int sem_change(struct ipc_object *o, const void *perm)
{
	int err = ipc_set_perm(o, perm);

	if (!err)
		to_set(o)->ctime = ipc_now();
	return err;
}

static int sem_create(struct ipc_ids *ids, const struct ipc_get_args *a,
		      struct ipc_object **out);

static int sem_check(struct ipc_object *o, const struct ipc_get_args *a)
{
	return a->size > to_set(o)->nsems ? -EINVAL : 0;
}

static u32 sem_limit(const struct ipc_ids *ids)
{
	return (u32)min(READ_ONCE(part_of(ids)->mni), (u64)IPC_MAX_OBJECTS);
}

static void complete_wait(struct sem_wait *w, int status)
{
	struct thread *t = w->thread;

	list_del(&w->link);
	/* Partner: wait_done. */
	store_release(&w->status, status);
	thread_wake(t, WAKE_NORMAL);
}

static void sem_remove(struct ipc_object *o)
{
	struct sem_set *set = to_set(o);

	atomic_sub(&part_of(o->ids)->used, set->nsems);
	ipc_unlink_locked(o);
	while (!list_empty(&set->waiters))
		complete_wait(list_first(&set->waiters, struct sem_wait, link),
			      -EIDRM);
	ipc_unlock(o);
	ipc_put(o);
}

static void sem_free(struct ipc_object *o)
{
	struct sem_set *set = to_set(o);

	for (u32 i = 0; i < set->nsems; i++)
		pid_put(set->sems[i].pid);
	kfree(set);
}

static const struct ipc_kind sem_kind = {
	.create = sem_create,
	.check = sem_check,
	.limit = sem_limit,
	.remove = sem_remove,
	.free = sem_free,
	.change = sem_change,
	.stat_any = SEM_STAT_ANY,
};

static int sem_create(struct ipc_ids *ids, const struct ipc_get_args *a,
		      struct ipc_object **out)
{
	struct sem_part *part = part_of(ids);
	struct sem_set *set;

	if (!a->size)
		return -EINVAL;
	if ((u64)atomic_read(&part->used) + a->size > READ_ONCE(part->mns))
		return -ENOSPC;
	set = kzalloc(sizeof(*set) + a->size * sizeof(set->sems[0]));
	if (!set)
		return -ENOMEM;
	ipc_object_init(&set->obj, &sem_kind, a);
	set->nsems = (u32)a->size;
	set->ctime = ipc_now();
	list_init(&set->waiters);
	list_init(&set->undos);
	atomic_add(&part->used, set->nsems);
	*out = &set->obj;
	return 0;
}

int sem_get(s32 key, int nsems, int flags)
{
	struct sem_part *part = ipc_part_of_current(IPC_SEM);
	const struct ipc_get_args a = {
		.key = key, .flags = flags, .size = (u64)nsems,
	};

	if (nsems < 0 || (u64)nsems > READ_ONCE(part->msl))
		return -EINVAL;
	return ipc_get(&part->ids, &sem_kind, &a);
}

/* --- operations ----------------------------------------------------------- */

static bool is_undone(const struct sembuf *op)
{
	return (op->sem_flg & SEM_UNDO) && op->sem_op;
}

/* One operation. 0, SEM_WAITING (not now), -ERANGE. */
static int try_one(struct sem_set *set, const struct sem_wait *w,
		   const struct sembuf *op)
{
	struct sem *s = &set->sems[op->sem_num];
	int value = s->value + op->sem_op;
	s32 *adjust;

	if ((!op->sem_op && s->value) || value < 0)
		return SEM_WAITING;
	if (value > SEMVMX)
		return -ERANGE;
	if (is_undone(op)) {
		adjust = &w->undo->adjust[op->sem_num];
		if (*adjust - op->sem_op < -SEMAEM - 1 ||
		    *adjust - op->sem_op > SEMAEM)
			return -ERANGE;
		*adjust -= op->sem_op;
	}
	s->value = (u16)value;
	return 0;
}

static void take_back(struct sem_set *set, const struct sem_wait *w, u32 n)
{
	while (n-- > 0) {
		const struct sembuf *op = &w->ops[n];

		set->sems[op->sem_num].value -= (u16)op->sem_op;
		if (is_undone(op))
			w->undo->adjust[op->sem_num] += op->sem_op;
	}
}

static void note_pid(struct sem *s, struct pid *pid)
{
	if (s->pid == pid)
		return;
	pid_put(s->pid);
	s->pid = pid_get(pid);
}

/* All operations of a call. 0: done, SEM_WAITING, -EAGAIN, -ERANGE. */
static int try_all(struct sem_set *set, struct sem_wait *w)
{
	for (u32 i = 0; i < w->n; i++) {
		int ret = try_one(set, w, &w->ops[i]);

		if (!ret)
			continue;
		take_back(set, w, i);
		if (ret == SEM_WAITING && (w->ops[i].sem_flg & IPC_NOWAIT))
			return -EAGAIN;
		w->blocking = &w->ops[i];
		return ret;
	}
	for (u32 i = 0; i < w->n; i++)
		note_pid(&set->sems[w->ops[i].sem_num], w->pid);
	set->otime = ipc_now();
	return 0;
}

/* One round over the sleepers. True: one changed values, begin again. */
static bool wake_round(struct sem_set *set)
{
	struct sem_wait *w, *tmp;

	for_each_list_safe(w, tmp, &set->waiters, link) {
		bool alters = w->alters;
		int ret = try_all(set, w);

		if (ret == SEM_WAITING)
			continue;
		complete_wait(w, ret);
		if (!ret && alters)
			return true;
	}
	return false;
}

void sem_wake_locked(struct sem_set *set)
{
	while (wake_round(set))
		;
}

/* Sleep until somebody has done it. 0, -EINTR, -EAGAIN (late), -EIDRM... */
static int wait_done(struct sem_set *set, struct sem_wait *w, u64 deadline_ns)
{
	int err = 0;

	for (;;) {
		thread_set_state(THREAD_INTERRUPTIBLE);
		if (load_acquire(&w->status) != SEM_WAITING || err)
			break;
		if (signal_pending())
			err = -EINTR;
		else if (schedule_until(deadline_ns))
			err = -EAGAIN;
	}
	thread_set_state(THREAD_RUNNING);
	if (load_acquire(&w->status) != SEM_WAITING)
		return w->status;
	spin_lock(&set->obj.lock);
	if (w->status == SEM_WAITING) {
		list_del(&w->link);
		w->status = err;
	}
	spin_unlock(&set->obj.lock);
	return w->status;
}

/* What the operations ask for, besides their effect. */
struct sem_demand {
	u32 highest;		/* semaphore named */
	bool alters, undo;
};

static struct sem_demand demand_of(const struct sembuf *ops, u32 n)
{
	struct sem_demand d = { 0 };

	for (u32 i = 0; i < n; i++) {
		d.highest = max(d.highest, (u32)ops[i].sem_num);
		d.alters |= ops[i].sem_op != 0;
		d.undo |= is_undone(&ops[i]);
	}
	return d;
}

static int operate(struct sem_set *set, struct sem_wait *w, u64 deadline_ns)
{
	int ret;

	spin_lock(&set->obj.lock);
	ret = ipc_permits(&set->obj, w->alters ? S_IWUGO : S_IRUGO) ? 0 :
								  -EACCES;
	if (!ret && set->obj.removed)
		ret = -EIDRM;
	if (!ret)
		ret = try_all(set, w);
	if (!ret && w->alters)
		sem_wake_locked(set);
	if (ret == SEM_WAITING) {
		w->status = SEM_WAITING;
		list_add_tail(&set->waiters, &w->link);
	}
	spin_unlock(&set->obj.lock);
	return ret == SEM_WAITING ? wait_done(set, w, deadline_ns) : ret;
}

static int operate_on(struct sem_set *set, const struct sem_op_args *a)
{
	struct sem_demand d = demand_of(a->ops, a->n);
	struct sem_wait w = {
		.ops = a->ops, .n = a->n, .alters = d.alters,
		.pid = current_process()->tgid, .thread = current_thread(),
	};
	int ret = 0;

	if (d.highest >= set->nsems)
		return -EFBIG;
	if (d.undo)
		ret = sem_undo_get(set, &w.undo);
	if (!ret)
		ret = operate(set, &w, a->deadline_ns);
	if (w.undo)
		sem_undo_put(w.undo);
	return ret;
}

int sem_operate(const struct sem_op_args *a)
{
	struct sem_part *part = ipc_part_of_current(IPC_SEM);
	struct ipc_object *o;
	int ret = ipc_find(&part->ids, a->id, &o);

	if (ret)
		return ret;
	ret = operate_on(to_set(o), a);
	ipc_put(o);
	return ret;
}

u64 sem_max_operations(void)
{
	const struct sem_part *part = ipc_part_of_current(IPC_SEM);

	return READ_ONCE(part->opm);
}

/* --- /proc, and the namespace's part -------------------------------------- */

static void show_set(struct ipc_object *o, void *out)
{
	const struct sem_set *set = to_set(o);

	ipc_show_head(o, out);
	seq_printf(out, "%10u ", set->nsems);
	ipc_show_owner(o, out);
	seq_printf(out, "%10ld %10ld\n", set->otime, set->ctime);
}

static int show_sets(struct seq_buf *out)
{
	struct sem_part *part = ipc_part_of_current(IPC_SEM);

	seq_puts(out, "       key      semid perms      nsems   uid   gid  "
		 "cuid  cgid      otime      ctime\n");
	ipc_for_each(&part->ids, show_set, out);
	return 0;
}

/* The number of sets has a bound that the other limits do not have; those
 * change although it is too large. */
static ssize_t limits_write(const struct proc_entry *e, const char *text,
			    size_t len)
{
	struct sem_part *part = ipc_part_of_current(IPC_SEM);
	u64 before = READ_ONCE(part->mni);
	ssize_t ret = ipc_setting_write(e, text, len);

	if (READ_ONCE(part->mni) <= IPC_MAX_OBJECTS)
		return ret;
	WRITE_ONCE(part->mni, before);
	return -ERANGE;
}

static int sem_part_create(struct plain_ns *ns, void **out)
{
	struct sem_part *part = kzalloc(sizeof(*part));

	if (!part)
		return -ENOMEM;
	ipc_ids_init(&part->ids, ns);
	part->msl = 32000;
	part->mns = 1024000000;
	part->opm = 500;
	part->mni = 32000;
	*out = part;
	return 0;
}

static void sem_part_destroy(void *part)
{
	ipc_ids_fini(&((struct sem_part *)part)->ids);
	kfree(part);
}

static void sem_start(void)
{
	static const struct ipc_facility facility = {
		.part = IPC_SEM, .create = sem_part_create,
		.destroy = sem_part_destroy,
	};
	static const struct ipc_setting limits = {
		.part = IPC_SEM, .offset = offsetof(struct sem_part, msl),
		.count = 4, .max = INT_MAX,
	};
	static struct proc_entry entries[] = {
		{ .path = "sys/kernel/sem", .mode = 0644,
		  .show_arg = ipc_setting_show, .write_arg = limits_write,
		  .permission = ipc_setting_permission, .arg = &limits },
		IPC_NEXT_ID("sys/kernel/sem_next_id", &limits),
		{ .path = "sysvipc/sem", .mode = 0444, .show = show_sets },
	};

	ipc_facility_register(&facility);
	for (u32 i = 0; i < ARRAY_SIZE(entries); i++)
		proc_entry_add(&entries[i]);
}
START_CALL(sem_start);
