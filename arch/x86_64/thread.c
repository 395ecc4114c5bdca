/*
 * arch/x86_64/thread.c - a thread's registers: birth, switch, death
 *
 * What:  arch_thread_init_*, arch_thread_fini, arch_switch.
 * Locks: [C] fields of arch_thread change with interrupts off.
 * Life:  a kernel stack holds, from its top: the user registers (struct regs,
 *        also kept free in kernel threads, one of which becomes the first
 *        process), then the frames of kernel functions; a thread that never
 *        ran has a struct switch_frame there that leads to its first
 *        instructions in switch.asm. FPU state and segments are exchanged at
 *        the switch, eagerly, for user threads only.
 * Not:   debug registers (debugreg.c); exec, first entry to user mode,
 *        arch_prctl (user_enter.c).
 * See:   Intel SDM volume 3, section 3.4.4 (segment bases in 64-bit mode).
 */
#include <arch/thread.h>

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <arch/upcall.h>
#include <asm/cpu.h>
#include <asm/debugreg.h>
#include <asm/fpu.h>
#include <asm/gdt.h>
#include <asm/segment.h>
#include <core/assert.h>
#include <lib/string.h>
#include <uapi/errno.h>

/* Offsets in asm/offsets.inc. */
static_assert(offsetof(struct arch_thread, sp) == 0, "THREAD_SP");
static_assert(offsetof(struct arch_thread, kstack_top) == 8, "THREAD_TOP");
static_assert(offsetof(struct arch_thread, work) == 16, "THREAD_WORK");

/* What switch_stacks pops. */
struct switch_frame {
	u64 r15, r14, r13, r12, rbx, rbp;
	u64 rip;
};

/* switch.asm */
struct arch_thread *switch_stacks(struct arch_thread *prev,
				  struct arch_thread *next);
void switch_first_user(void);
void switch_first_kernel(void);

struct regs *arch_thread_regs(struct arch_thread *t)
{
	return (struct regs *)(t->kstack_top - sizeof(struct regs));
}

static struct switch_frame *frame_create(struct arch_thread *t,
					 void (*first)(void))
{
	struct switch_frame *frame =
		(struct switch_frame *)arch_thread_regs(t) - 1;

	*frame = (struct switch_frame){ .rip = (u64)first };
	t->sp = (u64)frame;
	return frame;
}

void arch_thread_init_kernel(struct arch_thread *t, u64 kstack_top,
			     void (*fn)(void *), void *arg)
{
	struct switch_frame *frame;

	ASSERT(IS_ALIGNED(kstack_top, 16));
	*t = (struct arch_thread){ .kstack_top = kstack_top };
	frame = frame_create(t, switch_first_kernel);
	frame->rbx = (u64)fn;
	frame->r12 = (u64)arg;
}

/* The current thread's selectors and bases to @t. Interrupts off, for GS is
 * the user's for a moment. */
static void segments_save(struct arch_thread *t)
{
	t->ds = segment_read_ds();
	t->es = segment_read_es();
	t->fs = segment_read_fs();
	t->gs = segment_read_gs();
	t->fs_base = fs_base_read();
	t->gs_base = user_gs_base_read();
}

static void user_state_save(struct arch_thread *t)
{
	fpu_save(t->fpu);
	segments_save(t);
}

void arch_thread_save(void)
{
	struct arch_thread *t = arch_current();
	u64 flags = irq_save();

	fpu_save_full(t->fpu);
	segments_save(t);
	irq_restore(flags);
}

/* Loading a selector sets the base as well, so bases come last. */
static void user_state_load(const struct arch_thread *t)
{
	if (unlikely(segment_read_ds() != t->ds))
		segment_write_ds(t->ds);
	if (unlikely(segment_read_es() != t->es))
		segment_write_es(t->es);
	if (unlikely(segment_read_fs() != t->fs))
		segment_write_fs(t->fs);
	if (unlikely(segment_read_gs() != t->gs))
		segment_write_user_gs(t->gs);
	fs_base_write(t->fs_base);
	user_gs_base_write(t->gs_base);
	fpu_load(t->fpu);
}

/* All of @parent's user state but the registers. What the processor holds for
 * it, when it is the current thread, goes straight to @t. */
static void state_inherit(struct arch_thread *t, struct arch_thread *parent)
{
	u64 flags;

	if (parent == arch_current()) {
		flags = irq_save();
		segments_save(t);
		fpu_save_full(t->fpu);
		irq_restore(flags);
		return;
	}
	memcpy(t->fpu, parent->fpu, fpu_area_size());
	t->ds = parent->ds;
	t->es = parent->es;
	t->fs = parent->fs;
	t->gs = parent->gs;
	t->fs_base = parent->fs_base;
	t->gs_base = parent->gs_base;
}

int arch_thread_init_user(struct arch_thread *t, u64 kstack_top,
			  struct arch_thread *parent)
{
	void *fpu = fpu_area_alloc();
	struct regs *r;

	if (!fpu)
		return -ENOMEM;
	ASSERT(IS_ALIGNED(kstack_top, 16));
	*t = (struct arch_thread){
		.kstack_top = kstack_top,
		.is_user = 1,
		.fpu = fpu,
	};
	r = arch_thread_regs(t);
	if (parent) {
		*r = *arch_thread_regs(parent);
		/* Whoever steps the parent does not step the child. */
		if (parent->step & STEP_OWN_TF)
			r->rflags &= ~RFLAGS_TF;
		t->rare = parent->rare & RARE_NO_TSC;
		r->rax = 0;
		r->nr = -1;
		regs_touch(r);
		state_inherit(t, parent);
	} else {
		regs_clear(r);
		fpu_area_reset(fpu);
	}
	frame_create(t, switch_first_user);
	return 0;
}

void arch_thread_fini(struct arch_thread *t)
{
	if (t->fpu)
		fpu_area_free(t->fpu);
	if (debug_free)
		debug_free(t);
	t->fpu = NULL;
	t->is_user = 0;
}

void arch_thread_set_tls(struct arch_thread *t, u64 fs_base)
{
	u64 flags = irq_save();

	t->fs = 0;
	t->fs_base = fs_base;
	if (t == arch_current()) {
		segment_write_fs(0);
		fs_base_write(fs_base);
	}
	irq_restore(flags);
}

static NOINLINE void switch_rare(const struct arch_thread *prev,
				 const struct arch_thread *next)
{
	if ((prev->rare | next->rare) & RARE_DEBUG)
		debug_switch(next);
	if ((prev->rare ^ next->rare) & RARE_NO_TSC)
		tsc_gate(next->rare & RARE_NO_TSC);
}

bool arch_tsc_forbidden(void)
{
	return arch_current()->rare & RARE_NO_TSC;
}

struct arch_thread *arch_switch(struct arch_thread *prev,
				struct arch_thread *next)
{
	ASSERT(!irqs_enabled());
	if (prev->is_user)
		user_state_save(prev);
	tss_set_stack(next->kstack_top);
	arch_set_current(next);
	if (next->mmu)
		mmu_switch(next->mmu);
	if (next->is_user)
		user_state_load(next);
	if (unlikely(prev->rare | next->rare))
		switch_rare(prev, next);
	return switch_stacks(prev, next);
}
