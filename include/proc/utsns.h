/*
 * include/proc/utsns.h - host and domain names, one set a namespace
 *
 * Locks: ns->lock (spin): names.
 */
#ifndef PROC_UTSNS_H
#define PROC_UTSNS_H

#include <core/spinlock.h>
#include <fs/nscommon.h>
#include <uapi/utsname.h>

struct uts_ns {
	struct ns_common common;
	struct spinlock lock;		/* RANK_TASK */
	struct new_utsname name;	/* [lock] */
};

extern struct uts_ns utsns_init_ns;
void utsns_init(void);
struct user_ns;
/* A copy of @src. Return: 0, -ENOMEM, -ENOSPC. */
int utsns_create(struct uts_ns *src, struct user_ns *owner,
		 struct uts_ns **out);
struct uts_ns *utsns_get(struct uts_ns *ns);
void utsns_put(struct uts_ns *ns);
void utsns_read(struct uts_ns *ns, struct new_utsname *out);
/* @field: offset of nodename or domainname; @len <= UTS_NAME_MAX. */
void utsns_set(struct uts_ns *ns, size_t field, const char *name, size_t len);

#endif
