#!/usr/bin/env python3
"""tools/lab.py - labs of a course: take a mechanism out, grade, check itself

What:  lab.py make NN DIR       a working tree without that lab's mechanism
       lab.py grade NN [DIR]    DIR's files of the lab, in this tree's place,
                                against the lab's tests: points, and why each
                                is lost; JSON as Gradescope reads it
       lab.py check [NN...]     each skeleton fails its tests and nothing
                                before, the solution has all points, and each
                                wrong solution loses those that it should
       Everything is built in one copy of this tree, build/labs/tree: of a
       student's tree only the files of the lab are read, nothing is run.
Not:   descriptions and skeletons (lab_text.py), the copy (lab_tree.py), tests
       (lab_run.py), points (lab_grade.py), checking (lab_check.py).
See:   docs/labs/README.md
"""
import argparse
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import time

import lab_text
from lab_check import command_check
from lab_grade import grade, hidden_tests, not_built, student_files
from lab_tree import OUT, files_of, lab_mk, skeletons, write_if_new

# What would give answers away.
NOT_FOR_STUDENTS = re.compile(r'^(docs/labs/answers/|tests/labs/.*\.wrong$|tests/mutations/)')


def show(lab, found):
    print(f'Lab {lab.number}, {lab.title}')
    if found['output']:
        print(found['output'])
    for r in found['tests']:
        print(f'  {r["score"]:4g} of {r["max_score"]:<4g} {r["name"]}')
        if r['output'] and not found['output']:
            print(f'               lost: {r["output"]}')
    most = sum(r['max_score'] for r in found['tests'])
    print(f'{found["score"]:g} of {most:g} points')


def command_grade(args):
    lab = lab_text.find(args.lab)
    start = time.time()
    tests = lab.tests
    try:
        hidden, changes = hidden_tests(lab, args.hidden)
        tests = lab.tests + hidden
        changes.update(student_files(lab, args.dir))
        found = grade(lab, changes, tests)
    except lab_text.LabError as error:
        found = not_built(tests, str(error))
    found['execution_time'] = round(time.time() - start)
    path = args.json or f'{OUT}/results.json'
    with open(path, 'w', encoding='utf-8') as f:
        json.dump(found, f, indent=1)
    show(lab, found)
    return 0


def command_make(args):
    lab = lab_text.find(args.lab)
    top = args.dir
    if os.path.exists(top) and os.listdir(top):
        raise lab_text.LabError(f'{top} is there already')
    changes = skeletons(lab)
    for name in files_of('.'):
        if NOT_FOR_STUDENTS.match(name):
            continue
        os.makedirs(os.path.dirname(f'{top}/{name}') or top, exist_ok=True)
        shutil.copy2(name, f'{top}/{name}')
    for name, data in changes.items():
        write_if_new(f'{top}/{name}', data)
    write_if_new(f'{top}/lab.mk', lab_mk(lab))
    git = ['git', '-C', top, '-c', 'user.name=lab', '-c', 'user.email=lab@localhost']
    for words in (['init', '-q'], ['add', '-A'], ['commit', '-q', '-m', f'Lab {lab.number}']):
        if subprocess.run(git + words, check=False).returncode:
            break
    page = next(n for n in os.listdir('docs/labs') if n.startswith(lab.number))
    print(f'{top}: lab {lab.number}, {lab.title}. Yours to write:')
    for part in lab.parts:
        print(f'  {part.path}: {", ".join(part.stubs)}')
    print(f'Read docs/labs/{page}; then, in {top}: make grade')
    return 0


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    commands = parser.add_subparsers(required=True)
    sub = commands.add_parser('make', help='a working tree without the mechanism')
    sub.add_argument('lab')
    sub.add_argument('dir')
    sub.set_defaults(call=command_make)
    sub = commands.add_parser('grade', help='score a tree')
    sub.add_argument('lab')
    sub.add_argument('dir', nargs='?', default='.')
    sub.add_argument('--hidden', default='', metavar='DIR')
    sub.add_argument('--json', default='', metavar='FILE')
    sub.set_defaults(call=command_grade)
    sub = commands.add_parser('check', help='check the labs themselves')
    sub.add_argument('labs', nargs='*')
    sub.add_argument('--quick', action='store_true')
    sub.add_argument('--part', action='append', choices=('skeleton', 'solution', 'wrong'))
    sub.add_argument('--only', default='', metavar='REGEX', help='of the wrong solutions')
    sub.set_defaults(call=command_check)
    args = parser.parse_args()
    if getattr(args, 'part', True) is None:
        args.part = ['skeleton', 'solution', 'wrong']
    return args


def main():
    args = parse()
    os.makedirs(OUT, exist_ok=True)
    with open(f'{OUT}/lock', 'w', encoding='utf-8') as lock:
        if args.call != command_make:
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            return args.call(args)
        except lab_text.LabError as error:
            print(f'lab: {error}', file=sys.stderr)
            return 1


if __name__ == '__main__':
    sys.exit(main())
