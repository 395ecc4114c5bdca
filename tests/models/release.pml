/*
 * tests/models/release.pml - the leader's exit against the last thread's end
 *
 * What:  a process of an inner world, its parent outside. Its leader and its
 *        other thread exit at once, and the parent waits. The parent is told
 *        exactly once, and reaps only after it was told.
 * Steps: while the leader lives, another thread is released under the own
 *        world's lock alone; the outer lock is taken only when the leader is
 *        a zombie. exit_state is ZOMBIE under both locks, so the look under
 *        the own lock is final (tree_lock_release in kernel/proc/exit.c).
 * Proves: invariant 5 of docs/process-tree.md.
 * Sabotage: NO_RECHECK OWN_ONLY
 */
bit outer, own, zombie, dead;
byte threads = 2, told;

#define LOCK(l)   atomic { l == 0 -> l = 1 }
#define UNLOCK(l) l = 0

active proctype leader()
{
	LOCK(outer); LOCK(own);
	zombie = 1;
	if :: threads == 1 -> told++ :: else fi;
	UNLOCK(own); UNLOCK(outer)
}

active proctype thread()
{
	bit pair;

	pair = zombie;
	if :: pair -> LOCK(outer) :: else fi;
	LOCK(own);
#ifndef SABOTAGE_NO_RECHECK
#ifndef SABOTAGE_OWN_ONLY
	if
	:: !pair && zombie -> UNLOCK(own); LOCK(outer); LOCK(own); pair = 1
	:: else
	fi;
#endif
#endif
	threads--;
#ifdef SABOTAGE_OWN_ONLY
	if :: pair -> UNLOCK(outer); pair = 0 :: else fi;
	UNLOCK(own);
	if :: zombie && threads == 1 -> told++ :: else fi;
	LOCK(own);
#else
	if
	:: zombie && threads == 1 -> assert(pair); told++
	:: else
	fi;
#endif
	UNLOCK(own);
	if :: pair -> UNLOCK(outer) :: else fi
}

active proctype parent()
{
	do
	:: LOCK(outer);
		if
		:: zombie && threads == 1 -> assert(told == 1); dead = 1
		:: else
		fi;
		UNLOCK(outer);
		if :: dead -> break :: else -> told || (zombie && threads == 1) fi
	od;
	assert(told == 1)
}
