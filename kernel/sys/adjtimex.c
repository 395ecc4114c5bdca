/*
 * kernel/sys/adjtimex.c - adjtimex, clock_adjtime: how the time of day runs
 *
 * What:  the state of the clock as NTP daemons see it, steps of the clock, and
 *        its rate: frequency, tick and what is to be made up for, which
 *        kernel/sched/wallclock.c applies.
 * Locks: [L] lock (RANK_MUTEX_SMALL): all of it.
 * See:   adjtimex(2), adjtime(3).
 */
#include "calls.h"

#include <arch/clock.h>
#include <proc/task.h>
#include <sched/mutex.h>
#include <sched/wallclock.h>
#include <uapi/errno.h>
#include <uapi/time.h>
#include <uapi/timex.h>
#include <vm/uaccess.h>

#include "time_util.h"

#define TICK_USEC 10000l
#define ERROR_MAX_USEC 16000000l
/* By how much maxerror grows in each second that nobody sets it. */
#define ERROR_GROWTH_USEC 500l
#define FREQ_MAX (500l << 16)	/* ppm with 16 bits behind the point */
#define CONSTANT_MAX 10l
#define TAI_MAX 100000l
/* Of freq, so that it is not more than 64 bits in Linux's own unit. */
#define FREQ_SCALE 65536000l

static DEFINE_MUTEX(lock, RANK_MUTEX_SMALL);
static struct {
	u32 status;		/* [L] STA_* */
	s64 freq;		/* [L] ppm << 16 */
	s64 tick_usec;		/* [L] */
	s64 constant;		/* [L] */
	s64 maxerror, esterror;	/* [L] microseconds, at @since_ns */
	u64 since_ns;		/* [L] */
	u32 settings;		/* [L] wallclock_settings that are known */
} ntp = {
	.status = STA_UNSYNC,
	.tick_usec = TICK_USEC,
	.constant = 2,
	.maxerror = ERROR_MAX_USEC,
	.esterror = ERROR_MAX_USEC,
};

/* Somebody set the clock: nothing is known of its errors. */
static void notice_settings(void)
{
	u32 now = wallclock_settings();

	if (ntp.settings == now)
		return;
	ntp.settings = now;
	ntp.status |= STA_UNSYNC;
	ntp.maxerror = ERROR_MAX_USEC;
	ntp.esterror = ERROR_MAX_USEC;
	wallclock_make_up(0);
}

static void grow_error(void)
{
	u64 now = clock_now_ns();
	u64 seconds = (now - ntp.since_ns) / NSEC_PER_SEC;

	ntp.since_ns += seconds * NSEC_PER_SEC;
	ntp.maxerror += (s64)min(seconds, (u64)ERROR_MAX_USEC) *
			ERROR_GROWTH_USEC;
	if (ntp.maxerror > ERROR_MAX_USEC) {
		ntp.maxerror = ERROR_MAX_USEC;
		ntp.status |= STA_UNSYNC;
	}
}

static int check_modes(const struct timex *t)
{
	u32 modes = t->modes;

	if (modes & ADJ_ADJTIME) {
		if (!(modes & ADJ_OFFSET))
			return -EINVAL;
		if (!(modes & ADJ_READONLY) && !capable(CAP_SYS_TIME))
			return -EPERM;
	} else {
		if (modes && !capable(CAP_SYS_TIME))
			return -EPERM;
		if ((modes & ADJ_TICK) &&
		    (t->tick < TICK_USEC * 9 / 10 ||
		     t->tick > TICK_USEC * 11 / 10))
			return -EINVAL;
	}
	if (modes & ADJ_SETOFFSET) {
		s64 most = modes & ADJ_NANO ? NSEC_PER_SEC : USEC_PER_SEC;

		if (!capable(CAP_SYS_TIME))
			return -EPERM;
		if (t->time.tv_usec < 0 || t->time.tv_usec >= most)
			return -EINVAL;
	}
	if ((modes & ADJ_FREQUENCY) && (t->freq > S64_MAX / FREQ_SCALE ||
					t->freq < -(S64_MAX / FREQ_SCALE)))
		return -EINVAL;
	return 0;
}

static int step(const struct timex *t)
{
	s64 ns = t->time.tv_usec * (t->modes & ADJ_NANO ? 1 : NSEC_PER_USEC);
	s64 now = (s64)wallclock_now_ns(), to;

	if (t->time.tv_sec > S64_MAX / NSEC_PER_SEC - 1 ||
	    t->time.tv_sec < -(S64_MAX / NSEC_PER_SEC - 1))
		return -EINVAL;
	if (add_overflow(now, t->time.tv_sec * NSEC_PER_SEC + ns, &to) ||
	    to < (s64)clock_now_ns() ||
	    to / NSEC_PER_SEC >= SETTABLE_SEC_MAX)
		return -EINVAL;
	wallclock_set((u64)to);
	return 0;
}

static void set_status(u32 status)
{
	if ((ntp.status & STA_PLL) && !(status & STA_PLL))
		ntp.status = STA_UNSYNC;
	ntp.status = (ntp.status & STA_RONLY) | (status & ~(u32)STA_RONLY);
}

static void set_constant(s64 constant)
{
	constant = clamp_s64(constant, 0l, CONSTANT_MAX);
	if (!(ntp.status & STA_NANO))
		constant = min(constant + 4, CONSTANT_MAX);
	ntp.constant = constant;
}

/* What is to be made up for, if the loop is on. */
static void set_offset(s64 offset)
{
	s64 most = NSEC_PER_SEC / 2;

	if (!(ntp.status & STA_PLL))
		return;
	if (!(ntp.status & STA_NANO))
		offset = clamp_s64(offset, -most, most) * NSEC_PER_USEC;
	wallclock_make_up(clamp_s64(offset, -most, most));
}

static void set_rate(void)
{
	/* ppm << 16: a tick more or less is a hundred of them in a second. */
	wallclock_set_rate(ntp.freq + ((ntp.tick_usec - TICK_USEC) * USER_HZ <<
				       16));
}

static void set_modes(const struct timex *t)
{
	u32 modes = t->modes;

	if (modes & ADJ_STATUS)
		set_status((u32)t->status);
	if (modes & ADJ_NANO)
		ntp.status |= STA_NANO;
	if (modes & ADJ_MICRO)
		ntp.status &= ~(u32)STA_NANO;
	if (modes & ADJ_FREQUENCY)
		ntp.freq = clamp_s64(t->freq, -FREQ_MAX, FREQ_MAX);
	if (modes & ADJ_MAXERROR)
		ntp.maxerror = clamp_s64(t->maxerror, 0l, ERROR_MAX_USEC);
	if (modes & ADJ_ESTERROR)
		ntp.esterror = clamp_s64(t->esterror, 0l, ERROR_MAX_USEC);
	if (modes & ADJ_TIMECONST)
		set_constant(t->constant);
	if ((modes & ADJ_TAI) && t->constant >= 0 && t->constant <= TAI_MAX)
		wallclock_set_tai((s32)t->constant);
	if (modes & ADJ_OFFSET)
		set_offset(t->offset);
	if (modes & ADJ_TICK)
		ntp.tick_usec = t->tick;
	if (modes & (ADJ_FREQUENCY | ADJ_TICK))
		set_rate();
}

static void set_or_tell_offset(struct timex *t)
{
	s64 left = wallclock_to_make_up();

	if (!(t->modes & ADJ_ADJTIME)) {
		set_modes(t);
		left = ntp.status & STA_PLL ? wallclock_to_make_up() : 0;
		t->offset = ntp.status & STA_NANO ? left :
						    left / NSEC_PER_USEC;
		return;
	}
	if (!(t->modes & ADJ_READONLY))
		wallclock_make_up(clamp_s64(t->offset, -S64_MAX / NSEC_PER_USEC,
					S64_MAX / NSEC_PER_USEC) *
				  NSEC_PER_USEC);
	t->offset = left / NSEC_PER_USEC;
}

static void tell(struct timex *t)
{
	u64 now = wallclock_now_ns();
	u64 part = now % NSEC_PER_SEC;

	t->freq = ntp.freq;
	t->maxerror = ntp.maxerror;
	t->esterror = ntp.esterror;
	t->status = (s32)ntp.status;
	t->constant = ntp.constant;
	t->precision = 1;
	t->tolerance = FREQ_MAX;
	t->tick = ntp.tick_usec;
	t->tai = wallclock_tai();
	t->ppsfreq = t->jitter = t->stabil = 0;
	t->jitcnt = t->calcnt = t->errcnt = t->stbcnt = 0;
	t->shift = 0;
	t->time.tv_sec = (s64)(now / NSEC_PER_SEC);
	t->time.tv_usec = (s64)(ntp.status & STA_NANO ? part :
				part / NSEC_PER_USEC);
}

static long adjust(struct timex *t)
{
	long ret = check_modes(t);

	if (ret)
		return ret;
	mutex_lock(&lock);
	if (t->modes & ADJ_SETOFFSET)
		ret = step(t);
	if (!ret) {
		notice_settings();
		grow_error();
		set_or_tell_offset(t);
		tell(t);
		ret = ntp.status & (STA_UNSYNC | STA_CLOCKERR) ? TIME_ERROR :
								 TIME_OK;
	}
	mutex_unlock(&lock);
	return ret;
}

long sys_adjtimex(uptr_t utimex)
{
	struct timex t;
	long ret;

	if (copy_from_user(&t, utimex, sizeof(t)))
		return -EFAULT;
	ret = adjust(&t);
	/* As Linux, which does it even if nothing was done. */
	return copy_to_user(utimex, &t, sizeof(t)) ? -EFAULT : ret;
}

long sys_clock_adjtime(clockid_t clock, uptr_t utimex)
{
	struct timex t;
	long ret;

	if (copy_from_user(&t, utimex, sizeof(t)))
		return -EFAULT;
	if (clock > CLOCK_TAI || clock == CLOCK_TAI - 1)
		return -EINVAL;
	if (clock < 0 && (clock & 7) == CLOCKFD)
		return -EINVAL;
	if (clock != CLOCK_REALTIME)
		return -EOPNOTSUPP;
	ret = adjust(&t);
	if (ret >= 0 && copy_to_user(utimex, &t, sizeof(t)))
		return -EFAULT;
	return ret;
}
