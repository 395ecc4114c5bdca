"""tests/scenario/strace_word.py - the words strace=1 and census=1 of the kernel

What:  what is logged of a pipe of bash reads like strace: arguments by name,
       results, errors; a call in two parts if another one came between;
       signals as they are taken, and how each process ends. At
       power-off each refused call is named and counted.
See:   docs/syscalls.md; strace(1)
"""


def ends(result):
    """The end of a call, which may be in another line."""
    return rf'( <unfinished \.\.\.>|\) = {result})$'


ADDRESS = '0x[0-9a-f]+'
CPUS = [1]
KERNELS = ['nidus']
PACKAGES = ['busybox-static', 'bash-static', 'coreutils']
WITH = ['base']
SPEC = ['file /bin/busybox $BUSYBOX 0755', 'program /bin/bash /bin/bash-static', 'with coreutils']
APPEND = 'loglevel=8 strace=1 census=1'
LIMIT = 120
INIT = """#!/bin/busybox sh
/bin/busybox mkdir -p /proc
/bin/busybox mount -t proc proc /proc
bash -c 'ls / | wc -l'
timeout 1 /usr/bin/tail -f /init >/dev/null
bash -c 'kill -SEGV $$'
poweroff -f
"""
EXPECT = [
    r'strace: \[pid \d+\] execve\("/bin/bash", \["bash", "-c", "ls / \| wc -l"\], ' +
    ADDRESS + r' /\* \d+ vars \*/' + ends('0'),
    r'brk\(NULL' + ends(ADDRESS),
    r'rt_sigaction\(SIGINT, \{sa_handler=.*, sa_mask=\[.*\], sa_flags=SA_RESTORER.*\}, ',
    r'newfstatat\(AT_FDCWD, "/", (\{st_mode=S_IFDIR\|01777, st_size=\d+, ...\}| <unf)',
    r'pipe2?(\(| resumed>)\[3, 4\](, 0)?\) = 0$',
    r'rt_sigprocmask\(SIG_BLOCK, \[INT TERM CHLD\], ',
    r'(clone\(CLONE_CHILD_CLEARTID\|CLONE_CHILD_SETTID\|SIGCHLD, NULL, NULL, 0x.*|resumed>)' +
    r'\) = \d+$',
    r'dup2\([34], [01]' + ends('[01]'),
    r'execve\("(/usr)?/bin/(ls|wc)", \["(ls|wc)", "(/|-l)"\], 0x',
    r'openat\(AT_FDCWD, "/etc/ld.so.cache", O_RDONLY\|O_CLOEXEC' + ends('-1 ENOENT'),
    r'openat\(AT_FDCWD, "/lib/x86_64-linux-gnu/[a-z0-9.-]+", O_RDONLY\|O_CLOEXEC' + ends('3'),
    r'read(\(3, | resumed>)"\\177ELF\\2\\1\\1',
    r'mmap\(0x[0-9a-f]+, \d+, PROT_READ\|PROT_EXEC, MAP_PRIVATE\|MAP_FIXED\|MAP_DENYWRITE, 3, ' +
    ADDRESS + ends(ADDRESS),
    r'wait4 resumed>\[\{WIFEXITED\(s\) && WEXITSTATUS\(s\) == 0\}\], 0, NULL\) = \d+$',
    r'exit_group\(0\) = \?$',
    r'\+\+\+ exited with 0 \+\+\+$',
    r'--- SIGCHLD \{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=\d+, si_uid=0, si_status=0, ' +
    r'si_utime=\d+, si_stime=\d+\} ---$',
    r'inotify_init.*\) = -1 ENOSYS$',
    r'--- SIGTERM \{si_signo=SIGTERM, si_code=SI_USER, si_pid=\d+, si_uid=0\} ---$',
    r'\+\+\+ killed by SIGTERM \+\+\+$',
    r'--- SIGSEGV \{si_signo=SIGSEGV, si_code=SI_USER, si_pid=\d+, si_uid=0\} ---$',
    r'\+\+\+ killed by SIGSEGV \+\+\+$',
    r'--- SIGCHLD \{.* si_code=CLD_KILLED, .* si_status=SIGSEGV, ',
    r'census: inotify_init1? \(\d+\) refused 1 times$',
]
FORBID = ['panic|BUG:']
END = 'poweroff'
