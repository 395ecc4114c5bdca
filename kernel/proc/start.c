/*
 * kernel/proc/start.c - layer 8 comes to life
 *
 * What:  the order in which its parts are set up.
 */
#include <proc/start.h>

#include <core/start_call.h>
#include <proc/futex.h>
#include <proc/lifecycle.h>
#include <proc/nsproxy.h>
#include <proc/pidns.h>
#include <proc/procfs.h>
#include <proc/session.h>
#include <proc/signal.h>
#include <proc/user.h>
#include <proc/utsns.h>
#include <proc/vdso.h>

void proc_start(void)
{
	user_init();		/* before anything takes credentials */
	task_init();
	signal_init();
	session_init();
	pid_init();
	pidns_init();
	utsns_init();
	nsproxy_init();
	fault_init();
	if (futex_init)
		futex_init();
	rlimit_init();
	if (vdso_init)
		vdso_init();
	if (nsfs_init)
		nsfs_init();
	if (pidfd_init)
		pidfd_init();
	if (procfs_init)
		procfs_init();
	start_calls_run();	/* what may be left out */
}
