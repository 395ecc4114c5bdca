/*
 * include/proc/sysv.h - the System V calls, after their arguments were copied
 *
 * What:  each works in the caller's IPC namespace. All are optional.
 * Context: task, may sleep; no lock held.
 * Return: a value, or: -EINVAL (no such id, a bad argument), -EIDRM (removed
 *        meanwhile), -EACCES (rights), -EPERM (owners only), -ENOMEM, -ENOSPC
 *        (limits of the namespace), -ENOENT and -EEXIST (keys).
 * See:   sysvipc(7)
 */
#ifndef PROC_SYSV_H
#define PROC_SYSV_H

#include <lib/types.h>
#include <uapi/ipc.h>

/* --- semaphores: semget(2), semop(2), semctl(2) --- */

int sem_get(s32 key, int nsems, int flags);
struct sem_op_args {
	s32 id;
	const struct sembuf *ops;	/* borrowed, at least one */
	u32 n;
	u64 deadline_ns;		/* U64_MAX: for ever */
};
/* Also -EFBIG (no such semaphore), -EAGAIN (IPC_NOWAIT, late), -EINTR,
 * -ERANGE. */
int sem_operate(const struct sem_op_args *a);
u64 sem_max_operations(void);
int sem_get_one(s32 id, int semnum, int cmd);	/* GETVAL, PID, NCNT, ZCNT */
int sem_set_one(s32 id, int semnum, int value);	/* also -ERANGE */
int sem_get_all(s32 id, uptr_t uvalues);
int sem_set_all(s32 id, uptr_t uvalues);
int sem_stat(s32 id, int cmd, struct semid64_ds *out);
/* IPC_SET; @perm NULL: IPC_RMID. */
int sem_control(s32 id, const struct ipc64_perm *perm);
int sem_info(int cmd, struct seminfo *out);

/* --- message queues: msgget(2), msgop(2), msgctl(2) --- */

int msg_get(s32 key, int flags);
struct msg_text;
struct msg_args {
	s32 id;
	s64 type;
	size_t size;		/* at most, when receiving */
	int flags;
};
/* @text is stolen on success. Also -EAGAIN, -ERESTARTNOHAND. */
int msg_send(const struct msg_args *a, struct msg_text *text);
/* Also -E2BIG, -ENOMSG, -ERESTARTNOHAND. */
int msg_receive(const struct msg_args *a, struct msg_text **out);
u64 msg_max_bytes(void);
int msg_stat(s32 id, int cmd, struct msqid64_ds *out);
/* IPC_SET; @ds NULL: IPC_RMID. */
int msg_control(s32 id, const struct msqid64_ds *ds);
int msg_info(int cmd, struct msginfo *out);

/* --- shared memory: shmget(2), shmop(2), shmctl(2) --- */

int shm_get(s32 key, size_t size, int flags);
struct vm_limits;
struct shm_attach_args {
	s32 id;
	u64 addr;
	int flags;
	const struct vm_limits *limits;
};
int shm_attach(const struct shm_attach_args *a, u64 *out);
int shm_detach(u64 addr);
int shm_stat(s32 id, int cmd, struct shmid64_ds *out);
/* IPC_SET; @perm NULL: IPC_RMID. */
int shm_control(s32 id, const struct ipc64_perm *perm);
int shm_lock(s32 id, bool lock);
int shm_limits(struct shminfo64 *out);
int shm_usage(struct shm_info *out);

#endif
