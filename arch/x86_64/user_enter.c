/*
 * arch/x86_64/user_enter.c - fresh user state: exec, the first process, bases
 *
 * What:  arch_user_reset, arch_user_enter, arch_prctl.
 * Locks: none; all of it concerns the current thread only.
 * Life:  the first process is a kernel thread until its exec: arch_user_reset
 *        gives it what a user thread has, arch_user_enter leaves the kernel.
 * See:   arch_prctl(2); System V ABI for x86-64, section 3.4.1 (initial
 *        registers).
 */
#include <arch/thread.h>

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <asm/debugreg.h>
#include <asm/fpu.h>
#include <asm/segment.h>
#include <asm/user_return.h>
#include <core/assert.h>
#include <core/panic.h>
#include <uapi/errno.h>
#include <uapi/prctl.h>

/* Components that arch_prctl(ARCH_REQ_XCOMP_PERM) knows to ask for: numbers
 * up to 18, the tiles of AMX, which are never offered. */
#define XCOMP_LIMIT 19

/* A kernel thread gets its FPU area with its first exec. Nothing can be undone
 * then, and it happens once, at boot. */
static void become_user(struct arch_thread *t)
{
	t->fpu = fpu_area_alloc();
	if (!t->fpu)
		panic("first process: no memory for its %u bytes of FPU state",
		      fpu_area_size());
}

void arch_user_reset(uptr_t ip, uptr_t sp)
{
	struct arch_thread *t = arch_current();
	struct regs *r = arch_thread_regs(t);
	u64 flags;

	if (!t->is_user)
		become_user(t);
	if (debug_free)
		debug_free(t);
	t->debug_status = 0;
	regs_clear(r);
	r->rip = ip;
	r->rsp = sp;
	flags = irq_save();
	t->is_user = 1;
	fpu_load_init();
	segment_write_ds(0);
	segment_write_es(0);
	segment_write_fs(0);
	segment_write_user_gs(0);
	fs_base_write(0);
	user_gs_base_write(0);
	irq_restore(flags);
}

NORETURN void arch_user_enter(void)
{
	struct regs *r = arch_thread_regs(arch_current());

	ASSERT(arch_current()->is_user);
	irq_disable();
	trap_exit_work(r);
	trap_enter_user(r);
}

static int set_fs_base(u64 addr)
{
	if (addr >= USER_END)
		return -EPERM;
	arch_thread_set_tls(arch_current(), addr);
	return 0;
}

static int set_gs_base(u64 addr)
{
	u64 flags;

	if (addr >= USER_END)
		return -EPERM;
	flags = irq_save();
	segment_write_user_gs(0);
	user_gs_base_write(addr);
	irq_restore(flags);
	return 0;
}

int arch_prctl_set(int code, u64 addr)
{
	switch (code) {
	case ARCH_SET_FS:
		return set_fs_base(addr);
	case ARCH_SET_GS:
		return set_gs_base(addr);
	case ARCH_SET_CPUID:
		return -ENODEV;		/* CPUID cannot be made to fault */
	case ARCH_REQ_XCOMP_PERM:
		return addr >= XCOMP_LIMIT ? -EINVAL : -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
}

static u64 gs_base_get(void)
{
	u64 flags = irq_save();
	u64 base = user_gs_base_read();

	irq_restore(flags);
	return base;
}

int arch_prctl_get(int code, u64 *out)
{
	switch (code) {
	case ARCH_GET_FS:
		*out = fs_base_read();
		return 0;
	case ARCH_GET_GS:
		*out = gs_base_get();
		return 0;
	case ARCH_GET_CPUID:
		*out = 1;
		return 0;
	case ARCH_GET_XCOMP_SUPP:
	case ARCH_GET_XCOMP_PERM:
		*out = fpu_features();
		return 0;
	default:
		return -EINVAL;
	}
}
