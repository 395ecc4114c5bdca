; arch/x86_64/boot/ap_start.asm - an application processor's way to C
;
; What:  the page that a start-up message points to (real mode, protected
;        mode, long mode), and the high half part, where a processor finds out
;        which one it is and takes its stack.
; Locks: none: any number of processors run this at once and share only data
;        that is constant by then.
; Life:  smp.c copies the page below 1 MiB and fills the words in it. It is
;        mapped at its own address only in the tables in ap_word_root.
; See:   Intel SDM volume 3, sections 9.4.4 and 10.8.5.

%include "asm/offsets.inc"

extern ap_main
extern ap_apic_ids
extern ap_stacks
extern ap_count
extern ap_kernel_root
extern lapic_mmio

global ap_trampoline
global ap_trampoline_end
global ap_word_root
global ap_word_efer

MSR_APIC_BASE	equ 0x1b
MSR_EFER	equ 0xc0000080
APIC_BASE_X2	equ 0x400
MSR_X2APIC_ID	equ 0x802
LAPIC_ID	equ 0x20

CR0_PE		equ 0x1
CR0_PE_MP_ET_NE_WP_PG equ 0x80010033
CR0_OFF		equ 0x6000000c		; CD, NW, TS, EM
CR4_PAE		equ 0x20

AP_CS64		equ 0x08
AP_DS		equ 0x10
AP_CS32		equ 0x18

section .rodata progbits alloc noexec nowrite align=16

; Runs at page:0, wherever that is: addresses are distances from the start.
%define AT(label) (label - ap_trampoline)

bits 16
ap_trampoline:
	cli
	cld
	mov ax, cs
	mov ds, ax
	movzx ebx, ax
	shl ebx, 4			; linear address of the page
	lea eax, [ebx + AT(ap_gdt)]	; complete the two pointers: every
	mov [AT(ap_gdt_pointer) + 2], eax ; processor writes the same
	lea eax, [ebx + AT(ap_protected)]
	mov [AT(ap_jump32)], eax
	lea eax, [ebx + AT(ap_long)]
	mov [AT(ap_jump64)], eax
	o32 lgdt [AT(ap_gdt_pointer)]
	mov eax, cr0
	or eax, CR0_PE
	mov cr0, eax
	jmp dword far [AT(ap_jump32)]

bits 32
ap_protected:
	mov ax, AP_DS
	mov ds, ax
	mov es, ax
	mov ss, ax
	mov eax, CR4_PAE
	mov cr4, eax
	mov eax, [ebx + AT(ap_word_root)]
	mov cr3, eax
	mov ecx, MSR_EFER
	rdmsr
	or eax, [ebx + AT(ap_word_efer)]
	wrmsr
	mov eax, cr0
	and eax, ~CR0_OFF
	or eax, CR0_PE_MP_ET_NE_WP_PG
	mov cr0, eax
	jmp dword far [ebx + AT(ap_jump64)]

bits 64
ap_long:
	mov rax, [rel ap_entry]
	jmp rax

	align 8
ap_gdt:
	dq 0
	dq 0x00af9b000000ffff		; 64-bit code
	dq 0x00cf93000000ffff		; data
	dq 0x00cf9b000000ffff		; 32-bit code
ap_gdt_pointer:
	dw $ - ap_gdt - 1
	dd 0
	align 4
ap_jump32:
	dd 0
	dw AP_CS32
	align 4
ap_jump64:
	dd 0
	dw AP_CS64
	align 8
ap_entry:
	dq ap_start_high
ap_word_root:
	dd 0
ap_word_efer:
	dd 0
ap_trampoline_end:

section .text progbits alloc exec nowrite align=16

bits 64
default rel

ap_start_high:
	mov rax, [ap_kernel_root]
	mov cr3, rax
	xor eax, eax
	mov ds, eax
	mov es, eax
	mov fs, eax
	mov gs, eax
	; edx = own APIC id
	mov ecx, MSR_APIC_BASE
	rdmsr
	test eax, APIC_BASE_X2
	jnz .x2
	mov rsi, [lapic_mmio]
	test rsi, rsi
	jz .leaf
	mov edx, [rsi + LAPIC_ID]
	shr edx, 24
	jmp .find
.x2:
	mov ecx, MSR_X2APIC_ID
	rdmsr
	mov edx, eax
	jmp .find
.leaf:					; x2APIC is to be turned on later
	mov eax, 0xb
	xor ecx, ecx
	cpuid
.find:
	mov rsi, ap_apic_ids
	mov ecx, 1			; 0 is the boot CPU
.next:
	cmp ecx, [ap_count]
	jae .halt
	cmp [rsi + rcx * 4], edx
	je .found
	inc ecx
	jmp .next
.found:
	mov rsi, ap_stacks
	mov rsp, [rsi + rcx * 8]
	test rsp, rsp
	jz .halt
	xor ebp, ebp			; end of back traces
	mov edi, ecx
	call ap_main
.halt:					; not one of ours
	cli
	hlt
	jmp .halt

section .note.GNU-stack noalloc noexec nowrite progbits
