/*
 * include/proc/acct.h - process accounting of pid namespaces (optional)
 *
 * What:  while it is on for a namespace, each process that ends in it or
 *        below it leaves a record in a file.
 * See:   acct(2), acct(5).
 */
#ifndef PROC_ACCT_H
#define PROC_ACCT_H

#include <lib/types.h>

struct file;
struct pid_ns;
struct task;

/*
 * acct_on - records of the current pid namespace go to @f, appended
 * @f:       opened for writing; borrowed
 * Context:  may sleep. What was on before gets its last record.
 * Return:   0, -EACCES (no regular file), -EINVAL (in /proc or the like),
 *           -ENOMEM, -ENFILE
 * Source:   acct(2)
 */
OPTIONAL int acct_on(struct file *f);
/* Off for @ns: one last record, about the current process. May sleep. */
OPTIONAL void acct_off(struct pid_ns *ns);
/* The current task exits, @last of its process; it still has its memory. */
OPTIONAL void acct_exit(struct task *t, bool last);

#endif
