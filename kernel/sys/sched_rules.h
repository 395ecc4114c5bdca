/*
 * kernel/sys/sched_rules.h - who may change how threads are scheduled
 */
#ifndef SYS_SCHED_RULES_H
#define SYS_SCHED_RULES_H

#include <sched/deadline.h>

struct sched_attr;
struct task;

/* The thread @pid, or the caller (0), with a reference: 0, -EINVAL, -ESRCH. */
int sched_target_get(pid_t pid, struct task **out);
/* Has the caller the effective uid of @t, effective or real? */
bool sched_same_owner(struct task *t);
/* May @t have @nice, by RLIMIT_NICE or because the caller is capable? */
bool sched_may_nice(struct task *t, int nice);
/* By the limit alone, which counts from 1 for nice 19 to 40 for nice -20. */
bool sched_limit_allows(struct task *t, int nice);

/* What @a asks of SCHED_DEADLINE; and whether that may be: 0, -EINVAL. */
OPTIONAL void deadline_from_attr(const struct sched_attr *a,
				 struct deadline_params *p);
OPTIONAL int deadline_check(struct deadline_params *p);

#endif
