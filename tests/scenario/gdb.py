"""tests/scenario/gdb.py - gdb's commands, on a machine that stands still

What:  tools/gdb/nidus.py over QEMU's gdb stub: each command's output, where it
       is known what it must be: tests/scenario/programs/world.c is running.
See:   docs/debugging.md
"""
import dataclasses
import os
import re
import subprocess
import tempfile

from harness import TOP, cases, machine

CPUS = [2]
KERNELS = ['nidus']
LIMIT_S = 100

MAY_NOT = 'interruptible, may not be killed$'

# Each command, and patterns that its output must have, in any order.
COMMANDS = (
    ('nidus tasks', (r' 1 interruptible +cpu +\d+ init$', r' 2/1 interruptible .* inner$',
                     r' 3/2 zombie .* zombie$', r' 4/3 interruptible .* reader$')),
    ('nidus processes', (r'^ +1 +1 +1 +1 +1 +\d+  init: ' + MAY_NOT,
                         r'^ +2/1 +1 +1 +1 +1 +\d+ +inner: ' + MAY_NOT,
                         r'^ +3/2 +2 .* zombie: zombie', r'^ +4/3 +2 .* reader: interr')),
    ('nidus pid 4', (r'^struct pid 0x\w+, task 0x\w+, reader, interruptible; \d+ references$',
                     r'^  level 0: 4 in pid:\[\d+\], live, init 1$',
                     r'^  level 1: 3 in pid:\[\d+\], .*, init 2/1$')),
    ('nidus pid 99', (r'no thread has number 99',)),
    ('nidus pidns', (r'level 0, live, init init',
                     r'level 1, live, init inner, 3 numbers, 3 threads')),
    ('nidus runqueues', (r'^(CPU \d|no task wants a CPU)',)),
    ('nidus stack 4', (r'pipe_read', r'schedule')),
    ('nidus waits', (r'^reader \[4/3\]: interruptible in pipe_wait_data',
                     r'^inner \[2/1\]: interruptible in ')),
    ('nidus waits &$nidus_task(1)->process->child_wait', (r'^nobody waits here$',)),
    ('nidus waits 5', (r'no struct wait_queue',)),
    ('nidus locks', (r'^no spinlock is held$',)),
    ('nidus slabs', (r'^ +4 +\d+ +\d+ +\d+  task', r'^ +1 +\d+ +\d+ +\d+  pid_namespace$')),
    ('nidus object $nidus_task(4)', (r'^task\S*: object 0x\w+ of \d+ bytes, byte 0$',
                                     r'^    in use$', r'^    last allocated by task_alloc')),
    ('nidus object 5', (r'not an address of the direct map',)),
    ('nidus rcu', (r'^grace period \d+ (runs|has ended); \d+ completed',
                   r'^CPU 0: .*callbacks: \d+ new', r'^CPU 1: ')),
    ('nidus walk @MAIN@ 1', (r'top table at 0x', r'present user accessed|present user',
                             r'^    physical 0x\w+$')),
    ('nidus walk 0x10 1', (r'nothing$|\] 0x\w+ ',)),
    ('nidus walk kernel_main', (r'^    physical 0x1\w{5}$',)),
    ('nidus trace 400', (r'^\d+\.\d{9} \d \d+ clone .*nr=4/3 name=inner$',
                         r' name task=\d+ nr=4/3 name=reader$',
                         r' pidns ns=\d+ parent=\d+ level=1 state=live$')),
)


def ask(socket, kernel, place):
    """What gdb says to each command: {command: lines}."""
    words = ['gdb', '-q', '-nx', '-batch', kernel, '-x', 'tools/gdb/nidus.py',
             '-ex', f'target remote {socket}', '-ex', 'thread 1']
    for i, (command, _) in enumerate(COMMANDS):
        words += ['-ex', f'echo \\nANSWER {i}\\n', '-ex', command.replace('@MAIN@', place)]
    words += ['-ex', 'echo \\nANSWER end\\n', '-ex', 'monitor quit']
    done = subprocess.run(words, cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=LIMIT_S, check=False)
    parts = re.split(r'^ANSWER (\w+)$', done.stdout, flags=re.MULTILINE)
    return parts[0], dict(zip(parts[1::2], (p.strip('\n').split('\n') for p in parts[2::2])))


def scenario(boot):
    answers = {}
    with tempfile.TemporaryDirectory() as directory:
        socket = os.path.join(directory, 'gdb')
        one = cases.machine_of(boot, cases.Case(
            'gdb', cases.base(init=cases.program('world')), 'trace=proc,ns', cpus=2,
            limit_s=LIMIT_S, qemu_options=(
                '-chardev', f'socket,path={socket},server=on,wait=off,id=gdb0',
                '-gdb', 'chardev:gdb0')), cases.scratch())

        def look(line):
            found = re.search(r'world stands still at (0x\w+)', line)
            if found:
                try:
                    answers['start'], answers['each'] = ask(socket, one.kernel, found.group(1))
                except subprocess.TimeoutExpired as error:
                    answers['start'] = f'gdb does not end: {error.output}'

        outcome = machine.run(dataclasses.replace(one), look)
    each = answers.get('each', {})
    yield 'end' in each, 'gdb comes to the end', \
        [] if 'end' in each else [answers.get('start', '')] + outcome.story()
    for i, (command, patterns) in enumerate(COMMANDS):
        lines = each.get(str(i), [])
        for pattern in patterns:
            good = any(re.search(pattern, line) for line in lines)
            yield good, f'{command}: {pattern}', [] if good else lines[:60]
