/*
 * arch/x86_64/cpu.c - features of the processor and the set-up of each CPU
 *
 * What:  the CPUID feature table, control registers, MSRs of system calls and
 *        of the page attribute table, arch_init_early, cpu_init_ap.
 * Locks: none; features are found once on the boot CPU, then constant.
 * Life:  boot CPU: arch_init_early; others: cpu_init_ap from the start code.
 * Not:   GDT (gdt.c), IDT (trap.c), FPU (fpu.c), local APIC (lapic.c), the
 *        text of /proc/cpuinfo (cpu_describe.c).
 * See:   Intel SDM volume 2, CPUID; volume 3, sections 2.5, 5.8.7, 12.12.
 */
#include <asm/cpu.h>

#include <arch/cpu.h>
#include <arch/percpu.h>
#include <arch/system.h>
#include <arch/thread.h>
#include <asm/cr.h>
#include <asm/gdt.h>
#include <asm/msr.h>
#include <asm/trap.h>
#include <core/printk.h>

/* What SYSCALL clears in RFLAGS: everything a program could set to surprise
 * the kernel; AC above all, which would open user memory. */
#define SYSCALL_FLAGS_MASK (RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | \
			    RFLAGS_SF | RFLAGS_TF | RFLAGS_IF | RFLAGS_DF | \
			    RFLAGS_OF | RFLAGS_IOPL | RFLAGS_NT | RFLAGS_RF | \
			    RFLAGS_AC | RFLAGS_ID)
/* SYSRET adds 8 and 16 to the upper selector, SYSCALL 0 and 8 to the lower. */
#define STAR_VALUE ((u64)SEL_USER32_CS << 48 | (u64)SEL_KERNEL_CS << 32)

#define RANDOM_TRIES 10

enum cpuid_reg {
	REG_EAX,
	REG_EBX,
	REG_ECX,
	REG_EDX,
};

struct feature {
	u32 leaf;
	u8 reg;		/* enum cpuid_reg */
	u8 bit;
};

static const struct feature feature_table[CPU_NFEATURES] = {
	[CPU_PGE] = { 1, REG_EDX, 13 },
	[CPU_MCE] = { 1, REG_EDX, 7 },
	[CPU_PAT] = { 1, REG_EDX, 16 },
	[CPU_FXSR] = { 1, REG_EDX, 24 },
	[CPU_PCID] = { 1, REG_ECX, 17 },
	[CPU_X2APIC] = { 1, REG_ECX, 21 },
	[CPU_TSC_DEADLINE] = { 1, REG_ECX, 24 },
	[CPU_XSAVE] = { 1, REG_ECX, 26 },
	[CPU_AVX] = { 1, REG_ECX, 28 },
	[CPU_RDRAND] = { 1, REG_ECX, 30 },
	[CPU_HYPERVISOR] = { 1, REG_ECX, 31 },
	[CPU_ARAT] = { 6, REG_EAX, 2 },
	[CPU_FSGSBASE] = { 7, REG_EBX, 0 },
	[CPU_SMEP] = { 7, REG_EBX, 7 },
	[CPU_ERMS] = { 7, REG_EBX, 9 },
	[CPU_INVPCID] = { 7, REG_EBX, 10 },
	[CPU_AVX512F] = { 7, REG_EBX, 16 },
	[CPU_RDSEED] = { 7, REG_EBX, 18 },
	[CPU_SMAP] = { 7, REG_EBX, 20 },
	[CPU_UMIP] = { 7, REG_ECX, 2 },
	[CPU_FSRM] = { 7, REG_EDX, 4 },
	[CPU_XSAVEOPT] = { 0xd, REG_EAX, 0 },	/* sub-leaf 1 */
	[CPU_NX] = { 0x80000001, REG_EDX, 20 },
	[CPU_GB_PAGES] = { 0x80000001, REG_EDX, 26 },
	[CPU_RDTSCP] = { 0x80000001, REG_EDX, 27 },
	[CPU_INVTSC] = { 0x80000007, REG_EDX, 8 },
};

/* What user code can see or the kernel relies on once it is there: a CPU
 * without it could not take over a thread. */
#define FEATURES_FOR_ALL (BIT(CPU_NX) | BIT(CPU_PGE) | BIT(CPU_PAT) | \
			  BIT(CPU_SMEP) | BIT(CPU_SMAP) | BIT(CPU_UMIP) | \
			  BIT(CPU_FSGSBASE) | BIT(CPU_XSAVE) | \
			  BIT(CPU_XSAVEOPT) | BIT(CPU_AVX) | \
			  BIT(CPU_AVX512F) | BIT(CPU_PCID) | \
			  BIT(CPU_INVPCID) | BIT(CPU_RDTSCP) | \
			  BIT(CPU_GB_PAGES) | BIT(CPU_TSC_DEADLINE))

/* [I] after cpu_init_boot. The bytes are for assembly. */
u64 cpu_feature_bits;
u8 cpu_smap_on;
u8 cpu_fsgsbase_on;
static u32 max_basic, max_extended;

/* syscall_entry.asm */
void syscall_entry(void);
void syscall_entry_compat(void);

u32 cpuid_max_basic(void)
{
	return max_basic;
}

u32 cpuid_max_extended(void)
{
	return max_extended;
}

static u32 cpuid_word(const struct feature *f)
{
	struct cpuid r;

	if (f->leaf > (f->leaf & BIT(31) ? max_extended : max_basic))
		return 0;
	r = cpuid_count(f->leaf, f->leaf == 0xd);
	switch ((enum cpuid_reg)f->reg) {
	case REG_EAX:
		return r.eax;
	case REG_EBX:
		return r.ebx;
	case REG_ECX:
		return r.ecx;
	case REG_EDX:
		return r.edx;
	}
	return 0;
}

static u64 find_features(void)
{
	u64 bits = 0;

	for (u32 i = 0; i < CPU_NFEATURES; i++) {
		if (cpuid_word(&feature_table[i]) & BIT(feature_table[i].bit))
			bits |= BIT(i);
	}
	return bits;
}

u32 cpu_phys_bits(void)
{
	if (max_extended < 0x80000008)
		return 36;
	return cpuid(0x80000008).eax & 0xff;
}

static void control_registers_init(void)
{
	static const struct {
		u8 feature;
		u64 bit;
	} optional[] = {
		{ CPU_PGE, CR4_PGE },
		{ CPU_MCE, CR4_MCE },
		{ CPU_SMEP, CR4_SMEP },
		{ CPU_SMAP, CR4_SMAP },
		{ CPU_UMIP, CR4_UMIP },
		{ CPU_FSGSBASE, CR4_FSGSBASE },
	};
	u64 cr4 = CR4_PAE | CR4_DE | CR4_OSFXSR | CR4_OSXMMEXCPT;
	u64 cr0 = cr0_read() | CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP |
		  CR0_AM;

	cr0_write(cr0 & ~(CR0_EM | CR0_TS | CR0_NW | CR0_CD));
	for (u32 i = 0; i < ARRAY_SIZE(optional); i++) {
		if (cpu_has(optional[i].feature))
			cr4 |= optional[i].bit;
	}
	cr4_write(cr4);
}

static void msrs_init(void)
{
	u64 efer = msr_read(MSR_EFER) | EFER_SCE;

	if (cpu_has(CPU_NX))
		efer |= EFER_NXE;
	msr_write(MSR_EFER, efer);
	if (cpu_has(CPU_PAT))
		msr_write(MSR_PAT, PAT_VALUE);
	if (cpu_has(CPU_RDTSCP))
		msr_write(MSR_TSC_AUX, cpu_id());
	msr_write(MSR_STAR, STAR_VALUE);
	msr_write(MSR_LSTAR, (u64)syscall_entry);
	msr_write(MSR_CSTAR, (u64)syscall_entry_compat);
	msr_write(MSR_FMASK, SYSCALL_FLAGS_MASK);
	/* SYSENTER: a null code segment makes it a general protection fault. */
	msr_write(MSR_SYSENTER_CS, 0);
	msr_write(MSR_SYSENTER_ESP, 0);
	msr_write(MSR_SYSENTER_EIP, 0);
	msr_write(MSR_FS_BASE, 0);
	msr_write(MSR_KERNEL_GS_BASE, 0);
}

void cpu_init_boot(void)
{
	max_basic = cpuid(0).eax;
	max_extended = cpuid(0x80000000).eax;
	if (!(max_extended & BIT(31)))
		max_extended = BIT(31);
	cpu_feature_bits = find_features();
	cpu_smap_on = cpu_has(CPU_SMAP);
	cpu_fsgsbase_on = cpu_has(CPU_FSGSBASE);
	gdt_init_cpu();
	trap_init();
	trap_load_idt();
	control_registers_init();
	msrs_init();
	fpu_init_boot();
}

void arch_init_early(void)
{
	cpu_init_boot();
}

void cpu_init_ap(u32 cpu, struct arch_thread *thread)
{
	u64 missing;

	msr_write(MSR_GS_BASE, percpu_delta(cpu));
	arch_set_current(thread);
	gdt_init_cpu();
	trap_load_idt();
	missing = cpu_feature_bits & FEATURES_FOR_ALL & ~find_features();
	if (missing) {
		pr_err("cpu%u: not used, lacks features %#lx of the first\n",
		       cpu, missing);
		cpu_halt_forever();
	}
	control_registers_init();
	msrs_init();
	fpu_init_cpu();
	tss_set_stack(thread->kstack_top);
}

u64 cpu_hwcap(void)
{
	return cpuid(1).edx;
}

/* Bit 1: RDFSBASE and its kin may be used. */
u64 cpu_hwcap2(void)
{
	return cpu_has(CPU_FSGSBASE) ? BIT(1) : 0;
}

static bool rdseed(u64 *out)
{
	bool ok;

	__asm__ volatile("rdseed %0" : "=r"(*out), "=@ccc"(ok));
	return ok;
}

static bool rdrand(u64 *out)
{
	bool ok;

	__asm__ volatile("rdrand %0" : "=r"(*out), "=@ccc"(ok));
	return ok;
}

bool cpu_random(u64 *out)
{
	for (u32 i = 0; i < RANDOM_TRIES && cpu_has(CPU_RDSEED); i++) {
		if (rdseed(out))
			return true;
		cpu_relax();
	}
	for (u32 i = 0; i < RANDOM_TRIES && cpu_has(CPU_RDRAND); i++) {
		if (rdrand(out))
			return true;
	}
	return false;
}

NORETURN void cpu_halt_forever(void)
{
	for (;;)
		__asm__ volatile("cli; hlt" : : : "memory");
}
