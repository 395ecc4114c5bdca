/*
 * include/uapi/limits.h - fixed limits that programs know
 *
 * See:   limits.h(0p), execve(2), pipe(7), proc_sys_kernel(5).
 */
#ifndef UAPI_LIMITS_H
#define UAPI_LIMITS_H

/* Bytes of a path, with the final 0. */
#define PATH_MAX 4096
/* Bytes of one name in a path, without it. */
#define NAME_MAX 255
/* Writes up to so many bytes into a pipe are not torn. */
#define PIPE_BUF 4096
#define SYMLOOP_MAX 40
#define NGROUPS_MAX 65536
#define XATTR_NAME_MAX 255

/* execve: one string, with its final 0; all strings where no limit binds. */
#define MAX_ARG_STRLEN 131072
#define MAX_ARG_STRINGS 0x7fffffff
#define ARG_MAX 131072
/* Arguments get a quarter of the stack limit, at most 3/4 of this. */
#define ARG_STACK_LIMIT 8388608
/* Bytes of the first line of a script that are looked at. */
#define BINPRM_BUF_SIZE 256

/* One read or write moves at most so many bytes. */
#define MAX_RW_COUNT 0x7ffff000

#define PIPE_DEF_BYTES 65536
#define PIPE_MAX_BYTES_DEFAULT 1048576

/* /proc/sys/kernel/pid_max: largest settable value; first number reused. */
#define PID_MAX_LIMIT 4194304
#define PID_MAX_DEFAULT 32768
#define RESERVED_PIDS 300
/* Levels of pid and user namespaces below the first. */
#define MAX_PID_NS_LEVEL 32
#define MAX_USER_NS_LEVEL 32

/* Descriptors: defaults of RLIMIT_NOFILE and of /proc/sys/fs/nr_open. */
#define NR_OPEN_DEFAULT 1048576
#define INR_OPEN_CUR 1024
#define INR_OPEN_MAX 4096

#endif
