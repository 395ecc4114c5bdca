/*
 * tests/user/pipes.c - pipes
 *
 * What:  end of file, broken pipes, O_NONBLOCK, atomic writes, capacity.
 * Not:   waiting for several is in poll.c.
 * See:   pipe(7), pipe(2), fcntl(2)
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>

static int fds[2];
static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

static void making(void)
{
	struct stat st;
	char byte;

	CHECK_OK("pipe", pipe(fds));
	CHECK("is a fifo of no names", !fstat(fds[0], &st) &&
	      S_ISFIFO(st.st_mode));
	CHECK_EQ("read end", fcntl(fds[0], F_GETFL) & O_ACCMODE, O_RDONLY);
	CHECK_EQ("write end", fcntl(fds[1], F_GETFL) & O_ACCMODE, O_WRONLY);
	CHECK_ERRNO("no writing to the read end", write(fds[0], "x", 1),
		    EBADF);
	CHECK_ERRNO("no reading from the write end", read(fds[1], &byte, 1),
		    EBADF);
	CHECK_OK("pipe2", pipe2(fds, O_CLOEXEC | O_NONBLOCK));
	CHECK("sets both flags on both",
	      fcntl(fds[0], F_GETFD) && fcntl(fds[1], F_GETFD) &&
	      fcntl(fds[0], F_GETFL) & fcntl(fds[1], F_GETFL) & O_NONBLOCK);
	CHECK_EQ("pipe2 with other flags",
		 sys(SYS_pipe2, P(fds), O_APPEND), -EINVAL);
	CHECK_EQ("a bad pointer", sys(SYS_pipe, 8), -EFAULT);
	close(fds[0]);
	close(fds[1]);
	CHECK("and leaves no descriptors",
	      pipe((int[2]){ 0 }) == 0 && fcntl(fds[1], F_GETFD) >= 0);
}

static void end_of_file(void)
{
	char buf[8];
	int copy;

	need(!pipe(fds));
	copy = dup(fds[1]);
	need(write(fds[1], "abc", 3) == 3);
	close(fds[1]);
	CHECK_EQ("what is in it is read", read(fds[0], buf, 8), 3);
	need(write(copy, "d", 1) == 1);
	CHECK_EQ("a duplicate keeps it open", read(fds[0], buf, 8), 1);
	close(copy);
	CHECK_EQ("then the end", read(fds[0], buf, 8), 0);
	CHECK_EQ("and again", read(fds[0], buf, 8), 0);
}

static int writer(void *arg)
{
	(void)arg;
	close(fds[0]);
	return write(fds[1], "late", 4) != 4;
}

static void blocking_read(void)
{
	char buf[8] = "";
	pid_t pid;

	need(!pipe(fds));
	pid = child_start(writer, NULL);
	close(fds[1]);
	CHECK_EQ("read waits for the writer", read(fds[0], buf, 8), 4);
	CHECK("and gets its bytes", !strcmp(buf, "late"));
	CHECK_EQ("and waits for its end", read(fds[0], buf, 8), 0);
	CHECK_EXIT("the writer ends well", pid, 0);
}

static void broken(void)
{
	need(!pipe(fds));
	handle(SIGPIPE, on_signal, 0);
	close(fds[0]);
	CHECK_ERRNO("write without readers", write(fds[1], "x", 1), EPIPE);
	CHECK_EQ("sends SIGPIPE", caught, SIGPIPE);
	signal(SIGPIPE, SIG_IGN);
	CHECK_ERRNO("ignored it is an error", write(fds[1], "x", 1), EPIPE);
	CHECK_EQ("a write of nothing is none", write(fds[1], "x", 0), 0);
	if (!fork()) {
		signal(SIGPIPE, SIG_DFL);
		(void)!write(fds[1], "x", 1);
		_exit(0);
	}
	CHECK_KILLED("by default it kills", -1, SIGPIPE);
}

static int blocked_writer(void *arg)
{
	static char big[200000];

	(void)arg;
	close(fds[0]);
	signal(SIGPIPE, SIG_IGN);
	return write(fds[1], big, sizeof(big)) < (ssize_t)sizeof(big) &&
	       write(fds[1], big, 1) == -1 && errno == EPIPE ? 0 : 1;
}

static void broken_while_writing(void)
{
	pid_t pid;
	char byte;

	need(!pipe(fds));
	pid = child_start(blocked_writer, NULL);
	close(fds[1]);
	need(read(fds[0], &byte, 1) == 1);
	close(fds[0]);
	CHECK_EXIT("a blocked write ends when the reader goes", pid, 0);
}

static void nonblocking(void)
{
	static char page[4096];
	long total = 0;
	ssize_t put;

	need(!pipe2(fds, O_NONBLOCK));
	CHECK_ERRNO("nothing to read", read(fds[0], page, 1), EAGAIN);
	while ((put = write(fds[1], page, sizeof(page))) > 0)
		total += put;
	CHECK_ERRNO("full", put, EAGAIN);
	CHECK_EQ("holds 64 KiB", total, 65536);
	CHECK_EQ("as F_GETPIPE_SZ says", fcntl(fds[1], F_GETPIPE_SZ), 65536);
	need(read(fds[0], page, 4095) == 4095);
	CHECK_ERRNO("a page needs a page", write(fds[1], page, 4096), EAGAIN);
	need(read(fds[0], page, 1) == 1);
	CHECK_EQ("which is free when its last byte is read",
		 write(fds[1], page, 4096), 4096);
	need(read(fds[0], page, 4096) == 4096);
	CHECK_EQ("more than PIPE_BUF may be cut",
		 write(fds[1], (char[8192]){ 0 }, 8192), 4096);
}

static void counting(void)
{
	int n = -1;
	char buf[8];

	need(!pipe(fds));
	CHECK("FIONREAD of an empty one", !ioctl(fds[0], FIONREAD, &n) && !n);
	need(write(fds[1], "abc", 3) == 3 && write(fds[1], "de", 2) == 2);
	CHECK("FIONREAD", !ioctl(fds[0], FIONREAD, &n) && n == 5);
	CHECK_EQ("small writes are joined", read(fds[0], buf, 8), 5);
	n = 1;
	CHECK_OK("FIONBIO", ioctl(fds[0], FIONBIO, &n));
	CHECK_ERRNO("sets O_NONBLOCK", read(fds[0], buf, 1), EAGAIN);
}

static void sizes(void)
{
	static char page[4096];
	int filled = 0;

	need(!pipe2(fds, O_NONBLOCK));
	CHECK_EQ("F_SETPIPE_SZ rounds up to a page",
		 fcntl(fds[1], F_SETPIPE_SZ, 1), 4096);
	CHECK_EQ("which then holds a page", write(fds[1], page, 4096), 4096);
	CHECK_ERRNO("and no more", write(fds[1], page, 1), EAGAIN);
	CHECK_EQ("three pages become four",
		 fcntl(fds[1], F_SETPIPE_SZ, 3 * 4096), 4 * 4096);
	while (write(fds[1], page, 4096) == 4096)
		filled++;
	CHECK_EQ("with room for three more", filled, 3);
	CHECK_ERRNO("not smaller than what is in it",
		    fcntl(fds[1], F_SETPIPE_SZ, 4096), EBUSY);
	CHECK_ERRNO("not of a file",
		    fcntl(open(".", O_RDONLY), F_GETPIPE_SZ), EBADF);
	CHECK_EQ("root may pass a megabyte",
		 fcntl(fds[1], F_SETPIPE_SZ, 2 << 20), 2 << 20);
	become_user();
	CHECK_ERRNO("others may not",
		    fcntl(fds[1], F_SETPIPE_SZ, 4 << 20), EPERM);
}

static int page_writer(void *arg)
{
	static char page[4096];

	(void)arg;
	alarm(20);
	return write(fds[1], page, 4096) != 4096;
}

static void larger(void)
{
	static char page[4096];
	pid_t pid;

	need(!pipe(fds));
	need(fcntl(fds[1], F_SETPIPE_SZ, 4096) == 4096);
	need(write(fds[1], page, 4096) == 4096);
	pid = child_start(page_writer, NULL);
	proc_await(pid, "S");
	CHECK_EQ("a full pipe grows", fcntl(fds[1], F_SETPIPE_SZ, 8192), 8192);
	CHECK_EXIT("and lets a waiting writer go on", pid, 0);
}

static void packets(void)
{
	char buf[8] = "";

	need(!pipe2(fds, O_DIRECT | O_NONBLOCK));
	need(write(fds[1], "abcdef", 6) == 6 && write(fds[1], "gh", 2) == 2);
	CHECK_EQ("a part of a packet", read(fds[0], buf, 2), 2);
	CHECK("its first", !memcmp(buf, "ab", 2));
	CHECK_EQ("the rest of it is lost", read(fds[0], buf, 8), 2);
	CHECK("the next comes", !memcmp(buf, "gh", 2));
	need(write(fds[1], "i", 1) == 1 && write(fds[1], "jk", 2) == 2);
	CHECK_EQ("packets are not joined", read(fds[0], buf, 8), 1);
	CHECK_EQ("each comes alone", read(fds[0], buf, 8), 2);
	CHECK_ERRNO("and no more", read(fds[0], buf, 8), EAGAIN);
}

#define SMALL	3000

/* records that do not fill pages: a full pipe takes none in part */
static void whole_or_none(void)
{
	static char record[SMALL];
	int records = 0;
	int left = 0;
	ssize_t put;

	need(!pipe2(fds, O_NONBLOCK));
	while ((put = write(fds[1], record, SMALL)) == SMALL)
		records++;
	CHECK_EQ("a record that does not fit is refused", put, -1);
	CHECK_EQ("one a page", records, 16);
	CHECK_EQ("a small one finds room in the last", write(fds[1], record,
							     1000), 1000);
	CHECK_ERRNO("a larger one does not", write(fds[1], record, 97),
		    EAGAIN);
	CHECK("nothing is left over", !ioctl(fds[0], FIONREAD, &left) &&
	      left == records * SMALL + 1000);
}

#define WRITERS	4
#define RECORDS	60

static int record_writer(void *arg)
{
	static char record[PIPE_BUF];

	close(fds[0]);
	memset(record, 'a' + *(int *)arg, sizeof(record));
	for (int i = 0; i < RECORDS; i++)
		if (write(fds[1], record, sizeof(record)) != PIPE_BUF)
			return 1;
	return 0;
}

/* one whole record from the pipe: is it of one writer? */
static int record_whole(void)
{
	static char record[PIPE_BUF];
	size_t len = 0;
	ssize_t got;

	while (len < sizeof(record)) {
		got = read(fds[0], record + len, sizeof(record) - len);
		if (got <= 0)
			return 0;
		len += got;
	}
	return !memcmp(record, record + 1, sizeof(record) - 1);
}

static void atomic_writes(void)
{
	pid_t pids[WRITERS];
	int whole = 0;
	int ended = 0;
	char byte;

	need(!pipe(fds));
	for (int i = 0; i < WRITERS; i++)
		pids[i] = child_start(record_writer, &i);
	close(fds[1]);
	for (int i = 0; i < WRITERS * RECORDS; i++)
		whole += record_whole();
	CHECK_EQ("writes of PIPE_BUF bytes do not mix", whole,
		 WRITERS * RECORDS);
	CHECK_EQ("and nothing is left", read(fds[0], &byte, 1), 0);
	for (int i = 0; i < WRITERS; i++)
		ended += reap(pids[i]) == 0;
	CHECK_EQ("all writers are done", ended, WRITERS);
}

static int long_writer(void *arg)
{
	static unsigned char out[300000];
	struct iovec parts[2] = { { out, 100001 }, { out + 100001, 199999 } };

	(void)arg;
	close(fds[0]);
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = i * 7 + i / 256;
	return writev(fds[1], parts, 2) != sizeof(out);
}

static void large(void)
{
	unsigned char buf[3000];
	size_t total = 0;
	int wrong = 0;
	ssize_t got;
	pid_t pid;

	need(!pipe(fds));
	pid = child_start(long_writer, NULL);
	close(fds[1]);
	while ((got = read(fds[0], buf, sizeof(buf))) > 0) {
		for (ssize_t i = 0; i < got; i++, total++)
			wrong += buf[i] != (unsigned char)(total * 7 +
							   total / 256);
	}
	CHECK_EQ("a write larger than the pipe arrives", total, 300000);
	CHECK_EQ("in order", wrong, 0);
	CHECK_EXIT("and returns its whole length", pid, 0);
}

static void faults(void)
{
	char buf[8] = "";

	need(!pipe(fds));
	CHECK_EQ("write from a bad buffer", sys(SYS_write, fds[1], 8, 4),
		 -EFAULT);
	need(write(fds[1], "abcd", 4) == 4);
	CHECK_EQ("read to a bad buffer", sys(SYS_read, fds[0], 8, 4),
		 -EFAULT);
	CHECK_EQ("loses nothing", read(fds[0], buf, 8), 4);
	CHECK("at all", !memcmp(buf, "abcd", 4));
}

static int interrupted_reader(void *arg)
{
	char byte;

	handle(SIGUSR1, on_signal, 0);
	gate_open(arg);
	return read(fds[0], &byte, 1) == -1 && errno == EINTR ? 0 : 1;
}

static void interrupted(void)
{
	struct gate ready;
	pid_t pid;

	need(!pipe(fds));
	gate_init(&ready);
	pid = child_start(interrupted_reader, &ready);
	gate_wait(&ready);
	proc_await(pid, "S");
	kill(pid, SIGUSR1);
	CHECK_EXIT("a handler interrupts a read with EINTR", pid, 0);
}

static const struct test tests[] = {
	{ "pipe", making, 0 },
	{ "end of file", end_of_file, 0 },
	{ "blocking read", blocking_read, 0 },
	{ "broken pipe", broken, 0 },
	{ "broken while writing", broken_while_writing, 0 },
	{ "O_NONBLOCK", nonblocking, 0 },
	{ "FIONREAD", counting, 0 },
	{ "F_SETPIPE_SZ", sizes, 0 },
	{ "larger", larger, 0 },
	{ "PIPE_BUF", atomic_writes, 0 },
	{ "whole or none", whole_or_none, 0 },
	{ "O_DIRECT", packets, 0 },
	{ "large write", large, 0 },
	{ "bad buffers", faults, 0 },
	{ "interrupted", interrupted, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
