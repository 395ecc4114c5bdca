/*
 * tests/user/lib/chance.c - arguments of system calls, chosen by chance
 *
 * What:  words by their letter (chance.h); those of structures are mostly
 *        plausible.
 */
#include "chance.h"

#include "ns.h"
#include "test.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define INTO_CGROUP 0x200000000ull	/* of clone3(2) */
#define FUTEXES	(arena + 11 * PAGE)	/* shared by all */

char *arena;
static uint64_t random_state;

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
	"/proc/sysvipc/shm", "/proc/self/fd/9",
	"/proc/1/ns/user", "/dev/ptmx", "/dev/pts/1", "/dev/fifo", "/dev/fifo",
	"user.a", "security.b", "/m", "/m/d", "dev", "/proc/1/cwd",
	"/proc/net/unix", "/proc/self/map_files",
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

static const char *const types[] = {
	"tmpfs", "proc", "devpts", "mqueue", "ramfs", "sysfs", "cgroup2",
	"devtmpfs",
};

static const char *const names[] = {
	"user.a", "user.b", "trusted.a", "security.capability",
	"system.posix_acl_access",
};

int chance_arena(void)
{
	arena = mmap(NULL, 2 * ARENA_PAGES * PAGE, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (arena == MAP_FAILED ||
	    mprotect(arena, ARENA_PAGES * PAGE, PROT_READ | PROT_WRITE))
		return -1;
	return mmap(FUTEXES, PAGE, PROT_READ | PROT_WRITE, MAP_FIXED |
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0) == FUTEXES ? 0 : -1;
}

void chance_begin(uint64_t seed, unsigned int round, unsigned int worker)
{
	random_state = (seed << 40 | (uint64_t)round << 8 |
			worker) * 0x9e3779b97f4a7c15 | 1;
}

/* xorshift */
unsigned int chance(unsigned int n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 20) % n;
}

/* something that a word of a structure may be */
static unsigned long any_word(void)
{
	static const char kinds[] = "fpsuPbaloiFCiii";

	return chance_word(kinds[chance(sizeof(kinds) - 1)]);
}

/* room for a structure of @size bytes, often the last of a page */
static void *room(unsigned long size)
{
	char *page = arena + chance(10) * PAGE;

	size = (size + 15) & ~15ul;
	return page + (chance(8) ? chance((PAGE - size) / 16) * 16 :
				   PAGE - size);
}

/* @n words of four or eight bytes, of which the last may be missing */
static void *structure(void)
{
	char *at = room(chance(8) ? 128 : 16);
	int wide = chance(2);

	for (int i = 0; i < 16; i++) {
		unsigned long word = any_word();

		memcpy(at + i * (wide ? 8 : 4), &word, wide ? 8 : 4);
	}
	return at;
}

static unsigned long few_bits(unsigned int width)
{
	unsigned long flags = 0;

	for (unsigned int n = chance(4); n; n--)
		flags |= 1ul << chance(width);
	return flags;
}

static unsigned long clone_flags(void)
{
	unsigned long flags = few_bits(24) << 8;

	/* Who shares the stack does not come far. */
	flags &= ~(unsigned long)CLONE_VM;
	return flags | (chance(4) ? SIGCHLD : 0);
}

static unsigned long mount_flags(void)
{
	static const unsigned long flags[] = {
		MS_BIND, MS_BIND | MS_REC, MS_MOVE, MS_SHARED | MS_REC,
		MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE, MS_REMOUNT,
		MS_REMOUNT | MS_BIND | MS_RDONLY, MS_SHARED, 0, 0,
	};

	return flags[chance(COUNT(flags))] | (chance(4) ? 0 : few_bits(26));
}

/* up to 20 milliseconds, or a time of any kind */
static struct timespec a_time(void)
{
	struct timespec at = { 0, chance(chance(2) ? 20000000 : 1000000) };

	if (!chance(12))
		at.tv_sec = (long)any_word();
	if (!chance(12))
		at.tv_nsec = chance(2) ? 0 : (long)any_word();
	return at;
}

static void *short_time(void)
{
	struct timespec *at = room(sizeof(*at));

	*at = (struct timespec){ 0, chance(20000000) };
	return at;
}

static void *interval(void)
{
	struct itimerspec *at = room(sizeof(*at));

	at->it_interval = a_time();
	at->it_value = a_time();
	return at;
}

/* numbers for the child, sometimes a stack of its own and shared memory */
static void *clone3_words(void)
{
	struct clone3_args *args = room(sizeof(*args));
	int *tids = room(16);

	memset(args, 0, sizeof(*args));
	args->flags = clone_flags() & ~0xfful;
	args->pidfd = args->child_tid = args->parent_tid = chance_word('b');
	args->exit_signal = chance(4) ? SIGCHLD : 0;
	if (!chance(4)) {
		for (int i = 0; i < 4; i++)
			tids[i] = (int)chance_word('p');
		args->set_tid = (uintptr_t)tids;
		args->set_tid_size = chance(4);
	}
	if (!chance(12))
		args->flags |= INTO_CGROUP;
	if (args->flags & INTO_CGROUP)
		args->cgroup = chance_word('f');
	return args;
}

static void *vectors(void)
{
	struct iovec *v = room(9 * sizeof(*v));

	for (int i = 0; i < 9; i++) {
		v[i].iov_base = (void *)chance_word(chance(2) ? 'b' : 'a');
		v[i].iov_len = chance_word('l');
	}
	return v;
}

static void *address(void)
{
	struct sockaddr_un *at = room(sizeof(*at));

	memset(at, 0, sizeof(*at));
	at->sun_family = chance(10) ? AF_UNIX : chance(20);
	memcpy(at->sun_path + chance(2), chance(2) ? "a" : "b", 1);
	if (!chance(8))
		memset(at->sun_path, 'x', sizeof(at->sun_path));
	return at;
}

/* a control message of descriptors, credentials or anything */
static unsigned int control(char *at)
{
	struct cmsghdr *c = (void *)at;
	unsigned int n = chance(6);
	int *data = (int *)CMSG_DATA(c);

	c->cmsg_level = chance(20) ? SOL_SOCKET : (int)chance(300);
	c->cmsg_type = chance(20) ? SCM_RIGHTS + (int)chance(2) : 3;
	for (unsigned int i = 0; i < n; i++)
		data[i] = (int)chance_word('f');
	if (c->cmsg_type == SCM_CREDENTIALS) {
		n = 3;
		data[0] = chance(2) ? (int)getpid() : (int)chance_word('p');
		data[1] = data[2] = chance(4) ? 0 : 1000;
	}
	c->cmsg_len = chance(20) ? CMSG_LEN(4 * n) : chance_word('l');
	return CMSG_SPACE(4 * n);
}

static void *message(void)
{
	struct msghdr *m = room(sizeof(*m) + 256);
	char *at = (char *)(m + 1);

	memset(m, 0, sizeof(*m));
	m->msg_iov = vectors();
	m->msg_iovlen = chance(20) ? chance(4) : chance_word('l');
	if (!chance(3)) {
		m->msg_name = address();
		m->msg_namelen = chance_word('n');
	}
	if (chance(3)) {
		m->msg_control = at;
		m->msg_controllen = control(at);
		if (!chance(4))
			m->msg_controllen += control(at + m->msg_controllen);
	}
	return m;
}

static void *event(void)
{
	struct epoll_event *e = room(sizeof(*e));

	e->events = few_bits(5) | (chance(3) ? 0 : few_bits(4) << 28);
	e->data.u64 = any_word();
	return e;
}

static void *signal_event(void)
{
	struct sigevent *e = room(sizeof(*e));

	memset(e, 0, sizeof(*e));
	e->sigev_notify = (int)(chance(2) ? chance(3) : 4);
	e->sigev_signo = (int)chance_word('s');
	e->sigev_value.sival_int = (int)chance_word('f');
	((int *)e)[4] = (int)chance_word('p');	/* the thread's number */
	return e;
}

/* as sched_setattr(2) has it */
static void *scheduling(void)
{
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
		uint32_t util[2];
	} *at = room(sizeof(*at));

	memset(at, 0, sizeof(*at));
	at->size = chance(8) ? 48 : (uint32_t)chance_word('l');
	at->policy = chance(8);
	at->flags = chance(2) ? 0 : few_bits(8);
	at->nice = (int)chance(40) - 20;
	at->priority = at->policy == 1 || at->policy == 2 ? chance(100) : 0;
	at->runtime = 1024 + chance(3000000);
	at->deadline = at->runtime + chance(3000000);
	at->period = chance(2) ? 0 : at->deadline + chance(3000000);
	return at;
}

/* a filter that mostly lets all through, or one that cannot be */
static void *filter(void)
{
	static const uint32_t ends[] = {
		SECCOMP_RET_ALLOW, SECCOMP_RET_ALLOW, SECCOMP_RET_LOG,
		SECCOMP_RET_ERRNO | 38, SECCOMP_RET_TRAP, SECCOMP_RET_TRACE,
		SECCOMP_RET_USER_NOTIF, SECCOMP_RET_KILL_THREAD,
	};
	struct sock_fprog *prog = room(sizeof(*prog) + 64);
	struct sock_filter *code = (void *)(prog + 1);

	*prog = (struct sock_fprog){ 4, code };
	code[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
	code[1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
					       chance(330), 0, 1);
	code[2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
					       ends[chance(COUNT(ends))]);
	code[3] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
					       SECCOMP_RET_ALLOW);
	if (!chance(4))
		code[chance(4)] = (struct sock_filter){
			chance(256), chance(4), chance(4), any_word() };
	return prog;
}

static void *how_to_open(void)
{
	uint64_t *how = room(24);

	how[0] = few_bits(23);
	how[1] = how[0] & O_CREAT ? 0644 : 0;
	how[2] = few_bits(6);
	return how;
}

static void *futex_word(void)
{
	unsigned int *at = (unsigned int *)FUTEXES + chance(8);

	if (!chance(3))
		*at = chance(3) ? 0 : chance_word('p') | chance(2) << 31 |
				      chance(4) / 3 << 30;
	return at;
}

/* a list of some futexes, and sometimes a circle, or one that leads away */
static void *robust_list(void)
{
	unsigned long *l = room(9 * 8);

	for (int i = 0; i < 6; i++)
		l[i] = (unsigned long)&l[chance(12) ? i + 1 : (int)chance(6)] |
		       chance(2);
	l[6] = chance(12) ? (unsigned long)l : any_word();
	l[1] = chance_word('q') - (unsigned long)l;
	l[2] = chance(2) ? 0 : (unsigned long)&l[3];
	return l;
}

static void *futex_waiters(void)
{
	uint64_t *at = room(6 * 24);

	for (int i = 0; i < 18; i += 3) {
		at[i] = chance(2) ? 0 : any_word();
		at[i + 1] = chance_word('q');
		at[i + 2] = chance(4) ? 2 : chance(256);
	}
	return at;
}

static void *capabilities(void)
{
	uint32_t *at = room(8);

	at[0] = 0x20080522;
	at[1] = chance(2) ? 0 : (uint32_t)chance_word('p');
	return at;
}

/* a signal as a program may make it up */
static void *signal_info(void)
{
	int *at = structure();

	at[2] = -(int)chance(8);
	return chance(8) ? at : NULL;
}

static void *mount_attributes(void)
{
	uint64_t *at = room(32);

	at[0] = few_bits(4);
	at[1] = few_bits(4);
	at[2] = chance(2) ? 0 : 1ull << (17 + chance(4));
	at[3] = chance(4) ? 0 : chance_word('f');
	return at;
}

/* of a path's mount, as statx(2) has it */
static uint64_t mount_number(void)
{
	uint64_t at[32] = { 0 };

	syscall(SYS_statx, AT_FDCWD, chance_word('P'), 0, 0x4000, at);
	return at[18];
}

static void *mount_request(void)
{
	uint64_t *at = room(32);

	((uint32_t *)at)[0] = chance(8) ? 24 : (uint32_t)chance_word('l');
	((uint32_t *)at)[1] = 0;
	if (chance(4))
		at[1] = mount_number();
	else
		at[1] = -1ull;
	at[2] = chance(2) ? 0 : few_bits(12);
	return at;
}

static void *arguments(void)
{
	static char number[12];
	char **at = room(32);

	for (int i = 0; i < 10; i++)
		number[i] = '0' + (char)chance(10);
	at[0] = "race_calls";
	at[1] = chance(2) ? "on" : "no";
	at[2] = number;
	at[3] = NULL;
	return at;
}

static unsigned long length(void)
{
	static const unsigned long odd[] = {
		0, 1, PAGE - 1, PAGE, PAGE + 1, 0x7fffffff, 0x80000000,
		0xffffffff, 0x7fffffffffffffff, -1ul,
	};

	if (chance(4))
		return chance(3) ? chance(300) :
					chance(ARENA_PAGES) * PAGE;
	return odd[chance(COUNT(odd))];
}

/* anything at all */
static unsigned long odd_word(void)
{
	static const unsigned long odd[] = {
		0, 1, -1ul, 0x7fffffff, 0x80000000, 0xffffffff00000000,
		0x7ffffffff000, 0x800000000000, 0xffff800000000000, 8,
	};

	return chance(2) ? any_word() : odd[chance(COUNT(odd))];
}

/* what exists outside a process: descriptors, numbers, names */
static unsigned long name_of(char kind)
{
	switch (kind) {
	case 'f':
		return chance(12) ? chance(38) : -chance(120);
	case 'p':
		return chance(8) ? chance(24) : -chance(24);
	case 's':
		return chance(3) ? chance(66) : SIGCONT;
	case 'u':
		return chance(3) ? chance(3) * 1000 : -1ul;
	case 'P':
		return (unsigned long)paths[chance(COUNT(paths))];
	case 'U':
		return (unsigned long)names[chance(COUNT(names))];
	case 'y':
		return (unsigned long)types[chance(COUNT(types))];
	}
	return chance(6) ? (unsigned long)FD_OF(kind) : name_of('f');
}

static unsigned long number_of(char kind)
{
	switch (kind) {
	case 'l':
		return length();
	case 'o':
		return chance(3) ? chance(16) * 512 : length();
	case 'i':
		return chance(8) ? chance(9) : chance(80);
	case 'n':
		return chance(8) ? 2 + chance(10) : chance(120);
	case 'r':
		return chance(2) ? 0x01234567 : 0x4321fedc;
	case 'R':	/* most of them would not live long */
		return chance(100) ? 0 : 0xfee1dead;
	case '2':
		return 672274793;
	case 'e':
		return chance(20) ? 8 : chance(20);
	case 'k':
		return chance(12) ? 24 : chance(40);
	case 'D':
		return chance(12) ? 32 : chance(40);
	case 'c':
		return chance(12) ? 88 : chance(100);
	case '1':
		return 1;
	}
	return odd_word();
}

/* flags, and numbers of operations */
static unsigned long choice_of(char kind)
{
	switch (kind) {
	case 'F':
		return chance(2) ? 0 : few_bits(chance(3) ? 13 : 32);
	case 'C':
		return clone_flags();
	case 'm':
		return mount_flags();
	case 'I':
		return ioctls[chance(COUNT(ioctls))];
	case 'N':
		return chance(2) ? chance(40) : 1024 + chance(16);
	case 'T':
		return chance(2) ? 0x4200 + chance(18) : chance(32);
	case 'x':
		return chance(14) | chance(4) / 3 << 7 | chance(8) / 7 << 8;
	case 'G':
		return chance(8) ? 2 | chance(2) << 7 : chance(256);
	case 'O':
		return (chance(8) ? 1 : 0) | few_bits(2) << 1 |
		       (chance(8) ? 4 : 0) | few_bits(8) << 24;
	}
	return 0;
}

static void *somewhere(void)
{
	return arena + chance(ARENA_PAGES * 512) * 8;
}

static void *a_page(void)
{
	return arena + (ARENA_FIXED + chance(ARENA_PAGES - ARENA_FIXED)) * PAGE;
}

static void *page_or_none(void)
{
	return chance(2) ? a_page() : NULL;
}

static const struct {
	char kind;
	void *(*make)(void);
} pointers[] = {
	{ 'b', somewhere },	{ 'a', a_page },	{ 'A', page_or_none },
	{ 'S', structure },	{ 'X', clone3_words },	{ 't', short_time },
	{ 'J', capabilities },	{ 'Z', signal_info },	{ 'V', vectors },
	{ 'M', mount_attributes }, { 'q', futex_word },	{ 'H', message },
	{ 'K', address },	{ 'E', event },		{ 'j', interval },
	{ 'v', signal_event },	{ 'Y', scheduling },	{ 'B', filter },
	{ 'h', how_to_open },	{ 'L', robust_list },	{ 'W', futex_waiters },
	{ 'Q', mount_request },	{ 'g', arguments },
};

unsigned long chance_word(char kind)
{
	for (unsigned int i = 0; i < COUNT(pointers); i++)
		if (pointers[i].kind == kind)
			return (unsigned long)pointers[i].make();
	if (strchr("fpsuPUy03456789:;<", kind))
		return name_of(kind);
	if (strchr("loinrR2ekDc1w", kind))
		return number_of(kind);
	return choice_of(kind);
}
