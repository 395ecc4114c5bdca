"""tests/harness/pairwise.py - few rows in which every combination occurs.

What:  A Matrix has factors with levels and rules of what does not exist.
       rows(strength) returns rows, each a choice of one level for each factor,
       so that each combination of levels of `strength` factors that exists at
       all is in one of them: 2 for pairs. The same matrix gives the same rows.
       Matrix.read() reads a file of lines:
           factor NAME LEVEL...            the first level is the usual one; one
                                           with * is left out of quick runs
           never NAME=LEVEL,... ... : WHY  no row has all of these
See:   tests/machines/matrix.txt; Cohen and others, "The AETG System", 1997
"""
import itertools
import random

CANDIDATES = 12     # rows tried for each row taken
SEED = 1


class MatrixError(Exception):
    """A line that is not understood, or names that are not there."""


class Matrix:
    def __init__(self):
        self.factors = {}       # name: levels
        self.slow = set()       # (name, level)
        self.rules = []         # ({name: levels}, why)
        self.known = {}         # partial row: can it be completed?

    @classmethod
    def read(cls, path, quick=False):
        matrix = cls()
        with open(path, encoding='utf-8') as f:
            for number, line in enumerate(f, 1):
                try:
                    matrix.line(line.split('#')[0].strip())
                except (KeyError, ValueError) as error:
                    raise MatrixError(f'{path}:{number}: {error}') from None
        if quick:
            for name, level in matrix.slow:
                matrix.factors[name].remove(level)
        return matrix

    def line(self, text):
        if not text:
            return
        verb, rest = text.split(None, 1)
        if verb == 'factor':
            name, *levels = rest.split()
            self.factors[name] = [level.rstrip('*') for level in levels]
            self.slow |= {(name, level[:-1]) for level in levels if level.endswith('*')}
        elif verb == 'never':
            what, why = rest.split(' : ', 1)
            self.rules.append((self.condition(what), why.strip()))
        else:
            raise ValueError(f'"{verb}" is no word of this file')

    def condition(self, text):
        """{'way': {'bios', 'uefi'}} of "way=bios,uefi"."""
        result = {}
        for word in text.split():
            name, _, levels = word.partition('=')
            result[name] = set(levels.split(','))
            unknown = result[name] - set(self.factors[name])
            if unknown:
                raise ValueError(f'{name} has no {", ".join(sorted(unknown))}')
        return result

    def why_not(self, row):
        """The reason why a row, or a part of one, does not exist; '' if it may."""
        for rule, why in self.rules:
            if all(row.get(name) in levels for name, levels in rule.items()):
                return why
        return ''

    def exists(self, row):
        """Can these levels be completed to a row?"""
        key = frozenset(row.items())
        if key not in self.known:
            self.known[key] = not self.why_not(row) and self.completes(row)
        return self.known[key]

    def completes(self, row):
        """Only factors that rules name can be in the way."""
        ruled = {name for rule, _ in self.rules for name in rule}
        name = next((n for n in self.factors if n in ruled and n not in row), None)
        if name is None:
            return True
        return any(not self.why_not({**row, name: level}) and
                   self.completes({**row, name: level}) for level in self.factors[name])

    def wanted(self, strength):
        """Every combination that exists, each a tuple of (name, level)."""
        result = set()
        for names in itertools.combinations(self.factors, strength):
            for levels in itertools.product(*(self.factors[n] for n in names)):
                pick = tuple(zip(names, levels))
                if self.exists(dict(pick)):
                    result.add(pick)
        return result

    def covered(self, row, strength):
        return set(itertools.combinations(((n, row[n]) for n in self.factors), strength))

    def candidate(self, missing, counts, chance):
        """A row that begins with a missing combination and goes on greedily."""
        row = dict(chance.choice(missing))
        names = [n for n in self.factors if n not in row]
        chance.shuffle(names)
        for name in names:
            fits = [level for level in self.factors[name] if self.exists({**row, name: level})]
            most = max(counts.get((name, level), 0) for level in fits)
            row[name] = chance.choice([x for x in fits if counts.get((name, x), 0) == most])
        return row

    def rows(self, strength=2):
        chance = random.Random(SEED)
        left = self.wanted(strength)
        result = []
        while left:
            missing = sorted(left)
            counts = {}
            for pair in itertools.chain.from_iterable(missing):
                counts[pair] = counts.get(pair, 0) + 1
            tried = [self.candidate(missing, counts, chance) for _ in range(CANDIDATES)]
            best = max(tried, key=lambda row: len(self.covered(row, strength) & left))
            left -= self.covered(best, strength)
            result.append({name: best[name] for name in self.factors})
        return result
