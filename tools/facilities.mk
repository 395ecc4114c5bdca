# tools/facilities.mk - what a build may leave out: make OMIT="epoll screen"
#
# What:  the name of each facility and the files that it lies in. Others call
#        it by functions declared OPTIONAL, whose address is NULL when it is
#        not there; a system call that is not there is answered ENOSYS.
# Not:   their place in the reading order (each directory's sources.mk).
# See:   docs/architecture.md; tests/scenario/facilities.py

FACILITY_acct := kernel/proc/acct.c kernel/sys/acct.c
FACILITY_acpi := arch/x86_64/acpi.c arch/x86_64/acpi_power.c
FACILITY_adjtimex := kernel/sys/adjtimex.c
FACILITY_advice := mm/vm/madvise.c kernel/sys/advice.c
FACILITY_backtrace := arch/x86_64/backtrace.c kernel/core/ksyms.c
FACILITY_beacon := drivers/beacon.c
FACILITY_capabilities := kernel/sys/capability.c kernel/sys/prctl_cap.c
FACILITY_coredump := kernel/proc/coredump.c kernel/proc/coredump_name.c \
	kernel/proc/coredump_elf.c kernel/proc/coredump_notes.c
FACILITY_cpu_clocks := kernel/sys/cpu_clock.c
FACILITY_cpuinfo := arch/x86_64/cpu_describe.c kernel/proc/procfs_cpuinfo.c
FACILITY_deadline := kernel/sched/deadline.c kernel/sys/sched_deadline.c
FACILITY_debugcon := drivers/debugcon.c
FACILITY_epoll := fs/epoll.c fs/epoll_ready.c kernel/sys/epoll.c
FACILITY_eventfd := fs/eventfd.c kernel/sys/eventfd.c
FACILITY_fast_strings := arch/x86_64/string_fast.asm
FACILITY_file_copy := kernel/sys/file_copy.c
FACILITY_futex = kernel/proc/futex.c kernel/proc/futex_robust.c \
	kernel/sys/futex.c mm/vm/backing.c $(FACILITY_futex_pi) $(FACILITY_futex2)
FACILITY_futex_pi := kernel/proc/futex_pi.c
FACILITY_futex2 := kernel/proc/futex_many.c kernel/sys/futex2.c
FACILITY_hostile := arch/x86_64/hostile.c
FACILITY_ids := kernel/sys/ids.c
FACILITY_itimers = kernel/proc/timers.c kernel/sys/itimer.c \
	$(FACILITY_posix_timers)
FACILITY_kcmp := kernel/sys/kcmp.c
FACILITY_keyboard = drivers/keyboard.c drivers/keymap.c $(FACILITY_ps2) \
	$(FACILITY_usb)
FACILITY_kmsg := fs/kmsg.c
FACILITY_locks := fs/lock.c kernel/sys/lock.c
FACILITY_membarrier := kernel/sys/membarrier.c
FACILITY_memdev := fs/memdev.c
FACILITY_memfd := fs/memfd.c kernel/sys/memfd.c
FACILITY_join := kernel/proc/pidns_join.c
FACILITY_mlock := mm/vm/mlock.c kernel/sys/mlock.c
FACILITY_mount = kernel/sys/mount.c fs/mount_ops.c fs/mount_copy.c \
	fs/mount_locked.c fs/mount_ns_clone.c fs/propagate.c \
	$(FACILITY_mount_api)
FACILITY_mount_api := fs/fs_setup.c fs/mount_detached.c fs/mount_group.c \
	kernel/sys/mount_api.c
FACILITY_mount_list = fs/mount_show.c kernel/proc/procfs_mounts.c \
	$(FACILITY_mount_stat)
FACILITY_mount_stat := fs/mount_stat.c kernel/sys/mount_stat.c
FACILITY_mqueue := kernel/ipc/mqueue.c kernel/ipc/mqueue_fs.c \
	kernel/sys/mqueue.c
FACILITY_mremap := mm/vm/mremap.c kernel/sys/mremap.c
FACILITY_mseal := mm/vm/mseal.c kernel/sys/mseal.c
FACILITY_multiboot2 := arch/x86_64/boot/header.asm \
	arch/x86_64/boot/multiboot2.c
FACILITY_msync := mm/vm/msync.c kernel/sys/msync.c
FACILITY_mptable := arch/x86_64/mptable.c
FACILITY_nidus := kernel/proc/pidns_holders.c kernel/proc/procfs_nidus.c
FACILITY_nsfs := kernel/proc/nsfs.c kernel/proc/procfs_ns.c
FACILITY_lock_stat := kernel/core/lock_stat.c kernel/proc/procfs_lock_stat.c
FACILITY_pidfd := kernel/proc/pidfd.c kernel/sys/pidfd.c
FACILITY_pipe = fs/pipe.c fs/fifo.c kernel/sys/pipe.c \
	kernel/proc/procfs_pipe.c $(FACILITY_splice)
FACILITY_poll := fs/poll.c kernel/sys/poll.c
FACILITY_priority := kernel/sys/priority.c
FACILITY_proc_sched := kernel/proc/procfs_sched.c
FACILITY_posix_timers := kernel/proc/posix_timers.c kernel/sys/posix_timers.c
FACILITY_prctl = kernel/sys/prctl.c kernel/proc/subreaper.c \
	$(FACILITY_prctl_hints)
FACILITY_prctl_hints := kernel/sys/prctl_hints.c
FACILITY_process_vm := kernel/sys/process_vm.c
# The file system; what is only shown in it goes with it.
FACILITY_procfs = $(filter kernel/proc/procfs%,$(SRCS)) \
	fs/seqfile.c kernel/proc/user_ns_map.c \
	$(FACILITY_nidus) $(FACILITY_proc_tty)
FACILITY_ptrace := kernel/proc/ptrace.c kernel/proc/ptrace_stop.c \
	kernel/proc/ptrace_wait.c kernel/sys/ptrace.c \
	arch/x86_64/debugreg.c
FACILITY_ps2 := drivers/ps2.c
FACILITY_proc_tty := drivers/proc_tty.c
FACILITY_pty := drivers/pty.c drivers/ptmx.c drivers/devpts.c \
	drivers/devpts_number.c drivers/devpts_path.c
FACILITY_rtc := arch/x86_64/rtc.c
FACILITY_rseq := kernel/proc/rseq.c kernel/sys/rseq.c
FACILITY_seccomp := lib/cbpf.c kernel/proc/seccomp.c \
	kernel/proc/seccomp_notify.c kernel/proc/seccomp_log.c \
	kernel/sys/seccomp.c
FACILITY_screen := drivers/screen.c drivers/vt.c drivers/vt_csi.c \
	drivers/vt_sgr.c drivers/vt_screen.c drivers/colour.c \
	drivers/font8x16.c drivers/fbcon.c drivers/egatext.c
FACILITY_sched_policy = kernel/sys/sched_policy.c $(FACILITY_deadline)
FACILITY_scripts := kernel/proc/exec_script.c
FACILITY_selftest := $(filter tests/kernel/%,$(SRCS))
FACILITY_setns := kernel/proc/setns.c kernel/sys/setns.c
FACILITY_sigio := fs/async.c kernel/proc/file_owner.c \
	kernel/sys/file_owner.c
FACILITY_signalfd := kernel/proc/signalfd.c kernel/sys/signalfd.c
FACILITY_strace := kernel/sys/strace.c kernel/sys/strace_text.c \
	kernel/sys/strace_names.c kernel/sys/strace_signal.c
FACILITY_splice := fs/splice.c kernel/sys/splice.c
FACILITY_syslog := kernel/sys/syslog.c
FACILITY_sysv_msg := kernel/ipc/msg.c kernel/ipc/msg_control.c \
	kernel/sys/sysv_msg.c
FACILITY_sysv_sem := kernel/ipc/sem.c kernel/ipc/sem_control.c \
	kernel/ipc/sem_undo.c kernel/sys/sysv_sem.c
FACILITY_sysv_shm := kernel/ipc/shm.c kernel/sys/sysv_shm.c mm/vm/detach.c
# All of these, and what they share.
FACILITY_ipc = $(filter kernel/ipc/%,$(SRCS)) lib/idr.c $(FACILITY_mqueue) \
	$(FACILITY_sysv_msg) $(FACILITY_sysv_sem) $(FACILITY_sysv_shm)
FACILITY_timerfd := fs/timerfd.c kernel/sys/timerfd.c
FACILITY_timens := kernel/proc/timens.c
FACILITY_tsc_gate := arch/x86_64/tsc_gate.c
FACILITY_trace := kernel/core/trace.c kernel/sched/trace.c \
	kernel/proc/trace.c kernel/proc/procfs_nidus_trace.c
# Terminals, and what is nothing without them.
FACILITY_tty = $(filter drivers/tty%,$(SRCS)) drivers/serial_tty.c \
	kernel/proc/session_tty.c kernel/sys/vhangup.c $(FACILITY_pty) \
	$(FACILITY_screen) $(FACILITY_keyboard) $(FACILITY_proc_tty)
FACILITY_unshare := kernel/proc/unshare.c kernel/sys/unshare.c
FACILITY_unix := fs/unix/socket.c fs/unix/name.c fs/unix/connect.c \
	fs/unix/send.c fs/unix/receive.c fs/unix/rights.c \
	fs/unix/show.c \
	kernel/sys/socket.c kernel/sys/socket_opt.c \
	kernel/sys/socket_io.c kernel/sys/socket_msg.c
FACILITY_usb = drivers/pci.c drivers/pci_msi.c arch/x86_64/msi.c \
	$(filter drivers/usb/%,$(SRCS))
FACILITY_user_dispatch := kernel/sys/user_dispatch.c
FACILITY_user_ns := kernel/proc/user_ns_create.c kernel/proc/user_ns_map.c
FACILITY_vdso := kernel/proc/vdso.c arch/x86_64/vdso_page.c \
	arch/x86_64/vdso/image.asm arch/x86_64/vdso/vdso.c
FACILITY_xattr := kernel/sys/xattr.c

FACILITIES := $(sort $(patsubst FACILITY_%,%,$(filter FACILITY_%,$(.VARIABLES))))
