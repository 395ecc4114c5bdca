/*
 * fs/fs_setup.c - a file system on the way to be mounted
 *
 * What:  the file of fsopen(2) and fspick(2): options one after the other,
 *        then the instance, then a mount of it. Reading it tells what was
 *        wrong.
 * Locks: [L] setup->lock (RANK_MUTEX_FILE_POS): all of it; types are called
 *        with it held.
 * Life:  with the file. The instance belongs to it as soon as it is made.
 * Not:   what becomes of the mount (mount_detached.c).
 * See:   fsopen(2), fsconfig(2), fsmount(2), fspick(2)
 */
#include <fs/fs_setup.h>

#include <lib/format.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <sched/mutex.h>
#include <uapi/fcntl.h>
#include <vm/iobuf.h>

#include "mount.h"
#include "mount_detached.h"

/* Messages that wait; the oldest goes when there are more. */
#define MESSAGES_MAX 8
#define MESSAGE_BYTES 320

enum setup_phase {
	SETUP_OPTIONS,		/* of a new instance */
	SETUP_READY,		/* there is one, not mounted */
	SETUP_CHANGE,		/* options of one that is mounted */
	SETUP_FAILED,
};

struct fs_setup {
	struct mutex lock;
	const struct fs_type *type;	/* [I] */
	enum setup_phase phase;		/* [L] */
	struct superblock *sb;		/* [L] owned; NULL: not made */
	char *options;			/* [L] owned; NULL: none */
	char *source;			/* [L] owned; NULL: none */
	u32 flags, mask;		/* [L] MS_*: wanted, and spoken of */
	char *messages[MESSAGES_MAX];	/* [L] owned */
	u32 nmessages;			/* [L] */
};

static void complain(struct fs_setup *s, const char *fmt, const char *text)
{
	char *line = kmalloc(MESSAGE_BYTES);
	size_t n;

	if (!line)
		return;
	n = (size_t)scnprintf(line, MESSAGE_BYTES, "e %s: ", s->type->name);
	n += (size_t)scnprintf(line + n, MESSAGE_BYTES - n - 1, fmt, text);
	line[n] = '\n';
	line[n + 1] = '\0';
	if (s->nmessages == MESSAGES_MAX) {
		kfree(s->messages[0]);
		memmove(s->messages, s->messages + 1,
			--s->nmessages * sizeof(s->messages[0]));
	}
	s->messages[s->nmessages++] = line;
}

/* One message a call. */
static ssize_t setup_read(struct file *f, struct iobuf *to, off_t *pos UNUSED)
{
	struct fs_setup *s = f->private;
	char *line = NULL;
	size_t len;
	ssize_t n;

	mutex_lock(&s->lock);
	if (s->nmessages) {
		line = s->messages[0];
		memmove(s->messages, s->messages + 1,
			--s->nmessages * sizeof(s->messages[0]));
	}
	mutex_unlock(&s->lock);
	if (!line)
		return -ENODATA;
	len = strlen(line);
	if (len > to->left)
		n = -EMSGSIZE;
	else
		n = iobuf_put(to, line, len) == len ? (ssize_t)len : -EFAULT;
	kfree(line);
	return n;
}

/* As on Linux what was spoken of once stays so, and is off from now on. */
static void forget_options(struct fs_setup *s)
{
	kfree(s->options);
	kfree(s->source);
	s->options = NULL;
	s->source = NULL;
	s->flags = 0;
}

static void setup_release(struct file *f)
{
	struct fs_setup *s = f->private;

	if (s->sb)
		superblock_put(s->sb);
	forget_options(s);
	while (s->nmessages)
		kfree(s->messages[--s->nmessages]);
	kfree(s);
}

static const struct file_ops setup_ops = {
	.read = setup_read,
	.release = setup_release,
};

bool file_is_fs_setup(const struct file *f)
{
	return f->ops == &setup_ops;
}

bool fs_setup_is_legacy(struct file *f)
{
	return !((struct fs_setup *)f->private)->type->check;
}

static int setup_file(const struct fs_type *type, struct superblock *sb,
		      struct file **out)
{
	struct fs_setup *s = kzalloc(sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	mutex_init(&s->lock, "fs setup", RANK_MUTEX_FILE_POS);
	s->type = type;
	s->phase = sb ? SETUP_CHANGE : SETUP_OPTIONS;
	err = file_create_anon("anon_inode:[fscontext]", &setup_ops, O_RDWR, s,
			       out);
	if (err) {
		kfree(s);
		return err;
	}
	(*out)->mode |= FILE_NO_LOCK_POS;
	s->sb = sb;
	if (sb)
		superblock_get(sb);
	return 0;
}

int fs_setup_open(const struct fs_type *type, struct file **out)
{
	return setup_file(type, NULL, out);
}

int fs_setup_pick(const struct path *at, struct file **out)
{
	struct superblock *sb = at->mount->sb;
	static const struct fs_type nameless = { .name = "none" };
	const struct fs_type *type = fs_type_find(sb->type);

	if (!path_is_mount_root(at))
		return -EINVAL;
	return setup_file(type ? type : &nameless, sb, out);
}

/* ----------------------------------------------------------------- options */

/* Words that mean flags of any file system. */
static const struct {
	const char *name;
	u32 flag;
	bool off;
} flag_words[] = {
	{ "dirsync", (u32)MS_DIRSYNC, false },
	{ "lazytime", (u32)MS_LAZYTIME, false },
	{ "mand", (u32)MS_MANDLOCK, false },
	{ "ro", (u32)MS_RDONLY, false },
	{ "sync", (u32)MS_SYNCHRONOUS, false },
	{ "async", (u32)MS_SYNCHRONOUS, true },
	{ "nolazytime", (u32)MS_LAZYTIME, true },
	{ "nomand", (u32)MS_MANDLOCK, true },
	{ "rw", (u32)MS_RDONLY, true },
};

static bool option_flag(struct fs_setup *s, const char *key)
{
	for (u32 i = 0; i < ARRAY_SIZE(flag_words); i++) {
		u32 flag = flag_words[i].flag;

		if (strcmp(key, flag_words[i].name))
			continue;
		s->mask |= flag;
		s->flags = flag_words[i].off ? s->flags & ~flag :
					       s->flags | flag;
		return true;
	}
	return false;
}

static int option_source(struct fs_setup *s, const char *value)
{
	if (!value || s->source) {
		complain(s, "%s", value ? "Multiple sources" :
					  "Non-string source");
		return -EINVAL;
	}
	s->source = kstrdup(value);
	return s->source ? 0 : -ENOMEM;
}

/* Behind those that are there. @text: stolen */
static int option_add(struct fs_setup *s, char *text)
{
	size_t old = s->options ? strlen(s->options) + 1 : 0;
	char *all = text;

	if (old) {
		size_t len = strlen(text) + 1;

		all = kmalloc(old + len);
		if (all) {
			memcpy(all, s->options, old);
			all[old - 1] = ',';
			memcpy(all + old, text, len);
		}
		kfree(text);
		kfree(s->options);
	}
	s->options = all;
	return all ? 0 : -ENOMEM;
}

static int option_of_type(struct fs_setup *s, const char *key,
			  const char *value)
{
	size_t size = strlen(key) + (value ? strlen(value) : 0) + 2;
	char *text = kmalloc(size);

	if (!text)
		return -ENOMEM;
	(void)scnprintf(text, size, "%s%s%s", key, value ? "=" : "",
			value ? value : "");
	/* A comma would begin another. */
	if (strchr(text, ',') || (s->type->check && s->type->check(text))) {
		complain(s, "Unknown parameter '%s'", key);
		kfree(text);
		return -EINVAL;
	}
	return option_add(s, text);
}

int fs_setup_option(struct file *f, const char *key, const char *value,
		    bool plain)
{
	struct fs_setup *s = f->private;
	int err = 0;

	mutex_lock(&s->lock);
	if (s->phase != SETUP_OPTIONS && s->phase != SETUP_CHANGE) {
		err = -EBUSY;
	} else if (option_flag(s, key)) {
		err = 0;
	} else if (!strcmp(key, "source")) {
		err = option_source(s, plain ? value : NULL);
	} else if (!plain) {
		complain(s, "Unknown parameter '%s'", key);
		err = -EINVAL;
	} else {
		err = option_of_type(s, key, value);
	}
	mutex_unlock(&s->lock);
	return err;
}

/* ---------------------------------------------------------------- instance */

static int create(struct fs_setup *s, const struct mount_args *a,
		  bool exclusive)
{
	struct mount_args args = *a;
	int err;

	args.data = s->options;
	args.flags = s->flags;
	err = mount_superblock(&args, s->type, &s->sb);
	if (!err && exclusive && refcount_read(&s->sb->refs) > 1) {
		superblock_put(s->sb);
		err = -EBUSY;
	}
	if (err)
		s->sb = NULL;
	return err;
}

/* Without the right it stays as it was; else there is one try. */
int fs_setup_create(struct file *f, const struct mount_args *a, bool exclusive)
{
	struct fs_setup *s = f->private;
	int err = -EBUSY;

	mutex_lock(&s->lock);
	if (s->phase == SETUP_OPTIONS) {
		if (!s->type->for_users &&
		    !cred_capable(a->walk->cred, CAP_SYS_ADMIN)) {
			err = -EPERM;
		} else {
			err = create(s, a, exclusive);
			s->phase = err ? SETUP_FAILED : SETUP_READY;
		}
	}
	mutex_unlock(&s->lock);
	return err;
}

int fs_setup_change(struct file *f, const struct mount_args *a)
{
	struct fs_setup *s = f->private;
	struct mount_args args = *a;
	int err = -EBUSY;

	mutex_lock(&s->lock);
	if (s->phase == SETUP_CHANGE) {
		mount_tree_lock();
		args.data = s->options;
		args.flags = s->flags | (s->sb->flags & MS_RMT_MASK & ~s->mask);
		err = mount_change_superblock(&args, s->sb);
		mount_tree_unlock();
		if (err)
			s->phase = SETUP_FAILED;
		forget_options(s);
	}
	mutex_unlock(&s->lock);
	return err;
}

static int mount_it(struct fs_setup *s, const struct mount_args *a,
		    struct file **out)
{
	struct mount *m;
	int err = mount_alloc(s->sb, s->sb->root, s->source, &m);

	if (err)
		return err;
	m->flags = (u32)a->flags & ~(u32)MS_RDONLY;
	if (a->flags & MS_RDONLY)
		(void)mount_make_readonly(m);
	if (s->type->revealing && mount_reveals(m, m->flags, a->ns)) {
		mount_tree_put(m);
		return -EPERM;
	}
	return mount_detached_open(m, a->walk->cred, out);
}

int fs_setup_mount(struct file *f, const struct mount_args *a,
		   struct file **out)
{
	struct fs_setup *s = f->private;
	int err = -EINVAL;

	mutex_lock(&s->lock);
	if (s->sb && s->phase != SETUP_READY)
		err = -EBUSY;
	if (s->phase == SETUP_READY) {
		mount_tree_lock();
		err = mount_it(s, a, out);
		mount_tree_unlock();
	}
	if (!err) {
		/* As if it had been picked. */
		forget_options(s);
		s->phase = SETUP_CHANGE;
	}
	mutex_unlock(&s->lock);
	return err;
}
