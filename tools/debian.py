"""tools/debian.py - files of Debian packages, and the libraries that programs need.

What:  files(PACKAGE): what a package puts where, from this machine if it is
       installed, else fetched by apt-get into build/packages and unpacked
       there, not installed. libraries(PATH, ...): the program interpreter and
       the shared libraries of an ELF file, found as ld.so finds them, and in
       the packages that the named ones depend on; for a program that ends
       threads from within, what glibc loads for that (or aborts).
Not:   data that a program wants at run time: name its package too.
See:   tools/mkinitramfs.py; System V ABI, chapter 5; ld.so(8)
"""
import glob
import os
import re
import struct
import subprocess

from elf import Elf, cstring

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STORE = os.path.join(TOP, 'build', 'packages')
PT_DYNAMIC, PT_INTERP = 2, 3
DT_NULL, DT_NEEDED, DT_STRTAB, DT_RPATH, DT_RUNPATH = 0, 1, 5, 15, 29
MUSL_DIRS = ('lib/x86_64-linux-musl', 'usr/lib/x86_64-linux-musl', 'lib', 'usr/lib')
LIBRARY_DIRS = ('lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu', 'lib', 'usr/lib', 'lib64')
# glibc unwinds the thread by a library that it loads only then; no ELF file names it.
THREAD_ENDS = (b'\0pthread_exit\0', b'\0pthread_cancel\0')
UNWINDER = 'libgcc_s.so.1'
# What nothing at run time reads.
LEFT_OUT = re.compile(r'/usr/share/(doc|doc-base|man|info|locale|lintian|bug|menu|'
                      r'bash-completion|zsh|fish|applications|pixmaps|icons)(/|$)|/\.$|'
                      r'/__pycache__(/|$)')


class PackageError(Exception):
    """A package or library that cannot be had."""


def command(*words, cwd=None):
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=cwd)
    return done.stdout if done.returncode == 0 else None


def fetch(package):
    """Directory with the unpacked package; None if apt has none of that name."""
    root = os.path.join(STORE, package)
    if os.path.isdir(root):
        return root
    os.makedirs(STORE, exist_ok=True)
    if command('apt-get', '-q', 'download', package, cwd=STORE) is None:
        return None
    found = max(glob.glob(os.path.join(STORE, package + '_*.deb')), key=os.path.getmtime)
    fresh = f'{root}.{os.getpid()}'
    if command('dpkg-deb', '-x', found, fresh) is None:
        raise PackageError(f'{found}: dpkg-deb cannot unpack it')
    os.rename(fresh, root)
    return root


def installed(package):
    """Paths of an installed package, or None."""
    status = command('dpkg-query', '-W', '-f', '${db:Status-Status}', package)
    listing = command('dpkg-query', '-L', package) if status == 'installed' else None
    return listing.splitlines() if listing else None


def unpacked(root):
    for top, dirs, names in os.walk(root):
        dirs.sort()
        for name in sorted(dirs + names):
            yield '/' + os.path.relpath(os.path.join(top, name), root)


def files(package):
    """Yield (path in the archive, path on this machine) for all of a package."""
    root = ''
    paths = installed(package)
    if paths is None:
        root = fetch(package)
        if root is None:
            raise PackageError(f'{package}: apt-get finds no such package')
        paths = list(unpacked(root))
    # A directory of the package may be a link here: /bin.
    above = {os.path.dirname(path) for path in paths}
    for path in paths:
        if path in above or LEFT_OUT.search(path):
            continue
        if os.path.lexists(root + path):
            yield path, root + path


def depends(package):
    """Names of the packages that one needs, alternatives included."""
    text = command('dpkg-query', '-W', '-f', '${Pre-Depends}, ${Depends}', package)
    if not text or not text.strip(', '):
        shown = command('apt-cache', 'show', '--no-all-versions', package) or ''
        text = ','.join(re.findall(r'^(?:Pre-)?Depends: (.*)$', shown, re.M))
    return re.findall(r'(?:^|[,|])\s*([a-z0-9][a-z0-9.+-]*)', text)


class Dynamic:
    """What an ELF file asks of the loader; interp is '' and needed empty if static."""

    def __init__(self, path):
        self.interp, self.needed, self.runpath = '', [], []
        elf = Elf(path)
        for part in elf.segments:
            if part.type == PT_INTERP:
                self.interp = cstring(elf.data, part.offset)
            elif part.type == PT_DYNAMIC:
                self.read(elf, part)

    def read(self, elf, part):
        entries = []
        for at in range(part.offset, part.offset + part.filesz, 16):
            tag, value = struct.unpack_from('<qQ', elf.data, at)
            if tag == DT_NULL:
                break
            entries.append((tag, value))
        strings = dict(entries).get(DT_STRTAB, 0)
        load = next((s for s in elf.segments
                     if s.type == 1 and s.vaddr <= strings < s.vaddr + s.filesz), None)
        if load is None:
            return
        base = strings - load.vaddr + load.offset
        self.needed = [cstring(elf.data, base + v) for t, v in entries if t == DT_NEEDED]
        if 'libc.so.6' in self.needed and any(name in elf.data for name in THREAD_ENDS):
            self.needed.append(UNWINDER)
        paths = [cstring(elf.data, base + v) for t, v in entries if t in (DT_RPATH, DT_RUNPATH)]
        self.runpath = [p for text in paths for p in text.split(':') if p]


def is_elf(path):
    if not os.path.isfile(path):
        return False
    with open(path, 'rb') as f:
        return f.read(6) == b'\x7fELF\x02\x01'


class Finder:
    """Looks for libraries, in packages too."""

    def __init__(self):
        self.packages = []      # whose dependencies may hold a library
        self.roots = ['']       # this machine, then unpacked packages
        self.asked = set()

    def in_roots(self, paths):
        for root in self.roots:
            for path in paths:
                host = os.path.join(root or '/', path.lstrip('/'))
                if is_elf(host):        # and no linker script
                    return '/' + path.lstrip('/'), host
        return None

    def more(self):
        """Unpack the next package that others depend on; False: there is none."""
        while self.packages:
            for name in depends(self.packages.pop(0)):
                if name in self.asked:
                    continue
                self.asked.add(name)
                self.packages.append(name)
                root = None if installed(name) else fetch(name)
                if root:
                    self.roots.append(root)
                    return True
        return False

    def find(self, paths):
        """(path in the archive, here) of the first of these paths that is anywhere."""
        while True:
            found = self.in_roots(paths)
            if found or not self.more():
                return found

    def libraries(self, host, path):
        """Yield the same for all that the ELF file at host, in the archive at path, needs."""
        todo, seen = [(host, path)], set()
        while todo:
            host, path = todo.pop()
            wants = Dynamic(host)
            origin = os.path.dirname(path)
            dirs = [p.replace('$ORIGIN', origin).replace('${ORIGIN}', origin)
                    for p in wants.runpath]
            dirs += MUSL_DIRS if 'musl' in wants.interp else LIBRARY_DIRS
            asked = [[wants.interp]] if wants.interp else []
            asked += [[os.path.join(d, name) for d in dirs] for name in wants.needed]
            for paths in asked:
                name = os.path.basename(paths[0])
                if name in seen:
                    continue
                seen.add(name)
                found = self.find(paths)
                if not found:
                    raise PackageError(f'{path}: needs {name}, which no package here has')
                yield found
                todo.append((found[1], found[0]))
