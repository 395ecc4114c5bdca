/*
 * tests/user/mem_errors.c - what calls about memory refuse
 *
 * What:  each flag and error that the manual pages of madvise, mremap,
 *        mprotect, mlock and their kin name, and which of two comes first.
 * See:   madvise(2), mremap(2), mprotect(2), mlock(2)
 */
#include "lib/test.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE 4096ul
#define RW (PROT_READ | PROT_WRITE)
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

static char *pages(unsigned long n, int prot, int flags)
{
	char *p = mmap(NULL, n * PAGE, prot, flags | MAP_ANONYMOUS, -1, 0);

	need(p != MAP_FAILED);
	return p;
}

static char *of_file(int prot, int flags)
{
	int fd = open("f", O_CREAT | O_RDWR, 0644);
	char *p;

	need(fd >= 0 && !ftruncate(fd, 4 * (off_t)PAGE));
	p = mmap(NULL, 4 * PAGE, prot, flags, fd, 0);
	need(p != MAP_FAILED);
	close(fd);
	return p;
}

static long advise(void *p, unsigned long len, int advice)
{
	return sys(SYS_madvise, P(p), (long)len, advice);
}

static void madvise_ranges(void)
{
	char *p = pages(6, RW, MAP_PRIVATE);
	char *hole = p + 3 * PAGE;

	need(!munmap(hole, PAGE));
	CHECK_EQ("unknown advice comes first", advise(p + 1, PAGE, 7),
		 -EINVAL);
	CHECK_EQ("even without length", advise(p, 0, 7), -EINVAL);
	CHECK_EQ("not aligned, without length", advise(p + 1, 0,
						       MADV_NORMAL), -EINVAL);
	CHECK_EQ("a length is rounded up", advise(p, 1, MADV_NORMAL), 0);
	CHECK_EQ("a length that wraps", advise(p, -1ul, MADV_NORMAL),
		 -EINVAL);
	CHECK_EQ("an end that wraps", advise(p, -PAGE, MADV_NORMAL), -EINVAL);
	CHECK_EQ("nothing there", advise(hole, PAGE, MADV_DONTNEED), -ENOMEM);
	CHECK_EQ("no length, nothing there", advise(hole, 0, MADV_DONTNEED),
		 0);
	p[0] = p[4 * PAGE] = 1;
	CHECK_EQ("over a hole", advise(p, 6 * PAGE, MADV_DONTNEED), -ENOMEM);
	CHECK("is done on both sides", !p[0] && !p[4 * PAGE]);
	CHECK_EQ("populate over a hole", advise(p, 6 * PAGE, 22), -ENOMEM);
	CHECK_EQ("free over a hole", advise(p, 6 * PAGE, MADV_FREE), -ENOMEM);
	CHECK_EQ("above user addresses", advise((void *)0xffff800000000000ul,
						PAGE, MADV_NORMAL), -ENOMEM);
}

static void madvise_kinds(void)
{
	char *p = pages(4, RW, MAP_PRIVATE);
	char *shared = pages(4, RW, MAP_SHARED);
	char *file = of_file(RW, MAP_SHARED), *copy = of_file(RW, MAP_PRIVATE);
	char *ro;
	int fd = open("f", O_RDONLY);

	ro = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	need(ro != MAP_FAILED);
	CHECK_EQ("FREE private", advise(p, PAGE, MADV_FREE), 0);
	CHECK_EQ("FREE shared", advise(shared, PAGE, MADV_FREE), -EINVAL);
	CHECK_EQ("FREE of a file", advise(copy, PAGE, MADV_FREE), -EINVAL);
	CHECK_EQ("REMOVE private", advise(p, PAGE, MADV_REMOVE), -EINVAL);
	CHECK_EQ("REMOVE private of a file", advise(copy, PAGE, MADV_REMOVE),
		 -EACCES);
	CHECK_EQ("REMOVE read-only", advise(ro, PAGE, MADV_REMOVE), -EACCES);
	CHECK_EQ("WIPEONFORK private", advise(p, PAGE, MADV_WIPEONFORK), 0);
	CHECK_EQ("KEEPONFORK private", advise(p, PAGE, MADV_KEEPONFORK), 0);
	CHECK_EQ("WIPEONFORK shared", advise(shared, PAGE, MADV_WIPEONFORK),
		 -EINVAL);
	CHECK_EQ("WIPEONFORK of a file", advise(copy, PAGE, MADV_WIPEONFORK),
		 -EINVAL);
	CHECK_EQ("KEEPONFORK shared", advise(shared, PAGE, MADV_KEEPONFORK),
		 0);
	CHECK_EQ("DONTFORK", advise(file, PAGE, MADV_DONTFORK), 0);
	CHECK_EQ("DOFORK", advise(file, PAGE, MADV_DOFORK), 0);
	CHECK_EQ("DONTDUMP", advise(p, PAGE, MADV_DONTDUMP), 0);
	CHECK_EQ("DODUMP", advise(p, PAGE, MADV_DODUMP), 0);
	CHECK_EQ("COLD", advise(p, PAGE, 20), 0);
	CHECK_EQ("PAGEOUT", advise(p, PAGE, 21), 0);
	CHECK_EQ("WILLNEED", advise(p, PAGE, MADV_WILLNEED), 0);
	CHECK_EQ("WILLNEED of a file", advise(file, PAGE, MADV_WILLNEED), 0);
	CHECK_EQ("SEQUENTIAL", advise(file, PAGE, MADV_SEQUENTIAL), 0);
	CHECK_EQ("POPULATE_READ", advise(file, 4 * PAGE, 22), 0);
	CHECK_EQ("POPULATE_WRITE", advise(file, 4 * PAGE, 23), 0);
	CHECK_EQ("POPULATE_WRITE read-only", advise(ro, PAGE, 23), -EINVAL);
	need(!mprotect(p, PAGE, PROT_NONE));
	CHECK_EQ("POPULATE_READ without rights", advise(p, PAGE, 22),
		 -EINVAL);
	CHECK_EQ("DONTNEED without rights", advise(p, PAGE, MADV_DONTNEED),
		 0);
}

static void madvise_locked(void)
{
	char *p = pages(4, RW, MAP_PRIVATE);

	need(!mlock(p, 2 * PAGE));
	p[0] = 1;
	CHECK_EQ("DONTNEED", advise(p, PAGE, MADV_DONTNEED), -EINVAL);
	CHECK_EQ("DONTNEED_LOCKED", advise(p, PAGE, 24), 0);
	CHECK_EQ("is done", p[0], 0);
	CHECK_EQ("COLD", advise(p, PAGE, 20), -EINVAL);
	CHECK_EQ("PAGEOUT", advise(p, PAGE, 21), -EINVAL);
	CHECK_EQ("REMOVE", advise(p, PAGE, MADV_REMOVE), -EINVAL);
	CHECK_EQ("FREE", advise(p, PAGE, MADV_FREE), -EINVAL);
	CHECK_EQ("WILLNEED", advise(p, PAGE, MADV_WILLNEED), 0);
	CHECK_EQ("msync", sys(SYS_msync, P(p), PAGE, MS_SYNC), 0);
	CHECK_EQ("MS_INVALIDATE", sys(SYS_msync, P(p), PAGE, MS_INVALIDATE),
		 -EBUSY);
	CHECK_EQ("of a locked part", sys(SYS_msync, P(p), 4 * PAGE,
					 MS_INVALIDATE), -EBUSY);
	CHECK_EQ("MS_INVALIDATE of others", sys(SYS_msync, P(p + 2 * PAGE),
						PAGE, MS_INVALIDATE), 0);
	p[3 * PAGE] = 1;
	CHECK_EQ("partly", advise(p + 2 * PAGE, 2 * PAGE, MADV_DONTNEED), 0);
	CHECK_EQ("a locked part stops it", advise(p, 4 * PAGE,
						  MADV_DONTNEED), -EINVAL);
}

static long remap(void *p, unsigned long from, unsigned long to, int flags,
		  void *at)
{
	long r = sys(SYS_mremap, P(p), (long)from, (long)to, flags, P(at));

	return r < 0 && r > -4096 ? r : 0;
}

static void mremap_errors(void)
{
	char *p = pages(4, RW, MAP_PRIVATE), *q = pages(4, RW, MAP_PRIVATE);
	char *shared = pages(4, RW, MAP_SHARED);
	char *kernel = (void *)0xffff800000000000ul;

	CHECK_EQ("unknown flags", remap(p + 1, PAGE, PAGE, 8, NULL), -EINVAL);
	CHECK_EQ("FIXED without MAYMOVE", remap(p, PAGE, PAGE, MREMAP_FIXED,
						q), -EINVAL);
	CHECK_EQ("DONTUNMAP without MAYMOVE", remap(p, PAGE, PAGE,
		 MREMAP_DONTUNMAP, NULL), -EINVAL);
	CHECK_EQ("DONTUNMAP of another length", remap(p, PAGE, 2 * PAGE,
		 MREMAP_DONTUNMAP | MREMAP_MAYMOVE, NULL), -EINVAL);
	CHECK_EQ("not aligned", remap(p + 1, PAGE, PAGE, 0, NULL), -EINVAL);
	CHECK_EQ("to no length", remap(p, PAGE, 0, MREMAP_MAYMOVE, NULL),
		 -EINVAL);
	CHECK_EQ("the new one not aligned", remap(p, PAGE, PAGE,
		 MREMAP_MAYMOVE | MREMAP_FIXED, q + 1), -EINVAL);
	CHECK_EQ("both overlap", remap(p, 2 * PAGE, 2 * PAGE,
		 MREMAP_MAYMOVE | MREMAP_FIXED, p + PAGE), -EINVAL);
	CHECK_EQ("above user addresses", remap(p, PAGE, PAGE,
		 MREMAP_MAYMOVE | MREMAP_FIXED, kernel), -EINVAL);
	CHECK_EQ("from there", remap(kernel, PAGE, PAGE, MREMAP_MAYMOVE,
				     NULL), -EFAULT);
	CHECK_EQ("too long", remap(p, PAGE, 1ul << 50, MREMAP_MAYMOVE, NULL),
		 -ENOMEM);
	CHECK_EQ("too long, fixed", remap(p, PAGE, 1ul << 50,
		 MREMAP_MAYMOVE | MREMAP_FIXED, q), -EINVAL);
	CHECK_EQ("shorter than more than there can be", remap(p, 1ul << 62,
		 PAGE, 0, NULL), -EINVAL);
	CHECK_EQ("up to the kernel's half and on", remap(p,
		 (unsigned long)kernel - (unsigned long)p + (1ul << 40), PAGE,
		 MREMAP_MAYMOVE, NULL), -EINVAL);
	CHECK_EQ("the same, fixed", remap(p, 1ul << 62, PAGE,
		 MREMAP_MAYMOVE | MREMAP_FIXED, q), -EINVAL);
	CHECK_EQ("from length 0, private", remap(p, 0, PAGE, MREMAP_MAYMOVE,
						 NULL), -EINVAL);
	CHECK_EQ("from length 0, shared", remap(shared, 0, PAGE,
						MREMAP_MAYMOVE, NULL), 0);
	CHECK_EQ("without MAYMOVE", remap(shared, 0, PAGE, 0, NULL), -ENOMEM);
	need(!munmap(q + PAGE, PAGE));
	CHECK_EQ("nothing there", remap(q + PAGE, PAGE, 2 * PAGE,
					MREMAP_MAYMOVE, NULL), -EFAULT);
	CHECK_EQ("over a hole", remap(q, 3 * PAGE, 4 * PAGE, MREMAP_MAYMOVE,
				      NULL), -EFAULT);
	CHECK_EQ("no room", remap(p, PAGE, 2 * PAGE, 0, NULL), -ENOMEM);
	need(!mprotect(p + PAGE, PAGE, PROT_READ));
	CHECK_EQ("over two kinds", remap(p, 2 * PAGE, 3 * PAGE,
					 MREMAP_MAYMOVE, NULL), -EFAULT);
	CHECK_EQ("smaller over two kinds", remap(p, 4 * PAGE, PAGE, 0, NULL),
		 0);
}

static int limited(void *arg)
{
	struct rlimit l = { 4 * PAGE, 4 * PAGE };
	char *p = arg, *locked;

	need(!setgroups(0, NULL) && !setresgid(9, 9, 9));
	need(!setresuid(9, 9, 9));
	need(!setrlimit(RLIMIT_MEMLOCK, &l));
	CHECK_EQ("mlock over the limit", sys(SYS_mlock, P(p), 5 * PAGE),
		 -ENOMEM);
	CHECK_EQ("up to it", sys(SYS_mlock, P(p), 4 * PAGE), 0);
	CHECK_EQ("the same again", sys(SYS_mlock, P(p), 4 * PAGE), 0);
	CHECK_EQ("one more", sys(SYS_mlock, P(p + 4 * PAGE), PAGE), -ENOMEM);
	CHECK_EQ("mlock2 one more", sys(SYS_mlock2, P(p + 4 * PAGE), PAGE, 1),
		 -ENOMEM);
	CHECK_EQ("MAP_LOCKED one more", sys(SYS_mmap, 0, PAGE, RW,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0), -EAGAIN);
	CHECK_EQ("mlockall", sys(SYS_mlockall, MCL_CURRENT), -ENOMEM);
	CHECK_EQ("of what comes", sys(SYS_mlockall, MCL_FUTURE), 0);
	locked = mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK("comes over the limit", locked == MAP_FAILED && errno == EAGAIN);
	CHECK_EQ("munlockall", sys(SYS_munlockall), 0);
	need(!mlock(p, 4 * PAGE));
	CHECK_EQ("mremap grows over it", remap(p, 4 * PAGE, 6 * PAGE,
					       MREMAP_MAYMOVE, NULL),
		 -EAGAIN);
	l.rlim_cur = 0;
	need(!setrlimit(RLIMIT_MEMLOCK, &l));
	CHECK_EQ("a limit of 0", sys(SYS_mlock, P(p), PAGE), -EPERM);
	CHECK_EQ("before the range", sys(SYS_mlock, 16, -1), -EPERM);
	CHECK_EQ("mlockall", sys(SYS_mlockall, MCL_FUTURE), -EPERM);
	CHECK_EQ("after its flags", sys(SYS_mlockall, 8), -EINVAL);
	CHECK_EQ("MAP_LOCKED", sys(SYS_mmap, 0, PAGE, RW,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0), -EPERM);
	CHECK_EQ("unlocking is free", sys(SYS_munlock, P(p), 4 * PAGE), 0);
	return 0;
}

static void locks(void)
{
	char *p = pages(8, RW, MAP_PRIVATE);

	CHECK_STATUS("limits", child_run(limited, p), EXITED(0));
	CHECK_EQ("not aligned is rounded down", sys(SYS_mlock, P(p + 5), 10),
		 0);
	CHECK_EQ("no length", sys(SYS_mlock, P(p), 0), 0);
	CHECK_EQ("a length that wraps", sys(SYS_mlock, P(p), -PAGE), -EINVAL);
	CHECK_EQ("mlock2 flags", sys(SYS_mlock2, P(p), PAGE, 2), -EINVAL);
	CHECK_EQ("mlock2 on fault", sys(SYS_mlock2, P(p), PAGE, 1), 0);
	CHECK_EQ("mlockall without flags", sys(SYS_mlockall, 0), -EINVAL);
	CHECK_EQ("only on fault", sys(SYS_mlockall, 4), -EINVAL);
	CHECK_EQ("unknown", sys(SYS_mlockall, 9), -EINVAL);
	CHECK_EQ("on fault", sys(SYS_mlockall, MCL_CURRENT | 4), 0);
	CHECK_EQ("munlockall", sys(SYS_munlockall), 0);
	need(!munmap(p + 2 * PAGE, PAGE));
	CHECK_EQ("mlock over a hole", sys(SYS_mlock, P(p), 4 * PAGE),
		 -ENOMEM);
	CHECK_EQ("munlock over a hole", sys(SYS_munlock, P(p), 4 * PAGE),
		 -ENOMEM);
	need(!mprotect(p, PAGE, PROT_NONE));
	CHECK_EQ("mlock without rights", sys(SYS_mlock, P(p), PAGE), -ENOMEM);
	CHECK_EQ("munlock wraps", sys(SYS_munlock, P(p), -PAGE), -EINVAL);
}

static void mprotect_errors(void)
{
	char *p = pages(4, RW, MAP_PRIVATE), *ro;
	int fd;

	need(close(open("g", O_CREAT | O_WRONLY, 0644)) == 0);
	need(!truncate("g", PAGE));
	fd = open("g", O_RDONLY);
	ro = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	need(ro != MAP_FAILED);
	CHECK_EQ("a file not open for writing", sys(SYS_mprotect, P(ro), PAGE,
						    RW), -EACCES);
	CHECK_EQ("not aligned", sys(SYS_mprotect, P(p + 1), 0, RW), -EINVAL);
	CHECK_EQ("up and down", sys(SYS_mprotect, P(p), PAGE, RW |
		 PROT_GROWSDOWN | PROT_GROWSUP), -EINVAL);
	CHECK_EQ("before the address", sys(SYS_mprotect, P(p + 1), PAGE, RW |
		 PROT_GROWSDOWN | PROT_GROWSUP), -EINVAL);
	CHECK_EQ("down what does not grow", sys(SYS_mprotect, P(p), PAGE, RW |
		 PROT_GROWSDOWN), -EINVAL);
	CHECK_EQ("up what does not grow", sys(SYS_mprotect, P(p), PAGE, RW |
		 PROT_GROWSUP), -EINVAL);
	CHECK_EQ("PROT_SEM", sys(SYS_mprotect, P(p), PAGE, RW | 8), 0);
	CHECK_EQ("unknown bits", sys(SYS_mprotect, P(p), PAGE, 0x10),
		 -EINVAL);
	CHECK_EQ("a length that wraps", sys(SYS_mprotect, P(p), -1, RW),
		 -ENOMEM);
	CHECK_EQ("an end that wraps", sys(SYS_mprotect, P(p), -PAGE, RW),
		 -ENOMEM);
	need(!munmap(p + 2 * PAGE, PAGE));
	CHECK_EQ("nothing there", sys(SYS_mprotect, P(p + 2 * PAGE), PAGE,
				      RW), -ENOMEM);
	CHECK_EQ("over a hole", sys(SYS_mprotect, P(p), 4 * PAGE, PROT_READ),
		 -ENOMEM);
	CHECK_EQ("done before it", sys(SYS_getrandom, P(p), 1, 0), -EFAULT);
	CHECK_EQ("above user addresses", sys(SYS_mprotect,
		 (long)0xffff800000000000ul, PAGE, RW), -ENOMEM);
}

static const struct test tests[] = {
	{ "madvise_ranges", madvise_ranges, 0 },
	{ "madvise_kinds", madvise_kinds, 0 },
	{ "madvise_locked", madvise_locked, 0 },
	{ "mremap", mremap_errors, 0 },
	{ "locks", locks, 0 },
	{ "mprotect", mprotect_errors, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
