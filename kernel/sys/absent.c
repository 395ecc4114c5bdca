/*
 * kernel/sys/absent.c - the names of system calls that are not there
 *
 * What:  for the log of strace=1 and the census of refused calls. A name that
 *        has come to table.c since is not asked for.
 * See:   syscalls(2); docs/syscalls.md
 */
#include "table.h"

#define ABSENT(x) [NR_##x] = #x

static const char *const names[NR_SYSCALLS] = {
	ABSENT(uselib), ABSENT(ustat), ABSENT(sysfs), ABSENT(modify_ldt),
	ABSENT(sysctl), ABSENT(swapon), ABSENT(swapoff),
	ABSENT(iopl), ABSENT(ioperm), ABSENT(create_module),
	ABSENT(init_module), ABSENT(delete_module), ABSENT(get_kernel_syms),
	ABSENT(query_module), ABSENT(quotactl), ABSENT(nfsservctl),
	ABSENT(getpmsg), ABSENT(putpmsg), ABSENT(afs_syscall), ABSENT(tuxcall),
	ABSENT(security), ABSENT(set_thread_area), ABSENT(io_setup),
	ABSENT(io_destroy), ABSENT(io_getevents), ABSENT(io_submit),
	ABSENT(io_cancel), ABSENT(get_thread_area), ABSENT(lookup_dcookie),
	ABSENT(epoll_ctl_old), ABSENT(epoll_wait_old), ABSENT(remap_file_pages),
	ABSENT(vserver), ABSENT(mbind), ABSENT(set_mempolicy),
	ABSENT(get_mempolicy), ABSENT(kexec_load), ABSENT(add_key),
	ABSENT(request_key), ABSENT(keyctl), ABSENT(inotify_init),
	ABSENT(inotify_add_watch), ABSENT(inotify_rm_watch),
	ABSENT(migrate_pages), ABSENT(move_pages), ABSENT(inotify_init1),
	ABSENT(perf_event_open), ABSENT(fanotify_init), ABSENT(fanotify_mark),
	ABSENT(name_to_handle_at), ABSENT(open_by_handle_at),
	 ABSENT(finit_module), ABSENT(kexec_file_load),
	ABSENT(bpf), ABSENT(userfaultfd), ABSENT(pkey_mprotect),
	ABSENT(pkey_alloc), ABSENT(pkey_free), ABSENT(io_pgetevents),
	ABSENT(uretprobe), ABSENT(io_uring_setup), ABSENT(io_uring_enter),
	ABSENT(io_uring_register), ABSENT(quotactl_fd),
	ABSENT(landlock_create_ruleset), ABSENT(landlock_add_rule),
	ABSENT(landlock_restrict_self), ABSENT(memfd_secret),
	ABSENT(set_mempolicy_home_node), ABSENT(cachestat),
	ABSENT(map_shadow_stack), ABSENT(statmount), ABSENT(listmount),
	ABSENT(lsm_get_self_attr), ABSENT(lsm_set_self_attr),
	ABSENT(lsm_list_modules), ABSENT(mseal),
};

const char *syscall_absent_name(u64 nr)
{
	return names[nr] ? names[nr] : "?";
}
