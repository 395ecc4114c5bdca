"""tests/scenario/observed.py - clients print what they print on Linux

What:  the observations of tests/scenario/observed/*.obs, beside what Linux 6.12
       printed. CLIENT="name ..." picks clients, those that take long too,
       CASE=regex observations by name; on Linux itself they are compared with
       what was recorded.
See:   tests/harness/observe.py; docs/clients.md
"""
import os

from harness import observe

CPUS = [1]
SLOW = 'yes'


def scenario(boot):
    named = os.environ.get('CLIENT', '').split()
    only = os.environ.get('CASE', '')
    for client in observe.clients(named):
        if client.slow and not named:
            continue
        seen, outcome = client.observe(boot.kernel, boot.linux, only)
        if not boot.linux:
            client.keep(seen, boot.kernel)
        yield from observe.compare(client, seen, outcome, boot.linux, only)
