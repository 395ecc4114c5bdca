#!/bin/sh
# tools/nolibc.sh - builds the Linux tree's nolibc-test, for pid 1
#
# What:  prints the path of a static program without any C library that tries
#        some two hundred system calls: tools/testing/selftests/nolibc of
#        Debian's package linux-source-6.12. Only what it needs is unpacked,
#        into build/nolibc; nothing is done when it is there.
# See:   tests/scenario/nolibc.py

set -eu
cd "$(dirname "$0")/.."
dir=build/nolibc
program=$dir/nolibc-test
package=linux-source-6.12
tarball=/usr/src/$package.tar.xz

if [ ! -x "$program" ]; then
	tools/deps.sh --package "$package" xz-utils gcc >&2
	if [ ! -e "$tarball" ]; then
		echo "nolibc: the package $package has no $tarball" >&2
		exit 1
	fi
	rm -rf "$dir"
	mkdir -p "$dir"
	echo "nolibc: unpacking a part of $tarball (half a minute)" >&2
	tar -xJf "$tarball" -C "$dir" --strip-components=1 \
		"$package/tools/include" "$package/tools/testing/selftests/nolibc"
	tests=$dir/tools/testing/selftests/nolibc
	gcc -Os -static -nostdlib -fno-stack-protector -w \
		-include "$dir/tools/include/nolibc/nolibc.h" -o "$program.new" \
		"$tests/nolibc-test.c" "$tests/nolibc-test-linkage.c" -lgcc
	mv "$program.new" "$program"
fi
echo "$program"
