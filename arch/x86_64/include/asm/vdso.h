/*
 * arch/x86_64/include/asm/vdso.h - the page that kernel and vDSO share
 *
 * What:  how to make the time of day from the time stamp counter. The kernel
 *        writes, programs read: see arch/x86_64/vdso/vdso.c.
 * Locks: a reader looks at seq before and after; odd: being written.
 */
#ifndef ASM_VDSO_H
#define ASM_VDSO_H

#include <lib/types.h>

#define VDSO_SCALE_SHIFT 40	/* bits of tsc_to_ns behind the point */

struct vdso_data {
	u32 seq;
	u32 use_tsc;		/* 0: ask the kernel */
	u64 base_tsc;		/* where ns 0 is */
	u64 tsc_to_ns;
	s64 realtime_ns;	/* what makes the time of day of it */
	u32 cpu_in_aux;		/* RDTSCP tells the CPU */
};

/* vdso.lds: the page, for the library: it lies in front of it. */
extern volatile struct vdso_data vdso_page
	__attribute__((visibility("hidden")));
/* vdso/image.asm: the library, for the kernel. */
extern const char vdso_image_start[], vdso_image_end[];

/* The kernel's clock is another from now on. Any context. */
OPTIONAL void vdso_page_refresh(void);

#endif
