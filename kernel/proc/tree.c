/*
 * kernel/proc/tree.c - the locks of the process tree, in their order
 *
 * What:  two or three tree locks at once, outer namespaces before inner ones.
 *        All that are ever held together lie on one chain of ancestors.
 * Locks: RANK_PROCESS_TREE, nested by level; asserted here.
 * Life:  a namespace lives as long as a process that has it as its own or its
 *        parent's; and who holds a spinlock is in an RCU section, so that the
 *        last process of a namespace may be released under its lock.
 * See:   docs/process-tree.md, invariant 3.
 */
#include <proc/tree.h>

void tree_lock_pair(struct pid_ns *outer, struct pid_ns *inner)
{
	ASSERT(pidns_is_below(inner, outer));
	spin_lock(&outer->tree_lock);
	if (inner != outer)
		spin_lock_nested(&inner->tree_lock);
}

void tree_unlock_pair(struct pid_ns *outer, struct pid_ns *inner)
{
	if (inner != outer)
		spin_unlock(&inner->tree_lock);
	spin_unlock(&outer->tree_lock);
}

/* By level, the outermost first. */
static void trio_sort(struct tree_trio *t)
{
	for (u32 pass = 0; pass < 2; pass++) {
		for (u32 i = 0; i < 2; i++) {
			struct pid_ns *ns = t->ns[i];

			if (ns->level <= t->ns[i + 1]->level)
				continue;
			t->ns[i] = t->ns[i + 1];
			t->ns[i + 1] = ns;
		}
	}
}

void tree_lock_trio(struct tree_trio *t)
{
	trio_sort(t);
	tree_lock_pair(t->ns[0], t->ns[1]);
	ASSERT(pidns_is_below(t->ns[2], t->ns[1]));
	if (t->ns[2] != t->ns[1])
		spin_lock_nested(&t->ns[2]->tree_lock);
}

void tree_unlock_trio(struct tree_trio *t)
{
	if (t->ns[2] != t->ns[1])
		spin_unlock(&t->ns[2]->tree_lock);
	tree_unlock_pair(t->ns[0], t->ns[1]);
}
