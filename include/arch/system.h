/*
 * include/arch/system.h - the machine as a whole: start, end, back traces
 */
#ifndef ARCH_SYSTEM_H
#define ARCH_SYSTEM_H

#include <lib/types.h>

struct regs;
struct arch_thread;

/* Start-up steps called by kernel_main in this order. */
void arch_init_early(void);	/* boot CPU: GDT, IDT, features, per-CPU */
void arch_init_memory(void);	/* direct map and kernel half complete; needs
				   early_alloc; before mm_init */
void arch_init_irq(void);	/* ACPI, APICs, clock; needs the allocators */

/* acpi=off: do as if firmware had no tables. acpi_rsdp=: where their root is,
 * whatever the loader said. Before arch_init_irq. */
OPTIONAL void acpi_set_off(void);
OPTIONAL void acpi_set_rsdp(paddr_t pa);
/* hostile=NAME of debug builds (asm/hostile.h): optional. False: no such
 * name. */
OPTIONAL bool hostile_set(const char *name);

/* Power off by ACPI S5 (or the test runner's exit port); halt if all fail. */
NORETURN void machine_power_off(void);
NORETURN void machine_restart(void);
NORETURN void machine_halt(void);
/* testexit=1: there is a debug-exit device at port 0xf4 (QEMU's option
 * -device isa-debug-exit,iobase=0xf4,iosize=1). */
void machine_set_test_exit(bool on);
/* Tell the test runner: with testexit=1 ends QEMU with this value on the
 * debug-exit port (0x10 is PASS); returns when there is no such port. */
void machine_test_exit(u8 value);
/* What the end of the machine tells the test runner. */
#define TEST_EXIT_POWER_OFF 0x10
#define TEST_EXIT_HALT 0x11
#define TEST_EXIT_PANIC 0x12

/*
 * Optional:
 * backtrace_walk - frame-pointer walk from @fp (0: the caller) in kernel text
 * Return: number of addresses stored in @out. Context: any; never faults.
 */
OPTIONAL u32 backtrace_walk(u64 fp, u64 *out, u32 max);
/* What it takes for the place where @r was saved. */
struct regs;
OPTIONAL u64 backtrace_start(const struct regs *r);
/* Print registers and a symbolised back trace. */
OPTIONAL void regs_dump(const struct regs *r);
/* Back trace of another, switched-out thread. */
OPTIONAL u32 backtrace_thread(const struct arch_thread *t, u64 *out, u32 max);

#endif
