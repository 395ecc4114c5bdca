; arch/x86_64/vdso/image.asm - the vDSO, as a part of the kernel's image
;
; What:  the file that the Makefile links from vdso.c by vdso.lds.

	section .rodata
	global vdso_image_start, vdso_image_end
	align 16
vdso_image_start:
	incbin VDSO_IMAGE
vdso_image_end:
	section .note.GNU-stack noalloc noexec nowrite progbits
