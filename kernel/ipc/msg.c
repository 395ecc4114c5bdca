/*
 * kernel/ipc/msg.c - System V message queues: sending and receiving
 *
 * What:  msgsnd and msgrcv. A message goes straight to a sleeper that wants
 *        it, or into the queue.
 * Locks: the queue's lock covers messages, sleepers and counters.
 * Life:  see msg.h.
 * Not:   how queues are made, changed, shown and removed (msg_control.c).
 * See:   msgop(2).
 */
#include "msg.h"

#include <proc/signal.h>
#include <uapi/stat.h>

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

/* --- sleepers ------------------------------------------------------------- */

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

void msg_wake_senders(struct msg_queue *q)
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

void msg_wake_receivers(struct msg_queue *q, int result)
{
	while (!list_empty(&q->receivers))
		receiver_done(list_first(&q->receivers, struct msg_receiver,
					 link), NULL, result);
}

void msg_take_out(struct msg_queue *q, struct msg_text *m)
{
	struct msg_part *part = msg_part_of(q->obj.ids);

	list_del(&m->link);
	q->qnum--;
	q->cbytes -= m->size;
	atomic_sub(&part->bytes, (s64)m->size);
	atomic_dec(&part->messages);
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
	struct msg_part *part = msg_part_of(q->obj.ids);

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
	int err = ipc_find(&msg_part_now()->ids, a->id, &o);

	if (err)
		return err;
	text->type = a->type;
	err = send_to(to_queue(o), a, text);
	ipc_put(o);
	return err;
}

u64 msg_max_bytes(void)
{
	return READ_ONCE(msg_part_now()->max);
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
	msg_take_out(q, m);
	ipc_set_pid(&q->lrpid);
	q->rtime = ipc_now();
	msg_wake_senders(q);
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
	err = ipc_find(&msg_part_now()->ids, a->id, &o);
	if (err)
		return err;
	err = a->flags & MSG_COPY ? receive_copy(to_queue(o), a, out) :
				    receive_from(to_queue(o), a, out);
	ipc_put(o);
	return err;
}
