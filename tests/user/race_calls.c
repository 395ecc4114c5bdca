/*
 * tests/user/race_calls.c - calls by chance, until a world is taken down
 *
 * What:  processes and threads of a pid namespace make system calls chosen by
 *        chance, with arguments that are mostly plausible: descriptors, numbers
 *        and addresses that exist, flags of few bits, structures filled with
 *        such words. Nobody looks at the results. After a moment their init
 *        ends. The machine must stand, the init must be waited for in time,
 *        and nothing may be left over.
 * Not:   calls that reach out of the namespace: the clock, the kernel's log.
 * See:   syscalls(2), make test-races
 */
#include "lib/chance.h"
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/race.h"
#include "lib/slabs.h"
#include "lib/test.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* younger than the headers may be */
enum {
	NEW_faccessat2 = 439, NEW_process_madvise, NEW_epoll_pwait2,
	NEW_process_mrelease = 448, NEW_futex_waitv, NEW_fchmodat2 = 452,
	NEW_futex_wake = 454, NEW_futex_wait, NEW_futex_requeue, NEW_statmount,
	NEW_listmount, NEW_mseal = 462,
};

#define WORKERS		6		/* at a time */
#define WORKERS_MAX	30		/* in all */
#define CALLS		400		/* of one worker */
#define FEW_CALLS	60		/* of what it makes */
#define PATIENCE_MS	300
#define NOT_BEGUN	9
#define SLACK		8
#define WARM_UP		4

/* struct call - @kinds: a letter for each argument (lib/chance.h) */
struct call {
	short nr;
	const char *kinds;
};

static unsigned int seed;
static int failing;	/* allocations do, now and then */

static const struct call calls[] = {
	/* files */
	{ SYS_read, "fbl" }, { SYS_write, "fbl" }, { SYS_open, "PFi" },
	{ SYS_openat, "fPFi" }, { SYS_close, "f" }, { SYS_lseek, "7oi" },
	{ SYS_pread64, "7blo" }, { SYS_pwrite64, "7blo" },
	{ SYS_readv, "fVi" }, { SYS_writev, "fVi" }, { SYS_preadv2, "7ViozF" },
	{ SYS_pwritev2, "7ViozF" }, { SYS_pipe2, "bF" }, { SYS_dup, "f" },
	{ SYS_dup2, "ff" }, { SYS_dup3, "ffF" }, { SYS_close_range, "ffF" },
	{ SYS_fcntl, "fNw" }, { SYS_fcntl, "fNS" }, { SYS_fcntl, "7Ni" },
	{ SYS_ioctl, "fIw" },
	{ SYS_ioctl, "fIS" }, { SYS_flock, "7i" }, { SYS_ftruncate, "7l" },
	{ SYS_fallocate, "7Fol" }, { SYS_getdents64, "0bl" },
	{ SYS_newfstatat, "fPbF" }, { SYS_statx, "fPFFb" },
	{ SYS_fstatfs, "fb" }, { SYS_mkdir, "Pi" }, { SYS_rmdir, "P" },
	{ SYS_rename, "PP" }, { SYS_renameat2, "fPfPF" }, { SYS_link, "PP" },
	{ SYS_linkat, "fPfPF" }, { SYS_symlink, "PP" }, { SYS_unlink, "P" },
	{ SYS_unlinkat, "fPF" }, { SYS_readlink, "Pbl" },
	{ SYS_mknod, "PFz" }, { SYS_chmod, "Pi" }, { SYS_fchown, "fuu" },
	{ SYS_chdir, "P" }, { SYS_fchdir, "0" }, { SYS_chroot, "P" },
	{ SYS_getcwd, "bl" }, { SYS_truncate, "Pl" }, { SYS_umask, "i" },
	{ SYS_utimensat, "fPjF" }, { SYS_openat2, "fPhk" },
	{ SYS_sendfile, "f7zl" }, { SYS_copy_file_range, "7zfzlz" },
	{ SYS_splice, "8zfzlF" }, { SYS_splice, "fz9zlF" }, { SYS_tee, "89lF" },
	{ SYS_vmsplice, "9ViF" }, { SYS_memfd_create, "PF" },
	{ SYS_poll, "Sit" }, { SYS_ppoll, "SitSe" },
	{ SYS_pselect6, "iSSStS" }, { SYS_epoll_create1, "F" },
	{ SYS_epoll_ctl, ";ifE" }, { SYS_epoll_pwait, ";biiSe" },
	{ SYS_eventfd2, "iF" }, { SYS_timerfd_create, "iF" },
	{ SYS_timerfd_settime, ":ijb" }, { SYS_timerfd_gettime, ":b" },
	{ SYS_signalfd4, "fSeF" }, { SYS_mount, "PPymz" },
	{ SYS_mount, "PPPmS" }, { SYS_umount2, "PF" },
	{ SYS_pivot_root, "PP" }, { SYS_open_tree, "fPF" },
	{ SYS_move_mount, "fPfPF" }, { SYS_fsopen, "yF" },
	{ SYS_fsconfig, "fiPPi" }, { SYS_fsmount, "fFF" },
	{ SYS_fspick, "fPF" }, { SYS_mount_setattr, "fPFMD" },
	{ SYS_acct, "P" },
	/* sockets */
	{ SYS_socket, "iiz" }, { SYS_socketpair, "iizb" },
	{ SYS_bind, "<Kn" }, { SYS_connect, "<Kn" }, { SYS_listen, "<i" },
	{ SYS_accept4, "<bSF" }, { SYS_sendto, "5blFKn" },
	{ SYS_recvfrom, "6blFbS" }, { SYS_sendmsg, "5HF" },
	{ SYS_recvmsg, "6HF" }, { SYS_shutdown, "5i" },
	{ SYS_getsockname, "fbS" }, { SYS_setsockopt, "51iSi" },
	{ SYS_getsockopt, "51ibS" },
	/* memory */
	{ SYS_mmap, "alii7o" }, { SYS_mmap, "aliifz" },
	{ SYS_mprotect, "ali" }, { SYS_munmap, "al" },
	{ SYS_mremap, "alliA" }, { SYS_msync, "ali" },
	{ SYS_mincore, "alb" }, { SYS_madvise, "ali" }, { SYS_brk, "w" },
	{ SYS_mlock2, "ali" }, { SYS_munlock, "al" }, { SYS_mlockall, "i" },
	{ SYS_process_vm_readv, "pViViz" }, { SYS_process_vm_writev, "pViViz" },
	{ NEW_process_madvise, "3Viiz" }, { NEW_process_mrelease, "3z" },
	{ SYS_membarrier, "iii" },
	/* processes */
	{ SYS_fork, "" }, { SYS_vfork, "" }, { SYS_clone, "Czbbz" },
	{ SYS_clone3, "Xc" }, { SYS_clone3, "Xc" },
	{ SYS_wait4, "pbib" }, { SYS_waitid, "ipbOb" },
	{ SYS_kill, "ps" }, { SYS_tgkill, "pps" }, { SYS_tkill, "ps" },
	{ SYS_exit, "i" }, { SYS_exit_group, "i" }, { SYS_setpgid, "pp" },
	{ SYS_getpgid, "p" }, { SYS_setsid, "" }, { SYS_getsid, "p" },
	{ SYS_unshare, "C" }, { SYS_setns, "3C" }, { SYS_setns, "fz" },
	{ SYS_pidfd_open, "pF" },
	{ SYS_pidfd_send_signal, "3sZz" }, { SYS_pidfd_getfd, "3fz" },
	{ SYS_ptrace, "ipab" }, { SYS_ptrace, "Tpab" }, { SYS_kcmp, "ppiff" },
	{ SYS_execve, "Pgg" }, { SYS_execveat, "fPggF" },
	{ SYS_set_tid_address, "b" }, { SYS_set_robust_list, "Lk" },
	{ SYS_reboot, "R2rz" }, { SYS_prctl, "iwwww" }, { SYS_prctl, "iSlzz" },
	{ SYS_prlimit64, "piSb" }, { SYS_setpriority, "ipi" },
	{ SYS_sched_setscheduler, "piS" }, { SYS_sched_setattr, "pYz" },
	{ SYS_sched_setaffinity, "piS" }, { SYS_sched_getattr, "pbiz" },
	{ SYS_sched_yield, "" }, { SYS_getpriority, "ip" },
	{ SYS_ioprio_set, "ipi" }, { SYS_personality, "F" },
	{ SYS_rseq, "SiFw" }, { SYS_seccomp, "iFB" },
	{ SYS_arch_prctl, "iw" },
	{ SYS_get_robust_list, "pbb" },
	/* who one is */
	{ SYS_setuid, "u" }, { SYS_setresuid, "uuu" }, { SYS_setresgid, "uuu" },
	{ SYS_setgroups, "iS" }, { SYS_capset, "JS" }, { SYS_capget, "Jb" },
	{ SYS_sethostname, "bl" }, { SYS_setfsuid, "u" },
	/* signals, time */
	{ SYS_rt_sigaction, "sSbe" }, { SYS_rt_sigprocmask, "iSbe" },
	{ SYS_rt_sigtimedwait, "Sbte" }, { SYS_rt_sigqueueinfo, "psZ" },
	{ SYS_rt_tgsigqueueinfo, "ppsZ" }, { SYS_sigaltstack, "Sb" },
	{ SYS_setitimer, "ijb" }, { SYS_timer_create, "ivb" },
	{ SYS_timer_settime, "iijb" }, { SYS_timer_delete, "i" },
	{ SYS_timer_gettime, "ib" }, { SYS_nanosleep, "tb" },
	{ SYS_clock_nanosleep, "iitb" }, { SYS_clock_gettime, "wb" },
	{ SYS_getrusage, "ib" }, { SYS_rt_sigsuspend, "Se" },
	{ SYS_restart_syscall, "" },
	/* futexes, System V, message queues */
	{ SYS_futex, "qxitqi" }, { SYS_futex, "qxiiqi" },
	{ SYS_shmget, "iFF" }, { SYS_shmat, "iaF" }, { SYS_shmdt, "a" },
	{ SYS_shmctl, "iiS" }, { SYS_semget, "iiF" }, { SYS_semop, "iSi" },
	{ SYS_semtimedop, "iSit" }, { SYS_semctl, "iiiw" },
	{ SYS_msgget, "iF" }, { SYS_msgsnd, "iSiF" }, { SYS_msgrcv, "iSiiF" },
	{ SYS_msgctl, "iiS" }, { SYS_mq_open, "PFiS" }, { SYS_mq_unlink, "P" },
	{ SYS_mq_timedsend, "4blit" }, { SYS_mq_timedreceive, "4blbt" },
	{ SYS_mq_notify, "4v" }, { SYS_mq_getsetattr, "4Sb" },
	{ NEW_futex_wake, "qwiG" }, { NEW_futex_wait, "qiwGti" },
	{ NEW_futex_waitv, "Wizti" }, { NEW_futex_requeue, "Wzii" },
	/* more of all of them */
	{ SYS_recvmmsg, "6HiFt" }, { SYS_sendmmsg, "5HiF" },
	{ SYS_getpeername, "5bS" }, { SYS_setxattr, "PUblz" },
	{ SYS_fsetxattr, "7UblF" }, { SYS_getxattr, "PUbl" },
	{ SYS_listxattr, "Pbl" }, { SYS_removexattr, "PU" },
	{ NEW_mseal, "alz" }, { NEW_statmount, "Qblz" },
	{ NEW_listmount, "Qbiz" }, { NEW_epoll_pwait2, ";bitSe" },
	{ SYS_getrandom, "blF" }, { SYS_fadvise64, "7oli" },
	{ SYS_sync_file_range, "7ooF" }, { SYS_readahead, "7ol" },
	{ SYS_fsync, "7" }, { NEW_fchmodat2, "fPiF" },
	{ NEW_faccessat2, "fPiF" }, { SYS_mkdirat, "fPi" },
	{ SYS_mknodat, "fPFz" }, { SYS_symlinkat, "PfP" },
	{ SYS_mremap, "alliA" }, { SYS_mremap, "al1za" },
	{ SYS_mremap, "allza" }, { SYS_mlock, "al" }, { SYS_munlockall, "" },
	{ SYS_vhangup, "" }, { SYS_alarm, "i" },
	{ SYS_getitimer, "ib" }, { SYS_rt_sigpending, "bi" },
	{ SYS_signalfd4, "fSeF" }, { SYS_sched_setparam, "pS" },
	{ SYS_sched_getaffinity, "plb" }, { SYS_sched_rr_get_interval, "pb" },
	{ SYS_setreuid, "uu" }, { SYS_setregid, "uu" }, { SYS_setgid, "u" },
	{ SYS_getgroups, "ib" }, { SYS_setdomainname, "bl" },
	{ SYS_setrlimit, "iS" }, { SYS_sysinfo, "b" }, { SYS_times, "b" },
	{ SYS_timer_getoverrun, "i" },
};

static void calls_by_chance(int left);

static int thread_of_chance(void *arg)
{
	(void)arg;
	calls_by_chance(FEW_CALLS);
	return 0;
}

/* a stack of the arena's own for a thread that shares all by chance */
static void do_thread(void)
{
	int flags = CLONE_VM | SIGCHLD;

	flags |= chance(2) ? CLONE_FILES | CLONE_FS : 0;
	flags |= chance(2) ? CLONE_SIGHAND : 0;
	flags |= chance(4) ? 0 : CLONE_PTRACE | CLONE_PARENT;
	if (flags & CLONE_SIGHAND && chance(2))
		flags = (flags & ~0xff) | CLONE_THREAD;
	clone(thread_of_chance, arena + PAGE +
	      (ARENA_STACKS + chance(ARENA_FIXED - ARENA_STACKS)) * PAGE,
	      flags, NULL);
}

/* another's tracer asks for all kinds of things; not for the event of its exit,
 * in which two that trace each other would stay, on Linux too */
static void do_trace(void)
{
	pid_t pid = chance(3) ? fork() : (pid_t)chance_word('p');
	long options = (long)(chance(0x100) & ~0x40u) | chance(2) << 20;
	int seize = chance(2);

	if (!pid) {
		calls_by_chance(FEW_CALLS);
		_exit(0);
	}
	if (seize)
		syscall(SYS_ptrace, PTRACE_SEIZE, pid, 0, options);
	else
		syscall(SYS_ptrace, PTRACE_ATTACH, pid, 0, 0);
	for (int i = 0; i < 30; i++) {
		if (seize && !chance(4))
			syscall(SYS_ptrace, PTRACE_INTERRUPT, pid, 0, 0);
		waitpid(chance(3) ? pid : -1, NULL, WNOHANG | __WALL);
		syscall(SYS_ptrace, chance_word('T'), pid, chance_word('w'),
			chance(2) ? chance_word('S') : chance(64));
		usleep(chance(200));
	}
}

/* sockets inside each other, which nobody else has */
static void do_circle(void)
{
	int fd[2], other[2], type = chance(2) ? SOCK_STREAM : SOCK_DGRAM;
	char room[CMSG_SPACE(3 * sizeof(int))] = "";
	struct iovec one = { "x", 1 };
	struct msghdr m = { .msg_iov = &one, .msg_iovlen = 1,
			    .msg_control = room,
			    .msg_controllen = sizeof(room) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	if (socketpair(AF_UNIX, type, 0, fd) ||
	    socketpair(AF_UNIX, type, 0, other))
		return;
	c->cmsg_len = CMSG_LEN(3 * sizeof(int));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	for (int i = 0; i < 3; i++)
		((int *)CMSG_DATA(c))[i] = chance(2) ? other[i & 1] :
						       fd[chance(2)];
	sendmsg(fd[0], &m, MSG_DONTWAIT);
	((int *)CMSG_DATA(c))[0] = fd[chance(2)];
	sendmsg(other[0], &m, MSG_DONTWAIT);
	for (int i = 0; i < 2; i++) {
		close(fd[i]);
		close(other[i]);
	}
}

/* a world inside */
static void do_nest(void)
{
	unsigned long flags = chance_word('C') &
			      ~(unsigned long)(CLONE_PARENT | CLONE_VFORK);

	if (unshare(CLONE_NEWUSER * chance(2) | CLONE_NEWPID))
		return;
	if (chance(2))
		flags = SIGCHLD | CLONE_NEWPID | CLONE_NEWNS * chance(2);
	if (!ns_clone(flags)) {
		if (chance(2))
			mount("proc", "/proc", "proc", 0, NULL);
		for (int i = chance(4); i; i--)
			fork();
		calls_by_chance(FEW_CALLS);
		_exit(0);
	}
}

/* another's namespaces */
static void do_join(void)
{
	int fd = (int)syscall(SYS_pidfd_open, chance_word('p'), 0);

	if (fd >= 0)
		setns(fd, chance(3) ? 1 << (17 + chance(14)) :
				      (int)chance_word('C') & ~0xff);
	if (chance(2))
		close(fd);
}

/* a terminal, sometimes that of the session */
static void do_pty(void)
{
	int fd = open("/dev/ptmx", O_RDWR | O_NONBLOCK), zero = 0, slave;

	ioctl(fd, TIOCSPTLCK, &zero);
	slave = (int)ioctl(fd, TIOCGPTPEER, O_RDWR | O_NONBLOCK);
	if (chance(2))
		setsid();
	ioctl(slave, TIOCSCTTY, chance(2));
	for (int i = 0; i < 12; i++) {
		int at = chance(2) ? fd : slave;

		if (chance(2))
			ioctl(at, chance_word('I'), chance(2) ?
			      chance_word('S') : chance_word('i'));
		else if (chance(3))
			write(at, "ab\n\3\4\32\21\23x", 1 + chance(9));
		else
			read(at, (void *)chance_word('b'), chance(100));
	}
	if (chance(2))
		close(fd);
	if (chance(2))
		close(slave);
}

/* a descriptor where calls of its kind look for it */
static void place(long fd, char kind)
{
	if (fd >= 0 && dup2((int)fd, FD_OF(kind)) >= 0)
		close((int)fd);
}

/* some of the things that calls are about */
static void do_open(void)
{
	int pair[2];

	place(open(chance(2) ? "." : "/proc", O_RDONLY | O_DIRECTORY), '0');
	place(syscall(SYS_pidfd_open, chance_word('p'), 0), '3');
	place(syscall(SYS_mq_open, chance(2) ? "a" : "b", O_RDWR | O_CREAT |
		      O_NONBLOCK, 0600, NULL), '4');
	if (!socketpair(AF_UNIX, 1 + (int)chance(2), 0, pair)) {
		place(pair[0], '5');
		place(pair[1], '6');
	}
	place(chance(2) ? open("f", O_RDWR | O_CREAT, 0666) :
	      syscall(SYS_memfd_create, "m", chance(8)), '7');
	if (!pipe2(pair, O_NONBLOCK)) {
		place(pair[0], '8');
		place(pair[1], '9');
	}
	place(syscall(SYS_timerfd_create, chance(2), O_NONBLOCK), ':');
	place(syscall(SYS_epoll_create1, 0), ';');
	place(syscall(SYS_socket, AF_UNIX, 1 + chance(2), 0), '<');
	syscall(SYS_signalfd4, -1, chance_word('S'), 8, O_NONBLOCK);
	syscall(SYS_eventfd2, chance(3), O_NONBLOCK);
	open("/dev/fifo", O_RDWR | O_NONBLOCK);
	open((char *)chance_word('P'), O_RDONLY | O_NONBLOCK);
	open("/proc/thread-self/ns/pid", O_RDONLY);
	syscall(SYS_timer_create, chance(10), NULL, chance_word('b'));
	syscall(SYS_shmget, chance(4), 2 * PAGE, 0600 | IPC_CREAT);
	syscall(SYS_semget, chance(4), 3, 0600 | IPC_CREAT);
	syscall(SYS_msgget, chance(4), 0600 | IPC_CREAT);
}

/* a mount that comes from nowhere, or from elsewhere */
static void do_mount(void)
{
	int fd, tree;

	fd = (int)syscall(SYS_fsopen, chance_word('y'), 0);
	if (fd >= 0 && chance(2)) {
		syscall(SYS_fsconfig, fd, 6, NULL, NULL, 0);
		tree = (int)syscall(SYS_fsmount, fd, 0, 0);
	} else {
		tree = (int)syscall(SYS_open_tree, AT_FDCWD, chance_word('P'),
				    1 | 0x8000 * chance(2));
	}
	if (chance(2))
		setns((int)chance_word('f'), CLONE_NEWNS);
	syscall(SYS_move_mount, tree, "", AT_FDCWD, chance_word('P'), 4);
	if (chance(2))
		close(tree);
	if (chance(2))
		close(fd);
	if (!chance(4))
		unshare(CLONE_NEWNS);
	mount(NULL, chance(2) ? "/" : "m", NULL, chance_word('m'), NULL);
	if (!chance(4))
		syscall(SYS_pivot_root, "m", chance(2) ? "m/d" : "m");
	umount2((char *)chance_word('P'), chance(3));
}

/* what a signal's handler returns to is anything */
static void do_return(void)
{
	if (!fork())
		syscall(SYS_rt_sigreturn);
}

static void (*const deeds[])(void) = {
	do_thread, do_trace, do_circle, do_nest, do_join, do_pty, do_open,
	do_mount, do_mount, do_return,
};

/* Where the kernel can, one of the next allocations fails. */
static void fail_soon(void)
{
	char text[8];
	int len = sprintf(text, "%u", 1 + chance(20));
	int fd = open("/proc/thread-self/fail-nth", O_WRONLY);

	if (fd >= 0) {
		write(fd, text, (size_t)len);
		close(fd);
	}
}

static void one_call(void)
{
	const struct call *call = &calls[chance(COUNT(calls))];
	unsigned long a[6] = { 0 };

	for (int i = 0; call->kinds[i]; i++)
		a[i] = chance_word(call->kinds[i]);
	/* A shared stack is no place for vfork's child. */
	if (call->nr == SYS_vfork) {
		if (!vfork())
			_exit(chance(3));
		return;
	}
	syscall(call->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* What is forked has less to do. */
static void calls_by_chance(int left)
{
	pid_t self = getpid();

	for (; left > 0; left--) {
		if (failing && !chance(3))
			fail_soon();
		one_call();
		if (!chance(50))
			deeds[chance(COUNT(deeds))]();
		if (!chance(30))
			do_open();
		if (getpid() != self) {
			self = getpid();
			left /= 4;
		}
	}
}

static void worker(unsigned int round, unsigned int number)
{
	struct rlimit as = { 256 << 20, 256 << 20 };
	struct rlimit size = { 1 << 20, 1 << 20 };

	chance_begin(seed, round, number);
	setrlimit(RLIMIT_AS, &as);
	setrlimit(RLIMIT_FSIZE, &size);
	setrlimit(RLIMIT_CORE, &size);
	for (int i = 0; i < 4; i++)
		socketpair(AF_UNIX, i & 1 ? SOCK_STREAM : SOCK_DGRAM, 0,
			   (int *)arena);
	do_open();
	for (int i = chance(3); i; i--)
		do_thread();
	calls_by_chance(CALLS);
	_exit(0);
}

/* executed by chance: ends, or goes on */
static int executed(char **argv)
{
	if (strcmp(argv[1], "on") || chance_arena())
		return 0;
	chance_begin((unsigned int)atoi(argv[2]), 0, 254);
	calls_by_chance(FEW_CALLS);
	return 0;
}

/* a small world of its own, where what is done to files stays */
static void furnish(void)
{
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	if (mount("w", "w", "tmpfs", 0, "size=4m") || chdir("w"))
		_exit(NOT_BEGUN);
	mkdir("d", 0755);
	mkdir("m", 0755);
	mount("m", "m", "tmpfs", 0, "size=1m");
	mkdir("m/d", 0755);
	mkdir("proc", 0755);
	mkdir("dev", 0755);
	mkdir("dev/pts", 0755);
	mount("proc", "proc", "proc", 0, NULL);
	mount("devpts", "dev/pts", "devpts", 0, "newinstance,ptmxmode=666");
	mknod("dev/null", S_IFCHR | 0666, makedev(1, 3));
	mknod("dev/zero", S_IFCHR | 0666, makedev(1, 5));
	mknod("dev/fifo", S_IFIFO | 0666, 0);
	mknod("dev/tty", S_IFCHR | 0666, makedev(5, 0));
	if (symlink("pts/ptmx", "dev/ptmx") ||
	    mount(".", "/", NULL, MS_MOVE, NULL) || chroot("."))
		_exit(NOT_BEGUN);
}

static int init(unsigned int round)
{
	unsigned int workers = 0;

	chance_begin(seed, round, 255);
	setsid();
	furnish();
	failing = round % 3 == 2;
	if (chance_arena())
		return NOT_BEGUN;
	for (int i = 0; i < 3; i++)
		close(i);
	open("/dev/null", O_RDWR);
	while (workers < WORKERS)
		if (workers++, !fork())
			worker(round, workers);
	for (int ms = 20 + chance(60); ms; ms--) {
		usleep(1000);
		while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
			if (workers < WORKERS_MAX && (workers++, !fork()))
				worker(round, workers);
	}
	return 7;
}

/*
 * The init is a program of its own, for what its members do to their memory
 * must not reach the test's. A moment after it should have ended it is killed:
 * its members may trace it.
 * Return: it began, and was waited for
 */
static int taken_down(pid_t init)
{
	int status;

	for (int ms = 0; ms < PATIENCE_MS; ms++) {
		if (waitpid(init, &status, WNOHANG) == init)
			return status != NOT_BEGUN << 8;
		usleep(1000);
	}
	kill(init, SIGKILL);
	return race_reap(init) != -1;
}

static void become_init(unsigned int round)
{
	char words[2][12];

	proc_put("/proc/self/uid_map", "0 0 1");
	proc_put("/proc/self/setgroups", "deny");
	proc_put("/proc/self/gid_map", "0 0 1");
	snprintf(words[0], sizeof(words[0]), "%u", round);
	snprintf(words[1], sizeof(words[1]), "%u", race_seed());
	execl("/proc/self/exe", "race_calls", "init", words[0], words[1], NULL);
	_exit(NOT_BEGUN);
}

static int round_of_calls(unsigned int round)
{
	pid_t pid;

	/* The last members may have changed it. */
	chmod("/proc/self/exe", 0755);
	pid = ns_clone(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC |
		       CLONE_NEWUTS | (round & 1 ? CLONE_NEWUSER : 0));
	if (!pid)
		become_init(round);
	need(pid > 0);
	return taken_down(pid);
}

static void random_calls(void)
{
	struct slabs before, after;
	int rounds = 0, good = 0, grown;

	race_begin();
	need(!mkdir("w", 0755));
	while (rounds < WARM_UP)
		good += round_of_calls(rounds++);
	slabs_read(&before);
	do {
		good += round_of_calls(rounds++);
	} while (good == rounds && race_more());
	test_note("rounds", rounds);
	CHECK_EQ("each world can be taken down", good, rounds);
	if (!slabs_exact()) {
		SKIP("nothing is left over", "cannot be told exactly");
		return;
	}
	slabs_read(&after);
	grown = slabs_grown(&before, &after, SLACK);
	CHECK_EQ("nothing is left over", grown, 0);
}

static const struct test tests[] = {
	{ "random calls", random_calls, 600 },
};

int main(int argc, char **argv)
{
	if (argc > 3) {
		seed = (unsigned int)atoi(argv[3]);
		return init((unsigned int)atoi(argv[2]));
	}
	if (argc > 1)
		return executed(argv);
	return test_main(tests, COUNT(tests));
}
