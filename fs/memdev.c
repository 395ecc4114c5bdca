/*
 * fs/memdev.c - /dev/null, zero, full, random, urandom
 *
 * Locks: none of its own.
 * Not:   /dev/kmsg (kmsg.c), the generator (random.c).
 * See:   null(4), full(4), random(4)
 */
#include <fs/file.h>

#include <core/panic.h>
#include <core/start_call.h>
#include <fs/random.h>
#include <mm/kmalloc.h>
#include <sched/sched.h>
#include <uapi/kdev.h>
#include <uapi/random.h>
#include <vm/uaccess.h>

#include "file_internal.h"

#define MINOR_NULL 3
#define MINOR_ZERO 5
#define MINOR_FULL 7
#define MINOR_RANDOM 8
#define MINOR_URANDOM 9
/* What the pool is said to hold, in bits: always full. */
#define ENTROPY_BITS 256
#define PIECE_BYTES 256ul

static ssize_t null_read(struct file *f, struct iobuf *b, off_t *pos)
{
	(void)f;
	(void)b;
	(void)pos;
	return 0;
}

static ssize_t null_write(struct file *f, struct iobuf *b, off_t *pos)
{
	ssize_t n = (ssize_t)b->left;

	(void)f;
	(void)pos;
	b->left = 0;
	return n;
}

static ssize_t zero_read(struct file *f, struct iobuf *b, off_t *pos)
{
	size_t done = 0;

	(void)f;
	(void)pos;
	while (b->left) {
		size_t want = min(b->left, PAGE_SIZE);
		size_t n = iobuf_put_zero(b, want);

		done += n;
		if (n < want)
			return done ? (ssize_t)done : -EFAULT;
		if (b->left && signal_interrupts(THREAD_INTERRUPTIBLE))
			break;
		cond_resched();
	}
	return (ssize_t)done;
}

static int zero_mmap(struct file *f, u64 prot, u64 flags,
		     struct vm_object **out)
{
	(void)f;
	(void)prot;
	(void)flags;
	*out = NULL;
	return 0;
}

static ssize_t full_write(struct file *f, struct iobuf *b, off_t *pos)
{
	(void)f;
	(void)b;
	(void)pos;
	return -ENOSPC;
}

static ssize_t random_read(struct file *f, struct iobuf *b, off_t *pos)
{
	u8 piece[PIECE_BYTES];
	size_t done = 0;

	(void)f;
	(void)pos;
	while (b->left) {
		size_t want = min(b->left, PIECE_BYTES);
		size_t n;

		random_bytes(piece, want);
		n = iobuf_put(b, piece, want);
		done += n;
		if (n < want)
			return done ? (ssize_t)done : -EFAULT;
		if (b->left && signal_interrupts(THREAD_INTERRUPTIBLE))
			break;
		cond_resched();
	}
	return (ssize_t)done;
}

static ssize_t random_write(struct file *f, struct iobuf *b, off_t *pos)
{
	u8 piece[PIECE_BYTES];
	size_t done = 0;

	(void)f;
	(void)pos;
	while (b->left) {
		size_t want = min(b->left, PIECE_BYTES);
		size_t n = iobuf_take(b, piece, want);

		random_stir(piece, n);
		done += n;
		if (n < want)
			return done ? (ssize_t)done : -EFAULT;
		cond_resched();
	}
	return (ssize_t)done;
}

/* RNDADDENTROPY: two ints, the second the number of bytes that follow. */
static long add_entropy(struct file *f, u64 arg)
{
	struct iobuf b;
	u32 bits, len;
	ssize_t n;

	if (get_user_u32(&bits, arg) || get_user_u32(&len, arg + 4))
		return -EFAULT;
	if ((s32)bits < 0 || (s32)len < 0)
		return -EINVAL;
	if (!user_range_ok(arg + 8, len))
		return -EFAULT;
	iobuf_user(&b, arg + 8, len);
	n = random_write(f, &b, NULL);
	return n < 0 ? n : 0;
}

static long random_ioctl(struct file *f, u32 cmd, u64 arg)
{
	switch (cmd) {
	case RNDGETENTCNT:
		return put_user_u32(arg, ENTROPY_BITS);
	case RNDADDTOENTCNT:
	case RNDADDENTROPY:
	case RNDZAPENTCNT:
	case RNDCLEARPOOL:
	case RNDRESEEDCRNG:
		if (!cred_capable(f->cred, CAP_SYS_ADMIN))
			return -EPERM;
		return cmd == RNDADDENTROPY ? add_entropy(f, arg) : 0;
	default:
		return -ENOTTY;
	}
}

static const struct file_ops null_ops = {
	.read = null_read,
	.write = null_write,
	.seek = noop_seek,
};

static const struct file_ops zero_ops = {
	.read = zero_read,
	.write = null_write,
	.seek = noop_seek,
	.mmap = zero_mmap,
};

static const struct file_ops full_ops = {
	.read = zero_read,
	.write = full_write,
	.seek = noop_seek,
};

static const struct file_ops random_ops = {
	.read = random_read,
	.write = random_write,
	.seek = noop_seek,
	.ioctl = random_ioctl,
};

static void memdev_start(void)
{
	static const struct {
		u32 minor;
		const char *name;
		const struct file_ops *ops;
	} devices[] = {
		{ MINOR_NULL, "null", &null_ops },
		{ MINOR_ZERO, "zero", &zero_ops },
		{ MINOR_FULL, "full", &full_ops },
		{ MINOR_RANDOM, "random", &random_ops },
		{ MINOR_URANDOM, "urandom", &random_ops },
	};

	for (u32 i = 0; i < ARRAY_SIZE(devices); i++) {
		if (chardev_register(MEM_MAJOR, devices[i].minor, "mem",
				     devices[i].ops))
			panic("vfs: cannot register /dev/%s",
			      devices[i].name);
	}
}
START_CALL(memdev_start);
