#!/usr/bin/env python3
"""tests/machines.py - the kernel on many kinds of machine.

What:  machines.py quick          machines of a minute in all (for `make test`)
       machines.py pairs          every pair of levels of tests/machines/matrix.txt
       machines.py triples        every three of them
       machines.py bochs          in Bochs, a processor of another make
       machines.py list [STRENGTH]        which machines, without booting
       machines.py least          the least memory that boots, each way
       machines.py table [--check]        docs/hardware.md from results.tsv
       Each machine boots a program (tests/scenario/programs/machine.c) that
       reports on it and powers it off. ONLY=regex picks machines by name,
       JOBS=N as many at a time. RECORD=file puts results into that file;
       tests/machines/results.tsv is the one that was taken over. REST=1
       leaves out what is good in it already, MINUTES=N begins no machine
       after so long: a long run may be done in pieces.
       Time limits grow with the load of this machine.
Not:   the options of QEMU: tools/qemu.sh.
See:   docs/testing.md; docs/hardware.md
"""
import concurrent.futures
import os
import re
import sys
import time

from harness import TOP, acpi, bochs, cases, machine, pairwise, tap

from scenario import boots

MATRIX = os.path.join(TOP, 'tests/machines/matrix.txt')
RESULTS = os.path.join(TOP, 'tests/machines/results.tsv')
PAGE = os.path.join(TOP, 'docs/hardware.md')
BEGIN, FINISH = '<!-- machines -->\n', '<!-- end -->\n'

WORDS = 'panic=-1 testexit=1'
TRACE = ('-trace', 'qemu_system_shutdown_request')
POWERED_OFF = 'qemu_system_shutdown_request reason=6'
# Found by "machines.py least" for the way, which is given this much.
LEAST = {'pvh': '3M', 'bios': '8M', 'uefi': '56M'}
LEAST_OF_FOUR = {('pvh', '4'): '4M'}     # each processor needs some
SWITCHES = ('hpet', 'pit', 'pic', 'rtc', 'i8042', 'acpi', 'smm')
# The sleep of the guest, by the clock of this machine.
SLEEP_MIN_S, SLEEP_MAX_S = 0.25, 20
EPOCH_ERROR_S = 120
KIB = {'K': 1, 'M': 1 << 10, 'G': 1 << 20}


def usual(row, name):
    """The level that needs no word."""
    return row[name] == 'on' or (name, row['machine'], row[name]) in (
        ('hpet', 'microvm', 'off'), ('i8042', 'microvm', 'off'))


def title(row):
    words = [row['machine'], row['model'], row['way']]
    words += [row['medium']] if row['medium'] != 'none' else []
    words += [f'{row["cpus"]} CPU' + 's' * (row['cpus'] != '1'), row['memory']]
    words += [f'no {name}' for name in (*SWITCHES, 'serial', 'screen') if not usual(row, name)]
    return ', '.join(words)


def limit_s(row):
    cpus = int(row['cpus'])
    return 25 + (75 if row['way'] == 'uefi' else 15 if row['way'] == 'bios' else 0) + \
        (0 if cpus < 9 else 20 if cpus < 64 else 60 if cpus < 255 else 240)


def machine_word(row):
    known = {'microvm': ('pit', 'pic', 'rtc', 'acpi'),
             'pc': ('hpet', 'pit', 'pic', 'i8042', 'acpi', 'smm')}
    names = known.get(row['machine'], known['pc'])
    return ','.join([row['machine']] + [f'{n}={row[n]}' for n in names])


def options(row, media):
    words = ['-C', row['model'], '-V', 'std' if row['screen'] == 'on' else 'none']
    if row['way'] != 'pvh':
        words += ['-b', f'{row["medium"]}={media}']
    if row['way'] == 'uefi':
        words.append('-U')
    if row['serial'] == 'off':
        words.append('-E')
    if has_power_off(row):
        words.append('-P')
    return tuple(words)


def has_power_off(row):
    """SeaBIOS makes tables itself for q35 where QEMU gives none."""
    return row['acpi'] == 'on' or row['machine'] == 'q35' and row['way'] != 'uefi'


def has_mp_table(row):
    """SeaBIOS makes one for what has no ACPI, if it is small."""
    return int(row['cpus']) < 20 and not has_power_off(row) and \
        row['machine'] == 'pc' and row['way'] != 'uefi'


def memory_of(row):
    if row['memory'] != 'least':
        return row['memory']
    return LEAST_OF_FOUR.get((row['way'], row['cpus']), LEAST[row['way']])


def boot_of(row, files, number):
    cpus = row['cpus']
    env = {}
    if has_mp_table(row):       # it names the first processor of each package
        env = {'SMP': f'{cpus},sockets={cpus},cores=1,threads=1'}
    elif cpus == '9':           # holes in their numbers
        env = {'SMP': '9,sockets=3,cores=3,threads=1'}
    quiet = limit_s(row) * machine.busy()
    one = machine.Boot(name=f'machine-{number}', cpus=int(cpus), memory=memory_of(row),
                       machine=machine_word(row), options=options(row, files['iso']),
                       qemu_options=TRACE, env=env, limit_s=3 * quiet, silence_s=quiet,
                       base=WORDS)
    one.kernel = ''
    if row['way'] == 'pvh':
        one.kernel, one.initrd = files['kernel'], files['archive']
    return one


class Clocked:
    """Notes when lines of the sleep came, by this machine's clock."""

    def __init__(self):
        self.at = {}

    def line(self, text):
        found = re.search(r'report: (sleeps|woke|time)', text)
        if found:
            self.at[found.group(1)] = (time.monotonic(), time.time())

    def faults(self):
        if 'woke' not in self.at or 'sleeps' not in self.at:
            return ['it did not sleep and wake']
        took = self.at['woke'][0] - self.at['sleeps'][0]
        if SLEEP_MIN_S <= took <= SLEEP_MAX_S * machine.scale() * machine.busy():
            return []
        return [f'half a second of it took {took:.2f} s']


def reported(outcome, pattern):
    """The first match in the report."""
    for line in outcome.lines:
        found = re.search(r'report: ' + pattern, line)
        if found:
            return found
    return None


def cpus_expected(row):
    """What nothing tells of is not found."""
    return int(row['cpus']) if has_power_off(row) or has_mp_table(row) else 1


def row_of(name):
    """The row of a title."""
    machine_name, model, way, *words = name.split(', ')
    row = {'machine': machine_name, 'model': model, 'way': way, 'medium': 'none'}
    if way != 'pvh':
        row['medium'] = words.pop(0)
    row |= {'cpus': words[0].split()[0], 'memory': words[1]}
    row |= {name: 'on' for name in (*SWITCHES, 'serial', 'screen')}
    if machine_name == 'microvm':
        row |= {'hpet': 'off', 'i8042': 'off'}
    return row | {word.removeprefix('no '): 'off' for word in words[2:]}


def memory_faults(row, outcome):
    found = reported(outcome, r'memory (\d+) KiB')
    size = memory_of(row)
    total = int(size[:-1]) * KIB[size[-1]]
    if not found:
        return ['it did not tell its memory']
    seen = int(found.group(1))
    if seen > total or row['memory'] != 'least' and seen < total * 3 // 4:
        return [f'{seen} of {total} KiB of memory']
    return []


def epoch_faults(row, outcome, clocked):
    found = reported(outcome, r'time (\d+)')
    if not found or row['rtc'] == 'off':
        return [] if found else ['it did not tell the time']
    error = int(found.group(1)) - clocked.at['time'][1]
    return [f'its time is {error:.0f} s off'] if abs(error) > EPOCH_ERROR_S else []


def ending_faults(row, outcome):
    if outcome.why != 'ended':
        return [outcome.ending()]
    if has_power_off(row):
        good = outcome.code == 0 and any(POWERED_OFF in x for x in outcome.lines)
        return [] if good else [f'it did not power itself off: {outcome.ending()}']
    return [] if outcome.code == machine.POWEROFF else [outcome.ending()]


def judge(row, outcome, clocked):
    """What is wrong, as lines; none: all is well."""
    faults = []
    cpus = reported(outcome, r'cpus (\d+), ran on (\d+)')
    want = cpus_expected(row)
    if not cpus or {int(cpus.group(1)), int(cpus.group(2))} != {want}:
        faults.append(f'{cpus.group(0) if cpus else "no report"}; expected {want} CPUs')
    for what in ('map ok', 'fork ok', 'namespace ok', 'ends good'):
        if not reported(outcome, what):
            faults.append(f'no line "report: {what}"')
    faults += memory_faults(row, outcome) + clocked.faults()
    faults += epoch_faults(row, outcome, clocked) + ending_faults(row, outcome)
    return faults + [f'in the log: {line}' for line in outcome.lines if 'rcu: stall' in line]


def run_one(row, files, number):
    clocked = Clocked()
    outcome = machine.run(boot_of(row, files, number), clocked.line)
    faults = judge(row, outcome, clocked)
    return row, faults, outcome


def prepare():
    """The kernel, the archive and the image that all machines boot."""
    os.makedirs(boots.path(''), exist_ok=True)
    kernel = os.environ.get('KERNEL') or 'build/nidus.elf'
    archive = cases.base(init=cases.program('machine'))
    image = boots.iso('machine', kernel, archive, WORDS)
    return {'kernel': kernel, 'archive': boots.path('machine.cpio'), 'iso': image}


def picked(rows):
    only = os.environ.get('ONLY', '')
    good = set()
    if os.environ.get('REST'):
        good = {name for name, (result, _) in read_results(os.environ['RECORD'])
                if result == 'ok'}
    rows = [row for row in rows if re.search(only, title(row)) and title(row) not in good]
    return sorted(rows, key=limit_s)


def clock_of(outcome):
    for line in outcome.lines:
        found = re.search(r'main: .*clock (\S+)', line)
        if found:
            return found.group(1)
    return '?'


def record(path, result):
    """Put a result into the file, in place of an older one of that machine."""
    known = dict(read_results(path))
    row, faults, outcome = result
    known[title(row)] = ['failed' if faults else 'ok', clock_of(outcome)]
    with open(path, 'w', encoding='utf-8') as f:
        for name in sorted(known):
            f.write('\t'.join([name, *known[name]]) + '\n')


def read_results(path):
    if not os.path.exists(path):
        return
    with open(path, encoding='utf-8') as f:
        for line in f:
            name, *rest = line.rstrip('\n').split('\t')
            yield name, rest


def run(rows):
    writer = tap.Writer('machines')
    files = prepare()
    end = time.monotonic() + 60 * float(os.environ.get('MINUTES', 'inf'))

    def in_time(row, number):
        return run_one(row, files, number) if time.monotonic() < end else None

    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get('JOBS', '2'))) as pool:
        jobs = [pool.submit(in_time, row, n) for n, row in enumerate(picked(rows))]
        for job in jobs:
            if not job.result():
                continue
            row, faults, outcome = job.result()
            if os.environ.get('RECORD'):
                record(os.environ['RECORD'], (row, faults, outcome))
            writer.point(not faults, f'{title(row)} ({outcome.seconds:.1f} s)',
                         comments=faults + outcome.story() if faults else [])
    return writer.done()


TABLES = 0x7000000      # as in tests/scenario/hostile.py
REPORT = ('map ok', 'fork ok', 'namespace ok', 'woke after', 'ends good')
# Name, processor, CPUs, words, what else the log must have.
IN_BOCHS = (
    ('xapic', 'corei7_skylake_x', 1, '', ('lapic: xAPIC', 'timer by TSC deadline')),
    ('x2apic', 'corei7_skylake_x', 1, 'hostile=x2apic',
     ('lapic: x2APIC', 'timer by TSC deadline')),
    ('icelake', 'corei7_icelake_u', 1, '', ('lapic: xAPIC', 'timer by TSC deadline')),
    ('two', 'corei7_skylake_x', 2, '', ('lapic: xAPIC', 'smp: 2 of 2 CPUs run')),
    ('two-x2apic', 'corei7_icelake_u', 2, 'hostile=x2apic',
     ('lapic: x2APIC', 'smp: 2 of 2 CPUs run')),
    ('old', 'athlon64_venice', 1, '', ('lapic: xAPIC',)),
    ('ryzen', 'ryzen', 1, '', ('lapic: xAPIC',)),
)


def bochs_one(case):
    """SeaBIOS sees one processor there; tables of our own tell of both."""
    name, model, cpus, words, expect = case
    memory = None
    if cpus > 1:
        memory = (boots.path('bochs.tables'), TABLES)
        with open(memory[0], 'wb') as f:
            f.write(acpi.Tables(cpus).for_bochs().blob(TABLES))
        words += f' acpi_rsdp={TABLES:#x} mem=96M'
    image = boots.iso(f'bochs-{name}', os.environ.get('KERNEL') or 'build/nidus.elf',
                      cases.base(init=cases.program('machine')), f'panic=-1 {words}')
    done = bochs.run(name, image, model, cpus, memory=memory,
                     limit_s=(60 if cpus == 1 else 400) * machine.busy())
    want = (*expect, f'report: cpus {cpus}, ran on {cpus}', *REPORT)
    faults = [f'no line "{text}"' for text in want if not any(text in x for x in done.lines)]
    return faults + ([] if done.powered_off else ['it did not power itself off']), done


def in_bochs():
    writer = tap.Writer('bochs')
    os.makedirs(boots.path(''), exist_ok=True)
    for case in IN_BOCHS:
        if not re.search(os.environ.get('ONLY', ''), case[0]):
            continue
        faults, done = bochs_one(case)
        writer.point(not faults, f'{case[0]}, {case[1]} ({done.seconds:.1f} s)',
                     comments=faults + done.lines[-40:] if faults else [])
    return writer.done()


def least():
    """Boot each way with less and less; the least that is good."""
    files = prepare()
    for way, medium, sizes in (('pvh', 'none', (2, 3, 4, 5, 6, 8)),
                               ('bios', 'cd', (4, 5, 6, 7, 8, 12, 16)),
                               ('uefi', 'cd', (48, 52, 56, 60, 64, 80, 96))):
        for size in sizes:
            LEAST[way] = f'{size}M'
            row = {name: levels[0] for name, levels in pairwise.Matrix.read(MATRIX).factors.items()}
            row |= {'way': way, 'medium': medium, 'memory': 'least'}
            _, faults, _ = run_one(row, files, 'least')
            print(f'{way} {size} MiB: {faults[0] if faults else "boots"}', flush=True)
            if not faults:
                break
    return 0


def group_of(row):
    return ', '.join([row['machine'], row['way']] + [row['medium']] * (row['way'] != 'pvh'))


def groups(rows):
    """{group: {result: how many}} of results."""
    found = {}
    for name, (result, _) in rows.items():
        counts = found.setdefault(group_of(row_of(name)), {})
        counts[result] = counts.get(result, 0) + 1
    return found


def coverage(good, strength):
    matrix = pairwise.Matrix.read(MATRIX)
    wanted, seen = matrix.wanted(strength), set()
    for name in good:
        seen |= matrix.covered(row_of(name), strength)
    return f'{len(seen & wanted)} of the {len(wanted)}'


def table_text():
    rows = dict(read_results(RESULTS))
    good = [name for name, (result, _) in rows.items() if result == 'ok']
    lines = [f'{len(good)} of {len(rows)} machines are well (`tests/machines/results.tsv` names',
             f'them, and the clock of each). In these are {coverage(good, 2)} pairs of properties',
             f'that exist, and {coverage(good, 3)} triples.', '',
             '| machine, way to boot | tried | well |', '|---|---|---|']
    for group, counts in sorted(groups(rows).items()):
        lines.append(f'| {group} | {sum(counts.values())} | {counts.get("ok", 0)} |')
    lines += [f'\n{name}: {result}' for name, (result, _) in rows.items() if result != 'ok']
    return '\n'.join(lines) + '\n'


def table(check):
    with open(PAGE, encoding='utf-8') as f:
        page = f.read()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(FINISH)
    fresh = before + BEGIN + table_text() + FINISH + after
    if check:
        if fresh != page:
            print('docs/hardware.md is older than its results: make docs', file=sys.stderr)
        return int(fresh != page)
    with open(PAGE, 'w', encoding='utf-8') as f:
        f.write(fresh)
    return 0


def main():
    verb = sys.argv[1] if len(sys.argv) > 1 else ''
    strength = {'triples': 3}.get(verb, 2)
    if verb in ('quick', 'pairs', 'triples'):
        return run(pairwise.Matrix.read(MATRIX, verb == 'quick').rows(strength))
    if verb == 'list':
        matrix = pairwise.Matrix.read(MATRIX, 'quick' in sys.argv)
        rows = matrix.rows(3 if 'triples' in sys.argv else 2)
        print('\n'.join(title(row) for row in picked(rows)))
        return 0
    if verb == 'bochs':
        return in_bochs()
    if verb == 'least':
        return least()
    if verb == 'table':
        return table('--check' in sys.argv)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == '__main__':
    sys.exit(main())
