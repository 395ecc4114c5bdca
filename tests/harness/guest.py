"""tests/harness/guest.py - judges boots whose guest prints TAP itself.

What:  the self-tests inside the kernel (kernel_part) and the guest programs,
       run one after the other by tests/user/lib/init.c (user_part). A boot is
       good only if the end marker was seen, every plan was kept and the
       machine ended as it should: by Nidus with QEMU exit status 33. When a
       program takes the machine down, it has failed, and the programs behind
       it get a new boot.
Not:   whole-machine stories: scenario.py.
See:   docs/testing.md for the marker lines
"""
import json
import os
import re
import sys
import time

from mkinitramfs import Archive

from . import TOP, machine, tap

MARKER = re.compile(r'NIDUS-TEST-END (ok|failed)\s*$')
BEGIN = re.compile(r'# begin (\S+)\s*$')
END = re.compile(r'# end (\S+) status=(-?\d+)\s*$')
STAMP = re.compile(r'^(?:<\d+>)?\[ *\d+\.\d+\]\s*(?:\[?[cC](?:PU)?\s*\d+\]?:?\s+)?')

# What a Linux kernel says when the emulator has broken it.
LINUX_CRASH = re.compile(r'Kernel panic|Oops|BUG:|general protection|invalid opcode|RIP: 0010')
LINUX_TRIES = 3
MAX_BOOTS = 8
SLOW_S = 600
PROGRESS_S = 10


class Program:
    """One guest program: its TAP stream and how it ended."""

    def __init__(self, name):
        self.name = name
        self.reader = tap.Reader()
        self.status = None
        self.begun = False

    def faults(self):
        if not self.begun:
            return ['it was never started']
        if self.status is None:
            return ['the machine went down or hung while it ran'] + self.reader.faults()
        status = [f'it ended with status {self.status}'] if self.status else []
        return status + self.reader.faults()


class GuestBoot:
    """Follows the console of one boot that runs programs."""

    def __init__(self, title, names):
        self.title = title
        self.programs = {name: Program(name) for name in names}
        self.current = None
        self.marker = None
        self.told = time.monotonic()

    def line(self, text):
        begin, end, marker = BEGIN.search(text), END.search(text), MARKER.search(text)
        if begin and begin.group(1) in self.programs:
            self.current = self.programs[begin.group(1)]
            self.current.begun = True
            self.progress()
        elif end and self.current and end.group(1) == self.current.name:
            self.current.status = int(end.group(2))
            self.current = None
        elif marker:
            self.marker = marker.group(1)
        elif self.current:
            self.current.reader.feed(text)

    def progress(self):
        if time.monotonic() - self.told < PROGRESS_S:
            return
        self.told = time.monotonic()
        begun = sum(p.begun for p in self.programs.values())
        print(f'# {self.title}: {begun} of {len(self.programs)}, {self.current.name}',
              file=sys.stderr)


def user_archive(names, path):
    """The initramfs with the test init and these programs."""
    archive = Archive()
    archive.spec('tools/initramfs/base.spec')
    extra = 'tests/user/initramfs.spec'
    if os.path.exists(extra):
        archive.spec(extra)
    archive.file('/init', 'build/user/lib/init')
    for name in names:
        archive.file(f'/bin/{name}', f'build/user/{name}')
    archive.data('/tests', ''.join(f'{name}\n' for name in names).encode())
    with open(path, 'wb') as f:
        f.write(archive.pack())


def words_of(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding='utf-8') as f:
        return f.read().split()


def read_list(path, only=''):
    """The names in a list file; ONLY picks some by the beginning, and slow ones by name."""
    picks = only.split()
    names = [n for n in words_of(path) if not picks or any(n.startswith(p) for p in picks)]
    return names + [n for n in words_of(path + '.slow') if n in picks]


def judge_end(writer, boot, outcome, marker):
    """The two points of every boot: the marker and the end of the machine."""
    good = {0} if boot.linux else {machine.POWEROFF}
    ended = outcome.why == 'ended' and outcome.code in good
    comments = [] if ended and marker else outcome.story()
    writer.point(bool(marker), f'{boot.name}: the end marker was seen',
                 comments=comments if not marker else ())
    writer.point(ended, f'{boot.name}: the machine ended by power-off',
                 comments=comments if marker else [outcome.ending()])


def emit(writer, program):
    """The points of a program, and one for the program as a whole."""
    for point in program.reader.points:
        writer.point(point.ok, f'{program.name}: {point.name}', point.directive,
                     () if point.ok else point.comments)
    faults = program.faults()
    directive = 'SKIP ' + program.reader.skipped if program.reader.skipped and not faults else ''
    writer.point(not faults, f'{program.name}: whole', directive, faults)


def results(program):
    """[[point, verdict]] of a program, each point's name made unique."""
    seen = {}
    rows = []
    for point in program.reader.points:
        seen[point.name] = seen.get(point.name, 0) + 1
        again = f' ({seen[point.name]})' if seen[point.name] > 1 else ''
        verdict = 'skip' if point.directive.startswith('SKIP') else \
            'ok' if point.good() else 'not ok'
        rows.append([point.name + again, verdict])
    faults = program.faults()
    return rows + [['whole', 'not ok: ' + '; '.join(faults) if faults else 'ok']]


class UserPart:
    """All programs on one number of CPUs, in as few boots as possible."""

    def __init__(self, writer, boot, names, each=False):
        self.writer = writer
        self.boot = boot
        self.left = list(names)
        self.each = each
        self.tries = {}
        self.results = {}
        self.base = boot.name

    def run(self):
        boots = 0
        while self.left:
            boots += 1
            if boots > MAX_BOOTS and not self.each:
                for name in list(self.left):
                    self.finish(Program(name))
                break
            self.one(boots)
        return self.results

    def one(self, number):
        """One boot; takes the programs that it settled from the list."""
        boot = self.boot
        boot.name = self.base if number == 1 else f'{self.base}.boot{number}'
        names = self.left[:1] if self.each else self.left
        boot.initrd = os.path.join(TOP, 'build/test', boot.name.replace('/', '-') + '.cpio')
        os.makedirs(os.path.dirname(boot.initrd), exist_ok=True)
        user_archive(names, boot.initrd)
        slow = [n for n in words_of('build/user/list.slow') if n in names]
        boot.limit_s = 120 + 30 * len(names) + SLOW_S * len(slow)
        boot.silence_s = max(boot.silence_s, SLOW_S if slow else 0)
        guest = GuestBoot(self.writer.title, names)
        outcome = machine.run(boot, guest.line)
        begun = [p for p in guest.programs.values() if p.begun]
        if self.retry(guest, begun, outcome):
            return
        judge_end(self.writer, boot, outcome, guest.marker)
        # A boot that starts nothing would start nothing the next time either.
        for program in begun or guest.programs.values():
            self.finish(program)

    def retry(self, guest, begun, outcome):
        """True if the emulator broke Linux, which is no fault of the tests."""
        if not self.boot.linux or guest.marker:
            return False
        crashed = any(LINUX_CRASH.search(text) for text in outcome.lines) or not begun
        key = begun[-1].name if begun else ''
        self.tries[key] = self.tries.get(key, 0) + 1
        if not crashed or self.tries[key] >= LINUX_TRIES:
            return False
        print(f'# {self.writer.title}: Linux crashed, once more ({outcome.ending()})',
              file=sys.stderr)
        for program in begun[:-1]:
            self.finish(program)
        return True

    def finish(self, program):
        emit(self.writer, program)
        self.results[program.name] = results(program)
        self.left.remove(program.name)


def user_part(writer, boot, only='', each=False):
    """Run the guest programs: {program: [[point, verdict]]}, also saved with the kernel's name."""
    names = read_list('build/user/list', only)
    if not names:
        writer.point(False, 'tests/user/sources.mk lists no such program')
        return {}
    base = boot.name
    found = UserPart(writer, boot, names, each).run()
    kind = 'linux' if boot.linux else 'nidus'
    path = f'build/test/{base.replace("/", "-")}.{kind}.json'
    with open(path, 'w', encoding='utf-8') as f:
        json.dump({'kernel': boot.kernel, 'programs': found}, f, indent=1)
    return found


def kernel_part(writer, boot, all_tests=True):
    """Run the self-tests inside the kernel, or those that boot.append names."""
    if all_tests:
        boot.append = f'selftest=1 {boot.append}'.strip()
    reader = tap.Reader()
    marker = []

    def line(text):
        text = STAMP.sub('', text)
        found = MARKER.search(text)
        if found:
            marker.append(found.group(1))
        else:
            reader.feed(text)

    outcome = machine.run(boot, line)
    for point in reader.points:
        writer.point(point.ok, point.name, point.directive, () if point.ok else point.comments)
    faults = reader.faults()
    if marker == ['failed'] and all(p.good() for p in reader.points):
        faults.append('the kernel says that a test failed')
    writer.point(not faults, 'the whole plan was kept', comments=faults)
    judge_end(writer, boot, outcome, marker)
