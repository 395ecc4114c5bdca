/*
 * tests/models/store_buffer.pml - the two-sided check on a real processor
 *
 * What:  a store waits in a buffer of its processor while later loads go on
 *        (x86-TSO). The birth stores an embryo, then looks at the flag; the
 *        zap stores the flag, then looks at the slots. Each must drain its
 *        buffer between the two, or both may see the old world: the newborn
 *        is accepted, and the sweep misses it.
 * Steps: the atomic addition in pidns_member_add and the atomic "and" in
 *        pidns_close (kernel/proc/pidns.c) are the full barriers.
 * Proves: invariant 1 of docs/process-tree.md.
 * Sabotage: NO_BARRIER_IN_BIRTH NO_BARRIER_IN_ZAP
 */
bit accepts = 1, slot;			/* memory */
bit close_waits, fill_waits;		/* the two buffers */
bit born, killed, birth_done, zap_done;

#define BARRIER(waits) waits == 0

active proctype birth()
{
	fill_waits = 1;			/* slot = embryo */
#ifndef SABOTAGE_NO_BARRIER_IN_BIRTH
	BARRIER(fill_waits);
#endif
	if :: accepts -> born = 1 :: else fi;
	birth_done = 1
}

active proctype zap()
{
	close_waits = 1;		/* accepts = 0 */
#ifndef SABOTAGE_NO_BARRIER_IN_ZAP
	BARRIER(close_waits);
#endif
	if :: slot -> killed = 1 :: else fi;
	zap_done = 1
}

/* Buffers reach memory when they like. */
active proctype memory()
{
end:	do
	:: atomic { fill_waits -> slot = 1; fill_waits = 0 }
	:: atomic { close_waits -> accepts = 0; close_waits = 0 }
	od
}

active proctype judge()
{
	birth_done && zap_done;
	assert(!born || killed)
}
