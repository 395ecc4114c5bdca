/*
 * include/uapi/statfs.h - file system figures and type numbers
 *
 * See:   statfs(2).
 */
#ifndef UAPI_STATFS_H
#define UAPI_STATFS_H

#include <uapi/types.h>

struct statfs {
	s64 f_type;
	s64 f_bsize;
	u64 f_blocks;
	u64 f_bfree;
	u64 f_bavail;
	u64 f_files;
	u64 f_ffree;
	s32 f_fsid[2];
	s64 f_namelen;
	s64 f_frsize;
	s64 f_flags;
	s64 f_spare[4];
};
_Static_assert(sizeof(struct statfs) == 120, "struct statfs");

/* f_flags */
#define ST_RDONLY 0x0001
#define ST_NOSUID 0x0002
#define ST_NODEV 0x0004
#define ST_NOEXEC 0x0008
#define ST_SYNCHRONOUS 0x0010
/* Always set: says that the field is filled. */
#define ST_VALID 0x0020
#define ST_NOATIME 0x0400
#define ST_NODIRATIME 0x0800
#define ST_RELATIME 0x1000
#define ST_NOSYMFOLLOW 0x2000

#define ANON_INODE_FS_MAGIC 0x09041934
#define CGROUP2_SUPER_MAGIC 0x63677270
#define DEVPTS_SUPER_MAGIC 0x1cd1
#define NSFS_MAGIC 0x6e736673
#define PIPEFS_MAGIC 0x50495045
#define PID_FS_MAGIC 0x50494446
#define PROC_SUPER_MAGIC 0x9fa0
#define RAMFS_MAGIC 0x858458f6
#define SOCKFS_MAGIC 0x534f434b
#define SYSFS_MAGIC 0x62656572
#define TMPFS_MAGIC 0x01021994

#endif
