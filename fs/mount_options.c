/*
 * fs/mount_options.c - the text that mount(2) hands to a file system
 *
 * Life:  the text is cut into words in a copy, which is freed at once.
 * See:   include/fs/mount_options.h
 */
#include <fs/mount_options.h>

#include <lib/parse.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <uapi/errno.h>
#include <uapi/stat.h>

/* Cut the string at @c: what is behind it, or NULL. */
static char *cut(char *text, char c)
{
	char *at = strchr(text, c);

	if (at)
		*at++ = '\0';
	return at;
}

int mount_options_each(const char *data, mount_option_fn *fn, void *arg)
{
	char *copy = kstrdup(data);
	char *at = copy;
	int err = copy ? 0 : -ENOMEM;

	while (!err && at) {
		char *next = cut(at, ',');
		char *value = cut(at, '=');

		if (*at)
			err = fn(arg, at, value);
		at = next;
	}
	kfree(copy);
	return err;
}

int mount_option_mode(const char *value, mode_t *out)
{
	mode_t mode = 0;

	if (!*value)
		return -EINVAL;
	for (; *value; value++) {
		if (*value < '0' || *value > '7' || mode > S_IALLUGO)
			return -EINVAL;
		mode = mode * 8 + (mode_t)(*value - '0');
	}
	*out = mode & S_IALLUGO;
	return 0;
}

int mount_option_id(const char *value, u32 *out)
{
	u64 n;

	if (parse_u64(value, &n) || n >= U32_MAX)
		return -EINVAL;
	*out = (u32)n;
	return 0;
}
