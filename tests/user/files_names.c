/*
 * tests/user/files_names.c - names: link, rename, unlink, directories
 *
 * What:  the calls that change names, with their errors, and the working
 *        and root directories.
 * Not:   permissions are in files_perm.c.
 * See:   link(2), symlink(2), rename(2), unlink(2), mkdir(2), rmdir(2),
 *        getcwd(2), chdir(2), chroot(2)
 */
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static long nlink_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) ? -1 : (long)st.st_nlink;
}

static ino_t inode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) ? 0 : st.st_ino;
}

static const char *long_name(void)
{
	static char name[300];

	memset(name, 'n', 256);
	return name;
}

static void hard_links(void)
{
	file_make("a", "x", 0644);
	need(!mkdir("dir", 0755) && !symlink("a", "soft"));
	CHECK_OK("link", link("a", "b"));
	CHECK_EQ("two names", nlink_of("a"), 2);
	CHECK("one inode", inode_of("a") == inode_of("b"));
	CHECK_ERRNO("over an existing name", link("a", "b"), EEXIST);
	CHECK_ERRNO("of a missing file", link("gone", "c"), ENOENT);
	CHECK_ERRNO("into a missing directory", link("a", "gone/c"), ENOENT);
	CHECK_ERRNO("of a directory", link("dir", "c"), EPERM);
	CHECK_ERRNO("through a file", link("a", "b/c"), ENOTDIR);
	CHECK_ERRNO("to a long name", link("a", long_name()), ENAMETOOLONG);
	CHECK_ERRNO("to an empty name", link("a", ""), ENOENT);
	CHECK_ERRNO("from a mount", link("/proc/meminfo", "c"), EXDEV);
	CHECK("of a link links the link", !link("soft", "soft2") &&
	      inode_of("soft") == inode_of("soft2"));
	CHECK("unless AT_SYMLINK_FOLLOW",
	      !linkat(AT_FDCWD, "soft", AT_FDCWD, "c", AT_SYMLINK_FOLLOW) &&
	      inode_of("c") == inode_of("a"));
	CHECK_ERRNO("with unknown flags",
		    linkat(AT_FDCWD, "a", AT_FDCWD, "d", 1), EINVAL);
	CHECK_OK("unlink one name", unlink("a"));
	CHECK_EQ("leaves the others", nlink_of("b"), 2);
}

/* linkat of what a descriptor of this process stands for */
static int link_fd(int fd, const char *to)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, path, AT_FDCWD, to, AT_SYMLINK_FOLLOW);
}

static void nameless(void)
{
	int fd;

	file_make("a", "x", 0644);
	fd = open("a", O_RDONLY);
	CHECK_OK("link of a descriptor", link_fd(fd, "b"));
	CHECK("gives the file a name", inode_of("b") == inode_of("a"));
	need(!unlink("a") && !unlink("b"));
	CHECK_ERRNO("without names there is no new one", link_fd(fd, "c"),
		    ENOENT);
	CHECK_ERRNO("at all", access("c", F_OK), ENOENT);
	fd = open(".", O_TMPFILE | O_RDWR, 0600);
	CHECK_OK("but a first one for O_TMPFILE", link_fd(fd, "d"));
	CHECK_EQ("which counts", nlink_of("d"), 1);
	need(!unlink("d"));
	CHECK_ERRNO("and is the last", link_fd(fd, "d"), ENOENT);
}

static void soft_links(void)
{
	char buf[16] = "";
	struct stat st;

	CHECK_OK("symlink", symlink("any/where", "s"));
	CHECK_EQ("readlink", readlink("s", buf, 16), 9);
	CHECK("reads its text", !memcmp(buf, "any/where", 9));
	CHECK_EQ("readlink into a short buffer", readlink("s", buf, 3), 3);
	CHECK_EQ("readlink into none", sys(SYS_readlink, P("s"), P(buf), 0),
		 -EINVAL);
	CHECK("lstat sees a link", !lstat("s", &st) && S_ISLNK(st.st_mode) &&
	      st.st_size == 9 && (st.st_mode & 0777) == 0777);
	CHECK_ERRNO("stat follows it", stat("s", &st), ENOENT);
	CHECK_ERRNO("over an existing name", symlink("x", "s"), EEXIST);
	CHECK_ERRNO("an empty text", symlink("", "t"), ENOENT);
	CHECK_ERRNO("an empty name", symlink("x", ""), ENOENT);
	CHECK_ERRNO("in a missing directory", symlink("x", "gone/t"), ENOENT);
	file_make("file", "x", 0644);
	CHECK_ERRNO("readlink of a file", readlink("file", buf, 16), EINVAL);
	CHECK_ERRNO("readlink of nothing", readlink("gone", buf, 16), ENOENT);
	CHECK_ERRNO("through a file", symlink("x", "file/t"), ENOTDIR);
}

static void making_directories(void)
{
	struct stat st;

	CHECK_OK("mkdir", mkdir("d", 0750));
	CHECK("makes a directory", !stat("d", &st) && S_ISDIR(st.st_mode) &&
	      (st.st_mode & 07777) == 0750);
	CHECK_EQ("with two names", nlink_of("d"), 2);
	CHECK_OK("inside it", mkdir("d/e", 0755));
	CHECK_EQ("which gives it a third", nlink_of("d"), 3);
	CHECK_OK("with a slash behind", mkdir("f/", 0755));
	CHECK_ERRNO("over an existing one", mkdir("d", 0755), EEXIST);
	CHECK_ERRNO("the root", mkdir("/", 0755), EEXIST);
	CHECK_ERRNO("dot", mkdir(".", 0755), EEXIST);
	CHECK_ERRNO("in a missing one", mkdir("gone/d", 0755), ENOENT);
	CHECK_ERRNO("an empty name", mkdir("", 0755), ENOENT);
	CHECK_ERRNO("a long name", mkdir(long_name(), 0755), ENAMETOOLONG);
	file_make("file", "x", 0644);
	CHECK_ERRNO("over a file", mkdir("file", 0755), EEXIST);
	CHECK_ERRNO("through a file", mkdir("file/d", 0755), ENOTDIR);
	need(!symlink("gone", "dangling"));
	CHECK_ERRNO("over a dangling link", mkdir("dangling", 0755), EEXIST);
	umask(077);
	CHECK("umask", !mkdir("g", 0777) && !stat("g", &st) &&
	      (st.st_mode & 07777) == 0700);
}

static void removing_directories(void)
{
	need(!mkdir("d", 0755) && !mkdir("d/e", 0755) && !symlink("d", "s"));
	file_make("file", "x", 0644);
	CHECK_ERRNO("not empty", rmdir("d"), ENOTEMPTY);
	CHECK_ERRNO("a file", rmdir("file"), ENOTDIR);
	CHECK_ERRNO("a link", rmdir("s"), ENOTDIR);
	CHECK_ERRNO("missing", rmdir("gone"), ENOENT);
	CHECK_ERRNO("dot", rmdir("d/e/."), EINVAL);
	CHECK_ERRNO("dot dot", rmdir("d/e/.."), ENOTEMPTY);
	CHECK_ERRNO("a mount point", rmdir("/proc"), EBUSY);
	CHECK_ERRNO("the root", rmdir("/"), EBUSY);
	CHECK_OK("empty", rmdir("d/e"));
	CHECK_EQ("the parent loses a name", nlink_of("d"), 2);
	CHECK_OK("with a slash", rmdir("d/"));
	need(!mkdir("w", 0755) && !chdir("w") && !rmdir("../w"));
	CHECK_ERRNO("a removed directory holds no new names",
		    mkdir("x", 0755), ENOENT);
	CHECK_ERRNO("and has no path", getcwd((char[64]){ 0 }, 64) ? 0 : -1,
		    ENOENT);
	CHECK_OK("but a parent", chdir(".."));
}

static void unlinking(void)
{
	file_make("file", "x", 0644);
	need(!mkdir("d", 0755) && !symlink("file", "s"));
	CHECK_ERRNO("a directory", unlink("d"), EISDIR);
	CHECK_ERRNO("a missing file", unlink("gone"), ENOENT);
	CHECK_ERRNO("through a file", unlink("file/x"), ENOTDIR);
	CHECK_ERRNO("with a slash", unlink("file/"), ENOTDIR);
	CHECK_ERRNO("an empty name", unlink(""), ENOENT);
	CHECK_ERRNO("a long name", unlink(long_name()), ENAMETOOLONG);
	CHECK_OK("a link", unlink("s"));
	CHECK_OK("which leaves the file", access("file", F_OK));
	CHECK_ERRNO("unlinkat of a directory", unlinkat(AT_FDCWD, "d", 0),
		    EISDIR);
	CHECK_OK("with AT_REMOVEDIR", unlinkat(AT_FDCWD, "d", AT_REMOVEDIR));
	CHECK_ERRNO("AT_REMOVEDIR of a file",
		    unlinkat(AT_FDCWD, "file", AT_REMOVEDIR), ENOTDIR);
	CHECK_ERRNO("unknown flags", unlinkat(AT_FDCWD, "file", 1), EINVAL);
	CHECK_OK("a file", unlink("file"));
}

static void renaming_files(void)
{
	ino_t ino;

	file_make("a", "x", 0644);
	file_make("b", "y", 0644);
	need(!mkdir("d", 0755) && !mkdir("e", 0755) && !link("a", "hard"));
	ino = inode_of("a");
	CHECK_OK("to itself", rename("a", "a"));
	CHECK_OK("to another name of itself", rename("a", "hard"));
	CHECK_OK("which does nothing", access("a", F_OK));
	CHECK_OK("over a file", rename("a", "b"));
	CHECK("moves the inode", inode_of("b") == ino);
	CHECK_ERRNO("and the old name is gone", access("a", F_OK), ENOENT);
	CHECK_OK("into a directory", rename("b", "d/b"));
	CHECK_ERRNO("a file over a directory", rename("d/b", "e"), EISDIR);
	CHECK_ERRNO("a missing file", rename("gone", "x"), ENOENT);
	CHECK_ERRNO("into a missing directory", rename("d/b", "gone/x"),
		    ENOENT);
	CHECK_ERRNO("to another mount", rename("d/b", "/proc/x"), EXDEV);
	CHECK_ERRNO("to a long name", rename("d/b", long_name()),
		    ENAMETOOLONG);
	CHECK_ERRNO("a file to a name with a slash", rename("d/b", "x/"),
		    ENOTDIR);
	CHECK_ERRNO("through a file", rename("d/b", "hard/x"), ENOTDIR);
	need(!symlink("d/b", "s"));
	CHECK("a link moves itself", !rename("s", "t") && nlink_of("t") == 1 &&
	      inode_of("t") != ino);
}

static void renaming_directories(void)
{
	need(!mkdir("d", 0755) && !mkdir("e", 0755) && !mkdir("full", 0755));
	need(!mkdir("full/sub", 0755));
	file_make("full/f", "x", 0644);
	file_make("file", "x", 0644);
	CHECK_ERRNO("over a file", rename("d", "file"), ENOTDIR);
	CHECK_ERRNO("over a full one", rename("d", "full"), ENOTEMPTY);
	CHECK_OK("over an empty one", rename("d", "e"));
	CHECK_ERRNO("into itself", rename("full", "full/x"), EINVAL);
	CHECK_ERRNO("into what is below it", rename("full", "full/sub/x"),
		    EINVAL);
	CHECK_ERRNO("over what is above it", rename("full/sub", "full"),
		    ENOTEMPTY);
	CHECK_ERRNO("dot", rename(".", "x"), EBUSY);
	CHECK_ERRNO("to dot dot", rename("e", ".."), EBUSY);
	CHECK_ERRNO("a mount point", rename("/proc", "/proc2"), EBUSY);
	CHECK_OK("elsewhere", rename("full/sub", "e/sub"));
	CHECK_EQ("the old parent loses a name", nlink_of("full"), 2);
	CHECK_EQ("the new one gets it", nlink_of("e"), 3);
	CHECK_OK("and .. is the new one", access("e/sub/../sub", F_OK));
	CHECK_OK("with slashes", rename("e/", "z/"));
}

static void renaming_over(void)
{
	int fd;

	need(!mkdir("d", 0755) && !mkdir("e", 0755));
	fd = open("e", O_RDONLY);
	CHECK_OK("over an empty directory", rename("d", "e"));
	CHECK_ERRNO("no new file in what was replaced",
		    openat(fd, "x", O_CREAT | O_WRONLY, 0644), ENOENT);
	CHECK_ERRNO("nor directory", mkdirat(fd, "x", 0755), ENOENT);
	CHECK_ERRNO("nor link", symlinkat("y", fd, "x"), ENOENT);
	file_make("f", "x", 0644);
	CHECK_ERRNO("nor a renamed one", renameat(AT_FDCWD, "f", fd, "x"),
		    ENOENT);
}

static void exchanging(void)
{
	need(!mkdir("d", 0755) && !mkdir("d/sub", 0755) && !mkdir("e", 0755));
	file_make("e/f", "x", 0644);
	CHECK_EQ("EXCHANGE of a directory and a file",
		 sys(SYS_renameat2, AT_FDCWD, P("d/sub"), AT_FDCWD, P("e/f"),
		     2), 0);
	CHECK_ERRNO("the file", access("d/sub/.", F_OK), ENOTDIR);
	CHECK_OK("the directory", access("e/f/.", F_OK));
	CHECK_EQ("one parent has a name less", nlink_of("d"), 2);
	CHECK_EQ("the other one more", nlink_of("e"), 3);
	CHECK_EQ("EXCHANGE back",
		 sys(SYS_renameat2, AT_FDCWD, P("d/sub"), AT_FDCWD, P("e/f"),
		     2), 0);
	CHECK_EQ("gives it back", nlink_of("d"), 3);
	CHECK_EQ("and takes it", nlink_of("e"), 2);
}

static void rename_flags(void)
{
	ino_t a, b;

	file_make("a", "x", 0644);
	file_make("b", "y", 0644);
	a = inode_of("a");
	b = inode_of("b");
	CHECK_EQ("NOREPLACE over a name",
		 sys(SYS_renameat2, AT_FDCWD, P("a"), AT_FDCWD, P("b"), 1),
		 -EEXIST);
	CHECK_EQ("NOREPLACE to a free name",
		 sys(SYS_renameat2, AT_FDCWD, P("a"), AT_FDCWD, P("c"), 1), 0);
	CHECK_EQ("EXCHANGE",
		 sys(SYS_renameat2, AT_FDCWD, P("b"), AT_FDCWD, P("c"), 2), 0);
	CHECK("exchanges", inode_of("b") == a && inode_of("c") == b);
	CHECK_EQ("EXCHANGE with nothing",
		 sys(SYS_renameat2, AT_FDCWD, P("b"), AT_FDCWD, P("d"), 2),
		 -ENOENT);
	CHECK_EQ("both", sys(SYS_renameat2, AT_FDCWD, P("b"), AT_FDCWD,
			     P("c"), 3), -EINVAL);
	CHECK_EQ("unknown flags", sys(SYS_renameat2, AT_FDCWD, P("b"),
				      AT_FDCWD, P("c"), 64), -EINVAL);
}

static void working_directory(void)
{
	char here[128], buf[128];
	int fd;

	need(getcwd(here, sizeof(here)));
	need(!mkdir("d", 0755) && !mkdir("x", 0755) && !symlink("d", "s"));
	file_make("file", "x", 0644);
	CHECK_OK("chdir through a link", chdir("s"));
	CHECK("getcwd gives the real path", getcwd(buf, sizeof(buf)) &&
	      !strncmp(buf, here, strlen(here)) &&
	      !strcmp(buf + strlen(here), "/d"));
	CHECK_EQ("its length with the zero",
		 sys(SYS_getcwd, P(buf), 128), (long)strlen(buf) + 1);
	CHECK_EQ("a short buffer", sys(SYS_getcwd, P(buf), 3), -ERANGE);
	CHECK_EQ("a bad buffer", sys(SYS_getcwd, 8, 128), -EFAULT);
	CHECK_ERRNO("chdir to a file", chdir("../file"), ENOTDIR);
	CHECK_ERRNO("chdir to nothing", chdir("gone"), ENOENT);
	fd = open("../x", O_RDONLY | O_DIRECTORY);
	CHECK_OK("fchdir", fchdir(fd));
	CHECK("moves", getcwd(buf, sizeof(buf)) &&
	      !strcmp(buf + strlen(here), "/x"));
	CHECK_OK("rename of the working directory", rename("../x", "../y"));
	CHECK("shows in getcwd", getcwd(buf, sizeof(buf)) &&
	      !strcmp(buf + strlen(here), "/y"));
	CHECK_ERRNO("fchdir to a file", fchdir(open("../file", O_RDONLY)),
		    ENOTDIR);
	CHECK_ERRNO("fchdir to nothing", fchdir(99), EBADF);
	CHECK("the root", !chdir("/../..") && getcwd(buf, 128) &&
	      !strcmp(buf, "/"));
}

static void root_directory(void)
{
	char here[128], buf[128];

	need(getcwd(here, sizeof(here)));
	need(!mkdir("jail", 0755) && !mkdir("jail/in", 0755));
	file_make("jail/file", "x", 0644);
	need(!symlink("/file", "jail/in/s"));
	CHECK_ERRNO("chroot to a file", chroot("jail/file"), ENOTDIR);
	CHECK_ERRNO("chroot to nothing", chroot("gone"), ENOENT);
	if (!fork()) {
		become_user();
		_exit(chroot("jail") == -1 && errno == EPERM ? 0 : 1);
	}
	CHECK_EXIT("chroot by an ordinary user is EPERM", -1, 0);
	CHECK_OK("chroot", chroot("jail"));
	CHECK_OK("the new root", access("/file", F_OK));
	CHECK_OK("does not move the working directory", access("jail", F_OK));
	CHECK("which is unreachable now",
	      sys(SYS_getcwd, P(buf), 128) > 0 &&
	      !strncmp(buf, "(unreachable)", 13));
	CHECK_OK("into the new root", chdir("/in"));
	CHECK("getcwd is below the root", getcwd(buf, 128) &&
	      !strcmp(buf, "/in"));
	CHECK_OK("links start at the new root", access("s", F_OK));
	CHECK_OK(".. stops there", access("../../../file", F_OK));
	CHECK_ERRNO("and the old root is gone", access(here, F_OK), ENOENT);
}

static const struct test tests[] = {
	{ "link", hard_links, 0 },
	{ "link of no names", nameless, 0 },
	{ "symlink", soft_links, 0 },
	{ "mkdir", making_directories, 0 },
	{ "rmdir", removing_directories, 0 },
	{ "unlink", unlinking, 0 },
	{ "rename", renaming_files, 0 },
	{ "rename of directories", renaming_directories, 0 },
	{ "rename over a directory", renaming_over, 0 },
	{ "renameat2", rename_flags, 0 },
	{ "exchange", exchanging, 0 },
	{ "working directory", working_directory, 0 },
	{ "chroot", root_directory, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
