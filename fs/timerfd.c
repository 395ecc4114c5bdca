/*
 * fs/timerfd.c - timers that are read from a descriptor
 *
 * What:  a kernel timer that fires once; how often an interval went by since
 *        is computed when somebody looks. A time of day is watched by asking
 *        again whenever the clock is set.
 * Locks: t->lock (RANK_POLL, interrupts off) covers all fields; the timer's
 *        handler takes it. The wake-up by a set clock only makes the timer
 *        fire, so that it needs no lock.
 * Life:  belongs to its one open file; release takes it off the clock's queue,
 *        then waits for the handler.
 * See:   timerfd_create(2)
 */
#include <fs/timerfd.h>

#include <fs/file.h>
#include <fs/seq_buf.h>
#include <mm/kmalloc.h>
#include <sched/timer.h>
#include <sched/wallclock.h>
#include <uapi/fcntl.h>

struct timerfd {
	struct spinlock lock;
	struct timer timer;
	clockid_t clock;		/* [I] */
	u32 flags;			/* [lock] TFD_TIMER_* of the setting */
	bool armed;			/* [lock] has a time that is to come */
	bool fired;			/* [lock] it came, not looked at */
	bool of_day;			/* [lock] expires_ns is a time of day */
	u64 expires_ns;			/* [lock] 0: not set */
	u64 interval_ns;		/* [lock] */
	u64 ticks;			/* [lock] expirations not yet read */
	u32 settings;			/* [lock] of the clock, last seen */
	bool canceled;			/* [lock] the clock was set */
	struct wait_queue wait;		/* readers and pollers */
	struct wait_entry clock_set;	/* on the queue of the clock */
};

static const struct file_ops timerfd_ops;

bool timerfd_clock_ok(clockid_t clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_BOOTTIME_ALARM:
		return true;
	}
	return false;
}

bool file_is_timerfd(const struct file *f)
{
	return f->ops == &timerfd_ops;
}

clockid_t timerfd_clock(const struct file *f)
{
	return ((const struct timerfd *)f->private)->clock;
}

static bool is_time_of_day(clockid_t clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM;
}

static bool may_cancel(const struct timerfd *t)
{
	return t->of_day && (t->flags & TFD_TIMER_CANCEL_ON_SET);
}

/* The time that expires_ns is on the scale of. */
static u64 own_now(const struct timerfd *t)
{
	return t->of_day ? wallclock_now_ns() : clock_now_ns();
}

/* Make the timer fire when the time comes, as things are now. Lock held. */
static void start(struct timerfd *t)
{
	u64 now = own_now(t);
	u64 left = t->expires_ns > now ? t->expires_ns - now : 0;
	u64 at;

	if (!add_overflow(clock_now_ns(), left, &at) && at != U64_MAX)
		timer_set(&t->timer, at);
}

/* The time came. Lock held. */
static void expire(struct timerfd *t)
{
	t->armed = false;
	t->fired = true;
	t->ticks++;
}

/* Look at time and clock. Lock held. Return: readers have something. */
static bool look(struct timerfd *t)
{
	u32 settings = wallclock_settings();
	bool news = false;

	if (settings != t->settings && may_cancel(t)) {
		t->canceled = true;
		t->ticks++;
		news = true;
	}
	t->settings = settings;
	if (!t->armed)
		return news;
	if (own_now(t) >= t->expires_ns) {
		expire(t);
		return true;
	}
	start(t);
	return news;
}

/* Context: interrupt. */
static void fired(struct timer *timer)
{
	struct timerfd *t = container_of(timer, struct timerfd, timer);
	u64 irq = spin_lock_irqsave(&t->lock);
	bool news = look(t);

	spin_unlock_irqrestore(&t->lock, irq);
	if (news)
		wait_queue_wake(&t->wait, 1, POLLIN);
}

/* Context: any, under the lock of the clock's queue. */
static bool clock_was_set(struct wait_entry *e, u32 key)
{
	struct timerfd *t = container_of(e, struct timerfd, clock_set);

	(void)key;
	timer_set(&t->timer, clock_now_ns());
	return false;
}

/* Count the intervals that went by since the timer fired, and start it for the
 * next one. Lock held. */
static void catch_up(struct timerfd *t)
{
	u64 now, n;

	if (!t->fired || !t->interval_ns)
		return;
	now = max(own_now(t), t->expires_ns);
	n = (now - t->expires_ns) / t->interval_ns + 1;
	t->expires_ns += (n - 1) * t->interval_ns;
	t->expires_ns = add_saturated(t->expires_ns, t->interval_ns);
	t->ticks += n - 1;
	t->fired = false;
	t->armed = true;
	start(t);
}

/* Lock held. True: the clock was set, and nobody was told yet. */
static bool take_canceled(struct timerfd *t)
{
	bool was = t->canceled && may_cancel(t);

	if (was)
		t->canceled = false;
	return was;
}

/* 0: nothing yet; 1: *@ticks; -ECANCELED. */
static int take(struct timerfd *t, u64 *ticks)
{
	int ret = 0;

	spin_lock_irq(&t->lock);
	if (take_canceled(t)) {
		t->ticks = 0;
		t->fired = false;
		ret = -ECANCELED;
	} else if (t->ticks) {
		catch_up(t);
		*ticks = t->ticks;
		t->ticks = 0;
		t->fired = false;
		ret = 1;
	}
	spin_unlock_irq(&t->lock);
	return ret;
}

static ssize_t timerfd_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct timerfd *t = f->private;
	u64 ticks;
	int got, err;

	(void)pos;
	if (b->left < sizeof(ticks))
		return -EINVAL;
	got = take(t, &ticks);
	if (!got) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(&t->wait,
					       (got = take(t, &ticks)) != 0);
		if (err)
			return err;
	}
	if (got < 0)
		return got;
	if (iobuf_put(b, &ticks, sizeof(ticks)) != sizeof(ticks))
		return -EFAULT;
	return sizeof(ticks);
}

static u32 timerfd_poll(struct file *f, struct poll_table *pt)
{
	struct timerfd *t = f->private;

	poll_wait(pt, f, &t->wait);
	return READ_ONCE(t->ticks) ? POLLIN : 0;
}

/* Lock held. */
static void get_locked(struct timerfd *t, struct timerfd_time *out)
{
	u64 now;

	catch_up(t);
	now = own_now(t);
	out->interval_ns = t->interval_ns;
	out->value_ns = 0;
	if (t->armed)
		out->value_ns = t->expires_ns > now ? t->expires_ns - now : 1;
}

void timerfd_get(struct file *f, struct timerfd_time *out)
{
	struct timerfd *t = f->private;

	spin_lock_irq(&t->lock);
	get_locked(t, out);
	spin_unlock_irq(&t->lock);
}

/* Lock held. */
static void set_locked(struct timerfd *t, u32 flags,
		       const struct timerfd_time *new)
{
	bool absolute = flags & TFD_TIMER_ABSTIME;

	timer_cancel(&t->timer);
	t->flags = flags;
	t->of_day = absolute && is_time_of_day(t->clock);
	t->interval_ns = new->interval_ns;
	t->expires_ns = new->value_ns;
	t->settings = wallclock_settings();
	t->ticks = 0;
	t->fired = false;
	t->armed = new->value_ns != 0;
	if (!t->armed)
		return;
	if (!absolute)
		t->expires_ns = add_saturated(clock_now_ns(), new->value_ns);
	if (own_now(t) >= t->expires_ns)
		expire(t);
	else
		start(t);
}

int timerfd_set(struct file *f, u32 flags, const struct timerfd_time *new,
		struct timerfd_time *old)
{
	struct timerfd *t = f->private;
	int err = 0;
	bool ready;

	spin_lock_irq(&t->lock);
	get_locked(t, old);
	set_locked(t, flags, new);
	if (new->value_ns && take_canceled(t))
		err = -ECANCELED;
	ready = t->ticks;
	spin_unlock_irq(&t->lock);
	if (ready)
		wait_queue_wake(&t->wait, 1, POLLIN);
	return err;
}

static void timerfd_release(struct file *f)
{
	struct timerfd *t = f->private;

	wait_queue_remove(wallclock_changed(), &t->clock_set);
	spin_lock_irq(&t->lock);
	t->armed = false;
	spin_unlock_irq(&t->lock);
	timer_cancel_sync(&t->timer);
	kfree(t);
}

static void show_pair(struct seq_buf *out, const char *name, u64 ns)
{
	seq_printf(out, "%s: (%lu, %lu)\n", name, ns / (u64)NSEC_PER_SEC,
		   ns % (u64)NSEC_PER_SEC);
}

static void timerfd_show(struct file *f, struct seq_buf *out)
{
	struct timerfd *t = f->private;
	struct timerfd_time time = { 0, 0 };
	u64 ticks, now;
	u32 flags;

	spin_lock_irq(&t->lock);
	now = own_now(t);
	ticks = t->ticks;
	flags = t->flags;
	time.interval_ns = t->interval_ns;
	if (t->armed && t->expires_ns > now)
		time.value_ns = t->expires_ns - now;
	spin_unlock_irq(&t->lock);
	seq_printf(out, "clockid: %d\nticks: %lu\nsettime flags: 0%o\n",
		   t->clock, ticks, flags);
	show_pair(out, "it_value", time.value_ns);
	show_pair(out, "it_interval", time.interval_ns);
}

static const struct file_ops timerfd_ops = {
	.read = timerfd_read,
	.poll = timerfd_poll,
	.release = timerfd_release,
	.show_fdinfo = timerfd_show,
};

int timerfd_create_file(clockid_t clock, u32 flags, struct file **out)
{
	struct timerfd *t = kzalloc(sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	spin_init(&t->lock, "timerfd", RANK_POLL);
	timer_init(&t->timer, fired);
	wait_queue_init(&t->wait);
	t->clock = clock;
	err = file_create_anon("anon_inode:[timerfd]", &timerfd_ops,
			       O_RDWR | (flags & TFD_NONBLOCK), t, out);
	if (err) {
		kfree(t);
		return err;
	}
	wait_entry_init(&t->clock_set);
	t->clock_set.wake = clock_was_set;
	if (is_time_of_day(clock))
		wait_queue_add(wallclock_changed(), &t->clock_set);
	return 0;
}
