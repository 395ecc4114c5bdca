"""tests/scenario/debuggers.py - strace and gdb under Nidus, in short

What:  a few of the observations of tests/scenario/observed/debuggers.obs: calls
       of a program and of a pipeline, a breakpoint and what is seen there, a
       core file.
See:   tests/scenario/observed.py for all of them
"""
from harness import observe

CPUS = [2]
ONLY = '^(strace: a program|strace -f: who ended how|gdb: breakpoint.*|gdb: a core file)$'


def scenario(boot):
    client, = observe.clients(['debuggers'])
    seen, outcome = client.observe(boot.kernel, boot.linux, ONLY)
    yield from observe.compare(client, seen, outcome, boot.linux, ONLY)
