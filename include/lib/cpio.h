/*
 * include/lib/cpio.h - reader of newc archives in memory
 *
 * What:  walks the entries of one or several archives that follow each other,
 *        with zero bytes between them, and says exactly what is wrong and
 *        where when they are damaged. Entries point into the buffer.
 * Locks: none. Context: any; no allocation.
 * Not:   creating files (fs/initramfs.c).
 * See:   cpio(5), "New ASCII Format" and "New CRC Format".
 */
#ifndef LIB_CPIO_H
#define LIB_CPIO_H

#include <lib/types.h>

enum cpio_error {
	CPIO_OK,
	CPIO_TRUNCATED_HEADER,
	CPIO_TRUNCATED_NAME,
	CPIO_TRUNCATED_DATA,
	CPIO_BAD_MAGIC,
	/* A field of a header has a character that is not a hex digit. */
	CPIO_BAD_DIGIT,
	CPIO_NAME_EMPTY,
	/* Longer than PATH_MAX with its final 0. */
	CPIO_NAME_TOO_LONG,
	/* The last byte of the name field is not 0. */
	CPIO_NAME_NOT_TERMINATED,
	CPIO_SYMLINK_TOO_LONG,
	/* The sum in a 070702 header is not the sum of the data. */
	CPIO_BAD_CHECKSUM,
	/* An archive must begin at a multiple of 4 bytes. */
	CPIO_MISALIGNED,
	/* Another cpio format: 070707 or binary. */
	CPIO_OLD_FORMAT,
	CPIO_GZIP,
	CPIO_BZIP2,
	CPIO_LZMA,
	CPIO_XZ,
	CPIO_LZO,
	CPIO_LZ4,
	CPIO_ZSTD,
	CPIO_NR_ERRORS,
};

struct cpio_reader {
	const u8 *data;
	u64 size;
	u64 pos;
	/* Archives begun so far: hard links never cross from one to another. */
	u32 archive;
	bool in_archive;
	/* After -EINVAL: what is wrong, and the offset in bytes. */
	enum cpio_error error;
	u64 error_offset;
};

struct cpio_entry {
	/* Up to the first 0, as archived: perhaps with / or ./ in front. */
	const char *name;
	u32 name_len;
	/* 1 for the first archive. */
	u32 archive;
	u32 ino;
	u32 mode;
	u32 uid;
	u32 gid;
	u32 nlink;
	u32 mtime;
	u32 dev_major;
	u32 dev_minor;
	u32 rdev_major;
	u32 rdev_minor;
	/* Borrowed from the buffer; a symlink's target, not terminated. */
	const u8 *data;
	u32 data_size;
	/* Where its header begins. */
	u64 offset;
};

void cpio_init(struct cpio_reader *r, const void *data, u64 size_bytes);

/*
 * cpio_next - read one entry; trailers and padding are stepped over
 * @entry:   filled when the result is 1
 * Context:  any
 * Return:   1, 0 (end of the buffer), -EINVAL (see r->error and
 *           r->error_offset; every later call returns it again)
 */
MUST_CHECK int cpio_next(struct cpio_reader *r, struct cpio_entry *entry);

/* What an error means, for a message: "compressed with gzip". */
const char *cpio_error_text(enum cpio_error error);

#endif
