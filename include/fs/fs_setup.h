/*
 * include/fs/fs_setup.h - mounting in steps
 *
 * What:  an optional facility: a file system that is being set up is an open
 *        file, and so is a tree of mounts that stands nowhere yet.
 * Context: task, may sleep; no lock held.
 * See:   docs/files.md; fsopen(2), fsconfig(2), fsmount(2), fspick(2),
 *        open_tree(2), move_mount(2), mount_setattr(2)
 */
#ifndef FS_FS_SETUP_H
#define FS_FS_SETUP_H

#include <fs/file.h>
#include <fs/vfs.h>

/* The file of a new instance of @type; of the one mounted at @at, which must
 * be the root of a mount (-EINVAL). 0, -ENOMEM, -ENFILE. */
OPTIONAL int fs_setup_open(const struct fs_type *type, struct file **out);
OPTIONAL int fs_setup_pick(const struct path *at, struct file **out);

/* Is it such a file? Does its type know its options one by one? */
OPTIONAL bool file_is_fs_setup(const struct file *f);
OPTIONAL bool fs_setup_is_legacy(struct file *f);
/*
 * fs_setup_option - one more option
 * @value:   NULL: a flag
 * @plain:   a flag or a string; what else there is no type here takes
 * Return:   0, -EINVAL, -EBUSY (made already), -ENOMEM
 */
OPTIONAL int fs_setup_option(struct file *f, const char *key,
			     const char *value, bool plain);
/* The instance itself. @a: walk (for its cred) and fs_arg. 0, -EBUSY, -EPERM,
 * what the type gives. @exclusive: -EBUSY if it is there already. */
OPTIONAL int fs_setup_create(struct file *f, const struct mount_args *a,
			     bool exclusive);
OPTIONAL int fs_setup_change(struct file *f, const struct mount_args *a);
/* A mount of it, that stands nowhere. @a: walk, ns, flags (MS_*). 0, -EINVAL
 * (no instance), -EPERM, -EBUSY (mounted already), -ENOMEM. */
OPTIONAL int fs_setup_mount(struct file *f, const struct mount_args *a,
			    struct file **out);

/* Copies of mounts that stand nowhere, until @out is closed or moved. */
OPTIONAL int mount_open_copy(const struct path *from,
			     const struct mount_args *a, struct file **out);

/* As open(2) with O_PATH. 0, -ENOMEM, -ENFILE. */
OPTIONAL int mount_open_plain(const struct path *at, const struct cred *cred,
			      struct file **out);

/* mount_setattr(2): MS_* bits to be cleared and set, a propagation type. */
struct mount_change {
	u32 clear, set;
	u64 propagation;	/* 0: stays */
	bool recursive;
};
/* 0, -EINVAL, -EPERM (locked flags), -EBUSY (open for writing), -ENOMEM */
OPTIONAL int mount_change_attr(const struct path *at, struct mount_ns *ns,
			       const struct mount_change *c);

/*
 * mount_set_group - the private mount at @to joins the peers of the one at
 *                   @from and becomes a slave of its master
 * Return:   0, -EPERM (no CAP_SYS_ADMIN over a namespace), -EINVAL (not
 *           mounted, no roots of mounts, @to shows what @from does not, @to
 *           has peers or a master, @from has neither)
 */
int mount_set_group(const struct path *from, const struct path *to,
		    const struct cred *cred);

#endif
