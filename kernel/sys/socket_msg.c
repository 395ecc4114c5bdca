/*
 * kernel/sys/socket_msg.c - what travels beside the data of a message
 *
 * What:  descriptors become files and files descriptors; identities are
 *        checked when they are given, and told as numbers of the receiver's
 *        pid namespace.
 * See:   cmsg(3), unix(7), "Ancillary messages".
 */
#include "socket_msg.h"

#include "path_util.h"

#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/pidns.h>
#include <proc/procfs.h>
#include <proc/task.h>
#include <proc/user.h>
#include <proc/user_ns.h>
#include <uapi/errno.h>
#include <vm/uaccess.h>

/* net.core.optmem_max */
#define CONTROL_MAX 131072ul
#define OVERFLOW_ID 65534u

/* Descriptors become files of @a. */
static int take_rights(struct socket_send_args *a, const void *data,
		       size_t len)
{
	const char *fds = data;
	struct socket_rights *r = a->rights;
	u32 n = (u32)(len / sizeof(int));

	if (!n)
		return 0;
	if (n > SCM_MAX_FD)
		return -EINVAL;
	if (!r)
		r = socket_rights_alloc(SCM_MAX_FD);
	if (!r)
		return -ENOMEM;
	a->rights = r;
	if (n > SCM_MAX_FD - r->n)
		return -EINVAL;
	for (u32 i = 0; i < n; i++) {
		int fd, err;

		memcpy(&fd, fds + i * sizeof(fd), sizeof(fd));
		err = fd_to_any(fd, &r->files[r->n]);
		if (err)
			return err;
		r->n++;
	}
	return 0;
}

/* May the caller say that it is this one? The ids are global. */
static bool may_claim(const struct ucred *u)
{
	const struct cred *c = current_cred();

	if (u->pid != pid_vnr(current_process()->tgid) &&
	    !ns_capable(current_pidns()->common.owner, CAP_SYS_ADMIN))
		return false;
	if (u->uid != c->uid && u->uid != c->euid && u->uid != c->suid &&
	    !self_capable(CAP_SETUID))
		return false;
	return u->gid == c->gid || u->gid == c->egid || u->gid == c->sgid ||
	       self_capable(CAP_SETGID);
}

static int take_credentials(struct socket_send_args *a, const void *data,
			    struct socket_id *id)
{
	struct ucred u;
	struct pid *pid;

	memcpy(&u, data, sizeof(u));
	u.uid = uid_to_global(current_cred()->user_ns, u.uid);
	u.gid = gid_to_global(current_cred()->user_ns, u.gid);
	if (u.uid == ID_INVALID || u.gid == ID_INVALID)
		return -EINVAL;
	if (!may_claim(&u))
		return -EPERM;
	rcu_read_lock();
	pid = pid_find(u.pid, current_pidns());
	if (pid && !refcount_try_get(&pid->refs))
		pid = NULL;
	rcu_read_unlock();
	if (!pid)
		return -ESRCH;
	if (a->id)
		socket_id_put(a->id);
	*id = (struct socket_id){ pid, u.uid, u.gid };
	a->id = id;
	return 0;
}

static int take_one(struct socket_send_args *a, const struct cmsghdr *c,
		    const void *data, struct socket_id *id)
{
	size_t len = c->cmsg_len - sizeof(*c);

	if (c->cmsg_level != SOL_SOCKET)
		return 0;
	if (c->cmsg_type == SCM_RIGHTS)
		return take_rights(a, data, len);
	if (c->cmsg_type == SCM_CREDENTIALS && len == sizeof(struct ucred))
		return take_credentials(a, data, id);
	return -EINVAL;
}

static int take_all(struct socket_send_args *a, const char *buf, size_t len,
		    struct socket_id *id)
{
	size_t off = 0;
	int err = 0;

	while (!err && len - off >= sizeof(struct cmsghdr)) {
		struct cmsghdr c;

		memcpy(&c, buf + off, sizeof(c));
		if (c.cmsg_len < sizeof(c) || c.cmsg_len > len - off)
			return -EINVAL;
		err = take_one(a, &c, buf + off + sizeof(c), id);
		if (CMSG_ALIGN(c.cmsg_len) >= len - off)
			break;
		off += CMSG_ALIGN(c.cmsg_len);
	}
	return err;
}

int control_from_user(const struct user_msghdr *m, struct socket_send_args *a,
		      struct socket_id *id)
{
	size_t len = m->msg_controllen;
	char *buf;
	int err;

	if (!len || !m->msg_control)
		return 0;
	if (len > CONTROL_MAX)
		return -ENOBUFS;
	buf = kmalloc(len);
	if (!buf)
		return -ENOBUFS;
	err = copy_from_user(buf, m->msg_control, len);
	if (!err)
		err = take_all(a, buf, len, id);
	kfree(buf);
	if (err) {
		socket_rights_drop(a->rights);
		a->rights = NULL;
		if (a->id)
			socket_id_put(a->id);
		a->id = NULL;
	}
	return err;
}

/* Where the next control message goes. */
struct control {
	uptr_t at;
	size_t left;
	u32 *flags;		/* MSG_CTRUNC */
};

static int put_header(struct control *c, int type, size_t len)
{
	struct cmsghdr h = {
		.cmsg_len = len,
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = type,
	};

	return copy_to_user(c->at, &h, sizeof(h));
}

static void advance(struct control *c, size_t space)
{
	space = min(space, c->left);
	c->at += space;
	c->left -= space;
}

/* What does not fit is cut. 0, -EFAULT. */
static int put_control(struct control *c, int type, const void *data,
		       size_t len)
{
	size_t total = CMSG_LEN(len);

	if (c->left < sizeof(struct cmsghdr)) {
		*c->flags |= MSG_CTRUNC;
		return 0;
	}
	if (c->left < total) {
		*c->flags |= MSG_CTRUNC;
		total = c->left;
	}
	if (put_header(c, type, total) ||
	    copy_to_user(c->at + sizeof(struct cmsghdr), data,
			 total - sizeof(struct cmsghdr)))
		return -EFAULT;
	advance(c, CMSG_SPACE(len));
	return 0;
}

static int put_credentials(struct control *c, const struct socket_received *r)
{
	const struct user_ns *ns = current_cred()->user_ns;
	struct ucred u = { 0, OVERFLOW_ID, OVERFLOW_ID };

	if (r->has_id)
		u = (struct ucred){ pid_vnr(r->id.pid),
				    uid_shown(ns, r->id.uid),
				    gid_shown(ns, r->id.gid) };
	return put_control(c, SCM_CREDENTIALS, &u, sizeof(u));
}

/* A negative number tells why there is no descriptor. */
static int put_pidfd(struct control *c, const struct socket_received *r)
{
	struct file *f;
	int fd = -ESRCH;
	int err;

	if (c->left < CMSG_LEN(sizeof(fd))) {
		*c->flags |= MSG_CTRUNC;
		return 0;
	}
	if (r->has_id && r->id.pid && pidfd_create) {
		fd = pidfd_create(r->id.pid, 0, &f);
		if (!fd)
			fd = (int)file_to_fd(f, true);
	}
	err = put_control(c, SCM_PIDFD, &fd, sizeof(fd));
	if (err && fd >= 0)
		fd_close(current_task()->files, fd);
	return err;
}

/* A number for one file, written to @to. 0 or -errno. */
static int install_right(struct file *f, bool cloexec, uptr_t to)
{
	struct file_table *table = current_task()->files;
	int fd = fd_alloc(table, 0, current_rlimit(RLIMIT_NOFILE), cloexec);

	if (fd < 0)
		return fd;
	if (put_user_u32(to, (u32)fd)) {
		fd_cancel(table, fd);
		return -EFAULT;
	}
	fd_install(table, fd, file_get(f));
	return 0;
}

/* As many as there is room for; the others are closed. */
static int put_rights(struct control *c, const struct socket_rights *r,
		      bool cloexec)
{
	u32 room = 0, n;
	size_t len;

	if (c->left > sizeof(struct cmsghdr))
		room = (u32)min((c->left - sizeof(struct cmsghdr)) /
				sizeof(int), (size_t)SCM_MAX_FD);
	for (n = 0; n < min(room, r->n); n++) {
		if (install_right(r->files[n], cloexec, c->at +
				  sizeof(struct cmsghdr) + n * sizeof(int)))
			break;
	}
	if (n < r->n)
		*c->flags |= MSG_CTRUNC;
	if (!n)
		return 0;
	len = n * sizeof(int);
	if (put_header(c, SCM_RIGHTS, CMSG_LEN(len)))
		return -EFAULT;
	advance(c, CMSG_SPACE(len));
	return 0;
}

int control_to_user(struct file *f, struct user_msghdr *m, u32 flags,
		    struct socket_received *r)
{
	u64 bits = socket_options(f)->bits;
	struct control c = {
		.at = m->msg_control,
		.left = m->msg_control ? m->msg_controllen : 0,
		.flags = &r->flags,
	};
	int err = 0;

	if (bits & BIT(SO_PASSCRED))
		err = put_credentials(&c, r);
	if (!err && r->rights)
		err = put_rights(&c, r->rights, flags & MSG_CMSG_CLOEXEC);
	if (!err && (bits & SOCKET_PASSPIDFD))
		err = put_pidfd(&c, r);
	m->msg_controllen = c.at - m->msg_control;
	return err;
}
