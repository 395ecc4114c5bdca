#!/usr/bin/env python3
"""tests/host/book.py - the book of make book, its numbers and its file.

What:  page numbers that are told are those where things are; the parts of a
       course are less than 200 pages; the PDF's table of objects is right.
See:   tools/book.py
"""
import os
import re
import sys
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, 'tools')]

import book  # noqa: E402
import bookpdf  # noqa: E402
import unit_tap  # noqa: E402

COURSE_PAGES = 200


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        preface, parts = book.load(False)
        made = book.Book(parts)
        known = book.typeset(made, preface, parts, bookpdf.Pdf(''))
        cls.known = book.typeset(made, preface, parts, known)
        cls.pdf = book.typeset(made, preface, parts, cls.known)
        cls.made, cls.parts = made, parts

    def test_numbers(self):
        self.assertEqual(self.pdf.places, self.known.places)
        source, line = self.made.place['task_exit']
        self.assertEqual(source.path, 'kernel/proc/exit.c')
        page = self.pdf.pages[self.pdf.page((source.path, 'task_exit')) - 1]
        self.assertTrue(any(b'(void task_exit' in op for op in page['ops']))
        self.assertIn('task_exit', source.lines[line - 1])

    def test_users(self):
        source, _ = self.made.place['task_exit']
        users = [within for _, within, _ in self.made.users(source, 'task_exit')]
        self.assertIn('task_exit_group', users)
        self.assertNotIn('task_exit', users)

    def test_course(self):
        files = next(p for p in self.parts if p['title'].startswith('9.'))
        self.assertLess(self.pdf.page(files['title']), COURSE_PAGES + 1)

    def test_file(self):
        data = self.pdf.data()
        table = data[data.rindex(b'\nxref\n') + 1:]
        offsets = [int(o) for o in re.findall(rb'(\d{10}) 00000 n', table)]
        for number, offset in enumerate(offsets, 1):
            self.assertTrue(data[offset:].startswith(b'%d 0 obj' % number))
        self.assertEqual(len(re.findall(rb'/Type/Page/', data)), len(self.pdf.pages))


if __name__ == '__main__':
    sys.exit(unit_tap.main('__main__'))
