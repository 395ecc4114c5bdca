/*
 * kernel/sys/futex2.c - the younger calls of futexes
 *
 * What:  futex_waitv, futex_wake, futex_wait, futex_requeue: the size of a
 *        word and its kind are in flags of their own, times are absolute.
 * Not:   waiting and waking: kernel/proc/futex.c, futex_many.c.
 * See:   futex(2); the kernel's documentation of futex2.
 */
#include "calls.h"

#include <mm/kmalloc.h>
#include <proc/futex.h>
#include <proc/timens.h>
#include <sched/wallclock.h>
#include "time_util.h"
#include <uapi/errno.h>
#include <uapi/futex.h>
#include <uapi/time.h>
#include <vm/uaccess.h>

/* Only words of 32 bits exist. */
static bool flags_ok(u64 flags)
{
	return !(flags & ~(u64)(FUTEX2_SIZE_MASK | FUTEX2_PRIVATE)) &&
	       (flags & FUTEX2_SIZE_MASK) == FUTEX2_SIZE_U32;
}

static int deadline_of(uptr_t uts, clockid_t clock, u64 *deadline_ns)
{
	struct timespec ts;
	u64 ns;
	int err;

	*deadline_ns = U64_MAX;
	if (!uts)
		return 0;
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
		return -EINVAL;
	if (timespec_from_user(&ts, uts))
		return -EFAULT;
	err = timespec_to_ns(&ts, &ns);
	if (err || ns == U64_MAX)
		return err;
	if (clock == CLOCK_MONOTONIC)
		*deadline_ns = timens_to_host(CLOCK_MONOTONIC, ns);
	else
		*deadline_ns = (s64)ns > wallclock_offset_ns() ?
			       ns - (u64)wallclock_offset_ns() : 0;
	return 0;
}

static int words_from_user(struct futex_word *words, uptr_t uwaiters, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		struct futex_waitv w;

		if (copy_from_user(&w, uwaiters + i * sizeof(w), sizeof(w)))
			return -EFAULT;
		if (!flags_ok(w.flags) || w.reserved || w.val > U32_MAX)
			return -EINVAL;
		words[i] = (struct futex_word){
			w.uaddr, (u32)w.val, w.flags & FUTEX2_PRIVATE,
		};
	}
	return 0;
}

long sys_futex_waitv(uptr_t uwaiters, u32 n, u32 flags, uptr_t uts,
		     clockid_t clock)
{
	struct futex_word *words;
	u64 deadline;
	long ret;

	if (flags || !n || n > FUTEX_WAITV_MAX || !uwaiters)
		return -EINVAL;
	ret = deadline_of(uts, clock, &deadline);
	if (ret)
		return ret;
	words = kcalloc(n, sizeof(*words));
	if (!words)
		return -ENOMEM;
	ret = words_from_user(words, uwaiters, n);
	if (!ret)
		ret = futex_wait_many(words, n, deadline);
	kfree(words);
	return ret;
}

long sys_futex_wake(uptr_t addr, u64 mask, int n, u32 flags)
{
	const struct futex_args a = {
		.addr = addr, .val = (u32)n, .val3 = (u32)mask,
		.op = FUTEX_WAKE_BITSET | (int)(flags & FUTEX2_PRIVATE),
	};

	if (!flags_ok(flags) || mask > U32_MAX || !mask)
		return -EINVAL;
	/* Unlike the older call, none means none. */
	return n ? futex_call(&a) : 0;
}

long sys_futex_wait(uptr_t addr, u64 val, u64 mask, u32 flags, uptr_t uts,
		    clockid_t clock)
{
	struct futex_args a = {
		.addr = addr, .val = (u32)val, .val3 = (u32)mask,
		.op = FUTEX_WAIT_BITSET | (int)(flags & FUTEX2_PRIVATE),
	};
	int err;

	if (!flags_ok(flags) || val > U32_MAX || mask > U32_MAX || !mask)
		return -EINVAL;
	err = deadline_of(uts, clock, &a.deadline_ns);
	return err ? err : futex_call(&a);
}

long sys_futex_requeue(uptr_t uwaiters, u32 flags, int nwake, int nmove)
{
	struct futex_args a = { .val = (u32)nwake, .val2 = (u32)nmove };
	struct futex_word w[2];
	int err;

	if (flags || !uwaiters)
		return -EINVAL;
	err = words_from_user(w, uwaiters, 2);
	if (err)
		return err;
	a.addr = w[0].addr;
	a.addr2 = w[1].addr;
	a.val3 = w[0].val;
	a.op = FUTEX_CMP_REQUEUE | (w[0].private ? FUTEX_PRIVATE_FLAG : 0);
	a.other_private = w[0].private != w[1].private;
	return futex_call(&a);
}
