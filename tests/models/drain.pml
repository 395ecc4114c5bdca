/*
 * tests/models/drain.pml - the last member of a world and who waits for it
 *
 * What:  the init's last thread sleeps until the count of its world is 1.
 *        Two members leave. Whoever lowers the count wakes it, but after the
 *        decrement nothing keeps the sleeper alive: it may run, be reaped,
 *        and be freed. And once it is reaped, no number of the world may
 *        still be found in the world around it.
 * Steps: pidns_member_del (kernel/proc/pidns.c): decrement and wake-up in one
 *        RCU section; pidns_wait_drained: state, then look, then sleep;
 *        pid_unhash (pid.c): slots empty before the counts fall.
 * Proves: invariants 8 and 9 of docs/process-tree.md.
 * Sabotage: NO_GRACE COUNT_FIRST LOOK_FIRST
 */
byte count = 3, readers;
bit slot[2] = 1, asleep, freed, reaped;

active [2] proctype member()
{
	byte me = _pid, left;

	readers++;				/* rcu_read_lock */
#ifdef SABOTAGE_COUNT_FIRST
	atomic { count--; left = count };
	slot[me] = 0;
#else
	slot[me] = 0;
	atomic { count--; left = count };
#endif
	if
	:: left <= 1 ->
		assert(!freed);
		asleep = 0			/* the wake-up */
	:: else
	fi;
	readers--				/* rcu_read_unlock */
}

active proctype closer()
{
	do
	::
#ifdef SABOTAGE_LOOK_FIRST
		if :: count <= 1 -> break :: else fi;
		asleep = 1;
#else
		asleep = 1;
		if :: count <= 1 -> asleep = 0; break :: else fi;
#endif
		!asleep
	od;
	assert(!slot[0] && !slot[1]);
	reaped = 1;
#ifndef SABOTAGE_NO_GRACE
	readers == 0;				/* a grace period */
#endif
	freed = 1
}
