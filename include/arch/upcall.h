/*
 * include/arch/upcall.h - the only ways from arch/ into the kernel above it
 *
 * What:  declared here, implemented by the layer named beside each; arch
 *        calls them with no lock of its own held.
 */
#ifndef ARCH_UPCALL_H
#define ARCH_UPCALL_H

#include <lib/types.h>

struct regs;
struct arch_thread;

/* kernel/main.c: the boot CPU in the high half on its boot stack, struct
 * boot_info filled, interrupts off. */
NORETURN void kernel_main(void);
/* kernel/sched/idle.c: an application processor is set up, interrupts off;
 * becomes that CPU's idle thread. Its stack came with upcall_idle_thread. */
NORETURN void upcall_cpu_start(void);
/* kernel/sched/idle.c: idle thread of @cpu, made before it is started; its
 * kstack_top is where the CPU begins. NULL: no memory. @cpu 0 gives the boot
 * CPU's static one, at any time: arch_init_early makes it the current thread
 * and sets its kstack_top to the boot stack. */
struct arch_thread *upcall_idle_thread(u32 cpu);

/* kernel/sys/dispatch.c: system calls with numbers below this are called by
 * the entry code itself through the table, with the user's arguments and
 * interrupts on. */
extern u64 upcall_fast_calls;
/* kernel/sys/table.c, by number. Every call takes up to six words and returns a
 * value or -errno; the table keeps it without its type. */
struct syscall_entry {
	void (*fn)(void);	/* NULL: -ENOSYS */
	const char *name;
	u32 nargs;
};
extern const struct syscall_entry syscall_table[];
/* kernel/sys/dispatch.c: any other system call, and any while work bits are
 * set; the result goes to the registers by the callee. Interrupts on. */
void upcall_syscall(struct regs *r);
/* What is left to do after one that returned @ret, when there are work bits or
 * @ret asks for a restart. */
void upcall_syscall_finish(struct regs *r, long ret);
/* kernel/sys/dispatch.c: leaving to user mode with work bits set; returns
 * with none left to do. Called with interrupts on; caller re-checks. */
void upcall_user_work(struct regs *r);
/* kernel/sched/core.c: first run of a new user thread, right after the switch
 * (interrupts off); returns with them on, then arch goes to user mode. */
void upcall_thread_start(struct arch_thread *prev);
/* kernel/sched/core.c: the same for a kernel thread. */
void upcall_kthread_start(struct arch_thread *prev);

enum fault_access {
	FAULT_READ,
	FAULT_WRITE,
	FAULT_EXEC,
};
/* mm/vm/fault.c through kernel/proc: a page fault at @addr below USER_END,
 * from user mode or from usercopy. True: resolved, retry the instruction.
 * False from user mode: the callee has queued the signal (still "true");
 * from the kernel: use the fix-up or panic. Interrupts on; may sleep. */
bool upcall_page_fault(struct regs *r, uptr_t addr, enum fault_access access,
		       bool present, bool from_user);
/* kernel/proc/fault.c: a processor exception in user mode that becomes a
 * signal (SIGILL, SIGFPE, SIGTRAP, SIGBUS, SIGSEGV) with si_code, address. */
void upcall_user_fault(struct regs *r, int sig, int code, uptr_t addr,
		       u32 trapnr, u32 error);

/* kernel/sched/timer.c: this CPU's one-shot timer fired. Irq context. */
void upcall_timer(void);
/* kernel/sched/core.c: the resched IPI arrived. Irq context. */
void upcall_resched_ipi(void);

/* mm/page.c: one zeroed page for a page table; 0 when there is none. */
paddr_t upcall_table_alloc(void);
/* Give @n such pages back, whose entries are all zero again. */
void upcall_tables_free(const paddr_t *pages, u32 n);
/* mm: @size bytes of zeroed, 64-byte aligned memory (FPU areas, per-CPU
 * blocks, interrupt stacks); NULL when there is none. */
void *upcall_mem_alloc(size_t size);
void upcall_mem_free(void *p, size_t size);
/* mm/kstack.c: is @addr in the guard page below a kernel stack? The double
 * fault handler then says "kernel stack overflow". Context: any. */
bool upcall_is_stack_guard(u64 addr);
/* mm/early.c: pages before the allocators run, zeroed; panics when none. */
paddr_t upcall_early_alloc(size_t bytes, size_t align);

/* A character: 16 rows of 8 pixels from the top, eight rows a word, the upper
 * ones and the left ones in the higher bits. */
struct font_glyph {
	u16 code;		/* Unicode */
	u64 rows[2];
};

/* drivers/font8x16.c: the letters, for the line of a boot that fails
 * (arch/x86_64/boot/fail.asm); not there without the screen. The last
 * one, U+FFFD, stands for what is missing. */
extern const struct font_glyph font_glyphs[];

#endif
