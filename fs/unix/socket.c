/*
 * fs/unix/socket.c - local sockets: objects, their files, their end
 *
 * Locks: unix.h.
 * Not:   names (name.c), connections (connect.c), data (send.c, receive.c),
 *        files in flight (rights.c), the list of sockets (show.c).
 * See:   unix(7), socket(7)
 */
#include "unix.h"

#include <arch/clock.h>
#include <core/assert.h>
#include <core/start_call.h>
#include <fs/nscommon.h>
#include <lib/format.h>
#include <uapi/errno.h>
#include <uapi/ioctl.h>
#include <vm/uaccess.h>

#define SIOCOUTQ 0x5411
#define SIOCGSKNS 0x894c

static struct socket_hooks hooks;
static struct superblock *socket_sb;	/* [a] made with the first socket */

void socket_set_hooks(const struct socket_hooks *h)
{
	hooks = *h;
}

void unix_self_id(struct socket_id *out, bool effective)
{
	hooks.self(out, effective);
}

void unix_id_copy(struct socket_id *to, const struct socket_id *from)
{
	*to = *from;
	if (to->pid)
		hooks.get(to->pid);
}

void socket_id_put(struct socket_id *id)
{
	if (id->pid)
		hooks.put(id->pid);
	id->pid = NULL;
}

int unix_alloc(u32 type, struct ns_common *net, struct unix_sock **out)
{
	struct unix_sock *s = kzalloc(sizeof(*s));

	if (!s)
		return -ENOMEM;
	refcount_set(&s->refs, 1);
	s->type = type;
	net->ops->get(net);
	s->net = net;
	spin_init(&s->lock, "socket", RANK_POLL);
	mutex_init(&s->mutex, "socket", RANK_MUTEX_PIPE);
	list_init(&s->queue);
	wait_queue_init(&s->wait);
	wait_queue_init(&s->space);
	list_init(&s->async);
	list_init(&s->connected);
	list_init(&s->connected_link);
	list_init(&s->pending);
	list_init(&s->pending_link);
	list_init(&s->name_link);
	list_init(&s->all_link);
	list_init(&s->flight_link);
	list_init(&s->live_link);
	s->peer_id.uid = (uid_t)-1;
	s->peer_id.gid = (gid_t)-1;
	s->opt.sndbuf = SOCKET_BUF_MAX;
	s->opt.rcvbuf = SOCKET_BUF_MAX;
	s->opt.rcvlowat = 1;
	unix_publish(s);
	*out = s;
	return 0;
}

struct unix_sock *unix_get(struct unix_sock *s)
{
	refcount_get(&s->refs);
	return s;
}

void unix_put(struct unix_sock *s)
{
	if (!refcount_put(&s->refs))
		return;
	ASSERT(!s->peer && list_empty(&s->queue) && list_empty(&s->pending));
	ASSERT(list_empty(&s->name_link) && list_empty(&s->all_link));
	ASSERT(!s->inflight);
	if (s->name)
		unix_name_put(s->name);
	socket_id_put(&s->peer_id);
	s->net->ops->put(s->net);
	kfree(s);
}

void unix_drop(struct unix_sock *s)
{
	unix_unhash(s);
	unix_put(s);
}

void unix_lock_pair(struct unix_sock *a, struct unix_sock *b)
{
	struct unix_sock *first = a < b ? a : b;

	spin_lock(&first->lock);
	if (a != b)
		spin_lock_nested(&(first == a ? b : a)->lock);
}

void unix_unlock_pair(struct unix_sock *a, struct unix_sock *b)
{
	spin_unlock(&a->lock);
	if (a != b)
		spin_unlock(&b->lock);
}

int unix_take_error(struct unix_sock *s)
{
	return READ_ONCE(s->error) ? -xchg(&s->error, 0) : 0;
}

u64 unix_deadline(u64 timeout_ns)
{
	u64 at;

	if (!timeout_ns || add_overflow(clock_now_ns(), timeout_ns, &at))
		return U64_MAX;
	return at;
}

int unix_wait_error(int err, u64 timeout_ns)
{
	if (err == -ETIMEDOUT)
		return -EAGAIN;
	/* What has a time limit is not made again after a signal. */
	return err == -ERESTARTSYS && timeout_ns ? -EINTR : err;
}

/* The other end of a connection goes; @reset: with data unread. */
static void tell_peer(struct unix_sock *peer, bool reset)
{
	spin_lock(&peer->lock);
	peer->shutdown = UNIX_SHUT_BOTH;
	spin_unlock(&peer->lock);
	if (reset)
		WRITE_ONCE(peer->error, ECONNRESET);
	wait_queue_wake(&peer->wait, 0, 0);
	file_async_notify(&peer->async, FILE_ASYNC_HUP);
}

static void leave_peer(struct unix_sock *s, struct unix_sock *peer, bool reset)
{
	if (unix_is_connected_type(s)) {
		tell_peer(peer, reset);
	} else {
		spin_lock(&peer->lock);
		list_del(&s->connected_link);
		spin_unlock(&peer->lock);
	}
	unix_put(peer);
}

static void free_queue(struct list *queue)
{
	while (!list_empty(queue)) {
		struct unix_msg *m = list_first(queue, struct unix_msg, link);

		list_del(&m->link);
		unix_msg_free(m);
	}
}

/* Those who never were accepted. */
static void close_pending(struct list *pending)
{
	while (!list_empty(pending)) {
		struct unix_sock *s = list_first(pending, struct unix_sock,
						 pending_link);

		list_del(&s->pending_link);
		unix_close(s);
	}
}

void unix_close(struct unix_sock *s)
{
	struct list queue = LIST_INIT(queue);
	struct list pending = LIST_INIT(pending);
	struct unix_sock *peer;
	bool reset;

	unix_unhash(s);
	spin_lock(&s->lock);
	s->dead = true;
	s->state = UNIX_IDLE;
	s->shutdown = UNIX_SHUT_BOTH;
	peer = s->peer;
	s->peer = NULL;
	list_splice_tail(&queue, &s->queue);
	list_splice_tail(&pending, &s->pending);
	s->nqueue = 0;
	s->npending = 0;
	reset = !list_empty(&queue) || !s->file;
	spin_unlock(&s->lock);
	unix_wake_senders(s);
	if (peer)
		leave_peer(s, peer, reset);
	free_queue(&queue);
	close_pending(&pending);
	unix_put(s);
}

static void unix_release(struct file *f)
{
	unix_close(unix_of_file(f));
	unix_collect_garbage();
}

static ssize_t unix_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct socket_received r;
	ssize_t n;

	(void)pos;
	n = socket_receive(f, b, 0, &r);
	socket_rights_drop(r.rights);
	if (r.has_id)
		socket_id_put(&r.id);
	return n;
}

static ssize_t unix_write(struct file *f, struct iobuf *b, off_t *pos)
{
	const struct socket_send_args a = { .data = b };

	(void)pos;
	return socket_send(f, &a);
}

/* Is there no room at the peer of a datagram socket? */
static bool peer_is_full(struct unix_sock *s)
{
	struct unix_sock *peer;
	bool full = false;

	if (s->type != SOCK_DGRAM)
		return false;
	spin_lock(&s->lock);
	peer = s->peer ? unix_get(s->peer) : NULL;
	spin_unlock(&s->lock);
	if (!peer)
		return false;
	if (peer != s && READ_ONCE(peer->peer) != s)
		full = READ_ONCE(peer->nqueue) > UNIX_MAX_DATAGRAMS;
	unix_put(peer);
	return full;
}

static u32 unix_poll(struct file *f, struct poll_table *pt)
{
	struct unix_sock *s = unix_of_file(f);
	u32 shut, state, events = 0;

	poll_wait(pt, f, &s->wait);
	shut = READ_ONCE(s->shutdown);
	state = READ_ONCE(s->state);
	if (READ_ONCE(s->error))
		events |= POLLERR;
	if (shut == UNIX_SHUT_BOTH)
		events |= POLLHUP;
	if (shut & UNIX_SHUT_RECV)
		events |= POLLRDHUP | POLLIN | POLLRDNORM;
	if (!list_empty(&s->queue) || !list_empty(&s->pending))
		events |= POLLIN | POLLRDNORM;
	if (unix_is_connected_type(s) && state == UNIX_IDLE)
		events |= POLLHUP;
	if (state != UNIX_LISTENING && unix_is_writable(s) && !peer_is_full(s))
		events |= POLLOUT | POLLWRNORM | POLLWRBAND;
	return events;
}

/* Bytes that can be read now: all of a connection, one datagram. */
static u32 bytes_queued(struct unix_sock *s)
{
	struct unix_msg *m;
	u32 n = 0;

	mutex_lock(&s->mutex);
	spin_lock(&s->lock);
	for_each_list(m, &s->queue, link) {
		n += m->len - m->off;
		if (s->type == SOCK_DGRAM)
			break;
	}
	spin_unlock(&s->lock);
	mutex_unlock(&s->mutex);
	return n;
}

static long unix_ioctl(struct file *f, u32 cmd, u64 arg)
{
	struct unix_sock *s = unix_of_file(f);

	switch (cmd) {
	case FIONREAD:
		if (READ_ONCE(s->state) == UNIX_LISTENING)
			return -EINVAL;
		return put_user_u32(arg, bytes_queued(s));
	case SIOCOUTQ:
		return put_user_u32(arg, (u32)atomic_read(&s->sent));
	case SIOCGSKNS:
		return hooks.open_net(s->net);
	}
	return -ENOTTY;
}

static int unix_set_flags(struct file *f, u32 flags)
{
	return file_async_set(f, &unix_of_file(f)->async, flags);
}

const struct file_ops unix_file_ops = {
	.set_flags = unix_set_flags,
	.read = unix_read,
	.write = unix_write,
	.poll = unix_poll,
	.ioctl = unix_ioctl,
	.release = unix_release,
};

bool file_is_socket(const struct file *f)
{
	return f->ops == &unix_file_ops;
}

static void sockfs_register(void)
{
	static struct fs_type sockfs = { .name = "sockfs", .nodev = true };

	fs_type_register(&sockfs);
}

START_CALL(sockfs_register);

static int superblock_ready(void)
{
	struct superblock *sb;
	int err;

	if (load_acquire(&socket_sb))
		return 0;
	err = superblock_create("sockfs", SOCKFS_MAGIC, NULL, &sb);
	if (err)
		return err;
	if (!cas(&socket_sb, NULL, sb))
		superblock_put(sb);
	return 0;
}

static int create_path(const struct cred *cred, struct path *out)
{
	struct inode *inode;
	int err = superblock_ready();

	if (err)
		return err;
	inode = inode_create(socket_sb, S_IFSOCK | 0777);
	if (!inode)
		return -ENOMEM;
	inode->uid = cred->fsuid;
	inode->gid = cred->fsgid;
	err = path_create_numbered(inode, "socket", out);
	inode_put(inode);
	return err;
}

int unix_open_file(struct unix_sock *s, const struct socket_create_args *a,
		   struct file **out)
{
	struct path path;
	int err = create_path(a->cred, &path);

	if (err)
		return err;
	err = file_create(&path, &unix_file_ops,
			  O_RDWR | (a->flags & O_NONBLOCK), a->cred, out);
	path_put(&path);
	if (err)
		return err;
	(*out)->private = s;
	if (s->type != SOCK_STREAM)
		(*out)->mode |= FILE_QUIET;
	store_release(&s->file, *out);
	return 0;
}

int socket_create(const struct socket_create_args *a, struct file **out)
{
	struct unix_sock *s;
	int err = unix_alloc(a->type, a->net, &s);

	if (err)
		return err;
	err = unix_open_file(s, a, out);
	if (err)
		unix_drop(s);
	return err;
}

struct socket_options *socket_options(struct file *f)
{
	return &unix_of_file(f)->opt;
}

u32 socket_type(const struct file *f)
{
	return unix_of_file(f)->type;
}

bool socket_is_listening(const struct file *f)
{
	return READ_ONCE(unix_of_file(f)->state) == UNIX_LISTENING;
}

int socket_take_error(struct file *f)
{
	return -unix_take_error(unix_of_file(f));
}

void socket_peer_id(struct file *f, struct socket_id *out)
{
	struct unix_sock *s = unix_of_file(f);

	spin_lock(&s->lock);
	unix_id_copy(out, &s->peer_id);
	spin_unlock(&s->lock);
}
