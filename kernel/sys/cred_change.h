/*
 * kernel/sys/cred_change.h - changing the credentials of the current task
 *
 * Life:  cred_begin gives a private copy; cred_finish publishes it, or
 *        cred_give_up drops it.
 */
#ifndef SYS_CRED_CHANGE_H
#define SYS_CRED_CHANGE_H

struct cred;

int cred_begin(struct cred **out);	/* 0, -ENOMEM */
int cred_finish(struct cred *new);	/* 0; stolen */
int cred_give_up(struct cred *new, int err);	/* @err; stolen */

#endif
