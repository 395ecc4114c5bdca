# shellcheck shell=sh
# tests/scenario/lib/check.sh - TAP for stories, in any POSIX shell
#
# What:  is NAME WANTED GOT; like NAME GLOB GOT; status NAME WANTED COMMAND...;
#        plan, at the end. They must run in the shell itself, not in a
#        subshell, which would count for itself. sleepers N waits.
# See:   tests/harness/scenario.py, "tap"

points=0

verdict()
{
	points=$((points + 1))
	echo "$1 $points - $2"
}

is()
{
	if [ "$2" = "$3" ]; then
		verdict ok "$1"
	else
		verdict 'not ok' "$1"
		printf '%s\n' "wanted: $2" "got: $3" | sed 's/^/# /'
	fi
}

like()
{
	# shellcheck disable=SC2254 # a pattern is what is wanted
	case $3 in
	$2) verdict ok "$1" ;;
	*)
		verdict 'not ok' "$1"
		printf '%s\n' "wanted: $2" "got: $3" | sed 's/^/# /'
		;;
	esac
}

status()
{
	status_name=$1 status_wanted=$2
	shift 2
	"$@"
	is "$status_name" "$status_wanted" $?
}

# sleepers N: so many processes have become sleep (they are shells first)
sleepers()
{
	until [ "$(pidof sleep | wc -w)" = "$1" ]; do :; done
}

plan()
{
	echo "1..$points"
}
