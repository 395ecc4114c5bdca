/*
 * drivers/vt_sgr.c - ESC [ ... m: how characters look
 *
 * What:  the attributes of the pen, 16 colours, 256 colours (38;5;N) and the
 *        nearest of them for 38;2;R;G;B.
 * See:   console_codes(4), "ECMA-48 Set Graphics Rendition"; ECMA-48, 8.3.117.
 */
#include "vt_private.h"

#include "colour.h"

void vt_pen_reset(struct vt_pen *pen)
{
	*pen = (struct vt_pen){ .fg = VT_DEFAULT_FG, .bg = VT_DEFAULT_BG };
}

/*
 * extended_colour - what follows 38 or 48
 * @p:     the parameters behind it
 * @left:  how many
 * Return: how many belong to it; *@out is set if they are complete.
 */
static u32 extended_colour(const u32 *p, u32 left, u8 *out)
{
	if (left >= 2 && p[0] == 5) {
		*out = (u8)p[1];
		return 2;
	}
	if (left >= 4 && p[0] == 2) {
		*out = colour_nearest((u8)p[1], (u8)p[2], (u8)p[3]);
		return 4;
	}
	return left;
}

/* One of 30 to 37, 40 to 47, 90 to 97, 100 to 107. */
static bool plain_colour(struct vt_pen *pen, u32 p)
{
	u32 tens = p / 10, digit = p % 10;

	if (digit > 7)
		return false;
	if (tens == 3 || tens == 9)
		pen->fg = (u8)(digit + (tens == 9 ? 8 : 0));
	else if (tens == 4 || tens == 10)
		pen->bg = (u8)(digit + (tens == 10 ? 8 : 0));
	else
		return false;
	return true;
}

/* Attributes without parameters of their own. */
static void attribute(struct vt_pen *pen, u32 p)
{
	switch (p) {
	case 0:
		vt_pen_reset(pen);
		break;
	case 1:
		pen->bold = true;
		break;
	case 2:
		pen->dim = true;
		break;
	case 4:
	case 21:
		pen->underline = true;
		break;
	case 7:
		pen->reverse = true;
		break;
	case 8:
		pen->hidden = true;
		break;
	case 22:
		pen->bold = false;
		pen->dim = false;
		break;
	case 24:
		pen->underline = false;
		break;
	case 27:
		pen->reverse = false;
		break;
	case 28:
		pen->hidden = false;
		break;
	case 39:
		pen->fg = VT_DEFAULT_FG;
		break;
	case 49:
		pen->bg = VT_DEFAULT_BG;
		break;
	}
}

void vt_sgr(struct vt *v)
{
	struct vt_pen *pen = &v->c.pen;
	u32 n = min(max(v->nparams, 1u), VT_MAX_PARAMS);
	u8 ignored;

	for (u32 i = 0; i < n; i++) {
		const u32 *rest = &v->params[i + 1];
		u32 p = v->params[i];

		if (p == 38)
			i += extended_colour(rest, n - i - 1, &pen->fg);
		else if (p == 48)
			i += extended_colour(rest, n - i - 1, &pen->bg);
		else if (p == 58)	/* of the underline */
			i += extended_colour(rest, n - i - 1, &ignored);
		else if (!plain_colour(pen, p))
			attribute(pen, p);
	}
}
