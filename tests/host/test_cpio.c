/*
 * tests/host/test_cpio.c - lib/cpio.c: good archives, bad ones, random ones
 *
 * What:  archives are built in memory of exactly their size, so that the
 *        sanitizer sees a single byte read too much.
 * See:   cpio(5)
 */
#include "tap.h"

#include <lib/cpio.h>
#include <lib/string.h>
#include <uapi/errno.h>

#define MAX_ARCHIVE 65536

/* An archive under construction. */
struct builder {
	u8 data[MAX_ARCHIVE];
	size_t size;
};

static struct builder b;

static void put(const void *data, size_t len)
{
	__builtin_memcpy(b.data + b.size, data, len);
	b.size += len;
}

static void pad(size_t align)
{
	while (b.size % align != 0)
		b.data[b.size++] = 0;
}

struct file {
	const char *magic;
	const char *name;
	u32 mode;
	const char *data;
	u32 check;
};

static void put_header(const struct file *f, size_t name_size)
{
	const u32 fields[] = {
		7, f->mode, 1000, 1001, 2, 1234567, (u32)strlen(f->data),
		8, 1, 4, 64, (u32)name_size, f->check,
	};
	char digits[9];
	size_t i;

	put(f->magic, 6);
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		__builtin_sprintf(digits, "%08x", fields[i]);
		put(digits, 8);
	}
}

static void put_file(const struct file *f)
{
	put_header(f, strlen(f->name) + 1);
	put(f->name, strlen(f->name) + 1);
	pad(4);
	put(f->data, strlen(f->data));
	pad(4);
}

static void put_plain(const char *name, const char *data)
{
	const struct file f = { "070701", name, 0100644, data, 0 };

	put_file(&f);
}

static void put_trailer(void)
{
	put_plain("TRAILER!!!", "");
}

/* Walk over a copy of exactly @size bytes; the copy is freed. */
static int walk(size_t size, struct cpio_reader *r, int *entries)
{
	u8 *copy = malloc(size + 1);
	struct cpio_entry e;
	int result;

	__builtin_memcpy(copy, b.data, size);
	copy = realloc(copy, size == 0 ? 1 : size);
	cpio_init(r, copy, size);
	*entries = 0;
	while ((result = cpio_next(r, &e)) == 1) {
		(*entries)++;
		CHECK(strlen(e.name) == e.name_len && e.name_len != 0);
		CHECK((u64)(e.data - copy) + e.data_size <= size);
		CHECK(e.offset < size);
		if (e.data_size != 0)
			CHECK(memchr(e.data, 1, e.data_size) != (void *)1);
	}
	if (result < 0) {
		CHECK_EQ(cpio_next(r, &e), result);
		CHECK(r->error != CPIO_OK && r->error_offset <= size);
	}
	free(copy);
	return result;
}

static void expect_error(enum cpio_error error, u64 offset)
{
	struct cpio_reader r;
	int entries;

	CHECK_EQ(walk(b.size, &r, &entries), -EINVAL);
	if (!CHECK_EQ(r.error, error))
		printf("#   got: %s\n", cpio_error_text(r.error));
	CHECK_EQ(r.error_offset, offset);
}

static void test_entry(void)
{
	struct cpio_reader r;
	struct cpio_entry e;

	b.size = 0;
	put_plain("etc/motd", "hello");
	put_trailer();
	cpio_init(&r, b.data, b.size);
	CHECK_EQ(cpio_next(&r, &e), 1);
	CHECK_STR(e.name, "etc/motd");
	CHECK_EQ(e.name_len, 8);
	CHECK_EQ(e.data_size, 5);
	CHECK_EQ(memcmp(e.data, "hello", 5), 0);
	CHECK_EQ(e.ino, 7);
	CHECK_EQ(e.mode, 0100644);
	CHECK_EQ(e.uid, 1000);
	CHECK_EQ(e.gid, 1001);
	CHECK_EQ(e.nlink, 2);
	CHECK_EQ(e.mtime, 1234567);
	CHECK_EQ(e.dev_major, 8);
	CHECK_EQ(e.dev_minor, 1);
	CHECK_EQ(e.rdev_major, 4);
	CHECK_EQ(e.rdev_minor, 64);
	CHECK_EQ(e.archive, 1);
	CHECK_EQ(cpio_next(&r, &e), 0);
	CHECK_EQ(cpio_next(&r, &e), 0);
}

static void test_alignment(void)
{
	static const char text[] = "0123456789abcdef";
	struct cpio_reader r;
	int entries;
	size_t i;

	b.size = 0;
	for (i = 1; i < sizeof(text); i++)
		put_plain(text + i - 1, text + (i * 7) % sizeof(text));
	put_trailer();
	CHECK_EQ(walk(b.size, &r, &entries), 0);
	CHECK_EQ(entries, sizeof(text) - 1);
}

static void test_concatenated(void)
{
	struct cpio_reader r;
	struct cpio_entry e;

	b.size = 0;
	pad(512);
	put_plain("one", "1");
	put_trailer();
	pad(512);
	put_trailer();
	put_plain("two", "2");
	put_trailer();
	pad(4096);
	cpio_init(&r, b.data, b.size);
	CHECK_EQ(cpio_next(&r, &e), 1);
	CHECK_EQ(e.archive, 1);
	CHECK_EQ(cpio_next(&r, &e), 1);
	CHECK_STR(e.name, "two");
	CHECK_EQ(e.archive, 3);
	CHECK_EQ(cpio_next(&r, &e), 0);
}

static void test_empty(void)
{
	struct cpio_reader r;
	int entries;

	b.size = 0;
	CHECK_EQ(walk(0, &r, &entries), 0);
	put("\0\0\0\0\0\0\0", 7);
	CHECK_EQ(walk(7, &r, &entries), 0);
	CHECK_EQ(entries, 0);
}

/* Cut at every byte: an error, or the end just where an entry ends. */
static void test_truncated(void)
{
	struct cpio_reader r;
	size_t last;
	size_t size;
	int entries;

	b.size = 0;
	put_plain("file", "some text");
	last = b.size;
	for (size = 1; size < last; size++) {
		int result = walk(size, &r, &entries);

		if (size >= last - 3) {
			/* Only padding is missing. */
			CHECK_EQ(result, 0);
			CHECK_EQ(entries, 1);
			continue;
		}
		CHECK_EQ(result, -EINVAL);
		CHECK_EQ(r.error, size < 110 ? CPIO_TRUNCATED_HEADER :
				  size < 115 ? CPIO_TRUNCATED_NAME :
					       CPIO_TRUNCATED_DATA);
		CHECK_EQ(entries, 0);
	}
}

static void test_bad_headers(void)
{
	struct cpio_reader r;
	int entries;
	size_t i;

	for (i = 0; i < 110; i++) {
		b.size = 0;
		put_plain("ok", "x");
		put_plain("file", "some text");
		b.data[120 + i] = 'x';
		CHECK_EQ(walk(b.size, &r, &entries), -EINVAL);
		CHECK_EQ(entries, 1);
		CHECK_EQ(r.error, i < 6 ? CPIO_BAD_MAGIC : CPIO_BAD_DIGIT);
		CHECK_EQ(r.error_offset, i < 6 ? 120 : 120 + i);
	}
}

static void test_names(void)
{
	static char name[5000];
	const struct file f = { "070701", "", 0100644, "", 0 };
	struct cpio_reader r;
	int entries;

	__builtin_memset(name, 'n', sizeof(name));
	name[4096] = '\0';
	b.size = 0;
	put_plain(name, "");
	expect_error(CPIO_NAME_TOO_LONG, 0);
	name[4095] = '\0';
	b.size = 0;
	put_plain(name, "");
	CHECK_EQ(walk(b.size, &r, &entries), 0);
	b.size = 0;
	put_plain("", "");
	expect_error(CPIO_NAME_EMPTY, 0);
	b.size = 0;
	put_header(&f, 0);
	expect_error(CPIO_NAME_EMPTY, 0);
	b.size = 0;
	put_header(&f, 4);
	put("abcd", 4);
	expect_error(CPIO_NAME_NOT_TERMINATED, 110);
	/* More zeros than one behind the name are only padding. */
	b.size = 0;
	put_header(&f, 6);
	put("abc\0\0\0", 6);
	CHECK_EQ(walk(b.size, &r, &entries), 0);
	CHECK_EQ(entries, 1);
}

static void test_symlinks(void)
{
	static char target[5000];
	struct file f = { "070701", "link", 0120777, target, 0 };
	struct cpio_reader r;
	int entries;

	__builtin_memset(target, 't', 4095);
	b.size = 0;
	put_file(&f);
	CHECK_EQ(walk(b.size, &r, &entries), 0);
	target[4095] = 't';
	b.size = 0;
	put_file(&f);
	expect_error(CPIO_SYMLINK_TOO_LONG, 0);
}

static void test_checksum(void)
{
	struct file f = { "070702", "f", 0100644, "abc", 'a' + 'b' + 'c' };
	struct cpio_reader r;
	int entries;

	b.size = 0;
	put_file(&f);
	CHECK_EQ(walk(b.size, &r, &entries), 0);
	CHECK_EQ(entries, 1);
	f.check++;
	b.size = 0;
	put_file(&f);
	expect_error(CPIO_BAD_CHECKSUM, 112);
}

static void test_misaligned(void)
{
	b.size = 0;
	put_trailer();
	put("\0\0", 2);
	put_plain("f", "");
	expect_error(CPIO_MISALIGNED, 126);
}

struct signature_case {
	char bytes[8];
	enum cpio_error error;
};

static const struct signature_case signature_cases[] = {
	{ "\x1f\x8b\x08\x00", CPIO_GZIP },
	{ "BZh91AY", CPIO_BZIP2 },
	{ "\xfd" "7zXZ\0", CPIO_XZ },
	{ "\x89LZO", CPIO_LZO },
	{ "\x02\x21\x4c\x18", CPIO_LZ4 },
	{ "\x04\x22\x4d\x18", CPIO_LZ4 },
	{ "\x28\xb5\x2f\xfd", CPIO_ZSTD },
	{ "\x5d\0\0\x80", CPIO_LZMA },
	{ "070707", CPIO_OLD_FORMAT },
	{ "\xc7\x71", CPIO_OLD_FORMAT },
	{ "hello!", CPIO_BAD_MAGIC },
	{ "\x7f" "ELF", CPIO_BAD_MAGIC },
};

/* At the start, and behind an uncompressed archive. */
static void test_signatures(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signature_cases); i++) {
		const struct signature_case *c = &signature_cases[i];

		b.size = 0;
		put(c->bytes, 6);
		expect_error(c->error, 0);
		b.size = 0;
		put_plain("early", "x");
		put_trailer();
		pad(512);
		put(c->bytes, 6);
		expect_error(c->error, 512);
	}
}

static void test_texts(void)
{
	int i;

	for (i = 0; i < CPIO_NR_ERRORS; i++)
		CHECK(strlen(cpio_error_text((enum cpio_error)i)) > 5);
	CHECK(strlen(cpio_error_text(CPIO_NR_ERRORS)) > 5);
}

/* A valid archive with random damage must never lead outside of it. */
static void test_mutations(void)
{
	static const char hex[] = "0123456789abcdefF";
	u64 n;

	for (n = 0; n < rounds(20000); n++) {
		u64 hits = 1 + rand_below(6);
		struct cpio_reader r;
		int entries;

		b.size = 0;
		put_plain("a", "first");
		put_plain("dir/second", "");
		put_trailer();
		put_plain("third", "0707010707");
		while (hits-- != 0) {
			u8 *p = &b.data[rand_below(b.size)];

			*p = rand_below(3) ? (u8)hex[rand_below(17)] :
					     (u8)rand_u64();
		}
		walk(1 + rand_below(b.size), &r, &entries);
		walk(b.size, &r, &entries);
	}
}

static void test_noise(void)
{
	u64 n;

	for (n = 0; n < rounds(20000); n++) {
		struct cpio_reader r;
		int entries;
		size_t i;

		b.size = rand_below(300);
		for (i = 0; i < b.size; i++)
			b.data[i] = (u8)(n & 1 ? "07 1"[rand_below(4)] :
						 (char)rand_u64());
		if (n % 4 == 1 && b.size >= 6)
			__builtin_memcpy(b.data, "070701", 6);
		walk(b.size, &r, &entries);
	}
}

int main(void)
{
	tap_run("all fields of an entry", test_entry);
	tap_run("names and data of all lengths", test_alignment);
	tap_run("several archives with padding", test_concatenated);
	tap_run("nothing but padding", test_empty);
	tap_run("cut at every byte", test_truncated);
	tap_run("every byte of a header damaged", test_bad_headers);
	tap_run("names", test_names);
	tap_run("symbolic links", test_symlinks);
	tap_run("checksums", test_checksum);
	tap_run("misaligned archive", test_misaligned);
	tap_run("compressed and foreign formats are named", test_signatures);
	tap_run("error texts", test_texts);
	tap_run("fuzz: mutated archives", test_mutations);
	tap_run("fuzz: noise", test_noise);
	return tap_done();
}
