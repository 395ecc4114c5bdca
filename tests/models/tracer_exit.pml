/*
 * tests/models/tracer_exit.pml - a tracer's death against those of its tracees
 *
 * What:  one process was injected into an inner world, so its parent is in an
 *        outer one; its tracer lives anywhere. The tracer exits while the
 *        tracee asks to be traced, dies, and is reaped. Each link is undone
 *        once, nobody is left with a dead tracer, and no lock waits for
 *        another in a circle.
 * Steps: trace_lock lies beneath the tree locks (kernel/proc/ptrace.c). The
 *        tracer finds a tracee under it, drops it, takes [P] and [N] of the
 *        tracee, then it again, and looks whether it still is the tracer.
 *        PTRACE_TRACEME links, then looks whether the tracer is exiting;
 *        the tracer is marked as exiting, then looks for tracees.
 * Proves: invariants 3 and 5 of docs/process-tree.md.
 * Sabotage: KEEP_TRACE NO_RECHECK NO_EXIT_CHECK INNER_FIRST
 */
bit tree_outer, tree_inner, tracing;
bit exiting, traced, asked, dead, reaped, let_go;
byte links, unlinks;

#define LOCK(l)   atomic { l == 0 -> l = 1 }
#define UNLOCK(l) l = 0

inline unlink()
{
	assert(tracing);
	traced = 0; unlinks++
}

active proctype tracer()
{
	bit found;

	exiting = 1;
	do
	:: LOCK(tracing);
		found = traced;
		if :: !found -> UNLOCK(tracing); break :: else fi;
#ifndef SABOTAGE_KEEP_TRACE
		UNLOCK(tracing);
#endif
		LOCK(tree_outer); LOCK(tree_inner);
#ifndef SABOTAGE_KEEP_TRACE
		LOCK(tracing);
#endif
#ifdef SABOTAGE_NO_RECHECK
		unlink();
#else
		if :: traced -> unlink() :: else fi;
#endif
		UNLOCK(tracing);
		UNLOCK(tree_inner); UNLOCK(tree_outer)
	od;
	let_go = 1
}

/* Asks to be traced, and dies. */
active proctype tracee()
{
	LOCK(tree_outer); LOCK(tree_inner);
	LOCK(tracing);
	traced = 1; links++;
#ifndef SABOTAGE_NO_EXIT_CHECK
	if :: exiting -> unlink() :: else fi;
#endif
	UNLOCK(tracing);
	UNLOCK(tree_inner); UNLOCK(tree_outer);
	asked = 1;
#ifdef SABOTAGE_INNER_FIRST
	LOCK(tree_inner); LOCK(tree_outer);
#else
	LOCK(tree_outer); LOCK(tree_inner);
#endif
	dead = 1;
	UNLOCK(tree_inner); UNLOCK(tree_outer)
}

/* Whoever reaps unlinks it first. It may never come to that. */
active proctype parent()
{
	bit saw;

	if
	:: asked ->
		LOCK(tree_outer);
		saw = dead;
		UNLOCK(tree_outer);
		if
		:: saw ->
			LOCK(tree_outer); LOCK(tree_inner); LOCK(tracing);
			if :: traced -> unlink() :: else fi;
			reaped = 1;
			UNLOCK(tracing); UNLOCK(tree_inner); UNLOCK(tree_outer)
		:: else
		fi
	:: asked
	fi
}

active proctype judge()
{
	timeout;
	assert(let_go && dead && !traced && links == unlinks);
	assert(!tree_outer && !tree_inner && !tracing)
}
