"""tools/lab_tree.py - the one tree in which labs are built

What:  build/labs/tree, a copy of this tree with some files replaced, and the
       kernel made of it: objects of this tree are taken over where they fit.
Not:   what replaces the files (tools/lab_text.py, a student's).
"""
import os
import shutil
import subprocess

OUT = 'build/labs'
TREE = OUT + '/tree'
KERNEL = OUT + '/nidus.elf'
NOT_COPIED = {'build', '.git', '__pycache__'}
# A make of its own, with as many jobs as it likes.
MAKE_ENV = {k: v for k, v in os.environ.items() if k not in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL')}
BUILD_LOG = OUT + '/build.log'


def files_of(top):
    """Every file of a tree but what is made."""
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(set(folders) - NOT_COPIED)
        # in a worktree .git is a file, which leads to another repository
        for name in sorted(set(names) - NOT_COPIED):
            yield os.path.relpath(os.path.join(folder, name), top)


def read(path):
    with open(path, 'rb') as f:
        return f.read()


def read_text(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def write_if_new(path, data):
    """With the time of now, so that make compiles it."""
    if os.path.exists(path) and read(path) == data:
        return
    os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
    with open(path, 'wb') as f:
        f.write(data)


def lab_mk(lab):
    return f'LAB ?= {lab.number}\nLAB_FILES := {" ".join(lab.files())}\n'.encode()


def is_old():
    """Has so much changed that the objects of this tree save time?"""
    return any(not os.path.exists(f'{TREE}/{name}') or read(name) != read(f'{TREE}/{name}')
               for name in files_of('.') if name.endswith(('.h', '.inc', 'akefile')))


def refresh_tree(lab, changes):
    """TREE as this tree is now, with @changes: {path: bytes}."""
    if is_old():
        shutil.rmtree(TREE, ignore_errors=True)
        for name in files_of('.'):
            os.makedirs(os.path.dirname(f'{TREE}/{name}') or TREE, exist_ok=True)
            shutil.copy2(name, f'{TREE}/{name}')
        if os.path.isdir('build/debug'):
            subprocess.run(['cp', '-a', '--parents', 'build/debug', TREE], check=True)
    for name in files_of('.'):
        if name not in changes:
            write_if_new(f'{TREE}/{name}', read(name))
    for name, data in changes.items():
        write_if_new(f'{TREE}/{name}', data)
    write_if_new(f'{TREE}/lab.mk', lab_mk(lab))


def make(*words):
    """Run make in TREE: its complaints, or ''."""
    command = ['make', '-s', '-C', TREE, 'MODE=debug', 'DEPS=skip',
               # as the copied objects were built
               f'PREFIX_MAP=-ffile-prefix-map={os.getcwd()}=.', *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=MAKE_ENV, text=True, errors='replace', check=False)
    with open(BUILD_LOG, 'w', encoding='utf-8') as f:
        f.write(done.stdout)
    return done.stdout if done.returncode else ''


def build():
    return make('omitted', f'OMITTED={os.path.abspath(KERNEL)}')


def skeletons(lab):
    return {p.path: lab.skeleton(p, read_text(p.path)).encode() for p in lab.parts}
