/*
 * include/uapi/sched.h - clone flags and scheduling parameters
 *
 * See:   clone(2), unshare(2), setns(2), sched(7), sched_setattr(2).
 */
#ifndef UAPI_SCHED_H
#define UAPI_SCHED_H

#include <uapi/types.h>

/* The exit signal in the flags of clone(2); clone3 has its own field. */
#define CSIGNAL 0x000000ffull

/* unshare(2) and clone3(2) only: it overlaps CSIGNAL. */
#define CLONE_NEWTIME 0x00000080ull
#define CLONE_VM 0x00000100ull
#define CLONE_FS 0x00000200ull
#define CLONE_FILES 0x00000400ull
#define CLONE_SIGHAND 0x00000800ull
#define CLONE_PIDFD 0x00001000ull
#define CLONE_PTRACE 0x00002000ull
#define CLONE_VFORK 0x00004000ull
#define CLONE_PARENT 0x00008000ull
#define CLONE_THREAD 0x00010000ull
#define CLONE_NEWNS 0x00020000ull
#define CLONE_SYSVSEM 0x00040000ull
#define CLONE_SETTLS 0x00080000ull
#define CLONE_PARENT_SETTID 0x00100000ull
#define CLONE_CHILD_CLEARTID 0x00200000ull
#define CLONE_DETACHED 0x00400000ull
#define CLONE_UNTRACED 0x00800000ull
#define CLONE_CHILD_SETTID 0x01000000ull
#define CLONE_NEWCGROUP 0x02000000ull
#define CLONE_NEWUTS 0x04000000ull
#define CLONE_NEWIPC 0x08000000ull
#define CLONE_NEWUSER 0x10000000ull
#define CLONE_NEWPID 0x20000000ull
#define CLONE_NEWNET 0x40000000ull
#define CLONE_IO 0x80000000ull
/* clone3(2) only. */
#define CLONE_CLEAR_SIGHAND 0x100000000ull
#define CLONE_INTO_CGROUP 0x200000000ull

struct clone_args {
	u64 flags;
	u64 pidfd;
	u64 child_tid;
	u64 parent_tid;
	u64 exit_signal;
	u64 stack;
	u64 stack_size;
	u64 tls;
	u64 set_tid;
	u64 set_tid_size;
	u64 cgroup;
};
_Static_assert(sizeof(struct clone_args) == 88, "struct clone_args");

#define CLONE_ARGS_SIZE_VER0 64
#define CLONE_ARGS_SIZE_VER1 80
#define CLONE_ARGS_SIZE_VER2 88

#define SCHED_NORMAL 0
#define SCHED_OTHER SCHED_NORMAL
#define SCHED_FIFO 1
#define SCHED_RR 2
#define SCHED_BATCH 3
#define SCHED_IDLE 5
#define SCHED_DEADLINE 6
#define SCHED_EXT 7
#define SCHED_RESET_ON_FORK 0x40000000

#define SCHED_FLAG_RESET_ON_FORK 0x01
#define SCHED_FLAG_RECLAIM 0x02
#define SCHED_FLAG_DL_OVERRUN 0x04
#define SCHED_FLAG_KEEP_POLICY 0x08
#define SCHED_FLAG_KEEP_PARAMS 0x10
#define SCHED_FLAG_UTIL_CLAMP_MIN 0x20
#define SCHED_FLAG_UTIL_CLAMP_MAX 0x40
#define SCHED_FLAG_ALL 0x7f

struct sched_param {
	int sched_priority;
};

struct sched_attr {
	u32 size;
	u32 sched_policy;
	u64 sched_flags;
	s32 sched_nice;
	u32 sched_priority;
	u64 sched_runtime;
	u64 sched_deadline;
	u64 sched_period;
	u32 sched_util_min;
	u32 sched_util_max;
};
_Static_assert(sizeof(struct sched_attr) == 56, "struct sched_attr");

#define SCHED_ATTR_SIZE_VER0 48
#define SCHED_ATTR_SIZE_VER1 56

/* kcmp(2) */
#define KCMP_FILE 0
#define KCMP_VM 1
#define KCMP_FILES 2
#define KCMP_FS 3
#define KCMP_SIGHAND 4
#define KCMP_IO 5
#define KCMP_SYSVSEM 6
#define KCMP_EPOLL_TFD 7
#define KCMP_TYPES 8

/* What KCMP_EPOLL_TFD looks for. */
struct kcmp_epoll_slot {
	u32 efd;	/* the epoll */
	u32 tfd;	/* what it watches, by the number it was added by */
	u32 toff;	/* which of those */
};

/* membarrier(2) */
#define MEMBARRIER_CMD_QUERY 0
#define MEMBARRIER_CMD_GLOBAL 0x001
#define MEMBARRIER_CMD_GLOBAL_EXPEDITED 0x002
#define MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED 0x004
#define MEMBARRIER_CMD_PRIVATE_EXPEDITED 0x008
#define MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED 0x010
#define MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE 0x020
#define MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE 0x040
#define MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ 0x080
#define MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ 0x100
#define MEMBARRIER_CMD_GET_REGISTRATIONS 0x200
#define MEMBARRIER_CMD_FLAG_CPU 0x001

/* rseq(2): the area a thread registers. */
struct rseq {
	u32 cpu_id_start;
	u32 cpu_id;
	u64 rseq_cs;
	u32 flags;
	u32 node_id;
	u32 mm_cid;
	u32 pad;
};
_Static_assert(sizeof(struct rseq) == 32, "struct rseq");
/* Bytes of it that mean something: AT_RSEQ_FEATURE_SIZE. */
#define RSEQ_FEATURE_SIZE 28

/* What @rseq_cs points to: one restartable piece of code. */
struct rseq_cs {
	u32 version;
	u32 flags;
	u64 start_ip;
	u64 post_commit_offset;
	u64 abort_ip;
};
_Static_assert(sizeof(struct rseq_cs) == 32, "struct rseq_cs");

#define RSEQ_FLAG_UNREGISTER 1
#define RSEQ_CPU_ID_UNINITIALIZED (-1)
#define RSEQ_CPU_ID_REGISTRATION_FAILED (-2)
#define RSEQ_ALIGN 32

#endif
