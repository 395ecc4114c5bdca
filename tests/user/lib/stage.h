/*
 * tests/user/lib/stage.h - what all processes of a test see
 *
 * What:  a page and two gates, with which most of them begin. A child opens
 *        `ready` when it has come where it is wanted, and waits at `go`;
 *        results that are not for an exit status are left in `words`.
 * Life:  stage_set in the test's first process; its children share it.
 */
#ifndef TESTS_USER_STAGE_H
#define TESTS_USER_STAGE_H

#include "test.h"

extern int *words;
extern struct gate ready, go;

/* words are 0 and the gates closed */
void stage_set(void);

#endif
