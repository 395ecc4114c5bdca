/*
 * tests/user/files_perm.c - who may do what with files
 *
 * What:  permission bits as an ordinary user, the group, the sticky bit, and
 *        what root may do regardless.
 * See:   path_resolution(7), access(2), chmod(2), chown(2), unlink(2)
 */
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static mode_t mode_of(const char *path)
{
	struct stat st;

	need(!stat(path, &st));
	return st.st_mode & 07777;
}

static void bits(void)
{
	file_make("r", "x", 0004);
	file_make("w", "x", 0002);
	file_make("none", "x", 0770);
	file_make("own", "x", 0077);
	need(!chown("own", TEST_UID, 0));
	become_user();
	CHECK_OK("others may read", open("r", O_RDONLY));
	CHECK_ERRNO("and not write", open("r", O_WRONLY), EACCES);
	CHECK_ERRNO("nor both", open("r", O_RDWR), EACCES);
	CHECK_OK("others may write", open("w", O_WRONLY));
	CHECK_ERRNO("and not read", open("w", O_RDONLY), EACCES);
	CHECK_ERRNO("nor truncate a file they read",
		    open("r", O_RDONLY | O_TRUNC), EACCES);
	CHECK_ERRNO("the group's bits are not for others",
		    open("none", O_RDONLY), EACCES);
	CHECK_ERRNO("the owner has the owner's bits only",
		    open("own", O_RDONLY), EACCES);
	CHECK_ERRNO("truncate needs write", truncate("r", 0), EACCES);
	CHECK_OK("stat needs nothing", access("none", F_OK));
	CHECK_ERRNO("access R_OK", access("none", R_OK), EACCES);
	CHECK_OK("access of what is allowed", access("r", R_OK));
	CHECK_ERRNO("access of both", access("r", R_OK | W_OK), EACCES);
	CHECK_ERRNO("access with unknown bits", access("r", 8), EINVAL);
}

static void groups(void)
{
	gid_t extra[2] = { 4000, 5000 };

	file_make("g", "x", 0040);
	file_make("h", "x", 0404);
	need(!chown("g", 0, 5000) && !chown("h", 0, 5000));
	CHECK_OK("setgroups", setgroups(2, extra));
	CHECK_EQ("getgroups", getgroups(0, NULL), 2);
	become_user();
	CHECK_OK("a supplementary group counts", open("g", O_RDONLY));
	CHECK_ERRNO("and shuts out the others' bits", open("h", O_RDONLY),
		    EACCES);
	CHECK_ERRNO("setgroups as a user", setgroups(0, NULL), EPERM);
}

static void directories(void)
{
	need(!mkdir("nox", 0755) && !mkdir("nor", 0755) && !mkdir("w", 0755));
	file_make("nox/f", "x", 0644);
	file_make("nor/f", "x", 0644);
	file_make("w/f", "x", 0644);
	need(!chmod("nox", 0666) && !chmod("nor", 0111) && !chmod("w", 0777));
	become_user();
	CHECK_ERRNO("no search, no file", open("nox/f", O_RDONLY), EACCES);
	CHECK_OK("but a list", open("nox", O_RDONLY));
	CHECK_ERRNO("nor a missing file's error", open("nox/g", O_RDONLY),
		    EACCES);
	CHECK_OK("search without read finds files", open("nor/f", O_RDONLY));
	CHECK_ERRNO("but gives no list", open("nor", O_RDONLY), EACCES);
	CHECK_ERRNO("chdir needs search", chdir("nox"), EACCES);
	CHECK_OK("chdir needs only that", chdir("nor"));
	need(!chdir(".."));
	CHECK_ERRNO("no new names without write", mkdir("nor/d", 0755),
		    EACCES);
	CHECK_ERRNO("an existing name says so first", mkdir("nor/f", 0755),
		    EEXIST);
	CHECK_ERRNO("no removal without write", unlink("nor/f"), EACCES);
	CHECK_ERRNO("no renaming", rename("nor/f", "w/g"), EACCES);
	CHECK_OK("write lets remove what others own", unlink("w/f"));
	CHECK_OK("and make", mkdir("w/d", 0755));
}

static void moving_directories(void)
{
	need(!mkdir("p", 0777) && !chmod("p", 0777));
	need(!mkdir("q", 0777) && !chmod("q", 0777));
	need(!mkdir("p/d", 0755) && !mkdir("q/mine", 0755));
	need(!chown("q/mine", TEST_UID, TEST_UID));
	file_make("p/f", "x", 0644);
	become_user();
	CHECK_ERRNO("a directory moves only if one may write to it",
		    rename("p/d", "q/d"), EACCES);
	CHECK_OK("but gets another name", rename("p/d", "p/e"));
	CHECK_OK("and a file moves", rename("p/f", "q/f"));
	CHECK_EQ("an exchange moves both",
		 sys(SYS_renameat2, AT_FDCWD, P("q/mine"), AT_FDCWD, P("p/e"),
		     2), -EACCES);
	CHECK_EQ("either way",
		 sys(SYS_renameat2, AT_FDCWD, P("p/e"), AT_FDCWD, P("q/mine"),
		     2), -EACCES);
	CHECK_OK("one's own moves", rename("q/mine", "p/mine"));
}

static void sticky(void)
{
	need(!mkdir("t", 0755) && !chmod("t", 01777) && !mkdir("u", 0777));
	need(!chmod("u", 0777));
	file_make("t/root", "x", 0666);
	file_make("t/user", "x", 0600);
	need(!chown("t/user", TEST_UID, TEST_UID));
	need(!mkdir("t/rootdir", 0777));
	become_user();
	CHECK_ERRNO("others' files stay", unlink("t/root"), EPERM);
	CHECK_ERRNO("and keep their names", rename("t/root", "t/x"), EPERM);
	CHECK_ERRNO("and are not replaced", rename("t/user", "t/root"), EPERM);
	CHECK_ERRNO("nor moved away", rename("t/root", "u/x"), EPERM);
	CHECK_ERRNO("nor are directories removed", rmdir("t/rootdir"), EPERM);
	CHECK_OK("one's own can be renamed", rename("t/user", "t/mine"));
	CHECK_OK("and removed", unlink("t/mine"));
	CHECK_OK("and new ones made", mkdir("t/new", 0755));
}

static void changing(void)
{
	struct timespec set[2] = { { 1, 0 }, { 2, 0 } };
	gid_t extra = 5000;

	file_make("root", "x", 0666);
	file_make("mine", "x", 0444);
	file_make("foreign", "x", 0644);
	need(!chown("foreign", TEST_UID, 1));
	need(!chown("mine", TEST_UID, TEST_UID) && !setgroups(1, &extra));
	become_user();
	CHECK_ERRNO("chmod of others' files", chmod("root", 0777), EPERM);
	CHECK_ERRNO("chown of others' files", chown("root", TEST_UID, -1),
		    EPERM);
	CHECK_OK("chmod of one's own", chmod("mine", 06777));
	CHECK_EQ("with set-id bits", mode_of("mine"), 06777);
	CHECK_OK("chmod of one's own with a foreign group",
		 chmod("foreign", 06777));
	CHECK_EQ("sets no set-gid bit", mode_of("foreign"), 04777);
	CHECK_ERRNO("giving away", chown("mine", 1, -1), EPERM);
	CHECK_ERRNO("to a foreign group", chown("mine", -1, 1), EPERM);
	CHECK_OK("to a group of one's own", chown("mine", -1, 5000));
	CHECK_EQ("clears set-id bits", mode_of("mine"), 0777);
	CHECK_ERRNO("times of others' files",
		    utimensat(AT_FDCWD, "root", set, 0), EPERM);
	CHECK_OK("but the present, if writable",
		 utimensat(AT_FDCWD, "root", NULL, 0));
	CHECK_OK("times of one's own",
		 utimensat(AT_FDCWD, "mine", set, 0));
	CHECK_ERRNO("device nodes", mknod("null", S_IFCHR | 0666,
					  makedev(1, 3)), EACCES);
}

static void writing_clears(void)
{
	int fd;

	file_make("f", "x", 0777);
	file_make("g", "xyz", 0777);
	need(!chown("g", TEST_UID, TEST_UID) && !chmod("g", 06777));
	need(!mkdir("open", 0777) && !chmod("open", 0777));
	need(!chown("f", TEST_UID, TEST_UID) && !chmod("f", 06777));
	become_user();
	fd = open("f", O_WRONLY);
	CHECK_EQ("write as a user", write(fd, "y", 1), 1);
	CHECK_EQ("clears the set-id bits", mode_of("f"), 0777);
	CHECK_OK("truncate as a user", truncate("g", 1));
	CHECK_EQ("clears them too", mode_of("g"), 0777);
	need(!chmod("g", 06777));
	fd = open("g", O_WRONLY);
	CHECK_OK("and ftruncate", ftruncate(fd, 0));
	CHECK_EQ("does", mode_of("g"), 0777);
	CHECK_ERRNO("devices even in an open directory",
		    mknod("open/null", S_IFCHR | 0666, makedev(1, 3)), EPERM);
	CHECK_OK("but fifos", mkfifo("open/fifo", 0600));
}

static void inheriting(void)
{
	struct stat st;

	need(!mkdir("g", 0755) && !chown("g", 0, 4242) && !chmod("g", 02777));
	file_make("g/f", "x", 0644);
	need(!mkdir("g/d", 0755));
	CHECK("a set-gid directory gives its group", !stat("g/f", &st) &&
	      st.st_gid == 4242);
	CHECK("and its bit to directories", !stat("g/d", &st) &&
	      st.st_gid == 4242 && (st.st_mode & 07777) == 02755);
}

static void root(void)
{
	file_make("f", "x", 0);
	need(!mkdir("d", 0) && !chown("d", 1, 1) && !chown("f", 1, 1));
	CHECK_OK("root reads and writes anything", open("f", O_RDWR));
	CHECK_OK("and makes names anywhere", mkdir("d/e", 0755));
	CHECK_OK("and searches anything", chdir("d/e"));
	CHECK_ERRNO("but executes only what someone may",
		    access("../../f", X_OK), EACCES);
	CHECK_OK("and access agrees for the rest",
		 access("../../f", R_OK | W_OK));
}

static void real_and_effective(void)
{
	file_make("secret", "x", 0600);
	need(!setresuid(TEST_UID, 0, 0));
	CHECK_OK("open uses the effective user", open("secret", O_RDONLY));
	CHECK_ERRNO("access the real one", access("secret", R_OK), EACCES);
	CHECK_EQ("unless AT_EACCESS",
		 sys(SYS_faccessat2, AT_FDCWD, P("secret"), R_OK, AT_EACCESS),
		 0);
	need(!setresuid(-1, TEST_UID, 0));
	CHECK_ERRNO("open after giving it up", open("secret", O_RDONLY),
		    EACCES);
	need(!setresuid(-1, 0, -1));
	CHECK_OK("and after taking it back", open("secret", O_RDONLY));
}

static const struct test tests[] = {
	{ "bits", bits, 0 },
	{ "groups", groups, 0 },
	{ "directories", directories, 0 },
	{ "moving directories", moving_directories, 0 },
	{ "sticky", sticky, 0 },
	{ "changing", changing, 0 },
	{ "writing", writing_clears, 0 },
	{ "inheriting", inheriting, 0 },
	{ "root", root, 0 },
	{ "real and effective", real_and_effective, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
