#!/bin/bash
# tests/scenario/terminals.sh - programs on pairs of terminals
#
# What:  script runs commands, an interactive bash with jobs that are stopped
#        and continued by keys, an editor and a pager, each on a pair.
# See:   tests/scenario/lib/check.sh; script(1), setsid(1)
#
#: cpus 2
#: packages busybox-static bash-static bsdutils
#: with base shell
#: spec file /bin/bash /bin/bash-static 0755
#: spec file /bin/script /usr/bin/script 0755
#: spec file /lib64/ld-linux-x86-64.so.2 /lib64/ld-linux-x86-64.so.2 0755
#: spec file /lib/x86_64-linux-gnu/libc.so.6 /lib/x86_64-linux-gnu/libc.so.6 0755
#: spec file /lib/check.sh tests/scenario/lib/check.sh 0644
#: tap yes
#: forbid not found|Kernel panic|Oops|BUG:
#
# shellcheck disable=SC1091,SC2016,SC2059
export PATH=/bin:/sbin:/usr/bin:/usr/sbin TERM=vt100 SHELL=/bin/bash
mount -t proc proc /proc
mount -t tmpfs tmpfs /tmp
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
cd /tmp || exit
. /lib/check.sh

on() # COMMAND: its output on a terminal, without returns
{
	script -qec "$1" /dev/null </dev/null | tr -d '\r\004'
}

is 'a terminal' /dev/pts/0 "$(on tty)"
script -qec 'exit 7' /dev/null </dev/null >/dev/null
is 'the exit status' 7 $?
is 'its session and group' 'yes yes' "$(on 'set -- $(cat /proc/self/stat)
	[ $7 = 34816 ] && echo -n yes; set -- $(cat /proc/$$/stat)
	[ $5 = $8 ] && echo " yes"')"
is 'size, changed' '33 99' "$(on 'stty rows 33 cols 99; stty size')"
like 'attributes' '*-icanon*' "$(on 'stty raw; stty -a')"
is 'output beyond the buffers' 100000 \
	"$(on 'head -c 100000 /dev/zero | tr "\\0" x' | wc -c)"
is 'a new session takes the terminal' /dev/pts/0 "$(on 'setsid -c tty; true')"
is 'and /dev/tty is it' here "$(on 'echo here > /dev/tty')"
is 'names are gone' ptmx "$(echo /dev/pts/* | sed 's|/dev/pts/||g')"

# Keys, with time for what they do.
keys()
{
	local k

	for k; do
		sleep 1.5
		printf "$k"
	done
	sleep 1
}

keys 'PS1=; set +o emacs\r' 'sleep 1000\r' '\032' 'jobs\r' 'fg\r' '\003' \
	'echo status $?\r' 'cat > made\r' 'from the keyboardd\177\r' '\004' \
	'sleep 1000 &\r' 'kill %%%%\r' '\r' 'exit 5\r' |
	script -qec 'bash --norc --noprofile -i' log >/dev/null
is 'bash ends as told' 5 "${PIPESTATUS[1]}"
tr -d '\r' <log >plain
status '^Z stops a job' 0 grep -q '\[1\]+  Stopped  *sleep 1000' plain
status '^C ends it in the foreground' 0 grep -q '^status 130' plain
is 'a line is edited, ^D ends a file' 'from the keyboard' "$(cat made)"
status 'a job in the background' 0 grep -q 'Terminated  *sleep 1000' plain

keys 'ihello from vi' '\033' ':wq\r' |
	script -qec 'stty rows 24 cols 80; vi written' /dev/null >/dev/null
is 'vi writes' 'hello from vi' "$(cat written)"
seq 500 >many
keys ' ' '/49.\r' 'q' |
	script -qec 'stty rows 24 cols 80; less many' log >/dev/null
status 'less finds' 0 grep -q 490 log

# Many at once, as many masters as slaves.
for i in 1 2 3 4 5 6 7 8; do
	script -qec "echo \$((i = $i * 111)); tty" "log$i" </dev/null >/dev/null &
done
wait
is 'eight at once' '111 222 333 444 555 666 777 888 ' \
	"$(for i in 1 2 3 4 5 6 7 8; do
		tr -d '\r' <"log$i" | sed -n 's/^\([1-8]*\)$/\1/p' | tr '\n' ' '
	done | tr -s ' ')"
is 'numbers are free again' 0 "$(cat /proc/sys/kernel/pty/nr)"
plan
poweroff -f
