/*
 * arch/x86_64/cpu_describe.c - a processor in words, for /proc/cpuinfo
 *
 * What:  cpu_describe, from CPUID and the APIC ids of the firmware tables.
 * Locks: none; APIC ids are written before the first reader, then constant.
 * Not:   features the kernel itself asks about (cpu.c).
 * See:   proc_cpuinfo(5); Intel SDM volume 2, CPUID, leaves 1, 7, 0xb,
 *        0x80000001 to 0x80000008; the flag names are those programs look for.
 */
#include <arch/cpu.h>

#include <arch/clock.h>
#include <asm/cpu.h>
#include <lib/format.h>
#include <lib/string.h>

#define NWORDS 5

/* Names of the bits of one CPUID register; NULL: not shown. */
struct flag_word {
	u32 leaf;
	char reg;	/* 'b', 'c' or 'd' */
	const char *names[32];
};

static const struct flag_word flag_words[NWORDS] = {
	{ 1, 'd', {
		"fpu", "vme", "de", "pse", "tsc", "msr", "pae", "mce",
		"cx8", "apic", NULL, "sep", "mtrr", "pge", "mca", "cmov",
		"pat", "pse36", "pn", "clflush", NULL, "dts", "acpi", "mmx",
		"fxsr", "sse", "sse2", "ss", "ht", "tm", "ia64", "pbe",
	} },
	{ 0x80000001, 'd', {
		[11] = "syscall", [19] = "mp", [20] = "nx", [22] = "mmxext",
		[25] = "fxsr_opt", [26] = "pdpe1gb", [27] = "rdtscp",
		[29] = "lm", [30] = "3dnowext", [31] = "3dnow",
	} },
	{ 1, 'c', {
		"pni", "pclmulqdq", "dtes64", "monitor", "ds_cpl", "vmx",
		"smx", "est", "tm2", "ssse3", "cid", "sdbg", "fma", "cx16",
		"xtpr", "pdcm", NULL, "pcid", "dca", "sse4_1", "sse4_2",
		"x2apic", "movbe", "popcnt", "tsc_deadline_timer", "aes",
		"xsave", NULL, "avx", "f16c", "rdrand", "hypervisor",
	} },
	{ 0x80000001, 'c', {
		"lahf_lm", "cmp_legacy", "svm", "extapic", "cr8_legacy",
		"abm", "sse4a", "misalignsse", "3dnowprefetch", "osvw",
		"ibs", "xop", "skinit", "wdt", NULL, "lwp", "fma4", "tce",
		NULL, "nodeid_msr", NULL, "tbm", "topoext",
	} },
	{ 7, 'b', {
		"fsgsbase", "tsc_adjust", "sgx", "bmi1", "hle", "avx2", NULL,
		"smep", "bmi2", "erms", "invpcid", "rtm", "cqm", NULL, "mpx",
		"rdt_a", "avx512f", "avx512dq", "rdseed", "adx", "smap",
		"avx512ifma", NULL, "clflushopt", "clwb", "intel_pt",
		"avx512pf", "avx512er", "avx512cd", "sha_ni", "avx512bw",
		"avx512vl",
	} },
};

static u32 apic_ids[MAX_CPUS];

void cpu_set_topology(u32 cpu, u32 apic_id)
{
	apic_ids[cpu] = apic_id;
}

/* Text under construction; what does not fit is cut off. */
struct text {
	char *buf;
	size_t size, len;
};

static PRINTF_LIKE(2, 3) void text_add(struct text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	t->len += (size_t)vscnprintf(t->buf + t->len, t->size - t->len, fmt,
				     args);
	va_end(args);
}

static u32 flag_bits(const struct flag_word *w)
{
	struct cpuid r;

	if (w->leaf > (w->leaf & BIT(31) ? cpuid_max_extended() :
					   cpuid_max_basic()))
		return 0;
	r = cpuid(w->leaf);
	if (w->reg == 'b')
		return r.ebx;
	return w->reg == 'c' ? r.ecx : r.edx;
}

static void add_flags(struct text *t)
{
	text_add(t, "flags\t\t:");
	for (u32 i = 0; i < NWORDS; i++) {
		const struct flag_word *w = &flag_words[i];
		u32 bits = flag_bits(w);

		for (u32 b = 0; b < 32; b++) {
			if (bits & BIT(b) && w->names[b])
				text_add(t, " %s", w->names[b]);
		}
	}
	if (cpu_has(CPU_XSAVEOPT))
		text_add(t, " xsaveopt");
	if (cpu_has(CPU_UMIP))
		text_add(t, " umip");
	if (cpu_has(CPU_ARAT))
		text_add(t, " arat");
	text_add(t, "\n");
}

/* Twelve bytes in this odd order of registers. */
static void add_vendor(struct text *t)
{
	struct cpuid r = cpuid(0);
	char name[13];

	memcpy(name, &r.ebx, 4);
	memcpy(name + 4, &r.edx, 4);
	memcpy(name + 8, &r.ecx, 4);
	name[12] = '\0';
	text_add(t, "vendor_id\t: %s\n", name);
}

static void add_model_name(struct text *t)
{
	char name[49];
	const char *p = name;

	if (cpuid_max_extended() < 0x80000004) {
		text_add(t, "model name\t: unknown\n");
		return;
	}
	for (u32 i = 0; i < 3; i++) {
		struct cpuid r = cpuid(0x80000002 + i);

		memcpy(name + i * sizeof(r), &r, sizeof(r));
	}
	name[48] = '\0';
	while (*p == ' ')
		p++;
	text_add(t, "model name\t: %s\n", p);
}

static void add_identity(struct text *t, u32 cpu)
{
	u32 sig = cpuid(1).eax;
	u32 family = sig >> 8 & 0xf;
	u32 model = sig >> 4 & 0xf;
	u32 mhz1000 = clock_tsc_khz();

	if (family == 6 || family == 15)
		model += (sig >> 16 & 0xf) << 4;
	if (family == 15)
		family += sig >> 20 & 0xff;
	text_add(t, "processor\t: %u\n", cpu);
	add_vendor(t);
	text_add(t, "cpu family\t: %u\nmodel\t\t: %u\n", family, model);
	add_model_name(t);
	text_add(t, "stepping\t: %u\n", sig & 0xf);
	text_add(t, "cpu MHz\t\t: %u.%03u\n", mhz1000 / 1000, mhz1000 % 1000);
}

/* How far an APIC id is shifted to leave the number of the package (@level 2,
 * core) or of the core (@level 1, thread). */
static u32 topology_shift(u32 level)
{
	if (cpuid_max_basic() < 0xb)
		return 0;
	for (u32 i = 0; i < 8; i++) {
		struct cpuid r = cpuid_count(0xb, i);

		if (!(r.ecx >> 8 & 0xff))
			break;
		if ((r.ecx >> 8 & 0xff) == level)
			return r.eax & 0x1f;
	}
	return 0;
}

static void add_topology(struct text *t, u32 cpu)
{
	u32 core_shift = topology_shift(1);
	u32 package_shift = topology_shift(2);
	u32 package = apic_ids[cpu] >> package_shift;
	u32 mask = (u32)BIT(package_shift) - 1;
	u32 siblings = 0;

	for (u32 i = 0; i < cpu_possible_count(); i++)
		siblings += apic_ids[i] >> package_shift == package;
	text_add(t, "physical id\t: %u\nsiblings\t: %u\n", package, siblings);
	text_add(t, "core id\t\t: %u\ncpu cores\t: %u\n",
		 (apic_ids[cpu] & mask) >> core_shift,
		 max(siblings >> core_shift, 1u));
	text_add(t, "apicid\t\t: %u\ninitial apicid\t: %u\n", apic_ids[cpu],
		 apic_ids[cpu]);
}

static void add_rest(struct text *t)
{
	u32 khz = clock_tsc_khz();
	u32 line = (cpuid(1).ebx >> 8 & 0xff) * 8;

	text_add(t, "fpu\t\t: yes\nfpu_exception\t: yes\n");
	text_add(t, "cpuid level\t: %u\nwp\t\t: yes\n", cpuid_max_basic());
	add_flags(t);
	text_add(t, "bugs\t\t:\nbogomips\t: %u.%02u\n", khz / 500,
		 khz / 5 % 100);
	text_add(t, "clflush size\t: %u\ncache_alignment\t: %u\n", line, line);
	text_add(t,
		 "address sizes\t: %u bits physical, %u bits virtual\n",
		 cpu_phys_bits(),
		 cpuid_max_extended() < 0x80000008 ?
			 48 : cpuid(0x80000008).eax >> 8 & 0xff);
	text_add(t, "power management:%s\n",
		 cpu_has(CPU_INVTSC) ? " constant_tsc nonstop_tsc" : "");
}

size_t cpu_describe(u32 cpu, char *buf, size_t size)
{
	struct text t = { .buf = buf, .size = size };

	add_identity(&t, cpu);
	add_topology(&t, cpu);
	add_rest(&t);
	return t.len;
}
