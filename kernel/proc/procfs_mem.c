/*
 * kernel/proc/procfs_mem.c - a process's memory, as text
 *
 * What:  maps, cmdline, environ, auxv.
 * Locks: the address space is held by reference; its regions are walked under
 *        its mutex.
 * See:   proc(5).
 */
#include "procfs_internal.h"

#include <fs/file.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/user.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/kdev.h>
#include <vm/aspace.h>

u64 proc_sigqueue_used(struct task *t)
{
	const struct cred *c = task_cred_get(t);
	struct user *u = c->user;
	u64 n = user_count(u, USER_SIGPENDING);

	cred_put(c);
	return n;
}

#define MAPS_NAME_COLUMN 73

void maps_pad(struct seq_buf *out, size_t line)
{
	char blanks[MAPS_NAME_COLUMN];
	size_t done = out->len - line;

	if (done >= sizeof(blanks))
		return;
	memset(blanks, ' ', sizeof(blanks));
	seq_write(out, blanks, sizeof(blanks) - done);
}

/* The name of memory without a file; NULL: none. */
static const char *special_name(const struct aspace *as,
				const struct region *r)
{
	if (as->vdso && r->start == as->vdso)
		return "[vdso]";
	if (as->vdso && r->end == as->vdso)
		return "[vvar]";
	if (r->flags & REGION_STACK)
		return "[stack]";
	if (r->start <= as->brk && r->end > as->brk_start &&
	    as->brk > as->brk_start)
		return "[heap]";
	return NULL;
}

static const char *region_name(struct maps_walk *w, const struct region *r)
{
	struct file *f = r->file;
	const char *name;

	if (!f)
		return special_name(w->as, r);
	name = path_text(&f->path, &w->root, w->page, PAGE_SIZE);
	return name ? name : "(too long)";
}

void maps_region_name(struct aspace *as, const struct region *r,
		      struct seq_buf *out)
{
	struct maps_walk w = { .out = out, .as = as };
	const char *name;

	w.page = kmalloc(PAGE_SIZE);
	if (!w.page) {
		out->failed = true;
		return;
	}
	fs_context_root(current_task()->fs, &w.root);
	name = region_name(&w, r);
	if (name)
		seq_puts(out, name);
	path_put(&w.root);
	kfree(w.page);
}

static void put_rights(struct seq_buf *out, u32 flags)
{
	const char text[] = {
		' ', flags & REGION_READ ? 'r' : '-',
		flags & REGION_WRITE ? 'w' : '-',
		flags & REGION_EXEC ? 'x' : '-',
		flags & REGION_SHARED ? 's' : 'p', ' ',
	};

	seq_write(out, text, sizeof(text));
}

void maps_region(const struct region *r, struct maps_walk *w)
{
	const char *name;
	struct file *f = r->file;
	struct stat st = { 0 };
	size_t line = w->out->len;

	if (f && vfs_getattr(&f->path, &st))
		st.st_ino = 0;
	seq_hex_wide(w->out, "", r->start, 8);
	seq_hex_wide(w->out, "-", r->end, 8);
	put_rights(w->out, r->flags);
	seq_hex_wide(w->out, "", f ? r->offset : 0, 8);
	seq_hex_wide(w->out, " ", DEV_MAJOR(st.st_dev), 2);
	seq_hex_wide(w->out, ":", DEV_MINOR(st.st_dev), 2);
	seq_udec(w->out, " ", st.st_ino);
	seq_putc(w->out, ' ');
	name = region_name(w, r);
	if (name) {
		maps_pad(w->out, line);
		seq_escape(w->out, name, "\n");
	}
	seq_putc(w->out, '\n');
}

static bool show_region(const struct region *r, void *arg)
{
	struct maps_walk *w = arg;
	size_t before = w->out->len;

	w->show(r, w);
	if (before && w->out->len >= SEQ_PART) {
		w->out->len = before;
		return false;
	}
	w->end = r->end;
	return true;
}

/* What is mapped all the while is shown, and once. */
int maps_step(struct aspace *as, struct seq_buf *out, struct seq_place *place,
	      void (*show)(const struct region *r, struct maps_walk *w))
{
	struct maps_walk w = { .out = out, .as = as, .show = show };
	bool last;

	if (!as)
		return 0;
	w.page = kmalloc(PAGE_SIZE);
	if (!w.page)
		return -ENOMEM;
	fs_context_root(current_task()->fs, &w.root);
	last = aspace_for_each(as, place->at, show_region, &w);
	path_put(&w.root);
	kfree(w.page);
	place->at = w.end;
	return !last;
}

int proc_maps(const struct proc_node *n, struct aspace *as,
	      struct seq_buf *out, struct seq_place *place)
{
	if (!proc_node_alive(n))
		return -ESRCH;
	return maps_step(as, out, place, maps_region);
}

/* Bytes [start, end) of the process's memory, as they are now. */
static int copy_range(struct aspace *as, u64 start, u64 end,
		      struct seq_buf *out)
{
	char *page = kmalloc(PAGE_SIZE);

	while (page && start < end) {
		size_t want = min(end - start, PAGE_SIZE);
		size_t got = aspace_read(as, start, page, want);

		seq_write(out, page, got);
		start += got;
		if (got < want)
			break;
	}
	kfree(page);
	return page ? 0 : -ENOMEM;
}

/* An argument area that the program overwrote runs on into the environment
 * (setproctitle): shown up to its first zero. Source: proc(5). */
static int show_arguments(struct aspace *as, struct seq_buf *out)
{
	u64 end = as->arg_end;
	int err = copy_range(as, as->arg_start, end, out);
	const char *nul;

	if (err || !out->len || !out->data[out->len - 1])
		return err;
	err = copy_range(as, end, as->env_end, out);
	nul = err ? NULL : memchr(out->data, 0, out->len);
	if (nul)
		out->len = (size_t)(nul - out->data) + 1;
	return err;
}

int proc_show_cmdline(struct task *t, struct seq_buf *out)
{
	struct aspace *as = task_aspace_get(t);
	int err;

	if (!as)
		return 0;
	err = show_arguments(as, out);
	aspace_put(as);
	return err;
}

int proc_environ(const struct proc_node *n, struct aspace *as,
		 struct seq_buf *out, struct seq_place *place)
{
	(void)n;
	(void)place;
	return as ? copy_range(as, as->env_start, as->env_end, out) : 0;
}

int proc_auxv(const struct proc_node *n, struct aspace *as,
	      struct seq_buf *out, struct seq_place *place)
{
	u32 words = 0;

	(void)n;
	(void)place;
	if (!as || !as->auxv)
		return 0;
	while (words + 2 < AUXV_WORDS && as->auxv->at[words])
		words += 2;
	seq_write(out, as->auxv->at, (words + 2) * sizeof(u64));
	return 0;
}
