/*
 * fs/path.c - places in the tree and the context of a process
 *
 * What:  references to paths, their text, root and working directory.
 * Locks: fs->lock (RANK_FS_CONTEXT): root, cwd, umask. Texts are made under
 *        mount_lock and dcache_lock, so that no rename cuts them in half.
 * Life:  a path holds its mount and its dentry; a context its two paths.
 * See:   path_resolution(7), getcwd(2), chroot(2)
 */
#include "dentry.h"
#include "mount.h"

#include <lib/format.h>
#include <lib/string.h>
#include <mm/kmalloc.h>

void path_get(const struct path *p)
{
	mount_get(p->mount);
	dentry_get(p->dentry);
}

void path_put(const struct path *p)
{
	dentry_put(p->dentry);
	mount_put(p->mount);
}

struct inode *path_inode(const struct path *p)
{
	return p->dentry->inode;
}

bool path_is_dir(const struct path *p)
{
	return S_ISDIR(path_inode(p)->mode);
}

bool path_unlinked(const struct path *p)
{
	return READ_ONCE(p->dentry->flags) & DENTRY_REMOVED;
}

bool path_is_mount_root(const struct path *p)
{
	return p->mount->root == p->dentry;
}

u64 path_mount_id(const struct path *p)
{
	return p->mount->id;
}

/* Text that grows towards the start of a buffer. */
struct text {
	char *start;		/* of the buffer */
	char *at;		/* first byte of the text */
	bool too_long;
};

static void text_prepend(struct text *t, const char *s, size_t len)
{
	if ((size_t)(t->at - t->start) < len) {
		t->too_long = true;
		return;
	}
	t->at -= len;
	memcpy(t->at, s, len);
}

/* What stands for the name of a nameless file. */
static void text_prepend_label(struct text *t, const struct dentry *d)
{
	char digits[DECIMAL_MAX];
	char *end = digits + sizeof(digits);
	char *first;

	if (d->name) {
		text_prepend(t, d->name->text, d->name->len);
		return;
	}
	first = format_decimal(end, d->inode->ino);
	text_prepend(t, "]", 1);
	text_prepend(t, first, (size_t)(end - first));
	text_prepend(t, ":[", 2);
	text_prepend(t, d->kind, strlen(d->kind));
}

/* Up to @root or the end of the world; true when @root was met. */
static bool text_walk_up(struct text *t, const struct path *p,
			 const struct path *root)
{
	const struct dentry *d = p->dentry;
	const struct mount *m = p->mount;

	while (!root || d != root->dentry || m != root->mount) {
		if (d == m->root || d->parent == d) {
			if (d != m->root || !m->parent)
				return !root;
			d = m->point;
			m = m->parent;
			continue;
		}
		text_prepend(t, d->name->text, d->name->len);
		text_prepend(t, "/", 1);
		d = d->parent;
	}
	return true;
}

/* Return: @root was met, or none was given. */
static bool text_make(struct text *t, const struct path *p,
		      const struct path *root)
{
	const struct dentry *d = p->dentry;
	const char *end;
	bool reached = true;

	text_prepend(t, "", 1);
	end = t->at;
	spin_lock(&mount_lock);
	spin_lock(&dcache_lock);
	if ((d->flags & DENTRY_ANON) && d != p->mount->root) {
		text_prepend_label(t, d);
	} else {
		if (d->flags & DENTRY_REMOVED) {
			text_prepend(t, " (deleted)", 10);
			end = t->at;
		}
		reached = text_walk_up(t, p, root);
		if (t->at == end)
			text_prepend(t, "/", 1);
	}
	spin_unlock(&dcache_lock);
	spin_unlock(&mount_lock);
	return reached;
}

char *path_text(const struct path *p, const struct path *root, char *buf,
		size_t size)
{
	struct text t = { .start = buf, .at = buf + size };

	(void)text_make(&t, p, root);
	return t.too_long ? NULL : t.at;
}

char *path_text_cwd(const struct path *p, const struct path *root, char *buf,
		    size_t size)
{
	struct text t = { .start = buf, .at = buf + size };

	if (!text_make(&t, p, root))
		text_prepend(&t, "(unreachable)", 13);
	return t.too_long ? NULL : t.at;
}

int fs_context_clone(struct fs_context *src, struct fs_context **out)
{
	struct fs_context *fs = kzalloc(sizeof(*fs));

	if (!fs)
		return -ENOMEM;
	refcount_set(&fs->refs, 1);
	spin_init(&fs->lock, "fs context", RANK_FS_CONTEXT);
	spin_lock(&src->lock);
	fs->root = src->root;
	fs->cwd = src->cwd;
	fs->umask = src->umask;
	path_get(&fs->root);
	path_get(&fs->cwd);
	spin_unlock(&src->lock);
	*out = fs;
	return 0;
}

void fs_context_get(struct fs_context *fs)
{
	refcount_get(&fs->refs);
}

bool fs_context_shared(struct fs_context *fs)
{
	return refcount_read(&fs->refs) > 1;
}

void fs_context_put(struct fs_context *fs)
{
	if (!refcount_put(&fs->refs))
		return;
	path_put(&fs->root);
	path_put(&fs->cwd);
	kfree(fs);
}

void fs_context_root(struct fs_context *fs, struct path *out)
{
	spin_lock(&fs->lock);
	*out = fs->root;
	path_get(out);
	spin_unlock(&fs->lock);
}

void fs_context_cwd(struct fs_context *fs, struct path *out)
{
	spin_lock(&fs->lock);
	*out = fs->cwd;
	path_get(out);
	spin_unlock(&fs->lock);
}

/* Store @p, with a new reference, in one of the two places of @fs. */
static void context_store(struct fs_context *fs, struct path *place,
			  const struct path *p)
{
	struct path old;

	path_get(p);
	spin_lock(&fs->lock);
	old = *place;
	*place = *p;
	spin_unlock(&fs->lock);
	path_put(&old);
}

void fs_context_set_cwd(struct fs_context *fs, const struct path *p)
{
	context_store(fs, &fs->cwd, p);
}

void fs_context_set_root(struct fs_context *fs, const struct path *p)
{
	context_store(fs, &fs->root, p);
}

void fs_context_replace(struct fs_context *fs, const struct path *from,
			const struct path *to)
{
	bool root;
	bool cwd;

	spin_lock(&fs->lock);
	root = path_equal(&fs->root, from);
	cwd = path_equal(&fs->cwd, from);
	spin_unlock(&fs->lock);
	if (root)
		fs_context_set_root(fs, to);
	if (cwd)
		fs_context_set_cwd(fs, to);
}

mode_t fs_context_umask(struct fs_context *fs)
{
	return READ_ONCE(fs->umask);
}

mode_t fs_context_set_umask(struct fs_context *fs, mode_t mask)
{
	mode_t old;

	spin_lock(&fs->lock);
	old = fs->umask;
	fs->umask = mask & S_IRWXUGO;
	spin_unlock(&fs->lock);
	return old;
}

int fs_context_chdir(struct fs_context *fs, const struct path *p,
		     const struct cred *cred)
{
	int err;

	if (!path_is_dir(p))
		return -ENOTDIR;
	err = path_permission(p, cred, MAY_EXEC);
	if (!err)
		fs_context_set_cwd(fs, p);
	return err;
}

int fs_context_chroot(struct fs_context *fs, const struct path *p,
		      const struct cred *cred)
{
	int err;

	if (!path_is_dir(p))
		return -ENOTDIR;
	err = path_permission(p, cred, MAY_EXEC);
	if (err)
		return err;
	if (!cred_capable_ns(cred, cred->user_ns, CAP_SYS_CHROOT))
		return -EPERM;
	fs_context_set_root(fs, p);
	return 0;
}
