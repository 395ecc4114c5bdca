"""tests/scenario/stress_ng.py - stress-ng: no failure, and nothing left behind

What:  stressors of processes, threads, signals, timers, pipes, queues and
       memory run at once on 4 CPUs, a few operations each. STRESS=SECONDS
       makes it long: twenty operations of each alone, then all of them for
       that time. Before and after, the objects and pages of the kernel are
       the same (after a first run, which fills what is kept on purpose).
See:   docs/testing.md; stress-ng(1)
"""
import os

from harness import machine

STRESSORS = '''clone fork vfork wait kill exit-group zombie pidfd pthread context switch pipe
    futex signal sigq sigpending timer timerfd eventfd epoll poll mq sem-sysv shm shm-sysv
    msg mmap brk stack dup procfs nice schedpolicy daemon'''.split()
# What would else take all memory of the machine, or all of the time.
SIZES = '''--mmap-bytes 1m --shm-bytes 1m --shm-objs 2 --shm-sysv-bytes 1m --shm-sysv-segs 2
    --pipe-size 64K --zombie-max 200 --fork-max 4 --vfork-max 4 --clone-max 16
    --pthread-max 16 --exec-max 4'''.split()
SECONDS = int(os.environ.get('STRESS', '0'))
PIDS = 4000
CROWD = 800

INIT = r'''#!/bin/busybox sh
. /lib/check.sh
export PATH=/bin:/usr/bin:/sbin:/usr/sbin HOME=/tmp LC_ALL=C TERM=linux
mount -t proc proc /proc
mount -t tmpfs tmpfs /tmp
mkdir -p /dev/shm /dev/mqueue
mount -t tmpfs tmpfs /dev/shm
mount -t mqueue mqueue /dev/mqueue
cd /tmp || exit 1

# The table of numbers is as large as the largest ever given: see all of it.
echo @PIDS@ >/proc/sys/kernel/pid_max
i=64
while [ $i -lt @PIDS@ ]; do
	echo $i >/proc/sys/kernel/ns_last_pid
	(:)
	i=$((i + 64))
done

# So are the kernel's page tables for stacks: have more threads than ever later.
i=0
while [ $i -lt @CROWD@ ]; do
	sleep 1000 &
	i=$((i + 1))
done
kill -9 -1
wait

# stress NAME WORDS...: two points (there is no /sys; a second after its time the
# pipe stressor interrupts itself once more, and complains if its last write
# waits for a late reader then: with the reader stopped, so it does on Linux);
# "exec" is skipped for root
stress()
{
	point=$1
	shift
	as=
	case $1 in --exec) as='/usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups' ;; esac
	$as stress-ng --oomable --temp-path /tmp @SIZES@ "$@" >out 2>&1
	stressed=$?
	is "$point" 0 $stressed
	[ $stressed = 0 ] || tail -n 40 out | sed 's/^/# /'
	is "$point: no failure" '' "$(grep -E 'fail|error:|killed' out |
		grep -v -e 'no CPUs found in /sys' \
			-e 'termination write failed, errno=4 ')"
	rm -f out
}

# each WORD...: for all stressors NAME: --NAME 1, and --NAME-ops OPS if given
each()
{
	for name in @STRESSORS@; do
		printf '%s ' "--$name" 1
		[ $# = 0 ] || printf '%s ' "--$name-ops" "$1"
	done
}

# others SECONDS OPS: what ends by time alone, and what another user does
others()
{
	stress 'sem and yield' --sem 2 --yield 2 --timeout "$1"
	stress 'exec' --exec 2 --exec-ops "$2"
}

# few NAME: a few operations of everything at once
few()
{
	# shellcheck disable=SC2046 # words are meant
	stress "$1" $(each 4)
	others 2 4
}

# look FILE: the kernel ends what it has put off; lines "cache objects", and
# "loose", KiB that no process has but this shell, counted downward (parts of
# a program's file become pages when they are first mapped); its parts are in
# FILE.memory. A program of its own looks, without chance in where it lies: its
# stack may else need a page more (what a copy of this shell holds depends on
# how its heap lies).
look()
{
	kill -9 -1 2>/dev/null
	for _ in 1 2 3; do sleep 0.1; done
	until echo 1 >&3; do :; done
	/bin/busybox linux64 -R /bin/busybox awk -v parts="$1.memory" '
	     FILENAME ~ /slab/ && !/^(slabinfo|#|slab_mag)/ { print $1, $2 }
	     / kB$/ { print >parts }
	     /^(MemFree|Cached|Slab|RssAnon|VmPTE):/ { loose += $2 }
	     END { print "loose", -loose }' /proc/slabinfo /proc/meminfo \
		/proc/1/status >"$1"
}

# settled NAME: there is no more of anything than before
settled()
{
	[ -e /proc/nidus/drain ] || return # Linux keeps much
	look after
	awk 'FILENAME == "before" { had[$1] = $2; next }
	     $2 > had[$1] { print $1, had[$1], "then", $2 }' before after >more
	is "$1" '' "$(cat more)"
	[ ! -s more ] || diff before.memory after.memory | sed -n 's/^[-+]/# &/p'
}

# ready: what looking itself needs is there too
ready()
{
	echo >before
	echo >before.memory
	point_before=$points
	settled '' >/dev/null
	points=$((point_before))
	look before
}

if [ -e /proc/nidus/drain ]; then
	exec 3>/proc/nidus/drain
else
	exec 3>/dev/null
fi
@STORY@
plan
poweroff -f
'''

SHORT = r'''
few 'all at once, for the first time'
ready
few 'all at once'
settled 'nothing is left over'
'''

LONG = r'''
few 'all at once, for the first time'
ready
for name in @STRESSORS@; do
	stress "$name" "--$name" 2 "--$name-ops" 20
done
others 10 20
settled 'twenty operations of each leave nothing over'
# shellcheck disable=SC2046 # words are meant
stress 'all together for @SECONDS@ s' --timeout @SECONDS@ $(each) --sem 1 --yield 1
settled 'all together leave nothing over'
'''

CPUS = [4]
MEMORY = '1G'
PACKAGES = ['busybox-static', 'stress-ng']
WITH = ['base', 'shell']
SPEC = ['with stress-ng', 'program /usr/bin/setpriv /usr/bin/setpriv',
        'file /lib/check.sh tests/scenario/lib/check.sh 0644']
TAP = 'yes'
LIMIT = 240 + 8 * SECONDS + (1800 if SECONDS else 0)
INIT = INIT.replace('@STORY@', LONG if SECONDS else SHORT)
for word, text in (('STRESSORS', ' '.join(STRESSORS)), ('SIZES', ' '.join(SIZES)),
                   ('SECONDS', str(SECONDS)), ('PIDS', str(PIDS)), ('CROWD', str(CROWD))):
    INIT = INIT.replace(f'@{word}@', text)
