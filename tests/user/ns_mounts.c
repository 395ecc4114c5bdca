/*
 * tests/user/ns_mounts.c - mount namespaces by the ioctls of their files
 *
 * What:  id and size of one, the one made before or after it, who may ask;
 *        the first mount of all stays; a file of one may only be mounted in
 *        older ones, so that none keeps itself.
 * See:   ioctl_nsfs(2); id NSFS-27
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#define TMPFS_MAGIC		0x01021994
#define NS_GET_MNTNS_ID		0x8008b705
#define MNT_GET_INFO		0x8010b70a
#define MNT_GET_NEXT		0x8010b70b
#define MNT_GET_PREV		0x8010b70c

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE		1
#endif
#ifndef SYS_open_tree
#define SYS_open_tree		428
#define SYS_move_mount		429
#endif

struct mnt_ns_info {
	uint32_t size, nr_mounts;
	uint64_t id;
};

static struct gate ready, go;

static void set_up(void)
{
	gate_init(&ready);
	gate_init(&go);
}

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

static int request(int fd, unsigned long cmd, long arg)
{
	return (int)sys(SYS_ioctl, fd, (long)cmd, arg);
}

static int asks_as_user(void *arg)
{
	int fd = *(int *)arg;

	become_user();
	CHECK_EQ("next without the right", request(fd, MNT_GET_NEXT, 0),
		 -EPERM);
	CHECK_EQ("NSFS-27 EPERM first", request(ns_fd_self(), MNT_GET_NEXT, 0),
		 -EPERM);
	return 0;
}

static int asks_inside(void *arg)
{
	CHECK_EQ("previous from an inner world",
		 request(*(int *)arg, MNT_GET_PREV, 0), -EPERM);
	return 0;
}

static int own_mounts(void *arg)
{
	need(!unshare(CLONE_NEWNS));
	return wait_go(arg);
}

static int mnt_of(pid_t pid)
{
	return open(proc_path("/proc/", pid, "/ns/mnt"), O_RDONLY);
}

static void mount_namespaces(void)
{
	struct mnt_ns_info one, two, at;
	uint64_t id = 0;
	pid_t a, b;
	int fa, fb, pid = ns_fd_self();

	set_up();
	a = child_start(own_mounts, NULL);
	gate_wait(&ready);
	b = child_start(own_mounts, NULL);
	gate_wait(&ready);
	fa = mnt_of(a);
	fb = mnt_of(b);
	CHECK_EQ("id", request(fa, NS_GET_MNTNS_ID, P(&id)), 0);
	CHECK_EQ("info", request(fa, MNT_GET_INFO, P(&one)), 0);
	CHECK_EQ("its size", one.size, sizeof(one));
	CHECK_EQ("the same id", one.id, id);
	CHECK("has mounts", one.nr_mounts > 0 && one.nr_mounts < 1000);
	need(!request(fb, MNT_GET_INFO, P(&two)));
	CHECK("later ones have higher ids", two.id > one.id);
	CHECK_EQ("next", fd_ino(request(fa, MNT_GET_NEXT, P(&at))),
		 fd_ino(mnt_of(b)));
	CHECK_EQ("which says so", at.id, two.id);
	CHECK_EQ("previous", fd_ino(request(fb, MNT_GET_PREV, 0)),
		 fd_ino(mnt_of(a)));
	CHECK_EQ("after the last there is none", request(fb, MNT_GET_NEXT, 0),
		 -ENOENT);
	CHECK_EQ("info to nowhere", request(fa, MNT_GET_INFO, 0), -EINVAL);
	CHECK_EQ("info to a bad address", request(fa, MNT_GET_INFO, 8),
		 -EFAULT);
	CHECK_EQ("less than the first size",
		 request(fa, 0x800fb70a, P(&at)), -EINVAL);
	at.size = 0;
	CHECK_EQ("a larger one later", request(fa, 0x8020b70a, P(&at)), 0);
	CHECK_EQ("gets what there is", at.size, sizeof(at));
	CHECK_EQ("NSFS-27 id of a pid namespace",
		 request(pid, NS_GET_MNTNS_ID, P(&id)), -EINVAL);
	CHECK_EQ("NSFS-27 info of one", request(pid, MNT_GET_INFO, P(&at)),
		 -EINVAL);
	CHECK_EQ("NSFS-27 next of one", request(pid, MNT_GET_NEXT, 0), -EINVAL);
	CHECK_EQ("NSFS-27 unknown", request(pid, 0xb720, 0), -ENOTTY);
	CHECK_EQ("NSFS-27 wrong size", request(pid, 0xb706, 1), -ENOTTY);
	child_run(asks_as_user, &fa);
	ns_run(asks_inside, &fa);
	gate_open(&go);
	gate_open(&go);
	reap(-1);
	reap(-1);
}

/* Where the root is a disk, umount of it only makes it read-only. */
static void first_mount(void)
{
	struct statfs fs;

	if (statfs("/", &fs) || fs.f_type != TMPFS_MAGIC) {
		SKIP("the first mount", "is of another kind");
		return;
	}
	CHECK_ERRNO("the first mount stays", umount("/"), EINVAL);
	CHECK_ERRNO("also for those who leave it", umount2("/", MNT_DETACH),
		    EINVAL);
}

static long open_tree(const char *path, unsigned int flags)
{
	return sys(SYS_open_tree, AT_FDCWD, P(path), flags);
}

static long move_mount(int fd, const char *to)
{
	return sys(SYS_move_mount, fd, P(""), AT_FDCWD, P(to), 4);
}

/* in a younger namespace: 0 if the files of older ones cannot be mounted */
static int mounts_older(void *arg)
{
	int fd;

	(void)arg;
	need(!ns_unshare(CLONE_NEWNS));
	CHECK_ERRNO("its own file",
		    mount("/proc/self/ns/mnt", "on", NULL, MS_BIND, NULL),
		    EINVAL);
	CHECK_ERRNO("that of an older one",
		    mount(proc_path("/proc/", getppid(), "/ns/mnt"), "on", NULL,
			  MS_BIND, NULL), EINVAL);
	CHECK_EQ("other kinds",
		 mount("/proc/self/ns/uts", "on", NULL, MS_BIND, NULL), 0);
	CHECK_EQ("and again away", umount("on"), 0);
	fd = (int)open_tree("/proc/self/ns/mnt", OPEN_TREE_CLONE);
	CHECK("a copy nowhere", fd >= 0);
	CHECK_EQ("is not moved in", move_mount(fd, "on"), -ELOOP);
	close(fd);
	gate_open(&ready);
	gate_wait(&go);
	return 0;
}

static int has_mount_on(const char *name)
{
	char text[65536];

	need(proc_read("/proc/self/mountinfo", text, sizeof(text)) > 0);
	return strstr(text, name) != NULL;
}

static int looks_for_it(void *arg)
{
	(void)arg;
	need(!ns_unshare(CLONE_NEWNS));
	return has_mount_on("/younger ");
}

static void no_loops(void)
{
	char file[64];
	pid_t pid;
	int fd;

	set_up();
	need(!ns_unshare(CLONE_NEWNS));
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mkdir("dir", 0755) && !mount("t", "dir", "tmpfs", 0, NULL));
	need(!mkdir("copy", 0755));
	need((fd = open("on", O_CREAT | O_RDWR, 0644)) >= 0 && !close(fd));
	need((fd = open("dir/younger", O_CREAT, 0644)) >= 0 && !close(fd));
	pid = child_start(mounts_older, NULL);
	gate_wait(&ready);
	strcpy(file, proc_path("/proc/", pid, "/ns/mnt"));
	CHECK_OK("the file of a younger one",
		 mount(file, "dir/younger", NULL, MS_BIND, NULL));
	CHECK("can be seen", has_mount_on("/younger "));
	CHECK_STATUS("does not get into a new one",
		     child_run(looks_for_it, NULL), EXITED(0));
	CHECK_OK("gets along with the directory",
		 mount("dir", "copy", NULL, MS_BIND | MS_REC, NULL));
	CHECK("there", has_mount_on("/copy/younger "));
	need(!umount2("copy", MNT_DETACH) && !umount("dir/younger"));

	/* Where others would get it. */
	need(!mount(NULL, "dir", NULL, MS_SHARED, NULL));
	CHECK_OK("shared, with nobody",
		 mount(file, "dir/younger", NULL, MS_BIND, NULL));
	need(!umount("dir/younger"));
	need(!mount("dir", "copy", NULL, MS_BIND, NULL));
	CHECK_ERRNO("shared with another",
		    mount(file, "dir/younger", NULL, MS_BIND, NULL), EINVAL);
	gate_open(&go);
	CHECK_EXIT("the younger one", pid, 0);
}

static const struct test tests[] = {
	{ "no_loops", no_loops, 0 },
	{ "first_mount", first_mount, 0 },
	{ "neighbours", mount_namespaces, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
