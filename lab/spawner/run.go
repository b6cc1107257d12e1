package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"sync"
)

// Without the end of a line, output is passed on once it has become this long.
const longestPiece = 32 * 1024

// run returns when the command has ended and all that it wrote is told. Its error means that it was not started.
func (all *commands) run(order order, tell func(report)) error {
	command := exec.Command(order.Command[0], order.Command[1:]...)
	command.Env = order.Env
	readers := map[string]*os.File{}
	writers := map[string]*os.File{}
	for _, stream := range []string{"stdout", "stderr", "status"} {
		reader, writer, err := os.Pipe()
		if err != nil {
			return err
		}
		defer reader.Close()
		defer writer.Close()
		readers[stream], writers[stream] = reader, writer
	}
	command.Stdout, command.Stderr = writers["stdout"], writers["stderr"]
	command.ExtraFiles = []*os.File{writers["status"]}
	if err := command.Start(); err != nil {
		return err
	}
	all.begin(command.Process.Pid)
	defer all.done(command.Process.Pid)
	for _, writer := range writers {
		writer.Close()
	}
	var told sync.WaitGroup
	for stream, reader := range readers {
		told.Go(func() {
			pass(reader, func(text string) { tell(report{ID: order.ID, Stream: stream, Text: text}) })
		})
	}
	told.Wait()
	// How it ended is in what it said of itself.
	_ = command.Wait()
	return nil
}

// pass takes whole lines where it can, so that no character is cut in two.
func pass(from io.Reader, take func(string)) {
	lines := bufio.NewReaderSize(from, longestPiece)
	for {
		piece, err := lines.ReadSlice('\n')
		if len(piece) > 0 {
			take(string(piece))
		}
		if err != nil && err != bufio.ErrBufferFull {
			return
		}
	}
}
