"""tests/harness/observe.py - what programs print on Linux and on Nidus.

What:  tests/scenario/observed/NAME.obs holds observations of one client:
       shell scripts, each behind a line "## name", and a head of lines
           #: with PACKAGE...     Debian packages (tools/mkinitramfs.py)
           #: spec LINE           a line of tools/mkinitramfs.py
           #: build COMMAND       run here first, for what spec lines name
           #: memory 512M         #: cpus 2      #: limit SECONDS
           #: whole SECONDS       the limit of the boot
           #: append WORDS        #: slow yes
       A boot runs all of a file's one by one, by dash, and shows
       what each printed, and its status. What Linux 6.12 printed is kept
       beside, in NAME.linux, by tests/observe.py record. A line of both that
       says what cannot be the same twice is for the script to take out.
       What Nidus printed is kept in build/test, and added to as long as the
       kernel is the same one: many observations can be seen in pieces.
Not:   the judgement of a whole boot: scenario.py.
See:   docs/clients.md, docs/testing.md
"""
import hashlib
import json
import os
import re
import subprocess
import tempfile

from mkinitramfs import Archive, SpecError

from . import TOP, machine

DIRECTORY = os.path.join(TOP, 'tests/scenario/observed')
RESULTS = os.path.join(TOP, 'build/test')
WORDS = ('with', 'spec', 'build', 'memory', 'cpus', 'limit', 'whole', 'append', 'slow',
         'client')
# What Nidus refuses to a client, and docs/clients.md says why.
CENSUS = re.compile(r'census: (\w+) \(\d+\) refused (\d+) times')
REFUSED = re.compile(r'^\| (`\w+`(?:, `\w+`)*) \|', re.M)
LINUX_TRIES = 6
LINUX_SLOWER = 3

INIT = r"""#!/bin/busybox sh
export PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/root TERM=linux LC_ALL=C
mount -t proc proc /proc
mount -t sysfs sysfs /sys 2>/dev/null
mount -t tmpfs tmpfs /tmp
mkdir -p /dev/pts /dev/shm /dev/mqueue
mount -t devpts -o newinstance,ptmxmode=666 devpts /dev/pts 2>/dev/null &&
	{ rm -f /dev/ptmx; ln -s pts/ptmx /dev/ptmx; }
mount -t tmpfs tmpfs /dev/shm
mkdir -p /out
for script in /obs/*; do
	n=${script#/obs/}
	echo "@@ begin $n"
	cd /
	timeout -s KILL @LIMIT@ dash "$script" </dev/null >/out/"$n" 2>&1
	status=$?
	kill -9 -1 2>/dev/null
	sed 's/^/| /;$a\' /out/"$n"
	rm -f /out/"$n"
	echo "@@ end $n $status"
done
[ -e /proc/nidus/drain ] && echo 1 >/proc/nidus/drain && sed 's/^/# /' /proc/nidus/drain
poweroff -f
"""


class Client:
    """One file of observations."""

    def __init__(self, name):
        self.name = name
        self.path = os.path.join(DIRECTORY, name + '.obs')
        self.packages, self.spec, self.builds, self.client = [], [], [], name
        self.memory, self.cpus, self.limit, self.whole = '512M', '2', '30', '600'
        self.append, self.slow = '', ''
        self.title = ''
        self.blocks = []        # pairs: name, script
        with open(self.path, encoding='utf-8') as f:
            for line in f:
                self.line(line)

    def line(self, line):
        if line.startswith('## '):
            self.blocks.append((line[3:].strip(), []))
        elif self.blocks:
            self.blocks[-1][1].append(line)
        elif line.startswith('#: '):
            word, _, rest = line[3:].strip().partition(' ')
            if word not in WORDS:
                raise SpecError(f'{self.path}: unknown word "{word}"')
            lists = {'with': self.packages, 'spec': self.spec, 'build': self.builds}
            if word in lists:
                lists[word].extend(rest.split() if word == 'with' else [rest])
            else:
                setattr(self, word, rest)
        elif line.startswith('# ') and not self.title:
            self.title = line[2:].strip()

    def archive(self, only=''):
        for command in self.builds:
            done = subprocess.run(command, shell=True, cwd=TOP, capture_output=True, text=True,
                                  check=False)
            if done.returncode:
                raise SpecError(f'{self.path}: {command}: {done.stdout}{done.stderr}')
        archive = Archive()
        values = {'BUSYBOX': os.environ.get('BUSYBOX', '/bin/busybox')}
        for part in ('base', 'shell'):
            archive.spec(os.path.join(TOP, f'tools/initramfs/{part}.spec'), values)
        # busybox's shell would take its own tools for those of the client.
        archive.program('/bin/dash', '/bin/dash')
        archive.link('/bin/sh', 'dash')
        for package in self.packages:
            archive.line(f'with {package}')
        for line in self.spec:
            archive.line(line, values)
        for number, (name, script) in enumerate(self.blocks):
            if re.search(only, name):
                archive.data(f'/obs/{number:03}', ''.join(script).encode(), 0o755)
        archive.data('/init', INIT.replace('@LIMIT@', self.limit).encode(), 0o755)
        return archive.pack()

    def boot(self, kernel, linux, only=''):
        """Boot once: {name: [lines]}, outcome."""
        os.makedirs(RESULTS, exist_ok=True)
        with tempfile.NamedTemporaryFile(suffix='.cpio', dir=RESULTS) as f:
            f.write(self.archive(only))
            f.flush()
            boot = machine.Boot(
                name=f'observed-{self.name}' + ('.linux' if linux else ''), kernel=kernel,
                linux=linux, cpus=int(self.cpus), memory=self.memory,
                append=self.append if linux else f'loglevel=6 census=1 {self.append}',
                initrd=f.name, limit_s=float(self.whole) * (2 if linux else 1),
                silence_s=float(self.limit) * (LINUX_SLOWER if linux else 2) + 60)
            outcome = machine.run(boot)
        return self.read(outcome.lines), outcome

    def read(self, lines):
        seen, now = {}, None
        for line in lines:
            word = re.match(r'@@ (begin|end) (\d+)(?: (\d+))?$', line)
            if word and word[1] == 'begin':
                now = seen[self.blocks[int(word[2])][0]] = []
            elif word and now is not None:
                now.append(f'= {word[3]}')
                now = None
            elif now is not None and line.startswith('| '):
                now.append(line)
        return seen

    def observe(self, kernel, linux, only=''):
        """Boot, on Linux again while the emulator breaks it."""
        for _ in range(LINUX_TRIES if linux else 1):
            seen, outcome = self.boot(kernel, linux, only)
            if all((seen.get(n) or [''])[-1].startswith('=') for n, _ in self.blocks
                   if re.search(only, n)):
                break
        return seen, outcome

    def recorded(self):
        """What Linux printed: {name: [lines]}."""
        found, now = {}, None
        try:
            with open(self.path[:-4] + '.linux', encoding='utf-8') as f:
                for line in f.read().splitlines():
                    if line.startswith('## '):
                        now = found.setdefault(line[3:], [])
                    elif now is not None:
                        now.append(line)
        except FileNotFoundError:
            pass
        return found

    def result_path(self):
        return os.path.join(RESULTS, f'observed-{self.name}.json')

    def kept(self, kernel=''):
        """What Nidus printed: {name: [lines]}; only of @kernel, if that is given."""
        try:
            with open(self.result_path(), encoding='utf-8') as f:
                found = json.load(f)
        except FileNotFoundError:
            return {}
        return found['seen'] if kernel in ('', found['kernel']) else {}

    def keep(self, seen, kernel):
        with open(kernel, 'rb') as f:
            kernel = hashlib.sha256(f.read()).hexdigest()
        seen = {**self.kept(kernel), **seen}
        with open(self.result_path(), 'w', encoding='utf-8') as f:
            json.dump({'kernel': kernel, 'seen': seen}, f)

    def record(self, seen):
        merged = {**self.recorded(), **seen}
        with open(self.path[:-4] + '.linux', 'w', encoding='utf-8') as f:
            for name, _ in self.blocks:
                if name in merged:
                    f.write('\n'.join([f'## {name}', *merged[name]]) + '\n')


def clients(names=()):
    found = sorted(n[:-4] for n in os.listdir(DIRECTORY) if n.endswith('.obs'))
    return [Client(n) for n in names or found]


def refused(outcome):
    """Lines "call times" of the calls that a boot refused."""
    return [' '.join(m.groups()) for m in map(CENSUS.search, outcome.lines) if m]


def outside_scope():
    with open(os.path.join(TOP, 'docs/clients.md'), encoding='utf-8') as f:
        return set(re.findall(r'\w+', ' '.join(REFUSED.findall(f.read()))))


def compare(client, seen, outcome, linux=False, only=''):
    """Yield (good, name, comments) for each observation and for the end."""
    recorded = client.recorded()
    for name, _ in client.blocks:
        if not re.search(only, name):
            continue
        wanted, got = recorded.get(name), seen.get(name)
        if wanted is None:
            yield False, f'{client.name}: {name}', ['never seen on Linux']
            continue
        comments = [] if wanted == got else ['Linux:', *wanted, 'Nidus:', *(got or ['nothing'])]
        yield wanted == got, f'{client.name}: {name}', comments
    bad = [line for line in refused(outcome) if line.split()[0] not in outside_scope()]
    yield not bad, f'{client.name}: no call is refused but those that are explained', bad
    good = outcome.why == 'ended' and outcome.code == (0 if linux else machine.POWEROFF)
    yield good, f'{client.name}: ends by power-off', [] if good else outcome.story()
