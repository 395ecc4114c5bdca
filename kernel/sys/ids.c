/*
 * kernel/sys/ids.c - changing user and group ids
 *
 * What:  each call makes a copy of the credentials, changes it and publishes
 *        it; capabilities follow the user ids. Optional: without it everybody
 *        stays who he is.
 * Locks: none: only the current task changes its own.
 * See:   credentials(7), capabilities(7): "Effect of user ID changes on
 *        capabilities".
 */
#include "calls.h"

#include "cred_change.h"

#include <mm/kmalloc.h>
#include <proc/task.h>
#include <proc/user.h>
#include <uapi/errno.h>
#include <uapi/limits.h>
#include <uapi/prctl.h>
#include <vm/uaccess.h>

#define KEEP U32_MAX		/* -1: leave this id alone */

/* Capabilities that belong to the user id for files. */
#define FS_CAPS (CAP_BIT(CAP_CHOWN) | CAP_BIT(CAP_MKNOD) | \
		 CAP_BIT(CAP_DAC_OVERRIDE) | CAP_BIT(CAP_DAC_READ_SEARCH) | \
		 CAP_BIT(CAP_FOWNER) | CAP_BIT(CAP_FSETID) | \
		 CAP_BIT(CAP_LINUX_IMMUTABLE) | CAP_BIT(CAP_MAC_OVERRIDE))

/* Ids of a call as global ones, KEEP as it is. -EINVAL: one means nothing. */
static int take_uids(u32 *const ids[], u32 n)
{
	const struct user_ns *ns = current_cred()->user_ns;

	for (u32 i = 0; i < n; i++) {
		u32 id = *ids[i];

		*ids[i] = uid_to_global(ns, id);
		if (id != KEEP && *ids[i] == ID_INVALID)
			return -EINVAL;
	}
	return 0;
}

static int take_gids(u32 *const ids[], u32 n)
{
	const struct user_ns *ns = current_cred()->user_ns;

	for (u32 i = 0; i < n; i++) {
		u32 id = *ids[i];

		*ids[i] = gid_to_global(ns, id);
		if (id != KEEP && *ids[i] == ID_INVALID)
			return -EINVAL;
	}
	return 0;
}

/* Root of the user namespace, which keeps the same during such changes. */
static uid_t root_of(const struct cred *c)
{
	return uid_to_global(c->user_ns, 0);
}

static bool has_root_id(const struct cred *c)
{
	uid_t root = root_of(c);

	return root != ID_INVALID &&
	       (c->uid == root || c->euid == root || c->suid == root);
}

/* Leaving root gives capabilities up, coming back makes them effective. */
static void fix_caps(struct cred *new, const struct cred *old)
{
	uid_t root = root_of(old);

	if (new->securebits & SECBIT_NO_SETUID_FIXUP)
		return;
	if (has_root_id(old) && !has_root_id(new)) {
		if (!(new->securebits & SECBIT_KEEP_CAPS)) {
			new->cap_permitted = 0;
			new->cap_effective = 0;
		}
		new->cap_ambient = 0;
	}
	if (old->euid == root && new->euid != root)
		new->cap_effective = 0;
	if (old->euid != root && new->euid == root)
		new->cap_effective = new->cap_permitted;
}

/* The accounting goes with the real user id. */
static int switch_user(struct cred *new, const struct cred *old)
{
	struct user *u;

	if (new->uid == old->uid)
		return 0;
	u = user_find_or_create(new->user_ns, new->uid);
	if (!u)
		return -EAGAIN;
	user_put(new->user);
	new->user = u;
	return 0;
}

/* Too many processes of one user fail at execve, and not here, where many do
 * not look at the result. Source: execve(2), EAGAIN. */
static void note_crowd(const struct cred *new)
{
	struct task *t = current_task();

	t->flags &= ~(u32)TASK_CROWDED;
	if (new->user != cred_init.user &&
	    user_is_over(new->user, USER_TASKS, current_rlimit(RLIMIT_NPROC)))
		t->flags |= TASK_CROWDED;
}

static long finish_uids(struct cred *new)
{
	const struct cred *old = current_cred();
	int err = switch_user(new, old);

	if (err)
		return cred_give_up(new, err);
	if (new->user != old->user)
		note_crowd(new);
	new->fsuid = new->euid;
	fix_caps(new, old);
	return cred_finish(new);
}

long sys_setuid(uid_t uid)
{
	struct cred *new;
	int err;

	uid = uid_to_global(current_cred()->user_ns, uid);
	if (uid == ID_INVALID)
		return -EINVAL;
	err = cred_begin(&new);
	if (err)
		return err;
	if (self_capable(CAP_SETUID))
		new->uid = new->suid = uid;
	else if (uid != new->uid && uid != new->suid)
		return cred_give_up(new, -EPERM);
	new->euid = uid;
	return finish_uids(new);
}

/* May a task without the capability become @id, one of those given? */
static bool id_allowed(u32 id, u32 a, u32 b, u32 c)
{
	return id == KEEP || id == a || id == b || id == c;
}

long sys_setreuid(uid_t ruid, uid_t euid)
{
	const struct cred *old = current_cred();
	struct cred *new;
	int err = take_uids((u32 *const[]){ &ruid, &euid }, 2);

	if (err)
		return err;
	if ((!id_allowed(ruid, old->uid, old->euid, old->euid) ||
	     !id_allowed(euid, old->uid, old->euid, old->suid)) &&
	    !self_capable(CAP_SETUID))
		return -EPERM;
	err = cred_begin(&new);
	if (err)
		return err;
	if (ruid != KEEP)
		new->uid = ruid;
	if (euid != KEEP)
		new->euid = euid;
	if (ruid != KEEP || (euid != KEEP && euid != old->uid))
		new->suid = new->euid;
	return finish_uids(new);
}

long sys_setresuid(uid_t ruid, uid_t euid, uid_t suid)
{
	const struct cred *old = current_cred();
	struct cred *new;
	int err = take_uids((u32 *const[]){ &ruid, &euid, &suid }, 3);

	if (err)
		return err;
	if ((!id_allowed(ruid, old->uid, old->euid, old->suid) ||
	     !id_allowed(euid, old->uid, old->euid, old->suid) ||
	     !id_allowed(suid, old->uid, old->euid, old->suid)) &&
	    !self_capable(CAP_SETUID))
		return -EPERM;
	err = cred_begin(&new);
	if (err)
		return err;
	if (ruid != KEEP)
		new->uid = ruid;
	if (euid != KEEP)
		new->euid = euid;
	if (suid != KEEP)
		new->suid = suid;
	return finish_uids(new);
}

static long finish_gids(struct cred *new)
{
	new->fsgid = new->egid;
	return cred_finish(new);
}

long sys_setgid(gid_t gid)
{
	struct cred *new;
	int err;

	gid = gid_to_global(current_cred()->user_ns, gid);
	if (gid == ID_INVALID)
		return -EINVAL;
	err = cred_begin(&new);
	if (err)
		return err;
	if (self_capable(CAP_SETGID))
		new->gid = new->sgid = gid;
	else if (gid != new->gid && gid != new->sgid)
		return cred_give_up(new, -EPERM);
	new->egid = gid;
	return finish_gids(new);
}

long sys_setregid(gid_t rgid, gid_t egid)
{
	const struct cred *old = current_cred();
	struct cred *new;
	int err = take_gids((u32 *const[]){ &rgid, &egid }, 2);

	if (err)
		return err;
	if ((!id_allowed(rgid, old->gid, old->egid, old->egid) ||
	     !id_allowed(egid, old->gid, old->egid, old->sgid)) &&
	    !self_capable(CAP_SETGID))
		return -EPERM;
	err = cred_begin(&new);
	if (err)
		return err;
	if (rgid != KEEP)
		new->gid = rgid;
	if (egid != KEEP)
		new->egid = egid;
	if (rgid != KEEP || (egid != KEEP && egid != old->gid))
		new->sgid = new->egid;
	return finish_gids(new);
}

long sys_setresgid(gid_t rgid, gid_t egid, gid_t sgid)
{
	const struct cred *old = current_cred();
	struct cred *new;
	int err = take_gids((u32 *const[]){ &rgid, &egid, &sgid }, 3);

	if (err)
		return err;
	if ((!id_allowed(rgid, old->gid, old->egid, old->sgid) ||
	     !id_allowed(egid, old->gid, old->egid, old->sgid) ||
	     !id_allowed(sgid, old->gid, old->egid, old->sgid)) &&
	    !self_capable(CAP_SETGID))
		return -EPERM;
	err = cred_begin(&new);
	if (err)
		return err;
	if (rgid != KEEP)
		new->gid = rgid;
	if (egid != KEEP)
		new->egid = egid;
	if (sgid != KEEP)
		new->sgid = sgid;
	return finish_gids(new);
}

static long put_three(const uptr_t to[3], const u32 ids[3])
{
	for (u32 i = 0; i < 3; i++) {
		if (put_user_u32(to[i], ids[i]))
			return -EFAULT;
	}
	return 0;
}

long sys_getresuid(uptr_t uruid, uptr_t ueuid, uptr_t usuid)
{
	const struct cred *c = current_cred();

	return put_three((const uptr_t[]){ uruid, ueuid, usuid },
			 (const u32[]){ uid_shown(c->user_ns, c->uid),
					uid_shown(c->user_ns, c->euid),
					uid_shown(c->user_ns, c->suid) });
}

long sys_getresgid(uptr_t urgid, uptr_t uegid, uptr_t usgid)
{
	const struct cred *c = current_cred();

	return put_three((const uptr_t[]){ urgid, uegid, usgid },
			 (const u32[]){ gid_shown(c->user_ns, c->gid),
					gid_shown(c->user_ns, c->egid),
					gid_shown(c->user_ns, c->sgid) });
}

static void fix_fs_caps(struct cred *new, const struct cred *old)
{
	uid_t root = root_of(old);

	if (new->securebits & SECBIT_NO_SETUID_FIXUP)
		return;
	if (old->fsuid == root && new->fsuid != root)
		new->cap_effective &= ~FS_CAPS;
	if (old->fsuid != root && new->fsuid == root)
		new->cap_effective |= new->cap_permitted & FS_CAPS;
}

/* setfsuid and setfsgid tell the id before, whether it changed or not. */
long sys_setfsuid(uid_t uid)
{
	const struct cred *c = current_cred();
	uid_t before = uid_shown(c->user_ns, c->fsuid);
	struct cred *new;

	uid = uid_to_global(c->user_ns, uid);
	if (uid == ID_INVALID || uid == c->fsuid)
		return before;
	if (uid != c->uid && uid != c->euid && uid != c->suid &&
	    !self_capable(CAP_SETUID))
		return before;
	if (cred_begin(&new))
		return before;
	new->fsuid = uid;
	fix_fs_caps(new, c);
	cred_finish(new);
	return before;
}

long sys_setfsgid(gid_t gid)
{
	const struct cred *c = current_cred();
	gid_t before = gid_shown(c->user_ns, c->fsgid);
	struct cred *new;

	gid = gid_to_global(c->user_ns, gid);
	if (gid == ID_INVALID || gid == c->fsgid)
		return before;
	if (gid != c->gid && gid != c->egid && gid != c->sgid &&
	    !self_capable(CAP_SETGID))
		return before;
	if (cred_begin(&new))
		return before;
	new->fsgid = gid;
	cred_finish(new);
	return before;
}

long sys_getgroups(int n, uptr_t ulist)
{
	const struct cred *c = current_cred();
	const struct group_list *g = c->groups;

	if (n < 0 || (n && (u32)n < g->n))
		return -EINVAL;
	for (u32 i = 0; n && i < g->n; i++) {
		if (put_user_u32(ulist + i * sizeof(g->gid[0]),
				 gid_shown(c->user_ns, g->gid[i])))
			return -EFAULT;
	}
	return g->n;
}

static int groups_from_user(struct group_list *g, uptr_t ulist)
{
	if (copy_from_user(g->gid, ulist, g->n * sizeof(g->gid[0])))
		return -EFAULT;
	for (u32 i = 0; i < g->n; i++) {
		g->gid[i] = gid_to_global(current_cred()->user_ns, g->gid[i]);
		if (g->gid[i] == ID_INVALID)
			return -EINVAL;
	}
	group_list_sort(g);
	return 0;
}

long sys_setgroups(int n, uptr_t ulist)
{
	struct group_list *g;
	struct cred *new;
	int err;

	if (!self_capable(CAP_SETGID) ||
	    !user_ns_may_setgroups(current_cred()->user_ns))
		return -EPERM;
	if (n < 0 || n > NGROUPS_MAX)
		return -EINVAL;
	err = group_list_create((u32)n, &g);
	if (err)
		return err;
	err = groups_from_user(g, ulist);
	if (!err)
		err = cred_begin(&new);
	if (err) {
		group_list_put(g);
		return err;
	}
	group_list_put(new->groups);
	new->groups = g;
	return cred_finish(new);
}
