"""tests/scenario/big_archive.py - an initramfs of half a gigabyte

What:  zeros, noise and twenty thousand small files arrive as they were sent,
       and there is room left to work with.
"""
import hashlib
import random

from harness import cases
from mkinitramfs import Archive

CPUS = [1]
SLOW = 'yes'
KERNELS = ['nidus']
PACKAGES = ['busybox-static']
LARGE = 240 << 20
SMALL = 20000

INIT = """#!/bin/busybox sh
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
mount -t proc proc /proc
md5sum /zeros /noise
echo "files $(ls /small | wc -l)"
echo "sum $(cat /small/* | md5sum | cut -d' ' -f1)"
dd if=/dev/zero of=/new bs=1M count=20 2>/dev/null
echo "new $(stat -c %s /new)"
free -m
df -m /
poweroff -f
"""


def scenario(boot):
    archive = Archive()
    for part in ('base', 'shell'):
        archive.spec(f'tools/initramfs/{part}.spec', {'BUSYBOX': cases.busybox()})
    archive.data('/init', INIT.encode(), 0o755)
    zeros, noise = bytes(LARGE), random.Random(1).randbytes(LARGE)
    archive.data('/zeros', zeros)
    archive.data('/noise', noise)
    whole = hashlib.md5()
    for number in range(SMALL):
        data = b'%d' % number * (number % 100)
        archive.data(f'/small/{number:05d}', data)
        whole.update(data)
    sums = [hashlib.md5(data).hexdigest() for data in (zeros, noise)]
    yield from cases.run(boot, [cases.Case(
        'half a gigabyte', archive, memory='1200M', end='poweroff', limit_s=240,
        expect=(f'^{sums[0]}  /zeros$', f'^{sums[1]}  /noise$', f'^files {SMALL}$',
                f'^sum {whole.hexdigest()}$', '^new 20971520$'))])
