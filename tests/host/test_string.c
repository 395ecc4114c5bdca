/*
 * tests/host/test_string.c - lib/string.c and lib/ctype.h against the host
 */
#include "tap.h"

#include <lib/ctype.h>
#include <lib/string.h>

#include <ctype.h>

#define SIZE 300

/* A random string without 0 inside, in memory of exactly its size. */
static char *random_string(size_t len, unsigned int letters)
{
	char *s = malloc(len + 1);
	size_t i;

	for (i = 0; i < len; i++)
		s[i] = (char)(1 + rand_below(letters));
	s[len] = '\0';
	return s;
}

static void test_copy(void)
{
	u64 n;

	for (n = 0; n < rounds(20000); n++) {
		size_t len = rand_below(SIZE);
		u8 *src = malloc(len + 1);
		u8 *dst = malloc(len + 1);

		rand_bytes(src, len + 1);
		rand_bytes(dst, len + 1);
		CHECK(memcpy(dst, src, len) == dst);
		CHECK(__builtin_memcmp(dst, src, len) == 0);
		free(src);
		free(dst);
	}
}

static void test_move(void)
{
	u64 n;

	for (n = 0; n < rounds(40000); n++) {
		u8 ours[SIZE];
		u8 host[SIZE];
		size_t from = rand_below(SIZE);
		size_t to = n & 1 ? rand_below(SIZE) :
				    min(from + rand_below(12), SIZE - 1ul);
		size_t len = rand_below(SIZE - max(from, to) + 1);

		rand_bytes(ours, SIZE);
		__builtin_memcpy(host, ours, SIZE);
		CHECK(memmove(ours + to, ours + from, len) == ours + to);
		__builtin_memmove(host + to, host + from, len);
		CHECK(__builtin_memcmp(ours, host, SIZE) == 0);
		memmove(ours + from, ours + to, len);
		__builtin_memmove(host + from, host + to, len);
		CHECK(__builtin_memcmp(ours, host, SIZE) == 0);
	}
}

static void test_fill(void)
{
	u64 n;

	for (n = 0; n < rounds(20000); n++) {
		u8 ours[SIZE];
		u8 host[SIZE];
		size_t from = rand_below(SIZE);
		size_t len = rand_below(SIZE - from + 1);
		int byte = (int)rand_u64();

		rand_bytes(ours, SIZE);
		__builtin_memcpy(host, ours, SIZE);
		CHECK(memset(ours + from, byte, len) == ours + from);
		__builtin_memset(host + from, byte, len);
		CHECK(__builtin_memcmp(ours, host, SIZE) == 0);
	}
}

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

static void test_compare(void)
{
	u64 n;

	for (n = 0; n < rounds(20000); n++) {
		size_t len = rand_below(64);
		u8 *a = malloc(len + 1);
		u8 *b = malloc(len + 1);
		int byte = (int)rand_below(256);

		rand_bytes(a, len);
		__builtin_memcpy(b, a, len);
		if (len != 0 && n % 3 != 0)
			b[rand_below(len)] ^= (u8)rand_u64();
		CHECK_EQ(sign(memcmp(a, b, len)),
			 sign(__builtin_memcmp(a, b, len)));
		CHECK(memchr(a, byte, len) == __builtin_memchr(a, byte, len));
		free(a);
		free(b);
	}
	CHECK(memcmp(NULL, NULL, 0) == 0);
}

static void test_zero(void)
{
	u8 block[100] = { 0 };
	size_t i;

	for (i = 0; i < sizeof(block); i++) {
		CHECK(mem_is_zero(block, i));
		block[i] = 1;
		CHECK(!mem_is_zero(block, i + 1));
		block[i] = 0;
	}
}

static void check_pair(const char *a, const char *b, size_t max)
{
	CHECK_EQ(strlen(a), __builtin_strlen(a));
	CHECK_EQ(strnlen(a, max), min(__builtin_strlen(a), max));
	CHECK_EQ(sign(strcmp(a, b)), sign(__builtin_strcmp(a, b)));
	CHECK_EQ(sign(strncmp(a, b, max)), sign(__builtin_strncmp(a, b, max)));
	CHECK(strchr(a, b[0]) == __builtin_strchr(a, b[0]));
	CHECK(strrchr(a, b[0]) == __builtin_strrchr(a, b[0]));
	CHECK_EQ(str_starts_with(a, b),
		 __builtin_strncmp(a, b, __builtin_strlen(b)) == 0);
}

static void test_strings(void)
{
	u64 n;

	for (n = 0; n < rounds(20000); n++) {
		unsigned int letters = n & 1 ? 2 : 255;
		char *a = random_string(rand_below(20), letters);
		char *b = random_string(rand_below(6), letters);

		check_pair(a, b, rand_below(24));
		check_pair(b, a, rand_below(24));
		free(a);
		free(b);
	}
}

static void test_bounded(void)
{
	char block[3] = { 'a', 'b', 'c' };

	CHECK_EQ(strnlen(block, 3), 3);
	CHECK_EQ(strncmp(block, "abcd", 3), 0);
}

static void test_str_copy(void)
{
	char buf[5];

	CHECK(str_copy(buf, sizeof(buf), "1234"));
	CHECK_STR(buf, "1234");
	CHECK(!str_copy(buf, sizeof(buf), "12345"));
	CHECK_STR(buf, "1234");
	CHECK(!str_copy(buf, 1, "x"));
	CHECK_STR(buf, "");
	CHECK(str_copy(buf, 1, ""));
	buf[0] = 'q';
	CHECK(!str_copy(buf, 0, ""));
	CHECK_EQ(buf[0], 'q');
}

static void test_ctype(void)
{
	int i;

	for (i = 0; i < 256; i++) {
		char c = (char)i;

		CHECK_EQ(char_is_digit(c), isdigit(i) != 0);
		CHECK_EQ(char_is_alpha(c), isalpha(i) != 0);
		CHECK_EQ(char_is_alnum(c), isalnum(i) != 0);
		CHECK_EQ(char_is_space(c), isspace(i) != 0);
		CHECK_EQ(char_is_print(c), isprint(i) != 0);
		CHECK_EQ((u8)char_to_lower(c), tolower(i));
		CHECK_EQ((u8)char_to_upper(c), toupper(i));
		CHECK_EQ(char_digit_value(c) >= 0, isxdigit(i) != 0);
	}
	CHECK_EQ(char_digit_value('9'), 9);
	CHECK_EQ(char_digit_value('f'), 15);
	CHECK_EQ(char_digit_value('A'), 10);
}

int main(void)
{
	tap_run("memcpy", test_copy);
	tap_run("memmove, overlapping", test_move);
	tap_run("memset", test_fill);
	tap_run("memcmp and memchr", test_compare);
	tap_run("mem_is_zero", test_zero);
	tap_run("string functions", test_strings);
	tap_run("bounded functions stop at their bound", test_bounded);
	tap_run("str_copy", test_str_copy);
	tap_run("character classes", test_ctype);
	return tap_done();
}
