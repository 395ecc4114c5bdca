/*
 * arch/x86_64/fpu.c - x87, SSE, AVX and AVX-512 registers of user threads
 *
 * What:  XSAVE in its standard form (FXSAVE where there is none): size of the
 *        area, save, load, initial state, and the copy in a signal frame.
 * Locks: none; a thread's area is its own, and the processor's registers are
 *        the current user thread's.
 * Life:  an area comes with a user thread (upcall_mem_alloc, zeroed, 64-byte
 *        aligned) and goes with it. Signal frames never pass through it: the
 *        processor saves to and loads from user memory, which may fault and
 *        sleep, and a switch meanwhile is like any other.
 * Not:   when to switch (thread.c).
 * See:   Intel SDM volume 1, sections 10.5 and 13.4 to 13.9; sigreturn(2).
 */
#include <asm/cpu.h>
#include <asm/cr.h>
#include <asm/fpu.h>

#include <arch/mmu.h>
#include <arch/upcall.h>
#include <arch/usercopy.h>
#include <lib/string.h>
#include <uapi/errno.h>
#include <uapi/signal.h>
#include <uapi/ucontext.h>

#define XFEATURE_FP BIT(0)
#define XFEATURE_SSE BIT(1)
#define XFEATURE_FPSSE (XFEATURE_FP | XFEATURE_SSE)
#define XFEATURE_AVX BIT(2)
#define XFEATURE_AVX512 (BIT(5) | BIT(6) | BIT(7))

#define FXSAVE_SIZE 512u
#define XSAVE_MIN_SIZE (FXSAVE_SIZE + sizeof(struct xstate_header))
#define FCW_INIT 0x37f
#define MXCSR_INIT 0x1f80u
/* What exists where FXSAVE shows no mask. Source: SDM volume 1, 11.6.6. */
#define MXCSR_MASK_OLD 0xffbfu

#define CPUID_XSTATE 0xd

/* The head of every area; what follows depends on the processor. */
struct fpu_area {
	struct fpstate fx;
	struct xstate_header header;
};

static_assert(sizeof(struct fpu_area) == XSAVE_MIN_SIZE, "SDM 13.4");

/* What a frame has between the legacy state and the components. */
struct frame_marks {
	struct fpx_sw_bytes sw;
	struct xstate_header header;
};

/* [I] after fpu_init_boot */
static u32 area_size = FXSAVE_SIZE;
static u64 features;
static bool has_xsaveopt;
static struct frame_marks frame_marks;

/* A header without components means: all in their initial state. */
static const struct fpu_area init_area ALIGNED(64) = {
	.fx = { .cwd = FCW_INIT, .mxcsr = MXCSR_INIT },
};

u32 fpu_area_size(void)
{
	return area_size;
}

u64 fpu_features(void)
{
	return features;
}

u32 fpu_frame_size(void)
{
	return features ? area_size + FP_XSTATE_MAGIC2_SIZE : FXSAVE_SIZE;
}

static void fxsave(void *area)
{
	__asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
}

static void fxrstor(const void *area)
{
	__asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
}

static void marks_fill(void)
{
	struct fpx_sw_bytes *sw = &frame_marks.sw;

	sw->magic1 = FP_XSTATE_MAGIC1;
	sw->extended_size = area_size + FP_XSTATE_MAGIC2_SIZE;
	sw->xfeatures = features;
	sw->xstate_size = area_size;
}

/* Which of the components this kernel knows the processor has. */
static u64 find_features(void)
{
	struct cpuid leaf = cpuid(CPUID_XSTATE);
	u64 known = XFEATURE_FPSSE;

	if (cpu_has(CPU_AVX))
		known |= XFEATURE_AVX;
	if (cpu_has(CPU_AVX) && cpu_has(CPU_AVX512F))
		known |= XFEATURE_AVX512;
	known &= leaf.eax;
	if ((known & XFEATURE_AVX512) != XFEATURE_AVX512)
		known &= ~XFEATURE_AVX512;
	return known;
}

void fpu_init_cpu(void)
{
	u64 cr4 = cr4_read() | CR4_OSFXSR | CR4_OSXMMEXCPT;

	cr0_write((cr0_read() | CR0_MP | CR0_NE) & ~(CR0_EM | CR0_TS));
	if (features)
		cr4 |= CR4_OSXSAVE;
	cr4_write(cr4);
	if (features)
		xcr0_write(features);
	__asm__ volatile("fninit");
}

void fpu_init_boot(void)
{
	if (cpu_has(CPU_XSAVE) && cpuid_max_basic() >= CPUID_XSTATE)
		features = find_features();
	has_xsaveopt = features && cpu_has(CPU_XSAVEOPT);
	fpu_init_cpu();
	if (features)
		area_size = cpuid(CPUID_XSTATE).ebx;
	marks_fill();
}

void *fpu_area_alloc(void)
{
	return upcall_mem_alloc(area_size);
}

void fpu_area_free(void *area)
{
	upcall_mem_free(area, area_size);
}

void fpu_area_reset(void *area)
{
	memcpy(area, &init_area, min((size_t)area_size, sizeof(init_area)));
}

void fpu_save(void *area)
{
	if (has_xsaveopt)
		__asm__ volatile("xsaveopt64 (%0)"
				 : : "r"(area), "a"((u32)features), "d"(0)
				 : "memory");
	else
		fpu_save_full(area);
}

void fpu_save_full(void *area)
{
	if (features)
		__asm__ volatile("xsave64 (%0)"
				 : : "r"(area), "a"((u32)features), "d"(0)
				 : "memory");
	else
		fxsave(area);
}

void fpu_load(const void *area)
{
	if (features)
		__asm__ volatile("xrstor64 (%0)"
				 : : "r"(area), "a"((u32)features), "d"(0)
				 : "memory");
	else
		fxrstor(area);
}

void fpu_load_init(void)
{
	fpu_load(&init_area);
}

int fpu_exception_code(bool simd)
{
	u32 pending;

	if (simd) {
		u32 mxcsr;

		__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
		pending = ~(mxcsr >> 7) & mxcsr;
	} else {
		u16 status, control;

		__asm__ volatile("fnstsw %0" : "=m"(status));
		__asm__ volatile("fnstcw %0" : "=m"(control));
		pending = status & ~(u32)control;
	}
	if (pending & 0x01)
		return FPE_FLTINV;
	if (pending & 0x04)
		return FPE_FLTDIV;
	if (pending & 0x08)
		return FPE_FLTOVF;
	if (pending & 0x12)
		return FPE_FLTUND;
	if (pending & 0x20)
		return FPE_FLTRES;
	return 0;
}

/* XSAVE leaves the software bytes and most of the header alone, which lie side
 * by side: they are written first. */
int fpu_frame_write(uptr_t buf)
{
	if (!features)
		return usercopy_fxsave(buf);
	if (usercopy_to(buf + offsetof(struct fpstate, sw), &frame_marks,
			sizeof(frame_marks)))
		return -EFAULT;
	return usercopy_xsave(buf, features, area_size);
}

/*
 * Which components the frame offers as an XSAVE area; 0: with any mark
 * missing, it is only the old 512 bytes.
 * Return: 0, -EFAULT.
 */
static int frame_components(uptr_t buf, u64 *wanted)
{
	struct fpx_sw_bytes sw;
	u32 mark;

	*wanted = 0;
	if (!features)
		return 0;
	if (usercopy_from(&sw, buf + offsetof(struct fpstate, sw), sizeof(sw)))
		return -EFAULT;
	if (sw.magic1 != FP_XSTATE_MAGIC1 || sw.xstate_size < XSAVE_MIN_SIZE ||
	    sw.xstate_size > area_size || sw.xstate_size > sw.extended_size)
		return 0;
	if (buf > USER_END - sw.xstate_size - sizeof(mark) ||
	    usercopy_from(&mark, buf + sw.xstate_size, sizeof(mark)))
		return -EFAULT;
	if (mark == FP_XSTATE_MAGIC2)
		*wanted = sw.xfeatures & features;
	return 0;
}

/* The frame may be smaller than the area; XRSTOR reads only what its header
 * and @wanted name, and whatever it reads lies in the user half. */
static int frame_load(uptr_t buf, u64 wanted)
{
	if (features & ~wanted)
		fpu_load_init();
	if (!wanted)
		return usercopy_fxrstor(buf);
	if (buf > USER_END - area_size)
		return -EFAULT;
	return usercopy_xrstor(buf, wanted);
}

int fpu_frame_read(uptr_t buf)
{
	u64 wanted;
	int err = -EFAULT;

	if (buf <= USER_END - FXSAVE_SIZE)
		err = frame_components(buf, &wanted);
	if (!err)
		err = frame_load(buf, wanted);
	if (err)
		fpu_load_init();
	return err;
}

/* ------------------------------------------------------------- for tracers */

/* MXCSR bits that exist: those of the mask every FXSAVE area shows. */
static u32 mxcsr_mask(const struct fpu_area *a)
{
	return a->fx.mxcsr_mask ? a->fx.mxcsr_mask : MXCSR_MASK_OLD;
}

u32 fpu_component_place(u32 n, u32 *size)
{
	struct cpuid leaf = cpuid_count(CPUID_XSTATE, n);

	*size = leaf.eax;
	return leaf.ebx;
}

/* XSAVE leaves alone what is in its initial state. */
static void write_out_initial(struct fpu_area *a, u64 present)
{
	if (!(present & XFEATURE_FP)) {
		memset(&a->fx, 0, offsetof(struct fpstate, mxcsr));
		a->fx.cwd = FCW_INIT;
		memset(a->fx.st_space, 0, sizeof(a->fx.st_space));
	}
	if (!(present & XFEATURE_SSE))
		memset(a->fx.xmm_space, 0, sizeof(a->fx.xmm_space));
	if (!(present & (XFEATURE_SSE | XFEATURE_AVX)))
		a->fx.mxcsr = MXCSR_INIT;
}

static void write_out_extended(char *buf, u64 present)
{
	for (u32 n = 2; n < 63; n++) {
		u32 size, at;

		if (!(features & ~present & BIT(n)))
			continue;
		at = fpu_component_place(n, &size);
		memset(buf + at, 0, size);
	}
}

void fpu_area_export(const void *area, void *buf, u32 size)
{
	const struct fpu_area *from = area;
	struct fpu_area *to = buf;

	memcpy(buf, area, size);
	memset(to->fx.reserved, 0,
	       sizeof(to->fx.reserved) + sizeof(to->fx.sw));
	if (!features)
		return;
	write_out_initial(to, from->header.xfeatures);
	if (size == FXSAVE_SIZE)
		return;
	memcpy(&to->fx.sw, &features, sizeof(features));
	write_out_extended(buf, from->header.xfeatures);
}

static bool header_valid(const struct xstate_header *h)
{
	u64 reserved = h->xcomp_bv;

	for (u32 i = 0; i < ARRAY_SIZE(h->reserved); i++)
		reserved |= h->reserved[i];
	return !reserved && !(h->xfeatures & ~features);
}

int fpu_area_import(void *area, const void *buf, u32 size)
{
	const struct fpu_area *from = buf;
	struct fpu_area *to = area;

	if (from->fx.mxcsr & ~mxcsr_mask(to))
		return -EINVAL;
	if (size > FXSAVE_SIZE && !header_valid(&from->header))
		return -EINVAL;
	memcpy(area, buf, size);
	if (size == FXSAVE_SIZE && features)
		to->header.xfeatures |= XFEATURE_FPSSE;
	return 0;
}
