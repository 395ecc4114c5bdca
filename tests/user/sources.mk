# tests/user/sources.mk - the guest tests, in reading order
#
# Each name is one program: tests/user/NAME.c linked with USER_TEST_LIB into
# a static musl program. USER_TEST_INIT is pid 1 of a test run, a program by
# itself, without the library.

USER_TEST_LIB += tests/user/lib/test.c
USER_TEST_LIB += tests/user/lib/stage.c tests/user/lib/thread.c
USER_TEST_LIB += tests/user/lib/race.c tests/user/lib/chance.c
USER_TEST_LIB += tests/user/lib/proc.c
USER_TEST_LIB += tests/user/lib/ns.c tests/user/lib/userns.c
USER_TEST_LIB += tests/user/lib/image.c
USER_TEST_LIB += tests/user/lib/fault.c tests/user/lib/core.c
USER_TEST_LIB += tests/user/lib/pty.c
USER_TEST_LIB += tests/user/lib/slabs.c

USER_TEST_INIT := tests/user/lib/init.c

# files
USER_TESTS += files_open files_io files_names files_stat files_perm
USER_TESTS += fd_queries mount_api mount_stat
USER_TESTS += pipes splice sigio poll epoll timerfd

# memory
USER_TESTS += mem_map mem_file mem_move mem_fork mem_errors mem_seal process_vm proc_look proc_memory proc_settings
USER_TESTS += mem_regions proc_flags proc_sched
USER_TESTS += coredump coredump_image coredump_end

# programs
USER_TESTS += exec_args exec_image exec_script exec_state exec_random

# processes
USER_TESTS += clone wait waitid reparent sessions creds task_errors

# signals
USER_TESTS += sig_action sig_queue sig_info sig_stack sig_frame fpu
USER_TESTS += ptrace_stops ptrace_regs ptrace_events seccomp rseq
USER_TESTS += sig_stop sig_kill sig_restart timers posix_timers adjtimex signalfd
USER_TESTS += self_confined

# the process tree without a global lock: make test-races, test-saboteurs
USER_TESTS += race_zap race_kill race_exit race_exec race_proc race_init
USER_TESTS += race_session race_drain race_calls lock_stat

# threads
USER_TESTS += threads threads_raw threads_exec futex futex_pi

# local sockets
USER_TESTS += unix_stream unix_dgram unix_net unix_rights

# System V objects
USER_TESTS += sysv_sem sysv_msg sysv_shm mqueues

# terminals
USER_TESTS += pty_pair tty_line tty_jobs

# the system
USER_TESTS += misc clocks scheduling deadlines cpu_times

# pid namespaces
USER_TESTS += ns_pid ns_clone ns_unshare ns_setns ns_init ns_init_threads
USER_TESTS += ns_zap ns_signal ns_proc ns_depth
USER_TESTS += ns_user ns_user_ids ns_others ns_holders
USER_TESTS += ns_mounts acct ns_join tracing

USER_TESTS += pidfd pidfd_ns ns_files ns_refs ns_numbers
USER_TESTS += ns_cred ns_reboot ns_zap_late ns_init_more ns_end
USER_TESTS += ns_sessions ns_bugs ns_traced ns_between

# bad programs, and many of them
USER_TESTS += uaccess privileged storm alloc_faults leak

# slow ones: they run only when ONLY names them, and may want MEM=6G
USER_SLOW_TESTS += scale_rounds scale_crowd scale_spread
