/*
 * include/core/rank.h - the order in which locks may be taken
 *
 * What:  one number a lock class. A CPU may take a lock only if every
 *        spinlock it holds has a higher number, and a task a sleeping lock
 *        only if the sleeping locks it holds do (and it holds no spinlock).
 *        An interrupt handler starts afresh: what the interrupted code holds
 *        does not count, because under a lock that handlers take nobody may
 *        take one that is also taken with interrupts on (checked too).
 *        Two locks of one class need the *_nested form, with its reason.
 * See:   docs/locking.md: what each lock covers.
 */
#ifndef CORE_RANK_H
#define CORE_RANK_H

enum lock_rank {
	RANK_NONE,
	/* layer 3 core: printed from anywhere, so lowest */
	RANK_CONSOLE,		/* serial port, screen */
	/* layer 2 arch */
	RANK_ARCH_IRQ,		/* IO-APIC, vector table */
	RANK_VDSO,		/* the page that programs read the time from */
	RANK_RCU,		/* grace-period state */
	/* layer 4 mm */
	RANK_PAGE,		/* buddy zone */
	RANK_SLAB,		/* a cache's slab lists */
	RANK_SLAB_LIST,		/* list of all caches */
	RANK_KSTACK,		/* stack address range */
	/* layer 5 sched */
	RANK_TIMER,		/* a CPU's timer tree */
	RANK_RUNQUEUE,		/* a CPU's run queue */
	RANK_DEADLINE,		/* shares promised to SCHED_DEADLINE */
	RANK_EPOLL,		/* ready list of an epoll: its wake-ups come
				   under the lock of a wait queue */
	RANK_WAIT,		/* a wait queue */
	RANK_THREADS,		/* a CPU's list of all threads, for dumps */
	RANK_STRACE,		/* the line of strace=1 that is being written */
	/* layer 6 vm */
	RANK_ASPACE_VIEW,	/* who looks at which address space */
	RANK_PTABLE,		/* page tables of an address space (spin) */
	RANK_VM_OBJECT,		/* pages of an object (spin) */
	/* layer 7 fs, spinning */
	RANK_INODE_ATTR,	/* times, sizes, small fields */
	RANK_FILE_LOCK,		/* flock and record locks of an inode */
	RANK_FDTABLE,
	RANK_FS_CONTEXT,	/* root, cwd, umask */
	RANK_DCACHE,		/* dentry tree links */
	RANK_MOUNT,		/* mount tree */
	RANK_POLL,		/* state of an eventfd, a timerfd, a socket */
	RANK_SOCKET_RIGHTS,	/* which files are in flight through sockets */
	/* layer 9 drivers, spinning, taken from interrupts */
	RANK_TTY_INPUT,
	RANK_KEYBOARD,		/* all keyboards: types into the screen's tty */
	/* layer 8 proc, spinning */
	RANK_USER,		/* hash of users */
	RANK_PIDNS_LIST,	/* all pid namespaces */
	RANK_IPC_UNDO,		/* adjustments of semaphores at exit */
	RANK_IPC_TABLE,		/* keys and ids of System V objects */
	RANK_IPC,		/* a semaphore set, queue, segment */
	RANK_MNTNS_LIST,	/* all mount namespaces */
	RANK_FUTEX,
	RANK_TASK,		/* small fields of one task (alloc_lock) */
	RANK_SIGHAND,		/* signal actions */
	RANK_SIGLOCK,		/* signal state of a process */
	RANK_TRACE,		/* who traces whom */
	RANK_SESSION,		/* groups, sessions, their terminal */
	RANK_PROCESS_TREE,	/* parents, children, exit states of a world */
	/* sleeping locks: their own order, taken before any spinlock */
	RANK_SLEEP_LOWEST,
	RANK_MUTEX_ASPACE,	/* regions of an address space: taken by a user
				   copy that grows the stack, so below most */
	RANK_MUTEX_SMALL,	/* leaf mutexes (log reader, random, ...) */
	RANK_MUTEX_RCU,		/* rcu_barrier */
	RANK_MUTEX_PIPE,	/* a pipe's content; user copies fault inside */
	RANK_MUTEX_TTY,		/* tty line state */
	RANK_MUTEX_INODE,	/* directory or file content */
	RANK_MUTEX_RENAME,	/* one rename between directories at a time */
	RANK_MUTEX_MOUNT,	/* mount and umount */
	RANK_MUTEX_NS,		/* creation of namespace caches */
	RANK_MUTEX_IPC,		/* creation of System V objects */
	RANK_MUTEX_PI,		/* locks with priority inheritance */
	RANK_MUTEX_EPOLL,	/* what an epoll watches: it asks files of any
				   type under it */
	RANK_MUTEX_EPOLL_GRAPH,	/* which epoll watches which */
	RANK_MUTEX_FILE_POS,	/* position of an open file, around read and
				   write of any type */
	RANK_MUTEX_ACCT,	/* a file of process accounting, written under
				   it */
};

#endif
