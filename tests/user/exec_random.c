/*
 * tests/user/exec_random.c - where the parts of a program are, told by chance
 *
 * What:  /proc/sys/kernel/randomize_va_space and ADDR_NO_RANDOMIZE: stack,
 *        what mmap places, vDSO and heap of one program run several times;
 *        what a set-user-ID program keeps of its personality.
 * See:   proc(5), personality(2), execve(2)
 */
#include "lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/stat.h>

#define RUNS 6
#define SETTING "/proc/sys/kernel/randomize_va_space"

enum part { STACK, WITHIN, MAPPED, VDSO, HEAP, NPARTS };

struct places {
	unsigned long at[NPARTS];
	unsigned long persona;
};

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
	return write(1, &p, sizeof(p)) != sizeof(p);
}

static struct places run(const char *program, unsigned long persona, uid_t uid)
{
	struct places p = { .persona = 0 };
	int out[2];
	pid_t pid;

	need(!pipe(out));
	pid = fork();
	need(pid >= 0);
	if (!pid) {
		need(dup2(out[1], 1) == 1);
		if (uid)
			need(!setresgid(uid, uid, uid) &&
			     !setresuid(uid, uid, uid));
		need(personality(persona) >= 0);
		execl(program, program, "--tell", (char *)NULL);
		_exit(99);
	}
	close(out[1]);
	need(read(out[0], &p, sizeof(p)) == (ssize_t)sizeof(p));
	close(out[0]);
	need(reap(pid) == 0);
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

	set_to("2");
	CHECK_EQ("2: everything", changing(0), all);
	CHECK_EQ("2: nothing with ADDR_NO_RANDOMIZE",
		 changing(ADDR_NO_RANDOMIZE), 0);
	set_to("1");
	CHECK_EQ("1: all but the heap", changing(0), all & ~(1u << HEAP));
	set_to("0");
	CHECK_EQ("0: nothing", changing(0), 0);
	set_to(before);
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
	{ "inheritance", inheritance, 0 },
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--tell"))
		return tell();
	return test_main(tests, COUNT(tests));
}
