/*
 * arch/x86_64/include/asm/apic.h - local APIC and IO-APICs
 *
 * What:  what the files of arch/ ask of the interrupt controllers.
 * Life:  lapic_init_boot, then lapic_init_cpu on every CPU; ioapic_init once.
 * See:   Intel SDM volume 3, chapter 11; 82093AA IO-APIC data sheet.
 */
#ifndef ASM_APIC_H
#define ASM_APIC_H

#include <lib/types.h>

/*
 * lapic_init_boot - find the boot CPU's local APIC and choose how to reach it
 * Registers in memory (xAPIC) or MSRs (x2APIC): the latter when firmware left
 * it on, which cannot be undone everywhere, or a hypervisor offers it.
 * Context: boot CPU, after firmware_init. Panics when there is none.
 */
void lapic_init_boot(void);
/* Enable this CPU's; its own lines are masked but for NMI.
 * Context: interrupts off. */
void lapic_init_cpu(void);
/* Identity on the interrupt bus of the CPU that asks. */
u32 lapic_id(void);
/* Are ids above 254 reachable? */
bool lapic_is_x2(void);
/* Registers, NULL in x2APIC mode; for ap_start.asm. [I] lapic_init_boot */
extern volatile u32 *lapic_mmio;
/* End of the interrupt being served on this CPU. */
void lapic_eoi(void);
/* Is this CPU's APIC waiting for the end of @vector's interrupt? */
bool lapic_in_service(u32 vector);

/* Messages to another CPU by its APIC id. Context: any. */
void lapic_send_ipi(u32 apic_id, u32 vector);
void lapic_send_nmi(u32 apic_id);
void lapic_send_init(u32 apic_id);
/* Start at physical @page * 4096 in real mode. */
void lapic_send_startup(u32 apic_id, u32 page);

/* This CPU's timer. Context: interrupts off. */
/* One shot of VECTOR_TIMER after @count ticks of the APIC timer; 0 stops. */
void lapic_timer_set(u32 count);
/* One shot when the time stamp counter reaches @tsc; 0 stops. */
void lapic_timer_set_deadline(u64 tsc);
/* Choose deadline mode on this CPU; else (and at first) one-shot. */
void lapic_timer_use_deadline(void);
/* What is left of the count, for calibration. */
u32 lapic_timer_count(void);

/* Mask and re-vector the old 8259s. Context: boot CPU, after firmware_init and
 * before lapic_init_boot: an interrupt that is pending when the local APIC
 * stops listening would stay so. */
void pics_off(void);

/* Find the IO-APICs and overrides; all lines masked.
 * Context: boot CPU, after lapic_init_boot. */
void ioapic_init(void);

#endif
