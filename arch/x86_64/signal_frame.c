/*
 * arch/x86_64/signal_frame.c - the frame of a signal handler, made and undone
 *
 * What:  arch_signal_push, arch_signal_pop: struct rt_sigframe on the user
 *        stack as the psABI and Linux lay it out.
 * Locks: none; all of it concerns the current thread.
 * Life:  from high to low addresses: 128 bytes left alone (red zone; not on a
 *        fresh alternate stack), the FPU state aligned to 64, the frame, whose
 *        first word is the return address. The FPU state is in its initial
 *        form when the handler starts.
 * Not:   which signal, which stack, the blocked mask
 *        (kernel/proc/signal_deliver.c).
 * See:   sigreturn(2), sigaltstack(2); System V ABI for x86-64, sections 3.2.2
 *        and 3.4; Intel SDM volume 1, section 13.4.
 */
#include <arch/thread.h>

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <arch/usercopy.h>
#include <asm/cr.h>
#include <asm/fpu.h>
#include <asm/gdt.h>
#include <lib/string.h>
#include <uapi/errno.h>
#include <uapi/signal.h>
#include <uapi/ucontext.h>

#define RED_ZONE 128
#define FPU_ALIGN 64
#define FRAME_ALIGN 16

/* What a handler may change in the flags it returns to. */
#define FLAGS_RESTORED (RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | \
			RFLAGS_SF | RFLAGS_TF | RFLAGS_DF | RFLAGS_OF | \
			RFLAGS_RF | RFLAGS_AC)

struct frame_place {
	uptr_t fpu;
	uptr_t frame;
};

size_t arch_signal_frame_max(void)
{
	size_t size = sizeof(struct rt_sigframe) + FRAME_ALIGN - 1 +
		      fpu_frame_size() + FPU_ALIGN - 1;

	return ALIGN_UP(size, FRAME_ALIGN);
}

static bool on_stack(uptr_t sp, uptr_t base, size_t size)
{
	return sp > base && sp - base <= size;
}

/* Return: 0, -EFAULT (it would leave the user half or the alternate stack). */
static int place_frame(const struct arch_signal *sig, uptr_t user_sp,
		       struct frame_place *place)
{
	bool nested = on_stack(user_sp, sig->saved_ss_sp, sig->saved_ss_size) &&
		      !(sig->saved_ss_flags & (int)SS_AUTODISARM);
	uptr_t sp = user_sp - RED_ZONE;

	if (sig->altstack_sp)
		sp = sig->altstack_sp + sig->altstack_size;
	if (sp > USER_END || sp < arch_signal_frame_max())
		return -EFAULT;
	place->fpu = ALIGN_DOWN(sp - fpu_frame_size(), FPU_ALIGN);
	sp = place->fpu - sizeof(struct rt_sigframe);
	place->frame = ALIGN_DOWN(sp, FRAME_ALIGN) - 8;
	if (sig->altstack_sp &&
	    !on_stack(place->frame, sig->altstack_sp, sig->altstack_size))
		return -EFAULT;
	if (!sig->altstack_sp && nested &&
	    !on_stack(place->frame, sig->saved_ss_sp, sig->saved_ss_size))
		return -EFAULT;
	return 0;
}

static void context_fill(struct sigcontext *sc, const struct regs *r,
			 const struct arch_thread *t)
{
	sc->r8 = r->r8;
	sc->r9 = r->r9;
	sc->r10 = r->r10;
	sc->r11 = r->r11;
	sc->r12 = r->r12;
	sc->r13 = r->r13;
	sc->r14 = r->r14;
	sc->r15 = r->r15;
	sc->rdi = r->rdi;
	sc->rsi = r->rsi;
	sc->rbp = r->rbp;
	sc->rbx = r->rbx;
	sc->rdx = r->rdx;
	sc->rax = r->rax;
	sc->rcx = r->rcx;
	sc->rsp = r->rsp;
	sc->rip = r->rip;
	sc->rflags = r->rflags;
	sc->cs = (u16)r->cs;
	sc->ss = (u16)r->ss;
	sc->err = t->trap_error;
	sc->trapno = t->trap_nr;
	sc->cr2 = t->trap_addr;
}

static void context_restore(const struct sigcontext *sc, struct regs *r)
{
	r->r8 = sc->r8;
	r->r9 = sc->r9;
	r->r10 = sc->r10;
	r->r11 = sc->r11;
	r->r12 = sc->r12;
	r->r13 = sc->r13;
	r->r14 = sc->r14;
	r->r15 = sc->r15;
	r->rdi = sc->rdi;
	r->rsi = sc->rsi;
	r->rbp = sc->rbp;
	r->rbx = sc->rbx;
	r->rdx = sc->rdx;
	r->rax = sc->rax;
	r->rcx = sc->rcx;
	r->rsp = sc->rsp;
	r->rip = sc->rip;
	r->rflags = (r->rflags & ~FLAGS_RESTORED) |
		    (sc->rflags & FLAGS_RESTORED);
	/* Whatever else is wrong with them is found by IRET. */
	r->cs = sc->cs | 3;
	r->ss = sc->ss | 3;
	r->nr = -1;
	regs_touch(r);
}

static void frame_fill(struct rt_sigframe *f, const struct arch_signal *sig,
		       const struct regs *r)
{
	struct sigcontext *sc = &f->uc.uc_mcontext;

	f->pretcode = sig->restorer;
	f->uc.uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS;
	if (fpu_features())
		f->uc.uc_flags |= UC_FP_XSTATE;
	f->uc.uc_link = 0;
	/* User space sees the padding too. */
	memset(&f->uc.uc_stack, 0, sizeof(f->uc.uc_stack));
	f->uc.uc_stack.ss_sp = sig->saved_ss_sp;
	f->uc.uc_stack.ss_size = sig->saved_ss_size;
	f->uc.uc_stack.ss_flags = sig->saved_ss_flags;
	f->uc.uc_sigmask = sig->mask;
	context_fill(sc, r, arch_current());
	sc->oldmask = sig->mask;
	for (u32 i = 0; i < ARRAY_SIZE(sc->reserved); i++)
		sc->reserved[i] = 0;
}

/* The frame to user memory; @f.info is not used, the information comes from
 * @sig, and stays unwritten for a handler that did not ask for it. */
static int frame_copy(const struct arch_signal *sig,
		      const struct rt_sigframe *f, uptr_t to)
{
	if (usercopy_to(to, f, offsetof(struct rt_sigframe, info)))
		return -EFAULT;
	if (!(sig->flags & SA_SIGINFO))
		return 0;
	if (usercopy_to(to + offsetof(struct rt_sigframe, info), sig->info,
			sizeof(*sig->info)))
		return -EFAULT;
	return 0;
}

/* Point the registers at the handler, as if it had been called. */
static void enter_handler(const struct arch_signal *sig, struct regs *r,
			  uptr_t frame)
{
	r->rdi = (u64)sig->sig;
	r->rsi = frame + offsetof(struct rt_sigframe, info);
	r->rdx = frame + offsetof(struct rt_sigframe, uc);
	r->rax = 0;
	r->rsp = frame;
	r->rip = sig->handler;
	r->cs = SEL_USER_CS;
	r->ss = SEL_USER_DS;
	r->rflags &= ~(RFLAGS_DF | RFLAGS_TF | RFLAGS_RF);
	regs_touch(r);
}

int arch_signal_push(const struct arch_signal *sig)
{
	struct regs *r = arch_thread_regs(arch_current());
	struct frame_place place;
	struct rt_sigframe f;

	if (!(sig->flags & SA_RESTORER) ||
	    place_frame(sig, r->rsp, &place) || fpu_frame_write(place.fpu))
		return -EFAULT;
	frame_fill(&f, sig, r);
	f.uc.uc_mcontext.fpstate = place.fpu;
	if (frame_copy(sig, &f, place.frame))
		return -EFAULT;
	enter_handler(sig, r, place.frame);
	fpu_load_init();
	return 0;
}

/* A frame of before UC_STRICT_RESTORE_SS may hold any SS: 64-bit code then
 * gets the one that works. */
static void fix_stack_segment(struct regs *r, u64 uc_flags)
{
	if (!(uc_flags & UC_STRICT_RESTORE_SS) && r->cs == SEL_USER_CS)
		r->ss = SEL_USER_DS;
}

int arch_signal_pop(u64 *mask, struct sigaltstack *ss)
{
	struct regs *r = arch_thread_regs(arch_current());
	uptr_t frame = r->rsp - 8;	/* the handler's RET took a word */
	struct ucontext uc;

	if (frame > USER_END - sizeof(struct rt_sigframe))
		return -EFAULT;
	if (usercopy_from(&uc, frame + offsetof(struct rt_sigframe, uc),
			  sizeof(uc)))
		return -EFAULT;
	*mask = uc.uc_sigmask;
	*ss = uc.uc_stack;
	context_restore(&uc.uc_mcontext, r);
	fix_stack_segment(r, uc.uc_flags);
	if (uc.uc_mcontext.fpstate)
		return fpu_frame_read(uc.uc_mcontext.fpstate);
	fpu_load_init();
	return 0;
}
