"""tools/trace/drawing.py - a trace as one drawing for print.

What:  svg(model): CPUs and lives of processes from left to right, boxes for
       pid namespaces around those who live in them, births, new parents and
       signals as lines. The axis gives each event room; its labels are times.
See:   page.html draws the same, to be moved about in
"""
from html import escape

from tracemodel import Axis

LEVELS = ('#64748b', '#2563eb', '#9333ea', '#0d9488', '#c2410c', '#be185d')
TINTS = ('#f8fafc', '#eff6ff', '#faf5ff', '#f0fdfa', '#fff7ed', '#fdf2f8')
STATES = {'running': '#22c55e', 'runnable': '#facc15', 'sleeping': '#93c5fd', 'alive': '#93c5fd',
          'waiting': '#818cf8', 'killable': '#818cf8', 'stopped': '#fb923c', 'traced': '#fb923c',
          'zombie': '#475569', 'dead': '#cbd5e1'}
LEFT, RIGHT, TOP, ROW, LANE = 190, 30, 96, 30, 20
FONT = 'font-family="DejaVu Sans, Helvetica, Arial, sans-serif"'


def level(table, n):
    return table[n % len(table)]


def line(x1, y1, x2, y2, style):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {style}/>'


def rect(x, y, w, h, style):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(w, 0.6):.1f}" height="{h:.1f}" {style}/>'


def text(x, y, what, style):
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(what)}</text>'


class Drawing:
    """One SVG; out collects its elements from the back to the front."""

    def __init__(self, model, width):
        self.model, self.width = model, width
        self.axis = Axis(model.knots())
        self.rows = model.rows()
        self.lives = TOP + LANE * len(model.cpus) + 34
        self.row_of = {p.id: self.lives + ROW * i + ROW / 2 for i, (p, _) in enumerate(self.rows)}
        self.height = self.lives + ROW * len(self.rows) + 46
        self.out = []

    def x(self, t):
        return LEFT + self.axis(t) * (self.width - LEFT - RIGHT)

    def inside(self, world):
        """Ids of the worlds that @world contains, itself among them."""
        ids = {world['id']}
        for other in sorted(self.model.worlds.values(), key=lambda w: w['level']):
            if other['parent'] in ids:
                ids.add(other['id'])
        return ids

    def worlds(self):
        for world in sorted(self.model.worlds.values(), key=lambda w: w['level']):
            ids = self.inside(world)
            ys = [self.row_of[p.id] for p, w in self.rows if w['id'] in ids]
            if not ys:
                continue
            pad = 12 - 2 * min(world['level'], 4)
            x0, x1 = self.x(world['born']), self.x(self.end(world['end']))
            y0, h = min(ys) - pad - 2, max(ys) - min(ys) + 2 * pad + 4
            colour = level(LEVELS, world['level'])
            self.out.append(rect(x0 - 4, y0, x1 - x0 + 8, h,
                                 f'rx="7" fill="{level(TINTS, world["level"])}" stroke="{colour}" '
                                 'stroke-width="1.3"'))
            closing = next((t for t, s in world['states'] if s == 'closing'), None)
            if closing is not None:
                self.out.append(rect(self.x(closing), y0, x1 - self.x(closing) + 4, h,
                                     'rx="5" fill="#fecaca" fill-opacity="0.55"'))
            if world['level']:
                self.out.append(text(x0 + 2, y0 - 2, world['name'],
                                     f'font-size="9.5" fill="{colour}" font-style="italic"'))

    def end(self, t):
        return self.model.t1 if t is None else t

    def life(self, process):
        y = self.row_of[process.id]
        spans = process.states + [[self.end(process.reaped), 'reaped']]
        for (t, state), (until, _) in zip(spans, spans[1:]):
            if state in STATES and until > t:
                thin = state in ('zombie', 'dead')
                self.out.append(rect(self.x(t), y - (2.5 if thin else 6),
                                     self.x(until) - self.x(t), 5 if thin else 12,
                                     f'fill="{STATES[state]}"'))
        end = self.x(self.end(process.reaped))
        self.out.append(rect(self.x(process.born), y - 6, end - self.x(process.born), 12,
                             'rx="2" fill="none" stroke="#334155" stroke-width="0.6"'))
        if process.exit is not None:
            self.out.append(text(self.x(process.exit) - 4, y + 4.5, '\u2715',
                                 'font-size="12" font-weight="bold" fill="#b91c1c"'))
        self.out.append(text(8, y + 4, process.name(), 'font-size="12" font-weight="bold" '
                             'fill="#0f172a"'))
        at = LEFT - 12
        for depth, nr in reversed(list(enumerate(process.nr))):
            w = 8 + 6.6 * len(str(nr))
            at -= w + 3
            self.out.append(rect(at, y - 7, w, 14, f'rx="4" fill="{level(LEVELS, depth)}"'))
            self.out.append(text(at + w / 2, y + 3.6, str(nr), 'font-size="10" fill="#fff" '
                                 'text-anchor="middle"'))

    def births(self):
        for process, _ in self.rows:
            if not process.parents or process.parents[0][1] not in self.row_of or \
                    process.parents[0][1] == process.id or not process.born:
                continue
            x, y0 = self.x(process.born), self.row_of[process.parents[0][1]]
            y = self.row_of[process.id]
            self.out.append(line(x, y0, x, y, 'stroke="#0f172a" stroke-width="1.1"'))
            self.out.append(f'<circle cx="{x:.1f}" cy="{y0:.1f}" r="2.6" fill="#0f172a"/>')
        for move in self.model.moves:
            if move['to'] in self.row_of:
                x = self.x(move['t'])
                self.out.append(line(x, self.row_of[move['process']], x, self.row_of[move['to']],
                                     'stroke="#ea580c" stroke-width="2" stroke-dasharray="5 3" '
                                     'marker-end="url(#new)"'))

    def signals(self):
        for s in self.model.signals:
            if s['from'] not in self.row_of or s['to'] not in self.row_of or \
                    s['from'] == s['to']:
                continue
            x, y0, y1 = self.x(s['t']), self.row_of[s['from']], self.row_of[s['to']]
            kernel = s['origin'] == 'kernel' and s['name'] != 'SIGKILL'
            colour = '#94a3b8' if kernel else '#dc2626'
            dash = '' if s['result'] == 'sent' else 'stroke-dasharray="2 3" '
            bend = x + 9 + abs(y1 - y0) / 16
            self.out.append(f'<path d="M{x:.1f} {y0:.1f} Q{bend:.1f} {(y0 + y1) / 2:.1f} {x:.1f} '
                            f'{y1:.1f}" fill="none" stroke="{colour}" {dash}'
                            f'stroke-width="{1 if kernel else 1.7}" marker-end="url(#'
                            f'{"grey" if kernel else "red"})"/>')
            if s['origin'] != 'kernel':
                self.out.append(text((x + bend) / 2 + 5, (y0 + y1) / 2 + 3, s['name'],
                                     f'font-size="9" fill="{colour}" paint-order="stroke" '
                                     'stroke="#fff" stroke-width="2.5"'))

    def lanes(self):
        for i, (cpu, slices) in enumerate(sorted(self.model.cpus.items())):
            y = TOP + LANE * i
            self.out.append(text(8, y + 12, f'CPU {cpu}', 'font-size="11" fill="#334155"'))
            self.out.append(rect(LEFT, y, self.width - LEFT - RIGHT, LANE - 4, 'fill="#f1f5f9"'))
            for start, end, thread in slices:
                owner = self.model.processes.get(self.model.thread_process.get(thread))
                colour = level(LEVELS, len(owner.nr) - 1) if owner else '#a3a3a3'
                w = self.x(end) - self.x(start)
                self.out.append(rect(self.x(start), y, w, LANE - 4, f'fill="{colour}" '
                                     'stroke="#fff" stroke-width="0.3"'))
                name = owner.name() if owner else self.model.thread_names.get(thread, '')
                if w > 6.2 * len(name) + 4:
                    self.out.append(text(self.x(start) + 3, y + 12, name, 'font-size="10" '
                                         'fill="#fff"'))

    def ruler(self):
        y, last = TOP - 10, -100
        for t, _ in self.model.knots():
            x = self.x(t)
            if x - last < 62:
                continue
            last = x
            self.out.append(line(x, y, x, self.height - 40,
                                 'stroke="#cbd5e1" stroke-width="0.6"'))
            self.out.append(text(x, y - 3, f'{t / 1000:.2f} ms', 'font-size="9" fill="#64748b" '
                                 'text-anchor="middle"'))

    def legend(self):
        x, y = 12, self.height - 16
        for name in ('running', 'runnable', 'sleeping', 'waiting', 'stopped', 'zombie'):
            self.out.append(rect(x, y - 9, 14, 10, f'fill="{STATES[name]}"'))
            self.out.append(text(x + 18, y, name, 'font-size="10.5" fill="#334155"'))
            x += 34 + 6.4 * len(name)
        for colour, dash, name in (('#0f172a', '', 'birth'), ('#ea580c', '5 3', 'new parent'),
                                   ('#dc2626', '', 'signal'), ('#dc2626', '2 3', 'not taken'),
                                   ('#94a3b8', '', 'by the kernel')):
            self.out.append(line(x, y - 4, x + 20, y - 4, f'stroke="{colour}" stroke-width="2" '
                                 f'stroke-dasharray="{dash}"'))
            self.out.append(text(x + 24, y, name, 'font-size="10.5" fill="#334155"'))
            x += 42 + 6.4 * len(name)

    def draw(self):
        self.out.append(text(10, 28, self.model.title, 'font-size="18" font-weight="bold" '
                             'fill="#0f172a"'))
        lost = sum(x['n'] for x in self.model.lost)
        note = f'{len(self.model.processes)} processes, {len(self.model.worlds)} pid namespaces, ' \
            f'{self.model.t1 / 1000:.1f} ms; each event has room, so the axis is not even'
        self.out.append(text(10, 48, note, 'font-size="11" fill="#475569"'))
        if lost:
            self.out.append(text(10, 64, f'{lost} events were lost: a ring was full',
                                 'font-size="12" font-weight="bold" fill="#b91c1c"'))
        self.ruler()
        self.lanes()
        self.worlds()
        self.births()
        for process, _ in self.rows:
            self.life(process)
        self.signals()
        self.legend()


ARROW = '<marker id="{}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" ' \
    'orient="auto"><path d="M0 0L8 4L0 8z" fill="{}"/></marker>'


def svg(model, width=1400):
    """The drawing as text."""
    drawing = Drawing(model, width)
    drawing.draw()
    marks = ''.join(ARROW.format(*a) for a in (('new', '#ea580c'), ('red', '#dc2626'),
                                               ('grey', '#94a3b8')))
    size = f'{width} {drawing.height:.0f}'
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{width}" '
            f'height="{drawing.height:.0f}" {FONT}><defs>{marks}</defs>'
            '<rect width="100%" height="100%" fill="#fff"/>\n' + '\n'.join(drawing.out) +
            '\n</svg>\n')
