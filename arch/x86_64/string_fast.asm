; arch/x86_64/string_fast.asm - memcpy, memmove, memset with string instructions
;
; What:  strong versions of the weak functions in lib/string.c.
; Not:   user memory (usercopy.asm).
; See:   Intel Optimization Reference Manual, section 3.7.6; System V ABI for
;        x86-64, section 3.2.3. Blocks up to 32 bytes are moved by pairs of
;        loads and stores that may overlap, larger ones by REP MOVSQ or STOSQ
;        and one last, overlapping word. The direction flag is clear by ABI.

global memcpy
global memmove
global memset

bits 64
section .text progbits alloc exec nowrite align=64

; void *memcpy(void *dst, const void *src, size_t len)
memcpy:
	mov rax, rdi
	cmp rdx, 32
	jbe copy_small
copy_forward:
	mov rcx, rdx
	shr rcx, 3
	mov r8, [rsi + rdx - 8]		; before memmove's target covers it
	lea r9, [rdi + rdx - 8]
	rep movsq
	mov [r9], r8
	ret

; All loads come before the first store: right for overlapping blocks too.
copy_small:
	cmp edx, 16
	ja .to_32
	cmp edx, 8
	jae .to_16
	cmp edx, 4
	jae .to_8
	test edx, edx
	jz .done
	movzx ecx, byte [rsi]
	movzx r8d, byte [rsi + rdx - 1]
	shr edx, 1			; index of the middle byte, if any
	movzx r9d, byte [rsi + rdx]
	mov [rdi + rdx], r9b
	mov [rdi], cl
	adc edx, edx			; the length again: carry was its bit 0
	mov [rdi + rdx - 1], r8b
.done:
	ret
.to_8:
	mov ecx, [rsi]
	mov r8d, [rsi + rdx - 4]
	mov [rdi], ecx
	mov [rdi + rdx - 4], r8d
	ret
.to_16:
	mov rcx, [rsi]
	mov r8, [rsi + rdx - 8]
	mov [rdi], rcx
	mov [rdi + rdx - 8], r8
	ret
.to_32:
	mov rcx, [rsi]
	mov r8, [rsi + 8]
	mov r9, [rsi + rdx - 16]
	mov r10, [rsi + rdx - 8]
	mov [rdi], rcx
	mov [rdi + 8], r8
	mov [rdi + rdx - 16], r9
	mov [rdi + rdx - 8], r10
	ret

; void *memmove(void *dst, const void *src, size_t len)
	align 16
memmove:
	mov rax, rdi
	cmp rdx, 32
	jbe copy_small
	mov rcx, rdi
	sub rcx, rsi
	cmp rcx, rdx			; unsigned: is dst inside the source?
	jae copy_forward
	mov r8, [rsi]			; the first words, kept for last
	mov r9, [rsi + 8]
	mov r10, [rsi + 16]
	mov r11, [rsi + 24]
.back:					; 16 bytes at a time from the end
	mov rcx, [rsi + rdx - 8]
	mov rax, [rsi + rdx - 16]
	mov [rdi + rdx - 8], rcx
	mov [rdi + rdx - 16], rax
	sub rdx, 16
	cmp rdx, 32
	ja .back
	mov [rdi], r8
	mov [rdi + 8], r9
	mov [rdi + 16], r10
	mov [rdi + 24], r11
	mov rax, rdi
	ret

; void *memset(void *dst, int byte, size_t len)
	align 16
memset:
	mov r9, rdi
	movzx eax, sil
	mov r8, 0x0101010101010101
	imul rax, r8
	cmp rdx, 32
	jbe .small
	mov rcx, rdx
	shr rcx, 3
	mov [rdi + rdx - 8], rax
	rep stosq
	mov rax, r9
	ret
.small:
	cmp edx, 16
	ja .to_32
	cmp edx, 8
	jae .to_16
	cmp edx, 4
	jae .to_8
	test edx, edx
	jz .done
	mov [rdi], al
	mov [rdi + rdx - 1], al
	shr edx, 1
	mov [rdi + rdx], al
.done:
	mov rax, r9
	ret
.to_8:
	mov [rdi], eax
	mov [rdi + rdx - 4], eax
	mov rax, r9
	ret
.to_16:
	mov [rdi], rax
	mov [rdi + rdx - 8], rax
	mov rax, r9
	ret
.to_32:
	mov [rdi], rax
	mov [rdi + 8], rax
	mov [rdi + rdx - 16], rax
	mov [rdi + rdx - 8], rax
	mov rax, r9
	ret

section .note.GNU-stack noalloc noexec nowrite progbits
