/*
 * tests/host/test_parse.c - lib/parse.c
 */
#include "tap.h"

#include <lib/parse.h>
#include <lib/string.h>
#include <uapi/errno.h>

#define UNTOUCHED 0x1234567

struct u64_case {
	const char *text;
	int err;
	u64 value;
};

static const struct u64_case u64_cases[] = {
	{ "0", 0, 0 },
	{ "7", 0, 7 },
	{ "+7", 0, 7 },
	{ "0007", 0, 7 },
	{ "42\n", 0, 42 },
	{ "0x0", 0, 0 },
	{ "0xdeadBEEF", 0, 0xdeadbeef },
	{ "0XfF", 0, 255 },
	{ "18446744073709551615", 0, U64_MAX },
	{ "0xffffffffffffffff", 0, U64_MAX },
	{ "0x00000000000000000ff", 0, 255 },
	{ "18446744073709551616", -ERANGE, 0 },
	{ "0x10000000000000000", -ERANGE, 0 },
	{ "99999999999999999999999999", -ERANGE, 0 },
	{ "", -EINVAL, 0 },
	{ "\n", -EINVAL, 0 },
	{ "+", -EINVAL, 0 },
	{ "++1", -EINVAL, 0 },
	{ "-1", -EINVAL, 0 },
	{ " 1", -EINVAL, 0 },
	{ "1 ", -EINVAL, 0 },
	{ "1\n\n", -EINVAL, 0 },
	{ "12a", -EINVAL, 0 },
	{ "0x", -EINVAL, 0 },
	{ "0xg", -EINVAL, 0 },
	{ "abc", -EINVAL, 0 },
	{ "99999999999999999999999999x", -EINVAL, 0 },
};

static void test_u64(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(u64_cases); i++) {
		const struct u64_case *c = &u64_cases[i];
		u64 value = UNTOUCHED;

		if (!CHECK_EQ(parse_u64(c->text, &value), c->err))
			printf("#   text \"%s\"\n", c->text);
		CHECK_EQ(value, c->err ? UNTOUCHED : c->value);
	}
}

static void test_s64(void)
{
	s64 v = UNTOUCHED;
	int i = UNTOUCHED;

	CHECK_EQ(parse_s64("-9223372036854775808", &v), 0);
	CHECK_EQ(v, 1ul << 63);
	CHECK_EQ(parse_s64("9223372036854775807", &v), 0);
	CHECK_EQ(v, S64_MAX);
	CHECK_EQ(parse_s64("-1\n", &v), 0);
	CHECK_EQ(v, -1);
	CHECK_EQ(parse_s64("-0x10", &v), 0);
	CHECK_EQ(v, -16);
	CHECK_EQ(parse_s64("9223372036854775808", &v), -ERANGE);
	CHECK_EQ(parse_s64("-9223372036854775809", &v), -ERANGE);
	CHECK_EQ(parse_s64("-", &v), -EINVAL);
	CHECK_EQ(parse_s64("-+1", &v), -EINVAL);
	CHECK_EQ(parse_s64("--1", &v), -EINVAL);
	CHECK_EQ(v, -16);
	CHECK_EQ(parse_int("-2147483648", &i), 0);
	CHECK_EQ(i, INT_MIN);
	CHECK_EQ(parse_int("2147483647", &i), 0);
	CHECK_EQ(parse_int("2147483648", &i), -ERANGE);
	CHECK_EQ(parse_int("-2147483649", &i), -ERANGE);
	CHECK_EQ(i, INT_MAX);
}

static void test_number(void)
{
	const char *end;
	u64 v;

	CHECK_EQ(parse_number("12,13", &end, &v), 0);
	CHECK_EQ(v, 12);
	CHECK_STR(end, ",13");
	CHECK_EQ(parse_number("0x1fz", &end, &v), 0);
	CHECK_EQ(v, 0x1f);
	CHECK_STR(end, "z");
	CHECK_EQ(parse_number("0xz", &end, &v), 0);
	CHECK_EQ(v, 0);
	CHECK_STR(end, "xz");
	CHECK_EQ(parse_number("-1", &end, &v), -EINVAL);
	CHECK_EQ(parse_number("99999999999999999999,", &end, &v), -ERANGE);
	CHECK_STR(end, ",");
}

static void test_size(void)
{
	u64 v = UNTOUCHED;

	CHECK_EQ(parse_size("512M", &v), 0);
	CHECK_EQ(v, 512ul << 20);
	CHECK_EQ(parse_size("4g\n", &v), 0);
	CHECK_EQ(v, 4ul << 30);
	CHECK_EQ(parse_size("1T", &v), 0);
	CHECK_EQ(v, 1ul << 40);
	CHECK_EQ(parse_size("0x10k", &v), 0);
	CHECK_EQ(v, 16384);
	CHECK_EQ(parse_size("77", &v), 0);
	CHECK_EQ(v, 77);
	CHECK_EQ(parse_size("16777216T", &v), -ERANGE);
	CHECK_EQ(parse_size("M", &v), -EINVAL);
	CHECK_EQ(parse_size("", &v), -EINVAL);
	CHECK_EQ(parse_size("1MB", &v), -EINVAL);
	CHECK_EQ(parse_size("1 M", &v), -EINVAL);
	CHECK_EQ(v, 77);
}

/* The next word must be this one; @value NULL for none. */
static void expect(struct cmdline *it, const char *text, const char *value)
{
	struct cmdline_word w;

	if (!CHECK(cmdline_next(it, &w)))
		return;
	CHECK_STR(w.text, text);
	if (value == NULL) {
		CHECK(w.value == NULL);
		CHECK_EQ(w.key_len, strlen(text));
	} else if (CHECK(w.value != NULL)) {
		CHECK_STR(w.value, value);
		CHECK_EQ(w.text[w.key_len], '=');
		CHECK(w.value == w.text + w.key_len + 1);
	}
}

static void expect_end(struct cmdline *it)
{
	struct cmdline_word w;

	CHECK(!cmdline_next(it, &w));
	CHECK(!cmdline_next(it, &w));
}

static void test_cmdline(void)
{
	char line[] = "  quiet console=ttyS0,115200\tinit=/bin/sh a=b=c x= ";
	struct cmdline it;

	cmdline_init(&it, line);
	expect(&it, "quiet", NULL);
	expect(&it, "console=ttyS0,115200", "ttyS0,115200");
	expect(&it, "init=/bin/sh", "/bin/sh");
	expect(&it, "a=b=c", "b=c");
	expect(&it, "x=", "");
	expect_end(&it);
}

static void test_quotes(void)
{
	char line[] = "key=\"a b\" \"bare words\" \"k=v w\" e=\"\" o=\"x y";
	struct cmdline it;

	cmdline_init(&it, line);
	expect(&it, "key=a b", "a b");
	expect(&it, "bare words", NULL);
	expect(&it, "k=v w", "v w");
	expect(&it, "e=", "");
	expect(&it, "o=x y", "x y");
	expect_end(&it);
}

static void test_dashes(void)
{
	char line[] = "a -- b c=d --  -x";
	struct cmdline_word w;
	struct cmdline it;

	cmdline_init(&it, line);
	CHECK(cmdline_next(&it, &w) && !w.after_dashes);
	CHECK(cmdline_next(&it, &w) && w.after_dashes);
	CHECK_STR(w.text, "b");
	expect(&it, "c=d", "d");
	expect(&it, "--", NULL);
	expect(&it, "-x", NULL);
	expect_end(&it);
}

static void test_empty(void)
{
	char blank[] = " \t\n ";
	char dashes[] = "-- ";
	char empty[] = "";
	struct cmdline it;

	cmdline_init(&it, blank);
	expect_end(&it);
	cmdline_init(&it, empty);
	expect_end(&it);
	cmdline_init(&it, dashes);
	expect_end(&it);
}

static void test_keys(void)
{
	char line[] = "log-level=3 loglevel";
	struct cmdline_word w;
	struct cmdline it;

	cmdline_init(&it, line);
	CHECK(cmdline_next(&it, &w));
	CHECK(cmdline_key_is(&w, "log_level"));
	CHECK(cmdline_key_is(&w, "log-level"));
	CHECK(!cmdline_key_is(&w, "log_leve"));
	CHECK(!cmdline_key_is(&w, "log_levels"));
	CHECK(!cmdline_key_is(&w, "log_level=3"));
	CHECK(cmdline_next(&it, &w));
	CHECK(cmdline_key_is(&w, "loglevel"));
}

/* Whatever the line: words lie inside it, and the walk ends. */
static void test_random_lines(void)
{
	static const char letters[] = "ab= \"-\t\n";
	u64 n;

	for (n = 0; n < rounds(20000); n++) {
		size_t len = rand_below(40);
		char *line = malloc(len + 1);
		struct cmdline_word w;
		struct cmdline it;
		size_t i;

		for (i = 0; i < len; i++)
			line[i] = letters[rand_below(sizeof(letters) - 1)];
		line[len] = '\0';
		cmdline_init(&it, line);
		for (i = 0; cmdline_next(&it, &w); i++) {
			CHECK(w.text >= line && w.text <= line + len);
			CHECK(w.key_len <= strlen(w.text));
		}
		CHECK(i <= len);
		free(line);
	}
}

int main(void)
{
	tap_run("parse_u64", test_u64);
	tap_run("parse_s64 and parse_int", test_s64);
	tap_run("parse_number", test_number);
	tap_run("parse_size", test_size);
	tap_run("words of a command line", test_cmdline);
	tap_run("quotes", test_quotes);
	tap_run("words behind --", test_dashes);
	tap_run("lines without words", test_empty);
	tap_run("keys", test_keys);
	tap_run("random lines", test_random_lines);
	return tap_done();
}
