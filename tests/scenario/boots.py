"""tests/scenario/boots.py - every way in, and many kinds of machine

What:  ISO images by BIOS and UEFI, as CD and as USB stick; PVH on three
       machines; a program linked into the kernel; many CPUs. Each boot ends
       with an init that shows what it got. The image of "make iso" is worked
       by its screen and keyboard.
Not:   machines with devices left out, other processors: tests/machines.py.
See:   docs/boot.md; tools/mkiso.sh, tools/qemu.sh
"""
import json
import os
import subprocess

from harness import TOP, cases
from mkinitramfs import Archive, SpecError

CPUS = [1]
KERNELS = ['nidus']
PACKAGES = ['busybox-static', 'xorriso', 'mtools', 'grub-pc-bin', 'grub-efi-amd64-bin',
            'ovmf', 'fdisk']
# What everybody has to fetch: kernel, GRUB and menu, without programs.
IMAGE_MAX = 5000000
WORDS = 'console=ttyS0 loglevel=4 panic=-1 testexit=1'
SHOWN = ('^show begins$', '^show ends$')
NO_KERNEL = ' '
MENU = """set timeout=0
insmod all_video
set gfxpayload=1024x768x32,1024x768,auto
menuentry "test" {{
	multiboot2 /boot/nidus.elf {words}
	{module}
}}
"""


def path(name):
    return os.path.join(TOP, 'build/scenario', name)


def command(*words):
    done = subprocess.run(words, cwd=TOP, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SpecError(f'{words[0]}: {done.stdout}{done.stderr}')
    return done.stdout


def iso(name, kernel, archive, words=WORDS):
    """An image whose only entry has these words."""
    module = 'module2 /boot/initramfs.cpio' if archive else ''
    with open(path(f'{name}.cfg'), 'w', encoding='utf-8') as f:
        f.write(MENU.format(words=words, module=module))
    more = []
    if archive:
        with open(path(f'{name}.cpio'), 'wb') as f:
            f.write(archive.pack())
        more = ['-i', path(f'{name}.cpio')]
    command('tools/mkiso.sh', '-k', kernel, '-g', path(f'{name}.cfg'), '-o', path(f'{name}.iso'),
            *more)
    return path(f'{name}.iso')


def shown(name, expect=(), **more):
    more.setdefault('archive', cases.base(init=cases.program('show')))
    return cases.Case(name, expect=(SHOWN[0], *expect, SHOWN[1]), end='poweroff', **more)


def from_iso(name, options, **more):
    return shown(name, archive=None, kernel=NO_KERNEL, options=options, limit_s=90, **more)


def isos(boot, show):
    image = iso('show', boot.kernel, show, f'{WORDS} first KEY=value')
    got = ('^argv 1 <first>$', '<KEY=value>$')
    yield from_iso('UEFI, CD, q35', ('-U', '-c', image), expect=got, memory='256M')
    yield from_iso('UEFI, USB, q35', ('-U', '-u', image), expect=got, memory='256M', cpus=2)
    yield from_iso('BIOS, CD, q35', ('-c', image), expect=got, cpus=2)
    yield from_iso('BIOS, CD, pc', ('-c', image), expect=got, machine='pc')
    yield from_iso('BIOS, USB, q35', ('-u', image), expect=got)
    yield from_iso('BIOS, USB, pc', ('-u', image), expect=got, machine='pc')


def shipped(boot):
    """The image that users get: its shell, by keyboard and screen."""
    archive = Archive()
    values = {'BUSYBOX': cases.busybox()}
    for part in ('base', 'shell'):
        archive.spec(os.path.join(TOP, f'tools/initramfs/{part}.spec'), values)
    command('make', '-s', 'build/initramfs/report', 'DEPS=skip')
    archive.file('/bin/nidus-report', os.path.join(TOP, 'build/initramfs/report'))
    with open(path('shell.cpio'), 'wb') as f:
        f.write(archive.pack())
    command('tools/mkiso.sh', '-k', boot.kernel, '-i', path('shell.cpio'), '-o', path('shell.iso'))
    typed = (('init: started', 'echo Typed $((6*7)) by hand >/dev/ttyS0\n'),
             ('^Typed', 'nidus-report >/dev/ttyS0\n'),
             ('^== end of nidus-report', 'poweroff -f\n'))
    for name, machine, options in (('BIOS, CD, q35', 'q35', ('-c',)),
                                   ('BIOS, USB, q35', 'q35', ('-u',)),
                                   ('BIOS, CD, pc', 'pc', ('-c',)),
                                   ('BIOS, USB, pc', 'pc', ('-u',)),
                                   ('UEFI, CD', 'q35', ('-U', '-c')),
                                   ('UEFI, USB', 'q35', ('-U', '-u'))):
        yield cases.Case(f'the shipped image, {name}', None, kernel=NO_KERNEL,
                         options=(*options, path('shell.iso')), machine=machine,
                         expect=('Nidus, started by multiboot2 GRUB', 'init: started',
                                 '^Typed 42 by hand$', '^== cpuid', 'acpi: APIC revision',
                                 '^== end of nidus-report$', 'reboot: Power down'),
                         end='reset', keys=typed, again_s=10, limit_s=120, memory='256M', cpus=2)


def stick():
    """The shipped image on a stick, and a program of the user on its partition."""
    refused()
    disk = path('stick.img')
    with open(disk, 'wb') as f:
        f.truncate(48 << 20)
    command('tools/mkusb.sh', '-y', path('shell.iso'), disk)
    with open(path('user.cpio'), 'wb') as f:
        f.write(cases.base(init=cases.program('show')).pack())
    table = json.loads(command('/usr/sbin/sfdisk', '-J', disk))['partitiontable']['partitions']
    start = next(part['start'] for part in table if part.get('name') == 'NIDUS')
    command('mcopy', '-i', f'{disk}@@{start * 512}', path('user.cpio'), '::')
    for name, options in (('BIOS', ()), ('UEFI', ('-U',))):
        yield cases.Case(f'a stick with user.cpio, {name}', None, kernel=NO_KERNEL,
                         options=(*options, '-u', disk), memory='256M', limit_s=90,
                         expect=('initramfs: .* unpacked',
                                 'initramfs: .* unpacked', 'reboot: Power down'), end='reset')


def refused():
    """Disks that must not be written."""
    for disk in ('/dev/null', path('no-such'), path('tiny.img')):
        with open(path('tiny.img'), 'wb') as f:
            f.truncate(4096)
        done = subprocess.run(('tools/mkusb.sh', '-y', path('shell.iso'), disk), cwd=TOP,
                              capture_output=True, check=False)
        if done.returncode != 1:
            raise SpecError(f'mkusb.sh did not refuse {disk}')


def pvh():
    for machine in ('q35', 'pc', 'microvm'):
        yield shown(f'PVH, {machine}', machine=machine, append='one', expect=('^argv 1 <one>$',),
                    cpus=2)


def one_file(show):
    """make image: the program inside the kernel."""
    program = cases.program('show')
    image = path('image.elf')
    command('make', '-s', 'image', f'INIT={program}', f'IMAGE={image}', 'DEPS=skip')
    yield shown('one file', archive=None, kernel=image, append='one', expect=('^argv 1 <one>$',))
    yield from_iso('one file, ISO', ('-c', iso('image', image, None)))
    other = cases.base()
    other.file('/other', program)
    yield shown('one file, and an archive that wins', archive=other, kernel=image,
                append='rdinit=/other', expect=('^argv 0 </other>$',))


def machines():
    """What tests/machines/matrix.txt leaves to us."""
    yield shown('an odd size', memory='131073K', expect=(r'^ram 12\d MiB$',))
    yield shown('64 GiB', memory='64G', expect=(r'^ram 6\d{4} MiB$',), qemu_options=(
        '-object', 'memory-backend-ram,id=ram,size=64G,reserve=off', '-machine',
        'memory-backend=ram'))
    yield shown('64 CPUs', cpus=64, expect=('^cpus 64$',), limit_s=120)
    yield shown('255 CPUs', cpus=255, memory='2G', expect=('^cpus 255$',), limit_s=200)
    yield shown('processors that are not there', cpus=2, env={'SMP': '2,maxcpus=6'},
                expect=('^cpus 2$',))


def images(boot):
    """What is on them."""
    image = iso('bare', boot.kernel, None)
    again = iso('again', boot.kernel, None)
    size = os.path.getsize(image)
    yield size < IMAGE_MAX, 'an image without programs is under 5 MB', [f'{size} bytes']
    with open(image, 'rb') as one, open(again, 'rb') as other:
        yield one.read() == other.read(), 'equal input makes an equal image', []
    for disk in (image, path('stick.img')):
        with open(disk, 'rb') as f:
            f.seek(462)
            yield f.read(1) == b'\x80', 'BIOS finds an active partition', [disk]


def scenario(boot):
    os.makedirs(path(''), exist_ok=True)
    show = cases.base(init=cases.program('show'))
    every = [*isos(boot, show), *shipped(boot), *stick(), *pvh(), *one_file(show), *machines()]
    yield from cases.run(boot, every)
    yield from images(boot)
