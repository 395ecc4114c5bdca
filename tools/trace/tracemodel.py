"""tools/trace/tracemodel.py - from the lines of /proc/nidus/trace to a story.

What:  parse(lines) yields events; Model(events) knows each process with its
       numbers, names, parents and states over time, each pid namespace with
       its states, what ran on each CPU, signals, and the story: one sentence
       for each event that a reader should see. model.as_data() is all that
       the page needs, times in microseconds since the first event.
Not:   drawings (drawing.py, page.html), Chrome's format (chrome.py).
See:   docs/tracing.md has the lines
"""
import bisect
import re

SIGNALS = ('', 'HUP', 'INT', 'QUIT', 'ILL', 'TRAP', 'ABRT', 'BUS', 'FPE', 'KILL', 'USR1', 'SEGV',
           'USR2', 'PIPE', 'ALRM', 'TERM', 'STKFLT', 'CHLD', 'CONT', 'STOP', 'TSTP', 'TTIN',
           'TTOU', 'URG', 'XCPU', 'XFSZ', 'VTALRM', 'PROF', 'WINCH', 'IO', 'PWR', 'SYS')
LINE = re.compile(r'(\d+)\.(\d{9}) (\d+) (\d+) ([a-z_]+)((?: \w+=\S*)*)\s*$')
ESCAPE = re.compile(r'\\([0-7]{3})')
NUMERIC = {'thread', 'task', 'process', 'parent', 'ns', 'next', 'on', 'id', 'from', 'to', 'sig',
           'level', 'last', 'zombie', 'records', 'status', 'number', 'waited'}
# Of a process with several threads, the state that shows first.
URGENT = ('running', 'runnable', 'waiting', 'killable', 'traced', 'stopped', 'sleeping')
# Share of a stretched axis that is real time; the rest belongs to the events.
REAL_SHARE = 0.3


class TraceError(Exception):
    """A line that no kernel wrote."""


class Event:
    """One line: time in ns, CPU, thread that ran, kind, values."""

    def __init__(self, line):
        found = LINE.match(line)
        if not found:
            raise TraceError(f'not a line of a trace: {line!r}')
        seconds, ns, cpu, by, kind, rest = found.groups()
        self.time = int(seconds) * 10 ** 9 + int(ns)
        self.cpu, self.by, self.kind = int(cpu), int(by), kind
        self.values = {}
        for word in rest.split():
            key, _, value = word.partition('=')
            self.values[key] = self.value(key, value)

    @staticmethod
    def value(key, text):
        if key in NUMERIC:
            return int(text)
        if key in ('nr', 'from_nr', 'to_nr'):
            return [] if text == '-' else [int(n) for n in text.split('/')]
        return ESCAPE.sub(lambda m: chr(int(m.group(1), 8)), text)

    def __getattr__(self, key):
        try:
            return self.__dict__['values'][key]
        except KeyError:
            raise TraceError(f'a {self.kind} without {key}') from None


def parse(lines):
    """Events in the order of time; comments and empty lines are left out."""
    events = [Event(line) for line in lines if line.strip() and not line.startswith('#')]
    return sorted(events, key=lambda e: e.time)


def signal_name(sig):
    return f'SIG{SIGNALS[sig]}' if 0 < sig < len(SIGNALS) else f'SIGRT{sig - 32:+d}'


class Process:
    """One process, from its birth to the end of its last number."""

    def __init__(self, ident, t, known):
        self.id, self.born, self.known = ident, t, known
        self.ns, self.nr, self.names, self.parents = 0, [], [], []
        self.states = [[t, 'alive']]
        self.exit = self.dead = self.reaped = None
        self.status = 0
        self.threads = {}           # thread -> state
        self.mates = {}             # task -> numbers, of threads beside the leader

    def name(self):
        return self.names[-1][1] if self.names else '?'

    def label(self):
        return f'{self.name()} {"/".join(map(str, self.nr))}'

    def enter(self, t, state):
        if self.states[-1][1] == state:
            return
        if self.states[-1][0] == t:
            self.states[-1][1] = state
        else:
            self.states.append([t, state])

    def thread_state(self, t, thread, state):
        if state == 'gone':
            self.threads.pop(thread, None)
        else:
            self.threads[thread] = state
        if self.dead is not None:
            return
        for best in URGENT:
            if best in self.threads.values():
                self.enter(t, best)
                return


class Model:
    """The story that a list of events tells."""

    def __init__(self, events, title='trace'):
        self.title = title
        self.t0 = events[0].time if events else 0
        self.t1 = 0.0
        self.processes, self.worlds, self.thread_names = {}, {}, {0: 'idle'}
        self.thread_process = {}
        self.cpus, self.running = {}, {}
        self.story, self.signals, self.moves, self.lost, self.locks = [], [], [], [], []
        self.graces, self.grace_at = [], {}
        for event in events:
            handler = getattr(self, 'on_' + event.kind, None)
            if handler is None:
                raise TraceError(f'unknown event {event.kind}')
            t = (event.time - self.t0) / 1000
            self.t1 = max(self.t1, t)
            self.cpus.setdefault(event.cpu, [])
            handler(event, t)
        self.finish()

    # ------------------------------------------------------------ helpers

    def tell(self, t, kind, text, **more):
        self.story.append({'t': t, 'kind': kind, 'text': text, **more})

    def process(self, ident, t):
        """One that appears before its birth was read is made at once."""
        if ident not in self.processes:
            self.processes[ident] = Process(ident, t, False)
        return self.processes[ident]

    def label(self, ident):
        known = self.processes.get(ident)
        return known.label() if known else 'the kernel'

    def world_label(self, ns):
        world = self.worlds.get(ns)
        return world['name'] if world else f'pid:[{ns}]'

    def by(self, event):
        return self.thread_process.get(event.by, 0)

    # ------------------------------------------------------------- events

    def on_lost(self, event, t):
        self.lost.append({'t': t, 'cpu': event.cpu, 'n': event.records})
        self.tell(t, 'lost', f'{event.records} events of CPU {event.cpu} were lost here: its ring '
                  'was full')

    def on_thread(self, event, _t):
        self.thread_names[event.id] = event.name

    def on_switch(self, event, t):
        self.stop_running(event.cpu, t)
        self.running[event.cpu] = (t, event.next)
        for thread, state in ((event.by, event.state), (event.next, 'running')):
            owner = self.thread_process.get(thread)
            if owner:
                self.processes[owner].thread_state(t, thread, state)

    def stop_running(self, cpu, t):
        start, thread = self.running.pop(cpu, (0.0, None))
        if thread:
            self.cpus[cpu].append([start, t, thread])

    def on_wake(self, event, t):
        owner = self.thread_process.get(event.thread)
        if owner and self.processes[owner].threads.get(event.thread) != 'running':
            self.processes[owner].thread_state(t, event.thread, 'runnable')

    def introduce(self, event, t):
        process = self.process(event.process, t)
        if not process.nr or event.task == event.process:
            process.nr, process.ns = event.nr, event.ns
        if event.task != event.process:
            process.mates[event.task] = event.nr
        self.thread_process[event.thread] = event.process
        self.thread_names[event.thread] = event.name
        if event.task == event.process and (not process.names or
                                            process.names[-1][1] != event.name):
            process.names.append([t, event.name])
        return process

    def on_task(self, event, t):
        if event.process in self.processes and self.processes[event.process].known:
            return
        process = self.introduce(event, t)
        process.known, process.born = True, 0
        process.states[0][0] = 0
        process.parents.append([0, event.parent])
        if event.state != 'alive':
            process.dead = 0
            process.enter(t, event.state)

    def on_clone(self, event, t):
        parent = self.processes.get(event.parent)
        process = self.introduce(event, t)
        if event.task != event.process:
            self.tell(t, 'thread', f'{self.label(self.by(event))} starts a thread, '
                      f'{"/".join(map(str, event.nr))}', process=event.process)
            return
        process.known, process.born = True, t
        process.parents.append([t, event.parent])
        text = f'{process.label()} is the first process'
        if parent and parent is not process:
            text = f'{parent.label()} makes a child, {"/".join(map(str, event.nr))}'
        if len(event.nr) > 1 and event.nr[-1] == 1:
            text += f': the init of {self.world_label(event.ns)}'
        self.tell(t, 'clone', text, process=process.id, other=event.parent, ns=event.ns)

    def on_exec(self, event, t):
        process = self.introduce(event, t)
        if process.nr != event.nr:
            process.nr, process.ns = event.nr, event.ns
        self.tell(t, 'exec', f'{process.label()} runs a new program', process=process.id)

    def on_name(self, event, t):
        for process in self.processes.values():
            if process.id == event.task:
                process.names.append([t, event.name])

    def on_exit(self, event, t):
        process = self.process(event.process, t)
        if not event.last:
            self.tell(t, 'thread', f'thread {"/".join(map(str, event.nr))} of {process.label()} '
                      'ends', process=process.id)
            return
        process.exit, process.status = t, event.status
        how = f'is ended by {signal_name(event.status & 127)}' if event.status & 127 else \
            f'exits with {event.status >> 8}'
        self.tell(t, 'exit', f'{process.label()} {how}', process=process.id)

    def on_dead(self, event, t):
        process = self.process(event.process, t)
        process.dead = t
        process.enter(t, 'zombie' if event.zombie else 'dead')
        if event.zombie:
            self.tell(t, 'zombie', f'{process.label()} is a zombie until its parent waits for it',
                      process=process.id)

    def on_reap(self, event, t):
        if event.task != event.process:
            return
        process = self.process(event.process, t)
        process.reaped = t
        process.enter(t, 'reaped')
        who = self.by(event)
        text = f'{process.label()} is gone: nobody waits for it'
        if who and who != process.id:
            text = f'{self.label(who)} reaps {process.label()}'
        self.tell(t, 'reap', text, process=process.id, other=who)

    def on_reparent(self, event, t):
        process = self.process(event.process, t)
        old = getattr(event, 'from')
        process.parents.append([t, event.to])
        self.moves.append({'t': t, 'process': event.process, 'from': old, 'to': event.to})
        self.tell(t, 'reparent', f'{process.label()} is an orphan: {self.label(event.to)} is its '
                  'parent now', process=event.process, other=event.to)

    def on_signal(self, event, t):
        sender = getattr(event, 'from')
        name = signal_name(event.sig)
        self.signals.append({'t': t, 'from': sender, 'to': event.process, 'name': name,
                             'origin': event.origin, 'result': event.result})
        if event.sig == 17 and event.result != 'sent':
            return
        after = {'sent': '', 'ignored': ', which ignores it', 'pending': ', where it waits already',
                 'late': ', which is dying already'}.get(event.result, '')
        who = self.label(sender)
        if event.origin == 'kernel':
            who = f'the kernel (for {who})' if sender else 'the kernel'
        self.tell(t, 'signal', f'{who} sends {name} to {self.label(event.process)}{after}',
                  process=event.process, other=sender)

    def on_deliver(self, event, t):
        owner = self.processes.get(event.task) or next(
            (p for p in self.processes.values() if event.task in p.mates), None)
        if owner and event.how == 'handler':
            self.tell(t, 'deliver', f'{owner.label()} handles {signal_name(event.sig)}',
                      process=owner.id)

    TEXTS = {'nascent': '{} is made: a world without a process', 'live': '{} lives: it has an init',
             'closing': '{} closes: its init is dying, and all its members are killed',
             'drained': '{} is empty, but for its init', 'reaped': '{} is dead: its init is reaped',
             'freed': '{} is freed: nobody refers to it any more'}

    def on_pidns(self, event, t):
        world = self.worlds.get(event.ns)
        if not world:
            letters = sum(w['level'] > 0 for w in self.worlds.values())
            name = f'world {chr(65 + letters % 26)}{letters // 26 or ""}' if event.level else \
                'the first world'
            world = {'id': event.ns, 'parent': event.parent, 'level': event.level, 'name': name,
                     'born': t if event.state == 'nascent' else 0, 'end': None, 'states': []}
            self.worlds[event.ns] = world
        world['states'].append([t, event.state])
        if event.state == 'freed':
            world['end'] = t
        if event.level or event.state != 'live':
            self.tell(t, 'pidns', self.TEXTS[event.state].format(world['name']), ns=event.ns,
                      state=event.state)

    def on_wait(self, event, t):
        self.locks.append({'t': t, 'cpu': event.cpu, 'name': event.name, 'waited': event.waited,
                           'by': event.by, 'at': event.values['by']})

    def on_gp_start(self, event, t):
        self.grace_at[event.number] = t

    def on_gp_end(self, event, t):
        self.graces.append([self.grace_at.pop(event.number, 0), t, event.number])

    # ------------------------------------------------------------ the end

    def finish(self):
        for cpu in list(self.running):
            self.stop_running(cpu, self.t1)
        if not self.worlds:
            self.worlds[0] = {'id': 0, 'parent': 0, 'level': 0, 'name': 'the first world',
                              'born': 0, 'end': None, 'states': [[0, 'live']]}
        first = min(self.worlds.values(), key=lambda w: w['level'])
        for process in self.processes.values():
            if process.ns not in self.worlds:
                process.ns = self.world_of(process, first)
        for number, start in self.grace_at.items():
            self.graces.append([start, self.t1, number])

    def world_of(self, process, first):
        """Without events of namespaces, a world for each level is made."""
        if len(process.nr) <= 1 or not process.ns:
            return first['id']
        parent = next((p for _, p in process.parents), 0)
        above = self.processes[parent].ns if parent in self.processes else first['id']
        self.worlds[process.ns] = {'id': process.ns, 'parent': above, 'level': len(process.nr) - 1,
                                   'name': f'pid:[{process.ns}]', 'born': process.born, 'end': None,
                                   'states': [[process.born, 'live']]}
        return process.ns

    def knots(self):
        """[time, place from 0 to 1]: an axis that gives each event of the story room."""
        times = sorted({e['t'] for e in self.story} | {0.0, self.t1})
        total, place, knots = self.t1 or 1.0, 0.0, []
        gaps = max(len(times) - 1, 1)
        for i, t in enumerate(times):
            if i:
                place += REAL_SHARE * (t - times[i - 1]) / total + (1 - REAL_SHARE) / gaps
            knots.append([t, place])
        last = knots[-1][1] or 1.0
        return [[t, x / last] for t, x in knots]

    def rows(self):
        """Processes from top to bottom, those of one world together:
        (process, world) in the order in which the first of them was born."""
        children = {}
        for world in sorted(self.worlds.values(), key=lambda w: (w['level'], w['born'])):
            if world['parent'] in self.worlds and world['parent'] != world['id']:
                children.setdefault(world['parent'], []).append(world)
        out = []

        def add(world):
            todo = list(children.get(world['id'], []))
            for process in sorted((p for p in self.processes.values() if p.ns == world['id']),
                                  key=lambda p: (p.born, p.id)):
                while todo and todo[0]['born'] < process.born:
                    add(todo.pop(0))
                out.append((process, world))
            for inner in todo:
                add(inner)

        for world in [w for w in self.worlds.values()
                      if w['parent'] not in self.worlds or w['parent'] == w['id']]:
            add(world)
        return out

    def as_data(self):
        rows = self.rows()
        return {
            'title': self.title, 'end': self.t1, 'knots': self.knots(),
            'worlds': sorted(self.worlds.values(), key=lambda w: (w['level'], w['born'])),
            'processes': [{
                'id': p.id, 'ns': p.ns, 'nr': p.nr, 'names': p.names or [[0, '?']],
                'born': p.born, 'exit': p.exit, 'dead': p.dead, 'reaped': p.reaped,
                'status': p.status, 'parents': p.parents, 'states': p.states,
                'threads': len(p.mates) + 1,
            } for p, _ in rows],
            'threads': {t: {'name': n, 'process': self.thread_process.get(t, 0)}
                        for t, n in self.thread_names.items()},
            'cpus': [[cpu, self.cpus[cpu]] for cpu in sorted(self.cpus)],
            'story': self.story, 'signals': self.signals, 'moves': self.moves, 'lost': self.lost,
            'locks': self.locks, 'graces': self.graces,
        }


class Axis:
    """Time to place along the stretched axis of a model."""

    def __init__(self, knots):
        self.times = [t for t, _ in knots]
        self.places = [x for _, x in knots]

    def __call__(self, t):
        i = bisect.bisect_right(self.times, t)
        if i == 0:
            return self.places[0]
        if i == len(self.times):
            return self.places[-1]
        t0, t1 = self.times[i - 1], self.times[i]
        x0, x1 = self.places[i - 1], self.places[i]
        return x0 + (x1 - x0) * (t - t0) / (t1 - t0)
