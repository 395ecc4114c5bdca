#!/usr/bin/env python3
"""tools/mkpidns.py - the table of behaviours of pid namespaces.

What:  mkpidns.py docs/pidns-table.md writes the table anew: each ID of
       tests/user/pidns.ids with what the guest tests said on Linux and on
       Nidus, as tests/user/pidns.linux and pidns.nidus have it.
       mkpidns.py --check docs/pidns-table.md fails if the table is old, a test
       names an unknown ID, an ID has no test and no reason, or a result is
       missing or bad.
       mkpidns.py --record docs/pidns-table.md first takes over what the last
       make test-pidns found; make oracle records both kernels by itself.
       What an older Linux said (pidns.linux-6.1) and since when a behaviour is
       as it is (pidns.history) make a column of their own.
       tests/harness/pidns.py, oracle.py and history.py use the functions.
See:   docs/testing.md
"""
import argparse
import json
import os
import re
import sys

IDS = 'tests/user/pidns.ids'
RESULTS = {'Linux': 'tests/user/pidns.linux', 'Nidus': 'tests/user/pidns.nidus'}
HISTORY = 'tests/user/pidns.history'
SERIES = '6.1'
SOURCES = 'tests/user'
STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
NOTES = ('differs', 'nidus', 'none', 'waits')


class Behaviour:
    """One line of the list."""

    def __init__(self, line):
        text, _, note = line.partition(' | ')
        self.id, tier, self.text = text.split(' ', 2)
        self.tier = int(tier)
        self.kind, _, self.note = note.partition(': ')
        if note and (self.kind not in NOTES or not self.note):
            sys.exit(f'{IDS}: {self.id}: a note is one of {", ".join(NOTES)}, with words')

    def untested(self):
        return self.kind in ('none', 'waits')


def read_ids():
    """All behaviours by ID, in the order of the list."""
    found = {}
    with open(IDS, encoding='utf-8') as f:
        for line in f:
            if not line.strip() or line.startswith('#'):
                continue
            one = Behaviour(line.rstrip('\n'))
            if one.id in found:
                sys.exit(f'{IDS}: {one.id} stands there twice')
            found[one.id] = one
    return found


def ids_in(text, families):
    """The IDs that a point's name begins with, or has behind its kind."""
    return [token for token in re.findall(r'\b[A-Z]+-\d{2}\b', text)
            if token.split('-')[0] in families]


def families_of(behaviours):
    return {name.split('-')[0] for name in behaviours}


def read_sources(behaviours):
    """{program: IDs that its source names}."""
    families = families_of(behaviours)
    found = {}
    for name in sorted(os.listdir(SOURCES)):
        if not name.endswith('.c'):
            continue
        with open(os.path.join(SOURCES, name), encoding='utf-8') as f:
            text = ' '.join(STRING.findall(f.read()))
        ids = set(ids_in(text, families))
        if ids:
            found[name[:-2]] = ids
    return found


def merge(verdicts):
    """One verdict of many: bad if any is, good if any is, else skipped."""
    if not verdicts or any(v.startswith('not ok') for v in verdicts):
        return 'not ok'
    return 'ok' if 'ok' in verdicts else 'skip'


def by_id(program_points, behaviours):
    """{ID: verdicts of its points} of one program's [[point, verdict]]."""
    families = families_of(behaviours)
    found = {}
    for point, verdict in program_points:
        for one in ids_in(point, families):
            found.setdefault(one, []).append(verdict)
    return found


def read_results(path):
    """{(ID, program): (verdict, numbers of CPUs, points)}."""
    found = {}
    if os.path.exists(path):
        with open(path, encoding='utf-8') as f:
            for line in f:
                if line.strip() and not line.startswith('#'):
                    one, program, cpus, points, verdict = line.rstrip('\n').split(' ', 4)
                    found[one, program] = (verdict, cpus, int(points))
    return found


def write_results(kernel, runs, path):
    """Record runs: {numbers of CPUs: {program: points}}; other programs stay."""
    behaviours = read_ids()
    programs = {program for run in runs.values() for program in run}
    sources = read_sources(behaviours)
    old = {key: value for key, value in read_results(path).items()
           if key[1] not in programs and key[1] in sources}
    for program in programs:
        said = {}
        for run in runs.values():
            for one, verdicts in by_id(run.get(program, []), behaviours).items():
                said.setdefault(one, []).append(verdicts)
        for one, each in said.items():
            old[one, program] = (merge(sum(each, [])), ','.join(str(n) for n in sorted(runs)),
                                 min(len(verdicts) for verdicts in each))
    order = {one: i for i, one in enumerate(behaviours)}
    with open(path, 'w', encoding='utf-8') as f:
        again = '' if path in RESULTS.values() else ' LINUX=' + kernel.split()[1]
        f.write(f'# {path} - what the guest tests said on {kernel}; written by make oracle{again}\n'
                '# ID, program, numbers of CPUs, points, verdict\n')
        for (one, program), (verdict, cpus, points) in sorted(
                old.items(), key=lambda item: (order.get(item[0][0], 0), item[0][1])):
            f.write(f'{one} {program} {cpus} {points} {verdict}\n')


def older(series):
    """Where the results of an older Linux are."""
    return f'{RESULTS["Linux"]}-{series}'


def read_history():
    """{ID: (the first Linux on which its test passes, words)}."""
    found = {}
    with open(HISTORY, encoding='utf-8') as f:
        for line in f:
            if line.strip() and not line.startswith('#'):
                one, since, words = line.rstrip('\n').split(' ', 2)
                found[one] = (since, words)
    return found


def younger(line, series):
    """True if a line of the history says that a kernel of this series has not got it."""
    def version(text):
        return [int(word) for word in text.split('.')]
    return line is not None and version(line[0]) > version(series)


def compared(found, programs=None):
    """{ID: 'ok' or 'differs'} of an older Linux beside the recorded one: each point that
    passes there, in one of @programs or in all."""
    result = {}
    for (one, program), (verdict, _, points) in read_results(RESULTS['Linux']).items():
        if verdict != 'ok' or programs is not None and program not in programs:
            continue
        there = found.get((one, program))
        same = there is not None and there[0] == 'ok' and there[2] >= points
        if not same or one not in result:
            result[one] = 'ok' if same else 'differs'
    return result


def verdict_of(results, one):
    return merge([value[0] for (other, _), value in results.items() if other == one]) \
        if any(other == one for other, _ in results) else ''


def record_nidus():
    """Take over what the last make test-pidns found."""
    runs = {}
    for cpus in (1, 2, 4):
        path = f'build/test/pidns-cpus{cpus}.json'
        if os.path.exists(path):
            with open(path, encoding='utf-8') as f:
                runs[cpus] = json.load(f)
    if runs:
        write_results('Nidus', runs, RESULTS['Nidus'])


def history_cell(behaviour, before, history):
    """What the older Linux said, and since when it is as the test has it."""
    said = before.get(behaviour.id, '-')
    return said if said != 'differs' else f'since {history.get(behaviour.id, ("?", ""))[0]}'


def row(behaviour, results, sources, before):
    programs = [name for name, ids in sources.items() if behaviour.id in ids]
    cells = [verdict_of(results[kernel], behaviour.id) or '-' for kernel in RESULTS]
    cells.insert(1, before(behaviour))
    text = behaviour.text
    if behaviour.note:
        text += f' ({behaviour.kind}: {behaviour.note})'
    return f'| {behaviour.id} | {behaviour.tier} | {text} | {" | ".join(cells)} | ' \
           f'{" ".join(programs)} |'


def make_table():
    behaviours = read_ids()
    sources = read_sources(behaviours)
    results = {kernel: read_results(path) for kernel, path in RESULTS.items()}
    before, history = compared(read_results(older(SERIES))), read_history()
    shown = sum(all(verdict_of(results[kernel], one) == 'ok' for kernel in RESULTS)
                for one in behaviours)
    waits = sum(b.kind == 'waits' for b in behaviours.values())
    none = sum(b.kind == 'none' for b in behaviours.values())
    lines = ['# Behaviours of pid namespaces', '',
             'Made by `make docs` from tests/user/pidns.ids and the recorded results of the guest',
             'tests (tests/user/pidns.linux, tests/user/pidns.nidus; `make oracle` writes them).',
             'A test point begins with the IDs that it proves. `make test-pidns` gives one TAP',
             'point for each ID.', '',
             f'{len(behaviours)} behaviours: {shown} proved on Linux 6.12 and on Nidus, {waits}',
             f'wait for a facility, {none} cannot be shown by a program. "differs" says where',
             'Nidus is stricter on purpose; there the test expects each kernel\'s own result.',
             f'The column of Linux {SERIES} (`make oracle LINUX={SERIES}`) says since when a',
             f'behaviour is as its test has it, where {SERIES} differs; what came then stands in',
             'tests/user/pidns.history.',
             '',
             f'| ID | tier | behaviour | Linux 6.12 | Linux {SERIES} | Nidus | programs |',
             '|---|---|---|---|---|---|---|']
    lines += [row(b, results, sources, lambda b: history_cell(b, before, history))
              for b in behaviours.values()]
    return '\n'.join(lines) + '\n'


def problems(path):
    """What is wrong with lists, tests and table."""
    behaviours = read_ids()
    sources = read_sources(behaviours)
    named = {one: name for name, ids in sources.items() for one in ids}
    results = {kernel: read_results(p) for kernel, p in RESULTS.items()}
    for one, name in named.items():
        if one not in behaviours:
            yield f'{SOURCES}/{name}.c: {one} is not in {IDS}'
    for one, behaviour in behaviours.items():
        if behaviour.untested():
            if one in named:
                yield f'{IDS}: {one} has a test: take the note away'
            continue
        if one not in named:
            yield f'{IDS}: {one} has no test'
            continue
        for kernel, result in results.items():
            wants = ('ok', 'skip') if (kernel, behaviour.kind) == ('Linux', 'nidus') else ('ok',)
            if verdict_of(result, one) not in wants:
                yield f'{RESULTS[kernel]}: {one} is "{verdict_of(result, one)}": run make oracle'
    yield from problems_of_history(behaviours)
    with open(path, encoding='utf-8') as f:
        if f.read() != make_table():
            yield f'{path}: old, run make docs'


def problems_of_history(behaviours):
    """What is wrong with the history, or with the results of the older Linux."""
    history, before = read_history(), compared(read_results(older(SERIES)))
    for one in history:
        if one not in behaviours:
            yield f'{HISTORY}: {one} is not in {IDS}'
    for one, said in before.items():
        if (said == 'differs') != younger(history.get(one), SERIES):
            yield f'{HISTORY}: {one} "{said}" on Linux {SERIES}: run make oracle LINUX={SERIES}'


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('path')
    parser.add_argument('--check', action='store_true')
    parser.add_argument('--record', action='store_true',
                        help='first take over what make test-pidns found')
    args = parser.parse_args()
    if args.record:
        record_nidus()
    if not args.check:
        with open(args.path, 'w', encoding='utf-8') as f:
            f.write(make_table())
        return 0
    found = list(problems(args.path))
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
