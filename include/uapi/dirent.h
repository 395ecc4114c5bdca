/*
 * include/uapi/dirent.h - directory entries
 *
 * See:   getdents(2), readdir(3).
 */
#ifndef UAPI_DIRENT_H
#define UAPI_DIRENT_H

#include <uapi/types.h>

/* d_name is terminated by 0; records are padded to 8 bytes. */
struct linux_dirent64 {
	u64 d_ino;
	s64 d_off;
	u16 d_reclen;
	u8 d_type;
	char d_name[];
};
_Static_assert(__builtin_offsetof(struct linux_dirent64, d_name) == 19,
	       "struct linux_dirent64");

/* The old record: its type is the last byte, at d_reclen - 1. */
struct linux_dirent {
	u64 d_ino;
	u64 d_off;
	u16 d_reclen;
	char d_name[];
};
_Static_assert(__builtin_offsetof(struct linux_dirent, d_name) == 18,
	       "struct linux_dirent");

#define DT_UNKNOWN 0
#define DT_FIFO 1
#define DT_CHR 2
#define DT_DIR 4
#define DT_BLK 6
#define DT_REG 8
#define DT_LNK 10
#define DT_SOCK 12
#define DT_WHT 14
/* The type of a mode, as in S_IFMT. */
#define DT_OF_MODE(mode) (((mode) & 0170000) >> 12)

#endif
