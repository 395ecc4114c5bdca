#!/bin/sh
# tools/boots.sh - boots many times and counts what goes wrong
#
# What:  boots.sh [-n CPUS] [-j AT-ONCE] [-k KERNEL] [-t SECONDS] COUNT
#        Each boot starts some processes and pid namespaces at once, then powers
#        off. It is good if it says so and QEMU ends with status 33 within the
#        limit. The consoles of bad ones stay in build/boots. Status 1 if there
#        are any.
# See:   docs/testing.md

set -eu
cd "$(dirname "$0")/.."
cpus=4
jobs=1
limit=60
kernel=build/nidus.elf
dir=build/boots

usage() {
	sed -n '/^# What/,/^# See/s/^#  *//p' "$0" | sed '$d' >&2
	exit 2
}

# One boot, number $1, in a process of its own.
one() {
	log=$dir/$1.log
	status=0
	timeout -s KILL "$limit" tools/qemu.sh -n "$cpus" -m 256M -k "$kernel" \
		-i "$dir/boots.cpio" \
		-a 'console=ttyS0 loglevel=4 panic=-1 testexit=1' \
		>"$log" 2>"$log.err" </dev/null || status=$?
	if [ "$status" = 33 ] && tr -d '\r' <"$log" | grep -qx 'boots: good'; then
		rm "$log" "$log.err"
	else
		echo "boot $1: status $status, $log"
		tail -n 3 "$log" "$log.err"
	fi
}

while getopts n:j:k:t: option; do
	case $option in
	n) cpus=$OPTARG ;;
	j) jobs=$OPTARG ;;
	k) kernel=$OPTARG ;;
	t) limit=$OPTARG ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
[ $# = 1 ] || usage
count=$1

if [ "${BOOTS_ONE:-}" ]; then
	one "$count"
	exit
fi
rm -rf "$dir"
mkdir -p "$dir"
cat >"$dir/init" <<'END'
#!/bin/busybox sh
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
mount -t proc proc /proc
for n in 1 2 3 4 5 6 7 8; do
	unshare -p -f sh -c 'sleep 100 & seq 100 | wc -l >/dev/null; exit 3' &
	sh -c 'ls -R /proc >/dev/null 2>&1' &
done
wait
[ "$(ls -d /proc/[0-9]* | wc -l)" -lt 30 ] && echo 'boots: good'
poweroff -f
END
python3 tools/mkinitramfs.py -DBUSYBOX="${BUSYBOX:-/bin/busybox}" \
	-f tools/initramfs/base.spec -f tools/initramfs/shell.spec \
	-e "file /init $dir/init 0755" -o "$dir/boots.cpio"
start=$(date +%s)
seq "$count" | BOOTS_ONE=1 xargs -P "$jobs" -n 1 \
	tools/boots.sh -n "$cpus" -k "$kernel" -t "$limit"
bad=$(find "$dir" -name '*.log' | wc -l)
echo "$count boots with $cpus CPUs in $(($(date +%s) - start)) s: $bad failed"
[ "$bad" = 0 ]
