/*
 * tests/user/lib/test.c - points, TAP output and isolation for guest tests
 *
 * What:  runs the tests of one program, each in a child of its own, counts
 *        the points in a shared page and prints them with write(2).
 * Life:  the time limit is an alarm of the parent, so that a test may use
 *        alarms and block signals as it likes; when it rings, the handler
 *        kills the test's process group, and the parent's wait sees the end.
 * Not:   what a pid-1 program does between programs is in init.c.
 */
#include "test.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* counters shared by every process of the program */
struct board {
	unsigned int points;
	unsigned int failed;
};

/* one line of output, built in memory and written at once */
struct line {
	size_t len;
	char text[512];
};

static struct board *board;
static const char *test_name;
static volatile pid_t running;
static volatile sig_atomic_t timed_out;

static void line_text(struct line *line, const char *text)
{
	while (*text && line->len < sizeof(line->text) - 2)
		line->text[line->len++] = *text++;
}

static void line_number(struct line *line, long number)
{
	unsigned long left = number;
	char digits[24];
	unsigned int at = sizeof(digits) - 1;

	digits[at] = 0;
	if (number < 0)
		left = -left;
	do {
		digits[--at] = '0' + left % 10;
		left /= 10;
	} while (left);
	if (number < 0)
		digits[--at] = '-';
	line_text(line, digits + at);
}

static void line_write(struct line *line)
{
	const char *at = line->text;
	ssize_t n;

	line->text[line->len++] = '\n';
	/* the signals of a test may interrupt it */
	while (line->len) {
		n = write(1, at, line->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		at += n;
		line->len -= (size_t)n;
	}
}

/* does the point begin with an id of the catalogue, like PID-01? */
static int has_id(const char *point)
{
	while (*point >= 'A' && *point <= 'Z')
		point++;
	return point[0] == '-' && point[1] >= '0' && point[1] <= '9';
}

/* the verdict of a point; the caller may add a reason and writes the line */
static void line_point(struct line *line, const char *point, int good)
{
	line->len = 0;
	__atomic_add_fetch(&board->points, 1, __ATOMIC_SEQ_CST);
	if (!good) {
		__atomic_add_fetch(&board->failed, 1, __ATOMIC_SEQ_CST);
		line_text(line, "not ");
	}
	line_text(line, "ok - ");
	if (test_name && !has_id(point)) {
		line_text(line, test_name);
		line_text(line, ": ");
	}
	line_text(line, point);
}

static void line_reason(struct line *line, const char *at)
{
	line_text(line, "\n#   ");
	line_text(line, at);
	line_text(line, ": ");
}

int check_that(const char *at, const char *point, int good, const char *what)
{
	int saved = errno;
	struct line line;

	line_point(&line, point, good);
	if (!good) {
		line_reason(&line, at);
		line_text(&line, "false: ");
		line_text(&line, what);
		line_text(&line, " (errno ");
		line_number(&line, saved);
		line_text(&line, ")");
	}
	line_write(&line);
	errno = saved;
	return good;
}

int check_equal(const char *at, const char *point, long got, long want)
{
	int saved = errno;
	struct line line;

	line_point(&line, point, got == want);
	if (got != want) {
		line_reason(&line, at);
		line_text(&line, "got ");
		line_number(&line, got);
		line_text(&line, ", want ");
		line_number(&line, want);
		line_text(&line, " (errno ");
		line_number(&line, saved);
		line_text(&line, ")");
	}
	line_write(&line);
	errno = saved;
	return got == want;
}

int check_errno(const char *at, const char *point, long got, int error)
{
	int found = errno;
	int good = got == -1 && found == error;
	struct line line;

	line_point(&line, point, good);
	if (!good) {
		line_reason(&line, at);
		line_text(&line, "result ");
		line_number(&line, got);
		line_text(&line, " errno ");
		line_number(&line, got == -1 ? found : 0);
		line_text(&line, " (");
		line_text(&line, got == -1 ? strerror(found) : "success");
		line_text(&line, "), want errno ");
		line_number(&line, error);
	}
	line_write(&line);
	return good;
}

int check_success(const char *at, const char *point, long got)
{
	int found = errno;
	struct line line;

	line_point(&line, point, got != -1);
	if (got == -1) {
		line_reason(&line, at);
		line_text(&line, "failed: ");
		line_text(&line, strerror(found));
	}
	line_write(&line);
	errno = found;
	return got != -1;
}

static void line_status(struct line *line, int status)
{
	if (status == -1)
		line_text(line, "no status, errno ");
	else if (WIFEXITED(status))
		line_text(line, "exit ");
	else if (WIFSTOPPED(status))
		line_text(line, "stopped ");
	else
		line_text(line, "signal ");
	if (status == -1)
		line_number(line, errno);
	else if (WIFEXITED(status) || WIFSTOPPED(status))
		line_number(line, status >> 8);
	else
		line_number(line, status);
}

int check_status(const char *at, const char *point, int got, int want)
{
	struct line line;

	line_point(&line, point, got == want);
	if (got != want) {
		line_reason(&line, at);
		line_status(&line, got);
		line_text(&line, ", want ");
		line_status(&line, want);
	}
	line_write(&line);
	return got == want;
}

void check_skip(const char *point, const char *why)
{
	struct line line;

	line_point(&line, point, 1);
	line_text(&line, " # SKIP ");
	line_text(&line, why);
	line_write(&line);
}

void test_note(const char *text, long number)
{
	struct line line = { 0 };

	line_text(&line, "# ");
	line_text(&line, text);
	line_text(&line, " ");
	line_number(&line, number);
	line_write(&line);
}

void need_failed(const char *at, const char *what)
{
	int saved = errno;
	struct line line = { 0 };

	line_text(&line, "# ");
	line_text(&line, at);
	line_text(&line, ": needed: ");
	line_text(&line, what);
	line_text(&line, ": ");
	line_text(&line, strerror(saved));
	line_write(&line);
	_exit(99);
}

int reap(pid_t pid)
{
	int status;
	pid_t got;

	do {
		got = waitpid(pid, &status, 0);
	} while (got == -1 && errno == EINTR);
	return got > 0 ? status : -1;
}

pid_t child_start(int (*fn)(void *arg), void *arg)
{
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid)
		_exit(fn(arg));
	return pid;
}

int child_run(int (*fn)(void *arg), void *arg)
{
	return reap(child_start(fn, arg));
}

static int idle(void *arg)
{
	(void)arg;
	while (pause())
		;
	return 0;
}

pid_t child_idle(void)
{
	return child_start(idle, NULL);
}

void child_kill(pid_t pid)
{
	kill(pid, SIGKILL);
	reap(pid);
}

void gate_init(struct gate *gate)
{
	int fds[2];

	need(!pipe(fds));
	gate->read_fd = fds[0];
	gate->write_fd = fds[1];
}

void gate_open(struct gate *gate)
{
	while (write(gate->write_fd, "x", 1) == -1 && errno == EINTR)
		;
}

int gate_wait(struct gate *gate)
{
	char byte;
	ssize_t got;

	do {
		got = read(gate->read_fd, &byte, 1);
	} while (got == -1 && errno == EINTR);
	return got == 1;
}

void gate_drop_write(struct gate *gate)
{
	close(gate->write_fd);
	gate->write_fd = -1;
}

void gate_close(struct gate *gate)
{
	close(gate->read_fd);
	if (gate->write_fd >= 0)
		close(gate->write_fd);
}

void *shared_alloc(size_t len_bytes)
{
	void *area = mmap(NULL, len_bytes, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	need(area != MAP_FAILED);
	return area;
}

void handle(int sig, void (*handler)(int sig), int flags)
{
	struct sigaction act = { .sa_handler = handler, .sa_flags = flags };

	need(!sigaction(sig, &act, NULL));
}

void handle_info(int sig, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction act = {
		.sa_sigaction = handler,
		.sa_flags = flags | SA_SIGINFO,
	};

	need(!sigaction(sig, &act, NULL));
}

static void mask_one(int how, int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	need(!sigprocmask(how, &set, NULL));
}

void block(int sig)
{
	mask_one(SIG_BLOCK, sig);
}

void unblock(int sig)
{
	mask_one(SIG_UNBLOCK, sig);
}

void become_user(void)
{
	need(!setresgid(TEST_UID, TEST_UID, TEST_UID));
	need(!setresuid(TEST_UID, TEST_UID, TEST_UID));
}

void file_make(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	size_t len = strlen(text);

	need(fd >= 0);
	need(write(fd, text, len) == (ssize_t)len);
	need(!fchmod(fd, mode));
	need(!close(fd));
}

static void ring(int sig)
{
	(void)sig;
	timed_out = 1;
	kill(-running, SIGKILL);
	kill(running, SIGKILL);
}

/* a directory of the test's own; a failure shows itself in the test */
static void enter_directory(unsigned int index)
{
	struct line line = { 0 };

	(void)!mkdir("/tmp", 01777);
	line_text(&line, "/tmp/");
	line_number(&line, getppid());
	line_text(&line, ".");
	line_number(&line, index);
	line.text[line.len] = 0;
	(void)!mkdir(line.text, 0755);
	(void)!chdir(line.text);
}

static void run_child(const struct test *test, unsigned int index)
{
	test_name = test->name;
	handle(SIGALRM, SIG_DFL, 0);
	setpgid(0, 0);
	umask(022);
	enter_directory(index);
	test->run();
	_exit(0);
}

static void run_test(const struct test *test, unsigned int index)
{
	struct line line;
	int status;

	running = fork();
	need(running >= 0);
	if (!running)
		run_child(test, index);
	setpgid(running, running);
	timed_out = 0;
	alarm(test->limit_s ? test->limit_s : TEST_LIMIT_S);
	status = reap(running);
	alarm(0);
	kill(-running, SIGKILL);

	line_point(&line, test->name, !status && !timed_out);
	line_text(&line, " ends");
	if (status || timed_out) {
		line_reason(&line, timed_out ? "over its time limit" : "ended");
		line_status(&line, status);
	}
	line_write(&line);
}

int test_main(const struct test *tests, unsigned int ntests)
{
	struct line line = { 0 };

	board = shared_alloc(sizeof(*board));
	handle(SIGALRM, ring, 0);
	for (unsigned int i = 0; i < ntests; i++)
		run_test(&tests[i], i);
	line_text(&line, "1..");
	line_number(&line, board->points);
	line_write(&line);
	return board->failed != 0;
}
