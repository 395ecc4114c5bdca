/*
 * lib/format.c - formatted text into a buffer
 *
 * What:  reads the format once; each conversion is parsed into a struct spec,
 *        then printed by the function of its kind.
 * See:   include/lib/format.h; printf(3)
 */
#include <lib/format.h>

#include <lib/ctype.h>
#include <lib/string.h>

#define FLAG_LEFT 0x01u
#define FLAG_PLUS 0x02u
#define FLAG_SPACE 0x04u
#define FLAG_ALT 0x08u
#define FLAG_ZERO 0x10u
#define FLAG_UPPER 0x20u

/* A u64 in octal has 22 digits. */
#define MAX_DIGITS DECIMAL_MAX

/* The text so far: @pos counts what does not fit too. */
struct output {
	char *buf;
	size_t size;
	size_t pos;
};

enum length {
	LENGTH_CHAR,
	LENGTH_SHORT,
	LENGTH_INT,
	LENGTH_LONG,
};

struct spec {
	unsigned int flags;
	int width;
	/* Negative when not given. */
	int precision;
	enum length length;
	/* 8, 10 or 16, of a number. */
	unsigned int base;
};

/* One variable argument list, so that it can be passed by address. */
struct arguments {
	va_list list;
};

static void put_char(struct output *o, char c)
{
	if (o->pos < o->size)
		o->buf[o->pos] = c;
	o->pos++;
}

/* How much of @len more bytes fits. */
static inline size_t room_for(const struct output *o, size_t len)
{
	return o->pos < o->size ? min(len, o->size - o->pos) : 0;
}

static inline void put_repeated(struct output *o, char c, int count)
{
	if (count <= 0)
		return;
	memset(o->buf + o->pos, c, room_for(o, (size_t)count));
	o->pos += (size_t)count;
}

static inline void put_bytes(struct output *o, const char *s, size_t len)
{
	memcpy(o->buf + o->pos, s, room_for(o, len));
	o->pos += len;
}

/* Text with blanks to the left or to the right up to the width. */
static void put_padded(struct output *o, const struct spec *spec,
		       const char *s, size_t len)
{
	int pad = (size_t)spec->width > len ? spec->width - (int)len : 0;

	if (!(spec->flags & FLAG_LEFT))
		put_repeated(o, ' ', pad);
	put_bytes(o, s, len);
	if (spec->flags & FLAG_LEFT)
		put_repeated(o, ' ', pad);
}

static void put_string(struct output *o, const struct spec *spec,
		       const char *s)
{
	size_t max = spec->precision < 0 ? (size_t)INT_MAX :
					   (size_t)spec->precision;

	if (s == NULL)
		s = "(null)";
	put_padded(o, spec, s, strnlen(s, max));
}

/* The eight digits of @v, which is below 10^8, the first one in the lowest
 * byte: halves of it in the halves of a word, then those of each again, and of
 * each again. The factors are 2^20 / 100 and 2^10 / 10, rounded up. */
static inline u64 eight_digits(u64 v)
{
	u64 high;

	v = v / 10000 | v % 10000 << 32;
	high = v * 10486 >> 20 & 0x0000007f0000007ful;
	v = high | (v - high * 100) << 16;
	high = v * 103 >> 10 & 0x000f000f000f000ful;
	return high | (v - high * 10) << 8;
}

/* Digits of @value in front of @end, eight at a time; none for 0. Return: the
 * first; what is before it may be written too, in DECIMAL_MAX bytes. */
static char *decimal_before(char *end, u64 value)
{
	const u64 zeros = '0' * 0x0101010101010101ul;
	u64 digits;

	for (; value >= 100000000; value /= 100000000) {
		digits = eight_digits(value % 100000000) + zeros;
		end -= sizeof(digits);
		__builtin_memcpy(end, &digits, sizeof(digits));
	}
	if (!value)
		return end;
	digits = eight_digits(value);
	end -= sizeof(digits);
	value = digits + zeros;
	__builtin_memcpy(end, &value, sizeof(value));
	return end + __builtin_ctzll(digits) / 8;
}

/* The same for a base that is a power of two. */
static char *digits_before(char *end, const struct spec *spec, u64 value)
{
	const char *set = spec->flags & FLAG_UPPER ? "0123456789ABCDEF" :
						     "0123456789abcdef";
	unsigned int shift = spec->base == 16 ? 4 : 3;

	if (spec->base == 10)
		return decimal_before(end, value);
	for (; value != 0; value >>= shift)
		*--end = set[value & (spec->base - 1)];
	return end;
}

/*
 * Zeros between prefix and digits that the precision asks for; # makes the
 * first digit of an octal number a 0.
 */
static int zeros_before(const struct spec *spec, u64 value, int digits)
{
	int zeros = (spec->precision < 0 ? 1 : spec->precision) - digits;

	if (spec->base == 8 && (spec->flags & FLAG_ALT) && zeros <= 0 &&
	    (value != 0 || spec->precision == 0))
		return 1;
	return max(zeros, 0);
}

/* A number: sign or 0x, then zeros, then the digits. */
static void put_number(struct output *o, const struct spec *spec, u64 value,
		       const char *prefix)
{
	char digits[MAX_DIGITS];
	char *end = digits + MAX_DIGITS;
	char *first = digits_before(end, spec, value);
	int n = (int)(end - first);
	int prefix_len = *prefix ? (int)strlen(prefix) : 0;
	int zeros = zeros_before(spec, value, n);
	int pad = max(spec->width - prefix_len - zeros - n, 0);

	if ((spec->flags & FLAG_ZERO) && spec->precision < 0 &&
	    !(spec->flags & FLAG_LEFT)) {
		zeros += pad;
		pad = 0;
	}
	if (!(spec->flags & FLAG_LEFT))
		put_repeated(o, ' ', pad);
	if (prefix_len)
		put_bytes(o, prefix, (size_t)prefix_len);
	put_repeated(o, '0', zeros);
	put_bytes(o, first, (size_t)n);
	if (spec->flags & FLAG_LEFT)
		put_repeated(o, ' ', pad);
}

static void put_signed(struct output *o, const struct spec *spec, s64 value)
{
	const char *sign = "";

	if (value < 0)
		sign = "-";
	else if (spec->flags & FLAG_PLUS)
		sign = "+";
	else if (spec->flags & FLAG_SPACE)
		sign = " ";
	put_number(o, spec, value < 0 ? 0 - (u64)value : (u64)value, sign);
}

static void put_hex(struct output *o, struct spec *spec, u64 value)
{
	const char *prefix = "";

	spec->base = 16;
	if ((spec->flags & FLAG_ALT) && value != 0)
		prefix = spec->flags & FLAG_UPPER ? "0X" : "0x";
	put_number(o, spec, value, prefix);
}

static void put_pointer(struct output *o, struct spec *spec, const void *p)
{
	spec->precision = 16;
	spec->base = 16;
	put_number(o, spec, (u64)p, "0x");
}

static u64 take_unsigned(struct arguments *args, enum length length)
{
	if (length == LENGTH_LONG)
		return va_arg(args->list, u64);
	if (length == LENGTH_CHAR)
		return (u8)va_arg(args->list, unsigned int);
	if (length == LENGTH_SHORT)
		return (u16)va_arg(args->list, unsigned int);
	return va_arg(args->list, unsigned int);
}

static s64 take_signed(struct arguments *args, enum length length)
{
	if (length == LENGTH_LONG)
		return va_arg(args->list, s64);
	if (length == LENGTH_CHAR)
		return (s8)va_arg(args->list, int);
	if (length == LENGTH_SHORT)
		return (s16)va_arg(args->list, int);
	return va_arg(args->list, int);
}

static unsigned int flag_of(char c)
{
	switch (c) {
	case '-':
		return FLAG_LEFT;
	case '+':
		return FLAG_PLUS;
	case ' ':
		return FLAG_SPACE;
	case '#':
		return FLAG_ALT;
	case '0':
		return FLAG_ZERO;
	default:
		return 0;
	}
}

/* Digits, or * and an argument, in front of *@p; stops before overflow. */
static int parse_count(const char **p, struct arguments *args)
{
	int n = 0;

	if (**p == '*') {
		(*p)++;
		return va_arg(args->list, int);
	}
	for (; char_is_digit(**p); (*p)++) {
		if (n < INT_MAX / 10)
			n = n * 10 + (**p - '0');
	}
	return n;
}

static enum length parse_length(const char **p)
{
	char c = **p;

	if (c == 'h') {
		(*p)++;
		if (**p != 'h')
			return LENGTH_SHORT;
		(*p)++;
		return LENGTH_CHAR;
	}
	if (c != 'l' && c != 'z' && c != 'j' && c != 't')
		return LENGTH_INT;
	(*p)++;
	if (c == 'l' && **p == 'l')
		(*p)++;
	return LENGTH_LONG;
}

/* Everything between % and the letter of the conversion. */
static const char *parse_spec(const char *p, struct arguments *args,
			      struct spec *spec)
{
	unsigned int flag;

	*spec = (struct spec){ .precision = -1, .base = 10 };
	if (*p > '9') {
		spec->length = parse_length(&p);
		return p;
	}
	while ((flag = flag_of(*p)) != 0) {
		spec->flags |= flag;
		p++;
	}
	spec->width = parse_count(&p, args);
	if (spec->width < 0) {
		spec->flags |= FLAG_LEFT;
		spec->width = spec->width == INT_MIN ? INT_MAX : -spec->width;
	}
	if (*p == '.') {
		p++;
		spec->precision = parse_count(&p, args);
	}
	spec->length = parse_length(&p);
	return p;
}

/* False when the letter is none of ours; nothing is printed then. */
static bool put_conversion(struct output *o, struct spec *spec, char letter,
			   struct arguments *args)
{
	char c;

	switch (letter) {
	case 'd':
	case 'i':
		put_signed(o, spec, take_signed(args, spec->length));
		return true;
	case 'u':
		put_number(o, spec, take_unsigned(args, spec->length), "");
		return true;
	case 'o':
		spec->base = 8;
		put_number(o, spec, take_unsigned(args, spec->length), "");
		return true;
	case 'X':
		spec->flags |= FLAG_UPPER;
		put_hex(o, spec, take_unsigned(args, spec->length));
		return true;
	case 'x':
		put_hex(o, spec, take_unsigned(args, spec->length));
		return true;
	case 'c':
		c = (char)va_arg(args->list, int);
		put_padded(o, spec, &c, 1);
		return true;
	case 's':
		put_string(o, spec, va_arg(args->list, const char *));
		return true;
	case 'p':
		put_pointer(o, spec, va_arg(args->list, const void *));
		return true;
	case '%':
		put_char(o, '%');
		return true;
	default:
		return false;
	}
}

static void format_all(struct output *o, const char *fmt,
		       struct arguments *args)
{
	for (;;) {
		const char *start = fmt;
		struct spec spec;

		while (*fmt != '\0' && *fmt != '%')
			fmt++;
		if (fmt != start)
			put_bytes(o, start, (size_t)(fmt - start));
		if (*fmt == '\0')
			return;
		start = fmt++;
		fmt = parse_spec(fmt, args, &spec);
		if (*fmt != '\0' && put_conversion(o, &spec, *fmt, args))
			fmt++;
		else
			put_bytes(o, start, (size_t)(fmt - start));
	}
}

char *format_decimal(char *end, u64 value)
{
	if (value < 10) {
		*--end = (char)('0' + value);
		return end;
	}
	return decimal_before(end, value);
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct output o = { .buf = buf, .size = size };
	struct arguments copy;

	va_copy(copy.list, args);
	format_all(&o, fmt, &copy);
	va_end(copy.list);
	if (size != 0)
		buf[min(o.pos, size - 1)] = '\0';
	return (int)min(o.pos, (size_t)INT_MAX);
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int len = vsnprintf(buf, size, fmt, args);

	if (size == 0)
		return 0;
	return (size_t)len < size ? len : (int)(size - 1);
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}
