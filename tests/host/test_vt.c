/*
 * tests/host/test_vt.c - drivers/vt*.c, colour.c, font8x16.c, keymap.c
 *
 * What:  each control sequence on a screen of 10 x 5, compared as text; then
 *        random bytes with many sequences among them, after which the state
 *        must still be inside its bounds (the sanitizer watches the memory).
 * See:   console_codes(4).
 */
#include "tap.h"

#include <lib/string.h>
#include "../../drivers/colour.h"
#include "../../drivers/font8x16.h"
#include <drivers/keyboard.h>
#include "../../drivers/vt.h"

#define COLS 10u
#define ROWS 5u

static struct vt vt;
static void *memory;

static void start(u32 cols, u32 rows)
{
	free(memory);
	memory = malloc(vt_memory_size(cols, rows));
	vt_init(&vt, cols, rows, memory);
}

static void out(const char *text)
{
	vt_write(&vt, text, strlen(text));
}

/* The screen as lines; trailing blanks are cut, # is beyond ASCII. */
static const char *shown(void)
{
	static char text[(COLS + 1) * ROWS + 1];
	char *p = text;

	for (u32 y = 0; y < ROWS; y++) {
		u32 len = COLS;

		while (len && !(vt_row(&vt, y)[len - 1].glyph & VT_GLYPH))
			len--;
		for (u32 x = 0; x < len; x++) {
			u32 g = vt_row(&vt, y)[x].glyph & VT_GLYPH;
			u32 code = font_glyphs[g].code;

			*p++ = code < 0x80 ? (char)code : '#';
		}
		*p++ = y + 1 < ROWS ? '/' : 0;
	}
	return text;
}

/* Fresh screen, @text, compare. */
static void expect(const char *text, const char *screen)
{
	start(COLS, ROWS);
	out(text);
	if (!CHECK_STR(shown(), screen))
		printf("# after %s\n", text + (text[0] == '\033'));
}

static const char five[] = "1\r\n2\r\n3\r\n4\r\n5";

/* The same over five numbered lines. */
static void expect_five(const char *text, const char *screen)
{
	start(COLS, ROWS);
	out(five);
	out(text);
	if (!CHECK_STR(shown(), screen))
		printf("# after ESC %s\n", text + 1);
}

static void test_printing(void)
{
	expect("abc\r\ndef", "abc/def///");
	expect("0123456789ab", "0123456789/ab///");
	/* The last column does not wrap before the next character. */
	expect("0123456789\rX", "X123456789////");
	expect("0123456789\r\nab", "0123456789/ab///");
	expect("\033[?7l0123456789ab", "012345678b////");
	expect("a\tb\bc", "a       c////");
	expect("1\n2\n3\n4\n5\n6", " 2/  3/   4/    5/     6");
	expect("\033[20h1\n2", "1/2///");
	expect("abc\r\033[4hX\033[4lY", "XYbc////");
	expect("ab\033[3b", "abbbb////");
	expect("abc\033#8\033[H ", " EEEEEEEEE/EEEEEEEEEE/EEEEEEEEEE/"
	       "EEEEEEEEEE/EEEEEEEEEE");
}

static void test_moving(void)
{
	expect("\033[3;4HX\033[H1\033[9;99H9", "1//   X//         9");
	expect("\033[3;3H\033[AX\033[2BY", "/  X//   Y/");
	expect("\033[CX\033[5CY\033[3DZ", " X   Z Y////");
	expect("\033[3dX\033[5GY", "//X   Y//");
	expect("\0337abc\0338X", "Xbc////");
	expect("\033[2;2H\033[sA\033[H\033[uB", "/ B///");
	expect("\033[2EX\033[FY", "/Y/X//");
	expect("\033[2IX\033[ZY", "        YX////");
	expect("a\033Eb\033Dc\033Md", "a/b d/ c//");
	expect("\033[5;1H\033Ma\033[H\033Mb", "b////a");
}

static void test_scrolling(void)
{
	expect_five("\n6", "2/3/4/5/ 6");
	expect_five("\033[2;4r\033[4;1H\nX", "1/3/4/X/5");
	expect_five("\033[2;4r\033[2;1H\033MX", "1/X/2/3/5");
	expect_five("\033[2;4r\033[?6h\033[9;1HX\033[HY", "1/Y/3/X/5");
	expect_five("\033[2H\033[L", "1//2/3/4");
	expect_five("\033[2H\033[2M", "1/4/5//");
	expect_five("\033[2;4r\033[3H\033[9L", "1/2///5");
	expect_five("\033[S", "2/3/4/5/");
	expect_five("\033[2T", "//1/2/3");
	/* Below the lower margin nothing scrolls. */
	expect_five("\033[1;3r\033[5H\n\nX", "1/2/3/4/X");
	/* Margins that make no sense are refused. */
	expect_five("\033[4;2r\033[5;2H\n6", "2/3/4/5/ 6");
}

static void test_erasing(void)
{
	expect_five("\033[3H\033[J", "1/2///");
	expect_five("\033[3H\033[1J", "///4/5");
	expect_five("\033[2J", "////");
	expect("abcdef\033[3G\033[K", "ab////");
	expect("abcdef\033[3G\033[1K", "   def////");
	expect("abcdef\033[2K", "////");
	expect("abcdef\033[3G\033[2P", "abef////");
	expect("abcdef\033[3G\033[99P", "ab////");
	expect("abcdefghij\033[3G\033[2@", "ab  cdefgh////");
	expect("abcdef\033[3G\033[2X", "ab  ef////");
	start(COLS, ROWS);
	out("\033[44m\033[K");
	CHECK_EQ(vt_row(&vt, 0)[9].bg, 4);
}

static void test_swallowed(void)
{
	expect("\033[?1049h\033[?2004ha\033[>c\033[!pb\033[1 qc", "abc////");
	expect("\033]0;title\ab\033]2;x\033\\c\033]P0123456d\033]Re",
	       "bcde////");
	expect("\033Pq#1\033\\a\033_x\033\\b\033[[Ac\033=d\033>e\033%Gf",
	       "abcdef////");
	expect("\033[3\0301\033[3\0332", "1////");
	/* A control character in the middle of a sequence counts. */
	expect("ab\033[\b1CX", "abX////");
	expect("\033[1;2;3;4;5;6;7;8;9;1;2;3;4;5;6;7;8;9;9999999999mX",
	       "X////");
}

static void test_colours(void)
{
	const struct vt_cell *c;

	start(COLS, ROWS);
	out("\033[31;42mA\033[1mB\033[7mC\033[0;4mD\033[38;5;200mE");
	out("\033[48;2;255;0;0mF\033[97;100mG\033[2;39;49mH");
	c = vt_row(&vt, 0);
	CHECK(c[0].fg == 1 && c[0].bg == 2);
	CHECK(c[1].fg == 9 && c[1].bg == 2);
	CHECK(c[2].fg == 2 && c[2].bg == 9);
	CHECK(c[3].fg == 7 && c[3].bg == 0 && (c[3].glyph & VT_UNDERLINE));
	CHECK(c[4].fg == 200 && c[4].bg == 0);
	CHECK(c[5].bg == 196);
	CHECK(c[6].fg == 15 && c[6].bg == 8);
	CHECK(c[7].fg == 8 && c[7].bg == 0);
	CHECK_EQ(colour_rgb(196), 0xff0000);
	CHECK_EQ(colour_nearest16(196), 1);
	for (u32 i = 16; i < 256; i++) {
		u32 rgb = colour_rgb((u8)i);

		CHECK_EQ(colour_rgb(colour_nearest((u8)(rgb >> 16),
						   (u8)(rgb >> 8), (u8)rgb)),
			 rgb);
	}
}

static void test_utf8(void)
{
	expect("\303\251x", "#x////");
	CHECK_EQ(font_glyphs[vt_row(&vt, 0)[0].glyph].code, 0xe9);
	expect("\342\224\214\342\224\200", "##////");
	CHECK_EQ(font_glyphs[vt_row(&vt, 0)[1].glyph].code, 0x2500);
	/* Broken ones take one place, and what follows is not lost. */
	expect("\303x\200y\300z\355\240\200", "#x#y#z#////");
	expect("\344\270\255x", "# x////");	/* wide */
	expect("e\314\201x", "ex////");		/* combining */
	expect("\033(0lqk\033(Blqk", "###lqk////");
	expect("\033)0\016q\017q", "#q////");
	expect("\033%@\351", "#////");
	CHECK_EQ(font_glyphs[vt_row(&vt, 0)[0].glyph].code, 0xe9);
	for (u32 i = 0; i + 1 < 0x5f; i++)
		CHECK_EQ(font_glyphs[i].code, i + ' ');
	CHECK_EQ(font_glyphs[font_find(0x2588)].code, 0x2588);
	CHECK_EQ(font_glyphs[font_find(0x4e2d)].code, 0xfffd);
	CHECK_EQ(font_glyphs[font_find(0x1f600)].code, 0xfffd);
}

static void answer(const char *text, const char *reply)
{
	start(COLS, ROWS);
	out(text);
	vt.reply[vt.reply_len] = 0;
	CHECK_STR(vt.reply, reply);
}

static void test_answers(void)
{
	answer("\033[3;4H\033[6n", "\033[3;4R");
	answer("\033[2;4r\033[?6h\033[6n", "\033[1;1R");
	answer("\033[5n", "\033[0n");
	answer("\033[c", "\033[?6c");
	answer("\033[>c\033[?6n", "");
}

static void test_log(void)
{
	start(COLS, ROWS);
	out("\033[31m\033[3");
	vt_write_log(&vt, "ab\033c\n", 5);
	out("2mX");
	CHECK_STR(shown(), "ab#c/X///");
	CHECK_EQ(vt_row(&vt, 0)[0].fg, 7);
	CHECK_EQ(vt_row(&vt, 1)[0].fg, 2);
	/* Each on its own line, and the rest of that is wiped. */
	start(COLS, ROWS);
	out("abc\r\nold text\033[HX");
	vt_write_log(&vt, "l1\nl", 4);
	vt_write_log(&vt, "2\n", 2);
	CHECK_STR(shown(), "X/l1/l2//");
}

/* A byte that makes something happen more often than chance would. */
static char likely_byte(void)
{
	static const char often[] =
		"\033\033\033[[[;;?0123456789ABCDEFGHIJKLMPSTXZ@`abcdefghlmnr"
		"su()#%]\r\n\t\b\302\251\342\224\200\356\005";

	if (rand_below(8) == 0)
		return (char)rand_u64();
	return often[rand_below(sizeof(often) - 1)];
}

static void check_bounds(void)
{
	CHECK(vt.c.x < vt.cols && vt.c.y < vt.rows);
	CHECK(vt.saved.x < vt.cols && vt.saved.y < vt.rows);
	CHECK(vt.top < vt.bottom && vt.bottom <= vt.rows);
	CHECK(vt.reply_len <= VT_MAX_REPLY && vt.nparams <= VT_MAX_PARAMS + 1);
}

static void test_random(void)
{
	for (u64 i = 0; i < rounds(300); i++) {
		u32 cols = 1 + (u32)rand_below(40);

		start(cols, 1 + (u32)rand_below(12));
		for (u32 n = 0; n < 200; n++) {
			char text[64];
			size_t len = rand_below(sizeof(text));

			for (size_t k = 0; k < len; k++)
				text[k] = likely_byte();
			if (rand_below(8))
				vt_write(&vt, text, len);
			else
				vt_write_log(&vt, text, len);
			check_bounds();
			if (rand_below(2))
				vt.reply_len = 0;
		}
	}
}

static struct keymap keymap;

/* Scan codes as hex digits; what is typed. */
static const char *typed(const char *scans)
{
	static char text[64];
	size_t n = 0;

	for (; scans[0] && scans[1]; scans += 2) {
		char hex[3] = { scans[0], scans[1], 0 };
		u8 key[KEY_TEXT_MAX];
		u32 len;
		enum key_action a;

		a = keymap_scan(&keymap, (u8)strtoul(hex, NULL, 16), key,
				&len);
		if (a == KEY_REBOOT)
			text[n++] = '!';
		for (u32 i = 0; i < len && n + 1 < sizeof(text); i++)
			text[n++] = (char)key[i];
	}
	text[n] = 0;
	return text;
}

static void test_keys(void)
{
	struct keymap other = { 0 };
	u8 key[KEY_TEXT_MAX];
	u32 len;

	CHECK_STR(typed("1e9e30b0"), "ab");
	CHECK_STR(typed("2a1eaa1e"), "Aa");
	CHECK_STR(typed("2a02aa02"), "!1");
	CHECK_STR(typed("1d2e9d2e"), "\003c");
	CHECK_STR(typed("381eb8"), "\033a");
	CHECK_STR(typed("3aba1e2a1eaa023aba1e"), "Aa1a");
	CHECK_STR(typed("3a3a3aba1e3a3aba1e"), "Aa");
	CHECK_STR(typed("1c0e0f01"), "\r\177\t\033");
	CHECK_STR(typed("e048e0c8e050e04be04d"), "\033[A\033[B\033[D\033[C");
	keymap.application_cursor = true;
	CHECK_STR(typed("e048"), "\033OA");
	keymap.application_cursor = false;
	CHECK_STR(typed("3b3f405758"),
		  "\033[[A\033[[E\033[17~\033[23~\033[24~");
	CHECK_STR(typed("e047e04fe049e051e052e053"),
		  "\033[1~\033[4~\033[5~\033[6~\033[2~\033[3~");
	CHECK_STR(typed("475345c54753"), "\033[1~\033[3~7.");
	CHECK_STR(typed("45c5e01ce0354e4a37"), "\r/+-*");
	CHECK_STR(typed("e11d45e19dc51e"), "a");
	CHECK_STR(typed("e02ae037e0b7e0aa1e"), "a");
	CHECK_STR(typed("1d38e053b89d"), "!");
	CHECK_STR(typed("2a0faa"), "\033[Z");
	CHECK_STR(typed("2a3baa"), "\033[25~");
	CHECK_EQ(keymap.down, 0);
	/* Control and alt on one keyboard, delete on another. */
	keymap_scan(&keymap, 0x1d, key, &len);
	keymap_scan(&keymap, 0x38, key, &len);
	other.down_elsewhere = keymap.down;
	CHECK_EQ(keymap_scan(&other, 0x53, key, &len), KEY_REBOOT);
	CHECK_EQ(keymap_scan(&other, 0x2e, key, &len), KEY_TEXT);
	CHECK(len == 2 && key[0] == '\033' && key[1] == 3);
	for (u32 i = 0; i < 100000; i++) {
		keymap_scan(&keymap, (u8)rand_u64(), key, &len);
		CHECK(len <= KEY_TEXT_MAX);
	}
}

int main(void)
{
	tap_run("printing", test_printing);
	tap_run("moving the cursor", test_moving);
	tap_run("scrolling and margins", test_scrolling);
	tap_run("erasing", test_erasing);
	tap_run("sequences that do nothing", test_swallowed);
	tap_run("colours", test_colours);
	tap_run("UTF-8 and charsets", test_utf8);
	tap_run("answers", test_answers);
	tap_run("log lines between", test_log);
	tap_run("random bytes", test_random);
	tap_run("keys", test_keys);
	free(memory);
	return tap_done();
}
