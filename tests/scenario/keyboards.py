"""tests/scenario/keyboards.py - typing on keyboards of every kind

What:  a shell on the screen's terminal, worked by keyboards that QEMU presses:
       PS/2, USB on a port, behind a hub, behind a bridge, beside a SuperSpeed
       device, by MSI-X, MSI and polled; lines are edited, programs interrupted,
       keys repeated; lights; keyboards are plugged in and out, and leave
       nothing behind. A panic that nobody can read shows on the lights.
See:   docs/hardware.md
"""
import os
import struct

from harness import TOP, cases

CPUS = [2]
KERNELS = ['nidus']
PACKAGES = ['busybox-static']
WORDS = 'console=tty0 console=ttyS0 loglevel=7'
LIGHTS = os.path.join(TOP, 'build/scenario/lights.pcap')
PANIC = os.path.join(TOP, 'build/scenario/panic.pcap')
SCREEN = ('-vga', 'std')

# Keys that are pressed before a keyboard was found are lost, so init waits for
# that. o shows its words on the serial port, as does O, which is what caps lock
# makes of it; m measures what the kernel has of objects and pages, c compares
# (a page or two may be an awk's that is just read).
SHRC = """PS1='# '
o() { echo "$@" >/dev/ttyS0; }
O() { o "$@"; }
now() {
	echo 1 >/proc/nidus/drain
	awk '/^(MemFree|Cached|Slab|RssAnon|VmPTE):/ { used -= $2 }
	     /^kmalloc/ { printf "%s %s ", $1, $2 }
	     END { print int(used / 4) }' /proc/slabinfo /proc/meminfo
}
m() { before=$(now); before=$(now); o measured; }
c() {
	after=$(now)
	more=$((${after##* } - ${before##* }))
	[ $more -lt 3 ] && [ "${after% *}" = "${before% *}" ] && o the same ||
		o "$before" now "$after"
}
"""
INIT = """#!/bin/sh
export PATH=/bin TERM=linux ENV=/shrc
mount -t proc proc /proc
mkdir -p /tmp
mknod /dev/tty1 c 4 1
[ $KEYBOARDS = 0 ] || grep -m $KEYBOARDS 'keyboard 0627:' /dev/kmsg >/dev/null
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
    ('^ab$', ('sleep 99\n', .3, '!sendkey ctrl-c', .1, 'o int $', '!sendkey shift-slash', .05,
              '\n')),
    ('^int 130$', ('!sendkey caps_lock', .1, 'o abc\n')),
    ('^ABC$', ('!sendkey caps_lock', .1, 'o low\n')))
EDITED = ('^hello$', '^ab$', '^int 130$', '^ABC$', '^low$')
KEYBOARD = r'usb: \d-[\d.]+: keyboard 0627:0001$'
GONE = r'usb: \d-[\d.]+: keyboard is gone$'


def case(name, expect, keys, **more):
    more.setdefault('end', 'poweroff')
    devices = more.pop('devices', ())
    keyboards = sum(device.startswith('usb-kbd,') for device in devices)
    more['qemu_options'] = (*SCREEN, *devices)
    return cases.Case(name, archive(), f'{WORDS} KEYBOARDS={keyboards}', expect=(*expect,),
                      keys=(*keys,), cpus=2, limit_s=60, **more)


def usb(*devices):
    return [word for device in devices for word in ('-device', device)]


def ps2():
    """Lights, too, and Ctrl-Alt-Del."""
    yield case('PS/2', (*EDITED[:3], 'ps2_set_ledstate .* ledstate 4$', *EDITED[3:],
                        'reboot: Ctrl-Alt-Del'),
               (READY, *EDIT, ('^low$', ('!sendkey ctrl-alt-delete',))), end='reset',
               devices=('-trace', 'ps2_set_ledstate'))


def one_usb():
    """The same, and a key that is held; then it is replaced."""
    yield case('USB', (KEYBOARD, *EDITED, '^x{5,99}$', GONE, KEYBOARD, '^again$',
                       'reboot: Ctrl-Alt-Del'),
               (READY, *EDIT, ('^low$', ('o ', '!sendkey x 900', 1.5, '\n')),
                ('^x{5}', ('!device_del a',)),
                (GONE, ('!device_add usb-kbd,id=a',)),
                (KEYBOARD, 'o again\n'),
                ('^again$', ('!sendkey ctrl-alt-delete',))),
               machine='q35,i8042=off', end='reset',
               devices=usb('qemu-xhci', f'usb-kbd,id=a,pcap={LIGHTS}', 'usb-mouse'))


def several():
    """Two hold a key of one another; what is unplugged lets go, and leaves
    nothing. The controller says so by MSI."""
    yield case('MSI, hubs, several keyboards',
               (r': hub 0409:55aa$', KEYBOARD, '^first$', KEYBOARD, '^UP$', GONE, '^down$',
                '^measured$', KEYBOARD, ': hub is gone$', '^the same$', '^old$'),
               (READY,
                ('^hello$', 'o first\n'),
                ('^first$', ('!sendkey shift 600', .2, '!device_add usb-kbd,id=b,bus=x.0', 1)),
                (KEYBOARD, 'o up\n'),
                ('^UP$', ('!device_del a',)),
                (GONE, 'o down\n'),
                ('^down$', ('!device_add usb-hub,id=h2,bus=x.0,port=3',)),
                (': hub 0409', ('!device_add usb-kbd,id=c,bus=x.0,port=3.2,usb_version=1',)),
                (KEYBOARD, ('!device_del h2',)),
                (': hub is gone$', 'm\n'),
                ('^measured$', ('!device_add usb-hub,id=h3,bus=x.0,port=3',)),
                (': hub 0409', ('!device_add usb-kbd,id=d,bus=x.0,port=3.2',)),
                (KEYBOARD, ('!device_del h3',)),
                (': hub is gone$', ('!device_add usb-hub,id=h4,bus=x.0,port=4',)),
                (': hub 0409', ('!device_add usb-kbd,id=e,bus=x.0,port=4.8',)),
                (KEYBOARD, ('!device_del h4',)),
                (': hub is gone$', 'c\n'),
                ('^the same$', ('!device_del b', )),
                (GONE, 'o old\n'),
                ('^old$', 'exit\n')),
               devices=usb('nec-usb-xhci,id=x,msix=off', 'usb-hub,bus=x.0,port=1',
                           'usb-kbd,id=a,bus=x.0,port=1.2,usb_version=1'))


def polled():
    """Two controllers, both polled, one behind a bridge. That one is kept from
    memory by its command register, and cannot even say so."""
    command = 0x80000000 | 1 << 16 | 1 << 11 | 4
    yield case('polled, a bridge',
               (r'usb: controller 2: xHCI at 0000:01:01.0, 8 ports, polled', '^hello$',
                'usb: controller 2 stopped; given up', GONE, '^still$'),
               (READY, ('^hello$', (f'!o /w 0xcf8 {command:#x}', '!o /h 0xcfc 0x103',
                                    '!sendkey z')),
                (GONE, ('!device_del b', 'o still\n')), ('^still$', 'exit\n')),
               machine='pc',
               devices=usb('nec-usb-xhci,id=x,addr=3,msi=off,msix=off', 'usb-kbd,bus=x.0',
                           'pci-bridge,chassis_nr=1,id=bridge,addr=4',
                           'nec-usb-xhci,id=y,bus=bridge,addr=1,msi=off,msix=off',
                           'usb-kbd,id=b,bus=y.0'))


def super_speed():
    """A device at 5 Gbit/s, which is no keyboard, comes and goes beside one."""
    disk = 'usb-storage,drive=s,bus=x.0,id=d'
    seen = r'usb: 1-\d: no keyboard, 46f4:0001$'
    yield case('SuperSpeed', (seen, KEYBOARD, '^hello$', '^measured$', seen, '^the same$'),
               (READY, ('^hello$', ('!device_del d', 1, 'm\n')),
                ('^measured$', (f'!device_add {disk}',)),
                (seen, ('!device_del d', 1, 'c\n')), ('^the same$', 'exit\n')),
               devices=('-blockdev', 'null-co,node-name=s,size=1048576,read-zeroes=on',
                        *usb('qemu-xhci,id=x', disk, 'usb-kbd,bus=x.0')))


def lights(file):
    """What a USB keyboard was told of its lights, from the packets."""
    with open(file, 'rb') as f:
        data = f.read()
    told, at = [], 24
    while at + 16 <= len(data):
        size = struct.unpack_from('<I', data, at + 8)[0]
        packet = data[at + 16:at + 16 + size]
        if packet[8:9] == b'S' and packet[40:48] == b'\x21\x09\x00\x02\x00\x00\x01\x00':
            told.append(packet[64])
        at += 16 + size
    return told


def unseen_panic(boot):
    """Neither screen nor serial port nor PS/2, and init ends when there is a keyboard."""
    made = archive()
    made.data('/init', INIT.partition('[ $KEY')[0].encode() +
              b"grep -m 1 'keyboard 0627:' /dev/kmsg\n", 0o755)
    outcome = cases.boot_case(boot, cases.Case(
        'a panic that nobody sees', made, 'panic=0', options=('-E', '-P'), stop='never', cpus=2,
        limit_s=12, machine='q35,i8042=off',
        qemu_options=usb('qemu-xhci', f'usb-kbd,pcap={PANIC}')))
    told = lights(PANIC)
    good = told[:5] == [0, 7, 0, 7, 0] and not any(told[::2])
    yield good, 'USB: the lights of a panic', [] if good else [f'{told}', *outcome.story()]


def asked_once(boot):
    """What is no keyboard is asked what it is, and then left alone."""
    with open(os.path.join(cases.scratch(), f'{boot.name}.usb.log'), encoding='utf-8',
              errors='replace') as f:
        told = [line.rstrip() for line in f if 'no keyboard' in line]
    yield (len(told) == 1, 'USB: a mouse is asked once', told)


def scenario(boot):
    os.makedirs(os.path.dirname(LIGHTS), exist_ok=True)
    yield from cases.run(boot, [*ps2(), *one_usb(), *several(), *polled(),
                                *super_speed()])
    if not os.environ.get('CASE'):
        told = lights(LIGHTS)
        yield told == [0, 2, 0], 'USB: lights off, caps lock, off', [f'{told}']
        yield from unseen_panic(boot)
        yield from asked_once(boot)
