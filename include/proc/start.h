/*
 * include/proc/start.h - layer 8 comes to life
 */
#ifndef PROC_START_H
#define PROC_START_H

/* Caches, the first namespaces, nsfs and /proc; once, on the boot CPU, after
 * vfs_init. Panics without memory. */
void proc_start(void);

#endif
