/*
 * include/vm/aspace.h - address spaces, regions and what is mapped in them
 *
 * What:  struct aspace holds regions (half-open, page aligned, disjoint, in a
 *        tree) and the page tables that follow them. Anonymous private pages
 *        live only in the page tables; everything else comes from a
 *        struct vm_object. Copy on write is told by the page's reference
 *        count: a private page with one reference may be made writable.
 * Locks: aspace->lock (mutex, RANK_MUTEX_ASPACE): changes of regions, brk,
 *        counters. aspace->ptable_lock (spin, RANK_PTABLE): page tables.
 *        What a fault reads of regions, marked [L+P], is written under both
 *        and read under either, so that faults never wait for the mutex.
 *        object->lock (spin, RANK_VM_OBJECT): its list of regions; taken
 *        before ptable_lock.
 * Life:  aspace_create/clone -> users (threads; aspace_get/put) -> the last
 *        put unmaps everything at once.
 * See:   docs/memory.md, docs/memory-map.md; mmap(2) and the pages it names.
 */
#ifndef VM_ASPACE_H
#define VM_ASPACE_H

#include <arch/mmu.h>
#include <core/spinlock.h>
#include <lib/atomic.h>
#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/refcount.h>
#include <mm/page.h>
#include <sched/mutex.h>

struct aspace_view;
struct region;
struct vm_object;

/* Values of /proc/sys/vm. */
extern struct atomic vm_max_map_count;	/* [a] max_map_count */
#define VM_MAX_MAP_COUNT ((u64)atomic_read(&vm_max_map_count))
extern int vm_overcommit;	/* [a] overcommit_memory: 1: never refuse */
#define VM_MMAP_MIN_ADDR 65536ul	/* mmap_min_addr */
/* Bytes kept free between a stack and what lies below it. */
#define VM_STACK_GUARD (256 * PAGE_SIZE)

struct vm_object_ops {
	/*
	 * get_page - the page at @index of the object, with a reference for
	 *            the caller; allocated when it is a hole
	 * Return: 0, -ENOMEM, -EFAULT (past the end: SIGBUS).
	 * Context: task, may sleep; no lock of this layer held.
	 */
	int (*get_page)(struct vm_object *obj, u64 index, struct page **out);
	/*
	 * peek_pages - those of @n pages from @first on that are there, with a
	 *              reference each; NULL: a hole, or past the end
	 * Context: task; does not sleep. The operation may be NULL: then pages
	 *          are only mapped one by one, and mincore sees all of them.
	 */
	void (*peek_pages)(struct vm_object *obj, u64 first, struct page **out,
			   u32 n);
	/* One region more, or less, maps it (an object with these operations
	 * is never merged in an address space). Both may be NULL. Context:
	 * task; unmapped may sleep unless another region stays. */
	void (*mapped)(struct vm_object *obj);
	void (*unmapped)(struct vm_object *obj);
	/* Last reference gone. Context: task, may sleep. */
	void (*destroy)(struct vm_object *obj);
};

/* Something pages come from: a ramfs file, shared anonymous memory, ... */
struct vm_object {
	const struct vm_object_ops *ops;	/* [I] */
	struct refcount refs;
	struct spinlock lock;		/* RANK_VM_OBJECT */
	struct list regions;		/* [lock] mappings, for truncation */
	u32 unmap_seq;			/* [lock] read by faults: a page looked
					   up before it changed is stale */
	struct atomic writable_maps;	/* [a] regions that are or may become
					   shared and writable */
};

void vm_object_init(struct vm_object *obj, const struct vm_object_ops *ops);
void vm_object_get(struct vm_object *obj);
void vm_object_put(struct vm_object *obj);
/*
 * vm_object_unmap - remove the mapped pages of [first, last) (page indices)
 *                   from every address space, private copies included
 * The owner takes the pages out of the object, or lowers its size, first:
 * get_page no longer gives them. A fault that got one before notices.
 * Context: task, may sleep; no object or aspace lock held.
 */
void vm_object_unmap(struct vm_object *obj, u64 first, u64 last);
/* Shared anonymous memory of @len_bytes. Return: 0, -ENOMEM. */
int vm_object_create_anon(u64 len_bytes, struct vm_object **out);
/* Pages that such an object has now. */
u64 vm_object_anon_pages(struct vm_object *obj);

/* Flags of a region: the low three are PROT_READ/WRITE/EXEC. */
enum region_flags {
	REGION_READ = 1, REGION_WRITE = 2, REGION_EXEC = 4,
	REGION_SHARED = 8,
	REGION_GROWSDOWN = 16,
	REGION_MAYWRITE = 32,	/* mprotect may add write */
	REGION_LOCKED = 64,
	REGION_NORESERVE = 128,
	REGION_DONTFORK = 256,
	REGION_WIPEONFORK = 512,
	REGION_STACK = 1024,	/* the initial stack, for /proc/PID/maps */
	REGION_NOEXEC = 2048,	/* mprotect may not add exec */
	REGION_LOCKONFAULT = 4096,	/* LOCKED, but pages as they come */
	REGION_DROPPABLE = 8192,	/* MAP_DROPPABLE */
	REGION_SEALED = 16384,	/* stays as it is: mseal.c */
	REGION_MOVING = 32768,	/* faults wait for aspace->lock: mremap.c */
	REGION_ACCOUNTED = 65536,	/* counts as memory that may be needed:
					   private, and was writable once */
	REGION_DONTDUMP = 131072,
};
#define REGION_PROT (REGION_READ | REGION_WRITE | REGION_EXEC)

struct region {
	union {
		struct rb_node node;		/* [L+P] */
		struct region *next_dead;	/* taken out, to be freed */
	};
	u64 start, end;			/* [L+P] */
	u64 offset;			/* [L+P] bytes into object at start */
	u32 flags;			/* [L+P] enum region_flags */
	u8 place;			/* [I] region.c: in a block of several,
					   from 1 on; 0: by itself */
	bool has_copies;		/* [P] pages of its own may be mapped,
					   or were */
	struct vm_object *object;	/* [I] owned; NULL: private anonymous */
	struct list object_link;	/* [object->lock] */
	struct aspace *aspace;		/* [I] */
	void *file;			/* [I] owned through the file hooks; for
					   /proc maps */
};

/* Soft limits of the caller in bytes, RLIM_INFINITY (~0) where none binds. */
struct vm_limits {
	u64 as_bytes, data_bytes, stack_bytes;
	u64 memlock_bytes;	/* infinite with CAP_IPC_LOCK */
	bool may_map_low;	/* CAP_SYS_RAWIO: below VM_MMAP_MIN_ADDR */
};

/* Small numbers of the threads that have an rseq area: proc/rseq.h. The owners
 * are tasks, which only kernel/proc/rseq.c knows. */
struct rseq_numbers {
	u32 users;		/* [P] threads that have an area */
	const void *first;	/* [P] owner of number 0 */
	const void **others;	/* [P] owned: of 1, 2, ... one for each CPU
				   but one; NULL: nobody was the second */
};

/* The auxiliary vector as the program got it, then zeros. Its forks share it.
 * Source: getauxval(3). */
#define AUXV_WORDS 52
struct vm_auxv {
	struct refcount refs;
	u64 at[AUXV_WORDS];
};

/* What of memory goes into a core file, if nobody says otherwise. Source:
 * core(5), "Controlling which mappings are written to the core dump". */
#define VM_DUMP_FILTER 0x33u

struct aspace {
	struct mmu mmu;			/* [ptable_lock] */
	struct refcount users;	/* threads; memory is torn down at 0 */
	u64 id;			/* [I] no other has it, or ever had */
	struct mutex lock;
	struct spinlock ptable_lock;
	struct rb_root regions;		/* [L+P] by start */
	struct region *last_hit;	/* [a] found last; never one removed */
	u64 nregions;			/* [lock] */
	u64 total_pages;		/* [lock] size of all regions */
	u64 max_pages;			/* [lock] the most it was */
	u64 data_pages, locked_pages, stack_pages;	/* [lock] */
	u64 gap_from, gap_known;	/* [lock] no hole in [gap_from,
					   mmap_top) is larger than gap_known */
	struct atomic64 rss;		/* [a] pages present, zero page not */
	struct atomic64 rss_file;	/* [a] of those, pages of objects */
	u64 max_rss;			/* [ptable_lock] pages */
	u64 minflt, majflt;		/* [ptable_lock] */
	u64 brk_start, brk;		/* [lock] */
	u64 mmap_top;			/* [I] regions are placed below here */
	u64 stack_top;			/* [I] */
	u64 vdso;			/* [I] the vDSO is there; 0: none */
	u64 code_start, code_end;	/* [lock] /proc, prctl */
	u64 data_start, data_end;	/* [lock] the same, RLIMIT_DATA */
	u64 arg_start, arg_end;		/* [lock] /proc, prctl */
	u64 env_start, env_end;		/* [lock] /proc, prctl */
	void *exe_file;			/* [lock] owned through file hooks */
	u32 def_flags;			/* [lock] mlockall(MCL_FUTURE) */
	u32 released;			/* [ptable_lock] vm_release: private
					   pages are gone and do not come */
	struct vm_auxv *auxv;		/* [I] owned; NULL: not of a program */
	bool sealed;			/* [lock] some region is, or was */
	u32 no_huge;			/* [a] PR_SET_THP_DISABLE */
	u32 dump_filter;		/* [a] /proc/PID/coredump_filter */
	struct atomic membarrier;	/* [a] registered commands (sys) */
	struct atomic mdwe;		/* [a] PR_SET_MDWE; once set constant */
	struct rseq_numbers rseq;	/* [ptable_lock] */
	struct aspace_view *views;	/* [V] see vm/aspace_view.h */
};

/* Files are above this layer: how a mapping's file is kept and let go, set
 * once at boot by fs/. put is called with no lock held and may sleep. */
struct vm_file_hooks {
	void (*get)(void *file);
	void (*put)(void *file);
};
void vm_set_file_hooks(const struct vm_file_hooks *hooks);
/* Limits of the current process, where no argument carries them: a hook set
 * by proc at boot. Before that nothing is limited. */
void vm_set_limits_hook(void (*fn)(struct vm_limits *out));

/* Caches and the shared page of zeros; once, after mm_init. */
void vm_init(void);

int aspace_create(struct aspace **out);		/* 0, -ENOMEM */
/* fork(2): copy of @src (may be current), whose user will push at the stack
 * pointer @sp. Return: 0, -ENOMEM. */
int aspace_clone(struct aspace *src, u64 sp, struct aspace **out);
void aspace_get(struct aspace *as);
bool aspace_try_get(struct aspace *as);
/* Context: task, may sleep. */
void aspace_put(struct aspace *as);
/* fork and exec: @to has @from's rule about gaining execution, unless that is
 * for it alone. Source: prctl(2), PR_SET_MDWE. */
void aspace_inherit_mdwe(struct aspace *to, const struct aspace *from);
/* Make it (or NULL: none) the current thread's; the old one is returned, its
 * reference now the caller's. @as: reference stolen. */
struct aspace *aspace_use(struct aspace *as);
/* The current thread's; NULL for kernel threads. */
struct aspace *aspace_current(void);
/* exec: an auxiliary vector, all of it to be filled. Return: 0, -ENOMEM. */
int aspace_make_auxv(struct aspace *as);
/* Takes a reference of its own. */
void aspace_set_exe_file(struct aspace *as, void *file);
/* With a reference, or NULL. */
void *aspace_get_exe_file(struct aspace *as);

struct mmap_args {
	u64 addr, len;
	u32 prot, flags;	/* PROT_*, MAP_* */
	u64 offset;		/* bytes, page aligned */
	struct vm_object *object;	/* borrowed; NULL: anonymous */
	void *file;		/* borrowed */
	u32 max_flags;		/* REGION_MAYWRITE when a shared mapping may be
				   written, REGION_NOEXEC on a noexec mount,
				   REGION_STACK */
	struct vm_limits limits;
};
/*
 * vm_mmap - mmap(2) after the file part was checked
 * Return: 0 and *@out, -EINVAL (no length, kind of mapping, address not
 *         aligned), -ENOMEM (no room, limit, too many regions, more than the
 *         machine has), -EEXIST (MAP_FIXED_NOREPLACE), -EPERM (low address,
 *         lock not allowed), -EAGAIN (lock limit), -EOVERFLOW (offset).
 */
int vm_mmap(struct aspace *as, const struct mmap_args *args, u64 *out);
/* Return: 0, -EINVAL (address, length), -ENOMEM (a split fails), -EPERM
 * (sealed; so with everything that unmaps). */
int vm_munmap(struct aspace *as, u64 addr, u64 len);
/* shmdt(2): unmap what is left of the mapping at @addr of an object with @ops.
 * Return: 0, -EINVAL (none begins there), -ENOMEM. */
int vm_detach(struct aspace *as, u64 addr, const struct vm_object_ops *ops);
/* Return: 0, -EINVAL, -ENOMEM (a hole; before it is changed), -EACCES. */
int vm_mprotect(struct aspace *as, u64 addr, u64 len, u32 prot);
struct mremap_args {
	u64 old_addr, old_len, new_len, flags, new_addr;
	struct vm_limits limits;
};
/* Return: 0 and *@out, -EINVAL, -EFAULT (the old range is not one region),
 * -ENOMEM, -EAGAIN (lock limit), -EPERM (low address). */
int vm_mremap(struct aspace *as, const struct mremap_args *args, u64 *out);
/* Return: 0, -EINVAL, -ENOMEM (a hole, memory), -EFAULT, -EINTR. */
OPTIONAL int vm_madvise(struct aspace *as, u64 addr, u64 len, int advice);
/* process_mrelease(2): free what a dying process has for itself; who still runs
 * in it faults. Context: task, may sleep. */
OPTIONAL void vm_release(struct aspace *as);
/* brk(2): returns the new or, on failure, the old break. */
u64 vm_brk(struct aspace *as, u64 brk, const struct vm_limits *limits);
/* Return: 0, -EINVAL, -EBUSY (MS_INVALIDATE, locked), -ENOMEM (a hole). */
int vm_msync(struct aspace *as, u64 addr, u64 len, int flags);
/* Return: 0, -EINVAL, -ENOMEM (a hole), -EFAULT (@vec), -EAGAIN (memory). */
int vm_mincore(struct aspace *as, u64 addr, u64 len, uptr_t vec);

enum vm_lock_mode {
	VM_UNLOCK,
	VM_LOCK,
	VM_LOCK_ONFAULT,
};
struct mlock_args {
	u64 addr, len;
	enum vm_lock_mode mode;
	const struct vm_limits *limits;
};
/* mlock, mlock2, munlock. Return: 0, -EPERM, -ENOMEM (limit, hole), -EINVAL,
 * -EAGAIN (some pages could not be had). */
int vm_mlock(struct aspace *as, const struct mlock_args *args);
int vm_mlockall(struct aspace *as, int flags, const struct vm_limits *limits);
int vm_munlockall(struct aspace *as);
/* Return: 0, -EINVAL (not aligned, wraps), -ENOMEM (a hole: nothing is sealed;
 * a split: some is). */
int vm_mseal(struct aspace *as, u64 addr, u64 len);
/*
 * vm_map_segment - exec: a private mapping at a fixed place in an address
 *                  space that nobody else can see yet
 * @args: as for vm_mmap; no limits are looked at but may_map_low
 * Return: 0, -ENOMEM, -EPERM (low address), -EINVAL (not aligned, or outside
 *         of user addresses), -EACCES (PR_SET_MDWE).
 */
int vm_map_segment(struct aspace *as, const struct mmap_args *args);
/*
 * vm_clear_tail - exec: zeros from @from to the end of its page, which is the
 *                 last of a writable segment from a file and not yet touched
 * Return: 0, -EFAULT (the file is shorter), -ENOMEM.
 */
int vm_clear_tail(struct aspace *as, u64 from);
/*
 * vm_map_pages - exec: put pages filled by the caller into a region
 * @addr:  page aligned; the pages go to following addresses, which have none
 * @pages: a list of struct page by link, each PAGE_ANON with one reference,
 *         stolen on success; emptied as far as it got otherwise
 * Return: 0, -ENOMEM (page tables).
 */
int vm_map_pages(struct aspace *as, u64 addr, struct list *pages);

/* fault.c: resolve a fault. Return: 0, -EFAULT (no region or forbidden:
 * SIGSEGV; *@code SEGV_MAPERR or SEGV_ACCERR), -EIO (past the object's end:
 * SIGBUS), -ENOMEM (the asker is killed). */
struct fault_args {
	u64 addr;
	u32 access;		/* enum fault_access */
	bool present;		/* the processor found a page there */
	int *code;
};
int vm_fault(struct aspace *as, const struct fault_args *args);

/* Access to another process's memory (/proc/PID/cmdline, environ, ptrace,
 * process_vm_readv), as far as its own protection allows. Return: bytes
 * copied, less on a hole. Context: task, may sleep; no aspace lock held. */
size_t aspace_read(struct aspace *as, u64 addr, void *buf, size_t len);
size_t aspace_write(struct aspace *as, u64 addr, const void *buf, size_t len);
/* The same for a debugger: whatever is mapped is read, and a private mapping
 * is written to even if it is read only (breakpoints). */
size_t aspace_peek(struct aspace *as, u64 addr, void *buf, size_t len);
size_t aspace_poke(struct aspace *as, u64 addr, const void *buf, size_t len);

/* Visit the regions that end above @from, in order under the lock, while @fn
 * says so (for /proc/PID/maps). Return: no region is left. */
bool aspace_for_each(struct aspace *as, u64 from,
		     bool (*fn)(const struct region *r, void *arg), void *arg);
/* The region that holds @addr, or NULL. lock or ptable_lock held. */
struct region *region_find(struct aspace *as, u64 addr);
/* The first region that ends above @addr, or NULL. Locks likewise. */
struct region *region_above(struct aspace *as, u64 addr);
/* The neighbour, or NULL. Locks likewise. */
struct region *region_next(const struct region *r);
struct region *region_prev(const struct region *r);

/* futex keys: what backs the word at @addr. Private: object NULL and @offset
 * the address. Faults the page in. Return: 0, -EFAULT. */
struct vm_backing {
	struct vm_object *object;	/* with a reference when not NULL */
	u64 offset;
};
int vm_backing_get(struct aspace *as, u64 addr, bool write,
		   struct vm_backing *out);

#endif
