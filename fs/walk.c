/*
 * fs/walk.c - from names to files
 *
 * What:  the components of a path one by one: permission to search, the cache,
 *        the file system, mounts, links, "..".
 * Locks: none for names in the cache; dir->lock while a file system is asked.
 *        struct walk_state belongs to one caller.
 * Life:  walk_begin takes references of root and start, walk_end gives back
 *        what is left. Texts of links live until walk_end.
 * Not:   making and removing names (namei.c), open (open.c).
 * See:   path_resolution(7), symlink(7), openat2(2)
 */
#include "walk.h"

#include <core/assert.h>
#include <fs/file.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <uapi/mount.h>

#include "mount.h"

struct link_text {
	struct link_text *next;
	char text[PATH_MAX];
};

static int start_at_root(struct walk_state *s)
{
	if (s->w->flags & WALK_BENEATH)
		return -EXDEV;
	path_get(&s->root);
	path_put(&s->cur);
	s->cur = s->root;
	return 0;
}

/* The start of a relative path, with a reference. */
static void start_path(const struct walk *w, struct path *out)
{
	if (w->base) {
		*out = *w->base;
		path_get(out);
	} else {
		fs_context_cwd(w->fs, out);
	}
}

int walk_begin(struct walk_state *s, const struct walk *w, const char *name)
{
	ASSERT(strnlen(name, PATH_MAX) < PATH_MAX);
	s->w = w;
	s->root.dentry = s->cur.dentry = NULL;
	s->pos = name;
	s->dir_wanted = s->name_slash = s->short_used = false;
	s->root_seen = false;
	s->nlinks = s->depth = 0;
	s->texts = NULL;
	if (!*name && !(w->flags & WALK_EMPTY))
		return -ENOENT;
	if (*name == '/' && !(w->flags & (WALK_IN_ROOT | WALK_BENEATH))) {
		fs_context_root(w->fs, &s->root);
		s->cur = s->root;
		s->root_seen = true;
		path_get(&s->cur);
		return 0;
	}
	start_path(w, &s->cur);
	if (w->flags & (WALK_IN_ROOT | WALK_BENEATH)) {
		s->root_seen = true;
		s->root = s->cur;
		path_get(&s->root);
	} else {
		fs_context_root(w->fs, &s->root);
	}
	return *name == '/' ? start_at_root(s) : 0;
}

void walk_end(struct walk_state *s)
{
	struct link_text *text;

	if (s->cur.dentry)
		path_put(&s->cur);
	if (s->root.dentry)
		path_put(&s->root);
	while ((text = s->texts) != NULL) {
		s->texts = text->next;
		kfree(text);
	}
}

/* The file system is asked; dir->lock held. */
static int ask_file_system(struct dentry *dir, const struct qname *q,
			   struct dentry **out)
{
	struct inode *inode;
	struct dentry *d;
	int err;

	err = dir->inode->ops->lookup(dir->inode, q->text, q->len, &inode);
	if (err)
		return err;
	d = dentry_alloc(dir, q);
	if (!d) {
		if (inode)
			inode_put(inode);
		return -ENOMEM;
	}
	if (inode)
		dentry_instantiate(d, inode);
	if (inode && (inode->flags & INODE_KEPT))
		dentry_keep(d);
	*out = d;
	return 0;
}

/* From the cache, if it is still right. */
static inline struct dentry *cached_child(struct dentry *dir,
					  const struct qname *q)
{
	struct dentry *d = dentry_find_get(dir, q);
	const struct inode_ops *ops;

	if (!d)
		return NULL;
	WRITE_ONCE(d->found, true);
	ops = d->inode->ops;
	if (likely(!ops->revalidate) || ops->revalidate(d))
		return d;
	dentry_remove(d);
	dentry_put(d);
	return NULL;
}

int walk_child_locked(struct dentry *dir, const struct qname *q,
		      struct dentry **out)
{
	*out = cached_child(dir, q);
	if (*out)
		return 0;
	if (dir->inode->ops->lookup)
		return ask_file_system(dir, q, out);
	*out = dentry_alloc(dir, q);
	return *out ? 0 : -ENOMEM;
}

/* As walk_child, for a name that is not in the cache. */
static NOINLINE int uncached_child(const struct path *dir,
				   const struct qname *q, u32 flags,
				   struct dentry **out)
{
	struct inode *inode = path_inode(dir);
	int err;

	if (!inode->ops->lookup)
		return -ENOENT;
	if (flags & WALK_CACHED)
		return -EAGAIN;
	mutex_lock(&inode->lock);
	err = walk_child_locked(dir->dentry, q, out);
	mutex_unlock(&inode->lock);
	if (!err && !(*out)->inode) {
		dentry_put(*out);
		err = -ENOENT;
	}
	return err;
}

int walk_child(const struct path *dir, const struct qname *q, u32 flags,
	       struct dentry **out)
{
	*out = cached_child(dir->dentry, q);
	return likely(*out) ? 0 : uncached_child(dir, q, flags, out);
}

/* Is the start of a bind mount still above @p (it may have been moved)? */
static bool path_is_connected(const struct path *p)
{
	const struct mount *m = p->mount;

	return m->root == m->sb->root || dentry_is_below(p->dentry, m->root);
}

/* Is a walk that must stay below its root there now? A rename or mount beside
 * it may have put what it went through elsewhere. */
static bool is_inside(const struct walk_state *s)
{
	bool inside;

	if (likely(!(s->w->flags & (WALK_BENEATH | WALK_IN_ROOT))))
		return true;
	spin_lock(&mount_lock);
	inside = path_is_below(&s->cur, &s->root);
	spin_unlock(&mount_lock);
	return inside;
}

int walk_check_inside(const struct walk_state *s)
{
	return is_inside(s) ? 0 : -EXDEV;
}

static int step_up(struct walk_state *s)
{
	const struct mount *before = s->cur.mount;
	struct dentry *parent;
	bool at_top = false;

	s->root_seen = true;
	while (!at_top && s->cur.dentry == s->cur.mount->root) {
		if (path_equal(&s->cur, &s->root))
			at_top = true;
		else
			at_top = !path_leave_mount(&s->cur);
	}
	at_top |= path_equal(&s->cur, &s->root);
	if (at_top && (s->w->flags & WALK_BENEATH))
		return -EXDEV;
	if (!at_top) {
		if (!path_is_connected(&s->cur))
			return -ENOENT;
		parent = dentry_parent_get(s->cur.dentry);
		dentry_put(s->cur.dentry);
		s->cur.dentry = parent;
	}
	path_enter_mounts(&s->cur);
	if (s->cur.mount != before && (s->w->flags & WALK_NO_XDEV))
		return -EXDEV;
	return is_inside(s) ? 0 : -EAGAIN;
}

/* A link to an object: the path jumps there. */
static int follow_magic(struct walk_state *s, struct path *link)
{
	struct inode *inode = path_inode(link);
	struct path to;
	int err = -ELOOP;

	if (!(s->w->flags & (WALK_NO_MAGIC | WALK_NO_LINKS)))
		err = inode->ops->follow(inode, &to, s->w->cred);
	if (!err && (s->w->flags & (WALK_BENEATH | WALK_IN_ROOT))) {
		path_put(&to);
		err = -EXDEV;
	}
	if (!err && (s->w->flags & WALK_NO_XDEV) &&
	    to.mount != s->cur.mount) {
		path_put(&to);
		err = -EXDEV;
	}
	path_put(link);
	if (err)
		return err;
	path_put(&s->cur);
	s->cur = to;
	return 0;
}

static ssize_t read_text(struct walk_state *s, const struct path *link,
			 char *text, size_t size)
{
	struct inode *inode = path_inode(link);
	ssize_t len = inode->ops->readlink(inode, text, size - 1, s->w->cred);

	if (len >= 0)
		text[len] = '\0';
	return len;
}

/* Into a buffer that walk_end frees. */
static ssize_t read_long_link(struct walk_state *s, const struct path *link,
			      const char **out)
{
	struct link_text *text = kmalloc(sizeof(*text));

	if (!text)
		return -ENOMEM;
	text->next = s->texts;
	s->texts = text;
	*out = text->text;
	return read_text(s, link, text->text, sizeof(text->text));
}

/* Read the text of @link; it stays until walk_end. */
static int read_link(struct walk_state *s, const struct path *link,
		     const char **out)
{
	ssize_t len = SHORT_LINK;

	if (!s->short_used) {
		*out = s->short_text;
		len = read_text(s, link, s->short_text, SHORT_LINK);
	}
	/* As much as there was room for: it may have been cut. */
	s->short_used |= len > 0 && len < SHORT_LINK - 1;
	if (len >= SHORT_LINK - 1)
		len = read_long_link(s, link, out);
	if (len < 0)
		return (int)len;
	return len ? 0 : -ENOENT;
}

static int check_link(const struct walk_state *s, const struct path *link)
{
	if (s->nlinks >= SYMLOOP_MAX || (s->w->flags & WALK_NO_LINKS))
		return -ELOOP;
	if (READ_ONCE(link->mount->flags) & MS_NOSYMFOLLOW)
		return -ELOOP;
	return 0;
}

/* Linux learns where the root is only when it is met: until then an absolute
 * link leads to another mount. */
static int link_to_root(struct walk_state *s)
{
	if ((s->w->flags & WALK_NO_XDEV) &&
	    (!s->root_seen || s->cur.mount != s->root.mount))
		return -EXDEV;
	s->root_seen = true;
	return start_at_root(s);
}

int walk_enter_link(struct walk_state *s, struct path *link)
{
	const char *text = NULL;
	int err = check_link(s, link);

	if (err) {
		path_put(link);
		return err;
	}
	s->nlinks++;
	path_touch_atime(link);
	if (path_inode(link)->ops->follow)
		return follow_magic(s, link);
	err = read_link(s, link, &text);
	path_put(link);
	if (err)
		return err;
	if (*text == '/')
		err = link_to_root(s);
	if (err)
		return err;
	s->rest[s->depth++] = s->pos;
	s->pos = text;
	return 1;
}

/* Step onto @d, a link or what may be a mount point; its reference passes. */
static NOINLINE int step_special(struct walk_state *s, struct dentry *d,
				 bool follow)
{
	struct path next = { .mount = mount_get(s->cur.mount), .dentry = d };

	if (atomic_read(&d->mounts))
		path_enter_mounts(&next);
	if (next.mount != s->cur.mount && (s->w->flags & WALK_NO_XDEV)) {
		path_put(&next);
		return -EXDEV;
	}
	if (follow && S_ISLNK(next.dentry->inode->mode))
		return walk_enter_link(s, &next);
	path_put(&s->cur);
	s->cur = next;
	return 0;
}

/* Step onto the child named by s->last. As walk_last. */
static int step_down(struct walk_state *s, bool follow)
{
	struct dentry *d;
	int err;

	if (s->last.len > NAME_MAX)
		return -ENAMETOOLONG;
	d = cached_child(s->cur.dentry, &s->last);
	if (unlikely(!d)) {
		err = uncached_child(&s->cur, &s->last, s->w->flags, &d);
		if (err)
			return err;
	}
	if (atomic_read(&d->mounts) || S_ISLNK(d->inode->mode))
		return step_special(s, d, follow);
	/* The mount, and its reference, stay. */
	dentry_put(s->cur.dentry);
	s->cur.dentry = d;
	return 0;
}

/* Does nothing but slashes follow, here and around all links? */
static bool nothing_follows(struct walk_state *s)
{
	for (;;) {
		while (*s->pos == '/')
			s->pos++;
		if (*s->pos)
			return false;
		if (!s->depth)
			return true;
		s->pos = s->rest[--s->depth];
	}
}

static int check_search(const struct walk_state *s)
{
	struct inode *inode = path_inode(&s->cur);

	if (!S_ISDIR(inode->mode))
		return -ENOTDIR;
	/* Whoever it is: the usual case, asked without asking. */
	if (likely(!inode->ops->permission &&
		   (READ_ONCE(inode->mode) & S_IXUGO) == S_IXUGO))
		return 0;
	return inode_permission(inode, s->w->cred, MAY_EXEC);
}

/* Cut the next component off s->pos into s->last and s->kind. */
static void next_component(struct walk_state *s)
{
	const char *name = s->pos;
	size_t len = 0;

	while (name[len] && name[len] != '/')
		len++;
	s->pos = name + len;
	s->kind = LAST_NAME;
	if (name[0] == '.' && len == 1)
		s->kind = LAST_DOT;
	else if (name[0] == '.' && name[1] == '.' && len == 2)
		s->kind = LAST_DOTDOT;
	qname_init(&s->last, name, len);
}

static int step(struct walk_state *s, bool follow)
{
	switch (s->kind) {
	case LAST_NAME:
		return step_down(s, follow);
	case LAST_DOTDOT:
		return step_up(s);
	case LAST_ROOT:
	case LAST_DOT:
		break;
	}
	return 0;
}

int walk_to_last(struct walk_state *s)
{
	int err;

	if (nothing_follows(s)) {
		s->kind = LAST_ROOT;
		return 0;
	}
	for (;;) {
		err = check_search(s);
		if (err)
			return err;
		next_component(s);
		s->name_slash = *s->pos == '/';
		if (nothing_follows(s)) {
			s->dir_wanted |= s->name_slash;
			return 0;
		}
		err = step(s, true);
		if (err < 0)
			return err;
		/* Behind the text of a link goes on what stood behind it. */
		if (err)
			nothing_follows(s);
	}
}

int walk_last(struct walk_state *s, bool follow)
{
	return step(s, follow || s->dir_wanted);
}

static int walk_all(struct walk_state *s)
{
	const struct walk *w = s->w;
	int err;

	do {
		err = walk_to_last(s);
		if (!err)
			err = walk_last(s, w->flags & WALK_FOLLOW);
	} while (err > 0);
	if (err)
		return err;
	if ((s->dir_wanted || (w->flags & WALK_DIRECTORY)) &&
	    !path_is_dir(&s->cur))
		return -ENOTDIR;
	return 0;
}

int path_walk(const struct walk *w, const char *name, struct path *out)
{
	struct walk_state s;
	int err = walk_begin(&s, w, name);

	if (!err)
		err = walk_all(&s);
	if (!err) {
		*out = s.cur;
		s.cur.dentry = NULL;
	}
	walk_end(&s);
	return err;
}

int path_beside(const struct path *p, const char *name, struct path *out)
{
	struct path dir = { .mount = p->mount };
	struct qname q;
	int err;

	qname_init(&q, name, strlen(name));
	dir.dentry = dentry_parent_get(p->dentry);
	err = S_ISDIR(path_inode(&dir)->mode) ?
	      walk_child(&dir, &q, 0, &out->dentry) : -ENOENT;
	dentry_put(dir.dentry);
	if (err)
		return err;
	out->mount = mount_get(p->mount);
	path_enter_mounts(out);
	return 0;
}
