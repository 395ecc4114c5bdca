"""tests/scenario/observed/python.py - what Python asks of a kernel, by module."""
import asyncio
import concurrent.futures
import fcntl
import mmap
import multiprocessing
import multiprocessing.shared_memory
import os
import pty
import resource
import select
import selectors
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time


def os_part():
    pid = os.fork()
    if pid == 0:
        os._exit(5)
    print('wait', os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    pid = os.posix_spawn('/bin/busybox', ['sh', '-c', 'exit 4'], os.environ)
    info = os.waitid(os.P_PID, pid, os.WEXITED)
    print('waitid', info.si_status, info.si_code, info.si_signo)
    r, w = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        os.read(r, 1)
    except BlockingIOError as error:
        print('pipe', error.errno)
    os.write(w, b'x')
    print(os.read(r, 5), os.get_inheritable(r))
    print('sched', len(os.sched_getaffinity(0)), os.sched_getscheduler(0), os.cpu_count())
    os.sched_setaffinity(0, {0})
    print(os.sched_getaffinity(0), os.getpriority(os.PRIO_PROCESS, 0), os.nice(3))
    pidfd = os.pidfd_open(os.getpid())
    print('pidfd', select.select([pidfd], [], [], 0)[0] == [])
    fd = os.memfd_create('m')
    os.truncate(fd, 100)
    print('memfd', os.fstat(fd).st_size, os.readlink(f'/proc/self/fd/{fd}'))
    fd = os.eventfd(3)
    print('eventfd', os.eventfd_read(fd))
    print(sorted(e.name for e in os.scandir('/proc/self') if e.name in ('fd', 'ns', 'exe')))
    print(os.getgroups(), os.getresuid(), os.uname().sysname, os.getloadavg()[0] >= 0)
    print(len(os.getrandom(20)), os.sysconf('SC_PAGESIZE'), os.times().elapsed > 0)
    a, b = os.openpty() if os.path.exists('/dev/pts/ptmx') else (0, 0)
    print('pty', os.isatty(b) if b else True)
    with open('/tmp/cp', 'wb+') as f, open('/proc/self/status', 'rb') as g:
        f.write(g.read())
        f.flush()
        h = os.open('/tmp/cp2', os.O_CREAT | os.O_RDWR)
        print('copy', os.copy_file_range(f.fileno(), h, 50, 0), os.sendfile(h, f.fileno(), 0, 20))


def subprocess_part():
    run = subprocess.run
    print(run(['sh', '-c', 'echo out; echo err >&2; exit 3'], capture_output=True, check=False))
    print(run('cat', input=b'text', stdout=subprocess.PIPE, check=True).stdout)
    try:
        run(['sleep', '20'], timeout=0.2, check=False)
    except subprocess.TimeoutExpired:
        print('timed out')
    p = subprocess.Popen(['sleep', '20'], start_new_session=True)
    print(p.poll(), os.getsid(p.pid) == p.pid)
    p.terminate()
    print(p.wait())
    try:
        run(['/nothing'], check=False)
    except FileNotFoundError as error:
        print(error.errno)
    p = subprocess.Popen(['sh', '-c', 'id -u; id -g; umask; pwd'], user=1000, group=1001,
                         extra_groups=[7], umask=0o27, cwd='/tmp', stdout=subprocess.PIPE)
    print(p.communicate()[0])
    text = 'x' * 300000
    print(len(run(['cat'], input=text, capture_output=True, text=True, check=True).stdout))
    ps = [subprocess.Popen(['sh', '-c', f'exit {n}']) for n in range(20)]
    print([p.wait() for p in ps])


def threading_part():
    lock, total = threading.Lock(), [0]

    def work(n):
        for _ in range(500):
            with lock:
                total[0] += n
    threads = [threading.Thread(target=work, args=(n,)) for n in range(10)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print(total[0], threading.active_count())
    event = threading.Event()
    print(event.wait(0.05))
    threading.Timer(0.05, event.set).start()
    print(event.wait(10))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        print(sum(pool.map(lambda x: x * x, range(100))))
    barrier = threading.Barrier(3)
    for _ in range(2):
        threading.Thread(target=barrier.wait).start()
    print(barrier.wait() in (0, 1, 2), threading.get_native_id() == os.getpid())


def square(x):
    return x * x


def child(queue, value):
    with value.get_lock():
        value.value += 1
    queue.put(os.getpid())


def multiprocessing_part():
    for method in ('fork', 'spawn', 'forkserver'):
        context = multiprocessing.get_context(method)
        queue, value = context.Queue(), context.Value('i', 0)
        ps = [context.Process(target=child, args=(queue, value)) for _ in range(3)]
        for p in ps:
            p.start()
        pids = {queue.get() for _ in ps}
        for p in ps:
            p.join()
        print(method, len(pids), value.value, [p.exitcode for p in ps])
    with multiprocessing.Pool(3) as pool:
        print(sum(pool.map(square, range(200))))
    memory = multiprocessing.shared_memory.SharedMemory(create=True, size=1000)
    memory.buf[0] = 7
    again = multiprocessing.shared_memory.SharedMemory(memory.name)
    print(again.buf[0])
    again.close()
    memory.close()
    memory.unlink()
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        print(list(pool.map(square, range(5))))
    with multiprocessing.Manager() as manager:
        table = manager.dict()
        table['a'] = 1
        print(dict(table))


def signal_part():
    got = []
    signal.signal(signal.SIGUSR1, lambda s, f: got.append(s))
    os.kill(os.getpid(), signal.SIGUSR1)
    print(got)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2, signal.SIGRTMIN})
    signal.pthread_kill(threading.get_ident(), signal.SIGUSR2)
    print(signal.sigpending() == {signal.SIGUSR2}, signal.sigwait({signal.SIGUSR2}))
    os.kill(os.getpid(), signal.SIGRTMIN)
    info = signal.sigtimedwait({signal.SIGRTMIN}, 1)
    print(info.si_signo, info.si_pid == os.getpid(), info.si_code)
    print(signal.sigtimedwait({signal.SIGRTMIN}, 0.02))
    signal.signal(signal.SIGALRM, lambda s, f: got.append('alarm'))
    signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
    while len(got) < 4:
        signal.pause()
    print(got, signal.getitimer(signal.ITIMER_REAL)[1])
    signal.setitimer(signal.ITIMER_REAL, 0)
    r, w = os.pipe2(os.O_NONBLOCK)
    signal.set_wakeup_fd(w)
    os.kill(os.getpid(), signal.SIGUSR1)
    print(os.read(r, 5), len(signal.valid_signals()))
    pid = os.fork()
    if not pid:
        signal.pause()
    os.kill(pid, signal.SIGSTOP)
    print(os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1]))
    os.kill(pid, signal.SIGCONT)
    print(os.WIFCONTINUED(os.waitpid(pid, os.WCONTINUED)[1]))
    os.kill(pid, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def select_part():
    r, w = os.pipe()
    print(select.select([r], [w], [], 0), select.select([r], [], [], 0.02))
    poll = select.poll()
    poll.register(r, select.POLLIN)
    print(poll.poll(10))
    os.write(w, b'x')
    print(poll.poll(10) == [(r, select.POLLIN)])
    epoll = select.epoll()
    epoll.register(r, select.EPOLLIN | select.EPOLLET)
    print(epoll.poll(1) == [(r, 1)], epoll.poll(0.02))
    os.write(w, b'y')
    print(len(epoll.poll(1)))
    with selectors.DefaultSelector() as s:
        s.register(w, selectors.EVENT_WRITE)
        print(type(s).__name__, len(s.select(1)))
    os.close(w)
    os.read(r, 10)
    print(poll.poll(10)[0][1])


async def echo(reader, writer):
    writer.write(await reader.read(100))
    await writer.drain()
    writer.close()


async def asyncio_main():
    print(await asyncio.gather(*(asyncio.sleep(0.01 * n, n) for n in range(5))))
    p = await asyncio.create_subprocess_exec('sh', '-c', 'cat; exit 2', stdin=-1, stdout=-1)
    print(await p.communicate(b'data'), p.returncode)
    try:
        await asyncio.wait_for(asyncio.sleep(5), 0.05)
    except asyncio.TimeoutError:
        print('timeout')
    server = await asyncio.start_unix_server(echo, '/tmp/a.sock')
    reader, writer = await asyncio.open_unix_connection('/tmp/a.sock')
    writer.write(b'hello')
    print(await reader.read())
    server.close()
    print(await asyncio.to_thread(sum, range(10)))
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, done.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await done.wait()
    ps = [await asyncio.create_subprocess_exec('true') for _ in range(10)]
    print([await p.wait() for p in ps])


def asyncio_part():
    asyncio.run(asyncio_main())


def socket_part():
    a, b = socket.socketpair()
    a.sendall(b'x' * 1000)
    print(len(b.recv(2000)), a.type, a.family)
    r, w = os.pipe()
    socket.send_fds(a, [b'fd'], [r])
    text, fds, _, _ = socket.recv_fds(b, 10, 1)
    os.write(w, b'through')
    print(text, os.read(fds[0], 10))
    print(struct.unpack('3i', a.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0] > 1)
    a.settimeout(0.02)
    try:
        a.recv(1)
    except socket.timeout:
        print('timeout')
    b.close()
    print(a.recv(1))
    d = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    d.bind('\0abstract')
    e = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    e.sendto(b'dgram', '\0abstract')
    print(d.recvfrom(10), d.getsockname())
    try:
        e.connect('/nothing')
    except OSError as error:
        print(error.errno)


def time_part():
    a = time.monotonic_ns()
    time.sleep(0.02)
    print(time.monotonic_ns() - a >= 20000000, time.time() > 1.6e9)
    print(time.clock_gettime(time.CLOCK_BOOTTIME) > 0, time.process_time() > 0)
    print(time.clock_getres(time.CLOCK_MONOTONIC), time.thread_time() > 0)
    u = resource.getrusage(resource.RUSAGE_SELF)
    print(u.ru_maxrss > 1000, u.ru_minflt > 10, u.ru_utime > 0)
    print(resource.getrlimit(resource.RLIMIT_NOFILE))
    resource.setrlimit(resource.RLIMIT_NOFILE, (50, 60))
    fds = []
    try:
        while True:
            fds.append(os.dup(0))
    except OSError as error:
        print(error.errno, max(fds))
        del fds
    resource.setrlimit(resource.RLIMIT_AS, (200 << 20, 200 << 20))
    try:
        bytearray(300 << 20)
    except MemoryError:
        print('MemoryError')


def files_part():
    with tempfile.TemporaryFile() as f:
        f.truncate(10000)
        m = mmap.mmap(f.fileno(), 10000)
        m[9999] = 65
        m.flush()
        f.seek(9999)
        print(f.read(), m.find(b'A'))
        fcntl.lockf(f, fcntl.LOCK_EX)
        fcntl.flock(f, fcntl.LOCK_SH)
        print(fcntl.fcntl(f, fcntl.F_GETFL) & os.O_ACCMODE, fcntl.fcntl(f, fcntl.F_GETFD))
    top = tempfile.mkdtemp()
    os.makedirs(top + '/a/b')
    with open(top + '/a/b/c', 'w', encoding='utf-8') as f:
        f.write('é\n' * 5)
    shutil.copytree(top + '/a', top + '/x')
    print(sorted(os.path.relpath(os.path.join(d, n), top) for d, _, ns in os.walk(top) for n in ns))
    os.chmod(top + '/x', 0o500)
    shutil.rmtree(top)
    print(os.path.exists(top), shutil.disk_usage('/tmp').total > 0)
    os.utime('/tmp', ns=(1, 2000000003))
    print(os.stat('/tmp').st_mtime_ns)


def pty_part():
    def read(fd):
        return os.read(fd, 100)
    print(os.waitstatus_to_exitcode(pty.spawn(['sh', '-c', 'tty | sed s/[0-9]/N/; exit 3'], read)))


globals()[sys.argv[1]]() if __name__ == '__main__' else None
