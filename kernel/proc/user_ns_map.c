/*
 * kernel/proc/user_ns_map.c - the id maps of user namespaces
 *
 * What:  /proc/PID/uid_map, gid_map, projid_map, setgroups: who may write them,
 *        once, and how they read.
 * Locks: maps_mutex (RANK_MUTEX_SMALL): one writer at a time. The extents are
 *        complete before the count is stored (release; the acquire is in
 *        user_ns.c), and stay until the namespace is freed.
 * Life:  an open file holds the user namespace that the process had then.
 * See:   user_namespaces(7), "User and group ID mappings: uid_map and gid_map"
 *        and "Interaction with system calls that change process UIDs or GIDs".
 */
#include "procfs_internal.h"

#include <fs/file.h>
#include <lib/ctype.h>
#include <lib/sort.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/user_ns.h>
#include <sched/mutex.h>
#include <uapi/errno.h>

static DEFINE_MUTEX(maps_mutex, RANK_MUTEX_SMALL);

enum id_kind {
	ID_USER,
	ID_GROUP,
	ID_PROJECT,	/* of quotas: kept and shown, used by no file here */
};

/* A map that is being written. */
struct map_draft {
	struct user_ns *ns;
	const struct cred *opener;	/* borrowed from the file */
	enum id_kind kind;
	struct id_map map;	/* extents hold ids of the parent until check
				   and translation are done */
};

static struct id_map *map_of(struct user_ns *ns, enum id_kind kind)
{
	switch (kind) {
	case ID_USER:
		return &ns->uids;
	case ID_GROUP:
		return &ns->gids;
	case ID_PROJECT:
		return &ns->projids;
	}
	return NULL;
}

static void map_free(struct id_map *map)
{
	kfree(map->by_first);
	kfree(map->by_global);
}

void user_ns_maps_free(struct user_ns *ns)
{
	map_free(&ns->uids);
	map_free(&ns->gids);
	map_free(&ns->projids);
}

/* --- reading ------------------------------------------------------------- */

/* The ids outside are shown as the reader's namespace calls them; to a reader
 * inside, as the parent does. */
static void show_map(struct user_ns *ns, struct user_ns *reader,
		     enum id_kind kind, struct seq_buf *out)
{
	const struct id_map *map = map_of(ns, kind);
	u32 n = load_acquire(&map->n);

	if (reader == ns && ns->parent)
		reader = ns->parent;
	for (u32 i = 0; i < n; i++) {
		const struct id_extent *e = &map->by_first[i];

		seq_printf(out, "%10u %10u %10u\n", e->first,
			   id_from_global(map_of(reader, kind), e->global),
			   e->count);
	}
}

/* --- parsing ------------------------------------------------------------- */

/* Digits, blanks behind them skipped; at least one must be there unless the
 * line ends. */
static int take_number(const char **at, u32 *out)
{
	const char *p = *at;
	u64 n = 0;

	if (!char_is_digit(*p))
		return -EINVAL;
	while (char_is_digit(*p)) {
		n = n * 10 + (u64)(*p++ - '0');
		if (n > U32_MAX)
			return -EINVAL;
	}
	if (*p && !char_is_space(*p))
		return -EINVAL;
	while (*p == ' ' || *p == '\t')
		p++;
	*at = p;
	*out = (u32)n;
	return 0;
}

static bool overlap(const struct id_map *map, const struct id_extent *new)
{
	for (u32 i = 0; i < map->n; i++) {
		const struct id_extent *e = &map->by_first[i];

		if ((new->first < e->first + e->count &&
		     e->first < new->first + new->count) ||
		    (new->global < e->global + e->count &&
		     e->global < new->global + new->count))
			return true;
	}
	return false;
}

/* "inside outside count" */
static int take_line(const char **at, struct id_map *map)
{
	struct id_extent e;

	while (**at == ' ' || **at == '\t')
		(*at)++;
	if (take_number(at, &e.first) || take_number(at, &e.global) ||
	    take_number(at, &e.count))
		return -EINVAL;
	if (**at == '\n')
		(*at)++;
	else if (**at)
		return -EINVAL;
	if (e.first == ID_INVALID || e.global == ID_INVALID ||
	    e.first + e.count <= e.first || e.global + e.count <= e.global)
		return -EINVAL;
	if (map->n == ID_EXTENTS_MAX || overlap(map, &e))
		return -EINVAL;
	map->by_first[map->n++] = e;
	return 0;
}

static int parse_map(const char *text, struct id_map *map)
{
	int err = 0;

	while (!err && *text)
		err = take_line(&text, map);
	return err || map->n ? err : -EINVAL;
}

/* --- permission ---------------------------------------------------------- */

static bool opener_capable(const struct map_draft *d, const struct user_ns *ns,
			   int cap)
{
	return cred_has_cap(d->opener, ns, cap);
}

/* Root of the parent brings file capabilities of its ids along: only with
 * CAP_SETFCAP there. */
static bool root_allowed(const struct map_draft *d)
{
	bool has_root = false;

	for (u32 i = 0; i < d->map.n; i++)
		has_root |= d->map.by_first[i].global == 0;
	if (!has_root)
		return true;
	if (d->opener->user_ns == d->ns)
		return d->ns->creator_setfcap;
	return opener_capable(d, d->ns->parent, CAP_SETFCAP);
}

/* What the parent means by @id. */
static u32 outer_to_global(const struct map_draft *d, u32 id)
{
	return id_to_global(map_of(d->ns->parent, d->kind), id);
}

/* One id, the writer's own: the creator may, without a capability. */
static bool is_own_id(const struct map_draft *d)
{
	const struct id_extent *e = &d->map.by_first[0];
	const struct cred *c = d->opener;
	u32 id;

	if (d->map.n != 1 || e->count != 1 || d->ns->owner_uid != c->euid)
		return false;
	id = outer_to_global(d, e->global);
	if (d->kind == ID_GROUP)
		return !d->ns->may_setgroups && id == c->egid;
	return id == c->euid;
}

static bool map_allowed(const struct map_draft *d)
{
	int cap = d->kind == ID_GROUP ? CAP_SETGID : CAP_SETUID;

	if (d->kind == ID_PROJECT)
		return true;
	if (d->kind == ID_USER && !root_allowed(d))
		return false;
	if (is_own_id(d))
		return true;
	return ns_capable(d->ns->parent, cap) &&
	       opener_capable(d, d->ns->parent, cap);
}

/* --- writing ------------------------------------------------------------- */

static int by_first(const void *a, const void *b)
{
	const struct id_extent *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

static int by_global(const void *a, const void *b)
{
	const struct id_extent *x = a, *y = b;

	return (x->global > y->global) - (x->global < y->global);
}

/* All ids of an extent must be one run in the parent's map, too. */
static int extent_to_global(const struct map_draft *d, struct id_extent *e)
{
	u32 first = outer_to_global(d, e->global);
	u32 last = e->global + (e->count - 1);

	if (first == ID_INVALID ||
	    outer_to_global(d, last) != first + (e->count - 1))
		return -EPERM;
	e->global = first;
	return 0;
}

static int map_finish(struct map_draft *d)
{
	struct id_map *map = &d->map;
	size_t size = map->n * sizeof(map->by_first[0]);

	for (u32 i = 0; i < map->n; i++) {
		int err = extent_to_global(d, &map->by_first[i]);

		if (err)
			return err;
	}
	map->by_global = kmalloc(size);
	if (!map->by_global)
		return -ENOMEM;
	memcpy(map->by_global, map->by_first, size);
	if (map->n <= ID_EXTENTS_UNSORTED)
		return 0;
	heap_sort(map->by_first, map->n, sizeof(map->by_first[0]), by_first);
	heap_sort(map->by_global, map->n, sizeof(map->by_global[0]),
		  by_global);
	return 0;
}

/* The map is the namespace's from now on. */
static void map_publish(struct map_draft *d)
{
	struct id_map *to = map_of(d->ns, d->kind);

	to->by_first = d->map.by_first;
	to->by_global = d->map.by_global;
	store_release(&to->n, d->map.n);
	d->map = (struct id_map){ 0 };
}

static int map_write_locked(struct map_draft *d, const char *text)
{
	int err;

	if (map_of(d->ns, d->kind)->n)
		return -EPERM;
	if (d->kind != ID_PROJECT &&
	    !opener_capable(d, d->ns, CAP_SYS_ADMIN))
		return -EPERM;
	err = parse_map(text, &d->map);
	if (err)
		return err;
	if (!map_allowed(d))
		return -EPERM;
	err = map_finish(d);
	if (!err)
		map_publish(d);
	return err;
}

static int map_write(struct user_ns *ns, const struct cred *opener,
		     enum id_kind kind, const char *text)
{
	struct map_draft d = { .ns = ns, .opener = opener, .kind = kind };
	int err;

	if (!ns->parent)
		return -EPERM;
	if (opener->user_ns != ns && opener->user_ns != ns->parent)
		return -EPERM;
	d.map.by_first = kmalloc(ID_EXTENTS_MAX * sizeof(struct id_extent));
	if (!d.map.by_first)
		return -ENOMEM;
	mutex_lock(&maps_mutex);
	err = map_write_locked(&d, text);
	mutex_unlock(&maps_mutex);
	map_free(&d.map);
	return err;
}

/* "allow" only where it is allowed, "deny" only before gids are mapped. */
static int setgroups_write(struct user_ns *ns, const char *text)
{
	bool allow = !strncmp(text, "allow", 5);
	int err = 0;

	if (!allow && strncmp(text, "deny", 4))
		return -EINVAL;
	for (text += allow ? 5 : 4; *text; text++) {
		if (!char_is_space(*text))
			return -EINVAL;
	}
	mutex_lock(&maps_mutex);
	if (allow ? !ns->may_setgroups : ns->gids.n != 0)
		err = -EPERM;
	else
		WRITE_ONCE(ns->may_setgroups, allow);
	mutex_unlock(&maps_mutex);
	return err;
}

/* --- the files ----------------------------------------------------------- */

static int open_ns(struct inode *inode, struct file *f)
{
	struct task *t = proc_task(proc_node(inode));
	const struct cred *c;

	if (!t)
		return -ESRCH;
	c = task_cred_get(t);
	task_put(t);
	f->private = user_ns_get(c->user_ns);
	cred_put(c);
	return 0;
}

static int open_setgroups(struct inode *inode, struct file *f)
{
	int err = open_ns(inode, f);

	if (err || !(f->mode & FILE_WRITE))
		return err;
	if (ns_capable(f->private, CAP_SYS_ADMIN))
		return 0;
	user_ns_put(f->private);
	return -EACCES;
}

static void release_ns(struct file *f)
{
	user_ns_put(f->private);
}

static ssize_t copy_text(const struct seq_buf *s, struct iobuf *b, off_t *pos)
{
	size_t n;

	if (s->failed)
		return -ENOMEM;
	if (*pos < 0 || (u64)*pos >= s->len)
		return 0;
	n = min(b->left, s->len - (size_t)*pos);
	n = iobuf_put(b, s->data + *pos, n);
	if (!n && b->left)
		return -EFAULT;
	*pos += (off_t)n;
	return (ssize_t)n;
}

static ssize_t read_map(struct file *f, struct iobuf *b, off_t *pos,
			enum id_kind kind)
{
	struct seq_buf s;
	ssize_t n;

	seq_init(&s);
	show_map(f->private, f->cred->user_ns, kind, &s);
	n = copy_text(&s, b, pos);
	seq_fini(&s);
	return n;
}

static ssize_t read_uid_map(struct file *f, struct iobuf *b, off_t *pos)
{
	return read_map(f, b, pos, ID_USER);
}

static ssize_t read_gid_map(struct file *f, struct iobuf *b, off_t *pos)
{
	return read_map(f, b, pos, ID_GROUP);
}

static ssize_t read_projid_map(struct file *f, struct iobuf *b, off_t *pos)
{
	return read_map(f, b, pos, ID_PROJECT);
}

static ssize_t read_setgroups(struct file *f, struct iobuf *b, off_t *pos)
{
	struct user_ns *ns = f->private;
	struct seq_buf s;
	ssize_t n;

	seq_init(&s);
	seq_puts(&s, READ_ONCE(ns->may_setgroups) ? "allow\n" : "deny\n");
	n = copy_text(&s, b, pos);
	seq_fini(&s);
	return n;
}

/* All of a write as a string, if it is at the start and shorter than @max. */
static int take_text(struct iobuf *b, off_t pos, size_t max, char **out)
{
	size_t len = b->left;
	char *text;

	if (pos || len >= max)
		return -EINVAL;
	text = kmalloc(len + 1);
	if (!text)
		return -ENOMEM;
	if (iobuf_take(b, text, len) != len) {
		kfree(text);
		return -EFAULT;
	}
	text[len] = 0;
	*out = text;
	return 0;
}

static ssize_t write_map(struct file *f, struct iobuf *b, off_t *pos,
			 enum id_kind kind)
{
	size_t len = b->left;
	char *text;
	int err = take_text(b, *pos, PAGE_SIZE, &text);

	if (err)
		return err;
	err = map_write(f->private, f->cred, kind, text);
	kfree(text);
	if (err)
		return err;
	*pos = (off_t)len;
	return (ssize_t)len;
}

static ssize_t write_uid_map(struct file *f, struct iobuf *b, off_t *pos)
{
	return write_map(f, b, pos, ID_USER);
}

static ssize_t write_gid_map(struct file *f, struct iobuf *b, off_t *pos)
{
	return write_map(f, b, pos, ID_GROUP);
}

static ssize_t write_projid_map(struct file *f, struct iobuf *b, off_t *pos)
{
	return write_map(f, b, pos, ID_PROJECT);
}

#define SETGROUPS_TEXT_MAX 8

static ssize_t write_setgroups(struct file *f, struct iobuf *b, off_t *pos)
{
	size_t len = b->left;
	char *text;
	int err = take_text(b, *pos, SETGROUPS_TEXT_MAX, &text);

	if (err)
		return err;
	err = setgroups_write(f->private, text);
	kfree(text);
	if (err)
		return err;
	*pos = (off_t)len;
	return (ssize_t)len;
}

const struct file_ops proc_uid_map_fops = {
	.open = open_ns,
	.read = read_uid_map,
	.write = write_uid_map,
	.seek = generic_seek,
	.release = release_ns,
};
const struct file_ops proc_gid_map_fops = {
	.open = open_ns,
	.read = read_gid_map,
	.write = write_gid_map,
	.seek = generic_seek,
	.release = release_ns,
};
const struct file_ops proc_projid_map_fops = {
	.open = open_ns,
	.read = read_projid_map,
	.write = write_projid_map,
	.seek = generic_seek,
	.release = release_ns,
};
const struct file_ops proc_setgroups_fops = {
	.open = open_setgroups,
	.read = read_setgroups,
	.write = write_setgroups,
	.seek = generic_seek,
	.release = release_ns,
};
