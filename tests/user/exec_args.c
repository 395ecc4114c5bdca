/*
 * tests/user/exec_args.c - arguments and environment of execve
 *
 * What:  what arrives in the new program, the limits, bad pointers, and the
 *        auxiliary vector. The program executes itself; the word after the
 *        name chooses what the new image checks.
 * See:   execve(2), getauxval(3)
 */
#include "lib/sys.h"
#include "lib/test.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>

#define MAX_STRING	131072	/* 32 pages, with the final zero */

static const char *self;
static char *none[] = { NULL };

/* execute this program in a child: its wait status, EXITED(128 + errno) */
static int run(const void *argv, const void *envp)
{
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		int result = sys(SYS_execve, P(self), P(argv), P(envp));

		_exit(128 - result);
	}
	return reap(pid);
}

static int check_words(int argc, char **argv)
{
	if (argc != 5 || strcmp(argv[2], "") || strcmp(argv[3], "two words"))
		return 1;
	if (strcmp(argv[4], "last") || argv[5])
		return 2;
	if (!environ[0] || strcmp(environ[0], "A=1") || !environ[1] ||
	    strcmp(environ[1], "not a pair") || environ[2])
		return 3;
	return 0;
}

static void words(void)
{
	char *argv[] = { "x", "--words", "", "two words", "last", NULL };
	char *envp[] = { "A=1", "not a pair", NULL };

	CHECK_STATUS("arguments and environment arrive", run(argv, envp),
		     EXITED(0));
}

static int check_empty(int argc, char **argv)
{
	return argc == 1 && !strcmp(argv[0], "") && !argv[1] && !environ[0] ?
	       0 : 1;
}

static void empty(void)
{
	CHECK_STATUS("no arguments become one empty one", run(none, none),
		     EXITED(0));
	CHECK_STATUS("null vectors are empty ones", run(NULL, NULL),
		     EXITED(0));
}

static int check_long(char **argv)
{
	return strlen(argv[2]) == MAX_STRING - 1 ? 0 : 1;
}

static void long_string(void)
{
	char *string = malloc(MAX_STRING + 2);
	char *argv[] = { "x", "--long", string, NULL };
	char *envp[] = { string, NULL };

	need(string);
	memset(string, 's', MAX_STRING + 1);
	string[MAX_STRING - 1] = 0;
	CHECK_STATUS("a string of 131071 bytes", run(argv, none), EXITED(0));
	string[MAX_STRING - 1] = 's';
	string[MAX_STRING] = 0;
	CHECK_STATUS("a string of 131072 bytes is E2BIG", run(argv, none),
		     EXITED(128 + E2BIG));
	CHECK_STATUS("also in the environment", run(none, envp),
		     EXITED(128 + E2BIG));
}

static int check_many(int argc)
{
	return argc == 10000 ? 0 : 1;
}

/* an argument vector of @count words of @len bytes */
static char **vector(int count, size_t len)
{
	char **argv = calloc(count + 1, sizeof(*argv));
	char *word = malloc(len + 1);

	need(argv && word);
	memset(word, 'w', len);
	word[len] = 0;
	for (int i = 0; i < count; i++)
		argv[i] = word;
	argv[0] = "x";
	argv[1] = "--many";
	return argv;
}

static void many_words(void)
{
	struct rlimit small = { 1 << 20, RLIM_INFINITY };
	struct rlimit limit = { 8 << 20, RLIM_INFINITY };

	need(!setrlimit(RLIMIT_STACK, &limit));
	CHECK_STATUS("ten thousand words", run(vector(10000, 50), none),
		     EXITED(0));
	CHECK_STATUS("words and pointers of more than a quarter of the stack",
		     run(vector(10000, 250), none), EXITED(128 + E2BIG));
	CHECK_STATUS("arguments and environment count together",
		     run(vector(10000, 100), vector(10000, 100)),
		     EXITED(128 + E2BIG));
	need(!setrlimit(RLIMIT_STACK, &small));
	CHECK_STATUS("with a smaller stack less goes",
		     run(vector(10000, 50), none), EXITED(128 + E2BIG));
}

static void pointers(void)
{
	char *argv[] = { "x", (char *)8, NULL };
	char *kernel[] = { "x", (char *)0xffff800000000000UL, NULL };

	CHECK_EQ("a bad path", sys(SYS_execve, 8, P(none), P(none)), -EFAULT);
	CHECK_STATUS("a bad argument", run(argv, none), EXITED(128 + EFAULT));
	CHECK_STATUS("an argument in the kernel", run(kernel, none),
		     EXITED(128 + EFAULT));
	CHECK_STATUS("a bad environment word", run(none, argv),
		     EXITED(128 + EFAULT));
	CHECK_STATUS("a bad argument vector", run((void *)8, none),
		     EXITED(128 + EFAULT));
	CHECK_STATUS("a bad environment", run(none, (void *)8),
		     EXITED(128 + EFAULT));
	CHECK_STATUS("a missing file says so before bad arguments",
		     EXITED(-(int)sys(SYS_execve, P("/gone"), 8, 8)),
		     EXITED(ENOENT));
}

static int check_auxv(char **argv)
{
	const Elf64_Phdr *ph = (void *)getauxval(AT_PHDR);
	unsigned long entry = getauxval(AT_ENTRY);
	int inside = 0;

	if (getauxval(AT_PAGESZ) != 4096 || getauxval(AT_BASE))
		return 1;
	if (!ph || getauxval(AT_PHENT) != sizeof(*ph))
		return 2;
	for (unsigned long i = 0; i < getauxval(AT_PHNUM); i++)
		inside += ph[i].p_type == PT_LOAD && ph[i].p_flags & PF_X &&
			  entry - ph[i].p_vaddr < ph[i].p_memsz;
	if (inside != 1)
		return 3;
	if (getauxval(AT_UID) != getuid() || getauxval(AT_EUID) != geteuid() ||
	    getauxval(AT_GID) != getgid() || getauxval(AT_EGID) != getegid())
		return 4;
	if (getauxval(AT_SECURE) || getauxval(AT_CLKTCK) != 100)
		return 5;
	if (!getauxval(AT_RANDOM) || getauxval(AT_FLAGS))
		return 6;
	return strcmp((char *)getauxval(AT_EXECFN), argv[2]) ? 7 : 0;
}

static void auxiliary(void)
{
	char *argv[] = { "x", "--auxv", (char *)self, NULL };

	CHECK_STATUS("the auxiliary vector is right", run(argv, none),
		     EXITED(0));
}

/* print the 16 random bytes to descriptor 9 */
static int print_random(void)
{
	return write(9, (void *)getauxval(AT_RANDOM), 16) != 16;
}

static void random_bytes(void)
{
	char *argv[] = { "x", "--random", NULL };
	char bytes[2][16];
	int fds[2];

	need(!pipe(fds) && dup2(fds[1], 9) == 9);
	for (int i = 0; i < 2; i++) {
		need(run(argv, none) == 0);
		need(read(fds[0], bytes[i], 16) == 16);
	}
	CHECK("AT_RANDOM differs between two programs",
	      memcmp(bytes[0], bytes[1], 16));
}

static int helper(int argc, char **argv)
{
	const char *what = argv[1];

	if (!strcmp(what, "--words"))
		return check_words(argc, argv);
	if (!strcmp(what, "--long"))
		return check_long(argv);
	if (!strcmp(what, "--many"))
		return check_many(argc);
	if (!strcmp(what, "--auxv"))
		return check_auxv(argv);
	if (!strcmp(what, "--random"))
		return print_random();
	return 99;
}

static const struct test tests[] = {
	{ "words", words, 0 },
	{ "empty", empty, 0 },
	{ "long string", long_string, 0 },
	{ "many words", many_words, 0 },
	{ "bad pointers", pointers, 0 },
	{ "auxiliary vector", auxiliary, 0 },
	{ "random bytes", random_bytes, 0 },
};

int main(int argc, char **argv)
{
	if (argc > 1)
		return helper(argc, argv);
	if (!*argv[0])
		return check_empty(argc, argv);
	self = argv[0];
	return test_main(tests, COUNT(tests));
}
