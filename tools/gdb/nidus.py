"""tools/gdb/nidus.py - gdb commands that know the kernel's structures.

What:  nidus tasks            every process and thread, with numbers and states
       nidus processes        parents, groups, sessions, namespaces, signals
       nidus pid NR [NS]      one process, with its number at every level
       nidus pidns            the tree of pid namespaces
       nidus runqueues        for each CPU, what runs and what waits to run
       nidus stack PID        what a sleeping thread's kernel stack holds
       and those of inside.py: locks, waits, slabs, object, rcu, walk, trace.
       $nidus_task(PID)       the struct task of a number in the first namespace
       They only read memory, and say so when a structure is not as expected,
       because the machine may be stopped anywhere: also in the middle of a
       change, or before there is a first process.
Not:   breakpoints before paging: docs/debugging.md.
See:   include/proc/task.h, include/proc/pid.h, include/sched/thread.h
"""
import os
import sys

import gdb

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import inside  # noqa: E402
from view import (Unknown, all_tasks, comm, field, find_task, guarded, kernel_type,  # noqa: E402
                  number, numbers, processes, state, static, threads, walk)


class Nidus(gdb.Command):
    """Look at the kernel's structures; help nidus names the commands."""

    def __init__(self):
        super().__init__('nidus', gdb.COMMAND_DATA, gdb.COMPLETE_NONE, True)


class Tasks(gdb.Command):
    """Every process and thread: numbers (outermost first), state, CPU, name."""

    def __init__(self):
        super().__init__('nidus tasks', gdb.COMMAND_DATA)

    @guarded
    def invoke(self, argument, from_tty):
        for process, depth in processes():
            for index, task in enumerate(threads(process)):
                name = '  ' * depth + (comm(task) if not index else '  ' + comm(task))
                nrs = '/'.join(str(n) for n in numbers(task['pid'])) or '-'
                print(f'{int(task.address):#x} {nrs:>12} {state(task):16} '
                      f'cpu {number(task, "thread", "cpu"):3} {name}')


def state_of(ns):
    """A namespace's state as a word: live, closing, ..."""
    kind = gdb.lookup_type('enum pidns_state')
    return str(gdb.Value(int(ns['state'])).cast(kind)).removeprefix('PIDNS_').lower()


class PidNamespaces(gdb.Command):
    """The tree of pid namespaces: level, state, init, members; then those nobody lives in."""

    def __init__(self):
        super().__init__('nidus pidns', gdb.COMMAND_DATA)

    @staticmethod
    def chain(task):
        """The namespaces of a task, outermost first."""
        pid = task['pid']
        return [pid['numbers'][i]['ns'] for i in range(len(numbers(pid)))]

    @guarded
    def invoke(self, argument, from_tty):
        parents, tasks = {}, {}
        for task in all_tasks():
            above = 0
            for ns in self.chain(task):
                parents.setdefault(int(ns), above)
                above = int(ns)
            tasks[above] = tasks.get(above, 0) + 1
        self.show(0, parents, tasks)
        for ns in walk(static('kernel/proc/pidns.c', 'all'), 'pid_ns', 'all_link'):
            if int(ns.address) not in parents:
                print(f'{int(ns.address):#x} level {int(ns["level"])}, {state_of(ns)}, '
                      f'pid:[{int(ns["common"]["ino"])}], no thread, '
                      f'{int(ns["common"]["refs"]["v"])} references')

    def show(self, parent, parents, tasks):
        kind = kernel_type('pid_ns').pointer()
        for addr in [a for a, above in parents.items() if above == parent]:
            ns = gdb.Value(addr).cast(kind).dereference()
            level = number(ns, 'level', default=0)
            members = number(ns, 'members', 'v', default=0) & ((1 << 32) - 1)
            reaper = field(ns, 'reaper')
            init = comm(reaper['leader'].dereference()) if reaper is not None and int(reaper) \
                else 'none'
            print(f'{"  " * level}{addr:#x} level {level}, {state_of(ns)}, init {init}, '
                  f'{members} numbers, {tasks.get(addr, 0)} threads')
            self.show(addr, parents, tasks)


class Processes(gdb.Command):
    """Every process: numbers (outermost first), state, parent, group, session, namespace."""

    def __init__(self):
        super().__init__('nidus processes', gdb.COMMAND_DATA)

    @guarded
    def invoke(self, argument, from_tty):
        print(f'{"numbers":>14} {"parent":>7} {"group":>6} {"session":>7} {"threads":>7} '
              f'{"pid ns":>10}  state, name')
        for process, depth in processes():
            leader = process['leader'].dereference()
            outer = [numbers(field(process, *path))[:1] or ['-']
                     for path in (('parent', 'tgid'), ('pgid',), ('sid',))]
            own = process['tgid']
            ns = own['numbers'][int(own['level'])]['ns']
            pending = number(process, 'pending', 'set', default=0)
            more = f', signals {pending:#x} wait' if pending else ''
            more += ', may not be killed' if number(process, 'unkillable', default=0) > 0 else ''
            print(f'{"/".join(map(str, numbers(own))):>14} {outer[0][0]:>7} {outer[1][0]:>6} '
                  f'{outer[2][0]:>7} {int(process["nthreads"]):>7} '
                  f'{int(ns["common"]["ino"]):>10}  {"  " * depth}{comm(leader)}: '
                  f'{state(leader)}{more}')


class PidCommand(gdb.Command):
    """nidus pid NR [NS]: a process or thread with its number at every level.

    NR is its number in the first namespace, or in the one with inode number NS."""

    def __init__(self):
        super().__init__('nidus pid', gdb.COMMAND_DATA)

    @staticmethod
    def find(nr, ns):
        for task in all_tasks():
            pid = task['pid']
            for depth in range(len(numbers(pid))):
                entry = pid['numbers'][depth]
                known = int(entry['ns']['common']['ino']) == ns if ns else depth == 0
                if known and int(entry['nr']) == nr:
                    return task
        raise Unknown(f'no thread has number {nr} there')

    @guarded
    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        if len(words) not in (1, 2):
            raise gdb.GdbError('nidus pid NR [NS]')
        nr, ns = (int(gdb.parse_and_eval(w)) for w in (words + ['0'])[:2])
        task = self.find(nr, ns)
        pid = task['pid']
        print(f'struct pid {int(pid):#x}, task {int(task.address):#x}, {comm(task)}, '
              f'{state(task)}; {int(pid["refs"]["v"])} references')
        for depth in range(len(numbers(pid))):
            entry = pid['numbers'][depth]
            reaper = entry['ns']['reaper']
            init = '/'.join(map(str, numbers(reaper['tgid']))) if int(reaper) else 'none'
            ino = int(entry['ns']['common']['ino'])
            print(f'  level {depth}: {int(entry["nr"])} in pid:[{ino}]'
                  f', {state_of(entry["ns"].dereference())}, init {init}')


class RunQueues(gdb.Command):
    """For each CPU, the thread that runs and those that wait to run."""

    def __init__(self):
        super().__init__('nidus runqueues', gdb.COMMAND_DATA)

    @guarded
    def invoke(self, argument, from_tty):
        cpus = {}
        for task in all_tasks():
            thread = task['thread']
            if number(thread, 'on_cpu', default=0) or number(thread, 'on_queue', default=0):
                cpus.setdefault(number(thread, 'cpu'), []).append(task)
        for cpu in sorted(cpus):
            print(f'CPU {cpu}:')
            for task in cpus[cpu]:
                mark = '*' if number(task, 'thread', 'on_cpu', default=0) else ' '
                nrs = '/'.join(str(n) for n in numbers(task['pid']))
                print(f'  {mark} {nrs:>10} nice {number(task, "thread", "nice")} '
                      f'vruntime {number(task, "thread", "vruntime")} {comm(task)}')
        if not cpus:
            print('no task wants a CPU')


class Stack(gdb.Command):
    """nidus stack PID: return addresses on the stack of a sleeping thread.

    Every word that points into code is shown, so a stale one may be among
    them; PID is a number in the first namespace."""

    def __init__(self):
        super().__init__('nidus stack', gdb.COMMAND_DATA)

    @guarded
    def invoke(self, argument, from_tty):
        if not argument:
            raise gdb.GdbError('nidus stack PID')
        task = find_task(int(gdb.parse_and_eval(argument)))
        if number(task, 'thread', 'on_cpu', default=0):
            raise gdb.GdbError('it is running: use "thread" and "bt"')
        arch = task['thread']['arch']
        low, high = int(arch['sp']), int(arch['kstack_top'])
        if not low < high <= low + (1 << 20):
            raise Unknown('its stack pointer is not in its stack')
        words = gdb.selected_inferior().read_memory(low, high - low).tobytes()
        text = int(gdb.parse_and_eval('(unsigned long)&text_start'))
        end = int(gdb.parse_and_eval('(unsigned long)&text_end'))
        for at in range(0, len(words) - 7, 8):
            value = int.from_bytes(words[at:at + 8], 'little')
            if text <= value < end:
                name = gdb.execute(f'info symbol {value:#x}', to_string=True).split(' in ')[0]
                line = gdb.find_pc_line(value - 1)
                where = f' {line.symtab.filename}:{line.line}' if line.symtab else ''
                print(f'{low + at:#x}: {value:#x} {name.strip()}{where}')


class TaskFunction(gdb.Function):
    """$nidus_task(PID): the struct task of a number in the first namespace."""

    def __init__(self):
        super().__init__('nidus_task')

    def invoke(self, nr):
        return find_task(int(nr)).address


for make in (Nidus, Tasks, Processes, PidCommand, PidNamespaces, RunQueues, Stack,
             TaskFunction):
    make()
inside.register()
gdb.execute('set pagination off')
gdb.execute('set print pretty on')
gdb.execute('set disassembly-flavor intel')
