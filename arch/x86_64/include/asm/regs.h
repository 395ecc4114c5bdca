/*
 * arch/x86_64/include/asm/regs.h - the register frame of an entry to the kernel
 *
 * What:  struct regs as the entry code pushes it, and the accessors that the
 *        rest of the kernel uses instead of its fields.
 * Life:  a thread's user frame is at the top of its kernel stack; frames of
 *        faults and interrupts inside the kernel lie below it.
 * Not:   fields are for arch/ only.
 */
#ifndef ASM_REGS_H
#define ASM_REGS_H

#include <asm/cr.h>
#include <asm/gdt.h>
#include <lib/types.h>

/* Offsets are repeated in asm/offsets.inc; asserted here. */
struct regs {
	u64 r15, r14, r13, r12, rbp, rbx;
	u64 r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	s64 nr;		/* system-call number; -1 outside a system call */
	u64 fast_exit;	/* 1: nothing but rax may differ from what SYSCALL
			   found, so SYSRET is a right way back */
	u64 vector;
	u64 error;
	u64 rip, cs, rflags, rsp, ss;
};

static_assert(offsetof(struct regs, rbx) == 40, "offsets.inc");
static_assert(offsetof(struct regs, rax) == 80, "offsets.inc");
static_assert(offsetof(struct regs, rdi) == 112, "offsets.inc");
static_assert(offsetof(struct regs, fast_exit) == 128, "offsets.inc");
static_assert(offsetof(struct regs, rip) == 152, "offsets.inc");
static_assert(sizeof(struct regs) == 192, "keeps the stack 16-aligned");

/* The SYSCALL, SYSENTER and INT n instructions are two bytes long. */
#define SYSCALL_INSN_LEN 2

/* After any change but of rax: leave by the full path. */
static inline void regs_touch(struct regs *r)
{
	r->fast_exit = 0;
}

/* User mode's first state: all zero, 64-bit code, interrupts on. */
static inline void regs_clear(struct regs *r)
{
	*r = (struct regs){
		.nr = -1,
		.cs = SEL_USER_CS,
		.rflags = RFLAGS_FIXED | RFLAGS_IF,
		.ss = SEL_USER_DS,
	};
}

static inline u64 regs_ip(const struct regs *r)
{
	return r->rip;
}

static inline u64 regs_sp(const struct regs *r)
{
	return r->rsp;
}

static inline u64 regs_return(const struct regs *r)
{
	return r->rax;
}

/* Only the low half of rax counts, as a signed number. */
static inline s64 regs_syscall_nr(const struct regs *r)
{
	return (s32)r->nr;
}

/* @i: 0..5. */
static inline u64 regs_arg(const struct regs *r, u32 i)
{
	switch (i) {
	case 0:
		return r->rdi;
	case 1:
		return r->rsi;
	case 2:
		return r->rdx;
	case 3:
		return r->r10;
	case 4:
		return r->r8;
	default:
		return r->r9;
	}
}

static inline void regs_set_ip(struct regs *r, u64 ip)
{
	r->rip = ip;
	regs_touch(r);
}

static inline void regs_set_sp(struct regs *r, u64 sp)
{
	r->rsp = sp;
	regs_touch(r);
}

static inline void regs_set_return(struct regs *r, u64 v)
{
	r->rax = v;
}

static inline bool regs_from_user(const struct regs *r)
{
	return (r->cs & 3) != 0;
}

/* The number that regs_restart_syscall puts back; -1: the frame is no longer
 * that of a system call (after sigreturn). */
static inline void regs_set_syscall(struct regs *r, s64 nr)
{
	r->nr = nr;
}

/* No result: the number in its register again, with all of its bits. */
static inline void regs_undo_syscall(struct regs *r)
{
	r->rax = (u64)r->nr;
}

/* Step back onto the instruction that made the call, number restored. */
static inline void regs_restart_syscall(struct regs *r)
{
	regs_undo_syscall(r);
	r->rip -= SYSCALL_INSN_LEN;
	regs_touch(r);
}

#endif
