"""tests/harness/elfimage.py - ELF programs made by hand, good and bad.

What:  Image builds a small static program whose fields a test may spoil: the
       code prints "the image ran" and powers the machine off.
See:   elf(5); System V ABI, AMD64 supplement
"""
import dataclasses
import struct

ET_EXEC, ET_REL, ET_DYN, ET_CORE = 2, 1, 3, 4
EM_386, EM_X86_64, EM_AARCH64 = 3, 62, 183
PT_LOAD, PT_INTERP = 1, 3
R, W, X = 4, 2, 1
BASE = 0x400000
PAGE = 0x1000
TEXT = b'the image ran\n'

# write(1, text, len); reboot(magic1, magic2, POWER_OFF); then a loop.
CODE = b''.join((
    b'\xb8\x01\x00\x00\x00',                    # mov eax, 1
    b'\xbf\x01\x00\x00\x00',                    # mov edi, 1
    b'\x48\x8d\x35\x1f\x00\x00\x00',            # lea rsi, [rip + 31]: the text
    b'\xba' + struct.pack('<I', len(TEXT)),     # mov edx, len
    b'\x0f\x05',                                # syscall
    b'\xb8\xa9\x00\x00\x00',                    # mov eax, 169
    b'\xbf\xad\xde\xe1\xfe',                    # mov edi, 0xfee1dead
    b'\xbe\x69\x19\x12\x28',                    # mov esi, 672274793
    b'\xba\xdc\xfe\x21\x43',                    # mov edx, 0x4321fedc
    b'\x0f\x05',                                # syscall
    b'\xeb\xfe',                                # jmp $
)) + TEXT


@dataclasses.dataclass
class Segment:
    """A program header."""
    kind: int = PT_LOAD
    flags: int = R | X
    offset: int = 0
    vaddr: int = BASE
    filesz: int = PAGE
    memsz: int = PAGE
    align: int = PAGE

    def pack(self):
        return struct.pack('<IIQQQQQQ', self.kind, self.flags, self.offset, self.vaddr,
                           self.vaddr, self.filesz, self.memsz, self.align)


@dataclasses.dataclass
class Image:
    """The file: header, program headers, code at CODE_AT, padded to a page."""
    segments: list = dataclasses.field(default_factory=lambda: [Segment()])
    kind: int = ET_EXEC
    machine: int = EM_X86_64
    entry: int = 0              # 0: where the code is
    phnum: int = -1             # -1: as many as there are
    phentsize: int = 56
    magic: bytes = b'\x7fELF\x02\x01\x01'
    tail: bytes = b''           # behind the code: an interpreter's name, say

    CODE_AT = 0x400
    TAIL_AT = 0x800

    def pack(self):
        entry = self.entry or BASE + self.CODE_AT
        count = len(self.segments) if self.phnum < 0 else self.phnum
        head = self.magic.ljust(16, b'\0') + struct.pack(
            '<HHIQQQIHHHHHH', self.kind, self.machine, 1, entry, 64, 0, 0, 64,
            self.phentsize, count, 0, 0, 0)
        data = head + b''.join(s.pack() for s in self.segments)
        data = data.ljust(self.CODE_AT, b'\0') + CODE
        data = data.ljust(self.TAIL_AT, b'\0') + self.tail
        return data.ljust(PAGE, b'\0')

    def interpreter(self, path):
        """Ask for this interpreter."""
        self.tail = path.encode() + b'\0'
        self.segments.append(Segment(kind=PT_INTERP, flags=R, offset=self.TAIL_AT,
                                     vaddr=BASE + self.TAIL_AT, filesz=len(self.tail),
                                     memsz=len(self.tail), align=1))
        return self
