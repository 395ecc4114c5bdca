/*
 * tests/host/test_threads.c - what lib/ promises to concurrent users
 *
 * What:  built with the thread sanitizer: readers of an idr beside a writer,
 *        both ends of a ring, and many holders of a reference count.
 * Locks: one writer thread for each idr and ring. A grace period ends when
 *        every reader has counted up once since it began.
 * Not:   single-threaded behaviour (the other tests).
 */
#include "tap.h"

#include <lib/idr.h>
#include <lib/refcount.h>
#include <lib/ring.h>
#include <lib/string.h>

#include <pthread.h>
#include <sched.h>

#define READERS 3
#define NUMBERS 300

/*
 * READ_ONCE and WRITE_ONCE are volatile accesses, which the sanitizer is told
 * to tell apart from plain ones; they are single and may race. It calls these
 * in front of each.
 */
#define VOLATILE_HOOK(name)						\
	void name(void *address);					\
	__attribute__((no_sanitize("thread"))) void name(void *address)	\
	{								\
		(void)address;						\
	}
VOLATILE_HOOK(__tsan_volatile_read1)
VOLATILE_HOOK(__tsan_volatile_read2)
VOLATILE_HOOK(__tsan_volatile_read4)
VOLATILE_HOOK(__tsan_volatile_read8)
VOLATILE_HOOK(__tsan_volatile_write1)
VOLATILE_HOOK(__tsan_volatile_write2)
VOLATILE_HOOK(__tsan_volatile_write4)
VOLATILE_HOOK(__tsan_volatile_write8)

struct object {
	u64 id;
	u64 twice;
	struct object *next_free;
};

static struct idr idr;
static bool stop;
/* Read sections each reader has finished; READER_GONE holds nobody up. */
static u64 quiescent[READERS];
#define READER_GONE ~0ul
/* Waiting for a grace period; the writer's. */
static struct idr_node *dead_nodes;
static struct object *dead_objects;
static unsigned int dead_count;

static void node_dead(struct idr_node *node)
{
	/* Readers look at slots and used, but never at parent. */
	node->parent = dead_nodes;
	dead_nodes = node;
	dead_count++;
}

static void wait_for_readers(void)
{
	u64 before[READERS];
	int i;

	for (i = 0; i < READERS; i++)
		before[i] = load_acquire(&quiescent[i]);
	for (i = 0; i < READERS; i++) {
		if (before[i] == READER_GONE)
			continue;
		while (load_acquire(&quiescent[i]) == before[i])
			sched_yield();
	}
}

static void free_dead(void)
{
	wait_for_readers();
	while (dead_nodes != NULL) {
		struct idr_node *node = dead_nodes;

		dead_nodes = node->parent;
		__builtin_memset(node, 0x5a, sizeof(*node));
		free(node);
	}
	while (dead_objects != NULL) {
		struct object *o = dead_objects;

		dead_objects = o->next_free;
		__builtin_memset(o, 0x5a, sizeof(*o));
		free(o);
	}
	dead_count = 0;
}

static u64 scramble(u64 *state)
{
	*state = *state * 6364136223846793005ul + 1442695040888963407ul;
	return *state >> 33;
}

static void check_object(const struct object *o, u64 id)
{
	CHECK_EQ(o->id, id);
	CHECK_EQ(o->twice, 2 * id);
}

/* Number 7 stays for the whole test: every walk must meet it once. */
static void walk_all(void)
{
	int fixed = 0;
	u64 last = 0;
	bool first = true;
	void *ptr;
	u64 id;

	for_each_idr(&idr, ptr, id) {
		check_object(ptr, id);
		CHECK(first || id > last);
		fixed += id == 7;
		first = false;
		last = id;
	}
	CHECK_EQ(fixed, 1);
}

static void *reader_main(void *arg)
{
	u64 index = (u64)arg;
	u64 state = index + 1;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		u64 id = scramble(&state) % NUMBERS;
		struct object *o = idr_find(&idr, id << id % 12);

		if (o != NULL)
			check_object(o, id << id % 12);
		if (state >> 60 == 0)
			walk_all();
		store_release(&quiescent[index], quiescent[index] + 1);
	}
	store_release(&quiescent[index], READER_GONE);
	return NULL;
}

static void add_number(u64 id)
{
	struct idr_mem mem = IDR_MEM_INIT;
	struct object *o = malloc(sizeof(*o));
	struct idr_node *node;

	*o = (struct object){ .id = id, .twice = 2 * id };
	while (mem.count < idr_mem_need(NUMBERS << 12))
		idr_mem_add(&mem, malloc(sizeof(struct idr_node)));
	if (id & 1) {
		CHECK_EQ(idr_alloc_at(&idr, id, o, &mem), 0);
	} else {
		CHECK_EQ(idr_alloc_at(&idr, id, NULL, &mem), 0);
		CHECK_EQ(idr_replace(&idr, id, o), 0);
	}
	while ((node = idr_mem_take(&mem)) != NULL)
		free(node);
}

static void remove_number(u64 id)
{
	struct object *o = idr_remove(&idr, id);

	check_object(o, id);
	o->next_free = dead_objects;
	dead_objects = o;
	dead_count++;
}

static void write_for_a_while(void)
{
	u64 state = 99;
	u64 n;

	for (n = 0; n < rounds(60000); n++) {
		u64 pick = scramble(&state) % NUMBERS;
		u64 id = pick << pick % 12;

		/* Sometimes all but one: the tree sinks to one level. */
		if (n % 5000 < 600 && pick > 3)
			continue;
		if (id == 7)
			continue;
		if (idr_is_taken(&idr, id))
			remove_number(id);
		else
			add_number(id);
		if (dead_count > 200)
			free_dead();
	}
}

static void remove_all(void)
{
	void *ptr;
	u64 id;

	for_each_idr(&idr, ptr, id)
		remove_number(id);
	CHECK(idr.root == NULL);
	free_dead();
}

static void test_idr(void)
{
	pthread_t threads[READERS];
	u64 i;

	idr_init(&idr, node_dead);
	add_number(7);
	stop = false;
	for (i = 0; i < READERS; i++)
		pthread_create(&threads[i], NULL, reader_main, (void *)i);
	write_for_a_while();
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	remove_all();
}

#define STREAM_BYTES 300000u

static void *producer_main(void *arg)
{
	struct ring *r = arg;
	u32 sent = 0;

	while (sent < STREAM_BYTES) {
		u8 block[23];
		u32 len = min(STREAM_BYTES - sent, 1 + sent % 23);
		u32 done;
		u32 i;

		for (i = 0; i < len; i++)
			block[i] = (u8)((sent + i) * 7);
		done = ring_write(r, block, len);
		if (done == 0)
			sched_yield();
		sent += done;
	}
	return NULL;
}

static void test_ring(void)
{
	static u8 data[64];
	pthread_t producer;
	struct ring r;
	u32 got = 0;

	ring_init(&r, data, sizeof(data));
	pthread_create(&producer, NULL, producer_main, &r);
	while (got < STREAM_BYTES) {
		u8 block[31];
		u32 len = ring_read(&r, block, 1 + got % 31);
		u32 i;

		for (i = 0; i < len; i++)
			CHECK_EQ(block[i], (u8)((got + i) * 7));
		if (len == 0)
			sched_yield();
		got += len;
	}
	pthread_join(producer, NULL);
	CHECK_EQ(ring_used(&r), 0);
}

#define HOLDERS 4

struct shared {
	struct refcount refs;
	u64 written[HOLDERS];
	int destroyed;
};

static struct shared *shared;

/* Plain writes before a put must be seen by whoever destroys. */
static void drop_shared(struct shared *s)
{
	u64 i;

	if (!refcount_put(&s->refs))
		return;
	for (i = 0; i < HOLDERS; i++)
		CHECK_EQ(s->written[i], i + 1);
	s->destroyed++;
}

static void *holder_main(void *arg)
{
	u64 index = (u64)arg;
	int n;

	for (n = 0; n < 20000; n++) {
		refcount_get(&shared->refs);
		if (refcount_try_get(&shared->refs))
			drop_shared(shared);
		drop_shared(shared);
	}
	shared->written[index] = index + 1;
	drop_shared(shared);
	return NULL;
}

static void test_refcount(void)
{
	static struct shared s;
	pthread_t threads[HOLDERS];
	u64 i;

	shared = &s;
	refcount_set(&s.refs, HOLDERS);
	for (i = 0; i < HOLDERS; i++)
		pthread_create(&threads[i], NULL, holder_main, (void *)i);
	for (i = 0; i < HOLDERS; i++)
		pthread_join(threads[i], NULL);
	CHECK_EQ(s.destroyed, 1);
	CHECK_EQ(refcount_read(&s.refs), 0);
	CHECK(!refcount_try_get(&s.refs));
}

int main(void)
{
	tap_run("idr: readers beside a writer", test_idr);
	tap_run("ring: one writer, one reader", test_ring);
	tap_run("refcount: many holders", test_refcount);
	return tap_done();
}
