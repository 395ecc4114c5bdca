/*
 * kernel/sys/prctl_hints.c - prctl: hints to memory management, and what
 *        /proc tells of a program
 *
 * What:  PR_SET_THP_DISABLE, PR_MCE_KILL, PR_SET_IO_FLUSHER are kept and told:
 *        there are no huge pages, no memory errors are reported and nothing
 *        is written back. PR_SET_MM moves what /proc shows as arguments,
 *        environment, code and data.
 * Locks: aspace->lock for the addresses.
 * See:   prctl(2).
 */
#include "prctl_cap.h"

#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/prctl.h>
#include <vm/aspace.h>

static bool any(u64 a, u64 b, u64 c)
{
	return (a | b | c) != 0;
}

static long huge_pages(int option, const struct prctl_args *a)
{
	struct aspace *as = current_task()->aspace;

	if (any(a->arg3, a->arg4, a->arg5))
		return -EINVAL;
	if (option == PR_GET_THP_DISABLE)
		return a->arg2 ? -EINVAL : (long)READ_ONCE(as->no_huge);
	WRITE_ONCE(as->no_huge, a->arg2 != 0);
	return 0;
}

static long memory_errors_set(const struct prctl_args *a)
{
	struct task *t = current_task();

	if (a->arg4 | a->arg5)
		return -EINVAL;
	if (a->arg2 == PR_MCE_KILL_CLEAR && !a->arg3) {
		t->hints &= ~(u32)HINT_MCE_OWN;
		return 0;
	}
	if (a->arg2 != PR_MCE_KILL_SET)
		return -EINVAL;
	/* Linux changes this much even if the rest is wrong. */
	t->hints |= HINT_MCE_OWN;
	if (a->arg3 == PR_MCE_KILL_EARLY)
		t->hints |= HINT_MCE_EARLY;
	else if (a->arg3 == PR_MCE_KILL_LATE)
		t->hints &= ~(u32)HINT_MCE_EARLY;
	else if (a->arg3 == PR_MCE_KILL_DEFAULT)
		t->hints &= ~(u32)(HINT_MCE_EARLY | HINT_MCE_OWN);
	else
		return -EINVAL;
	return 0;
}

static long memory_errors_get(const struct prctl_args *a)
{
	u32 hints = current_task()->hints;

	if (a->arg2 || any(a->arg3, a->arg4, a->arg5))
		return -EINVAL;
	if (!(hints & HINT_MCE_OWN))
		return PR_MCE_KILL_DEFAULT;
	return hints & HINT_MCE_EARLY ? PR_MCE_KILL_EARLY : PR_MCE_KILL_LATE;
}

static long io_flusher(int option, const struct prctl_args *a)
{
	struct task *t = current_task();

	if (!capable(CAP_SYS_RESOURCE))
		return -EPERM;
	if (any(a->arg3, a->arg4, a->arg5))
		return -EINVAL;
	if (option == PR_GET_IO_FLUSHER)
		return a->arg2 ? -EINVAL : (t->hints & HINT_IO_FLUSHER) != 0;
	if (a->arg2 > 1)
		return -EINVAL;
	t->hints = (t->hints & ~(u32)HINT_IO_FLUSHER) |
		   (a->arg2 ? HINT_IO_FLUSHER : 0);
	return 0;
}

/* ------------------------------------------------------------------- places */

/* The words of PR_SET_MM, in the order of the operations. */
struct places {
	u64 start_code, end_code, start_data, end_data;
	u64 arg_start, arg_end, env_start, env_end;
};

static bool in_order(const struct places *p)
{
	return p->start_code < p->end_code && p->start_data <= p->end_data &&
	       p->arg_start <= p->arg_end && p->env_start <= p->env_end;
}

static u64 *place_of(struct places *p, u64 what)
{
	switch (what) {
	case PR_SET_MM_START_CODE:
		return &p->start_code;
	case PR_SET_MM_END_CODE:
		return &p->end_code;
	case PR_SET_MM_START_DATA:
		return &p->start_data;
	case PR_SET_MM_END_DATA:
		return &p->end_data;
	case PR_SET_MM_ARG_START:
		return &p->arg_start;
	case PR_SET_MM_ARG_END:
		return &p->arg_end;
	case PR_SET_MM_ENV_START:
		return &p->env_start;
	case PR_SET_MM_ENV_END:
		return &p->env_end;
	}
	return NULL;
}

/* aspace->lock held. */
static void places_get(const struct aspace *as, struct places *p)
{
	*p = (struct places){
		as->code_start, as->code_end, as->data_start, as->data_end,
		as->arg_start, as->arg_end, as->env_start, as->env_end,
	};
}

static void places_set(struct aspace *as, const struct places *p)
{
	as->code_start = p->start_code;
	as->code_end = p->end_code;
	as->data_start = p->start_data;
	as->data_end = p->end_data;
	as->arg_start = p->arg_start;
	as->arg_end = p->arg_end;
	as->env_start = p->env_start;
	as->env_end = p->env_end;
}

static long set_place(const struct prctl_args *a)
{
	struct aspace *as = current_task()->aspace;
	struct places p;
	u64 *place = place_of(&p, a->arg2);
	long err = -EINVAL;

	if (a->arg4 | a->arg5)
		return -EINVAL;
	if (!capable(CAP_SYS_RESOURCE))
		return -EPERM;
	if (!place || a->arg3 >= USER_END || a->arg3 < VM_MMAP_MIN_ADDR)
		return -EINVAL;
	mutex_lock(&as->lock);
	places_get(as, &p);
	*place = a->arg3;
	if (in_order(&p)) {
		places_set(as, &p);
		err = 0;
	}
	mutex_unlock(&as->lock);
	return err;
}

long prctl_hint(int option, const struct prctl_args *a)
{
	switch (option) {
	case PR_SET_THP_DISABLE:
	case PR_GET_THP_DISABLE:
		return huge_pages(option, a);
	case PR_MCE_KILL:
		return memory_errors_set(a);
	case PR_MCE_KILL_GET:
		return memory_errors_get(a);
	case PR_SET_IO_FLUSHER:
	case PR_GET_IO_FLUSHER:
		return io_flusher(option, a);
	case PR_SET_MM:
		return set_place(a);
	}
	return -EINVAL;
}
