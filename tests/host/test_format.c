/*
 * tests/host/test_format.c - lib/format.c against the host's snprintf
 */
#include "tap.h"

#include <lib/atomic.h>
#include <lib/format.h>
#include <lib/string.h>

/* Formats are made at run time, which is what the test is about. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"

#define SIZE 256

/* @fmt and the arguments through both; the results must agree. */
#define SAME(fmt, ...)							\
do {									\
	char ours[SIZE];						\
	char host[SIZE];						\
	int a = snprintf(ours, SIZE, fmt, __VA_ARGS__);			\
	int b = __builtin_snprintf(host, SIZE, fmt, __VA_ARGS__);	\
									\
	if (!CHECK_STR(ours, host) | !CHECK_EQ(a, b))			\
		printf("#   format \"%s\"\n", fmt);			\
} while (0)

/* Append one character of @set, or not. */
static char *maybe(char *p, const char *set)
{
	size_t n = rand_below(strlen(set) + 1);

	if (n < strlen(set))
		*p++ = set[n];
	return p;
}

/* Flags, width and precision at random; never flags C calls undefined. */
static char *random_spec(char *p, const char *flags)
{
	*p++ = '<';
	*p++ = '%';
	p = maybe(p, flags);
	p = maybe(p, flags);
	p = maybe(p, flags);
	if (rand_below(2))
		p += __builtin_sprintf(p, "%d", (int)(1 + rand_below(40)));
	if (rand_below(2))
		p += __builtin_sprintf(p, ".%d", (int)rand_below(40));
	return p;
}

static u64 random_value(void)
{
	return rand_below(4) == 0 ? rand_below(3) :
				    rand_u64() >> rand_below(64);
}

static void random_integer(const char *conversions, const char *flags)
{
	static const char *const lengths[] = { "", "h", "hh", "l", "ll", "z" };
	size_t kind = rand_below(ARRAY_SIZE(lengths));
	u64 value = random_value();
	char fmt[64];
	char *p = random_spec(fmt, flags);

	if (rand_below(2))
		value = 0 - value;
	p += __builtin_sprintf(p, "%s%c>", lengths[kind],
			       conversions[rand_below(strlen(conversions))]);
	if (kind < 3)
		SAME(fmt, (int)value);
	else if (kind == 4)
		SAME(fmt, (long long)value);
	else
		SAME(fmt, value);
}

static void test_integers(void)
{
	u64 n;

	for (n = 0; n < rounds(30000); n++) {
		random_integer("di", "-+ 0");
		random_integer("u", "-0");
		random_integer("xXo", "-#0");
	}
}

static void test_strings(void)
{
	static const char *const texts[] = { "", "a", "hello", "longer text" };
	u64 n;

	for (n = 0; n < rounds(5000); n++) {
		const char *text = texts[rand_below(ARRAY_SIZE(texts))];
		char fmt[64];
		char *p = random_spec(fmt, "-");

		__builtin_sprintf(p, "s>");
		SAME(fmt, text);
		p = fmt + __builtin_sprintf(fmt, "<%%%s", n & 1 ? "-" : "");
		__builtin_sprintf(p, "%dc>", (int)(1 + rand_below(9)));
		SAME(fmt, 'x');
	}
}

static void test_stars(void)
{
	SAME("<%*d>", 8, 42);
	SAME("<%*d>", -8, 42);
	SAME("<%-*.*x>", 9, 4, 0xab);
	SAME("<%.*s>", 3, "abcdef");
	SAME("<%.*s>", -1, "abcdef");
	SAME("<%.*d>", -1, 0);
}

static void test_limits(void)
{
	SAME("%ld", (long)(-LONG_MAX - 1));
	SAME("%lu", ~0ul);
	SAME("%lx", ~0ul);
	SAME("%lo", ~0ul);
	SAME("%#lo", 0ul);
	SAME("%#.0x", 0);
	SAME("%#.0o", 0);
	SAME("<%.0d>", 0);
	SAME("<%5.0d>", 0);
	SAME("%d", INT_MIN);
	SAME("%hhd", 255);
	SAME("%zu %jd %td", (size_t)7, -8l, -9l);
	SAME("100%%%c", '!');
}

static void test_pointers(void)
{
	char buf[SIZE];

	snprintf(buf, SIZE, "%p", (void *)0xffffffff80100000ul);
	CHECK_STR(buf, "0xffffffff80100000");
	snprintf(buf, SIZE, "%p", NULL);
	CHECK_STR(buf, "0x0000000000000000");
	snprintf(buf, SIZE, "<%20p><%-20p>", (void *)1, (void *)2);
	CHECK_STR(buf, "<  0x0000000000000001><0x0000000000000002  >");
}

/* Strings the compiler does not look into. */
static NOINLINE const char *opaque(const char *text)
{
	barrier();
	return text;
}

static void test_odd(void)
{
	char buf[SIZE];
	const char *null = opaque(NULL);

	snprintf(buf, SIZE, "<%s><%8s><%.3s>", null, null, null);
	CHECK_STR(buf, "<(null)><  (null)><(nu>");
	snprintf(buf, SIZE, opaque("a%qb%-5.2yc%d"), 3);
	CHECK_STR(buf, "a%qb%-5.2yc3");
	snprintf(buf, SIZE, opaque("end%"));
	CHECK_STR(buf, "end%");
	snprintf(buf, SIZE, opaque("end%-5l"));
	CHECK_STR(buf, "end%-5l");
}

/* A string with a precision need not be terminated. */
static void test_unterminated(void)
{
	char *text = malloc(3);
	char buf[SIZE];

	__builtin_memcpy(text, "abc", 3);
	snprintf(buf, SIZE, "%.3s", text);
	CHECK_STR(buf, "abc");
	free(text);
}

static void test_cut(void)
{
	size_t size;

	for (size = 0; size < 16; size++) {
		char *buf = malloc(size + 1);
		int len;

		buf[size] = 'Z';
		len = snprintf(buf, size, "%s-%05d", "abc", 42);
		CHECK_EQ(len, 9);
		CHECK_EQ(buf[size], 'Z');
		if (size != 0)
			CHECK_EQ(strlen(buf), min(size - 1, 9ul));
		len = scnprintf(buf, size, "%s-%05d", "abc", 42);
		CHECK_EQ(len, size == 0 ? 0 : min(size - 1, 9ul));
		CHECK_EQ(buf[size], 'Z');
		free(buf);
	}
	CHECK_EQ(snprintf(NULL, 0, "%d", 12345), 5);
}

int main(void)
{
	tap_run("integers with all flags", test_integers);
	tap_run("strings and characters", test_strings);
	tap_run("width and precision as arguments", test_stars);
	tap_run("limits", test_limits);
	tap_run("pointers", test_pointers);
	tap_run("unknown conversions and null strings", test_odd);
	tap_run("precision bounds a string", test_unterminated);
	tap_run("text that does not fit", test_cut);
	return tap_done();
}
