"""tools/lab_grade.py - points for somebody's files of a lab

What:  grade builds a kernel with them, runs the lab's tests and counts, in the
       form that Gradescope reads. Of a student's tree only the files of the lab
       are read, nothing is run.
See:   docs/labs/README.md
"""
import os
import re
import subprocess

import lab_text
from lab_run import run_tests
from lab_tree import MAKE_ENV, build, files_of, read, refresh_tree

# What a lab has no use for, but a kernel that grades itself has.
FORBIDDEN = re.compile(r'NIDUS-TEST|log_direct|machine_test_exit|machine_power_off|incbin|'
                       r'#\s*include\s*["<](?:/|[^">]*\.\./)')


def verdict(test, rows):
    """A test has its points if all is right, none otherwise: and why."""
    bad = [r for r in rows if not r.ok]
    if not rows:
        return 0, 'no point of it was run'
    if not bad:
        return test.points, ''
    told = list(dict.fromkeys(r.told() for r in bad))
    more = f'; and {len(told) - 3} more' if len(told) > 3 else ''
    return 0, '; '.join(told[:3]) + more


def results(tests, rows, output=''):
    """Gradescope's form."""
    out = []
    for t in tests:
        score, why = verdict(t, rows.get(t.name, []))
        out.append({'name': f'{t.name}: {t.is_about}' if t.is_about else t.name, 'score': score,
                    'max_score': t.points, 'output': why, 'visibility': t.visibility,
                    'status': 'passed' if score else 'failed'})
    return {'score': sum(r['score'] for r in out), 'output': output, 'visibility': 'visible',
            'stdout_visibility': 'hidden', 'tests': out}


def not_built(tests, why):
    """No points, for one reason."""
    found = results(tests, {}, why)
    for r in found['tests']:
        r['output'] = why.splitlines()[0]
    return found


def student_files(lab, top):
    """{path: bytes} of the lab's files in another tree."""
    changes = {}
    for path in lab.files():
        if not os.path.isfile(f'{top}/{path}'):
            raise lab_text.LabError(f'{top}/{path} is missing')
        data = read(f'{top}/{path}')
        for found in set(FORBIDDEN.findall(data.decode(errors='replace'))):
            if found.encode() not in read(path):
                raise lab_text.LabError(f'{path}: "{found}" has no place in this lab')
        changes[path] = data
    return changes


def hidden_tests(lab, folder):
    """The tests of a teacher: FOLDER/NN.lab; programs FOLDER/NAME.c, called
    hidden_NAME there; FOLDER/tree/ holds files to lie over the tree's."""
    if not folder:
        return [], {}
    changes = {name: read(f'{folder}/tree/{name}') for name in files_of(f'{folder}/tree')}
    path = f'{folder}/{lab.number}.lab'
    tests = lab_text.Lab(path).tests if os.path.exists(path) else []
    for t in tests:
        if t.visibility == 'visible':
            t.visibility = 'hidden'
        for program in t.what if t.kind == 'user' else ():
            if program.startswith('hidden_'):
                subprocess.run(['make', '-s', 'DEPS=skip', f'HIDDEN={folder}',
                                f'build/user/{program}'], env=MAKE_ENV, check=True)
    return tests, changes


def grade(lab, changes, tests):
    for log in os.listdir('build/test') if os.path.isdir('build/test') else ():
        if log.startswith(f'lab{lab.number}-'):
            os.remove(f'build/test/{log}')
    refresh_tree(lab, changes)
    why = build()
    if why:
        return not_built(tests, f'it does not build\n{why[-4000:]}')
    return results(tests, run_tests(lab, tests))
