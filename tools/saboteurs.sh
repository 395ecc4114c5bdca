#!/bin/sh
# tools/saboteurs.sh - builds kernels with a mistake; the race tests must see it
#
# What:  saboteurs.sh [NAME...]: for each mistake of include/core/race.h (or
#        those named) builds a kernel with SABOTAGE=name and runs the race
#        tests that are to catch it, for TIME seconds each (default 10), on
#        CPUS (default 4), with SEED (default 1), and with the next seed for
#        as long as LIMIT seconds (default 60) are not over: a busy machine
#        sees fewer races. Status 1 if one is not caught. Consoles are in
#        build/test.
# See:   docs/testing.md, docs/process-tree.md

set -eu
cd "$(dirname "$0")/.."
time=${TIME:-10}
seed=${SEED:-1}
limit=${LIMIT:-60}
cpus=${CPUS:-4}

# mistake | the tests that must notice
table='
check_before_fill|race_zap
count_before_empty|race_drain
free_before_grace|race_proc
one_pass|race_kill
no_marks|race_kill
late_mark|race_exit
fill_before_prepare|race_init
no_second_look|race_session
clear_first|race_exec
unlocked_look|race_exit
'

all() {
	sed -n 's/^\tSABOTAGE_\([a-z_]*\),.*/\1/p' include/core/race.h |
		grep -vx none
}

# False: the tests passed, so they saw nothing.
noticed() {
	# shellcheck disable=SC2086
	! timeout 300 python3 tests/run.py user --cpus "$cpus" \
		--kernel "build/sabotage/$1/nidus.elf" \
		--append "seed=$2 racetime=$time racehang=15" $tests \
		>"build/sabotage/$1/tests.tap" 2>&1
}

one() {
	tests=$(printf '%s\n' "$table" | sed -n "s/^$1|//p")
	[ "$tests" ] || { echo "$1: no test"; return 1; }
	make -s kernel SABOTAGE="$1" DEPS=skip >&2
	start=$(date +%s)
	now=$start
	n=$seed
	while [ $((now - start)) -lt "$limit" ]; do
		if noticed "$1" "$n"; then
			echo "$1: caught by $tests in $(($(date +%s) - start)) s:" \
				"$(grep -m 1 '^not ok' "build/sabotage/$1/tests.tap")"
			return
		fi
		n=$((n + 1))
		now=$(date +%s)
	done
	echo "$1: nobody noticed"
	return 1
}

bad=0
# shellcheck disable=SC2046
[ $# != 0 ] || set -- $(all)
for name in "$@"; do
	one "$name" || bad=1
done
exit $bad
