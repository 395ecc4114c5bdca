/*
 * kernel/core/printk.c - the log ring and the way to the consoles
 *
 * What:  a writer reserves a piece of the ring by one atomic addition, fills
 *        it and marks it valid, so that any context may log, an NMI inside
 *        another log call too. Printing is done by whoever finds no console
 *        owner; who finds one leaves the line to it.
 * Locks: log_head is atomic; a record is valid when its stamp is its position
 *        plus 1, which is stored last. Readers copy first, and then check that
 *        the head has not moved over what they copied. console_owner (CPU + 1,
 *        by compare-and-swap) covers the sinks, console_pos and the buffers.
 * Life:  the ring is static; a record lives until the head laps it.
 * See:   syslog(2), /dev/kmsg in the Linux ABI documentation.
 */
#include <core/printk.h>

#include <arch/clock.h>
#include <arch/cpu.h>
#include <core/panic.h>
#include <lib/atomic.h>
#include <lib/format.h>
#include <lib/string.h>

#ifdef NIDUS_DEBUG
#define LOG_SIZE 131072u
#else
#define LOG_SIZE 32768u
#endif
#define REC_ALIGN 32u
#define PREFIX_MAX 40

struct rec {
	u64 stamp;		/* position + 1 when valid */
	u64 time_ns;
	u32 cpu;
	u16 len;
	u8 level;
	u8 pad[9];
};
static_assert(sizeof(struct rec) == REC_ALIGN, "a header never wraps");
static_assert(LOG_SIZE % REC_ALIGN == 0, "a header never wraps");

static char ring[LOG_SIZE] ALIGNED(REC_ALIGN);
static u64 log_head;		/* [a] bytes reserved since boot */
static int console_level = LOG_LEVEL_FIRST;	/* [a] */

static u32 console_owner;	/* [a] CPU + 1 */
static u64 console_pos;		/* [console_owner] next to be printed */
static struct list sinks = LIST_INIT(sinks);	/* [console_owner] */
static struct log_record console_rec;	/* [console_owner] */
static char console_line[LOG_LINE_MAX + PREFIX_MAX];	/* [console_owner] */

static struct rec *rec_at(u64 pos)
{
	return (struct rec *)(void *)(ring + pos % LOG_SIZE);
}

static u64 rec_bytes(size_t len)
{
	return sizeof(struct rec) + ALIGN_UP(len, REC_ALIGN);
}

/* The text behind a header, which may wrap around the end of the ring. */
static void text_write(u64 pos, const char *text, size_t len)
{
	u64 at = (pos + sizeof(struct rec)) % LOG_SIZE;
	size_t first = min(len, (size_t)(LOG_SIZE - at));

	memcpy(ring + at, text, first);
	memcpy(ring, text + first, len - first);
}

static void text_read(u64 pos, char *text, size_t len)
{
	u64 at = (pos + sizeof(struct rec)) % LOG_SIZE;
	size_t first = min(len, (size_t)(LOG_SIZE - at));

	memcpy(text, ring + at, first);
	memcpy(text + first, ring, len - first);
}

static void log_append(enum log_level level, const char *text, size_t len)
{
	u64 pos = __atomic_fetch_add(&log_head, rec_bytes(len),
				     __ATOMIC_SEQ_CST);
	struct rec *r = rec_at(pos);

	WRITE_ONCE(r->stamp, 0);
	r->time_ns = clock_now_ns();
	r->cpu = cpu_id();
	r->level = (u8)level;
	r->len = (u16)len;
	text_write(pos, text, len);
	/* Partner: rec_valid. */
	store_release(&r->stamp, pos + 1);
}

static bool rec_valid(u64 pos)
{
	return load_acquire(&rec_at(pos)->stamp) == pos + 1;
}

/* A position before which everything may be overwritten already. */
static u64 oldest_possible(void)
{
	u64 head = load_acquire(&log_head);

	return head > LOG_SIZE ? head - LOG_SIZE : 0;
}

/* First valid record at or after @pos; no stamp looks like text, which has no
 * zero bytes. U64_MAX: none. */
static u64 rec_find(u64 pos)
{
	u64 head = load_acquire(&log_head);

	for (pos = ALIGN_UP(pos, REC_ALIGN); pos < head; pos += REC_ALIGN) {
		if (rec_valid(pos))
			return pos;
	}
	return U64_MAX;
}

/* Copy the record at @pos. False: it is not complete, or was overwritten. */
static bool rec_copy(u64 pos, struct log_record *out)
{
	const struct rec *r = rec_at(pos);

	if (!rec_valid(pos))
		return false;
	out->seq = pos / REC_ALIGN;
	out->time_ns = r->time_ns;
	out->cpu = r->cpu;
	out->level = r->level;
	out->len = min((size_t)r->len, (size_t)LOG_LINE_MAX);
	text_read(pos, out->text, out->len);
	smp_rmb();	/* the copy before the head; partner: log_append */
	return pos >= oldest_possible();
}

bool log_read_record(u64 *pos, struct log_record *out, bool *skipped)
{
	u64 at = *pos;

	if (skipped)
		*skipped = false;
	while (!rec_copy(at, out)) {
		/* Being written right now: not yet there for a reader, but a
		 * writer that was stopped by a panic never comes back. */
		if (at >= oldest_possible() && !panicking())
			return false;
		at = rec_find(max(oldest_possible(), at + panicking()));
		if (at == U64_MAX)
			return false;
		if (skipped)
			*skipped = *pos != 0;
	}
	*pos = at + rec_bytes(out->len);
	return true;
}

static size_t prefix_write(char *buf, const struct log_record *r)
{
	return (size_t)scnprintf(buf, PREFIX_MAX, "[%5lu.%06lu] ",
				 r->time_ns / NSEC_PER_SEC,
				 r->time_ns % NSEC_PER_SEC / NSEC_PER_USEC);
}

/* Format @r as a console line into @buf of LOG_LINE_MAX + PREFIX_MAX bytes. */
static size_t line_write(char *buf, const struct log_record *r)
{
	size_t n = prefix_write(buf, r);

	memcpy(buf + n, r->text, r->len);
	n += r->len;
	buf[n++] = '\n';
	return n;
}

static void sinks_write(const char *text, size_t len)
{
	struct log_sink *s;

	for_each_list(s, &sinks, link)
		s->write(text, len);
}

/* Sinks come, but never go. */
bool log_is_seen(void)
{
	struct log_sink *s;

	for_each_list(s, &sinks, link) {
		if (!READ_ONCE(s->is_stuck))
			return true;
	}
	return false;
}

/* Print what is new. Caller owns the console. */
static void console_flush(void)
{
	while (log_read_record(&console_pos, &console_rec, NULL)) {
		if ((int)console_rec.level >= READ_ONCE(console_level))
			continue;
		sinks_write(console_line,
			    line_write(console_line, &console_rec));
	}
}

static bool console_try(void)
{
	u32 me = cpu_id() + 1;

	if (cas(&console_owner, 0u, me))
		return true;
	if (!panicking() || READ_ONCE(console_owner) == me)
		return false;
	WRITE_ONCE(console_owner, me);	/* the owner was stopped */
	return true;
}

static void console_release(void)
{
	store_release(&console_owner, 0u);
	smp_mb();	/* partner: the addition in log_append */
}

/* Is there a complete record nobody has printed? */
static bool console_behind(void)
{
	u64 pos = READ_ONCE(console_pos);

	return pos < load_acquire(&log_head) && rec_valid(pos);
}

static void console_kick(void)
{
	do {
		if (!console_try())
			return;
		console_flush();
		console_release();
	} while (console_behind());
}

/* Wait for the console. False: this CPU owns it already, further out. */
static bool console_acquire(void)
{
	while (!console_try()) {
		if (READ_ONCE(console_owner) == cpu_id() + 1)
			return false;
		cpu_relax();
	}
	return true;
}

void vprintk(enum log_level level, const char *fmt, va_list args)
{
	char text[LOG_LINE_MAX];
	const char *line = text;

	vscnprintf(text, sizeof(text), fmt, args);
	do {
		const char *end = strchr(line, '\n');
		size_t len = end ? (size_t)(end - line) : strlen(line);

		log_append(level, line, len);
		line += len;
		line += *line == '\n';
	} while (*line);
	console_kick();
}

void printk(enum log_level level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintk(level, fmt, args);
	va_end(args);
}

void log_sink_add(struct log_sink *sink)
{
	u64 pos = 0;

	console_acquire();
	console_flush();	/* to the others: all are at console_pos now */
	while (pos < console_pos &&
	       log_read_record(&pos, &console_rec, NULL)) {
		if ((int)console_rec.level < READ_ONCE(console_level))
			sink->write(console_line,
				    line_write(console_line, &console_rec));
	}
	list_add_tail(&sinks, &sink->link);
	console_release();
	console_kick();
}

void log_set_level(int level)
{
	WRITE_ONCE(console_level, level);
}

int log_level(void)
{
	return READ_ONCE(console_level);
}

void log_direct(const char *text, size_t len)
{
	bool owner = console_acquire();

	sinks_write(text, len);
	if (!owner)
		return;
	console_flush();
	console_release();
	console_kick();
}

static size_t level_write(char *buf, const struct log_record *r)
{
	return (size_t)scnprintf(buf, PREFIX_MAX, "<%u>", r->level);
}

/* Size of @r in the form of log_read. */
static size_t line_size(const struct log_record *r)
{
	char prefix[PREFIX_MAX];

	return level_write(prefix, r) + prefix_write(prefix, r) + r->len + 1;
}

size_t log_read(u64 *pos, char *buf, size_t size)
{
	struct log_record r;
	char prefix[PREFIX_MAX * 2];
	size_t done = 0;
	u64 next = *pos;

	while (log_read_record(&next, &r, NULL)) {
		size_t n = level_write(prefix, &r);
		size_t room = size - done;

		n += prefix_write(prefix + n, &r);
		if (n + r.len + 1 > room && done)
			break;
		n = min(n, room);
		memcpy(buf + done, prefix, n);
		r.len = min(r.len, room - n);
		memcpy(buf + done + n, r.text, r.len);
		done += n + r.len;
		if (done < size)
			buf[done++] = '\n';
		*pos = next;
		if (done == size)
			break;
	}
	return done;
}

size_t log_unread(u64 pos)
{
	struct log_record r;
	size_t sum = 0;

	while (log_read_record(&pos, &r, NULL))
		sum += line_size(&r);
	return sum;
}

size_t log_size(void)
{
	return log_unread(0);
}

u64 log_end(void)
{
	return load_acquire(&log_head);
}
