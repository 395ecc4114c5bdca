/*
 * kernel/sys/dispatch.h - switches of the system-call layer, set at boot
 */
#ifndef SYS_DISPATCH_H
#define SYS_DISPATCH_H

/* Caches of this layer; once at boot. Panics without memory. */
void syscalls_init(void);
/* strace=1: log every call. */
void syscall_trace_enable(void);
/* census=1: count calls that do not exist; printed at power-off. */
void syscall_census_enable(void);
void syscall_census_print(void);

/* The keys Ctrl-Alt-Del: restart, or SIGINT to process 1. Task context. */
void reboot_ctrl_alt_del(void);

#endif
