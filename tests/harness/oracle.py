"""tests/harness/oracle.py - the guest tests on Linux, beside those on Nidus.

What:  runs the same programs and stories on both kernels in the same QEMU and
       compares point by point. A point that fails on Linux is a wrong test.
       Points that one kernel alone can have (its program skips the rest there
       and says why; a story leaves them out) are counted apart. The
       table is kept in build/test/oracle.tsv; what the points said of the
       behaviours of pid namespaces, in tests/user/pidns.linux and pidns.nidus.
Not:   fetching Linux: tools/oracle.sh.
"""
import collections
import io

import mkpidns

from . import guest, machine, scenario, tap


def compare(linux, nidus):
    """Rows (program, point, on Linux, on Nidus) of two results; '-' is none."""
    rows = []
    for program in list(linux) + [p for p in nidus if p not in linux]:
        left, right = dict(linux.get(program, [])), dict(nidus.get(program, []))
        for point in list(left) + [p for p in right if p not in left]:
            rows.append((program, point, left.get(point, '-'), right.get(point, '-')))
    return rows


class Points(tap.Writer):
    """A writer that also keeps its points, for a story."""

    def __init__(self, title):
        super().__init__(title, io.StringIO())
        self.rows = []

    def point(self, ok, name, directive='', comments=()):
        self.rows.append([name, 'ok' if ok else 'not ok'])
        super().point(ok, name, directive, comments)


def programs(kernel, linux, cpus, only):
    """Results of the guest programs on one kernel."""
    kind = 'linux' if linux else 'nidus'
    writer = tap.Writer(f'{kind}, {cpus} CPUs', io.StringIO())
    boot = machine.Boot(name=f'oracle-cpus{cpus}-{kind}', kernel=kernel, linux=linux,
                        cpus=int(cpus))
    return guest.user_part(writer, boot, only)


def stories(kernel, linux, only):
    """Results of the scenarios that run on Linux, on one kernel."""
    found = {}
    picks = only.split()
    for path in scenario.files():
        story = scenario.Scenario(path)
        if 'linux' not in story.kernels or (story.name not in picks if picks else story.slow):
            continue
        for cpus in story.cpus:
            name = f'{story.name}.cpus{cpus}'
            writer = Points(f'{"linux" if linux else "nidus"}, {name}')
            for _ in range(guest.LINUX_TRIES if linux else 1):
                writer.rows = []
                scenario.tell(writer, story, story.boot(kernel, linux, cpus))
                if all(row[1] == 'ok' for row in writer.rows):
                    break
            found[name] = writer.rows
    return found


def table(rows, path):
    with open(path, 'w', encoding='utf-8') as f:
        f.write('program\tpoint\tLinux\tNidus\n')
        for row in rows:
            f.write('\t'.join(row) + '\n')


def verdict(row, skips):
    """'' if both kernels agree, else what is to be said of a point. @skips: the
    (program, side) that leave something out."""
    program, _, linux, nidus = row
    if 'not ok' in (linux[:6], nidus[:6]):
        return 'wrong test' if linux.startswith('not ok') else 'differs'
    if linux == nidus:
        return ''
    if 'skip' in (linux, nidus):
        return 'only Nidus' if linux == 'skip' else 'only Linux'
    side = 2 if linux == '-' else 3
    if (program, side) not in skips:
        return 'differs'
    return 'only Nidus' if side == 2 else 'only Linux'


def leave_out(rows, told):
    """The (program, side) with points that are skipped. A case of a story, of which @told are
    the names, may have other words on each kernel, and those are in its points' names."""
    return {(row[0], side) for row in rows for side in (2, 3)
            if row[side] == 'skip' or row[0] in told}


def report(rows, with_nidus, told=()):
    """Print a line a program and each bad point: the number of bad points."""
    skips = leave_out(rows, told)
    found = [(verdict(row if with_nidus else [*row[:3], row[2]], skips), row) for row in rows]
    alone = collections.Counter((what, row[0]) for what, row in found if what.startswith('only'))
    bad = [(what, row) for what, row in found if what and not what.startswith('only')]
    for program in dict.fromkeys(row[0] for row in rows):
        mine = [row for row in rows if row[0] == program]
        text = f'{program}: {len(mine)} points, Linux {sum(r[2] == "ok" for r in mine)} ok'
        if with_nidus:
            text += f', Nidus {sum(r[3] == "ok" for r in mine)} ok'
        print(text)
    for (what, program), count in sorted(alone.items()):
        print(f'  {what}: {program}: {count} points')
    for what, (program, point, linux, nidus) in bad:
        print(f'  {what}: {program}: {point}: Linux {linux}' +
              (f', Nidus {nidus}' if with_nidus else ''))
    print(f'{len(rows) - len(bad) - alone.total()} alike, {alone.total()} of one kernel alone, '
          f'{len(bad)} failed')
    return len(bad)


def run(linux, nidus, cpus_list, only):
    """Both kernels, all programs and stories: exit status."""
    rows = []
    kernels = [(linux, True)] + ([(nidus, False)] if nidus else [])
    runs = [{} for _ in kernels]
    for cpus in cpus_list:
        sides = [programs(k, is_linux, cpus, only) for k, is_linux in kernels]
        for run_of, side in zip(runs, sides):
            run_of[int(cpus)] = side
        named = [{f'{name}.cpus{cpus}': points for name, points in side.items()}
                 for side in sides]
        rows += compare(named[0], named[1] if nidus else {})
    for (_, is_linux), run_of in zip(kernels, runs):
        name = 'Linux' if is_linux else 'Nidus'
        mkpidns.write_results(name, run_of, mkpidns.RESULTS[name])
    sides = [stories(k, is_linux, only) for k, is_linux in kernels]
    rows += compare(sides[0], sides[1] if nidus else {})
    table(rows, 'build/test/oracle.tsv')
    return 1 if report(rows, bool(nidus), set(sides[0])) or not rows else 0
