/*
 * fs/chardev.c - character devices by number
 *
 * What:  who answers for a device number; the open that hands a file over.
 * Locks: devices_lock (RANK_MOUNT): the list, which only grows; look-ups walk
 *        it without the lock.
 * See:   makedev(3), mknod(2)
 */
#include <fs/file.h>

#include <core/spinlock.h>
#include <fs/seq_buf.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <uapi/kdev.h>

#include "fifo.h"

struct chardev {
	struct list link;		/* [devices_lock][R] */
	u32 major, minor;		/* [I] minor: or CHARDEV_ANY */
	const char *name;		/* [I] */
	const struct file_ops *ops;	/* [I] */
};

static DEFINE_SPINLOCK(devices_lock, RANK_MOUNT);
static struct list devices = LIST_INIT(devices);

static const struct chardev *find_exact(u32 major, u32 minor)
{
	const struct chardev *d;

	for_each_list_rcu(d, &devices, link) {
		if (d->major == major && d->minor == minor)
			return d;
	}
	return NULL;
}

/* The list is in the order of numbers. */
static struct list *last_below(const struct chardev *new)
{
	struct list *at = &devices;
	struct chardev *d;

	for_each_list(d, &devices, link) {
		if (d->major < new->major ||
		    (d->major == new->major && d->minor < new->minor))
			at = &d->link;
	}
	return at;
}

int chardev_register(u32 major, u32 minor, const char *name,
		     const struct file_ops *ops)
{
	struct chardev *d = kmalloc(sizeof(*d));
	bool taken;

	if (!d)
		return -ENOMEM;
	d->major = major;
	d->minor = minor;
	d->name = name;
	d->ops = ops;
	spin_lock(&devices_lock);
	taken = find_exact(major, minor) != NULL;
	if (!taken)
		list_insert(&d->link, last_below(d), last_below(d)->next);
	spin_unlock(&devices_lock);
	if (taken)
		kfree(d);
	return taken ? -EBUSY : 0;
}

const struct file_ops *chardev_find(dev_t dev)
{
	const struct chardev *d = find_exact(DEV_MAJOR(dev), DEV_MINOR(dev));

	if (!d)
		d = find_exact(DEV_MAJOR(dev), CHARDEV_ANY);
	return d ? d->ops : NULL;
}

/* The file becomes the device's. */
static int chardev_open(struct inode *inode, struct file *f)
{
	const struct file_ops *ops = chardev_find(inode->rdev);

	if (!ops)
		return -ENXIO;
	f->ops = ops;
	return ops->open ? ops->open(inode, f) : 0;
}

const struct file_ops chardev_file_ops = {
	.open = chardev_open,
};

/* A region has one line. */
static bool is_first_of_region(const struct chardev *dev)
{
	const struct chardev *d;

	for_each_list_rcu(d, &devices, link) {
		if (d->major == dev->major && !strcmp(d->name, dev->name))
			return d == dev;
	}
	return false;
}

void chardev_show(struct seq_buf *out)
{
	const struct chardev *d;

	seq_puts(out, "Character devices:\n");
	for_each_list_rcu(d, &devices, link) {
		if (is_first_of_region(d))
			seq_printf(out, "%3u %s\n", d->major, d->name);
	}
	seq_puts(out, "\nBlock devices:\n");
}
