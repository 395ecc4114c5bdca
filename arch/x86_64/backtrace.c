/*
 * arch/x86_64/backtrace.c - where the kernel is and how it got there
 *
 * What:  the walk along the frame pointers, and the dump of registers with it.
 *        A release has none (a tenth of what forks and switches cost): there
 *        the stack is searched for return addresses, so that what an earlier
 *        call left behind may appear among the callers.
 * Locks: none: called from panics and NMIs, so nothing here waits, and every
 *        pointer is checked before it is followed.
 * Life:  frames are only read inside one kernel stack: the pointer must rise
 *        and stay within STACK_SPAN of where the walk began, in memory that is
 *        certainly mapped (direct map, image) or just above an address that
 *        was.
 * See:   System V ABI for x86-64, section 3.2.2 (rbp chain).
 */
#include <arch/system.h>

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <arch/thread.h>
#include <asm/cr.h>
#include <core/image.h>
#include <core/ksyms.h>
#include <core/printk.h>

#define STACK_SPAN 16384u	/* no kernel stack is larger */
#define DUMP_FRAMES 24
#ifdef NIDUS_DEBUG
#define HAS_FRAME_POINTERS true
#else
#define HAS_FRAME_POINTERS false
#endif

static bool is_text(u64 addr)
{
	return addr >= (u64)text_start && addr < (u64)text_end;
}

u64 backtrace_start(const struct regs *r)
{
	return HAS_FRAME_POINTERS ? r->rbp : r->rsp;
}

/* A frame beyond the top of the stack would be unmapped memory: the top of
 * the current thread's stack is known, others end at the next 16 KiB. */
static u64 stack_limit(u64 fp)
{
	const struct arch_thread *t = arch_current();

	if (t && fp < t->kstack_top && t->kstack_top - fp <= STACK_SPAN)
		return t->kstack_top;
	return PAGE_ALIGN_DOWN(fp) + PAGE_SIZE;
}

#ifdef NIDUS_DEBUG
/* Kernel half only, aligned, and in the page of @from or one that the stack of
 * @from reaches upwards: a stack is mapped from any used word to its top. */
static bool frame_ok(u64 fp, u64 from)
{
	if (fp < DIRECT_MAP_BASE || !IS_ALIGNED(fp, 8))
		return false;
	return fp > from && fp - from < STACK_SPAN;
}

/* Where a walk begins, of what a thread left: its frame pointer, if it is one,
 * or its stack pointer. 0: nowhere. */
static u64 walk_start(u64 fp, u64 sp)
{
	return frame_ok(fp, sp - 8) ? fp : 0;
}

static u32 walk(u64 fp, u64 limit, u64 *out, u32 max)
{
	u32 n = 0;

	while (n < max && fp + 16 <= limit) {
		const u64 *frame = (const u64 *)fp;
		u64 next = frame[0];

		if (!is_text(frame[1]))
			break;
		out[n++] = frame[1];
		if (!frame_ok(next, fp))
			break;
		fp = next;
	}
	return n;
}
#else
static u64 walk_start(u64 fp UNUSED, u64 sp)
{
	return sp;
}

/* Does a call end at @addr? CALL rel32, or CALL r/m with 0 to 4 bytes behind
 * the ModRM byte (SDM volume 2, CALL; opcode E8, FF /2). */
static bool is_return_address(u64 addr)
{
	const u8 *end = (const u8 *)addr;

	if (!is_text(addr) || !is_text(addr - 8))
		return false;
	if (end[-5] == 0xe8)
		return true;
	for (int n = 2; n <= 7; n++) {
		if (end[-n] == 0xff && (end[1 - n] >> 3 & 7) == 2)
			return true;
	}
	return false;
}

static u32 walk(u64 at, u64 limit, u64 *out, u32 max)
{
	u32 n = 0;

	for (; n < max && at + 8 <= limit; at += 8) {
		u64 word = *(const u64 *)at;

		if (is_return_address(word))
			out[n++] = word;
	}
	return n;
}
#endif

u32 backtrace_walk(u64 fp, u64 *out, u32 max)
{
	if (!fp)
		fp = (u64)__builtin_frame_address(0);
	if (fp < DIRECT_MAP_BASE || !IS_ALIGNED(fp, 8))
		return 0;
	return walk(fp, stack_limit(fp), out, max);
}

/* A switched-out thread: six registers and the return address lie at sp, the
 * last of the six is rbp. */
u32 backtrace_thread(const struct arch_thread *t, u64 *out, u32 max)
{
	u64 sp = READ_ONCE(t->sp);
	u64 top = t->kstack_top;
	const u64 *words = (const u64 *)sp;

	if (!max || !IS_ALIGNED(sp, 8) || sp < DIRECT_MAP_BASE ||
	    sp + 7 * sizeof(u64) > top || top - sp > STACK_SPAN)
		return 0;
	if (!is_text(words[6]))
		return 0;
	out[0] = words[6];
	sp = walk_start(words[5], sp + 7 * sizeof(u64));
	return 1 + (sp ? walk(sp, top, out + 1, max - 1) : 0);
}

static void print_address(const char *what, u64 addr)
{
	const char *name;
	u64 offset;

	if (ksym_lookup(addr, &name, &offset))
		pr_err("%s%#lx %s+%#lx\n", what, addr, name, offset);
	else
		pr_err("%s%#lx\n", what, addr);
}

static void print_trace(u64 fp)
{
	u64 addrs[DUMP_FRAMES];
	u32 n = backtrace_walk(fp, addrs, DUMP_FRAMES);

	for (u32 i = 0; i < n; i++)
		print_address("  ", addrs[i]);
}

void regs_dump(const struct regs *r)
{
	pr_err("cpu%u: vector %lu, error %#lx, cr2 %#lx, cr3 %#lx\n",
	       cpu_id(), r->vector, r->error, cr2_read(), cr3_read());
	print_address("rip ", r->rip);
	pr_err("cs %#lx ss %#lx rsp %#lx rflags %#lx\n", r->cs, r->ss, r->rsp,
	       r->rflags);
	pr_err("rax %016lx rbx %016lx rcx %016lx\n", r->rax, r->rbx, r->rcx);
	pr_err("rdx %016lx rsi %016lx rdi %016lx\n", r->rdx, r->rsi, r->rdi);
	pr_err("rbp %016lx r8  %016lx r9  %016lx\n", r->rbp, r->r8, r->r9);
	pr_err("r10 %016lx r11 %016lx r12 %016lx\n", r->r10, r->r11, r->r12);
	pr_err("r13 %016lx r14 %016lx r15 %016lx\n", r->r13, r->r14, r->r15);
	if (!regs_from_user(r) && backtrace_start(r))
		print_trace(backtrace_start(r));
}
