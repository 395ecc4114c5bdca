SRCS += kernel/core/spinlock.c kernel/core/rank.c kernel/core/rcu.c
SRCS += kernel/core/printk.c kernel/core/ksyms.c kernel/core/panic.c
