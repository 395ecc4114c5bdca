/*
 * fs/unix/show.c - the sockets of a network namespace, as text
 *
 * What:  the lines of /proc/net/unix: every socket that is not closed.
 * Locks: unix_names_lock while the list is walked; a socket on it has its
 *        file, and its name once there stays.
 * See:   proc(5), /proc/net/unix; unix(7)
 */
#include "unix.h"

#include <fs/random.h>
#include <fs/seq_buf.h>
#include <lib/hash.h>

/* Source: <linux/net.h>. */
#define FLAG_LISTENS (1u << 16)
enum { UNCONNECTED = 1, CONNECTING = 2, CONNECTED = 3, DISCONNECTING = 4 };

/* Something that names the socket and tells nothing of its address. */
static u64 disguise(const struct unix_sock *s)
{
	static struct hash_key key;	/* [N] */

	if (!key.k[1])
		random_bytes(&key, sizeof(key));
	return (u32)hash_bytes(&key, &s, sizeof(s));
}

static u32 shown_state(const struct unix_sock *s, const struct file *f)
{
	bool connected = READ_ONCE(s->state) == UNIX_CONNECTED;

	/* A datagram socket has a peer, or is one. */
	if (!unix_is_connected_type(s))
		connected = READ_ONCE(s->peer) || !list_empty(&s->connected);
	if (f)
		return connected ? CONNECTED : UNCONNECTED;
	return connected ? CONNECTING : DISCONNECTING;
}

static void show_name(const struct unix_name *n, struct seq_buf *out)
{
	size_t len = n->addr.len - offsetof(struct sockaddr_un, sun_path);

	seq_putc(out, ' ');
	if (n->addr.sun.sun_path[0])
		len--;		/* its end */
	for (size_t i = 0; i < len; i++)
		seq_putc(out, n->addr.sun.sun_path[i] ?: '@');
}

static void show_socket(const struct unix_sock *s, struct seq_buf *out)
{
	const struct file *f = load_acquire(&s->file);
	bool listens = READ_ONCE(s->state) == UNIX_LISTENING;

	/* The list counts as a user. */
	seq_printf(out, "%016lx: %08X %08X %08X %04X %02X %5lu", disguise(s),
		   (u32)refcount_read(&s->refs) + 1, 0,
		   listens ? FLAG_LISTENS : 0, s->type, shown_state(s, f),
		   f ? path_inode(&f->path)->ino : 0);
	if (s->name)
		show_name(s->name, out);
	seq_putc(out, '\n');
}

void socket_show_unix(const struct ns_common *net, struct seq_buf *out)
{
	struct unix_sock *s;

	seq_puts(out, "Num       RefCount Protocol Flags    Type St Inode "
		 "Path\n");
	spin_lock(&unix_names_lock);
	for_each_list(s, &unix_all, all_link) {
		if (s->net == net)
			show_socket(s, out);
	}
	spin_unlock(&unix_names_lock);
}
