/*
 * include/proc/pidns_join.h - a process enters a pid namespace (optional)
 */
#ifndef PROC_PIDNS_JOIN_H
#define PROC_PIDNS_JOIN_H

#include <lib/types.h>

/* Boot: pidns.join=on. */
OPTIONAL void pidns_join_enable(void);
/*
 * pidns_join - the current process becomes a member of the namespace of @fd
 * Context:  may sleep
 * Return:   0; -EINVAL: not switched on, @fd is no pid namespace, the caller is
 *           an init, has threads or other plans for its children, or the
 *           namespace never had an init; -EBADF; -EPERM: it is no direct child
 *           of the caller's own, no CAP_SYS_ADMIN over it or over oneself, the
 *           caller does not lead its group and session, or is not alone in
 *           them; -EBUSY: it has children, a tracer or tracees; -EAGAIN: no
 *           number free; -ENOMEM: no memory, or the namespace is dead
 */
OPTIONAL int pidns_join(int fd);

#endif
