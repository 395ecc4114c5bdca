/*
 * include/proc/ipc.h - what an IPC namespace holds
 *
 * What:  each facility keeps its part of every IPC namespace: semaphores,
 *        message queues, shared memory, POSIX queues. A facility that is left
 *        out of the build has none.
 * Life:  a namespace's parts are made with it and go with its last reference.
 * See:   ipc_namespaces(7), docs/ipc.md
 */
#ifndef PROC_IPC_H
#define PROC_IPC_H

#include <lib/types.h>

struct plain_ns;
struct task;

enum ipc_part {
	IPC_SEM,
	IPC_MSG,
	IPC_SHM,
	IPC_MQUEUE,
	IPC_PARTS,
};

struct ipc_facility {
	enum ipc_part part;
	/* 0 and *@out for a new namespace, -ENOMEM. */
	int (*create)(struct plain_ns *ns, void **out);
	/* The namespace goes: nobody is in it. May sleep. */
	void (*destroy)(void *part);
};
/* At start-up; @f is static. The first namespace gets its part at once. */
void ipc_facility_register(const struct ipc_facility *f);

/* The parts of a new namespace: 0, -ENOMEM. */
OPTIONAL int ipcns_fill(struct plain_ns *ns);
OPTIONAL void ipcns_empty(struct plain_ns *ns);
/* A facility's part of the caller's namespace. */
void *ipc_part_of_current(enum ipc_part part);

/* CLONE_SYSVSEM: @child shares the caller's adjustments. 0, -ENOMEM. */
OPTIONAL int sem_undo_share(struct task *child);
/* The current task stops sharing them (exit, unshare, another namespace); the
 * last one carries them out. @t: itself, or a child that was not born. */
OPTIONAL void sem_undo_leave(struct task *t);

#endif
