#!/bin/sh
# tools/selftests.sh - builds the Linux tree's own tests of processes
#
# What:  static programs in build/selftests/bin, one directory a group, from
#        tools/testing/selftests of Debian's package linux-source-6.12. What
#        does not compile with this machine's headers is said and left out.
#        Nothing is done when they are there; selftests.sh -f builds again.
# See:   tests/scenario/observed/selftests.obs

set -eu
cd "$(dirname "$0")/.."
dir=build/selftests
package=linux-source-6.12
tarball=/usr/src/$package.tar.xz
groups='pid_namespace pidfd clone3 nsfs core kcmp rlimits proc timers sigaltstack
	futex/functional mqueue ptrace seccomp membarrier rseq sched mount exec prctl ipc
	timens vDSO fchmodat2 filelock mincore memfd openat2 sync size syscall_user_dispatch
	capabilities breakpoints acct tmpfs x86'

[ "${1:-}" != -f ] || rm -rf "${dir:?}/bin"
[ ! -d "$dir/bin" ] || exit 0
tools/deps.sh --package "$package" xz-utils gcc libcap-dev libcap-ng-dev >&2
if [ ! -d "$dir/linux" ]; then
	mkdir -p "$dir/new"
	echo "selftests: unpacking a part of $tarball (half a minute)" >&2
	tar -xJf "$tarball" -C "$dir/new" --strip-components=1 \
		"$package/tools/include" "$package/tools/arch/x86" "$package/include/uapi" \
		"$package/arch/x86/include/uapi" "$package/tools/testing/selftests"
	mv "$dir/new" "$dir/linux"
fi
tests=$dir/linux/tools/testing/selftests
# The interface of 6.12, where this machine's headers are older.
headers=$dir/headers
if [ ! -d "$headers" ]; then
	mkdir -p "$headers/linux"
	for name in pidfd sched futex seccomp prctl mount close_range openat2 \
		nsfs membarrier memfd; do
		sed 's/__user//g; s/#include <linux\/compiler.*//' \
			"$dir/linux/include/uapi/linux/$name.h" >"$headers/linux/$name.h"
	done
fi

# Libraries and other sources of a few.
extra() {
	case $1 in
	rseq/*) echo "$tests/rseq/rseq.c -I$tests/rseq -DRSEQ_NO_LIB" ;;
	timers/* | ipc/* | mqueue/*) echo -lrt ;;
	vDSO/*) echo "$tests/vDSO/parse_vdso.c" ;;
	capabilities/*) echo -lcap-ng ;;
	seccomp/*) echo -lcap ;;
	openat2/*) echo "$tests/openat2/helpers.c" ;;
	clone3/clone3_cap*) echo -lcap ;;
	futex/*) echo "-I$tests/futex/include" ;;
	x86/*) echo "-I$tests/x86 -no-pie" ;;
	esac
}

for group in $groups; do
	mkdir -p "$dir/new-bin/$group"
	for source in "$tests/$group"/*.c; do
		grep -q 'main(\|TEST_HARNESS_MAIN' "$source" || continue
		name=$group/$(basename "$source" .c)
		# shellcheck disable=SC2046
		gcc -O2 -static -pthread -w -D_GNU_SOURCE -I"$tests" -I"$headers" \
			-idirafter "$dir/linux/tools/include" -o "$dir/new-bin/$name" \
			"$source" $(extra "$name") 2>"$dir/errors" && continue
		why=$(grep -m 1 -E 'error|undefined' "$dir/errors")
		echo "selftests: not built: $name: $why" >&2
	done
done
mv "$dir/new-bin" "$dir/bin"
find "$dir/bin" -type f | wc -l
