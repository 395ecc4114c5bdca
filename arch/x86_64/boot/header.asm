; arch/x86_64/boot/header.asm - how boot loaders recognise the kernel
;
; What:  the multiboot2 header with its tags. Optional: hypervisors that boot
;        by PVH do not need it.
; Not:   the code at its entry (boot/start.asm), the PVH note (pvh_note.asm).
; See:   Multiboot2 specification 2.0, section 3.1; docs/boot.md.

%include "asm/offsets.inc"

extern _start

MB2_MAGIC	equ 0xe85250d6
MB2_ARCH_I386	equ 0			; entered in 32-bit protected mode

TAG_END		equ 0
TAG_INFO	equ 1
TAG_ENTRY	equ 3
TAG_CONSOLE	equ 4
TAG_FRAMEBUFFER	equ 5
TAG_MODALIGN	equ 6
TAG_OPTIONAL	equ 1			; the loader may boot without it
CONSOLE_EGA	equ 2			; EGA text is understood

section .multiboot progbits alloc noexec nowrite align=8

header:
	dd MB2_MAGIC
	dd MB2_ARCH_I386
	dd header_end - header
	dd -(MB2_MAGIC + MB2_ARCH_I386 + (header_end - header))

	align 8
info_tag:				; what the loader should tell
	dw TAG_INFO, TAG_OPTIONAL
	dd info_tag_end - info_tag
	dd 1				; command line
	dd 2				; name of the loader
	dd 3				; modules
	dd 6				; memory map
	dd 8				; framebuffer
	dd 14				; ACPI root pointer, first version
	dd 15				; the same, later versions
info_tag_end:

	align 8
entry_tag:				; a physical address
	dw TAG_ENTRY, 0
	dd entry_tag_end - entry_tag
	dd _start - KERNEL_VMA
entry_tag_end:

	align 8
console_tag:
	dw TAG_CONSOLE, TAG_OPTIONAL
	dd console_tag_end - console_tag
	dd CONSOLE_EGA
console_tag_end:

	align 8
framebuffer_tag:			; without it UEFI machines stay dark
	dw TAG_FRAMEBUFFER, TAG_OPTIONAL
	dd framebuffer_tag_end - framebuffer_tag
	dd 1024
	dd 768
	dd 32
framebuffer_tag_end:

	align 8
module_tag:				; modules begin on a page
	dw TAG_MODALIGN, 0
	dd module_tag_end - module_tag
module_tag_end:

	align 8
	dw TAG_END, 0
	dd 8
header_end:

section .note.GNU-stack noalloc noexec nowrite progbits
