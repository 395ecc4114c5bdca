; arch/x86_64/boot/fail.asm - the one line of a boot that ends before the log
;
; What:  shows a text on COM1, in EGA text memory, and on the framebuffer that
;        a multiboot2 loader described, when that has 24 or 32 bits a pixel and
;        lies below 4 GiB; then halts. A dot of a letter is a square of pixels,
;        so that wide screens can be read. Where none of these is there, tones,
;        and the lights of the PS/2 keyboard.
; Life:  32-bit code, without paging for a processor that cannot do more, and
;        in compatibility mode for C: the first page tables map the first 4 GiB
;        where they are. No interrupts, no clock: a read of port 0x61 takes
;        about a microsecond.
; Not:   the letters (drivers/font8x16.c; without it nothing is drawn), what
;        happens after a panic (drivers/beacon.c).
; See:   Multiboot2 specification, section 3.6.12; docs/boot.md.

%include "asm/offsets.inc"

extern boot_protocol
extern boot_stack_top
extern boot_structure
extern font_glyphs:weak

global boot_fail
global start_fail

MB2_BOOT_MAGIC	equ 0x36d76289
MB2_FRAMEBUFFER	equ 8
FB_RGB		equ 1
FB_TEXT		equ 2
GLYPH_SIZE	equ 24			; struct font_glyph: code, then rows
GLYPH_ROWS	equ 8
NO_FONT		equ 0x80000000		; a NULL symbol's "physical address"
BOOT_CS32	equ 0x18

bits 64
section .text progbits alloc exec nowrite align=16

; rdi: text in the image.
boot_fail:
	mov rbx, rdi
	mov rax, KERNEL_VMA
	sub rbx, rax
	mov esp, boot_stack_top - KERNEL_VMA
	push BOOT_CS32
	push start_fail - KERNEL_VMA
	o64 retf

bits 32
section .boot.text progbits alloc exec nowrite align=16

; ebx: physical address of the text.
start_fail:
	cli
	mov esp, boot_stack_top - KERNEL_VMA
	mov dword [text_at - KERNEL_VMA], 0xb8000
	call find_framebuffer
	push ebx
	mov ebx, text_prefix - KERNEL_VMA
	call show_text
	pop ebx
	call show_text
	mov ebx, text_newline - KERNEL_VMA
	call show_text
	mov edx, 0x3fd
	in al, dx
	cmp al, 0xff			; no serial port
	jne .halt
	cmp byte [screen_kind - KERNEL_VMA], 0
	je signal_forever
.halt:
	hlt
	jmp .halt

; esi: the tag, which fb_tag keeps when it can be drawn on.
find_framebuffer:
	xor eax, eax
	mov [fb_tag - KERNEL_VMA], eax
	mov [screen_kind - KERNEL_VMA], al
	cmp dword [boot_protocol - KERNEL_VMA], MB2_BOOT_MAGIC
	jne .done
	mov esi, [boot_structure - KERNEL_VMA]
	mov ecx, [esi]
	add ecx, esi
	add esi, 8
.tag:
	lea eax, [esi + 38]		; the tag with its channels
	cmp eax, ecx
	ja .done
	cmp dword [esi], MB2_FRAMEBUFFER
	je .found
	mov eax, [esi + 4]
	cmp eax, 8
	jb .done
	add eax, 7
	and eax, ~7
	add esi, eax
	jmp .tag
.found:
	mov al, [esi + 29]
	cmp al, FB_TEXT
	je .seen
	cmp al, FB_RGB
	jne .done
	cmp dword [esi + 12], 0		; at 4 GiB or above
	jne .done
	mov al, [esi + 28]
	cmp al, 24
	je .font
	cmp al, 32
	jne .done
.font:
	mov eax, font_glyphs - KERNEL_VMA
	cmp eax, NO_FONT
	je .done
	mov [fb_tag - KERNEL_VMA], esi
	mov eax, [esi + 8]
	mov [fb_at - KERNEL_VMA], eax
	call choose_size
.seen:
	mov byte [screen_kind - KERNEL_VMA], 1
.done:
	ret

; esi: the tag, kept. Dots are as large as leaves 80 letters on a line.
choose_size:
	mov eax, [esi + 20]		; width
	xor edx, edx
	mov ecx, 80 * 8
	div ecx
	cmp eax, 1
	adc eax, 0			; not smaller than a pixel
	mov [dot_side - KERNEL_VMA], eax
	lea ecx, [eax * 8]
	mov eax, [esi + 20]
	xor edx, edx
	div ecx
	mov [fb_left - KERNEL_VMA], eax	; letters that fit
	ret

; ebx: text.
show_text:
	mov al, [ebx]
	inc ebx
	test al, al
	jz .done
	call send
	cmp al, ' '
	jb show_text
	mov edi, [text_at - KERNEL_VMA]
	mov ah, 0x4f			; white on red
	mov [edi], ax
	add dword [text_at - KERNEL_VMA], 2
	call draw
	jmp show_text
.done:
	ret

; al: character, kept.
send:
	mov ah, al
	mov edx, 0x3fd			; line status of COM1
	mov ecx, 100000			; an absent port never becomes ready
.wait:
	in al, dx
	test al, 0x20
	jnz .send
	loop .wait
.send:
	mov al, ah
	mov edx, 0x3f8
	out dx, al
	ret

; al: character of ASCII.
draw:
	mov ebp, [fb_tag - KERNEL_VMA]
	test ebp, ebp
	jz .done
	dec dword [fb_left - KERNEL_VMA]
	js .done
	movzx esi, al
	sub esi, ' '
	imul esi, GLYPH_SIZE
	add esi, font_glyphs - KERNEL_VMA + GLYPH_ROWS
	mov edi, [fb_at - KERNEL_VMA]
	xor edx, edx			; row
.row:
	mov ecx, edx
	xor ecx, 7			; eight rows a word, the upper ones high
	mov ah, [esi + ecx]
	mov ecx, [dot_side - KERNEL_VMA]
.line:
	call draw_line
	add edi, [ebp + 16]
	loop .line
	inc edx
	cmp edx, 16
	jb .row
	movzx eax, byte [ebp + 28]	; bits of a pixel, bytes of eight
	imul eax, [dot_side - KERNEL_VMA]
	add [fb_at - KERNEL_VMA], eax
.done:
	ret

; ah: eight dots of a letter; edi: their place; ebp: the tag. White on red, as
; the text screen has it. Keeps all registers.
draw_line:
	pushad
	movzx ebx, byte [ebp + 28]
	shr ebx, 3			; bytes of a pixel
	mov al, 8
.dot:
	mov edx, 0xffffff
	shl ah, 1
	jc .pixels
	mov edx, 0xaa
	mov cl, [ebp + 32]		; where red is
	shl edx, cl
.pixels:
	mov ecx, [dot_side - KERNEL_VMA]
.pixel:
	mov [edi], edx			; of 24 bits the next one mends the rest
	add edi, ebx
	loop .pixel
	dec al
	jnz .dot
	popad
	ret

; Four tones of 880 Hz with the lights, then the lights alone.
signal_forever:
	mov al, 0xb6			; channel 2, square wave
	out 0x43, al
	mov al, 0x4b			; 1193182 / 880
	out 0x42, al
	mov al, 0x05
	out 0x42, al
	mov bl, 4
.again:
	in al, 0x61
	test bl, bl
	jz .quiet
	dec bl
	or al, 3
	out 0x61, al
.quiet:
	mov ah, 7
	call set_lights
	in al, 0x61
	and al, ~3
	out 0x61, al
	mov ah, 0
	call set_lights
	jmp .again

; ah: the lights; then half a second.
set_lights:
	mov al, 0xed
	call tell_keyboard
	mov al, ah
	call tell_keyboard
	mov ecx, 500000
.wait:
	in al, 0x61
	loop .wait
	ret

; al: a byte. The answer is taken, whatever it is.
tell_keyboard:
	out 0x60, al
	mov ecx, 20000
.wait:
	in al, 0x64
	test al, 1
	jnz .take
	loop .wait
.take:
	in al, 0x60
	ret

section .boot.data progbits alloc noexec write align=8

text_at:	dd 0
fb_tag:		dd 0
fb_at:		dd 0
fb_left:	dd 0
dot_side:	dd 0			; pixels
screen_kind:	db 0			; 1: somebody may see it
text_prefix:	db "Nidus: ", 0
text_newline:	db 13, 10, 0

section .note.GNU-stack noalloc noexec nowrite progbits
