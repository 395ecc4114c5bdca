/*
 * kernel/ipc/object.c - keys, ids and rights of System V objects
 *
 * What:  the table of one kind of object in one namespace: making, finding and
 *        removing; who may do what.
 * Locks: see ipc.h. An object is found under RCU, by reference.
 * See:   sysvipc(7), svipc(7).
 */
#include "ipc.h"

#include <core/assert.h>
#include <core/panic.h>
#include <fs/seq_buf.h>
#include <mm/kmalloc.h>
#include <proc/nsproxy.h>
#include <proc/user_ns.h>
#include <sched/wallclock.h>
#include <uapi/capability.h>
#include <uapi/stat.h>
#include <uapi/time.h>

#define INDEX_MASK (IPC_MAX_OBJECTS - 1)
/* Highest sequence number: an id is not negative. */
#define SEQ_MAX (0x7fffffffu >> IPC_INDEX_BITS)
/* So many indexes are used before the first is used again. */
#define MIN_CYCLE 64u

struct ipc_node {
	struct idr_node node;
	struct rcu_head rcu;
};

static void node_free_rcu(struct rcu_head *head)
{
	kfree(container_of(head, struct ipc_node, rcu));
}

static void node_free(struct idr_node *n)
{
	rcu_call(&container_of(n, struct ipc_node, node)->rcu, node_free_rcu);
}

void ipc_ids_init(struct ipc_ids *ids, struct plain_ns *ns)
{
	mutex_init(&ids->creation, "ipc creation", RANK_MUTEX_IPC);
	spin_init(&ids->lock, "ipc ids", RANK_IPC_TABLE);
	idr_init(&ids->idr, node_free);
	ids->next_id = -1;
	ids->ns = ns;
}

static void remove_one(struct ipc_object *o, void *unused UNUSED)
{
	o->kind->remove(o);
	spin_lock(&o->lock);
}

void ipc_ids_fini(struct ipc_ids *ids)
{
	ipc_for_each(ids, remove_one, NULL);
	ASSERT(!ids->in_use);
}

void ipc_object_init(struct ipc_object *o, const struct ipc_kind *kind,
		     const struct ipc_get_args *a)
{
	const struct cred *cred = current_cred();

	refcount_set(&o->refs, 1);
	spin_init(&o->lock, "ipc object", RANK_IPC);
	o->kind = kind;
	o->key = a->key;
	o->mode = (u32)a->flags & S_IRWXUGO;
	o->uid = cred->euid;
	o->cuid = cred->euid;
	o->gid = cred->egid;
	o->cgid = cred->egid;
}

static void free_rcu(struct rcu_head *head)
{
	struct ipc_object *o = container_of(head, struct ipc_object, rcu);

	o->kind->free(o);
}

void ipc_put(struct ipc_object *o)
{
	if (refcount_put(&o->refs))
		rcu_call(&o->rcu, free_rcu);
}

/* --- the table ------------------------------------------------------------ */

static struct ipc_object *by_key(struct ipc_ids *ids, s32 key,
				 struct rb_node ***link, struct rb_node **up)
{
	*link = &ids->keys.node;
	*up = NULL;
	while (**link) {
		struct ipc_object *o = rb_entry(**link, struct ipc_object,
						key_node);

		if (o->key == key)
			return o;
		*up = **link;
		*link = key < o->key ? &(*up)->left : &(*up)->right;
	}
	return NULL;
}

/* With a reference, or NULL. */
static struct ipc_object *find_key(struct ipc_ids *ids, s32 key)
{
	struct rb_node **link, *up;
	struct ipc_object *o;

	spin_lock(&ids->lock);
	o = by_key(ids, key, &link, &up);
	if (o)
		refcount_get(&o->refs);
	spin_unlock(&ids->lock);
	return o;
}

static void enter_key(struct ipc_ids *ids, struct ipc_object *o)
{
	struct rb_node **link, *up;

	rb_node_init(&o->key_node);
	if (o->key == IPC_PRIVATE)
		return;
	if (by_key(ids, o->key, &link, &up))
		panic("ipc: key %#x is in use", (u32)o->key);
	rb_insert_at(&o->key_node, up, link);
	rb_insert_color(&o->key_node, &ids->keys);
}

static int reserve(struct idr_mem *mem)
{
	u32 need = idr_mem_need(IPC_MAX_OBJECTS - 1);

	for (u32 i = 0; i < need; i++) {
		struct ipc_node *n = kzalloc(sizeof(*n));

		if (!n)
			return -ENOMEM;
		idr_mem_add(mem, &n->node);
	}
	return 0;
}

static void unreserve(struct idr_mem *mem)
{
	struct idr_node *n;

	while ((n = idr_mem_take(mem)))
		kfree(container_of(n, struct ipc_node, node));
}

/* The index and the sequence number that next_id asks for, or the first free
 * index above; false: nothing was asked for, or there is none. */
static bool take_wished(struct ipc_ids *ids, struct idr_mem *mem, u64 *index)
{
	s32 wish = ids->next_id;
	const struct idr_alloc_args args = {
		.range = { (u32)wish % IPC_MAX_OBJECTS, IPC_MAX_OBJECTS - 1 },
		.mem = mem,
	};

	WRITE_ONCE(ids->next_id, -1);
	return wish >= 0 && !idr_alloc(&ids->idr, &args, index);
}

/* An index and what follows from it; found by others from then on. There is
 * room: only one enters at a time, and limits are below the table's. */
static void enter_locked(struct ipc_ids *ids, struct ipc_object *o,
			 struct idr_mem *mem)
{
	u64 most = max(ids->in_use * 3 / 2, MIN_CYCLE);
	const struct idr_alloc_args args = {
		.range = { 0, min(most, (u64)IPC_MAX_OBJECTS) - 1 },
		.mem = mem,
	};
	s32 wish = ids->next_id;
	u64 index;

	o->ids = ids;
	if (take_wished(ids, mem, &index)) {
		o->seq = (u32)wish >> IPC_INDEX_BITS;
	} else {
		if (idr_alloc_cyclic(&ids->idr, &args, &index))
			panic("ipc: no index for object %u", ids->in_use + 1);
		if (index < ids->next_index && ++ids->seq > SEQ_MAX)
			ids->seq = 0;
		ids->next_index = (u32)index + 1;
		o->seq = ids->seq;
	}
	o->id = (s32)(o->seq << IPC_INDEX_BITS | (u32)index);
	enter_key(ids, o);
	ids->in_use++;
	if (idr_replace(&ids->idr, index, o))
		panic("ipc: index %lu is gone", index);
}

void ipc_forget_key_locked(struct ipc_object *o)
{
	struct ipc_ids *ids = o->ids;

	spin_lock(&ids->lock);
	if (!rb_node_is_free(&o->key_node)) {
		rb_erase(&o->key_node, &ids->keys);
		rb_node_init(&o->key_node);
	}
	o->key = IPC_PRIVATE;
	spin_unlock(&ids->lock);
}

void ipc_unlink_locked(struct ipc_object *o)
{
	struct ipc_ids *ids = o->ids;

	ipc_forget_key_locked(o);
	spin_lock(&ids->lock);
	idr_remove(&ids->idr, (u32)o->id & INDEX_MASK);
	ids->in_use--;
	spin_unlock(&ids->lock);
	o->removed = true;
}

static int get_existing(struct ipc_object *o, const struct ipc_get_args *a)
{
	int err = 0;

	if ((a->flags & IPC_CREAT) && (a->flags & IPC_EXCL))
		return -EEXIST;
	if (o->kind->check)
		err = o->kind->check(o, a);
	if (err)
		return err;
	spin_lock(&o->lock);
	if (!ipc_permits(o, (u32)a->flags & S_IRWXUGO))
		err = -EACCES;
	spin_unlock(&o->lock);
	return err ? err : o->id;
}

static int get_new(struct ipc_ids *ids, const struct ipc_kind *kind,
		   const struct ipc_get_args *a)
{
	struct idr_mem mem = IDR_MEM_INIT;
	struct ipc_object *o;
	int ret;

	if (READ_ONCE(ids->in_use) >= kind->limit(ids))
		return -ENOSPC;
	ret = reserve(&mem);
	if (!ret)
		ret = kind->create(ids, a, &o);
	if (!ret) {
		spin_lock(&ids->lock);
		enter_locked(ids, o, &mem);
		ret = o->id;
		spin_unlock(&ids->lock);
	}
	unreserve(&mem);
	return ret;
}

int ipc_get(struct ipc_ids *ids, const struct ipc_kind *kind,
	    const struct ipc_get_args *a)
{
	struct ipc_object *o = NULL;
	int ret;

	mutex_lock(&ids->creation);
	if (a->key != IPC_PRIVATE)
		o = find_key(ids, a->key);
	if (o) {
		ret = get_existing(o, a);
		ipc_put(o);
	} else if (a->key != IPC_PRIVATE && !(a->flags & IPC_CREAT)) {
		ret = -ENOENT;
	} else {
		ret = get_new(ids, kind, a);
	}
	mutex_unlock(&ids->creation);
	return ret;
}

static struct ipc_object *index_get(struct ipc_ids *ids, u64 index)
{
	struct ipc_object *o;

	rcu_read_lock();
	o = idr_find(&ids->idr, index);
	if (o && !refcount_try_get(&o->refs))
		o = NULL;
	rcu_read_unlock();
	return o;
}

int ipc_find(struct ipc_ids *ids, s32 id, struct ipc_object **out)
{
	struct ipc_object *o = NULL;

	if (id >= 0)
		o = index_get(ids, (u32)id & INDEX_MASK);
	if (!o)
		return -EINVAL;
	if (o->id != id) {
		ipc_put(o);
		return -EINVAL;
	}
	*out = o;
	return 0;
}

static int lock_living(struct ipc_object *o, int gone)
{
	spin_lock(&o->lock);
	if (!o->removed)
		return 0;
	ipc_unlock_put(o);
	return gone;
}

int ipc_find_lock(struct ipc_ids *ids, s32 id, struct ipc_object **out)
{
	int err = ipc_find(ids, id, out);

	return err ? err : lock_living(*out, -EIDRM);
}

int ipc_find_index(struct ipc_ids *ids, s32 index, struct ipc_object **out)
{
	*out = index < 0 ? NULL : index_get(ids, (u32)index & INDEX_MASK);
	return *out ? lock_living(*out, -EINVAL) : -EINVAL;
}

/* The next one from *@i on, with a reference; NULL: the end. */
static struct ipc_object *next_get(struct ipc_ids *ids, u64 *i)
{
	struct ipc_object *o;

	rcu_read_lock();
	while ((o = idr_next(&ids->idr, i)) && !refcount_try_get(&o->refs))
		(*i)++;
	rcu_read_unlock();
	return o;
}

void ipc_for_each(struct ipc_ids *ids,
		  void (*fn)(struct ipc_object *o, void *arg), void *arg)
{
	struct ipc_object *o;

	for (u64 i = 0; (o = next_get(ids, &i)); i++) {
		spin_lock(&o->lock);
		if (!o->removed)
			fn(o, arg);
		ipc_unlock_put(o);
		cond_resched();
	}
}

static void note_index(struct ipc_object *o, void *arg)
{
	*(int *)arg = (int)((u32)o->id & INDEX_MASK);
}

int ipc_highest_index(struct ipc_ids *ids)
{
	int highest = 0;

	ipc_for_each(ids, note_index, &highest);
	return highest;
}

/* --- rights --------------------------------------------------------------- */

bool ipc_permits(const struct ipc_object *o, u32 want)
{
	const struct cred *c = current_cred();
	u32 granted = o->mode;

	want = (want >> 6 | want >> 3 | want) & S_IRWXO;
	if (c->euid == o->cuid || c->euid == o->uid)
		granted >>= 6;
	else if (cred_in_group(c, o->cgid) || cred_in_group(c, o->gid))
		granted >>= 3;
	if (!(want & ~granted))
		return true;
	return ns_capable(o->ids->ns->common.owner, CAP_IPC_OWNER);
}

int ipc_may_control(const struct ipc_object *o)
{
	uid_t euid = current_cred()->euid;

	if (euid == o->cuid || euid == o->uid ||
	    ns_capable(o->ids->ns->common.owner, CAP_SYS_ADMIN))
		return 0;
	return -EPERM;
}

void ipc_fill_perm(const struct ipc_object *o, struct ipc64_perm *p)
{
	const struct user_ns *ns = current_cred()->user_ns;

	*p = (struct ipc64_perm){
		.key = o->key,
		.uid = uid_shown(ns, o->uid), .gid = gid_shown(ns, o->gid),
		.cuid = uid_shown(ns, o->cuid), .cgid = gid_shown(ns, o->cgid),
		.mode = o->mode,
		.seq = (u16)o->seq,
	};
}

int ipc_set_perm(struct ipc_object *o, const struct ipc64_perm *p)
{
	const struct user_ns *ns = current_cred()->user_ns;
	uid_t uid = uid_to_global(ns, p->uid);
	gid_t gid = gid_to_global(ns, p->gid);

	if (uid == ID_INVALID || gid == ID_INVALID)
		return -EINVAL;
	o->uid = uid;
	o->gid = gid;
	o->mode = (o->mode & ~(u32)S_IRWXUGO) | (p->mode & S_IRWXUGO);
	return 0;
}

/* --- small things --------------------------------------------------------- */

void ipc_set_pid(struct pid **slot)
{
	struct pid *self = current_process()->tgid;

	if (*slot == self)
		return;
	pid_put(*slot);
	*slot = pid_get(self);
}

s64 ipc_now(void)
{
	return (s64)(wallclock_now_ns() / NSEC_PER_SEC);
}

void ipc_show_head(const struct ipc_object *o, struct seq_buf *out)
{
	seq_printf(out, "%10d %10d  %4o ", o->key, o->id, o->mode);
}

void ipc_show_owner(const struct ipc_object *o, struct seq_buf *out)
{
	const struct user_ns *ns = current_cred()->user_ns;

	seq_printf(out, "%5u %5u %5u %5u ", uid_shown(ns, o->uid),
		   gid_shown(ns, o->gid), uid_shown(ns, o->cuid),
		   gid_shown(ns, o->cgid));
}

/* --- what the *ctl calls have in common ----------------------------------- */

int ipc_stat_begin(struct ipc_ids *ids, s32 id, int cmd,
		   struct ipc_object **out)
{
	int err = cmd == IPC_STAT ? ipc_find_lock(ids, id, out) :
				    ipc_find_index(ids, id, out);

	if (err)
		return err;
	if (cmd == (*out)->kind->stat_any || ipc_permits(*out, S_IRUGO))
		return 0;
	ipc_unlock_put(*out);
	return -EACCES;
}

int ipc_stat_end(struct ipc_object *o, int cmd)
{
	int ret = cmd == IPC_STAT ? 0 : o->id;

	ipc_unlock_put(o);
	return ret;
}

int ipc_control(struct ipc_ids *ids, s32 id, const void *ds)
{
	struct ipc_object *o;
	int err = ipc_find_lock(ids, id, &o);

	if (err)
		return err;
	err = ipc_may_control(o);
	if (!err && !ds) {
		o->kind->remove(o);
		ipc_put(o);
		return 0;
	}
	if (!err)
		err = o->kind->change(o, ds);
	ipc_unlock_put(o);
	return err;
}
