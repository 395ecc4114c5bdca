/*
 * include/proc/plainns.h - namespaces that are empty worlds so far
 *
 * What:  IPC, network and cgroup namespaces: an identity, an owner and
 *        members, and nothing inside that could be kept apart, but for what
 *        proc/ipc.h puts into IPC namespaces, and sockets that remember the
 *        network namespace they were made in (fs/socket.h).
 * Life:  made by clone and unshare, freed with the last reference.
 * See:   ipc_namespaces(7), network_namespaces(7), cgroup_namespaces(7),
 *        docs/namespaces.md
 */
#ifndef PROC_PLAINNS_H
#define PROC_PLAINNS_H

#include <fs/nscommon.h>

struct ipc_parts;

struct plain_ns {
	struct ns_common common;
	struct ipc_parts *ipc;	/* [I] owned: what an IPC namespace holds */
};

extern struct plain_ns ipcns_init_ns, netns_init_ns, cgroupns_init_ns;
void plainns_init(void);
/* Another one of the kind of @src. Return: 0, -ENOMEM, -ENOSPC. */
int plainns_create(const struct plain_ns *src, struct user_ns *owner,
		   struct plain_ns **out);
struct plain_ns *plainns_get(struct plain_ns *ns);
void plainns_put(struct plain_ns *ns);

#endif
