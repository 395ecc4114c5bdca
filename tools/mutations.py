#!/usr/bin/env python3
"""tools/mutations.py - kernels with one small mistake each; a test must see it

What:  mutations.py [NAME...]: for each block of tests/mutations/list.txt (or
       those whose names begin so) puts the mistake into a copy of the tree,
       builds a kernel there, and runs the tests named in the block. Before,
       those tests run on the kernel without mistake, and must pass (not with
       --no-base). Prints TAP, a point for each mistake; status 1 if one is
       not caught. Consoles and kernels are in build/mutations.
       --record keeps what noticed each in tests/mutations/noticed.txt;
       --check says of which mistakes that does not tell.
Not:   mistakes of order and timing (tools/saboteurs.sh).
See:   docs/testing.md
"""
import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time

LIST = 'tests/mutations/list.txt'
NOTICED = 'tests/mutations/noticed.txt'
OUT = 'build/mutations'
TREE = OUT + '/tree'
LIMIT_S = 240
WHY_MAX = 100


class Mutation:
    def __init__(self, name):
        self.name, self.what, self.path = name, '', ''
        self.by, self.words, self.cpus = [], '', '2'
        self.old, self.new = '', ''

    def field(self, line):
        key, _, rest = line.partition(' ')
        if key == 'is':
            self.what = rest
        elif key == 'in':
            self.path = rest
        elif key == 'by':
            self.by = rest.split()
        elif key in ('words', 'cpus'):
            setattr(self, key, rest)
        else:
            raise SystemExit(f'{self.name}: what is "{line}"?')

    def mark(self):
        """Eight digits that another mistake of this name would not have."""
        words = '\n'.join((self.path, self.old, self.new, *self.by))
        return hashlib.sha256(words.encode()).hexdigest()[:8]

    def apply(self, text):
        count = text.count(self.old) if self.old else 0
        if count != 1:
            raise ValueError(f'its lines stand {count} times in {self.path}')
        return text.replace(self.old, self.new)


def read_list(path=LIST, kind=Mutation):
    found, now = [], None
    for line in open(path, encoding='utf-8').read().splitlines():
        if line.startswith('['):
            now = kind(line.strip('[]'))
            found.append(now)
        elif line.startswith('-'):
            now.old += line[1:] + '\n'
        elif line.startswith('+'):
            now.new += line[1:] + '\n'
        elif line and not line.startswith('#'):
            now.field(line)
    return found


def write_if_new(path, text):
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


def make_tree():
    """A copy of what git knows, and of the debug build's objects, so that
    only what a mistake touches is compiled."""
    shutil.rmtree(TREE, ignore_errors=True)
    names = subprocess.run(['git', 'ls-files', '-z'], check=True, text=True,
                           capture_output=True).stdout.split('\0')
    for name in filter(os.path.isfile, names):
        os.makedirs(os.path.dirname(f'{TREE}/{name}') or TREE, exist_ok=True)
        shutil.copy2(name, f'{TREE}/{name}')
    subprocess.run(['cp', '-a', '--parents', 'build/debug', TREE], check=True)


def build(name):
    """A kernel without symbol table, which is quicker: its path, or None."""
    kernel = os.path.abspath(f'{OUT}/{name}.elf')
    with open(f'{OUT}/{name}.build', 'w', encoding='utf-8') as log:
        done = subprocess.run(['make', '-s', '-C', TREE, 'omitted', 'MODE=debug',
                               'DEPS=skip', f'OMITTED={kernel}',
                               # as the copied objects were built
                               f'PREFIX_MAP=-ffile-prefix-map={os.getcwd()}=.'],
                              stdout=log, stderr=log, check=False)
    return kernel if done.returncode == 0 else None


def run(name, kernel, m):
    """The tests on @kernel: status and the first line that tells why."""
    kind, tests = ('clients', m.by[1:]) if m.by[0] == 'clients' else ('user', m.by)
    command = [sys.executable, 'tests/run.py', kind, '--kernel', kernel,
               '--cpus', m.cpus, '--append', m.words] + tests
    path = f'{OUT}/{name}.tap'
    with open(path, 'w', encoding='utf-8') as log:
        try:
            status = subprocess.run(command, stdout=log, stderr=log, check=False,
                                    timeout=LIMIT_S * float(os.environ.get(
                                        'TIME_SCALE', 1))).returncode
        except subprocess.TimeoutExpired:
            return 1, 'no end'
    text = open(path, encoding='utf-8', errors='replace').read()
    found = (re.search(r'^(?!ok ).*?(Kernel panic - .*|BUG: .*)$', text, re.M) or
             re.search(r'^not ok \d* ?- (.*)$', text, re.M))
    return status, found.group(1) if found else 'ended badly'


def one(m):
    """True, and how it was noticed; or False, and why not."""
    try:
        text = open(m.path, encoding='utf-8').read()
        wrong = m.apply(text)
    except (OSError, ValueError) as error:
        return False, str(error)
    write_if_new(f'{TREE}/{m.path}', wrong)
    kernel = build(m.name)
    write_if_new(f'{TREE}/{m.path}', text)
    if not kernel:
        return False, f'does not build: {OUT}/{m.name}.build'
    status, why = run(m.name, kernel, m)
    os.remove(kernel)
    return status != 0, why if status else f'nobody noticed: {" ".join(m.by)}'


def base(chosen):
    """All the tests once, without mistake."""
    kernel, good = build('none'), True
    every = {}
    for m in chosen:
        story = m.by[0] == 'clients'
        key = (m.by[0] if not story else ' '.join(m.by), m.words, m.cpus) \
            if story else ('user', m.words, m.cpus)
        every.setdefault(key, []).extend(m.by[1:] if story else m.by)
    for (kind, words, cpus), tests in every.items():
        m = Mutation('none')
        m.words, m.cpus = words, cpus
        names = sorted(set(tests))
        m.by = names if kind == 'user' else ['clients'] + names
        status, why = run('none', kernel, m)
        if status:
            print(f'# without mistake: {" ".join(names)}: {why}')
            good = False
    return good


def read_noticed():
    """{name: its mark, and what noticed it}."""
    found = {}
    if os.path.exists(NOTICED):
        with open(NOTICED, encoding='utf-8') as f:
            for line in f:
                if line.strip() and not line.startswith('#'):
                    name, mark, why = line.rstrip('\n').split(' ', 2)
                    found[name] = mark, why
    return found


def record(m, why):
    """Put what noticed @m into the file, which is in the order of the list."""
    known = read_noticed()
    known[m.name] = m.mark(), why[:WHY_MAX]
    with open(NOTICED, 'w', encoding='utf-8') as f:
        f.write(f'# {NOTICED} - what noticed each mistake of list.txt; written by\n'
                '# make test-mutations RECORD=1. Name, mark of the mistake, first line.\n\n')
        for one_of in read_list():
            if one_of.name in known:
                f.write(' '.join((one_of.name, *known[one_of.name])) + '\n')


def check():
    """1 if there is a mistake that cannot be made, or was never noticed."""
    bad = 0
    known = read_noticed()
    for m in read_list():
        try:
            with open(m.path, encoding='utf-8') as f:
                m.apply(f.read())
        except (OSError, ValueError) as error:
            print(f'{LIST}: {m.name}: {error}')
            bad = 1
        if known.get(m.name, ('',))[0] != m.mark():
            print(f'{NOTICED}: {m.name} is not there, or changed: '
                  f'make test-mutations ONLY={m.name} RECORD=1')
            bad = 1
    return bad


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--no-base', action='store_true')
    parser.add_argument('--record', action='store_true')
    parser.add_argument('--check', action='store_true')
    parser.add_argument('names', nargs='*')
    args = parser.parse_args()
    if args.check:
        return check()
    chosen = [m for m in read_list() if not args.names or
              any(m.name.startswith(name) for name in args.names)]
    os.makedirs(OUT, exist_ok=True)
    make_tree()
    if not args.no_base and not base(chosen):
        return 1
    missed = 0
    for n, m in enumerate(chosen, 1):
        start = time.time()
        caught, why = one(m)
        missed += not caught
        if caught and args.record:
            record(m, why)
        print(f'{"ok" if caught else "not ok"} {n} - {m.name}: {m.what}\n'
              f'#   {time.time() - start:.0f} s: {why}', flush=True)
    print(f'1..{len(chosen)}\n# {len(chosen) - missed} of {len(chosen)} caught')
    return 1 if missed else 0


if __name__ == '__main__':
    sys.exit(main())
