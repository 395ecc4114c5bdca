/*
 * tests/models/tracer_exit.pml - the tree locks of three worlds, two deaths
 *
 * What:  Y lies in X, X in the root. A process of X traces one that was
 *        injected into Y: its parent is in the root. The tracer exits, the
 *        tracee exits, and the parent waits for it, all at once.
 * Steps: locks are taken outer before inner (tree_lock_pair in tree.c). The
 *        tracer hands its own children on under its own lock, drops it, and
 *        takes {tracee's parent's, its own, tracee's} for each tracee, to
 *        look again whether it still is the tracer.
 * Proves: invariants 3 and 5 of docs/process-tree.md.
 * Sabotage: KEEP_OWN NO_RECHECK INNER_FIRST
 */
bit tree_root, tree_x, tree_y;
bit traced = 1, tracee_dead, reaped, released;
byte detached;

#define LOCK(l)   atomic { l == 0 -> l = 1 }
#define UNLOCK(l) l = 0

active proctype tracer()
{
	bit mine;

	LOCK(tree_x);
	mine = traced;			/* the list of tracees */
#ifdef SABOTAGE_KEEP_OWN
	LOCK(tree_root);
#else
	UNLOCK(tree_x);
	LOCK(tree_root);
	LOCK(tree_x);
#endif
	LOCK(tree_y);
	if
#ifdef SABOTAGE_NO_RECHECK
	:: mine ->
#else
	:: mine && traced ->
#endif
		traced = 0; detached++
	:: else
	fi;
	UNLOCK(tree_y); UNLOCK(tree_x); UNLOCK(tree_root)
}

/* Dies: the notice to the parent, in the root, and its own end, in Y. */
active proctype tracee()
{
#ifdef SABOTAGE_INNER_FIRST
	LOCK(tree_y); LOCK(tree_root);
#else
	LOCK(tree_root); LOCK(tree_y);
#endif
	tracee_dead = 1;
	UNLOCK(tree_y); UNLOCK(tree_root)
}

/* Reaps; a tracee that is released is detached from its tracer first. */
active proctype parent()
{
	LOCK(tree_root);
	if
	:: tracee_dead -> reaped = 1
	:: else
	fi;
	UNLOCK(tree_root);
	if
	:: reaped ->
		LOCK(tree_root); LOCK(tree_x); LOCK(tree_y);
		if :: traced -> traced = 0; detached++ :: else fi;
		released = 1;
		UNLOCK(tree_y); UNLOCK(tree_x); UNLOCK(tree_root)
	:: else
	fi
}

/* An injected fork into X, and one into Y. */
active proctype injector()
{
	LOCK(tree_root); LOCK(tree_x);
	UNLOCK(tree_x); UNLOCK(tree_root);
	LOCK(tree_x); LOCK(tree_y);
	UNLOCK(tree_y); UNLOCK(tree_x)
}

active proctype judge()
{
	timeout;
	assert(detached <= 1 && !tree_root && !tree_x && !tree_y)
}
