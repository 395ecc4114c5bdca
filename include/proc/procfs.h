/*
 * include/proc/procfs.h - /proc, seen from a pid namespace
 */
#ifndef PROC_PROCFS_H
#define PROC_PROCFS_H

#include <fs/vfs.h>

struct ns_common;
struct pid_ns;
struct seq_buf;

/* The file system is optional. Register it; fixed entries come with
 * proc_entry_add. */
OPTIONAL void procfs_init(void);
/* A fixed file, such as "uptime" or "sys/kernel/pid_max". @show fills it;
 * @write (may be NULL) takes what was written: length or -errno. */
struct proc_entry {
	const char *path;
	mode_t mode;
	int (*show)(struct seq_buf *out);
	/* The same for what depends on the mount's namespace. */
	int (*show_ns)(struct seq_buf *out, struct pid_ns *ns);
	/* Links (mode has S_IFLNK). As readlink; @ns: the mount's. */
	ssize_t (*link)(char *buf, size_t size, const struct pid_ns *ns);
	ssize_t (*write)(const char *text, size_t len);
	/* The same for one function behind many files, told apart by arg. */
	int (*show_arg)(const struct proc_entry *e, struct seq_buf *out);
	ssize_t (*write_arg)(const struct proc_entry *e, const char *text,
			     size_t len);
	const void *arg;
	/* Files with operations of their own. */
	const struct file_ops *fops;
	/* 0 or -EACCES; NULL: the mode decides. */
	int (*permission)(const struct cred *cred, u32 mask);
	struct proc_entry *next;
};
OPTIONAL void proc_entry_link(struct proc_entry *e);	/* static storage */
/* The same, where there is a /proc. */
static inline void proc_entry_add(struct proc_entry *e)
{
	if (proc_entry_link)
		proc_entry_link(e);
}
/* @pid no longer has a task: names of it in /proc are dropped; @tgid: of its
 * process. Both borrowed under RCU. Context: task, may sleep. */
struct pid;
OPTIONAL void proc_forget(struct pid *pid, struct pid *tgid);

/* nsfs: a file for a namespace; optional. */
OPTIONAL void nsfs_init(void);
/* Takes its own reference. */
OPTIONAL int nsfs_path(struct ns_common *ns, struct path *out);
/* A descriptor of @ns, which keeps it: or -EMFILE, -ENFILE, -ENOMEM. */
OPTIONAL long nsfs_open(struct ns_common *ns);
/* The namespace behind an open nsfs file; NULL: another file. With ref. */
struct file;
OPTIONAL struct ns_common *nsfs_file_ns(struct file *f);
static inline struct ns_common *file_ns_get(struct file *f)
{
	return nsfs_file_ns ? nsfs_file_ns(f) : NULL;
}
/* The namespace that @path's inode stands for, borrowed; NULL: no nsfs. */
OPTIONAL struct ns_common *nsfs_path_ns(const struct path *path);
static inline struct ns_common *path_ns(const struct path *path)
{
	return nsfs_path_ns ? nsfs_path_ns(path) : NULL;
}
/* The pid namespace that @path's /proc shows, borrowed; NULL: no /proc. */
OPTIONAL struct pid_ns *procfs_path_pidns(const struct path *path);

/* pidfd.c: optional */
struct pid;
OPTIONAL void pidfd_init(void);
OPTIONAL int pidfd_create(struct pid *pid, u32 flags, struct file **out);
/* pidfd_open(2): fd, -EINVAL (flags, @nr <= 0, no process), -ESRCH, -EMFILE */
int pidfd_open(pid_t nr, u32 flags);
/* pidfd_send_signal(2). @info: NULL, or what the caller wants to be told. */
struct siginfo;
int pidfd_send_signal(struct file *f, int sig, struct siginfo *info,
		      u32 flags);
bool pidfd_signal_flags_ok(u32 flags);
/* Borrowed; NULL: no pidfd. */
OPTIONAL struct pid *pidfd_file_pid(struct file *f);
static inline struct pid *file_pidfd(struct file *f)
{
	return pidfd_file_pid ? pidfd_file_pid(f) : NULL;
}
/* The process of an open /proc/PID directory, which pidfd_send_signal takes
 * as well; borrowed; NULL: another file. */
OPTIONAL struct pid *proc_file_pid(struct file *f);
/* The lines of /proc/PID/fdinfo/FD, with numbers as @ns has them: 0 where it
 * has none, -1 once the process is reaped. */
OPTIONAL void pidfd_show_fdinfo(struct pid *pid, struct pid_ns *ns,
				struct seq_buf *out);
/* Pollers of the process's pidfds are woken: all threads are gone. [P] */
OPTIONAL void pidfd_notify_exit(struct pid *pid);

#endif
