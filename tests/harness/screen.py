"""tests/harness/screen.py - reads a picture of the text screen back as text.

What:  read(FILE) takes QEMU's screendump (PPM) apart into cells of 8 x 16
       dots and finds each one's glyph in drivers/font8x16.c: a Screen with
       lines of text, and for each cell the two colours. What no glyph fits
       is U+FFFD. png() writes a small copy for eyes.
See:   drivers/fbcon.c
"""
import os
import re
import struct
import zlib

from . import TOP

WIDTH, HEIGHT = 8, 16
FONT = os.path.join(TOP, 'drivers/font8x16.c')
UNKNOWN = '\ufffd'


def font():
    """{16 bytes: character}; a cell may show it inverted."""
    glyphs = {}
    with open(FONT, encoding='utf-8') as f:
        for code, high, low in re.findall(
                r'\{ 0x(\w{4}), \{ 0x(\w{16}), 0x(\w{16}) \} \}', f.read()):
            glyphs.setdefault(bytes.fromhex(high + low), chr(int(code, 16)))
    return glyphs


class Screen:
    def __init__(self, width, height, pixels):
        self.width, self.height, self.pixels = width, height, pixels
        self.columns, self.rows = width // WIDTH, height // HEIGHT
        glyphs = font()
        self.colours = {}
        self.lines = []
        for row in range(self.rows):
            self.lines.append(''.join(self.cell(glyphs, row, column)
                                      for column in range(self.columns)).rstrip())

    def cell(self, glyphs, row, column):
        spans = []
        for y in range(row * HEIGHT, (row + 1) * HEIGHT):
            at = (y * self.width + column * WIDTH) * 3
            line = self.pixels[at:at + WIDTH * 3]
            spans.append([line[i:i + 3] for i in range(0, WIDTH * 3, 3)])
        seen = sorted({pixel for span in spans for pixel in span})
        self.colours[row, column] = tuple(pixel.hex() for pixel in seen)
        for ink in seen if len(seen) == 2 else []:
            bits = bytes(sum((pixel == ink) << (7 - i) for i, pixel in enumerate(span))
                         for span in spans)
            if bits in glyphs:
                return glyphs[bits]
        return ' ' if len(seen) == 1 else UNKNOWN

    def find(self, pattern):
        """Match objects with their rows."""
        found = ((row, re.search(pattern, line)) for row, line in enumerate(self.lines))
        return [(row, match) for row, match in found if match]

    def ink(self, row, column):
        return set(self.colours[row, column])


def read(path, dot=1, part=0):
    """The picture; where dots of letters are squares of pixels, one of each."""
    with open(path, 'rb') as f:
        data = f.read()
    head = re.match(rb'P6\s+(\d+)\s+(\d+)\s+255\s', data)
    width, height = int(head.group(1)), int(head.group(2))
    pixels = data[head.end():]
    if dot == 1:
        return Screen(width, height, pixels)
    starts = (3 * (y * width + x) for y in range(part, height - dot + part + 1, dot)
              for x in range(part, width - dot + part + 1, dot))
    return Screen(width // dot, height // dot, b''.join(pixels[i:i + 3] for i in starts))


def png(screen, path):
    """Write a PNG, as small as zlib makes it."""
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + \
            struct.pack('>I', zlib.crc32(kind + data))
    stride = screen.width * 3
    rows = b''.join(b'\0' + screen.pixels[i:i + stride]
                    for i in range(0, stride * screen.height, stride))
    with open(path, 'wb') as f:
        f.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack(
            '>IIBBBBB', screen.width, screen.height, 8, 2, 0, 0, 0)))
        f.write(chunk(b'IDAT', zlib.compress(rows, 9)) + chunk(b'IEND', b''))
