package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// How often what still runs is looked for at the end: a sandbox that is about to start shows its program only then.
const lookAgain = 10 * time.Millisecond

// commands are those that run: sandboxes, each with one child, which is process 1 of its own namespace.
type commands struct {
	group   sync.WaitGroup
	mutex   sync.Mutex
	running map[int]struct{}
}

func (all *commands) begin(pid int) {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	all.running[pid] = struct{}{}
}

func (all *commands) done(pid int) {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	delete(all.running, pid)
}

// end returns when nothing runs any more. It kills the programs, with which the kernel ends all other processes of their
// namespaces, and then each sandbox ends by itself. To kill the sandbox would not do: bubblewrap has given up its right to
// kill a program of another user, so its --die-with-parent is in vain there.
func (all *commands) end() {
	ended := make(chan struct{})
	go func() {
		all.group.Wait()
		close(ended)
	}()
	for {
		all.killChildren()
		select {
		case <-ended:
			return
		case <-time.After(lookAgain):
		}
	}
}

func (all *commands) killChildren() {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	for pid := range all.running {
		children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
		for _, child := range strings.Fields(string(children)) {
			if number, err := strconv.Atoi(child); err == nil {
				_ = syscall.Kill(number, syscall.SIGKILL)
			}
		}
	}
}
