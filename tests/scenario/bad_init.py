"""tests/scenario/bad_init.py - first programs that cannot be run, or that die

What:  each kind of /init that execve refuses, with the error that Linux gives;
       images whose loading goes wrong too late; inits that exit or crash;
       rdinit= and init=, and what comes after them. Where the machine
       cannot go on, it panics with Linux's words.
See:   docs/boot.md; execve(2), elf(5), bootparam(7)
"""
from harness import cases
from harness.elfimage import (BASE, EM_386, EM_AARCH64, ET_CORE, ET_DYN, ET_REL, PAGE, R, W, X,
                              Image, Segment)

CPUS = [1]
NO_INIT = r'Kernel panic - not syncing: No working init found'
LINUX_NO_ROOT = r'Kernel panic - not syncing: VFS: Unable to mount root fs'
RAN = '^the image ran$'
SEGV = r'Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b'
BUS = r'Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000007'
LOUD = 'loglevel=5'


def archive_with(data, mode=0o755):
    archive = cases.base()
    archive.data('/init', data, mode)
    return archive


def refused(name, data, error, mode=0o755, linux=()):
    """execve fails with this error, and there is no other program."""
    return cases.Case(name, archive_with(data, mode), LOUD, linux=linux,
                      expect=(rf'/init \(error -{error}\)', NO_INIT))


def files():
    good = Image().pack()
    yield refused('no permission', good, 13, mode=0o644)
    yield refused('an empty file', b'', 8)
    yield refused('a text', b'echo hello\n', 8)
    yield refused('a script without its interpreter', b'#!/bin/none\n', 2)
    yield refused('a script with an empty interpreter', b'#!  \n', 8)
    yield refused('a script that interprets itself', b'#!/init\n', 40)
    yield cases.Case('a directory', dir_archive('/init'), LOUD, linux=(r'/init \(error -13\)',),
                     expect=(r'/init \(error -13\)', NO_INIT))
    archive = cases.base()
    archive.link('/init', 'again')
    archive.link('/again', 'init')
    yield cases.Case('a loop of links', archive, LOUD, linux=(LINUX_NO_ROOT,),
                     expect=(r'/init \(error -40\)', NO_INIT))
    archive = cases.base()
    archive.data('/real', good, 0o755)
    archive.link('/init', 'real')
    yield cases.Case('a link', archive, expect=(RAN,), end='poweroff')


def dir_archive(path):
    archive = cases.base()
    archive.dir(path)
    return archive


def headers():
    yield refused('for another machine', Image(machine=EM_AARCH64).pack(), 8)
    yield refused('for 32 bits', Image(machine=EM_386).pack(), 8)
    yield refused('an object file', Image(kind=ET_REL).pack(), 8)
    yield refused('a core file', Image(kind=ET_CORE).pack(), 8)
    yield refused('an almost good magic', Image(magic=b'\x7fELG\x02\x01\x01').pack(), 8)
    yield refused('cut in the header', Image().pack()[:40], 8)
    yield refused('no program headers', Image(phnum=0).pack(), 8)
    yield refused('program headers of a wrong size', Image(phentsize=32).pack(), 8)
    yield refused('65535 program headers', Image(phnum=65535).pack(), 8)
    yield refused('a missing interpreter', Image().interpreter('/lib/ld-none.so').pack(), 2)
    archive = archive_with(Image().interpreter('/text').pack())
    archive.data('/text', b'this is no program' * 100, 0o755)
    yield cases.Case('a text as interpreter', archive, LOUD,
                     expect=(r'/init \(error -80\)', NO_INIT))


def image(segments, **more):
    return Image(segments=segments, **more).pack()


def late(name, data, how=f'{NO_INIT}|{SEGV}', **more):
    """Loading fails when the old image is gone, or the first instruction does."""
    return cases.Case(name, archive_with(data), LOUD, expect=(how,), **more)


def segments():
    code = Segment()
    yield cases.Case('overlapping segments', archive_with(image(
        [code, Segment(flags=R | W, offset=0, vaddr=BASE + 2 * PAGE),
         Segment(flags=R | W, offset=0, vaddr=BASE + 2 * PAGE)])),
        expect=(RAN,), end='poweroff')
    yield cases.Case('a segment over the code', archive_with(image(
        [Segment(flags=R), code])), expect=(RAN,), end='poweroff')
    yield cases.Case('segments not in order', archive_with(image(
        [Segment(vaddr=BASE + 4 * PAGE, flags=R), code])), expect=(r'the image ran|panic',),
        end='some')
    yield late('a segment in the kernel', image(
        [code, Segment(vaddr=0xffffffff80000000)]))
    yield late('a segment at the end of user space', image(
        [code, Segment(vaddr=0x7ffffffff000, memsz=2 * PAGE)]), linux=None)
    yield late('a segment that is not canonical', image([code, Segment(vaddr=1 << 63)]))
    yield late('a segment that wraps', image(
        [code, Segment(vaddr=BASE + PAGE, memsz=(1 << 64) - PAGE)]))
    yield late('more in the file than in memory', image(
        [code, Segment(vaddr=BASE + PAGE, memsz=PAGE // 2)]))
    yield late('offset and address out of step', image(
        [code, Segment(vaddr=BASE + PAGE + 8, offset=0)]))
    yield late('a segment of 64 TiB', image([code, Segment(vaddr=BASE + PAGE, memsz=1 << 46)]))
    yield late('nothing to load', image([Segment(kind=4)]))
    yield late('data beyond the file', image(
        [code, Segment(vaddr=BASE + PAGE, offset=64 * PAGE)], entry=BASE + PAGE),
        BUS)
    yield late('code that may not be executed', image([Segment(flags=R | W)]), SEGV)
    yield late('an entry where nothing is', Image(entry=0x10).pack(), SEGV)
    yield late('an entry in the kernel', Image(entry=0xffffffff80100000).pack())
    yield late('an entry that is not canonical', Image(entry=1 << 62).pack())
    yield cases.Case('independent of its place', archive_with(
        image([Segment(vaddr=0, flags=R | X)], kind=ET_DYN, entry=Image.CODE_AT)),
        expect=(RAN,), end='poweroff')


def deaths():
    show = cases.base(init=cases.program('show'))
    died = r'Kernel panic - not syncing: Attempted to kill init! exitcode=0x%08x'
    yield cases.Case('exit(0)', show, 'SHOW_END=exit', expect=(died % 0,))
    yield cases.Case('exit(3)', show, 'SHOW_END=exit SHOW_CODE=3', expect=(died % 0x300,))
    yield cases.Case('a fault', show, 'SHOW_END=fault', expect=(died % 11,))
    yield cases.Case('restart', show, 'SHOW_END=restart', expect=('^show ends$',), end='reset')


def choices():
    show = cases.program('show')
    archive = cases.base()
    for path in ('/one', '/two', '/bin/init', '/bin/sh'):
        archive.file(path, show)
    yield cases.Case('rdinit', archive, 'rdinit=/two', expect=('^argv 0 </two>$',), end='poweroff')
    yield cases.Case('rdinit is missing, init is there', archive, f'{LOUD} rdinit=/no init=/one',
                     expect=(r'/no \(error -2\)', '^argv 0 </one>$'), end='poweroff', linux=None)
    yield cases.Case('rdinit is bad, init is there', with_bad(archive), f'{LOUD} init=/one',
                     expect=(r'/init \(error -8\)', '^argv 0 </one>$'), end='poweroff')
    yield cases.Case('rdinit is bad, init is missing', with_bad(archive), f'{LOUD} init=/no',
                     expect=(r'/init \(error -8\)',
                             r'panic - not syncing: Requested init /no failed \(error -2\)\.'))
    yield cases.Case('the places tried last', with_bad(archive), LOUD,
                     expect=(r'/init \(error -8\)', '^argv 0 </bin/init>$'), end='poweroff')


def with_bad(archive):
    archive.data('/init', b'not a program', 0o755)
    return archive


def scenario(boot):
    every = [*files(), *headers(), *segments(), *deaths(), *choices()]
    yield from cases.run(boot, every)
