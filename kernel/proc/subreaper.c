/*
 * kernel/proc/subreaper.c - processes that adopt orphaned descendants
 *
 * What:  PR_SET_CHILD_SUBREAPER, and the mark on all descendants that makes
 *        them look for one when their parent dies.
 * Locks: the process tree lock (for: the tree locks of the namespaces below).
 * Not:   the search for a new parent (exit.c).
 * See:   prctl(2), PR_SET_CHILD_SUBREAPER.
 */
#include <proc/lifecycle.h>

/* The first child of @p's threads from @t on; NULL: none. [T] */
static struct process *first_child(struct process *p, struct task *t)
{
	for (; &t->thread_link != &p->threads; t = list_next(t, thread_link)) {
		if (!list_empty(&t->children))
			return list_first(&t->children, struct process,
					  sibling);
	}
	return NULL;
}

/* The next child of @p's parent after @p; NULL: it was the last. [T] */
static struct process *next_sibling(struct process *p)
{
	struct task *t = p->parent_task;

	if (p->sibling.next != &t->children)
		return list_next(p, sibling);
	return first_child(t->process, list_next(t, thread_link));
}

static struct process *child_of(struct process *p)
{
	return first_child(p, list_first(&p->threads, struct task,
					 thread_link));
}

/* Walk below @top, parents before children, without recursion. [T] */
static struct process *next_below(struct process *p, struct process *top)
{
	struct process *next = child_of(p);

	while (!next && p != top) {
		next = next_sibling(p);
		p = p->parent;
	}
	return next;
}

void process_set_subreaper(bool on)
{
	struct process *self = current_process();
	struct process *p = self;

	spin_lock(&process_tree_lock);
	self->is_subreaper = on;
	while (on && (p = next_below(p, self)))
		p->has_subreaper_above = 1;
	spin_unlock(&process_tree_lock);
}
