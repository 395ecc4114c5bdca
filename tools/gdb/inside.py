"""tools/gdb/inside.py - gdb commands for what lies beneath processes.

What:  nidus locks            spinlocks and mutexes that are held: rank, owner,
                              where it was taken, who waits; circles of waiting
       nidus waits [QUEUE]    what each sleeping thread waits in; or who is in
                              the wait queue of an expression
       nidus slabs            caches of objects: in use, slabs
       nidus object ADDRESS   the slab object there, its state and last users
       nidus rcu              grace periods, who has not reported, callbacks
       nidus walk ADDRESS [PID]    the page-table entries of an address
       nidus trace [N]        the newest N records of the trace's rings
Not:   processes and scheduling (nidus.py).
See:   docs/debugging.md; docs/locking.md, docs/rcu.md, docs/memory-map.md
"""
import re

import gdb

from view import (Unknown, cast, cpus, every_thread, find_task, function_at, guarded,
                  kernel_type, number, per_cpu, static, text_at, variable, walk, who, word)

DIRECT_MAP = 0xffff800000000000
RED_FREE, RED_USED = 0x9d3f71c2a4e85b06, 0x1ee7c0de5afe0b1e
PTE_BITS = ((1, 'present'), (2, 'write'), (4, 'user'), (8, 'write-through'), (16, 'no cache'),
            (32, 'accessed'), (64, 'dirty'), (256, 'global'), (512, 'protnone'))
PTE_ADDRESS = 0x000ffffffffff000
SLEEPS = {1: 'interruptible', 2: 'killable', 3: 'uninterruptible'}
MAX_LOCKS = 64


def rank_name(rank):
    for entry in gdb.lookup_type('enum lock_rank').fields():
        if entry.enumval == rank:
            return entry.name
    return '?'


def argument_of(text, usage):
    if not text:
        raise gdb.GdbError(usage)
    return gdb.parse_and_eval(text)


class Locks(gdb.Command):
    """Spinlocks and mutexes that are held: rank, owner, where taken, who waits."""

    def __init__(self):
        super().__init__('nidus locks', gdb.COMMAND_DATA)

    @staticmethod
    def spin_waiters():
        """lock address -> CPUs whose frames spin for it."""
        waiting, selected = {}, gdb.selected_thread()
        for thread in gdb.selected_inferior().threads():
            thread.switch()
            frame = gdb.newest_frame()
            for _ in range(12):
                if frame is None:
                    break
                if frame.name() in ('spin_wait', 'wait_for_lock', 'spin_lock_slow', 'wait_traced'):
                    try:
                        lock = int(frame.read_var('l'))
                    except (ValueError, gdb.error):     # optimised out here: look further up
                        lock = 0
                    if lock:
                        waiting.setdefault(lock, []).append(thread.num - 1)
                        break
                try:
                    frame = frame.older()
                except gdb.error:
                    break
        selected.switch()
        return waiting

    def spinlocks(self):
        waiting, any_held = self.spin_waiters(), False
        held = static('kernel/core/rank.c', 'held')
        for cpu in cpus():
            lock = per_cpu(held, cpu)['newest']
            for _ in range(MAX_LOCKS):
                if not int(lock):
                    break
                any_held = True
                rank = int(lock['rank'])
                print(f'CPU {cpu} holds spinlock {text_at(lock["name"])} {int(lock):#x}, '
                      f'{rank_name(rank)} ({rank})')
                print(f'    taken at {function_at(int(lock["caller"]))}')
                for other in waiting.get(int(lock), []):
                    print(f'    CPU {other} waits for it')
                lock = lock['below']
        return any_held

    @staticmethod
    def held_mutexes():
        """(thread, mutex) of every mutex held."""
        kind = kernel_type('mutex').pointer()
        for thread in every_thread():
            lock = thread['held_sleep_locks'].cast(kind)
            for _ in range(MAX_LOCKS):
                if not int(lock):
                    break
                yield thread, lock
                lock = lock['below']

    def mutexes(self):
        waits_for = {}
        for thread, lock in self.held_mutexes():
            rank = int(lock['rank'])
            print(f'{who(thread)} holds mutex {text_at(lock["name"])} {int(lock):#x}, '
                  f'{rank_name(rank)} ({rank})')
            for entry in walk(lock['waiters']['entries'], 'wait_entry', 'link'):
                waiter = entry['thread'].dereference()
                print(f'    {who(waiter)} waits for it')
                waits_for[int(waiter.address)] = thread
        return waits_for

    @staticmethod
    def circle(waits_for):
        for start in waits_for:
            path, at = [start], waits_for.get(start)
            while at is not None and int(at.address) not in path:
                path.append(int(at.address))
                at = waits_for.get(int(at.address))
            if at is not None and int(at.address) == start:
                names = [who(cast(a, 'thread')) for a in path] + [who(at)]
                print('a circle: ' + ' waits for '.join(names))
                return

    @guarded
    def invoke(self, argument, from_tty):
        try:
            any_held = self.spinlocks()
        except Unknown:
            raise Unknown('a release kernel does not remember who holds what') from None
        waits_for = self.mutexes()
        if not any_held:
            print('no spinlock is held')
        self.circle(waits_for)


class Waits(gdb.Command):
    """nidus waits [QUEUE]: what sleeping threads wait in; or who is in a wait queue."""

    NOISE = re.compile(r'(schedule|mutex_|wait_queue|completion_wait|sched_|arch_switch|'
                       r'switch_|lock_s|thread_set|sleep_until|wait_event)')

    def __init__(self):
        super().__init__('nidus waits', gdb.COMMAND_DATA)

    def reason(self, thread):
        """The innermost function on its stack that is not about sleeping itself."""
        low, high = int(thread['arch']['sp']), int(thread['arch']['kstack_top'])
        if not low < high <= low + (1 << 20):
            return 'its stack is not as expected'
        words = gdb.selected_inferior().read_memory(low, high - low).tobytes()
        start = int(gdb.parse_and_eval('(unsigned long)&text_start'))
        end = int(gdb.parse_and_eval('(unsigned long)&text_end'))
        for at in range(0, len(words) - 7, 8):
            value = int.from_bytes(words[at:at + 8], 'little')
            if start <= value < end:
                name = function_at(value)
                if not self.NOISE.match(name):
                    return name
        return '?'

    @guarded
    def invoke(self, argument, from_tty):
        if argument:
            self.queue(gdb.parse_and_eval(argument))
            return
        for thread in every_thread():
            state = SLEEPS.get(number(thread, 'state'))
            if state and not number(thread, 'on_cpu', default=0):
                print(f'{who(thread)}: {state} in {self.reason(thread)}')

    @staticmethod
    def queue(value):
        if value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR:
            value = value.dereference()
        if value.type.strip_typedefs().tag != 'wait_queue':
            raise gdb.GdbError('that is no struct wait_queue, nor a pointer to one')
        entries = list(walk(value['entries'], 'wait_entry', 'link'))
        for entry in entries:
            thread = entry['thread']
            name = who(thread.dereference()) if int(thread) else '-'
            action = f', calls {function_at(int(entry["wake"]))}' if int(entry['wake']) else ''
            print(f'{name}{", exclusive" if int(entry["exclusive"]) else ""}{action}')
        if not entries:
            print('nobody waits here')


def caches():
    return walk(static('mm/slab.c', 'caches'), 'slab_cache', 'all_link')


class Slabs(gdb.Command):
    """Caches of objects: in use, size of one, slabs, in magazines of the CPUs."""

    def __init__(self):
        super().__init__('nidus slabs', gdb.COMMAND_DATA)

    @guarded
    def invoke(self, argument, from_tty):
        magazines = static('mm/slab.c', 'magazines')
        mine = [per_cpu(magazines, cpu) for cpu in cpus()]
        print(f'{"in use":>8} {"ready":>7} {"bytes":>6} {"slabs":>6}  cache')
        for cache in caches():
            pointers = [m[int(cache['id'])] for m in mine]
            ready = sum(int(p['count']) for p in pointers if int(p))
            print(f'{int(cache["ntaken"]) - ready:>8} {ready:>7} {int(cache["obj_size"]):>6} '
                  f'{int(cache["nslabs"]):>6}  {text_at(cache["name"])}')


def page_of(address):
    """The struct page of an address of the direct map."""
    pages = variable('page_map')
    frame = (address - DIRECT_MAP) >> 12
    if address < DIRECT_MAP or frame >> 10 >= int(pages['nchunks']):
        raise Unknown('not an address of the direct map')
    origin = int(pages['origin_of'][frame >> 10])
    if not origin:
        raise Unknown('no memory there')
    size = kernel_type('page').sizeof
    return cast((origin + frame * size) & ((1 << 64) - 1), 'page')


class Object(gdb.Command):
    """nidus object ADDRESS: the slab object there, whether it is in use, its last users."""

    def __init__(self):
        super().__init__('nidus object', gdb.COMMAND_DATA)

    @guarded
    def invoke(self, argument, from_tty):
        address = int(argument_of(argument, 'nidus object ADDRESS')) & ((1 << 64) - 1)
        page = page_of(address)
        kind = str(gdb.Value(int(page['kind'])).cast(gdb.lookup_type('enum page_kind')))
        if kind != 'PAGE_SLAB':
            print(f'no slab: the page is {kind}, {int(page["refs"]["v"])} references')
            return
        cache = cast(int(page['owner']), 'slab_cache')
        base = address & ~((4096 << int(cache['order'])) - 1)
        index, inside = divmod(address - base, int(cache['stride']))
        obj = base + index * int(cache['stride'])
        print(f'{text_at(cache["name"])}: object {obj:#x} of {int(cache["obj_size"])} bytes, '
              f'byte {inside}')
        self.trailer(cache, obj)

    @staticmethod
    def trailer(cache, obj):
        size = int(cache['obj_size'])
        at = obj + (max(size, 8) + 7 & ~7)
        if int(cache['stride']) < at - obj + 24:
            print('    a release kernel does not remember more')
            return
        red = word(at)
        state = {RED_FREE: 'free', RED_USED: 'in use'}.get(
            red, f'overrun: its red zone is {red:#x}')
        print(f'    {state}')
        for what, caller in (('allocated', word(at + 8)), ('freed', word(at + 16))):
            if caller:
                print(f'    last {what} by {function_at(caller)}')


class Rcu(gdb.Command):
    """Grace periods, the CPUs that have not reported, callbacks that wait."""

    def __init__(self):
        super().__init__('nidus rcu', gdb.COMMAND_DATA)

    @guarded
    def invoke(self, argument, from_tty):
        rcu = static('kernel/core/rcu.c', 'rcu')
        started, completed = int(rcu['started']), int(rcu['completed'])
        print(f'grace period {started} ' + ('runs' if started != completed else 'has ended') +
              f'; {completed} completed, asked for up to {int(rcu["requested"])}')
        flags, own = variable('rcu_cpu_flags'), static('kernel/core/rcu.c', 'rcu_cpu')
        for cpu in cpus():
            f, c = per_cpu(flags, cpu), per_cpu(own, cpu)
            words = ['is waited for' if int(f['need_qs']) else 'has reported']
            if int(f['away']):
                words.append('idle')
            print(f'CPU {cpu}: {", ".join(words)}; callbacks: {int(c["next"]["n"])} new, '
                  f'{int(c["wait"]["n"])} wait for {int(c["wait_gp"])}, {int(c["done"]["n"])} due')


class Walk(gdb.Command):
    """nidus walk ADDRESS [PID]: page-table entries of an address, from the top.

    In the address space of PID (first namespace), else of the CPU's."""

    def __init__(self):
        super().__init__('nidus walk', gdb.COMMAND_DATA)

    @staticmethod
    def root(words):
        if len(words) == 2:
            aspace = find_task(int(gdb.parse_and_eval(words[1])))['aspace']
            if not int(aspace):
                raise Unknown('it has no memory any more')
            return int(aspace['mmu']['root'])
        found = re.search(r'CR3=([0-9a-f]+)', gdb.execute('monitor info registers', to_string=True))
        if not found:
            raise Unknown('CR3 is not known: name a process')
        return int(found.group(1), 16) & PTE_ADDRESS

    @guarded
    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        if len(words) not in (1, 2):
            raise gdb.GdbError('nidus walk ADDRESS [PID]')
        value = gdb.parse_and_eval(words[0])
        if value.type.code == gdb.TYPE_CODE_FUNC:
            value = value.address
        address = int(value) & ((1 << 64) - 1)
        table = self.root(words)
        print(f'{address:#x}: top table at {table:#x}')
        for shift in (39, 30, 21, 12):
            index = address >> shift & 511
            entry = word(DIRECT_MAP + table + 8 * index)
            flags = [n for bit, n in PTE_BITS if entry & bit] + ['no execute'] * (entry >> 63)
            large = shift in (30, 21) and entry & 128
            print(f'    [{index:3}] {entry:#018x} {" ".join(flags) or "nothing"}'
                  f'{" large" if large else ""}')
            table = entry & PTE_ADDRESS
            if not entry & 1:
                return
            if large or shift == 12:
                span = 1 << shift
                print(f'    physical {(table & ~(span - 1)) + (address & (span - 1)):#x}')
                return


class Trace(gdb.Command):
    """nidus trace [N]: the newest N (40) records in the rings of the trace."""

    def __init__(self):
        super().__init__('nidus trace', gdb.COMMAND_DATA)

    @staticmethod
    def ring_bytes(ring):
        size, head, tail = (int(ring[k]) for k in ('size', 'head', 'tail'))
        used = (tail - head) & 0xffffffff
        if not size or not used:
            return b''
        data = gdb.selected_inferior().read_memory(int(ring['data']), size).tobytes()
        start = head % size
        return (data + data)[start:start + used]

    def records(self):
        """(time, cpu, thread, kind, words) of all rings, by time."""
        out = []
        rings = static('kernel/core/trace.c', 'trace_rings')
        for cpu in cpus():
            data, at = self.ring_bytes(per_cpu(rings, cpu)['ring']), 0
            while at + 16 <= len(data):
                size = int.from_bytes(data[at + 8:at + 10], 'little')
                if size < 16:
                    raise Unknown(f'the ring of CPU {cpu} is damaged')
                part = [int.from_bytes(data[i:i + 4], 'little')
                        for i in range(at + 16, at + size, 4)]
                out.append((int.from_bytes(data[at:at + 8], 'little'), cpu,
                            int.from_bytes(data[at + 12:at + 16], 'little'),
                            int.from_bytes(data[at + 10:at + 12], 'little'), part))
                at += size
        return sorted(out)

    @staticmethod
    def value(kind, words):
        """(text, words used), as show_value of procfs_nidus_trace.c."""
        if kind == 'u':
            return str(words[0]), 1
        if kind == 'd':
            return str(words[0] - (words[0] >> 31 << 32)), 1
        if kind == 'n':
            return '/'.join(map(str, words[1:1 + words[0]])) or '-', words[0] + 1
        if kind == 's':
            raw = b''.join(w.to_bytes(4, 'little') for w in words[:4])
            return raw.split(b'\0')[0].decode(errors='replace'), 4
        number64 = words[0] | words[1] << 32
        if kind == 'p':
            return text_at(number64), 2
        return function_at(number64) if kind == 'f' else f'{number64:#x}', 2

    def line(self, record):
        time, cpu, thread, kind, words = record
        name, *keys = text_at(variable('trace_formats')[kind]).split()
        out = [f'{time // 10**9}.{time % 10**9:09} {cpu} {thread} {name}']
        for key in keys:
            key, _, form = key.partition(':')
            text, used = self.value(form, words)
            words = words[used:]
            out.append(f'{key}={text}')
        return ' '.join(out)

    @guarded
    def invoke(self, argument, from_tty):
        count = int(gdb.parse_and_eval(argument)) if argument else 40
        records = self.records()
        for record in records[-count:]:
            print(self.line(record))
        if not records:
            print('nothing is recorded: trace=all on the command line, or /proc/nidus/trace')


def register():
    for make in (Locks, Waits, Slabs, Object, Rcu, Walk, Trace):
        make()
