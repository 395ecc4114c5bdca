/*
 * include/proc/futex.h - fast user-space locks, an optional facility
 * See: futex(2), get_robust_list(2).
 */
#ifndef PROC_FUTEX_H
#define PROC_FUTEX_H

#include <lib/types.h>

struct task;

OPTIONAL void futex_init(void);
struct futex_args {
	uptr_t addr, addr2;
	int op;			/* FUTEX_* with PRIVATE and CLOCK flags */
	bool other_private;	/* PRIVATE is the other way round for addr2 */
	u32 val, val2, val3;
	u64 deadline_ns;	/* U64_MAX: for ever */
};
long futex_call(const struct futex_args *a);
/* futex_waitv(2): sleep on @n words at once. Return: index of one that was
 * woken, -EAGAIN (a word has another value), -ETIMEDOUT, -ERESTARTSYS,
 * -EINVAL, -EFAULT, -ENOMEM. */
struct futex_word {
	uptr_t addr;
	u32 val;
	bool private;
};
OPTIONAL long futex_wait_many(const struct futex_word *words, u32 n,
			      u64 deadline_ns);
/* Wake up to @n waiters of a shared or private word (exit, clear_child_tid). */
OPTIONAL int futex_wake_user(uptr_t addr, u32 n);
/* Walk the robust list of the dying current task. */
OPTIONAL void futex_exit(struct task *t);

#endif
