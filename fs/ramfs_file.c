/*
 * fs/ramfs_file.c - calls on files in memory
 *
 * What:  read, write, lseek with holes, mmap, fallocate.
 * Locks: inode->lock around everything that changes content or size; reading
 *        takes none of it.
 * Not:   the pages themselves (ramfs_content.c), seals (memfd.c).
 * See:   tmpfs(5), lseek(2) SEEK_DATA, fallocate(2)
 */
#include "ramfs.h"

#include <lib/string.h>
#include <sched/sched.h>
#include <uapi/fcntl.h>
#include <uapi/mman.h>

/* Pages that one step of a read takes out of the tree. */
#define BATCH 16u

/* Up to BATCH pages from @index on, with references; NULL for holes. */
static u32 find_batch(struct ramfs_content *c, u64 index, u64 last,
		      struct page *batch[BATCH])
{
	u32 n = 0;

	spin_lock(&c->object.lock);
	for (; n < BATCH && index + n < last; n++) {
		batch[n] = page_tree_find(&c->tree, index + n);
		if (batch[n])
			page_get(batch[n]);
	}
	spin_unlock(&c->object.lock);
	return n;
}

/* Copy [pos, end) of one page, or zeros. Bytes copied. */
static size_t read_page(struct iobuf *b, const struct page *page, u64 pos,
			u64 end)
{
	u64 off = pos & (PAGE_SIZE - 1);
	size_t len = min(PAGE_SIZE - off, end - pos);

	len = min(len, b->left);
	if (!page)
		return iobuf_put_zero(b, len);
	return iobuf_put(b, (const char *)page_to_virt(page) + off, len);
}

/* One batch at @pos, before @end; true: there may be more. */
static bool read_batch(struct ramfs_content *c, struct iobuf *b, u64 *pos,
		       u64 end)
{
	struct page *batch[BATCH];
	u64 first = *pos >> PAGE_SHIFT;
	u32 n = find_batch(c, first, ramfs_pages_of(end), batch);
	bool more = true;

	for (u32 i = 0; i < n; i++) {
		u64 page_end = min((first + i + 1) << PAGE_SHIFT, end);

		if (more && *pos < page_end)
			*pos += read_page(b, batch[i], *pos, page_end);
		if (*pos < page_end)
			more = false;
		if (batch[i])
			page_put(batch[i]);
	}
	return more && n && b->left;
}

static ssize_t ramfs_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct ramfs_content *c = ramfs_content_of(path_inode(&f->path));
	u64 start = (u64)*pos;
	u64 at = start;
	u64 size;

	if (!b->left)
		return 0;
	while (at < (size = READ_ONCE(c->size))) {
		u64 end = min(size, at + b->left);

		if (!read_batch(c, b, &at, end))
			break;
		cond_resched();
	}
	if (!(f->flags & O_NOATIME))
		path_touch_atime(&f->path);
	if (at == start && start < READ_ONCE(c->size))
		return -EFAULT;
	*pos = (off_t)at;
	return (ssize_t)(at - start);
}

/* The whole page is new: filled from @b before anybody sees it. */
static int fill_new_page(struct ramfs_content *c, struct iobuf *b, u64 index,
			 size_t *len)
{
	struct page *page;
	struct page *there;
	size_t want = *len;
	char *to;
	int err = ramfs_page_create(c, index, 0, &page);

	if (err)
		return err;
	to = page_to_virt(page);
	*len = iobuf_take(b, to, want);
	memset(to + *len, 0, PAGE_SIZE - *len);
	page_get(page);
	err = ramfs_page_publish(c, index, page, &there);
	if (!err && there != page)
		memcpy(page_to_virt(there), to, *len);
	if (!err)
		page_put(there);
	page_put(page);
	return err;
}

/* Write @*len bytes into one page; *@len becomes what was written. */
static int write_page(struct ramfs_content *c, struct iobuf *b, u64 pos,
		      size_t *len)
{
	u64 off = pos & (PAGE_SIZE - 1);
	struct page *page = ramfs_page_find(c, pos >> PAGE_SHIFT);
	int err;

	if (!page && !off && (*len == PAGE_SIZE || pos + *len >= c->size))
		return fill_new_page(c, b, pos >> PAGE_SHIFT, len);
	if (!page) {
		err = ramfs_page_make(c, pos >> PAGE_SHIFT, &page);
		if (err)
			return err;
	}
	*len = iobuf_take(b, (char *)page_to_virt(page) + off, *len);
	ramfs_page_set_data(page);
	page_put(page);
	return 0;
}

/* [pos, pos + len) from @b; inode->lock held. Bytes or -errno. */
static ssize_t write_pages(struct inode *inode, struct iobuf *b, u64 pos,
			   size_t len)
{
	struct ramfs_content *c = ramfs_content_of(inode);
	size_t done = 0;
	int err = 0;

	while (done < len) {
		u64 at = pos + done;
		size_t want = min(len - done,
				  PAGE_SIZE - (at & (PAGE_SIZE - 1)));
		size_t n = want;

		err = write_page(c, b, at, &n);
		if (err)
			break;
		done += n;
		if (pos + done > c->size)
			ramfs_set_size(inode, c, pos + done);
		if (n < want) {
			err = -EFAULT;
			break;
		}
		cond_resched();
	}
	return done ? (ssize_t)done : err;
}

static ssize_t write_locked(struct file *f, struct iobuf *b, off_t *pos)
{
	struct inode *inode = path_inode(&f->path);
	struct ramfs_content *c = ramfs_content_of(inode);
	u64 at = f->flags & O_APPEND ? c->size : (u64)*pos;
	size_t len;
	ssize_t n;

	if (at >= RAMFS_MAX_SIZE)
		return -EFBIG;
	len = min(b->left, RAMFS_MAX_SIZE - at);
	len = file_limit_write(at, len);
	if (!len)
		return -EFBIG;
	if ((c->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) ||
	    ((c->seals & F_SEAL_GROW) && at + len > c->size && at >= c->size))
		return -EPERM;
	if ((c->seals & F_SEAL_GROW) && at + len > c->size)
		len = c->size - at;
	inode_strip_suid(inode, f->cred);
	n = write_pages(inode, b, at, len);
	if (n > 0) {
		*pos = (off_t)at + n;
		inode_touch(inode);
	}
	return n;
}

static ssize_t ramfs_write(struct file *f, struct iobuf *b, off_t *pos)
{
	struct inode *inode = path_inode(&f->path);
	ssize_t n;

	if (!b->left)
		return 0;
	mutex_lock(&inode->lock);
	n = write_locked(f, b, pos);
	mutex_unlock(&inode->lock);
	return n;
}

/* Pages looked at without letting others have the lock. */
#define HOLE_SEARCH_STEP 512u

/* The first hole at or behind @index and before @last; @last: none. */
static u64 find_hole(struct ramfs_content *c, u64 index, u64 last)
{
	bool found = false;

	while (!found && index < last) {
		u64 stop = min(last, index + HOLE_SEARCH_STEP);

		spin_lock(&c->object.lock);
		while (index < stop &&
		       ramfs_page_is_data(page_tree_find(&c->tree, index)))
			index++;
		spin_unlock(&c->object.lock);
		found = index < stop;
		cond_resched();
	}
	return index;
}

/* The first page of data at or behind @index and before @last. */
static u64 find_data(struct ramfs_content *c, u64 index, u64 last)
{
	struct page *page;
	u32 steps = 0;

	spin_lock(&c->object.lock);
	while ((page = page_tree_next(&c->tree, &index)) != NULL &&
	       index < last && !ramfs_page_is_data(page)) {
		index++;
		if (++steps % HOLE_SEARCH_STEP)
			continue;
		spin_unlock(&c->object.lock);
		cond_resched();
		spin_lock(&c->object.lock);
	}
	spin_unlock(&c->object.lock);
	return page && index < last ? index : last;
}

/* The first byte of data, or of a hole, from @pos on. */
static off_t seek_data_or_hole(struct ramfs_content *c, u64 pos, bool data)
{
	u64 size = READ_ONCE(c->size);
	u64 index = pos >> PAGE_SHIFT;
	u64 last = ramfs_pages_of(size);
	u64 at;

	if (pos >= size)
		return -ENXIO;
	at = data ? find_data(c, index, last) : find_hole(c, index, last);
	if (data && at == last)
		return -ENXIO;
	return (off_t)(at == index ? pos : min(at << PAGE_SHIFT, size));
}

static off_t ramfs_seek(struct file *f, off_t off, int whence)
{
	struct ramfs_content *c = ramfs_content_of(path_inode(&f->path));
	off_t pos;

	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return generic_seek(f, off, whence);
	if (off < 0)
		return -ENXIO;
	pos = seek_data_or_hole(c, (u64)off, whence == SEEK_DATA);
	if (pos >= 0)
		f->pos = pos;
	return pos;
}

static int ramfs_mmap(struct file *f, u64 prot, u64 flags,
		      struct vm_object **out)
{
	struct inode *inode = path_inode(&f->path);
	struct ramfs_content *c = ramfs_content_of(inode);
	bool shared = (flags & MAP_TYPE) != MAP_PRIVATE;

	if (shared && (prot & PROT_WRITE) &&
	    (c->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)))
		return -EPERM;
	if (!(f->flags & O_NOATIME))
		path_touch_atime(&f->path);
	vm_object_get(inode->object);
	*out = inode->object;
	return 0;
}

static int ramfs_fsync(struct file *f)
{
	(void)f;
	return 0;
}

/* Holes: whole pages go, the ends are filled with zeros. */
static void punch_hole(struct ramfs_content *c, u64 off, u64 end)
{
	u64 first = ramfs_pages_of(off);
	u64 last = end >> PAGE_SHIFT;

	if (first < last) {
		ramfs_drop_pages(c, first, last);
		vm_object_unmap(&c->object, first, last);
	}
	if (off >> PAGE_SHIFT == end >> PAGE_SHIFT) {
		ramfs_zero_part(c, off, end);
		return;
	}
	ramfs_zero_part(c, off, PAGE_ALIGN_UP(off));
	ramfs_zero_part(c, PAGE_ALIGN_DOWN(end), end);
}

static int reserve_page(struct ramfs_content *c, u64 index)
{
	struct page *page = ramfs_page_find(c, index);
	struct page *there;
	int err;

	if (page) {
		page_put(page);
		return 0;
	}
	err = ramfs_page_create(c, index, PA_ZERO, &page);
	if (err)
		return err;
	page->private = RAMFS_PAGE_UNWRITTEN;
	err = ramfs_page_publish(c, index, page, &there);
	if (!err)
		page_put(there);
	return err;
}

/* Undo reserve_page: what nobody wrote or mapped goes. */
static void unreserve_page(struct ramfs_content *c, u64 index)
{
	struct page *page;

	spin_lock(&c->object.lock);
	page = page_tree_find(&c->tree, index);
	if (page && !ramfs_page_is_data(page))
		page_tree_remove(&c->tree, index);
	else
		page = NULL;
	spin_unlock(&c->object.lock);
	if (!page)
		return;
	page_put(page);
	atomic_dec(&c->limits->pages);
}

static int reserve_pages(struct ramfs_content *c, u64 first, u64 last)
{
	u64 i;
	int err = 0;

	for (i = first; !err && i < last; i++) {
		err = reserve_page(c, i);
		cond_resched();
	}
	while (err && i-- > first)
		unreserve_page(c, i);
	return err;
}

static int fallocate_locked(struct inode *inode, int mode, u64 off, u64 end)
{
	struct ramfs_content *c = ramfs_content_of(inode);
	int err;

	if (mode & FALLOC_FL_PUNCH_HOLE) {
		if (c->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
			return -EPERM;
		punch_hole(c, off, end);
		return 0;
	}
	if ((c->seals & F_SEAL_GROW) && end > c->size)
		return -EPERM;
	if (!(mode & FALLOC_FL_KEEP_SIZE) && end > c->size &&
	    file_limit_write(off, end - off) < end - off)
		return -EFBIG;
	err = reserve_pages(c, off >> PAGE_SHIFT, ramfs_pages_of(end));
	if (!err && !(mode & FALLOC_FL_KEEP_SIZE) && end > c->size)
		ramfs_set_size(inode, c, end);
	return err;
}

static int ramfs_fallocate(struct file *f, int mode, off_t off, off_t len)
{
	struct inode *inode = path_inode(&f->path);
	int err;

	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
		return -EOPNOTSUPP;
	mutex_lock(&inode->lock);
	err = fallocate_locked(inode, mode, (u64)off, (u64)off + (u64)len);
	if (!err) {
		inode_strip_suid(inode, f->cred);
		inode_touch(inode);
	}
	mutex_unlock(&inode->lock);
	return err;
}

const struct file_ops ramfs_file_ops = {
	.read = ramfs_read,
	.write = ramfs_write,
	.seek = ramfs_seek,
	.mmap = ramfs_mmap,
	.fsync = ramfs_fsync,
	.fallocate = ramfs_fallocate,
};
