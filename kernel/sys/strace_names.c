/*
 * kernel/sys/strace_names.c - names of flags, errors and signals; signatures
 *
 * What:  a letter for each argument of a call. Capitals are the tables below.
 *            d u x o     a number: signed, unsigned, hexadecimal, octal
 *            a s p       AT_FDCWD or a descriptor, a string, an address
 *            b           a buffer, as long as the next argument says
 *            v e         the words of a program, its environment
 *            c n         of open, only with O_CREAT; of a command of fcntl
 *            g m i k     a signal, a set, an action, flags of clone
 *            t r         a time, a limit
 *        what the call fills in:
 *            1 2 3 4     a buffer, two descriptors, a status, a file's status
 *            5 6 7 8 9   a string, a time, a set, an action, a limit
 *            !           the call does not come back
 *            =           the result is an address
 * Not:   how they are shown (strace_text.c).
 * See:   syscalls(2), errno(3), signal(7)
 */
#include "strace.h"

#include <uapi/errno.h>
#include <uapi/eventpoll.h>
#include <uapi/fcntl.h>
#include <uapi/futex.h>
#include <uapi/ioctl.h>
#include <uapi/mman.h>
#include <uapi/net.h>
#include <uapi/prctl.h>
#include <uapi/random.h>
#include <uapi/resource.h>
#include <uapi/sched.h>
#include <uapi/signal.h>
#include <uapi/termios.h>
#include <uapi/time.h>
#include <uapi/wait.h>

#define BIT_FLAG(x) { #x, x, 0 }
#define VALUE(x) { #x, x, ~0ul }
#define NAME(x) [x] = #x

static const struct strace_flag open_flags[] = {
	{ "O_RDONLY", O_RDONLY, O_ACCMODE },
	{ "O_WRONLY", O_WRONLY, O_ACCMODE },
	{ "O_RDWR", O_RDWR, O_ACCMODE },
	BIT_FLAG(O_CREAT), BIT_FLAG(O_EXCL), BIT_FLAG(O_NOCTTY),
	BIT_FLAG(O_TRUNC), BIT_FLAG(O_APPEND), BIT_FLAG(O_NONBLOCK),
	BIT_FLAG(O_SYNC), BIT_FLAG(O_DSYNC), BIT_FLAG(O_ASYNC),
	BIT_FLAG(O_DIRECT), BIT_FLAG(O_LARGEFILE), BIT_FLAG(O_TMPFILE),
	BIT_FLAG(O_DIRECTORY), BIT_FLAG(O_NOFOLLOW), BIT_FLAG(O_NOATIME),
	BIT_FLAG(O_CLOEXEC), BIT_FLAG(O_PATH),
	{ NULL, 0, 0 },
};

static const struct strace_flag fd_flags[] = {
	BIT_FLAG(O_NONBLOCK), BIT_FLAG(O_DIRECT), BIT_FLAG(O_CLOEXEC),
	{ NULL, 0, 0 },
};

static const struct strace_flag prot_flags[] = {
	BIT_FLAG(PROT_NONE), BIT_FLAG(PROT_READ), BIT_FLAG(PROT_WRITE),
	BIT_FLAG(PROT_EXEC),
	{ NULL, 0, 0 },
};

static const struct strace_flag map_flags[] = {
	{ "MAP_SHARED", MAP_SHARED, MAP_TYPE },
	{ "MAP_PRIVATE", MAP_PRIVATE, MAP_TYPE },
	{ "MAP_SHARED_VALIDATE", MAP_SHARED_VALIDATE, MAP_TYPE },
	BIT_FLAG(MAP_FIXED), BIT_FLAG(MAP_ANONYMOUS), BIT_FLAG(MAP_32BIT),
	BIT_FLAG(MAP_GROWSDOWN), BIT_FLAG(MAP_DENYWRITE),
	BIT_FLAG(MAP_LOCKED), BIT_FLAG(MAP_NORESERVE), BIT_FLAG(MAP_POPULATE),
	BIT_FLAG(MAP_STACK), BIT_FLAG(MAP_HUGETLB),
	BIT_FLAG(MAP_FIXED_NOREPLACE),
	{ NULL, 0, 0 },
};

static const struct strace_flag clone_flags[] = {
	BIT_FLAG(CLONE_VM), BIT_FLAG(CLONE_FS), BIT_FLAG(CLONE_FILES),
	BIT_FLAG(CLONE_SIGHAND), BIT_FLAG(CLONE_PIDFD),
	BIT_FLAG(CLONE_PTRACE), BIT_FLAG(CLONE_VFORK), BIT_FLAG(CLONE_PARENT),
	BIT_FLAG(CLONE_THREAD), BIT_FLAG(CLONE_NEWNS),
	BIT_FLAG(CLONE_SYSVSEM), BIT_FLAG(CLONE_SETTLS),
	BIT_FLAG(CLONE_PARENT_SETTID), BIT_FLAG(CLONE_CHILD_CLEARTID),
	BIT_FLAG(CLONE_DETACHED), BIT_FLAG(CLONE_UNTRACED),
	BIT_FLAG(CLONE_CHILD_SETTID), BIT_FLAG(CLONE_NEWCGROUP),
	BIT_FLAG(CLONE_NEWUTS), BIT_FLAG(CLONE_NEWIPC),
	BIT_FLAG(CLONE_NEWUSER), BIT_FLAG(CLONE_NEWPID),
	BIT_FLAG(CLONE_NEWNET), BIT_FLAG(CLONE_IO),
	{ NULL, 0, 0 },
};

static const struct strace_flag wait_flags[] = {
	BIT_FLAG(WNOHANG), BIT_FLAG(WSTOPPED), BIT_FLAG(WEXITED),
	BIT_FLAG(WCONTINUED), BIT_FLAG(WNOWAIT), BIT_FLAG(WNOTHREAD),
	BIT_FLAG(WALL), BIT_FLAG(WCLONE),
	{ NULL, 0, 0 },
};

static const struct strace_flag at_flags[] = {
	BIT_FLAG(AT_SYMLINK_NOFOLLOW), BIT_FLAG(AT_REMOVEDIR),
	BIT_FLAG(AT_SYMLINK_FOLLOW), BIT_FLAG(AT_NO_AUTOMOUNT),
	BIT_FLAG(AT_EMPTY_PATH),
	{ NULL, 0, 0 },
};

static const struct strace_flag access_flags[] = {
	BIT_FLAG(F_OK), BIT_FLAG(R_OK), BIT_FLAG(W_OK), BIT_FLAG(X_OK),
	{ NULL, 0, 0 },
};

static const struct strace_flag seek_flags[] = {
	VALUE(SEEK_SET), VALUE(SEEK_CUR), VALUE(SEEK_END), VALUE(SEEK_DATA),
	VALUE(SEEK_HOLE),
	{ NULL, 0, 0 },
};

static const struct strace_flag futex_flags[] = {
	{ "FUTEX_WAIT", FUTEX_WAIT, FUTEX_CMD_MASK },
	{ "FUTEX_WAKE", FUTEX_WAKE, FUTEX_CMD_MASK },
	{ "FUTEX_REQUEUE", FUTEX_REQUEUE, FUTEX_CMD_MASK },
	{ "FUTEX_CMP_REQUEUE", FUTEX_CMP_REQUEUE, FUTEX_CMD_MASK },
	{ "FUTEX_WAKE_OP", FUTEX_WAKE_OP, FUTEX_CMD_MASK },
	{ "FUTEX_LOCK_PI", FUTEX_LOCK_PI, FUTEX_CMD_MASK },
	{ "FUTEX_UNLOCK_PI", FUTEX_UNLOCK_PI, FUTEX_CMD_MASK },
	{ "FUTEX_TRYLOCK_PI", FUTEX_TRYLOCK_PI, FUTEX_CMD_MASK },
	{ "FUTEX_WAIT_BITSET", FUTEX_WAIT_BITSET, FUTEX_CMD_MASK },
	{ "FUTEX_WAKE_BITSET", FUTEX_WAKE_BITSET, FUTEX_CMD_MASK },
	{ "FUTEX_WAIT_REQUEUE_PI", FUTEX_WAIT_REQUEUE_PI, FUTEX_CMD_MASK },
	{ "FUTEX_CMP_REQUEUE_PI", FUTEX_CMP_REQUEUE_PI, FUTEX_CMD_MASK },
	{ "FUTEX_LOCK_PI2", FUTEX_LOCK_PI2, FUTEX_CMD_MASK },
	BIT_FLAG(FUTEX_PRIVATE_FLAG), BIT_FLAG(FUTEX_CLOCK_REALTIME),
	{ NULL, 0, 0 },
};

static const struct strace_flag fcntl_flags[] = {
	VALUE(F_DUPFD), VALUE(F_GETFD), VALUE(F_SETFD), VALUE(F_GETFL),
	VALUE(F_SETFL), VALUE(F_GETLK), VALUE(F_SETLK), VALUE(F_SETLKW),
	VALUE(F_SETOWN), VALUE(F_GETOWN), VALUE(F_SETSIG), VALUE(F_GETSIG),
	VALUE(F_SETOWN_EX), VALUE(F_GETOWN_EX), VALUE(F_OFD_GETLK),
	VALUE(F_OFD_SETLK), VALUE(F_OFD_SETLKW), VALUE(F_DUPFD_CLOEXEC),
	VALUE(F_SETPIPE_SZ), VALUE(F_GETPIPE_SZ), VALUE(F_ADD_SEALS),
	VALUE(F_GET_SEALS),
	{ NULL, 0, 0 },
};

static const struct strace_flag mask_flags[] = {
	VALUE(SIG_BLOCK), VALUE(SIG_UNBLOCK), VALUE(SIG_SETMASK),
	{ NULL, 0, 0 },
};

static const struct strace_flag limit_flags[] = {
	VALUE(RLIMIT_CPU), VALUE(RLIMIT_FSIZE), VALUE(RLIMIT_DATA),
	VALUE(RLIMIT_STACK), VALUE(RLIMIT_CORE), VALUE(RLIMIT_RSS),
	VALUE(RLIMIT_NPROC), VALUE(RLIMIT_NOFILE), VALUE(RLIMIT_MEMLOCK),
	VALUE(RLIMIT_AS), VALUE(RLIMIT_LOCKS), VALUE(RLIMIT_SIGPENDING),
	VALUE(RLIMIT_MSGQUEUE), VALUE(RLIMIT_NICE), VALUE(RLIMIT_RTPRIO),
	VALUE(RLIMIT_RTTIME),
	{ NULL, 0, 0 },
};

static const struct strace_flag advice_flags[] = {
	VALUE(MADV_NORMAL), VALUE(MADV_RANDOM), VALUE(MADV_SEQUENTIAL),
	VALUE(MADV_WILLNEED), VALUE(MADV_DONTNEED), VALUE(MADV_FREE),
	VALUE(MADV_REMOVE), VALUE(MADV_DONTFORK), VALUE(MADV_DOFORK),
	VALUE(MADV_MERGEABLE), VALUE(MADV_UNMERGEABLE), VALUE(MADV_HUGEPAGE),
	VALUE(MADV_NOHUGEPAGE), VALUE(MADV_DONTDUMP), VALUE(MADV_DODUMP),
	VALUE(MADV_WIPEONFORK), VALUE(MADV_KEEPONFORK), VALUE(MADV_COLD),
	VALUE(MADV_PAGEOUT), VALUE(MADV_POPULATE_READ),
	VALUE(MADV_POPULATE_WRITE), VALUE(MADV_DONTNEED_LOCKED),
	VALUE(MADV_COLLAPSE), VALUE(MADV_HWPOISON), VALUE(MADV_SOFT_OFFLINE),
	{ NULL, 0, 0 },
};

static const struct strace_flag ioctl_flags[] = {
	VALUE(TCGETS), VALUE(TCSETS), VALUE(TCSETSW), VALUE(TCSETSF),
	VALUE(TCSBRK), VALUE(TCXONC), VALUE(TCFLSH), VALUE(TIOCSCTTY),
	VALUE(TIOCNOTTY), VALUE(TIOCGPGRP), VALUE(TIOCSPGRP), VALUE(TIOCGSID),
	VALUE(TIOCOUTQ), VALUE(TIOCSTI), VALUE(TIOCGWINSZ), VALUE(TIOCSWINSZ),
	VALUE(TIOCGPTN), VALUE(TIOCSPTLCK), VALUE(TIOCGPTPEER), VALUE(TIOCPKT),
	VALUE(FIONREAD), VALUE(FIONBIO), VALUE(FIONCLEX), VALUE(FIOCLEX),
	VALUE(FIOASYNC),
	{ NULL, 0, 0 },
};

static const struct strace_flag action_flags[] = {
	BIT_FLAG(SA_NOCLDSTOP), BIT_FLAG(SA_NOCLDWAIT), BIT_FLAG(SA_SIGINFO),
	BIT_FLAG(SA_RESTORER), BIT_FLAG(SA_ONSTACK), BIT_FLAG(SA_RESTART),
	BIT_FLAG(SA_NODEFER), BIT_FLAG(SA_RESETHAND),
	{ NULL, 0, 0 },
};

static const struct strace_flag clock_flags[] = {
	VALUE(CLOCK_REALTIME), VALUE(CLOCK_MONOTONIC),
	VALUE(CLOCK_PROCESS_CPUTIME_ID), VALUE(CLOCK_THREAD_CPUTIME_ID),
	VALUE(CLOCK_MONOTONIC_RAW), VALUE(CLOCK_REALTIME_COARSE),
	VALUE(CLOCK_MONOTONIC_COARSE), VALUE(CLOCK_BOOTTIME),
	VALUE(CLOCK_REALTIME_ALARM), VALUE(CLOCK_BOOTTIME_ALARM),
	VALUE(CLOCK_TAI),
	{ NULL, 0, 0 },
};

static const struct strace_flag prctl_flags[] = {
	VALUE(PR_SET_PDEATHSIG), VALUE(PR_GET_PDEATHSIG),
	VALUE(PR_GET_DUMPABLE), VALUE(PR_SET_DUMPABLE), VALUE(PR_GET_UNALIGN),
	VALUE(PR_SET_UNALIGN), VALUE(PR_GET_KEEPCAPS), VALUE(PR_SET_KEEPCAPS),
	VALUE(PR_GET_FPEMU), VALUE(PR_SET_FPEMU), VALUE(PR_GET_FPEXC),
	VALUE(PR_SET_FPEXC), VALUE(PR_GET_TIMING), VALUE(PR_SET_TIMING),
	VALUE(PR_SET_NAME), VALUE(PR_GET_NAME), VALUE(PR_GET_ENDIAN),
	VALUE(PR_SET_ENDIAN), VALUE(PR_GET_SECCOMP), VALUE(PR_SET_SECCOMP),
	VALUE(PR_CAPBSET_READ), VALUE(PR_CAPBSET_DROP), VALUE(PR_GET_TSC),
	VALUE(PR_SET_TSC), VALUE(PR_GET_SECUREBITS), VALUE(PR_SET_SECUREBITS),
	VALUE(PR_SET_TIMERSLACK), VALUE(PR_GET_TIMERSLACK), VALUE(PR_SET_MM),
	VALUE(PR_SET_PTRACER), VALUE(PR_SET_CHILD_SUBREAPER),
	VALUE(PR_GET_CHILD_SUBREAPER), VALUE(PR_SET_NO_NEW_PRIVS),
	VALUE(PR_GET_NO_NEW_PRIVS), VALUE(PR_GET_TID_ADDRESS),
	VALUE(PR_SET_THP_DISABLE), VALUE(PR_GET_THP_DISABLE),
	VALUE(PR_SET_FP_MODE), VALUE(PR_GET_FP_MODE), VALUE(PR_CAP_AMBIENT),
	VALUE(PR_GET_SPECULATION_CTRL), VALUE(PR_SET_SPECULATION_CTRL),
	VALUE(PR_SET_IO_FLUSHER), VALUE(PR_GET_IO_FLUSHER),
	VALUE(PR_SET_SYSCALL_USER_DISPATCH), VALUE(PR_SCHED_CORE),
	VALUE(PR_SET_MDWE), VALUE(PR_GET_MDWE), VALUE(PR_SET_VMA),
	VALUE(PR_GET_AUXV), VALUE(PR_SET_MEMORY_MERGE),
	VALUE(PR_GET_MEMORY_MERGE),
	{ NULL, 0, 0 },
};

static const struct strace_flag epoll_flags[] = {
	VALUE(EPOLL_CTL_ADD), VALUE(EPOLL_CTL_DEL), VALUE(EPOLL_CTL_MOD),
	{ NULL, 0, 0 },
};

static const struct strace_flag family_flags[] = {
	VALUE(AF_UNSPEC), VALUE(AF_UNIX), VALUE(AF_INET), VALUE(AF_INET6),
	VALUE(AF_NETLINK), VALUE(AF_PACKET), VALUE(AF_ALG), VALUE(AF_VSOCK),
	{ NULL, 0, 0 },
};

static const struct strace_flag random_flags[] = {
	BIT_FLAG(GRND_NONBLOCK), BIT_FLAG(GRND_RANDOM),
	BIT_FLAG(GRND_INSECURE),
	{ NULL, 0, 0 },
};

static const struct strace_flag arch_flags[] = {
	VALUE(ARCH_SET_GS), VALUE(ARCH_SET_FS), VALUE(ARCH_GET_FS),
	VALUE(ARCH_GET_GS), VALUE(ARCH_GET_CPUID), VALUE(ARCH_SET_CPUID),
	{ NULL, 0, 0 },
};

static const struct strace_flag *const flags[128] = {
	['O'] = open_flags, ['Z'] = fd_flags, ['P'] = prot_flags,
	['M'] = map_flags, ['C'] = clone_flags, ['W'] = wait_flags,
	['T'] = at_flags, ['X'] = access_flags, ['S'] = seek_flags,
	['F'] = futex_flags, ['N'] = fcntl_flags, ['H'] = mask_flags,
	['L'] = limit_flags, ['J'] = advice_flags, ['I'] = ioctl_flags,
	['K'] = action_flags, ['D'] = clock_flags, ['R'] = prctl_flags,
	['Q'] = epoll_flags, ['E'] = family_flags, ['G'] = random_flags,
	['A'] = arch_flags,
};

static const char *const errors[] = {
	NAME(EPERM), NAME(ENOENT), NAME(ESRCH), NAME(EINTR), NAME(EIO),
	NAME(ENXIO), NAME(E2BIG), NAME(ENOEXEC), NAME(EBADF), NAME(ECHILD),
	NAME(EAGAIN), NAME(ENOMEM), NAME(EACCES), NAME(EFAULT), NAME(ENOTBLK),
	NAME(EBUSY), NAME(EEXIST), NAME(EXDEV), NAME(ENODEV), NAME(ENOTDIR),
	NAME(EISDIR), NAME(EINVAL), NAME(ENFILE), NAME(EMFILE), NAME(ENOTTY),
	NAME(ETXTBSY), NAME(EFBIG), NAME(ENOSPC), NAME(ESPIPE), NAME(EROFS),
	NAME(EMLINK), NAME(EPIPE), NAME(EDOM), NAME(ERANGE), NAME(EDEADLK),
	NAME(ENAMETOOLONG), NAME(ENOLCK), NAME(ENOSYS), NAME(ENOTEMPTY),
	NAME(ELOOP), NAME(ENOMSG), NAME(EIDRM), NAME(ECHRNG), NAME(EL2NSYNC),
	NAME(EL3HLT), NAME(EL3RST), NAME(ELNRNG), NAME(EUNATCH), NAME(ENOCSI),
	NAME(EL2HLT), NAME(EBADE), NAME(EBADR), NAME(EXFULL), NAME(ENOANO),
	NAME(EBADRQC), NAME(EBADSLT), NAME(EBFONT), NAME(ENOSTR),
	NAME(ENODATA), NAME(ETIME), NAME(ENOSR), NAME(ENONET), NAME(ENOPKG),
	NAME(EREMOTE), NAME(ENOLINK), NAME(EADV), NAME(ESRMNT), NAME(ECOMM),
	NAME(EPROTO), NAME(EMULTIHOP), NAME(EDOTDOT), NAME(EBADMSG),
	NAME(EOVERFLOW), NAME(ENOTUNIQ), NAME(EBADFD), NAME(EREMCHG),
	NAME(ELIBACC), NAME(ELIBBAD), NAME(ELIBSCN), NAME(ELIBMAX),
	NAME(ELIBEXEC), NAME(EILSEQ), NAME(ERESTART), NAME(ESTRPIPE),
	NAME(EUSERS), NAME(ENOTSOCK), NAME(EDESTADDRREQ), NAME(EMSGSIZE),
	NAME(EPROTOTYPE), NAME(ENOPROTOOPT), NAME(EPROTONOSUPPORT),
	NAME(ESOCKTNOSUPPORT), NAME(EOPNOTSUPP), NAME(EPFNOSUPPORT),
	NAME(EAFNOSUPPORT), NAME(EADDRINUSE), NAME(EADDRNOTAVAIL),
	NAME(ENETDOWN), NAME(ENETUNREACH), NAME(ENETRESET),
	NAME(ECONNABORTED), NAME(ECONNRESET), NAME(ENOBUFS), NAME(EISCONN),
	NAME(ENOTCONN), NAME(ESHUTDOWN), NAME(ETOOMANYREFS), NAME(ETIMEDOUT),
	NAME(ECONNREFUSED), NAME(EHOSTDOWN), NAME(EHOSTUNREACH),
	NAME(EALREADY), NAME(EINPROGRESS), NAME(ESTALE), NAME(EUCLEAN),
	NAME(ENOTNAM), NAME(ENAVAIL), NAME(EISNAM), NAME(EREMOTEIO),
	NAME(EDQUOT), NAME(ENOMEDIUM), NAME(EMEDIUMTYPE), NAME(ECANCELED),
	NAME(ENOKEY), NAME(EKEYEXPIRED), NAME(EKEYREVOKED),
	NAME(EKEYREJECTED), NAME(EOWNERDEAD), NAME(ENOTRECOVERABLE),
	NAME(ERFKILL), NAME(EHWPOISON), NAME(ERESTARTSYS),
	NAME(ERESTARTNOINTR), NAME(ERESTARTNOHAND), NAME(ENOIOCTLCMD),
	NAME(ERESTART_RESTARTBLOCK),
};

static const char *const signals[] = {
	[SIGHUP] = "HUP", [SIGINT] = "INT", [SIGQUIT] = "QUIT",
	[SIGILL] = "ILL", [SIGTRAP] = "TRAP", [SIGABRT] = "ABRT",
	[SIGBUS] = "BUS", [SIGFPE] = "FPE", [SIGKILL] = "KILL",
	[SIGUSR1] = "USR1", [SIGSEGV] = "SEGV", [SIGUSR2] = "USR2",
	[SIGPIPE] = "PIPE", [SIGALRM] = "ALRM", [SIGTERM] = "TERM",
	[SIGSTKFLT] = "STKFLT", [SIGCHLD] = "CHLD", [SIGCONT] = "CONT",
	[SIGSTOP] = "STOP", [SIGTSTP] = "TSTP", [SIGTTIN] = "TTIN",
	[SIGTTOU] = "TTOU", [SIGURG] = "URG", [SIGXCPU] = "XCPU",
	[SIGXFSZ] = "XFSZ", [SIGVTALRM] = "VTALRM", [SIGPROF] = "PROF",
	[SIGWINCH] = "WINCH", [SIGIO] = "IO", [SIGPWR] = "PWR",
	[SIGSYS] = "SYS",
};

static const char *const signatures[NR_SYSCALLS] = {
	[NR_read] = "d1u", [NR_write] = "dbu", [NR_open] = "sOc",
	[NR_close] = "d", [NR_stat] = "s4", [NR_fstat] = "d4",
	[NR_lstat] = "s4", [NR_poll] = "pud", [NR_lseek] = "ddS",
	[NR_mmap] = "puPMdx=", [NR_mprotect] = "puP", [NR_munmap] = "pu",
	[NR_brk] = "p=", [NR_rt_sigaction] = "gi8u",
	[NR_rt_sigprocmask] = "Hm7u", [NR_ioctl] = "dIp", [NR_pread64] = "d1uu",
	[NR_pwrite64] = "dbuu", [NR_readv] = "dpd", [NR_writev] = "dpd",
	[NR_access] = "sX", [NR_pipe] = "2", [NR_mremap] = "puuxp=",
	[NR_msync] = "pux", [NR_mincore] = "pup", [NR_madvise] = "puJ",
	[NR_shmget] = "xux", [NR_shmat] = "dpx=", [NR_dup] = "d",
	[NR_dup2] = "dd", [NR_nanosleep] = "tp", [NR_alarm] = "u",
	[NR_sendfile] = "ddpu", [NR_socket] = "Exd", [NR_connect] = "dpd",
	[NR_getsockname] = "dpp", [NR_getpeername] = "dpp",
	[NR_bind] = "dpd", [NR_listen] = "dd", [NR_accept] = "dpp",
	[NR_sendto] = "dbuxpd", [NR_recvfrom] = "d1uxpp", [NR_sendmsg] = "dpx",
	[NR_recvmsg] = "dpx", [NR_shutdown] = "dd", [NR_socketpair] = "Exd2",
	[NR_clone] = "kpppp", [NR_execve] = "sve", [NR_exit] = "d!",
	[NR_exit_group] = "d!", [NR_reboot] = "xxxp", [NR_wait4] = "d3Wp",
	[NR_kill] = "dg", [NR_fcntl] = "dNn", [NR_flock] = "dd",
	[NR_fsync] = "d", [NR_fdatasync] = "d", [NR_truncate] = "su",
	[NR_ftruncate] = "du", [NR_getdents] = "dpu", [NR_getdents64] = "dpu",
	[NR_getcwd] = "5u", [NR_chdir] = "s", [NR_fchdir] = "d",
	[NR_rename] = "ss", [NR_mkdir] = "so", [NR_rmdir] = "s",
	[NR_creat] = "so", [NR_link] = "ss", [NR_unlink] = "s",
	[NR_symlink] = "ss", [NR_readlink] = "s1u", [NR_chmod] = "so",
	[NR_fchmod] = "do", [NR_chown] = "sdd", [NR_fchown] = "ddd",
	[NR_lchown] = "sdd", [NR_umask] = "o", [NR_getrlimit] = "L9",
	[NR_setrlimit] = "Lr", [NR_ptrace] = "ddpp", [NR_setuid] = "d",
	[NR_setgid] = "d", [NR_setpgid] = "dd", [NR_setreuid] = "dd",
	[NR_setregid] = "dd", [NR_getgroups] = "dp", [NR_setgroups] = "dp",
	[NR_setresuid] = "ddd", [NR_setresgid] = "ddd", [NR_getpgid] = "d",
	[NR_getsid] = "d", [NR_rt_sigpending] = "7u",
	[NR_rt_sigtimedwait] = "mptu", [NR_rt_sigqueueinfo] = "dgp",
	[NR_mknod] = "sox", [NR_personality] = "x", [NR_statfs] = "sp",
	[NR_fstatfs] = "dp", [NR_getpriority] = "dd", [NR_setpriority] = "ddd",
	[NR_mlock] = "pu", [NR_munlock] = "pu", [NR_pivot_root] = "ss",
	[NR_prctl] = "Rxxxx", [NR_arch_prctl] = "Ap", [NR_chroot] = "s",
	[NR_acct] = "s", [NR_mount] = "sssxp", [NR_umount2] = "sx",
	[NR_sethostname] = "bu", [NR_setdomainname] = "bu", [NR_tkill] = "dg",
	[NR_tgkill] = "ddg", [NR_futex] = "pFutpx",
	[NR_sched_setaffinity] = "dup", [NR_sched_getaffinity] = "dup",
	[NR_epoll_create] = "d", [NR_set_tid_address] = "p",
	[NR_clock_gettime] = "D6", [NR_clock_settime] = "Dt",
	[NR_clock_getres] = "D6", [NR_clock_nanosleep] = "Dxtp",
	[NR_epoll_wait] = "dpdd", [NR_epoll_ctl] = "dQdp",
	[NR_epoll_pwait] = "dpddmu", [NR_waitid] = "ddpWp",
	[NR_openat] = "asOc", [NR_mkdirat] = "aso", [NR_mknodat] = "asox",
	[NR_fchownat] = "asddT", [NR_newfstatat] = "as4T",
	[NR_unlinkat] = "asT", [NR_renameat] = "asas", [NR_renameat2] = "asasx",
	[NR_linkat] = "asasT", [NR_symlinkat] = "sas", [NR_readlinkat] = "as1u",
	[NR_fchmodat] = "aso", [NR_faccessat] = "asX", [NR_faccessat2] = "asXT",
	[NR_pselect6] = "dpppp", [NR_ppoll] = "putmu", [NR_unshare] = "C",
	[NR_setns] = "dC", [NR_set_robust_list] = "pu", [NR_utimensat] = "aspT",
	[NR_timerfd_create] = "DZ", [NR_eventfd2] = "uZ",
	[NR_epoll_create1] = "Z", [NR_dup3] = "ddZ", [NR_pipe2] = "2Z",
	[NR_prlimit64] = "dLr9", [NR_getrandom] = "1uG",
	[NR_memfd_create] = "sx", [NR_execveat] = "asveT",
	[NR_pidfd_send_signal] = "dgpx", [NR_pidfd_open] = "dx",
	[NR_clone3] = "pu", [NR_close_range] = "uux", [NR_openat2] = "aspu",
	[NR_pidfd_getfd] = "ddx", [NR_statx] = "asTxp", [NR_rseq] = "pudx",
	[NR_fadvise64] = "duud", [NR_splice] = "dpdpux", [NR_tee] = "ddux",
	[NR_copy_file_range] = "dpdpux", [NR_seccomp] = "dxp",
	[NR_kcmp] = "ddddd", [NR_membarrier] = "dxd", [NR_getitimer] = "dp",
	[NR_setitimer] = "dpp", [NR_rt_sigsuspend] = "mu",
};

const struct strace_flag *strace_flags(char kind)
{
	return flags[(u8)kind & 127];
}

const char *strace_signature(u64 nr)
{
	return signatures[nr];
}

const char *strace_errno(u32 err)
{
	return err < ARRAY_SIZE(errors) ? errors[err] : NULL;
}

const char *strace_signal(u32 sig)
{
	return sig < ARRAY_SIZE(signals) ? signals[sig] : NULL;
}
