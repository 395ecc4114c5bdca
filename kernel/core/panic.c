/*
 * kernel/core/panic.c - the last words
 *
 * What:  the first CPU that panics stops the others, prints what it knows and
 *        ends the machine in the way the command line asks for.
 * Locks: none; panic_cpu is claimed by compare-and-swap, and from then on
 *        nobody waits for a spinlock.
 * See:   kernel-parameters: panic=
 */
#include <core/panic.h>

#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/smp.h>
#include <arch/system.h>
#include <core/ksyms.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <lib/atomic.h>
#include <lib/format.h>

#define TRACE_DEPTH 24
#define MESSAGE_SIZE 256
/* What the test runner takes for a panic. */
#define PANIC_EXIT_CODE 0x12

static u32 panic_cpu;		/* [a] CPU + 1 that speaks, 0: none */
static u32 panic_depth;		/* [C] of that CPU */
int panic_timeout_s;
void (*panic_show)(bool on);

bool panicking(void)
{
	return unlikely(READ_ONCE(panic_cpu) != 0);
}

void backtrace_print(const u64 *addrs, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		const char *name;
		u64 offset;

		if (ksym_lookup(addrs[i], &name, &offset))
			pr_err("  [%016lx] %s+%#lx\n", addrs[i], name, offset);
		else
			pr_err("  [%016lx]\n", addrs[i]);
	}
}

void dump_stack(void)
{
	u64 addrs[TRACE_DEPTH];

	if (backtrace_walk)
		backtrace_print(addrs, backtrace_walk(0, addrs, TRACE_DEPTH));
}

static void pass_half_second(bool on)
{
	if (panic_show && !log_is_seen())
		panic_show(on);
	for (u32 ms = 0; ms < 500; ms++)
		clock_delay_us(1000);
}

static void pass_second(void)
{
	pass_half_second(true);
	pass_half_second(false);
}

static NORETURN void panic_stay(void)
{
	if (!panic_show || log_is_seen())
		machine_halt();
	smp_stop_others();
	for (;;)
		pass_second();
}

static NORETURN void panic_end(void)
{
	machine_test_exit(PANIC_EXIT_CODE);
	if (panic_timeout_s == 0)
		panic_stay();
	if (panic_timeout_s > 0)
		pr_err("Rebooting in %d seconds..\n", panic_timeout_s);
	for (int s = 0; s < panic_timeout_s; s++)
		pass_second();
	machine_restart();
}

/* Only one CPU goes on from here, and it comes here a second time only if the
 * report itself failed. */
static void panic_claim(void)
{
	u32 me = cpu_id() + 1;

	if (!cas(&panic_cpu, 0u, me) && READ_ONCE(panic_cpu) != me)
		cpu_halt_forever();
	if (++panic_depth > 2)
		panic_end();
}

void panic(const char *fmt, ...)
{
	static char message[MESSAGE_SIZE];
	va_list args;

	irq_disable();
	panic_claim();
	va_start(args, fmt);
	vscnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	if (panic_depth == 1)
		smp_stop_others();
	printk(LOG_EMERG, "Kernel panic - not syncing: %s\n", message);
	if (panic_depth == 1) {
		pr_err("CPU: %u\n", cpu_id());
		dump_stack();
		spin_dump_held();
	}
	printk(LOG_EMERG, "---[ end Kernel panic - not syncing: %s ]---\n",
	       message);
	panic_end();
}
