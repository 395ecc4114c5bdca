"""tools/gdb/view.py - how gdb commands read the kernel's structures.

What:  types, variables (also those of one file, and per-CPU ones), fields that
       may be missing, lists, processes and their numbers, names of functions.
       Memory is only read. What is not as expected raises Unknown, with words.
Not:   the commands (nidus.py, inside.py).
See:   include/proc/task.h, include/proc/pid.h, include/arch/percpu.h
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


def static(path, name):
    """A static variable of one file."""
    try:
        return gdb.parse_and_eval(f"'{path}'::{name}")
    except gdb.error:
        raise Unknown(f'no variable {name} in {path}') from None


def cast(address, struct):
    return gdb.Value(int(address)).cast(kernel_type(struct).pointer()).dereference()


def cpus():
    """Numbers of the CPUs that have an area: the first, whose distance is 0, and others."""
    deltas = static('arch/x86_64/percpu.c', 'deltas')
    low, high = deltas.type.range()
    return [cpu for cpu in range(low, high + 1) if not cpu or int(deltas[cpu])]


def per_cpu(value, cpu):
    """A CPU's copy of a per-CPU variable."""
    delta = int(static('arch/x86_64/percpu.c', 'deltas')[cpu])
    at = (int(value.address) + delta) & ((1 << 64) - 1)
    return gdb.Value(at).cast(value.type.pointer()).dereference()


def word(address):
    return int.from_bytes(gdb.selected_inferior().read_memory(address, 8).tobytes(), 'little')


def function_at(address):
    """name+offset and the source line of an address in code."""
    text = gdb.execute(f'info symbol {address:#x}', to_string=True).split(' in section')[0].strip()
    if text.startswith('No symbol'):
        return f'{address:#x}'
    line = gdb.find_pc_line(address - 1)
    where = f' ({line.symtab.filename}:{line.line})' if line.symtab else ''
    return text.replace(' + ', '+') + where


def text_at(pointer):
    """A constant string; ? where there is none."""
    try:
        return gdb.Value(int(pointer)).cast(gdb.lookup_type('char').pointer()).string()
    except (gdb.error, gdb.MemoryError, UnicodeDecodeError):
        return '?'


def every_thread():
    """All struct thread, kernel threads too."""
    lists = static('kernel/sched/thread.c', 'thread_lists')
    for cpu in cpus():
        own = per_cpu(lists, cpu)
        if int(own['threads']['next']):
            yield from walk(own['threads'], 'thread', 'all_link')


def who(thread):
    """A thread in words: numbers and name."""
    if number(thread, 'arch', 'is_user', default=0):
        task = thread.address.cast(kernel_type('task').pointer()).dereference()
        nrs = '/'.join(str(n) for n in numbers(task['pid'])) or '-'
        return f'{comm(task)} [{nrs}]'
    name = field(thread, 'name')
    if number(thread, 'is_idle', default=0):
        return 'idle'
    return text_at(name) if name is not None and int(name) else 'kernel thread'
