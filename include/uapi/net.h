/*
 * include/uapi/net.h - sockets, as far as local ones need
 *
 * See:   socket(2), unix(7), recvmsg(2), cmsg(3), socket(7).
 */
#ifndef UAPI_NET_H
#define UAPI_NET_H

#include <uapi/types.h>

#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16
#define AF_PACKET 17
#define AF_ALG 38
#define AF_VSOCK 40
#define AF_MAX 46

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_RDM 4
#define SOCK_SEQPACKET 5
#define SOCK_PACKET 10
#define SOCK_TYPE_MASK 0xf
#define SOCK_MAX 11
#define SOCK_CLOEXEC 02000000
#define SOCK_NONBLOCK 00004000

#define SHUT_RD 0
#define SHUT_WR 1
#define SHUT_RDWR 2

#define UNIX_PATH_MAX 108

struct sockaddr {
	u16 sa_family;
	char sa_data[14];
};

struct sockaddr_un {
	u16 sun_family;
	char sun_path[UNIX_PATH_MAX];
};
_Static_assert(sizeof(struct sockaddr_un) == 110, "struct sockaddr_un");

struct sockaddr_storage {
	u16 ss_family;
	char ss_data[126];
};
_Static_assert(sizeof(struct sockaddr_storage) == 128,
	       "struct sockaddr_storage");

struct user_msghdr {
	u64 msg_name;
	s32 msg_namelen;
	u64 msg_iov;
	u64 msg_iovlen;
	u64 msg_control;
	u64 msg_controllen;
	u32 msg_flags;
};
_Static_assert(sizeof(struct user_msghdr) == 56, "struct user_msghdr");

struct mmsghdr {
	struct user_msghdr msg_hdr;
	u32 msg_len;
};
_Static_assert(sizeof(struct mmsghdr) == 64, "struct mmsghdr");

struct cmsghdr {
	u64 cmsg_len;
	s32 cmsg_level;
	s32 cmsg_type;
};
_Static_assert(sizeof(struct cmsghdr) == 16, "struct cmsghdr");

#define CMSG_ALIGN(len) (((len) + 7ul) & ~7ul)
#define CMSG_SPACE(len) (sizeof(struct cmsghdr) + CMSG_ALIGN(len))
#define CMSG_LEN(len) (sizeof(struct cmsghdr) + (len))

#define SCM_RIGHTS 0x01
#define SCM_CREDENTIALS 0x02
#define SCM_SECURITY 0x03
#define SCM_PIDFD 0x04
/* Descriptors in one message. */
#define SCM_MAX_FD 253

struct ucred {
	pid_t pid;
	uid_t uid;
	gid_t gid;
};

struct linger {
	int l_onoff;
	int l_linger;
};

#define MSG_OOB 0x1
#define MSG_PEEK 0x2
#define MSG_DONTROUTE 0x4
#define MSG_CTRUNC 0x8
#define MSG_PROBE 0x10
#define MSG_TRUNC 0x20
#define MSG_DONTWAIT 0x40
#define MSG_EOR 0x80
#define MSG_WAITALL 0x100
#define MSG_CONFIRM 0x800
#define MSG_ERRQUEUE 0x2000
#define MSG_NOSIGNAL 0x4000
#define MSG_MORE 0x8000
#define MSG_WAITFORONE 0x10000
#define MSG_CMSG_CLOEXEC 0x40000000

#define SOL_SOCKET 1

#define SO_DEBUG 1
#define SO_REUSEADDR 2
#define SO_TYPE 3
#define SO_ERROR 4
#define SO_DONTROUTE 5
#define SO_BROADCAST 6
#define SO_SNDBUF 7
#define SO_RCVBUF 8
#define SO_KEEPALIVE 9
#define SO_OOBINLINE 10
#define SO_NO_CHECK 11
#define SO_PRIORITY 12
#define SO_LINGER 13
#define SO_REUSEPORT 15
#define SO_PASSCRED 16
#define SO_PEERCRED 17
#define SO_RCVLOWAT 18
#define SO_SNDLOWAT 19
#define SO_RCVTIMEO 20
#define SO_SNDTIMEO 21
#define SO_PEERNAME 28
#define SO_ACCEPTCONN 30
#define SO_PEERSEC 31
#define SO_SNDBUFFORCE 32
#define SO_RCVBUFFORCE 33
#define SO_PROTOCOL 38
#define SO_DOMAIN 39
#define SO_PEEK_OFF 42
#define SO_PEERGROUPS 59
#define SO_PASSPIDFD 76
#define SO_PEERPIDFD 77

#define SOMAXCONN 4096

#endif
