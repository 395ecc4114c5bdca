#!/bin/sh
# tools/tuned_linux.sh - builds the leanest Linux 6.12 that runs the benchmark
#
# What:  tinyconfig and the options of tools/tuned-linux.config, from Debian's
#        package linux-source-6.12, in build/tuned-linux, once for the same
#        options; prints the path of its vmlinux (it has a PVH entry). About
#        six minutes.
# See:   docs/performance.md

set -eu
cd "$(dirname "$0")/.."
dir=build/tuned-linux
options=tools/tuned-linux.config
archive=/usr/src/linux-source-6.12.tar.xz

if [ ! -f "$dir/vmlinux" ] || ! cmp -s "$options" "$dir/options"; then
	missing=
	for file in "$archive" /usr/include/libelf.h \
		/usr/bin/flex /usr/bin/bison /usr/bin/bc; do
		[ -e "$file" ] || missing=$file
	done
	if [ "$missing" ]; then
		as_root=
		[ "$(id -u)" = 0 ] || as_root=sudo
		echo "tuned-linux: needs linux-source-6.12 flex bison bc libelf-dev" >&2
		$as_root apt-get -q install -y --no-install-recommends \
			linux-source-6.12 flex bison bc libelf-dev >&2
	fi
	rm -rf "$dir"
	mkdir -p "$dir"
	tar -C "$dir" --strip-components=1 -xf "$archive"
	make -C "$dir" -s tinyconfig >&2
	cat "$options" >>"$dir/.config"
	make -C "$dir" -s olddefconfig >&2
	make -C "$dir" -s -j"$(nproc)" vmlinux >&2
	cp "$options" "$dir/options"
fi
echo "$dir/vmlinux"
