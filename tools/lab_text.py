"""tools/lab_text.py - descriptions of labs, and skeletons made from sources

What:  tests/labs/NN.lab says which functions of which files are a student's to
       write, what must still work without them, and the tests and their points.
       empty() takes the bodies of these functions out of a source: comments and
       assertions stay, and a panic that names the function. So there is one
       copy of the code, the tree's own, which is the solution.
Not:   the tree, running, points, checking (tools/lab_*.py).
See:   docs/labs/README.md for the words of a description
"""
import os
import re
import textwrap

LABS = 'tests/labs'
NAME = re.compile(r'^(\d\d)\.lab$')
KINDS = ('kernel', 'user', 'host', 'boot', 'model')

HEAD = r'^(?P<head>[A-Za-z][^\n;{}()=]*\b%s\([^;{}]*\)[ \t]*\n)\{\n(?P<body>.*?)^\}\n'
COMMENT = re.compile(r'/\*.*?\*/', re.S)
ASSERTION = re.compile(r'^\t(?P<deep>\t*)(?P<text>(?:\w+_)?(?:ASSERT|assert\w*)\('
                       r'(?:[^;]|\n)*?\);)', re.M)
LOCAL = re.compile(r'^\t(?!return|goto)(?:\w+[ \t]+)+\**(\w+)(?:\[[^]]*\])?[ \t]*(?==|;|,)', re.M)
ASM_HEAD = r'^%s:[^\n]*\n'
ASM_END = re.compile(r'\n(?=\n*(?:;|\t?align|section|bits|[A-Za-z_]\w*:|\Z))')


class LabError(Exception):
    """A description that is wrong, or does not fit the sources."""


class Part:
    """One file of a lab: functions to empty, each with its stub or ''."""

    def __init__(self, path):
        self.path = path
        self.stubs = {}


class Test:
    """One line of the bill."""

    def __init__(self, name):
        self.name = name
        self.points = 0
        self.kind, self.what = '', []
        self.cpus = ['2']
        self.words = ''
        self.match = ''
        self.options = []
        self.visibility = 'visible'
        self.is_about = ''

    def field(self, key, rest):
        if key == 'is':
            self.is_about = rest
        elif key == 'points':
            self.points = float(rest)
        elif key == 'run':
            self.kind, *self.what = rest.split(None, 1 if rest.startswith('boot') else -1)
        elif key == 'cpus':
            self.cpus = rest.split()
        elif key == 'options':
            self.options = rest.split()
        elif key in ('words', 'match', 'visibility'):
            setattr(self, key, rest)
        else:
            return False
        return True


class Lab:
    """tests/labs/NN.lab."""

    def __init__(self, path):
        self.number = os.path.basename(path).split('.')[0]
        self.title = ''
        self.parts, self.tests = [], []
        self.shows, self.stands = [], []
        self.dies = ''
        self.read(path)

    def read(self, path):
        stub = None
        with open(path, encoding='utf-8') as f:
            lines = f.read().splitlines()
        for number, line in enumerate(lines, 1):
            if not line or line.startswith('#'):
                continue
            if line.startswith('|'):
                self.parts[-1].stubs[stub] += line[1:] + '\n'
                continue
            key, _, rest = line.partition(' ')
            if line.startswith('['):
                self.tests.append(Test(line.strip('[]')))
            elif key == 'stub':
                stub, *text = rest.split(None, 1)
                self.parts[-1].stubs[stub] = ''.join(f'\t{line}\n' for line in text)
            elif not self.field(key, rest):
                raise LabError(f'{path}:{number}: what is "{line}"?')
        for test in self.tests:
            if test.kind not in KINDS or not test.points:
                raise LabError(f'{path}: [{test.name}] needs points and "run {"|".join(KINDS)}"')

    def field(self, key, rest):
        if self.tests:
            return self.tests[-1].field(key, rest)
        if key == 'file':
            self.parts.append(Part(rest))
        elif key == 'empty':
            self.parts[-1].stubs.update(dict.fromkeys(rest.split(), ''))
        elif key in ('title', 'dies'):
            setattr(self, key, rest)
        elif key in ('shows', 'stands'):
            getattr(self, key).append(rest)
        else:
            return False
        return True

    def files(self):
        return [part.path for part in self.parts]

    def skeleton(self, part, text):
        """@text of @part's file with the bodies taken out."""
        for name, stub in part.stubs.items():
            text = empty(part.path, text, name, stub, self.number)
        if part.path.endswith('.c') and '#include <core/panic.h>' not in text:
            text = re.sub(r'^(#include [^\n]*\n\n?)', r'\1#include <core/panic.h>\n', text,
                          count=1, flags=re.M)
        return text


def find(number, top='.'):
    path = f'{top}/{LABS}/{int(number):02}.lab'
    if not os.path.exists(path):
        raise LabError(f'there is no lab {number}: {path}')
    return Lab(path)


def numbers(top='.'):
    return sorted(m.group(1) for m in map(NAME.match, os.listdir(f'{top}/{LABS}')) if m)


def empty(path, text, name, stub, number):
    if path.endswith('.asm'):
        return empty_asm(text, name, stub, number)
    return empty_c(text, name, stub, number)


def reindent(comment):
    lines = comment.split('\n')
    return '\n'.join(['\t' + lines[0]] + ['\t ' + line.strip() for line in lines[1:]]) + '\n'


def as_comment(statement):
    words = ' '.join(statement.split())
    lines = textwrap.wrap(words, 66, break_long_words=False)
    return '\t/* ' + '\n\t * '.join(lines) + ' */\n'


def remains(body):
    """What is left of a body: its assertions, those about its own variables in
    a comment, and its comments."""
    local = set(LOCAL.findall(body))
    kept, notes = '', []
    for m in ASSERTION.finditer(body):
        if m.group('deep') or local & set(re.findall(r'\w+', m.group('text'))):
            notes.append((m.start(), as_comment(m.group('text'))))
        else:
            kept += f'\t{m.group("text")}\n'
    notes += [(m.start(), reindent(m.group(0))) for m in COMMENT.finditer(body)]
    return kept + ''.join(text for _, text in sorted(notes))


def empty_c(text, name, stub, number):
    """C, and Promela's "inline name()"."""
    found = list(re.finditer(HEAD % name, text, re.M | re.S))
    if not found:
        raise LabError(f'lab {number}: no function {name}')
    m = found[-1]
    todo = f'panic("lab {number}: %s is yours to write", "{name}");'
    body = stub.replace('TODO', todo) if stub else f'{remains(m.group("body"))}\t{todo}\n'
    return f'{text[:m.start()]}{m.group("head")}{{\n{body}}}\n{text[m.end():]}'


def asm_todo(name, number, wide):
    message = f'db "lab {number}: {name} is yours to write"'
    if wide:
        return ('\textern panic\n\tlea rdi, [rel .yours]\n\txor eax, eax\n\tcall panic\n'
                f'.yours:\t{message}, 0\n')
    return (f'\tmov ebx, .yours - KERNEL_VMA\n\tjmp start_fail\n.yours:\t{message}, 13, 10, 0\n')


def empty_asm(text, name, stub, number):
    """From the label to the last jump before the next thing of its own."""
    m = re.search(ASM_HEAD % name, text, re.M)
    if not m:
        raise LabError(f'lab {number}: no label {name}')
    rest = text[m.end():]
    end = ASM_END.search(rest)
    tail = rest[end.start() + 1:] if end else ''
    wide = re.findall(r'^bits (\d+)', text[:m.start()], re.M)[-1] == '64'
    return text[:m.end()] + stub.replace('TODO\n', '') + asm_todo(name, number, wide) + tail


def same_outside(part, theirs, ours):
    """Do two versions of a file agree in all but the bodies that are a
    student's?"""
    def hollow(text):
        for name in part.stubs:
            text = re.sub(HEAD % name, r'\g<head>', text, flags=re.M | re.S)
        return text
    return hollow(theirs) == hollow(ours)
