; tools/blob.asm - puts a file, as it is, into a section of the kernel image
;
; What:  assembled with -DBLOB_SECTION=name -DBLOB_FILE="'path'"; linker.ld
;        gives the section its place and its start and end symbols.

	section BLOB_SECTION progbits alloc noexec nowrite align=8
	incbin BLOB_FILE
	section .note.GNU-stack noalloc noexec nowrite progbits
