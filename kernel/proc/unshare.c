/*
 * kernel/proc/unshare.c - a task stops sharing: check, prepare, commit
 *
 * What:  unshare(2). A new pid namespace is for later children only; the
 *        caller stays where it is.
 * Locks: the task's alloc_lock for each exchange.
 * See:   unshare(2), pid_namespaces(7).
 */
#include <proc/lifecycle.h>

#include <fs/file.h>
#include <proc/ipc.h>
#include <proc/nsproxy.h>
#include <proc/signal.h>
#include <proc/user_ns.h>
#include <uapi/errno.h>
#include <vm/aspace.h>

#define UNSHARE_NS (CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | \
		    CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWCGROUP | \
		    CLONE_NEWTIME)
#define UNSHARE_ALL (CLONE_THREAD | CLONE_FS | CLONE_SIGHAND | CLONE_VM | \
		     CLONE_FILES | CLONE_SYSVSEM | CLONE_NEWUSER | UNSHARE_NS)

/* What was made; NULL: stays as it is. */
struct unshared {
	struct fs_context *fs;
	struct file_table *files;
	struct nsproxy *nsproxy;
	struct pid_ns *pidns;		/* instead of a whole new set */
	struct cred *cred;
};

/* What each flag asks for besides itself. */
static u64 implied(u64 flags)
{
	if (flags & CLONE_NEWUSER)
		flags |= CLONE_THREAD | CLONE_FS;
	if (flags & CLONE_VM)
		flags |= CLONE_SIGHAND;
	if (flags & CLONE_SIGHAND)
		flags |= CLONE_THREAD;
	if (flags & CLONE_NEWNS)
		flags |= CLONE_FS;
	return flags;
}

static int check(u64 flags)
{
	struct task *t = current_task();

	if (flags & ~UNSHARE_ALL)
		return -EINVAL;
	if ((flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)) &&
	    READ_ONCE(t->process->nthreads) > 1)
		return -EINVAL;
	if ((flags & (CLONE_SIGHAND | CLONE_VM)) &&
	    refcount_read(&t->sighand->refs) > 1)
		return -EINVAL;
	if ((flags & CLONE_VM) && refcount_read(&t->aspace->users) > 1)
		return -EINVAL;
	return 0;
}

/* A new user namespace comes first: it owns the others that are made. */
static int prepare_cred(struct unshared *u)
{
	if (!user_ns_create)
		return -EINVAL;
	u->cred = cred_copy(current_cred());
	return u->cred ? user_ns_create(u->cred) : -ENOMEM;
}

static int prepare(u64 flags, struct unshared *u)
{
	struct task *t = current_task();
	struct nsproxy_args args = {
		.from = t,
		.flags = flags,
		.owner = t->cred->user_ns,
	};
	int err = 0;

	if ((flags & CLONE_FS) && fs_context_shared(t->fs))
		err = fs_context_clone(t->fs, &u->fs);
	if (!err && (flags & CLONE_FILES) && file_table_shared(t->files))
		err = file_table_clone(t->files, &u->files);
	if (!err && (flags & CLONE_NEWUSER))
		err = prepare_cred(u);
	if (u->cred)
		args.owner = u->cred->user_ns;
	args.fs = u->fs ? u->fs : t->fs;
	if (!err && (flags & UNSHARE_NS) == CLONE_NEWPID &&
	    !nsproxy_shared(t->nsproxy))
		err = nsproxy_create_pid(&args, &u->pidns);
	else if (!err && (flags & UNSHARE_NS))
		err = nsproxy_clone_for(&args, &u->nsproxy);
	return err;
}

static void undo(struct unshared *u)
{
	if (u->fs)
		fs_context_put(u->fs);
	if (u->files)
		file_table_put(u->files);
	if (u->cred)
		cred_put(u->cred);
}

static void commit(struct unshared *u)
{
	struct task *t = current_task();
	struct fs_context *old_fs = NULL;
	struct file_table *old_files = NULL;

	spin_lock(&t->alloc_lock);
	if (u->fs) {
		old_fs = t->fs;
		t->fs = u->fs;
	}
	if (u->files) {
		old_files = t->files;
		t->files = u->files;
	}
	spin_unlock(&t->alloc_lock);
	if (old_fs)
		fs_context_put(old_fs);
	if (old_files)
		file_table_put(old_files);
	if (u->nsproxy)
		nsproxy_switch(u->nsproxy);
	if (u->pidns)
		nsproxy_change_pid(u->pidns);
	if (u->cred)
		cred_commit(u->cred);
}

int task_unshare(u64 flags)
{
	struct unshared u = { 0 };
	int err;

	/* check */
	flags = implied(flags);
	err = check(flags);
	if (err)
		return err;
	/* prepare */
	err = prepare(flags, &u);
	if (err) {
		undo(&u);
		return err;
	}
	/* commit */
	if ((flags & (CLONE_NEWIPC | CLONE_SYSVSEM)) && sem_undo_leave)
		sem_undo_leave(current_task());
	commit(&u);
	return 0;
}
