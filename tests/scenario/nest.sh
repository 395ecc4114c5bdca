#!/bin/busybox sh
# tests/scenario/nest.sh - pid namespaces by busybox's unshare and nsenter
#
# What:  worlds inside each other, each with its own /proc; what one sees of
#        the other; entering; killing; what unshare(1) and nsenter(1) promise.
# See:   pid_namespaces(7); docs/pidns.md
#
#: cpus 1 4
#: packages busybox-static
#: with base shell
#: spec file /lib/check.sh tests/scenario/lib/check.sh 0644
#: tap yes
#: forbid not found|Kernel panic|Oops|BUG:
#
# shellcheck shell=dash
# shellcheck disable=SC1091,SC2016
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
mount -t proc proc /proc
mount -t tmpfs tmpfs /tmp
. /lib/check.sh

await()
{
	while ! [ -e "$1" ]; do sleep 0.02; done
}

is 'a world begins with 1' '1 0' "$(unshare -p -f sh -c 'echo $$ $PPID')"
is 'its own /proc' '1 2 ' "$(unshare -p -f -m --mount-proc sh -c 'cd /proc; sleep 50 & echo [0-9]*
	' | tr '\n' ' ')"
is 'mount-proc leaves ours alone' yes "$(unshare -p -f -m --mount-proc true
	[ "$(readlink /proc/self/ns/pid)" = "$(readlink /proc/1/ns/pid)" ] && echo yes)"
is 'ps inside' '1' "$(unshare -p -f -m --mount-proc ps -o pid,comm | awk '$2 == "ps" { print $1 }')"
is 'exit status' 42 "$(unshare -p -f sh -c 'exit 42'; echo $?)"
is 'death by a signal' 137 \
	"$(unshare -p -f sh -c 'sleep 9 & kill -9 $!; wait $!; exit $?'; echo $?)"
is 'init ignores what it does not handle' 'alive' \
	"$(unshare -p -f sh -c 'kill -TERM $$; kill -9 $$; echo alive')"
is 'three worlds deep' '1 1 1' "$(unshare -p -f sh -c 'echo $$; unshare -p -f sh -c "echo \$\$
	unshare -p -f sh -c \"echo \\\$\\\$\""' | xargs)"

# One that stays, to be looked at.
unshare -p -f -m --mount-proc sh -c 'sleep 1000 & echo $! >/tmp/inner; wait' &
shell=$!
await /tmp/inner
sleepers 1
init=$(cat /proc/$shell/task/$shell/children)
init=${init% }
inner=$(cat /tmp/inner)
outer=$(pidof sleep)
is 'NSpid of init' "$init 1" "$(sed -n 's/^NSpid:[[:space:]]*//p' "/proc/$init/status" | xargs)"
is 'NSpid of its child' "$outer $inner" \
	"$(sed -n 's/^NSpid:[[:space:]]*//p' "/proc/$outer/status" | xargs)"
is 'the link of its namespace differs' 2 \
	"$(for p in 1 "$init"; do readlink "/proc/$p/ns/pid"; done | sort -u | wc -l)"
is 'unshare keeps its own' "$(readlink /proc/1/ns/pid)" "$(readlink "/proc/$shell/ns/pid")"
is 'but not for children' "$(readlink "/proc/$init/ns/pid")" \
	"$(readlink "/proc/$shell/ns/pid_for_children")"
is 'nsenter sees its processes' "1 $inner" "$(nsenter -t "$init" -p -m ps -o pid,comm |
	awk '$2 == "sleep" || $1 == 1 { print $1 }' | sort -n | xargs)"
is 'nsenter -p alone' "$inner" "$(nsenter -t "$init" -p -m pidof sleep)"
is 'nsenter: a child of nobody inside' '0' "$(nsenter -t "$init" -p -m sh -c 'echo $PPID')"
nsenter -t "$init" -p -m kill "$inner"
wait $shell
is 'nsenter: killing inside ends it' 0 $?
is 'its end' yes "$([ -e "/proc/$init" ] || echo yes)"

# Killing an init takes all of its world and the worlds below.
unshare -p -f sh -c 'sleep 1000 & unshare -p -f sh -c "
	sleep 1001 & unshare -p -f sh -c \"sleep 1002 & touch /tmp/deep; wait\"" & wait' &
await /tmp/deep
sleepers 3
is 'three sleepers' 3 "$(pidof sleep | wc -w)"
kill -9 "$(cat /proc/$!/task/$!/children | xargs)"
wait $!
is 'the status of a killed world' 137 $?
is 'nothing is left of it' 0 "$(pidof sleep | wc -w)"

is 'orphans go to the inner init' '1' "$(unshare -p -f -m --mount-proc sh -c '
	sh -c "sleep 5 & echo \$! >/tmp/orphan"; cut -d" " -f4 "/proc/$(cat /tmp/orphan)/stat"')"
n=0
while [ $n -lt 40 ]; do
	unshare -p -f sh -c 'sleep 0.01 & exit 1' &
	n=$((n + 1))
done
wait
is 'forty worlds end' 0 "$(pidof sleep | wc -w)"
like 'a fork after the inner init has ended' '*annot allocate memory*' "$(unshare -p sh -c '
	(:); (:); (:)' 2>&1)"
is 'uts: a name of its own' 'inside' "$(unshare -u sh -c 'hostname inside; hostname')"
like 'uts: ours is as before' '*' "$(hostname)"
is 'mount: a mount of its own' 'gone' "$(unshare -m sh -c 'mkdir -p /tmp/m; mount -t tmpfs t /tmp/m
	touch /tmp/m/f'; [ -e /tmp/m/f ] && echo seen || echo gone)"
is 'reboot inside ends the world' 129 "$(unshare -p -f sh -c 'reboot -f; sleep 5'; echo $?)"
is 'poweroff inside ends the world' 130 "$(unshare -p -f sh -c 'poweroff -f; sleep 5'; echo $?)"

plan
poweroff -f
