; arch/x86_64/boot/pvh_note.asm - how hypervisors recognise the kernel
;
; What:  the ELF note that gives the PVH entry to QEMU and others.
; Not:   the code at that entry (boot/start.asm).
; See:   Xen's "x86/HVM direct boot ABI" (PVH); docs/boot.md.

%include "asm/offsets.inc"

extern pvh_start

PHYS32_ENTRY	equ 18			; XEN_ELFNOTE_PHYS32_ENTRY

; QEMU reads eight bytes of descriptor and aligns the name by p_align, so the
; section is aligned to 4 and the descriptor is a 64-bit physical address.
section .note.PVH note alloc noexec nowrite align=4

	dd name_end - name
	dd desc_end - desc
	dd PHYS32_ENTRY
name:
	db "Xen", 0
name_end:
desc:
	dq pvh_start - KERNEL_VMA
desc_end:

section .note.GNU-stack noalloc noexec nowrite progbits
