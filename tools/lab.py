#!/usr/bin/env python3
"""tools/lab.py - labs of a course: take a mechanism out, grade, check itself

What:  lab.py make NN DIR       a working tree without that lab's mechanism
       lab.py grade NN [DIR]    DIR's files of the lab, in this tree's place,
                                against the lab's tests: points, and why each
                                is lost; JSON as Gradescope reads it
       lab.py check [NN...]     each skeleton fails its tests and nothing
                                before, the solution has all points, and each
                                wrong solution loses those that it should
       Everything is built in one copy of this tree, build/labs/tree: of a
       student's tree only the files of the lab are read, nothing is run.
Not:   descriptions and skeletons (tools/lab_text.py).
See:   docs/labs/README.md
"""
import argparse
import copy
import dataclasses
import fcntl
import functools
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, 'tests'))

# pylint: disable=wrong-import-position
import lab_text                                     # noqa: E402
import mutations                                    # noqa: E402
import symbolize                                    # noqa: E402
from harness import guest, machine, tap             # noqa: E402
from mkinitramfs import Archive                     # noqa: E402

OUT = 'build/labs'
TREE = OUT + '/tree'
KERNEL = OUT + '/nidus.elf'
NOT_COPIED = {'build', '.git', '__pycache__'}
# What would give answers away.
NOT_FOR_STUDENTS = re.compile(r'^(docs/labs/answers/|tests/labs/.*\.wrong$|tests/mutations/)')
# What a lab has no use for, but a kernel that grades itself has.
FORBIDDEN = re.compile(r'NIDUS-TEST|log_direct|machine_test_exit|machine_power_off|incbin|'
                       r'#\s*include\s*["<](?:/|[^">]*\.\./)')
PANIC = re.compile(r'Kernel panic - not syncing: (.*?)(?: \]---)?$', re.M)
YOURS = r'lab \d\d: \w+ is yours to write'
# A hang is seen after so long; programs work in silence on a busy machine.
SILENCE_S = {'kernel': 40, 'user': 120, 'boot': 40}
BOOT_S = 20
# Boots of the kernel's tests, each without those that ended the one before.
MORE_BOOTS = 6
# What every back trace begins with, and ends with.
REPORTERS = {'dump_stack', 'backtrace', 'panic', 'assert_failed', 'lock_violation', 'rank_check',
             'trap_dispatch', 'trap_common', 'object_bad'}
OUTERMOST = {'selftest_run_all', 'start_thread', 'thread_exit', 'switch_first_kernel'}
FRAMES = 5
# Points of guest.kernel_part that belong to no test.
WHOLE = ('the whole plan', 'lab')
# A make of its own, with as many jobs as it likes.
MAKE_ENV = {k: v for k, v in os.environ.items() if k not in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL')}
BUILD_LOG = OUT + '/build.log'


# ------------------------------------------------------------------- files

def files_of(top):
    """Every file of a tree but what is made."""
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(set(folders) - NOT_COPIED)
        # in a worktree .git is a file, which leads to another repository
        for name in sorted(set(names) - NOT_COPIED):
            yield os.path.relpath(os.path.join(folder, name), top)


def read(path):
    with open(path, 'rb') as f:
        return f.read()


def read_text(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def write_if_new(path, data):
    """With the time of now, so that make compiles it."""
    if os.path.exists(path) and read(path) == data:
        return
    os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
    with open(path, 'wb') as f:
        f.write(data)


def lab_mk(lab):
    return f'LAB ?= {lab.number}\nLAB_FILES := {" ".join(lab.files())}\n'.encode()


def is_old():
    """Has so much changed that the objects of this tree save time?"""
    return any(not os.path.exists(f'{TREE}/{name}') or read(name) != read(f'{TREE}/{name}')
               for name in files_of('.') if name.endswith(('.h', '.inc', 'akefile')))


def refresh_tree(lab, changes):
    """TREE as this tree is now, with @changes: {path: bytes}."""
    if is_old():
        shutil.rmtree(TREE, ignore_errors=True)
        for name in files_of('.'):
            os.makedirs(os.path.dirname(f'{TREE}/{name}') or TREE, exist_ok=True)
            shutil.copy2(name, f'{TREE}/{name}')
        if os.path.isdir('build/debug'):
            subprocess.run(['cp', '-a', '--parents', 'build/debug', TREE], check=True)
    for name in files_of('.'):
        if name not in changes:
            write_if_new(f'{TREE}/{name}', read(name))
    for name, data in changes.items():
        write_if_new(f'{TREE}/{name}', data)
    write_if_new(f'{TREE}/lab.mk', lab_mk(lab))


def make(*words):
    """Run make in TREE: its complaints, or ''."""
    command = ['make', '-s', '-C', TREE, 'MODE=debug', 'DEPS=skip',
               # as the copied objects were built
               f'PREFIX_MAP=-ffile-prefix-map={os.getcwd()}=.', *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=MAKE_ENV, text=True, errors='replace', check=False)
    with open(BUILD_LOG, 'w', encoding='utf-8') as f:
        f.write(done.stdout)
    return done.stdout if done.returncode else ''


def build():
    return make('omitted', f'OMITTED={os.path.abspath(KERNEL)}')


def skeletons(lab):
    return {p.path: lab.skeleton(p, read_text(p.path)).encode() for p in lab.parts}


# ------------------------------------------------------------------- running

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
        if not left or hangs == 2:
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
        progress(lab, f'{len(users)} tests by guest programs, {cpus} CPUs')
        found = run_users(lab, sorted({w for t in users for w in t.what}), cpus, words,
                          f'-{users[0].name}' if words else '')
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


# ------------------------------------------------------------------- grading

def verdict(test, rows):
    """A test has its points if all is right, none otherwise: and why."""
    bad = [r for r in rows if not r.ok]
    if not rows:
        return 0, 'no point of it was run'
    if not bad:
        return test.points, ''
    told = list(dict.fromkeys(r.told() for r in bad))
    more = f'; and {len(told) - 3} more' if len(told) > 3 else ''
    return 0, '; '.join(told[:3]) + more


def results(tests, rows, output=''):
    """Gradescope's form."""
    out = []
    for t in tests:
        score, why = verdict(t, rows.get(t.name, []))
        out.append({'name': f'{t.name}: {t.is_about}' if t.is_about else t.name, 'score': score,
                    'max_score': t.points, 'output': why, 'visibility': t.visibility,
                    'status': 'passed' if score else 'failed'})
    return {'score': sum(r['score'] for r in out), 'output': output, 'visibility': 'visible',
            'stdout_visibility': 'hidden', 'tests': out}


def not_built(tests, why):
    """No points, for one reason."""
    found = results(tests, {}, why)
    for r in found['tests']:
        r['output'] = why.splitlines()[0]
    return found


def student_files(lab, top):
    """{path: bytes} of the lab's files in another tree."""
    changes = {}
    for path in lab.files():
        if not os.path.isfile(f'{top}/{path}'):
            raise lab_text.LabError(f'{top}/{path} is missing')
        data = read(f'{top}/{path}')
        for found in set(FORBIDDEN.findall(data.decode(errors='replace'))):
            if found.encode() not in read(path):
                raise lab_text.LabError(f'{path}: "{found}" has no place in this lab')
        changes[path] = data
    return changes


def hidden_tests(lab, folder):
    """The tests of a teacher: FOLDER/NN.lab; programs FOLDER/NAME.c, called
    hidden_NAME there; FOLDER/tree/ holds files to lie over the tree's."""
    if not folder:
        return [], {}
    changes = {name: read(f'{folder}/tree/{name}') for name in files_of(f'{folder}/tree')}
    path = f'{folder}/{lab.number}.lab'
    tests = lab_text.Lab(path).tests if os.path.exists(path) else []
    for t in tests:
        if t.visibility == 'visible':
            t.visibility = 'hidden'
        for program in t.what if t.kind == 'user' else ():
            if program.startswith('hidden_'):
                subprocess.run(['make', '-s', 'DEPS=skip', f'HIDDEN={folder}',
                                f'build/user/{program}'], env=MAKE_ENV, check=True)
    return tests, changes


def grade(lab, changes, tests):
    for log in os.listdir('build/test') if os.path.isdir('build/test') else ():
        if log.startswith(f'lab{lab.number}-'):
            os.remove(f'build/test/{log}')
    refresh_tree(lab, changes)
    why = build()
    if why:
        return not_built(tests, f'it does not build\n{why[-4000:]}')
    return results(tests, run_tests(lab, tests))


def show(lab, found):
    print(f'Lab {lab.number}, {lab.title}')
    if found['output']:
        print(found['output'])
    for r in found['tests']:
        print(f'  {r["score"]:4g} of {r["max_score"]:<4g} {r["name"]}')
        if r['output'] and not found['output']:
            print(f'               lost: {r["output"]}')
    most = sum(r['max_score'] for r in found['tests'])
    print(f'{found["score"]:g} of {most:g} points')


def command_grade(args):
    lab = lab_text.find(args.lab)
    start = time.time()
    tests = lab.tests
    try:
        hidden, changes = hidden_tests(lab, args.hidden)
        tests = lab.tests + hidden
        changes.update(student_files(lab, args.dir))
        found = grade(lab, changes, tests)
    except lab_text.LabError as error:
        found = not_built(tests, str(error))
    found['execution_time'] = round(time.time() - start)
    path = args.json or f'{OUT}/results.json'
    with open(path, 'w', encoding='utf-8') as f:
        json.dump(found, f, indent=1)
    show(lab, found)
    return 0


# ------------------------------------------------------------ a student's tree

def command_make(args):
    lab = lab_text.find(args.lab)
    top = args.dir
    if os.path.exists(top) and os.listdir(top):
        raise lab_text.LabError(f'{top} is there already')
    changes = skeletons(lab)
    for name in files_of('.'):
        if NOT_FOR_STUDENTS.match(name):
            continue
        os.makedirs(os.path.dirname(f'{top}/{name}') or top, exist_ok=True)
        shutil.copy2(name, f'{top}/{name}')
    for name, data in changes.items():
        write_if_new(f'{top}/{name}', data)
    write_if_new(f'{top}/lab.mk', lab_mk(lab))
    git = ['git', '-C', top, '-c', 'user.name=lab', '-c', 'user.email=lab@localhost']
    for words in (['init', '-q'], ['add', '-A'], ['commit', '-q', '-m', f'Lab {lab.number}']):
        if subprocess.run(git + words, check=False).returncode:
            break
    page = next(n for n in os.listdir('docs/labs') if n.startswith(lab.number))
    print(f'{top}: lab {lab.number}, {lab.title}. Yours to write:')
    for part in lab.parts:
        print(f'  {part.path}: {", ".join(part.stubs)}')
    print(f'Read docs/labs/{page}; then, in {top}: make grade')
    return 0


# ------------------------------------------------------------------ self-check

class Wrong(mutations.Mutation):
    """A wrong solution: tests/labs/NN.wrong, as tests/mutations/list.txt, with
    the tests that it must lose in the place of `by`; `cpus` and `words` take the place of
    the tests'."""

    def __init__(self, name):
        super().__init__(name)
        self.cpus = ''

    def field(self, line):
        key, _, rest = line.partition(' ')
        if key == 'loses':
            self.by = rest.split()
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


def check_wrong(writer, lab, wrong):
    name = f'lab {lab.number}: {wrong.name}: {wrong.what}'
    tests = [copy.copy(t) for t in lab.tests if t.name in wrong.by]
    for t in tests:
        t.cpus = wrong.cpus.split() or t.cpus
        t.words = wrong.words or t.words
    try:
        changed = wrong.apply(read_text(wrong.path)).encode()
    except (OSError, ValueError) as error:
        tell(writer, False, name, str(error))
        return
    found = grade(lab, {wrong.path: changed}, tests)
    kept = [r['name'] for r in found['tests'] if r['score']]
    ok = not kept and not found['output'] and len(tests) == len(wrong.by) > 0
    tell(writer, ok, name, found['output'][-400:] or
         f'keeps the points of {", ".join(kept) or wrong.by}')
    if ok:
        writer.comment([r['output'][:160] for r in found['tests'][:1]])


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


def check_turn(writer, turn):
    """One lab in full, but for its wrong solutions, of which one: all have their turn."""
    numbers = lab_text.numbers()
    lab = lab_text.find(numbers[turn % len(numbers)])
    check_one(writer, lab, ('skeleton', 'solution'), '')
    found = wrongs(lab)
    check_wrong(writer, lab, found[turn // len(numbers) % len(found)])


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
    if args.turn:
        check_turn(writer, int(args.turn, 16))
    elif args.quick:
        lab = lab_text.find(2)
        check_solution(writer, lab, [t for t in lab.tests if t.kind != 'user'])
    return writer.done()


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    commands = parser.add_subparsers(required=True)
    sub = commands.add_parser('make', help='a working tree without the mechanism')
    sub.add_argument('lab')
    sub.add_argument('dir')
    sub.set_defaults(call=command_make)
    sub = commands.add_parser('grade', help='score a tree')
    sub.add_argument('lab')
    sub.add_argument('dir', nargs='?', default='.')
    sub.add_argument('--hidden', default='', metavar='DIR')
    sub.add_argument('--json', default='', metavar='FILE')
    sub.set_defaults(call=command_grade)
    sub = commands.add_parser('check', help='check the labs themselves')
    sub.add_argument('labs', nargs='*')
    sub.add_argument('--quick', action='store_true')
    sub.add_argument('--turn', default='', metavar='HEX', help='one lab, and one wrong solution')
    sub.add_argument('--part', action='append', choices=('skeleton', 'solution', 'wrong'))
    sub.add_argument('--only', default='', metavar='REGEX', help='of the wrong solutions')
    sub.set_defaults(call=command_check)
    args = parser.parse_args()
    if getattr(args, 'part', True) is None:
        args.part = ['skeleton', 'solution', 'wrong']
    return args


def main():
    args = parse()
    os.makedirs(OUT, exist_ok=True)
    with open(f'{OUT}/lock', 'w', encoding='utf-8') as lock:
        if args.call != command_make:
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            return args.call(args)
        except lab_text.LabError as error:
            print(f'lab: {error}', file=sys.stderr)
            return 1


if __name__ == '__main__':
    sys.exit(main())
