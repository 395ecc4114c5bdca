/*
 * kernel/proc/coredump_elf.c - a core file
 *
 * What:  file header, a header for the notes and for each region, the notes,
 *        then as much of each region as the filter wants. Pages that are not
 *        there, or hold nothing but zeros, stay holes in the file.
 * Locks: the regions are written down under the mutex of the address space;
 *        what another process that shares it changes afterwards is read as it
 *        is then, or is a hole.
 * Life:  a core file whose limit is reached, or whose dumper is killed, ends
 *        there.
 * Not:   more regions than a 16-bit number counts (only a raised max_map_count
 *        allows them): then there is no core.
 * See:   core(5), elf(5).
 */
#include "coredump_internal.h"

#include <arch/mmu.h>
#include <fs/file.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/signal.h>
#include <sched/sched.h>
#include <uapi/elf.h>
#include <vm/aspace.h>
#include <vm/usage.h>

/* Bits of the filter. Source: core(5). */
#define FILTER_ANON_PRIVATE BIT(0)
#define FILTER_ANON_SHARED BIT(1)
#define FILTER_FILE_PRIVATE BIT(2)
#define FILTER_FILE_SHARED BIT(3)
#define FILTER_ELF_HEADERS BIT(4)

/* --- the file ------------------------------------------------------------- */

/* Holes are not counted by the limit; what would pass it is left out, and all
 * behind it. */
static bool emit(struct core_dump *d, const void *data, size_t len)
{
	struct iobuf b;

	d->hole = false;
	if (d->written + len > d->limit || signal_fatal_pending(d->dumper))
		return false;
	iobuf_kernel(&b, (void *)(u64)data, len);
	if (file_pwrite(d->file, &b, (off_t)d->pos) != (ssize_t)len)
		return false;
	d->written += len;
	d->pos += len;
	return true;
}

static bool skip_to(struct core_dump *d, u64 pos)
{
	d->hole |= d->pos != pos;
	d->pos = pos;
	return !signal_fatal_pending(d->dumper);
}

/* The file is as long as it would be without holes. */
static void emit_end(struct core_dump *d)
{
	if (!d->hole)
		return;
	d->pos--;
	if (!emit(d, "", 1))
		d->hole = false;
}

/* --- the regions ---------------------------------------------------------- */

/* Memory that has a name in the file system, or had one. */
static bool is_named(const struct core_segment *s)
{
	return s->file && READ_ONCE(path_inode(&s->file->path)->nlink);
}

static void want_whole(struct core_segment *s, bool want)
{
	s->dump_bytes = want ? s->end - s->start : 0;
}

/* How much of it. Source: core(5), MADV_DONTDUMP in madvise(2). */
static void choose(struct core_segment *s, const struct region *r)
{
	u32 filter = READ_ONCE(r->aspace->dump_filter);
	u64 vdso = r->aspace->vdso;

	if (vdso && (r->start == vdso || r->end == vdso))
		want_whole(s, true);
	else if (r->flags & REGION_DONTDUMP)
		return;
	else if (r->flags & REGION_SHARED)
		want_whole(s, filter & (is_named(s) ? FILTER_FILE_SHARED :
						      FILTER_ANON_SHARED));
	else if (r->has_copies && (filter & FILTER_ANON_PRIVATE))
		want_whole(s, true);
	else if (s->file && (filter & FILTER_FILE_PRIVATE))
		want_whole(s, true);
	else if (s->file && (filter & FILTER_ELF_HEADERS) && !r->offset &&
		 (r->flags & REGION_READ))
		s->asks_head = true;
}

static bool add_segment(const struct region *r, void *arg)
{
	struct core_segment s = {
		.start = r->start,
		.end = r->end,
		.offset = r->offset,
		.flags = r->flags,
		.faults_in = r->object,
		.file = r->file,
	};
	struct seq_buf *out = arg;
	size_t before = out->len;

	choose(&s, r);
	seq_write(out, &s, sizeof(s));
	if (r->file && out->len != before)
		file_get(r->file);
	return true;
}

/* A program's first page tells a debugger which one it was. A library need
 * not be executable, but it begins as an ELF file does. */
static void choose_head(struct core_segment *s)
{
	char magic[SELFMAG];

	if (!s->asks_head)
		return;
	if (READ_ONCE(path_inode(&s->file->path)->mode) & 0111) {
		s->dump_bytes = PAGE_SIZE;
		return;
	}
	if (aspace_peek(current_task()->aspace, s->start, magic,
			SELFMAG) == SELFMAG && !memcmp(magic, ELFMAG, SELFMAG))
		s->dump_bytes = PAGE_SIZE;
}

static void map_init(struct core_map *m)
{
	seq_init(&m->buf);
	(void)aspace_for_each(current_task()->aspace, 0, add_segment, &m->buf);
	m->segments = (void *)m->buf.data;
	m->n = m->buf.len / sizeof(*m->segments);
	for (size_t i = 0; i < m->n; i++)
		choose_head(&m->segments[i]);
}

static void map_fini(struct core_map *m)
{
	for (size_t i = 0; i < m->n; i++) {
		if (m->segments[i].file)
			file_put(m->segments[i].file);
	}
	seq_fini(&m->buf);
}

/* --- headers -------------------------------------------------------------- */

static void put_ehdr(struct seq_buf *out, size_t nphdrs)
{
	struct elf64_ehdr e = {
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(e),
		.e_ehsize = sizeof(e),
		.e_phentsize = sizeof(struct elf64_phdr),
		.e_phnum = (u16)min(nphdrs, (size_t)PN_XNUM),
	};

	memcpy(e.e_ident, ELFMAG, SELFMAG);
	e.e_ident[EI_CLASS] = ELFCLASS64;
	e.e_ident[EI_DATA] = ELFDATA2LSB;
	e.e_ident[EI_VERSION] = EV_CURRENT;
	e.e_ident[EI_OSABI] = ELFOSABI_NONE;
	seq_write(out, &e, sizeof(e));
}

static u32 segment_flags(u32 region_flags)
{
	return (region_flags & REGION_READ ? PF_R : 0) |
	       (region_flags & REGION_WRITE ? PF_W : 0) |
	       (region_flags & REGION_EXEC ? PF_X : 0);
}

/* @offset: of its bytes in the file. */
static void put_load(struct seq_buf *out, const struct core_segment *s,
		     u64 offset)
{
	const struct elf64_phdr h = {
		.p_type = PT_LOAD,
		.p_flags = segment_flags(s->flags),
		.p_offset = offset,
		.p_vaddr = s->start,
		.p_filesz = s->dump_bytes,
		.p_memsz = s->end - s->start,
		.p_align = PAGE_SIZE,
	};

	seq_write(out, &h, sizeof(h));
}

/* All before the first byte of memory, which lies at *@data. */
static void put_headers(const struct core_map *m, size_t notes_bytes,
			struct seq_buf *out, u64 *data)
{
	size_t nphdrs = m->n + 1;
	u64 offset = sizeof(struct elf64_ehdr) +
		     nphdrs * sizeof(struct elf64_phdr);
	const struct elf64_phdr notes = {
		.p_type = PT_NOTE,
		.p_offset = offset,
		.p_filesz = notes_bytes,
		.p_align = 4,
	};

	offset = PAGE_ALIGN_UP(offset + notes_bytes);
	*data = offset;
	put_ehdr(out, nphdrs);
	seq_write(out, &notes, sizeof(notes));
	for (size_t i = 0; i < m->n; i++) {
		put_load(out, &m->segments[i], offset);
		offset += m->segments[i].dump_bytes;
	}
}

/* --- memory --------------------------------------------------------------- */

/* One page to @page. False: nobody ever touched it, or nobody can. */
static bool read_page(const struct core_segment *s, u64 addr, void *page)
{
	struct aspace *as = current_task()->aspace;
	bool is_object;
	paddr_t pa;

	if (!s->faults_in && !vm_page_at(as, addr, &pa, &is_object))
		return false;
	return aspace_peek(as, addr, page, PAGE_SIZE) == PAGE_SIZE;
}

static bool write_segment(struct core_dump *d, const struct core_segment *s,
			  void *page)
{
	for (u64 at = 0; at < s->dump_bytes; at += PAGE_SIZE) {
		bool zero = !read_page(s, s->start + at, page) ||
			    mem_is_zero(page, PAGE_SIZE);

		if (zero ? !skip_to(d, d->pos + PAGE_SIZE) :
			   !emit(d, page, PAGE_SIZE))
			return false;
		cond_resched();
	}
	return true;
}

static void write_memory(struct core_dump *d, const struct core_map *m)
{
	void *page = kmalloc(PAGE_SIZE);
	bool more = page != NULL;

	for (size_t i = 0; more && i < m->n; i++)
		more = write_segment(d, &m->segments[i], page);
	kfree(page);
}

/* --- all of it ------------------------------------------------------------ */

struct parts {
	struct core_map map;
	struct seq_buf head;	/* all headers */
	struct seq_buf first;	/* notes of dumper and process */
	struct seq_buf thread;	/* those of another one, one after the other */
	struct seq_buf last;
	u64 data;		/* where memory begins in the file */
};

static bool emit_buf(struct core_dump *d, const struct seq_buf *b)
{
	size_t n = min((u64)b->len, d->limit - d->written);

	return !b->len || (emit(d, b->data, n) && n == b->len);
}

static bool write_notes(struct core_dump *d, struct parts *x)
{
	const struct core_thread *c;
	bool more = emit_buf(d, &x->first);

	for_each_list(c, &d->threads, link) {
		if (!more)
			return false;
		seq_rewind(&x->thread);
		coredump_notes_thread(d, c->task, &x->thread);
		more = emit_buf(d, &x->thread);
	}
	return more && emit_buf(d, &x->last);
}

/* False: no memory. */
static bool prepare(struct core_dump *d, struct parts *x)
{
	const struct core_thread *c;
	size_t n = 0;

	map_init(&x->map);
	seq_init(&x->head);
	seq_init(&x->first);
	seq_init(&x->thread);
	seq_init(&x->last);
	coredump_notes(d, &x->map, &x->first);
	coredump_notes_thread(d, d->dumper, &x->thread);
	coredump_notes_end(&x->last);
	for_each_list(c, &d->threads, link)
		n++;
	put_headers(&x->map, x->first.len + n * x->thread.len + x->last.len,
		    &x->head, &x->data);
	return !x->map.buf.failed && !x->head.failed && !x->first.failed &&
	       !x->thread.failed && !x->last.failed &&
	       x->map.n < PN_XNUM - 1;
}

bool coredump_write(struct core_dump *d)
{
	struct parts x;
	bool ok = prepare(d, &x);

	if (ok) {
		if (emit_buf(d, &x.head) && write_notes(d, &x) &&
		    skip_to(d, x.data))
			write_memory(d, &x.map);
		emit_end(d);
	}
	seq_fini(&x.last);
	seq_fini(&x.thread);
	seq_fini(&x.first);
	seq_fini(&x.head);
	map_fini(&x.map);
	return ok;
}
