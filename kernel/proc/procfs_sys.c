/*
 * kernel/proc/procfs_sys.c - the fixed files of /proc
 *
 * What:  what the machine and the kernel are doing, as text.
 * Locks: counters are read as they are; lists under their own locks.
 * See:   proc(5).
 */
#include "procfs_internal.h"

#include <arch/boot.h>
#include <arch/clock.h>
#include <arch/irq_stat.h>
#include <fs/file.h>
#include <lib/format.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <mm/kstack.h>
#include <mm/page.h>
#include <mm/slab.h>
#include <proc/nsproxy.h>
#include <proc/pidns.h>
#include <proc/timens.h>
#include <proc/utsns.h>
#include <sched/rcu_wait.h>
#include <uapi/errno.h>

#define USER_HZ_NS ((u64)NSEC_PER_SEC / 100)
#define LOAD_ONE 65536ul
#define DRAIN_PASSES 12

static void show_kb(struct seq_buf *out, const char *name, u64 pages)
{
	seq_printf(out, "%-15s %8lu kB\n", name, pages * (PAGE_SIZE / 1024));
}

/* Nothing is paged out, so all that belongs to files stays where it is. */
static int show_meminfo(struct seq_buf *out)
{
	struct mm_stat s;
	u64 anon, file, slab;

	mm_stat_get(&s);
	anon = s.kind_pages[PAGE_ANON];
	file = s.kind_pages[PAGE_FILE];
	slab = s.kind_pages[PAGE_SLAB];
	show_kb(out, "MemTotal:", s.total_pages);
	show_kb(out, "MemFree:", s.free_pages);
	show_kb(out, "MemAvailable:", s.free_pages);
	show_kb(out, "Buffers:", 0);
	show_kb(out, "Cached:", file);
	show_kb(out, "SwapCached:", 0);
	show_kb(out, "Active:", anon);
	show_kb(out, "Inactive:", 0);
	show_kb(out, "Active(anon):", anon);
	show_kb(out, "Inactive(anon):", 0);
	show_kb(out, "Active(file):", 0);
	show_kb(out, "Inactive(file):", 0);
	show_kb(out, "Unevictable:", file);
	show_kb(out, "SwapTotal:", 0);
	show_kb(out, "SwapFree:", 0);
	show_kb(out, "Dirty:", 0);
	show_kb(out, "Writeback:", 0);
	show_kb(out, "AnonPages:", anon);
	show_kb(out, "Shmem:", file);
	show_kb(out, "KReclaimable:", 0);
	show_kb(out, "Slab:", slab);
	show_kb(out, "SReclaimable:", 0);
	show_kb(out, "SUnreclaim:", slab);
	show_kb(out, "KernelStack:",
		(u64)task_count() * (KSTACK_SIZE / PAGE_SIZE));
	show_kb(out, "PageTables:", s.kind_pages[PAGE_TABLE]);
	return 0;
}

static void show_seconds(struct seq_buf *out, u64 ns, const char *end)
{
	seq_printf(out, "%lu.%02lu%s", ns / (u64)NSEC_PER_SEC,
		   ns % (u64)NSEC_PER_SEC / (10 * (u64)NSEC_PER_MSEC), end);
}

static u64 idle_ns(void)
{
	u64 sum = 0;
	u32 cpu;

	for_each_cpu(cpu, cpu_online_mask()) {
		struct cpu_times t;

		sched_cpu_times(cpu, &t);
		sum += t.idle_ns;
	}
	return sum;
}

static int show_uptime(struct seq_buf *out)
{
	show_seconds(out, timens_from_host(CLOCK_BOOTTIME, clock_now_ns()),
		     " ");
	show_seconds(out, idle_ns(), "\n");
	return 0;
}

static int show_loadavg(struct seq_buf *out)
{
	u64 load[3];

	sched_loadavg(load);
	for (u32 i = 0; i < 3; i++)
		seq_printf(out, "%lu.%02lu ", load[i] / LOAD_ONE,
			   load[i] % LOAD_ONE * 100 / LOAD_ONE);
	seq_printf(out, "%u/%u %d\n", sched_nr_running(), task_count(),
		   pid_last(current_pidns()));
	return 0;
}

static void show_cpu_line(struct seq_buf *out, const char *name,
			  const struct cpu_times *t)
{
	seq_printf(out, "%s %lu %lu %lu %lu 0 %lu 0 0 0 0\n", name,
		   t->user_ns / USER_HZ_NS, t->nice_ns / USER_HZ_NS,
		   t->system_ns / USER_HZ_NS, t->idle_ns / USER_HZ_NS,
		   t->irq_ns / USER_HZ_NS);
}

static void show_irq_sum(struct seq_buf *out)
{
	u64 sum = 0;
	u32 cpu;

	for_each_cpu(cpu, cpu_online_mask())
		sum += irq_count_all(cpu);
	seq_printf(out, "%lu", sum);
}

static int show_stat(struct seq_buf *out)
{
	struct cpu_times sum = { 0 };
	struct seq_buf lines;
	char name[16];
	u32 cpu;

	seq_init(&lines);
	for_each_cpu(cpu, cpu_online_mask()) {
		struct cpu_times t;

		sched_cpu_times(cpu, &t);
		sum.user_ns += t.user_ns;
		sum.nice_ns += t.nice_ns;
		sum.system_ns += t.system_ns;
		sum.idle_ns += t.idle_ns;
		sum.irq_ns += t.irq_ns;
		snprintf(name, sizeof(name), "cpu%u", cpu);
		show_cpu_line(&lines, name, &t);
	}
	show_cpu_line(out, "cpu ", &sum);
	if (lines.data)
		seq_write(out, lines.data, lines.len);
	seq_fini(&lines);
	seq_puts(out, "intr ");
	show_irq_sum(out);
	seq_printf(out, "\nctxt %lu\nbtime %lu\nprocesses %lu\n"
		   "procs_running %u\nprocs_blocked 0\n",
		   sched_context_switches(),
		   (clock_boot_epoch_ns() -
		    timens_from_host(CLOCK_BOOTTIME, 0)) / (u64)NSEC_PER_SEC,
		   task_forks(),
		   sched_nr_running());
	/* No work is put off to softirqs. */
	seq_puts(out, "softirq 0 0 0 0 0 0 0 0 0 0 0\n");
	return 0;
}

static int show_version(struct seq_buf *out)
{
	struct new_utsname n;

	utsns_read(current_task()->nsproxy->uts, &n);
	seq_printf(out, "%s version %s (Nidus) %s\n", n.sysname, n.release,
		   n.version);
	return 0;
}

static void show_fs_type(const struct fs_type *t, void *arg)
{
	seq_printf(arg, "%s\t%s\n", t->nodev ? "nodev" : "", t->name);
}

static int show_filesystems(struct seq_buf *out)
{
	fs_type_for_each(show_fs_type, out);
	return 0;
}

static int show_cmdline(struct seq_buf *out)
{
	seq_printf(out, "%s\n", boot_info()->cmdline);
	return 0;
}

static int show_devices(struct seq_buf *out)
{
	chardev_show(out);
	return 0;
}

/* slab_for_each may not allocate: the lines go to a block made before. */
struct slab_lines {
	char *text;
	size_t len, size;
};

static void show_slab(const struct slab_stat *s, void *arg)
{
	struct slab_lines *l = arg;

	l->len += (size_t)scnprintf(l->text + l->len, l->size - l->len,
		"%-17s %6lu %6lu %6u %4u %4u : tunables 0 0 0 "
		": slabdata %6lu %6lu 0\n",
		s->name, s->active_objs, s->total_objs, s->obj_size,
		s->objs_per_slab, s->pages_per_slab, s->slabs, s->slabs);
}

static int show_slabinfo(struct seq_buf *out)
{
	struct slab_lines l = { .size = 16 * PAGE_SIZE };

	l.text = kmalloc(l.size);
	if (!l.text)
		return -ENOMEM;
	seq_puts(out, "slabinfo - version: 2.1\n"
		      "# name            <active_objs> <num_objs> <objsize> "
		      "<objperslab> <pagesperslab> "
		      ": tunables <limit> <batchcount> <sharedfactor> "
		      ": slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	slab_for_each(show_slab, &l);
	seq_write(out, l.text, l.len);
	kfree(l.text);
	return 0;
}

static ssize_t link_text(char *buf, size_t size, const char *text, size_t len)
{
	len = min(len, size);
	memcpy(buf, text, len);
	return (ssize_t)len;
}

/* Nobody is "self" in a mount whose namespace does not see the reader. */
static ssize_t self_link(char *buf, size_t size, const struct pid_ns *ns)
{
	s32 nr = pid_nr(current_process()->tgid, ns);
	char digits[DECIMAL_MAX];
	char *end = digits + sizeof(digits);
	char *first;

	if (!nr)
		return -ENOENT;
	first = format_decimal(end, (u64)nr);
	return link_text(buf, size, first, (size_t)(end - first));
}

static ssize_t thread_self_link(char *buf, size_t size,
				const struct pid_ns *ns)
{
	s32 nr = pid_nr(current_process()->tgid, ns);
	char text[40];
	int len;

	if (!nr)
		return -ENOENT;
	len = scnprintf(text, sizeof(text), "%d/task/%d", nr,
			pid_nr(current_task()->pid, ns));
	return link_text(buf, size, text, (size_t)len);
}

static ssize_t net_link(char *buf, size_t size,
			const struct pid_ns *ns UNUSED)
{
	static const char text[] = "self/net";

	return link_text(buf, size, text, sizeof(text) - 1);
}

/*
 * /proc/nidus/drain: writing waits for grace periods and empties per-CPU
 * caches; reading shows what then is in use. For leak tests.
 */
static ssize_t write_drain(const char *text, size_t len)
{
	(void)text;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	/* What a callback frees may queue another, and so on: a task its file
	 * table, that its files, those their names, inodes, namespaces. */
	dentry_kept_drain();
	for (u32 i = 0; i < DRAIN_PASSES; i++) {
		rcu_barrier();
		mm_drain();
	}
	return (ssize_t)len;
}

static int show_drain(struct seq_buf *out)
{
	struct mm_stat s;

	mm_stat_get(&s);
	seq_printf(out, "free_pages %lu\ntasks %u\nfiles %lu\n", s.free_pages,
		   task_count(), file_count());
	return 0;
}

static struct proc_entry system_entries[] = {
	{ .path = "self", .mode = S_IFLNK | 0777, .link = self_link },
	{ .path = "thread-self", .mode = S_IFLNK | 0777,
	  .link = thread_self_link },
	{ .path = "net", .mode = S_IFLNK | 0777, .link = net_link },
	{ .path = "cmdline", .mode = 0444, .show = show_cmdline },
	{ .path = "devices", .mode = 0444, .show = show_devices },
	{ .path = "filesystems", .mode = 0444, .show = show_filesystems },
	{ .path = "loadavg", .mode = 0444, .show = show_loadavg },
	{ .path = "meminfo", .mode = 0444, .show = show_meminfo },
	{ .path = "slabinfo", .mode = 0400, .show = show_slabinfo },
	{ .path = "stat", .mode = 0444, .show = show_stat },
	{ .path = "uptime", .mode = 0444, .show = show_uptime },
	{ .path = "version", .mode = 0444, .show = show_version },
	{ .path = "nidus/drain", .mode = 0600, .show = show_drain,
	  .write = write_drain },
};

void proc_system_init(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(system_entries); i++)
		proc_entry_add(&system_entries[i]);
}
