#!/usr/bin/env python3
"""tests/host/doctor.py - tools/doctor.sh sees each fault, made on purpose.

What:  machines made of a PATH with shims and a directory of files: one with
       all that is needed, and for each fault that one with the fault; prints
       TAP. Nothing of the machine that the test runs on counts but the tools
       of a shell.
See:   tools/doctor.sh
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import unit_tap

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# What the script itself is made of.
SHELL = ('sh', 'sed', 'grep', 'cut', 'tr', 'head', 'sort', 'awk', 'find', 'mktemp', 'rm', 'date',
         'df', 'dirname', 'uname', 'mkdir', 'cat')
SAYS = {
    'make': 'GNU Make 4.3', 'nasm': 'NASM version 2.16.01 compiled on Jan  1 2023',
    'python3': 'Python 3.11.2', 'x86_64-linux-gnu-ld': '', 'x86_64-linux-gnu-objcopy': '',
    'musl-gcc': '', 'grub-mkimage': '', 'xorriso': '', 'mformat': '', 'prove': '', 'clang': '',
    'cppcheck': '', 'sparse': '', 'shellcheck': '', 'spin': '', 'git': '', 'gdb': '42',
}
GCC = 'case $1 in -dumpmachine) echo x86_64-linux-gnu;; *) echo 12.2.0;; esac'
QEMU = ('case "$*" in *machine*) echo "q35  Standard PC";; *accel*) echo tcg;; '
        '*) echo "QEMU emulator version 7.2.9 (Debian)";; esac')
FILES = ('/bin/busybox', '/usr/lib/grub/i386-pc/multiboot2.mod',
         '/usr/lib/grub/x86_64-efi/multiboot2.mod', '/usr/share/OVMF/OVMF_CODE_4M.fd',
         '/usr/include/stdio.h', '/etc/os-release')
SYSTEMS = {'debian': 'sudo apt-get install ', 'ubuntu': 'sudo apt-get install ',
           'wsl': 'sudo apt-get install ', 'fedora': 'sudo dnf install ',
           'arch': 'sudo pacman -S ', 'macos': 'brew install '}
# program -> (what is said of it, what mends it on Debian, exit status)
MISSING = {
    'make': ('make is not there', 'make', 1),
    'x86_64-linux-gnu-gcc': ('x86_64-linux-gnu-gcc is not there', 'gcc binutils', 1),
    'x86_64-linux-gnu-ld': ('x86_64-linux-gnu-ld is not there', 'gcc binutils', 1),
    'nasm': ('nasm is not there', 'nasm', 1),
    'python3': ('python3 is not there', 'python3', 1),
    'qemu-system-x86_64': ('qemu-system-x86_64 is not there', 'qemu-system-x86', 1),
    'musl-gcc': ('musl-gcc is not there', 'musl-tools linux-libc-dev', 1),
    'grub-mkimage': ('grub-mkimage is not there', 'grub-common', 2),
    'xorriso': ('xorriso is not there', 'xorriso', 2),
    'mformat': ('mformat is not there', 'mtools', 2),
    'gdb': ('gdb is not there', 'gdb', 2),
    'prove': ('prove is not there', 'perl', 2),
    'clang': ('clang is not there', 'clang', 2),
    'spin': ('spin is not there', 'spin', 2),
    'cppcheck': ('cppcheck is not there', 'cppcheck', 2),
}
# program -> (what the shim does instead, what is said)
BROKEN = {
    'make': ('echo "GNU Make 3.81"', 'GNU make 3.81 is too old: 4.0 or newer is needed'),
    'nasm': ('echo "NASM version 2.13.03"', 'nasm 2.13.03 is too old: 2.14'),
    'python3': ('echo "Python 3.6.8"', 'python3 3.6.8 is too old: 3.9'),
    'x86_64-linux-gnu-gcc': ('case $1 in -dumpmachine) echo x86_64;; *) echo 8.3.0;; esac',
                             'x86_64-linux-gnu-gcc 8.3.0 is too old: 10'),
    'qemu-system-x86_64': ('echo "QEMU emulator version 4.2.1"',
                           'qemu-system-x86_64 4.2.1 is too old: 7.0'),
    'gdb': ('echo "Scripting in the Python language is not supported."; exit 1',
            'gdb has no Python'),
}


class Machine:
    """Where doctor.sh is run: a PATH, files, a copy of the script."""

    def __init__(self):
        self.top = tempfile.mkdtemp()
        self.bin, self.root = os.path.join(self.top, 'bin'), os.path.join(self.top, 'root')
        self.tree = os.path.join(self.top, 'tree')
        os.makedirs(self.bin)
        for name in SHELL:
            os.symlink(shutil.which(name), os.path.join(self.bin, name))
        for name, text in SAYS.items():
            self.shim(name, f'echo "{text}"')
        self.shim('x86_64-linux-gnu-gcc', GCC)
        self.shim('qemu-system-x86_64', QEMU)
        for path in FILES:
            self.file(path, 'ID=debian\n' if path.endswith('release') else '')
        self.copy(self.tree)

    def copy(self, tree):
        os.makedirs(os.path.join(tree, 'tools'))
        os.makedirs(os.path.join(tree, 'kernel'))
        for name in ('Makefile', 'kernel/main.c'):
            path = os.path.join(tree, name)
            with open(path, 'w', encoding='ascii'):
                pass
            os.utime(path, (1e9, 1e9))
        shutil.copy(os.path.join(TOP, 'tools/doctor.sh'), os.path.join(tree, 'tools'))

    def shim(self, name, text):
        path = os.path.join(self.bin, name)
        with open(path, 'w', encoding='ascii') as f:
            f.write(f'#!{os.path.join(self.bin, "sh")}\n{text}\n')
        os.chmod(path, 0o755)

    def without(self, name):
        os.unlink(os.path.join(self.bin, name))

    def file(self, path, text=''):
        os.makedirs(os.path.dirname(self.root + path), exist_ok=True)
        with open(self.root + path, 'w', encoding='ascii') as f:
            f.write(text)

    def ask(self, **environment):
        done = subprocess.run(['sh', 'tools/doctor.sh'], cwd=self.tree, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={'PATH': self.bin, 'DOCTOR_ROOT': self.root, **environment})
        return done.returncode, done.stdout

    def remove(self):
        shutil.rmtree(self.top)


class Doctor(unittest.TestCase):
    def setUp(self):
        self.machine = Machine()
        self.addCleanup(self.machine.remove)

    def sees(self, said, mending, status, faults=1, **environment):
        """That fault, its mending behind it, and no other."""
        code, text = self.machine.ask(**environment)
        lines = text.split('\n')
        at = next((i for i, line in enumerate(lines) if line.startswith('FAULT') and said in line),
                  None)
        self.assertIsNotNone(at, text)
        self.assertIn('needed by: make ', lines[at + 1])
        self.assertIn(mending, lines[at + 2], text)
        self.assertEqual(sum(line.startswith('FAULT') for line in lines), faults, text)
        self.assertEqual(code, status, text)

    def test_sound(self):
        code, text = self.machine.ask()
        self.assertEqual((code, text.count('FAULT')), (0, 0), text)
        self.assertIn('nothing is wrong', text)
        self.assertIn('this is debian', text)

    def test_files(self):
        for path, said, package, status in (
                ('/bin/busybox', 'busybox', 'busybox-static', 1),
                ('/usr/lib/grub/i386-pc/multiboot2.mod', 'GRUB for BIOS', 'grub-pc-bin', 2),
                ('/usr/lib/grub/x86_64-efi/multiboot2.mod', 'GRUB for UEFI',
                 'grub-efi-amd64-bin', 2),
                ('/usr/share/OVMF/OVMF_CODE_4M.fd', 'OVMF', 'ovmf', 2),
                ('/usr/include/stdio.h', 'headers', 'libc6-dev', 2)):
            os.unlink(self.machine.root + path)
            self.sees(said, package, status)
            self.machine.file(path)

    def test_systems(self):
        self.machine.without('nasm')
        for system, command in SYSTEMS.items():
            self.sees('nasm is not there', command + 'nasm', 1, DOCTOR_SYSTEM=system)
        self.sees('nasm is not there', 'install what your system has', 1, DOCTOR_SYSTEM='other')

    def test_which_system(self):
        for release, system in (('ID=ubuntu\nID_LIKE=debian\n', 'ubuntu'),
                                ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', 'ubuntu'),
                                ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'fedora'),
                                ('ID=manjaro\nID_LIKE=arch\n', 'arch'), ('ID=nixos\n', 'other')):
            self.machine.file('/etc/os-release', release)
            self.assertIn(f'this is {system}\n', self.machine.ask()[1])
        self.machine.file('/proc/version', 'Linux version 5.15 (Microsoft@Microsoft.com)')
        self.assertIn('this is wsl\n', self.machine.ask()[1])
        self.machine.without('uname')
        self.machine.shim('uname', 'echo Darwin')
        self.assertIn('this is macos\n', self.machine.ask()[1])

    def test_bsd_make(self):
        self.machine.shim('make', 'echo "usage: make [-BeikNnqrstWwX]"; exit 2')
        self.sees('make is not GNU make', 'sudo apt-get install make', 1)
        self.machine.shim('gmake', 'echo "GNU Make 4.4"')
        self.sees('make is not GNU make', 'use gmake', 1)

    def test_other_processor(self):
        self.machine.shim('x86_64-linux-gnu-gcc',
                          'case $1 in -dumpmachine) echo aarch64;; *) echo 12.2.0;; esac')
        self.sees('does not compile for x86-64', 'CROSS_COMPILE=', 1)

    def test_compiler_by_another_name(self):
        self.machine.without('x86_64-linux-gnu-gcc')
        self.sees('gcc is not there', 'make CROSS_COMPILE=', 1, DOCTOR_SYSTEM='arch')
        self.sees('gcc is not there', 'CROSS_COMPILE=x86_64-elf-', 1, DOCTOR_SYSTEM='macos')

    def test_qemu_parts(self):
        self.machine.shim('qemu-system-x86_64', QEMU.replace('q35', 'pc'))
        self.sees('no machine q35', 'qemu-system-x86', 1)
        self.machine.shim('qemu-system-x86_64', QEMU.replace('tcg', 'kvm'))
        self.sees('without TCG', 'qemu-system-x86', 1)
        self.machine.shim('qemu-system-x86_64', 'exit 127')
        self.sees('does not say its version', 'qemu-system-x86', 1)

    def test_names_of_fedora(self):
        self.machine.without('grub-mkimage')
        self.machine.shim('grub2-mkimage', '')
        self.sees('called grub2-mkimage', 'ln -s', 2)
        self.machine.shim('grub-mkimage', '')
        os.unlink(self.machine.root + '/usr/share/OVMF/OVMF_CODE_4M.fd')
        self.machine.file('/usr/share/edk2/ovmf/OVMF_CODE.fd')
        self.sees('UEFI firmware is in /usr/share/edk2',
                  'ln -s /usr/share/edk2/ovmf/OVMF_VARS.fd /usr/share/OVMF/OVMF_VARS_4M.fd', 2)

    def test_clock(self):
        os.utime(os.path.join(self.machine.tree, 'kernel/main.c'), (4e9, 4e9))
        self.sees('the clock is behind', 'timedatectl', 1)
        self.sees('the clock is behind', 'hwclock', 1, DOCTOR_SYSTEM='wsl')
        os.utime(os.path.join(self.machine.tree, 'kernel/main.c'), (1e9, 1e9))
        self.machine.without('date')
        self.machine.shim('date', 'echo 1970')
        self.sees('the year 1970', 'timedatectl', 1)

    def test_place(self):
        blank = os.path.join(self.machine.top, 'a tree')
        self.machine.copy(blank)
        self.machine.tree = blank
        self.sees('has a blank', 'move it', 1)

    def test_drive_of_windows(self):
        text = self.machine.ask(DOCTOR_SYSTEM='wsl', DOCTOR_TREE='/mnt/c/nidus')[1]
        self.assertIn('/mnt/c/nidus is on a drive of Windows', text)
        text = self.machine.ask(DOCTOR_TREE='/mnt/c/nidus')[1]
        self.assertNotIn('drive of Windows', text)

    def test_no_room(self):
        self.machine.without('df')
        self.machine.shim('df', 'printf "head\\nfs 100 90 10 90%% /\\n"')
        self.sees('less than 1 GiB', 'make clean', 1)


def missing(name, said, package, status):
    def test(self):
        self.machine.without(name)
        self.sees(said, 'sudo apt-get install ' + package, status)
    return test


def broken(name, shim, said):
    def test(self):
        self.machine.shim(name, shim)
        code, text = self.machine.ask()
        self.assertIn(said, text)
        self.assertNotEqual(code, 0)
    return test


for program, (words, names, end) in MISSING.items():
    setattr(Doctor, f'test_no_{program}', missing(program, words, names, end))
for program, (action, words) in BROKEN.items():
    setattr(Doctor, f'test_broken_{program}', broken(program, action, words))


if __name__ == '__main__':
    sys.exit(unit_tap.main('__main__'))
