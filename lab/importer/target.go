package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

const (
	device = "/dev/cdi-block-volume"
	image  = "/data/disk.img"
	block  = 64 * 1024
)

var zeros = make([]byte, block)

// target is the volume to fill: a block device, or a raw image in a file system. Zeros take no space in either.
type target struct {
	file *os.File
	// An image is fresh. A device may hold what an earlier attempt left: zeros are skipped where it has them already.
	fresh bool
}

// openTarget fails where the volume can't hold that many bytes.
func openTarget(size int64) (*target, error) {
	if _, err := os.Stat(device); err == nil {
		return openDevice(size)
	}
	file, err := os.OpenFile(image, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o660)
	if err != nil {
		return nil, err
	}
	return &target{file, true}, file.Truncate(size)
}

func openDevice(size int64) (*target, error) {
	file, err := os.OpenFile(device, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	capacity, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	if capacity < size {
		return nil, fmt.Errorf("the device holds %d bytes, the disk has %d", capacity, size)
	}
	return &target{file, false}, nil
}

// write takes one block at most.
func (t *target) write(chunk []byte, at int64) error {
	if isZero(chunk) {
		present, err := t.hasZeros(len(chunk), at)
		if present || err != nil {
			return err
		}
	}
	_, err := t.file.WriteAt(chunk, at)
	return err
}

func (t *target) hasZeros(length int, at int64) (bool, error) {
	if t.fresh {
		return true, nil
	}
	present := make([]byte, length)
	_, err := t.file.ReadAt(present, at)
	return isZero(present), err
}

// finish enlarges an image to what its volume can hold, as CDI does after a transfer, and opens it to qemu's group.
func (t *target) finish(usable int64) error {
	if t.fresh {
		if err := t.enlarge(usable); err != nil {
			return fmt.Errorf("Unable to resize disk image to requested size: %w", err)
		}
	}
	if err := t.file.Sync(); err != nil {
		return err
	}
	return t.file.Close()
}

func (t *target) enlarge(size int64) error {
	info, err := t.file.Stat()
	if err != nil {
		return err
	}
	if size > info.Size() {
		if err := t.file.Truncate(size); err != nil {
			return err
		}
	}
	return t.file.Chmod(0o660)
}

func isZero(chunk []byte) bool {
	return bytes.Equal(chunk, zeros[:len(chunk)])
}
