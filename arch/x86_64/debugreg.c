/*
 * arch/x86_64/debugreg.c - hardware breakpoints and watchpoints of threads
 *
 * What:  debug registers as PTRACE_POKEUSER sets them, their switch, and what
 *        a hit means.
 * Locks: none; a thread's state is changed while it is off its processor, or
 *        by itself.
 * Life:  memory comes with the first register that is set, and goes with the
 *        thread or its program.
 * See:   Intel SDM volume 3, sections 17.2 and 17.3; ptrace(2).
 */
#include <asm/debugreg.h>

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <arch/ptrace.h>
#include <arch/upcall.h>
#include <asm/cr.h>
#include <uapi/errno.h>

/* DR7: two enable bits a slot from bit 0, four bits of kind from bit 16. */
#define DR7_ENABLE(n) (3ull << ((n) * 2))
#define DR7_KIND(dr7, n) (((dr7) >> (16 + (n) * 4)) & 3)
#define DR7_LENGTH(dr7, n) (((dr7) >> (18 + (n) * 4)) & 3)
/* GD and reserved bits are never set, GE and LE mean nothing any more. */
#define DR7_KEPT 0xffff00ffull
#define DR7_FIXED BIT(10)

enum kind {
	KIND_EXEC,
	KIND_WRITE,
	KIND_IO,
	KIND_ACCESS,
};

void debug_switch(const struct arch_thread *next)
{
	const struct debug_state *d = next->debug;

	dr7_write(DR7_FIXED);
	if (!d)
		return;
	__asm__ volatile("movq %0, %%dr0" : : "r"(d->addr[0]));
	__asm__ volatile("movq %0, %%dr1" : : "r"(d->addr[1]));
	__asm__ volatile("movq %0, %%dr2" : : "r"(d->addr[2]));
	__asm__ volatile("movq %0, %%dr3" : : "r"(d->addr[3]));
	dr7_write((d->dr7 & DR7_KEPT) | DR7_FIXED);
}

void debug_free(struct arch_thread *t)
{
	struct debug_state *d = t->debug;
	u64 flags;

	if (!d)
		return;
	flags = irq_save();
	t->debug = NULL;
	t->rare &= ~(u32)RARE_DEBUG;
	if (t == arch_current())
		dr7_write(DR7_FIXED);
	irq_restore(flags);
	upcall_mem_free(d, sizeof(*d));
}

u64 debug_hit(struct arch_thread *t, struct regs *r, u64 dr6)
{
	for (u32 i = 0; i < DEBUG_SLOTS; i++) {
		u64 dr7 = t->debug ? t->debug->dr7 : 0;

		if (!(dr6 & BIT(i)))
			continue;
		if (!(dr7 & DR7_ENABLE(i)))
			dr6 &= ~BIT(i);
		else if (DR7_KIND(dr7, i) == KIND_EXEC)
			r->rflags |= RFLAGS_RF;
	}
	t->debug_status = dr6 & (DR6_TRAPS | DR6_BS);
	return dr6;
}

/* Bytes that slot @n of @dr7 covers at its address; 0: not allowed. */
static u64 slot_bytes(u64 dr7, u32 n)
{
	static const u8 bytes[] = { 1, 2, 8, 4 };
	u64 length = DR7_LENGTH(dr7, n);

	switch ((enum kind)DR7_KIND(dr7, n)) {
	case KIND_EXEC:
		return length ? 0 : 1;
	case KIND_IO:
		return 0;
	case KIND_WRITE:
	case KIND_ACCESS:
		break;
	}
	return bytes[length];
}

static int slot_check(u64 addr, u64 bytes)
{
	if (!bytes || !IS_ALIGNED(addr, bytes) || addr > USER_END - bytes)
		return -EINVAL;
	return 0;
}

static int set_control(struct debug_state *d, u64 dr7)
{
	for (u32 i = 0; i < DEBUG_SLOTS; i++) {
		if ((dr7 & DR7_ENABLE(i)) &&
		    slot_check(d->addr[i], slot_bytes(dr7, i)))
			return -EINVAL;
	}
	d->dr7 = dr7;
	return 0;
}

static int set_address(struct debug_state *d, u32 n, u64 addr)
{
	u64 bytes = d->dr7 & DR7_ENABLE(n) ? slot_bytes(d->dr7, n) : 1;
	int err = slot_check(addr, bytes);

	if (!err)
		d->addr[n] = addr;
	return err;
}

int arch_debugreg_set(struct arch_thread *t, u32 n, u64 value)
{
	if (n == 4 || n == 5)
		return -EIO;
	if (n == 6) {
		t->debug_status = value ^ DR6_CLEAR;
		return 0;
	}
	if (!t->debug && !value)
		return 0;
	if (!t->debug)
		t->debug = upcall_mem_alloc(sizeof(*t->debug));
	if (!t->debug)
		return -ENOMEM;
	t->rare |= RARE_DEBUG;
	if (n == 7)
		return set_control(t->debug, value);
	return set_address(t->debug, n, value);
}

u64 arch_debugreg_get(struct arch_thread *t, u32 n)
{
	if (n == 6)
		return t->debug_status ^ DR6_CLEAR;
	if (!t->debug || n == 4 || n == 5)
		return 0;
	return n == 7 ? t->debug->dr7 : t->debug->addr[n];
}
