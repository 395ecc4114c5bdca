"""tests/scenario/facilities.py - what can be left out of a build

What:  the kernel without each facility of tools/facilities.mk, and without
       all of them, starts a program that gets what it should.
"""
import os
import subprocess

from harness import TOP, cases
from mkinitramfs import SpecError

CPUS = [2]
KERNELS = ['nidus']
DIRECTORY = os.path.join(TOP, 'build/scenario')


def make(*words):
    done = subprocess.run(['make', '-s', *words, 'DEPS=skip'], cwd=TOP, capture_output=True,
                          text=True, check=False)
    if done.returncode:
        raise SpecError(f'make {words}: {done.stdout}{done.stderr}')
    return done.stdout.split()


def without(name, omit):
    kernel = os.path.join(DIRECTORY, f'without-{name}.elf')
    make('omitted', f'OMIT={omit}', f'OMITTED={kernel}')
    return cases.Case(f'without {name}', cases.base(init=cases.program('show')), 'one',
                      expect=('^show begins$', '^argv 1 <one>$', '^show ends$'), end='poweroff',
                      kernel=kernel, cpus=2)


def scenario(boot):
    os.makedirs(DIRECTORY, exist_ok=True)
    names = make('facilities')
    yield from cases.run(boot, [without(name, name) for name in names] +
                         [without('everything', ' '.join(names))])
