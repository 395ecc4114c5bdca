/*
 * fs/unix/name.c - addresses of local sockets
 *
 * What:  an address is a file of the type socket, found by its inode, or an
 *        abstract name, found by network namespace, type and bytes.
 * Locks: unix_names_lock (RANK_POLL, no other socket lock with it): the table,
 *        the list of all sockets, and s->name while it is set.
 * Life:  a name is made by bind and shared by what the socket accepts; the
 *        socket leaves the table when it is closed.
 * See:   unix(7), "Address format"; network_namespaces(7)
 */
#include "unix.h"

#include <fs/random.h>
#include <lib/format.h>
#include <lib/hash.h>
#include <uapi/errno.h>

#define TABLE_BITS 8
#define NAME_START offsetof(struct sockaddr_un, sun_path)

DEFINE_SPINLOCK(unix_names_lock, RANK_POLL);
struct list unix_all = LIST_INIT(unix_all);
/* [unix_names_lock] sockets by name->hash; empty chains have NULL pointers. */
static struct list table[1u << TABLE_BITS];

static struct list *chain_of(u64 hash)
{
	struct list *head = &table[hash >> (64 - TABLE_BITS)];

	if (!head->next)
		list_init(head);
	return head;
}

static bool is_abstract(const struct socket_address *a)
{
	return !a->sun.sun_path[0];
}

/* A full hash_u64 of what the table is searched by. */
static u64 hash_abstract(const struct socket_address *a,
			 const struct unix_sock *s)
{
	static const struct hash_key key = { { 0x756e6978, 0x6e616d65 } };

	return hash_u64(hash_bytes(&key, &a->sun, a->len) ^ s->type ^
			hash_ptr(s->net));
}

static u64 hash_inode(const struct inode *inode)
{
	return hash_ptr(inode);
}

void unix_name_put(struct unix_name *n)
{
	if (!refcount_put(&n->refs))
		return;
	if (n->path.mount)
		path_put(&n->path);
	kfree(n);
}

void unix_name_copy(const struct unix_name *n, struct socket_address *out)
{
	if (n) {
		*out = n->addr;
		return;
	}
	memset(out, 0, sizeof(*out));
	out->sun.sun_family = AF_UNIX;
	out->len = NAME_START;
}

void unix_publish(struct unix_sock *s)
{
	spin_lock(&unix_names_lock);
	list_add_tail(&unix_all, &s->all_link);
	spin_unlock(&unix_names_lock);
}

void unix_unhash(struct unix_sock *s)
{
	spin_lock(&unix_names_lock);
	list_del(&s->name_link);
	list_del(&s->all_link);
	spin_unlock(&unix_names_lock);
}

/* In the namespace of @like, of its type. unix_names_lock held. */
static struct unix_sock *find_abstract(const struct socket_address *a,
				       const struct unix_sock *like)
{
	u64 hash = hash_abstract(a, like);
	struct unix_sock *s;

	for_each_list(s, chain_of(hash), name_link) {
		const struct unix_name *n = s->name;

		if (n->hash == hash && !n->path.mount &&
		    s->type == like->type && s->net == like->net &&
		    n->addr.len == a->len &&
		    !memcmp(&n->addr.sun, &a->sun, a->len))
			return s;
	}
	return NULL;
}

/* unix_names_lock held. */
static struct unix_sock *find_inode(const struct inode *inode)
{
	u64 hash = hash_inode(inode);
	struct unix_sock *s;

	for_each_list(s, chain_of(hash), name_link) {
		const struct unix_name *n = s->name;

		if (n->path.mount && path_inode(&n->path) == inode)
			return s;
	}
	return NULL;
}

/* The bytes of a path end at the first NUL or with the address. */
static void path_of(const struct socket_address *a, char out[UNIX_PATH_MAX + 1])
{
	memcpy(out, a->sun.sun_path, a->len - NAME_START);
	out[a->len - NAME_START] = '\0';
}

/* @found, with unix_names_lock held. */
static int hold(struct unix_sock *found, struct unix_sock **out)
{
	if (!found || !refcount_try_get(&found->refs))
		return -ECONNREFUSED;
	*out = found;
	return 0;
}

static int find_by_path(const struct socket_address *a, const struct walk *w,
			struct unix_sock **out)
{
	char name[UNIX_PATH_MAX + 1];
	struct path path;
	int err;

	path_of(a, name);
	err = path_walk(w, name, &path);
	if (err)
		return err;
	err = path_permission(&path, w->cred, MAY_WRITE);
	if (!err && !S_ISSOCK(path_inode(&path)->mode))
		err = -ECONNREFUSED;
	if (!err) {
		spin_lock(&unix_names_lock);
		err = hold(find_inode(path_inode(&path)), out);
		spin_unlock(&unix_names_lock);
	}
	path_put(&path);
	return err;
}

int unix_find(const struct socket_address *a, const struct walk *w,
	      const struct unix_sock *s, struct unix_sock **out)
{
	int err;

	if (is_abstract(a)) {
		spin_lock(&unix_names_lock);
		err = hold(find_abstract(a, s), out);
		spin_unlock(&unix_names_lock);
		return err;
	}
	err = find_by_path(a, w, out);
	if (!err && (*out)->type != s->type) {
		unix_put(*out);
		err = -EPROTOTYPE;
	}
	return err;
}

static struct unix_name *name_alloc(const struct socket_address *a)
{
	struct unix_name *n = kzalloc(sizeof(*n));

	if (!n)
		return NULL;
	refcount_set(&n->refs, 1);
	n->addr = *a;
	return n;
}

/* @n, stolen, becomes the name of @s. */
static int publish(struct unix_sock *s, struct unix_name *n)
{
	int err = 0;

	spin_lock(&unix_names_lock);
	if (s->name)
		err = -EINVAL;
	else if (!n->path.mount && find_abstract(&n->addr, s))
		err = -EADDRINUSE;
	if (!err) {
		store_release(&s->name, n);
		list_add_tail(chain_of(n->hash), &s->name_link);
	}
	spin_unlock(&unix_names_lock);
	if (err)
		unix_name_put(n);
	return err;
}

static int bind_abstract(struct unix_sock *s, const struct socket_address *a)
{
	struct unix_name *n = name_alloc(a);

	if (!n)
		return -ENOMEM;
	n->hash = hash_abstract(a, s);
	return publish(s, n);
}

int unix_autobind(struct unix_sock *s)
{
	struct socket_address a;
	u32 number;
	int err;

	if (load_acquire(&s->name))
		return 0;
	random_bytes(&number, sizeof(number));
	for (u32 i = 0; i <= 0xfffff; i++) {
		memset(&a, 0, sizeof(a));
		a.sun.sun_family = AF_UNIX;
		/* A NUL and five digits. */
		snprintf(a.sun.sun_path + 1, 6, "%05x",
			 (number + i) & 0xfffff);
		a.len = NAME_START + 6;
		err = bind_abstract(s, &a);
		if (err == -EINVAL)
			return 0;	/* another thread named it */
		if (err != -EADDRINUSE)
			return err;
	}
	return -ENOSPC;
}

/* The socket's file was made: it becomes the name. */
static int bind_made(struct unix_sock *s, const struct socket_address *a,
		     const struct walk *w, const char *path)
{
	struct walk again = *w;
	struct unix_name *n = name_alloc(a);
	int err;

	if (!n)
		return -ENOMEM;
	again.flags &= ~(u32)WALK_FOLLOW;
	err = path_walk(&again, path, &n->path);
	if (err) {
		n->path.mount = NULL;
		unix_name_put(n);
		return err;
	}
	n->hash = hash_inode(path_inode(&n->path));
	return publish(s, n);
}

static int bind_path(struct unix_sock *s, const struct socket_address *a,
		     const struct walk *w, mode_t umask)
{
	struct socket_address exact = *a;
	char path[UNIX_PATH_MAX + 1];
	int err;

	path_of(a, path);
	exact.len = (u32)(NAME_START + strlen(path) + 1);
	if (exact.len <= sizeof(exact.sun))
		exact.sun.sun_path[strlen(path)] = '\0';
	exact.nul = '\0';
	err = vfs_mknod(w, path, S_IFSOCK | (0777 & ~umask), 0);
	if (err)
		return err == -EEXIST ? -EADDRINUSE : err;
	err = bind_made(s, &exact, w, path);
	/* Nobody else will: what was made for nothing goes. */
	if (err && vfs_unlink(w, path))
		return err;
	return err;
}

int socket_bind(struct file *f, const struct socket_address *a,
		const struct walk *w, mode_t umask)
{
	struct unix_sock *s = unix_of_file(f);

	if (a->len == NAME_START && a->sun.sun_family == AF_UNIX)
		return unix_autobind(s);
	if (a->len <= NAME_START || a->sun.sun_family != AF_UNIX)
		return -EINVAL;
	if (load_acquire(&s->name))
		return -EINVAL;
	if (is_abstract(a))
		return bind_abstract(s, a);
	return bind_path(s, a, w, umask);
}

int socket_get_address(struct file *f, bool peer, struct socket_address *out)
{
	struct unix_sock *s = unix_of_file(f), *of = s;

	if (peer) {
		spin_lock(&s->lock);
		of = s->peer ? unix_get(s->peer) : NULL;
		spin_unlock(&s->lock);
		if (!of)
			return -ENOTCONN;
	}
	unix_name_copy(load_acquire(&of->name), out);
	if (peer)
		unix_put(of);
	return 0;
}
