/*
 * tests/user/lib/slabs.c - numbers of kernel objects before and after
 *
 * What:  reads lines "name active total ..." after two heads.
 */
#include "slabs.h"

#include "proc.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

#define DRAIN	"/proc/nidus/drain"

int slabs_exact(void)
{
	return proc_exists(DRAIN);
}

void slabs_read(struct slabs *slabs)
{
	static char text[65536];
	char *line, *rest = text;

	slabs->count = 0;
	proc_write(DRAIN, "1");
	if (proc_read("/proc/slabinfo", text, sizeof(text)) < 0)
		return;
	while ((line = strsep(&rest, "\n")) && slabs->count < SLABS_MAX) {
		int at = slabs->count;

		if (!strncmp(line, "slabinfo", 8) || line[0] == '#')
			continue;
		if (sscanf(line, "%39s %ld", slabs->cache[at].name,
			   &slabs->cache[at].active) == 2)
			slabs->count++;
	}
}

/* objects of a cache, 0 if it is not there */
static long active(const struct slabs *slabs, const char *name)
{
	for (int i = 0; i < slabs->count; i++)
		if (!strcmp(slabs->cache[i].name, name))
			return slabs->cache[i].active;
	return 0;
}

int slabs_grown(const struct slabs *before, const struct slabs *after,
		long slack)
{
	int count = 0;

	for (int i = 0; i < after->count; i++) {
		const char *name = after->cache[i].name;
		long more = after->cache[i].active - active(before, name);

		/* The table of numbers grows with the largest one ever given,
		 * by design. */
		if (more <= slack || !strncmp(name, "slab_mag", 8) ||
		    !strcmp(name, "pid_node"))
			continue;
		test_note(name, more);
		count++;
	}
	return count;
}
