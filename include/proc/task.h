/*
 * include/proc/task.h - tasks (threads) and processes (thread groups)
 *
 * What:  struct task is what clone makes: a thread with an identity and
 *        references to what it may share. struct process is what all tasks of
 *        one group share: signals, limits, children, ids of group and session.
 * Locks: [N] the tree lock of the process's own namespace, [P] that of its
 *        parent's (parent_ns); both letters: both to write, either to read
 *        (proc/tree.h); [G] the lock of the process's session; [S] siglock;
 *        [A] task->alloc_lock; [c] the task itself; [I] constant after birth.
 * Life:  task_alloc -> task_publish (clone's commit) -> exit: zombie -> reaped
 *        (or at once, when nobody waits) -> task_put, freed after a grace
 *        period. A process lives as long as a task or a pid role points to it.
 */
#ifndef PROC_TASK_H
#define PROC_TASK_H

#include <core/rcu.h>
#include <core/seqlock.h>
#include <core/spinlock.h>
#include <fs/cred.h>
#include <lib/list.h>
#include <lib/refcount.h>
#include <proc/pid.h>
#include <proc/sigset.h>
#include <sched/timer.h>
#include <sched/wait.h>
#include <uapi/resource.h>
#include <uapi/signal.h>

struct aspace;
struct core_dump;
struct sighand;
struct file_table;
struct fs_context;
struct nsproxy;
struct pi_waiter;
struct sem_undos;
struct seccomp_filter;
struct session;
struct tty;

/* What was moved by calls that read and write. */
struct io_count {
	u64 read_bytes, written_bytes, reads, writes;
};

enum exit_state {
	EXIT_ALIVE,
	EXIT_ZOMBIE,		/* waits to be reaped */
	EXIT_DEAD,		/* reaped or never to be waited for */
};

/* The area of rseq(2), an optional facility (proc/rseq.h). */
struct rseq_area {
	uptr_t at;		/* [c] 0: none */
	u32 len, signature;	/* [c] */
	u32 number;		/* [c] mm_cid, as long as it owns that */
};

/* Calls that the program takes itself (PR_SET_SYSCALL_USER_DISPATCH). */
struct user_dispatch {
	u64 offset, len;	/* [c] calls from this code are the kernel's */
	uptr_t selector;	/* [c] of a byte; 0: none */
	bool taken;		/* [c] this call became a signal */
};

/* How a task is traced: ptrace(2), an optional facility (proc/ptrace.h), whose
 * lock is [X] trace_lock. */
struct tracee {
	u32 flags;		/* [X][S] PT_*; 0: not traced */
	u32 syscalls;		/* [S] TRACE_SYSCALL, ... */
	struct task *tracer;	/* [X][R] borrowed: it lets go before it dies */
	const struct cred *cred;	/* [X] owned: the tracer's, then */
	struct list link;	/* [X] tracer->tracees */
	s32 code;		/* [S] what wait is to report; when the stop
				   ends, the signal the tracer wants */
	u64 message;		/* [S] PTRACE_GETEVENTMSG */
};

struct task {
	struct thread thread;	/* first: current_thread() is this */
	struct refcount refs;
	struct process *process;	/* [I] exec by a non-leader keeps it */
	struct pid *pid;		/* [N][S][R] thread id, till released */
	struct list thread_link;	/* [N][S][R] process->threads */
	u32 exit_state;			/* enum exit_state. A leader's: to
					   ZOMBIE [P][N], then [P]; else [N] */
	s32 exit_code;			/* [c] wait status */
	s32 exit_signal;		/* [P] to the parent at death; -1: not
					   the leader */
	u32 flags;			/* [c] TASK_* */

	struct aspace *aspace;		/* [A][c] owned; NULL after exit_mm */
	struct file_table *files;	/* [A][c] owned */
	struct fs_context *fs;		/* [A][c] owned */
	struct sighand *sighand;	/* [S][R] owned */
	struct nsproxy *nsproxy;	/* [A][R] owned; NULL after exit */
	const struct cred *cred;	/* [c][R] owned: effective */
	struct spinlock alloc_lock;	/* RANK_TASK */

	/* signals: see proc/signal.h */
	u64 blocked;			/* [S][c] self writes, with siglock */
	u64 saved_mask;			/* [c] for after sigsuspend, ppoll */
	u32 restore_mask;		/* [c] saved_mask is to be restored */
	u32 altstack_flags;		/* [c] */
	uptr_t altstack_sp;		/* [c] */
	size_t altstack_size;		/* [c] */
	struct sigqueue pending;	/* [S] for this thread */
	struct siginfo *last_siginfo;	/* [S] of the signal or event a traced
					   task stopped for */
	u64 wait_mask;			/* [S] sigtimedwait's set, else 0 */
	u32 jobctl;			/* [S] JOB_* */
	s32 stop_signal;		/* [S] of the group stop it joined */

	void (*first_run)(void);	/* [c] the first process: exec */
	/* restart_syscall(2) */
	long (*restart_fn)(struct task *t);
	union {
		struct { u64 deadline_ns; uptr_t rem;
			 u32 clock; } restart_sleep;
		struct { uptr_t addr; u32 val, flags, bitset;
			 u64 deadline_ns; } restart_futex;
		struct { uptr_t fds; u32 n; u64 deadline_ns; } restart_poll;
	};

	/* threads */
	uptr_t set_child_tid;		/* [c] */
	uptr_t clear_child_tid;		/* [c] */
	uptr_t robust_list;		/* [c] */
	struct rseq_area rseq;		/* [c] */
	struct user_dispatch dispatch;	/* [c] by TRACE_DISPATCH */
	/* locks with priority inheritance: [F] pi_mutex of futex_pi.c */
	struct list pi_owned;		/* [F] struct pi_state; zeros: none */
	struct pi_waiter *pi_waiting;	/* [F] for whose lock it waits */
	u32 pi_dead;			/* [a] it gave up all it owned */
	struct completion *vfork_done;	/* [A] parent waits here */
	s32 pdeath_signal;		/* [c] */
	struct list children;		/* [N] processes this thread is the
					   parent of, by process->sibling */

	char comm[16];			/* [A] */
	u64 start_ns;			/* [I] since boot */
	u64 timer_slack_ns;		/* [a] */
	u64 default_slack_ns;		/* [I] what a timer slack of 0 sets:
					   the parent's at birth */
	u32 personality;
	u32 ioprio;			/* [a] ioprio_set(2) */
	u32 no_new_privs;		/* [a] sticky */
	u32 hints;			/* [c] HINT_* of prctl(2) */
	u64 minflt, majflt;		/* [c] */
	struct sem_undos *sem_undos;	/* [c] owned: System V semaphores */
	u32 seccomp_mode;		/* [S] SECCOMP_MODE_*: proc/seccomp.h */
	struct seccomp_filter *syscall_filter;	/* [S] owned; the newest */
	struct io_count io;		/* [c] */
	struct tracee tracee;		/* as one that is traced */
	struct list tracees;		/* [X] by tracee.link */
	struct rcu_head rcu;
};

/* A group stop, and stops for a tracer. */
#define JOB_STOP_PENDING BIT(0)	/* is to join the group stop */
#define JOB_STOP_COUNTED BIT(1)	/* and is one of process->stop_count */
#define JOB_STOP_DEQUEUED BIT(2) /* took a stop signal, no SIGCONT since */
#define JOB_TRAP_STOP BIT(3)	/* is to stop for its tracer */
#define JOB_TRAP_NOTIFY BIT(4)	/* the same: a group stop began or ended */
#define JOB_TRAPPING BIT(5)	/* on its way from stopped to traced */
#define JOB_LISTENING BIT(6)	/* stopped, but a new event may wake it */
#define JOB_FROZEN BIT(7)	/* its tracer looks at it: nothing wakes it */
#define JOB_TRAP_MASK (JOB_TRAP_STOP | JOB_TRAP_NOTIFY)
#define JOB_PENDING_MASK (JOB_STOP_PENDING | JOB_TRAP_MASK)

#define TASK_UNLIMITED BIT(0)	/* writes for the kernel, not for itself */
/* By their numbers on Linux: /proc/PID/stat shows them. */
#define TASK_EXITING BIT(2)	/* set before the tree lock is taken in exit */
#define TASK_ENDING BIT(3)	/* on its way there: a core dump is without; set
				   with siglock, if there are other threads */
#define TASK_FORKNOEXEC BIT(6)
#define TASK_SUPERPRIV BIT(8)	/* a capability was what allowed something */
#define TASK_DUMPS BIT(9)	/* a signal ends it that dumps core */
#define TASK_SIGNALED BIT(10)	/* a signal ends it */
#define TASK_CROWDED BIT(12)	/* became a user who has too many processes */
#define TASK_RANDOM BIT(22)	/* its program was placed by chance */
#define TASK_SHOWN (~(u32)TASK_UNLIMITED)

/* What PR_MCE_KILL and PR_SET_IO_FLUSHER said; shown likewise. */
#define HINT_MCE_OWN BIT(7)
#define HINT_MCE_EARLY BIT(27)
#define HINT_IO_FLUSHER (BIT(19) | BIT(20))

/* setitimer(2): ITIMER_REAL on the clock_now_ns scale, the others on that of
 * the time the process has used. */
struct interval_timer {
	u64 expires_ns;		/* 0: not set */
	u64 interval_ns;	/* 0: once */
};

struct process {
	struct refcount refs;
	struct spinlock siglock;	/* RANK_SIGLOCK, irq-safe */
	struct task *leader;		/* [P][N][S][R] */
	struct list threads;		/* [N][S][R] tasks by thread_link */
	u32 nthreads;			/* [N][S] not yet released; 1 for good
					   once the leader is a zombie alone */
	u32 nlive;			/* [S] not yet past the point of exit */

	struct pid *tgid;		/* [I] owned */
	struct pid *pgid, *sid;		/* [G][R] by their roles */
	struct list group_link;		/* [G] pgid->group */
	struct list session_link;	/* [G] sid->session, leaders too */

	/* family */
	struct process *parent;		/* [P][R] */
	struct pid_ns *parent_ns;	/* [I] of every parent it has */
	struct list sibling;		/* [P] in parent_task->children */
	struct task *parent_task;	/* [P][R] thread of @parent that stands
					   for it: __WNOTHREAD, pdeath signal */
	u32 is_subreaper;		/* [N] prctl */
	struct wait_queue child_wait;	/* wait4: sleepers of this process */

	/* signals */
	struct sigqueue pending;	/* [S] for any thread */
	u32 unkillable;			/* [S] init of a namespace */
	u32 sigflags;			/* [S] SIGNAL_* */
	s32 group_exit_code;		/* [S] */
	struct task *group_exec;	/* [S] thread that takes over in exec */
	struct core_dump *core_dump;	/* [S] under way: proc/coredump.h */
	s32 stop_count;			/* [S] threads still to stop */
	s32 stop_signal;		/* [S] what wait reports */
	struct wait_queue signal_wait;	/* pollers of signalfds */
	struct list forks;	/* [S] struct fork_collect of forks under way */

	/* limits and accounting */
	u64 user_ns, system_ns;		/* [S] of dead threads */
	u64 child_user_ns, child_system_ns;	/* [S] of reaped children */
	u64 minflt, majflt, child_minflt, child_majflt;
	u64 nvcsw, nivcsw, child_nvcsw, child_nivcsw;
	u64 max_rss, child_max_rss;
	u32 acct_flags;			/* [S] A* of acct(5), of all threads */
	u64 acct_mem_kb;		/* [S] size of its memory at the end */
	struct io_count io;		/* [S] of dead threads */
	struct interval_timer itimers[3];	/* [S] by ITIMER_* */
	struct timer real_timer;	/* for ITIMER_REAL */
	struct timer cpu_timer;		/* for the two others and RLIMIT_CPU:
					   when they might be due */
	u64 cpu_warn_ns;		/* [S] next SIGXCPU, in time used */
	struct list posix_timers;	/* [S] of timer_create(2), by link */
	s32 next_timer_id;		/* [S] */

	struct session *session;	/* [G][R] owned; never NULL */
	u32 left_tty;		/* [a] gave its session's terminal up */
	s32 oom_score_adj;
	struct seqcount exec_seq;	/* written in exec, under the alloc_lock
					   of the only thread: memory,
					   credentials and the two below change
					   over. task_access.c */
	u32 dumpable;		/* [a] prctl, set*id and exec */
	struct user_ns *exec_ns;	/* [a] owned: where the program was
					   started: who may look at it when it
					   is not dumpable */
	/* Not cleared for a new one: its maker fills them. */
	struct rlimit64 rlimits[16];	/* [leader's alloc_lock] */
};

/* A fork in progress: signals sent to many processes at once since it began,
 * which the child must get as well (they may have missed it). */
struct fork_collect {
	struct list link;		/* [S] process->forks */
	u64 signals;			/* [S] */
};

#define SIGNAL_GROUP_EXIT BIT(0)
#define SIGNAL_STOPPED BIT(1)
#define SIGNAL_CONTINUED BIT(2)
#define SIGNAL_STOP_REPORT BIT(3)	/* a stop not yet told to the parent */
#define SIGNAL_CONT_REPORT BIT(4)
/* The parent is to be told that the process stopped, or went on. */
#define SIGNAL_TELL_STOP BIT(5)
#define SIGNAL_TELL_CONT BIT(6)

static inline struct task *current_task(void)
{
	return (struct task *)(void *)current_thread();
}
static inline struct process *current_process(void)
{
	return current_task()->process;
}
static inline const struct cred *current_cred(void)
{
	return current_task()->cred;
}
/* Is the current thread a task at all (not a kernel thread)? */
static inline bool current_is_task(void)
{
	return current_thread()->arch.is_user;
}
static inline bool task_is_leader(const struct task *t)
{
	return t->process->leader == t;
}

void task_init(void);		/* caches */
/* Memory for a task and its stack, in no list, all zero. 0, -ENOMEM. */
int task_alloc(struct task **out);
/* /proc/sys/kernel/threads-max: tasks the machine has room for. */
u32 task_max(void);
void task_max_set(u32 max);	/* not 0 */
/* Undo of task_alloc for a task that never ran. */
void task_free_unborn(struct task *t);
int process_alloc(struct process **out);
struct task *task_get(struct task *t);
bool task_try_get(struct task *t);
void task_put(struct task *t);		/* frees after a grace period */
struct process *process_get(struct process *p);
bool process_try_get(struct process *p);
void process_put(struct process *p);
/* The first process, by kernel_main's thread becoming it. */
int task_create_init(struct task **out);

/* RCU look-ups, borrowed; NULL: none. Numbers in the caller's namespace. */
struct task *task_find(pid_t tid);
struct process *process_find(pid_t pid);
/* With reference. */
struct task *task_find_get(pid_t tid);
/* Who is behind @pid (borrowed, or under RCU), also while an exec exchanges
 * the tasks of two numbers. */
struct task *pid_task_get(const struct pid *pid);
struct process *process_find_get(pid_t pid);

/* Another task's memory, with reference (aspace_put, may sleep); NULL: it has
 * none any more. */
struct aspace *task_aspace_get(struct task *t);
/* The active pid namespace of @t (borrowed; NULL once released). */
struct pid_ns *task_pidns(const struct task *t);
struct pid_ns *current_pidns(void);

u64 rlimit_get(const struct process *p, u32 resource);	/* soft limit */
static inline u64 current_rlimit(u32 resource)
{
	return rlimit_get(current_process(), resource);
}
/* [a] fs.suid_dumpable: what a process is that changed its rights. 0, 1, 2.
 * Source: core(5), PR_SET_DUMPABLE in prctl(2). */
extern int suid_dumpable;
/* Publish new credentials for the current task (reference stolen). When they
 * allow more than before, others may look less into the process: it is not
 * dumpable any more. */
void cred_commit(struct cred *new);
/* Another task's credentials, with reference. */
const struct cred *task_cred_get(struct task *t);
/* Has the current task the capability over the machine, over its own user
 * namespace, over @ns? */
bool capable(int cap);
/* The same over the machine, asked before it is known whether it is needed:
 * this does not count as using it (TASK_SUPERPRIV). */
bool has_capability(int cap);
bool self_capable(int cap);
bool ns_capable(const struct user_ns *ns, int cap);

/* Iterate threads of a process. [N], [S] or RCU held. */
#define for_each_thread(t, p) \
	for_each_list_rcu(t, &(p)->threads, thread_link)

/* Interval timers of a new process; in timers.c. */
OPTIONAL void process_timers_init(struct process *p);
/* A new process is published, or RLIMIT_CPU changed: watch the limit. */
OPTIONAL void process_timers_start(struct process *p);
/* All of them stop: the last thread is leaving. May sleep. */
OPTIONAL void process_timers_stop(struct process *p);
/*
 * itimer_set - setitimer(2) of the current process
 * @which:   ITIMER_*
 * @value_ns: from now, 0: stop; @interval_ns: 0: once
 */
void itimer_set(u32 which, u64 value_ns, u64 interval_ns);
/* What is left (0: not set) and the interval. */
void itimer_get(u32 which, u64 *left_ns, u64 *interval_ns);

/* rlimit.c: the hooks of the layers below; once, at boot. */
void rlimit_init(void);
/*
 * task_rlimit - prlimit(2) on the process of @t
 * @new, @old: may be NULL
 * Return:   0, -EINVAL (resource, soft above hard), -EPERM (hard limit raised
 *           without CAP_SYS_RESOURCE, too many files)
 */
int task_rlimit(struct task *t, u32 resource, const struct rlimit64 *new,
		struct rlimit64 *old);
/*
 * task_access.c
 * task_may_access - the rule of ptrace(2), "Ptrace access mode checking"
 * @t:       held by the caller
 * @real:    by the caller's real ids (attach), else by those for files
 */
bool task_may_access(struct task *t, bool real);
/* Around the rule and the look that it allows. retry: another program came
 * between, do both again. */
static inline u32 task_look_begin(const struct task *t)
{
	return seq_read_begin(&t->process->exec_seq);
}
static inline bool task_look_retry(const struct task *t, u32 seq)
{
	return seq_read_retry(&t->process->exec_seq, seq);
}
/*
 * task_aspace_look - the memory of @t, for who may look at it
 * @t:       held by the caller
 * @real:    as for task_may_access; one's own memory needs no leave
 * @out:     with a reference; NULL: it has none (any more)
 * Return:   0, -EACCES
 * Context:  may sleep
 */
int task_aspace_look(struct task *t, bool real, struct aspace **out);
/* exec: timers of timer_create(2) go, those of setitimer(2) stay. Called by
 * the only thread; may sleep. */
OPTIONAL void process_timers_exec(struct process *p);

/* Counts for /proc and limits. */
u32 task_count(void);
u64 task_forks(void);
/* How many processes a uid has: RLIMIT_NPROC. user.h */
#endif
