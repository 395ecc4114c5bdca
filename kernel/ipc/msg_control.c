/*
 * kernel/ipc/msg_control.c - System V message queues as objects
 *
 * What:  msgget and msgctl: how queues are made, changed and removed; their
 *        lines in /proc, their limits, and a namespace's part.
 * Locks: the queue's lock.
 * Life:  a queue that is removed lets its sleepers go and frees its messages;
 *        its memory goes with the last reference (ipc.h).
 * Not:   sending and receiving (msg.c).
 * See:   msgget(2), msgctl(2); proc(5), /proc/sysvipc/msg
 */
#include "msg.h"

#include <core/start_call.h>
#include <fs/seq_buf.h>
#include <mm/kmalloc.h>
#include <proc/procfs.h>
#include <uapi/capability.h>
#include <uapi/stat.h>

static u32 msg_limit(const struct ipc_ids *ids)
{
	return (u32)READ_ONCE(msg_part_of(ids)->mni);
}

static void msg_remove(struct ipc_object *o)
{
	struct msg_queue *q = to_queue(o);
	struct list dead = LIST_INIT(dead);

	ipc_unlink_locked(o);
	msg_wake_receivers(q, -EIDRM);
	msg_wake_senders(q);
	while (!list_empty(&q->messages)) {
		struct msg_text *m = list_first(&q->messages, struct msg_text,
						link);

		msg_take_out(q, m);
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

/* New owner, rights and limit: sleepers look again. */
static int msg_change(struct ipc_object *o, const void *arg)
{
	const struct msqid64_ds *ds = arg;
	struct msg_queue *q = to_queue(o);
	int err;

	if (ds->msg_qbytes > READ_ONCE(msg_part_of(o->ids)->mnb) &&
	    !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	err = ipc_set_perm(o, &ds->msg_perm);
	if (err)
		return err;
	q->qbytes = ds->msg_qbytes;
	q->ctime = ipc_now();
	msg_wake_receivers(q, -EAGAIN);
	msg_wake_senders(q);
	return 0;
}

static int msg_create(struct ipc_ids *ids, const struct ipc_get_args *a,
		      struct ipc_object **out);

static const struct ipc_kind msg_kind = {
	.create = msg_create,
	.limit = msg_limit,
	.remove = msg_remove,
	.free = msg_free,
	.change = msg_change,
	.stat_any = MSG_STAT_ANY,
};

static int msg_create(struct ipc_ids *ids, const struct ipc_get_args *a,
		      struct ipc_object **out)
{
	struct msg_queue *q = kzalloc(sizeof(*q));

	if (!q)
		return -ENOMEM;
	ipc_object_init(&q->obj, &msg_kind, a);
	q->ctime = ipc_now();
	q->qbytes = READ_ONCE(msg_part_of(ids)->mnb);
	list_init(&q->messages);
	list_init(&q->receivers);
	list_init(&q->senders);
	*out = &q->obj;
	return 0;
}

int msg_get(s32 key, int flags)
{
	const struct ipc_get_args a = { .key = key, .flags = flags };

	return ipc_get(&msg_part_now()->ids, &msg_kind, &a);
}

/* --- msgctl --------------------------------------------------------------- */

int msg_stat(s32 id, int cmd, struct msqid64_ds *out)
{
	struct ipc_object *o;
	struct msg_queue *q;
	int err = ipc_stat_begin(&msg_part_now()->ids, id, cmd, &o);

	if (err)
		return err;
	q = to_queue(o);
	*out = (struct msqid64_ds){
		.msg_stime = q->stime, .msg_rtime = q->rtime,
		.msg_ctime = q->ctime, .msg_cbytes = q->cbytes,
		.msg_qnum = q->qnum, .msg_qbytes = q->qbytes,
		.msg_lspid = pid_vnr(q->lspid), .msg_lrpid = pid_vnr(q->lrpid),
	};
	ipc_fill_perm(o, &out->msg_perm);
	return ipc_stat_end(o, cmd);
}

int msg_control(s32 id, const struct msqid64_ds *ds)
{
	return ipc_control(&msg_part_now()->ids, id, ds);
}

int msg_info(int cmd, struct msginfo *out)
{
	struct msg_part *part = msg_part_now();

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
	ipc_for_each(&msg_part_now()->ids, show_queue, out);
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
