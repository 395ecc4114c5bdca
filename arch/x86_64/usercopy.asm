; arch/x86_64/usercopy.asm - the instructions that touch user memory
;
; What:  copy, clear, string, peek, compare-and-swap, and FPU state with user
;        addresses; SMAP is opened around them where it is on.
; Locks: none. Each instruction that may fault has an entry in .ex_table (its
;        address, where to go on). A fault is first given to the page-fault
;        handler, which may sleep; only one it cannot resolve comes back here.
; Life:  the entries are in the order of the code: trap.c searches them by
;        halves. Those between usercopy_nosleep_start and usercopy_nosleep_end
;        are never resolved.
; Not:   checks of ranges (mm/vm/uaccess.c).
; See:   include/arch/usercopy.h, asm/fpu.h; Intel SDM volume 3, section 4.6.1
;        (SMAP).

%include "asm/offsets.inc"

extern cpu_smap_on

global usercopy_from
global usercopy_to
global usercopy_clear
global usercopy_string
global usercopy_peek32
global usercopy_cas32
global usercopy_xsave
global usercopy_xrstor
global usercopy_fxsave
global usercopy_fxrstor
global usercopy_nosleep_start
global usercopy_nosleep_end

EFAULT		equ 14
PAGE_SIZE	equ 4096

XSAVE_HEADER	equ 512			; of an XSAVE area: components present
XFEATURE_FPSSE	equ 3
FP_XSTATE_MAGIC2 equ 0x46505845

; The instruction at %1 may fault; then go to %2.
%macro FIXUP 2
	[section .ex_table]
	dq %1, %2
	__?SECT?__
%endmacro

%macro USER_OPEN 0
	cmp byte [rel cpu_smap_on], 0
	je %%no_smap
	stac
%%no_smap:
%endmacro

%macro USER_CLOSE 0
	cmp byte [rel cpu_smap_on], 0
	je %%no_smap
	clac
%%no_smap:
%endmacro

section .ex_table progbits alloc noexec nowrite align=8

bits 64
section .text progbits alloc exec nowrite align=64

; size_t usercopy_from(void *dst, uptr_t src, size_t len)
; size_t usercopy_to(uptr_t dst, const void *src, size_t len)
; Up to 32 bytes by pairs of moves that may overlap, more by string moves of
; eight bytes. Pairs leave rdi, rsi, rdx alone until they are done, so after a
; fault the bytes are copied one by one from the start to find the exact end.
usercopy_from:
usercopy_to:
	USER_OPEN
	cmp rdx, 8
	jb .below_8
	cmp rdx, 16
	jbe .to_16
	cmp rdx, 32
	ja .many
.r16a:	mov rax, [rsi]
.r16b:	mov rcx, [rsi + 8]
.r16c:	mov r8, [rsi + rdx - 16]
.r16d:	mov r9, [rsi + rdx - 8]
.w16a:	mov [rdi], rax
.w16b:	mov [rdi + 8], rcx
.w16c:	mov [rdi + rdx - 16], r8
.w16d:	mov [rdi + rdx - 8], r9
	xor eax, eax
	USER_CLOSE
	ret
.below_8:
	cmp rdx, 4
	jae .to_8
	mov rcx, rdx
	jmp .bytes
.to_8:
.r4a:	mov eax, [rsi]
.r4b:	mov ecx, [rsi + rdx - 4]
.w4a:	mov [rdi], eax
.w4b:	mov [rdi + rdx - 4], ecx
	xor eax, eax
	USER_CLOSE
	ret
.to_16:
.r8a:	mov rax, [rsi]
.r8b:	mov rcx, [rsi + rdx - 8]
.w8a:	mov [rdi], rax
.w8b:	mov [rdi + rdx - 8], rcx
	xor eax, eax
	USER_CLOSE
	ret
.many:
	mov rcx, rdx
	shr rcx, 3
	and edx, 7
.words:	rep movsq
	mov ecx, edx
	test edx, edx
	jz .done
.rtail:	mov rax, [rsi + rdx - 8]
.wtail:	mov [rdi + rdx - 8], rax
	xor ecx, ecx
.done:
	mov rax, rcx
	USER_CLOSE
	ret
.words_fault:				; rcx words and rdx bytes are left
	lea rcx, [rdx + rcx * 8]
	jmp .bytes
.pair_fault:
	mov rcx, rdx
.bytes:	rep movsb
.bytes_fault:
	mov rax, rcx
	USER_CLOSE
	ret

	FIXUP .r16a, .pair_fault
	FIXUP .r16b, .pair_fault
	FIXUP .r16c, .pair_fault
	FIXUP .r16d, .pair_fault
	FIXUP .w16a, .pair_fault
	FIXUP .w16b, .pair_fault
	FIXUP .w16c, .pair_fault
	FIXUP .w16d, .pair_fault
	FIXUP .r4a, .pair_fault
	FIXUP .r4b, .pair_fault
	FIXUP .w4a, .pair_fault
	FIXUP .w4b, .pair_fault
	FIXUP .r8a, .pair_fault
	FIXUP .r8b, .pair_fault
	FIXUP .w8a, .pair_fault
	FIXUP .w8b, .pair_fault
	FIXUP .words, .words_fault
	FIXUP .rtail, .bytes		; rcx bytes are left
	FIXUP .wtail, .bytes
	FIXUP .bytes, .bytes_fault

; size_t usercopy_clear(uptr_t dst, size_t len)
	align 16
usercopy_clear:
	USER_OPEN
	xor eax, eax
	mov rcx, rsi
	shr rcx, 3
	and esi, 7
.words:	rep stosq
	mov ecx, esi
.bytes:	rep stosb
.bytes_fault:
	mov rax, rcx
	USER_CLOSE
	ret
.words_fault:
	lea rcx, [rsi + rcx * 8]
	jmp .bytes

	FIXUP .words, .words_fault
	FIXUP .bytes, .bytes_fault

; ssize_t usercopy_string(char *dst, uptr_t src, size_t len)
; Eight bytes at a time while they lie in one page (so that no byte behind the
; string can fault when the string itself does not) and fit.
	align 16
usercopy_string:
	USER_OPEN
	mov r8, 0x0101010101010101
	mov r9, 0x8080808080808080
	xor eax, eax			; bytes done
.word:
	lea r10, [rax + 8]
	cmp r10, rdx
	ja .byte
	lea ecx, [rsi + rax]
	and ecx, PAGE_SIZE - 1
	cmp ecx, PAGE_SIZE - 8
	ja .byte
.rword:	mov rcx, [rsi + rax]
	mov [rdi + rax], rcx
	mov r11, rcx
	sub rcx, r8			; a byte that was 0 now has its top bit,
	not r11				; and had it not before
	and rcx, r11
	and rcx, r9
	jnz .word_end
	mov rax, r10
	jmp .word
.word_end:
	bsf rcx, rcx			; the lowest such byte is exact
	shr ecx, 3
	add rax, rcx
	USER_CLOSE
	ret
.byte:
	cmp rax, rdx
	jae .done
.rbyte:	movzx ecx, byte [rsi + rax]
	mov [rdi + rax], cl
	test cl, cl
	jz .done
	inc rax
	test al, 7
	jnz .byte
	jmp .word
.done:
	USER_CLOSE
	ret
.fault:
	mov rax, -EFAULT
	USER_CLOSE
	ret

	FIXUP .rword, .fault
	FIXUP .rbyte, .fault

; int usercopy_cas32(uptr_t p, u32 old, u32 new, u32 *seen)
	align 16
usercopy_cas32:
	USER_OPEN
	mov eax, esi
.cas:	lock cmpxchg [rdi], edx
	mov [rcx], eax
	xor eax, eax
	USER_CLOSE
	ret
.fault:
	mov eax, -EFAULT
	USER_CLOSE
	ret

	FIXUP .cas, .fault

; int usercopy_xsave(uptr_t buf, u64 features, u64 size): the processor's state
; and the end mark of a signal frame. FP and SSE are shown as present whatever
; the processor thought, for readers of the old layout do not ask.
	align 16
usercopy_xsave:
	USER_OPEN
	mov rcx, rdx
	mov eax, esi
	xor edx, edx
.save:	xsave64 [rdi]
.bits:	or byte [rdi + XSAVE_HEADER], XFEATURE_FPSSE
.mark:	mov dword [rdi + rcx], FP_XSTATE_MAGIC2
	xor eax, eax
	USER_CLOSE
	ret
.fault:
	mov eax, -EFAULT
	USER_CLOSE
	ret

	FIXUP .save, .fault
	FIXUP .bits, .fault
	FIXUP .mark, .fault

; int usercopy_xrstor(uptr_t buf, u64 features): a state the processor refuses
; (general protection fault) ends at the fix-up as well.
	align 16
usercopy_xrstor:
	USER_OPEN
	mov eax, esi
	xor edx, edx
.load:	xrstor64 [rdi]
	xor eax, eax
	USER_CLOSE
	ret
.fault:
	mov eax, -EFAULT
	USER_CLOSE
	ret

	FIXUP .load, .fault

; int usercopy_fxsave(uptr_t buf), int usercopy_fxrstor(uptr_t buf)
	align 16
usercopy_fxsave:
	USER_OPEN
.save:	fxsave64 [rdi]
	xor eax, eax
	USER_CLOSE
	ret
.fault:
	mov eax, -EFAULT
	USER_CLOSE
	ret

	FIXUP .save, .fault

	align 16
usercopy_fxrstor:
	USER_OPEN
.load:	fxrstor64 [rdi]
	xor eax, eax
	USER_CLOSE
	ret
.fault:
	mov eax, -EFAULT
	USER_CLOSE
	ret

	FIXUP .load, .fault

usercopy_nosleep_start:

; bool usercopy_peek32(uptr_t src, u32 *out)
	align 16
usercopy_peek32:
	USER_OPEN
.read:	mov eax, [rdi]
	mov [rsi], eax
	mov eax, 1
	USER_CLOSE
	ret
.fault:
	xor eax, eax
	USER_CLOSE
	ret

	FIXUP .read, .fault

usercopy_nosleep_end:

section .note.GNU-stack noalloc noexec nowrite progbits
