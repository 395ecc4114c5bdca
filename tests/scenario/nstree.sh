#!/bin/busybox sh
# tests/scenario/nstree.sh - the tree of worlds, as nstree prints it
#
# What:  worlds in worlds with the numbers of their processes at every level,
#        what keeps a dead world, colours on a terminal and none in a pipe,
#        again and again with -w.
# See:   tools/initramfs/nstree.c; docs/pidns.md, "Why is it still there?"
#
#: cpus 2
#: kernels nidus
#: packages busybox-static bsdutils
#: with base shell
#: spec file /lib/check.sh tests/scenario/lib/check.sh 0644
#: spec file /bin/nstree build/initramfs/nstree 0755
#: spec program /bin/script /usr/bin/script
#: tap yes
#: forbid not found|Kernel panic|Oops|BUG:
#
# shellcheck shell=dash
# shellcheck disable=SC1091,SC2016
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
mount -t proc proc /proc
mount -t tmpfs tmpfs /tmp
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
. /lib/check.sh

# The lines below this world's, and what they say.
below()
{
	sed -n "/^ *pid:\[$1\]/,\$p" | sed 1d
}

own=$(readlink /proc/self/ns/pid | tr -dc 0-9)
like 'one world' "pid:?$own? live, * process*, init 1" "$(nstree | head -n 1)"
is 'the first process' 'init 1' "$(nstree | awk '$2 == 1 { print $1, $2 }')"

unshare -p -f sh -c 'unshare -p -f sh -c "sleep 1000; :" & echo $$; wait' >/tmp/inner &
outer=$!
while ! pidof sleep >/dev/null; do sleep 0.05; done
sleeper=$(pidof sleep)
numbers=$(sed -n 's/^NSpid:[[:space:]]*//p' "/proc/$sleeper/status" | tr '\t' ' ')
is 'three numbers of one process' 3 "$(echo "$numbers" | wc -w)"
is 'which are in the tree' "sleep $numbers" "$(nstree | sed -n 's/^ *sleep  /sleep /p')"
is 'a world in a world in ours' '0 4 8' \
	"$(nstree | sed -n 's/^\( *\)pid:.*/\1/p' | awk '{ print length }' | xargs)"
ino=$(readlink "/proc/$sleeper/ns/pid" | tr -dc 0-9)
like 'the innermost, with its init' "*pid:?$ino? live, 2 processes, init *" \
	"$(nstree | grep "$ino")"

exec 9<"/proc/$sleeper/ns/pid"
kill -9 "$(cat "/proc/$outer/task/$outer/children")"
wait
like 'a dead one' "*pid:?$ino? dead, 0 processes" "$(nstree | grep "$ino")"
is 'and what keeps it' "<- fd 9 of $$" \
	"$(nstree | below "$ino" | sed -n 's/^ *//p' | grep -x "<- fd 9 of $$")"
exec 9<&-
i=0
while nstree | grep -q "$ino" && [ $i -lt 100 ]; do
	sleep 0.1
	i=$((i + 1))
done
is 'then it goes' '' "$(nstree | grep "$ino")"

is 'no colours in a pipe' 0 "$(nstree | tr -dc '\033' | wc -c)"
is 'colours on a terminal' yes "$(script -qc nstree /dev/null | tr -dc '\033' | wc -c |
	awk '$1 > 0 { print "yes" }')"
is 'none if they are not wanted' 0 "$(script -qc 'nstree -n' /dev/null | tr -dc '\033' | wc -c)"
is 'again and again' 2 "$(nstree -w 1 | grep -m 2 -c "pid:.$own")"
status 'a word that it does not know' 2 nstree -x 2>/dev/null
plan
poweroff -f
