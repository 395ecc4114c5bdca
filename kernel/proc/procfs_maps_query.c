/*
 * kernel/proc/procfs_maps_query.c - one region of memory, by its address
 *
 * What:  the request PROCMAP_QUERY on /proc/PID/maps: what a line of that file
 *        says, as numbers, and the build ID of the program or library.
 * Locks: a region is found and described under its address space's mutex;
 *        user memory is written, and the file read, without it.
 * See:   proc_pid_maps(5); elf(5), "Notes (Nhdr)".
 */
#include "procfs_internal.h"

#include <fs/file.h>
#include <lib/elf.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <uapi/errno.h>
#include <uapi/kdev.h>
#include <uapi/procfs.h>
#include <vm/aspace.h>
#include <vm/uaccess.h>

#define PROT_FLAGS (PROCMAP_QUERY_VMA_READABLE | PROCMAP_QUERY_VMA_WRITABLE | \
		    PROCMAP_QUERY_VMA_EXECUTABLE | PROCMAP_QUERY_VMA_SHARED)
#define KNOWN_FLAGS (PROT_FLAGS | PROCMAP_QUERY_COVERING_OR_NEXT_VMA | \
		     PROCMAP_QUERY_FILE_BACKED_VMA)
#define NAME_BYTES 4096u		/* PATH_MAX */

#define BUILD_ID_MAX 20u
#define NT_GNU_BUILD_ID 3u
#define NOTES_MAX_BYTES PAGE_SIZE

static_assert((int)PROCMAP_QUERY_VMA_READABLE == REGION_READ &&
	      (int)PROCMAP_QUERY_VMA_WRITABLE == REGION_WRITE &&
	      (int)PROCMAP_QUERY_VMA_EXECUTABLE == REGION_EXEC &&
	      (int)PROCMAP_QUERY_VMA_SHARED == REGION_SHARED,
	      "the flags of a region are those of the request");

struct maps_query {
	struct procmap_query q;
	struct seq_buf name;
	struct file *file;		/* of the region, owned; NULL: none */
	u8 build_id[BUILD_ID_MAX];
};

static int copy_in(struct procmap_query *q, uptr_t arg)
{
	u64 size;
	int err;

	if (copy_from_user(&size, arg, sizeof(size)))
		return -EFAULT;
	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < offsetof(struct procmap_query, vma_start))
		return -EINVAL;
	err = copy_struct_from_user(q, sizeof(*q), arg, size);
	if (err)
		return err;
	if ((q->query_flags & ~(u64)KNOWN_FLAGS) ||
	    !q->vma_name_size != !q->vma_name_addr ||
	    !q->build_id_size != !q->build_id_addr)
		return -EINVAL;
	return 0;
}

/* The region that the caller wants; NULL: none. The aspace is locked. */
static struct region *find(struct aspace *as, const struct procmap_query *q)
{
	u32 prot = q->query_flags & PROT_FLAGS;
	bool next = q->query_flags & PROCMAP_QUERY_COVERING_OR_NEXT_VMA;
	bool file = q->query_flags & PROCMAP_QUERY_FILE_BACKED_VMA;
	struct region *r = region_above(as, q->query_addr);

	for (; r && (next || r->start <= q->query_addr); r = region_next(r)) {
		if ((r->flags & prot) == prot && (r->file || !file))
			return r;
	}
	return NULL;
}

static void describe(struct maps_query *m, struct aspace *as,
		     const struct region *r)
{
	struct procmap_query *q = &m->q;
	struct stat st = { 0 };

	q->vma_start = r->start;
	q->vma_end = r->end;
	q->vma_flags = r->flags & PROT_FLAGS;
	q->vma_page_size = PAGE_SIZE;
	if (r->file) {
		m->file = file_get(r->file);
		if (vfs_getattr(&m->file->path, &st))
			st.st_ino = 0;
	}
	q->vma_offset = r->file ? r->offset : 0;
	q->inode = st.st_ino;
	q->dev_major = DEV_MAJOR(st.st_dev);
	q->dev_minor = DEV_MINOR(st.st_dev);
	if (q->vma_name_size)
		maps_region_name(as, r, &m->name);
}

static u32 note_pad(u32 n)
{
	return (u32)((n + 3ul) & ~3ul);
}

/* The build ID among the notes in @p; its length, 0: it is not there. */
static u32 id_of_notes(const u8 *p, size_t len, u8 out[BUILD_ID_MAX])
{
	struct {
		u32 namesz, descsz, type;
	} note;

	while (len >= sizeof(note)) {
		size_t desc, next;

		memcpy(&note, p, sizeof(note));
		if (note.namesz > NOTES_MAX_BYTES ||
		    note.descsz > NOTES_MAX_BYTES)
			break;
		desc = sizeof(note) + note_pad(note.namesz);
		next = desc + note_pad(note.descsz);
		if (next > len)
			break;
		if (note.type == NT_GNU_BUILD_ID && note.namesz == 4 &&
		    !memcmp(p + sizeof(note), "GNU", 4) && note.descsz &&
		    note.descsz <= BUILD_ID_MAX) {
			memcpy(out, p + desc, note.descsz);
			return note.descsz;
		}
		p += next;
		len -= next;
	}
	return 0;
}

/* The notes of the segment @ph, read into the page @buf. */
static u32 id_of_segment(struct file *f, const struct elf64_phdr *ph, u8 *buf,
			 u8 out[BUILD_ID_MAX])
{
	ssize_t n;

	if (ph->p_type != PT_NOTE)
		return 0;
	n = file_read_kernel(f, buf, min(ph->p_filesz, NOTES_MAX_BYTES),
			     (off_t)ph->p_offset);
	return n > 0 ? id_of_notes(buf, (size_t)n, out) : 0;
}

/* The build ID of a program or library; 0: it has none, or is neither. */
static u32 read_build_id(struct file *f, u8 out[BUILD_ID_MAX])
{
	struct elf64_phdr ph;
	struct elf64_ehdr eh;
	size_t table;
	u32 len = 0;
	u8 *page;
	ssize_t n = file_read_kernel(f, &eh, sizeof(eh), 0);

	if (n < 0 || elf_check_header(&eh, (size_t)n, &table))
		return 0;
	page = kmalloc(PAGE_SIZE);
	for (u32 i = 0; page && !len && i < eh.e_phnum; i++) {
		n = file_read_kernel(f, &ph, sizeof(ph), (off_t)
				     (eh.e_phoff + i * sizeof(ph)));
		if (n != sizeof(ph))
			break;
		len = id_of_segment(f, &ph, page, out);
		cond_resched();
	}
	kfree(page);
	return len;
}

/* What the caller has room for, or -ENAMETOOLONG. */
static int fit(struct maps_query *m)
{
	struct procmap_query *q = &m->q;
	u32 room = min(q->vma_name_size, NAME_BYTES);
	u32 id = 0;

	if (m->name.failed)
		return -ENOMEM;
	if (q->build_id_size && m->file)
		id = read_build_id(m->file, m->build_id);
	if (id > q->build_id_size)
		return -ENAMETOOLONG;
	q->build_id_size = id;
	if (m->name.len)
		seq_putc(&m->name, '\0');
	if (m->name.len > room)
		return -ENAMETOOLONG;
	q->vma_name_size = (u32)m->name.len;
	return m->name.failed ? -ENOMEM : 0;
}

static int copy_out(const struct maps_query *m, uptr_t arg)
{
	const struct procmap_query *q = &m->q;

	if (q->vma_name_size && copy_to_user(q->vma_name_addr, m->name.data,
					     q->vma_name_size))
		return -EFAULT;
	if (q->build_id_size && copy_to_user(q->build_id_addr, m->build_id,
					     q->build_id_size))
		return -EFAULT;
	return copy_to_user(arg, q, min(sizeof(*q), q->size)) ? -EFAULT : 0;
}

static int look_up(struct maps_query *m, struct aspace *as)
{
	const struct region *r;

	mutex_lock(&as->lock);
	r = find(as, &m->q);
	if (r)
		describe(m, as, r);
	mutex_unlock(&as->lock);
	return r ? 0 : -ENOENT;
}

static long query(struct aspace *as, uptr_t arg)
{
	struct maps_query m = { 0 };
	int err = copy_in(&m.q, arg);

	if (err)
		return err;
	seq_init(&m.name);
	err = as ? look_up(&m, as) : -ESRCH;
	if (!err)
		err = fit(&m);
	if (!err)
		err = copy_out(&m, arg);
	if (m.file)
		file_put(m.file);
	seq_fini(&m.name);
	return err;
}

long proc_maps_ioctl(struct aspace *as, u32 cmd, uptr_t arg)
{
	if (cmd != PROCMAP_QUERY)
		return -ENOTTY;
	return query(as, arg);
}
