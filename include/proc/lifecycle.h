/*
 * include/proc/lifecycle.h - birth, exec, death and waiting
 */
#ifndef PROC_LIFECYCLE_H
#define PROC_LIFECYCLE_H

#include <proc/task.h>
#include <uapi/sched.h>

struct path;

/* What clone, clone3, fork and vfork ask for, checked for form already. */
struct clone_request {
	u64 flags;		/* CLONE_*, without the signal bits */
	int exit_signal;
	uptr_t stack;		/* new stack pointer, 0: keep */
	uptr_t tls;
	uptr_t parent_tid, child_tid, pidfd;
	const s32 *set_tid;	/* kernel memory */
	u32 set_tid_n;
	bool is_clone3;
	u64 cgroup_fd;
};
/*
 * task_clone - check, prepare, commit; wakes the child; waits for vfork
 * Return: the child's number in the caller's namespace; -EINVAL, -EAGAIN,
 *         -ENOMEM, -EPERM, -ENOSPC, -EEXIST, -EFAULT, -EMFILE, -EBADF,
 *         -ERESTARTNOINTR. Source: clone(2).
 */
long task_clone(const struct clone_request *req);
/* unshare(2), setns(2). */
OPTIONAL int task_unshare(u64 flags);
int task_setns(int fd, int nstype);
/* set_tid_address and child_tid on the first run; set as return hook. */
void task_child_start(void);

/* 0: the default, the parent's at birth. In real time a task has none. */
void task_set_timer_slack(struct task *t, u64 ns);

/* Exit of the current task with a wait status. */
NORETURN void task_exit(int code);
NORETURN void task_exit_group(int code);
/* Release a zombie or self-reaping task: out of all tables. */
void task_release(struct task *t);
/* Release every task of a list linked by thread_link, made by the functions
 * that find dead tasks under the tree lock. No lock held. */
void task_release_list(struct list *dead);
/* @p's threads are all gone but the zombie leader: tell the parent, or let it
 * vanish. Its [P] held. @dead collects what the caller releases afterwards. */
void process_notify_exit(struct process *p, struct list *dead);
/* exec: the current thread becomes the only one, and the leader. */
int exec_take_over(void);
/* Signal vfork's parent and clear child_tid: leaving the address space. */
void task_leave_aspace(struct task *t);

/* prctl(PR_SET_CHILD_SUBREAPER) of the current process. */
void process_set_subreaper(bool on);

struct wait_request {
	u32 which;		/* P_ALL, P_PID, P_PGID, P_PIDFD */
	struct pid *pid;	/* borrowed; NULL with P_ALL */
	u32 options;		/* W*, __W* */
	bool want_rusage;
	bool want_info;		/* what only waitid tells */
};
struct wait_result {
	pid_t pid;
	int status;		/* wait4's status word */
	uid_t uid;		/* with want_info, as all of siginfo: */
	int si_code, si_status;
	struct rusage rusage;
};
/* Return: 0 with result->pid (0: WNOHANG and none), -ECHILD, -ERESTARTSYS. */
int process_wait(const struct wait_request *req, struct wait_result *out);
/* The zap's: wait for and reap every child of the current process, unreported
 * and uninterrupted. May sleep. */
void process_reap_all_children(void);
struct rusage_sum {
	u64 user_ns, system_ns, minflt, majflt, nvcsw, nivcsw;
};
/* All threads of @p, living and dead, but not its children. */
void process_sum(struct process *p, struct rusage_sum *out);
static inline void io_count_add(struct io_count *sum, const struct io_count *c)
{
	sum->read_bytes += READ_ONCE(c->read_bytes);
	sum->written_bytes += READ_ONCE(c->written_bytes);
	sum->reads += READ_ONCE(c->reads);
	sum->writes += READ_ONCE(c->writes);
}
/* The same for who holds siglock. */
void process_sum_locked(struct process *p, struct rusage_sum *out);
void task_sum(struct task *t, struct rusage_sum *out);	/* one thread */
/* @who: RUSAGE_SELF, RUSAGE_CHILDREN or RUSAGE_BOTH. */
void process_rusage(struct process *p, int who, struct rusage *out);
void task_rusage(struct task *t, struct rusage *out);

/* exec.c. @envp, @argv: user vectors. @dirfd path resolved by the caller. */
struct exec_request {
	const struct path *path;	/* borrowed */
	const char *name;		/* as given: AT_EXECFN, scripts */
	uptr_t argv, envp;		/* user vectors, or kernel ones: */
	const char *const *kargv, *const *kenvp;
	/* execveat of a descriptor that would be closed: scripts give ENOENT */
	bool fd_is_cloexec;
};
/*
 * task_exec - the current process becomes another program
 * Context: task; may sleep. On success the registers of the return to user
 *          mode are those of the new program, the system call's result is 0.
 * Return:  0, errors of execve(2); -EAGAIN: another thread ended the process.
 *          What Linux finds only after the old program is gone ends the
 *          process here too, by SIGSEGV.
 */
int task_exec(const struct exec_request *req);
extern int exec_randomize;	/* [a] /proc/sys/kernel/randomize_va_space */

/* fault.c: tell mm/vm how to learn the limits of the current process. Once,
 * at boot. */
void fault_init(void);
/* Page faults since boot, on all CPUs. */
u64 fault_count(void);

#endif
