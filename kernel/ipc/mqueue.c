/*
 * kernel/ipc/mqueue.c - POSIX message queues: sending and receiving
 *
 * What:  a queue is a file; messages lie in it by priority. A message goes
 *        straight to a sleeping receiver; a receiver that makes room takes the
 *        message of a sleeping sender in.
 * Locks: queue->lock. The notice is sent after it was dropped.
 * Life:  a waiter lies on its thread's stack; after its status was set it may
 *        vanish.
 * Not:   names and limits (mqueue_fs.c).
 * See:   mq_overview(7), mq_send(3), mq_receive(3), mq_notify(3).
 */
#include "mqueue.h"

#include <fs/seq_buf.h>
#include <mm/kmalloc.h>
#include <proc/msg_text.h>
#include <proc/signal.h>
#include <proc/user.h>
#include <proc/user_ns.h>
#include <uapi/fcntl.h>

struct mq_waiter {
	struct list link;		/* [L] by rank, then oldest first */
	struct thread *thread;		/* [I] */
	int rank;			/* [I] the lower goes first */
	struct msg_text *text;		/* [L] to send, or received */
	s32 done;			/* [a] another did its work */
};

static struct mq_queue *queue_of(const struct file *f)
{
	return path_inode(&f->path)->private;
}

/* --- messages in the queue ------------------------------------------------ */

static struct msg_text *text_at(struct rb_node *n)
{
	return n ? rb_entry(n, struct msg_text, node) : NULL;
}

static bool goes_before(const struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct msg_text, node)->priority >
	       rb_entry(b, struct msg_text, node)->priority;
}

static void put_in(struct mq_queue *q, struct msg_text *m)
{
	rb_add_cached(&q->messages, &m->node, goes_before);
	q->attr.mq_curmsgs++;
}

static struct msg_text *take_out(struct mq_queue *q)
{
	struct msg_text *m = text_at(rb_first_cached(&q->messages));

	rb_erase_cached(&m->node, &q->messages);
	q->attr.mq_curmsgs--;
	return m;
}

static bool is_full(const struct mq_queue *q)
{
	return q->attr.mq_curmsgs >= q->attr.mq_maxmsg;
}

struct mq_queue *mq_queue_create(struct mq_part *part)
{
	struct mq_queue *q = kzalloc(sizeof(*q));

	if (!q)
		return NULL;
	spin_init(&q->lock, "mqueue", RANK_IPC);
	list_init(&q->receivers);
	list_init(&q->senders);
	wait_queue_init(&q->poll);
	refcount_get(&part->refs);
	q->part = part;
	return q;
}

void mq_queue_destroy(struct mq_queue *q)
{
	while (q->attr.mq_curmsgs)
		msg_text_free(take_out(q));
	if (q->payer) {
		user_charge(q->payer, USER_MQ_BYTES, -(s64)q->bytes);
		user_put(q->payer);
	}
	pid_put(q->notice_owner);
	mq_part_put(q->part);
	kfree(q);
}

/* --- waiting -------------------------------------------------------------- */

static int rank_of_current(void)
{
	struct sched_params p;

	sched_get_params(current_thread(), &p);
	return p.rt_priority ? -(int)p.rt_priority : 100 + p.nice;
}

static void waiter_join(struct list *waiters, struct mq_waiter *w)
{
	struct mq_waiter *other;

	for_each_list(other, waiters, link) {
		if (other->rank > w->rank)
			break;
	}
	list_add_tail(&other->link, &w->link);
}

static void waiter_done(struct mq_waiter *w)
{
	struct thread *t = w->thread;

	list_del(&w->link);
	/* Partner: waiter_sleep. */
	store_release(&w->done, 1);
	thread_wake(t, WAKE_NORMAL);
}

/* Lock held, let go meanwhile and at the end. 0: somebody did the work. */
static int waiter_sleep(struct mq_queue *q, struct mq_waiter *w,
			u64 deadline_ns)
{
	int err = 0;

	spin_unlock(&q->lock);
	for (;;) {
		thread_set_state(THREAD_INTERRUPTIBLE);
		if (load_acquire(&w->done) || err)
			break;
		if (signal_pending())
			err = -ERESTARTSYS;
		else
			err = schedule_until(deadline_ns);
	}
	thread_set_state(THREAD_RUNNING);
	if (load_acquire(&w->done))
		return 0;
	spin_lock(&q->lock);
	if (w->done)
		err = 0;
	else
		list_del(&w->link);
	spin_unlock(&q->lock);
	return err;
}

/* --- notices -------------------------------------------------------------- */

/* A message came into an empty queue and nobody waited for it: who is to be
 * told, with the reference; the notice is used up. NULL: nobody. [L] */
static struct pid *take_notice(struct mq_queue *q, struct mq_notice *n)
{
	struct pid *owner = q->notice_owner;

	if (q->attr.mq_curmsgs != 1)
		return NULL;
	*n = q->notice;
	q->notice_owner = NULL;
	return owner;
}

/* The signal carries the sender as the receiver's namespaces call it. */
static void send_notice(struct pid *owner, const struct mq_notice *n)
{
	struct siginfo si = {
		.si_signo = n->signo,
		.si_code = SI_MESGQ,
		.f.rt.pid = pid_nr(current_process()->tgid, pid_ns_of(owner)),
	};
	const struct cred *c = current_cred();
	struct process *p;

	si.f.rt.value.sival_ptr = n->value;
	si.f.rt.uid = uid_shown(c->user_ns, c->uid);
	if (n->method == SIGEV_SIGNAL && n->signo) {
		rcu_read_lock();
		p = rcu_dereference(owner->process);
		if (p && process_try_get(p)) {
			(void)signal_send_process(p, n->signo, &si);
			process_put(p);
		}
		rcu_read_unlock();
	}
	pid_put(owner);
}

int mq_notify(struct file *f, const struct mq_notice *n)
{
	struct pid *self = current_process()->tgid, *old = NULL;
	struct mq_queue *q;
	int err = 0;

	if (f->ops != &mq_file_ops)
		return -EBADF;
	q = queue_of(f);
	spin_lock(&q->lock);
	if (n && q->notice_owner) {
		err = -EBUSY;
	} else if (n) {
		q->notice = *n;
		q->notice_owner = pid_get(self);
	} else if (q->notice_owner && pid_is(self, q->notice_owner)) {
		old = q->notice_owner;
		q->notice_owner = NULL;
	}
	spin_unlock(&q->lock);
	pid_put(old);
	return err;
}

/* --- sending and receiving ------------------------------------------------ */

static int size_for(struct file *f, u32 mode, size_t *max)
{
	if (f->ops != &mq_file_ops || !(f->mode & mode))
		return -EBADF;
	*max = (size_t)queue_of(f)->attr.mq_msgsize;
	return 0;
}

int mq_size_to_send(struct file *f, size_t *max)
{
	return size_for(f, FILE_WRITE, max);
}

int mq_size_to_receive(struct file *f, size_t *max)
{
	return size_for(f, FILE_READ, max);
}

/* There is room, or somebody who takes it. Lock held, let go. */
static void deliver(struct mq_queue *q, struct msg_text *m)
{
	struct pid *owner = NULL;
	struct mq_notice notice;

	if (!list_empty(&q->receivers)) {
		struct mq_waiter *w = list_first(&q->receivers,
						 struct mq_waiter, link);

		w->text = m;
		waiter_done(w);
	} else {
		put_in(q, m);
		owner = take_notice(q, &notice);
	}
	spin_unlock(&q->lock);
	if (!owner)
		wait_queue_wake(&q->poll, 0, POLLIN | POLLRDNORM);
	if (owner) {
		send_notice(owner, &notice);
		wait_queue_wake(&q->poll, 0, POLLIN | POLLRDNORM);
	}
}

int mq_send(struct file *f, struct msg_text *text, u64 deadline_ns)
{
	struct mq_queue *q = queue_of(f);
	struct mq_waiter w = {
		.thread = current_thread(), .rank = rank_of_current(),
		.text = text,
	};

	spin_lock(&q->lock);
	if (!is_full(q)) {
		deliver(q, text);
		return 0;
	}
	if (READ_ONCE(f->flags) & O_NONBLOCK) {
		spin_unlock(&q->lock);
		return -EAGAIN;
	}
	waiter_join(&q->senders, &w);
	return waiter_sleep(q, &w, deadline_ns);
}

/* One message is out: the first sleeping sender's comes in. Lock held. */
static void make_room(struct mq_queue *q)
{
	struct mq_waiter *w;

	if (list_empty(&q->senders))
		return;
	w = list_first(&q->senders, struct mq_waiter, link);
	put_in(q, w->text);
	waiter_done(w);
}

int mq_receive(struct file *f, struct msg_text **out, u64 deadline_ns)
{
	struct mq_queue *q = queue_of(f);
	struct mq_waiter w = {
		.thread = current_thread(), .rank = rank_of_current(),
	};
	int err;

	spin_lock(&q->lock);
	if (q->attr.mq_curmsgs) {
		*out = take_out(q);
		make_room(q);
		spin_unlock(&q->lock);
		wait_queue_wake(&q->poll, 0, POLLOUT | POLLWRNORM);
		return 0;
	}
	if (READ_ONCE(f->flags) & O_NONBLOCK) {
		spin_unlock(&q->lock);
		return -EAGAIN;
	}
	waiter_join(&q->receivers, &w);
	err = waiter_sleep(q, &w, deadline_ns);
	*out = w.text;
	return err;
}

int mq_exchange_attr(struct file *f, const struct mq_attr *new,
		     struct mq_attr *old)
{
	struct mq_queue *q;
	u32 flags;

	if (f->ops != &mq_file_ops)
		return -EBADF;
	q = queue_of(f);
	flags = READ_ONCE(f->flags);
	spin_lock(&q->lock);
	*old = q->attr;
	spin_unlock(&q->lock);
	old->mq_flags = flags & O_NONBLOCK;
	if (!new)
		return 0;
	flags &= ~(u32)O_NONBLOCK;
	return file_set_flags(f, flags | ((u32)new->mq_flags & O_NONBLOCK));
}

/* --- the file ------------------------------------------------------------- */

static u32 mq_poll(struct file *f, struct poll_table *pt)
{
	struct mq_queue *q = queue_of(f);
	u32 events = 0;

	poll_wait(pt, f, &q->poll);
	spin_lock(&q->lock);
	if (q->attr.mq_curmsgs)
		events |= POLLIN | POLLRDNORM;
	if (!is_full(q))
		events |= POLLOUT | POLLWRNORM;
	spin_unlock(&q->lock);
	return events;
}

static size_t queued_bytes(const struct mq_queue *q)
{
	struct rb_node *n;
	size_t bytes = 0;

	for_each_rb(n, &q->messages.root)
		bytes += text_at(n)->size;
	return bytes;
}

/* One line of state. Source: mq_overview(7), "Mounting the message queue
 * filesystem". */
static ssize_t mq_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct mq_queue *q = queue_of(f);
	struct seq_buf text;
	ssize_t n = 0;

	seq_init(&text);
	spin_lock(&q->lock);
	seq_printf(&text, "QSIZE:%-10lu NOTIFY:%-5d SIGNO:%-5d "
		   "NOTIFY_PID:%-6d\n", queued_bytes(q),
		   q->notice_owner ? q->notice.method : 0,
		   q->notice_owner && q->notice.method == SIGEV_SIGNAL ?
		   q->notice.signo : 0, pid_vnr(q->notice_owner));
	spin_unlock(&q->lock);
	if (text.failed)
		n = -ENOMEM;
	else if ((u64)*pos < text.len)
		n = (ssize_t)iobuf_put(b, text.data + *pos,
				       text.len - (size_t)*pos);
	if (n > 0)
		*pos += n;
	else if (!n && (u64)*pos < text.len && b->left)
		n = -EFAULT;
	seq_fini(&text);
	return n;
}

/* A descriptor of the process goes: so does its notice. */
static void mq_flush(struct file *f, void *owner UNUSED)
{
	(void)mq_notify(f, NULL);
}

const struct file_ops mq_file_ops = {
	.read = mq_read,
	.seek = generic_seek,
	.poll = mq_poll,
	.flush = mq_flush,
};
