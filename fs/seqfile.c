/*
 * fs/seqfile.c - files whose text is made when they are read
 *
 * Locks: file->pos_lock around read and write, and pread and pwrite too
 *        (FILE_SERIAL): it covers the text.
 * Life:  the text belongs to the open file.
 * See:   the header.
 */
#include <fs/seqfile.h>

#include <mm/kmalloc.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

static struct seq_source *source_of(const struct file *f)
{
	return path_inode(&f->path)->private;
}

static int seq_open(struct inode *inode, struct file *f)
{
	struct seq_buf *s = kmalloc(sizeof(*s));

	(void)inode;
	if (!s)
		return -ENOMEM;
	seq_init(s);
	f->private = s;
	f->mode |= FILE_SERIAL;
	return 0;
}

static void seq_release(struct file *f)
{
	seq_fini(f->private);
	kfree(f->private);
}

/* Make the text anew. */
static int fill(struct file *f)
{
	struct seq_source *src = source_of(f);
	struct seq_buf *s = f->private;
	int err;

	seq_fini(s);
	seq_init(s);
	err = src->show(src, s);
	if (!err && s->failed)
		err = -ENOMEM;
	return err;
}

static ssize_t seq_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct seq_buf *s = f->private;
	size_t n;

	if (*pos == 0 || !s->data) {
		int err = fill(f);

		if (err)
			return err;
	}
	if (*pos < 0 || (u64)*pos >= s->len)
		return 0;
	n = min(b->left, s->len - (size_t)*pos);
	n = iobuf_put(b, s->data + *pos, n);
	if (!n && b->left)
		return -EFAULT;
	*pos += (off_t)n;
	return (ssize_t)n;
}

static ssize_t seq_write_text(struct file *f, struct iobuf *b, off_t *pos)
{
	struct seq_source *src = source_of(f);
	size_t len = min(b->left, PAGE_SIZE - 1);
	ssize_t ret = -EFAULT;
	char *text;

	if (!src->write)
		return -EINVAL;
	text = kmalloc(PAGE_SIZE);
	if (!text)
		return -ENOMEM;
	if (iobuf_take(b, text, len) == len) {
		text[len] = 0;
		ret = src->write(src, text, len);
	}
	kfree(text);
	if (ret > 0)
		*pos += ret;
	return ret;
}

static long seq_ioctl(struct file *f, u32 cmd, u64 arg)
{
	struct seq_source *src = source_of(f);

	return src->ioctl ? src->ioctl(src, cmd, arg) : -ENOTTY;
}

const struct file_ops seq_file_ops = {
	.open = seq_open,
	.read = seq_read,
	.write = seq_write_text,
	.ioctl = seq_ioctl,
	.seek = generic_seek,
	.release = seq_release,
};
