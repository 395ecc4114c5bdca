/*
 * tests/user/ns_user.c - user namespaces
 *
 * What:  capabilities over what a user namespace owns, its handles, refused
 *        flags, limits.
 * Not:   ids and their maps are in ns_user_ids.c, other kinds of namespaces
 *        in ns_others.c.
 * See:   user_namespaces(7); ids of the catalogue, families USER and LIM
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/stage.h"
#include "lib/test.h"
#include "lib/userns.h"

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define NS_GET_USERNS		0xb701
#define NS_GET_PARENT		0xb702
#define NS_GET_OWNER_UID	0xb704
#define USERS			"/proc/sys/user/max_user_namespaces"
#define PIDS			"/proc/sys/user/max_pid_namespaces"

/* is somebody who runs here */
static int runs(void *arg)
{
	(void)arg;
	return 0;
}

static void handles(void)
{
	int outer = open("/proc/self/ns/user", O_RDONLY);
	int outer_pid = ns_fd_self();
	int own, pids;
	unsigned int uid;

	stage_set();
	userns_be_user();
	CHECK_EQ("USER-02 with a pid namespace",
		 ns_unshare(CLONE_NEWUSER | CLONE_NEWPID), 0);
	own = open("/proc/self/ns/user", O_RDONLY);
	CHECK("NSFS-02 the first has a fixed number",
	      fd_ino(outer) == 4026531837);
	CHECK("NSFS-03 this one another", fd_ino(own) >= 4026531840);
	CHECK_ERRNO("USER-05 NS_GET_PARENT of the own from inside",
		    ioctl(own, NS_GET_PARENT), EPERM);
	CHECK_ERRNO("NSFS-20 owner of an outer pid namespace",
		    ioctl(outer_pid, NS_GET_USERNS), EPERM);
	CHECK_OK("USER-05 NS_GET_OWNER_UID", ioctl(own, NS_GET_OWNER_UID,
						   &uid));
	CHECK_EQ("USER-05 gives an unmapped uid", uid, 65534);
	CHECK_EQ("NSFS-22 of the first one",
		 ioctl(outer, NS_GET_OWNER_UID, &uid), 0);
	CHECK_ERRNO("NSFS-22 not of a pid namespace",
		    ioctl(outer_pid, NS_GET_OWNER_UID, &uid), EINVAL);
	need(!child_run(runs, NULL));
	pids = open("/proc/self/ns/pid_for_children", O_RDONLY);
	CHECK("USER-04 it owns the pid namespace", pids >= 0 &&
	      fd_ino(ioctl(pids, NS_GET_USERNS)) == fd_ino(own));
	CHECK_EQ("SETNS-12 there is no way back", ns_join(outer_pid, 0),
		 -EPERM);
	CHECK_EQ("UNSH-12 more of them in the own", ns_unshare(CLONE_NEWUTS),
		 0);
	CHECK_EQ("setns to where one is", ns_join(own, CLONE_NEWUSER),
		 -EINVAL);
	CHECK_EQ("setns outward", ns_join(outer, 0), -EPERM);
}

static void entering(void)
{
	pid_t pid;
	unsigned int uid;
	int fd;
	char text[64];

	stage_set();
	userns_be_user();
	pid = child_start(userns_make_inner, NULL);
	gate_wait(&ready);
	fd = open(proc_path("/proc/", pid, "/ns/user"), O_RDONLY);
	CHECK("the creator opens the link", fd >= 0);
	CHECK_OK("NSFS-22 its owner", ioctl(fd, NS_GET_OWNER_UID, &uid));
	CHECK_EQ("NSFS-22 is the creator", uid, TEST_UID);
	CHECK("NSFS-17 its parent is ours",
	      fd_ino(ioctl(fd, NS_GET_PARENT)) ==
	      fd_ino(open("/proc/self/ns/user", O_RDONLY)));
	CHECK_EQ("and may enter", ns_join(fd, CLONE_NEWUSER), 0);
	need(!proc_line("/proc/self/status", "CapEff:", text, sizeof(text)));
	CHECK("with all capabilities", !!strstr(text, "1ffffffffff"));
	CHECK_EQ("entering again", ns_join(fd, CLONE_NEWUSER), -EINVAL);
	gate_open(&go);
	CHECK_EXIT("the child ends", pid, 0);
}

static void powers(void)
{
	pid_t pid;
	int fd;

	stage_set();
	pid = ns_start(userns_stay, NULL);
	gate_wait(&ready);
	fd = ns_fd_of(pid);
	file_make("secret", "x", 0600);
	userns_be_user();
	userns_be_root();
	CHECK_EQ("USER-08 no power over an outer pid namespace",
		 ns_join(fd, CLONE_NEWPID), -EPERM);
	CHECK_ERRNO("nor over the host name", sethostname("x", 1), EPERM);
	CHECK_EQ("nor the clock", sys(SYS_settimeofday, P(&(long[2]){ 1 }), 0),
		 -EPERM);
	CHECK_ERRNO("nor mounts", mount("x", ".", "tmpfs", 0, NULL), EPERM);
	CHECK_ERRNO("nor files of outer root", open("secret", O_RDONLY),
		    EACCES);
	CHECK_OK("but chroot", chroot("."));
	CHECK_EQ("which ends new user namespaces",
		 ns_unshare(CLONE_NEWUSER), -EPERM);
	CHECK_EQ("USER-01 and in clone", ns_clone(CLONE_NEWUSER), -EPERM);
	gate_open(&go);
}

static void mounts(void)
{
	struct stat st;

	stage_set();
	userns_be_user();
	need(!ns_unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS));
	need(!proc_put("/proc/self/uid_map", "0 65534 1"));
	CHECK_OK("the host name of an own world", sethostname("inner", 5));
	need(!mkdir("dir", 0755));
	CHECK_OK("an own tmpfs", mount("x", "dir", "tmpfs", 0, NULL));
	CHECK("is one's own", !stat("dir", &st) && st.st_uid == 0);
	CHECK_ERRNO("without a gid nothing can be made",
		    mkdir("dir/a", 0755), EOVERFLOW);
	need(!proc_put("/proc/self/setgroups", "deny"));
	need(!proc_put("/proc/self/gid_map", "0 65534 1"));
	CHECK_OK("with one it can", mkdir("dir/a", 0755));
	CHECK_ERRNO("but no device", mknod("dir/null", S_IFCHR | 0666, 0x103),
		    EPERM);
	CHECK_OK("goes away", umount("dir"));
	CHECK_ERRNO("what came along stays", umount("/proc"), EINVAL);
	CHECK_ERRNO("a file system of the machine is not changed",
		    mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL),
		    EPERM);
}

static int in_own_pidns(void *arg)
{
	(void)arg;
	words[0] = getpid();
	words[1] = (int)getuid();
	words[2] = ns_mount_proc("inner");
	words[3] = proc_exists("inner/1/status");
	return 0;
}

static void all_at_once(void)
{
	long pid;

	stage_set();
	userns_be_user();
	pid = ns_clone(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS);
	if (!pid) {
		gate_wait(&go);
		_exit(in_own_pidns(NULL));
	}
	CHECK("USER-02 clone of all by an ordinary user", pid > 0);
	CHECK_EQ("the creator writes its map",
		 userns_put(pid, "/uid_map", "0 65534 1"), 0);
	gate_open(&go);
	CHECK_EXIT("the child runs", (pid_t)pid, 0);
	CHECK("as number 1 and root", words[0] == 1 && words[1] == 0);
	CHECK("USER-01 and mounts its proc", words[2] == 0 && words[3] == 1);
}

static void refused(void)
{
	int fd;

	stage_set();
	CHECK_EQ("CLONE-15 with THREAD",
		 sys(SYS_clone, CLONE_NEWUSER | CLONE_THREAD | CLONE_SIGHAND |
		     CLONE_VM), -EINVAL);
	CHECK_EQ("CLONE-15 with FS",
		 sys(SYS_clone, CLONE_NEWUSER | CLONE_FS | SIGCHLD), -EINVAL);
	CHECK_EQ("UNSH-13 an unknown bit comes first",
		 ns_unshare(CLONE_NEWUSER | CLONE_PARENT), -EINVAL);
	fd = open("/proc/self/ns/user", O_RDONLY);
	CHECK_EQ("SETNS-02 another type", ns_join(fd, CLONE_NEWPID), -EINVAL);
	CHECK_EQ("the own one", ns_join(fd, CLONE_NEWUSER), -EINVAL);
}

static void limits(void)
{
	pid_t kids[8];
	int inner;

	stage_set();
	userns_be_user();
	CHECK_EQ("the first one's limits are not for users",
		 proc_put(PIDS, "5"), -EACCES);
	userns_be_root();
	CHECK("inside there is none at first",
	      proc_text_is(PIDS, "2147483647\n"));
	CHECK_EQ("and root sets it", proc_put(PIDS, "3"), 0);
	CHECK("it is kept", proc_text_is(PIDS, "3\n"));
	CHECK_EQ("a bad number", proc_put(PIDS, "-1"), -EINVAL);
	for (inner = 0; inner < 8; inner++) {
		long pid = ns_clone(CLONE_NEWPID);

		if (!pid)
			_exit(!!gate_wait(&go));
		words[0] = (int)pid;
		if (pid < 0)
			break;
		kids[inner] = (pid_t)pid;
	}
	CHECK_EQ("LIM-02 the fourth is one too many", inner, 3);
	CHECK_EQ("LIM-02 with", words[0], -ENOSPC);
	CHECK_EQ("LIM-02 in a namespace below it too",
		 ns_clone(CLONE_NEWUSER | CLONE_NEWPID), -ENOSPC);
	while (inner)
		child_kill(kids[--inner]);
	for (inner = 0; inner < 1000; inner++) {
		long pid = ns_clone(CLONE_NEWPID);

		if (!pid)
			_exit(0);
		if (pid > 0) {
			reap((pid_t)pid);
			break;
		}
		usleep(5000);
	}
	CHECK("LIM-03 room comes back after a while", inner < 1000);
	CHECK_EQ("LIM-09 a limit of 0", proc_put(PIDS, "0"), 0);
	CHECK_EQ("LIM-09 forbids new ones", ns_unshare(CLONE_NEWPID),
		 -ENOSPC);
	CHECK_EQ("no user namespaces", proc_put(USERS, "0"), 0);
	CHECK_EQ("is ENOSPC too", ns_unshare(CLONE_NEWUSER), -ENOSPC);
}

static int nest(void *arg)
{
	int level = *(int *)arg;
	long err = ns_unshare(CLONE_NEWUSER);

	if (err) {
		words[1] = (int)err;
		return level;
	}
	need(!proc_put("/proc/self/uid_map", "0 0 1"));
	need(!proc_put("/proc/self/setgroups", "deny"));
	need(!proc_put("/proc/self/gid_map", "0 0 1"));
	level++;
	return WEXITSTATUS(child_run(nest, &level));
}

static void depth(void)
{
	int level = 0;

	stage_set();
	CHECK_EQ("levels below the first",
		 WEXITSTATUS(child_run(nest, &level)), 33);
	CHECK_EQ("and one more", words[1], -ENOSPC);
}

static int boot_inside(void *arg)
{
	(void)arg;
	return (int)-sys(SYS_reboot, 0xfee1dead, 672274793, 0xcdef0123);
}

static void reboots(void)
{
	int status;
	long pid;

	stage_set();
	userns_be_user();
	pid = ns_clone(CLONE_NEWUSER | CLONE_NEWPID);
	if (!pid)
		_exit(boot_inside(NULL));
	status = reap((pid_t)pid);
	CHECK_EQ("REBOOT-06 the owner's world may be halted", status, SIGINT);
	pid = ns_clone(CLONE_NEWUSER);
	if (!pid)
		_exit(boot_inside(NULL));
	CHECK_EXIT("REBOOT-06 not the machine", (pid_t)pid, EPERM);
}

/* clone3 with numbers for the child; it exits at once: its number or error */
static long with_tids(unsigned long flags, const pid_t *tids, size_t n)
{
	unsigned long args[11] = {
		[0] = flags, [4] = SIGCHLD, [8] = (unsigned long)tids, [9] = n,
	};
	long pid = sys(SYS_clone3, P(args), 88);

	if (!pid)
		_exit(0);
	if (pid > 0)
		reap((pid_t)pid);
	return pid;
}

static void numbers(void)
{
	stage_set();
	userns_be_user();
	need(!ns_unshare(CLONE_NEWUSER));
	CHECK("CR-06 a number in an own world",
	      with_tids(CLONE_NEWPID, (pid_t[]){ 1 }, 1) > 0);
	CHECK_EQ("CR-06 not outside of it",
		 with_tids(CLONE_NEWPID, (pid_t[]){ 1, 31000 }, 2), -EPERM);
	CHECK_EQ("CR-07 the range comes first",
		 with_tids(0, (pid_t[]){ 0 }, 1), -EINVAL);
	CHECK_EQ("CR-07 then permission",
		 with_tids(0, (pid_t[]){ getpid() }, 1), -EPERM);
}

static int try_pidns(void *arg)
{
	(void)arg;
	words[0] = (int)ns_unshare(CLONE_NEWPID);
	words[1] = (int)ns_clone(CLONE_NEWPID);
	words[2] = (int)ns_join(ns_fd_self(), CLONE_NEWPID);
	return 0;
}

static int own_both(void *arg)
{
	(void)arg;
	if (ns_unshare(CLONE_NEWUSER | CLONE_NEWPID))
		return 1;
	reap(child_start(userns_stay, NULL));
	return 0;
}

static void injected(void)
{
	pid_t owner, other, pid;
	int pids, users;

	stage_set();
	owner = child_start(own_both, NULL);
	gate_wait(&ready);
	pids = open(proc_path("/proc/", owner, "/ns/pid_for_children"),
		    O_RDONLY);
	other = child_start(userns_make_inner, NULL);
	gate_wait(&ready);
	users = open(proc_path("/proc/", other, "/ns/user"), O_RDONLY);
	need(pids >= 0 && users >= 0);
	need(!ns_join(pids, 0));
	pid = fork();
	need(pid >= 0);
	if (!pid) {
		need(!ns_join(users, 0));
		try_pidns(NULL);
		need(!proc_put(PIDS, "0"));
		words[3] = (int)ns_unshare(CLONE_NEWPID);
		_exit(0);
	}
	CHECK_EXIT("USER-06 a process in a world owned elsewhere", pid, 0);
	CHECK_EQ("USER-06 BUG-14 unshare", words[0], -EINVAL);
	CHECK_EQ("USER-06 clone", words[1], -EINVAL);
	CHECK_EQ("LIM-08 which is told before limits", words[3], -EINVAL);
	CHECK_EQ("USER-07 SETNS-13 setns to its own", words[2], -EPERM);
	gate_open(&go);
	gate_open(&go);
	reap(owner);
	reap(other);
}

/* in new user, mount and pid namespaces: proc is mounted with each of the
 * flags; the last one is then made writable */
static int mounts_procs(void *arg)
{
	const unsigned long *flags = arg;

	need(!mkdir("p", 0755) || errno == EEXIST);
	words[0] = mount("p", "p", "proc", flags[0], NULL) ? errno : 0;
	if (!words[0])
		need(!umount("p"));
	words[1] = mount("p", "p", "proc", flags[1], NULL) ? errno : 0;
	words[2] = mount(NULL, "p", NULL, MS_REMOUNT | MS_BIND, NULL) ?
		errno : 0;
	return 0;
}

static void in_user_world(const unsigned long flags[2])
{
	long pid;

	userns_be_user();
	pid = ns_clone(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS);
	if (!pid)
		_exit(mounts_procs((void *)flags));
	reap((pid_t)pid);
	_exit(0);
}

/* a mount namespace of root, prepared by @prepare, then a user's in it */
static void with_proc(void (*prepare)(void), const unsigned long flags[2])
{
	if (!fork()) {
		need(!unshare(CLONE_NEWNS));
		need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
		prepare();
		in_user_world(flags);
	}
	reap(-1);
}

static void nothing(void)
{
}

static void hides_a_part(void)
{
	need(!mount("t", "/proc/sys", "tmpfs", 0, NULL));
}

static void hides_a_file(void)
{
	need(!mount("/dev/null", "/proc/uptime", NULL, MS_BIND, NULL));
}

static void none_left(void)
{
	need(!umount2("/proc", MNT_DETACH));
}

static void read_only(void)
{
	need(!mount(NULL, "/proc", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY,
		    NULL));
}

static void part_alone(void)
{
	need(!mkdir("part", 0755));
	need(!mount("/proc/sys", "part", NULL, MS_BIND, NULL));
	none_left();
}

static void revealing(void)
{
	static const unsigned long plain[2] = { 0, MS_RDONLY };
	static const unsigned long atime[2] = { MS_NOATIME, 0 };

	stage_set();
	need(!chmod(".", 0777));
	with_proc(nothing, plain);
	CHECK_EQ("a proc beside a whole one", words[0], 0);
	CHECK_EQ("also read-only", words[1], 0);
	CHECK_EQ("which may be changed", words[2], 0);
	with_proc(nothing, atime);
	CHECK_EQ("not with other times", words[0], EPERM);
	CHECK_EQ("but with the same", words[1], 0);
	with_proc(hides_a_part, plain);
	CHECK_EQ("none when a part is hidden", words[0], EPERM);
	CHECK_EQ("not even read-only", words[1], EPERM);
	with_proc(hides_a_file, plain);
	CHECK_EQ("nor a file", words[0], EPERM);
	with_proc(none_left, plain);
	CHECK_EQ("nor without one", words[0], EPERM);
	with_proc(part_alone, plain);
	CHECK_EQ("nor beside a part", words[0], EPERM);
	with_proc(read_only, plain);
	CHECK_EQ("a read-only one allows none to be written", words[0], EPERM);
	CHECK_EQ("but a read-only one", words[1], 0);
	CHECK_EQ("that stays so", words[2], EPERM);
}

static void locked_flags(void)
{
	stage_set();
	need(!unshare(CLONE_NEWNS));
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mkdir("m", 0755) &&
	     !mount("m", "m", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOATIME,
		    NULL));
	if (!fork()) {
		userns_be_user();
		need(!ns_unshare(CLONE_NEWUSER | CLONE_NEWNS));
		CHECK_ERRNO("a flag that came along stays",
			    mount(NULL, "m", NULL, MS_REMOUNT | MS_BIND |
				  MS_NODEV | MS_NOATIME, NULL), EPERM);
		CHECK_ERRNO("so does how times are kept",
			    mount(NULL, "m", NULL, MS_REMOUNT | MS_BIND |
				  MS_NOSUID | MS_NODEV | MS_RELATIME, NULL),
			    EPERM);
		CHECK_OK("more is allowed",
			 mount(NULL, "m", NULL, MS_REMOUNT | MS_BIND |
			       MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
		CHECK_OK("and taken back",
			 mount(NULL, "m", NULL, MS_REMOUNT | MS_BIND |
			       MS_NOSUID | MS_NODEV | MS_NOATIME, NULL));
		_exit(0);
	}
	CHECK_EXIT("the user's part ends", -1, 0);
}

static const struct test tests[] = {
	{ "handles", handles, 0 },
	{ "entering", entering, 0 },
	{ "powers", powers, 0 },
	{ "mounts", mounts, 0 },
	{ "all at once", all_at_once, 0 },
	{ "refused", refused, 0 },
	{ "limits", limits, 0 },
	{ "depth", depth, 0 },
	{ "reboots", reboots, 0 },
	{ "numbers", numbers, 0 },
	{ "injected", injected, 0 },
	{ "revealing", revealing, 0 },
	{ "locked flags", locked_flags, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
