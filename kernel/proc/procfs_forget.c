/*
 * kernel/proc/procfs_forget.c - /proc forgets who is gone
 *
 * What:  the mounts of /proc that show a namespace, and the names of a task
 *        in their caches, which go with it: they hold its struct pid, and by
 *        that a whole namespace.
 * Locks: supers_lock (RANK_MOUNT): the lists of mounts.
 * Life:  a struct proc_super lives as long as its superblock.
 * Not:   other names that are kept: fs/kept.c, and revalidate in procfs_pid.c.
 * See:   docs/files.md
 */
#include "procfs_internal.h"

#include <lib/format.h>
#include <mm/kmalloc.h>
#include <proc/pidns.h>
#include <uapi/errno.h>

static DEFINE_SPINLOCK(supers_lock, RANK_MOUNT);

int proc_super_create(struct superblock *sb, struct pid_ns *ns)
{
	struct proc_super *s = kzalloc(sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->ns = pidns_get(ns);
	s->sb = sb;
	sb->private = s;
	spin_lock(&supers_lock);
	list_add_tail(&ns->proc_supers, &s->link);
	spin_unlock(&supers_lock);
	return 0;
}

void proc_super_destroy(struct superblock *sb)
{
	struct proc_super *s = sb->private;

	if (!s)
		return;
	spin_lock(&supers_lock);
	list_del(&s->link);
	spin_unlock(&supers_lock);
	pidns_put(s->ns);
	kfree(s);
}

/* The next mount of @ns that is in use, behind @s (NULL: the first), with a
 * reference of its superblock; that of @s is dropped. */
static struct proc_super *super_next(struct pid_ns *ns, struct proc_super *s)
{
	struct list *at = s ? &s->link : &ns->proc_supers;
	struct proc_super *next = NULL;

	spin_lock(&supers_lock);
	while (!next && at->next != &ns->proc_supers) {
		at = at->next;
		next = list_entry(at, struct proc_super, link);
		if (!superblock_try_get(next->sb))
			next = NULL;
	}
	spin_unlock(&supers_lock);
	if (s)
		superblock_put(s->sb);
	return next;
}

/* A process has a directory in the root, a thread one in its process's too. */
static void forget_in(const struct proc_super *s, const struct pid *pid,
		      const struct pid *tgid)
{
	char path[40];
	char *end = path + sizeof(path) - 1;

	if (!s->sb->root)
		return;
	*end = '\0';
	dentry_forget(s->sb->root,
		      format_decimal(end, (u64)pid_nr(pid, s->ns)));
	if (pid == tgid)
		return;
	snprintf(path, sizeof(path), "%d/task/%d", pid_nr(tgid, s->ns),
		 pid_nr(pid, s->ns));
	dentry_forget(s->sb->root, path);
}

void proc_forget(struct pid *pid, struct pid *tgid)
{
	/* Pairs with dentry_keep: it sees that the task is gone, or we see
	 * the name. */
	smp_mb();
	/* Each name of it holds a reference. */
	if (likely(!READ_ONCE(pid->shown)) || !refcount_try_get(&pid->refs))
		return;
	tgid = pid_get(tgid);
	for (u32 i = 0; i <= pid->level; i++) {
		struct pid_ns *ns = pid->numbers[i].ns;
		struct proc_super *s = NULL;

		while ((s = super_next(ns, s)) != NULL)
			forget_in(s, pid, tgid);
	}
	pid_put(tgid);
	pid_put(pid);
}
