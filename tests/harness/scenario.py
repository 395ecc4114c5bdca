"""tests/harness/scenario.py - whole-machine stories with their endings.

What:  a scenario is a file of tests/scenario. NAME.sh is a shell script that
       becomes /init; lines of its head that start with "#:" say the rest:
           #: cpus 1 2 4           one boot each (default 1)
           #: spec LINE            a line of tools/mkinitramfs.py
           #: with base|shell      the entries of tools/initramfs/*.spec
           #: expect REGEX         in a console line; in this order
                                   (@CPUS@ is the number of CPUs)
           #: forbid REGEX         in no console line
           #: end poweroff|halt|panic|reset|stays|some   (default poweroff;
                                   stays: until the time limit; some: any
                                   but that)
           #: append WORDS         #: memory 256M      #: machine q35
           #: limit SECONDS        #: packages NAME...  #: kernels nidus linux
           #: tap yes              the lines of TAP that the guest prints
                                   are points, and their plan is kept
           #: slow yes             not run unless ONLY= or the command
                                   line names it
           #: type REGEX => TEXT   when seen, type it (escapes as in C)
       NAME.py sets the same as CPUS, SPEC, WITH, EXPECT, FORBID, END, ...
       (lists and strings) and INIT, the text of /init, if there is one; or it
       defines scenario(boot), which gets a machine.Boot with name, kernel and
       cpus set and yields (good, name, comments) for each point.
Not:   tests of single calls: tests/user.
See:   docs/testing.md
"""
import importlib.util
import os
import re
import subprocess
import tempfile

from mkinitramfs import Archive, SpecError

from . import TOP, machine, tap

DIRECTORY = 'tests/scenario'
LINUX_HALTED = 'reboot: System halted'
ENDS = ('poweroff', 'halt', 'panic', 'reset', 'stays', 'some')


class Judged:
    """What judge() asks of a boot."""

    def __init__(self):
        self.expect, self.forbid, self.end, self.tap = [], [], 'poweroff', ''


class Scenario:
    """What a file of tests/scenario says."""

    LISTS = ('cpus', 'spec', 'with', 'expect', 'forbid', 'packages', 'kernels', 'type')

    def __init__(self, path):
        self.path = path
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.cpus, self.spec, self.with_, self.expect, self.forbid = ['1'], [], [], [], []
        self.packages, self.kernels, self.typing = [], ['nidus', 'linux'], []
        self.append, self.memory, self.machine, self.end = '', '256M', 'q35', 'poweroff'
        self.limit, self.tap, self.slow = '90', '', ''
        self.init = None
        self.function = None
        if path.endswith('.py'):
            self.read_module()
        else:
            self.read_script()
        if self.end not in ENDS:
            raise SpecError(f'{path}: end is one of {", ".join(ENDS)}')
        if not self.function and not self.expect and not self.tap:
            raise SpecError(f'{path}: expects nothing')

    def read_script(self):
        with open(self.path, encoding='utf-8') as f:
            text = f.read()
        self.init = text.encode()
        fresh = set()
        for line in text.splitlines():
            if line.startswith('#: '):
                word, _, rest = line[3:].strip().partition(' ')
                self.set(word, rest.strip(), fresh)

    def set(self, word, rest, fresh):
        """One declaration; a list's first one takes the place of its default."""
        if word not in ('cpus', 'spec', 'with', 'expect', 'forbid', 'packages', 'kernels',
                        'append', 'memory', 'machine', 'end', 'limit', 'type', 'tap', 'slow'):
            raise SpecError(f'{self.path}: unknown word "{word}"')
        if word == 'type':
            pattern, _, keys = rest.partition(' => ')
            self.typing.append((pattern, keys.encode().decode('unicode_escape')))
            return
        field = 'with_' if word == 'with' else word
        if word not in self.LISTS:
            setattr(self, field, rest)
            return
        values = rest.split() if word in ('cpus', 'with', 'packages', 'kernels') else [rest]
        setattr(self, field, values if field not in fresh else getattr(self, field) + values)
        fresh.add(field)

    def read_module(self):
        spec = importlib.util.spec_from_file_location(f'scenario_{self.name}', self.path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for field in ('cpus', 'spec', 'with_', 'expect', 'forbid', 'packages', 'kernels',
                      'append', 'memory', 'machine', 'end', 'limit', 'typing', 'tap', 'slow'):
            name = field.rstrip('_').upper()
            if hasattr(module, name):
                setattr(self, field, getattr(module, name))
        self.cpus = [str(n) for n in self.cpus]
        self.init = getattr(module, 'INIT', '').encode() or None
        self.function = getattr(module, 'scenario', None)

    def archive(self, path):
        archive = Archive()
        values = {'BUSYBOX': os.environ.get('BUSYBOX', '/bin/busybox')}
        for part in self.with_:
            archive.spec(f'tools/initramfs/{part}.spec', values)
        for line in self.spec:
            archive.line(line, values)
        if self.init:
            archive.data('/init', self.init, 0o755)
        with open(path, 'wb') as f:
            f.write(archive.pack())

    def boot(self, kernel, linux, cpus):
        """The machine.Boot of this story."""
        name = f'clients-{self.name}.cpus{cpus}' + ('.linux' if linux else '')
        boot = machine.Boot(name=name, kernel=kernel, linux=linux, cpus=int(cpus),
                            memory=self.memory, machine=self.machine, append=self.append,
                            limit_s=float(self.limit), silence_s=float(self.limit),
                            typing=tuple(self.typing))
        if linux and self.end == 'halt':
            boot.stop = LINUX_HALTED
        return boot


def files():
    """Paths of all scenarios, by name."""
    if not os.path.isdir(DIRECTORY):
        return []
    return sorted(os.path.join(DIRECTORY, name) for name in os.listdir(DIRECTORY)
                  if name.endswith(('.py', '.sh')) and not name.startswith('__'))


def find(name):
    for path in files():
        if os.path.splitext(os.path.basename(path))[0] == name:
            return Scenario(path)
    raise SpecError(f'{DIRECTORY}: no scenario {name}')


def ended_well(story, boot, outcome):
    codes = {'poweroff': machine.POWEROFF, 'halt': machine.HALT,
             'panic': machine.PANIC, 'reset': 0}
    if boot.linux and story.end in codes:
        # Linux cannot tell by an exit status; the lines it expects tell.
        return outcome.why == ('stopped' if story.end == 'halt' else 'ended') and \
            (story.end == 'halt' or outcome.code == 0)
    if story.end == 'stays':
        return outcome.why in ('time limit', 'silence')
    if story.end == 'some':
        return outcome.why == 'ended'
    return outcome.why == 'ended' and outcome.code == codes[story.end]


def guest_points(outcome):
    """The points of the guest's own TAP, and one for its plan."""
    reader = tap.Reader()
    for line in outcome.lines:
        reader.feed(line)
    for point in reader.points:
        yield point.good(), point.name, [] if point.ok else point.comments
    faults = reader.faults()
    yield not faults, 'the plan was kept', faults + outcome.story() if faults else []


def judge(story, boot, outcome):
    """Yield (good, name, comments) for each point of a plain story."""
    if story.tap:
        yield from guest_points(outcome)
    at = 0
    missing = 0
    for pattern in story.expect:
        pattern = pattern.replace('@CPUS@', str(boot.cpus))
        found = next((i for i in range(at, len(outcome.lines))
                      if re.search(pattern, outcome.lines[i])), None)
        comments = []
        if found is None:
            missing += 1
            comments = outcome.story() if missing == 1 else ['see above']
        else:
            at = found + 1
        yield found is not None, f'expects {pattern}', comments
    for pattern in story.forbid:
        bad = [line for line in outcome.lines if re.search(pattern, line)]
        yield not bad, f'forbids {pattern}', bad[:5]
    good = ended_well(story, boot, outcome)
    yield good, f'ends by {story.end}', [] if good else [outcome.ending()] + outcome.registers


def install(packages):
    """Install what a story needs on this machine: '' or what is missing."""
    if not packages:
        return ''
    done = subprocess.run(['tools/deps.sh', '--package', *packages], cwd=TOP,
                          capture_output=True, text=True, check=False)
    return '' if done.returncode == 0 else done.stdout + done.stderr


def tell(writer, story, boot):
    """Run one story on one machine and write its points."""
    missing = install(story.packages)
    if missing:
        writer.point(False, 'the packages it needs are there', comments=missing.splitlines())
        return
    if story.function:
        for good, name, comments in story.function(boot):
            writer.point(good, name, comments=comments)
        return
    with tempfile.NamedTemporaryFile(suffix='.cpio') as f:
        story.archive(f.name)
        boot.initrd = f.name
        outcome = machine.run(boot)
    for good, name, comments in judge(story, boot, outcome):
        writer.point(good, name, comments=comments)
