// tests/scenario/observed/rust.rs - what a Rust program asks of a kernel
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Stdio};
use std::sync::{mpsc, Arc, Barrier, Condvar, Mutex};
use std::time::{Duration, Instant};
use std::{fs, panic, thread};

fn threads() {
    let sum = Arc::new(Mutex::new(0u64));
    let barrier = Arc::new(Barrier::new(8));
    let all: Vec<_> = (0..8u64).map(|n| {
        let (sum, barrier) = (sum.clone(), barrier.clone());
        thread::Builder::new().name(format!("worker{}", n)).spawn(move || {
            barrier.wait();
            for _ in 0..1000 { *sum.lock().unwrap() += n; }
        }).unwrap()
    }).collect();
    for t in all { t.join().unwrap(); }
    println!("threads {}", sum.lock().unwrap());
}

fn channels() {
    let (to, from) = mpsc::channel();
    for n in 0..4u32 {
        let to = to.clone();
        thread::spawn(move || for i in 0..100 { to.send(n * i).unwrap(); });
    }
    drop(to);
    println!("channel {}", from.iter().sum::<u32>());
}

fn waiting() {
    let pair = (Mutex::new(()), Condvar::new());
    let start = Instant::now();
    let guard = pair.0.lock().unwrap();
    let (_guard, result) = pair.1.wait_timeout(guard, Duration::from_millis(20)).unwrap();
    println!("condvar {} {}", result.timed_out(), start.elapsed() >= Duration::from_millis(20));
    thread::sleep(Duration::from_millis(5));
    thread::park_timeout(Duration::from_millis(5));
}

fn children() {
    let out = Command::new("/bin/busybox").args(["sh", "-c", "echo out; exit 4"]).output().unwrap();
    println!("child {:?} {:?}", String::from_utf8_lossy(&out.stdout), out.status.code());
    let mut c = Command::new("/bin/busybox").arg("cat").stdin(Stdio::piped())
        .stdout(Stdio::piped()).spawn().unwrap();
    c.stdin.take().unwrap().write_all(b"piped").unwrap();
    let mut text = String::new();
    c.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    println!("{} {}", text, c.wait().unwrap());
    let mut c = Command::new("/bin/busybox").args(["sleep", "50"]).process_group(0).spawn()
        .unwrap();
    println!("running {:?}", c.try_wait().unwrap());
    c.kill().unwrap();
    println!("signal {:?}", c.wait().unwrap().signal());
    println!("none {}", Command::new("/nothing").spawn().unwrap_err());
}

fn files() {
    fs::create_dir_all("/tmp/r/s").unwrap();
    fs::write("/tmp/r/s/f", "text").unwrap();
    fs::rename("/tmp/r/s/f", "/tmp/r/g").unwrap();
    let m = fs::metadata("/tmp/r/g").unwrap();
    println!("file {} {}", m.len(), m.is_file());
    fs::remove_dir_all("/tmp/r").unwrap();
    println!("gone {}", fs::metadata("/tmp/r").unwrap_err());
}

fn sockets() {
    let l = UnixListener::bind("/tmp/rust.sock").unwrap();
    let t = thread::spawn(move || {
        let mut c = UnixStream::connect("/tmp/rust.sock").unwrap();
        c.write_all(b"hello").unwrap();
    });
    let mut text = String::new();
    l.accept().unwrap().0.read_to_string(&mut text).unwrap();
    t.join().unwrap();
    println!("socket {}", text);
}

fn main() {
    println!("parallel {}", thread::available_parallelism().unwrap());
    threads();
    channels();
    waiting();
    children();
    files();
    sockets();
    panic::set_hook(Box::new(|_| ()));
    println!("panic {}", thread::spawn(|| panic!("x")).join().is_err());
    std::process::exit(9);
}
