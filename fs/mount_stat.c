/*
 * fs/mount_stat.c - mounts told by their ids
 *
 * What:  what statmount(2) and listmount(2) answer. The id of a mount that is
 *        never used again is its number and MNT_UNIQUE_ID_OFFSET.
 * Locks: mount_mutex while a mount is looked for and described.
 * Not:   lines of /proc (mount_show.c); arguments (kernel/sys/mount_stat.c).
 * See:   the header.
 */
#include <fs/mount_stat.h>

#include <lib/string.h>
#include <mm/kmalloc.h>
#include <sched/mutex.h>
#include <uapi/kdev.h>

#include "mount.h"

static u64 unique_id(const struct mount *m)
{
	return m->id + MNT_UNIQUE_ID_OFFSET;
}

static struct mount *find_id(const struct mount_ns *ns, u64 id)
{
	struct mount *m;

	for_each_list(m, &ns->mounts, ns_link) {
		if (unique_id(m) == id)
			return m;
	}
	return NULL;
}

static bool is_below(struct mount *m, const struct path *top)
{
	const struct path p = { .mount = m, .dentry = m->root };

	return path_is_below(&p, top);
}

static void tell_superblock(const struct superblock *sb, struct statmount *out)
{
	out->mask |= STATMOUNT_SB_BASIC;
	out->sb_dev_major = DEV_MAJOR(sb->dev);
	out->sb_dev_minor = DEV_MINOR(sb->dev);
	out->sb_magic = sb->magic;
	out->sb_flags = sb->flags & (u32)(MS_RDONLY | MS_SYNCHRONOUS |
					  MS_DIRSYNC | MS_LAZYTIME);
}

static u64 attributes(u32 flags)
{
	u64 attr = flags & (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
			    MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);

	if (flags & MS_NODIRATIME)
		attr |= MOUNT_ATTR_NODIRATIME;
	if (flags & MS_NOSYMFOLLOW)
		attr |= MOUNT_ATTR_NOSYMFOLLOW;
	if (flags & MS_NOATIME)
		attr |= MOUNT_ATTR_NOATIME;
	else if (!(flags & MS_RELATIME))
		attr |= MOUNT_ATTR_STRICTATIME;
	return attr;
}

static u64 propagation(const struct mount *m)
{
	u64 types = (m->group ? MS_SHARED : 0) | (m->master ? MS_SLAVE : 0) |
		    (m->unbindable ? MS_UNBINDABLE : 0);

	return types ? types : MS_PRIVATE;
}

static void tell_mount(const struct mount *m, struct statmount *out)
{
	const struct mount *parent = m->parent ? m->parent : m;

	out->mask |= STATMOUNT_MNT_BASIC;
	out->mnt_id = unique_id(m);
	out->mnt_parent_id = unique_id(parent);
	out->mnt_id_old = (u32)m->id;
	out->mnt_parent_id_old = (u32)parent->id;
	out->mnt_attr = attributes(m->flags);
	out->mnt_propagation = propagation(m);
	out->mnt_peer_group = m->group;
	out->mnt_master = m->master ? m->master->group : 0;
}

/* Is one of the peers of @m below @top, in @ns? */
static bool has_peer_below(struct mount *m, const struct mount_ns *ns,
			   const struct path *top)
{
	struct mount *peer = m;

	do {
		if (peer->ns == ns && is_below(peer, top))
			return true;
		peer = list_entry(peer->peers.next, struct mount, peers);
	} while (peer != m);
	return false;
}

/* The nearest group that can be seen from which something reaches @m. */
static void tell_source(const struct mount *m, const struct path *root,
			struct statmount *out)
{
	struct mount *master = m->master;

	out->mask |= STATMOUNT_PROPAGATE_FROM;
	while (master && !has_peer_below(master, m->ns, root))
		master = master->master;
	out->propagate_from = master ? master->group : 0;
}

/* Where @text begins among the others; NULL: an empty one. */
static u32 add_text(struct seq_buf *texts, const char *text)
{
	size_t at;

	/* At the start is the empty text, for those that were not asked. */
	if (!texts->len)
		seq_putc(texts, '\0');
	at = texts->len;
	if (text)
		seq_puts(texts, text);
	seq_putc(texts, '\0');
	return (u32)at;
}

static const char *options(struct superblock *sb, char *buf)
{
	size_t len = 0;

	if (sb->ops && sb->ops->show_options)
		len = sb->ops->show_options(sb, buf, PATH_MAX - 1);
	buf[len] = '\0';
	return *buf == ',' ? buf + 1 : buf;
}

static void tell_texts(const struct mount_query *q, const struct mount *m,
		       struct statmount *out, struct seq_buf *texts)
{
	u64 mask = q->mask;
	char *buf = kmalloc(PATH_MAX);

	if (!buf) {
		texts->failed = true;
		return;
	}
	if (mask & STATMOUNT_FS_TYPE)
		out->fs_type = add_text(texts, m->sb->type);
	if (mask & STATMOUNT_MNT_ROOT)
		out->mnt_root = add_text(texts, mount_root_text(m, buf));
	if (mask & STATMOUNT_MNT_POINT)
		out->mnt_point = add_text(texts,
					  mount_place_text(m, &q->root, buf));
	if (mask & STATMOUNT_MNT_OPTS)
		out->mnt_opts = add_text(texts, options(m->sb, buf));
	out->mask |= mask & STATMOUNT_TEXTS;
	kfree(buf);
}

static int stat_locked(const struct mount_query *q, struct statmount *out,
		       struct seq_buf *texts)
{
	u64 mask = q->mask;
	struct mount *m = find_id(q->ns, q->id);

	if (!m)
		return -ENOENT;
	if (!q->sees_all && !is_below(m, &q->root))
		return -EPERM;
	if (mask & STATMOUNT_SB_BASIC)
		tell_superblock(m->sb, out);
	if (mask & STATMOUNT_MNT_BASIC)
		tell_mount(m, out);
	if (mask & STATMOUNT_PROPAGATE_FROM)
		tell_source(m, &q->root, out);
	if (mask & STATMOUNT_TEXTS)
		tell_texts(q, m, out, texts);
	return texts->failed ? -ENOMEM : 0;
}

int mount_stat(const struct mount_query *q, struct statmount *out,
	       struct seq_buf *texts)
{
	int err;

	mount_tree_lock();
	err = stat_locked(q, out, texts);
	mount_tree_unlock();
	return err;
}

/* The neighbour of @m in its namespace, or with NULL the one at the end; NULL:
 * there is none. */
static struct mount *step(const struct mount_ns *ns, struct mount *m, bool back)
{
	const struct list *at = m ? &m->ns_link : &ns->mounts;
	struct list *next = back ? at->prev : at->next;

	return next == &ns->mounts ? NULL :
	       list_entry(next, struct mount, ns_link);
}

static bool is_behind(const struct mount *m, const struct mount_query *q)
{
	return !q->behind || (q->back ? unique_id(m) < q->behind :
					unique_id(m) > q->behind);
}

static long list_locked(const struct mount_query *q, u64 *ids, size_t n)
{
	struct path top = q->root;
	struct mount *m;
	size_t found = 0;

	if (q->id != LSMT_ROOT) {
		top.mount = find_id(q->ns, q->id);
		if (!top.mount)
			return -ENOENT;
		top.dentry = top.mount->root;
		if (!q->sees_all && !path_is_below(&top, &q->root))
			return -EPERM;
	}
	for (m = step(q->ns, NULL, q->back); m && found < n;
	     m = step(q->ns, m, q->back)) {
		if (unique_id(m) != q->id && is_behind(m, q) &&
		    is_below(m, &top))
			ids[found++] = unique_id(m);
	}
	return (long)found;
}

long mount_list(const struct mount_query *q, u64 *ids, size_t n)
{
	long found;

	mount_tree_lock();
	found = list_locked(q, ids, n);
	mount_tree_unlock();
	return found;
}
