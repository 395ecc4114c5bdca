/*
 * include/proc/futex.h - fast user-space locks
 * See: futex(2), get_robust_list(2).
 */
#ifndef PROC_FUTEX_H
#define PROC_FUTEX_H

#include <lib/types.h>

struct task;

void futex_init(void);
struct futex_args {
	uptr_t addr, addr2;
	int op;			/* FUTEX_* with PRIVATE and CLOCK flags */
	u32 val, val2, val3;
	u64 deadline_ns;	/* U64_MAX: for ever */
};
long futex_call(const struct futex_args *a);
/* Wake up to @n waiters of a shared or private word (exit, clear_child_tid). */
int futex_wake_user(uptr_t addr, u32 n);
/* Walk the robust list of the dying current task. */
void futex_exit(struct task *t);

#endif
