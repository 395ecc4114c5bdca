/*
 * tests/user/storm.c - processes and memory used up
 *
 * What:  forks without end under RLIMIT_NPROC and under pid_max, threads
 *        without end, and a child that takes all memory; each time the
 *        machine stays usable.
 * See:   fork(2), getrlimit(2), proc(5) on pid_max
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define PID_MAX		"/proc/sys/kernel/pid_max"
#define NPROC		120

static int add_one(void *arg)
{
	return *(int *)arg + 1;
}

/* the machine forks, executes code and gives memory */
static void usable(const char *point)
{
	int n = 41;
	char *area = malloc(1 << 20);

	need(area);
	memset(area, 1, 1 << 20);
	__asm__ volatile("" : : "r"(area) : "memory");
	CHECK_STATUS(point, child_run(add_one, &n), EXITED(42));
	free(area);
}

/* fork until it fails, then open the gate and wait for all: how many came */
static int fork_all(int *error)
{
	struct gate gate;
	int count = 0;
	pid_t pid;
	char byte;

	gate_init(&gate);
	while ((pid = fork()) >= 0) {
		if (!pid) {
			close(gate.write_fd);
			_exit(read(gate.read_fd, &byte, 1) != 0);
		}
		count++;
	}
	*error = errno;
	gate_drop_write(&gate);
	for (int i = 0; i < count; i++)
		if (reap(-1) != 0)
			return -1;
	close(gate.read_fd);
	return count;
}

static int storm_as_user(void *arg)
{
	struct rlimit limit = { NPROC, NPROC };
	int error;

	(void)arg;
	become_user();
	setrlimit(RLIMIT_NPROC, &limit);
	for (int i = 0; i < 3; i++)
		if (fork_all(&error) != NPROC - 1 || error != EAGAIN)
			return 1;
	return 0;
}

static void by_limit(void)
{
	CHECK_STATUS("three times all processes of a user",
		     child_run(storm_as_user, NULL), EXITED(0));
	usable("the machine is usable after that");
}

/* every child forks for ever, too */
static void bomb(void)
{
	struct rlimit limit = { 50, 50 };

	setpgid(0, 0);
	become_user();
	setrlimit(RLIMIT_NPROC, &limit);
	for (;;)
		fork();
}

static void bombs(void)
{
	int good = 0;
	int n = 5;
	pid_t pid;

	pid = fork();
	if (!pid)
		bomb();
	setpgid(pid, pid);
	for (int i = 0; i < 3; i++)
		good += child_run(add_one, &n) == EXITED(6);
	CHECK_EQ("the machine is usable while a bomb goes off", good, 3);
	while (!kill(-pid, SIGKILL))
		waitpid(pid, NULL, WNOHANG);
	CHECK_ERRNO("and all of it can be killed", kill(-pid, 0), ESRCH);
	usable("and then it is quiet");
}

static void by_pid_max(void)
{
	char old[16] = "", text[16];
	int count, error;

	if (proc_read(PID_MAX, old, sizeof(old)) < 0 ||
	    proc_write(PID_MAX, "450")) {
		SKIP("PID-08 numbers used up", "no pid_max");
		return;
	}
	count = fork_all(&error);
	CHECK_EQ("PID-08 LIM-05 numbers used up: EAGAIN", error, EAGAIN);
	CHECK("of 450", count > 100 && count < 450);
	CHECK("again as many", fork_all(&error) >= count - 20);
	CHECK_ERRNO("PID-26 pid_max below 301", proc_write(PID_MAX, "300"),
		    EINVAL);
	CHECK_ERRNO("PID-26 above 4194304", proc_write(PID_MAX, "4194305"),
		    EINVAL);
	proc_write(PID_MAX, old);
	proc_read(PID_MAX, text, sizeof(text));
	CHECK("pid_max is as before", !strcmp(text, old));
	usable("the machine is usable after it");
}

static int wait_go(void *arg)
{
	gate_wait(arg);
	return 0;
}

static int many_threads(void *arg)
{
	static struct thread threads[NPROC];
	struct rlimit limit = { NPROC, NPROC };
	struct gate gate;
	int count = 0;

	(void)arg;
	gate_init(&gate);
	become_user();
	setrlimit(RLIMIT_NPROC, &limit);
	while (count < NPROC && thread_clone(&threads[count], THREAD_FLAGS,
					     wait_go, &gate) > 0)
		count++;
	if (count != NPROC - 1 || errno != EAGAIN)
		return 1;
	for (int i = 0; i < count; i++)
		gate_open(&gate);
	for (int i = 0; i < count; i++)
		thread_join(&threads[i]);
	return 0;
}

static void by_threads(void)
{
	CHECK_STATUS("threads count for RLIMIT_NPROC",
		     child_run(many_threads, NULL), EXITED(0));
	usable("the machine is usable after them");
}

/* take memory until it is refused or the process is killed */
static int take_all(void *arg)
{
	size_t step = 8 << 20;
	char *at;

	(void)arg;
	proc_write("/proc/self/oom_score_adj", "1000");
	for (;;) {
		at = mmap(NULL, step, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (at == MAP_FAILED)
			return errno == ENOMEM ? 0 : 1;
		for (size_t i = 0; i < step; i += 4096)
			at[i] = 1;
	}
}

static void by_memory(void)
{
	struct rlimit limit = { 64 << 20, 64 << 20 };
	int status = child_run(take_all, NULL);

	CHECK("all memory: the taker gets ENOMEM or is killed",
	      status == EXITED(0) || status == SIGKILL || status == SIGBUS ||
	      status == SIGSEGV);
	usable("the machine is usable after it");
	status = child_run(take_all, NULL);
	CHECK("a second time", status == EXITED(0) || status == SIGKILL ||
	      status == SIGBUS || status == SIGSEGV);
	usable("and still usable");
	need(!setrlimit(RLIMIT_AS, &limit));
	CHECK_STATUS("under RLIMIT_AS it is always ENOMEM",
		     child_run(take_all, NULL), EXITED(0));
}

/* memory for page tables: one page in each of many far regions */
static int sparse(void *arg)
{
	size_t len = 64UL << 30;
	char *at = mmap(NULL, len, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	(void)arg;
	if (at == MAP_FAILED)
		return 0;
	madvise(at, len, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < len; i += 64UL << 20)
		at[i] = 1;
	return munmap(at, len);
}

static void by_tables(void)
{
	CHECK_STATUS("a thousand far pages", child_run(sparse, NULL),
		     EXITED(0));
	CHECK_STATUS("twice", child_run(sparse, NULL), EXITED(0));
}

static int open_all(void *arg)
{
	struct rlimit limit = { 4096, 4096 };
	int fds[2];
	int count = 0;

	(void)arg;
	setrlimit(RLIMIT_NOFILE, &limit);
	while (!pipe(fds))
		count++;
	return errno == EMFILE && count > 2000 ? 0 : 1;
}

static void by_descriptors(void)
{
	int good = 0;

	for (int i = 0; i < 3; i++)
		good += child_run(open_all, NULL) == EXITED(0);
	CHECK_EQ("two thousand pipes, three times", good, 3);
	usable("the machine is usable after those");
}

static const struct test tests[] = {
	{ "RLIMIT_NPROC", by_limit, 0 },
	{ "bomb", bombs, 0 },
	{ "pid_max", by_pid_max, 0 },
	{ "threads", by_threads, 0 },
	{ "memory", by_memory, 120 },
	{ "page tables", by_tables, 0 },
	{ "descriptors", by_descriptors, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
