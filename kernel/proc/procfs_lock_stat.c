/*
 * kernel/proc/procfs_lock_stat.c - /proc/lock_stat
 *
 * What:  one line a lock class, from the first taken to the last: its rank
 *        and the name of one of its locks, how often it was taken, how often
 *        it was not free, how often a process of another pid namespace held
 *        it then, how long all waited and how long the longest, in ns.
 * Not:   counting (kernel/core/lock_stat.c); release builds, and boots without
 *        lockstat=1, have no such file.
 * See:   docs/locking.md
 */
#include "procfs_internal.h"

#include <core/lock_stat.h>
#include <proc/tree.h>

#ifdef NIDUS_DEBUG
static const void *world_of_current(void)
{
	return current_is_task() ? process_ns(current_process()) : NULL;
}

static int show_lock_stat(struct seq_buf *out)
{
	struct lock_class_stat s;

	seq_puts(out, "rank name taken contended foreign waited_ns "
		      "longest_ns\n");
	for (u32 rank = RANK_SLEEP_LOWEST - 1; rank > RANK_NONE; rank--) {
		lock_stat_read(rank, &s);
		if (!s.name)
			continue;
		seq_printf(out, "%u %s %lu %lu %lu %lu %lu\n", rank, s.name,
			   s.taken, s.contended, s.foreign, s.waited_ns,
			   s.longest_ns);
	}
	return 0;
}

static struct proc_entry lock_stat_entry = {
	.path = "lock_stat", .mode = 0400, .show = show_lock_stat,
};

void proc_lock_stat_init(void)
{
	if (!lock_stat_on)
		return;
	lock_stat_set_world(world_of_current);
	proc_entry_add(&lock_stat_entry);
}
#else
void proc_lock_stat_init(void)
{
}
#endif
