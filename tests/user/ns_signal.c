/*
 * tests/user/ns_signal.c - signals in and across pid namespaces
 *
 * What:  kill(-1) and kill of groups, who is named as sender, permission.
 * Not:   signals to init are in ns_init.c, signals as such in sig_kill.c.
 * See:   kill(2), pid_namespaces(7); ids of the catalogue, family SIG
 */
#include "lib/ns.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <string.h>

static struct gate life;

static void set_up(void)
{
	stage_set();
	gate_init(&life);
}

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

static int nested_member(void *arg)
{
	child_idle();
	return wait_go(arg);
}

static int kills_all(void *arg)
{
	int status, killed = 0;
	pid_t nested, pid;

	(void)arg;
	need(sys(SYS_kill, -1, SIGTERM) == -ESRCH);
	CHECK("SIG-05 kill(-1) with init alone is ESRCH", 1);
	child_idle();
	child_idle();
	nested = ns_start(nested_member, NULL);
	gate_wait(&ready);
	CHECK_EQ("SIG-03 kill(-1)", sys(SYS_kill, -1, SIGTERM), 0);
	for (int i = 0; i < 2; i++)
		killed += waitpid(-1, &status, 0) > 0 && status == SIGTERM;
	CHECK_EQ("SIG-03 reaches members", killed, 2);
	CHECK_EQ("SIG-12 spares a nested init at SIGTERM",
		 waitpid(nested, NULL, WNOHANG), 0);
	CHECK_EQ("SIG-07 SIGKILL", sys(SYS_kill, -1, SIGKILL), 0);
	pid = waitpid(-1, &status, 0);
	CHECK("SIG-12 does not", pid == nested && status == SIGKILL);
	CHECK_EQ("SIG-07 and init itself lives on", getpid(), 1);
	return 7;
}

static void all(void)
{
	pid_t beside;

	set_up();
	beside = child_idle();
	CHECK_STATUS("SIG-07 the namespace ends well",
		     ns_run(kills_all, NULL), EXITED(7));
	CHECK_EQ("SIG-04 nobody outside is hit",
		 waitpid(beside, NULL, WNOHANG), 0);
	child_kill(beside);
}

static int kill_all_others(void *arg)
{
	(void)arg;
	return sys(SYS_kill, -1, SIGKILL) == 0 ? 8 : 9;
}

static int has_killer(void *arg)
{
	pid_t idle = child_idle();
	pid_t killer = child_start(kill_all_others, arg);

	CHECK_EXIT("SIG-07 a member's kill(-1) spares it", killer, 8);
	CHECK_KILLED("SIG-07 and not others", idle, SIGKILL);
	return 7;
}

static void by_member(void)
{
	CHECK_STATUS("SIG-07 and spares init", ns_run(has_killer, NULL),
		     EXITED(7));
}

static int group_from_inside(void *arg)
{
	(void)arg;
	CHECK_EQ("SIG-08 the group lies outside", getpgrp(), 0);
	signal(SIGUSR1, SIG_IGN);
	CHECK_EQ("SIG-08 kill(0) works", sys(SYS_kill, 0, SIGUSR1), 0);
	CHECK_EQ("SIG-09 so does kill(-getpgrp())",
		 sys(SYS_kill, -getpgrp(), 0), 0);
	CHECK_EQ("SIG-09 and kill(getppid())", sys(SYS_kill, getppid(), 0), 0);
	CHECK_EQ("SIG-10 a group nobody has", sys(SYS_kill, -5000, 0),
		 -ESRCH);
	return 7;
}

static void outer_group(void)
{
	pid_t beside = child_idle();

	signal(SIGUSR1, SIG_IGN);
	CHECK_STATUS("SIG-08 an init in an outer group",
		     ns_run(group_from_inside, NULL), EXITED(7));
	CHECK_KILLED("SIG-08 hits members of the group outside", beside,
		     SIGUSR1);
}

static int has_child(void *arg)
{
	child_idle();
	return wait_go(arg);
}

static void inner_group(void)
{
	pid_t init;

	set_up();
	init = ns_start(has_child, NULL);
	gate_wait(&ready);
	kill(init, SIGSTOP);
	need(waitpid(init, NULL, WUNTRACED) == init);
	need(!setpgid(init, init));
	kill(init, SIGCONT);
	CHECK_OK("SIG-11 a group of an init takes SIGTERM",
		 kill(-init, SIGTERM));
	CHECK_EQ("SIG-11 which drops it", waitpid(init, NULL, WNOHANG), 0);
	CHECK_OK("SIG-11 and SIGKILL", kill(-init, SIGKILL));
	CHECK_KILLED("SIG-11 which does not", init, SIGKILL);
}

static int take(int sig, siginfo_t *info)
{
	unsigned long set = 1UL << (sig - 1);

	memset(info, 0x55, sizeof(*info));
	return sys(SYS_rt_sigtimedwait, P(&set), P(info), 0, 8) == sig;
}

static long forge(pid_t pid, pid_t claimed)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_code = SI_QUEUE;
	info.si_pid = claimed;
	info.si_uid = 55;
	info.si_value.sival_int = 77;
	return sys(SYS_rt_sigqueueinfo, pid, 40, P(&info));
}

static int send_to_one(void *arg)
{
	(void)arg;
	return kill(1, SIGUSR1) || sys(SYS_tgkill, 1, 1, SIGUSR2) ||
	       forge(1, 4321);
}

static int receives(void *arg)
{
	siginfo_t info;
	pid_t pid;

	(void)arg;
	block(SIGUSR1);
	block(SIGUSR2);
	block(40);
	gate_open(&ready);
	CHECK("SIG-14 a sender outside is 0", take(SIGUSR1, &info) &&
	      info.si_pid == 0 && info.si_code == SI_USER);
	CHECK("SIG-17 of tgkill too", take(SIGUSR2, &info) &&
	      info.si_pid == 0 && info.si_code == SI_TKILL);
	CHECK("SIG-15 even a forged one", take(40, &info) &&
	      info.si_pid == 0 && info.si_code == SI_QUEUE &&
	      info.si_value.sival_int == 77 && info.si_uid == 55);
	pid = child_start(send_to_one, NULL);
	CHECK("SIG-14 a sender inside is named", take(SIGUSR1, &info) &&
	      info.si_pid == pid);
	CHECK("SIG-17 of tgkill as well", take(SIGUSR2, &info) &&
	      info.si_pid == pid && info.si_code == SI_TKILL);
	CHECK("SIG-15 a forged one is kept inside", take(40, &info) &&
	      info.si_pid == 4321);
	reap(pid);
	return 7;
}

static void senders(void)
{
	pid_t init;

	set_up();
	init = ns_start(receives, NULL);
	gate_wait(&ready);
	kill(init, SIGUSR1);
	sys(SYS_tgkill, init, init, SIGUSR2);
	need(forge(init, 1234) == 0);
	CHECK_EXIT("SIG-14 a namespace that receives", init, 7);
}

static int sends_out(void *arg)
{
	(void)arg;
	return sys(SYS_kill, 0, SIGUSR1) == 0 ? 0 : 1;
}

static void to_the_outside(void)
{
	siginfo_t info;
	pid_t init;

	block(SIGUSR1);
	signal(SIGUSR1, SIG_DFL);
	block(SIGCHLD);
	init = ns_start(sends_out, NULL);
	CHECK("SIG-08 a sender in an inner namespace reaches its group",
	      take(SIGUSR1, &info));
	CHECK_EQ("SIG-14 upward it is named by the number it has for itself",
		 info.si_pid, 1);
	CHECK("SIG-18 SIGCHLD names the child by its outer number",
	      take(SIGCHLD, &info) && info.si_pid == init &&
	      info.si_code == CLD_EXITED);
	reap(init);
}

static int as_user_in_ns(void *arg)
{
	(void)arg;
	become_user();
	if (sys(SYS_kill, 1, 0) != -EPERM)
		return 1;
	return sys(SYS_kill, 1, SIGCONT) ? 2 : 0;
}

static int has_user(void *arg)
{
	pid_t outer = *(pid_t *)arg;

	CHECK_STATUS("SIG-19 a user may send init SIGCONT only",
		     child_run(as_user_in_ns, NULL), EXITED(0));
	CHECK_EQ("SIG-20 a number that is not seen is ESRCH",
		 sys(SYS_kill, outer, SIGKILL), -ESRCH);
	return 7;
}

static void permission(void)
{
	pid_t outer = getpid();

	while (outer < 50)
		reap(outer = child_start(as_user_in_ns, NULL));
	outer = child_idle();
	CHECK_STATUS("SIG-19 a namespace with a user",
		     ns_run(has_user, &outer), EXITED(7));
	CHECK_EQ("SIG-20 nobody outside is hit",
		 waitpid(outer, NULL, WNOHANG), 0);
	child_kill(outer);
}

#define CHAINS	12

/*
 * Chains of forks, one living link each: as many as there are starters. (A
 * tree that grows leaves nothing of a busy CPU to who is to end it.)
 */
static int forks_for_ever(void *arg)
{
	(void)arg;
	gate_open(&ready);
	for (;;)
		if (sys(SYS_fork) > 0)
			_exit(0);
	return 0;
}

static int kills_storm(void *arg)
{
	int status;

	for (int i = 0; i < CHAINS; i++)
		child_start(forks_for_ever, arg);
	for (int i = 0; i < CHAINS; i++)
		gate_wait(&ready);
	for (int i = 0; i < 10000; i++) {
		if (sys(SYS_kill, -1, SIGKILL) == -ESRCH)
			return 7;
		while (waitpid(-1, &status, WNOHANG) > 0)
			;
		sys(SYS_sched_yield);
	}
	return 8;
}

static void storms(void)
{
	set_up();
	CHECK_STATUS("SIG-23 BUG-21 kill(-1) overtakes forks",
		     ns_run(kills_storm, NULL), EXITED(7));
}

static const struct test tests[] = {
	{ "all", all, 0 },
	{ "by member", by_member, 0 },
	{ "outer group", outer_group, 0 },
	{ "inner group", inner_group, 0 },
	{ "senders", senders, 0 },
	{ "to the outside", to_the_outside, 0 },
	{ "permission", permission, 0 },
	{ "storms", storms, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
