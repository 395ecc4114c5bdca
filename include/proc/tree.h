/*
 * include/proc/tree.h - the locks of the process tree, one a pid namespace
 *
 * What:  ns->tree_lock covers, for each process of that namespace: its
 *        threads, its children, and their parent pointers and exit states.
 *        The children may live in inner namespaces; the namespace of a
 *        process's parent never changes. So what concerns a process and its
 *        parent takes two of them, the outer before the inner.
 * Locks: these. Before them mutexes only; under them session->lock, then
 *        siglocks. Context of all: task, no spinlock held.
 * See:   docs/process-tree.md: the protocol and its invariants.
 */
#ifndef PROC_TREE_H
#define PROC_TREE_H

#include <core/assert.h>
#include <proc/pidns.h>
#include <proc/task.h>

/* The namespace that @p lives in. */
static inline struct pid_ns *process_ns(const struct process *p)
{
	return pid_ns_of(p->tgid);
}

static inline void tree_lock(struct pid_ns *ns)
{
	spin_lock(&ns->tree_lock);
}

static inline void tree_unlock(struct pid_ns *ns)
{
	spin_unlock(&ns->tree_lock);
}

/* The namespace of another process, which may be joining one meanwhile
 * (pidns_join): look, lock, look again. Return: the one locked. */
static inline struct pid_ns *tree_lock_own(const struct process *p)
{
	for (;;) {
		struct pid_ns *ns;

		rcu_read_lock();
		ns = pid_ns_of(rcu_dereference(p->tgid));
		tree_lock(ns);
		rcu_read_unlock();
		if (ns == process_ns(p))
			return ns;
		tree_unlock(ns);
	}
}

/* @inner is @outer or below it. */
void tree_lock_pair(struct pid_ns *outer, struct pid_ns *inner);
void tree_unlock_pair(struct pid_ns *outer, struct pid_ns *inner);

/* What concerns @p and its parent: the parent's namespace, then its own, which
 * can change only under that of the parent (pidns_join). */
static inline void tree_lock_process(struct process *p)
{
	spin_lock(&p->parent_ns->tree_lock);
	if (process_ns(p) != p->parent_ns)
		spin_lock_nested(&process_ns(p)->tree_lock);
}

static inline void tree_unlock_process(struct process *p)
{
	tree_unlock_pair(p->parent_ns, process_ns(p));
}

/* Three namespaces of one chain, in any order and perhaps equal: a process,
 * its parent and its tracer. */
struct tree_trio {
	struct pid_ns *ns[3];
};
void tree_lock_trio(struct tree_trio *trio);
void tree_unlock_trio(struct tree_trio *trio);

/* Panics in debug builds if the lock is not held by this CPU. */
static inline void tree_assert_held(const struct pid_ns *ns)
{
	ASSERT(spin_held(&ns->tree_lock));
	(void)ns;
}

#endif
