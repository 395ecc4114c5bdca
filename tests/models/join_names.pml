/*
 * tests/models/join_names.pml - who is meant by a process's names as it joins
 *
 * What:  pidns_join gives a process a new struct pid, in the place of the old
 *        one. Whoever asks for it, or for its group, by number or by the old
 *        struct pid (a file's owner, a pidfd) finds it at every moment; its
 *        parent, which waits for the old one, gets it; and once it has been
 *        reaped neither leads anywhere.
 * Steps: commit_locked and move_roles (kernel/proc/pidns_join.c): the new
 *        struct pid is complete, the group moves, the old one points to its
 *        heir and then has no session, the slot is exchanged.
 *        session_lock_group (session.c): no session: is there an heir?
 *        pid_is, pid_set_task (include/proc/pid.h): former ones too.
 * Proves: invariant 11 of docs/process-tree.md.
 * Sabotage: NO_HEIR HEIR_LATE SLOT_FIRST NEW_ONLY EXACT_WAIT KEEP_HEIR
 */
#define NONE 0
#define OLD 1
#define NEW 2

bit tree, session;
byte slot = OLD, tgid = OLD;
byte task[3], group[3], group_session[3], heir[3], freed[3];
byte joined, reaped;
/* readers inside RCU sections */
byte readers;

#define LOCK(l)   atomic { l == 0 -> l = 1 }
#define UNLOCK(l) l = 0

init
{
	atomic {
		task[OLD] = 1; group[OLD] = 1; group_session[OLD] = 1;
		run joiner(); run parent(); run group_sender();
		run holder(); run by_number()
	}
}

inline move_group()
{
	group[OLD] = 0;
	group[NEW] = 1; group_session[NEW] = 1;
#ifndef SABOTAGE_NO_HEIR
#ifdef SABOTAGE_HEIR_LATE
	group_session[OLD] = 0;
	heir[OLD] = NEW
#else
	heir[OLD] = NEW;
	group_session[OLD] = 0
#endif
#else
	group_session[OLD] = 0
#endif
}

proctype joiner()
{
	LOCK(tree); LOCK(session);
#ifdef SABOTAGE_SLOT_FIRST
	slot = NEW;
	task[NEW] = 1;
#else
	task[NEW] = 1;
#endif
	move_group();
	slot = NEW;
	tgid = NEW;
	UNLOCK(session); UNLOCK(tree);
	joined = 1
}

/* Waits for what it knew as OLD, then reaps. */
proctype parent()
{
	joined;			/* it has died since */
	LOCK(tree);
#ifdef SABOTAGE_EXACT_WAIT
	assert(tgid == OLD);
#else
	assert(tgid == NEW || tgid == OLD);
#endif
	reaped = 1;
	task[NEW] = 0;
#ifndef SABOTAGE_NEW_ONLY
	task[OLD] = 0;
#endif
	LOCK(session);
	group[NEW] = 0; group_session[NEW] = 0;
	UNLOCK(session);
	slot = NONE;
#ifndef SABOTAGE_KEEP_HEIR
	heir[OLD] = NONE;
#endif
	UNLOCK(tree);
	/* a grace period */
	readers == 0 -> freed[NEW] = 1
}

/* kill(-PGID), or the owner of a file: session_lock_group. */
proctype group_sender()
{
	byte g, h;
	bit late;

	do
	:: late = reaped;
		atomic { readers++; g = OLD };
		do
		:: assert(!freed[g]);
			if
			:: group_session[g] ->
				LOCK(session);
				if
				:: group_session[g] -> break
				:: else -> UNLOCK(session)
				fi
			:: else ->
				h = heir[g];
				if
				:: h -> g = h
				:: else -> g = NONE; break
				fi
			fi
		od;
		if
		:: g -> assert(group[g]); UNLOCK(session)
		:: else -> assert(reaped)
		fi;
		readers--;
		if :: late -> break :: else fi
	od
}

/* A pidfd from before. */
proctype holder()
{
	bit t, late;

	do
	:: late = reaped && freed[NEW];
		t = task[OLD];
		assert(t || reaped);
		assert(!(t && late));
		if :: late -> break :: else fi
	od
}

/* kill(PID): by the slot. */
proctype by_number()
{
	byte p;

	do
	:: atomic { readers++; p = slot };
		if
		:: p -> assert(!freed[p]); assert(task[p] || reaped)
		:: else -> assert(reaped)
		fi;
		readers--;
		if :: p == NONE -> break :: else fi
	od
}
