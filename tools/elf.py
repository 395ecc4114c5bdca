"""tools/elf.py - reads the parts of an ELF64 file that the tools need.

What:  sections, segments and symbols of a little-endian ELF64 file, and a
       table that turns addresses into names (from an ELF file or from a
       Linux System.map).
Not:   source lines; tools/symbolize.py asks addr2line for those.
See:   System V ABI, chapters 4 and 5
"""
import bisect
import collections
import struct

Section = collections.namedtuple(
    'Section', 'name type flags addr offset size link info align entsize')
Segment = collections.namedtuple(
    'Segment', 'type flags offset vaddr paddr filesz memsz align')
Symbol = collections.namedtuple('Symbol', 'name bind type shndx value size')

PT_LOAD, PT_NOTE = 1, 4
SHT_SYMTAB = 2
STT_NOTYPE, STT_FUNC = 0, 2
STB_LOCAL, STB_WEAK = 0, 2
SHN_UNDEF = 0


def cstring(data, offset):
    return data[offset:data.index(b'\0', offset)].decode()


class Elf:
    """An ELF64 file, read whole."""

    def __init__(self, path):
        with open(path, 'rb') as f:
            self.data = f.read()
        if self.data[:6] != b'\x7fELF\x02\x01':
            raise ValueError(f'{path}: not a little-endian ELF64 file')
        (self.type, self.machine, _, self.entry, phoff, shoff, _, _, phsize, phnum,
         shsize, shnum, shstr) = struct.unpack_from('<HHIQQQIHHHHHH', self.data, 16)
        self.segments = []
        for i in range(phnum):
            kind, flags, *rest = struct.unpack_from('<IIQQQQQQ', self.data, phoff + i * phsize)
            self.segments.append(Segment(kind, flags, *rest))
        raw = [struct.unpack_from('<IIQQQQIIQQ', self.data, shoff + i * shsize)
               for i in range(shnum)]
        names = raw[shstr][4] if shnum else 0
        self.sections = [Section(cstring(self.data, names + r[0]), *r[1:]) for r in raw]

    def section(self, name):
        return next((s for s in self.sections if s.name == name), None)

    def content(self, section):
        return self.data[section.offset:section.offset + section.size]

    def symbols(self):
        for table in self.sections:
            if table.type != SHT_SYMTAB:
                continue
            names = self.sections[table.link].offset
            for at in range(table.offset, table.offset + table.size, 24):
                name, info, _, shndx, value, size = struct.unpack_from('<IBBHQQ', self.data, at)
                yield Symbol(cstring(self.data, names + name), info >> 4, info & 15,
                             shndx, value, size)

    def symbol(self, name):
        return next((s.value for s in self.symbols() if s.name == name), None)


def code_symbols(elf):
    """Sorted (address, name) of what may be called in the kernel's text."""
    start, end = elf.symbol('text_start'), elf.symbol('text_end')
    best = {}
    for sym in elf.symbols():
        if sym.shndx in (SHN_UNDEF, 0xfff1) or not start <= sym.value < end:
            continue
        if sym.type not in (STT_NOTYPE, STT_FUNC) or not sym.name:
            continue
        # Local labels of assembly belong to the function in front of them.
        if sym.type == STT_NOTYPE and ('.' in sym.name or '$' in sym.name):
            continue
        # Of several names at one address: a function, global, short, first.
        rank = (sym.type != STT_FUNC, sym.bind == STB_LOCAL, '.' in sym.name,
                len(sym.name), sym.name)
        if sym.value not in best or rank < best[sym.value]:
            best[sym.value] = rank
    return [(addr, best[addr][-1]) for addr in sorted(best)]


class Names:
    """Addresses to "function+0xoffset"."""

    def __init__(self, pairs):
        pairs = sorted(pairs)
        self.addrs = [p[0] for p in pairs]
        self.names = [p[1] for p in pairs]

    @classmethod
    def from_elf(cls, path):
        elf = Elf(path)
        end = elf.symbol('text_end')
        return cls(code_symbols(elf) + [(end, None)])

    @classmethod
    def from_map(cls, path):
        pairs = []
        with open(path, encoding='ascii', errors='replace') as f:
            for line in f:
                addr, kind, name = (line.split() + [''] * 3)[:3]
                if kind in ('t', 'T'):
                    pairs.append((int(addr, 16), name))
                elif name == '_etext':
                    pairs.append((int(addr, 16), None))
        return cls(pairs)

    def find(self, addr):
        """(name, offset), or None outside of known code."""
        i = bisect.bisect_right(self.addrs, addr) - 1
        if i < 0 or self.names[i] is None:
            return None
        return self.names[i], addr - self.addrs[i]
