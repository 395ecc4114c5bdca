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

void maps_region(const struct region *r, struct maps_walk *w)
{
	const char *name;
	struct file *f = r->file;
	struct stat st = { 0 };
	size_t line = w->out->len;

	if (f && vfs_getattr(&f->path, &st))
		st.st_ino = 0;
	seq_printf(w->out, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ",
		   r->start, r->end, r->flags & REGION_READ ? 'r' : '-',
		   r->flags & REGION_WRITE ? 'w' : '-',
		   r->flags & REGION_EXEC ? 'x' : '-',
		   r->flags & REGION_SHARED ? 's' : 'p',
		   f ? r->offset : 0, DEV_MAJOR(st.st_dev),
		   DEV_MINOR(st.st_dev), st.st_ino);
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

/* What is mapped all the while is shown, and once. A program that another took
 * the place of shows no more. */
int maps_step(struct task *t, struct seq_buf *out, struct seq_place *place,
	      void (*show)(const struct region *r, struct maps_walk *w))
{
	struct maps_walk w = {
		.out = out, .as = task_aspace_get(t), .show = show,
	};
	bool last = !w.as || (place->at && place->of != w.as->id);

	w.page = last ? NULL : kmalloc(PAGE_SIZE);
	if (w.page) {
		fs_context_root(current_task()->fs, &w.root);
		last = aspace_for_each(w.as, place->at, show_region, &w);
		path_put(&w.root);
		kfree(w.page);
		*place = (struct seq_place){ .at = w.end, .of = w.as->id };
	} else if (!last) {
		out->failed = true;
	}
	if (w.as)
		aspace_put(w.as);
	return !last;
}

int proc_step_maps(struct task *t, struct seq_buf *out,
		   struct seq_place *place)
{
	return maps_step(t, out, place, maps_region);
}

/* Bytes [start, end) of the process's memory, as they are now. */
static int copy_range(struct task *t, u64 start, u64 end, struct seq_buf *out)
{
	struct aspace *as = task_aspace_get(t);
	char *page = kmalloc(PAGE_SIZE);
	int err = page ? 0 : -ENOMEM;

	while (as && page && start < end) {
		size_t want = min(end - start, PAGE_SIZE);
		size_t got = aspace_read(as, start, page, want);

		seq_write(out, page, got);
		start += got;
		if (got < want)
			break;
	}
	kfree(page);
	if (as)
		aspace_put(as);
	return err;
}

/* An argument area that the program overwrote runs on into the environment
 * (setproctitle): shown up to its first zero. Source: proc(5). */
int proc_show_cmdline(struct task *t, struct seq_buf *out)
{
	struct aspace *as = task_aspace_get(t);
	u64 start, end;
	int err;

	if (!as)
		return 0;
	start = as->arg_start;
	end = as->arg_end;
	aspace_put(as);
	err = copy_range(t, start, end, out);
	if (!err && out->len && out->data[out->len - 1]) {
		as = task_aspace_get(t);
		if (as) {
			u64 env_end = as->env_end;

			aspace_put(as);
			err = copy_range(t, end, env_end, out);
		}
		if (!err && out->data) {
			const char *nul = memchr(out->data, 0, out->len);

			if (nul)
				out->len = (size_t)(nul - out->data) + 1;
		}
	}
	return err;
}

int proc_show_environ(struct task *t, struct seq_buf *out)
{
	struct aspace *as = task_aspace_get(t);
	u64 start, end;

	if (!as)
		return 0;
	start = as->env_start;
	end = as->env_end;
	aspace_put(as);
	return copy_range(t, start, end, out);
}

int proc_show_auxv(struct task *t, struct seq_buf *out)
{
	struct aspace *as = task_aspace_get(t);
	u32 n = 0;

	if (!as)
		return 0;
	while (as->auxv && n + 2 < AUXV_WORDS && as->auxv->at[n])
		n += 2;
	if (as->auxv)
		seq_write(out, as->auxv->at, (n + 2) * sizeof(u64));
	aspace_put(as);
	return 0;
}
