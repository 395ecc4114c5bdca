/*
 * tests/models/coredump.pml - a core dump, the other threads, and SIGKILL
 *
 * What:  one thread dies of a signal that dumps core, or just comes to its
 *        end; another may want to exec, to dump, to leave by itself, or be
 *        told to end; somebody sends SIGKILL at any moment, or nobody. While
 *        the dump reads registers and memory, the other thread is at rest and
 *        has not let go of either; all come to their end; and who was killed
 *        in time left no core behind.
 * Steps: coredump, coredump_park (kernel/proc/coredump.c): the group exit, the
 *        count of those to wait for, the mark of who is past the parking
 *        place, the place on the list are all of siglock (s); the dump ends
 *        in one section with the look for SIGKILL. signal_kill_other_threads
 *        for exec.
 * Sabotage: NO_WAIT NO_PARK LATE_MARK NO_WAKE DEAF_KILL BLIND_END EXEC_TOO
 * Sabotage: COUNT_PAST
 */
bit s;
bit group_exit, group_exec, dumping;
byte waiting;			/* threads that have not parked yet */
bit past[2];			/* TASK_ENDING */
bit kill[2];			/* SIGKILL is pending */
bit signaled[2];		/* left because it was told to */
bit listed, parked, gone;	/* the other one; gone: let go of memory */
bit reading, core_left, killed_first;
byte dumps, ended;
byte code;			/* 1: the signal, 2: with a core, 9: SIGKILL */
bit execs;

#define LOCK(l)   atomic { l == 0 -> l = 1 }
#define UNLOCK(l) l = 0

/* Of thread @me, with @s. */
inline begin(me)
{
#ifdef SABOTAGE_EXEC_TOO
	if
	:: group_exit -> goto leave
	:: else
	fi;
#else
	if
	:: group_exit || group_exec -> goto leave
	:: else
	fi;
#endif
	group_exit = 1;
	dumping = 1;
	code = 1;
	dumps++;
	assert(dumps == 1 && !group_exec);
	if
	:: !past[1 - me] -> kill[1 - me] = 1; waiting = 1
#ifdef SABOTAGE_COUNT_PAST
	:: else -> waiting = 1
#else
	:: else -> waiting = 0
#endif
	fi
}

inline dump(me)
{
#ifndef SABOTAGE_NO_WAIT
	waiting == 0;			/* the sleep of coredump */
#endif
	reading = 1;
	assert(!listed || parked);
	assert(!gone || !listed);
	if
	:: kill[me] -> skip		/* between two pages */
	:: skip
	fi;
	assert(!listed || parked);
	assert(!gone || !listed);
	reading = 0;
	LOCK(s);
#ifdef SABOTAGE_BLIND_END
	code = 2; core_left = 1;
#else
	if
	:: !kill[me] -> code = 2; core_left = 1
	:: else
	fi;
#endif
	if
	:: killed_first -> assert(!core_left)
	:: else
	fi;
	dumping = 0;
#ifndef SABOTAGE_NO_WAKE
	parked = 0;
#endif
	UNLOCK(s)
}

/* coredump_park: the first step of every exit. */
inline park(me)
{
#ifdef SABOTAGE_LATE_MARK
	LOCK(s);
	if
	:: dumping ->
		if :: signaled[me] -> listed = 1 :: else fi;
		waiting = 0
	:: else
	fi;
	UNLOCK(s);
	LOCK(s);
	past[me] = 1;
	parked = listed && dumping;
	UNLOCK(s);
#else
	LOCK(s);
	past[me] = 1;
	if
	:: dumping ->
		if
		:: signaled[me] -> listed = 1; parked = 1
		:: else
		fi;
		waiting = 0
	:: else
	fi;
	UNLOCK(s);
#endif
#ifndef SABOTAGE_NO_PARK
	!parked;
#endif
	if
	:: listed -> gone = 1; assert(!reading)
	:: else
	fi;
	ended++
}

/* Dies of the signal. */
active proctype dumper()
{
	LOCK(s);
	begin(0);
	UNLOCK(s);
	dump(0);
leave:	UNLOCK(s);
	past[0] = 1;
	ended++
}

/* Whatever else a thread may do. */
active proctype other()
{
	if
	:: skip;			/* exit(2) */
	:: skip;			/* runs, until it is told */
		LOCK(s);
		do
		:: kill[1] -> break
		:: group_exit -> break
		:: ended == 1 && !group_exit -> break
		:: else -> UNLOCK(s);
			(kill[1] || group_exit || ended == 1); LOCK(s)
		od;
		UNLOCK(s);
		signaled[1] = 1;
	:: skip;			/* execve(2), but does not wait here */
		LOCK(s);
		if
		:: group_exit -> UNLOCK(s); signaled[1] = 1
		:: else ->
			group_exec = 1; execs = 1;
			assert(!dumping);
			UNLOCK(s);
			ended == 1;	/* the other one is gone */
		fi
	fi;
	park(1)
}

/* kill(2) of the process, while it may still matter. */
active proctype killer()
{
	if
	:: goto spared
	:: skip
	fi;
	LOCK(s);
#ifdef SABOTAGE_DEAF_KILL
	if
	:: !group_exit
#else
	if
	:: !group_exit || dumping
#endif
	->
		if
		:: dumping -> killed_first = 1
		:: else
		fi;
		group_exit = 1;
		code = 9;
		kill[0] = 1; kill[1] = 1
	:: else ->
		if
		:: dumping -> killed_first = 1
		:: else
		fi
	fi;
	UNLOCK(s);
spared:	skip
}

active proctype judge()
{
	timeout;
	assert(ended == 2 && !s && !dumping && !reading);
	assert(!core_left || code == 2);
	assert(!killed_first || code == 9)
}
