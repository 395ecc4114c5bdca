/*
 * kernel/sys/sched_rules.h - who may change how threads are scheduled
 */
#ifndef SYS_SCHED_RULES_H
#define SYS_SCHED_RULES_H

#include <lib/types.h>

struct task;

/* Has the caller the effective uid of @t, effective or real? */
bool sched_same_owner(struct task *t);
/* May @t have @nice, by RLIMIT_NICE or because the caller is capable? */
bool sched_may_nice(struct task *t, int nice);

#endif
