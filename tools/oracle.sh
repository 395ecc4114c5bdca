#!/bin/sh
# tools/oracle.sh - fetches the Linux 6.12 that Nidus is compared with
#
# What:  prints the path of an unpacked vmlinuz; the first call downloads the
#        newest linux-image-6.12.*-cloud-amd64 that apt offers into
#        build/oracle. Nothing is installed. LINUX=path names another kernel.
# See:   docs/testing.md

set -eu
cd "$(dirname "$0")/.."
dir=build/oracle

newest() {
	find "$dir/boot" -name 'vmlinuz-6.12.*' 2>/dev/null | sort -V | tail -n 1
}

# The unsigned images come as one package each; the signed ones do as well.
candidates() {
	apt-cache search --names-only \
		'^linux-image-6\.12\.[0-9].*cloud-amd64(-unsigned)?$' |
		cut -d ' ' -f 1 | sort -V
}

if [ -n "${LINUX:-}" ]; then
	echo "$LINUX"
	exit 0
fi
if [ -z "$(newest)" ]; then
	package=$(candidates | tail -n 1)
	if [ -z "$package" ] && command -v apt-get >/dev/null; then
		as_root=
		[ "$(id -u)" = 0 ] || as_root=sudo
		$as_root apt-get -q update >&2 || true
		package=$(candidates | tail -n 1)
	fi
	if [ -z "$package" ]; then
		echo "oracle: apt offers no linux-image-6.12.*-cloud-amd64 here" >&2
		echo "oracle: (Debian 12 has it in its security archive); use LINUX=vmlinuz" >&2
		exit 1
	fi
	echo "oracle: downloading $package" >&2
	rm -rf "$dir"
	mkdir -p "$dir"
	(cd "$dir" && apt-get -q download "$package" >&2)
	dpkg-deb -x "$dir"/*.deb "$dir"
	(cd "$dir" && rm -rf ./*.deb lib usr)
fi
newest
