/*
 * tests/user/mem_file.c - mapped files
 *
 * What:  private and shared mappings of files, their life after close,
 *        unlink and fork, and touches beyond the end.
 * See:   mmap(2), msync(2), mincore(2)
 */
#include "lib/fault.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE	4096L
#define RW	(PROT_READ | PROT_WRITE)

/* a file of @len bytes, page n filled with the letter 'a' + n */
static int make(long len)
{
	char byte;
	int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);

	need(fd >= 0);
	for (long i = 0; i < len; i++) {
		if (i % PAGE == 0 && len - i >= PAGE) {
			char page[PAGE];

			memset(page, 'a' + i / PAGE, PAGE);
			need(write(fd, page, PAGE) == PAGE);
			i += PAGE - 1;
			continue;
		}
		byte = 'a' + i / PAGE;
		need(write(fd, &byte, 1) == 1);
	}
	return fd;
}

static char *map(int fd, long len, int prot, int flags)
{
	char *at = mmap(NULL, len, prot, flags, fd, 0);

	need(at != MAP_FAILED);
	return at;
}

static char byte_at(int fd, long offset)
{
	char byte = 0;

	return pread(fd, &byte, 1, offset) == 1 ? byte : -1;
}

static void private_maps(void)
{
	int fd = make(3 * PAGE);
	char *at = map(fd, 3 * PAGE, RW, MAP_PRIVATE);
	char *two = map(fd, 3 * PAGE, PROT_READ, MAP_PRIVATE);

	CHECK("contents", at[0] == 'a' && at[PAGE] == 'b' &&
	      at[3 * PAGE - 1] == 'c');
	at[PAGE] = 'X';
	CHECK_EQ("a write stays private", byte_at(fd, PAGE), 'b');
	CHECK_EQ("from other mappings too", two[PAGE], 'b');
	need(pwrite(fd, "Y", 1, PAGE) == 1);
	CHECK_EQ("and is kept when the file changes", at[PAGE], 'X');
	close(fd);
	CHECK_EQ("the mapping outlives the descriptor", at[0], 'a');
	need(!unlink("file"));
	CHECK_EQ("and the name", at[2 * PAGE], 'c');
	CHECK_EQ("part by part", (munmap(at, PAGE), at[2 * PAGE]), 'c');
}

static void shared_maps(void)
{
	int fd = make(3 * PAGE);
	char *at = map(fd, 3 * PAGE, RW, MAP_SHARED);
	char *two = map(fd, 3 * PAGE, RW, MAP_SHARED);

	at[PAGE] = 'X';
	CHECK_EQ("a write reaches the file", byte_at(fd, PAGE), 'X');
	CHECK_EQ("and other mappings", two[PAGE], 'X');
	need(pwrite(fd, "Y", 1, PAGE + 1) == 1);
	CHECK_EQ("a write to the file is seen", at[PAGE + 1], 'Y');
	CHECK_OK("msync", msync(at, 3 * PAGE, MS_SYNC));
	need(!unlink("file"));
	close(fd);
	two[0] = 'Z';
	CHECK_EQ("both live without name and descriptor", at[0], 'Z');
	munmap(two, 3 * PAGE);
	CHECK_EQ("one without the other", at[0], 'Z');
}

static void offsets(void)
{
	int fd = make(4 * PAGE);
	char *at = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 2 * PAGE);

	CHECK("an offset", at != MAP_FAILED && at[0] == 'c');
	CHECK_EQ("must be aligned",
		 sys(SYS_mmap, 0, PAGE, RW, MAP_SHARED, fd, 100), -EINVAL);
	at[1] = 'X';
	CHECK_EQ("is where writes go", byte_at(fd, 2 * PAGE + 1), 'X');
	CHECK_EQ("beyond the end is mapped all the same",
		 sys(SYS_mmap, 0, PAGE, RW, MAP_SHARED, fd, 100 * PAGE) < 0,
		 0);
	CHECK_EQ("an offset that wraps",
		 sys(SYS_mmap, 0, 2 * PAGE, RW, MAP_SHARED, fd, -PAGE),
		 -EOVERFLOW);
}

static void beyond_the_end(void)
{
	int fd = make(PAGE + 100);
	char *at = map(fd, 4 * PAGE, RW, MAP_SHARED);
	char *own = map(fd, 4 * PAGE, RW, MAP_PRIVATE);

	CHECK("the rest of the last page is zero",
	      at[PAGE + 99] == 'b' && at[PAGE + 100] == 0 &&
	      at[2 * PAGE - 1] == 0);
	CHECK_EQ("the page after is SIGBUS", fault_read(at + 2 * PAGE),
		 FAULT_ADRERR);
	CHECK("with its address", fault_address() == at + 2 * PAGE);
	CHECK_EQ("for writing", fault_write(at + 3 * PAGE), FAULT_ADRERR);
	CHECK_EQ("in a private one", fault_read(own + 2 * PAGE), FAULT_ADRERR);
	CHECK_EQ("a system call sees EFAULT",
		 sys(SYS_write, 1, P(at + 2 * PAGE), 1), -EFAULT);
	at[PAGE + 100] = 'X';
	CHECK_EQ("a write behind the end does not grow the file",
		 lseek(fd, 0, SEEK_END), PAGE + 100);
	need(!ftruncate(fd, 3 * PAGE));
	CHECK_EQ("a grown file is there", fault_read(at + 2 * PAGE), 0);
	CHECK_EQ("with zeros", at[3 * PAGE - 1], 0);
}

static void shrinking(void)
{
	int fd = make(3 * PAGE);
	char *at = map(fd, 3 * PAGE, RW, MAP_SHARED);
	char *own = map(fd, 3 * PAGE, RW, MAP_PRIVATE);

	at[2 * PAGE] = 'X';
	own[PAGE] = 'P';
	need(at[PAGE] && own[2 * PAGE]);
	need(!ftruncate(fd, PAGE + 10));
	CHECK_EQ("pages beyond the new end go", fault_read(at + 2 * PAGE),
		 FAULT_ADRERR);
	CHECK_EQ("from a private mapping too", fault_read(own + 2 * PAGE),
		 FAULT_ADRERR);
	CHECK_EQ("the last page is cut", at[PAGE + 10], 0);
	CHECK_EQ("and kept before", at[PAGE + 9], 'b');
	need(!ftruncate(fd, 3 * PAGE));
	CHECK("grown again it is zero", at[2 * PAGE] == 0 &&
	      at[PAGE + 10] == 0);
}

static void rights(void)
{
	int fd = make(PAGE);
	int ro = open("file", O_RDONLY);
	int wo = open("file", O_WRONLY);
	char *at;

	CHECK_EQ("shared writing of a read-only descriptor",
		 sys(SYS_mmap, 0, PAGE, RW, MAP_SHARED, ro, 0), -EACCES);
	CHECK_EQ("any mapping of a write-only one",
		 sys(SYS_mmap, 0, PAGE, PROT_READ, MAP_PRIVATE, wo, 0),
		 -EACCES);
	at = map(ro, PAGE, RW, MAP_PRIVATE);
	CHECK_EQ("private writing needs only reading", fault_write(at), 0);
	at = map(ro, PAGE, PROT_READ, MAP_SHARED);
	CHECK_EQ("shared reading too", fault_read(at), 0);
	CHECK_ERRNO("and cannot be raised", mprotect(at, PAGE, RW), EACCES);
	at = map(fd, PAGE, PROT_READ, MAP_SHARED);
	CHECK_OK("unless the descriptor writes", mprotect(at, PAGE, RW));
	CHECK_EQ("a directory",
		 sys(SYS_mmap, 0, PAGE, PROT_READ, MAP_PRIVATE,
		     open(".", O_RDONLY), 0), -ENODEV);
	need(!pipe((int[2]){ 0 }));
	CHECK_EQ("a pipe", sys(SYS_mmap, 0, PAGE, PROT_READ, MAP_PRIVATE,
			       wo + 1, 0) < 0, 1);
	CHECK_EQ("MAP_SHARED_VALIDATE",
		 sys(SYS_mmap, 0, PAGE, RW, MAP_SHARED_VALIDATE, fd, 0) < 0,
		 0);
	CHECK_EQ("with an unknown flag",
		 sys(SYS_mmap, 0, PAGE, RW, MAP_SHARED_VALIDATE | 0x2000000,
		     fd, 0), -EOPNOTSUPP);
}

static int change_maps(void *arg)
{
	char **at = arg;

	at[0][0] = 'S';
	at[1][0] = 'P';
	return at[1][PAGE] != 'b';
}

static void forks(void)
{
	int fd = make(2 * PAGE);
	char *at[2] = {
		map(fd, 2 * PAGE, RW, MAP_SHARED),
		map(fd, 2 * PAGE, RW, MAP_PRIVATE),
	};

	at[1][1] = 'Q';
	close(fd);
	need(!unlink("file"));
	CHECK_STATUS("a child has both mappings",
		     child_run(change_maps, at), EXITED(0));
	CHECK_EQ("its writes to the shared one are seen", at[0][0], 'S');
	CHECK_EQ("those to the private one are not", at[1][0], 'a');
	CHECK_EQ("which keeps the parent's", at[1][1], 'Q');
}

static void code(void)
{
	int fd = make(PAGE);
	char *at;

	need(pwrite(fd, "\xc3", 1, 0) == 1);
	at = map(fd, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE);
	CHECK_EQ("a file can be executed", fault_exec(at), 0);
	at = map(fd, PAGE, PROT_READ, MAP_PRIVATE);
	CHECK_EQ("but not without PROT_EXEC", fault_exec(at), FAULT_ACCERR);
}

static void devices(void)
{
	int zero = open("/dev/zero", O_RDWR);
	char *at = map(zero, 2 * PAGE, RW, MAP_PRIVATE);

	CHECK_EQ("/dev/zero is zero", at[PAGE], 0);
	CHECK_EQ("and private memory", fault_write(at), 0);
	CHECK_EQ("of its own", map(zero, PAGE, RW, MAP_PRIVATE)[0], 0);
}

static void syncing(void)
{
	int fd = make(3 * PAGE);
	char *at = map(fd, 3 * PAGE, RW, MAP_SHARED);

	CHECK_OK("MS_ASYNC", msync(at, PAGE, MS_ASYNC));
	CHECK_OK("MS_SYNC with MS_INVALIDATE",
		 msync(at, PAGE, MS_SYNC | MS_INVALIDATE));
	CHECK_ERRNO("both kinds", msync(at, PAGE, MS_ASYNC | MS_SYNC), EINVAL);
	CHECK_ERRNO("unknown flags", msync(at, PAGE, 64), EINVAL);
	CHECK_ERRNO("unaligned", msync(at + 1, PAGE, MS_SYNC), EINVAL);
	CHECK_OK("no length", msync(at, 0, MS_SYNC));
	need(!munmap(at + PAGE, PAGE));
	CHECK_ERRNO("over a hole", msync(at, 3 * PAGE, MS_SYNC), ENOMEM);
}

static void residence(void)
{
	unsigned char seen[3] = { 0xff, 0xff, 0xff };
	char *at = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);

	need(at != MAP_FAILED);
	at[PAGE] = 'x';
	CHECK_OK("mincore", mincore(at, 3 * PAGE, seen));
	CHECK("a touched page is there", seen[1] & 1);
	CHECK("an untouched one is not", !(seen[0] & 1) && !(seen[2] & 1));
	CHECK_EQ("unaligned", sys(SYS_mincore, P(at) + 1, PAGE, P(seen)),
		 -EINVAL);
	CHECK_EQ("a bad vector", sys(SYS_mincore, P(at), PAGE, 8), -EFAULT);
	need(!munmap(at + PAGE, PAGE));
	CHECK_ERRNO("a hole", mincore(at, 3 * PAGE, seen), ENOMEM);
}

static const struct test tests[] = {
	{ "private", private_maps, 0 },
	{ "shared", shared_maps, 0 },
	{ "offsets", offsets, 0 },
	{ "beyond the end", beyond_the_end, 0 },
	{ "shrinking", shrinking, 0 },
	{ "rights", rights, 0 },
	{ "fork", forks, 0 },
	{ "code", code, 0 },
	{ "/dev/zero", devices, 0 },
	{ "msync", syncing, 0 },
	{ "mincore", residence, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
