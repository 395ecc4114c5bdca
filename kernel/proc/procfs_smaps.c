/*
 * kernel/proc/procfs_smaps.c - what of a process's memory is where
 *
 * What:  smaps, smaps_rollup, pagemap.
 * Locks: regions are walked under the address space's mutex.
 * Not:   maps, whose lines smaps repeats: procfs_mem.c.
 * See:   proc_pid_smaps(5), proc_pid_pagemap(5).
 */
#include "procfs_internal.h"

#include <fs/file.h>
#include <proc/user_ns.h>
#include <uapi/errno.h>
#include <vm/aspace_view.h>
#include <vm/iobuf.h>
#include <vm/usage.h>

#define KB(pages) ((pages) * (PAGE_SIZE / 1024))

/* Source: proc_pid_pagemap(5). */
#define PM_PRESENT BIT(63)
#define PM_FILE BIT(61)
#define PM_PFN_MASK (BIT(55) - 1)

#define NAME_BYTES 16
#define NUMBER_BYTES 8
#define UNIT " kB\n"
#define UNIT_BYTES (sizeof(UNIT) - 1)

static void show_large_kb(struct seq_buf *out, const char *name, u64 kb)
{
	seq_write(out, name, NAME_BYTES);
	seq_printf(out, "%lu" UNIT, kb);
}

/* A line; twenty for each mapping, so they are not printed but put down.
 * @name: NAME_BYTES, with blanks. */
static void show_kb(struct seq_buf *out, const char *name, u64 kb)
{
	char *line, *last;

	if (kb >= 100000000) {
		show_large_kb(out, name, kb);
		return;
	}
	line = seq_room(out, NAME_BYTES + NUMBER_BYTES + UNIT_BYTES);
	if (!line)
		return;
	__builtin_memcpy(line, name, NAME_BYTES);
	__builtin_memcpy(line + NAME_BYTES, "        " UNIT,
			 NUMBER_BYTES + UNIT_BYTES);
	last = line + NAME_BYTES + NUMBER_BYTES - 1;
	for (; kb >= 10; kb /= 10)
		*last-- = (char)('0' + kb % 10);
	*last = (char)('0' + kb);
}

static void show_usage(struct seq_buf *out, const struct vm_usage *u)
{
	show_kb(out, "Shared_Clean:   ", KB(u->shared_clean));
	show_kb(out, "Shared_Dirty:   ", KB(u->shared_dirty));
	show_kb(out, "Private_Clean:  ", KB(u->private_clean));
	show_kb(out, "Private_Dirty:  ", KB(u->private_dirty));
	show_kb(out, "Referenced:     ", KB(u->referenced));
	show_kb(out, "Anonymous:      ", KB(u->anon));
	show_kb(out, "KSM:            ", 0);
	show_kb(out, "LazyFree:       ", 0);
	show_kb(out, "AnonHugePages:  ", 0);
	show_kb(out, "ShmemPmdMapped: ", 0);
	show_kb(out, "FilePmdMapped:  ", 0);
	show_kb(out, "Shared_Hugetlb: ", 0);
	show_kb(out, "Private_Hugetlb:", 0);
	show_kb(out, "Swap:           ", 0);
	show_kb(out, "SwapPss:        ", 0);
}

static void show_flags(struct seq_buf *out, u32 flags)
{
	static const struct {
		u32 flag;
		char text[4];
	} names[] = {
		{ REGION_READ, "rd " }, { REGION_WRITE, "wr " },
		{ REGION_EXEC, "ex " }, { REGION_SHARED, "sh " },
	}, more[] = {
		{ REGION_GROWSDOWN, "gd " }, { REGION_LOCKED, "lo " },
		{ REGION_DONTFORK, "dc " }, { REGION_ACCOUNTED, "ac " },
		{ REGION_NORESERVE, "nr " },
		{ REGION_WIPEONFORK, "wf " }, { REGION_DONTDUMP, "dd " },
		{ REGION_DROPPABLE, "dp " },
		{ REGION_SEALED, "sl " },
	};

	seq_puts(out, "VmFlags: ");
	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		if (flags & names[i].flag)
			seq_puts(out, names[i].text);
	}
	seq_puts(out, "mr ");
	if (!(flags & REGION_SHARED) || (flags & REGION_MAYWRITE))
		seq_puts(out, "mw ");
	if (!(flags & REGION_NOEXEC))
		seq_puts(out, "me ");
	if (flags & REGION_SHARED)
		seq_puts(out, "ms ");
	for (u32 i = 0; i < ARRAY_SIZE(more); i++) {
		if (flags & more[i].flag)
			seq_puts(out, more[i].text);
	}
	seq_putc(out, '\n');
}

static void smaps_region(const struct region *r, struct maps_walk *w)
{
	struct vm_usage u = { 0 };

	maps_region(r, w);
	vm_usage(w->as, r->start, r->end, &u);
	show_kb(w->out, "Size:           ", (r->end - r->start) / 1024);
	show_kb(w->out, "KernelPageSize: ", KB(1ul));
	show_kb(w->out, "MMUPageSize:    ", KB(1ul));
	show_kb(w->out, "Rss:            ", KB(u.rss));
	show_kb(w->out, "Pss:            ", u.pss_bytes / 1024);
	show_kb(w->out, "Pss_Dirty:      ", u.rss ?
		u.pss_bytes / 1024 * (u.shared_dirty + u.private_dirty) /
		u.rss : 0);
	show_usage(w->out, &u);
	show_kb(w->out, "Locked:         ", r->flags & REGION_LOCKED ?
		u.pss_bytes / 1024 : 0);
	seq_printf(w->out, "THPeligible:    %8u\n", 0);
	show_flags(w->out, r->flags);
}

int proc_smaps(const struct proc_node *n, struct aspace *as,
	       struct seq_buf *out, struct seq_place *place)
{
	if (!proc_node_alive(n))
		return -ESRCH;
	return maps_step(as, out, place, smaps_region);
}

/* Sums of all regions, and the first and last address. */
struct rollup {
	struct aspace *as;
	u64 start, end;
	struct vm_usage anon, file, all;
	u64 locked;
};

static void add_usage(struct vm_usage *sum, const struct vm_usage *u)
{
	sum->rss += u->rss;
	sum->pss_bytes += u->pss_bytes;
	sum->anon += u->anon;
	sum->referenced += u->referenced;
	sum->shared_clean += u->shared_clean;
	sum->shared_dirty += u->shared_dirty;
	sum->private_clean += u->private_clean;
	sum->private_dirty += u->private_dirty;
}

static bool rollup_region(const struct region *r, void *arg)
{
	struct rollup *s = arg;
	struct vm_usage u = { 0 };

	if (!s->end)
		s->start = r->start;
	s->end = r->end;
	vm_usage(s->as, r->start, r->end, &u);
	add_usage(&s->all, &u);
	add_usage(r->object ? &s->file : &s->anon, &u);
	if (r->flags & REGION_LOCKED)
		s->locked += u.pss_bytes;
	return true;
}

static void show_rollup(struct seq_buf *out, const struct rollup *s)
{
	const struct vm_usage *u = &s->all;

	seq_printf(out, "%08lx-%08lx ---p 00000000 00:00 0 ", s->start, s->end);
	maps_pad(out, 0);
	seq_puts(out, "[rollup]\n");
	show_kb(out, "Rss:            ", KB(u->rss));
	show_kb(out, "Pss:            ", u->pss_bytes / 1024);
	show_kb(out, "Pss_Dirty:      ", u->rss ?
		u->pss_bytes / 1024 * (u->shared_dirty + u->private_dirty) /
		u->rss : 0);
	show_kb(out, "Pss_Anon:       ", s->anon.pss_bytes / 1024);
	show_kb(out, "Pss_File:       ", s->file.pss_bytes / 1024);
	show_kb(out, "Pss_Shmem:      ", 0);
	show_usage(out, u);
	show_kb(out, "Locked:         ", s->locked / 1024);
}

int proc_smaps_rollup(const struct proc_node *n, struct aspace *as,
		      struct seq_buf *out, struct seq_place *place)
{
	struct rollup s = { .as = as };

	(void)place;
	if (!as || !proc_node_alive(n))
		return -ESRCH;
	aspace_for_each(as, 0, rollup_region, &s);
	show_rollup(out, &s);
	return 0;
}

/* The word of one page. Its place only for who may know it. */
static u64 pagemap_word(struct aspace *as, u64 addr, bool show_pfn)
{
	paddr_t pa;
	bool is_object;

	if (addr >= USER_END || !vm_page_at(as, addr, &pa, &is_object))
		return 0;
	return PM_PRESENT | (is_object ? PM_FILE : 0) |
	       (show_pfn ? (pa >> PAGE_SHIFT) & PM_PFN_MASK : 0);
}

static ssize_t pagemap_fill(struct aspace *as, struct iobuf *b, off_t *pos,
			    bool show_pfn)
{
	ssize_t done = 0;

	while (b->left >= sizeof(u64) &&
	       (u64)*pos / sizeof(u64) < USER_END >> PAGE_SHIFT) {
		u64 addr = (u64)*pos / sizeof(u64) << PAGE_SHIFT;
		u64 word = pagemap_word(as, addr, show_pfn);

		if (iobuf_put(b, &word, sizeof(word)) < sizeof(word))
			return done ? done : -EFAULT;
		*pos += (off_t)sizeof(word);
		done += (ssize_t)sizeof(word);
		cond_resched();
	}
	return done;
}

static int pagemap_open(struct inode *inode, struct file *f)
{
	struct aspace_view *v;
	int err = proc_memory_open(proc_node(inode), true, &v);

	if (err)
		return err;
	f->private = v;
	return 0;
}

static ssize_t pagemap_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct aspace *as = aspace_view_get(f->private);
	ssize_t n = -EINVAL;

	if (!as)
		return 0;
	if (!(*pos % sizeof(u64)) && !(b->left % sizeof(u64)))
		n = pagemap_fill(as, b, pos,
				 cred_capable_ns(f->cred, &user_ns_init,
						 CAP_SYS_ADMIN));
	aspace_put(as);
	return n;
}

static void pagemap_release(struct file *f)
{
	proc_memory_close(f->private);
}

const struct file_ops proc_pagemap_fops = {
	.open = pagemap_open,
	.read = pagemap_read,
	.seek = generic_seek,
	.release = pagemap_release,
};
