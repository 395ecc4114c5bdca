/*
 * include/fs/socket.h - local sockets
 *
 * What:  sockets of the family AF_UNIX: streams, datagrams, and records in
 *        sequence. Files may travel through them. An optional facility:
 *        without fs/unix/ and kernel/sys/socket*.c the calls are -ENOSYS.
 * See:   unix(7), socket(7)
 */
#ifndef FS_SOCKET_H
#define FS_SOCKET_H

#include <fs/file.h>
#include <uapi/net.h>

struct ns_common;
struct seq_buf;

/* Who sent or connected, as others see it. */
struct socket_id {
	void *pid;		/* reference to a struct pid of proc, or NULL */
	uid_t uid;
	gid_t gid;
};
/* Processes are above this layer: how to keep one, and who the caller is.
 * Set before the first socket is made. */
struct socket_hooks {
	void (*get)(void *pid);
	void (*put)(void *pid);
	/* With reference; the effective ids, or the real ones. */
	void (*self)(struct socket_id *out, bool effective);
	/* A descriptor of a network namespace: -EPERM (without CAP_NET_ADMIN
	 * over it), -EMFILE, -ENOMEM. */
	long (*open_net)(struct ns_common *net);
};
void socket_set_hooks(const struct socket_hooks *h);
void socket_id_put(struct socket_id *id);

struct socket_address {
	u32 len;		/* bytes used of sun, and nul; 0: none */
	struct sockaddr_un sun;
	char nul;		/* of a path that fills sun_path */
};
/* The lines of /proc/net/unix for a network namespace. Context: any. */
OPTIONAL void socket_show_unix(const struct ns_common *net,
			       struct seq_buf *out);
/* Where a name in the file system is looked up; the rest comes from the
 * address. */
struct walk;

OPTIONAL bool file_is_socket(const struct file *f);
/*
 * socket_create - socket(2), socketpair(2)
 * @type:    SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET
 * @flags:   O_NONBLOCK counts
 * Return:   0, -ENOMEM, -ENFILE
 */
struct socket_create_args {
	u32 type, flags;
	const struct cred *cred;	/* owns the inode */
	struct ns_common *net;		/* where abstract names are its own */
};
int socket_create(const struct socket_create_args *a, struct file **out);
int socket_create_pair(const struct socket_create_args *a,
		       struct file *out[2]);
/* -EINVAL (bound, address), -EADDRINUSE, errors of mknod(2). */
int socket_bind(struct file *f, const struct socket_address *a,
		const struct walk *w, mode_t umask);
/* -EOPNOTSUPP (datagrams), -EINVAL (no name, connected). */
int socket_listen(struct file *f, int backlog);
/* -EINVAL, -ECONNREFUSED, -EISCONN, -EPROTOTYPE, -EAGAIN, -EPERM, -ENOTSUP,
 * -ERESTARTSYS, errors of the walk. */
int socket_connect(struct file *f, const struct socket_address *a,
		   const struct walk *w);
/* -EOPNOTSUPP, -EINVAL (does not listen), -EAGAIN, -ERESTARTSYS, -ENOMEM. */
int socket_accept(struct file *f, const struct socket_create_args *a,
		  struct file **out);
int socket_shutdown(struct file *f, u32 how);	/* SHUT_*; 0, -EINVAL */
/* Own or the peer's address: -ENOTCONN. */
int socket_get_address(struct file *f, bool peer, struct socket_address *out);

/* Files on their way; owned. */
struct socket_rights {
	struct list link;	/* on the list of what is to be dropped */
	u32 n;
	bool counted;		/* [rights lock] in flight */
	struct file *files[];	/* references */
};
struct socket_rights *socket_rights_alloc(u32 n);	/* no files yet */
/* Drop all files. Context: task, may sleep. */
void socket_rights_drop(struct socket_rights *r);

struct socket_send_args {
	struct iobuf *data;
	u32 flags;			/* MSG_* */
	const struct socket_address *to;	/* NULL: the peer */
	const struct walk *walk;	/* for @to */
	struct socket_rights *rights;	/* stolen, also on error; or NULL */
	struct socket_id *id;		/* given by the caller; stolen; or
					   NULL: the caller's */
};
/* Bytes, or -ENOTCONN, -EISCONN, -EOPNOTSUPP, -EPIPE (the caller raises
 * SIGPIPE for streams), -EMSGSIZE, -ECONNREFUSED, -EPERM, -EAGAIN,
 * -ERESTARTSYS, -EINTR, -EFAULT, -ENOMEM, errors of the walk. */
ssize_t socket_send(struct file *f, const struct socket_send_args *a);

/* What comes beside the data; the caller gives back what is owned. */
struct socket_received {
	struct socket_address from;
	struct socket_id id;		/* owned; with has_id */
	bool has_id;
	struct socket_rights *rights;	/* owned, or NULL */
	u32 flags;			/* MSG_TRUNC, MSG_EOR */
};
/* Bytes (0: the end), or -EINVAL, -ENOTCONN, -ECONNRESET, -EAGAIN,
 * -ERESTARTSYS, -EINTR, -EFAULT. @out is filled in always. */
ssize_t socket_receive(struct file *f, struct iobuf *b, u32 flags,
		       struct socket_received *out);

/* SO_PASSPIDFD is too large a number for a bit of its own. */
#define SOCKET_PASSPIDFD BIT(63)
#define SOCKET_WANTS_ID (BIT(SO_PASSCRED) | SOCKET_PASSPIDFD)
/* What setsockopt(2) changes: words that are read and written as they are. */
struct socket_options {
	u64 bits;			/* BIT(SO_*) of those that are on,
					   SOCKET_PASSPIDFD */
	u32 sndbuf, rcvbuf;		/* bytes, doubled as Linux does */
	u32 rcvlowat;
	u64 rcvtimeo_ns, sndtimeo_ns;	/* 0: for ever */
	struct linger linger;
};
#define SOCKET_BUF_MAX 212992u		/* net.core.wmem_max, rmem_max */
struct socket_options *socket_options(struct file *f);
u32 socket_type(const struct file *f);
bool socket_is_listening(const struct file *f);
int socket_take_error(struct file *f);	/* a positive number; 0: none */
/* Of whoever is at the other end, with reference; pid NULL, -1, -1: nobody. */
void socket_peer_id(struct file *f, struct socket_id *out);

#endif
