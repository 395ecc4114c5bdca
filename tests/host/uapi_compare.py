#!/usr/bin/env python3
"""tests/host/uapi_compare.py - include/uapi against the headers of the host

What:  every constant of include/uapi that the Linux headers or the C library
       of the build machine define under the same name must have the same
       value there, and so must every system call number. Structures are
       compared by size and by the offset of each field with a known twin.
       Prints TAP. Constants the host does not know (newer ones) are counted.
Not:   names that differ on purpose: listed in RENAMED and OURS.
See:   section 2 of the manual
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
UAPI = TOP / "include" / "uapi"

HOST_HEADERS = """
linux/errno.h asm/unistd.h linux/fcntl.h linux/stat.h linux/time.h
linux/signal.h linux/wait.h linux/sched.h linux/sched/types.h linux/mman.h
linux/resource.h linux/futex.h linux/poll.h asm/termbits.h asm/termios.h
asm/ioctls.h linux/tty.h linux/prctl.h asm/prctl.h linux/reboot.h
linux/utsname.h linux/sysinfo.h linux/mount.h asm/statfs.h linux/magic.h
linux/auxvec.h linux/elf.h linux/uio.h linux/capability.h linux/random.h
linux/eventpoll.h linux/eventfd.h linux/limits.h linux/major.h linux/socket.h
asm/socket.h linux/un.h linux/pidfd.h linux/nsfs.h linux/kcmp.h
linux/membarrier.h linux/rseq.h linux/timerfd.h linux/signalfd.h
linux/ioprio.h linux/memfd.h linux/timex.h linux/times.h linux/falloc.h
linux/openat2.h linux/close_range.h linux/fadvise.h asm/hwcap2.h
linux/binfmts.h linux/securebits.h linux/if_alg.h linux/ptrace.h
linux/seccomp.h linux/fs.h asm/sigcontext.h asm/ucontext.h
""".split()

# Constants of the C library rather than of the kernel's own headers.
LIBC_HEADERS = """
fcntl.h sys/stat.h sys/wait.h sys/socket.h sys/mman.h sys/statvfs.h dirent.h
sched.h sys/epoll.h unistd.h sys/resource.h poll.h signal.h sys/syscall.h
time.h sys/timerfd.h sys/random.h sys/mount.h sys/klog.h elf.h sys/ptrace.h
sys/time.h sys/eventfd.h sys/signalfd.h stdio.h sys/uio.h netinet/in.h
""".split()

# Our name, the name on the host.
RENAMED = {
    "CAP_VERSION_1": "_LINUX_CAPABILITY_VERSION_1",
    "CAP_VERSION_2": "_LINUX_CAPABILITY_VERSION_2",
    "CAP_VERSION_3": "_LINUX_CAPABILITY_VERSION_3",
    "WNOTHREAD": "__WNOTHREAD",
    "WALL": "__WALL",
    "WCLONE": "__WCLONE",
    "UTS_NAME_MAX": "__NEW_UTS_LEN",
}

# Same name, another meaning in the host's libc; or a libc-only value.
OURS = {
    "MINSIGSTKSZ": "libc asks sysconf()",
    "SIGSTKSZ": "libc asks sysconf()",
    "SIGRTMIN": "libc keeps two signals for itself",
    "SIGRTMAX": "libc asks a function",
    "NSIG": "libc counts from 0",
    "NCCS": "libc has room for 32",
    "RLIM_INFINITY": "another type",
    "O_LARGEFILE": "0 in a 64-bit libc",
    "ELFMAG": "a string",
}

# Our structure, the host's, the headers it is in, fields with other names.
STRUCTS = [
    ("stat", "struct stat", ["asm/stat.h"], {"st_pad": "__pad0",
     "st_unused": "__unused"}),
    ("statx", "struct statx", ["linux/stat.h"], None),
    ("flock", "struct flock", ["linux/fcntl.h"], None),
    ("f_owner_ex", "struct f_owner_ex", ["linux/fcntl.h"], None),
    ("open_how", "struct open_how", ["linux/openat2.h"], None),
    ("rusage", "struct rusage", ["linux/resource.h"], None),
    ("rlimit64", "struct rlimit64", ["linux/resource.h"], None),
    ("sysinfo", "struct sysinfo", ["linux/sysinfo.h"], None),
    ("statfs", "struct statfs", ["asm/statfs.h"], None),
    ("clone_args", "struct clone_args", ["linux/sched.h"], None),
    ("sched_attr", "struct sched_attr", ["linux/sched/types.h"], None),
    ("rseq", "struct rseq", ["linux/rseq.h"], None),
    ("rseq_cs", "struct rseq_cs", ["linux/rseq.h"], {
     "post_commit_offset": "post_commit_offset"}),
    ("termios", "struct termios", ["asm/termbits.h"], None),
    ("termios2", "struct termios2", ["asm/termbits.h"], None),
    ("winsize", "struct winsize", ["asm/termios.h"], None),
    ("termio", "struct termio", ["asm/termios.h"], None),
    ("sigaltstack", "stack_t", ["linux/signal.h"], None),
    ("k_sigaction", "struct sigaction", ["linux/signal.h"], {
     "handler": "sa_handler", "flags": "sa_flags",
     "restorer": "sa_restorer", "mask": "sa_mask"}),
    ("siginfo", "siginfo_t", ["linux/signal.h"], {
     "f.kill.pid": "si_pid", "f.kill.uid": "si_uid",
     "f.timer.tid": "si_tid", "f.timer.overrun": "si_overrun",
     "f.timer.value": "si_value", "f.rt.value": "si_value",
     "f.child.status": "si_status", "f.child.utime": "si_utime",
     "f.child.stime": "si_stime", "f.fault.addr": "si_addr",
     "f.fault.more.addr_lsb": "si_addr_lsb",
     "f.fault.more.bounds.lower": "si_lower",
     "f.fault.more.bounds.upper": "si_upper",
     "f.fault.more.key.pkey": "si_pkey",
     "f.poll.band": "si_band", "f.poll.fd": "si_fd",
     "f.sys.call_addr": "si_call_addr", "f.sys.syscall": "si_syscall",
     "f.sys.arch": "si_arch"}),
    ("sigevent", "struct sigevent", ["linux/signal.h"], {
     "sigev_un.tid": "sigev_notify_thread_id"}),
    ("signalfd_siginfo", "struct signalfd_siginfo", ["linux/signalfd.h"],
     {"ssi_pad2": "__pad2", "ssi_pad": "__pad"}),
    ("sigcontext", "struct sigcontext", ["asm/sigcontext.h"], {
     "rdi": "rdi", "rip": "rip", "rflags": "eflags", "cs": "cs",
     "ss": "ss", "err": "err", "trapno": "trapno",
     "oldmask": "oldmask", "cr2": "cr2", "fpstate": "fpstate",
     "reserved": "reserved1"}),
    ("ucontext", "struct ucontext", ["linux/signal.h", "asm/sigcontext.h",
     "asm/ucontext.h"], None),
    ("fpx_sw_bytes", "struct _fpx_sw_bytes", ["asm/sigcontext.h"], None),
    ("elf64_ehdr", "Elf64_Ehdr", ["linux/elf.h"], None),
    ("elf64_phdr", "Elf64_Phdr", ["linux/elf.h"], None),
    ("elf64_shdr", "Elf64_Shdr", ["linux/elf.h"], None),
    ("elf64_sym", "Elf64_Sym", ["linux/elf.h"], None),
    ("iovec", "struct iovec", ["linux/uio.h"], None),
    ("epoll_event", "struct epoll_event", ["linux/eventpoll.h"], None),
    ("new_utsname", "struct new_utsname", ["linux/utsname.h"], None),
    ("robust_list_head", "struct robust_list_head", ["linux/futex.h"], None),
    ("futex_waitv", "struct futex_waitv", ["linux/futex.h"],
     {"reserved": "__reserved"}),
    ("timex", "struct timex", ["linux/timex.h"], {
     "status": "status", "constant": "constant", "time": "time",
     "shift": "shift", "stbcnt": "stbcnt", "tai": "tai"}),
    ("tms", "struct tms", ["linux/times.h"], None),
    ("sockaddr_un", "struct sockaddr_un", ["linux/un.h"], None),
    ("pollfd", "struct pollfd", ["linux/poll.h"], None),
    ("itimerspec", "struct itimerspec", ["linux/time.h"], None),
    ("user_msghdr", "struct msghdr", ["sys/socket.h"], None),
    ("mmsghdr", "struct mmsghdr", ["sys/socket.h"], None),
    ("cmsghdr", "struct cmsghdr", ["sys/socket.h"], None),
    ("ucred", "struct ucred", ["sys/socket.h"], None),
    ("linux_dirent64", "struct dirent64", ["dirent.h"], {
     "d_ino": "d_ino", "d_off": "d_off", "d_reclen": "d_reclen",
     "d_type": "d_type", "d_name": "d_name"}),
]


def in_parallel(work, items):
    """The results of work on each item, in order, on all processors."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, items))


def run(command, text):
    """Feed text to a command; its output, or None when it fails."""
    done = subprocess.run(command, input=text, capture_output=True, text=True,
                          check=False)
    return done.stdout if done.returncode == 0 else None


def compile_run(source, flags):
    """Compile a program, run it; its lines as a dictionary, or None."""
    with tempfile.TemporaryDirectory() as work:
        out = pathlib.Path(work) / "program"
        made = subprocess.run(
            ["gcc", "-w", "-xc", "-", "-o", str(out)] + flags,
            input=source, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            return None, made.stderr
        done = subprocess.run([str(out)], capture_output=True, text=True,
                              check=True)
    pairs = [line.split("=") for line in done.stdout.splitlines()]
    return {name: int(value) for name, value in pairs}, ""


def our_includes():
    """All of our headers, as lines of C."""
    return "".join(f"#include <uapi/{h.name}>\n"
                   for h in sorted(UAPI.glob("*.h")))


def our_constants():
    """Names of our macros without parameters, and of our enumerators."""
    text = "".join(h.read_text() for h in sorted(UAPI.glob("*.h")))
    macros = re.findall(r"^#define ([A-Z]\w*) \S", text, re.M)
    numbers = re.findall(r"^\t(NR_\w+) = ", text, re.M)
    return [m for m in macros if not m.startswith("TTY_DEFAULT")], numbers


def print_all(names):
    """A main() that prints each name and its value."""
    lines = "".join(f'\tprintf("{n}=%ld\\n", (long)({n}));\n' for n in names)
    return ("int printf(const char *, ...);\nint main(void)\n{\n#line 1\n" +
            lines + "\treturn 0;\n}\n")


def existing(headers):
    """Those headers the host has, as lines of C."""
    def exists(name):
        text = f"#include <{name}>\n"
        return run(["gcc", "-E", "-xc", "-"], text) is not None

    return [h for h, there in zip(headers, in_parallel(exists, headers))
            if there]


def host_values(header, wanted):
    """Values of the wanted constants in one header of the host."""
    include = "#define _GNU_SOURCE\n"
    include += f"#include <{header}>\n"
    macros = run(["gcc", "-E", "-dM", "-xc", "-"], include) or ""
    body = run(["gcc", "-E", "-P", "-xc", "-"], include) or ""
    defined = set(re.findall(r"^#define (\w+) \S", macros, re.M))
    defined |= set(re.findall(r"^\s*(\w+)\s*(?:=[^,}]*)?[,}]?$", body, re.M))
    names = [n for n in wanted if n in defined]
    while names:
        values, error = compile_run(include + print_all(names), [])
        if values is not None:
            return values
        # Each name stands on a line of its own, counted from 1.
        bad = {int(n) - 1 for n in re.findall(r"<stdin>:(\d+):.*error", error)}
        if not bad:
            return {}
        names = [n for i, n in enumerate(names) if i not in bad]
    return {}


def compare_constants(ours, wanted):
    """Lines about differences, and how many constants were compared."""
    bad, seen = [], {}
    headers = existing(HOST_HEADERS + LIBC_HEADERS)
    for header, values in zip(headers, in_parallel(
            lambda h: host_values(h, list(wanted)), headers)):
        for name, value in values.items():
            if name in seen:
                continue
            seen[name] = value
            mine = ours[wanted[name]]
            if mine != value and mine & 0xffffffff != value & 0xffffffff:
                bad.append(f"{wanted[name]}: ours {mine:#x}, "
                           f"{header} {value:#x}")
    missing = sorted(wanted[w] for w in wanted if w not in seen)
    return bad, len(seen), missing


def offsets_program(kind, fields):
    """A program that prints the size of a structure and field offsets."""
    lines = f'\tprintf("size=%ld\\n", (long)sizeof({kind}));\n'
    for name, field in fields:
        lines += (f'\tprintf("{name}=%ld\\n", '
                  f'(long)__builtin_offsetof({kind}, {field}));\n')
    return ("int printf(const char *, ...);\nint main(void)\n{\n" + lines +
            "\treturn 0;\n}\n")


def our_fields(name):
    """Direct fields of one of our structures."""
    text = "".join(h.read_text() for h in sorted(UAPI.glob("*.h")))
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    body = re.search(rf"^struct {name} {{\n(.*?)^}}", text, re.M | re.S)[1]
    return re.findall(r"(\w+)(?:\[[^;]*\])?;", body)


def compare_struct(entry):
    """A line about a difference, or nothing."""
    name, twin, headers, renamed = entry
    fields = renamed or {f: f for f in our_fields(name)}
    ours, error = compile_run(
        our_includes() + offsets_program(f"struct {name}",
                                         [(f, f) for f in fields]),
        [f"-I{TOP}/include", "-nostdinc", "-ffreestanding"])
    if ours is None:
        return f"struct {name}: ours does not compile: {error[:300]}"
    include = "#define _GNU_SOURCE\n"
    include += "".join(f"#include <{h}>\n" for h in headers)
    host, error = compile_run(
        include + offsets_program(twin, list(fields.items())), [])
    if host is None:
        # An older host has no name yet for what was reserved then.
        unknown = re.findall(r"no member named [‘'](\w+)[’']", error)
        fields = {f: h for f, h in fields.items() if h not in unknown}
        host, error = compile_run(
            include + offsets_program(twin, list(fields.items())), [])
    if host is None:
        return f"struct {name}: host does not compile: {error[:300]}"
    differ = [f"{f} {ours[f]}/{host[f]}" for f in host if ours[f] != host[f]
              and not (f == "size" and name == "linux_dirent64")]
    return f"struct {name}: {', '.join(differ)}" if differ else None


def report(number, text, bad):
    """One test point with its details."""
    for line in bad:
        print("# " + line)
    print(f"{'not ok' if bad else 'ok'} {number} - {text}")


def main():
    """Compare everything; 0 when nothing differs."""
    macros, numbers = our_constants()
    flags = [f"-I{TOP}/include", "-ffreestanding"]
    ours, error = compile_run(our_includes() + print_all(macros + numbers),
                              flags)
    print("TAP version 13")
    if ours is None:
        # A macro that is no number: leave out what gcc complains about.
        print("# " + error.replace("\n", "\n# "))
        print("not ok 1 - our constants compile\n1..1")
        return 1
    wanted = {RENAMED.get(m, m): m for m in macros if m not in OURS}
    wanted.update({"__" + n: n for n in numbers})
    if "__NR_sysctl" in wanted:
        wanted["__NR__sysctl"] = wanted.pop("__NR_sysctl")
    bad, count, missing = compare_constants(ours, wanted)
    if "-v" in sys.argv:
        print("# not on the host: " + " ".join(missing))
    report(1, f"{count} constants as on the host, {len(missing)} unknown "
           "there", bad)
    bad_structs = [x for x in in_parallel(compare_struct, STRUCTS) if x]
    report(2, f"{len(STRUCTS)} structures as on the host", bad_structs)
    print("1..2")
    return 1 if bad or bad_structs else 0


if __name__ == "__main__":
    sys.exit(main())
