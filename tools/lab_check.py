"""tools/lab_check.py - labs that check themselves

What:  a skeleton builds, fails its lab's tests and nothing before them; the
       solution, which is the tree itself, has all points; each wrong solution
       of tests/labs/NN.wrong loses those that it should.
See:   docs/labs/README.md, CONTRIBUTING.md
"""
import contextlib
import copy
import os
import re
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, 'tests'))

# pylint: disable=wrong-import-position
import lab_text                                     # noqa: E402
import mutations                                    # noqa: E402
from harness import tap                             # noqa: E402
from lab_grade import grade                         # noqa: E402
from lab_run import PANIC, hang_expected, run_tests                # noqa: E402
from lab_tree import make, read, read_text, refresh_tree, skeletons     # noqa: E402


# A wrong solution must lose its points in one of so many gradings.
TURNS = 4


class Wrong(mutations.Mutation):
    """A wrong solution: tests/labs/NN.wrong, as tests/mutations/list.txt, with
    the tests that it must lose in the place of `by`; `cpus` and `words` take the place of
    the tests'; `hangs` if it waits in vain."""

    def __init__(self, name):
        super().__init__(name)
        self.cpus = ''
        self.hangs = False

    def field(self, line):
        key, _, rest = line.partition(' ')
        if key == 'loses':
            self.by = rest.split()
        elif key == 'hangs':
            self.hangs = True
        else:
            super().field(line)


def tell(writer, ok, name, why=''):
    writer.point(ok, name, comments=() if ok else [why])


def check_skeleton(writer, lab):
    found = grade(lab, skeletons(lab), lab.tests)
    title = f'lab {lab.number}: the skeleton'
    if found['output']:
        tell(writer, False, f'{title} builds', found['output'])
        return
    got = [r['name'] for r in found['tests'] if r['score']]
    tell(writer, not got, f'{title} has no points', f'it has those of {", ".join(got)}')
    text = ''.join(read(f'build/test/{name}').decode(errors='replace')
                   for name in sorted(os.listdir('build/test'))
                   if name.startswith(f'lab{lab.number}-') and name.endswith('.log'))
    check_stands(writer, lab, title)
    if lab.dies:
        ends = PANIC.findall(text)
        tell(writer, any(lab.dies in end for end in ends), f'{title} ends with "{lab.dies}"',
             f'panics: {sorted(set(ends))}')


def check_stands(writer, lab, title):
    """What must work without the mechanism."""
    for line in lab.shows + lab.stands:
        t = lab_text.Test(line)
        t.field('run', line if line in lab.stands else f'boot {line}')
        bad = [f'{r.name}: {r.why}' for r in run_tests(lab, [t])[line] if not r.ok]
        tell(writer, not bad, f'{title} still does: {line}', '; '.join(bad[:2]))


def check_solution(writer, lab, tests):
    found = grade(lab, {}, tests)
    for r in found['tests']:
        tell(writer, r['score'] == r['max_score'], f'lab {lab.number}: the solution: {r["name"]}',
             r['output'])


def tests_for(lab, wrong, turn):
    """Those that it must lose; each turn with a seed of its own, if there is one."""
    tests = [copy.copy(t) for t in lab.tests if t.name in wrong.by]
    for t in tests:
        t.cpus = wrong.cpus.split() or t.cpus
        t.words = re.sub(r'seed=(\d+)', lambda m: f'seed={int(m.group(1)) + turn}',
                         wrong.words or t.words)
    return tests


def grade_wrong(lab, wrong, changes):
    """(tests, result). A race is not lost each time, above all on a busy machine."""
    for turn in range(TURNS):
        tests = tests_for(lab, wrong, turn)
        with hang_expected() if wrong.hangs else contextlib.nullcontext():
            found = grade(lab, changes, tests)
        if not found['score']:
            break
    return tests, found


def check_wrong(writer, lab, wrong):
    name = f'lab {lab.number}: {wrong.name}: {wrong.what}'
    try:
        changed = wrong.apply(read_text(wrong.path)).encode()
    except (OSError, ValueError) as error:
        tell(writer, False, name, str(error))
        return
    start = time.monotonic()
    tests, found = grade_wrong(lab, wrong, {wrong.path: changed})
    kept = [r['name'] for r in found['tests'] if r['score']]
    ok = not kept and not found['output'] and len(tests) == len(wrong.by) > 0
    tell(writer, ok, name, found['output'][-400:] or
         f'keeps the points of {", ".join(kept) or wrong.by}')
    if ok:
        seconds = time.monotonic() - start
        writer.comment([f'{seconds:.0f} s: {r["output"][:160]}' for r in found['tests'][:1]])


def wrongs(lab):
    return mutations.read_list(f'{lab_text.LABS}/{lab.number}.wrong', Wrong)


def check_one(writer, lab, parts, only):
    if 'skeleton' in parts:
        check_skeleton(writer, lab)
    if 'solution' in parts:
        check_solution(writer, lab, lab.tests)
    if 'wrong' in parts:
        found = wrongs(lab)
        tell(writer, len(found) >= 3, f'lab {lab.number}: three wrong solutions at least')
        for wrong in (w for w in found if re.search(only, w.name)):
            check_wrong(writer, lab, wrong)


def misfit(lab, wrong, changes):
    """What is wrong with a wrong solution, by its text."""
    try:
        wrong.apply(read_text(wrong.path))
    except (OSError, ValueError) as error:
        return f'{wrong.name}: {error}'
    if not wrong.path.endswith('.pml') and wrong.old in changes[wrong.path].decode():
        return f'{wrong.name}: the skeleton gives its lines away'
    strange = set(wrong.by) - {t.name for t in lab.tests}
    return f'{wrong.name}: there is no test {", ".join(strange)}' if strange else ''


def check_text(writer, lab):
    """The short form: what students begin with can be compiled; wrong solutions
    are about the sources as they are, and about what a student writes."""
    changes = skeletons(lab)
    refresh_tree(lab, changes)
    why = make(*[f'build/debug/{name}.o' for name in changes if not name.endswith('.pml')])
    tell(writer, not why, f'lab {lab.number}: the skeleton compiles', why[-2000:])
    why = '; '.join(filter(None, (misfit(lab, wrong, changes) for wrong in wrongs(lab))))
    tell(writer, not why, f'lab {lab.number}: wrong solutions fit', why)


def command_check(args):
    writer = tap.Writer('labs')
    labs = [lab_text.find(n) for n in args.labs or lab_text.numbers()]
    for lab in labs:
        try:
            if args.quick:
                check_text(writer, lab)
            else:
                check_one(writer, lab, args.part, args.only)
        except lab_text.LabError as error:
            tell(writer, False, f'lab {lab.number} fits the sources', str(error))
    if args.quick:
        lab = lab_text.find(2)
        check_solution(writer, lab, [t for t in lab.tests if t.kind != 'user'])
    return writer.done()
