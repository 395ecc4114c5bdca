/*
 * tests/user/lib/ns.h - pid namespaces for guest tests
 *
 * What:  children that are born into a new namespace, and handles of
 *        namespaces.
 * See:   pid_namespaces(7), clone(2), setns(2)
 */
#ifndef TESTS_USER_NS_H
#define TESTS_USER_NS_H

#include "sys.h"

#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* clone(2) like fork with more flags: kernel's convention, SIGCHLD at exit */
long ns_clone(unsigned long flags);

/*
 * ns_start - a child that is the init of a new pid namespace
 * It runs @fn and exits with its result. The test ends as failed if the
 * namespace cannot be made.
 * Return: its number for the caller
 */
pid_t ns_start(int (*fn)(void *arg), void *arg);

/* ns_start, then wait: the wait status of the init */
int ns_run(int (*fn)(void *arg), void *arg);

/* an open /proc/self/ns/pid, or of the process @pid */
int ns_fd_self(void);
int ns_fd_of(pid_t pid);

/* unshare(2), kernel's convention */
long ns_unshare(unsigned long flags);

/* setns(2), kernel's convention */
long ns_join(int fd, unsigned long flags);

/* mount a proc of the caller's namespace on @dir, which is made: 0 or -1 */
int ns_mount_proc(const char *dir);

/*
 * struct clone3_args - the argument of clone3(2), all 88 bytes of it
 * @set_tid: the address of numbers for the child, innermost first
 */
struct clone3_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack;
	uint64_t stack_size, tls, set_tid, set_tid_size, cgroup;
};

/* clone3(2) like fork, kernel's convention; @args->exit_signal as it is */
long ns_clone3(const struct clone3_args *args);

/*
 * ns_fork_as - clone3 with @n numbers for the child, innermost first
 * The child exits with getpid() & 127 at once.
 * Return: its number for the caller, or a negative error; it is not reaped
 */
long ns_fork_as(unsigned long flags, const pid_t *tids, size_t n);

/* pidfd_open(2) and poll(2) of one descriptor: results or negative errors */
long pidfd_open(pid_t pid, unsigned int flags);
int pidfd_events(int fd);

/* the inode of a namespace file or any other descriptor, 0 if there is none */
unsigned long fd_ino(int fd);

/*
 * on_nidus - is this Nidus, where a few results are stricter than on Linux?
 * Each use of it names a behaviour in docs/pidns-table.md that differs.
 */
int on_nidus(void);

#endif
