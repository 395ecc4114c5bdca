/*
 * arch/x86_64/include/asm/smp.h - who the CPUs are, and how they begin
 *
 * What:  what platform.c, smp.c, ipi.c and ap_start.asm share.
 * See:   Intel SDM volume 3, section 9.4.4 (INIT, SIPI, SIPI).
 */
#ifndef ASM_SMP_H
#define ASM_SMP_H

#include <lib/cpumask.h>
#include <lib/types.h>

/*
 * smp_init - number the CPUs that firmware lists: the boot CPU is 0, the
 *            others follow in its order
 * Context: boot CPU, after lapic_init_boot
 */
void smp_init(void);
/* APIC id of @cpu, below cpu_possible_count(). */
u32 smp_apic_id(u32 cpu);
/* ipi.c: handlers of the messages between CPUs. */
void ipi_init(void);
/* Send INIT to all others, which then need SMP_INIT_US of peace before
 * smp_start_all; what the time is used for is the caller's business. */
void smp_send_init(void);
#define SMP_INIT_US 10000

/* What ap_start.asm needs, in the image: written by smp.c before any CPU is
 * started. */
extern u32 ap_apic_ids[MAX_CPUS];	/* by CPU number */
extern u64 ap_stacks[MAX_CPUS];		/* tops; 0: not to be started */
extern u32 ap_count;
extern u64 ap_kernel_root;		/* CR3 */

/* The page that is copied below 1 MiB, and the words in it to be filled. */
extern char ap_trampoline[], ap_trampoline_end[];
extern char ap_word_root[], ap_word_efer[];

/* From ap_start.asm, on its own stack, interrupts off, no GS base yet. */
NORETURN void ap_main(u32 cpu);

#endif
