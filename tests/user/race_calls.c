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
#include "lib/ns.h"
#include "lib/race.h"
#include "lib/slabs.h"
#include "lib/test.h"
#include "lib/proc.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#ifndef SYS_process_madvise
#define SYS_process_madvise	440
#endif
#ifndef SYS_process_mrelease
#define SYS_process_mrelease	448
#endif

#define WORKERS		6		/* at a time */
#define WORKERS_MAX	30		/* in all */
#define CALLS		400		/* of one worker */
#define PAGE		4096ul
#define ARENA_PAGES	64
#define ARENA_FIXED	16		/* never unmapped: stacks, structures */
#define SLACK		8
#define WARM_UP		4

/*
 * A letter for each argument:
 *   f descriptor     p number of a process   s signal       u user or group
 *   P path           b memory to be written  S a structure  a page address
 *   l length         o offset                i small number F flags
 *   C CLONE_* flags  t timespec              I ioctl        N fcntl
 *   z zero           w a word that is anything
 */
struct call {
	short nr;
	const char *kinds;
};

static const struct call calls[] = {
	/* files */
	{ SYS_read, "fbl" }, { SYS_write, "fbl" }, { SYS_open, "PFi" },
	{ SYS_openat, "fPFi" }, { SYS_close, "f" }, { SYS_lseek, "foi" },
	{ SYS_pread64, "fblo" }, { SYS_pwrite64, "fblo" },
	{ SYS_readv, "fSi" }, { SYS_writev, "fSi" }, { SYS_preadv2, "fSiozF" },
	{ SYS_pwritev2, "fSiozF" }, { SYS_pipe2, "bF" }, { SYS_dup, "f" },
	{ SYS_dup2, "ff" }, { SYS_dup3, "ffF" }, { SYS_close_range, "ffF" },
	{ SYS_fcntl, "fNw" }, { SYS_fcntl, "fNS" }, { SYS_ioctl, "fIw" },
	{ SYS_ioctl, "fIS" }, { SYS_flock, "fi" }, { SYS_ftruncate, "fl" },
	{ SYS_fallocate, "fFol" }, { SYS_getdents64, "fbl" },
	{ SYS_newfstatat, "fPbF" }, { SYS_statx, "fPFFb" },
	{ SYS_fstatfs, "fb" }, { SYS_mkdir, "Pi" }, { SYS_rmdir, "P" },
	{ SYS_rename, "PP" }, { SYS_renameat2, "fPfPF" }, { SYS_link, "PP" },
	{ SYS_linkat, "fPfPF" }, { SYS_symlink, "PP" }, { SYS_unlink, "P" },
	{ SYS_unlinkat, "fPF" }, { SYS_readlink, "Pbl" },
	{ SYS_mknod, "PFz" }, { SYS_chmod, "Pi" }, { SYS_fchown, "fuu" },
	{ SYS_chdir, "P" }, { SYS_fchdir, "f" }, { SYS_chroot, "P" },
	{ SYS_getcwd, "bl" }, { SYS_truncate, "Pl" }, { SYS_umask, "i" },
	{ SYS_utimensat, "fPSF" }, { SYS_openat2, "fPSi" },
	{ SYS_sendfile, "ffSl" }, { SYS_copy_file_range, "fSfSlF" },
	{ SYS_splice, "fSfSlF" }, { SYS_tee, "fflF" },
	{ SYS_vmsplice, "fSiF" }, { SYS_memfd_create, "PF" },
	{ SYS_poll, "Sit" }, { SYS_ppoll, "SitSi" },
	{ SYS_pselect6, "iSSStS" }, { SYS_epoll_create1, "F" },
	{ SYS_epoll_ctl, "fifS" }, { SYS_epoll_pwait, "fbiiSi" },
	{ SYS_eventfd2, "iF" }, { SYS_timerfd_create, "iF" },
	{ SYS_timerfd_settime, "fiSb" }, { SYS_timerfd_gettime, "fb" },
	{ SYS_signalfd4, "fSiF" }, { SYS_mount, "PPPFS" },
	{ SYS_mount, "PPPCS" }, { SYS_umount2, "PF" },
	{ SYS_pivot_root, "PP" }, { SYS_open_tree, "fPF" },
	{ SYS_move_mount, "fPfPF" }, { SYS_fsopen, "PF" },
	{ SYS_fsconfig, "fiPPi" }, { SYS_fsmount, "fFF" },
	{ SYS_fspick, "fPF" }, { SYS_mount_setattr, "fPFSi" },
	{ SYS_acct, "P" },
	/* sockets */
	{ SYS_socket, "iiz" }, { SYS_socketpair, "iizb" },
	{ SYS_bind, "fSi" }, { SYS_connect, "fSi" }, { SYS_listen, "fi" },
	{ SYS_accept4, "fbSF" }, { SYS_sendto, "fblFSi" },
	{ SYS_recvfrom, "fblFbS" }, { SYS_sendmsg, "fSF" },
	{ SYS_recvmsg, "fSF" }, { SYS_shutdown, "fi" },
	{ SYS_getsockname, "fbS" }, { SYS_setsockopt, "fiiSi" },
	{ SYS_getsockopt, "fiibS" },
	/* memory */
	{ SYS_mmap, "aliFfo" }, { SYS_mmap, "aliifz" },
	{ SYS_mprotect, "ali" }, { SYS_munmap, "al" },
	{ SYS_mremap, "alliA" }, { SYS_msync, "ali" },
	{ SYS_mincore, "alb" }, { SYS_madvise, "ali" }, { SYS_brk, "w" },
	{ SYS_mlock2, "ali" }, { SYS_munlock, "al" }, { SYS_mlockall, "i" },
	{ SYS_process_vm_readv, "pSiSiz" }, { SYS_process_vm_writev, "pSiSiz" },
	{ SYS_process_madvise, "fSiiz" }, { SYS_process_mrelease, "fz" },
	{ SYS_membarrier, "iii" },
	/* processes */
	{ SYS_fork, "" }, { SYS_vfork, "" }, { SYS_clone, "Czbbz" },
	{ SYS_clone3, "Xl" }, { SYS_wait4, "pbib" }, { SYS_waitid, "ipbib" },
	{ SYS_kill, "ps" }, { SYS_tgkill, "pps" }, { SYS_tkill, "ps" },
	{ SYS_exit, "i" }, { SYS_exit_group, "i" }, { SYS_setpgid, "pp" },
	{ SYS_getpgid, "p" }, { SYS_setsid, "" }, { SYS_getsid, "p" },
	{ SYS_unshare, "C" }, { SYS_setns, "fC" }, { SYS_pidfd_open, "pF" },
	{ SYS_pidfd_send_signal, "fsSz" }, { SYS_pidfd_getfd, "ffz" },
	{ SYS_ptrace, "ipab" }, { SYS_ptrace, "Tpab" }, { SYS_kcmp, "ppiff" },
	{ SYS_execve, "PSS" }, { SYS_execveat, "fPSSF" },
	{ SYS_set_tid_address, "b" }, { SYS_set_robust_list, "Sl" },
	{ SYS_reboot, "RMrz" }, { SYS_prctl, "iwwww" }, { SYS_prctl, "iSlzz" },
	{ SYS_prlimit64, "piSb" }, { SYS_setpriority, "ipi" },
	{ SYS_sched_setscheduler, "piS" }, { SYS_sched_setattr, "pSz" },
	{ SYS_sched_setaffinity, "piS" }, { SYS_sched_getattr, "pbiz" },
	{ SYS_sched_yield, "" }, { SYS_getpriority, "ip" },
	{ SYS_ioprio_set, "ipi" }, { SYS_personality, "F" },
	{ SYS_rseq, "SiFw" }, { SYS_seccomp, "iFS" },
	{ SYS_process_vm_readv, "pSiSiz" }, { SYS_arch_prctl, "iw" },
	{ SYS_get_robust_list, "pbb" },
	/* who one is */
	{ SYS_setuid, "u" }, { SYS_setresuid, "uuu" }, { SYS_setresgid, "uuu" },
	{ SYS_setgroups, "iS" }, { SYS_capset, "SS" }, { SYS_capget, "Sb" },
	{ SYS_sethostname, "bl" }, { SYS_setfsuid, "u" },
	/* signals, time */
	{ SYS_rt_sigaction, "sSbi" }, { SYS_rt_sigprocmask, "iSbi" },
	{ SYS_rt_sigtimedwait, "Sbti" }, { SYS_rt_sigqueueinfo, "psS" },
	{ SYS_rt_tgsigqueueinfo, "ppsS" }, { SYS_sigaltstack, "Sb" },
	{ SYS_setitimer, "iSb" }, { SYS_timer_create, "iSb" },
	{ SYS_timer_settime, "iiSb" }, { SYS_timer_delete, "i" },
	{ SYS_timer_gettime, "ib" }, { SYS_nanosleep, "tb" },
	{ SYS_clock_nanosleep, "iitb" }, { SYS_clock_gettime, "wb" },
	{ SYS_getrusage, "ib" }, { SYS_rt_sigsuspend, "Si" },
	{ SYS_restart_syscall, "" },
	/* futexes, System V, message queues */
	{ SYS_futex, "biitbi" }, { SYS_futex, "biiibi" },
	{ SYS_shmget, "iFF" }, { SYS_shmat, "iaF" }, { SYS_shmdt, "a" },
	{ SYS_shmctl, "iiS" }, { SYS_semget, "iiF" }, { SYS_semop, "iSi" },
	{ SYS_semtimedop, "iSit" }, { SYS_semctl, "iiiw" },
	{ SYS_msgget, "iF" }, { SYS_msgsnd, "iSiF" }, { SYS_msgrcv, "iSiiF" },
	{ SYS_msgctl, "iiS" }, { SYS_mq_open, "PFiS" }, { SYS_mq_unlink, "P" },
	{ SYS_mq_timedsend, "fblit" }, { SYS_mq_timedreceive, "fblbt" },
	{ SYS_mq_notify, "fS" },
};

static const char *const paths[] = {
	"a", "b", "d", "d/a", "d/b", "d/d", ".", "..", "/", "", "/a", "tmpfs",
	"proc", "devpts", "mqueue", "size", "source", "/proc/self/exe",
	"/proc/self/mem", "/proc/self/maps", "/proc/self/smaps",
	"/proc/self/fd", "/proc/self/ns/pid", "/proc/self/ns/user",
	"/proc/self/ns/mnt", "/proc/self/ns/pid_for_children",
	"/proc/1/ns/pid", "/proc/2/stat", "/proc/3/status", "/proc/4/mem",
	"/proc/3/environ", "/proc/2/task", "/proc/5/fd/3", "/proc/self/uid_map",
	"/proc/self/setgroups", "/proc/self/comm", "/proc/self/timers",
	"/proc/sys/kernel/ns_last_pid", "/proc/self/mountinfo", "/proc/1/root",
	"/proc/self/cwd", "/proc/self/clear_refs", "/proc/self/pagemap",
	"/proc/self/oom_score_adj", "/proc/locks", "/proc/self/stack",
	"/dev/null", "/dev/zero", "/dev/ptmx", "/dev/pts/0", "/dev/tty",
	"/proc/sysvipc/shm", "/proc/net/unix", "/proc/self/map_files",
};

static const unsigned int ioctls[] = {
	0x5401, 0x5402, 0x5403, 0x5405, 0x5409, 0x540a, 0x540b, 0x540e, 0x540f,
	0x5410, 0x5411, 0x5412, 0x5413, 0x5414, 0x541b, 0x5420, 0x5421, 0x5422,
	0x5423, 0x5424, 0x5429, 0x5432, 0x5450, 0x5451, 0x5452, 0x5437, 0x5438,
	0x80045430, 0x40045431, 0x80045439, 0x5441, 0x4b3a, 0x4b44,
	0xb701, 0xb702, 0xb703, 0xb704, 0x8004b706, 0x8004b708, 0x8004b709,
	0xff01, 0xff03, 0xff04, 0xff05, 0xff06, 0xff09, 0xc000ff0b,
	0xc0506617, 0x40087602, 0x80047601, 0xc0684611,
};

static char *arena;
static uint64_t random_state;

/* each process in each round goes its own way */
static void random_begin(unsigned int round, unsigned int worker)
{
	random_state = ((uint64_t)race_seed() << 40 | (uint64_t)round << 8 |
			worker) * 0x9e3779b97f4a7c15 | 1;
}

/* a number below @n (xorshift) */
static unsigned int random_below(unsigned int n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 20) % n;
}

static unsigned long word_of(char kind);

/* something that a word of a structure may be */
static unsigned long any_word(void)
{
	static const char kinds[] = "fpsuPbaloiFCiii";

	return word_of(kinds[random_below(sizeof(kinds) - 1)]);
}

/* a structure of sixteen words of four or eight bytes */
static unsigned long structure(void)
{
	char *at = arena + random_below(8) * PAGE +
		   (random_below(8) ? random_below(240) * 16 : PAGE - 16);
	int wide = random_below(2);

	for (int i = 0; i < 16; i++) {
		unsigned long word = any_word();

		memcpy(at + i * (wide ? 8 : 4), &word, wide ? 8 : 4);
	}
	return (unsigned long)at;
}

/* up to 20 milliseconds */
static unsigned long short_time(void)
{
	long *at = (long *)(arena + 9 * PAGE + random_below(200) * 16);

	at[0] = 0;
	at[1] = random_below(20000000);
	return (unsigned long)at;
}

static unsigned long few_bits(unsigned int width)
{
	unsigned long flags = 0;

	for (unsigned int n = random_below(4); n; n--)
		flags |= 1ul << random_below(width);
	return flags;
}

static unsigned long clone_flags(void)
{
	unsigned long flags = few_bits(24) << 8;

	/* Who shares the stack does not come far. */
	flags &= ~(unsigned long)CLONE_VM;
	return flags | (random_below(4) ? SIGCHLD : 0);
}

/* clone_args: flags, no stack */
static unsigned long clone3_words(void)
{
	struct clone3_args *args = (void *)(arena + 10 * PAGE +
					    random_below(30) * 128);

	memset(args, 0, sizeof(*args));
	args->flags = clone_flags() & ~0xfful;
	args->pidfd = args->child_tid = args->parent_tid = word_of('b');
	args->exit_signal = random_below(4) ? SIGCHLD : 0;
	if (!random_below(4)) {
		args->set_tid = word_of('S');
		args->set_tid_size = random_below(4);
	}
	return (unsigned long)args;
}

static unsigned long length(void)
{
	static const unsigned long odd[] = {
		0, 1, PAGE - 1, PAGE, PAGE + 1, 0x7fffffff, 0x80000000,
		0xffffffff, 0x7fffffffffffffff, -1ul,
	};

	if (random_below(6))
		return random_below(3) ? random_below(300) :
					random_below(ARENA_PAGES) * PAGE;
	return odd[random_below(COUNT(odd))];
}

static unsigned long word_of(char kind)
{
	static const unsigned long odd[] = {
		0, 1, -1ul, 0x7fffffff, 0x80000000, 0xffffffff00000000,
		0x7ffffffff000, 0x800000000000, 0xffff800000000000, 8,
	};

	switch (kind) {
	case 'f':
		return random_below(12) ? random_below(40) : -random_below(120);
	case 'p':
		return random_below(8) ? random_below(24) : -random_below(24);
	case 's':
		return random_below(3) ? random_below(66) : SIGCONT;
	case 'u':
		return random_below(3) ? random_below(3) * 1000 : -1ul;
	case 'P':
		return (unsigned long)paths[random_below(COUNT(paths))];
	case 'b':
		return (unsigned long)arena +
		       random_below(ARENA_PAGES * 512) * 8;
	case 'S':
		return structure();
	case 'X':
		return clone3_words();
	case 'a':
		return (unsigned long)arena +
		       (ARENA_FIXED + random_below(ARENA_PAGES - ARENA_FIXED)) *
		       PAGE;
	case 'A':
		return random_below(2) ? word_of('a') : 0;
	case 'l':
		return length();
	case 'o':
		return random_below(3) ? random_below(16) * 512 : length();
	case 'i':
		return random_below(8) ? random_below(9) : random_below(80);
	case 'F':
		return few_bits(random_below(3) ? 13 : 32);
	case 'C':
		return clone_flags();
	case 't':
		return short_time();
	case 'I':
		return ioctls[random_below(COUNT(ioctls))];
	case 'N':
		return random_below(2) ? random_below(40) :
					1024 + random_below(16);
	case 'T':
		return 0x4200 + random_below(18);
	case 'R':	/* most of them would not live long */
		return random_below(100) ? 0 : 0xfee1dead;
	case 'M':
		return 672274793;
	case 'r':
		return random_below(2) ? 0x01234567 : 0x4321fedc;
	case 'w':
		if (random_below(2))
			return any_word();
		return odd[random_below(COUNT(odd))];
	}
	return 0;
}

static void one_call(void)
{
	const struct call *call = &calls[random_below(COUNT(calls))];
	unsigned long a[6] = { 0 };

	for (int i = 0; call->kinds[i]; i++)
		a[i] = word_of(call->kinds[i]);
	/* A shared stack is no place for vfork's child. */
	if (call->nr == SYS_vfork) {
		if (!vfork())
			_exit(random_below(3));
		return;
	}
	syscall(call->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static int calls_by_chance(void *arg)
{
	(void)arg;
	for (int i = 0; i < CALLS; i++)
		one_call();
	return 0;
}

/* a stack of the arena's own for a thread that shares all by chance */
static void thread_by_chance(void)
{
	int flags = CLONE_VM | SIGCHLD;

	flags |= random_below(2) ? CLONE_FILES | CLONE_FS : 0;
	flags |= random_below(2) ? CLONE_SIGHAND : 0;
	if (flags & CLONE_SIGHAND && random_below(2))
		flags = (flags & ~0xff) | CLONE_THREAD;
	clone(calls_by_chance, arena + (12 + random_below(4)) * PAGE + PAGE,
	      flags, NULL);
}

static void worker(unsigned int round, unsigned int number)
{
	struct rlimit as = { 256 << 20, 256 << 20 };
	struct rlimit size = { 1 << 20, 1 << 20 };

	random_begin(round, number);
	setrlimit(RLIMIT_AS, &as);
	setrlimit(RLIMIT_FSIZE, &size);
	setrlimit(RLIMIT_CORE, &size);
	for (int i = 0; i < 4; i++)
		socketpair(AF_UNIX, i & 1 ? SOCK_STREAM : SOCK_DGRAM, 0,
			   (int *)arena);
	for (int i = random_below(3); i; i--)
		thread_by_chance();
	_exit(calls_by_chance(NULL));
}

/* a small world of its own, where what is done to files stays */
static void furnish(void)
{
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	if (mount("w", "w", "tmpfs", 0, "size=4m") || chdir("w"))
		_exit(9);
	mkdir("d", 0755);
	mkdir("proc", 0755);
	mkdir("dev", 0755);
	mkdir("dev/pts", 0755);
	mount("proc", "proc", "proc", 0, NULL);
	mount("devpts", "dev/pts", "devpts", 0, "newinstance,ptmxmode=666");
	mknod("dev/null", S_IFCHR | 0666, makedev(1, 3));
	mknod("dev/zero", S_IFCHR | 0666, makedev(1, 5));
	mknod("dev/tty", S_IFCHR | 0666, makedev(5, 0));
	if (symlink("pts/ptmx", "dev/ptmx") || chroot("."))
		_exit(9);
}

static int init(unsigned int round)
{
	unsigned int workers = 0;

	random_begin(round, 255);
	setsid();
	proc_put("/proc/self/uid_map", "0 0 1");
	proc_put("/proc/self/setgroups", "deny");
	proc_put("/proc/self/gid_map", "0 0 1");
	furnish();
	arena = mmap(NULL, 2 * ARENA_PAGES * PAGE, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (arena == MAP_FAILED ||
	    mprotect(arena, ARENA_PAGES * PAGE, PROT_READ | PROT_WRITE))
		return 8;
	for (int i = 0; i < 3; i++)
		close(i);
	open("/dev/null", O_RDWR);
	while (workers < WORKERS)
		if (workers++, !fork())
			worker(round, workers);
	for (int ms = 20 + random_below(60); ms; ms--) {
		usleep(1000);
		while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
			if (workers < WORKERS_MAX && (workers++, !fork()))
				worker(round, workers);
	}
	return 7;
}

/* Return: the init was waited for */
static int round_of_calls(unsigned int round)
{
	pid_t pid = ns_clone(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC |
			     CLONE_NEWUTS | (round & 1 ? CLONE_NEWUSER : 0));

	if (!pid)
		_exit(init(round));
	need(pid > 0);
	return race_reap(pid) != -1;
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
	(void)argv;
	if (argc > 1)		/* executed by chance */
		return 0;
	return test_main(tests, COUNT(tests));
}
