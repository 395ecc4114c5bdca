/*
 * include/core/printk.h - the kernel log
 *
 * What:  one event, one line: "subsystem: text\n". Kept in a ring (read by
 *        syslog(2) and /dev/kmsg), shown on the sinks by level.
 * Context: any for everything but log_sink_add: also with any lock held, in
 *        interrupts, NMIs and panics. Nobody waits for a sink that another
 *        CPU is feeding: that CPU prints the new line too.
 */
#ifndef CORE_PRINTK_H
#define CORE_PRINTK_H

#include <lib/list.h>
#include <lib/types.h>

/* Levels as in syslog(2). */
enum log_level {
	LOG_EMERG, LOG_ALERT, LOG_CRIT, LOG_ERR,
	LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG,
};

/*
 * printk - log one event: "subsystem: text\n"
 * A text with several lines becomes several records. What is longer than
 * LOG_LINE_MAX is cut off.
 */
PRINTF_LIKE(2, 3) void printk(enum log_level level, const char *fmt, ...);
/* The same with an argument list. */
PRINTF_LIKE(2, 0)
void vprintk(enum log_level level, const char *fmt, va_list args);

#define pr_err(...) printk(LOG_ERR, __VA_ARGS__)
#define pr_warn(...) printk(LOG_WARNING, __VA_ARGS__)
#define pr_notice(...) printk(LOG_NOTICE, __VA_ARGS__)
#define pr_info(...) printk(LOG_INFO, __VA_ARGS__)
#define pr_debug(...) printk(LOG_DEBUG, __VA_ARGS__)

/* Longest text of one line, without its prefix; the rest is cut off. */
#define LOG_LINE_MAX 480

/* A place where log lines appear. */
struct log_sink {
	struct list link;	/* [console owner] */
	const char *name;	/* [I] */
	/* Any context, also in a panic: must not wait for a lock then. */
	void (*write)(const char *text, size_t len);
	bool is_stuck;		/* [a] it takes nothing any more */
};

/* Replays what the ring holds. Context: task. The sink stays for ever. */
void log_sink_add(struct log_sink *sink);
/* Does the log appear anywhere? Context: any. */
bool log_is_seen(void);
/* Lines with a level below @level reach the sinks (console_loglevel). */
void log_set_level(int level);
#define LOG_LEVEL_LEAST 1	/* what syslog(2) may set it to */
#define LOG_LEVEL_FIRST LOG_DEBUG	/* what it is at first */
int log_level(void);
/* Write to all sinks as it is: no prefix, no level, not kept in the ring. For
 * test reports. */
void log_direct(const char *text, size_t len);

/* One line of the ring. */
struct log_record {
	u64 seq;		/* grows from line to line, not by one */
	u64 time_ns;		/* since boot */
	u32 cpu;
	u32 level;		/* enum log_level */
	size_t len;
	char text[LOG_LINE_MAX];	/* not terminated */
};

/*
 * log_read_record - the next line, for /dev/kmsg
 * @pos:     the reader's cursor, 0 at first; moves behind the line returned
 * @skipped: lines were overwritten before they could be read; may be NULL
 * Return:   false when there is no more
 */
bool log_read_record(u64 *pos, struct log_record *out, bool *skipped);
/*
 * log_read - lines as text, "<level>[seconds] text\n", for syslog(2)
 * @pos:    the reader's cursor, 0 at first
 * Return:  bytes copied, whole lines (a first line that is longer than @size
 *          is cut), 0 when there is no more
 */
size_t log_read(u64 *pos, char *buf, size_t size);
/* Bytes log_read gives from @pos on. */
size_t log_unread(u64 pos);
/* Bytes of everything in the ring, in log_read's form. */
size_t log_size(void);
/* Cursor behind the newest line: what comes later is read from here. */
u64 log_end(void);

#endif
