/*
 * tests/user/mem_seal.c - memory that is sealed, droppable or not yet there
 *
 * What:  mseal and what it forbids; MAP_DROPPABLE; pages of a file that
 *        mincore tells of.
 * See:   mseal(2), mmap(2), madvise(2), mincore(2)
 */
#include "lib/test.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096ul
#define RW (PROT_READ | PROT_WRITE)
#define SYS_MSEAL 462
#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE 8
#endif
#define MAY_MOVE 1
#define MAY_MOVE_TO 3

static char *pages(unsigned long n, int prot)
{
	char *p = mmap(NULL, n * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);

	need(p != MAP_FAILED);
	return p;
}

static long seal(void *p, unsigned long len, long flags)
{
	return sys(SYS_MSEAL, P(p), (long)len, flags);
}

static long remap(void *p, unsigned long old, unsigned long new, long flags,
		  void *to)
{
	return sys(SYS_mremap, P(p), (long)old, (long)new, flags, P(to));
}

static void arguments(void)
{
	char *p = pages(6, RW);

	need(!munmap(p + 3 * PAGE, PAGE));
	CHECK_EQ("flags", seal(p, PAGE, 1), -EINVAL);
	CHECK_EQ("flags come first", seal(p + 1, PAGE, 1), -EINVAL);
	CHECK_EQ("not aligned", seal(p + 1, PAGE, 0), -EINVAL);
	CHECK_EQ("a length that wraps", seal(p, -1ul, 0), -EINVAL);
	CHECK_EQ("an end that wraps", seal(p, -PAGE, 0), -EINVAL);
	CHECK_EQ("no length", seal(p, 0, 0), 0);
	CHECK_EQ("no length, nothing there", seal(p + 3 * PAGE, 0, 0), 0);
	CHECK_EQ("a hole in front", seal(p + 3 * PAGE, 2 * PAGE, 0), -ENOMEM);
	CHECK_EQ("a hole behind", seal(p + 2 * PAGE, 2 * PAGE, 0), -ENOMEM);
	CHECK_EQ("a hole in the middle", seal(p, 6 * PAGE, 0), -ENOMEM);
	CHECK_OK("nothing was sealed by it", munmap(p, PAGE));
	CHECK_EQ("a length is rounded up", seal(p + PAGE, PAGE + 1, 0), 0);
	CHECK_EQ("twice", seal(p + PAGE, PAGE, 0), 0);
	CHECK_ERRNO("the last page too", munmap(p + 2 * PAGE, PAGE), EPERM);
}

/* Four pages, the middle two sealed. */
static char *sealed_middle(int prot)
{
	char *p = pages(4, RW);

	memset(p, 'x', 4 * PAGE);
	need(!mprotect(p, 4 * PAGE, prot));
	need(!seal(p + PAGE, 2 * PAGE, 0));
	return p;
}

static void forbids(void)
{
	char *p = sealed_middle(RW);
	char *other = pages(1, RW);

	CHECK_ERRNO("munmap", munmap(p + PAGE, PAGE), EPERM);
	CHECK_ERRNO("munmap of more", munmap(p, 4 * PAGE), EPERM);
	CHECK_EQ("which changes nothing", p[0], 'x');
	CHECK_EQ("mmap over it", sys(SYS_mmap, P(p), 2 * PAGE, RW, MAP_FIXED |
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), -EPERM);
	CHECK_EQ("mremap: shrink", remap(p + PAGE, 2 * PAGE, PAGE, 0, NULL),
		 -EPERM);
	CHECK_EQ("mremap: grow", remap(p + PAGE, 2 * PAGE, 3 * PAGE, MAY_MOVE,
				       NULL), -EPERM);
	CHECK_EQ("mremap: the same size", remap(p + PAGE, PAGE, PAGE, 0, NULL),
		 -EPERM);
	CHECK_EQ("mremap onto it", remap(other, PAGE, PAGE, MAY_MOVE_TO,
					 p + PAGE), -EPERM);
	CHECK_ERRNO("mprotect", mprotect(p + PAGE, PAGE, PROT_READ), EPERM);
	CHECK_ERRNO("mprotect to what it is", mprotect(p + PAGE, PAGE, RW),
		    EPERM);
	CHECK_ERRNO("mprotect of more", mprotect(p, 4 * PAGE, PROT_READ),
		    EPERM);
	CHECK_EQ("changes what is before", sys(SYS_getrandom, P(p), 1, 0),
		 -EFAULT);
	CHECK_OK("mlock is allowed", mlock(p + PAGE, PAGE));
	CHECK_OK("munlock too", munlock(p + PAGE, PAGE));
	CHECK_OK("what is beside it goes", munmap(p + 3 * PAGE, PAGE));
}

static void discards(void)
{
	char *p = sealed_middle(PROT_READ);
	char *w = sealed_middle(RW);
	static const int advice[] = { MADV_DONTNEED, MADV_FREE, MADV_REMOVE,
				      MADV_DONTFORK, MADV_WIPEONFORK, 24 };

	for (unsigned int i = 0; i < COUNT(advice); i++)
		CHECK_ERRNO("what cannot be written is kept",
			    madvise(p + PAGE, PAGE, advice[i]), EPERM);
	CHECK_OK("other advice is taken", madvise(p + PAGE, PAGE,
						  MADV_RANDOM));
	CHECK_OK("MADV_DOFORK", madvise(p + PAGE, PAGE, MADV_DOFORK));
	CHECK_OK("what can be written is not", madvise(w + PAGE, PAGE,
						       MADV_DONTNEED));
	CHECK_EQ("and is gone", w[PAGE], 0);
	CHECK_EQ("the other is there", p[PAGE], 'x');
}

static void inherited(void)
{
	char *p = sealed_middle(RW);
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid)
		_exit(munmap(p + PAGE, PAGE) ? errno : 0);
	CHECK_EXIT("a child has it too", pid, EPERM);
}

static char *droppable(unsigned long n)
{
	char *p = mmap(NULL, n * PAGE, RW, MAP_DROPPABLE | MAP_ANONYMOUS, -1,
		       0);

	need(p != MAP_FAILED);
	memset(p, 'A', n * PAGE);
	return p;
}

static void drops(void)
{
	char *p = droppable(2);
	char *q = pages(1, RW);
	int tries = 10;

	q[0] = 'A';
	CHECK_ERRNO("with MAP_LOCKED", -!!mmap(NULL, PAGE, RW, MAP_DROPPABLE |
		    MAP_ANONYMOUS | MAP_LOCKED, -1, 0), EINVAL);
	CHECK_ERRNO("is wiped on fork for good", madvise(p, PAGE,
							 MADV_KEEPONFORK),
		    EINVAL);
	CHECK_OK("MADV_COLD", madvise(p, PAGE, MADV_COLD));
	CHECK_EQ("drops nothing", p[0], 'A');
	CHECK_OK("mlock", mlock(p + PAGE, PAGE));
	/* Linux may have it in a batch of pages for a while. */
	while (tries-- && p[0]) {
		if (madvise(p, 2 * PAGE, MADV_PAGEOUT))
			break;
		usleep(200000);
	}
	CHECK_EQ("MADV_PAGEOUT drops it", p[0], 0);
	CHECK_EQ("though locked", p[PAGE], 0);
	CHECK_OK("MADV_PAGEOUT of other memory", madvise(q, PAGE,
							 MADV_PAGEOUT));
	CHECK_EQ("keeps it", q[0], 'A');
}

static int resident(char *p, unsigned long n)
{
	unsigned char vec[64];
	int sum = 0;

	need(!mincore(p, n * PAGE, vec));
	for (unsigned long i = 0; i < n; i++)
		sum += vec[i] & 1;
	return sum;
}

static void in_core(void)
{
	int fd = open("/dev/shm", O_TMPFILE | O_RDWR, 0600);
	char *p;

	if (fd < 0)
		fd = open("f", O_CREAT | O_RDWR, 0600);
	need(fd >= 0 && !posix_fallocate(fd, 0, 64 * (off_t)PAGE));
	p = mmap(NULL, 64 * PAGE, RW, MAP_SHARED, fd, 0);
	need(p != MAP_FAILED);
	CHECK_EQ("what is only reserved is not in memory", resident(p, 64), 0);
	p[32 * PAGE] = 1;
	CHECK_EQ("what was touched is", resident(p, 64), 1);
	need(pwrite(fd, "x", 1, 3 * (off_t)PAGE) == 1);
	CHECK_EQ("what was written is", resident(p, 64), 2);
	CHECK_EQ("a hole for lseek is what neither was",
		 lseek(fd, 4 * (off_t)PAGE, SEEK_DATA), 32 * (off_t)PAGE);
}

static const struct test tests[] = {
	{ "arguments", arguments, 0 },
	{ "forbids", forbids, 0 },
	{ "discards", discards, 0 },
	{ "inherited", inherited, 0 },
	{ "drops", drops, 0 },
	{ "in_core", in_core, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
