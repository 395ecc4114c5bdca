/*
 * kernel/sys/table.h - what a system-call number means
 */
#ifndef SYS_TABLE_H
#define SYS_TABLE_H

#include <lib/types.h>
#include <uapi/syscall_nr.h>

/* Every call takes up to six words and returns a value or -errno; the table
 * stores it without its type. */
typedef void (*syscall_any)(void);
typedef long (*syscall_fn)(u64 a, u64 b, u64 c, u64 d, u64 e, u64 f);

struct syscall_entry {
	syscall_any fn;		/* NULL: -ENOSYS */
	const char *name;
	u32 nargs;
};

extern const struct syscall_entry syscall_table[NR_SYSCALLS];

#endif
