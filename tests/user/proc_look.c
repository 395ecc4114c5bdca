/*
 * tests/user/proc_look.c - files of /proc that stand for a process's memory
 *
 * What:  access is asked for at open(2), and once; the descriptor stands for
 *        the memory that was there then: an exec or a death empties it, and it
 *        keeps nothing. Nobody looks into a set-uid program by being there as
 *        it begins.
 * See:   proc(5); ptrace(2), "Ptrace access mode checking"
 */
#include "lib/proc.h"
#include "lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/uio.h>

#define MAGIC	0x5ec7e7a11L
#define ROUNDS	150
#define KEPT	128

/* In every copy of this program at the same place. */
static volatile long secret;

enum file { MAPS, SMAPS, ROLLUP, PAGEMAP, ENVIRON, AUXV, MEM, FILES };

static const char *const names[FILES] = {
	"/maps", "/smaps", "/smaps_rollup", "/pagemap", "/environ", "/auxv",
	"/mem",
};

static int look(pid_t pid, enum file file)
{
	return open(proc_path("/proc/", pid, names[file]),
		    O_RDONLY | O_CLOEXEC);
}

/* A few bytes of it: how many, or the error below zero. */
static long some(int fd, enum file file)
{
	char bytes[64];
	off_t at = file == MEM ? (off_t)(uintptr_t)&secret : 0;
	ssize_t n = pread(fd, bytes, sizeof(bytes), at);

	return n < 0 ? -errno : n;
}

static const char *point(const char *begin, enum file file)
{
	static char text[96];

	snprintf(text, sizeof(text), "%s: %s", begin, names[file] + 1);
	return text;
}

static void user_again(void)
{
	become_user();
	need(!prctl(PR_SET_DUMPABLE, 1));
}

/* ------------------------------------------------------------------ access */

static int refused(void *arg)
{
	pid_t pid = *(pid_t *)arg;

	become_user();
	for (enum file f = 0; f < FILES; f++)
		CHECK_ERRNO(point("refused at open", f), look(pid, f), EACCES);
	return 0;
}

static int hidden(void *arg)
{
	(void)arg;
	become_user();
	pause();
	return 0;
}

static void who_may(void)
{
	pid_t pid = child_idle();
	int fds[FILES];

	need(child_run(refused, &pid) == 0);
	for (enum file f = 0; f < FILES; f++)
		fds[f] = look(pid, f);
	become_user();
	for (enum file f = 0; f < FILES; f++)
		CHECK(point("allowed once", f), some(fds[f], f) > 0);
}

static void not_dumpable(void)
{
	pid_t pid = child_start(hidden, NULL);

	proc_await(pid, "S");
	need(child_run(refused, &pid) == 0);
	child_kill(pid);
}

/* -------------------------------------------------------------- what it is */

struct target {
	pid_t pid;
	struct gate go;
	int gone;		/* ends when the program has changed */
};

static void target_start(struct target *t)
{
	char *argv[] = { "proc_look", "--idle", NULL };
	int ends[2];

	gate_init(&t->go);
	need(!pipe2(ends, O_CLOEXEC));
	t->pid = fork();
	need(t->pid >= 0);
	if (!t->pid) {
		gate_wait(&t->go);
		execv("/proc/self/exe", argv);
		_exit(1);
	}
	close(ends[1]);
	t->gone = ends[0];
}

static void target_exec(struct target *t)
{
	char c;

	gate_open(&t->go);
	need(read(t->gone, &c, 1) == 0);
}

/* What a descriptor says when its memory is gone: @text for lines. */
static void check_gone(const int *fds, const char *when, long text)
{
	CHECK_EQ(point(when, MAPS), some(fds[MAPS], MAPS), text);
	CHECK_EQ(point(when, SMAPS), some(fds[SMAPS], SMAPS), text);
	CHECK_EQ(point(when, ROLLUP), some(fds[ROLLUP], ROLLUP), -ESRCH);
	CHECK_EQ(point(when, PAGEMAP), some(fds[PAGEMAP], PAGEMAP), 0);
	CHECK_EQ(point(when, ENVIRON), some(fds[ENVIRON], ENVIRON), 0);
	CHECK_EQ(point(when, MEM), some(fds[MEM], MEM), 0);
}

static void other_program(void)
{
	struct target t;
	int fds[FILES], fd;

	target_start(&t);
	for (enum file f = 0; f < FILES; f++)
		fds[f] = look(t.pid, f);
	target_exec(&t);
	check_gone(fds, "after an exec", 0);
	for (enum file f = 0; f < FILES; f++) {
		fd = look(t.pid, f);
		CHECK(point("the new program", f), some(fd, f) > 0);
		close(fd);
	}
	child_kill(t.pid);
}

static void dead(void)
{
	pid_t pid = child_idle();
	int fds[FILES];

	for (enum file f = 0; f < FILES; f++)
		fds[f] = look(pid, f);
	kill(pid, SIGKILL);
	proc_await(pid, "Z");
	check_gone(fds, "a zombie", 0);
	for (enum file f = ROLLUP; f < FILES; f++)
		CHECK_ERRNO(point("a zombie's is not opened", f), look(pid, f),
			    ESRCH);
	CHECK_EQ("a zombie's maps is empty", some(look(pid, MAPS), MAPS), 0);
	reap(pid);
	check_gone(fds, "nobody", -ESRCH);
}

#define BIG	(32L << 20)
#define MANY	6

static int fill(void *arg)
{
	char *mem = mmap(NULL, BIG, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(mem != MAP_FAILED);
	memset(mem, 1, BIG);
	gate_open(arg);
	pause();
	return 0;
}

/* One more of them lives, is looked at, and dies. */
static void open_and_kill(int *fds)
{
	struct gate filled;
	pid_t pid;

	gate_init(&filled);
	pid = child_start(fill, &filled);
	gate_wait(&filled);
	for (enum file f = 0; f < FILES; f++)
		fds[f] = look(pid, f);
	child_kill(pid);
	gate_close(&filled);
}

/* Each CPU of Linux keeps some free pages for itself, so there are several. */
static void nothing_kept(void)
{
	long before = proc_number("/proc/meminfo", "MemFree:"), lost;
	int fds[MANY][FILES];

	for (int i = 0; i < MANY; i++)
		open_and_kill(fds[i]);
	lost = before - proc_number("/proc/meminfo", "MemFree:");
	test_note("KiB that are not free any more", lost);
	CHECK("the memory of the dead is free", lost < MANY * BIG / 2048);
}

/* ----------------------------------------------------------------- set-uid */

/* The set-uid program: tells who it is, and lives until nobody waits. */
static int keep_secret(char **argv)
{
	int told = atoi(argv[2]), hold = atoi(argv[3]);
	char c = (char)(geteuid() == 0);

	secret = MAGIC;
	if (write(told, &c, 1) != 1)
		return 1;
	return (int)read(hold, &c, 1);
}

static void copy_self(const char *path)
{
	static char buf[65536];
	int from = open("/proc/self/exe", O_RDONLY);
	int to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	ssize_t n;

	need(from >= 0 && to >= 0);
	while ((n = read(from, buf, sizeof(buf))) > 0)
		need(write(to, buf, (size_t)n) == n);
	close(from);
	close(to);
	need(!chmod(path, 04755));
}

struct round {
	pid_t pid;
	int told, hold;
};

static void spin(unsigned int turns)
{
	for (volatile unsigned int i = 0; i < turns; i++)
		;
}

static void round_start(struct round *r)
{
	char told[12], hold[12];
	char *argv[] = { "secret", "--secret", told, hold, NULL };
	int a[2], b[2];

	need(!pipe(a) && !pipe(b));
	r->pid = fork();
	need(r->pid >= 0);
	if (!r->pid) {
		close(b[1]);
		snprintf(told, sizeof(told), "%d", a[1]);
		snprintf(hold, sizeof(hold), "%d", b[0]);
		execv("secret", argv);
		_exit(1);
	}
	close(a[1]);
	close(b[0]);
	r->told = a[0];
	r->hold = b[1];
}

/* Is it root? */
static int round_told(struct round *r)
{
	char root = 0;

	need(read(r->told, &root, 1) == 1);
	return root;
}

static void round_end(struct round *r)
{
	close(r->told);
	close(r->hold);
	reap(r->pid);
}

/* Does one of the last descriptors of its memory tell the secret? */
static int mem_leaks(void)
{
	int fds[KEPT], n = 0, leaks = 0;
	struct round r;

	memset(fds, -1, sizeof(fds));
	round_start(&r);
	for (int fd; (fd = look(r.pid, MEM)) >= 0; n++) {
		close(fds[n % KEPT]);
		fds[n % KEPT] = fd;
	}
	need(errno == EACCES && round_told(&r));
	for (int i = 0; i < KEPT; i++) {
		long found = 0;

		if (pread(fds[i], &found, sizeof(found),
			  (off_t)(uintptr_t)&secret) > 0)
			leaks += found == MAGIC;
		close(fds[i]);
	}
	round_end(&r);
	return leaks;
}

static void no_look(void)
{
	int leaks = 0;

	copy_self("secret");
	user_again();
	for (int i = 0; i < ROUNDS; i++)
		leaks += mem_leaks();
	CHECK_EQ("no descriptor shows a set-uid program", leaks, 0);
}

/* Is a tracer of a program that is root now? */
static int trace_leaks(unsigned int delay)
{
	struct round r;
	int traced, root;

	round_start(&r);
	spin(delay);
	traced = ptrace(PTRACE_SEIZE, r.pid, NULL, NULL) == 0;
	root = round_told(&r);
	round_end(&r);
	return traced && root;
}

static void no_trace(void)
{
	int leaks = 0;

	copy_self("secret");
	user_again();
	for (unsigned int i = 0; i < 2 * ROUNDS; i++)
		leaks += trace_leaks(i % ROUNDS * 1000);
	CHECK_EQ("nobody traces a set-uid program that is root", leaks, 0);
}

/* Has a secret that its next program has not. */
static pid_t hider_start(struct gate *ready)
{
	char *argv[] = { "proc_look", "--idle", NULL };
	pid_t pid = fork();

	need(pid >= 0);
	if (pid)
		return pid;
	secret = MAGIC;
	need(!prctl(PR_SET_DUMPABLE, 0));
	gate_open(ready);
	execv("/proc/self/exe", argv);
	_exit(1);
}

/* What can be read of it first? */
static long first_look(void)
{
	long found = -1;
	struct iovec to = { &found, sizeof(found) };
	struct iovec from = { (void *)(uintptr_t)&secret, sizeof(found) };
	struct gate ready;
	pid_t pid;

	gate_init(&ready);
	pid = hider_start(&ready);
	gate_wait(&ready);
	/* EFAULT: Linux lets one look before the program is mapped. */
	while (process_vm_readv(pid, &to, 1, &from, 1, 0) < 0)
		need(errno == EPERM || errno == EFAULT);
	child_kill(pid);
	gate_close(&ready);
	return found;
}

static void no_look_back(void)
{
	int leaks = 0;

	user_again();
	for (int i = 0; i < 2 * ROUNDS; i++)
		leaks += first_look() != 0;
	CHECK_EQ("who may look at a program does not see the one before",
		 leaks, 0);
}

static const struct test tests[] = {
	{ "who may", who_may, 0 },
	{ "not dumpable", not_dumpable, 0 },
	{ "another program", other_program, 0 },
	{ "the dead", dead, 0 },
	{ "nothing kept", nothing_kept, 0 },
	{ "no look", no_look, 0 },
	{ "no look back", no_look_back, 0 },
	{ "no trace", no_trace, 0 },
};

int main(int argc, char **argv)
{
	if (argc > 3 && !strcmp(argv[1], "--secret"))
		return keep_secret(argv);
	if (argc > 1)
		pause();
	return test_main(tests, COUNT(tests));
}
