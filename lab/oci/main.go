// Command oci makes OCI images for the lab.
//
//	oci push   reads a recipe, makes its image and puts it where the recipe says
//
// Input is a JSON document on stdin, output one on stdout. What went wrong is said on stderr.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 || os.Args[1] != "push" {
		fail(fmt.Errorf("usage: oci push"))
	}
	var wanted recipe
	if err := json.NewDecoder(os.Stdin).Decode(&wanted); err != nil {
		fail(err)
	}
	pushed, err := push(wanted)
	if err != nil {
		fail(err)
	}
	json.NewEncoder(os.Stdout).Encode(pushed)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
