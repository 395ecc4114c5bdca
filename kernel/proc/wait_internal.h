/*
 * kernel/proc/wait_internal.h - one scan of wait4 or waitid over children
 */
#ifndef WAIT_INTERNAL_H
#define WAIT_INTERNAL_H

#include <proc/lifecycle.h>

struct wait_scan {
	const struct wait_request *req;
	struct wait_result *out;
	struct task *reaped;		/* claimed zombie to be released */
	bool eligible;			/* some child matches, whatever state */
};

/* Does the request name @t by number, group, or not at all? */
bool wait_matches(const struct wait_request *req, const struct task *t);
/* Who it is, into the result. */
void wait_fill(struct wait_scan *s, struct task *t);
/* How a dead one ended, into the result. */
void wait_fill_exit(struct wait_scan *s, int status);
/* @t's process went on, and nobody was told yet. */
bool wait_take_continued(struct wait_scan *s, struct task *t);
/* A reaped child's use becomes the parent's children's. [T] */
void wait_account_child(struct process *parent, struct process *child);

#endif
