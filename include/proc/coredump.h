/*
 * include/proc/coredump.h - files that a dying process leaves (optional)
 *
 * What:  a signal whose default action is Core ends the process, and a picture
 *        of its threads and memory goes into a file.
 * See:   core(5); docs/signals.md.
 */
#ifndef PROC_COREDUMP_H
#define PROC_COREDUMP_H

#include <lib/types.h>

struct seq_buf;
struct siginfo;
struct task;

/*
 * coredump - the process ends by @si, of which the current thread dies
 * On return it is to go on to task_exit_group. Nothing was done if somebody
 * else ends the process already, or it is not dumpable. If all of a core file,
 * or as much of it as its limits allow, was written, its exit code says so.
 * @si:      borrowed; si_signo is of a signal that dumps core
 * Context:  task, may sleep; no lock held
 */
OPTIONAL void coredump(const struct siginfo *si);
/*
 * coredump_park - the first step of the exit of a thread that is not alone
 * While another thread dumps core, one that was told to end stays here, so
 * that its registers are in the dump.
 * Context:  task, sleeps; no lock held, and all of its own still owned
 */
OPTIONAL void coredump_park(void);
/* /proc/PID/coredump_filter. -ESRCH: it has no memory any more. */
OPTIONAL int coredump_show_filter(struct task *t, struct seq_buf *out);
OPTIONAL ssize_t coredump_write_filter(struct task *t, const char *text,
				       size_t len);

#endif
