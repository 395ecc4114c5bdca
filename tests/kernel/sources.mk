SRCS += tests/kernel/selftest.c tests/kernel/test_lock.c
SRCS += tests/kernel/test_sync.c tests/kernel/test_thread.c
SRCS += tests/kernel/test_rcu.c tests/kernel/test_page.c
SRCS += tests/kernel/test_slab.c tests/kernel/test_mmu.c
SRCS += tests/kernel/test_smp.c tests/kernel/test_trace.c
SRCS += tests/kernel/test_numbers.c
