/*
 * kernel/proc/file_owner.c - who is told when an O_ASYNC file is ready
 *
 * What:  fcntl(F_SETOWN) records a thread, process or group with the uids of
 *        the one who asked; readiness sends it SIGIO or the chosen signal, if
 *        those uids may.
 * Locks: file->owner_lock covers the record; it is dropped before a signal is
 *        sent. Groups are walked under their session's lock.
 * Life:  the file owns a reference to the struct pid until it is closed.
 * See:   fcntl(2), "Managing signals"; signal(7).
 */
#include <proc/file_owner.h>

#include <core/start_call.h>
#include <fs/file.h>
#include <proc/session.h>
#include <proc/signal.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

/* What is needed of a file to send its signal. */
struct file_owner {
	struct pid *pid;	/* reference, or NULL */
	s32 type, sig;
	uid_t uid, euid;
};

static struct file_owner owner_read(struct file *f)
{
	struct file_owner o;

	spin_lock(&f->owner_lock);
	o = (struct file_owner){
		.pid = f->owner ? pid_get(f->owner) : NULL,
		.type = f->owner_type,
		.sig = f->owner_sig,
		.uid = f->owner_uid,
		.euid = f->owner_euid,
	};
	spin_unlock(&f->owner_lock);
	return o;
}

int file_owner_set(struct file *f, const struct f_owner_ex *owner)
{
	struct pid *pid = NULL, *old;

	if (owner->pid) {
		rcu_read_lock();
		pid = pid_find(owner->pid, current_pidns());
		if (pid && !refcount_try_get(&pid->refs))
			pid = NULL;
		rcu_read_unlock();
		if (!pid)
			return -ESRCH;
	}
	spin_lock(&f->owner_lock);
	old = f->owner;
	f->owner = pid;
	f->owner_type = owner->type;
	f->owner_uid = current_cred()->uid;
	f->owner_euid = current_cred()->euid;
	spin_unlock(&f->owner_lock);
	pid_put(old);
	return 0;
}

/* Is there still someone to tell? A plain read: it may change at any time.
 * RCU */
static bool has_receiver(const struct file_owner *o)
{
	if (!o->pid)
		return false;
	if (o->type == F_OWNER_PGRP)
		return READ_ONCE(pid_now(o->pid)->uses) & BIT(PID_PGID);
	return READ_ONCE(o->pid->task) != NULL;
}

void file_owner_get(struct file *f, struct f_owner_ex *out)
{
	struct file_owner o = owner_read(f);

	out->type = o.type;
	rcu_read_lock();
	out->pid = has_receiver(&o) ? pid_vnr(pid_now(o.pid)) : 0;
	rcu_read_unlock();
	pid_put(o.pid);
}

static bool may_tell(const struct file_owner *o, struct task *t)
{
	const struct cred *c = rcu_dereference(t->cred);

	return !o->euid || o->euid == c->suid || o->euid == c->uid ||
	       o->uid == c->suid || o->uid == c->uid;
}

struct notice {
	struct file_owner owner;
	struct siginfo info;
};

/* F_SETSIG 0: plain SIGIO; another signal carries which file and why. */
static void tell_task(const struct notice *n, struct task *t)
{
	int sig = n->owner.sig ? n->owner.sig : SIGIO;
	const struct siginfo *info = n->owner.sig ? &n->info : SEND_KERNEL;

	if (!may_tell(&n->owner, t))
		return;
	if (n->owner.type == F_OWNER_TID)
		signal_send_task(t, sig, info);
	else
		signal_send_process(t->process, sig, info);
}

static void tell_group(const struct notice *n)
{
	struct pid *pgrp = n->owner.pid;
	struct session *s = session_lock_group(&pgrp);
	struct process *p;

	if (!s)
		return;
	for_each_list(p, &pgrp->group, group_link)
		tell_task(n, p->leader);
	session_unlock(s);
}

static void tell_one(const struct notice *n)
{
	struct task *t;

	rcu_read_lock();
	t = rcu_dereference(n->owner.pid->task);
	if (t)
		tell_task(n, t);
	rcu_read_unlock();
}

/* si_code and si_band of each FILE_ASYNC_*. */
static const struct {
	s32 code;
	long events;
} bands[] = {
	[FILE_ASYNC_IN] = { POLL_IN, POLLIN | POLLRDNORM },
	[FILE_ASYNC_OUT] = { POLL_OUT, POLLOUT | POLLWRNORM | POLLWRBAND },
	[FILE_ASYNC_HUP] = { POLL_HUP, POLLHUP | POLLERR },
};

/* Context: task, no lock above a session's held. */
static void owner_signal(struct file *f, int fd, int band)
{
	struct notice n = { .owner = owner_read(f) };

	if (!n.owner.pid)
		return;
	n.info.si_signo = n.owner.sig;
	n.info.si_code = bands[band].code;
	n.info.f.poll.band = bands[band].events;
	n.info.f.poll.fd = fd;
	if (n.owner.type == F_OWNER_PGRP)
		tell_group(&n);
	else
		tell_one(&n);
	pid_put(n.owner.pid);
}

static void owner_put(void *owner)
{
	pid_put(owner);
}

static const struct file_owner_hooks hooks = {
	.put = owner_put,
	.signal = owner_signal,
};

static void file_owner_start(void)
{
	file_set_owner_hooks(&hooks);
}
START_CALL(file_owner_start);
