"""tests/harness/pidns.py - one point for each behaviour of pid namespaces.

What:  takes what the guest programs said on one number of CPUs. What an
       earlier run of make test-user left is used if it is newer than the
       kernel and the program; what is missing is run now. An ID passes if
       every point that names it passed and one of them was not skipped.
Not:   the list, and how points name IDs: tools/mkpidns.py.
See:   docs/testing.md
"""
import io
import json
import os

import mkpidns

from . import guest, tap


def wanted(only):
    """Behaviours that begin with one of the words, or all of them."""
    picks = only.split()
    return {one: behaviour for one, behaviour in mkpidns.read_ids().items()
            if not picks or any(one.startswith(p) for p in picks)}


def earlier(cpus, kernel, programs):
    """What the last run of the guest programs on this kernel said, as far as it counts."""
    path = f'build/test/user-cpus{cpus}.nidus.json'
    if not os.path.exists(path) or not os.path.exists(kernel):
        return {}
    when = os.path.getmtime(path)
    if when < os.path.getmtime(kernel):
        return {}
    with open(path, encoding='utf-8') as f:
        last = json.load(f)
    said = last.get('programs', {}) if last.get('kernel') == kernel else {}
    return {name: said[name] for name in programs if name in said and
            when >= os.path.getmtime(f'build/user/{name}')}


def points_of(writer, boot, cpus, programs):
    """{program: points}, from the last run or a new one."""
    said = earlier(cpus, boot.kernel, programs)
    left = [name for name in programs if name not in said]
    writer.comment([f'{len(said)} programs were run before, {len(left)} are run now'])
    if left:
        quiet = tap.Writer(writer.title, io.StringIO())
        said.update(guest.UserPart(quiet, boot, left).run())
    return said


def verdict_of(one, program, verdicts, linux):
    """Good only with all the points that there are on Linux."""
    there = linux.get((one, program))
    if there and there[0] == 'ok' and len(verdicts) < there[2] and 'skip' not in verdicts:
        return f'not ok: {len(verdicts)} points of {there[2]}'
    return mkpidns.merge(verdicts)


def judge(writer, behaviour, verdicts):
    if not verdicts and behaviour.untested():
        writer.point(True, behaviour.id, f'SKIP {behaviour.kind}: {behaviour.note}')
        return
    bad = [f'{program}: {verdict}' for program, verdict in verdicts.items()
           if verdict.startswith('not ok')]
    good = not bad and 'ok' in verdicts.values()
    why = bad or ([] if good else ['no point passed' if verdicts else 'no point names it'])
    writer.point(good, f'{behaviour.id} {behaviour.text}', comments=why)


def run(writer, boot, cpus, only):
    """All behaviours on one number of CPUs."""
    behaviours = wanted(only)
    listed = guest.read_list('build/user/list')
    programs = [name for name, ids in mkpidns.read_sources(mkpidns.read_ids()).items()
                if name in listed and ids & set(behaviours)]
    said = points_of(writer, boot, cpus, programs)
    if not only:
        with open(f'build/test/pidns-cpus{cpus}.json', 'w', encoding='utf-8') as f:
            json.dump(said, f)
    found = {program: mkpidns.by_id(points, mkpidns.read_ids())
             for program, points in said.items()}
    linux = mkpidns.read_results(mkpidns.RESULTS['Linux'])
    for one, behaviour in behaviours.items():
        judge(writer, behaviour, {program: verdict_of(one, program, ids[one], linux)
                                  for program, ids in found.items() if one in ids})
