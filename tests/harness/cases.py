"""tests/harness/cases.py - stories of many small boots.

What:  a Case is one boot with its archive, its command line, the lines it must
       show and the way it must end; run(boot, cases) boots them, as many at a
       time as this machine has processors, and yields the points of each.
       On Linux a case without a pattern of its own for Linux is judged by
       the same patterns; linux=None leaves it out there.
       CASE=regex in the environment picks cases by name.
       program(NAME) compiles tests/scenario/programs/NAME.c.
Not:   stories of one boot: scenario.py.
See:   docs/testing.md
"""
import concurrent.futures
import dataclasses
import os
import re
import subprocess

from mkinitramfs import Archive, SpecError

from . import TOP, guest, machine, scenario

WARNINGS = ('-Wall', '-Wextra', '-Werror')
NEVER = r'Oops|BUG:|rcu.*stall'
LINUX_SLOWER = 6


@dataclasses.dataclass
class Case:
    """One boot. Patterns are regular expressions, found in this order."""
    name: str
    archive: object = None          # Archive, bytes, or None for no -initrd
    append: str = ''
    expect: tuple = ()
    linux: object = ()              # the same on Linux; () as expect, None: not there
    forbid: tuple = ()
    end: str = 'panic'
    cpus: int = 1
    memory: str = '128M'
    machine: str = ''
    options: tuple = ()
    qemu_options: tuple = ()
    limit_s: float = 30
    env: dict = dataclasses.field(default_factory=dict)
    kernel: str = ''                # another than the boot's; ' ' for none
    typing: tuple = ()
    keys: tuple = ()
    again_s: float = 0
    stop: str = ''
    tap: bool = False               # the guest's own points count


def program(name, *flags, compiler='musl-gcc', kind='static'):
    """Path of a program made from tests/scenario/programs/NAME.c."""
    source = os.path.join(TOP, 'tests/scenario/programs', f'{name}.c')
    target = os.path.join(TOP, 'build/scenario', f'{name}.{compiler}.{kind}')
    if os.path.exists(target) and os.path.getmtime(target) > os.path.getmtime(source):
        return target
    os.makedirs(os.path.dirname(target), exist_ok=True)
    fresh = f'{target}.{os.getpid()}'
    link = ['-static'] if kind == 'static' else []
    done = subprocess.run([compiler, '-std=gnu11', '-O2', '-pthread', *WARNINGS, *link, *flags,
                           '-o', fresh, source], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SpecError(f'{source}: {done.stderr}')
    os.rename(fresh, target)
    return target


def base(init=None, data=None):
    """An archive of the base entries, with the file or the bytes as /init."""
    archive = Archive()
    archive.spec(os.path.join(TOP, 'tools/initramfs/base.spec'))
    if init:
        archive.file('/init', init)
    if data is not None:
        archive.data('/init', data, 0o755)
    return archive


def busybox():
    return os.environ.get('BUSYBOX', '/bin/busybox')


def machine_of(boot, case, directory):
    """The machine.Boot of a case, with its archive written."""
    slug = re.sub(r'[^a-z0-9]+', '-', case.name.lower()).strip('-')
    one = dataclasses.replace(
        boot, name=f'{boot.name}.{slug}', cpus=case.cpus, memory=case.memory,
        machine=case.machine or boot.machine, append=case.append, options=case.options,
        qemu_options=case.qemu_options, limit_s=case.limit_s * (LINUX_SLOWER if boot.linux else 1),
        kernel=boot.kernel if case.kernel == '' else case.kernel.strip(), env=case.env,
        typing=case.typing, keys=case.keys, again_s=case.again_s, stop=case.stop)
    if case.archive is not None:
        data = case.archive if isinstance(case.archive, bytes) else case.archive.pack()
        one.initrd = os.path.join(directory, one.name.replace('/', '-') + '.cpio')
        with open(one.initrd, 'wb') as f:
            f.write(data)
    return one


def crashed(one, outcome, patterns):
    """True if the emulator broke Linux and it is worth another boot."""
    missing = [p for p in patterns if not any(re.search(p, line) for line in outcome.lines)]
    return one.linux and missing and any(guest.LINUX_CRASH.search(x) for x in outcome.lines)


def boot_case(template, case):
    """Boot a case that the caller judges: its machine.Outcome."""
    one = machine_of(template, case, scratch())
    outcome = machine.run(one)
    if one.initrd:
        os.unlink(one.initrd)
    return outcome


def scratch():
    directory = os.path.join(TOP, 'build/test')
    os.makedirs(directory, exist_ok=True)
    return directory


def one_case(template, case):
    """Boot a case: the list of its points."""
    one = machine_of(template, case, scratch())
    story = scenario.Judged()
    story.expect = (template.linux and case.linux) or case.expect
    story.forbid, story.end, story.tap = [NEVER, *case.forbid], case.end, case.tap
    for _ in range(guest.LINUX_TRIES if template.linux else 1):
        outcome = machine.run(one)
        if not crashed(one, outcome, story.expect):
            break
    points = list(scenario.judge(story, one, outcome))
    if one.initrd:
        os.unlink(one.initrd)
    # What was seen is of interest for whatever failed.
    if any(not good for good, _, _ in points) and not any(c for _, _, c in points):
        points[-1] = (*points[-1][:2], outcome.story())
    return [(good, f'{case.name}: {name}', comments) for good, name, comments in points]


def run(boot, cases):
    """Boot all cases, several at a time; yield their points in order."""
    only = os.environ.get('CASE', '')
    picked = [c for c in cases if re.search(only, c.name) and not (boot.linux and c.linux is None)]
    with concurrent.futures.ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        for points in pool.map(lambda case: one_case(boot, case), picked):
            yield from points
