/*
 * arch/x86_64/include/asm/trap.h - vectors, their handlers, exception fix-ups
 *
 * What:  numbers of the exceptions and of the vectors the kernel gives out,
 *        and the table from vector to handler.
 * Locks: handlers are set at start-up or by the owner of a vector; a vector
 *        is written once (function last), read by all CPUs.
 * See:   Intel SDM volume 3, chapter 6.
 */
#ifndef ASM_TRAP_H
#define ASM_TRAP_H

#include <lib/types.h>

struct regs;

enum trap_vector {
	TRAP_DE = 0,	/* divide error */
	TRAP_DB = 1,	/* debug */
	TRAP_NMI = 2,
	TRAP_BP = 3,	/* INT3 */
	TRAP_OF = 4,
	TRAP_BR = 5,
	TRAP_UD = 6,	/* invalid opcode */
	TRAP_NM = 7,	/* no x87 */
	TRAP_DF = 8,	/* double fault */
	TRAP_OLD_MF = 9,
	TRAP_TS = 10,
	TRAP_NP = 11,
	TRAP_SS = 12,
	TRAP_GP = 13,
	TRAP_PF = 14,
	TRAP_SPURIOUS = 15,
	TRAP_MF = 16,	/* x87 error */
	TRAP_AC = 17,	/* alignment check */
	TRAP_MC = 18,	/* machine check */
	TRAP_XM = 19,	/* SIMD error */
};

/* Vectors from here on are interrupts; fixed ones lie at the top, because the
 * local APIC serves higher numbers first. */
#define VECTOR_FIRST_IRQ 0x20
#define VECTOR_PIC_BASE 0x20	/* the masked 8259s: spurious 7 and 15 only */
#define VECTOR_FIRST_DEVICE 0x30
#define VECTOR_LAST_DEVICE 0xef
#define VECTOR_TIMER 0xf0
#define VECTOR_RESCHED 0xf1
#define VECTOR_CALL 0xf2
#define VECTOR_TLB 0xf3
#define VECTOR_STOP 0xf4
#define VECTOR_ERROR 0xfe
#define VECTOR_SPURIOUS 0xff
#define NVECTORS 256

/* What stands in struct regs.vector of a system call. */
#define VECTOR_SYSCALL 0x100

typedef void (*trap_fn)(struct regs *r, void *arg);

/*
 * trap_set_handler - @fn(@regs, @arg) serves @vector on every CPU
 * @vector:  TRAP_NMI, or 0x20..0xff; an interrupt's handler signals the end
 *           of interrupt itself, and runs with interrupts off, in_irq() true
 * @fn:      NULL takes the handler away (spurious ones are then counted)
 * Context:  any; the caller owns the vector.
 */
void trap_set_handler(u32 vector, trap_fn fn, void *arg);
/* Does anybody serve @vector? Any context. */
bool trap_has_handler(u32 vector);

/* trap_entry.asm: 256 stubs of 16 bytes. */
extern char trap_stubs[];
/* usercopy.asm: fix-ups of instructions between these are taken at once. */
extern char usercopy_nosleep_start[], usercopy_nosleep_end[];

/* Called by trap_entry.asm with interrupts off: from user mode, from the
 * kernel, and on an interrupt stack. */
void trap_user(struct regs *r);
void trap_kernel(struct regs *r);
void trap_paranoid(struct regs *r);

/* The interrupt descriptor table: built once, loaded by each CPU. */
void trap_init(void);
void trap_load_idt(void);

/*
 * ex_table_find - where to go on after a fault at @rip of kernel text
 * @nosleep: set when the fault must not be resolved (usercopy_peek32)
 * Return:   address, 0 when a fault there is a bug.
 */
u64 ex_table_find(u64 rip, bool *nosleep);

#endif
