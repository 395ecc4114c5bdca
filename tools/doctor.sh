#!/bin/sh
# tools/doctor.sh - what is wrong with this machine, and what mends it
#
# What:  doctor.sh looks at everything that some target of the Makefile needs,
#        says what is missing, too old or broken, for which targets that
#        matters, and the command that mends it on this system: Debian,
#        Ubuntu, Fedora, Arch, macOS (Homebrew), and WSL. Ends with 1 if "make
#        run" cannot work, 2 if only other targets cannot, else 0.
#        DOCTOR_SYSTEM=debian|ubuntu|fedora|arch|macos|wsl|other: as if there.
#        DOCTOR_ROOT=DIR: files are looked for below it; DOCTOR_TREE=DIR: as
#        if the tree lay there (tests).
# Not:   installing (tools/deps.sh does that on Debian and Ubuntu).
# See:   tests/host/doctor.py makes each fault on purpose

set -u
root=${DOCTOR_ROOT:-}
cross=${CROSS_COMPILE:-x86_64-linux-gnu-}

QEMU_LEAST=7.0
NASM_LEAST=2.14
GCC_LEAST=10
MAKE_LEAST=4.0
PYTHON_LEAST=3.9

# ------------------------------------------------------------------ which system

system() {
	if [ -n "${DOCTOR_SYSTEM:-}" ]; then
		echo "$DOCTOR_SYSTEM"
		return
	fi
	case $(uname -s) in
	Darwin)
		echo macos
		return
		;;
	esac
	if grep -qi microsoft "$root/proc/version" 2>/dev/null; then
		echo wsl
		return
	fi
	ids=$(sed -n 's/^ID=//p; s/^ID_LIKE=//p' "$root/etc/os-release" \
		2>/dev/null | tr -d '"' | tr '\n' ' ')
	for id in $ids; do
		case $id in
		debian | ubuntu | fedora | arch)
			echo "$id"
			return
			;;
		rhel | centos)
			echo fedora
			return
			;;
		esac
	done
	echo other
}

here=$(system)

# What serves as a thing: thing | Debian, Ubuntu, WSL | Fedora | Arch | Homebrew
packages='
make|make|make|make|make
gcc|gcc binutils|gcc binutils|gcc binutils|x86_64-elf-gcc x86_64-elf-binutils
nasm|nasm|nasm|nasm|nasm
python3|python3|python3|python|python
qemu|qemu-system-x86|qemu-system-x86-core|qemu-system-x86|qemu
busybox|busybox-static|busybox|busybox|-
musl|musl-tools linux-libc-dev|musl-gcc kernel-headers|musl linux-api-headers|-
perl|perl|perl-Test-Harness|perl|perl
libc|libc6-dev|glibc-devel|glibc|-
grub|grub-common|grub2-tools-extra|grub|-
grub-bios|grub-pc-bin|grub2-pc-modules|grub|-
grub-efi|grub-efi-amd64-bin|grub2-efi-x64-modules|grub|-
xorriso|xorriso|xorriso|libisoburn|xorriso
mtools|mtools|mtools|mtools|mtools
ovmf|ovmf|edk2-ovmf|edk2-ovmf|qemu
gdb|gdb|gdb|gdb|gdb
clang|clang|clang|clang|llvm
cppcheck|cppcheck|cppcheck|cppcheck|cppcheck
sparse|sparse|sparse|sparse|sparse
shellcheck|shellcheck|ShellCheck|shellcheck|shellcheck
git|git|git|git|git
spin|spin|spin|-|spin
'

# How to install what serves as $1.
mend() {
	line=$(printf '%s\n' "$packages" | grep "^$1|")
	case $here in
	debian | ubuntu | wsl) names=$(echo "$line" | cut -d'|' -f2) ;;
	fedora) names=$(echo "$line" | cut -d'|' -f3) ;;
	arch) names=$(echo "$line" | cut -d'|' -f4) ;;
	macos) names=$(echo "$line" | cut -d'|' -f5) ;;
	*) names=- ;;
	esac
	if [ "$names" = - ]; then
		case $here in
		macos) echo "not on macOS: work in a virtual machine or container with Debian" ;;
		*) echo "install what your system has for: $1" ;;
		esac
		return
	fi
	case $here in
	debian | ubuntu | wsl) echo "sudo apt-get install $names" ;;
	fedora) echo "sudo dnf install $names" ;;
	arch) echo "sudo pacman -S $names" ;;
	macos) echo "brew install $names" ;;
	esac
}

# ------------------------------------------------------------------- reporting

faults=0
needed=0

# fault TARGETS WHAT MENDING; "run" among the targets: nothing works without
fault() {
	faults=$((faults + 1))
	case " $1 " in *" run "*) needed=$((needed + 1)) ;; esac
	printf 'FAULT  %s\n       needed by: make %s\n       mend: %s\n' \
		"$2" "$(echo "$1" | sed 's/ /, make /g')" "$3"
}

good() {
	printf 'ok     %s\n' "$1"
}

have() {
	command -v "$1" >/dev/null 2>&1
}

# The first version number in what a program prints.
version() {
	"$@" 2>/dev/null </dev/null | sed -n \
		's/^[^0-9]*\([0-9][0-9]*\(\.[0-9][0-9]*\)*\).*/\1/p' | head -n 1
}

# version_of "text that precedes it" PROGRAM ...
version_of() {
	before=$1
	shift
	"$@" 2>/dev/null </dev/null | sed -n \
		"s/.*${before}[^0-9]*\\([0-9][0-9]*\\(\\.[0-9][0-9]*\\)*\\).*/\\1/p" |
		head -n 1
}

# Is version $1 at least $2? Both a.b.c.
at_least() {
	[ "$(printf '%s\n%s\n' "$1" "$2" | sort -t. -k1,1n -k2,2n -k3,3n |
		head -n 1)" = "$2" ] || [ "$1" = "$2" ]
}

# newer NAME THING TARGETS FOUND LEAST
newer() {
	if [ -z "$4" ]; then
		fault "$3" "$1 does not say its version: it does not run here" \
			"$(mend "$2")"
	elif at_least "$4" "$5"; then
		good "$1 $4"
	else
		fault "$3" "$1 $4 is too old: $5 or newer is needed" "$(mend "$2")"
	fi
}

# program NAME THING TARGETS: there or not
program() {
	if have "$1"; then
		good "$1"
	else
		fault "$3" "$1 is not there" "$(mend "$2")"
	fi
}

# a_file WHAT THING TARGETS PATH...: one of the paths exists
a_file() {
	what=$1 thing=$2 targets=$3
	shift 3
	for path in "$@"; do
		if [ -e "$root$path" ]; then
			good "$what: $path"
			return
		fi
	done
	fault "$targets" "$what is not there ($1)" "$(mend "$thing")"
}

# ---------------------------------------------------------------------- checks

check_make() {
	make=${MAKE_COMMAND:-make}
	if ! have "$make"; then
		fault run 'make is not there' "$(mend make)"
		return
	fi
	found=$(version_of 'GNU Make' "$make" --version)
	if [ -n "$found" ]; then
		newer 'GNU make' make run "$found" "$MAKE_LEAST"
		return
	fi
	if have gmake; then
		fault run "$make is not GNU make" 'use gmake instead of make'
	else
		fault run "$make is not GNU make" "$(mend make)"
	fi
}

check_compiler() {
	if ! have "${cross}gcc"; then
		case $here in
		macos) fault run "${cross}gcc is not there" \
			"$(mend gcc); then: make CROSS_COMPILE=x86_64-elf-" ;;
		fedora | arch) fault run "${cross}gcc is not there" \
			"$(mend gcc); then: make CROSS_COMPILE= (it is called gcc here)" ;;
		*) fault run "${cross}gcc is not there" "$(mend gcc)" ;;
		esac
		return
	fi
	newer "${cross}gcc" gcc run "$(version "${cross}gcc" -dumpfullversion)" \
		"$GCC_LEAST"
	case $("${cross}gcc" -dumpmachine 2>/dev/null) in
	x86_64*) ;;
	*) fault run "${cross}gcc does not compile for x86-64" \
		"$(mend gcc), and CROSS_COMPILE= set to its prefix" ;;
	esac
	program "${cross}ld" gcc run
	program "${cross}objcopy" gcc run
}

check_build() {
	check_make
	check_compiler
	if have nasm; then
		newer nasm nasm run "$(version_of 'NASM version' nasm -v)" \
			"$NASM_LEAST"
	else
		fault run 'nasm is not there' "$(mend nasm)"
	fi
	if have python3; then
		newer python3 python3 run "$(version_of Python python3 -V)" \
			"$PYTHON_LEAST"
	else
		fault run 'python3 is not there' "$(mend python3)"
	fi
}

check_qemu() {
	qemu='qemu-system-x86_64'
	if ! have $qemu; then
		fault run "$qemu is not there" "$(mend qemu)"
		return
	fi
	found=$(version_of version $qemu --version)
	newer $qemu qemu run "$found" "$QEMU_LEAST"
	[ -n "$found" ] || return 0
	if ! $qemu -machine help 2>/dev/null | grep -q '^q35'; then
		fault run "$qemu has no machine q35" "$(mend qemu)"
	fi
	if ! $qemu -accel help 2>/dev/null | grep -q '^tcg'; then
		fault run "$qemu was built without TCG" "$(mend qemu)"
	fi
}

check_shell() {
	busybox=${BUSYBOX:-/bin/busybox}
	a_file "busybox ($busybox)" busybox 'run test' "$busybox"
	if [ -e "$root$busybox" ] && [ -z "$root" ] && have ldd &&
		ldd "$busybox" >/dev/null 2>&1; then
		fault 'run test' "$busybox is not static" "$(mend busybox)"
	fi
	program "${MUSL_CC:-musl-gcc}" musl 'run test'
}

check_iso() {
	if have grub-mkimage; then
		good grub-mkimage
	elif have grub2-mkimage; then
		fault 'iso check' 'grub-mkimage is called grub2-mkimage here' \
			'sudo ln -s /usr/bin/grub2-mkimage /usr/local/bin/grub-mkimage'
	else
		fault iso 'grub-mkimage is not there' "$(mend grub)"
	fi
	a_file 'modules of GRUB for BIOS' grub-bios iso \
		/usr/lib/grub/i386-pc/multiboot2.mod
	a_file 'modules of GRUB for UEFI' grub-efi iso \
		/usr/lib/grub/x86_64-efi/multiboot2.mod
	program xorriso xorriso iso
	program mformat mtools iso
	check_ovmf
}

# Where other systems have it.
check_ovmf() {
	want=/usr/share/OVMF
	if [ -e "$root$want/OVMF_CODE_4M.fd" ]; then
		good "UEFI firmware (OVMF): $want/OVMF_CODE_4M.fd"
		return
	fi
	for path in /usr/share/edk2/ovmf/OVMF_CODE.fd \
		/usr/share/edk2/x64/OVMF_CODE.4m.fd \
		/usr/share/OVMF/OVMF_CODE.fd; do
		[ -e "$root$path" ] || continue
		vars=$(echo "$path" | sed 's/CODE/VARS/')
		links="sudo ln -s $path $want/OVMF_CODE_4M.fd"
		links="$links; sudo ln -s $vars $want/OVMF_VARS_4M.fd"
		fault run-uefi "UEFI firmware is in $path, not in $want" \
			"sudo mkdir -p $want; $links"
		return
	done
	fault run-uefi 'UEFI firmware (OVMF) is not there' "$(mend ovmf)"
}

check_debug() {
	if ! have gdb; then
		fault 'gdb debug' 'gdb is not there' "$(mend gdb)"
		return
	fi
	if [ "$(gdb -nx -batch -ex 'python print(6 * 7)' 2>/dev/null)" = 42 ]; then
		good 'gdb, with Python'
	else
		fault gdb 'gdb has no Python: the nidus commands need it' \
			"$(mend gdb) (not gdb-minimal)"
	fi
}

check_tests() {
	program prove perl test
	a_file 'headers of the C library' libc test /usr/include/stdio.h \
		/usr/include/x86_64-linux-gnu/stdio.h
	program clang clang check
	for tool in cppcheck sparse shellcheck spin git; do
		program $tool $tool check
	done
}

# A clock behind the files makes make build too much or too little.
check_clock() {
	top=$(dirname "$0")/..
	probe=$(mktemp 2>/dev/null) || return 0
	new=$(find "$top/Makefile" "$top/kernel" -newer "$probe" 2>/dev/null |
		head -n 1)
	rm -f "$probe"
	now=$(date +%Y)
	if [ "$now" -lt 2024 ]; then
		fault run "the clock says it is the year $now" "$(mend_clock)"
	elif [ -n "$new" ]; then
		fault run "$new is newer than now: the clock is behind" \
			"$(mend_clock); or: find . -exec touch {} +"
	else
		good 'the clock is not behind the files'
	fi
}

mend_clock() {
	case $here in
	wsl) echo 'sudo hwclock -s (WSL loses time when the host sleeps)' ;;
	macos) echo 'sudo sntp -sS time.apple.com' ;;
	*) echo 'sudo timedatectl set-ntp true' ;;
	esac
}

check_place() {
	top=${DOCTOR_TREE:-$(cd "$(dirname "$0")/.." && pwd)}
	case $top in
	*' '*) fault run "the path of the tree has a blank: $top" \
		'move it: make cannot have blanks in names' ;;
	esac
	case $here:$top in
	wsl:/mnt/[a-z]/*) fault run \
		"$top is on a drive of Windows: slow, and without file modes" \
		'clone it below your home directory inside WSL' ;;
	esac
	mkdir -p "$top/build" 2>/dev/null
	if [ ! -w "$top/build" ]; then
		fault run "$top/build cannot be written" \
			"sudo chown -R \$(id -un) '$top/build'"
		return
	fi
	free_kb=$(df -Pk "$top/build" | awk 'NR == 2 { print $4 }')
	if [ "${free_kb:-0}" -lt 1048576 ]; then
		fault run "less than 1 GiB is free in $top/build" \
			'make clean, or make room there'
	else
		good 'a place to build in'
	fi
}

echo "doctor: this is $here"
check_place
check_clock
check_build
check_qemu
check_shell
check_debug
check_iso
check_tests
if [ $faults = 0 ]; then
	echo 'doctor: nothing is wrong'
	exit 0
fi
echo "doctor: $faults faults, $needed of them in the way of make run"
case $here in
debian | ubuntu | wsl) echo 'doctor: make deps installs all that apt-get can' ;;
esac
[ $needed = 0 ] || exit 1
exit 2
