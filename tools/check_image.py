#!/usr/bin/env python3
"""tools/check_image.py - checks that a kernel image is what loaders expect.

What:  the multiboot2 header within the first 32 KiB, the entry point inside a
       segment by its virtual address, the PVH note with a physical address, no
       segment both writable and executable, load addresses below the link
       addresses by the same distance everywhere, a symbol table inside.
See:   linker.ld; Multiboot2 specification 3.1.1; docs/boot.md
"""
import struct
import sys

import elf

VMA = 0xffffffff80000000
MULTIBOOT2 = 0xe85250d6
PVH_ENTRY = 18
WRITE, EXECUTE = 2, 1


def multiboot_problems(image):
    for at in range(0, min(len(image.data), 32768) - 16, 8):
        magic, arch, length, check = struct.unpack_from('<IIII', image.data, at)
        if magic == MULTIBOOT2:
            total = (magic + arch + length + check) & 0xffffffff
            return [] if total == 0 else ['the multiboot2 header has a wrong checksum']
    return ['no multiboot2 header in the first 32 KiB']


def pvh_entry(image):
    """The physical entry of the PVH note, or None."""
    for segment in image.segments:
        if segment.type != elf.PT_NOTE:
            continue
        at, end = segment.offset, segment.offset + segment.filesz
        while at + 12 <= end:
            name, size, kind = struct.unpack_from('<III', image.data, at)
            body = at + 12 + (name + 3) // 4 * 4
            if kind == PVH_ENTRY and image.data[at + 12:at + 15] == b'Xen' and size == 8:
                return struct.unpack_from('<Q', image.data, body)[0]
            at = body + (size + 3) // 4 * 4
    return None


def problems(path):
    image = elf.Elf(path)
    loads = [s for s in image.segments if s.type == elf.PT_LOAD]
    found = multiboot_problems(image)
    if not any(s.vaddr <= image.entry < s.vaddr + s.memsz for s in loads):
        found.append(f'the entry point {image.entry:#x} is in no segment')
    entry = pvh_entry(image)
    if entry is None:
        found.append('no PVH note')
    elif not any(s.paddr <= entry < s.paddr + s.filesz and s.flags & EXECUTE for s in loads):
        found.append(f'the PVH entry {entry:#x} is not the physical address of code')
    for s in loads:
        if s.flags & WRITE and s.flags & EXECUTE:
            found.append(f'the segment at {s.vaddr:#x} is writable and executable')
        if s.vaddr - s.paddr != VMA:
            found.append(f'the segment at {s.vaddr:#x} is loaded at {s.paddr:#x}')
    if image.symbol('ksyms_end') == image.symbol('ksyms_start'):
        found.append('no symbol table for back traces')
    return found


def main():
    bad = 0
    for path in sys.argv[1:]:
        for text in problems(path):
            print(f'{path}: {text}')
            bad = 1
    return bad


if __name__ == '__main__':
    sys.exit(main())
