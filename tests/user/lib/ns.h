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

/* setns(2), kernel's convention */
long ns_join(int fd, unsigned long flags);

/* mount a proc of the caller's namespace on @dir, which is made: 0 or -1 */
int ns_mount_proc(const char *dir);

#endif
