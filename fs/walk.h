/*
 * fs/walk.h - path resolution step by step, inside fs/
 *
 * What:  the state of a walk. walk_to_last stops before the last component,
 *        because open, mkdir and their like treat it in their own way;
 *        walk_last resolves it, and after a link says to go on.
 */
#ifndef FS_WALK_H
#define FS_WALK_H

#include <fs/vfs.h>

#include "dentry.h"

enum last_kind {
	LAST_NAME,
	LAST_ROOT,		/* there is none: "/" */
	LAST_DOT,
	LAST_DOTDOT,
};

struct link_text;

/* Longest text of a link that needs no memory of its own, and a 0. */
#define SHORT_LINK 48

struct walk_state {
	const struct walk *w;
	struct path root;		/* owned */
	struct path cur;		/* owned */
	const char *pos;		/* what is left of the present text */
	struct qname last;		/* walk_to_last sets these two */
	enum last_kind kind;
	bool dir_wanted;		/* a slash stands behind the last one */
	bool name_slash;		/* the same, only in what was given */
	bool root_seen;			/* it began at the root, or met ".." */
	u32 nlinks;
	u32 depth;
	struct link_text *texts;	/* owned: all long links read so far */
	bool short_used;		/* short_text is, or was, part of it */
	char short_text[SHORT_LINK];	/* the first short link */
	const char *rest[SYMLOOP_MAX];	/* left of the texts around a link */
};

/* @name: shorter than PATH_MAX, as name_from_user gives it. */
int walk_begin(struct walk_state *s, const struct walk *w, const char *name);
/* s->cur: the directory; s->kind, s->last: the component. 0 or -errno. */
int walk_to_last(struct walk_state *s);
/* 0: s->cur is the result; 1: a link was entered, call walk_to_last again. */
int walk_last(struct walk_state *s, bool follow);
/* What was found by a walk that must stay below its root: 0, or -EXDEV: it was
 * moved away meanwhile. */
int walk_check_inside(const struct walk_state *s);
/* Go on from @link, a path whose reference passes, as if its text stood in
 * place of the component. 1, or -errno. 0: it led to an object. */
int walk_enter_link(struct walk_state *s, struct path *link);
void walk_end(struct walk_state *s);
/* The child @q of @dir without mounts or links. 0 and *@out with a
 * reference; -ENOENT, ... dir->inode->lock not held. */
int walk_child(const struct path *dir, const struct qname *q, u32 flags,
	       struct dentry **out);
/* With the lock of the directory held: the child or a new, unpublished
 * dentry (its inode is NULL). */
int walk_child_locked(struct dentry *dir, const struct qname *q,
		      struct dentry **out);

#endif
