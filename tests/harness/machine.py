"""tests/harness/machine.py - boots one machine and watches its console.

What:  run(Boot(...)) starts tools/qemu.sh, hands over each console line, types
       what is to be typed, ends the machine at a time limit (after a look into
       it) and returns an Outcome. Every console is kept in build/test/.
Not:   whether the run was good: guest.py, scenario.py.
See:   tools/qemu.sh for the machine and its exit status
"""
import ctypes
import dataclasses
import os
import re
import selectors
import signal
import subprocess
import tempfile
import time

from . import TOP
from .dump import dump, press

# Exit status of QEMU for what Nidus writes to the debug-exit port under
# testexit=1: value * 2 + 1.
POWEROFF, HALT, PANIC = 0x10 * 2 + 1, 0x11 * 2 + 1, 0x12 * 2 + 1

ESCAPE = re.compile(r'\x1b(?:\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>c78])')
NIDUS_APPEND = 'console=ttyS0 loglevel=4 panic=-1 testexit=1'
LINUX_APPEND = 'console=ttyS0 loglevel=3 panic=-1 nokaslr'


PR_SET_PDEATHSIG = 1            # prctl(2)
LIBC = ctypes.CDLL(None)


def die_with(parent):
    """Between fork and exec: SIGKILL when @parent ends, however it does."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def scale():
    """TIME_SCALE=3 makes every limit three times as long."""
    return float(os.environ.get('TIME_SCALE', '1'))


def busy():
    """How much longer things take while others use this machine."""
    return max(1, os.getloadavg()[0] / (os.cpu_count() or 1))


@dataclasses.dataclass
class Boot:
    """What to boot, and for how long."""
    name: str
    kernel: str = 'build/nidus.elf'
    linux: bool = False
    initrd: str = ''
    cpus: int = 1
    memory: str = '512M'
    append: str = ''
    base: str = ''              # words in front of them, if not the usual ones
    machine: str = 'q35'
    options: tuple = ()         # more options of tools/qemu.sh
    qemu_options: tuple = ()    # more options of QEMU
    env: dict = dataclasses.field(default_factory=dict)     # for tools/qemu.sh
    limit_s: float = 300
    silence_s: float = 120      # longest time without a new line
    typing: tuple = ()          # pairs: when this pattern was seen, type this
    keys: tuple = ()            # the same on the machine's own keyboard
    again_s: float = 0          # no line in this time: press the last text once more
    stop: str = ''              # end the machine when this pattern is seen

    def command(self, monitor):
        words = [os.path.join(TOP, 'tools/qemu.sh'), '-M', self.machine, '-n', str(self.cpus),
                 '-m', self.memory, '-t', monitor, *self.options]
        if self.kernel:
            base = self.base or (LINUX_APPEND if self.linux else NIDUS_APPEND)
            words += ['-k', self.kernel, '-a', f'{base} {self.append}'.strip()]
        if self.initrd:
            words += ['-i', self.initrd]
        return words + ['--', *self.qemu_options]


@dataclasses.dataclass
class Outcome:
    """How it went: the console, and how it ended."""
    lines: list = dataclasses.field(default_factory=list)
    why: str = 'ended'          # ended, time limit, silence, stopped
    code: int = -1              # QEMU's exit status
    registers: list = dataclasses.field(default_factory=list)
    seconds: float = 0.0
    log: str = ''

    def ending(self):
        if self.why == 'ended':
            names = {POWEROFF: 'power-off', HALT: 'halt', PANIC: 'panic',
                     0: 'power-off, reset or triple fault'}
            return f'QEMU exit status {self.code} ({names.get(self.code, "unexpected")})'
        return f'{self.why} after {self.seconds:.0f} s'

    def story(self, lines=40):
        """The last lines of the console and the state of the CPUs."""
        text = [f'{self.ending()}; whole console: {os.path.relpath(self.log, os.getcwd())}',
                f'last {min(lines, len(self.lines))} lines of the console:']
        text += ['  ' + line for line in self.lines[-lines:]]
        return text + (['CPUs:'] + self.registers if self.registers else [])


class Console:
    """Cuts the bytes of a serial port into clean lines."""

    def __init__(self, log):
        self.log = log
        self.rest = ''

    def feed(self, data):
        self.log.write(data)
        self.log.flush()
        text = self.rest + data.decode(errors='replace')
        *lines, self.rest = text.split('\n')
        return [clean(line) for line in lines]

    def partial(self):
        return clean(self.rest)


def clean(line):
    return ESCAPE.sub('', line).replace('\r', '')


class Watch:
    """One running QEMU."""

    def __init__(self, boot, on_line):
        self.boot = boot
        self.on_line = on_line
        self.typing = list(boot.typing)
        self.keys = list(boot.keys)
        self.pressed, self.pressed_at = '', 0
        self.monitor = ''
        self.outcome = Outcome()

    def line(self, text):
        self.outcome.lines.append(text)
        if self.on_line:
            self.on_line(text)

    def type(self, process, text):
        """Type what is due; each pattern looks at text that is new to it."""
        if self.typing and re.search(self.typing[0][0], text):
            keys = self.typing.pop(0)[1]
            try:
                process.stdin.write(keys.encode())
                process.stdin.flush()
            except OSError:
                pass

    def press(self, text):
        """Press what is due, as type does."""
        if self.keys and re.search(self.keys[0][0], text):
            self.pressed = self.keys.pop(0)[1]
            press(self.monitor, self.pressed)
            self.pressed_at = time.monotonic()

    def press_again(self, quiet_since):
        """A busy machine loses keys, for its keyboard keeps 16 bytes: begin the line anew."""
        again_s = self.boot.again_s * scale()
        since = max(quiet_since, self.pressed_at)
        if again_s and self.pressed and time.monotonic() - since > again_s:
            self.pressed_at = time.monotonic()
            try:
                press(self.monitor, ('!sendkey ctrl-u', self.pressed))
            except OSError:     # it has just ended
                pass

    def until(self, process, console):
        """Read until the end: why it ended."""
        start = quiet_since = time.monotonic()
        selector = selectors.DefaultSelector()
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            now = time.monotonic()
            if now - start > self.boot.limit_s * scale():
                return 'time limit'
            if now - quiet_since > self.boot.silence_s * scale():
                return 'silence'
            if not selector.select(timeout=1):
                self.press_again(quiet_since)
                continue
            data = os.read(process.stdout.fileno(), 65536)
            if not data:
                return 'ended'
            quiet_since = time.monotonic()
            for text in console.feed(data):
                self.line(text)
                self.type(process, text)
                self.press(text)
                if self.boot.stop and re.search(self.boot.stop, text):
                    return 'stopped'
            self.type(process, console.partial())

    def run(self, log, directory):
        monitor = self.monitor = os.path.join(directory, 'monitor')
        outcome = self.outcome
        start = time.monotonic()
        driver = os.getpid()
        # pylint: disable=subprocess-popen-preexec-fn
        process = subprocess.Popen(self.boot.command(monitor), cwd=TOP, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   env={**os.environ, **self.boot.env},
                                   start_new_session=True, preexec_fn=lambda: die_with(driver))
        try:
            console = Console(log)
            outcome.why = self.until(process, console)
            if console.partial():
                self.line(console.partial())
            outcome.seconds = time.monotonic() - start
            if outcome.why in ('time limit', 'silence'):
                outcome.registers = dump(monitor, '' if self.boot.linux else self.boot.kernel)
        finally:
            outcome.code = finish(process, outcome.why == 'ended')
        return outcome


def finish(process, ended):
    """Wait for a QEMU that ended, or end it: its exit status."""
    process.stdin.close()
    process.stdout.close()
    try:
        if ended:
            return process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        pass
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def run(boot, on_line=None):
    """Boot, watch, end: an Outcome. on_line is called with each console line."""
    path = os.path.join(TOP, 'build/test', boot.name.replace('/', '-') + '.log')
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as log, tempfile.TemporaryDirectory(prefix='nidus-') as directory:
        outcome = Watch(boot, on_line).run(log, directory)
    outcome.log = path
    return outcome
