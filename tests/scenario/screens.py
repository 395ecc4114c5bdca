"""tests/scenario/screens.py - what the screen shows, read from its picture

What:  boots the ISO image by BIOS and UEFI with screens of several sizes; a
       program lists files in colour, runs an editor and top, and ends, which
       is a panic. At each step a picture of the screen is taken, read back by
       the kernel's own font and compared: every cell is a letter, the lines
       are those that were written, colours are colours, and the whole panic
       is in view. Pictures are left as build/test/screen-*.png for eyes.
See:   tests/harness/screen.py; docs/terminals.md
"""
import os
import re

from harness import cases, screen

from scenario import boots

CPUS = [2]
KERNELS = ['nidus']
INIT = """#!/bin/busybox sh
export PATH=/bin:/sbin:/usr/bin:/usr/sbin TERM=linux HOME=/
mount -t proc proc /proc
mkdir -p /show/directory
cd /show || exit
echo text >file; ln -s file link; echo '#!/bin/sh' >program; chmod 755 program; mkfifo pipe
cat >text <<END
Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.
The quick brown fox jumps over the lazy dog. 0123456789 {}[]()<>|
END
stty -F /dev/tty0 size >/dev/ttyS0
setsid -c sh -c '
	sleep 0.5; echo SHOT-boot >/dev/ttyS0; sleep 0.5
	clear; ls -l --color=always; cat text; sleep 0.5; echo SHOT-ls >/dev/ttyS0; sleep 0.5
	(sleep 1; echo SHOT-vi >/dev/ttyS0; sleep 0.5; killall vi) &
	vi text; wait; reset
	(sleep 1; echo SHOT-top >/dev/ttyS0; sleep 0.5; killall top) &
	top; wait; clear
' </dev/tty0 >/dev/tty0 2>&1
exit 7
"""
SHOTS = ('boot', 'ls', 'vi', 'top', 'panic')
MENU = """set timeout=0
insmod all_video
multiboot2 /boot/nidus.elf console=ttyS0 console=tty0 panic=0
set gfxpayload={mode}x{bits}
module2 /boot/initramfs.cpio
boot
"""
# The colours of ls, as drivers/colour.c has them.
DIRECTORY, LINK, PROGRAM = '5555ff', '55ffff', '55ff55'


def picture(name, shot, kind='ppm'):
    return os.path.join(cases.TOP, 'build/test', f'screen-{name}-{shot}.{kind}')


def image(kernel, mode, bits=32):
    name = f'screen-{mode}x{bits}'
    archive = cases.base(data=INIT.encode())
    archive.busybox(cases.busybox())
    with open(boots.path(f'{name}.cpio'), 'wb') as f:
        f.write(archive.pack())
    with open(boots.path(f'{name}.cfg'), 'w', encoding='utf-8') as f:
        f.write(MENU.format(mode=mode, bits=bits))
    out = boots.path(f'{name}.iso')
    boots.command('tools/mkiso.sh', '-k', kernel,
                  '-g', boots.path(f'{name}.cfg'), '-i',
                  boots.path(f'{name}.cpio'), '-o', out)
    return out


def case(kernel, name, mode, options):
    seen = [(f'^SHOT-{shot}', (f'!screendump {picture(name, shot)}',)) for shot in SHOTS[:-1]]
    # The screen has the line after the serial port.
    seen.append(('end Kernel panic', (1, f'!screendump {picture(name, "panic")}')))
    # With QEMU's usual display memory GRUB gets nothing so large.
    return cases.Case(name, None, kernel=' ',
                      options=('-V', 'none', *options, '-c', image(kernel, mode)),
                      qemu_options=('-device', 'VGA,vgamem_mb=64'), cpus=2, memory='256M',
                      keys=tuple(seen), stop='end Kernel panic', limit_s=120)


def coloured(shown, name, ink):
    """Is the file's name in this colour on black?"""
    for row, match in shown.find(rf' ({name})( ->|$)'):
        return shown.ink(row, match.start(1)) == {'000000', ink}
    return False


def judge_ls(shown):
    yield coloured(shown, 'directory', DIRECTORY), 'a directory is blue'
    yield coloured(shown, 'link', LINK), 'a link is cyan'
    yield coloured(shown, 'program', PROGRAM), 'a program is green'
    yield bool(shown.find('Zwölf Boxkämpfer jagen Viktor quer über den großen')), 'UTF-8'
    yield bool(shown.find(r'0123456789 \{\}\[\]\(\)<>\|')), 'signs'


def judge_vi(shown):
    yield bool(shown.find('^Zwölf|^.wölf')), 'the text stands on top'
    yield [row for row, _ in shown.find('^~$')] == list(range(2, shown.rows - 1)), \
        'a tilde on each row below'
    yield bool(re.match('- text', shown.lines[-1])), 'the status line is the last'


def judge_top(shown):
    yield shown.lines[0].startswith('Mem:'), 'memory on the first line'
    header = shown.find('PID +PPID +USER')
    yield bool(header), 'a heading'
    yield bool(header) and '000000' in shown.ink(header[0][0], header[0][1].start()) and \
        len(shown.ink(header[0][0], 0)) >= 1, 'it is there'
    yield bool(shown.find(r'\d+ +\d+ +0 .* top')), 'top itself'


def judge_panic(shown):
    begin = shown.find('Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000700')
    end = shown.find(r'---\[ end Kernel panic')
    yield bool(begin) and bool(end), 'its first and last line are in view'
    yield bool(shown.find(r'CPU: \d')), 'the processor'


def judge_boot(shown):
    yield bool(shown.find(r'init: started after')), 'the log'


def judge(name, columns, rows):
    for shot in SHOTS:
        if not os.path.exists(picture(name, shot)):
            yield False, f'{shot}: there is a picture'
            continue
        shown = screen.read(picture(name, shot))
        screen.png(shown, picture(name, shot, 'png'))
        os.unlink(picture(name, shot))
        yield (shown.columns, shown.rows) == (columns, rows), f'{shot}: {columns} x {rows}'
        # The cursor covers a part of one cell.
        strange = sum(line.count(screen.UNKNOWN) for line in shown.lines)
        yield strange <= 1, f'{shot}: all cells are letters'
        for good, what in globals()[f'judge_{shot}'](shown):
            yield good, f'{shot}: {what}'


WAYS = (
    ('bios-1024x768', '1024x768', (), 128, 48),
    ('bios-800x600', '800x600', (), 100, 37),
    ('bios-1920x1080', '1920x1080', (), 240, 67),
    ('uefi-1024x768', '1024x768', ('-U',), 128, 48),
    ('uefi-800x600', '800x600', ('-U',), 100, 37),
    ('uefi-1920x1080', '1920x1080', ('-U',), 240, 67),
)


# A machine that cannot run the kernel: what is missing, its screen, how many
# pixels wide and high a dot of a letter is, and the only line of the screen.
NO_LM = ('-C', 'qemu64,-lm')
TEXT_NO_LM = 'Nidus: this processor has no 64-bit mode'
REFUSED = (
    ('bios-no-lm', NO_LM, '1024x768', 32, 1, TEXT_NO_LM),
    ('bios-no-lm-24-bits', NO_LM, '800x600', 24, 1, TEXT_NO_LM),
    ('bios-no-lm-wide', NO_LM, '1920x1080', 32, 3, TEXT_NO_LM),
    ('bios-no-lm-wide-24-bits', NO_LM, '1280x1024', 24, 2, TEXT_NO_LM),
    ('uefi-no-sse2', ('-U', '-C', 'qemu64,-sse2'), '1024x768', 32, 1,
     'Nidus: this processor has no SSE2 and FXSAVE'),
)


def drawn(shown, line):
    """Does it stand on top, white on red, with nothing beside and below it?"""
    inks = [shown.ink(0, column) for column in range(shown.columns)]
    return shown.lines == [line] + [''] * (shown.rows - 1) and \
        all(ink == ({'aa0000'} if sign == ' ' else {'ffffff', 'aa0000'})
            for sign, ink in zip(line, inks)) and \
        all(ink == {'000000'} for ink in inks[len(line):])


def refused(boot, name, options, mode, bits, dot, line):
    """The serial port has the line before the screen has all of it."""
    file = picture(name, 'refused')
    outcome = cases.boot_case(boot, cases.Case(
        name, None, kernel=' ',
        options=('-V', 'none', *options, '-c', image(boot.kernel, mode, bits)),
        qemu_options=('-device', 'VGA,vgamem_mb=64'), memory='256M',
        keys=((f'^{line}', (1, f'!screendump {file}')),),
        stop=f'^{line}', limit_s=60))
    good = False
    if os.path.exists(file):
        screen.png(screen.read(file), picture(name, 'refused', 'png'))
        good = all(drawn(screen.read(file, dot, part), line) for part in range(dot))
        os.unlink(file)
    yield good, f'{name}, {line!r} is on the screen', [] if good else outcome.story(20)


def scenario(boot):
    os.makedirs(boots.path(''), exist_ok=True)
    only = os.environ.get('CASE', '' if os.environ.get('ONLY') else 'bios-800|bios-no-lm')
    for name, mode, options, columns, rows in WAYS:
        if not re.search(only, name):
            continue
        outcome = cases.boot_case(boot, case(boot.kernel, name, mode, options))
        for good, what in judge(name, columns, rows):
            yield good, f'{name}, {what}', [] if good else outcome.story(20)
    for case_of in REFUSED:
        if re.search(only, case_of[0]):
            yield from refused(boot, *case_of)
