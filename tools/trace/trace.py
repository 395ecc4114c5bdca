#!/usr/bin/env python3
"""tools/trace/trace.py - boots a program under the trace and draws what happened.

What:  trace.py run PROGRAM [ARGUMENT...]    a program of this machine (static,
                       or with libraries), a scenario of tests/scenario by its
                       name, or "worlds", the story of docs/tracing.md
       trace.py convert FILE                 lines of /proc/nidus/trace
       Both write NAME.json (Chrome, Perfetto), NAME.html (one page, opened
       without a server), NAME.svg (for print) and NAME.txt into build/trace.
       run obeys -n CPUS, -g GROUPS, -t SECONDS, --exact: time counts
       instructions, so that each run is the same.
Not:   the drawings (page.html, drawing.py), the format (chrome.py).
See:   docs/tracing.md; make trace PROGRAM=...
"""
import argparse
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(TOP, 'tools'), os.path.join(TOP, 'tests')]

import chrome  # noqa: E402
import drawing  # noqa: E402
import tracemodel  # noqa: E402
from harness import machine, scenario  # noqa: E402
from mkinitramfs import Archive, SpecError  # noqa: E402

OUT = os.path.join(TOP, 'build/trace')
BEGIN, END = 'NIDUS-TRACE-BEGIN', 'NIDUS-TRACE-END'
EXACT = ('-icount', 'shift=3,sleep=off', '-rtc', 'base=2025-01-01T00:00:00,clock=vm')


def compiled(name):
    """A program of this directory, for the guest."""
    source, target = os.path.join(HERE, name + '.c'), os.path.join(OUT, name)
    if not os.path.exists(target) or os.path.getmtime(target) < os.path.getmtime(source):
        os.makedirs(OUT, exist_ok=True)
        subprocess.run([os.environ.get('MUSL_CC') or 'musl-gcc', '-std=gnu11', '-O2', '-static',
                        '-s', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-o', target,
                        source], check=True)
    return target


def is_scenario(name):
    return any(os.path.splitext(os.path.basename(p))[0] == name for p in scenario.files())


def archive_of(name, arguments):
    """(archive, words behind --, more words, as a world of its own?)"""
    archive = Archive()
    if is_scenario(name):
        story = scenario.find(name)
        if story.function:
            raise SpecError(f'{name} is a story of many boots: choose another')
        path = os.path.join(OUT, 'scenario.cpio')
        story.archive(path)
        with open(path, 'rb') as f:
            return f.read(), ['/init'], story.append, True
    archive.spec(os.path.join(TOP, 'tools/initramfs/base.spec'))
    if name == 'worlds':
        archive.file('/worlds', compiled('worlds'))
        return archive, ['/worlds'], '', False
    if not os.path.isfile(name):
        raise SpecError(f'{name}: no such program, and no scenario of tests/scenario')
    guest = '/bin/' + os.path.basename(name)
    archive.line(f'program {guest} {os.path.abspath(name)}', {})
    return archive, [guest, *arguments], '', False


def packed(archive):
    """With the collector as the first process."""
    collector = Archive()
    collector.file('/collect', compiled('collect'))
    data = archive if isinstance(archive, bytes) else archive.pack()
    return data + collector.pack()


def boot(options):
    archive, words, more, world = archive_of(options.program, options.arguments)
    os.makedirs(OUT, exist_ok=True)
    path = os.path.join(OUT, 'initrd.cpio')
    with open(path, 'wb') as f:
        f.write(packed(archive))
    append = f'rdinit=/collect trace={options.groups} TRACE_SECONDS={options.seconds} {more}'
    if world:
        append += ' TRACE_WORLD=1'
    one = machine.Boot(name='trace', kernel=options.kernel, initrd=path, cpus=options.cpus,
                       append=f'{append} -- {" ".join(words)}', limit_s=options.seconds + 120,
                       qemu_options=EXACT if options.exact else (),
                       env={'THREADS': 'single'} if options.exact else {})
    return machine.run(one)


def between(lines):
    """What lies between the marks; None: they are not both there."""
    try:
        begin = lines.index(BEGIN)
        return lines[begin + 1:lines.index(END, begin)]
    except ValueError:
        return None


def page(model):
    with open(os.path.join(HERE, 'page.html'), encoding='utf-8') as f:
        template = f.read()
    data = json.dumps(model.as_data(), separators=(',', ':')).replace('<', '\\u003c')
    return template.replace('/*DATA*/null', data)


def write(name, lines, title):
    """All the forms of a trace; their paths."""
    model = tracemodel.Model(tracemodel.parse(lines), title)
    os.makedirs(OUT, exist_ok=True)
    texts = {'txt': '\n'.join(lines) + '\n', 'json': json.dumps(chrome.chrome(model), indent=0),
             'html': page(model), 'svg': drawing.svg(model)}
    paths = []
    for kind, text in texts.items():
        paths.append(os.path.join(OUT, f'{name}.{kind}'))
        with open(paths[-1], 'w', encoding='utf-8') as f:
            f.write(text)
    lost = sum(x['n'] for x in model.lost)
    print(f'{len(model.processes)} processes, {len(model.worlds)} pid namespaces, '
          f'{model.t1 / 1000:.1f} ms' + (f'; {lost} events lost' if lost else ''))
    return paths


def command_run(options):
    outcome = boot(options)
    lines = between(outcome.lines)
    if lines is None:
        print('\n'.join(outcome.story()))
        return 1
    said = outcome.lines[:outcome.lines.index(BEGIN)]
    if said:
        print('\n'.join(said))
    name = options.name or os.path.basename(options.program)
    title = ' '.join([os.path.basename(options.program), *options.arguments])
    print('\n'.join(os.path.relpath(p) for p in write(name, lines, title)))
    return 0


def command_convert(options):
    with open(options.file, encoding='utf-8', errors='replace') as f:
        lines = f.read().replace('\r', '').split('\n')
    name = os.path.splitext(os.path.basename(options.file))[0]
    found = between(lines)
    print('\n'.join(os.path.relpath(p) for p in
                    write(options.name or name, lines if found is None else found, name)))
    return 0


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    commands = parser.add_subparsers(required=True)
    sub = commands.add_parser('run', help='boot a program and draw what happened')
    sub.add_argument('-n', '--cpus', type=int, default=2)
    sub.add_argument('-g', '--groups', default='all')
    sub.add_argument('-t', '--seconds', type=float, default=30)
    sub.add_argument('-k', '--kernel', default='build/nidus.elf')
    sub.add_argument('--exact', action='store_true', help='time counts instructions')
    sub.add_argument('--name', help='of the files that are written')
    sub.add_argument('program')
    sub.add_argument('arguments', nargs=argparse.REMAINDER)
    sub.set_defaults(function=command_run)
    sub = commands.add_parser('convert', help='lines of /proc/nidus/trace')
    sub.add_argument('--name')
    sub.add_argument('file')
    sub.set_defaults(function=command_convert)
    return parser.parse_args()


def main():
    options = parse()
    try:
        return options.function(options)
    except (tracemodel.TraceError, SpecError, subprocess.CalledProcessError, OSError) as error:
        print(f'trace: {error}', file=sys.stderr)
        return 1


if __name__ == '__main__':
    sys.exit(main())
