/*
 * tests/user/files_open.c - opening files: flags, errors, descriptors
 *
 * What:  open, openat, creat, close and the ways a path may fail to open.
 * Not:   permissions are in files_perm.c, names in files_names.c.
 * See:   open(2), path_resolution(7)
 */
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : (int)st.st_size;
}

static void missing(void)
{
	CHECK_ERRNO("open a missing file", open("gone", O_RDONLY), ENOENT);
	CHECK_ERRNO("open in a missing directory",
		    open("gone/x", O_RDWR | O_CREAT, 0644), ENOENT);
	CHECK_ERRNO("open an empty path", open("", O_RDONLY), ENOENT);
	CHECK_EQ("open with a bad pointer",
		 sys(SYS_open, 8, O_RDONLY), -EFAULT);
	CHECK_EQ("open with a kernel pointer",
		 sys(SYS_open, (long)0xffff800000000000UL, O_RDONLY), -EFAULT);
	need(!symlink("gone", "dangling"));
	CHECK_ERRNO("open a dangling link", open("dangling", O_RDONLY), ENOENT);
}

static void creating(void)
{
	int fd = open("new", O_RDWR | O_CREAT, 0640);
	struct stat st;

	CHECK("O_CREAT makes a file", fd >= 0);
	CHECK("the new file is empty and regular",
	      !fstat(fd, &st) && st.st_size == 0 && S_ISREG(st.st_mode));
	CHECK_EQ("mode is taken as given under umask 022",
		 st.st_mode & 07777, 0640);
	CHECK_EQ("a new file has one name", st.st_nlink, 1);
	CHECK_ERRNO("O_EXCL refuses an existing file",
		    open("new", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
	CHECK_OK("O_CREAT opens an existing file",
		 open("new", O_RDWR | O_CREAT, 0600));
	need(!symlink("target", "dangling"));
	CHECK_ERRNO("O_EXCL refuses a dangling link",
		    open("dangling", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
	CHECK_OK("O_CREAT goes through a dangling link",
		 open("dangling", O_RDWR | O_CREAT, 0600));
	CHECK_OK("which makes the target", stat("target", &st));
	fd = open("none", O_RDWR | O_CREAT, 0);
	CHECK("a new file of mode 0 is open for writing",
	      fd >= 0 && write(fd, "x", 1) == 1);
	fd = open("bits", O_WRONLY | O_CREAT, 06777);
	CHECK("set-id bits of the mode are kept",
	      fd >= 0 && !fstat(fd, &st) && (st.st_mode & 07777) == 06755);
}

static void truncating(void)
{
	int fd;

	file_make("data", "0123456789", 0644);
	fd = open("data", O_WRONLY);
	CHECK("open for writing keeps the contents",
	      fd >= 0 && size_of("data") == 10);
	fd = open("data", O_WRONLY | O_TRUNC);
	CHECK("O_TRUNC empties", fd >= 0 && size_of("data") == 0);
	file_make("data", "0123456789", 0644);
	fd = open("data", O_RDONLY | O_TRUNC);
	CHECK("O_TRUNC empties when open for reading",
	      fd >= 0 && size_of("data") == 0);
	file_make("data", "0123456789", 0644);
	fd = creat("data", 0600);
	CHECK("creat empties an existing file",
	      fd >= 0 && size_of("data") == 0);
	CHECK_EQ("creat opens for writing only",
		 fcntl(fd, F_GETFL) & O_ACCMODE, O_WRONLY);
}

static void appending(void)
{
	char buf[16] = "";
	int fd = open("log", O_RDWR | O_CREAT | O_APPEND, 0644);

	need(fd >= 0);
	CHECK_EQ("write appends", write(fd, "abc", 3), 3);
	CHECK_EQ("seek back", lseek(fd, 0, SEEK_SET), 0);
	CHECK_EQ("write appends again", write(fd, "def", 3), 3);
	CHECK_EQ("the position follows", lseek(fd, 0, SEEK_CUR), 6);
	CHECK("contents in order",
	      pread(fd, buf, 15, 0) == 6 && !strcmp(buf, "abcdef"));
	CHECK_EQ("pwrite with O_APPEND appends too", pwrite(fd, "g", 1, 0), 1);
	CHECK_EQ("so the file grows", size_of("log"), 7);
	CHECK_OK("O_APPEND can be cleared", fcntl(fd, F_SETFL, 0));
	CHECK("and then pwrite is in place",
	      pwrite(fd, "A", 1, 0) == 1 && size_of("log") == 7);
}

static void directories(void)
{
	int fd;

	need(!mkdir("dir", 0755));
	file_make("file", "x", 0644);
	CHECK_ERRNO("a directory cannot be open for writing",
		    open("dir", O_WRONLY), EISDIR);
	CHECK_ERRNO("nor for both", open("dir", O_RDWR), EISDIR);
	CHECK_ERRNO("nor with O_CREAT", open("dir", O_CREAT, 0644), EISDIR);
	CHECK_ERRNO("nor with O_TRUNC", open("dir", O_RDWR | O_TRUNC), EISDIR);
	fd = open("dir", O_RDONLY);
	CHECK("but for reading", fd >= 0);
	CHECK_ERRNO("though read does not read it", read(fd, &fd, 1), EISDIR);
	fd = open("dir", O_RDONLY | O_DIRECTORY);
	CHECK("O_DIRECTORY opens a directory", fd >= 0);
	CHECK_ERRNO("O_DIRECTORY refuses a file",
		    open("file", O_RDONLY | O_DIRECTORY), ENOTDIR);
	CHECK_ERRNO("a file is not a directory on the way",
		    open("file/x", O_RDONLY), ENOTDIR);
	CHECK_ERRNO("nor with a slash behind", open("file/", O_RDONLY),
		    ENOTDIR);
	CHECK_ERRNO("a new file may not end in a slash",
		    open("fresh/", O_CREAT | O_RDWR, 0644), EISDIR);
	CHECK_OK("a directory may", open("dir/", O_RDONLY));
	CHECK_OK("and .", open("dir/.", O_RDONLY));
	CHECK_ERRNO("O_CREAT with O_DIRECTORY is refused",
		    open("file", O_CREAT | O_DIRECTORY, 0644), EINVAL);
}

static void links(void)
{
	char name[16];
	char last[16] = "end";

	file_make("end", "x", 0644);
	need(!mkdir("dir", 0755) && !symlink("dir", "to_dir"));
	need(!symlink("end", "to_end"));
	CHECK_ERRNO("O_NOFOLLOW refuses a link",
		    open("to_end", O_RDONLY | O_NOFOLLOW), ELOOP);
	CHECK_OK("O_NOFOLLOW opens a file",
		 open("end", O_RDONLY | O_NOFOLLOW));
	CHECK_ERRNO("O_NOFOLLOW with O_DIRECTORY says not a directory",
		    open("to_dir", O_RDONLY | O_NOFOLLOW | O_DIRECTORY),
		    ENOTDIR);
	CHECK_OK("links on the way are followed",
		 open("to_dir/../end", O_RDONLY | O_NOFOLLOW));
	need(!symlink("self", "self"));
	CHECK_ERRNO("a link to itself", open("self", O_RDONLY), ELOOP);
	CHECK_ERRNO("a link to itself on the way",
		    open("self/x", O_RDONLY), ELOOP);
	for (int i = 1; i <= 41; i++) {
		snprintf(name, sizeof(name), "link%d", i);
		need(!symlink(last, name));
		strcpy(last, name);
	}
	CHECK_OK("a chain of 40 links", open("link40", O_RDONLY));
	CHECK_ERRNO("a chain of 41 links", open("link41", O_RDONLY), ELOOP);
}

static void long_names(void)
{
	static char path[4200];

	memset(path, 'n', 255);
	CHECK_OK("a name of 255 bytes",
		 open(path, O_RDWR | O_CREAT, 0644));
	memset(path, 'n', 256);
	CHECK_ERRNO("a name of 256 bytes", open(path, O_RDWR | O_CREAT, 0644),
		    ENAMETOOLONG);
	memset(path, '/', 4094);
	path[4094] = '.';
	CHECK_OK("a path of 4095 bytes", open(path, O_RDONLY));
	path[4094] = '/';
	path[4095] = '.';
	CHECK_ERRNO("a path of 4096 bytes", open(path, O_RDONLY),
		    ENAMETOOLONG);
}

static void relative(void)
{
	int dir;
	int file;

	need(!mkdir("dir", 0755));
	file_make("dir/inside", "x", 0644);
	file_make("file", "x", 0644);
	dir = open("dir", O_RDONLY);
	file = open("file", O_RDONLY);
	need(dir >= 0 && file >= 0);
	CHECK_OK("openat from a directory", openat(dir, "inside", O_RDONLY));
	CHECK_OK("openat with ..", openat(dir, "../file", O_RDONLY));
	CHECK_OK("openat of AT_FDCWD", openat(AT_FDCWD, "file", O_RDONLY));
	CHECK_ERRNO("openat from a closed descriptor",
		    openat(999, "inside", O_RDONLY), EBADF);
	CHECK_ERRNO("openat from a file", openat(file, "inside", O_RDONLY),
		    ENOTDIR);
	CHECK_OK("openat of an absolute path ignores the descriptor",
		 openat(999, "/", O_RDONLY));
	CHECK_ERRNO("openat of an empty path", openat(dir, "", O_RDONLY),
		    ENOENT);
	need(!unlink("dir/inside") && !rmdir("dir"));
	CHECK_ERRNO("openat in a removed directory",
		    openat(dir, "new", O_RDWR | O_CREAT, 0644), ENOENT);
}

static void path_only(void)
{
	struct stat st;
	char byte;
	int fd;

	file_make("file", "x", 0644);
	need(!symlink("file", "link"));
	fd = open("file", O_PATH);
	CHECK("O_PATH opens", fd >= 0);
	CHECK_ERRNO("O_PATH does not read", read(fd, &byte, 1), EBADF);
	CHECK_ERRNO("O_PATH does not write", write(fd, "y", 1), EBADF);
	CHECK_OK("O_PATH can be asked", fstat(fd, &st));
	CHECK_OK("and closed", close(fd));
	fd = open("link", O_PATH | O_NOFOLLOW);
	CHECK("O_PATH with O_NOFOLLOW opens the link itself",
	      fd >= 0 && !fstat(fd, &st) && S_ISLNK(st.st_mode));
}

static void descriptors(void)
{
	struct rlimit limit = { 10, 10 };
	int a = open("/", O_RDONLY);
	int b = open("/", O_RDONLY | O_CLOEXEC);
	int fd = 0;

	need(a >= 0 && b >= 0);
	CHECK_EQ("descriptors are given in order", b, a + 1);
	CHECK_EQ("O_CLOEXEC is set", fcntl(b, F_GETFD), FD_CLOEXEC);
	CHECK_EQ("or not", fcntl(a, F_GETFD), 0);
	CHECK_OK("close", close(a));
	CHECK_ERRNO("close twice", close(a), EBADF);
	CHECK_ERRNO("close nothing", close(-1), EBADF);
	CHECK_EQ("the lowest free one is reused", open("/", O_RDONLY), a);
	need(!setrlimit(RLIMIT_NOFILE, &limit));
	while (fd >= 0 && fd < 20)
		fd = open("/", O_RDONLY);
	CHECK_ERRNO("RLIMIT_NOFILE ends in EMFILE", fd, EMFILE);
	CHECK_ERRNO("a missing file at the limit says EMFILE first",
		    open("gone", O_RDONLY), EMFILE);
	CHECK_OK("the last one below the limit is in use", close(9));
	CHECK_EQ("and free again", open("/", O_RDONLY), 9);
}

static void modes(void)
{
	char byte;
	int fd;

	file_make("file", "x", 0644);
	fd = open("file", O_RDONLY);
	CHECK_ERRNO("no writing through O_RDONLY", write(fd, "y", 1), EBADF);
	CHECK_EQ("flags of O_RDONLY", fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	fd = open("file", O_WRONLY | O_APPEND | O_NONBLOCK);
	CHECK_ERRNO("no reading through O_WRONLY", read(fd, &byte, 1), EBADF);
	CHECK_EQ("flags are kept",
		 fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK),
		 O_WRONLY | O_APPEND | O_NONBLOCK);
	CHECK_EQ("creation flags are not",
		 fcntl(open("file", O_RDWR | O_CREAT | O_TRUNC, 0644),
		       F_GETFL) & (O_ACCMODE | O_CREAT | O_TRUNC), O_RDWR);
	CHECK_OK("unknown flags are ignored by open",
		 open("file", O_RDONLY | 0x40000000));
}

static long open_same_mount(int dir, const char *path)
{
	const struct open_how how = {
		.flags = O_RDONLY,
		.resolve = RESOLVE_NO_XDEV,
	};

	return sys(SYS_openat2, dir, P(path), P(&how), sizeof(how));
}

static void one_mount(void)
{
	int dir, root = open("/", O_RDONLY | O_DIRECTORY);

	need(!mkdir("m", 0755) && !mount("none", "m", "tmpfs", 0, NULL));
	need(!symlink("/", "m/up") && !symlink("..", "m/out"));
	dir = open("m", O_RDONLY | O_DIRECTORY);
	need(root >= 0 && dir >= 0);
	need(!symlink("/", "/to_root"));
	CHECK_EQ("an absolute link to another mount",
		 open_same_mount(dir, "up"), -EXDEV);
	CHECK_EQ("a relative one", open_same_mount(dir, "out"), -EXDEV);
	CHECK("an absolute path", open_same_mount(dir, "/") >= 0);
	CHECK_EQ("an absolute link before the root was met",
		 open_same_mount(root, "to_root"), -EXDEV);
	CHECK("and after that", open_same_mount(root, "../to_root") >= 0);
	CHECK("from elsewhere by an absolute path",
	      open_same_mount(dir, "/to_root") >= 0);
	need(!unlink("/to_root"));
	close(dir);
	need(!umount2("m", MNT_DETACH));
}

/* a/c and b change places for ever. */
static int swapper(void *arg)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		sys(SYS_renameat2, *(int *)arg, P("a/c"), *(int *)arg, P("b"),
		    RENAME_EXCHANGE);
	return 0;
}

#define DOWN_UP	"c/../../c/../../c/../../c/../../"

/* How often a walk that must stay in a got somewhere else. */
static int escapes_from(int a, uint64_t resolve)
{
	const struct open_how how = { .flags = O_PATH, .resolve = resolve };
	struct stat inside, found;
	int escapes = 0;

	need(!fstat(a, &inside));
	for (int i = 0; i < 5000; i++) {
		long fd = sys(SYS_openat2, a,
			      P(DOWN_UP DOWN_UP DOWN_UP DOWN_UP "c/.."),
			      P(&how), sizeof(how));

		if (fd < 0) {
			escapes += fd != -EAGAIN && fd != -EXDEV;
			continue;
		}
		need(!fstat((int)fd, &found));
		escapes += found.st_ino != inside.st_ino;
		close((int)fd);
	}
	return escapes;
}

static void renamed_beside(void)
{
	int dir, a;
	pid_t pid;

	need(!mkdir("top", 0755) && !mkdir("top/a", 0755) &&
	     !mkdir("top/b", 0755) && !mkdir("top/a/c", 0755));
	dir = open("top", O_PATH);
	a = open("top/a", O_PATH);
	need(dir >= 0 && a >= 0);
	pid = child_start(swapper, &dir);
	CHECK_EQ("none gets out of RESOLVE_BENEATH",
		 escapes_from(a, RESOLVE_BENEATH), 0);
	CHECK_EQ("none out of RESOLVE_IN_ROOT",
		 escapes_from(a, RESOLVE_IN_ROOT), 0);
	kill(pid, SIGKILL);
	need(waitpid(pid, NULL, 0) == pid);
}

static const struct test tests[] = {
	{ "missing", missing, 0 },
	{ "creating", creating, 0 },
	{ "truncating", truncating, 0 },
	{ "appending", appending, 0 },
	{ "directories", directories, 0 },
	{ "links", links, 0 },
	{ "long names", long_names, 0 },
	{ "relative", relative, 0 },
	{ "path only", path_only, 0 },
	{ "descriptors", descriptors, 0 },
	{ "modes", modes, 0 },
	{ "one mount", one_mount, 0 },
	{ "renamed beside", renamed_beside, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
