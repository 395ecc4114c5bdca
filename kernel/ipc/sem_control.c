/*
 * kernel/ipc/sem_control.c - semctl(2)
 *
 * What:  values of one or all semaphores, who waits, state and owner of a
 *        set, limits.
 * Locks: the set's lock.
 * See:   semctl(2).
 */
#include "sem.h"

#include <mm/kmalloc.h>
#include <proc/sysv.h>
#include <uapi/stat.h>
#include <vm/uaccess.h>

static struct sem_part *part_now(void)
{
	return ipc_part_of_current(IPC_SEM);
}

/* A living set on which the caller has the right @want, locked. */
static int set_lock(s32 id, u32 want, struct sem_set **out)
{
	struct ipc_object *o;
	int err = ipc_find(&part_now()->ids, id, &o);

	if (err)
		return err;
	spin_lock(&o->lock);
	err = o->removed ? -EIDRM : ipc_permits(o, want) ? 0 : -EACCES;
	if (err)
		ipc_unlock_put(o);
	else
		*out = container_of(o, struct sem_set, obj);
	return err;
}

/* How many calls sleep on @semnum for more, or for zero. */
static int count_waiters(const struct sem_set *set, u32 semnum, bool for_zero)
{
	struct sem_wait *w;
	int n = 0;

	for_each_list(w, &set->waiters, link) {
		if (w->blocking->sem_num == semnum &&
		    for_zero == !w->blocking->sem_op)
			n++;
	}
	return n;
}

int sem_get_one(s32 id, int semnum, int cmd)
{
	struct sem_set *set;
	int ret = set_lock(id, S_IRUGO, &set);

	if (ret)
		return ret;
	if (semnum < 0 || (u32)semnum >= set->nsems)
		ret = -EINVAL;
	else if (cmd == GETVAL)
		ret = set->sems[semnum].value;
	else if (cmd == GETPID)
		ret = pid_vnr(set->sems[semnum].pid);
	else
		ret = count_waiters(set, (u32)semnum, cmd == GETZCNT);
	ipc_unlock_put(&set->obj);
	return ret;
}

static void set_value(struct sem_set *set, u32 semnum, u16 value)
{
	sem_undo_clear_locked(set, semnum);
	set->sems[semnum].value = value;
	ipc_set_pid(&set->sems[semnum].pid);
}

int sem_set_one(s32 id, int semnum, int value)
{
	struct sem_set *set;
	struct ipc_object *o;
	int err;

	if (value < 0 || value > SEMVMX)
		return -ERANGE;
	err = ipc_find(&part_now()->ids, id, &o);
	if (err)
		return err;
	set = container_of(o, struct sem_set, obj);
	if (semnum < 0 || (u32)semnum >= set->nsems)
		err = -EINVAL;
	ipc_put(o);
	if (!err)
		err = set_lock(id, S_IWUGO, &set);
	if (err)
		return err;
	set_value(set, (u32)semnum, (u16)value);
	set->ctime = ipc_now();
	sem_wake_locked(set);
	ipc_unlock_put(&set->obj);
	return 0;
}

/* Room for the values of all semaphores of @id; *@n is their number. */
static int values_alloc(s32 id, u16 **out, u32 *n)
{
	struct ipc_object *o;
	int err = ipc_find(&part_now()->ids, id, &o);

	if (err)
		return err;
	*n = container_of(o, struct sem_set, obj)->nsems;
	ipc_put(o);
	*out = kcalloc(*n, sizeof(u16));
	return *out ? 0 : -ENOMEM;
}

int sem_get_all(s32 id, uptr_t uvalues)
{
	struct sem_set *set;
	u16 *values;
	u32 n;
	int err = values_alloc(id, &values, &n);

	if (err)
		return err;
	err = set_lock(id, S_IRUGO, &set);
	if (!err) {
		for (u32 i = 0; i < n; i++)
			values[i] = set->sems[i].value;
		ipc_unlock_put(&set->obj);
		err = copy_to_user(uvalues, values, n * sizeof(u16));
	}
	kfree(values);
	return err;
}

static int set_all(s32 id, const u16 *values, u32 n)
{
	struct sem_set *set;
	int err = set_lock(id, S_IWUGO, &set);

	if (err)
		return err;
	for (u32 i = 0; i < n; i++)
		set_value(set, i, values[i]);
	set->ctime = ipc_now();
	sem_wake_locked(set);
	ipc_unlock_put(&set->obj);
	return 0;
}

int sem_set_all(s32 id, uptr_t uvalues)
{
	struct sem_set *set;
	u16 *values;
	u32 n;
	int err = values_alloc(id, &values, &n);

	if (err)
		return err;
	/* The right comes before the address. */
	err = set_lock(id, S_IWUGO, &set);
	if (!err) {
		ipc_unlock_put(&set->obj);
		err = copy_from_user(values, uvalues, n * sizeof(u16));
	}
	for (u32 i = 0; !err && i < n; i++) {
		if (values[i] > SEMVMX)
			err = -ERANGE;
	}
	if (!err)
		err = set_all(id, values, n);
	kfree(values);
	return err;
}

int sem_stat(s32 id, int cmd, struct semid64_ds *out)
{
	struct ipc_object *o;
	struct sem_set *set;
	int err = ipc_stat_begin(&part_now()->ids, id, cmd, &o);

	if (err)
		return err;
	set = container_of(o, struct sem_set, obj);
	*out = (struct semid64_ds){
		.sem_otime = set->otime, .sem_ctime = set->ctime,
		.sem_nsems = set->nsems,
	};
	ipc_fill_perm(o, &out->sem_perm);
	return ipc_stat_end(o, cmd);
}

int sem_control(s32 id, const struct ipc64_perm *perm)
{
	return ipc_control(&part_now()->ids, id, perm);
}

int sem_info(int cmd, struct seminfo *out)
{
	struct sem_part *part = part_now();

	*out = (struct seminfo){
		.semmap = (s32)part->mns, .semmni = (s32)part->mni,
		.semmns = (s32)part->mns, .semmnu = (s32)part->mns,
		.semmsl = (s32)part->msl, .semopm = (s32)part->opm,
		.semume = (s32)part->opm, .semusz = 20,
		.semvmx = SEMVMX, .semaem = SEMAEM,
	};
	if (cmd == SEM_INFO) {
		out->semusz = (s32)READ_ONCE(part->ids.in_use);
		out->semaem = (s32)atomic_read(&part->used);
	}
	return ipc_highest_index(&part->ids);
}
