#!/usr/bin/env python3
"""tools/symbolize.py - adds functions and source lines to addresses in a log.

What:  symbolize.py [-k KERNEL] [LOG]: copies the log (or standard input) and
       writes <function+0xoffset file:line> behind each kernel address. KERNEL
       is the ELF file (default build/nidus.elf) or a Linux System.map.
Not:   the names in the kernel's own panics (kernel/core/ksyms.c).
See:   docs/debugging.md; addr2line(1)
"""
import argparse
import os
import re
import shutil
import subprocess
import sys

import elf

ADDRESS = re.compile(r'(?<![0-9a-fA-F])(?:0x)?(f{8}[89a-f][0-9a-f]{7})(?![0-9a-fA-F])', re.I)


class Symbolizer:
    """Names and lines of one kernel; addr2line runs as long as this lives."""

    def __init__(self, path):
        with open(path, 'rb') as f:
            is_elf = f.read(4) == b'\x7fELF'
        self.names = elf.Names.from_elf(path) if is_elf else elf.Names.from_map(path)
        self.process = None
        prefix = os.environ.get('CROSS_COMPILE', 'x86_64-linux-gnu-')
        tool = shutil.which(prefix + 'addr2line') or shutil.which('addr2line')
        if is_elf and tool:
            self.process = subprocess.Popen([tool, '-e', path], text=True,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def line(self, addr):
        """file:line of an address, or ''."""
        if not self.process:
            return ''
        try:
            self.process.stdin.write(f'{addr:#x}\n')
            self.process.stdin.flush()
            found = self.process.stdout.readline().strip()
        except OSError:
            return ''
        found = found.split(' (')[0].removeprefix('./')
        return '' if found.startswith('??') else found

    def describe(self, addr, is_return=False):
        """'function+0xoffset file:line'; '' if the address is not code."""
        found = self.names.find(addr)
        if not found:
            return ''
        line = self.line(addr - 1 if is_return else addr)
        return f'{found[0]}+{found[1]:#x}' + (f' {line}' if line else '')

    def annotate(self, text):
        def replace(match):
            name = self.describe(int(match.group(1), 16))
            return match.group(0) + (f' <{name}>' if name else '')
        return ADDRESS.sub(replace, text)

    def close(self):
        if self.process:
            self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('-k', '--kernel', default='build/nidus.elf')
    parser.add_argument('log', nargs='?', type=argparse.FileType('r', errors='replace'),
                        default=sys.stdin)
    args = parser.parse_args()
    symbols = Symbolizer(args.kernel)
    try:
        for text in args.log:
            sys.stdout.write(symbols.annotate(text))
    except (BrokenPipeError, KeyboardInterrupt):
        pass
    symbols.close()
    return 0


if __name__ == '__main__':
    sys.exit(main())
