; arch/x86_64/boot/start.asm - from a boot loader's 32-bit entry to C
;
; What:  the two entries (multiboot2, PVH), the test for a processor that can
;        run the kernel, the first page tables, and the jump to the high half.
; Life:  runs once on the boot CPU. The tables it makes map the first 4 GiB
;        three times with 2 MiB pages: at 0, at the direct map, and the first
;        2 GiB at KERNEL_VMA. boot.c adds what lies higher; arch_init_memory
;        replaces them all.
; Not:   application processors (boot/ap_start.asm); how a failure is shown
;        (boot/fail.asm).
; See:   Multiboot2 specification, section 3.3; PVH boot ABI; Intel SDM
;        volume 3, section 10.8.5 (entering IA-32e mode).
;
; Until paging is on, symbols are used as "name - KERNEL_VMA", their physical
; address.

%include "asm/offsets.inc"

extern boot_main
extern bss_start
extern bss_end
extern start_fail

global _start
global pvh_start
global boot_pml4
global boot_pdpt_direct
global boot_protocol
global boot_stack_guard
global boot_stack_top
global boot_structure

MB2_BOOT_MAGIC	equ 0x36d76289
PVH_MAGIC	equ 0x336ec578		; first word of hvm_start_info

BOOT_STACK_SIZE	equ 16384
PTE_TABLE	equ 0x3			; present, writable
PTE_LARGE	equ 0x83		; present, writable, 2 MiB page

MSR_EFER	equ 0xc0000080
EFER_SCE_LME	equ 0x101
EFER_NXE	equ 0x800

CR0_PE_MP_ET_NE_WP_PG equ 0x80010033
CR0_CACHE_OFF	equ 0x60000000		; CD, NW
CR4_PAE		equ 0x20

BOOT_CS64	equ 0x08
BOOT_CS32	equ 0x18
BOOT_DS		equ 0x10

bits 32
section .boot.text progbits alloc exec nowrite align=16

; multiboot2: eax the magic number, ebx the information structure.
_start:
	cli
	cld
	mov esi, eax
	rdtsc
	mov [entry_cycles - KERNEL_VMA], eax
	mov [entry_cycles + 4 - KERNEL_VMA], edx
	mov edi, ebx
	cmp esi, MB2_BOOT_MAGIC
	je start_common
	mov ebx, text_loader - KERNEL_VMA
	jmp start_fail

; PVH: ebx the start_info structure; nothing else is promised.
pvh_start:
	cli
	cld
	rdtsc
	mov [entry_cycles - KERNEL_VMA], eax
	mov [entry_cycles + 4 - KERNEL_VMA], edx
	mov edi, ebx
	mov esi, PVH_MAGIC

; esi the protocol's number, edi its structure.
start_common:
	mov [boot_protocol - KERNEL_VMA], esi
	mov [boot_structure - KERNEL_VMA], edi
	lgdt [boot_gdt_pointer32 - KERNEL_VMA]
	jmp BOOT_CS32:(.flat - KERNEL_VMA)
.flat:
	mov eax, BOOT_DS
	mov ds, eax
	mov es, eax
	mov ss, eax
	xor eax, eax
	mov fs, eax
	mov gs, eax
	mov edi, bss_start - KERNEL_VMA
	mov ecx, bss_end - KERNEL_VMA
	sub ecx, edi
	shr ecx, 2
	rep stosd			; firmware may have used it: SeaBIOS
					; does when there is little memory
	mov esp, boot_stack_top - KERNEL_VMA
	push dword 0
	popfd
	call check_cpu
	call make_tables
	call enable_long_mode
	jmp BOOT_CS64:(start64 - KERNEL_VMA)

; Ends in start_fail unless there are CPUID, long mode and SSE2; NX is noted.
check_cpu:
	pushfd				; CPUID exists when EFLAGS.ID can change
	pop eax
	mov ecx, eax
	xor eax, 1 << 21
	push eax
	popfd
	pushfd
	pop eax
	push ecx
	popfd
	cmp eax, ecx
	mov ebx, text_cpuid - KERNEL_VMA
	je start_fail
	mov eax, 0x80000000
	cpuid
	cmp eax, 0x80000001
	mov ebx, text_long - KERNEL_VMA
	jb start_fail
	mov eax, 0x80000001
	cpuid
	mov ebx, text_long - KERNEL_VMA
	test edx, 1 << 29
	jz start_fail
	and edx, 1 << 20
	mov [has_nx - KERNEL_VMA], edx
	mov eax, 1
	cpuid
	mov ebx, text_sse2 - KERNEL_VMA
	and edx, 1 << 26 | 1 << 24	; SSE2, FXSAVE
	cmp edx, 1 << 26 | 1 << 24
	jne start_fail
	ret

; The tables lie in zeroed memory of the image.
make_tables:
	mov ebp, boot_pds - KERNEL_VMA
	mov eax, PTE_LARGE		; 2048 pages of 2 MiB
	mov ecx, 2048
.page:
	mov [ebp], eax
	add ebp, 8
	add eax, 0x200000
	loop .page

	mov ebp, boot_pdpt_direct - KERNEL_VMA
	mov eax, boot_pds - KERNEL_VMA + PTE_TABLE
	mov ecx, 4
.gib:
	mov [ebp], eax
	add ebp, 8
	add eax, 0x1000
	loop .gib

	mov eax, boot_pds - KERNEL_VMA + PTE_TABLE
	mov ebp, boot_pdpt_kernel - KERNEL_VMA
	mov [ebp + 510 * 8], eax
	add eax, 0x1000
	mov [ebp + 511 * 8], eax

	mov ebp, boot_pml4 - KERNEL_VMA
	mov eax, boot_pdpt_direct - KERNEL_VMA + PTE_TABLE
	mov [ebp], eax
	mov [ebp + DIRECT_MAP_SLOT * 8], eax
	mov eax, boot_pdpt_kernel - KERNEL_VMA + PTE_TABLE
	mov [ebp + 511 * 8], eax
	ret

enable_long_mode:
	mov eax, cr4
	or eax, CR4_PAE
	mov cr4, eax
	mov eax, boot_pml4 - KERNEL_VMA
	mov cr3, eax
	mov ecx, MSR_EFER
	rdmsr
	or eax, EFER_SCE_LME
	cmp dword [has_nx - KERNEL_VMA], 0
	je .no_nx
	or eax, EFER_NXE
.no_nx:
	wrmsr
	mov eax, cr0
	and eax, ~CR0_CACHE_OFF		; some firmware leaves caching off
	or eax, CR0_PE_MP_ET_NE_WP_PG
	and eax, ~0xc			; EM, TS
	mov cr0, eax
	ret

bits 64
default rel

start64:
	mov rax, start_high
	jmp rax

section .text progbits alloc exec nowrite align=16

; In the high half at last. GS base 0 makes the link-time per-CPU section the
; boot CPU's own.
start_high:
	mov rax, boot_gdt_pointer64
	lgdt [rax]
	mov eax, BOOT_DS
	mov ss, eax
	mov ds, eax
	mov es, eax
	xor eax, eax
	mov fs, eax
	mov gs, eax
	xor edx, edx
	mov ecx, MSR_GS_BASE
	wrmsr
	mov rsp, boot_stack_top
	xor ebp, ebp			; end of back traces
	mov edi, [boot_protocol]
	mov esi, [boot_structure]
	mov rdx, [entry_cycles]
	call boot_main
	ud2

section .boot.data progbits alloc noexec write align=8

boot_gdt:
	dq 0
	dq 0x00af9b000000ffff		; 64-bit code
	dq 0x00cf93000000ffff		; data
	dq 0x00cf9b000000ffff		; 32-bit code
boot_gdt_end:

boot_gdt_pointer32:
	dw boot_gdt_end - boot_gdt - 1
	dd boot_gdt - KERNEL_VMA
boot_gdt_pointer64:
	dw boot_gdt_end - boot_gdt - 1
	dq boot_gdt

	align 8
entry_cycles:	dq 0
boot_protocol:	dd 0
boot_structure:	dd 0
has_nx:		dd 0

text_loader:	db "not started by a multiboot2 or PVH loader", 0
text_cpuid:	db "this processor has no CPUID", 0
text_long:	db "this processor has no 64-bit mode", 0
text_sse2:	db "this processor has no SSE2 and FXSAVE", 0

section .boot.bss nobits alloc noexec write align=4096

boot_pml4:		resb 4096
boot_pdpt_direct:	resb 4096	; also the identity map
boot_pdpt_kernel:	resb 4096
boot_pds:		resb 4 * 4096
boot_stack_guard:	resb 4096	; unmapped by arch_init_memory
			resb BOOT_STACK_SIZE
boot_stack_top:

section .note.GNU-stack noalloc noexec nowrite progbits
