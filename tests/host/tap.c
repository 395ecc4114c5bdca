/*
 * tests/host/tap.c - checks, TAP output and repeatable chance
 *
 * See:   tests/host/tap.h; the Test Anything Protocol, version 13
 */
#include "tap.h"

static int tests;
static int failed_tests;
static int failed_checks;
static u64 seed;

static u64 number_from_env(const char *name, u64 otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : strtoull(text, NULL, 0);
}

static void fail(const struct tap_place *place)
{
	if (__atomic_fetch_add(&failed_checks, 1, __ATOMIC_RELAXED) < 20)
		printf("# %s:%d: failed: %s\n", place->file, place->line,
		       place->what);
}

bool tap_check(bool ok, const struct tap_place *place)
{
	if (!ok)
		fail(place);
	return ok;
}

bool tap_equal(u64 a, u64 b, const struct tap_place *place)
{
	if (a == b)
		return true;
	fail(place);
	printf("#   left 0x%lx (%ld), right 0x%lx (%ld)\n", a, (s64)a, b,
	       (s64)b);
	return false;
}

bool tap_string(const char *a, const char *b, const struct tap_place *place)
{
	if (__builtin_strcmp(a, b) == 0)
		return true;
	fail(place);
	printf("#   left \"%s\", right \"%s\"\n", a, b);
	return false;
}

void tap_run(const char *name, void (*test)(void))
{
	if (tests == 0) {
		setvbuf(stdout, NULL, _IOLBF, 0);
		seed = number_from_env("SEED", 1);
		printf("TAP version 13\n# seed %lu\n", seed);
	}
	failed_checks = 0;
	test();
	if (failed_checks != 0)
		failed_tests++;
	printf("%s %d - %s\n", failed_checks != 0 ? "not ok" : "ok", ++tests,
	       name);
}

int tap_done(void)
{
	printf("1..%d\n", tests);
	return failed_tests != 0;
}

/* The generator known as splitmix64: every seed gives another sequence. */
u64 rand_u64(void)
{
	u64 z = seed += 0x9e3779b97f4a7c15ul;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ul;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebul;
	return z ^ (z >> 31);
}

u64 rand_below(u64 limit)
{
	return rand_u64() % limit;
}

void rand_bytes(void *out, size_t len)
{
	u8 *p = out;

	while (len-- != 0)
		*p++ = (u8)rand_u64();
}

u64 rounds(u64 n)
{
	return n * number_from_env("ROUNDS", 1);
}
