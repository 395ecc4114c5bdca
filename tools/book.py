#!/usr/bin/env python3
"""tools/book.py - the sources in reading order, as one book

What:  book.py [--all] [--html]: build/book/nidus.html and nidus.pdf: the
       parts of docs/reading-order.md, each with the documents that it names,
       then its files: the head as introduction, the code with numbers of
       lines. A function that the book has is a link where it is called;
       behind each file stands who calls its functions, and at the end an
       index. --all adds the other files of each directory's sources.mk, in
       that order.
Not:   checking that the documents are right; the text is theirs.
See:   make book
"""
import argparse
import collections
import html
import os
import re
import subprocess
import sys
import textwrap

import bookpdf

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUT = os.path.join(TOP, 'build/book')
ORDER = 'docs/reading-order.md'
FRONT = ('docs/style.md', 'docs/architecture.md')
SOURCE = re.compile(r'`([\w/.-]+\.(?:c|h|asm|ld))`')
DOCUMENT = re.compile(r'`(docs/[\w-]+\.md)`')
KEYWORD = ('break case const continue do else enum for goto if return sizeof static struct switch '
           'union void while bool char int inline long short unsigned u8 u16 u32 u64 s32 s64 '
           'size_t true false NULL').split()
TOKEN = re.compile(r'(?P<comment>/\*.*?(?:\*/|$)|//.*)|(?P<text>"(?:\\.|[^"\\])*")|'
                   r'(?P<word>\b[A-Za-z_]\w*\b)|(?P<other>.)', re.S)
DEFINITION = re.compile(r'^(?!#|\s|\}|/|\*)(?:[\w\s*]+?[\s*])?(\w+)\((?:[^;{]*?)\)\s*\n\{', re.M)
LABEL = re.compile(r'^(?:global\s+)?(\w+):', re.M)
CALLERS_SHOWN = 8


def read(path):
    with open(os.path.join(TOP, path), encoding='utf-8') as f:
        return f.read()


# ------------------------------------------------------------- plain documents

def inline(text):
    """Code, bold and links of a line of Markdown."""
    parts = re.split(r'(`[^`]+`)', text)
    for i, part in enumerate(parts):
        if i % 2:
            parts[i] = f'<code>{html.escape(part[1:-1])}</code>'
            continue
        part = html.escape(part, quote=False)
        part = re.sub(r'!\[([^\]]*)\]\(([^)]+)\)', '', part)
        part = re.sub(r'\[([^\]]+)\]\([^)]+\)', r'\1', part)
        part = re.sub(r'\*\*([^*]+)\*\*', r'<b>\1</b>', part)
        parts[i] = re.sub(r'(?<!\w)\*([^*\s][^*]*)\*', r'<i>\1</i>', part)
    return ''.join(parts)


def table(lines):
    rows = [[cell.strip() for cell in line.strip().strip('|').split('|')] for line in lines]
    out = ['<table>']
    for i, row in enumerate(rows):
        if i == 1:
            continue
        tag = 'th' if i == 0 else 'td'
        out.append('<tr>' + ''.join(f'<{tag}>{inline(c)}</{tag}>' for c in row) + '</tr>')
    return '\n'.join(out + ['</table>'])


def blocks(text):
    """(kind, lines) of Markdown: head, code, table, list, text."""
    lines, at = text.split('\n'), 0
    while at < len(lines):
        line, start = lines[at], at
        if not line.strip():
            at += 1
            continue
        if line.startswith('```'):
            at += 1
            while at < len(lines) and not lines[at].startswith('```'):
                at += 1
            yield 'code', lines[start + 1:at]
            at += 1
            continue
        for kind, pattern in (('head', r'#'), ('code', r'    |\t'), ('table', r'\|'),
                              ('list', r'(\* |- |\d+\. )'), ('text', r'')):
            if re.match(pattern, line):
                break
        at += 1
        inside = {'head': r'$^', 'code': r'    |\t|\s*$', 'table': r'\|', 'list': r'\S|  ',
                  'text': r'(?!#|\||    |```|\* )\S'}[kind]
        while at < len(lines) and re.match(inside, lines[at]):
            at += 1
        yield kind, lines[start:at]


def listing(lines):
    items = []
    for line in lines:
        found = re.match(r'\s*(?:\*|-|\d+\.) (.*)', line)
        if found:
            items.append(found.group(1))
        elif items:
            items[-1] += ' ' + line.strip()
    return '<ul>' + ''.join(f'<li>{inline(i)}</li>' for i in items) + '</ul>'


def markdown(text, depth=2):
    out = []
    for kind, lines in blocks(text):
        if kind == 'head':
            level = min(len(lines[0]) - len(lines[0].lstrip('#')) + depth - 1, 5)
            out.append(f'<h{level}>{inline(lines[0].lstrip("# "))}</h{level}>')
        elif kind == 'code':
            code = '\n'.join(re.sub(r'^(    |\t)', '', line) for line in lines).strip('\n')
            out.append(f'<pre class="plain">{html.escape(code)}</pre>')
        elif kind == 'table':
            out.append(table(lines))
        elif kind == 'list':
            out.append(listing(lines))
        else:
            out.append(f'<p>{inline(" ".join(lines))}</p>')
    return '\n'.join(out)


# ----------------------------------------------------------------------- files

class Source:
    """One file: its head, the lines of its code, its functions."""

    def __init__(self, path):
        self.path = path
        self.text = read(path).expandtabs(8).rstrip('\n')
        self.id = re.sub(r'\W', '-', path)
        found = re.match(r'(?:/\*\n(.*?)\*/|((?:;[^\n]*\n)+))', self.text, re.S)
        self.head = re.sub(r'^ ?[*;] ?', '', found.group(1) or found.group(2), flags=re.M) \
            if found else ''
        self.first = self.text.count('\n', 0, found.end()) + 1 if found else 0
        self.lines = self.text.split('\n')
        pattern = LABEL if path.endswith('.asm') else DEFINITION
        self.functions = {}
        for match in pattern.finditer(self.text):
            line = self.text.count('\n', 0, match.start(1)) + 1
            if match.group(1) not in KEYWORD and not path.endswith('.h'):
                self.functions.setdefault(match.group(1), line)

    def code_lines(self):
        """(number, line) behind the head."""
        lines = list(enumerate(self.lines, 1))[self.first:]
        while lines and not lines[0][1].strip():
            lines.pop(0)
        return lines

    def introduction(self):
        """Paragraphs of the head; the first says what the file is."""
        head = self.head.strip('\n').split('\n')
        title = re.sub(r'^[\w/.-]+ - ', '', head[0])
        fields = re.split(r'\n(?=[A-Z]\w+: )', '\n'.join(head[1:]).strip('\n'))
        return [t for t in (re.sub(r'\s+', ' ', f).strip() for f in [title] + fields) if t]

    def is_static(self, name):
        line = self.functions[name] - 1
        return any(re.match(r'static\b', x) for x in self.lines[max(line - 1, 0):line + 1])


class Book:
    """What is in it, and who calls whom."""

    def __init__(self, parts):
        self.parts = parts
        self.sources = [s for part in parts for s in part['sources']]
        self.place = {}             # name -> (source, line) of functions seen everywhere
        for source in self.sources:
            for name, line in source.functions.items():
                if not source.is_static(name):
                    self.place.setdefault(name, (source, line))
        self.calls = collections.defaultdict(list)
        for source in self.sources:
            self.find_calls(source)

    def target(self, source, name):
        if name in source.functions:
            return source, source.functions[name]
        return self.place.get(name)

    def find_calls(self, source):
        within = None
        starts = {line: name for name, line in source.functions.items()}
        for number, line in enumerate(source.lines, 1):
            within = starts.get(number, within)
            for name in set(re.findall(r'\b([A-Za-z_]\w*)\b', line)):
                target = self.target(source, name)
                if target and (target[0], target[1]) != (source, number) and within and \
                        number > source.first:
                    self.calls[(target[0].path, name)].append((source, within, number))

    def line(self, source, text, state):
        """A line as HTML; @state: inside a comment?"""
        out = []
        if state:
            end = text.find('*/')
            if end < 0:
                return f'<i>{html.escape(text)}</i>', True
            out.append(f'<i>{html.escape(text[:end + 2])}</i>')
            text = text[end + 2:]
        state = False
        for match in TOKEN.finditer(text):
            kind, value = match.lastgroup, html.escape(match.group(0))
            if kind == 'comment':
                out.append(f'<i>{value}</i>')
                state = match.group(0).startswith('/*') and not match.group(0).endswith('*/')
            elif kind == 'text':
                out.append(f'<s>{value}</s>')
            elif kind == 'word' and match.group(0) in KEYWORD:
                out.append(f'<b>{value}</b>')
            elif kind == 'word' and self.target(source, match.group(0)):
                other, number = self.target(source, match.group(0))
                out.append(f'<a href="#{other.id}-{number}">{value}</a>')
            else:
                out.append(value)
        return ''.join(out), state

    def code(self, source):
        out, state = [], False
        starts = set(source.functions.values())
        for number, text in source.code_lines():
            shown, state = self.line(source, text, state)
            mark = f' id="{source.id}-{number}"' if number in starts else ''
            out.append(f'<span{mark}><u>{number:4}</u> {shown}</span>')
        return '<pre class="code">' + '\n'.join(out) + '</pre>'

    def callers(self, source):
        """A line a function: where it is used."""
        out = []
        for name, line in sorted(source.functions.items(), key=lambda f: f[1]):
            places = []
            for other, within, number in self.users(source, name):
                where = f'{other.path}:' if other is not source else ''
                places.append(f'<a href="#{other.id}-{other.functions[within]}">{within}</a> '
                              f'<span>{where}{number}</span>')
            if places:
                more = f' and {len(places) - CALLERS_SHOWN} more' \
                    if len(places) > CALLERS_SHOWN else ''
                out.append(f'<div><a href="#{source.id}-{line}">{name}</a> '
                           f'<u>{line}</u> &larr; {", ".join(places[:CALLERS_SHOWN])}{more}</div>')
        return f'<div class="refs"><b>Used by</b>{"".join(out)}</div>' if out else ''

    def users(self, source, name):
        """(source, function, line) of each function that uses it, once."""
        found = {}
        for other, within, number in self.calls.get((source.path, name), ()):
            if within != name or other is not source:
                found.setdefault((other.path, within), (other, within, number))
        return list(found.values())

    def file(self, source):
        title, *rest = source.introduction() or ['']
        rest = [re.sub(r'^([A-Z]\w+): ', r'<b>\1.</b> ', html.escape(t)) for t in rest]
        return (f'<section class="file" id="{source.id}"><h3><code>{source.path}</code> '
                f'{html.escape(title)}</h3><div class="head">'
                f'{"".join(f"<p>{t}</p>" for t in rest)}</div>'
                f'{self.code(source)}{self.callers(source)}</section>')

    def names(self):
        """(function, source, line) in the order of letters."""
        return [(name, source, line) for _, _, line, name, source in sorted(
            ((name.lower(), source.path, line, name, source) for source in self.sources
             for name, line in source.functions.items()), key=lambda n: n[:3])]

    def index(self):
        return ''.join(f'<div><a href="#{s.id}-{line}">{name}</a> {s.path}:{line}</div>'
                       for name, s, line in self.names())


# ----------------------------------------------------------------------- parts

def full_names(cells):
    """`kernel/proc/exec.c`, `exec_elf.c`: the second lies where the first does."""
    out, directory = [], ''
    for name in cells:
        if '/' in name or os.path.exists(os.path.join(TOP, name)) and not directory:
            directory = os.path.dirname(name)
        else:
            name = os.path.join(directory, name)
        out.append(name)
    return out


def parts_of(order):
    """Each "## " of the reading order: title, text, documents, files."""
    pieces = re.split(r'^## ', order, flags=re.M)
    parts, told = [], set(FRONT)
    for piece in pieces[1:]:
        title, _, text = piece.partition('\n')
        rows = [line for line in text.split('\n') if line.startswith('|')]
        prose = '\n'.join(line for line in text.split('\n') if not line.startswith('|'))
        files = []
        for row in rows[2:]:
            files += full_names(SOURCE.findall(row.split('|')[1]))
        documents = [d for d in dict.fromkeys(DOCUMENT.findall(prose)) if d not in told]
        if not files:
            documents = []
        told.update(documents)
        parts.append({'title': title, 'text': prose, 'documents': documents, 'names': files})
    return pieces[0], parts


def listed_sources():
    """All sources, as the directories list them."""
    done = subprocess.run(['make', '-s', '--no-print-directory', '-f', '-', 'list'], cwd=TOP,
                          input='include Makefile\nlist:\n\t@printf "%s\\n" $(SRCS)\n',
                          stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.split()


def load(everything):
    preface, parts = parts_of(read(ORDER))
    seen = set()
    for part in parts:
        names = [n for n in dict.fromkeys(part['names']) if n not in seen]
        seen.update(names)
        for name in names:
            if not os.path.exists(os.path.join(TOP, name)):
                sys.exit(f'book: {ORDER} names {name}, which is not there')
        part['sources'] = [Source(n) for n in names]
    if everything:
        rest = [n for n in listed_sources() if n not in seen and not n.startswith('tests/')]
        parts.append({'title': 'All the rest', 'text': 'In the order of each sources.mk.',
                      'documents': [], 'sources': [Source(n) for n in rest]})
    return preface, [p for p in parts if p['sources'] or p['text'].strip()]


STYLE = '''
@page { size: A4 landscape; margin: 11mm 10mm 12mm; }
* { box-sizing: border-box; }
body { font: 8.6pt/1.32 "DejaVu Serif", Georgia, serif; margin: 0; color: #111; }
h1, h2, h3, h4, h5 { font-family: "DejaVu Sans", Helvetica, sans-serif; break-after: avoid;
	margin: 1em 0 .4em; line-height: 1.2; }
h1 { font-size: 30pt; } h2 { font-size: 19pt; } h3 { font-size: 10.5pt; } h4 { font-size: 9.4pt; }
h5 { font-size: 8.8pt; }
p { margin: .35em 0; text-align: justify; hyphens: auto; }
ul { margin: .3em 0; padding-left: 1.5em; }
code, pre { font-family: "DejaVu Sans Mono", Menlo, monospace; }
code { font-size: .88em; }
a { color: inherit; text-decoration: none; border-bottom: .4pt dotted #1d4ed8; }
table { border-collapse: collapse; margin: .5em 0; font-size: 7.4pt; width: 100%; }
td, th { border: .4pt solid #999; padding: 1.5pt 4pt; text-align: left; vertical-align: top; }
.title { height: 170mm; padding-top: 55mm; text-align: center; break-after: page; }
.part { break-before: page; }
.file h3 { border-top: 1.2pt solid #111; padding-top: 3pt; break-before: avoid; }
.head { background: #f3f4f6; padding: 3pt 7pt; margin-bottom: 4pt; font-size: 7.8pt; }
pre { white-space: pre; margin: .3em 0; }
pre.plain { font-size: 6.6pt; line-height: 1.25; background: #f8f8f8; padding: 3pt 5pt;
	white-space: pre-wrap; }
pre.code { font-size: 6.5pt; line-height: 1.17; columns: 2; column-gap: 8mm; }
.prose { columns: 2; column-gap: 8mm; } .head { columns: 2; column-gap: 8mm; }
pre.code u { color: #999; text-decoration: none; }
pre.code i { color: #555; } pre.code s { color: #7c2d12; text-decoration: none; }
pre.code b { font-weight: normal; color: #1e3a8a; }
pre.code a { border: 0; color: #065f46; }
.refs { font: 6.2pt/1.25 "DejaVu Sans", sans-serif; color: #333; border-top: .4pt solid #bbb;
	margin: 3pt 0 10pt; padding-top: 2pt; }
.refs span, .refs u { color: #888; text-decoration: none; }
.refs a, .index a, .contents a { border: 0; }
.index { columns: 4; font: 6.4pt/1.3 "DejaVu Sans", sans-serif; color: #777; }
.index a { color: #111; }
.contents { columns: 3; font-size: 8pt; } .contents h4 { break-inside: avoid; }
@media screen { body { margin: 2em; font-size: 14px; } pre.code { font-size: 12px; }
	.prose, .head, .contents, pre.code { columns: 1; }
	pre.plain { font-size: 12px; } .head { font-size: 13px; }
	.refs { font-size: 11px; } table { font-size: 12px; } .index { font-size: 12px; }
	.title { height: auto; padding: 2em; } :target { background: #fef08a; } }
'''


def prose(text):
    return f'<div class="prose">{markdown(text, 3)}</div>'


def contents(parts):
    out = []
    for part in parts:
        files = ', '.join(f'<a href="#{s.id}">{s.path}</a>' for s in part['sources'])
        out.append(f'<div><h4>{inline(part["title"])}</h4><p>{files}</p></div>')
    return '\n'.join(out)


def write(preface, parts):
    book = Book(parts)
    code = sum(len(s.lines) for s in book.sources)
    out = [f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Nidus</title>'
           f'<style>{STYLE}</style><div class="title"><h1>Nidus</h1><p style="text-align:center">'
           f'The sources in reading order<br>{len(book.sources)} files, {code:,} lines</p></div>',
           f'<div class="part"><h2>Contents</h2><div class="contents">{contents(parts)}</div>'
           '</div>',
           f'<div class="part"><h2>Before you read</h2>',
           prose(preface.partition('\n')[2])]
    out += [prose(read(name)) for name in FRONT]
    out.append('</div>')
    for part in parts:
        out.append(f'<div class="part"><h2>{inline(part["title"])}</h2>')
        out.append(prose(part['text']))
        out += [prose(read(name)) for name in part['documents']]
        out += [book.file(s) for s in part['sources']]
        out.append('</div>')
    out.append('<div class="part"><h2>Functions</h2>'
               f'<div class="index">{book.index()}</div></div>')
    os.makedirs(OUT, exist_ok=True)
    path = os.path.join(OUT, 'nidus.html')
    with open(path, 'w', encoding='utf-8') as f:
        f.write('\n'.join(out))
    return path


def plain_text(text):
    text = re.sub(r'!\[[^\]]*\]\([^)]+\)', '', text)
    text = re.sub(r'\[([^\]]+)\]\([^)]+\)', r'\1', text)
    return re.sub(r'[`*]', '', text)


def fill(pdf, text, style, indent=''):
    for line in textwrap.wrap(text, bookpdf.LETTERS[style], initial_indent=indent,
                              subsequent_indent=' ' * len(indent)):
        pdf.line(line, style)


def print_prose(pdf, text):
    for kind, lines in blocks(text):
        pdf.skip(3)
        if kind == 'head':
            pdf.keep(50)
            fill(pdf, plain_text(lines[0].lstrip('# ')), 'head')
        elif kind == 'code':
            for line in lines:
                pdf.line(line[:bookpdf.LETTERS['plain']], 'plain')
        elif kind == 'table':
            for row in lines[:1] + lines[2:]:
                cells = [plain_text(c.strip()) for c in row.strip().strip('|').split('|')]
                fill(pdf, ' | '.join(c for c in cells if c), 'intro', '  ')
        elif kind == 'list':
            for item in re.split(r'\n(?=\s*(?:\*|-|\d+\.) )', '\n'.join(lines)):
                item = re.sub(r'^\s*(?:\*|-|\d+\.) ', '', item)
                fill(pdf, plain_text(re.sub(r'\s+', ' ', item)), 'text', '- ')
        else:
            fill(pdf, plain_text(' '.join(lines)), 'text')


def print_file(pdf, book, source, known):
    pdf.keep(70)
    pdf.outline(source.path, 1)
    pdf.mark(source.path)
    pdf.line(source.path, 'file')
    for paragraph in source.introduction():
        fill(pdf, paragraph, 'intro')
    pdf.skip(3)
    starts = {line: name for name, line in source.functions.items()}
    for number, text in source.code_lines():
        pdf.numbered(number, text)
        if number in starts:
            pdf.mark((source.path, starts[number]))
    pdf.skip(3)
    for name in source.functions:
        users = book.users(source, name)
        if users:
            shown = [f'{within} p{known.page((other.path, within)):3}'
                     for other, within, _ in users[:CALLERS_SHOWN]]
            fill(pdf, f'{name} <- ' + ', '.join(shown), 'refs')
    pdf.skip(8)


def typeset(book, preface, parts, known):
    """One run; @known: the run before, which knows the pages."""
    pdf = bookpdf.Pdf('Nidus: the sources in reading order')
    pdf.line('Nidus', 'part')
    pdf.outline('Contents', 0)
    fill(pdf, 'The sources in reading order. Behind each file: which functions use those of it, '
         'and on which pages they are.', 'text')
    for part in parts:
        pdf.skip(4)
        pdf.line(f'{plain_text(part["title"])}  {known.page(part["title"])}', 'head',
                 part['title'])
        for source in part['sources']:
            pdf.line(f'    {source.path}  {known.page(source.path)}', 'intro', source.path)
    pdf.break_page()
    pdf.line('Before you read', 'part')
    pdf.outline('Before you read', 0)
    for text in (preface.partition('\n')[2], *map(read, FRONT)):
        print_prose(pdf, text)
    for part in parts:
        pdf.break_page()
        pdf.line(plain_text(part['title']), 'part')
        pdf.outline(plain_text(part['title']), 0)
        pdf.mark(part['title'])
        for text in (part['text'], *map(read, part['documents'])):
            print_prose(pdf, text)
        for source in part['sources']:
            print_file(pdf, book, source, known)
    pdf.break_page()
    pdf.line('Functions', 'part')
    pdf.outline('Functions', 0)
    for name, source, _ in book.names():
        pdf.line(f'{name}  {known.page((source.path, name))}  {source.path}', 'refs',
                 (source.path, name))
    return pdf


def print_pdf(preface, parts):
    book = Book(parts)
    first = typeset(book, preface, parts, bookpdf.Pdf(''))
    pdf = typeset(book, preface, parts, typeset(book, preface, parts, first))
    path = os.path.join(OUT, 'nidus.pdf')
    with open(path, 'wb') as f:
        f.write(pdf.data())
    ends = [pdf.page(p['title']) for p in parts] + [len(pdf.pages)]
    print(f'{os.path.relpath(path)}: {len(pdf.pages)} pages; parts begin on '
          f'{", ".join(map(str, ends[:-1]))}')


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--all', action='store_true', help='the other sources too')
    parser.add_argument('--html', action='store_true', help='no PDF')
    options = parser.parse_args()
    preface, parts = load(options.all)
    print(os.path.relpath(write(preface, parts)))
    if not options.html:
        print_pdf(preface, parts)


if __name__ == '__main__':
    main()
