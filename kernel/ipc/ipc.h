/*
 * kernel/ipc/ipc.h - what the System V facilities have in common
 *
 * What:  objects with a key, an id and an owner in a table that grows. An id
 *        is the index in the table and, above it, a sequence number that
 *        changes when indexes are used again.
 * Locks: ids->creation (mutex): one creation at a time, so that a key is
 *        looked up and entered in one step. ids->lock: changes of the table.
 *        object->lock (RANK_IPC): all else of an object.
 * Life:  the table holds a reference, who looks an object up another. One that
 *        was removed says so; freed a grace period after the last reference.
 * See:   sysvipc(7), docs/ipc.md
 */
#ifndef IPC_IPC_H
#define IPC_IPC_H

#include <core/rcu.h>
#include <core/spinlock.h>
#include <lib/idr.h>
#include <lib/rbtree.h>
#include <lib/refcount.h>
#include <proc/ipc.h>
#include <proc/plainns.h>
#include <proc/task.h>
#include <sched/mutex.h>
#include <uapi/errno.h>
#include <uapi/ipc.h>

/* Bits of an id that are the index. */
#define IPC_INDEX_BITS 15
#define IPC_MAX_OBJECTS (1u << IPC_INDEX_BITS)

struct ipc_kind;

struct ipc_ids {
	struct mutex creation;		/* RANK_MUTEX_IPC */
	struct spinlock lock;		/* RANK_IPC_TABLE */
	struct idr idr;			/* [lock][R] by index */
	struct rb_root keys;		/* [lock] by key, private ones not */
	u32 in_use;			/* [lock] */
	u32 seq, next_index;		/* [lock] */
	s32 next_id;			/* [a] of the next object; -1: any */
	struct plain_ns *ns;		/* [I] borrowed: it holds this */
};

struct ipc_object {
	struct refcount refs;
	const struct ipc_kind *kind;	/* [I] */
	struct ipc_ids *ids;		/* [I] valid until it is removed */
	s32 id;				/* [I] */
	u32 seq;			/* [I] */
	struct rb_node key_node;	/* [ids->lock] */
	struct spinlock lock;		/* RANK_IPC */
	s32 key;			/* [lock][ids->lock] */
	u32 mode;			/* [lock] */
	uid_t uid, cuid;		/* [lock] global */
	gid_t gid, cgid;		/* [lock] global */
	bool removed;			/* [lock] */
	struct rcu_head rcu;
};

/* What a *get call asks for. */
struct ipc_get_args {
	s32 key;
	int flags;
	u64 size;			/* of a segment; semaphores of a set */
};

struct ipc_kind {
	/* A new object (ipc_object_init) for the caller's table: 0, -EINVAL,
	 * -ENOMEM, -ENOSPC. creation is held. */
	int (*create)(struct ipc_ids *ids, const struct ipc_get_args *a,
		      struct ipc_object **out);
	/* Is one that exists large enough? 0, -EINVAL. NULL: always. */
	int (*check)(struct ipc_object *o, const struct ipc_get_args *a);
	/* How many there may be now. */
	u32 (*limit)(const struct ipc_ids *ids);
	/* Take it out of use, as IPC_RMID does; ipc_unlink_locked in it. The
	 * lock is held, and let go by it. */
	void (*remove)(struct ipc_object *o);
	/* The memory, after the last reference and a grace period. */
	void (*free)(struct ipc_object *o);
	/* IPC_SET of what its own structure says. 0 or -errno. Lock held. */
	int (*change)(struct ipc_object *o, const void *ds);
	int stat_any;			/* its *_STAT_ANY */
};

void ipc_ids_init(struct ipc_ids *ids, struct plain_ns *ns);
/* Remove all that is left: the namespace goes. */
void ipc_ids_fini(struct ipc_ids *ids);
void ipc_object_init(struct ipc_object *o, const struct ipc_kind *kind,
		     const struct ipc_get_args *a);
/* semget and its kin. Return: id, -ENOENT, -EEXIST, -EACCES, -ENOSPC, what
 * create and check give. */
int ipc_get(struct ipc_ids *ids, const struct ipc_kind *kind,
	    const struct ipc_get_args *a);
/* By id, with a reference. 0, -EINVAL. */
int ipc_find(struct ipc_ids *ids, s32 id, struct ipc_object **out);
/* The same, and locked. Also -EIDRM. */
int ipc_find_lock(struct ipc_ids *ids, s32 id, struct ipc_object **out);
/* By index (SEM_STAT and its kin), locked. 0, -EINVAL. */
int ipc_find_index(struct ipc_ids *ids, s32 index, struct ipc_object **out);
/* What a *_STAT call is about: by id for IPC_STAT, else by index; locked, with
 * a reference. 0, -EINVAL, -EIDRM, -EACCES. */
int ipc_stat_begin(struct ipc_ids *ids, s32 id, int cmd,
		   struct ipc_object **out);
/* The end of it. Return: what the call returns, 0 or the object's id. */
int ipc_stat_end(struct ipc_object *o, int cmd);
/* IPC_SET by the kind's change, or IPC_RMID if @ds is NULL. 0, -EINVAL,
 * -EIDRM, -EPERM, what change gives. */
int ipc_control(struct ipc_ids *ids, s32 id, const void *ds);
void ipc_put(struct ipc_object *o);
static inline void ipc_unlock(struct ipc_object *o)
{
	spin_unlock(&o->lock);
}
static inline void ipc_unlock_put(struct ipc_object *o)
{
	spin_unlock(&o->lock);
	ipc_put(o);
}
/* Out of the table: no id and no key lead to it any more. The table's
 * reference is the caller's. Lock held. */
void ipc_unlink_locked(struct ipc_object *o);
/* The key leads to it no more (a segment that waits for its last user). */
void ipc_forget_key_locked(struct ipc_object *o);

/* May the caller do what @want (S_IRUGO, S_IWUGO) says? Lock held. */
bool ipc_permits(const struct ipc_object *o, u32 want);
/* Owner, creator, or capable: 0, -EPERM. Lock held. */
int ipc_may_control(const struct ipc_object *o);
void ipc_fill_perm(const struct ipc_object *o, struct ipc64_perm *p);
/* IPC_SET: 0, -EINVAL (ids without a meaning). Lock held. */
int ipc_set_perm(struct ipc_object *o, const struct ipc64_perm *p);
/* Highest index in use, 0 if there is none. */
int ipc_highest_index(struct ipc_ids *ids);
/* Visit every object of the table, locked. */
void ipc_for_each(struct ipc_ids *ids,
		  void (*fn)(struct ipc_object *o, void *arg), void *arg);

/* Who did it: the process of the caller, in a field that keeps it. */
void ipc_set_pid(struct pid **slot);
s64 ipc_now(void);		/* seconds, CLOCK_REALTIME */

/* The first columns of a line in /proc/sysvipc, and the owners. */
struct seq_buf;
void ipc_show_head(const struct ipc_object *o, struct seq_buf *out);
void ipc_show_owner(const struct ipc_object *o, struct seq_buf *out);

/* --- settings of the caller's namespace in /proc/sys (sysctl.c) ---------- */

struct ipc_setting {
	enum ipc_part part;
	u32 offset;		/* of the first value in the part */
	u32 count;		/* u64 values, in a row */
	u64 min, max;
};
/* The handlers of a struct proc_entry whose arg is an ipc_setting. */
struct proc_entry;
int ipc_setting_show(const struct proc_entry *e, struct seq_buf *out);
ssize_t ipc_setting_write(const struct proc_entry *e, const char *text,
			  size_t len);
int ipc_setting_permission(const struct cred *cred, u32 mask);
/* The same for the id of the next object, by which a process is put back as it
 * was: for who has CAP_CHECKPOINT_RESTORE. The arg is its enum ipc_part; the
 * part begins with the struct ipc_ids. */
int ipc_next_id_show(const struct proc_entry *e, struct seq_buf *out);
ssize_t ipc_next_id_write(const struct proc_entry *e, const char *text,
			  size_t len);
int ipc_next_id_permission(const struct cred *cred, u32 mask);
#define IPC_NEXT_ID(name, setting) { \
	.path = (name), .mode = 0444, .arg = (setting), \
	.show_arg = ipc_next_id_show, .write_arg = ipc_next_id_write, \
	.permission = ipc_next_id_permission }
#define IPC_SETTING(name, setting) { \
	.path = (name), .mode = 0644, .arg = (setting), \
	.show_arg = ipc_setting_show, .write_arg = ipc_setting_write, \
	.permission = ipc_setting_permission }

#endif
