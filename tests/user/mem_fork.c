/*
 * tests/user/mem_fork.c - memory of parents and children
 *
 * What:  copy on write after fork, shared memory across fork, what system
 *        calls write into copied pages, and shared address spaces.
 * See:   fork(2), vfork(2), clone(2)
 */
#include "lib/fault.h"
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE	4096L
#define RW	(PROT_READ | PROT_WRITE)

static char data[] = "data";
static char bss[3 * PAGE];

static char *map(size_t npages, int flags)
{
	char *at = mmap(NULL, npages * PAGE, RW, flags | MAP_ANONYMOUS, -1, 0);

	need(at != MAP_FAILED);
	return at;
}

static int change_all(void *arg)
{
	char *at = arg;
	int seen = at[0] == 'p' && bss[PAGE] == 'p' && data[0] == 'd';

	at[0] = bss[PAGE] = data[0] = 'c';
	at[PAGE] = 'c';
	return seen ? 0 : 1;
}

static void copies(void)
{
	char *at = map(3, MAP_PRIVATE);

	at[0] = bss[PAGE] = 'p';
	CHECK_STATUS("a child sees the parent's memory",
		     child_run(change_all, at), EXITED(0));
	CHECK("and changes its own only", at[0] == 'p' && bss[PAGE] == 'p' &&
	      data[0] == 'd');
	CHECK_EQ("even where nothing was", at[PAGE], 0);
}

#define PATCH 128

/* All pages but those of [from, to) have what was written to them. */
static int patch_is_whole(const char *at, int from, int to)
{
	for (int i = 0; i < PATCH; i++) {
		if ((i < from || i >= to) && at[i * PAGE] != 'p')
			return 0;
	}
	return 1;
}

struct patch {
	const char *at;
	int from, to;
};

static int look_at_patch(void *arg)
{
	const struct patch *p = arg;

	return patch_is_whole(p->at, p->from, p->to) ? 0 : 1;
}

/* Where the hole begins and ends changes by pages. */
static void holes(void)
{
	int good = 0, kept = 0, runs = 0;

	for (int from = 1; from < PATCH - 40; from += 5, runs++) {
		struct patch p = { NULL, from, from + 24 + from % 8 };
		char *at = map(PATCH, MAP_PRIVATE);

		for (int i = 0; i < PATCH; i++)
			at[i * PAGE] = 'p';
		need(!munmap(at + p.from * PAGE, (p.to - p.from) * PAGE));
		p.at = at;
		good += child_run(look_at_patch, &p) == EXITED(0);
		kept += patch_is_whole(at, p.from, p.to);
		need(!munmap(at, PATCH * PAGE));
	}
	CHECK_EQ("a child has what lies around a hole", good, runs);
	CHECK_EQ("and so has the parent", kept, runs);
}

struct turns {
	struct gate changed;
	struct gate answer;
	char *at;
};

static int look_later(void *arg)
{
	struct turns *turns = arg;

	gate_wait(&turns->changed);
	return turns->at[0] == 'p' && turns->at[PAGE] == 0 ? 0 : 1;
}

static void parent_changes(void)
{
	struct turns turns;
	pid_t pid;

	gate_init(&turns.changed);
	turns.at = map(2, MAP_PRIVATE);
	turns.at[0] = 'p';
	pid = child_start(look_later, &turns);
	turns.at[0] = 'q';
	turns.at[PAGE] = 'q';
	gate_open(&turns.changed);
	CHECK_EXIT("a child does not see later changes", pid, 0);
}

#define GENERATIONS	20

/* each generation writes its letter into its own copy and checks the rest */
static int generation(char *at, int n)
{
	pid_t pid;
	int status;

	at[n * PAGE] = 'A' + n;
	if (n + 1 == GENERATIONS)
		return 0;
	pid = fork();
	if (pid == -1)
		return 1;
	if (!pid)
		_exit(generation(at, n + 1));
	status = reap(pid);
	for (int i = 0; i <= n; i++)
		if (at[i * PAGE] != 'A' + i)
			return 2;
	return status || at[(n + 1) * PAGE] ? 3 : 0;
}

static void generations(void)
{
	CHECK_EQ("twenty generations keep their own copies",
		 generation(map(GENERATIONS, MAP_PRIVATE), 0), 0);
}

static int check_copy(void *arg)
{
	char *at = arg;

	for (int i = 0; i < 256; i++)
		if (at[i * PAGE + i] != (char)i)
			return 1;
	memset(at, 'z', 256 * PAGE);
	return 0;
}

static void many_children(void)
{
	char *at = map(256, MAP_PRIVATE);
	pid_t pids[10];
	int good = 0;

	for (int i = 0; i < 256; i++)
		at[i * PAGE + i] = (char)i;
	for (int i = 0; i < 10; i++)
		pids[i] = child_start(check_copy, at);
	for (int i = 0; i < 10; i++)
		good += reap(pids[i]) == 0;
	CHECK_EQ("ten children overwrite the same pages", good, 10);
	CHECK_STATUS("which the parent still has", check_copy(at), 0);
}

static int read_into(void *arg)
{
	struct turns *turns = arg;
	int fds[2];

	if (pipe(fds) || write(fds[1], "kernel", 6) != 6)
		return 1;
	if (read(fds[0], turns->at, 6) != 6 || memcmp(turns->at, "kernel", 6))
		return 2;
	gate_open(&turns->answer);
	gate_wait(&turns->changed);
	return memcmp(turns->at, "kernel", 6) ? 3 : 0;
}

static void kernel_writes(void)
{
	struct turns turns;
	pid_t pid;

	gate_init(&turns.changed);
	gate_init(&turns.answer);
	turns.at = map(1, MAP_PRIVATE);
	memcpy(turns.at, "parent", 6);
	pid = child_start(read_into, &turns);
	gate_wait(&turns.answer);
	CHECK("read(2) into a copied page copies it",
	      !memcmp(turns.at, "parent", 6));
	memcpy(turns.at, "second", 6);
	gate_open(&turns.changed);
	CHECK_EXIT("for the child too", pid, 0);
}

static int change_shared(void *arg)
{
	char *at = arg;

	at[PAGE] = 'c';
	if (!fork()) {
		at[2 * PAGE] = 'g';
		_exit(0);
	}
	return reap(-1);
}

static void shared(void)
{
	char *at = map(3, MAP_SHARED);
	char *ro;

	at[0] = 'p';
	CHECK_STATUS("children of children", child_run(change_shared, at),
		     EXITED(0));
	CHECK("share it with all", at[0] == 'p' && at[PAGE] == 'c' &&
	      at[2 * PAGE] == 'g');
	ro = map(1, MAP_SHARED);
	ro[0] = 'x';
	need(!mprotect(ro, PAGE, PROT_READ));
	if (!fork()) {
		int got = fault_write(ro);

		mprotect(ro, PAGE, RW);
		ro[0] = 'y';
		_exit(got == FAULT_ACCERR ? 0 : 1);
	}
	CHECK_EXIT("a child protects on its own", -1, 0);
	CHECK_EQ("and unprotects on its own", fault_write(ro), FAULT_ACCERR);
	CHECK_EQ("but shares the bytes", ro[0], 'y');
}

static int unmap_and_map(void *arg)
{
	char *at = arg;

	munmap(at, PAGE);
	mmap(at + PAGE, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
	     0);
	return fault_read(at) == FAULT_MAPERR && at[PAGE] == 0 ? 0 : 1;
}

static void layouts(void)
{
	char *at = map(2, MAP_PRIVATE);

	at[0] = at[PAGE] = 'p';
	CHECK_STATUS("a child changes its layout",
		     child_run(unmap_and_map, at), EXITED(0));
	CHECK("and not the parent's", at[0] == 'p' && at[PAGE] == 'p');
}

static void protected_pages(void)
{
	char *at = map(2, MAP_PRIVATE);

	at[0] = 'p';
	need(!mprotect(at, PAGE, PROT_READ));
	if (!fork()) {
		int got = fault_write(at);

		mprotect(at, PAGE, RW);
		at[0] = 'c';
		_exit(got == FAULT_ACCERR ? 0 : 1);
	}
	CHECK_EXIT("read-only pages stay so in a child", -1, 0);
	need(!mprotect(at, PAGE, RW));
	CHECK_EQ("and are copied when opened", at[0], 'p');
}

static int without_parts(void *arg)
{
	char *at = arg;

	if (fault_read(at) != FAULT_MAPERR || at[PAGE] != 'b')
		return 1;
	return at[2 * PAGE] == 0 ? 0 : 2;
}

static void not_for_children(void)
{
	char *at = map(3, MAP_PRIVATE);

	at[0] = 'a';
	at[PAGE] = 'b';
	at[2 * PAGE] = 'c';
	need(!madvise(at, PAGE, MADV_DONTFORK));
	need(!madvise(at + 2 * PAGE, PAGE, MADV_WIPEONFORK));
	CHECK_STATUS("MADV_DONTFORK and MADV_WIPEONFORK",
		     child_run(without_parts, at), EXITED(0));
	CHECK("leave the parent's", at[0] == 'a' && at[2 * PAGE] == 'c');
	need(!madvise(at, PAGE, MADV_DOFORK));
	CHECK_STATUS("MADV_DOFORK", child_run(without_parts, at), EXITED(1));
}

/* locked memory could not be given up */
static int unlocked(void *arg)
{
	char *at = arg;

	if (proc_number("/proc/self/status", "VmLck:") != 0)
		return 1;
	if (madvise(at, PAGE, MADV_DONTNEED) || at[0])
		return 2;
	munmap(at, 2 * PAGE);
	return proc_number("/proc/self/status", "VmLck:") != 0;
}

static void locks(void)
{
	char *at = map(2, MAP_PRIVATE);

	at[0] = 'p';
	need(!mlock(at, 2 * PAGE));
	CHECK_EQ("memory is locked",
		 proc_number("/proc/self/status", "VmLck:"), 8);
	CHECK_STATUS("and not in a child", child_run(unlocked, at),
		     EXITED(0));
	CHECK_EQ("but still here",
		 proc_number("/proc/self/status", "VmLck:"), 8);
}

#define LARGE	(3L << 20)

static int is_changed(void *arg)
{
	return ((char *)arg)[5 * PAGE] != 'p';
}

static int and_its_child(void *arg)
{
	return child_run(is_changed, arg) != EXITED(0) || is_changed(arg);
}

static int sleep_long(void *arg)
{
	(void)arg;
	return pause();
}

/* a child that only reads has pages which its own children need */
static void private_files(void)
{
	int fd = open("file", O_RDWR | O_CREAT, 0600);
	char *at;

	need(fd >= 0 && !ftruncate(fd, LARGE));
	at = mmap(NULL, LARGE, RW, MAP_PRIVATE, fd, 0);
	need(at != MAP_FAILED);
	at[5 * PAGE] = 'p';
	CHECK_STATUS("a child has what was written to a private file",
		     child_run(is_changed, at), EXITED(0));
	CHECK_STATUS("and a child's child", child_run(and_its_child, at),
		     EXITED(0));
	at = mmap(NULL, LARGE, RW, MAP_PRIVATE, fd, 0);
	need(at != MAP_FAILED);
	need(!((volatile char *)at)[5 * PAGE]);
	at[5 * PAGE] = 'p';
	CHECK_STATUS("and what was read first, and then written",
		     child_run(is_changed, at), EXITED(0));
}

#define MOVES	100

static int move_to(unsigned cpu)
{
	unsigned long mask = 1ul << cpu;

	return sys(SYS_sched_setaffinity, 0, sizeof(mask), P(&mask)) == 0;
}

/* what one CPU knows of a page when another has copied it */
static void moves(void)
{
	volatile char *at = map(1, MAP_PRIVATE);
	int good = 0;

	if (!move_to(1)) {
		SKIP("what is written on one CPU is read on another",
		     "one CPU");
		return;
	}
	for (int i = 1; i <= MOVES; i++) {
		pid_t pid;

		need(move_to(0));
		at[0] = 0;
		pid = child_start(sleep_long, NULL);
		need(at[0] == 0 && move_to(1));
		at[0] = (char)i;
		need(move_to(0));
		good += at[0] == (char)i;
		child_kill(pid);
	}
	CHECK_EQ("what is written on one CPU is read on another", good, MOVES);
}

static volatile int stage;

static int share_all(void *arg)
{
	*(char *)arg = 'v';
	stage = 1;
	return 5;
}

static void shared_space(void)
{
	char *at = map(1, MAP_PRIVATE);
	struct thread child;
	pid_t pid;

	stage = 0;
	pid = thread_clone(&child, CLONE_VM | SIGCHLD, share_all, at);
	CHECK_EXIT("CLONE_VM makes a process", pid, 5);
	CHECK("in the same memory", at[0] == 'v' && stage == 1);
	stage = 0;
	pid = thread_clone(&child, CLONE_VM | CLONE_VFORK | SIGCHLD, share_all,
			   at);
	CHECK_EQ("CLONE_VFORK returns when it is done", stage, 1);
	CHECK_EXIT("and it can be reaped", pid, 5);
	stage = 0;
	pid = thread_clone(&child, CLONE_VFORK | SIGCHLD, share_all, at);
	CHECK_EQ("CLONE_VFORK without CLONE_VM does not share", stage, 0);
	CHECK_EXIT("but waits and ends", pid, 5);
}

static const struct test tests[] = {
	{ "copies", copies, 0 },
	{ "holes", holes, 0 },
	{ "parent changes", parent_changes, 0 },
	{ "generations", generations, 0 },
	{ "many children", many_children, 0 },
	{ "kernel writes", kernel_writes, 0 },
	{ "shared", shared, 0 },
	{ "layouts", layouts, 0 },
	{ "protected pages", protected_pages, 0 },
	{ "not for children", not_for_children, 0 },
	{ "locks", locks, 0 },
	{ "private files", private_files, 0 },
	{ "moves", moves, 0 },
	{ "shared space", shared_space, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
