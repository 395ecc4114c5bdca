/*
 * tests/user/lib/userns.h - user namespaces for guest tests
 *
 * What:  an ordinary user, and children in user namespaces of their own. They
 *        use the stage: `ready` and `go`.
 * See:   user_namespaces(7)
 */
#ifndef TESTS_USER_USERNS_H
#define TESTS_USER_USERNS_H

#include "stage.h"

#include <sys/types.h>

/* be an ordinary user who may look into himself */
void userns_be_user(void);

/* be root of a user namespace of one's own: one id each */
void userns_be_root(void);

/* write a file of a process, "/uid_map" or so: 0 or a negative error */
int userns_put(long pid, const char *name, const char *text);

/*
 * userns_start - a child in a new user namespace without a map
 * It opens `ready`, waits at `go` (for its map), runs @fn and exits with its
 * result. Return: its number
 */
pid_t userns_start(int (*fn)(void *arg));

/* what such a child runs that only stays: opens `ready` again, waits at `go` */
int userns_stay(void *arg);

/* for child_start: enter a new user namespace, then stay */
int userns_make_inner(void *arg);

#endif
