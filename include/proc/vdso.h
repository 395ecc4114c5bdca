/*
 * include/proc/vdso.h - the vDSO in the memory of programs
 */
#ifndef PROC_VDSO_H
#define PROC_VDSO_H

#include <lib/types.h>

struct aspace;

/* Its pages; once, at boot. Panics without memory. */
OPTIONAL void vdso_init(void);
/*
 * vdso_map - exec: map page and library below the top of mmap's area
 * Return:   0 with as->vdso set, -ENOMEM.
 */
OPTIONAL int vdso_map(struct aspace *as);
/* The program in @as is in another time namespace from now on. Context: task,
 * may sleep; nobody else runs in @as. */
OPTIONAL void vdso_change_time(struct aspace *as);

#endif
