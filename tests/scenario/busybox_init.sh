#!/bin/busybox sh
# tests/scenario/busybox_init.sh - a shell script as pid 1, with busybox alone
#
# What:  arithmetic, a pipe, a pid namespace whose init leaves a child behind,
#        background jobs, /proc/cpuinfo, power-off. Until /proc is there, the
#        shell cannot find itself, so the first two commands have a path.
# See:   tests/harness/scenario.py for the lines that start with #:
#
#: cpus 1 2 4
#: packages busybox-static
#: spec node /dev/console c 5 1 0600
#: spec node /dev/null c 1 3 0666
#: spec file /bin/busybox $BUSYBOX 0755
#: expect ^story begins$
#: expect ^42$
#: expect ^PIPED$
#: expect ^pid 1$
#: expect ^inner 1$
#: expect ^left 3$
#: expect ^job 7$
#: expect ^jobs done: 0$
#: expect ^processors @CPUS@ nproc @CPUS@$
#: expect ^story ends$
#: forbid not found|Kernel panic|kernel panic|Oops|BUG:
#: end poweroff
#
# shellcheck shell=dash
/bin/busybox mkdir -p /proc
/bin/busybox mount -t proc proc /proc

echo story begins
echo $((6*7))
echo piped | tr '[:lower:]' '[:upper:]'
echo "pid $$"

# shellcheck disable=SC2016 # the inner shell expands $$
unshare -p -f sh -c 'echo inner $$; sleep 100 & exit 3'
echo "left $?"

(sleep 1; exit 7) &
wait $!
echo "job $?"
for n in 1 2 3 4 5 6 7 8; do
	sh -c "exit $((n - n))" &
done
wait
echo "jobs done: $?"

echo "processors $(grep -c ^processor /proc/cpuinfo) nproc $(nproc)"
echo story ends
poweroff -f
