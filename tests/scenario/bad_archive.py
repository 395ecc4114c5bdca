"""tests/scenario/bad_archive.py - initramfs archives that are bad, or not there

What:  truncated, damaged, compressed, in an old format, too large for the
       memory, or missing: each ends in a panic that names the archive, what
       is wrong and where. Linux has other words for it, and unpacks what is
       compressed; that a machine without a first program panics is the same.
See:   docs/boot.md
"""
import bz2
import gzip
import lzma

from harness import cases

CPUS = [1]
NO_INIT = r'Kernel panic - not syncing: No working init found'
LINUX_NO_ROOT = r'Kernel panic - not syncing: VFS: Unable to mount root fs'
HEADER = 110


def bad(name, data, text, linux=None, **more):
    """A case whose archive ends in this panic."""
    expect = (r'Kernel panic - not syncing: initramfs: ' + text,)
    return cases.Case(name, data, expect=expect, linux=linux, **more)


def compressed(good):
    """Every method that Linux knows, as the first part and behind another."""
    packed = {'gzip': gzip.compress(good), 'bzip2': bz2.compress(good),
              'xz': lzma.compress(good), 'lzma': lzma.compress(good, lzma.FORMAT_ALONE),
              'lzo': b'\x89LZO\x00\r\n\x1a\n', 'lz4': b'\x02\x21\x4c\x18',
              'zstd': b'\x28\xb5\x2f\xfd'}
    for method, data in packed.items():
        yield bad(method, data.ljust(1024, b'\0'),
                  f'{method}-compressed at offset 0: not supported$')
    yield bad('gzip behind a plain part', good + packed['gzip'],
              f'gzip-compressed at offset {len(good)}: not supported$')


def patched(good, at, data):
    return good[:at] + data + good[at + len(data):]


def damaged(good):
    data_at = good.index(b'\x7fELF')
    init_at = good.rindex(b'070701', 0, data_at)
    name_at = init_at + HEADER
    trailer = good.index(b'TRAILER!!!')
    yield bad('cut in a header', good[:init_at + 50],
              f'truncated inside a header at offset {init_at}$')
    yield bad('cut in a name', good[:name_at + 3], f'truncated inside a name at offset {name_at}$')
    yield bad('cut in the data', good[:data_at + 100],
              f'truncated inside the data of a file at offset {data_at}$')
    yield bad('a bad magic in the middle', patched(good, init_at, b'070709'),
              f'no newc cpio header where one should be at offset {init_at}$')
    yield bad('a digit that is none', patched(good, init_at + 14, b'x'),
              f'header with a character that is no hex digit at offset {init_at + 14}$')
    for size in (len(good), 0x7fffffff, 0xffffffff):
        yield bad(f'a file of {size} bytes', patched(good, init_at + 54, b'%08X' % size),
                  f'truncated inside the data of a file at offset {data_at}$')
    yield bad('an entry without a name', patched(good, init_at + 94, b'00000000'),
              f'entry without a name at offset {init_at}$')
    for size in (4097, 0x7fffffff, 0xffffffff):
        yield bad(f'a name of {size} bytes', patched(good, init_at + 94, b'%08X' % size),
                  f'name longer than 4095 bytes at offset {init_at}$')
    yield bad('a name without an end', patched(good, name_at + 4, b'x'),
              f'name without its final zero byte at offset {name_at}$')
    end = (trailer + 11 + 3) // 4 * 4
    yield bad('junk behind the end', good[:end] + b'junk' * 200,
              f'no newc cpio header where one should be at offset {end}$')
    yield bad('no archive at all', b'#!/bin/sh\necho this is a script\n' * 100,
              'no newc cpio header where one should be at offset 0$')
    yield bad('the old portable format', b'070707' + b'0' * 506,
              'old cpio format; make it with cpio -H newc at offset 0$')
    yield bad('the old binary format', b'\xc7\x71' + b'\0' * 510,
              'old cpio format; make it with cpio -H newc at offset 0$')


def missing(good):
    yield cases.Case('no archive', None, append='loglevel=5',
                     expect=('no initramfs given', NO_INIT), linux=(LINUX_NO_ROOT,))
    yield cases.Case('no program in it', cases.base(), append='loglevel=5',
                     expect=(r'cannot run /init \(error -2\)', NO_INIT), linux=(LINUX_NO_ROOT,))
    yield cases.Case('an archive of zeros', bytes(4096), expect=(NO_INIT,),
                     linux=(LINUX_NO_ROOT,))
    # Parts behind each other, zeros between, the first without an end.
    two = cases.base(data=b'not this one')
    yield cases.Case('several parts', two.pack() + bytes(1024) + good, end='poweroff',
                     append='SHOW_END=poweroff', expect=('^show begins$', '^show ends$'))


def too_large():
    archive = cases.base()
    for number in range(6000):
        archive.data(f'/many/{number}', b'x')
    yield bad('more files than there is room for', archive,
              r'cannot make many/\d+ \(entry at offset \d+\): root file system is full$',
              memory='24M')


def scenario(boot):
    good = cases.base(init=cases.program('show')).pack()
    every = [*missing(good), *damaged(good), *compressed(good), *too_large()]
    yield from cases.run(boot, every)
