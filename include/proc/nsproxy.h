/*
 * include/proc/nsproxy.h - the set of namespaces a task works in
 *
 * What:  shared by tasks that never unshared; a change makes a copy. The pid
 *        namespace in it is the one for children: a task's own is that of its
 *        struct pid.
 * Locks: task->alloc_lock for the pointer; the structure is constant.
 */
#ifndef PROC_NSPROXY_H
#define PROC_NSPROXY_H

#include <lib/refcount.h>
#include <lib/types.h>

struct fs_context;
struct ipc_ns;
struct mount_ns;
struct net_ns;
struct cgroup_ns;
struct pid_ns;
struct task;
struct time_ns;
struct user_ns;
struct uts_ns;

struct nsproxy {
	struct refcount refs;
	struct pid_ns *pid_for_children;
	struct uts_ns *uts;
	struct mount_ns *mnt;
};

void nsproxy_init(void);
extern struct nsproxy nsproxy_init_set;
void nsproxy_get(struct nsproxy *p);
void nsproxy_put(struct nsproxy *p);
/*
 * nsproxy_clone_for - the set for a child of @from made with clone @flags
 * @fs:      the child's own fs context (CLONE_NEWNS re-roots it)
 * @owner:   user namespace that owns new ones; borrowed
 * Return:   0, -EPERM (no CAP_SYS_ADMIN over it), -EINVAL (NEWPID while the
 *           namespace for children is not the own one; kinds not built in),
 *           -ENOSPC, -ENOMEM
 */
struct nsproxy_args {
	struct task *from;
	u64 flags;
	struct fs_context *fs;
	struct user_ns *owner;
};
int nsproxy_clone_for(const struct nsproxy_args *args, struct nsproxy **out);
/* Replace the current task's set; the reference is stolen. May sleep. */
void nsproxy_switch(struct nsproxy *p);

#endif
