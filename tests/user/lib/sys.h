/*
 * tests/user/lib/sys.h - system calls without libc in between
 *
 * What:  sys(number, ...) gives the kernel's own result: a value or a
 *        negative error number. Arguments that are left out are zero.
 * Not:   programs that only want libc's convention call libc.
 * See:   syscall(2), System V ABI AMD64 supplement, section A.2.1
 */
#ifndef TESTS_USER_SYS_H
#define TESTS_USER_SYS_H

/* before the first header of libc: all of Linux's interface */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stdint.h>
#include <sys/syscall.h>

#ifndef SYS_clone3
#define SYS_clone3		435
#endif
#ifndef SYS_close_range
#define SYS_close_range		436
#endif

#define sys(...)	sys_vector((const long[8]){ __VA_ARGS__ })
#define P(pointer)	((long)(uintptr_t)(pointer))

/* the number and six arguments, from an array */
static inline __attribute__((always_inline)) long
sys_vector(const long v[8])
{
	register long r10 __asm__("r10") = v[4];
	register long r8 __asm__("r8") = v[5];
	register long r9 __asm__("r9") = v[6];
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(v[0]), "D"(v[1]), "S"(v[2]), "d"(v[3]),
			   "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

#endif
