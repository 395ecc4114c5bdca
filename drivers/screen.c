/*
 * drivers/screen.c - the text screen as log sink and terminal
 */
#include "screen.h"

#include <uapi/errno.h>

bool screen_early(void)
{
	return false;
}

int screen_init(struct tty **out)
{
	(void)out;
	return -ENODEV;
}
