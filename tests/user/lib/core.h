/*
 * tests/user/lib/core.h - processes that dump core, and the files they leave
 *
 * What:  each test begins with core_begin; its children tell their parent of
 *        themselves in `told`, and dump into the file "core".
 * See:   core(5), elf(5)
 */
#ifndef TESTS_USER_CORE_H
#define TESTS_USER_CORE_H

#include "sys.h"

#include <elf.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

#define CORE_PATTERN	"/proc/sys/kernel/core_pattern"
#define CORE_USES_PID	"/proc/sys/kernel/core_uses_pid"
#define CORE_FILTER	"/proc/self/coredump_filter"
#define CORE_MAGIC	0x6e69647573636f72ul
#define CORE_PAGE	4096ul
#define XSAVE_LAYOUT	0x205u		/* type of a note, Linux 6.12 */
/* the wait status of who died by @sig and left a file */
#define CORE(sig)	((sig) | 0x80)

/* What child and parent tell each other; core_begin makes it. */
extern struct told {
	pid_t tids[8];
	int ready;
	int go;
	unsigned long addr[16];
	unsigned long auxv[64];
	ssize_t auxv_bytes;
} *told;

/* a core file, mapped */
struct core {
	const unsigned char *bytes;
	size_t size;
	const Elf64_Ehdr *eh;
	const Elf64_Phdr *ph;
};

/* the settings of a fresh machine */
void core_begin(void);
/* RLIMIT_CORE of the caller */
void core_allow(rlim_t bytes);
void core_pattern(const char *text);
/* for child_start: die by the signal @sig, without limit */
int core_dies(void *sig);
/* run @fn in a child, the old file away: its wait status */
int core_status(int (*fn)(void *arg), long arg);
/* registers with @mark in them, then an illegal instruction, or a sleep */
void core_marked(unsigned long mark, int dying);
/* a thread that tells its number in slot @slot, and sleeps, marked */
int core_sleeper(void *slot);

struct core core_open(const char *path);
void core_close(struct core *c);
/* the @nth note of this type; NULL: no more. @len may be NULL */
const void *core_note(const struct core *c, unsigned int type,
		      unsigned int nth, size_t *len);
/* the segment that has @addr, or NULL */
const Elf64_Phdr *core_segment(const struct core *c, unsigned long addr);
/* the word at @addr of the dead process; 0: it is not in the file */
unsigned long core_word(const struct core *c, unsigned long addr);
unsigned int core_threads(const struct core *c);

#endif
