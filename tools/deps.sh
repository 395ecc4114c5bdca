#!/bin/sh
# tools/deps.sh - installs the Debian or Ubuntu packages that a target needs
#
# What:  deps.sh SET... looks for a tool or file of each package of the sets
#        and installs the missing ones by apt-get (with sudo if not root),
#        saying what and why. DEPS=no: lists them and fails. DEPS=skip: trusts.
#        deps.sh --package NAME... does the same for packages by name.
# See:   the Makefile's list of sets by target

set -eu

# package | how to see that it is there | sets | what for
table='
gcc|x86_64-linux-gnu-gcc|build|compiles the kernel
libc6-dev|/usr/include/stdio.h|test|compiles the unit tests
binutils|x86_64-linux-gnu-ld|build|links the kernel
nasm|nasm|build|assembles the kernel
python3|python3|build run test oracle check|build tools and test runner
qemu-system-x86|qemu-system-x86_64|run|the machine to boot in
busybox-static|static:/bin/busybox|run test|the shell of make run; client tests
musl-tools|musl-gcc|run iso test oracle|compiles nstree and the guest test programs
linux-libc-dev|/usr/include/linux/sched.h|test oracle|kernel interface headers for them
perl|prove|test oracle|prove, which sums up the tests
grub-common|grub-mkimage|iso|makes GRUB for the ISO image
grub-common|grub-file|iso check|checks the multiboot2 header
grub-pc-bin|/usr/lib/grub/i386-pc/multiboot2.mod|iso|GRUB for BIOS
grub-efi-amd64-bin|/usr/lib/grub/x86_64-efi/multiboot2.mod|iso|GRUB for UEFI
xorriso|xorriso|iso|writes the ISO image
mtools|mformat|iso|writes its EFI part
fdisk|/usr/sbin/sfdisk|iso|makes the partition for user.cpio on a stick
ovmf|/usr/share/OVMF/OVMF_CODE_4M.fd|uefi|UEFI firmware for QEMU
bochs|bochs|bochs|another emulator to boot in
seabios|/usr/share/seabios/bios.bin|bochs|its firmware
vgabios|/usr/share/vgabios/vgabios.bin|bochs|the firmware of its screen
dpkg|dpkg-deb|oracle|unpacks the Linux kernel to compare with
xz-utils|xz|oracle|unpacks the Linux kernel to compare with
clang|clang|check|second compiler
cppcheck|cppcheck|check|static checks
sparse|sparse|check|static checks
shellcheck|shellcheck|check|checks the shell scripts
spin|spin|check labs|checks the models of the process tree
git|git|check format|lists the files of the tree
gnuplot-nox|gnuplot|bench|draws the figures of make bench
gdb|gdb|debug|the debugger
clang-format|clang-format|format|formats C
'

have() {
	case $1 in
	static:*)
		file=${1#static:}
		[ -x "$file" ] && ! ldd "$file" >/dev/null 2>&1
		;;
	/*) [ -e "$1" ] ;;
	*) command -v "$1" >/dev/null 2>&1 ;;
	esac
}

wanted() {
	for set in $2; do
		case " $1 " in *" $set "* | *" all "*) return 0 ;; esac
	done
	return 1
}

installed() {
	dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}

missing=
want() {
	case " $missing " in *" $1 "*) return 0 ;; esac
	missing="$missing $1"
	printf 'deps: %-20s %s\n' "$1" "$2"
}

if [ "${DEPS:-}" = skip ]; then
	exit 0
fi
if [ "${1:-}" = --package ]; then
	shift
	for package in "$@"; do
		installed "$package" || want "$package" 'programs for the client tests'
	done
else
	sets=$*
	while IFS='|' read -r package probe in what; do
		[ -n "$package" ] || continue
		wanted "$sets" "$in" || continue
		have "$probe" || want "$package" "$what"
	done <<-END
		$table
	END
fi
[ -n "$missing" ] || exit 0
if [ "${DEPS:-}" = no ]; then
	echo "deps: not installed because of DEPS=no; install:$missing" >&2
	exit 1
fi
if ! command -v apt-get >/dev/null 2>&1; then
	echo "deps: no apt-get here; please install what serves as:$missing" >&2
	exit 1
fi

as_root=
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null 2>&1; then
		echo "deps: neither root nor sudo; as root: apt-get install$missing" >&2
		exit 1
	fi
	as_root=sudo
fi
echo "deps: installing by apt-get${as_root:+ with sudo}:$missing"
apt() {
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o Dpkg::Use-Pty=0 --no-install-recommends "$@"
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The package lists may be missing or older than the archive.
# shellcheck disable=SC2086
if ! apt install $missing >"$log" 2>&1; then
	apt update >>"$log" 2>&1 || true
	if ! apt install $missing >>"$log" 2>&1; then
		cat "$log" >&2
		echo "deps: could not install:$missing" >&2
		exit 1
	fi
fi
