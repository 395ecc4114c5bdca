/*
 * include/uapi/mount.h - flags of mount and umount
 *
 * See:   mount(2), umount2(2), mount_setattr(2).
 */
#ifndef UAPI_MOUNT_H
#define UAPI_MOUNT_H

#define MS_RDONLY 1ul
#define MS_NOSUID 2ul
#define MS_NODEV 4ul
#define MS_NOEXEC 8ul
#define MS_SYNCHRONOUS 16ul
#define MS_REMOUNT 32ul
#define MS_MANDLOCK 64ul
#define MS_DIRSYNC 128ul
#define MS_NOSYMFOLLOW 256ul
#define MS_NOATIME 1024ul
#define MS_NODIRATIME 2048ul
#define MS_BIND 4096ul
#define MS_MOVE 8192ul
#define MS_REC 16384ul
#define MS_SILENT 32768ul
#define MS_POSIXACL (1ul << 16)
#define MS_UNBINDABLE (1ul << 17)
#define MS_PRIVATE (1ul << 18)
#define MS_SLAVE (1ul << 19)
#define MS_SHARED (1ul << 20)
#define MS_RELATIME (1ul << 21)
#define MS_KERNMOUNT (1ul << 22)
#define MS_I_VERSION (1ul << 23)
#define MS_STRICTATIME (1ul << 24)
#define MS_LAZYTIME (1ul << 25)
/* What MS_REMOUNT may change. */
#define MS_RMT_MASK (MS_RDONLY | MS_SYNCHRONOUS | MS_MANDLOCK | \
		     MS_I_VERSION | MS_LAZYTIME)
/* Old magic in the upper half of the flags, ignored. */
#define MS_MGC_VAL 0xc0ed0000ul
#define MS_MGC_MSK 0xffff0000ul

#define MNT_FORCE 0x1
#define MNT_DETACH 0x2
#define MNT_EXPIRE 0x4
#define UMOUNT_NOFOLLOW 0x8

#define OPEN_TREE_CLONE 1
#define OPEN_TREE_CLOEXEC 02000000
#define MOVE_MOUNT_F_SYMLINKS 0x001
#define MOVE_MOUNT_F_AUTOMOUNTS 0x002
#define MOVE_MOUNT_F_EMPTY_PATH 0x004
#define MOVE_MOUNT_T_SYMLINKS 0x010
#define MOVE_MOUNT_T_AUTOMOUNTS 0x020
#define MOVE_MOUNT_T_EMPTY_PATH 0x040
#define MOVE_MOUNT_SET_GROUP 0x100
#define MOVE_MOUNT_F_MASK 0x007
#define MOVE_MOUNT_T_MASK 0x070
#define FSOPEN_CLOEXEC 0x1
#define FSPICK_CLOEXEC 0x1
#define FSPICK_SYMLINK_NOFOLLOW 0x2
#define FSPICK_NO_AUTOMOUNT 0x4
#define FSPICK_EMPTY_PATH 0x8
#define FSCONFIG_SET_FLAG 0
#define FSCONFIG_SET_STRING 1
#define FSCONFIG_SET_BINARY 2
#define FSCONFIG_SET_PATH 3
#define FSCONFIG_SET_PATH_EMPTY 4
#define FSCONFIG_SET_FD 5
#define FSCONFIG_CMD_CREATE 6
#define FSCONFIG_CMD_RECONFIGURE 7
#define FSCONFIG_CMD_CREATE_EXCL 8
#define FSMOUNT_CLOEXEC 0x1

#define MOUNT_ATTR_RDONLY 0x00000001
#define MOUNT_ATTR_NOSUID 0x00000002
#define MOUNT_ATTR_NODEV 0x00000004
#define MOUNT_ATTR_NOEXEC 0x00000008
#define MOUNT_ATTR_ATIME 0x00000070	/* mask of the next three */
#define MOUNT_ATTR_RELATIME 0x00000000
#define MOUNT_ATTR_NOATIME 0x00000010
#define MOUNT_ATTR_STRICTATIME 0x00000020
#define MOUNT_ATTR_NODIRATIME 0x00000080
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000

struct mount_attr {
	unsigned long attr_set, attr_clr;
	unsigned long propagation;	/* MS_SHARED, ... */
	unsigned long userns_fd;
};
_Static_assert(sizeof(struct mount_attr) == 32, "struct mount_attr");

/* statmount(2), listmount(2): which mount of which namespace, and the kinds of
 * answers, or the id behind which a list begins. */
struct mnt_id_req {
	unsigned int size, mnt_ns_fd;
	unsigned long mnt_id, param;
	unsigned long mnt_ns_id;
};
#define MNT_ID_REQ_SIZE_VER0 24u
_Static_assert(sizeof(struct mnt_id_req) == 32, "struct mnt_id_req");

#define STATMOUNT_SB_BASIC 0x01u
#define STATMOUNT_MNT_BASIC 0x02u
#define STATMOUNT_PROPAGATE_FROM 0x04u
#define STATMOUNT_MNT_ROOT 0x08u
#define STATMOUNT_MNT_POINT 0x10u
#define STATMOUNT_FS_TYPE 0x20u
#define STATMOUNT_MNT_NS_ID 0x40u
#define STATMOUNT_MNT_OPTS 0x80u

/* Texts stand behind it, told by where they begin there. */
struct statmount {
	unsigned int size, mnt_opts;
	unsigned long mask;
	unsigned int sb_dev_major, sb_dev_minor;
	unsigned long sb_magic;
	unsigned int sb_flags, fs_type;
	unsigned long mnt_id, mnt_parent_id;
	unsigned int mnt_id_old, mnt_parent_id_old;
	unsigned long mnt_attr, mnt_propagation;
	unsigned long mnt_peer_group, mnt_master, propagate_from;
	unsigned int mnt_root, mnt_point;
	unsigned long mnt_ns_id;
	unsigned long spare[49];
};
_Static_assert(sizeof(struct statmount) == 512, "struct statmount");

#define LSMT_ROOT 0xfffffffffffffffful
#define LISTMOUNT_REVERSE 1u
/* Ids that are never used again are larger than any old one. */
#define MNT_UNIQUE_ID_OFFSET (1ul << 31)

#endif
