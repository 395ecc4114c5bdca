#!/bin/sh
# tests/host/run.sh - build and run every host test, as one TAP stream
#
# Usage: tests/host/run.sh [NAME...]     for instance: run.sh idr cpio
# Environment: SEED (chance, default 1), ROUNDS (how many times more random
# rounds, default 1), HOSTCC. Each program is one test point here; its own
# lines are indented beneath it, and `prove -e "" build/host/run/NAME` runs
# one of them alone. The exit status is 0 when all passed.

set -u
cd "$(dirname "$0")/../.." || exit 1

export ASAN_OPTIONS="${ASAN_OPTIONS:-abort_on_error=0:detect_leaks=1}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
export TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=1:exitcode=66}"

count=0
bad=0

# point RESULT NAME: print one line of the outer stream.
point() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2 (status $1)"
		bad=$((bad + 1))
	fi
}

# run_one NAME COMMAND...: run it with a time limit, indent what it prints.
run_one() {
	name=$1
	shift
	log="build/host/run/$name.log"
	timeout 120 "$@" >"$log" 2>&1
	status=$?
	sed 's/^/    /' "$log"
	point "$status" "$name"
}

echo "TAP version 13"
mkdir -p build/host/run
if ! make -s -j"$(nproc)" -f tests/host/host.mk >build/host/run/make.log 2>&1; then
	sed 's/^/    # /' build/host/run/make.log
	point 1 "build"
	echo "1..$count"
	exit 1
fi

for program in $(make -s -f tests/host/host.mk list); do
	name=${program##*/}
	name=${name%.tsan}
	if [ $# -eq 0 ] || echo " $* " | grep -q " $name "; then
		run_one "$name" "$program"
	fi
done
if [ $# -eq 0 ] || echo " $* " | grep -q " uapi "; then
	run_one uapi python3 tests/host/uapi_compare.py
fi

echo "1..$count"
[ "$bad" -eq 0 ]
