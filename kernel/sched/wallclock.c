/*
 * kernel/sched/wallclock.c - the time of day
 *
 * What:  one offset between the time since boot and the time of day, which
 *        stays, or runs away at a rate.
 * Locks: the adjustment is one atomic word, 0 until somebody sets the clock.
 *        [S] slew.lock (RANK_TIMER, interrupts off): who changes the rate or
 *        the adjustment; read under slew.count.
 * Not:   the machine's clock (arch/x86_64/rtc.c), which is only read.
 * See:   clock_settime(2), adjtimex(2), time(7).
 */
#include <sched/wallclock.h>

#include <arch/clock.h>
#include <arch/vdso.h>
#include <core/seqlock.h>
#include <core/spinlock.h>

static struct atomic64 adjustment_ns;	/* [a] on top of the boot's */
static s64 coarse_s;			/* [a] */
static struct atomic settings;		/* [a] */
static struct wait_queue changed = WAIT_QUEUE_INIT(changed);

/* How fast what is left to make up for is made up: 500 ppm. */
#define MAKE_UP_PART 2000

static struct {
	struct spinlock lock;
	struct seqcount count;
	bool on;		/* [a] there is a rate, or something to make up
				   for */
	u64 since_ns;		/* [S] when it began */
	s64 rate;		/* [S] ns in each second */
	s64 make_up_ns;		/* [S] to be made up for, then */
	s32 tai;		/* [a] seconds that CLOCK_TAI is ahead */
} slew = { .lock = SPINLOCK_INIT("slew", RANK_TIMER) };

/* What was made up for in @elapsed_ns. [S] */
static s64 made_up(u64 elapsed_ns)
{
	s64 most = (s64)(elapsed_ns / MAKE_UP_PART);

	return clamp_s64(slew.make_up_ns, -most, most);
}

/* How far the clock has run away by @now_ns. [S] */
static s64 slewed(u64 now_ns)
{
	u64 elapsed = now_ns - slew.since_ns;
	s64 seconds = (s64)(elapsed / NSEC_PER_SEC);
	s64 part = (s64)(elapsed % NSEC_PER_SEC);

	return seconds * slew.rate + part * slew.rate / NSEC_PER_SEC +
	       made_up(elapsed);
}

s64 wallclock_offset_ns(void)
{
	s64 boot = (s64)clock_boot_epoch_ns();
	u32 seq;
	s64 ns;

	if (likely(!READ_ONCE(slew.on)))
		return boot + atomic_read(&adjustment_ns);
	do {
		seq = seq_read_begin(&slew.count);
		ns = atomic_read(&adjustment_ns) + slewed(clock_now_ns());
	} while (seq_read_retry(&slew.count, seq));
	return boot + ns;
}

u64 wallclock_now_ns(void)
{
	return clock_now_ns() + (u64)wallclock_offset_ns();
}

void wallclock_tick(u64 now_ns)
{
	s64 now_s = ((s64)now_ns + wallclock_offset_ns()) / (s64)NSEC_PER_SEC;

	if (now_s != READ_ONCE(coarse_s))
		WRITE_ONCE(coarse_s, now_s);
}

s64 wallclock_coarse_s(void)
{
	return READ_ONCE(coarse_s);
}

/* What was run away so far becomes part of the adjustment: begin again from
 * here. [S], in the sequence count */
static void slew_restart(u64 now_ns)
{
	s64 done = made_up(now_ns - slew.since_ns);

	atomic_add(&adjustment_ns, slewed(now_ns));
	slew.make_up_ns -= done;
	slew.since_ns = now_ns;
}

static u64 slew_begin(void)
{
	u64 flags = spin_lock_irqsave(&slew.lock);

	seq_write_begin(&slew.count);
	slew_restart(clock_now_ns());
	return flags;
}

static void slew_end(u64 flags)
{
	WRITE_ONCE(slew.on, slew.rate || slew.make_up_ns);
	seq_write_end(&slew.count);
	if (arch_vdso_ask)
		arch_vdso_ask(slew.on || slew.tai);
	if (arch_vdso_update)
		arch_vdso_update((s64)clock_boot_epoch_ns() +
				 atomic_read(&adjustment_ns));
	spin_unlock_irqrestore(&slew.lock, flags);
}

void wallclock_set_rate(s64 ppm_16)
{
	u64 flags = slew_begin();

	slew.rate = ppm_16 * NSEC_PER_USEC / (1 << 16);
	slew_end(flags);
}

void wallclock_make_up(s64 ns)
{
	u64 flags = slew_begin();

	slew.make_up_ns = ns;
	slew_end(flags);
}

s64 wallclock_to_make_up(void)
{
	u64 flags = slew_begin();
	s64 ns = slew.make_up_ns;

	slew_end(flags);
	return ns;
}

void wallclock_set_tai(s32 seconds)
{
	u64 flags = slew_begin();

	WRITE_ONCE(slew.tai, seconds);
	slew_end(flags);
}

s32 wallclock_tai(void)
{
	return READ_ONCE(slew.tai);
}

void wallclock_set(u64 now_ns)
{
	u64 flags = slew_begin();

	atomic_set(&adjustment_ns, (s64)(now_ns - clock_now_ns()) -
				   (s64)clock_boot_epoch_ns());
	slew_end(flags);
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
