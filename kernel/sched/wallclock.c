/*
 * kernel/sched/wallclock.c - the time of day
 *
 * What:  one offset between the time since boot and the time of day.
 * Locks: the adjustment is one atomic word, 0 until somebody sets the clock.
 * Not:   the machine's clock (arch/x86_64/rtc.c), which is only read.
 * See:   clock_settime(2), time(7).
 */
#include <sched/wallclock.h>

#include <arch/clock.h>
#include <arch/vdso.h>

static struct atomic64 adjustment_ns;	/* [a] on top of the boot's */
static struct atomic settings;		/* [a] */
static struct wait_queue changed = WAIT_QUEUE_INIT(changed);

s64 wallclock_offset_ns(void)
{
	return (s64)clock_boot_epoch_ns() + atomic_read(&adjustment_ns);
}

u64 wallclock_now_ns(void)
{
	return clock_now_ns() + (u64)wallclock_offset_ns();
}

void wallclock_set(u64 now_ns)
{
	s64 offset = (s64)(now_ns - clock_now_ns());

	atomic_set(&adjustment_ns, offset - (s64)clock_boot_epoch_ns());
	arch_vdso_update(offset);
	atomic_inc(&settings);
	wake_all(&changed);
}

u32 wallclock_settings(void)
{
	return (u32)atomic_read(&settings);
}

struct wait_queue *wallclock_changed(void)
{
	return &changed;
}
