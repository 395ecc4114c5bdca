/*
 * include/uapi/signal.h - signals as user space and the kernel exchange them
 *
 * What:  signal numbers, the 64-bit signal set, actions, struct siginfo with
 *        its codes, the alternate stack, and the records of signalfd.
 * Not:   the frame on the user stack (uapi/ucontext.h).
 * See:   signal(7), sigaction(2), sigaltstack(2), sigqueue(3), signalfd(2).
 */
#ifndef UAPI_SIGNAL_H
#define UAPI_SIGNAL_H

#include <uapi/types.h>

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGIOT SIGABRT
#define SIGBUS 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGUSR1 10
#define SIGSEGV 11
#define SIGUSR2 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGSTKFLT 16
#define SIGCHLD 17
#define SIGCONT 18
#define SIGSTOP 19
#define SIGTSTP 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGURG 23
#define SIGXCPU 24
#define SIGXFSZ 25
#define SIGVTALRM 26
#define SIGPROF 27
#define SIGWINCH 28
#define SIGIO 29
#define SIGPOLL SIGIO
#define SIGPWR 30
#define SIGSYS 31
#define SIGRTMIN 32
#define SIGRTMAX 64
/* The number of signals; valid numbers are 1 to NSIG. */
#define NSIG 64

/* A set of signals: signal n is bit n - 1. */
typedef u64 sigset_t;
#define SIGMASK(sig) (1ul << ((sig) - 1))
/* The size that rt_sig* calls must be given. */
#define SIGSET_BYTES sizeof(sigset_t)

/* Values of a handler that are not addresses. */
#define SIG_DFL 0ul
#define SIG_IGN 1ul

#define SA_NOCLDSTOP 0x00000001ul
#define SA_NOCLDWAIT 0x00000002ul
#define SA_SIGINFO 0x00000004ul
#define SA_UNSUPPORTED 0x00000400ul
#define SA_EXPOSE_TAGBITS 0x00000800ul
#define SA_RESTORER 0x04000000ul
#define SA_ONSTACK 0x08000000ul
#define SA_RESTART 0x10000000ul
#define SA_NODEFER 0x40000000ul
#define SA_RESETHAND 0x80000000ul
#define SA_NOMASK SA_NODEFER
#define SA_ONESHOT SA_RESETHAND

/* rt_sigprocmask(2) */
#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

/* rt_sigaction(2): what the system call takes, not what libc shows. */
struct k_sigaction {
	u64 handler;
	u64 flags;
	u64 restorer;
	sigset_t mask;
};
_Static_assert(sizeof(struct k_sigaction) == 32, "struct k_sigaction");

struct sigaltstack {
	u64 ss_sp;
	s32 ss_flags;
	u64 ss_size;
};
_Static_assert(sizeof(struct sigaltstack) == 24, "struct sigaltstack");

#define SS_ONSTACK 1
#define SS_DISABLE 2
#define SS_AUTODISARM (1u << 31)
#define SS_FLAG_BITS SS_AUTODISARM
#define MINSIGSTKSZ 2048
#define SIGSTKSZ 8192

union sigval {
	s32 sival_int;
	u64 sival_ptr;
};

#define SI_MAX_SIZE 128

/*
 * What a handler with SA_SIGINFO, waitid and sigtimedwait receive. Which
 * member of @f is valid follows from si_signo and si_code: see sigaction(2),
 * "The siginfo_t argument to a SA_SIGINFO handler". Clear all of it before
 * filling it, for every byte is shown to user space.
 */
struct siginfo {
	s32 si_signo;
	s32 si_errno;
	s32 si_code;
	s32 si_pad;
	union {
		u8 bytes[112];
		struct {
			pid_t pid;
			uid_t uid;
		} kill;
		struct {
			s32 tid;
			s32 overrun;
			union sigval value;
		} timer;
		struct {
			pid_t pid;
			uid_t uid;
			union sigval value;
		} rt;
		/* SIGCHLD: times in ticks of 1 / USER_HZ seconds. */
		struct {
			pid_t pid;
			uid_t uid;
			s32 status;
			s64 utime;
			s64 stime;
		} child;
		/* SIGILL, SIGFPE, SIGSEGV, SIGBUS, SIGTRAP */
		struct {
			u64 addr;
			union {
				s16 addr_lsb;
				struct {
					u64 pad;
					u64 lower;
					u64 upper;
				} bounds;
				struct {
					u64 pad;
					u32 pkey;
				} key;
			} more;
		} fault;
		/* SIGIO */
		struct {
			s64 band;
			s32 fd;
		} poll;
		/* SIGSYS of seccomp */
		struct {
			u64 call_addr;
			s32 syscall;
			u32 arch;
		} sys;
	} f;
};
_Static_assert(sizeof(struct siginfo) == SI_MAX_SIZE, "struct siginfo");
_Static_assert(__builtin_offsetof(struct siginfo, f.child.utime) == 32,
	       "struct siginfo");

/* si_code: who sent it. */
#define SI_USER 0
#define SI_KERNEL 0x80
#define SI_QUEUE (-1)
#define SI_TIMER (-2)
#define SI_MESGQ (-3)
#define SI_ASYNCIO (-4)
#define SI_SIGIO (-5)
#define SI_TKILL (-6)
#define SI_DETHREAD (-7)
#define SI_ASYNCNL (-60)

/* si_code of SIGILL */
#define ILL_ILLOPC 1
#define ILL_ILLOPN 2
#define ILL_ILLADR 3
#define ILL_ILLTRP 4
#define ILL_PRVOPC 5
#define ILL_PRVREG 6
#define ILL_COPROC 7
#define ILL_BADSTK 8

/* si_code of SIGFPE */
#define FPE_INTDIV 1
#define FPE_INTOVF 2
#define FPE_FLTDIV 3
#define FPE_FLTOVF 4
#define FPE_FLTUND 5
#define FPE_FLTRES 6
#define FPE_FLTINV 7
#define FPE_FLTSUB 8
#define FPE_FLTUNK 14

/* si_code of SIGSEGV */
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define SEGV_BNDERR 3
#define SEGV_PKUERR 4

/* si_code of SIGBUS */
#define BUS_ADRALN 1
#define BUS_ADRERR 2
#define BUS_OBJERR 3
#define BUS_MCEERR_AR 4
#define BUS_MCEERR_AO 5

/* si_code of SIGTRAP */
#define TRAP_BRKPT 1
#define TRAP_TRACE 2
#define TRAP_BRANCH 3
#define TRAP_HWBKPT 4
#define TRAP_UNK 5
#define TRAP_PERF 6

/* si_code of SIGCHLD */
#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_DUMPED 3
#define CLD_TRAPPED 4
#define CLD_STOPPED 5
#define CLD_CONTINUED 6

/* si_code of SIGIO */
#define POLL_IN 1
#define POLL_OUT 2
#define POLL_MSG 3
#define POLL_ERR 4
#define POLL_PRI 5
#define POLL_HUP 6

/* si_code of SIGSYS */
#define SYS_SECCOMP 1
#define SYS_USER_DISPATCH 2
#define SYS_USER_DISPATCH 2

/* timer_create(2), mq_notify(3) */
#define SIGEV_SIGNAL 0
#define SIGEV_NONE 1
#define SIGEV_THREAD 2
#define SIGEV_THREAD_ID 4

struct sigevent {
	union sigval sigev_value;
	s32 sigev_signo;
	s32 sigev_notify;
	union {
		pid_t tid;
		s32 pad[12];
	} sigev_un;
};
_Static_assert(sizeof(struct sigevent) == 64, "struct sigevent");

#define SFD_CLOEXEC 02000000
#define SFD_NONBLOCK 00004000

struct signalfd_siginfo {
	u32 ssi_signo;
	s32 ssi_errno;
	s32 ssi_code;
	u32 ssi_pid;
	u32 ssi_uid;
	s32 ssi_fd;
	u32 ssi_tid;
	u32 ssi_band;
	u32 ssi_overrun;
	u32 ssi_trapno;
	s32 ssi_status;
	s32 ssi_int;
	u64 ssi_ptr;
	u64 ssi_utime;
	u64 ssi_stime;
	u64 ssi_addr;
	u16 ssi_addr_lsb;
	u16 ssi_pad2;
	s32 ssi_syscall;
	u64 ssi_call_addr;
	u32 ssi_arch;
	u8 ssi_pad[28];
};
_Static_assert(sizeof(struct signalfd_siginfo) == 128,
	       "struct signalfd_siginfo");

#endif
