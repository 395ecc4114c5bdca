/*
 * tests/user/mount_stat.c - mounts told by their ids: statmount, listmount
 *
 * What:  ids, each kind of answer, texts and their room, who may ask about
 *        what, errors in their order.
 * See:   statmount(2), listmount(2), statx(2)
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/test.h"

#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

/* Of Linux 6.12, which older headers do not have. */
struct request {
	uint32_t size, ns_fd;
	uint64_t id, param, ns_id;
};
struct answer {
	uint32_t size, options;
	uint64_t mask;
	uint32_t dev_major, dev_minor;
	uint64_t magic;
	uint32_t sb_flags, type;
	uint64_t id, parent;
	uint32_t old_id, old_parent;
	uint64_t attributes, propagation, peers, master, from;
	uint32_t root, point;
	uint64_t ns_id, spare[49];
	char text[];
};

#define CALL_STAT	457
#define CALL_LIST	458
#define LARGE		8192u

#define SB_BASIC	0x01u
#define BASIC		0x02u
#define FROM		0x04u
#define ROOT		0x08u
#define POINT		0x10u
#define TYPE		0x20u
#define NS_ID		0x40u
#define OPTIONS		0x80u

#define ALL_MOUNTS	UINT64_MAX
#define BACKWARDS	1u
#define UNIQUE		0x4000u	/* kinds of ids for statx */
#define OLD		0x1000u
#define ATTR_NOSUID	2u
#define ATTR_NOATIME	0x10u
#define GET_MNTNS_ID	_IOR(0xb7, 5, uint64_t)

static union {
	struct answer a;
	char bytes[LARGE];
} answer;

static long ask(const struct request *r, size_t room)
{
	memset(&answer, 0x55, sizeof(answer));
	return sys(CALL_STAT, P(r), P(&answer), (long)room, 0);
}

static long ask_about(uint64_t id, uint64_t mask)
{
	const struct request r = { .size = 24, .id = id, .param = mask };

	return ask(&r, sizeof(answer));
}

static long list(uint64_t id, uint64_t behind, uint64_t *out, size_t n,
		 unsigned int flags)
{
	const struct request r = { .size = 24, .id = id, .param = behind };

	return sys(CALL_LIST, P(&r), P(out), (long)n, flags);
}

/* statx(2): the mask that came back, and the id of the mount */
static uint64_t statx_id(const char *path, uint32_t kind)
{
	static uint64_t st[32];

	need(!sys(SYS_statx, AT_FDCWD, P(path), 0, kind, P(st)));
	need((uint32_t)st[0] & kind);
	return st[144 / 8];
}

static uint64_t id_of(const char *path)
{
	return statx_id(path, UNIQUE);
}

static uint32_t old_id_of(const char *path)
{
	return (uint32_t)statx_id(path, OLD);
}

static uint64_t ns_id(void)
{
	int fd = open("/proc/self/ns/mnt", O_RDONLY);
	uint64_t id;

	need(fd >= 0 && !ioctl(fd, GET_MNTNS_ID, &id));
	close(fd);
	return id;
}

static const char *text_at(uint32_t offset)
{
	return answer.a.text + offset;
}

/* A namespace of its own, with nothing shared, and two mounts: m, m/n. */
static void start(void)
{
	need(!unshare(CLONE_NEWNS));
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mkdir("m", 0755));
	need(!mount("here", "m", "tmpfs", MS_NOSUID | MS_NOATIME,
		    "mode=711"));
	need(!mkdir("m/n", 0755));
	need(!mount("there", "m/n", "tmpfs", 0, NULL));
}

static void numbers(void)
{
	struct statfs fs;
	struct stat st;
	uint64_t m;

	start();
	m = id_of("m");
	CHECK("ids differ", m != id_of("m/n") && m != id_of("/"));
	CHECK_EQ("nothing is asked", ask_about(m, 0), 0);
	CHECK_EQ("nothing is told", answer.a.mask, 0);
	CHECK_EQ("the size without texts", answer.a.size, sizeof(answer.a));
	CHECK_EQ("nothing behind is written", answer.a.text[0], 0x55);
	CHECK_EQ("the mount", ask_about(m, BASIC), 0);
	CHECK_EQ("what was told", answer.a.mask, BASIC);
	CHECK_EQ("its id", answer.a.id, m);
	CHECK_EQ("its old id", answer.a.old_id, old_id_of("m"));
	CHECK_EQ("its parent's", answer.a.parent, id_of("."));
	CHECK_EQ("its parent's old one", answer.a.old_parent, old_id_of("."));
	CHECK_EQ("attributes", answer.a.attributes,
		 ATTR_NOSUID | ATTR_NOATIME);
	CHECK_EQ("propagation", answer.a.propagation, MS_PRIVATE);
	CHECK_EQ("no peers", answer.a.peers, 0);
	CHECK_EQ("the file system", ask_about(m, SB_BASIC), 0);
	need(!stat("m", &st) && !statfs("m", &fs));
	CHECK_EQ("device", makedev(answer.a.dev_major, answer.a.dev_minor),
		 st.st_dev);
	CHECK_EQ("magic", answer.a.magic, fs.f_type);
	CHECK_EQ("flags", answer.a.sb_flags, 0);
	CHECK_EQ("the namespace", ask_about(m, NS_ID), 0);
	CHECK_EQ("is this one", answer.a.ns_id, ns_id());
	CHECK_EQ("unknown kinds", ask_about(m, 1ul << 40 | BASIC), 0);
	CHECK_EQ("are not told", answer.a.mask, BASIC);
}

static void propagation(void)
{
	uint64_t peers;

	start();
	need(!mount(NULL, "m", NULL, MS_SHARED, NULL));
	CHECK_EQ("shared", ask_about(id_of("m"), BASIC | FROM), 0);
	CHECK_EQ("so", answer.a.propagation, MS_SHARED);
	CHECK_EQ("both told", answer.a.mask, BASIC | FROM);
	CHECK_EQ("from nowhere", answer.a.from, 0);
	peers = answer.a.peers;
	CHECK("group", peers);
	need(!mkdir("s", 0755) && !mount("m", "s", NULL, MS_BIND, NULL));
	need(!mount(NULL, "s", NULL, MS_SLAVE, NULL));
	CHECK_EQ("a slave", ask_about(id_of("s"), BASIC | FROM), 0);
	CHECK_EQ("is one", answer.a.propagation, MS_SLAVE);
	CHECK_EQ("of that group", answer.a.master, peers);
	CHECK_EQ("from there", answer.a.from, peers);
	need(!mount(NULL, "s", NULL, MS_SHARED, NULL));
	CHECK_EQ("both", ask_about(id_of("s"), BASIC), 0);
	CHECK_EQ("at once", answer.a.propagation, MS_SLAVE | MS_SHARED);
	need(!mount(NULL, "m/n", NULL, MS_UNBINDABLE, NULL));
	CHECK_EQ("unbindable", ask_about(id_of("m/n"), BASIC), 0);
	CHECK_EQ("is one", answer.a.propagation, MS_UNBINDABLE);
}

static void texts(void)
{
	struct request r = { .size = 24 };
	char cwd[256], want[300];
	size_t size;

	start();
	need(getcwd(cwd, sizeof(cwd)));
	need(!mkdir("m/d \n", 0755) && !mkdir("b", 0755));
	need(!mount("m/d \n", "b", NULL, MS_BIND, NULL));
	r.id = id_of("b");
	r.param = ROOT | POINT | TYPE | OPTIONS;
	CHECK_EQ("all texts", ask(&r, sizeof(answer)), 0);
	CHECK_EQ("are told", answer.a.mask, r.param);
	CHECK("root within its file system, as it is",
	      !strcmp(text_at(answer.a.root), "/d \n"));
	snprintf(want, sizeof(want), "%s/b", cwd);
	CHECK("place", !strcmp(text_at(answer.a.point), want));
	CHECK("type", !strcmp(text_at(answer.a.type), "tmpfs"));
	CHECK("options without a comma in front",
	      strstr(text_at(answer.a.options), "mode=711") &&
	      *text_at(answer.a.options) != ',');
	size = answer.a.size;
	CHECK_EQ("the order", (answer.a.type < answer.a.root) +
		 (answer.a.root < answer.a.point) +
		 (answer.a.point < answer.a.options), 3);
	CHECK_EQ("an empty text first", answer.a.type, 1);
	CHECK_EQ("size of all", size, sizeof(answer.a) + answer.a.options +
		 strlen(text_at(answer.a.options)) + 1);
	CHECK_EQ("just enough room", ask(&r, size), 0);
	CHECK_EQ("a byte too little", ask(&r, size - 1), -EOVERFLOW);
	CHECK_EQ("no room for texts", ask(&r, sizeof(answer.a)), -EOVERFLOW);
	r.param = BASIC;
	CHECK_EQ("a short answer", ask(&r, 60), 0);
	CHECK_EQ("of that size", answer.a.size, 60);
	CHECK_EQ("is cut", answer.bytes[60], 0x55);
	r.param = OPTIONS;
	need(!mount("proc", "b", "proc", 0, NULL));
	r.id = id_of("b");
	CHECK_EQ("no options", ask(&r, sizeof(answer)), 0);
	CHECK_EQ("are told as well", answer.a.mask, OPTIONS);
	CHECK_EQ("as an empty text", *text_at(answer.a.options), 0);
	CHECK_EQ("of one byte", answer.a.size, sizeof(answer.a) + 2);
}

static void lists(void)
{
	uint64_t all[100], m, n, b;
	long count;

	start();
	need(!mkdir("m/n/b", 0755) &&
	     !mount("below", "m/n/b", "tmpfs", 0, NULL));
	m = id_of("m");
	n = id_of("m/n");
	b = id_of("m/n/b");
	CHECK_EQ("below one", list(m, 0, all, 100, 0), 2);
	CHECK("in their order", all[0] == n && all[1] == b);
	CHECK_EQ("backwards", list(m, 0, all, 100, BACKWARDS), 2);
	CHECK("the last one first", all[0] == b && all[1] == n);
	CHECK_EQ("no more than wanted", list(m, 0, all, 1, 0), 1);
	CHECK_EQ("the first", all[0], n);
	CHECK_EQ("behind it", list(m, n, all, 100, 0), 1);
	CHECK_EQ("the second", all[0], b);
	CHECK_EQ("behind that", list(m, b, all, 100, 0), 0);
	CHECK_EQ("backwards behind the second",
		 list(m, b, all, 100, BACKWARDS), 1);
	CHECK_EQ("the first again", all[0], n);
	CHECK_EQ("below the last", list(b, 0, all, 100, 0), 0);
	count = list(ALL_MOUNTS, 0, all, 100, 0);
	CHECK("all there are", count > 5);
	CHECK_EQ("the last is the newest", all[count > 0 ? count - 1 : 0], b);
	CHECK_EQ("none wanted", list(m, 0, all, 0, 0), 0);
	need(!chroot("m"));
	CHECK_EQ("all below the root", list(ALL_MOUNTS, 0, all, 100, 0), 3);
	CHECK_EQ("which comes first", all[0], m);
	need(!ask_about(n, POINT));
	CHECK("a place, seen from there",
	      !strcmp(text_at(answer.a.point), "/n"));
}

/* A copy is made, then a mount; then the copy finds its place. */
static void order(void)
{
	uint64_t all[9], late;
	int tree;

	start();
	need(!mkdir("m/a", 0755) && !mkdir("m/b", 0755));
	tree = (int)sys(SYS_open_tree, AT_FDCWD, P("m/n"), 1);
	need(tree >= 0);
	need(!mount("late", "m/b", "tmpfs", 0, NULL));
	late = id_of("m/b");
	need(!sys(SYS_move_mount, tree, P(""), AT_FDCWD, P("m/a"), 4));
	CHECK_EQ("all three", list(id_of("m"), 0, all, 9, 0), 3);
	CHECK("by age, not by arrival", all[0] == id_of("m/n") &&
	      all[1] == id_of("m/a") && all[2] == late);
}

static void errors(void)
{
	struct request r = { .size = 24, .param = BASIC };
	uint64_t ids[4];

	start();
	r.id = id_of("m");
	CHECK_EQ("flags come first", sys(CALL_STAT, 8, 8, 0, 1), -EINVAL);
	CHECK_EQ("then the request", sys(CALL_STAT, 8, 8, 0, 0), -EFAULT);
	r.size = 23;
	CHECK_EQ("too short", ask(&r, 600), -EINVAL);
	r.size = 4097;
	CHECK_EQ("longer than a page", ask(&r, 600), -E2BIG);
	r.size = 32;
	CHECK_EQ("with a namespace: none", ask(&r, 600), 0);
	r.ns_id = ns_id();
	CHECK_EQ("its own", ask(&r, 600), 0);
	r.ns_id = 1ul << 60;
	CHECK_EQ("one that is not there", ask(&r, 600), -ENOENT);
	r.ns_id = 0;
	r.ns_fd = 77;
	CHECK_EQ("a descriptor of none", ask(&r, 600), -EBADF);
	r.ns_fd = (uint32_t)open("/proc/self/ns/pid", O_RDONLY);
	CHECK_EQ("of another kind", ask(&r, 600), -EINVAL);
	r.ns_id = ns_id();
	CHECK_EQ("id and descriptor", ask(&r, 600), -EINVAL);
	r.ns_id = 0;
	r.ns_fd = (uint32_t)open("/proc/self/ns/mnt", O_RDONLY);
	CHECK_EQ("a descriptor of its own", ask(&r, 600), 0);
	r.ns_fd = 0;
	r.id = 1;
	CHECK_EQ("an id of the old kind", ask(&r, 600), -EINVAL);
	r.id = 1ul << 60;
	CHECK_EQ("an id that is not there", ask(&r, 600), -ENOENT);
	r.id = id_of("m");
	CHECK_EQ("a place that is not there",
		 sys(CALL_STAT, P(&r), 8, 600, 0), -EFAULT);
	CHECK_EQ("list: flags", sys(CALL_LIST, 8, 8, 2000000, 2), -EINVAL);
	CHECK_EQ("list: more than a million",
		 sys(CALL_LIST, 8, 8, 1000001, 0), -EOVERFLOW);
	CHECK_EQ("list: the request",
		 sys(CALL_LIST, 8, P(ids), 4, 0), -EFAULT);
	CHECK_EQ("list: an id that is not there",
		 list(1ul << 60, 0, ids, 4, 0), -ENOENT);
	CHECK_EQ("list: behind an id of the old kind",
		 list(ALL_MOUNTS, 1, ids, 4, 0), -EINVAL);
	need(!umount2("m/n", 0));
	r.id = id_of("m");
	need(!umount2("m", MNT_DETACH));
	CHECK_EQ("one that is no more", ask(&r, 600), -ENOENT);
}

static int outside(void *arg)
{
	const uint64_t *ids = arg;
	uint64_t all[4];

	if (chroot("m/n") || setresuid(1000, 1000, 1000))
		return 1;
	if (ask_about(ids[0], BASIC) != -EPERM)
		return 2;
	if (ask_about(ids[1], BASIC) || answer.a.id != ids[1])
		return 3;
	if (list(ids[0], 0, all, 4, 0) != -EPERM)
		return 4;
	return list(ALL_MOUNTS, 0, all, 4, 0) == 1 && all[0] == ids[1] ? 0 : 5;
}

static int elsewhere(void *arg)
{
	const struct request r = {
		.size = 32, .ns_id = *(uint64_t *)arg, .id = ALL_MOUNTS,
	};
	uint64_t all[100];

	if (unshare(CLONE_NEWNS))
		return 1;
	/* Linux shows what is below the first mount in the other's root. */
	if (sys(CALL_LIST, P(&r), P(all), 100, 0) < (on_nidus() ? 5 : 1))
		return 2;
	if (setresuid(1000, 1000, 1000))
		return 3;
	return sys(CALL_LIST, P(&r), P(all), 100, 0) == -ENOENT ? 0 : 4;
}

static void rights(void)
{
	uint64_t ids[2], ns;

	start();
	ids[0] = id_of("m");
	ids[1] = id_of("m/n");
	ns = ns_id();
	CHECK_EXIT("what cannot be reached is root's to see",
		   child_start(outside, ids), 0);
	CHECK_EXIT("and so is another namespace",
		   child_start(elsewhere, &ns), 0);
}

static const struct test tests[] = {
	{ "numbers", numbers, 0 },
	{ "propagation", propagation, 0 },
	{ "texts", texts, 0 },
	{ "lists", lists, 0 },
	{ "order", order, 0 },
	{ "errors", errors, 0 },
	{ "rights", rights, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
