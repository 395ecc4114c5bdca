/*
 * tests/models/join.pml - a process moves a world down while others look
 *
 * What:  pidns_join gives a process a new struct pid, in the place of the old
 *        one. Meanwhile others lock the tree for it, with its parent in its
 *        own world or further out, a kill(-1) goes through the outer table,
 *        and the inner world ends. Nobody holds the wrong lock, the signal
 *        comes once, and the inner world's end takes it along if it came in
 *        and leaves it alone if not.
 * Steps: commit (kernel/proc/pidns_join.c) holds the tree locks of the
 *        parent's, the old and the new world, and siglock; pid_succeed
 *        (pid.c) is the entry of a birth: embryo, count, visible.
 *        tree_lock_process and tree_lock_own (include/proc/tree.h);
 *        sweep_hit (signal_kill.c); pidns_kill_members (pidns.c).
 * Proves: invariants 1, 3 and 6 of docs/process-tree.md when a world changes.
 * Sabotage: OWN_ONLY NO_RECHECK NO_MARK NO_SIGLOCK KILL_REFUSED
 */
#define NONE 0
#define OLD 1
#define NEW 2
#define FROM 1			/* worlds; 0 is around them */
#define TO 2
#define WORLD(pid) (pid == OLD -> FROM : TO)

bit tree[3], siglock;
byte parent_world = FROM, tgid = OLD;
byte slot = OLD, inner = NONE;
bit mark[3], accepts = 1, member, refused, killed;
byte hits, joined, swept, zapped;

#define LOCK(l)   atomic { l == 0 -> l = 1 }
#define UNLOCK(l) l = 0

inline lock_siglock()
{
#ifndef SABOTAGE_NO_SIGLOCK
	LOCK(siglock)
#else
	skip
#endif
}

inline unlock_siglock()
{
#ifndef SABOTAGE_NO_SIGLOCK
	UNLOCK(siglock)
#else
	skip
#endif
}

active proctype joiner()
{
	bit ok;

	if :: parent_world = 0 :: parent_world = FROM fi;
	joined = 1;		/* the others begin */
#ifndef SABOTAGE_OWN_ONLY
	if :: parent_world == 0 -> LOCK(tree[0]) :: else fi;
#endif
	LOCK(tree[FROM]); LOCK(tree[TO]);
	lock_siglock();
	inner = NEW;
	atomic { ok = accepts; if :: ok -> member = 1 :: else fi };
	if
	:: ok ->
#ifndef SABOTAGE_NO_MARK
		mark[NEW] = mark[OLD];
#endif
		slot = NEW;
		tgid = NEW
	:: else ->
		inner = NONE;
		refused = 1
	fi;
	unlock_siglock();
	UNLOCK(tree[TO]); UNLOCK(tree[FROM]);
#ifndef SABOTAGE_OWN_ONLY
	if :: parent_world == 0 -> UNLOCK(tree[0]) :: else fi;
#endif
	joined = 2
}

/* Exec, reaping, tracers: what concerns it and its parent. */
active proctype relative()
{
	byte own;

	joined > 0;
	LOCK(tree[parent_world]);
	own = WORLD(tgid);
	if :: own != parent_world -> LOCK(tree[own]) :: else fi;
	assert(tree[WORLD(tgid)]);
	assert(WORLD(tgid) == own);
	if :: own != parent_world -> UNLOCK(tree[own]) :: else fi;
	UNLOCK(tree[parent_world])
}

/* /proc/PID/task/TID/children: the own world alone. */
active proctype looker()
{
	byte own;

	joined > 0;
	do
	:: own = WORLD(tgid);
		LOCK(tree[own]);
#ifdef SABOTAGE_NO_RECHECK
		break
#else
		if
		:: own == WORLD(tgid) -> break
		:: else -> UNLOCK(tree[own])
		fi
#endif
	od;
	assert(own == WORLD(tgid));
	UNLOCK(tree[own])
}

/* kill(-1) in the outer world: two passes. */
active proctype sweeper()
{
	joined > 0;
	do
	:: swept < 2 ->
		assert(slot);
		LOCK(siglock);
		if
		:: !mark[tgid] -> mark[tgid] = 1; hits++
		:: else
		fi;
		UNLOCK(siglock);
		swept++
	:: else -> break
	od;
	assert(hits == 1)
}

/* The inner world's init dies. */
active proctype zap()
{
	byte p;

	joined > 0;
	LOCK(tree[TO]);
	accepts = 0;
	UNLOCK(tree[TO]);
	p = inner;
	if
	:: p ->
		LOCK(siglock);
#ifdef SABOTAGE_KILL_REFUSED
		killed = 1;
#else
		if :: tgid == p -> killed = 1 :: else fi;
#endif
		UNLOCK(siglock)
	:: else
	fi;
	zapped = 1
}

active proctype judge()
{
	joined == 2 && zapped;
	assert(killed == member);
	assert(refused == !member)
}
