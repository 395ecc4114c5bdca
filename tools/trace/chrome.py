"""tools/trace/chrome.py - a trace as Chrome and Perfetto read it.

What:  chrome(model) is the object of the JSON file: each process with its
       numbers at all levels as its name, its threads' time on CPUs as slices,
       one track a CPU, signals and new parents as flows, the story as
       instants, grace periods and waits for locks as slices.
See:   "Trace Event Format" (chrome://tracing, ui.perfetto.dev)
"""
CPU_TRACKS = 1000000            # pid of the tracks of CPUs and the kernel
GRACE_TRACK = 9999
EVENT_TRACK = 1000001           # in each process


def span(start, end):
    """When a slice begins and how long it takes, in us. It ends a nanosecond before the next one
    begins: readers add in floating point, and slices must not cross."""
    return {'ts': round(start, 3), 'dur': max(round(end - start - 0.001, 3), 0)}


def meta(name, pid, tid, value):
    return {'ph': 'M', 'name': name, 'pid': pid, 'tid': tid, 'args': {'name': value}}


def arrow_events(arrows):
    """Arrows between two (time, pid): a little slice at each end holds it, on a track of its own,
    and none reaches into the next one, for slices of a track must not cross."""
    ends = {}
    for number, (name, *both) in enumerate(arrows, 1):
        for phase, (t, pid) in zip('sf', both):
            ends.setdefault(pid, []).append((t, number, phase, name))
    for pid, found in ends.items():
        yield meta('thread_name', pid, EVENT_TRACK, 'signals, parents')
        found.sort()
        for (t, number, phase, name), after in zip(found, found[1:] + [(found[-1][0] + 1,)]):
            at = {'name': name, 'pid': pid, 'tid': EVENT_TRACK, 'ts': round(t, 3)}
            yield {**at, 'ph': 'X', 'cat': 'event', **span(t, min(t + 1, after[0]))}
            yield {**at, 'ph': phase, 'cat': 'flow', 'id': number,
                   **({'bp': 'e'} if phase == 'f' else {})}


def process_events(p):
    label = f'{p.name()} [{"/".join(map(str, p.nr))}]'
    yield meta('process_name', p.id, 0, label)
    yield meta('thread_name', p.id, 0, 'life')
    end = p.reaped
    for i, (t, state) in enumerate(p.states):
        until = p.states[i + 1][0] if i + 1 < len(p.states) else end
        if state not in ('reaped', 'gone') and until is not None:
            yield {'ph': 'X', 'name': state, 'cat': 'state', 'pid': p.id, 'tid': 0,
                   **span(t, until)}


def cpu_events(model):
    yield meta('process_name', CPU_TRACKS, 0, 'CPUs')
    for thread, owner in sorted(model.thread_process.items()):
        yield meta('thread_name', owner, thread, f'thread {thread}')
    for cpu, slices in sorted(model.cpus.items()):
        yield meta('thread_name', CPU_TRACKS, cpu, f'CPU {cpu}')
        for start, end, thread in slices:
            owner = model.thread_process.get(thread)
            name = model.label(owner) if owner else model.thread_names.get(thread, f'{thread}')
            yield {'ph': 'X', 'name': name, 'cat': 'sched', 'pid': CPU_TRACKS, 'tid': cpu,
                   **span(start, end), 'args': {'thread': thread}}
            if owner:
                yield {'ph': 'X', 'name': f'on CPU {cpu}', 'cat': 'sched', 'pid': owner,
                       'tid': thread, **span(start, end)}
    for wait in model.locks:
        us = wait['waited'] / 1000
        yield {'ph': 'X', 'name': f'waits for {wait["name"]}', 'cat': 'lock', 'pid': CPU_TRACKS,
               'tid': wait['cpu'], **span(wait['t'] - us, wait['t']), 'args': {'at': wait['at']}}
    if model.graces:
        yield meta('thread_name', CPU_TRACKS, GRACE_TRACK, 'RCU')
    for start, end, number in model.graces:
        yield {'ph': 'X', 'name': f'grace period {number}', 'cat': 'rcu', 'pid': CPU_TRACKS,
               'tid': GRACE_TRACK, **span(start, end)}


def chrome(model):
    events = list(cpu_events(model))
    for p in model.processes.values():
        events += process_events(p)
    for e in model.story:
        events.append({'ph': 'i', 's': 'p' if e.get('process') else 'g', 'name': e['text'],
                       'cat': e['kind'], 'pid': e.get('process', CPU_TRACKS), 'tid': 0,
                       'ts': e['t']})
    arrows = [(s['name'], (s['t'], s['from']), (s['t'] + 1, s['to']))
              for s in model.signals if s['from']]
    arrows += [('new parent', (m['t'], m['process']), (m['t'] + 1, m['to'])) for m in model.moves]
    events += arrow_events(arrows)
    return {'traceEvents': events, 'displayTimeUnit': 'ns',
            'otherData': {'title': model.title, 'lost': sum(x['n'] for x in model.lost)}}
