/*
 * include/uapi/ucontext.h - the frame a signal handler finds on its stack
 *
 * What:  saved registers, the floating point area with its extension marks,
 *        and the whole frame that rt_sigreturn reads back.
 * See:   psABI AMD64, 3.4 and "Signal handling"; sigreturn(2); Intel SDM
 *        volume 1, 10.5.1 (FXSAVE area) and 13.4 (XSAVE area).
 */
#ifndef UAPI_UCONTEXT_H
#define UAPI_UCONTEXT_H

#include <uapi/signal.h>
#include <uapi/types.h>

struct sigcontext {
	u64 r8;
	u64 r9;
	u64 r10;
	u64 r11;
	u64 r12;
	u64 r13;
	u64 r14;
	u64 r15;
	u64 rdi;
	u64 rsi;
	u64 rbp;
	u64 rbx;
	u64 rdx;
	u64 rax;
	u64 rcx;
	u64 rsp;
	u64 rip;
	u64 rflags;
	u16 cs;
	u16 gs;
	u16 fs;
	u16 ss;
	u64 err;
	u64 trapno;
	/* The low bits of the blocked set, for readers older than that set. */
	u64 oldmask;
	u64 cr2;
	/* User address of the fpstate, aligned to 64 bytes; 0 when absent. */
	u64 fpstate;
	u64 reserved[8];
};
_Static_assert(sizeof(struct sigcontext) == 256, "struct sigcontext");

/* uc_flags */
#define UC_FP_XSTATE 0x1
#define UC_SIGCONTEXT_SS 0x2
#define UC_STRICT_RESTORE_SS 0x4

struct ucontext {
	u64 uc_flags;
	u64 uc_link;
	struct sigaltstack uc_stack;
	struct sigcontext uc_mcontext;
	sigset_t uc_sigmask;
};
_Static_assert(sizeof(struct ucontext) == 304, "struct ucontext");

/* What is pushed for a handler; rsp points at @pretcode on its entry. */
struct rt_sigframe {
	u64 pretcode;
	struct ucontext uc;
	struct siginfo info;
};
_Static_assert(sizeof(struct rt_sigframe) == 440, "struct rt_sigframe");

/*
 * Software bytes in the last 48 bytes of the 512-byte FXSAVE area. magic1
 * says that an XSAVE area follows; FP_XSTATE_MAGIC2 is the 4-byte word right
 * after it, at offset xstate_size from the start of the area.
 */
#define FP_XSTATE_MAGIC1 0x46505853u
#define FP_XSTATE_MAGIC2 0x46505845u
#define FP_XSTATE_MAGIC2_SIZE 4u

struct fpx_sw_bytes {
	u32 magic1;
	/* Bytes of the area, with the word of MAGIC2. */
	u32 extended_size;
	u64 xfeatures;
	/* Bytes of the XSAVE area. */
	u32 xstate_size;
	u32 padding[7];
};
_Static_assert(sizeof(struct fpx_sw_bytes) == 48, "struct fpx_sw_bytes");

struct fpstate {
	u16 cwd;
	u16 swd;
	u16 twd;
	u16 fop;
	u64 rip;
	u64 rdp;
	u32 mxcsr;
	u32 mxcsr_mask;
	u32 st_space[32];
	u32 xmm_space[64];
	u32 reserved[12];
	struct fpx_sw_bytes sw;
};
_Static_assert(sizeof(struct fpstate) == 512, "struct fpstate");

struct xstate_header {
	u64 xfeatures;
	u64 xcomp_bv;
	u64 reserved[6];
};
_Static_assert(sizeof(struct xstate_header) == 64, "struct xstate_header");

#endif
