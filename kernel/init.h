/*
 * kernel/init.h - from the last kernel thread to the first program
 */
#ifndef KERNEL_INIT_H
#define KERNEL_INIT_H

/* Runs as process 1, in its own context, before its first user instruction:
 * unpack the initramfs, open /dev/console, exec the program. Panics when no
 * program can be run. */
void init_run(void);

#endif
