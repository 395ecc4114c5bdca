/*
 * kernel/sys/reboot.c - the end of the machine, or of a pid namespace
 *
 * Not:   the machine's part: arch/x86_64/poweroff.c.
 * See:   reboot(2), pid_namespaces(7).
 */
#include "calls.h"

#include "dispatch.h"

#include <arch/system.h>
#include <core/printk.h>
#include <proc/lifecycle.h>
#include <proc/pidns.h>
#include <proc/signal.h>
#include <uapi/errno.h>
#include <uapi/reboot.h>
#include <vm/uaccess.h>

/* LINUX_REBOOT_CMD_CAD_ON and _OFF; on at boot, as reboot(2) says. */
static bool cad_restarts = true;	/* [a] */

static bool magic_valid(u32 magic1, u32 magic2)
{
	return magic1 == LINUX_REBOOT_MAGIC1 &&
	       (magic2 == LINUX_REBOOT_MAGIC2 ||
		magic2 == LINUX_REBOOT_MAGIC2A ||
		magic2 == LINUX_REBOOT_MAGIC2B ||
		magic2 == LINUX_REBOOT_MAGIC2C);
}

/* The argument of RESTART2 is for the firmware, which takes none here. */
#define RESTART_ARG_MAX 256

static long restart_with(uptr_t uarg)
{
	char arg[RESTART_ARG_MAX];
	ssize_t len = copy_string_from_user(arg, uarg, sizeof(arg));

	if (len == -EFAULT)
		return -EFAULT;
	arg[RESTART_ARG_MAX - 1] = 0;
	pr_notice("reboot: Restarting system with command '%s'\n", arg);
	syscall_census_print();
	machine_restart();
}

static long reboot_machine(u32 cmd, uptr_t uarg)
{
	switch (cmd) {
	case LINUX_REBOOT_CMD_RESTART:
		pr_notice("reboot: Restarting system\n");
		syscall_census_print();
		machine_restart();
	case LINUX_REBOOT_CMD_RESTART2:
		return restart_with(uarg);
	case LINUX_REBOOT_CMD_HALT:
		pr_notice("reboot: System halted\n");
		syscall_census_print();
		machine_test_exit(TEST_EXIT_HALT);
		machine_halt();
	case LINUX_REBOOT_CMD_POWER_OFF:
		pr_notice("reboot: Power down\n");
		syscall_census_print();
		machine_power_off();
	case LINUX_REBOOT_CMD_CAD_ON:
		WRITE_ONCE(cad_restarts, true);
		return 0;
	case LINUX_REBOOT_CMD_CAD_OFF:
		WRITE_ONCE(cad_restarts, false);
		return 0;
	}
	return -EINVAL;
}

void reboot_ctrl_alt_del(void)
{
	struct process *init;

	if (READ_ONCE(cad_restarts)) {
		pr_notice("reboot: Ctrl-Alt-Del\n");
		machine_restart();
	}
	rcu_read_lock();
	init = rcu_dereference(pidns_init_ns.reaper);
	if (init)
		signal_send_process(init, SIGINT, SEND_KERNEL);
	rcu_read_unlock();
}

long sys_reboot(u32 magic1, u32 magic2, u32 cmd, uptr_t uarg)
{
	struct pid_ns *ns = current_pidns();

	if (!ns_capable(ns->common.owner, CAP_SYS_BOOT))
		return -EPERM;
	if (!magic_valid(magic1, magic2))
		return -EINVAL;
	if (ns != &pidns_init_ns)
		return pidns_reboot(ns, (int)cmd);
	return reboot_machine(cmd, uarg);
}
