# kernel/sys/sources.mk - sources of this directory in reading order
SRCS += kernel/sys/table.c kernel/sys/absent.c kernel/sys/dispatch.c kernel/sys/syscall_watch.c
SRCS += kernel/sys/process.c kernel/sys/exec.c kernel/sys/signal.c
SRCS += kernel/sys/pidfd.c kernel/sys/kcmp.c
SRCS += kernel/sys/path_util.c kernel/sys/file_open.c kernel/sys/file_io.c
SRCS += kernel/sys/file_range.c kernel/sys/file_fd.c kernel/sys/fcntl.c
SRCS += kernel/sys/file_names.c kernel/sys/file_stat.c kernel/sys/file_attr.c
SRCS += kernel/sys/mount.c kernel/sys/poll.c kernel/sys/memory.c
SRCS += kernel/sys/time_util.c kernel/sys/time.c kernel/sys/cpu_clock.c
SRCS += kernel/sys/futex.c kernel/sys/sched.c kernel/sys/priority.c
SRCS += kernel/sys/cred.c kernel/sys/capability.c kernel/sys/prctl.c
SRCS += kernel/sys/prctl_cap.c kernel/sys/limits.c kernel/sys/misc.c
SRCS += kernel/sys/syslog.c kernel/sys/reboot.c
# optional: what is left out is answered -ENOSYS
SRCS += kernel/sys/strace.c kernel/sys/strace_text.c kernel/sys/strace_names.c
SRCS += kernel/sys/ptrace.c kernel/sys/seccomp.c
SRCS += kernel/sys/eventfd.c kernel/sys/memfd.c kernel/sys/lock.c
SRCS += kernel/sys/epoll.c kernel/sys/signalfd.c kernel/sys/timerfd.c
SRCS += kernel/sys/splice.c
SRCS += kernel/sys/xattr.c
SRCS += kernel/sys/posix_timers.c kernel/sys/futex2.c
SRCS += kernel/sys/process_vm.c kernel/sys/rseq.c
SRCS += kernel/sys/mount_api.c kernel/sys/prctl_hints.c
SRCS += kernel/sys/sysv_sem.c kernel/sys/sysv_msg.c kernel/sys/sysv_shm.c
SRCS += kernel/sys/acct.c
SRCS += kernel/sys/mqueue.c
SRCS += kernel/sys/socket.c kernel/sys/socket_opt.c
SRCS += kernel/sys/socket_io.c kernel/sys/socket_msg.c
