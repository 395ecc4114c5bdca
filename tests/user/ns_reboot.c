/*
 * tests/user/ns_reboot.c - reboot(2) in a pid namespace
 *
 * What:  it ends the namespace and tells the init's parent by a signal
 *        number; which commands, whose right, in which order it is checked.
 * See:   reboot(2); ids REBOOT of docs/pidns-table.md
 */
#include "lib/ns.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <sys/reboot.h>

#define MAGIC1		0xfee1dead
#define MAGIC2		672274793
#define RESTART		0x01234567
#define RESTART2	0xa1b2c3d4
#define HALT		0xcdef0123
#define POWER_OFF	0x4321fedc

static struct gate life;

static void set_up(void)
{
	stage_set();
	gate_init(&life);
}

static long boot(unsigned int command)
{
	return sys(SYS_reboot, MAGIC1, MAGIC2, command, P("again"));
}

static int boots(void *arg)
{
	child_idle();
	boot(*(unsigned int *)arg);
	words[0] = 1;
	return 5;
}

static int member_boots(void *arg)
{
	handle(SIGTERM, SIG_IGN, 0);
	child_start(boots, arg);
	for (;;)
		pause();
	return 5;
}

static void commands(void)
{
	static unsigned int commands[] = { RESTART, RESTART2, HALT,
					   POWER_OFF };
	static const char *const points[] = {
		"REBOOT-01 RESTART shows SIGHUP", "REBOOT-01 RESTART2 too",
		"REBOOT-02 HALT shows SIGINT", "REBOOT-02 POWER_OFF too",
	};

	for (size_t i = 0; i < COUNT(commands); i++) {
		set_up();
		CHECK_STATUS(points[i], ns_run(boots, &commands[i]),
			     i < 2 ? SIGHUP : SIGINT);
		CHECK_STATUS("REBOOT-07 by a member: the raw status is the "
			     "signal alone",
			     ns_run(member_boots, &commands[i]),
			     i < 2 ? SIGHUP : SIGINT);
		CHECK_EQ("REBOOT-03 BUG-15 the caller never returns",
			 words[0], 0);
		gate_drop_write(&life);
		CHECK("REBOOT-01 ZAP-22 all members end", !gate_wait(&life));
	}
}

static int refused(void *arg)
{
	(void)arg;
	CHECK_EQ("REBOOT-04 CAD_ON", boot(0x89abcdef), -EINVAL);
	CHECK_EQ("REBOOT-04 CAD_OFF", boot(0), -EINVAL);
	CHECK_EQ("REBOOT-04 KEXEC", boot(0x45584543), -EINVAL);
	CHECK_EQ("REBOOT-04 SW_SUSPEND", boot(0xd000fce2), -EINVAL);
	CHECK_EQ("REBOOT-04 an unknown command", boot(7), -EINVAL);
	CHECK_EQ("REBOOT-05 a wrong first magic",
		 sys(SYS_reboot, 1, MAGIC2, HALT), -EINVAL);
	CHECK_EQ("REBOOT-05 a wrong second",
		 sys(SYS_reboot, MAGIC1, 1, HALT), -EINVAL);
	become_user();
	CHECK_EQ("REBOOT-05 without the right", boot(HALT), -EPERM);
	CHECK_EQ("REBOOT-05 which is tested before the magic",
		 sys(SYS_reboot, 1, 1, HALT), -EPERM);
	CHECK_EQ("REBOOT-05 and before the command", boot(7), -EPERM);
	return 6;
}

static void refusals(void)
{
	CHECK_STATUS("REBOOT-04 the namespace lives on",
		     ns_run(refused, NULL), EXITED(6));
}

static int has_nested(void *arg)
{
	CHECK_STATUS("REBOOT-08 a nested namespace ends", ns_run(boots, arg),
		     SIGINT);
	CHECK_EQ("REBOOT-08 the one around it lives on", getpid(), 1);
	return 6;
}

static void nested(void)
{
	unsigned int halt = HALT;

	set_up();
	CHECK_STATUS("REBOOT-08 and ends as it likes",
		     ns_run(has_nested, &halt), EXITED(6));
}

/* a status of its own does not count once it was rebooted */
static int dies_meanwhile(void *arg)
{
	(void)arg;
	if (!fork()) {
		setpgid(0, 0);
		boot(RESTART);
	}
	for (;;)
		sys(SYS_sched_yield);
	return 9;
}

static void overrides(void)
{
	pid_t init;

	set_up();
	init = ns_start(dies_meanwhile, NULL);
	CHECK_STATUS("REBOOT-07 it stands for what the init died of",
		     reap(init), SIGHUP);
}

static const struct test tests[] = {
	{ "commands", commands, 0 },
	{ "refusals", refusals, 0 },
	{ "nested", nested, 0 },
	{ "overrides", overrides, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
