/*
 * tests/user/lib/test.h - points, TAP output and isolation for guest tests
 *
 * What:  a guest test program is a table of struct test and a main() that
 *        calls test_main(). Each test runs in a child of its own, in a fresh
 *        directory, as leader of a process group, with a time limit; it makes
 *        points with the CHECK macros, from any process that it starts. The
 *        output is TAP without numbers, each line one write(2).
 * Locks: none; the counters live in a shared page and are atomic.
 * Not:   raw system calls are in sys.h, threads in thread.h, namespaces in
 *        ns.h, files of /proc in proc.h, hand-made programs in image.h.
 * See:   docs/testing.md; testanything.org
 */
#ifndef TESTS_USER_TEST_H
#define TESTS_USER_TEST_H

#include "sys.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define TEST_STR2(x)	#x
#define TEST_STR(x)	TEST_STR2(x)
#define AT		__FILE__ ":" TEST_STR(__LINE__)

/* the wait statuses a test expects */
#define EXITED(code)	((code) << 8)
#define STOPPED(sig)	((sig) << 8 | 0x7f)
#define CONTINUED	0xffff

/*
 * struct test - one test of a program
 * @name:    unique in the program; its last point is "NAME ends"
 * @run:     the test; runs in a child and returns when done
 * @limit_s: time limit in seconds; 0 means TEST_LIMIT_S
 */
struct test {
	const char *name;
	void (*run)(void);
	unsigned int limit_s;
};

#define TEST_LIMIT_S	60

/*
 * test_main - run the tests of a program and print the TAP plan
 * @tests:  the table
 * @ntests: entries in it
 * Return:  0 if every point was good, else 1: the result of main()
 */
int test_main(const struct test *tests, unsigned int ntests);

/*
 * CHECK       - the condition holds
 * CHECK_EQ    - two integers (or pointers) are equal
 * CHECK_ERRNO - a call in libc's convention failed with this error
 * CHECK_OK    - a call in libc's convention did not return -1
 * CHECK_EXIT  - the child, waited for here, left by exit with this code
 * CHECK_KILLED - the child, waited for here, was killed by this signal
 * SKIP        - the point cannot be made on this machine
 * @point is the stable name of the point, printed after the test's name
 * unless it begins with an id of the catalogue. Each returns nonzero if good.
 */
#define CHECK(point, cond) \
	check_that(AT, (point), !!(cond), #cond)
#define CHECK_EQ(point, got, want) \
	check_equal(AT, (point), (long)(got), (long)(want))
#define CHECK_ERRNO(point, call, error) \
	check_errno(AT, (point), (long)(call), (error))
#define CHECK_OK(point, call) \
	check_success(AT, (point), (long)(call))
#define CHECK_EXIT(point, pid, code) \
	check_status(AT, (point), reap(pid), EXITED(code))
#define CHECK_KILLED(point, pid, sig) \
	check_status(AT, (point), reap(pid) & ~0x80, (sig))
#define CHECK_STATUS(point, got, want) \
	check_status(AT, (point), (got), (want))
#define SKIP(point, why) \
	check_skip((point), (why))

int check_that(const char *at, const char *point, int good, const char *what);
int check_equal(const char *at, const char *point, long got, long want);
int check_errno(const char *at, const char *point, long got, int error);
int check_success(const char *at, const char *point, long got);
int check_status(const char *at, const char *point, int got, int want);
void check_skip(const char *point, const char *why);

/* print a TAP comment: text, and a number */
void test_note(const char *text, long number);

/*
 * need - end the whole test as failed if what it stands on does not work
 * For things that are not the subject of the test: pipes, forks, scratch files.
 */
#define need(cond) \
	do { if (!(cond)) need_failed(AT, #cond); } while (0)
void need_failed(const char *at, const char *what) __attribute__((noreturn));

/*
 * reap - wait for the end of one child, or of any (-1), through signals
 * Return: its wait status, or -1 with errno
 */
int reap(pid_t pid);

/*
 * child_start - fork a child that runs @fn and exits with its result
 * Return: the child's number; the test ends as failed if fork fails
 */
pid_t child_start(int (*fn)(void *arg), void *arg);

/* start a child, wait for it: its wait status */
int child_run(int (*fn)(void *arg), void *arg);

/* a child that sleeps until it is killed */
pid_t child_idle(void);

/* SIGKILL and reap */
void child_kill(pid_t pid);

/*
 * struct gate - a pipe used as a one-way signal between processes
 * gate_open lets one gate_wait through; gate_wait returns 0 when the last
 * holder of the other end has gone instead. gate_drop_write leaves the
 * write end to others, so that their death can be seen.
 */
struct gate {
	int read_fd;
	int write_fd;
};

void gate_init(struct gate *gate);
void gate_open(struct gate *gate);
int gate_wait(struct gate *gate);
void gate_drop_write(struct gate *gate);
void gate_close(struct gate *gate);

/* a zeroed page (or more) shared with all children to come */
void *shared_alloc(size_t len_bytes);

/* install @handler with these flags and an empty mask; the test needs it */
void handle(int sig, void (*handler)(int sig), int flags);
void handle_info(int sig, void (*handler)(int, siginfo_t *, void *), int flags);

/* block or unblock one signal in this thread */
void block(int sig);
void unblock(int sig);

/* become an ordinary user for good: all ids to TEST_UID */
#define TEST_UID	65534
void become_user(void);

/* make a file with this text; the test needs it */
void file_make(const char *path, const char *text, mode_t mode);

#endif
