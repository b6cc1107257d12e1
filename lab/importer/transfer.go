package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"time"
)

const (
	reportEvery = 500 * time.Millisecond
	// A paced copy waits this long at once, not a moment after each of its many blocks.
	longestLead = 100 * time.Millisecond
)

// transfer copies all of the disk and returns its bytes.
func transfer(from *source, to *target, pace pace, gate string) (int64, error) {
	var done int64
	reported := time.Now()
	chunk := make([]byte, block)
	for done < from.size {
		read, err := io.ReadFull(from.content, chunk[:min(block, from.size-done)])
		if err := to.write(chunk[:read], done); err != nil {
			return 0, err
		}
		done += int64(read)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return 0, fmt.Errorf("the connection ended after %d of %d bytes", done, from.size)
		}
		if err != nil {
			return 0, err
		}
		if time.Since(reported) >= reportEvery {
			reported = time.Now()
			report(done, from.size)
		}
		pace.wait(done)
		if gate != "" && done*2 >= from.size {
			report(done, from.size)
			await(gate)
			gate = ""
		}
	}
	report(done, from.size)
	return done, nil
}

// await returns when the gate has answered. Whoever keeps it may be started anew meanwhile.
func await(gate string) {
	for {
		if answer, err := http.Get(gate); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(reportEvery)
	}
}

func report(done, total int64) {
	percent := 100.0
	if total > 0 {
		percent = math.Floor(float64(done)/float64(total)*1000) / 10
	}
	fmt.Printf("{\"progress\":%v,\"bytes\":%d}\n", percent, done)
}

// pace waits until a copy is no faster than it should be.
type pace struct {
	total    int64
	duration time.Duration
	started  time.Time
}

func newPace(total int64, duration time.Duration) pace {
	return pace{total: total, duration: duration, started: time.Now()}
}

func (p pace) wait(done int64) {
	due := time.Duration(float64(done) / float64(p.total) * float64(p.duration))
	early := due - time.Since(p.started)
	if early > longestLead || (early > 0 && done == p.total) {
		time.Sleep(early)
	}
}
