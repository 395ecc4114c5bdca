#!/bin/sh
# tools/models.sh - checks the models of tests/models with spin
#
# What:  models.sh [MODEL...]: each model must pass in every interleaving, and
#        each of its twins (the words behind "Sabotage:" in its head, defined
#        as SABOTAGE_word) must fail: a model that cannot fail proves nothing.
#        Traces of what went wrong stay in build/models.
# See:   docs/process-tree.md

set -eu
cd "$(dirname "$0")/.."
out=build/models

# One model $1, whole (twin "none") or as its twin $2.
one() {
	dir=$out/$1.$2
	mkdir -p "$dir"
	cp "tests/models/$1.pml" "$dir/model.pml"
	cd "$dir"
	{ spin -a "-DSABOTAGE_$2" model.pml && gcc -O0 -w -DSAFETY -o pan pan.c; } \
		>spin.log 2>&1 || { echo "$1: $(cat spin.log)"; return 1; }
	timeout 60 ./pan -m100000 >pan.log 2>&1 || true
	errors=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' pan.log)
	if grep -q 'too small' pan.log; then
		errors=unknown
	fi
	case $2.$errors in
	none.0)
		echo "$1: $(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' \
			pan.log) states, no error"
		;;
	none.*)
		echo "$1: errors: $errors ($dir)"
		return 1
		;;
	*.0 | *. | *.unknown)
		echo "$1: nobody notices $2 ($dir)"
		return 1
		;;
	esac
}

if [ "${MODELS_ONE:-}" ]; then
	one "$@"
	exit
fi
mkdir -p "$out"
if [ $# = 0 ]; then
	# shellcheck disable=SC2046
	set -- $(basename -s .pml tests/models/*.pml)
fi
for model in "$@"; do
	twins=$(sed -n 's/^ \* Sabotage: *//p' "tests/models/$model.pml")
	[ "$twins" ] || { echo "$model: no twin"; exit 1; }
	for twin in none $twins; do
		echo "$model $twin"
	done
done | MODELS_ONE=1 xargs -P "$(nproc)" -n 2 tools/models.sh
