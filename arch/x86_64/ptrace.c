/*
 * arch/x86_64/ptrace.c - the registers of a thread that another looks at
 *
 * What:  general registers one by one, single steps, floating point state in
 *        the standard XSAVE form.
 * Locks: none; the thread is off its processor, or the current one.
 * Not:   debug registers (debugreg.c).
 * See:   ptrace(2); Intel SDM volume 1, sections 10.5 and 13.4; volume 3,
 *        section 17.3.1.4 (single step).
 */
#include <arch/ptrace.h>

#include <arch/mmu.h>
#include <asm/cr.h>
#include <asm/debugreg.h>
#include <asm/fpu.h>
#include <asm/gdt.h>
#include <lib/string.h>
#include <uapi/errno.h>
#include <uapi/prctl.h>

#define FLAGS_TRACER (RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | \
		      RFLAGS_SF | RFLAGS_TF | RFLAGS_DF | RFLAGS_OF | \
		      RFLAGS_RF | RFLAGS_AC | RFLAGS_NT)

#define REG(name) (offsetof(struct user_regs, name) / sizeof(u64))

/* Where a register lies in struct regs; those without a line are special. */
#define PLACE(name) [REG(name)] = offsetof(struct regs, name) + 1
static const u8 places[sizeof(struct user_regs) / sizeof(u64)] = {
	PLACE(r15), PLACE(r14), PLACE(r13), PLACE(r12), PLACE(rbp),
	PLACE(rbx), PLACE(r11), PLACE(r10), PLACE(r9), PLACE(r8),
	PLACE(rax), PLACE(rcx), PLACE(rdx), PLACE(rsi), PLACE(rdi),
	PLACE(rip), PLACE(cs), PLACE(rsp), PLACE(ss),
	[REG(orig_rax)] = offsetof(struct regs, nr) + 1,
};

static u64 flags_get(const struct arch_thread *t, const struct regs *r)
{
	return t->step & STEP_OWN_TF ? r->rflags & ~RFLAGS_TF : r->rflags;
}

static u64 special_get(const struct arch_thread *t, const struct regs *r,
		       u32 index)
{
	switch (index) {
	case REG(eflags):
		return flags_get(t, r);
	case REG(fs_base):
		return t->fs_base;
	case REG(gs_base):
		return t->gs_base;
	case REG(ds):
		return t->ds;
	case REG(es):
		return t->es;
	case REG(fs):
		return t->fs;
	default:
		return t->gs;
	}
}

u64 arch_reg_get(struct arch_thread *t, u32 index)
{
	const struct regs *r = arch_thread_regs(t);

	if (!places[index])
		return special_get(t, r, index);
	if (index == REG(cs) || index == REG(ss))
		return (u16)(index == REG(cs) ? r->cs : r->ss);
	return *(const u64 *)(const void *)((const char *)r +
					    places[index] - 1);
}

/* A tracer that sets TF means it for the program itself. */
static void flags_set(struct arch_thread *t, struct regs *r, u64 value)
{
	if (value & RFLAGS_TF)
		t->step &= ~(u32)STEP_OWN_TF;
	else if (t->step & STEP_OWN_TF)
		value |= RFLAGS_TF;
	r->rflags = (r->rflags & ~FLAGS_TRACER) | (value & FLAGS_TRACER);
}

/* What a segment register may be loaded with: there are no other segments
 * for user programs, so the rest would become the null selector. */
static u16 loadable(u16 sel)
{
	bool known = sel == SEL_USER_DS || sel == SEL_USER_CS ||
		     sel == SEL_USER32_CS;

	return known ? sel : 0;
}

static int base_set(u64 *base, u64 value)
{
	if (value >= USER_END)
		return -EIO;
	*base = value;
	return 0;
}

static int selector_set(struct arch_thread *t, struct regs *r, u32 index,
			u16 sel)
{
	if (sel && (sel & 3) != 3)
		return -EIO;
	switch (index) {
	case REG(cs):
	case REG(ss):
		if (!sel)
			return -EIO;
		*(index == REG(cs) ? &r->cs : &r->ss) = sel;
		return 0;
	case REG(ds):
		t->ds = loadable(sel);
		return 0;
	case REG(es):
		t->es = loadable(sel);
		return 0;
	case REG(fs):
		t->fs = loadable(sel);
		return 0;
	default:
		t->gs = loadable(sel);
		return 0;
	}
}

int arch_reg_set(struct arch_thread *t, u32 index, u64 value)
{
	struct regs *r = arch_thread_regs(t);

	regs_touch(r);
	switch (index) {
	case REG(eflags):
		flags_set(t, r, value);
		return 0;
	case REG(fs_base):
		return base_set(&t->fs_base, value);
	case REG(gs_base):
		return base_set(&t->gs_base, value);
	case REG(cs):
	case REG(ss):
	case REG(ds):
	case REG(es):
	case REG(fs):
	case REG(gs):
		return selector_set(t, r, index, (u16)value);
	}
	*(u64 *)(void *)((char *)r + places[index] - 1) = value;
	return 0;
}

int arch_prctl_of(struct arch_thread *t, int code, u64 addr)
{
	switch (code) {
	case ARCH_SET_FS:
		t->fs = 0;
		return base_set(&t->fs_base, addr) ? -EPERM : 0;
	case ARCH_SET_GS:
		t->gs = 0;
		return base_set(&t->gs_base, addr) ? -EPERM : 0;
	}
	return -EINVAL;
}

void arch_step_enable(struct arch_thread *t)
{
	struct regs *r = arch_thread_regs(t);

	t->step |= STEP_ON;
	regs_touch(r);
	if (!(r->rflags & RFLAGS_TF)) {
		r->rflags |= RFLAGS_TF;
		t->step |= STEP_OWN_TF;
	}
}

void arch_step_disable(struct arch_thread *t)
{
	struct regs *r = arch_thread_regs(t);

	if (t->step & STEP_OWN_TF) {
		regs_touch(r);
		r->rflags &= ~RFLAGS_TF;
	}
	t->step = 0;
}

u32 arch_xstate_size(void)
{
	return fpu_features() ? fpu_area_size() : 0;
}

bool arch_xstate_part(u32 n, u32 *at, u32 *size)
{
	if (!(fpu_features() & BIT(n)))
		return false;
	*at = fpu_component_place(n, size);
	return true;
}

void arch_xstate_get(struct arch_thread *t, void *buf, u32 size)
{
	fpu_area_export(t->fpu, buf, size);
}

int arch_xstate_set(struct arch_thread *t, const void *buf, u32 size)
{
	return fpu_area_import(t->fpu, buf, size);
}
