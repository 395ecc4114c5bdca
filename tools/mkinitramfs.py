#!/usr/bin/env python3
"""tools/mkinitramfs.py - writes an initramfs: a newc cpio archive.

What:  entries come from files of lines (-f), single lines (-e) and whole
       directories (-d), in that order. Times are zero, owners are root, and
       inode numbers count up, so that equal input makes an equal archive.
       Missing parent directories are added. A line is one of
           dir PATH MODE
           file PATH HOSTFILE MODE
           link PATH TARGET                    (a symbolic link)
           hard PATH EXISTING                  (a hard link to a file)
           node PATH c|b MAJOR MINOR MODE
           tree HOSTDIR [PATH]                 (a directory's contents)
           busybox HOSTFILE                    (/bin/busybox and its links)
           with PACKAGE                        (a Debian package's files, and
                                                the libraries they need)
           program PATH HOSTFILE               (a file with its libraries)
       # begins a comment; $NAME is replaced from -D NAME=VALUE.
       A later entry of the same path takes the place of an earlier one.
       --with PACKAGE and --shell (a shell as /init, with /dev) say the same
       without a file:
           tools/mkinitramfs.py -o my.cpio --shell --with util-linux
       A package that is not installed is fetched by apt-get, not installed.
Not:   compression, which the kernel refuses.
See:   Linux's Documentation/driver-api/early-userspace/buffer-format.rst
"""
import argparse
import os
import shlex
import stat
import string
import subprocess
import sys

import debian


class SpecError(Exception):
    """A line that cannot be carried out."""


class Entry:
    """One file: links are the other names of a regular file."""

    def __init__(self, mode, data=b'', rdev=(0, 0)):
        self.mode = mode
        self.data = data
        self.rdev = rdev
        self.paths = []


def clean(path):
    path = os.path.normpath('/' + path.strip('/')).lstrip('/')
    if not path:
        raise SpecError('the root has no entry of its own')
    return path


class Archive:
    """An initramfs in memory."""

    def __init__(self):
        self.by_path = {}
        self.finder = debian.Finder()

    def put(self, path, entry):
        path = clean(path)
        old = self.by_path.get(path)
        if old is not None and stat.S_ISDIR(old.mode):
            if not stat.S_ISDIR(entry.mode):
                raise SpecError(f'/{path}: is a directory')
            old.mode = entry.mode   # keeps its place in front of what it holds
            return
        if old is not None:
            del self.by_path[path]
            old.paths.remove(path)
        parent = os.path.dirname(path)
        if parent and parent not in self.by_path:
            self.dir(parent)
        if parent and not stat.S_ISDIR(self.by_path[parent].mode):
            raise SpecError(f'/{parent}: is not a directory')
        entry.paths.append(path)
        self.by_path[path] = entry

    def dir(self, path, mode=0o755):
        self.put(path, Entry(stat.S_IFDIR | mode))

    def data(self, path, data, mode=0o644):
        self.put(path, Entry(stat.S_IFREG | mode, data))

    def file(self, path, source, mode=0o755):
        with open(source, 'rb') as f:
            self.data(path, f.read(), mode)

    def link(self, path, target):
        self.put(path, Entry(stat.S_IFLNK | 0o777, target.encode()))

    def hard(self, path, existing):
        entry = self.by_path.get(clean(existing))
        if entry is None or not stat.S_ISREG(entry.mode):
            raise SpecError(f'{existing}: no such file for a hard link')
        if clean(path) != clean(existing):
            self.put(path, entry)

    def node(self, path, kind, rdev, mode=0o600):
        if kind not in ('c', 'b'):
            raise SpecError(f'{path}: a node is c or b')
        self.put(path, Entry((stat.S_IFCHR if kind == 'c' else stat.S_IFBLK) | mode, b'', rdev))

    def tree(self, source, prefix='/'):
        seen = {}
        for top, dirs, files in os.walk(source):
            dirs.sort()
            for name in sorted(dirs + files):
                host = os.path.join(top, name)
                path = os.path.join(prefix, os.path.relpath(host, source))
                info = os.lstat(host)
                mode = stat.S_IMODE(info.st_mode)
                if stat.S_ISLNK(info.st_mode):
                    self.link(path, os.readlink(host))
                elif stat.S_ISDIR(info.st_mode):
                    self.dir(path, mode)
                elif stat.S_ISREG(info.st_mode):
                    if info.st_nlink > 1 and (info.st_dev, info.st_ino) in seen:
                        self.hard(path, seen[info.st_dev, info.st_ino])
                        continue
                    seen[info.st_dev, info.st_ino] = path
                    self.file(path, host, mode)
                elif stat.S_ISCHR(info.st_mode) or stat.S_ISBLK(info.st_mode):
                    kind = 'c' if stat.S_ISCHR(info.st_mode) else 'b'
                    self.node(path, kind, (os.major(info.st_rdev), os.minor(info.st_rdev)), mode)
                else:
                    raise SpecError(f'{host}: neither file, directory, link nor device')

    def busybox(self, source):
        self.file('/bin/busybox', source)
        listed = subprocess.run([source, '--list-full'], capture_output=True, text=True,
                                check=True).stdout.split()
        for name in listed:
            if name.startswith(('bin/', 'sbin/', 'usr/')) and name != 'bin/busybox':
                self.link(name, '/bin/busybox')

    def settle(self, path):
        """A path with the directories that are symbolic links here followed."""
        top, name = os.path.split(clean(path))
        for _ in range(10):
            entry = self.by_path.get(top)
            if entry is None or not stat.S_ISLNK(entry.mode):
                break
            top = clean(os.path.join('/', os.path.dirname(top), entry.data.decode()))
        return os.path.join('/', top, name)

    def libraries(self, path, source):
        """Add what the program interpreter of an ELF file will look for."""
        if not debian.is_elf(source):
            return
        for library, host in self.finder.libraries(source, path):
            if clean(self.settle(library)) not in self.by_path:
                self.file(self.settle(library), host)

    def program(self, path, source):
        self.file(path, source)
        self.libraries(path, source)

    def package(self, name):
        """Add the files of a Debian package, and libraries."""
        self.finder.packages.append(name)
        for path, host in debian.files(name):
            info = os.lstat(host)
            if stat.S_ISLNK(info.st_mode):
                self.link(self.settle(path), os.readlink(host))
            elif stat.S_ISREG(info.st_mode):
                self.file(self.settle(path), host, stat.S_IMODE(info.st_mode))
                self.libraries(path, host)

    def line(self, text, values=None):
        """Carry out one line of a specification."""
        words = shlex.split(text, comments=True)
        if not words:
            return
        try:
            words = [string.Template(w).substitute(values or {}) for w in words]
            self.words(words[0], words[1:])
        except KeyError as error:
            raise SpecError(f'{text.strip()}: no value for ${error.args[0]}') from None
        except (ValueError, IndexError):
            raise SpecError(f'{text.strip()}: bad line') from None
        except debian.PackageError as error:
            raise SpecError(f'{text.strip()}: {error}') from None
        except OSError as error:
            raise SpecError(f'{text.strip()}: {error.filename}: {error.strerror}') from None

    def words(self, verb, args):
        if verb == 'dir' and len(args) == 2:
            self.dir(args[0], int(args[1], 8))
        elif verb == 'file' and len(args) == 3:
            self.file(args[0], args[1], int(args[2], 8))
        elif verb == 'link' and len(args) == 2:
            self.link(*args)
        elif verb == 'hard' and len(args) == 2:
            self.hard(*args)
        elif verb == 'node' and len(args) == 5:
            self.node(args[0], args[1], (int(args[2]), int(args[3])), int(args[4], 8))
        elif verb == 'tree' and len(args) in (1, 2):
            self.tree(*args)
        elif verb == 'busybox' and len(args) == 1:
            self.busybox(*args)
        elif verb == 'with' and len(args) == 1:
            self.package(*args)
        elif verb == 'program' and len(args) == 2:
            self.program(*args)
        else:
            raise ValueError(verb)

    def spec(self, path, values=None):
        """Carry out a file of lines."""
        with open(path, encoding='utf-8') as f:
            for number, text in enumerate(f, 1):
                try:
                    self.line(text, values)
                except SpecError as error:
                    raise SpecError(f'{path}:{number}: {error}') from None

    def pack(self):
        """The archive as bytes."""
        out = bytearray()
        numbers = {}
        written = {}
        for path, entry in self.by_path.items():
            ino = numbers.setdefault(id(entry), len(numbers) + 1)
            written[ino] = written.get(ino, 0) + 1
            # As other archivers do: a hard-linked file's data is in the last entry.
            last = written[ino] == len(entry.paths)
            nlink = 2 if stat.S_ISDIR(entry.mode) else len(entry.paths)
            append(out, path, (ino, entry.mode, nlink), entry.rdev, entry.data if last else b'')
        append(out, 'TRAILER!!!', (0, 0, 1), (0, 0), b'')
        out += bytes(-len(out) % 512)
        return bytes(out)


def append(out, path, inode, rdev, data):
    """Add one entry: header, name and data, each padded to four bytes."""
    name = path.encode() + b'\0'
    ino, mode, nlink = inode
    fields = (ino, mode, 0, 0, nlink, 0, len(data), 0, 0, rdev[0], rdev[1], len(name), 0)
    out += b'070701' + b''.join(b'%08X' % f for f in fields) + name
    out += bytes(-len(out) % 4)
    out += data
    out += bytes(-len(out) % 4)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('-f', action='append', default=[], metavar='SPEC', help='file of lines')
    parser.add_argument('-e', action='append', default=[], metavar='LINE', help='one line')
    parser.add_argument('-d', action='append', default=[], metavar='DIR', help='directory')
    parser.add_argument('-D', action='append', default=[], metavar='NAME=VALUE')
    parser.add_argument('--shell', action='store_true', help='busybox, /dev and a shell as /init')
    parser.add_argument('--with', action='append', default=[], metavar='PACKAGE', dest='packages',
                        help="a Debian package's files and libraries")
    parser.add_argument('-o', required=True, metavar='OUT', help='archive to write')
    args = parser.parse_args()
    archive = Archive()
    try:
        values = dict(d.split('=', 1) for d in args.D)
        if args.shell:
            values.setdefault('BUSYBOX', os.environ.get('BUSYBOX', '/bin/busybox'))
            args.f[:0] = [os.path.join(debian.TOP, 'tools/initramfs', name)
                          for name in ('base.spec', 'shell.spec')]
        for path in args.f:
            archive.spec(path, values)
        for name in args.packages:
            archive.line(f'with {name}')
        for text in args.e:
            archive.line(text, values)
        for path in args.d:
            archive.tree(path)
        data = archive.pack()
        with open(args.o, 'wb') as f:
            f.write(data)
    except (SpecError, OSError) as error:
        print(f'mkinitramfs.py: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
