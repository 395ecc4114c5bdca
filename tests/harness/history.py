"""tests/harness/history.py - behaviours of pid namespaces on an older Linux.

What:  runs the programs that name IDs on a Linux of another series (make
       oracle LINUX=6.1) and compares, ID by ID, with what they said on the
       Linux of the record. What differs must have a line in
       tests/user/pidns.history that says since when the behaviour is as the
       test has it, and what has such a line must differ. The result is kept
       in tests/user/pidns.linux-6.1 for the table of behaviours.
Not:   fetching Linux: tools/oracle.sh.
See:   docs/testing.md
"""
import io

import mkpidns

from . import guest, machine, tap


def programs(kernel, cpus, names):
    """Results of the guest programs on that kernel."""
    writer = tap.Writer(f'linux, {cpus} CPUs', io.StringIO())
    boot = machine.Boot(name=f'history-cpus{cpus}', kernel=kernel, linux=True, cpus=int(cpus))
    return guest.UserPart(writer, boot, names).run()


def report(behaviours, found, series):
    """Print what differs, and why or why not: the number of IDs that are wrong."""
    history = mkpidns.read_history()
    alike, wrong = 0, 0
    for one in behaviours:
        younger = mkpidns.younger(history.get(one), series)
        if one not in found and not younger:
            continue
        same = found.get(one) == 'ok'
        alike += same
        if same and younger:
            wrong += 1
            print(f'  {one}: said to be of {history[one][0]}, but is the same on {series}')
        elif not same and not younger:
            wrong += 1
            print(f'  {one}: differs on {series}, and its history says nothing of it')
        elif younger:
            print(f'  {one}: since {history[one][0]}: {history[one][1]}')
    print(f'{alike} behaviours alike, {len(found) - alike} younger than {series} or not to be '
          f'shown there, {wrong} wrong')
    return wrong


def run(kernel, series, cpus_list, only):
    """All programs with IDs on that Linux: exit status."""
    behaviours = mkpidns.read_ids()
    listed = guest.read_list('build/user/list', only)
    names = [name for name in mkpidns.read_sources(behaviours) if name in listed]
    runs = {int(cpus): programs(kernel, cpus, names) for cpus in cpus_list}
    path = mkpidns.older(series)
    mkpidns.write_results(f'Linux {series}', runs, path)
    found = mkpidns.compared(mkpidns.read_results(path), names)
    return 1 if report(behaviours, found, series) or not found else 0
