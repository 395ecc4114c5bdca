/*
 * kernel/sys/calls.h - every system call as a function
 *
 * What:  the prototypes behind the table (table.c), one group a file.
 *        Arguments come straight from the registers: those narrower than a
 *        register use its low half. The result is a value or -errno.
 * Context: task, interrupts on, no lock held; all may sleep.
 * See:   docs/syscalls.md; section 2 of the manual.
 */
#ifndef SYS_CALLS_H
#define SYS_CALLS_H

#include <lib/types.h>

/* process.c */
long sys_getpid(void);
long sys_gettid(void);
long sys_getppid(void);
long sys_getpgrp(void);
long sys_getpgid(pid_t pid);
long sys_getsid(pid_t pid);
long sys_setpgid(pid_t pid, pid_t pgid);
long sys_setsid(void);
long sys_set_tid_address(uptr_t tidptr);
long sys_fork(void);
long sys_vfork(void);
long sys_clone(u64 flags, uptr_t stack, uptr_t parent_tid, uptr_t child_tid,
	       uptr_t tls);
long sys_clone3(uptr_t uargs, size_t size);
long sys_exit(int code);
long sys_exit_group(int code);
long sys_wait4(pid_t pid, uptr_t status, int options, uptr_t rusage);
long sys_waitid(int which, pid_t id, uptr_t info, int options, uptr_t rusage);

/* unshare.c */
OPTIONAL long sys_unshare(u64 flags);

/* setns.c */
OPTIONAL long sys_setns(int fd, int nstype);

/* ptrace.c */
OPTIONAL long sys_ptrace(long request, pid_t pid, u64 addr, u64 data);

/* seccomp.c */
OPTIONAL long sys_seccomp(u32 op, u32 flags, uptr_t args);
/* prctl(PR_SET_SECCOMP). */
OPTIONAL long seccomp_prctl(u64 mode, uptr_t filter);

/* exec.c */
long sys_execve(uptr_t uname, uptr_t argv, uptr_t envp);
long sys_execveat(int dirfd, uptr_t uname, uptr_t argv, uptr_t envp,
		  int flags);

/* signal.c */
long sys_rt_sigaction(int sig, uptr_t uact, uptr_t uold, size_t size);
long sys_rt_sigprocmask(int how, uptr_t uset, uptr_t uold, size_t size);
long sys_rt_sigpending(uptr_t uset, size_t size);
long sys_rt_sigsuspend(uptr_t uset, size_t size);
long sys_pause(void);
long sys_rt_sigtimedwait(uptr_t uset, uptr_t uinfo, uptr_t uts, size_t size);
long sys_rt_sigreturn(void);
long sys_sigaltstack(uptr_t uss, uptr_t uold);
long sys_kill(pid_t pid, int sig);
long sys_tkill(pid_t tid, int sig);
long sys_tgkill(pid_t tgid, pid_t tid, int sig);
long sys_rt_sigqueueinfo(pid_t pid, int sig, uptr_t uinfo);
long sys_rt_tgsigqueueinfo(pid_t tgid, pid_t tid, int sig, uptr_t uinfo);

/* pidfd.c */
OPTIONAL long sys_pidfd_open(pid_t pid, u32 flags);
OPTIONAL long sys_pidfd_send_signal(int fd, int sig, uptr_t uinfo, u32 flags);
OPTIONAL long sys_pidfd_getfd(int fd, int targetfd, u32 flags);

/* kcmp.c */
OPTIONAL long sys_kcmp(pid_t pid1, pid_t pid2, int type, u64 idx1, u64 idx2);

/* file_open.c */
long sys_open(uptr_t uname, int flags, mode_t mode);
long sys_openat(int dirfd, uptr_t uname, int flags, mode_t mode);
long sys_openat2(int dirfd, uptr_t uname, uptr_t uhow, size_t size);
long sys_creat(uptr_t uname, mode_t mode);

/* pipe.c */
OPTIONAL long sys_pipe(uptr_t ufds);
OPTIONAL long sys_pipe2(uptr_t ufds, int flags);

/* file_io.c */
long sys_read(int fd, uptr_t buf, size_t len);
long sys_write(int fd, uptr_t buf, size_t len);
long sys_pread64(int fd, uptr_t buf, size_t len, off_t pos);
long sys_pwrite64(int fd, uptr_t buf, size_t len, off_t pos);
long sys_readv(int fd, uptr_t uvec, u64 nvec);
long sys_writev(int fd, uptr_t uvec, u64 nvec);
long sys_preadv(int fd, uptr_t uvec, u64 nvec, u64 pos_low, u64 pos_high);
long sys_pwritev(int fd, uptr_t uvec, u64 nvec, u64 pos_low, u64 pos_high);
long sys_preadv2(int fd, uptr_t uvec, u64 nvec, u64 pos_low, u64 pos_high,
		 int flags);
long sys_pwritev2(int fd, uptr_t uvec, u64 nvec, u64 pos_low, u64 pos_high,
		  int flags);

/* file_range.c */
long sys_lseek(int fd, off_t off, u32 whence);
long sys_truncate(uptr_t uname, off_t len);
long sys_ftruncate(int fd, off_t len);
long sys_fallocate(int fd, int mode, off_t off, off_t len);
long sys_sync(void);
long sys_syncfs(int fd);
long sys_fsync(int fd);
long sys_fdatasync(int fd);
long sys_sync_file_range(int fd, off_t off, off_t len, u32 flags);

/* file_copy.c */
OPTIONAL long sys_sendfile(int out_fd, int in_fd, uptr_t uoff, size_t len);
OPTIONAL long sys_copy_file_range(int in_fd, uptr_t uin_off, int out_fd,
				  uptr_t uout_off, size_t len, u32 flags);

/* file_fd.c */
long sys_close(int fd);
long sys_close_range(u32 first, u32 last, u32 flags);
long sys_dup(int fd);
long sys_dup2(int from, int to);
long sys_dup3(int from, int to, int flags);
long sys_ioctl(int fd, u32 cmd, u64 arg);
long sys_getdents(int fd, uptr_t buf, u32 len);
long sys_getdents64(int fd, uptr_t buf, u32 len);

/* fcntl.c */
long sys_fcntl(int fd, u32 cmd, u64 arg);

/* file_names.c */
long sys_mkdir(uptr_t uname, mode_t mode);
long sys_mkdirat(int dirfd, uptr_t uname, mode_t mode);
long sys_rmdir(uptr_t uname);
long sys_mknod(uptr_t uname, mode_t mode, u32 dev);
long sys_mknodat(int dirfd, uptr_t uname, mode_t mode, u32 dev);
long sys_link(uptr_t ufrom, uptr_t uto);
long sys_linkat(int fromfd, uptr_t ufrom, int tofd, uptr_t uto, int flags);
long sys_symlink(uptr_t utarget, uptr_t uname);
long sys_symlinkat(uptr_t utarget, int dirfd, uptr_t uname);
long sys_unlink(uptr_t uname);
long sys_unlinkat(int dirfd, uptr_t uname, int flags);
long sys_rename(uptr_t ufrom, uptr_t uto);
long sys_renameat(int fromfd, uptr_t ufrom, int tofd, uptr_t uto);
long sys_renameat2(int fromfd, uptr_t ufrom, int tofd, uptr_t uto, u32 flags);
long sys_readlink(uptr_t uname, uptr_t buf, int size);
long sys_readlinkat(int dirfd, uptr_t uname, uptr_t buf, int size);
long sys_getcwd(uptr_t buf, u64 size);
long sys_chdir(uptr_t uname);
long sys_fchdir(int fd);
long sys_chroot(uptr_t uname);
long sys_umask(int mask);

/* file_stat.c */
long sys_stat(uptr_t uname, uptr_t ubuf);
long sys_lstat(uptr_t uname, uptr_t ubuf);
long sys_fstat(int fd, uptr_t ubuf);
long sys_newfstatat(int dirfd, uptr_t uname, uptr_t ubuf, int flags);
long sys_statx(int dirfd, uptr_t uname, u32 flags, u32 mask, uptr_t ubuf);
long sys_statfs(uptr_t uname, uptr_t ubuf);
long sys_fstatfs(int fd, uptr_t ubuf);
long sys_access(uptr_t uname, int mode);
long sys_faccessat(int dirfd, uptr_t uname, int mode);
long sys_faccessat2(int dirfd, uptr_t uname, int mode, int flags);

/* file_attr.c */
long sys_chmod(uptr_t uname, mode_t mode);
long sys_fchmod(int fd, mode_t mode);
long sys_fchmodat(int dirfd, uptr_t uname, mode_t mode);
long sys_fchmodat2(int dirfd, uptr_t uname, mode_t mode, u32 flags);
long sys_chown(uptr_t uname, uid_t uid, gid_t gid);
long sys_fchown(int fd, uid_t uid, gid_t gid);
long sys_lchown(uptr_t uname, uid_t uid, gid_t gid);
long sys_fchownat(int dirfd, uptr_t uname, uid_t uid, gid_t gid, int flags);
long sys_utimensat(int dirfd, uptr_t uname, uptr_t utimes, int flags);
long sys_utime(uptr_t uname, uptr_t utimes);
long sys_utimes(uptr_t uname, uptr_t utimes);
long sys_futimesat(int dirfd, uptr_t uname, uptr_t utimes);

/* mount.c */
OPTIONAL long sys_mount(uptr_t usource, uptr_t utarget, uptr_t utype, u64 flags,
			uptr_t udata);
OPTIONAL long sys_umount2(uptr_t utarget, int flags);
OPTIONAL long sys_pivot_root(uptr_t unew, uptr_t uold);

/* poll.c */
OPTIONAL long sys_poll(uptr_t ufds, u32 n, int timeout_ms);
OPTIONAL long sys_ppoll(uptr_t ufds, u32 n, uptr_t uts, uptr_t umask,
			size_t size);
OPTIONAL long sys_select(int n, uptr_t in, uptr_t out, uptr_t except,
			 uptr_t utv);
OPTIONAL long sys_pselect6(int n, uptr_t in, uptr_t out, uptr_t except,
			   uptr_t uts, uptr_t usig);

/* mseal.c */
OPTIONAL long sys_mseal(u64 addr, u64 len, u64 flags);

/* memory.c */
long sys_mmap(u64 addr, u64 len, u64 prot, u64 flags, u64 fd, u64 off);
long sys_munmap(u64 addr, u64 len);
long sys_mprotect(u64 addr, u64 len, u64 prot);
long sys_brk(u64 brk);

/* mremap.c, advice.c, msync.c, mlock.c */
OPTIONAL long sys_mremap(u64 old_addr, u64 old_len, u64 new_len, u64 flags,
			 u64 new_addr);
OPTIONAL long sys_madvise(u64 addr, u64 len, int advice);
OPTIONAL long sys_fadvise64(int fd, off_t off, off_t len, int advice);
OPTIONAL long sys_readahead(int fd, off_t off, size_t len);
OPTIONAL long sys_msync(u64 addr, u64 len, int flags);
OPTIONAL long sys_mincore(u64 addr, u64 len, uptr_t vec);
OPTIONAL long sys_mlock(u64 addr, u64 len);
OPTIONAL long sys_mlock2(u64 addr, u64 len, int flags);
OPTIONAL long sys_munlock(u64 addr, u64 len);
OPTIONAL long sys_mlockall(int flags);
OPTIONAL long sys_munlockall(void);

/* time.c */
long sys_nanosleep(uptr_t ureq, uptr_t urem);
long sys_clock_nanosleep(clockid_t clock, int flags, uptr_t ureq, uptr_t urem);
long sys_clock_gettime(clockid_t clock, uptr_t uts);
long sys_clock_getres(clockid_t clock, uptr_t uts);
long sys_clock_settime(clockid_t clock, uptr_t uts);
long sys_gettimeofday(uptr_t utv, uptr_t utz);
long sys_settimeofday(uptr_t utv, uptr_t utz);
long sys_time(uptr_t ut);
long sys_restart_syscall(void);

/* itimer.c */
OPTIONAL long sys_alarm(u32 seconds);
OPTIONAL long sys_getitimer(int which, uptr_t uvalue);
OPTIONAL long sys_setitimer(int which, uptr_t uvalue, uptr_t uold);

/* futex.c */
OPTIONAL long sys_futex(uptr_t addr, int op, u32 val, uptr_t utime,
			uptr_t addr2, u32 val3);
OPTIONAL long sys_set_robust_list(uptr_t head, size_t size);
OPTIONAL long sys_get_robust_list(pid_t pid, uptr_t uhead, uptr_t usize);
/* membarrier.c */
OPTIONAL long sys_membarrier(int cmd, u32 flags, int cpu);
/* mount_api.c */
OPTIONAL long sys_fsopen(uptr_t uname, u32 flags);
OPTIONAL long sys_fspick(int dirfd, uptr_t uname, u32 flags);
OPTIONAL long sys_fsconfig(int fd, u32 cmd, uptr_t key, uptr_t value, int aux);
OPTIONAL long sys_fsmount(int fd, u32 flags, u32 attr);
OPTIONAL long sys_mount_setattr(int dirfd, uptr_t uname, u32 flags,
				uptr_t uattr, size_t size);
OPTIONAL long sys_open_tree(int dirfd, uptr_t uname, u32 flags);
OPTIONAL long sys_move_mount(int from_fd, uptr_t ufrom, int to_fd, uptr_t uto,
			     u32 flags);
/* mount_stat.c */
OPTIONAL long sys_statmount(uptr_t ureq, uptr_t ubuf, size_t size, u32 flags);
OPTIONAL long sys_listmount(uptr_t ureq, uptr_t uids, size_t n, u32 flags);
/* adjtimex.c */
OPTIONAL long sys_adjtimex(uptr_t utimex);
OPTIONAL long sys_clock_adjtime(clockid_t clock, uptr_t utimex);
/* process_vm.c */
OPTIONAL long sys_process_vm_readv(pid_t pid, uptr_t local, u64 nlocal,
				   uptr_t remote, u64 nremote, u64 flags);
OPTIONAL long sys_process_vm_writev(pid_t pid, uptr_t local, u64 nlocal,
				    uptr_t remote, u64 nremote, u64 flags);
OPTIONAL long sys_process_madvise(int pidfd, uptr_t uvec, u64 n, int advice,
				  u32 flags);
OPTIONAL long sys_process_mrelease(int pidfd, u32 flags);
/* rseq.c */
OPTIONAL long sys_rseq(uptr_t at, u32 len, int flags, u32 signature);

/* sched.c */
long sys_sched_yield(void);
long sys_sched_setaffinity(pid_t pid, u32 len, uptr_t umask);
long sys_sched_getaffinity(pid_t pid, u32 len, uptr_t umask);
long sys_getcpu(uptr_t ucpu, uptr_t unode, uptr_t unused);

/* sched_policy.c */
OPTIONAL long sys_sched_setparam(pid_t pid, uptr_t uparam);
OPTIONAL long sys_sched_getparam(pid_t pid, uptr_t uparam);
OPTIONAL long sys_sched_setscheduler(pid_t pid, int policy, uptr_t uparam);
OPTIONAL long sys_sched_getscheduler(pid_t pid);
OPTIONAL long sys_sched_setattr(pid_t pid, uptr_t uattr, u32 flags);
OPTIONAL long sys_sched_getattr(pid_t pid, uptr_t uattr, u32 size, u32 flags);
OPTIONAL long sys_sched_get_priority_max(int policy);
OPTIONAL long sys_sched_get_priority_min(int policy);
OPTIONAL long sys_sched_rr_get_interval(pid_t pid, uptr_t uts);

/* priority.c */
OPTIONAL long sys_getpriority(int which, int who);
OPTIONAL long sys_setpriority(int which, int who, int nice);
OPTIONAL long sys_ioprio_set(int which, int who, int ioprio);
OPTIONAL long sys_ioprio_get(int which, int who);

/* cred.c */
long sys_getuid(void);
long sys_geteuid(void);
long sys_getgid(void);
long sys_getegid(void);

/* ids.c */
OPTIONAL long sys_setuid(uid_t uid);
OPTIONAL long sys_setgid(gid_t gid);
OPTIONAL long sys_setreuid(uid_t ruid, uid_t euid);
OPTIONAL long sys_setregid(gid_t rgid, gid_t egid);
OPTIONAL long sys_setresuid(uid_t ruid, uid_t euid, uid_t suid);
OPTIONAL long sys_setresgid(gid_t rgid, gid_t egid, gid_t sgid);
OPTIONAL long sys_getresuid(uptr_t uruid, uptr_t ueuid, uptr_t usuid);
OPTIONAL long sys_getresgid(uptr_t urgid, uptr_t uegid, uptr_t usgid);
OPTIONAL long sys_setfsuid(uid_t uid);
OPTIONAL long sys_setfsgid(gid_t gid);
OPTIONAL long sys_getgroups(int n, uptr_t ulist);
OPTIONAL long sys_setgroups(int n, uptr_t ulist);

/* capability.c */
OPTIONAL long sys_capget(uptr_t uheader, uptr_t udata);
OPTIONAL long sys_capset(uptr_t uheader, uptr_t udata);

/* prctl.c */
OPTIONAL long sys_prctl(int option, u64 arg2, u64 arg3, u64 arg4, u64 arg5);

/* arch_prctl.c */
long sys_arch_prctl(int code, u64 addr);
long sys_personality(u32 persona);

/* limits.c */
long sys_getrlimit(u32 resource, uptr_t ulimit);
long sys_setrlimit(u32 resource, uptr_t ulimit);
long sys_prlimit64(pid_t pid, u32 resource, uptr_t unew, uptr_t uold);
long sys_getrusage(int who, uptr_t uusage);
long sys_times(uptr_t utms);

/* misc.c */
long sys_uname(uptr_t ubuf);
long sys_sethostname(uptr_t uname, int len);
long sys_setdomainname(uptr_t uname, int len);
long sys_sysinfo(uptr_t uinfo);
long sys_getrandom(uptr_t buf, size_t len, u32 flags);

/* vhangup.c */
OPTIONAL long sys_vhangup(void);

/* reboot.c */
long sys_reboot(u32 magic1, u32 magic2, u32 cmd, uptr_t uarg);

/* syslog.c */
OPTIONAL long sys_syslog(int type, uptr_t buf, int len);

struct file;

/* eventfd.c, memfd.c, lock.c: optional */
OPTIONAL long sys_eventfd(u32 count);
OPTIONAL long sys_eventfd2(u32 count, int flags);
OPTIONAL long sys_memfd_create(uptr_t uname, u32 flags);
OPTIONAL long sys_flock(int fd, u32 op);
/* The commands of fcntl for record locks, with a real file. */
OPTIONAL long fcntl_lock(int fd, struct file *f, u32 cmd, uptr_t ulock);

/* sysv_sem.c, sysv_msg.c, sysv_shm.c */
OPTIONAL long sys_semget(s32 key, int nsems, int flags);
OPTIONAL long sys_semop(s32 id, uptr_t uops, u32 n);
OPTIONAL long sys_semtimedop(s32 id, uptr_t uops, u32 n, uptr_t uts);
OPTIONAL long sys_semctl(s32 id, int semnum, int cmd, u64 arg);
OPTIONAL long sys_msgget(s32 key, int flags);
OPTIONAL long sys_msgsnd(s32 id, uptr_t umsg, size_t size, int flags);
OPTIONAL long sys_msgrcv(s32 id, uptr_t umsg, size_t size, s64 type, int flags);
OPTIONAL long sys_msgctl(s32 id, int cmd, uptr_t arg);
OPTIONAL long sys_shmget(s32 key, size_t size, int flags);
OPTIONAL long sys_shmat(s32 id, u64 addr, int flags);
OPTIONAL long sys_shmdt(u64 addr);
OPTIONAL long sys_shmctl(s32 id, int cmd, uptr_t arg);
/* xattr.c: optional */
OPTIONAL long sys_setxattr(uptr_t upath, uptr_t uname, uptr_t uvalue,
			   size_t size, int flags);
OPTIONAL long sys_lsetxattr(uptr_t upath, uptr_t uname, uptr_t uvalue,
			    size_t size, int flags);
OPTIONAL long sys_fsetxattr(int fd, uptr_t uname, uptr_t uvalue, size_t size,
			    int flags);
OPTIONAL long sys_getxattr(uptr_t upath, uptr_t uname);
OPTIONAL long sys_lgetxattr(uptr_t upath, uptr_t uname);
OPTIONAL long sys_fgetxattr(int fd, uptr_t uname);
OPTIONAL long sys_listxattr(uptr_t upath);
OPTIONAL long sys_llistxattr(uptr_t upath);
OPTIONAL long sys_flistxattr(int fd);
OPTIONAL long sys_removexattr(uptr_t upath, uptr_t uname);
OPTIONAL long sys_lremovexattr(uptr_t upath, uptr_t uname);
OPTIONAL long sys_fremovexattr(int fd, uptr_t uname);

/* mqueue.c */
OPTIONAL long sys_mq_open(uptr_t uname, int flags, mode_t mode, uptr_t uattr);
OPTIONAL long sys_mq_unlink(uptr_t uname);
OPTIONAL long sys_mq_timedsend(int fd, uptr_t ubuf, size_t len, u32 priority,
			       uptr_t uts);
OPTIONAL long sys_mq_timedreceive(int fd, uptr_t ubuf, size_t len,
				  uptr_t upriority, uptr_t uts);
OPTIONAL long sys_mq_notify(int fd, uptr_t uevent);
OPTIONAL long sys_mq_getsetattr(int fd, uptr_t unew, uptr_t uold);
/* futex2.c: optional */
OPTIONAL long sys_futex_waitv(uptr_t uwaiters, u32 n, u32 flags, uptr_t uts,
			      clockid_t clock);
OPTIONAL long sys_futex_wake(uptr_t addr, u64 mask, int n, u32 flags);
OPTIONAL long sys_futex_wait(uptr_t addr, u64 val, u64 mask, u32 flags,
			     uptr_t uts, clockid_t clock);
OPTIONAL long sys_futex_requeue(uptr_t uwaiters, u32 flags, int nwake,
				int nmove);

/* epoll.c: optional */
OPTIONAL long sys_epoll_create(int size);
OPTIONAL long sys_epoll_create1(int flags);
OPTIONAL long sys_epoll_ctl(int epfd, int op, int fd, uptr_t uevent);
OPTIONAL long sys_epoll_wait(int epfd, uptr_t uevents, int max,
			     int timeout_ms);
OPTIONAL long sys_epoll_pwait(int epfd, uptr_t uevents, int max,
			      int timeout_ms, uptr_t umask, size_t size);
OPTIONAL long sys_epoll_pwait2(int epfd, uptr_t uevents, int max, uptr_t uts,
			       uptr_t umask, size_t size);

/* acct.c: optional */
OPTIONAL long sys_acct(uptr_t uname);

/* signalfd.c: optional */
OPTIONAL long sys_signalfd(int fd, uptr_t umask, size_t size);
OPTIONAL long sys_signalfd4(int fd, uptr_t umask, size_t size, int flags);

/* timerfd.c: optional */
OPTIONAL long sys_timerfd_create(clockid_t clock, int flags);
OPTIONAL long sys_timerfd_settime(int fd, int flags, uptr_t unew,
				  uptr_t uold);
OPTIONAL long sys_timerfd_gettime(int fd, uptr_t uvalue);

/* posix_timers.c: optional */
OPTIONAL long sys_timer_create(clockid_t clock, uptr_t uevent, uptr_t uid);
OPTIONAL long sys_timer_settime(s32 id, int flags, uptr_t unew, uptr_t uold);
OPTIONAL long sys_timer_gettime(s32 id, uptr_t uvalue);
OPTIONAL long sys_timer_getoverrun(s32 id);
OPTIONAL long sys_timer_delete(s32 id);

/* socket.c: optional */
OPTIONAL long sys_socket(int family, int type, int protocol);
OPTIONAL long sys_socketpair(int family, int type, int protocol,
			     uptr_t ufds);
OPTIONAL long sys_bind(int fd, uptr_t uaddr, int len);
OPTIONAL long sys_listen(int fd, int backlog);
OPTIONAL long sys_accept(int fd, uptr_t uaddr, uptr_t ulen);
OPTIONAL long sys_accept4(int fd, uptr_t uaddr, uptr_t ulen, int flags);
OPTIONAL long sys_connect(int fd, uptr_t uaddr, int len);
OPTIONAL long sys_getsockname(int fd, uptr_t uaddr, uptr_t ulen);
OPTIONAL long sys_getpeername(int fd, uptr_t uaddr, uptr_t ulen);
OPTIONAL long sys_shutdown(int fd, int how);

/* socket_opt.c: optional */
OPTIONAL long sys_setsockopt(int fd, int level, int name, uptr_t uvalue,
			     int len);
OPTIONAL long sys_getsockopt(int fd, int level, int name, uptr_t uvalue,
			     uptr_t ulen);

/* socket_io.c: optional */
OPTIONAL long sys_sendto(int fd, uptr_t ubuf, size_t len, u32 flags,
			 uptr_t uaddr, int addrlen);
OPTIONAL long sys_recvfrom(int fd, uptr_t ubuf, size_t len, u32 flags,
			   uptr_t uaddr, uptr_t ulen);
OPTIONAL long sys_sendmsg(int fd, uptr_t umsg, u32 flags);
OPTIONAL long sys_recvmsg(int fd, uptr_t umsg, u32 flags);
OPTIONAL long sys_sendmmsg(int fd, uptr_t uvec, u32 n, u32 flags);
OPTIONAL long sys_recvmmsg(int fd, uptr_t uvec, u32 n, u32 flags, uptr_t uts);

/* splice.c */
OPTIONAL long sys_splice(int in_fd, uptr_t uin_pos, int out_fd,
			 uptr_t uout_pos, size_t len, u32 flags);
OPTIONAL long sys_tee(int in_fd, int out_fd, size_t len, u32 flags);
OPTIONAL long sys_vmsplice(int fd, uptr_t uvec, u64 n, u32 flags);

#endif
