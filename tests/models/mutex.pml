/*
 * tests/models/mutex.pml - a mutex that is free while its next sleeper wakes
 *
 * What:  threads lock and unlock, by the quick way, by spinning or as
 *        sleepers; one may be killed while it waits. One is inside at a time,
 *        nobody sleeps while the mutex is free and nobody was waked, and who
 *        was promised it is the next one.
 * Steps: owner and two bits are one word, changed at once, the bits under the
 *        queue's lock; a sleeper says that it sleeps before it looks at the
 *        word; the owner frees it before it wakes (kernel/sched/mutex.c).
 * Proves: that no wake-up is lost in kernel/sched/mutex.c.
 * Sabotage: NO_LOOK LATE_STATE WAKE_KEPT STEAL
 */
#define N 3
#define ROUNDS 2

byte owner;				/* 0: free */
bit sleepers, hand_over;		/* of the same word */
bit queue_lock, killed;
bit awake[N + 1];
byte inside, promised;
chan queue = [N] of { byte };

#define LOCK(l)   atomic { l == 0 -> l = 1 }
#define UNLOCK(l) l = 0

/* The quick way and spinning: free, and nobody else was promised it. */
inline take()
{
#ifndef SABOTAGE_STEAL
	assert(!hand_over);
#endif
	owner = me
}

inline leave_queue()
{
	queue??eval(me);
	atomic {
		if
		:: len(queue) == 0 -> sleepers = 0; hand_over = 0; promised = 0
		:: else
		fi
	}
}

inline wake_first()
{
	queue?<first>;
	awake[first] = 1
}

inline unlock()
{
	if
	:: atomic { !sleepers && !hand_over -> owner = 0 }
	:: sleepers ->
		LOCK(queue_lock);
		if
		:: len(queue) == 0 -> owner = 0
		:: len(queue) && hand_over ->
			queue?first;
			assert(promised == 0 || promised == first);
			promised = 0;
#ifdef SABOTAGE_STEAL
			owner = 0;
#endif
			atomic {
				owner = first;
				hand_over = 0;
				sleepers = len(queue) > 0
			};
			awake[first] = 1
		:: else -> owner = 0; wake_first()
		fi;
		UNLOCK(queue_lock)
	fi
}

/* A sleeper runs: it takes the mutex, or asks for it. */
inline rise()
{
	LOCK(queue_lock);
	if
	:: owner == me -> mine = 1
	:: else ->
		atomic {
			if
			:: owner == 0 -> owner = me; mine = 1
			:: else ->
				queue?<first>;
				if
				:: first == me -> hand_over = 1; promised = me
				:: else
				fi
			fi
		};
		if :: mine -> leave_queue() :: else fi
	fi;
	UNLOCK(queue_lock)
}

inline give_up()
{
	LOCK(queue_lock);
	if
	:: owner == me -> mine = 1
	:: else ->
		if :: promised == me -> promised = 0 :: else fi;
		leave_queue();
#ifndef SABOTAGE_WAKE_KEPT
		if
		:: owner == 0 && sleepers -> wake_first()
		:: else
		fi;
#endif
		gone = 1
	fi;
	UNLOCK(queue_lock)
}

inline sleep()
{
	do
	:: mine || gone -> break
	:: else ->
#ifndef SABOTAGE_LATE_STATE
		awake[me] = 0;
#endif
		if
#ifndef SABOTAGE_NO_LOOK
		:: owner == 0 || owner == me
#else
		:: owner == me
#endif
		:: else ->
#ifdef SABOTAGE_LATE_STATE
			awake[me] = 0;
#endif
			if
			:: me == 1 && killed -> give_up()
			:: awake[me]
			:: me == 1 && killed -> awake[me] = 1
			fi
		fi;
		awake[me] = 1;
		if :: mine || gone :: else -> rise() fi
	od
}

proctype thread(byte me)
{
	byte round, first;
	bit mine, gone;

	do
	:: round == ROUNDS || gone -> break
	:: else ->
		mine = 0;
		if
		:: atomic { owner == 0 -> take(); mine = 1 }
		:: LOCK(queue_lock);
			atomic {
				if
				:: owner == 0 -> take(); mine = 1
				:: else -> sleepers = 1; queue!me
				fi
			};
			UNLOCK(queue_lock);
			sleep()
		fi;
		if
		:: mine ->
			inside++;
			assert(inside == 1 && owner == me);
			inside--;
			unlock()
		:: else
		fi;
		round++
	od
}

active proctype killer()
{
	killed = 1
}

init
{
	atomic { run thread(1); run thread(2); run thread(3) }
}
