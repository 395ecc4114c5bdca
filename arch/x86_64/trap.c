/*
 * arch/x86_64/trap.c - exceptions and interrupts after the entry code
 *
 * What:  the interrupt descriptor table, the table of interrupt handlers, and
 *        what each exception means: a signal for user mode, a fix-up or a
 *        panic for the kernel.
 * Locks: none. Handlers are published by store_release of their function and
 *        read by all CPUs; per-CPU counters belong to their CPU.
 * Life:  trap_user runs with interrupts off but opens them for exceptions of
 *        user mode; it ends with trap_exit_work. trap_kernel returns to where
 *        the kernel was: nothing is rescheduled there.
 * Not:   page faults as memory (upcall_page_fault), signals
 *        (upcall_user_fault), the controllers behind the vectors (lapic.c,
 *        ioapic.c).
 * See:   Intel SDM volume 3, chapter 6 and section 4.7 (error code of page
 *        faults); sigaction(2) for si_code.
 */
#include <asm/irq_stat.h>
#include <asm/trap.h>

#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <arch/percpu.h>
#include <arch/system.h>
#include <arch/thread.h>
#include <arch/upcall.h>
#include <asm/apic.h>
#include <asm/cr.h>
#include <asm/debugreg.h>
#include <asm/fpu.h>
#include <asm/gdt.h>
#include <asm/user_return.h>
#include <core/image.h>
#include <core/panic.h>
#include <core/printk.h>
#include <core/rcu.h>
#include <lib/atomic.h>
#include <uapi/signal.h>

#define STUB_SIZE 16		/* trap_entry.asm */
#define NEXCEPTIONS 32

#define GATE_PRESENT 0x80
#define GATE_INTERRUPT 0x0e
#define GATE_USER 0x60		/* INT n allowed in user mode */

#define PF_PRESENT BIT(0)
#define PF_WRITE BIT(1)
#define PF_USER BIT(2)
#define PF_RESERVED BIT(3)
#define PF_EXEC BIT(4)

#define WORK_EXIT (WORK_RESCHED | WORK_SIGNAL | WORK_NOTIFY | WORK_RSEQ)
static_assert(WORK_EXIT == 15, "WORK_EXIT_MASK in asm/offsets.inc");

struct gate {
	u16 offset_low, selector;
	u8 ist, type;
	u16 offset_middle;
	u32 offset_high, reserved;
};

struct table_pointer {
	u16 limit;
	u64 base;
} PACKED;

struct handler {
	trap_fn fn;		/* [a] published last */
	void *arg;
};

/* What usercopy.asm puts into .ex_table. */
struct ex_entry {
	u64 insn;
	u64 fixup;
};

/* What an exception of user mode becomes. */
struct fault_signal {
	u8 sig;			/* 0: not by this table */
	u8 at_ip;		/* si_addr is the instruction */
	s16 code;
};

static struct gate idt[NVECTORS] ALIGNED(16);
static struct handler handlers[NVECTORS];
static DEFINE_PER_CPU(u64, spurious_count);

static const struct fault_signal fault_signals[NEXCEPTIONS] = {
	[TRAP_DE] = { SIGFPE, 1, FPE_INTDIV },
	[TRAP_BP] = { SIGTRAP, 0, SI_KERNEL },
	[TRAP_OF] = { SIGSEGV, 0, SI_KERNEL },
	[TRAP_BR] = { SIGSEGV, 0, SI_KERNEL },
	[TRAP_UD] = { SIGILL, 1, ILL_ILLOPN },
	[TRAP_OLD_MF] = { SIGFPE, 0, SI_KERNEL },
	[TRAP_TS] = { SIGSEGV, 0, SI_KERNEL },
	[TRAP_NP] = { SIGBUS, 0, SI_KERNEL },
	[TRAP_SS] = { SIGBUS, 0, SI_KERNEL },
	[TRAP_GP] = { SIGSEGV, 0, SI_KERNEL },
	[TRAP_AC] = { SIGBUS, 0, BUS_ADRALN },
};

static const char *const fault_names[NEXCEPTIONS] = {
	[TRAP_DE] = "divide error",
	[TRAP_DB] = "debug exception",
	[TRAP_BP] = "breakpoint",
	[TRAP_OF] = "overflow",
	[TRAP_BR] = "bound range",
	[TRAP_UD] = "invalid opcode",
	[TRAP_NM] = "device not available",
	[TRAP_DF] = "double fault",
	[TRAP_TS] = "invalid TSS",
	[TRAP_NP] = "segment not present",
	[TRAP_SS] = "stack segment fault",
	[TRAP_GP] = "general protection fault",
	[TRAP_PF] = "page fault",
	[TRAP_MF] = "x87 error",
	[TRAP_AC] = "alignment check",
	[TRAP_MC] = "machine check",
	[TRAP_XM] = "SIMD error",
};

static const char *fault_name(u64 vector)
{
	if (vector < NEXCEPTIONS && fault_names[vector])
		return fault_names[vector];
	return "unknown exception";
}

static u8 vector_ist(u32 vector)
{
	switch (vector) {
	case TRAP_NMI:
		return IST_NMI;
	case TRAP_DF:
		return IST_DOUBLE_FAULT;
	case TRAP_MC:
		return IST_MACHINE_CHECK;
	case TRAP_DB:
		return IST_DEBUG;
	default:
		return IST_NONE;
	}
}

static void ex_table_check(void)
{
	const struct ex_entry *e = (const void *)ex_table_start;
	const struct ex_entry *end = (const void *)ex_table_end;

	for (; e + 1 < end; e++) {
		if (e[0].insn >= e[1].insn)
			panic("trap: the fix-up of %#lx is out of order",
			      e[1].insn);
	}
}

void trap_init(void)
{
	for (u32 i = 0; i < NVECTORS; i++) {
		u64 stub = (u64)trap_stubs + i * STUB_SIZE;
		u8 user = i == TRAP_BP || i == TRAP_OF ? GATE_USER : 0;

		idt[i] = (struct gate){
			.offset_low = (u16)stub,
			.selector = SEL_KERNEL_CS,
			.ist = vector_ist(i),
			.type = (u8)(GATE_PRESENT | GATE_INTERRUPT | user),
			.offset_middle = (u16)(stub >> 16),
			.offset_high = (u32)(stub >> 32),
		};
	}
	ex_table_check();
}

void trap_load_idt(void)
{
	struct table_pointer p = { sizeof(idt) - 1, (u64)idt };

	__asm__ volatile("lidt %0" : : "m"(p));
}

void trap_set_handler(u32 vector, trap_fn fn, void *arg)
{
	struct handler *h = &handlers[vector];

	if (fn)
		h->arg = arg;
	store_release(&h->fn, fn);	/* pairs with handler_run */
}

u64 ex_table_find(u64 rip, bool *nosleep)
{
	const struct ex_entry *table = (const void *)ex_table_start;
	u64 low = 0;
	u64 high = (u64)(ex_table_end - ex_table_start) / sizeof(*table);

	*nosleep = rip >= (u64)usercopy_nosleep_start &&
		   rip < (u64)usercopy_nosleep_end;
	while (low < high) {
		u64 mid = low + (high - low) / 2;
		const struct ex_entry *e = &table[mid];

		if (e->insn == rip)
			return e->fixup;
		if (e->insn < rip)
			low = mid + 1;
		else
			high = mid;
	}
	return 0;
}

bool irq_from_user(void)
{
	return this_cpu(cpu_local).irq_from_user;
}

bool trap_has_handler(u32 vector)
{
	return READ_ONCE(handlers[vector].fn) != NULL;
}

static bool handler_run(struct regs *r)
{
	struct handler *h = &handlers[r->vector];
	trap_fn fn = load_acquire(&h->fn);	/* see trap_set_handler */

	irq_counts_mine()->vector[r->vector]++;
	if (!fn)
		return false;
	fn(r, h->arg);
	return true;
}

/* Told once a vector. One that the APIC thinks in service would keep all
 * others of lower rank away for ever. */
static void irq_stray(const struct regs *r)
{
	static u64 told[NVECTORS / 64];
	u64 bit = BIT(r->vector % 64);

	this_cpu(spurious_count)++;
	if (lapic_in_service((u32)r->vector))
		lapic_eoi();
	if (!(__atomic_fetch_or(&told[r->vector / 64], bit,
				__ATOMIC_RELAXED) & bit))
		pr_warn("irq: nobody waits for vector %#lx, seen on CPU %u\n",
			(u64)r->vector, cpu_id());
}

static void irq_dispatch(struct regs *r)
{
	struct cpu_local *local = this_cpu_ptr(&cpu_local);

	if (local->irq_depth++ == 0)
		local->irq_from_user = regs_from_user(r);
	rcu_irq_enter();
	if (!handler_run(r))
		irq_stray(r);
	rcu_irq_leave();
	local->irq_depth--;
}

void trap_exit_work(struct regs *r)
{
	struct arch_thread *t = arch_current();

	while (READ_ONCE(t->work) & WORK_EXIT) {
		irq_enable();
		upcall_user_work(r);
		irq_disable();
	}
}

static enum fault_access fault_access(u64 error)
{
	if (error & PF_EXEC)
		return FAULT_EXEC;
	return error & PF_WRITE ? FAULT_WRITE : FAULT_READ;
}

static NORETURN void kernel_fault(struct regs *r, u64 addr)
{
	if (regs_dump)
		regs_dump(r);
	if (r->vector == TRAP_PF)
		panic("%s in the kernel: address %#lx, error %#lx, rip %#lx",
		      fault_name(r->vector), addr, r->error, r->rip);
	panic("%s in the kernel: vector %lu, error %#lx, rip %#lx",
	      fault_name(r->vector), r->vector, r->error, r->rip);
}

/* ------------------------------------------------------- from user mode */

/* Kept for the frame of the signal that may follow. */
static void fault_record(struct regs *r, u64 addr)
{
	struct arch_thread *t = arch_current();

	t->trap_nr = r->vector;
	t->trap_error = r->error;
	t->trap_addr = addr;
}

/* An address beyond the user half says no more than that it is not the
 * user's: always "present", so that the kernel's map does not show. */
static void user_page_fault(struct regs *r)
{
	u64 addr = cr2_read();

	irq_enable();
	if (r->error & PF_RESERVED)
		kernel_fault(r, addr);
	if (addr >= USER_END) {
		r->error |= PF_PRESENT;
		fault_record(r, addr);
		upcall_user_fault(r, SIGSEGV, SEGV_MAPERR, addr, TRAP_PF,
				  (u32)r->error);
		return;
	}
	fault_record(r, addr);
	/* An access of user mode that the processor makes as a supervisor
	 * (descriptor tables; an emulator also a far return) and SMAP stops:
	 * no page that could be brought in would help. */
	if ((r->error & (PF_PRESENT | PF_USER)) == PF_PRESENT) {
		upcall_user_fault(r, SIGSEGV, SEGV_ACCERR, addr, TRAP_PF,
				  (u32)r->error);
		return;
	}
	upcall_page_fault(r, addr, fault_access(r->error),
			  r->error & PF_PRESENT, true);
}

/* Single step, a breakpoint or watchpoint, or the one-byte INT1. */
static void user_debug(struct regs *r)
{
	u64 dr6 = dr6_read() ^ DR6_CLEAR;
	int code = TRAP_BRKPT;

	dr6_write(DR6_CLEAR);
	if (debug_hit)
		dr6 = debug_hit(arch_current(), r, dr6);
	irq_enable();
	if (dr6 & DR6_BS)
		code = TRAP_TRACE;
	else if (dr6 & DR6_TRAPS)
		code = TRAP_HWBKPT;
	upcall_user_fault(r, SIGTRAP, code, r->rip, TRAP_DB, 0);
}

static void user_float(struct regs *r)
{
	int code = fpu_exception_code(r->vector == TRAP_XM);

	irq_enable();
	if (code)
		upcall_user_fault(r, SIGFPE, code, r->rip, (u32)r->vector, 0);
}

static void user_exception(struct regs *r)
{
	const struct fault_signal *s = &fault_signals[r->vector];

	if (!s->sig)
		kernel_fault(r, 0);
	irq_enable();
	upcall_user_fault(r, s->sig, s->code, s->at_ip ? r->rip : 0,
			  (u32)r->vector, (u32)r->error);
}

/* Called by trap_entry.asm with interrupts off; returns with them off and no
 * work left. */
void trap_user(struct regs *r)
{
	if (r->vector >= VECTOR_FIRST_IRQ) {
		irq_dispatch(r);
	} else if (r->vector == TRAP_PF) {
		user_page_fault(r);
		irq_disable();
	} else {
		fault_record(r, 0);
		if (r->vector == TRAP_DB)
			user_debug(r);
		else if (r->vector == TRAP_MF || r->vector == TRAP_XM)
			user_float(r);
		else
			user_exception(r);
		irq_disable();
	}
	trap_exit_work(r);
}

/* ------------------------------------------------------- from the kernel */

/* A fault at an instruction that may fault: have it resolved, or go on at its
 * fix-up. */
static void fixup_fault(struct regs *r, u64 addr, u64 fixup)
{
	bool ok;

	if (r->vector != TRAP_PF || addr >= USER_END ||
	    !(r->rflags & RFLAGS_IF)) {
		r->rip = fixup;
		return;
	}
	irq_enable();
	ok = upcall_page_fault(r, addr, fault_access(r->error),
			       r->error & PF_PRESENT, false);
	irq_disable();
	if (!ok)
		r->rip = fixup;
}

static void kernel_exception(struct regs *r)
{
	u64 addr = r->vector == TRAP_PF ? cr2_read() : 0;
	bool nosleep;
	u64 fixup = ex_table_find(r->rip, &nosleep);

	if (!fixup || (r->error & PF_RESERVED && r->vector == TRAP_PF))
		kernel_fault(r, addr);
	if (nosleep)
		r->rip = fixup;
	else
		fixup_fault(r, addr, fixup);
}

/* Called by trap_entry.asm; interrupts off. */
void trap_kernel(struct regs *r)
{
	if (r->vector >= VECTOR_FIRST_IRQ)
		irq_dispatch(r);
	else
		kernel_exception(r);
}

/* ------------------------------------------- on stacks of their own */

static void nmi(struct regs *r)
{
	struct cpu_local *local = this_cpu_ptr(&cpu_local);

	local->irq_depth++;
	if (!handler_run(r))
		this_cpu(spurious_count)++;
	local->irq_depth--;
}

/* The kernel sets no breakpoints: it touched what a program watches, which
 * says nothing to the program's tracer, or this is a stray single step. */
static void kernel_debug(struct regs *r)
{
	if (arch_current()->debug && !((dr6_read() ^ DR6_CLEAR) & DR6_BS)) {
		dr6_write(DR6_CLEAR);
		return;
	}
	pr_err("trap: debug exception in the kernel, rip %#lx, dr6 %#lx\n",
	       r->rip, dr6_read());
	dr6_write(DR6_CLEAR);
	r->rflags &= ~RFLAGS_TF;
}

static NORETURN void double_fault(struct regs *r)
{
	u64 addr = cr2_read();

	if (regs_dump)
		regs_dump(r);
	/* A push below the stack faults near the stack pointer, and there is
	 * no room to report it. */
	if (addr - r->rsp + PAGE_SIZE < 2 * PAGE_SIZE)
		panic("kernel stack overflow: rsp %#lx, address %#lx, rip %#lx",
		      r->rsp, addr, r->rip);
	panic("double fault: rip %#lx, rsp %#lx, last page fault at %#lx",
	      r->rip, r->rsp, addr);
}

/* Called by trap_entry.asm on an interrupt stack; interrupts off. */
void trap_paranoid(struct regs *r)
{
	switch (r->vector) {
	case TRAP_NMI:
		nmi(r);
		break;
	case TRAP_DB:
		kernel_debug(r);
		break;
	case TRAP_DF:
		double_fault(r);
	default:
		kernel_fault(r, 0);
	}
}
