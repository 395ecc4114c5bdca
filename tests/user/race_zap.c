/*
 * tests/user/race_zap.c - an init dies while others are born
 *
 * What:  inside its namespace processes fork, and make namespaces of their
 *        own; from outside others come in by setns and fork. When the init is
 *        waited for, all are dead, and nobody can come in any more.
 * See:   pid_namespaces(7)
 */
#include "lib/ns.h"
#include "lib/race.h"
#include "lib/test.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>

#ifndef PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE
#define PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE	_IO(0xff, 6)
#endif

#define FORKERS		3
#define OUTSIDERS	2

static void sleep_for_ever(void)
{
	for (;;)
		pause();
}

/* the init of a world below, with a child that forks */
static void nest(void)
{
	if (fork() == 0)
		for (;;)
			if (fork() == 0)
				_exit(0);
	sleep_for_ever();
}

static void fork_for_ever(void)
{
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		long pid = race_random(8) ? fork() : ns_clone(CLONE_NEWPID);

		if (!pid)
			race_random(2) ? _exit(0) : nest();
	}
}

static int short_lived_init(void *arg)
{
	(void)arg;
	for (int i = 0; i < FORKERS; i++)
		if (fork() == 0)
			fork_for_ever();
	race_pause(4000);
	return 7;
}

/* fork into the namespace until it takes nobody, then wait for all */
static int outsider(void *arg)
{
	int fd = *(int *)arg;
	int left = 0;
	pid_t pid;

	if (ns_join(fd, CLONE_NEWPID) < 0)
		return 1;
	/* A machine full of them has to wait until the init is dead. */
	while ((pid = fork()) >= 0 || errno == EAGAIN) {
		if (!pid)
			sleep_for_ever();
		if (pid > 0)
			left++;
		else
			usleep(1000);
	}
	if (errno != ENOMEM)
		return 2;
	for (; left; left--)
		if ((race_reap(-1) & 0x7f) != SIGKILL)
			return 3;
	return 0;
}

static int round_of_zap(void)
{
	pid_t init = ns_start(short_lived_init, NULL);
	int fd = ns_fd_of(init);
	pid_t out[OUTSIDERS];
	int good = 1;

	for (int i = 0; i < OUTSIDERS; i++)
		out[i] = fd < 0 ? 0 : child_start(outsider, &fd);
	if (race_reap(init) != EXITED(7))
		return 0;
	for (int i = 0; i < OUTSIDERS; i++)
		if (out[i])
			good &= race_reap(out[i]) == 0;
	if (fd >= 0)
		close(fd);
	return good;
}

static void init_dies(void)
{
	int rounds = 0, good = 0;

	race_begin();
	do {
		rounds++;
		good += round_of_zap();
	} while (good == rounds && race_more());
	test_note("rounds", rounds);
	CHECK_EQ("ZAP-09: nobody survives the init", good, rounds);
}

struct nascent {
	struct gate made, go;
	pid_t maker;
};

/* a child in a namespace that began a moment ago: its init, or not alone */
static int first_or_second(struct nascent *n)
{
	pid_t pid;
	int status;

	gate_wait(&n->go);
	pid = fork();
	if (!pid)
		_exit(getpid() == 1 || !kill(1, 0) ? 0 : 9);
	if (pid < 0)
		return errno == ENOMEM ? 0 : 8;
	status = race_reap(pid);
	return status == 0 || (status & 0x7f) == SIGKILL ? 0 : 7;
}

static int maker(void *arg)
{
	struct nascent *n = arg;

	if (unshare(CLONE_NEWPID))
		return 1;
	gate_open(&n->made);
	return first_or_second(n);
}

static int joiner(void *arg)
{
	struct nascent *n = arg;
	long pidfd = sys(SYS_pidfd_open, n->maker, 0);
	int fd;

	gate_wait(&n->made);
	fd = ioctl(pidfd, PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE, 0);
	if (fd < 0)
		return 77;
	if (ns_join(fd, CLONE_NEWPID) < 0)
		return 1;
	return first_or_second(n);
}

/* 1: good, 0: bad, -1: this kernel shows nobody a nascent namespace */
static int round_of_births(void)
{
	struct nascent n;
	int one, two;
	pid_t other;

	gate_init(&n.made);
	gate_init(&n.go);
	n.maker = child_start(maker, &n);
	other = child_start(joiner, &n);
	race_pause(300);
	gate_open(&n.go);
	gate_open(&n.go);
	one = race_reap(n.maker);
	two = race_reap(other);
	gate_close(&n.made);
	gate_close(&n.go);
	if (two == EXITED(77))
		return -1;
	return one == 0 && two == 0;
}

static void first_births(void)
{
	int rounds = 0, good = 0, one;

	race_begin();
	do {
		one = round_of_births();
		rounds++;
		good += one > 0;
	} while (good == rounds && race_more());
	if (one < 0) {
		SKIP("two are born at once into a new namespace",
		     "no ioctl for it");
		return;
	}
	test_note("rounds", rounds);
	CHECK_EQ("two are born at once into a new namespace", good, rounds);
}

/* init of a world with a nascent one inside */
static int die_with_nascent(void *arg)
{
	struct nascent *n = arg;

	need(!unshare(CLONE_NEWPID));
	gate_open(&n->made);
	race_pause(2000);
	return 7;
}

/* makes the init of the nascent world, whose outer world is dying */
static int late_injector(void *arg)
{
	struct nascent *n = arg;
	long pidfd = sys(SYS_pidfd_open, n->maker, 0);
	pid_t pid;
	int fd;

	gate_wait(&n->made);
	fd = ioctl(pidfd, PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE, 0);
	if (fd < 0)
		return 0;	/* it is dead already */
	if (ns_join(fd, CLONE_NEWPID) < 0)
		return 1;
	race_pause(1500);
	pid = fork();
	if (!pid)
		sleep_for_ever();
	if (pid < 0)
		return errno == ENOMEM ? 0 : 2;
	return (race_reap(pid) & 0x7f) == SIGKILL ? 0 : 3;
}

static int round_of_late_births(void)
{
	struct nascent n;
	pid_t other;
	int good;

	gate_init(&n.made);
	n.maker = ns_start(die_with_nascent, &n);
	other = child_start(late_injector, &n);
	good = race_reap(n.maker) == EXITED(7);
	good &= race_reap(other) == 0;
	gate_close(&n.made);
	return good;
}

/* Linux looks at the innermost namespace only, and lets them live. */
static void late_births(void)
{
	int rounds = 0, good = 0;
	struct utsname u;

	uname(&u);
	if (!strstr(u.version, "idus")) {
		SKIP("nobody is born inside a dying world", "this is Linux");
		return;
	}
	race_begin();
	do {
		rounds++;
		good += round_of_late_births();
	} while (good == rounds && race_more());
	test_note("rounds", rounds);
	CHECK_EQ("nobody is born inside a dying world", good, rounds);
}

static const struct test tests[] = {
	{ "init dies", init_dies, 600 },
	{ "first births", first_births, 600 },
	{ "late births", late_births, 600 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
