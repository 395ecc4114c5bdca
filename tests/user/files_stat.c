/*
 * tests/user/files_stat.c - what files say of themselves, and changing it
 *
 * What:  the stat family, modes, owners, times, device nodes, directory
 *        listings.
 * Not:   who may change what is in files_perm.c.
 * See:   stat(2), statx(2), statfs(2), chmod(2), chown(2), utimensat(2),
 *        mknod(2), getdents(2)
 */
#include "lib/sys.h"
#include "lib/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#define STATX_SIZE	256

static struct stat of(const char *path)
{
	struct stat st;

	memset(&st, 0xff, sizeof(st));
	need(!lstat(path, &st));
	return st;
}

static void statting(void)
{
	struct stat st, other;
	int fd;

	file_make("file", "0123456789", 0640);
	need(!symlink("file", "s"));
	fd = open("file", O_RDONLY);
	CHECK_OK("stat", stat("file", &st));
	CHECK_EQ("size", st.st_size, 10);
	CHECK_EQ("mode", st.st_mode, S_IFREG | 0640);
	CHECK("owner", st.st_uid == getuid() && st.st_gid == getgid());
	CHECK("block size", st.st_blksize >= 512);
	CHECK("fstat agrees", !fstat(fd, &other) &&
	      st.st_ino == other.st_ino && st.st_dev == other.st_dev);
	CHECK("stat follows links", !stat("s", &other) &&
	      st.st_ino == other.st_ino);
	CHECK("inodes differ", of("s").st_ino != st.st_ino);
	CHECK("one directory, one device", of(".").st_dev == st.st_dev);
	CHECK("another mount, another device", of("/proc").st_dev != st.st_dev);
	CHECK("AT_SYMLINK_NOFOLLOW",
	      !fstatat(AT_FDCWD, "s", &other, AT_SYMLINK_NOFOLLOW) &&
	      S_ISLNK(other.st_mode));
	CHECK("AT_EMPTY_PATH", !fstatat(fd, "", &other, AT_EMPTY_PATH) &&
	      st.st_ino == other.st_ino);
	CHECK("AT_EMPTY_PATH of the working directory",
	      !fstatat(AT_FDCWD, "", &other, AT_EMPTY_PATH) &&
	      other.st_ino == of(".").st_ino);
	CHECK_EQ("unknown flags", sys(SYS_newfstatat, AT_FDCWD, P("file"),
				      P(&other), 0x40000), -EINVAL);
	CHECK_ERRNO("empty path without it", fstatat(fd, "", &other, 0),
		    ENOENT);
	CHECK_ERRNO("missing", stat("gone", &st), ENOENT);
	CHECK_ERRNO("through a file", stat("file/x", &st), ENOTDIR);
	CHECK_EQ("a bad buffer", sys(SYS_stat, P("file"), 8), -EFAULT);
	CHECK_EQ("a bad path", sys(SYS_stat, 8, P(&st)), -EFAULT);
	CHECK_EQ("fstat of a closed one", sys(SYS_fstat, 99, P(&st)), -EBADF);
}

/* fields of struct statx by their offset: statx(2) */
static uint32_t field32(const unsigned char *buf, int offset)
{
	uint32_t value;

	memcpy(&value, buf + offset, sizeof(value));
	return value;
}

static void statxing(void)
{
	unsigned char buf[STATX_SIZE];
	struct stat st;

	file_make("file", "0123456789", 0640);
	need(!link("file", "two"));
	st = of("file");
	CHECK_EQ("statx", sys(SYS_statx, AT_FDCWD, P("file"), 0, 0x7ff,
			      P(buf)), 0);
	CHECK_EQ("gives the basic fields", field32(buf, 0) & 0x7ff, 0x7ff);
	CHECK_EQ("nlink", field32(buf, 16), 2);
	CHECK_EQ("mode", field32(buf, 28) & 0xffff, S_IFREG | 0640);
	CHECK_EQ("inode", field32(buf, 32), (uint32_t)st.st_ino);
	CHECK_EQ("size", field32(buf, 40), 10);
	CHECK("device", makedev(field32(buf, 136), field32(buf, 140)) ==
	      st.st_dev);
	CHECK_EQ("of /proc", sys(SYS_statx, AT_FDCWD, P("/proc"), 0, 0xfff,
				 P(buf)), 0);
	CHECK_EQ("where nothing was born", field32(buf, 0) & 0xfff, 0x7ff);
	CHECK_EQ("at no time", field32(buf, 80), 0);
	need(!mkdir("born", 0700) && !mount("t", "born", "tmpfs", 0, ""));
	CHECK_EQ("of a tmpfs", sys(SYS_statx, AT_FDCWD, P("born"), 0, 0x800,
				   P(buf)), 0);
	CHECK_EQ("where it was", field32(buf, 0) & 0xfff, 0xfff);
	CHECK("lately", field32(buf, 80) > 0);
	need(!umount("born") && !rmdir("born"));
	CHECK_EQ("a reserved mask bit", sys(SYS_statx, AT_FDCWD, P("file"), 0,
					    1L << 31, P(buf)), -EINVAL);
	CHECK_EQ("unknown flags", sys(SYS_statx, AT_FDCWD, P("file"), 0x40000,
				      0x7ff, P(buf)), -EINVAL);
	CHECK_EQ("missing", sys(SYS_statx, AT_FDCWD, P("gone"), 0, 0x7ff,
				P(buf)), -ENOENT);
	CHECK_EQ("a bad buffer", sys(SYS_statx, AT_FDCWD, P("file"), 0, 0x7ff,
				     8), -EFAULT);
}

static void file_systems(void)
{
	struct statfs fs;

	CHECK_OK("statfs", statfs(".", &fs));
	CHECK("name length and block size",
	      fs.f_namelen == 255 && fs.f_bsize >= 512);
	CHECK_OK("statfs of /proc", statfs("/proc", &fs));
	CHECK_EQ("type of /proc", fs.f_type, 0x9fa0);
	CHECK_OK("fstatfs", fstatfs(open("/proc", O_RDONLY), &fs));
	CHECK_EQ("agrees", fs.f_type, 0x9fa0);
	CHECK_ERRNO("missing", statfs("gone", &fs), ENOENT);
	CHECK_ERRNO("a closed one", fstatfs(99, &fs), EBADF);
	CHECK_EQ("a bad buffer", sys(SYS_statfs, P("."), 8), -EFAULT);
}

static void modes(void)
{
	int fd;

	file_make("file", "x", 0600);
	need(!symlink("file", "s") && !mkdir("d", 0755));
	CHECK_OK("chmod", chmod("file", 0123));
	CHECK_EQ("sets the mode", of("file").st_mode, S_IFREG | 0123);
	CHECK_OK("all bits", chmod("file", 07777));
	CHECK_EQ("are kept", of("file").st_mode, S_IFREG | 07777);
	CHECK_OK("more bits", chmod("file", 0170644));
	CHECK_EQ("are not", of("file").st_mode, S_IFREG | 0644);
	CHECK_OK("through a link", chmod("s", 0600));
	CHECK_EQ("to the file", of("file").st_mode, S_IFREG | 0600);
	fd = open("file", O_RDONLY);
	CHECK_OK("fchmod", fchmod(fd, 0604));
	CHECK_EQ("sets it too", of("file").st_mode, S_IFREG | 0604);
	CHECK_OK("fchmodat", fchmodat(AT_FDCWD, "d", 01700, 0));
	CHECK_EQ("of a directory", of("d").st_mode, S_IFDIR | 01700);
	CHECK_ERRNO("missing", chmod("gone", 0600), ENOENT);
	CHECK_ERRNO("fchmod of a closed one", fchmod(99, 0600), EBADF);
	CHECK_EQ("umask gives the old one", umask(0177), 022);
	CHECK_EQ("and keeps nine bits", (umask(07777), umask(022)), 0777);
}

static void owners(void)
{
	file_make("file", "x", 06755);
	need(!symlink("file", "s"));
	CHECK_OK("chown", chown("file", 1000, 2000));
	CHECK("sets both", of("file").st_uid == 1000 &&
	      of("file").st_gid == 2000);
	CHECK_EQ("and clears the set-id bits", of("file").st_mode,
		 S_IFREG | 0755);
	CHECK_OK("minus one", chown("file", -1, 3000));
	CHECK("leaves it", of("file").st_uid == 1000 &&
	      of("file").st_gid == 3000);
	CHECK_OK("lchown", lchown("s", 5, 6));
	CHECK("changes the link", of("s").st_uid == 5 &&
	      of("file").st_uid == 1000);
	CHECK_OK("fchown", fchown(open("file", O_RDONLY), 7, -1));
	CHECK("changes the file", of("file").st_uid == 7);
	CHECK_OK("fchownat with AT_SYMLINK_NOFOLLOW",
		 fchownat(AT_FDCWD, "s", 8, -1, AT_SYMLINK_NOFOLLOW));
	CHECK("changes the link again", of("s").st_uid == 8);
	CHECK_ERRNO("missing", chown("gone", 1, 1), ENOENT);
	CHECK_ERRNO("fchown of a closed one", fchown(99, 1, 1), EBADF);
}

static void times_of_files(void)
{
	struct timespec set[2] = { { 1000, 5 }, { 2000, 7 } };
	struct timespec omit[2] = { { 0, UTIME_OMIT }, { 3000, 0 } };
	struct timespec now[2] = { { 0, UTIME_NOW }, { 0, UTIME_OMIT } };
	struct timespec bad[2] = { { 0, 1000000000 }, { 0, 0 } };
	struct stat st;
	int fd;

	file_make("file", "x", 0600);
	CHECK_OK("utimensat", utimensat(AT_FDCWD, "file", set, 0));
	st = of("file");
	CHECK("sets access time", st.st_atim.tv_sec == 1000 &&
	      st.st_atim.tv_nsec == 5);
	CHECK("sets change of contents", st.st_mtim.tv_sec == 2000 &&
	      st.st_mtim.tv_nsec == 7);
	CHECK_OK("UTIME_OMIT", utimensat(AT_FDCWD, "file", omit, 0));
	CHECK("leaves one", of("file").st_atim.tv_sec == 1000 &&
	      of("file").st_mtim.tv_sec == 3000);
	CHECK_OK("UTIME_NOW", utimensat(AT_FDCWD, "file", now, 0));
	CHECK("sets the present", of("file").st_atim.tv_sec > 3000 ||
	      of("file").st_atim.tv_sec < 1000);
	fd = open("file", O_RDWR);
	CHECK_OK("futimens", futimens(fd, set));
	CHECK("sets both", of("file").st_mtim.tv_sec == 2000);
	need(write(fd, "y", 1) == 1);
	CHECK("write changes the time", of("file").st_mtim.tv_sec != 2000);
	CHECK_ERRNO("too many nanoseconds",
		    utimensat(AT_FDCWD, "file", bad, 0), EINVAL);
	CHECK_ERRNO("missing", utimensat(AT_FDCWD, "gone", set, 0), ENOENT);
	CHECK_ERRNO("a closed one", futimens(99, set), EBADF);
	need(!symlink("file", "s"));
	CHECK_OK("of a link", utimensat(AT_FDCWD, "s", set,
					AT_SYMLINK_NOFOLLOW));
	CHECK("changes the link", of("s").st_mtim.tv_sec == 2000);
}

static void nodes(void)
{
	char byte = 'x';
	int fd;

	CHECK_OK("a device", mknod("null", S_IFCHR | 0666, makedev(1, 3)));
	CHECK("keeps its number", S_ISCHR(of("null").st_mode) &&
	      of("null").st_rdev == makedev(1, 3));
	CHECK_OK("a fifo", mknod("fifo", S_IFIFO | 0600, 0));
	CHECK("is a fifo", S_ISFIFO(of("fifo").st_mode));
	CHECK_OK("a file", mknod("file", S_IFREG | 0600, 0));
	CHECK_OK("a file by default", mknod("file2", 0600, 0));
	CHECK("is one", S_ISREG(of("file2").st_mode));
	CHECK_ERRNO("a directory", mknod("d", S_IFDIR | 0700, 0), EPERM);
	CHECK_ERRNO("an unknown kind", mknod("d", 0170000, 0), EINVAL);
	CHECK_ERRNO("over a name", mknod("file", S_IFREG | 0600, 0), EEXIST);
	fd = open("fifo", O_RDONLY | O_NONBLOCK);
	CHECK("a fifo opens for reading without a writer", fd >= 0);
	CHECK_EQ("and is at its end", read(fd, &byte, 1), 0);
	CHECK_OK("a writer may come", open("fifo", O_WRONLY | O_NONBLOCK));
	need(!mkfifo("fifo2", 0600));
	CHECK_ERRNO("no writer without a reader",
		    open("fifo2", O_WRONLY | O_NONBLOCK), ENXIO);
	need(!mknod("nodev", S_IFCHR | 0600, makedev(250, 250)));
	CHECK_ERRNO("a device that is not there", open("nodev", O_RDWR),
		    ENXIO);
}

static int fifo_reader(void *arg)
{
	char byte = 0;
	int fd = open("fifo", O_RDONLY);

	(void)arg;
	return read(fd, &byte, 1) == 1 && byte == 'x' &&
	       read(fd, &byte, 1) == 0 ? 0 : 1;
}

#define MEETINGS 1000

static void fifos(void)
{
	pid_t pid;
	int fd, good = 0;

	need(!mkfifo("fifo", 0600));
	pid = child_start(fifo_reader, NULL);
	fd = open("fifo", O_WRONLY);
	CHECK("reader and writer meet", fd >= 0);
	CHECK_EQ("write", write(fd, "x", 1), 1);
	close(fd);
	CHECK_EXIT("the reader gets it, then the end", pid, 0);
	/* A writer may be gone before the reader knows that it was there. */
	for (int i = 0; i < MEETINGS; i++) {
		pid = child_start(fifo_reader, NULL);
		fd = open("fifo", O_WRONLY);
		need(write(fd, "x", 1) == 1);
		close(fd);
		good += reap(pid) == 0;
	}
	CHECK_EQ("also a short meeting", good, MEETINGS);
}

/* list a directory with getdents64 and a small buffer: how many names */
static int list(const char *path, size_t size, unsigned char seen[], int n)
{
	char buf[2048];
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	int count = 0;
	long got;

	need(fd >= 0);
	while ((got = sys(SYS_getdents64, fd, P(buf), (long)size)) > 0) {
		for (long at = 0; at < got;) {
			struct dirent *e = (void *)(buf + at);
			int number = atoi(e->d_name + 1);

			if (e->d_name[0] == 'f' && number < n)
				seen[number]++;
			count++;
			at += e->d_reclen;
		}
	}
	close(fd);
	return got < 0 ? got : count;
}

static void listing(void)
{
	unsigned char seen[100] = { 0 };
	char name[16];
	int once = 1;
	int fd;

	need(!mkdir("d", 0755));
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "d/f%d", i);
		file_make(name, "", 0600);
	}
	CHECK_EQ("getdents64 lists all and the dots",
		 list("d", 2048, seen, 100), 102);
	for (int i = 0; i < 100; i++)
		once &= seen[i] == 1;
	CHECK("each once", once);
	CHECK_EQ("with a small buffer too", list("d", 64, seen, 100), 102);
	CHECK_EQ("a buffer too small", list("d", 8, seen, 100), -EINVAL);
	fd = open("d/f1", O_RDONLY);
	CHECK_EQ("a file", sys(SYS_getdents64, fd, P(name), 16), -ENOTDIR);
	CHECK_EQ("a closed one", sys(SYS_getdents64, 99, P(name), 16), -EBADF);
	fd = open("d", O_RDONLY);
	CHECK_EQ("a bad buffer", sys(SYS_getdents64, fd, 8, 512), -EFAULT);
}

static void listing_while_removing(void)
{
	struct dirent *e;
	char name[16];
	int removed = 0;
	DIR *dir;

	need(!mkdir("d", 0755));
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "d/f%d", i);
		file_make(name, "", 0600);
	}
	dir = opendir("d");
	need(dir && !chdir("d"));
	while ((e = readdir(dir)))
		if (e->d_name[0] == 'f')
			removed += !unlink(e->d_name);
	CHECK_EQ("each name is met though others go", removed, 200);
	rewinddir(dir);
	for (removed = 0; readdir(dir); removed++)
		;
	CHECK_EQ("then only the dots are left", removed, 2);
	CHECK_OK("and the directory is empty", rmdir("../d"));
}

static void kinds(void)
{
	struct dirent *e;
	int good = 0;
	DIR *dir;

	need(!mkdir("dir", 0755) && !symlink("x", "lnk"));
	file_make("reg", "", 0600);
	dir = opendir(".");
	need(dir);
	while ((e = readdir(dir))) {
		good += !strcmp(e->d_name, "dir") && e->d_type == DT_DIR;
		good += !strcmp(e->d_name, "lnk") && e->d_type == DT_LNK;
		good += !strcmp(e->d_name, "reg") && e->d_type == DT_REG &&
			e->d_ino == of("reg").st_ino;
		good += !strcmp(e->d_name, ".") &&
			e->d_ino == of(".").st_ino;
		good += !strcmp(e->d_name, "..") &&
			e->d_ino == of("..").st_ino;
	}
	CHECK_EQ("types and inodes of names", good, 5);
}

static const struct test tests[] = {
	{ "stat", statting, 0 },
	{ "statx", statxing, 0 },
	{ "statfs", file_systems, 0 },
	{ "chmod", modes, 0 },
	{ "chown", owners, 0 },
	{ "times", times_of_files, 0 },
	{ "mknod", nodes, 0 },
	{ "fifos", fifos, 0 },
	{ "getdents", listing, 0 },
	{ "getdents while removing", listing_while_removing, 0 },
	{ "getdents kinds", kinds, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
