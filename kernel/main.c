/*
 * kernel/main.c - the start of everything, in order
 *
 * What:  one line a subsystem, with the reason where the order matters.
 * Life:  kernel_main runs once on the boot CPU and becomes its idle thread; the
 *        thread "main" ends when it has started the first process.
 * See:   docs/boot.md; docs/architecture.md.
 */
#include <arch/boot.h>
#include <arch/clock.h>
#include <arch/smp.h>
#include <arch/system.h>
#include <arch/upcall.h>
#include <core/panic.h>
#include <core/printk.h>
#include <core/rcu.h>
#include <drivers/drivers.h>
#include <fs/vfs.h>
#include <lib/string.h>
#include <mm/page.h>
#include <proc/lifecycle.h>
#include <proc/start.h>
#include <sched/rcu_wait.h>
#include <sched/sched.h>
#include <vm/aspace.h>
#include "init.h"
#include "params.h"
#include "sys/dispatch.h"
#include "../tests/kernel/selftest.h"

static void start_first_process(void)
{
	struct task *t;
	int err = task_create_init(&t);

	if (err)
		panic("main: no memory for the first process (error %d)", err);
	t->first_run = init_run;
	t->thread.arch.work |= WORK_NOTIFY;
	thread_start(&t->thread);
}

static NORETURN void end_selftest(bool ok)
{
	const char *marker = ok ? "NIDUS-TEST-END ok\n" :
				  "NIDUS-TEST-END failed\n";

	log_direct(marker, strlen(marker));
	machine_test_exit(ok ? TEST_EXIT_POWER_OFF : TEST_EXIT_HALT);
	machine_power_off();
}

/* Everything that may sleep, and what comes after it. */
static void start_thread(void *unused)
{
	const struct params *p = params_get();

	(void)unused;
	rcu_wait_init();		/* the thread of callbacks */
	smp_start_all();		/* while they start, little waits */
	vfs_init();			/* the root, empty */
	proc_start();			/* caches, first namespaces, /proc */
	syscalls_init();
	if (keyboard_set_cad_hook)
		keyboard_set_cad_hook(reboot_ctrl_alt_del);
	drivers_init(p->console_mask, p->console_preferred);
	if (p->selftest && selftest_run_all)
		end_selftest(selftest_run_all(p->selftest));
	pr_info("main: %u CPU%s, clock %s at %u MHz\n", cpu_online_count(),
		cpu_online_count() == 1 ? "" : "s", clock_source_name(),
		clock_tsc_khz() / 1000);
	start_first_process();
}

void kernel_main(void)
{
	const struct boot_info *b = boot_info();

	arch_init_early();		/* traps: the first bug shows itself */
	params_parse(b->cmdline);	/* before anything that has a switch */
	console_early(params_get()->console_mask);
	pr_info("Nidus, started by %s\n", b->loader);
	early_init();			/* the memory map */
	arch_init_memory();		/* direct map, W^X */
	mm_init();			/* pages, slab, kmalloc */
	console_screen(params_get()->console_mask);
	arch_init_irq();		/* ACPI, APICs, clock */
	sched_init();			/* this is the idle thread now */
	vm_init();			/* before files that can be mapped */
	if (kthread_create("main", start_thread, NULL, NULL))
		panic("main: no memory for the first thread");
	sched_idle_loop();
}
