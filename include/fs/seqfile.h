/*
 * include/fs/seqfile.h - files whose text is made when they are read
 *
 * What:  file operations for virtual files. The text is made by show() at the
 *        first read from the start and kept until the file is closed or read
 *        from the start again, so that a reader sees one state. A text that
 *        may be very long is made by step() part by part, as it is read.
 * Locks: file->pos_lock serialises readers of one open file.
 */
#ifndef FS_SEQFILE_H
#define FS_SEQFILE_H

#include <fs/file.h>
#include <fs/seq_buf.h>

/* What a step() makes is shorter, in whole lines, if the first one is. */
#define SEQ_PART PAGE_SIZE

/* Where the next part of a text begins, in words of who makes it; zero at the
 * start. And what the open file has of its own, the same for all parts. */
struct seq_place {
	u64 at;
	void *opened;
};

/* What inode->private begins with for a file of this kind. */
struct seq_source {
	/* What an open file has of its own: open makes it, or says why open(2)
	 * fails; close frees it. NULL: nothing. */
	int (*open)(struct seq_source *src, void **opened);
	void (*close)(void *opened);
	/* Return: 0, -ESRCH (the object is gone), -ENOMEM, -EACCES. */
	int (*show)(struct seq_source *src, struct seq_buf *out);
	/* Not NULL: instead of show. Adds the part at @place to @out, which is
	 * empty, and moves @place behind it. Return: 1, 0 (it was the last),
	 * or as show. */
	int (*step)(struct seq_source *src, struct seq_buf *out,
		    struct seq_place *place);
	/* What one write(2) gave, zero terminated, at most a page. Length or
	 * -errno. NULL: -EINVAL. */
	ssize_t (*write)(struct seq_source *src, const char *text, size_t len);
	/* A request; NULL: -ENOTTY. */
	long (*ioctl)(struct seq_source *src, void *opened, u32 cmd,
		      uptr_t arg);
};

extern const struct file_ops seq_file_ops;

#endif
