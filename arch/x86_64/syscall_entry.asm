; arch/x86_64/syscall_entry.asm - the SYSCALL instruction and the way back
;
; What:  builds a complete struct regs, calls what the number means, and
;        returns by SYSRET when that is right, else by the IRET of
;        trap_entry.asm. Whatever is not plain (no such call, work bits of the
;        thread are set, calls are traced) is upcall_syscall's.
; Life:  SYSRET is right when regs.fast_exit is still 1, that is nobody wrote a
;        register but rax since the entry, so the return address is the one
;        SYSCALL stored (canonical, since the last page of the user half is
;        never mapped) and rcx, r11, CS and SS are what SYSRET makes of them;
;        and when neither TF nor RF is set, which SYSRET cannot restore
;        properly. The registers that C preserves still hold the user's
;        values then and are not read back.
; Not:   32-bit system calls: there are none, as on a Linux built without them.
; See:   Intel SDM volume 2, SYSCALL and SYSRET; System V ABI for x86-64,
;        appendix A.2.1.

%include "asm/offsets.inc"

extern cpu_local
extern cpu_tss
extern syscall_table
extern upcall_fast_calls
extern upcall_syscall
extern upcall_syscall_finish
extern trap_exit_work
extern trap_return_user

global syscall_entry
global syscall_entry_compat

ENOSYS		equ 38
ERESTART_FIRST	equ 516			; -516 to -512: to be restarted
ERESTART_SPAN	equ 4

bits 64
section .text progbits alloc exec nowrite align=64

; Interrupts, AC, DF and TF are off (FMASK); rcx holds the return address, r11
; the flags; everything else is the user's.
syscall_entry:
	swapgs
	mov [gs:cpu_local + LOCAL_SCRATCH], rsp
	mov rsp, [gs:cpu_tss + TSS_RSP0]
	push SEL_USER_DS
	push qword [gs:cpu_local + LOCAL_SCRATCH]
	push r11
	push SEL_USER_CS
	push rcx
	push 0				; error
	push VECTOR_SYSCALL
	push 1				; fast_exit
	push rax			; nr
	PUSH_GENERAL
	mov r11, [gs:cpu_local + LOCAL_CURRENT]
	cmp dword [r11 + THREAD_WORK], 0
	jne .slow
	cmp rax, [rel upcall_fast_calls]
	jae .slow
	lea rax, [rax + rax * 2]	; 24 bytes, the function first
	mov rax, [syscall_table + rax * 8]
	test rax, rax
	jz .slow
	mov rcx, r10			; the others are in their places
	sti
	call rax
	mov [rsp + REGS_RAX], rax
	mov rcx, [gs:cpu_local + LOCAL_CURRENT]
	cmp dword [rcx + THREAD_WORK], 0
	jne .finish
	add rax, ERESTART_FIRST
	cmp rax, ERESTART_SPAN
	jbe .finish
.done:
	cli
	mov rax, [gs:cpu_local + LOCAL_CURRENT]
	test dword [rax + THREAD_WORK], WORK_EXIT_MASK
	jnz .work
	cmp dword [rsp + REGS_FAST_EXIT], 0
	je trap_return_user
	test dword [rsp + REGS_RFLAGS], RFLAGS_TF_RF
	jnz trap_return_user
	mov r11, [rsp + REGS_RFLAGS]
	mov r10, [rsp + REGS_R10]
	mov r9, [rsp + REGS_R9]
	mov r8, [rsp + REGS_R8]
	mov rax, [rsp + REGS_RAX]
	mov rcx, [rsp + REGS_RIP]
	mov rdx, [rsp + REGS_RDX]
	mov rsi, [rsp + REGS_RSI]
	mov rdi, [rsp + REGS_RDI]
	mov rsp, [rsp + REGS_RSP]
	swapgs
	o64 sysret
.slow:
	mov rdi, rsp
	sti
	call upcall_syscall
	jmp .done
.finish:
	mov rdi, rsp
	mov rsi, [rsp + REGS_RAX]
	call upcall_syscall_finish
	jmp .done
.work:
	mov rdi, rsp
	call trap_exit_work
	jmp trap_return_user

; SYSCALL from 32-bit code (AMD only): refused without a look at the kernel's
; stack. rsp and GS are the user's; non-maskable events have stacks of theirs.
	align 16
syscall_entry_compat:
	mov eax, -ENOSYS
	o32 sysret

section .note.GNU-stack noalloc noexec nowrite progbits
