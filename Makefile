# Makefile - builds, runs, tests and checks Nidus
#
# What:  one file for the whole tree. Each directory lists its own sources in
#        its sources.mk, in reading order; all that is made lies in build/.
# Not:   the options of QEMU (tools/qemu.sh), what a test is and when it has
#        passed (tests/run.py), packages (tools/deps.sh).
# See:   make help; docs/testing.md; docs/debugging.md

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif

# ---------------------------------------------------------------- variables
# Each may be set on the command line: make run CPUS=8 MODE=release

MODE ?= debug
OMIT ?=
CROSS_COMPILE ?= x86_64-linux-gnu-
ifeq ($(origin CC),default)
CC := $(CROSS_COMPILE)gcc
endif
LD := $(CROSS_COMPILE)ld
OBJCOPY := $(CROSS_COMPILE)objcopy
NASM ?= nasm
MUSL_CC ?= musl-gcc
HOST_CC ?= gcc
PYTHON ?= python3
GDB ?= gdb
BUSYBOX ?= /bin/busybox

CPUS ?= 2
MEM ?= 512M
MACHINE ?= q35
APPEND ?=
QEMU_FLAGS ?=

export MODE CROSS_COMPILE PYTHON BUSYBOX MEM MACHINE
export PYTHONDONTWRITEBYTECODE := 1

ifeq ($(filter $(MODE),debug release),)
$(error MODE is debug or release, not "$(MODE)")
endif
IS_CLANG := $(findstring clang,$(notdir $(CC)))
OUT := build/$(MODE)$(if $(IS_CLANG),-clang)

ifeq ($(V),1)
Q :=
say := @:
else
Q := @
say = @printf '  %-8s %s\n'
endif

# ----------------------------------------------------------------- packages
# What a goal needs is installed before anything else happens (DEPS=no: the
# missing packages are only listed).

GOALS := $(or $(MAKECMDGOALS),all)
needs = $(if $(filter $(1),$(GOALS)),$(2))
DEP_SETS := $(sort \
	$(call needs,all kernel image,build) \
	$(call needs,run debug,build run) \
	$(call needs,trace,build run test) \
	$(call needs,test test-% user host grade,build run test) \
	$(call needs,test-labs grade $(if $(THOROUGH),test),labs) \
	$(call needs,test test-clients test-machines%,iso uefi) \
	$(call needs,test-bochs test-machines-all,iso bochs) \
	$(call needs,boots figures,build run test) \
	$(call needs,bench bench-% profile,build run test bench) \
	$(if $(filter bench bench-wall,$(GOALS)),oracle) \
	$(call needs,oracle,build run test oracle) \
	$(call needs,iso run-iso usb dist,build run iso) \
	$(call needs,run-uefi,build run iso uefi) \
	$(call needs,check check-%,build iso check) \
	$(call needs,gdb $(if $(ONE),debug),debug) \
	$(call needs,format,format) \
	$(call needs,deps,all))
ifneq ($(DEP_SETS),)
ifneq ($(shell tools/deps.sh $(DEP_SETS) >&2 && echo ok),ok)
$(error packages are missing: see above)
endif
endif

# ------------------------------------------------------------------ sources

SRC_DIRS := lib arch/x86_64 kernel/core mm kernel/sched mm/vm fs kernel/proc \
	kernel/ipc kernel/sys drivers kernel tests/kernel
SRCS :=
HOST_TESTS :=
HOST_TSAN_TESTS :=
USER_TESTS :=
USER_SLOW_TESTS :=
USER_TEST_LIB :=
-include $(SRC_DIRS:%=%/sources.mk)
-include tests/host/sources.mk tests/user/sources.mk
include tools/cold.mk

# OMIT="epoll screen": built without them.
include tools/facilities.mk
ifneq ($(filter-out $(FACILITIES),$(OMIT)),)
$(error no such facility: $(filter-out $(FACILITIES),$(OMIT)); there are: \
	$(FACILITIES))
endif
SRCS := $(filter-out $(foreach f,$(OMIT),$(FACILITY_$(f))),$(SRCS))

# ------------------------------------------------------------------- kernel

PREFIX_MAP := -ffile-prefix-map=$(CURDIR)=.
CC_INCLUDE = $(eval CC_INCLUDE := $$(shell \
	$(CC) -print-file-name=include))$(CC_INCLUDE)

DEFS := $(if $(filter debug,$(MODE)),-DNIDUS_DEBUG=1)
INCLUDES = -nostdinc -isystem $(CC_INCLUDE) -Iinclude -Iarch/x86_64/include
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wframe-larger-than=1024
# A release is optimised as one program, without frame pointers and padding;
# what runs seldom (tools/cold.mk) is made small.
RELEASE := $(if $(filter release,$(MODE)),\
	-fno-align-functions -fno-align-loops -fno-align-jumps)
LTO := $(if $(filter release,$(MODE)),$(if $(IS_CLANG),,-flto))
OPT := -O2
CFLAGS_KERNEL = $(if $(IS_CLANG),--target=x86_64-elf) \
	-std=gnu11 $(OPT) $(RELEASE) -g -ffreestanding $(INCLUDES) $(DEFS) \
	-fno-pic -fno-pie -mno-red-zone -mcmodel=kernel -mgeneral-regs-only \
	-fcf-protection=none -fno-asynchronous-unwind-tables \
	$(if $(filter debug,$(MODE)),-fno-omit-frame-pointer) \
	-fno-strict-aliasing -fno-stack-protector \
	-fno-common $(WARN) $(PREFIX_MAP) $(CFLAGS)
# NASM writes the absolute path into its line tables: only on demand.
NASMFLAGS = -f elf64 $(if $(ASM_LINES),-g -F dwarf) --reproducible -Ox \
	-Werror -w+all -iarch/x86_64/include/ $(DEFS)
LDFLAGS_KERNEL := -nostdlib -static --unresolved-symbols=report-all \
	--orphan-handling=error -z noexecstack -z max-page-size=0x1000 \
	--build-id=sha1 -T linker.ld

OBJS := $(SRCS:%=$(OUT)/%.o)

# SABOTAGE=name: the files with hooks once more, with that mistake; the rest is
# what the debug build has (include/core/race.h).
ifneq ($(SABOTAGE),)
OUT := build/sabotage/$(SABOTAGE)
DEFS += -DNIDUS_SABOTAGE=SABOTAGE_$(SABOTAGE)
HOOKED := $(shell grep -l SABOTAGED $(filter %.c,$(SRCS)))
OBJS := $(foreach s,$(SRCS),$(if $(filter $(s),$(HOOKED)),$(OUT),\
	build/debug)/$(s).o)
UNHOOKED := $(filter build/debug/%,$(OBJS))
endif
KERNEL := $(OUT)/nidus.elf

.PHONY: FORCE
FORCE:

# A file that changes when the compiler or its flags do.
define flags_rule
$(1): FORCE
	@mkdir -p $$(@D)
	@{ $$(firstword $(2)) --version | head -n 1; \
	   printf '%s\n' '$(2)'; } >$$@.new
	@cmp -s $$@.new $$@ && rm $$@.new || mv $$@.new $$@
endef
$(eval $(call flags_rule,$(OUT)/flags,$$(CC) $$(CFLAGS_KERNEL) $$(LTO) \
	$$(COLD) $$(NASMFLAGS)))

$(COLD:%=$(OUT)/%.o): OPT = $(if $(LTO),-Os,-O2)
# Its weak functions give way to those of string_fast.asm only from outside.
$(OUT)/lib/string.c.o: LTO =

# What a student has not written yet is not used either (tools/lab.py).
-include lab.mk
LAB_WARN = $(if $(filter $<,$(LAB_FILES)),-Wno-unused-function \
	-Wno-unused-parameter -Wno-unused-variable \
	-Wno-unused-but-set-variable -Wno-unused-const-variable)

$(OUT)/%.c.o: %.c $(OUT)/flags
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_KERNEL) $(LAB_WARN) $(LTO) -MMD -MP -MF $(@:.o=.d) -c -o $@ $<

$(OUT)/%.asm.o: %.asm $(OUT)/flags
	$(say) NASM $<
	@mkdir -p $(@D)
	$(Q)$(NASM) $(NASMFLAGS) -MD $(@:.o=.d) -MP -MQ $@ -o $@ $<

-include $(wildcard $(OBJS:.o=.d))

# The vDSO is a program's library: no rule of the kernel's code holds for it.
VDSO := arch/x86_64/vdso
VDSO_CFLAGS = $(if $(IS_CLANG),--target=x86_64-linux-gnu) -std=gnu11 -O2 \
	-ffreestanding $(INCLUDES) -fPIC -fvisibility=default \
	-fno-stack-protector -fcf-protection=none -fno-common \
	-fasynchronous-unwind-tables -mgeneral-regs-only $(WARN) $(PREFIX_MAP)

$(OUT)/vdso.o: $(VDSO)/vdso.c arch/x86_64/include/asm/vdso.h $(OUT)/flags
	$(say) CC $<
	$(Q)$(CC) $(VDSO_CFLAGS) -c -o $@ $<

$(OUT)/vdso.so: $(OUT)/vdso.o $(VDSO)/vdso.lds
	$(say) LD $@
	$(Q)$(LD) -shared -soname linux-vdso.so.1 --hash-style=both \
		--eh-frame-hdr --build-id=sha1 -z noexecstack -z text \
		-z max-page-size=0x1000 -T $(VDSO)/vdso.lds -o $@ $<
	$(Q)$(OBJCOPY) --strip-all $@

$(OUT)/$(VDSO)/image.asm.o: NASMFLAGS += -DVDSO_IMAGE="'$(OUT)/vdso.so'"
$(OUT)/$(VDSO)/image.asm.o: $(OUT)/vdso.so

# A binary file as a section of its own: $(call blob,SECTION,FILE,OBJECT)
blob = $(NASM) -f elf64 --reproducible -DBLOB_SECTION=$(1) \
	-DBLOB_FILE="'$(2)'" -o $(3) tools/blob.asm

# The list of objects, so that a source taken away causes a new link.
$(OUT)/objects: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(OBJS) >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

# Optimised as one program, where that is done, it is one more object.
PARTS := $(if $(LTO),$(OUT)/kernel.o,$(OBJS))
$(OUT)/kernel.o: $(OBJS) $(OUT)/objects
	$(say) LTO $@
	$(Q)$(CC) $(CFLAGS_KERNEL) -flto=auto -nostdlib -r \
		-flinker-output=nolto-rel -o $@ $(OBJS)

# First link without symbol table; its addresses of functions are final,
# because the table lies behind the code.
$(OUT)/nidus.pass1.elf: $(PARTS) $(OUT)/objects linker.ld
	$(say) LD $@
	$(Q)$(LD) $(LDFLAGS_KERNEL) -o $@ $(PARTS)

$(OUT)/ksyms.bin: $(OUT)/nidus.pass1.elf tools/mkksyms.py tools/elf.py
	$(say) KSYMS $@
	$(Q)$(PYTHON) tools/mkksyms.py $< $@

$(OUT)/ksyms.o: $(OUT)/ksyms.bin tools/blob.asm
	$(Q)$(call blob,.ksyms,$<,$@)

$(KERNEL): $(PARTS) $(OUT)/ksyms.o
	$(say) LD $@
	$(Q)$(LD) $(LDFLAGS_KERNEL) -Map $(OUT)/nidus.map -o $@ \
		$(PARTS) $(OUT)/ksyms.o
	$(Q)$(PYTHON) tools/mkksyms.py --verify $@ $(OUT)/ksyms.bin

build/nidus.elf: $(KERNEL) FORCE
	@cmp -s $< $@ || cp $< $@

.PHONY: all kernel
all: build/nidus.elf ## build build/nidus.elf (MODE=debug or release, CC=clang)

kernel: $(KERNEL)

ifneq ($(SABOTAGE),)
.PHONY: debug-objects
debug-objects:
	+$(Q)$(MAKE) kernel MODE=debug SABOTAGE= DEPS=skip
$(UNHOOKED): debug-objects ;
endif

# A kernel without the facilities of OMIT, for tests: no symbol table.
OMITTED ?= build/omitted.elf

.PHONY: omitted facilities
omitted: $(PARTS)
	$(Q)$(LD) $(LDFLAGS_KERNEL) -o $(OMITTED) $(PARTS)

facilities: ## name what OMIT="..." can leave out of a build
	@printf '%s\n' $(FACILITIES)

# --------------------------------------------------------------- initramfs

MKINITRAMFS := $(PYTHON) tools/mkinitramfs.py
MKINITRAMFS_DEPS := tools/mkinitramfs.py $(wildcard tools/initramfs/*)

# INIT=path: that program alone as /init, with /dev, /proc and /tmp.
build/initramfs/init.cpio: $(INIT) $(MKINITRAMFS_DEPS) FORCE
	$(say) CPIO $@
	@mkdir -p $(@D)
	$(Q)$(MKINITRAMFS) -f tools/initramfs/base.spec \
		-e 'file /init $(INIT) 0755' -o $@

# A shell with busybox's commands.
NSTREE := build/initramfs/nstree

REPORT := build/initramfs/report

$(NSTREE) $(REPORT): build/initramfs/%: tools/initramfs/%.c
	$(say) USERCC $@
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC) -std=gnu11 -Os -static -s -D_GNU_SOURCE -Wall -Wextra \
		-Werror $(PREFIX_MAP) -o $@ $<

build/initramfs/shell.cpio: $(MKINITRAMFS_DEPS) $(wildcard $(BUSYBOX)) \
		$(NSTREE) $(REPORT)
	$(say) CPIO $@
	@mkdir -p $(@D)
	$(Q)$(MKINITRAMFS) -DBUSYBOX=$(BUSYBOX) \
		-f tools/initramfs/base.spec -f tools/initramfs/shell.spec \
		-e 'file /bin/nstree $(NSTREE) 0755' \
		-e 'file /bin/nidus-report $(REPORT) 0755' -o $@

BOOT_CPIO := $(or $(INITRD),$(if $(INIT),build/initramfs/init.cpio,\
	build/initramfs/shell.cpio))

# ---------------------------------------------------------------------- run

QEMU = tools/qemu.sh -M $(MACHINE) -n $(CPUS) -m $(MEM)
BOOT_ARGS = console=ttyS0 $(APPEND)

.PHONY: run debug gdb
run: all $(BOOT_CPIO) ## boot in QEMU (CPUS= MEM= MACHINE= APPEND= INIT= INITRD=)
	@echo 'Leave QEMU with Ctrl-A X.'
	$(Q)$(QEMU) -k build/nidus.elf -i $(BOOT_CPIO) -a '$(BOOT_ARGS)' \
		-- $(QEMU_FLAGS)

.PHONY: trace
trace: all ## boot PROGRAM=path, a scenario or worlds under the trace; draws it (GROUPS=)
	$(if $(PROGRAM),,$(error make trace PROGRAM=worlds, a program, a scenario))
	$(Q)$(PYTHON) tools/trace/trace.py run -n $(CPUS) -k build/nidus.elf \
		-g $(or $(GROUPS),all) -t $(or $(TIME),30) \
		$(if $(EXACT),--exact) $(PROGRAM)

debug: all $(BOOT_CPIO) ## boot stopped at the first instruction, for gdb (ONE=1: with it)
ifneq ($(ONE),)
	$(Q)tools/debug.sh $(GDB) build/nidus.elf build/debug/console.log \
		-M $(MACHINE) -n $(CPUS) -m $(MEM) -k build/nidus.elf \
		-i $(BOOT_CPIO) -a '$(BOOT_ARGS)' -- $(QEMU_FLAGS)
else
	@echo 'QEMU waits. In another terminal: make gdb. Leave with Ctrl-A X.'
	$(Q)$(QEMU) -g -k build/nidus.elf -i $(BOOT_CPIO) -a '$(BOOT_ARGS)' \
		-- $(QEMU_FLAGS)
endif

gdb: ## attach gdb, with the commands of tools/gdb, to make debug
	$(Q)$(GDB) -q build/nidus.elf -x tools/gdb/nidus.py \
		-ex 'target remote localhost:1234'

# ------------------------------------------------- one-file image, ISO image

IMAGE ?= build/nidus-image.elf

.PHONY: image iso usb run-iso run-uefi
image: $(PARTS) $(OUT)/ksyms.o $(BOOT_CPIO) ## one ELF with INIT=program or INITRD=cpio linked in
	$(if $(INIT)$(INITRD),,$(error make image INIT=program or INITRD=archive))
	$(say) IMAGE $(IMAGE)
	$(Q)$(call blob,.initramfs,$(BOOT_CPIO),$(OUT)/initramfs.o)
	$(Q)$(LD) $(LDFLAGS_KERNEL) -o $(IMAGE) \
		$(PARTS) $(OUT)/ksyms.o $(OUT)/initramfs.o
	$(Q)$(PYTHON) tools/mkksyms.py --verify $(IMAGE) $(OUT)/ksyms.bin

ISO := build/nidus.iso

iso: $(ISO) ## hybrid ISO for CD and USB, BIOS and UEFI (INIT= INITRD=)
$(ISO): all $(BOOT_CPIO) iso/boot/grub/grub.cfg tools/mkiso.sh FORCE
	$(say) ISO $@
	$(Q)OBJCOPY=$(OBJCOPY) tools/mkiso.sh -k build/nidus.elf \
		-i $(BOOT_CPIO) -o $@

DIST = build/dist/nidus-$(shell git describe --tags --always --dirty)

.PHONY: dist
dist: iso ## kernel, image, sources and their sums in build/dist (MODE=release)
	$(say) DIST $(DIST)
	$(Q)rm -rf build/dist && mkdir -p build/dist
	$(Q)cp build/nidus.elf $(DIST).elf
	$(Q)cp $(ISO) $(DIST).iso
	$(Q)git archive --format=tar --prefix=$(notdir $(DIST))/ HEAD | \
		gzip -9n >$(DIST).tar.gz
	$(Q)cd build/dist && sha256sum nidus-* >SHA256SUMS && cat SHA256SUMS

run-iso: iso ## boot the ISO by BIOS (USB=1: as a USB stick; SCREEN=1: a window)
	$(Q)$(QEMU) $(if $(USB),-u,-c) $(ISO) $(if $(SCREEN),-w) -- $(QEMU_FLAGS)

run-uefi: iso ## boot the ISO by UEFI (USB=1, SCREEN=1)
	$(Q)$(QEMU) -U $(if $(USB),-u,-c) $(ISO) $(if $(SCREEN),-w) \
		-- $(QEMU_FLAGS)

usb: iso ## write the ISO to a USB stick, DEV=/dev/sdX (asks first)
	$(if $(DEV),,$(error make usb DEV=/dev/sdX; lsblk shows what there is))
	$(Q)tools/mkusb.sh $(ISO) $(DEV)

# --------------------------------------------------- programs of the tests
# tests/user/NAME.c becomes build/user/NAME, static, for Linux and Nidus.
# musl has no linux/ headers: they come from the system, after musl's own.

USER_CFLAGS := -std=gnu11 -O2 -g -static -pthread -Wall -Wextra -Werror \
	$(PREFIX_MAP) -Itests/user -Itests/user/lib \
	-idirafter /usr/include -idirafter /usr/include/x86_64-linux-gnu
USER_BINS := $(USER_TESTS:%=build/user/%) $(USER_SLOW_TESTS:%=build/user/%)
USER_INIT := $(if $(wildcard tests/user/lib/init.c),build/user/lib/init)
USER_LIB_OBJS := $(patsubst %,build/user/obj/%.o,\
	$(filter-out tests/user/lib/init.c,$(USER_TEST_LIB)))

$(eval $(call flags_rule,build/user/flags,$$(MUSL_CC) $$(USER_CFLAGS)))

build/user/obj/%.c.o: %.c build/user/flags
	$(say) USERCC $<
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(USER_CFLAGS) -MMD -MP -MF $(@:.o=.d) -c -o $@ $<

build/user/%: build/user/obj/tests/user/%.c.o $(USER_LIB_OBJS)
	$(say) USERLD $@
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(USER_CFLAGS) -o $@ $< $(USER_LIB_OBJS)

.SECONDARY: $(USER_TESTS:%=build/user/obj/tests/user/%.c.o) \
	$(USER_SLOW_TESTS:%=build/user/obj/tests/user/%.c.o) \
	build/user/obj/tests/user/lib/init.c.o $(USER_LIB_OBJS)
-include $(wildcard build/user/obj/tests/user/*.d \
	build/user/obj/tests/user/*/*.d)

# HIDDEN=dir: a teacher's own programs (docs/labs/README.md).
build/user/hidden_%: $(HIDDEN)/%.c $(USER_LIB_OBJS)
	$(say) USERLD $@
	$(Q)$(MUSL_CC) $(USER_CFLAGS) -o $@ $< $(USER_LIB_OBJS)

build/user/list: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(USER_TESTS) >$@
	@printf '%s\n' $(USER_SLOW_TESTS) >$@.slow

.PHONY: user
user: $(USER_BINS) $(USER_INIT) $(NSTREE) build/user/list

# tests/host/sources.mk: HOST_TESTS += name, HOST_SRCS_name = its files from
# the top, HOST_FLAGS_name = extra flags; names in HOST_TSAN_TESTS are built
# once more with the thread sanitizer, as name.tsan.

HOST_CFLAGS := -std=gnu11 -O1 -g -pthread -Wall -Wextra -Werror -Iinclude \
	-Itests/host -DNIDUS_HOST=1 -DNIDUS_DEBUG=1 -fno-omit-frame-pointer
HOST_BINS := $(HOST_TESTS:%=build/host/%) $(HOST_TSAN_TESTS:%=build/host/%.tsan)

$(eval $(call flags_rule,build/host/flags,$$(HOST_CC) $$(HOST_CFLAGS)))

define host_rule
build/host/$(1)$(2): $$(HOST_SRCS_$(1)) build/host/flags
	$$(say) HOSTCC $$@
	@mkdir -p $$(@D)
	$$(Q)$$(HOST_CC) $$(HOST_CFLAGS) $(3) $$(HOST_FLAGS_$(1)) -MMD -MP \
		-MF $$@.d -o $$@ $$(HOST_SRCS_$(1))
endef
ASAN := -fsanitize=address,undefined -fno-sanitize-recover=all
$(foreach t,$(HOST_TESTS),$(eval $(call host_rule,$(t),,$(ASAN))))
$(foreach t,$(HOST_TSAN_TESTS),$(eval \
	$(call host_rule,$(t),.tsan,-fsanitize=thread)))
-include $(wildcard build/host/*.d)

build/host/list: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(HOST_BINS:build/host/%=%) >$@

.PHONY: host
host: $(HOST_BINS) build/host/list

# --------------------------------------------------------------------- tests
# tests/run.py names the tests of a part and runs one; prove sums up. What
# failed is told once more at the end: of a log, often only the end is kept.

RUNNER := $(PYTHON) tests/run.py
prove = names=$$($(RUNNER) list $(1)) && \
	export FAILURES=$(CURDIR)/build/failures && : >$$FAILURES && \
	{ prove $(if $(JOBS),-j$(JOBS)) --exec '$(RUNNER) tap' $$names || \
	{ tail -n 100 $$FAILURES; echo 'Result: FAIL'; exit 1; }; }

.PHONY: test test-host test-kernel test-user test-pidns test-clients oracle
test: all host user ## everything below: labs, host, kernel, user, pidns, clients, machines, bench
	$(Q)$(call prove,labs host kernel user pidns clients machines bench)

test-host: host ## unit tests of pure C on this machine, with sanitizers
	$(Q)$(call prove,host)

test-kernel: all ## self-tests inside the kernel, on 1, 2, 4 and 8 CPUs
	$(Q)$(call prove,kernel)

test-user: all user ## guest programs (ONLY="name ..." picks, CPUS_LIST="1 4")
	$(Q)$(call prove,user)

test-pidns: all user ## each behaviour of pid namespaces, one point (ONLY="ZAP ...")
	$(Q)$(call prove,pidns)

test-clients: all user ## whole-machine stories of tests/scenario (ONLY=)
	$(Q)$(call prove,clients)

.PHONY: test-bochs test-machines test-machines-quick test-machines-all
MACHINES := $(PYTHON) tests/machines.py

test-machines-quick: all ## the kernel on some kinds of machine, a minute (ONLY=regex)
	$(Q)$(MACHINES) quick

test-machines: all ## every pair of properties a machine can have (ONLY= JOBS=2)
	$(Q)$(MACHINES) pairs

test-machines-all: test-machines test-bochs ## every three of them, and Bochs
	$(Q)$(MACHINES) triples

test-bochs: all ## the kernel in Bochs, a processor of another make
	$(Q)$(MACHINES) bochs

CLIENTS_ALL = $(notdir $(basename $(wildcard tests/scenario/observed/*.obs)))

.PHONY: test-clients-all stress selftests selftests-quick
test-clients-all: all ## every client, the slow ones too (CLIENT="name ...")
	$(Q)export CLIENT="$(or $(CLIENT),$(CLIENTS_ALL))" ONLY=observed; \
		$(call prove,clients)

stress: all ## stress-ng on 4 CPUs: twenty operations each, then all for TIME=300 seconds
	$(Q)export STRESS="$(or $(TIME),300)" ONLY=stress_ng; \
		$(call prove,clients)

selftests: all ## the Linux tree's own tests, beside what they say on Linux (GROUPS=)
	$(Q)$(PYTHON) tests/selftests.py run $(patsubst %,'%',$(GROUPS))

selftests-quick: all ## of those, the ones of processes and pid namespaces
	$(Q)$(PYTHON) tests/selftests.py run --quick

.PHONY: lab grade test-labs
lab: ## a tree for a course without one mechanism: make lab LAB=08 DIR=../lab08 (docs/labs)
	$(if $(and $(LAB),$(DIR)),,$(error make lab LAB=08 DIR=../lab08))
	$(Q)$(PYTHON) tools/lab.py make $(LAB) $(DIR)

grade: host user ## score a student's tree: make grade LAB=08 DIR=../lab08 (HIDDEN= JSON=)
	$(if $(LAB),,$(error make grade LAB=08 DIR=../lab08))
	+$(Q)$(PYTHON) tools/lab.py grade $(LAB) $(or $(DIR),.) \
		$(if $(HIDDEN),--hidden $(HIDDEN)) $(if $(JSON),--json $(JSON))

test-labs: all host user ## every lab: skeleton, solution, wrong solutions (LAB="02 04")
	+$(Q)$(PYTHON) tools/lab.py check $(LAB)

.PHONY: test-races test-saboteurs test-mutations
RACE_TIME := $(or $(TIME),10)

test-races: all user ## race tests for TIME=10 seconds each, delays by SEED=1
	$(Q)export APPEND='racetime=$(RACE_TIME) seed=$(or $(SEED),1)' \
		ONLY='$(or $(ONLY),race_)' CPUS_LIST='$(or $(CPUS_LIST),4)'; \
		$(call prove,user)

test-mutations: all user ## kernels with a small mistake each: a test must see it (ONLY= RECORD=1)
	+$(Q)$(PYTHON) tools/mutations.py $(if $(RECORD),--record) $(ONLY)

test-saboteurs: all user ## kernels with a mistake each: the race tests must see it
	$(Q)tools/saboteurs.sh

# LINUX=6.1 is another question: what of pid namespaces is younger than that.
SERIES := $(if $(findstring /,$(LINUX)),,$(filter 5.% 6.%,$(LINUX)))
oracle: $(if $(SERIES)$(filter no,$(NIDUS)),,all) user ## guest tests on Linux 6.12, then compared (NIDUS=no: Linux alone; LINUX=6.1: what is younger)
	$(Q)$(RUNNER) $(if $(SERIES),history --series $(SERIES),oracle) \
		--linux "$$(tools/oracle.sh)" \
		$(if $(SERIES)$(filter no,$(NIDUS)),,--nidus build/nidus.elf)

COUNT ?= 100

# ------------------------------------------------------------------ benchmark

BENCH_SRCS := $(wildcard tests/bench/*.c)

.PHONY: nsbench bench bench-wall bench-boot bench-check bench-record profile
nsbench: build/bench/nsbench
build/bench/nsbench: $(BENCH_SRCS) tests/bench/bench.h build/user/flags
	$(say) USERLD $@
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(USER_CFLAGS) -o $@ $(BENCH_SRCS)

bench: ## ticks of each operation beside Linux's (LINUX=tuned|no|vmlinuz ONLY= CPUS=)
	+$(Q)$(PYTHON) tools/bench.py run

bench-wall: ## wall time with real parallelism, in pairs with Linux
	+$(Q)$(PYTHON) tools/bench.py wall

bench-boot: figures ## what a boot costs, as make figures

bench-check: ## fails if an operation costs 3 % more than tests/bench/record.json
	+$(Q)$(PYTHON) tools/bench.py check

bench-record: ## writes that record and the table of docs/performance.md (LINUX=tuned|debian: its figures too)
	+$(Q)$(PYTHON) tools/bench.py record

profile: ## ticks of one operation by function: make profile OP=fork_exit_wait
	+$(Q)$(PYTHON) tools/bench.py profile $(OP)

.PHONY: boots figures
boots: all ## boot COUNT=100 times with CPUS= and count failures
	$(Q)tools/boots.sh -n $(CPUS) $(COUNT)

figures: ## what a boot costs: time, memory, size (WRITE=1: into README.md; WALL=no: its seconds stay)
	+$(Q)$(PYTHON) tools/figures.py $(if $(WRITE),--write) $(if $(filter no,$(WALL)),--no-wall)

# -------------------------------------------------------------------- checks

CHECKS := check-layers check-style check-pidns check-gcc check-clang check-cppcheck \
	check-sparse check-shell check-models
C_SRCS = $(filter %.c,$(SRCS))

.PHONY: check $(CHECKS)
check: ## layers, style, warnings of gcc and clang, cppcheck, sparse, shellcheck, models
	+@$(MAKE) -k -Otarget $(CHECKS) DEPS=skip
	@echo 'check: all good'

check-layers: check-gcc
	$(say) CHECK layers
	$(Q)$(PYTHON) tools/check_layers.py --objects build/debug $(SRCS)

check-style:
	$(say) CHECK style
	$(Q)$(PYTHON) tools/check_style.py
	$(Q)$(PYTHON) tools/mksyscalls.py --check docs/syscalls.md

check-pidns:
	$(say) CHECK pidns
	$(Q)$(PYTHON) tools/mkpidns.py --check docs/pidns-table.md
	$(Q)$(MACHINES) table --check
	$(Q)$(PYTHON) tests/selftests.py table --check
	$(Q)$(PYTHON) tools/mutations.py --check

check-gcc:
	+$(Q)$(MAKE) kernel MODE=debug CC=$(CROSS_COMPILE)gcc
	+$(Q)$(MAKE) kernel MODE=release CC=$(CROSS_COMPILE)gcc
	$(say) CHECK image
	$(Q)$(PYTHON) tools/check_image.py build/debug/nidus.elf \
		build/release/nidus.elf
	$(Q)grub-file --is-x86-multiboot2 build/debug/nidus.elf

check-clang:
	+$(Q)$(MAKE) kernel MODE=debug CC=clang

check-cppcheck:
	$(say) CHECK cppcheck
	@mkdir -p build/cppcheck
	$(Q)cppcheck --quiet --std=c11 --platform=unix64 --language=c \
		--enable=warning,portability --inline-suppr --error-exitcode=1 \
		--max-configs=1 --cppcheck-build-dir=build/cppcheck \
		--suppressions-list=tools/cppcheck.txt -j2 \
		--template='{file}:{line}: {message} [{id}]' \
		-Iinclude -Iarch/x86_64/include -DNIDUS_DEBUG=1 -D__x86_64__ \
		$(C_SRCS)

check-sparse:
	$(say) CHECK sparse
	$(Q)printf '%s\n' $(C_SRCS) | xargs -n 16 -P 2 sparse -m64 -std=gnu11 \
		-ffreestanding $(INCLUDES) -DNIDUS_DEBUG=1 -Wsparse-error \
		-Wno-decl -Wno-non-pointer-null -Wno-cast-truncate

check-shell:
	$(say) CHECK shell
	$(Q)shellcheck $$(git ls-files --cached --others --exclude-standard \
		'*.sh') .ci/run

check-models: ## the protocol of the process tree, by spin (tests/models)
	$(say) CHECK models
	$(Q)tools/models.sh

# ------------------------------------------------------------------- sundry

.PHONY: format docs book count deps doctor clean help
format: ## clang-format over the C files (FILES= for some)
	$(Q)clang-format -i $(or $(FILES),$(shell git ls-files --cached \
		--others --exclude-standard '*.c' '*.h'))

docs: ## write the tables of docs/syscalls.md and docs/pidns-table.md again
	$(Q)$(PYTHON) tools/mksyscalls.py docs/syscalls.md
	$(Q)$(PYTHON) tools/mkpidns.py docs/pidns-table.md
	$(Q)$(MACHINES) table
	$(Q)$(PYTHON) tests/selftests.py table

book: ## the sources in reading order, build/book/nidus.pdf and .html (ALL=1: all of them)
	$(Q)$(PYTHON) tools/book.py $(if $(ALL),--all)

count: ## code lines of each file and directory against the budget
	$(Q)$(PYTHON) tools/count.py

deps: ## install everything that any target needs (DEPS=no: only list it)
	@echo 'All packages are there.'

doctor: ## what is wrong with this machine, and the command that mends it
	$(Q)MAKE_COMMAND='$(MAKE)' tools/doctor.sh

clean: ## remove build/, but for what was downloaded
	$(Q)find build -mindepth 1 -maxdepth 1 ! -name oracle ! -name deb \
		-exec rm -rf {} + 2>/dev/null || true

help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | \
		awk -F '\t' '{ printf "  %-14s %s\n", $$1, $$2 }'
	@echo 'Variables: MODE=debug|release CC=clang CPUS MEM MACHINE=q35|pc|microvm'
	@echo '  ASM_LINES=1 (source lines of assembly for gdb)'
	@echo '  APPEND (kernel command line) INIT INITRD QEMU_FLAGS V=1 DEPS=no'
