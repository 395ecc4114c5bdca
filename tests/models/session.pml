/*
 * tests/models/session.pml - setsid against signals to the group and forks
 *
 * What:  one thread of a process calls setsid, another forks, and somebody
 *        signals the old process group. Lists are changed under the lock of
 *        the session they belong to, and a child is in its parent's session.
 * Steps: session_lock_of (kernel/proc/session.c): look the session up, lock
 *        it, look again. setsid holds the old session's lock; the new one is
 *        nobody's yet, and is published last.
 * Proves: invariant 10 of docs/process-tree.md.
 * Sabotage: NO_RECHECK EARLY_PUBLISH
 */
bit lock[2];			/* of the old session, the new one */
byte session;			/* of the process */
byte in_group = 0;		/* group the process is listed in */
byte walkers[2];		/* who is inside each session's lists */
bit child_session, born;

#define LOCK(l)   atomic { l == 0 -> l = 1 }
#define UNLOCK(l) l = 0

inline enter(s) { atomic { walkers[s]++; assert(walkers[s] == 1) } }
inline leave(s) { walkers[s]-- }

active proctype setsid()
{
	LOCK(lock[0]);
#ifdef SABOTAGE_EARLY_PUBLISH
	session = 1;
#endif
	enter(0); enter(1);
	in_group = 1;
	leave(1); leave(0);
#ifndef SABOTAGE_EARLY_PUBLISH
	session = 1;
#endif
	UNLOCK(lock[0])
}

inline lock_session()
{
	do
	:: s = session;
		LOCK(lock[s]);
#ifdef SABOTAGE_NO_RECHECK
		break
#else
		if :: s == session -> break :: else -> UNLOCK(lock[s]) fi
#endif
	od
}

active proctype forker()
{
	byte s;

	lock_session();
	enter(session);
	child_session = session; born = 1;
	assert(in_group == child_session);
	leave(child_session);
	UNLOCK(lock[s])
}

active proctype sender()
{
	byte s;

	lock_session();
	enter(in_group); leave(in_group);
	UNLOCK(lock[s])
}
