"""tests/scenario/slow_console.py - a serial line whose other end stops reading

What:  a program writes many lines; whoever reads them pauses now and then for
       so long that the emulator's buffers, the port's FIFO and the kernel's
       ring are full. When reading goes on, so does the program: no line is
       lost, none waits for another.
See:   drivers/serial.c
"""
import time

from harness import cases, machine

CPUS = [1, 4]
KERNELS = ['nidus', 'linux']
LINES, EVERY, PAUSE_S = 4000, 2000, 1.5


def numbered(i):
    return f'{i:05} {i:073}'


def scenario(boot):
    case = cases.Case('lines', cases.base(init=cases.program('lines')), append=f'LINES={LINES}',
                      cpus=boot.cpus, limit_s=60)
    seen = []

    def read(line):
        """A line came; this time its reader is busy with something else."""
        if len(line) == len(numbered(0)) and line[:5].isdigit():
            seen.append(line)
            if len(seen) % EVERY == 1:
                time.sleep(PAUSE_S)

    one = cases.machine_of(boot, case, cases.scratch())
    one.silence_s = 20
    outcome = machine.run(one, read)
    wanted = [numbered(i) for i in range(LINES)]
    wrong = next((i for i, (a, b) in enumerate(zip(seen, wanted)) if a != b), len(seen))
    points = [(seen == wanted, 'every line comes, in order',
               [f'{len(seen)} lines, right until number {wrong}', *outcome.story(10)]),
              (outcome.why == 'ended', 'and the machine ends', [outcome.ending()])]
    for good, name, why in points:
        yield good, name, [] if good else why
