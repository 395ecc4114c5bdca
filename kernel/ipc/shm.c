/*
 * kernel/ipc/shm.c - System V shared memory
 *
 * What:  segments of zeros that any process with the right may map: shmget,
 *        shmat, shmdt, shmctl. How many regions map one is told by the address
 *        spaces (mapped, unmapped), so fork, exec and exit count by themselves.
 * Locks: the segment's lock.
 * Life:  IPC_RMID destroys a segment without users at once; with users it
 *        loses its key and goes with the last of them. Each region that maps
 *        one keeps its namespace.
 * Not:   the pages (mm/vm/anon_object.c).
 * See:   shmget(2), shmop(2), shmctl(2).
 */
#include "ipc.h"

#include <core/start_call.h>
#include <fs/file.h>
#include <fs/seq_buf.h>
#include <lib/format.h>
#include <mm/kmalloc.h>
#include <proc/procfs.h>
#include <proc/sysv.h>
#include <proc/user.h>
#include <uapi/capability.h>
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/stat.h>
#include <vm/aspace.h>

struct shm_segment {
	struct ipc_object obj;		/* first */
	struct vm_object object;	/* what is mapped; holds obj */
	struct vm_object *pages;	/* [I] owned by object */
	struct file *file;		/* [I] owned; its name in maps */
	u64 size;			/* [I] bytes as asked for */
	s64 atime, dtime, ctime;	/* [L] seconds */
	struct pid *cpid, *lpid;	/* [L] owned */
	u64 nattch;			/* [L] regions, attaches under way */
	struct user *locker;		/* [L] owned: pays for SHM_LOCK */
};

struct shm_part {
	struct ipc_ids ids;
	u64 max, all, mni;	/* [a] /proc/sys/kernel/shm* */
	struct atomic64 total;	/* pages of all segments */
};

static const struct vm_object_ops shm_object_ops;

static struct shm_segment *to_segment(struct ipc_object *o)
{
	return container_of(o, struct shm_segment, obj);
}

static struct shm_segment *segment_of(struct vm_object *obj)
{
	return container_of(obj, struct shm_segment, object);
}

static struct shm_part *part_of(const struct ipc_ids *ids)
{
	return container_of(ids, struct shm_part, ids);
}

static struct shm_part *part_now(void)
{
	return ipc_part_of_current(IPC_SHM);
}

static u64 npages_of(const struct shm_segment *s)
{
	return PAGE_ALIGN_UP(s->size) >> PAGE_SHIFT;
}

/* --- the object that is mapped -------------------------------------------- */

static int shm_get_page(struct vm_object *obj, u64 index, struct page **out)
{
	struct vm_object *pages = segment_of(obj)->pages;

	return pages->ops->get_page(pages, index, out);
}

static void shm_peek_pages(struct vm_object *obj, u64 first, struct page **out,
			   u32 n)
{
	struct vm_object *pages = segment_of(obj)->pages;

	pages->ops->peek_pages(pages, first, out, n);
}

static void note_user(struct shm_segment *s)
{
	if (current_is_task())
		ipc_set_pid(&s->lpid);
}

static void shm_mapped(struct vm_object *obj)
{
	struct shm_segment *s = segment_of(obj);

	plainns_get(s->obj.ids->ns);
	spin_lock(&s->obj.lock);
	s->nattch++;
	s->atime = ipc_now();
	note_user(s);
	spin_unlock(&s->obj.lock);
}

static void stop_locking(struct shm_segment *s)
{
	if (!s->locker)
		return;
	user_charge(s->locker, USER_LOCKED_PAGES, -(s64)npages_of(s));
	user_put(s->locker);
	s->locker = NULL;
}

/* Nobody uses it any more. Lock held, and let go. */
static void destroy_locked(struct shm_segment *s)
{
	atomic_sub(&part_of(s->obj.ids)->total, (s64)npages_of(s));
	stop_locking(s);
	ipc_unlink_locked(&s->obj);
	ipc_unlock(&s->obj);
	file_put(s->file);
	vm_object_put(&s->object);
	ipc_put(&s->obj);
}

/* One user less. Lock held, and let go. */
static void leave_locked(struct shm_segment *s)
{
	s->nattch--;
	if (!s->nattch && (s->obj.mode & SHM_DEST))
		destroy_locked(s);
	else
		ipc_unlock(&s->obj);
}

static void shm_unmapped(struct vm_object *obj)
{
	struct shm_segment *s = segment_of(obj);
	struct plain_ns *ns = s->obj.ids->ns;

	spin_lock(&s->obj.lock);
	s->dtime = ipc_now();
	note_user(s);
	leave_locked(s);
	plainns_put(ns);
}

static void shm_object_destroy(struct vm_object *obj)
{
	struct shm_segment *s = segment_of(obj);

	vm_object_put(s->pages);
	ipc_put(&s->obj);
}

static const struct vm_object_ops shm_object_ops = {
	.get_page = shm_get_page,
	.peek_pages = shm_peek_pages,
	.mapped = shm_mapped,
	.unmapped = shm_unmapped,
	.destroy = shm_object_destroy,
};

/* --- segments ------------------------------------------------------------- */

static int shm_change(struct ipc_object *o, const void *perm)
{
	int err = ipc_set_perm(o, perm);

	if (!err)
		to_segment(o)->ctime = ipc_now();
	return err;
}

static int shm_create(struct ipc_ids *ids, const struct ipc_get_args *a,
		      struct ipc_object **out);

static int shm_check(struct ipc_object *o, const struct ipc_get_args *a)
{
	return a->size > to_segment(o)->size ? -EINVAL : 0;
}

static u32 shm_limit(const struct ipc_ids *ids)
{
	return (u32)READ_ONCE(part_of(ids)->mni);
}

static void shm_remove(struct ipc_object *o)
{
	struct shm_segment *s = to_segment(o);

	if (!s->nattch) {
		destroy_locked(s);
		return;
	}
	o->mode |= SHM_DEST;
	ipc_forget_key_locked(o);
	ipc_unlock(o);
}

static void shm_free(struct ipc_object *o)
{
	struct shm_segment *s = to_segment(o);

	pid_put(s->cpid);
	pid_put(s->lpid);
	kfree(s);
}

static const struct ipc_kind shm_kind = {
	.create = shm_create,
	.check = shm_check,
	.limit = shm_limit,
	.remove = shm_remove,
	.free = shm_free,
	.change = shm_change,
	.stat_any = SHM_STAT_ANY,
};

/* Against the namespace's limits, and the machine's memory. */
static int check_size(const struct shm_part *part, u64 size, int flags)
{
	u64 npages = PAGE_ALIGN_UP(size) >> PAGE_SHIFT;
	u64 total = (u64)atomic_read(&part->total);

	if (size < 1 || size > READ_ONCE(part->max))
		return -EINVAL;
	if (npages << PAGE_SHIFT < size)
		return -ENOSPC;
	if (total + npages < npages || total + npages > READ_ONCE(part->all))
		return -ENOSPC;
	/* No huge pages are kept in reserve. */
	if (flags & SHM_HUGETLB)
		return -ENOMEM;
	if (!(flags & SHM_NORESERVE) && npages > mm_total_pages())
		return -ENOMEM;
	return 0;
}

/* Where the segment's pages and its name in maps come from. */
static int make_backing(struct shm_segment *s, s32 key)
{
	static const struct file_ops no_ops;
	char name[32];
	int err = vm_object_create_anon(s->size, &s->pages);

	if (err)
		return err;
	snprintf(name, sizeof(name), "/SYSV%08x (deleted)", (u32)key);
	err = file_create_anon(name, &no_ops, O_RDWR, NULL, &s->file);
	if (err)
		vm_object_put(s->pages);
	return err;
}

static int shm_create(struct ipc_ids *ids, const struct ipc_get_args *a,
		      struct ipc_object **out)
{
	struct shm_segment *s;
	int err = check_size(part_of(ids), a->size, a->flags);

	if (err)
		return err;
	s = kzalloc(sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->size = a->size;
	err = make_backing(s, a->key);
	if (err) {
		kfree(s);
		return err;
	}
	ipc_object_init(&s->obj, &shm_kind, a);
	refcount_get(&s->obj.refs);	/* the vm object's */
	vm_object_init(&s->object, &shm_object_ops);
	ipc_set_pid(&s->cpid);
	s->ctime = ipc_now();
	atomic_add(&part_of(ids)->total, (s64)npages_of(s));
	*out = &s->obj;
	return 0;
}

int shm_get(s32 key, size_t size, int flags)
{
	const struct ipc_get_args a = {
		.key = key, .flags = flags, .size = size,
	};

	return ipc_get(&part_now()->ids, &shm_kind, &a);
}

/* --- attaching ------------------------------------------------------------ */

#define SHMLBA PAGE_SIZE

static int attach_address(const struct shm_attach_args *a, struct mmap_args *m)
{
	m->addr = a->addr;
	m->flags = MAP_SHARED;
	if (!a->addr)
		return a->flags & SHM_REMAP ? -EINVAL : 0;
	if (a->addr & (SHMLBA - 1)) {
		if (!(a->flags & SHM_RND))
			return -EINVAL;
		m->addr = ALIGN_DOWN(a->addr, SHMLBA);
		if (!m->addr && (a->flags & SHM_REMAP))
			return -EINVAL;
	}
	m->flags |= a->flags & SHM_REMAP ? MAP_FIXED : MAP_FIXED_NOREPLACE;
	return 0;
}

/* What the mapping may do, and the rights that takes. */
static u32 attach_rights(const struct shm_attach_args *a, struct mmap_args *m)
{
	u32 want = S_IRUGO;

	m->prot = PROT_READ;
	if (!(a->flags & SHM_RDONLY)) {
		m->prot |= PROT_WRITE;
		m->max_flags |= REGION_MAYWRITE;
		want |= S_IWUGO;
	}
	if (a->flags & SHM_EXEC) {
		m->prot |= PROT_EXEC;
		want |= S_IXUGO;
	}
	return want;
}

/* A living segment with one user more, so that it stays; with a reference. */
static int segment_join(s32 id, u32 want, struct shm_segment **out)
{
	struct ipc_object *o;
	int err = ipc_find(&part_now()->ids, id, &o);

	if (err)
		return err;
	spin_lock(&o->lock);
	err = !ipc_permits(o, want) ? -EACCES : o->removed ? -EIDRM : 0;
	if (err) {
		ipc_unlock_put(o);
		return err;
	}
	*out = to_segment(o);
	(*out)->nattch++;
	ipc_unlock(o);
	return 0;
}

int shm_attach(const struct shm_attach_args *a, u64 *out)
{
	struct mmap_args m = { .limits = *a->limits };
	struct shm_segment *s;
	int err = attach_address(a, &m);

	if (!err)
		err = segment_join(a->id, attach_rights(a, &m), &s);
	if (err)
		return err;
	m.len = s->size;
	m.object = &s->object;
	m.file = s->file;
	err = vm_mmap(current_task()->aspace, &m, out);
	spin_lock(&s->obj.lock);
	leave_locked(s);
	ipc_put(&s->obj);
	return err == -EEXIST ? -EINVAL : err;
}

int shm_detach(u64 addr)
{
	return vm_detach(current_task()->aspace, addr, &shm_object_ops);
}

/* --- shmctl --------------------------------------------------------------- */

int shm_stat(s32 id, int cmd, struct shmid64_ds *out)
{
	struct ipc_object *o;
	struct shm_segment *s;
	int err = ipc_stat_begin(&part_now()->ids, id, cmd, &o);

	if (err)
		return err;
	s = to_segment(o);
	*out = (struct shmid64_ds){
		.shm_segsz = s->size, .shm_nattch = s->nattch,
		.shm_atime = s->atime, .shm_dtime = s->dtime,
		.shm_ctime = s->ctime,
		.shm_cpid = pid_vnr(s->cpid), .shm_lpid = pid_vnr(s->lpid),
	};
	ipc_fill_perm(o, &out->shm_perm);
	return ipc_stat_end(o, cmd);
}

int shm_control(s32 id, const struct ipc64_perm *perm)
{
	return ipc_control(&part_now()->ids, id, perm);
}

static int may_lock(const struct ipc_object *o, bool lock)
{
	uid_t euid = current_cred()->euid;

	if (ns_capable(o->ids->ns->common.owner, CAP_IPC_LOCK))
		return 0;
	if (euid != o->uid && euid != o->cuid)
		return -EPERM;
	return lock && !current_rlimit(RLIMIT_MEMLOCK) ? -EPERM : 0;
}

static int lock_segment(struct shm_segment *s)
{
	struct user *u = current_cred()->user;
	u64 limit = current_rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	s64 now;

	if (s->locker)
		return 0;
	now = user_try_charge(u, USER_LOCKED_PAGES, (s64)npages_of(s));
	if (now < 0)
		return -ENOMEM;
	if ((u64)now > limit && !capable(CAP_IPC_LOCK)) {
		user_charge(u, USER_LOCKED_PAGES, -(s64)npages_of(s));
		return -ENOMEM;
	}
	user_get(u);
	s->locker = u;
	s->obj.mode |= SHM_LOCKED;
	return 0;
}

/* There is no swap: all that changes is who pays, and what is shown. */
int shm_lock(s32 id, bool lock)
{
	struct ipc_object *o;
	int err = ipc_find_lock(&part_now()->ids, id, &o);

	if (err)
		return err;
	err = may_lock(o, lock);
	if (!err && lock) {
		err = lock_segment(to_segment(o));
	} else if (!err) {
		stop_locking(to_segment(o));
		o->mode &= ~(u32)SHM_LOCKED;
	}
	ipc_unlock_put(o);
	return err;
}

int shm_limits(struct shminfo64 *out)
{
	struct shm_part *part = part_now();

	*out = (struct shminfo64){
		.shmmax = part->max, .shmmin = 1, .shmmni = part->mni,
		.shmseg = part->mni, .shmall = part->all,
	};
	return ipc_highest_index(&part->ids);
}

static void add_usage(struct ipc_object *o, void *info)
{
	((struct shm_info *)info)->shm_rss +=
		vm_object_anon_pages(to_segment(o)->pages);
}

int shm_usage(struct shm_info *out)
{
	struct shm_part *part = part_now();

	*out = (struct shm_info){
		.used_ids = (s32)READ_ONCE(part->ids.in_use),
		.shm_tot = (u64)atomic_read(&part->total),
	};
	ipc_for_each(&part->ids, add_usage, out);
	return ipc_highest_index(&part->ids);
}

/* --- /proc, and the namespace's part -------------------------------------- */

static void show_segment(struct ipc_object *o, void *out)
{
	struct shm_segment *s = to_segment(o);

	ipc_show_head(o, out);
	seq_printf(out, "%21lu %5u %5u  %5lu ", s->size,
		   (u32)pid_vnr(s->cpid), (u32)pid_vnr(s->lpid), s->nattch);
	ipc_show_owner(o, out);
	seq_printf(out, "%10ld %10ld %10ld %21lu %21lu\n", s->atime, s->dtime,
		   s->ctime, vm_object_anon_pages(s->pages) << PAGE_SHIFT, 0ul);
}

static int show_segments(struct seq_buf *out)
{
	seq_puts(out, "       key      shmid perms                  size  cpid"
		 "  lpid nattch   uid   gid  cuid  cgid      atime      dtime"
		 "      ctime                   rss                  swap\n");
	ipc_for_each(&part_now()->ids, show_segment, out);
	return 0;
}

static int shm_part_create(struct plain_ns *ns, void **out)
{
	struct shm_part *part = kzalloc(sizeof(*part));

	if (!part)
		return -ENOMEM;
	ipc_ids_init(&part->ids, ns);
	part->max = U64_MAX - (1ul << 24);
	part->all = U64_MAX - (1ul << 24);
	part->mni = 4096;
	*out = part;
	return 0;
}

static void shm_part_destroy(void *part)
{
	ipc_ids_fini(&((struct shm_part *)part)->ids);
	kfree(part);
}

static void shm_start(void)
{
	static const struct ipc_facility facility = {
		.part = IPC_SHM, .create = shm_part_create,
		.destroy = shm_part_destroy,
	};
	static const struct ipc_setting max_bytes = {
		.part = IPC_SHM, .offset = offsetof(struct shm_part, max),
		.count = 1, .max = U64_MAX,
	}, max_pages = {
		.part = IPC_SHM, .offset = offsetof(struct shm_part, all),
		.count = 1, .max = U64_MAX,
	}, max_segments = {
		.part = IPC_SHM, .offset = offsetof(struct shm_part, mni),
		.count = 1, .max = IPC_MAX_OBJECTS,
	};
	static struct proc_entry entries[] = {
		IPC_SETTING("sys/kernel/shmmax", &max_bytes),
		IPC_SETTING("sys/kernel/shmall", &max_pages),
		IPC_SETTING("sys/kernel/shmmni", &max_segments),
		IPC_NEXT_ID("sys/kernel/shm_next_id", &max_segments),
		{ .path = "sysvipc/shm", .mode = 0444, .show = show_segments },
	};

	ipc_facility_register(&facility);
	for (u32 i = 0; i < ARRAY_SIZE(entries); i++)
		proc_entry_add(&entries[i]);
}
START_CALL(shm_start);
