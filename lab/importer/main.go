// Command importer fills a volume with a disk from vCenter, as CDI's importer does through VDDK. One of these starts
// for every disk that is copied, which is why it is a small program that starts in a millisecond.
//
//	IMPORTER_ENDPOINT       URL of vCenter's SDK
//	IMPORTER_THUMBPRINT     SHA-1 of its certificate, colon form: nothing is sent to a server that shows another
//	IMPORTER_UUID           of the VM; named in messages only
//	IMPORTER_BACKING_FILE   `[datastore] folder/disk.vmdk`
//	IMPORTER_ACCESS_KEY_ID, IMPORTER_SECRET_KEY  login
//	IMPORTER_IMAGE_SIZE     what the volume was asked for, as `1024Ki`: a larger disk is refused
//	IMPORTER_DC_PATH        datacenter, where there are several
//	LAB_COPY_SECONDS        makes the copy take that long
//	LAB_GATE                URL that is asked half way: the copy goes on when it answers
//
// It prints `{"progress": percent, "bytes": n}` a line, and ends with `{"bytes": n}` or the reason of its failure as
// termination message. Each start copies the whole disk again.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

const terminationLog = "/dev/termination-log"

func main() {
	exitOnTermination()
	bytes, err := run()
	if err != nil {
		message := "Unable to process data: " + err.Error()
		fmt.Fprintln(os.Stderr, message)
		conclude(message)
		os.Exit(1)
	}
	message, _ := json.Marshal(map[string]int64{"bytes": bytes})
	conclude(string(message))
}

// exitOnTermination is needed because process 1 of a container ends on no signal that it does not handle.
func exitOnTermination() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	go func() {
		<-signals
		os.Exit(128 + int(syscall.SIGTERM))
	}()
}

func run() (int64, error) {
	settings, err := readSettings()
	if err != nil {
		return 0, err
	}
	source, err := openSource(settings)
	if err != nil {
		return 0, err
	}
	defer source.content.Close()
	if limit := settings.limit; limit != nil && source.size > *limit {
		return 0, fmt.Errorf("the disk has %d bytes, its volume was asked for %d", source.size, *limit)
	}
	target, err := openTarget(source.size)
	if err != nil {
		return 0, err
	}
	return transfer(source, target, newPace(source.size, settings.copyTime), settings.gate)
}

func conclude(message string) {
	if err := os.WriteFile(terminationLog, []byte(message), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}
