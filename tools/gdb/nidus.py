"""tools/gdb/nidus.py - gdb commands that know the kernel's structures.

What:  nidus tasks            every process and thread, with numbers and states
       nidus pidns            the tree of pid namespaces
       nidus runqueues        for each CPU, what runs and what waits to run
       nidus stack PID        what a sleeping thread's kernel stack holds
       $nidus_task(PID)       the struct task of a number in the first namespace
       They only read memory, and say so when a structure is not as expected,
       because the machine may be stopped anywhere: also in the middle of a
       change, or before there is a first process.
Not:   breakpoints before paging: docs/debugging.md.
See:   include/proc/task.h, include/proc/pid.h, include/sched/thread.h
"""
import gdb

MAX_STEPS = 100000      # a list longer than this is damaged
STATES = ('running', 'interruptible', 'killable', 'uninterruptible', 'stopped', 'dead')
EXITS = ('', 'zombie', 'dead')


class Unknown(gdb.GdbError):
    """The kernel does not look as this file expects."""


def kernel_type(name):
    try:
        return gdb.lookup_type('struct ' + name)
    except gdb.error:
        raise Unknown(f'no struct {name}: is this a kernel with debug information?') from None


def variable(name):
    found = gdb.lookup_global_symbol(name) or gdb.lookup_static_symbol(name)
    if not found:
        raise Unknown(f'no variable {name}')
    return found.value()


def offset_of(struct, member):
    for field in kernel_type(struct).fields():
        if field.name == member:
            return field.bitpos // 8
    raise Unknown(f'struct {struct} has no {member}')


def field(value, *names, default=None):
    """value.a.b, or the default where the structure has changed or is gone."""
    try:
        for name in names:
            value = value[name]
        return value
    except (gdb.error, gdb.MemoryError):
        return default


def number(value, *names, default=-1):
    found = field(value, *names)
    try:
        return default if found is None else int(found)
    except (gdb.error, gdb.MemoryError):
        return default


def walk(head, struct, member):
    """The objects on a struct list."""
    offset = offset_of(struct, member)
    kind = kernel_type(struct).pointer()
    start = int(head.address)
    link = head['next']
    for _ in range(MAX_STEPS):
        if not int(link) or int(link) == start:
            return
        yield gdb.Value(int(link) - offset).cast(kind).dereference()
        link = link['next']
    raise Unknown('a list does not end')


def first_process():
    reaper = variable('pidns_init_ns')['reaper']
    if not int(reaper):
        raise Unknown('there is no first process yet')
    return reaper.dereference()


def threads(process):
    yield from walk(process['threads'], 'task', 'thread_link')


def children(process):
    for task in threads(process):
        yield from walk(task['children'], 'process', 'sibling')


def processes():
    """(process, depth) of the whole tree, parents first."""
    stack = [(first_process(), 0)]
    while stack:
        process, depth = stack.pop()
        yield process, depth
        stack += [(child, depth + 1) for child in reversed(list(children(process)))]


def all_tasks():
    for process, _ in processes():
        yield from threads(process)


def numbers(pid):
    """The numbers of a struct pid pointer, outermost first."""
    if pid is None or not int(pid):
        return []
    level = int(pid['level'])
    if level > 64:
        raise Unknown('a pid has an impossible level')
    return [int(pid['numbers'][i]['nr']) for i in range(level + 1)]


def comm(task):
    text = field(task, 'comm')
    try:
        return text.string(errors='replace') if text is not None else '?'
    except (gdb.error, gdb.MemoryError):
        return '?'


def state(task):
    ended = number(task, 'exit_state', default=0)
    if 0 < ended < len(EXITS):
        return EXITS[ended]
    value = number(task, 'thread', 'state')
    return STATES[value] if 0 <= value < len(STATES) else f'state {value}'


def find_task(nr):
    for task in all_tasks():
        if numbers(task['pid'])[:1] == [nr]:
            return task
    raise Unknown(f'no thread has number {nr} in the first namespace')


def guarded(command):
    """Turn what goes wrong while reading into one message."""
    def invoke(self, argument, from_tty):
        try:
            command(self, argument, from_tty)
        except gdb.MemoryError as error:
            raise gdb.GdbError(f'memory cannot be read now: {error} (try "thread 1")') from None
        except gdb.error as error:
            raise gdb.GdbError(f'the kernel is not as tools/gdb expects: {error}') from None
    invoke.__doc__ = command.__doc__
    return invoke


class Nidus(gdb.Command):
    """Look at the kernel's structures: tasks, pidns, runqueues, stack."""

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


class PidNamespaces(gdb.Command):
    """The tree of pid namespaces that have a process: level, init, members."""

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

    def show(self, parent, parents, tasks):
        kind = kernel_type('pid_ns').pointer()
        for addr in [a for a, above in parents.items() if above == parent]:
            ns = gdb.Value(addr).cast(kind).dereference()
            level = number(ns, 'level', default=0)
            members = number(ns, 'members', 'v', default=0) & ((1 << 32) - 1)
            reaper = field(ns, 'reaper')
            init = comm(reaper['leader'].dereference()) if reaper is not None and int(reaper) \
                else 'none'
            print(f'{"  " * level}{addr:#x} level {level}, {field(ns, "state")}, init {init}, '
                  f'{members} numbers, {tasks.get(addr, 0)} threads')
            self.show(addr, parents, tasks)


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


for make in (Nidus, Tasks, PidNamespaces, RunQueues, Stack, TaskFunction):
    make()
gdb.execute('set pagination off')
gdb.execute('set print pretty on')
gdb.execute('set disassembly-flavor intel')
