/*
 * kernel/sys/socket_io.c - send, recv and their kin
 *
 * What:  one message or many: the data, the address, and what travels beside
 *        them (socket_msg.c).
 * See:   send(2), recv(2), sendmsg(2), recvmsg(2), sendmmsg(2), recvmmsg(2).
 */
#include "calls.h"

#include "path_util.h"
#include "socket.h"
#include "socket_msg.h"
#include "time_util.h"
#include "user_vec.h"

#include <sched/sched.h>
#include <uapi/errno.h>
#include <uapi/limits.h>
#include <vm/uaccess.h>

#define MAX_BYTES ((size_t)INT_MAX & PAGE_MASK)

/* Streams raise SIGPIPE, if the caller does not mind. */
static ssize_t send_message(struct file *f, const struct socket_send_args *a)
{
	ssize_t n = socket_send(f, a);

	return a->flags & MSG_NOSIGNAL ? n : raise_broken_pipe(f, n);
}

static long send_buffer(struct file *f, struct iobuf *b, u32 flags,
			const struct socket_address *to)
{
	struct walk w = socket_walk();
	const struct socket_send_args a = {
		.data = b, .flags = flags, .to = to, .walk = &w,
	};

	return send_message(f, &a);
}

long sys_sendto(int fd, uptr_t ubuf, size_t len, u32 flags, uptr_t uaddr,
		int addrlen)
{
	struct socket_address to;
	struct iobuf b;
	struct file *f;
	long ret;

	len = min(len, MAX_BYTES);
	if (!user_range_ok(ubuf, len))
		return -EFAULT;
	ret = fd_to_socket(fd, &f);
	if (ret)
		return ret;
	if (uaddr)
		ret = address_from_user(&to, uaddr, addrlen);
	iobuf_user(&b, ubuf, len);
	if (!ret)
		ret = send_buffer(f, &b, flags, uaddr ? &to : NULL);
	file_put(f);
	return ret;
}

long sys_recvfrom(int fd, uptr_t ubuf, size_t len, u32 flags, uptr_t uaddr,
		  uptr_t ulen)
{
	struct socket_received r;
	struct iobuf b;
	struct file *f;
	long ret;
	int err;

	len = min(len, MAX_BYTES);
	if (!user_range_ok(ubuf, len))
		return -EFAULT;
	ret = fd_to_socket(fd, &f);
	if (ret)
		return ret;
	iobuf_user(&b, ubuf, len);
	ret = socket_receive(f, &b, flags, &r);
	file_put(f);
	socket_rights_drop(r.rights);
	if (r.has_id)
		socket_id_put(&r.id);
	if (ret >= 0 && uaddr) {
		err = address_to_user(&r.from, uaddr, ulen);
		ret = err ? err : ret;
	}
	return ret;
}

/* The header and its vector. */
static int message_begin(struct user_msghdr *m, struct user_vec *v,
			 uptr_t umsg)
{
	if (copy_from_user(m, umsg, sizeof(*m)))
		return -EFAULT;
	if (m->msg_iovlen > UIO_MAXIOV)
		return -EMSGSIZE;
	if (m->msg_name && m->msg_namelen < 0)
		return -EINVAL;
	return user_vec_init(v, m->msg_iov, m->msg_iovlen);
}

static ssize_t send_one(struct file *f, uptr_t umsg, u32 flags)
{
	struct walk w = socket_walk();
	struct socket_send_args a = { .walk = &w };
	struct socket_address to;
	struct socket_id id;
	struct user_msghdr m;
	struct user_vec v;
	ssize_t n = message_begin(&m, &v, umsg);

	if (n)
		return n;
	a.data = &v.buf;
	a.flags = flags;
	if (m.msg_name && m.msg_namelen) {
		n = address_from_user(&to, m.msg_name,
				      min(m.msg_namelen, (s32)
					  sizeof(struct sockaddr_storage)));
		a.to = &to;
	}
	if (!n)
		n = control_from_user(&m, &a, &id);
	if (!n) {
		n = send_message(f, &a);
		if (a.id)
			socket_id_put(a.id);
	}
	user_vec_fini(&v);
	return n;
}

long sys_sendmsg(int fd, uptr_t umsg, u32 flags)
{
	struct file *f;
	long ret = fd_to_socket(fd, &f);

	if (ret)
		return ret;
	ret = send_one(f, umsg, flags);
	file_put(f);
	return ret;
}

/* What came goes to the header at @umsg. */
static int tell_message(const struct user_msghdr *m, uptr_t umsg,
			const struct socket_received *r)
{
	uptr_t namelen = umsg + offsetof(struct user_msghdr, msg_namelen);
	int err = 0;

	if (m->msg_name)
		err = address_to_user(&r->from, m->msg_name, namelen);
	if (!err)
		err = put_user_u32(umsg + offsetof(struct user_msghdr,
						   msg_flags), r->flags);
	if (!err)
		err = put_user_u64(umsg + offsetof(struct user_msghdr,
						   msg_controllen),
				   m->msg_controllen);
	return err;
}

static ssize_t receive_one(struct file *f, uptr_t umsg, u32 flags)
{
	struct socket_received r;
	struct user_msghdr m;
	struct user_vec v;
	ssize_t n = message_begin(&m, &v, umsg);
	int err;

	if (n)
		return n;
	n = socket_receive(f, &v.buf, flags & ~(u32)MSG_CMSG_CLOEXEC, &r);
	user_vec_fini(&v);
	if (n >= 0) {
		r.flags |= flags & MSG_CMSG_CLOEXEC;
		err = control_to_user(f, &m, flags, &r);
		if (!err)
			err = tell_message(&m, umsg, &r);
		n = err ? err : n;
	}
	socket_rights_drop(r.rights);
	if (r.has_id)
		socket_id_put(&r.id);
	return n;
}

long sys_recvmsg(int fd, uptr_t umsg, u32 flags)
{
	struct file *f;
	long ret = fd_to_socket(fd, &f);

	if (ret)
		return ret;
	ret = receive_one(f, umsg, flags);
	file_put(f);
	return ret;
}

static uptr_t vector_at(uptr_t uvec, u32 i)
{
	return uvec + i * sizeof(struct mmsghdr);
}

static int put_length(uptr_t uvec, u32 i, ssize_t n)
{
	return put_user_u32(vector_at(uvec, i) +
			    offsetof(struct mmsghdr, msg_len), (u32)n);
}

long sys_sendmmsg(int fd, uptr_t uvec, u32 n, u32 flags)
{
	struct file *f;
	ssize_t got = 0;
	u32 i;
	long ret = fd_to_socket(fd, &f);

	if (ret)
		return ret;
	n = min(n, (u32)UIO_MAXIOV);
	for (i = 0; i < n; i++) {
		got = send_one(f, vector_at(uvec, i), flags);
		if (got >= 0)
			got = put_length(uvec, i, got);
		if (got < 0)
			break;
		cond_resched();
	}
	file_put(f);
	return i ? (long)i : got;
}

/* Receive up to @n; how many, or the error of the first. */
static long receive_many(struct file *f, uptr_t uvec, u32 n, u32 flags,
			 u64 deadline_ns)
{
	ssize_t got = 0;
	u32 i = 0;

	while (i < n) {
		got = receive_one(f, vector_at(uvec, i),
				  flags & ~(u32)MSG_WAITFORONE);
		if (got >= 0)
			got = put_length(uvec, i, got);
		if (got < 0)
			break;
		i++;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (deadline_ns != U64_MAX && !time_left_ns(deadline_ns))
			break;
		cond_resched();
	}
	return i ? (long)i : got;
}

long sys_recvmmsg(int fd, uptr_t uvec, u32 n, u32 flags, uptr_t uts)
{
	u64 deadline = U64_MAX;
	struct file *f;
	long ret = uts ? deadline_from_user(&deadline, uts) : 0;

	if (ret)
		return ret;
	ret = fd_to_socket(fd, &f);
	if (ret)
		return ret;
	ret = socket_take_error(f);
	if (ret)
		ret = -ret;
	else
		ret = receive_many(f, uvec, min(n, (u32)UIO_MAXIOV), flags,
				   deadline);
	file_put(f);
	if (ret > 0 && uts && timespec_to_user(uts, time_left_ns(deadline)))
		return -EFAULT;
	return ret;
}
