/*
 * kernel/sys/socket.c - making, naming and connecting sockets
 *
 * What:  the one family is AF_UNIX. Addresses come in and go out; who the
 *        caller is, is told to the layer of files by hooks.
 * Not:   options (socket_opt.c), data (socket_io.c, socket_msg.c), the work
 *        (fs/unix/).
 * See:   socket(2), bind(2), connect(2), accept(2), getsockname(2).
 */
#include "calls.h"

#include "path_util.h"
#include "socket.h"

#include <lib/string.h>
#include <proc/nsproxy.h>
#include <proc/plainns.h>
#include <proc/procfs.h>
#include <proc/task.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <vm/uaccess.h>

static void id_get(void *pid)
{
	pid_get(pid);
}

static void id_put(void *pid)
{
	pid_put(pid);
}

static void id_self(struct socket_id *out, bool effective)
{
	const struct cred *c = current_cred();

	out->pid = pid_get(current_process()->tgid);
	out->uid = effective ? c->euid : c->uid;
	out->gid = effective ? c->egid : c->gid;
}

static long id_open_net(struct ns_common *net)
{
	if (!ns_capable(net->owner, CAP_NET_ADMIN))
		return -EPERM;
	return nsfs_open ? nsfs_open(net) : -ENOTTY;
}

static const struct socket_hooks hooks = {
	.get = id_get,
	.put = id_put,
	.self = id_self,
	.open_net = id_open_net,
};

int fd_to_socket(int fd, struct file **out)
{
	int err = fd_to_file(fd, out);

	if (err)
		return err;
	if (file_is_socket(*out))
		return 0;
	file_put(*out);
	return -ENOTSOCK;
}

int address_from_user(struct socket_address *a, uptr_t uaddr, int len)
{
	if (len < 0 || len > (int)sizeof(struct sockaddr_storage))
		return -EINVAL;
	memset(a, 0, sizeof(*a));
	if (copy_from_user(&a->sun, uaddr, min((size_t)len, sizeof(a->sun))))
		return -EFAULT;
	a->len = (u32)len;
	return len > (int)sizeof(a->sun) ? -EINVAL : 0;
}

int address_to_user(const struct socket_address *a, uptr_t uaddr, uptr_t ulen)
{
	const char *from = (const char *)a +
			   offsetof(struct socket_address, sun);
	u32 len;

	if (get_user_u32(&len, ulen))
		return -EFAULT;
	if ((int)len < 0)
		return -EINVAL;
	if (copy_to_user(uaddr, from, min(len, a->len)))
		return -EFAULT;
	return put_user_u32(ulen, a->len);
}

struct walk socket_walk(void)
{
	return (struct walk){
		.fs = current_task()->fs,
		.cred = current_cred(),
		.flags = WALK_FOLLOW,
	};
}

#define CREATE_FLAGS (SOCK_CLOEXEC | SOCK_NONBLOCK)

/* The type of local socket that is meant, or -errno. */
static int check_kind(int family, int type, int protocol)
{
	if (type & ~(SOCK_TYPE_MASK | CREATE_FLAGS))
		return -EINVAL;
	type &= SOCK_TYPE_MASK;
	if (family < 0 || family >= AF_MAX)
		return -EAFNOSUPPORT;
	if (type >= SOCK_MAX)
		return -EINVAL;
	if (family != AF_UNIX)
		return -EAFNOSUPPORT;
	if (protocol && protocol != AF_UNIX)
		return -EPROTONOSUPPORT;
	switch (type) {
	case SOCK_RAW:
		return SOCK_DGRAM;
	case SOCK_STREAM:
	case SOCK_DGRAM:
	case SOCK_SEQPACKET:
		return type;
	}
	return -ESOCKTNOSUPPORT;
}

static struct socket_create_args create_args(int kind, int flags)
{
	socket_set_hooks(&hooks);
	return (struct socket_create_args){
		.type = (u32)kind,
		.flags = flags & SOCK_NONBLOCK ? O_NONBLOCK : 0,
		.cred = current_cred(),
		.net = &current_task()->nsproxy->net->common,
	};
}

long sys_socket(int family, int type, int protocol)
{
	struct socket_create_args a;
	int kind = check_kind(family, type, protocol);
	struct file *f;
	int err;

	if (kind < 0)
		return kind;
	a = create_args(kind, type);
	err = socket_create(&a, &f);
	return err ? err : file_to_fd(f, type & SOCK_CLOEXEC);
}

long sys_socketpair(int family, int type, int protocol, uptr_t ufds)
{
	struct socket_create_args a;
	int kind = check_kind(family, type, protocol);
	struct file *ends[2];
	int err;

	if (kind < 0)
		return kind;
	a = create_args(kind, type);
	err = socket_create_pair(&a, ends);
	if (err)
		return err;
	err = pair_to_fds(ends, type & SOCK_CLOEXEC, ufds);
	if (err) {
		file_put(ends[0]);
		file_put(ends[1]);
	}
	return err;
}

long sys_bind(int fd, uptr_t uaddr, int len)
{
	struct walk w = socket_walk();
	struct socket_address a;
	struct file *f;
	int err = fd_to_socket(fd, &f);

	if (err)
		return err;
	w.flags = 0;
	err = address_from_user(&a, uaddr, len);
	if (!err)
		err = socket_bind(f, &a, &w, fs_context_umask(w.fs));
	file_put(f);
	return err;
}

long sys_listen(int fd, int backlog)
{
	struct file *f;
	int err = fd_to_socket(fd, &f);

	if (err)
		return err;
	err = socket_listen(f, backlog);
	file_put(f);
	return err;
}

long sys_connect(int fd, uptr_t uaddr, int len)
{
	struct walk w = socket_walk();
	struct socket_address a;
	struct file *f;
	int err = fd_to_socket(fd, &f);

	if (err)
		return err;
	err = address_from_user(&a, uaddr, len);
	if (!err)
		err = socket_connect(f, &a, &w);
	file_put(f);
	return err;
}

/* The connection that was accepted gets its number. */
static long install_accepted(int fd, struct file *f, uptr_t uaddr, uptr_t ulen)
{
	struct file_table *table = current_task()->files;
	struct socket_address a;
	int err = 0;

	if (uaddr) {
		err = socket_get_address(f, true, &a);
		if (err)
			err = -ECONNABORTED;
		else
			err = address_to_user(&a, uaddr, ulen);
	}
	if (err) {
		file_put(f);
		fd_cancel(table, fd);
		return err;
	}
	fd_install(table, fd, f);
	return fd;
}

static long accept(struct file *l, uptr_t uaddr, uptr_t ulen, int flags)
{
	struct socket_create_args a = create_args(0, flags);
	struct file_table *table = current_task()->files;
	struct file *f;
	int fd, err;

	fd = fd_alloc(table, 0, current_rlimit(RLIMIT_NOFILE),
		      flags & SOCK_CLOEXEC);
	if (fd < 0)
		return fd;
	err = socket_accept(l, &a, &f);
	if (!err)
		return install_accepted(fd, f, uaddr, ulen);
	fd_cancel(table, fd);
	return err;
}

long sys_accept4(int fd, uptr_t uaddr, uptr_t ulen, int flags)
{
	struct file *l;
	long ret;

	if (flags & ~CREATE_FLAGS)
		return -EINVAL;
	ret = fd_to_socket(fd, &l);
	if (ret)
		return ret;
	ret = accept(l, uaddr, ulen, flags);
	file_put(l);
	return ret;
}

long sys_accept(int fd, uptr_t uaddr, uptr_t ulen)
{
	return sys_accept4(fd, uaddr, ulen, 0);
}

static long get_name(int fd, bool peer, uptr_t uaddr, uptr_t ulen)
{
	struct socket_address a;
	struct file *f;
	int err = fd_to_socket(fd, &f);

	if (err)
		return err;
	err = socket_get_address(f, peer, &a);
	file_put(f);
	return err ? err : address_to_user(&a, uaddr, ulen);
}

long sys_getsockname(int fd, uptr_t uaddr, uptr_t ulen)
{
	return get_name(fd, false, uaddr, ulen);
}

long sys_getpeername(int fd, uptr_t uaddr, uptr_t ulen)
{
	return get_name(fd, true, uaddr, ulen);
}

long sys_shutdown(int fd, int how)
{
	struct file *f;
	int err = fd_to_socket(fd, &f);

	if (err)
		return err;
	err = socket_shutdown(f, (u32)how);
	file_put(f);
	return err;
}
