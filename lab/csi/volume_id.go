package main

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// An id becomes the name of a folder and of a device, so only this form reaches a path.
var (
	ownID      = regexp.MustCompile(`^vol-[0-9a-f]{32}$`)
	harmlessID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)
)

// idOf makes the same id of the same name, so that a request that comes again finds its volume.
func idOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "vol-" + hex.EncodeToString(sum[:])[:32]
}

// checkID refuses an id that is missing or hostile. An id that only isn't the driver's is no error here: it names no volume.
func checkID(id string) error {
	switch {
	case id == "":
		return status.Error(codes.InvalidArgument, "volume_id is missing")
	case !harmlessID.MatchString(id):
		return status.Errorf(codes.InvalidArgument, "volume_id %.140q: must look like vol-0123456789abcdef0123456789abcdef", id)
	}
	return nil
}

func noSuchVolume(id string) error {
	return status.Errorf(codes.NotFound, "there is no volume %q", id)
}

// volumeLocks lets one request at a time work on a volume.
type volumeLocks struct {
	mutex sync.Mutex
	busy  map[string]bool
}

// take returns how the volume is let go. The specification has a caller try again while another of its requests is at work.
func (l *volumeLocks) take(id string) (func(), error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.busy[id] {
		return nil, status.Errorf(codes.Aborted, "another request is at work on volume %q", id)
	}
	if l.busy == nil {
		l.busy = map[string]bool{}
	}
	l.busy[id] = true
	return func() {
		l.mutex.Lock()
		defer l.mutex.Unlock()
		delete(l.busy, id)
	}, nil
}
