/*
 * tests/user/creds.c - user and group ids
 *
 * What:  what root and an ordinary user may change of their ids, and what a
 *        child inherits.
 * Not:   files are in files_perm.c, signals in sig_kill.c.
 * See:   credentials(7), setresuid(2), setgroups(2), capset(2)
 */
#include "lib/sys.h"
#include "lib/test.h"

#include <grp.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>

static int are(uid_t r, uid_t e, uid_t s)
{
	uid_t a, b, c;

	return !getresuid(&a, &b, &c) && a == r && b == e && c == s;
}

static int groups_are(gid_t r, gid_t e, gid_t s)
{
	gid_t a, b, c;

	return !getresgid(&a, &b, &c) && a == r && b == e && c == s;
}

static void as_root(void)
{
	CHECK("a test starts as root", are(0, 0, 0) && groups_are(0, 0, 0));
	CHECK_OK("setresgid", setresgid(10, 20, 30));
	CHECK("sets three", groups_are(10, 20, 30));
	CHECK_OK("setresgid with -1", setresgid(-1, 21, -1));
	CHECK("leaves the others", groups_are(10, 21, 30));
	CHECK_OK("setgid", setgid(40));
	CHECK("sets all for root", groups_are(40, 40, 40));
	CHECK_OK("setresuid", setresuid(1, 2, 3));
	CHECK("sets three users", are(1, 2, 3));
	CHECK_EQ("getuid and geteuid", getuid() * 10 + geteuid(), 12);
}

static void as_user(void)
{
	need(!setresuid(1, 2, 3));
	CHECK_OK("swap among one's own", setresuid(3, 1, 2));
	CHECK("is done", are(3, 1, 2));
	CHECK_ERRNO("a foreign one", setresuid(-1, 4, -1), EPERM);
	CHECK_ERRNO("root", setresuid(-1, 0, -1), EPERM);
	CHECK_OK("setuid sets the effective one", setuid(2));
	CHECK("only", are(3, 2, 2));
	CHECK_ERRNO("setuid to a foreign one", setuid(7), EPERM);
	CHECK_ERRNO("setgid to a foreign one", setgid(7), EPERM);
	CHECK_OK("setreuid of both", setreuid(2, 3));
	CHECK("and the saved one follows", are(2, 3, 3));
	CHECK_ERRNO("setreuid to a foreign one", setreuid(9, -1), EPERM);
	CHECK_ERRNO("setgroups", setgroups(0, NULL), EPERM);
}

static void giving_up(void)
{
	need(!setresuid(-1, 5, -1));
	CHECK("root becomes a user for a while", are(0, 5, 0));
	CHECK_ERRNO("and has no powers", setgid(5), EPERM);
	need(!setresuid(-1, 0, -1));
	CHECK_OK("and takes them back", setgid(5));
	need(!setuid(6));
	CHECK("setuid by root is for good", are(6, 6, 6));
	CHECK_ERRNO("as it says", setuid(0), EPERM);
}

static int same_ids(void *arg)
{
	(void)arg;
	return are(1, 2, 3) && groups_are(7, 8, 9) &&
	       getgroups(0, NULL) == 2 ? 0 : 1;
}

static void inheritance(void)
{
	gid_t list[2] = { 100, 200 }, found[2] = { 0, 0 };

	CHECK_OK("setgroups", setgroups(2, list));
	CHECK("getgroups", getgroups(2, found) == 2 && found[0] == 100 &&
	      found[1] == 200);
	CHECK_ERRNO("a short list", getgroups(1, found), EINVAL);
	CHECK_ERRNO("too many groups", setgroups(70000, list), EINVAL);
	need(!setresgid(7, 8, 9) && !setresuid(1, 2, 3));
	CHECK_STATUS("a child inherits all", child_run(same_ids, NULL),
		     EXITED(0));
}

static void errors(void)
{
	uid_t a, b;

	CHECK_EQ("setuid -1", sys(SYS_setuid, -1), -EINVAL);
	CHECK_EQ("setgid -1", sys(SYS_setgid, -1), -EINVAL);
	CHECK_EQ("setresuid of nothing", sys(SYS_setresuid, -1, -1, -1), 0);
	CHECK_EQ("a bad pointer", sys(SYS_getresuid, P(&a), P(&b), 8),
		 -EFAULT);
	CHECK_EQ("a bad list", sys(SYS_setgroups, 2, 8), -EFAULT);
	need(!setgroups(1, &(gid_t){ 5 }));
	CHECK_EQ("a bad list to fill", sys(SYS_getgroups, 1, 8), -EFAULT);
}

static void capabilities(void)
{
	uint32_t head[2] = { 0x20080522, 0 };
	uint32_t data[6] = { 0 };

	CHECK_EQ("capget", sys(SYS_capget, P(head), P(data)), 0);
	CHECK("root has capabilities", data[0] & 1 << 21 && data[1] & 1 << 21);
	need(!setresuid(-1, 5, -1));
	need(!sys(SYS_capget, P(head), P(data)));
	CHECK("a user has none in effect", !data[0] && data[1] & 1 << 21);
	need(!setresuid(5, 5, 5));
	need(!sys(SYS_capget, P(head), P(data)));
	CHECK("and none at all without root among its ids", !data[1]);
	head[0] = 0x12345678;
	CHECK_EQ("an unknown version", sys(SYS_capget, P(head), P(data)),
		 -EINVAL);
	CHECK_EQ("the known one is told", head[0], 0x20080522);
	head[1] = 4000000;
	CHECK_EQ("of nobody", sys(SYS_capget, P(head), P(data)), -ESRCH);
}

/* setregid, from the ids 1, 2, 3: is it these then? */
static int regid_makes(gid_t r, gid_t e, const gid_t *want)
{
	need(!setresgid(1, 2, 3) && !setregid(r, e));
	return groups_are(want[0], want[1], want[2]);
}

static void saved_group(void)
{
	CHECK("setregid of nothing",
	      regid_makes(-1, -1, (gid_t[]){ 1, 2, 3 }));
	CHECK("the saved one follows a real one",
	      regid_makes(4, -1, (gid_t[]){ 4, 2, 2 }));
	CHECK("and an effective one",
	      regid_makes(-1, 5, (gid_t[]){ 1, 5, 5 }));
	CHECK("but not if that is the real one",
	      regid_makes(-1, 1, (gid_t[]){ 1, 1, 3 }));
}

struct caps {
	unsigned long effective, permitted, inheritable;
};

static struct caps caps_now(void)
{
	uint32_t head[2] = { 0x20080522, 0 };
	uint32_t d[6];

	need(!sys(SYS_capget, P(head), P(d)));
	return (struct caps){ d[0] | (unsigned long)d[3] << 32,
			      d[1] | (unsigned long)d[4] << 32,
			      d[2] | (unsigned long)d[5] << 32 };
}

/* With these ids, are the permitted capabilities those of before? */
static int keeps_permitted(void *arg)
{
	unsigned long before = caps_now().permitted;
	const uid_t *ids = arg;

	need(before && !setresuid(ids[0], ids[1], ids[2]));
	return caps_now().permitted == before;
}

static void root_ids(void)
{
	CHECK_STATUS("root as real id keeps capabilities",
		     child_run(keeps_permitted, (uid_t[]){ 0, 5, 5 }),
		     EXITED(1));
	CHECK_STATUS("as effective one",
		     child_run(keeps_permitted, (uid_t[]){ 5, 0, 5 }),
		     EXITED(1));
	CHECK_STATUS("as saved one",
		     child_run(keeps_permitted, (uid_t[]){ 5, 5, 0 }),
		     EXITED(1));
	CHECK_STATUS("as none", child_run(keeps_permitted,
					  (uid_t[]){ 5, 5, 5 }), EXITED(0));
}

#define CAP_NET_RAW_	13
#define AMBIENT(what)	prctl(PR_CAP_AMBIENT, (what), CAP_NET_RAW_, 0, 0)

static int ambient_left(void *arg)
{
	uint32_t head[2] = { 0x20080522, 0 };
	uint32_t d[6];

	need(!sys(SYS_capget, P(head), P(d)));
	d[2] |= 1u << CAP_NET_RAW_;
	need(!sys(SYS_capset, P(head), P(d)) && !AMBIENT(PR_CAP_AMBIENT_RAISE));
	need(AMBIENT(PR_CAP_AMBIENT_IS_SET) == 1);
	need(!prctl(PR_SET_KEEPCAPS, *(int *)arg) && !setuid(5));
	return AMBIENT(PR_CAP_AMBIENT_IS_SET);
}

static void ambient(void)
{
	CHECK_STATUS("setuid by root clears the ambient ones",
		     child_run(ambient_left, &(int){ 0 }), EXITED(0));
	CHECK_STATUS("even if it keeps capabilities",
		     child_run(ambient_left, &(int){ 1 }), EXITED(0));
}

/* CHOWN to FSETID, LINUX_IMMUTABLE, MKNOD, MAC_OVERRIDE */
#define FILE_CAPS	(0x1ful | 1ul << 9 | 1ul << 27 | 1ul << 32)

static void file_caps(void)
{
	struct caps before = caps_now(), now;

	need((before.effective & FILE_CAPS) == FILE_CAPS);
	setfsuid(5);
	now = caps_now();
	CHECK_EQ("setfsuid takes those for files out of effect",
		 now.effective, before.effective & ~FILE_CAPS);
	CHECK_EQ("but permits them", now.permitted, before.permitted);
	setfsuid(6);
	CHECK_EQ("for another user too", caps_now().effective, now.effective);
	setfsuid(0);
	CHECK_EQ("and root has them back", caps_now().effective,
		 before.effective);
}

static const struct test tests[] = {
	{ "root", as_root, 0 },
	{ "user", as_user, 0 },
	{ "giving up", giving_up, 0 },
	{ "inheritance", inheritance, 0 },
	{ "errors", errors, 0 },
	{ "capabilities", capabilities, 0 },
	{ "saved group", saved_group, 0 },
	{ "root ids", root_ids, 0 },
	{ "ambient", ambient, 0 },
	{ "fsuid", file_caps, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
