"""tools/bookpdf.py - a small writer of PDF: lines in two columns

What:  Pdf().line(text, style) puts lines one after the other into columns of
       A4 pages on their side, break_page() begins a new one; outline() makes a
       bookmark, mark() remembers where something is (pages), link=... makes
       the line lead there. data() is the file. Fonts are the standard ones of
       every reader; letters outside Latin-1 become "?".
See:   PDF 32000-1:2008, sections 7 (syntax), 9.6.2 (standard fonts), 12.3
"""
import zlib

WIDTH, HEIGHT, EDGE, GAP = 842, 595, 26, 18
COLUMN = (WIDTH - 2 * EDGE - GAP) / 2
# style: (font, size, height of the line, grey)
STYLES = {
    'code': ('F1', 6.4, 7.1, 0), 'text': ('F2', 8.4, 9.8, 0), 'part': ('F3', 20, 30, 0),
    'file': ('F3', 9.2, 15, 0), 'head': ('F3', 9.6, 15, 0), 'intro': ('F4', 7.8, 9.0, 0.2),
    'refs': ('F5', 6.2, 7.3, 0.3), 'plain': ('F1', 6.4, 7.6, 0.25),
}
FONTS = {'F1': 'Courier', 'F2': 'Times-Roman', 'F3': 'Helvetica-Bold', 'F4': 'Times-Italic',
         'F5': 'Helvetica'}
# Letters of a line of prose that surely fit into a column.
LETTERS = {'text': 96, 'intro': 108, 'refs': 128, 'head': 60, 'file': 70, 'plain': 98}


def escaped(text):
    raw = text.replace('\u2026', '...').replace('\u2192', '->').encode('latin-1', 'replace')
    return raw.replace(b'\\', b'\\\\').replace(b'(', b'\\(').replace(b')', b'\\)')


class Pdf:
    """Pages, bookmarks and places; two runs make page numbers known."""

    def __init__(self, title):
        self.title, self.pages, self.outlines, self.places = title, [], [], {}
        self.column, self.y = 2, 0

    def room(self, height):
        if self.y - height >= EDGE:
            return
        self.column += 1
        if self.column > 1:
            self.pages.append({'ops': [], 'links': []})
            self.column = 0
            number = len(self.pages)
            self.put('F5', 7, 0.4, WIDTH / 2 - 6, 12, str(number))
        self.y = HEIGHT - EDGE

    def put(self, font, size, grey, x, y, text):
        self.pages[-1]['ops'].append(b'BT /%s %.2f Tf %.2f g %.2f %.2f Td (%s) Tj ET' % (
            font.encode(), size, grey, x, y, escaped(text)))

    def x(self):
        return EDGE + self.column * (COLUMN + GAP)

    def line(self, text, style, link=None):
        font, size, height, grey = STYLES[style]
        self.room(height)
        self.y -= height
        if text:
            self.put(font, size, grey, self.x(), self.y, text)
        if link:
            self.pages[-1]['links'].append((self.x(), self.y - 2, self.x() + COLUMN,
                                            self.y + size, link))

    def numbered(self, number, text):
        """A line of code behind its number, which is grey."""
        font, size, height, _ = STYLES['code']
        self.room(height)
        self.y -= height
        self.put(font, size, 0.6, self.x(), self.y, f'{number:4}')
        if text:
            self.put(font, size, 0, self.x() + size * 3, self.y, text)

    def skip(self, height):
        self.y -= height

    def keep(self, height):
        """The next lines of so much height stay together."""
        self.room(height)

    def break_page(self):
        self.column, self.y = 2, 0

    def outline(self, text, depth):
        self.outlines.append((text, depth, len(self.pages), self.y + 14))

    def mark(self, name):
        self.places[name] = (len(self.pages), self.y)

    def page(self, name):
        return self.places.get(name, (0, 0))[0]

    # ------------------------------------------------------------ the file

    def page_objects(self, first):
        """Objects of all pages, which begin at number @first: two each."""
        for i, page in enumerate(self.pages):
            links = []
            for x0, y0, x1, y1, name in page['links']:
                if name in self.places:
                    number, y = self.places[name]
                    links.append(b'<</Type/Annot/Subtype/Link/Border[0 0 0]/Rect[%.1f %.1f %.1f '
                                 b'%.1f]/Dest[%d 0 R/XYZ 0 %.1f 0]>>' %
                                 (x0, y0, x1, y1, first + 2 * (number - 1), y + 20))
            yield (b'<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Resources 3 0 R/Contents %d 0 R'
                   b'/Annots[%s]>>' % (WIDTH, HEIGHT, first + 2 * i + 1, b' '.join(links)))
            data = zlib.compress(b'\n'.join(page['ops']))
            yield b'<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream' % (len(data), data)

    def outline_objects(self, first, pages):
        """The root of the bookmarks at @first, then each; files below their part."""
        tops = [i for i, o in enumerate(self.outlines) if not o[1]]
        below = {t: [i for i in range(t + 1, (tops + [len(self.outlines)])[k + 1])]
                 for k, t in enumerate(tops)}
        at = [first + 1 + i for i in range(len(self.outlines))]
        yield b'<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>' % (
            at[tops[0]], at[tops[-1]], len(tops))
        for i, (text, depth, page, y) in enumerate(self.outlines):
            mates = tops if not depth else next(b for b in below.values() if i in b)
            parent = first if not depth else at[max(t for t in tops if t < i)]
            k, more = mates.index(i), b''
            if k:
                more += b'/Prev %d 0 R' % at[mates[k - 1]]
            if k + 1 < len(mates):
                more += b'/Next %d 0 R' % at[mates[k + 1]]
            if not depth and below[i]:
                more += b'/First %d 0 R/Last %d 0 R/Count -%d' % (
                    at[below[i][0]], at[below[i][-1]], len(below[i]))
            yield b'<</Title(%s)/Parent %d 0 R/Dest[%d 0 R/XYZ 0 %.1f 0]%s>>' % (
                escaped(text), parent, pages + 2 * (page - 1), y, more)

    def data(self):
        first = 5
        after = first + 2 * len(self.pages)
        fonts = b''.join(b'/%s<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>' %
                         (k.encode(), v.encode()) for k, v in FONTS.items())
        kids = b' '.join(b'%d 0 R' % (first + 2 * i) for i in range(len(self.pages)))
        objects = [b'<</Type/Catalog/Pages 2 0 R/Outlines %d 0 R/PageMode/UseOutlines>>' % after,
                   b'<</Type/Pages/Count %d/Kids[%s]>>' % (len(self.pages), kids),
                   b'<</Font<<%s>>>>' % fonts, b'<</Title(%s)>>' % escaped(self.title),
                   *self.page_objects(first), *self.outline_objects(after, first)]
        out, offsets = [b'%PDF-1.5\n'], []
        size = len(out[0])
        for number, body in enumerate(objects, 1):
            offsets.append(size)
            out.append(b'%d 0 obj\n%s\nendobj\n' % (number, body))
            size += len(out[-1])
        table = b''.join(b'%010d 00000 n \n' % o for o in offsets)
        out.append(b'xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R/Info 4 0 R>>\n'
                   b'startxref\n%d\n%%%%EOF\n' % (len(objects) + 1, table, len(objects) + 1, size))
        return b''.join(out)
