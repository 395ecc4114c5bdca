/*
 * drivers/devpts_number.c - numbers of pairs, and how many there may be
 *
 * What:  each instance of devpts counts from 0; the lowest free number is the
 *        next. All together they are limited by /proc/sys/kernel/pty.
 * Locks: devpts_mutex covers the slots of all instances and their sum.
 * Life:  a number is an embryo until its pair has a name (devpts.c).
 * See:   pts(4); proc(5), /proc/sys/kernel/pty
 */
#include "devpts.h"

#include <fs/seq_buf.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/nsproxy.h>
#include <proc/procfs.h>
#include <proc/task.h>
#include <uapi/errno.h>

DEFINE_MUTEX(devpts_mutex, RANK_MUTEX_SMALL);
static u32 nr_pairs;			/* [devpts_mutex] of all instances */
/* Limits of the machine; the last ones are the first instances'. */
static u32 max_pairs = 4096;		/* [a] */
static u32 reserved_pairs = 1024;	/* [a] */

/* In place of a pair that has a number, but no name yet. */
static struct pty embryo;

/* Room for twice as many. [devpts_mutex] */
static int grow(struct devpts *fs)
{
	u32 n = fs->nslots ? fs->nslots * 2 : 16;
	struct pty **slots = kzalloc(n * sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	if (fs->nslots)
		memcpy(slots, fs->slots, fs->nslots * sizeof(*slots));
	kfree(fs->slots);
	fs->slots = slots;
	fs->nslots = n;
	return 0;
}

/* Those of the first mount namespace may use the reserve. */
static bool too_many(void)
{
	u32 reserve = current_task()->nsproxy->mnt == mount_ns_init() ?
		      0 : READ_ONCE(reserved_pairs);
	u32 limit = READ_ONCE(max_pairs);

	return nr_pairs >= limit - min(limit, reserve);
}

static int take_number(struct devpts *fs, struct pty *pty)
{
	u32 i = 0;

	if (too_many())
		return -ENOSPC;
	while (i < fs->nslots && fs->slots[i])
		i++;
	if (i >= fs->opt.max)
		return -ENOSPC;
	if (i == fs->nslots && grow(fs))
		return -ENOMEM;
	fs->slots[i] = &embryo;
	pty->index = i;
	nr_pairs++;
	return 0;
}

int devpts_number(struct devpts *fs, struct pty *pty)
{
	int err;

	mutex_lock(&devpts_mutex);
	err = take_number(fs, pty);
	mutex_unlock(&devpts_mutex);
	return err;
}

void devpts_free_number(struct pty *pty)
{
	mutex_lock(&devpts_mutex);
	pty->fs->slots[pty->index] = NULL;
	nr_pairs--;
	mutex_unlock(&devpts_mutex);
}

struct inode *devpts_find(struct devpts *fs, u32 nr)
{
	struct inode *inode = NULL;

	mutex_lock(&devpts_mutex);
	if (nr < fs->nslots && fs->slots[nr])
		inode = fs->slots[nr]->inode;
	if (inode)
		inode_get(inode);
	mutex_unlock(&devpts_mutex);
	return inode;
}

/* --- /proc/sys/kernel/pty ------------------------------------------------ */

static int show_max(struct seq_buf *out)
{
	seq_printf(out, "%u\n", READ_ONCE(max_pairs));
	return 0;
}

static int show_reserve(struct seq_buf *out)
{
	seq_printf(out, "%u\n", READ_ONCE(reserved_pairs));
	return 0;
}

static int show_nr(struct seq_buf *out)
{
	seq_printf(out, "%u\n", READ_ONCE(nr_pairs));
	return 0;
}

static ssize_t write_limit(const char *text, size_t len, u32 *limit)
{
	u64 n;

	if (parse_u64(text, &n) || n > DEVPTS_MAX)
		return -EINVAL;
	WRITE_ONCE(*limit, (u32)n);
	return (ssize_t)len;
}

static ssize_t write_max(const char *text, size_t len)
{
	return write_limit(text, len, &max_pairs);
}

static ssize_t write_reserve(const char *text, size_t len)
{
	return write_limit(text, len, &reserved_pairs);
}

void devpts_number_init(void)
{
	static struct proc_entry entries[] = {
		{ .path = "sys/kernel/pty/max", .mode = 0644,
		  .show = show_max, .write = write_max },
		{ .path = "sys/kernel/pty/reserve", .mode = 0644,
		  .show = show_reserve, .write = write_reserve },
		{ .path = "sys/kernel/pty/nr", .mode = 0444,
		  .show = show_nr },
	};

	for (u32 i = 0; i < ARRAY_SIZE(entries); i++)
		proc_entry_add(&entries[i]);
}
