# kernel/proc/sources.mk - sources of this directory in reading order
SRCS += kernel/proc/start.c
SRCS += kernel/proc/task.c kernel/proc/user.c kernel/proc/user_ns.c
SRCS += kernel/proc/user_ns_map.c kernel/proc/rlimit.c
SRCS += kernel/proc/pid_table.c kernel/proc/pid.c kernel/proc/pidns.c
SRCS += kernel/proc/tree.c
SRCS += kernel/proc/utsns.c kernel/proc/mntns.c
SRCS += kernel/proc/plainns.c kernel/proc/timens.c
SRCS += kernel/proc/nsproxy.c kernel/proc/setns.c
SRCS += kernel/proc/init_task.c kernel/proc/clone.c kernel/proc/unshare.c
SRCS += kernel/proc/exec.c kernel/proc/exec_elf.c kernel/proc/exec_script.c
SRCS += kernel/proc/exec_stack.c kernel/proc/exec_cred.c
SRCS += kernel/proc/takeover.c kernel/proc/exit.c kernel/proc/wait.c
SRCS += kernel/proc/rusage.c kernel/proc/fault.c
SRCS += kernel/proc/signal_queue.c kernel/proc/signal_send.c
SRCS += kernel/proc/signal_kill.c kernel/proc/signal_stop.c
SRCS += kernel/proc/signal_deliver.c kernel/proc/timers.c
SRCS += kernel/proc/session.c kernel/proc/session_tty.c
SRCS += kernel/proc/subreaper.c
SRCS += kernel/proc/futex.c kernel/proc/futex_robust.c
SRCS += kernel/proc/file_owner.c kernel/proc/pidfd.c kernel/proc/nsfs.c
SRCS += kernel/proc/procfs.c kernel/proc/procfs_forget.c
SRCS += kernel/proc/procfs_mount.c
SRCS += kernel/proc/procfs_pid.c
SRCS += kernel/proc/procfs_task.c kernel/proc/procfs_fd.c
SRCS += kernel/proc/procfs_ns.c kernel/proc/procfs_net.c
SRCS += kernel/proc/procfs_stat.c
SRCS += kernel/proc/procfs_mem.c kernel/proc/procfs_map_files.c \
	kernel/proc/procfs_maps_query.c \
	kernel/proc/procfs_trace.c
SRCS += kernel/proc/procfs_smaps.c
SRCS += kernel/proc/procfs_small.c kernel/proc/procfs_cpu.c
SRCS += kernel/proc/procfs_sys.c
SRCS += kernel/proc/procfs_sysctl.c kernel/proc/procfs_user.c
SRCS += kernel/proc/procfs_fault.c
# optional
SRCS += kernel/proc/vdso.c
SRCS += kernel/proc/signalfd.c kernel/proc/posix_timers.c
SRCS += kernel/proc/acct.c kernel/proc/pidns_join.c
SRCS += kernel/proc/pidns_holders.c kernel/proc/procfs_nidus.c
SRCS += kernel/proc/ptrace.c kernel/proc/ptrace_stop.c
SRCS += kernel/proc/ptrace_wait.c
SRCS += kernel/proc/seccomp.c kernel/proc/seccomp_notify.c
SRCS += kernel/proc/futex_pi.c kernel/proc/futex_many.c
SRCS += kernel/proc/rseq.c
SRCS += kernel/proc/procfs_lock_stat.c
SRCS += kernel/proc/trace.c kernel/proc/procfs_nidus_trace.c
