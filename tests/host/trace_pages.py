#!/usr/bin/env python3
"""tests/host/trace_pages.py - from lines of a trace to drawings, without a machine.

What:  unit tests of tools/trace: lines, the model of a small story, the forms
       it is written in; prints TAP.
Not:   a real trace (tests/scenario/trace.py).
See:   docs/tracing.md
"""
import json
import os
import re
import sys
import unittest
import xml.dom.minidom

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, 'tools/trace')]

import chrome  # noqa: E402
import drawing  # noqa: E402
import trace  # noqa: E402
import tracemodel  # noqa: E402
import unit_tap  # noqa: E402

# A world with an init (3/1), a child (4/2) whose child (5/3) outlives it.
STORY = r'''# groups 0x0
1.000000000 0 1 pidns ns=100 parent=0 level=0 state=live
1.000010000 0 1 task thread=1 task=1 process=1 parent=1 ns=100 nr=1 name=init state=alive
1.000020000 0 1 pidns ns=200 parent=100 level=1 state=nascent
1.000030000 0 1 pidns ns=200 parent=100 level=1 state=live
1.000030500 0 1 clone flags=0x2 thread=2 task=2 process=2 parent=1 ns=200 nr=3/1 name=a\040<b>
1.000031000 0 1 wake thread=2 on=1
1.000040000 1 0 switch state=runnable next=2
1.000050000 1 2 clone flags=0x0 thread=3 task=3 process=3 parent=2 ns=200 nr=4/2 name=middle
1.000060000 1 3 clone flags=0x0 thread=4 task=4 process=4 parent=3 ns=200 nr=5/3 name=orphan
1.000061000 1 3 clone flags=0x0 thread=5 task=5 process=4 parent=3 ns=200 nr=6/4 name=mate
1.000065000 1 2 switch state=sleeping next=3
1.000070000 1 3 exit task=3 process=3 last=1 status=768 nr=4/2
1.000075000 1 3 reparent process=4 from=3 to=2 nr=5/3 to_nr=3/1
1.000080000 1 3 dead process=3 zombie=1 nr=4/2
1.000082000 1 3 switch state=gone next=0
1.000090000 0 2 reap task=3 process=3 nr=4/2
1.000100000 0 1 signal sig=15 process=2 task=0 from=1 origin=user result=ignored nr=3/1 from_nr=1
1.000110000 0 1 signal sig=9 process=2 task=0 from=1 origin=user result=sent nr=3/1 from_nr=1
1.000120000 1 2 exit task=2 process=2 last=1 status=9 nr=3/1
1.000130000 1 2 pidns ns=200 parent=100 level=1 state=closing
1.000140000 1 2 lost records=5
1.000125000 0 0 gp_start number=7
1.000145000 0 0 gp_end number=7
1.000150000 0 1 wait lock=0xffff800000001000 name=tree waited=5000 by=tree_lock+4
1.000200000 0 1 pidns ns=200 parent=100 level=1 state=freed
'''


def model(text=STORY):
    return tracemodel.Model(tracemodel.parse(text.split('\n')), 'story')


class Lines(unittest.TestCase):
    def test_values(self):
        event = tracemodel.Event('12.000000345 1 7 clone flags=0x20000000 thread=9 nr=5/1 '
                                 r'name=a\040b\134')
        self.assertEqual((event.time, event.cpu, event.by, event.kind),
                         (12000000345, 1, 7, 'clone'))
        self.assertEqual((event.thread, event.nr, event.name), (9, [5, 1], 'a b\\'))

    def test_refused(self):
        for bad in ('hello', '1.5 0 0 switch', '1.000000000 0 0 switch next', 'NIDUS-TRACE-BEGIN'):
            with self.assertRaises(tracemodel.TraceError):
                tracemodel.parse([bad])
        with self.assertRaises(tracemodel.TraceError):
            model('1.000000000 0 0 nonsense a=1')
        with self.assertRaises(tracemodel.TraceError):
            model('1.000000000 0 0 reap task=1')

    def test_order(self):
        times = [e.time for e in tracemodel.parse(STORY.split('\n'))]
        self.assertEqual(times, sorted(times))
        self.assertEqual(len(times), STORY.count('\n') - 1)

    def test_signal_names(self):
        self.assertEqual([tracemodel.signal_name(n) for n in (9, 17, 31, 32, 40)],
                         ['SIGKILL', 'SIGCHLD', 'SIGSYS', 'SIGRT+0', 'SIGRT+8'])


class Story(unittest.TestCase):
    def setUp(self):
        self.model = model()

    def test_processes(self):
        found = {p.id: (p.nr, p.ns, p.parents[-1][1]) for p in self.model.processes.values()}
        self.assertEqual(found, {1: ([1], 100, 1), 2: ([3, 1], 200, 1), 3: ([4, 2], 200, 2),
                                 4: ([5, 3], 200, 2)})
        self.assertEqual(self.model.processes[4].parents, [[60.0, 3], [75.0, 2]])
        self.assertEqual(self.model.processes[4].mates, {5: [6, 4]})

    def test_states(self):
        middle = self.model.processes[3]
        self.assertEqual(middle.states, [[50.0, 'alive'], [65.0, 'running'], [80.0, 'zombie'],
                                         [90.0, 'reaped']])
        self.assertEqual((middle.born, middle.exit, middle.dead, middle.reaped),
                         (50.0, 70.0, 80.0, 90.0))
        self.assertEqual(self.model.processes[2].states[1:3],
                         [[31.0, 'runnable'], [40.0, 'running']])

    def test_worlds(self):
        world = self.model.worlds[200]
        self.assertEqual((world['level'], world['parent'], world['born'], world['end']),
                         (1, 100, 20.0, 200.0))
        self.assertEqual([s for _, s in world['states']], ['nascent', 'live', 'closing', 'freed'])

    def test_cpus(self):
        self.assertEqual(self.model.cpus, {0: [], 1: [[40.0, 65.0, 2], [65.0, 82.0, 3]]})

    def test_sentences(self):
        texts = [e['text'] for e in self.model.story]
        for text in ('a <b> 3/1 makes a child, 4/2', 'middle 4/2 exits with 3',
                     'orphan 5/3 is an orphan: a <b> 3/1 is its parent now',
                     'init 1 sends SIGTERM to a <b> 3/1, which ignores it',
                     'a <b> 3/1 is ended by SIGKILL', 'a <b> 3/1 reaps middle 4/2',
                     'world A closes: its init is dying, and all its members are killed'):
            self.assertIn(text, texts)

    def test_losses_and_waits(self):
        self.assertEqual(self.model.lost, [{'t': 140.0, 'cpu': 1, 'n': 5}])
        self.assertEqual(self.model.graces, [[125.0, 145.0, 7]])
        self.assertEqual(self.model.locks[0]['name'], 'tree')
        self.assertTrue(any('5 events of CPU 1 were lost' in e['text'] for e in self.model.story))

    def test_axis(self):
        axis = tracemodel.Axis(self.model.knots())
        places = [axis(t) for t in range(0, 201)]
        self.assertEqual(places, sorted(places))
        self.assertEqual((places[0], round(places[-1], 9)), (0.0, 1.0))

    def test_rows(self):
        self.assertEqual([p.id for p, _ in self.model.rows()], [1, 2, 3, 4])

    def test_one_that_was_born_before(self):
        late = model('1.000000000 0 9 exit task=5 process=5 last=1 status=0 nr=8')
        self.assertFalse(late.processes[5].known)

    def test_empty(self):
        self.assertEqual(model('').as_data()['processes'], [])


# "Trace Event Format": what an event of each phase must have beside name, pid and tid.
NEEDS = {'M': {'args'}, 'X': {'ts', 'dur', 'cat'}, 'i': {'ts', 's', 'cat'},
         's': {'ts', 'id', 'cat'}, 'f': {'ts', 'id', 'cat', 'bp'}}


def tracks_of(events):
    tracks = {}
    for e in events:
        if e['ph'] == 'X':
            tracks.setdefault((e['pid'], e['tid']), []).append((e['ts'], -e['dur'], e['name']))
    return {at: sorted(slices) for at, slices in tracks.items()}


def crossing(slices):
    """Slices of one track that neither follow nor enclose each other. One that ends as the next
    begins ends later for a reader that adds in floating point."""
    open_until = []
    for ts, minus, name in slices:
        while open_until and open_until[-1] < ts:
            open_until.pop()
        if open_until and ts - minus > open_until[-1]:
            yield ts, name
        open_until.append(ts - minus)


def format_faults(events):
    """What a viewer would drop, or show at another place than it was."""
    tracks = tracks_of(events)
    named = {(e['pid'], e['tid']) for e in events if e['name'] == 'thread_name'}
    for e in events:
        missing = ({'name', 'pid', 'tid'} | NEEDS[e['ph']]) - set(e)
        if missing:
            yield f'{e} lacks {missing}'
        elif not all(isinstance(e[k], int) for k in ('pid', 'tid')) or e.get('dur', 0) < 0:
            yield f'{e} has no numbers'
        elif e['ph'] in 'sf' and not any(ts <= e['ts'] <= ts - minus for ts, minus, _ in
                                         tracks.get((e['pid'], e['tid']), ())):
            yield f'{e} begins or ends in no slice'
    for at, slices in tracks.items():
        yield from (f'{x} crosses another on {at}' for x in crossing(slices))
        if at not in named:
            yield f'track {at} has no name'
    ends = sorted((e['id'], e['ph'] == 'f', e['ts']) for e in events if e['ph'] in 'sf')
    for (one, _, start), (two, is_end, end) in zip(ends[::2], ends[1::2]):
        if one != two or not is_end or end < start:
            yield f'arrow {one} does not lead from one slice to another'


# Signals in one microsecond, one of them as the state of its target changes.
CROWD = STORY + r'''1.000000000 1 0 switch state=runnable next=1
1.000039700 0 1 signal sig=10 process=2 task=0 from=1 origin=user result=sent nr=3/1 from_nr=1
1.000039900 0 1 signal sig=12 process=2 task=0 from=1 origin=user result=sent nr=3/1 from_nr=1
'''


class Forms(unittest.TestCase):
    def setUp(self):
        self.model = model()

    def test_chrome(self):
        events = json.loads(json.dumps(chrome.chrome(self.model)))['traceEvents']
        names = {e['args']['name'] for e in events if e['name'] == 'process_name'}
        self.assertEqual(names, {'CPUs', 'init [1]', 'a <b> [3/1]', 'middle [4/2]',
                                 'orphan [5/3]'})
        slices = [e for e in events if e['ph'] == 'X' and e.get('cat') == 'sched' and
                  e['pid'] == chrome.CPU_TRACKS]
        self.assertEqual([(e['ts'], e['dur']) for e in slices], [(40.0, 24.999), (65.0, 16.999)])
        for phase in 'sf':
            self.assertEqual(sum(e['ph'] == phase for e in events), 3)  # two signals, a new parent
        self.assertTrue(all(e['dur'] >= 0 for e in events if e['ph'] == 'X'))

    def test_chrome_is_strict(self):
        for text in (STORY, CROWD):
            events = json.loads(json.dumps(chrome.chrome(model(text))))['traceEvents']
            self.assertEqual(list(format_faults(events)), [])

    def test_svg(self):
        text = drawing.svg(self.model)
        tree = xml.dom.minidom.parseString(text)
        shown = ' '.join(t.firstChild.data for t in tree.getElementsByTagName('text'))
        for word in ('a <b>', 'middle', 'world A', 'CPU 1', 'SIGKILL', '5 events were lost'):
            self.assertIn(word, shown)
        self.assertEqual(text.count('stroke-dasharray="5 3" marker-end'), 1)

    def test_page(self):
        text = trace.page(self.model)
        data = re.search(r'^const D = (.*);$', text, re.MULTILINE).group(1)
        self.assertNotIn('<', data)         # a name cannot end the script
        self.assertEqual(json.loads(data), json.loads(json.dumps(self.model.as_data())))
        self.assertNotRegex(text.replace('http://www.w3.org/2000/svg', ''), r'https?://|src=')

    def test_marks(self):
        lines = ['x', trace.BEGIN, 'a', 'b', trace.END, 'y']
        self.assertEqual(trace.between(lines), ['a', 'b'])
        self.assertIsNone(trace.between(lines[:4]))
        self.assertIsNone(trace.between(['a']))


if __name__ == '__main__':
    sys.exit(unit_tap.main('__main__'))
