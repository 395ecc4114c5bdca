#!/usr/bin/env python3
"""tools/count.py - code lines, without comments and blanks, beside the plan.

What:  one line a file, a sum for each directory with its budget, and three
       totals: the core (less than 24,000 lines), the part of it that a course
       reads (less than 10,000), and what is optional. Exits with 1 when the
       core or the course part is over its budget.
       count.py --short leaves the files out.
"""
import fnmatch
import os
import re
import sys

# Directory: lines planned.
BUDGET = {
    'arch/x86_64': 4310, 'include': 3700, 'lib': 1670, 'kernel/core': 1220, 'mm': 1200,
    'kernel/sched': 1520, 'mm/vm': 1070, 'fs': 1960, 'kernel/proc': 3990, 'kernel/sys': 1690,
    'drivers': 1030, 'kernel': 170, 'tests': 10520, 'tools': 1020,
}
CORE_LIMIT, COURSE_LIMIT = 24000, 10000
CORE = ('arch/*', 'include/*', 'lib/*', 'kernel/*', 'mm/*', 'fs/*', 'drivers/*')

# Locks, RCU, memory, scheduler, pids, namespaces, clone, exit, wait, signals.
COURSE = (
    'kernel/core/spinlock.c', 'kernel/core/rank.c', 'kernel/core/rcu*.c', 'mm/*.c',
    'kernel/sched/*.c', 'kernel/proc/task.c', 'kernel/proc/pid*.c', 'kernel/proc/*ns.c',
    'kernel/proc/nsproxy.c', 'kernel/proc/clone*.c', 'kernel/proc/exit.c', 'kernel/proc/wait.c',
    'kernel/proc/signal*.c', 'include/mm/*.h', 'include/sched/*.h', 'include/core/spinlock.h',
    'include/core/rank.h', 'include/core/rcu.h', 'include/proc/task.h', 'include/proc/pid*.h',
    'include/proc/nsproxy.h', 'include/proc/signal.h',
)
COURSE_NOT = ('kernel/proc/pidfd.c',)

COMMENTS = {
    'c': re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|(/\*.*?\*/|//[^\n]*)', re.S),
    'asm': re.compile(r'"[^"\n]*"|\'[^\'\n]*\'|(;[^\n]*)'),
    'script': re.compile(r'"""|(?m:^\s*(#[^\n]*))'),
}
KINDS = {'.c': 'c', '.h': 'c', '.ld': 'c', '.asm': 'asm', '.inc': 'asm', '.py': 'script',
         '.sh': 'script'}


def code_lines(path):
    """Lines that are neither blank nor comment."""
    kind = KINDS[os.path.splitext(path)[1]]
    with open(path, encoding='utf-8') as f:
        text = f.read()
    if kind == 'script':
        text = re.sub(r'^\s*(?:r?"""[^"]*?"""|#[^\n]*)$', '', text, flags=re.M | re.S)
    else:
        text = COMMENTS[kind].sub(lambda m: m.group(0) if m.group(1) is None else
                                  ' ' + '\n' * m.group(1).count('\n'), text)
    return sum(1 for line in text.split('\n') if line.strip())


def facilities(paths):
    """Sources that a build can leave out: tools/facilities.mk."""
    with open('tools/facilities.mk', encoding='utf-8') as f:
        text = re.sub(r'#.*', '', f.read())
    whole = tuple(re.findall(r'\$\(filter ([\w/]+)%', text))
    return set(re.findall(r'[\w/]+\.(?:c|asm)', text)) | {p for p in paths if p.startswith(whole)}


def optional_files(paths):
    """Those sources, and headers that nothing else includes."""
    found = facilities(paths)
    users = {p: set() for p in paths if p.endswith('.h')}
    for path in paths:
        with open(path, encoding='utf-8') as f:
            names = re.findall(r'^#include [<"]([^>"]+)', f.read(), re.M)
        for name in names:
            for header in (f'include/{name}', f'arch/x86_64/include/{name}',
                           os.path.join(os.path.dirname(path), name)):
                if header in users:
                    users[header].add(path)
    while True:
        more = {h for h, by in users.items() if h not in found and by and by <= found}
        if not more:
            return found
        found |= more


def matches(path, patterns):
    return any(fnmatch.fnmatchcase(path, p) for p in patterns)


def home(path):
    """The directory of the budget that a file belongs to."""
    return max((d for d in BUDGET if path.startswith(d + '/')), key=len, default=None)


def files():
    for top in sorted({d.split('/')[0] for d in BUDGET}):
        for directory, dirs, names in os.walk(top):
            dirs.sort()
            for name in sorted(names):
                path = os.path.join(directory, name)
                if os.path.splitext(name)[1] in KINDS and home(path):
                    yield path


def main():
    short = '--short' in sys.argv
    counted = {path: code_lines(path) for path in files()}
    optional = optional_files([p for p in counted if matches(p, CORE)])
    for directory, budget in BUDGET.items():
        mine = {p: n for p, n in counted.items() if home(p) == directory}
        total = sum(n for p, n in mine.items() if p not in optional)
        for path, lines in mine.items() if not short else ():
            print(f'  {lines:6} {path}' + (' (optional)' if path in optional else ''))
        over = f', {total - budget} over' if total > budget else ''
        print(f'{total:8} {directory}/ (planned {budget}{over})')
    core = {p: n for p, n in counted.items() if matches(p, CORE)}
    optional_lines = sum(n for p, n in core.items() if p in optional)
    course = sum(n for p, n in core.items() if matches(p, COURSE) and not matches(p, COURSE_NOT))
    core_lines = sum(core.values()) - optional_lines
    print(f'{core_lines:8} core (limit {CORE_LIMIT})')
    print(f'{course:8} of it read in a course (limit {COURSE_LIMIT})')
    print(f'{optional_lines:8} optional facilities')
    return 1 if core_lines >= CORE_LIMIT or course >= COURSE_LIMIT else 0


if __name__ == '__main__':
    sys.exit(main())
