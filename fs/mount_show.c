/*
 * fs/mount_show.c - the lines of /proc/PID/mounts, mountinfo, mountstats
 *
 * Locks: mount_mutex while the list is walked.
 * See:   proc_pid_mounts(5), proc_pid_mountinfo(5), fstab(5)
 */
#include "mount.h"

#include <fs/seq_buf.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <sched/mutex.h>
#include <uapi/kdev.h>

#include "dentry.h"

#define PATH_ESCAPES " \t\n\\"
#define SOURCE_ESCAPES " \t\n\\#"

struct show {
	struct seq_buf *out;
	const struct path *root;
	char *buf;			/* PATH_MAX bytes */
};

static void show_flags(struct seq_buf *out, u32 flags)
{
	static const struct {
		u32 flag;
		const char *text;
	} names[] = {
		{ MS_NOSUID, ",nosuid" }, { MS_NODEV, ",nodev" },
		{ MS_NOEXEC, ",noexec" }, { MS_NOATIME, ",noatime" },
		{ MS_NODIRATIME, ",nodiratime" },
		{ MS_RELATIME, ",relatime" },
		{ MS_NOSYMFOLLOW, ",nosymfollow" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		if (flags & names[i].flag)
			seq_puts(out, names[i].text);
	}
}

static void show_superblock(struct show *s, struct superblock *sb)
{
	size_t len = 0;

	if (sb->flags & MS_SYNCHRONOUS)
		seq_puts(s->out, ",sync");
	if (sb->flags & MS_LAZYTIME)
		seq_puts(s->out, ",lazytime");
	if (sb->ops && sb->ops->show_options)
		len = sb->ops->show_options(sb, s->buf, PATH_MAX);
	seq_write(s->out, s->buf, len);
}

static const char *read_write(bool readonly)
{
	return readonly ? "ro" : "rw";
}

const char *mount_place_text(const struct mount *m, const struct path *root,
			     char *buf)
{
	struct path p = { .mount = (struct mount *)m, .dentry = m->root };
	const char *text = path_text_cwd(&p, root, buf, PATH_MAX);

	if (!text || str_starts_with(text, "(unreachable)"))
		return NULL;
	return text;
}

static const char *place_of(struct show *s, const struct mount *m)
{
	return mount_place_text(m, s->root, s->buf);
}

static void show_mounts_line(struct show *s, const struct mount *m)
{
	const char *place = place_of(s, m);

	if (!place)
		return;
	seq_escape(s->out, m->source, SOURCE_ESCAPES);
	seq_putc(s->out, ' ');
	seq_escape(s->out, place, PATH_ESCAPES);
	seq_printf(s->out, " %s %s", m->sb->type,
		   read_write(mount_is_readonly(m)));
	show_flags(s->out, m->flags);
	show_superblock(s, m->sb);
	seq_puts(s->out, " 0 0\n");
}

const char *mount_root_text(const struct mount *m, char *buf)
{
	struct mount bare = { .root = m->sb->root };
	struct path p = { .mount = &bare, .dentry = m->root };
	const char *text = path_text(&p, NULL, buf, PATH_MAX);

	return text ? text : "/";
}

static void show_mount_root(struct show *s, const struct mount *m)
{
	seq_escape(s->out, mount_root_text(m, s->buf), PATH_ESCAPES);
}

static void show_propagation(struct seq_buf *out, const struct mount *m)
{
	if (m->group)
		seq_printf(out, " shared:%u", m->group);
	if (m->master)
		seq_printf(out, " master:%u", m->master->group);
	if (m->unbindable)
		seq_puts(out, " unbindable");
}

static void show_info_line(struct show *s, const struct mount *m)
{
	const struct mount *parent = m->parent ? m->parent : m;
	const char *place = place_of(s, m);

	if (!place)
		return;
	seq_printf(s->out, "%lu %lu %u:%u ", m->id, parent->id,
		   DEV_MAJOR(m->sb->dev), DEV_MINOR(m->sb->dev));
	show_mount_root(s, m);
	seq_putc(s->out, ' ');
	place = place_of(s, m);
	seq_escape(s->out, place ? place : "/", PATH_ESCAPES);
	seq_printf(s->out, " %s", read_write(m->flags & MS_RDONLY));
	show_flags(s->out, m->flags);
	show_propagation(s->out, m);
	seq_printf(s->out, " - %s ", m->sb->type);
	seq_escape(s->out, m->source, SOURCE_ESCAPES);
	seq_printf(s->out, " %s", read_write(m->sb->flags & MS_RDONLY));
	show_superblock(s, m->sb);
	seq_putc(s->out, '\n');
}

static void show_stats_line(struct show *s, const struct mount *m)
{
	const char *place = place_of(s, m);

	if (!place)
		return;
	seq_puts(s->out, "device ");
	seq_escape(s->out, m->source, SOURCE_ESCAPES);
	seq_puts(s->out, " mounted on ");
	seq_escape(s->out, place, PATH_ESCAPES);
	seq_printf(s->out, " with fstype %s\n", m->sb->type);
}

void mount_show(struct mount_ns *ns, const struct path *root,
		struct seq_buf *out, enum mount_show kind)
{
	struct show s = { .out = out, .root = root, .buf = kmalloc(PATH_MAX) };
	const struct mount *m;

	if (!s.buf) {
		out->failed = true;
		return;
	}
	mount_tree_lock();
	for_each_list(m, &ns->mounts, ns_link) {
		switch (kind) {
		case MOUNT_SHOW_PLAIN:
			show_mounts_line(&s, m);
			break;
		case MOUNT_SHOW_INFO:
			show_info_line(&s, m);
			break;
		case MOUNT_SHOW_STATS:
			show_stats_line(&s, m);
			break;
		}
	}
	mount_tree_unlock();
	kfree(s.buf);
}
