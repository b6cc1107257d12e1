// Command importer fills a volume with a disk from vCenter, as CDI's importer does through VDDK: it logs in at the SDK,
// finds the VM by its UUID and the disk by its file. One of these starts for every disk that is copied, which is why it is
// a small program that starts in milliseconds. From a web server it takes a raw image, from a registry the raw disk of a
// container disk.
//
//	IMPORTER_SOURCE         `vddk`; or `http` or `registry`: then only endpoint and sizes count
//	IMPORTER_ENDPOINT       URL of vCenter's SDK, or of the image, as `docker://host/repository:tag` in a registry
//	INSECURE_TLS            `true`: the registry may serve plain http, and its certificate is not verified
//	IMPORTER_THUMBPRINT     SHA-1 of its certificate, colon form: no bytes are taken from a server that shows another
//	IMPORTER_CERT_DIR       folder with authorities, by which the SDK is verified; without it, it is not
//	IMPORTER_UUID           of the VM: its instance UUID, or its BIOS UUID
//	IMPORTER_BACKING_FILE   `[datastore] folder/disk.vmdk`
//	IMPORTER_ACCESS_KEY_ID, IMPORTER_SECRET_KEY  login
//	IMPORTER_IMAGE_SIZE     what the volume was asked for, as `1024Ki`: a larger disk is refused
//	FILESYSTEM_OVERHEAD     share of the volume that its file system takes, as `0.06`
//	LAB_COPY_SECONDS        makes the copy take that long
//	LAB_GATE                URL that is asked half way: the copy goes on when it answers
//
// It prints `{"progress": percent, "bytes": n}` a line, and ends with `{"bytes": n, …}` or the reason of its failure as
// termination message. Each start copies the whole disk again.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"syscall"
)

const terminationLog = "/dev/termination-log"

func main() {
	exitOnTermination()
	settings, err := readSettings()
	if err != nil {
		fail(err)
	}
	bytes, err := run(settings)
	if err != nil {
		fail(err)
	}
	conclude(lastWords(settings, bytes))
}

func fail(err error) {
	message := err.Error()
	fmt.Fprintln(os.Stderr, message)
	conclude(message)
	os.Exit(1)
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

func run(settings settings) (int64, error) {
	source, err := open(settings)
	if err != nil {
		return 0, err
	}
	defer source.content.Close()
	copied, err := fill(source, settings)
	if err != nil {
		return 0, fmt.Errorf("Unable to process data: %w", err)
	}
	return copied, nil
}

func open(s settings) (*source, error) {
	// CDI asks a registry only once it processes data.
	if s.kind == registry {
		found, err := openContainerDisk(s)
		if err != nil {
			return nil, fmt.Errorf("Unable to process data: Unable to transfer source data to scratch space: %w", err)
		}
		return found, nil
	}
	reach := openDisk
	if s.kind == web {
		reach = openImage
	}
	found, err := reach(s)
	if err != nil {
		return nil, fmt.Errorf("Unable to connect to %s data source: %w", s.kind, err)
	}
	return found, nil
}

func openDisk(s settings) (*source, error) {
	ctx := context.Background()
	connection, err := connect(ctx, s)
	if err != nil {
		return nil, err
	}
	defer connection.Logout(ctx)
	vm, err := findVM(ctx, connection, s.uuid)
	if err != nil {
		return nil, err
	}
	if err := requireDisk(ctx, vm, s.backingFile); err != nil {
		return nil, err
	}
	return openContent(s)
}

func fill(source *source, settings settings) (int64, error) {
	if limit := settings.limit; limit != nil && source.size > *limit {
		return 0, fmt.Errorf("the disk has %d bytes, its volume was asked for %d", source.size, *limit)
	}
	target, err := openTarget(source.size)
	if err != nil {
		return 0, err
	}
	copied, err := transfer(source, target, newPace(source.size, settings.copyTime), settings.gate)
	if err != nil {
		return 0, err
	}
	return copied, target.finish(settings.usable())
}

// lastWords are JSON, as CDI 1.66's (pkg/common); the bytes are the lab's alone. There is no VDDK, and so the host is that
// of vCenter.
func lastWords(s settings, bytes int64) string {
	words := map[string]any{"bytes": bytes, "message": "Import Complete"}
	if endpoint, err := url.Parse(s.endpoint); s.kind == vddk && err == nil {
		words["vddkInfo"] = map[string]string{"Version": "8.0.3", "Host": endpoint.Host}
	}
	message, _ := json.Marshal(words)
	return string(message)
}

func conclude(message string) {
	if err := os.WriteFile(terminationLog, []byte(message), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}
