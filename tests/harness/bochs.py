"""tests/harness/bochs.py - boots an ISO image in Bochs, a processor of another make.

What:  run(name, iso, ...) writes a configuration, lets Bochs run, and returns
       what came on the serial port (if nothing: what Bochs said itself) and
       whether the machine was powered off.
       Bochs has what QEMU's translator lacks: x2APIC, TSC deadlines, PCID, an
       invariant TSC. Its firmware is SeaBIOS; its own fails before GRUB does.
       Its sound ends the emulator on a host that has none: it gets a dummy.
Not:   QEMU: machine.py.
See:   the Bochs user manual, chapter 4
"""
import dataclasses
import os
import subprocess
import tempfile
import time

from . import TOP, machine

OFF = 'ACPI control: soft power off'
CONFIG = """display_library: rfb, options="timeout=0"
romimage: file=/usr/share/seabios/bios.bin
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
memory: guest=128, host=128
cpu: model={model}, count={cpus}:1:1, ips=50000000, ignore_bad_msrs=1
clock: sync=none
boot: cdrom
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=cdrom, path={iso}, status=inserted
sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
com1: enabled=1, mode=file, dev={serial}
log: {log}
panic: action=fatal
error: action=report
info: action=ignore
debug: action=ignore
{more}
"""


@dataclasses.dataclass
class Run:
    """How it went."""
    lines: list
    powered_off: bool
    seconds: float


def run(name, iso, model, cpus=1, **options):
    """`memory`: (file, address) to have in memory; `limit_s`."""
    base = os.path.join(TOP, 'build/test', f'bochs-{name}')
    os.makedirs(os.path.dirname(base), exist_ok=True)
    more = ''
    if options.get('memory'):
        more = 'optramimage1: file="{}", address={:#x}'.format(*options['memory'])
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix='nidus-') as directory:
        config, commands = os.path.join(directory, 'bochsrc'), os.path.join(directory, 'go')
        with open(config, 'w', encoding='utf-8') as f:
            f.write(CONFIG.format(model=model, cpus=cpus, iso=iso, serial=base + '.log',
                                  log=base + '.bochs', more=more))
        with open(commands, 'w', encoding='utf-8') as f:
            f.write('c\n')          # in a build with the debugger: go on
        open(base + '.log', 'wb').close()
        try:
            said = subprocess.run(['bochs', '-q', '-f', config, '-rc', commands], cwd=TOP,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, check=False,
                                  timeout=options.get('limit_s', 60) * machine.scale()).stdout
        except subprocess.TimeoutExpired:
            said = b''
    with open(base + '.log', encoding='utf-8', errors='replace') as f:
        lines = [machine.clean(line.rstrip('\n')) for line in f]
    lines = lines or said.decode(errors='replace').splitlines()
    return Run(lines, OFF.encode() in said, time.monotonic() - start)
