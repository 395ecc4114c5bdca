; arch/x86_64/switch.asm - from one kernel stack to another
;
; What:  switch_stacks, and the first instructions of new threads.
; Locks: interrupts off, run-queue lock held by the caller.
; Life:  a thread that is switched out has, at arch_thread.sp: r15, r14, r13,
;        r12, rbx, rbp and a return address (struct switch_frame in thread.c).
; Not:   FPU, segment bases, page tables: arch_switch in thread.c.

%include "asm/offsets.inc"

extern upcall_thread_start
extern upcall_kthread_start
extern trap_exit_work
extern trap_return_user

global switch_stacks
global switch_first_user
global switch_first_kernel

bits 64
section .text progbits alloc exec nowrite align=16

; struct arch_thread *switch_stacks(struct arch_thread *prev,
;                                   struct arch_thread *next)
; Returns, when prev runs again, the thread switched away from then.
switch_stacks:
	push rbp
	push rbx
	push r12
	push r13
	push r14
	push r15
	mov [rdi + THREAD_SP], rsp
	mov rsp, [rsi + THREAD_SP]
	pop r15
	pop r14
	pop r13
	pop r12
	pop rbx
	pop rbp
	mov rax, rdi
	ret

; A new user thread: rax the thread before, rsp its struct regs.
	align 16
switch_first_user:
	mov rdi, rax
	call upcall_thread_start	; interrupts on afterwards
	cli
	mov rdi, rsp
	call trap_exit_work
	jmp trap_return_user

; A new kernel thread: rax the thread before, rbx its function, r12 the
; argument.
	align 16
switch_first_kernel:
	mov rdi, rax
	call upcall_kthread_start
	mov rdi, r12
	call rbx
	ud2				; the function must not return

section .note.GNU-stack noalloc noexec nowrite progbits
