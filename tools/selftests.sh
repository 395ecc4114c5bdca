#!/bin/sh
# tools/selftests.sh - builds the Linux tree's own tests of processes
#
# What:  static programs in build/selftests/bin, one directory a group, from
#        tools/testing/selftests of Debian's package linux-source-6.12, and
#        their names in build/selftests/programs. What does not compile with
#        this machine's headers is said and left out.
#        Nothing is done when they are there; selftests.sh -f builds again.
# See:   tests/selftests.py

set -eu
cd "$(dirname "$0")/.."
dir=build/selftests
package=linux-source-6.12
tarball=/usr/src/$package.tar.xz
groups='pid_namespace pidfd clone3 nsfs core kcmp rlimits proc timers sigaltstack
	futex/functional mqueue ptrace seccomp membarrier rseq sched mount exec prctl ipc
	timens vDSO fchmodat2 filelock mincore memfd openat2 size syscall_user_dispatch
	capabilities breakpoints acct tmpfs x86 cgroup filesystems filesystems/epoll
	filesystems/eventfd filesystems/statmount mount_setattr move_mount_set_group
	splice tty mm'

[ "${1:-}" != -f ] || rm -f "$dir/programs"
[ ! -e "$dir/programs" ] || exit 0
tools/deps.sh --package "$package" xz-utils gcc libcap-dev libcap-ng-dev libpopt-dev >&2
if [ ! -d "$dir/linux" ]; then
	mkdir -p "$dir/new"
	echo "selftests: unpacking a part of $tarball (half a minute)" >&2
	tar -xJf "$tarball" -C "$dir/new" --strip-components=1 \
		"$package/tools/include" "$package/tools/arch/x86" "$package/include/uapi" \
		"$package/arch/x86/include/uapi" "$package/tools/testing/selftests" \
		"$package/arch/x86/include/asm/desc_defs.h" \
		"$package/arch/x86/entry/syscalls/syscall_64.tbl"
	mv "$dir/new" "$dir/linux"
fi
tests=$dir/linux/tools/testing/selftests
# The interface of 6.12, where this machine's headers are older.
headers=$dir/headers
rm -rf "$headers"
mkdir -p "$headers/linux" "$headers/asm"
for name in pidfd sched futex seccomp prctl mount close_range openat2 nsfs membarrier \
	memfd ptrace fs random stat rseq mman userfaultfd fcntl time_types; do
	sed 's/__user//g; s/#include <linux\/compiler.*//' \
		"$dir/linux/include/uapi/linux/$name.h" >"$headers/linux/$name.h"
done
awk '/^[0-9]/ && $2 != "x32" { print "#define __NR_" $3, $1 }' \
	"$dir/linux/arch/x86/entry/syscalls/syscall_64.tbl" >"$headers/asm/unistd_64.h"

# What the Makefiles of the groups say for 64 bits: is it built, and with what?
wanted() {
	case $1 in
	x86/test_syscall_vdso | x86/entry_from_vm86 | x86/unwind_vdso | x86/vdso_restorer | \
		x86/test_F* | x86/trivial_* | x86/srso) return 1 ;; # for 32 bits, or no test
	x86/test_shadow_stack) return 1 ;; # no emulated processor has them
	memfd/fuse* | breakpoints/*arm64 | cgroup/test_hugetlb* | cgroup/test_zswap | \
		cgroup/test_kmem) return 1 ;;
	vDSO/vdso_test_chacha) return 1 ;; # needs the kernel's own objects
	mm/map_fixed_noreplace | mm/map_populate | mm/mlock2-tests | mm/mlock-random-test | \
		mm/mrelease_test | mm/mremap_dontunmap | mm/mremap_test | mm/mseal_test | \
		mm/on-fault-limit | mm/madv_populate | mm/droppable | mm/memfd_secret | \
		mm/mdwe_test) ;;
	mm/*) return 1 ;;
	exec/load_address) return 1 ;; # below, with several alignments
	esac
}

extra() {
	case $1 in
	rseq/*) echo "$tests/rseq/rseq.c -I$tests/rseq -DRSEQ_NO_LIB" ;;
	timers/*) echo '-lrt -lm -Wl,-z,muldefs' ;;
	ipc/* | mqueue/*) echo '-lrt -lpopt' ;;
	vDSO/vdso_standalone*) echo "$tests/vDSO/parse_vdso.c -nostdlib" \
		'-fno-asynchronous-unwind-tables -fno-stack-protector' ;;
	vDSO/*) echo "$tests/vDSO/parse_vdso.c" ;;
	capabilities/*) echo '-lcap-ng -lcap' ;;
	seccomp/* | clone3/clone3_cap* | mount_setattr/* | mm/*) extra_cap "$1" ;;
	openat2/*) echo "$tests/openat2/helpers.c" ;;
	futex/*) echo "-I$tests/futex/include" ;;
	memfd/*) echo "$tests/memfd/common.c -D_FILE_OFFSET_BITS=64" ;;
	size/*) echo '-ffreestanding -nostartfiles' ;;
	cgroup/*) echo "$tests/cgroup/cgroup_util.c -lrt" ;;
	x86/check_initial*) echo "-I$tests/x86 -no-pie -Wl,-ereal_start" ;;
	x86/fsgsbase_restore | x86/sysret_rip)
		echo "-I$tests/x86 -no-pie $tests/x86/clang_helpers_64.S" ;;
	x86/sysret_ss_attrs) echo "-I$tests/x86 -no-pie $tests/x86/thunks.S" ;;
	x86/*) echo "-I$tests/x86 -no-pie" ;;
	esac
}

extra_cap() {
	case $1 in
	mm/*) echo "$tests/mm/vm_util.c $tests/mm/thp_settings.c -lrt -lcap" ;;
	*) echo -lcap ;;
	esac
}

compile() {
	source=$1
	name=$2
	shift 2
	if gcc -O2 "${linking:--static}" -pthread -w -D_GNU_SOURCE -I"$tests" -I"$headers" \
		-idirafter "$dir/linux/tools/include" -o "$dir/new-bin/$name" \
		"$source" "$@" 2>"$dir/errors"; then
		echo "$name" >>"$dir/new-programs"
	else
		why=$(grep -m 1 -E 'error|undefined|multiple' "$dir/errors")
		echo "selftests: not built: $name: $why" >&2
	fi
}

rm -rf "$dir/new-bin" "$dir/new-programs"
for group in $groups; do
	mkdir -p "$dir/new-bin/$group"
	for source in "$tests/$group"/*.c; do
		name=$group/$(basename "$source" .c)
		if wanted "$name" && grep -q 'main(\|_start(\|TEST_HARNESS_MAIN' "$source"; then
			# shellcheck disable=SC2046
			compile "$source" "$name" $(extra "$name")
		fi
	done
done
for size in 0x1000 0x200000 0x1000000; do
	linking=-static-pie
	compile "$tests/exec/load_address.c" "exec/load_address.static.$size" \
		-Wl,-z,max-page-size=$size -fPIE
done
# Files that tests of execveat look for.
exec=$dir/new-bin/exec
mkdir -p "$exec/subdir"
touch "$exec/Makefile"
printf '#!/bin/bash\nexit $*\n' >"$exec/script"
chmod +x "$exec/script"
ln -s execveat "$exec/execveat.symlink"
cp "$exec/execveat" "$exec/execveat.denatured"
chmod -x "$exec/execveat.denatured"
rm -rf "${dir:?}/bin"
mv "$dir/new-bin" "$dir/bin"
mv "$dir/new-programs" "$dir/programs"
wc -l <"$dir/programs"
