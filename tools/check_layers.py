#!/usr/bin/env python3
"""tools/check_layers.py - proves that includes and calls only go downward.

What:  reads the include graph and knows the table of layers (docs/style.md):
       a file includes its own layer and those beneath. Fails on an arrow
       upward, a circle of headers, a header in quotes from elsewhere, asm/
       outside of arch/, inline assembly or an architecture test outside of
       arch/, extern in a .c file, and an own header that is not the first.
       With --objects DIR SOURCE...: also looks at the compiled files: no
       function of an upper layer is called from beneath, but for those that
       include/arch/upcall.h declares.
Not:   lock ranks, which are checked while the kernel runs.
See:   docs/style.md, "Who may include whom"
"""
import argparse
import os
import re
import sys

import elf

LAYERS = ['uapi', 'lib', 'arch', 'core', 'mm', 'sched', 'vm', 'fs', 'proc', 'drivers', 'main']
LEVEL = {name: level for level, name in enumerate(LAYERS)}
LEVEL['sys'] = LEVEL['drivers']

# Source directory -> layer; the longest match counts.
SOURCES = {
    'lib': 'lib', 'arch/x86_64': 'arch', 'kernel/core': 'core', 'mm': 'mm',
    'kernel/sched': 'sched', 'mm/vm': 'vm', 'fs': 'fs', 'kernel/proc': 'proc', 'kernel/ipc': 'proc',
    'kernel/sys': 'sys', 'drivers': 'drivers', 'kernel': 'main', 'tests/kernel': 'main',
}
FREESTANDING = {'stdarg.h', 'stdbool.h', 'stddef.h', 'stdint.h', 'limits.h'}
ASM_HEADERS = 'arch/x86_64/include/'
UPCALLS = 'include/arch/upcall.h'
# The architecture sits beneath mm but implements what is needed up to core.
ARCH_SOURCE_LEVEL = LEVEL['core']

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*', re.S)
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"')
INLINE_ASM = re.compile(r'\b(?:__asm__|__asm|asm)\b\s*(?:volatile|__volatile__|goto|inline)*\s*\(')
ARCH_TEST = re.compile(r'\b__(?:x86_64|i386|amd64|aarch64|arm|riscv)(?:__)?\b')
EXTERN = re.compile(r'^\s*extern\b', re.M)


def blank(match):
    return re.sub(r'[^\n]', ' ', match.group(0))


def source_files():
    for top in ('include', *sorted({path.split('/')[0] for path in SOURCES})):
        for directory, dirs, files in os.walk(top):
            dirs.sort()
            for name in sorted(files):
                if name.endswith(('.c', '.h')):
                    path = os.path.join(directory, name)
                    if path.startswith('include/') or layer_of(path):
                        yield path


def layer_of(path):
    """The layer of a source or header, None if it has none."""
    if path.startswith('include/'):
        return path.split('/')[1] if path.count('/') > 1 else None
    best = max((d for d in SOURCES if path.startswith(d + '/')), key=len, default=None)
    return SOURCES[best] if best else None


def level_of(path):
    if path.startswith('arch/'):
        return ARCH_SOURCE_LEVEL
    return LEVEL[layer_of(path)]


class Check:
    """Collects the problems, each with file and line."""

    def __init__(self):
        self.problems = []
        self.graph = {}

    def problem(self, path, line, text):
        self.problems.append(f'{path}:{line}: {text}')

    def file(self, path):
        with open(path, encoding='utf-8') as f:
            raw = f.read()
        text = COMMENT.sub(blank, raw)
        self.includes(path, text)
        code = STRING.sub(blank, text)
        in_arch = path.startswith('arch/')
        for pattern, what in ((INLINE_ASM, 'inline assembly outside of arch/'),
                              (ARCH_TEST, 'a test for an architecture outside of arch/')):
            for found in () if in_arch else pattern.finditer(code):
                self.problem(path, line_of(code, found), what)
        if path.endswith('.c'):
            for found in EXTERN.finditer(code):
                self.problem(path, line_of(code, found), 'extern in a .c file')

    def includes(self, path, text):
        targets = []
        for found in INCLUDE.finditer(text):
            line = line_of(text, found)
            target = self.include(path, line, found.group(1), found.group(2))
            if target:
                targets.append(target)
        self.graph[path] = targets
        own = own_header(path)
        first = targets[0] if targets else ''
        # A private header beside the file, or of the same name, is its own as well.
        private = os.path.dirname(first) == os.path.dirname(path) or \
            first == f'{ASM_HEADERS}asm/{os.path.basename(own or "")}'
        if own and first != own and not private:
            self.problem(path, 1, f'its first include must be its own header, {own}')

    def include(self, path, line, quote, name):
        """Check one include: the path of the header, or None."""
        if quote == '"':
            target = os.path.normpath(os.path.join(os.path.dirname(path), name))
            # Nothing is hidden from the main layer: it may name folders.
            main = os.path.dirname(path) == 'kernel'
            if ('/' in name and not main) or not os.path.exists(target):
                self.problem(path, line, f'"{name}" is not a private header beside this file')
                return None
            return target
        if name in FREESTANDING:
            return None
        if name.startswith('asm/'):
            return self.include_asm(path, line, name)
        target = 'include/' + name
        layer = name.split('/')[0]
        if layer not in LEVEL or '/' not in name:
            self.problem(path, line, f'<{name}> is in no layer')
            return None
        if not os.path.exists(target):
            self.problem(path, line, f'<{name}> does not exist')
            return None
        mine = layer_of(path)
        if path.startswith(ASM_HEADERS) and layer == 'arch':
            self.problem(path, line, f'an asm/ header includes <{name}>')
        if LEVEL[layer] > level_of(path):
            self.problem(path, line, f'{mine} includes upward: <{name}>')
        if {mine, layer} == {'sys', 'drivers'}:
            self.problem(path, line, f'{mine} and {layer} may not know each other: <{name}>')
        return target

    def include_asm(self, path, line, name):
        if not path.startswith(('arch/', 'include/arch/')):
            self.problem(path, line, f'<{name}> outside of arch/')
        target = ASM_HEADERS + name
        if not os.path.exists(target):
            self.problem(path, line, f'<{name}> does not exist')
            return None
        return target

    def circles(self):
        state = {}

        def visit(path, trail):
            state[path] = 'open'
            for target in self.graph.get(path, ()):
                if state.get(target) == 'open':
                    loop = trail[trail.index(target):] if target in trail else []
                    self.problem(path, 1, 'circle: ' + ' -> '.join(loop + [target]))
                elif target not in state:
                    visit(target, trail + [target])
            state[path] = 'done'

        for path in sorted(self.graph):
            if path not in state:
                visit(path, [path])

    def calls(self, directory, sources):
        """No symbol of an upper layer is used from beneath."""
        with open(UPCALLS, encoding='utf-8') as f:
            text = COMMENT.sub(' ', f.read())
        allowed = set(re.findall(r'\b(\w+)\s*\(|\bextern[^;]*?\b(\w+)(?:\[\])?;', text))
        allowed = {name for pair in allowed for name in pair}
        defined, used = {}, []
        for source in sources:
            path = os.path.join(directory, source + '.o')
            for symbol in elf.Elf(path).symbols():
                if symbol.bind == elf.STB_LOCAL or not symbol.name:
                    continue
                if symbol.shndx == elf.SHN_UNDEF:
                    used.append((source, symbol.name))
                else:
                    defined[symbol.name] = source
        for source, name in used:
            owner = defined.get(name)
            if owner and name not in allowed and level_of(owner) > level_of(source) and \
                    not owner.startswith('arch/'):
                self.problem(source, 1, f'uses {name} of {owner}, which lies above')


def own_header(path):
    """include/LAYER/NAME.h of a LAYER's NAME.c, if there is one."""
    if not path.endswith('.c'):
        return None
    layer = layer_of(path)
    own = f'include/{layer}/{os.path.basename(path)[:-2]}.h'
    return own if os.path.exists(own) else None


def line_of(text, match):
    start = match.start() + len(match.group(0)) - len(match.group(0).lstrip())
    return text.count('\n', 0, start) + 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--objects', metavar='DIR', help='where the compiled files are')
    parser.add_argument('sources', nargs='*')
    args = parser.parse_args()
    check = Check()
    paths = list(source_files())
    for path in paths:
        if path.startswith('include/') and layer_of(path) not in LEVEL:
            check.problem(path, 1, 'a header outside of the layers')
        else:
            check.file(path)
    check.circles()
    if args.objects:
        check.calls(args.objects, args.sources)
    for text in check.problems:
        print(text)
    print(f'layers: {len(paths)} files, {len(check.problems)} problems')
    return 1 if check.problems else 0


if __name__ == '__main__':
    sys.exit(main())
