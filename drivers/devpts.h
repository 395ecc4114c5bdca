/*
 * drivers/devpts.h - between the files of devpts
 *
 * Locks: devpts_mutex: the numbers of all instances, what they stand for, the
 *        options.
 * Life:  an instance is its superblock: mounts and pairs hold it.
 */
#ifndef DEVPTS_H
#define DEVPTS_H

#include "pty.h"

#include <fs/vfs.h>

#define DEVPTS_MAX (1u << 20)		/* what a minor number can say */

struct devpts_options {
	bool has_uid, has_gid;
	uid_t uid;
	gid_t gid;
	mode_t mode, ptmxmode;
	u32 max;
};

struct devpts {
	struct superblock *sb;		/* [I] borrowed: it is part of it */
	struct inode *ptmx;		/* [I] owned by the root's inode */
	struct devpts_options opt;	/* [devpts_mutex] */
	struct pty **slots;		/* [devpts_mutex] by number */
	u32 nslots;			/* [devpts_mutex] */
};

extern struct mutex devpts_mutex;

static inline struct devpts *sb_devpts(const struct superblock *sb)
{
	return sb->private;
}

/* devpts_number.c: the node of number @nr, with a reference; NULL: none */
struct inode *devpts_find(struct devpts *fs, u32 nr);
/* At start-up: the files of /proc/sys/kernel/pty. */
void devpts_number_init(void);

#endif
