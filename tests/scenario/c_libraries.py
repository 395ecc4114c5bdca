"""tests/scenario/c_libraries.py - one program with threads, by musl and glibc

What:  the same source linked statically with musl and with glibc, as a
       position-independent static program, and dynamically with glibc; each is
       pid 1, on one and on several CPUs.
See:   tests/scenario/programs/threads.c
"""
from harness import cases

CPUS = [1]
GLIBC = 'gcc'
LIBRARIES = ('/lib64/ld-linux-x86-64.so.2', '/lib/x86_64-linux-gnu/libc.so.6',
             '/lib/x86_64-linux-gnu/libgcc_s.so.1')


def archive(path, *libraries):
    found = cases.base(init=path)
    for library in libraries:
        found.file(library, library)
    return found


def scenario(boot):
    kinds = {
        'musl': archive(cases.program('threads')),
        'glibc': archive(cases.program('threads', compiler=GLIBC)),
        'glibc, static PIE': archive(cases.program('threads', '-static-pie', compiler=GLIBC,
                                                   kind='static-pie')),
        'glibc, dynamic': archive(cases.program('threads', compiler=GLIBC, kind='dynamic'),
                                  *LIBRARIES),
    }
    every = [cases.Case(f'{name}, {cpus} CPUs', found, 'word', cpus=cpus, end='poweroff', tap=True)
             for name, found in kinds.items() for cpus in (1, 4)]
    boot.base = 'console=ttyS0 loglevel=3 panic=-1' if boot.linux else ''
    yield from cases.run(boot, every)
