/*
 * tests/user/exec_random.c - where the parts of a program are, told by chance
 *
 * What:  /proc/sys/kernel/randomize_va_space and ADDR_NO_RANDOMIZE: stack,
 *        what mmap places, vDSO and heap of one program run several times, and
 *        a program that may lie anywhere; how many places there are, and that
 *        all of them leave room for the stack; what a set-user-ID program
 *        keeps of its personality.
 * See:   proc(5), personality(2), execve(2), getrlimit(2)
 */
#include "lib/image.h"
#include "lib/ns.h"
#include "lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define RUNS 6
#define MANY 64
#define PAGE 4096ul
#define STACK_LIMIT (8ul << 20)
/* Where sanitizers take for granted that programs are. */
#define HIGH_FROM 0x7e8000000000ul
#define MIDDLE_FROM 0x550000000000ul
#define MIDDLE_TO 0x568000000000ul
#define SETTING "/proc/sys/kernel/randomize_va_space"

enum part { STACK, WITHIN, MAPPED, VDSO, HEAP, NPARTS };

struct places {
	unsigned long at[NPARTS];
	unsigned long persona;
	unsigned long tables;	/* KiB of page tables */
};

/* writes where it is and where its heap would begin, exits with 0 */
extern const char code_where[], code_where_end[];
__asm__(".pushsection .rodata\n"
	"code_where:\n"
	"	lea code_where(%rip), %rbx\n"
	"	xor %edi, %edi\n"
	"	mov $12, %eax\n"
	"	syscall\n"
	"	push %rax\n"
	"	push %rbx\n"
	"	mov $1, %edi\n"
	"	mov %rsp, %rsi\n"
	"	mov $16, %edx\n"
	"	mov $1, %eax\n"
	"	syscall\n"
	"	xor %edi, %edi\n"
	"	mov $231, %eax\n"
	"	syscall\n"
	"code_where_end:\n"
	".popsection");

/* Of /proc/self/status. */
static unsigned long page_tables(void)
{
	char text[2048] = "";
	int fd = open("/proc/self/status", O_RDONLY);
	const char *line;

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return 0;
	close(fd);
	line = strstr(text, "VmPTE:");
	return line ? strtoul(line + strlen("VmPTE:"), NULL, 10) : 0;
}

/* The helper: tells where it is. */
static int tell(void)
{
	struct places p = { .persona = (unsigned long)personality(~0u) };

	p.at[STACK] = getauxval(AT_RANDOM) & ~0xffful;
	p.at[WITHIN] = (unsigned long)__builtin_frame_address(0) & 0xfff;
	p.at[MAPPED] = (unsigned long)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE |
					   MAP_ANONYMOUS, -1, 0);
	p.at[VDSO] = getauxval(AT_SYSINFO_EHDR);
	p.at[HEAP] = (unsigned long)sys(SYS_brk, 0);
	if ((unsigned long)sys(SYS_brk, p.at[HEAP] + PAGE) > p.at[HEAP])
		*(volatile char *)p.at[HEAP] = 1;
	p.tables = page_tables();
	return write(1, &p, sizeof(p)) != sizeof(p);
}

/* The other helper: uses nearly all of the stack. */
static int deep(void)
{
	volatile char *sp = __builtin_frame_address(0);

	for (size_t n = 0; n < STACK_LIMIT - (256 << 10); n += PAGE)
		sp[-(ssize_t)n] = 1;
	return 0;
}

struct how {
	unsigned long persona;
	uid_t uid;
};

/* What @program writes, @len bytes. */
static void run_reading(const char *program, const struct how *how, void *told,
			size_t len)
{
	int out[2];
	pid_t pid;

	need(!pipe(out));
	pid = fork();
	need(pid >= 0);
	if (!pid) {
		uid_t uid = how->uid;

		need(dup2(out[1], 1) == 1);
		if (uid)
			need(!setresgid(uid, uid, uid) &&
			     !setresuid(uid, uid, uid));
		need(personality(how->persona) >= 0);
		execl(program, program, "--tell", (char *)NULL);
		_exit(99);
	}
	close(out[1]);
	need(read(out[0], told, len) == (ssize_t)len);
	close(out[0]);
	need(reap(pid) == 0);
}

static struct places run(const char *program, unsigned long persona, uid_t uid)
{
	struct how how = { persona, uid };
	struct places p;

	run_reading(program, &how, &p, sizeof(p));
	return p;
}

/* How many of the parts are not always at the same place: a bit for each. */
static unsigned int changing(unsigned long persona)
{
	struct places first = run("/proc/self/exe", persona, 0);
	unsigned int changed = 0;

	for (int i = 1; i < RUNS; i++) {
		struct places p = run("/proc/self/exe", persona, 0);

		for (int part = 0; part < NPARTS; part++)
			changed |= (unsigned int)(p.at[part] !=
						  first.at[part]) << part;
	}
	return changed;
}

static void set_to(const char *value)
{
	int fd = open(SETTING, O_WRONLY);

	need(fd >= 0 && write(fd, value, strlen(value)) ==
	     (ssize_t)strlen(value));
	close(fd);
}

static void setting(void)
{
	unsigned int all = (1u << NPARTS) - 1;
	char before[16] = "";
	int fd = open(SETTING, O_RDONLY);

	need(fd >= 0 && read(fd, before, sizeof(before) - 1) > 0);
	close(fd);
	CHECK("2 at first", !strcmp(before, "2\n"));
	CHECK_EQ("2: everything", changing(0), all);
	CHECK_EQ("2: nothing with ADDR_NO_RANDOMIZE",
		 changing(ADDR_NO_RANDOMIZE), 0);
	set_to("1");
	CHECK_EQ("1: all but the heap", changing(0), all & ~(1u << HEAP));
	set_to("0");
	CHECK_EQ("0: nothing", changing(0), 0);
	set_to(before);
}

static int by_value(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a;
	unsigned long y = *(const unsigned long *)b;

	return x < y ? -1 : x > y;
}

/* How many different ones there are; they are sorted by it. */
static int different(unsigned long *values)
{
	int n = 1;

	qsort(values, MANY, sizeof(*values), by_value);
	for (int i = 1; i < MANY; i++)
		n += values[i] != values[i - 1];
	return n;
}

static int places_of(const struct places *p, enum part part)
{
	unsigned long values[MANY];

	for (int i = 0; i < MANY; i++)
		values[i] = p[i].at[part];
	return different(values);
}

/* From what mmap places up to the stack. */
struct distances {
	int n;
	unsigned long least, most;
};

static struct distances distances(const struct places *p)
{
	unsigned long values[MANY];
	int n;

	for (int i = 0; i < MANY; i++)
		values[i] = p[i].at[STACK] - p[i].at[MAPPED];
	n = different(values);
	return (struct distances){ n, values[0], values[MANY - 1] };
}

static void places(void)
{
	static struct places p[MANY];
	unsigned long bits = 0, tables = 0, lowest = ~0ul;
	struct distances between;

	for (int i = 0; i < MANY; i++) {
		p[i] = run("/proc/self/exe", 0, 0);
		bits |= p[i].at[MAPPED] | p[i].at[VDSO] | p[i].at[HEAP];
		if (p[i].at[MAPPED] < lowest)
			lowest = p[i].at[MAPPED];
		if (p[i].tables > tables)
			tables = p[i].tables;
	}
	CHECK("all of 64 runs have stacks of their own",
	      places_of(p, STACK) >= MANY - 1);
	CHECK("and stack pointers within a page", places_of(p, WITHIN) >= 8);
	CHECK("and mappings", places_of(p, MAPPED) >= MANY - 2);
	CHECK("and vDSOs", places_of(p, VDSO) >= MANY - 2);
	CHECK("and heaps", places_of(p, HEAP) >= MANY / 2);
	between = distances(p);
	CHECK("stack and mappings are at many distances",
	      between.n >= MANY / 2 &&
	      between.most - between.least >= 16 * STACK_LIMIT);
	CHECK("none less than the stack's limit",
	      between.least >= STACK_LIMIT);
	CHECK("and mappings always below", between.most < 1ul << 47);
	CHECK("none below the highest 1.5 TiB", lowest >= HIGH_FROM);
	CHECK_EQ("all begin with a page", bits % PAGE, 0);
	if (on_nidus())
		CHECK("no more page tables than without chance",
		      tables <= run("/proc/self/exe", ADDR_NO_RANDOMIZE,
				    0).tables);
}

static int is_expected(unsigned long at)
{
	return at >= HIGH_FROM || (at >= MIDDLE_FROM && at < MIDDLE_TO);
}

/* A program that may lie anywhere; it and its heap, how many places. */
static void where(int *program, int *heap, int *expected)
{
	static const struct how usual = { 0, 0 };
	unsigned long at[MANY], begin[MANY], told[2];

	*expected = 1;
	for (int i = 0; i < MANY; i++) {
		run_reading("./anywhere", &usual, told, sizeof(told));
		at[i] = told[0] - offsetof(struct image, bytes);
		begin[i] = told[1];
		*expected &= is_expected(at[i]) && !(at[i] % PAGE);
	}
	*program = different(at);
	*heap = different(begin);
}

static void anywhere(void)
{
	struct image image;
	int program, heap, expected;

	image_init(&image, code_where, code_where_end);
	image.head.e_type = ET_DYN;
	image.head.e_entry -= IMAGE_BASE;
	image.seg[0].p_vaddr = 0;
	image_write(&image, "anywhere", sizeof(image));
	where(&program, &heap, &expected);
	CHECK("a program that may lie anywhere does", program >= MANY - 2);
	CHECK("and its heap", heap >= MANY - 2);
	CHECK("it begins with a page, where sanitizers expect it", expected);
	set_to("1");
	where(&program, &heap, &expected);
	CHECK("with 1 too", program >= MANY - 2);
	set_to("0");
	where(&program, &heap, &expected);
	CHECK("with 0 it is always at one place, and so is its heap",
	      program == 1 && heap == 1);
	set_to("2");
}

static void limits(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	int good = 0, below = 0;

	for (int i = 0; i < MANY / 4; i++) {
		pid_t pid = fork();

		need(pid >= 0);
		if (!pid) {
			execl("/proc/self/exe", "exec_random", "--deep",
			      (char *)NULL);
			_exit(99);
		}
		good += reap(pid) == 0;
	}
	CHECK_EQ("the stack may grow to its limit", good, MANY / 4);
	need(!setrlimit(RLIMIT_STACK, &all));
	for (int i = 0; i < MANY / 4; i++) {
		struct places p = run("/proc/self/exe", 0, 0);

		below += p.at[MAPPED] < p.at[STACK];
	}
	CHECK_EQ("without a limit all lies below it", below, MANY / 4);
}

static void inheritance(void)
{
	unsigned long bits = ADDR_NO_RANDOMIZE | STICKY_TIMEOUTS;
	int from = open("/proc/self/exe", O_RDONLY);
	int to = open("copy", O_CREAT | O_WRONLY, 0755);
	char buf[4096];
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		need(write(to, buf, (size_t)n) == n);
	need(!n && !close(to) && !chmod(".", 0755));
	CHECK_EQ("an execve keeps the personality",
		 run("./copy", bits, 1000).persona, (long)bits);
	CHECK_EQ("but for READ_IMPLIES_EXEC",
		 run("./copy", bits | READ_IMPLIES_EXEC, 1000).persona,
		 (long)bits);
	need(!chmod("copy", 04755));
	CHECK_EQ("but not of a set-user-ID program",
		 run("./copy", bits, 1000).persona, STICKY_TIMEOUTS);
	CHECK_EQ("even if it is the owner's own",
		 run("./copy", bits, 0).persona, STICKY_TIMEOUTS);
	need(!chmod("copy", 02755));
	CHECK_EQ("nor of a set-group-ID one",
		 run("./copy", bits, 1000).persona, STICKY_TIMEOUTS);
	need(!chmod("copy", 02745));
	CHECK_EQ("a set-group-ID bit without execution is none",
		 run("./copy", bits, 1000).persona, (long)bits);
}

static const struct test tests[] = {
	{ "setting", setting, 0 },
	{ "places", places, 0 },
	{ "anywhere", anywhere, 0 },
	{ "limits", limits, 0 },
	{ "inheritance", inheritance, 0 },
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--tell"))
		return tell();
	if (argc > 1 && !strcmp(argv[1], "--deep"))
		return deep();
	return test_main(tests, COUNT(tests));
}
