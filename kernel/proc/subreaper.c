/*
 * kernel/proc/subreaper.c - processes that adopt orphaned descendants
 *
 * What:  PR_SET_CHILD_SUBREAPER. The mark is the process's own; that its
 *        namespace ever had such a process makes orphans look for one.
 * Locks: the tree lock of the caller's namespace.
 * Not:   the search for a new parent (exit.c).
 * See:   prctl(2), PR_SET_CHILD_SUBREAPER.
 */
#include <proc/lifecycle.h>

#include <proc/tree.h>

void process_set_subreaper(bool on)
{
	struct process *p = current_process();
	struct pid_ns *ns = process_ns(p);

	tree_lock(ns);
	p->is_subreaper = on;
	if (on)
		ns->had_subreaper = 1;
	tree_unlock(ns);
}
