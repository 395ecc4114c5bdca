#!/bin/busybox sh
# tests/scenario/busybox_tools.sh - busybox's commands, each doing its work
#
# What:  processes (ps, top, kill, nice), memory and time (free, uptime, date),
#        files and archives, text, devices, mounts, as a user of a rescue
#        system has them.
# See:   tests/scenario/lib/check.sh
#
#: cpus 2
#: packages busybox-static
#: with base shell
#: spec file /lib/check.sh tests/scenario/lib/check.sh 0644
#: tap yes
#: forbid not found|Kernel panic|Oops|BUG:
#
# shellcheck shell=dash
# shellcheck disable=SC1091,SC2016,SC2009,SC2003,SC2018,SC2019,SC2320
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
mount -t proc proc /proc
mount -t tmpfs -o size=16m tmpfs /tmp
cd /tmp || exit
. /lib/check.sh

# ------------------------------------------------------------- processes
sleep 100 &
child=$!
sleepers 1
like 'ps: shows init' '*1 root*' "$(ps | grep -E '^ +1 ')"
like 'ps: shows a child' "*$child root*sleep 100*" "$(ps | grep 'sleep 100' | grep -v grep)"
is 'ps: columns' "$child 1 sleep" \
	"$(ps -o pid,ppid,comm | awk '$3 == "sleep" { print $1, $2, $3 }')"
is 'pidof' "$child" "$(pidof sleep)"
like 'top: memory' 'Mem: *K used, *K free*' "$(top -b -n1 | head -n 1)"
like 'top: processors' 'CPU: *% idle*' "$(top -b -n1 | sed -n 2p)"
like 'top: load' 'Load average: *' "$(top -b -n1 | sed -n 3p)"
like 'top: lists the child' "*$child*sleep 100*" "$(top -b -n1 | grep 'sleep 100')"
status 'kill' 0 kill $child
wait $child
is 'wait tells the signal' 143 $?
status 'kill: nobody there' 1 kill -0 $child 2>/dev/null
is 'kill -l' 'TERM' "$(kill -l 15)"
sleep 100 &
sleepers 1
killall sleep
wait $!
is 'killall' 143 $?
status 'timeout: in time' 3 timeout 10 sh -c 'exit 3'
status 'timeout: too late' 143 timeout 1 sleep 100
is 'renice' '25 5' "$(sh -c 'renice -n 5 -p $$ >/dev/null; cut -d" " -f18,19 /proc/$$/stat')"
is 'setsid: a new session' 'yes' \
	"$(setsid sh -c '[ "$(cut -d" " -f6 /proc/self/stat)" = $$ ] && echo yes')"
is 'a signal ignored' 'still here' "$(trap '' HUP; sh -c 'kill -HUP $$; echo still here')"
is 'taskset' '1' "$(taskset 1 nproc)"
is 'nproc' '2' "$(nproc)"
is 'time' 'real' "$( { time true; } 2>&1 | awk '/real/ { print $1 }')"
(trap 'echo trapped >trapped; exit 4' TERM; echo >ready; while :; do sleep 0.1; done) &
while ! [ -e ready ]; do sleep 0.1; done
kill $!
wait $!
is 'trap: exit status' 4 $?
is 'trap: it ran' trapped "$(cat trapped)"
is 'exec takes the place' "$(sh -c 'echo $$; exec sh -c "echo \$\$"' | uniq | wc -l)" 1
is 'a pipe of five' '10' "$(seq 10 | cat | cat | tac | head -n 1)"
is 'a signal in a pipe' '1' "$(yes 1 | head -n 1)"
is 'xargs' '3 a b c' "$(printf 'a\nb\nc\n' | xargs sh -c 'echo $# "$@"' sh)"
is 'start-stop-daemon' 'started' "$(start-stop-daemon -S -x /bin/echo -- started)"
is 'id, whoami' 'root 0' "$(whoami) $(id -u)"
is 'su' '1000' "$(echo 'guest:x:1000:1000::/tmp:/bin/sh' >>/etc/passwd; su guest -c 'id -u')"

# ------------------------------------------------------- memory and time
is 'free: totals agree' "$(awk '/^MemTotal/ { print $2 }' /proc/meminfo)" \
	"$(free | awk '/^Mem/ { print $2 }')"
is 'free: something is used' yes "$(free | awk '/^Mem/ && $3 > 0 && $4 > 0 { print "yes" }')"
like 'uptime' '*up*min*load average: *' "$(uptime)"
is 'date of a second' '2001-09-09 01:46:40' "$(date -u -d @1000000000 '+%F %T')"
is 'the clock is not in the past' yes "$([ "$(date +%s)" -gt 1600000000 ] && echo yes)"
is 'sleep passes time' yes "$(a=$(cut -d. -f1 /proc/uptime); sleep 1.1
	b=$(cut -d. -f1 /proc/uptime); [ "$b" -gt "$a" ] && echo yes)"
is 'uname' 'Linux x86_64' "$(uname -sm)"
hostname nest
is 'hostname' nest "$(hostname)"
is 'sysctl' "$(cat /proc/sys/kernel/pid_max)" "$(sysctl -n kernel.pid_max)"
is 'dd from zero' '1048576' "$(dd if=/dev/zero bs=64k count=16 2>/dev/null | wc -c)"
is 'random differs' 2 \
	"$( (head -c 16 /dev/urandom | od -A n -x
	head -c 16 /dev/random | od -A n -x) | sort -u | wc -l)"
is 'full is full' 1 "$(echo x 2>/dev/null >/dev/full; echo $?)"

# ----------------------------------------------------------------- files
mkdir -p a/b/c
echo one >a/1
echo two >a/b/2
ln -s ../1 a/b/link
ln a/1 a/b/hard
mkfifo a/b/fifo
is 'find' './1 ./b ./b/2 ./b/c ./b/fifo ./b/hard ./b/link' \
	"$(cd a && find . ! -name . | sort | tr '\n' ' ' | sed 's/ $//')"
is 'find -type and -exec' 'two' "$(find a -type f -name 2 -exec cat {} ';')"
is 'readlink' '../1' "$(readlink a/b/link)"
is 'readlink -f' '/tmp/a/1' "$(readlink -f a/b/link)"
is 'realpath' '/tmp/a/b' "$(realpath a/b/../b/.)"
is 'stat: links and size' '2 4' "$(stat -c '%h %s' a/1)"
chmod 4751 a/1
is 'chmod' '-rwsr-x--x' "$(stat -c %A a/1)"
chown 7:8 a/b/2
is 'chown' '7:8' "$(stat -c %u:%g a/b/2)"
touch -d '2020-02-02 02:02:02' a/1
is 'touch' '2020-02-02 02:02:02' "$(date -r a/1 '+%F %T')"
tar cf t.tar a && mkdir x && tar xf t.tar -C x
is 'tar' "$(cd a && find . | sort | md5sum)" "$(cd x/a && find . | sort | md5sum)"
is 'tar keeps modes and times' "$(stat -c '%A %Y' a/1)" "$(stat -c '%A %Y' x/a/1)"
is 'cpio' 'two' \
	"$(find a | cpio -o -H newc 2>/dev/null |
	(mkdir y && cd y && cpio -i 2>/dev/null && cat a/b/2))"
is 'gzip' 'two' "$(gzip <a/b/2 | gunzip)"
cp -a a z
is 'cp -a and diff' 0 "$(diff -r a/b z/b >/dev/null; echo $?)"
echo three >z/b/2
is 'diff' 1 "$(diff a/b/2 z/b/2 >/dev/null; echo $?)"
mv z/b/2 z/moved
is 'mv' 'three' "$(cat z/moved)"
rm -r z x y
is 'rm -r' 1 "$(ls z >/dev/null 2>&1; echo $?)"
truncate -s 5000000 big
is 'truncate' 5000000 "$(stat -c %s big)"
is 'du: a hole takes nothing' 0 "$(du -k big | cut -f1)"
(echo through the fifo >a/b/fifo) &
is 'mkfifo' 'through the fifo' "$(cat a/b/fifo)"
wait $!
is 'mktemp' 1 "$(mktemp -d /tmp/dir.XXXXXX | wc -l)"
umask 077
touch private
is 'umask' '-rw-------' "$(stat -c %A private)"
umask 022
is 'tee' 'x x' "$(echo x | tee copy | cat - copy | xargs)"
is 'split by dd' 'cde' "$(printf abcdefgh | dd bs=1 skip=2 count=3 2>/dev/null)"

# ------------------------------------------------------------------ text
printf '%s\n' 'pear 3' 'apple 10' 'fig 2' 'apple 1' >fruit
is 'sort' 'apple 1,apple 10,fig 2,pear 3' "$(sort fruit | paste -s -d, -)"
is 'sort -n by a key' '1 2 3 10' "$(sort -n -k2 fruit | cut -d' ' -f2 | xargs)"
is 'uniq -c' '2 apple 1 fig 1 pear' "$(cut -d' ' -f1 fruit | sort | uniq -c | xargs)"
is 'awk' 'apple 11' "$(awk '{ n[$1] += $2 } END { print "apple", n["apple"] }' fruit)"
is 'awk: floating point' '0.333 2.5e+10' "$(awk 'BEGIN { printf "%.3f %g\n", 1/3, 5e10/2 }')"
is 'sed' 'PEAR:3' "$(sed -n 's/^pear \(.*\)/PEAR:\1/p' fruit)"
is 'sed -i' 'plum 3' "$(sed -i s/pear/plum/ fruit; grep plum fruit)"
is 'grep -c' 2 "$(grep -c apple fruit)"
is 'grep -E and -o' '10' "$(grep -oE '[0-9]{2}' fruit)"
is 'tr' 'HELLO' "$(echo hello | tr a-z A-Z)"
is 'wc' '4 8 30' "$(wc <fruit | xargs)"
is 'head and tail' '5' "$(seq 10 | head -n 5 | tail -n 1)"
is 'cut, paste, rev' 'c-b-a' "$(echo a-b-c | rev)"
is 'od' '000000 61 62 0a' "$(echo ab | od -A x -t x1 | head -n 1)"
is 'hexdump' '61 62' "$(printf ab | hexdump -e '/1 "%02x "' | xargs)"
is 'xxd' '6162' "$(printf ab | xxd -p)"
is 'md5sum' 'd41d8cd98f00b204e9800998ecf8427e' "$(md5sum </dev/null | cut -d' ' -f1)"
is 'sha256sum' 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' \
	"$(printf abc | sha256sum | cut -d' ' -f1)"
is 'bc' '3.1415926532' "$(echo 'scale=10; 4*a(1)' | bc -l)"
is 'dc' '42' "$(echo '6 7 * p' | dc)"
is 'expr' '7' "$(expr 3 + 4)"
is 'factor' '360: 2 2 2 3 3 5' "$(factor 360)"
is 'base64' 'bmlkdXM=' "$(printf nidus | base64)"
is 'ed' 'second' \
	"$(printf '2p\nq\n' | { printf 'first\nsecond\n' >ed.txt
	ed ed.txt 2>/dev/null; } | tail -n 1)"
is 'env -i' 'A=1' "$(env -i A=1 env)"
is 'which' '/bin/busybox' "$(which busybox)"

# --------------------------------------------------- devices and mounts
like 'mount: lists proc' '*proc on /proc type proc*' "$(mount)"
like 'mount: lists tmpfs' '*tmpfs on /tmp type tmpfs*' "$(mount)"
is 'df' '16384' "$(df -k /tmp | awk 'END { print $2 }')"
mkdir m n
mount --bind a m
is 'mount --bind' 'one' "$(cat m/1)"
mount -o remount,ro,bind m 2>/dev/null
is 'a mount that is read-only' 1 "$(touch m/new 2>/dev/null; echo $?)"
umount m
is 'umount' '' "$(ls m)"
mount -t tmpfs -o size=64k none n
dd if=/dev/zero of=n/fill bs=4k 2>/dev/null
is 'a full tmpfs' 65536 "$(stat -c %s n/fill)"
umount n
mknod null c 1 3
echo x >null
is 'mknod' 0 $?
is 'tty' '/dev/console' "$(tty)"
is 'stty' '1' "$(stty -a | grep -c icanon)"
is 'chroot' 'one' \
	"$(mkdir -p r/bin && cp /bin/busybox r/bin && cp a/1 r/ && chroot r /bin/busybox cat /1)"
is 'pivot of a script' '/tmp' "$(pwd)"
like 'dmesg' '*' "$(dmesg | tail -n 1)"
like 'ls -l of a device' 'crw-rw-rw-*1,*3*' "$(ls -l /dev/null)"
is 'test -t' no "$([ -t 0 ] </dev/null && echo yes || echo no)"

plan
poweroff -f
