/*
 * kernel/sys/socket_msg.h - what travels beside the data of a message
 */
#ifndef SYS_SOCKET_MSG_H
#define SYS_SOCKET_MSG_H

#include <fs/socket.h>

/*
 * control_from_user - SCM_RIGHTS and SCM_CREDENTIALS of a message to send
 * @a:       rights are the caller's to pass on; id becomes @id, with
 *           reference, if the message has one
 * Return:   0, -EINVAL, -EFAULT, -ENOBUFS (too long), -ENOMEM, -EBADF (a
 *           descriptor), -EPERM, -ESRCH (identity)
 */
int control_from_user(const struct user_msghdr *m, struct socket_send_args *a,
		      struct socket_id *id);
/* Write the control messages that the options of @f ask for;
 * m->msg_controllen becomes their length and r->flags may get MSG_CTRUNC.
 * 0, -EFAULT. */
int control_to_user(struct file *f, struct user_msghdr *m, u32 flags,
		    struct socket_received *r);

#endif
