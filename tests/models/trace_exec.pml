/*
 * tests/models/trace_exec.pml - exec by a traced thread, and the old leader
 *
 * What:  the leader is a zombie that a tracer has not waited for; another
 *        thread, traced by the same, execs and takes its identity. The tracer
 *        waits, or ends. The old leader goes away once, unlinked, and nobody
 *        hands it to the parent as if the process had died.
 * Steps: exchange_identity and exec_take_over (kernel/proc/takeover.c) with
 *        [P], [N] and siglock; reap_tracee and take_zombie (ptrace_wait.c):
 *        a hint under trace_lock, the decision with [P] and [N] as well;
 *        release_tracee, pass_on_zombie (ptrace.c); task_unlink (exit.c).
 * Proves: invariants 5 and 7 of docs/process-tree.md for traced threads.
 * Sabotage: HINT_IS_ALL STAYS_ZOMBIE NO_TREE NO_UNLINK
 */
#define ALIVE 0
#define ZOMBIE 1
#define DEAD 2
#define A 0			/* the leader at first */
#define B 1			/* the thread that execs */

bit p, n, x;
byte leader = A, threads = 2, state[2];
bit linked[2];
byte released[2];
byte told, over;

#define LOCK(l)   atomic { l == 0 -> l = 1 }
#define UNLOCK(l) l = 0
#define WHOLE(t)  (t != leader || threads == 1)

/* task_release: a thread goes out of all tables, its link first. */
inline release(t)
{
	LOCK(p); LOCK(n);
	assert(state[t] == DEAD);
#ifndef SABOTAGE_NO_UNLINK
	LOCK(x);
	linked[t] = 0;
	UNLOCK(x);
#endif
	released[t]++;
	assert(released[t] == 1);
	threads--;
	UNLOCK(n); UNLOCK(p);
	assert(!linked[t])
}

init
{
	atomic {
		state[A] = ZOMBIE; linked[A] = 1; linked[B] = 1;
		run exec(); run tracer()
	}
}

proctype exec()
{
#ifndef SABOTAGE_NO_TREE
	LOCK(p); LOCK(n);
#endif
	assert(state[A] == ZOMBIE);
	leader = B;
#ifndef SABOTAGE_STAYS_ZOMBIE
	state[A] = DEAD;
#endif
#ifndef SABOTAGE_NO_TREE
	UNLOCK(n); UNLOCK(p);
#endif
#ifdef SABOTAGE_STAYS_ZOMBIE
	state[A] = DEAD;
#endif
	release(A);
	over++
}

/* Each look at the list of tracees, as long as one is found. */
proctype tracer()
{
	byte t;
	bit zombie, mine;

	/* wait */
	do
	:: LOCK(x);
		t = A;
		zombie = linked[t] && state[t] == ZOMBIE && WHOLE(t);
		UNLOCK(x);
		if
		:: zombie ->
			mine = 0;
			LOCK(p); LOCK(n); LOCK(x);
#ifndef SABOTAGE_HINT_IS_ALL
			if
			:: linked[t] && state[t] == ZOMBIE && WHOLE(t) ->
#endif
				/* a thread: gone; a leader: its parent's */
				mine = t != leader;
				if
				:: mine -> state[t] = DEAD
				:: else -> linked[t] = 0; told++
				fi
#ifndef SABOTAGE_HINT_IS_ALL
			:: else
			fi
#endif
			;
			UNLOCK(x); UNLOCK(n); UNLOCK(p);
			if :: mine -> release(t) :: else fi
		:: else
		fi
	:: break
	od;
	/* the end */
	t = A;
	do
	:: t <= B ->
		LOCK(x); zombie = linked[t]; UNLOCK(x);
		mine = 0;
		if
		:: zombie ->
			LOCK(p); LOCK(n); LOCK(x);
			if
			:: linked[t] ->
				linked[t] = 0;
				if
				:: state[t] == ZOMBIE && t != leader ->
					state[t] = DEAD; mine = 1
				:: state[t] == ZOMBIE && WHOLE(t) -> told++
				:: else
				fi
			:: else
			fi;
			UNLOCK(x); UNLOCK(n); UNLOCK(p);
			if :: mine -> release(t) :: else fi
		:: else
		fi;
		t++
	:: else -> break
	od;
	over++
}

active proctype judge()
{
	over == 2;
	assert(released[A] == 1 && released[B] == 0);
	assert(leader == B && state[B] == ALIVE && threads == 1);
	assert(told == 0 && !linked[A] && !linked[B])
}
