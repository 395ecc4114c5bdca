"""tests/scenario/nolibc.py - the Linux tree's nolibc-test as pid 1

What:  194 tests of system calls through a program without a C library; on
       Linux all pass but those that it leaves out itself.
See:   tools/nolibc.sh
"""
import re
import subprocess

from harness import cases, machine

CPUS = [1, 4]
GOOD = 194


def build():
    done = subprocess.run(['tools/nolibc.sh'], capture_output=True, text=True, check=False)
    return done.stdout.strip(), done.stderr.splitlines()


def scenario(boot):
    program, messages = build()
    if not program:
        yield False, 'nolibc-test is built', messages
        return
    case = cases.Case('nolibc-test', cases.base(init=program), cpus=boot.cpus, limit_s=60)
    outcome = cases.boot_case(boot, case)
    text = '\n'.join(outcome.lines)
    good = len(re.findall(r' \[OK\]', text))
    bad = [line for line in outcome.lines if '[FAIL]' in line]
    yield good == GOOD, f'{GOOD} tests are good', [f'{good} are'] + bad + outcome.story(10)
    yield not bad, 'none is bad', bad
    yield 'Leaving init with final status: 0' in text, 'its status is 0', outcome.story(5)
    code = 0 if boot.linux else machine.POWEROFF
    yield outcome.why == 'ended' and outcome.code == code, 'it powers off', [outcome.ending()]
