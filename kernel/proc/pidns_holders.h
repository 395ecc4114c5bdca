/*
 * kernel/proc/pidns_holders.h - who keeps pid namespaces alive
 *
 * What:  one walk over the tasks that the reader sees gives, for each
 *        namespace, whatever of them refers to it.
 * Locks: none: what is found was true at some moment of the walk.
 */
#ifndef PIDNS_HOLDERS_H
#define PIDNS_HOLDERS_H

#include <lib/types.h>

struct pid_ns;

enum holder_kind {
	HOLD_ZOMBIE,	/* a member that nobody has waited for */
	HOLD_GROUP,	/* its number is still that of a group, */
	HOLD_SESSION,	/* or of a session, with a member */
	HOLD_CHILDREN,	/* pid_for_children of a task elsewhere */
	HOLD_FD,	/* an open file of nsfs */
	HOLD_PIDFD,	/* a pidfd of one that is or was a member */
	HOLD_PROC_FD,	/* an open file of a /proc that shows it */
	HOLD_PROC_CWD,	/* root or working directory there */
	HOLD_PROC_MOUNT,	/* such a /proc is mounted */
	HOLD_BIND,	/* a file of nsfs is mounted */
	HOLD_KINDS,
};

struct pidns_holder {
	const struct pid_ns *ns;	/* a key, never followed */
	enum holder_kind kind;
	s32 pid;	/* who holds, as the reader sees it */
	s32 other;	/* the descriptor; of a zombie, who is to wait for it */
	s32 number;	/* the member's number inside; 0: none */
	char *place;	/* owned, of mounts */
};


struct pidns_holders {
	struct pidns_holder *list;	/* sorted by namespace, then kind */
	size_t n, room;
	const void **seen;		/* mount namespaces done, keys */
	size_t nseen;
	bool failed;			/* no memory */
};

/* Context: may sleep. Return: 0, -ENOMEM. */
int pidns_holders_collect(struct pidns_holders *out);
void pidns_holders_fini(struct pidns_holders *h);
/* The first holder of @ns; they end where ->ns differs. NULL: none. */
const struct pidns_holder *pidns_holders_of(const struct pidns_holders *h,
					    const struct pid_ns *ns);

#endif
