#!/usr/bin/env python3
"""tests/observe.py - observes clients on Linux and Nidus, by hand.

What:  observe.py record [-o REGEX] [NAME...]   on Linux; kept as NAME.linux
       observe.py show [-o REGEX] [NAME...]     on Nidus; differences are shown
       observe.py table                         docs/clients.md, from the last
                                                runs of show; other rows stay
       REGEX picks observations by name, -p 2/8 the second of eight equal
       parts; what was seen by one kernel is put together.
See:   tests/harness/observe.py
"""
import argparse
import difflib
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(TOP, 'tests'), os.path.join(TOP, 'tools')]

from harness import machine, observe  # noqa: E402  pylint: disable=wrong-import-position

BEGIN, END = '<!-- begin: made by tests/observe.py -->', '<!-- end -->'


def linux():
    return subprocess.run(['tools/oracle.sh'], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.strip()


def pick(client, args):
    """A regular expression for the observations that are wanted."""
    names = [name for name, _ in client.blocks if re.search(args.only, name)]
    number, _, parts = args.part.partition('/')
    return '^(' + '|'.join(map(re.escape, names[int(number) - 1::int(parts)])) + ')$'


def record(client, args):
    seen, outcome = client.observe(linux(), True, pick(client, args))
    client.record(seen)
    print(f'{client.name}: {len(seen)} observed on Linux, {outcome.ending()}')
    return outcome.why == 'ended'


def show(client, args):
    only = pick(client, args)
    seen, outcome = client.observe(args.kernel, False, only)
    recorded = client.recorded()
    bad = 0
    names = [name for name, _ in client.blocks if re.search(only, name)]
    for name in names:
        wanted, got = recorded.get(name, []), seen.get(name, [])
        if wanted != got:
            bad += 1
            print(f'--- {client.name}: {name}')
            print('\n'.join(difflib.unified_diff(wanted, got, 'Linux', 'Nidus', '', '', 9, '')))
    good = outcome.why == 'ended' and outcome.code == machine.POWEROFF
    print(f'{client.name}: {len(names) - bad} of {len(names)} as on Linux, '
          f'{outcome.ending()}', '' if good else '\n'.join(outcome.story()))
    for line in observe.refused(outcome):
        print(f'{client.name}: refused {line}')
    client.keep(seen, args.kernel)
    return good and not bad


def short(lines):
    """An observation in one cell of a table."""
    text = ' / '.join(line[2:] for line in lines[:-1] if line[2:].strip())
    status = lines[-1][2:] if lines else ''
    text = text.replace('|', '\\|').replace('`', "'")
    text = text if len(text) < 60 else text[:57] + '...'
    return f'`{text}`, {status}' if text else status


def rows(client, old):
    """The table's lines of @client; those of @old that were not run again."""
    recorded, seen = client.recorded(), client.kept()
    for name, _ in client.blocks:
        wanted, got = recorded.get(name), seen.get(name)
        stays = [x for x in old if x.startswith(f'| {client.name} | {name} |')]
        if got is None and stays:
            yield stays[0]
            continue
        same = 'not run' if got is None else 'the same' if got == wanted else short(got)
        yield f'| {client.name} | {name} | {short(wanted or [])} | {same} |'


def table(path):
    with open(path, encoding='utf-8') as f:
        text = f.read()
    lines = ['| client | observation | Linux 6.12: output, status | Nidus |', '|---|---|---|---|']
    for client in observe.clients():
        old = [x for x in text.splitlines() if x.startswith(f'| {client.name} |')]
        lines += rows(client, old) if os.path.exists(client.result_path()) else old
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    with open(path, 'w', encoding='utf-8') as f:
        f.write(head + BEGIN + '\n\n' + '\n'.join(lines) + '\n\n' + END + tail)


def main():
    os.chdir(TOP)
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('what', choices=['record', 'show', 'table'])
    parser.add_argument('-o', '--only', default='')
    parser.add_argument('-p', '--part', default='1/1')
    parser.add_argument('-k', '--kernel', default='build/nidus.elf')
    parser.add_argument('names', nargs='*')
    args = parser.parse_intermixed_args()
    if args.what == 'table':
        table('docs/clients.md')
        return 0
    call = record if args.what == 'record' else show
    results = [call(client, args) for client in observe.clients(args.names)]
    return 0 if all(results) else 1


if __name__ == '__main__':
    sys.exit(main())
