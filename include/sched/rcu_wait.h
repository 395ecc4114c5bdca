/*
 * include/sched/rcu_wait.h - waiting for grace periods
 * Context: task, may sleep, no RCU section.
 */
#ifndef SCHED_RCU_WAIT_H
#define SCHED_RCU_WAIT_H

/* After it, every RCU section that ran when it was called has ended. */
void rcu_synchronize(void);
/* The same, hurried by IPIs. */
void rcu_synchronize_expedited(void);
/* After it, every callback queued before has run. */
void rcu_barrier(void);
/* Start the kernel thread that runs callbacks in bulk; once, at boot. */
void rcu_wait_init(void);

#endif
