/*
 * lib/cpio.c - reader of newc archives in memory
 *
 * What:  an entry is a header of 110 characters (a magic and 13 numbers of 8
 *        hexadecimal digits), the name, padding to 4 bytes, the data, padding
 *        to 4 bytes. An entry named TRAILER!!! ends an archive.
 * See:   include/lib/cpio.h; cpio(5); the file signatures of RFC 1952 (gzip),
 *        RFC 8878 (zstd), the .xz and .lz4 format descriptions
 */
#include <lib/cpio.h>

#include <lib/ctype.h>
#include <lib/string.h>
#include <uapi/errno.h>
#include <uapi/limits.h>
#include <uapi/stat.h>

#define HEADER_BYTES 110
#define MAGIC_BYTES 6
#define FIELD_DIGITS 8

#define NEWC_MAGIC "070701"
#define NEWC_CRC_MAGIC "070702"
#define TRAILER "TRAILER!!!"

enum field {
	FIELD_INO,
	FIELD_MODE,
	FIELD_UID,
	FIELD_GID,
	FIELD_NLINK,
	FIELD_MTIME,
	FIELD_FILESIZE,
	FIELD_DEVMAJOR,
	FIELD_DEVMINOR,
	FIELD_RDEVMAJOR,
	FIELD_RDEVMINOR,
	FIELD_NAMESIZE,
	FIELD_CHECK,
	NR_FIELDS,
};
static_assert(MAGIC_BYTES + NR_FIELDS * FIELD_DIGITS == HEADER_BYTES,
	      "newc header");

struct signature {
	u8 len;
	u8 bytes[6];
	enum cpio_error error;
};

static const struct signature signatures[] = {
	{ 2, { 0x1f, 0x8b }, CPIO_GZIP },
	{ 2, { 0x1f, 0x9e }, CPIO_GZIP },
	{ 3, { 'B', 'Z', 'h' }, CPIO_BZIP2 },
	{ 3, { 0x5d, 0x00, 0x00 }, CPIO_LZMA },
	{ 6, { 0xfd, '7', 'z', 'X', 'Z', 0x00 }, CPIO_XZ },
	{ 4, { 0x89, 'L', 'Z', 'O' }, CPIO_LZO },
	{ 4, { 0x02, 0x21, 0x4c, 0x18 }, CPIO_LZ4 },
	{ 4, { 0x04, 0x22, 0x4d, 0x18 }, CPIO_LZ4 },
	{ 4, { 0x28, 0xb5, 0x2f, 0xfd }, CPIO_ZSTD },
	{ 2, { 0xc7, 0x71 }, CPIO_OLD_FORMAT },
	{ 2, { 0x71, 0xc7 }, CPIO_OLD_FORMAT },
	{ 6, { '0', '7', '0', '7', '0', '7' }, CPIO_OLD_FORMAT },
};

static const char *const error_texts[CPIO_NR_ERRORS] = {
	[CPIO_OK] = "no error",
	[CPIO_TRUNCATED_HEADER] = "truncated inside a header",
	[CPIO_TRUNCATED_NAME] = "truncated inside a name",
	[CPIO_TRUNCATED_DATA] = "truncated inside the data of a file",
	[CPIO_BAD_MAGIC] = "no newc cpio header where one should be",
	[CPIO_BAD_DIGIT] = "header with a character that is no hex digit",
	[CPIO_NAME_EMPTY] = "entry without a name",
	[CPIO_NAME_TOO_LONG] = "name longer than 4095 bytes",
	[CPIO_NAME_NOT_TERMINATED] = "name without its final zero byte",
	[CPIO_SYMLINK_TOO_LONG] = "symbolic link longer than 4095 bytes",
	[CPIO_BAD_CHECKSUM] = "data do not match their checksum",
	[CPIO_MISALIGNED] = "archive not at a multiple of 4 bytes",
	[CPIO_OLD_FORMAT] = "old cpio format; make it with cpio -H newc",
	[CPIO_GZIP] = "compressed with gzip",
	[CPIO_BZIP2] = "compressed with bzip2",
	[CPIO_LZMA] = "compressed with lzma",
	[CPIO_XZ] = "compressed with xz",
	[CPIO_LZO] = "compressed with lzo",
	[CPIO_LZ4] = "compressed with lz4",
	[CPIO_ZSTD] = "compressed with zstd",
};

const char *cpio_error_text(enum cpio_error error)
{
	if ((unsigned int)error >= CPIO_NR_ERRORS)
		return "unknown error";
	return error_texts[error];
}

void cpio_init(struct cpio_reader *r, const void *data, u64 size_bytes)
{
	*r = (struct cpio_reader){ .data = data, .size = size_bytes };
}

static int fail(struct cpio_reader *r, enum cpio_error error, u64 offset)
{
	r->error = error;
	r->error_offset = offset;
	return -EINVAL;
}

/* What stands at r->pos, given that it is no header. */
static enum cpio_error name_garbage(const struct cpio_reader *r)
{
	u64 left = r->size - r->pos;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signatures); i++) {
		const struct signature *s = &signatures[i];

		if (left >= s->len &&
		    memcmp(r->data + r->pos, s->bytes, s->len) == 0)
			return s->error;
	}
	if (left < MAGIC_BYTES &&
	    memcmp(r->data + r->pos, NEWC_MAGIC, (size_t)left) == 0)
		return CPIO_TRUNCATED_HEADER;
	return CPIO_BAD_MAGIC;
}

static bool has_magic(const struct cpio_reader *r)
{
	const u8 *p = r->data + r->pos;

	return r->size - r->pos >= MAGIC_BYTES &&
	       (memcmp(p, NEWC_MAGIC, MAGIC_BYTES) == 0 ||
		memcmp(p, NEWC_CRC_MAGIC, MAGIC_BYTES) == 0);
}

/* Eight digits; the offset of a bad one goes to *@bad. */
static bool parse_field(const u8 *p, u32 *out, u32 *bad)
{
	u32 value = 0;
	u32 i;

	for (i = 0; i < FIELD_DIGITS; i++) {
		int digit = char_digit_value((char)p[i]);

		if (digit < 0) {
			*bad = i;
			return false;
		}
		value = value << 4 | (u32)digit;
	}
	*out = value;
	return true;
}

static int read_fields(struct cpio_reader *r, u32 fields[NR_FIELDS])
{
	u64 at = r->pos + MAGIC_BYTES;
	u32 bad;
	int i;

	if (r->size - r->pos < HEADER_BYTES)
		return fail(r, CPIO_TRUNCATED_HEADER, r->pos);
	for (i = 0; i < NR_FIELDS; i++, at += FIELD_DIGITS) {
		if (!parse_field(r->data + at, &fields[i], &bad))
			return fail(r, CPIO_BAD_DIGIT, at + bad);
	}
	return 0;
}

static void fill_entry(struct cpio_reader *r, const u32 *fields,
		       struct cpio_entry *entry)
{
	*entry = (struct cpio_entry){
		.archive = r->archive,
		.ino = fields[FIELD_INO],
		.mode = fields[FIELD_MODE],
		.uid = fields[FIELD_UID],
		.gid = fields[FIELD_GID],
		.nlink = fields[FIELD_NLINK],
		.mtime = fields[FIELD_MTIME],
		.dev_major = fields[FIELD_DEVMAJOR],
		.dev_minor = fields[FIELD_DEVMINOR],
		.rdev_major = fields[FIELD_RDEVMAJOR],
		.rdev_minor = fields[FIELD_RDEVMINOR],
		.data_size = fields[FIELD_FILESIZE],
		.offset = r->pos,
	};
}

static int read_name(struct cpio_reader *r, u32 name_size,
		     struct cpio_entry *entry)
{
	u64 at = r->pos + HEADER_BYTES;

	if (name_size > PATH_MAX)
		return fail(r, CPIO_NAME_TOO_LONG, r->pos);
	if (name_size > r->size - at)
		return fail(r, CPIO_TRUNCATED_NAME, at);
	if (name_size == 0)
		return fail(r, CPIO_NAME_EMPTY, r->pos);
	entry->name = (const char *)(r->data + at);
	if (entry->name[name_size - 1] != '\0')
		return fail(r, CPIO_NAME_NOT_TERMINATED, at);
	entry->name_len = (u32)strlen(entry->name);
	if (entry->name_len == 0)
		return fail(r, CPIO_NAME_EMPTY, r->pos);
	return 0;
}

/* @at: where the data would begin. */
static int read_data(struct cpio_reader *r, u64 at, struct cpio_entry *entry)
{
	u32 size = entry->data_size;

	if (S_ISLNK(entry->mode) && size >= PATH_MAX)
		return fail(r, CPIO_SYMLINK_TOO_LONG, r->pos);
	if (size != 0 && (at > r->size || size > r->size - at))
		return fail(r, CPIO_TRUNCATED_DATA, min(at, r->size));
	entry->data = r->data + min(at, r->size);
	r->pos = min(ALIGN_UP(at + size, 4), r->size);
	return 0;
}

static u32 sum_bytes(const u8 *p, u32 len)
{
	u32 sum = 0;

	while (len-- != 0)
		sum += *p++;
	return sum;
}

static bool checksum_wrong(const struct cpio_reader *r, const u32 *fields,
			   const struct cpio_entry *entry)
{
	if (memcmp(r->data + entry->offset, NEWC_CRC_MAGIC, MAGIC_BYTES) != 0)
		return false;
	return S_ISREG(entry->mode) &&
	       sum_bytes(entry->data, entry->data_size) != fields[FIELD_CHECK];
}

/* Read the entry at r->pos, which begins with a magic. */
static int read_entry(struct cpio_reader *r, struct cpio_entry *entry)
{
	u32 fields[NR_FIELDS];
	u64 data_at;
	int err = read_fields(r, fields);

	if (err)
		return err;
	fill_entry(r, fields, entry);
	err = read_name(r, fields[FIELD_NAMESIZE], entry);
	if (err)
		return err;
	data_at = ALIGN_UP(r->pos + HEADER_BYTES + fields[FIELD_NAMESIZE], 4);
	err = read_data(r, data_at, entry);
	if (err)
		return err;
	if (checksum_wrong(r, fields, entry))
		return fail(r, CPIO_BAD_CHECKSUM, data_at);
	return 0;
}

/* Step over zero bytes, then look for a header: 1, 0 at the end, or error. */
static int find_header(struct cpio_reader *r)
{
	while (r->pos < r->size && r->data[r->pos] == 0)
		r->pos++;
	if (r->pos == r->size)
		return 0;
	if (!has_magic(r))
		return fail(r, name_garbage(r), r->pos);
	if (!IS_ALIGNED(r->pos, 4))
		return fail(r, CPIO_MISALIGNED, r->pos);
	if (!r->in_archive)
		r->archive++;
	r->in_archive = true;
	return 1;
}

int cpio_next(struct cpio_reader *r, struct cpio_entry *entry)
{
	if (r->error != CPIO_OK)
		return -EINVAL;
	for (;;) {
		int found = find_header(r);
		int err;

		if (found <= 0)
			return found;
		err = read_entry(r, entry);
		if (err)
			return err;
		if (strcmp(entry->name, TRAILER) != 0)
			return 1;
		r->in_archive = false;
	}
}
