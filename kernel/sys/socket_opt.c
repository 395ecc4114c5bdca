/*
 * kernel/sys/socket_opt.c - getsockopt and setsockopt
 *
 * See:   getsockopt(2), socket(7), unix(7).
 */
#include "calls.h"

#include "path_util.h"
#include "socket.h"
#include "time_util.h"

#include <lib/string.h>
#include <proc/procfs.h>
#include <proc/task.h>
#include <proc/user_ns.h>
#include <uapi/errno.h>
#include <vm/uaccess.h>

/* Least sizes of the buffers. */
#define SNDBUF_MIN 4608u
#define RCVBUF_MIN 2304u

/* Switches that are kept; only the first changes anything here. */
#define SWITCHES (BIT(SO_PASSCRED) | BIT(SO_REUSEADDR) | BIT(SO_KEEPALIVE) | \
		  BIT(SO_BROADCAST) | BIT(SO_OOBINLINE) | BIT(SO_DONTROUTE))

static u64 switch_bit(int name)
{
	if (name == SO_PASSPIDFD)
		return SOCKET_PASSPIDFD;
	return name > 0 && name < 63 ? BIT(name) & SWITCHES : 0;
}

static void set_switch(struct socket_options *o, u64 bit, bool on)
{
	if (on)
		__atomic_fetch_or(&o->bits, bit, __ATOMIC_RELAXED);
	else
		__atomic_fetch_and(&o->bits, ~bit, __ATOMIC_RELAXED);
}

/* The kernel doubles what is asked for. @max: 0: no limit. */
static u32 buffer_size(int value, u32 max_bytes, u32 min_bytes)
{
	u32 n = value < 0 ? (u32)INT_MAX / 2 : (u32)value;

	if (max_bytes)
		n = min((u32)value, max_bytes);
	return max(min(n, (u32)INT_MAX / 2) * 2, min_bytes);
}

static int set_number(struct socket_options *o, int name, int value)
{
	u64 bit = switch_bit(name);

	if (bit) {
		set_switch(o, bit, value);
		return 0;
	}
	switch (name) {
	case SO_SNDBUFFORCE:
	case SO_RCVBUFFORCE:
		if (!capable(CAP_NET_ADMIN))
			return -EPERM;
		if (name == SO_SNDBUFFORCE)
			o->sndbuf = buffer_size(value, 0, SNDBUF_MIN);
		else
			o->rcvbuf = buffer_size(value, 0, RCVBUF_MIN);
		return 0;
	case SO_SNDBUF:
		o->sndbuf = buffer_size(value, SOCKET_BUF_MAX, SNDBUF_MIN);
		return 0;
	case SO_RCVBUF:
		o->rcvbuf = buffer_size(value, SOCKET_BUF_MAX, RCVBUF_MIN);
		return 0;
	case SO_RCVLOWAT:
		o->rcvlowat = value < 0 ? INT_MAX : max((u32)value, 1u);
		return 0;
	case SO_PRIORITY:
	case SO_NO_CHECK:
		return 0;
	}
	return -ENOPROTOOPT;
}

static int set_timeout(u64 *timeout_ns, uptr_t uvalue, u32 len)
{
	struct timeval tv;
	struct timespec ts;
	u64 ns;

	if (len < sizeof(tv))
		return -EINVAL;
	if (copy_from_user(&tv, uvalue, sizeof(tv)))
		return -EFAULT;
	if (tv.tv_usec < 0 || tv.tv_usec >= USEC_PER_SEC)
		return -EDOM;
	/* A negative time is none at all. */
	ts = (struct timespec){ tv.tv_sec, tv.tv_usec * NSEC_PER_USEC };
	if (timespec_to_ns(&ts, &ns))
		ns = 1;
	WRITE_ONCE(*timeout_ns, ns == U64_MAX ? 0 : ns);
	return 0;
}

static int set_linger(struct socket_options *o, uptr_t uvalue, u32 len)
{
	struct linger l;

	if (len < sizeof(l))
		return -EINVAL;
	if (copy_from_user(&l, uvalue, sizeof(l)))
		return -EFAULT;
	o->linger = (struct linger){ !!l.l_onoff, l.l_linger };
	return 0;
}

static int set_option(struct file *f, int name, uptr_t uvalue, u32 len)
{
	struct socket_options *o = socket_options(f);
	u32 value;

	if (len < sizeof(value))
		return -EINVAL;
	if (get_user_u32(&value, uvalue))
		return -EFAULT;
	switch (name) {
	case SO_RCVTIMEO:
		return set_timeout(&o->rcvtimeo_ns, uvalue, len);
	case SO_SNDTIMEO:
		return set_timeout(&o->sndtimeo_ns, uvalue, len);
	case SO_LINGER:
		return set_linger(o, uvalue, len);
	}
	return set_number(o, name, (int)value);
}

long sys_setsockopt(int fd, int level, int name, uptr_t uvalue, int len)
{
	struct file *f;
	int err;

	if (len < 0)
		return -EINVAL;
	err = fd_to_socket(fd, &f);
	if (err)
		return err;
	err = -EOPNOTSUPP;
	if (level == SOL_SOCKET)
		err = set_option(f, name, uvalue, (u32)len);
	file_put(f);
	return err;
}

/* What an option is, as bytes for user space. */
struct value {
	union {
		s32 number;
		struct timeval time;
		struct linger linger;
		struct ucred cred;
		struct socket_address address;
	};
	const void *data;
	u32 len;
	struct file *file;	/* owned; @number is reserved for it */
};

static void value_peer_cred(struct file *f, struct value *v)
{
	struct socket_id id;

	socket_peer_id(f, &id);
	v->cred = (struct ucred){ pid_vnr(id.pid), ID_INVALID, ID_INVALID };
	if (id.uid != ID_INVALID) {
		v->cred.uid = uid_shown(current_cred()->user_ns, id.uid);
		v->cred.gid = gid_shown(current_cred()->user_ns, id.gid);
	}
	v->len = sizeof(v->cred);
	socket_id_put(&id);
}

/* A new descriptor of the peer's process. */
static int value_peer_pidfd(struct file *f, struct value *v)
{
	struct socket_id id;
	int err = -ENODATA;

	socket_peer_id(f, &id);
	if (id.pid && pidfd_create)
		err = pidfd_create(id.pid, 0, &v->file);
	socket_id_put(&id);
	if (err)
		return err;
	v->number = fd_alloc(current_task()->files, 0,
			     current_rlimit(RLIMIT_NOFILE), true);
	if (v->number < 0)
		file_put(v->file);
	return min(v->number, 0);
}

/* The caller knows the number, or there is none. */
static void value_finish(struct value *v, bool told)
{
	struct file_table *table = current_task()->files;

	if (!v->file)
		return;
	if (told) {
		fd_install(table, v->number, v->file);
		return;
	}
	fd_cancel(table, v->number);
	file_put(v->file);
}

static void value_timeout(u64 ns, struct value *v)
{
	v->time = ns_to_timeval(ns);
	v->len = sizeof(v->time);
}

static int value_of_state(struct file *f, int name, struct value *v)
{
	switch (name) {
	case SO_TYPE:
		v->number = (s32)socket_type(f);
		return 0;
	case SO_DOMAIN:
		v->number = AF_UNIX;
		return 0;
	case SO_ERROR:
		v->number = socket_take_error(f);
		return 0;
	case SO_ACCEPTCONN:
		v->number = socket_is_listening(f);
		return 0;
	case SO_PEERCRED:
		value_peer_cred(f, v);
		return 0;
	case SO_PEERPIDFD:
		return value_peer_pidfd(f, v);
	case SO_PEERNAME:
		if (socket_get_address(f, true, &v->address))
			return -ENOTCONN;
		v->data = &v->address.sun;
		v->len = v->address.len;
		return 0;
	case SO_PROTOCOL:
	case SO_DEBUG:
	case SO_REUSEPORT:
	case SO_PRIORITY:
	case SO_NO_CHECK:
		return 0;
	}
	return -ENOPROTOOPT;
}

static int value_of(struct file *f, int name, struct value *v)
{
	const struct socket_options *o = socket_options(f);
	u64 bit = switch_bit(name);

	v->data = v;
	v->len = sizeof(v->number);
	v->number = 0;
	v->file = NULL;
	if (bit) {
		v->number = (o->bits & bit) != 0;
		return 0;
	}
	switch (name) {
	case SO_SNDBUF:
		v->number = (s32)o->sndbuf;
		return 0;
	case SO_RCVBUF:
		v->number = (s32)o->rcvbuf;
		return 0;
	case SO_RCVLOWAT:
		v->number = (s32)o->rcvlowat;
		return 0;
	case SO_SNDLOWAT:
		v->number = 1;
		return 0;
	case SO_RCVTIMEO:
		value_timeout(o->rcvtimeo_ns, v);
		return 0;
	case SO_SNDTIMEO:
		value_timeout(o->sndtimeo_ns, v);
		return 0;
	case SO_LINGER:
		v->linger = o->linger;
		v->len = sizeof(v->linger);
		return 0;
	}
	return value_of_state(f, name, v);
}

static int get_option(struct file *f, int name, uptr_t uvalue, uptr_t ulen)
{
	struct value v;
	u32 len;
	int err;

	if (get_user_u32(&len, ulen))
		return -EFAULT;
	if ((int)len < 0)
		return -EINVAL;
	err = value_of(f, name, &v);
	if (err)
		return err;
	/* An address must fit; anything else is cut. */
	if (name == SO_PEERNAME && len > v.len)
		len = v.len;
	else if (name == SO_PEERNAME && len < v.len)
		return -EINVAL;
	len = min(len, v.len);
	err = copy_to_user(uvalue, v.data, len);
	if (!err)
		err = put_user_u32(ulen, len);
	value_finish(&v, !err);
	return err;
}

long sys_getsockopt(int fd, int level, int name, uptr_t uvalue, uptr_t ulen)
{
	struct file *f;
	int err = fd_to_socket(fd, &f);

	if (err)
		return err;
	err = -EOPNOTSUPP;
	if (level == SOL_SOCKET)
		err = get_option(f, name, uvalue, ulen);
	file_put(f);
	return err;
}
