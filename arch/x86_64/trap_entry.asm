; arch/x86_64/trap_entry.asm - from an exception or interrupt to C and back
;
; What:  one stub for each of the 256 vectors, the frame (struct regs), the
;        rules for GS, and the one IRET that leads to user mode.
; Locks: none. Entered with interrupts off (all gates are interrupt gates).
; Life:  three ways in:
;        ordinary   the interrupted mode is read from CS; from user mode GS is
;                   swapped. All but the next.
;        paranoid   NMI, double fault, machine check, debug: they may hit the
;                   kernel between its entry and SWAPGS, or before SYSRET, and
;                   run on stacks of their own. They trust nothing: GS base is
;                   saved, taken from the word above the stack, and put back.
;        bad IRET   the IRET to user mode faulted, because a signal handler or
;                   a tracer left selectors or an address that the processor
;                   refuses. GS is the user's already; the fault is turned into
;                   one of user mode, on the frame that IRET was given.
; Not:   SYSCALL (syscall_entry.asm).
; See:   Intel SDM volume 3, sections 6.12 to 6.14.

%include "asm/offsets.inc"

extern cpu_local
extern cpu_tss
extern cpu_smap_on
extern cpu_fsgsbase_on
extern trap_user
extern trap_kernel
extern trap_paranoid

global trap_stubs
global trap_return_user
global trap_enter_user

STUB_SIZE	equ 16			; repeated in trap.c

; Offsets in what the stubs and the processor pushed, before struct regs is
; complete.
HEAD_VECTOR	equ 0
HEAD_ERROR	equ 8
HEAD_RIP	equ 16
HEAD_CS		equ 24
HEAD_RFLAGS	equ 32
HEAD_RSP	equ 40
HEAD_SS		equ 48
HEAD_SIZE	equ 56

%define HAS_ERROR(v) ((v) == 8 || ((v) >= 10 && (v) <= 14) || (v) == 17 || \
	(v) == 21 || (v) == 29 || (v) == 30)
%define IS_PARANOID(v) ((v) == 2 || (v) == 8 || (v) == 18)

bits 64
section .text progbits alloc exec nowrite align=64

trap_stubs:
%assign v 0
%rep 256
	align STUB_SIZE, int3
%if !HAS_ERROR(v)
	push 0
%endif
	push v
%if v == 1
	jmp debug_common
%elif IS_PARANOID(v)
	jmp paranoid_common
%else
	jmp trap_common
%endif
%assign v v + 1
%endrep
	align STUB_SIZE, int3

; User mode may have set AC, which would open user memory to the kernel; and
; IDT gates leave DF as it was.
%macro CLEAN_FLAGS 0
	cld
	cmp byte [rel cpu_smap_on], 0
	je %%no_smap
	clac
%%no_smap:
%endmacro

	align 16
trap_common:
	test byte [rsp + HEAD_CS], 3
	jz from_kernel
	swapgs

; GS is the kernel's; the head of the frame lies at the top of the thread's
; stack.
from_user:
	push 0				; no way back by SYSRET
	push -1				; no system call
	PUSH_GENERAL
	CLEAN_FLAGS
	mov rdi, rsp
	call trap_user			; interrupts off, no work left

; rsp: struct regs; interrupts off.
trap_return_user:
	POP_GENERAL
	add rsp, REGS_RIP - REGS_NR
	swapgs
iret_to_user:
	iretq

	align 16
from_kernel:
	cmp qword [rsp + HEAD_RIP], iret_to_user
	je bad_iret
	push 0
	push -1
	PUSH_GENERAL
	CLEAN_FLAGS
	mov rdi, rsp
	call trap_kernel
	POP_GENERAL
	add rsp, REGS_RIP - REGS_NR
	iretq

; All general registers are the user's. The saved rsp points at the frame IRET
; read, which is the tail of a struct regs; error and vector go before it.
bad_iret:
	swapgs
	mov [gs:cpu_local + LOCAL_SCRATCH], rax
	mov rax, [rsp + HEAD_ERROR]
	mov [gs:cpu_local + LOCAL_SCRATCH + 8], rax
	mov rax, [rsp + HEAD_VECTOR]
	mov [gs:cpu_local + LOCAL_SCRATCH + 16], rax
	mov rax, [gs:cpu_local + LOCAL_SCRATCH]
	mov rsp, [rsp + HEAD_RSP]
	push qword [gs:cpu_local + LOCAL_SCRATCH + 8]
	push qword [gs:cpu_local + LOCAL_SCRATCH + 16]
	jmp from_user

; A debug exception of user mode (single step) becomes a signal, so it goes on
; the thread's stack like any other; one of the kernel is paranoid.
debug_common:
	test byte [rsp + HEAD_CS], 3
	jz paranoid_common
	swapgs
	mov [gs:cpu_local + LOCAL_SCRATCH], rax
	mov rax, rsp
	mov rsp, [gs:cpu_tss + TSS_RSP0]
	push qword [rax + HEAD_SS]
	push qword [rax + HEAD_RSP]
	push qword [rax + HEAD_RFLAGS]
	push qword [rax + HEAD_CS]
	push qword [rax + HEAD_RIP]
	push qword [rax + HEAD_ERROR]
	push qword [rax + HEAD_VECTOR]
	mov rax, [gs:cpu_local + LOCAL_SCRATCH]
	jmp from_user

; On an interrupt stack: the word right above the frame is this CPU's GS base.
; rbx keeps what GS base was.
paranoid_common:
	push 0
	push -1
	PUSH_GENERAL
	CLEAN_FLAGS
	cmp byte [rel cpu_fsgsbase_on], 0
	je .read_msr
	rdgsbase rbx
	mov rax, [rsp + REGS_SIZE]
	wrgsbase rax
	mov rdi, rsp
	call trap_paranoid
	wrgsbase rbx
	jmp .leave
.read_msr:
	mov ecx, MSR_GS_BASE
	rdmsr
	mov ebx, eax
	shl rdx, 32
	or rbx, rdx
	mov eax, [rsp + REGS_SIZE]
	mov edx, [rsp + REGS_SIZE + 4]
	wrmsr
	mov rdi, rsp
	call trap_paranoid
	mov ecx, MSR_GS_BASE
	mov eax, ebx
	mov rdx, rbx
	shr rdx, 32
	wrmsr
.leave:
	POP_GENERAL
	add rsp, REGS_RIP - REGS_NR
	iretq

; void trap_enter_user(struct regs *r): leave the present flow for good and go
; to user mode with @r, the frame at the top of this thread's stack.
trap_enter_user:
	mov rsp, rdi
	jmp trap_return_user

section .note.GNU-stack noalloc noexec nowrite progbits
