/*
 * drivers/vt_private.h - between the files of the terminal emulation
 */
#ifndef DRIVERS_VT_PRIVATE_H
#define DRIVERS_VT_PRIVATE_H

#include "vt.h"

#define VT_DEFAULT_FG 7u
#define VT_DEFAULT_BG 0u
#define VT_REPLACEMENT 0xfffdu

/* vt_screen.c: changes of the cells and movements. Places outside the screen
 * are brought back into it. */
void vt_put(struct vt *v, u32 code);
void vt_line_feed(struct vt *v);
void vt_reverse_line_feed(struct vt *v);
void vt_carriage_return(struct vt *v);
void vt_backspace(struct vt *v);
void vt_tab(struct vt *v);
void vt_back_tab(struct vt *v);
/* Column and row from 0; the row counts from the margin in origin mode. */
void vt_move_to(struct vt *v, u32 x, u32 y);
/* Relative; up and down stop at a margin. */
void vt_move_up(struct vt *v, u32 n);
void vt_move_down(struct vt *v, u32 n);
void vt_move_left(struct vt *v, u32 n);
void vt_move_right(struct vt *v, u32 n);
/* Rows [@top, margin) move by @n; blank ones come in. */
void vt_scroll_up(struct vt *v, u32 top, u32 n);
void vt_scroll_down(struct vt *v, u32 top, u32 n);
/* Cells [@from, @to) of @row become blank in the background colour. */
void vt_erase(struct vt *v, u32 row, u32 from, u32 to);
/* Whole rows. */
void vt_erase_rows(struct vt *v, u32 from, u32 to);
/* At the cursor, the rest of the line moves. */
void vt_insert_cells(struct vt *v, u32 n);
void vt_delete_cells(struct vt *v, u32 n);
/* ESC # 8: the whole screen full of E. */
void vt_test_pattern(struct vt *v);
void vt_default_tabs(struct vt *v);

/* vt.c */
/* As after ESC c. */
void vt_reset(struct vt *v);
void vt_save_cursor(struct vt *v);
void vt_restore_cursor(struct vt *v);

/* vt_csi.c: a complete control sequence, by its final character. */
void vt_csi(struct vt *v, u8 final);
/* Type an answer; one that does not fit is lost. */
void vt_answer(struct vt *v, const char *text);
/* The pen of SGR 0, and SGR itself (vt_sgr.c). */
void vt_pen_reset(struct vt_pen *pen);
void vt_sgr(struct vt *v);

#endif
