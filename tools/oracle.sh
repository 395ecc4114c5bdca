#!/bin/sh
# tools/oracle.sh - fetches the Linux that Nidus is compared with
#
# What:  prints the path of an unpacked vmlinuz; the first call downloads the
#        newest linux-image-6.12.*-cloud-amd64 that apt offers into
#        build/oracle. Nothing is installed. LINUX=6.1 takes the newest of
#        that series (build/oracle/6.1), LINUX=path another kernel.
# See:   docs/testing.md

set -eu
cd "$(dirname "$0")/.."
series=6.12
dir=build/oracle

case ${LINUX:-} in
'' | debian)
	;;
*/*)
	echo "$LINUX"
	exit 0
	;;
[0-9]*.[0-9]*)
	series=$LINUX
	[ "$series" = 6.12 ] || dir=build/oracle/$series
	;;
*)
	echo "$LINUX"
	exit 0
	;;
esac
pattern=$(echo "$series" | sed 's/\./\\./g')

newest() {
	find "$dir/boot" -name "vmlinuz-$series.*" 2>/dev/null | sort -V |
		tail -n 1
}

# The unsigned images come as one package each; the signed ones do as well.
candidates() {
	apt-cache search --names-only \
		"^linux-image-$pattern\\.[0-9].*cloud-amd64(-unsigned)?\$" |
		cut -d ' ' -f 1 | sort -V
}

if [ -z "$(newest)" ]; then
	package=$(candidates | tail -n 1)
	if [ -z "$package" ] && command -v apt-get >/dev/null; then
		as_root=
		[ "$(id -u)" = 0 ] || as_root=sudo
		$as_root apt-get -q update >&2 || true
		package=$(candidates | tail -n 1)
	fi
	if [ -z "$package" ]; then
		echo "oracle: apt offers no linux-image-$series.*-cloud-amd64 here" >&2
		echo "oracle: (Debian 12 has 6.1, with its security archive 6.12)" >&2
		exit 1
	fi
	echo "oracle: downloading $package" >&2
	rm -rf "${dir:?}/boot"
	mkdir -p "$dir"
	(cd "$dir" && apt-get -q download "$package" >&2)
	dpkg-deb -x "$dir"/*.deb "$dir"
	(cd "$dir" && rm -rf ./*.deb lib usr)
fi
newest
