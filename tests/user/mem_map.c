/*
 * tests/user/mem_map.c - mappings without files
 *
 * What:  mmap with each flag and its errors, munmap, mprotect, and what a
 *        touch of the result does.
 * Not:   files are in mem_file.c, mremap and brk in mem_move.c.
 * See:   mmap(2), mprotect(2)
 */
#include "lib/fault.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE	4096L
#define USER_END 0x00fffffffffff000UL	/* of the largest address spaces */
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)
#define RW	(PROT_READ | PROT_WRITE)

static char *map(size_t npages, int prot)
{
	char *at = mmap(NULL, npages * PAGE, prot, ANON, -1, 0);

	need(at != MAP_FAILED);
	return at;
}

static long raw_map(uintptr_t addr, size_t len, int prot, int flags)
{
	return sys(SYS_mmap, (long)addr, (long)len, prot, flags, -1, 0);
}

/* an address range of this many pages that is free for sure */
static char *hole(size_t npages)
{
	char *at = map(npages, PROT_NONE);

	need(!munmap(at, npages * PAGE));
	return at;
}

static void anonymous(void)
{
	char *at = map(3, RW);
	int zero = 1;

	for (int i = 0; i < 3 * PAGE; i++)
		zero &= !at[i];
	CHECK("new memory is zero", zero);
	CHECK_EQ("and aligned", (uintptr_t)at % PAGE, 0);
	memset(at, 'x', 3 * PAGE);
	CHECK_EQ("and can be written", at[3 * PAGE - 1], 'x');
	CHECK_EQ("a length is rounded up",
		 raw_map(0, 1, RW, ANON) % PAGE, 0);
	at = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK("shared memory too", at != MAP_FAILED && !at[0] &&
	      (at[0] = 'x'));
	CHECK_OK("munmap", munmap(at, PAGE));
	CHECK_EQ("takes it away", fault_read(at), FAULT_MAPERR);
	CHECK("at that address", fault_address() == at);
}

static void errors(void)
{
	long ok = raw_map(0, PAGE, RW, ANON);

	need(ok > 0);
	CHECK_EQ("no length", raw_map(0, 0, RW, ANON), -EINVAL);
	CHECK_EQ("neither shared nor private",
		 raw_map(0, PAGE, RW, MAP_ANONYMOUS), -EINVAL);
	CHECK_EQ("more than the address space",
		 raw_map(0, 1UL << 47, RW, ANON), -ENOMEM);
	CHECK_EQ("a length that wraps", raw_map(0, -1UL, RW, ANON), -ENOMEM);
	CHECK_EQ("fixed and unaligned",
		 raw_map(ok + 1, PAGE, RW, ANON | MAP_FIXED), -EINVAL);
	CHECK_EQ("fixed at the kernel",
		 raw_map(0xffff800000000000UL, PAGE, RW, ANON | MAP_FIXED),
		 -ENOMEM);
	CHECK_EQ("fixed over the end",
		 raw_map(USER_END - PAGE, 2 * PAGE, RW, ANON | MAP_FIXED),
		 -ENOMEM);
	CHECK_EQ("a file of a closed descriptor",
		 sys(SYS_mmap, 0, PAGE, RW, MAP_PRIVATE, 99, 0), -EBADF);
	CHECK_EQ("an unaligned offset",
		 sys(SYS_mmap, 0, PAGE, RW, ANON, -1, 1), -EINVAL);
	CHECK_EQ("munmap unaligned", sys(SYS_munmap, ok + 1, PAGE), -EINVAL);
	CHECK_EQ("munmap of nothing", sys(SYS_munmap, ok, 0), -EINVAL);
	CHECK_EQ("munmap of the kernel",
		 sys(SYS_munmap, (long)0xffff800000000000UL, PAGE), -EINVAL);
	CHECK_EQ("munmap of what is not mapped",
		 sys(SYS_munmap, P(hole(1)), PAGE), 0);
}

static void hints(void)
{
	char *free = hole(4);
	char *at = mmap(free, PAGE, RW, ANON, -1, 0);

	CHECK("a free hint is taken", at == free);
	at = mmap(free + PAGE + 5, PAGE, RW, ANON, -1, 0);
	CHECK("rounded to a page", (uintptr_t)at % PAGE == 0);
	at = mmap(free, PAGE, RW, ANON, -1, 0);
	CHECK("a used one is not", at != MAP_FAILED && at != free);
	CHECK("nor one in the kernel",
	      raw_map(0xffff800000000000UL, PAGE, RW, ANON) > 0);
}

static void fixed(void)
{
	char *at = map(3, RW);
	char *free = hole(4);

	memset(at, 'x', 3 * PAGE);
	CHECK_EQ("MAP_FIXED replaces",
		 raw_map((uintptr_t)at + PAGE, PAGE, RW, ANON | MAP_FIXED),
		 P(at) + PAGE);
	CHECK("the middle", at[0] == 'x' && at[PAGE] == 0 &&
	      at[2 * PAGE] == 'x');
	CHECK_EQ("MAP_FIXED_NOREPLACE does not",
		 raw_map((uintptr_t)at, PAGE, RW, ANON | MAP_FIXED_NOREPLACE),
		 -EEXIST);
	CHECK_EQ("nor in part",
		 raw_map((uintptr_t)at - PAGE, 2 * PAGE, RW,
			 ANON | MAP_FIXED_NOREPLACE), -EEXIST);
	CHECK_EQ("but takes what is free",
		 raw_map((uintptr_t)free, PAGE, RW,
			 ANON | MAP_FIXED_NOREPLACE), P(free));
	CHECK_EQ("a failed one changes nothing", at[0], 'x');
}

static void flags(void)
{
	static const int kinds[] = {
		MAP_NORESERVE, MAP_STACK, MAP_POPULATE, MAP_LOCKED,
		MAP_NORESERVE | MAP_STACK, 0x800 /* DENYWRITE */,
		0x1000 /* EXECUTABLE */, MAP_NONBLOCK,
	};
	int good = 0;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		long at = raw_map(0, 4 * PAGE, RW, ANON | kinds[i]);

		good += at > 0 && !*(char *)at && !fault_write((void *)at);
	}
	CHECK_EQ("flags that change nothing visible", good, COUNT(kinds));
	CHECK_EQ("MAP_SHARED_VALIDATE without a file",
		 raw_map(0, PAGE, RW, MAP_SHARED_VALIDATE | MAP_ANONYMOUS),
		 -EINVAL);
	CHECK("an unknown flag is ignored",
	      raw_map(0, PAGE, RW, ANON | 0x2000000) > 0);
}

static void protections(void)
{
	char *none = map(1, PROT_NONE);
	char *ro = map(1, PROT_READ);
	char *wo = map(1, PROT_WRITE);
	char *rw = map(1, RW);
	char *rx = map(1, RW);

	CHECK_EQ("PROT_NONE is not read", fault_read(none), FAULT_ACCERR);
	CHECK_EQ("nor written", fault_write(none), FAULT_ACCERR);
	CHECK_EQ("PROT_READ is read", fault_read(ro), 0);
	CHECK_EQ("and not written", fault_write(ro), FAULT_ACCERR);
	CHECK_EQ("PROT_WRITE is written", fault_write(wo), 0);
	CHECK_EQ("and on this processor read", fault_read(wo), 0);
	rw[0] = (char)0xc3;
	CHECK_EQ("data is not executed", fault_exec(rw), FAULT_ACCERR);
	CHECK("the address is the instruction's", fault_address() == rw);
	rx[0] = (char)0xc3;
	need(!mprotect(rx, PAGE, PROT_READ | PROT_EXEC));
	CHECK_EQ("PROT_EXEC is executed", fault_exec(rx), 0);
	CHECK_EQ("but not written", fault_write(rx), FAULT_ACCERR);
}

static void protecting(void)
{
	char *at = map(5, RW);

	memset(at, 'x', 5 * PAGE);
	CHECK_OK("mprotect the middle", mprotect(at + 2 * PAGE, PAGE,
						 PROT_READ));
	CHECK_EQ("only it", fault_write(at + PAGE), 0);
	CHECK_EQ("is protected", fault_write(at + 2 * PAGE), FAULT_ACCERR);
	CHECK_EQ("up to its end", fault_write(at + 3 * PAGE), 0);
	CHECK_EQ("and keeps its bytes", at[2 * PAGE], 'x');
	CHECK_OK("to nothing", mprotect(at, 5 * PAGE, PROT_NONE));
	CHECK_EQ("all of it", fault_read(at + 4 * PAGE), FAULT_ACCERR);
	CHECK_OK("and back", mprotect(at, 5 * PAGE, RW));
	CHECK_EQ("with its bytes", at[2 * PAGE + 1], 'x');
	CHECK_EQ("unaligned", sys(SYS_mprotect, P(at) + 1, PAGE, RW), -EINVAL);
	CHECK_EQ("an unknown bit", sys(SYS_mprotect, P(at), PAGE, 0x100),
		 -EINVAL);
	CHECK_EQ("no length", sys(SYS_mprotect, P(at), 0, RW), 0);
	CHECK_EQ("a wrapping length", sys(SYS_mprotect, P(at), -PAGE, RW),
		 -ENOMEM);
	need(!munmap(at + 3 * PAGE, PAGE));
	CHECK_ERRNO("over a hole", mprotect(at, 5 * PAGE, PROT_READ), ENOMEM);
	CHECK_EQ("does the part before it", fault_write(at), FAULT_ACCERR);
	CHECK_EQ("and not the part after", fault_write(at + 4 * PAGE), 0);
}

static void holes(void)
{
	char *at = map(7, RW);

	memset(at, 'x', 7 * PAGE);
	CHECK_OK("munmap in the middle", munmap(at + 2 * PAGE, 2 * PAGE));
	CHECK("keeps both sides", at[2 * PAGE - 1] == 'x' &&
	      at[4 * PAGE] == 'x');
	CHECK_EQ("unmaps the first", fault_read(at + 2 * PAGE), FAULT_MAPERR);
	CHECK_EQ("and the last", fault_read(at + 4 * PAGE - 1), FAULT_MAPERR);
	CHECK_OK("over a hole", munmap(at + PAGE, 4 * PAGE));
	CHECK("takes the parts", at[PAGE - 1] == 'x' && at[5 * PAGE] == 'x');
	CHECK_EQ("on both sides", fault_read(at + PAGE), FAULT_MAPERR);
	CHECK_OK("the start", munmap(at, PAGE));
	CHECK_OK("the end, length rounded", munmap(at + 6 * PAGE, 1));
	CHECK_EQ("leaves one page", fault_read(at + 5 * PAGE), 0);
	CHECK_EQ("and no more", fault_read(at + 6 * PAGE), FAULT_MAPERR);
}

#define MANY	2000

static void many_regions(void)
{
	char *at = map(MANY, RW);
	int wrong = 0;

	for (int i = 0; i < MANY; i++)
		at[i * PAGE] = (char)i;
	for (int i = 0; i < MANY; i += 2)
		wrong += mprotect(at + i * PAGE, PAGE, PROT_READ);
	CHECK_EQ("a thousand splits", wrong, 0);
	for (int i = 0; i < MANY; i++)
		wrong += at[i * PAGE] != (char)i;
	CHECK_EQ("keep the contents", wrong, 0);
	CHECK("and the protections",
	      fault_write(at + 500 * PAGE) == FAULT_ACCERR &&
	      fault_write(at + 501 * PAGE) == 0);
	for (int i = 0; i < MANY; i += 4)
		wrong += munmap(at + i * PAGE, PAGE);
	CHECK_EQ("a thousand holes", wrong, 0);
	CHECK_EQ("in the right places", fault_read(at + 504 * PAGE),
		 FAULT_MAPERR);
	CHECK_OK("unmapped at once", munmap(at, MANY * PAGE));
}

static void reservations(void)
{
	size_t len = 64L << 20;
	char *at = mmap(NULL, 2 * len, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
	char *aligned = (char *)(((uintptr_t)at + len - 1) & ~(len - 1));

	CHECK("reserve 128 MiB of nothing", at != MAP_FAILED);
	need(at != MAP_FAILED);
	CHECK("cut it to 64 MiB, aligned",
	      (aligned == at || !munmap(at, aligned - at)) &&
	      !munmap(aligned + len, at + len - aligned));
	CHECK_OK("open a part", mprotect(aligned + len / 2, PAGE, RW));
	CHECK_EQ("which works", fault_write(aligned + len / 2), 0);
	CHECK_EQ("and its neighbour does not",
		 fault_read(aligned + len / 2 + PAGE), FAULT_ACCERR);
	at = mmap(NULL, 64L << 30, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
	CHECK("reserve 64 GiB of nothing", at != MAP_FAILED);
	CHECK_OK("open its end", mprotect(at + (64L << 30) - PAGE, PAGE, RW));
	CHECK_EQ("which works too",
		 fault_write(at + (64L << 30) - 1), 0);
	CHECK_OK("give it back", munmap(at, 64L << 30));
}

static void address_limit(void)
{
	struct rlimit limit = { 64 << 20, 64 << 20 };
	long at;

	need(!setrlimit(RLIMIT_AS, &limit));
	CHECK_EQ("more than RLIMIT_AS",
		 raw_map(0, 65 << 20, RW, ANON), -ENOMEM);
	CHECK_EQ("even of nothing",
		 raw_map(0, 65 << 20, PROT_NONE, ANON), -ENOMEM);
	CHECK("less is given", raw_map(0, 16 << 20, RW, ANON) > 0);
	at = raw_map(0, 36 << 20, RW, ANON);
	CHECK("and once more", at > 0);
	CHECK_EQ("not a third time", raw_map(0, 36 << 20, RW, ANON), -ENOMEM);
	CHECK_EQ("but in its place",
		 raw_map(at, 36 << 20, RW, ANON | MAP_FIXED), at);
}

static void edges(void)
{
	CHECK_EQ("nothing at 0", fault_read(NULL), FAULT_MAPERR);
	CHECK_EQ("nor in the first page", fault_write((void *)4095),
		 FAULT_MAPERR);
	CHECK_EQ("nothing above user space",
		 fault_read((void *)0x7ffffffff000UL), FAULT_MAPERR);
	CHECK_EQ("the kernel's half is not for reading",
		 fault_read((void *)0xffff800000000000UL), FAULT_MAPERR);
	CHECK_EQ("nor its image for writing",
		 fault_write((void *)0xffffffff80200000UL), FAULT_MAPERR);
	CHECK_EQ("nor for executing",
		 fault_exec((void *)0xffffffff80200000UL), FAULT_MAPERR);
	CHECK("the address is told", fault_address() ==
	      (void *)0xffffffff80200000UL);
	CHECK_EQ("a non-canonical read is a general fault",
		 fault_read((void *)0x8000000000000000UL), FAULT_KERNEL);
	CHECK("without an address", !fault_address());
	CHECK_EQ("a non-canonical jump too",
		 fault_exec((void *)0x0100000000000000UL), FAULT_KERNEL);
}

static const struct test tests[] = {
	{ "anonymous", anonymous, 0 },
	{ "errors", errors, 0 },
	{ "hints", hints, 0 },
	{ "fixed", fixed, 0 },
	{ "flags", flags, 0 },
	{ "protections", protections, 0 },
	{ "mprotect", protecting, 0 },
	{ "holes", holes, 0 },
	{ "many regions", many_regions, 0 },
	{ "reservations", reservations, 0 },
	{ "RLIMIT_AS", address_limit, 0 },
	{ "edges", edges, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
