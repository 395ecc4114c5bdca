/*
 * tests/user/lib/slabs.h - numbers of kernel objects before and after
 *
 * See:   proc(5) on /proc/slabinfo; /proc/nidus/drain in docs/testing.md
 */
#ifndef TESTS_USER_SLABS_H
#define TESTS_USER_SLABS_H

#define SLABS_MAX	256

/* struct slabs - the live objects of each cache */
struct slabs {
	int count;
	struct {
		char name[40];
		long active;
	} cache[SLABS_MAX];
};

/* can the kernel finish what it has put off, so that counts are exact? */
int slabs_exact(void);

/* look, after asking the kernel to finish what it has put off */
void slabs_read(struct slabs *slabs);

/*
 * slabs_grown - caches with more than @slack objects more than before
 * Tells of each. The allocator's own caches and the table of numbers do not
 * count.
 */
int slabs_grown(const struct slabs *before, const struct slabs *after,
		long slack);

#endif
