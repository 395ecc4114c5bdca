/*
 * tests/user/ns_user.c - user namespaces
 *
 * What:  maps and who may write them, ids as seen from inside, capabilities
 *        over what a user namespace owns, refused flags, limits.
 * Not:   other kinds of namespaces are in ns_others.c.
 * See:   user_namespaces(7); ids of the catalogue, families USER and LIM
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/test.h"

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

static int *words;
static struct gate ready, go;

static void set_up(void)
{
	words = shared_alloc(4096);
	gate_init(&ready);
	gate_init(&go);
}

static long raw_unshare(unsigned long flags)
{
	return sys(SYS_unshare, (long)flags);
}

/* write a whole string in one call: 0, or a negative error */
static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	ssize_t n;
	int err;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	err = n < 0 ? -errno : 0;
	close(fd);
	return err;
}

static int put_of(long pid, const char *name, const char *text)
{
	return put(proc_path("/proc/", pid, name), text);
}

static int text_is(const char *path, const char *want)
{
	char text[256];
	ssize_t n = proc_read(path, text, sizeof(text));

	return n >= 0 && !strcmp(text, want);
}

/* be an ordinary user who may look into himself */
static void be_user(void)
{
	need(!chmod(".", 0777));
	become_user();
	prctl(PR_SET_DUMPABLE, 1);
}

/* root of a namespace of one's own: one id each */
static void be_root_inside(void)
{
	char text[64];
	unsigned int uid = geteuid(), gid = getegid();

	need(!raw_unshare(CLONE_NEWUSER));
	snprintf(text, sizeof(text), "0 %u 1", uid);
	need(!put("/proc/self/uid_map", text));
	need(!put("/proc/self/setgroups", "deny"));
	snprintf(text, sizeof(text), "0 %u 1", gid);
	need(!put("/proc/self/gid_map", text));
}

/* a child in a new user namespace that waits for its map, then runs */
static pid_t start_mapped(int (*fn)(void *arg))
{
	long pid = ns_clone(CLONE_NEWUSER);

	need(pid >= 0);
	if (pid)
		return (pid_t)pid;
	gate_open(&ready);
	gate_wait(&go);
	_exit(fn(NULL));
}

static int stay(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 0;
}

static void before_maps(void)
{
	struct stat st;
	gid_t list[4];

	set_up();
	need(!setgroups(2, (gid_t[]){ 5, 7 }));
	be_user();
	CHECK_EQ("USER-02 an ordinary user makes one",
		 raw_unshare(CLONE_NEWUSER), 0);
	CHECK_EQ("USER-03 getuid without a map", getuid(), 65534);
	CHECK_EQ("USER-03 getegid without a map", getegid(), 65534);
	CHECK_EQ("USER-03 groups without a map", getgroups(4, list), 2);
	CHECK("USER-03 read 65534", list[0] == 65534 && list[1] == 65534);
	CHECK("a file of root", !stat("/", &st) && st.st_uid == 65534);
	CHECK_ERRNO("chown to an id that is not mapped",
		    chown(".", 1, -1), EINVAL);
	CHECK_ERRNO("setuid to one", setuid(0), EINVAL);
	CHECK_ERRNO("setresuid to one", setresuid(-1, 3, -1), EINVAL);
	CHECK_ERRNO("setgroups without a map", setgroups(0, NULL), EPERM);
	CHECK("the map is empty", text_is("/proc/self/uid_map", ""));
	CHECK("setgroups are allowed",
	      text_is("/proc/self/setgroups", "allow\n"));
}

static void one_line(void)
{
	struct stat st;

	set_up();
	be_user();
	file_make("mine", "", 0644);
	need(!raw_unshare(CLONE_NEWUSER));
	CHECK_EQ("a foreign id", put("/proc/self/uid_map", "0 1 1"), -EPERM);
	CHECK_EQ("two ids", put("/proc/self/uid_map", "0 65534 2"), -EPERM);
	CHECK_EQ("one's own id", put("/proc/self/uid_map", "0 65534 1"), 0);
	CHECK_EQ("is root then", getuid(), 0);
	CHECK_EQ("the map is written once",
		 put("/proc/self/uid_map", "0 65534 1"), -EPERM);
	CHECK("and reads in columns",
	      text_is("/proc/self/uid_map",
		      "         0      65534          1\n"));
	CHECK_EQ("gid_map while setgroups are allowed",
		 put("/proc/self/gid_map", "0 65534 1"), -EPERM);
	CHECK_EQ("deny", put("/proc/self/setgroups", "deny\n"), 0);
	CHECK_EQ("allow again", put("/proc/self/setgroups", "allow"), -EPERM);
	CHECK_EQ("gid_map now", put("/proc/self/gid_map", "0 65534 1\n"), 0);
	CHECK_EQ("getgid", getgid(), 0);
	CHECK_ERRNO("setgroups stay denied", setgroups(0, NULL), EPERM);
	CHECK("the file is root's", !stat("mine", &st) && !st.st_uid &&
	      !st.st_gid);
	CHECK_OK("and may be changed", chmod("mine", 0600));
	CHECK("a status file says so",
	      proc_number("/proc/self/status", "Uid:") == 0);
}

static void bad_texts(void)
{
	static const char *const bad[] = {
		"", "\n", "0", "0 1", "0 0 0", "0 0 1 x", "a 0 1", "0 0 -1",
		"0 4294967295 1", "4294967295 0 1", "0 0 1\n0 5 1",
		"0 0 1\n5 0 1", "4294967290 0 10", "0 0 1\n\n",
		"00 0 1x", "0 0x0 1",
	};
	char point[64];
	long pid;

	set_up();
	pid = start_mapped(stay);
	gate_wait(&ready);
	for (unsigned int i = 0; i < COUNT(bad); i++) {
		snprintf(point, sizeof(point), "text %u is refused", i);
		CHECK_EQ(point, put_of(pid, "/uid_map", bad[i]), -EINVAL);
	}
	CHECK_EQ("setgroups takes two words",
		 put_of(pid, "/setgroups", "maybe"), -EINVAL);
	CHECK_EQ("not longer ones",
		 put_of(pid, "/setgroups", "deny     "), -EINVAL);
	CHECK_EQ("nothing behind them",
		 put_of(pid, "/setgroups", "denyx"), -EINVAL);
	child_kill((pid_t)pid);
}

static int show_ids(void *arg)
{
	(void)arg;
	words[0] = (int)getuid();
	words[1] = (int)getgid();
	words[2] = setuid(12);
	words[3] = (int)getuid();
	words[4] = setuid(1200);
	words[5] = errno;
	return 0;
}

static void extents(void)
{
	char want[256];
	pid_t pid;

	set_up();
	pid = start_mapped(show_ids);
	gate_wait(&ready);
	CHECK_EQ("root of the parent writes several lines",
		 put_of(pid, "/uid_map",
			"  500 0 1 \n10 1000 5\n0 2000 10\n20 30 1"), 0);
	CHECK_EQ("and many lines",
		 put_of(pid, "/gid_map", "0 0 1\n1 1 1\n2 2 1\n3 3 1\n4 4 1\n"
			"5 5 1\n9 7 1\n8 8 1\n"), 0);
	snprintf(want, sizeof(want), "%10u %10u %10u\n%10u %10u %10u\n"
		 "%10u %10u %10u\n%10u %10u %10u\n", 500, 0, 1, 10, 1000, 5,
		 0, 2000, 10, 20, 30, 1);
	CHECK("few lines are shown as they were written",
	      text_is(proc_path("/proc/", pid, "/uid_map"), want));
	gate_open(&go);
	CHECK_EXIT("the child runs", pid, 0);
	CHECK("root outside is 500 inside", words[0] == 500 && words[1] == 0);
	CHECK("setuid to a mapped id", words[2] == 0 && words[3] == 12);
	CHECK("and to one that is not", words[4] == -1 && words[5] == EINVAL);
}

static int inside_signals(void *arg)
{
	siginfo_t info;
	sigset_t set;

	(void)arg;
	block(SIGUSR1);
	gate_open(&ready);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigwaitinfo(&set, &info);
	words[0] = (int)info.si_uid;
	return 0;
}

static void signals(void)
{
	pid_t pid, sender;

	set_up();
	pid = start_mapped(inside_signals);
	need(!put_of(pid, "/uid_map", "0 0 1\n7 1000 1"));
	gate_wait(&ready);
	gate_open(&go);
	gate_wait(&ready);
	sender = fork();
	if (!sender) {
		need(!setresuid(1000, 0, 0));
		_exit(kill(pid, SIGUSR1));
	}
	reap(sender);
	CHECK_EXIT("USER-11 the signal comes", pid, 0);
	CHECK_EQ("USER-11 with the uid as the receiver calls it", words[0], 7);
	pid = start_mapped(stay);
	need(!put_of(pid, "/uid_map", "0 0 1\n7 1000 1"));
	gate_wait(&ready);
	gate_open(&go);
	gate_wait(&ready);
	sender = fork();
	if (!sender) {
		need(!setresuid(1001, 1001, 1001));
		_exit(kill(pid, SIGTERM) == -1 && errno == EPERM ? 0 : 1);
	}
	CHECK_EXIT("USER-10 a foreign user may not kill", sender, 0);
	gate_open(&go);
	CHECK_EXIT("USER-10 the child lives on", pid, 0);
}

/* the namespace of a file descriptor's number: ino, 0 if there is none */
static unsigned long ino_of(int fd)
{
	struct stat st;

	return fd >= 0 && !fstat(fd, &st) ? st.st_ino : 0;
}

static void handles(void)
{
	int outer = open("/proc/self/ns/user", O_RDONLY);
	int outer_pid = ns_fd_self();
	int own, pids;
	unsigned int uid;

	set_up();
	be_user();
	CHECK_EQ("USER-02 with a pid namespace",
		 raw_unshare(CLONE_NEWUSER | CLONE_NEWPID), 0);
	own = open("/proc/self/ns/user", O_RDONLY);
	CHECK("NSFS-02 the first has a fixed number",
	      ino_of(outer) == 4026531837);
	CHECK("NSFS-03 this one another", ino_of(own) >= 4026531840);
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
	need(!child_run(show_ids, NULL));
	pids = open("/proc/self/ns/pid_for_children", O_RDONLY);
	CHECK("USER-04 it owns the pid namespace", pids >= 0 &&
	      ino_of(ioctl(pids, NS_GET_USERNS)) == ino_of(own));
	CHECK_EQ("SETNS-12 there is no way back", ns_join(outer_pid, 0),
		 -EPERM);
	CHECK_EQ("UNSH-12 more of them in the own", raw_unshare(CLONE_NEWUTS),
		 0);
	CHECK_EQ("setns to where one is", ns_join(own, CLONE_NEWUSER),
		 -EINVAL);
	CHECK_EQ("setns outward", ns_join(outer, 0), -EPERM);
}

static int make_inner(void *arg)
{
	(void)arg;
	if (raw_unshare(CLONE_NEWUSER))
		return 1;
	gate_open(&ready);
	gate_wait(&go);
	return 0;
}

static void entering(void)
{
	pid_t pid;
	unsigned int uid;
	int fd;
	char text[64];

	set_up();
	be_user();
	pid = child_start(make_inner, NULL);
	gate_wait(&ready);
	fd = open(proc_path("/proc/", pid, "/ns/user"), O_RDONLY);
	CHECK("the creator opens the link", fd >= 0);
	CHECK_OK("NSFS-22 its owner", ioctl(fd, NS_GET_OWNER_UID, &uid));
	CHECK_EQ("NSFS-22 is the creator", uid, TEST_UID);
	CHECK("NSFS-17 its parent is ours",
	      ino_of(ioctl(fd, NS_GET_PARENT)) ==
	      ino_of(open("/proc/self/ns/user", O_RDONLY)));
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

	set_up();
	pid = ns_start(stay, NULL);
	gate_wait(&ready);
	fd = ns_fd_of(pid);
	file_make("secret", "x", 0600);
	be_user();
	be_root_inside();
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
		 raw_unshare(CLONE_NEWUSER), -EPERM);
	CHECK_EQ("USER-01 and in clone", ns_clone(CLONE_NEWUSER), -EPERM);
	gate_open(&go);
}

static void mounts(void)
{
	struct stat st;

	set_up();
	be_user();
	need(!raw_unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS));
	need(!put("/proc/self/uid_map", "0 65534 1"));
	CHECK_OK("the host name of an own world", sethostname("inner", 5));
	need(!mkdir("dir", 0755));
	CHECK_OK("an own tmpfs", mount("x", "dir", "tmpfs", 0, NULL));
	CHECK("is one's own", !stat("dir", &st) && st.st_uid == 0);
	CHECK_ERRNO("without a gid nothing can be made",
		    mkdir("dir/a", 0755), EOVERFLOW);
	need(!put("/proc/self/setgroups", "deny"));
	need(!put("/proc/self/gid_map", "0 65534 1"));
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

	set_up();
	be_user();
	pid = ns_clone(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS);
	if (!pid) {
		gate_wait(&go);
		_exit(in_own_pidns(NULL));
	}
	CHECK("USER-02 clone of all by an ordinary user", pid > 0);
	CHECK_EQ("the creator writes its map",
		 put_of(pid, "/uid_map", "0 65534 1"), 0);
	gate_open(&go);
	CHECK_EXIT("the child runs", (pid_t)pid, 0);
	CHECK("as number 1 and root", words[0] == 1 && words[1] == 0);
	CHECK("USER-01 and mounts its proc", words[2] == 0 && words[3] == 1);
}

static void refused(void)
{
	int fd;

	set_up();
	CHECK_EQ("CLONE-15 with THREAD",
		 sys(SYS_clone, CLONE_NEWUSER | CLONE_THREAD | CLONE_SIGHAND |
		     CLONE_VM), -EINVAL);
	CHECK_EQ("CLONE-15 with FS",
		 sys(SYS_clone, CLONE_NEWUSER | CLONE_FS | SIGCHLD), -EINVAL);
	CHECK_EQ("UNSH-13 an unknown bit comes first",
		 raw_unshare(CLONE_NEWUSER | CLONE_PARENT), -EINVAL);
	fd = open("/proc/self/ns/user", O_RDONLY);
	CHECK_EQ("SETNS-02 another type", ns_join(fd, CLONE_NEWPID), -EINVAL);
	CHECK_EQ("the own one", ns_join(fd, CLONE_NEWUSER), -EINVAL);
}

static void limits(void)
{
	pid_t kids[8];
	int inner;

	set_up();
	be_user();
	CHECK_EQ("the first one's limits are not for users",
		 put(PIDS, "5"), -EACCES);
	be_root_inside();
	CHECK("inside there is none at first", text_is(PIDS, "2147483647\n"));
	CHECK_EQ("and root sets it", put(PIDS, "3"), 0);
	CHECK("it is kept", text_is(PIDS, "3\n"));
	CHECK_EQ("a bad number", put(PIDS, "-1"), -EINVAL);
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
	CHECK_EQ("LIM-09 a limit of 0", put(PIDS, "0"), 0);
	CHECK_EQ("LIM-09 forbids new ones", raw_unshare(CLONE_NEWPID),
		 -ENOSPC);
	CHECK_EQ("no user namespaces", put(USERS, "0"), 0);
	CHECK_EQ("is ENOSPC too", raw_unshare(CLONE_NEWUSER), -ENOSPC);
}

static int nest(void *arg)
{
	int level = *(int *)arg;
	long err = raw_unshare(CLONE_NEWUSER);

	if (err) {
		words[1] = (int)err;
		return level;
	}
	need(!put("/proc/self/uid_map", "0 0 1"));
	need(!put("/proc/self/setgroups", "deny"));
	need(!put("/proc/self/gid_map", "0 0 1"));
	level++;
	return WEXITSTATUS(child_run(nest, &level));
}

static void depth(void)
{
	int level = 0;

	set_up();
	CHECK_EQ("levels below the first",
		 WEXITSTATUS(child_run(nest, &level)), 33);
	CHECK_EQ("and one more", words[1], -ENOSPC);
}

static void rights_by_creation(void)
{
	pid_t pid;
	char text[64];

	set_up();
	need(!setresgid(1000, 1000, 1000) && !setresuid(1000, 1000, 1000));
	prctl(PR_SET_DUMPABLE, 1);
	pid = child_start(make_inner, NULL);
	gate_wait(&ready);
	CHECK_EQ("the creator outside maps its own id",
		 put_of(pid, "/uid_map", "5 1000 1"), 0);
	CHECK("seen from outside",
	      text_is(proc_path("/proc/", pid, "/uid_map"),
		      "         5       1000          1\n"));
	need(!proc_line(proc_path("/proc/", pid, "/status"), "Uid:", text,
			sizeof(text)));
	CHECK("its status has outer ids", !strncmp(text, "\t1000\t1000", 10));
	gate_open(&go);
	CHECK_EXIT("the child ends", pid, 0);
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

	set_up();
	be_user();
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
	set_up();
	be_user();
	need(!raw_unshare(CLONE_NEWUSER));
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
	words[0] = (int)raw_unshare(CLONE_NEWPID);
	words[1] = (int)ns_clone(CLONE_NEWPID);
	words[2] = (int)ns_join(ns_fd_self(), CLONE_NEWPID);
	return 0;
}

static int own_both(void *arg)
{
	(void)arg;
	if (raw_unshare(CLONE_NEWUSER | CLONE_NEWPID))
		return 1;
	reap(child_start(stay, NULL));
	return 0;
}

static void injected(void)
{
	pid_t owner, other, pid;
	int pids, users;

	set_up();
	owner = child_start(own_both, NULL);
	gate_wait(&ready);
	pids = open(proc_path("/proc/", owner, "/ns/pid_for_children"),
		    O_RDONLY);
	other = child_start(make_inner, NULL);
	gate_wait(&ready);
	users = open(proc_path("/proc/", other, "/ns/user"), O_RDONLY);
	need(pids >= 0 && users >= 0);
	need(!ns_join(pids, 0));
	pid = fork();
	need(pid >= 0);
	if (!pid) {
		need(!ns_join(users, 0));
		try_pidns(NULL);
		need(!put(PIDS, "0"));
		words[3] = (int)raw_unshare(CLONE_NEWPID);
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

	be_user();
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

	set_up();
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
	set_up();
	need(!unshare(CLONE_NEWNS));
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mkdir("m", 0755) &&
	     !mount("m", "m", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOATIME,
		    NULL));
	if (!fork()) {
		be_user();
		need(!raw_unshare(CLONE_NEWUSER | CLONE_NEWNS));
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

static void project_ids(void)
{
	char text[128] = "";
	pid_t child;

	set_up();
	need(proc_read("/proc/self/projid_map", text, sizeof(text)) > 0);
	CHECK("all of them",
	      !strcmp(text, "         0          0 4294967295\n"));
	be_user();
	child = child_start(make_inner, NULL);
	gate_wait(&ready);
	need(proc_read(proc_path("/proc/", child, "/projid_map"), text,
		       sizeof(text)) == 0);
	CHECK_ERRNO("what the parent lacks",
		    proc_write(proc_path("/proc/", child, "/projid_map"),
			       "0 4294967290 10"), EINVAL);
	CHECK_OK("no right is needed",
		 proc_write(proc_path("/proc/", child, "/projid_map"),
			    "0 100 5\n10 200 5"));
	CHECK_ERRNO("once", proc_write(proc_path("/proc/", child,
						 "/projid_map"), "0 0 1"),
		    EPERM);
	need(proc_read(proc_path("/proc/", child, "/projid_map"), text,
		       sizeof(text)) > 0);
	CHECK("and so they are",
	      !strcmp(text, "         0        100          5\n"
			    "        10        200          5\n"));
	gate_open(&go);
	reap(child);
}

static int peer_fds[2];

/* who made the socket at the other end, and who wrote to it */
static int reads_peers(void *arg)
{
	char control[64];
	struct iovec iov = { control, 1 };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct ucred cred = { 0, 0, 0 };
	socklen_t len = sizeof(cred);
	int on = 1;

	(void)arg;
	need(!getsockopt(peer_fds[0], SOL_SOCKET, SO_PEERCRED, &cred, &len));
	words[0] = (int)cred.uid;
	need(!setsockopt(peer_fds[0], SOL_SOCKET, SO_PASSCRED, &on,
			 sizeof(on)));
	gate_open(&ready);
	iov.iov_base = words + 16;
	need(recvmsg(peer_fds[0], &m, 0) == 1);
	memcpy(&cred, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(cred));
	words[1] = (int)cred.uid;
	return 0;
}

static int writes_as_1000(void *arg)
{
	(void)arg;
	need(!setresuid(1000, 0, 0));
	return write(peer_fds[1], "x", 1) == 1 ? 0 : 1;
}

static void peers(void)
{
	pid_t pid;

	set_up();
	need(!seteuid(1000));
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, peer_fds));
	need(!seteuid(0));
	pid = start_mapped(reads_peers);
	need(!put_of(pid, "/uid_map", "0 0 1\n7 1000 1"));
	gate_wait(&ready);
	gate_open(&go);
	gate_wait(&ready);
	CHECK_STATUS("it is written to", child_run(writes_as_1000, NULL),
		     EXITED(0));
	CHECK_EXIT("the reader ends", pid, 0);
	CHECK_EQ("USER-11 SO_PEERCRED", words[0], 7);
	CHECK_EQ("USER-11 SCM_CREDENTIALS", words[1], 7);
}

/* from a sender outside, then from the parent that dies */
static int reads_signals(void *arg)
{
	struct signalfd_siginfo si;
	sigset_t set;
	int fd;

	(void)arg;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	need(!sigprocmask(SIG_BLOCK, &set, NULL));
	fd = signalfd(-1, &set, 0);
	need(!prctl(PR_SET_PDEATHSIG, SIGUSR2));
	words[6] = getpid();
	gate_open(&ready);
	need(read(fd, &si, sizeof(si)) == sizeof(si));
	words[2] = (int)si.ssi_uid;
	gate_open(&ready);
	need(read(fd, &si, sizeof(si)) == sizeof(si));
	words[3] = (int)si.ssi_uid;
	words[4] = (int)si.ssi_pid;
	gate_open(&ready);
	return 0;
}

static int dies_before_child(void *arg)
{
	need(!setresuid(7, 7, 7));
	child_start(reads_signals, arg);
	gate_wait(&go);
	return 0;
}

static int kills_as_1000(void *arg)
{
	(void)arg;
	need(!setresuid(1000, 0, 0));
	return kill(words[6], SIGUSR1);
}

static void told_uids(void)
{
	pid_t pid;

	set_up();
	pid = start_mapped(dies_before_child);
	need(!put_of(pid, "/uid_map", "0 0 1\n7 1000 1"));
	gate_wait(&ready);
	gate_open(&go);
	gate_wait(&ready);
	CHECK_STATUS("a signal from outside", child_run(kills_as_1000, NULL),
		     EXITED(0));
	gate_wait(&ready);
	CHECK_EQ("USER-11 ssi_uid", words[2], 7);
	gate_open(&go);
	CHECK_EXIT("the parent dies", pid, 0);
	gate_wait(&ready);
	CHECK_EQ("USER-11 uid of a parent that died", words[3], 7);
	CHECK_EQ("and its number", words[4], pid);
}

static const struct test tests[] = {
	{ "before maps", before_maps, 0 },
	{ "one line", one_line, 0 },
	{ "bad texts", bad_texts, 0 },
	{ "extents", extents, 0 },
	{ "signals", signals, 0 },
	{ "handles", handles, 0 },
	{ "entering", entering, 0 },
	{ "powers", powers, 0 },
	{ "mounts", mounts, 0 },
	{ "all at once", all_at_once, 0 },
	{ "refused", refused, 0 },
	{ "limits", limits, 0 },
	{ "depth", depth, 0 },
	{ "rights by creation", rights_by_creation, 0 },
	{ "reboots", reboots, 0 },
	{ "numbers", numbers, 0 },
	{ "injected", injected, 0 },
	{ "peers", peers, 0 },
	{ "told uids", told_uids, 0 },
	{ "revealing", revealing, 0 },
	{ "locked flags", locked_flags, 0 },
	{ "project ids", project_ids, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
