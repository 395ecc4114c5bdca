/*
 * tests/models/birth_zap.pml - births into nested worlds against their death
 *
 * What:  world X lies in the root, Y in X; Y has no process yet. Two
 *        outsiders inject a process each into Y, number 1 being its init, and
 *        one of them may give up; Y's init forks inside; X's init is killed
 *        at any moment. Its zap must end, with nobody of X or Y left alive.
 * Steps: birth is birth_commit (kernel/proc/clone_commit.c) with pid_publish
 *        (pid.c): embryos, full barrier, a count at every level if it still
 *        accepts, then visible. zap is pidns_zap (pidns.c): the flag, full
 *        barrier, the sweep with no lock held, the wait for the count.
 * Proves: invariants 1 and 2 of docs/process-tree.md.
 * Sabotage: NO_CHECK EARLY_CHECK INNER_ONLY NO_FIRST_BIRTH
 */
#define TASKS 4
#define INIT_X 0
#define FIRST 1		/* injected into Y; one of the two is its init */
#define SECOND 2
#define MEMBER_Y 3
#define NOBODY TASKS

bit accepts_x = 1, accepts_y = 1, had_init_y;
byte count_x, count_y, next_y = 1, init_y = NOBODY;
bit slot_x[TASKS], slot_y[TASKS], killed[TASKS], alive[TASKS];
bit tree_root, tree_y, first_birth;
bit x_lives, x_reaped;

#define LOCK(l)   atomic { l == 0 -> l = 1 }
#define UNLOCK(l) l = 0

/* One more at both levels, if both accept. */
inline count_up()
{
#ifdef SABOTAGE_NO_CHECK
	atomic { ok = 1; count_y++; count_x++ }
#else
	atomic { ok = accepts_y; if :: ok -> count_y++ :: else fi };
#ifdef SABOTAGE_INNER_ONLY
	if :: ok -> count_x++ :: else fi
#else
	if
	:: ok -> atomic {
		if
		:: accepts_x -> count_x++
		:: else -> ok = 0; count_y--
		fi }
	:: else
	fi
#endif
#endif
}

/* Out of the tables, then out of the counts. */
inline leave(t)
{
	slot_x[t] = 0; slot_y[t] = 0;
	count_y--;
	count_x--
}

#define SWEEP(slot, self)						\
	i = 0;								\
	do								\
	:: i < TASKS ->							\
		if :: i != self && slot[i] -> killed[i] = 1 :: else fi;	\
		i++							\
	:: else -> break						\
	od

/* Into Y, as number @nr, unless @killed_now; the locks are held. */
inline birth(t, nr, killed_now)
{
	ok = !killed_now;
	if
	:: ok ->
#ifdef SABOTAGE_EARLY_CHECK
		count_up();
		if :: ok -> slot_y[t] = 1; slot_x[t] = 1 :: else fi
#else
		slot_y[t] = 1; slot_x[t] = 1;
		count_up();
		if :: !ok -> slot_x[t] = 0; slot_y[t] = 0 :: else fi
#endif
	:: else
	fi;
	if
	:: ok ->
		alive[t] = 1;
		if :: nr == 1 -> had_init_y = 1; init_y = t :: else fi;
		/* nobody is born before number 1, nor instead of it */
		assert(had_init_y)
	:: else
	fi
}

active proctype init_of_x()
{
	byte i;

	count_x++; slot_x[INIT_X] = 1; alive[INIT_X] = 1; x_lives = 1;
	killed[INIT_X] == 1;
	accepts_x = 0;
	SWEEP(slot_x, INIT_X);
	count_x == 1;
	assert(!alive[FIRST] && !alive[SECOND] && !alive[MEMBER_Y]);
	x_reaped = 1
}

active proctype killer() { x_lives; killed[INIT_X] = 1 }

/* Somebody of the root whose children are born in Y, after setns. */
proctype outsider(byte t)
{
	byte i, nr; bit ok, held, gives_up;

	x_lives;
#ifndef SABOTAGE_NO_FIRST_BIRTH
	if :: !had_init_y -> LOCK(first_birth); held = 1 :: else fi;
#endif
	atomic { nr = next_y; next_y++ };
	if :: t == FIRST -> gives_up = 1 :: gives_up = 0 fi;
	LOCK(tree_root);
	LOCK(tree_y);
	birth(t, nr, gives_up);
	UNLOCK(tree_y);
	UNLOCK(tree_root);
	/* the first birth failed after its number was issued: a dead world */
	if :: !ok && nr == 1 -> accepts_y = 0 :: else fi;
	if :: held -> UNLOCK(first_birth) :: else fi;
	if
	:: ok ->
		killed[t] == 1;
		if
		:: init_y == t ->
			accepts_y = 0;
			SWEEP(slot_y, t);
			count_y == 1
		:: else
		fi;
		alive[t] = 0;
		leave(t)
	:: else
	fi
}

/* Y's init forks inside Y, under Y's lock alone. */
active proctype member_of_y()
{
	bit ok;

	if
	:: had_init_y ->
		LOCK(tree_y);
		birth(MEMBER_Y, next_y, killed[init_y]);
		UNLOCK(tree_y);
		if
		:: ok -> killed[MEMBER_Y] == 1; alive[MEMBER_Y] = 0;
			leave(MEMBER_Y)
		:: else
		fi
	:: x_reaped
	fi
}

init { atomic { run outsider(FIRST); run outsider(SECOND) } }
