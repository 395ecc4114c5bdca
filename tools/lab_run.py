"""tools/lab_run.py - runs the tests of a lab, and says why points are lost

What:  run_tests boots the kernel of tools/lab_tree.py with programs, with
       self-tests of the kernel, or until it shows something; runs programs of
       the host and models. A Row is one answer, with the reason if it is no.
See:   docs/labs/README.md, tests/labs
"""
import contextlib
import copy
import dataclasses
import functools
import itertools
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, 'tests'))

# pylint: disable=wrong-import-position
import lab_text                                     # noqa: E402
import symbolize                                    # noqa: E402
from harness import guest, machine, tap             # noqa: E402
from lab_tree import KERNEL, OUT, TREE, make, read, read_text   # noqa: E402
from mkinitramfs import Archive                     # noqa: E402

PANIC = re.compile(r'Kernel panic - not syncing: (.*?)(?: \]---)?$', re.M)
YOURS = r'lab \d\d: \w+ is yours to write'
# A hang is seen after so long; programs work in silence on a busy machine.
SILENCE_S = {'kernel': 40, 'user': 120, 'boot': 40}
# The same where a hang is what is expected, on any machine.
EXPECTED_S = 15
BOOT_S = 20
# Boots of the kernel's tests, each without those that ended the one before.
MORE_BOOTS = 6
# But no more than so many that hang.
HANGS = {'most': 2}
# What every back trace begins with, and ends with.
REPORTERS = {'dump_stack', 'backtrace', 'panic', 'assert_failed', 'lock_violation', 'rank_check',
             'trap_dispatch', 'trap_common', 'object_bad'}
OUTERMOST = {'selftest_run_all', 'start_thread', 'thread_exit', 'switch_first_kernel'}
FRAMES = 5
# Points of guest.kernel_part that belong to no test.
WHOLE = ('the whole plan', 'lab')


@dataclasses.dataclass
class Row:
    """A point of a run; whole: about the run as such, not one behaviour."""
    ok: bool
    name: str
    why: str = ''
    whole: bool = False

    def told(self):
        if self.whole and self.why:
            return self.why
        return self.name + (f' ({self.why})' if self.why else '')


class Collector(tap.Writer):
    """Keeps the points of a run instead of printing them."""

    def __init__(self):
        super().__init__('lab')
        self.rows = []

    def point(self, ok, name, directive='', comments=()):
        self.rows.append((ok or directive.startswith('TODO'), name, list(comments)))


@contextlib.contextmanager
def hang_expected():
    """For what is known to hang there is little patience."""
    before = dict(SILENCE_S), dict(HANGS)
    SILENCE_S.update(dict.fromkeys(SILENCE_S, EXPECTED_S / machine.scale()))
    HANGS['most'] = 1
    try:
        yield
    finally:
        SILENCE_S.update(before[0])
        HANGS.update(before[1])


def cpus_text(cpus):
    return f'{cpus} CPU' + ('' if str(cpus) == '1' else 's')


def callers(text):
    """The functions of the first back trace in @text, which has names: each was
    called by the next."""
    names = [name for name, _ in itertools.groupby(re.findall(r'<(\w+)\+0x', text))]
    while names and names[0] in REPORTERS:
        names.pop(0)
    end = next((i for i, name in enumerate(names) if name in OUTERMOST), len(names))
    return ' < '.join(names[:min(end, FRAMES)])


class Console:
    """What a boot left behind. Addresses in its log get the names of functions."""

    def __init__(self, boot, ending='', cpus_state=()):
        self.path = f'build/test/{boot.name}.log'
        self.cpus = cpus_text(boot.cpus)
        self.ending = ending
        symbols = symbolize.Symbolizer(KERNEL)
        self.text = symbols.annotate(machine.clean(
            read(self.path).decode(errors='replace')) + ''.join(f'\n{s}' for s in cpus_state))
        symbols.close()
        with open(self.path, 'w', encoding='utf-8') as f:
            f.write(self.text)
        self.panic = PANIC.search(self.text)

    def why(self):
        """How it went down; '' if it did not."""
        if self.panic:
            where = callers(self.text[self.panic.end():].split('---[', 1)[0])
            said = f'panic: {self.panic.group(1).strip()}' + (f', in {where}' if where else '')
        elif self.ending.startswith(('silence', 'time limit')):
            seconds = re.sub(r'\D', '', self.ending)
            cpus = self.text.rpartition('\nCPUs:')[2].split('\n  CPU ')
            where = callers(next((cpu for cpu in cpus if ': kernel,' in cpu), ''))
            said = (f'silent for {seconds} s' if self.ending.startswith('silence') else
                    f'no end after {seconds} s') + (f', in {where}' if where else '')
            said += ' (on a slow machine: TIME_SCALE=3 make grade)'
        else:
            return ''
        return said + self.place()

    def place(self):
        return f' [{self.cpus}, {self.path}]'

    def last_program(self):
        text = self.text[:self.panic.start()] if self.panic else self.text
        begun = re.findall(r'^# begin (\S+)', text, re.M)
        return begun[-1] if begun else ''

    def checks(self):
        """{test of the kernel: its first check that failed}."""
        found, first = {}, ''
        for line in self.text.splitlines():
            failed = re.match(r'# (\S+:\d+: failed: .*)', line)
            point = tap.POINT.match(line)
            if failed:
                first = first or failed.group(1)
            elif point:
                if point.group(1):
                    found[point.group(3)] = first
                first = ''
        return found


def boot_of(lab, what, cpus, words=''):
    for log in os.listdir('build/test') if os.path.isdir('build/test') else ():
        if re.match(rf'lab{lab.number}-{what}\b', log):
            os.remove(f'build/test/{log}')
    return machine.Boot(name=f'lab{lab.number}-{what}', kernel=KERNEL, cpus=int(cpus),
                        append=words, stop=YOURS,
                        silence_s=SILENCE_S[re.match('[a-z]+', what).group()])


class Endings(Collector):
    """Keeps how each boot ended, too, if not as it should."""

    def consoles(self, boot):
        """Those of a boot and the ones after it."""
        stories = {}
        for ok, name, story in self.rows:
            if not ok and ': the ' in name and story:
                stories.setdefault(name.split(': ')[0], story)
        found = []
        for log in sorted(os.listdir('build/test')):
            if re.fullmatch(re.escape(boot.name) + r'(\.boot\d+)?\.log', log):
                name = log.removesuffix('.log')
                story = stories.get(name, [''])
                at = story.index('CPUs:') if 'CPUs:' in story else len(story)
                found.append(Console(dataclasses.replace(boot, name=name),
                                     story[0].split(';')[0], story[at:]))
        return found


def run_users(lab, programs, cpus, words, name):
    """{program: [Row]}."""
    boot = boot_of(lab, f'user{cpus}{name}', cpus, words)
    first, writer = copy.copy(boot), Endings()
    found = guest.UserPart(writer, boot, programs).run()
    last_words = {c.last_program(): c.why() for c in writer.consoles(first) if c.why()}
    comments = {name: why for ok, name, why in writer.rows if not ok}
    rows = {}
    for program, points in found.items():
        end = last_words.get(program) or (last_words.get('') if points[-1][1] != 'ok' else '')
        rows[program] = []
        for point, said in points:
            name = f'{program}: {point}'
            why = ' '.join(comments.get(name, [])[:1]) or said.removeprefix('not ok').lstrip(': ')
            if not end and said.startswith('not ok'):
                why = f'{why} [{cpus_text(cpus)}, build/test/{first.name}*.log]'
            rows[program].append(Row(said in ('ok', 'skip'), name,
                                     end if end and point == 'whole' else why, point == 'whole'))
    return rows


@functools.lru_cache(None)
def kernel_tests():
    """The names of the kernel's own tests, in their order."""
    tables, folder = {}, f'{TREE}/tests/kernel'
    for name in os.listdir(folder):
        if name.endswith('.c'):
            for table, rows in re.findall(r'^const struct selftest (\w+)\[\] = \{\n(.*?)^\};',
                                          read_text(f'{folder}/{name}'), re.M | re.S):
                tables[table] = re.findall(r'^\t\{ "([^"]+)"', rows, re.M)
    order = re.search(r' tables\[\] = \{(.*?)\};', read_text(f'{folder}/selftest.c'), re.S)
    return [test for table in re.findall(r'\w+', order.group(1)) for test in tables.get(table, [])]


def run_kernel(lab, test, cpus):
    """One boot for all; when a test takes the machine down, another for those
    behind it."""
    left = [name for name in kernel_tests() if name.startswith(tuple(test.what))]
    what = f'kernel{cpus}-' + re.sub(r'\W+', '', test.name if test.words else test.what[0])
    words, rows, hangs = ','.join(test.what), {}, 0
    for again in range(MORE_BOOTS):
        writer = Endings()
        boot = boot_of(lab, what + (f'.boot{again + 1}' if again else ''), cpus,
                       f'selftest={words} {test.words}')
        guest.kernel_part(writer, boot, all_tests=False)
        console = writer.consoles(boot)[0]
        end, checks = console.why(), console.checks()
        whole = {}
        for ok, name, why in writer.rows:
            if name.startswith(WHOLE):
                whole[name] = Row(ok, name, end or ' '.join(why[:1]) + console.place(), True)
                continue
            said = '' if ok else checks.get(name, '') + console.place()
            rows[name] = Row(ok, name, said.strip())
        left = [name for name in left if name not in rows]
        if not end or not left or not re.search(r'^1\.\.\d', console.text, re.M):
            break
        rows[left[0]] = Row(False, left[0], end)
        left = left[1:]
        hangs += not console.panic
        if not left or hangs == HANGS['most']:
            break
        words = ','.join(name.split(',')[0].replace(' ', '_') for name in left)
    return [*rows.values(), *whole.values()]


def run_boot(lab, test, cpus):
    """A machine that must show a line; with the arguments that `options` names."""
    boot = boot_of(lab, f'boot{cpus}-{test.name}', cpus, test.words)
    boot.base = 'console=ttyS0 panic=-1 testexit=1'
    boot.stop, boot.limit_s = f'{test.what[0]}|{boot.stop}', BOOT_S
    boot.options = tuple(test.options)
    archive = Archive()
    archive.spec('tools/initramfs/base.spec')
    archive.file('/init', 'build/user/lib/init')
    archive.data('/tests', b'')
    boot.initrd = os.path.abspath(f'{OUT}/boot.cpio')
    with open(boot.initrd, 'wb') as f:
        f.write(archive.pack())
    outcome = machine.run(boot)
    console = Console(boot, outcome.ending(),
                      ['CPUs:', *outcome.registers] if outcome.registers else ())
    last = outcome.lines[-1] if outcome.lines else 'nothing on the console'
    why = console.why() or f'{outcome.ending()}, last line: {last}{console.place()}'
    seen = any(re.search(test.what[0], line) for line in outcome.lines)
    return [Row(seen, f'the console shows {test.what[0]}', why)]


def run_host(test):
    rows = []
    for name in test.what:
        path = os.path.abspath(f'{TREE}/build/host/{name}')
        why = make('host', f'build/host/{name}')
        if not why:
            done = subprocess.run([path], capture_output=True, text=True, timeout=300, check=False)
            bad = re.search(r'^not ok.*|ERROR:.*|runtime error:.*', done.stdout + done.stderr, re.M)
            why = '' if not done.returncode else bad.group(0) if bad else 'it failed'
        rows.append(Row(not why, name, last_line(why)))
    return rows


def run_model(lab, test):
    """spin's verdict on a student's model, which must differ from ours in the
    bodies alone; each further word names a mistake that it must still find."""
    name, *twins = test.what
    part = next(p for p in lab.parts if p.path.endswith(f'/{name}.pml'))
    rows = [Row(lab_text.same_outside(part, read_text(f'{TREE}/{part.path}'),
                                      read_text(part.path)),
                f'{name}: only what is yours was changed',
                'other parts of the model differ')]
    for twin in ['none', *twins]:
        done = subprocess.run([f'{TREE}/tools/models.sh', name, twin], capture_output=True,
                              text=True, env={**os.environ, 'MODELS_ONE': '1'}, check=False)
        what = 'no error in any order' if twin == 'none' else f'{twin} is noticed'
        rows.append(Row(done.returncode == 0, f'{name}: {what}',
                        last_line((done.stdout + done.stderr).replace(os.getcwd(), ''))))
    return rows


def last_line(text):
    return (text.strip().splitlines() or [''])[-1]


def run_once(lab, test, cpus):
    """What one run of a test's kind makes: [Row]."""
    if test.kind == 'kernel':
        return run_kernel(lab, test, cpus)
    if test.kind == 'boot':
        return run_boot(lab, test, cpus)
    return run_host(test) if test.kind == 'host' else run_model(lab, test)


def run_tests(lab, tests):
    """{test name: [Row]}; what several tests look at runs once."""
    kernel_tests.cache_clear()
    rows = {t.name: [] for t in tests}
    known, shared = {}, {}
    for t in tests:
        for cpus in t.cpus if t.kind in ('kernel', 'user', 'boot') else ['1']:
            if t.kind == 'user':
                shared.setdefault((cpus, t.words), []).append(t)
                continue
            key = (t.kind, *t.what, cpus, t.words, *t.options)
            if key not in known:
                progress(lab, f'{t.kind} {" ".join(t.what)}, {cpus} CPUs')
                known[key] = run_once(lab, t, cpus)
            rows[t.name] += wanted(t, known[key])
    for (cpus, words), users in shared.items():
        programs = sorted({w for t in users for w in t.what})
        progress(lab, f'{len(programs)} guest programs, {cpus} CPUs')
        found = run_users(lab, programs, cpus, words, f'-{users[0].name}' if words else '')
        for t in users:
            rows[t.name] += wanted(t, [row for w in t.what for row in found[w]])
    return rows


def wanted(test, rows):
    """The rows that count; when some of them are missing, those about the run
    as a whole too."""
    if not test.match:
        return rows
    found = [[r for r in rows if not r.whole and re.search(part, r.name)]
             for part in test.match.split('|')]
    missing = [Row(False, 'not all of it was run')] if [] in found else []
    return [r for part in found for r in part] + (
        missing and [r for r in rows if r.whole and not r.ok] or missing)


def progress(lab, text):
    print(f'# lab {lab.number}: {text}', file=sys.stderr, flush=True)
