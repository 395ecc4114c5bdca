/*
 * tests/models/trace_stop.pml - a tracee's stop, its tracer, and SIGKILL
 *
 * What:  a tracee stops and sleeps; its tracer works with it, and resumes
 *        it, lets it go or ends, or does not; somebody sends SIGKILL at any
 *        moment, or nobody. While a request is at work the tracee does not
 *        run; and who was killed, resumed, or lost its tracer does not sleep.
 * Steps: trace_stop (kernel/proc/ptrace_stop.c); ptrace_hold, ptrace_drop,
 *        ptrace_resume, ptrace_detach and unlink (ptrace.c); a signal's
 *        wake-up passes over a frozen tracee. State, link and flags change
 *        under siglock (s), the link under trace_lock (x) as well.
 * Sabotage: NO_KILL_CHECK NO_LINK_CHECK KILL_FROZEN DROP_BLIND
 * Sabotage: UNLINK_BLIND
 */
#define RUNNING 0
#define STOPPED 1

bit x, s;
bit linked = 1, killed, frozen;
byte state;			/* of the tracee */
bit working;			/* a request reads its registers */
bit over;

#define LOCK(l)   atomic { l == 0 -> l = 1 }
#define UNLOCK(l) l = 0

active proctype tracee()
{
	LOCK(s);
#ifndef SABOTAGE_NO_KILL_CHECK
	if
	:: killed -> goto on
	:: else
	fi;
#endif
#ifndef SABOTAGE_NO_LINK_CHECK
	if
	:: !linked -> goto on
	:: else
	fi;
#endif
	state = STOPPED;
	UNLOCK(s);
end_sleep:
	state == RUNNING;		/* schedule() */
	LOCK(s);
	frozen = 0;
on:
	UNLOCK(s);
	assert(!working);
	over = 1
}

inline hold(ok)
{
	LOCK(x); LOCK(s);
	ok = linked && state == STOPPED && !killed;
	if :: ok -> frozen = 1; working = 1 :: else fi;
	UNLOCK(s); UNLOCK(x)
}

active proctype tracer()
{
	bit ok;
	byte requests;

	do
	:: requests < 2 ->
		requests++;
		hold(ok);
		if
		:: !ok
		:: ok ->
			assert(state == STOPPED);
			assert(state == STOPPED);
			working = 0;
			if
			:: skip;	/* ptrace_drop */
				LOCK(s);
				frozen = 0;
#ifndef SABOTAGE_DROP_BLIND
				if :: killed -> state = RUNNING :: else fi;
#endif
				UNLOCK(s)
			:: skip;	/* ptrace_resume */
				LOCK(s);
				frozen = 0;
				state = RUNNING;
				UNLOCK(s)
			:: goto unlink	/* ptrace_detach */
			fi
		fi
	:: break
	od;
	if
	:: goto stays
	:: skip
	fi;
unlink:	/* detach, or the end */
	LOCK(x); LOCK(s);
	linked = 0;
	frozen = 0;
#ifndef SABOTAGE_UNLINK_BLIND
	state = RUNNING;
#endif
	UNLOCK(s); UNLOCK(x);
stays:	skip
}

active proctype killer()
{
	if
	:: goto spared
	:: skip
	fi;
	LOCK(s);
	killed = 1;
#ifdef SABOTAGE_KILL_FROZEN
	state = RUNNING;
#else
	if :: !frozen -> state = RUNNING :: else fi;
#endif
	UNLOCK(s);
spared:	skip
}

active proctype judge()
{
	timeout;
	assert(over || (linked && !killed && state == STOPPED));
	assert(!x && !s && !working)
}
