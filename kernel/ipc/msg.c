/*
 * kernel/ipc/msg.c - System V message queues
 *
 * What:  msgget, msgsnd, msgrcv, msgctl. A message goes straight to a sleeper
 *        that wants it, or into the queue.
 * Locks: the queue's lock covers messages, sleepers and counters.
 * Life:  a sleeper lies on its thread's stack; after its result was set it may
 *        vanish.
 * See:   msgget(2), msgop(2), msgctl(2).
 */
#include "ipc.h"

#include <core/start_call.h>
#include <fs/seq_buf.h>
#include <mm/kmalloc.h>
#include <proc/msg_text.h>
#include <proc/procfs.h>
#include <proc/signal.h>
#include <proc/sysv.h>
#include <uapi/capability.h>
#include <uapi/stat.h>

struct msg_queue {
	struct ipc_object obj;	/* first */
	s64 stime, rtime, ctime;	/* [L] seconds */
	u64 cbytes, qnum, qbytes;	/* [L] bytes, messages, limit of both */
	struct pid *lspid, *lrpid;	/* [L] owned */
	struct list messages;		/* [L] oldest first */
	struct list receivers;		/* [L] struct msg_receiver */
	struct list senders;		/* [L] struct msg_sender */
};

struct msg_part {
	struct ipc_ids ids;
	u64 max, mnb, mni;	/* [a] /proc/sys/kernel/msg* */
	struct atomic64 bytes, messages;	/* in all queues */
};

enum msg_match {
	MATCH_ANY,
	MATCH_EQUAL,
	MATCH_OTHER,
	MATCH_LOWEST,		/* the lowest type up to the one given */
	MATCH_INDEX,		/* MSG_COPY: by position */
};

struct msg_wish {
	enum msg_match match;
	s64 type;
	size_t max_size;	/* a longer one is -E2BIG */
};

struct msg_receiver {
	struct list link;		/* [L] */
	struct thread *thread;		/* [I] */
	struct pid *pid;		/* [I] borrowed */
	const struct msg_wish *wish;	/* [I] */
	struct msg_text *text;		/* [a] set before the result */
	s32 result;			/* [a] MSG_WAITING, 0, or -errno */
};

struct msg_sender {
	struct list link;		/* [L] */
	struct thread *thread;		/* [I] */
	u32 woken;			/* [a] try again */
};

#define MSG_WAITING 1

static struct msg_queue *to_queue(struct ipc_object *o)
{
	return container_of(o, struct msg_queue, obj);
}

static struct msg_part *part_of(const struct ipc_ids *ids)
{
	return container_of(ids, struct msg_part, ids);
}

static struct msg_part *part_now(void)
{
	return ipc_part_of_current(IPC_MSG);
}

/* --- queues --------------------------------------------------------------- */

static u32 msg_limit(const struct ipc_ids *ids)
{
	return (u32)READ_ONCE(part_of(ids)->mni);
}

static void receiver_done(struct msg_receiver *r, struct msg_text *text,
			  int result)
{
	struct thread *t = r->thread;

	list_del(&r->link);
	r->text = text;
	/* Partner: receive_sleep. */
	store_release(&r->result, result);
	thread_wake(t, WAKE_NORMAL);
}

static void wake_senders(struct msg_queue *q)
{
	while (!list_empty(&q->senders)) {
		struct msg_sender *s = list_first(&q->senders,
						  struct msg_sender, link);
		struct thread *t = s->thread;

		list_del(&s->link);
		store_release(&s->woken, 1u);
		thread_wake(t, WAKE_NORMAL);
	}
}

static void wake_receivers(struct msg_queue *q, int result)
{
	while (!list_empty(&q->receivers))
		receiver_done(list_first(&q->receivers, struct msg_receiver,
					 link), NULL, result);
}

/* It is in the queue no more. */
static void take_out(struct msg_queue *q, struct msg_text *m)
{
	struct msg_part *part = part_of(q->obj.ids);

	list_del(&m->link);
	q->qnum--;
	q->cbytes -= m->size;
	atomic_sub(&part->bytes, (s64)m->size);
	atomic_dec(&part->messages);
}

static void msg_remove(struct ipc_object *o)
{
	struct msg_queue *q = to_queue(o);
	struct list dead = LIST_INIT(dead);

	ipc_unlink_locked(o);
	wake_receivers(q, -EIDRM);
	wake_senders(q);
	while (!list_empty(&q->messages)) {
		struct msg_text *m = list_first(&q->messages, struct msg_text,
						link);

		take_out(q, m);
		list_add_tail(&dead, &m->link);
	}
	ipc_unlock(o);
	while (!list_empty(&dead)) {
		struct msg_text *m = list_first(&dead, struct msg_text, link);

		list_del(&m->link);
		msg_text_free(m);
		cond_resched();
	}
	ipc_put(o);
}

static void msg_free(struct ipc_object *o)
{
	struct msg_queue *q = to_queue(o);

	pid_put(q->lspid);
	pid_put(q->lrpid);
	kfree(q);
}

static int msg_create(struct ipc_ids *ids, const struct ipc_get_args *a,
		      struct ipc_object **out);

static const struct ipc_kind msg_kind = {
	.create = msg_create,
	.limit = msg_limit,
	.remove = msg_remove,
	.free = msg_free,
};

static int msg_create(struct ipc_ids *ids, const struct ipc_get_args *a,
		      struct ipc_object **out)
{
	struct msg_queue *q = kzalloc(sizeof(*q));

	if (!q)
		return -ENOMEM;
	ipc_object_init(&q->obj, &msg_kind, a);
	q->ctime = ipc_now();
	q->qbytes = READ_ONCE(part_of(ids)->mnb);
	list_init(&q->messages);
	list_init(&q->receivers);
	list_init(&q->senders);
	*out = &q->obj;
	return 0;
}

int msg_get(s32 key, int flags)
{
	const struct ipc_get_args a = { .key = key, .flags = flags };

	return ipc_get(&part_now()->ids, &msg_kind, &a);
}

/* --- sending -------------------------------------------------------------- */

static bool wish_fits(const struct msg_wish *w, s64 type)
{
	switch (w->match) {
	case MATCH_ANY:
	case MATCH_INDEX:
		return true;
	case MATCH_EQUAL:
		return type == w->type;
	case MATCH_OTHER:
		return type != w->type;
	case MATCH_LOWEST:
		return type <= w->type;
	}
	return false;
}

/* Straight to a sleeper that wants it. One that has no room for it fails. */
static bool hand_over(struct msg_queue *q, struct msg_text *m)
{
	struct msg_receiver *r, *tmp;

	for_each_list_safe(r, tmp, &q->receivers, link) {
		if (!wish_fits(r->wish, m->type))
			continue;
		if (r->wish->max_size < m->size) {
			receiver_done(r, NULL, -E2BIG);
			continue;
		}
		pid_put(q->lrpid);
		q->lrpid = pid_get(r->pid);
		q->rtime = ipc_now();
		receiver_done(r, m, 0);
		return true;
	}
	return false;
}

static void put_in(struct msg_queue *q, struct msg_text *m)
{
	struct msg_part *part = part_of(q->obj.ids);

	list_add_tail(&q->messages, &m->link);
	q->qnum++;
	q->cbytes += m->size;
	atomic_add(&part->bytes, (s64)m->size);
	atomic_inc(&part->messages);
}

static int may_send(const struct msg_queue *q, size_t size)
{
	if (!ipc_permits(&q->obj, S_IWUGO))
		return -EACCES;
	if (q->obj.removed)
		return -EIDRM;
	if (size + q->cbytes <= q->qbytes && q->qnum + 1 <= q->qbytes)
		return 0;
	return -EAGAIN;
}

/* Sleep until there may be room. The lock is let go meanwhile. */
static int wait_for_room(struct msg_queue *q)
{
	struct msg_sender s = { .thread = current_thread() };
	int err = 0;

	list_add_tail(&q->senders, &s.link);
	spin_unlock(&q->obj.lock);
	for (;;) {
		thread_set_state(THREAD_INTERRUPTIBLE);
		if (load_acquire(&s.woken) || err)
			break;
		if (signal_pending())
			err = -ERESTARTNOHAND;
		else
			schedule();
	}
	thread_set_state(THREAD_RUNNING);
	spin_lock(&q->obj.lock);
	if (s.woken)
		return 0;
	list_del(&s.link);
	return err;
}

static int send_to(struct msg_queue *q, const struct msg_args *a,
		   struct msg_text *m)
{
	int err;

	spin_lock(&q->obj.lock);
	for (;;) {
		err = may_send(q, m->size);
		if (err != -EAGAIN || (a->flags & IPC_NOWAIT))
			break;
		err = wait_for_room(q);
		if (err)
			break;
	}
	if (!err) {
		ipc_set_pid(&q->lspid);
		q->stime = ipc_now();
		if (!hand_over(q, m))
			put_in(q, m);
	}
	spin_unlock(&q->obj.lock);
	return err;
}

int msg_send(const struct msg_args *a, struct msg_text *text)
{
	struct ipc_object *o;
	int err = ipc_find(&part_now()->ids, a->id, &o);

	if (err)
		return err;
	text->type = a->type;
	err = send_to(to_queue(o), a, text);
	ipc_put(o);
	return err;
}

u64 msg_max_bytes(void)
{
	return READ_ONCE(part_now()->max);
}

/* --- receiving ------------------------------------------------------------ */

static struct msg_wish wish_of(const struct msg_args *a)
{
	struct msg_wish w = { .type = a->type, .max_size = a->size };

	if (a->flags & MSG_NOERROR)
		w.max_size = U64_MAX;
	if (a->flags & MSG_COPY) {
		w.match = MATCH_INDEX;
	} else if (!a->type) {
		w.match = MATCH_ANY;
	} else if (a->type < 0) {
		w.match = MATCH_LOWEST;
		w.type = a->type < -S64_MAX ? S64_MAX : -a->type;
	} else {
		w.match = a->flags & MSG_EXCEPT ? MATCH_OTHER : MATCH_EQUAL;
	}
	return w;
}

static struct msg_text *find_text(struct msg_queue *q,
				  const struct msg_wish *w)
{
	struct msg_text *m, *best = NULL;
	s64 n = 0;

	for_each_list(m, &q->messages, link) {
		if (w->match == MATCH_INDEX) {
			if (n++ == w->type)
				return m;
		} else if (w->match == MATCH_LOWEST) {
			if (m->type <= w->type &&
			    (!best || m->type < best->type))
				best = m;
		} else if (wish_fits(w, m->type)) {
			return m;
		}
	}
	return best;
}

/* What is there already. 0 and *@out, -ENOMSG, -E2BIG, -EACCES, -EIDRM. */
static int take_one(struct msg_queue *q, const struct msg_wish *w,
		    struct msg_text **out)
{
	struct msg_text *m;

	if (!ipc_permits(&q->obj, S_IRUGO))
		return -EACCES;
	if (q->obj.removed)
		return -EIDRM;
	m = find_text(q, w);
	if (!m)
		return -ENOMSG;
	if (m->size > w->max_size)
		return -E2BIG;
	take_out(q, m);
	ipc_set_pid(&q->lrpid);
	q->rtime = ipc_now();
	wake_senders(q);
	*out = m;
	return 0;
}

/* Lock held, let go meanwhile. 0 and *@out, -EAGAIN: look again; -errno. */
static int receive_sleep(struct msg_queue *q, const struct msg_wish *w,
			 struct msg_text **out)
{
	struct msg_receiver r = {
		.thread = current_thread(), .wish = w, .result = MSG_WAITING,
		.pid = current_process()->tgid,
	};
	int err = 0;

	list_add_tail(&q->receivers, &r.link);
	spin_unlock(&q->obj.lock);
	for (;;) {
		thread_set_state(THREAD_INTERRUPTIBLE);
		if (load_acquire(&r.result) != MSG_WAITING || err)
			break;
		if (signal_pending())
			err = -ERESTARTNOHAND;
		else
			schedule();
	}
	thread_set_state(THREAD_RUNNING);
	spin_lock(&q->obj.lock);
	*out = r.text;
	if (r.result != MSG_WAITING)
		return r.result;
	list_del(&r.link);
	return err;
}

static int receive_from(struct msg_queue *q, const struct msg_args *a,
			struct msg_text **out)
{
	const struct msg_wish w = wish_of(a);
	int err;

	spin_lock(&q->obj.lock);
	do {
		err = take_one(q, &w, out);
		if (err == -ENOMSG && !(a->flags & IPC_NOWAIT))
			err = receive_sleep(q, &w, out);
	} while (err == -EAGAIN);
	spin_unlock(&q->obj.lock);
	return err;
}

/* MSG_COPY: the message at a position, which stays. @copy has room for as
 * much as was asked for. */
static int copy_from(struct msg_queue *q, const struct msg_args *a,
		     struct msg_text *copy)
{
	const struct msg_wish w = wish_of(a);
	const struct msg_text *m;
	int err = 0;

	spin_lock(&q->obj.lock);
	m = find_text(q, &w);
	if (!ipc_permits(&q->obj, S_IRUGO))
		err = -EACCES;
	else if (q->obj.removed)
		err = -EIDRM;
	else if (!m)
		err = -ENOMSG;
	else if (m->size > w.max_size)
		err = -E2BIG;
	else if (m->size > copy->size)
		err = -EINVAL;
	else
		msg_text_copy(copy, m);
	spin_unlock(&q->obj.lock);
	return err;
}

static int receive_copy(struct msg_queue *q, const struct msg_args *a,
			struct msg_text **out)
{
	int err = msg_text_alloc(min(a->size, (size_t)msg_max_bytes()), out);

	if (err)
		return err;
	err = copy_from(q, a, *out);
	if (err)
		msg_text_free(*out);
	return err;
}

int msg_receive(const struct msg_args *a, struct msg_text **out)
{
	struct ipc_object *o;
	int err;

	if ((a->flags & MSG_COPY) &&
	    ((a->flags & MSG_EXCEPT) || !(a->flags & IPC_NOWAIT)))
		return -EINVAL;
	err = ipc_find(&part_now()->ids, a->id, &o);
	if (err)
		return err;
	err = a->flags & MSG_COPY ? receive_copy(to_queue(o), a, out) :
				    receive_from(to_queue(o), a, out);
	ipc_put(o);
	return err;
}

/* --- msgctl --------------------------------------------------------------- */

int msg_stat(s32 id, int cmd, struct msqid64_ds *out)
{
	struct ipc_object *o;
	struct msg_queue *q;
	int err = cmd == IPC_STAT ? ipc_find_lock(&part_now()->ids, id, &o) :
				    ipc_find_index(&part_now()->ids, id, &o);

	if (err)
		return err;
	q = to_queue(o);
	if (cmd != MSG_STAT_ANY && !ipc_permits(o, S_IRUGO))
		err = -EACCES;
	*out = (struct msqid64_ds){
		.msg_stime = q->stime, .msg_rtime = q->rtime,
		.msg_ctime = q->ctime, .msg_cbytes = q->cbytes,
		.msg_qnum = q->qnum, .msg_qbytes = q->qbytes,
		.msg_lspid = pid_vnr(q->lspid), .msg_lrpid = pid_vnr(q->lrpid),
	};
	ipc_fill_perm(o, &out->msg_perm);
	if (!err && cmd != IPC_STAT)
		err = o->id;
	ipc_unlock_put(o);
	return err;
}

/* New owner, rights and limit: sleepers look again. */
static int msg_change(struct msg_queue *q, const struct msqid64_ds *ds)
{
	int err;

	if (ds->msg_qbytes > READ_ONCE(part_of(q->obj.ids)->mnb) &&
	    !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	err = ipc_set_perm(&q->obj, &ds->msg_perm);
	if (err)
		return err;
	q->qbytes = ds->msg_qbytes;
	q->ctime = ipc_now();
	wake_receivers(q, -EAGAIN);
	wake_senders(q);
	return 0;
}

int msg_control(s32 id, const struct msqid64_ds *ds)
{
	struct ipc_object *o;
	int err = ipc_find_lock(&part_now()->ids, id, &o);

	if (err)
		return err;
	err = ipc_may_control(o);
	if (!err && !ds) {
		msg_remove(o);
		ipc_put(o);
		return 0;
	}
	if (!err)
		err = msg_change(to_queue(o), ds);
	ipc_unlock_put(o);
	return err;
}

int msg_info(int cmd, struct msginfo *out)
{
	struct msg_part *part = part_now();

	*out = (struct msginfo){
		.msgmax = (s32)part->max, .msgmnb = (s32)part->mnb,
		.msgmni = (s32)part->mni, .msgssz = 16, .msgseg = 0xffff,
		.msgpool = 512000, .msgmap = 16384, .msgtql = 16384,
	};
	if (cmd == MSG_INFO) {
		out->msgpool = (s32)READ_ONCE(part->ids.in_use);
		out->msgmap = (s32)atomic_read(&part->messages);
		out->msgtql = (s32)atomic_read(&part->bytes);
	}
	return ipc_highest_index(&part->ids);
}

/* --- /proc, and the namespace's part -------------------------------------- */

static void show_queue(struct ipc_object *o, void *out)
{
	const struct msg_queue *q = to_queue(o);

	ipc_show_head(o, out);
	seq_printf(out, " %10lu %10lu %5u %5u ", q->cbytes, q->qnum,
		   (u32)pid_vnr(q->lspid), (u32)pid_vnr(q->lrpid));
	ipc_show_owner(o, out);
	seq_printf(out, "%10ld %10ld %10ld\n", q->stime, q->rtime, q->ctime);
}

static int show_queues(struct seq_buf *out)
{
	seq_puts(out, "       key      msqid perms      cbytes       qnum "
		 "lspid lrpid   uid   gid  cuid  cgid      stime      rtime"
		 "      ctime\n");
	ipc_for_each(&part_now()->ids, show_queue, out);
	return 0;
}

static int msg_part_create(struct plain_ns *ns, void **out)
{
	struct msg_part *part = kzalloc(sizeof(*part));

	if (!part)
		return -ENOMEM;
	ipc_ids_init(&part->ids, ns);
	part->max = 8192;
	part->mnb = 16384;
	part->mni = 32000;
	*out = part;
	return 0;
}

static void msg_part_destroy(void *part)
{
	ipc_ids_fini(&((struct msg_part *)part)->ids);
	kfree(part);
}

static void msg_start(void)
{
	static const struct ipc_facility facility = {
		.part = IPC_MSG, .create = msg_part_create,
		.destroy = msg_part_destroy,
	};
	static const struct ipc_setting max_bytes = {
		.part = IPC_MSG, .offset = offsetof(struct msg_part, max),
		.count = 1, .max = INT_MAX,
	}, max_queue = {
		.part = IPC_MSG, .offset = offsetof(struct msg_part, mnb),
		.count = 1, .max = INT_MAX,
	}, max_queues = {
		.part = IPC_MSG, .offset = offsetof(struct msg_part, mni),
		.count = 1, .max = IPC_MAX_OBJECTS,
	};
	static struct proc_entry entries[] = {
		IPC_SETTING("sys/kernel/msgmax", &max_bytes),
		IPC_SETTING("sys/kernel/msgmnb", &max_queue),
		IPC_SETTING("sys/kernel/msgmni", &max_queues),
		IPC_NEXT_ID("sys/kernel/msg_next_id", &max_queues),
		{ .path = "sysvipc/msg", .mode = 0444, .show = show_queues },
	};

	ipc_facility_register(&facility);
	for (u32 i = 0; i < ARRAY_SIZE(entries); i++)
		proc_entry_add(&entries[i]);
}
START_CALL(msg_start);
