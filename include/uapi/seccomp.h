/*
 * include/uapi/seccomp.h - filters of system calls, and classic BPF
 *
 * See:   seccomp(2), seccomp_unotify(2), prctl(2): PR_SET_SECCOMP.
 */
#ifndef UAPI_SECCOMP_H
#define UAPI_SECCOMP_H

#include <uapi/ioctl.h>
#include <uapi/types.h>

/* One instruction; jumps count from the next one. */
struct sock_filter {
	u16 code;
	u8 jt, jf;
	u32 k;
};
struct sock_fprog {
	u16 len;
	u64 filter;		/* user address */
};
_Static_assert(sizeof(struct sock_fprog) == 16, "struct sock_fprog");

#define BPF_MAXINSNS 4096
#define BPF_MEMWORDS 16

#define SECCOMP_MODE_DISABLED 0
#define SECCOMP_MODE_STRICT 1
#define SECCOMP_MODE_FILTER 2

#define SECCOMP_SET_MODE_STRICT 0
#define SECCOMP_SET_MODE_FILTER 1
#define SECCOMP_GET_ACTION_AVAIL 2
#define SECCOMP_GET_NOTIF_SIZES 3

#define SECCOMP_FILTER_FLAG_TSYNC (1ul << 0)
#define SECCOMP_FILTER_FLAG_LOG (1ul << 1)
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW (1ul << 2)
#define SECCOMP_FILTER_FLAG_NEW_LISTENER (1ul << 3)
#define SECCOMP_FILTER_FLAG_TSYNC_ESRCH (1ul << 4)
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1ul << 5)
#define SECCOMP_FILTER_FLAG_MASK 0x3ful

#define SECCOMP_RET_KILL_PROCESS 0x80000000u
#define SECCOMP_RET_KILL_THREAD 0x00000000u
#define SECCOMP_RET_TRAP 0x00030000u
#define SECCOMP_RET_ERRNO 0x00050000u
#define SECCOMP_RET_USER_NOTIF 0x7fc00000u
#define SECCOMP_RET_TRACE 0x7ff00000u
#define SECCOMP_RET_LOG 0x7ffc0000u
#define SECCOMP_RET_ALLOW 0x7fff0000u
#define SECCOMP_RET_ACTION_FULL 0xffff0000u
#define SECCOMP_RET_DATA 0x0000ffffu

/* What a filter looks at. */
struct seccomp_data {
	s32 nr;
	u32 arch;
	u64 instruction_pointer;
	u64 args[6];
};
_Static_assert(sizeof(struct seccomp_data) == 64, "struct seccomp_data");

struct seccomp_notif_sizes {
	u16 notif, resp, data;
};

struct seccomp_notif {
	u64 id;
	u32 pid;
	u32 flags;
	struct seccomp_data data;
};
_Static_assert(sizeof(struct seccomp_notif) == 80, "struct seccomp_notif");

#define SECCOMP_USER_NOTIF_FLAG_CONTINUE (1u << 0)

struct seccomp_notif_resp {
	u64 id;
	s64 val;
	s32 error;
	u32 flags;
};

#define SECCOMP_ADDFD_FLAG_SETFD (1u << 0)
#define SECCOMP_ADDFD_FLAG_SEND (1u << 1)

struct seccomp_notif_addfd {
	u64 id;
	u32 flags;
	u32 srcfd;
	u32 newfd;
	u32 newfd_flags;
};
_Static_assert(sizeof(struct seccomp_notif_addfd) == 24, "notif_addfd");

#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1u << 0)

#define SECCOMP_IOCTL_NOTIF_RECV IOC_RW('!', 0u, struct seccomp_notif)
#define SECCOMP_IOCTL_NOTIF_SEND IOC_RW('!', 1u, struct seccomp_notif_resp)
#define SECCOMP_IOCTL_NOTIF_ID_VALID IOC_W('!', 2u, u64)
#define SECCOMP_IOCTL_NOTIF_ID_VALID_OLD IOC_R('!', 2u, u64)
#define SECCOMP_IOCTL_NOTIF_ADDFD IOC_W('!', 3u, struct seccomp_notif_addfd)
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS IOC_W('!', 4u, u64)

#endif
