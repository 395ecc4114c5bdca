/*
 * fs/unix/send.c - local sockets: data on its way
 *
 * What:  what is sent becomes messages in the receiver's queue, charged to the
 *        sender's buffer until they are read. A stream is cut into messages; a
 *        datagram or record is one.
 * Locks: unix.h. User memory is read before any lock is taken.
 * See:   send(2), sendmsg(2), unix(7)
 */
#include "unix.h"

#include <core/assert.h>
#include <sched/sched.h>
#include <uapi/errno.h>

#define CHUNK_BYTES (8192 - sizeof(struct unix_chunk))
#define STREAM_BYTES (4 * CHUNK_BYTES)
/* What Linux keeps free of a buffer for its own header. */
#define DATAGRAM_RESERVE 32

bool unix_is_writable(const struct unix_sock *s)
{
	return (u64)atomic_read(&s->sent) * 4 <= READ_ONCE(s->opt.sndbuf);
}

void unix_msg_free(struct unix_msg *m)
{
	struct unix_chunk *c;

	if (m->rights) {
		unix_rights_uncount(m->rights);
		socket_rights_drop(m->rights);
	}
	if (m->has_id)
		socket_id_put(&m->id);
	while ((c = m->chunks) != NULL) {
		m->chunks = c->next;
		kfree(c);
	}
	atomic_sub(&m->sender->sent, (long)m->charge);
	if (wait_queue_active(&m->sender->wait))
		wait_queue_wake(&m->sender->wait, 0,
				POLLOUT | POLLWRNORM | POLLWRBAND);
	if (unlikely(READ_ONCE(m->sender->nospace)) &&
	    unix_is_writable(m->sender)) {
		WRITE_ONCE(m->sender->nospace, false);
		file_async_notify(&m->sender->async, FILE_ASYNC_OUT);
	}
	unix_put(m->sender);
	kfree(m);
}

static int fill_chunks(struct unix_msg *m, struct iobuf *b, size_t len)
{
	struct unix_chunk **end = &m->chunks;

	while (len) {
		u32 n = (u32)min(len, CHUNK_BYTES);
		struct unix_chunk *c = kmalloc(sizeof(*c) + n);

		if (!c)
			return -ENOBUFS;
		c->next = NULL;
		c->len = n;
		*end = c;
		end = &c->next;
		if (iobuf_take(b, c->data, n) != n)
			return -EFAULT;
		len -= n;
	}
	return 0;
}

/* A message of the next @len bytes, charged to @s. */
static int msg_create(struct unix_sock *s, struct iobuf *b, size_t len,
		      struct unix_msg **out)
{
	struct unix_msg *m = kzalloc(sizeof(*m));
	int err;

	if (!m)
		return -ENOBUFS;
	list_init(&m->link);
	m->sender = unix_get(s);
	m->len = (u32)len;
	m->charge = (u32)(len + sizeof(*m));
	atomic_add(&s->sent, (long)m->charge);
	err = fill_chunks(m, b, len);
	if (err)
		unix_msg_free(m);
	else
		*out = m;
	return err;
}

static bool has_room(const struct unix_sock *s)
{
	return (u64)atomic_read(&s->sent) < READ_ONCE(s->opt.sndbuf) ||
	       READ_ONCE(s->error) ||
	       (READ_ONCE(s->shutdown) & UNIX_SHUT_SEND);
}

static bool is_nonblocking(const struct file *f, u32 flags)
{
	return (f->flags & O_NONBLOCK) || (flags & MSG_DONTWAIT);
}

/* Until @s may be charged for one message more. */
static int wait_room(struct file *f, u32 flags)
{
	struct unix_sock *s = unix_of_file(f);
	u64 timeout = READ_ONCE(s->opt.sndtimeo_ns);
	u64 deadline = unix_deadline(timeout);
	int err;

	for (;;) {
		err = unix_take_error(s);
		if (err)
			return err;
		if (READ_ONCE(s->shutdown) & UNIX_SHUT_SEND)
			return -EPIPE;
		if (has_room(s))
			return 0;
		WRITE_ONCE(s->nospace, true);
		if (is_nonblocking(f, flags))
			return -EAGAIN;
		err = wait_event_state(&s->wait, has_room(s),
				       THREAD_INTERRUPTIBLE, deadline);
		if (err)
			return unix_wait_error(err, timeout);
	}
}

static bool wants_id(const struct unix_sock *s)
{
	return READ_ONCE(s->opt.bits) & SOCKET_WANTS_ID;
}

/* Who sent it, if somebody may ask. */
static void add_id(struct unix_msg *m, const struct socket_send_args *a,
		   const struct unix_sock *to)
{
	if (a->id) {
		unix_id_copy(&m->id, a->id);
		m->has_id = true;
	} else if (wants_id(m->sender) || wants_id(to) ||
		   !READ_ONCE(to->file)) {
		unix_self_id(&m->id, false);
		m->has_id = true;
	}
}

/* Put @m, stolen on success, into the queue of @to. to->lock held. */
static void enqueue(struct unix_sock *to, struct unix_msg *m)
{
	list_add_tail(&to->queue, &m->link);
	WRITE_ONCE(to->nqueue, to->nqueue + 1);
}

static void wake_receiver(struct unix_sock *to)
{
	if (wait_queue_active(&to->wait))
		wait_queue_wake_sync(&to->wait, 1, POLLIN | POLLRDNORM);
	file_async_notify(&to->async, FILE_ASYNC_IN);
}

/* @rights, if any, go with @m. */
static void add_rights(struct unix_msg *m, struct socket_rights *rights)
{
	m->rights = rights;
	if (rights)
		unix_rights_count(rights);
}

static int deliver_stream(struct unix_sock *to, struct unix_msg *m)
{
	bool gone;

	spin_lock(&to->lock);
	gone = to->dead || (to->shutdown & UNIX_SHUT_RECV);
	if (!gone)
		enqueue(to, m);
	spin_unlock(&to->lock);
	if (gone)
		return -EPIPE;
	wake_receiver(to);
	return 0;
}

/* The next piece. Bytes or -errno. @rights: moved into the message. */
static ssize_t send_piece(struct file *f, struct unix_sock *to,
			  const struct socket_send_args *a,
			  struct socket_rights **rights)
{
	struct unix_sock *s = unix_of_file(f);
	size_t most = min((size_t)READ_ONCE(s->opt.sndbuf) / 2, STREAM_BYTES);
	size_t n = min(a->data->left, most);
	struct unix_msg *m;
	int err;

	/* Before an error that waits for the reader. */
	if (READ_ONCE(s->shutdown) & UNIX_SHUT_SEND)
		return -EPIPE;
	err = wait_room(f, a->flags);
	if (!err)
		err = msg_create(s, a->data, n, &m);
	if (err)
		return err;
	add_id(m, a, to);
	add_rights(m, *rights);
	*rights = NULL;
	err = deliver_stream(to, m);
	if (err)
		unix_msg_free(m);
	return err ? err : (ssize_t)n;
}

static ssize_t send_stream(struct file *f, struct unix_sock *to,
			   const struct socket_send_args *a)
{
	struct socket_rights *rights = a->rights;
	ssize_t done = 0, n = 0;

	while (a->data->left && n >= 0) {
		n = send_piece(f, to, a, &rights);
		done += max(n, 0l);
		cond_resched();
	}
	socket_rights_drop(rights);
	return done ? done : n;
}

/* Is the queue of @to too long for a message of @s? */
static bool is_full_for(const struct unix_sock *to, const struct unix_sock *s)
{
	return to != s && READ_ONCE(to->peer) != s &&
	       READ_ONCE(to->nqueue) > UNIX_MAX_DATAGRAMS;
}

static bool may_go_on(const struct unix_sock *to, const struct unix_sock *s)
{
	return !is_full_for(to, s) || READ_ONCE(to->dead) ||
	       (READ_ONCE(to->shutdown) & UNIX_SHUT_RECV);
}

/* to->lock held. 0: queued; 1: full; -errno. */
static int try_deliver(struct unix_sock *to, struct unix_msg *m)
{
	const struct unix_sock *s = m->sender;

	if (to->dead)
		return -ECONNREFUSED;
	if (to->peer && to->peer != s)
		return -EPERM;
	if (to->shutdown & UNIX_SHUT_RECV)
		return -EPIPE;
	if (is_full_for(to, s))
		return 1;
	enqueue(to, m);
	return 0;
}

/* Into the queue, as soon as there is room. */
static int deliver_datagram(struct file *f, struct unix_sock *to,
			    struct unix_msg *m, u32 flags)
{
	u64 timeout = READ_ONCE(m->sender->opt.sndtimeo_ns);
	u64 deadline = unix_deadline(timeout);
	int err;

	for (;;) {
		spin_lock(&to->lock);
		err = try_deliver(to, m);
		spin_unlock(&to->lock);
		if (err <= 0)
			break;
		if (is_nonblocking(f, flags))
			return -EAGAIN;
		err = wait_event_state(&to->space,
				       may_go_on(to, m->sender),
				       THREAD_INTERRUPTIBLE, deadline);
		if (err)
			return unix_wait_error(err, timeout);
	}
	if (!err)
		wake_receiver(to);
	return err;
}

/* The message of all data, or -errno. */
static int make_datagram(struct file *f, struct unix_sock *to,
			 const struct socket_send_args *a,
			 struct unix_msg **out)
{
	struct unix_sock *s = unix_of_file(f);
	int err;

	if (a->data->left > READ_ONCE(s->opt.sndbuf) - DATAGRAM_RESERVE)
		return -EMSGSIZE;
	err = wait_room(f, a->flags);
	if (!err)
		err = msg_create(s, a->data, a->data->left, out);
	if (!err)
		add_id(*out, a, to);
	return err;
}

static ssize_t send_datagram(struct file *f, struct unix_sock *to,
			     const struct socket_send_args *a)
{
	struct unix_sock *s = unix_of_file(f);
	size_t len = a->data->left;
	struct unix_msg *m;
	int err = make_datagram(f, to, a, &m);

	if (err) {
		socket_rights_drop(a->rights);
		return err;
	}
	add_rights(m, a->rights);
	err = deliver_datagram(f, to, m, a->flags);
	if (!err)
		return (ssize_t)len;
	unix_msg_free(m);
	if (err == -ECONNREFUSED && s->type == SOCK_DGRAM &&
	    READ_ONCE(s->peer) == to)
		unix_set_peer(s, NULL);
	return err;
}

static int hold_peer(struct unix_sock *s, struct unix_sock **out)
{
	spin_lock(&s->lock);
	*out = s->peer ? unix_get(s->peer) : NULL;
	spin_unlock(&s->lock);
	return *out ? 0 : -ENOTCONN;
}

/* Where it goes, with a reference. */
static int find_receiver(struct unix_sock *s, const struct socket_send_args *a,
			 struct unix_sock **out)
{
	const struct socket_address *to = a->to;

	if (a->flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (s->type == SOCK_STREAM && to)
		return READ_ONCE(s->state) == UNIX_CONNECTED ? -EISCONN :
							       -EOPNOTSUPP;
	if (s->type != SOCK_DGRAM || !to)
		return hold_peer(s, out);
	if (to->len <= offsetof(struct sockaddr_un, sun_path) ||
	    to->sun.sun_family != AF_UNIX)
		return -EINVAL;
	return unix_find(to, a->walk, s, out);
}

ssize_t socket_send(struct file *f, const struct socket_send_args *a)
{
	struct unix_sock *s = unix_of_file(f), *to;
	ssize_t n = find_receiver(s, a, &to);

	if (!n && wants_id(s) && s->type != SOCK_STREAM) {
		n = unix_autobind(s);
		if (n)
			unix_put(to);
	}
	if (n) {
		socket_rights_drop(a->rights);
		return n;
	}
	if (s->type == SOCK_STREAM)
		n = send_stream(f, to, a);
	else
		n = send_datagram(f, to, a);
	unix_put(to);
	return n;
}
