/*
 * tests/user/privileged.c - instructions that a program may not execute
 *
 * What:  each privileged instruction ends in SIGSEGV, undefined ones in
 *        SIGILL; software interrupts, segment registers, the fs and gs bases.
 * Not:   jumps to the kernel are in mem_map.c, returns to it in sig_frame.c.
 * See:   Intel SDM volume 2; arch_prctl(2)
 */
#include "lib/fault.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#define ARCH_SET_GS	0x1001
#define ARCH_SET_FS	0x1002
#define ARCH_GET_FS	0x1003
#define ARCH_GET_GS	0x1004

struct code {
	const char *name;
	int sig;
	unsigned char len;
	unsigned char bytes[8];
};

/* each is followed by ret (0xc3) and leaves the registers it may */
static const struct code codes[] = {
	{ "hlt", SIGSEGV, 1, { 0xf4 } },
	{ "cli", SIGSEGV, 1, { 0xfa } },
	{ "sti", SIGSEGV, 1, { 0xfb } },
	{ "in al, 0x60", SIGSEGV, 2, { 0xe4, 0x60 } },
	{ "in eax, dx", SIGSEGV, 1, { 0xed } },
	{ "out 0x80, al", SIGSEGV, 2, { 0xe6, 0x80 } },
	{ "out dx, eax", SIGSEGV, 1, { 0xef } },
	{ "insb", SIGSEGV, 1, { 0x6c } },
	{ "outsb", SIGSEGV, 1, { 0x6e } },
	{ "mov rax, cr0", SIGSEGV, 3, { 0x0f, 0x20, 0xc0 } },
	{ "mov rax, cr3", SIGSEGV, 3, { 0x0f, 0x20, 0xd8 } },
	{ "mov rax, cr4", SIGSEGV, 3, { 0x0f, 0x20, 0xe0 } },
	{ "mov cr3, rax", SIGSEGV, 3, { 0x0f, 0x22, 0xd8 } },
	{ "mov rax, cr8", SIGSEGV, 4, { 0x44, 0x0f, 0x20, 0xc0 } },
	{ "mov rax, dr7", SIGSEGV, 3, { 0x0f, 0x21, 0xf8 } },
	{ "mov dr7, rax", SIGSEGV, 3, { 0x0f, 0x23, 0xf8 } },
	{ "rdmsr", SIGSEGV, 2, { 0x0f, 0x32 } },
	{ "wrmsr", SIGSEGV, 2, { 0x0f, 0x30 } },
	{ "clts", SIGSEGV, 2, { 0x0f, 0x06 } },
	{ "invd", SIGSEGV, 2, { 0x0f, 0x08 } },
	{ "wbinvd", SIGSEGV, 2, { 0x0f, 0x09 } },
	{ "invlpg [rsp]", SIGSEGV, 4, { 0x0f, 0x01, 0x3c, 0x24 } },
	{ "lgdt [rsp]", SIGSEGV, 4, { 0x0f, 0x01, 0x14, 0x24 } },
	{ "lidt [rsp]", SIGSEGV, 4, { 0x0f, 0x01, 0x1c, 0x24 } },
	{ "lldt ax", SIGSEGV, 3, { 0x0f, 0x00, 0xd0 } },
	{ "ltr ax", SIGSEGV, 3, { 0x0f, 0x00, 0xd8 } },
	{ "lmsw ax", SIGSEGV, 3, { 0x0f, 0x01, 0xf0 } },
	{ "swapgs", SIGSEGV, 3, { 0x0f, 0x01, 0xf8 } },
	{ "sysretq", SIGSEGV, 3, { 0x48, 0x0f, 0x07 } },
	{ "ud2", SIGILL, 2, { 0x0f, 0x0b } },
	{ "ud1 eax, eax", SIGILL, 3, { 0x0f, 0xb9, 0xc0 } },
	{ "push es", SIGILL, 1, { 0x06 } },
	{ "lock nop", SIGILL, 2, { 0xf0, 0x90 } },
	{ "int3", SIGTRAP, 1, { 0xcc } },
	{ "int 3", SIGTRAP, 2, { 0xcd, 0x03 } },
	{ "int 0", SIGSEGV, 2, { 0xcd, 0x00 } },
	{ "int 8", SIGSEGV, 2, { 0xcd, 0x08 } },
	{ "int 14", SIGSEGV, 2, { 0xcd, 0x0e } },
	{ "int 32", SIGSEGV, 2, { 0xcd, 0x20 } },
	{ "int 255", SIGSEGV, 2, { 0xcd, 0xff } },
};

static char *area;

static int run_code(void *arg)
{
	const struct code *code = arg;

	memcpy(area, code->bytes, code->len);
	area[code->len] = (char)0xc3;
	((void (*)(void))(uintptr_t)area)();
	return 0;
}

static void set_up(void)
{
	area = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	need(area != MAP_FAILED);
}

static void instructions(void)
{
	set_up();
	for (size_t i = 0; i < COUNT(codes); i++)
		CHECK_STATUS(codes[i].name,
			     child_run(run_code, (void *)&codes[i]) & ~0x80,
			     codes[i].sig);
}

static int load_ss(void *arg)
{
	__asm__ volatile("mov %0, %%ss" : : "r"(*(int *)arg));
	return 0;
}

static int load_ds(void *arg)
{
	__asm__ volatile("mov %0, %%ds\n\tmov %0, %%es"
			 : : "r"(*(int *)arg));
	return 0;
}

static int call_far(void *arg)
{
	struct { uint64_t offset; uint16_t selector; }
	__attribute__((packed)) far = { 0x400000, *(uint16_t *)arg };

	__asm__ volatile("lcall *%0" : : "m"(far) : "memory");
	return 0;
}

static void segments(void)
{
	int null = 0, kernel = 0x10, wild = 0xfff8, kernel3 = 0x13;

	CHECK_STATUS("a null ss", child_run(load_ss, &null) & ~0x80, SIGSEGV);
	CHECK_STATUS("the kernel's cs as ss",
		     child_run(load_ss, &kernel) & ~0x80, SIGSEGV);
	CHECK_STATUS("the same with privilege 3",
		     child_run(load_ss, &kernel3) & ~0x80, SIGSEGV);
	CHECK_STATUS("a wild ss", child_run(load_ss, &wild) & ~0x80, SIGSEGV);
	CHECK_STATUS("a null ds and es", child_run(load_ds, &null) & ~0x80,
		     EXITED(0));
	CHECK_STATUS("a wild ds", child_run(load_ds, &wild) & ~0x80, SIGSEGV);
	CHECK_STATUS("a far call into the kernel",
		     child_run(call_far, &kernel) & ~0x80, SIGSEGV);
	CHECK_STATUS("a far call to nowhere",
		     child_run(call_far, &wild) & ~0x80, SIGSEGV);
}

static int old_gate(void *arg)
{
	long result;

	(void)arg;
	__asm__ volatile("int $0x80" : "=a"(result) : "0"(20L) : "memory",
			 "r8", "r9", "r10", "r11");
	return result == getpid() ? 0 : 1;
}

static void gates(void)
{
	int status = child_run(old_gate, NULL) & ~0x80;

	CHECK("int 0x80 is the 32-bit gate, or SIGSEGV without it",
	      status == EXITED(0) || status == SIGSEGV);
	status = fault_exec((void *)0xffffffffff600000UL);
	CHECK("there is no vsyscall page", status == FAULT_MAPERR ||
	      status == FAULT_ACCERR);
}

static void flags(void)
{
	unsigned long now;

	__asm__ volatile("pushfq\n\tpush $0x3002\n\tpopfq\n\tpushfq\n\t"
			 "pop %0\n\tpopfq" : "=r"(now) : : "cc", "memory");
	CHECK_EQ("popf changes neither I/O privilege nor interrupts",
		 now & 0x3200, 0x200);
}

static int keep_gs(void *arg)
{
	unsigned long word = *(unsigned long *)arg;
	unsigned long found;
	int wrong = 0;

	sys(SYS_arch_prctl, ARCH_SET_GS, P(&word));
	for (int i = 0; i < 200; i++) {
		sched_yield();
		__asm__ volatile("mov %%gs:0, %0" : "=r"(found));
		wrong += found != word;
	}
	return wrong != 0;
}

static void bases(void)
{
	unsigned long base = 1, words[4];
	pid_t pids[4];
	int good = 0;

	CHECK_EQ("ARCH_GET_GS", sys(SYS_arch_prctl, ARCH_GET_GS, P(&base)), 0);
	CHECK_EQ("is 0 at first", base, 0);
	CHECK_EQ("ARCH_GET_FS", sys(SYS_arch_prctl, ARCH_GET_FS, P(&base)), 0);
	CHECK_EQ("is libc's", base, *(unsigned long *)base);
	CHECK_EQ("a base in the kernel",
		 sys(SYS_arch_prctl, ARCH_SET_GS, (long)0xffff800000000000UL),
		 -EPERM);
	CHECK_EQ("a base that is not canonical",
		 sys(SYS_arch_prctl, ARCH_SET_FS, 1L << 56), -EPERM);
	CHECK_EQ("a bad pointer", sys(SYS_arch_prctl, ARCH_GET_FS, 8),
		 -EFAULT);
	CHECK_EQ("an unknown request", sys(SYS_arch_prctl, 0x9999, 0),
		 -EINVAL);
	for (int i = 0; i < 4; i++) {
		words[i] = 1000 + i;
		pids[i] = child_start(keep_gs, &words[i]);
	}
	for (int i = 0; i < 4; i++)
		good += reap(pids[i]) == 0;
	CHECK_EQ("four processes keep their gs base", good, 4);
}

static const struct test tests[] = {
	{ "instructions", instructions, 0 },
	{ "segments", segments, 0 },
	{ "gates", gates, 0 },
	{ "flags", flags, 0 },
	{ "bases", bases, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
