/*
 * kernel/proc/procfs_cpuinfo.c - /proc/cpuinfo
 *
 * What:  one paragraph for each processor. Optional.
 * Not:   what it says (arch/x86_64/cpu_describe.c).
 * See:   proc_cpuinfo(5).
 */
#include "procfs_internal.h"

#include <arch/cpu.h>
#include <arch/smp.h>
#include <core/start_call.h>
#include <fs/seq_buf.h>
#include <mm/kmalloc.h>
#include <uapi/errno.h>

static int show_cpuinfo(struct seq_buf *out)
{
	char *text = kmalloc(PAGE_SIZE);
	u32 cpu;

	if (!text)
		return -ENOMEM;
	for_each_cpu(cpu, cpu_online_mask()) {
		cpu_describe(cpu, text, PAGE_SIZE);
		seq_printf(out, "%s\n", text);
	}
	kfree(text);
	return 0;
}

static struct proc_entry cpuinfo_entry = {
	.path = "cpuinfo", .mode = 0444, .show = show_cpuinfo,
};

static void cpuinfo_start(void)
{
	proc_entry_add(&cpuinfo_entry);
}
START_CALL(cpuinfo_start);
