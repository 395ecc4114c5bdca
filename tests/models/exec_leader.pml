/*
 * tests/models/exec_leader.pml - exec by a thread that is not the leader
 *
 * What:  the leader is a zombie, the other thread takes its number over.
 *        Meanwhile a signal is sent to the process by number, a sweep goes
 *        through the table, and a thread is asked for by the number. Nobody
 *        may find the number unused, nor signal the zombie alone.
 * Steps: exchange_identity (kernel/proc/takeover.c): one store for each
 *        struct pid; pid->process is never touched. kill and sweeps go by
 *        pid->process, and choose the thread under siglock.
 * Proves: invariant 7 of docs/process-tree.md.
 * Sabotage: CLEAR_FIRST SWEEP_BY_TASK NO_SIGLOCK
 */
#define NONE 0
#define OLD 1		/* the zombie leader */
#define NEW 2

byte pid_task = OLD, pid_process = 1, other_task = NEW, leader = OLD;
bit siglock, got[3];
byte done;

#define LOCK   atomic { siglock == 0 -> siglock = 1 }
#define UNLOCK siglock = 0

active proctype exec()
{
#ifndef SABOTAGE_NO_SIGLOCK
	LOCK;
#endif
#ifdef SABOTAGE_CLEAR_FIRST
	pid_task = NONE;
	other_task = OLD;
	pid_task = NEW;
#else
	pid_task = NEW;
	other_task = OLD;
#endif
	leader = NONE; leader = NEW;	/* not one step for who has no lock */
#ifndef SABOTAGE_NO_SIGLOCK
	UNLOCK;
#endif
	done++
}

/* kill(2), and the sweeps of a zap and of kill(-1). */
active proctype sender()
{
	byte t;

#ifdef SABOTAGE_SWEEP_BY_TASK
	t = pid_task;
	LOCK;
	got[t] = 1;
	UNLOCK;
#else
	assert(pid_process);
	LOCK;
	/* the leader if it lives, else any living thread */
	assert(leader != NONE);
	t = leader;
	if :: t == OLD -> t = NEW :: else fi;
	got[t] = 1;
	UNLOCK;
#endif
	done++
}

/* tgkill(2), /proc/PID: a thread has the number at every moment. */
active proctype looker()
{
	assert(pid_task != NONE);
	done++
}

active proctype judge() { done == 3; assert(got[NEW]) }
