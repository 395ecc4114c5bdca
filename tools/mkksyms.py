#!/usr/bin/env python3
"""tools/mkksyms.py - makes the symbol table of the kernel's own back traces.

What:  mkksyms.py KERNEL.elf OUT.bin writes the table of a first link; the
       second link puts it into section .ksyms. The table lies behind the
       code, so that the second link moves no function.
       mkksyms.py --verify KERNEL.elf OUT.bin proves that nothing moved.
       The format, little-endian, read by kernel/core/ksyms.c:
           u32 count           number of entries
           u32 names_bytes     length of the names
           count times:
               u32 offset      of the function from text_start, ascending
               u32 name        where its name begins in the names
           names_bytes bytes:  names, each ended by a zero byte
       The last entry has the offset of text_end and an empty name.
See:   tools/elf.py; include/core/ksyms.h
"""
import argparse
import struct
import sys

import elf


def make_table(path):
    image = elf.Elf(path)
    start, end = image.symbol('text_start'), image.symbol('text_end')
    pairs = [p for p in elf.code_symbols(image) if p[1] != 'text_start']
    pairs.append((end, ''))
    entries, names, places = [], bytearray(), {}
    for addr, name in pairs:
        if name not in places:
            places[name] = len(names)
            names += name.encode() + b'\0'
        entries.append(struct.pack('<II', addr - start, places[name]))
    return struct.pack('<II', len(entries), len(names)) + b''.join(entries) + bytes(names)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--verify', action='store_true',
                        help='compare the table of the image with the file')
    parser.add_argument('image')
    parser.add_argument('table')
    args = parser.parse_args()
    table = make_table(args.image)
    if not args.verify:
        with open(args.table, 'wb') as f:
            f.write(table)
        return 0
    with open(args.table, 'rb') as f:
        if f.read() == table:
            return 0
    print(f'{args.image}: its functions are not where {args.table} says', file=sys.stderr)
    return 1


if __name__ == '__main__':
    sys.exit(main())
