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
#include <sched/sched.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

static struct seq_source *source_of(const struct file *f)
{
	return path_inode(&f->path)->private;
}

/* file->private */
struct seq_text {
	struct seq_buf buf;	/* the text; with steps the part of it ... */
	u64 start;		/* ... that begins there */
	struct seq_place next;	/* where the part behind that begins; what the
				   file has of its own */
	bool last;		/* there is none */
};

static int seq_open(struct inode *inode, struct file *f)
{
	struct seq_source *src = inode->private;
	struct seq_text *s = kzalloc(sizeof(*s));
	int err = s ? 0 : -ENOMEM;

	if (!err && src->open)
		err = src->open(src, &s->next.opened);
	if (err) {
		kfree(s);
		return err;
	}
	seq_init(&s->buf);
	f->private = s;
	f->mode |= FILE_SERIAL;
	return 0;
}

static void text_forget(struct seq_text *s)
{
	seq_fini(&s->buf);
	*s = (struct seq_text){ .next.opened = s->next.opened };
	seq_init(&s->buf);
}

static void seq_release(struct file *f)
{
	struct seq_source *src = source_of(f);
	struct seq_text *s = f->private;

	if (src->close)
		src->close(s->next.opened);
	seq_fini(&s->buf);
	kfree(s);
}

/* Make the text anew. */
static int fill(struct seq_source *src, struct seq_text *s)
{
	int err;

	text_forget(s);
	err = src->show(src, &s->buf);
	if (!err && s->buf.failed)
		err = -ENOMEM;
	return err;
}

/* Bytes of what is in the buffer, at *@pos and behind. */
static ssize_t copy_text(struct seq_text *s, struct iobuf *b, off_t *pos)
{
	size_t at = (size_t)((u64)*pos - s->start);
	size_t n = min(b->left, s->buf.len - at);

	n = iobuf_put(b, s->buf.data + at, n);
	if (!n && b->left)
		return -EFAULT;
	*pos += (off_t)n;
	return (ssize_t)n;
}

static ssize_t read_whole(struct seq_source *src, struct seq_text *s,
			  struct iobuf *b, off_t *pos)
{
	if (*pos == 0 || !s->buf.data) {
		int err = fill(src, s);

		if (err)
			return err;
	}
	if (*pos < 0 || (u64)*pos >= s->buf.len)
		return 0;
	return copy_text(s, b, pos);
}

/* Go on to the part that holds @pos: 1, 0 (the text ends before), -errno. */
static int find_part(struct seq_source *src, struct seq_text *s, u64 pos)
{
	int more;

	while (pos >= s->start + s->buf.len) {
		if (s->last)
			return 0;
		s->start += s->buf.len;
		seq_rewind(&s->buf);
		more = src->step(src, &s->buf, &s->next);
		if (more >= 0 && s->buf.failed)
			more = -ENOMEM;
		if (more < 0) {
			text_forget(s);
			return more;
		}
		s->last = !more;
		cond_resched();
	}
	return 1;
}

/* What is left of a part, and no more than one behind it: programs take a short
 * read for the end, and what they want is the first lines. */
static ssize_t read_parts(struct seq_source *src, struct seq_text *s,
			  struct iobuf *b, off_t *pos)
{
	ssize_t done = 0, n = 1;
	bool made = false;

	if (*pos == 0 || (u64)*pos < s->start)
		text_forget(s);
	while (b->left && n > 0 && !made) {
		made = (u64)*pos >= s->start + s->buf.len;
		n = find_part(src, s, (u64)*pos);
		if (n > 0)
			n = copy_text(s, b, pos);
		if (n > 0)
			done += n;
	}
	return done ? done : n;
}

static ssize_t seq_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct seq_source *src = source_of(f);

	return src->step ? read_parts(src, f->private, b, pos) :
			   read_whole(src, f->private, b, pos);
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
	struct seq_text *s = f->private;

	return src->ioctl ? src->ioctl(src, s->next.opened, cmd, arg) : -ENOTTY;
}

const struct file_ops seq_file_ops = {
	.open = seq_open,
	.read = seq_read,
	.write = seq_write_text,
	.ioctl = seq_ioctl,
	.seek = generic_seek,
	.release = seq_release,
};
