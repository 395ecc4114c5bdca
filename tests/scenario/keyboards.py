"""tests/scenario/keyboards.py - typing on keyboards of every kind

What:  a shell on the screen's terminal, worked by keyboards that QEMU presses:
       PS/2, USB on a port, behind a hub, behind a bridge, by MSI-X, MSI and
       polled; lines are edited, programs interrupted, keys repeated; lights;
       keyboards are plugged in and out, and leave nothing behind.
See:   docs/hardware.md
"""
import os
import struct

from harness import TOP, cases

CPUS = [2]
KERNELS = ['nidus']
PACKAGES = ['busybox-static']
WORDS = 'console=tty0 console=ttyS0 loglevel=7'
SCREEN = ('-vga', 'std')

# o shows its words on the serial port, as does O, which is what caps lock
# makes of it; m measures what the kernel has of pages and objects, c compares.
SHRC = """PS1='# '
o() { echo "$@" >/dev/ttyS0; }
O() { o "$@"; }
now() {
	echo 1 >/proc/nidus/drain
	awk '/^(MemFree|Cached|Slab|RssAnon|VmPTE):/ { used -= $2 }
	     /^kmalloc/ { print $1, $2 }
	     END { print "pages", used / 4 }' /proc/slabinfo /proc/meminfo
}
m() { now >/dev/null; now >/tmp/before; o measured; }
c() { now >/tmp/after; diff /tmp/before /tmp/after >/dev/ttyS0 && o the same; }
"""
INIT = """#!/bin/sh
export PATH=/bin TERM=linux ENV=/shrc
mount -t proc proc /proc
mkdir -p /tmp
mknod /dev/tty1 c 4 1
echo ready
setsid sh -c 'exec sh </dev/tty1 >/dev/tty1 2>&1'
poweroff -f
"""


def archive():
    made = cases.base(data=INIT.encode())
    made.spec(os.path.join(TOP, 'tools/initramfs/base.spec'))
    made.line(f'busybox {cases.busybox()}')
    made.data('/shrc', SHRC.encode(), 0o644)
    return made


READY = ('^ready$', 'o hello\n')
EDIT = (
    ('^hello$', ('o acb', '!sendkey left', .05, '!sendkey backspace', .05, '\n')),
    ('^ab$', ('sleep 99\n', .3, '!sendkey ctrl-c', .1, 'o int $', '!sendkey shift-slash', .05, '\n')),
    ('^int 130$', ('!sendkey caps_lock', .1, 'o abc\n')),
    ('^ABC$', ('!sendkey caps_lock', .1, 'o low\n')))
EDITED = ('^hello$', '^ab$', '^int 130$', '^ABC$', '^low$')
KEYBOARD = r'usb: \d-[\d.]+: keyboard 0627:0001$'
GONE = r'usb: \d-[\d.]+: keyboard is gone$'


def case(name, expect, keys, **more):
    more.setdefault('end', 'poweroff')
    more['qemu_options'] = (*SCREEN, *more.pop('devices', ()))
    return cases.Case(name, archive(), WORDS, expect=(*expect,), keys=(*keys,), cpus=2,
                      limit_s=60, **more)


def usb(*devices):
    return [word for device in devices for word in ('-device', device)]


def every():
    yield case('PS/2', EDITED, (READY, *EDIT, ('^low$', 'exit\n')))
    yield case('USB', (KEYBOARD, *EDITED, '^x{5,99}$'),
               (READY, *EDIT, ('^low$', ('o ', '!sendkey x 900', 1.5, '\n')),
                ('^x{5}', 'exit\n')),
               machine='q35,i8042=off', devices=usb('qemu-xhci', 'usb-kbd'))


def scenario(boot):
    yield from cases.run(boot, every())
