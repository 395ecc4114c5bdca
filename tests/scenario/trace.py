"""tests/scenario/trace.py - a real trace becomes a story, and drawings

What:  the program of docs/tracing.md (tools/trace/worlds.c) runs under the
       trace: all its processes, worlds, the orphan and the signals are in the
       model, nothing was lost; where Chromium is installed, its page is opened
       there. A scenario can be traced, in a world of its own.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys

from harness import TOP

sys.path.insert(0, os.path.join(TOP, 'tools/trace'))    # before Python's own trace

CPUS = [2]
KERNELS = ['nidus']


def traced(kernel, program, exact=False):
    """(lines between the marks or None, the machine's outcome)"""
    import trace        # pylint: disable=import-outside-toplevel
    options = argparse.Namespace(program=program, arguments=[], kernel=kernel, cpus=2, groups='all',
                                 seconds=30, exact=exact, name=None)
    outcome = trace.boot(options)
    return trace.between(outcome.lines), outcome


def worlds(kernel):
    import tracemodel   # pylint: disable=import-outside-toplevel
    lines, outcome = traced(kernel, 'worlds', exact=True)
    yield lines is not None, 'the rings are read', [] if lines else outcome.story()
    if lines is None:
        return
    model = tracemodel.Model(tracemodel.parse(lines), 'worlds')
    named = {p.name(): p for p in model.processes.values()}
    numbers = {name: p.nr for name, p in named.items()}
    expected = {'collect': [1], 'host': [2], 'init-A': [3, 1], 'worker': [4, 2], 'orphan': [5, 3],
                'init-B': [6, 4, 1], 'reader': [7, 5, 2], 'writer': [8, 6, 3]}
    yield numbers == expected, 'who lived, with numbers at all levels', [str(numbers)]
    states = [[s for _, s in w['states']] for w in model.worlds.values() if w['level']]
    whole = ['nascent', 'live', 'closing', 'drained', 'reaped', 'freed']
    yield states == [whole, whole], 'two worlds, from birth to end', [str(states)]
    parents = [model.processes[i].name() for _, i in named['orphan'].parents]
    yield parents == ['worker', 'init-A'], 'the orphan goes to the reaper', [str(parents)]
    sent = {(model.label(s['from']), s['name'], model.label(s['to']), s['result'])
            for s in model.signals}
    for signal in (('host 2', 'SIGTERM', 'init-A 3/1', 'ignored'),
                   ('host 2', 'SIGKILL', 'init-A 3/1', 'sent'),
                   ('writer 8/6/3', 'SIGUSR1', 'reader 7/5/2', 'sent'),
                   ('init-A 3/1', 'SIGKILL', 'writer 8/6/3', 'sent')):
        yield signal in sent, ' '.join(signal), [str(sent)]
    yield not model.lost, 'nothing was lost', [str(model.lost)]
    ran = sum(end - start for slices in model.cpus.values() for start, end, _ in slices)
    yield ran > 0 and model.graces, 'CPUs and grace periods are there', []
    if shutil.which('chromium'):
        yield from in_browser(model)


def shown(path, at_ms):
    """(the drawing of the worlds at a time, what scripts complained of)"""
    done = subprocess.run(['chromium', '--headless=new', '--no-sandbox', '--disable-gpu',
                           '--enable-logging=stderr', '--virtual-time-budget=3000', '--dump-dom',
                           f'file://{path}#t={at_ms:.3f}'], capture_output=True, text=True,
                          timeout=120, check=False)
    stage = re.search(r'<svg id="stage".*?</svg>', done.stdout, re.S)
    return stage.group(0) if stage else '', re.findall(r'.*CONSOLE.*|.*Uncaught.*', done.stderr)


def in_browser(model):
    """Boxes come and go along the time axis."""
    import trace        # pylint: disable=import-outside-toplevel
    path = os.path.join(TOP, 'build/trace/browser.html')
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(trace.page(model))
    outer, inner = (dict((state, at) for at, state in w['states'])
                    for w in sorted(model.worlds.values(), key=lambda w: w['level'])[1:])
    moments = (('before them', outer['nascent'] / 2, (), ('world A', 'world B')),
               ('alive', (inner['live'] + outer['closing']) / 2,
                ('world A', 'world B', 'init-B'), ('closing', 'drained')),
               ('while they die', inner['drained'] + 1,
                ('world A', 'closing', 'world B', 'drained'), ()))
    for name, at_us, there, absent in moments:
        stage, said = shown(path, at_us / 1000)
        good = stage and not said and all(text in stage for text in there) and not any(
            text in stage for text in absent)
        yield good, f'in a browser: {name}', [] if good else [f'{len(stage)} bytes', *said]


def other_forms(kernel):
    done = subprocess.run([sys.executable, 'tools/trace/trace.py', 'run', '-k', kernel, '--name',
                           'test', 'nest'], cwd=TOP, capture_output=True, text=True, check=False)
    said = [done.stdout[-2000:], done.stderr] if done.returncode else []
    yield not done.returncode, 'a scenario is traced', said
    for kind in ('json', 'html', 'svg', 'txt'):
        path = os.path.join(TOP, f'build/trace/test.{kind}')
        size = os.path.getsize(path) if os.path.exists(path) else 0
        yield size > 1000, f'as {kind}', [f'{size} bytes']


def scenario(boot):
    yield from worlds(boot.kernel)
    yield from other_forms(boot.kernel)
