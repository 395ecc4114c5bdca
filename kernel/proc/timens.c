/*
 * kernel/proc/timens.c - clocks that run since another moment
 *
 * Locks: ns->lock covers the offsets until the namespace is frozen.
 * Life:  see the header.
 * Not:   which calls shift their times: kernel/sys/time.c, futex.c.
 * See:   time_namespaces(7).
 */
#include <proc/timens.h>

#include <arch/clock.h>
#include <fs/seq_buf.h>
#include <lib/ctype.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/nsproxy.h>
#include <proc/task.h>
#include <proc/user.h>
#include <uapi/errno.h>
#include <uapi/sched.h>
#include <uapi/time.h>

/* Half of the seconds that 63 bits of nanoseconds hold: what a shifted clock
 * may show, so that it never gets to the end. */
#define OFFSET_SEC_MAX (S64_MAX / NSEC_PER_SEC)
#define SHIFTED_SEC_MAX (OFFSET_SEC_MAX / 2)

static void timens_common_get(struct ns_common *common)
{
	timens_get(container_of(common, struct time_ns, common));
}

static void timens_common_put(struct ns_common *common)
{
	timens_put(container_of(common, struct time_ns, common));
}

const struct ns_ops timens_ops = {
	.name = "time",
	.clone_flag = CLONE_NEWTIME,
	.kind = NS_KIND_TIME,
	.get = timens_common_get,
	.put = timens_common_put,
};

struct time_ns timens_init_ns = {
	.common = {
		.refs = REFCOUNT_INIT(1),
		.ino = NS_INO_TIME,
		.ops = &timens_ops,
		.owner = &user_ns_init,
	},
	.lock = SPINLOCK_INIT("timens", RANK_TASK),
	.frozen = true,
};

int timens_create(struct time_ns *src, struct user_ns *owner,
		  struct time_ns **out)
{
	struct time_ns *ns = kzalloc(sizeof(*ns));
	int err = -ENOMEM;

	if (ns)
		err = ns_common_init(&ns->common, &timens_ops, owner);
	if (err) {
		kfree(ns);
		return err;
	}
	spin_init(&ns->lock, "timens", RANK_TASK);
	spin_lock(&src->lock);
	memcpy(ns->offset_ns, src->offset_ns, sizeof(ns->offset_ns));
	spin_unlock(&src->lock);
	*out = ns;
	return 0;
}

struct time_ns *timens_get(struct time_ns *ns)
{
	refcount_get(&ns->common.refs);
	return ns;
}

void timens_put(struct time_ns *ns)
{
	if (!refcount_put(&ns->common.refs))
		return;
	ns_common_fini(&ns->common);
	kfree(ns);
}

void timens_enter(struct nsproxy *set)
{
	struct time_ns *old = set->time;
	struct time_ns *ns = set->time_for_children;

	if (old == ns)
		return;
	spin_lock(&ns->lock);
	ns->frozen = true;
	spin_unlock(&ns->lock);
	set->time = timens_get(ns);
	timens_put(old);
}

static s64 current_offset(clockid_t clock)
{
	const struct time_ns *ns = current_task()->nsproxy->time;

	switch (clock) {
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
		return ns->offset_ns[TIMENS_MONOTONIC];
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		return ns->offset_ns[TIMENS_BOOTTIME];
	}
	return 0;
}

u64 timens_shift(clockid_t clock, u64 ns)
{
	return ns + (u64)current_offset(clock);
}

u64 timens_unshift(clockid_t clock, u64 ns)
{
	s64 offset = current_offset(clock);
	s64 host;

	if (!offset || !ns || ns > S64_MAX)
		return ns;
	if (__builtin_sub_overflow((s64)ns, offset, &host))
		return U64_MAX;
	return host < 1 ? 1 : (u64)host;
}

/* --- /proc/PID/timens_offsets -------------------------------------------- */

/* NULL: the task has none any more. */
static struct time_ns *children_ns_get(struct task *t)
{
	struct time_ns *ns = NULL;

	spin_lock(&t->alloc_lock);
	if (t->nsproxy)
		ns = timens_get(t->nsproxy->time_for_children);
	spin_unlock(&t->alloc_lock);
	return ns;
}

static void show_offset(struct seq_buf *out, const char *name, s64 ns)
{
	s64 sec = ns / NSEC_PER_SEC;
	s64 rest = ns % NSEC_PER_SEC;

	if (rest < 0) {
		rest += NSEC_PER_SEC;
		sec--;
	}
	seq_printf(out, "%-10s %10ld %9ld\n", name, (long)sec, (long)rest);
}

int timens_show(struct task *t, struct seq_buf *out)
{
	struct time_ns *ns = children_ns_get(t);
	s64 offset[TIMENS_CLOCKS];

	if (!ns)
		return -ESRCH;
	spin_lock(&ns->lock);
	memcpy(offset, ns->offset_ns, sizeof(offset));
	spin_unlock(&ns->lock);
	timens_put(ns);
	show_offset(out, "monotonic", offset[TIMENS_MONOTONIC]);
	show_offset(out, "boottime", offset[TIMENS_BOOTTIME]);
	return 0;
}

/* One line of what was written. */
struct offset_line {
	enum timens_clock clock;
	s64 sec;
	u64 nsec;
};

static const char *skip_blanks(const char *p)
{
	while (*p == ' ' || *p == '\t')
		p++;
	return p;
}

static int take_clock(const char **at, enum timens_clock *out)
{
	static const struct {
		const char *name;
		enum timens_clock clock;
	} names[] = {
		{ "monotonic", TIMENS_MONOTONIC }, { "1", TIMENS_MONOTONIC },
		{ "boottime", TIMENS_BOOTTIME }, { "7", TIMENS_BOOTTIME },
	};
	const char *p = skip_blanks(*at);

	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		size_t len = strlen(names[i].name);

		if (strncmp(p, names[i].name, len) || !char_is_space(p[len]))
			continue;
		*out = names[i].clock;
		*at = p + len;
		return 0;
	}
	return -EINVAL;
}

static int take_digits(const char **at, u64 *out)
{
	const char *p = *at;
	u64 n = 0;

	if (!char_is_digit(*p))
		return -EINVAL;
	while (char_is_digit(*p)) {
		if (n > (U64_MAX - 9) / 10)
			return -EINVAL;
		n = n * 10 + (u64)(*p++ - '0');
	}
	*at = p;
	*out = n;
	return 0;
}

/* "monotonic -10 500" */
static int take_line(const char **at, struct offset_line *line)
{
	bool negative;
	u64 sec;

	if (take_clock(at, &line->clock))
		return -EINVAL;
	*at = skip_blanks(*at);
	negative = **at == '-';
	if (negative)
		(*at)++;
	if (take_digits(at, &sec) || sec > S64_MAX)
		return -EINVAL;
	line->sec = negative ? -(s64)sec : (s64)sec;
	*at = skip_blanks(*at);
	if (take_digits(at, &line->nsec) || line->nsec >= NSEC_PER_SEC)
		return -EINVAL;
	while (char_is_space(**at) && **at != '\n')
		(*at)++;
	if (**at == '\n')
		(*at)++;
	else if (**at)
		return -EINVAL;
	return 0;
}

/* The shifted clock must not be negative, nor near its end. */
static int check_line(const struct offset_line *line, u64 now_ns)
{
	s64 sec;

	if (line->sec > OFFSET_SEC_MAX || line->sec < -OFFSET_SEC_MAX)
		return -ERANGE;
	sec = line->sec + (s64)((now_ns + line->nsec) / NSEC_PER_SEC);
	return sec < 0 || sec > SHIFTED_SEC_MAX ? -ERANGE : 0;
}

static int set_offsets(struct time_ns *ns, const struct offset_line *lines,
		       u32 n)
{
	u64 now = clock_now_ns();
	int err = 0;

	if (!ns_capable(ns->common.owner, CAP_SYS_TIME))
		return -EPERM;
	for (u32 i = 0; !err && i < n; i++)
		err = check_line(&lines[i], now);
	if (err)
		return err;
	spin_lock(&ns->lock);
	if (ns->frozen)
		err = -EACCES;
	for (u32 i = 0; !err && i < n; i++)
		ns->offset_ns[lines[i].clock] =
			lines[i].sec * NSEC_PER_SEC + (s64)lines[i].nsec;
	spin_unlock(&ns->lock);
	return err;
}

ssize_t timens_write(struct task *t, const char *text, size_t len)
{
	struct offset_line lines[TIMENS_CLOCKS];
	struct time_ns *ns;
	u32 n = 0;
	int err;

	while (*text) {
		if (n == TIMENS_CLOCKS)
			return -EINVAL;
		if (take_line(&text, &lines[n++]))
			return -EINVAL;
	}
	ns = children_ns_get(t);
	if (!ns)
		return -ESRCH;
	err = set_offsets(ns, lines, n);
	timens_put(ns);
	return err ? err : (ssize_t)len;
}
