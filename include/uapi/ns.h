/*
 * include/uapi/ns.h - questions to a namespace file
 *
 * See:   ioctl_nsfs(2), namespaces(7).
 */
#ifndef UAPI_NS_H
#define UAPI_NS_H

#include <uapi/ioctl.h>
#include <uapi/types.h>

#define NSIO 0xb7u

#define NS_GET_USERNS IOC_N(NSIO, 0x1)
#define NS_GET_PARENT IOC_N(NSIO, 0x2)
#define NS_GET_NSTYPE IOC_N(NSIO, 0x3)
#define NS_GET_OWNER_UID IOC_N(NSIO, 0x4)
#define NS_GET_MNTNS_ID IOC_R(NSIO, 0x5, u64)
#define NS_GET_PID_FROM_PIDNS IOC_R(NSIO, 0x6, int)
#define NS_GET_TGID_FROM_PIDNS IOC_R(NSIO, 0x7, int)
#define NS_GET_PID_IN_PIDNS IOC_R(NSIO, 0x8, int)
#define NS_GET_TGID_IN_PIDNS IOC_R(NSIO, 0x9, int)

struct mnt_ns_info {
	u32 size;
	u32 nr_mounts;
	u64 mnt_ns_id;
};
_Static_assert(sizeof(struct mnt_ns_info) == 16, "struct mnt_ns_info");

#define NS_MNT_GET_INFO IOC_R(NSIO, 10, struct mnt_ns_info)
#define NS_MNT_GET_NEXT IOC_R(NSIO, 11, struct mnt_ns_info)
#define NS_MNT_GET_PREV IOC_R(NSIO, 12, struct mnt_ns_info)

/* Inode numbers of the first namespace of each kind, fixed since long. */
#define NS_INO_IPC_INIT 0xefffffffu
#define NS_INO_UTS_INIT 0xeffffffeu
#define NS_INO_USER_INIT 0xeffffffdu
#define NS_INO_PID_INIT 0xeffffffcu
#define NS_INO_CGROUP_INIT 0xeffffffbu
#define NS_INO_TIME_INIT 0xeffffffau
/* Other namespaces are numbered from here. */
#define NS_INO_DYNAMIC_FIRST 0xf0000000u

#endif
