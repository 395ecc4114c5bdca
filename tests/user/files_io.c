/*
 * tests/user/files_io.c - reading, writing, seeking, duplicating
 *
 * What:  the calls that use an open descriptor of a regular file.
 * Not:   pipes are in pipes.c, mapped files in mem_file.c.
 * See:   read(2), write(2), lseek(2), dup(2), fcntl(2), ftruncate(2)
 */
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>

static int make(const char *text)
{
	int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);

	need(fd >= 0);
	need(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	need(!lseek(fd, 0, SEEK_SET));
	return fd;
}

static void reading(void)
{
	char buf[32] = "";
	int fd = make("0123456789");

	CHECK_EQ("a short read", read(fd, buf, 4), 4);
	CHECK("gives the bytes", !memcmp(buf, "0123", 4));
	CHECK_EQ("the rest, though more was asked", read(fd, buf, 32), 6);
	CHECK_EQ("the end", read(fd, buf, 32), 0);
	CHECK_EQ("a read of nothing", read(fd, buf, 0), 0);
	CHECK_ERRNO("a closed descriptor", read(99, buf, 1), EBADF);
	CHECK_ERRNO("a negative descriptor", read(-1, buf, 1), EBADF);
	need(!lseek(fd, 0, SEEK_SET));
	CHECK_EQ("a bad buffer", sys(SYS_read, fd, 8, 4), -EFAULT);
	CHECK_EQ("a kernel buffer",
		 sys(SYS_read, fd, (long)0xffff800000000000UL, 4), -EFAULT);
	CHECK_EQ("a negative length",
		 sys(SYS_read, fd, P(buf), -1), -EFAULT);
	CHECK_EQ("failed reads do not move", lseek(fd, 0, SEEK_CUR), 0);
}

static void writing(void)
{
	char buf[32] = "";
	int fd = make("0123456789");

	CHECK_EQ("write in the middle", pwrite(fd, "xyz", 3, 4), 3);
	CHECK_EQ("pwrite does not move", lseek(fd, 0, SEEK_CUR), 0);
	CHECK("pread sees it", pread(fd, buf, 16, 2) == 8 &&
	      !memcmp(buf, "23xyz789", 8));
	CHECK_EQ("pread does not move", lseek(fd, 0, SEEK_CUR), 0);
	CHECK_EQ("pread at the end", pread(fd, buf, 16, 10), 0);
	CHECK_EQ("pread beyond the end", pread(fd, buf, 16, 1000), 0);
	CHECK_ERRNO("pread at a negative offset", pread(fd, buf, 1, -1),
		    EINVAL);
	CHECK_ERRNO("pwrite at a negative offset", pwrite(fd, buf, 1, -1),
		    EINVAL);
	CHECK_EQ("a bad buffer", sys(SYS_write, fd, 8, 4), -EFAULT);
	CHECK_EQ("a bad buffer of no bytes", sys(SYS_write, fd, 8, 0), 0);
	CHECK_EQ("write beyond the end", pwrite(fd, "E", 1, 5000), 1);
	CHECK("leaves zeros between", pread(fd, buf, 8, 10) == 8 &&
	      !memcmp(buf, "\0\0\0\0\0\0\0\0", 8));
	CHECK_EQ("and a longer file", lseek(fd, 0, SEEK_END), 5001);
}

static void vectors(void)
{
	char a[4] = "", b[8] = "";
	struct iovec in[2] = { { a, 3 }, { b, 7 } };
	struct iovec out[3] = { { "ab", 2 }, { NULL, 0 }, { "cdef", 4 } };
	struct iovec bad[1] = { { (void *)8, 4 } };
	struct iovec huge[2] = { { a, SSIZE_MAX }, { b, 1 } };
	int fd = make("");

	CHECK_EQ("writev", writev(fd, out, 3), 6);
	need(!lseek(fd, 0, SEEK_SET));
	CHECK_EQ("readv", readv(fd, in, 2), 6);
	CHECK("in order", !memcmp(a, "abc", 3) && !memcmp(b, "def", 3));
	CHECK_EQ("preadv", preadv(fd, in, 2, 2), 4);
	CHECK("from its offset", !memcmp(a, "cde", 3) && b[0] == 'f');
	CHECK_EQ("pwritev", pwritev(fd, out, 3, 6), 6);
	CHECK_EQ("readv of no parts", readv(fd, in, 0), 0);
	CHECK_ERRNO("negative count", readv(fd, in, -1), EINVAL);
	CHECK_ERRNO("too many parts", readv(fd, in, 1025), EINVAL);
	CHECK_ERRNO("a bad part", writev(fd, bad, 1), EFAULT);
	CHECK_EQ("a bad vector", sys(SYS_readv, fd, 8, 1), -EFAULT);
	huge[0].iov_len = (size_t)-1;
	CHECK_ERRNO("a part of negative length", writev(fd, huge, 2), EINVAL);
}

static void seeking(void)
{
	struct flock before = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
				.l_start = -0x7fffffffffffffff - 1,
				.l_len = -1 };
	int fd = make("0123456789");
	int fds[2];

	CHECK_EQ("SEEK_SET", lseek(fd, 3, SEEK_SET), 3);
	CHECK_EQ("SEEK_CUR forward", lseek(fd, 4, SEEK_CUR), 7);
	CHECK_ERRNO("beyond any file", lseek(fd, 0x7fffffffffffffff, SEEK_CUR),
		    EINVAL);
	CHECK_ERRNO("a lock before any file", fcntl(fd, F_SETLK, &before),
		    EINVAL);
	CHECK_EQ("SEEK_CUR back", lseek(fd, -2, SEEK_CUR), 5);
	CHECK_EQ("SEEK_END back", lseek(fd, -1, SEEK_END), 9);
	CHECK_EQ("beyond the end", lseek(fd, 100, SEEK_END), 110);
	CHECK_ERRNO("before the start", lseek(fd, -1, SEEK_SET), EINVAL);
	CHECK_ERRNO("before the start from here", lseek(fd, -111, SEEK_CUR),
		    EINVAL);
	CHECK_EQ("errors do not move", lseek(fd, 0, SEEK_CUR), 110);
	CHECK_ERRNO("an unknown origin", lseek(fd, 0, 99), EINVAL);
	CHECK_ERRNO("a closed descriptor", lseek(99, 0, SEEK_SET), EBADF);
	need(!pipe(fds));
	CHECK_ERRNO("a pipe", lseek(fds[0], 0, SEEK_CUR), ESPIPE);
	CHECK_ERRNO("pread of a pipe", pread(fds[0], fds, 1, 0), ESPIPE);
	CHECK_EQ("seeking alone does not grow", lseek(fd, 0, SEEK_END), 10);
}

static void duplicates(void)
{
	int fd = make("0123456789");
	int two = dup(fd);

	CHECK("dup gives a new number", two >= 0 && two != fd);
	CHECK_EQ("which shares the position",
		 lseek(fd, 4, SEEK_SET) + lseek(two, 0, SEEK_CUR), 8);
	CHECK_EQ("and the status flags",
		 fcntl(two, F_SETFL, O_APPEND) ||
		 !(fcntl(fd, F_GETFL) & O_APPEND), 0);
	CHECK_EQ("but not close-on-exec",
		 fcntl(two, F_SETFD, FD_CLOEXEC) || fcntl(fd, F_GETFD), 0);
	CHECK_EQ("which F_SETFD 0 clears",
		 fcntl(two, F_SETFD, 0) || fcntl(two, F_GETFD), 0);
	CHECK_EQ("dup2 to a free number", dup2(fd, 20), 20);
	CHECK_EQ("dup2 to itself", dup2(fd, fd), fd);
	need(!fcntl(20, F_SETFD, FD_CLOEXEC));
	CHECK_EQ("dup2 over an open one", dup2(two, 20), 20);
	CHECK_EQ("dup2 clears close-on-exec", fcntl(20, F_GETFD), 0);
	CHECK_ERRNO("dup2 of a closed one", dup2(99, 20), EBADF);
	CHECK_OK("and the target stays open", fcntl(20, F_GETFD));
	CHECK_ERRNO("dup2 of a closed one to itself", dup2(99, 99), EBADF);
	CHECK_ERRNO("dup2 to a negative number", dup2(fd, -1), EBADF);
	CHECK_ERRNO("dup of a closed one", dup(99), EBADF);
	CHECK_EQ("dup3 with O_CLOEXEC",
		 dup3(fd, 21, O_CLOEXEC) == 21 && fcntl(21, F_GETFD), 1);
	CHECK_ERRNO("dup3 to itself", dup3(fd, fd, 0), EINVAL);
	CHECK_EQ("dup3 with other flags",
		 sys(SYS_dup3, fd, 21, O_APPEND), -EINVAL);
	close(fd);
	CHECK_EQ("a duplicate outlives the first", lseek(two, 0, SEEK_CUR), 4);
}

static void dup_limits(void)
{
	struct rlimit limit = { 30, 30 };
	int fd = make("x");
	int low = dup(fd);

	close(low);
	need(!setrlimit(RLIMIT_NOFILE, &limit));
	CHECK_ERRNO("dup2 to the limit", dup2(fd, 30), EBADF);
	CHECK_EQ("dup2 below the limit", dup2(fd, 29), 29);
	CHECK_EQ("F_DUPFD from a number on", fcntl(fd, F_DUPFD, 15), 15);
	CHECK_EQ("F_DUPFD gives the next free", fcntl(fd, F_DUPFD, 15), 16);
	CHECK_EQ("and leaves the lower ones to dup", dup(fd), low);
	CHECK_EQ("F_DUPFD_CLOEXEC",
		 fcntl(fcntl(fd, F_DUPFD_CLOEXEC, 17), F_GETFD), FD_CLOEXEC);
	CHECK_ERRNO("F_DUPFD at the limit", fcntl(fd, F_DUPFD, 30), EINVAL);
	CHECK_ERRNO("F_DUPFD with all taken", fcntl(fd, F_DUPFD, 29), EMFILE);
	CHECK_ERRNO("F_DUPFD negative", fcntl(fd, F_DUPFD, -1), EINVAL);
	CHECK_ERRNO("an unknown fcntl", fcntl(fd, 9999, 0), EINVAL);
	CHECK_ERRNO("fcntl of a closed one", fcntl(25, F_GETFD), EBADF);
}

static void close_ranges(void)
{
	int fd = make("x");

	need(dup2(fd, 20) == 20 && dup2(fd, 21) == 21 && dup2(fd, 23) == 23);
	CHECK_EQ("CLOSE_RANGE_CLOEXEC",
		 sys(SYS_close_range, 20, 21, 4), 0);
	CHECK_EQ("marks", fcntl(20, F_GETFD) + fcntl(21, F_GETFD) +
		 fcntl(23, F_GETFD), 2);
	CHECK_EQ("close_range", sys(SYS_close_range, 21, (long)~0u, 0), 0);
	CHECK_ERRNO("closes inside", fcntl(21, F_GETFD), EBADF);
	CHECK_ERRNO("closes to the end", fcntl(23, F_GETFD), EBADF);
	CHECK_OK("and not before", fcntl(20, F_GETFD));
	CHECK_EQ("an empty range", sys(SYS_close_range, 5, 4, 0), -EINVAL);
	CHECK_EQ("unknown flags", sys(SYS_close_range, 20, 20, 8), -EINVAL);
}

static void truncates(void)
{
	char buf[16];
	struct stat st;
	int fd = make("0123456789");
	int ro = open("file", O_RDONLY);

	CHECK_OK("shrink", ftruncate(fd, 4));
	CHECK_EQ("the end moves", pread(fd, buf, 16, 0), 4);
	CHECK_OK("grow", ftruncate(fd, 8));
	CHECK("with zeros", pread(fd, buf, 16, 0) == 8 &&
	      !memcmp(buf, "0123\0\0\0\0", 8));
	CHECK_OK("truncate by name", truncate("file", 3));
	CHECK("sees it", !stat("file", &st) && st.st_size == 3);
	CHECK_ERRNO("negative", ftruncate(fd, -1), EINVAL);
	CHECK_ERRNO("negative by name", truncate("file", -1), EINVAL);
	CHECK_ERRNO("read only", ftruncate(ro, 0), EINVAL);
	CHECK_ERRNO("a closed descriptor", ftruncate(99, 0), EBADF);
	CHECK_ERRNO("missing", truncate("gone", 0), ENOENT);
	CHECK_ERRNO("a directory", truncate(".", 0), EISDIR);
	need(!pipe((int[2]){ 0, 0 }));
	CHECK_OK("a sparse giant", ftruncate(fd, 1L << 40));
	CHECK_EQ("with a far end", pwrite(fd, "e", 1, (1L << 40) - 1), 1);
	CHECK("costs little", !fstat(fd, &st) && st.st_size == 1L << 40 &&
	      st.st_blocks < 1000);
	CHECK_OK("and shrinks", ftruncate(fd, 0));
}

static void unlinked(void)
{
	struct stat st;
	char buf[4];
	int fd = make("data");

	need(!unlink("file"));
	CHECK("an unlinked file has no name",
	      !fstat(fd, &st) && st.st_nlink == 0);
	CHECK_EQ("and keeps its contents", pread(fd, buf, 4, 0), 4);
	CHECK_EQ("and can be written", pwrite(fd, "more", 4, 4), 4);
	CHECK_EQ("a new file of the name is another",
		 make("n") >= 0 && pread(fd, buf, 4, 4) == 4, 1);
}

static void file_size_limit(void)
{
	struct rlimit limit = { 10, RLIM_INFINITY };
	int fd = make("");

	need(!setrlimit(RLIMIT_FSIZE, &limit));
	signal(SIGXFSZ, SIG_IGN);
	CHECK_EQ("a write is cut at RLIMIT_FSIZE",
		 write(fd, "0123456789abc", 13), 10);
	CHECK_ERRNO("a write at RLIMIT_FSIZE", write(fd, "x", 1), EFBIG);
	CHECK_ERRNO("ftruncate beyond it", ftruncate(fd, 11), EFBIG);
	if (!fork()) {
		signal(SIGXFSZ, SIG_DFL);
		(void)!write(fd, "x", 1);
		_exit(0);
	}
	CHECK_KILLED("SIGXFSZ", -1, SIGXFSZ);
}

static void sending(void)
{
	struct rlimit limit = { 10, RLIM_INFINITY };
	char buf[32] = "";
	off_t at = 2;
	int fds[2];
	int in = make("0123456789abcdefghij");
	int out = open("out", O_RDWR | O_CREAT, 0600);
	int end = open("out", O_WRONLY | O_APPEND);

	CHECK_EQ("sendfile", sendfile(out, in, &at, 4), 4);
	CHECK_EQ("moves the offset", at, 6);
	CHECK_EQ("and not the file's", lseek(in, 0, SEEK_CUR), 0);
	CHECK_EQ("without offset", sendfile(out, in, NULL, 3), 3);
	CHECK_EQ("it moves the file's", lseek(in, 0, SEEK_CUR), 3);
	CHECK("the bytes", pread(out, buf, 32, 0) == 7 &&
	      !memcmp(buf, "2345012", 7));
	CHECK_ERRNO("sendfile to O_APPEND", sendfile(end, in, NULL, 3),
		    EINVAL);
	need(!pipe(fds) && !fcntl(fds[1], F_SETFL, O_APPEND));
	CHECK_EQ("but a pipe takes it so", sendfile(fds[1], in, &at, 3), 3);
	at = 6;
	need(!setrlimit(RLIMIT_FSIZE, &limit));
	signal(SIGXFSZ, SIG_IGN);
	CHECK_EQ("less is sent than was read", sendfile(out, in, NULL, 9), 3);
	CHECK_EQ("the rest stays", lseek(in, 0, SEEK_CUR), 6);
	need(!ftruncate(out, 5) && lseek(out, 5, SEEK_SET) == 5);
	CHECK_EQ("the same with an offset", sendfile(out, in, &at, 9), 5);
	CHECK_EQ("which tells", at, 11);
}

static void devices(void)
{
	char buf[8] = "xxxxxxx";
	int null = open("/dev/null", O_RDWR);
	int zero = open("/dev/zero", O_RDWR);

	CHECK_EQ("/dev/null swallows", write(null, buf, 8), 8);
	CHECK_EQ("/dev/null is empty", read(null, buf, 8), 0);
	CHECK_EQ("/dev/zero reads", read(zero, buf, 8), 8);
	CHECK("zeros", !memcmp(buf, "\0\0\0\0\0\0\0\0", 8));
	CHECK_EQ("/dev/zero swallows", write(zero, buf, 8), 8);
	CHECK_ERRNO("no terminal", ioctl(null, TIOCGWINSZ, buf), ENOTTY);
	CHECK_ERRNO("nor is a file", ioctl(make("x"), TIOCGWINSZ, buf),
		    ENOTTY);
	CHECK_ERRNO("nor a closed one", ioctl(99, TIOCGWINSZ, buf), EBADF);
}

static const struct test tests[] = {
	{ "reading", reading, 0 },
	{ "writing", writing, 0 },
	{ "vectors", vectors, 0 },
	{ "seeking", seeking, 0 },
	{ "duplicates", duplicates, 0 },
	{ "duplicates at the limit", dup_limits, 0 },
	{ "close_range", close_ranges, 0 },
	{ "truncates", truncates, 0 },
	{ "unlinked", unlinked, 0 },
	{ "file size limit", file_size_limit, 0 },
	{ "sendfile", sending, 0 },
	{ "devices", devices, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
