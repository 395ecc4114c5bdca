#!/usr/bin/env python3
"""tests/selftests.py - the Linux tree's own tests, on Linux and on Nidus.

What:  selftests.py run [--linux | --kernel ELF] [--record] [--quick] [--new]
                        [REGEX...]
       boots what tools/selftests.sh built and runs each program that a regular
       expression finds (all without one; --quick: those of QUICK; --new: those
       without a record), one by one, each for at most LIMIT_S seconds. A
       machine that dies or hangs costs the program that ran, not those behind
       it. Shows what is not as tests/selftests/linux.txt has it; fails if that
       has no reason in tests/selftests/reasons.txt; what is a race there gets
       RACE_TRIES tries. --record keeps results.
       selftests.py table [--check]    docs/selftests.md, or whether it is old.
       A result is the program's exit status, how many of its points are good,
       bad and left out, and the names of the bad ones.
See:   docs/testing.md
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(TOP, 'tests'), os.path.join(TOP, 'tools')]

from harness import machine  # noqa: E402  pylint: disable=wrong-import-position
from mkinitramfs import Archive  # noqa: E402  pylint: disable=wrong-import-position

PROGRAMS = 'build/selftests/bin'
RECORDS = {True: 'tests/selftests/linux.txt', False: 'tests/selftests/nidus.txt'}
REASONS = 'tests/selftests/reasons.txt'
TABLE = 'docs/selftests.md'
BEGIN, END = '<!-- begin: made by tests/selftests.py -->', '<!-- end -->'
QUICK = ('pid_namespace', 'pidfd', 'clone3', 'nsfs', 'core', 'kcmp', 'rlimits', 'proc')
LIMIT_S, LINUX_LIMIT_S = 120, 400
# Arguments of programs that take too long in an emulator without.
ARGUMENTS = {'pidfd/pidfd_poll_test': '500'}
BAD_NAMES = 400                 # of one program, at most
RACE_TRIES = 6
LINUX_TRIES = 3                 # the emulator breaks Linux now and then

INIT = r"""#!/bin/busybox sh
export PATH=/bin:/usr/bin:/sbin:/usr/sbin HOME=/root TERM=linux LC_ALL=C
mount -t proc proc /proc
mount -t sysfs sysfs /sys 2>/dev/null
mount -t tmpfs tmpfs /tmp
mkdir -p /dev/pts /dev/shm /dev/mqueue
mount -t devpts -o ptmxmode=666 devpts /dev/pts 2>/dev/null
mount -t mqueue mqueue /dev/mqueue 2>/dev/null
mount -t tmpfs tmpfs /dev/shm
mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null
echo 4096 >/proc/sys/kernel/pid_max
while read name args; do
	echo "@@ begin $name"
	cd "/kst/${name%/*}"
	from=$(cut -d. -f1 /proc/uptime)
	unshare -m timeout -s KILL @LIMIT@ "./${name##*/}" $args </dev/null >/tmp/out 2>&1
	status=$?
	took=$(($(cut -d. -f1 /proc/uptime) - from))
	kill -9 -1 2>/dev/null
	[ $took -lt @LIMIT@ ] || status=limit
	head -c 300000 /tmp/out | tr -d '\000' | sed 's/^/| /;$a\'
	echo "@@ end $name $status"
done </programs
[ -e /proc/nidus/drain ] && echo 1 >/proc/nidus/drain
poweroff -f
"""

POINT = re.compile(r'(not ok|ok)\b *\d* *(?:- *)?(.*)')
SKIPPED = re.compile(r'# *skip', re.I)
# What tests without TAP print: "[OK]  text", "text: PASS", "[FAIL] text".
OLDER = re.compile(r'\[ *(OK|PASS|PASSED|FAIL|FAILED|SKIP|UNSUPPORTED) *\]|'
                   r'^(PASS|FAIL)(?=: )|\b(PASS|FAIL)$')
OLDER_GOOD, OLDER_SKIP = ('OK', 'PASS', 'PASSED'), ('SKIP', 'UNSUPPORTED')


class Result:
    """How one program went."""

    def __init__(self, status, counts=(0, 0, 0), names=()):
        self.status, self.counts, self.names = status, tuple(counts), list(names)

    def __eq__(self, other):
        return other is not None and self.key() == other.key()

    def key(self):
        return self.status, self.counts, self.names

    def cell(self):
        """In one cell of a table."""
        words = ('ok', 'not ok', 'skipped')
        text = [f'{n} {word}' for n, word in zip(self.counts, words) if n]
        status = {'limit': 'time limit', 'down': 'machine down'}.get(self.status)
        return ', '.join(text + [status or f'status {self.status}'])

    def lines(self, name):
        good, bad, skipped = self.counts
        return [f'{name} {self.status} {good} {bad} {skipped}'] + ['\t' + n for n in self.names]


def cleaned(name):
    """A point's name without numbers that differ from run to run."""
    return re.sub(r'0x[0-9a-f]+|\b\d{3,}\b', 'N', name.strip().replace('\t', ' '))[:100]


def judge(status, lines):
    """The result of a program that printed lines."""
    counts, names = [0, 0, 0], []
    for line in lines:
        tap = POINT.match(line)
        older = None if tap or line.startswith('#') else OLDER.search(line.rstrip())
        if tap:
            kind = 2 if SKIPPED.search(line) else int(tap[1] != 'ok')
            text = tap[2]
        elif older:
            word = next(filter(None, older.groups()))
            kind = 0 if word in OLDER_GOOD else 2 if word in OLDER_SKIP else 1
            text = line[:older.start()] + line[older.end():]
        else:
            continue
        counts[kind] += 1
        if kind == 1 and len(names) < BAD_NAMES:
            names.append(cleaned(text))
    return Result(status, counts, names)


def read_records(path):
    """{program: Result} of a record."""
    found = {}
    try:
        with open(path, encoding='utf-8') as f:
            for line in f.read().splitlines():
                if line.startswith('\t'):
                    found[name].names.append(line[1:])
                elif line and not line.startswith('#'):
                    name, status, *counts = line.split()
                    found[name] = Result(status, map(int, counts))
    except FileNotFoundError:
        pass
    return found


def write_records(path, results):
    with open(path, 'w', encoding='utf-8') as f:
        for name in sorted(results):
            f.write('\n'.join(results[name].lines(name)) + '\n')


def read_reasons(kind=''):
    """{program: text} of one kind: 'not run', 'race', or '' (differs)."""
    found = {}
    with open(REASONS, encoding='utf-8') as f:
        for line in f:
            if line.strip() and not line.startswith('#'):
                name, _, text = line.strip().partition(': ')
                word = re.match(r'(?:(not run|race): )?', text)
                if (word[1] or '') == kind:
                    found[name] = text[word.end():]
    return found


def built():
    """The names of all programs, GROUP/PROGRAM."""
    subprocess.run(['tools/selftests.sh'], stdout=subprocess.DEVNULL, check=True)
    found = []
    for directory, _, files in os.walk(PROGRAMS):
        found += [os.path.relpath(os.path.join(directory, name), PROGRAMS) for name in files]
    with open('build/selftests/programs', encoding='utf-8') as f:
        listed = f.read().split()
    return sorted(set(listed) & set(found))


def archive(names, linux):
    packed = Archive()
    values = {'BUSYBOX': os.environ.get('BUSYBOX', '/bin/busybox')}
    for part in ('base', 'shell'):
        packed.spec(os.path.join(TOP, f'tools/initramfs/{part}.spec'), values)
    for group in sorted({name.split('/')[0] for name in names}):
        packed.line(f'tree {PROGRAMS}/{group} /kst/{group}')
    lines = [f'{name} {ARGUMENTS.get(name, "")}\n' for name in names]
    packed.data('/programs', ''.join(lines).encode(), 0o644)
    limit = str(LINUX_LIMIT_S if linux else LIMIT_S)
    packed.data('/init', INIT.replace('@LIMIT@', limit).encode(), 0o755)
    return packed.pack()


class Run:
    """Boots until each program has had its turn."""

    def __init__(self, args):
        self.args = args
        self.results, self.now, self.printed = {}, None, []

    def line(self, line):
        word = re.match(r'@@ (begin|end) (\S+)(?: (\S+))?$', line)
        if word and word[1] == 'begin':
            self.now, self.printed = word[2], []
        elif word and word[2] == self.now:
            self.done(judge(word[3], self.printed))
        elif self.now and line.startswith('| '):
            self.printed.append(line[2:])

    def done(self, result):
        self.results[self.now] = result
        print(f'{self.now}: {result.cell()}', flush=True)
        if self.args.record:
            path = RECORDS[self.args.linux]
            write_records(path, {**read_records(path), self.now: result})
        self.now = None

    def boot(self, names, number):
        linux = self.args.linux
        self.now = None
        with tempfile.NamedTemporaryFile(suffix='.cpio', dir='build/test') as f:
            f.write(archive(names, linux))
            f.flush()
            limit = LINUX_LIMIT_S if linux else LIMIT_S
            return machine.run(machine.Boot(
                name=f'selftests{".linux" if linux else ""}.{number}', kernel=self.args.kernel,
                linux=linux, cpus=self.args.cpus, memory='1G', append=self.args.append,
                initrd=f.name, limit_s=7200, silence_s=limit + 60), self.line)

    def all(self, names):
        number, tries = 0, 0
        while names:
            outcome = self.boot(names, number)
            number += 1
            names = [n for n in names if n not in self.results]
            if not names:
                break
            print('\n'.join(outcome.story(30)), flush=True)
            tries += 1
            if self.now and not (self.args.linux and tries < LINUX_TRIES):
                names.remove(self.now)
                self.done(Result('down'))
                tries = 0
            elif tries >= LINUX_TRIES:
                break
        return self.results


def run(args):
    left_out = read_reasons('not run')
    wanted = args.names or ([f'^{g}/' for g in QUICK] if args.quick else [''])
    names = [n for n in built() if n not in left_out and any(re.search(w, n) for w in wanted)]
    if args.linux:
        args.kernel = subprocess.run(['tools/oracle.sh'], stdout=subprocess.PIPE, text=True,
                                     check=True).stdout.strip()
    if args.new:
        names = [n for n in names if n not in read_records(RECORDS[args.linux])]
    os.makedirs('build/test', exist_ok=True)
    results = Run(args).all(names)
    if args.linux:
        return 0
    run_races(args, results)
    return compare(names, results)


def run_races(args, results):
    """Programs that one side of a race of their own fails get more tries."""
    linux, races = read_records(RECORDS[True]), read_reasons('race')
    for _ in range(RACE_TRIES - 1):
        names = [n for n in results if n in races and results[n] != linux.get(n)]
        if not names:
            return
        print(f'once more, for a race of the test: {" ".join(names)}', flush=True)
        results.update(Run(args).all(names))


def compare(names, results):
    """Shows what differs from Linux: 0 if each has a reason."""
    linux, reasons = read_records(RECORDS[True]), read_reasons()
    bad = 0
    for name in names:
        wanted, got = linux.get(name), results.get(name)
        if got == wanted and got is not None:
            continue
        known = name in reasons and got is not None
        bad += not known
        print(f'--- {name}: Linux: {wanted.cell() if wanted else "never run"}; '
              f'Nidus: {got.cell() if got else "not run"}'
              + (f' ({reasons[name]})' if known else ''))
        for point in got.names if got else []:
            if not wanted or point not in wanted.names:
                print(f'    not ok {point}')
    same = sum(results.get(n) == linux.get(n) for n in names)
    print(f'{same} of {len(names)} programs as on Linux, {bad} of the others without a reason')
    return int(bad != 0)


def rows():
    linux, nidus = read_records(RECORDS[True]), read_records(RECORDS[False])
    reasons, races, left_out = map(read_reasons, ('', 'race', 'not run'))
    names = sorted({*linux, *nidus} - set(left_out))
    same = sum(linux.get(n) == nidus.get(n) for n in names)
    yield f'{len(names)} programs; {same} end on Nidus exactly as on Linux.\n'
    yield '| program | Linux 6.12 | Nidus | why it differs |'
    yield '|---|---|---|---|'
    for name in names:
        wanted, got = linux.get(name), nidus.get(name)
        differs = wanted != got
        if differs != (name in reasons):
            word = 'differs without a reason' if differs else 'has a reason but does not differ'
            print(f'{REASONS}: {name} {word}', file=sys.stderr)
            yield None
        why = reasons.get(name) or (f'not always: {races[name]}' if name in races else '')
        yield (f'| {name} | {wanted.cell() if wanted else "not run"} | '
               f'{"not run" if got is None else got.cell() if differs else "the same"} | '
               f'{why.replace("|", chr(92) + "|")} |')
    yield '\nNot run:\n'
    for name, why in sorted(left_out.items()):
        yield f'* {name}: {why}'


def table(args):
    with open(TABLE, encoding='utf-8') as f:
        text = f.read()
    head, _, rest = text.partition(BEGIN)
    lines = list(rows())
    body = '\n'.join(line for line in lines if line is not None)
    new = f'{head}{BEGIN}\n\n{body}\n\n{END}{rest.partition(END)[2]}'
    if args.check:
        if new != text:
            print(f'{TABLE} is old: tests/selftests.py table', file=sys.stderr)
        return int(new != text or None in lines)
    with open(TABLE, 'w', encoding='utf-8') as f:
        f.write(new)
    return int(None in lines)


def main():
    os.chdir(TOP)
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('what', choices=['run', 'table'])
    parser.add_argument('--linux', action='store_true')
    parser.add_argument('--kernel', default='build/nidus.elf')
    parser.add_argument('--cpus', type=int, default=2)
    parser.add_argument('--append', default='')
    parser.add_argument('--record', action='store_true')
    parser.add_argument('--quick', action='store_true')
    parser.add_argument('--new', action='store_true')
    parser.add_argument('--check', action='store_true')
    parser.add_argument('names', nargs='*')
    args = parser.parse_intermixed_args()
    return run(args) if args.what == 'run' else table(args)


if __name__ == '__main__':
    sys.exit(main())
