#!/bin/sh
# tools/debug.sh - a machine and gdb in one terminal
#
# What:  debug.sh GDB KERNEL CONSOLE QEMU-WORD...: starts tools/qemu.sh with
#        these words and -g, its console going to the file CONSOLE; then gdb,
#        attached, with the kernel's commands. The machine ends with gdb.
# See:   docs/debugging.md; make debug ONE=1
set -eu

gdb=$1
kernel=$2
console=$3
shift 3

mkdir -p "$(dirname "$console")"
tools/qemu.sh -g "$@" </dev/null >"$console" 2>&1 &
qemu=$!
trap 'kill $qemu 2>/dev/null || true' EXIT INT TERM
echo "The console: $console (tail -f it, or \"shell tail $console\" in gdb)"
# The stub listens a moment after the start.
n=0
until grep -q ':04D2 ' /proc/net/tcp /proc/net/tcp6 2>/dev/null; do
	n=$((n + 1))
	if [ "$n" -gt 100 ] || ! kill -0 $qemu 2>/dev/null; then
		echo "debug: QEMU did not start:" >&2
		cat "$console" >&2
		exit 1
	fi
	sleep 0.1
done
"$gdb" -q "$kernel" -x tools/gdb/nidus.py -ex 'target remote localhost:1234'
