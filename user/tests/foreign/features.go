package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var roles = map[string]func() int{
	"echo": func() int { io.Copy(os.Stdout, os.Stdin); return 0 },
	"seven": func() int { fmt.Fprintln(os.Stderr, "to stderr"); return 7 },
	"sleeper": func() int { time.Sleep(time.Hour); return 0 },
	"env": func() int { fmt.Println(os.Getenv("GIVEN")); return 0 },
	"where": func() int { d, _ := os.Getwd(); fmt.Println(d); return 0 },
	"extra": func() int { io.Copy(os.Stdout, os.NewFile(3, "three")); return 0 },
}

func self(role string) *exec.Cmd {
	return &exec.Cmd{Path: "/proc/self/exe", Args: []string{role}}
}

var features = []struct {
	name string
	run  func() string
}{
	{"goroutines", func() string {
		var wg sync.WaitGroup
		var sum int64
		for i := 1; i <= 1000; i++ {
			wg.Add(1)
			go func(i int) { atomic.AddInt64(&sum, int64(i)); wg.Done() }(i)
		}
		wg.Wait()
		return fmt.Sprint(sum)
	}},
	{"channel", func() string {
		c := make(chan int)
		go func() {
			for i := 0; i < 100; i++ {
				c <- i
			}
			close(c)
		}()
		sum := 0
		for i := range c {
			sum += i
		}
		return fmt.Sprint(sum)
	}},
	{"buffered channel", func() string {
		c := make(chan string, 3)
		c <- "a"
		c <- "b"
		return fmt.Sprint(len(c), cap(c), <-c, <-c)
	}},
	{"select", func() string {
		a, b := make(chan int), make(chan int)
		go func() { b <- 5 }()
		select {
		case <-a:
			return "a"
		case n := <-b:
			return fmt.Sprint("b", n)
		}
	}},
	{"select default", func() string {
		select {
		case <-make(chan int):
			return "?"
		default:
			return "default"
		}
	}},
	{"timer", func() string {
		start := time.Now()
		<-time.NewTimer(20 * time.Millisecond).C
		return fmt.Sprint(time.Since(start) >= 20*time.Millisecond)
	}},
	{"ticker", func() string {
		t := time.NewTicker(5 * time.Millisecond)
		for i := 0; i < 3; i++ {
			<-t.C
		}
		t.Stop()
		return "3"
	}},
	{"after func", func() string {
		c := make(chan bool)
		time.AfterFunc(time.Millisecond, func() { c <- true })
		return fmt.Sprint(<-c)
	}},
	{"context timeout", func() string {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
		defer cancel()
		<-ctx.Done()
		return ctx.Err().Error()
	}},
	{"context cancel", func() string {
		ctx, cancel := context.WithCancel(context.Background())
		go cancel()
		<-ctx.Done()
		return ctx.Err().Error()
	}},
	{"mutex", func() string {
		var mu sync.Mutex
		var wg sync.WaitGroup
		n := 0
		for i := 0; i < 8; i++ {
			wg.Add(1)
			go func() {
				for j := 0; j < 1000; j++ {
					mu.Lock()
					n++
					mu.Unlock()
				}
				wg.Done()
			}()
		}
		wg.Wait()
		return fmt.Sprint(n)
	}},
	{"rwmutex", func() string {
		var mu sync.RWMutex
		mu.RLock()
		mu.RLock()
		mu.RUnlock()
		mu.RUnlock()
		mu.Lock()
		mu.Unlock()
		return "unlocked"
	}},
	{"cond", func() string {
		var mu sync.Mutex
		c := sync.NewCond(&mu)
		ready := false
		go func() { mu.Lock(); ready = true; mu.Unlock(); c.Broadcast() }()
		mu.Lock()
		for !ready {
			c.Wait()
		}
		mu.Unlock()
		return "ready"
	}},
	{"once", func() string {
		var once sync.Once
		n := 0
		for i := 0; i < 3; i++ {
			once.Do(func() { n++ })
		}
		return fmt.Sprint(n)
	}},
	{"pool", func() string {
		p := sync.Pool{New: func() any { return new(bytes.Buffer) }}
		b := p.Get().(*bytes.Buffer)
		b.WriteString("pooled")
		s := b.String()
		b.Reset()
		p.Put(b)
		return s
	}},
	{"sync map", func() string {
		var m sync.Map
		m.Store("k", 1)
		v, ok := m.Load("k")
		return fmt.Sprint(v, ok)
	}},
	{"atomic", func() string {
		var n int32 = 3
		return fmt.Sprint(atomic.CompareAndSwapInt32(&n, 3, 9), atomic.LoadInt32(&n))
	}},
	{"panic and recover", func() (s string) {
		defer func() { s = fmt.Sprint("recovered ", recover()) }()
		panic("here")
	}},
	{"nil pointer", func() (s string) {
		defer func() { s = fmt.Sprint(recover()) }()
		var p *struct{ n int }
		return fmt.Sprint(p.n)
	}},
	{"index out of range", func() (s string) {
		defer func() { s = fmt.Sprint(recover()) }()
		a, i := []int{1}, 5
		return fmt.Sprint(a[i])
	}},
	{"garbage collection", func() string {
		var live [][]byte
		for i := 0; i < 2000; i++ {
			b := make([]byte, 10000)
			b[0] = byte(i)
			if i%100 == 0 {
				live = append(live, b)
			}
		}
		runtime.GC()
		sum := 0
		for _, b := range live {
			sum += int(b[0])
		}
		return fmt.Sprint(sum)
	}},
	{"collection in parallel", func() string {
		var wg sync.WaitGroup
		var n int64
		for i := 0; i < 4; i++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for j := 0; j < 20; j++ {
					atomic.AddInt64(&n, int64(len(make([]byte, 100000))))
					if j%10 == 0 {
						runtime.GC()
					}
				}
			}()
		}
		wg.Wait()
		return fmt.Sprint(n)
	}},
	{"large allocation", func() string {
		b := make([]byte, 64<<20)
		for i := 0; i < len(b); i += 1 << 20 {
			b[i] = 1
		}
		n := len(b)
		b = nil
		debug.FreeOSMemory()
		return fmt.Sprint(n)
	}},
	{"finalizer", func() string {
		c := make(chan bool, 1)
		func() {
			p := new([64]int)
			runtime.SetFinalizer(p, func(*[64]int) { c <- true })
		}()
		for {
			runtime.GC()
			select {
			case <-c:
				return "ran"
			case <-time.After(time.Millisecond):
			}
		}
	}},
	{"deep stack", func() string {
		var f func(int) int
		f = func(n int) int {
			var pad [64]byte
			if n == 0 {
				return int(pad[0])
			}
			return f(n-1) + 1
		}
		return fmt.Sprint(f(100000))
	}},
	{"map", func() string {
		m := map[int]string{}
		for i := 0; i < 10000; i++ {
			m[i] = fmt.Sprint(i)
		}
		delete(m, 5)
		_, ok := m[5]
		return fmt.Sprint(len(m), m[9999], ok)
	}},
	{"sort", func() string {
		a := []string{"c", "a", "b"}
		sort.Strings(a)
		return strings.Join(a, "")
	}},
	{"errors", func() string {
		_, err := os.Open("/missing")
		var p *os.PathError
		return fmt.Sprint(errors.Is(err, os.ErrNotExist), errors.As(err, &p), err)
	}},
	{"files", func() string {
		os.WriteFile("file", []byte("one\ntwo\n"), 0644)
		f, _ := os.OpenFile("file", os.O_APPEND|os.O_RDWR, 0)
		f.WriteString("three\n")
		f.Seek(4, io.SeekStart)
		line, _ := bufio.NewReader(f).ReadString('\n')
		f.Close()
		st, _ := os.Stat("file")
		os.Remove("file")
		return fmt.Sprint(strings.TrimSpace(line), st.Size(), st.Mode())
	}},
	{"directories", func() string {
		os.MkdirAll("d/e/f", 0755)
		os.WriteFile("d/x", nil, 0600)
		es, _ := os.ReadDir("d")
		s := ""
		for _, e := range es {
			s += e.Name()
		}
		return fmt.Sprint(s, os.RemoveAll("d"))
	}},
	{"pipe", func() string {
		r, w, _ := os.Pipe()
		go func() { fmt.Fprint(w, "through a pipe"); w.Close() }()
		b, _ := io.ReadAll(r)
		r.Close()
		return string(b)
	}},
	{"pipe deadline", func() string {
		r, w, _ := os.Pipe()
		defer w.Close()
		r.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
		_, err := r.Read(make([]byte, 1))
		return fmt.Sprint(errors.Is(err, os.ErrDeadlineExceeded))
	}},
	{"gomaxprocs", func() string {
		old := runtime.GOMAXPROCS(1)
		c := make(chan int)
		go func() { c <- 1 }()
		<-c
		runtime.GOMAXPROCS(4)
		go func() { c <- 2 }()
		<-c
		runtime.GOMAXPROCS(old)
		return "1 and 4"
	}},
	{"lock os thread", func() string {
		c := make(chan bool)
		go func() {
			runtime.LockOSThread()
			a := syscall.Gettid()
			time.Sleep(time.Millisecond)
			c <- a == syscall.Gettid()
		}() // ends locked: its thread ends, too
		return fmt.Sprint(<-c)
	}},
	{"preemption of a busy loop", func() string {
		old := runtime.GOMAXPROCS(1)
		defer runtime.GOMAXPROCS(old)
		var stop int32
		done := make(chan bool)
		go func() {
			for n := 0; ; n++ {
				if n&(1<<20-1) == 0 && atomic.LoadInt32(&stop) != 0 {
					break
				}
			}
			done <- true
		}()
		time.Sleep(10 * time.Millisecond)
		atomic.StoreInt32(&stop, 1)
		return fmt.Sprint(<-done)
	}},
	{"signal notify", func() string {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGUSR1)
		defer signal.Stop(c)
		syscall.Kill(os.Getpid(), syscall.SIGUSR1)
		return (<-c).String()
	}},
	{"signal ignore", func() string {
		signal.Ignore(syscall.SIGUSR2)
		syscall.Kill(os.Getpid(), syscall.SIGUSR2)
		signal.Reset(syscall.SIGUSR2)
		return "alive"
	}},
	{"re-exec with pipes", func() string {
		c := self("echo")
		c.Stdin = strings.NewReader("to and fro")
		out, err := c.Output()
		return fmt.Sprint(string(out), err)
	}},
	{"re-exec, stdin and stdout pipes", func() string {
		c := self("echo")
		in, _ := c.StdinPipe()
		out, _ := c.StdoutPipe()
		c.Start()
		io.WriteString(in, "by hand")
		in.Close()
		b, _ := io.ReadAll(out)
		return fmt.Sprint(string(b), c.Wait())
	}},
	{"exit status and stderr", func() string {
		c := self("seven")
		var b bytes.Buffer
		c.Stderr = &b
		return fmt.Sprint(c.Run(), b.String())
	}},
	{"command with context", func() string {
		ctx, cancel := context.WithCancel(context.Background())
		c := exec.CommandContext(ctx, "/proc/self/exe")
		c.Args = []string{"sleeper"}
		err := c.Start()
		time.AfterFunc(20*time.Millisecond, cancel)
		return fmt.Sprint(err, c.Wait())
	}},
	{"environment, directory, extra file", func() string {
		c := self("env")
		c.Env = []string{"GIVEN=a gift"}
		a, _ := c.Output()
		c = self("where")
		c.Dir = "/tmp"
		b, _ := c.Output()
		r, w, _ := os.Pipe()
		fmt.Fprint(w, "third")
		w.Close()
		c = self("extra")
		c.ExtraFiles = []*os.File{r}
		d, err := c.Output()
		return fmt.Sprintf("%s%s%s %v", a, b, d, err)
	}},
	{"start process", func() string {
		r, w, _ := os.Pipe()
		p, err := os.StartProcess("/proc/self/exe", []string{"seven"},
			&os.ProcAttr{Files: []*os.File{nil, w, w}})
		if err != nil {
			return err.Error()
		}
		w.Close()
		b, _ := io.ReadAll(r)
		st, _ := p.Wait()
		return fmt.Sprint(st.ExitCode(), " ", string(b))
	}},
	{"fork exec", func() string {
		pid, err := syscall.ForkExec("/proc/self/exe", []string{"sleeper"},
			&syscall.ProcAttr{Files: []uintptr{0, 1, 2}})
		if err != nil {
			return err.Error()
		}
		syscall.Kill(pid, syscall.SIGKILL)
		var ws syscall.WaitStatus
		got, _ := syscall.Wait4(pid, &ws, 0, nil)
		return fmt.Sprint(got == pid, ws.Signaled(), ws.Signal())
	}},
	{"many at once", func() string {
		var wg sync.WaitGroup
		var good int32
		for i := 0; i < 8; i++ {
			wg.Add(1)
			go func(i int) {
				defer wg.Done()
				c := self("echo")
				c.Stdin = strings.NewReader(fmt.Sprint("number ", i))
				out, _ := c.Output()
				if string(out) == fmt.Sprint("number ", i) {
					atomic.AddInt32(&good, 1)
				}
			}(i)
		}
		wg.Wait()
		return fmt.Sprint(good)
	}},
	{"not there", func() string {
		_, err := exec.Command("/missing").Output()
		return fmt.Sprint(err)
	}},
}

func main() {
	if run := roles[os.Args[0]]; run != nil {
		os.Exit(run())
	}
	for _, f := range features {
		fmt.Printf("%s: %s\n", f.name, strings.TrimSpace(f.run()))
	}
	fmt.Println(len(features), "features")
}
