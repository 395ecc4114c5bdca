/*
 * tests/user/mem_move.c - mremap, madvise, brk and the stack
 *
 * What:  memory that grows, moves, is given up, or lies under the stack.
 * See:   mremap(2), madvise(2), brk(2), setrlimit(2)
 */
#include "lib/fault.h"
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE	4096L
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)
#define RW	(PROT_READ | PROT_WRITE)

static char *map(size_t npages, int flags)
{
	char *at = mmap(NULL, npages * PAGE, RW, flags | MAP_ANONYMOUS, -1, 0);

	need(at != MAP_FAILED);
	return at;
}

/* @npages pages with a letter each, and nothing behind them */
static char *lettered(size_t npages, size_t behind)
{
	char *at = map(npages + behind, MAP_PRIVATE);

	for (size_t i = 0; i < npages; i++)
		at[i * PAGE] = 'a' + i;
	need(!behind || !munmap(at + npages * PAGE, behind * PAGE));
	return at;
}

static long raw_remap(void *old, size_t len, size_t size, int flags, void *to)
{
	return sys(SYS_mremap, P(old), (long)len, (long)size, flags, P(to));
}

static void growing(void)
{
	char *at = lettered(2, 4);
	char *new;

	CHECK_EQ("grow in place", raw_remap(at, 2 * PAGE, 4 * PAGE, 0, 0),
		 P(at));
	CHECK("keeps the old, zeros the new", at[PAGE] == 'b' &&
	      at[3 * PAGE] == 0);
	CHECK_EQ("shrink", raw_remap(at, 4 * PAGE, PAGE, 0, 0), P(at));
	CHECK_EQ("unmaps the rest", fault_read(at + PAGE), FAULT_MAPERR);
	at = lettered(4, 0);
	CHECK_EQ("no room in place",
		 raw_remap(at, 2 * PAGE, 4 * PAGE, 0, 0), -ENOMEM);
	CHECK_EQ("changes nothing", at[2 * PAGE], 'c');
	new = mremap(at, 2 * PAGE, 8 * PAGE, MREMAP_MAYMOVE);
	CHECK("MAYMOVE moves", new != MAP_FAILED && new != at);
	CHECK("with the contents", new[0] == 'a' && new[PAGE] == 'b' &&
	      new[2 * PAGE] == 0);
	CHECK_EQ("away from the old place", fault_read(at), FAULT_MAPERR);
	CHECK_EQ("and leaves the neighbour", at[2 * PAGE], 'c');
	CHECK_EQ("the same size",
		 raw_remap(new, 8 * PAGE, 8 * PAGE, 0, 0), P(new));
}

static void moving(void)
{
	char *at = lettered(3, 0);
	char *to = map(5, MAP_PRIVATE);
	int both = MREMAP_MAYMOVE | MREMAP_FIXED;

	memset(to, 'X', 5 * PAGE);
	CHECK_EQ("MREMAP_FIXED", raw_remap(at, 3 * PAGE, 3 * PAGE, both,
					   to + PAGE), P(to + PAGE));
	CHECK("replaces what was there", to[0] == 'X' && to[PAGE] == 'a' &&
	      to[3 * PAGE] == 'c' && to[4 * PAGE] == 'X');
	CHECK_EQ("and leaves nothing behind", fault_read(at), FAULT_MAPERR);
	at = lettered(3, 0);
	CHECK_EQ("onto itself", raw_remap(at, 3 * PAGE, 3 * PAGE, both,
					  at + PAGE), -EINVAL);
	CHECK_EQ("unaligned target", raw_remap(at, PAGE, PAGE, both, to + 1),
		 -EINVAL);
	CHECK_EQ("FIXED alone", raw_remap(at, PAGE, PAGE, MREMAP_FIXED, to),
		 -EINVAL);
	CHECK_EQ("into the kernel",
		 raw_remap(at, PAGE, PAGE, both, (void *)0xffff800000000000UL),
		 -EINVAL);
	CHECK_EQ("smaller", raw_remap(at, 3 * PAGE, PAGE, both, to), P(to));
	CHECK("moves the head and drops the tail", to[0] == 'a' &&
	      fault_read(at + 2 * PAGE) == FAULT_MAPERR);
}

static void remap_errors(void)
{
	char *at = lettered(3, 0);

	CHECK_EQ("unaligned", raw_remap(at + 1, PAGE, PAGE, 0, 0), -EINVAL);
	CHECK_EQ("to nothing", raw_remap(at, PAGE, 0, 0, 0), -EINVAL);
	CHECK_EQ("unknown flags", raw_remap(at, PAGE, PAGE, 64, 0), -EINVAL);
	CHECK_EQ("too large",
		 raw_remap(at, PAGE, 1L << 47, MREMAP_MAYMOVE, 0), -ENOMEM);
	need(!munmap(at + PAGE, PAGE));
	CHECK_EQ("not mapped", raw_remap(at + PAGE, PAGE, 2 * PAGE,
					 MREMAP_MAYMOVE, 0), -EFAULT);
	CHECK_EQ("over a hole", raw_remap(at, 3 * PAGE, 4 * PAGE,
					  MREMAP_MAYMOVE, 0), -EFAULT);
	need(!mprotect(at, PAGE, PROT_READ));
	at = lettered(2, 0);
	need(!mprotect(at, PAGE, PROT_READ));
	CHECK_EQ("over two regions", raw_remap(at, 2 * PAGE, 4 * PAGE,
					       MREMAP_MAYMOVE, 0), -EFAULT);
}

static void remap_files(void)
{
	int fd = open("file", O_RDWR | O_CREAT, 0600);
	char *at, *new;

	need(fd >= 0 && !ftruncate(fd, 4 * PAGE));
	need(pwrite(fd, "d", 1, 3 * PAGE) == 1);
	at = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, PAGE);
	need(at != MAP_FAILED);
	new = mremap(at, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE);
	CHECK("a file mapping grows into the file",
	      new != MAP_FAILED && new[2 * PAGE] == 'd');
	new[0] = 'X';
	at = mmap(NULL, PAGE, RW, MAP_SHARED, fd, PAGE);
	CHECK_EQ("and stays shared", at[0], 'X');
	at = map(1, MAP_SHARED);
	at[0] = 'S';
	new = mremap(at, 0, PAGE, MREMAP_MAYMOVE);
	CHECK("an old length of 0 makes a second shared mapping",
	      new != MAP_FAILED && new != at && (new[0] = 'T') &&
	      at[0] == 'T');
}

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

/* the middle of a file mapping of which no page was touched */
static void remap_middle(void)
{
	static const char letters[] = "abcd";
	int fd = open("file", O_RDWR | O_CREAT, 0600);
	char *at, *to = map(2, MAP_PRIVATE), *more;

	need(fd >= 0 && !ftruncate(fd, 4 * PAGE));
	for (int i = 0; i < 4; i++)
		need(pwrite(fd, letters + i, 1, i * PAGE) == 1);
	at = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0);
	need(at != MAP_FAILED);
	CHECK_EQ("the middle moves",
		 raw_remap(at + 2 * PAGE, PAGE, PAGE,
			   MREMAP_MAYMOVE | MREMAP_FIXED, to), P(to));
	CHECK_EQ("with its place in the file", to[0], 'c');
	CHECK_EQ("the part before stays", at[PAGE], 'b');
	CHECK_EQ("and that behind", at[3 * PAGE], 'd');
	more = mremap(at + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
	CHECK("what grows goes on in the file", more != MAP_FAILED &&
	      more[0] == 'b' && more[PAGE] == 'c');
}

static void dont_unmap(void)
{
	char *at = lettered(3, 0), *to;

	need(!mlock(at, 3 * PAGE));
	to = mremap(at + PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP);
	CHECK("MREMAP_DONTUNMAP moves", to != MAP_FAILED && to[0] == 'b');
	CHECK_EQ("and leaves the place mapped", fault_read(at + PAGE), 0);
	CHECK_EQ("empty", at[PAGE], 0);
	CHECK("alone", at[0] == 'a' && at[2 * PAGE] == 'c');
	CHECK_OK("and not locked", madvise(at + PAGE, PAGE, MADV_DONTNEED));
	at[PAGE] = 'x';
	CHECK_EQ("apart from the new place", to[0], 'b');
}

#define USED	256	/* pages, of which a thread uses the first */

struct use {
	volatile long *at;
	volatile long last;
	volatile int stop;
};

static int write_on(void *arg)
{
	struct use *use = arg;

	while (!use->stop)
		*use->at = ++use->last;
	return 0;
}

static int read_on(void *arg)
{
	struct use *use = arg;

	while (!use->stop)
		use->last += *use->at;
	return 0;
}

static char *touched(void)
{
	char *at = map(USED, MAP_PRIVATE);

	for (int i = 0; i < USED; i++)
		at[i * PAGE] = 'x';
	return at;
}

/* what a thread writes meanwhile is at the one place or at the other */
static int lost_writes(char *at)
{
	struct use use = { .at = (long *)at };
	struct thread thread;
	long *to;

	thread_start(&thread, write_on, &use);
	while (use.last < 1000)
		;
	to = mremap(at, USED * PAGE, USED * PAGE,
		    MREMAP_MAYMOVE | MREMAP_DONTUNMAP);
	use.stop = 1;
	thread_join(&thread);
	need(to != MAP_FAILED);
	if (*use.at != use.last && (*use.at || *to != use.last))
		return 1;
	need(!munmap(to, USED * PAGE) && !munmap(at, USED * PAGE));
	return 0;
}

static void written_meanwhile(void)
{
	int lost = 0;

	for (int i = 0; i < 50; i++)
		lost += lost_writes(touched());
	CHECK_EQ("a move loses nothing that is written meanwhile", lost, 0);
}

static int read_target(void *arg)
{
	char *to = touched(), *from;
	struct use use = { .at = (long *)to };
	struct thread thread;

	(void)arg;
	thread_start(&thread, read_on, &use);
	for (int i = 0; i < 50; i++) {
		from = touched();
		need(mremap(from, USED * PAGE, USED * PAGE, MREMAP_MAYMOVE |
			    MREMAP_FIXED, to) == to);
	}
	use.stop = 1;
	thread_join(&thread);
	return 0;
}

static void read_meanwhile(void)
{
	CHECK_STATUS("the target can be used all the time",
		     child_run(read_target, NULL), EXITED(0));
}

static void advice(void)
{
	char *at = lettered(3, 0);
	char *sh = map(2, MAP_SHARED);
	int fd = open("file", O_RDWR | O_CREAT, 0600);
	char *file;

	need(write(fd, "f", 1) == 1 && !ftruncate(fd, PAGE));
	file = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);
	need(file != MAP_FAILED);
	sh[0] = 'S';
	file[0] = 'X';
	CHECK_OK("DONTNEED", madvise(at + PAGE, PAGE, MADV_DONTNEED));
	CHECK("zeroes private memory", at[0] == 'a' && at[PAGE] == 0 &&
	      at[2 * PAGE] == 'c');
	CHECK_OK("DONTNEED of shared memory", madvise(sh, PAGE, MADV_DONTNEED));
	CHECK_EQ("keeps it", sh[0], 'S');
	CHECK_OK("DONTNEED of a private file",
		 madvise(file, PAGE, MADV_DONTNEED));
	CHECK_EQ("shows the file again", file[0], 'f');
	CHECK_OK("NORMAL", madvise(at, PAGE, MADV_NORMAL));
	CHECK_OK("RANDOM", madvise(at, PAGE, MADV_RANDOM));
	CHECK_OK("WILLNEED", madvise(at, PAGE, MADV_WILLNEED));
	CHECK_ERRNO("unknown", madvise(at, PAGE, 9999), EINVAL);
	CHECK_ERRNO("unaligned", madvise(at + 1, PAGE, MADV_NORMAL), EINVAL);
	CHECK_OK("no length", madvise(at, 0, MADV_DONTNEED));
	need(!munmap(at + PAGE, PAGE));
	CHECK_ERRNO("over a hole", madvise(at, 3 * PAGE, MADV_DONTNEED),
		    ENOMEM);
	CHECK_EQ("does the rest", at[2 * PAGE], 0);
}

static void breaks(void)
{
	struct rlimit limit = { 1 << 20, 1 << 20 };
	char *start = (char *)sys(SYS_brk, 0);
	char *end = start + 5 * PAGE;
	int zero = 1;

	CHECK_EQ("brk grows", sys(SYS_brk, P(end)), P(end));
	for (char *at = start; at < end; at++)
		zero &= !*at;
	CHECK("with zeros", zero);
	memset(start, 'x', end - start);
	CHECK_EQ("by bytes", sys(SYS_brk, P(end) + 10), P(end) + 10);
	CHECK_EQ("which give a page", fault_write(end + 4000), 0);
	CHECK_EQ("and shrinks", sys(SYS_brk, P(start) + PAGE),
		 P(start) + PAGE);
	CHECK_EQ("taking the memory", fault_read(end - 1), FAULT_MAPERR);
	CHECK_EQ("and keeping the rest", start[0], 'x');
	need(sys(SYS_brk, P(end)) == P(end));
	CHECK_EQ("memory given back is zero again", end[-1], 0);
	CHECK_EQ("below the start it stays", sys(SYS_brk, 4096), P(end));
	CHECK_EQ("in the kernel too",
		 sys(SYS_brk, (long)0xffff800000000000UL), P(end));
	need(mmap(end + PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0) !=
	     MAP_FAILED);
	CHECK_EQ("it does not run into mappings",
		 sys(SYS_brk, P(end + 3 * PAGE)), P(end));
	need(!munmap(end + PAGE, PAGE) && !setrlimit(RLIMIT_DATA, &limit));
	CHECK_EQ("nor over RLIMIT_DATA",
		 sys(SYS_brk, P(end + (2 << 20))), P(end));
}

/* number @n of /proc/self/stat, by proc(5) */
static long stat_field(int n)
{
	char text[1024];
	char *at;

	need(proc_read("/proc/self/stat", text, sizeof(text)) > 0);
	at = strrchr(text, ')') + 2;
	for (int i = 3; i < n; i++)
		at = strchr(at, ' ') + 1;
	return strtol(at, NULL, 10);
}

/* RLIMIT_DATA counts to the byte; the break stays in its page */
static void break_limit(void)
{
	long start = stat_field(47), data = stat_field(46) - stat_field(45);
	long at = (sys(SYS_brk, 0) | (PAGE - 1)) + 100;
	struct rlimit limit = { 0, RLIM_INFINITY };

	need(data > 0 && sys(SYS_brk, at) == at);
	limit.rlim_cur = at - start + 10;
	need(!setrlimit(RLIMIT_DATA, &limit));
	CHECK_EQ("RLIMIT_DATA counts the program's data",
		 sys(SYS_brk, at + 10), at);
	limit.rlim_cur = at - start + data + 10;
	need(!setrlimit(RLIMIT_DATA, &limit));
	CHECK_EQ("up to it", sys(SYS_brk, at + 10), at + 10);
	CHECK_EQ("and no further", sys(SYS_brk, at + 11), at + 10);
}

/* use about @kib KiB of stack, page by page */
static __attribute__((noinline)) int deep(int kib)
{
	volatile char room[1024];

	room[0] = (char)kib;
	room[1023] = room[0];
	return kib > 0 ? deep(kib - 1) + (room[0] == room[1023]) : 0;
}

static int run_deep(void *arg)
{
	return deep(*(int *)arg) == *(int *)arg ? 0 : 1;
}

static int set_and_deep(void *arg)
{
	struct rlimit limit = { 256 << 10, RLIM_INFINITY };

	setrlimit(RLIMIT_STACK, &limit);
	return run_deep(arg);
}

static void stacks(void)
{
	int four_mib = 4 << 10;
	int little = 100;
	int forever = 1 << 30;

	CHECK_STATUS("the stack grows by megabytes",
		     child_run(run_deep, &four_mib), EXITED(0));
	CHECK_STATUS("and ends in SIGSEGV",
		     child_run(run_deep, &forever) & ~0x80, SIGSEGV);
	CHECK_STATUS("a lower RLIMIT_STACK leaves room",
		     child_run(set_and_deep, &little), EXITED(0));
	CHECK_STATUS("and is obeyed at once",
		     child_run(set_and_deep, &four_mib) & ~0x80, SIGSEGV);
}

static void grows_down(void)
{
	char *room = mmap(NULL, 600 * PAGE, PROT_NONE, ANON, -1, 0);
	char *at;

	need(room != MAP_FAILED && !munmap(room, 600 * PAGE));
	at = mmap(room + 500 * PAGE, PAGE, RW, ANON | MAP_GROWSDOWN | MAP_FIXED,
		  -1, 0);
	CHECK("MAP_GROWSDOWN", at == room + 500 * PAGE);
	CHECK_EQ("grows down", fault_write(at - PAGE), 0);
	CHECK_EQ("page by page", fault_write(at - 2 * PAGE), 0);
	CHECK_EQ("and not up", fault_write(at + PAGE), FAULT_MAPERR);
	CHECK_EQ("memory between is there", fault_read(at - PAGE), 0);
}

#define GUARD	256	/* pages: stack_guard_gap */

static void guard_gap(void)
{
	char *room = mmap(NULL, 600 * PAGE, PROT_NONE, ANON, -1, 0);
	char *below = room + 100 * PAGE, *at = room + 500 * PAGE;

	need(room != MAP_FAILED && !munmap(room, 600 * PAGE));
	need(mmap(below - PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0) == below -
	     PAGE);
	need(mmap(at, PAGE, RW, ANON | MAP_GROWSDOWN | MAP_FIXED, -1, 0) ==
	     at);
	CHECK_EQ("down to the gap", fault_write(below + GUARD * PAGE), 0);
	CHECK_EQ("and not into it", fault_write(below + (GUARD - 1) * PAGE),
		 FAULT_MAPERR);
	CHECK_EQ("nor next to the other", fault_write(below), FAULT_MAPERR);
	need(!mprotect(below - PAGE, PAGE, PROT_NONE));
	CHECK_EQ("but near what cannot be used", fault_write(below), 0);
}

static const struct test tests[] = {
	{ "mremap grows", growing, 0 },
	{ "mremap moves", moving, 0 },
	{ "mremap errors", remap_errors, 0 },
	{ "mremap of files", remap_files, 0 },
	{ "mremap of the middle", remap_middle, 0 },
	{ "MREMAP_DONTUNMAP", dont_unmap, 0 },
	{ "written meanwhile", written_meanwhile, 0 },
	{ "read meanwhile", read_meanwhile, 0 },
	{ "madvise", advice, 0 },
	{ "brk", breaks, 0 },
	{ "RLIMIT_DATA", break_limit, 0 },
	{ "stack", stacks, 0 },
	{ "MAP_GROWSDOWN", grows_down, 0 },
	{ "guard gap", guard_gap, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
