#!/bin/busybox sh
# tools/initramfs/init.sh - pid 1 of "make run": a shell, then power-off
# shellcheck shell=dash
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/root
mount -t proc proc /proc

# Three worlds inside each other, each with a process besides its init.
nest()
{
	unshare -p -f sh -c '
		sleep 1000 &
		unshare -p -f sh -c "
			sleep 1001 &
			exec unshare -p -f sleep 1002" &
		wait' &
}

# The same processes, with their numbers at every level.
show_nest()
{
	printf '  %-10s %s\n' process 'number here, one world in, two, three'
	for dir in /proc/[0-9]*; do
		numbers=$(sed -n 's/^NSpid:[[:space:]]*//p' "$dir/status")
		case $numbers in *[[:space:]]*) ;; *) continue ;; esac
		printf '  %-10s %s\n' "$(cat "$dir/comm")" "$numbers"
	done
}

kb=$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)
echo
cpus=$(grep -c ^processor /proc/cpuinfo)
up=$(cut -d' ' -f1 /proc/uptime)
echo "$(uname -sr): $cpus CPUs, $((kb / 1024)) MiB, up $up s"
echo 'A nest of pid namespaces:'
nest
until grep -q '^NSpid:.*[0-9].*[0-9].*[0-9].*1$' /proc/[0-9]*/status 2>/dev/null; do :; done
while [ "$(pidof sleep | wc -w)" -lt 3 ]; do :; done
show_nest
kill -9 "$(sed -n 's/^NSpid:[[:space:]]*\([0-9][0-9]*\)[[:space:]][[:space:]]*1$/\1/p' \
	/proc/[0-9]*/status)"
wait
echo "Its outermost init was killed: all of it is gone. Try: unshare -p -f sh"
echo "'exit' or 'poweroff' ends; Ctrl-A X ends QEMU."

# In the foreground: a shell in the background would ignore ^C. What ends the
# machine must not wait for this script (see shrc).
export ENV=/etc/shrc
cd /root || cd /
setsid -c sh
poweroff -f
