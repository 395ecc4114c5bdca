SRCS += kernel/sched/core.c kernel/sched/fair.c kernel/sched/rt.c
SRCS += kernel/sched/deadline.c
SRCS += kernel/sched/balance.c kernel/sched/idle.c kernel/sched/tick.c
SRCS += kernel/sched/timer.c kernel/sched/thread.c kernel/sched/params.c
SRCS += kernel/sched/load.c kernel/sched/wait.c kernel/sched/mutex.c
SRCS += kernel/sched/rcu_wait.c
SRCS += kernel/sched/wallclock.c kernel/sched/trace.c
