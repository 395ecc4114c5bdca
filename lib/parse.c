/*
 * lib/parse.c - checked numbers and the kernel command line
 *
 * See:   include/lib/parse.h; bootparam(7)
 */
#include <lib/parse.h>

#include <lib/ctype.h>
#include <lib/string.h>
#include <uapi/errno.h>

int parse_number(const char *s, const char **end, u64 *out)
{
	unsigned int base = 10;
	bool overflow = false;
	u64 value = 0;
	const char *p;
	int digit;

	if (s[0] == '0' && char_to_lower(s[1]) == 'x' &&
	    char_digit_value(s[2]) >= 0) {
		base = 16;
		s += 2;
	}
	for (p = s; (digit = char_digit_value(*p)) >= 0; p++) {
		if (digit >= (int)base)
			break;
		overflow |= mul_overflow(value, base, &value);
		overflow |= add_overflow(value, (u64)digit, &value);
	}
	*end = p;
	if (p == s)
		return -EINVAL;
	if (overflow)
		return -ERANGE;
	*out = value;
	return 0;
}

/* Is this the end of a string, perhaps after one newline? */
static bool at_end(const char *p)
{
	return p[0] == '\0' || (p[0] == '\n' && p[1] == '\0');
}

int parse_u64(const char *s, u64 *out)
{
	const char *end;
	u64 value = 0;
	int err;

	if (*s == '+')
		s++;
	err = parse_number(s, &end, &value);
	if (err != -EINVAL && !at_end(end))
		return -EINVAL;
	if (err)
		return err;
	*out = value;
	return 0;
}

int parse_s64(const char *s, s64 *out)
{
	bool negative = *s == '-';
	u64 limit = (u64)S64_MAX + negative;
	u64 value;
	int err;

	if (negative && s[1] == '+')
		return -EINVAL;
	err = parse_u64(s + negative, &value);
	if (err)
		return err;
	if (value > limit)
		return -ERANGE;
	*out = (s64)(negative ? 0 - value : value);
	return 0;
}

int parse_int(const char *s, int *out)
{
	s64 value;
	int err = parse_s64(s, &value);

	if (err)
		return err;
	if (value < INT_MIN || value > INT_MAX)
		return -ERANGE;
	*out = (int)value;
	return 0;
}

/* log2 of what a suffix multiplies with; -1 when it is none. */
static int suffix_shift(char c)
{
	switch (char_to_lower(c)) {
	case 'k':
		return 10;
	case 'm':
		return 20;
	case 'g':
		return 30;
	case 't':
		return 40;
	default:
		return -1;
	}
}

int parse_size(const char *s, u64 *out)
{
	const char *end;
	u64 value = 0;
	int shift;
	int err = parse_number(s, &end, &value);

	if (err == -EINVAL)
		return err;
	shift = suffix_shift(*end);
	if (!at_end(shift < 0 ? end : end + 1))
		return -EINVAL;
	if (err)
		return err;
	if (shift > 0 && mul_overflow(value, 1ul << shift, &value))
		return -ERANGE;
	*out = value;
	return 0;
}

void cmdline_init(struct cmdline *it, char *line)
{
	it->pos = line;
	it->after_dashes = false;
}

/* End of the word that starts at @p: the next blank outside quotes. */
static char *word_end(char *p)
{
	bool quoted = false;

	for (; *p != '\0'; p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (!quoted && char_is_space(*p))
			break;
	}
	return p;
}

/* Remove a quote from both ends of a string; returns its new start. */
static char *strip_quotes(char *s)
{
	size_t len;

	if (*s != '"')
		return s;
	s++;
	len = strlen(s);
	if (len != 0 && s[len - 1] == '"')
		s[len - 1] = '\0';
	return s;
}

/* Fill in key and value; moves the value over a quote that is removed. */
static void split_word(char *text, struct cmdline_word *word)
{
	char *equals = strchr(text, '=');
	char *value;

	word->text = text;
	word->value = NULL;
	word->key_len = strlen(text);
	if (equals == NULL)
		return;
	word->key_len = (size_t)(equals - text);
	word->value = equals + 1;
	value = strip_quotes(word->value);
	if (value != word->value)
		memmove(word->value, value, strlen(value) + 1);
}

bool cmdline_next(struct cmdline *it, struct cmdline_word *word)
{
	for (;;) {
		char *start = it->pos;
		char *end;

		while (char_is_space(*start))
			start++;
		end = word_end(start);
		it->pos = *end == '\0' ? end : end + 1;
		if (start == end)
			return false;
		*end = '\0';
		if (it->after_dashes || strcmp(start, "--") != 0) {
			split_word(strip_quotes(start), word);
			word->after_dashes = it->after_dashes;
			return true;
		}
		it->after_dashes = true;
	}
}

static char key_char(char c)
{
	return c == '-' ? '_' : c;
}

bool cmdline_key_is(const struct cmdline_word *word, const char *name)
{
	size_t i;

	for (i = 0; i < word->key_len; i++) {
		if (name[i] == '\0' ||
		    key_char(name[i]) != key_char(word->text[i]))
			return false;
	}
	return name[i] == '\0';
}
