/*
 * tests/user/ns_holders.c - /proc/nidus/pidns: the tree of worlds, and what
 *                           keeps each of them
 *
 * What:  for each kind of holder: the line is there while it holds, with the
 *        right numbers, and gone afterwards. Linux has no such file: there
 *        each test is one skipped point.
 * See:   docs/pidns.md, "Why is it still there?"
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define TREE "/proc/nidus/pidns"

static struct gate ready, go;
static char tree[65536];
static char line[256];

static int absent(void)
{
	if (!access(TREE, R_OK))
		return 0;
	SKIP("the tree", "this kernel has no " TREE);
	return 1;
}

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

static pid_t world(int (*fn)(void *arg))
{
	pid_t init;

	gate_init(&ready);
	gate_init(&go);
	init = ns_start(fn, NULL);
	gate_wait(&ready);
	return init;
}

static unsigned long inode_of(const char *path)
{
	struct stat st;

	need(!stat(path, &st));
	return st.st_ino;
}

/* the lines of the namespace with this inode, without its own first line;
 * NULL: it is not in the tree */
static char *section(unsigned long ino)
{
	char head[40], *start, *end;

	need(proc_read(TREE, tree, sizeof(tree)) > 0);
	snprintf(head, sizeof(head), "pid:[%lu] ", ino);
	start = strstr(tree, head);
	if (!start)
		return NULL;
	end = strstr(start, "\npid:");
	if (end)
		end[1] = 0;
	return start;
}

/* the number behind "KEY=" in the namespace's own line, or -1 */
static long field(unsigned long ino, const char *key)
{
	char *text = section(ino), *end, *at;

	if (!text)
		return -1;
	end = strchr(text, '\n');
	if (end)
		*end = 0;
	at = strstr(text, key);
	return at ? atol(at + strlen(key)) : -1;
}

static int state_is(unsigned long ino, const char *state)
{
	char *text = section(ino);

	snprintf(line, sizeof(line), " state=%s ", state);
	return text && strstr(text, line);
}

/* its init dies; the tree is shown if that takes long */
static void closes(unsigned long ino)
{
	int closing = 0;

	for (int i = 0; i < 10000 && !closing; i++) {
		closing = state_is(ino, "closing");
		if (!closing)
			usleep(1000);
	}
	if (!closing) {
		need(proc_read(TREE, tree, sizeof(tree)) > 0);
		(void)!write(1, tree, strlen(tree));
	}
	need(closing);
}

static int has_line(unsigned long ino, const char *want)
{
	char *text = section(ino);

	return text && strstr(text, want);
}

static void ends(unsigned long ino)
{
	/* the last reference falls a grace period later */
	for (int i = 0; i < 200 && section(ino); i++)
		usleep(5000);
	CHECK("and with its last holder it goes", !section(ino));
}

static void living(void)
{
	unsigned long own = inode_of("/proc/self/ns/pid"), ino;
	pid_t init;

	if (absent())
		return;
	init = world(wait_go);
	ino = inode_of(proc_path("/proc/", init, "/ns/pid"));
	CHECK("live", state_is(ino, "live"));
	CHECK_EQ("its parent", field(ino, "parent="), own);
	CHECK_EQ("its init, as we see it", field(ino, "init="), init);
	CHECK_EQ("one level down", field(ino, "level="),
		 field(own, "level=") + 1);
	CHECK_EQ("one number", field(ino, "numbers="), 1);
	CHECK_EQ("one process", field(ino, "processes="), 1);
	CHECK_EQ("one thread", field(ino, "threads="), 1);
	CHECK_EQ("its owner", field(ino, "owner="),
		 inode_of("/proc/self/ns/user"));
	CHECK_EQ("we are the top", field(own, "parent="), 0);
	gate_open(&go);
	CHECK_EXIT("the init ends", init, 6);
	ends(ino);
}

static int looks_from_inside(void *arg)
{
	unsigned long outer = *(unsigned long *)arg;
	unsigned long own = inode_of("/proc/self/ns/pid");

	CHECK("an outer world is not shown", !section(outer));
	CHECK_EQ("the own is at the top", field(own, "parent="), 0);
	CHECK_EQ("init is 1 here", field(own, "init="), 1);
	return 0;
}

static void from_inside(void)
{
	unsigned long outer = inode_of("/proc/self/ns/pid");

	if (absent())
		return;
	CHECK_STATUS("the inner reader ends", ns_run(looks_from_inside, &outer),
		     EXITED(0));
}

static void open_file(void)
{
	unsigned long ino;
	pid_t init;
	int fd;

	if (absent())
		return;
	init = world(wait_go);
	ino = inode_of(proc_path("/proc/", init, "/ns/pid"));
	fd = ns_fd_of(init);
	child_kill(init);
	CHECK("dead, but there", state_is(ino, "dead"));
	snprintf(line, sizeof(line), "\n\tfd pid=%d fd=%d\n", getpid(), fd);
	CHECK("by our file", has_line(ino, line));
	close(fd);
	ends(ino);
}

static void pid_file(void)
{
	unsigned long ino;
	pid_t init;
	int fd;

	if (absent())
		return;
	init = world(wait_go);
	ino = inode_of(proc_path("/proc/", init, "/ns/pid"));
	fd = sys(SYS_pidfd_open, init, 0);
	child_kill(init);
	snprintf(line, sizeof(line), "\n\tpidfd pid=%d fd=%d number=1\n",
		 getpid(), fd);
	CHECK("held by a pidfd of its dead init", has_line(ino, line));
	close(fd);
	ends(ino);
}

static void bound(void)
{
	unsigned long ino;
	pid_t init;

	if (absent())
		return;
	init = world(wait_go);
	ino = inode_of(proc_path("/proc/", init, "/ns/pid"));
	need(!unshare(CLONE_NEWNS));
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	file_make("world", "", 0644);
	need(!mount(proc_path("/proc/", init, "/ns/pid"), "world", NULL,
		    MS_BIND, NULL));
	child_kill(init);
	snprintf(line, sizeof(line), "\n\tbind pid=%d on=/", getpid());
	CHECK("held by a bind mount", has_line(ino, line));
	CHECK("whose place is told", has_line(ino, "/world\n"));
	need(!umount2("world", MNT_DETACH));
	ends(ino);
}

static int mounts_proc(void *arg)
{
	need(!ns_mount_proc("proc"));
	return wait_go(arg);
}

static void proc_mount(void)
{
	unsigned long ino;
	pid_t init;

	if (absent())
		return;
	need(!unshare(CLONE_NEWNS));
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	init = world(mounts_proc);
	ino = inode_of(proc_path("/proc/", init, "/ns/pid"));
	child_kill(init);
	snprintf(line, sizeof(line), "\n\tproc_mount pid=%d on=/", getpid());
	CHECK("held by a mount of proc", has_line(ino, line));
	need(!umount2("proc", MNT_DETACH));
	ends(ino);
}

static void for_children(void)
{
	unsigned long ino;
	pid_t init;
	int fd, own;

	if (absent())
		return;
	init = world(wait_go);
	ino = inode_of(proc_path("/proc/", init, "/ns/pid"));
	own = ns_fd_self();
	fd = ns_fd_of(init);
	need(!ns_join(fd, 0));
	close(fd);
	child_kill(init);
	snprintf(line, sizeof(line), "\n\tpid_for_children pid=%d\n", getpid());
	CHECK("held by our next children's", has_line(ino, line));
	need(!ns_join(own, 0));
	ends(ino);
}

static void injected_zombie(void)
{
	unsigned long ino;
	int own = ns_fd_self(), fd;
	pid_t init, member;

	if (absent())
		return;
	init = world(wait_go);
	ino = inode_of(proc_path("/proc/", init, "/ns/pid"));
	fd = ns_fd_of(init);
	need(!ns_join(fd, 0));
	member = fork();
	if (!member)
		_exit(3);
	need(!ns_join(own, 0));
	close(fd);
	proc_await(member, "Z");
	kill(init, SIGKILL);
	closes(ino);
	snprintf(line, sizeof(line), "\n\tzombie pid=%d parent=%d number=2\n",
		 member, getpid());
	CHECK("an injected zombie holds the dying init", has_line(ino, line));
	CHECK_EQ("which is not yet reaped", waitpid(init, NULL, WNOHANG), 0);
	CHECK_EXIT("it is waited for", member, 3);
	CHECK_KILLED("and then the init", init, SIGKILL);
	ends(ino);
}

static void group(void)
{
	unsigned long ino;
	int own = ns_fd_self(), fd;
	pid_t init, member;

	if (absent())
		return;
	init = world(wait_go);
	ino = inode_of(proc_path("/proc/", init, "/ns/pid"));
	fd = ns_fd_of(init);
	need(!ns_join(fd, 0));
	member = child_idle();
	need(!ns_join(own, 0));
	close(fd);
	need(!setpgid(member, member));
	need(!setpgid(0, member));
	kill(init, SIGKILL);
	CHECK_KILLED("the member ends", member, SIGKILL);
	closes(ino);
	snprintf(line, sizeof(line), "\n\tgroup pid=%d number=2\n", getpid());
	CHECK("ZAP-17 a group of ours holds the init", has_line(ino, line));
	need(!setpgid(0, 0));
	CHECK_KILLED("until we leave it", init, SIGKILL);
	ends(ino);
}

static const struct test tests[] = {
	{ "living", living, 0 },
	{ "from inside", from_inside, 0 },
	{ "open file", open_file, 0 },
	{ "pidfd", pid_file, 0 },
	{ "bind mount", bound, 0 },
	{ "mount of proc", proc_mount, 0 },
	{ "pid_for_children", for_children, 0 },
	{ "injected zombie", injected_zombie, 0 },
	{ "group", group, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
