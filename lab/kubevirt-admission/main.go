// Command kubevirt-admission judges VirtualMachines as a cluster with KubeVirt does, by KubeVirt's own code: the webhooks of
// virt-api, first those that fill in defaults, then those that refuse. If it is asked to, it also renders
// the Pod of the machine's launcher, as virt-controller does. It needs no cluster and no certificate.
//
// It reads questions from its standard input and writes one verdict for each to its standard output, as JSON.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"kubevirt.io/client-go/log"
)

func main() {
	// KubeVirt's packages log to standard error.
	log.InitializeLogging("kubevirt-admission")
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "kubevirt-admission: %v\n", err)
		os.Exit(1)
	}
}

func serve(questions io.Reader, verdicts io.Writer) error {
	decoder := json.NewDecoder(bufio.NewReader(questions))
	encoder := json.NewEncoder(verdicts)
	for {
		var asked question
		if err := decoder.Decode(&asked); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read a question: %w", err)
		}
		given, err := judge(asked)
		if err != nil {
			return err
		}
		if err := encoder.Encode(given); err != nil {
			return err
		}
	}
}
