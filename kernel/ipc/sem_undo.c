/*
 * kernel/ipc/sem_undo.c - semaphore operations that are taken back at exit
 *
 * What:  what the operations with SEM_UNDO added, each process (or tasks that
 *        share by CLONE_SYSVSEM) gives back when it ends.
 * Locks: see sem.h.
 * Life:  an undo is in a list of its process and in one of its set. It keeps
 *        the set's memory, not the set: one that was removed is skipped, and
 *        dropped when the list is searched next.
 * See:   semop(2), "SEM_UNDO"; clone(2), CLONE_SYSVSEM.
 */
#include "sem.h"

#include <mm/kmalloc.h>

static int undos_create(struct sem_undos **out)
{
	struct sem_undos *u = kzalloc(sizeof(*u));

	if (!u)
		return -ENOMEM;
	refcount_set(&u->refs, 1);
	spin_init(&u->lock, "sem undo", RANK_IPC_UNDO);
	list_init(&u->list);
	*out = u;
	return 0;
}

void sem_undo_put(struct sem_undo *u)
{
	if (!refcount_put(&u->refs))
		return;
	ipc_put(&u->set->obj);
	kfree(u);
}

/* The one for @set, with a reference; those of removed sets leave the list
 * for @dead. [U] */
static struct sem_undo *search(struct sem_undos *undos, struct sem_set *set,
			       struct list *dead)
{
	struct sem_undo *u, *tmp, *found = NULL;

	for_each_list_safe(u, tmp, &undos->list, link) {
		if (u->set == set)
			found = u;
		else if (READ_ONCE(u->set->obj.removed))
			list_move_tail(dead, &u->link);
	}
	if (found)
		refcount_get(&found->refs);
	return found;
}

/* Out of the set's list too, and the list's reference. */
static void drop_all(struct list *dead)
{
	while (!list_empty(dead)) {
		struct sem_undo *u = list_first(dead, struct sem_undo, link);

		list_del(&u->link);
		spin_lock(&u->set->obj.lock);
		list_del(&u->set_link);
		spin_unlock(&u->set->obj.lock);
		sem_undo_put(u);
	}
}

static struct sem_undo *undo_alloc(struct sem_set *set)
{
	struct sem_undo *u = kzalloc(sizeof(*u) +
				     set->nsems * sizeof(u->adjust[0]));

	if (!u)
		return NULL;
	refcount_set(&u->refs, 2);	/* the list's, the caller's */
	list_init(&u->set_link);
	refcount_get(&set->obj.refs);
	u->set = set;
	return u;
}

/* Enter @fresh unless a sharer was quicker. */
static struct sem_undo *enter(struct sem_undos *undos, struct sem_undo *fresh,
			      struct list *dead)
{
	struct sem_set *set = fresh->set;
	struct sem_undo *u;

	spin_lock(&set->obj.lock);
	spin_lock(&undos->lock);
	u = search(undos, set, dead);
	if (!u) {
		u = fresh;
		list_add_tail(&undos->list, &u->link);
		list_add_tail(&set->undos, &u->set_link);
	}
	spin_unlock(&undos->lock);
	spin_unlock(&set->obj.lock);
	return u;
}

static struct sem_undo *make_new(struct sem_undos *undos, struct sem_set *set,
				 struct list *dead)
{
	struct sem_undo *fresh = undo_alloc(set);
	struct sem_undo *u;

	if (!fresh)
		return NULL;
	u = enter(undos, fresh, dead);
	if (u != fresh) {
		ipc_put(&set->obj);
		kfree(fresh);
	}
	return u;
}

int sem_undo_get(struct sem_set *set, struct sem_undo **out)
{
	struct task *t = current_task();
	struct list dead = LIST_INIT(dead);
	struct sem_undos *undos;
	int err = 0;

	if (!t->sem_undos)
		err = undos_create(&t->sem_undos);
	if (err)
		return err;
	undos = t->sem_undos;
	spin_lock(&undos->lock);
	*out = search(undos, set, &dead);
	spin_unlock(&undos->lock);
	if (!*out)
		*out = make_new(undos, set, &dead);
	drop_all(&dead);
	return *out ? 0 : -ENOMEM;
}

void sem_undo_clear_locked(struct sem_set *set, u32 semnum)
{
	struct sem_undo *u;

	for_each_list(u, &set->undos, set_link)
		u->adjust[semnum] = 0;
}

int sem_undo_share(struct task *child)
{
	struct task *t = current_task();
	int err = 0;

	if (!t->sem_undos)
		err = undos_create(&t->sem_undos);
	if (err)
		return err;
	refcount_get(&t->sem_undos->refs);
	child->sem_undos = t->sem_undos;
	return 0;
}

/* Give back what was taken. A value that would leave its range stops at the
 * border, as on Linux. */
static void carry_out(struct sem_undo *u)
{
	struct sem_set *set = u->set;
	bool changed = false;

	spin_lock(&set->obj.lock);
	for (u32 i = 0; !set->obj.removed && i < set->nsems; i++) {
		int value = set->sems[i].value + u->adjust[i];

		if (!u->adjust[i])
			continue;
		set->sems[i].value = (u16)min(max(value, 0), SEMVMX);
		ipc_set_pid(&set->sems[i].pid);
		changed = true;
	}
	if (changed) {
		set->otime = ipc_now();
		sem_wake_locked(set);
	}
	spin_unlock(&set->obj.lock);
}

void sem_undo_leave(struct task *t)
{
	struct sem_undos *undos = t->sem_undos;
	struct sem_undo *u;

	t->sem_undos = NULL;
	if (!undos || !refcount_put(&undos->refs))
		return;
	for_each_list(u, &undos->list, link)
		carry_out(u);
	drop_all(&undos->list);
	kfree(undos);
}
