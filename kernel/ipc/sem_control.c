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

/* The set, with a reference: its size is known, and no other set's with the
 * same number. */
static int set_find(s32 id, struct sem_set **out)
{
	struct ipc_object *o;
	int err = ipc_find(&part_now()->ids, id, &o);

	if (!err)
		*out = container_of(o, struct sem_set, obj);
	return err;
}

/* Lock it, if it lives and the caller has the right @want. */
static int set_lock(struct sem_set *set, u32 want)
{
	struct ipc_object *o = &set->obj;
	int err;

	spin_lock(&o->lock);
	err = o->removed ? -EIDRM : ipc_permits(o, want) ? 0 : -EACCES;
	if (err)
		spin_unlock(&o->lock);
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
	int ret = set_find(id, &set);

	if (ret)
		return ret;
	ret = set_lock(set, S_IRUGO);
	if (ret) {
		ipc_put(&set->obj);
		return ret;
	}
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

static int set_one(struct sem_set *set, int semnum, u16 value)
{
	int err;

	if (semnum < 0 || (u32)semnum >= set->nsems)
		return -EINVAL;
	err = set_lock(set, S_IWUGO);
	if (err)
		return err;
	set_value(set, (u32)semnum, value);
	set->ctime = ipc_now();
	sem_wake_locked(set);
	spin_unlock(&set->obj.lock);
	return 0;
}

int sem_set_one(s32 id, int semnum, int value)
{
	struct sem_set *set;
	int err;

	if (value < 0 || value > SEMVMX)
		return -ERANGE;
	err = set_find(id, &set);
	if (err)
		return err;
	err = set_one(set, semnum, (u16)value);
	ipc_put(&set->obj);
	return err;
}

/* The set, with a reference, and room for all its values. */
static int set_find_all(s32 id, struct sem_set **set, u16 **values)
{
	int err = set_find(id, set);

	if (err)
		return err;
	*values = kcalloc((*set)->nsems, sizeof(u16));
	if (*values)
		return 0;
	ipc_put(&(*set)->obj);
	return -ENOMEM;
}

int sem_get_all(s32 id, uptr_t uvalues)
{
	struct sem_set *set;
	u16 *values;
	int err = set_find_all(id, &set, &values);

	if (err)
		return err;
	err = set_lock(set, S_IRUGO);
	if (!err) {
		for (u32 i = 0; i < set->nsems; i++)
			values[i] = set->sems[i].value;
		spin_unlock(&set->obj.lock);
		err = copy_to_user(uvalues, values, set->nsems * sizeof(u16));
	}
	ipc_put(&set->obj);
	kfree(values);
	return err;
}

static int set_all(struct sem_set *set, const u16 *values)
{
	int err = set_lock(set, S_IWUGO);

	if (err)
		return err;
	for (u32 i = 0; i < set->nsems; i++)
		set_value(set, i, values[i]);
	set->ctime = ipc_now();
	sem_wake_locked(set);
	spin_unlock(&set->obj.lock);
	return 0;
}

static int values_from_user(const struct sem_set *set, u16 *values,
			    uptr_t uvalues)
{
	if (copy_from_user(values, uvalues, set->nsems * sizeof(u16)))
		return -EFAULT;
	for (u32 i = 0; i < set->nsems; i++) {
		if (values[i] > SEMVMX)
			return -ERANGE;
	}
	return 0;
}

int sem_set_all(s32 id, uptr_t uvalues)
{
	struct sem_set *set;
	u16 *values;
	int err = set_find_all(id, &set, &values);

	if (err)
		return err;
	/* The right comes before the address. */
	err = set_lock(set, S_IWUGO);
	if (!err) {
		spin_unlock(&set->obj.lock);
		err = values_from_user(set, values, uvalues);
	}
	if (!err)
		err = set_all(set, values);
	ipc_put(&set->obj);
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
