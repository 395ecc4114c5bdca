/*
 * fs/unix/unix.h - local sockets, between the files of this directory
 *
 * Locks: [L] s->lock (RANK_POLL); two of them in the order of addresses.
 *        [M] s->mutex (RANK_MUTEX_PIPE): one reader at a time; user memory is
 *        filled under it, and nobody sleeps for data with it.
 *        [N] unix_names_lock (RANK_POLL, alone); [G] rights_lock
 *        (RANK_SOCKET_RIGHTS, before s->lock).
 * Life:  the file has a reference, as have peers, messages (their sender's),
 *        and calls in progress. When the file goes the socket is dead: it lets
 *        go of its peer and its queue.
 */
#ifndef FS_UNIX_H
#define FS_UNIX_H

#include <fs/socket.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <sched/mutex.h>
#include <uapi/fcntl.h>

enum unix_state {
	UNIX_IDLE,
	UNIX_LISTENING,
	UNIX_CONNECTED,		/* streams and records only */
};

#define UNIX_SHUT_RECV 1
#define UNIX_SHUT_SEND 2
#define UNIX_SHUT_BOTH 3
/* Datagrams that wait at a socket; the next sender waits. */
#define UNIX_MAX_DATAGRAMS 10

/* An address, shared by a listener and what it accepts. */
struct unix_name {
	struct refcount refs;
	u64 hash;			/* [I] */
	struct socket_address addr;	/* [I] */
	struct path path;		/* [I] owned; mount NULL: abstract */
};

struct unix_chunk {
	struct unix_chunk *next;
	u32 len;
	char data[];
};

struct unix_msg {
	struct list link;		/* [L] of the receiver */
	struct unix_sock *sender;	/* [I] owned; charged */
	struct socket_id id;		/* [I] owned */
	bool has_id;			/* [I] */
	struct socket_rights *rights;	/* [L of the receiver + G] owned */
	u32 len;			/* [I] bytes */
	u32 off;			/* [M] bytes read of a stream's */
	u32 charge;			/* [I] to the sender's buffer */
	struct unix_chunk *chunks;	/* [I] */
};

struct unix_sock {
	struct refcount refs;
	u32 type;			/* [I] SOCK_* */
	struct ns_common *net;		/* [I] owned: where it was made */
	struct file *file;		/* [a] NULL: not yet accepted; else
					   there until it is closed */
	struct list all_link;		/* [N] in unix_all until it is closed */
	struct spinlock lock;
	struct mutex mutex;
	u32 state;			/* [L] enum unix_state */
	u32 shutdown;			/* [L] UNIX_SHUT_* */
	bool dead;			/* [L] */
	int error;			/* [a] for SO_ERROR and the next call */
	struct unix_sock *peer;		/* [L] owned */
	struct list queue;		/* [L] messages */
	u32 nqueue;			/* [L] */
	struct atomic64 sent;		/* [a] bytes charged, not yet read */
	struct wait_queue wait;		/* those who use this socket */
	struct wait_queue space;	/* those who want to send or connect */
	struct list async;		/* files with O_ASYNC: its own */
	bool nospace;			/* [a] a sender found no room */
	struct list connected;		/* [L] datagram sockets whose peer this
					   is, by connected_link */
	struct list connected_link;	/* [L of the peer] */
	struct list pending;		/* [L] not yet accepted, by
					   pending_link; each owned */
	struct list pending_link;
	u32 npending, backlog;		/* [L] */
	struct unix_name *name;		/* [N] owned; once set constant */
	struct list name_link;		/* [N] */
	struct socket_id peer_id;	/* [L] owned; of a listener: its own */
	struct socket_options opt;	/* [a] */
	/* in flight */
	struct list flight_link;	/* [G] */
	u32 inflight;			/* [G] messages that hold the file */
	u32 outside;			/* [G] of those, not in garbage */
	struct list live_link;		/* [G] */
	bool suspect, live;		/* [G] */
};

static inline bool unix_is_connected_type(const struct unix_sock *s)
{
	return s->type != SOCK_DGRAM;
}
static inline struct unix_sock *unix_of_file(const struct file *f)
{
	return f->private;
}

/* socket.c */
int unix_alloc(u32 type, struct ns_common *net, struct unix_sock **out);
/* One that has no file, no peer and no queue goes again. */
void unix_drop(struct unix_sock *s);
struct unix_sock *unix_get(struct unix_sock *s);
void unix_put(struct unix_sock *s);
/* A file for @s; its reference is stolen on success. */
int unix_open_file(struct unix_sock *s, const struct socket_create_args *a,
		   struct file **out);
/* The socket ends; nobody uses it any more. */
void unix_close(struct unix_sock *s);
void unix_lock_pair(struct unix_sock *a, struct unix_sock *b);
void unix_unlock_pair(struct unix_sock *a, struct unix_sock *b);
void unix_self_id(struct socket_id *out, bool effective);
void unix_id_copy(struct socket_id *to, const struct socket_id *from);
/* The error that waits; cleared. 0 or -errno. */
int unix_take_error(struct unix_sock *s);
u64 unix_deadline(u64 timeout_ns);
/* Result of a wait with a deadline, as a socket call gives it. */
int unix_wait_error(int err, u64 timeout_ns);

/* name.c */
extern struct spinlock unix_names_lock;
extern struct list unix_all;	/* [N] every socket, by all_link */
void unix_name_put(struct unix_name *n);
void unix_publish(struct unix_sock *s);
void unix_unhash(struct unix_sock *s);
/* The socket of the type of @s at an address, with a reference. */
int unix_find(const struct socket_address *a, const struct walk *w,
	      const struct unix_sock *s, struct unix_sock **out);
int unix_autobind(struct unix_sock *s);
/* @n may be NULL. */
void unix_name_copy(const struct unix_name *n, struct socket_address *out);

/* connect.c */
/* A datagram socket's peer; @other may be NULL, else its reference is stolen.
 */
void unix_set_peer(struct unix_sock *s, struct unix_sock *other);

/* send.c */
void unix_msg_free(struct unix_msg *m);
bool unix_is_writable(const struct unix_sock *s);

/* receive.c */
/* Tell those who wait for room at @s. */
void unix_wake_senders(struct unix_sock *s);

/* rights.c */
/* They are on a queue now; or no longer. */
void unix_rights_count(struct socket_rights *r);
void unix_rights_uncount(struct socket_rights *r);
/* A copy with references of its own; NULL: no memory. */
struct socket_rights *unix_rights_copy(struct unix_msg *m);
/* Find sockets that are only in flight to each other, and end them. */
void unix_collect_garbage(void);

extern const struct file_ops unix_file_ops;

#endif
