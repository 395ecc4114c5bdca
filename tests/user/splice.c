/*
 * tests/user/splice.c - splice, tee, vmsplice
 *
 * What:  what moves where, positions, the ends of pipes, partial transfers,
 *        pages that two pipes share, errors and their order.
 * See:   splice(2), tee(2), vmsplice(2)
 */
#include "lib/proc.h"
#include "lib/test.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

static int a[2], b[2];
static char text[20000];

static void too_late(int sig)
{
	(void)sig;
}

/* a transfer that should not wait, and does, is EINTR */
static void begin(void)
{
	handle(SIGALRM, too_late, 0);
	alarm(20);
	need(!pipe(a) && !pipe(b));
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i % 26);
}

/* exactly these bytes are in the pipe */
static int holds(int fd, const char *want, size_t len)
{
	static char buf[70000];
	size_t got = 0;
	int n = 0;

	while (!ioctl(fd, FIONREAD, &n) && n > 0) {
		ssize_t r = read(fd, buf + got, sizeof(buf) - got);

		need(r > 0);
		got += (size_t)r;
	}
	if (got == len && !memcmp(buf, want, len))
		return 1;
	test_note("bytes", (long)got);
	return 0;
}

static void between_pipes(void)
{
	begin();
	need(write(a[1], text, 6000) == 6000);
	CHECK_EQ("moves as asked", splice(a[0], NULL, b[1], NULL, 5000, 0),
		 5000);
	CHECK("the rest stays", holds(a[0], text + 5000, 1000));
	need(write(b[1], "!", 1) == 1);
	{
		char want[5001];

		memcpy(want, text, 5000);
		want[5000] = '!';
		CHECK("in order", holds(b[0], want, 5001));
	}
	need(write(a[1], "abcdef", 6) == 6);
	CHECK_EQ("a part", splice(a[0], NULL, b[1], NULL, 3, 0), 3);
	need(write(b[1], "XY", 2) == 2);
	CHECK("is not overwritten", holds(a[0], "def", 3));
	CHECK("and goes on", holds(b[0], "abcXY", 5));
	CHECK_ERRNO("empty, without waiting",
		    splice(a[0], NULL, b[1], NULL, 3, SPLICE_F_NONBLOCK),
		    EAGAIN);
	need(write(a[1], "abc", 3) == 3);
	fcntl(b[1], F_SETFL, O_NONBLOCK);
	while (write(b[1], text, 4096) > 0)
		;
	CHECK_ERRNO("full", splice(a[0], NULL, b[1], NULL, 3, 0), EAGAIN);
	CHECK_ERRNO("itself", splice(a[0], NULL, a[1], NULL, 3, 0), EINVAL);
	close(b[0]);
	signal(SIGPIPE, SIG_IGN);
	CHECK_ERRNO("nobody reads", splice(a[0], NULL, b[1], NULL, 3, 0),
		    EPIPE);
	need(holds(a[0], "abc", 3));
	close(a[1]);
	need(!pipe(b));
	CHECK_EQ("nobody writes", splice(a[0], NULL, b[1], NULL, 3, 0), 0);
}

static void teeing(void)
{
	begin();
	need(write(a[1], text, 6000) == 6000);
	CHECK_EQ("tee", tee(a[0], b[1], 5000, 0), 5000);
	need(write(a[1], "##", 2) == 2);
	need(write(b[1], "!", 1) == 1);
	{
		char want[6002];

		memcpy(want, text, 5000);
		want[5000] = '!';
		CHECK("the copy", holds(b[0], want, 5001));
		memcpy(want, text, 6000);
		want[6000] = want[6001] = '#';
		CHECK("and all of the first", holds(a[0], want, 6002));
	}
	CHECK_ERRNO("nothing there", tee(a[0], b[1], 5, SPLICE_F_NONBLOCK),
		    EAGAIN);
	CHECK_ERRNO("twice the same", tee(a[0], a[1], 5, 0), EINVAL);
	CHECK_ERRNO("unknown flags", tee(a[0], b[1], 5, 16), EINVAL);
	CHECK_ERRNO("flags before length", tee(a[0], b[1], 0, 16), EINVAL);
	CHECK_EQ("no length", tee(-1, -1, 0, 0), 0);
	CHECK_ERRNO("wrong ends", tee(a[1], b[1], 5, 0), EBADF);
	CHECK_ERRNO("no pipe", tee(a[0], open("f", O_CREAT | O_RDWR, 0600), 5,
				   0), EINVAL);
	close(a[1]);
	CHECK_EQ("the end", tee(a[0], b[1], 5, 0), 0);
}

/* a page that two pipes share is written anew by neither */
static void tee_keeps(void)
{
	begin();
	need(write(a[1], "old", 3) == 3);
	CHECK_EQ("both have it", tee(a[0], b[1], 3, 0), 3);
	CHECK("the first is read", holds(a[0], "old", 3));
	need(write(a[1], "new", 3) == 3);
	CHECK("the copy is as it was", holds(b[0], "old", 3));
	need(write(b[1], "others", 6) == 6);
	CHECK("and so is what came later", holds(a[0], "new", 3));
	CHECK("in both", holds(b[0], "others", 6));
}

static void with_files(void)
{
	off_t at = 10, back = 3;
	char buf[100];
	int fd;

	begin();
	file_make("from", "", 0600);
	fd = open("from", O_RDWR);
	need(write(fd, text, 10000) == 10000);
	CHECK_EQ("from a position", splice(fd, &at, a[1], NULL, 9000, 0),
		 9000);
	CHECK_EQ("that moves", at, 9010);
	CHECK_EQ("the file's does not", lseek(fd, 0, SEEK_CUR), 10000);
	CHECK("the data", holds(a[0], text + 10, 9000));
	CHECK_EQ("up to the end", splice(fd, &at, a[1], NULL, 9000, 0), 990);
	CHECK_EQ("beyond it", splice(fd, &at, a[1], NULL, 9000, 0), 0);
	need(holds(a[0], text + 9010, 990));
	lseek(fd, 5, SEEK_SET);
	CHECK_EQ("from the file's own", splice(fd, NULL, a[1], NULL, 7, 0), 7);
	CHECK_EQ("which moves", lseek(fd, 0, SEEK_CUR), 12);
	need(ftruncate(fd, 0) == 0);
	CHECK_EQ("to a position", splice(a[0], NULL, fd, &back, 7, 0), 7);
	CHECK_EQ("that moves too", back, 10);
	CHECK_EQ("there it is", pread(fd, buf, 100, 0), 10);
	CHECK("as it was", !memcmp(buf, "\0\0\0fghijkl", 10));
	need(write(a[1], "tail", 4) == 4);
	lseek(fd, 10, SEEK_SET);
	CHECK_EQ("to the file's own", splice(a[0], NULL, fd, NULL, 100, 0), 4);
	CHECK_EQ("which moves", lseek(fd, 0, SEEK_CUR), 14);
	CHECK_ERRNO("a position in a pipe",
		    splice(a[0], &at, fd, NULL, 4, 0), ESPIPE);
	CHECK_ERRNO("no pipe", splice(fd, NULL, fd, NULL, 4, 0), EINVAL);
	CHECK_ERRNO("unknown flags", splice(fd, NULL, a[1], NULL, 4, 16),
		    EINVAL);
	CHECK_EQ("no length", splice(-1, NULL, -1, NULL, 0, 16), 0);
	CHECK_ERRNO("no descriptor", splice(-1, NULL, a[1], NULL, 4, 0),
		    EBADF);
	CHECK_ERRNO("not for writing",
		    splice(a[0], NULL, open("from", O_RDONLY), NULL, 4, 0),
		    EBADF);
	need(write(a[1], "x", 1) == 1);
	CHECK_ERRNO("O_APPEND",
		    splice(a[0], NULL, open("from", O_WRONLY | O_APPEND), NULL,
			   4, 0), EINVAL);
	CHECK_ERRNO("a bad address", splice(fd, (off_t *)8, a[1], NULL, 4, 0),
		    EFAULT);
}

static int slow_writer(void *arg)
{
	(void)arg;
	poll(NULL, 0, 100);
	return write(a[1], "late", 4) == 4 ? 0 : 1;
}

static void waiting(void)
{
	int s[2];
	char buf[8];
	pid_t pid;

	begin();
	pid = child_start(slow_writer, NULL);
	CHECK_EQ("splice waits for data", splice(a[0], NULL, b[1], NULL, 9, 0),
		 4);
	CHECK_EXIT("from a writer", pid, 0);
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	CHECK_EQ("to a socket", splice(b[0], NULL, s[0], NULL, 9, 0), 4);
	CHECK_EQ("from a socket", splice(s[1], NULL, a[1], NULL, 9, 0), 4);
	CHECK_EQ("and read", read(a[0], buf, 8), 4);
	CHECK("the same", !memcmp(buf, "late", 4));
	CHECK_ERRNO("a socket has no positions",
		    splice(s[0], &(loff_t){ 0 }, a[1], NULL, 9, 0), EINVAL);
}

static int pair[2];

static int to_socket(void *arg)
{
	(void)arg;
	return splice(a[0], NULL, pair[0], NULL, 3, 0) != 3;
}

static int take_rest(void *arg)
{
	char buf[8];

	(void)arg;
	signal(SIGALRM, SIG_DFL);
	alarm(20);
	return read(a[0], buf, 8) != 3 || memcmp(buf, "def", 3);
}

/* as much as the socket takes, and no other way than waiting after that */
static long fill(int fd)
{
	long total = 0;
	ssize_t n;

	need(!fcntl(fd, F_SETFL, O_NONBLOCK));
	while ((n = write(fd, text, sizeof(text))) > 0)
		total += n;
	while ((n = write(fd, text, 1)) > 0)
		total += n;
	need(!fcntl(fd, F_SETFL, 0));
	return total;
}

static void held(void)
{
	static char buf[20000];
	pid_t sender, reader;
	long total;

	begin();
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	total = fill(pair[0]) + 3;
	need(write(a[1], "abcdef", 6) == 6);
	sender = child_start(to_socket, NULL);
	proc_await(sender, "S");
	reader = child_start(take_rest, NULL);
	proc_await(reader, "SD");
	while (total > 0) {
		ssize_t n = read(pair[1], buf, sizeof(buf));

		need(n > 0);
		total -= n;
	}
	CHECK_EXIT("splice waits for room in a socket", sender, 0);
	CHECK_EXIT("and readers of the pipe until it is done", reader, 0);
}

static void user_memory(void)
{
	char x[] = "one", y[] = "two", in1[2], in2[10];
	struct iovec out[] = { { x, 3 }, { y, 3 } };
	struct iovec in[] = { { in1, 2 }, { in2, 10 } };

	begin();
	CHECK_EQ("into a pipe", vmsplice(a[1], out, 2, 0), 6);
	CHECK_EQ("out of one", vmsplice(a[0], in, 2, 0), 6);
	CHECK("split", !memcmp(in1, "on", 2) && !memcmp(in2, "etwo", 4));
	CHECK_ERRNO("empty", vmsplice(a[0], in, 2, SPLICE_F_NONBLOCK),
		    EAGAIN);
	CHECK_ERRNO("no pipe", vmsplice(open("g", O_CREAT | O_RDWR, 0600), out,
					2, 0), EBADF);
	CHECK_ERRNO("unknown flags", vmsplice(a[1], out, 2, 16), EINVAL);
	CHECK_EQ("nothing", vmsplice(a[1], out, 0, 0), 0);
	close(a[0]);
	signal(SIGPIPE, SIG_IGN);
	CHECK_ERRNO("nobody reads", vmsplice(a[1], out, 2, 0), EPIPE);
}

static const struct test tests[] = {
	{ "between pipes", between_pipes, 0 },
	{ "tee", teeing, 0 },
	{ "tee_keeps", tee_keeps, 0 },
	{ "with files", with_files, 0 },
	{ "waiting", waiting, 0 },
	{ "held", held, 0 },
	{ "user memory", user_memory, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
