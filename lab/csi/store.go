package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// store keeps volumes as folders: `vol-…/disk` has the bytes, `vol-…/volume.json` what the bytes can't say.
//
// A folder gets its name when it is whole, and loses it before it is taken apart. What a killed driver left half done has a
// name of another form, and goes at the next start.
type store struct {
	dir      string
	capacity int64
	zones    []string
	// The label of a node's zone.
	zoneKey string
	// mutex guards what all volumes have together: the capacity.
	mutex sync.Mutex
}

type volume struct {
	id string
	// Bytes of the disk.
	size int64
	record
}

type record struct {
	// The name that the volume was made for.
	Name string `json:"name"`
	// Where the volume can be used; empty means everywhere.
	Zone string `json:"zone,omitempty"`
}

const (
	unfinished = ".new-"
	doomed     = ".gone-"
)

var (
	errFull    = errors.New("the array is full")
	errMissing = errors.New("there is no such volume")
)

func openStore(opened *store) (*store, error) {
	for _, leftover := range []string{unfinished, doomed} {
		found, err := filepath.Glob(filepath.Join(opened.dir, leftover+"*"))
		if err != nil {
			return nil, err
		}
		for _, folder := range found {
			if err := os.RemoveAll(folder); err != nil {
				return nil, err
			}
		}
	}
	return opened, nil
}

func (s *store) hasZone(zone string) bool { return slices.Contains(s.zones, zone) }

// disk is the file with a volume's bytes.
func (s *store) disk(id string) string { return filepath.Join(s.dir, id, "disk") }

// find returns errMissing where there is no such volume, also for an id of a foreign form.
func (s *store) find(id string) (volume, error) {
	if !ownID.MatchString(id) {
		return volume{}, errMissing
	}
	found := volume{id: id}
	text, err := os.ReadFile(filepath.Join(s.dir, id, "volume.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return found, errMissing
	}
	if err != nil {
		return found, err
	}
	if err := json.Unmarshal(text, &found.record); err != nil {
		return found, fmt.Errorf("volume %s: %w", id, err)
	}
	disk, err := os.Stat(s.disk(id))
	if err != nil {
		return found, err
	}
	found.size = disk.Size()
	return found, nil
}

// create makes a volume that isn't there yet. Its disk has holes, as thin volumes have.
func (s *store) create(size int64, kept record) (volume, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	made := volume{id: idOf(kept.Name), size: size, record: kept}
	if err := s.spare(size); err != nil {
		return made, err
	}
	fresh := filepath.Join(s.dir, unfinished+made.id)
	if err := os.RemoveAll(fresh); err != nil {
		return made, err
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return made, err
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return made, err
	}
	if err := os.WriteFile(filepath.Join(fresh, "volume.json"), text, 0o600); err != nil {
		return made, err
	}
	disk := filepath.Join(fresh, "disk")
	if err := os.WriteFile(disk, nil, 0o600); err != nil {
		return made, err
	}
	if err := os.Truncate(disk, size); err != nil {
		return made, err
	}
	return made, os.Rename(fresh, filepath.Join(s.dir, made.id))
}

// remove does nothing where the volume is gone.
func (s *store) remove(id string) error {
	gone := filepath.Join(s.dir, doomed+id)
	if err := os.RemoveAll(gone); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(s.dir, id), gone); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.RemoveAll(gone)
}

// grow enlarges a volume.
func (s *store) grow(found volume, size int64) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if err := s.spare(size - found.size); err != nil {
		return err
	}
	return os.Truncate(s.disk(found.id), size)
}

// available is how many bytes all new volumes may have together.
func (s *store) available() (int64, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.left()
}

func (s *store) spare(bytes int64) error {
	left, err := s.left()
	if err == nil && bytes > left {
		err = fmt.Errorf("%w: %d bytes are asked for, %d are left", errFull, bytes, left)
	}
	return err
}

func (s *store) left() (int64, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return 0, err
	}
	left := s.capacity
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), "vol-") {
			continue
		}
		found, err := s.find(entry.Name())
		if err != nil && !errors.Is(err, errMissing) {
			return 0, err
		}
		left -= found.size
	}
	return max(left, 0), nil
}
