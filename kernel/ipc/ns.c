/*
 * kernel/ipc/ns.c - the parts of an IPC namespace
 *
 * What:  a table of facilities; each makes and destroys its part of every
 *        namespace.
 * Locks: none: the table is constant after boot, parts are constant as long
 *        as the namespace lives.
 * See:   ipc_namespaces(7).
 */
#include <proc/ipc.h>

#include <core/panic.h>
#include <mm/kmalloc.h>
#include <proc/nsproxy.h>
#include <proc/plainns.h>
#include <proc/task.h>
#include <uapi/errno.h>

struct ipc_parts {
	void *part[IPC_PARTS];
};

static const struct ipc_facility *facilities[IPC_PARTS];
static struct ipc_parts first_parts;

void ipc_facility_register(const struct ipc_facility *f)
{
	ipcns_init_ns.ipc = &first_parts;
	facilities[f->part] = f;
	if (f->create(&ipcns_init_ns, &first_parts.part[f->part]))
		panic("ipc: no memory for the first namespace");
}

int ipcns_fill(struct plain_ns *ns)
{
	int err = 0;

	ns->ipc = kzalloc(sizeof(*ns->ipc));
	if (!ns->ipc)
		return -ENOMEM;
	for (u32 i = 0; !err && i < IPC_PARTS; i++) {
		if (facilities[i])
			err = facilities[i]->create(ns, &ns->ipc->part[i]);
	}
	return err;
}

void ipcns_empty(struct plain_ns *ns)
{
	for (u32 i = 0; i < IPC_PARTS; i++) {
		if (ns->ipc->part[i])
			facilities[i]->destroy(ns->ipc->part[i]);
	}
	kfree(ns->ipc);
}

void *ipc_part_of_current(enum ipc_part part)
{
	return current_task()->nsproxy->ipc->ipc->part[part];
}
