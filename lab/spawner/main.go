// Command spawner starts sandboxes for the lab's node. It is as small as the node is large: a process that forks pays
// for its own memory, and the node would pay that for every container of every Pod.
//
// It reads one order a line, and tells what becomes of it a line each, until its input ends:
//
//	{"id": 1, "command": ["bwrap", …], "env": ["A=1"]}
//	{"id": 1, "stream": "stdout" | "stderr" | "status", "text": "…"}
//	{"id": 1, "ended": true, "error": "why it was not started"}
//
// `status` is what the command writes to its descriptor 3. When its input ends, because the node has ended in whatever way,
// the spawner ends all its commands and what they have started.
//
// As `spawner become …` it is the first program within a sandbox instead.
package main

import (
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

type order struct {
	ID      int      `json:"id"`
	Command []string `json:"command"`
	Env     []string `json:"env"`
}

type report struct {
	ID     int    `json:"id"`
	Stream string `json:"stream,omitempty"`
	Text   string `json:"text,omitempty"`
	Ended  bool   `json:"ended,omitempty"`
	Error  string `json:"error,omitempty"`
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "become" {
		become(os.Args[2:])
	}
	// A signal to the node's process group is the node's to answer. Handled, not ignored: commands would inherit that.
	// A report that nobody takes any more must not keep the spawner from ending what runs.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGPIPE)
	all := &commands{running: map[int]struct{}{}}
	take(json.NewDecoder(os.Stdin), all, reporter(os.Stdout))
	all.end()
}

// take starts what is ordered, until the orders end.
func take(orders *json.Decoder, all *commands, tell func(report)) {
	for {
		var next order
		if err := orders.Decode(&next); err != nil {
			if !errors.Is(err, io.EOF) {
				log.Print(err)
			}
			return
		}
		all.group.Go(func() {
			end := report{ID: next.ID, Ended: true}
			if err := all.run(next, tell); err != nil {
				end.Error = err.Error()
			}
			tell(end)
		})
	}
}

// reporter writes one report at a time. What nobody listens to is lost: then the orders end, too.
func reporter(to io.Writer) func(report) {
	var mutex sync.Mutex
	encoder := json.NewEncoder(to)
	return func(one report) {
		mutex.Lock()
		defer mutex.Unlock()
		_ = encoder.Encode(one)
	}
}
