#!/bin/busybox sh
# tests/scenario/ns_join.sh - processes that themselves enter a pid namespace
#
# What:  tests/user/ns_join.c on a kernel that allows it.
# See:   docs/pidns.md, "Joining by oneself"
#
#: cpus 1 4
#: packages busybox-static
#: with base shell
#: spec file /bin/ns_join build/user/ns_join 0755
#: append pidns.join=on
#: tap yes
#: kernels nidus
#: forbid not found|Kernel panic|Oops|BUG:
#
# shellcheck shell=dash
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
mount -t proc proc /proc
mount -t tmpfs tmpfs /tmp
cd /tmp || exit
ns_join on
poweroff -f
