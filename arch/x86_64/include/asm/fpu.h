/*
 * arch/x86_64/include/asm/fpu.h - x87, SSE, AVX state of user threads
 *
 * What:  the area that holds one thread's state, moves between it and the
 *        processor, and its shape in a signal frame. The kernel itself never
 *        uses these registers, so while a user thread is current they are its
 *        own.
 * See:   Intel SDM volume 1, chapter 13.
 */
#ifndef ASM_FPU_H
#define ASM_FPU_H

#include <lib/types.h>

/* Bytes of an area; 512 with FXSAVE only. */
u32 fpu_area_size(void);
/* XCR0: the state components that are switched; 0 without XSAVE. */
u64 fpu_features(void);
/* Bytes that a signal frame needs, end mark included. */
u32 fpu_frame_size(void);

/* Where component @n (2 to 62), one of fpu_features, lies in the standard
 * form. Source: Intel SDM volume 1, section 13.4.3. */
u32 fpu_component_place(u32 n, u32 *size);

/* A new area, all zero, which is the initial state but for the control words:
 * fpu_area_reset, fpu_save_full or a copy of another area makes it fit for
 * fpu_load. NULL: no memory. */
void *fpu_area_alloc(void);
void fpu_area_free(void *area);
/* Make @area the initial state. */
void fpu_area_reset(void *area);

/* Processor to @area, for a switch (may skip what is unchanged). */
void fpu_save(void *area);
/* Processor to @area, every component written out. */
void fpu_save_full(void *area);
/* @area to processor. Its header must be valid. */
void fpu_load(const void *area);
/* Initial state to processor. */
void fpu_load_init(void);

/* What a #MF (@simd false) or #XM (true) of the current thread means: si_code
 * of SIGFPE; 0 when nothing is pending. */
int fpu_exception_code(bool simd);

/*
 * fpu_frame_write - the current thread's state to user memory
 * @buf:    64-byte aligned, fpu_frame_size() bytes below USER_END
 * Context: task; may sleep
 * Return:  0, -EFAULT.
 */
int fpu_frame_write(uptr_t buf);

/*
 * fpu_frame_read - the current thread's state from user memory
 * @buf:    any user address
 * Context: task; may sleep
 * Return:  0, -EFAULT (not readable, or a state no processor accepts: the
 *          state is then the initial one).
 */
int fpu_frame_read(uptr_t buf);

/*
 * fpu_area_export - a switched-out thread's state as tracers see it
 * @size:   512 (the old state), or fpu_area_size() with XSAVE
 * Components in their initial state are written out.
 */
void fpu_area_export(const void *area, void *buf, u32 size);
/*
 * fpu_area_import - the reverse
 * Return:  0, -EINVAL (unknown components or reserved bits; nothing changed).
 */
int fpu_area_import(void *area, const void *buf, u32 size);

/* usercopy.asm: the processor's instructions on user memory, with fix-ups.
 * Return: 0, -EFAULT. */
int usercopy_xsave(uptr_t buf, u64 components, u64 size);
int usercopy_xrstor(uptr_t buf, u64 components);
int usercopy_fxsave(uptr_t buf);
int usercopy_fxrstor(uptr_t buf);

#endif
