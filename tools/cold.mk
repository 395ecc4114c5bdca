# tools/cold.mk - what runs seldom, and is made small in a release
#
# What:  COLD, the sources that are compiled with -Os instead of -O2: start-up,
#        consoles, changes of mounts and identities, what only tests call.
#        Whoever writes a file on the way of fork, exec, exit, wait, signals,
#        pipes, look-ups or faults leaves it out.
# See:   docs/performance.md

COLD := $(filter drivers/% tests/kernel/% kernel/main.c kernel/params.c \
	kernel/init.c lib/cpio.c lib/parse.c lib/sort.c,$(SRCS))

COLD += $(addprefix arch/x86_64/,boot/boot.c boot/multiboot2.c boot/pvh.c \
	boot/memmap.c cpu.c cpu_describe.c gdt.c percpu.c backtrace.c \
	direct_map.c kmap.c firmware.c acpi.c acpi_power.c ioapic.c platform.c \
	smp.c refclock.c calibrate.c rtc.c poweroff.c)

COLD += $(addprefix kernel/core/,rank.c ksyms.c panic.c printk.c trace.c)
COLD += $(addprefix kernel/sched/,params.c load.c trace.c)
COLD += mm/early.c mm/slab_debug.c mm/stat.c mm/alloc_fault.c
COLD += $(addprefix mm/vm/,mremap.c madvise.c mlock.c msync.c mprotect.c)

COLD += $(addprefix fs/,vfs_init.c rename.c mount_copy.c \
	mount_ns.c mount_ns_clone.c mount_show.c mount_options.c propagate.c ramfs_mount.c \
	memfd.c initramfs.c fifo.c timerfd.c lock.c chardev.c memdev.c kmsg.c \
	devnodes.c)
COLD += $(filter fs/unix/% kernel/ipc/%,$(SRCS))

COLD += $(addprefix kernel/proc/,start.c user_ns_map.c \
	mntns.c init_task.c exec_script.c takeover.c subreaper.c futex_robust.c \
	file_owner.c procfs_sys.c procfs_cpuinfo.c \
	procfs_pipe.c procfs_sysctl.c procfs_mem.c procfs_user.c \
	posix_timers.c signalfd.c trace.c procfs_nidus_trace.c)

COLD += $(filter-out $(addprefix kernel/sys/,dispatch.c process.c exec.c \
	signal.c pidfd.c file_open.c file_io.c file_fd.c file_stat.c memory.c \
	time_util.c time.c futex.c sched.c poll.c path_util.c setns.c \
	unshare.c pipe.c wait_mask.c mremap.c advice.c msync.c mlock.c \
	itimer.c membarrier.c sched_policy.c),\
	$(filter kernel/sys/%,$(SRCS)))
