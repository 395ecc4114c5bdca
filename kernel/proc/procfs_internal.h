/*
 * kernel/proc/procfs_internal.h - between the files that make up /proc
 */
#ifndef PROCFS_INTERNAL_H
#define PROCFS_INTERNAL_H

#include <fs/seqfile.h>
#include <proc/lifecycle.h>
#include <proc/procfs.h>
#include <proc/task.h>

struct aspace;
struct aspace_view;
struct pid;
struct pid_ns;
struct proc_node;

/* Some entries are there for processes only, and one for threads only. */
enum proc_file_of { PROC_OF_BOTH, PROC_OF_PROCESS, PROC_OF_THREAD };

/* One entry of a table: a file, link or directory below /proc/PID. A regular
 * file or directory behind which nothing was linked is not there. */
struct proc_file {
	const char *name;
	mode_t mode;		/* with the file type */
	enum proc_file_of of;
	/* Regular files. The task is alive or a zombie, and held. */
	int (*show)(struct task *t, struct seq_buf *out);
	/* The same for what shows numbers, as @ns has them. */
	int (*show_ns)(struct task *t, struct pid_ns *ns, struct seq_buf *out);
	ssize_t (*write)(struct task *t, const char *text, size_t len);
	/* Instead of show, for what tells of memory: see proc_memory_open.
	 * @as is NULL when it is gone. Else as struct seq_source has them. */
	int (*memory)(const struct proc_node *n, struct aspace *as,
		      struct seq_buf *out, struct seq_place *place);
	long (*ioctl)(struct aspace *as, u32 cmd, uptr_t arg);
	bool may_lack;		/* open(2) does not mind if there is none */
	const struct file_ops *fops;	/* NULL: show and write are enough */
	/* Links: to an object. Bytes of text, and the place itself. */
	ssize_t (*readlink)(struct task *t, char *buf, size_t size);
	int (*follow)(struct task *t, struct path *out);
	/* Directories: their own table, or their own operations. */
	const struct proc_file *table;
	const struct inode_ops *dir_ops;
	const struct file_ops *dir_fops;
	/* ptrace access rules: only for who may look into the process. */
	bool guarded;
};

/* inode->private of everything in /proc. */
struct proc_node {
	struct seq_source source;	/* first: seq_file_ops */
	struct pid_ns *ns;		/* [I] the mount's, borrowed */
	struct pid *pid;		/* [I] owned; NULL: not of a process */
	const struct proc_file *file;	/* [I] NULL: a fixed entry */
	struct proc_entry *entry;	/* [I] fixed file or directory */
	int fd;				/* [I] below fd and fdinfo */
	bool thread;			/* [I] below task/TID: of one thread */
	u64 start, end;			/* [I] below map_files: addresses */
	struct ns_common *net;		/* [I] owned: of a file below net */
};

/* hidepid: who sees a process of another. Source: proc(5). */
enum {
	PROC_HIDE_OFF = 0,
	PROC_HIDE_NO_ACCESS = 1,	/* listed, but not to be entered */
	PROC_HIDE_INVISIBLE = 2,	/* not listed either */
	PROC_HIDE_NOT_TRACEABLE = 4,	/* whatever the group */
};

/* Options of a mount of procfs. procfs_mount.c */
struct proc_view {
	u32 hide;		/* [a] PROC_HIDE_* */
	gid_t gid;		/* [a] the group that sees all */
	bool pids_only;		/* [a] subset=pid */
};

/* superblock->private */
struct proc_super {
	struct pid_ns *ns;		/* [I] owned: whom it shows */
	struct superblock *sb;		/* [I] */
	struct list link;		/* in ns->proc_supers */
	struct proc_view view;
};

static inline struct proc_view *proc_sb_view(const struct superblock *sb)
{
	return &((struct proc_super *)sb->private)->view;
}

/* Take "key=value,..." into @v: 0, -EINVAL. */
int proc_view_parse(struct proc_view *v, const char *data);
/* Options as /proc/mounts has them, with a leading comma each. */
size_t proc_view_show(const struct proc_view *v, char *buf, size_t size);
/* May the caller do with @t what hidepid=@what is about? */
bool proc_view_allows(const struct proc_view *v, struct task *t, u32 what);
/* inode_ops of /proc/PID: -EPERM, -ENOENT, or what the mode says. */
int proc_view_permission(struct inode *inode, const struct cred *cred,
			 u32 mask);

/* The namespace that a mount of procfs shows. */
static inline struct pid_ns *proc_sb_ns(const struct superblock *sb)
{
	return ((struct proc_super *)sb->private)->ns;
}
/* procfs_forget.c: @sb shows @ns from now on, until it is destroyed. Return:
 * 0, -ENOMEM. */
int proc_super_create(struct superblock *sb, struct pid_ns *ns);
void proc_super_destroy(struct superblock *sb);
/* A node's inode; @pid's reference is taken. NULL: no memory. */
struct inode *proc_inode(struct superblock *sb, const struct proc_node *from,
			 mode_t mode);
static inline struct proc_node *proc_node(const struct inode *inode)
{
	return inode->private;
}
/* The task a node stands for, with a reference; NULL: it is gone. */
struct task *proc_task(const struct proc_node *n);
/* Is there one? */
bool proc_node_alive(const struct proc_node *n);
/* May the caller look into @t? 0, -EACCES. Source: ptrace(2), "Ptrace access
 * mode checking". */
int proc_may_look(struct task *t);
/* The parts of @dir listed by every directory: "." and "..". False: full. */
bool proc_emit_dots(struct file *f, struct dir_context *c);

/* "123" as a number; -1: it is none, or not as /proc writes it. */
s32 proc_parse_nr(const char *name, size_t len);
/* Inode number of a process's (or one thread's) directory. */
static inline ino_t proc_pid_ino(u64 pid_ino, bool thread)
{
	return 0x10000 + pid_ino * 256 + (thread ? 128 : 0);
}
/* Text of a path as the caller sees it, for readlink. Bytes or -errno. */
ssize_t proc_path_text(const struct path *p, char *buf, size_t size);
/* What belongs to a process cannot be given away: -EPERM. */
int proc_refuse_setattr(struct inode *inode, const struct attr_change *c,
			const struct cred *cred);
/* What every inode_ops of /proc has as evict. */
void proc_node_free(struct inode *inode);

/* procfs_pid_table.c: what is in /proc/PID and /proc/PID/task/TID */
extern const struct proc_file proc_pid_table[];
/* procfs_pid.c: the operations of a directory made from a table */
extern const struct inode_ops proc_dir_ops;
extern const struct file_ops proc_dir_fops;
/* inode_ops of what belongs to a task: its owner follows the task's ids. */
int proc_task_getattr(struct inode *inode, struct stat *st);
bool proc_task_revalidate(struct dentry *d);
int proc_pid_inode(struct superblock *sb, struct pid *pid, bool thread,
		   struct inode **out);
/* procfs_fd.c */
extern const struct inode_ops proc_fd_ops, proc_fdinfo_ops;
extern const struct file_ops proc_fd_fops;
/* procfs_map_files.c */
extern const struct inode_ops proc_map_files_ops;
extern const struct file_ops proc_map_files_fops;
/* procfs_task.c: /proc/PID/task */
extern const struct inode_ops proc_task_ops;
extern const struct file_ops proc_task_fops;
/* procfs_ns.c: /proc/PID/ns; optional */
OPTIONAL extern const struct proc_file proc_ns_table[];
/* procfs_net.c: /proc/PID/net */
extern const struct inode_ops proc_net_ops;
extern const struct file_ops proc_net_fops;
/* user_ns_map.c: uid_map, gid_map, projid_map, setgroups; optional */
OPTIONAL extern const struct file_ops proc_uid_map_fops, proc_gid_map_fops;
OPTIONAL extern const struct file_ops proc_projid_map_fops,
				      proc_setgroups_fops;
/* procfs_fault.c: fail-nth */
extern const struct file_ops proc_fail_fops;
/* procfs_stat.c: stat, status, statm, limits, ... */
int proc_show_stat(struct task *t, struct pid_ns *ns, struct seq_buf *out);
int proc_show_status(struct task *t, struct pid_ns *ns, struct seq_buf *out);
int proc_show_statm(struct task *t, struct seq_buf *out);
int proc_show_limits(struct task *t, struct seq_buf *out);
u32 proc_fd_size(struct task *t);	/* slots of its descriptor table */
u64 proc_sigqueue_used(struct task *t);
/* procfs_mounts.c: optional */
OPTIONAL int proc_show_mounts(struct task *t, struct seq_buf *out);
OPTIONAL int proc_show_mountinfo(struct task *t, struct seq_buf *out);
OPTIONAL int proc_show_mountstats(struct task *t, struct seq_buf *out);
/* procfs_where.c: links; the umask for status */
/* With a reference; NULL: it has none any more. */
struct fs_context *proc_task_fs(struct task *t);
int proc_follow_cwd(struct task *t, struct path *out);
int proc_follow_root(struct task *t, struct path *out);
int proc_follow_exe(struct task *t, struct path *out);
ssize_t proc_readlink_cwd(struct task *t, char *buf, size_t size);
ssize_t proc_readlink_root(struct task *t, char *buf, size_t size);
ssize_t proc_readlink_exe(struct task *t, char *buf, size_t size);
mode_t proc_umask(struct task *t);
/* procfs_aspace.c: files that stand for the memory there was at open(2) */
/*
 * proc_memory_open - open(2) of such a file
 * @n:       whose memory
 * @must:    there must be some, else -ESRCH
 * @out:     owned by the file: proc_memory_close
 * Return:   0, -ESRCH (also: nobody there), -EACCES, -ENOMEM
 */
int proc_memory_open(const struct proc_node *n, bool must,
		     struct aspace_view **out);
void proc_memory_close(struct aspace_view *v);
/* Those that are texts: what @n->source does. */
void proc_memory_source(struct proc_node *n);
/* procfs_mem.c: maps, cmdline, environ, auxv, exe */
struct region;
struct maps_walk {
	struct seq_buf *out;
	struct aspace *as;
	struct path root;		/* the reader's */
	char *page;
	void (*show)(const struct region *r, struct maps_walk *w);
	u64 end;			/* of the region shown last */
};
/* One part of a text that shows each region of @as by @show: 1, 0 (the last
 * one). maps_region is the line of maps. */
int maps_step(struct aspace *as, struct seq_buf *out, struct seq_place *place,
	      void (*show)(const struct region *r, struct maps_walk *w));
void maps_region(const struct region *r, struct maps_walk *w);
/* What the region is called there; nothing if it has no name. */
void maps_region_name(struct aspace *as, const struct region *r,
		      struct seq_buf *out);
/* Blanks up to the column of names, in the line that began at byte @line. */
void maps_pad(struct seq_buf *out, size_t line);
int proc_maps(const struct proc_node *n, struct aspace *as,
	      struct seq_buf *out, struct seq_place *place);
int proc_show_cmdline(struct task *t, struct seq_buf *out);
int proc_environ(const struct proc_node *n, struct aspace *as,
		 struct seq_buf *out, struct seq_place *place);
int proc_auxv(const struct proc_node *n, struct aspace *as,
	      struct seq_buf *out, struct seq_place *place);
/* procfs_maps_query.c */
long proc_maps_ioctl(struct aspace *as, u32 cmd, uptr_t arg);
/* procfs_trace.c: mem, syscall */
extern const struct file_ops proc_mem_fops;
int proc_show_syscall(struct task *t, struct seq_buf *out);
/* procfs_smaps.c */
int proc_smaps(const struct proc_node *n, struct aspace *as,
	       struct seq_buf *out, struct seq_place *place);
int proc_smaps_rollup(const struct proc_node *n, struct aspace *as,
		      struct seq_buf *out, struct seq_place *place);
extern const struct file_ops proc_pagemap_fops;
/* procfs_small.c: files of one figure */
int proc_show_comm(struct task *t, struct seq_buf *out);
ssize_t proc_write_comm(struct task *t, const char *text, size_t len);
int proc_show_children(struct task *t, struct pid_ns *ns,
		       struct seq_buf *out);
int proc_show_oom_score_adj(struct task *t, struct seq_buf *out);
ssize_t proc_write_oom_score_adj(struct task *t, const char *text,
				 size_t len);
int proc_show_timerslack(struct task *t, struct seq_buf *out);
ssize_t proc_write_timerslack(struct task *t, const char *text, size_t len);
int proc_show_personality(struct task *t, struct seq_buf *out);
int proc_show_oom_score(struct task *t, struct seq_buf *out);
int proc_show_oom_adj(struct task *t, struct seq_buf *out);
ssize_t proc_write_oom_adj(struct task *t, const char *text, size_t len);
int proc_show_cgroup(struct task *t, struct seq_buf *out);
int proc_show_schedstat(struct task *t, struct seq_buf *out);
int proc_show_wchan(struct task *t, struct seq_buf *out);
int proc_show_io(struct task *t, struct seq_buf *out);
/* procfs_cpu.c: interrupts, vmstat, what else the machine counts */
void proc_cpu_init(void);
/* procfs_sys.c: meminfo, uptime, ... */
void proc_system_init(void);
/* procfs_sysctl.c: /proc/sys */
void proc_sysctl_init(void);
/* procfs_settings.c: what is a number there */
void proc_settings_init(void);
/* procfs_user.c: /proc/sys/user */
void proc_user_init(void);
/* procfs_sched.c */
OPTIONAL int proc_show_sched(struct task *t, struct pid_ns *ns,
			     struct seq_buf *out);
OPTIONAL ssize_t proc_write_sched(struct task *t, const char *text, size_t len);
/* procfs_nidus.c: /proc/nidus/pidns */
OPTIONAL void proc_nidus_init(void);
/* procfs_lock_stat.c: /proc/lock_stat */
OPTIONAL void proc_lock_stat_init(void);

#endif
