/*
 * include/proc/mntns.h - the identity of mount namespaces
 *
 * What:  fs/ has the trees of mounts; here is what makes each a namespace:
 *        its number in nsfs and its owner.
 */
#ifndef PROC_MNTNS_H
#define PROC_MNTNS_H

#include <fs/nscommon.h>
#include <fs/vfs.h>

/* The first mount namespace gets its identity; at boot. */
void mntns_init(void);
struct user_ns;
/*
 * mntns_create - copy of @src with an identity of its own
 * @fs:      the context whose root and cwd move along; not shared
 * Return:   0 and one reference, -ENOMEM, -ENOSPC, -EINVAL (no facility)
 */
int mntns_create(struct mount_ns *src, struct user_ns *owner,
		 struct fs_context *fs, struct mount_ns **out);
/* Borrowed in both directions. */
struct ns_common *mntns_common(struct mount_ns *ns);
struct mount_ns *mntns_of(struct ns_common *common);
/* How many mount namespaces were made before, this one included: its id in
 * the ioctls of nsfs. */
u64 mntns_seq(struct ns_common *common);
/* The one with that id, with a reference; NULL: there is none. */
struct mount_ns *mntns_by_seq(u64 seq);
/* The living one made just after or @before this one that the caller rules
 * (CAP_SYS_ADMIN), with a reference. 0, -ENOENT: there is none. */
int mntns_neighbour(struct ns_common *common, bool before,
		    struct ns_common **out);
/* setns: root and cwd of @fs become the root of @ns. May sleep. */
void mntns_enter(struct mount_ns *ns, struct fs_context *fs);

#endif
