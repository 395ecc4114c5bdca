#!/bin/sh
# tools/mkusb.sh - writes the ISO image to a USB stick
#
# What:  mkusb.sh [-y] ISO DEVICE
#        Writes ISO to the whole disk DEVICE and makes a FAT partition of what
#        is left, named NIDUS, for user.cpio. Refuses what is no whole disk,
#        what is mounted, swapped to or otherwise in use, and what is too
#        small; shows the disk and asks before anything is written (-y: does
#        not). DEVICE may be a plain file, for tests.
# See:   docs/boot.md

set -eu
PATH=$PATH:/usr/sbin:/sbin
table=$(mktemp)
trap 'rm -f "$table" "$table.log"' EXIT

yes=
if [ "${1:-}" = -y ]; then
	yes=1
	shift
fi
[ $# = 2 ] || { sed -n '/^# What/,/^# See/s/^#  *//p' "$0" | sed '$d' >&2; exit 2; }
iso=$1
dev=$2

refuse() {
	echo "mkusb: $*" >&2
	exit 1
}

# Everything that must be right of a real disk.
check_disk() {
	[ "$(lsblk -dno TYPE "$dev")" = disk ] ||
		refuse "$dev is not a whole disk"
	[ "$(lsblk -dno RO "$dev" | tr -d ' ')" = 0 ] ||
		refuse "$dev is write-protected"
	mounts=$(lsblk -no MOUNTPOINTS "$dev" | sed '/^ *$/d')
	[ -z "$mounts" ] || refuse "$dev is in use: $mounts"
	children=$(lsblk -no TYPE "$dev" | grep -Ev '^(disk|part)' || true)
	[ -z "$children" ] || refuse "$dev is part of something: $children"
	size=$(lsblk -bdno SIZE "$dev" | tr -d ' ')
	lsblk -o NAME,SIZE,TRAN,VENDOR,MODEL,FSTYPE,LABEL "$dev"
}

[ -f "$iso" ] || refuse "there is no $iso: make iso"
if [ -b "$dev" ]; then
	check_disk
elif [ -f "$dev" ]; then
	size=$(stat -c %s "$dev")
else
	refuse "$dev is neither a disk nor a file"
fi
need=$(stat -c %s "$iso")
[ "$size" -ge "$need" ] || refuse "$dev is too small: $need bytes are needed"

if [ -z "$yes" ]; then
	printf 'Everything on %s will be lost. Type its name to go on: ' "$dev"
	read -r answer
	[ "$answer" = "$dev" ] || refuse 'nothing was written'
fi
dd if="$iso" of="$dev" bs=1M conv=notrunc,fsync status=none
rest=$((size - need))
if [ "$rest" -ge $((8 << 20)) ]; then
	# The image's partition table ends with the image: move its copy.
	sfdisk -d "$dev" 2>/dev/null | sed '/^last-lba/d' >"$table"
	echo 'type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7, name=NIDUS' >>"$table"
	sfdisk -q --no-reread --wipe never "$dev" <"$table" 2>"$table.log" || {
		cat "$table.log" >&2
		refuse 'the image is written, but no second partition'
	}
	# The entry that is marked active, which sfdisk does not keep.
	dd if="$iso" of="$dev" bs=1 skip=462 seek=462 count=16 \
		conv=notrunc status=none
	start=$(sfdisk -d "$dev" | sed -n 's/.*start= *\([0-9]*\).*/\1/p' | sort -n | tail -n 1)
	mformat -i "$dev@@$((start * 512))" -F -v NIDUS \
		-T $((size / 512 - start)) :: 2>/dev/null ||
		mformat -i "$dev@@$((start * 512))" -v NIDUS \
			-T $((size / 512 - start)) ::
	echo "user.cpio goes to the partition NIDUS."
fi
sync
echo "$dev is ready."
