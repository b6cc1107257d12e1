// Command oci makes OCI images, and pulls images as a node does.
//
//	oci push   makes the image of a recipe and puts it where that says
//	oci copy   puts an image that was made elsewhere where its order says
//	oci pull   fetches an image and unpacks it, by containerd's own client
//
// Input is one JSON document: of push and copy on stdin, of pull in DROVER_PULL, since a node's pull knows passwords and is
// started by a process that gives no stdin. Output is one on stdout. What went wrong is said on stderr, but for what
// a pull says of the image: that is an answer.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	if len(os.Args) == 2 {
		switch os.Args[1] {
		case "push":
			answer(os.Stdin, push)
			return
		case "copy":
			answer(os.Stdin, copyImage)
			return
		case "pull":
			answer(strings.NewReader(os.Getenv("DROVER_PULL")), func(order pullOrder) (*pullAnswer, error) {
				return pull(context.Background(), order), nil
			})
			return
		}
	}
	fail(fmt.Errorf("usage: oci push|copy|pull"))
}

func answer[Order, Answer any](from io.Reader, work func(Order) (*Answer, error)) {
	var order Order
	if err := json.NewDecoder(from).Decode(&order); err != nil {
		fail(err)
	}
	done, err := work(order)
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(done); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
