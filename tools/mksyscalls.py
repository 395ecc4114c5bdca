#!/usr/bin/env python3
"""tools/mksyscalls.py - writes the table in docs/syscalls.md.

What:  mksyscalls.py docs/syscalls.md replaces what stands between the two
       marks: every number of include/uapi/syscall_nr.h with its name, whether
       kernel/sys/table.c has a function for it, how many arguments that takes,
       the file it is in, and what docs/syscalls.scope says is missing, or why
       all of it is.
       mksyscalls.py --check docs/syscalls.md fails if the table is not up to
       date. The text around the marks is written by hand.
See:   kernel/sys/table.c; docs/syscalls.md
"""
import argparse
import glob
import re
import sys

BEGIN = '<!-- begin: made by tools/mksyscalls.py -->\n'
END = '<!-- end: made by tools/mksyscalls.py -->\n'

SCOPE = 'docs/syscalls.scope'

NUMBER = re.compile(r'\bNR_(\w+)\s*=\s*(\d+)\s*,')
INDEX = re.compile(r'^\s+\[NR_(\w+)\]\s*=', re.M)
ENTRY = re.compile(INDEX.pattern + r'\s*\{\s*\(syscall_any\)(\w+)\s*,\s*"(\w+)"\s*,'
                   r'\s*(\d+)\s*,?\s*\}', re.M)
DEFINITION = re.compile(r'^long (sys_\w+)\([^;{]*\)\s*\{', re.M)
COMMENT = re.compile(r'/\*.*?\*/', re.S)


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def read_numbers():
    """Name of each call by its number."""
    pairs = NUMBER.findall(COMMENT.sub('', read('include/uapi/syscall_nr.h')))
    numbers = {int(number): name for name, number in pairs}
    if len(numbers) != len(pairs):
        sys.exit('include/uapi/syscall_nr.h: a number stands there twice')
    return numbers


def read_table():
    """For each name in the table: the function and its number of arguments."""
    text = COMMENT.sub('', read('kernel/sys/table.c'))
    table = {}
    for index, function, name, nargs in ENTRY.findall(text):
        if index != name or index in table:
            sys.exit(f'kernel/sys/table.c: NR_{index} is named "{name}", or stands there twice')
        table[name] = (function, int(nargs))
    if len(table) != len(INDEX.findall(text)):
        sys.exit('kernel/sys/table.c: an entry does not have the usual form')
    return table


def read_places():
    """The file in which each function is defined."""
    return {function: path for path in sorted(glob.glob('kernel/sys/*.c'))
            for function in DEFINITION.findall(read(path))}


def read_scope(table, names):
    """For each name of docs/syscalls.scope: what is missing, or why it is absent."""
    notes = {}
    for line in read(SCOPE).splitlines():
        if not line or line.startswith('#'):
            continue
        calls, kind, note = line.split(': ', 2)
        for name in calls.split():
            if name in notes or name not in names or (name in table) != (kind == 'partial'):
                sys.exit(f'{SCOPE}: {name} is said twice, unknown, or not {kind}')
            notes[name] = note
    silent = sorted(names - set(table) - set(notes))
    if silent:
        sys.exit(f'{SCOPE}: nothing is said of {" ".join(silent)}')
    return notes


def make_table():
    numbers, table, places = read_numbers(), read_table(), read_places()
    unknown = sorted(set(table) - set(numbers.values()))
    if unknown:
        sys.exit(f'kernel/sys/table.c: not in include/uapi/syscall_nr.h: {" ".join(unknown)}')
    calls = {number: name for number, name in numbers.items() if name != 'SYSCALLS'}
    notes = read_scope(table, set(calls.values()))
    partial = len(set(table) & set(notes))
    lines = [f'{len(table)} of {len(calls)} calls are there, {partial} of them in part.', '',
             '| nr | name | status | arguments | file | what is missing, or why |',
             '|---:|---|---|---:|---|---|']
    for number, name in sorted(calls.items()):
        note = notes.get(name, '')
        if name in table:
            function, nargs = table[name]
            place = f'`{places[function]}`' if function in places else ''
            status = 'partial' if note else 'full'
            lines.append(f'| {number} | {name} | {status} | {nargs} | {place} | {note} |')
        else:
            lines.append(f'| {number} | {name} | absent | | | {note} |')
    return '\n'.join(lines) + '\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--check', action='store_true', help='only compare')
    parser.add_argument('document')
    args = parser.parse_args()
    old = read(args.document)
    if old.count(BEGIN) != 1 or old.count(END) != 1:
        sys.exit(f'{args.document}: the marks are missing')
    before, rest = old.split(BEGIN)
    after = rest.split(END)[1]
    new = f'{before}{BEGIN}\n{make_table()}\n{END}{after}'
    if new == old:
        return
    if args.check:
        sys.exit(f'{args.document}: is not up to date; make docs')
    with open(args.document, 'w', encoding='utf-8') as f:
        f.write(new)


if __name__ == '__main__':
    main()
