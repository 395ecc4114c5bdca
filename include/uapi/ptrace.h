/*
 * include/uapi/ptrace.h - requests, options and events of ptrace
 *
 * What:  numbers and structures; the registers as PTRACE_GETREGS gives them
 *        are those of x86-64.
 * See:   ptrace(2); psABI AMD64, section 3.2.1 (names of registers).
 */
#ifndef UAPI_PTRACE_H
#define UAPI_PTRACE_H

#include <uapi/types.h>

#define PTRACE_TRACEME 0
#define PTRACE_PEEKTEXT 1
#define PTRACE_PEEKDATA 2
#define PTRACE_PEEKUSER 3
#define PTRACE_POKETEXT 4
#define PTRACE_POKEDATA 5
#define PTRACE_POKEUSER 6
#define PTRACE_CONT 7
#define PTRACE_KILL 8
#define PTRACE_SINGLESTEP 9
#define PTRACE_GETREGS 12
#define PTRACE_SETREGS 13
#define PTRACE_GETFPREGS 14
#define PTRACE_SETFPREGS 15
#define PTRACE_ATTACH 16
#define PTRACE_DETACH 17
#define PTRACE_SYSCALL 24
#define PTRACE_ARCH_PRCTL 30
#define PTRACE_SYSEMU 31
#define PTRACE_SYSEMU_SINGLESTEP 32
#define PTRACE_SINGLEBLOCK 33
#define PTRACE_SETOPTIONS 0x4200
#define PTRACE_GETEVENTMSG 0x4201
#define PTRACE_GETSIGINFO 0x4202
#define PTRACE_SETSIGINFO 0x4203
#define PTRACE_GETREGSET 0x4204
#define PTRACE_SETREGSET 0x4205
#define PTRACE_SEIZE 0x4206
#define PTRACE_INTERRUPT 0x4207
#define PTRACE_LISTEN 0x4208
#define PTRACE_PEEKSIGINFO 0x4209
#define PTRACE_GETSIGMASK 0x420a
#define PTRACE_SETSIGMASK 0x420b
#define PTRACE_SECCOMP_GET_FILTER 0x420c
#define PTRACE_SECCOMP_GET_METADATA 0x420d
#define PTRACE_GET_SYSCALL_INFO 0x420e
#define PTRACE_GET_RSEQ_CONFIGURATION 0x420f
#define PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG 0x4210
#define PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG 0x4211

/* PTRACE_SETOPTIONS; the option of event n is bit n. */
#define PTRACE_O_TRACESYSGOOD (1u << 0)
#define PTRACE_O_EXITKILL (1u << 20)
#define PTRACE_O_SUSPEND_SECCOMP (1u << 21)
#define PTRACE_O_MASK (0xffu | PTRACE_O_EXITKILL | PTRACE_O_SUSPEND_SECCOMP)

#define PTRACE_EVENT_FORK 1
#define PTRACE_EVENT_VFORK 2
#define PTRACE_EVENT_CLONE 3
#define PTRACE_EVENT_EXEC 4
#define PTRACE_EVENT_VFORK_DONE 5
#define PTRACE_EVENT_EXIT 6
#define PTRACE_EVENT_SECCOMP 7
#define PTRACE_EVENT_STOP 128

#define PTRACE_EVENTMSG_SYSCALL_ENTRY 1
#define PTRACE_EVENTMSG_SYSCALL_EXIT 2

struct ptrace_peeksiginfo_args {
	u64 off;
	u32 flags;
	s32 nr;
};
#define PTRACE_PEEKSIGINFO_SHARED 1

struct seccomp_metadata {
	u64 filter_off;
	u64 flags;
};

#define PTRACE_SYSCALL_INFO_NONE 0
#define PTRACE_SYSCALL_INFO_ENTRY 1
#define PTRACE_SYSCALL_INFO_EXIT 2
#define PTRACE_SYSCALL_INFO_SECCOMP 3

struct ptrace_syscall_info {
	u8 op;
	u8 pad[3];
	u32 arch;
	u64 instruction_pointer;
	u64 stack_pointer;
	union {
		struct {
			u64 nr;
			u64 args[6];
			u32 ret_data;	/* PTRACE_SYSCALL_INFO_SECCOMP */
		} entry;
		struct {
			s64 rval;
			u8 is_error;
		} exit;
	};
};
_Static_assert(sizeof(struct ptrace_syscall_info) == 88, "syscall_info");

/* PTRACE_GET_RSEQ_CONFIGURATION */
struct ptrace_rseq_configuration {
	u64 rseq_abi_pointer;
	u32 rseq_abi_size;
	u32 signature;
	u32 flags;
	u32 pad;
};
_Static_assert(sizeof(struct ptrace_rseq_configuration) == 24,
	       "rseq_configuration");

/* AUDIT_ARCH_X86_64: EM_X86_64, 64 bits, little endian. */
#define AUDIT_ARCH_X86_64 0xc000003eu

/* Kinds of PTRACE_GETREGSET. Source: core(5) notes, elf.h of libc. */
#define NT_PRSTATUS 1
#define NT_PRFPREG 2
#define NT_X86_XSTATE 0x202

struct user_regs {
	u64 r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8;
	u64 rax, rcx, rdx, rsi, rdi, orig_rax, rip, cs, eflags, rsp, ss;
	u64 fs_base, gs_base, ds, es, fs, gs;
};
_Static_assert(sizeof(struct user_regs) == 216, "struct user_regs");

/* Offsets of PTRACE_PEEKUSER, as struct user of libc's sys/user.h has them. */
#define USER_DEBUGREG 848
#define USER_SIZE 928

#endif
