/*
 * kernel/ipc/sem.h - between the files of semaphores
 *
 * Locks: [L] set->obj.lock; [U] undos->lock (RANK_IPC_UNDO, under none other
 *        than a set's lock).
 */
#ifndef IPC_SEM_H
#define IPC_SEM_H

#include "ipc.h"

struct sem {
	u16 value;		/* [L] */
	struct pid *pid;	/* [L] owned: who changed it last */
};

struct sem_set {
	struct ipc_object obj;	/* first */
	u32 nsems;		/* [I] */
	s64 otime, ctime;	/* [L] seconds */
	struct list waiters;	/* [L] struct sem_wait, oldest first */
	struct list undos;	/* [L] struct sem_undo by set_link */
	struct sem sems[];
};

struct sem_part {
	struct ipc_ids ids;
	u64 msl, mns, opm, mni;	/* [a] /proc/sys/kernel/sem, in its order */
	struct atomic64 used;	/* semaphores of all sets */
};

/* The operations of one call, also while it sleeps. */
struct sem_wait {
	struct list link;		/* [L] */
	const struct sembuf *ops;	/* [I] */
	u32 n;				/* [I] */
	bool alters;			/* [I] */
	struct sem_undo *undo;		/* [I] borrowed; NULL: none wanted */
	struct pid *pid;		/* [I] borrowed */
	struct thread *thread;		/* [I] */
	const struct sembuf *blocking;	/* [L] what it waits for */
	s32 status;			/* [a] SEM_WAITING, or the result */
};
#define SEM_WAITING 1

/* What a process takes back when it ends: one for each set. */
struct sem_undo {
	struct refcount refs;
	struct list link;		/* [U] undos->list */
	struct list set_link;		/* [L] set->undos */
	struct sem_set *set;		/* [I] owned */
	s32 adjust[];			/* [L] by semaphore */
};

struct sem_undos {
	struct refcount refs;		/* tasks that share them */
	struct spinlock lock;
	struct list list;		/* [U] */
};

/* The current task's undo for @set, made if need be; with a reference.
 * 0, -ENOMEM. */
int sem_undo_get(struct sem_set *set, struct sem_undo **out);
void sem_undo_put(struct sem_undo *u);
/* A semaphore was set: nobody takes anything back. [L] */
void sem_undo_clear_locked(struct sem_set *set, u32 semnum);
/* Values have grown or shrunk: complete what sleeps on them. [L] */
void sem_wake_locked(struct sem_set *set);

#endif
