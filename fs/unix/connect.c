/*
 * fs/unix/connect.c - local sockets: listen, connect, accept, pairs, shutdown
 *
 * What:  to connect makes the other end at once and puts it into the
 *        listener's queue; accept only gives it a file.
 * Locks: unix.h; the listener and the socket that connects are locked
 *        together when the connection is made.
 * See:   listen(2), connect(2), accept(2), socketpair(2), shutdown(2)
 */
#include "unix.h"

#include <core/assert.h>
#include <uapi/errno.h>

static void link_peers(struct unix_sock *a, struct unix_sock *b)
{
	a->peer = unix_get(b);
	b->peer = unix_get(a);
	unix_self_id(&a->peer_id, true);
	unix_self_id(&b->peer_id, true);
	if (unix_is_connected_type(a)) {
		a->state = UNIX_CONNECTED;
		b->state = UNIX_CONNECTED;
	} else {
		list_add(&b->connected, &a->connected_link);
		list_add(&a->connected, &b->connected_link);
	}
}

int socket_create_pair(const struct socket_create_args *a, struct file *out[2])
{
	int err = socket_create(a, &out[0]);

	if (err)
		return err;
	err = socket_create(a, &out[1]);
	if (err)
		file_put(out[0]);
	else
		link_peers(unix_of_file(out[0]), unix_of_file(out[1]));
	return err;
}

int socket_listen(struct file *f, int backlog)
{
	struct unix_sock *s = unix_of_file(f);
	struct socket_id id, old;
	int err = 0;

	if (!unix_is_connected_type(s))
		return -EOPNOTSUPP;
	if (!load_acquire(&s->name))
		return -EINVAL;
	unix_self_id(&id, true);
	spin_lock(&s->lock);
	if (s->state == UNIX_CONNECTED) {
		err = -EINVAL;
		old = id;
	} else {
		s->state = UNIX_LISTENING;
		/* A negative one is the largest. */
		s->backlog = min((u32)backlog, (u32)SOMAXCONN);
		old = s->peer_id;
		s->peer_id = id;
	}
	spin_unlock(&s->lock);
	socket_id_put(&old);
	if (!err)
		wait_queue_wake(&s->space, 0, 0);
	return err;
}

void unix_set_peer(struct unix_sock *s, struct unix_sock *other)
{
	struct unix_sock *old;

	mutex_lock(&s->mutex);
	spin_lock(&s->lock);
	old = s->peer;
	s->peer = other;
	spin_unlock(&s->lock);
	if (old) {
		spin_lock(&old->lock);
		list_del(&s->connected_link);
		spin_unlock(&old->lock);
	}
	if (other) {
		spin_lock(&other->lock);
		list_add(&other->connected, &s->connected_link);
		spin_unlock(&other->lock);
	}
	mutex_unlock(&s->mutex);
	if (old)
		unix_put(old);
	wait_queue_wake(&s->wait, 0, POLLOUT | POLLWRNORM);
}

static int connect_datagram(struct unix_sock *s, const struct socket_address *a,
			    const struct walk *w)
{
	struct unix_sock *other;
	int err;

	if (a->len >= sizeof(u16) && a->sun.sun_family == AF_UNSPEC) {
		unix_set_peer(s, NULL);
		return 0;
	}
	err = unix_find(a, w, s, &other);
	if (err)
		return err;
	/* One that is connected takes from its peer only. */
	if (READ_ONCE(other->peer) && READ_ONCE(other->peer) != s) {
		unix_put(other);
		return -EPERM;
	}
	unix_set_peer(s, other);
	return 0;
}

static bool accepts_more(const struct unix_sock *l)
{
	return READ_ONCE(l->state) != UNIX_LISTENING ||
	       READ_ONCE(l->npending) <= READ_ONCE(l->backlog);
}

/* Connect @s to @l through @end, the new other end. Both locked. 0, 1: there
 * is no room, -errno. */
static int join(struct unix_sock *s, struct unix_sock *l, struct unix_sock *end)
{
	if (l->dead || l->state != UNIX_LISTENING ||
	    (l->shutdown & UNIX_SHUT_RECV))
		return -ECONNREFUSED;
	if (l->npending > l->backlog)
		return 1;
	if (s->state != UNIX_IDLE)
		return s->state == UNIX_CONNECTED ? -EISCONN : -EINVAL;
	end->peer = unix_get(s);
	end->state = UNIX_CONNECTED;
	end->name = l->name;
	refcount_get(&l->name->refs);
	s->peer = unix_get(end);
	s->state = UNIX_CONNECTED;
	unix_id_copy(&s->peer_id, &l->peer_id);
	/* Options that hold for what comes before accept. */
	end->opt.bits = l->opt.bits & SOCKET_WANTS_ID;
	list_add_tail(&l->pending, &end->pending_link);
	l->npending++;
	return 0;
}

/* Try until there is room. @end is stolen on success. */
static int connect_to(struct file *f, struct unix_sock *l,
		      struct unix_sock *end)
{
	struct unix_sock *s = unix_of_file(f);
	u64 timeout = READ_ONCE(s->opt.sndtimeo_ns);
	int err;

	for (;;) {
		unix_lock_pair(s, l);
		err = join(s, l, end);
		unix_unlock_pair(s, l);
		if (err <= 0)
			break;
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_state(&l->space, accepts_more(l),
				       THREAD_INTERRUPTIBLE,
				       unix_deadline(timeout));
		if (err)
			return unix_wait_error(err, timeout);
	}
	if (!err) {
		wait_queue_wake(&l->wait, 1, POLLIN | POLLRDNORM);
		file_async_notify(&l->async, FILE_ASYNC_IN);
	}
	return err;
}

static int connect_stream(struct file *f, const struct socket_address *a,
			  const struct walk *w)
{
	struct unix_sock *s = unix_of_file(f), *l, *end;
	int err = unix_alloc(s->type, s->net, &end);

	if (err)
		return err;
	unix_self_id(&end->peer_id, true);
	err = unix_find(a, w, s, &l);
	if (!err) {
		err = connect_to(f, l, end);
		unix_put(l);
	}
	if (err)
		unix_drop(end);
	return err;
}

static bool address_ok(const struct socket_address *a)
{
	return a->len > offsetof(struct sockaddr_un, sun_path) &&
	       a->sun.sun_family == AF_UNIX;
}

int socket_connect(struct file *f, const struct socket_address *a,
		   const struct walk *w)
{
	struct unix_sock *s = unix_of_file(f);
	bool unset = a->len >= sizeof(u16) && a->sun.sun_family == AF_UNSPEC &&
		     s->type == SOCK_DGRAM;
	int err;

	if (!unset && !address_ok(a))
		return -EINVAL;
	if (!unset && (READ_ONCE(s->opt.bits) & BIT(SO_PASSCRED))) {
		err = unix_autobind(s);
		if (err)
			return err;
	}
	if (s->type == SOCK_DGRAM)
		return connect_datagram(s, a, w);
	return connect_stream(f, a, w);
}

/* The next one of the queue; NULL: none. */
static struct unix_sock *take_pending(struct unix_sock *l)
{
	struct unix_sock *s = NULL;

	spin_lock(&l->lock);
	if (!list_empty(&l->pending)) {
		s = list_first(&l->pending, struct unix_sock, pending_link);
		list_del(&s->pending_link);
		WRITE_ONCE(l->npending, l->npending - 1);
	}
	spin_unlock(&l->lock);
	if (s)
		wait_queue_wake(&l->space, 0, 0);
	return s;
}

static bool can_accept(const struct unix_sock *l)
{
	return !list_empty(&l->pending) ||
	       READ_ONCE(l->state) != UNIX_LISTENING ||
	       (READ_ONCE(l->shutdown) & UNIX_SHUT_RECV);
}

static int wait_pending(struct file *f, struct unix_sock **out)
{
	struct unix_sock *l = unix_of_file(f);
	u64 timeout = READ_ONCE(l->opt.rcvtimeo_ns);
	u64 deadline = unix_deadline(timeout);
	int err;

	while ((*out = take_pending(l)) == NULL) {
		if (READ_ONCE(l->state) != UNIX_LISTENING ||
		    (READ_ONCE(l->shutdown) & UNIX_SHUT_RECV))
			return -EINVAL;
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_state(&l->wait, can_accept(l),
				       THREAD_INTERRUPTIBLE, deadline);
		if (err)
			return unix_wait_error(err, timeout);
	}
	return 0;
}

int socket_accept(struct file *f, const struct socket_create_args *a,
		  struct file **out)
{
	struct unix_sock *l = unix_of_file(f), *s;
	int err;

	if (!unix_is_connected_type(l))
		return -EOPNOTSUPP;
	if (READ_ONCE(l->state) != UNIX_LISTENING)
		return -EINVAL;
	err = wait_pending(f, &s);
	if (err)
		return err;
	err = unix_open_file(s, a, out);
	if (err)
		unix_close(s);
	return err;
}

static void shut_peer(struct unix_sock *peer, u32 how)
{
	u32 theirs = 0;

	if (how & UNIX_SHUT_RECV)
		theirs |= UNIX_SHUT_SEND;
	if (how & UNIX_SHUT_SEND)
		theirs |= UNIX_SHUT_RECV;
	spin_lock(&peer->lock);
	WRITE_ONCE(peer->shutdown, peer->shutdown | theirs);
	spin_unlock(&peer->lock);
	wait_queue_wake(&peer->wait, 0, 0);
	if (theirs == UNIX_SHUT_BOTH)
		file_async_notify(&peer->async, FILE_ASYNC_HUP);
	else if (theirs & UNIX_SHUT_RECV)
		file_async_notify(&peer->async, FILE_ASYNC_IN);
}

int socket_shutdown(struct file *f, u32 how)
{
	struct unix_sock *s = unix_of_file(f), *peer = NULL;

	if (how > SHUT_RDWR)
		return -EINVAL;
	how++;		/* SHUT_* as UNIX_SHUT_* */
	spin_lock(&s->lock);
	WRITE_ONCE(s->shutdown, s->shutdown | how);
	if (s->peer && unix_is_connected_type(s))
		peer = unix_get(s->peer);
	spin_unlock(&s->lock);
	wait_queue_wake(&s->wait, 0, 0);
	wait_queue_wake(&s->space, 0, 0);
	if (peer) {
		shut_peer(peer, how);
		unix_put(peer);
	}
	return 0;
}
