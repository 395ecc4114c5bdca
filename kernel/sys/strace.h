/*
 * kernel/sys/strace.h - the log of strace=1
 *
 * What:  a line a call, in the words of strace(1); two, with "unfinished" and
 *        "resumed", when another call or a second comes between.
 * See:   docs/syscalls.md
 */
#ifndef SYS_STRACE_H
#define SYS_STRACE_H

#include <arch/thread.h>
#include <fs/seq_buf.h>
#include <lib/list.h>
#include "table.h"

struct signal_log;

struct strace_call {
	const char *name;	/* [I] */
	struct seq_buf text;	/* [strace] not printed yet */
	u64 arg[6];		/* [I] what the program passed */
	u64 nr;			/* [I] */
	u32 nargs;		/* [I] */
	pid_t tid;		/* [I] */
	u32 shown;		/* [c] arguments in the text so far */
};

/* Around a call. Context: task, may sleep (user memory is read). */
OPTIONAL void strace_enter(struct strace_call *c, struct regs *r,
			   const struct syscall_entry *e);
OPTIONAL void strace_leave(struct strace_call *c, long ret);

/* Any other line of the current thread. Context: siglock may be held. */
void strace_event(const char *text);
/* Signals and ends of threads. */
OPTIONAL extern const struct signal_log strace_signals;

/*
 * strace_show_enter - "name(arguments" up to the first one that only the
 * call itself fills in; true: it does not come back, or not to this program
 */
bool strace_show_enter(struct strace_call *c);
/* The other arguments, and " = result". */
void strace_show_leave(struct strace_call *c, long ret);

/* One kind of flags: bits, or values if @values. Ends with a NULL name. */
struct strace_flag {
	const char *name;
	u64 bits;
	u64 mask;		/* 0: @bits; else they are equal under it */
};
const struct strace_flag *strace_flags(char kind);
/* One letter for each argument; NULL: all are shown in hexadecimal. */
const char *strace_signature(u64 nr);
/* "ENOENT", "SIGINT", or NULL. */
const char *strace_errno(u32 err);
const char *strace_signal(u32 sig);

#endif
