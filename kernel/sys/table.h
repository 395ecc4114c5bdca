/*
 * kernel/sys/table.h - what a system-call number means
 */
#ifndef SYS_TABLE_H
#define SYS_TABLE_H

#include <arch/upcall.h>
#include <uapi/syscall_nr.h>

/* Every call takes up to six words and returns a value or -errno; the table
 * stores it without its type. */
typedef void (*syscall_any)(void);
typedef long (*syscall_fn)(u64 a, u64 b, u64 c, u64 d, u64 e, u64 f);

/* Of a number below NR_SYSCALLS without a line in the table; "?": of none. */
const char *syscall_absent_name(u64 nr);

static_assert(sizeof(struct syscall_entry) == 24, "see syscall_entry.asm");

#endif
