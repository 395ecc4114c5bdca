/*
 * tests/host/tap.h - checks, TAP output and repeatable chance
 *
 * What:  a test program calls tap_run for each of its tests and returns
 *        tap_done. A failed CHECK is printed with its place and fails the
 *        test, which goes on. Chance comes from the environment variable
 *        SEED (1 when not set), printed at the start; ROUNDS multiplies the
 *        number of random rounds.
 * Locks: one thread only, but for CHECK, which may race.
 */
#ifndef HOST_TAP_H
#define HOST_TAP_H

#include <stdio.h>
#include <stdlib.h>

#include <lib/types.h>

struct tap_place {
	const char *file;
	int line;
	const char *what;
};

#define TAP_HERE(text) \
	(&(struct tap_place){ __FILE__, __LINE__, text })

/* All return whether the check holds. */
#define CHECK(cond) tap_check(cond, TAP_HERE(#cond))
#define CHECK_EQ(a, b) tap_equal((u64)(a), (u64)(b), TAP_HERE(#a " == " #b))
#define CHECK_STR(a, b) tap_string(a, b, TAP_HERE(#a " == " #b))

bool tap_check(bool ok, const struct tap_place *place);
bool tap_equal(u64 a, u64 b, const struct tap_place *place);
bool tap_string(const char *a, const char *b, const struct tap_place *place);

void tap_run(const char *name, void (*test)(void));
int tap_done(void);

/* The next number of the sequence that SEED begins. */
u64 rand_u64(void);
/* A number in [0, limit); @limit is not 0. */
u64 rand_below(u64 limit);
void rand_bytes(void *out, size_t len);
/* @n times ROUNDS. */
u64 rounds(u64 n);

#endif
