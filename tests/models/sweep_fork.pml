/*
 * tests/models/sweep_fork.pml - kill(-1) against forks in progress
 *
 * What:  a process forks, and its child forks; two kill(-1) go through the
 *        table meanwhile. Whoever is there when a sweep begins, or descends
 *        from such a one that was not yet hit when it forked, is hit.
 * Steps: a process is marked with the sweep's generation together with the
 *        signal, under its siglock; birth_commit (clone_commit.c) checks, inherits
 *        the mark and publishes in one section of the forker's siglock;
 *        kill_all (signal_kill.c) passes again until nobody new was marked,
 *        one sweep of a namespace at a time.
 * Proves: invariant 6 of docs/process-tree.md.
 * Sabotage: NO_INHERIT ONE_PASS TWO_SWEEPS
 */
#define TASKS 3			/* 2 forks 0, 0 forks 1: against the sweep */
byte generation, mark[TASKS];
bit slot[TASKS], killed[TASKS], after[TASKS], siglock[TASKS];
byte hits[TASKS];
bit sweeping;
byte sweeps_left = 2, forks_left = 2;

#define LOCK(l)   atomic { l == 0 -> l = 1 }
#define UNLOCK(l) l = 0

proctype forker(byte me; byte child)
{
end:	slot[me];
	LOCK(siglock[me]);
	if
	:: killed[me]				/* the fork is not made */
	:: else ->
#ifndef SABOTAGE_NO_INHERIT
		mark[child] = mark[me];
#endif
		/* a child of one that was hit is born after the signal */
		after[child] = after[me] || hits[me];
		slot[child] = 1
	fi;
	UNLOCK(siglock[me]);
	forks_left--
}

/* @deadly: SIGKILL; else a signal with a handler, counted. */
proctype sweeper(bit deadly)
{
	byte i, mine; bit new;

	slot[2];
#ifndef SABOTAGE_TWO_SWEEPS
	LOCK(sweeping);
#endif
	generation++;
	mine = generation;
	do
	:: new = 0; i = 0;
		do
		:: i < TASKS ->
			if
			:: slot[i] ->
				LOCK(siglock[i]);
				if
				:: mark[i] != mine ->
					if
					:: deadly -> killed[i] = 1
					:: else -> hits[i]++
					fi;
					mark[i] = mine; new = 1
				:: else
				fi;
				UNLOCK(siglock[i])
			:: else
			fi;
			i++
		:: else -> break
		od;
#ifdef SABOTAGE_ONE_PASS
		break
#else
		if :: new :: else -> break fi
#endif
	od;
#ifndef SABOTAGE_TWO_SWEEPS
	UNLOCK(sweeping);
#endif
	sweeps_left--
}

init
{
	slot[2] = 1;
	atomic {
		run forker(2, 0); run forker(0, 1);
		run sweeper(1); run sweeper(0)
	};
	sweeps_left == 0 && (forks_left == 0 || !slot[0]);
	/* all descend from 2, which was there; nobody is hit twice */
	assert(killed[2] && (!slot[0] || killed[0]) && (!slot[1] || killed[1]));
	assert(!(after[0] && hits[0]) && !(after[1] && hits[1]));
	assert(hits[0] <= 1 && hits[1] <= 1 && hits[2] == 1)
}
