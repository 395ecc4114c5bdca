/*
 * tests/user/tracing.c - /proc/nidus/trace: what was recorded of a story
 *
 * What:  a world with an orphan and signals; each of its events is there, in
 *        order, once, with the numbers at every level. Waits for locks. Who
 *        may look.
 * Not:   other kernels, which have no such file; the rings themselves
 *        (tests/kernel/test_trace.c).
 * See:   docs/tracing.md
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/test.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRACE	"/proc/nidus/trace"
#define STATUS	"/proc/nidus/trace_status"
#define TEXT_MAX (1 << 20)

static char *text;		/* all lines, zero terminated */
static char *at;		/* the next line to look at */

static int exists(void)
{
	struct stat st;

	return stat(TRACE, &st) == 0;
}

/* write(2) of words: 0 or -errno */
static int choose(const char *words)
{
	int fd = open(TRACE, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, words, strlen(words));
	int err = n < 0 ? -errno : 0;

	close(fd);
	return err;
}

/* Read to the end of what there is; each read(2) by @piece bytes. */
static void collect(size_t piece)
{
	int fd = open(TRACE, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	need(fd >= 0);
	text = malloc(TEXT_MAX);
	need(text);
	while ((n = read(fd, text + len, piece)) > 0) {
		len += (size_t)n;
		need(len + piece < TEXT_MAX);
	}
	need(!n);
	text[len] = 0;
	at = text;
	close(fd);
}

/* The value of @key in a line, as a string in a buffer of its own. */
static const char *value(const char *line, const char *key)
{
	static char found[8][64];
	static int turn;
	char *out = found[turn++ % 8];
	char want[32];
	const char *v;

	snprintf(want, sizeof(want), " %s=", key);
	v = strstr(line, want);
	snprintf(out, 64, "%.*s", v ? (int)strcspn(v + strlen(want), " \n") : 0,
		 v ? v + strlen(want) : "");
	return out;
}

/*
 * The next line of this event whose values contain all of @wants, "key=value"
 * separated by blanks. NULL: there is none behind the last one found.
 */
static const char *next_event(const char *event, const char *wants)
{
	static char line[512];

	while (*at) {
		size_t len = strcspn(at, "\n");
		char copy[256], *want, *rest = copy;
		int good = 1;

		snprintf(line, sizeof(line), "%.*s ", (int)len, at);
		at += len + (at[len] == '\n');
		snprintf(copy, sizeof(copy), " %s", event);
		strcat(copy, " ");
		if (!strstr(line, copy))
			continue;
		snprintf(copy, sizeof(copy), "%s", wants);
		while (good && (want = strsep(&rest, " "))) {
			char whole[80];

			snprintf(whole, sizeof(whole), " %s ", want);
			good = strstr(line, whole) != NULL;
		}
		if (good)
			return line;
	}
	return NULL;
}

static int count_events(const char *event, const char *wants)
{
	char *was = at;
	int n = 0;

	at = text;
	while (next_event(event, wants))
		n++;
	at = was;
	return n;
}

/* --- the story ------------------------------------------------------------ */

static struct gate born, go;
static pid_t *outer_numbers;	/* of the members 1, 2, 3, for the outside */
static volatile int noticed;

static void on_usr1(int sig)
{
	(void)sig;
	noticed = 1;
}

static int grandchild(void)
{
	handle(SIGUSR1, on_usr1, 0);
	gate_open(&born);
	while (!noticed)
		usleep(1000);
	gate_open(&born);
	for (;;)
		pause();
	return 0;
}

static int middle(void)
{
	if (!fork())
		_exit(grandchild());
	gate_wait(&born);
	_exit(7);
}

static int story_init(void *arg)
{
	pid_t child;

	(void)arg;
	prctl(PR_SET_NAME, "story");
	child = fork();
	if (!child)
		_exit(middle());
	need(reap(child) == EXITED(7));
	kill(3, SIGUSR1);
	gate_wait(&born);
	gate_open(&go);
	for (;;)
		pause();
	return 0;
}

/* The numbers that the members have outside follow the init's. */
static pid_t tell(void)
{
	pid_t init;

	gate_init(&born);
	gate_init(&go);
	outer_numbers = shared_alloc(4096);
	need(!choose("proc signal ns kb=256"));
	init = ns_start(story_init, NULL);
	gate_wait(&go);
	kill(init, SIGTERM);
	kill(init, SIGKILL);
	need((reap(init) & 0x7f) == SIGKILL);
	need(!choose("none"));
	return init;
}

static void wants(char *out, const char *format, long a, long b)
{
	snprintf(out, 200, format, a, b);
}

static void births(pid_t init, char *ids[4])
{
	char want[256];
	const char *line;
	char ns[64];

	line = next_event("pidns", "state=nascent");
	CHECK("a world is made", line && atoi(value(line, "level")) >= 1);
	snprintf(ns, sizeof(ns), "ns=%s", line ? value(line, "ns") : "");
	snprintf(want, sizeof(want), "%s state=live", ns);
	CHECK("it is live", next_event("pidns", want) != NULL);
	for (int i = 1; i <= 3; i++) {
		wants(want, "nr=%ld/%ld", init + i - 1, i);
		line = next_event("clone", want);
		CHECK("a birth, with both numbers", line != NULL);
		CHECK("in that world", line && strstr(line, ns));
		ids[i] = strdup(line ? value(line, "process") : "?");
		if (line && i > 1)
			CHECK("its parent is known",
			      !strcmp(value(line, "parent"), ids[i - 1]));
		if (line && i == 1)
			CHECK_EQ("with its flags",
				 strtol(value(line, "flags"), NULL, 0) &
				 CLONE_NEWPID, CLONE_NEWPID);
	}
}

static void orphan(pid_t init, char *ids[4])
{
	char want[256];

	wants(want, "nr=%ld/%ld last=1 status=1792", init + 1, 2);
	CHECK("the parent exits with 7", next_event("exit", want) != NULL);
	snprintf(want, sizeof(want), "from=%s to=%s nr=%d/3 to_nr=%d/1",
		 ids[2], ids[1], init + 2, init);
	CHECK("the orphan goes to the init",
	      next_event("reparent", want) != NULL);
	wants(want, "zombie=1 nr=%ld/%ld", init + 1, 2);
	CHECK("a zombie", next_event("dead", want) != NULL);
	wants(want, "nr=%ld/%ld", init + 1, 2);
	CHECK("that is reaped", next_event("reap", want) != NULL);
}

static void signals(pid_t init)
{
	char want[256];

	snprintf(want, sizeof(want), "sig=10 origin=user result=sent nr=%d/3 "
		 "from_nr=%d/1", init + 2, init);
	CHECK("a signal, sender and target at both levels",
	      next_event("signal", want) != NULL);
	wants(want, "sig=10 how=handler nr=%ld/%ld", init + 2, 3);
	CHECK("is taken by a handler", next_event("deliver", want) != NULL);
	snprintf(want, sizeof(want), "sig=15 result=ignored nr=%d/1 "
		 "from_nr=%d", init, (int)getpid());
	CHECK("SIGTERM does nothing to an init",
	      next_event("signal", want) != NULL);
	snprintf(want, sizeof(want), "sig=9 origin=user result=sent nr=%d/1 "
		 "from_nr=%d", init, (int)getpid());
	CHECK("SIGKILL does", next_event("signal", want) != NULL);
}

static void end(pid_t init)
{
	char want[256];

	wants(want, "nr=%ld/%ld last=1 status=9", init, 1);
	CHECK("the init exits", next_event("exit", want) != NULL);
	CHECK("its world closes", next_event("pidns", "state=closing") != NULL);
	wants(want, "sig=9 origin=kernel result=sent nr=%ld/%ld", init + 2, 3);
	CHECK("the last member is killed", next_event("signal", want) != NULL);
	wants(want, "nr=%ld/%ld last=1 status=9", init + 2, 3);
	CHECK("and exits", next_event("exit", want) != NULL);
	CHECK("the world is drained",
	      next_event("pidns", "state=drained") != NULL);
	wants(want, "nr=%ld/%ld", init, 1);
	CHECK("then the init is reaped", next_event("reap", want) != NULL);
}

static void story(void)
{
	char *ids[4];
	char want[256];
	pid_t init;

	if (!exists()) {
		SKIP("story", "no " TRACE);
		return;
	}
	init = tell();
	collect(65536);
	births(init, ids);
	orphan(init, ids);
	signals(init);
	end(init);
	for (int i = 1; i <= 3; i++) {
		wants(want, "nr=%ld/%ld", init + i - 1, i);
		CHECK_EQ("one birth each", count_events("clone", want), 1);
		CHECK_EQ("one exit each", count_events("exit", want), 1);
		CHECK_EQ("one death each", count_events("dead", want), 1);
		CHECK_EQ("one end each", count_events("reap", want), 1);
	}
	CHECK("nothing was lost", !strstr(text, " lost "));
}

/* Whoever lives already is told when recording begins. */
static void snapshot(void)
{
	char want[256];
	pid_t idle;

	if (!exists()) {
		SKIP("snapshot", "no " TRACE);
		return;
	}
	idle = child_idle();
	need(!choose("proc ns"));
	need(!choose("none"));
	collect(1000);
	child_kill(idle);
	CHECK("worlds", next_event("pidns", "level=0 state=live") != NULL);
	CHECK("the first process",
	      next_event("task", "nr=1 state=alive") != NULL);
	wants(want, "nr=%ld state=alive", getpid(), 0);
	CHECK("this one", next_event("task", want) != NULL);
	wants(want, "nr=%ld state=alive", idle, 0);
	CHECK("its child", next_event("task", want) != NULL);
}

static int stats_forever(void *arg)
{
	struct stat st;

	while (!fstat(*(int *)arg, &st))
		;
	return 1;
}

/* A wait for the lock of the file that many look at; NULL: none was seen. */
static const char *contention(void)
{
	const char *line = NULL;

	for (int i = 0; i < 2000 && !line; i++) {
		need(!choose("lock"));
		usleep(3000);
		need(!choose("none"));
		free(text);
		collect(4000);
		line = next_event("wait", "name=inode\\040attr");
	}
	return line;
}

/* Names of locks have blanks. */
static void locks(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	const char *line;
	pid_t child[3];

	if (!exists()) {
		SKIP("locks", "no " TRACE);
		return;
	}
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		SKIP("locks", "nobody waits on one processor");
		return;
	}
	need(fd >= 0);
	for (int i = 0; i < 3; i++)
		child[i] = child_start(stats_forever, &fd);
	line = contention();
	for (int i = 0; i < 3; i++)
		child_kill(child[i]);
	CHECK("a wait for a lock, its name in one word", line != NULL);
	CHECK("who had it", line && strlen(value(line, "by")) > 0);
}

static int open_errno(void *arg)
{
	int fd;

	(void)arg;
	fd = open(TRACE, O_RDONLY);
	return fd < 0 ? errno : 0;
}

static int open_as_user(void *arg)
{
	if (setuid(1000))
		return 1;
	return open_errno(arg);
}

static void rights(void)
{
	char status[4096];

	if (!exists()) {
		SKIP("rights", "no " TRACE);
		return;
	}
	CHECK_EQ("a container may not look", WEXITSTATUS(ns_run(open_errno, 0)),
		 EACCES);
	CHECK_EQ("nor may a user", WEXITSTATUS(child_run(open_as_user, NULL)),
		 EACCES);
	CHECK_EQ("root may", WEXITSTATUS(child_run(open_errno, NULL)), 0);
	CHECK_EQ("unknown word", choose("proc sleep"), -EINVAL);
	CHECK_EQ("rings stay as large as they are", choose("kb=64"), -EBUSY);
	need(proc_read(STATUS, status, sizeof(status)) > 0);
	CHECK("nothing was turned on", !strncmp(status, "groups 0x0\n", 11));
}

static const struct test tests[] = {
	{ "story", story, 0 },
	{ "snapshot", snapshot, 0 },
	{ "locks", locks, 0 },
	{ "rights", rights, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
