#!/bin/sh
# tools/mkiso.sh - writes a bootable ISO image: CD and USB stick, BIOS and UEFI
#
# What:  mkiso.sh -k KERNEL [-i INITRAMFS] [-g GRUB.CFG] -o OUT
#        The kernel becomes /boot/nidus.elf, without its debug information, the
#        archive /boot/initramfs.cpio; the menu is iso/boot/grub/grub.cfg if no
#        other is given. Equal input makes an equal image.
# See:   grub-mkrescue(1); docs/boot.md

set -eu
top=$(dirname "$0")/..
modules='normal multiboot2 iso9660 all_video part_gpt part_msdos fat search
	configfile echo ls halt reboot test'
kernel=
initramfs=
menu=$top/iso/boot/grub/grub.cfg
out=

while getopts k:i:g:o: option; do
	case $option in
	k) kernel=$OPTARG ;;
	i) initramfs=$OPTARG ;;
	g) menu=$OPTARG ;;
	o) out=$OPTARG ;;
	*) exit 2 ;;
	esac
done
if [ -z "$kernel" ] || [ -z "$out" ]; then
	sed -n '/^# What/,/^#  *The/s/^#  *//p' "$0" | sed '$d' >&2
	exit 2
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/iso/boot/grub"
cp "$menu" "$dir/iso/boot/grub/grub.cfg"
"${OBJCOPY:-objcopy}" --strip-debug "$kernel" "$dir/iso/boot/nidus.elf"
[ -z "$initramfs" ] || cp "$initramfs" "$dir/iso/boot/initramfs.cpio"
# shellcheck disable=SC2086,SC2116 # words of the list
if ! SOURCE_DATE_EPOCH=0 grub-mkrescue -o "$out" \
	"--install-modules=$(echo $modules)" --fonts= --locales= --themes= \
	"$dir/iso" >"$dir/log" 2>&1; then
	cat "$dir/log" >&2
	exit 1
fi
