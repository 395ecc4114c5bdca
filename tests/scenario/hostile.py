"""tests/scenario/hostile.py - machines that are broken, or lie

What:  firmware tables with wrong sums, lengths and addresses, a MADT that
       names too many or too few processors, counters that stand still, a
       serial port that takes nothing, a processor that freezes, time stamp
       counters out of step, interrupts nobody asked for, a module cut short.
       Each ends in a booted machine with a line in the log that says what was
       wrong, or in a panic that does.
Not:   archives and programs that are bad: bad_archive.py, bad_init.py.
See:   docs/hardware.md; arch/x86_64/include/asm/hostile.h
"""
import array
import os
import re
import struct

from harness import TOP, acpi, cases

CPUS = [2]
KERNELS = ['nidus']
# The tables lie above what the kernel is told to use.
BASE, RAM, USED = 0x7000000, '128M', '96M'
BOOTED = ('report: namespace ok', 'report: woke after', 'report: ends good')
TONE_HZ, RATE = 880, 44100
HOLE, NO_ADDRESS = 0x200000000, 0xffffffffff000


def path(name):
    return os.path.join(TOP, 'build/scenario', name)


def machine(name, expect, **more):
    """A machine that boots; `cpus N` of the report is part of it."""
    cpus = more.pop('runs', 2)
    more.setdefault('cpus', 2)
    more.setdefault('end', 'poweroff')
    more['append'] = f'loglevel=7 SLEEP_MS=20 {more.get("append", "")}'
    return cases.Case(name, more.pop('archive', None) or cases.base(init=cases.program('machine')),
                      expect=(*expect, f'report: cpus {cpus}, ran on {cpus}$', *BOOTED),
                      memory=RAM, **more)


def with_tables(name, tables, expect, **more):
    file = path('tables-' + ''.join(c if c.isalnum() else '-' for c in name) + '.bin')
    with open(file, 'wb') as f:
        f.write(tables.blob(BASE) if isinstance(tables, acpi.Tables) else tables)
    options = ('-device', f'loader,file={file},addr={BASE:#x},force-raw=on')
    return machine(name, expect, append=f'acpi_rsdp={BASE:#x} mem={USED}',
                   qemu_options=(*more.pop('qemu_options', ()), *options), **more)


def changed(**fields):
    tables = acpi.Tables(fields.pop('cpus', 2))
    for name, value in fields.items():
        setattr(tables, name, value)
    return tables


def tables():
    yield with_tables('good tables', acpi.Tables(),
                      ('acpi: XSDT, MADT, HPET$', 'smp: 2 of 2 CPUs run'), options=('-P',),
                      end='reset')
    yield with_tables('RSDP with a bad sum', changed(rsdp_sum=False),
                      ('acpi: the RSDP at 0x7000000 is damaged', 'smp: 2 of 2 CPUs run'))
    yield with_tables('no RSDP', bytes(4096), ('acpi: the RSDP at 0x7000000 is damaged',))
    yield machine('acpi=off', ('acpi: no tables', 'smp: 1 CPUs'), append='acpi=off', runs=1)
    for what, wrong in (('a bad sum', {'bad_sum': True}), ('length 0', {'length': 0}),
                        ('length 4294967295', {'length': 0xffffffff})):
        says = 'has a bad sum' if 'sum' in what else f'has {what}'
        yield with_tables(f'XSDT with {what}', changed(wrong={'XSDT': wrong}),
                          (f'acpi: .*{says}, ignored', 'acpi: no tables'), runs=1)
        yield with_tables(f'MADT with {what}', changed(wrong={'MADT': wrong}),
                          (f'acpi: .*{says}, ignored', 'acpi: XSDT, HPET', 'smp: 1 CPUs'), runs=1)
        yield with_tables(f'FADT with {what}', changed(wrong={'FADT': wrong}),
                          (f'acpi: .*{says}, ignored', 'acpi: XSDT, MADT, HPET'))
        yield with_tables(f'DSDT with {what}', changed(wrong={'DSDT': wrong}),
                          (f'acpi: .*{says}, ignored', 'acpi: XSDT, MADT, HPET'))


def places():
    yield with_tables('MADT where there is no memory', changed(at={'MADT': HOLE}),
                      ('acpi: XSDT, HPET', 'smp: 1 CPUs'), runs=1)
    yield with_tables('MADT beyond all addresses', changed(at={'MADT': NO_ADDRESS}),
                      ('acpi: no table can lie at 0xffffffffff000', 'acpi: XSDT, HPET'), runs=1)
    yield with_tables('DSDT beyond all addresses', changed(at={'DSDT': 0xfffffff0}),
                      ('acpi: XSDT, MADT, HPET',))
    yield with_tables('a short FADT', changed(fadt_bytes=20), ('acpi: XSDT, MADT, HPET',))
    yield with_tables('a cut _S5_', changed(s5=b'\x08_S5_\x12\xff'), ('acpi: XSDT, MADT',))


def processors():
    good = acpi.Tables().madt
    yield with_tables('MADT with two too many',
                      changed(madt=[acpi.cpu(7), acpi.cpu(99), *good]),
                      (r'smp: CPU 1 \(APIC id 7\) did not come',
                       r'smp: CPU 2 \(APIC id 99\) did not come', 'smp: 2 of 4 CPUs run'))
    yield with_tables('MADT with one too few', changed(cpus=1), ('smp: 1 CPUs',), runs=1)
    yield with_tables('MADT without the boot CPU', changed(madt=good[1:]),
                      ('smp: 2 of 2 CPUs run',))
    yield with_tables('MADT that names all twice', changed(madt=good[:2] + good),
                      ('smp: 2 of 2 CPUs run',))
    yield with_tables('MADT with an entry of no length',
                      changed(madt=[*good, b'\0\0', acpi.cpu(9)]),
                      ('acpi: the MADT is damaged 10 bytes before its end',
                       'smp: 2 of 2 CPUs run'))
    yield with_tables('MADT with an entry beyond its end',
                      changed(madt=[*good, b'\x00\xf0']),
                      ('acpi: the MADT is damaged 2 bytes', 'smp: 2 of 2 CPUs run'))
    yield with_tables('an IO-APIC that is memory',
                      changed(madt=[*good[:2], acpi.ioapic(0x1000000)]),
                      ('ioapic: none at 0x1000000', 'serial: no interrupt'))
    yield with_tables('interrupts that lead nowhere',
                      changed(madt=[*good, acpi.override(4, 200)]), ('serial: no interrupt',))
    yield machine('a CPU that freezes', (r'smp: CPU 1 \(APIC id 1\) did not come',),
                  append='hostile=frozen-cpu', runs=1)
    yield machine('a CPU whose first start leads nowhere',
                  ('smp: 1 CPUs are called once more', 'smp: 3 of 3 CPUs run'),
                  append='hostile=lost-cpu', cpus=3, runs=3)
    yield machine('a CPU that comes before it is called once more',
                  ('smp: 1 CPUs are called once more', 'smp: 3 of 3 CPUs run'),
                  append='hostile=stale-start', cpus=3, runs=3)
    yield machine('a host that stops the machine meanwhile', ('smp: 3 of 3 CPUs run',),
                  append='hostile=pause', cpus=3, runs=3)


def frozen_hpet():
    """Its registers, in memory: right but for a counter that never moves."""
    return struct.pack('<II', 0x8086a201, 10000000) + bytes(1016)


def counters():
    tables = changed(hpet=BASE + 0x2000)
    stuck = tables.blob(BASE).ljust(0x2000, b'\0') + frozen_hpet()
    yield with_tables('an HPET that stands still', stuck, ('clock: TSC .* by acpi_pm',))
    tables = changed(hpet=BASE + 0x2000, pm_timer=0x5554)
    stuck = tables.blob(BASE).ljust(0x2000, b'\0') + frozen_hpet()
    yield with_tables('HPET and PM timer that stand still', stuck, ('clock: TSC .* by pit',))
    yield cases.Case('a local timer that stands still',
                     cases.base(init=cases.program('machine')), 'hostile=apic-timer',
                     expect=('Kernel panic - not syncing: clock: the APIC timer stands still',),
                     cpus=2)
    yield machine('a TSC that is not invariant', ('clock: TSC rate may vary, using hpet',
                                                  'clock hpet'),
                  options=('-C', 'max,-hypervisor'))
    yield machine('TSCs out of step', (r'clock: TSCs differ by \d+ cycles',
                                       'clock: TSCs are not in step, using hpet', 'clock hpet'),
                  append='hostile=tsc')


def devices():
    yield machine('interrupts nobody asked for',
                  ('irq: nobody waits for vector 0x2[0-9a-f], seen on CPU',
                   'irq: nobody waits for vector 0xef'), append='hostile=interrupts')
    # The scratch register answers; the line status says "busy" for ever.
    yield machine('a serial port that takes nothing',
                  ('serial: the port takes no characters, not used',),
                  append='console=debugcon', options=('-E',), qemu_options=(
                      '-chardev', 'null,id=nothing', '-chardev', 'null,id=none',
                      '-device', 'isa-debugcon,iobase=0x3ff,readback=0x5a,chardev=nothing',
                      '-device', 'isa-debugcon,iobase=0x3fd,readback=0x00,chardev=none'),
                  env={'NOTE': 'stuck'})
    archive = cases.base(init=cases.program('machine')).pack()
    yield cases.Case('a module cut short', archive[:len(archive) // 2],
                     expect=('Kernel panic .*initramfs.*truncated',))


def tones(file):
    """The frequencies of a recording, each twentieth of a second."""
    with open(file, 'rb') as f:
        data = f.read()[44:]
    left = array.array('h', data[:len(data) // 4 * 4])[::2]
    parts = (left[i:i + RATE // 20] for i in range(0, len(left), RATE // 20))
    signs = ([x < 0 for x in part] for part in parts)
    return [10 * sum(x != y for x, y in zip(part, part[1:])) for part in signs]


def unseen(boot):
    """Neither screen nor serial port: QEMU tells of lights, and hears tones."""
    on, off = 'ps2_set_ledstate .* ledstate 7', 'ps2_set_ledstate .* ledstate 0'
    bad = cases.base(data=b'no program')
    shows = cases.base(init=cases.program('machine'))
    mute, wrong = ('-E', '-P'), ('-C', 'qemu64,-lm')
    for name, archive, options, expect, stop, heard in (
            ('a panic that nobody sees', bad, mute, (on, off, on, off), 'never', True),
            ('a panic that is seen', bad, ('-P',), ('power: halted',), 'halted', False),
            ('a boot that nobody sees', shows, mute, ('shutdown_request reason=6',), '', True),
            ('a boot that is seen', shows, ('-P',), ('report: ends good',), '', False),
            ('a wrong processor that nobody sees', None, (*mute, *wrong), (on, off, on, off),
             'never', True),
            ('a wrong processor that is seen', None, ('-P', *wrong),
             ('^Nidus: this processor has no 64-bit mode$',), 'never', False)):
        if not re.search(os.environ.get('CASE', ''), name):
            continue
        file = path(name.replace(' ', '-') + '.wav')
        case = cases.Case(name, archive, 'panic=0 loglevel=7 SLEEP_MS=20', options=options,
                          stop=stop, machine='q35,pcspk-audiodev=sound', cpus=2, limit_s=10,
                          qemu_options=('-audiodev', f'wav,id=sound,path={file}', '-trace',
                                        'ps2_set_ledstate', '-trace',
                                        'qemu_system_shutdown_request'))
        outcome = cases.boot_case(boot, case)
        rest, heard_hz = iter(outcome.lines), tones(file)
        lights = any(re.search(on, line) for line in outcome.lines)
        tone = any(abs(hz - TONE_HZ) < TONE_HZ / 10 for hz in heard_hz)
        for good, what in (
                (all(any(re.search(p, line) for line in rest) for p in expect), ', '.join(expect)),
                (lights == (on in expect), 'lights, or none'),
                (tone == heard, 'a tone' if heard else 'no tone')):
            yield good, f'{name}: {what}', [] if good else [f'{heard_hz}', *outcome.story()]


def scenario(boot):
    os.makedirs(path(''), exist_ok=True)
    every = [*tables(), *places(), *processors(), *counters(), *devices()]
    # Tables may be on the other console.
    yield from cases.run(boot, every)
    yield from unseen(boot)
