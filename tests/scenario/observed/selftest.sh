#!/bin/sh
# tests/scenario/observed/selftest.sh - runs one of the Linux tree's tests
#
# What:  how many of its points are good, bad and left out, its exit status,
#        and the names of the bad ones.
echo 4096 >/proc/sys/kernel/pid_max
mkdir -p /dev/mqueue /dev/cgroup
cd "/kst/${1%/*}" || exit 1
timeout -s KILL 60 "./${1##*/}" >/tmp/out 2>&1
status=$?
good=$(grep -a -c '^ok' /tmp/out)
left=$(grep -a -c -i '^ok .*# *skip' /tmp/out)
echo "$((good - left)) good, $(grep -a -c '^not ok' /tmp/out) bad, $left left out, status $status"
grep -a '^not ok' /tmp/out | head -20 | sed 's/[0-9][0-9][0-9][0-9]*/N/g'
