#!/usr/bin/env python3
"""tests/harness/selftest.py - tests of the test runner and the build tools.

What:  a judge that lets a bad run pass is worse than none: each way in which a
       stream or a boot can be bad is shown to the harness, which must see it;
       and what the tools write is read back. Prints TAP.
See:   docs/testing.md
"""
import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import cases, elfimage, guest, history, machine  # noqa: E402
from harness import oracle, pidns, scenario, tap  # noqa: E402
import lab_text  # noqa: E402
import mkpidns  # noqa: E402
from mkinitramfs import Archive, SpecError  # noqa: E402

TESTS = []


def test(function):
    TESTS.append(function)
    return function


def reader(text):
    found = tap.Reader()
    for line in text.split('\n'):
        found.feed(line)
    return found


@test
def good_streams_are_good():
    for text in ('1..2\nok 1 - a\nok 2 - b', 'ok - a\nok - b\n1..2', '1..0 # SKIP no device',
                 '1..1\nok - a # SKIP none'):
        assert not reader(text).faults(), text


@test
def bad_streams_have_faults():
    for text in ('', 'ok 1 - a', '1..2\nok 1 - a', '1..1\nok 1\nok 2', '1..0', '1..1\n1..1\nok',
                 '1..2\nok 1\nok 1', '1..1\nok 2', '1..1\nok 1\nBail out! gone'):
        assert reader(text).faults(), text


@test
def points_are_read():
    points = reader('not ok 1 - a: b # TODO later\n# why\nok - c # SKIP no').points
    assert (points[0].ok, points[0].name, points[0].directive) == (False, 'a: b', 'TODO later')
    assert points[0].comments == ['why'] and points[0].good()
    assert points[1].directive == 'SKIP no'
    assert not reader('not ok - a').points[0].good()
    assert not reader('okay then').points


@test
def kernels_are_compared_point_by_point():
    def bad(*rows):
        with contextlib.redirect_stdout(io.StringIO()):
            return oracle.report([['p', f'point {i}', *row] for i, row in enumerate(rows)], True)
    assert bad(('ok', 'ok'), ('skip', 'ok'), ('-', 'ok'), ('ok', 'skip'), ('ok', '-')) == 0
    assert bad(('ok', 'ok'), ('-', 'ok')) == bad(('ok', '-')) == 1
    assert bad(('not ok: a', 'ok')) == bad(('ok', 'not ok')) == bad(('skip', 'not ok')) == 1


@test
def an_older_kernel_differs_where_its_history_says():
    ids = list(mkpidns.read_ids())
    newer = {one for one, line in mkpidns.read_history().items() if mkpidns.younger(line, '6.1')}
    found = {one: 'differs' if one in newer else 'ok' for one in ids}
    with contextlib.redirect_stdout(io.StringIO()):
        assert history.report(ids, found, '6.1') == 0
        assert history.report(ids, {**found, ids[0]: 'differs'}, '6.1') == 1
        assert history.report(ids, {**found, min(newer): 'ok'}, '6.1') == 1
    assert mkpidns.younger(('6.11', ''), '6.9') and not mkpidns.younger(('6.9', ''), '6.11')


@test
def a_failed_point_fails_the_writer():
    out = io.StringIO()
    writer = tap.Writer('t', out)
    writer.point(True, 'a # b')
    assert writer.done() == 0
    assert tap.Writer('t', io.StringIO()).done() == 1
    assert out.getvalue() == 'ok 1 - a \\# b\n1..1\n'
    writer.comment(['two\nok 1 - lines', 3])
    assert out.getvalue().endswith('1..1\n#   two\n#   ok 1 - lines\n#   3\n')
    writer = tap.Writer('t', io.StringIO())
    with tempfile.NamedTemporaryFile('r') as kept, environ('FAILURES', kept.name):
        hide(lambda: writer.point(False, 'x', '', ['why']))
        hide(lambda: writer.point(False, 'y', 'TODO later'))
        assert kept.read() == '# t: not ok - x\n#   why\n'
    assert writer.done() == 1


@contextlib.contextmanager
def environ(name, value):
    """The variable of the environment, for a while."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]
        if before is not None:
            os.environ[name] = before


def hide(call):
    """Call without standard error."""
    keep, sys.stderr = sys.stderr, io.StringIO()
    try:
        return call()
    finally:
        sys.stderr = keep


def play(lines, names=('a', 'b')):
    boot = guest.GuestBoot('t', names)
    for line in lines:
        boot.line(line)
    return boot


@test
def guest_programs_are_followed():
    boot = play(['noise', '# begin a', 'ok - x', '1..1', '# end a status=0', '# begin b',
                 'no newline# end b status=3', 'NIDUS-TEST-END failed'])
    assert not boot.programs['a'].faults()
    assert 'it ended with status 3' in boot.programs['b'].faults()
    assert boot.marker == 'failed'


@test
def a_program_that_takes_the_machine_down_has_failed():
    boot = play(['# begin a', 'ok - x', '1..1'])
    assert boot.programs['a'].faults() and boot.programs['b'].faults()
    assert boot.marker is None


def ending(code, marker, linux=False, why='ended'):
    """How many bad points a boot with this end has."""
    writer = tap.Writer('t', io.StringIO())
    outcome = machine.Outcome(code=code, why=why, log='x')
    boot = machine.Boot(name='t', linux=linux)
    hide(lambda: guest.judge_end(writer, boot, outcome, marker))
    return writer.failed


@test
def only_power_off_after_the_marker_is_a_good_end():
    assert ending(33, 'ok') == 0
    assert ending(0, 'ok', linux=True) == 0
    for code in (0, 1, 35, 37, -9):
        assert ending(code, 'ok'), code
    assert ending(33, None)
    assert ending(33, 'ok', why='time limit')
    assert ending(33, 'ok', linux=True)


@test
def kernel_lines_lose_their_stamp():
    for line in ('[    0.123456] ok 1 - a', '[ 12.5] [c3] ok 1 - a', 'ok 1 - a',
                 '[    1.000000] CPU2: ok 1 - a'):
        assert guest.STAMP.sub('', line) == 'ok 1 - a', line


def story_file(text):
    path = os.path.join(tempfile.mkdtemp(), 'story.sh')
    with open(path, 'w', encoding='utf-8') as f:
        f.write('#!/bin/sh\n' + text)
    try:
        return scenario.Scenario(path)
    finally:
        shutil.rmtree(os.path.dirname(path))


def told(story, lines, code=33):
    boot = machine.Boot(name='t', cpus=3)
    outcome = machine.Outcome(lines=lines, code=code, log='x')
    return [good for good, _, _ in scenario.judge(story, boot, outcome)]


@test
def stories_are_judged_in_order():
    story = story_file('#: expect ^a$\n#: expect ^b @CPUS@$\n#: forbid bad\n#: cpus 1 3\n')
    assert story.cpus == ['1', '3']
    assert all(told(story, ['a', 'x', 'b 3']))
    assert told(story, ['b 3', 'a']) == [True, False, True, True]
    assert told(story, ['a', 'b 3', 'bad']) == [True, True, False, True]
    assert told(story, ['a', 'b 3'], code=0) == [True, True, True, False]


@test
def stories_that_say_nothing_are_refused():
    for text in ('#: cpus 2\n', '#: expect a\n#: end sometime\n', '#: expext a\n'):
        try:
            story_file(text)
        except SpecError:
            continue
        raise AssertionError(text)


@test
def points_of_the_guest_count():
    story = story_file('#: tap yes\n')
    assert all(told(story, ['ok 1 - a', 'noise', '1..1']))
    assert not all(told(story, ['ok 1 - a']))
    assert not all(told(story, ['not ok 1 - a', '1..1']))
    assert not all(told(story, ['ok 1 - a', '1..2']))
    assert not all(told(story, []))


@test
def ends_are_told_apart():
    for end, good in (('poweroff', 33), ('halt', 35), ('panic', 37), ('reset', 0)):
        story = story_file(f'#: expect a\n#: end {end}\n')
        for code in (0, 1, 33, 35, 37):
            assert told(story, ['a'], code)[-1] == (code == good), (end, code)
    assert not told(story_file('#: expect a\n#: end stays\n'), ['a'], 33)[-1]


@test
def cases_keep_to_themselves():
    boot = machine.Boot(name='story', kernel='k', cpus=9)
    one = cases.machine_of(boot, cases.Case('A case!', b'archive', 'x=1', cpus=2), '/tmp')
    try:
        assert (one.name, one.cpus, one.append) == ('story.a-case', 2, 'x=1')
        assert (boot.name, boot.cpus, boot.initrd) == ('story', 9, '')
        with open(one.initrd, 'rb') as f:
            assert f.read() == b'archive'
    finally:
        os.unlink(one.initrd)
    assert not cases.machine_of(boot, cases.Case('none'), '/tmp').initrd


@test
def made_programs_are_elf():
    data = elfimage.Image().pack()
    assert data[:4] == b'\x7fELF' and len(data) == elfimage.PAGE
    assert data[elfimage.Image.CODE_AT:].startswith(elfimage.CODE)
    assert elfimage.TEXT in data
    assert b'/x\0' in elfimage.Image().interpreter('/x').pack()


@test
def archives_are_read_by_cpio_as_written():
    archive = Archive()
    archive.line('dir /d 0750')
    archive.data('/d/f', b'12345', 0o640)
    archive.line('hard /d/g /d/f')
    archive.line('link /l d/f')
    archive.line('node /dev/console c 5 1 0600')
    if not shutil.which('cpio'):
        return 'no cpio'
    listed = subprocess.run(['cpio', '-t', '--quiet', '-v', '--numeric-uid-gid'],
                            input=archive.pack(), capture_output=True, check=True).stdout.decode()
    rows = [line.split() for line in listed.splitlines()]
    assert [row[0] for row in rows] == ['drwxr-x---', '-rw-r-----', '-rw-r-----', 'lrwxrwxrwx',
                                        'drwxr-xr-x', 'crw-------'], listed
    assert rows[2][1] == '2' and rows[2][4] == '5', listed
    return ''


@test
def archives_are_reproducible_and_refuse_nonsense():
    def make():
        archive = Archive()
        archive.line('file /a/b /etc/passwd 0600')
        return archive.pack()
    assert make() == make()
    for text in ('dir /', 'file /x /no/such/file 0644', 'node /n p 1 1 0600', 'dir /x', 'link /x',
                 'file /x $NONE 0644', 'hard /x /none', 'what /x'):
        try:
            Archive().line(text)
        except SpecError:
            continue
        raise AssertionError(text)


C_SOURCE = """#include "x.h"

int twice(int n);

/* Says @n
 * twice. */
static int twice(int n)
{
	int m = n;

	ASSERT(n > 0);
	ASSERT(m > 0);
	if (m)
		/* at once */
		return 2 * m;
	return 0;
}

static int other(void)
{
	return 1;
}
"""
C_SKELETON = """static int twice(int n)
{
	ASSERT(n > 0);
	/* ASSERT(m > 0); */
	/* at once */
	panic("lab 00: %s is yours to write", "twice");
}

static int other(void)
"""
ASM_SOURCE = """bits 64
first:
	mov rax, rdi
.local:
	ret

; The next one.
second:
	ret
"""


@test
def skeletons_lose_bodies_and_nothing_else():
    text = lab_text.empty('x.c', C_SOURCE, 'twice', '', '00')
    assert C_SKELETON in text and 'int twice(int n);\n' in text and 'return 1;' in text, text
    text = lab_text.empty('x.c', C_SOURCE, 'other', '\tTODO\n', '00')
    assert 'return 2' in text and 'return 1' not in text and '"other");' in text, text
    text = lab_text.empty('x.asm', ASM_SOURCE, 'first', '', '00')
    assert '.local' not in text and text.endswith('\n\n; The next one.\nsecond:\n\tret\n'), text
    try:
        lab_text.empty('x.c', C_SOURCE, 'none', '', '00')
    except lab_text.LabError:
        return
    raise AssertionError('a function that is not there')


@test
def students_may_change_bodies_alone():
    part = lab_text.Part('x.c')
    part.stubs['twice'] = ''
    assert lab_text.same_outside(part, C_SOURCE.replace('2 * m', 'm + m'), C_SOURCE)
    assert not lab_text.same_outside(part, C_SOURCE.replace('return 1', 'return 2'), C_SOURCE)


DRIVER = """
import sys
sys.path.insert(0, 'tests')
from harness import machine
machine.run(machine.Boot('orphan', kernel='none'))
"""


def is_alive(pid):
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii') as f:
            return f.read().rpartition(')')[2].split()[0] != 'Z'
    except OSError:
        return False


def within(seconds, question):
    end = time.monotonic() + seconds
    while not question() and time.monotonic() < end:
        time.sleep(0.05)
    return question()


@test
def a_machine_dies_with_its_driver():
    with tempfile.TemporaryDirectory() as folder:
        qemu, told = os.path.join(folder, 'qemu'), os.path.join(folder, 'pid')
        with open(qemu, 'w', encoding='ascii') as f:
            f.write(f'#!/bin/sh\necho $$ >{told}.new && mv {told}.new {told}\nexec sleep 60\n')
        os.chmod(qemu, 0o755)
        with subprocess.Popen([sys.executable, '-c', DRIVER], cwd=machine.TOP,
                              stdout=subprocess.DEVNULL,
                              env={**os.environ, 'QEMU': qemu}) as driver:
            began = within(20, lambda: os.path.exists(told))
            driver.kill()
        assert began, 'no machine was started'
        with open(told, encoding='ascii') as f:
            pid = int(f.read())
        gone = within(10, lambda: not is_alive(pid))
        if not gone:
            os.kill(pid, signal.SIGKILL)
        assert gone, 'the machine lives on'


@test
def results_of_another_kernel_do_not_count():
    back = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for path in ('build/test', 'build/user'):
                os.makedirs(path)
            for path in ('k.elf', 'build/user/p'):
                with open(path, 'w', encoding='ascii'):
                    pass
            for kernel, want in (('k.elf', {'p': [['a', 'ok']]}), ('sabotaged.elf', {})):
                with open('build/test/user-cpus1.nidus.json', 'w', encoding='ascii') as f:
                    json.dump({'kernel': kernel, 'programs': {'p': [['a', 'ok']]}}, f)
                assert pidns.earlier(1, 'k.elf', ['p']) == want, kernel
        finally:
            os.chdir(back)


@test
def a_silent_machine_is_typed_to_again():
    pressed, kept = [], machine.press
    watch = machine.Watch(machine.Boot('x', keys=(('^go', 'line\n'),), again_s=0.01), None)
    machine.press = lambda monitor, what: pressed.append(what)
    try:
        watch.press('not yet')
        watch.press_again(0)
        watch.press('go')
        watch.press_again(time.monotonic())
        time.sleep(0.02 * machine.scale())
        watch.press_again(0)
    finally:
        machine.press = kept
    assert pressed == ['line\n', ('!sendkey ctrl-u', 'line\n')], pressed


def main():
    print(f'1..{len(TESTS)}')
    bad = 0
    for number, function in enumerate(TESTS, 1):
        name = function.__name__.replace('_', ' ')
        try:
            why = function()
            print(f'ok {number} - {name}' + (f' # SKIP {why}' if why else ''))
        except AssertionError as error:
            bad += 1
            print(f'not ok {number} - {name}')
            print(f'# {error}', file=sys.stderr)
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
