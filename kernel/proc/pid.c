/*
 * kernel/proc/pid.c - process numbers, one for each namespace level
 *
 * What:  allocation, publication, look-up and release of struct pid.
 * Locks: numbers: none (pid_table.c). Roles: task and process by the tree
 *        lock of the innermost namespace, group and session by the session's
 *        lock; which are in use is one atomic word.
 * Life:  pid_alloc reserves -> pid_publish fills -> pid_detach of the last
 *        role empties all slots -> freed a grace period after the last
 *        reference. A reader in an RCU section may use numbers and namespaces
 *        of a pid that has just left the tables.
 * Not:   namespaces and their members count (pidns.c).
 * See:   docs/pidns.md, docs/process-tree.md; pid_namespaces(7), clone(2).
 */
#include <proc/pid.h>

#include <core/assert.h>
#include <core/race.h>
#include <lib/format.h>
#include <mm/slab.h>
#include <proc/pidns.h>
#include <proc/procfs.h>
#include <proc/task.h>
#include <sched/rcu_wait.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <uapi/limits.h>

#define PID_MAX_DEFAULT 32768
#define PID_PER_CPU 1024
#define PID_MIN_PER_CPU 8

/* One cache a level: a pid of level n has n + 1 numbers. */
static struct slab_cache *pid_caches[PIDNS_MAX_LEVEL + 1];
static char pid_cache_names[PIDNS_MAX_LEVEL + 1][8];
static DEFINE_MUTEX(cache_mutex, RANK_MUTEX_NS);

static bool pid_max_per_ns;		/* [I] after boot */
static struct atomic64 next_ino;	/* pidfs inode numbers */

int pid_cache_prepare(u32 level)
{
	int err = 0;

	if (load_acquire(&pid_caches[level]))
		return 0;
	mutex_lock(&cache_mutex);
	if (!pid_caches[level]) {
		size_t size = sizeof(struct pid) +
			      (level + 1) * sizeof(struct pid_number);
		struct slab_cache *c;

		snprintf(pid_cache_names[level], sizeof(pid_cache_names[0]),
			 level ? "pid_%u" : "pid", level + 1);
		c = slab_cache_create(pid_cache_names[level], size, 0, 0);
		store_release(&pid_caches[level], c);
		err = c ? 0 : -ENOMEM;
	}
	mutex_unlock(&cache_mutex);
	return err;
}

void pid_init(void)
{
	s32 want = (s32)cpu_possible_count() * PID_PER_CPU;

	pidns_init_ns.pid_max = min(max(want, PID_MAX_DEFAULT), PID_MAX_LIMIT);
	atomic_set(&next_ino, 1);
	pid_table_cache_init();
	if (pid_cache_prepare(0))
		panic("pid: no memory for the first cache");
	pid_table_init(&pidns_init_ns.table);
}

void pid_max_set_per_ns(void)
{
	pid_max_per_ns = true;
}

bool pid_max_is_per_ns(void)
{
	return pid_max_per_ns;
}

/* Whose limit counts for @ns: all have the first one's, or each its own. */
static struct pid_ns *pid_max_owner(struct pid_ns *ns)
{
	return pid_max_per_ns ? ns : &pidns_init_ns;
}

s32 pid_max_get(struct pid_ns *ns)
{
	return READ_ONCE(pid_max_owner(ns)->pid_max);
}

int pid_max_set(struct pid_ns *ns, s32 max)
{
	s32 lowest = max((s32)cpu_possible_count() * PID_MIN_PER_CPU,
			 PID_RESERVED + 1);

	if (max < lowest || max > PID_MAX_LIMIT)
		return -EINVAL;
	WRITE_ONCE(pid_max_owner(ns)->pid_max, max);
	return 0;
}

s32 pid_last(struct pid_ns *ns)
{
	return READ_ONCE(ns->table.cursor) - 1;
}

void pid_set_last(struct pid_ns *ns, s32 nr)
{
	WRITE_ONCE(ns->table.cursor, nr + 1);
}

/* The number wanted at @ns by set_tid, or -errno. */
static s32 take_wanted(struct pid_ns *ns, s32 wanted)
{
	int err;

	if (wanted < 1 || wanted >= pid_max_get(ns))
		return -EINVAL;
	if (wanted != 1 && !READ_ONCE(ns->had_init))
		return -EINVAL;
	if (!ns_capable(ns->common.owner, CAP_SYS_ADMIN) &&
	    !ns_capable(ns->common.owner, CAP_CHECKPOINT_RESTORE))
		return -EPERM;
	err = pid_table_take_this(&ns->table, wanted);
	return err ? err : wanted;
}

static s32 take_at_level(const struct pid_alloc_args *args, struct pid_ns *ns)
{
	u32 depth = args->ns->level - ns->level;

	if (depth < args->set_tid_n)
		return take_wanted(ns, args->set_tid[depth]);
	return pid_table_take(&ns->table, pid_max_get(ns));
}

/* Give back the numbers of the levels above @from (exclusive), innermost
 * first. */
static void give_numbers(struct pid *pid, s32 from)
{
	for (s32 i = (s32)pid->level; i > from; i--)
		pid_table_give(&pid->numbers[i].ns->table, pid->numbers[i].nr);
}

static void pid_setup(struct pid *pid, struct pid_ns *ns)
{
	refcount_set(&pid->refs, 1);
	pid->level = ns->level;
	pid->task = NULL;
	pid->process = NULL;
	list_init(&pid->group);
	list_init(&pid->session);
	pid->group_session = NULL;
	pid->former = NULL;
	pid->heir = NULL;
	pid->uses = 0;
	pid->shown = false;
	wait_queue_init(&pid->exit_wait);
	pid->ino = (u64)atomic_inc_return(&next_ino);
	for (; ns; ns = ns->parent) {
		pid->numbers[ns->level].ns = ns;
		pid->numbers[ns->level].nr = 0;
		pid->numbers[ns->level].sweep_mark = 0;
	}
}

/* A number at every level, innermost first. 0, or -errno with none taken. */
static int take_numbers(const struct pid_alloc_args *args, struct pid *pid)
{
	for (s32 i = (s32)pid->level; i >= 0; i--) {
		s32 nr = take_at_level(args, pid->numbers[i].ns);

		if (nr < 0) {
			give_numbers(pid, i);
			return nr;
		}
		pid->numbers[i].nr = nr;
	}
	return 0;
}

int pid_alloc(const struct pid_alloc_args *args, struct pid **out)
{
	struct pid_ns *ns = args->ns;
	struct pid *pid;
	int err;

	if (args->set_tid_n > ns->level + 1)
		return -EINVAL;
	pid = slab_alloc(pid_caches[ns->level]);
	if (!pid)
		return -ENOMEM;
	pid_setup(pid, ns);
	err = take_numbers(args, pid);
	if (!err && !pidns_accepts(ns)) {
		give_numbers(pid, -1);
		err = -ENOMEM;
	}
	if (err) {
		if (pidns_is_nascent(ns))
			WRITE_ONCE(ns->table.cursor, 0);
		slab_free(pid_caches[ns->level], pid);
		return err;
	}
	pidns_get(ns);
	*out = pid;
	return 0;
}

/* Do @fill with the slot of every level, innermost first. */
static void fill_slots(struct pid *pid, void (*fill)(struct pid_table *t,
						     s32 nr, struct pid *pid))
{
	for (s32 i = (s32)pid->level; i >= 0; i--)
		fill(&pid->numbers[i].ns->table, pid->numbers[i].nr, pid);
}

static void empty_slots(struct pid *pid)
{
	for (s32 i = (s32)pid->level; i >= 0; i--)
		pid_table_empty(&pid->numbers[i].ns->table,
				pid->numbers[i].nr);
}

/* One more at every level, innermost first. False: at none, a level does not
 * accept; the slots are empty again. */
static bool count_in(struct pid *pid)
{
	s32 i;

	race_point("publish: not counted");
	for (i = (s32)pid->level; i >= 0; i--) {
		if (!pidns_member_add(pid->numbers[i].ns))
			break;
	}
	if (i < 0) {
		race_point("publish: counted");
		return true;
	}
	empty_slots(pid);
	for (i++; i <= (s32)pid->level; i++)
		pidns_member_del(pid->numbers[i].ns);
	return false;
}

/* Invariant 1: fill, full barrier (the atomic addition), look at the flag.
 * Partner: pidns_close, which clears the flag and then sweeps. */
bool pid_publish(struct pid *pid)
{
	if (!SABOTAGED(check_before_fill))
		fill_slots(pid, pid_table_fill_embryo);
	if (!count_in(pid))
		return false;
	if (SABOTAGED(check_before_fill))
		race_delay_us(400);
	fill_slots(pid, pid_table_fill);
	return true;
}

void pid_abort(struct pid *pid)
{
	struct pid_ns *ns = pid_ns_of(pid);

	ASSERT(pid->uses == 0);
	give_numbers(pid, -1);
	pidns_first_birth_failed(ns);
	pid_put(pid);
}

int pid_alloc_successor(struct pid *old, struct pid_ns *ns, struct pid **out)
{
	struct pid *pid = slab_alloc(pid_caches[ns->level]);
	s32 nr;

	if (!pid)
		return -ENOMEM;
	pid_setup(pid, ns);
	nr = pid_table_take(&ns->table, pid_max_get(ns));
	if (nr < 0) {
		slab_free(pid_caches[ns->level], pid);
		return nr;
	}
	for (u32 i = 0; i <= old->level; i++)
		pid->numbers[i].nr = old->numbers[i].nr;
	pid->numbers[ns->level].nr = nr;
	pid->ino = old->ino;
	pid->former = pid_get(old);
	pidns_get(ns);
	*out = pid;
	return 0;
}

bool pid_enter(struct pid *pid)
{
	struct pid_ns *ns = pid_ns_of(pid);

	pid_table_fill_embryo(&ns->table, pid_own_nr(pid), pid);
	race_point("enter: embryo");
	if (!pidns_member_add(ns)) {
		pid_table_empty(&ns->table, pid_own_nr(pid));
		return false;
	}
	return true;
}

void pid_succeed(struct pid *pid)
{
	for (u32 i = 0; i < pid->level; i++)
		pid->numbers[i].sweep_mark = pid->former->numbers[i].sweep_mark;
	fill_slots(pid, pid_table_fill);
}

void pid_abort_successor(struct pid *pid)
{
	/* A sweep may have seen the embryo. */
	rcu_synchronize();
	pid->task = NULL;
	pid->process = NULL;
	pid->uses = 0;
	pid_table_give(&pid_ns_of(pid)->table, pid_own_nr(pid));
	pid_put(pid);
}

struct pid *pid_get(struct pid *pid)
{
	if (pid)
		refcount_get(&pid->refs);
	return pid;
}

static void pid_free_rcu(struct rcu_head *head)
{
	struct pid *pid = container_of(head, struct pid, rcu);
	struct pid_ns *ns = pid_ns_of(pid);

	pid_put(pid->former);
	slab_free(pid_caches[pid->level], pid);
	pidns_put(ns);
}

void pid_put(struct pid *pid)
{
	if (pid && refcount_put(&pid->refs)) {
		ASSERT(list_empty(&pid->group) && list_empty(&pid->session));
		rcu_call(&pid->rcu, pid_free_rcu);
	}
}

struct pid *pid_find(s32 nr, struct pid_ns *ns)
{
	return nr > 0 ? pid_table_find(&ns->table, nr) : NULL;
}

static struct pid *next_get(s32 *nr, struct pid_ns *ns, bool embryos)
{
	struct pid *pid;

	rcu_read_lock();
	while ((pid = pid_table_next(&ns->table, nr, embryos))) {
		if (refcount_try_get(&pid->refs))
			break;
		++*nr;
	}
	rcu_read_unlock();
	return pid;
}

struct pid *pid_next(s32 *nr, struct pid_ns *ns)
{
	return next_get(nr, ns, false);
}

struct pid *pid_next_embryo(s32 *nr, struct pid_ns *ns)
{
	return next_get(nr, ns, true);
}

s32 pid_nr(const struct pid *pid, const struct pid_ns *ns)
{
	if (!pid || ns->level > pid->level)
		return 0;
	if (pid->numbers[ns->level].ns != ns)
		return 0;
	return pid->numbers[ns->level].nr;
}

s32 pid_vnr(const struct pid *pid)
{
	return pid_nr(pid, current_pidns());
}

void pid_attach(struct pid *pid, enum pid_role role)
{
	u32 before = __atomic_fetch_or(&pid->uses, (u32)BIT(role),
				       __ATOMIC_RELAXED);

	/* Nobody comes back to a pid that its last role has left. */
	ASSERT(before || role == PID_TGID || role == PID_TASK);
	(void)before;
}

/* The last role went: out of all tables, then out of the counts (invariant
 * 9). */
static void pid_unhash(struct pid *pid)
{
	if (!SABOTAGED(count_before_empty))
		give_numbers(pid, -1);
	race_point("unhash: slots empty");
	for (s32 i = (s32)pid->level; i >= 0; i--)
		pidns_member_del(pid->numbers[i].ns);
	for (struct pid *old = pid->former; old; old = old->former)
		rcu_assign(old->heir, NULL);
	if (SABOTAGED(count_before_empty)) {
		race_delay_us(30000);
		give_numbers(pid, -1);
	}
	pid_put(pid);
}

void pid_detach(struct pid *pid, enum pid_role role)
{
	ASSERT(READ_ONCE(pid->uses) & BIT(role));
	if (role == PID_PGID && !list_empty(&pid->group))
		return;
	if (role == PID_SID && !list_empty(&pid->session))
		return;
	if (role == PID_PGID)
		rcu_assign(pid->group_session, NULL);
	/* Each role has its lock: whoever clears the last bit goes on. */
	if (!__atomic_and_fetch(&pid->uses, ~(u32)BIT(role), __ATOMIC_SEQ_CST))
		pid_unhash(pid);
}
