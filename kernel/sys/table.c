/*
 * kernel/sys/table.c - the system calls by number
 *
 * What:  one line a call; a number without a line is answered -ENOSYS.
 * Not:   the functions (the files that calls.h names), the way here
 *        (dispatch.c).
 * See:   docs/syscalls.md, which is made from this file; syscalls(2).
 */
#include "table.h"

#include <arch/upcall.h>

#include "calls.h"

static_assert(sizeof(struct syscall_entry) == 24 &&
	      offsetof(struct syscall_entry, fn) == 0, "syscall_entry.asm");

const struct syscall_entry syscall_table[NR_SYSCALLS] = {
	[NR_read] = { (syscall_any)sys_read, "read", 3 },
	[NR_write] = { (syscall_any)sys_write, "write", 3 },
	[NR_open] = { (syscall_any)sys_open, "open", 3 },
	[NR_close] = { (syscall_any)sys_close, "close", 1 },
	[NR_stat] = { (syscall_any)sys_stat, "stat", 2 },
	[NR_fstat] = { (syscall_any)sys_fstat, "fstat", 2 },
	[NR_lstat] = { (syscall_any)sys_lstat, "lstat", 2 },
	[NR_poll] = { (syscall_any)sys_poll, "poll", 3 },
	[NR_lseek] = { (syscall_any)sys_lseek, "lseek", 3 },
	[NR_mmap] = { (syscall_any)sys_mmap, "mmap", 6 },
	[NR_mprotect] = { (syscall_any)sys_mprotect, "mprotect", 3 },
	[NR_munmap] = { (syscall_any)sys_munmap, "munmap", 2 },
	[NR_brk] = { (syscall_any)sys_brk, "brk", 1 },
	[NR_rt_sigaction] = {
		(syscall_any)sys_rt_sigaction, "rt_sigaction", 4
	},
	[NR_rt_sigprocmask] = {
		(syscall_any)sys_rt_sigprocmask, "rt_sigprocmask", 4
	},
	[NR_rt_sigreturn] = {
		(syscall_any)sys_rt_sigreturn, "rt_sigreturn", 0
	},
	[NR_ioctl] = { (syscall_any)sys_ioctl, "ioctl", 3 },
	[NR_pread64] = { (syscall_any)sys_pread64, "pread64", 4 },
	[NR_pwrite64] = { (syscall_any)sys_pwrite64, "pwrite64", 4 },
	[NR_readv] = { (syscall_any)sys_readv, "readv", 3 },
	[NR_writev] = { (syscall_any)sys_writev, "writev", 3 },
	[NR_access] = { (syscall_any)sys_access, "access", 2 },
	[NR_pipe] = { (syscall_any)sys_pipe, "pipe", 1 },
	[NR_select] = { (syscall_any)sys_select, "select", 5 },
	[NR_sched_yield] = { (syscall_any)sys_sched_yield, "sched_yield", 0 },
	[NR_mremap] = { (syscall_any)sys_mremap, "mremap", 5 },
	[NR_msync] = { (syscall_any)sys_msync, "msync", 3 },
	[NR_mincore] = { (syscall_any)sys_mincore, "mincore", 3 },
	[NR_madvise] = { (syscall_any)sys_madvise, "madvise", 3 },
	[NR_shmget] = { (syscall_any)sys_shmget, "shmget", 3 },
	[NR_shmat] = { (syscall_any)sys_shmat, "shmat", 3 },
	[NR_shmctl] = { (syscall_any)sys_shmctl, "shmctl", 3 },
	[NR_semget] = { (syscall_any)sys_semget, "semget", 3 },
	[NR_semop] = { (syscall_any)sys_semop, "semop", 3 },
	[NR_semctl] = { (syscall_any)sys_semctl, "semctl", 4 },
	[NR_shmdt] = { (syscall_any)sys_shmdt, "shmdt", 1 },
	[NR_msgget] = { (syscall_any)sys_msgget, "msgget", 2 },
	[NR_msgsnd] = { (syscall_any)sys_msgsnd, "msgsnd", 4 },
	[NR_msgrcv] = { (syscall_any)sys_msgrcv, "msgrcv", 5 },
	[NR_msgctl] = { (syscall_any)sys_msgctl, "msgctl", 3 },
	[NR_semtimedop] = { (syscall_any)sys_semtimedop, "semtimedop", 4 },
	[NR_dup] = { (syscall_any)sys_dup, "dup", 1 },
	[NR_dup2] = { (syscall_any)sys_dup2, "dup2", 2 },
	[NR_pause] = { (syscall_any)sys_pause, "pause", 0 },
	[NR_nanosleep] = { (syscall_any)sys_nanosleep, "nanosleep", 2 },
	[NR_getitimer] = { (syscall_any)sys_getitimer, "getitimer", 2 },
	[NR_alarm] = { (syscall_any)sys_alarm, "alarm", 1 },
	[NR_setitimer] = { (syscall_any)sys_setitimer, "setitimer", 3 },
	[NR_getpid] = { (syscall_any)sys_getpid, "getpid", 0 },
	[NR_sendfile] = { (syscall_any)sys_sendfile, "sendfile", 4 },
	[NR_socket] = { (syscall_any)sys_socket, "socket", 3 },
	[NR_connect] = { (syscall_any)sys_connect, "connect", 3 },
	[NR_accept] = { (syscall_any)sys_accept, "accept", 3 },
	[NR_sendto] = { (syscall_any)sys_sendto, "sendto", 6 },
	[NR_recvfrom] = { (syscall_any)sys_recvfrom, "recvfrom", 6 },
	[NR_sendmsg] = { (syscall_any)sys_sendmsg, "sendmsg", 3 },
	[NR_recvmsg] = { (syscall_any)sys_recvmsg, "recvmsg", 3 },
	[NR_shutdown] = { (syscall_any)sys_shutdown, "shutdown", 2 },
	[NR_bind] = { (syscall_any)sys_bind, "bind", 3 },
	[NR_listen] = { (syscall_any)sys_listen, "listen", 2 },
	[NR_getsockname] = { (syscall_any)sys_getsockname, "getsockname", 3 },
	[NR_getpeername] = { (syscall_any)sys_getpeername, "getpeername", 3 },
	[NR_socketpair] = { (syscall_any)sys_socketpair, "socketpair", 4 },
	[NR_setsockopt] = { (syscall_any)sys_setsockopt, "setsockopt", 5 },
	[NR_getsockopt] = { (syscall_any)sys_getsockopt, "getsockopt", 5 },
	[NR_clone] = { (syscall_any)sys_clone, "clone", 5 },
	[NR_fork] = { (syscall_any)sys_fork, "fork", 0 },
	[NR_vfork] = { (syscall_any)sys_vfork, "vfork", 0 },
	[NR_execve] = { (syscall_any)sys_execve, "execve", 3 },
	[NR_exit] = { (syscall_any)sys_exit, "exit", 1 },
	[NR_wait4] = { (syscall_any)sys_wait4, "wait4", 4 },
	[NR_kill] = { (syscall_any)sys_kill, "kill", 2 },
	[NR_uname] = { (syscall_any)sys_uname, "uname", 1 },
	[NR_fcntl] = { (syscall_any)sys_fcntl, "fcntl", 3 },
	[NR_flock] = { (syscall_any)sys_flock, "flock", 2 },
	[NR_fsync] = { (syscall_any)sys_fsync, "fsync", 1 },
	[NR_fdatasync] = { (syscall_any)sys_fdatasync, "fdatasync", 1 },
	[NR_truncate] = { (syscall_any)sys_truncate, "truncate", 2 },
	[NR_ftruncate] = { (syscall_any)sys_ftruncate, "ftruncate", 2 },
	[NR_getdents] = { (syscall_any)sys_getdents, "getdents", 3 },
	[NR_getcwd] = { (syscall_any)sys_getcwd, "getcwd", 2 },
	[NR_chdir] = { (syscall_any)sys_chdir, "chdir", 1 },
	[NR_fchdir] = { (syscall_any)sys_fchdir, "fchdir", 1 },
	[NR_rename] = { (syscall_any)sys_rename, "rename", 2 },
	[NR_mkdir] = { (syscall_any)sys_mkdir, "mkdir", 2 },
	[NR_rmdir] = { (syscall_any)sys_rmdir, "rmdir", 1 },
	[NR_creat] = { (syscall_any)sys_creat, "creat", 2 },
	[NR_link] = { (syscall_any)sys_link, "link", 2 },
	[NR_unlink] = { (syscall_any)sys_unlink, "unlink", 1 },
	[NR_symlink] = { (syscall_any)sys_symlink, "symlink", 2 },
	[NR_readlink] = { (syscall_any)sys_readlink, "readlink", 3 },
	[NR_chmod] = { (syscall_any)sys_chmod, "chmod", 2 },
	[NR_fchmod] = { (syscall_any)sys_fchmod, "fchmod", 2 },
	[NR_chown] = { (syscall_any)sys_chown, "chown", 3 },
	[NR_fchown] = { (syscall_any)sys_fchown, "fchown", 3 },
	[NR_lchown] = { (syscall_any)sys_lchown, "lchown", 3 },
	[NR_umask] = { (syscall_any)sys_umask, "umask", 1 },
	[NR_gettimeofday] = {
		(syscall_any)sys_gettimeofday, "gettimeofday", 2
	},
	[NR_getrlimit] = { (syscall_any)sys_getrlimit, "getrlimit", 2 },
	[NR_getrusage] = { (syscall_any)sys_getrusage, "getrusage", 2 },
	[NR_sysinfo] = { (syscall_any)sys_sysinfo, "sysinfo", 1 },
	[NR_times] = { (syscall_any)sys_times, "times", 1 },
	[NR_ptrace] = { (syscall_any)sys_ptrace, "ptrace", 4 },
	[NR_getuid] = { (syscall_any)sys_getuid, "getuid", 0 },
	[NR_syslog] = { (syscall_any)sys_syslog, "syslog", 3 },
	[NR_getgid] = { (syscall_any)sys_getgid, "getgid", 0 },
	[NR_setuid] = { (syscall_any)sys_setuid, "setuid", 1 },
	[NR_setgid] = { (syscall_any)sys_setgid, "setgid", 1 },
	[NR_geteuid] = { (syscall_any)sys_geteuid, "geteuid", 0 },
	[NR_getegid] = { (syscall_any)sys_getegid, "getegid", 0 },
	[NR_setpgid] = { (syscall_any)sys_setpgid, "setpgid", 2 },
	[NR_getppid] = { (syscall_any)sys_getppid, "getppid", 0 },
	[NR_getpgrp] = { (syscall_any)sys_getpgrp, "getpgrp", 0 },
	[NR_setsid] = { (syscall_any)sys_setsid, "setsid", 0 },
	[NR_setreuid] = { (syscall_any)sys_setreuid, "setreuid", 2 },
	[NR_setregid] = { (syscall_any)sys_setregid, "setregid", 2 },
	[NR_getgroups] = { (syscall_any)sys_getgroups, "getgroups", 2 },
	[NR_setgroups] = { (syscall_any)sys_setgroups, "setgroups", 2 },
	[NR_setresuid] = { (syscall_any)sys_setresuid, "setresuid", 3 },
	[NR_getresuid] = { (syscall_any)sys_getresuid, "getresuid", 3 },
	[NR_setresgid] = { (syscall_any)sys_setresgid, "setresgid", 3 },
	[NR_getresgid] = { (syscall_any)sys_getresgid, "getresgid", 3 },
	[NR_getpgid] = { (syscall_any)sys_getpgid, "getpgid", 1 },
	[NR_setfsuid] = { (syscall_any)sys_setfsuid, "setfsuid", 1 },
	[NR_setfsgid] = { (syscall_any)sys_setfsgid, "setfsgid", 1 },
	[NR_getsid] = { (syscall_any)sys_getsid, "getsid", 1 },
	[NR_capget] = { (syscall_any)sys_capget, "capget", 2 },
	[NR_capset] = { (syscall_any)sys_capset, "capset", 2 },
	[NR_rt_sigpending] = {
		(syscall_any)sys_rt_sigpending, "rt_sigpending", 2
	},
	[NR_rt_sigtimedwait] = {
		(syscall_any)sys_rt_sigtimedwait, "rt_sigtimedwait", 4
	},
	[NR_rt_sigqueueinfo] = {
		(syscall_any)sys_rt_sigqueueinfo, "rt_sigqueueinfo", 3
	},
	[NR_rt_sigsuspend] = {
		(syscall_any)sys_rt_sigsuspend, "rt_sigsuspend", 2
	},
	[NR_sigaltstack] = { (syscall_any)sys_sigaltstack, "sigaltstack", 2 },
	[NR_utime] = { (syscall_any)sys_utime, "utime", 2 },
	[NR_mknod] = { (syscall_any)sys_mknod, "mknod", 3 },
	[NR_personality] = { (syscall_any)sys_personality, "personality", 1 },
	[NR_statfs] = { (syscall_any)sys_statfs, "statfs", 2 },
	[NR_fstatfs] = { (syscall_any)sys_fstatfs, "fstatfs", 2 },
	[NR_getpriority] = { (syscall_any)sys_getpriority, "getpriority", 2 },
	[NR_setpriority] = { (syscall_any)sys_setpriority, "setpriority", 3 },
	[NR_sched_setparam] = {
		(syscall_any)sys_sched_setparam, "sched_setparam", 2
	},
	[NR_sched_getparam] = {
		(syscall_any)sys_sched_getparam, "sched_getparam", 2
	},
	[NR_sched_setscheduler] = {
		(syscall_any)sys_sched_setscheduler, "sched_setscheduler", 3
	},
	[NR_sched_getscheduler] = {
		(syscall_any)sys_sched_getscheduler, "sched_getscheduler", 1
	},
	[NR_sched_get_priority_max] = {
		(syscall_any)sys_sched_get_priority_max,
		"sched_get_priority_max", 1
	},
	[NR_sched_get_priority_min] = {
		(syscall_any)sys_sched_get_priority_min,
		"sched_get_priority_min", 1
	},
	[NR_sched_rr_get_interval] = {
		(syscall_any)sys_sched_rr_get_interval,
		"sched_rr_get_interval", 2
	},
	[NR_mlock] = { (syscall_any)sys_mlock, "mlock", 2 },
	[NR_munlock] = { (syscall_any)sys_munlock, "munlock", 2 },
	[NR_mlockall] = { (syscall_any)sys_mlockall, "mlockall", 1 },
	[NR_munlockall] = { (syscall_any)sys_munlockall, "munlockall", 0 },
	[NR_vhangup] = { (syscall_any)sys_vhangup, "vhangup", 0 },
	[NR_pivot_root] = { (syscall_any)sys_pivot_root, "pivot_root", 2 },
	[NR_prctl] = { (syscall_any)sys_prctl, "prctl", 5 },
	[NR_arch_prctl] = { (syscall_any)sys_arch_prctl, "arch_prctl", 2 },
	[NR_setrlimit] = { (syscall_any)sys_setrlimit, "setrlimit", 2 },
	[NR_chroot] = { (syscall_any)sys_chroot, "chroot", 1 },
	[NR_sync] = { (syscall_any)sys_sync, "sync", 0 },
	[NR_settimeofday] = {
		(syscall_any)sys_settimeofday, "settimeofday", 2
	},
	[NR_acct] = { (syscall_any)sys_acct, "acct", 1 },
	[NR_mount] = { (syscall_any)sys_mount, "mount", 5 },
	[NR_umount2] = { (syscall_any)sys_umount2, "umount2", 2 },
	[NR_reboot] = { (syscall_any)sys_reboot, "reboot", 4 },
	[NR_sethostname] = { (syscall_any)sys_sethostname, "sethostname", 2 },
	[NR_setdomainname] = {
		(syscall_any)sys_setdomainname, "setdomainname", 2
	},
	[NR_gettid] = { (syscall_any)sys_gettid, "gettid", 0 },
	[NR_readahead] = { (syscall_any)sys_readahead, "readahead", 3 },
	[NR_setxattr] = { (syscall_any)sys_setxattr, "setxattr", 5 },
	[NR_lsetxattr] = { (syscall_any)sys_lsetxattr, "lsetxattr", 5 },
	[NR_fsetxattr] = { (syscall_any)sys_fsetxattr, "fsetxattr", 5 },
	[NR_getxattr] = { (syscall_any)sys_getxattr, "getxattr", 4 },
	[NR_lgetxattr] = { (syscall_any)sys_lgetxattr, "lgetxattr", 4 },
	[NR_fgetxattr] = { (syscall_any)sys_fgetxattr, "fgetxattr", 4 },
	[NR_listxattr] = { (syscall_any)sys_listxattr, "listxattr", 3 },
	[NR_llistxattr] = { (syscall_any)sys_llistxattr, "llistxattr", 3 },
	[NR_flistxattr] = { (syscall_any)sys_flistxattr, "flistxattr", 3 },
	[NR_removexattr] = { (syscall_any)sys_removexattr, "removexattr", 2 },
	[NR_lremovexattr] = {
		(syscall_any)sys_lremovexattr, "lremovexattr", 2
	},
	[NR_fremovexattr] = {
		(syscall_any)sys_fremovexattr, "fremovexattr", 2
	},
	[NR_tkill] = { (syscall_any)sys_tkill, "tkill", 2 },
	[NR_time] = { (syscall_any)sys_time, "time", 1 },
	[NR_futex] = { (syscall_any)sys_futex, "futex", 6 },
	[NR_sched_setaffinity] = {
		(syscall_any)sys_sched_setaffinity, "sched_setaffinity", 3
	},
	[NR_sched_getaffinity] = {
		(syscall_any)sys_sched_getaffinity, "sched_getaffinity", 3
	},
	[NR_epoll_create] = {
		(syscall_any)sys_epoll_create, "epoll_create", 1
	},
	[NR_getdents64] = { (syscall_any)sys_getdents64, "getdents64", 3 },
	[NR_set_tid_address] = {
		(syscall_any)sys_set_tid_address, "set_tid_address", 1
	},
	[NR_restart_syscall] = {
		(syscall_any)sys_restart_syscall, "restart_syscall", 0
	},
	[NR_ioprio_set] = { (syscall_any)sys_ioprio_set, "ioprio_set", 3 },
	[NR_ioprio_get] = { (syscall_any)sys_ioprio_get, "ioprio_get", 2 },
	[NR_fadvise64] = { (syscall_any)sys_fadvise64, "fadvise64", 4 },
	[NR_timer_create] = {
		(syscall_any)sys_timer_create, "timer_create", 3
	},
	[NR_timer_settime] = {
		(syscall_any)sys_timer_settime, "timer_settime", 4
	},
	[NR_timer_gettime] = {
		(syscall_any)sys_timer_gettime, "timer_gettime", 2
	},
	[NR_timer_getoverrun] = {
		(syscall_any)sys_timer_getoverrun, "timer_getoverrun", 1
	},
	[NR_timer_delete] = {
		(syscall_any)sys_timer_delete, "timer_delete", 1
	},
	[NR_clock_settime] = {
		(syscall_any)sys_clock_settime, "clock_settime", 2
	},
	[NR_clock_gettime] = {
		(syscall_any)sys_clock_gettime, "clock_gettime", 2
	},
	[NR_clock_getres] = {
		(syscall_any)sys_clock_getres, "clock_getres", 2
	},
	[NR_clock_nanosleep] = {
		(syscall_any)sys_clock_nanosleep, "clock_nanosleep", 4
	},
	[NR_exit_group] = { (syscall_any)sys_exit_group, "exit_group", 1 },
	[NR_epoll_wait] = { (syscall_any)sys_epoll_wait, "epoll_wait", 4 },
	[NR_epoll_ctl] = { (syscall_any)sys_epoll_ctl, "epoll_ctl", 4 },
	[NR_tgkill] = { (syscall_any)sys_tgkill, "tgkill", 3 },
	[NR_utimes] = { (syscall_any)sys_utimes, "utimes", 2 },
	[NR_mq_open] = { (syscall_any)sys_mq_open, "mq_open", 4 },
	[NR_mq_unlink] = { (syscall_any)sys_mq_unlink, "mq_unlink", 1 },
	[NR_mq_timedsend] = {
		(syscall_any)sys_mq_timedsend, "mq_timedsend", 5
	},
	[NR_mq_timedreceive] = {
		(syscall_any)sys_mq_timedreceive, "mq_timedreceive", 5
	},
	[NR_mq_notify] = { (syscall_any)sys_mq_notify, "mq_notify", 2 },
	[NR_mq_getsetattr] = {
		(syscall_any)sys_mq_getsetattr, "mq_getsetattr", 3
	},
	[NR_waitid] = { (syscall_any)sys_waitid, "waitid", 5 },
	[NR_openat] = { (syscall_any)sys_openat, "openat", 4 },
	[NR_mkdirat] = { (syscall_any)sys_mkdirat, "mkdirat", 3 },
	[NR_mknodat] = { (syscall_any)sys_mknodat, "mknodat", 4 },
	[NR_fchownat] = { (syscall_any)sys_fchownat, "fchownat", 5 },
	[NR_futimesat] = { (syscall_any)sys_futimesat, "futimesat", 3 },
	[NR_newfstatat] = { (syscall_any)sys_newfstatat, "newfstatat", 4 },
	[NR_unlinkat] = { (syscall_any)sys_unlinkat, "unlinkat", 3 },
	[NR_renameat] = { (syscall_any)sys_renameat, "renameat", 4 },
	[NR_linkat] = { (syscall_any)sys_linkat, "linkat", 5 },
	[NR_symlinkat] = { (syscall_any)sys_symlinkat, "symlinkat", 3 },
	[NR_readlinkat] = { (syscall_any)sys_readlinkat, "readlinkat", 4 },
	[NR_fchmodat] = { (syscall_any)sys_fchmodat, "fchmodat", 3 },
	[NR_faccessat] = { (syscall_any)sys_faccessat, "faccessat", 3 },
	[NR_pselect6] = { (syscall_any)sys_pselect6, "pselect6", 6 },
	[NR_ppoll] = { (syscall_any)sys_ppoll, "ppoll", 5 },
	[NR_unshare] = { (syscall_any)sys_unshare, "unshare", 1 },
	[NR_set_robust_list] = {
		(syscall_any)sys_set_robust_list, "set_robust_list", 2
	},
	[NR_get_robust_list] = {
		(syscall_any)sys_get_robust_list, "get_robust_list", 3
	},
	[NR_sync_file_range] = {
		(syscall_any)sys_sync_file_range, "sync_file_range", 4
	},
	[NR_utimensat] = { (syscall_any)sys_utimensat, "utimensat", 4 },
	[NR_epoll_pwait] = { (syscall_any)sys_epoll_pwait, "epoll_pwait", 6 },
	[NR_signalfd] = { (syscall_any)sys_signalfd, "signalfd", 3 },
	[NR_timerfd_create] = {
		(syscall_any)sys_timerfd_create, "timerfd_create", 2
	},
	[NR_eventfd] = { (syscall_any)sys_eventfd, "eventfd", 1 },
	[NR_fallocate] = { (syscall_any)sys_fallocate, "fallocate", 4 },
	[NR_timerfd_settime] = {
		(syscall_any)sys_timerfd_settime, "timerfd_settime", 4
	},
	[NR_timerfd_gettime] = {
		(syscall_any)sys_timerfd_gettime, "timerfd_gettime", 2
	},
	[NR_accept4] = { (syscall_any)sys_accept4, "accept4", 4 },
	[NR_signalfd4] = { (syscall_any)sys_signalfd4, "signalfd4", 4 },
	[NR_eventfd2] = { (syscall_any)sys_eventfd2, "eventfd2", 2 },
	[NR_epoll_create1] = {
		(syscall_any)sys_epoll_create1, "epoll_create1", 1
	},
	[NR_dup3] = { (syscall_any)sys_dup3, "dup3", 3 },
	[NR_pipe2] = { (syscall_any)sys_pipe2, "pipe2", 2 },
	[NR_preadv] = { (syscall_any)sys_preadv, "preadv", 5 },
	[NR_pwritev] = { (syscall_any)sys_pwritev, "pwritev", 5 },
	[NR_rt_tgsigqueueinfo] = {
		(syscall_any)sys_rt_tgsigqueueinfo, "rt_tgsigqueueinfo", 4
	},
	[NR_recvmmsg] = { (syscall_any)sys_recvmmsg, "recvmmsg", 5 },
	[NR_prlimit64] = { (syscall_any)sys_prlimit64, "prlimit64", 4 },
	[NR_syncfs] = { (syscall_any)sys_syncfs, "syncfs", 1 },
	[NR_sendmmsg] = { (syscall_any)sys_sendmmsg, "sendmmsg", 4 },
	[NR_setns] = { (syscall_any)sys_setns, "setns", 2 },
	[NR_getcpu] = { (syscall_any)sys_getcpu, "getcpu", 3 },
	[NR_kcmp] = { (syscall_any)sys_kcmp, "kcmp", 5 },
	[NR_sched_setattr] = {
		(syscall_any)sys_sched_setattr, "sched_setattr", 3
	},
	[NR_sched_getattr] = {
		(syscall_any)sys_sched_getattr, "sched_getattr", 4
	},
	[NR_renameat2] = { (syscall_any)sys_renameat2, "renameat2", 5 },
	[NR_getrandom] = { (syscall_any)sys_getrandom, "getrandom", 3 },
	[NR_seccomp] = { (syscall_any)sys_seccomp, "seccomp", 3 },
	[NR_memfd_create] = {
		(syscall_any)sys_memfd_create, "memfd_create", 2
	},
	[NR_execveat] = { (syscall_any)sys_execveat, "execveat", 5 },
	[NR_membarrier] = { (syscall_any)sys_membarrier, "membarrier", 3 },
	[NR_mseal] = { (syscall_any)sys_mseal, "mseal", 3 },
	[NR_mlock2] = { (syscall_any)sys_mlock2, "mlock2", 3 },
	[NR_splice] = { (syscall_any)sys_splice, "splice", 6 },
	[NR_tee] = { (syscall_any)sys_tee, "tee", 4 },
	[NR_vmsplice] = { (syscall_any)sys_vmsplice, "vmsplice", 4 },
	[NR_copy_file_range] = {
		(syscall_any)sys_copy_file_range, "copy_file_range", 6
	},
	[NR_preadv2] = { (syscall_any)sys_preadv2, "preadv2", 6 },
	[NR_pwritev2] = { (syscall_any)sys_pwritev2, "pwritev2", 6 },
	[NR_statx] = { (syscall_any)sys_statx, "statx", 5 },
	[NR_process_vm_readv] = {
		(syscall_any)sys_process_vm_readv, "process_vm_readv", 6
	},
	[NR_process_vm_writev] = {
		(syscall_any)sys_process_vm_writev, "process_vm_writev", 6
	},
	[NR_process_madvise] = {
		(syscall_any)sys_process_madvise, "process_madvise", 5
	},
	[NR_process_mrelease] = {
		(syscall_any)sys_process_mrelease, "process_mrelease", 2
	},
	[NR_open_tree] = { (syscall_any)sys_open_tree, "open_tree", 3 },
	[NR_move_mount] = { (syscall_any)sys_move_mount, "move_mount", 5 },
	[NR_fsopen] = { (syscall_any)sys_fsopen, "fsopen", 2 },
	[NR_fsconfig] = { (syscall_any)sys_fsconfig, "fsconfig", 5 },
	[NR_fsmount] = { (syscall_any)sys_fsmount, "fsmount", 3 },
	[NR_fspick] = { (syscall_any)sys_fspick, "fspick", 3 },
	[NR_mount_setattr] = {
		(syscall_any)sys_mount_setattr, "mount_setattr", 5
	},
	[NR_statmount] = { (syscall_any)sys_statmount, "statmount", 4 },
	[NR_listmount] = { (syscall_any)sys_listmount, "listmount", 4 },
	[NR_adjtimex] = { (syscall_any)sys_adjtimex, "adjtimex", 1 },
	[NR_clock_adjtime] = {
		(syscall_any)sys_clock_adjtime, "clock_adjtime", 2
	},
	[NR_rseq] = { (syscall_any)sys_rseq, "rseq", 4 },
	[NR_pidfd_send_signal] = {
		(syscall_any)sys_pidfd_send_signal, "pidfd_send_signal", 4
	},
	[NR_pidfd_open] = { (syscall_any)sys_pidfd_open, "pidfd_open", 2 },
	[NR_clone3] = { (syscall_any)sys_clone3, "clone3", 2 },
	[NR_close_range] = { (syscall_any)sys_close_range, "close_range", 3 },
	[NR_openat2] = { (syscall_any)sys_openat2, "openat2", 4 },
	[NR_pidfd_getfd] = { (syscall_any)sys_pidfd_getfd, "pidfd_getfd", 3 },
	[NR_faccessat2] = { (syscall_any)sys_faccessat2, "faccessat2", 4 },
	[NR_epoll_pwait2] = {
		(syscall_any)sys_epoll_pwait2, "epoll_pwait2", 6
	},
	[NR_futex_waitv] = { (syscall_any)sys_futex_waitv, "futex_waitv", 5 },
	[NR_futex_wake] = { (syscall_any)sys_futex_wake, "futex_wake", 4 },
	[NR_futex_wait] = { (syscall_any)sys_futex_wait, "futex_wait", 6 },
	[NR_futex_requeue] = {
		(syscall_any)sys_futex_requeue, "futex_requeue", 4
	},
	[NR_fchmodat2] = { (syscall_any)sys_fchmodat2, "fchmodat2", 4 },
};
