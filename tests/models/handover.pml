/*
 * tests/models/handover.pml - orphans against the exit of who would get them
 *
 * What:  a process with a child dies while two threads of its world's init
 *        die too, one after the other or at once, and the child dies at any
 *        moment. The child always has a parent that will look after it: in
 *        the end it was told of, exactly once, to a parent that had not yet
 *        handed its children on, or was reaped by the zap.
 * Steps: TASK_EXITING is set before the tree lock is taken (exit_count in
 *        kernel/proc/exit.c); choice of the new parent, the move and the
 *        notice are one section (reparent_children); the last thread of the
 *        init reaps what it has.
 * Proves: invariant 4 of docs/process-tree.md.
 * Sabotage: LATE_MARK SPLIT_MOVE NO_SIBLING
 */
#define FATHER 0
#define ONE 1		/* threads of the init */
#define TWO 2
#define NOBODY 3

bit tree, exiting[3], handed_on[3];
byte parent = FATHER;
bit zombie, reaped;
byte left = 2;		/* threads of the init that have not counted down */

#define LOCK   atomic { tree == 0 -> tree = 1 }
#define UNLOCK tree = 0

/* A living thread of the init; else one that has not handed on yet. */
inline choose(me)
{
	to = NOBODY;
	if
	:: me != ONE && !exiting[ONE] -> to = ONE
	:: me != TWO && !exiting[TWO] -> to = TWO
	:: else ->
#ifndef SABOTAGE_NO_SIBLING
		if
		:: me != ONE && !handed_on[ONE] -> to = ONE
		:: me != TWO && !handed_on[TWO] -> to = TWO
		:: else
		fi
#else
		skip
#endif
	fi
}

inline hand_on(me)
{
	LOCK;
	if
	:: parent == me ->
		choose(me);
#ifdef SABOTAGE_SPLIT_MOVE
		UNLOCK; LOCK;
#endif
		assert(to != NOBODY && !handed_on[to]);
		parent = to
	:: else
	fi;
	handed_on[me] = 1;
	UNLOCK
}

active proctype father()
{
	byte to;

	exiting[FATHER] = 1;
	hand_on(FATHER)
}

active [2] proctype thread()
{
	byte to, me = _pid;
	bit last;

#ifndef SABOTAGE_LATE_MARK
	exiting[me] = 1;
#endif
	atomic { left--; last = left == 0 };
	if
	:: last ->
		/* the zap: until no child is left, here or with the father */
		do
		:: LOCK;
			if
			:: parent != FATHER && zombie -> reaped = 1
			:: else
			fi;
			UNLOCK;
			if :: reaped -> break :: else -> zombie || parent != FATHER fi
		od
	:: else ->
		hand_on(me)
	fi;
#ifdef SABOTAGE_LATE_MARK
	exiting[me] = 1;
#endif
	skip
}

active proctype child()
{
	LOCK;
	/* the notice goes to whoever is the parent now */
	assert(!handed_on[parent]);
	zombie = 1;
	UNLOCK
}
