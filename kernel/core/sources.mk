SRCS += kernel/core/race.c kernel/core/lock_stat.c kernel/core/spinlock.c
SRCS += kernel/core/rank.c kernel/core/rcu.c
SRCS += kernel/core/printk.c kernel/core/ksyms.c kernel/core/panic.c
SRCS += kernel/core/trace_groups.c kernel/core/trace.c
