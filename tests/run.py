#!/usr/bin/env python3
"""tests/run.py - boots machines, judges them, speaks TAP.

What:  run.py list PART...      names the tests of a part
       run.py tap NAME          runs one of them (prove --exec calls this)
       run.py user [NAME...]    guest programs, with options for a developer
       run.py clients [NAME...] stories of tests/scenario, the same
       run.py boot              boots anything and shows the console
       run.py oracle            guest tests on Linux, compared with Nidus
       run.py history           those of pid namespaces on an older Linux
       From the environment: ONLY (begins of names), CPUS_LIST, MACHINE, MEM,
       TIME_SCALE, THOROUGH, KERNEL (default build/nidus.elf).
Not:   QEMU's options (tools/qemu.sh); what passes (tests/harness/).
See:   docs/testing.md; make test
"""
import argparse
import os
import subprocess
import sys

from harness import TOP, guest, history, machine, oracle, pidns, scenario, tap
from mkinitramfs import SpecError

KERNEL_CPUS = '1 2 4 8'
USER_CPUS = '1 2 4'
HOST_LIMIT_S = 600


def env(name, default=''):
    return os.environ.get(name) or default


def kernel_path():
    return env('KERNEL', 'build/nidus.elf')


def picked(names, only):
    picks = only.split()
    return [n for n in names if not picks or any(n.startswith(p) for p in picks)]


def list_host():
    scripts = ['host/harness', 'host/trace_pages', 'host/doctor', 'host/book']
    return scripts + [f'host/{n}' for n in guest.read_list('build/host/list', env('ONLY'))]


def list_kernel():
    return [f'kernel/cpus{n}' for n in env('CPUS_LIST', KERNEL_CPUS).split()]


def list_user():
    return [f'user/cpus{n}' for n in env('CPUS_LIST', USER_CPUS).split()]


def list_pidns():
    if not pidns.wanted(env('ONLY')):
        return []
    return [f'pidns/cpus{n}' for n in env('CPUS_LIST', USER_CPUS).split()]


def list_clients():
    names = []
    for path in scenario.files():
        name = os.path.splitext(os.path.basename(path))[0]
        if not picked([name], env('ONLY')):
            continue
        try:
            story = scenario.Scenario(path)
        except SpecError:       # the test itself will say what is wrong
            names.append(f'clients/{name}.cpus1')
            continue
        if 'nidus' in story.kernels and (env('ONLY') or not story.slow):
            names += [f'clients/{name}.cpus{n}' for n in env('CPUS_LIST').split() or story.cpus]
    return names or ['clients/none']


def list_machines():
    """Kinds of machine; THOROUGH=1: all that make test-machines tries."""
    names = ['machines/pairs' if env('THOROUGH') else 'machines/quick']
    return names if not env('ONLY') else []


def list_bench():
    """A dozen operations, against what they cost when they were recorded."""
    return ['bench/quick']


def list_labs():
    """The short form: what students begin with is compiled, one lab graded. THOROUGH=1: all."""
    return ['labs/all' if env('THOROUGH') else 'labs/quick']


LISTS = {'host': list_host, 'kernel': list_kernel, 'user': list_user, 'pidns': list_pidns,
         'clients': list_clients, 'machines': list_machines,
         'bench': list_bench, 'labs': list_labs}


def tap_host(name):
    """A program that prints TAP itself; its exit status counts as well."""
    command = [f'build/host/{name}']
    if name == 'harness':
        command = [sys.executable, 'tests/harness/selftest.py']
    if name in ('trace_pages', 'doctor', 'book'):
        command = [sys.executable, f'tests/host/{name}.py']
    try:
        return subprocess.run(command, timeout=HOST_LIMIT_S * machine.scale(),
                              check=False).returncode & 0xff
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f'not ok - {name}: {error}')
        return 1


def new_boot(name, cpus):
    return machine.Boot(name=name, kernel=kernel_path(), cpus=int(cpus),
                        memory=env('MEM', '512M'), machine=env('MACHINE', 'q35'),
                        append=env('APPEND'))


def tap_guest(part, name, writer):
    boot = new_boot(f'{part}-{name}', name.removeprefix('cpus'))
    if part == 'kernel':
        guest.kernel_part(writer, boot)
    elif part == 'pidns':
        pidns.run(writer, boot, name.removeprefix('cpus'), env('ONLY'))
    else:
        guest.user_part(writer, boot, env('ONLY'))


def tap_clients(name, writer):
    story_name, _, cpus = name.rpartition('.cpus')
    if not story_name:
        writer.point(False, 'tests/scenario has no such story')
        return
    story = scenario.find(story_name)
    scenario.tell(writer, story, story.boot(kernel_path(), False, cpus))


def command_tap(args):
    part, _, name = args.name.partition('/')
    if part == 'host':
        return tap_host(name)
    if part == 'bench':
        return subprocess.run([sys.executable, 'tools/bench.py', 'check', '--quick'],
                              check=False).returncode
    if part == 'machines':
        return subprocess.run([sys.executable, 'tests/machines.py', name],
                              check=False).returncode
    if part == 'labs':
        return subprocess.run([sys.executable, 'tools/lab.py', 'check',
                               *(['--quick'] if name == 'quick' else [])],
                              check=False).returncode
    writer = tap.Writer(args.name)
    if part in ('kernel', 'user', 'pidns'):
        tap_guest(part, name, writer)
    elif part == 'clients':
        tap_clients(name, writer)
    else:
        writer.point(False, f'there is no part {part}')
    return writer.done()


def command_list(args):
    for part in args.part:
        print('\n'.join(LISTS[part]()))
    return 0


def command_user(args):
    writer = tap.Writer('user')
    boot = new_boot(f'user-cpus{args.cpus}', args.cpus)
    set_kernel(boot, args)
    boot.append = args.append
    guest.user_part(writer, boot, ' '.join(args.names), args.each)
    return writer.done()


def set_kernel(boot, args):
    boot.linux = bool(args.linux)
    boot.kernel = args.linux or args.kernel


def command_clients(args):
    writer = tap.Writer('clients')
    for path in scenario.files():
        story = scenario.Scenario(path)
        if story.name not in args.names if args.names else story.slow:
            continue
        if ('linux' if args.linux else 'nidus') not in story.kernels:
            continue
        for cpus in [args.cpus] if args.cpus else story.cpus:
            writer.comment([f'{story.name}, {cpus} CPUs'])
            scenario.tell(writer, story, story.boot(args.linux or args.kernel,
                                                    bool(args.linux), cpus))
    return writer.done()


def command_boot(args):
    boot = machine.Boot(name='boot', initrd=args.initrd, cpus=int(args.cpus), memory=args.memory,
                        machine=args.machine, append=args.append, limit_s=args.time,
                        silence_s=args.time, stop=args.stop)
    set_kernel(boot, args)
    outcome = machine.run(boot, lambda text: print(text, flush=True))
    print('\n'.join([outcome.ending()] + outcome.registers))
    return 0 if outcome.why == 'stopped' or outcome.code in (0, machine.POWEROFF) else 1


def command_oracle(args):
    return oracle.run(args.linux, args.nidus, env('CPUS_LIST', USER_CPUS).split(), env('ONLY'))


def command_history(args):
    return history.run(args.linux, args.series, env('CPUS_LIST', USER_CPUS).split(), env('ONLY'))


def guest_options(parser, cpus):
    parser.add_argument('--kernel', default=kernel_path())
    parser.add_argument('--linux', metavar='VMLINUZ', help='boot this Linux instead')
    parser.add_argument('--cpus', default=cpus)
    parser.add_argument('--append', default='', help='more words of the command line')


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    commands = parser.add_subparsers(required=True)
    sub = commands.add_parser('list', help='name the tests of parts')
    sub.add_argument('part', nargs='+', choices=LISTS)
    sub.set_defaults(call=command_list)
    sub = commands.add_parser('tap', help='run one test')
    sub.add_argument('name')
    sub.set_defaults(call=command_tap)
    sub = commands.add_parser('user', help='run guest programs')
    sub.add_argument('names', nargs='*', help='begins of names')
    sub.add_argument('--each', action='store_true', help='a boot for each program')
    guest_options(sub, '1')
    sub.set_defaults(call=command_user)
    sub = commands.add_parser('clients', help='run stories')
    sub.add_argument('names', nargs='*')
    guest_options(sub, '')
    sub.set_defaults(call=command_clients)
    sub = commands.add_parser('boot', help='boot and show the console')
    guest_options(sub, '1')
    sub.add_argument('--initrd', default='')
    sub.add_argument('--memory', default='512M')
    sub.add_argument('--machine', default='q35')
    sub.add_argument('--time', type=float, default=60, help='limit in seconds')
    sub.add_argument('--stop', default='', help='end at this pattern')
    sub.set_defaults(call=command_boot)
    sub = commands.add_parser('oracle', help='compare with Linux')
    sub.add_argument('--linux', required=True, metavar='VMLINUZ')
    sub.add_argument('--nidus', default='', metavar='ELF')
    sub.set_defaults(call=command_oracle)
    sub = commands.add_parser('history', help='behaviours of pid namespaces on an older Linux')
    sub.add_argument('--linux', required=True, metavar='VMLINUZ')
    sub.add_argument('--series', required=True, metavar='6.1')
    sub.set_defaults(call=command_history)
    return parser.parse_args()


def main():
    os.chdir(TOP)
    args = parse()
    try:
        return args.call(args)
    except SpecError as error:
        print(f'not ok - {error}')
        print(f'run.py: {error}', file=sys.stderr)
        return 1


if __name__ == '__main__':
    sys.exit(main())
