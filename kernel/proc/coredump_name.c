/*
 * kernel/proc/coredump_name.c - what a core file is called, and what is in it
 *
 * What:  the pattern for names and the other settings, for the machine; the
 *        filter of each address space.
 * Locks: settings_lock: the pattern. The rest is single words.
 * Not:   patterns that name a program ("|..."): they are refused.
 * See:   core(5), "Naming of core dump files", "Controlling which mappings are
 *        written to the core dump".
 */
#include "coredump_internal.h"

#include <core/start_call.h>
#include <fs/file.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/nsproxy.h>
#include <proc/pidns.h>
#include <proc/procfs.h>
#include <proc/utsns.h>
#include <sched/mutex.h>
#include <sched/wallclock.h>
#include <uapi/errno.h>
#include <vm/aspace.h>

/* With its final zero. Source: core(5). */
#define PATTERN_MAX 128u
/* Bits of the filter that mean something. */
#define FILTER_BITS 0x1ffu

static DEFINE_MUTEX(settings_lock, RANK_MUTEX_SMALL);
static char pattern[PATTERN_MAX] = "core";	/* [settings_lock] */
static int uses_pid;				/* [a] */

/* --- the name ------------------------------------------------------------- */

/* Text that others chose: one part of the path, neither empty nor a way up. */
static void put_safe(struct seq_buf *out, const char *text)
{
	bool dots = !strcmp(text, ".") || !strcmp(text, "..");

	if (!*text || dots)
		seq_putc(out, '!');
	if (!*text)
		return;
	for (text += dots; *text; text++)
		seq_putc(out, *text == '/' ? '!' : *text);
}

static void put_comm(struct seq_buf *out, const char *behind)
{
	struct task *t = current_task();
	char text[sizeof(t->comm) + 16];

	spin_lock(&t->alloc_lock);
	(void)str_copy(text, sizeof(text), t->comm);
	spin_unlock(&t->alloc_lock);
	(void)str_copy(text + strlen(text), 16, behind);
	put_safe(out, text);
}

static void put_host(struct seq_buf *out)
{
	struct new_utsname n;

	utsns_read(current_task()->nsproxy->uts, &n);
	put_safe(out, n.nodename);
}

/* The path of the program as the process sees it, or what is behind its last
 * slash. */
static void put_program(struct seq_buf *out, bool base)
{
	struct file *f = aspace_get_exe_file(current_task()->aspace);
	char *page = kmalloc(PAGE_SIZE);
	const char *name = NULL;
	struct path root;

	if (f && page) {
		fs_context_root(current_task()->fs, &root);
		name = path_text(&f->path, &root, page, PAGE_SIZE);
		path_put(&root);
	}
	if (name && base && strrchr(name, '/'))
		name = strrchr(name, '/') + 1;
	if (name)
		put_safe(out, name);
	else
		put_comm(out, " (path unknown)");
	kfree(page);
	if (f)
		file_put(f);
}

/* What % and @letter stand for. */
static void put_letter(const struct core_dump *d, char letter,
		       struct seq_buf *out)
{
	const struct pid *tgid = current_process()->tgid;
	const struct pid *tid = current_task()->pid;

	switch (letter) {
	case '%':
		seq_putc(out, '%');
		break;
	case 'p':
		seq_dec(out, "", pid_vnr(tgid));
		break;
	case 'P':
		seq_dec(out, "", pid_nr(tgid, &pidns_init_ns));
		break;
	case 'i':
		seq_dec(out, "", pid_vnr(tid));
		break;
	case 'I':
		seq_dec(out, "", pid_nr(tid, &pidns_init_ns));
		break;
	case 'u':
		seq_udec(out, "", d->cred->uid);
		break;
	case 'g':
		seq_udec(out, "", d->cred->gid);
		break;
	case 'd':
		seq_udec(out, "", d->dumpable);
		break;
	case 's':
		seq_dec(out, "", d->info->si_signo);
		break;
	case 't':
		seq_udec(out, "", wallclock_now_ns() / NSEC_PER_SEC);
		break;
	case 'c':
		seq_udec(out, "", d->limit);
		break;
	case 'C':
		seq_udec(out, "", d->cpu);
		break;
	case 'h':
		put_host(out);
		break;
	case 'e':
		put_comm(out, "");
		break;
	case 'f':
		put_program(out, true);
		break;
	case 'E':
		put_program(out, false);
		break;
	}
}

void coredump_name(const struct core_dump *d, struct seq_buf *out)
{
	char text[PATTERN_MAX];
	bool has_pid = false;

	mutex_lock(&settings_lock);
	memcpy(text, pattern, sizeof(text));
	mutex_unlock(&settings_lock);
	for (const char *at = text; *at; at++) {
		if (*at != '%') {
			seq_putc(out, *at);
			continue;
		}
		if (!*++at)
			break;
		has_pid |= *at == 'p';
		put_letter(d, *at, out);
	}
	if (!has_pid && READ_ONCE(uses_pid))
		seq_dec(out, ".", pid_vnr(current_process()->tgid));
	seq_putc(out, '\0');
}

/* --- /proc/sys/kernel ----------------------------------------------------- */

static int show_pattern(struct seq_buf *out)
{
	mutex_lock(&settings_lock);
	seq_printf(out, "%s\n", pattern);
	mutex_unlock(&settings_lock);
	return 0;
}

/* The first line, as much of it as there is room for. */
static ssize_t write_pattern(const char *text, size_t len)
{
	size_t n = 0;

	if (text[0] == '|')
		return -EINVAL;
	mutex_lock(&settings_lock);
	memset(pattern, 0, sizeof(pattern));
	for (; n < sizeof(pattern) - 1 && text[n] && text[n] != '\n'; n++)
		pattern[n] = text[n];
	mutex_unlock(&settings_lock);
	return (ssize_t)len;
}

static int show_uses_pid(struct seq_buf *out)
{
	seq_printf(out, "%d\n", READ_ONCE(uses_pid));
	return 0;
}

static ssize_t write_uses_pid(const char *text, size_t len)
{
	int n;

	if (parse_int(text, &n))
		return -EINVAL;
	WRITE_ONCE(uses_pid, n);
	return (ssize_t)len;
}

static void coredump_start(void)
{
	static struct proc_entry entries[] = {
		{ .path = "sys/kernel/core_pattern", .mode = 0644,
		  .show = show_pattern, .write = write_pattern },
		{ .path = "sys/kernel/core_uses_pid", .mode = 0644,
		  .show = show_uses_pid, .write = write_uses_pid },
	};

	for (u32 i = 0; i < ARRAY_SIZE(entries); i++)
		proc_entry_add(&entries[i]);
}
START_CALL(coredump_start);

/* --- /proc/PID/coredump_filter -------------------------------------------- */

int coredump_show_filter(struct task *t, struct seq_buf *out)
{
	struct aspace *as = task_aspace_get(t);

	if (!as)
		return 0;
	seq_hex_wide(out, "", READ_ONCE(as->dump_filter), 8);
	seq_putc(out, '\n');
	aspace_put(as);
	return 0;
}

ssize_t coredump_write_filter(struct task *t, const char *text, size_t len)
{
	struct aspace *as;
	u64 bits;
	int err = parse_u64(text, &bits);

	if (err)
		return err;
	if (bits > U32_MAX)
		return -ERANGE;
	as = task_aspace_get(t);
	if (!as)
		return -ESRCH;
	WRITE_ONCE(as->dump_filter, (u32)bits & FILTER_BITS);
	aspace_put(as);
	return (ssize_t)len;
}
