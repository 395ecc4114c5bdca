/*
 * include/proc/pid_table.h - the numbers of one pid namespace, without a lock
 *
 * What:  a radix tree of 64-slot nodes from number to struct pid, with a bit
 *        a number that tells whether it is taken, and the cursor that makes
 *        numbers cyclic. A slot is empty (free, or only reserved), holds an
 *        embryo (a tagged pointer: a birth that may still fail), or the pid.
 * Locks: none. Numbers are taken by an atomic test-and-set, nodes installed
 *        by compare-and-swap, slots read under RCU.
 * Life:  nodes stay until pid_table_fini, when nobody can reach the table.
 */
#ifndef PROC_PID_TABLE_H
#define PROC_PID_TABLE_H

#include <lib/types.h>

struct pid;
struct pid_node;

/* Linux's RESERVED_PIDS: once the cursor is past it, numbers below are left
 * alone. */
#define PID_RESERVED 300

struct pid_table {
	struct pid_node *root;		/* [a][R] grows upward */
	s32 cursor;			/* [a] the number to try next */
};

void pid_table_init(struct pid_table *t);
/* No number is taken and nobody looks any more. */
void pid_table_fini(struct pid_table *t);
/*
 * pid_table_take - reserve the next free number below @max, cyclic
 * Context: any; never sleeps. Return: the number, -EAGAIN (all taken), -ENOMEM.
 */
s32 pid_table_take(struct pid_table *t, s32 max);
/* Reserve this very number. Return: 0, -EEXIST, -ENOMEM. */
int pid_table_take_this(struct pid_table *t, s32 nr);
/* A reserved number becomes visible, to sweeps alone or to all. */
void pid_table_fill_embryo(struct pid_table *t, s32 nr, struct pid *pid);
void pid_table_fill(struct pid_table *t, s32 nr, struct pid *pid);
/* Empty the slot; the number stays reserved. */
void pid_table_empty(struct pid_table *t, s32 nr);
/* Empty the slot and give the number back, in this order. */
void pid_table_give(struct pid_table *t, s32 nr);
/* Borrowed under RCU; NULL: free, only reserved, or an embryo. */
struct pid *pid_table_find(const struct pid_table *t, s32 nr);
/* First filled slot at or after *@nr, which becomes its number; @embryos: they
 * count too. RCU. */
struct pid *pid_table_next(const struct pid_table *t, s32 *nr, bool embryos);

/* Boot: the cache of nodes. */
void pid_table_cache_init(void);

#endif
