/*
 * include/lib/ctype.h - classes of ASCII characters
 *
 * What:  tests that are the same in every locale; bytes from 0x80 up belong
 *        to no class.
 */
#ifndef LIB_CTYPE_H
#define LIB_CTYPE_H

#include <lib/types.h>

static inline bool char_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool char_is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool char_is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool char_is_alpha(char c)
{
	return char_is_upper(c) || char_is_lower(c);
}

static inline bool char_is_alnum(char c)
{
	return char_is_alpha(c) || char_is_digit(c);
}

/* Blank, tab, newline, vertical tab, form feed, carriage return. */
static inline bool char_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* What a terminal shows as one cell, the blank included. */
static inline bool char_is_print(char c)
{
	return c >= ' ' && c <= '~';
}

static inline char char_to_lower(char c)
{
	return char_is_upper(c) ? (char)(c + ('a' - 'A')) : c;
}

static inline char char_to_upper(char c)
{
	return char_is_lower(c) ? (char)(c - ('a' - 'A')) : c;
}

/* Value of a digit in a base up to 16, or -1 when @c is none. */
static inline int char_digit_value(char c)
{
	if (char_is_digit(c))
		return c - '0';
	c = char_to_lower(c);
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

#endif
