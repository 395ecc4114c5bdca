#!/bin/bash
# tests/scenario/bash_scripts.sh - bash as pid 1, with what scripts use
#
# What:  arithmetic, arrays, expansion, redirections of every kind, process
#        substitution, coprocesses, traps, background jobs, job control,
#        many processes at once.
# See:   tests/scenario/lib/check.sh; bash(1)
#
#: cpus 2
#: packages busybox-static bash-static
#: with base shell
#: spec file /bin/bash /bin/bash-static 0755
#: spec link /dev/fd /proc/self/fd
#: spec file /lib/check.sh tests/scenario/lib/check.sh 0644
#: tap yes
#: forbid not found|Kernel panic|Oops|BUG:
#
# What looks like a mistake is what is tested.
# shellcheck disable=SC1091,SC2016,SC2030,SC2031,SC2034,SC2120,SC2119
# shellcheck disable=SC2018,SC2019,SC2050,SC2194,SC2209,SC2220,SC2242,SC2320
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
mount -t proc proc /proc
mount -t tmpfs tmpfs /tmp
cd /tmp || exit
. /lib/check.sh

# -------------------------------------------------------------- language
is 'bash is pid 1' 1 "$$"
is 'arithmetic' '42 -3 1024 255 1' \
	"$((6 * 7)) $((-7 / 2)) $((2 ** 10)) $((16#ff)) $((5 > 3 && 2 < 3))"
is 'arithmetic: 64 bits' '-9223372036854775808' "$((9223372036854775807 + 1))"
list=(zero one 'two words' three)
list[7]=seven
is 'arrays' '5 two words seven 0 1 2 3 7' "${#list[@]} ${list[2]} ${list[-1]} ${!list[*]}"
is 'array slices' 'one two words' "${list[*]:1:2}"
declare -A age=([fox]=3 [owl]=7)
age[fox]=$((age[fox] + 1))
is 'associative arrays' '4 7 2' "${age[fox]} ${age[owl]} ${#age[@]}"
word=nidus.kernel.elf
is 'expansion' 'elf nidus NIDUS.KERNEL.ELF nidus/kernel/elf kern' \
	"${word##*.} ${word%%.*} ${word^^} ${word//.//} ${word:6:4}"
is 'braces' 'a1 a2 b1 b2 05 06 07' "$(echo {a,b}{1,2} {05..07})"
[[ 'version 6.12' =~ ([0-9]+)\.([0-9]+) ]]
is 'regular expressions' '6 12' "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
shopt -s extglob nullglob
touch f1.c f2.c f3.h
is 'globs' 'f1.c f2.c f3.h ' "$(echo f+([0-9]).@(c|h) none*)"' '
fib() { (($1 < 2)) && echo "$1" || echo $(($(fib $(($1 - 1))) + $(fib $(($1 - 2))))); }
is 'recursion through subshells' 21 "$(fib 8)"
down() { (($1)) && down $(($1 - 1)) || echo bottom; }
is 'a thousand calls deep' bottom "$(down 1000)"
is 'printf' '0x1f 3.14 %   x a\ b' "$(printf '0x%x %.2f %% %3s %q' 31 3.14159 x 'a b')"
is 'printf: time' '2001-09-09' "$(TZ=UTC printf '%(%F)T' 1000000000)"
mapfile -t lines < <(seq 3)
is 'mapfile' '3 2' "${#lines[@]} ${lines[1]}"
IFS=: read -r a b c <<<'x:y:z z'
is 'read splits' 'x/y/z z' "$a/$b/$c"
is 'case that falls through' '12' "$(case a in a) printf 1 ;& b) printf 2 ;; c) printf 3 ;; esac)"
is 'getopts' 'v o=out rest' "$(set -- -v -o out rest; while getopts vo: f; do case $f in
	v) printf 'v ' ;; o) printf 'o=%s ' "$OPTARG" ;; esac; done
	shift $((OPTIND - 1)); printf %s "$1")"
is 'eval, indirection' 'deep' "$(x=y y=deep; echo "${!x}")"

# ---------------------------------------------------------- redirections
is 'a here-document' $'a 42\n\tb $x' "$(cat <<-A; cat <<'B'
	a $((6 * 7))
A
	b $x
B
)"
is 'a here-document larger than a pipe' 200001 \
	"$(cat <<<"$(head -c 200000 /dev/zero | tr '\0' x)" | wc -c)"
is 'both outputs' 'err out' "$( { echo out; echo err >&2; } 2>&1 | sort | xargs)"
exec {fd}>opened
echo through >&"$fd"
exec {fd}>&-
is 'descriptors in variables' 'through' "$(<opened)"
is 'a closed descriptor' 1 "$(echo x 2>/dev/null >&7; echo $?)"
exec 5<>both
printf 'abc' >&5
is 'read and write' 'abc' "$(cat both)"
exec 5>&-
set -C
is 'noclobber' 1 "$(echo x 2>/dev/null >both; echo $?)"
set +C
is '/dev/fd' 'x' "$(echo x | cat /dev/fd/0)"
is 'process substitution' '-1 +3' \
	"$(diff <(printf '1\n2\n') <(printf '2\n3\n') | grep '^[-+][0-9]' | xargs)"
is 'process substitution: output' 'HELLO' "$(echo hello > >(tr a-z A-Z); wait $!)"
reply() { while read -r line; do echo "got $line"; done; }
coproc reply
coproc=$COPROC_PID
echo ping >&"${COPROC[1]}"
read -r -t 20 answer <&"${COPROC[0]}"
is 'a coprocess' 'got ping' "$answer"
kill "$coproc"
wait "$coproc"
is 'its end' 143 $?

# ----------------------------------------------------- pipes and statuses
false | true
is 'the last of a pipe counts' 0 $?
set -o pipefail
false | true
is 'pipefail' 1 $?
set +o pipefail
(exit 3) | (exit 4) | true
is 'PIPESTATUS' '3 4 0' "${PIPESTATUS[*]}"
yes | head -n 1 >/dev/null
is 'SIGPIPE' '141 0' "${PIPESTATUS[*]}"
is 'a chain of a hundred' 100 "$(cmd=cat; for ((i = 0; i < 99; i++)); do cmd+='|cat'; done
	seq 100 | eval "$cmd" | tail -n 1)"
is 'a status above 255' 1 "$( (exit 257); echo $?)"
nosuchcommand 2>/dev/null
is 'no such command' 127 $?
./f1.c 2>/dev/null
is 'not executable' 126 $?
is 'death by a signal' 137 "$(sh -c 'kill -9 $$'; echo $?)"
is 'errexit' 'before' "$(set -e; echo before; false; echo after)"

# ------------------------------------------------------ traps and signals
is 'trap EXIT' 'work end' "$(bash -c 'trap "echo end" EXIT; echo work' | xargs)"
is 'trap USR1' 'got 1 got 2' "$(bash -c 'n=0; trap "n=\$((n + 1)); echo got \$n" USR1
	kill -USR1 $$; kill -USR1 $$' | xargs)"
is 'trap ERR' 'failed' "$(bash -c 'trap "echo failed" ERR; false; true')"
is 'trap DEBUG' '3' "$(bash -c 'trap "echo d" DEBUG; :; :; :' | wc -l)"
is 'trap CHLD' 'child' "$(bash -c 'set -m; trap "echo child" CHLD; sleep 0.01 & wait')"
is 'a trap interrupts wait' '138 late' "$(bash -c 'trap "echo -n" USR1; sleep 100 &
	(sleep 0.2; kill -USR1 $$) & wait %1; echo -n "$? "; kill %1; echo late')"
is 'an ignored signal is inherited' 'alive' "$(trap '' TERM; sh -c 'kill $$; echo alive')"
is 'a trap is not inherited' 143 "$(trap : TERM; sh -c 'kill $$'; echo $?)"
is 'read with a time limit' 142 "$(read -r -t 0.1 < <(sleep 5); echo $?)"

# ------------------------------------------------------------------ jobs
sleep 0.2 & first=$!
(exit 9) & second=$!
wait $first
is 'wait for one' 0 $?
wait $second
is 'wait for one that is over' 9 $?
(sleep 30; exit 1) &
(exit 6) &
wait -n -p who
is 'wait -n' "6 $!" "$? $who"
kill %1
wait
is 'jobs are over' '' "$(jobs)"
for ((i = 0; i < 100; i++)); do (exit $((i % 7))) & pids[i]=$!; done
sum=0
for pid in "${pids[@]}"; do wait "$pid"; sum=$((sum + $?)); done
is 'a hundred jobs' 295 $sum
is 'no zombie is left' 0 "$(grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l)"
set -m
sleep 100 &
job=$!
is 'job control: a group of its own' "$job" "$(cut -d' ' -f5 /proc/$job/stat)"
kill -STOP %1
while ! grep -q '^State:.T' /proc/$job/status; do :; done
wait $job 2>/dev/null
is 'a stopped job' $((128 + 19)) $?
like 'jobs: stopped' '*Stopped*' "$(jobs)"
bg %1 >/dev/null 2>&1
while grep -q '^State:.T' /proc/$job/status; do :; done
like 'bg: runs again' '*Running*' "$(jobs)"
kill %1
wait $job 2>/dev/null
is 'a killed job' 143 $?
set +m
is 'background output' $'a\nb\nc' "$( (echo a; echo b; echo c) & wait)"

# -------------------------------------------------------------- processes
is 'BASHPID and PPID' yes \
	"$( (p=$BASHPID; [ "$p" != $$ ] && sh -c "[ \$PPID = $p ] && echo yes; true"))"
is 'exec -a' 'other' "$( (exec -a other bash -c 'echo $0') )"
is 'times' 2 "$(times | wc -l)"
is 'time' 'r' "$(TIMEFORMAT=r; { time true; } 2>&1)"
is 'ulimit -n' '77' "$(ulimit -n 77; ulimit -n)"
is 'ulimit: descriptors run out' 'no' \
	"$(ulimit -n 4; (exec 3<. 4<. 5<.) 2>/dev/null && echo yes || echo no)"
is 'ulimit -u' 'refused' "$(setpriv --nosuch 2>/dev/null; ulimit -u 1
	su -s /bin/sh nobody -c 'true & wait' 2>/dev/null >/dev/null; echo refused)"
is 'RANDOM differs' 2 \
	"$( (echo $RANDOM$RANDOM$RANDOM; echo $RANDOM$RANDOM$RANDOM) | sort -u | wc -l)"
is 'EPOCHREALTIME goes on' yes \
	"$(a=$EPOCHREALTIME; b=$EPOCHREALTIME; [[ $b > $a || $b == "$a" ]] && echo yes)"
is 'a large environment' 100000 \
	"$(BIG=$(head -c 100000 /dev/zero | tr '\0' x) bash -c 'echo ${#BIG}')"
like 'an argument that is too long' '*rgument list too long*' \
	"$(/bin/echo "$(head -c 200000 /dev/zero | tr '\0' x)" 2>&1)"
is 'a script without #!' 'plain 2' "$(echo 'echo plain $#' >plain; chmod +x plain; ./plain a b)"
is 'a script by its interpreter' 'x y' \
	"$(printf '#!/bin/bash -u\necho "$@"\n' >s; chmod +x s; ./s x y)"
is 'a tower of interpreters' '3' \
	"$(printf '#!/tmp/s2\n' >s3; printf '#!/bin/bash\necho $(($# + 2))\n' >s2
	chmod +x s2 s3; ./s3)"

plan
poweroff -f
