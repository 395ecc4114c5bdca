"""tests/harness/tap.py - reads and writes the Test Anything Protocol.

What:  Reader collects the points of one stream, with numbers or without, and
       tells what is wrong with it; Writer prints a numbered stream and keeps
       count. A stream is good only with a plan that its points fulfil.
See:   testanything.org; docs/testing.md
"""
import dataclasses
import os
import re
import sys

PLAN = re.compile(r'^1\.\.(\d+)\s*(?:#\s*(skip.*)?)?$', re.I)
POINT = re.compile(r'^(not )?ok\b\s*(\d+)?\s*(?:-\s*)?(.*)$')
DIRECTIVE = re.compile(r'\s+#\s*(SKIP|TODO)\b[:\s]*(.*)$', re.I)


@dataclasses.dataclass
class Point:
    """One test point; comments are the lines that followed it."""
    ok: bool
    name: str
    directive: str = ''
    comments: list = dataclasses.field(default_factory=list)

    def good(self):
        return self.ok or self.directive.startswith('TODO')


class Reader:
    """One TAP stream, fed line by line."""

    def __init__(self):
        self.points = []
        self.plan = None
        self.skipped = ''
        self.problems = []

    def feed(self, line):
        """Take a line: True if it was part of the protocol."""
        point = POINT.match(line)
        plan = PLAN.match(line)
        if point:
            self.point(point)
        elif plan:
            if self.plan is not None:
                self.problems.append('two plans')
            self.plan = int(plan.group(1))
            self.skipped = plan.group(2) or ''
        elif line.startswith('Bail out!'):
            self.problems.append(line)
        elif line.startswith('#') and self.points:
            self.points[-1].comments.append(line.lstrip('# '))
        else:
            return False
        return True

    def point(self, match):
        number = int(match.group(2)) if match.group(2) else None
        if number is not None and number != len(self.points) + 1:
            self.problems.append(f'point {number} came as number {len(self.points) + 1}')
        text = match.group(3).strip()
        directive = DIRECTIVE.search(' ' + text)
        kind = ''
        if directive:
            kind = f'{directive.group(1).upper()} {directive.group(2)}'.strip()
            text = DIRECTIVE.sub('', ' ' + text).strip()
        self.points.append(Point(not match.group(1), text or 'unnamed', kind))

    def faults(self):
        """What is wrong with the stream as a whole (not with its points)."""
        faults = list(self.problems)
        if self.plan is None:
            faults.append('no plan')
        elif self.plan != len(self.points):
            faults.append(f'{self.plan} points planned, {len(self.points)} made')
        elif not self.plan and not self.skipped:
            faults.append('no points')
        return faults


class Writer:
    """Prints points with numbers; failures on standard error too, and in $FAILURES."""

    def __init__(self, title='', out=sys.stdout):
        self.title = title
        self.out = out
        self.count = 0
        self.failed = 0

    def point(self, ok, name, directive='', comments=()):
        self.count += 1
        name = name.replace('#', '\\#')
        text = f'{"ok" if ok else "not ok"} {self.count} - {name}'
        print(text + (f' # {directive}' if directive else ''), file=self.out)
        self.comment(comments)
        if not ok and not directive.startswith('TODO'):
            self.failed += 1
            self.failure(name, comments, sys.stderr)
            if os.environ.get('FAILURES'):
                with open(os.environ['FAILURES'], 'a', encoding='utf-8') as kept:
                    self.failure(name, comments, kept)
        self.out.flush()

    def failure(self, name, comments, out):
        print(f'# {self.title}: not ok - {name}', file=out)
        self.comment(comments, out)

    def comment(self, texts, out=None):
        """Each of the texts may have several lines; none is taken for a point."""
        for line in '\n'.join(map(str, texts)).splitlines():
            print(f'#   {line}', file=out or self.out)

    def done(self):
        """Print the plan: the exit status of the run."""
        print(f'1..{self.count}', file=self.out)
        self.out.flush()
        return 1 if self.failed or not self.count else 0
