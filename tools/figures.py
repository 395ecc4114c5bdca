#!/usr/bin/env python3
"""tools/figures.py - what a boot costs: a table of figures, as Markdown

What:  builds the release kernel and measures, with an init that prints one
       line: instructions from the kernel's entry to that line (QEMU's counting
       plugin tools/plugins/count.c; those that wait for a clock are told
       apart), seconds of wall time beside those of a kernel that ends
       at once, the least memory, what the kernel keeps of it, and the size of
       its image. --write puts the table into README.md; --no-wall takes the
       seconds from there, for a busy machine; --profile N adds the N functions
       that cost most.
Not:   costs of system calls (make bench).
See:   docs/testing.md
"""
import argparse
import collections
import glob
import os
import re
import select
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                                'tests'))

from elf import PT_LOAD, Elf, Names  # noqa: E402
from harness import TOP, cases  # noqa: E402

README = os.path.join(TOP, 'README.md')
KERNEL_BASE = 0xffffffff80000000
IMAGE_END = 0x400000            # start code runs below this, before paging
USER_END = 0x10000000           # where a static program lies; firmware is higher
# Loops that only pass time until a clock has gone on, and what they call in each turn. Which of
# them the compiler inlines, into what, may change with any change of the sources, so an instruction
# is judged by the function whose code it is in and by all that were inlined around it: it waits if
# one of these is a loop, or if the code is a reader by itself, not inlined. Calls of such a reader
# from elsewhere count along; a boot has some hundred of them, each of a few instructions.
LOOPS = {'ref_wait', 'wait_short', 'clock_delay_us', 'wait_since_init', 'next_period'}
READERS = {'hpet_read', 'pm_timer_read', 'pit_read', 'apic_read', 'cmos_read', 'lapic_timer_count',
           'ref_elapsed', 'tsc_ordered', 'cpu_cycles', 'cpu_relax'}
WORDS = 'console=ttyS0 loglevel=4 panic=-1 testexit=1'
LINE = b'first'
LIMIT_S = 60
LEAST_LIMIT_S = 4
RUNS = 7

# Linux as tuned for this by hand, and the aims (docs/testing.md).
INSTRUCTIONS = 'instructions, kernel entry to first line'
WAITED = '... besides, waiting for a clock'
WALL = 'wall seconds, {} CPU(s), above a trivial kernel'
LEAST = 'smallest -m that boots'
USED = 'MemTotal - MemFree at -m 64M'
KEPT = 'kept of 64 MiB in all'
SIZE = 'kernel image in memory'
HEAD = '| boot and size (release, q35) | tuned Linux | target | Nidus |'


def build():
    subprocess.run(['make', '-s', 'MODE=release', 'kernel'], cwd=TOP, check=True)
    return os.path.join(TOP, 'build/release/nidus.elf')


def plugin():
    """The counting plugin, compiled."""
    out = os.path.join(TOP, 'build/figures/count.so')
    os.makedirs(os.path.dirname(out), exist_ok=True)
    subprocess.run(['gcc', '-O2', '-Wall', '-Wextra', '-shared', '-fPIC', '-fvisibility=hidden',
                    '-o', out, os.path.join(TOP, 'tools/plugins/count.c')], check=True)
    return out


def trivial():
    """A PVH kernel that ends QEMU with its first instruction."""
    code = b'\xb0\x10\xe6\xf4\xfa\xf4'              # mov al, 0x10; out 0xf4, al; cli; hlt
    note = struct.pack('<III', 4, 8, 18) + b'Xen\0' + struct.pack('<Q', 0x101000)
    head = b'\x7fELF\x02\x01\x01'.ljust(16, b'\0') + struct.pack(
        '<HHIQQQIHHHHHH', 2, 62, 1, 0x101000, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    load = struct.pack('<IIQQQQQQ', 1, 5, 0x1000, 0x101000, 0x101000, 0x1000, 0x1000, 0x1000)
    noted = struct.pack('<IIQQQQQQ', 4, 4, 0x1000 + 64, 0x101040, 0x101040, len(note), len(note), 4)
    path = os.path.join(TOP, 'build/figures/trivial.elf')
    with open(path, 'wb') as f:
        f.write((head + load + noted).ljust(0x1000, b'\0'))
        f.write((code.ljust(64, b'\0') + note).ljust(0x1000, b'\0'))
    return path


def qemu(kernel, archive, *options, tail=(), env=None):
    words = [os.path.join(TOP, 'tools/qemu.sh'), *options, '-k', kernel, '-a', WORDS]
    if archive:
        words += ['-i', archive]
    return subprocess.Popen([*words, '--', *tail], cwd=TOP, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env={**os.environ, **(env or {})})


def until(process, pattern, limit_s=LIMIT_S):
    """Seconds until the pattern appears, or the end if there is none; and the output."""
    start = time.monotonic()
    text, at = b'', None
    while time.monotonic() - start < limit_s:
        if not select.select([process.stdout], [], [], 0.5)[0]:
            continue
        piece = os.read(process.stdout.fileno(), 65536)
        text += piece
        if at is None and (pattern in text if pattern else not piece):
            at = time.monotonic() - start
        if not piece:
            break
    process.kill()
    process.wait()
    process.stdout.close()
    return at, text.decode(errors='replace')


def check_names():
    """A loop or reader that was renamed would be taken for work."""
    text = ''
    for path in glob.glob(os.path.join(TOP, 'arch/**/*.[ch]'), recursive=True):
        with open(path, encoding='ascii') as f:
            text += f.read()
    for name in sorted(LOOPS | READERS):
        if not re.search(rf'^[a-z].*\b{name}\([^;{{]*\)\n{{', text, re.M):
            sys.exit(f'figures: {name}, which waits for a clock, is not in the sources')


def functions(kernel, addrs):
    """For each address its function and those that it was inlined into, innermost first."""
    tool = os.environ.get('CROSS_COMPILE', 'x86_64-linux-gnu-') + 'addr2line'
    text = subprocess.run([tool, '-afie', kernel], input='\n'.join(map(hex, addrs)), text=True,
                          stdout=subprocess.PIPE, check=True).stdout
    for piece in re.split(r'^0x', text, flags=re.M)[1:]:
        # the address, then by turns a function and its line
        yield piece.split('\n')[1:-1:2]


def waiting(kernel, counts):
    """How many instructions of a Counter by address wait for a clock."""
    waited = 0
    for number, chain in zip(counts.values(), functions(kernel, counts), strict=True):
        if LOOPS.intersection(chain) or chain[-1] in READERS:
            waited += number
    return waited


def count(kernel, archive, cpus):
    """Counter of instructions by function of the kernel, '' is the program; those that wait."""
    with tempfile.TemporaryDirectory() as directory:
        out = os.path.join(directory, 'count.txt')
        tail = ['-icount', 'shift=0,sleep=off', '-seed', '1',
                '-rtc', 'base=2025-01-01T00:00:00,clock=vm', '-plugin', f'{plugin()},out={out}']
        process = qemu(kernel, archive, '-C', 'max,-erms', '-n', str(cpus), tail=tail,
                       env={'THREADS': 'single'})
        until(process, LINE)
        with open(out, encoding='ascii') as f:
            rows = [line.split() for line in f]
    names = Names.from_elf(kernel)
    found, by_addr = collections.Counter(), collections.Counter()
    for addr, number in rows:
        addr = int(addr, 16)
        if 0x100000 <= addr < IMAGE_END:
            addr += KERNEL_BASE
        if addr >= KERNEL_BASE:
            place = names.find(addr)
            found[place[0] if place else 'start code'] += int(number)
            by_addr[addr] += int(number)
        elif IMAGE_END <= addr < USER_END:
            found[''] += int(number)
    return found, waiting(kernel, by_addr)


def wall(kernel, archive, floor, cpus):
    """Medians: to the first line, and of the kernel that ends at once."""
    ours, theirs = [], []
    for _ in range(RUNS):
        theirs.append(until(qemu(floor, '', '-n', str(cpus)), b'')[0] or LIMIT_S)
        ours.append(until(qemu(kernel, archive, '-n', str(cpus)), LINE)[0] or LIMIT_S)
    return sorted(ours)[RUNS // 2], sorted(theirs)[RUNS // 2]


def least(kernel, archive):
    """MiB of the smallest machine that reaches the first line."""
    for size in range(1, 65):
        if until(qemu(kernel, archive, '-m', f'{size}M'), LINE, LEAST_LIMIT_S)[0]:
            return size
    return 0


def memory(kernel, archive):
    """KiB: MemTotal, MemFree of a machine of 64 MiB."""
    _, text = until(qemu(kernel, archive, '-m', '64M'), LINE)
    return [int(re.search(rf'^{name}: *(\d+) kB', text, re.M).group(1))
            for name in ('MemTotal', 'MemFree')]


def image_bytes(kernel):
    loads = [s for s in Elf(kernel).segments if s.type == PT_LOAD]
    return max(s.vaddr + s.memsz for s in loads) - min(s.vaddr for s in loads)


def recorded(what):
    """What README.md has for Nidus in this row."""
    with open(README, encoding='utf-8') as f:
        row = next(line for line in f if line.startswith(f'| {what} |'))
    return row.split('|')[-2].strip()


def measure(kernel, archive, timed):
    """Rows (what, Linux, target, here)."""
    counts, waited = count(kernel, archive, 1)
    rows = [(INSTRUCTIONS, '28.1 M at best', '3 M', f'{(counts.total() - waited) / 1e6:.2f} M'),
            (WAITED, '120 M', '30 ms', f'{waited / 1e6:.1f} ms')]
    floor = trivial()
    for cpus, linux, target in ((1, '0.36 at best', '0.05'), (4, '3.2', '0.10')):
        what = WALL.format(cpus)
        if timed:
            ours, theirs = wall(kernel, archive, floor, cpus)
            seconds = f'{ours - theirs:.3f} ({ours:.3f} - {theirs:.3f})'
        else:
            seconds = recorded(what)
        rows.append((what, linux, target, seconds))
    rows.append((LEAST, '18 MiB', '6 MiB', f'{least(kernel, archive)} MiB'))
    total, free = memory(kernel, archive)
    rows.append((USED, '2.4 MB', '1 MB', f'{(total - free) * 1024 / 1e6:.2f} MB'))
    rows.append((KEPT, '13.8 MB', '2 MB', f'{(65536 - free) * 1024 / 1e6:.2f} MB'))
    rows.append((SIZE, '9.9 MB', '0.6 MB', f'{image_bytes(kernel) / 1e6:.2f} MB'))
    return rows, counts


def write(table):
    """Puts the table in the place of the one that README.md has."""
    with open(README, encoding='utf-8') as f:
        before, rest = f.read().split(HEAD)
    after = rest[rest.index('\n\n'):]
    with open(README, 'w', encoding='utf-8') as f:
        f.write(before + table + after)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--kernel', help='this one instead of the release build')
    parser.add_argument('--write', action='store_true', help='into README.md as well')
    parser.add_argument('--no-wall', action='store_true', help='seconds as README.md has them')
    parser.add_argument('--profile', type=int, default=0, metavar='N')
    args = parser.parse_args()
    check_names()
    kernel = os.path.abspath(args.kernel) if args.kernel else build()
    with tempfile.NamedTemporaryFile(suffix='.cpio') as f:
        f.write(cases.base(init=cases.program('first')).pack())
        f.flush()
        rows, counts = measure(kernel, f.name, not args.no_wall)
    table = '\n'.join([HEAD, '|---|---:|---:|---:|'] + ['| ' + ' | '.join(row) + ' |'
                                                        for row in rows])
    print(table)
    if args.write:
        write(table)
    for name, number in counts.most_common(args.profile):
        print(f'{number:10d} {name or "(the program)"}')


if __name__ == '__main__':
    main()
