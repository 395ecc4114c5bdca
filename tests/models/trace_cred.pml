/*
 * tests/models/trace_cred.pml - an attach against exec of a set-user-ID file
 *
 * What:  a program that gains something by exec is attached to at the same
 *        time by who may trace it as it was, but not as it will be. It never
 *        has both the gain and the tracer. A tracer that may let go again, or
 *        end.
 * Steps: exec_cred_commit_traced (kernel/proc/exec_cred.c): the look at the
 *        tracer and the commit are one section of trace_lock; attach_locked
 *        (ptrace.c): the check and the link are another.
 * Sabotage: LOOK_OUTSIDE CHECK_OUTSIDE
 */
bit x, gained, linked;

#define LOCK(l)   atomic { l == 0 -> l = 1 }
#define UNLOCK(l) l = 0

active proctype exec()
{
	bit alone;

#ifdef SABOTAGE_LOOK_OUTSIDE
	alone = !linked;
	LOCK(x);
#else
	LOCK(x);
	alone = !linked;
#endif
	if :: alone -> gained = 1 :: else fi;
	UNLOCK(x);
	assert(!(gained && linked))
}

active proctype attacher()
{
	bit may;

#ifdef SABOTAGE_CHECK_OUTSIDE
	may = !gained;
	LOCK(x);
#else
	LOCK(x);
	may = !gained;
#endif
	if :: may -> linked = 1 :: else fi;
	UNLOCK(x);
	assert(!(gained && linked));
	if
	:: linked -> LOCK(x); linked = 0; UNLOCK(x)
	:: skip
	fi
}
