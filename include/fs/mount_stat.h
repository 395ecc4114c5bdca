/*
 * include/fs/mount_stat.h - mounts told by their ids
 *
 * What:  an optional facility: what statmount(2) and listmount(2) answer.
 * Context: task, may sleep; no lock held.
 * See:   statmount(2), listmount(2)
 */
#ifndef FS_MOUNT_STAT_H
#define FS_MOUNT_STAT_H

#include <fs/seq_buf.h>
#include <fs/vfs.h>
#include <uapi/mount.h>

/* About which mount, and for whom. */
struct mount_query {
	struct mount_ns *ns;		/* borrowed */
	struct path root;		/* of who asks: places are seen from
					   there; borrowed */
	bool sees_all;			/* also what is not below the root */
	u64 id;				/* the unique one; LSMT_ROOT: what is at
					   the root */
	u64 mask;			/* of mount_stat: STATMOUNT_* */
	u64 behind;			/* of mount_list: only those after that
					   id; 0: from the start */
	bool back;			/* of it: the last first */
};

/* The kinds of answers that are texts. */
#define STATMOUNT_TEXTS (STATMOUNT_FS_TYPE | STATMOUNT_MNT_ROOT | \
			 STATMOUNT_MNT_POINT | STATMOUNT_MNT_OPTS)

/*
 * mount_stat - fill in @out what is asked
 * @texts:   empty; those that were asked for, as they stand behind @out
 * Return:   0, -ENOENT (no such mount there), -EPERM (not below the root),
 *           -ENOMEM
 */
OPTIONAL int mount_stat(const struct mount_query *q, struct statmount *out,
			struct seq_buf *texts);
/*
 * mount_list - ids of mounts below the one that @q names, @n at most
 * Return:   how many, or as mount_stat
 */
OPTIONAL long mount_list(const struct mount_query *q, u64 *ids, size_t n);

#endif
