# arch/x86_64/sources.mk - sources of this directory in reading order
SRCS += \
	arch/x86_64/boot/header.asm \
	arch/x86_64/boot/pvh_note.asm \
	arch/x86_64/boot/start.asm \
	arch/x86_64/boot/fail.asm \
	arch/x86_64/boot/boot.c \
	arch/x86_64/boot/multiboot2.c \
	arch/x86_64/boot/pvh.c \
	arch/x86_64/boot/memmap.c \
	arch/x86_64/cpu.c \
	arch/x86_64/cpu_describe.c \
	arch/x86_64/gdt.c \
	arch/x86_64/percpu.c \
	arch/x86_64/trap_entry.asm \
	arch/x86_64/trap.c \
	arch/x86_64/syscall_entry.asm \
	arch/x86_64/switch.asm \
	arch/x86_64/thread.c \
	arch/x86_64/user_enter.c \
	arch/x86_64/fpu.c \
	arch/x86_64/debugreg.c \
	arch/x86_64/tsc_gate.c \
	arch/x86_64/ptrace.c \
	arch/x86_64/signal_frame.c \
	arch/x86_64/usercopy.asm \
	arch/x86_64/string_fast.asm \
	arch/x86_64/backtrace.c

# Page tables, interrupt controllers, other CPUs, time, power.
SRCS += \
	arch/x86_64/boot/ap_start.asm \
	arch/x86_64/direct_map.c \
	arch/x86_64/mmu.c \
	arch/x86_64/mmu_space.c \
	arch/x86_64/table.c \
	arch/x86_64/kmap.c \
	arch/x86_64/tlb.c \
	arch/x86_64/firmware.c \
	arch/x86_64/acpi.c arch/x86_64/mptable.c \
	arch/x86_64/lapic.c \
	arch/x86_64/ioapic.c \
	arch/x86_64/msi.c \
	arch/x86_64/irq.c arch/x86_64/irq_stat.c \
	arch/x86_64/vdso_page.c arch/x86_64/vdso/image.asm \
	arch/x86_64/platform.c \
	arch/x86_64/smp.c arch/x86_64/hostile.c \
	arch/x86_64/ipi.c \
	arch/x86_64/refclock.c \
	arch/x86_64/calibrate.c \
	arch/x86_64/clock.c \
	arch/x86_64/rtc.c \
	arch/x86_64/poweroff.c arch/x86_64/acpi_power.c
