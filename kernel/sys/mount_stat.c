/*
 * kernel/sys/mount_stat.c - statmount, listmount
 *
 * What:  which namespace and whose root a request is about; copies in and out,
 *        in Linux's order.
 * Locks: none.
 * Not:   the answers: fs/mount_stat.c.
 * See:   statmount(2), listmount(2)
 */
#include "calls.h"

#include "path_util.h"

#include <fs/mount_stat.h>
#include <mm/kmalloc.h>
#include <proc/mntns.h>
#include <proc/nsproxy.h>
#include <proc/procfs.h>
#include <proc/task.h>
#include <proc/user_ns.h>
#include <uapi/errno.h>
#include <vm/uaccess.h>

#define LIST_MAX 1000000u

static int request_get(struct mnt_id_req *req, uptr_t ureq)
{
	u32 size;
	int err;

	if (get_user_u32(&size, ureq))
		return -EFAULT;
	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < MNT_ID_REQ_SIZE_VER0)
		return -EINVAL;
	err = copy_struct_from_user(req, sizeof(*req), ureq, size);
	if (!err && req->mnt_id <= MNT_UNIQUE_ID_OFFSET)
		err = -EINVAL;
	return err;
}

static int ns_of_fd(int fd, struct mount_ns **out)
{
	struct ns_common *ns;
	struct file *f;
	int err = fd_to_file(fd, &f);

	if (err)
		return err;
	ns = file_ns_get(f);
	if (ns && ns->ops == &mntns_ops)
		*out = mount_ns_get(mntns_of(ns));
	else
		err = -EINVAL;
	file_put(f);
	return err;
}

/* The namespace that is meant, with a reference. */
static int ns_of(const struct mnt_id_req *req, struct mount_ns **out)
{
	if (req->mnt_ns_id && req->mnt_ns_fd)
		return -EINVAL;
	if (req->mnt_ns_fd)
		return ns_of_fd((int)req->mnt_ns_fd, out);
	*out = req->mnt_ns_id ? mntns_by_seq(req->mnt_ns_id) :
	       mount_ns_get(current_task()->nsproxy->mnt);
	return *out ? 0 : -ENOENT;
}

static int query_begin(const struct mnt_id_req *req, struct mount_query *q)
{
	struct mount_ns *own = current_task()->nsproxy->mnt;
	int err = ns_of(req, &q->ns);

	if (err)
		return err;
	q->id = req->mnt_id;
	q->sees_all = ns_capable(mntns_common(q->ns)->owner, CAP_SYS_ADMIN);
	if (req->mnt_ns_id && q->ns != own && !q->sees_all) {
		mount_ns_put(q->ns);
		return -ENOENT;
	}
	if (q->ns == own)
		fs_context_root(current_task()->fs, &q->root);
	else
		mount_ns_root(q->ns, &q->root);
	return 0;
}

static void query_end(struct mount_query *q)
{
	path_put(&q->root);
	mount_ns_put(q->ns);
}

/* Texts need their room, and the rest is cut. */
static long answer_put(uptr_t ubuf, size_t size, struct statmount *out,
		       const struct seq_buf *texts)
{
	size_t len = min(size, sizeof(*out));

	if (texts->len && sizeof(*out) + texts->len > size)
		return -EOVERFLOW;
	out->size = (u32)(len + texts->len);
	if (texts->len && copy_to_user(ubuf + sizeof(*out), texts->data,
				       texts->len))
		return -EFAULT;
	return copy_to_user(ubuf, out, len);
}

static long stat_put(const struct mount_query *q, uptr_t ubuf, size_t size)
{
	struct statmount out = { 0 };
	struct seq_buf texts;
	long err;

	seq_init(&texts);
	err = mount_stat(q, &out, &texts);
	if (!err && (q->mask & STATMOUNT_MNT_NS_ID)) {
		out.mask |= STATMOUNT_MNT_NS_ID;
		out.mnt_ns_id = mntns_seq(mntns_common(q->ns));
	}
	if (!err)
		err = answer_put(ubuf, size, &out, &texts);
	seq_fini(&texts);
	return err;
}

long sys_statmount(uptr_t ureq, uptr_t ubuf, size_t size, u32 flags)
{
	struct mnt_id_req req;
	struct mount_query q;
	long err;

	if (flags)
		return -EINVAL;
	err = request_get(&req, ureq);
	if (!err)
		err = query_begin(&req, &q);
	if (err)
		return err;
	q.mask = req.param;
	if (!user_range_ok(ubuf, size))
		err = -EFAULT;
	else if ((req.param & STATMOUNT_TEXTS) &&
		 size == sizeof(struct statmount))
		err = -EOVERFLOW;
	else
		err = stat_put(&q, ubuf, size);
	query_end(&q);
	return err;
}

/* @n: more than the namespace has are not found. */
static long list_put(const struct mount_query *q, uptr_t uids, size_t n)
{
	u64 *ids;
	long found;

	n = min(n, (size_t)READ_ONCE(q->ns->nmounts));
	ids = kmalloc(max(n, 1ul) * sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	found = mount_list(q, ids, n);
	if (found > 0 &&
	    copy_to_user(uids, ids, (size_t)found * sizeof(*ids)))
		found = -EFAULT;
	kfree(ids);
	return found;
}

long sys_listmount(uptr_t ureq, uptr_t uids, size_t n, u32 flags)
{
	struct mnt_id_req req;
	struct mount_query q;
	long ret;

	if (flags & ~LISTMOUNT_REVERSE)
		return -EINVAL;
	if (n > LIST_MAX)
		return -EOVERFLOW;
	if (!user_range_ok(uids, n * sizeof(u64)))
		return -EFAULT;
	ret = request_get(&req, ureq);
	if (!ret && req.param && req.param <= MNT_UNIQUE_ID_OFFSET)
		ret = -EINVAL;
	if (!ret)
		ret = query_begin(&req, &q);
	if (ret)
		return ret;
	q.behind = req.param;
	q.back = flags & LISTMOUNT_REVERSE;
	ret = list_put(&q, uids, n);
	query_end(&q);
	return ret;
}
