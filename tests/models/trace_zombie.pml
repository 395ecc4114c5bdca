/*
 * tests/models/trace_zombie.pml - who has a traced zombie, and who is told
 *
 * What:  a tracer that is not the parent attaches to a process of two
 *        threads, and ends; another thread of its process waits for it, while
 *        both threads die at once and the parent waits. The parent is told once and never reaps what a
 *        tracer still has; the process is reaped once; no link stays.
 * Steps: attach_locked, release_tracee, pass_on_zombie (kernel/proc/ptrace.c);
 *        reap_tracee, claim (ptrace_wait.c); exit_tell, leader_follows
 *        (exit.c); take_zombie (wait.c). The link is changed under trace_lock
 *        (X), and by others than the tracer of a stopped tracee only with the
 *        tree locks [P] and [N] of the tracee.
 * Proves: invariant 5 of docs/process-tree.md for traced processes.
 * Sabotage: ATTACH_NO_TREE ATTACH_NO_STATE NO_RELOOK NO_PASS PASS_PART
 * Sabotage: PARENT_FIRST FOLLOW_BLIND
 */
#define ALIVE 0
#define ZOMBIE 1
#define DEAD 2

bit p, n, x;			/* tree locks, trace_lock */
byte leader, threads = 2;
bit traced, asked;
byte told, told_tracer, reaped;
byte over;

#define LOCK(l)   atomic { l == 0 -> l = 1 }
#define UNLOCK(l) l = 0
#define WHOLE (threads == 1)

/* process_notify_exit: nobody must be told before, or without need. */
inline tell_parent()
{
	assert(leader == ZOMBIE && WHOLE && !traced && p);
	told++;
	assert(told == 1)
}

/* ptrace_notify_exit. */
inline tell_tracer(passed)
{
	LOCK(x);
	passed = !traced;
	if :: traced -> told_tracer++ :: else fi;
	UNLOCK(x)
}

/* [P] and [N] held; the leader is a zombie, alone. */
inline dead_whole(passed)
{
	if
	:: traced -> tell_tracer(passed)
	:: else -> passed = 1
	fi;
	if :: passed -> tell_parent() :: else fi
}

active proctype leader_exits()
{
	bit passed;

	LOCK(p); LOCK(n);
	leader = ZOMBIE;
	if
	:: WHOLE -> dead_whole(passed)
	:: !WHOLE && traced -> tell_tracer(passed)
	:: else
	fi;
	UNLOCK(n); UNLOCK(p);
	over++
}

/* Released under [N] alone while the leader lives: model release. */
active proctype thread_exits()
{
	bit both, passed;

	LOCK(n);
	if
	:: leader != ALIVE -> UNLOCK(n); LOCK(p); LOCK(n); both = 1
	:: else
	fi;
	threads--;
	if
	:: both && leader == ZOMBIE ->
#ifdef SABOTAGE_FOLLOW_BLIND
		told++
#else
		dead_whole(passed)
#endif
	:: else
	fi;
	UNLOCK(n);
	if :: both -> UNLOCK(p) :: else fi;
	over++
}

/* Another thread of the tracer's process waits: it gets its tracees too. A
 * hint under X, then the decision. */
active proctype sibling()
{
	bit zombie;

	if
	:: LOCK(x);
		zombie = traced && leader == ZOMBIE && WHOLE;
		UNLOCK(x);
		if
		:: zombie ->
			LOCK(p); LOCK(n); LOCK(x);
			if
			:: traced && leader == ZOMBIE && WHOLE ->
				UNLOCK(x);
				LOCK(x); traced = 0; UNLOCK(x);
				tell_parent()
			:: else -> UNLOCK(x)
			fi;
			UNLOCK(n); UNLOCK(p)
		:: else
		fi
	:: skip
	fi;
	over++
}

/* Attaches and ends. */
active proctype tracer()
{
	bit found;

#ifndef SABOTAGE_ATTACH_NO_TREE
	LOCK(p); LOCK(n);
#endif
#ifdef SABOTAGE_ATTACH_NO_STATE
	found = leader != DEAD;
#else
	found = leader == ALIVE;
#endif
	LOCK(x);
	if :: found -> traced = 1 :: else fi;
	UNLOCK(x);
#ifndef SABOTAGE_ATTACH_NO_TREE
	UNLOCK(n); UNLOCK(p);
#endif
	/* the end: ptrace_release_tracees */
	LOCK(x); found = traced; UNLOCK(x);
	if
	:: found ->
#ifndef SABOTAGE_PASS_PART
		LOCK(p);
#endif
		LOCK(n); LOCK(x);
#ifndef SABOTAGE_NO_RELOOK
		if
		:: traced ->
#endif
			assert(traced);
			traced = 0;
#ifndef SABOTAGE_NO_PASS
			if
			:: leader == ZOMBIE && WHOLE -> tell_parent()
			:: else
			fi
#endif
#ifndef SABOTAGE_NO_RELOOK
		:: else
		fi
#endif
		;
		UNLOCK(x); UNLOCK(n);
#ifndef SABOTAGE_PASS_PART
		UNLOCK(p)
#endif
	:: else
	fi;
	over++
}

/* wait.c: the link is looked at without X: [P] is enough for a zombie. */
active proctype parent()
{
	do
	:: LOCK(p);
		if
#ifdef SABOTAGE_PARENT_FIRST
		:: leader == ZOMBIE && WHOLE ->
#else
		:: leader == ZOMBIE && WHOLE && !traced ->
#endif
			assert(told == 1);
			leader = DEAD;
			reaped++;
			UNLOCK(p);
			break
		:: else -> UNLOCK(p);
			told || (leader == ZOMBIE && WHOLE && !traced)
		fi
	od;
	LOCK(p); LOCK(n);
	/* ptrace_unlink_dead */
	LOCK(x); assert(!traced); UNLOCK(x);
	UNLOCK(n); UNLOCK(p);
	over++
}

active proctype judge()
{
	timeout;
	assert(over == 5 && reaped == 1 && told == 1 && !traced);
	assert(!p && !n && !x)
}
