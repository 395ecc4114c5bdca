/*
 * kernel/proc/procfs_nidus_trace.c - /proc/nidus/trace, trace_status
 *
 * What:  reading trace takes records out of the rings, a line each: seconds,
 *        CPU, number of the thread that ran, event, and key=value as
 *        trace_formats has it. The end of the file is where the rings are
 *        empty; later reads go on. Writing it chooses groups.
 * Locks: trace_mutex: one reader or chooser at a time.
 * Not:   for whoever may not see all of the machine: the first pid namespace
 *        and CAP_SYS_ADMIN there.
 * See:   docs/tracing.md
 */
#include "procfs_internal.h"

#include <arch/cpu.h>
#include <core/ksyms.h>
#include <core/start_call.h>
#include <core/trace.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/pidns.h>
#include <proc/trace.h>
#include <sched/mutex.h>
#include <sched/sched.h>
#include <uapi/errno.h>
#include <uapi/limits.h>

#define CHUNK 4096		/* of text, made at a time */
#define BLANKS " \t\n\\"		/* are not shown as they are */

static DEFINE_MUTEX(trace_mutex, RANK_MUTEX_SMALL);

static u64 u64_of(const u32 *words)
{
	return words[0] | (u64)words[1] << 32;
}

static u32 show_numbers(struct seq_buf *out, const u32 *words)
{
	for (u32 i = 0; i < words[0]; i++)
		seq_printf(out, i ? "/%d" : "%d", (s32)words[1 + i]);
	if (!words[0])
		seq_putc(out, '-');
	return words[0] + 1;
}

static u32 show_text(struct seq_buf *out, const u32 *words)
{
	char text[17] = { 0 };

	memcpy(text, words, 16);
	seq_escape(out, text, BLANKS);
	return 4;
}

static u32 show_function(struct seq_buf *out, u64 address)
{
	const char *name;
	u64 offset;

	if (ksym_lookup(address, &name, &offset))
		seq_printf(out, "%s+%lu", name, offset);
	else
		seq_printf(out, "0x%lx", address);
	return 2;
}

/* One value of @type; how many words it has. */
static u32 show_value(struct seq_buf *out, char type, const u32 *words)
{
	switch (type) {
	case 'u':
		seq_printf(out, "%u", words[0]);
		return 1;
	case 'd':
		seq_printf(out, "%d", (s32)words[0]);
		return 1;
	case 'x':
		seq_printf(out, "0x%lx", u64_of(words));
		return 2;
	case 'n':
		return show_numbers(out, words);
	case 's':
		return show_text(out, words);
	case 'f':
		return show_function(out, u64_of(words));
	}
	seq_escape(out, (const char *)u64_of(words), BLANKS);
	return 2;
}

/* The format's "key:" becomes "key=", its type the value. */
static void show_record(struct seq_buf *out, const struct trace_record *r,
			u32 cpu)
{
	const char *f = trace_formats[r->head.kind];
	const u32 *words = r->words;

	seq_printf(out, "%lu.%09lu %u %u ", r->head.time_ns / NSEC_PER_SEC,
		   r->head.time_ns % NSEC_PER_SEC, cpu, r->head.thread);
	for (; *f; f++) {
		if (*f != ':') {
			seq_putc(out, *f);
			continue;
		}
		seq_putc(out, '=');
		words += show_value(out, *++f, words);
	}
	seq_putc(out, '\n');
}

/* Some lines, none when the rings are empty. 0, -ENOMEM. */
static int fill(struct seq_buf *s)
{
	struct trace_record *r = kmalloc(sizeof(*r));
	u32 cpu;

	if (!r)
		return -ENOMEM;
	seq_rewind(s);
	mutex_lock(&trace_mutex);
	while (s->len < CHUNK && !s->failed && trace_read(r, &cpu))
		show_record(s, r, cpu);
	mutex_unlock(&trace_mutex);
	kfree(r);
	return s->failed ? -ENOMEM : 0;
}

struct reader {
	struct seq_buf text;	/* [pos_lock] */
	size_t shown;		/* [pos_lock] bytes of it */
};

static int trace_open(struct inode *inode, struct file *f)
{
	struct reader *r = kzalloc(sizeof(*r));

	(void)inode;
	if (!r)
		return -ENOMEM;
	seq_init(&r->text);
	f->private = r;
	f->mode |= FILE_SERIAL;
	return 0;
}

static void trace_release(struct file *f)
{
	struct reader *r = f->private;

	seq_fini(&r->text);
	kfree(r);
}

static ssize_t trace_read_text(struct file *f, struct iobuf *b, off_t *pos)
{
	struct reader *r = f->private;
	size_t n;

	(void)pos;		/* a stream */
	if (r->shown == r->text.len) {
		int err = fill(&r->text);

		if (err)
			return err;
		r->shown = 0;
	}
	n = min(b->left, r->text.len - r->shown);
	if (iobuf_put(b, r->text.data + r->shown, n) < n && b->left)
		return -EFAULT;
	r->shown += n;
	return (ssize_t)n;
}

static int choose(const char *text)
{
	u32 before = READ_ONCE(trace_groups);
	int err;

	mutex_lock(&trace_mutex);
	err = trace_select(text);
	mutex_unlock(&trace_mutex);
	if (!err && READ_ONCE(trace_groups) & ~before)
		err = trace_snapshot();
	return err;
}

static ssize_t trace_write_words(struct file *f, struct iobuf *b, off_t *pos)
{
	char text[128];
	size_t len = b->left;
	int err;

	(void)f;
	(void)pos;
	if (len >= sizeof(text))
		return -EINVAL;
	if (iobuf_take(b, text, len) != len)
		return -EFAULT;
	text[len] = 0;
	err = choose(text);
	if (err)
		return err;
	return (ssize_t)len;
}

static const struct file_ops trace_fops = {
	.open = trace_open,
	.release = trace_release,
	.read = trace_read_text,
	.write = trace_write_words,
};

static int may_trace(const struct cred *cred, u32 mask)
{
	(void)cred;
	(void)mask;
	return current_pidns() == &pidns_init_ns && capable(CAP_SYS_ADMIN) ?
	       0 : -EACCES;
}

static int show_status(struct seq_buf *out)
{
	struct trace_counts c;
	u32 cpu;

	seq_printf(out, "groups 0x%x\n", READ_ONCE(trace_groups));
	for_each_cpu(cpu, cpu_online_mask()) {
		trace_count(cpu, &c);
		seq_printf(out, "cpu %u size %u used %u written %lu lost %lu\n",
			   cpu, c.size_bytes, c.used_bytes, c.written, c.lost);
	}
	return 0;
}

static struct proc_entry trace_entry = {
	.path = "nidus/trace", .mode = 0600, .fops = &trace_fops,
	.permission = may_trace,
};

static struct proc_entry status_entry = {
	.path = "nidus/trace_status", .mode = 0400, .show = show_status,
	.permission = may_trace,
};

static void trace_files_start(void)
{
	proc_entry_add(&trace_entry);
	proc_entry_add(&status_entry);
}
START_CALL(trace_files_start);
