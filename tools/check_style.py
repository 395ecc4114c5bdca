#!/usr/bin/env python3
"""tools/check_style.py - the rules of docs/style.md that a program can see.

What:  C:   the comment that opens a file names the file and says What; lines
            of at most 80 columns; functions of at most 60 lines, four
            parameters and four levels of braces; nine in ten of at most 40
            lines; no conditional compilation inside a function; no names with
            a leading underscore; no typedef of structures; no unbounded
            string functions; no marks of unfinished work; a comment on top of
            each prototype, or group of them, in a public header (but for the
           fixed pairs of names, such as _get and _put).
       asm: head, lines.   Python and shell: head, lines of at most 100.
       tools/long_functions.txt lists exceptions for functions, with reasons.
Not:   layers (tools/check_layers.py); formatting (make format).
See:   docs/style.md
"""
import os
import re
import subprocess
import sys

EXCEPTIONS = 'tools/long_functions.txt'
MAX_FUNCTION, USUAL_FUNCTION, MAX_PARAMETERS, MAX_DEPTH = 60, 40, 4, 4
MAX_FILE = 500

FORBIDDEN = {
    r'\b(?:strcpy|strcat|sprintf|vsprintf|gets|alloca|strtok)\s*\(': 'unbounded or unsafe function',
    # A pointer to a function that returns one is none.
    r'\btypedef\s+(?:struct|union|enum)\b(?![^;{]*\(\s*\*)':
        'typedef of a structure',
    r'^(?:[A-Za-z]\w*[ \*]+)+_(?!Static_assert|_attribute__|_asm__|_ubsan|_asan|_stack_chk)\w+\(':
        'function name with a leading underscore',
}
UNFINISHED = re.compile(r'\b(?:TODO|FIXME|XXX|HACK)\b')
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*', re.S)
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'')
FUNCTION = re.compile(r'^(?!#|\s|typedef|struct\s+\w+\s*\{|enum|union)[^\n;={}]*?(\w+)\(', re.M)
PROTOTYPE = re.compile(r'^(?!#|\s|typedef|static|return)[A-Za-z_][\w\s\*]*?\b(\w+)\([^{}]*?\)'
                       r'[^{};]*;', re.M)
# The fixed pairs of names, which mean the same everywhere.
PLAIN = ('_create', '_destroy', '_init', '_fini', '_alloc', '_free', '_get', '_put', '_enter',
         '_leave', '_lock', '_unlock')
KEYWORDS = {'if', 'for', 'while', 'switch', 'return', 'sizeof', 'static_assert',
            'DEFINE_PER_CPU', 'DECLARE_PER_CPU'}
FILE_COMMENT = {'.c': r'/\*\n \* {path} - \S', '.h': r'/\*\n \* {path} - \S',
                '.ld': r'/\*\n \* {path} - \S', '.asm': r'; {path} - \S',
                '.py': r'(?:#![^\n]*\n)?"""{path} - \S',
                '.sh': r'#(?:!| shellcheck )[^\n]*\n# {path} - \S'}


def blank(match):
    return re.sub(r'[^\n]', ' ', match.group(0))


def tree():
    listed = subprocess.run(['git', 'ls-files', '--cached', '--others', '--exclude-standard'],
                            capture_output=True, text=True, check=True).stdout.split('\n')
    return [path for path in dict.fromkeys(listed) if path and os.path.exists(path)]


class Style:
    """Collects the problems of all files and the lengths of all functions."""

    def __init__(self):
        self.problems = []
        self.lengths = []
        self.long = self.exceptions()
        self.used = set()

    def exceptions(self):
        found = {}
        if not os.path.exists(EXCEPTIONS):
            return found
        with open(EXCEPTIONS, encoding='utf-8') as f:
            for number, line in enumerate(f, 1):
                line = line.strip()
                if line and not line.startswith('#'):
                    name, _, reason = line.partition(' ')
                    found[name] = reason.strip()
                    if not reason.strip():
                        self.problem(EXCEPTIONS, number, f'{name} has no reason')
        return found

    def problem(self, path, line, text):
        self.problems.append(f'{path}:{line}: {text}')

    def file(self, path):
        kind = os.path.splitext(path)[1]
        if kind not in FILE_COMMENT:
            return
        with open(path, encoding='utf-8') as f:
            text = f.read()
        self.head(path, kind, text)
        self.lines(path, kind, text)
        if kind in ('.c', '.h'):
            code = STRING.sub(lambda m: re.sub(r'[^\n]', '_', m.group(0)), COMMENT.sub(blank, text))
            self.names(path, code)
            self.functions(path, code)
            if path.startswith('include/') and kind == '.h':
                self.prototypes(path, text, code)

    def head(self, path, kind, text):
        pattern = FILE_COMMENT[kind].replace('{path}', re.escape(path))
        if not re.match(pattern, text):
            self.problem(path, 1, f'does not open with a comment "{path} - summary"')

    def lines(self, path, kind, text):
        limit = 100 if kind in ('.py', '.sh') else 80
        count = 0
        for number, line in enumerate(text.split('\n'), 1):
            count = number
            if len(line.expandtabs(8)) > limit:
                self.problem(path, number, f'longer than {limit} columns')
            if line != line.rstrip():
                self.problem(path, number, 'blanks at the end of the line')
            if kind in ('.c', '.h', '.asm') and line.startswith(' ' * 8):
                self.problem(path, number, 'indented by blanks, not tabs')
            if kind != '.py' and UNFINISHED.search(line):
                self.problem(path, number, 'a mark of unfinished work')
        if not text.endswith('\n') or text.endswith('\n\n'):
            self.problem(path, count, 'must end with one newline')

    def names(self, path, code):
        for pattern, what in FORBIDDEN.items():
            if path.startswith('tests/') and what.startswith('unbounded'):
                continue
            for found in re.finditer(pattern, code, re.M):
                self.problem(path, code.count('\n', 0, found.start()) + 1,
                             f'{what}: {found.group(0).strip()[:40]}')

    def functions(self, path, code):
        """Each body: a { in the first column up to the } in the first column."""
        lines = code.split('\n')
        start = None
        for number, line in enumerate(lines):
            if line == '{':
                start = number
            elif line.startswith('}') and start is not None:
                head = self.signature(lines, start)
                if head:
                    self.function(path, start, head, lines[start:number + 1])
                start = None

    def signature(self, lines, start):
        """The text in front of a body, None if it is no function."""
        head = []
        for line in reversed(lines[:start]):
            if not line.strip() or line.startswith(('}', '#')) or line.rstrip().endswith(';'):
                break
            head.insert(0, line)
        text = ' '.join(head)
        return text if '(' in text and '=' not in text else None

    def function(self, path, start, head, body):
        name = re.search(r'(\w+)\s*\((?!\*)', head)
        name = name.group(1) if name else '?'
        key = f'{path}:{name}'
        size = len(body) - 2
        self.lengths.append(size)
        excused = key in self.long
        over = []
        if size > MAX_FUNCTION:
            over.append(f'{name} has {size} lines, more than {MAX_FUNCTION}')
        count = parameters(head)
        # The ABI decides how many arguments a system call has.
        decided = path.startswith('tests/user/') or name.startswith('sys_')
        if count > MAX_PARAMETERS and not decided:
            over.append(f'{name} has {count} parameters, more than {MAX_PARAMETERS}')
        if depth(body) > MAX_DEPTH:
            over.append(f'{name} is nested too deeply')
        if over and excused:
            self.used.add(key)
        for text in over if not excused else ():
            self.problem(path, start + 1, text)
        for offset, line in enumerate(body):
            if re.match(r'\s*#\s*(if|else|elif)', line):
                self.problem(path, start + offset + 1, 'conditional compilation in a function')

    def prototypes(self, path, text, code):
        """A comment in the paragraph of each prototype, or a name that tells all."""
        if path.startswith('include/uapi/'):
            return
        lines = text.split('\n')
        head = text[:text.index('*/')] if '*/' in text else ''
        for found in PROTOTYPE.finditer(code):
            name = found.group(1)
            if name in KEYWORDS or re.match(r'extern|DE(?:CLARE|FINE)_', found.group(0)):
                continue
            if name.endswith(PLAIN) or re.search(rf'\b{name}\b', head):
                continue
            first = code.count('\n', 0, found.start())
            if '/*' not in paragraph(lines, first) and '*/' not in paragraph(lines, first):
                self.problem(path, first + 1, f'{name} has no comment')

    def summary(self):
        for name in sorted(set(self.long) - self.used):
            self.problem(EXCEPTIONS, 1, f'{name} needs no exception')
        lengths = sorted(self.lengths)
        if not lengths:
            return 'no functions'
        median, ninth = lengths[len(lengths) // 2], lengths[len(lengths) * 9 // 10]
        if ninth > USUAL_FUNCTION:
            self.problem('.', 0, f'nine in ten functions have up to {ninth} lines, '
                                 f'more than {USUAL_FUNCTION}')
        return f'{len(lengths)} functions, median {median} lines, nine in ten up to {ninth}'


def paragraph(lines, at):
    """The lines around one, up to blank lines."""
    first = last = at
    while first > 0 and lines[first - 1].strip():
        first -= 1
    while last < len(lines) and lines[last].strip():
        last += 1
    return '\n'.join(lines[first:last])


def parameters(head):
    """How many parameters a signature has."""
    inner = head[head.index('(') + 1:head.rindex(')')]
    level, count = 0, 1
    for char in inner:
        level += (char == '(') - (char == ')')
        count += char == ',' and level == 0
    return 0 if inner.strip() in ('', 'void') else count


def depth(body):
    level = deepest = 0
    for line in body:
        for char in line:
            level += (char == '{') - (char == '}')
            deepest = max(deepest, level)
    return deepest


def main():
    style = Style()
    paths = sys.argv[1:] or tree()
    for path in paths:
        style.file(path)
    summary = style.summary() if len(sys.argv) == 1 else f'{len(paths)} files'
    for text in style.problems:
        print(text)
    print(f'style: {summary}, {len(style.problems)} problems')
    return 1 if style.problems else 0


if __name__ == '__main__':
    sys.exit(main())
