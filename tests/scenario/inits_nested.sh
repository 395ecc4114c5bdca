#!/bin/busybox sh
# tests/scenario/inits_nested.sh - the small inits as a container's pid 1
#
# What:  tini, dumb-init and catatonit as the init of a pid namespace and as a
#        plain child: exit codes, death by signals, forwarding, sub-reaping.
# See:   tests/scenario/init_programs.py: the same as pid 1 of the machine
#
#: cpus 2
#: packages busybox-static tini dumb-init catatonit
#: with base shell
#: spec file /bin/tini /usr/bin/tini-static 0755
#: spec file /bin/catatonit /usr/bin/catatonit 0755
#: spec file /bin/dumb-init /usr/bin/dumb-init 0755
#: spec file /lib64/ld-linux-x86-64.so.2 /lib64/ld-linux-x86-64.so.2 0755
#: spec file /lib/x86_64-linux-gnu/libc.so.6 /lib/x86_64-linux-gnu/libc.so.6 0755
#: spec file /lib/check.sh tests/scenario/lib/check.sh 0644
#: tap yes
#: forbid Kernel panic|Oops|BUG:
#
# shellcheck shell=dash
# shellcheck disable=SC1091,SC2016,SC2086
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
mount -t proc proc /proc
. /lib/check.sh

# Until a file is there.
await()
{
	while ! [ -e "$1" ]; do sleep 0.05; done
	rm "$1"
}

# The init of the box that this process made.
inner()
{
	xargs <"/proc/$1/task/$1/children"
}

for name in tini dumb-init catatonit; do
	# catatonit and tini want to be pid 1; all are, in a namespace.
	box="unshare -p -f -m $name --"
	status "$name: exit code" 5 $box sh -c 'exit 5'
	status "$name: its child is 2" 2 $box sh -c 'exit $$'
	status "$name: a child that dies of a signal" 137 $box sh -c 'kill -9 $$'
	case $name in tini) none=127 ;; dumb-init) none=2 ;; *) none=1 ;; esac
	status "$name: no such program" $none $box /none 2>/dev/null
	is "$name: output" 'hello world' "$($box echo hello world)"
	is "$name: a pipe" '5050' "$($box sh -c 'seq 100 | awk "{ s += \$1 } END { print s }"')"
	$box sh -c 'trap "exit 9" TERM; touch /ready; while :; do sleep 0.05; done' &
	await /ready
	kill "$(inner $!)"
	wait $!
	is "$name: forwards TERM" 9 $?
	$box sh -c 'trap "touch /usr1" USR1; touch /ready
		while [ ! -e /stop ]; do sleep 0.05; done' &
	await /ready
	kill -USR1 "$(inner $!)"
	await /usr1
	touch /stop
	wait $!
	is "$name: forwards USR1" 0 $?
	rm /stop
	# Orphans of the box are reaped by its init.
	is "$name: reaps orphans" 0 "$($box sh -c 'mount -t proc proc /proc
		for n in 1 2 3 4; do sh -c "true & true"; done
		for n in 1 2 3 4 5 6 7 8 9 10; do
			left=$(grep -l "^State:.Z" /proc/[0-9]*/status 2>/dev/null | wc -l)
			[ $left = 0 ] && break
			sleep 0.2
		done; echo $left')"
	# KILL from outside takes the whole box.
	$box sh -c 'sleep 1000 & sleep 1001 & touch /ready; wait' &
	await /ready
	kill -9 "$(inner $!)"
	wait $!
	is "$name: killed with all it holds" '137 0' "$? $(pidof sleep | wc -w)"
done

is 'tini -s: sub-reaper' 'reaped' \
	"$(tini -s -- sh -c 'sh -c "sleep 0.1 & true"; sleep 0.3; echo reaped')"
like 'tini without -s warns' '*Tini is not running as PID 1*' "$(tini -- true 2>&1)"
status 'tini -e: a code that counts as success' 0 tini -s -e 7 -- sh -c 'exit 7'
# The other has no trap left when it says that it is there.
is 'tini -g: the whole group' 143 "$(tini -s -g -- sh -c 'trap "wait \$other; exit \$?" TERM
	sh -c "touch /there; exec sleep 100" & other=$!
	while [ ! -e /there ]; do sleep 0.05; done
	kill -TERM $PPID; while :; do sleep 0.05; done' 2>/dev/null; echo $?)"
is 'dumb-init: a session for the child' yes \
	"$(dumb-init sh -c '[ "$(cut -d" " -f6 /proc/$$/stat)" = $$ ] && echo yes')"
is 'dumb-init: rewrites a signal' '2' \
	"$(dumb-init -r 15:2 sh -c 'trap "exit 2" INT; trap "exit 15" TERM
	kill -TERM $PPID; while :; do sleep 0.05; done'; echo $?)"
is 'nobody is left' 0 "$(grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l)"

plan
poweroff -f
