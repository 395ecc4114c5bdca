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
struct cred;
struct mount_ns;
struct ns_common;
struct pid_ns;
struct plain_ns;
struct task;
struct time_ns;
struct user_ns;
struct uts_ns;

struct nsproxy {
	struct refcount refs;
	struct pid_ns *pid_for_children;	/* a sole user changes it */
	struct uts_ns *uts;
	struct mount_ns *mnt;
	struct plain_ns *ipc, *net, *cgroup;
	struct time_ns *time, *time_for_children;
};

void nsproxy_init(void);
/*
 * nsproxy_enter_pid - later children of the caller are born in @ns
 * Nothing else of its set changes, so no copy is made if nobody shares it.
 * @ns:      stolen
 * Return:   0, -ENOMEM
 */
int nsproxy_enter_pid(struct pid_ns *ns);
/* The same for a set that nobody shares: then nothing can fail. */
void nsproxy_change_pid(struct pid_ns *ns);
/* Do others use it? A sole user's answer stays true until it shares it. */
bool nsproxy_shared(const struct nsproxy *p);
extern struct nsproxy nsproxy_init_set;
void nsproxy_get(struct nsproxy *p);
void nsproxy_put(struct nsproxy *p);
/*
 * nsproxy_clone_for - the set for a child of @from made with clone @flags
 * @fs:      the child's own fs context (CLONE_NEWNS re-roots it)
 * @owner:   user namespace that owns new ones; borrowed
 * @enter_time: the set is for another address space: its owner enters the
 *           time namespace for children
 * Return:   0, -EPERM (no CAP_SYS_ADMIN over it), -EINVAL (NEWPID while the
 *           namespace for children is not the own one, or is owned elsewhere;
 *           NEWIPC and CLONE_SYSVSEM), -ENOSPC, -ENOMEM
 */
struct nsproxy_args {
	struct task *from;
	u64 flags;
	struct fs_context *fs;
	struct user_ns *owner;
	bool enter_time;
	bool is_clone;		/* NEWIPC does not go with CLONE_SYSVSEM */
};
int nsproxy_clone_for(const struct nsproxy_args *args, struct nsproxy **out);
/* Of CLONE_NEWPID only the new namespace, for nsproxy_change_pid. Return: as
 * nsproxy_clone_for; the reference is the caller's. */
int nsproxy_create_pid(const struct nsproxy_args *args, struct pid_ns **out);
/* The same without any check; also with no flags, for setns and exec. */
int nsproxy_copy(const struct nsproxy_args *args, struct nsproxy **out);
/* Replace the current task's set; the reference is stolen. May sleep. */
void nsproxy_switch(struct nsproxy *p);
/* exec: the current task enters the time namespace for children. *@out is the
 * set for nsproxy_switch, NULL: nothing changes. 0, -ENOMEM. */
int nsproxy_prepare_exec(struct nsproxy **out);
/*
 * nsproxy_find_get - one of the namespaces of @t
 * @clone_flag: CLONE_NEW* of the kind
 * @for_children: for NEWPID and NEWTIME: the one of its children to be
 * Return:   with reference; NULL: the task has left it
 */
struct ns_common *nsproxy_find_get(struct task *t, u64 clone_flag,
				   bool for_children);

#endif
