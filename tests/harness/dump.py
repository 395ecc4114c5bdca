"""tests/harness/dump.py - looks into a machine from outside, and presses keys.

What:  asks QEMU's monitor for the registers of every CPU and follows the frame
       pointers of those that are in the kernel; the caller prints the lines.
       press() works the machine's own keyboard.
Not:   what the kernel itself prints when it panics.
See:   tools/symbolize.py; QEMU's human monitor protocol
"""
import os
import re
import socket
import time

from symbolize import Symbolizer

KERNEL_HALF = 0xffff800000000000
MAX_FRAMES = 24


class Monitor:
    """A conversation with QEMU's monitor over its socket."""

    PROMPT = b'(qemu) '

    def __init__(self, path, timeout_s=10):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout_s)
        self.socket.connect(path)
        self.read()

    def read(self):
        data = b''
        while not data.endswith(self.PROMPT):
            piece = self.socket.recv(65536)
            if not piece:
                raise OSError('the monitor is gone')
            data += piece
        return data[:-len(self.PROMPT)].decode(errors='replace')

    def ask(self, command):
        """The answer as text, without the echo of the command."""
        self.socket.sendall(command.encode() + b'\n')
        return self.read().split('\n', 1)[-1].replace('\r', '')

    def words(self, addr, count):
        """64-bit words at a virtual address of the current CPU, or None."""
        text = self.ask(f'x /{count}gx {addr:#x}')
        found = re.findall(r'0x([0-9a-f]{16})', text.split(':', 1)[-1])
        return [int(w, 16) for w in found] if len(found) == count else None

    def close(self):
        self.socket.close()


KEYS = {' ': 'spc', '\n': 'ret', '/': 'slash', '-': 'minus', '>': 'shift-dot', '$': 'shift-4',
        '.': 'dot', '(': 'shift-9', ')': 'shift-0', '*': 'shift-8', ';': 'semicolon'}
KEY_HOLD_MS = 5


def press(monitor_path, what):
    """Press the keys for a text of letters, digits and what KEYS has; or do
    each of a tuple: a text, a number of seconds to wait, or a command of the
    monitor behind '!'."""
    monitor = Monitor(monitor_path)
    for part in (what,) if isinstance(what, str) else what:
        if isinstance(part, str) and not part.startswith('!'):
            press_text(monitor, part)
        elif isinstance(part, str):
            monitor.ask(part[1:])
        else:
            time.sleep(part)
    monitor.close()


def press_text(monitor, text):
    for char in text:
        key = KEYS.get(char) or (f'shift-{char.lower()}' if char.isupper() else char)
        monitor.ask(f'sendkey {key} {KEY_HOLD_MS}')
        # The next key is only pressed when this one was released.
        time.sleep(4 * KEY_HOLD_MS / 1000)


def registers(text):
    """{'RIP': 0x..., ...} of one CPU's part of "info registers -a"."""
    found = dict(re.findall(r'\b([A-Z][A-Z0-9]{1,4}) ?=([0-9a-f]{8,16})\b', text))
    values = {name: int(value, 16) for name, value in found.items()}
    level = re.search(r'CPL=(\d)', text)
    values['CPL'] = int(level.group(1)) if level else 0
    values['HLT'] = int('HLT=1' in text)
    return values


def stack(monitor, regs, symbols):
    """Lines of a back trace that starts at these registers."""
    def name(addr, is_return):
        return (symbols.describe(addr, is_return) if symbols else '') or '?'
    lines = [f'    {regs["RIP"]:016x} {name(regs["RIP"], False)}']
    frame = regs.get('RBP', 0)
    for _ in range(MAX_FRAMES):
        if frame < KERNEL_HALF or frame % 8:
            break
        pair = monitor.words(frame, 2)
        if not pair or pair[1] < KERNEL_HALF:
            break
        lines.append(f'    {pair[1]:016x} {name(pair[1], True)}')
        if pair[0] <= frame:
            break
        frame = pair[0]
    return lines


def cpu_lines(monitor, number, text, symbols):
    regs = registers(text)
    if 'RIP' not in regs:
        return [f'  CPU {number}: no registers']
    where = 'user' if regs['CPL'] == 3 else 'idle' if regs['HLT'] else 'kernel'
    lines = [f'  CPU {number}: {where}, ' + ' '.join(
        f'{r.lower()}={regs[r]:x}' for r in ('RIP', 'RSP', 'RBP', 'RFL', 'CR2', 'CR3')
        if r in regs)]
    if regs['CPL'] == 3:
        return lines
    monitor.ask(f'cpu {number}')
    return lines + stack(monitor, regs, symbols)


def dump(monitor_path, kernel):
    """The state of every CPU as lines; never raises."""
    symbols = None
    try:
        if kernel and os.path.exists(kernel):
            with open(kernel, 'rb') as f:
                if f.read(4) == b'\x7fELF':
                    symbols = Symbolizer(kernel)
        monitor = Monitor(monitor_path)
        parts = re.split(r'CPU#(\d+)', monitor.ask('info registers -a'))
        lines = []
        for number, text in zip(parts[1::2], parts[2::2]):
            lines += cpu_lines(monitor, number, text, symbols)
        monitor.close()
        return lines
    except (OSError, ValueError) as error:
        return [f'  no registers: {error}']
    finally:
        if symbols:
            symbols.close()
