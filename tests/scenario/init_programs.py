"""tests/scenario/init_programs.py - tini, dumb-init, catatonit as pid 1

What:  the small inits that containers use, as pid 1 of the machine: their
       exit code is init's, they reap what is left to them, they forward
       signals to their child, alone or to its group.
See:   tests/scenario/inits_nested.sh: the same below another init
"""
from harness import cases

CPUS = [1]
PACKAGES = ['busybox-static', 'tini', 'dumb-init', 'catatonit']

SCRIPT = b"""#!/bin/busybox sh
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
mount -t proc proc /proc
echo "child $$ of $PPID"
# Orphans: their parent ends first, so that pid 1 becomes their parent.
for n in 1 2 3 4 5; do
	sh -c 'sleep 0.2 & exec true'
done
sh -c 'sleep 50 & echo $!' >/orphan
orphan=$(cat /orphan)
echo "orphan of $(cut -d' ' -f4 "/proc/$orphan/stat")"
kill "$orphan"
while grep -l '^Name:.sleep' /proc/[0-9]*/status >/dev/null 2>&1; do sleep 0.1; done
echo "zombies $(grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l)"
trap 'echo got TERM; [ "$1" = off ] && exec poweroff -f; exit 7' TERM
echo "signals init"
kill -TERM 1
while :; do sleep 0.1; done
"""


def archive(program, *extra):
    found = cases.base()
    found.busybox(cases.busybox())
    found.file('/bin/one', program)
    for path in extra:
        found.file(path, path)
    found.data('/script', SCRIPT, 0o755)
    return found


def init(name, program, *extra, words=''):
    """Power-off from the child, and then the child's exit code as init's end."""
    files = archive(program, *extra)
    story = ('^child [0-9]+ of 1$', '^orphan of 1$', '^zombies 0$', '^signals init$', '^got TERM$')
    append = f'rdinit=/bin/one -- {words} /script'
    yield cases.Case(f'{name}: to the end', files, f'{append} off', expect=story, end='poweroff')
    died = r'Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000700'
    yield cases.Case(f'{name}: exit code', files, append, expect=(*story, died))


def scenario(boot):
    every = [
        *init('tini', '/usr/bin/tini-static'),
        *init('tini for the group', '/usr/bin/tini-static', words='-g'),
        *init('catatonit', '/usr/bin/catatonit'),
        # The one that is linked dynamically.
        *init('dumb-init', '/usr/bin/dumb-init', '/lib64/ld-linux-x86-64.so.2',
              '/lib/x86_64-linux-gnu/libc.so.6'),
    ]
    yield from cases.run(boot, every)
