/*
 * tests/user/mem_regions.c - which memory is one line of /proc/PID/maps
 *
 * What:  parts that become equal join, but not one that counts as memory that
 *        may be needed ("ac" in smaps) with one that does not; the heap is
 *        apart from the program's zeros below it.
 * See:   proc_pid_maps(5), proc_pid_smaps(5): VmFlags; mprotect(2), brk(2)
 */
#include "lib/proc.h"
#include "lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>

#define PAGE	4096ul
#define HIGH	((char *)0x200000000000ul)
#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)

static char text[1 << 17];
static char zeros[4 * PAGE];	/* pages behind the program's data */

struct range {
	unsigned long start, end;
	int last;		/* bytes of its line */
};

/* The line at @at of maps or smaps; false: it is none of a region. */
static int parse(const char *at, struct range *r)
{
	return sscanf(at, "%lx-%lx %*s %*s %*s %*s%n", &r->start, &r->end,
		      &r->last) == 2;
}

static char *next_line(char *at)
{
	at = strchr(at, '\n');
	return at && at[1] ? at + 1 : NULL;
}

/* Lines of maps for addresses in [from, from + len). */
static int parts(const void *from, unsigned long len)
{
	unsigned long start = (unsigned long)from;
	struct range r;
	int n = 0;

	need(proc_read("/proc/self/maps", text, sizeof(text)) > 0);
	for (char *at = text; at; at = next_line(at))
		n += parse(at, &r) && r.start < start + len && r.end > start;
	return n;
}

/* The region that holds @addr; the rest of smaps from there on. */
static char *find(const void *addr, struct range *r)
{
	unsigned long a = (unsigned long)addr;

	need(proc_read("/proc/self/smaps", text, sizeof(text)) > 0);
	for (char *at = text; at; at = next_line(at)) {
		if (parse(at, r) && r->start <= a && r->end > a)
			return at;
	}
	need(!"mapped");
	return NULL;
}

static int accounted(const void *addr)
{
	struct range r;
	char *flags = strstr(find(addr, &r), "VmFlags:");

	need(flags);
	flags[strcspn(flags, "\n")] = 0;
	return strstr(flags, " ac") != NULL;
}

static void files(void)
{
	int fd;

	file_make("mapped", "text", 0644);
	need((fd = open("mapped", O_RDWR)) >= 0 && !ftruncate(fd, 8 * PAGE));
	need(mmap(HIGH, 3 * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) ==
	     HIGH);
	need(mmap(HIGH + 3 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED,
		  fd, 3 * PAGE) != MAP_FAILED);
	CHECK_EQ("what continues is one", parts(HIGH, 4 * PAGE), 1);
	need(!mprotect(HIGH + PAGE, PAGE, PROT_NONE));
	CHECK_EQ("other rights", parts(HIGH, 4 * PAGE), 3);
	need(!mprotect(HIGH + PAGE, PAGE, PROT_READ));
	CHECK_EQ("the same again", parts(HIGH, 4 * PAGE), 1);
	CHECK("not accounted", !accounted(HIGH + PAGE));
	need(!mprotect(HIGH + PAGE, PAGE, RW));
	CHECK("accounted when it can be written", accounted(HIGH + PAGE));
	need(!mprotect(HIGH + PAGE, PAGE, PROT_READ));
	CHECK("and afterwards", accounted(HIGH + PAGE));
	CHECK_EQ("which stays apart", parts(HIGH, 4 * PAGE), 3);
	need(!mprotect(HIGH, 4 * PAGE, RW));
	CHECK_EQ("until all can be written", parts(HIGH, 4 * PAGE), 1);
	need(!mprotect(HIGH, 4 * PAGE, PROT_READ));
	CHECK_EQ("and all no more", parts(HIGH, 4 * PAGE), 1);
	need(mmap(HIGH + 4 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED,
		  fd, 4 * PAGE) != MAP_FAILED);
	CHECK_EQ("a new one beside", parts(HIGH, 5 * PAGE), 2);
	need(mmap(HIGH, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 0) == HIGH);
	CHECK("shared memory is not accounted", !accounted(HIGH));
}

/* Pages at HIGH that can be read, then a new one: how many parts? */
static int beside(unsigned long npages)
{
	need(!mprotect(HIGH, npages * PAGE, PROT_READ));
	need(mmap(HIGH + npages * PAGE, PAGE, PROT_READ, ANON, -1, 0) !=
	     MAP_FAILED);
	return parts(HIGH, (npages + 1) * PAGE);
}

static int read_only(void *unused)
{
	(void)unused;
	need(!mprotect(HIGH, 2 * PAGE, PROT_READ));
	return accounted(HIGH);
}

static void anonymous(void)
{
	need(mmap(HIGH, 2 * PAGE, RW, ANON, -1, 0) == HIGH);
	CHECK("accounted", accounted(HIGH));
	(void)*(volatile char *)HIGH;
	CHECK_EQ("not written to: joins what can be read", beside(2), 1);
	CHECK("and is not accounted any more", !accounted(HIGH));
	need(mmap(HIGH, 3 * PAGE, RW, ANON, -1, 0) == HIGH);
	HIGH[PAGE] = 1;
	CHECK_STATUS("written to before a fork", child_run(read_only, NULL),
		     EXITED(1));
	CHECK_EQ("written to: stays apart", beside(2), 2);
	need(!munmap(HIGH, 3 * PAGE));
	need(mmap(HIGH, 2 * PAGE, RW, ANON | MAP_NORESERVE, -1, 0) == HIGH);
	HIGH[0] = 1;
	CHECK("MAP_NORESERVE", !accounted(HIGH));
	need(!mprotect(HIGH, 2 * PAGE, PROT_READ) &&
	     !mprotect(HIGH, 2 * PAGE, RW));
	CHECK("for good", !accounted(HIGH));
}

/* ------------------------------------------------------------------- heap */

/* Is the region at @low called the heap? */
static int named(const char *low)
{
	struct range r;
	const char *name = find(low, &r) + r.last;

	return !strncmp(name + strspn(name, " "), "[heap]\n", 7);
}

/* The helper, nothing in it being at random: a bit for each that holds. */
static int heap(void)
{
	char *last_zero = zeros + sizeof(zeros) - 1;
	unsigned long end = (unsigned long)sys(SYS_brk, 0);
	struct range r, below;
	char *low;
	int good = 0;

	end = (end + PAGE - 1) & ~(PAGE - 1);
	low = (char *)end;
	need(sys(SYS_brk, end + 2 * PAGE) == (long)(end + 2 * PAGE));
	memset(low, 1, 2 * PAGE);
	*last_zero = 1;
	(void)find(last_zero, &below);
	(void)find(low, &r);
	good |= r.start == below.end && r.end == end + 2 * PAGE;
	good |= named(low) << 1;
	need(sys(SYS_brk, end + 5 * PAGE) == (long)(end + 5 * PAGE));
	(void)find(low, &r);
	good |= (r.start == below.end && r.end == end + 5 * PAGE) << 2;
	need(!mprotect(low + 4 * PAGE, PAGE, PROT_READ));
	need(sys(SYS_brk, end + 6 * PAGE) == (long)(end + 6 * PAGE));
	good |= (parts(low, 6 * PAGE) == 3) << 3;
	return good | accounted(low) << 4 | accounted(last_zero) << 5;
}

static void heaps(void)
{
	pid_t pid = fork();
	int good;

	if (!pid) {
		need(personality(ADDR_NO_RANDOMIZE) >= 0);
		execl("/proc/self/exe", "mem_regions", "--heap", (char *)NULL);
		_exit(128);
	}
	good = WEXITSTATUS(reap(pid));
	need(!(good & 128));
	CHECK("begins above the program's zeros, apart", good & 1);
	CHECK("is called so", good & 2);
	CHECK("grows as one", good & 4);
	CHECK("but not on what has other rights", good & 8);
	CHECK("is accounted", good & 16);
	CHECK("as those zeros are", good & 32);
}

static const struct test tests[] = {
	{ "files", files, 0 },
	{ "anonymous", anonymous, 0 },
	{ "heap", heaps, 0 },
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--heap"))
		return heap();
	return test_main(tests, COUNT(tests));
}
