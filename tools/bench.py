#!/usr/bin/env python3
"""tools/bench.py - what system calls cost, on Nidus and on Linux

What:  bench.py run      a table: ticks of each operation of tests/bench on both
                         kernels, their ratio, the target; JSON and drawings
                         in build/bench
       bench.py wall     nanoseconds with real parallelism, in pairs
       bench.py check    fails if an operation costs over 3 % more than recorded
                         (QUICK: only the groups that make test runs)
       bench.py record   writes tests/bench/record.json and the tables of
                         docs/performance.md and README.md from a run; with
                         LINUX= also that Linux's column of targets.tsv, with
                         OP= of these operations alone (commas between)
       bench.py profile OPERATION    its ticks by function
       From the environment: LINUX (a kernel image, "tuned", "no"; default
       Debian's), ONLY (groups), OP, CPUS.
Not:   boots (tools/figures.py).
See:   docs/performance.md
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                                'tests'))

from elf import Names  # noqa: E402
from harness import TOP, cases  # noqa: E402

OUT = os.path.join(TOP, 'build/bench')
RECORD = os.path.join(TOP, 'tests/bench/record.json')
TARGETS = os.path.join(TOP, 'tests/bench/targets.tsv')
PAGE = os.path.join(TOP, 'docs/performance.md')
README = os.path.join(TOP, 'README.md')
MARKS = ('<!-- figures -->', '<!-- end -->')
README_ROWS = (('fork_exit_wait', 'fork, exit, wait'), ('fork_exec_wait', 'fork, exec, wait'),
               ('thread_create_join', 'thread create and join'),
               ('clone_newpid_exit_wait', 'clone(CLONE_NEWPID), exit, wait'),
               ('clone_newpid_at_L31', 'the same at level 31'),
               ('ns_teardown_1000', 'killing a namespace of 1,000, a member'),
               ('pipe_pingpong_rt_samecpu', 'pipe ping-pong'), ('getppid', 'getppid'))
NIDUS = os.path.join(TOP, 'build/release/nidus.elf')
PROGRAM = os.path.join(TOP, 'build/bench/nsbench')
KERNEL_BASE = 0xffffffff80000000

# One tick is one instruction: the same figure on any machine, however busy.
# erms is off because each byte of a byte-wise REP MOVSB would count.
DETERMINISTIC = ('-icount', 'shift=0,sleep=off', '-seed', '1',
                 '-rtc', 'base=2025-01-01T00:00:00,clock=vm')
MODEL = 'max,-erms'
LIMIT_S = 1200
TOLERANCE = 1.03
QUICK = 'null,proc,sig'
GROUP_OF = (('null', r'getppid$|getpid$|gettid|enosys|clock_gettime'),
            ('proc', r'v?fork_(exit|exec)_wait$|thread'), ('sig', r'sig'),
            ('pidfd', r'pidfd|open_close|readlink|kill0_L0|proc_self'),
            ('ctx', r'pipe|sched_yield|futex'), ('mem', r'mmap|fork_cow|fork_exit_wait_1MiB'),
            ('nest', r'.*_L\d+$|teardown_chain'), ('storm', r'.*_k\d+$'),
            ('many', r'.*1000_(sleepers|zombies)|.*1000p|kill0_among|proc_pid|kill_wait'),
            ('manyns', r'create_1000|destroy'), ('teardown', r'ns_(populate|teardown)'),
            ('ns', r'.*'))


def environ(name, default=''):
    return os.environ.get(name) or default


def build():
    subprocess.run(['make', '-s', 'MODE=release', 'DEPS=skip', 'kernel', 'nsbench'], cwd=TOP,
                   check=True)


def linux():
    """The other kernel's image, '' for none."""
    wanted = environ('LINUX')
    if wanted == 'no':
        return ''
    script = 'tools/tuned_linux.sh' if wanted == 'tuned' else 'tools/oracle.sh'
    done = subprocess.run([os.path.join(TOP, script)], cwd=TOP, check=True, text=True,
                          stdout=subprocess.PIPE)
    return os.path.join(TOP, done.stdout.strip())


def boot(kernel, words, cpus=1, tail=(), threads='single'):
    """The console of a machine that runs nsbench."""
    with tempfile.NamedTemporaryFile(suffix='.cpio') as f:
        archive = cases.base(init=PROGRAM)
        archive.dir('/mnt')
        f.write(archive.pack())
        f.flush()
        command = [os.path.join(TOP, 'tools/qemu.sh'), '-C', MODEL, '-n', str(cpus), '-k', kernel,
                   '-i', f.name, '-a', f'console=ttyS0 loglevel=3 panic=-1 {words}', '--', *tail]
        done = subprocess.run(command, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=LIMIT_S, check=False,
                              env={**os.environ, 'THREADS': threads})
    return done.stdout.decode(errors='replace').replace('\r', '')


def figures(text, column):
    """{operation: figure each} of a console; column 6: ticks, 4: nanoseconds."""
    found = {}
    for line in text.split('\n'):
        words = line.split()
        if line.startswith('bench ') and len(words) == 7:
            found[words[1]] = float(words[column])
        elif line.startswith('bytes ') and len(words) == 3:
            found[words[1]] = float(words[2])
        elif line.startswith('FAIL'):
            print(f'bench: {line}', file=sys.stderr)
    if 'bench-done' not in text:
        tail = '\n'.join(text.split('\n')[-20:])
        sys.exit(f'bench: the machine did not come to the end:\n{tail}')
    return found


def ticks(kernel, groups='', cpus=1):
    words = f'NSB={groups}' if groups else ''
    return figures(boot(kernel, words, cpus, DETERMINISTIC), 6)


def linux_figures():
    """{operation: (tuned Linux, Debian's Linux, target)}"""
    found = {}
    with open(TARGETS, encoding='ascii') as f:
        for line in f:
            if line.strip() and not line.startswith('#'):
                name, *values = line.split()
                found[name] = tuple(int(value) for value in values)
    return found


def write_linux_figures(theirs, column, order):
    """What a Linux took, into its column; a target stays, a new row's is half of tuned Linux."""
    rows = {name: list(values) for name, values in linux_figures().items()}
    for name in environ('OP', ','.join(theirs)).split(','):
        values = rows.setdefault(name, [0, 0, 0])
        values[column] = round(theirs[name])
        values[2] = values[2] or values[0] // 2
    with open(TARGETS, encoding='ascii') as f:
        lines = [line.rstrip() for line in f if line.startswith('#')]
    lines += ['\t'.join(map(str, (name, *rows[name]))) for name in order if name in rows]
    with open(TARGETS, 'w', encoding='ascii') as f:
        f.write('\n'.join(lines) + '\n')


def targets():
    """{operation: (tuned Linux, target)}"""
    return {name: (tuned, target) for name, (tuned, _, target) in linux_figures().items()}


def versions():
    """What figures depend on, beside the sources."""
    def first(*command):
        return subprocess.run(command, stdout=subprocess.PIPE, text=True,
                              check=False).stdout.split('\n')[0]
    return {'compiler': first('x86_64-linux-gnu-gcc', '--version'),
            'qemu': first('qemu-system-x86_64', '--version')}


def number(value):
    return f'{value:,.0f}' if value else '-'


def table(ours, theirs, name_of_other):
    """Lines of Markdown; an operation above its target is marked."""
    aims = targets()
    lines = ['| operation (ticks each; MEM in bytes) | Nidus | '
             f'{name_of_other} | ratio | target | |',
             '|---|---:|---:|---:|---:|---|']
    missed = 0
    for name, mine in ours.items():
        other = theirs.get(name, 0)
        ratio = f'{mine / other:.2f}' if other else '-'
        target = aims.get(name, (0, 0))[1]
        miss = bool(target) and mine > target
        missed += miss
        lines.append(f'| {name} | {number(mine)} | {number(other)} | {ratio} | {number(target)} | '
                     f'{"above" if miss else ""} |')
    lines.append('')
    lines.append(f'{len(ours) - missed} of {len(ours)} operations are at or below their targets.')
    return lines


def save(name, data):
    os.makedirs(OUT, exist_ok=True)
    path = os.path.join(OUT, name)
    with open(path, 'w', encoding='ascii') as f:
        json.dump(data, f, indent=1)
        f.write('\n')
    return path


# ------------------------------------------------------------------ drawings

GNUPLOT = '''set terminal svg noenhanced size 900,{height} font "sans,12"
set output "{out}"
set title "{title}"
set grid
set key top left
'''


def gnuplot(script):
    subprocess.run(['gnuplot'], input=script, text=True, check=True)


def draw_ratios(ours, theirs):
    rows = [(n, ours[n] / theirs[n]) for n in ours if theirs.get(n)]
    data = '\n'.join(f'"{n}" {r:.4f}' for n, r in reversed(rows))
    head = GNUPLOT.format(height=60 + 16 * len(rows), out=os.path.join(OUT, 'ratio.svg'),
                          title='Cost of an operation on Nidus, Linux = 1')
    gnuplot(head + 'set style fill solid 0.6\nunset key\nset xrange [0:1.2]\n'
            'set ytics font "sans,9"\n'
            '$data << EOD\n' + data + '\nEOD\n'
            'plot $data using ($2/2):0:($2/2):(0.35):ytic(1) with boxxyerror\n')


def series(found, pattern):
    pairs = [(int(m.group(1)), v) for n, v in found.items() if (m := re.fullmatch(pattern, n))]
    return sorted(pairs)


def draw_curves(name, title, curves, logarithmic=True):
    """curves: (title, points)"""
    curves = [(t, p) for t, p in curves if len(p) > 1]
    if not curves:
        return
    head = GNUPLOT.format(height=500, out=os.path.join(OUT, name), title=title)
    if logarithmic:
        head += 'set logscale x\n'
    xs = [x for _, points in curves for x, _ in points]
    head += f'set ylabel "ticks each"\nset yrange [0:*]\nset xrange [{min(xs)}:{max(xs)}]\n'
    head += f'set xtics ({", ".join(map(str, sorted(set(xs))))})\n'
    parts = []
    for i, (_, points) in enumerate(curves):
        head += f'$d{i} << EOD\n' + '\n'.join(f'{x} {y}' for x, y in points) + '\nEOD\n'
    for i, (label, _) in enumerate(curves):
        parts.append(f'$d{i} with linespoints title "{label}"')
    gnuplot(head + 'plot ' + ', '.join(parts) + '\n')


def draw(ours, theirs):
    draw_ratios(ours, theirs)
    both = (('Nidus', ours), ('Linux', theirs))
    draw_curves('depth.svg', 'Cost against nesting depth of pid namespaces',
                [(f'{k}: {what}', series(found, pattern)) for k, found in both for what, pattern in
                 (('fork, exit, wait', r'fork_exit_wait_L(\d+)'),
                  ('new namespace', r'clone_newpid_at_L(\d+)'))], False)
    draw_curves('members.svg', 'Cost a member against the size of a pid namespace',
                [(f'{k}: {what}', series(found, pattern)) for k, found in both for what, pattern in
                 (('populate', r'ns_populate_(\d+)'), ('tear down', r'ns_teardown_(\d+)'))])
    crowd = [(k, [(2, found.get('fork_exit_wait', 0)),
                  (1000, found.get('fork_exit_wait_with_1000p', 0))]) for k, found in both]
    draw_curves('processes.svg', 'fork, exit, wait against the number of processes',
                [(k, p) for k, p in crowd if p[0][1] and p[1][1]])
    draw_curves('workers.svg', 'fork, exit, wait by several workers at once',
                [(k, series(found, r'forkstorm_k(\d+)')) for k, found in both])


# ------------------------------------------------------------------ commands

def command_run(args):
    cpus = int(environ('CPUS', '1'))
    other = linux()
    ours = ticks(NIDUS, environ('ONLY'), cpus)
    theirs = ticks(other, environ('ONLY'), cpus) if other else {
        name: pair[0] for name, pair in targets().items()}
    label = os.path.basename(other) if other else 'Linux, tuned (recorded)'
    print('\n'.join(table(ours, theirs, label)))
    print(save('bench.json', {**versions(), 'linux': label, 'cpus': cpus, 'nidus_ticks': ours,
                              'linux_ticks': theirs}))
    if not args.plain:
        draw(ours, theirs)
        print(os.path.join(OUT, '*.svg'))
    return 0


def command_wall(args):
    """Pairs, one kernel after the other: the minimum of each and the spread."""
    other = linux()
    cpus = int(environ('CPUS', '2'))
    groups = environ('ONLY', 'proc,ctx,storm')
    seen = [collections.defaultdict(list), collections.defaultdict(list)]
    for pair in range(args.pairs):
        print(f'# pair {pair + 1} of {args.pairs}', file=sys.stderr, flush=True)
        for i, kernel in enumerate([NIDUS] + ([other] if other else [])):
            text = boot(kernel, f'NSB={groups} NSCALE=300', cpus, threads='multi')
            for name, ns in figures(text, 4).items():
                seen[i][name].append(ns)
    print(f'nanoseconds each, {cpus} CPUs, least of {args.pairs} (spread: largest / least)')
    print('| operation | Nidus | spread | Linux | spread | ratio |\n|---|---:|---:|---:|---:|---:|')
    for name, mine in seen[0].items():
        yours = seen[1].get(name, [0])
        ratio = f'{min(mine) / min(yours):.2f}' if min(yours) else '-'
        print(f'| {name} | {number(min(mine))} | {max(mine) / max(min(mine), 1):.2f} | '
              f'{number(min(yours))} | {max(yours) / max(min(yours), 1):.2f} | {ratio} |')
    print(save('wall.json', {'cpus': cpus, 'nidus_ns': seen[0], 'linux_ns': seen[1]}))
    return 0


def command_check(args):
    with open(RECORD, encoding='ascii') as f:
        record = json.load(f)
    ours = ticks(NIDUS, QUICK if args.quick else environ('ONLY'))
    same = all(record[key] == value for key, value in versions().items())
    bad = 0
    for name, now in ours.items():
        was = record['figures'].get(name)
        if was and now > was * TOLERANCE:
            bad += 1
            print(f'# {name}: {now:.0f} ticks, {100 * now / was - 100:.1f} % above {was:.0f}')
    if not same:
        print('# recorded with another compiler or QEMU: nothing is judged')
    print(f'{"not " if bad and same else ""}ok - {len(ours)} operations cost at most 3 % more '
          'than recorded\n1..1')
    return 1 if bad and same else 0


def replace(path, marks, rows):
    """Puts the lines between two marks of a page."""
    with open(path, encoding='utf-8') as f:
        text = f.read()
    before, rest = text.split(marks[0] + '\n')
    after = rest[rest.index(marks[1]):]
    with open(path, 'w', encoding='utf-8') as f:
        f.write(before + '\n'.join([marks[0], *rows]) + '\n' + after)


def readme_rows(ours):
    others = linux_figures()
    yield '| operation | Nidus | tuned | debian |'
    yield '|---|---:|---:|---:|'
    for name, words in README_ROWS:
        yield f'| {words} | {ours[name]:,.0f} | {others[name][0]:,} | {others[name][1]:,} |'


def command_record(args):
    ours = ticks(NIDUS)
    if environ('LINUX', 'no') != 'no':
        column = 0 if environ('LINUX') == 'tuned' else 1
        write_linux_figures(ticks(linux()), column, list(ours))
    with open(RECORD, 'w', encoding='ascii') as f:
        json.dump({**versions(), 'figures': ours}, f, indent=1)
        f.write('\n')
    theirs = {name: pair[0] for name, pair in targets().items()}
    rows = table(ours, theirs, 'Linux, tuned')
    replace(PAGE, MARKS, rows)
    replace(README, MARKS, list(readme_rows(ours)))
    print('\n'.join(rows))
    return 0


def plugin():
    path = os.path.join(OUT, 'count.so')
    subprocess.run(['gcc', '-O2', '-Wall', '-Wextra', '-shared', '-fPIC', '-fvisibility=hidden',
                    '-o', path, os.path.join(TOP, 'tools/plugins/count.c')], check=True)
    return path


def command_profile(args):
    group = next(g for g, pattern in GROUP_OF if re.match(pattern, args.operation))
    with tempfile.TemporaryDirectory() as directory:
        out = os.path.join(directory, 'count.txt')
        text = boot(NIDUS, f'NSB={group} NSOP={args.operation}', 1,
                    (*DETERMINISTIC, '-plugin', f'{plugin()},out={out}'))
        line = next((x for x in text.split('\n') if x.startswith(f'bench {args.operation} ')), '')
        if not line:
            sys.exit(f'bench: no operation {args.operation}')
        with open(out, encoding='ascii') as f:
            rows = [row.split() for row in f]
    show_profile(rows, int(line.split()[2]), args.lines)
    return 0


def show_profile(rows, iterations, lines):
    names = Names.from_elf(NIDUS)
    count = collections.Counter()
    user = 0
    for addr, executed in rows:
        if int(addr, 16) < KERNEL_BASE:
            user += int(executed)
            continue
        place = names.find(int(addr, 16))
        count[place[0] if place else '?'] += int(executed)
    print(f'ticks each: {user / iterations:.1f} in the program, '
          f'{count.total() / iterations:.1f} in the kernel')
    for name, executed in count.most_common(lines):
        print(f'{executed / iterations:10.1f} {100 * executed / count.total():5.1f} %  {name}')


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    commands = parser.add_subparsers(required=True)
    sub = commands.add_parser('run')
    sub.add_argument('--plain', action='store_true', help='no drawings')
    sub.set_defaults(call=command_run)
    sub = commands.add_parser('wall')
    sub.add_argument('--pairs', type=int, default=5)
    sub.set_defaults(call=command_wall)
    sub = commands.add_parser('check')
    sub.add_argument('--quick', action='store_true')
    sub.set_defaults(call=command_check)
    sub = commands.add_parser('record')
    sub.set_defaults(call=command_record)
    sub = commands.add_parser('profile')
    sub.add_argument('operation')
    sub.add_argument('--lines', type=int, default=60)
    sub.set_defaults(call=command_profile)
    args = parser.parse_args()
    build()
    return args.call(args)


if __name__ == '__main__':
    sys.exit(main())
