#!/bin/busybox sh
# tests/scenario/pid_max.sh - a limit of numbers for each pid namespace
#
# What:  pid_max=per-ns: a new world begins with the largest limit, changes
#        only its own, and each level's numbers stay below that level's limit.
# See:   proc(5) on pid_max; docs/pidns.md; ids PID-26 and HIST-E15
#
#: cpus 2
#: packages busybox-static
#: with base shell
#: spec file /lib/check.sh tests/scenario/lib/check.sh 0644
#: append pid_max=per-ns
#: tap yes
#: kernels nidus
#: forbid not found|Kernel panic|Oops|BUG:
#
# shellcheck shell=dash
# shellcheck disable=SC1091,SC2016
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
mount -t proc proc /proc
mount -t tmpfs tmpfs /tmp
. /lib/check.sh

max=/proc/sys/kernel/pid_max
last=/proc/sys/kernel/ns_last_pid

is 'the first world as ever' 32768 "$(cat $max)"
is 'a new one begins with the largest' 4194304 "$(unshare -p -f cat $max)"
is 'it sets its own' 400 "$(unshare -p -f sh -c "echo 400 >$max; cat $max")"
is 'and nobody else has it' 32768 "$(cat $max)"
is 'too low' no "$(unshare -p -f sh -c "echo 300 2>/dev/null >$max || echo no" 2>/dev/null)"
is 'too high' no "$(unshare -p -f sh -c "echo 4194305 2>/dev/null >$max || echo no" 2>/dev/null)"
is 'numbers wrap at the own limit' '399 300' "$(unshare -p -f sh -c "
	echo 400 >$max; echo 398 >$last
	sh -c 'echo \$\$'; sh -c 'echo \$\$'; :" | xargs)"
is 'and go beyond the outer one' 40000 "$(unshare -p -f sh -c "
	echo 39999 >$last; sh -c 'echo \$\$'; :")"
is 'the smallest leaves one number above the floor' '300 300' "$(unshare -p -f sh -c "
	echo 301 >$max; echo 299 >$last
	sh -c 'echo \$\$'; sh -c 'echo \$\$'; :" | xargs)"
echo 600 >$max
is 'an outer limit holds outside' 'below 40001' "$(unshare -p -f sh -c "
	echo 39999 >$last
	awk '/^NSpid/ { print (\$2 < 600 ? \"below\" : \"above\") }' /proc/self/status
	sh -c 'echo \$\$'; :" | xargs)"
echo 32768 >$max
is 'root of a user namespace sets that of its world' 500 "$(unshare -U -r -p -f sh -c "
	echo 500 >$max; cat $max")"
plan
poweroff -f
