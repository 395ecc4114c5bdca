/*
 * tests/user/mount_api.c - mounting in steps
 *
 * What:  fsopen, fsconfig, fsmount, fspick, open_tree, move_mount,
 *        mount_setattr: what they do, their errors and the order of those.
 * See:   fsopen(2), fsconfig(2), fsmount(2), fspick(2), open_tree(2),
 *        move_mount(2), mount_setattr(2)
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/test.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#define NR_open_tree 428
#define NR_move_mount 429
#define NR_fsopen 430
#define NR_fsconfig 431
#define NR_fsmount 432
#define NR_fspick 433
#define NR_mount_setattr 442

#define SET_FLAG 0
#define SET_STRING 1
#define SET_BINARY 2
#define SET_PATH 3
#define SET_PATH_EMPTY 4
#define SET_FD 5
#define CREATE 6
#define RECONFIGURE 7
#define CREATE_EXCL 8
#define EMPTY 0x1000
#define RECURSIVE 0x8000
#define CLONE 1
#define F_EMPTY 4
#define ATTR_RO 1
#define ATTR_NOSUID 2
#define ATTR_NODEV 4
#define ATTR_NOEXEC 8
#define ATTR_NOATIME 0x10
#define ATTR_STRICT 0x20
#define ATTR_ATIME 0x70
#define ATTR_NODIRATIME 0x80

struct attr {
	uint64_t set, clr, propagation, userns;
};

static int fsopen_(const char *name, int flags)
{
	return (int)sys(NR_fsopen, P(name), flags);
}

static long config(int fd, int cmd, const char *key, const char *value)
{
	return sys(NR_fsconfig, fd, cmd, P(key), P(value), 0);
}

static long config_aux(int fd, int cmd, const char *key, const void *value,
		       int aux)
{
	return sys(NR_fsconfig, fd, cmd, P(key), P(value), aux);
}

static int fsmount_(int fd, int flags, int attr)
{
	return (int)sys(NR_fsmount, fd, flags, attr);
}

static long setattr_(int fd, const char *path, int flags, struct attr a)
{
	return sys(NR_mount_setattr, fd, P(path), flags, P(&a), sizeof(a));
}

/* In a mount namespace of its own, all private. */
static void alone(void)
{
	need(!unshare(CLONE_NEWNS));
	need(!mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mkdir("a", 0755) && !mkdir("b", 0755));
}

static int made(const char *type)
{
	int fd = fsopen_(type, 1);

	need(fd >= 0 && !config(fd, CREATE, NULL, NULL));
	return fd;
}

static long move_to(int fd, const char *place)
{
	return sys(NR_move_mount, fd, P(""), AT_FDCWD, P(place), F_EMPTY);
}

static int is_tmpfs(const char *path)
{
	struct statfs s;
	struct stat at, up;

	need(!statfs(path, &s) && !stat(path, &at) && !stat(".", &up));
	return s.f_type == 0x01021994 && at.st_dev != up.st_dev;
}

static void whole_way(void)
{
	struct statvfs s;
	struct stat st;
	int fd, mnt, file;

	alone();
	fd = fsopen_("tmpfs", 1);
	CHECK("fsopen", fd >= 0);
	CHECK_EQ("close on exec", fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ("a string", config(fd, SET_STRING, "size", "64k"), 0);
	CHECK_EQ("another", config(fd, SET_STRING, "mode", "750"), 0);
	CHECK_EQ("the source", config(fd, SET_STRING, "source", "me"), 0);
	CHECK_EQ("no instance yet", fsmount_(fd, 0, 0), -EINVAL);
	CHECK_EQ("create", config(fd, CREATE, NULL, NULL), 0);
	CHECK_EQ("twice", config(fd, CREATE, NULL, NULL), -EBUSY);
	CHECK_EQ("options come too late", config(fd, SET_FLAG, "ro", NULL),
		 -EBUSY);
	mnt = fsmount_(fd, 1, ATTR_NOSUID | ATTR_NODEV | ATTR_NOATIME);
	CHECK("fsmount", mnt >= 0);
	CHECK_EQ("close on exec", fcntl(mnt, F_GETFD), FD_CLOEXEC);
	CHECK("as O_PATH", fcntl(mnt, F_GETFL) & O_PATH);
	CHECK_EQ("fsmount again", fsmount_(fd, 0, 0), -EBUSY);
	file = openat(mnt, "x", O_CREAT | O_WRONLY, 0644);
	CHECK("a file before it stands anywhere", file >= 0);
	close(file);
	CHECK_EQ("move_mount", move_to(mnt, "a"), 0);
	CHECK("is there", is_tmpfs("a") && !access("a/x", F_OK));
	need(!statvfs("a", &s) && !stat("a", &st));
	CHECK_EQ("its size", s.f_blocks, 16);
	CHECK_EQ("its mode", st.st_mode & 07777, 0750);
	CHECK("its flags", (s.f_flag & (ST_NOSUID | ST_NODEV | ST_NOATIME |
					ST_NOEXEC)) ==
	      (ST_NOSUID | ST_NODEV | ST_NOATIME));
	CHECK_EQ("again to another place", move_to(mnt, "b"), 0);
	CHECK("gone here", access("a/x", F_OK) && !access("b/x", F_OK));
	close(mnt);
	close(fd);
	CHECK("the descriptors are gone, the mount is not",
	      !access("b/x", F_OK));
	CHECK_OK("umount", umount2("b", 0));
}

static void not_moved(void)
{
	int fd, mnt;

	alone();
	fd = made("tmpfs");
	mnt = fsmount_(fd, 0, 0);
	need(mnt >= 0);
	need(mkdirat(mnt, "in", 0755) == 0);
	CHECK_ERRNO("mount(2) does not find it",
		    mount("none", "/proc/self/fd/99", "tmpfs", 0, NULL),
		    ENOENT);
	CHECK_EQ("it can be a working directory", fchdir(mnt), 0);
	CHECK_ERRNO("nothing is mounted in it",
		    mount("none", "in", "tmpfs", 0, NULL), EINVAL);
	CHECK_EQ("nor is it copied",
		 sys(NR_open_tree, mnt, P(""), EMPTY | CLONE), -EINVAL);
	CHECK_ERRNO("nor unmounted", umount2(".", MNT_DETACH), EINVAL);
	CHECK_EQ("a part of it is not moved", sys(NR_move_mount, mnt, P("in"),
		 AT_FDCWD, P("/proc"), 0), -EINVAL);
	close(mnt);
	CHECK_OK("closed, the directory is still there", access("in", F_OK));
	need(!chdir("/"));
	close(fd);
}

static void config_args(void)
{
	char buf[8];
	int null = open("/dev/null", O_RDONLY);
	int fd = fsopen_("tmpfs", 0);

	CHECK_EQ("nothing to tell", read(fd, buf, 8) < 0 ? errno : 0,
		 ENODATA);
	CHECK_EQ("no descriptor", config(-1, SET_FLAG, "ro", NULL), -EINVAL);
	CHECK_EQ("not open", config(99, SET_FLAG, "ro", NULL), -EBADF);
	CHECK_EQ("another file", config(null, SET_FLAG, "ro", NULL), -EINVAL);
	CHECK_EQ("unknown command", config(99, 77, "ro", NULL), -EOPNOTSUPP);
	CHECK_EQ("a flag without key", config(99, SET_FLAG, NULL, NULL),
		 -EINVAL);
	CHECK_EQ("a flag with value", config(99, SET_FLAG, "ro", "x"),
		 -EINVAL);
	CHECK_EQ("a flag with aux", config_aux(99, SET_FLAG, "ro", NULL, 1),
		 -EINVAL);
	CHECK_EQ("a string without value", config(99, SET_STRING, "a", NULL),
		 -EINVAL);
	CHECK_EQ("a string with aux", config_aux(99, SET_STRING, "a", "b", 1),
		 -EINVAL);
	CHECK_EQ("bytes without length", config(99, SET_BINARY, "a", "b"),
		 -EINVAL);
	CHECK_EQ("too many bytes",
		 config_aux(99, SET_BINARY, "a", "b", (1 << 20) + 1), -EINVAL);
	CHECK_EQ("a path at -1", config_aux(99, SET_PATH, "a", "b", -1),
		 -EINVAL);
	CHECK_EQ("a descriptor with value", config(99, SET_FD, "a", "b"),
		 -EINVAL);
	CHECK_EQ("a negative descriptor", config_aux(99, SET_FD, "a", NULL,
						     -1), -EINVAL);
	CHECK_EQ("create with a key", config(99, CREATE, "a", NULL), -EINVAL);
}

static void config_values(void)
{
	static const char long_key[300] = { [0 ... 298] = 'k' };
	char buf[200];
	int null = open("/dev/null", O_RDONLY);
	int fd = fsopen_("tmpfs", 0);

	CHECK_EQ("a key that is not there", config(fd, SET_FLAG, (void *)8,
						   NULL), -EFAULT);
	CHECK_EQ("a long key", config(fd, SET_FLAG, long_key, NULL), -EINVAL);
	CHECK_EQ("a value that is not there",
		 config(fd, SET_STRING, "size", (void *)8), -EFAULT);
	CHECK_EQ("a long value", config(fd, SET_STRING, "size", long_key),
		 -EINVAL);
	CHECK_EQ("a descriptor that is not open",
		 config_aux(fd, SET_FD, "x", NULL, 99), -EBADF);
	CHECK_EQ("one that is, for an unknown key",
		 config_aux(fd, SET_FD, "x", NULL, null), -EINVAL);
	while (read(fd, buf, 200) > 0)
		continue;
	CHECK_EQ("an unknown key", config(fd, SET_STRING, "bogus", "1"),
		 -EINVAL);
	memset(buf, 0, sizeof(buf));
	CHECK("is told", read(fd, buf, 200) > 0 &&
	      !strcmp(buf, "e tmpfs: Unknown parameter 'bogus'\n"));
	CHECK_EQ("once", read(fd, buf, 200) < 0 ? errno : 0, ENODATA);
	CHECK_EQ("a bad value", config(fd, SET_STRING, "size", "many"),
		 -EINVAL);
	CHECK_EQ("a key that wants a value", config(fd, SET_FLAG, "size",
						    NULL), -EINVAL);
}

static void config_words(void)
{
	int fd = fsopen_("tmpfs", 0), legacy = fsopen_("devpts", 0);

	CHECK_EQ("source", config(fd, SET_STRING, "source", "a"), 0);
	CHECK_EQ("a second source", config(fd, SET_STRING, "source", "b"),
		 -EINVAL);
	CHECK_EQ("a source that is a flag",
		 config(legacy, SET_FLAG, "source", NULL), -EINVAL);
	CHECK_EQ("flags of every type", config(fd, SET_FLAG, "ro", NULL) |
		 config(fd, SET_FLAG, "rw", NULL) |
		 config(fd, SET_FLAG, "sync", NULL) |
		 config(fd, SET_FLAG, "async", NULL) |
		 config(fd, SET_FLAG, "dirsync", NULL) |
		 config(fd, SET_FLAG, "nolazytime", NULL), 0);
	CHECK_EQ("none of mounts", config(fd, SET_FLAG, "nosuid", NULL),
		 -EINVAL);
	CHECK_EQ("what is wrong does not spoil the rest",
		 config(fd, CREATE, NULL, NULL), 0);
	CHECK_EQ("change what is new", config(fd, RECONFIGURE, NULL, NULL),
		 -EBUSY);
}

static void config_types(void)
{
	int null = open("/dev/null", O_RDONLY);
	int fd, legacy = fsopen_("devpts", 0);

	CHECK_EQ("old types take no descriptors",
		 config_aux(legacy, SET_FD, "x", NULL, null), -EOPNOTSUPP);
	CHECK_EQ("nor bytes", config_aux(legacy, SET_BINARY, "x", "y", 1),
		 -EOPNOTSUPP);
	CHECK_EQ("nor create exclusively",
		 config(legacy, CREATE_EXCL, NULL, NULL), -EOPNOTSUPP);
	CHECK_EQ("they find out later", config(legacy, SET_STRING, "bogus",
					       "1"), 0);
	CHECK_EQ("at the end", config(legacy, CREATE, NULL, NULL), -EINVAL);
	CHECK_EQ("and then nothing goes", config(legacy, SET_FLAG, "ro",
						 NULL), -EBUSY);
	fd = fsopen_("tmpfs", 0);
	CHECK_EQ("exclusively", config(fd, CREATE_EXCL, NULL, NULL), 0);
	fd = fsopen_("mqueue", 0);
	CHECK_EQ("mqueue is there already", config(fd, CREATE_EXCL, NULL,
						   NULL), -EBUSY);
	fd = fsopen_("proc", 0);
	CHECK_EQ("proc's options", config(fd, SET_STRING, "hidepid",
					  "invisible"), 0);
	CHECK_EQ("a bad one", config(fd, SET_STRING, "hidepid", "7"),
		 -EINVAL);
	CHECK_EQ("proc", config(fd, CREATE, NULL, NULL), 0);
}

static void errors(void)
{
	int fd, mnt;

	alone();
	CHECK_EQ("fsopen: flags", fsopen_("tmpfs", 2), -EINVAL);
	CHECK_EQ("before the type", fsopen_("nothing", 2), -EINVAL);
	CHECK_EQ("no such type", fsopen_("nothing", 0), -ENODEV);
	CHECK_EQ("a name that is not there", fsopen_((void *)8, 0), -EFAULT);
	fd = made("tmpfs");
	CHECK_EQ("fsmount: flags", fsmount_(99, 2, 0), -EINVAL);
	CHECK_EQ("attributes", fsmount_(99, 0, 0x100), -EINVAL);
	CHECK_EQ("access times", fsmount_(99, 0, ATTR_NOATIME | ATTR_STRICT),
		 -EINVAL);
	CHECK_EQ("not open", fsmount_(99, 0, 0), -EBADF);
	CHECK_EQ("another file", fsmount_(0, 0, 0), -EINVAL);
	mnt = fsmount_(fd, 0, 0);
	CHECK_EQ("move_mount: flags", sys(NR_move_mount, mnt, P(""), 0, P("a"),
		 0x8000), -EINVAL);
	CHECK_EQ("from nowhere", sys(NR_move_mount, AT_FDCWD, P("nix"),
		 AT_FDCWD, P("nix2"), 0), -ENOENT);
	CHECK_EQ("an empty name", sys(NR_move_mount, mnt, P(""), AT_FDCWD,
		 P("a"), 0), -ENOENT);
	CHECK_EQ("to nowhere", move_to(mnt, "nix"), -ENOENT);
	need(close(open("file", O_CREAT | O_WRONLY, 0644)) == 0);
	CHECK_EQ("a directory onto a file", move_to(mnt, "file"), -EINVAL);
	CHECK_EQ("what is no mount", sys(NR_move_mount, AT_FDCWD, P("a"),
		 AT_FDCWD, P("b"), 0), -EINVAL);
	CHECK_EQ("after all", move_to(mnt, "a"), 0);
	need(!mkdir("a/sub", 0755));
	CHECK_EQ("into itself", sys(NR_move_mount, AT_FDCWD, P("a"), AT_FDCWD,
		 P("a/sub"), 0), -ELOOP);
}

/* Homes of files without names are listed, but nobody mounts them. */
static void kernels_own(void)
{
	static const char *const types[] = { "pipefs", "sockfs" };
	char list[1024], line[32];

	alone();
	need(proc_read("/proc/filesystems", list, sizeof(list)) > 0);
	for (unsigned int i = 0; i < COUNT(types); i++) {
		snprintf(line, sizeof(line), "nodev\t%s\n", types[i]);
		CHECK(types[i], strstr(list, line) != NULL);
		CHECK_ERRNO("mount", mount("none", "a", types[i], 0, NULL),
			    EINVAL);
	}
	CHECK_ERRNO("what is not listed", mount("none", "a", "nsfs", 0, NULL),
		    ENODEV);
}

static void other_errors(void)
{
	struct attr none = { 0 };

	alone();
	need(!mount("x", "a", "tmpfs", 0, NULL) && !mkdir("a/sub", 0755));
	CHECK_EQ("open_tree: flags", sys(NR_open_tree, AT_FDCWD, P("a"), 2),
		 -EINVAL);
	CHECK_EQ("recursive without clone", sys(NR_open_tree, AT_FDCWD, P("a"),
		 RECURSIVE), -EINVAL);
	CHECK_EQ("no such name", sys(NR_open_tree, AT_FDCWD, P("nix"), 0),
		 -ENOENT);
	CHECK_EQ("fspick: flags", sys(NR_fspick, AT_FDCWD, P("a"), 16),
		 -EINVAL);
	CHECK_EQ("no mount", sys(NR_fspick, AT_FDCWD, P("a/sub"), 0), -EINVAL);
	CHECK_EQ("no name", sys(NR_fspick, AT_FDCWD, P("nix"), 0), -ENOENT);
	CHECK_EQ("mount_setattr: flags", setattr_(99, "a", 2, none), -EINVAL);
	CHECK_EQ("too long", sys(NR_mount_setattr, 99, P("a"), 0, P(&none),
		 4097), -E2BIG);
	CHECK_EQ("too short", sys(NR_mount_setattr, 99, P("a"), 0, P(&none),
		 31), -EINVAL);
	CHECK_EQ("not there", sys(NR_mount_setattr, 99, P("a"), 0, 8, 32),
		 -EFAULT);
	CHECK_EQ("nothing asked for", setattr_(99, "nix", 0, none), 0);
	CHECK_EQ("unknown attribute", setattr_(99, "nix", 0,
		 (struct attr){ .set = 0x100 }), -EINVAL);
	CHECK_EQ("two propagation types", setattr_(99, "nix", 0,
		 (struct attr){ .propagation = MS_SHARED | MS_PRIVATE }),
		 -EINVAL);
	CHECK_EQ("what is no propagation", setattr_(99, "nix", 0,
		 (struct attr){ .propagation = MS_REC }), -EINVAL);
	CHECK_EQ("access times without clearing", setattr_(99, "nix", 0,
		 (struct attr){ .set = ATTR_NOATIME }), -EINVAL);
	CHECK_EQ("half cleared", setattr_(99, "nix", 0,
		 (struct attr){ .clr = ATTR_NOATIME }), -EINVAL);
	CHECK_EQ("two at once", setattr_(99, "nix", 0,
		 (struct attr){ .set = ATTR_NOATIME | ATTR_STRICT,
				.clr = ATTR_ATIME }), -EINVAL);
	CHECK_EQ("no mount", setattr_(AT_FDCWD, "a/sub", 0,
		 (struct attr){ .set = ATTR_RO }), -EINVAL);
}

static int without_rights(void *arg)
{
	int fd = *(int *)arg;
	struct attr none = { 0 };

	need(!setgroups(0, NULL) && !setresgid(1000, 1000, 1000));
	need(!setresuid(1000, 1000, 1000));
	CHECK_EQ("fsopen", fsopen_((void *)8, 2), -EPERM);
	CHECK_EQ("fspick", sys(NR_fspick, 99, 8, 77), -EPERM);
	CHECK_EQ("fsmount", fsmount_(99, 77, 77), -EPERM);
	CHECK_EQ("create", config(fd, CREATE, NULL, NULL), -EPERM);
	CHECK_EQ("move_mount", sys(NR_move_mount, 99, 8, 99, 8, 0x8000),
		 -EPERM);
	CHECK_EQ("open_tree", sys(NR_open_tree, 99, 8, CLONE), -EPERM);
	CHECK("open_tree without clone",
	      sys(NR_open_tree, AT_FDCWD, P("a"), 0) >= 0);
	CHECK_EQ("mount_setattr", setattr_(99, "x", 0, none), -EPERM);
	CHECK_EQ("its flags come first", setattr_(99, "x", 2, none), -EINVAL);
	return 0;
}

static void rights(void)
{
	int fd;

	alone();
	need(!chmod(".", 0755));
	fd = fsopen_("devtmpfs", 0);
	CHECK_STATUS("without rights", child_run(without_rights, &fd),
		     EXITED(0));
}

static unsigned long flags_of(const char *path)
{
	struct statvfs s;

	need(!statvfs(path, &s));
	return s.f_flag;
}

static void attributes(void)
{
	int file;

	alone();
	need(!mount("x", "a", "tmpfs", 0, NULL));
	need(!mkdir("a/sub", 0755) && !mount("x", "a/sub", "tmpfs", 0, NULL));
	CHECK_EQ("set", setattr_(AT_FDCWD, "a", 0, (struct attr){
		 .set = ATTR_RO | ATTR_NOSUID | ATTR_NOEXEC }), 0);
	CHECK("are set", (flags_of("a") & (ST_RDONLY | ST_NOSUID | ST_NOEXEC |
					   ST_NODEV)) ==
	      (ST_RDONLY | ST_NOSUID | ST_NOEXEC));
	CHECK("not below", !(flags_of("a/sub") & ST_RDONLY));
	CHECK_ERRNO("read-only", open("a/f", O_CREAT | O_WRONLY, 0644),
		    EROFS);
	CHECK_EQ("clear and set", setattr_(AT_FDCWD, "a", 0, (struct attr){
		 .clr = ATTR_RO | ATTR_NOSUID, .set = ATTR_NODEV }), 0);
	CHECK("are changed", (flags_of("a") & (ST_RDONLY | ST_NOSUID |
					       ST_NOEXEC | ST_NODEV)) ==
	      (ST_NODEV | ST_NOEXEC));
	CHECK("relatime", flags_of("a") & ST_RELATIME);
	CHECK_EQ("no access times", setattr_(AT_FDCWD, "a", 0, (struct attr){
		 .clr = ATTR_ATIME, .set = ATTR_NOATIME | ATTR_NODIRATIME }),
		 0);
	CHECK("are", (flags_of("a") & (ST_NOATIME | ST_RELATIME |
				       ST_NODIRATIME)) ==
	      (ST_NOATIME | ST_NODIRATIME));
	file = open("a/sub/f", O_CREAT | O_WRONLY, 0644);
	need(file >= 0);
	CHECK_EQ("a file that is open for writing", setattr_(AT_FDCWD, "a",
		 RECURSIVE, (struct attr){ .set = ATTR_RO }), -EBUSY);
	CHECK("all or nothing", !(flags_of("a") & ST_RDONLY));
	close(file);
	file = open("a/g", O_CREAT | O_WRONLY, 0644);
	CHECK("and it can be written", file >= 0);
	close(file);
	CHECK_EQ("all of them", setattr_(AT_FDCWD, "a", RECURSIVE,
		 (struct attr){ .set = ATTR_RO }), 0);
	CHECK("are read-only", flags_of("a") & flags_of("a/sub") & ST_RDONLY);
	CHECK_EQ("all shared", setattr_(AT_FDCWD, "a", RECURSIVE,
		 (struct attr){ .propagation = MS_SHARED }), 0);
	CHECK_EQ("all private", setattr_(AT_FDCWD, "a", RECURSIVE,
		 (struct attr){ .propagation = MS_PRIVATE }), 0);
}

static void trees(void)
{
	int fd, file;

	alone();
	need(!mount("x", "a", "tmpfs", 0, NULL));
	need(!mkdir("a/sub", 0755) && !mount("x", "a/sub", "tmpfs", 0, NULL));
	need(close(open("a/sub/f", O_CREAT | O_WRONLY, 0644)) == 0);
	fd = (int)sys(NR_open_tree, AT_FDCWD, P("a"), 0);
	CHECK("without clone", fd >= 0 && (fcntl(fd, F_GETFL) & O_PATH));
	CHECK_EQ("is moved as the mount itself", move_to(fd, "b"), 0);
	CHECK("with what is below", !access("b/sub/f", F_OK));
	CHECK_EQ("and back", move_to(fd, "a"), 0);
	close(fd);
	fd = (int)sys(NR_open_tree, AT_FDCWD, P("a"), CLONE | O_CLOEXEC);
	CHECK_EQ("close on exec", fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ("a copy of one", move_to(fd, "b"), 0);
	CHECK("is without what is below", !access("b/sub", F_OK) &&
	      access("b/sub/f", F_OK));
	close(fd);
	CHECK_OK("stays", umount2("b", 0));
	fd = (int)sys(NR_open_tree, AT_FDCWD, P("a"), CLONE | RECURSIVE);
	CHECK("a copy of all", fd >= 0 && !faccessat(fd, "sub/f", F_OK, 0));
	CHECK_EQ("all of it changed", setattr_(fd, "", EMPTY | RECURSIVE,
		 (struct attr){ .set = ATTR_RO }), 0);
	CHECK_ERRNO("before it stands anywhere",
		    openat(fd, "sub/g", O_CREAT | O_WRONLY, 0644), EROFS);
	file = open("a/sub/g", O_CREAT | O_WRONLY, 0644);
	CHECK("the original is not", file >= 0);
	close(file);
	CHECK_EQ("moved", move_to(fd, "b"), 0);
	CHECK("all there", !access("b/sub/f", F_OK));
	close(fd);
	CHECK_OK("umount", umount2("b", MNT_DETACH));
	fd = (int)sys(NR_open_tree, AT_FDCWD, P("a/sub"), CLONE);
	close(fd);
	CHECK_OK("a copy that was closed keeps nothing busy",
		 umount2("a/sub", 0));
	need(!mount(NULL, "a", NULL, MS_UNBINDABLE, NULL));
	CHECK_EQ("what is unbindable", sys(NR_open_tree, AT_FDCWD, P("a"),
		 CLONE), -EINVAL);
	need(!mount(NULL, "a", NULL, MS_SHARED, NULL));
	need(!mount("y", "a/sub", "tmpfs", 0, NULL));
	CHECK_EQ("from a shared parent", sys(NR_move_mount, AT_FDCWD,
		 P("a/sub"), AT_FDCWD, P("b"), 0), -EINVAL);
}

static void pick(void)
{
	struct statvfs s;
	int fd;

	alone();
	need(!mount("x", "a", "tmpfs", 0, "size=64k"));
	fd = (int)sys(NR_fspick, AT_FDCWD, P("a"), 1);
	CHECK("fspick", fd >= 0);
	CHECK_EQ("an option", config(fd, SET_STRING, "size", "128k"), 0);
	CHECK_EQ("not before", (statvfs("a", &s), s.f_blocks), 16);
	CHECK_EQ("create", config(fd, CREATE, NULL, NULL), -EBUSY);
	CHECK_EQ("reconfigure", config(fd, RECONFIGURE, NULL, NULL), 0);
	CHECK_EQ("is done", (statvfs("a", &s), s.f_blocks), 32);
	CHECK_EQ("read-only", config(fd, SET_FLAG, "ro", NULL), 0);
	CHECK_EQ("again", config(fd, RECONFIGURE, NULL, NULL), 0);
	CHECK_ERRNO("is", mkdir("a/x", 0755), EROFS);
	CHECK_EQ("something else", config(fd, SET_STRING, "size", "64k"), 0);
	CHECK_EQ("a third time", config(fd, RECONFIGURE, NULL, NULL), 0);
	CHECK_OK("a flag that was named once is taken back",
		 mkdir("a/y", 0755));
	CHECK_EQ("writable", config(fd, SET_FLAG, "rw", NULL) |
		 config(fd, RECONFIGURE, NULL, NULL), 0);
	CHECK_OK("is", mkdir("a/x", 0755));
	CHECK_EQ("no mount of it", fsmount_(fd, 0, 0), -EBUSY);
}

#define SET_GROUP 0x100

static long join_group(const char *from, const char *to)
{
	return sys(NR_move_mount, AT_FDCWD, P(from), AT_FDCWD, P(to),
		   SET_GROUP);
}

static void groups(void)
{
	alone();
	need(!mount("x", "a", "tmpfs", 0, NULL));
	need(!mkdir("a/sub", 0755) && !mkdir("a/sub/in", 0755));
	need(!mkdir("a/c", 0755));
	need(!mount("a/sub", "b", NULL, MS_BIND, NULL));
	CHECK_EQ("the group of who has none", join_group("a", "b"), -EINVAL);
	need(!mount(NULL, "a", NULL, MS_SHARED, NULL));
	CHECK_EQ("beneath at once", sys(NR_move_mount, AT_FDCWD, P("a"),
		 AT_FDCWD, P("b"), SET_GROUP | 0x200), -EINVAL);
	CHECK_EQ("from within", join_group("a/sub", "b"), -EINVAL);
	CHECK_EQ("to within", join_group("a", "b/in"), -EINVAL);
	CHECK_EQ("a group is joined", join_group("a", "b"), 0);
	need(!mount("y", "a/sub/in", "tmpfs", 0, NULL));
	need(!mkdir("a/sub/in/seen", 0755));
	CHECK("what peers get, it gets", !access("b/in/seen", F_OK));
	CHECK_EQ("once", join_group("a", "b"), -EINVAL);
	need(!umount2("b/in", 0));
	CHECK("and the reverse", access("a/sub/in/seen", F_OK));
	need(!umount2("b", 0));
	need(!mount("a/c", "a/c", NULL, MS_BIND, NULL));
	need(!mount(NULL, "a/c", NULL, MS_PRIVATE, NULL));
	need(!mount("z", "b", "tmpfs", 0, NULL));
	CHECK_EQ("another file system", join_group("a", "b"), -EINVAL);
	need(!mount(NULL, "b", NULL, MS_SHARED, NULL));
	need(!umount2("b", 0));
	need(!mount("a", "b", NULL, MS_BIND, NULL));
	need(!mount(NULL, "b", NULL, MS_PRIVATE, NULL));
	need(!mount(NULL, "a/c", NULL, MS_SHARED, NULL));
	CHECK_EQ("what shows more", join_group("a/c", "b"), -EINVAL);
}

static void group_of_slaves(void)
{
	alone();
	need(!mount("x", "a", "tmpfs", 0, NULL));
	need(!mkdir("a/p", 0755) && !mkdir("a/q", 0755));
	need(!mkdir("a/in", 0755));
	need(!mount(NULL, "a", NULL, MS_SHARED, NULL));
	need(!mount("a", "b", NULL, MS_BIND, NULL));
	need(!mount(NULL, "b", NULL, MS_SLAVE, NULL));
	need(!mount("b", "b/p", NULL, MS_BIND, NULL));
	need(!mount(NULL, "b/p", NULL, MS_PRIVATE, NULL));
	CHECK_EQ("a master is shared", join_group("b", "b/p"), 0);
	need(!mount("y", "a/in", "tmpfs", 0, NULL));
	need(!mkdir("a/in/seen", 0755));
	CHECK("by both", !access("b/in/seen", F_OK) &&
	      !access("b/p/in/seen", F_OK));
	need(!umount2("b/p/in", 0));
	CHECK("which stay slaves", !access("a/in/seen", F_OK) &&
	      !access("b/in/seen", F_OK));
}

static const struct test tests[] = {
	{ "whole_way", whole_way, 0 },
	{ "not_moved", not_moved, 0 },
	{ "config_args", config_args, 0 },
	{ "config_values", config_values, 0 },
	{ "config_words", config_words, 0 },
	{ "config_types", config_types, 0 },
	{ "kernels_own", kernels_own, 0 },
	{ "errors", errors, 0 },
	{ "other_errors", other_errors, 0 },
	{ "rights", rights, 0 },
	{ "attributes", attributes, 0 },
	{ "trees", trees, 0 },
	{ "pick", pick, 0 },
	{ "groups", groups, 0 },
	{ "group_of_slaves", group_of_slaves, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
