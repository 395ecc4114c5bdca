/*
 * fs/unix/receive.c - local sockets: data that arrives
 *
 * What:  a stream's reader takes bytes of as many messages as fit, but stops
 *        behind files and where the sender changes; other readers take one
 *        message, and what does not fit of it is lost.
 * Locks: s->mutex: one reader at a time, so that the first message stays the
 *        first while user memory is filled. Only the collector of garbage
 *        takes messages too, of sockets that nobody reads.
 * See:   recv(2), recvmsg(2), unix(7)
 */
#include "unix.h"

#include <sched/sched.h>
#include <uapi/errno.h>

/* One call. */
struct reader {
	struct file *file;
	struct unix_sock *s;
	struct iobuf *b;
	u32 flags;
	u64 timeout_ns, deadline_ns;
	struct socket_received *out;
	bool told;		/* @out says who sent it */
	struct list done;	/* messages that were read */
};

void unix_wake_senders(struct unix_sock *s)
{
	struct unix_sock *c;

	if (wait_queue_active(&s->space))
		wait_queue_wake(&s->space, 0, 0);
	if (s->type != SOCK_DGRAM)
		return;
	spin_lock(&s->lock);
	for_each_list(c, &s->connected, connected_link) {
		if (wait_queue_active(&c->wait))
			wait_queue_wake(&c->wait, 1, POLLOUT | POLLWRNORM |
					POLLWRBAND);
	}
	spin_unlock(&s->lock);
}

/* The message after @m, or the first one; NULL: none. */
static struct unix_msg *next_msg(struct unix_sock *s, const struct unix_msg *m)
{
	const struct list *l;

	spin_lock(&s->lock);
	l = m ? m->link.next : s->queue.next;
	spin_unlock(&s->lock);
	return l == &s->queue ? NULL : container_of(l, struct unix_msg, link);
}

static void remove_msg(struct reader *r, struct unix_msg *m)
{
	struct unix_sock *s = r->s;

	spin_lock(&s->lock);
	list_del(&m->link);
	WRITE_ONCE(s->nqueue, s->nqueue - 1);
	spin_unlock(&s->lock);
	list_add_tail(&r->done, &m->link);
}

/* s->mutex not held: the last message of a sender may end it. */
static void free_done(struct reader *r)
{
	while (!list_empty(&r->done)) {
		struct unix_msg *m = list_first(&r->done, struct unix_msg,
						link);

		list_del(&m->link);
		unix_msg_free(m);
	}
}

/* Bytes from @off on; fewer than @len on a fault. */
static size_t copy_out(const struct unix_msg *m, u32 off, struct iobuf *b,
		       size_t len)
{
	const struct unix_chunk *c = m->chunks;
	size_t done = 0;

	for (; c && off >= c->len; c = c->next)
		off -= c->len;
	for (; c && done < len; c = c->next) {
		size_t want = min(len - done, (size_t)(c->len - off));
		size_t n = iobuf_put(b, c->data + off, want);

		done += n;
		off = 0;
		if (n < want)
			break;
	}
	return done;
}

static void tell_sender(struct reader *r, const struct unix_msg *m)
{
	if (r->told)
		return;
	r->told = true;
	unix_name_copy(load_acquire(&m->sender->name), &r->out->from);
	if (!m->sender->name)
		r->out->from.len = 0;
	r->out->has_id = m->has_id;
	if (m->has_id)
		unix_id_copy(&r->out->id, &m->id);
}

static bool same_sender(const struct reader *r, const struct unix_msg *m)
{
	const struct socket_received *o = r->out;

	if (!r->told || !(READ_ONCE(r->s->opt.bits) & SOCKET_WANTS_ID))
		return true;
	return o->has_id == m->has_id &&
	       (!m->has_id || (o->id.pid == m->id.pid &&
			       o->id.uid == m->id.uid &&
			       o->id.gid == m->id.gid));
}

/* The files of @m, or copies of them. 0, -ENOMEM. */
static int tell_rights(struct reader *r, struct unix_msg *m)
{
	struct socket_rights *rights = m->rights;

	if (!rights)
		return 0;
	if (r->flags & MSG_PEEK) {
		r->out->rights = unix_rights_copy(m);
		return r->out->rights ? 0 : -ENOMEM;
	}
	m->rights = NULL;
	unix_rights_uncount(rights);
	r->out->rights = rights;
	return 0;
}

static bool is_nonblocking(const struct reader *r)
{
	return (r->file->flags & O_NONBLOCK) || (r->flags & MSG_DONTWAIT);
}

static bool something_new(const struct unix_sock *s)
{
	return !list_empty(&s->queue) || READ_ONCE(s->error) ||
	       (READ_ONCE(s->shutdown) & UNIX_SHUT_RECV);
}

/* The queue is empty. 0: look again, 1: the end, -errno. s->mutex is dropped
 * while sleeping. */
static int wait_data(struct reader *r)
{
	struct unix_sock *s = r->s;
	int err = unix_take_error(s);

	if (err)
		return err;
	if (READ_ONCE(s->shutdown) & UNIX_SHUT_RECV)
		return list_empty(&s->queue) ? 1 : 0;
	if (is_nonblocking(r))
		return -EAGAIN;
	mutex_unlock(&s->mutex);
	free_done(r);
	err = wait_event_state(&s->wait, something_new(s),
			       THREAD_INTERRUPTIBLE, r->deadline_ns);
	mutex_lock(&s->mutex);
	return unix_wait_error(err, r->timeout_ns);
}

/* Take of @m what fits. Bytes or -errno; *@stop: nothing behind it. */
static ssize_t take_stream(struct reader *r, struct unix_msg *m, bool *stop)
{
	size_t want = min(r->b->left, (size_t)(m->len - m->off));
	bool peek = r->flags & MSG_PEEK;
	size_t n;

	tell_sender(r, m);
	n = copy_out(m, m->off, r->b, want);
	if (n < want && !n)
		return -EFAULT;
	*stop = n < want || m->rights;
	if (tell_rights(r, m))
		return -ENOMEM;
	if (peek)
		return (ssize_t)n;
	m->off += (u32)n;
	if (m->off == m->len)
		remove_msg(r, m);
	return (ssize_t)n;
}

/* s->mutex held. */
static ssize_t receive_stream(struct reader *r)
{
	bool peek = r->flags & MSG_PEEK;
	size_t target = r->flags & MSG_WAITALL ? r->b->left :
			min(r->b->left, (size_t)max(READ_ONCE(
				r->s->opt.rcvlowat), 1u));
	const struct unix_msg *last = NULL;
	size_t done = 0;
	bool stop = false;
	ssize_t n = 0;

	while (r->b->left && !stop) {
		struct unix_msg *m = next_msg(r->s, last);

		if (m) {
			if (!same_sender(r, m))
				break;
			n = take_stream(r, m, &stop);
			last = peek ? m : NULL;
		} else {
			if (done >= target || (peek && done))
				break;
			n = wait_data(r);
			if (n > 0)
				break;
		}
		if (n < 0)
			return done ? (ssize_t)done : n;
		done += m ? (size_t)n : 0;
		cond_resched();
	}
	return (ssize_t)done;
}

/* s->mutex held. */
static ssize_t receive_message(struct reader *r)
{
	struct unix_sock *s = r->s;
	struct unix_msg *m;
	size_t want;
	u32 len;

	while ((m = next_msg(s, NULL)) == NULL) {
		int err = wait_data(r);

		if (err)
			return err > 0 ? 0 : err;
	}
	tell_sender(r, m);
	len = m->len;
	want = min(r->b->left, (size_t)len);
	if (want < len)
		r->out->flags |= MSG_TRUNC;
	if (copy_out(m, 0, r->b, want) < want)
		want = U64_MAX;
	else if (tell_rights(r, m))
		return -ENOMEM;
	if (!(r->flags & MSG_PEEK)) {
		remove_msg(r, m);
		unix_wake_senders(s);
	}
	if (want == U64_MAX)
		return -EFAULT;
	return (ssize_t)(r->flags & MSG_TRUNC ? len : want);
}

static int check_state(const struct unix_sock *s, u32 flags)
{
	if (flags & MSG_OOB)
		return s->type == SOCK_STREAM ? -EINVAL : -EOPNOTSUPP;
	if (!unix_is_connected_type(s) ||
	    READ_ONCE(s->state) == UNIX_CONNECTED)
		return 0;
	return s->type == SOCK_STREAM ? -EINVAL : -ENOTCONN;
}

ssize_t socket_receive(struct file *f, struct iobuf *b, u32 flags,
		       struct socket_received *out)
{
	struct unix_sock *s = unix_of_file(f);
	u64 timeout = READ_ONCE(s->opt.rcvtimeo_ns);
	struct reader r = {
		.file = f, .s = s, .b = b, .flags = flags, .out = out,
		.timeout_ns = timeout, .deadline_ns = unix_deadline(timeout),
	};
	ssize_t n = check_state(s, flags);

	memset(out, 0, sizeof(*out));
	list_init(&r.done);
	if (n)
		return n;
	mutex_lock(&s->mutex);
	if (s->type == SOCK_STREAM)
		n = receive_stream(&r);
	else
		n = receive_message(&r);
	mutex_unlock(&s->mutex);
	free_done(&r);
	return n;
}
