// tests/scenario/observed/go.go - what a Go program asks of a kernel
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func goroutines() {
	var sum int64
	var group sync.WaitGroup
	for i := 1; i <= 1000; i++ {
		group.Add(1)
		go func(n int64) {
			defer group.Done()
			runtime.Gosched()
			atomic.AddInt64(&sum, n)
		}(int64(i))
	}
	group.Wait()
	fmt.Println("goroutines", sum)
}

func preemption() {
	old := runtime.GOMAXPROCS(1)
	done := make(chan bool)
	go func() { time.Sleep(time.Millisecond); close(done) }()
	n := 0
	for spin := true; spin; n++ {
		select {
		case <-done:
			spin = false
		default:
		}
	}
	runtime.GOMAXPROCS(old)
	fmt.Println("preempted", n > 0)
}

func collect() {
	keep := make([][]byte, 64)
	for i := 0; i < 2000; i++ {
		keep[i%64] = make([]byte, 64<<10)
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Println("collected", m.NumGC > 0, len(keep))
}

func children() {
	out, err := exec.Command("/bin/busybox", "sh", "-c", "cat; exit 3").Output()
	fmt.Println("child", len(out), err)
	cmd := exec.Command("/bin/busybox", "cat")
	in, _ := cmd.StdinPipe()
	from, _ := cmd.StdoutPipe()
	cmd.Start()
	io.WriteString(in, "through a pipe")
	in.Close()
	text, _ := io.ReadAll(from)
	fmt.Println(string(text), cmd.Wait())
	cmd = exec.Command("/bin/busybox", "sleep", "50")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID,
		Pdeathsig: syscall.SIGKILL, Setpgid: true}
	cmd.Start()
	cmd.Process.Kill()
	fmt.Println("killed", cmd.Wait())
}

func signals() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	fmt.Println("signal", <-c)
}

func timers() {
	start := time.Now()
	select {
	case <-time.After(20 * time.Millisecond):
	case <-time.After(10 * time.Second):
	}
	took := time.Since(start)
	fmt.Println("timer", took >= 20*time.Millisecond, took < 5*time.Second)
	r, w, _ := os.Pipe()
	r.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	_, err := r.Read(make([]byte, 1))
	fmt.Println("deadline", err)
	w.Close()
}

func sockets() {
	l, err := net.Listen("unix", "/tmp/go.sock")
	if err != nil {
		fmt.Println("listen", err)
		return
	}
	go func() {
		c, _ := l.Accept()
		io.Copy(c, c)
		c.Close()
	}()
	c, err := net.Dial("unix", "/tmp/go.sock")
	if err != nil {
		fmt.Println("dial", err)
		return
	}
	c.Write([]byte("echo"))
	c.(*net.UnixConn).CloseWrite()
	text, _ := io.ReadAll(c)
	fmt.Println("socket", string(text))
	l.Close()
}

func panics() {
	defer func() { fmt.Println("recovered", recover()) }()
	var p *int
	*p = 1
}

func main() {
	fmt.Println("cpus", runtime.NumCPU())
	goroutines()
	preemption()
	collect()
	children()
	signals()
	timers()
	sockets()
	panics()
	os.Exit(7)
}
