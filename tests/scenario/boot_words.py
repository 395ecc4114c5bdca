"""tests/scenario/boot_words.py - what the words of the command line do

What:  words for the first program, words for the kernel, the last of several,
       too many, too long; processors and memory taken away; what happens
       after a panic; too little memory for anything.
See:   docs/boot.md; bootparam(7), kernel-command-line(7)
"""
from elf import PT_LOAD, Elf
from harness import cases

CPUS = [1]
# Linux hands its own "nokaslr" of the usual words to init.
LINUX_BASE = 'console=ttyS0 loglevel=3 panic=-1'


def shown(name, append, *expect, **more):
    """A boot whose init shows what it was given."""
    more.setdefault('end', 'poweroff')
    return cases.Case(name, cases.base(init=cases.program('show')), append,
                      expect=('^show begins$', *expect), **more)


def words():
    yield shown('nothing', '', '^argc 1$', '^argv 0 </init>$', '^env 0 <HOME=/>$',
                '^env 1 <TERM=linux>$', r'^fd 0 mode 020600 rdev 501 flags 02$', '^fd 1 ', '^fd 2 ',
                '^pid 1 parent 0 group [01] session [01]$', '^uid 0 gid 0$', '^cwd / umask 022$',
                '^nofile 1024 4096 stack 8388608$', '^show ends$', forbid=('^argv 1', '^fd 3'))
    yield shown('words for init', 'alpha FIRST=1 beta EMPTY= mod.param=3 some.word gamma',
                '^argc 4$', '^argv 1 <alpha>$', '^argv 2 <beta>$', '^argv 3 <gamma>$',
                '<FIRST=1>$', '<EMPTY=>$', forbid=('mod.param.*>', 'some.word.*>'))
    yield shown('words behind the dashes', 'alpha -- KEY=1 quiet some.word panic=0 -x',
                '^argc 7$', '^argv 1 <alpha>$', '^argv 2 <KEY=1>$', '^argv 3 <quiet>$',
                '^argv 4 <some.word>$', '^argv 5 <panic=0>$', '^argv 6 <-x>$',
                forbid=('^env .*KEY',))
    yield shown('variables replaced', 'TERM=vt100 A=1 HOME=/root A=2', '^env 0 <HOME=/root>$',
                '^env 1 <TERM=vt100>$', '^env 2 <A=2>$', forbid=('A=1>',))
    yield shown('quotes', 'KEY="two words" "three more words" "Q=a b" -- "after the dashes"',
                '^argv 1 <three more words>$', '^argv 2 <after the dashes>$',
                '^env . <KEY=two words>$', '^env . <Q=a b>$')
    yield shown('words in front of rdinit', 'auto rdinit=/init late KEY=1', '^argc 2$',
                '^argv 1 <late>$', '<KEY=1>$')
    yield shown('words of Linux', 'root=/dev/vda1 ro rootwait no_timer_check mitigations=off',
                '^argc 1$', '^env 1 <TERM=linux>$', forbid=('<root=', '<mitigations'))
    yield shown('places by chance', '', '^/proc/sys/kernel/randomize_va_space: 2$')
    yield shown('norandmaps', 'norandmaps', '^argc 1$',
                '^/proc/sys/kernel/randomize_va_space: 0$')
    many = ' '.join(f'w{n}' for n in range(1, 33))
    yield shown('32 words', many, '^argc 33$', '^argv 32 <w32>$')
    yield cases.Case('33 words', cases.base(init=cases.program('show')), many + ' w33',
                     expect=(r"Kernel panic - not syncing: Too many boot init vars at `w33'",))
    many = ' '.join(f'V{n}=1' for n in range(1, 32))
    yield shown('31 variables', many, '<V31=1>$')
    yield cases.Case('32 variables', cases.base(init=cases.program('show')), many + ' V32=1',
                     expect=(r"Kernel panic - not syncing: Too many boot env vars at `V32=?1?'",))
    yield shown('a very long line', 'LONG=' + 'x' * 1900 + ' last', '^argv 1 <last>$',
                '<LONG=x{1900}>$', '^/proc/cmdline: .*x{1900} last$')
    yield shown('a line that is too long', 'FIRST=1 LONG=' + 'x' * 3000 + ' last', '^argc 1$',
                '<FIRST=1>$', '<LONG=x{1900,}>$', linux=None)
    yield shown('strange characters', 'A== =B -q --x= \u00e4 "', '^argv 0', linux=None)


def machine_words():
    yield shown('maxcpus=1', 'maxcpus=1', '^cpus 1$', cpus=4)
    yield shown('maxcpus=3', 'maxcpus=3', '^cpus 3$', cpus=4)
    yield shown('maxcpus=0', 'maxcpus=0', '^cpus 1$', cpus=2)
    yield shown('nosmp', 'nosmp', '^cpus 1$', cpus=2)
    yield shown('maxcpus=99', 'maxcpus=99', '^cpus 2$', cpus=2)
    yield shown('mem=64M', 'mem=64M', r'^ram (5\d|6[0-3]) MiB$', '^show ends$', memory='256M',
                linux=None)
    yield shown('mem=128M', 'mem=128M', r'^ram (\d\d|1[01]\d|12[0-7]) MiB$', '^show ends$',
                memory='256M')
    yield shown('mem=1G of less', 'mem=1G', r'^ram (9\d|1[01]\d|12[0-7]) MiB$', memory='128M',
                linux=None)


def log_words():
    yield shown('the last loglevel counts', 'loglevel=7 loglevel=1', linux=None,
                forbid=(r'^\[ *\d+\.\d+\]',))
    yield shown('quiet', 'quiet', linux=None, forbid=(r'^\[ *\d+\.\d+\]',))
    yield cases.Case('info is shown', cases.base(init=cases.program('show')), 'loglevel=7',
                     expect=('Nidus, started by PVH', 'initramfs: .* entries', 'init: started'),
                     end='poweroff', linux=None)
    yield cases.Case('the screen as console', cases.base(init=cases.program('show')),
                     'console=tty0 loglevel=7', expect=('init: started',),
                     forbid=('show begins',), end='poweroff', linux=None,
                     qemu_options=('-vga', 'std'))
    yield shown('the screen, then the serial port', 'console=tty0 console=ttyS0,115200n8',
                '^show ends$', qemu_options=('-vga', 'std'), linux=None)


def after_a_panic():
    show = cases.base(init=cases.program('show'))
    died = (r'Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000300',)
    dying = 'SHOW_END=exit SHOW_CODE=3 testexit=0'
    yield cases.Case('panic=-1', show, f'{dying} panic=-1', expect=died, end='reset')
    yield cases.Case('panic=2', show, f'{dying} panic=2', expect=died, end='reset')
    yield cases.Case('panic=0', show, f'{dying} panic=0', expect=died, end='stays', limit_s=4)
    yield shown('halt', 'SHOW_END=halt', '^show ends$', end='halt', linux=None)
    yield shown('halt without a port', 'SHOW_END=halt testexit=0', '^show ends$', end='stays',
                limit_s=4, linux=None)
    yield shown('power-off without a port', 'testexit=0', '^show ends$', end='reset')
    yield shown('restart without a port', 'testexit=0 SHOW_END=restart', '^show ends$', end='reset')


def little_memory(boot):
    """Until there is enough, a message; never silence."""
    show = cases.base(init=cases.program('show'))
    for memory in ('3M', '4M', '5M'):
        yield cases.Case(f'{memory} of memory', show, memory=memory, end='some', linux=None,
                         expect=(r'Kernel panic - not syncing: .*memory|^Nidus: .*memory|'
                                 r'initrd is too large|^show ends$',))
    # The archive is somewhat larger than what is left above the kernel: it lies over the end of
    # what the kernel clears, not over what it needs to say so.
    end = max(s.paddr + s.memsz for s in Elf(boot.kernel).segments if s.type == PT_LOAD)
    size = (end >> 20) + 1
    big = cases.base(init=cases.program('show'))
    big.data('/filler', bytes((size << 20) - end))
    yield cases.Case(f'{size}M of memory', big, memory=f'{size}M', end='stays', linux=None,
                     limit_s=4,
                     expect=('^Nidus: an initramfs lies over the kernel: too little memory$',))
    yield shown('8M of memory', '', '^show ends$', memory='8M', linux=None)


def scenario(boot):
    boot.base = LINUX_BASE if boot.linux else ''
    every = [*words(), *machine_words(), *log_words(), *after_a_panic()]
    if not boot.linux:
        every += little_memory(boot)
    yield from cases.run(boot, every)
