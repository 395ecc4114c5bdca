#!/bin/sh
# tools/qemu.sh - the one place of every QEMU option
#
# What:  starts a machine that boots a kernel image or an ISO; the guest's
#        first serial port is this terminal (Ctrl-A X leaves QEMU).
#        -M q35|pc|microvm   machine             -n N      CPUs
#        -m SIZE             memory              -C MODEL  processor
#        -k KERNEL -i INITRD -a COMMANDLINE      direct boot (PVH or bzImage)
#        -c ISO | -u ISO     boot it as a CD or as a USB stick
#        -b KIND=ISO         the same: cd, usb, nvme, sata, virtio
#        -U                  UEFI firmware instead of BIOS
#        -w                  a window with the screen
#        -V none             no display adapter, even with a medium (std: one)
#        -E                  no serial port: port 0xe9 is this terminal
#        -P                  without the port that ends QEMU (see below)
#        -g                  wait for gdb on port 1234
#        -t SOCKET           for tests: plain serial, monitor on this socket
#        -- OPTION...        anything else for QEMU
#        THREADS=single|multi in the environment sets how CPUs are emulated
#        (by default single above four CPUs); SMP= is QEMU's whole -smp.
# Not:   when a run has passed (tests/run.py).
# See:   qemu-system(1); the guest ends QEMU through port 0xf4:
#        exit status = value * 2 + 1

set -eu

machine=q35
cpus=1
memory=512M
model=max
kernel=
initrd=
append=
medium=
kind=
uefi=
window=
vga=
debugcon=
debugexit=1
gdb=
monitor=

usage() {
	sed -n '/^# What/,/^# Not/s/^#  *//p' "$0" | sed '$d' >&2
	exit 2
}

while getopts M:n:m:C:k:i:a:c:u:b:UwV:EPgt: option; do
	case $option in
	M) machine=$OPTARG ;;
	n) cpus=$OPTARG ;;
	m) memory=$OPTARG ;;
	C) model=$OPTARG ;;
	k) kernel=$OPTARG ;;
	i) initrd=$OPTARG ;;
	a) append=$OPTARG ;;
	c) kind=cd medium=$OPTARG ;;
	u) kind=usb medium=$OPTARG ;;
	b) kind=${OPTARG%%=*} medium=${OPTARG#*=} ;;
	U) uefi=1 ;;
	w) window=1 ;;
	V) vga=$OPTARG ;;
	E) debugcon=1 ;;
	P) debugexit= ;;
	g) gdb=1 ;;
	t) monitor=$OPTARG ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))

# The extra options stay in "$@", behind ours.
add() {
	options="$options $*"
}

options="-nodefaults -no-user-config -no-reboot -nic none"

# Many guest CPUs crawl when each has a thread of its own.
threads=multi
[ "$cpus" -le 4 ] || threads=single
add "-accel tcg,thread=${THREADS:-$threads} -cpu $model -m $memory"

add "-smp ${SMP:-$cpus}"
# What the caller says of the machine comes last, and so counts.
case $machine in
microvm*) devices=pit=on,pic=on,rtc=on,isa-serial=on ;;
*) devices= ;;
esac
case $machine in
*,*) add "-M ${machine%%,*},${devices:+$devices,}${machine#*,}" ;;
*) add "-M $machine${devices:+,$devices}" ;;
esac
[ -z "$debugexit" ] || add "-device isa-debug-exit,iobase=0xf4,iosize=0x04"

if [ -n "$monitor" ]; then
	add "-chardev stdio,id=console,signal=off"
	add "-monitor unix:$monitor,server=on,wait=off"
else
	add "-chardev stdio,id=console,mux=on,signal=off -mon console"
fi
if [ -n "$debugcon" ]; then
	add "-device isa-debugcon,iobase=0xe9,chardev=console"
else
	add "-serial chardev:console"
fi
[ -z "$gdb" ] || add "-s -S"

[ -n "$window" ] || add "-display none"
[ -n "$vga" ] || [ -z "$window$medium" ] || vga=std
[ -z "$vga" ] || add "-vga $vga"

case $kind in
'') ;;
cd) add "-drive if=none,id=medium,format=raw,readonly=on,file=$medium" ;;
*) add "-drive if=none,id=medium,format=raw,snapshot=on,file=$medium" ;;
esac
case $kind in
'') ;;
cd) add "-device ide-cd,drive=medium" ;;
usb) add "-device qemu-xhci -device usb-storage,drive=medium" ;;
nvme) add "-device nvme,serial=1,drive=medium" ;;
sata) add "-device ahci,id=sata -device ide-hd,bus=sata.0,drive=medium" ;;
virtio) add "-device virtio-blk-pci,drive=medium" ;;
*) usage ;;
esac
if [ -n "$uefi" ]; then
	firmware=/usr/share/OVMF
	vars=$(mktemp)
	cp "$firmware/OVMF_VARS_4M.fd" "$vars"
	# QEMU keeps the file open; its name may go at once.
	exec 9<>"$vars"
	rm "$vars"
	add "-drive if=pflash,unit=0,format=raw,readonly=on,file=$firmware/OVMF_CODE_4M.fd"
	add "-drive if=pflash,unit=1,format=raw,file=/dev/fd/9"
fi

[ -z "$kernel" ] || set -- -kernel "$kernel" -append "$append" "$@"
[ -z "$initrd" ] || set -- -initrd "$initrd" "$@"

# shellcheck disable=SC2086
exec "${QEMU:-qemu-system-x86_64}" $options "$@"
