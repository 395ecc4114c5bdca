/*
 * kernel/proc/procfs_pid_table.c - what is in /proc/PID and /proc/PID/task/TID
 *
 * What:  the table of both directories. An entry's place in it is part of its
 *        inode number.
 * Not:   how a directory is made from it (procfs_pid.c); most of what the
 *        entries show (their files are named in procfs_internal.h).
 * See:   proc(5).
 */
#include "procfs_internal.h"

#include <proc/coredump.h>
#include <proc/posix_timers.h>
#include <proc/timens.h>

#define REG(n, m, s) { .name = n, .mode = S_IFREG | (m), .show = s }
#define NUMBERS(n, s) { .name = n, .mode = S_IFREG | 0444, .show_ns = s }
#define MEMORY(n, m, s) { .name = n, .mode = S_IFREG | (m), .memory = s }
#define GUARDED(n, m, s) \
	{ .name = n, .mode = S_IFREG | (m), .show = s, .guarded = true }

const struct proc_file proc_pid_table[] = {
	{ .name = "task", .mode = S_IFDIR | 0555, .of = PROC_OF_PROCESS,
	  .dir_ops = &proc_task_ops, .dir_fops = &proc_task_fops },
	{ .name = "fd", .mode = S_IFDIR | 0500, .dir_ops = &proc_fd_ops,
	  .dir_fops = &proc_fd_fops },
	{ .name = "fdinfo", .mode = S_IFDIR | 0555,
	  .dir_ops = &proc_fdinfo_ops, .dir_fops = &proc_fd_fops },
	{ .name = "map_files", .mode = S_IFDIR | 0500, .of = PROC_OF_PROCESS,
	  .dir_ops = &proc_map_files_ops,
	  .dir_fops = &proc_map_files_fops },
	{ .name = "ns", .mode = S_IFDIR | 0511, .table = proc_ns_table },
	MEMORY("environ", 0400, proc_environ),
	MEMORY("auxv", 0400, proc_auxv),
	NUMBERS("status", proc_show_status),
	REG("limits", 0444, proc_show_limits),
	{ .name = "comm", .mode = S_IFREG | 0644, .show = proc_show_comm,
	  .write = proc_write_comm },
	{ .name = "fail-nth", .mode = S_IFREG | 0644,
	  .fops = &proc_fail_fops },
	REG("cmdline", 0444, proc_show_cmdline),
	NUMBERS("stat", proc_show_stat),
	REG("statm", 0444, proc_show_statm),
	{ .name = "maps", .mode = S_IFREG | 0444, .memory = proc_maps,
	  .ioctl = proc_maps_ioctl, .may_lack = true },
	{ .name = "mem", .mode = S_IFREG | 0600, .fops = &proc_mem_fops },
	REG("syscall", 0400, proc_show_syscall),
	{ .name = "smaps", .mode = S_IFREG | 0444, .memory = proc_smaps,
	  .may_lack = true },
	MEMORY("smaps_rollup", 0444, proc_smaps_rollup),
	{ .name = "pagemap", .mode = S_IFREG | 0400,
	  .fops = &proc_pagemap_fops },
	{ .name = "children", .mode = S_IFREG | 0444, .of = PROC_OF_THREAD,
	  .show_ns = proc_show_children },
	{ .name = "cwd", .mode = S_IFLNK | 0777, .follow = proc_follow_cwd,
	  .readlink = proc_readlink_cwd },
	{ .name = "root", .mode = S_IFLNK | 0777, .follow = proc_follow_root,
	  .readlink = proc_readlink_root },
	{ .name = "exe", .mode = S_IFLNK | 0777, .follow = proc_follow_exe,
	  .readlink = proc_readlink_exe },
	{ .name = "timers", .mode = S_IFREG | 0444, .of = PROC_OF_PROCESS,
	  .show_ns = posix_timers_show },
	REG("mounts", 0444, proc_show_mounts),
	REG("mountinfo", 0444, proc_show_mountinfo),
	{ .name = "mountstats", .mode = S_IFREG | 0400,
	  .of = PROC_OF_PROCESS, .show = proc_show_mountstats },
	{ .name = "net", .mode = S_IFDIR | 0555, .dir_ops = &proc_net_ops,
	  .dir_fops = &proc_net_fops },
	REG("cgroup", 0444, proc_show_cgroup),
	REG("schedstat", 0444, proc_show_schedstat),
	REG("wchan", 0444, proc_show_wchan),
	GUARDED("personality", 0400, proc_show_personality),
	GUARDED("io", 0400, proc_show_io),
	REG("oom_score", 0444, proc_show_oom_score),
	{ .name = "oom_adj", .mode = S_IFREG | 0644,
	  .show = proc_show_oom_adj, .write = proc_write_oom_adj },
	{ .name = "timerslack_ns", .mode = S_IFREG | 0666,
	  .of = PROC_OF_PROCESS,
	  .show = proc_show_timerslack, .write = proc_write_timerslack },
	{ .name = "uid_map", .mode = S_IFREG | 0644,
	  .fops = &proc_uid_map_fops },
	{ .name = "gid_map", .mode = S_IFREG | 0644,
	  .fops = &proc_gid_map_fops },
	{ .name = "projid_map", .mode = S_IFREG | 0644,
	  .fops = &proc_projid_map_fops },
	{ .name = "setgroups", .mode = S_IFREG | 0644,
	  .fops = &proc_setgroups_fops },
	{ .name = "timens_offsets", .mode = S_IFREG | 0644,
	  .of = PROC_OF_PROCESS,
	  .show = timens_show, .write = timens_write },
	{ .name = "oom_score_adj", .mode = S_IFREG | 0644,
	  .show = proc_show_oom_score_adj, .write = proc_write_oom_score_adj },
	{ .name = "coredump_filter", .mode = S_IFREG | 0644,
	  .of = PROC_OF_PROCESS, .show = coredump_show_filter,
	  .write = coredump_write_filter },
	{ .name = "sched", .mode = S_IFREG | 0644,
	  .show_ns = proc_show_sched, .write = proc_write_sched },
	{ 0 },
};
