#!/bin/sh
# tools/mkiso.sh - writes a bootable ISO image: CD and USB stick, BIOS and UEFI
#
# What:  mkiso.sh -k KERNEL [-i INITRAMFS] [-g GRUB.CFG] -o OUT
#        The kernel becomes /boot/nidus.elf, without its debug information, the
#        archive /boot/initramfs.cpio; the menu is iso/boot/grub/grub.cfg if no
#        other is given. GRUB is one file for BIOS and one for UEFI, each with
#        all modules that it needs inside: nothing is looked for on the disk
#        but the menu. Equal input makes an equal image.
#        GRUB_DIR: where GRUB's modules are, else /usr/lib/grub.
# See:   grub-mkimage(1), xorrisofs(1); docs/boot.md

set -eu
top=$(dirname "$0")/..
grub=${GRUB_DIR:-/usr/lib/grub}
modules='normal multiboot2 iso9660 all_video part_gpt part_msdos fat search
	configfile echo ls halt reboot regexp test'
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
	sed -n '/^# What/,/^#  *GRUB_DIR/s/^#  *//p' "$0" >&2
	exit 2
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
boot=$dir/iso/boot
mkdir -p "$boot/grub"
cp "$menu" "$boot/grub/grub.cfg"
"${OBJCOPY:-objcopy}" --strip-debug "$kernel" "$boot/nidus.elf"
[ -z "$initramfs" ] || cp "$initramfs" "$boot/initramfs.cpio"

# The date of all that is made here, from 1980 on, is a name of its own for each
# image: by it GRUB tells this stick from another one in the same machine.
sum=$(cat "$boot/nidus.elf" "$menu" ${initramfs:+"$initramfs"} | cksum)
export TZ=UTC0 SOURCE_DATE_EPOCH=$((315532800 + ${sum%% *} % 1000000000))

# What BIOS loads as a CD's boot image; a stick's first sector loads it, too.
bios() {
	# shellcheck disable=SC2086 # words of the list
	grub-mkimage -O i386-pc -d "$grub/i386-pc" -p /boot/grub \
		-o "$dir/core.img" biosdisk $modules
	cat "$grub/i386-pc/cdboot.img" "$dir/core.img" >"$boot/grub/bios.img"
}

# A FAT file system with the one file that UEFI runs, its tables in 16 KiB. The
# rest of the image is another file system: GRUB finds that by the date.
uefi() {
	date=$(date -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d-%H-%M-%S-00)
	printf '%s\n' "search --no-floppy --fs-uuid --set=root $date" \
		"set prefix=(\$root)/boot/grub" >"$dir/find.cfg"
	# shellcheck disable=SC2086 # words of the list
	grub-mkimage -O x86_64-efi -d "$grub/x86_64-efi" -p /boot/grub \
		-c "$dir/find.cfg" -o "$dir/bootx64.efi" $modules
	tracks=$((2 + $(stat -c %s "$dir/bootx64.efi") / 16384))
	mformat -C -i "$dir/iso/efi.img" -N 4e494455 \
		-t "$tracks" -h 1 -s 32 -c 1 ::
	mmd -i "$dir/iso/efi.img" ::/EFI ::/EFI/BOOT
	mcopy -i "$dir/iso/efi.img" "$dir/bootx64.efi" ::/EFI/BOOT/BOOTX64.EFI
}

# Some BIOSes boot only disks that have an active partition: an empty one is.
pack() {
	find "$dir/iso" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
	xorriso -as mkisofs -graft-points -quiet -r -V NIDUS_BOOT \
		-b boot/grub/bios.img -no-emul-boot -boot-load-size 4 \
		-boot-info-table --grub2-boot-info \
		--grub2-mbr "$grub/i386-pc/boot_hybrid.img" \
		--protective-msdos-label --mbr-force-bootable --efi-boot efi.img \
		-efi-boot-part --efi-boot-image -o "$out" "$dir/iso"
}

bios
uefi
pack >"$dir/log" 2>&1 || {
	cat "$dir/log" >&2
	exit 1
}
