/*
 * kernel/proc/procfs_cpu.c - what the machine counts, and what it lacks
 *
 * What:  interrupts, vmstat, locks; lists that are empty because nothing is
 *        there to be listed: swaps, partitions, diskstats.
 * Locks: counters are read as they are.
 * Not:   stat and meminfo: procfs_sys.c.
 * See:   proc(5), each by its name.
 */
#include "procfs_internal.h"

#include <arch/irq_stat.h>
#include <arch/percpu.h>
#include <fs/lock.h>
#include <mm/kstack.h>
#include <mm/page.h>
#include <mm/slab.h>
#include <proc/pidns.h>

static void show_irq(const struct irq_line *l, void *arg)
{
	struct seq_buf *out = arg;
	u32 cpu;

	seq_printf(out, "%3s: ", l->name);
	for_each_cpu(cpu, cpu_online_mask())
		seq_printf(out, "%10lu ", irq_count(l->vector, cpu));
	seq_printf(out, "  %s\n", l->what);
}

static int show_interrupts(struct seq_buf *out)
{
	u32 cpu;

	seq_puts(out, "      ");
	for_each_cpu(cpu, cpu_online_mask())
		seq_printf(out, "     CPU%-8u", cpu);
	seq_putc(out, '\n');
	irq_line_for_each(show_irq, out);
	return 0;
}

static int show_vmstat(struct seq_buf *out)
{
	struct mm_stat s;

	mm_stat_get(&s);
	seq_printf(out, "nr_free_pages %lu\nnr_anon_pages %lu\n"
		   "nr_file_pages %lu\nnr_shmem %lu\nnr_dirty 0\n"
		   "nr_writeback 0\n", s.free_pages, s.kind_pages[PAGE_ANON],
		   s.kind_pages[PAGE_FILE], s.kind_pages[PAGE_FILE]);
	seq_printf(out, "nr_slab_reclaimable 0\nnr_slab_unreclaimable %lu\n"
		   "nr_page_table_pages %lu\nnr_kernel_stack %lu\n",
		   s.kind_pages[PAGE_SLAB], s.kind_pages[PAGE_TABLE],
		   (u64)task_count() * (KSTACK_SIZE / 1024));
	seq_printf(out, "pgpgin 0\npgpgout 0\npswpin 0\npswpout 0\n"
		   "pgfault %lu\npgmajfault 0\n", fault_count());
	return 0;
}

static pid_t number_in(pid_t global, void *ns)
{
	pid_t nr;

	rcu_read_lock();
	nr = pid_nr(pid_find(global, &pidns_init_ns), ns);
	rcu_read_unlock();
	return nr;
}

static int show_locks(struct seq_buf *out, struct pid_ns *ns)
{
	if (file_lock_show)
		file_lock_show(out, number_in, ns);
	return 0;
}

static int show_swaps(struct seq_buf *out)
{
	seq_puts(out, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	return 0;
}

static int show_nothing(struct seq_buf *out)
{
	(void)out;
	return 0;
}

static struct proc_entry cpu_entries[] = {
	{ .path = "diskstats", .mode = 0444, .show = show_nothing },
	{ .path = "interrupts", .mode = 0444, .show = show_interrupts },
	{ .path = "locks", .mode = 0444, .show_ns = show_locks },
	{ .path = "partitions", .mode = 0444, .show = show_nothing },
	{ .path = "swaps", .mode = 0444, .show = show_swaps },
	{ .path = "vmstat", .mode = 0444, .show = show_vmstat },
};

void proc_cpu_init(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(cpu_entries); i++)
		proc_entry_add(&cpu_entries[i]);
}
