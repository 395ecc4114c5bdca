/*
 * include/lib/parse.h - checked numbers and the kernel command line
 *
 * What:  whole-string conversions that refuse what they do not understand,
 *        and an iterator over the words of a command line.
 * Locks: none. Context: any.
 * See:   bootparam(7); proc(5) for the numbers written to /proc files.
 */
#ifndef LIB_PARSE_H
#define LIB_PARSE_H

#include <lib/types.h>

/*
 * parse_u64, parse_s64 - convert a whole string
 * @s:       decimal digits, or 0x and hexadecimal digits; one + in front, and
 *           for parse_s64 one -; one newline may end it
 * @out:     set on success only
 * Return:   0, -EINVAL (empty, or another character), -ERANGE (too large)
 */
MUST_CHECK int parse_u64(const char *s, u64 *out);
MUST_CHECK int parse_s64(const char *s, s64 *out);
/* The same for int. */
MUST_CHECK int parse_int(const char *s, int *out);

/*
 * parse_number - convert the digits at the start of a string
 * @s:       as parse_u64, but no sign, and anything may follow
 * @end:     set to the first character that is not a digit
 * Return:   0, -EINVAL (no digit), -ERANGE (too large)
 */
MUST_CHECK int parse_number(const char *s, const char **end, u64 *out);

/* A size in bytes: as parse_u64 with one of the suffixes K M G T (1024^n). */
MUST_CHECK int parse_size(const char *s, u64 *out);

/* A walk over a command line; the line is cut into words in place. */
struct cmdline {
	char *pos;
	bool after_dashes;
};

struct cmdline_word {
	/* The word without its quotes, terminated; inside the line. */
	char *text;
	/* Bytes of @text before the first =, or all of it. */
	size_t key_len;
	/* After that =, inside @text; NULL when there is no =. */
	char *value;
	/* The word stands behind a word --, which is itself left out. */
	bool after_dashes;
};

void cmdline_init(struct cmdline *it, char *line);

/*
 * cmdline_next - cut off the next word
 *
 * Words are separated by blanks. Double quotes around a word or around a
 * value keep blanks in it and are removed.
 * Return:   true and *@word; false at the end of the line
 */
bool cmdline_next(struct cmdline *it, struct cmdline_word *word);

/* True when the key is @name; - and _ are the same. */
bool cmdline_key_is(const struct cmdline_word *word, const char *name);

#endif
